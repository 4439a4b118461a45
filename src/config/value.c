#include "internal.h"

#include <string.h>

static bool invalid(GError **error, const char *format, ...)
	G_GNUC_PRINTF(2, 3);

static bool invalid(GError **error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (error)
		*error = g_error_new_valist(
			CONFIG_ERROR, REDRESS_ERROR_INVALID, format, arguments);
	va_end(arguments);
	return false;
}

/* Values end up in headers, paths and log lines: one line of text each. */
static bool check_text(const char *text, GError **error)
{
	if (!g_utf8_validate(text, -1, NULL))
		return invalid(error,
			"the value is not UTF-8; save the file as UTF-8");
	for (; *text; text = g_utf8_next_char(text)) {
		if (g_unichar_iscntrl(g_utf8_get_char(text)))
			return invalid(error, "the value holds a control "
					      "character or a line break; "
					      "write it on one line");
	}
	return true;
}

static void clear_text(void *field)
{
	g_clear_pointer((char **)field, g_free);
}

static void clear_texts(void *field)
{
	g_clear_pointer((char ***)field, g_strfreev);
}

/* "" is how a default is taken back. */
static bool keep_text(const ConfigValue *value, void *field, GError **error)
{
	const char *text = value->texts[0];

	if (!check_text(text, error))
		return false;
	*(char **)field = *text ? g_strdup(text) : NULL;
	return true;
}

static bool keep_path(const ConfigValue *value, void *field, GError **error)
{
	const char *text = value->texts[0];

	if (!check_text(text, error))
		return false;
	*(char **)field =
		*text ? g_canonicalize_filename(text, value->folder) : NULL;
	return true;
}

static bool keep_texts(const ConfigValue *value, void *field, GError **error)
{
	for (size_t i = 0; value->texts[i]; i++) {
		if (!check_text(value->texts[i], error))
			return false;
	}
	*(char ***)field = g_strdupv((char **)value->texts);
	return true;
}

static bool keep_paths(const ConfigValue *value, void *field, GError **error)
{
	g_autoptr(GStrvBuilder) paths = g_strv_builder_new();

	for (size_t i = 0; value->texts[i]; i++) {
		const char *text = value->texts[i];
		g_autofree char *path =
			g_canonicalize_filename(text, value->folder);

		if (!*text)
			return invalid(error, "\"\" is no path; leave it out");
		if (!check_text(text, error))
			return false;
		g_strv_builder_add(paths, path);
	}
	*(char ***)field = g_strv_builder_end(paths);
	return true;
}

static bool keep_boolean(const ConfigValue *value, void *field, GError **error)
{
	int truth = cfg_parse_boolean(value->texts[0]);

	if (truth < 0)
		return invalid(error,
			"\"%s\" is neither true nor false; write one of them",
			value->texts[0]);
	*(bool *)field = truth != 0;
	return true;
}

static bool parse_number(
	const ConfigValue *value, unsigned base, uint64_t *ret, GError **error)
{
	const ConfigSetting *setting = value->setting;

	if (g_ascii_string_to_unsigned(value->texts[0], base,
		    (uint64_t)setting->least, (uint64_t)setting->most, ret,
		    NULL))
		return true;
	if (base == 8)
		return invalid(error,
			"\"%s\" is no mode from %04o to %04o; write it in "
			"octal, for example %s",
			value->texts[0], (unsigned)setting->least,
			(unsigned)setting->most, setting->initial);
	return invalid(error,
		"\"%s\" is no number from %" G_GINT64_FORMAT
		" to %" G_GINT64_FORMAT "; write one",
		value->texts[0], setting->least, setting->most);
}

static bool keep_unsigned(const ConfigValue *value, void *field, GError **error)
{
	uint64_t number;

	if (!parse_number(value, 10, &number, error))
		return false;
	*(unsigned *)field = (unsigned)number;
	return true;
}

static bool keep_octal(const ConfigValue *value, void *field, GError **error)
{
	uint64_t number;

	if (!parse_number(value, 8, &number, error))
		return false;
	if (number & 07)
		return invalid(error, "\"%s\" lets everybody connect; write %s",
			value->texts[0], value->setting->initial);
	*(unsigned *)field = (unsigned)number;
	return true;
}

