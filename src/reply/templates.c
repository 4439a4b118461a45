/*
 * Templates: which files there are, which win, and whether they are sound.
 * Loaded once, then only read.
 */
#include "templates.h"

#include <string.h>

enum { FILE_MOST_BYTES = 256 * 1024 };

static const char subject_prefix[] = "Subject: ";

static const char byte_order_mark[] = "\xEF\xBB\xBF";

static const char *const form_suffix[FORMS] = {".txt", ".html"};

static void found_file_free(gpointer data)
{
	FoundFile *file = data;

	g_free(file->path);
	g_ptr_array_unref(file->hidden);
	g_free(file);
}

GHashTable *found_files_new(void)
{
	return g_hash_table_new_full(
		g_str_hash, g_str_equal, g_free, found_file_free);
}

void found_files_add(GHashTable *files, const char *name, char *path)
{
	FoundFile *file = g_hash_table_lookup(files, name);

	if (file) {
		g_ptr_array_add(file->hidden, file->path);
	} else {
		file = g_new0(FoundFile, 1);
		file->hidden = g_ptr_array_new_with_free_func(g_free);
		g_hash_table_insert(files, g_strdup(name), file);
	}
	file->path = path;
}

const char *found_files_path(const GHashTable *files, const char *name)
{
	const FoundFile *file = g_hash_table_lookup((GHashTable *)files, name);

	return file ? file->path : NULL;
}

static void language_free(gpointer data)
{
	Language *language = data;

	for (int kind = 0; kind < REPLY_KINDS; kind++)
		for (int form = 0; form < FORMS; form++)
			mustache_free(language->kinds[kind][form]);
	for (int form = 0; form < FORMS; form++)
		g_hash_table_unref(language->partials[form]);
	g_hash_table_unref(language->files);
	g_free(language->code);
	g_free(language);
}

static Language *language_new(const char *code)
{
	Language *language = g_new0(Language, 1);

	language->code = g_strdup(code);
	for (int form = 0; form < FORMS; form++)
		language->partials[form] = g_hash_table_new_full(g_str_hash,
			g_str_equal, g_free, (GDestroyNotify)mustache_free);
	language->files = found_files_new();
	return language;
}

void reply_templates_free(ReplyTemplates *templates)
{
	if (!templates)
		return;
	g_hash_table_unref(templates->languages);
	language_free(templates->common);
	g_ptr_array_unref(templates->offered);
	g_ptr_array_unref(templates->tone);
	g_ptr_array_unref(templates->unused);
	canned_free(templates->canned);
	reply_dates_free(templates->dates);
	g_free(templates);
}

/* ---- finding the files ------------------------------------------------- */

bool template_is_language(const char *name)
{
	size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz");

	return (length == 2 || length == 3) && !name[length];
}

enum form template_form_of(const char *name)
{
	for (int form = 0; form < FORMS; form++)
		if (*name != '.' && g_str_has_suffix(name, form_suffix[form]))
			return (enum form)form;
	return FORMS;
}

char *template_file_name(enum reply_kind kind, enum form form)
{
	return g_strconcat(reply_kind_name(kind), form_suffix[form], NULL);
}

const char *template_path(const Language *language, const char *name)
{
	return found_files_path(language->files, name);
}

bool template_is_whole(const Language *language, enum reply_kind kind)
{
	return language->kinds[kind][FORM_TEXT] &&
	       language->kinds[kind][FORM_HTML];
}

static GDir *open_directory(const char *path, GError **error)
{
	g_autoptr(GError) cause = NULL;
	GDir *directory = g_dir_open(path, 0, &cause);

	if (!directory)
		g_set_error(error, REPLY_ERROR, REDRESS_ERROR_INVALID,
			"templates: %s", cause->message);
	return directory;
}

GList *template_sorted_keys(GHashTable *table)
{
	return g_list_sort(g_hash_table_get_keys(table), (GCompareFunc)strcmp);
}

/* ---- what is put where nobody looks ------------------------------------- */

/* "ack", "ack.htm", "_footer.text": not what an editor leaves behind, nor what
 * stands there for people to read. */
static bool seems_template(const char *name)
{
	const char *end = strchrnul(name, '.');
	g_autofree char *stem = g_strndup(name, (gsize)(end - name));
	enum reply_kind kind;

	return !(*end && strchr(end + 1, '.')) && !strchr(name, '~') &&
	       (*name == '_' || reply_kind_from_name(stem, &kind));
}

