/*
 * Bounces that say it in words: what programs write above the mail that they
 * return.  No program's format is parsed for itself; they all name an address
 * and then say why, and tables hold what differs.
 */
#include <string.h>

#include "bounce_parts.h"

/* ---- tables ----------------------------------------------------------- */

/* How subjects of bounces begin, folded.  Never enough alone. */
static const char *const subjects[] = {
	"undeliver", /* undeliverable, undelivered mail returned to sender */
	"delivery status",
	"delivery notification",
	"delivery failure",
	"delivery failed",
	"delivery has failed",
	"delivery error",
	"delivery report",
	"delivery delayed",
	"delivery problem",
	"delayed mail",
	"failed delivery",
	"failure notice",
	"failed mail",
	"mail failed",
	"mail failure",
	"mail delivery",
	"mail deliver",
	"mail could not be delivered",
	"mail system error",
	"mail undeliverable",
	"mail not delivered",
	"mail error",
	"message delivery",
	"message could not be delivered",
	"message undeliverable",
	"message not delivered",
	"message status",
	"returned mail",
	"returned to sender",
	"return to sender",
	"non delivery",
	"non-delivery",
	"nondeliverable",
	"nondelivery",
	"not delivered",
	"non remis",
	"notification d'échec",
	"échec de la remise",
	"échec de remise",
	"echec de distribution",
	"permanent delivery failure",
	"there was an error sending your mail",
	"unable to deliver",
	"unzustellbar",
	"nicht zustellbar",
	"zustellung fehlgeschlagen",
	"rückläufer",
	"fehler bei der zustellung",
	"no se puede entregar",
	"no se pudo entregar",
	"no entregado",
	"error de entrega",
	"aviso de falha",
	"não foi possível entregar",
	"não entregue",
	"falha na entrega",
	"mancato recapito",
	"non recapitabile",
	"impossibile recapitare",
	"niet-bezorgbaar",
	"onbestelbaar",
	"niet bezorgd",
	"kan inte levereras",
	"kunne ikke leveres",
	"kan ikke leveres",
	"toimitus epäonnistui",
	"ei voitu toimittaa",
	"perille toimittamaton",
	"kirja ei saanud kohale toimetada",
	"edastamine ebaõnnestus",
	"niedostarczona",
	"niedostarczone",
	"nie można dostarczyć",
	"nedoručiteln",
	"kézbesíthetetlen",
	"не удается доставить",
	"недоставленн",
	"недоставлено",
	"ваше сообщение не доставлено",
	"сообщение не доставлено",
	"не доставлено",
	"μη παραδοτέο",
	"αδυναμία παράδοσης",
	"teslim edilemedi",
	"không gửi được",
	"không thể gửi",
	"thư không được gửi",
	"配信不能",
	"配信不可",
	"配信できません",
	"メールを配信できません",
	"メッセージを配信できません",
	"メール送信エラー",
	"送信エラー",
	"送信できません",
	"メールシステムエラー",
	"未送达",
	"无法投递",
	"无法送达",
	"邮件无法",
	"退信",
	"系统退信",
	"郵件無法傳遞",
	"無法傳遞",
	"寄件失敗",
	"傳送失敗",
	"배달되지 않음",
	"배달할 수 없",
	"반송",
	"loop alert",
	"warning: could not send",
	"warning: message",
	"warning - delayed mail",
	"could not send message",
	"error sending",
	"dsn:",
	"ndn:",
	"ndr:",
	"*** undeliver",
};

/*
 * What only a program writes of a mail that it could not deliver; whoever
 * signs it, this is a bounce.
 */
