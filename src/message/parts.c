/*
 * The MIME tree: what parts there are, and which of them a person reads.
 */
#include <gmime/gmime.h>
#include <string.h>

#include "internal.h"

enum {
	/* Of all parts together. */
	MAX_TOTAL_TEXT_BYTES = 8 * 1024 * 1024,
	MAX_TOTAL_HTML_BYTES = 2 * 1024 * 1024,
	MAX_NAME_BYTES = 1024,
};

/* What a person reads of a part of the tree. */
typedef struct Body Body;
struct Body {
	GString *text;
	GString *html;
	bool from_html;
};

typedef struct Walk Walk;
struct Walk {
	Message *message;
	size_t text_left;
	size_t html_left;
};

static void body_init(Body *body)
{
	*body = (Body){.text = g_string_new(NULL), .html = g_string_new(NULL)};
}

static void body_clear(Body *body)
{
	g_string_free(body->text, TRUE);
	g_string_free(body->html, TRUE);
}

/* The next part starts on a line of its own. */
static void append_text(GString *to, const char *text)
{
	if (!*text)
		return;
	if (to->len > 0 && to->str[to->len - 1] != '\n')
		g_string_append_c(to, '\n');
	g_string_append(to, text);
}

static void body_append(Body *to, const Body *from)
{
	append_text(to->text, from->text->str);
	append_text(to->html, from->html->str);
	to->from_html = to->from_html || from->from_html;
}

/* ---- what a part is --------------------------------------------------- */

void parts_free(MessagePart *part)
{
	if (!part)
		return;
	g_free(part->type);
	g_free(part->name);
	g_free(part->disposition);
	g_free(part->content_id);
	g_free(part->charset);
	g_free(part->report_type);
	g_free(part->text);
	g_free(part);
}

/* Names for parts that programs send without one. */
static const char *usual_name(const char *type)
{
	static const struct {
		const char *type, *name;
	} names[] = {{"text/calendar", "calendar.ics"},
		{"application/ics", "calendar.ics"},
		{"application/ms-tnef", "winmail.dat"},
		{"application/vnd.ms-tnef", "winmail.dat"},
		{"text/vcard", "contact.vcf"}, {"text/x-vcard", "contact.vcf"}};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (strcmp(names[i].type, type) == 0)
			return names[i].name;
	return NULL;
}

/* A file name for eyes only: one line, no path. (transfer full) */
static char *clean_name(const char *name, GPtrArray *defects)
{
	g_autofree char *decoded = headers_decode(name, defects);
	const char *base = decoded;
	bool cut;

	for (const char *p = decoded; *p; p++)
		if (*p == '/' || *p == '\\')
			base = p + 1;
	return text_cut(g_strdup(*base ? base : decoded), MAX_NAME_BYTES, &cut);
}

/*
 * A parameter of encoded-words as it came: GMime would decode each word alone
 * and lose the character that is split between two.  (nullable)
 */
static char *encoded_parameter(
	GMimeObject *object, const char *field, const char *parameter)
{
	GMimeHeader *header = g_mime_header_list_get_header(
		g_mime_object_get_header_list(object), field);
	const char *p = header ? g_mime_header_get_raw_value(header) : NULL;
	size_t n = strlen(parameter);

	while (p && (p = strchr(p, ';'))) {
		p++;
		p += strspn(p, " \t\r\n");
		if (g_ascii_strncasecmp(p, parameter, n) != 0)
			continue;
		p += n;
		p += strspn(p, " \t\r\n");
		if (*p != '=')
			continue;
		p++;
		p += strspn(p, " \t\r\n\"");
		if (g_str_has_prefix(p, "=?"))
			return g_strndup(p, strcspn(p, "\";"));
	}
	return NULL;
}

static char *file_name(
	GMimeObject *object, const char *type, GPtrArray *defects)
{
	const char *name = g_mime_object_get_content_disposition_parameter(
		object, "filename");
	g_autofree char *encoded =
		encoded_parameter(object, "Content-Disposition", "filename");

	if (!encoded && !name)
		encoded = encoded_parameter(object, "Content-Type", "name");
	if (encoded)
		return clean_name(encoded, defects);
	if (!name || !*name)
		name = g_mime_object_get_content_type_parameter(object, "name");
	if (name && *name)
		return clean_name(name, defects);
	return g_strdup(usual_name(type));
}

