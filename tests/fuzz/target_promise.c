/* Durations and opening hours: what a person types into the configuration. */
#include <string.h>

#include <redress/promise.h>

#include "fuzz.h"

enum { TEN_YEARS_S = 3660 * 86400 };

static const int64_t now_s = 1795521600; /* 24 November 2026 */

static void check_due(const char *const *hours, PromiseDuration duration)
{
	PromiseCalendarOptions options = {
		.time_zone = "Europe/Tallinn", .hours = hours};
	g_autoptr(GError) error = NULL;
	g_autoptr(PromiseCalendar) calendar =
		promise_calendar_new(&options, &error);
	int64_t due_s;

	FUZZ_PROMISE(!calendar == !!error, "a refusal says why");
	if (!calendar) {
		fuzz_check_text(error->message);
		return;
	}
	due_s = promise_due(calendar, duration, now_s);
	FUZZ_PROMISE(due_s > now_s && due_s <= now_s + TEN_YEARS_S,
		"a promise lies ahead, within ten years");
	FUZZ_PROMISE(promise_due(calendar, duration, now_s + 3600) >= due_s,
		"who asks later is not promised earlier");
}

/* The first line is a duration, the others are hours. */
void fuzz_promise(const guint8 *bytes, size_t length)
{
	g_autofree char *text = fuzz_text(bytes, length);
	g_auto(GStrv) lines = g_strsplit(text, "\n", 50);
	PromiseDuration duration = {PROMISE_BUSINESS_HOURS, 8 * 3600};
	g_autoptr(GError) error = NULL;

	if (!lines[0])
		return;
	if (!promise_duration_parse(lines[0], &duration, &error)) {
		FUZZ_PROMISE(error, "a refusal says why");
		fuzz_check_text(error->message);
	} else {
		FUZZ_PROMISE(duration.amount > 0, "a duration is positive");
	}
	if (lines[1])
		check_due((const char *const *)lines + 1, duration);
}
