/*
 * libconfuse behind a wall.  What it does badly is made good here and in
 * text.c:
 *  - it says nothing where a file ends inside a section, so an end mark is read
 *    after the text;
 *  - of two values it silently keeps the last;
 *  - its callbacks get no user data and its scanner is a set of globals, so
 *    one file is read at a time, under a lock.
 */
#include "internal.h"

#include <libintl.h>
#include <string.h>

#define END_MARK "__end"

struct ConfigSource {
	ConfigText *text;
	cfg_t *root;
	GHashTable *lines; /* cfg_opt_t or cfg_t → line of the text */
	GError *error;     /* the first */
	bool ended;        /* the end mark was read where it belongs */
};

/* libconfuse's callbacks find their source here. */
static GMutex reading_lock;
static ConfigSource *reading;

cfg_t *config_source_root(const ConfigSource *source)
{
	return source->root;
}

/* ---- which section ---------------------------------------------------- */

/* Two sections may have one name: "submission" and "mailbox.submission". */
const char *config_source_section(const ConfigSource *source, cfg_t *section)
{
	size_t length;
	const ConfigSection *sections = config_sections(&length);
	const char *inner = "";

	if (section == source->root)
		return "";
	for (size_t i = 0; i < length; i++) {
		const char *name = sections[i].name;
		const char *dot = strrchr(name, '.');

		if (dot && strcmp(dot + 1, cfg_name(section)) == 0)
			inner = name;
		if (strcmp(name, cfg_name(section)) == 0 &&
			(sections[i].title ||
				cfg_getsec(source->root, name) == section))
			return name;
	}
	return inner;
}

/* The section around it that is being read, or the root. */
static cfg_t *outer_of(const ConfigSource *source, cfg_t *section)
{
	const char *name = config_source_section(source, section);
	const char *dot = strchr(name, '.');
	g_autofree char *outer =
		dot ? g_strndup(name, (gsize)(dot - name)) : NULL;

	return outer ? cfg_getnsec(source->root, outer,
			       cfg_size(source->root, outer) - 1)
		     : source->root;
}

/* ---- where things stand ----------------------------------------------- */

/* 0 if it is not written. */
static int line_of(const ConfigSource *source, gconstpointer thing)
{
	return GPOINTER_TO_INT(g_hash_table_lookup(source->lines, thing));
}

/* Only the first time counts. */
static void remember(gconstpointer thing, int line)
{
	if (!line_of(reading, thing))
		g_hash_table_insert(
			reading->lines, (gpointer)thing, GINT_TO_POINTER(line));
}

char *config_source_folder(const ConfigSource *source, cfg_opt_t *option)
{
	ConfigPlace place =
		config_text_place(source->text, line_of(source, option));
	g_autofree char *folder = g_path_get_dirname(place.file);

	return g_canonicalize_filename(folder, NULL);
}

/* "mailbox.team", or "mailbox \"a@example.com\"" for the section itself. */
static char *key_of(
	const ConfigSource *source, cfg_t *section, const char *name)
{
	if (section == source->root)
		return g_strdup(name);
	if (name)
		return g_strconcat(config_source_section(source, section), ".",
			name, NULL);
	if (!cfg_title(section))
		return g_strdup(config_source_section(source, section));
	return g_strdup_printf(
		"%s \"%s\"", cfg_name(section), cfg_title(section));
}

bool config_source_fail(const ConfigSource *source, cfg_t *section,
	const char *name, GError **error, const char *format, ...)
{
	int line = name ? line_of(source, cfg_getopt(section, name)) : 0;
	g_autofree char *key = key_of(source, section, name);
	g_autofree char *message = NULL;
	va_list arguments;

	if (!line)
		line = line_of(source, section);
	va_start(arguments, format);
	message = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	config_place_fail(
		config_text_place(source->text, line), key, message, error);
	return false;
}

/* The same while reading: the place is where libconfuse is. */
static void fail_here(int line, const char *key, const char *message)
{
	if (!reading->error)
		config_place_fail(config_text_place(reading->text, line), key,
			message, &reading->error);
}

/* ---- what libconfuse finds wrong -------------------------------------- */

static GPtrArray *names_in(cfg_t *section)
{
	GPtrArray *names = g_ptr_array_new();

	for (unsigned i = 0; section->opts[i].name; i++) {
		if (strcmp(section->opts[i].name, END_MARK) != 0)
			g_ptr_array_add(names, (char *)section->opts[i].name);
	}
	return names;
}

/* A known key in the wrong section is a mistake of its own. */
static const char *section_that_has(const char *name)
{
	size_t length;
	const ConfigSetting *settings = config_settings(&length);

	for (size_t i = 0; i < length; i++) {
		if (strcmp(settings[i].name, name) == 0)
			return settings[i].section;
	}
	return NULL;
}

