/*
 * What a mail carries beside its text, as MIME parts.  Bytes go out as they
 * came in: base 64 keeps them, whatever they are.
 */
#include "internal.h"

#include <string.h>

#include "attachments.h"

enum {
	NAME_MOST_CHARS = 100, /* file systems take 255 bytes */
	NAME_READ_CHARS = 1000,
	EXTENSION_MOST_CHARS = 10,
	TYPE_MOST_BYTES = 127,
	LINE_MOST_BYTES = 998, /* RFC 5322, 2.1.1 */
};

static const char any_type[] = "application/octet-stream";
static const char mail_type[] = "message/rfc822";

/* ---- names ------------------------------------------------------------- */

/* Cut before the extension, by which the reader's system knows it. */
static char *cut_name(const char *name)
{
	long length = g_utf8_strlen(name, -1);
	const char *dot = strrchr(name, '.');
	long extension = dot ? g_utf8_strlen(dot, -1) : 0;

	if (length <= NAME_MOST_CHARS)
		return g_strdup(name);
	if (extension > EXTENSION_MOST_CHARS)
		extension = 0;
	g_autofree char *start =
		g_utf8_substring(name, 0, NAME_MOST_CHARS - extension);
	return g_strconcat(start, extension ? dot : "", NULL);
}

char *attachment_name(const MessageAttachment *attachment)
{
	bool mail = g_strcmp0(attachment->type, mail_type) == 0;
	g_autofree char *clean = clean_line(attachment->name, NAME_READ_CHARS);

	g_strdelimit(clean, "/\\:*?\"<>|", '_');
	if (*clean == '.')
		*clean = '_';
	if (!*clean)
		return g_strdup(mail ? "message.eml" : "attachment");
	if (mail && !g_str_has_suffix(clean, ".eml")) {
		g_autofree char *named = g_strconcat(clean, ".eml", NULL);
		return cut_name(named);
	}
	return cut_name(clean);
}

/* ---- types ------------------------------------------------------------- */

/* RFC 2045, 5.1: two tokens. */
static bool is_type(const char *type)
{
	static const char token[] = "abcdefghijklmnopqrstuvwxyz0123456789"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ!#$&^_.+-";

	if (!type || strnlen(type, TYPE_MOST_BYTES + 1) > TYPE_MOST_BYTES)
		return false;
	size_t first = strspn(type, token);
	if (first == 0 || type[first] != '/')
		return false;
	size_t second = strspn(type + first + 1, token);
	return second > 0 && !type[first + 1 + second];
}

/* RFC 2045, 6.2: 7-bit lines, which no relay has to change. */
static bool is_7bit(GBytes *bytes)
{
	gsize length = 0;
	const unsigned char *data = g_bytes_get_data(bytes, &length);
	size_t line = 0;

	for (gsize i = 0; i < length; i++) {
		bool ends = data[i] == '\n';
		if (data[i] == 0 || data[i] >= 0x80 ||
			ends != (i > 0 && data[i - 1] == '\r'))
			return false;
		line = ends ? 0 : line + 1;
		if (line > LINE_MOST_BYTES + 1)
			return false;
	}
	return length > 0 && data[length - 1] != '\r';
}

/*
 * Base 64 is forbidden inside message/ and multipart/ (RFC 2045, 6.4; RFC
 * 2046, 5.2.1).  A mail goes as one if it needs none; any other such part is
 * carried as bytes.
 */
static const char *choose_type(const MessageAttachment *attachment)
{
	const char *type = attachment->type;

	if (!is_type(type) || g_str_has_prefix(type, "multipart/"))
		return any_type;
	if (g_str_has_prefix(type, "message/"))
		return strcmp(type, mail_type) == 0 &&
				       is_7bit(attachment->bytes)
			       ? mail_type
			       : any_type;
	return type;
}

/* Text that says no character set would be read as somebody's own. */
static bool is_utf8_text(const MessageAttachment *attachment, const char *type)
{
	gsize length = 0;
	const char *data = g_bytes_get_data(attachment->bytes, &length);

	return g_str_has_prefix(type, "text/") &&
	       g_utf8_validate(data, (gssize)length, NULL);
}

/* ---- parts ------------------------------------------------------------- */

static void set_encoding(
	GMimeParamList *list, const char *name, GMimeParamEncodingMethod method)
{
	GMimeParam *param = g_mime_param_list_get_parameter(list, name);

	if (param)
		g_mime_param_set_encoding_method(param, method);
}

/*
 * Twice, as the readers know it: filename by RFC 2231, which Gmail and today's
 * Outlook read, and the older name as an encoded-word, which older Outlooks
 * read alone.
 */
static void set_name(GMimePart *part, const char *name)
{
	GMimeObject *object = GMIME_OBJECT(part);

	g_mime_part_set_filename(part, name);
	set_encoding(g_mime_content_type_get_parameters(
			     g_mime_object_get_content_type(object)),
		"name", GMIME_PARAM_ENCODING_METHOD_RFC2047);
	set_encoding(g_mime_content_disposition_get_parameters(
			     g_mime_object_get_content_disposition(object)),
		"filename", GMIME_PARAM_ENCODING_METHOD_RFC2231);
}

static void set_content(
	GMimePart *part, GBytes *bytes, GMimeContentEncoding encoding)
{
	gsize length = 0;
	const char *data = g_bytes_get_data(bytes, &length);
	GMimeStream *stream =
		g_mime_stream_mem_new_with_buffer(data ? data : "", length);
	GMimeDataWrapper *content = g_mime_data_wrapper_new_with_stream(
		stream, GMIME_CONTENT_ENCODING_DEFAULT);

	g_mime_part_set_content_encoding(part, encoding);
	g_mime_part_set_content(part, content);
	g_object_unref(content);
	g_object_unref(stream);
}

GMimeObject *attachment_make_part(
	const MessageAttachment *attachment, const char *name)
{
	const char *type = choose_type(attachment);
	g_auto(GStrv) halves = g_strsplit(type, "/", 2);
	GMimePart *part = g_mime_part_new_with_type(halves[0], halves[1]);
	GMimeObject *object = GMIME_OBJECT(part);
	/* As the picture that it was among the words. */
	bool shown = g_str_has_prefix(type, "image/") &&
		     attachment->content_id &&
		     clean_is_message_id(attachment->content_id) &&
		     g_str_is_ascii(attachment->content_id);

	g_mime_object_set_disposition(object, shown ? "inline" : "attachment");
	if (shown)
		g_mime_part_set_content_id(part, attachment->content_id);
	if (is_utf8_text(attachment, type))
		g_mime_object_set_content_type_parameter(
			object, "charset", "utf-8");
	set_name(part, name);
	set_content(part, attachment->bytes,
		strcmp(type, mail_type) == 0 ? GMIME_CONTENT_ENCODING_7BIT
					     : GMIME_CONTENT_ENCODING_BASE64);
	return object;
}
