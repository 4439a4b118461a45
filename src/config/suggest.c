#include "internal.h"

#include <string.h>

/* Longer words are compared by their beginnings. */
enum { WORD_MAX = 64 };

static unsigned smallest(unsigned a, unsigned b, unsigned c)
{
	return MIN(a, MIN(b, c));
}

/* Levenshtein's distance, case ignored. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[WORD_MAX + 1];
	size_t width = strnlen(b, WORD_MAX), height = strnlen(a, WORD_MAX);

	for (size_t x = 0; x <= width; x++)
		row[x] = x;
	for (size_t y = 1; y <= height; y++) {
		unsigned diagonal = row[0];

		row[0] = y;
		for (size_t x = 1; x <= width; x++) {
			bool same = g_ascii_tolower(a[y - 1]) ==
				    g_ascii_tolower(b[x - 1]);
			unsigned above = row[x];

			row[x] = smallest(above + 1, row[x - 1] + 1,
				diagonal + (same ? 0 : 1));
			diagonal = above;
		}
	}
	return row[width];
}

const char *config_nearest(const char *word, const GPtrArray *candidates)
{
	const char *nearest = NULL;
	unsigned least = 1 + (unsigned)strnlen(word, WORD_MAX) / 3;

	for (guint i = 0; i < candidates->len; i++) {
		const char *candidate = candidates->pdata[i];
		unsigned far = distance(word, candidate);

		if (far < least || (far == least && !nearest)) {
			least = far;
			nearest = candidate;
		}
	}
	return nearest;
}

char *config_suggest(const char *word, const GPtrArray *candidates)
{
	const char *nearest = config_nearest(word, candidates);
	GString *text = g_string_new("known are: ");

	if (nearest) {
		g_string_printf(text, "did you mean \"%s\"?", nearest);
		return g_string_free(text, FALSE);
	}
	for (guint i = 0; i < candidates->len; i++)
		g_string_append_printf(text, "%s%s", i ? ", " : "",
			(const char *)candidates->pdata[i]);
	if (!candidates->len)
		g_string_append(text, "none");
	return g_string_free(text, FALSE);
}
