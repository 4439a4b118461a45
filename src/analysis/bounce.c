/*
 * Is a mail a bounce, and what does it say?  Delivery status as RFC 3464 and
 * RFC 6533 have it where there is one, else the words that programs write.
 */
#include <string.h>

#include "bounce_parts.h"

/* ---- the value -------------------------------------------------------- */

AnalysisRecipient *bounce_recipient_new(void)
{
	return g_new0(AnalysisRecipient, 1);
}

void bounce_recipient_free(AnalysisRecipient *recipient)
{
	if (!recipient)
		return;
	g_free(recipient->reason);
	g_free(recipient->status);
	g_free(recipient->action);
	g_free(recipient->original);
	g_free(recipient->address);
	g_free(recipient);
}

AnalysisBounce *bounce_new(void)
{
	AnalysisBounce *bounce = g_new0(AnalysisBounce, 1);
	bounce->recipients = g_ptr_array_new_with_free_func(
		(GDestroyNotify)bounce_recipient_free);
	return bounce;
}

void bounce_free(AnalysisBounce *bounce)
{
	if (!bounce)
		return;
	g_ptr_array_unref(bounce->recipients);
	g_free(bounce->returned_message_id);
	g_free(bounce->reason);
	g_free(bounce);
}

/* ---- who wrote it ----------------------------------------------------- */

/* How sure it is that a program wrote the mail. */
enum writer {
	WRITER_PERSON,
	WRITER_ROBOT,      /* no-reply: a shop's form as likely as a server */
	WRITER_POSTMASTER, /* seldom a person */
	WRITER_NOBODY,     /* <>: a bounce or a vacation program */
	WRITER_PROGRAM,
};

typedef struct WriterName WriterName;
struct WriterName {
	const char *name; /* folded */
	enum writer writer;
};

static const WriterName writer_locals[] = {
	{"mailer-daemon", WRITER_PROGRAM},
	{"mailerdaemon", WRITER_PROGRAM},
	{"mailer_daemon", WRITER_PROGRAM},
	{"mail-daemon", WRITER_PROGRAM},
	{"maildaemon", WRITER_PROGRAM},
	{"mdaemon", WRITER_PROGRAM},
	{"mail.delivery.system", WRITER_PROGRAM},
	{"mail.delivery.subsystem", WRITER_PROGRAM},
	{"microsoftexchange", WRITER_PROGRAM},
	{"bounce-notification", WRITER_PROGRAM},
	{"postmaster", WRITER_POSTMASTER},
	{"post_master", WRITER_POSTMASTER},
	{"postmaster-", WRITER_POSTMASTER},
	{"no-reply", WRITER_ROBOT},
	{"noreply", WRITER_ROBOT},
	{"donotreply", WRITER_ROBOT},
	{"do-not-reply", WRITER_ROBOT},
	{"mailadmin", WRITER_POSTMASTER},
	{"mail-admin", WRITER_POSTMASTER},
	{"sysadmin", WRITER_POSTMASTER},
};

static const WriterName writer_names[] = {
	{"mail delivery s", WRITER_PROGRAM}, /* system, subsystem, service */
	{"mail deliver system", WRITER_PROGRAM},
	{"mail administrator", WRITER_PROGRAM},
	{"mailer daemon", WRITER_PROGRAM},
	{"mailer-daemon", WRITER_PROGRAM},
	{"microsoft outlook", WRITER_POSTMASTER},
	{"system administrator", WRITER_POSTMASTER},
	{"systemadministrator", WRITER_POSTMASTER},
	{"internet mail delivery", WRITER_PROGRAM},
	{"postmaster", WRITER_POSTMASTER},
	{"inter-mail", WRITER_POSTMASTER},
};

static enum writer writer_find(
	const char *text, const WriterName *names, size_t length)
{
	if (!text)
		return WRITER_PERSON;
	g_autofree char *folded = bounce_fold(text, MIN(strlen(text), 256));
	for (size_t i = 0; i < length; i++)
		if (g_str_has_prefix(folded, names[i].name))
			return names[i].writer;
	return WRITER_PERSON;
}

