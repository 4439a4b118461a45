/*
 * The value that crosses from the parser process.  The reader trusts nothing:
 * the process that wrote it may have been taken over by the mail it read.
 *
 * On the wire: (uav), a version and one variant for each row of the table
 * below, in its order and of exactly its type.  What is one line on a mail
 * (a subject, an address, an id) has no control characters, so that no lie of
 * the parser becomes a header or a log line of ours.
 */
#include <math.h>
#include <string.h>

#include "internal.h"

enum {
	WIRE_VERSION = 3,
	WIRE_MAX_BYTES = 32 * 1024 * 1024,
	WIRE_MAX_ITEMS = 4096, /* of any array */
	WIRE_MAX_LINE_BYTES = 64 * 1024,
	WIRE_MAX_ARRAY_BYTES =
		1024 * 1024, /* of all lines of one, on writing */
	WIRE_MAX_URGENCY = 3,
	WIRE_MAX_RATING = 5,
};

#define WIRE_MAX_DATE_S G_GINT64_CONSTANT(253402300799) /* end of 9999 */

enum wire_type {
	WIRE_TEXT,  /* char *, any text */
	WIRE_LINE,  /* char *, no control characters */
	WIRE_LINES, /* GPtrArray of lines */
	WIRE_BOOL,
	WIRE_NUMBER, /* int or enum, 0 to max */
	WIRE_TIME,
	WIRE_SHARE, /* double, 0 to 1 */
	WIRE_BOUNCE,
	WIRE_ATTACHMENTS,
};

static const char *const wire_types[] = {
	[WIRE_TEXT] = "ms",
	[WIRE_LINE] = "ms",
	[WIRE_LINES] = "as",
	[WIRE_BOOL] = "b",
	[WIRE_NUMBER] = "i",
	[WIRE_TIME] = "x",
	[WIRE_SHARE] = "d",
	[WIRE_BOUNCE] = "m(a(msmsmsmsms)bmsms)",
	[WIRE_ATTACHMENTS] = "a(msst)",
};

typedef struct WireField WireField;
struct WireField {
	const char *name;
	enum wire_type type;
	size_t offset;
	int max; /* of WIRE_NUMBER */
};

#define FIELD(member, type, max)                                               \
	{                                                                      \
#member, type, G_STRUCT_OFFSET(Analysis, member), max          \
	}

static const WireField fields[] = {
	FIELD(kind, WIRE_NUMBER, ANALYSIS_LOOP),
	FIELD(guard, WIRE_LINE, 0),
	FIELD(guard_detail, WIRE_LINE, 0),
	FIELD(cost, WIRE_NUMBER, ANALYSIS_COST_AUTOMATIC),
	FIELD(subject, WIRE_LINE, 0),
	FIELD(base_subject, WIRE_LINE, 0),
	FIELD(from, WIRE_LINE, 0),
	FIELD(from_name, WIRE_LINE, 0),
	FIELD(reply_to, WIRE_LINE, 0),
	FIELD(several_from, WIRE_BOOL, 0),
	FIELD(message_id, WIRE_LINE, 0),
	FIELD(references, WIRE_LINES, 0),
	FIELD(in_reply_to, WIRE_LINES, 0),
	FIELD(other_ids, WIRE_LINES, 0),
	FIELD(thread_index, WIRE_LINE, 0),
	FIELD(thread_topic, WIRE_LINE, 0),
	FIELD(forward, WIRE_BOOL, 0),
	FIELD(recipients, WIRE_LINES, 0),
	FIELD(date_s, WIRE_TIME, 0),
	FIELD(authenticated, WIRE_BOOL, 0),
	FIELD(authenticated_by, WIRE_LINE, 0),
	FIELD(dmarc_passed, WIRE_BOOL, 0),
	FIELD(protection, WIRE_NUMBER, ANALYSIS_ENCRYPTED),
	FIELD(language, WIRE_LINE, 0),
	FIELD(language_confidence, WIRE_SHARE, 0),
	FIELD(text, WIRE_TEXT, 0),
	FIELD(reply_text, WIRE_TEXT, 0),
	FIELD(signature, WIRE_TEXT, 0),
	FIELD(status_request, WIRE_BOOL, 0),
	FIELD(bounce, WIRE_BOUNCE, 0),
	FIELD(commands, WIRE_LINES, 0),
	FIELD(agent_text, WIRE_TEXT, 0),
	FIELD(command_problem, WIRE_NUMBER, ANALYSIS_COMMANDS_TOO_MANY),
	FIELD(command_problem_line, WIRE_LINE, 0),
	FIELD(forwarded_from, WIRE_LINE, 0),
	FIELD(forwarded_name, WIRE_LINE, 0),
	FIELD(forwarded_subject, WIRE_LINE, 0),
	FIELD(forwarded_text, WIRE_TEXT, 0),
	FIELD(says_solved, WIRE_BOOL, 0),
	FIELD(says_thanks, WIRE_BOOL, 0),
	FIELD(rating, WIRE_NUMBER, WIRE_MAX_RATING),
	FIELD(rating_comment, WIRE_TEXT, 0),
	FIELD(threat, WIRE_LINE, 0),
	FIELD(complainer, WIRE_NUMBER, ANALYSIS_CHRONIC),
	FIELD(complainer_reason, WIRE_LINE, 0),
	FIELD(urgency, WIRE_NUMBER, WIRE_MAX_URGENCY),
	FIELD(asks_compensation, WIRE_BOOL, 0),
	FIELD(complaint_score, WIRE_SHARE, 0),
	FIELD(complaint_reasons, WIRE_LINES, 0),
	FIELD(attachments, WIRE_ATTACHMENTS, 0),
	FIELD(defects, WIRE_LINES, 0),
};