static char *clean_token(const char *token)
{
	char *clean;

	if (!token)
		return NULL;
	clean = text_clean_line(token, strlen(token));
	for (char *p = clean; *p; p++)
		*p = g_ascii_tolower(*p);
	return clean;
}

bool parts_is_signature(const char *type)
{
	return strcmp(type, "application/pgp-signature") == 0 ||
	       strcmp(type, "application/pkcs7-signature") == 0 ||
	       strcmp(type, "application/x-pkcs7-signature") == 0;
}

bool parts_is_machine_text(const char *type)
{
	static const char *const types[] = {"message/delivery-status",
		"message/global-delivery-status",
		"message/disposition-notification",
		"message/global-disposition-notification",
		"message/feedback-report", "text/rfc822-headers",
		"message/global-headers"};

	for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
		if (strcmp(types[i], type) == 0)
			return true;
	return false;
}

bool parts_is_body_text(const char *type)
{
	return strcmp(type, "text/plain") == 0 ||
	       strcmp(type, "text/html") == 0 ||
	       strcmp(type, "text/enriched") == 0 || strcmp(type, "text") == 0;
}

/* Whether the part is to be shown as an attachment. */
static bool is_attachment(const MessagePart *part)
{
	if (part->embedded || g_str_has_prefix(part->type, "multipart/"))
		return false;
	if (part->disposition && strcmp(part->disposition, "attachment") == 0)
		return true;
	if (parts_is_signature(part->type) || parts_is_machine_text(part->type))
		return false;
	if (g_str_has_prefix(part->type, "image/") && part->content_id &&
		part->disposition && strcmp(part->disposition, "inline") == 0)
		return false;
	/* Some programs name the body, too, but then say "inline". */
	if (parts_is_body_text(part->type))
		return part->name && !part->disposition;
	return true;
}

MessagePart *parts_describe(gpointer object, GPtrArray *defects)
{
	MessagePart *part = g_new0(MessagePart, 1);
	GMimeContentType *type = g_mime_object_get_content_type(object);
	const char *id = g_mime_object_get_content_id(object);
	g_autofree char *name =
		type ? g_mime_content_type_get_mime_type(type) : NULL;

	part->type = clean_token(name ? name : "text/plain");
	part->name = file_name(object, part->type, defects);
	part->disposition = clean_token(g_mime_object_get_disposition(object));
	part->charset = clean_token(
		g_mime_object_get_content_type_parameter(object, "charset"));
	part->report_type =
		clean_token(g_mime_object_get_content_type_parameter(
			object, "report-type"));
	part->content_id = id ? text_clean_line(id, strlen(id)) : NULL;
	part->attachment = is_attachment(part);
	return part;
}

static MessagePart *add_part(
	Walk *walk, GMimeObject *object, unsigned depth, bool embedded)
{
	MessagePart *part = parts_describe(object, walk->message->defects);

	part->depth = depth;
	part->embedded = embedded;
	part->attachment = is_attachment(part);
	g_ptr_array_add(walk->message->parts, part);
	return part;
}

/* ---- contents --------------------------------------------------------- */

/* The decoded bytes. (transfer full) */
GByteArray *parts_read_content(gpointer object)
{
	GMimeDataWrapper *content = g_mime_part_get_content(object);
	GByteArray *bytes = g_byte_array_new();
	GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(bytes);

	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
	if (content)
		g_mime_data_wrapper_write_to_stream(content, stream);
	g_object_unref(stream);
	return bytes;
}

static size_t measure_content(GMimePart *object)
{
	GMimeDataWrapper *content = g_mime_part_get_content(object);
	GMimeStream *stream = g_mime_stream_null_new();
	gssize written = 0;

	if (content)
		written = g_mime_data_wrapper_write_to_stream(content, stream);
	g_object_unref(stream);
	return written > 0 ? (size_t)written : 0;
}

