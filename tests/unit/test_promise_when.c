/* When somebody promises something, as people write it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <redress/promise.h>

static const char *const office[] = {
	"Mon-Thu 09:00-17:00", "Fri 09:00-15:00", NULL};
static const char *const night[] = {"Mon-Sun 00:00-24:00", NULL};

static PromiseCalendar *make(const char *zone, const char *const *hours)
{
	PromiseCalendarOptions options = {.time_zone = zone, .hours = hours};
	g_autoptr(GError) error = NULL;
	PromiseCalendar *calendar = promise_calendar_new(&options, &error);

	if (error)
		fail_msg("%s", error->message);
	return calendar;
}

static int64_t utc(const char *time)
{
	g_autoptr(GDateTime) at = g_date_time_new_from_iso8601(time, NULL);

	assert_non_null(at);
	return g_date_time_to_unix(at);
}

static void assert_when(const PromiseCalendar *calendar, const char *text,
	const char *now, const char *expected)
{
	g_autoptr(GError) error = NULL;
	int64_t at_s = 0;

	if (!promise_when_parse(calendar, text, utc(now), &at_s, &error))
		fail_msg("\"%s\": %s", text, error->message);
	if (at_s != utc(expected)) {
		g_autoptr(GDateTime) got = g_date_time_new_from_unix_utc(at_s);
		g_autofree char *shown = g_date_time_format_iso8601(got);
		fail_msg("\"%s\": %s, not %s", text, shown, expected);
	}
}

static void assert_refused(const PromiseCalendar *calendar, const char *text,
	const char *now, const char *why)
{
	g_autoptr(GError) error = NULL;
	int64_t at_s = 7;

	if (promise_when_parse(calendar, text, utc(now), &at_s, &error))
		fail_msg("\"%s\" was taken", text);
	assert_true(
		g_error_matches(error, PROMISE_ERROR, REDRESS_ERROR_INVALID));
	if (!strstr(error->message, why))
		fail_msg("\"%s\": %s", text, error->message);
	assert_non_null(strstr(error->message, "tomorrow 16:00"));
	assert_true(g_utf8_validate(error->message, -1, NULL));
	assert_int_equal(at_s, 7);
}

/* A Saturday, 12:00 in Tallinn. */
static const char saturday[] = "2026-11-21T10:00:00Z";

