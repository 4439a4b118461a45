/* What becomes of an agent's mail: its record, and what the agent hears. */
#include <string.h>

#include "agent.h"

enum {
	DAY_S = 24 * 60 * 60,
	RESULTS_MOST = 100, /* mails a day to the agents of one ticket */
};

/* ---- what the agent hears ---------------------------------------------- */

static bool add_event(Context *context, const Answer *answer,
	const StoreTicket *ticket, int64_t message_id, const char *what,
	const char *detail, GError **error)
{
	const EngineMail *mail = answer->mail->mail;
	EventOptions options = {
		.ticket = ticket,
		.message_id = message_id,
		.at = mail->now_s,
		.what = what,
		.actor = answer->actor,
		.detail = detail,
		.mail_id = mail->analysis->message_id,
		.queue_id = mail->queue_id,
	};

	return event_add(context, &options, error);
}

/* "#resolve" for "#resolv"; (transfer full) (nullable) */
static char *suggest(const Analysis *analysis)
{
	const char *line = analysis->command_problem_line;
	const char *start = line ? strpbrk(line, "#") : NULL;
	g_autofree char *word =
		start ? g_strndup(start + 1, strcspn(start + 1, " \t")) : NULL;
	const char *nearest = word ? analysis_command_nearest(word) : NULL;

	return nearest ? g_strconcat("#", nearest, NULL) : NULL;
}

static void list_command(GArray *list, const Command *command, bool done)
{
	ReplyCommand told = {
		.line = command->line,
		.done = done,
		.problem = command->problem,
		.result = done ? command->result : NULL,
	};

	g_array_append_val(list, told);
}

/* The lines and what became of them; the suggestion is the caller's. */
static GArray *list_commands(const Answer *answer, const char *suggestion)
{
	const Analysis *analysis = answer->mail->mail->analysis;
	GArray *list = g_array_new(FALSE, TRUE, sizeof(ReplyCommand));

	if (analysis->command_problem_line) {
		ReplyCommand told = {
			.line = analysis->command_problem_line,
			.problem =
				answer_problem_words(analysis->command_problem),
			.suggestion = suggestion,
		};
		g_array_append_val(list, told);
	}
	for (guint i = 0; i < answer->commands->list->len; i++)
		list_command(list, answer->commands->list->pdata[i],
			!answer->reason);
	return list;
}

/* A machine may answer each of them in the agent's name. */
static bool are_results_enough(Context *context, const Answer *answer,
	const StoreTicket *ticket, bool *ret_enough, GError **error)
{
	unsigned told = 0;

	if (!store_event_count_ticket(context->store, ticket->id,
		    "command-result-queued", answer->mail->mail->now_s - DAY_S,
		    &told, error))
		return false;
	*ret_enough = told >= RESULTS_MOST;
	return true;
}

bool answer_tell(Context *context, const Answer *answer,
	const StoreTicket *ticket, const char *reason, GError **error)
{
	const EngineMail *mail = answer->mail->mail;
	g_autofree char *suggestion = suggest(mail->analysis);
	g_autoptr(GArray) commands = list_commands(answer, suggestion);
	const StoreMessage *first = answer->first;
	int64_t outbox_id = 0;
	bool enough = false;
	ReplyFacts more = {
		.reason = reason,
		.reason_words = answer->why,
		.words = mail->analysis->agent_text,
		.commands = (const ReplyCommand *)(void *)commands->data,
		.commands_length = commands->len,
		.first_words = first ? first->own_text : NULL,
		.first_by = first ? first->agent : NULL,
		.first_s = first ? first->received_at : 0,
		.second_words = first ? mail->analysis->agent_text : NULL,
	};
	SendOptions options = {
		.ticket = ticket,
		.mailbox = answer->mail->mailbox,
		.kind = REPLY_COMMAND_RESULT,
		.recipient = mail->analysis->from,
		.in_reply_to = mail->analysis->message_id,
		.more = &more,
		.now_s = mail->now_s,
	};

	if (!are_results_enough(context, answer, ticket, &enough, error))
		return false;
	if (enough)
		return add_event(context, answer, ticket, 0,
			"command-result-withheld", reason, error);
	return send_mail(context, &options, &outbox_id, error) &&
	       add_event(context, answer, ticket, 0, "command-result-queued",
		       reason, error);
}

/* ---- the record -------------------------------------------------------- */

bool answer_record(Context *context, const Answer *answer,
	const StoreTicket *ticket, const char *own_text, bool internal,
	int64_t *ret_id, GError **error)
{
	RecordOptions options = {
		.mail = answer->mail->mail,
		.mailbox_folded = answer->mail->mailbox_folded,
		.dedupe = answer->mail->dedupe,
		.packed = answer->mail->packed,
		.guard = "staff",
		.ticket_id = ticket ? ticket->id : 0,
		.agent = answer->from,
		.own_text = own_text ? own_text
				     : answer->mail->mail->analysis->agent_text,
		.internal = internal,
	};

	return receive_record(context, &options, ret_id, error);
}

bool answer_refuse(Context *context, const Answer *answer,
	const StoreTicket *ticket, GError **error)
{
	const Analysis *analysis = answer->mail->mail->analysis;
	const char *line = analysis->command_problem_line;
	const char *why = answer->why;
	g_autofree char *suggestion = suggest(analysis);

	for (guint i = 0; i < answer->commands->list->len; i++) {
		const Command *command = answer->commands->list->pdata[i];
		if (!command->problem || analysis->command_problem)
			continue;
		line = command->line;
		why = command->problem;
		break;
	}
	answer->mail->receipt->refused = g_strdup_printf(
		"%s%s%s%s%s%s; nothing was sent to the customer",
		line ? line : "", line ? ": " : "", why,
		suggestion ? " Did you mean " : "",
		suggestion ? suggestion : "", suggestion ? "?" : "");
	return add_event(context, answer, ticket, 0, "command-refused",
		answer->mail->receipt->refused, error);
}

bool answer_decline(Context *context, const Answer *answer, StoreTicket *ticket,
	GError **error)
{
	const EngineMail *mail = answer->mail->mail;
	bool sealed = mail->analysis->protection != ANALYSIS_UNPROTECTED &&
		      g_strcmp0(answer->reason, "encrypted") == 0;
	bool held = g_strcmp0(answer->reason, "held") == 0;
	const char *what = held ? "answer-held" : "command-refused";
	int64_t id = 0;

	if (mail->can_refuse && (mail->direct || sealed))
		return answer_refuse(context, answer, ticket, error);
	if (!answer_record(context, answer, ticket, NULL, true, &id, error) ||
		!add_event(
			context, answer, ticket, id, what, answer->why, error))
		return false;
	g_ptr_array_add(
		answer->mail->receipt->references, g_strdup(ticket->reference));
	return answer_tell(context, answer, ticket, answer->reason, error);
}
