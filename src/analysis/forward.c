/*
 * The mail that another one passes on, inline below a client's marker or header
 * block, or attached.  Of several, one in another, the outermost counts: it is
 * the one that was just passed on.
 *
 * Whoever passes a mail on can write there what he likes: nothing of this is
 * proven.
 */
#include "header_block.h"
#include "internal.h"

#include <string.h>

enum {
	MAX_VALUE_BYTES = 2000, /* of a field */
	MAX_NAME_BYTES = 200,
	MAX_ADDRESS_BYTES = 254, /* RFC 5321 4.5.3.1.3 */
};

/* ---- "Mari <mari@example.org>" ----------------------------------------- */

static bool is_address_byte(char c)
{
	return (guchar)c >= 0x80 || g_ascii_isalnum(c) ||
	       (c && strchr("!#$%&'*+-/=?^_`{|}~.@", c));
}

static bool is_address(const char *text)
{
	const char *at = strchr(text, '@');

	for (const char *p = text; *p; p = g_utf8_next_char(p))
		if ((guchar)*p >= 0x80 &&
			!g_unichar_isalnum(g_utf8_get_char(p)))
			return false;

	return at && at > text && !strchr(at + 1, '@') && strchr(at, '.') &&
	       (g_ascii_isalnum(at[1]) || (guchar)at[1] >= 0x80) &&
	       !g_str_has_suffix(text, ".") &&
	       strlen(text) <= MAX_ADDRESS_BYTES;
}

/* The address that begins at p or behind "mailto:" there. (transfer full)
 * (nullable) */
static char *address_at(const char *p)
{
	size_t length = 0;

	p += strspn(p, " \t<[(\"'*`");
	if (!g_ascii_strncasecmp(p, "mailto:", 7))
		p += 7;
	while (is_address_byte(p[length]))
		length++;
	while (length && (guchar)p[length - 1] < 0x80 &&
		!g_ascii_isalnum(p[length - 1]))
		length--;
	g_autofree char *address = g_strndup(p, length);
	return is_address(address) ? g_steal_pointer(&address) : NULL;
}

/* Adds it unless it is there; false if another one is. */
static bool note_address(char **address, const char *p)
{
	g_autofree char *found = address_at(p);

	if (!found)
		return true;
	if (!*address)
		*address = g_steal_pointer(&found);
	else if (g_ascii_strcasecmp(*address, found))
		return false;
	return true;
}

/* The one address in brackets: "<" or "[mailto:".  (transfer full) (nullable)
 */
static char *find_address(const char *value)
{
	g_autofree char *address = NULL;

	for (const char *p = strpbrk(value, "<["); p; p = strpbrk(p + 1, "<["))
		if (!note_address(&address, p + 1))
			return NULL;
	return g_steal_pointer(&address);
}

/* The one address that stands there.  (transfer full) (nullable) */
static char *find_bare_address(const char *value)
{
	g_autofree char *address = NULL;

	for (const char *at = strchr(value, '@'); at;
		at = strchr(at + 1, '@')) {
		const char *p = at;

		while (p > value && is_address_byte(p[-1]) && p[-1] != '@')
			p--;
		if (!note_address(&address, p))
			return NULL;
	}
	return g_steal_pointer(&address);
}

/* What stands before the address. (transfer full) (nullable) */
static char *read_name(const char *value, const char *address)
{
	size_t length = strcspn(value, "<[(");
	g_autofree char *name = g_strndup(value, MIN(length, MAX_NAME_BYTES));
	const char *bare = strstr(name, address);

	if (bare)
		name[bare - name] = '\0';
	for (char *c = name; *c; c++)
		if (*c == '"' || *c == '*' || (guchar)*c < ' ')
			*c = ' ';
	g_strstrip(name);
	size_t end = strlen(name);
	if (end >= 2 && *name == '\'' && name[end - 1] == '\'') {
		name[end - 1] = '\0';
		*name = ' ';
	}
	g_autofree char *clean = g_utf8_make_valid(g_strstrip(name), -1);
	/* A name that was cut in a letter ends there. */
	return *clean ? g_steal_pointer(&clean) : NULL;
}