static const struct {
	const char *text;
	const char *at;
} cases[] = {
	/* how long it takes */
	{"24h", "2026-11-22T10:00:00Z"},
	{"1h 30m", "2026-11-21T11:30:00Z"},
	{"8 business hours", "2026-11-23T15:00:00Z"},
	{"3 business days", "2026-11-25T15:00:00Z"},
	{"in 2 days", "2026-11-23T10:00:00Z"},
	{"within 2 Business  Days", "2026-11-24T15:00:00Z"},
	{"in 45 minutes", "2026-11-21T10:45:00Z"},
	{"2 hours", "2026-11-21T12:00:00Z"},
	{"in 1 week", "2026-11-28T10:00:00Z"},
	/* dates */
	{"2026-11-24 14:00", "2026-11-24T12:00:00Z"},
	{"2026-11-24T14:00", "2026-11-24T12:00:00Z"},
	{" 2026-11-24 ", "2026-11-24T15:00:00Z"},
	{"24.11.2026 14:00", "2026-11-24T12:00:00Z"},
	{"24.11.2026", "2026-11-24T15:00:00Z"},
	{"24.11. 14:00", "2026-11-24T12:00:00Z"},
	{"24.11. 14.30", "2026-11-24T12:30:00Z"},
	{"24.11., 14:00", "2026-11-24T12:00:00Z"},
	{"14:00 on 24.11.", "2026-11-24T12:00:00Z"},
	{"24.11", "2026-11-24T15:00:00Z"},
	{"5.1. 9:00", "2027-01-05T07:00:00Z"},
	{"27.11.", "2026-11-27T13:00:00Z"},
	/* closed that day */
	{"28.11.2026", "2026-11-28T15:00:00Z"},
	/* days by name */
	{"today 16:00", "2026-11-21T14:00:00Z"},
	{"today", "2026-11-21T15:00:00Z"},
	{"16:00", "2026-11-21T14:00:00Z"},
	{"4pm", "2026-11-21T14:00:00Z"},
	{"Tomorrow 16:00", "2026-11-22T14:00:00Z"},
	{"16:00 tomorrow", "2026-11-22T14:00:00Z"},
	{"tomorrow at noon", "2026-11-22T10:00:00Z"},
	{"tomorrow 24:00", "2026-11-22T22:00:00Z"},
	{"day after tomorrow 9:00", "2026-11-23T07:00:00Z"},
	{"friday", "2026-11-27T13:00:00Z"},
	{"by friday 12:00", "2026-11-27T10:00:00Z"},
	{"FRI 9am", "2026-11-27T07:00:00Z"},
	{"fri 9 a.m.", "2026-11-27T07:00:00Z"},
	{"fri 12am", "2026-11-26T22:00:00Z"},
	{"fri 12:30 pm", "2026-11-27T10:30:00Z"},
	{"monday 16", "2026-11-23T14:00:00Z"},
	{"saturday 13:00", "2026-11-21T11:00:00Z"},
	{"saturday 11:00", "2026-11-28T09:00:00Z"},
	/* et */
	{"täna kell 16:00", "2026-11-21T14:00:00Z"},
	{"homme 16.30", "2026-11-22T14:30:00Z"},
	{"homseks", "2026-11-22T15:00:00Z"},
	{"ülehomme", "2026-11-23T15:00:00Z"},
	{"Esmaspäeval kell 10", "2026-11-23T08:00:00Z"},
	{"hiljemalt reedeks", "2026-11-27T13:00:00Z"},
	/* fi */
	{"tänään 16.00", "2026-11-21T14:00:00Z"},
	{"huomenna klo 16", "2026-11-22T14:00:00Z"},
	{"perjantaihin mennessä", "2026-11-27T13:00:00Z"},
	{"ke 9:15", "2026-11-25T07:15:00Z"},
	/* vi */
	{"hôm nay 16:00", "2026-11-21T14:00:00Z"},
	{"ngày mai 9:00", "2026-11-22T07:00:00Z"},
	{"trước thứ sáu", "2026-11-27T13:00:00Z"},
	{"thứ 2 16:00", "2026-11-23T14:00:00Z"},
	{"16:00 chủ nhật", "2026-11-22T14:00:00Z"},
	/* zh */
	{"今天 16:00", "2026-11-21T14:00:00Z"},
	{"明天16：00", "2026-11-22T14:00:00Z"},
	{"周五之前", "2026-11-27T13:00:00Z"},
	{"星期一 １０:30", "2026-11-23T08:30:00Z"},
	{"後天", "2026-11-23T15:00:00Z"},
	/* el */
	{"σήμερα 16:00", "2026-11-21T14:00:00Z"},
	{"ΑΥΡΙΟ 16:00", "2026-11-22T14:00:00Z"},
	{"μέχρι την Παρασκευή", "2026-11-27T13:00:00Z"},
	{"Δευτέρα στις 10", "2026-11-23T08:00:00Z"},
};

static void test_a_time_is_read_as_people_write_it(void **state)
{
	g_autoptr(PromiseCalendar) calendar = make("Europe/Tallinn", office);

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_when(calendar, cases[i].text, saturday, cases[i].at);
}

static void test_what_cannot_be_promised_is_refused_with_words(void **state)
{
	static const struct {
		const char *text;
		const char *why;
	} wrong[] = {
		{"", "no day and no hour"},
		{" \t ", "no day and no hour"},
		{"by", "no day and no hour"},
		{"soon", "\"soon\" was not understood"},
		{"tomorrow, perhaps", "\"perhaps\" was not understood"},
		{"next friday", "\"next friday\" was not understood"},
		{"下周五", "was not understood"},
		{"friday monday", "\"monday\" was not understood"},
		{"16:00 17:00", "\"17:00\" was not understood"},
		{"16:00-18:00", "\"-18:00\" was not understood"},
		{"24", "\"24\" was not understood"},
		{"fridays", "was not understood"},
		{"11/24/2026", "was not understood"},
		{"24.11.26", "was not understood"},
		{"2 moons", "was not understood"},
		{"-2 days", "was not understood"},
		{"2 days 3 business hours", "mixes"},
		{"99999999 weeks", "ten years"},
		{"2026-11-31", "no such day"},
		{"2026-13-01", "no such day"},
		{"0.11.", "no such day"},
		{"31.11. 14:00", "no such day"},
		{"29.2.", "no such day"},
		{"tomorrow 25:00", "no such hour"},
		{"tomorrow 24:01", "no such hour"},
		{"tomorrow 12:60", "no such hour"},
		{"tomorrow 13pm", "no such hour"},
		{"tomorrow 0am", "no such hour"},
		{"today 11:59", "has passed"},
		{"today 12:00", "has passed"},
		{"2026-11-20", "has passed"},
		{"20.11. 14:00", "has passed"},
		{"2027-11-23", "more than a year"},
		{"400 d", "more than a year"},
		{"24.11.2030 12:00", "more than a year"},
	};
	g_autoptr(PromiseCalendar) calendar = make("Europe/Tallinn", office);

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autoptr(GError) error = NULL;
		int64_t at_s = 7;

		if (promise_when_parse(calendar, wrong[i].text, utc(saturday),
			    &at_s, &error))
			fail_msg("\"%s\" was taken", wrong[i].text);
		assert_true(g_error_matches(
			error, PROMISE_ERROR, REDRESS_ERROR_INVALID));
		if (!strstr(error->message, wrong[i].why))
			fail_msg("\"%s\": %s", wrong[i].text, error->message);
		assert_non_null(strstr(error->message, "3 business days"));
		assert_int_equal(at_s, 7);
	}
}

