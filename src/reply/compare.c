/*
 * Whether the languages say the same, and a mail's text and HTML: by the
 * variables that they use and by what their sentences mean.
 */
#include "templates.h"

#include <string.h>

/* What one form of one mail uses, its partials included. */
typedef struct Usage Usage;
struct Usage {
	GHashTable *names[2]; /* a set for each of what[] */
	GHashTable *seen;     /* partials that were read */
	const Language *language;
	enum form form;
};

enum what { VARIABLES, SLOTS, WHATS };

static const char *const what[WHATS] = {"variables", "slots"};

/* What a language needs for its grammar, or HTML for its form alone. */
static const struct {
	const char *name;
	const char *same_as; /* in the text; NULL: the text has none */
} html_names[] = {
	{"word_lines", "words"},
	{"resolution_lines", "resolution"},
	{"language", NULL},
	{"title", NULL},
	{"status_mailto", NULL},
	{"rating_mailto", NULL},
	{"line", NULL},
	{"pieces", NULL},
	{"piece", NULL},
	{"url", NULL},
};

static bool is_grammar(const char *name)
{
	static const char *const numbers[] = {"message_", "interval_"};

	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
		if (g_str_has_prefix(name, numbers[i]) &&
			strcmp(name, "interval_hours") != 0)
			return true;
	return false;
}

/* ---- what is used ------------------------------------------------------ */

static void read_node(
	const MustacheNode *node, const GPtrArray *sections, void *user);

static void read_partial(Usage *usage, const char *name)
{
	const Mustache *partial = g_hash_table_lookup(
		usage->language->partials[usage->form], name);
	MustacheVisitor visitor = {read_node, usage};

	if (partial && g_hash_table_add(usage->seen, (gpointer)name))
		mustache_visit(partial, &visitor);
}

static void read_node(
	const MustacheNode *node, const GPtrArray *sections, void *user)
{
	Usage *usage = user;

	(void)sections;
	switch (node->type) {
	case MUSTACHE_TEXT:
		return;
	case MUSTACHE_PARTIAL:
		read_partial(usage, node->text);
		return;
	case MUSTACHE_SLOT:
		g_hash_table_add(usage->names[SLOTS], node->text);
		return;
	case MUSTACHE_VARIABLE:
	case MUSTACHE_RAW:
	case MUSTACHE_SECTION:
	case MUSTACHE_INVERTED:
		if (!is_grammar(node->text))
			g_hash_table_add(usage->names[VARIABLES], node->text);
		return;
	}
}

/* The names live in the templates. */
static void read_usage(const Language *language, enum reply_kind kind,
	enum form form, Usage *ret)
{
	MustacheVisitor visitor = {read_node, ret};

	*ret = (Usage){.language = language, .form = form};
	for (int i = 0; i < WHATS; i++)
		ret->names[i] = g_hash_table_new(g_str_hash, g_str_equal);
	ret->seen = g_hash_table_new(g_str_hash, g_str_equal);
	mustache_visit(language->kinds[kind][form], &visitor);
}

static void usage_clear(Usage *usage)
{
	for (int i = 0; i < WHATS; i++)
		g_hash_table_unref(usage->names[i]);
	g_hash_table_unref(usage->seen);
}

/* HTML as if it were text. */
static void forget_form(Usage *html)
{
	for (size_t i = 0; i < G_N_ELEMENTS(html_names); i++)
		if (g_hash_table_remove(
			    html->names[VARIABLES], html_names[i].name) &&
			html_names[i].same_as)
			g_hash_table_add(html->names[VARIABLES],
				(gpointer)html_names[i].same_as);
}

/* ---- remarks ----------------------------------------------------------- */

void reply_remark_free(ReplyRemark *remark)
{
	if (!remark)
		return;
	g_free(remark->file);
	g_free(remark->words);
	g_free(remark);
}

GPtrArray *remarks_new(void)
{
	return g_ptr_array_new_with_free_func(
		(GDestroyNotify)reply_remark_free);
}

void remarks_add(GPtrArray *remarks, bool wrong, const char *file, char *words)
{
	ReplyRemark *remark = g_new0(ReplyRemark, 1);

	remark->wrong = wrong;
	remark->file = g_strdup(file);
	remark->words = words;
	g_ptr_array_add(remarks, remark);
}

