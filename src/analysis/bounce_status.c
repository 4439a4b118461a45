/*
 * Delivery status: the fields of RFC 3464 and their UTF-8 forms of RFC 6533.
 */
#include <string.h>

#include "bounce_parts.h"

/* ---- judging one recipient -------------------------------------------- */

static bool status_is_vague(const char *status)
{
	return !status || strlen(status) < 5 ||
	       g_str_has_suffix(status, ".0.0");
}

/*
 * A server's final "no" outweighs a status that its client kept temporary and
 * gave up on in the end.
 */
static bool words_outweigh(
	const AnalysisRecipient *recipient, const char *found)
{
	return status_is_vague(recipient->status) ||
	       (recipient->status[0] == '4' && found[0] == '5' &&
		       g_strcmp0(recipient->action, "failed") == 0);
}

/* What a status is when nobody wrote one. */
static char *status_guess(const AnalysisRecipient *recipient, const char *words,
	const BounceReason *phrase, bool delayed)
{
	const char *reason = recipient->reason;
	const char *usual = phrase ? phrase->status : NULL;
	if (!reason && phrase)
		reason = phrase->reason;
	if (!usual || recipient->reason)
		usual = bounce_reason_default_status(reason);
	int class = delayed ? 4 : bounce_find_reply_class(words);
	char *status = g_strdup(usual);
	if (class)
		status[0] = (char)('0' + class);
	return status;
}

/* The words decide where the status says nothing ("5.0.0") or is missing. */
static void status_judge(AnalysisRecipient *recipient, const char *words,
	const BounceReason *phrase, bool delayed)
{
	g_autofree char *found = bounce_find_status(words);
	if (found && words_outweigh(recipient, found)) {
		g_free(recipient->status);
		recipient->status = g_steal_pointer(&found);
	}
	if (!recipient->status)
		recipient->status =
			status_guess(recipient, words, phrase, delayed);
}

static void action_judge(AnalysisRecipient *recipient, bool delayed)
{
	if (recipient->action)
		return;
	if (recipient->status[0] == '2')
		recipient->action = g_strdup("delivered");
	else
		recipient->action = g_strdup(delayed ? "delayed" : "failed");
}

void bounce_recipient_judge(
	AnalysisRecipient *recipient, const char *words, bool delayed)
{
	g_autofree char *folded = bounce_fold(words, strlen(words));
	const BounceReason *phrase = bounce_reason_find(folded);
	status_judge(recipient, words, phrase, delayed);
	action_judge(recipient, delayed);
	if (recipient->reason || recipient->status[0] == '2')
		return;
	const char *reason = phrase ? phrase->reason : NULL;
	if (!reason)
		reason = bounce_reason_of_status(recipient->status);
	recipient->reason = g_strdup(reason);
}

/* ---- fields ----------------------------------------------------------- */

typedef struct Fields Fields;
struct Fields {
	char *final;
	char *original;
	char *action;
	char *status;
	char *diagnostic;
	char *expanded; /* what Postfix and Exchange add in words */
};

typedef struct FieldName FieldName;
struct FieldName {
	const char *name;
	size_t offset;
	bool typed; /* "rfc822; value" */
};

static const FieldName field_names[] = {
	{"Final-Recipient", G_STRUCT_OFFSET(Fields, final), true},
	{"Original-Recipient", G_STRUCT_OFFSET(Fields, original), true},
	{"X-Actual-Recipient", G_STRUCT_OFFSET(Fields, expanded), true},
	{"Action", G_STRUCT_OFFSET(Fields, action), false},
	{"Status", G_STRUCT_OFFSET(Fields, status), false},
	{"Diagnostic-Code", G_STRUCT_OFFSET(Fields, diagnostic), true},
};

static void fields_clear(Fields *fields)
{
	g_clear_pointer(&fields->final, g_free);
	g_clear_pointer(&fields->original, g_free);
	g_clear_pointer(&fields->action, g_free);
	g_clear_pointer(&fields->status, g_free);
	g_clear_pointer(&fields->diagnostic, g_free);
	g_clear_pointer(&fields->expanded, g_free);
}

/* Drops "rfc822;", "smtp;", "utf-8;" (RFC 3464 2.1.2). */
static const char *type_skip(const char *value)
{
	size_t length = strcspn(value, ";");
	if (value[length] != ';' || length > 24)
		return value;
	for (size_t i = 0; i < length; i++)
		if (g_ascii_isspace(value[i]) || strchr("<>@.", value[i]))
			return value;
	value += length + 1;
	return value + strspn(value, " \t");
}

static void field_store(Fields *fields, const char *line, size_t length)
{
	const char *colon = memchr(line, ':', length);
	if (!colon)
		return;
	size_t name_length = (size_t)(colon - line);
	g_autofree char *value = g_strndup(colon + 1, length - name_length - 1);
	g_strstrip(value);
	for (size_t i = 0; i < G_N_ELEMENTS(field_names); i++) {
		const FieldName *field = &field_names[i];
		if (strlen(field->name) != name_length ||
			g_ascii_strncasecmp(field->name, line, name_length) !=
				0)
			continue;
		char **member = G_STRUCT_MEMBER_P(fields, field->offset);
		if (*member)
			return;
		*member = g_strdup(field->typed ? type_skip(value) : value);
		return;
	}
}