/* The whole field, for those that name no address: "From: MAILER-DAEMON". */
static const char *from_as_written(const Message *message)
{
	const char *from = message_header(message, "From");
	return from ? from + strspn(from, " \t\"<'") : NULL;
}

/* "From: <>", which some gateways write on what has a null sender. */
static bool from_is_null(const Message *message)
{
	const char *from = message_header(message, "From");
	if (!from || message->from->len)
		return false;
	from += strspn(from, " \t");
	return strncmp(from, "<>", 2) == 0;
}

static enum writer writer_judge(
	const Message *message, const AnalysisEnvelope *envelope)
{
	enum writer writer = WRITER_PERSON;
	if (signals_sender_is_null(message, envelope) || from_is_null(message))
		writer = WRITER_NOBODY;
	if (message_header(message, "X-MLServer"))
		writer = MAX(writer, WRITER_POSTMASTER);
	writer =
		MAX(writer, writer_find(from_as_written(message), writer_locals,
				    G_N_ELEMENTS(writer_locals)));
	for (guint i = 0; i < message->from->len; i++) {
		const MessageAddress *from = message->from->pdata[i];
		writer = MAX(writer, writer_find(from->address, writer_locals,
					     G_N_ELEMENTS(writer_locals)));
		writer = MAX(writer, writer_find(from->name, writer_names,
					     G_N_ELEMENTS(writer_names)));
	}
	return writer;
}

/* ---- its parts -------------------------------------------------------- */

static bool part_is_status(const MessagePart *part)
{
	return strcmp(part->type, "message/delivery-status") == 0 ||
	       strcmp(part->type, "message/global-delivery-status") == 0;
}

static bool part_is_returned(const MessagePart *part)
{
	return strcmp(part->type, "message/rfc822") == 0 ||
	       strcmp(part->type, "message/global") == 0 ||
	       strcmp(part->type, "text/rfc822-headers") == 0 ||
	       strcmp(part->type, "text/rfc822-header") == 0 ||
	       strcmp(part->type, "message/rfc822-headers") == 0 ||
	       strcmp(part->type, "message/global-headers") == 0;
}

static const MessagePart *part_find(
	const Message *message, bool (*wanted)(const MessagePart *part))
{
	for (guint i = 0; i < message->parts->len; i++) {
		const MessagePart *part = message->parts->pdata[i];
		if (!part->embedded && wanted(part))
			return part;
	}
	return NULL;
}

/* RFC 6522 3: the report's type stands at the top. */
static bool message_is_delivery_report(const Message *message)
{
	if (message->parts->len == 0)
		return false;
	const MessagePart *top = message->parts->pdata[0];
	return strcmp(top->type, "multipart/report") == 0 && top->report_type &&
	       g_ascii_strcasecmp(top->report_type, "delivery-status") == 0;
}

/* All that the mail itself says: its plain parts, else what is readable. */
static char *prose_collect(const Message *message)
{
	GString *prose = g_string_new(NULL);
	for (guint i = 0; i < message->parts->len; i++) {
		const MessagePart *part = message->parts->pdata[i];
		size_t room = BOUNCE_MAX_PROSE_BYTES - prose->len;
		if (part->embedded || !part->text ||
			strcmp(part->type, "text/plain") != 0)
			continue;
		g_string_append_len(prose, part->text,
			(gssize)MIN(strlen(part->text), room));
		g_string_append_c(prose, '\n');
		if (prose->len >= BOUNCE_MAX_PROSE_BYTES)
			break;
	}
	if (prose->len < 3 && message->text)
		g_string_append_len(prose, message->text,
			(gssize)MIN(
				strlen(message->text), BOUNCE_MAX_PROSE_BYTES));
	char *valid = g_utf8_make_valid(prose->str, (gssize)prose->len);
	g_string_free(prose, true);
	return valid;
}

