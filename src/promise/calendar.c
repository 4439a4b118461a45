/*
 * A calendar: is it open now, and until when does that hold?  Everything
 * else is a walk over these pieces.
 *
 * Open means: the wall clock shows a time within the hours of that day: its
 * weekday's, or its own if an event of a holiday file touches it.  Asked of
 * each instant, this settles both ends of daylight saving: an hour that the
 * clock leaps over is never open, and one that it shows twice is open twice.
 */
#include "internal.h"

struct PromiseCalendar {
	char *time_zone;
	GArray *zone;
	GArray *days;
	WeekHours hours;
};

typedef struct Piece Piece;
struct Piece {
	bool open;
	int64_t day; /* local day number */
	int64_t until_s;
};

PromiseCalendar *promise_calendar_new(
	const PromiseCalendarOptions *options, GError **error)
{
	g_autoptr(PromiseCalendar) calendar = g_new0(PromiseCalendar, 1);

	calendar->zone = promise_zone_new(options->time_zone, error);
	if (!calendar->zone)
		return NULL;
	if (!promise_hours_parse(options->hours, &calendar->hours, error))
		return NULL;
	GArray *changes =
		promise_holidays_load(options->holidays, calendar->zone, error);
	if (!changes)
		return NULL;
	calendar->days = promise_days_new(changes, &calendar->hours);
	calendar->time_zone = g_strdup(options->time_zone);
	return g_steal_pointer(&calendar);
}

void promise_calendar_free(PromiseCalendar *calendar)
{
	if (!calendar)
		return;
	promise_hours_clear(&calendar->hours);
	g_clear_pointer(&calendar->days, g_array_unref);
	g_clear_pointer(&calendar->zone, g_array_unref);
	g_free(calendar->time_zone);
	g_free(calendar);
}

const char *promise_calendar_time_zone(const PromiseCalendar *calendar)
{
	return calendar->time_zone;
}

const GArray *promise_calendar_zone(const PromiseCalendar *calendar)
{
	return calendar->zone;
}

static int64_t day_of(int64_t local_s)
{
	int64_t day = local_s / PROMISE_DAY_S;
	return local_s % PROMISE_DAY_S < 0 ? day - 1 : day;
}

unsigned promise_weekday(int64_t day)
{
	/* Day 0 was a Thursday; Monday is 0. */
	return (unsigned)(((day + 3) % PROMISE_WEEKDAYS + PROMISE_WEEKDAYS) %
			  PROMISE_WEEKDAYS);
}

/* Whether it is open at a second of a local day, and the second at which
 * that changes. */
static bool day_open_at(const PromiseCalendar *calendar, int64_t day,
	int32_t second, int32_t *ret_until)
{
	const GArray *spans =
		promise_days_spans(calendar->days, &calendar->hours, day);

	*ret_until = PROMISE_DAY_S;
	for (guint i = 0; i < spans->len; i++) {
		const Span *span = &g_array_index(spans, Span, i);
		if (second < span->start_s) {
			*ret_until = span->start_s;
			return false;
		}
		if (second < span->end_s) {
			*ret_until = span->end_s;
			return true;
		}
	}
	return false;
}

static Piece piece_at(const PromiseCalendar *calendar, int64_t at_s)
{
	const ZoneStretch *stretch = promise_zone_at(calendar->zone, at_s);
	int64_t local_s = at_s + stretch->offset_s;
	Piece piece = {.day = day_of(local_s)};
	int64_t midnight_s = piece.day * PROMISE_DAY_S - stretch->offset_s;
	int32_t until = 0;

	piece.open = day_open_at(
		calendar, piece.day, (int32_t)(at_s - midnight_s), &until);
	piece.until_s = MIN(midnight_s + until, stretch->until_s);
	return piece;
}

static int64_t due_hours(
	const PromiseCalendar *calendar, int64_t open_s, int64_t start_s)
{
	int64_t limit_s = start_s + PROMISE_HORIZON_S;
	int64_t at_s = start_s;

	while (at_s < limit_s) {
		Piece piece = piece_at(calendar, at_s);
		if (piece.open && piece.until_s - at_s >= open_s)
			return MIN(at_s + open_s, limit_s);
		if (piece.open)
			open_s -= piece.until_s - at_s;
		at_s = piece.until_s;
	}
	return limit_s;
}

/* The last moment of the days-th open day after that of start.  Midnight
 * belongs to the day that it ends, since a day may close at 24:00. */
static int64_t due_days(
	const PromiseCalendar *calendar, int64_t days, int64_t start_s)
{
	int64_t limit_s = start_s + PROMISE_HORIZON_S;
	int64_t at_s = start_s;
	int64_t day = piece_at(calendar, start_s - 1).day;
	int64_t end_s = limit_s;

	while (at_s < limit_s) {
		Piece piece = piece_at(calendar, at_s);
		at_s = piece.until_s;
		if (piece.day > day && days == 0)
			return end_s;
		if (!piece.open)
			continue;
		if (piece.day > day) {
			day = piece.day;
			days--;
		}
		if (days == 0)
			end_s = at_s;
	}
	return MIN(end_s, limit_s);
}

int64_t promise_due(const PromiseCalendar *calendar, PromiseDuration duration,
	int64_t start_s)
{
	if (duration.amount <= 0)
		return start_s;
	switch (duration.unit) {
	case PROMISE_WALL:
		return start_s + MIN(duration.amount, PROMISE_HORIZON_S);
	case PROMISE_BUSINESS_HOURS:
		return due_hours(calendar, duration.amount, start_s);
	case PROMISE_BUSINESS_DAYS:
		return due_days(calendar, duration.amount, start_s);
	}
	g_assert_not_reached();
}

int64_t promise_open_seconds(
	const PromiseCalendar *calendar, int64_t from_s, int64_t to_s)
{
	int64_t open_s = 0;

	while (from_s < to_s) {
		Piece piece = piece_at(calendar, from_s);
		int64_t until_s = MIN(piece.until_s, to_s);
		if (piece.open)
			open_s += until_s - from_s;
		from_s = until_s;
	}
	return open_s;
}

int64_t promise_round(const PromiseCalendar *calendar, int64_t at_s)
{
	static const int64_t quarter_s = 15 * 60;
	const ZoneStretch *stretch = promise_zone_at(calendar->zone, at_s);
	int64_t local_s = at_s + stretch->offset_s;
	int64_t past_s = (local_s % quarter_s + quarter_s) % quarter_s;

	if (past_s == 0)
		return at_s;
	int64_t round_s = at_s + quarter_s - past_s;
	bool open =
		promise_open_seconds(calendar, at_s, round_s) == round_s - at_s;
	return open ? round_s : at_s;
}

int64_t promise_calendar_day(const PromiseCalendar *calendar, int64_t at_s)
{
	return day_of(at_s + promise_zone_at(calendar->zone, at_s)->offset_s);
}

int32_t promise_calendar_closing(const PromiseCalendar *calendar, int64_t day)
{
	const GArray *spans =
		promise_days_spans(calendar->days, &calendar->hours, day);

	if (!spans->len)
		return -1;
	return g_array_index(spans, Span, spans->len - 1).end_s;
}

bool promise_calendar_instant(const PromiseCalendar *calendar, int64_t day,
	int32_t second, int64_t *ret_at_s)
{
	return promise_zone_instant(
		calendar->zone, day * PROMISE_DAY_S + second, ret_at_s);
}
