#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include <redress/promise.h>

enum { HOUR = 3600, DAY = 24 * HOUR, CASES = 20000 };

static const char *const office[] = {"Mon-Fri 09:00-17:00", NULL};
static const char *const lunch[] = {
	"Mon-Thu 09:00-12:30,13:15-17:00", "Fri 09:00-15:00", NULL};
static const char *const night[] = {"Fri,Sun 22:00-06:00", NULL};
static const char *const always[] = {"Mon-Sun 00:00-24:00", NULL};
static const char *const small_hours[] = {"Mon-Sun 01:30-03:30", NULL};

static const char *const zones[] = {"Europe/Tallinn", "America/New_York",
	"Asia/Ho_Chi_Minh", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"};
static const char *const *const weeks[] = {
	office, lunch, night, always, small_hours};

static PromiseCalendar *make(const char *zone, const char *const *hours)
{
	PromiseCalendarOptions options = {.time_zone = zone, .hours = hours};
	g_autoptr(GError) error = NULL;
	PromiseCalendar *calendar = promise_calendar_new(&options, &error);

	if (error)
		fail_msg("%s", error->message);
	return calendar;
}

/* "2026-03-27T16:00" on the clocks of the zone. */
static int64_t at(const char *zone, const char *local)
{
	g_autoptr(GTimeZone) tz = g_time_zone_new_identifier(zone);
	g_autofree char *full = strlen(local) == 16
					? g_strconcat(local, ":00", NULL)
					: g_strdup(local);
	g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(full, tz);

	assert_non_null(time);
	return g_date_time_to_unix(time);
}

static char *show(const char *zone, int64_t at_s)
{
	g_autoptr(GTimeZone) tz = g_time_zone_new_identifier(zone);
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(at_s);
	g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, tz);

	return g_date_time_format(local, "%Y-%m-%dT%H:%M:%S%:z");
}

static void assert_time(const char *zone, int64_t at_s, const char *expected)
{
	g_autofree char *text = show(zone, at_s);
	assert_string_equal(text, expected);
}

static PromiseDuration hours(int64_t amount)
{
	return (PromiseDuration){PROMISE_BUSINESS_HOURS, amount * HOUR};
}

static PromiseDuration days(int64_t amount)
{
	return (PromiseDuration){PROMISE_BUSINESS_DAYS, amount};
}

static bool is_open(const PromiseCalendar *calendar, int64_t at_s)
{
	return promise_open_seconds(calendar, at_s, at_s + 1) == 1;
}

/* ---- durations --------------------------------------------------------- */

static void test_reads_the_durations_that_people_write(void **state)
{
	static const struct {
		const char *text;
		enum promise_unit unit;
		int64_t amount;
	} cases[] = {
		{"90s", PROMISE_WALL, 90},
		{"24h", PROMISE_WALL, DAY},
		{"2d", PROMISE_WALL, 2 * DAY},
		{"30m", PROMISE_WALL, 1800},
		{"1h 30m", PROMISE_WALL, 5400},
		{"1h30m", PROMISE_WALL, 5400},
		{" 3650 d ", PROMISE_WALL, INT64_C(3650) * DAY},
		{"8 business hours", PROMISE_BUSINESS_HOURS, 8 * HOUR},
		{"1 Business  Hour", PROMISE_BUSINESS_HOURS, HOUR},
		{"3 business days", PROMISE_BUSINESS_DAYS, 3},
		{"1 business day", PROMISE_BUSINESS_DAYS, 1},
	};
	(void)state;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		PromiseDuration got = {0};
		g_autoptr(GError) error = NULL;
		assert_true(
			promise_duration_parse(cases[i].text, &got, &error));
		assert_int_equal(got.unit, cases[i].unit);
		assert_int_equal(got.amount, cases[i].amount);
	}
}

static void test_refuses_what_is_no_duration(void **state)
{
	static const char *const cases[] = {"", " ", "0s", "h", "8", "8 hours",
		"-1h", "1.5h", "8 business", "8 business hours 1h", "11000d",
		"99999999999999999999999s", "4000 business days", "24h later"};
	(void)state;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		PromiseDuration got = {PROMISE_WALL, 7};
		g_autoptr(GError) error = NULL;
		assert_false(promise_duration_parse(cases[i], &got, &error));
		assert_true(g_error_matches(
			error, PROMISE_ERROR, REDRESS_ERROR_INVALID));
		assert_non_null(strstr(error->message, cases[i]));
		assert_int_equal(got.amount, 7);
	}
}

