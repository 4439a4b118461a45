/*
 * Words in headers (RFC 2047).  Each encoded-word but the last holds a
 * multiple of three bytes where that can be, so that it needs no padding:
 * GMime drops an encoded-word that follows a padded one.
 */
#include "internal.h"

#include <string.h>

enum {
	LINE_GOOD_BYTES = 76,
	LINE_MOST_BYTES = 78,
	CHUNK_MOST_BYTES = 45, /* 60 in base64: a word has at most 75 */
};

static bool is_plain(const char *text)
{
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c >= 0x80)
			return false;
	/* Would be taken for an encoded-word. */
	return !strstr(text, "=?");
}

/* How many bytes of text the next encoded-word takes: whole characters. */
static size_t chunk_length(const char *text)
{
	size_t any = 0;
	size_t whole = 0;

	for (const char *c = text; *c;) {
		c = g_utf8_next_char(c);
		size_t length = (size_t)(c - text);
		if (length > CHUNK_MOST_BYTES)
			return whole > 0 ? whole : any;
		any = length;
		if (length % 3 == 0)
			whole = length;
	}
	return any;
}

static char *encode(const char *text, size_t used_bytes)
{
	GString *out = g_string_new(NULL);

	while (*text) {
		size_t length = chunk_length(text);
		g_autofree char *coded =
			g_base64_encode((const guchar *)text, length);
		bool first = out->len == 0;
		if (!first || used_bytes + strlen(coded) + 12 > LINE_GOOD_BYTES)
			g_string_append(out, "\n ");
		g_string_append_printf(out, "=?UTF-8?B?%s?=", coded);
		text += length;
	}
	return g_string_free(out, FALSE);
}

static char *fold(const char *text, size_t used_bytes)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);
	GString *out = g_string_new(NULL);
	size_t column = used_bytes;

	for (guint i = 0; words[i]; i++) {
		size_t length = strlen(words[i]) + 1;
		bool fits = column + length <= LINE_GOOD_BYTES;
		if (i > 0)
			g_string_append(out, fits ? " " : "\n ");
		g_string_append(out, words[i]);
		column = (i > 0 && !fits ? 0 : column) + length;
	}
	return g_string_free(out, FALSE);
}

char *words_encode(const char *text, size_t used_bytes)
{
	return is_plain(text) ? fold(text, used_bytes)
			      : encode(text, used_bytes);
}

char *words_encode_phrase(const char *text)
{
	if (!is_plain(text))
		return encode(text, strlen("Reply-To: "));
	GString *quoted = g_string_new("\"");
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			g_string_append_c(quoted, '\\');
		g_string_append_c(quoted, *text);
	}
	g_string_append_c(quoted, '"');
	return g_string_free(quoted, FALSE);
}

char *reply_format_address(
	const char *header, const char *name, const char *address)
{
	g_autofree char *clean = clean_line(name, CLEAN_NAME_MOST);

	if (!*clean)
		return g_strconcat("<", address, ">", NULL);
	g_autofree char *phrase = words_encode_phrase(clean);
	/* The phrase may have been folded, so a line of its own is safe. */
	bool fits = strlen(phrase) + strlen(address) + strlen(header) + 6 <=
		    LINE_MOST_BYTES;
	return g_strconcat(phrase, fits ? " <" : "\n <", address, ">", NULL);
}
