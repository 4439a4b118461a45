/*
 * The hours of a day in which nobody is written to.
 *
 * Quiet means: the wall clock shows a time between the two.  Asked of each
 * instant, this settles both ends of daylight saving, as for open hours; the
 * walk back goes from one stretch of the clocks to the one before it.
 */
#include "internal.h"

enum { MINUTE_S = 60, HOUR_S = 60 * MINUTE_S, MOST_S = 18 * HOUR_S };

static bool fail(GError **error, const char *text, const char *why)
{
	g_set_error(error, PROMISE_ERROR, REDRESS_ERROR_INVALID,
		"\"%s\" are no quiet hours: %s; write \"21:00-08:00\", or "
		"\"\" for none",
		text, why);
	return false;
}

/* "21:00" and what follows; false if it is no time of day. */
static bool read_minute(const char **cursor, int most, int *ret_minute)
{
	const char *c = *cursor;

	if (!g_ascii_isdigit(c[0]) || !g_ascii_isdigit(c[1]) || c[2] != ':' ||
		!g_ascii_isdigit(c[3]) || !g_ascii_isdigit(c[4]) || c[3] > '5')
		return false;
	*ret_minute = ((c[0] - '0') * 10 + c[1] - '0') * 60 +
		      (c[3] - '0') * 10 + c[4] - '0';
	*cursor = c + 5;
	return *ret_minute <= most;
}

bool promise_quiet_parse(const char *text, PromiseQuiet *ret, GError **error)
{
	static const int day = PROMISE_DAY_S / MINUTE_S;
	const char *cursor = text;
	PromiseQuiet quiet = {0};

	if (!*text) {
		*ret = quiet;
		return true;
	}
	if (!read_minute(&cursor, day - 1, &quiet.from_minute) ||
		*cursor++ != '-' ||
		!read_minute(&cursor, day, &quiet.until_minute) || *cursor)
		return fail(error, text, "they are not two times of a day");
	quiet.until_minute %= day;
	if (quiet.from_minute == quiet.until_minute)
		return fail(error, text, "both times are the same");
	if (promise_quiet_length_s(quiet) > MOST_S)
		return fail(error, text,
			"they are longer than 18 hours, and leave too little "
			"of a day to write in");
	*ret = quiet;
	return true;
}

int64_t promise_quiet_length_s(PromiseQuiet quiet)
{
	int64_t length_s =
		(int64_t)(quiet.until_minute - quiet.from_minute) * MINUTE_S;

	return length_s < 0 ? length_s + PROMISE_DAY_S : length_s;
}

/* Seconds since the clock last showed the beginning. */
static int64_t past_beginning(
	const ZoneStretch *stretch, PromiseQuiet quiet, int64_t at_s)
{
	int64_t past_s = (at_s + stretch->offset_s -
				 (int64_t)quiet.from_minute * MINUTE_S) %
			 PROMISE_DAY_S;

	return past_s < 0 ? past_s + PROMISE_DAY_S : past_s;
}

int64_t promise_before_quiet(
	const PromiseCalendar *calendar, PromiseQuiet quiet, int64_t at_s)
{
	const GArray *zone = promise_calendar_zone(calendar);
	int64_t length_s = promise_quiet_length_s(quiet);

	for (;;) {
		const ZoneStretch *stretch = promise_zone_at(zone, at_s);
		int64_t past_s = past_beginning(stretch, quiet, at_s);

		if (past_s >= length_s)
			return at_s;
		/* The first stretch has no beginning. */
		if (at_s - past_s > stretch->from_s)
			return at_s - past_s;
		/* Set back to the very beginning of the quiet, the clocks show
		 * it a second time, in the midst of it. */
		int64_t before_s = stretch->from_s - 1;
		if (at_s - past_s == stretch->from_s &&
			past_beginning(promise_zone_at(zone, before_s), quiet,
				before_s) >= length_s)
			return at_s - past_s;
		at_s = before_s;
	}
}
