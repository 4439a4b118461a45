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

typedef struct PromiseCalendarOptions PromiseCalendarOptions;
struct PromiseCalendarOptions {
	const char *time_zone;    /* tz identifier, "Europe/Tallinn" */
	const char *const *hours; /* "Mon-Fri 09:00-17:00", "Sat 10:00-14:00" */
	/* Paths of iCalendar files; NULL for none. */
	const char *const *holidays;
};

/* (transfer full) */
PromiseCalendar *promise_calendar_new(
	const PromiseCalendarOptions *options, GError **error);
void promise_calendar_free(PromiseCalendar *calendar);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PromiseCalendar, promise_calendar_free)

const char *promise_calendar_time_zone(const PromiseCalendar *calendar);

/* The instant that lies duration after start; never in closed time for the
 * business units.  If no open time is found within ten years, start plus ten
 * years. */
int64_t promise_due(const PromiseCalendar *calendar, PromiseDuration duration,
	int64_t start_s);

/* Seconds of open time between two instants (0 if to <= from). */
int64_t promise_open_seconds(
	const PromiseCalendar *calendar, int64_t from_s, int64_t to_s);

/* Rounds up to the next full quarter of an hour that is still open time, so
 * that a promise reads well; at most 15 minutes later, else unchanged. */
int64_t promise_round(const PromiseCalendar *calendar, int64_t at_s);

#endif