static char *explain_unknown(cfg_t *section, const char *name)
{
	g_autoptr(GPtrArray) names = names_in(section);
	const char *elsewhere = section_that_has(name);
	g_autofree char *hint = NULL;

	if (strcmp(name, "include") == 0)
		return g_strdup("include is not possible inside a section; "
				"put it at the top level");
	if (elsewhere && !config_nearest(name, names))
		return *elsewhere ? g_strdup_printf("unknown here; it belongs "
						    "into section %s",
					    elsewhere)
				  : g_strdup("unknown here; it belongs to the "
					     "top level");
	hint = config_suggest(name, names);
	return g_strdup_printf("unknown %s; %s",
		section == reading->root ? "key" : "key in this section", hint);
}

static void fail_unknown(cfg_t *section, const char *name)
{
	g_autofree char *key = NULL, *message = NULL;

	if (strcmp(name, END_MARK) == 0) {
		fail_here(outer_of(reading, section)->line,
			config_source_section(reading, section),
			"the section that begins here has no end; close it "
			"with }");
		return;
	}
	key = key_of(reading, section, name);
	message = explain_unknown(section, name);
	fail_here(section->line, key, message);
}

static void fail_duplicate(cfg_t *root, const char *title)
{
	const char *name = "section";
	g_autofree char *key = NULL;

	for (unsigned i = 0; root->opts[i].name; i++) {
		cfg_opt_t *option = &root->opts[i];

		if (option->type == CFGT_SEC && option->flags & CFGF_TITLE &&
			cfg_opt_gettsec(option, title))
			name = option->name;
	}
	key = g_strdup_printf("%s \"%s\"", name, title);
	fail_here(root->line, key, "defined twice; keep one of them");
}

/* libconfuse's other messages, and what to do about each. */
static const struct {
	const char *message, *cure;
} cures[] = {
	{"unexpected closing brace",
		"remove it, or open the section that it was to close"},
	{"unexpected token '%s'", "write NAME = VALUE, a text with spaces in "
				  "quotes, a list in { braces }"},
	{"attempt to append to non-list option '%s'", "write = for +="},
	{"missing equal sign after option '%s'", "write NAME = VALUE"},
	{"missing opening brace for section '%s'", "write { after its name"},
	{"missing title for section '%s'",
		"write it as in: mailbox \"complaints@example.com\" { ... }"},
	{"missing parenthesis for function '%s'", "write include(\"FILE\")"},
	{"syntax error in call of function '%s'", "write include(\"FILE\")"},
	{"bad escape sequence '%s'", "write \\\\ for a backslash"},
	{"invalid octal number '%s'", "write \\\\ for a backslash"},
};

/* libconfuse may speak the user's language: compare in it. */
static bool is_message(const char *format, const char *message)
{
	return strcmp(format, message) == 0 ||
	       strcmp(format, dgettext("confuse", message)) == 0;
}

static const char *cure_for(const char *format)
{
	for (size_t i = 0; i < G_N_ELEMENTS(cures); i++) {
		if (is_message(format, cures[i].message))
			return cures[i].cure;
	}
	return "see redress.conf(5)";
}

static void on_error(cfg_t *cfg, const char *format, va_list arguments)
	G_GNUC_PRINTF(2, 0);

static void on_error(cfg_t *cfg, const char *format, va_list arguments)
{
	g_autofree char *what = NULL, *message = NULL;

	if (is_message(format, "no such option '%s'")) {
		fail_unknown(cfg, va_arg(arguments, const char *));
		return;
	}
	if (is_message(format, "found duplicate title '%s'")) {
		fail_duplicate(cfg, va_arg(arguments, const char *));
		return;
	}
	what = g_strdup_vprintf(format, arguments);
	message = g_strdup_printf("%s; %s", what, cure_for(format));
	fail_here(cfg->line, "syntax", message);
}

/* ---- callbacks -------------------------------------------------------- */

/* A setting was read; of a list, one element more. */
static int on_setting(cfg_t *cfg, cfg_opt_t *option)
{
	bool list = option->flags & CFGF_LIST;
	const char *text = cfg_opt_getnstr(option, option->nvalues - 1);
	g_autofree char *key = key_of(reading, cfg, option->name);
	g_autofree char *message = NULL;
	int before = line_of(reading, option);

	/* What is around still has the line where the section began. */
	for (cfg_t *section = cfg; section != reading->root;
		section = outer_of(reading, section))
		remember(section, outer_of(reading, section)->line);
	if (text && strcmp(text, END_MARK) == 0) {
		fail_here(cfg->line, key,
			"the file ends before its value; complete it");
		return -1;
	}
	if (before && !list) {
		ConfigPlace place = config_text_place(reading->text, before);

		message = g_strdup_printf("set twice, first at %s:%d; keep one",
			place.file, place.line);
		fail_here(cfg->line, key, message);
		return -1;
	}
	remember(option, cfg->line);
	return 0;
}

