/*
 * The customer's own words as phrases are sought in them, and which three
 * bytes words begin with: nearly all phrases are ruled out by that, without a
 * search.
 */
#include <string.h>

#include "internal.h"

enum { START_BYTES = 3 };

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
	GString *folded = g_string_sized_new(strlen(composed) + 2);

	g_string_append_c(folded, ' ');
	for (const char *p = composed; *p; p = g_utf8_next_char(p)) {
		gunichar c = (guchar)*p < 0x80 ? (guchar)fold_ascii(*p)
					       : fold_other(g_utf8_get_char(p));

		if (c == ' ' && folded->str[folded->len - 1] == ' ')
			continue;
		if (c < 0x80)
			g_string_append_c(folded, (char)c);
		else
			g_string_append_unichar(folded, c);
	}
	g_string_append_c(folded, ' ');
	return folded;
}

bool folded_is_unspaced(gunichar c)
{
	return c >= 0x2e80 && c <= 0x9fff;
}

/* START_BYTES of them. */
static guint hash_start(const char *p)
{
	const guchar *bytes = (const guchar *)p;

	return ((bytes[0] * 31u + bytes[1]) * 31u + bytes[2]) & 0xffff;
}

static void note_start(FoldedText *folded, const char *p)
{
	guint hash = hash_start(p);

	folded->starts[hash >> 3] |= (guint8)(1 << (hash & 7));
}

static void note_starts(FoldedText *folded)
{
	const char *end = folded->text->str + folded->text->len;
	bool inside = false; /* a word */

	for (const char *p = folded->text->str; end - p >= START_BYTES;
		p = g_utf8_next_char(p)) {
		if ((guchar)*p < 0x80) {
			if (!inside)
				note_start(folded, p);
			inside = g_ascii_isalnum(*p);
			continue;
		}
		gunichar c = g_utf8_get_char(p);
		if (!inside || folded_is_unspaced(c))
			note_start(folded, p);
		inside = g_unichar_isalnum(c);
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
	if (length < START_BYTES)
		return true;
	guint hash = hash_start(phrase);
	return folded->starts[hash >> 3] & (1 << (hash & 7));
}
