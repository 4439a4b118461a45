/*
 * Canned answers: what agents need not write anew.  canned/LANGUAGE/NAME.txt
 * beside the languages of the mails; a later folder overrides file by file.
 */
#include "internal.h"

#include <string.h>

static const char suffix[] = ".txt";

struct Canned {
	GHashTable *files;     /* "LANGUAGE/NAME" -> FoundFile */
	GHashTable *templates; /* "LANGUAGE/NAME" -> Mustache */
	GHashTable *unfilled;  /* "LANGUAGE/NAME" -> what is to be filled in */
	GPtrArray *names;      /* char *, sorted, NULL-terminated */
};

Canned *canned_new(void)
{
	Canned *canned = g_new0(Canned, 1);

	canned->files = found_files_new();
	canned->templates = g_hash_table_new_full(
		g_str_hash, g_str_equal, g_free, (GDestroyNotify)mustache_free);
	canned->unfilled =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	canned->names = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(canned->names, NULL);
	return canned;
}

void canned_free(Canned *canned)
{
	if (!canned)
		return;
	g_hash_table_unref(canned->files);
	g_hash_table_unref(canned->templates);
	g_hash_table_unref(canned->unfilled);
	g_ptr_array_unref(canned->names);
	g_free(canned);
}

/* ---- finding the files ------------------------------------------------- */

/* What can stand after "#canned". */
static bool is_name(const char *name)
{
	return *name && !name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
					   "0123456789-")];
}

static bool list_language(
	Canned *canned, const char *path, const char *code, GError **error)
{
	g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
	const char *name;

	if (!directory)
		return template_fail(error, path, "cannot be read");
	while ((name = g_dir_read_name(directory))) {
		if (*name == '.' || !g_str_has_suffix(name, suffix))
			continue;
		g_autofree char *file = g_build_filename(path, name, NULL);
		g_autofree char *stem =
			g_strndup(name, strlen(name) - strlen(suffix));
		if (!is_name(stem))
			return template_fail(error, file,
				"the name of a canned answer is of small "
				"letters, digits and \"-\"");
		g_autofree char *key = g_strdup_printf("%s/%s", code, stem);
		found_files_add(canned->files, key, g_steal_pointer(&file));
	}
	return true;
}

bool canned_list(Canned *canned, const char *directory, GError **error)
{
	g_autofree char *path = g_build_filename(directory, "canned", NULL);
	const char *name;

	if (!g_file_test(path, G_FILE_TEST_IS_DIR))
		return true;
	g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
	if (!folder)
		return template_fail(error, path, "cannot be read");
	while ((name = g_dir_read_name(folder))) {
		g_autofree char *inner = g_build_filename(path, name, NULL);
		if (template_is_language(name) &&
			g_file_test(inner, G_FILE_TEST_IS_DIR) &&
			!list_language(canned, inner, name, error))
			return false;
	}
	return true;
}

/* ---- reading ----------------------------------------------------------- */

/* "[[your firm's name]]": what only the administrator knows.  Such an answer
 * may be there, and is not mailed. */
static void note_unfilled(Canned *canned, const char *key, const char *text)
{
	const char *open = strstr(text, "[[");
	const char *close = open ? strstr(open, "]]") : NULL;

	if (close)
		g_hash_table_insert(canned->unfilled, g_strdup(key),
			g_strndup(open + 2, (gsize)(close - open) - 2));
}

static bool read_one(
	Canned *canned, const char *key, const char *path, GError **error)
{
	TemplateFile file = {.path = path, .shared = true};
	g_autofree char *text = template_read_file(path, error);

	if (!text)
		return false;
	if (g_str_has_prefix(text, "Subject:"))
		return template_fail(error, path,
			"a canned answer has no subject: it is put into a "
			"mail that has one");
	g_autoptr(Mustache) mustache = mustache_parse(text, path, error);
	if (!mustache || !reply_check(mustache, &file, error))
		return false;
	note_unfilled(canned, key, text);
	g_hash_table_insert(
		canned->templates, g_strdup(key), g_steal_pointer(&mustache));
	return true;
}

static void list_names(Canned *canned, const GList *keys)
{
	g_autoptr(GHashTable) seen =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (const GList *key = keys; key; key = key->next)
		g_hash_table_add(seen,
			g_strdup(strchr((const char *)key->data, '/') + 1));
	g_autoptr(GList) names =
		g_list_sort(g_hash_table_get_keys(seen), (GCompareFunc)strcmp);
	g_ptr_array_set_size(canned->names, 0);
	for (const GList *name = names; name; name = name->next)
		g_ptr_array_add(canned->names, g_strdup(name->data));
	g_ptr_array_add(canned->names, NULL);
}

bool canned_read(Canned *canned, GError **error)
{
	/* In order, so that the first mistake is always the same one. */
	g_autoptr(GList) keys = g_list_sort(
		g_hash_table_get_keys(canned->files), (GCompareFunc)strcmp);

	for (const GList *key = keys; key; key = key->next)
		if (!read_one(canned, key->data,
			    found_files_path(canned->files, key->data), error))
			return false;
	list_names(canned, keys);
	return true;
}

/* ---- use --------------------------------------------------------------- */

const char *const *canned_names(const Canned *canned)
{
	return (const char *const *)canned->names->pdata;
}

GHashTable *canned_files(const Canned *canned)
{
	return canned->files;
}

const Mustache *canned_find(
	const Canned *canned, const char *language, const char *name)
{
	g_autofree char *key = g_strdup_printf("%s/%s", language, name);

	return g_hash_table_lookup(canned->templates, key);
}

const char *canned_unfilled(
	const Canned *canned, const char *language, const char *name)
{
	g_autofree char *key = g_strdup_printf("%s/%s", language, name);

	return g_hash_table_lookup(canned->unfilled, key);
}
