/* A ticket that an agent opens on behalf of a customer. */
#include "agent.h"

static StoreTicket *make_ticket(Context *context, const Answer *answer,
	const char *customer, bool forwarded, GError **error)
{
	const AgentMail *mail = answer->mail;
	const Analysis *analysis = mail->mail->analysis;
	g_autoptr(StoreTicket) ticket = g_new0(StoreTicket, 1);
	const char *subject = forwarded && analysis->forwarded_subject
				      ? analysis->forwarded_subject
				      : analysis->base_subject;

	ticket->mailbox = g_strdup(mail->mailbox_folded);
	ticket->state = STORE_OPEN;
	ticket->subject = g_strdup(subject);
	ticket->customer = base_address_fold(customer);
	ticket->customer_address = g_strdup(customer);
	ticket->customer_name =
		g_strdup(forwarded ? analysis->forwarded_name : NULL);
	/* The agent, who is proven, says whose it is. */
	ticket->authenticated = true;
	ticket->opened_at = mail->mail->now_s;
	ticket->messages = 1;
	if (!customer_judge_opening(context, mail->mailbox, analysis,
		    mail->mail->now_s, ticket, error) ||
		!customer_choose_language(
			context, mail->mailbox, analysis, ticket, error) ||
		!receive_insert_ticket(context, ticket, error))
		return NULL;
	return g_steal_pointer(&ticket);
}

static bool make_known(
	Context *context, const StoreTicket *ticket, GError **error)
{
	g_autofree char *thread_id =
		policy_thread_id(context->policy, ticket->reference);

	return store_participant_add(
		       context->store, ticket->id, ticket->customer, error) &&
	       store_thread_add(context->store, ticket->id, thread_id, error);
}

/* The words that a customer may have said are the record; none is sent. */
static bool open_for(Context *context, Answer *answer, const char *customer,
	bool forwarded, GError **error)
{
	const EngineMail *mail = answer->mail->mail;
	g_autoptr(StoreTicket) ticket =
		make_ticket(context, answer, customer, forwarded, error);
	DecideFacts facts;
	g_autofree char *detail = g_strdup_printf(
		"on behalf of %s, %s", customer, answer->mail->proof);
	Cause cause = {
		.actor = answer->actor,
		.detail = detail,
		.mail_id = mail->analysis->message_id,
		.queue_id = mail->queue_id,
		/* By which similar tickets are found. */
		.words = forwarded && mail->analysis->forwarded_text
				 ? mail->analysis->forwarded_text
				 : answer->words,
	};

	if (!ticket || !make_known(context, ticket, error) ||
		!answer_record(context, answer, ticket,
			forwarded ? mail->analysis->forwarded_text : NULL, true,
			&cause.message_id, error) ||
		!apply_gather(context, ticket, ticket->mailbox, mail->now_s,
			&facts, error))
		return false;
	Decision decision = decide_on_behalf(&facts);
	g_auto(Steer) steer = {
		.commands = answer->commands,
		.actor = answer->actor,
		.proof = answer->mail->proof,
		.words = "",
		.cause = cause,
		.now_s = mail->now_s,
	};
	answer->mail->receipt->opened = true;
	answer->mail->receipt->agent = true;
	answer->mail->receipt->acknowledged = decision.send;
	g_ptr_array_add(
		answer->mail->receipt->references, g_strdup(ticket->reference));
	/* First what the acknowledgement may say. */
	return steer_note(context, ticket, &steer, error) &&
	       apply_decision(
		       context, ticket, &decision, &cause, mail->now_s, error);
}

/* By a door where nobody waits: a ticket of the agent's own, which is over,
 * holds what they are told. */
static bool decline_alone(Context *context, Answer *answer, GError **error)
{
	const EngineMail *mail = answer->mail->mail;

	if (mail->can_refuse)
		return answer_refuse(context, answer, NULL, error);
	g_autoptr(StoreTicket) ticket = make_ticket(
		context, answer, mail->analysis->from, false, error);
	if (!ticket)
		return false;
	ticket->state = STORE_CLOSED;
	ticket->quiet = g_strdup("staff");
	return store_ticket_update(context->store, ticket, error) &&
	       answer_decline(context, answer, ticket, error);
}

/* With a new ticket only what is noted on it goes together. */
static void check_company(Answer *answer)
{
	static const enum command_verb strange[] = {COMMAND_RESOLVE,
		COMMAND_REOPEN, COMMAND_NOTE, COMMAND_UPDATE, COMMAND_PROMISE,
		COMMAND_CANNED, COMMAND_ASK, COMMAND_MERGE,
		COMMAND_NOT_A_COMPLAINT, COMMAND_ADDRESS, COMMAND_HELP,
		COMMAND_ESCALATE};

	for (size_t i = 0; i < G_N_ELEMENTS(strange); i++) {
		Command *command = commands_find(answer->commands, strange[i]);
		if (command)
			commands_refuse(answer->commands, command,
				"It needs a ticket: wait for the "
				"acknowledgement, then answer the briefing.");
	}
	if (answer->commands->refused)
		answer_set_problem(answer, "refused",
			"A command of this mail cannot be carried out");
}

bool on_behalf_receive(Context *context, Answer *answer, GError **error)
{
	const Analysis *analysis = answer->mail->mail->analysis;
	Command *on_behalf = commands_find(answer->commands, COMMAND_ON_BEHALF);
	const char *customer = on_behalf ? on_behalf->word : NULL;
	bool forwarded = analysis->forwarded_from &&
			 (!customer || g_ascii_strcasecmp(customer,
					       analysis->forwarded_from) == 0);

	if (!on_behalf)
		answer_set_problem(
			answer, "refused", "This mail belongs to no ticket");
	else if (!customer)
		customer = analysis->forwarded_from;
	check_company(answer);
	if (on_behalf && !answer->reason &&
		(!customer ||
			!policy_can_write_to(context->policy, customer))) {
		commands_refuse(answer->commands, on_behalf,
			"Whose is it? Write #on-behalf and the customer's "
			"address.");
		answer_set_problem(answer, "refused", on_behalf->problem);
	}
	if (answer->reason)
		return decline_alone(context, answer, error);
	return open_for(context, answer, customer, forwarded, error);
}
