/*
 * What the events of iCalendar files (RFC 5545) do to days, recurrences
 * included.  All ends in 2100, which bounds rules that repeat for ever.
 */
#include "internal.h"

#include <inttypes.h>
#include <libical/ical.h>

enum {
	FILE_MOST_BYTES = 8 * 1024 * 1024,
	EVENT_MOST_DAYS = 20000, /* of one event, all its recurrences */
};

typedef struct HolidayFile HolidayFile;
struct HolidayFile {
	const char *path;
	const GArray *zone;
	GArray *changes;
	GHashTable *moved; /* keys of occurrences that have their own event */
	bool has_events;
};

/* An event while its occurrences are added. */
typedef struct Expansion Expansion;
struct Expansion {
	const HolidayFile *file;
	const char *uid;    /* NULL if none of its occurrences can be moved */
	const GArray *zone; /* of its times; NULL: the calendar's own */
	bool is_day;
	bool is_worked;
	size_t left;
};

static bool fail_event(const HolidayFile *file, icalcomponent *event,
	const char *why, GError **error)
{
	const char *summary = icalcomponent_get_summary(event);

	g_set_error(error, PROMISE_ERROR, REDRESS_ERROR_INVALID,
		"%s: holiday \"%s\": %s", file->path, summary ? summary : "",
		why);
	return false;
}

/* ---- one occurrence ----------------------------------------------------- */

/* Seconds as if the clocks on the wall showed UTC: so libical gives days,
 * and all times that name no zone. */
static char *occurrence_key(const char *uid, int64_t wall_s)
{
	return g_strdup_printf("%" PRId64 " %s", wall_s, uid);
}

/* From the clocks of the event's zone to those of the calendar's.  An hour
 * that the former leap over is that after it. */
static int64_t to_wall(const Expansion *expansion, int64_t wall_s)
{
	int64_t at_s = wall_s;

	if (!expansion->zone)
		return wall_s;
	if (!promise_zone_instant(expansion->zone, wall_s, &at_s))
		at_s = wall_s -
		       promise_zone_at(expansion->zone, wall_s - PROMISE_DAY_S)
			       ->offset_s;
	return at_s + promise_zone_at(expansion->file->zone, at_s)->offset_s;
}

static enum day_change change_of(const Expansion *expansion)
{
	if (expansion->is_day)
		return expansion->is_worked ? DAY_WORKED : DAY_FREE;
	return expansion->is_worked ? DAY_OPENS : DAY_CLOSES;
}

static void add_occurrence(
	icalcomponent *event, icaltime_span *span, void *user)
{
	Expansion *expansion = user;
	int64_t start_s = span->start;
	int64_t end_s = span->end;

	(void)event;
	if (expansion->uid) {
		g_autofree char *key = occurrence_key(expansion->uid, start_s);
		if (g_hash_table_contains(expansion->file->moved, key))
			return;
	}
	if (expansion->is_day) {
		/* libical's is the last second of DTEND, the day after. */
		end_s -= end_s % PROMISE_DAY_S;
		end_s = MAX(end_s, start_s + PROMISE_DAY_S);
	} else {
		start_s = to_wall(expansion, start_s);
		end_s = to_wall(expansion, end_s);
	}
	for (int64_t day = start_s / PROMISE_DAY_S;
		day * PROMISE_DAY_S < end_s && expansion->left > 0; day++) {
		int64_t midnight_s = day * PROMISE_DAY_S;
		DayChange change = {
			.day = day,
			.change = change_of(expansion),
			.span.start_s = (int32_t)MAX(start_s - midnight_s, 0),
			.span.end_s =
				(int32_t)MIN(end_s - midnight_s, PROMISE_DAY_S),
		};
		g_array_append_val(expansion->file->changes, change);
		expansion->left--;
	}
}

/* ---- one event ---------------------------------------------------------- */

/* A rule or date that libical cannot read vanishes from the event without
 * an error; a holiday would then be a working day without a word. */
static bool check_read(
	const HolidayFile *file, icalcomponent *event, GError **error)
{
	static const char *const needed[] = {"DTSTART", "DTEND", "DURATION",
		"RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"};

	for (icalproperty *property = icalcomponent_get_first_property(
		     event, ICAL_XLICERROR_PROPERTY);
		property; property = icalcomponent_get_next_property(
				  event, ICAL_XLICERROR_PROPERTY)) {
		const char *words = icalproperty_get_xlicerror(property);
		for (size_t i = 0; words && i < G_N_ELEMENTS(needed); i++)
			if (strstr(words, needed[i]))
				return fail_event(file, event, words, error);
	}
	return true;
}

/* One that repeats each second would keep us until the night. */
static bool check_rules(
	const HolidayFile *file, icalcomponent *event, GError **error)
{
	for (icalproperty *rule = icalcomponent_get_first_property(
		     event, ICAL_RRULE_PROPERTY);
		rule; rule = icalcomponent_get_next_property(
			      event, ICAL_RRULE_PROPERTY))
		if (icalproperty_get_rrule(rule).freq < ICAL_DAILY_RECURRENCE)
			return fail_event(file, event,
				"it repeats more often than daily", error);
	return true;
}

static bool is_worked(icalcomponent *event)
{
	for (icalproperty *property = icalcomponent_get_first_property(
		     event, ICAL_CATEGORIES_PROPERTY);
		property; property = icalcomponent_get_next_property(
				  event, ICAL_CATEGORIES_PROPERTY)) {
		const char *text = icalproperty_get_categories(property);
		g_auto(GStrv) words = g_strsplit(text ? text : "", ",", -1);
		for (char **word = words; *word; word++)
			if (!g_ascii_strcasecmp(g_strstrip(*word), "WORKDAY"))
				return true;
	}
	return false;
}