static void remark_file(ReplyTemplates *templates, const char *path)
{
	remarks_add(templates->unused, true, path,
		g_strdup("is used for nothing: a template is a file "
			 "LANGUAGE/NAME.txt or LANGUAGE/NAME.html"));
}

/* A link that leads nowhere was meant for a folder, too. */
static void remark_entry(
	ReplyTemplates *templates, const char *name, const char *path)
{
	static const char *const known[] = {
		TEMPLATES_COMMON, "canned", "tone", NULL};

	if (*name == '.' || g_strv_contains(known, name))
		return;
	if (g_file_test(path, G_FILE_TEST_IS_DIR) ||
		!g_file_test(path, G_FILE_TEST_EXISTS))
		remarks_add(templates->unused, true, path,
			g_strdup("is used for nothing: a language's folder is "
				 "named by two or three small letters, such "
				 "as \"et\""));
	else if (seems_template(name))
		remark_file(templates, path);
}

/* ---- finding them ------------------------------------------------------- */

static bool list_language(ReplyTemplates *templates, Language *language,
	const char *path, GError **error)
{
	g_autoptr(GDir) directory = open_directory(path, error);
	const char *name;

	if (!directory)
		return false;
	while ((name = g_dir_read_name(directory))) {
		g_autofree char *file = g_build_filename(path, name, NULL);
		if (template_form_of(name) != FORMS)
			found_files_add(
				language->files, name, g_steal_pointer(&file));
		else if (seems_template(name))
			remark_file(templates, file);
	}
	return true;
}

/* A language's, or what all of them share; NULL if it is neither. */
static Language *find_folder(
	ReplyTemplates *templates, const char *name, const char *path)
{
	if (!g_file_test(path, G_FILE_TEST_IS_DIR))
		return NULL;
	if (strcmp(name, TEMPLATES_COMMON) == 0)
		return templates->common;
	if (!template_is_language(name))
		return NULL;
	Language *language = g_hash_table_lookup(templates->languages, name);
	if (!language) {
		language = language_new(name);
		g_hash_table_insert(
			templates->languages, language->code, language);
	}
	return language;
}

static bool list_directory(
	ReplyTemplates *templates, const char *path, GError **error)
{
	g_autoptr(GDir) directory = open_directory(path, error);
	const char *name;

	if (!directory)
		return false;
	while ((name = g_dir_read_name(directory))) {
		g_autofree char *inner = g_build_filename(path, name, NULL);
		Language *language = find_folder(templates, name, inner);
		if (!language)
			remark_entry(templates, name, inner);
		else if (!list_language(templates, language, inner, error))
			return false;
	}
	return true;
}

/* What a language has of its own comes before what all of them share. */
static void take_common(Language *language, const Language *common)
{
	GHashTableIter iter;
	gpointer name, file;

	g_hash_table_iter_init(&iter, common->files);
	while (g_hash_table_iter_next(&iter, &name, &file))
		if (!g_hash_table_contains(language->files, name))
			found_files_add(language->files, name,
				g_strdup(((FoundFile *)file)->path));
}

/* A whole mail there would be in no language. */
static bool check_common(const Language *common, GError **error)
{
	g_autoptr(GList) names = template_sorted_keys(common->files);

	for (GList *name = names; name; name = name->next)
		if (*(const char *)name->data != '_')
			return template_fail(error,
				template_path(common, name->data),
				"common/ is for partials, whose names begin "
				"with \"_\"");
	return true;
}

/* Read only when somebody asks how the mails sound. */
static bool list_tone(
	ReplyTemplates *templates, const char *directory, GError **error)
{
	g_autofree char *path = g_build_filename(directory, "tone", NULL);
	const char *name;

	if (!g_file_test(path, G_FILE_TEST_IS_DIR))
		return true;
	g_autoptr(GDir) folder = open_directory(path, error);
	if (!folder)
		return false;
	while ((name = g_dir_read_name(folder)))
		if (template_form_of(name) == FORM_TEXT)
			g_ptr_array_add(templates->tone,
				g_build_filename(path, name, NULL));
	return true;
}

/* ---- reading one ------------------------------------------------------- */

bool template_fail(GError **error, const char *path, const char *why)
{
	g_set_error(error, REPLY_ERROR, REDRESS_ERROR_INVALID, "%s:1: %s", path,
		why);
	return false;
}

