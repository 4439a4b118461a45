#include <stdio.h>
#include <string.h>

#include "render.h"

static const PrinterColumn columns[] = {
	PRINTER_COLUMN("text", "", PRINTER_BLOCK),
};
static const PrinterView view = PRINTER_VIEW(PRINTER_FIELDS, NULL, columns);

static const char canned_prefix[] = "canned/";
static const char english[] = "en";

typedef struct Options Options;
struct Options {
	char **languages;
	char *now, *folder, *reader;
	gboolean all, html, mime;
};

static void options_clear(Options *options)
{
	g_strfreev(options->languages);
	g_free(options->now);
	g_free(options->folder);
	g_free(options->reader);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static void render_clear(Render *render)
{
	g_clear_pointer(&render->samples, g_ptr_array_unref);
	g_clear_pointer(&render->files, g_ptr_array_unref);
	g_clear_pointer(&render->languages, g_strfreev);
	reply_templates_free(render->templates);
	config_free(render->config);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Render, render_clear)

/* ---- one mail ----------------------------------------------------------- */

/* reply_render() puts the subject's line first. */
static char *split_subject(const char *whole, char **ret_subject)
{
	const char *lead = "Subject: ";
	const char *end = strchrnul(whole, '\n');
	const char *body = end + strspn(end, "\n");

	if (g_str_has_prefix(whole, lead) && ret_subject)
		*ret_subject = g_strndup(whole + strlen(lead),
			(size_t)(end - whole) - strlen(lead));
	return g_strdup(body);
}

/* Who writes to a customer in this language. */
static const char *choose(const Render *render, const char *language)
{
	return reply_templates_choose(render->templates, language, english);
}

/* The first of its kind, which is the plain one. */
static const Sample *plain_of(const Sample *sample)
{
	return sample_find(reply_kind_name(sample->kind));
}

static bool render_texts(const Render *render, const Sample *sample,
	Rendering *rendering, GError **error)
{
	SampleTicket ticket;
	const SampleOptions options = {
		.config = render->config,
		.language = rendering->chosen,
		.now_s = render->now_s,
	};
	g_autofree char *html = NULL;

	sample_fill(sample, &options, &ticket);
	rendering->text =
		reply_render(render->templates, &ticket.facts, false, error);
	if (!rendering->text)
		return false;
	html = reply_render(render->templates, &ticket.facts, true, error);
	if (!html)
		return false;
	rendering->html = split_subject(html, &rendering->subject);
	return true;
}

static bool compare_to_plain(
	const Render *render, Rendering *rendering, GError **error)
{
	const Sample *sample = rendering->sample;
	g_autoptr(Rendering) plain = NULL;

	if (!sample->complainer || plain_of(sample) == sample)
		return true;
	plain = g_new0(Rendering, 1);
	plain->chosen = rendering->chosen;
	if (!render_texts(render, plain_of(sample), plain, error))
		return false;
	rendering->same = strcmp(plain->text, rendering->text) == 0 &&
			  strcmp(plain->html, rendering->html) == 0;
	return true;
}

/* (nullable) */
static const ReplyTemplateFile *find_file(
	const Render *render, const char *language, enum reply_kind kind)
{
	for (guint i = 0; i < render->files->len; i++) {
		const ReplyTemplateFile *file = render->files->pdata[i];
		if (file->what == REPLY_FILE_MAIL && file->kind == kind &&
			file->path && strcmp(file->language, language) == 0)
			return file;
	}
	return NULL;
}

bool rendering_exists(
	const Render *render, const Sample *sample, const char *language)
{
	return !reply_kind_is_for_staff(sample->kind) ||
	       (strcmp(choose(render, language), language) == 0 &&
		       find_file(render, language, sample->kind));
}

/* The folder that comes first holds all of English. */
bool render_file_is_own(const Render *render, const ReplyTemplateFile *file)
{
	const ReplyTemplateFile *ack = find_file(render, english, REPLY_ACK);
	const char *first =
		ack->hidden && *ack->hidden ? *ack->hidden : ack->path;
	g_autofree char *inner = g_path_get_dirname(first);
	g_autofree char *folder = g_path_get_dirname(inner);
	g_autofree char *lead = g_strconcat(folder, "/", NULL);

	return file->path && !g_str_has_prefix(file->path, lead);
}

Rendering *rendering_new(const Render *render, const Sample *sample,
	const char *language, GError **error)
{
	g_autoptr(Rendering) rendering = g_new0(Rendering, 1);

	rendering->sample = sample;
	rendering->language = language;
	rendering->chosen = choose(render, language);
	if (!render_texts(render, sample, rendering, error) ||
		!compare_to_plain(render, rendering, error))
		return NULL;
	if (render->mime) {
		rendering->mime = render_compose(
			render, sample, rendering->chosen, error);
		if (!rendering->mime)
			return NULL;
	}
	return g_steal_pointer(&rendering);
}

void rendering_free(Rendering *rendering)
{
	if (!rendering)
		return;
	g_free(rendering->subject);
	g_free(rendering->text);
	g_free(rendering->html);
	g_clear_pointer(&rendering->mime, g_bytes_unref);
	g_free(rendering);
}

/* ---- printing one ------------------------------------------------------- */

static void print(const Render *render, const char *name, const char *language,
	const char *subject, GBytes *bytes)
{
	Cli *cli = render->cli;
	gsize length = 0;
	const char *data = g_bytes_get_data(bytes, &length);
	g_autofree char *text = g_strndup(data, length);

	if (!cli->json && !cli->terminal.interactive) {
		fwrite(data, 1, length, stdout); /* as it would be sent */
		return;
	}
	printer_view(cli->printer, &view);
	printer_begin_map(cli->printer);
	printer_put_string(cli->printer, "name", name);
	printer_put_string(cli->printer, "language", language);
	printer_put_string(cli->printer, "subject", subject);
	printer_put_string(cli->printer, "text", text);
	printer_end(cli->printer);
}

static int print_canned(
	const Render *render, const char *name, const char *language)
{
	const SampleOptions options = {
		.config = render->config,
		.language = language,
		.now_s = render->now_s,
	};
	SampleTicket ticket;
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) bytes = NULL;
	char *text;

	sample_fill(samples_get(0), &options, &ticket);
	text = reply_render_canned(render->templates, &ticket.facts,
		name + strlen(canned_prefix), &error);
	if (!text)
		return cli_fail(render->cli, error, NULL);
	bytes = g_bytes_new_take(text, strlen(text));
	print(render, name, language, NULL, bytes);
	return CLI_DONE;
}

