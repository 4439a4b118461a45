/* Files to look at: a folder for each language, and a page over all. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "render.h"

static const PrinterColumn columns[] = {
	PRINTER_COLUMN("page", "page", PRINTER_TEXT),
	PRINTER_COLUMN("files", "files", PRINTER_NUMBER),
	PRINTER_COLUMN("languages", "languages", PRINTER_TEXT),
};
static const PrinterView view = PRINTER_VIEW(PRINTER_FIELDS, NULL, columns);

typedef struct Files Files;
struct Files {
	const Render *render;
	const char *folder;
	GPtrArray *renderings; /* of Rendering, as render_page() wants them */
	guint written;
};

/* What is done with each file that is to be there. */
typedef bool (*FileAct)(Files *files, const char *path, const char *data,
	size_t length, GError **error);

static void free_rendering(gpointer rendering)
{
	rendering_free(rendering);
}

static bool make_folder(const char *path, GError **error)
{
	if (g_mkdir_with_parents(path, 0755) == 0)
		return true;
	g_set_error(error, BASE_ERROR, REDRESS_ERROR_PERMANENT,
		"%s: cannot make this folder: %s", path, g_strerror(errno));
	return false;
}

static bool write_file(Files *files, const char *path, const char *data,
	size_t length, GError **error)
{
	g_autoptr(GError) problem = NULL;

	if (g_file_set_contents_full(path, data, (gssize)length,
		    G_FILE_SET_CONTENTS_CONSISTENT, 0644, &problem)) {
		files->written++;
		return true;
	}
	g_set_error(error, BASE_ERROR, REDRESS_ERROR_PERMANENT, "%s: %s", path,
		problem->message);
	return false;
}

static bool each_form(
	Files *files, const Rendering *rendering, FileAct act, GError **error)
{
	gsize mime_length = 0;
	const char *mime = rendering->mime ? g_bytes_get_data(rendering->mime,
						     &mime_length)
					   : NULL;
	const struct {
		const char *suffix;
		const char *data;
		size_t length;
	} forms[] = {
		{".txt", rendering->text, strlen(rendering->text)},
		{".html", rendering->html, strlen(rendering->html)},
		{".eml", mime, mime_length},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
		g_autofree char *name = g_strconcat(
			rendering->sample->name, forms[i].suffix, NULL);
		g_autofree char *path = g_build_filename(
			files->folder, rendering->language, name, NULL);
		if (forms[i].data && !act(files, path, forms[i].data,
					     forms[i].length, error))
			return false;
	}
	return true;
}

static bool each_file(Files *files, FileAct act, GError **error)
{
	for (guint i = 0; i < files->renderings->len; i++) {
		const Rendering *rendering = files->renderings->pdata[i];
		if (rendering && !each_form(files, rendering, act, error))
			return false;
	}
	return true;
}

/* ---- which there are ---------------------------------------------------- */

/* All languages' of one sample; none if it is the plain mail in each. */
static bool add_row(Files *files, const Sample *sample, GError **error)
{
	char **languages = files->render->languages;
	g_autoptr(GPtrArray) row =
		g_ptr_array_new_with_free_func(free_rendering);
	bool own = false;

	for (; *languages; languages++) {
		Rendering *rendering = NULL;
		if (rendering_exists(files->render, sample, *languages)) {
			rendering = rendering_new(
				files->render, sample, *languages, error);
			if (!rendering)
				return false;
			own |= !rendering->same;
		}
		g_ptr_array_add(row, rendering);
	}
	for (guint i = 0; own && i < row->len; i++)
		g_ptr_array_add(
			files->renderings, g_steal_pointer(&row->pdata[i]));
	return true;
}

static bool render_all(Files *files, GError **error)
{
	GPtrArray *samples = files->render->samples;

	for (guint i = 0; i < samples->len; i++)
		if (!add_row(files, samples->pdata[i], error))
			return false;
	return true;
}

/* ---- what is there already ---------------------------------------------- */

