/* Which times a mail promises: what the customer reads, and nothing else. */
#include "internal.h"

#include <string.h>

void reply_told_clear(ReplyTold *told)
{
	g_clear_pointer(&told->answer, g_free);
	g_clear_pointer(&told->settlement, g_free);
	g_clear_pointer(&told->update, g_free);
}

/* The line that holds the words.  (transfer full) (nullable) */
static char *line_with(const char *text, const char *words)
{
	const char *found = *words ? strstr(text, words) : NULL;

	if (!found)
		return NULL;
	const char *start = found;
	while (start > text && start[-1] != '\n')
		start--;
	return g_strchomp(
		g_strndup(start, (gsize)(strchrnul(found, '\n') - start)));
}

static char *find(const Clock *clock, const char *text, int64_t at_s)
{
	if (!at_s)
		return NULL;
	g_autofree char *words = reply_dates_format(
		clock->dates, clock->language, clock->time_zone, at_s);
	return line_with(text, words);
}

void told_find(ReplyTold *told, const ReplyFacts *facts, const Clock *clock,
	const char *text)
{
	reply_told_clear(told);
	told->answer = find(clock, text, facts->promised_s);
	told->settlement = find(clock, text, facts->resolve_s);
	told->update = find(clock, text, facts->next_update_s);
	told->update_s = facts->next_update_s;
}
