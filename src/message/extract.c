/*
 * What a mail carries beside its text, decoded.
 */
#include <gmime/gmime.h>
#include <string.h>

#include "strip.h"

enum { MAX_ATTACHMENTS = 100, MAX_TYPE_BYTES = 127 };

typedef struct Extract Extract;
struct Extract {
	GPtrArray *found; /* MessageAttachment */
	GPtrArray *defects;
	size_t bytes_left;
	unsigned objects;
};

typedef struct Place Place;
struct Place {
	unsigned depth;
	bool alternative;
};

static bool fail(GError **error, const char *words)
{
	g_set_error_literal(error, MESSAGE_ERROR, REDRESS_ERROR_INVALID, words);
	return false;
}

/* ---- names ------------------------------------------------------------ */

/* Shows nothing, or turns what follows around. */
static bool is_deceptive(gunichar c)
{
	return g_unichar_iscntrl(c) || g_unichar_type(c) == G_UNICODE_FORMAT ||
	       g_unichar_type(c) == G_UNICODE_LINE_SEPARATOR ||
	       g_unichar_type(c) == G_UNICODE_PARAGRAPH_SEPARATOR;
}

/* A name that is safe as a file's: no path, nothing deceptive; NULL if nothing
 * is left.  (transfer full) (nullable) */
static char *safe_name(const char *name)
{
	GString *out = g_string_new(NULL);

	for (const char *p = name ? name : ""; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (c == '/' || c == '\\')
			g_string_append_c(out, '_');
		else if (!is_deceptive(c))
			g_string_append_unichar(out, c);
	}
	g_strstrip(out->str);
	if (strspn(out->str, ".") == strlen(out->str)) {
		g_string_free(out, TRUE);
		return NULL;
	}
	return g_string_free(out, FALSE);
}

static bool is_type_token(const char *p, size_t length)
{
	if (length == 0)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!g_ascii_isalnum(p[i]) && !strchr("!#$&-^_.+", p[i]))
			return false;
	return true;
}

/* RFC 6838 section 4.2, else bytes.  (transfer full) */
static char *safe_type(const char *type)
{
	const char *slash = strchr(type, '/');

	if (!slash || strlen(type) > MAX_TYPE_BYTES ||
		!is_type_token(type, (size_t)(slash - type)) ||
		!is_type_token(slash + 1, strlen(slash + 1)))
		return g_strdup("application/octet-stream");
	return g_strdup(type);
}

/* Only what may stand between "<" and ">" in a header. */
static char *safe_id(const char *id)
{
	if (!id || !*id || strlen(id) > MESSAGE_MAX_HEADER_BYTES)
		return NULL;
	for (const char *p = id; *p; p++)
		if (*p <= ' ' || *p > '~' || *p == '<' || *p == '>')
			return NULL;
	return g_strdup(id);
}

/* ---- the tree --------------------------------------------------------- */

static bool add(Extract *extract, const MessagePart *part, GByteArray *bytes,
	GError **error)
{
	MessageAttachment *attachment;

	if (extract->found->len >= MAX_ATTACHMENTS)
		return fail(error, "The mail has too many attachments.");
	if (bytes->len > extract->bytes_left)
		return fail(
			error, "The attachments of the mail are too large.");
	extract->bytes_left -= bytes->len;
	attachment = g_new0(MessageAttachment, 1);
	attachment->name = safe_name(part->name);
	attachment->type = safe_type(part->type);
	attachment->content_id = safe_id(part->content_id);
	attachment->bytes = g_byte_array_free_to_bytes(g_byte_array_ref(bytes));
	g_ptr_array_add(extract->found, attachment);
	return true;
}

/* The words of the mail, which its text holds already. */
static bool is_words(const MessagePart *part, const Place *place)
{
	if (part->disposition && strcmp(part->disposition, "attachment") == 0)
		return false;
	if (parts_is_body_text(part->type))
		return !part->attachment;
	return place->alternative && g_str_has_prefix(part->type, "text/") &&
	       strcmp(part->type, "text/calendar") != 0;
}