static const char *const certain_words[] = {
	"this is the qmail-send program",
	"this is the mail system at host",
	"this is the postfix program at",
	"this is the dragonfly mail agent",
	"this is the mailer-daemon",
	"this is a delivery failure notification",
	"this is an automatically generated delivery status notification",
	"this message was created automatically by mail delivery software",
	"this message was created automatically by the",
	"this report relates to a message you sent",
	"i wasn't able to deliver your message",
	"sorry, we were unable to deliver your message",
	"we were unable to deliver your message",
	"we had trouble delivering your message",
	"delivery has failed to these recipients",
	"had permanent fatal errors",
	"did not reach the following recipient",
	"the original message was received at",
	"the following addresses had",
	"the following address failed",
	"there was an error delivering your mail",
	"an error occurred while trying to deliver",
	"an error has occurred while attempting to deliver",
	"transcript of session follows",
	"failed addresses follow",
	"here is your list of failed recipients",
	"this message was undeliverable due to the following reason",
	"your mail to the following recipients could not be delivered",
	"this is a delivery status notification from",
	"this is the mail delivery agent",
	"this is an automatically generated message from the mail",
	"there was an error delivering to",
	"there was a temporary problem delivering your message",
	"delivery attempts will continue to be made",
	"the e-mail system was unable to deliver the message",
	"a message that you sent could not be delivered",
	"a message you sent could not be delivered",
	"remote server returned '",
	"remote-mta:",
	"error message below:",
	"sent <<< rcpt to:",
	"returned message below could not be delivered",
	"returned below could not be delivered",
	"message from interscan",
	"each of the following recipients was rejected",
	"your mail message to the following address",
	"your mail sent on:",
	"original message headers:",
	"diagnostic information for administrators",
	"diagnostic-code:",
	"final-recipient:",
	"returned '5",
	"group you tried to contact",
	"message could not be delivered to mobile",
	"you are not a member of this mailing list",
	"duplicated message-id in",
	"ваше письмо не может быть доставлено",
	"delivery to the following recipient failed",
	"delivery to the following recipients failed",
	"delivery to the following recipient has been",
	"unable to deliver message to: <",
	"unable to deliver message to the following address",
	"unable to deliver message to <",
	"could not be delivered to: <",
	"the following recipients were affected",
	"message could not be delivered because of 5",
};

/*
 * What programs write as well, and people too, most of all about parcels.
 */
static const char *const likely_words[] = {
	"this is the courier",
	"this is a permanent error",
	"unable to deliver message to",
	"unable to deliver your message",
	"undeliverable to",
	"delivery to the following recipient",
	"delivery of the following message",
	"delivery failed for the following reason",
	"could not be delivered to",
	"could not be sent to",
	"was not successfully delivered",
	"message was undeliverable",
	"delivery attempts",
	"delivery incomplete",
	"address not found",
	"message blocked",
	"message not delivered",
	"recipient inbox full",
	"could not deliver your message",
	"could not deliver the message",
	"was not delivered to",
	"wasn't delivered to",
	"wasn’t delivered to",
	"has not yet been delivered",
	"has not been delivered to",
	"had delivery errors",
	"did not receive this message",
	"the following message to",
	"the following recipients",
	"the following recipient(s)",
	"the following address(es)",
	"returned message",
	"your message cannot be delivered",
	"your message could not be delivered",
	"your message wasn't delivered",
	"your message wasn’t delivered",
	"your message was not delivered",
	"your message: subject",
	"your message to",
	"failure reasons",
	"rejected recipient",
	"original message follows",
	"the virus detector said",
	"не удалось доставить",
	"送信できませんでした",
	"送信に失敗しました",
	"お届けできませんでした",
	"配信できませんでした",
	"エラーのため",
	"无法投递",
	"无法送达",
	"退信原因",
	"郵件無法",
	"전송되지",
	"konnte nicht zugestellt werden",
	"n'a pas pu être",
	"n'a pas été remis",
	"no se pudo entregar",
	"no se ha podido entregar",
	"não pôde ser entregue",
	"non è stato possibile recapitare",
	"niet worden bezorgd",
	"nie mogła zostać dostarczona",
};

/* Where the copy of the returned mail begins: a line that holds this. */
static const char *const returned_marks[] = {
	"below this line is a copy of the message",
	"below is a copy of the original message",
	"this is a copy of the message",
	"this is a copy of your message",
	"is a copy of the message header",
	"--- original message",
	"--original message",
	"original message follows",
	"original message headers",
	"original message header",
	"header of the original message is following",
	"headers of the original message",
	"headers of the message follow",
	"message headers follow",
	"message header follows",
	"unsent message follows",
	"unsent message below",
	"returned message ---",
	"returned message follows",
	"message text follows:",
	"original mail as follows",
	"received message follows",
	"first part of the message",
	"content-type: message/rfc822",
	"content-type: text/rfc822-headers",
};

/* Or a line that starts with this: the copy's own first fields. */
static const char *const returned_fields[] = {
	"received:",
	"return-path:",
	"dkim-signature:",
	"x-originating-ip:",
	"mime-version:",
};

/* What a line that names somebody else holds. */
static const char *const bystanders[] = {
	"assistance",
	"contact",
	"sender:",
	"from:",
	"mail from",
	"please send",
	"report",
	"reply to",
	"http://",
	"https://",
	"the message id",
	"message-id",
	"message id",
};

