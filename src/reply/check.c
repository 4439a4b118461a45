/*
 * The words that templates may use, and where.  A name that is not here
 * would be silently empty in a customer's mail, so it is an error at start.
 */
#include "internal.h"

#include <string.h>

typedef struct Word Word;
struct Word {
	const char *name;
	const char *within; /* only in this section; NULL: anywhere */
	bool staff;         /* only in mail to staff */
};

static const Word words[] = {
	{"reference", NULL, false},
	{"customer_name", NULL, false},
	{"subject", NULL, false},
	{"mailbox_name", NULL, false},
	{"mailbox_address", NULL, false},
	{"assignee", NULL, false},
	{"opened_time", NULL, false},
	{"promised_time", NULL, false},
	{"old_promised_time", NULL, false},
	{"next_update_time", NULL, false},
	{"now_time", NULL, false},
	{"interval_hours", NULL, false},
	{"resolution", NULL, false},
	{"resolution_lines", NULL, false},
	{"line", "resolution_lines", false},
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
	{"events", NULL, false},
	{"time", "events", false},
	{"received", "events", false},
	{"added", "events", false},
	{"acknowledged", "events", false},
	{"assigned", "events", false},
	{"promised", "events", false},
	{"updated", "events", false},
	{"resolved", "events", false},
	{"escalated", "events", false},
	{"customer_address", NULL, true},
	{"late_count", NULL, true},
	{"state", NULL, true},
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

static bool is_within(const GPtrArray *sections, const char *name)
{
	for (guint i = 0; i < sections->len; i++)
		if (strcmp(g_ptr_array_index(sections, i), name) == 0)
			return true;
	return false;
}

/* The complaint about a node, or NULL.  (transfer full) */
static char *complain(const MustacheNode *node, const GPtrArray *sections,
	const TemplateFile *file)
{
	if (node->type == MUSTACHE_PARTIAL) {
		if (g_hash_table_contains(
			    (GHashTable *)file->partials, node->text))
			return NULL;
		return g_strdup_printf("there is no partial \"%s\": it would "
				       "be the file _%s.%s",
			node->text, node->text, file->html ? "html" : "txt");
	}
	const Word *word = find_word(node->text);
	if (!word)
		return g_strdup_printf("unknown variable \"%s\"; "
				       "redress-templates(5) lists them",
			node->text);
	if (word->within && !is_within(sections, word->within))
		return g_strdup_printf("\"%s\" means something only inside "
				       "{{#%s}}",
			node->text, word->within);
	if (word->staff && (file->partial || !reply_kind_is_for_staff(file->kind)))
		return g_strdup_printf(
			"\"%s\" is for escalations alone", node->text);
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

bool reply_check(
	const Mustache *mustache, const TemplateFile *file, GError **error)
{
	Check check = {.file = file};
	MustacheVisitor visitor = {check_node, &check};

	mustache_visit(mustache, &visitor);
	if (!check.error)
		return true;
	g_propagate_error(error, check.error);
	return false;
}
