/* What an agent's mail says, and its answer on a ticket. */
#include <string.h>

#include "agent.h"

/* The words for the customer without the signature, which stands last. */
static char *own_words(const Analysis *analysis)
{
	const char *text = analysis->agent_text ? analysis->agent_text : "";
	const char *signature = analysis->signature;
	size_t cut = signature ? strlen(signature) : 0;
	g_autofree char *words = g_strchomp(g_strdup(text));
	size_t length = strlen(words);

	if (cut && cut <= length &&
		strcmp(words + length - cut, signature) == 0)
		words[length - cut] = '\0';
	g_strstrip(words);
	return g_steal_pointer(&words);
}

const char *answer_problem_words(enum analysis_command_problem problem)
{
	switch (problem) {
	case ANALYSIS_COMMANDS_CLEAR:
		return NULL;
	case ANALYSIS_COMMAND_UNKNOWN:
		return "There is no such command.";
	case ANALYSIS_COMMAND_LOOKALIKE:
		return "This looks like a command and is not written as one.";
	case ANALYSIS_COMMAND_INSIDE:
		return "A command stands above or below the words for the "
		       "customer, not among them.";
	case ANALYSIS_COMMAND_IN_SIGNATURE:
		return "A command stands above the signature, not in it.";
	case ANALYSIS_COMMAND_BELOW_QUOTE:
		return "It is not certain whose words these are: put the "
		       "command on top.";
	case ANALYSIS_COMMANDS_TOO_MANY:
		return "These are more commands than one mail may hold.";
	}
	g_assert_not_reached();
}

void answer_clear(Answer *answer)
{
	g_free((char *)answer->from);
	g_free(answer->actor);
	g_free(answer->words);
	commands_free(answer->commands);
	store_message_free(answer->first);
	g_free(answer->composing);
}

void answer_set_problem(Answer *answer, const char *reason, const char *why)
{
	if (answer->reason)
		return;
	answer->reason = reason;
	answer->why = why;
}

/* What no command list can tell: the mail as a whole cannot be sent on. */
static void find_problem(Answer *answer)
{
	const EngineMail *mail = answer->mail->mail;
	const Analysis *analysis = mail->analysis;
	bool steers = answer->commands->list->len || analysis->command_problem;

	if (analysis->protection == ANALYSIS_ENCRYPTED)
		answer_set_problem(answer, "encrypted",
			"This mail is encrypted: nobody here can read what it "
			"asks for. Please send it in clear");
	if (analysis->protection == ANALYSIS_SIGNED && steers)
		answer_set_problem(answer, "encrypted",
			"This mail is signed and holds commands, which could "
			"not be taken out without breaking the signature. "
			"Please send it unsigned");
	if (analysis->command_problem)
		answer_set_problem(answer, "refused",
			answer_problem_words(analysis->command_problem));
	if (answer->commands->refused)
		answer_set_problem(answer, "refused",
			"A command of this mail was not understood");
	if (mail->strip_problem)
		answer_set_problem(answer, "refused", mail->strip_problem);
	if (mail->attachments_problem)
		answer_set_problem(
			answer, "refused", mail->attachments_problem);
}

void answer_init(Answer *answer, const AgentMail *mail, char *from)
{
	const Analysis *analysis = mail->mail->analysis;
	CommandRules rules = {
		.mailbox = mail->mailbox,
		.sender = analysis->from,
		.now_s = mail->mail->now_s,
	};

	*answer = (Answer){
		.mail = mail,
		.from = from,
		.actor = g_strconcat("agent:", from, NULL),
		.words = own_words(analysis),
		.commands = commands_read(analysis->commands, &rules),
	};
	find_problem(answer);
}

/* ---- on a ticket ------------------------------------------------------- */

static bool has_results(const Answer *answer)
{
	for (guint i = 0; i < answer->commands->list->len; i++) {
		const Command *command = answer->commands->list->pdata[i];
		if (command->result)
			return true;
	}
	return false;
}

/* A mail that worked gets no noise. */
static bool tell_results(Context *context, const Answer *answer,
	const StoreTicket *ticket, GError **error)
{
	if (commands_find(answer->commands, COMMAND_HELP))
		return answer_tell(context, answer, ticket, "help", error);
	return !has_results(answer) ||
	       answer_tell(context, answer, ticket, "done", error);
}

