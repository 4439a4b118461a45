/*
 * When somebody promises something, as people write it in a mail: a day, an
 * hour, or both, in either order, or how long it takes.
 *
 * What can be read in two ways is refused rather than guessed: a customer will
 * be told the result.  A day without an hour means its closing time, and 17:00
 * where it is closed.  A weekday is the next of that name, today included while
 * its hour is still to come.  A date without a year is the next one, but what
 * lay in the last half year is in the past.
 */
#include <inttypes.h>
#include <string.h>

#include "internal.h"

enum {
	MAX_TEXT_BYTES = 200,
	MAX_TOLD_CHARS = 40, /* of what was written, in an error */
	DEFAULT_CLOSING_S = 17 * 60 * 60,
	NEXT_YEAR_DAYS = 183, /* a date without a year is at most so far */
	MOST_DAYS = 366,
	EPOCH_JULIAN = 719163, /* 1 January 1970, as GDate counts */
};

/* ---- words ------------------------------------------------------------- */

typedef struct WhenWords WhenWords;
struct WhenWords {
	int value;
	const char *words; /* parted by "|", "*" at an end: any ending */
};

/* Lower case, NFKC.  Days from today. */
static const WhenWords near_days[] = {
	{0, "today|tonight|täna|tänase*|tänään|hôm nay|hom nay|今天|今日|"
	    "σήμερα|σημερα"},
	{1, "tomorrow|tmrw|homme|homse*|huomenna|huomise*|ngày mai|ngay mai|"
	    "mai|明天|明日|αύριο|αυριο"},
	{2, "day after tomorrow|ülehomme|ülehomse*|ylihuomenna|ylihuomise*|"
	    "ngày kia|ngày mốt|后天|後天|μεθαύριο|μεθαυριο"},
};

static const WhenWords weekdays[] = {
	{0, "monday|mon|esmaspäev*|maanantai*|ma|thứ hai|thứ 2|thu hai|周一|"
	    "週一|星期一|礼拜一|禮拜一|δευτέρα|δευτερα"},
	{1, "tuesday|tue|tues|teisipäev*|tiistai*|ti|thứ ba|thứ 3|thu ba|周二|"
	    "週二|星期二|礼拜二|禮拜二|τρίτη|τριτη"},
	{2, "wednesday|wed|kolmapäev*|keskiviik*|ke|thứ tư|thứ 4|thu tu|周三|"
	    "週三|星期三|礼拜三|禮拜三|τετάρτη|τεταρτη"},
	{3, "thursday|thu|thur|thurs|neljapäev*|torstai*|to|thứ năm|thứ 5|"
	    "thu nam|周四|週四|星期四|礼拜四|禮拜四|πέμπτη|πεμπτη"},
	{4, "friday|fri|reede*|perjantai*|pe|thứ sáu|thứ 6|thu sau|周五|週五|"
	    "星期五|礼拜五|禮拜五|παρασκευή|παρασκευη"},
	{5, "saturday|sat|laupäev*|lauantai*|la|thứ bảy|thứ bẩy|thứ 7|thu bay|"
	    "周六|週六|星期六|礼拜六|禮拜六|σάββατο|σαββατο"},
	{6, "sunday|sun|pühapäev*|sunnuntai*|su|chủ nhật|chu nhat|周日|週日|"
	    "周天|星期日|星期天|礼拜天|禮拜天|κυριακή|κυριακη"},
};

static const WhenWords hour_words[] = {
	{12, "noon|midday|keskpäeval|keskipäivällä|中午|μεσημέρι"},
};

/* What stands before and between, and says nothing. */
static const WhenWords fillers[] = {
	{0, "by|before|until|till|on|at|the|latest|no later than|kell|"
	    "hiljemalt|klo|kello|viimeistään|mennessä|kl|lúc|trước|vào|之前|"
	    "前|στις|μέχρι|ως|έως|την|τη|το"},
};

static const struct {
	const char *word;
	const char *unit; /* as promise_duration_parse() takes it */
	int64_t times;
} duration_words[] = {
	{"s", "s", 1},
	{"sec", "s", 1},
	{"second", "s", 1},
	{"seconds", "s", 1},
	{"m", "m", 1},
	{"min", "m", 1},
	{"minute", "m", 1},
	{"minutes", "m", 1},
	{"h", "h", 1},
	{"hour", "h", 1},
	{"hours", "h", 1},
	{"d", "d", 1},
	{"day", "d", 1},
	{"days", "d", 1},
	{"week", "d", 7},
	{"weeks", "d", 7},
	{"business hour", "business hours", 1},
	{"business hours", "business hours", 1},
	{"business day", "business days", 1},
	{"business days", "business days", 1},
};

