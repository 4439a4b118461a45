/*
 * The bounds that GMime lacks.  The top header is split here and GMime never
 * sees it but for the Content fields.  The headers of MIME parts and embedded
 * mails are found with a rule that is wider than GMime's own: everything
 * between a line that starts with "--" and an empty line, and what follows a
 * header that speaks of an embedded message.
 */
#include <string.h>

#include "internal.h"

enum {
	MAX_LINES_BEFORE_HEADER = 20,
	MAX_FIELD_NAME = 256,
	MAX_DASH_LINES = 16000, /* that may start a part */
};

size_t bounds_line_length(const char *p, const char *end)
{
	const char *newline = memchr(p, '\n', (size_t)(end - p));

	return (size_t)((newline ? newline + 1 : end) - p);
}

bool bounds_line_is_empty(const char *line, size_t length)
{
	return length == 0 || line[0] == '\n' ||
	       (line[0] == '\r' && (length == 1 || line[1] == '\n'));
}

size_t bounds_field_name(const char *line, size_t length)
{
	size_t i = 0, name;

	while (i < length && i < MAX_FIELD_NAME && line[i] > ' ' &&
		line[i] < 127 && line[i] != ':')
		i++;
	name = i;
	while (i < length && (line[i] == ' ' || line[i] == '\t'))
		i++;
	return i < length && line[i] == ':' ? name : 0;
}

static bool is_folded(const char *p, const char *end)
{
	return p < end && (*p == ' ' || *p == '\t');
}

/* The length of a field with the lines that continue it. */
static size_t field_length(const char *p, const char *end)
{
	const char *start = p;

	do
		p += bounds_line_length(p, end);
	while (is_folded(p, end));
	return (size_t)(p - start);
}

static bool name_is(const char *name, size_t length, const char *wanted)
{
	return length == strlen(wanted) &&
	       g_ascii_strncasecmp(name, wanted, length) == 0;
}

static bool name_ends_with(const char *name, size_t length, const char *tail)
{
	size_t n = strlen(tail);

	return length >= n &&
	       g_ascii_strncasecmp(name + length - n, tail, n) == 0;
}

/* Wider than what GMime parses as addresses, so that nothing slips by. */
static bool is_address_field(const char *name, size_t length)
{
	static const char *const tails[] = {
		"from", "sender", "to", "cc", "bcc"};

	for (size_t i = 0; i < G_N_ELEMENTS(tails); i++)
		if (name_ends_with(name, length, tails[i]))
			return true;
	return false;
}

/* How much of an address field may stay: GMime recurses at every colon. */
static size_t length_within_colons(const char *value, size_t length)
{
	unsigned colons = 0;

	for (size_t i = 0; i < length; i++)
		if (value[i] == ':' && ++colons > MESSAGE_MAX_ADDRESS_COLONS)
			return i;
	return length;
}

/* Steps back to where a list or a sentence can be cut. */
static size_t cut_point(const char *value, size_t length)
{
	for (size_t i = length; i > length / 2; i--)
		if (value[i - 1] == ',' || value[i - 1] == ' ' ||
			value[i - 1] == '\t' || value[i - 1] == '\n')
			return i - (value[i - 1] == ',');
	return length;
}

/* The part of a field that may stay, in bytes. */
static size_t bounded_length(const char *field, size_t name_length,
	size_t length, GPtrArray *defects)
{
	size_t keep = length;

	if (keep > MESSAGE_MAX_HEADER_BYTES) {
		keep = cut_point(field, MESSAGE_MAX_HEADER_BYTES);
		keep = MAX(keep, name_length + 1);
		message_add_defect(defects, "a header field was cut: too long");
	}
	if (is_address_field(field, name_length)) {
		/* One colon more: the one after the name. */
		size_t start =
			(size_t)((const char *)memchr(field, ':', length) -
				 field) +
			1;
		size_t within = length_within_colons(
			field + start, keep > start ? keep - start : 0);

		if (start + within < keep) {
			keep = start + within;
			message_add_defect(defects,
				"an address field was cut: too many colons");
		}
	}
	return keep;
}

/* Unfolds, trims and takes out NUL.  (transfer full) */
static char *unfold(const char *value, size_t length, GPtrArray *defects)
{
	GString *out = g_string_sized_new(length);
	bool nul = false;

	for (size_t i = 0; i < length; i++) {
		if (value[i] == '\0')
			nul = true;
		else if (value[i] == '\r' || value[i] == '\n')
			continue;
		else
			g_string_append_c(out, value[i]);
	}
	if (nul)
		message_add_defect(defects, "NUL bytes were taken out");
	g_strstrip(out->str);
	return g_string_free(out, FALSE);
}