bool parts_is_flowed(gpointer object, bool *ret_delete_space)
{
	const char *format =
		g_mime_object_get_content_type_parameter(object, "format");
	const char *delete_space =
		g_mime_object_get_content_type_parameter(object, "delsp");

	*ret_delete_space =
		delete_space && g_ascii_strcasecmp(delete_space, "yes") == 0;
	return format && g_ascii_strcasecmp(format, "flowed") == 0;
}

/* "<meta charset=...>" counts where the header says nothing. (nullable) */
char *parts_html_charset(const char *html, size_t length)
{
	const char *end = html + MIN(length, (size_t)2048);

	for (const char *p = html; p + 9 < end; p++) {
		size_t n = 0;

		if (g_ascii_strncasecmp(p, "charset=", 8) != 0)
			continue;
		p += 8;
		while (p < end && (*p == '"' || *p == '\''))
			p++;
		while (p + n < end &&
			(g_ascii_isalnum(p[n]) || strchr("-_:.", p[n])) &&
			p[n] != '\0')
			n++;
		return g_strndup(p, n);
	}
	return NULL;
}

static char *decode_part(Walk *walk, const MessagePart *part,
	const GByteArray *bytes, size_t most)
{
	const char *charset = part->charset;
	GPtrArray *defects = walk->message->defects;
	g_autofree char *found = NULL;
	size_t length = MIN((size_t)bytes->len, most);
	char *text;
	bool cut;

	if (bytes->len == 0)
		return g_strdup("");
	if (length < bytes->len)
		message_add_defect(defects, "a long text was cut");
	if (!charset && strcmp(part->type, "text/html") == 0)
		charset = found =
			parts_html_charset((const char *)bytes->data, length);
	text = text_decode((const char *)bytes->data, length, charset, defects);
	return text_cut(text, most, &cut);
}

static void read_html_part(Walk *walk, const MessagePart *part, Body *body)
{
	size_t length = strlen(part->text);
	g_autofree char *text = NULL;

	if (length > walk->html_left) {
		message_add_defect(
			walk->message->defects, "HTML was left out: too much");
		return;
	}
	walk->html_left -= length;
	text = message_html_to_text(part->text, length);
	append_text(body->text, text);
	append_text(body->html, part->text);
	body->from_html = true;
}

static bool is_text(const MessagePart *part)
{
	return g_str_has_prefix(part->type, "text/") ||
	       strcmp(part->type, "text") == 0 ||
	       parts_is_machine_text(part->type);
}

/* How much of a text part is kept. */
static size_t text_limit(const Walk *walk, const MessagePart *part)
{
	size_t most = strcmp(part->type, "text/html") == 0
			      ? MESSAGE_MAX_HTML_BYTES
			      : MESSAGE_MAX_TEXT_BYTES;

	return MIN(most, walk->text_left);
}

static void read_leaf(
	Walk *walk, GMimePart *object, MessagePart *part, Body *body)
{
	GByteArray *bytes;
	bool delete_space;

	if (!is_text(part)) {
		part->size_bytes = measure_content(object);
		return;
	}
	bytes = parts_read_content(object);
	part->size_bytes = bytes->len;
	part->text = decode_part(walk, part, bytes, text_limit(walk, part));
	walk->text_left -= MIN(walk->text_left, strlen(part->text));
	g_byte_array_unref(bytes);
	if (part->attachment || part->embedded ||
		!parts_is_body_text(part->type))
		return;
	if (strcmp(part->type, "text/html") == 0) {
		read_html_part(walk, part, body);
	} else if (strcmp(part->type, "text/enriched") == 0) {
		/* Its commands look enough like tags. */
		g_autofree char *text =
			message_html_to_text(part->text, strlen(part->text));

		append_text(body->text, text);
	} else if (parts_is_flowed(object, &delete_space)) {
		g_autofree char *text = text_unflow(part->text, delete_space);

		append_text(body->text, text);
	} else {
		append_text(body->text, part->text);
	}
}