/* ---- calendars --------------------------------------------------------- */

static void test_a_mistake_in_a_calendar_is_named(void **state)
{
	static const struct {
		const char *zone;
		const char *line;
	} cases[] = {
		{"Europe/Talinn", "Mon-Fri 09:00-17:00"},
		{"", "Mon-Fri 09:00-17:00"},
		{NULL, "Mon-Fri 09:00-17:00"},
		{"UTC", ""},
		{"UTC", "Mon-Fri"},
		{"UTC", "Mo-Fr 09:00-17:00"},
		{"UTC", "Mon-Fri 9:00-17:00"},
		{"UTC", "Mon-Fri 09:00-25:00"},
		{"UTC", "Mon-Fri 09:60-17:00"},
		{"UTC", "Mon-Fri 24:00-17:00"},
		{"UTC", "Mon-Fri 09:00-09:00"},
		{"UTC", "Mon-Fri 09:00-24:01"},
		{"UTC", "Mon-Fri 09:00-17:00 except lunch"},
		{"UTC", "Mon-Fri, 09:00-17:00"},
		{"UTC", "09:00-17:00"},
	};
	(void)state;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const char *const lines[] = {cases[i].line, NULL};
		PromiseCalendarOptions options = {
			.time_zone = cases[i].zone, .hours = lines};
		g_autoptr(GError) error = NULL;
		g_autoptr(PromiseCalendar) calendar =
			promise_calendar_new(&options, &error);
		assert_null(calendar);
		assert_true(g_error_matches(
			error, PROMISE_ERROR, REDRESS_ERROR_INVALID));
	}
}

static void test_business_time_skips_nights_and_weekends(void **state)
{
	static const struct {
		const char *const *week;
		const char *start;
		bool in_days;
		int amount;
		const char *due;
	} cases[] = {
		{office, "2026-11-20T16:00", false, 2,
			"2026-11-23T10:00:00+02:00"},
		{office, "2026-11-23T09:00", false, 8,
			"2026-11-23T17:00:00+02:00"},
		{office, "2026-11-21T12:00", false, 8,
			"2026-11-23T17:00:00+02:00"},
		{office, "2026-11-20T17:00", false, 1,
			"2026-11-23T10:00:00+02:00"},
		{lunch, "2026-11-23T12:00", false, 1,
			"2026-11-23T13:45:00+02:00"},
		{lunch, "2026-11-27T14:00", false, 2,
			"2026-11-30T10:00:00+02:00"},
		{night, "2026-11-27T23:00", false, 8,
			"2026-11-29T23:00:00+02:00"},
		{night, "2026-11-27T23:00", false, 7,
			"2026-11-28T06:00:00+02:00"},
		{office, "2026-11-20T16:00", true, 1,
			"2026-11-23T17:00:00+02:00"},
		{office, "2026-11-21T16:00", true, 1,
			"2026-11-23T17:00:00+02:00"},
		{office, "2026-11-23T08:00", true, 3,
			"2026-11-26T17:00:00+02:00"},
		{lunch, "2026-11-26T08:00", true, 1,
			"2026-11-27T15:00:00+02:00"},
		{always, "2026-11-26T08:00", true, 1,
			"2026-11-28T00:00:00+02:00"},
	};
	(void)state;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(PromiseCalendar) calendar =
			make("Europe/Tallinn", cases[i].week);
		int64_t start = at("Europe/Tallinn", cases[i].start);
		PromiseDuration duration = cases[i].in_days
						   ? days(cases[i].amount)
						   : hours(cases[i].amount);
		assert_time("Europe/Tallinn",
			promise_due(calendar, duration, start), cases[i].due);
	}
}

static void test_the_clock_change_neither_steals_nor_gives_an_hour(void **state)
{
	static const struct {
		const char *zone;
		const char *start;
		int open_hours; /* of the day that begins at start */
	} cases[] = {
		{"Europe/Tallinn", "2026-03-29T00:00", 23},
		{"Europe/Tallinn", "2026-10-25T00:00", 25},
		{"Europe/Tallinn", "2026-10-26T00:00", 24},
		{"America/New_York", "2026-03-08T00:00", 23},
		{"America/New_York", "2026-11-01T00:00", 25},
		{"Asia/Ho_Chi_Minh", "2026-03-29T00:00", 24},
	};
	(void)state;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(PromiseCalendar) calendar =
			make(cases[i].zone, always);
		int64_t start = at(cases[i].zone, cases[i].start);
		/* One business day from just before is that day's midnight. */
		int64_t end = promise_due(calendar, days(1), start - 1);
		assert_int_equal(end - start, cases[i].open_hours * HOUR);
		assert_int_equal(promise_open_seconds(calendar, start, end),
			cases[i].open_hours * HOUR);
	}
}

