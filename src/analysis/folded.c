/*
 * The customer's own words as phrases are sought in them, and which three
 * or six bytes words begin with: nearly all phrases are ruled out by that,
 * without a search.
 */
#include <string.h>

#include "internal.h"

enum { SHORT_BYTES = 3, LONG_BYTES = 6 };

/* g_ascii_tolower() is a call for every letter. */
static char fold_ascii(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c + ('a' - 'A'));
	return g_ascii_isspace(c) ? ' ' : c;
}

static gunichar fold_other(gunichar c)
{
	if (c == 0x2019)
		return '\'';
	return g_unichar_isspace(c) ? ' ' : g_unichar_tolower(c);
}

/* Valid UTF-8 in NFC.  (transfer full) */
static char *compose(const char *subject, const char *text, size_t most_bytes)
{
	g_autofree char *both = g_strconcat(
		subject ? subject : "", "\n", text ? text : "", NULL);

	if (strlen(both) > most_bytes)
		both[most_bytes] = '\0';
	if (g_str_is_ascii(both))
		return g_steal_pointer(&both);
	g_autofree char *valid = g_utf8_make_valid(both, -1);
	return g_utf8_normalize(valid, -1, G_NORMALIZE_DEFAULT_COMPOSE);
}

static GString *fold(const char *composed)
{
	/* No letter becomes twice as long. */
	GString *folded = g_string_sized_new(strlen(composed) * 2 + 2);
	char *out = folded->str;

	*out++ = ' ';
	while (*composed) {
		gunichar c;

		if ((guchar)*composed < 0x80) {
			c = (guchar)fold_ascii(*composed++);
		} else {
			c = fold_other(g_utf8_get_char(composed));
			composed = g_utf8_next_char(composed);
		}
		if (c == ' ' && out[-1] == ' ')
			continue;
		if (c < 0x80)
			*out++ = (char)c;
		else
			out += g_unichar_to_utf8(c, out);
	}
	*out++ = ' ';
	*out = '\0';
	folded->len = (gsize)(out - folded->str);
	return folded;
}

bool folded_is_unspaced(gunichar c)
{
	return c >= 0x2e80 && c <= 0x9fff;
}

static guint hash_start(const char *p, size_t length)
{
	guint hash = 0;

	for (size_t i = 0; i < length; i++)
		hash = hash * 31 + (guchar)p[i];
	return (hash ^ hash >> 16) & 0xffff;
}

static void note_start(FoldedText *folded, const char *p, size_t length)
{
	guint hash = hash_start(p, length);

	folded->starts[hash >> 3] |= (guint8)(1 << (hash & 7));
}

static void note_word(FoldedText *folded, const char *p, const char *end)
{
	note_start(folded, p, SHORT_BYTES);
	if (end - p >= LONG_BYTES)
		note_start(folded, p, LONG_BYTES);
}

static void note_starts(FoldedText *folded)
{
	const char *end = folded->text->str + folded->text->len;
	bool inside = false; /* a word */

	const char *p = folded->text->str;

	while (end - p >= SHORT_BYTES) {
		if ((guchar)*p < 0x80) {
			if (!inside)
				note_word(folded, p, end);
			inside = g_ascii_isalnum(*p++);
			continue;
		}
		gunichar c = g_utf8_get_char(p);
		if (!inside || folded_is_unspaced(c))
			note_word(folded, p, end);
		inside = g_unichar_isalnum(c) && !folded_is_unspaced(c);
		p = g_utf8_next_char(p);
	}
}

FoldedText *folded_new(const char *subject, const char *text, size_t most_bytes)
{
	g_autofree char *composed = compose(subject, text, most_bytes);
	FoldedText *folded = g_new0(FoldedText, 1);

	folded->text = fold(composed ? composed : "");
	note_starts(folded);
	return folded;
}

void folded_free(FoldedText *folded)
{
	if (!folded)
		return;
	g_string_free(folded->text, TRUE);
	g_free(folded);
}

bool folded_may_hold(
	const FoldedText *folded, const char *phrase, size_t length)
{
	if (length < SHORT_BYTES)
		return true;
	guint hash = hash_start(
		phrase, length < LONG_BYTES ? SHORT_BYTES : LONG_BYTES);
	return folded->starts[hash >> 3] & (1 << (hash & 7));
}