/* "Not yet." */
static const char *const delays[] = {
	"has been delayed",
	"is delayed",
	"was delayed",
	"delivery delay",
	"delayed mail",
	"delivery status notification (delay)",
	"not yet been delivered",
	"has not been delivered yet",
	"still being retried",
	"will be retried",
	"will keep trying",
	"will continue to try",
	"delivery attempts will continue",
	"warning message only",
	"warning only",
	"do not need to resend",
	"could not send message for past",
	"no action is required on your part",
	"wird weiterhin versucht",
	"zustellung verzögert",
	"zustellung verzoegert",
	"temporary failure report",
	"temporary problem delivering",
	"delivery incomplete",
	"remise retardée",
	"entrega retrasada",
	"entrega atrasada",
	"consegna ritardata",
	"bezorging vertraagd",
	"доставка задерживается",
	"配信が遅れて",
	"邮件延迟",
	"sera retenté",
};

static bool text_holds(
	const char *folded, const char *const *table, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (strstr(folded, table[i]))
			return true;
	return false;
}

bool bounce_prose_is_subject(const char *subject)
{
	if (!subject)
		return false;
	subject += strspn(subject, " \t*[");
	g_autofree char *folded = bounce_fold(subject, strlen(subject));
	for (size_t i = 0; i < G_N_ELEMENTS(subjects); i++)
		if (g_str_has_prefix(folded, subjects[i]))
			return true;
	return false;
}

bool bounce_prose_is_certain(const char *text)
{
	g_autofree char *folded = bounce_fold(text, strlen(text));
	return text_holds(folded, certain_words, G_N_ELEMENTS(certain_words));
}

bool bounce_prose_is_likely(const char *text)
{
	g_autofree char *folded = bounce_fold(text, strlen(text));
	return text_holds(folded, certain_words, G_N_ELEMENTS(certain_words)) ||
	       text_holds(folded, likely_words, G_N_ELEMENTS(likely_words));
}

bool bounce_prose_is_delay(const char *folded)
{
	return text_holds(folded, delays, G_N_ELEMENTS(delays));
}

/* ---- lines ------------------------------------------------------------ */

static bool line_begins_copy(const char *line, size_t length)
{
	g_autofree char *folded = bounce_fold(line, MIN(length, 256));
	const char *trimmed = folded + strspn(folded, " ");
	for (size_t i = 0; i < G_N_ELEMENTS(returned_fields); i++)
		if (g_str_has_prefix(folded, returned_fields[i]))
			return true;
	return *trimmed && text_holds(trimmed, returned_marks,
				   G_N_ELEMENTS(returned_marks));
}

size_t bounce_prose_length(const char *text)
{
	const char *at = text;
	while (*at) {
		size_t length = strcspn(at, "\n");
		/* The first line is never the copy: some programs announce it
		 * there and speak afterwards. */
		if (at > text && line_begins_copy(at, length))
			break;
		at += length;
		at += *at == '\n';
	}
	return (size_t)(at - text);
}

/* ---- addresses -------------------------------------------------------- */

static bool is_address_char(gunichar c)
{
	if (c < 0x80)
		return g_ascii_isalnum((char)c) ||
		       (c && strchr("!#$%&*+-./=?^_{|}~", (int)c));
	return g_unichar_isalnum(c) || g_unichar_ismark(c);
}

/*
 * Where the word that ends before a place begins.  Letters beyond ASCII belong
 * to an address that has them next to its '@' (RFC 6531), not to one that
 * stands in Chinese text without a space.
 */
static const char *word_begin(const char *from, const char *end)
{
	bool wide = end > from && (unsigned char)end[-1] >= 0x80;
	while (end > from) {
		const char *before = g_utf8_find_prev_char(from, end);
		gunichar c = before ? g_utf8_get_char(before) : 0;
		if (!is_address_char(c) || (c >= 0x80 && !wide))
			break;
		end = before;
	}
	return end;
}

static const char *word_end(const char *at, const char *end)
{
	const char *start = at;
	bool wide = at < end && (unsigned char)*at >= 0x80;
	while (at < end) {
		gunichar c = g_utf8_get_char(at);
		if (!is_address_char(c) || (c >= 0x80 && !wide))
			break;
		at = g_utf8_next_char(at);
	}
	while (at > start && strchr(".-=?!*/", at[-1]))
		at--;
	return at;
}

/*
 * The next address at or after a place; *ret_end is where the search goes on.
 * NULL if there is none up to end.  (transfer full) (nullable)
 */
static char *address_next(const char *from, const char *at, const char *end,
	const char **ret_start, const char **ret_end)
{
	enum { ADDRESS_MAX_BYTES = 320 }; /* RFC 5321 4.5.3.1 */
	while ((at = memchr(at, '@', (size_t)(end - at)))) {
		const char *start = word_begin(from, at);
		const char *stop = word_end(at + 1, end);
		*ret_start = start;
		*ret_end = stop;
		if (start < at && stop > at + 1 &&
			stop - start <= ADDRESS_MAX_BYTES)
			return g_strndup(start, (gsize)(stop - start));
		at++;
	}
	return NULL;
}