static void test_opening_hours_inside_the_clock_change(void **state)
{
	g_autoptr(PromiseCalendar) tallinn =
		make("Europe/Tallinn", small_hours);
	(void)state;

	/* 03:00 becomes 04:00: open from 01:30 to the leap. */
	int64_t spring = at("Europe/Tallinn", "2026-03-29T00:00");
	assert_int_equal(
		promise_open_seconds(tallinn, spring, spring + 12 * HOUR),
		HOUR * 3 / 2);
	/* 04:00 becomes 03:00 again: 03:00-03:30 is there twice. */
	int64_t autumn = at("Europe/Tallinn", "2026-10-25T00:00");
	assert_int_equal(
		promise_open_seconds(tallinn, autumn, autumn + 12 * HOUR),
		HOUR * 5 / 2);
	PromiseDuration all = {PROMISE_BUSINESS_HOURS, HOUR * 5 / 2};
	assert_time("Europe/Tallinn", promise_due(tallinn, hours(2), autumn),
		"2026-10-25T03:30:00+03:00");
	assert_time("Europe/Tallinn", promise_due(tallinn, all, autumn),
		"2026-10-25T03:30:00+02:00");
}

/* ---- holidays ---------------------------------------------------------- */

static const char holidays_text[] =
	"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n"
	"BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Independence Day\r\n"
	"DTSTART;VALUE=DATE:20200224\r\nRRULE:FREQ=YEARLY\r\nEND:VEVENT\r\n"
	"BEGIN:VEVENT\r\nUID:2\r\nSUMMARY:Midsummer\r\n"
	"DTSTART;VALUE=DATE:20260623\r\nDTEND;VALUE=DATE:20260625\r\n"
	"END:VEVENT\r\n"
	"BEGIN:VEVENT\r\nUID:3\r\nSUMMARY:Thanksgiving\r\n"
	"DTSTART;VALUE=DATE:20201126\r\n"
	"RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH\r\n"
	"EXDATE;VALUE=DATE:20271125\r\nEND:VEVENT\r\n"
	"BEGIN:VEVENT\r\nUID:4\r\nSUMMARY:A meeting\r\n"
	"TRANSP:TRANSPARENT\r\n"
	"DTSTART:20261130T100000Z\r\nDTEND:20261130T110000Z\r\nEND:VEVENT\r\n"
	"BEGIN:VEVENT\r\nUID:5\r\nSUMMARY:Until 2024\r\n"
	"DTSTART;VALUE=DATE:20201201\r\n"
	"RRULE:FREQ=YEARLY;UNTIL=20241201\r\nEND:VEVENT\r\n"
	"END:VCALENDAR\r\n";

static PromiseCalendar *make_of(const char *zone, const char *const *week,
	const char *text, GError **error)
{
	g_autofree char *path = NULL;
	int fd = g_file_open_tmp("redress-XXXXXX.ics", &path, NULL);

	assert_true(fd >= 0);
	assert_true(g_close(fd, NULL));
	assert_true(g_file_set_contents(path, text, -1, NULL));
	const char *const paths[] = {path, NULL};
	PromiseCalendarOptions options = {
		.time_zone = zone, .hours = week, .holidays = paths};
	PromiseCalendar *calendar = promise_calendar_new(&options, error);
	g_unlink(path);
	return calendar;
}

static PromiseCalendar *make_with_holidays(
	const char *zone, const char *text, GError **error)
{
	return make_of(zone, office, text, error);
}

