/* Quiet hours: what is read, and the latest instant before them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include <redress/promise.h>

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

/* Half an hour of summer time; a summer time that Ramadan interrupts. */
static const char *const zones[] = {"Europe/Tallinn", "America/New_York",
	"Asia/Ho_Chi_Minh", "Australia/Lord_Howe", "Africa/Casablanca"};

/* Also such as begin or end in the hours that clocks leap over or repeat. */
static const char *const windows[] = {"21:00-08:00", "02:30-05:00",
	"01:30-03:30", "00:00-06:00", "12:00-13:00", "23:59-00:01",
	"03:10-03:40", "14:00-08:00", "22:00-24:00"};

static PromiseCalendar *make(const char *zone)
{
	static const char *const hours[] = {"Mon-Fri 09:00-17:00", NULL};
	const PromiseCalendarOptions options = {
		.time_zone = zone, .hours = hours};
	g_autoptr(GError) error = NULL;
	PromiseCalendar *calendar = promise_calendar_new(&options, &error);

	if (error)
		fail_msg("%s", error->message);
	return calendar;
}

static PromiseQuiet read_quiet(const char *text)
{
	g_autoptr(GError) error = NULL;
	PromiseQuiet quiet = {7, 7};

	if (!promise_quiet_parse(text, &quiet, &error))
		fail_msg("%s", error->message);
	return quiet;
}

static int64_t at(const char *zone, const char *local)
{
	g_autoptr(GTimeZone) tz = g_time_zone_new_identifier(zone);
	g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(local, tz);

	assert_non_null(time);
	return g_date_time_to_unix(time);
}

/* ---- reading ---------------------------------------------------------- */

static void test_reads_two_times_of_a_day(void **state)
{
	static const struct {
		const char *text;
		int from, until, length;
	} cases[] = {
		{"", 0, 0, 0},
		{"21:00-08:00", 21 * 60, 8 * 60, 11 * HOUR},
		{"00:00-06:30", 0, 390, 6 * HOUR + 30 * MINUTE},
		{"22:00-24:00", 22 * 60, 0, 2 * HOUR},
		{"12:00-06:00", 12 * 60, 6 * 60, 18 * HOUR},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		PromiseQuiet quiet = read_quiet(cases[i].text);

		assert_int_equal(quiet.from_minute, cases[i].from);
		assert_int_equal(quiet.until_minute, cases[i].until);
		assert_int_equal(
			promise_quiet_length_s(quiet), cases[i].length);
	}
}

static void test_refuses_what_is_no_quiet(void **state)
{
	static const char *const cases[] = {" ", "21:00", "21:00-", "-08:00",
		"21-08", "9:00-17:00", "21:00 - 08:00", "21:00-08:00 ",
		"24:00-08:00", "21:60-08:00", "21:00-24:01", "21:00-25:00",
		"08:00-08:00", "00:00-24:00", "08:00-02:01", "21:00-08:000",
		"\xef\xbc\x92\xef\xbc\x91:00-08:00"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		PromiseQuiet quiet = {7, 9};

		assert_false(promise_quiet_parse(cases[i], &quiet, &error));
		assert_int_equal(error->code, REDRESS_ERROR_INVALID);
		assert_non_null(
			strstr(error->message, "write \"21:00-08:00\""));
		assert_int_equal(quiet.from_minute, 7);
		assert_int_equal(quiet.until_minute, 9);
	}
}

/* ---- before the quiet -------------------------------------------------- */

static void assert_before(const char *zone, const char *window,
	const char *local, const char *expected)
{
	g_autoptr(PromiseCalendar) calendar = make(zone);
	int64_t got_s = promise_before_quiet(
		calendar, read_quiet(window), at(zone, local));

	if (got_s != at(zone, expected))
		fail_msg("%s, %s in %s: %+" G_GINT64_FORMAT " seconds from %s",
			local, window, zone, got_s - at(zone, expected),
			expected);
}