char *template_read_file(const char *path, GError **error)
{
	g_autofree char *text = NULL;
	g_autoptr(GError) cause = NULL;
	gsize length = 0;

	/* A pipe would be read for ever. */
	if (g_file_test(path, G_FILE_TEST_EXISTS) &&
		!g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
		template_fail(error, path, "this is no file; remove it");
		return NULL;
	}
	if (!g_file_get_contents(path, &text, &length, &cause)) {
		g_set_error(error, REPLY_ERROR, REDRESS_ERROR_INVALID,
			"templates: %s", cause->message);
		return NULL;
	}
	if (length > FILE_MOST_BYTES) {
		template_fail(error, path, "the file is larger than 256 kB");
		return NULL;
	}
	if (!g_utf8_validate(text, (gssize)length, NULL)) {
		template_fail(error, path, "the file is not UTF-8");
		return NULL;
	}
	/* Some editors begin every file so. */
	if (g_str_has_prefix(text, byte_order_mark))
		return g_strdup(text + strlen(byte_order_mark));
	return g_steal_pointer(&text);
}

/* The subject's line must stand there whatever the values are. */
static bool check_subject(const char *path, const char *text, GError **error)
{
	const char *end = strchr(text, '\n');

	if (!g_str_has_prefix(text, subject_prefix) || !end ||
		(end[1] != '\n' && !g_str_has_prefix(end + 1, "\r\n")))
		return template_fail(error, path,
			"a text begins with \"Subject: ...\" and a blank line");
	return true;
}

static bool fail_name(GError **error, const char *path)
{
	g_autoptr(GString) said =
		g_string_new("no mail has this name; the names are");

	for (int kind = 0; kind < REPLY_KINDS; kind++)
		g_string_append_printf(
			said, " %s", reply_kind_name((enum reply_kind)kind));
	return template_fail(error, path, said->str);
}

static bool read_one(
	Language *language, const char *name, const char *path, GError **error)
{
	enum form form = template_form_of(name);
	bool partial = *name == '_';
	enum reply_kind kind = REPLY_ACK;
	g_autofree char *stem = g_strndup(name + partial,
		strlen(name) - partial - strlen(form_suffix[form]));

	if (!partial && !reply_kind_from_name(stem, &kind))
		return fail_name(error, path);
	g_autofree char *text = template_read_file(path, error);
	if (!text)
		return false;
	if (!partial && form == FORM_TEXT && !check_subject(path, text, error))
		return false;
	Mustache *mustache = mustache_parse(text, path, error);
	if (!mustache)
		return false;
	if (partial)
		g_hash_table_insert(language->partials[form],
			g_steal_pointer(&stem), mustache);
	else
		language->kinds[kind][form] = mustache;
	return true;
}

static bool check_one(
	Language *language, const char *name, const char *path, GError **error)
{
	enum form form = template_form_of(name);
	TemplateFile file = {
		.path = path,
		.html = form == FORM_HTML,
		.shared = *name == '_',
		.partials = language->partials[form],
	};
	g_autofree char *stem = g_strndup(name + file.shared,
		strlen(name) - file.shared - strlen(form_suffix[form]));

	file.for_staff =
		file.shared && g_str_has_prefix(stem, CHECK_STAFF_PREFIX);
	if (file.shared)
		return reply_check(
			g_hash_table_lookup(language->partials[form], stem),
			&file, error);
	reply_kind_from_name(stem, &file.kind);
	return reply_check(language->kinds[file.kind][form], &file, error);
}

static bool for_each_file(Language *language,
	bool (*act)(Language *, const char *, const char *, GError **),
	GError **error)
{
	g_autoptr(GList) names = template_sorted_keys(language->files);

	for (GList *name = names; name; name = name->next)
		if (!act(language, name->data,
			    template_path(language, name->data), error))
			return false;
	return true;
}

/* ---- the whole --------------------------------------------------------- */

/* The first customer's template that is missing; false if none is. */
static bool find_missing(const Language *language, enum reply_kind *ret_kind,
	enum form *ret_form)
{
	for (int kind = 0; kind < REPLY_KINDS; kind++) {
		if (reply_kind_is_for_staff((enum reply_kind)kind) &&
			strcmp(language->code, "en"))
			continue;
		for (int form = 0; form < FORMS; form++) {
			if (language->kinds[kind][form])
				continue;
			*ret_kind = (enum reply_kind)kind;
			*ret_form = (enum form)form;
			return true;
		}
	}
	return false;
}