/* ---- is it one? ------------------------------------------------------- */

/* The words of forwarded bounces above which nobody wrote any of their own. */
static bool message_forwards_bounce(const Message *message, const char *prose)
{
	enum { OWN_WORDS_MAX = 3 };
	static const char mark[] = "\nBegin forwarded message:\n";
	const char *forwarded = strstr(prose, mark);
	if (!forwarded || !message->subject)
		return false;
	g_autofree char *base = subject_base(message->subject);
	if (!base || !bounce_prose_is_subject(base))
		return false;
	unsigned words = 0;
	bool inside = false;
	for (const char *c = prose; c < forwarded; c++) {
		words += !g_ascii_isspace(*c) && !inside;
		inside = !g_ascii_isspace(*c);
	}
	return words <= OWN_WORDS_MAX && !strchr(prose, '?') &&
	       bounce_prose_is_certain(forwarded);
}

/* A person may quote a bounce anywhere; a program begins with it. */
static bool prose_begins_as_bounce(const char *prose)
{
	enum { BEGINNING_BYTES = 240 };
	const char *start = prose + strspn(prose, " \t\r\n*#-");
	g_autofree char *part =
		g_strndup(start, MIN(strlen(start), BEGINNING_BYTES));
	g_autofree char *valid = g_utf8_make_valid(part, -1);
	return bounce_prose_is_certain(valid);
}

/* A line that begins with a server's "550" or "450" (RFC 5321 4.2). */
static bool prose_quotes_server(const char *prose)
{
	for (const char *at = prose; at; at = strchr(at, '\n')) {
		at += strspn(at, " \t\r\n><");
		if ((*at == '4' || *at == '5') && g_ascii_isdigit(at[1]) &&
			g_ascii_isdigit(at[2]) &&
			(at[3] == ' ' || at[3] == '-'))
			return true;
	}
	return false;
}

static bool prose_says_why(const char *prose)
{
	g_autofree char *folded = bounce_fold(prose, strlen(prose));
	return bounce_prose_is_likely(prose) || bounce_reason_find(folded);
}

/* A vacation program may thank for "your message to us"; it gives no code. */
static bool prose_is_surely_bounce(const char *prose)
{
	g_autofree char *status = bounce_find_status(prose);
	return bounce_prose_is_certain(prose) ||
	       (bounce_prose_is_likely(prose) &&
		       (status || prose_quotes_server(prose)));
}

static bool robot_bounces(
	const Message *message, const char *prose, bool subject)
{
	bool returned = part_find(message, part_is_returned) != NULL;
	if (prose_begins_as_bounce(prose))
		return true;
	if (returned && (subject || bounce_prose_is_likely(prose)))
		return true;
	return subject &&
	       (bounce_prose_is_certain(prose) || prose_quotes_server(prose));
}

static bool message_is_prose_bounce(const Message *message,
	const AnalysisEnvelope *envelope, const char *prose)
{
	bool subject = bounce_prose_is_subject(message->subject);
	/* Amazon SES sends what a vacation program says as MAILER-DAEMON. */
	if (signals_subject_is_auto_reply(message->subject))
		return false;
	bool failed = message_header(message, "X-Failed-Recipients") != NULL;
	enum writer writer = writer_judge(message, envelope);
	if (writer > WRITER_PERSON &&
		(failed || robot_bounces(message, prose, subject)))
		return true;
	switch (writer) {
	case WRITER_PROGRAM:
		return subject || prose_says_why(prose);
	case WRITER_NOBODY:
		return subject || prose_is_surely_bounce(prose);
	case WRITER_POSTMASTER:
		return subject &&
		       (prose_says_why(prose) ||
			       bounce_prose_length(prose) < strlen(prose));
	case WRITER_ROBOT:
		return false;
	case WRITER_PERSON:
		return (subject && prose_begins_as_bounce(prose)) ||
		       message_forwards_bounce(message, prose);
	}
	g_assert_not_reached();
}

