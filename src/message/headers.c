/*
 * Header fields: encoded-words (RFC 2047), addresses, message ids and dates, as
 * mail programs write them rather than as the standards wish.
 */
#include <gmime/gmime.h>
#include <string.h>

#include "internal.h"

enum { MAX_IDS = 1000, MAX_ADDRESSES = 5000, MAX_DATE_BYTES = 200 };

/* ---- encoded-words ---------------------------------------------------- */

typedef struct Word Word;
struct Word {
	const char *charset;
	size_t charset_length; /* without the language of RFC 2231 */
	char encoding;         /* 'b' or 'q' */
	const char *text;
	size_t text_length;
	const char *end;
};

/* Reads "=?charset?encoding?text?=" at p. */
static bool read_word(const char *p, Word *word)
{
	const char *q;

	if (p[0] != '=' || p[1] != '?')
		return false;
	word->charset = p + 2;
	q = word->charset + strcspn(word->charset, "? \t");
	if (*q != '?' || q == word->charset)
		return false;
	word->charset_length =
		MIN((size_t)(q - word->charset), strcspn(word->charset, "*"));
	word->encoding = g_ascii_tolower(q[1]);
	if ((word->encoding != 'b' && word->encoding != 'q') || q[2] != '?')
		return false;
	word->text = q + 3;
	/* Spaces are wrong in there, but some programs write them. */
	for (q = word->text; *q && !(q[0] == '?' && q[1] == '='); q++)
		if (q[0] == '=' && q[1] == '?' && q[2] != '=')
			return false;
	if (!*q)
		return false;
	word->text_length = (size_t)(q - word->text);
	word->end = q + 2;
	return true;
}

static void append_base64(GString *out, const char *text, size_t length)
{
	g_autofree guchar *bytes = g_malloc(length / 4 * 3 + 3);
	gint state = 0;
	guint save = 0;
	gsize n = g_base64_decode_step(text, length, bytes, &state, &save);

	g_string_append_len(out, (char *)bytes, (gssize)n);
}

static void append_quoted(GString *out, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '=' && i + 2 < length &&
			g_ascii_isxdigit(text[i + 1]) &&
			g_ascii_isxdigit(text[i + 2])) {
			g_string_append_c(out,
				(char)(g_ascii_xdigit_value(text[i + 1]) * 16 +
					g_ascii_xdigit_value(text[i + 2])));
			i += 2;
		} else {
			g_string_append_c(out, text[i] == '_' ? ' ' : text[i]);
		}
	}
}

static bool same_charset(const Word *a, const Word *b)
{
	return a->charset_length == b->charset_length &&
	       g_ascii_strncasecmp(a->charset, b->charset, a->charset_length) ==
		       0;
}

/*
 * Decodes the run of words of one charset that starts with word and moves past
 * it: the bytes are joined first, since programs split characters between
 * words against RFC 2047 section 5.  (transfer full)
 */
static char *decode_run(Word *word, const char **ret_end, GPtrArray *defects)
{
	GString *bytes = g_string_new(NULL);
	g_autofree char *charset =
		g_strndup(word->charset, word->charset_length);
	Word next = *word;
	char *text;

	do {
		const char *p;

		*word = next;
		if (word->encoding == 'b')
			append_base64(bytes, word->text, word->text_length);
		else
			append_quoted(bytes, word->text, word->text_length);
		*ret_end = word->end;
		p = word->end + strspn(word->end, " \t");
		if (!read_word(p, &next))
			break;
	} while (same_charset(word, &next));
	text = text_decode(bytes->str, bytes->len, charset, defects);
	g_string_free(bytes, TRUE);
	return text;
}

/* How a decoded run is written: as text, or as one UTF-8 encoded-word. */
static void append_decoded(GString *out, const char *text, bool encode)
{
	g_autofree char *clean = text_clean_line(text, strlen(text));
	g_autofree char *encoded = NULL;

	if (!encode) {
		/* A space at the edge of a word is part of it. */
		if (*text == ' ' && *clean)
			g_string_append_c(out, ' ');
		g_string_append(out, clean);
		if (*text && text[strlen(text) - 1] == ' ')
			g_string_append_c(out, ' ');
		return;
	}
	encoded = g_base64_encode((const guchar *)clean, strlen(clean));
	g_string_append_printf(out, "=?utf-8?b?%s?=", encoded);
}

/*
 * Rewrites a raw value: plain stretches in UTF-8, runs of encoded-words decoded
 * or (encode) as one encoded-word that GMime reads without loss.
 */