static bool check_english(ReplyTemplates *templates,
	const char *const *directories, GError **error)
{
	const Language *english =
		g_hash_table_lookup(templates->languages, "en");
	enum reply_kind kind = REPLY_ACK;
	enum form form = FORM_TEXT;

	if (english && !find_missing(english, &kind, &form))
		return true;
	g_set_error(error, REPLY_ERROR, REDRESS_ERROR_INVALID,
		"%s/en/%s%s: this template is missing; English must be whole, "
		"since others fall back to it",
		directories[0] ? directories[0] : "templates",
		reply_kind_name(kind), form_suffix[form]);
	return false;
}

static bool load_all(ReplyTemplates *templates, const char *const *directories,
	GError **error)
{
	for (const char *const *path = directories; *path; path++)
		if (!list_directory(templates, *path, error) ||
			!list_tone(templates, *path, error) ||
			!canned_list(templates->canned, *path, error))
			return false;
	if (!check_common(templates->common, error) ||
		!canned_read(templates->canned, error))
		return false;

	g_autoptr(GList) codes = template_sorted_keys(templates->languages);
	for (GList *code = codes; code; code = code->next) {
		Language *language =
			g_hash_table_lookup(templates->languages, code->data);
		enum reply_kind kind;
		enum form form;
		take_common(language, templates->common);
		if (!for_each_file(language, read_one, error) ||
			!for_each_file(language, check_one, error))
			return false;
		if (!find_missing(language, &kind, &form))
			g_ptr_array_add(templates->offered, language->code);
	}
	g_ptr_array_add(templates->offered, NULL);
	return check_english(templates, directories, error);
}

ReplyTemplates *reply_templates_load(
	const char *const *directories, GError **error)
{
	g_autoptr(ReplyTemplates) templates = g_new0(ReplyTemplates, 1);

	templates->languages = g_hash_table_new_full(
		g_str_hash, g_str_equal, NULL, language_free);
	templates->common = language_new(TEMPLATES_COMMON);
	templates->offered = g_ptr_array_new();
	templates->tone = g_ptr_array_new_with_free_func(g_free);
	templates->unused = remarks_new();
	templates->canned = canned_new();
	templates->dates = reply_dates_new();
	if (!load_all(templates, directories, error))
		return NULL;
	return g_steal_pointer(&templates);
}

const char *const *reply_templates_canned(const ReplyTemplates *templates)
{
	return canned_names(templates->canned);
}

const char *const *reply_templates_languages(const ReplyTemplates *templates)
{
	return (const char *const *)templates->offered->pdata;
}

/* The offered code, which lives as long as the templates. */
static const char *find_offered(
	const ReplyTemplates *templates, const char *code)
{
	for (guint i = 0; code && i + 1 < templates->offered->len; i++)
		if (strcmp(g_ptr_array_index(templates->offered, i), code) == 0)
			return g_ptr_array_index(templates->offered, i);
	return NULL;
}

const char *reply_templates_choose(const ReplyTemplates *templates,
	const char *wanted, const char *fallback)
{
	const char *found = find_offered(templates, wanted);

	if (!found)
		found = find_offered(templates, fallback);
	return found ? found : "en";
}

/* ---- rendering --------------------------------------------------------- */

static const Language *find_language(
	const ReplyTemplates *templates, const ReplyFacts *facts)
{
	const Language *language =
		facts->language ? g_hash_table_lookup(
					  templates->languages, facts->language)
				: NULL;

	if (language && template_is_whole(language, facts->kind))
		return language;
	return g_hash_table_lookup(templates->languages, "en");
}

/* Sections that render to nothing leave blank lines around them. */
static char *squeeze_blank_lines(const char *text)
{
	char *squeezed = g_malloc(strlen(text) + 2);
	char *end = squeezed;

	while (*text == '\n')
		text++;
	for (; *text; text++) {
		if (*text == '\r')
			continue;
		if (*text == '\n' && end - squeezed >= 2 && end[-1] == '\n' &&
			end[-2] == '\n')
			continue;
		*end++ = *text;
	}
	while (end > squeezed && end[-1] == '\n')
		end--;
	*end++ = '\n';
	*end = '\0';
	return squeezed;
}

static void split_subject(const char *whole, Rendered *ret)
{
	const char *end = strchrnul(whole, '\n');
	g_autofree char *line = g_strndup(whole, (gsize)(end - whole));
	size_t prefix = strlen(subject_prefix);

	ret->subject = clean_line(
		strlen(line) > prefix ? line + prefix : "", CLEAN_SUBJECT_MOST);
	ret->text = squeeze_blank_lines(end);
}

