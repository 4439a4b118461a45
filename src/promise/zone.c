/*
 * A time zone as a table of stretches.  GLib reads the system's zone files;
 * asking it for each of the days between now and a promise would cost more
 * than all the rest, so its answers are taken down once.
 */
#include "internal.h"

/* GLib's zones have no rules after 2037: the last offset holds from there. */
static const int64_t first_s = 0;
static const int64_t last_s = INT64_C(4102444800); /* 2100 */

/* The first second of the interval, which begins in (low, high]. */
static int64_t interval_start(
	GTimeZone *zone, int interval, int64_t low, int64_t high)
{
	while (high - low > 1) {
		int64_t middle = low + (high - low) / 2;
		if (g_time_zone_find_interval(
			    zone, G_TIME_TYPE_UNIVERSAL, middle) < interval)
			low = middle;
		else
			high = middle;
	}
	return high;
}

static GArray *list_stretches(GTimeZone *zone)
{
	GArray *stretches = g_array_new(false, false, sizeof(ZoneStretch));
	int interval =
		g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, first_s);
	int last =
		g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, last_s);
	int64_t from = INT64_MIN;
	int64_t low = first_s;

	for (; interval <= last; interval++) {
		int64_t until = INT64_MAX;
		if (interval < last)
			low = until =
				interval_start(zone, interval + 1, low, last_s);
		ZoneStretch stretch = {
			.from_s = from,
			.until_s = until,
			.offset_s = g_time_zone_get_offset(zone, interval),
		};
		g_array_append_val(stretches, stretch);
		from = until;
	}
	return stretches;
}

GArray *promise_zone_new(const char *identifier, GError **error)
{
	/* NULL would mean the zone of this computer, which is nobody's
	 * promise. */
	g_autoptr(GTimeZone) zone =
		identifier ? g_time_zone_new_identifier(identifier) : NULL;

	if (!zone) {
		g_set_error(error, PROMISE_ERROR, REDRESS_ERROR_INVALID,
			"time zone \"%s\" is unknown; write a name from "
			"/usr/share/zoneinfo such as \"Europe/Tallinn\"",
			identifier ? identifier : "");
		return NULL;
	}
	return list_stretches(zone);
}

const ZoneStretch *promise_zone_at(const GArray *zone, int64_t at_s)
{
	const ZoneStretch *stretches = (const ZoneStretch *)zone->data;
	size_t low = 0;
	size_t high = zone->len - 1;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (stretches[middle].until_s <= at_s)
			low = middle + 1;
		else
			high = middle;
	}
	return &stretches[low];
}

bool promise_zone_instant(
	const GArray *zone, int64_t local_s, int64_t *ret_at_s)
{
	const ZoneStretch *end = (const ZoneStretch *)zone->data + zone->len;
	const ZoneStretch *stretch =
		promise_zone_at(zone, local_s - PROMISE_DAY_S);

	for (; stretch < end; stretch++) {
		int64_t at_s = local_s - stretch->offset_s;
		if (stretch->from_s > local_s + PROMISE_DAY_S)
			return false;
		if (at_s < stretch->from_s || at_s >= stretch->until_s)
			continue;
		*ret_at_s = at_s;
		return true;
	}
	return false;
}