static void raw_field_free(gpointer data)
{
	RawField *field = data;

	g_free(field->name);
	g_free(field->value);
	g_free(field);
}

static void add_field(RawMessage *raw, const char *p, size_t name_length,
	size_t length, GPtrArray *defects)
{
	const char *colon = memchr(p, ':', length);
	size_t keep = bounded_length(p, name_length, length, defects);
	RawField *field = g_new0(RawField, 1);
	size_t start = (size_t)(colon - p) + 1;

	field->name = g_strndup(p, name_length);
	field->value =
		unfold(colon + 1, keep > start ? keep - start : 0, defects);
	g_ptr_array_add(raw->fields, field);
}

/* Skips mbox's "From " line, a byte order mark and empty lines. */
static const char *skip_to_header(
	const char *p, const char *end, GPtrArray *defects)
{
	const char *start;

	if (end - p >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		p += 3;
	while (p < end && (*p == '\n' || *p == '\r'))
		p++;
	if (end - p >= 5 && memcmp(p, "From ", 5) == 0)
		p += bounds_line_length(p, end);
	else if (end - p >= 6 && memcmp(p, ">From ", 6) == 0)
		p += bounds_line_length(p, end);
	start = p;
	for (unsigned i = 0; i < MAX_LINES_BEFORE_HEADER && p < end; i++) {
		size_t length = bounds_line_length(p, end);

		if (bounds_field_name(p, length) > 0) {
			if (p > start)
				message_add_defect(defects,
					"lines before the header were skipped");
			return p;
		}
		if (bounds_line_is_empty(p, length))
			break;
		p += length;
	}
	return start;
}

/*
 * A line inside the header that is no field: left out where the header goes on
 * after it.  Otherwise the body starts here without an empty line.
 */
static bool header_goes_on(const char *p, const char *end)
{
	size_t length;

	if (p >= end)
		return false;
	length = bounds_line_length(p, end);
	return bounds_line_is_empty(p, length) ||
	       bounds_field_name(p, length) > 0;
}

/* Reads the top header; returns where the body starts. */
static const char *read_header(
	RawMessage *raw, const char *p, const char *end, GPtrArray *defects)
{
	while (p < end) {
		size_t line = bounds_line_length(p, end);
		size_t name = bounds_field_name(p, line);
		size_t length = field_length(p, end);

		if (bounds_line_is_empty(p, line))
			return p + line;
		if (name == 0 && !header_goes_on(p + length, end)) {
			message_add_defect(
				defects, "the header does not end properly");
			return p;
		}
		if (name == 0)
			message_add_defect(defects,
				"a line in the header is no header field");
		else if (raw->fields->len >= MESSAGE_MAX_HEADERS)
			message_add_defect(defects,
				"header fields were left out: too many");
		else
			add_field(raw, p, name, length, defects);
		p += length;
	}
	return p;
}

static void append(GByteArray *out, const char *bytes, size_t length)
{
	g_byte_array_append(out, (const guint8 *)bytes, (guint)length);
}

/* GMime gets the first Content field of each name, in UTF-8. */
static void append_content_fields(RawMessage *raw, GPtrArray *defects)
{
	g_autoptr(GHashTable) seen =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < raw->fields->len; i++) {
		const RawField *field = raw->fields->pdata[i];
		g_autofree char *value = NULL;
		g_autofree char *line = NULL;

		if (g_ascii_strncasecmp(field->name, "content-", 8) != 0)
			continue;
		if (!g_hash_table_add(seen, g_ascii_strdown(field->name, -1))) {
			message_add_defect(
				defects, "a Content field is there twice");
			continue;
		}
		value = text_decode(
			field->value, strlen(field->value), NULL, defects);
		g_strdelimit(value, "\r\n", ' ');
		line = g_strdup_printf("%s: %s\n", field->name, value);
		append(raw->mime, line, strlen(line));
	}
	append(raw->mime, "\n", 1);
}

static bool contains_word(const char *p, size_t length, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= length; i++)
		if (g_ascii_strncasecmp(p + i, word, n) == 0)
			return true;
	return false;
}

/* Where the walk through the body stands. */
typedef struct Scan Scan;
struct Scan {
	bool header;   /* in a header block */
	bool message;  /* an embedded mail's header follows this block */
	bool embedded; /* this block is an embedded mail's header */
	bool digest;   /* a part may be a mail without saying so */
	unsigned fields;
	unsigned dash_lines;
};

