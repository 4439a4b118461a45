/*
 * What a mail says of itself: is it a person's, and may it be answered?  One
 * table, a row for each signal; the first row that matches and shows a kind
 * gives the kind, the first that costs anything is the guard, and the highest
 * cost of all that match counts.
 */
#include <string.h>

#include "internal.h"

/* All that a matcher may look at. */
typedef struct Evidence Evidence;
struct Evidence {
	const Message *message;
	const AnalysisEnvelope *envelope;
	const Analysis *analysis; /* filled but for the kind and guard */
};

typedef struct Signal Signal;

/* What matched, in words, or NULL.  (transfer full) (nullable) */
typedef char *(*SignalMatcher)(const Signal *signal, const Evidence *evidence);

struct Signal {
	AnalysisSignal public;
	SignalMatcher matcher;
	const char *header;       /* for those that look at one */
	const char *const *words; /* NULL-terminated, for those that compare */
};

/* ---- headers ---------------------------------------------------------- */

/* The value of the index-th and later header of a name, or NULL. */
static const char *header_next(
	const Message *message, const char *name, guint *index)
{
	while (*index < message->headers->len) {
		const MessageHeader *header = message->headers->pdata[*index];
		++*index;
		if (g_ascii_strcasecmp(header->name, name) == 0)
			return header->value;
	}
	return NULL;
}

/* Past white space and comments (RFC 5322 3.2.2). */
static const char *cfws_skip(const char *value)
{
	unsigned depth = 0;
	for (; *value; value++) {
		if (*value == '(')
			depth++;
		else if (*value == ')' && depth > 0)
			depth--;
		else if (depth == 0 && !g_ascii_isspace(*value))
			break;
	}
	return value;
}

/*
 * The next word of a value, in lower case: separators, comments and quotes are
 * left out.  NULL at the end.  (transfer full) (nullable)
 */
static char *word_next(const char **at)
{
	static const char separators[] = " \t\r\n,;\"'";
	const char *start = cfws_skip(*at);
	while (*start && strchr(separators, *start))
		start = cfws_skip(start + 1);
	size_t length = strcspn(start, " \t\r\n,;\"'(");
	*at = start + length;
	return length ? g_ascii_strdown(start, (gssize)length) : NULL;
}