static void test_holidays_are_closed(void **state)
{
	static const struct {
		const char *day;
		bool open;
	} cases[] = {
		{"2026-02-24T10:00", false},
		{"2037-02-24T10:00", false},
		{"2026-02-25T10:00", true},
		{"2026-06-23T10:00", false},
		{"2026-06-24T10:00", false},
		{"2026-06-25T10:00", true},
		{"2026-11-26T10:00", false},
		{"2027-11-25T10:00", true},
		{"2028-11-23T10:00", false},
		{"2026-11-30T12:30", true},
		{"2023-12-01T10:00", false},
		{"2026-12-01T10:00", true},
	};
	(void)state;

	for (size_t z = 0; z < 3; z++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(PromiseCalendar) calendar =
			make_with_holidays(zones[z], holidays_text, &error);
		assert_null(error);
		for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
			assert_int_equal(
				is_open(calendar, at(zones[z], cases[i].day)),
				cases[i].open);
	}
}

static void test_a_holiday_that_cannot_be_read_is_an_error(void **state)
{
	static const char *const cases[] = {
		"",
		"not a calendar",
		"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
		"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"
		"DTSTART;TZID=Europe/Talinn:20261130T100000\r\n"
		"DTEND;TZID=Europe/Talinn:20261130T120000\r\n"
		"END:VEVENT\r\nEND:VCALENDAR\r\n",
		"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"
		"DTSTART:20261130T100000Z\r\nRRULE:FREQ=SECONDLY\r\n"
		"END:VEVENT\r\nEND:VCALENDAR\r\n",
		"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"
		"DTSTART;VALUE=DATE:20260224\r\nRRULE:FREQ=SOMETIMES\r\n"
		"END:VEVENT\r\nEND:VCALENDAR\r\n",
		"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"
		"DTSTART;VALUE=DATE:tomorrow\r\nEND:VEVENT\r\nEND:"
		"VCALENDAR\r\n",
	};
	(void)state;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(PromiseCalendar) calendar =
			make_with_holidays("UTC", cases[i], &error);
		assert_null(calendar);
		assert_true(g_error_matches(
			error, PROMISE_ERROR, REDRESS_ERROR_INVALID));
	}
}

#define EVENT(lines) "BEGIN:VEVENT\r\n" lines "END:VEVENT\r\n"

static const char special_text[] =
	"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n" EVENT(
		"UID:half\r\nDTSTART:20261224T130000\r\n"
		"DTEND:20261225T000000\r\n") EVENT("UID:utc\r\nDTSTART:"
						   "20261202T080000Z\r\n"
						   "DTEND:20261202T090000Z\r\n")
		EVENT("UID:"
		      "zone\r\nDTSTART;"
		      "TZID=Europe/"
		      "London:"
		      "20261203T080000\r"
		      "\n"
		      "DTEND;TZID=Europe/"
		      "London:"
		      "20261203T090000\r"
		      "\n") EVENT("UID:"
				  "swap\r"
				  "\nDTST"
				  "ART;"
				  "VALUE="
				  "DATE:"
				  "202612"
				  "05\r\n"
				  "CATEGO"
				  "RIES:"
				  "office"
				  ",WORKD"
				  "AY\r"
				  "\n") EVENT("UID:kept\r\nDTSTART;VALUE=DATE:"
					      "20261208\r\n")
			EVENT("UID:kept2\r\nDTSTART;VALUE=DATE:20261208\r\n"
			      "CATEGORIES:WORKDAY\r\n")
				EVENT("UID:extra\r\nDTSTART:20261206T100000\r\n"
				      "DTEND:20261206T120000\r\nCATEGORIES:"
				      "WORKDAY\r\n") EVENT("UID:"
							   "moved\r\nDTSTART;"
							   "VALUE=DATE:"
							   "20201209\r\n"
							   "RRULE:FREQ="
							   "YEARLY\r\n")
					EVENT("UID:moved\r\nRECURRENCE-ID;"
					      "VALUE=DATE:20261209\r\n"
					      "DTSTART;VALUE=DATE:"
					      "20261211\r\n") EVENT("UID:"
								    "off\r\nD"
								    "TSTART;"
								    "VALUE="
								    "DATE:"
								    "20261210"
								    "\r\n"
								    "STATUS:"
								    "CANCELLE"
								    "D\r\n")
						EVENT("UID:shut\r\nDTSTART;"
						      "VALUE=DATE:20270705\r\n"
						      "DTEND;VALUE=DATE:"
						      "20270712\r\n") "END:"
								      "VCALENDA"
								      "R\r\n";

