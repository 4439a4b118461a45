/* "Mon-Fri 09:00-17:00", "Mon,Wed 10:00-12:30, 13:00-15:00". */
#include "internal.h"

static const char *const day_names[PROMISE_WEEKDAYS] = {
	"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

static bool fail(GError **error, const char *line, const char *why)
{
	g_set_error(error, PROMISE_ERROR, REDRESS_ERROR_INVALID,
		"opening hours \"%s\": %s; write \"Mon-Fri 09:00-17:00\"", line,
		why);
	return false;
}

/* 0 is Monday; -1 if there is no day's name here. */
static int read_day(const char **cursor)
{
	for (int day = 0; day < PROMISE_WEEKDAYS; day++) {
		if (g_ascii_strncasecmp(*cursor, day_names[day], 3) != 0 ||
			g_ascii_isalpha((*cursor)[3]))
			continue;
		*cursor += 3;
		return day;
	}
	return -1;
}

/* "Mon-Fri,Sun": a bit for each day.  A range may pass Sunday: "Sat-Mon". */
static bool read_days(
	const char *line, const char **cursor, unsigned *ret, GError **error)
{
	for (*ret = 0;; (*cursor)++) {
		int from = read_day(cursor);
		int to = from;
		if (from >= 0 && **cursor == '-') {
			(*cursor)++;
			to = read_day(cursor);
		}
		if (from < 0 || to < 0)
			return fail(error, line,
				"a day is one of Mon Tue Wed Thu Fri Sat Sun");
		for (int day = from;; day = (day + 1) % PROMISE_WEEKDAYS) {
			*ret |= 1U << day;
			if (day == to)
				break;
		}
		if (**cursor != ',')
			return true;
	}
}

static int read_two_digits(const char **cursor)
{
	if (!g_ascii_isdigit((*cursor)[0]) || !g_ascii_isdigit((*cursor)[1]))
		return -1;
	int number = ((*cursor)[0] - '0') * 10 + ((*cursor)[1] - '0');
	*cursor += 2;
	return number;
}

/* "09:00" in seconds of the day; -1 if it is no time. */
static int read_time(const char **cursor)
{
	int hour = read_two_digits(cursor);
	if (hour < 0 || hour > 24 || **cursor != ':')
		return -1;
	(*cursor)++;
	int minute = read_two_digits(cursor);
	if (minute < 0 || minute > 59 || (hour == 24 && minute > 0))
		return -1;
	return (hour * 60 + minute) * 60;
}

static bool read_span(
	const char *line, const char **cursor, Span *ret, GError **error)
{
	ret->start_s = read_time(cursor);
	if (ret->start_s < 0 || ret->start_s == PROMISE_DAY_S ||
		**cursor != '-')
		return fail(error, line, "a time is 00:00 to 23:59");
	(*cursor)++;
	ret->end_s = read_time(cursor);
	if (ret->end_s < 0)
		return fail(error, line, "it closes at 00:01 to 24:00");
	if (ret->end_s == ret->start_s)
		return fail(error, line, "it closes when it opens");
	return true;
}

/* Hours that pass midnight belong, from there on, to the next day. */
static void add_span(WeekHours *hours, int day, Span span)
{
	Span shift = span;

	if (shift.end_s <= shift.start_s)
		shift.end_s += PROMISE_DAY_S;
	g_array_append_val(hours->shifts[day], shift);
	if (span.end_s > span.start_s) {
		g_array_append_val(hours->days[day], span);
		return;
	}
	Span evening = {span.start_s, PROMISE_DAY_S};
	Span morning = {0, span.end_s};
	g_array_append_val(hours->days[day], evening);
	if (morning.end_s > 0)
		g_array_append_val(
			hours->days[(day + 1) % PROMISE_WEEKDAYS], morning);
}

static void skip_blanks(const char **cursor)
{
	while (g_ascii_isspace(**cursor))
		(*cursor)++;
}

static bool read_line(const char *line, WeekHours *hours, GError **error)
{
	const char *cursor = line;
	unsigned days = 0;

	skip_blanks(&cursor);
	if (!read_days(line, &cursor, &days, error))
		return false;
	if (!g_ascii_isspace(*cursor))
		return fail(error, line, "the times are missing");
	do {
		Span span;
		skip_blanks(&cursor);
		if (!read_span(line, &cursor, &span, error))
			return false;
		for (int day = 0; day < PROMISE_WEEKDAYS; day++)
			if (days & (1U << day))
				add_span(hours, day, span);
		skip_blanks(&cursor);
	} while (*cursor == ',' && cursor++);
	if (*cursor)
		return fail(error, line, "there is more than days and times");
	return true;
}

bool promise_hours_parse(
	const char *const *lines, WeekHours *ret, GError **error)
{
	WeekHours hours = {0};

	if (!lines || !lines[0]) {
		g_set_error_literal(error, PROMISE_ERROR, REDRESS_ERROR_INVALID,
			"a calendar needs opening hours such as "
			"\"Mon-Fri 09:00-17:00\"");
		return false;
	}
	for (int day = 0; day < PROMISE_WEEKDAYS; day++) {
		hours.days[day] = g_array_new(false, false, sizeof(Span));
		hours.shifts[day] = g_array_new(false, false, sizeof(Span));
	}
	for (; *lines; lines++) {
		if (read_line(*lines, &hours, error))
			continue;
		promise_hours_clear(&hours);
		return false;
	}
	for (int day = 0; day < PROMISE_WEEKDAYS; day++)
		promise_spans_merge(hours.days[day]);
	*ret = hours;
	return true;
}

void promise_hours_clear(WeekHours *hours)
{
	for (int day = 0; day < PROMISE_WEEKDAYS; day++) {
		g_clear_pointer(&hours->days[day], g_array_unref);
		g_clear_pointer(&hours->shifts[day], g_array_unref);
	}
}