/* ---- addresses -------------------------------------------------------- */

/* "\x{1F600}" of RFC 6533 3. */
static bool unitext_take(const char **at, GString *address)
{
	if (strncmp(*at, "\\x{", 3) != 0)
		return false;
	char *end;
	guint64 code = g_ascii_strtoull(*at + 3, &end, 16);
	if (*end != '}' || end - *at > 9 || end == *at + 3 ||
		!g_unichar_validate((gunichar)code) || code < 0x20)
		return false;
	g_string_append_unichar(address, (gunichar)code);
	*at = end + 1;
	return true;
}

/* The address in a field: no brackets, no name, no comment.  NULL if none. */
static char *address_read(const char *value)
{
	if (!value)
		return NULL;
	const char *open = strrchr(value, '<');
	const char *at = open && strchr(open, '>') ? open + 1 : value;
	g_autoptr(GString) address = g_string_new(NULL);
	while (*at && !strchr(" \t\r\n>;,(", *at))
		if (!unitext_take(&at, address))
			g_string_append_c(address, *at++);
	return address->len ? g_utf8_make_valid(address->str, -1) : NULL;
}

/* ---- recipients ------------------------------------------------------- */

typedef struct ActionWord ActionWord;
struct ActionWord {
	const char *written;
	const char *action; /* RFC 3464 2.3.3 */
	const char *reason; /* that the word itself gives (nullable) */
};

/* Words that are not the RFC's; others are left as they are. */
static const ActionWord action_words[] = {
	{"expired", "failed", "expired"},
	{"failure", "failed", NULL},
	{"fail", "failed", NULL},
	{"delay", "delayed", NULL},
	{"success", "delivered", NULL},
};

static void action_read(AnalysisRecipient *recipient, const char *value)
{
	size_t length = 0;
	while (value && g_ascii_isalpha(value[length]))
		length++;
	if (length == 0)
		return;
	recipient->action = g_ascii_strdown(value, (gssize)length);
	for (size_t i = 0; i < G_N_ELEMENTS(action_words); i++) {
		const ActionWord *word = &action_words[i];
		if (strcmp(word->written, recipient->action) != 0)
			continue;
		g_free(recipient->action);
		recipient->action = g_strdup(word->action);
		recipient->reason = g_strdup(word->reason);
		return;
	}
}

static bool action_is_delay(const char *action)
{
	return action && strcmp(action, "delayed") == 0;
}

static bool address_is_known(const GPtrArray *recipients, const char *address)
{
	for (guint i = 0; address && i < recipients->len; i++) {
		const AnalysisRecipient *other = recipients->pdata[i];
		if (other->address &&
			g_ascii_strcasecmp(other->address, address) == 0)
			return true;
	}
	return false;
}

static void recipient_add(const Fields *fields, GPtrArray *recipients)
{
	if (!fields->final && !fields->original && !fields->status)
		return;
	g_autofree char *address =
		address_read(fields->final ? fields->final : fields->original);
	if (recipients->len >= BOUNCE_MAX_RECIPIENTS ||
		address_is_known(recipients, address))
		return;
	AnalysisRecipient *recipient = bounce_recipient_new();
	recipient->address = g_steal_pointer(&address);
	recipient->original = address_read(fields->original);
	action_read(recipient, fields->action);
	recipient->status =
		fields->status ? bounce_find_status(fields->status) : NULL;
	bounce_recipient_judge(recipient,
		fields->diagnostic ? fields->diagnostic : "",
		action_is_delay(recipient->action));
	g_ptr_array_add(recipients, recipient);
}

/*
 * Blocks of fields between empty lines: one on the message, one for each
 * recipient.  Some programs leave the empty lines out, so that a second
 * Final-Recipient begins a block as well.
 */
void bounce_status_read(const char *text, GPtrArray *recipients)
{
	Fields fields = {0};
	g_autoptr(GString) line = g_string_new(NULL);
	while (*text) {
		size_t length = strcspn(text, "\n");
		const char *next =
			text[length] ? text + length + 1 : text + length;
		if (length && text[length - 1] == '\r')
			length--;
		bool empty = length == 0;
		g_string_append_len(line, text,
			(gssize)MIN(length, BOUNCE_MAX_DIAGNOSTIC_BYTES));
		text = next;
		if (!empty && (*text == ' ' || *text == '\t') &&
			line->len < BOUNCE_MAX_DIAGNOSTIC_BYTES) {
			g_string_append_c(line, '\n');
			continue;
		}
		bool begins = g_ascii_strncasecmp(
				      line->str, "Final-Recipient:", 16) == 0;
		if (empty || (begins && fields.final)) {
			recipient_add(&fields, recipients);
			fields_clear(&fields);
		}
		field_store(&fields, line->str, line->len);
		g_string_truncate(line, 0);
	}
	recipient_add(&fields, recipients);
	fields_clear(&fields);
}