bool reply_templates_render(const ReplyTemplates *templates,
	const ReplyFacts *facts, const char *status_address, bool html,
	Rendered *ret, GError **error)
{
	const Language *language = find_language(templates, facts);
	Clock clock = {templates->dates, language->code, facts->time_zone};
	g_autoptr(MustacheValue) context = reply_facts_context(
		facts, language->code, status_address, templates->dates);

	told_mark(context, facts, &clock);
	g_autofree char *whole =
		mustache_render_value(language->kinds[facts->kind][FORM_TEXT],
			context, language->partials[FORM_TEXT], false);

	if (!g_str_has_prefix(whole, subject_prefix)) {
		g_set_error(error, REPLY_ERROR, REDRESS_ERROR_PERMANENT,
			"template %s/%s.txt gave no subject", language->code,
			reply_kind_name(facts->kind));
		return false;
	}
	*ret = (Rendered){.language = language->code};
	told_find(&ret->told, facts, strchrnul(whole, '\n'));
	told_unmark(whole);
	split_subject(whole, ret);
	put_text(context, "title", ret->subject, CLEAN_SUBJECT_MOST);
	if (html) {
		ret->html = mustache_render_value(
			language->kinds[facts->kind][FORM_HTML], context,
			language->partials[FORM_HTML], true);
		told_unmark(ret->html);
	}
	return true;
}

void rendered_clear(Rendered *rendered)
{
	g_clear_pointer(&rendered->subject, g_free);
	g_clear_pointer(&rendered->text, g_free);
	g_clear_pointer(&rendered->html, g_free);
	reply_told_clear(&rendered->told);
}

char *reply_render(const ReplyTemplates *templates, const ReplyFacts *facts,
	bool html, GError **error)
{
	Rendered rendered = {0};

	if (!reply_templates_render(templates, facts, facts->mailbox_address,
		    html, &rendered, error))
		return NULL;
	char *whole = g_strconcat(subject_prefix, rendered.subject, "\n\n",
		html ? rendered.html : rendered.text, NULL);
	rendered_clear(&rendered);
	return whole;
}

static bool fail_no_canned(
	const ReplyTemplates *templates, const char *name, GError **error)
{
	g_autofree char *shown = clean_line(name, CLEAN_NAME_MOST);
	g_autofree char *names =
		g_strjoinv(" ", (char **)canned_names(templates->canned));

	g_set_error(error, REPLY_ERROR, REDRESS_ERROR_NOT_FOUND,
		"there is no canned answer \"%s\"; there are: %s", shown,
		names);
	return false;
}

static bool check_filled(const ReplyTemplates *templates, const char *language,
	const char *name, GError **error)
{
	const char *unfilled =
		canned_unfilled(templates->canned, language, name);

	if (!unfilled)
		return true;
	g_autofree char *shown = clean_line(unfilled, CLEAN_NAME_MOST);
	g_set_error(error, REPLY_ERROR, REDRESS_ERROR_INVALID,
		"the canned answer \"%s\" has a place that is still to be "
		"filled in, \"[[%s]]\"; copy canned/%s/%s.txt into a folder "
		"of templates of your own, and fill it in there",
		name, shown, language, name);
	return false;
}

bool reply_check_canned(
	const ReplyTemplates *templates, const char *name, GError **error)
{
	const char *const *language = reply_templates_languages(templates);

	if (!canned_find(templates->canned, "en", name))
		return fail_no_canned(templates, name, error);
	if (!check_filled(templates, "en", name, error))
		return false;
	for (; *language; language++) {
		if (!check_filled(templates, *language, name, error))
			return false;
	}
	return true;
}

char *reply_render_canned(const ReplyTemplates *templates,
	const ReplyFacts *facts, const char *name, GError **error)
{
	const char *language = facts->language ? facts->language : "en";
	const Mustache *answer = canned_find(templates->canned, language, name);

	if (!answer) {
		language = "en";
		answer = canned_find(templates->canned, language, name);
	}
	if (!answer) {
		fail_no_canned(templates, name, error);
		return NULL;
	}
	if (!check_filled(templates, language, name, error))
		return NULL;
	g_autoptr(MustacheValue) context = reply_facts_context(
		facts, language, facts->mailbox_address, templates->dates);
	g_autofree char *whole =
		mustache_render_value(answer, context, NULL, false);
	return squeeze_blank_lines(whole);
}
