/*
 * The few header fields from which an ingest guesses the envelope.  No MIME
 * parser here: a scan of the first bytes, linear, without recursion.
 */
#include <string.h>

#include "internal.h"

enum {
	HEADER_BYTES = 256 * 1024,
	ADDRESS_BYTES = 1000,
	ADDRESSES_MOST = 1000,
};

bool headers_is_named(const char *name, size_t length, const char *wanted)
{
	while (length && (name[length - 1] == ' ' || name[length - 1] == '\t'))
		length--;
	return length == strlen(wanted) &&
	       g_ascii_strncasecmp(name, wanted, length) == 0;
}

/* ---- fields ------------------------------------------------------------ */

/* The header of a mail, from field to field. */
typedef struct Scan Scan;
struct Scan {
	const char *next, *end;
};

static Scan scan_new(GBytes *raw)
{
	size_t length;
	const char *bytes = g_bytes_get_data(raw, &length);

	/* An empty mail has no bytes to point at. */
	return (Scan){bytes, bytes ? bytes + MIN(length, HEADER_BYTES) : NULL};
}

static const char *end_of_line(const char *line, const char *end)
{
	const char *newline = memchr(line, '\n', (size_t)(end - line));

	return newline ? newline + 1 : end;
}

/* The next field's name and its value with all its lines; false at the end of
 * the header. */
static bool scan_next(
	Scan *scan, const char **ret_line, const char **ret_line_end)
{
	const char *line = scan->next;

	if (!line || line >= scan->end || *line == '\n' || *line == '\r')
		return false;
	const char *next = end_of_line(line, scan->end);
	while (next < scan->end && (*next == ' ' || *next == '\t'))
		next = end_of_line(next, scan->end);
	scan->next = next;
	*ret_line = line;
	*ret_line_end = next;
	return true;
}

/* The value if the field has this name, unfolded.  (nullable) */
static char *value_of(const char *line, const char *end, const char *name)
{
	size_t length = strlen(name);
	GString *value;

	if ((size_t)(end - line) <= length ||
		g_ascii_strncasecmp(line, name, length) != 0)
		return NULL;
	line += length;
	while (line < end && (*line == ' ' || *line == '\t'))
		line++;
	if (line == end || *line++ != ':')
		return NULL;
	value = g_string_new(NULL);
	for (; line < end; line++)
		if (*line != '\r' && *line != '\n' && *line != '\0')
			g_string_append_c(value, *line);
	return g_string_free(value, FALSE);
}

/* ---- addresses --------------------------------------------------------- */

typedef struct Addresses Addresses;
struct Addresses {
	GPtrArray *list;  /* char *, the terminating NULL comes last */
	GHashTable *seen; /* folded */
};

static void add_address(Addresses *addresses, const char *text)
{
	g_autofree char *address = address_of_path(text);
	g_autofree char *folded = NULL;

	if (!strchr(address, '@') || strlen(address) > ADDRESS_BYTES ||
		addresses->list->len >= ADDRESSES_MOST)
		return;
	folded = base_address_fold(address);
	if (g_hash_table_add(addresses->seen, g_steal_pointer(&folded)))
		g_ptr_array_add(addresses->list, g_steal_pointer(&address));
}

/* The end of a comment, which may hold others (RFC 5322, 3.2.2). */
static const char *skip_comment(const char *text)
{
	unsigned depth = 0;

	for (; *text; text++) {
		if (*text == '\\' && text[1])
			text++;
		else if (*text == '(')
			depth++;
		else if (*text == ')' && --depth == 0)
			return text + 1;
	}
	return text;
}

static const char *append_quoted(GString *into, const char *text)
{
	const char *start = text;

	for (text++; *text && *text != '"'; text++)
		if (*text == '\\' && text[1])
			text++;
	if (!*text) /* never closed: says nothing */
		return text;
	text++;
	g_string_append_len(into, start, text - start);
	return text;
}

/* "Ann <ann@x>", "ann@x (Ann)": the part in brackets, else all of it. */
static void end_address(Addresses *addresses, GString *plain, GString *angle)
{
	add_address(addresses, angle->len ? angle->str : plain->str);
	g_string_truncate(plain, 0);
	g_string_truncate(angle, 0);
}

/*
 * An address list (RFC 5322, 3.4): names, comments and quoted strings left
 * out, groups opened.  In angle brackets a colon ends a source route, which
 * address_of_path() knows.
 */
static void add_list(Addresses *addresses, const char *text)
{
	g_autoptr(GString) plain = g_string_new(NULL);
	g_autoptr(GString) angle = g_string_new(NULL);
	bool in_angle = false;

	while (*text) {
		GString *into = in_angle ? angle : plain;

		if (*text == '(') {
			text = skip_comment(text);
			continue;
		}
		if (*text == '"') {
			text = append_quoted(into, text);
			continue;
		}
		if (*text == '<') {
			in_angle = true;
			g_string_truncate(angle, 0);
		} else if (*text == '>') {
			in_angle = false;
		} else if (!in_angle && (*text == ',' || *text == ';')) {
			end_address(addresses, plain, angle);
		} else if (!in_angle && *text == ':') {
			g_string_truncate(plain, 0);
		} else if (*text != ' ' && *text != '\t') {
			g_string_append_c(into, *text);
		}
		text++;
	}
	end_address(addresses, plain, angle);
}

char **intake_header_recipients(GBytes *raw)
{
	static const char *const names[] = {
		"Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc"};
	Addresses addresses = {
		.list = g_ptr_array_new(),
		.seen = g_hash_table_new_full(
			g_str_hash, g_str_equal, g_free, NULL),
	};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		Scan scan = scan_new(raw);
		const char *line, *end;

		while (scan_next(&scan, &line, &end)) {
			g_autofree char *value = value_of(line, end, names[i]);
			if (value)
				add_list(&addresses, value);
		}
	}
	g_hash_table_unref(addresses.seen);
	g_ptr_array_add(addresses.list, NULL);
	return (char **)g_ptr_array_free(addresses.list, FALSE);
}

char *intake_header_sender(GBytes *raw)
{
	Scan scan = scan_new(raw);
	const char *line, *end;

	while (scan_next(&scan, &line, &end)) {
		g_autofree char *value = value_of(line, end, "Return-Path");
		if (value)
			return address_of_path(value);
	}
	return NULL;
}