/* The index of the choice: the enums are in the order of their names. */
static bool keep_choice(const ConfigValue *value, void *field, GError **error)
{
	g_auto(GStrv) choices = g_strsplit(value->setting->choices, " ", -1);
	g_autoptr(GPtrArray) candidates = g_ptr_array_new();
	g_autofree char *hint = NULL, *all = NULL;

	for (unsigned i = 0; choices[i]; i++) {
		g_ptr_array_add(candidates, choices[i]);
		if (strcmp(choices[i], value->texts[0]) == 0) {
			*(unsigned *)field = i;
			return true;
		}
	}
	hint = config_suggest(value->texts[0], candidates);
	all = g_strjoinv(", ", choices);
	return invalid(error, "\"%s\" is not one of: %s; %s", value->texts[0],
		all, hint);
}

static bool keep_choice_name(
	const ConfigValue *value, void *field, GError **error)
{
	unsigned index;

	return keep_choice(value, &index, error) &&
	       keep_text(value, field, error);
}

/* Seconds as people write them. */
static char *span(int64_t seconds)
{
	static const struct {
		int64_t seconds;
		char unit;
	} units[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
	size_t i = 0;

	while (seconds % units[i].seconds != 0)
		i++;
	return g_strdup_printf("%" G_GINT64_FORMAT "%c",
		seconds / units[i].seconds, units[i].unit);
}

static bool keep_duration(const ConfigValue *value, void *field, GError **error)
{
	const ConfigSetting *setting = value->setting;
	g_autofree char *least = span(setting->least);
	g_autofree char *most = span(setting->most);
	PromiseDuration duration;

	/* "Never", where the setting has one. */
	if (setting->least == 0 && (strcmp(value->texts[0], "0s") == 0 ||
					   strcmp(value->texts[0], "0") == 0)) {
		*(PromiseDuration *)field = (PromiseDuration){PROMISE_WALL, 0};
		return true;
	}
	if (!promise_duration_parse(value->texts[0], &duration, error))
		return false;
	if (duration.unit == PROMISE_WALL &&
		(duration.amount < setting->least ||
			duration.amount > setting->most))
		return invalid(error,
			"\"%s\" is not between %s and %s; choose a time "
			"between them",
			value->texts[0], least, most);
	*(PromiseDuration *)field = duration;
	return true;
}

static bool keep_seconds(const ConfigValue *value, void *field, GError **error)
{
	PromiseDuration duration;

	if (!keep_duration(value, &duration, error))
		return false;
	if (duration.unit != PROMISE_WALL)
		return invalid(error,
			"\"%s\" counts business time, which this setting "
			"cannot; write it in s, m, h or d",
			value->texts[0]);
	*(int64_t *)field = duration.amount;
	return true;
}

static bool keep_milliseconds(
	const ConfigValue *value, void *field, GError **error)
{
	int64_t seconds = 0;

	if (!keep_seconds(value, &seconds, error))
		return false;
	*(int64_t *)field = seconds * 1000;
	return true;
}

static bool keep_size(const ConfigValue *value, void *field, GError **error)
{
	static const char units[] = "kmg";
	const ConfigSetting *setting = value->setting;
	const char *text = value->texts[0];
	char *end;
	uint64_t number = g_ascii_strtoull(text, &end, 10);
	const char *unit = *end ? strchr(units, g_ascii_tolower(*end)) : NULL;
	unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;

	/* strtoull takes signs and white space: sizes do not. */
	if (!g_ascii_isdigit(*text) || (unit ? end[1] : *end) != '\0')
		return invalid(error,
			"\"%s\" is no size; write bytes, or a number and k, M "
			"or G, for example %s",
			text, setting->initial);
	if (number > (uint64_t)setting->most >> shift ||
		number << shift < (uint64_t)setting->least)
		return invalid(error,
			"\"%s\" is not between %" G_GINT64_FORMAT
			" and %" G_GINT64_FORMAT
			" bytes; choose a size between them",
			text, setting->least, setting->most);
	*(int64_t *)field = (int64_t)(number << shift);
	return true;
}

static bool keep_quiet(const ConfigValue *value, void *field, GError **error)
{
	return promise_quiet_parse(value->texts[0], field, error);
}

/* ---- letters ----------------------------------------------------------- */

static void clear_letter(gpointer pointer)
{
	ConfigLetter *letter = pointer;

	g_free(letter->name);
}

/* "56d fca-delay": the last word is the name. */
static bool read_letter(const char *text, ConfigLetter *ret, GError **error)
{
	const char *blank = strrchr(text, ' ');
	g_autofree char *duration =
		blank ? g_strndup(text, (gsize)(blank - text)) : NULL;

	if (!blank || !blank[1])
		return invalid(error,
			"\"%s\" is no letter; write a duration and the name of "
			"a canned answer, for example \"56d delay\"",
			text);
	if (!promise_duration_parse(duration, &ret->after, error))
		return false;
	ret->name = g_strdup(blank + 1);
	return true;
}

static bool keep_letters(const ConfigValue *value, void *field, GError **error)
{
	g_autoptr(GArray) letters =
		g_array_new(FALSE, FALSE, sizeof(ConfigLetter));

	g_array_set_clear_func(letters, clear_letter);
	for (size_t i = 0; value->texts[i]; i++) {
		ConfigLetter letter = {0};

		if (!check_text(value->texts[i], error) ||
			!read_letter(value->texts[i], &letter, error))
			return false;
		g_array_append_val(letters, letter);
	}
	*(GArray **)field = g_steal_pointer(&letters);
	return true;
}

static void clear_letters(void *field)
{
	g_clear_pointer((GArray **)field, g_array_unref);
}

/* ---- tickets ----------------------------------------------------------- */

/* A ticket's priority, its customer's kind, and "vip". */
static const char *const ticket_words[] = {"low", "normal", "high", "urgent",
	"meek", "aggressive", "high-roller", "rip-off", "chronic", "vip"};

static bool check_ticket_word(const char *word, GError **error)
{
	g_autoptr(GPtrArray) candidates = g_ptr_array_new();
	g_autofree char *hint = NULL;

	if (g_str_has_prefix(word, "type:") && word[strlen("type:")])
		return check_text(word, error);
	for (size_t i = 0; i < G_N_ELEMENTS(ticket_words); i++) {
		if (strcmp(ticket_words[i], word) == 0)
			return true;
		g_ptr_array_add(candidates, (char *)ticket_words[i]);
	}
	g_ptr_array_add(candidates, (char *)"type:NAME");
	hint = config_suggest(word, candidates);
	return invalid(
		error, "\"%s\" says nothing of a ticket; %s", word, hint);
}

static bool keep_tickets(const ConfigValue *value, void *field, GError **error)
{
	for (size_t i = 0; value->texts[i]; i++) {
		if (!check_ticket_word(value->texts[i], error))
			return false;
	}
	return keep_texts(value, field, error);
}

const ConfigKind config_kind_text = {keep_text, clear_text};
const ConfigKind config_kind_path = {keep_path, clear_text};
const ConfigKind config_kind_texts = {keep_texts, clear_texts};
const ConfigKind config_kind_paths = {keep_paths, clear_texts};
const ConfigKind config_kind_boolean = {keep_boolean, NULL};
const ConfigKind config_kind_unsigned = {keep_unsigned, NULL};
const ConfigKind config_kind_octal = {keep_octal, NULL};
const ConfigKind config_kind_choice = {keep_choice, NULL};
const ConfigKind config_kind_choice_name = {keep_choice_name, clear_text};
const ConfigKind config_kind_seconds = {keep_seconds, NULL};
const ConfigKind config_kind_milliseconds = {keep_milliseconds, NULL};
const ConfigKind config_kind_duration = {keep_duration, NULL};
const ConfigKind config_kind_size = {keep_size, NULL};
const ConfigKind config_kind_quiet = {keep_quiet, NULL};
const ConfigKind config_kind_letters = {keep_letters, clear_letters};
const ConfigKind config_kind_tickets = {keep_tickets, clear_texts};
