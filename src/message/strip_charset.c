/*
 * Characters that know their bytes, so that a line can be cut out of a text in
 * any charset without touching the rest of it.
 */
#include <errno.h>
#include <string.h>

#include "strip.h"

typedef struct StripOrigin StripOrigin;
struct StripOrigin {
	guint32 at; /* in the UTF-8 */
	guint32 start;
	guint32 end; /* of the bytes */
};

enum { MAX_CHARACTER_BYTES = 16 };

/*
 * What may be read byte by byte: in UTF-16, UTF-7 and ISO-2022-KR a line can
 * look like another one, and Johab uses the bytes of "<" and "&".
 */
static bool is_supported(const char *charset)
{
	static const char *const refused[] = {"utf-7", "utf-16", "utf-32",
		"ucs-2", "ucs-4", "iso-2022-kr", "iso-2022-cn", "johab", "hz",
		"ebcdic", "ibm", "cp037", "unicode", "iso-10646", "csunicode"};

	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++)
		if (g_str_has_prefix(charset, refused[i]))
			return false;
	return true;
}

static bool is_ascii(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((guchar)bytes[i] >= 0x80 || bytes[i] == '\033')
			return false;
	return true;
}

/* Converters of these hold a letter back until they see whether a tone mark
 * follows; asked to let go, they give letter and mark one by one. */
static bool holds_back(const char *charset)
{
	return g_str_has_prefix(charset, "windows-1258") ||
	       g_str_has_prefix(charset, "tcvn");
}

/* Converts the next character.  Returns its bytes, 0 if there is none. */
static size_t convert_one(GIConv converter, const char *bytes, size_t left,
	bool let_go, GString *out)
{
	char chunk[64];

	for (size_t n = 1; n <= MIN(left, (size_t)MAX_CHARACTER_BYTES); n++) {
		char *from = (char *)bytes, *to = chunk;
		size_t rest = n, room = sizeof chunk;
		size_t done = g_iconv(converter, &from, &rest, &to, &room);

		if (done == (size_t)-1 && errno != EINVAL)
			return 0;
		if (rest == n)
			continue;
		if (let_go)
			g_iconv(converter, NULL, NULL, &to, &room);
		g_string_append_len(out, chunk, to - chunk);
		return n - rest;
	}
	return 0;
}

/* Bytes without a character belong to the next, but for what changes the state
 * of ISO-2022: that stays when the character goes. */
static bool convert(
	const char *bytes, size_t length, const char *charset, StripText *text)
{
	GIConv converter = g_iconv_open("UTF-8", charset);
	bool whole = converter != (GIConv)-1;
	size_t held = 0;

	for (size_t i = 0; whole && i < length;) {
		StripOrigin origin = {.at = (guint32)text->utf8->len,
			.start = (guint32)(i - held)};
		size_t n = convert_one(converter, bytes + i, length - i,
			holds_back(charset), text->utf8);

		whole = n > 0;
		i += n;
		origin.end = (guint32)i;
		if (text->utf8->len > origin.at)
			g_array_append_val(text->origins, origin);
		held = text->utf8->len > origin.at || n == 0 ||
				       bytes[i - n] == '\033'
			       ? 0
			       : held + n;
	}
	if (converter != (GIConv)-1)
		g_iconv_close(converter);
	return whole;
}

/* True if converting at one go gives the same. */
static bool is_faithful(const StripText *text, const char *bytes, size_t length,
	const char *charset)
{
	size_t errors;
	GString *whole = charset_convert(bytes, length, charset, 0, &errors);
	bool same;

	if (!whole)
		return false;
	same = g_utf8_validate(text->utf8->str, (gssize)text->utf8->len, NULL);
	if (same && !g_string_equal(whole, text->utf8)) {
		g_autofree char *one =
			g_utf8_normalize(whole->str, -1, G_NORMALIZE_NFC);
		g_autofree char *other =
			g_utf8_normalize(text->utf8->str, -1, G_NORMALIZE_NFC);

		same = one && other && strcmp(one, other) == 0;
	}
	g_string_free(whole, TRUE);
	return same;
}

/* The charset in which text_decode() reads the bytes, if that is no guess. */
static const char *choose(
	const char *bytes, size_t length, const char *charset, char buffer[64])
{
	const char *declared = charset_canonical(charset, buffer);
	bool valid = g_utf8_validate(bytes, (gssize)length, NULL);

	if (!declared && charset && *charset &&
		!g_ascii_strcasecmp(charset, "hz-gb-2312"))
		return NULL;
	if (declared && !is_supported(declared))
		return NULL;
	if (is_ascii(bytes, length))
		return "utf-8";
	if (valid && (!declared || g_str_has_prefix(declared, "iso-8859-") ||
			     g_str_has_prefix(declared, "windows-125")))
		return "utf-8";
	if (declared && valid && strcmp(declared, "utf-8") == 0)
		return "utf-8";
	return declared && strcmp(declared, "utf-8") != 0 ? declared : NULL;
}

StripText *strip_text_new(const char *bytes, size_t length, const char *charset)
{
	char buffer[64];
	const char *chosen;
	g_autoptr(StripText) text = NULL;

	if (memchr(bytes, '\0', length))
		return NULL;
	chosen = choose(bytes, length, charset, buffer);
	if (!chosen)
		return NULL;
	text = g_new0(StripText, 1);
	text->utf8 = g_string_sized_new(length);
	if (strcmp(chosen, "utf-8") == 0) {
		g_string_append_len(text->utf8, bytes, (gssize)length);
		return g_steal_pointer(&text);
	}
	text->origins = g_array_new(FALSE, FALSE, sizeof(StripOrigin));
	if (!convert(bytes, length, chosen, text) ||
		strlen(text->utf8->str) != text->utf8->len ||
		!is_faithful(text, bytes, length, chosen))
		return NULL;
	return g_steal_pointer(&text);
}

void strip_text_free(StripText *text)
{
	if (!text)
		return;
	g_string_free(text->utf8, TRUE);
	if (text->origins)
		g_array_unref(text->origins);
	g_free(text);
}

/* The first origin at or behind a position. */
static guint first_origin(const GArray *origins, size_t at)
{
	guint low = 0, high = origins->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;

		if (g_array_index(origins, StripOrigin, middle).at < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void add_range(GArray *ranges, StripRange range)
{
	StripRange *last = ranges->len > 0 ? &g_array_index(ranges, StripRange,
						     ranges->len - 1)
					   : NULL;

	if (last && last->end == range.start)
		last->end = range.end;
	else
		g_array_append_val(ranges, range);
}

void strip_text_map(
	const StripText *text, StripRange characters, GArray *ranges)
{
	if (!text->origins) {
		add_range(ranges, characters);
		return;
	}
	for (guint i = first_origin(text->origins, characters.start);
		i < text->origins->len; i++) {
		const StripOrigin *origin =
			&g_array_index(text->origins, StripOrigin, i);

		if (origin->at >= characters.end)
			break;
		add_range(ranges, (StripRange){origin->start, origin->end});
	}
}