/* The header block of an embedded mail, unfolded and decoded. */
static char *header_block(GMimeMessage *embedded, GPtrArray *defects)
{
	GMimeHeaderList *list =
		g_mime_object_get_header_list(GMIME_OBJECT(embedded));
	GString *out = g_string_new(NULL);
	int count = g_mime_header_list_get_count(list);

	for (int i = 0; i < count && out->len < MESSAGE_MAX_TEXT_BYTES; i++) {
		GMimeHeader *header = g_mime_header_list_get_header_at(list, i);
		const char *raw = g_mime_header_get_raw_value(header);
		g_autofree char *name =
			text_clean_line(g_mime_header_get_name(header),
				strlen(g_mime_header_get_name(header)));
		g_autofree char *value =
			headers_decode(raw ? raw : "", defects);

		g_string_append_printf(out, "%s: %s\n", name, value);
	}
	return g_string_free(out, FALSE);
}

/* ---- the tree --------------------------------------------------------- */

static void read_object(Walk *walk, GMimeObject *object, unsigned depth,
	bool embedded, Body *body);

/*
 * The plain alternative is what the sender's program means to be read, but
 * some send a stub ("please use an HTML reader") or nothing in it.
 */
static bool is_stub(const Body *plain, const Body *html)
{
	size_t words = text_count_letters(plain->text->str, 400);
	size_t html_words = text_count_letters(html->text->str, 4000);
	g_autofree char *folded = NULL;

	if (html_words == 0)
		return false;
	if (words == 0 || html_words > 8 * words + 80)
		return true;
	if (words >= 400 || html_words < words + 20)
		return false;
	folded = g_ascii_strdown(plain->text->str, -1);
	return strstr(folded, "html") != NULL;
}

static void choose_alternative(const Body *plain, const Body *html, Body *body)
{
	const Body *chosen = is_stub(plain, html) ? html : plain;

	if (plain->text->len == 0)
		chosen = html;
	append_text(body->text, chosen->text->str);
	append_text(body->html, html->html->str);
	body->from_html = body->from_html || chosen->from_html;
}

static void read_alternative(Walk *walk, GMimeMultipart *multipart,
	unsigned depth, bool embedded, Body *body)
{
	int count = g_mime_multipart_get_count(multipart);
	Body plain, html;

	body_init(&plain);
	body_init(&html);
	for (int i = 0; i < count; i++) {
		Body one;

		body_init(&one);
		read_object(walk, g_mime_multipart_get_part(multipart, i),
			depth + 1, embedded, &one);
		body_append(one.from_html ? &html : &plain, &one);
		body_clear(&one);
	}
	choose_alternative(&plain, &html, body);
	body_clear(&plain);
	body_clear(&html);
}

/*
 * A multipart whose boundary is missing, or never comes, has no parts: all its
 * words are before the first of them, and are what there is to read.
 */
static void read_partless(
	Walk *walk, GMimeMultipart *multipart, bool embedded, Body *body)
{
	const char *prologue = g_mime_multipart_get_prologue(multipart);
	size_t length = prologue ? strlen(prologue) : 0;
	g_autofree char *text = NULL;

	message_add_defect(walk->message->defects,
		"a multipart without parts was read as text");
	if (length == 0 || embedded)
		return;
	length = MIN(length, walk->text_left);
	walk->text_left -= length;
	text = text_decode(prologue, length, NULL, walk->message->defects);
	append_text(body->text, text);
}

static void read_multipart(Walk *walk, GMimeMultipart *multipart,
	const MessagePart *part, unsigned depth, Body *body)
{
	int count = g_mime_multipart_get_count(multipart);
	bool embedded = part->embedded;
	/* Of a report the first part is for people; what "part" points to
	 * stays where it is while the array grows. */
	bool report = strcmp(part->type, "multipart/report") == 0;

	if (count == 0) {
		read_partless(walk, multipart, embedded, body);
		return;
	}
	if (strcmp(part->type, "multipart/alternative") == 0) {
		read_alternative(walk, multipart, depth, embedded, body);
		return;
	}
	for (int i = 0; i < count; i++) {
		Body one;

		body_init(&one);
		read_object(walk, g_mime_multipart_get_part(multipart, i),
			depth + 1, embedded, &one);
		if (!report || i == 0)
			body_append(body, &one);
		body_clear(&one);
	}
}

