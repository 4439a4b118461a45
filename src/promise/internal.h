/*
 * promise, inside: the tables of which a calendar is made.  All are
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

/* ---- spans.c ----------------------------------------------------------- */

/* Open from start_s (inclusive) to end_s of a local day. */
typedef struct Span Span;
struct Span {
	int32_t start_s;
	int32_t end_s;
};

/* Sorted and without overlap, so that no second is counted twice. */
void promise_spans_merge(GArray *spans);

/* Takes the cut out of sorted spans. */
void promise_spans_cut(GArray *spans, Span cut);

/* ---- hours.c ----------------------------------------------------------- */

typedef struct WeekHours WeekHours;
struct WeekHours {
	GArray *days[PROMISE_WEEKDAYS]; /* Span, sorted, apart; Monday first */
	/* As the lines name them: past midnight is past PROMISE_DAY_S. */
	GArray *shifts[PROMISE_WEEKDAYS];
};

bool promise_hours_parse(
	const char *const *lines, WeekHours *ret, GError **error);
void promise_hours_clear(WeekHours *hours);

/* ---- holidays.c -------------------------------------------------------- */

/* What an event does to a day, in the order in which a day suffers it. */
enum day_change {
	DAY_FREE,
	DAY_WORKED,
	DAY_SPILL, /* the night of a worked day, past midnight */
	DAY_OPENS,
	DAY_CLOSES,
};

typedef struct DayChange DayChange;
struct DayChange {
	int64_t day; /* 0 is 1 January 1970, local */
	enum day_change change;
	Span span; /* of the last three */
};

/* DayChange, as the files name them.  zone: the calendar's own clocks.
 * (transfer full) */
GArray *promise_holidays_load(
	const char *const *paths, const GArray *zone, GError **error);

/* ---- days.c ------------------------------------------------------------ */

/* The days that are not as their weekday; consumes changes.  (transfer
 * full) */
GArray *promise_days_new(GArray *changes, const WeekHours *hours);

/* When it is open on a day. */
const GArray *promise_days_spans(
	const GArray *days, const WeekHours *hours, int64_t day);

/* ---- calendar.c -------------------------------------------------------- */

/* The number of the local day of an instant, and its weekday: 0 is Monday. */
int64_t promise_calendar_day(const PromiseCalendar *calendar, int64_t at_s);
unsigned promise_weekday(int64_t day);

/* The second of the day at which it closes for good; -1 if it never opens. */
int32_t promise_calendar_closing(const PromiseCalendar *calendar, int64_t day);

/* ZoneStretch of its clocks.  (transfer none) */
const GArray *promise_calendar_zone(const PromiseCalendar *calendar);

/* As promise_zone_instant(). */
bool promise_calendar_instant(const PromiseCalendar *calendar, int64_t day,
	int32_t second, int64_t *ret_at_s);

#endif
