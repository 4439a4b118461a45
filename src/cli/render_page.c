/*
 * The page over all: a table of sandboxed frames, which is all HTML and CSS.
 * Whatever is not ours is escaped.
 */
#include <string.h>

#include "render.h"

const char render_page_mark[] =
	"<meta name=\"generator\" content=\"redress render\">";

/* ":has" is what makes a choice without a script. */
static const char style[] =
	":root{color-scheme:light dark;font-family:system-ui,sans-serif}"
	"body{margin:0}"
	"header{padding:1rem;position:sticky;left:0;max-width:60rem}"
	"h1{font-size:1.25rem;margin:0 0 .5rem}"
	"fieldset{display:inline-block;border:1px solid GrayText;"
	"border-radius:.25rem}"
	"table{border-collapse:separate;border-spacing:0}"
	"th,td{border-bottom:1px solid GrayText;padding:.5rem;"
	"vertical-align:top;text-align:start;background:Canvas}"
	"thead th{position:sticky;top:0;z-index:2}"
	"tbody th{position:sticky;left:0;z-index:1;max-width:9rem}"
	"th small{display:block;font-weight:normal}"
	"iframe,pre{width:var(--wide,22rem);height:30rem;resize:vertical;"
	"overflow:auto;border:1px solid GrayText;box-sizing:border-box}"
	"pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:0;"
	"padding:.5rem;font-size:.875rem}"
	".subject{font-weight:bold;max-width:var(--wide,22rem)}"
	".note{border-left:.25rem solid #b35900;padding-left:.5rem;"
	"max-width:var(--wide,22rem);overflow-wrap:anywhere}"
	"p{margin:0 0 .5rem}"
	"body:has(#as-html:checked) pre{display:none}"
	"body:has(#as-text:checked) iframe{display:none}"
	"body:has(#wide:checked){--wide:40rem}";

static void add_escaped(GString *page, const char *text)
{
	g_autofree char *escaped = g_markup_escape_text(text, -1);

	g_string_append(page, escaped);
}

/* A literal of ours with one value in place of its %s. */
static void add(GString *page, const char *form, const char *value)
{
	const char *place = strstr(form, "%s");

	g_string_append_len(page, form, place - form);
	add_escaped(page, value);
	g_string_append(page, place + 2);
}

/* ---- what may be chosen ------------------------------------------------- */

typedef struct Choice Choice;
struct Choice {
	const char *legend, *group;
	struct {
		const char *id, *label;
	} options[2];
};

static const Choice choices[] = {
	{"What is shown", "as", {{"as-html", "HTML"}, {"as-text", "text"}}},
	{"How wide", "width", {{"narrow", "a telephone"}, {"wide", "a desk"}}},
};

static void add_choice(GString *page, const Choice *choice)
{
	add(page, "<fieldset><legend>%s</legend>\n", choice->legend);
	for (size_t i = 0; i < G_N_ELEMENTS(choice->options); i++) {
		add(page, "<input type=\"radio\" name=\"%s\"", choice->group);
		add(page, " id=\"%s\"", choice->options[i].id);
		g_string_append(page, i == 0 ? " checked>" : ">");
		add(page, "<label for=\"%s\">", choice->options[i].id);
		add(page, "%s</label>\n", choice->options[i].label);
	}
	g_string_append(page, "</fieldset>\n");
}

/* ---- the table ---------------------------------------------------------- */

/* A file that is not the one that came with the program. */
static void add_own(GString *page, const ReplyTemplateFile *file)
{
	g_autofree char *hidden =
		file->hidden ? g_strjoinv(", ", file->hidden) : g_strdup("");

	add(page, "<p class=\"note\">Your own: <code>%s</code>", file->path);
	if (*hidden)
		add(page, " in place of <code>%s</code>", hidden);
	g_string_append(page, "</p>\n");
}

static bool is_of(const ReplyTemplateFile *file, const char *language)
{
	return strcmp(file->language, language) == 0;
}

/* What bears on all of a language: pieces that its mails share, and mails that
 * it lacks, for which others are sent. */
static void add_language_notes(
	GString *page, const Render *render, const char *language)
{
	const char *chosen =
		reply_templates_choose(render->templates, language, "en");

	if (strcmp(chosen, language) != 0)
		add(page,
			"<p class=\"note\">Not whole: its customers are "
			"written to in %s.</p>\n",
			sample_language_name(chosen));
	for (guint i = 0; i < render->files->len; i++) {
		const ReplyTemplateFile *file = render->files->pdata[i];
		if (is_of(file, language) && !file->path) {
			add(page, "<p class=\"note\">Missing: %s", file->name);
			add(page, "%s</p>\n", file->html ? ".html" : ".txt");
		}
		if (file->what == REPLY_FILE_PARTIAL &&
			render_file_is_own(render, file) &&
			(is_of(file, language) || is_of(file, "common")))
			add_own(page, file);
	}
}

