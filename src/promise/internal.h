/*
 * promise, inside: the three tables of which a calendar is made.  All are
 * filled once, when the calendar is created, and only read afterwards; that
 * is what makes a calendar thread safe and a due date cheap.
 */
#ifndef REDRESS_PROMISE_INTERNAL_H
#define REDRESS_PROMISE_INTERNAL_H

#include <redress/promise.h>

enum {
	PROMISE_DAY_S = 24 * 60 * 60,
	PROMISE_WEEKDAYS = 7,
};

/* No promise lies further ahead; leap days included. */
#define PROMISE_HORIZON_S (INT64_C(3653) * PROMISE_DAY_S)

/* ---- zone.c ------------------------------------------------------------ */

/* A stretch of time in which local time is UTC plus offset_s. */
typedef struct ZoneStretch ZoneStretch;
struct ZoneStretch {
	int64_t from_s;
	int64_t until_s; /* INT64_MAX in the last */
	int64_t offset_s;
};

/* ZoneStretch without gaps, from INT64_MIN on.  NULL for a time zone that
 * the system does not know.  (transfer full) */
GArray *promise_zone_new(const char *identifier, GError **error);

const ZoneStretch *promise_zone_at(const GArray *zone, int64_t at_s);

/* The instant at which local clocks show local_s, the earlier one where they
 * show it twice; false if they leap over it. */
bool promise_zone_instant(
	const GArray *zone, int64_t local_s, int64_t *ret_at_s);

/* ---- hours.c ----------------------------------------------------------- */

/* Open from start_s (inclusive) to end_s of a local day. */
typedef struct Span Span;
struct Span {
	int32_t start_s;
	int32_t end_s;
};

typedef struct WeekHours WeekHours;
struct WeekHours {
	GArray *days[PROMISE_WEEKDAYS]; /* Span, sorted, apart; Monday first */
};

bool promise_hours_parse(
	const char *const *lines, WeekHours *ret, GError **error);
void promise_hours_clear(WeekHours *hours);

/* ---- holidays.c -------------------------------------------------------- */

/* Day numbers (0 is 1 January 1970, local), int64_t, sorted.  (transfer
 * full) */
GArray *promise_holidays_load(const char *const *paths, GError **error);

bool promise_holidays_contain(const GArray *holidays, int64_t day);

/* ---- calendar.c -------------------------------------------------------- */

/* The number of the local day of an instant, and its weekday: 0 is Monday. */
int64_t promise_calendar_day(const PromiseCalendar *calendar, int64_t at_s);
unsigned promise_weekday(int64_t day);

/* The second of the day at which it closes for good; -1 if it never opens. */
int32_t promise_calendar_closing(const PromiseCalendar *calendar, int64_t day);

/* As promise_zone_instant(). */
bool promise_calendar_instant(const PromiseCalendar *calendar, int64_t day,
	int32_t second, int64_t *ret_at_s);

#endif