static void take_author(Analysis *analysis, const char *value)
{
	bool bracketed = strchr(value, '<') || strstr(value, "[mailto:");
	g_autofree char *address =
		bracketed ? find_address(value) : find_bare_address(value);

	if (!address)
		return;
	analysis->forwarded_name = read_name(value, address);
	analysis->forwarded_from = g_steal_pointer(&address);
}

static void take_subject(Analysis *analysis, const char *value)
{
	g_autofree char *subject = g_strdup(value);

	g_strstrip(subject);
	if (*subject)
		analysis->forwarded_subject = g_steal_pointer(&subject);
}

static void take_text(Analysis *analysis, const char *text)
{
	ReplyText reply;

	reply_text_read(text, &reply);
	if (*reply.own)
		analysis->forwarded_text = g_steal_pointer(&reply.own);
	reply_text_clear(&reply);
}

/* ---- inline ------------------------------------------------------------ */

/* The value of "*From:* x"; an ideographic colon is one too. */
static const char *value_of(const char *line)
{
	size_t length = strcspn(line, ":");
	const char *wide = strstr(line, "：");

	if (wide && (size_t)(wide - line) < length)
		return wide + strlen("：");
	return line + length + (line[length] ? 1 : 0);
}

/* The value of the field at line i with the lines by which it is wrapped.
 * (transfer full) */
static char *read_field(GArray *lines, unsigned i, unsigned end)
{
	const Line *line = LINE_AT(lines, i);
	g_autofree char *whole = g_strndup(
		line->start, MIN(line->length_bytes, MAX_VALUE_BYTES));
	GString *value = g_string_new(value_of(whole));

	for (i++; i < end && line_is_kind(lines, i, LINE_TEXT) &&
		  value->len < MAX_VALUE_BYTES;
		i++) {
		line = LINE_AT(lines, i);
		g_string_append_c(value, ' ');
		g_string_append_len(value, line->start,
			MIN(line->length_bytes, MAX_VALUE_BYTES));
	}
	/* What was cut is to end with a whole character. */
	g_autofree char *valid = g_utf8_make_valid(value->str, -1);
	const char *start = valid + strspn(valid, " \t*");
	g_string_assign(value, start);
	g_string_replace(value, "\u00a0", " ", 0);
	return g_string_free(value, FALSE);
}

static void take_fields(Analysis *analysis, GArray *lines, unsigned from,
	const HeaderBlock *block)
{
	bool author = false;

	for (unsigned i = from; i < block->end; i++) {
		const Line *line = LINE_AT(lines, i);

		if (line->field != FIELD_FROM && line->field != FIELD_SUBJECT)
			continue;
		g_autofree char *value = read_field(lines, i, block->end);
		if (line->field == FIELD_FROM && !author) {
			author = true;
			take_author(analysis, value);
		} else if (line->field == FIELD_SUBJECT &&
			   !analysis->forwarded_subject) {
			take_subject(analysis, value);
		}
	}
}

static bool is_title(GArray *lines, unsigned i)
{
	HeaderBlock block;

	if (!line_is_kind(lines, i, LINE_TITLE))
		return false;
	block = header_block_read(lines, line_skip_blanks(lines, i + 1));
	return header_block_is_one(&block, false);
}

/*
 * Where the old mail's header block begins, or 0 bytes of it if the mail
 * answers rather than passes on.  Without a word of forwarding in the subject
 * only a marker that says it counts.
 */
static const char *find_old_mail(GArray *lines, bool forward)
{
	for (unsigned i = 0; i < lines->len; i++) {
		const Line *line = LINE_AT(lines, i);
		HeaderBlock block;

		if (line->kind == LINE_FORWARD && i + 1 < lines->len)
			return LINE_AT(lines, i + 1)->start;
		if (line->kind == LINE_ORIGINAL || is_title(lines, i))
			return forward && i + 1 < lines->len
				       ? LINE_AT(lines, i + 1)->start
				       : NULL;
		if (line->attribution_lines && line->attribution_sure &&
			!forward)
			return NULL;
		if (line->kind != LINE_FIELD)
			continue;
		block = header_block_read(lines, i);
		if (header_block_is_one(&block, false))
			return forward ? line->start : NULL;
	}
	return NULL;
}

