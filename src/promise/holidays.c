/*
 * Holidays: the whole-day events of iCalendar files (RFC 5545), with
 * their recurrences, as a sorted set of days.  The set ends in 2100, which
 * bounds rules that repeat for ever.
 */
#include "internal.h"

#include <libical/ical.h>

enum {
	FILE_MOST_BYTES = 8 * 1024 * 1024,
	EVENT_MOST_DAYS = 20000, /* of one event, all its recurrences */
};

typedef struct Expansion Expansion;
struct Expansion {
	GArray *days;
	size_t left;
};

static gint compare_days(gconstpointer a, gconstpointer b)
{
	int64_t one = *(const int64_t *)a;
	int64_t two = *(const int64_t *)b;
	return (one > two) - (one < two);
}

/* libical gives the days of a whole-day event as midnights in UTC. */
static void add_occurrence(
	icalcomponent *event, icaltime_span *span, void *user)
{
	Expansion *expansion = user;
	int64_t first = span->start / PROMISE_DAY_S;
	int64_t end = MAX(span->end / PROMISE_DAY_S, first + 1);

	(void)event;
	for (int64_t day = first; day < end && expansion->left > 0; day++) {
		g_array_append_val(expansion->days, day);
		expansion->left--;
	}
}

/* A rule or date that libical cannot read vanishes from the event without
 * an error; a holiday would then be a working day without a word. */
static bool check_event(const char *path, icalcomponent *event, GError **error)
{
	static const char *const needed[] = {
		"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE"};

	for (icalproperty *property = icalcomponent_get_first_property(
		     event, ICAL_XLICERROR_PROPERTY);
		property; property = icalcomponent_get_next_property(
				  event, ICAL_XLICERROR_PROPERTY)) {
		const char *words = icalproperty_get_xlicerror(property);
		for (size_t i = 0; words && i < G_N_ELEMENTS(needed); i++) {
			if (!strstr(words, needed[i]))
				continue;
			const char *summary = icalcomponent_get_summary(event);
			g_set_error(error, PROMISE_ERROR, REDRESS_ERROR_INVALID,
				"%s: holiday \"%s\": %s", path,
				summary ? summary : "", words);
			return false;
		}
	}
	return true;
}

static bool add_event(const char *path, icalcomponent *event, GArray *days,
	bool *found, GError **error)
{
	icalproperty *start =
		icalcomponent_get_first_property(event, ICAL_DTSTART_PROPERTY);

	if (!check_event(path, event, error))
		return false;
	if (!start || !icalproperty_get_dtstart(start).is_date)
		return true;
	*found = true;
	if (icalcomponent_get_status(event) == ICAL_STATUS_CANCELLED)
		return true;

	Expansion expansion = {days, EVENT_MOST_DAYS};
	struct icaltimetype from = icaltime_from_string("19700101");
	struct icaltimetype until = icaltime_from_string("21000101");
	icalcomponent_foreach_recurrence(
		event, from, until, add_occurrence, &expansion);
	return true;
}

static bool add_component(
	const char *path, icalcomponent *calendar, GArray *days, GError **error)
{
	bool found = false;

	for (icalcomponent *event = icalcomponent_get_first_component(
		     calendar, ICAL_VEVENT_COMPONENT);
		event; event = icalcomponent_get_next_component(
			       calendar, ICAL_VEVENT_COMPONENT))
		if (!add_event(path, event, days, &found, error))
			return false;
	if (!found)
		g_set_error(error, PROMISE_ERROR, REDRESS_ERROR_INVALID,
			"%s: no whole-day event in it; a holiday is a VEVENT "
			"with DTSTART;VALUE=DATE",
			path);
	return found;
}

static bool add_file(const char *path, GArray *days, GError **error)
{
	g_autofree char *text = NULL;
	g_autoptr(GError) cause = NULL;
	gsize length = 0;

	if (!g_file_get_contents(path, &text, &length, &cause)) {
		g_set_error(error, PROMISE_ERROR, REDRESS_ERROR_INVALID,
			"holidays: %s", cause->message);
		return false;
	}
	icalcomponent *calendar = length > 0 && length <= FILE_MOST_BYTES &&
						  !memchr(text, '\0', length)
					  ? icalparser_parse_string(text)
					  : NULL;
	if (!calendar) {
		g_set_error(error, PROMISE_ERROR, REDRESS_ERROR_INVALID,
			"%s: not an iCalendar file", path);
		return false;
	}
	bool done = add_component(path, calendar, days, error);
	icalcomponent_free(calendar);
	return done;
}

static void sort_days(GArray *days)
{
	guint kept = 0;

	g_array_sort(days, compare_days);
	for (guint i = 0; i < days->len; i++) {
		int64_t day = g_array_index(days, int64_t, i);
		if (kept == 0 || g_array_index(days, int64_t, kept - 1) != day)
			g_array_index(days, int64_t, kept++) = day;
	}
	g_array_set_size(days, kept);
}

GArray *promise_holidays_load(const char *const *paths, GError **error)
{
	g_autoptr(GArray) days = g_array_new(false, false, sizeof(int64_t));

	for (; paths && *paths; paths++)
		if (!add_file(*paths, days, error))
			return NULL;
	sort_days(days);
	return g_steal_pointer(&days);
}

bool promise_holidays_contain(const GArray *holidays, int64_t day)
{
	return holidays->len > 0 &&
	       bsearch(&day, holidays->data, holidays->len, sizeof(int64_t),
		       compare_days) != NULL;
}