static void test_half_days_worked_days_and_moved_days(void **state)
{
	static const struct {
		const char *day; /* its midnight */
		int open_minutes;
	} cases[] = {
		{"2026-12-24T00:00", 4 * 60},
		{"2026-12-25T00:00", 8 * 60},
		/* 10:00 to 11:00 on these clocks */
		{"2026-12-02T00:00", 7 * 60},
		{"2026-12-03T00:00", 7 * 60},
		/* a Saturday worked, some hours of a Sunday */
		{"2026-12-05T00:00", 8 * 60},
		{"2026-12-06T00:00", 2 * 60},
		{"2026-12-08T00:00", 8 * 60},
		{"2026-12-09T00:00", 8 * 60},
		{"2026-12-10T00:00", 8 * 60},
		{"2026-12-11T00:00", 0},
		{"2027-12-09T00:00", 0},
		{"2027-07-05T00:00", 0},
		{"2027-07-09T00:00", 0},
		{"2027-07-12T00:00", 8 * 60},
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(PromiseCalendar) calendar =
		make_with_holidays("Europe/Tallinn", special_text, &error);
	(void)state;

	assert_null(error);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		int64_t from = at("Europe/Tallinn", cases[i].day);
		assert_int_equal(
			promise_open_seconds(calendar, from, from + DAY),
			cases[i].open_minutes * 60);
	}
}

static void test_shipped_holidays_are_read(void **state)
{
	static const struct {
		const char *file;
		const char *closed; /* a day's noon */
		const char *open;
	} cases[] = {
		{"ee.ics", "2027-03-26T12:00", "2027-03-25T12:00"},
		{"ee.ics", "2027-02-23T15:00", "2027-02-23T12:00"},
		{"fi.ics", "2028-05-25T12:00", "2028-05-26T12:00"},
		{"gr.ics", "2027-04-30T12:00", "2027-03-26T12:00"},
		{"vn.ics", "2027-02-08T12:00", "2027-02-12T12:00"},
		{"cn.ics", "2026-10-05T12:00", "2026-10-10T12:00"},
		{"cn.ics", "2028-01-27T12:00", "2028-02-01T12:00"},
		{"gb-eng.ics", "2027-12-28T12:00", "2027-12-29T12:00"},
		{"us.ics", "2026-11-26T12:00", "2026-11-27T12:00"},
		{"us.ics", "2027-12-31T12:00", "2028-01-03T12:00"},
	};
	(void)state;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *path = g_build_filename(REDRESS_SOURCE_DIR,
			"conf/holidays", cases[i].file, NULL);
		const char *const paths[] = {path, NULL};
		PromiseCalendarOptions options = {
			.time_zone = "UTC", .hours = office, .holidays = paths};
		g_autoptr(GError) error = NULL;
		g_autoptr(PromiseCalendar) calendar =
			promise_calendar_new(&options, &error);
		assert_null(error);
		if (is_open(calendar, at("UTC", cases[i].closed)))
			fail_msg("%s: open %s", path, cases[i].closed);
		if (!is_open(calendar, at("UTC", cases[i].open)))
			fail_msg("%s: closed %s", path, cases[i].open);
	}
}

static void test_a_missing_holiday_file_is_named(void **state)
{
	const char *const paths[] = {"/nonexistent/ee.ics", NULL};
	PromiseCalendarOptions options = {
		.time_zone = "UTC", .hours = office, .holidays = paths};
	g_autoptr(GError) error = NULL;
	g_autoptr(PromiseCalendar) calendar =
		promise_calendar_new(&options, &error);
	(void)state;

	assert_null(calendar);
	assert_non_null(strstr(error->message, "/nonexistent/ee.ics"));
}

static void test_a_place_that_never_opens_ends_in_ten_years(void **state)
{
	static const char text[] =
		"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"
		"DTSTART;VALUE=DATE:20200101\r\nRRULE:FREQ=DAILY\r\n"
		"END:VEVENT\r\nEND:VCALENDAR\r\n";
	g_autoptr(PromiseCalendar) calendar =
		make_with_holidays("UTC", text, NULL);
	int64_t start = at("UTC", "2026-01-01T00:00");
	(void)state;

	int64_t by_hours = promise_due(calendar, hours(1), start);
	assert_int_equal(by_hours, promise_due(calendar, days(1), start));
	assert_true(by_hours - start >= INT64_C(3650) * DAY);
	assert_true(by_hours - start <= INT64_C(3660) * DAY);
}

/* ---- properties -------------------------------------------------------- */