static void read_embedded(
	Walk *walk, GMimeMessagePart *object, MessagePart *part, unsigned depth)
{
	GMimeMessage *embedded = g_mime_message_part_get_message(object);
	GMimeObject *top =
		embedded ? g_mime_message_get_mime_part(embedded) : NULL;
	Body ignored;

	if (!embedded)
		return;
	part->text = header_block(embedded, walk->message->defects);
	part->size_bytes = strlen(part->text);
	if (!top || parts_is_machine_text(part->type))
		return;
	body_init(&ignored);
	read_object(walk, top, depth + 1, true, &ignored);
	body_clear(&ignored);
}

static void read_object(Walk *walk, GMimeObject *object, unsigned depth,
	bool embedded, Body *body)
{
	GPtrArray *defects = walk->message->defects;
	MessagePart *part;

	if (!object)
		return;
	if (depth > MESSAGE_MAX_DEPTH) {
		message_add_defect(defects, "parts nest too deeply");
		return;
	}
	if (walk->message->parts->len >= MESSAGE_MAX_PARTS) {
		message_add_defect(defects, "parts were left out: too many");
		return;
	}
	part = add_part(walk, object, depth, embedded);
	if (GMIME_IS_MULTIPART(object))
		read_multipart(
			walk, GMIME_MULTIPART(object), part, depth, body);
	else if (GMIME_IS_MESSAGE_PART(object))
		read_embedded(walk, GMIME_MESSAGE_PART(object), part, depth);
	else if (GMIME_IS_PART(object))
		read_leaf(walk, GMIME_PART(object), part, body);
}

/* (transfer full) (nullable) */
gpointer parts_parse(const RawMessage *raw)
{
	static const char *charsets[] = {"utf-8", "windows-1252", NULL};
	GMimeParserOptions *options = g_mime_parser_options_new();
	GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(raw->mime);
	GMimeParser *parser;
	GMimeObject *object;

	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
	g_mime_parser_options_set_fallback_charsets(options, charsets);
	parser = g_mime_parser_new_with_stream(stream);
	g_mime_parser_set_persist_stream(parser, TRUE);
	object = g_mime_parser_construct_part(parser, options);
	g_object_unref(parser);
	g_object_unref(stream);
	g_mime_parser_options_free(options);
	return object;
}

/* What is left when GMime gives up: the body as it came. */
static void read_raw(Walk *walk, const RawMessage *raw, Body *body)
{
	const char *text = memmem(raw->mime->data, raw->mime->len, "\n\n", 2);
	size_t length;
	g_autofree char *decoded = NULL;

	message_add_defect(walk->message->defects, "the MIME parser gave up");
	if (!text)
		return;
	length = raw->mime->len - (size_t)(text + 2 - (char *)raw->mime->data);
	decoded = text_decode(text + 2, MIN(length, walk->text_left), NULL,
		walk->message->defects);
	append_text(body->text, decoded);
}

void parts_read(Message *message, const RawMessage *raw)
{
	Walk walk = {.message = message,
		.text_left = MAX_TOTAL_TEXT_BYTES,
		.html_left = MAX_TOTAL_HTML_BYTES};
	GMimeObject *object = parts_parse(raw);
	Body body;
	bool cut;

	g_ptr_array_set_free_func(message->parts, (GDestroyNotify)parts_free);
	body_init(&body);
	if (object)
		read_object(&walk, object, 0, false, &body);
	else
		read_raw(&walk, raw, &body);
	g_clear_object(&object);
	message->text = text_cut(
		g_string_free(body.text, FALSE), MESSAGE_MAX_TEXT_BYTES, &cut);
	if (cut)
		message_add_defect(message->defects, "a long text was cut");
	message->text_from_html = body.from_html;
	message->html = body.html->len > 0 ? g_strdup(body.html->str) : NULL;
	g_string_free(body.html, TRUE);
}