/* ---- reading ----------------------------------------------------------- */

typedef struct When When;
struct When {
	const char *cursor;
	int64_t today; /* local day number */
	int64_t day;
	int32_t second;
	bool has_day, has_second;
	bool is_weekday; /* the day may be a week later */
	const char *why; /* what is wrong with what was understood, or NULL */
};

static bool is_unspaced(gunichar c)
{
	return c >= 0x2e80 && c <= 0x9fff;
}

static bool is_border(const char *p)
{
	return !g_unichar_isalnum(g_utf8_get_char(p));
}

static void skip_blanks(const char **cursor)
{
	while (g_ascii_isspace(**cursor) || **cursor == ',')
		(*cursor)++;
}

/* The length of a word that stands here, 0 if another one does. */
static size_t word_length(const char *cursor, const char *word, size_t length)
{
	bool open = word[length - 1] == '*';
	const char *end = cursor + length - open;

	if (strncmp(cursor, word, length - open) != 0)
		return 0;
	while (open && g_unichar_isalpha(g_utf8_get_char(end)))
		end = g_utf8_next_char(end);
	if (!is_border(end) && !is_unspaced(g_utf8_get_char(cursor)))
		return 0;
	return (size_t)(end - cursor);
}

/* Moves behind the longest word of a table; false if none stands here. */
static bool read_word(const char **cursor, const WhenWords *table,
	size_t table_length, int *ret_value)
{
	size_t best = 0;

	for (size_t i = 0; i < table_length; i++) {
		const char *word = table[i].words;
		for (;; word++) {
			size_t length = strcspn(word, "|");
			size_t found = word_length(*cursor, word, length);
			if (found > best) {
				best = found;
				*ret_value = table[i].value;
			}
			word += length;
			if (!*word)
				break;
		}
	}
	*cursor += best;
	return best > 0;
}

/* Up to most digits; how many there were. */
static unsigned read_number(const char **cursor, unsigned most, int64_t *ret)
{
	unsigned digits = 0;

	for (*ret = 0; digits < most && g_ascii_isdigit(**cursor); digits++)
		*ret = *ret * 10 + (*(*cursor)++ - '0');
	return digits;
}

static bool take_date(When *when, int64_t year, int64_t month, int64_t day)
{
	if (year < 1970 || year > 2100 ||
		!g_date_valid_dmy(
			(GDateDay)day, (GDateMonth)month, (GDateYear)year)) {
		when->why = "there is no such day";
		return true;
	}
	GDate date;
	g_date_clear(&date, 1);
	g_date_set_dmy(
		&date, (GDateDay)day, (GDateMonth)month, (GDateYear)year);
	when->day = (int64_t)g_date_get_julian(&date) - EPOCH_JULIAN;
	when->has_day = true;
	return true;
}

static bool read_day_word(When *when)
{
	int value = 0;

	if (when->has_day)
		return false;
	if (read_word(&when->cursor, near_days, G_N_ELEMENTS(near_days),
		    &value)) {
		when->day = when->today + value;
	} else if (read_word(&when->cursor, weekdays, G_N_ELEMENTS(weekdays),
			   &value)) {
		when->day = when->today +
			    (value + PROMISE_WEEKDAYS -
				    (int)promise_weekday(when->today)) %
				    PROMISE_WEEKDAYS;
		when->is_weekday = true;
	} else {
		return false;
	}
	when->has_day = true;
	return true;
}

/* "2026-11-24" */
static bool read_iso_date(When *when)
{
	const char *p = when->cursor;
	int64_t year, month, day;

	if (when->has_day || read_number(&p, 4, &year) != 4 || *p++ != '-' ||
		!read_number(&p, 2, &month) || *p++ != '-' ||
		!read_number(&p, 2, &day))
		return false;
	/* "2026-11-24T14:00" (RFC 3339) */
	if (*p == 't' && g_ascii_isdigit(p[1]))
		p++;
	else if (!is_border(p))
		return false;
	when->cursor = p;
	return take_date(when, year, month, day);
}