/* Without one mark of quoting a line, up to the first line that has none:
 * telephones quote what they pass on.  (transfer full) */
static char *unquote(const char *text)
{
	const char *first = text + strspn(text, " \t\r\n");
	GString *plain;

	if (*first != '>')
		return g_strdup(text);
	plain = g_string_new(NULL);
	for (const char *p = first; *p;) {
		size_t length = strcspn(p, "\n");
		bool blank = strspn(p, " \t\r") >= length;

		if (*p != '>' && !blank)
			break;
		const char *from = p + (*p == '>' ? 1 : 0);
		from += *p == '>' && *from == ' ' ? 1 : 0;
		g_string_append_len(plain, from, (gssize)(p + length - from));
		g_string_append_c(plain, '\n');
		p += length + (p[length] ? 1 : 0);
	}
	return g_string_free(plain, FALSE);
}

static bool read_inline(Analysis *analysis)
{
	const char *marker = reply_text_find_marker(analysis->text);
	g_autofree char *text =
		marker ? g_strndup(analysis->text,
				 (gsize)(marker - analysis->text))
		       : g_strdup(analysis->text);
	g_autoptr(GArray) lines = line_read_all(text);
	const char *old = find_old_mail(lines, analysis->forward);
	if (!old)
		return false;
	g_autofree char *plain = unquote(old);
	g_autoptr(GArray) inner = line_read_all(plain);
	unsigned from = line_skip_blanks(inner, 0);
	HeaderBlock block = header_block_read(inner, from);
	if (!header_block_is_one(&block, true))
		return false;
	take_fields(analysis, inner, from, &block);
	if (block.end < inner->len)
		take_text(analysis, LINE_AT(inner, block.end)->start);
	return true;
}

/* ---- attached ---------------------------------------------------------- */

/* The value of a field in a block that is unfolded. (transfer full)
 * (nullable) */
static char *header_value(const char *block, const char *name)
{
	size_t length = strlen(name);

	for (const char *p = block; *p;) {
		size_t whole = strcspn(p, "\n");

		if (whole > length && p[length] == ':' &&
			!g_ascii_strncasecmp(p, name, length)) {
			g_autofree char *value = g_strndup(p + length + 1,
				MIN(whole - length - 1, MAX_VALUE_BYTES));
			return g_utf8_make_valid(g_strstrip(value), -1);
		}
		p += whole + (p[whole] ? 1 : 0);
	}
	return NULL;
}

/* The first text of the mail whose header is part i. (transfer full)
 * (nullable) */
static char *embedded_text(const Message *message, guint i)
{
	const MessagePart *mail = message->parts->pdata[i];
	const char *html = NULL;

	for (i++; i < message->parts->len; i++) {
		const MessagePart *part = message->parts->pdata[i];

		if (part->depth <= mail->depth)
			break;
		if (!part->text ||
			g_strcmp0(part->disposition, "attachment") == 0)
			continue;
		if (!strcmp(part->type, "text/plain"))
			return g_strdup(part->text);
		if (!html && !strcmp(part->type, "text/html"))
			html = part->text;
	}
	return html ? message_html_to_text(html, strlen(html)) : NULL;
}

static void read_attached(Analysis *analysis, const Message *message)
{
	for (guint i = 0; i < message->parts->len; i++) {
		const MessagePart *part = message->parts->pdata[i];

		if (part->embedded || !part->text ||
			(strcmp(part->type, "message/rfc822") &&
				strcmp(part->type, "message/global")))
			continue;
		g_autofree char *author = header_value(part->text, "From");
		g_autofree char *subject = header_value(part->text, "Subject");
		g_autofree char *text = embedded_text(message, i);
		if (author)
			take_author(analysis, author);
		if (subject)
			take_subject(analysis, subject);
		if (text)
			take_text(analysis, text);
		return;
	}
}

/* ---- all --------------------------------------------------------------- */

void forward_read(
	Analysis *analysis, const Message *message, const ReplyText *reply)
{
	/* What comes back was not passed on. */
	if (analysis->bounce)
		return;
	if ((analysis->forward || reply->forwards) && read_inline(analysis))
		return;
	read_attached(analysis, message);
}