static void test_what_is_quiet_goes_to_where_the_quiet_begins(void **state)
{
	static const struct {
		const char *window, *local, *expected;
	} cases[] = {
		{"", "2026-03-10T03:00:00", "2026-03-10T03:00:00"},
		{"21:00-08:00", "2026-03-10T12:00:00", "2026-03-10T12:00:00"},
		{"21:00-08:00", "2026-03-10T21:00:00", "2026-03-10T21:00:00"},
		{"21:00-08:00", "2026-03-10T21:00:01", "2026-03-10T21:00:00"},
		{"21:00-08:00", "2026-03-11T02:00:00", "2026-03-10T21:00:00"},
		{"21:00-08:00", "2026-03-11T07:59:59", "2026-03-10T21:00:00"},
		{"21:00-08:00", "2026-03-11T08:00:00", "2026-03-11T08:00:00"},
		{"22:00-24:00", "2026-03-11T00:00:00", "2026-03-11T00:00:00"},
		{"12:00-13:00", "2026-03-11T12:30:00", "2026-03-11T12:00:00"},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_before("Europe/Tallinn", cases[i].window, cases[i].local,
			cases[i].expected);
}

static void test_a_change_of_clocks_in_the_quiet_is_no_word_in_it(void **state)
{
	static const struct {
		const char *window, *local, *expected;
	} cases[] = {
		/* 29 March 2026: 03:00 is 04:00. */
		{"21:00-08:00", "2026-03-29T07:00:00", "2026-03-28T21:00:00"},
		{"03:30-06:00", "2026-03-29T05:00:00",
			"2026-03-29T02:59:59+02:00"},
		{"02:30-06:00", "2026-03-29T04:30:00", "2026-03-29T02:30:00"},
		/* 25 October 2026: 04:00 is 03:00 again. */
		{"21:00-08:00", "2026-10-25T07:00:00", "2026-10-24T21:00:00"},
		{"03:30-06:00", "2026-10-25T05:00:00",
			"2026-10-25T03:30:00+02:00"},
		{"03:30-06:00", "2026-10-25T03:45:00+03:00",
			"2026-10-25T03:30:00+03:00"},
		{"03:30-06:00", "2026-10-25T03:10:00+02:00",
			"2026-10-25T03:10:00+02:00"},
		{"01:00-03:30", "2026-10-25T03:45:00+03:00",
			"2026-10-25T03:45:00+03:00"},
		{"01:00-03:30", "2026-10-25T03:10:00+02:00",
			"2026-10-25T03:59:59+03:00"},
		/* Its beginning is shown twice, and is one only once. */
		{"03:00-06:00", "2026-10-25T05:00:00",
			"2026-10-25T03:00:00+03:00"},
		{"03:00-06:00", "2026-10-25T03:00:00+02:00",
			"2026-10-25T03:00:00+03:00"},
		{"03:00-03:30", "2026-10-25T03:10:00+02:00",
			"2026-10-25T03:00:00+02:00"},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_before("Europe/Tallinn", cases[i].window, cases[i].local,
			cases[i].expected);
}

/* Whether the clocks on the wall show a time of the window: by GLib, not by
 * the code under test. */
static bool is_quiet(GTimeZone *zone, PromiseQuiet quiet, int64_t at_s)
{
	int interval =
		g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, at_s);
	int64_t second = (at_s + g_time_zone_get_offset(zone, interval)) % DAY;
	int64_t from = (int64_t)quiet.from_minute * MINUTE;
	int64_t until = (int64_t)quiet.until_minute * MINUTE;

	if (from == until)
		return false;
	return from < until ? second > from && second < until
			    : second > from || second < until;
}

/* The latest that is not quiet, found by trying each. */
static int64_t search(GTimeZone *zone, PromiseQuiet quiet, int64_t at_s)
{
	while (is_quiet(zone, quiet, at_s))
		at_s--;
	return at_s;
}

/* A year in steps that are no part of an hour; what lies between a result and
 * its instant is tried every seven minutes, and of some results by the second.
 */
static void walk_year(const char *name, const char *window)
{
	enum { STEP = 97 * MINUTE + 11 };
	g_autoptr(PromiseCalendar) calendar = make(name);
	g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(name);
	PromiseQuiet quiet = read_quiet(window);
	int64_t start_s = at(name, "2026-01-01T00:00:00");
	int64_t last_s = INT64_MIN;
	unsigned count = 0;

	for (int64_t at_s = start_s; at_s < start_s + 366 * DAY; at_s += STEP) {
		int64_t got_s = promise_before_quiet(calendar, quiet, at_s);

		assert_true(got_s <= at_s);
		assert_true(got_s >= last_s);
		assert_false(is_quiet(zone, quiet, got_s));
		assert_int_equal(
			promise_before_quiet(calendar, quiet, got_s), got_s);
		for (int64_t s = got_s + 1; s < at_s; s += 7 * MINUTE)
			assert_true(is_quiet(zone, quiet, s));
		if (count++ % 100 == 0)
			assert_int_equal(search(zone, quiet, at_s), got_s);
		last_s = got_s;
	}
}

static void test_for_a_year_it_is_the_latest_that_is_not_quiet(void **state)
{
	(void)state;
	for (size_t z = 0; z < G_N_ELEMENTS(zones); z++) {
		for (size_t w = 0; w < G_N_ELEMENTS(windows); w++)
			walk_year(zones[z], windows[w]);
	}
}

/* Around each change of clocks, where what is rare happens. */
static void test_at_changes_of_clocks_it_is_what_a_search_finds(void **state)
{
	static const char *const days[] = {"2026-02-14", "2026-03-07",
		"2026-03-21", "2026-03-28", "2026-04-04", "2026-10-03",
		"2026-10-24", "2026-10-31"};

	(void)state;
	for (size_t z = 0; z < G_N_ELEMENTS(zones); z++) {
		g_autoptr(PromiseCalendar) calendar = make(zones[z]);
		g_autoptr(GTimeZone) zone =
			g_time_zone_new_identifier(zones[z]);
		for (size_t d = 0; d < G_N_ELEMENTS(days); d++) {
			g_autofree char *noon =
				g_strconcat(days[d], "T12:00:00", NULL);
			PromiseQuiet quiet = read_quiet(
				windows[(z + d) % G_N_ELEMENTS(windows)]);
			int64_t start_s = at(zones[z], noon);

			for (int64_t s = start_s; s < start_s + 2 * DAY;
				s += 23 * MINUTE + 1)
				assert_int_equal(promise_before_quiet(
							 calendar, quiet, s),
					search(zone, quiet, s));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_two_times_of_a_day),
		cmocka_unit_test(test_refuses_what_is_no_quiet),
		cmocka_unit_test(
			test_what_is_quiet_goes_to_where_the_quiet_begins),
		cmocka_unit_test(
			test_a_change_of_clocks_in_the_quiet_is_no_word_in_it),
		cmocka_unit_test(
			test_for_a_year_it_is_the_latest_that_is_not_quiet),
		cmocka_unit_test(
			test_at_changes_of_clocks_it_is_what_a_search_finds),
	};

	return cmocka_run_group_tests_name("promise_quiet", tests, NULL, NULL);
}
