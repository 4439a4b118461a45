/*
 * How long promise_due() and promise_open_seconds() take, beside the plain way
 * of doing the same: day after day with GDateTime, and a set of free days.
 *
 *     promise_pace FOLDER
 *
 * writes a calendar of two years with 24 holidays into that folder, and prints
 * a line for each of the two: its name, nanoseconds of ours, nanoseconds of
 * the plain way.  Both have to find the same.
 */
#include <stdio.h>

#include <redress/promise.h>

enum {
	HOUR_S = 60 * 60,
	DAY_S = 24 * HOUR_S,
	OPENS_H = 9,
	CLOSES_H = 17,
	FIRST_YEAR = 2026,
	HOLIDAYS = 24, /* one a month */
	ROUNDS = 10,   /* in turns, so that a slow moment meets both */
	OURS = 1000000 / ROUNDS,
	PLAIN = OURS / 50, /* it takes longer */
	AHEAD_HOURS_MOST = 80,
};

static const char zone_name[] = "Europe/Tallinn";

/* ---- the plain way ------------------------------------------------------ */

typedef struct Plain Plain;
struct Plain {
	GTimeZone *zone;
	GHashTable *free_days; /* Julian days */
};

static gpointer julian_of(int year, int month, int day)
{
	GDate date;

	g_date_clear(&date, 1);
	g_date_set_dmy(
		&date, (GDateDay)day, (GDateMonth)month, (GDateYear)year);
	return GUINT_TO_POINTER(g_date_get_julian(&date));
}

static bool is_open(const Plain *plain, GDateTime *day)
{
	return g_date_time_get_day_of_week(day) <= 5 &&
	       !g_hash_table_contains(plain->free_days,
		       julian_of(g_date_time_get_year(day),
			       g_date_time_get_month(day),
			       g_date_time_get_day_of_month(day)));
}

static int64_t at_hour(const Plain *plain, GDateTime *day, int hour)
{
	g_autoptr(GDateTime) at = g_date_time_new(plain->zone,
		g_date_time_get_year(day), g_date_time_get_month(day),
		g_date_time_get_day_of_month(day), hour, 0, 0);

	return g_date_time_to_unix(at);
}

/* Open time from start_s on: until to_s, or until there has been most_s of it;
 * *ret_at_s: when that was. */
static int64_t walk(const Plain *plain, int64_t start_s, int64_t to_s,
	int64_t most_s, int64_t *ret_at_s)
{
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(start_s);
	GDateTime *day = g_date_time_to_timezone(utc, plain->zone);
	int64_t sum_s = 0;
	int64_t from_s = start_s;

	while (from_s < to_s && sum_s < most_s) {
		int64_t opens_s = MAX(start_s, at_hour(plain, day, OPENS_H));
		int64_t closes_s = MIN(to_s, at_hour(plain, day, CLOSES_H));
		if (is_open(plain, day) && closes_s > opens_s) {
			int64_t open_s =
				MIN(closes_s - opens_s, most_s - sum_s);
			sum_s += open_s;
			*ret_at_s = opens_s + open_s;
		}
		GDateTime *next = g_date_time_add_days(day, 1);
		g_date_time_unref(day);
		day = next;
		from_s = at_hour(plain, day, 0);
	}
	g_date_time_unref(day);
	return sum_s;
}

/* ---- what is asked ------------------------------------------------------ */

typedef struct Question Question;
struct Question {
	int64_t start_s;
	int64_t hours_s; /* of open time */
	int64_t to_s;
};

typedef struct Pace Pace;
struct Pace {
	PromiseCalendar *calendar;
	Plain plain;
	Question *questions; /* OURS of them */
};

static int64_t due_ours(const Pace *pace, const Question *question)
{
	PromiseDuration duration = {PROMISE_BUSINESS_HOURS, question->hours_s};

	return promise_due(pace->calendar, duration, question->start_s);
}

static int64_t due_plain(const Pace *pace, const Question *question)
{
	int64_t at_s = 0;

	walk(&pace->plain, question->start_s, INT64_MAX, question->hours_s,
		&at_s);
	return at_s;
}

static int64_t open_ours(const Pace *pace, const Question *question)
{
	return promise_open_seconds(
		pace->calendar, question->start_s, question->to_s);
}

static int64_t open_plain(const Pace *pace, const Question *question)
{
	int64_t at_s = 0;

	return walk(&pace->plain, question->start_s, question->to_s, INT64_MAX,
		&at_s);
}

