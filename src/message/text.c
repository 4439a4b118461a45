/*
 * From bytes to words: charsets repaired, controls that hide or reorder text
 * taken out, format=flowed joined.
 */
#include <string.h>

#include "internal.h"

/* ISO-2022-JP is 7-bit: undeclared, it shows by its escapes. */
static bool has_escape(const char *bytes, size_t length)
{
	const char *p = memchr(bytes, '\033', length);

	return p && bytes + length - p > 3 &&
	       (p[1] == '$' || (p[1] == '(' && (p[2] == 'J' || p[2] == 'I')));
}

/* Charsets in which UTF-8 text reads as pairs of odd letters. */
static bool is_single_byte(const char *charset)
{
	return g_str_has_prefix(charset, "iso-8859-") ||
	       g_str_has_prefix(charset, "windows-125");
}

static bool is_utf8(const char *bytes, size_t length)
{
	/* NUL is taken out later; g_utf8_validate_len() stops at it. */
	while (length > 0) {
		const char *nul = memchr(bytes, '\0', length);
		size_t n = nul ? (size_t)(nul - bytes) : length;

		if (!g_utf8_validate_len(bytes, n, NULL))
			return false;
		if (!nul)
			return true;
		bytes += n + 1;
		length -= n + 1;
	}
	return true;
}

/* U+202A to U+202E and U+2066 to U+2069, which can show text in another order
 * than it is read by a program. */
static bool is_bidi_control(const guchar *p)
{
	return p[0] == 0xe2 &&
	       ((p[1] == 0x80 && p[2] >= 0xaa && p[2] <= 0xae) ||
		       (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9));
}

/* bytes: valid UTF-8 but for NUL.  (transfer full) */
static char *clean_valid(const char *bytes, size_t length)
{
	char *clean = g_malloc(length + 1);
	char *out = clean;

	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == '\0')
			continue;
		if (bytes[i] == '\r') {
			if (i + 1 >= length || bytes[i + 1] != '\n')
				*out++ = '\n';
			continue;
		}
		/* Valid UTF-8: after 0xe2 there are two more bytes. */
		if ((guchar)bytes[i] == 0xe2 && i + 2 < length &&
			is_bidi_control((const guchar *)bytes + i)) {
			i += 2;
			continue;
		}
		*out++ = bytes[i];
	}
	*out = '\0';
	return clean;
}

char *text_clean(const char *bytes, size_t length)
{
	if (is_utf8(bytes, length))
		return clean_valid(bytes, length);
	g_autofree char *valid = g_utf8_make_valid(bytes, (gssize)length);
	return clean_valid(valid, strlen(valid));
}

char *text_clean_line(const char *bytes, size_t length)
{
	char *line = text_clean(bytes, length);

	for (char *p = line; *p; p++)
		if ((guchar)*p < ' ' || *p == 127)
			*p = ' ';
	return g_strstrip(line);
}

/* NULL if more than a hundredth does not fit: then the charset is wrong.
 * (nullable) */
static char *decode_as(const char *bytes, size_t length, const char *charset,
	GPtrArray *defects)
{
	size_t errors;
	GString *text =
		charset_convert(bytes, length, charset, length / 100, &errors);
	char *clean;

	if (!text)
		return NULL;
	if (errors > 0)
		message_add_defect(defects, "some characters are broken");
	clean = text_clean(text->str, text->len);
	g_string_free(text, TRUE);
	return clean;
}

static char *decode_guessed(
	const char *bytes, size_t length, GPtrArray *defects)
{
	const char *charset = charset_guess(bytes, length);
	char *text = decode_as(bytes, length, charset, defects);
	g_autofree char *words =
		g_strdup_printf("charset guessed: %s", charset);

	message_add_defect(defects, words);
	return text ? text : text_clean(bytes, length);
}

/* Whether valid UTF-8 is to be taken for that, whatever was declared. */
static bool gives_way_to_utf8(const char *declared)
{
	return !declared || strcmp(declared, "utf-8") == 0 ||
	       is_single_byte(declared);
}

char *text_decode(const char *bytes, size_t length, const char *charset,
	GPtrArray *defects)
{
	char buffer[64];
	const char *declared = charset_canonical(charset, buffer);
	bool valid = is_utf8(bytes, length);
	char *text;

	if (!declared && has_escape(bytes, length))
		declared = "iso-2022-jp-2";
	if (valid && gives_way_to_utf8(declared))
		return clean_valid(bytes, length);
	if (declared) {
		text = decode_as(bytes, length, declared, defects);
		if (text)
			return text;
		message_add_defect(
			defects, "the declared charset is unknown or wrong");
	}
	if (valid)
		return clean_valid(bytes, length);
	/* UTF-8 with a scratch is still UTF-8. */
	text = decode_as(bytes, length, "utf-8", defects);
	return text ? text : decode_guessed(bytes, length, defects);
}

/* Depth of quoting; *ret_rest is what stands behind the marks. */
static unsigned quote_depth(const char *line, const char **ret_rest)
{
	unsigned depth = 0;

	while (*line == '>') {
		depth++;
		line++;
	}
	if (*line == ' ')
		line++; /* space-stuffing, RFC 3676 section 4.4 */
	*ret_rest = line;
	return depth;
}

static void append_quote(GString *out, unsigned depth)
{
	for (unsigned i = 0; i < depth; i++)
		g_string_append_c(out, '>');
	if (depth > 0)
		g_string_append_c(out, ' ');
}

char *text_unflow(const char *text, bool delete_space)
{
	GString *out = g_string_sized_new(strlen(text));
	unsigned open_depth = 0;
	bool open = false;

	while (*text) {
		const char *end = strchrnul(text, '\n');
		const char *rest;
		unsigned depth = quote_depth(text, &rest);
		size_t length = rest < end ? (size_t)(end - rest) : 0;
		bool signature = length == 3 && memcmp(rest, "-- ", 3) == 0;
		bool soft = length > 0 && rest[length - 1] == ' ' && !signature;

		if (open && (depth != open_depth || signature)) {
			g_string_append_c(out, '\n');
			open = false;
		}
		if (!open)
			append_quote(out, depth);
		g_string_append_len(
			out, rest, (gssize)(length - (soft && delete_space)));
		if (!soft && *end)
			g_string_append_c(out, '\n');
		open = soft;
		open_depth = depth;
		text = *end ? end + 1 : end;
	}
	return g_string_free(out, FALSE);
}

char *text_cut(char *text, size_t most, bool *ret_cut)
{
	char *end;

	*ret_cut = strlen(text) > most;
	if (*ret_cut) {
		end = g_utf8_find_prev_char(text, text + most + 1);
		*end = '\0';
	}
	return text;
}

size_t text_count_letters(const char *text, size_t most)
{
	size_t n = 0;

	for (; *text && n < most; text = g_utf8_next_char(text))
		n += g_unichar_isalnum(g_utf8_get_char(text));
	return n;
}
