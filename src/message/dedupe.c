/*
 * The key under which a mail is stored once.  What a relay, a second milter or
 * an IMAP server may change on the way does not count.
 */
#include <string.h>

#include <redress/base.h>

#include "internal.h"

/* The last ones tell mails without a Message-ID apart, such as a form's. */
enum { MESSAGE_ID = 2, SUBJECT = 3, KEY_FIELDS = 7 };

static const char *const key_fields[KEY_FIELDS] = {
	"from", "date", "message-id", "subject", "reply-to", "to", "cc"};

/* The value with all white space runs as one space: folding may change. */
static void append_value(GString *out, const char *p, size_t length)
{
	bool space = false;

	for (size_t i = 0; i < length; i++) {
		if (g_ascii_isspace(p[i])) {
			space = true;
			continue;
		}
		if (space && out->len > 0)
			g_string_append_c(out, ' ');
		space = false;
		g_string_append_c(out, p[i]);
	}
}

/* Our own tag, which the mailbox's copy of the mail bears, left out. */
static void remove_tag(GString *subject)
{
	enum { TAG_LENGTH = BASE_REFERENCE_LENGTH + 3 };

	if (!g_str_has_prefix(subject->str, "[#") ||
		subject->len < TAG_LENGTH ||
		subject->str[TAG_LENGTH - 1] != ']')
		return;
	g_string_erase(subject, 0, TAG_LENGTH);
	if (subject->str[0] == ' ')
		g_string_erase(subject, 0, 1);
}

static size_t field_length(const char *p, const char *end)
{
	const char *start = p;

	do
		p += bounds_line_length(p, end);
	while (p < end && (*p == ' ' || *p == '\t'));
	return (size_t)(p - start);
}

static void take_field(
	GString *values[KEY_FIELDS], const char *p, size_t name, size_t length)
{
	const char *colon = memchr(p, ':', length);

	for (unsigned i = 0; i < KEY_FIELDS; i++) {
		if (name != strlen(key_fields[i]) ||
			g_ascii_strncasecmp(p, key_fields[i], name) != 0 ||
			values[i])
			continue;
		values[i] = g_string_new(NULL);
		append_value(
			values[i], colon + 1, length - (size_t)(colon + 1 - p));
	}
}

/* Reads the key fields; returns where the body starts. */
static const char *read_header(
	GString *values[KEY_FIELDS], const char *p, const char *end)
{
	if (end - p >= 5 && memcmp(p, "From ", 5) == 0)
		p += bounds_line_length(p, end);
	while (p < end) {
		size_t line = bounds_line_length(p, end);
		size_t name = bounds_field_name(p, line);
		size_t length = field_length(p, end);

		if (bounds_line_is_empty(p, line))
			return p + line;
		if (name > 0)
			take_field(values, p, name, length);
		p += length;
	}
	return p;
}

static void hash_bytes(GChecksum *sum, const char *p, size_t length)
{
	g_checksum_update(sum, (const guchar *)p, (gssize)length);
}

/* Line by line, each ended by LF; empty lines at the end do not count. */
static void hash_body(GChecksum *sum, const char *p, const char *end)
{
	while (end > p && (end[-1] == '\n' || end[-1] == '\r'))
		end--;
	while (p < end) {
		size_t length = bounds_line_length(p, end);
		size_t text = length;

		while (text > 0 && (p[text - 1] == '\n' || p[text - 1] == '\r'))
			text--;
		hash_bytes(sum, p, text);
		hash_bytes(sum, "\n", 1);
		p += length;
	}
}

char *message_dedupe_key(const char *bytes, size_t length)
{
	GString *values[KEY_FIELDS] = {NULL};
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	const char *end = bytes + length;
	const char *body = read_header(values, bytes, end);
	bool named = values[MESSAGE_ID] && values[MESSAGE_ID]->len > 0;
	unsigned used = named ? SUBJECT : KEY_FIELDS;

	if (values[SUBJECT])
		remove_tag(values[SUBJECT]);
	for (unsigned i = 0; i < KEY_FIELDS; i++) {
		/* With the NUL: no value runs into the next. */
		if (i < used)
			hash_bytes(sum, values[i] ? values[i]->str : "",
				values[i] ? values[i]->len + 1 : 1);
		if (values[i])
			g_string_free(values[i], TRUE);
	}
	hash_body(sum, body, end);
	return g_strdup(g_checksum_get_string(sum));
}