static void check_emptiness(Answer *answer, const Steer *steer)
{
	bool carries = answer->mail->mail->attachments &&
		       answer->mail->mail->attachments->len;

	if (!answer->commands->list->len && !*steer->words && !carries)
		answer_set_problem(answer, "empty",
			"There is nothing in it that could be sent on");
}

/* What the customer must not see may stand where nobody can take it out: then
 * nothing is sent. */
static bool check_mail(Context *context, Answer *answer, const Steer *steer,
	const StoreTicket *ticket, GError **error)
{
	if (answer->reason)
		return true;
	if (!steer_try(context, ticket, steer, &answer->composing, error))
		return false;
	if (answer->composing)
		answer_set_problem(answer, "refused", answer->composing);
	return true;
}

/* The other participants to whom the agent wrote; the customer stands first
 * and has theirs. */
static bool send_copies(Context *context, const Answer *answer,
	const Steer *steer, const StoreTicket *ticket, GError **error)
{
	const GPtrArray *withheld = answer->mail->receipt->withheld;
	g_autoptr(GPtrArray) questions = steer_questions(steer);
	ReplyFacts more = {
		.words = steer->text,
		.questions = questions ? (const char *const *)questions->pdata
				       : NULL,
	};

	if (steer->direct || !steer_speaks(steer) || !withheld ||
		commands_find(steer->commands, COMMAND_MERGE))
		return true;
	for (guint i = 1; i < withheld->len; i++) {
		int64_t outbox_id = 0;
		SendOptions options = {
			.ticket = ticket,
			.mailbox = answer->mail->mailbox,
			.kind = questions ? REPLY_NEED_INFO : REPLY_REPLY,
			.recipient = withheld->pdata[i],
			.more = &more,
			.attachments = steer->attachments,
			.now_s = steer->now_s,
		};
		if (policy_can_write_to(context->policy, options.recipient) &&
			!send_mail(context, &options, &outbox_id, error))
			return false;
	}
	return true;
}

static bool carry_out(Context *context, Answer *answer, Steer *steer,
	StoreTicket *ticket, GError **error)
{
	EngineReceipt *receipt = answer->mail->receipt;
	g_autofree char *asked = steer_asked_words(steer);

	if (!answer_record(context, answer, ticket, asked, !steer_speaks(steer),
		    &steer->cause.message_id, error) ||
		!steer_apply(context, ticket, steer, error) ||
		!send_copies(context, answer, steer, ticket, error) ||
		!tell_results(context, answer, ticket, error))
		return false;
	receipt->agent = true;
	g_ptr_array_add(receipt->references, g_strdup(ticket->reference));
	return true;
}

bool answer_ticket(Context *context, Answer *answer, GError **error)
{
	const EngineMail *mail = answer->mail->mail;
	StoreTicket *ticket = answer->mail->ticket;
	g_auto(Steer) steer = {
		.commands = answer->commands,
		.actor = answer->actor,
		.proof = answer->mail->proof,
		.words = answer->words,
		.signature = mail->analysis->signature,
		.attachments = mail->attachments,
		.direct = mail->direct,
		.cause = {.actor = answer->actor,
			.mail_id = mail->analysis->message_id,
			.queue_id = mail->queue_id},
		.now_s = mail->now_s,
	};

	if (!answer->reason) {
		check_emptiness(answer, &steer);
		if (!answer_check_owners(context, answer, ticket, error) ||
			!steer_check(context, ticket, &steer, error))
			return false;
		if (answer->commands->refused)
			answer_set_problem(answer, "refused",
				"A command of this mail cannot be carried out");
	}
	if (!mail->direct) {
		if (!agent_withhold(context, mail, ticket,
			    answer->mail->receipt, error) ||
			!check_mail(context, answer, &steer, ticket, error) ||
			!answer_find_exchange(context, answer, &steer, error) ||
			!answer_find_collision(context, answer, &steer, error))
			return false;
	}
	if (answer->reason)
		return answer_decline(context, answer, ticket, error);
	return carry_out(context, answer, &steer, ticket, error);
}
