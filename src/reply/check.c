/*
 * The words that templates may use, and where.  A name that is not here
 * would be silently empty in a customer's mail, so it is an error at start.
 */
#include "internal.h"

#include <string.h>

typedef struct Word Word;
struct Word {
	const char *name;
	const char *within; /* only in one of these sections; NULL: anywhere */
	bool staff;         /* only in mail to staff */
};

#define LINES                                                                  \
	"resolution_lines word_lines customer_word_lines reason_word_lines "   \
	"first_word_lines second_word_lines result_lines"
#define CASES "history similar"

static const Word words[] = {
	{"reference", NULL, false},
	{"customer_name", NULL, false},
	{"subject", NULL, false},
	{"mailbox_name", NULL, false},
	{"mailbox_address", NULL, false},
	{"assignee", NULL, false},
	{"opened_time", NULL, false},
	{"promised_time", NULL, false},
	{"resolve_time", NULL, false},
	{"old_resolve_time", NULL, false},
	{"no_new_time", NULL, false},
	{"resumed", NULL, false},
	{"old_promised_time", NULL, false},
	{"next_update_time", NULL, false},
	{"wait_until_time", NULL, false},
	{"now_time", NULL, false},
	{"language", NULL, false},
	{"title", NULL, false},
	{"interval_hours", NULL, false},
	{"interval_one", NULL, false},
	{"interval_few", NULL, false},
	{"interval_many", NULL, false},
	{"interval_other", NULL, false},
	{"resolution", NULL, false},
	{"resolution_lines", NULL, false},
	{"words", NULL, false},
	{"word_lines", NULL, false},
	{"line", LINES, false},
	{"pieces", LINES, false},
	{"piece", "pieces", false},
	{"url", "pieces", false},
	{"solved_by_customer", NULL, false},
	{"unanswered", NULL, false},
	{"questions", NULL, false},
	{"number", "questions", false},
	{"question", "questions", false},
	{"reminder", NULL, false},
	{"action_first", NULL, false},
	{"exact_facts", NULL, false},
	{"patient", NULL, false},
	{"invite_more", NULL, false},
	{"ratings", NULL, false},
	{"score", "ratings", false},
	{"rating_mailto", "ratings", false},
	{"worst", "ratings", false},
	{"best", "ratings", false},
	{"status_mailto", NULL, false},
	{"has_promise", NULL, false},
	{"promise_kept", NULL, false},
	{"reopened", NULL, false},
	{"is_open", NULL, false},
	{"is_waiting", NULL, false},
	{"is_resolved", NULL, false},
	{"is_closed", NULL, false},
	{"messages", NULL, false},
	{"messages_many", NULL, false},
	{"message_one", NULL, false},
	{"message_few", NULL, false},
	{"message_many", NULL, false},
	{"message_other", NULL, false},
	{"has_events", NULL, false},
	{"events", NULL, false},
	{"time", "events", false},
	{"received", "events", false},
	{"added", "events", false},
	{"acknowledged", "events", false},
	{"assigned", "events", false},
	{"promised", "events", false},
	{"updated", "events", false},
	{"asked", "events", false},
	{"resolved", "events", false},
	{"escalated", "events", false},
	{"customer_address", NULL, true},
	{"late_count", NULL, true},
	{"state", NULL, true},
	{"marker", NULL, true},
	{"due_time", NULL, true},
	{"reason", NULL, true},
	{"reason_promise", NULL, true},
	{"reason_settlement", NULL, true},
	{"reason_threat", NULL, true},
	{"reason_reopened", NULL, true},
	{"reason_agent", NULL, true},
	{"reason_impostor", NULL, true},
	{"reason_rating", NULL, true},
	{"reason_new", NULL, true},
	{"reason_added", NULL, true},
	{"reason_followup", NULL, true},
	{"reason_done", NULL, true},
	{"reason_help", NULL, true},
	{"reason_refused", NULL, true},
	{"reason_held", NULL, true},
	{"reason_encrypted", NULL, true},
	{"reason_empty", NULL, true},
	{"reason_words", NULL, true},
	{"reason_word_lines", NULL, true},
	{"customer_words", NULL, true},
	{"customer_word_lines", NULL, true},
	{"complainer", NULL, true},
	{"complainer_reason", NULL, true},
	{"is_meek", NULL, true},
	{"is_aggressive", NULL, true},
	{"is_high_roller", NULL, true},
	{"is_rip_off", NULL, true},
	{"is_chronic", NULL, true},
	{"priority", NULL, true},
	{"type", NULL, true},
	{"cause", NULL, true},
	{"tags", NULL, true},
	{"vip", NULL, true},
	{"unproven", NULL, true},
	{"has_history", NULL, true},
	{"history", NULL, true},
	{"has_similar", NULL, true},
	{"similar", NULL, true},
	{"case_reference", CASES, true},
	{"case_subject", CASES, true},
	{"case_state", CASES, true},
	{"case_time", CASES, true},
	{"case_outcome", CASES, true},
	{"commands", NULL, true},
	{"command_line", "commands", true},
	{"done", "commands", true},
	{"problem", "commands", true},
	{"suggestion", "commands", true},
	{"result", "commands", true},
	{"result_lines", "commands", true},
	{"first_words", NULL, true},
	{"first_word_lines", NULL, true},
	{"first_by", NULL, true},
	{"first_time", NULL, true},
	{"second_words", NULL, true},
	{"second_word_lines", NULL, true},
	{"all_commands", NULL, true},
	{"command", "all_commands", true},
	{"help", "all_commands", true},
};

