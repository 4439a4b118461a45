/*
 * render: what `redress render` shows, by its files: the words (render.c), a
 * folder of files (render_files.c) with a page (render_page.c), whole mails
 * and previews (render_mail.c).
 */
#ifndef REDRESS_CLI_RENDER_H
#define REDRESS_CLI_RENDER_H

#include "cli.h"
#include "samples.h"

/* What was asked for. */
typedef struct Render Render;
struct Render {
	Cli *cli;
	Config *config; /* (nullable) */
	ReplyTemplates *templates;
	GPtrArray *files; /* of ReplyTemplateFile: what templates are made of */
	GPtrArray *samples; /* const Sample * */
	char **languages;   /* as asked, or those that there are */
	int64_t now_s;
	bool mime;
};

/* One sample in one language. */
typedef struct Rendering Rendering;
struct Rendering {
	const Sample *sample; /* (nullable): a canned answer */
	const char *language; /* as asked */
	const char *chosen;   /* the one that has templates */
	char *subject, *text, *html;
	GBytes *mime; /* only if it is asked for */
	/* The templates make nothing of what is particular about it. */
	bool same;
};

/* False of mail to staff in a language that has none: they get English. */
bool rendering_exists(
	const Render *render, const Sample *sample, const char *language);
/* (transfer full) */
Rendering *rendering_new(const Render *render, const Sample *sample,
	const char *language, GError **error);
void rendering_free(Rendering *rendering);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rendering, rendering_free)

/* True of a file that did not come with the program. */
bool render_file_is_own(const Render *render, const ReplyTemplateFile *file);

/* ---- render_files.c ---------------------------------------------------- */

/* Writes all that was asked for, and index.html, into a folder, which is made;
 * nothing in it is deleted.  Returns the exit code. */
int render_files(Render *render, const char *folder);

/* ---- render_page.c ----------------------------------------------------- */

/* How our page is told from another file of its name. */
extern const char render_page_mark[];

/* index.html: a row for each sample, a column for each language.  renderings:
 * row by row, a NULL where there is none.  (transfer full) */
char *render_page(const Render *render, const GPtrArray *renderings);

/* ---- render_mail.c ----------------------------------------------------- */

/* A complete mail, as whom it is for gets it.  (transfer full) */
GBytes *render_compose(const Render *render, const Sample *sample,
	const char *language, GError **error);

/* Mails a preview of each.  Returns the exit code. */
int render_mail(Render *render, const char *reader);

#endif