static void add_head(GString *page, const Render *render)
{
	g_string_append(page,
		"<table>\n<thead><tr>\n<th scope=\"col\">Template</th>\n");
	for (char **code = render->languages; *code; code++) {
		add(page, "<th scope=\"col\"><span lang=\"%s\">", *code);
		add(page, "%s</span>", sample_language_name(*code));
		add(page, " (%s)\n", *code);
		add_language_notes(page, render, *code);
		g_string_append(page, "</th>\n");
	}
	g_string_append(page, "</tr></thead>\n");
}

static void add_link(
	GString *page, const Rendering *rendering, const char *suffix)
{
	g_autofree char *path = g_strconcat(rendering->language, "/",
		rendering->sample->name, suffix, NULL);

	add(page, "<a href=\"%s\">", path);
	add(page, "%s</a>\n", suffix + 1);
}

/* What a reader would otherwise not notice. */
static void add_notes(
	GString *page, const Render *render, const Rendering *rendering)
{
	if (strcmp(rendering->chosen, rendering->language) != 0)
		add(page,
			"<p class=\"note\">Not in this language: what is sent "
			"instead is in %s.</p>\n",
			sample_language_name(rendering->chosen));
	for (guint i = 0; i < render->files->len; i++) {
		const ReplyTemplateFile *file = render->files->pdata[i];
		if (is_of(file, rendering->chosen) &&
			file->what == REPLY_FILE_MAIL &&
			file->kind == rendering->sample->kind &&
			render_file_is_own(render, file))
			add_own(page, file);
	}
	if (rendering->same)
		add(page, "<p class=\"note\">The same as %s.</p>\n",
			reply_kind_name(rendering->sample->kind));
}

static void add_frame(GString *page, const Rendering *rendering)
{
	add(page, "<iframe sandbox=\"\" loading=\"lazy\" title=\"%s, ",
		rendering->sample->name);
	add(page, "%s\" ", sample_language_name(rendering->language));
	add(page, "src=\"%s/", rendering->language);
	add(page, "%s.html\"></iframe>\n", rendering->sample->name);
	add(page, "<pre lang=\"%s\" dir=\"auto\" tabindex=\"0\">",
		rendering->chosen);
	add(page, "%s</pre>\n", rendering->text);
}

static void add_cell(
	GString *page, const Render *render, const Rendering *rendering)
{
	if (!rendering) {
		g_string_append(page, "<td>–</td>\n");
		return;
	}
	add(page, "<td><p class=\"subject\" lang=\"%s\" dir=\"auto\">",
		rendering->chosen);
	add(page, "%s</p>\n<p>", rendering->subject);
	add_link(page, rendering, ".html");
	add_link(page, rendering, ".txt");
	if (rendering->mime)
		add_link(page, rendering, ".eml");
	g_string_append(page, "</p>\n");
	add_notes(page, render, rendering);
	add_frame(page, rendering);
	g_string_append(page, "</td>\n");
}

static const Sample *sample_of(Rendering **row, guint width)
{
	for (guint i = 0; i < width; i++)
		if (row[i])
			return row[i]->sample;
	return NULL;
}

static void add_row(
	GString *page, const Render *render, Rendering **row, guint width)
{
	const Sample *sample = sample_of(row, width);

	if (!sample)
		return;
	add(page, "<tr id=\"%s\"><th scope=\"row\">", sample->name);
	add(page, "%s", sample->name);
	add(page, "<small>%s</small></th>\n", sample->shows);
	for (guint i = 0; i < width; i++)
		add_cell(page, render, row[i]);
	g_string_append(page, "</tr>\n");
}

char *render_page(const Render *render, const GPtrArray *renderings)
{
	GString *page = g_string_new(
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
		"<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" "
		"content=\"width=device-width,initial-scale=1\">\n");
	guint width = g_strv_length(render->languages);

	g_string_append(page, render_page_mark);
	g_string_append(page, "\n<title>Templates of Redress</title>\n<style>");
	g_string_append(page, style);
	g_string_append(page,
		"</style>\n</head>\n<body>\n<header>\n"
		"<h1>Templates of Redress, with sample values</h1>\n");
	for (size_t i = 0; i < G_N_ELEMENTS(choices); i++)
		add_choice(page, &choices[i]);
	g_string_append(page, "</header>\n<main>\n");
	add_head(page, render);
	g_string_append(page, "<tbody>\n");
	for (guint i = 0; i < renderings->len; i += width)
		add_row(page, render, (Rendering **)&renderings->pdata[i],
			width);
	g_string_append(
		page, "</tbody>\n</table>\n</main>\n</body>\n</html>\n");
	return g_string_free(page, FALSE);
}