static char *rewrite(const char *value, bool encode, GPtrArray *defects)
{
	g_autofree char *utf8 =
		text_decode(value, strlen(value), NULL, defects);
	GString *out = g_string_sized_new(strlen(utf8));
	/* From here on no "?=" is left, so no word starts either. */
	const char *last = g_strrstr(utf8, "?=");
	const char *p = utf8;
	bool after_word = false;

	while (*p) {
		const char *next = strstr(p, "=?");
		g_autofree char *text = NULL;
		Word word;

		if (!next || !last || next > last)
			break;
		if (!read_word(next, &word)) {
			g_string_append_len(out, p, next + 2 - p);
			p = next + 2;
			after_word = false;
			continue;
		}
		/* White space between two words is not shown. */
		if (!after_word || strspn(p, " \t") < (size_t)(next - p))
			g_string_append_len(out, p, next - p);
		else if (encode)
			g_string_append_c(out, ' ');
		text = decode_run(&word, &p, defects);
		append_decoded(out, text, encode);
		after_word = true;
	}
	g_string_append(out, p);
	return g_string_free(out, FALSE);
}

char *headers_decode(const char *value, GPtrArray *defects)
{
	g_autofree char *text = rewrite(value, false, defects);

	return text_clean_line(text, strlen(text));
}

/* ---- addresses -------------------------------------------------------- */

static void message_address_free(gpointer data)
{
	MessageAddress *address = data;

	g_free(address->name);
	g_free(address->address);
	g_free(address);
}

static void add_address(GPtrArray *to, const char *name, const char *address)
{
	MessageAddress *added = g_new0(MessageAddress, 1);

	if (name && *name)
		added->name = text_clean_line(name, strlen(name));
	added->address = text_clean_line(address, strlen(address));
	g_ptr_array_add(to, added);
}

static void add_list(GPtrArray *to, InternetAddressList *list, unsigned depth)
{
	int length = internet_address_list_length(list);

	for (int i = 0; i < length && to->len < MAX_ADDRESSES; i++) {
		InternetAddress *one =
			internet_address_list_get_address(list, i);
		const char *name = internet_address_get_name(one);

		if (INTERNET_ADDRESS_IS_MAILBOX(one)) {
			const char *address = internet_address_mailbox_get_addr(
				INTERNET_ADDRESS_MAILBOX(one));

			if (address && *address)
				add_address(to, name, address);
		} else if (depth < MESSAGE_MAX_ADDRESS_COLONS) {
			add_list(to,
				internet_address_group_get_members(
					INTERNET_ADDRESS_GROUP(one)),
				depth + 1);
		}
	}
}

/* GMime leaks a comment that is never closed: close it. */
static void close_comments(GString *value)
{
	int depth = 0;
	bool quoted = false;

	for (size_t i = 0; i < value->len; i++) {
		char c = value->str[i];

		if (c == '\\' && i + 1 < value->len)
			i++;
		else if (c == '"' && depth == 0)
			quoted = !quoted;
		else if (c == '(' && !quoted)
			depth++;
		else if (c == ')' && !quoted && depth > 0)
			depth--;
	}
	if (quoted)
		g_string_append_c(value, '"');
	for (; depth > 0; depth--)
		g_string_append_c(value, ')');
}

/* The addresses of all fields of this name.  (transfer full) */
static GPtrArray *read_addresses(const RawMessage *raw, const char *name,
	GMimeParserOptions *options, GPtrArray *defects)
{
	GPtrArray *to = g_ptr_array_new_with_free_func(message_address_free);

	for (guint i = 0; i < raw->fields->len; i++) {
		const RawField *field = raw->fields->pdata[i];
		InternetAddressList *list;
		g_autofree char *value = NULL;
		GString *closed;

		if (g_ascii_strcasecmp(field->name, name) != 0)
			continue;
		value = rewrite(field->value, true, defects);
		closed = g_string_new(value);
		close_comments(closed);
		list = internet_address_list_parse(options, closed->str);
		g_string_free(closed, TRUE);
		if (!list)
			continue;
		add_list(to, list, 0);
		g_object_unref(list);
	}
	return to;
}

/* ---- ids -------------------------------------------------------------- */

static const char *raw_value(const RawMessage *raw, const char *name)
{
	for (guint i = 0; i < raw->fields->len; i++) {
		const RawField *field = raw->fields->pdata[i];

		if (g_ascii_strcasecmp(field->name, name) == 0)
			return field->value;
	}
	return NULL;
}