/* "slots a, b": those of one that the other has not; nothing if none. */
static void list_missing(
	GString *said, const char *before, const Usage *of, const Usage *than)
{
	for (int i = 0; i < WHATS; i++) {
		g_autoptr(GList) names = template_sorted_keys(of->names[i]);
		const char *lead = NULL;

		for (GList *name = names; name; name = name->next) {
			if (g_hash_table_contains(than->names[i], name->data))
				continue;
			if (!lead)
				g_string_append_printf(said,
					"%s%s %s: ", said->len > 0 ? "; " : "",
					before, what[i]);
			g_string_append_printf(said, "%s%s", lead ? lead : "",
				(char *)name->data);
			lead = ", ";
		}
	}
}

/* beside: what it is compared with, in words. */
static void compare(GPtrArray *remarks, const char *path, const char *beside,
	const Usage *usage, const Usage *model)
{
	g_autoptr(GString) said = g_string_new(NULL);
	g_autofree char *lacks = g_strdup_printf("lacks %s's", beside);
	g_autofree char *has = g_strdup_printf("has, and %s has not,", beside);

	list_missing(said, lacks, model, usage);
	list_missing(said, has, usage, model);
	if (said->len > 0)
		remarks_add(remarks, true, path, g_strdup(said->str));
}

/* ---- the comparisons --------------------------------------------------- */

static const char *path_of(
	const Language *language, enum reply_kind kind, enum form form)
{
	g_autofree char *name = template_file_name(kind, form);

	return template_path(language, name);
}

static void compare_forms(
	GPtrArray *remarks, const Language *language, enum reply_kind kind)
{
	Usage text, html;

	read_usage(language, kind, FORM_TEXT, &text);
	read_usage(language, kind, FORM_HTML, &html);
	forget_form(&html);
	compare(remarks, path_of(language, kind, FORM_HTML), "its text", &html,
		&text);
	usage_clear(&text);
	usage_clear(&html);
}

static void compare_with_english(GPtrArray *remarks, const Language *language,
	const Language *english, enum reply_kind kind)
{
	for (int i = 0; i < FORMS; i++) {
		enum form form = (enum form)i;
		Usage usage, model;

		if (!language->kinds[kind][form])
			continue;
		read_usage(language, kind, form, &usage);
		read_usage(english, kind, form, &model);
		compare(remarks, path_of(language, kind, form), "English",
			&usage, &model);
		usage_clear(&usage);
		usage_clear(&model);
	}
}

static void check_slot(
	const MustacheNode *node, const GPtrArray *sections, void *user)
{
	GString *said = user;

	(void)sections;
	if (node->type == MUSTACHE_SLOT && !slot_is_known(node->text))
		g_string_append_printf(said,
			"%sline %u: there is no slot \"%s\"; "
			"redress-templates(5) lists them",
			said->len > 0 ? "; " : "", node->line, node->text);
}

static void check_slots(
	GPtrArray *remarks, const Mustache *mustache, const char *path)
{
	g_autoptr(GString) said = g_string_new(NULL);
	MustacheVisitor visitor = {check_slot, said};

	if (mustache)
		mustache_visit(mustache, &visitor);
	if (said->len > 0)
		remarks_add(remarks, true, path, g_strdup(said->str));
}

/* Each file by itself, partials too. */
static void check_files(GPtrArray *remarks, const Language *language)
{
	g_autoptr(GList) names = template_sorted_keys(language->files);

	for (GList *name = names; name; name = name->next) {
		enum form form = template_form_of(name->data);
		enum reply_kind kind;
		g_autofree char *stem = g_strdup(name->data);

		*strrchr(stem, '.') = '\0';
		const Mustache *mustache =
			*stem == '_'
				? g_hash_table_lookup(
					  language->partials[form], stem + 1)
			: reply_kind_from_name(stem, &kind)
				? language->kinds[kind][form]
				: NULL;
		check_slots(
			remarks, mustache, template_path(language, name->data));
	}
}

GPtrArray *reply_templates_compare(const ReplyTemplates *templates)
{
	const Language *english =
		g_hash_table_lookup(templates->languages, "en");
	g_autoptr(GList) codes = template_sorted_keys(templates->languages);
	GPtrArray *remarks = remarks_new();

	for (GList *code = codes; code; code = code->next) {
		const Language *language =
			g_hash_table_lookup(templates->languages, code->data);
		check_files(remarks, language);
		for (int i = 0; i < REPLY_KINDS; i++) {
			enum reply_kind kind = (enum reply_kind)i;
			if (reply_kind_is_for_staff(kind))
				continue;
			if (language != english)
				compare_with_english(
					remarks, language, english, kind);
			if (template_is_whole(language, kind))
				compare_forms(remarks, language, kind);
		}
	}
	return remarks;
}