typedef int64_t (*ask)(const Pace *pace, const Question *question);

/* Microseconds that so many answers take; *sum keeps them from being left
 * out. */
static int64_t run(const Pace *pace, ask ask_one, int count, int64_t *sum)
{
	int64_t before_us = g_get_monotonic_time();

	for (int i = 0; i < count; i++)
		*sum += ask_one(pace, &pace->questions[i]);
	return g_get_monotonic_time() - before_us;
}

static bool compare(const Pace *pace, const char *name, ask ours, ask plain)
{
	int64_t ours_us = 0, plain_us = 0, sum = 0;

	for (int i = 0; i < PLAIN; i++) {
		const Question *question = &pace->questions[i];
		if (ours(pace, question) == plain(pace, question))
			continue;
		fprintf(stderr, "%s: they differ from %" G_GINT64_FORMAT "\n",
			name, question->start_s);
		return false;
	}
	for (int round = 0; round < ROUNDS; round++) {
		ours_us += run(pace, ours, OURS, &sum);
		plain_us += run(pace, plain, PLAIN, &sum);
	}
	printf("%s %.1f %.1f\n", name, 1000.0 * (double)ours_us / OURS / ROUNDS,
		1000.0 * (double)plain_us / PLAIN / ROUNDS);
	return sum != 0;
}

/* ---- the calendar ------------------------------------------------------- */

static char *write_holidays(const char *folder, GHashTable *free_days)
{
	g_autoptr(GString) text = g_string_new(
		"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//pace//EN\r\n");
	char *path = g_build_filename(folder, "holidays.ics", NULL);

	for (int i = 0; i < HOLIDAYS; i++) {
		int year = FIRST_YEAR + i / 12, month = i % 12 + 1;
		int day = 1 + i * 11 % 28;
		g_hash_table_add(free_days, julian_of(year, month, day));
		g_string_append_printf(text,
			"BEGIN:VEVENT\r\nUID:%d@pace\r\n"
			"DTSTART;VALUE=DATE:%04d%02d%02d\r\nEND:VEVENT\r\n",
			i, year, month, day);
	}
	g_string_append(text, "END:VCALENDAR\r\n");
	if (!g_file_set_contents(path, text->str, -1, NULL))
		g_clear_pointer(&path, g_free);
	return path;
}

static void ask_at_random(Question *questions)
{
	GRand *random = g_rand_new_with_seed(1);
	g_autoptr(GDateTime) first =
		g_date_time_new_utc(FIRST_YEAR, 1, 1, 0, 0, 0);

	for (int i = 0; i < OURS; i++) {
		int64_t start_s = g_date_time_to_unix(first) +
				  g_rand_int_range(random, 0, 670 * DAY_S);
		questions[i] = (Question){
			.start_s = start_s,
			.hours_s = g_rand_int_range(
				random, 1, AHEAD_HOURS_MOST * HOUR_S),
			.to_s = start_s +
				g_rand_int_range(random, 1, 30 * DAY_S),
		};
	}
	g_rand_free(random);
}

int main(int argc, char **argv)
{
	static const char *const hours[] = {"Mon-Fri 09:00-17:00", NULL};
	g_autoptr(GError) error = NULL;
	Pace pace = {
		.plain = {.zone = g_time_zone_new_identifier(zone_name),
			.free_days = g_hash_table_new(NULL, NULL)},
		.questions = g_new0(Question, OURS),
	};
	g_autofree char *path =
		write_holidays(argc == 2 ? argv[1] : ".", pace.plain.free_days);
	const char *const holidays[] = {path, NULL};
	PromiseCalendarOptions options = {
		.time_zone = zone_name, .hours = hours, .holidays = holidays};

	pace.calendar = promise_calendar_new(&options, &error);
	if (!pace.calendar) {
		fprintf(stderr, "%s\n", error->message);
		return 1;
	}
	ask_at_random(pace.questions);
	bool good =
		compare(&pace, "promise_due", due_ours, due_plain) &&
		compare(&pace, "promise_open_seconds", open_ours, open_plain);
	promise_calendar_free(pace.calendar);
	g_free(pace.questions);
	g_hash_table_unref(pace.plain.free_days);
	g_time_zone_unref(pace.plain.zone);
	return good ? 0 : 1;
}
