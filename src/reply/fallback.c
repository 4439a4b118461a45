/*
 * Which file is used for what: an admin's own in place of a shipped one,
 * another language's where one is missing.  Nothing of that is silent.
 */
#include "templates.h"

#include <string.h>

void reply_template_file_free(ReplyTemplateFile *file)
{
	if (!file)
		return;
	g_free(file->language);
	g_free(file->name);
	g_free(file->path);
	g_strfreev(file->hidden);
	g_free(file);
}

static char **copy_paths(const GPtrArray *paths)
{
	char **copy = g_new0(char *, (paths ? paths->len : 0) + 1);

	for (guint i = 0; paths && i < paths->len; i++)
		copy[i] = g_strdup(g_ptr_array_index(paths, i));
	return copy;
}

/* name: (transfer full); found: NULL where there is none.  (transfer none) */
static ReplyTemplateFile *add_entry(GPtrArray *entries, const char *language,
	char *name, const FoundFile *found)
{
	ReplyTemplateFile *file = g_new0(ReplyTemplateFile, 1);

	file->language = g_strdup(language);
	file->name = name;
	file->path = g_strdup(found ? found->path : NULL);
	file->hidden = copy_paths(found ? found->hidden : NULL);
	g_ptr_array_add(entries, file);
	return file;
}

/* name: with its ending. */
static void add_template(GPtrArray *entries, const char *language,
	const char *name, const FoundFile *found)
{
	const char *end = strrchr(name, '.');
	ReplyTemplateFile *file = add_entry(
		entries, language, g_strndup(name, (gsize)(end - name)), found);

	file->what = *name == '_' ? REPLY_FILE_PARTIAL : REPLY_FILE_MAIL;
	if (file->what == REPLY_FILE_MAIL)
		reply_kind_from_name(file->name, &file->kind);
	file->html = template_form_of(name) == FORM_HTML;
}

static void add_canned(GPtrArray *entries, GHashTable *files)
{
	g_autoptr(GList) keys = template_sorted_keys(files);

	for (GList *key = keys; key; key = key->next) {
		const char *slash = strchr(key->data, '/');
		g_autofree char *language = g_strndup(
			key->data, (gsize)(slash - (char *)key->data));
		add_entry(entries, language, g_strconcat("canned", slash, NULL),
			g_hash_table_lookup(files, key->data))
			->what = REPLY_FILE_CANNED;
	}
}

/* What all share is told of once, and not as each language's. */
static bool is_shared(
	const Language *language, const Language *common, const char *name)
{
	return language != common && g_strcmp0(template_path(language, name),
					     template_path(common, name)) == 0;
}

static void add_missing(GPtrArray *entries, const Language *language)
{
	for (int i = 0; i < REPLY_KINDS; i++) {
		enum reply_kind kind = (enum reply_kind)i;
		for (int form = 0; form < FORMS; form++) {
			g_autofree char *name =
				template_file_name(kind, (enum form)form);
			if (!reply_kind_is_for_staff(kind) &&
				!language->kinds[kind][form])
				add_template(
					entries, language->code, name, NULL);
		}
	}
}

static void add_language(
	GPtrArray *entries, const Language *language, const Language *common)
{
	g_autoptr(GList) names = template_sorted_keys(language->files);

	for (GList *name = names; name; name = name->next)
		if (!is_shared(language, common, name->data))
			add_template(entries, language->code, name->data,
				g_hash_table_lookup(
					language->files, name->data));
	if (language != common)
		add_missing(entries, language);
}

GPtrArray *reply_templates_files(const ReplyTemplates *templates)
{
	g_autoptr(GList) codes = template_sorted_keys(templates->languages);
	GPtrArray *entries = g_ptr_array_new_with_free_func(
		(GDestroyNotify)reply_template_file_free);

	add_language(entries, templates->common, templates->common);
	for (GList *code = codes; code; code = code->next)
		add_language(entries,
			g_hash_table_lookup(templates->languages, code->data),
			templates->common);
	add_canned(entries, canned_files(templates->canned));
	return entries;
}

/* ---- what is told ------------------------------------------------------ */

/* The same name in the other form; NULL if there is none. */
static const ReplyTemplateFile *find_twin(
	const GPtrArray *entries, const ReplyTemplateFile *file)
{
	for (guint i = 0; i < entries->len; i++) {
		const ReplyTemplateFile *other = g_ptr_array_index(entries, i);
		if (other->html != file->html && other->path &&
			strcmp(other->language, file->language) == 0 &&
			strcmp(other->name, file->name) == 0)
			return other;
	}
	return NULL;
}

static bool same_folder(const char *first, const char *second)
{
	g_autofree char *one = g_path_get_dirname(first);
	g_autofree char *other = g_path_get_dirname(second);

	return strcmp(one, other) == 0;
}

static void tell_hidden(GPtrArray *remarks, const GPtrArray *entries,
	const ReplyTemplateFile *file)
{
	const ReplyTemplateFile *twin = find_twin(entries, file);
	guint count = g_strv_length(file->hidden);

	if (count == 0)
		return;
	remarks_add(remarks, false, file->path,
		g_strdup_printf(
			"is used in place of %s", file->hidden[count - 1]));
	if (twin && !same_folder(file->path, twin->path))
		remarks_add(remarks, true, file->path,
			g_strdup_printf("has words of its own, and %s is as it "
					"was: a customer may read either; "
					"change both",
				twin->path));
}

static void tell_missing(
	GPtrArray *remarks, const char *code, const GPtrArray *entries)
{
	g_autoptr(GString) names = g_string_new(NULL);

	for (guint i = 0; i < entries->len; i++) {
		const ReplyTemplateFile *file = g_ptr_array_index(entries, i);
		if (!file->path && strcmp(file->language, code) == 0)
			g_string_append_printf(names, " %s%s", file->name,
				file->html ? ".html" : ".txt");
	}
	if (names->len > 0)
		remarks_add(remarks, true, code,
			g_strdup_printf("is not offered, for it lacks%s; its "
					"customers are answered in the "
					"mailbox's language, else in English",
				names->str));
}

GPtrArray *reply_templates_check_files(const ReplyTemplates *templates)
{
	g_autoptr(GPtrArray) entries = reply_templates_files(templates);
	g_autoptr(GList) codes = template_sorted_keys(templates->languages);
	GPtrArray *remarks = remarks_new();

	for (guint i = 0; i < templates->unused->len; i++) {
		const ReplyRemark *unused = templates->unused->pdata[i];
		remarks_add(remarks, unused->wrong, unused->file,
			g_strdup(unused->words));
	}
	for (guint i = 0; i < entries->len; i++) {
		const ReplyTemplateFile *file = g_ptr_array_index(entries, i);
		if (file->path)
			tell_hidden(remarks, entries, file);
	}
	for (GList *code = codes; code; code = code->next)
		tell_missing(remarks, code->data, entries);
	return remarks;
}
