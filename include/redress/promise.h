/*
 * promise: business hours, holidays, time zones, and "8 business hours from
 * now".  Pure: values in, values out.
 */
#ifndef REDRESS_PROMISE_H
#define REDRESS_PROMISE_H

#include <redress/base.h>

#define PROMISE_ERROR promise_error_quark()
GQuark promise_error_quark(void);

enum promise_unit {
	PROMISE_WALL,           /* amount in seconds of wall clock */
	PROMISE_BUSINESS_HOURS, /* amount in seconds of open time */
	PROMISE_BUSINESS_DAYS,  /* amount in days on which it is open */
};

typedef struct PromiseDuration PromiseDuration;
struct PromiseDuration {
	enum promise_unit unit;
	int64_t amount;
};

/*
 * Reads "90s" "24h" "2d" "30m" "1h 30m" "8 business hours" "3 business days".
 * Positive, at most ten years.  REDRESS_ERROR_INVALID says what is wrong.
 */
bool promise_duration_parse(
	const char *text, PromiseDuration *ret, GError **error);

typedef struct PromiseCalendar PromiseCalendar;

/*
 * When somebody promises something, as people write it: every duration of
 * promise_duration_parse(); "2026-11-24 14:00", "2026-11-24" (its closing
 * time), "24.11.2026 14:00", "24.11. 14:00"; "today", "tomorrow", "friday",
 * each with or without an hour ("16:00", "16", "4pm"); in the calendar's zone.
 * English, and the days in et, fi, vi, zh, el.  INVALID with words for who
 * wrote it: not understood, in the past, beyond a year, an hour that the clock
 * leaves out.
 */
bool promise_when_parse(const PromiseCalendar *calendar, const char *text,
	int64_t now_s, int64_t *ret_at_s, GError **error);

typedef struct PromiseCalendarOptions PromiseCalendarOptions;
struct PromiseCalendarOptions {
	const char *time_zone; /* tz identifier, "Europe/Tallinn" */
	/*
	 * At least one of "Mon-Fri 09:00-17:00", "Mon,Wed 10:00-12:30",
	 * "Sat 10:00-12:00, 13:00-14:00", "Mon-Sun 00:00-24:00";
	 * NULL-terminated. What lies past midnight ("Fri 22:00-02:00") belongs
	 * to the next day.
	 */
	const char *const *hours;
	/*
	 * Paths of iCalendar files (RFC 5545), NULL-terminated; NULL for none.
	 * All their events are taken together, recurrences included, until
	 * 2100; EXDATE, a moved occurrence (RECURRENCE-ID) and
	 * STATUS:CANCELLED count.
	 *
	 * A whole-day event, of one day or many: closed.
	 * An event with times: closed for that time; without Z or TZID these
	 * are times of the calendar's own clocks.  TRANSP:TRANSPARENT with
	 * times closes nothing.
	 * With CATEGORIES:WORKDAY an event opens instead.  A whole day has the
	 * hours of its weekday even though another event makes it free; if no
	 * line of hours names that weekday, it has also those of the first
	 * weekday from Monday on that a line does name, and what of these
	 * lies past midnight is open on the next day, unless that is free.  An
	 * event with times opens that time.
	 * Where one event closes a time of day and another opens it, it is
	 * closed.
	 */
	const char *const *holidays;
};

/* Never changes once made, and may be used from any thread.
 * REDRESS_ERROR_INVALID names what to mend.  (transfer full) */
PromiseCalendar *promise_calendar_new(
	const PromiseCalendarOptions *options, GError **error);
void promise_calendar_free(PromiseCalendar *calendar);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PromiseCalendar, promise_calendar_free)

const char *promise_calendar_time_zone(const PromiseCalendar *calendar);

/*
 * The instant that lies duration after start.
 *
 * Business hours: the first instant by which that much open time has passed,
 * so the second before it is always open; it may be closing time itself.
 * Business days: closing time of the n-th open day after start's own local
 * day (midnight sharp belongs to the day that it ends).  Both are monotonic
 * and additive: due(a + b, t) is due(b, due(a, t)).
 *
 * If no open time is found within ten years, start plus ten years.
 */
int64_t promise_due(const PromiseCalendar *calendar, PromiseDuration duration,
	int64_t start_s);

/*
 * Seconds of open time between two instants (0 if to <= from): how many
 * business hours are left.  The inverse of promise_due() by business hours:
 * open_seconds(start, due(d, start)) is d, short of the ten years.
 */
int64_t promise_open_seconds(
	const PromiseCalendar *calendar, int64_t from_s, int64_t to_s);

/* Rounds up to the next full quarter of an hour that is still open time, so
 * that a promise reads well; at most 15 minutes later, else unchanged. */
int64_t promise_round(const PromiseCalendar *calendar, int64_t at_s);

/* A time of day at which nobody is written to, by the calendar's clocks: what
 * lies between the two minutes of the day, over midnight if the second is not
 * the later one.  None if they are equal. */
typedef struct PromiseQuiet PromiseQuiet;
struct PromiseQuiet {
	int from_minute, until_minute; /* 0 to 1439 */
};

/* Reads "21:00-08:00"; "" is none.  At most 18 hours.  REDRESS_ERROR_INVALID
 * says what is wrong. */
bool promise_quiet_parse(const char *text, PromiseQuiet *ret, GError **error);

/* How long it lasts on a day without a change of clocks; 0 if there is none. */
int64_t promise_quiet_length_s(PromiseQuiet quiet);

/*
 * The latest instant that is not after at_s and not quiet: at_s itself, or the
 * minute in which the quiet begins, which is not quiet yet.  Where clocks leap
 * over that minute it is the second before they leap; where they show the quiet
 * twice and leave it between, the later beginning counts.  Monotonic.
 */
int64_t promise_before_quiet(
	const PromiseCalendar *calendar, PromiseQuiet quiet, int64_t at_s);

#endif
