#include <string.h>

#include "internal.h"

/* RFC 5322, 3.2.3 atext, and what RFC 6532 adds to it. */
static bool is_atom(char c)
{
	return g_ascii_isalnum(c) || (c && strchr("!#$%&'*+-/=?^_`{|}~", c)) ||
	       (unsigned char)c >= 0x80;
}

static bool is_dot_atom(const char *text)
{
	if (!*text || *text == '.' || g_str_has_suffix(text, "."))
		return false;
	for (; *text; text++)
		if (!is_atom(*text) && (*text != '.' || text[1] == '.'))
			return false;
	return true;
}

/* The end of a quoted string that starts here, or NULL. */
static const char *end_of_quoted(const char *text)
{
	for (text++; *text && *text != '"'; text++)
		if (*text == '\\' && text[1])
			text++;
	return *text ? text + 1 : NULL;
}

static char *unquote(const char *start, const char *end)
{
	GString *plain = g_string_new(NULL);

	for (const char *p = start + 1; p < end - 1; p++) {
		if (*p == '\\' && p + 1 < end - 1)
			p++;
		g_string_append_c(plain, *p);
	}
	return g_string_free(plain, FALSE);
}

/* "complaints"@example.com is complaints@example.com (RFC 5321, 4.1.2). */
static char *without_needless_quotes(char *address)
{
	const char *end = *address == '"' ? end_of_quoted(address) : NULL;

	if (!end || (*end && *end != '@'))
		return address;
	g_autofree char *local = unquote(address, end);
	if (!is_dot_atom(local))
		return address;
	char *plain = g_strconcat(local, end, NULL);
	g_free(address);
	return plain;
}

char *address_of_path(const char *path)
{
	g_autofree char *text = g_utf8_make_valid(path, -1);
	char *bare = g_strstrip(text);
	size_t length = strlen(bare);

	if (length >= 2 && bare[0] == '<' && bare[length - 1] == '>') {
		bare[length - 1] = '\0';
		bare = g_strstrip(bare + 1);
	}
	/* RFC 5321, appendix C: a source route counts for nothing. */
	const char *route_end = *bare == '@' ? strchr(bare, ':') : NULL;
	char *address = without_needless_quotes(
		g_strdup(route_end ? route_end + 1 : bare));
	length = strlen(address);
	if (length && address[length - 1] == '.')
		address[length - 1] = '\0';
	return address;
}