/* The next such date; what has just passed is left in the past. */
static bool take_date_of_year(When *when, int64_t month, int64_t day)
{
	GDate today;

	g_date_clear(&today, 1);
	g_date_set_julian(&today, (guint32)(when->today + EPOCH_JULIAN));
	int64_t year = g_date_get_year(&today);
	take_date(when, year, month, day);
	if (when->has_day && when->day >= when->today)
		return true;

	/* 29 February may be next year's only. */
	When next = *when;
	next.why = NULL;
	next.has_day = false;
	take_date(&next, year + 1, month, day);
	if (next.has_day && next.day - when->today <= NEXT_YEAR_DAYS)
		*when = next;
	return true;
}

/* "24.11.2026", "24.11.", "24.11" */
static bool read_dotted_date(When *when)
{
	const char *p = when->cursor;
	int64_t year = 0, month, day;

	if (when->has_day || !read_number(&p, 2, &day) || *p++ != '.' ||
		!read_number(&p, 2, &month))
		return false;
	unsigned digits = 0;
	if (*p == '.') {
		p++;
		digits = read_number(&p, 4, &year);
	}
	if ((digits != 0 && digits != 4) || !is_border(p))
		return false;
	when->cursor = p;
	return digits ? take_date(when, year, month, day)
		      : take_date_of_year(when, month, day);
}

/* "am", "p.m." behind an hour. */
static void read_half(const char **cursor, int64_t *hour, When *when)
{
	static const WhenWords halves[] = {{0, "am|a.m"}, {12, "pm|p.m"}};
	const char *p = *cursor;
	int add = 0;

	skip_blanks(&p);
	if (!read_word(&p, halves, G_N_ELEMENTS(halves), &add))
		return;
	*cursor = p + (*p == '.');
	if (*hour < 1 || *hour > 12)
		when->why = "there is no such hour";
	*hour = *hour % 12 + add;
}

/* "16:00", "4pm"; behind a day, where it cannot be a date, "16.00" and "16". */
static bool read_hour(When *when)
{
	const char *p = when->cursor;
	int64_t hour, minute = 0;

	if (when->has_second || !read_number(&p, 2, &hour))
		return false;
	bool colon = *p == ':' || (*p == '.' && when->has_day);
	bool bare = !(colon && g_ascii_isdigit(p[1]));
	if (!bare && (p++, read_number(&p, 2, &minute) != 2))
		return false;
	const char *behind = p;
	read_half(&p, &hour, when);
	if (!is_border(p) || (bare && p == behind && !when->has_day))
		return false;
	if (hour > 24 || minute > 59 || (hour == 24 && minute > 0))
		when->why = "there is no such hour";
	when->second = (int32_t)(hour * 60 + minute) * 60;
	when->has_second = true;
	when->cursor = p;
	return true;
}

static bool read_hour_word(When *when)
{
	int hour = 0;

	if (when->has_second || !read_word(&when->cursor, hour_words,
					G_N_ELEMENTS(hour_words), &hour))
		return false;
	when->second = hour * 60 * 60;
	when->has_second = true;
	return true;
}

static bool read_filler(When *when)
{
	int value;

	return read_word(&when->cursor, fillers, G_N_ELEMENTS(fillers), &value);
}

static bool (*const readers[])(When *when) = {
	read_iso_date,
	read_dotted_date,
	read_day_word,
	read_hour,
	read_hour_word,
	read_filler,
};

static bool read_next(When *when)
{
	for (size_t i = 0; i < G_N_ELEMENTS(readers); i++)
		if (readers[i](when))
			return true;
	return false;
}

/* ---- durations --------------------------------------------------------- */

/* The letters of a unit, "business days" with its one blank. */
static char *read_unit(const char **cursor)
{
	GString *unit = g_string_new(NULL);

	for (bool again = true; again;) {
		skip_blanks(cursor);
		while (g_ascii_isalpha(**cursor))
			g_string_append_c(unit, *(*cursor)++);
		again = !strcmp(unit->str, "business");
		if (again)
			g_string_append_c(unit, ' ');
	}
	return g_string_free(unit, FALSE);
}

static bool add_term(GString *duration, const char **cursor)
{
	int64_t number;

	skip_blanks(cursor);
	if (!read_number(cursor, 9, &number))
		return false;
	g_autofree char *unit = read_unit(cursor);
	for (size_t i = 0; i < G_N_ELEMENTS(duration_words); i++) {
		if (strcmp(duration_words[i].word, unit) != 0)
			continue;
		g_string_append_printf(duration, "%" PRId64 " %s ",
			number * duration_words[i].times,
			duration_words[i].unit);
		return true;
	}
	return false;
}

/* "in 2 days" as promise_duration_parse() takes it; NULL if it is none.
 * (transfer full) */