static bool fail_foreign(const char *path, const char *why, GError **error)
{
	g_set_error(error, BASE_ERROR, REDRESS_ERROR_PERMANENT,
		"%s %s; name another folder", path, why);
	return false;
}

/* The files have the names of templates: an administrator's own words, above
 * all, are not written over with a sample's. */
static bool check_templates(Files *files, GError **error)
{
	const GPtrArray *templates = files->render->files;
	struct stat folder, other;

	if (stat(files->folder, &folder) != 0)
		return true;
	for (guint i = 0; i < templates->len; i++) {
		const ReplyTemplateFile *file = templates->pdata[i];
		g_autofree char *inner = g_path_get_dirname(
			file->path ? file->path : files->folder);
		g_autofree char *outer = g_path_get_dirname(inner);
		if (file->path && stat(outer, &other) == 0 &&
			other.st_dev == folder.st_dev &&
			other.st_ino == folder.st_ino)
			return fail_foreign(files->folder,
				"is a folder of templates", error);
	}
	return true;
}

/* A page of somebody else's stays; ours says that all of the folder is. */
static bool check_page(const char *path, bool *ret_ours, GError **error)
{
	g_autofree char *there = NULL;
	struct stat page;

	*ret_ours = false;
	if (lstat(path, &page) != 0)
		return true;
	*ret_ours = S_ISREG(page.st_mode) &&
		    g_file_get_contents(path, &there, NULL, NULL) &&
		    strstr(there, render_page_mark);
	return *ret_ours ||
	       fail_foreign(path,
		       "is there already and is not of redress render", error);
}

/* A link would lead out of the folder. */
static bool check_folder(const char *path, GError **error)
{
	struct stat folder;

	return lstat(path, &folder) != 0 || S_ISDIR(folder.st_mode) ||
	       fail_foreign(path, "is there already and is no folder", error);
}

static bool check_absent(Files *files, const char *path, const char *data,
	size_t length, GError **error)
{
	struct stat file;

	(void)files;
	(void)data;
	(void)length;
	return lstat(path, &file) != 0 ||
	       fail_foreign(path,
		       "is there already and is not of redress render", error);
}

static bool check_all(Files *files, const char *page, GError **error)
{
	char **languages = files->render->languages;
	bool ours;

	if (!check_templates(files, error) || !check_page(page, &ours, error))
		return false;
	for (; *languages; languages++) {
		g_autofree char *path =
			g_build_filename(files->folder, *languages, NULL);
		if (!check_folder(path, error))
			return false;
	}
	return ours || each_file(files, check_absent, error);
}

/* ---- writing them ------------------------------------------------------- */

/* The page is first: a folder that was half written is known as ours. */
static bool write_all(Files *files, const char *page, GError **error)
{
	char **languages = files->render->languages;
	g_autofree char *html = NULL;

	if (!check_all(files, page, error))
		return false;
	for (; *languages; languages++) {
		g_autofree char *path =
			g_build_filename(files->folder, *languages, NULL);
		if (!make_folder(path, error))
			return false;
	}
	html = render_page(files->render, files->renderings);
	return write_file(files, page, html, strlen(html), error) &&
	       each_file(files, write_file, error);
}

static void tell(const Files *files, const char *page)
{
	Printer *printer = files->render->cli->printer;

	printer_view(printer, &view);
	printer_begin_map(printer);
	printer_put_string(printer, "page", page);
	printer_put_integer(printer, "files", files->written);
	printer_key(printer, "languages");
	printer_strings(printer, (const char *const *)files->render->languages);
	printer_end(printer);
}

int render_files(Render *render, const char *folder)
{
	g_autofree char *page = g_build_filename(folder, "index.html", NULL);
	g_autoptr(GPtrArray) renderings =
		g_ptr_array_new_with_free_func(free_rendering);
	g_autoptr(GError) error = NULL;
	Files files = {
		.render = render,
		.folder = folder,
		.renderings = renderings,
	};

	if (!render_all(&files, &error) || !write_all(&files, page, &error))
		return cli_fail(render->cli, error, NULL);
	tell(&files, page);
	return CLI_DONE;
}