typedef struct Check Check;
struct Check {
	const TemplateFile *file;
	GError *error;
};

static const Word *find_word(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (strcmp(words[i].name, name) == 0)
			return &words[i];
	return NULL;
}

/* names: one, or several with blanks between. */
static bool is_within(const GPtrArray *sections, const char *names)
{
	g_auto(GStrv) any = g_strsplit(names, " ", -1);

	for (guint i = 0; i < sections->len; i++)
		if (g_strv_contains((const char *const *)any,
			    g_ptr_array_index(sections, i)))
			return true;
	return false;
}

static bool is_for_staff(const TemplateFile *file)
{
	return file->shared ? file->for_staff
			    : reply_kind_is_for_staff(file->kind);
}

static char *complain_of_partial(const char *name, const TemplateFile *file)
{
	if (!file->partials ||
		!g_hash_table_contains((GHashTable *)file->partials, name))
		return g_strdup_printf("there is no partial \"%s\": it would "
				       "be the file _%s.%s",
			name, name, file->html ? "html" : "txt");
	if (g_str_has_prefix(name, CHECK_STAFF_PREFIX) && !is_for_staff(file))
		return g_strdup_printf(
			"\"%s\" is for mail to staff alone", name);
	return NULL;
}

/* The complaint about a node, or NULL.  (transfer full) */
static char *complain(const MustacheNode *node, const GPtrArray *sections,
	const TemplateFile *file)
{
	if (node->type == MUSTACHE_SLOT)
		return NULL;
	if (node->type == MUSTACHE_PARTIAL)
		return complain_of_partial(node->text, file);
	const Word *word = find_word(node->text);
	if (!word)
		return g_strdup_printf("unknown variable \"%s\"; "
				       "redress-templates(5) lists them",
			node->text);
	if (!file->html && strcmp(node->text, "title") == 0)
		return g_strdup("\"title\" is the text's own subject: it is "
				"for HTML");
	if (word->within && !is_within(sections, word->within))
		return g_strdup_printf("\"%s\" means something only inside "
				       "{{#%s}}",
			node->text, word->within);
	if (word->staff && !is_for_staff(file))
		return g_strdup_printf(
			"\"%s\" is for mail to staff alone", node->text);
	if (node->type == MUSTACHE_RAW && file->html)
		return g_strdup_printf("\"%s\" would not be escaped: write "
				       "{{%s}}",
			node->text, node->text);
	return NULL;
}

