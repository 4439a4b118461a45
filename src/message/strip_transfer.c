/*
 * Content-Transfer-Encoding, forwards and backwards.  Quoted-printable and the
 * plain ones are cut in their encoded form, so that what stays is not written
 * anew; base64 has to be.
 */
#include <string.h>

#include "strip.h"

enum { BASE64_LEAST_LINE = 4, BASE64_MOST_LINE = 76 };

enum strip_transfer strip_transfer_parse(const char *header)
{
	static const struct {
		const char *name;
		enum strip_transfer transfer;
	} names[] = {{"7bit", STRIP_TRANSFER_SAME},
		{"8bit", STRIP_TRANSFER_SAME}, {"binary", STRIP_TRANSFER_SAME},
		{"quoted-printable", STRIP_TRANSFER_QUOTED},
		{"base64", STRIP_TRANSFER_BASE64}};
	g_autofree char *name = g_strdup(header ? header : "7bit");

	g_strstrip(name);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (g_ascii_strcasecmp(names[i].name, name) == 0)
			return names[i].transfer;
	return STRIP_TRANSFER_UNKNOWN;
}

/* ---- quoted-printable ------------------------------------------------- */

/* The length of a line end at p, else 0. */
static size_t newline_length(const char *p, const char *end)
{
	if (p < end && *p == '\n')
		return 1;
	return end - p >= 2 && p[0] == '\r' && p[1] == '\n' ? 2 : 0;
}

/*
 * One step: the raw bytes taken, 0 if they are malformed, and the byte they
 * stand for, -1 for a soft line break.
 */
static size_t quoted_step(const char *p, const char *end, int *ret_byte)
{
	size_t newline;

	*ret_byte = (guchar)*p;
	if (*p != '=')
		return 1;
	*ret_byte = -1;
	newline = newline_length(p + 1, end);
	if (newline > 0)
		return 1 + newline;
	if (end - p < 3 || !g_ascii_isxdigit(p[1]) || !g_ascii_isxdigit(p[2]))
		return 0;
	*ret_byte =
		g_ascii_xdigit_value(p[1]) * 16 + g_ascii_xdigit_value(p[2]);
	return 3;
}

static bool decode_quoted(const char *raw, size_t length, GByteArray *out)
{
	const char *end = raw + length;

	while (raw < end) {
		int value;
		size_t n = quoted_step(raw, end, &value);
		guint8 byte = (guint8)value;

		if (n == 0)
			return false;
		if (value >= 0)
			g_byte_array_append(out, &byte, 1);
		raw += n;
	}
	return true;
}

/* A blank that has come to stand at the end of a line would be dropped on the
 * way. */
static void guard_blank(GByteArray *out)
{
	guint8 last = out->len > 0 ? out->data[out->len - 1] : 0;

	if (last != ' ' && last != '\t')
		return;
	g_byte_array_set_size(out, out->len - 1);
	g_byte_array_append(
		out, (const guint8 *)(last == ' ' ? "=20" : "=09"), 3);
}

static bool is_line_start(const GByteArray *out)
{
	return out->len == 0 || out->data[out->len - 1] == '\n';
}

static void edit_quoted(
	const char *raw, size_t length, const GArray *ranges, GByteArray *out)
{
	const char *end = raw + length;
	size_t at = 0;
	guint next = 0;
	bool cut = false;

	while (raw < end) {
		const StripRange *range =
			next < ranges->len
				? &g_array_index(ranges, StripRange, next)
				: NULL;
		int value;
		size_t n = quoted_step(raw, end, &value);
		bool gone = range && at >= range->start && at < range->end;

		/* A soft break goes only with all of its line, or the line
		 * that is left could be too long. */
		if (value < 0)
			gone = gone && is_line_start(out);
		if (!gone && cut && newline_length(raw, end) > 0)
			guard_blank(out);
		if (!gone)
			g_byte_array_append(out, (const guint8 *)raw, (guint)n);
		cut = gone || (cut && value < 0);
		at += value >= 0;
		if (range && at >= range->end)
			next++;
		raw += n;
	}
	if (cut)
		guard_blank(out);
}

/* ---- base64 ----------------------------------------------------------- */

static bool is_base64(char c)
{
	return g_ascii_isalnum(c) || c == '+' || c == '/';
}

/* Whole groups, padding at the end alone: else programs differ in what they
 * read. */