static char *as_duration(const char *text)
{
	static const WhenWords starts[] = {{0, "in|within|after"}};
	g_autoptr(GString) duration = g_string_new(NULL);
	int value;

	skip_blanks(&text);
	read_word(&text, starts, G_N_ELEMENTS(starts), &value);
	do {
		if (!add_term(duration, &text))
			return NULL;
		skip_blanks(&text);
	} while (*text);
	return g_string_free(g_steal_pointer(&duration), FALSE);
}

/* ---- errors ------------------------------------------------------------ */

/* As much of it as an error may repeat, on one line.  (transfer full) */
static char *told(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	GString *told = g_string_new(NULL);
	unsigned chars = 0;

	for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		if (chars++ == MAX_TOLD_CHARS) {
			g_string_append(told, "\xe2\x80\xa6");
			break;
		}
		g_string_append_unichar(told, g_unichar_isprint(c) ? c : ' ');
	}
	return g_string_free(told, FALSE);
}

static bool refuse(GError **error, const char *text, const char *why)
{
	g_autofree char *written = told(text);

	g_set_error(error, PROMISE_ERROR, REDRESS_ERROR_INVALID,
		"\"%s\" is no time to promise: %s; write \"tomorrow 16:00\", "
		"\"friday\", \"2026-11-24 14:00\", \"24h\" or "
		"\"3 business days\"",
		written, why);
	return false;
}

static bool refuse_rest(GError **error, const char *text, const char *rest)
{
	g_autofree char *written = told(rest);
	g_autofree char *why =
		g_strdup_printf("\"%s\" was not understood", written);

	return refuse(error, text, why);
}

/* ---- the instant ------------------------------------------------------- */

static bool when_instant(
	const PromiseCalendar *calendar, const When *when, int64_t *ret_at_s)
{
	int32_t second = when->second;

	if (!when->has_second) {
		second = promise_calendar_closing(calendar, when->day);
		if (second < 0)
			second = DEFAULT_CLOSING_S;
	}
	return promise_calendar_instant(calendar, when->day, second, ret_at_s);
}

static bool resolve(const PromiseCalendar *calendar, When *when,
	const char *text, int64_t now_s, int64_t *ret_at_s, GError **error)
{
	bool known = when_instant(calendar, when, ret_at_s);

	if (known && *ret_at_s <= now_s && when->is_weekday) {
		when->day += PROMISE_WEEKDAYS;
		known = when_instant(calendar, when, ret_at_s);
	}
	if (known)
		return true;
	g_autofree char *why = g_strdup_printf(
		"the clocks of %s leap over that hour on that day",
		promise_calendar_time_zone(calendar));
	return refuse(error, text, why);
}

static bool read_all(const PromiseCalendar *calendar, const char *text,
	const char *folded, int64_t now_s, int64_t *ret_at_s, GError **error)
{
	When when = {
		.cursor = folded,
		.today = promise_calendar_day(calendar, now_s),
	};

	for (skip_blanks(&when.cursor); *when.cursor;
		skip_blanks(&when.cursor)) {
		if (!read_next(&when))
			return refuse_rest(error, text, when.cursor);
		if (when.why)
			return refuse(error, text, when.why);
	}
	if (!when.has_day && !when.has_second)
		return refuse(error, text, "it names no day and no hour");
	if (!when.has_day)
		when.day = when.today;
	return resolve(calendar, &when, text, now_s, ret_at_s, error);
}

bool promise_when_parse(const PromiseCalendar *calendar, const char *text,
	int64_t now_s, int64_t *ret_at_s, GError **error)
{
	if (strlen(text) > MAX_TEXT_BYTES)
		return refuse(error, text, "it is too long");
	/* NFKC knows full-width figures and colons as the plain ones. */
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	g_autofree char *plain =
		g_utf8_normalize(valid, -1, G_NORMALIZE_ALL_COMPOSE);
	g_autofree char *folded = g_utf8_strdown(plain, -1);
	g_autofree char *duration = as_duration(folded);
	PromiseDuration length;
	int64_t at_s = 0;

	if (duration) {
		if (!promise_duration_parse(duration, &length, error))
			return false;
		at_s = promise_due(calendar, length, now_s);
	} else if (!read_all(calendar, text, folded, now_s, &at_s, error)) {
		return false;
	}
	if (at_s <= now_s)
		return refuse(error, text, "it has passed");
	if (at_s - now_s > MOST_DAYS * INT64_C(86400))
		return refuse(error, text, "it is more than a year away");
	*ret_at_s = at_s;
	return true;
}
