/* Single values, cleaned, into what templates see. */
#include "internal.h"

void put_text(
	MustacheValue *dict, const char *name, const char *text, size_t most)
{
	mustache_value_put(
		dict, name, mustache_value_text(clean_line(text, most)));
}

void put_flag(MustacheValue *dict, const char *name, bool value)
{
	mustache_value_put(dict, name, mustache_value_flag(value));
}

void put_number(MustacheValue *dict, const char *name, unsigned value)
{
	mustache_value_put(dict, name, mustache_value_number(value));
}

void put_time(
	MustacheValue *dict, const char *name, const Clock *clock, int64_t at_s)
{
	char *words = at_s ? reply_dates_format(clock->dates, clock->language,
				     clock->time_zone, at_s)
			   : g_strdup("");

	mustache_value_put(dict, name, mustache_value_text(words));
}