/* The enums are read and written as int. */
G_STATIC_ASSERT(sizeof(enum analysis_kind) == sizeof(int));
G_STATIC_ASSERT(sizeof(enum analysis_cost) == sizeof(int));
G_STATIC_ASSERT(sizeof(enum analysis_complainer) == sizeof(int));
G_STATIC_ASSERT(sizeof(enum analysis_protection) == sizeof(int));
G_STATIC_ASSERT(sizeof(enum analysis_command_problem) == sizeof(int));

/* ---- writing ---------------------------------------------------------- */

/* Cuts at a character, so that what is left is valid UTF-8. */
static void line_cut(char *line)
{
	if (strlen(line) <= WIRE_MAX_LINE_BYTES)
		return;
	char *end = g_utf8_find_prev_char(line, line + WIRE_MAX_LINE_BYTES + 1);
	*(end ? end : line) = '\0';
}

/* A line as the reader takes it: our own side never breaks the promise. */
static char *line_clean(const char *text)
{
	if (!text)
		return NULL;
	char *line = g_utf8_make_valid(text, -1);
	line_cut(line);
	for (char *c = line; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
	return line;
}

/* text: (transfer full) (nullable) */
static GVariant *maybe_string(char *text)
{
	return g_variant_new_maybe(G_VARIANT_TYPE_STRING,
		text ? g_variant_new_take_string(text) : NULL);
}

static GVariant *line_to_variant(const char *text)
{
	return maybe_string(line_clean(text));
}

static GVariant *text_to_variant(const char *text)
{
	return maybe_string(text ? g_utf8_make_valid(text, -1) : NULL);
}

static GVariant *lines_to_variant(const GPtrArray *lines)
{
	GVariantBuilder builder;
	size_t room = WIRE_MAX_ARRAY_BYTES;
	g_variant_builder_init(&builder, G_VARIANT_TYPE_STRING_ARRAY);
	for (guint i = 0; lines && i < MIN(lines->len, WIRE_MAX_ITEMS); i++) {
		g_autofree char *line = line_clean(lines->pdata[i]);
		size_t length = strlen(line);
		if (length > room)
			break;
		room -= length;
		g_variant_builder_add_value(&builder,
			g_variant_new_take_string(g_steal_pointer(&line)));
	}
	return g_variant_builder_end(&builder);
}

static GVariant *recipients_to_variant(const GPtrArray *recipients)
{
	GVariantBuilder builder;
	g_variant_builder_init(&builder, G_VARIANT_TYPE("a(msmsmsmsms)"));
	guint length = MIN(recipients->len, WIRE_MAX_ITEMS);
	for (guint i = 0; i < length; i++) {
		const AnalysisRecipient *recipient = recipients->pdata[i];
		g_variant_builder_add(&builder, "(@ms@ms@ms@ms@ms)",
			line_to_variant(recipient->address),
			line_to_variant(recipient->original),
			line_to_variant(recipient->action),
			line_to_variant(recipient->status),
			line_to_variant(recipient->reason));
	}
	return g_variant_builder_end(&builder);
}

static GVariant *bounce_to_variant(const AnalysisBounce *bounce)
{
	GVariant *value = NULL;
	if (bounce)
		value = g_variant_new("(@a(msmsmsmsms)b@ms@ms)",
			recipients_to_variant(bounce->recipients),
			bounce->permanent, line_to_variant(bounce->reason),
			line_to_variant(bounce->returned_message_id));
	return g_variant_new_maybe(
		G_VARIANT_TYPE("(a(msmsmsmsms)bmsms)"), value);
}

static GVariant *attachments_to_variant(const GPtrArray *attachments)
{
	GVariantBuilder builder;
	g_variant_builder_init(&builder, G_VARIANT_TYPE("a(msst)"));
	guint length = attachments ? MIN(attachments->len, WIRE_MAX_ITEMS) : 0;
	size_t room = WIRE_MAX_ARRAY_BYTES;
	for (guint i = 0; i < length; i++) {
		const AnalysisAttachment *attachment = attachments->pdata[i];
		g_autofree char *type = line_clean(attachment->type);
		size_t size = attachment->name ? strlen(attachment->name) : 0;
		/* That it is there counts more than its name. */
		const char *name = size <= room ? attachment->name : NULL;
		room -= name ? size : 0;
		g_variant_builder_add(&builder, "(@msst)",
			line_to_variant(name), type ? type : "",
			(guint64)attachment->size_bytes);
	}
	return g_variant_builder_end(&builder);
}

static GVariant *field_to_variant(const WireField *field, const void *member)
{
	switch (field->type) {
	case WIRE_TEXT:
		return text_to_variant(*(char *const *)member);
	case WIRE_LINE:
		return line_to_variant(*(char *const *)member);
	case WIRE_LINES:
		return lines_to_variant(*(GPtrArray *const *)member);
	case WIRE_BOOL:
		return g_variant_new_boolean(*(const bool *)member);
	case WIRE_NUMBER:
		return g_variant_new_int32(*(const int *)member);
	case WIRE_TIME:
		return g_variant_new_int64(*(const int64_t *)member);
	case WIRE_SHARE:
		return g_variant_new_double(*(const double *)member);
	case WIRE_BOUNCE:
		return bounce_to_variant(*(AnalysisBounce *const *)member);
	case WIRE_ATTACHMENTS:
		return attachments_to_variant(*(GPtrArray *const *)member);
	}
	g_assert_not_reached();
}

static GVariant *to_little_endian(GVariant *value)
{
	g_autoptr(GVariant) native = g_variant_ref_sink(value);
	if (G_BYTE_ORDER == G_LITTLE_ENDIAN)
		return g_steal_pointer(&native);
	return g_variant_byteswap(native);
}

GBytes *analysis_serialise(const Analysis *analysis)
{
	GVariantBuilder builder;
	g_variant_builder_init(&builder, G_VARIANT_TYPE("av"));
	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
		g_variant_builder_add_value(&builder,
			g_variant_new_variant(field_to_variant(
				&fields[i], G_STRUCT_MEMBER_P(analysis,
						    fields[i].offset))));
	g_autoptr(GVariant) wire = to_little_endian(
		g_variant_new("(uav)", (guint32)WIRE_VERSION, &builder));
	return g_variant_get_data_as_bytes(wire);
}

/* ---- reading ---------------------------------------------------------- */

static bool line_is_clean(const char *line)
{
	size_t length = 0;
	for (const char *c = line; *c; c++, length++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return false;
	return length <= WIRE_MAX_LINE_BYTES;
}

static bool text_from_variant(GVariant *value, char **member)
{
	g_autoptr(GVariant) inner = g_variant_get_maybe(value);
	*member = inner ? g_variant_dup_string(inner, NULL) : NULL;
	return true;
}

static bool line_from_variant(GVariant *value, char **member)
{
	text_from_variant(value, member);
	return !*member || line_is_clean(*member);
}

static bool line_from_child(GVariant *tuple, gsize index, char **member)
{
	g_autoptr(GVariant) child = g_variant_get_child_value(tuple, index);
	return line_from_variant(child, member);
}

static bool lines_from_variant(GVariant *value, GPtrArray *lines)
{
	gsize length = g_variant_n_children(value);
	if (length > WIRE_MAX_ITEMS)
		return false;
	for (gsize i = 0; i < length; i++) {
		g_autoptr(GVariant) child = g_variant_get_child_value(value, i);
		const char *line = g_variant_get_string(child, NULL);
		if (!line_is_clean(line))
			return false;
		g_ptr_array_add(lines, g_strdup(line));
	}
	return true;
}

static bool number_from_variant(GVariant *value, int max, int *member)
{
	*member = g_variant_get_int32(value);
	return *member >= 0 && *member <= max;
}

static bool time_from_variant(GVariant *value, int64_t *member)
{
	*member = g_variant_get_int64(value);
	return *member >= -WIRE_MAX_DATE_S && *member <= WIRE_MAX_DATE_S;
}

static bool share_from_variant(GVariant *value, double *member)
{
	*member = g_variant_get_double(value);
	return isfinite(*member) && *member >= 0.0 && *member <= 1.0;
}

static bool recipient_from_variant(GVariant *value, GPtrArray *recipients)
{
	AnalysisRecipient *recipient = bounce_recipient_new();
	g_ptr_array_add(recipients, recipient);
	return line_from_child(value, 0, &recipient->address) &&
	       line_from_child(value, 1, &recipient->original) &&
	       line_from_child(value, 2, &recipient->action) &&
	       line_from_child(value, 3, &recipient->status) &&
	       line_from_child(value, 4, &recipient->reason);
}

static bool recipients_from_variant(GVariant *value, GPtrArray *recipients)
{
	gsize length = g_variant_n_children(value);
	if (length > WIRE_MAX_ITEMS)
		return false;
	for (gsize i = 0; i < length; i++) {
		g_autoptr(GVariant) child = g_variant_get_child_value(value, i);
		if (!recipient_from_variant(child, recipients))
			return false;
	}
	return true;
}

static bool bounce_from_variant(GVariant *value, AnalysisBounce **member)
{
	g_autoptr(GVariant) tuple = g_variant_get_maybe(value);
	if (!tuple)
		return true;
	/* Owned by the analysis from here on, whatever is wrong with it. */
	AnalysisBounce *bounce = *member = bounce_new();
	g_autoptr(GVariant) list = g_variant_get_child_value(tuple, 0);
	g_autoptr(GVariant) permanent = g_variant_get_child_value(tuple, 1);
	bounce->permanent = g_variant_get_boolean(permanent);
	return recipients_from_variant(list, bounce->recipients) &&
	       line_from_child(tuple, 2, &bounce->reason) &&
	       line_from_child(tuple, 3, &bounce->returned_message_id);
}

static bool attachment_from_variant(GVariant *value, GPtrArray *attachments)
{
	AnalysisAttachment *attachment = attachment_new();
	g_ptr_array_add(attachments, attachment);
	g_autoptr(GVariant) type = g_variant_get_child_value(value, 1);
	g_autoptr(GVariant) size = g_variant_get_child_value(value, 2);
	attachment->type = g_variant_dup_string(type, NULL);
	guint64 size_bytes = g_variant_get_uint64(size);
	attachment->size_bytes = (size_t)size_bytes;
	return size_bytes <= G_MAXSSIZE && line_is_clean(attachment->type) &&
	       line_from_child(value, 0, &attachment->name);
}

static bool attachments_from_variant(GVariant *value, GPtrArray *attachments)
{
	gsize length = g_variant_n_children(value);
	if (length > WIRE_MAX_ITEMS)
		return false;
	for (gsize i = 0; i < length; i++) {
		g_autoptr(GVariant) child = g_variant_get_child_value(value, i);
		if (!attachment_from_variant(child, attachments))
			return false;
	}
	return true;
}

static bool field_from_variant(
	const WireField *field, GVariant *value, void *member)
{
	switch (field->type) {
	case WIRE_TEXT:
		return text_from_variant(value, member);
	case WIRE_LINE:
		return line_from_variant(value, member);
	case WIRE_LINES:
		return lines_from_variant(value, *(GPtrArray **)member);
	case WIRE_BOOL:
		*(bool *)member = g_variant_get_boolean(value);
		return true;
	case WIRE_NUMBER:
		return number_from_variant(value, field->max, member);
	case WIRE_TIME:
		return time_from_variant(value, member);
	case WIRE_SHARE:
		return share_from_variant(value, member);
	case WIRE_BOUNCE:
		return bounce_from_variant(value, member);
	case WIRE_ATTACHMENTS:
		return attachments_from_variant(value, *(GPtrArray **)member);
	}
	g_assert_not_reached();
}

static bool wire_invalid(GError **error, const char *what)
{
	g_set_error(error, ANALYSIS_ERROR, REDRESS_ERROR_INVALID,
		"the parser process answered what no analysis can be: %s",
		what);
	return false;
}

/* Opens the outermost value: checked, of this version, or NULL. */
static GVariant *wire_open(GBytes *bytes, GError **error)
{
	if (g_bytes_get_size(bytes) > WIRE_MAX_BYTES) {
		wire_invalid(error, "too long");
		return NULL;
	}
	g_autoptr(GVariant) wire = to_little_endian(g_variant_new_from_bytes(
		G_VARIANT_TYPE("(uav)"), bytes, false));
	if (!g_variant_is_normal_form(wire)) {
		wire_invalid(error, "not in normal form");
		return NULL;
	}
	guint32 version;
	g_autoptr(GVariant) values = NULL;
	g_variant_get(wire, "(u@av)", &version, &values);
	if (version != WIRE_VERSION ||
		g_variant_n_children(values) != G_N_ELEMENTS(fields)) {
		wire_invalid(error, "another version");
		return NULL;
	}
	return g_steal_pointer(&values);
}

static bool field_read(
	GVariant *values, size_t i, Analysis *analysis, GError **error)
{
	g_autoptr(GVariant) boxed = g_variant_get_child_value(values, i);
	g_autoptr(GVariant) value = g_variant_get_variant(boxed);
	const char *type = wire_types[fields[i].type];
	if (!g_variant_is_of_type(value, G_VARIANT_TYPE(type)) ||
		!field_from_variant(&fields[i], value,
			G_STRUCT_MEMBER_P(analysis, fields[i].offset)))
		return wire_invalid(error, fields[i].name);
	return true;
}

static bool language_is_code(const char *language)
{
	size_t length = strlen(language);
	return length >= 2 && length <= 3 &&
	       strspn(language, "abcdefghijklmnopqrstuvwxyz") == length;
}

/* What the fields say of each other. */
static bool analysis_holds_together(const Analysis *analysis, GError **error)
{
	if (!analysis->text || !analysis->reply_text)
		return wire_invalid(error, "no text");
	if (analysis->language && !language_is_code(analysis->language))
		return wire_invalid(error, "language");
	if (!analysis->agent_text)
		return wire_invalid(error, "no agent_text");
	/* Nothing is obeyed of what is not understood whole. */
	if (analysis->command_problem && analysis->commands->len)
		return wire_invalid(error, "commands in spite of a problem");
	return true;
}

Analysis *analysis_deserialise(GBytes *bytes, GError **error)
{
	g_autoptr(GVariant) values = wire_open(bytes, error);
	if (!values)
		return NULL;
	g_autoptr(Analysis) analysis = analysis_new();
	g_clear_pointer(&analysis->text, g_free);
	g_clear_pointer(&analysis->reply_text, g_free);
	g_clear_pointer(&analysis->agent_text, g_free);
	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
		if (!field_read(values, i, analysis, error))
			return NULL;
	if (!analysis_holds_together(analysis, error))
		return NULL;
	return g_steal_pointer(&analysis);
}