static bool decode_base64(const char *raw, size_t length, GByteArray *out)
{
	g_autofree char *packed = g_malloc(length + 1);
	g_autofree guchar *bytes = NULL;
	size_t n = 0, padding = 0;
	gsize decoded;

	for (size_t i = 0; i < length; i++) {
		if (g_ascii_isspace(raw[i]))
			continue;
		padding += raw[i] == '=';
		if (raw[i] != '=' && (padding > 0 || !is_base64(raw[i])))
			return false;
		packed[n++] = raw[i];
	}
	packed[n] = '\0';
	if (n % 4 != 0 || padding > 2)
		return false;
	if (n == 0)
		return true;
	bytes = g_base64_decode(packed, &decoded);
	g_byte_array_append(out, bytes, (guint)decoded);
	return true;
}

/* The longest line, which is what the writer's program meant. */
static size_t base64_width(const char *raw, size_t length)
{
	size_t longest = 0;

	for (size_t i = 0; i < length;) {
		size_t n = strcspn(raw + i, "\r\n");

		longest = MAX(longest, MIN(n, length - i));
		i += n + 1;
	}
	if (longest == 0)
		return BASE64_MOST_LINE;
	return MAX(longest, (size_t)BASE64_LEAST_LINE);
}

static void edit_base64(const char *raw, size_t length,
	const GByteArray *decoded, GByteArray *out)
{
	g_autofree char *copy = g_strndup(raw, length);
	size_t width = base64_width(copy, length);
	g_autofree char *packed = g_base64_encode(decoded->data, decoded->len);
	size_t left = strlen(packed), body = length;
	const char *newline = strstr(copy, "\r\n") ? "\r\n" : "\n";
	const char *p = packed;

	while (left > 0) {
		size_t n = MIN(left, width);

		g_byte_array_append(out, (const guint8 *)p, (guint)n);
		p += n;
		left -= n;
		if (left > 0)
			g_byte_array_append(out, (const guint8 *)newline,
				(guint)strlen(newline));
	}
	/* What follows the last line stays. */
	while (body > 0 && g_ascii_isspace(raw[body - 1]))
		body--;
	g_byte_array_append(
		out, (const guint8 *)raw + body, (guint)(length - body));
}

/* ---- all of them ------------------------------------------------------ */

GByteArray *strip_transfer_decode(
	enum strip_transfer transfer, const char *raw, size_t length)
{
	GByteArray *out = g_byte_array_sized_new((guint)length);
	bool whole = false;

	switch (transfer) {
	case STRIP_TRANSFER_SAME:
		g_byte_array_append(out, (const guint8 *)raw, (guint)length);
		whole = true;
		break;
	case STRIP_TRANSFER_QUOTED:
		whole = decode_quoted(raw, length, out);
		break;
	case STRIP_TRANSFER_BASE64:
		whole = decode_base64(raw, length, out);
		break;
	case STRIP_TRANSFER_UNKNOWN:
		break;
	}
	if (whole)
		return out;
	g_byte_array_unref(out);
	return NULL;
}

/* The bytes without the ranges.  (transfer full) */
static GByteArray *cut_out(
	const char *bytes, size_t length, const GArray *ranges)
{
	GByteArray *out = g_byte_array_sized_new((guint)length);
	size_t at = 0;

	for (guint i = 0; i < ranges->len; i++) {
		const StripRange *range = &g_array_index(ranges, StripRange, i);

		g_byte_array_append(out, (const guint8 *)bytes + at,
			(guint)(range->start - at));
		at = range->end;
	}
	g_byte_array_append(
		out, (const guint8 *)bytes + at, (guint)(length - at));
	return out;
}

GByteArray *strip_transfer_edit(enum strip_transfer transfer, const char *raw,
	size_t length, const GArray *ranges)
{
	GByteArray *out = NULL;
	g_autoptr(GByteArray) decoded = NULL;
	g_autoptr(GByteArray) left = NULL;

	switch (transfer) {
	case STRIP_TRANSFER_SAME:
	case STRIP_TRANSFER_UNKNOWN:
		return cut_out(raw, length, ranges);
	case STRIP_TRANSFER_QUOTED:
		out = g_byte_array_sized_new((guint)length);
		edit_quoted(raw, length, ranges, out);
		return out;
	case STRIP_TRANSFER_BASE64:
		break;
	}
	out = g_byte_array_sized_new((guint)length);
	decoded = strip_transfer_decode(transfer, raw, length);
	left = cut_out((const char *)decoded->data, decoded->len, ranges);
	edit_base64(raw, length, left, out);
	return out;
}