/* ---- the reading ------------------------------------------------------ */

/* How a line names a recipient, the surest first. */
enum naming {
	NAMING_START,   /* the line begins with the address */
	NAMING_COMMAND, /* RCPT TO:<address> */
	NAMING_WITHIN,  /* the address is somewhere in it */
	NAMING_SENDER,  /* he who sent the mail, perhaps to himself */
};

typedef struct Mention Mention;
struct Mention {
	char *address;
	enum naming naming;
	const char *line; /* its line begins here */
};

typedef struct Reading Reading;
struct Reading {
	const Message *message;
	const AnalysisEnvelope *envelope;
	GArray *mentions;       /* Mention */
	GHashTable *bystanders; /* addresses that did not fail, folded */
};

static void mention_clear(void *data)
{
	Mention *mention = data;
	g_free(mention->address);
}

static bool addresses_hold(const GPtrArray *addresses, const char *address)
{
	for (guint i = 0; i < addresses->len; i++) {
		const MessageAddress *other = addresses->pdata[i];
		if (other->address &&
			g_ascii_strcasecmp(other->address, address) == 0)
			return true;
	}
	return false;
}

static bool address_is_sender(const Reading *reading, const char *address)
{
	return addresses_hold(reading->message->to, address) ||
	       signals_address_is_ours(address, reading->envelope);
}

static bool is_bystander(const Reading *reading, const char *address)
{
	g_autofree char *folded = g_ascii_strdown(address, -1);
	return g_hash_table_contains(reading->bystanders, folded);
}

/* Whoever reports, or helps, did not fail. */
static bool address_is_reporter(const Reading *reading, const char *address)
{
	return addresses_hold(reading->message->from, address) ||
	       is_bystander(reading, address);
}

static enum naming line_naming(
	const char *line, const char *start, const char *folded)
{
	if (strstr(folded, "rcpt to:") && start > line && start[-1] == '<')
		return NAMING_COMMAND;
	while (line < start && strchr(" \t<\"'>*-", *line))
		line++;
	return line == start ? NAMING_START : NAMING_WITHIN;
}

static void line_read(Reading *reading, const char *line, size_t length)
{
	const char *at = line, *end = line + length, *start;
	if (reading->mentions->len >= BOUNCE_MAX_MENTIONS)
		return;
	g_autofree char *folded = bounce_fold(line, MIN(length, 512));
	char *address = address_next(line, at, end, &start, &at);
	if (!address)
		return;
	Mention mention = {
		.address = address,
		.naming = line_naming(line, start, folded),
		.line = line,
	};
	if (mention.naming == NAMING_WITHIN &&
		text_holds(folded, bystanders, G_N_ELEMENTS(bystanders)))
		g_hash_table_add(
			reading->bystanders, g_ascii_strdown(address, -1));
	bool sender = address_is_sender(reading, address);
	bool skipped = sender && mention.naming != NAMING_START;
	if (sender)
		mention.naming = NAMING_SENDER;
	if (skipped || address_is_reporter(reading, address))
		g_free(address);
	else
		g_array_append_val(reading->mentions, mention);
}

static void lines_read(Reading *reading, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");
		line_read(reading, text, length);
		text += length;
		text += *text == '\n';
	}
}

static bool recipients_hold(const GPtrArray *recipients, const char *address)
{
	for (guint i = 0; i < recipients->len; i++) {
		const AnalysisRecipient *recipient = recipients->pdata[i];
		if (recipient->address &&
			g_ascii_strcasecmp(recipient->address, address) == 0)
			return true;
	}
	return false;
}

static void recipient_add(GPtrArray *recipients, const char *address)
{
	if (recipients->len >= BOUNCE_MAX_RECIPIENTS ||
		(address && recipients_hold(recipients, address)))
		return;
	AnalysisRecipient *recipient = bounce_recipient_new();
	recipient->address = g_strdup(address);
	g_ptr_array_add(recipients, recipient);
}

/* X-Failed-Recipients: Exim, Gmail and their heirs. */
static void failed_recipients_read(
	const Message *message, GPtrArray *recipients)
{
	for (guint i = 0; i < message->headers->len; i++) {
		const MessageHeader *header = message->headers->pdata[i];
		if (g_ascii_strcasecmp(header->name, "X-Failed-Recipients"))
			continue;
		const char *at = header->value, *start;
		const char *end = at + strlen(at);
		char *address;
		while ((address = address_next(
				header->value, at, end, &start, &at))) {
			recipient_add(recipients, address);
			g_free(address);
		}
	}
}