static void scan_start_block(Scan *scan, bool embedded)
{
	scan->header = true;
	scan->message = scan->digest && !embedded;
	scan->embedded = embedded;
	scan->fields = 0;
}

static void scan_end_block(Scan *scan)
{
	scan->header = false;
	if (scan->message)
		scan_start_block(scan, true);
}

static void scan_content_type(Scan *scan, const char *p, size_t length)
{
	length = MIN(length, (size_t)MESSAGE_MAX_HEADER_BYTES);
	if (contains_word(p, length, "digest"))
		scan->digest = true;
	if (contains_word(p, length, "message") ||
		contains_word(p, length, "rfc822"))
		scan->message = true;
}

static void append_without_nul(
	GByteArray *out, const char *p, size_t length, GPtrArray *defects)
{
	if (memchr(p, '\0', length) == NULL) {
		append(out, p, length);
		return;
	}
	message_add_defect(defects, "NUL bytes were taken out");
	for (size_t i = 0; i < length; i++)
		if (p[i] != '\0')
			append(out, p + i, 1);
}

static void append_field(Scan *scan, GByteArray *out, const char *p,
	size_t name, size_t length, GPtrArray *defects)
{
	size_t keep;

	if (scan->embedded && ++scan->fields > MESSAGE_MAX_HEADERS) {
		message_add_defect(
			defects, "header fields were left out: too many");
		return;
	}
	if (name_is(p, name, "content-type"))
		scan_content_type(scan, p, length);
	keep = bounded_length(p, name, length, defects);
	append_without_nul(out, p, keep, defects);
	if (keep < length)
		append(out, "\n", 1);
}

/* A line that may be a boundary; beyond measure it is made harmless. */
static void append_dash_line(Scan *scan, GByteArray *out, const char *p,
	size_t length, GPtrArray *defects)
{
	scan_start_block(scan, false);
	if (++scan->dash_lines > MAX_DASH_LINES) {
		message_add_defect(defects, "parts were left out: too many");
		append(out, " ", 1);
	}
	append(out, p, length);
}

static void append_body(GByteArray *out, const char *p, const char *end,
	Scan *scan, GPtrArray *defects)
{
	while (p < end) {
		size_t length = bounds_line_length(p, end);
		size_t name;

		if (length > 2 && p[0] == '-' && p[1] == '-') {
			append_dash_line(scan, out, p, length, defects);
		} else if (!scan->header) {
			append(out, p, length);
		} else if (bounds_line_is_empty(p, length)) {
			scan_end_block(scan);
			append(out, p, length);
		} else if ((name = bounds_field_name(p, length)) > 0) {
			length = field_length(p, end);
			append_field(scan, out, p, name, length, defects);
		} else {
			append(out, p, length);
		}
		p += length;
	}
}

/* The scan as the top header leaves it. */
static Scan scan_after_header(const RawMessage *raw)
{
	Scan scan = {0};

	for (guint i = 0; i < raw->fields->len; i++) {
		const RawField *field = raw->fields->pdata[i];

		if (g_ascii_strcasecmp(field->name, "content-type") == 0)
			scan_content_type(
				&scan, field->value, strlen(field->value));
	}
	scan_end_block(&scan);
	return scan;
}

/* Mail with bare CR line ends, from machines long gone. (transfer full) */
static char *mend_line_ends(const char *bytes, size_t length)
{
	char *mended;

	if (memchr(bytes, '\n', length) || !memchr(bytes, '\r', length))
		return NULL;
	mended = g_memdup2(bytes, length);
	for (size_t i = 0; i < length; i++)
		if (mended[i] == '\r')
			mended[i] = '\n';
	return mended;
}

RawMessage *bounds_apply(const char *bytes, size_t length, GPtrArray *defects)
{
	RawMessage *raw = g_new0(RawMessage, 1);
	g_autofree char *mended = mend_line_ends(bytes, length);
	const char *p = mended ? mended : bytes;
	const char *end = p + length;
	Scan scan;

	raw->fields = g_ptr_array_new_with_free_func(raw_field_free);
	raw->mime = g_byte_array_sized_new((guint)(length + 1));
	p = skip_to_header(p, end, defects);
	if (p < end)
		p = read_header(raw, p, end, defects);
	if (raw->fields->len == 0)
		message_add_defect(defects, "the mail has no header");
	append_content_fields(raw, defects);
	scan = scan_after_header(raw);
	append_body(raw->mime, p, end, &scan, defects);
	return raw;
}

void bounds_free(RawMessage *raw)
{
	if (!raw)
		return;
	g_ptr_array_unref(raw->fields);
	g_byte_array_unref(raw->mime);
	g_free(raw);
}
