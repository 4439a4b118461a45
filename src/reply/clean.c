/*
 * Words that came by mail, before they go out again.  Whatever they
 * hold, they stay one value: no line end becomes a header, no control
 * character moves a cursor, no bidi control turns the text around it.
 */
#include "internal.h"

#include <string.h>

/* An address: what RFC 5321 4.5.3.1 lets a local part and a domain have. */
enum { ADDRESS_MOST_BYTES = 64 + 1 + 255, ID_MOST_BYTES = 800 };

static bool is_unwelcome(gunichar c)
{
	if (g_unichar_iscntrl(c) || c == 0x2028 || c == 0x2029)
		return true;
	/* Bidi embeddings, overrides and isolates (UAX 9), and tags. */
	return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) ||
	       (c >= 0xE0000 && c <= 0xE007F) || c == 0xFEFF;
}

/* Most of what there is; the tables of Unicode are slow. */
static bool is_plain(gunichar c)
{
	return c > ' ' && c < 0x7F;
}

static bool is_line_end(gunichar c)
{
	return c == '\n' || c == 0x2028 || c == 0x2029 || c == 0x85;
}

static char *clean(const char *text, size_t most_chars, bool keep_lines)
{
	/* No more than can be kept is looked at: four bytes a character. */
	gsize length = strnlen(text ? text : "", most_chars * 4 + 1);
	g_autofree char *valid =
		g_utf8_make_valid(text ? text : "", (gssize)length);
	GString *out = g_string_new(NULL);
	size_t chars = 0;
	bool blank = false;

	for (const char *c = valid; *c; c = g_utf8_next_char(c)) {
		gunichar point =
			is_plain((guchar)*c) ? (guchar)*c : g_utf8_get_char(c);
		if (keep_lines && is_line_end(point)) {
			g_string_append_c(out, '\n');
			chars++;
			blank = false;
			continue;
		}
		if (!is_plain(point) &&
			(is_unwelcome(point) || g_unichar_isspace(point))) {
			blank = blank || g_unichar_isspace(point) ||
				point < 0x20;
			continue;
		}
		if (chars >= most_chars) {
			g_string_append(out, "…");
			break;
		}
		if (blank && out->len > 0 && out->str[out->len - 1] != '\n') {
			g_string_append_c(out, ' ');
			chars++;
		}
		blank = false;
		if (point < 0x80)
			g_string_append_c(out, (char)point);
		else
			g_string_append_unichar(out, point);
		chars++;
	}
	return g_string_free(out, FALSE);
}

char *clean_line(const char *text, size_t most_chars)
{
	return clean(text, most_chars, false);
}

char *clean_lines(const char *text, size_t most_chars)
{
	return g_strstrip(clean(text, most_chars, true));
}

/* Of a local part that we write to.  '!' and '%' were routes through other
 * hosts (RFC 1123 5.2.16): an address that names one is somebody else's. */
static bool is_atom_char(unsigned char c)
{
	return g_ascii_isalnum(c) || c >= 0x80 ||
	       (c && strchr("#$&'*+-/=?^_`{|}~.", c));
}

/* Past a quoted local part; NULL if it does not end. */
static const char *skip_quoted(const char *c)
{
	for (c++; *c != '"'; c++) {
		if (*c == '\\')
			c++;
		if ((unsigned char)*c < 0x20 || *c == 0x7F)
			return NULL;
	}
	return c + 1;
}

bool clean_is_address(const char *address)
{
	if (!address ||
		strnlen(address, ADDRESS_MOST_BYTES + 1) > ADDRESS_MOST_BYTES ||
		!g_utf8_validate(address, -1, NULL))
		return false;
	for (const char *c = address; *c; c = g_utf8_next_char(c))
		if (!is_plain((guchar)*c) && is_unwelcome(g_utf8_get_char(c)))
			return false;

	const char *at = address;
	if (*at == '"')
		at = skip_quoted(at);
	else
		while (is_atom_char((unsigned char)*at))
			at++;
	if (!at || at == address || *at != '@' || !at[1])
		return false;
	for (const char *c = at + 1; *c; c++)
		if (!g_ascii_isalnum(*c) && (unsigned char)*c < 0x80 &&
			!strchr("-._[]:", *c))
			return false;
	return true;
}

bool clean_is_message_id(const char *id)
{
	if (!id || !*id || strnlen(id, ID_MOST_BYTES + 1) > ID_MOST_BYTES ||
		!g_utf8_validate(id, -1, NULL))
		return false;
	for (const char *c = id; *c; c = g_utf8_next_char(c)) {
		gunichar point = g_utf8_get_char(c);
		if ((!is_plain(point) && (is_unwelcome(point) ||
						 g_unichar_isspace(point))) ||
			point == '<' || point == '>')
			return false;
	}
	return true;
}