static bool message_is_bounce(const Message *message,
	const AnalysisEnvelope *envelope, const char *prose)
{
	if (message_is_delivery_report(message))
		return true;
	if (signals_is_other_report(message))
		return false;
	if (part_find(message, part_is_status) &&
		(writer_judge(message, envelope) != WRITER_PERSON ||
			bounce_prose_is_subject(message->subject)))
		return true;
	return message_is_prose_bounce(message, envelope, prose);
}

/* ---- which of our mails ----------------------------------------------- */

/* The value of a field at the start of a line.  (transfer full) (nullable) */
static char *field_find(const char *text, const char *name)
{
	size_t length = strlen(name);
	for (const char *at = text; at && *at;) {
		if (g_ascii_strncasecmp(at, name, length) == 0 &&
			at[length] == ':') {
			const char *value = at + length + 1;
			return g_strndup(value, strcspn(value, "\n"));
		}
		at = strchr(at, '\n');
		at = at ? at + 1 + strspn(at + 1, " \t>") : NULL;
	}
	return NULL;
}

/* "<id>" or "id" anywhere in a value, without brackets. */
static char *id_read(const char *value)
{
	const char *open = strchr(value, '<');
	const char *start = open ? open + 1 : value + strspn(value, " \t");
	size_t length = strcspn(start, "> \t\r\n");
	return length && memchr(start, '@', length) ? g_strndup(start, length)
						    : NULL;
}

static char *message_id_in(const char *text)
{
	g_autofree char *value = text ? field_find(text, "Message-ID") : NULL;
	return value ? id_read(value) : NULL;
}

static char *returned_id_find(const Message *message, const char *prose)
{
	for (guint i = 0; i < message->parts->len; i++) {
		const MessagePart *part = message->parts->pdata[i];
		char *id = part_is_returned(part) ? message_id_in(part->text)
						  : NULL;
		if (id)
			return id;
	}
	char *id = message_id_in(prose + bounce_prose_length(prose));
	if (!id)
		id = message_id_in(prose);
	if (id)
		return id;
	if (message->in_reply_to->len)
		return g_strdup(message->in_reply_to->pdata[0]);
	return NULL;
}

/* ---- the sum ---------------------------------------------------------- */

static bool recipient_is_permanent(const AnalysisRecipient *recipient)
{
	return g_strcmp0(recipient->action, "failed") == 0 &&
	       recipient->status && recipient->status[0] == '5';
}

void bounce_sum_up(AnalysisBounce *bounce)
{
	const char *gravest = NULL;
	for (guint i = 0; i < bounce->recipients->len; i++) {
		const AnalysisRecipient *recipient =
			bounce->recipients->pdata[i];
		if (recipient_is_permanent(recipient))
			bounce->permanent = true;
		if (!gravest || bounce_reason_gravity(recipient->reason) >
					bounce_reason_gravity(gravest))
			gravest = recipient->reason;
	}
	bounce->reason = g_strdup(gravest);
}

AnalysisBounce *bounce_read(
	const Message *message, const AnalysisEnvelope *envelope)
{
	g_autofree char *prose = prose_collect(message);
	AnalysisBounce *bounce = bounce_notification_read(prose);
	if (bounce)
		return bounce;
	if (!message_is_bounce(message, envelope, prose))
		return NULL;
	bounce = bounce_new();
	for (guint i = 0; i < message->parts->len; i++) {
		const MessagePart *part = message->parts->pdata[i];
		if (!part->embedded && part->text && part_is_status(part))
			bounce_status_read(part->text, bounce->recipients);
	}
	bounce_prose_read(message, envelope, prose, bounce->recipients);
	bounce->returned_message_id = returned_id_find(message, prose);
	bounce_sum_up(bounce);
	return bounce;
}
