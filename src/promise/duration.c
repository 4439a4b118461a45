/* The words in which an administrator or an agent writes a duration. */
#include "internal.h"

G_DEFINE_QUARK(redress_promise_error, promise_error)

typedef struct DurationUnit DurationUnit;
struct DurationUnit {
	const char *word;
	enum promise_unit unit;
	int64_t amount; /* of one */
};

static const DurationUnit units[] = {
	{"s", PROMISE_WALL, 1},
	{"m", PROMISE_WALL, 60},
	{"h", PROMISE_WALL, 60 * 60},
	{"d", PROMISE_WALL, PROMISE_DAY_S},
	{"business hour", PROMISE_BUSINESS_HOURS, 60 * 60},
	{"business hours", PROMISE_BUSINESS_HOURS, 60 * 60},
	{"business day", PROMISE_BUSINESS_DAYS, 1},
	{"business days", PROMISE_BUSINESS_DAYS, 1},
};

static int64_t unit_most(enum promise_unit unit)
{
	return unit == PROMISE_BUSINESS_DAYS ? PROMISE_HORIZON_S / PROMISE_DAY_S
					     : PROMISE_HORIZON_S;
}

static bool fail(GError **error, const char *text, const char *why)
{
	g_set_error(error, PROMISE_ERROR, REDRESS_ERROR_INVALID,
		"\"%s\" is not a duration: %s; write \"24h\", \"1h 30m\", "
		"\"8 business hours\" or \"3 business days\"",
		text, why);
	return false;
}

static const DurationUnit *find_unit(const char *word)
{
	for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
		if (g_ascii_strcasecmp(units[i].word, word) == 0)
			return &units[i];
	return NULL;
}

/* The letters after a number, "business" and the word after it as one. */
static char *read_word(const char **cursor)
{
	GString *word = g_string_new(NULL);

	while (g_ascii_isspace(**cursor))
		(*cursor)++;
	while (g_ascii_isalpha(**cursor))
		g_string_append_c(word, *(*cursor)++);
	if (g_ascii_strcasecmp(word->str, "business") != 0)
		return g_string_free(word, FALSE);
	g_string_append_c(word, ' ');
	while (g_ascii_isspace(**cursor))
		(*cursor)++;
	while (g_ascii_isalpha(**cursor))
		g_string_append_c(word, *(*cursor)++);
	return g_string_free(word, FALSE);
}

/* One "number unit", added to *sum; units of two kinds do not mix. */
static bool read_term(const char *text, const char **cursor, bool first,
	PromiseDuration *sum, GError **error)
{
	if (!g_ascii_isdigit(**cursor))
		return fail(error, text, "a number is missing");

	int64_t number = 0;
	for (; g_ascii_isdigit(**cursor); (*cursor)++)
		number = MIN(
			number * 10 + (**cursor - '0'), PROMISE_HORIZON_S + 1);

	g_autofree char *word = read_word(cursor);
	const DurationUnit *unit = find_unit(word);
	if (!unit)
		return fail(error, text, "the unit is missing or unknown");
	if (!first && unit->unit != sum->unit)
		return fail(error, text, "it mixes two kinds of time");
	if (number > unit_most(unit->unit) / unit->amount)
		return fail(error, text, "it is longer than ten years");
	sum->unit = unit->unit;
	sum->amount += number * unit->amount;
	if (sum->amount > unit_most(unit->unit))
		return fail(error, text, "it is longer than ten years");
	return true;
}

bool promise_duration_parse(
	const char *text, PromiseDuration *ret, GError **error)
{
	PromiseDuration sum = {PROMISE_WALL, 0};
	const char *cursor = text;
	bool first = true;

	for (;;) {
		while (g_ascii_isspace(*cursor))
			cursor++;
		if (!*cursor)
			break;
		if (!read_term(text, &cursor, first, &sum, error))
			return false;
		first = false;
	}
	if (sum.amount == 0)
		return fail(error, text, "it is empty or zero");
	*ret = sum;
	return true;
}