static void mentions_add(
	const Reading *reading, enum naming naming, GPtrArray *recipients)
{
	if (recipients->len)
		return;
	for (guint i = 0; i < reading->mentions->len; i++) {
		const Mention *mention =
			&g_array_index(reading->mentions, Mention, i);
		if (mention->naming == naming)
			recipient_add(recipients, mention->address);
	}
}

/* Where the words about the next recipient begin, or the end. */
static const char *words_end(const Reading *reading,
	const GPtrArray *recipients, guint after, const char *address,
	const char *end)
{
	for (guint i = after; i < reading->mentions->len; i++) {
		const Mention *mention =
			&g_array_index(reading->mentions, Mention, i);
		if (mention->naming == NAMING_START &&
			g_ascii_strcasecmp(mention->address, address) != 0 &&
			recipients_hold(recipients, mention->address))
			return mention->line;
	}
	return end;
}

/* The words about one recipient: from each line that names it to the line that
 * names the next.  (transfer full) */
static char *words_about(const Reading *reading, const GPtrArray *recipients,
	const char *address, const char *end)
{
	GString *words = g_string_new(NULL);
	const char *read_to = NULL;
	for (guint i = 0; i < reading->mentions->len; i++) {
		const Mention *mention =
			&g_array_index(reading->mentions, Mention, i);
		if (g_ascii_strcasecmp(mention->address, address) != 0 ||
			(read_to && mention->line < read_to))
			continue;
		read_to = words_end(reading, recipients, i + 1, address, end);
		size_t length = (size_t)(read_to - mention->line);
		size_t room = BOUNCE_MAX_DIAGNOSTIC_BYTES - words->len;
		g_string_append_len(
			words, mention->line, (gssize)MIN(length, room));
		if (length >= room)
			break;
	}
	return g_string_free(words, false);
}

static bool words_say_why(const char *words)
{
	g_autofree char *status = bounce_find_status(words);
	g_autofree char *folded = bounce_fold(words, strlen(words));
	return status || bounce_find_reply_class(words) ||
	       bounce_reason_find(folded);
}

static void recipients_judge(const Reading *reading, GPtrArray *recipients,
	const char *prose, bool delayed)
{
	const char *end = prose + strlen(prose);
	g_autofree char *whole = g_strndup(
		prose, MIN(strlen(prose), BOUNCE_MAX_DIAGNOSTIC_BYTES * 2));
	for (guint i = 0; i < recipients->len; i++) {
		AnalysisRecipient *recipient = recipients->pdata[i];
		if (recipient->action && recipient->reason)
			continue;
		g_autofree char *words =
			recipient->address ? words_about(reading, recipients,
						     recipient->address, end)
					   : g_strdup("");
		bounce_recipient_judge(recipient,
			words_say_why(words) ? words : whole, delayed);
	}
}

void bounce_prose_read(const Message *message, const AnalysisEnvelope *envelope,
	const char *text, GPtrArray *recipients)
{
	g_autofree char *prose = g_strndup(text, bounce_prose_length(text));
	g_autofree char *about = g_strconcat(
		message->subject ? message->subject : "", "\n", prose, NULL);
	g_autofree char *folded = bounce_fold(about, strlen(about));
	Reading reading = {
		.message = message,
		.envelope = envelope,
		.mentions = g_array_new(false, false, sizeof(Mention)),
		.bystanders = g_hash_table_new_full(
			g_str_hash, g_str_equal, g_free, NULL),
	};
	g_array_set_clear_func(reading.mentions, mention_clear);
	if (strstr(folded, "final-recipient:"))
		bounce_status_read(prose, recipients);
	if (!recipients->len)
		failed_recipients_read(message, recipients);
	lines_read(&reading, prose);
	mentions_add(&reading, NAMING_START, recipients);
	mentions_add(&reading, NAMING_COMMAND, recipients);
	mentions_add(&reading, NAMING_WITHIN, recipients);
	/* A bounce in a bounce: what was returned is a report itself. */
	if (!recipients->len)
		bounce_status_read(text + strlen(prose), recipients);
	mentions_add(&reading, NAMING_SENDER, recipients);
	if (!recipients->len)
		recipient_add(recipients, NULL);
	recipients_judge(
		&reading, recipients, prose, bounce_prose_is_delay(folded));
	g_array_unref(reading.mentions);
	g_hash_table_unref(reading.bystanders);
}