static void test_days_are_those_of_the_calendars_zone(void **state)
{
	static const char late[] = "2026-11-21T23:30:00Z";
	g_autoptr(PromiseCalendar) tallinn = make("Europe/Tallinn", office);
	g_autoptr(PromiseCalendar) york = make("America/New_York", office);

	(void)state;
	assert_when(tallinn, "today 16:00", late, "2026-11-22T14:00:00Z");
	assert_when(york, "today 20:00", late, "2026-11-22T01:00:00Z");
	assert_when(york, "tomorrow", late, "2026-11-22T22:00:00Z");
}

static void test_clocks_that_change_have_no_missing_hour(void **state)
{
	static const char spring[] = "2027-03-27T10:00:00Z";
	static const char autumn[] = "2027-10-30T10:00:00Z";
	g_autoptr(PromiseCalendar) calendar = make("Europe/Tallinn", night);

	(void)state;
	assert_refused(calendar, "tomorrow 03:30", spring, "leap over");
	assert_refused(calendar, "28.3. 3:00", spring, "Europe/Tallinn");
	assert_when(calendar, "tomorrow 02:59", spring, "2027-03-28T00:59:00Z");
	assert_when(calendar, "tomorrow 04:00", spring, "2027-03-28T01:00:00Z");
	/* shown twice: the earlier one */
	assert_when(calendar, "tomorrow 03:30", autumn, "2027-10-31T00:30:00Z");
	assert_when(calendar, "tomorrow 04:00", autumn, "2027-10-31T02:00:00Z");
	assert_when(calendar, "tomorrow", autumn, "2027-10-31T22:00:00Z");
}

static void test_a_leap_day_is_found_in_its_year(void **state)
{
	g_autoptr(PromiseCalendar) calendar = make("UTC", office);

	(void)state;
	assert_when(calendar, "29.2. 12:00", "2027-11-01T10:00:00Z",
		"2028-02-29T12:00:00Z");
}

static void test_a_weekday_whose_hour_is_gone_is_next_weeks(void **state)
{
	static const char friday[] = "2026-11-20T13:00:00Z";
	g_autoptr(PromiseCalendar) calendar = make("UTC", office);

	(void)state;
	assert_when(calendar, "friday", friday, "2026-11-20T15:00:00Z");
	assert_when(calendar, "friday 13:00", friday, "2026-11-27T13:00:00Z");
}

static void test_hostile_words_are_bounded_and_valid(void **state)
{
	g_autoptr(PromiseCalendar) calendar = make("UTC", office);
	g_autofree char *long_text = g_strnfill(1000000, '9');
	static const char *const texts[] = {"\xff\xfe\x80",
		"tomorrow\r\nBcc: x@example.com", "\xef\xb7\xba\xef\xb7\xba",
		"99999999999999999999h", "1.1.1.1.1.1.1", "::::", "t00:00",
		"in in in", "business", "1 business", "1 business business",
		"friday\xe2\x80\xae", "2026-11-24\xc3"};

	(void)state;
	assert_refused(calendar, long_text, saturday, "too long");
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;
		int64_t at_s;

		assert_false(promise_when_parse(
			calendar, texts[i], utc(saturday), &at_s, &error));
		assert_true(g_utf8_validate(error->message, -1, NULL));
		assert_null(strpbrk(error->message, "\r\n"));
		assert_true(strlen(error->message) < 600);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_time_is_read_as_people_write_it),
		cmocka_unit_test(
			test_what_cannot_be_promised_is_refused_with_words),
		cmocka_unit_test(test_days_are_those_of_the_calendars_zone),
		cmocka_unit_test(test_clocks_that_change_have_no_missing_hour),
		cmocka_unit_test(test_a_leap_day_is_found_in_its_year),
		cmocka_unit_test(
			test_a_weekday_whose_hour_is_gone_is_next_weeks),
		cmocka_unit_test(test_hostile_words_are_bounded_and_valid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