static int print_sample(const Render *render, const Sample *sample,
	const char *language, bool html)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Rendering) rendering =
		rendering_new(render, sample, language, &error);
	g_autoptr(GBytes) bytes = NULL;
	g_autofree char *page = NULL;

	if (!rendering)
		return cli_fail(render->cli, error, NULL);
	page = g_strdup_printf(
		"Subject: %s\n\n%s", rendering->subject, rendering->html);
	if (render->mime)
		bytes = g_bytes_ref(rendering->mime);
	else if (html)
		bytes = g_bytes_new(page, strlen(page));
	else
		bytes = g_bytes_new(rendering->text, strlen(rendering->text));
	print(render, sample->name, rendering->chosen, rendering->subject,
		bytes);
	return CLI_DONE;
}

static int print_one(Render *render, const char *name, bool html)
{
	const char *language = render->languages[0];

	if (g_str_has_prefix(name, canned_prefix))
		return print_canned(render, name, language);
	return print_sample(render, render->samples->pdata[0], language, html);
}

/* ---- what was asked for ------------------------------------------------- */

/* The system's configuration if there is one, else what came with us. */
static bool find_config(Render *render, bool needed, GError **error)
{
	if (!needed && !render->cli->config_file &&
		!g_file_test(REDRESS_CONFIG_FILE, G_FILE_TEST_EXISTS))
		return true;
	render->config = cli_load_config(render->cli, error);
	return render->config;
}

static bool find_time(Render *render, const char *text, GError **error)
{
	g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
	g_autoptr(GDateTime) time =
		text ? g_date_time_new_from_iso8601(text, utc) : NULL;

	if (text && !time) {
		g_set_error(error, BASE_ERROR, REDRESS_ERROR_INVALID,
			"\"%s\" is no time as 2026-11-23T09:00:00Z", text);
		return false;
	}
	render->now_s = time ? g_date_time_to_unix(time) : base_clock_now_s();
	return true;
}

static bool find_samples(
	Render *render, const Options *options, char **names, GError **error)
{
	render->samples = g_ptr_array_new();
	for (size_t i = 0; options->all && i < samples_length(); i++)
		g_ptr_array_add(render->samples, (gpointer)samples_get(i));
	for (; *names; names++) {
		const Sample *sample = sample_find(*names);
		if (!sample &&
			(options->folder || options->reader ||
				!g_str_has_prefix(*names, canned_prefix))) {
			g_set_error(error, BASE_ERROR, REDRESS_ERROR_INVALID,
				"there is no template \"%s\"", *names);
			return false;
		}
		if (sample)
			g_ptr_array_add(render->samples, (gpointer)sample);
	}
	return true;
}

static bool is_offered(const Render *render, const char *language)
{
	return g_strv_contains(
		reply_templates_languages(render->templates), language);
}

