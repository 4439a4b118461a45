/* Own words that only ask for the state. */
#include "internal.h"
#include "reply_text_line.h"

#include <string.h>

#include "data/status_words.h"

enum {
	MAX_STATUS_BYTES = 240, /* who writes more says more */
};

/* Languages that put no space between words. */
static bool is_unspaced(gunichar c)
{
	return (c >= 0x2e80 && c <= 0x9fff) || (c >= 0xac00 && c <= 0xd7af) ||
	       (c >= 0xe00 && c <= 0xe7f);
}

/* The length of the longest entry that stands at p as whole words. */
static size_t longest(const char *const *table, size_t entries, const char *p)
{
	size_t best = 0;

	for (size_t i = 0; i < entries; i++) {
		size_t length = strlen(table[i]);
		gunichar last, next;

		if (length <= best || strncmp(p, table[i], length))
			continue;
		last = g_utf8_get_char(g_utf8_prev_char(p + length));
		next = g_utf8_get_char(p + length);
		if (is_unspaced(last) || !g_unichar_isalpha(next))
			best = length;
	}
	return best;
}

/* Behind "[#7K3F-92QX]", "7k3f92qx", "#12345"; p if there is none. */
static const char *skip_reference(const char *p)
{
	const char *start = p;
	const char *end;
	bool digit = false;

	p += strspn(p, "[(#");
	for (end = p; g_ascii_isalnum(*end) || *end == '-'; end++)
		digit |= g_ascii_isdigit(*end);
	if (end == p || !digit)
		return start;
	/* A word with a digit is a reference of ours or somebody's number. */
	return end + strspn(end, "])");
}

bool words_ask_for_status(const char *reply_text)
{
	g_autofree char *folded = NULL;
	bool asked = false;

	if (strlen(reply_text) > MAX_STATUS_BYTES)
		return false;
	folded = line_fold(reply_text, strlen(reply_text));
	for (const char *p = folded ? folded : ""; *p;) {
		size_t status =
			longest(status_words, G_N_ELEMENTS(status_words), p);
		size_t filler = longest(
			status_fillers, G_N_ELEMENTS(status_fillers), p);
		const char *behind = skip_reference(p);

		if (status && status >= filler)
			asked = true;
		if (status || filler)
			p += MAX(status, filler);
		else if (behind != p)
			p = behind;
		else if (g_unichar_isalnum(g_utf8_get_char(p)))
			return false;
		else
			p = g_utf8_next_char(p);
	}
	return asked;
}