typedef struct Draw Draw;
struct Draw {
	GRand *random;
	PromiseCalendar *calendar;
	int64_t start;
	PromiseDuration one;
	PromiseDuration two;
	PromiseDuration both;
};

/* Starts near a clock change as often as anywhere else. */
static void draw_times(Draw *draw, const char *zone)
{
	static const char *const changes[] = {"2026-03-08T00:00",
		"2026-03-29T00:00", "2026-10-25T00:00", "2026-11-01T00:00",
		"2026-04-05T00:00", "2026-10-04T00:00"};
	int index = g_rand_int_range(draw->random, 0, 12);

	if (index < (int)G_N_ELEMENTS(changes))
		draw->start = at(zone, changes[index]) +
			      g_rand_int_range(draw->random, -DAY, 2 * DAY);
	else
		draw->start = at(zone, "2026-01-01T00:00") +
			      g_rand_int_range(draw->random, 0, 365 * DAY);
	bool in_days = g_rand_boolean(draw->random);
	draw->one.unit = draw->two.unit = draw->both.unit =
		in_days ? PROMISE_BUSINESS_DAYS : PROMISE_BUSINESS_HOURS;
	draw->one.amount =
		g_rand_int_range(draw->random, 1, in_days ? 12 : 40 * HOUR);
	draw->two.amount =
		g_rand_int_range(draw->random, 1, in_days ? 12 : 40 * HOUR);
	draw->both.amount = draw->one.amount + draw->two.amount;
}

/* Holidays, half days and worked days among the days. */
static PromiseCalendar *make_special(const char *zone, const char *const *week)
{
	g_autoptr(GError) error = NULL;
	PromiseCalendar *calendar = make_of(zone, week, special_text, &error);

	assert_null(error);
	return calendar;
}

static void for_all(void (*check)(const Draw *draw))
{
	Draw draw = {.random = g_rand_new_with_seed(20261121)};

	for (size_t z = 0; z < G_N_ELEMENTS(zones); z++) {
		for (size_t w = 0; w < G_N_ELEMENTS(weeks); w++) {
			draw.calendar = make_special(zones[z], weeks[w]);
			for (int i = 0; i < CASES / 30; i++) {
				draw_times(&draw, zones[z]);
				check(&draw);
			}
			promise_calendar_free(draw.calendar);
		}
	}
	g_rand_free(draw.random);
}

static void check_never_closed(const Draw *draw)
{
	int64_t due = promise_due(draw->calendar, draw->one, draw->start);
	assert_true(due > draw->start);
	assert_true(is_open(draw->calendar, due - 1));
}

static void test_a_promise_never_falls_in_closed_time(void **state)
{
	(void)state;
	for_all(check_never_closed);
}

static void check_monotonic(const Draw *draw)
{
	int64_t due = promise_due(draw->calendar, draw->one, draw->start);
	int64_t later = draw->start + draw->two.amount * 37;
	assert_true(promise_due(draw->calendar, draw->one, later) >= due);
	assert_true(promise_due(draw->calendar, draw->both, draw->start) > due);
}

static void test_a_later_or_longer_start_is_never_due_earlier(void **state)
{
	(void)state;
	for_all(check_monotonic);
}

static void check_additive(const Draw *draw)
{
	int64_t first = promise_due(draw->calendar, draw->one, draw->start);
	assert_int_equal(promise_due(draw->calendar, draw->two, first),
		promise_due(draw->calendar, draw->both, draw->start));
}

static void test_two_durations_are_as_long_as_their_sum(void **state)
{
	(void)state;
	for_all(check_additive);
}

static void check_inverse(const Draw *draw)
{
	if (draw->one.unit != PROMISE_BUSINESS_HOURS)
		return;
	int64_t due = promise_due(draw->calendar, draw->one, draw->start);
	int64_t open = promise_open_seconds(draw->calendar, draw->start, due);
	assert_int_equal(open, draw->one.amount);
	int64_t middle = draw->start + (due - draw->start) / 3;
	assert_int_equal(open,
		promise_open_seconds(draw->calendar, draw->start, middle) +
			promise_open_seconds(draw->calendar, middle, due));
}

static void test_open_seconds_measure_what_was_promised(void **state)
{
	(void)state;
	for_all(check_inverse);
}

