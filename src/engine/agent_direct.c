/* An agent's mail that goes to the customer itself, and past us to others. */
#include "agent.h"

EngineDirect *agent_direct_edits(const Context *context,
	const EngineMailbox *mailbox, const StoreTicket *ticket,
	const char *agent)
{
	EngineDirect *edits = g_new0(EngineDirect, 1);

	edits->reply_to = policy_token_address(
		context->policy, mailbox, 't', ticket->reference);
	edits->envelope_from = policy_token_address(
		context->policy, mailbox, 'b', ticket->reference);
	edits->subject_tag = g_strdup_printf("[#%s]", ticket->reference);
	edits->thread_id = policy_thread_id(context->policy, ticket->reference);
	edits->agent = g_strdup(agent);
	if (!mailbox->from_agent) {
		edits->from_name = g_strdup(mailbox->name);
		edits->from_address = g_strdup(mailbox->address);
	}
	if (!edits->reply_to)
		edits->reply_to = g_strdup(mailbox->address);
	return edits;
}

/* Who of the recipients is the customer, or takes part. */
static bool reaches_customer(Context *context, const EngineMail *mail,
	const StoreTicket *ticket, bool *ret_reaches, GError **error)
{
	*ret_reaches = false;
	for (size_t i = 0; mail->recipients[i] && !*ret_reaches; i++)
		if (!conversation_includes(context, ticket, mail->recipients[i],
			    ret_reaches, error))
			return false;
	return true;
}

/* What is for us would be read where nobody takes it out, and would be done
 * nowhere: among colleagues as well as not. */
static bool refuse_stray(
	Context *context, const AgentMail *agent, GError **error)
{
	g_auto(Answer) answer = {0};
	const EngineMail *mail = agent->mail;
	bool strange = false;

	for (size_t i = 0; mail->recipients[i]; i++) {
		g_autofree char *folded =
			base_address_fold(mail->recipients[i]);
		strange |= !policy_is_staff(agent->mailbox, folded) &&
			   !policy_is_ours(context->policy, folded);
	}
	if (!strange || !mail->analysis->commands->len)
		return true;
	answer_init(&answer, agent, base_address_fold(mail->analysis->from));
	answer_set_problem(&answer, "refused",
		"This mail goes to nobody who takes part in the ticket that it "
		"answers. Correct the customer's address with #address, in a "
		"mail to the mailbox");
	return answer_refuse(context, &answer, agent->ticket, error);
}

static bool take_direct(Context *context, const AgentMail *agent,
	EngineReceipt *receipt, GError **error)
{
	bool known = false;

	if (!receive_knows(context, agent->dedupe, &known, error) ||
		(!known && !agent_receive(context, agent, error)))
		return false;
	receipt->duplicate = known;
	if (receipt->refused)
		return true;
	receipt->agent = true;
	receipt->direct = agent_direct_edits(context, agent->mailbox,
		agent->ticket, agent->mail->analysis->from);
	if (known)
		g_ptr_array_add(receipt->references,
			g_strdup(agent->ticket->reference));
	return true;
}

bool agent_direct_receive(Context *context, const EngineMail *mail,
	const char *dedupe, GBytes *packed, EngineReceipt *receipt,
	GError **error)
{
	Match match = {0};
	bool reaches = false;

	if (mail->analysis->kind != ANALYSIS_COMPLAINT)
		return true;
	if (!match_mail(context, mail, NULL, &match, error))
		return false;
	g_autoptr(StoreTicket) ticket = match.ticket;
	if (!ticket)
		return true;
	const EngineMailbox *mailbox =
		policy_mailbox_of(context->policy, ticket->mailbox);
	g_autofree char *proof = NULL;
	if (!mailbox->direct ||
		agent_judge(mailbox, mail, &proof) != AGENT_PROVEN)
		return true;
	if (!reaches_customer(context, mail, ticket, &reaches, error))
		return false;
	AgentMail agent = {
		.mail = mail,
		.mailbox = mailbox,
		.mailbox_folded = ticket->mailbox,
		.dedupe = dedupe,
		.packed = packed,
		.ticket = ticket,
		.proof = proof,
		.receipt = receipt,
	};
	return reaches ? take_direct(context, &agent, receipt, error)
		       : refuse_stray(context, &agent, error);
}