static void add_id(
	GPtrArray *ids, GHashTable *seen, const char *p, size_t length)
{
	g_autofree char *clean = text_clean_line(p, length);
	GString *id = g_string_new(NULL);

	/* Folding and careless programs leave spaces inside. */
	for (const char *q = clean; *q; q++)
		if (*q != ' ')
			g_string_append_c(id, *q);
	if (id->len == 0 || ids->len >= MAX_IDS ||
		g_hash_table_contains(seen, id->str)) {
		g_string_free(id, TRUE);
		return;
	}
	g_ptr_array_add(ids, g_string_free(id, FALSE));
	g_hash_table_add(seen, ids->pdata[ids->len - 1]);
}

/* Ids without brackets, between commas and white space. */
static void add_bare_ids(
	GPtrArray *ids, GHashTable *seen, const char *p, const char *end)
{
	while (p < end) {
		size_t skip = strspn(p, " \t,;");
		size_t length;

		p += skip;
		if (p >= end)
			break;
		length = MIN(strcspn(p, " \t,;"), (size_t)(end - p));
		if (memchr(p, '@', length))
			add_id(ids, seen, p, length);
		p += length;
	}
}

/* Adds the ids of a value.  bare: words with '@' outside brackets count. */
static void add_ids(
	GPtrArray *ids, GHashTable *seen, const char *value, bool bare)
{
	const char *p = value;

	while (*p) {
		const char *open = strchrnul(p, '<');
		size_t length;

		if (bare)
			add_bare_ids(ids, seen, p, open);
		if (!*open)
			break;
		length = strcspn(open + 1, "<>");
		add_id(ids, seen, open + 1, length);
		p = open + 1 + length;
		if (*p == '>')
			p++;
	}
}

/* "Your message of Tuesday" holds no id, a lone word with '@' is one. */
static bool is_one_word(const char *value)
{
	return *value && !strpbrk(value, " \t<");
}

static void read_ids(Message *message, const RawMessage *raw)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GHashTable) replied =
		g_hash_table_new(g_str_hash, g_str_equal);
	const char *references = raw_value(raw, "references");
	const char *in_reply_to = raw_value(raw, "in-reply-to");

	if (references)
		add_ids(message->references, seen, references, true);
	if (in_reply_to) {
		bool bare = is_one_word(in_reply_to);

		add_ids(message->in_reply_to, replied, in_reply_to, bare);
		add_ids(message->references, seen, in_reply_to, bare);
	}
}

/* What stands in the first brackets, else all of it. (nullable) */
static char *read_message_id(const RawMessage *raw)
{
	const char *value = raw_value(raw, "message-id");
	g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

	if (!value)
		return NULL;
	if (strchr(value, '<'))
		add_ids(ids, seen, value, false);
	else
		add_id(ids, seen, value, strcspn(value, "> \t"));
	return ids->len > 0 ? g_strdup(ids->pdata[0]) : NULL;
}

/* ---- all of it -------------------------------------------------------- */

static int64_t read_date(const RawMessage *raw)
{
	const char *value = raw_value(raw, "date");
	g_autofree char *bounded = NULL;
	GDateTime *date;
	int64_t date_s;

	if (!value)
		return 0;
	bounded = g_strndup(value, MAX_DATE_BYTES);
	date = g_mime_utils_header_decode_date(bounded);
	if (!date)
		return 0;
	date_s = g_date_time_to_unix(date);
	g_date_time_unref(date);
	return MAX(date_s, 0);
}

static void message_header_free(gpointer data)
{
	MessageHeader *header = data;

	g_free(header->name);
	g_free(header->value);
	g_free(header);
}

static void add_headers(Message *message, const RawMessage *raw)
{
	g_ptr_array_set_free_func(message->headers, message_header_free);
	for (guint i = 0; i < raw->fields->len; i++) {
		const RawField *field = raw->fields->pdata[i];
		MessageHeader *header = g_new0(MessageHeader, 1);

		header->name = g_strdup(field->name);
		header->value = headers_decode(field->value, message->defects);
		g_ptr_array_add(message->headers, header);
	}
}

void headers_read(Message *message, const RawMessage *raw)
{
	GMimeParserOptions *options = g_mime_parser_options_new();
	g_autoptr(GPtrArray) sender = NULL;
	GPtrArray *defects = message->defects;

	add_headers(message, raw);
	message->subject = g_strdup(message_header(message, "subject"));
	message->from = read_addresses(raw, "from", options, defects);
	message->reply_to = read_addresses(raw, "reply-to", options, defects);
	message->to = read_addresses(raw, "to", options, defects);
	message->cc = read_addresses(raw, "cc", options, defects);
	sender = read_addresses(raw, "sender", options, defects);
	if (sender->len > 0) {
		const MessageAddress *first = sender->pdata[0];

		message->sender = g_strdup(first->address);
	}
	message->message_id = read_message_id(raw);
	read_ids(message, raw);
	message->date_s = read_date(raw);
	g_mime_parser_options_free(options);
}