/* ISO 639, as folders of templates are named. */
static bool is_code(const char *language)
{
	size_t length = strspn(language, "abcdefghijklmnopqrstuvwxyz");

	return (length == 2 || length == 3) && !language[length];
}

/* The incomplete as well: what one has begun is to be seen. */
static char **list_languages(const Render *render)
{
	g_autoptr(GStrvBuilder) codes = g_strv_builder_new();
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

	/* In their order. */
	for (guint i = 0; i < render->files->len; i++) {
		const ReplyTemplateFile *file = render->files->pdata[i];
		if (file->what == REPLY_FILE_MAIL && is_code(file->language) &&
			g_hash_table_add(seen, file->language))
			g_strv_builder_add(codes, file->language);
	}
	return g_strv_builder_end(codes);
}

/* In a folder a language without templates shows what its customers get. */
static bool find_languages(
	Render *render, const Options *options, GError **error)
{
	const char *const *offered =
		reply_templates_languages(render->templates);
	static const char *const standard[] = {english, NULL};
	char **asked = options->languages;

	if (asked)
		render->languages = g_strdupv(asked);
	else
		render->languages = options->folder
					    ? list_languages(render)
					    : g_strdupv((char **)standard);
	for (char **language = asked; language && *language; language++) {
		if (is_offered(render, *language) ||
			(options->folder && is_code(*language)))
			continue;
		g_autofree char *there = g_strjoinv(" ", (char **)offered);
		g_set_error(error, BASE_ERROR, REDRESS_ERROR_NOT_FOUND,
			"no templates in \"%s\"; there are %s", *language,
			there);
		return false;
	}
	return true;
}

static bool prepare(
	Render *render, const Options *options, char **names, GError **error)
{
	if (!find_config(render, options->reader != NULL, error))
		return false;
	render->templates = assembly_templates(render->config, error);
	if (!render->templates)
		return false;
	render->files = reply_templates_files(render->templates);
	return find_time(render, options->now, error) &&
	       find_samples(render, options, names, error) &&
	       find_languages(render, options, error);
}

static const char *find_mistake(const Options *options, int names)
{
	bool prints = !options->folder && !options->reader;
	unsigned languages =
		options->languages ? g_strv_length(options->languages) : 0;

	if (options->all ? names > 0 : names == 0)
		return "name templates, or ask for --all";
	if (options->folder && options->reader)
		return "--html-out and --mail-to do not go together";
	if (prints && (options->all || names > 1 || languages > 1))
		return "several mails go to --html-out or to --mail-to";
	if (options->html && (options->mime || !prints))
		return "--html prints the HTML, and nothing else";
	if (options->mime && options->reader)
		return "--mime and --mail-to do not go together";
	return NULL;
}

static int run(Cli *cli, const Options *options, char **names)
{
	g_auto(Render) render = {.cli = cli, .mime = options->mime};
	g_autoptr(GError) error = NULL;

	if (!prepare(&render, options, names, &error))
		return cli_fail(cli, error, NULL);
	if (options->folder)
		return render_files(&render, options->folder);
	if (options->reader)
		return render_mail(&render, options->reader);
	return print_one(&render, names[0], options->html);
}

int cli_render(Cli *cli, int argc, char **argv)
{
	g_auto(Options) options = {0};
	const GOptionEntry entries[] = {
		{"language", 'l', 0, G_OPTION_ARG_STRING_ARRAY,
			&options.languages,
			"Language, as \"fi\" (en; in a folder: all); again for "
			"more",
			"LANGUAGE"},
		/* As it was called when there was one. */
		{"lang", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING_ARRAY,
			&options.languages, "", "LANGUAGE"},
		{"all", 'a', 0, G_OPTION_ARG_NONE, &options.all,
			"Every template and every form that it can take", NULL},
		{"html", 0, 0, G_OPTION_ARG_NONE, &options.html,
			"The HTML instead of the text", NULL},
		{"mime", 0, 0, G_OPTION_ARG_NONE, &options.mime,
			"The whole mail; in a folder: too", NULL},
		{"html-out", 'o', 0, G_OPTION_ARG_FILENAME, &options.folder,
			"Write files and a page that shows them side by side",
			"DIR"},
		{"mail-to", 'm', 0, G_OPTION_ARG_STRING, &options.reader,
			"Mail previews", "ADDRESS"},
		{"now", 0, 0, G_OPTION_ARG_STRING, &options.now,
			"The time at which it is, as 2026-11-23T09:00:00Z",
			"TIME"},
		G_OPTION_ENTRY_NULL,
	};
	const char *mistake;

	if (!cli_parse(cli, entries, &argc, &argv))
		return cli->status;
	mistake = find_mistake(&options, argc - 1);
	if (mistake)
		return cli_usage(cli, "%s", mistake);
	return run(cli, &options, argv + 1);
}
