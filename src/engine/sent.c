/*
 * A mail from the folder of sent mail: somebody has answered a customer from
 * the shared mailbox, past us.  The words count as the answer and the clocks
 * start anew; nothing is sent by us.  What belongs to no ticket is nobody's
 * business, and not recorded.
 */
#include <string.h>

#include "agent.h"

enum { ADDRESSEES_MOST = 50 };

/* ---- is it an answer ---------------------------------------------------- */

static bool is_field(const char *line, size_t length, const char *name)
{
	size_t size = strlen(name);

	return length > size && line[size] == ':' &&
	       g_ascii_strncasecmp(line, name, size) == 0;
}

static bool says_no(const char *value, size_t length)
{
	while (length && g_ascii_isspace(*value)) {
		value++;
		length--;
	}
	return length >= 2 && g_ascii_strncasecmp(value, "no", 2) == 0 &&
	       (length == 2 || !g_ascii_isalnum(value[2]));
}

/* A responder at the provider keeps what it sends, too.  The analysis knows it
 * only as mail from our own address, which comes first there. */
static bool is_by_machine(GBytes *raw)
{
	static const char *const signs[] = {"X-Autoreply", "X-Autorespond",
		"X-Auto-Response-Suppress", "Precedence"};
	gsize length;
	const char *at = g_bytes_get_data(raw, &length);
	const char *end = at + length;

	while (at < end && *at != '\n' && *at != '\r') {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t line = (size_t)((newline ? newline : end) - at);
		if (is_field(at, line, "Auto-Submitted") &&
			!says_no(at + 15, line - 15))
			return true;
		for (size_t i = 0; i < G_N_ELEMENTS(signs); i++)
			if (is_field(at, line, signs[i]))
				return true;
		at = newline ? newline + 1 : end;
	}
	return false;
}

/* By a person; what it says of itself as our own address is what it is. */
static bool is_answer(const Context *context, const EngineMail *mail)
{
	const Analysis *analysis = mail->analysis;
	g_autofree char *own = engine_policy_own_message_id(
		context->policy, analysis->message_id);
	bool person = analysis->kind == ANALYSIS_COMPLAINT ||
		      g_strcmp0(analysis->guard, "own-address") == 0;

	return !own && person && analysis->from && !is_by_machine(mail->raw);
}

static bool reaches_customer(Context *context, const Analysis *analysis,
	const StoreTicket *ticket, bool *ret_reaches, GError **error)
{
	*ret_reaches = false;
	for (guint i = 0; i < MIN(analysis->recipients->len, ADDRESSEES_MOST) &&
			  !*ret_reaches;
		i++) {
		const char *address = analysis->recipients->pdata[i];
		g_autofree char *folded = base_address_fold(address);
		if (policy_is_ours(context->policy, folded))
			continue;
		if (!conversation_includes(
			    context, ticket, address, ret_reaches, error))
			return false;
	}
	return true;
}

/* ---- what it does ------------------------------------------------------- */

/* A picture alone is an answer as well. */
static char *words_of(const Analysis *analysis)
{
	if (analysis->reply_text && *analysis->reply_text)
		return g_strdup(analysis->reply_text);
	return g_strdup(analysis->subject && *analysis->subject
				? analysis->subject
				: "-");
}

static bool take(Context *context, const RecordOptions *options,
	StoreTicket *ticket, GError **error)
{
	const EngineMail *mail = options->mail;
	g_autoptr(GPtrArray) none = g_ptr_array_new();
	CommandRules rules = {
		.mailbox = policy_mailbox_of(context->policy, ticket->mailbox),
		.now_s = mail->now_s,
	};
	/* The customer has read them: no command is carried out. */
	g_autoptr(Commands) commands = commands_read(none, &rules);
	g_autofree char *actor = g_strconcat("agent:", options->agent, NULL);
	g_auto(Steer) steer = {
		.commands = commands,
		.actor = actor,
		.proof = "from the folder of sent mail",
		.words = "",
		.direct = true,
		.cause = {.actor = actor,
			.mail_id = mail->analysis->message_id},
		.now_s = mail->now_s,
		.text = words_of(mail->analysis),
	};

	return receive_record(
		       context, options, &steer.cause.message_id, error) &&
	       steer_apply(context, ticket, &steer, error);
}

bool sent_receive(Context *context, const SentMail *sent, GError **error)
{
	const EngineMail *mail = sent->mail;
	Match match = {0};
	bool reaches = false;

	if (!is_answer(context, mail))
		return true;
	if (!receive_knows(
		    context, sent->dedupe, &sent->receipt->duplicate, error))
		return false;
	if (sent->receipt->duplicate)
		return true;
	if (!match_mail(context, mail, NULL, &match, error))
		return false;
	g_autoptr(StoreTicket) ticket = match.ticket;
	if (!ticket)
		return true;
	if (!reaches_customer(context, mail->analysis, ticket, &reaches, error))
		return false;
	g_autofree char *from = base_address_fold(mail->analysis->from);
	RecordOptions options = {
		.mail = mail,
		.mailbox_folded = ticket->mailbox,
		.dedupe = sent->dedupe,
		.packed = sent->packed,
		.guard = "staff",
		.ticket_id = ticket->id,
		.agent = from,
	};
	if (!reaches)
		return true;
	sent->receipt->agent = true;
	g_ptr_array_add(sent->receipt->references, g_strdup(ticket->reference));
	return take(context, &options, ticket, error);
}
