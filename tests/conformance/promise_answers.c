/*
 * What a calendar answers, for tests that know the answers from elsewhere
 * (tests/e2e/test_promises.py).  Standard input: first the calendar,
 *
 *     zone Europe/Tallinn
 *     hours Mon-Fri 09:00-17:00      (one line or more)
 *     holidays PATH                  (none or more)
 *
 * then a question a line: "hours START SECONDS" and "days START DAYS", which
 * ask when that is due, and "open FROM TO"; a number a line comes back.
 */
#include <inttypes.h>
#include <stdio.h>

#include <redress/promise.h>

typedef struct Plan Plan;
struct Plan {
	char *zone;
	GPtrArray *hours;
	GPtrArray *holidays;
	PromiseCalendar *calendar;
};

static bool make_calendar(Plan *plan)
{
	g_autoptr(GError) error = NULL;

	g_ptr_array_add(plan->hours, NULL);
	g_ptr_array_add(plan->holidays, NULL);
	PromiseCalendarOptions options = {
		.time_zone = plan->zone,
		.hours = (const char *const *)plan->hours->pdata,
		.holidays = (const char *const *)plan->holidays->pdata,
	};
	plan->calendar = promise_calendar_new(&options, &error);
	if (!plan->calendar)
		fprintf(stderr, "%s\n", error->message);
	return plan->calendar != NULL;
}

static bool answer(Plan *plan, const char *line)
{
	char word[8];
	int64_t one;
	int64_t two;

	if (sscanf(line, "%7s %" SCNd64 " %" SCNd64, word, &one, &two) != 3)
		return false;
	if (!plan->calendar && !make_calendar(plan))
		return false;
	if (!strcmp(word, "open")) {
		one = promise_open_seconds(plan->calendar, one, two);
	} else {
		PromiseDuration duration = {!strcmp(word, "days")
						    ? PROMISE_BUSINESS_DAYS
						    : PROMISE_BUSINESS_HOURS,
			two};
		one = promise_due(plan->calendar, duration, one);
	}
	printf("%" PRId64 "\n", one);
	return true;
}

static bool take(Plan *plan, const char *line)
{
	if (g_str_has_prefix(line, "zone ")) {
		g_free(plan->zone);
		plan->zone = g_strdup(line + strlen("zone "));
		return true;
	}
	if (g_str_has_prefix(line, "hours ") &&
		g_ascii_isalpha(line[strlen("hours ")])) {
		g_ptr_array_add(plan->hours, g_strdup(line + strlen("hours ")));
		return true;
	}
	if (g_str_has_prefix(line, "holidays ")) {
		g_ptr_array_add(
			plan->holidays, g_strdup(line + strlen("holidays ")));
		return true;
	}
	return answer(plan, line);
}

int main(void)
{
	Plan plan = {
		.hours = g_ptr_array_new_with_free_func(g_free),
		.holidays = g_ptr_array_new_with_free_func(g_free),
	};
	char line[4096];
	bool understood = true;

	while (understood && fgets(line, sizeof(line), stdin))
		understood = take(&plan, g_strchomp(line));
	if (!understood)
		fprintf(stderr, "not understood: %s\n", line);
	promise_calendar_free(plan.calendar);
	g_ptr_array_unref(plan.holidays);
	g_ptr_array_unref(plan.hours);
	g_free(plan.zone);
	return understood ? 0 : 1;
}