static void check_node(
	const MustacheNode *node, const GPtrArray *sections, void *user)
{
	Check *check = user;

	if (check->error)
		return;
	g_autofree char *words_said = complain(node, sections, check->file);
	if (words_said)
		g_set_error(&check->error, REPLY_ERROR, REDRESS_ERROR_INVALID,
			"%s:%u: %s", check->file->path, node->line, words_said);
}

/* ---- the marker -------------------------------------------------------- */

/* The text beside a node in HTML, past blank lines, of which each is a node of
 * its own; NULL if there is something else. */
static const char *text_beside(const GPtrArray *nodes, guint index, int step)
{
	for (guint i = index + (guint)step; i < nodes->len; i += (guint)step) {
		const MustacheNode *node = g_ptr_array_index(nodes, i);
		if (node->type == MUSTACHE_SLOT)
			continue;
		if (node->type != MUSTACHE_TEXT)
			return NULL;
		if (node->text[strspn(node->text, " \t\r\n")])
			return node->text;
	}
	return NULL;
}

static bool ends_in_opening(const char *before)
{
	g_autofree char *text = g_strchomp(g_strdup(before));
	const char *tag = strrchr(text, '<');

	return g_str_has_suffix(text, ">") && tag &&
	       (g_str_has_prefix(tag, "<p") || g_str_has_prefix(tag, "<div"));
}

static bool begins_with_closing(const char *after)
{
	while (g_ascii_isspace(*after))
		after++;
	return g_str_has_prefix(after, "</p>") ||
	       g_str_has_prefix(after, "</div>");
}

static bool is_own_block(const GPtrArray *nodes, guint index)
{
	const char *before = text_beside(nodes, index, -1);
	const char *after = text_beside(nodes, index, 1);

	return before && after && ends_in_opening(before) &&
	       begins_with_closing(after);
}

static bool is_own_line(const GPtrArray *nodes, guint index)
{
	if (index == 0 || index + 1 >= nodes->len)
		return false;
	const MustacheNode *before = g_ptr_array_index(nodes, index - 1);
	const MustacheNode *after = g_ptr_array_index(nodes, index + 1);
	return before->type == MUSTACHE_TEXT && after->type == MUSTACHE_TEXT &&
	       g_str_has_suffix(before->text, "\n") &&
	       strspn(after->text, " \t\r") == strcspn(after->text, "\n");
}

/* Below the subject's line nothing but blank lines comes before it. */
static bool is_first(const Mustache *mustache, guint index)
{
	for (guint i = 0; i < index; i++) {
		const MustacheNode *node =
			g_ptr_array_index(mustache->nodes, i);
		if (node->line > 1 && node->type != MUSTACHE_SLOT &&
			(node->type != MUSTACHE_TEXT ||
				node->text[strspn(node->text, " \t\r\n")]))
			return false;
	}
	return true;
}

/*
 * Alone in its line, or in HTML in its paragraph, for a mail program to quote
 * it so; and whatever the values are: so not within a section.
 */
static bool has_marker(const Mustache *mustache, bool html)
{
	const GPtrArray *nodes = mustache->nodes;

	for (guint i = 0; i < nodes->len; i++) {
		const MustacheNode *node = g_ptr_array_index(nodes, i);
		if (node->type != MUSTACHE_VARIABLE ||
			strcmp(node->text, "marker") != 0)
			continue;
		if (html ? is_own_block(nodes, i)
			 : is_own_line(nodes, i) && is_first(mustache, i))
			return true;
	}
	return false;
}

bool reply_check(
	const Mustache *mustache, const TemplateFile *file, GError **error)
{
	Check check = {.file = file};
	MustacheVisitor visitor = {check_node, &check};

	mustache_visit(mustache, &visitor);
	if (check.error) {
		g_propagate_error(error, check.error);
		return false;
	}
	if (file->shared || !reply_kind_is_for_staff(file->kind) ||
		has_marker(mustache, file->html))
		return true;
	g_set_error(error, REPLY_ERROR, REDRESS_ERROR_INVALID,
		"%s:1: mail to staff needs {{marker}} on a line of its own, %s"
		"above all else: answers are read down to it",
		file->path, file->html ? "as <p>{{marker}}</p>, " : "");
	return false;
}
