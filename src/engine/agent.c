/*
 * An agent's mail.  Who wrote it must be proven, what it asks for must be
 * certain, and either all of it is done or nothing is: then the customer gets
 * nothing and the agent hears why.
 */
#include <string.h>

#include "agent.h"

const char *agent_of_login(const EngineMailbox *mailbox, const char *login)
{
	size_t length = strlen(login);

	for (size_t i = 0; mailbox->logins && mailbox->logins[i]; i++) {
		const char *entry = mailbox->logins[i];
		const char *equals = strrchr(entry, '=');
		if (equals && (size_t)(equals - entry) == length &&
			strncmp(entry, login, length) == 0)
			return equals + 1;
	}
	return strchr(login, '@') ? login : NULL;
}

/* SMTP AUTH proves one name, and then nothing else counts: on such a connection
 * nobody has examined what the mail says of itself. */
static bool is_proven(
	const EngineMailbox *mailbox, const EngineMail *mail, const char *from)
{
	if (!mail->auth_login || !*mail->auth_login)
		return mail->analysis->dmarc_passed;
	const char *address = agent_of_login(mailbox, mail->auth_login);
	g_autofree char *folded = address ? base_address_fold(address) : NULL;
	return g_strcmp0(folded, from) == 0;
}

static char *name_proof(const EngineMail *mail)
{
	if (mail->auth_login && *mail->auth_login)
		return g_strdup_printf("SMTP AUTH as %s", mail->auth_login);
	return g_strdup(mail->analysis->authenticated_by);
}

enum agent_standing agent_judge(
	const EngineMailbox *mailbox, const EngineMail *mail, char **ret_proof)
{
	const Analysis *analysis = mail->analysis;

	if (ret_proof)
		*ret_proof = NULL;
	if (!analysis->from)
		return AGENT_NOBODY;
	g_autofree char *from = base_address_fold(analysis->from);
	if (!policy_is_staff(mailbox, from))
		return AGENT_NOBODY;
	if (analysis->several_from || !is_proven(mailbox, mail, from))
		return AGENT_CLAIMED;
	if (ret_proof)
		*ret_proof = name_proof(mail);
	return AGENT_PROVEN;
}

bool agent_flag(Context *context, const StoreTicket *ticket, const Cause *cause,
	const char *from, int64_t now_s, GError **error)
{
	EventOptions options =
		event_of_cause(ticket, cause, "agent-not-proven", now_s);

	options.actor = "redress";
	options.detail = from;
	return event_add(context, &options, error) &&
	       notice_escalate(context, ticket, cause, "impostor", from, 0,
		       now_s, error);
}

bool agent_takes(const AgentMail *mail)
{
	const Analysis *analysis = mail->mail->analysis;

	if (analysis->kind != ANALYSIS_COMPLAINT || mail->mail->no_acknowledge)
		return false;
	g_autofree char *from = base_address_fold(analysis->from);
	/* Somebody of the team may have a complaint of their own. */
	if (mail->ticket && strcmp(mail->ticket->customer, from) == 0)
		return false;
	return mail->ticket || analysis->commands->len ||
	       analysis->command_problem != ANALYSIS_COMMANDS_CLEAR;
}

bool agent_receive(Context *context, const AgentMail *mail, GError **error)
{
	g_auto(Answer) answer = {0};

	answer_init(
		&answer, mail, base_address_fold(mail->mail->analysis->from));
	return mail->ticket ? answer_ticket(context, &answer, error)
			    : on_behalf_receive(context, &answer, error);
}