/* A section was closed: of an empty one this is the only word. */
static int on_section(cfg_t *cfg, cfg_opt_t *option)
{
	remember(cfg_opt_getnsec(option, cfg_opt_size(option) - 1), cfg->line);
	return 0;
}

static int on_end(cfg_t *cfg, cfg_opt_t *option, int argc, const char **argv)
{
	(void)cfg, (void)option, (void)argc, (void)argv;
	reading->ended = true;
	return 0;
}

/* ---- from the table to libconfuse's arrays ---------------------------- */

static cfg_opt_t option_for(const ConfigRow *row)
{
	cfg_opt_t option = CFG_STR(row->setting.name, NULL, CFGF_NODEFAULT);

	if (row->setting.type == CONFIG_STRING_LIST)
		option.flags |= CFGF_LIST;
	option.validcb = on_setting;
	return option;
}

static void append_rows(GArray *options, const char *section)
{
	size_t length;
	const ConfigRow *rows = config_rows(&length);

	for (size_t i = 0; i < length; i++) {
		cfg_opt_t option = option_for(&rows[i]);

		if (config_row_allowed(&rows[i], section))
			g_array_append_val(options, option);
	}
}

static void append_section(GArray *options, const ConfigSection *section,
	const char *name, GPtrArray *inner)
{
	GArray *settings = g_array_new(TRUE, TRUE, sizeof(cfg_opt_t));
	cfg_flag_t flags =
		section->title ? CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES
			       : CFGF_NONE;
	size_t length;
	const ConfigSection *sections = config_sections(&length);
	cfg_opt_t option;

	append_rows(settings, section->name);
	/* One level: those within have none within. */
	for (size_t i = 0; section->title && i < length; i++) {
		const char *within =
			config_section_inner(&sections[i], section->name);

		if (within)
			append_section(settings, &sections[i], within, inner);
	}
	g_ptr_array_add(inner, settings);
	option = (cfg_opt_t)CFG_SEC(
		name, (cfg_opt_t *)(void *)settings->data, flags);
	option.validcb = on_section;
	g_array_append_val(options, option);
}

static void free_array(gpointer array)
{
	g_array_free(array, TRUE);
}

/* libconfuse copies what it is given. */
static cfg_t *new_root(void)
{
	g_autoptr(GArray) options = g_array_new(TRUE, TRUE, sizeof(cfg_opt_t));
	g_autoptr(GPtrArray) inner = g_ptr_array_new_with_free_func(free_array);
	cfg_opt_t end = CFG_FUNC(END_MARK, on_end);
	size_t length;
	const ConfigSection *sections = config_sections(&length);

	append_rows(options, "");
	for (size_t i = 0; i < length; i++) {
		if (*sections[i].name && !strchr(sections[i].name, '.'))
			append_section(
				options, &sections[i], sections[i].name, inner);
	}
	g_array_append_val(options, end);
	return cfg_init((cfg_opt_t *)(void *)options->data, CFGF_NONE);
}

/* ---- reading ---------------------------------------------------------- */

static void parse(ConfigSource *source)
{
	g_autofree char *marked = g_strconcat(
		config_text_string(source->text), "\n" END_MARK "()\n", NULL);

	g_mutex_lock(&reading_lock);
	reading = source;
	source->root = new_root();
	cfg_set_error_function(source->root, on_error);
	if (cfg_parse_buf(source->root, marked) != CFG_SUCCESS ||
		!source->ended)
		fail_here(source->root->line, "syntax",
			"this cannot be read; see redress.conf(5)");
	reading = NULL;
	g_mutex_unlock(&reading_lock);
}

ConfigSource *config_source_read(const char *path, GError **error)
{
	g_autoptr(ConfigText) text = config_text_read(path, error);
	g_autoptr(ConfigSource) source = NULL;

	if (!text)
		return NULL;
	source = g_new0(ConfigSource, 1);
	source->text = g_steal_pointer(&text);
	source->lines = g_hash_table_new(NULL, NULL);
	parse(source);
	if (source->error) {
		g_propagate_error(error, g_steal_pointer(&source->error));
		return NULL;
	}
	return g_steal_pointer(&source);
}

void config_source_free(ConfigSource *source)
{
	if (!source)
		return;
	g_clear_error(&source->error);
	g_hash_table_unref(source->lines);
	/* This takes the scanner apart, which another thread may be using. */
	g_mutex_lock(&reading_lock);
	cfg_free(source->root);
	g_mutex_unlock(&reading_lock);
	config_text_free(source->text);
	g_free(source);
}