static bool is_transparent(icalcomponent *event)
{
	icalproperty *property =
		icalcomponent_get_first_property(event, ICAL_TRANSP_PROPERTY);
	icalproperty_transp transp =
		property ? icalproperty_get_transp(property) : ICAL_TRANSP_NONE;

	return transp == ICAL_TRANSP_TRANSPARENT ||
	       transp == ICAL_TRANSP_TRANSPARENTNOCONFLICT;
}

/* libical knows a zone only if the file describes it: we take the name and
 * leave it times on a wall.  NULL: it names none.  (transfer full) */
static char *take_zone_name(icalcomponent *event)
{
	char *name = NULL;

	for (icalproperty *property = icalcomponent_get_first_property(
		     event, ICAL_ANY_PROPERTY);
		property; property = icalcomponent_get_next_property(
				  event, ICAL_ANY_PROPERTY)) {
		icalparameter *parameter = icalproperty_get_first_parameter(
			property, ICAL_TZID_PARAMETER);
		if (!parameter)
			continue;
		if (!name &&
			icalproperty_isa(property) == ICAL_DTSTART_PROPERTY)
			name = g_strdup(icalparameter_get_tzid(parameter));
		icalproperty_remove_parameter_by_kind(
			property, ICAL_TZID_PARAMETER);
	}
	return name;
}

static void expand(const Expansion *like, icalcomponent *event)
{
	Expansion expansion = *like;

	icalcomponent_foreach_recurrence(event,
		icaltime_from_string("19700101"),
		icaltime_from_string("21000101"), add_occurrence, &expansion);
}

static bool add_event(HolidayFile *file, icalcomponent *event, GError **error)
{
	icalproperty *start =
		icalcomponent_get_first_property(event, ICAL_DTSTART_PROPERTY);

	if (!check_read(file, event, error) || !check_rules(file, event, error))
		return false;
	if (!start)
		return true;

	g_autoptr(GArray) zone = NULL;
	g_autofree char *zone_name = take_zone_name(event);
	struct icaltimetype from = icalproperty_get_dtstart(start);
	bool is_moved = icalcomponent_get_first_property(
		event, ICAL_RECURRENCEID_PROPERTY);
	Expansion expansion = {
		.file = file,
		.uid = is_moved ? NULL : icalcomponent_get_uid(event),
		.is_day = from.is_date,
		.is_worked = is_worked(event),
		.left = EVENT_MOST_DAYS,
	};
	file->has_events = true;
	if (icalcomponent_get_status(event) == ICAL_STATUS_CANCELLED ||
		(!from.is_date && is_transparent(event)))
		return true;
	if (!from.is_date && (zone_name || icaltime_is_utc(from))) {
		zone = promise_zone_new(zone_name ? zone_name : "UTC", error);
		if (!zone) {
			g_prefix_error(error, "%s: ", file->path);
			return false;
		}
	}
	expansion.zone = zone;
	expand(&expansion, event);
	return true;
}

/* ---- files -------------------------------------------------------------- */

/* RFC 5545, 3.8.4.4: such an event stands for one occurrence of another. */
static void note_moved(HolidayFile *file, icalcomponent *event)
{
	const char *uid = icalcomponent_get_uid(event);
	icalproperty *property = icalcomponent_get_first_property(
		event, ICAL_RECURRENCEID_PROPERTY);

	if (!property || !uid)
		return;
	struct icaltimetype time = icalproperty_get_recurrenceid(property);
	time.zone = NULL;
	g_hash_table_add(
		file->moved, occurrence_key(uid, icaltime_as_timet(time)));
}

static icalcomponent *next_event(icalcomponent *calendar, icalcomponent *event)
{
	return event ? icalcomponent_get_next_component(
			       calendar, ICAL_VEVENT_COMPONENT)
		     : icalcomponent_get_first_component(
			       calendar, ICAL_VEVENT_COMPONENT);
}

static bool add_component(
	HolidayFile *file, icalcomponent *calendar, GError **error)
{
	icalcomponent *event = NULL;

	while ((event = next_event(calendar, event)))
		note_moved(file, event);
	while ((event = next_event(calendar, event)))
		if (!add_event(file, event, error))
			return false;
	if (!file->has_events)
		g_set_error(error, PROMISE_ERROR, REDRESS_ERROR_INVALID,
			"%s: no event in it; a holiday is a VEVENT with "
			"DTSTART;VALUE=DATE",
			file->path);
	return file->has_events;
}

static bool add_file(HolidayFile *file, GError **error)
{
	g_autofree char *text = NULL;
	g_autoptr(GError) cause = NULL;
	gsize length = 0;

	if (!g_file_get_contents(file->path, &text, &length, &cause)) {
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
			"%s: not an iCalendar file", file->path);
		return false;
	}
	bool done = add_component(file, calendar, error);
	icalcomponent_free(calendar);
	return done;
}

GArray *promise_holidays_load(
	const char *const *paths, const GArray *zone, GError **error)
{
	g_autoptr(GArray) changes =
		g_array_new(false, false, sizeof(DayChange));

	for (; paths && *paths; paths++) {
		g_autoptr(GHashTable) moved = g_hash_table_new_full(
			g_str_hash, g_str_equal, g_free, NULL);
		HolidayFile file = {*paths, zone, changes, moved, false};
		if (!add_file(&file, error))
			return NULL;
	}
	return g_steal_pointer(&changes);
}