static void check_round(const Draw *draw)
{
	int64_t due = promise_due(draw->calendar, draw->one, draw->start);
	int64_t round = promise_round(draw->calendar, due);
	assert_true(round >= due && round - due < 15 * 60);
	assert_true(is_open(draw->calendar, round - 1));
	assert_int_equal(promise_round(draw->calendar, round), round);
}

static void test_rounding_stays_in_open_time_and_within_a_quarter(void **state)
{
	(void)state;
	for_all(check_round);
}

static void test_rounding_gives_a_quarter_that_reads_well(void **state)
{
	g_autoptr(PromiseCalendar) calendar =
		make("Asia/Kathmandu", office); /* UTC+05:45 */
	(void)state;

	int64_t start = at("Asia/Kathmandu", "2026-11-23T10:07:01");
	assert_time("Asia/Kathmandu", promise_round(calendar, start),
		"2026-11-23T10:15:00+05:45");
	start = at("Asia/Kathmandu", "2026-11-23T18:07:01");
	assert_int_equal(promise_round(calendar, start), start);
}

/* The same question answered by GDateTime, minute by minute. */
static bool oracle_open(GTimeZone *zone, int64_t at_s)
{
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(at_s);
	g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, zone);
	int weekday = g_date_time_get_day_of_week(local);
	int minute = g_date_time_get_hour(local) * 60 +
		     g_date_time_get_minute(local);

	if (weekday == 5)
		return minute >= 9 * 60 && minute < 15 * 60;
	return weekday <= 4 &&
	       ((minute >= 9 * 60 && minute < 12 * 60 + 30) ||
		       (minute >= 13 * 60 + 15 && minute < 17 * 60));
}

static void test_open_time_agrees_with_the_wall_clock(void **state)
{
	(void)state;

	for (size_t z = 0; z < G_N_ELEMENTS(zones); z++) {
		g_autoptr(GTimeZone) zone =
			g_time_zone_new_identifier(zones[z]);
		g_autoptr(PromiseCalendar) calendar = make(zones[z], lunch);
		int64_t start = at("UTC", "2026-03-01T00:00");
		for (int64_t t = start; t < start + 60 * DAY; t += 5 * 60)
			assert_int_equal(
				is_open(calendar, t), oracle_open(zone, t));
	}
}

static void test_a_hundred_thousand_due_dates_take_less_than_two_seconds(
	void **state)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(PromiseCalendar) calendar =
		make_with_holidays("Europe/Tallinn", holidays_text, &error);
	int64_t start = at("Europe/Tallinn", "2026-01-01T00:00");
	int64_t begun = g_get_monotonic_time();
	int64_t last = 0;
	(void)state;

	for (int i = 0; i < 100000; i++) {
		int64_t due = promise_due(
			calendar, hours(8), start + INT64_C(300) * i);
		assert_true(due >= last);
		last = due;
	}
	assert_true(g_get_monotonic_time() - begun < 2 * G_USEC_PER_SEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_the_durations_that_people_write),
		cmocka_unit_test(test_refuses_what_is_no_duration),
		cmocka_unit_test(test_a_mistake_in_a_calendar_is_named),
		cmocka_unit_test(test_business_time_skips_nights_and_weekends),
		cmocka_unit_test(
			test_the_clock_change_neither_steals_nor_gives_an_hour),
		cmocka_unit_test(test_opening_hours_inside_the_clock_change),
		cmocka_unit_test(test_holidays_are_closed),
		cmocka_unit_test(
			test_a_holiday_that_cannot_be_read_is_an_error),
		cmocka_unit_test(test_half_days_worked_days_and_moved_days),
		cmocka_unit_test(test_shipped_holidays_are_read),
		cmocka_unit_test(test_a_missing_holiday_file_is_named),
		cmocka_unit_test(
			test_a_place_that_never_opens_ends_in_ten_years),
		cmocka_unit_test(test_a_promise_never_falls_in_closed_time),
		cmocka_unit_test(
			test_a_later_or_longer_start_is_never_due_earlier),
		cmocka_unit_test(test_two_durations_are_as_long_as_their_sum),
		cmocka_unit_test(test_open_seconds_measure_what_was_promised),
		cmocka_unit_test(
			test_rounding_stays_in_open_time_and_within_a_quarter),
		cmocka_unit_test(test_rounding_gives_a_quarter_that_reads_well),
		cmocka_unit_test(test_open_time_agrees_with_the_wall_clock),
		cmocka_unit_test(
			test_a_hundred_thousand_due_dates_take_less_than_two_seconds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
