/*
 * The days that are not as their weekday, each with its own hours: worked out
 * once, when the calendar is created, so that a due date only looks them up.
 */
#include "internal.h"

typedef struct SpecialDay SpecialDay;
struct SpecialDay {
	int64_t day;
	GArray *spans;
};

static gint compare_changes(gconstpointer a, gconstpointer b)
{
	const DayChange *one = a;
	const DayChange *two = b;

	if (one->day != two->day)
		return one->day < two->day ? -1 : 1;
	return (one->change > two->change) - (one->change < two->change);
}

/* The hours of a day whose own weekday has none: those of the first that
 * has.  There is one, or the hours would not have been taken. */
static const GArray *model_shifts(const WeekHours *hours)
{
	int day = 0;

	while (!hours->shifts[day]->len)
		day++;
	return hours->shifts[day];
}

static bool weekday_is_named(const WeekHours *hours, int64_t day)
{
	return hours->shifts[promise_weekday(day)]->len > 0;
}

/* A worked Sunday of those who work at night ends on Monday morning. */
static void add_spills(GArray *changes, const WeekHours *hours)
{
	const GArray *shifts = model_shifts(hours);
	guint count = changes->len;

	for (guint i = 0; i < count; i++) {
		DayChange change = g_array_index(changes, DayChange, i);
		if (change.change != DAY_WORKED ||
			weekday_is_named(hours, change.day))
			continue;
		for (guint s = 0; s < shifts->len; s++) {
			Span shift = g_array_index(shifts, Span, s);
			DayChange spill = {change.day + 1, DAY_SPILL,
				{0, shift.end_s - PROMISE_DAY_S}};
			if (spill.span.end_s > 0)
				g_array_append_val(changes, spill);
		}
	}
}

static void add_week(GArray *spans, const WeekHours *hours, int64_t day)
{
	const GArray *week = hours->days[promise_weekday(day)];

	g_array_append_vals(spans, week->data, week->len);
}

static void add_worked(GArray *spans, const WeekHours *hours, int64_t day)
{
	const GArray *shifts = model_shifts(hours);

	g_array_set_size(spans, 0);
	add_week(spans, hours, day);
	if (weekday_is_named(hours, day))
		return;
	for (guint i = 0; i < shifts->len; i++) {
		Span span = g_array_index(shifts, Span, i);
		span.end_s = MIN(span.end_s, PROMISE_DAY_S);
		g_array_append_val(spans, span);
	}
}

/* One day's changes, in order, on the hours of its weekday. */
static GArray *change_day(
	const WeekHours *hours, const DayChange *changes, guint count)
{
	GArray *spans = g_array_new(false, false, sizeof(Span));
	bool is_free = false;

	add_week(spans, hours, changes->day);
	for (guint i = 0; i < count; i++) {
		switch (changes[i].change) {
		case DAY_FREE:
			is_free = true;
			g_array_set_size(spans, 0);
			break;
		case DAY_WORKED:
			is_free = false;
			add_worked(spans, hours, changes->day);
			break;
		case DAY_SPILL:
			if (!is_free)
				g_array_append_val(spans, changes[i].span);
			break;
		case DAY_OPENS:
			g_array_append_val(spans, changes[i].span);
			break;
		case DAY_CLOSES:
			promise_spans_merge(spans);
			promise_spans_cut(spans, changes[i].span);
			break;
		}
	}
	promise_spans_merge(spans);
	return spans;
}

static void clear_day(gpointer day)
{
	g_array_unref(((SpecialDay *)day)->spans);
}

GArray *promise_days_new(GArray *changes, const WeekHours *hours)
{
	GArray *days = g_array_new(false, false, sizeof(SpecialDay));

	g_array_set_clear_func(days, clear_day);
	add_spills(changes, hours);
	g_array_sort(changes, compare_changes);
	for (guint i = 0, next; i < changes->len; i = next) {
		const DayChange *first = &g_array_index(changes, DayChange, i);
		for (next = i + 1; next < changes->len; next++)
			if (g_array_index(changes, DayChange, next).day !=
				first->day)
				break;
		SpecialDay day = {
			first->day, change_day(hours, first, next - i)};
		g_array_append_val(days, day);
	}
	g_array_unref(changes);
	return days;
}

const GArray *promise_days_spans(
	const GArray *days, const WeekHours *hours, int64_t day)
{
	guint low = 0;
	guint high = days->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;
		const SpecialDay *special =
			&g_array_index(days, SpecialDay, middle);
		if (special->day == day)
			return special->spans;
		if (special->day < day)
			low = middle + 1;
		else
			high = middle;
	}
	return hours->days[promise_weekday(day)];
}
