/*
 * Which times a mail promises: what the customer reads, and nothing else.
 *
 * The same words in somebody's own mouth, a customer's subject or an agent's
 * text, are no promise of ours.  So each time that we tell goes into the
 * template behind a mark of its own.  A mark is a control character, which no
 * value from elsewhere may hold (clean.c).
 */
#include "internal.h"

#include <string.h>

enum { MARK_ANSWER = 1, MARK_SETTLEMENT, MARK_UPDATE, MARKS };

void reply_told_clear(ReplyTold *told)
{
	g_clear_pointer(&told->answer, g_free);
	g_clear_pointer(&told->settlement, g_free);
	g_clear_pointer(&told->update, g_free);
}

static void put_marked(MustacheValue *dict, const char *name,
	const Clock *clock, int64_t at_s, char mark)
{
	g_autofree char *words =
		at_s ? reply_dates_format(clock->dates, clock->language,
			       clock->time_zone, at_s)
		     : g_strdup("");
	const char marked[] = {*words ? mark : '\0', '\0'};

	mustache_value_put(dict, name,
		mustache_value_text(g_strconcat(marked, words, NULL)));
}

void told_mark(MustacheValue *dict, const ReplyFacts *facts, const Clock *clock)
{
	put_marked(
		dict, "promised_time", clock, facts->promised_s, MARK_ANSWER);
	put_marked(
		dict, "resolve_time", clock, facts->resolve_s, MARK_SETTLEMENT);
	put_marked(dict, "next_update_time", clock, facts->next_update_s,
		MARK_UPDATE);
}

void told_unmark(char *text)
{
	char *end = text;

	for (; *text; text++)
		if ((guchar)*text >= MARKS)
			*end++ = *text;
	*end = '\0';
}

/* The line that holds the mark.  (transfer full) (nullable) */
static char *marked_line(const char *text, char mark)
{
	const char *found = strchr(text, mark);

	if (!found)
		return NULL;
	const char *start = found;
	while (start > text && start[-1] != '\n')
		start--;
	char *line = g_strndup(start, (gsize)(strchrnul(found, '\n') - start));
	told_unmark(line);
	return g_strchomp(line);
}

void told_find(ReplyTold *told, const ReplyFacts *facts, const char *text)
{
	reply_told_clear(told);
	told->answer = marked_line(text, MARK_ANSWER);
	told->settlement = marked_line(text, MARK_SETTLEMENT);
	told->update = marked_line(text, MARK_UPDATE);
	told->update_s = facts->next_update_s;
}