static bool extract_leaf(Extract *extract, GMimeObject *leaf,
	const MessagePart *part, const Place *place, GError **error)
{
	g_autoptr(GByteArray) bytes = NULL;
	const char *transfer =
		g_mime_object_get_header(leaf, "Content-Transfer-Encoding");

	if (is_words(part, place) || parts_is_signature(part->type) ||
		parts_is_machine_text(part->type))
		return true;
	if (strip_transfer_parse(transfer) == STRIP_TRANSFER_UNKNOWN &&
		g_mime_content_encoding_from_string(transfer) ==
			GMIME_CONTENT_ENCODING_DEFAULT)
		return fail(error,
			"An attachment has an unknown transfer encoding.");
	bytes = parts_read_content(leaf);
	return add(extract, part, bytes, error);
}

static bool extract_mail(Extract *extract, GMimeMessagePart *object,
	const MessagePart *part, GError **error)
{
	GMimeMessage *mail = g_mime_message_part_get_message(object);
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	GMimeStream *stream;

	if (!mail || parts_is_machine_text(part->type))
		return true;
	stream = g_mime_stream_mem_new_with_byte_array(bytes);
	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
	g_mime_object_write_to_stream(GMIME_OBJECT(mail), NULL, stream);
	g_object_unref(stream);
	return add(extract, part, bytes, error);
}

static bool walk(Extract *extract, GMimeObject *object, const Place *place,
	GError **error);

static bool walk_multipart(Extract *extract, GMimeMultipart *multipart,
	const MessagePart *part, const Place *place, GError **error)
{
	int count = g_mime_multipart_get_count(multipart);
	Place below = {.depth = place->depth + 1,
		.alternative =
			strcmp(part->type, "multipart/alternative") == 0};

	if (strcmp(part->type, "multipart/encrypted") == 0)
		return fail(error, "The mail is encrypted.");
	/* Behind the first part of a report is what machines say of a mail,
	 * and that mail. */
	if (strcmp(part->type, "multipart/report") == 0)
		count = MIN(count, 1);
	for (int i = 0; i < count; i++)
		if (!walk(extract, g_mime_multipart_get_part(multipart, i),
			    &below, error))
			return false;
	return true;
}

static bool walk(Extract *extract, GMimeObject *object, const Place *place,
	GError **error)
{
	g_autoptr(MessagePart) part = NULL;

	if (!object)
		return true;
	if (place->depth > MESSAGE_MAX_DEPTH ||
		++extract->objects > MESSAGE_MAX_PARTS)
		return fail(error, "The mail has too many parts.");
	part = parts_describe(object, extract->defects);
	if (GMIME_IS_MULTIPART(object))
		return walk_multipart(
			extract, GMIME_MULTIPART(object), part, place, error);
	if (GMIME_IS_MESSAGE_PART(object))
		return extract_mail(
			extract, GMIME_MESSAGE_PART(object), part, error);
	if (GMIME_IS_PART(object))
		return extract_leaf(extract, object, part, place, error);
	return true;
}

GPtrArray *message_extract_attachments(
	const char *bytes, size_t length, GError **error)
{
	Extract extract = {.bytes_left = length + MESSAGE_MAX_HEADER_BYTES};
	g_autoptr(GPtrArray) defects = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(
		(GDestroyNotify)message_attachment_free);
	g_autoptr(RawMessage) raw = NULL;
	GMimeObject *top;
	Place place = {0};
	bool whole;

	if (length == 0) {
		fail(error, "The mail is empty.");
		return NULL;
	}
	message_init();
	extract.defects = defects;
	extract.found = found;
	raw = bounds_apply(bytes, length, defects);
	top = parts_parse(raw);
	whole = top ? walk(&extract, top, &place, error)
		    : fail(error, "The mail cannot be read.");
	g_clear_object(&top);
	return whole ? g_steal_pointer(&found) : NULL;
}