static bool words_hold(const char *const *words, const char *word)
{
	for (size_t i = 0; words[i]; i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

static char *detail_new(const char *header, const char *value)
{
	g_autofree char *short_value =
		g_utf8_substring(value, 0, MIN(g_utf8_strlen(value, -1), 120));
	return g_strdup_printf("%s: %s", header, short_value);
}

/* ---- matchers on one header ------------------------------------------- */

static char *match_present(const Signal *signal, const Evidence *evidence)
{
	guint index = 0;
	const char *value;
	while ((value = header_next(evidence->message, signal->header, &index)))
		if (value[strspn(value, " \t\r\n")])
			return detail_new(signal->header, value);
	return NULL;
}

/* Present, and not "no", "false" or "0". */
static char *match_flag(const Signal *signal, const Evidence *evidence)
{
	static const char *const off[] = {"no", "false", "0", "none", NULL};
	guint index = 0;
	const char *value;
	while ((value = header_next(
			evidence->message, signal->header, &index))) {
		const char *at = value;
		g_autofree char *word = word_next(&at);
		if (word && !words_hold(off, word))
			return detail_new(signal->header, value);
	}
	return NULL;
}

/* The first word is one of the row's. */
static char *match_word(const Signal *signal, const Evidence *evidence)
{
	guint index = 0;
	const char *value;
	while ((value = header_next(
			evidence->message, signal->header, &index))) {
		const char *at = value;
		g_autofree char *word = word_next(&at);
		if (word && words_hold(signal->words, word))
			return detail_new(signal->header, value);
	}
	return NULL;
}

/* Any of the words is one of the row's. */
static char *match_any_word(const Signal *signal, const Evidence *evidence)
{
	guint index = 0;
	const char *value;
	while ((value = header_next(
			evidence->message, signal->header, &index))) {
		const char *at = value;
		char *word;
		while ((word = word_next(&at))) {
			bool holds = words_hold(signal->words, word);
			g_free(word);
			if (holds)
				return detail_new(signal->header, value);
		}
	}
	return NULL;
}

/* The value begins with one of the row's words, case ignored. */
static char *match_prefix(const Signal *signal, const Evidence *evidence)
{
	guint index = 0;
	const char *value;
	while ((value = header_next(
			evidence->message, signal->header, &index))) {
		const char *start = cfws_skip(value);
		for (size_t i = 0; signal->words[i]; i++)
			if (g_ascii_strncasecmp(start, signal->words[i],
				    strlen(signal->words[i])) == 0)
				return detail_new(signal->header, value);
	}
	return NULL;
}

/* ---- Auto-Submitted (RFC 3834 5) -------------------------------------- */

/* "no" is a person; what it says beside the known words is a program. */
static char *match_auto_submitted_other(
	const Signal *signal, const Evidence *evidence)
{
	static const char *const known[] = {
		"no", "auto-replied", "auto-forwarded", NULL};
	guint index = 0;
	const char *value;
	while ((value = header_next(
			evidence->message, signal->header, &index))) {
		const char *at = value;
		g_autofree char *word = word_next(&at);
		if (word && !words_hold(known, word))
			return detail_new(signal->header, value);
	}
	return NULL;
}

/* ---- addresses -------------------------------------------------------- */

bool signals_address_is_ours(
	const char *address, const AnalysisEnvelope *envelope)
{
	if (!envelope->our_addresses || !address)
		return false;
	g_autofree char *plain = base_address_without_detail(address, NULL);
	g_autofree char *folded = base_address_fold(plain);
	g_autofree char *whole = base_address_fold(address);
	for (size_t i = 0; envelope->our_addresses[i]; i++)
		if (strcmp(envelope->our_addresses[i], folded) == 0 ||
			strcmp(envelope->our_addresses[i], whole) == 0)
			return true;
	return false;
}

bool signals_sender_is_null(
	const Message *message, const AnalysisEnvelope *envelope)
{
	if (envelope->from)
		return *envelope->from == '\0' ||
		       strcmp(envelope->from, "<>") == 0 ||
		       g_ascii_strcasecmp(envelope->from, "MAILER-DAEMON") == 0;
	guint index = 0;
	const char *path = header_next(message, "Return-Path", &index);
	if (!path)
		return false;
	path = cfws_skip(path);
	return g_str_has_prefix(path, "<>") ||
	       g_ascii_strncasecmp(path, "<MAILER-DAEMON", 14) == 0 ||
	       g_ascii_strncasecmp(path, "MAILER-DAEMON", 13) == 0;
}

static char *match_null_sender(const Signal *signal, const Evidence *evidence)
{
	(void)signal;
	if (!signals_sender_is_null(evidence->message, evidence->envelope))
		return NULL;
	return g_strdup("the envelope sender is empty");
}

/* Nobody takes an answer, and it is one itself: a vacation program's. */
static char *match_null_sender_reply(
	const Signal *signal, const Evidence *evidence)
{
	if (!evidence->message->in_reply_to->len)
		return NULL;
	return match_null_sender(signal, evidence);
}

/* RFC 5230 4.5: the fields that may name whom a mail is for. */
static const char *const recipient_headers[] = {"To", "Cc", "Bcc", "Resent-To",
	"Resent-Cc", "Resent-Bcc", "Apparently-To", NULL};

/* Who writes to more than this many does not write to us. */
enum { ADDRESSES_MAX = 2000 };

/* True if one of our addresses is named in a field, as a whole word. */
static bool value_names_us(
	const char *value, const AnalysisEnvelope *envelope, unsigned *budget)
{
	while (*value && *budget > 0) {
		size_t length = strcspn(value, " \t\r\n<>,;:\"()[]");
		if (memchr(value, '@', length)) {
			g_autofree char *address = g_strndup(value, length);
			--*budget;
			if (signals_address_is_ours(address, envelope))
				return true;
		}
		value += length;
		value += *value != '\0';
	}
	return false;
}

static bool message_names_us(const Evidence *evidence)
{
	const GPtrArray *recipients = evidence->analysis->recipients;
	unsigned budget = ADDRESSES_MAX;
	for (guint i = 0; i < MIN(recipients->len, ADDRESSES_MAX); i++)
		if (signals_address_is_ours(
			    recipients->pdata[i], evidence->envelope))
			return true;
	for (size_t i = 0; recipient_headers[i]; i++) {
		guint index = 0;
		const char *value;
		while ((value = header_next(evidence->message,
				recipient_headers[i], &index)))
			if (value_names_us(value, evidence->envelope, &budget))
				return true;
	}
	return false;
}

static char *match_not_addressed(const Signal *signal, const Evidence *evidence)
{
	(void)signal;
	const char *const *ours = evidence->envelope->our_addresses;
	if (!ours || !ours[0] || message_names_us(evidence))
		return NULL;
	return g_strdup("no To or Cc names a mailbox of ours");
}

/* Local parts that no person reads; a last '-' or '+' takes what follows. */
static const char *const robots[] = {
	"noreply",
	"noreply-",
	"no-reply",
	"no-reply-",
	"no.reply",
	"no_reply",
	"noreplies",
	"donotreply",
	"donotreply-",
	"do-not-reply",
	"do-not-reply-",
	"do_not_reply",
	"do.not.reply",
	"dontreply",
	"dont-reply",
	"not-reply",
	"notreply",
	"no-responder",
	"noresponder",
	"no-responda",
	"ne-pas-repondre",
	"nepasrepondre",
	"nereponse",
	"keine-antwort",
	"nicht-antworten",
	"non-rispondere",
	"nao-responda",
	"naoresponda",
	"niet-antwoorden",
	"ala-vastaa",
	"alavastaa",
	"eivastausta",
	"ei-vastausta",
	"mailer-daemon",
	"mailerdaemon",
	"mailer_daemon",
	"mail-daemon",
	"mdaemon",
	"postmaster",
	"bounce",
	"bounce-",
	"bounce+",
	"bounces",
	"bounces-",
	"bounces+",
	"listserv",
	"majordomo",
	"mailman",
	"listproc",
	"listmaster",
	"owner-",
	"autoresponder",
	"auto-reply",
	"autoreply",
	"automailer",
	"nobody",
	"cron",
	"daemon",
	"root",
	"www-data",
	NULL,
};

/* Ends of list managers' local parts (RFC 2142 6, RFC 5230 4.6). */
static const char *const robot_ends[] = {"-request", "-bounces", "-owner",
	"-noreply", "-no-reply", "-donotreply", ".noreply", ".no-reply",
	"_noreply", NULL};

static bool local_part_is_robot(const char *local)
{
	for (size_t i = 0; robots[i]; i++) {
		size_t length = strlen(robots[i]);
		bool open = strchr("-+", robots[i][length - 1]) != NULL;
		if (open ? g_str_has_prefix(local, robots[i])
			 : strcmp(local, robots[i]) == 0)
			return true;
	}
	for (size_t i = 0; robot_ends[i]; i++)
		if (g_str_has_suffix(local, robot_ends[i]))
			return true;
	return false;
}

static bool address_is_robot(const char *address)
{
	if (!address)
		return false;
	g_autofree char *plain = base_address_without_detail(address, NULL);
	g_autofree char *folded = base_address_fold(plain);
	char *at = strrchr(folded, '@');
	if (at)
		*at = '\0';
	return local_part_is_robot(folded);
}

/* A web form writes as "noreply@" and gives the customer in Reply-To. */
static bool answer_goes_elsewhere(const Analysis *analysis)
{
	return analysis->reply_to && analysis->from &&
	       g_ascii_strcasecmp(analysis->reply_to, analysis->from) != 0 &&
	       !address_is_robot(analysis->reply_to);
}

/* A form on our own site often writes as the mailbox that it writes to. */
static char *match_own_address(const Signal *signal, const Evidence *evidence)
{
	const Analysis *analysis = evidence->analysis;
	(void)signal;
	if (!signals_address_is_ours(analysis->from, evidence->envelope) ||
		answer_goes_elsewhere(analysis))
		return NULL;
	return g_strdup_printf("the mail is from %s, our own", analysis->from);
}

static char *match_no_reply(const Signal *signal, const Evidence *evidence)
{
	(void)signal;
	const Analysis *analysis = evidence->analysis;
	const char *robot = NULL;
	if (address_is_robot(analysis->reply_to))
		robot = analysis->reply_to;
	else if (address_is_robot(analysis->from) &&
		 !answer_goes_elsewhere(analysis))
		robot = analysis->from;
	if (!robot)
		return NULL;
	return g_strdup_printf("nobody reads mail to %s", robot);
}

static char *match_web_form(const Signal *signal, const Evidence *evidence)
{
	(void)signal;
	const Analysis *analysis = evidence->analysis;
	bool form = address_is_robot(analysis->from) ||
		    signals_address_is_ours(analysis->from, evidence->envelope);
	if (!form || !answer_goes_elsewhere(analysis))
		return NULL;
	return g_strdup_printf("written for %s by a form", analysis->reply_to);
}

/* ---- our own mail ----------------------------------------------------- */

static char *match_own_mail(const Signal *signal, const Evidence *evidence)
{
	const char *ticket =
		message_header(evidence->message, "X-Redress-Ticket");
	const char *submitted =
		message_header(evidence->message, "Auto-Submitted");
	(void)signal;
	if (!ticket || !submitted)
		return NULL;
	const char *at = submitted;
	g_autofree char *word = word_next(&at);
	if (!word || strcmp(word, "no") == 0)
		return NULL;
	return detail_new("X-Redress-Ticket", ticket);
}

static const char *id_domain(const char *id)
{
	const char *at = id ? strrchr(id, '@') : NULL;
	return at ? at + 1 : NULL;
}

static bool id_is_at_our_host(const Evidence *evidence)
{
	const char *domain = id_domain(evidence->message->message_id);
	return domain && evidence->envelope->our_hostname &&
	       g_ascii_strcasecmp(domain, evidence->envelope->our_hostname) ==
		       0;
}

/*
 * "TOKEN.RANDOM@hostname" of base_message_id_new(): long words of base 32.
 * The engine, which has the key, looks at the signature.
 */
static bool id_has_our_form(const char *id)
{
	enum { TOKEN_MIN = 24, RANDOM_MIN = 8 };
	static const char alphabet[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	g_autofree char *folded = g_ascii_strdown(id, -1);
	size_t token = strspn(folded, alphabet);
	if (token < TOKEN_MIN || folded[token] != '.')
		return false;
	const char *random = folded + token + 1;
	size_t length = strspn(random, alphabet);
	return length >= RANDOM_MIN && random[length] == '@';
}

static char *match_own_message_id(
	const Signal *signal, const Evidence *evidence)
{
	const char *id = evidence->message->message_id;
	(void)signal;
	if (!id || !id_is_at_our_host(evidence) || !id_has_our_form(id))
		return NULL;
	return detail_new("Message-ID", id);
}

/* An id of our host in another form: cron, a script, another program here. */
static char *match_host_message_id(
	const Signal *signal, const Evidence *evidence)
{
	(void)signal;
	if (!id_is_at_our_host(evidence))
		return NULL;
	return detail_new("Message-ID", evidence->message->message_id);
}

/* X-Loop names an address or host of ours. */
static char *match_own_loop(const Signal *signal, const Evidence *evidence)
{
	unsigned budget = ADDRESSES_MAX;
	guint index = 0;
	const char *value;
	while ((value = header_next(
			evidence->message, signal->header, &index))) {
		const char *host = evidence->envelope->our_hostname;
		const char *trimmed = value + strspn(value, " \t");
		if (value_names_us(value, evidence->envelope, &budget) ||
			(host && g_ascii_strcasecmp(trimmed, host) == 0))
			return detail_new(signal->header, value);
	}
	return NULL;
}

/*
 * Delivery to one of our addresses adds one such field; a second one says that
 * the mail has been here before.
 */
static char *match_delivered_to(const Signal *signal, const Evidence *evidence)
{
	g_autoptr(GHashTable) seen =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	guint index = 0;
	const char *value;
	while ((value = header_next(
			evidence->message, signal->header, &index))) {
		g_autofree char *trimmed = g_strdup(value);
		g_strstrip(trimmed);
		if (!signals_address_is_ours(trimmed, evidence->envelope))
			continue;
		if (!g_hash_table_add(seen, base_address_fold(trimmed)))
			return g_strdup_printf(
				"delivered to %s before", trimmed);
	}
	return NULL;
}

/* ---- parts ------------------------------------------------------------ */

static const MessagePart *part_of_type(const Message *message, const char *type)
{
	for (guint i = 0; i < message->parts->len; i++) {
		const MessagePart *part = message->parts->pdata[i];
		if (!part->embedded && strcmp(part->type, type) == 0)
			return part;
	}
	return NULL;
}

/* multipart/report of a type (RFC 6522), or the report's own part. */
static bool message_reports(
	const Message *message, const char *report_type, const char *part_type)
{
	if (message->parts->len == 0)
		return false;
	const MessagePart *top = message->parts->pdata[0];
	if (strcmp(top->type, part_type) == 0)
		return true;
	if (strcmp(top->type, "multipart/report") != 0)
		return false;
	if (top->report_type)
		return g_ascii_strcasecmp(top->report_type, report_type) == 0;
	return part_of_type(message, part_type) != NULL;
}

static bool message_is_receipt(const Message *message)
{
	return message_reports(message, "disposition-notification",
		       "message/disposition-notification") ||
	       message_reports(message, "disposition-notification",
		       "message/global-disposition-notification");
}

static bool message_is_feedback(const Message *message)
{
	return message_reports(
		message, "feedback-report", "message/feedback-report");
}

bool signals_is_other_report(const Message *message)
{
	return message_is_receipt(message) || message_is_feedback(message);
}

static char *match_receipt(const Signal *signal, const Evidence *evidence)
{
	(void)signal;
	return message_is_receipt(evidence->message)
		       ? g_strdup("a disposition notification")
		       : NULL;
}

static char *match_feedback(const Signal *signal, const Evidence *evidence)
{
	(void)signal;
	return message_is_feedback(evidence->message)
		       ? g_strdup("an abuse feedback report")
		       : NULL;
}

/* Outlook.com and Amazon SES tell of abuse in forms of their own. */
static char *match_vendor_feedback(
	const Signal *signal, const Evidence *evidence)
{
	static const char jmrp[] = "complaint about message from";
	const Analysis *analysis = evidence->analysis;
	const char *subject = analysis->subject ? analysis->subject : "";
	(void)signal;
	if (analysis->from &&
		g_ascii_strcasecmp(analysis->from, "staff@hotmail.com") == 0 &&
		g_ascii_strncasecmp(subject, jmrp, strlen(jmrp)) == 0)
		return g_strdup("Outlook.com Junk Mail Reporting");
	const char *text = analysis->text + strspn(analysis->text, " \t\r\n");
	if (*text == '{' && strstr(text, "notificationType") &&
		strstr(text, "complainedRecipients"))
		return g_strdup("Amazon SES complaint");
	return NULL;
}

/* "Report Domain: d Submitter: s Report-ID: <i>" (RFC 7489 7.2.1.1). */
static char *match_dmarc_report(const Signal *signal, const Evidence *evidence)
{
	static const char start[] = "Report Domain:";
	const char *subject = evidence->analysis->subject;
	(void)signal;
	if (!subject || g_ascii_strncasecmp(subject, start, strlen(start)) != 0)
		return NULL;
	g_autofree char *folded = g_ascii_strdown(subject, -1);
	return strstr(folded, "submitter:") ? detail_new("Subject", subject)
					    : NULL;
}

static char *match_tls_report(const Signal *signal, const Evidence *evidence)
{
	(void)signal;
	return message_reports(
		       evidence->message, "tlsrpt", "application/tlsrpt+gzip")
		       ? g_strdup("a report on SMTP TLS")
		       : NULL;
}

/* RFC 2369 and Apple Mail's one-click answer to List-Unsubscribe. */
static char *match_unsubscribe(const Signal *signal, const Evidence *evidence)
{
	(void)signal;
	if (!g_str_has_prefix(evidence->analysis->text,
		    "Apple Mail sent this email to unsubscribe"))
		return NULL;
	return g_strdup("Apple Mail's unsubscribe request");
}

static char *match_bounce(const Signal *signal, const Evidence *evidence)
{
	(void)signal;
	const AnalysisBounce *bounce = evidence->analysis->bounce;
	if (!bounce)
		return NULL;
	return g_strdup_printf("a delivery report on %u recipient(s)",
		bounce->recipients->len);
}

/* RFC 5546: only those with a method ask for something; a plain .ics file is
 * an attachment like any other. */
static char *match_calendar(const Signal *signal, const Evidence *evidence)
{
	const MessagePart *part =
		part_of_type(evidence->message, "text/calendar");
	if (!part || !part->text ||
		g_strcmp0(part->disposition, "attachment") == 0)
		return NULL;
	for (size_t i = 0; signal->words[i]; i++) {
		const char *method = strstr(part->text, signal->words[i]);
		if (method)
			return g_strndup(method, strcspn(method, "\r\n"));
	}
	return NULL;
}

/* ---- subjects --------------------------------------------------------- */

static char *match_auto_reply_subject(
	const Signal *signal, const Evidence *evidence)
{
	const char *subject = evidence->analysis->subject;
	(void)signal;
	return signals_subject_is_auto_reply(subject)
		       ? detail_new("Subject", subject)
		       : NULL;
}

static char *match_challenge_subject(
	const Signal *signal, const Evidence *evidence)
{
	const char *subject = evidence->analysis->subject;
	(void)signal;
	return signals_subject_is_challenge(subject)
		       ? detail_new("Subject", subject)
		       : NULL;
}

/* Exchange's own out-of-office has both; each alone says nothing. */
static char *match_exchange_oof(const Signal *signal, const Evidence *evidence)
{
	if (!message_header(
		    evidence->message, "X-MS-Exchange-Inbox-Rules-Loop"))
		return NULL;
	return match_any_word(signal, evidence);
}

/* ---- the table -------------------------------------------------------- */

static const char *const auto_replied[] = {"auto-replied", NULL};
static const char *const auto_forwarded[] = {"auto-forwarded", NULL};
static const char *const precedence_list[] = {"list", NULL};
static const char *const precedence_reply[] = {
	"auto_reply", "auto-reply", "autoreply", NULL};
static const char *const precedence_bulk[] = {"bulk", "junk", NULL};
static const char *const suppress_ack[] = {"all", "autoreply", NULL};
static const char *const suppress_oof[] = {"all", "oof", NULL};
static const char *const autoresponder_class[] = {"9", NULL};
static const char *const responder_mailers[] = {"vacation", "autoresponder",
	"auto-responder", "autoreply", "auto reply", NULL};
static const char *const delivered_autoresponder[] = {"autoresponder", NULL};
static const char *const boxtrapper[] = {"boxtrapper", NULL};
static const char *const tmda[] = {"tmda", NULL};
static const char *const calendar_methods[] = {"METHOD:REQUEST", "METHOD:REPLY",
	"METHOD:CANCEL", "METHOD:COUNTER", "METHOD:DECLINECOUNTER",
	"METHOD:REFRESH", "METHOD:ADD", "METHOD:PUBLISH", NULL};
static const char *const autogenerated_reply[] = {"reply", "letter", NULL};
static const char *const autogenerated_copy[] = {
	"forward", "redirect", "mirror", "group", NULL};
static const char *const loop_vacation[] = {"vacation", NULL};
static const char *const uv_response[] = {"auto_response", NULL};
static const char *const spam_yes[] = {"yes", "true", NULL};

#define KIND(kind) ANALYSIS_##kind
#define ROW(name, source, kind, cost, matcher, header, words)                  \
	{                                                                      \
		{name, source, KIND(kind), ANALYSIS_COST_##cost}, matcher,     \
			header, words                                          \
	}

static const Signal signals[] = {
	/* ours */
	ROW("own-mail", "Redress", LOOP, AUTOMATIC, match_own_mail, NULL, NULL),
	ROW("own-message-id", "Redress", LOOP, AUTOMATIC, match_own_message_id,
		NULL, NULL),
	ROW("own-x-loop", "procmail", LOOP, AUTOMATIC, match_own_loop, "X-Loop",
		NULL),
	ROW("delivered-to-loop", "Postfix, qmail", LOOP, AUTOMATIC,
		match_delivered_to, "Delivered-To", NULL),
	/* reports */
	ROW("feedback-report", "RFC 5965", FEEDBACK_REPORT, AUTOMATIC,
		match_feedback, NULL, NULL),
	ROW("vendor-feedback", "Outlook.com, Amazon SES", FEEDBACK_REPORT,
		AUTOMATIC, match_vendor_feedback, NULL, NULL),
	ROW("unsubscribe-request", "RFC 2369, Apple Mail", FEEDBACK_REPORT,
		AUTOMATIC, match_unsubscribe, NULL, NULL),
	ROW("dmarc-report", "RFC 7489 7.2.1.1", FEEDBACK_REPORT, AUTOMATIC,
		match_dmarc_report, NULL, NULL),
	ROW("tls-report", "RFC 8460 5.3", FEEDBACK_REPORT, AUTOMATIC,
		match_tls_report, NULL, NULL),
	ROW("disposition-notification", "RFC 8098", RECEIPT, ACK, match_receipt,
		NULL, NULL),
	ROW("delivery-status", "RFC 3464, RFC 6533", BOUNCE, AUTOMATIC,
		match_bounce, NULL, NULL),
	/* our own sender is checked after reports, which often come from the
	 * address that they are sent to */
	ROW("own-address", "RFC 3834 2", LOOP, AUTOMATIC, match_own_address,
		NULL, NULL),
	/* challenge and response */
	ROW("x-challenge", "challenge-response", AUTO_REPLY, AUTOMATIC,
		match_flag, "X-Challenge", NULL),
	ROW("x-boxtrapper", "cPanel BoxTrapper", AUTO_REPLY, AUTOMATIC,
		match_flag, "X-BoxTrapper", NULL),
	ROW("boxtrapper", "cPanel BoxTrapper", AUTO_REPLY, AUTOMATIC,
		match_prefix, "X-Mailer", boxtrapper),
	ROW("tmda", "TMDA", AUTO_REPLY, AUTOMATIC, match_prefix,
		"X-Delivery-Agent", tmda),
	ROW("x-tmda-confirm", "TMDA", AUTO_REPLY, AUTOMATIC, match_present,
		"X-TMDA-Confirm", NULL),
	ROW("x-spamarrest", "SpamArrest", AUTO_REPLY, AUTOMATIC, match_present,
		"X-SpamArrest", NULL),
	ROW("challenge-subject", "challenge-response", AUTO_REPLY, AUTOMATIC,
		match_challenge_subject, NULL, NULL),
	/* replies of programs */
	ROW("auto-submitted", "RFC 3834 5", AUTO_REPLY, ACK, match_word,
		"Auto-Submitted", auto_replied),
	ROW("x-autoreply", "Gmail and others", AUTO_REPLY, ACK, match_flag,
		"X-Autoreply", NULL),
	ROW("x-auto-reply", "autoresponders", AUTO_REPLY, ACK, match_flag,
		"X-Auto-Reply", NULL),
	ROW("x-autoreply-from", "DTC", AUTO_REPLY, ACK, match_present,
		"X-AutoReply-From", NULL),
	ROW("x-auto-reply-from", "autoresponders", AUTO_REPLY, ACK,
		match_present, "X-Auto-Reply-From", NULL),
	ROW("x-autorespond", "cPanel BoxTrapper", AUTO_REPLY, ACK,
		match_present, "X-Autorespond", NULL),
	ROW("x-autoresponder", "autoresponders", AUTO_REPLY, ACK, match_flag,
		"X-Autoresponder", NULL),
	ROW("x-mail-autoreply", "DTC, Email::AutoReply", AUTO_REPLY, ACK,
		match_flag, "X-Mail-Autoreply", NULL),
	ROW("x-qq-auto-reply", "QQ Mail", AUTO_REPLY, ACK, match_flag,
		"X-QQ-Auto-Reply", NULL),
	ROW("x-amazon-auto-reply", "Amazon", AUTO_REPLY, ACK, match_flag,
		"X-Amazon-Auto-Reply", NULL),
	ROW("x-vacation", "vacation(1)", AUTO_REPLY, ACK, match_flag,
		"X-Vacation", NULL),
	ROW("x-autogenerated", "CommuniGate Pro", AUTO_REPLY, ACK, match_word,
		"X-Autogenerated", autogenerated_reply),
	ROW("preference-auto-reply", "cPanel", AUTO_REPLY, ACK, match_word,
		"Preference", precedence_reply),
	ROW("x-loop-vacation", "vacation(1)", AUTO_REPLY, ACK, match_word,
		"X-Loop", loop_vacation),
	ROW("x-uv-mailing", "UserVoice", AUTO_REPLY, ACK, match_word,
		"X-Uv-Mailing", uv_response),
	ROW("x-post-messageclass", "Mailtraq", AUTO_REPLY, ACK, match_word,
		"X-POST-MessageClass", autoresponder_class),
	ROW("delivered-to-autoresponder", "qmail-autoresponder", AUTO_REPLY,
		ACK, match_prefix, "Delivered-To", delivered_autoresponder),
	ROW("vacation-mailer", "vacation(1)", AUTO_REPLY, ACK, match_prefix,
		"X-Mailer", responder_mailers),
	ROW("precedence-auto-reply", "Sendmail", AUTO_REPLY, ACK, match_word,
		"Precedence", precedence_reply),
	ROW("x-precedence-auto-reply", "Sendmail", AUTO_REPLY, ACK, match_word,
		"X-Precedence", precedence_reply),
	ROW("exchange-out-of-office", "Exchange", AUTO_REPLY, ACK,
		match_exchange_oof, "X-Auto-Response-Suppress", suppress_oof),
	ROW("auto-reply-subject", "every vendor", AUTO_REPLY, ACK,
		match_auto_reply_subject, NULL, NULL),
	/* invitations */
	ROW("calendar", "RFC 5546", AUTO_GENERATED, ACK, match_calendar, NULL,
		calendar_methods),
	/* lists */
	ROW("list-id", "RFC 2919", LIST, AUTOMATIC, match_present, "List-Id",
		NULL),
	ROW("list-post", "RFC 2369", LIST, AUTOMATIC, match_present,
		"List-Post", NULL),
	ROW("list-unsubscribe", "RFC 2369", LIST, AUTOMATIC, match_present,
		"List-Unsubscribe", NULL),
	ROW("list-subscribe", "RFC 2369", LIST, AUTOMATIC, match_present,
		"List-Subscribe", NULL),
	ROW("list-help", "RFC 2369", LIST, AUTOMATIC, match_present,
		"List-Help", NULL),
	ROW("list-owner", "RFC 2369", LIST, AUTOMATIC, match_present,
		"List-Owner", NULL),
	ROW("list-archive", "RFC 2369", LIST, AUTOMATIC, match_present,
		"List-Archive", NULL),
	ROW("x-mailing-list", "Majordomo, ezmlm", LIST, AUTOMATIC,
		match_present, "X-Mailing-List", NULL),
	ROW("mailing-list", "ezmlm", LIST, AUTOMATIC, match_present,
		"Mailing-List", NULL),
	ROW("x-mailman-version", "Mailman", LIST, AUTOMATIC, match_present,
		"X-Mailman-Version", NULL),
	ROW("x-beenthere", "Mailman", LIST, AUTOMATIC, match_present,
		"X-BeenThere", NULL),
	ROW("x-listname", "ListProc", LIST, AUTOMATIC, match_present,
		"X-Listname", NULL),
	ROW("x-ml-name", "fml", LIST, AUTOMATIC, match_present, "X-ML-Name",
		NULL),
	ROW("precedence-list", "Sendmail, RFC 3834 2", LIST, AUTOMATIC,
		match_word, "Precedence", precedence_list),
	ROW("x-precedence-list", "Sendmail", LIST, AUTOMATIC, match_word,
		"X-Precedence", precedence_list),
	/* mail of programs */
	ROW("auto-generated", "RFC 3834 5", AUTO_GENERATED, AUTOMATIC,
		match_auto_submitted_other, "Auto-Submitted", NULL),
	ROW("precedence-bulk", "Sendmail, RFC 3834 2", AUTO_GENERATED,
		AUTOMATIC, match_word, "Precedence", precedence_bulk),
	ROW("x-precedence-bulk", "Sendmail", AUTO_GENERATED, AUTOMATIC,
		match_word, "X-Precedence", precedence_bulk),
	ROW("x-fc-machinegenerated", "FirstClass", AUTO_GENERATED, AUTOMATIC,
		match_flag, "X-FC-MachineGenerated", NULL),
	ROW("x-cron-env", "cron", AUTO_GENERATED, AUTOMATIC, match_present,
		"X-Cron-Env", NULL),
	ROW("x-rt-loop-prevention", "Request Tracker", AUTO_GENERATED,
		AUTOMATIC, match_present, "X-RT-Loop-Prevention", NULL),
	ROW("x-otrs-loop", "OTRS, Znuny", AUTO_GENERATED, AUTOMATIC, match_flag,
		"X-OTRS-Loop", NULL),
	ROW("x-github-reason", "GitHub", AUTO_GENERATED, AUTOMATIC,
		match_present, "X-GitHub-Reason", NULL),
	ROW("x-bugzilla-reason", "Bugzilla", AUTO_GENERATED, AUTOMATIC,
		match_present, "X-Bugzilla-Reason", NULL),
	ROW("x-jira-fingerprint", "Jira", AUTO_GENERATED, AUTOMATIC,
		match_present, "X-JIRA-FingerPrint", NULL),
	ROW("null-sender-reply", "RFC 3834 3.1.5, RFC 5230 4.6", AUTO_REPLY,
		AUTOMATIC, match_null_sender_reply, NULL, NULL),
	ROW("null-sender", "RFC 5321 4.5.5, RFC 3834 2", AUTO_GENERATED,
		AUTOMATIC, match_null_sender, NULL, NULL),
	ROW("no-reply-sender", "RFC 5230 4.6", AUTO_GENERATED, AUTOMATIC,
		match_no_reply, NULL, NULL),
	/* mail of people that is not acknowledged all the same */
	ROW("auto-forwarded", "RFC 3834 5", COMPLAINT, ACK, match_word,
		"Auto-Submitted", auto_forwarded),
	ROW("x-autogenerated-copy", "CommuniGate Pro", COMPLAINT, ACK,
		match_word, "X-Autogenerated", autogenerated_copy),
	ROW("x-auto-response-suppress", "MS-OXCMAIL 2.2.3.2.14", COMPLAINT, ACK,
		match_any_word, "X-Auto-Response-Suppress", suppress_ack),
	ROW("x-loop", "procmail", COMPLAINT, ACK, match_present, "X-Loop",
		NULL),
	ROW("host-message-id", "Redress", COMPLAINT, ACK, match_host_message_id,
		NULL, NULL),
	ROW("spam-flag", "SpamAssassin, rspamd", COMPLAINT, ACK, match_word,
		"X-Spam-Flag", spam_yes),
	ROW("not-addressed-to-us", "RFC 5230 4.5", COMPLAINT, ACK,
		match_not_addressed, NULL, NULL),
	/* known, and costs nothing */
	ROW("web-form", "web forms", COMPLAINT, NOTHING, match_web_form, NULL,
		NULL),
};

size_t analysis_signals_length(void)
{
	return G_N_ELEMENTS(signals);
}

AnalysisSignal analysis_signals_get(size_t index)
{
	g_assert(index < G_N_ELEMENTS(signals));
	return signals[index].public;
}

/* ---- judging ---------------------------------------------------------- */

static void signal_apply(
	const AnalysisSignal *signal, char *detail, Analysis *analysis)
{
	if (analysis->kind == ANALYSIS_COMPLAINT)
		analysis->kind = signal->kind;
	analysis->cost = MAX(analysis->cost, signal->cost);
	if (signal->cost == ANALYSIS_COST_NOTHING || analysis->guard) {
		g_free(detail);
		return;
	}
	analysis->guard = g_strdup(signal->name);
	analysis->guard_detail = detail;
}

void signals_judge(Analysis *analysis, const Message *message,
	const AnalysisEnvelope *envelope)
{
	Evidence evidence = {
		.message = message,
		.envelope = envelope,
		.analysis = analysis,
	};
	for (size_t i = 0; i < G_N_ELEMENTS(signals); i++) {
		char *detail = signals[i].matcher(&signals[i], &evidence);
		if (detail)
			signal_apply(&signals[i].public, detail, analysis);
	}
}
