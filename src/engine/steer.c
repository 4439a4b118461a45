/* Carries out what an agent's mail, or an operator, asks of a ticket. */
#include <string.h>

#include "agent.h"
#include "deciding.h"

enum { COMPENSATIONS_SHOWN = 5 };

void steer_clear(Steer *steer)
{
	g_clear_pointer(&steer->text, g_free);
}

/* A note and a next follow-up are no answer; without words there is none. */
bool steer_speaks(const Steer *steer)
{
	if (commands_find(steer->commands, COMMAND_ASK))
		return true;
	return steer->text && *steer->text &&
	       !commands_find(steer->commands, COMMAND_NOTE) &&
	       !commands_find(steer->commands, COMMAND_UPDATE);
}

GPtrArray *steer_questions(const Steer *steer)
{
	const GPtrArray *list = steer->commands->list;
	g_autoptr(GPtrArray) questions = g_ptr_array_new();

	for (guint i = 0; i < list->len; i++) {
		const Command *command = list->pdata[i];
		if (command->verb == COMMAND_ASK && command->word)
			g_ptr_array_add(questions, command->word);
	}
	if (!questions->len)
		return NULL;
	g_ptr_array_add(questions, NULL);
	return g_steal_pointer(&questions);
}

char *steer_asked_words(const Steer *steer)
{
	g_autoptr(GPtrArray) questions = steer_questions(steer);
	GString *words;

	if (!questions)
		return NULL;
	words = g_string_new(steer->text);
	for (guint i = 0; questions->pdata[i]; i++)
		g_string_append_printf(words, "%s%u. %s",
			i            ? "\n"
			: words->len ? "\n\n"
				     : "",
			i + 1, (const char *)questions->pdata[i]);
	return g_string_free(words, FALSE);
}

/* What was done, by whom, by what proof. */
static bool log_event(Context *context, const StoreTicket *ticket,
	const Steer *steer, const char *what, const char *detail,
	GError **error)
{
	g_autofree char *words =
		steer->proof ? g_strdup_printf("%s%s%s", detail ? detail : "",
				       detail ? ", " : "", steer->proof)
			     : g_strdup(detail);
	EventOptions options = {
		.ticket = ticket,
		.message_id = steer->cause.message_id,
		.at = steer->now_s,
		.what = what,
		.actor = steer->actor,
		.detail = words,
		.mail_id = steer->cause.mail_id,
		.queue_id = steer->cause.queue_id,
	};

	return event_add(context, &options, error);
}

/* ---- what can be done -------------------------------------------------- */

/* Its mail goes to another ticket: opened again, it would have none. */
static void check_merged(const StoreTicket *ticket, const Steer *steer)
{
	Command *reopen = commands_find(steer->commands, COMMAND_REOPEN);

	if (!reopen || !ticket->merged_into)
		return;
	reopen->conflict = !reopen->problem;
	commands_refuse(steer->commands, reopen,
		"Ticket %s has been merged: reopen the one that goes on.",
		ticket->reference);
}

static void check_states(const StoreTicket *ticket, const Steer *steer)
{
	static const struct {
		enum command_verb verb;
		bool settled; /* the state in which it makes no sense */
		const char *why;
	} rules[] = {
		{COMMAND_RESOLVE, true, "is already"},
		{COMMAND_REOPEN, false, "is still"},
		{COMMAND_UPDATE, true, "gets no follow-up, it is"},
		{COMMAND_PROMISE, true, "needs #reopen first, it is"},
		{COMMAND_ASK, true, "needs #reopen first, it is"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
		Command *command =
			commands_find(steer->commands, rules[i].verb);
		bool reopens = (rules[i].verb == COMMAND_PROMISE ||
				       rules[i].verb == COMMAND_ASK) &&
			       commands_find(steer->commands, COMMAND_REOPEN);
		if (command && !reopens &&
			rules[i].settled == decide_is_settled(ticket)) {
			command->conflict = !command->problem;
			commands_refuse(steer->commands, command,
				"Ticket %s %s %s.", ticket->reference,
				rules[i].why, store_state_name(ticket->state));
		}
	}
}

/* Its words would be kept for a day that does not come. */
static void check_waiting(const StoreTicket *ticket, const Steer *steer)
{
	Command *update = commands_find(steer->commands, COMMAND_UPDATE);

	if (!update || ticket->state != STORE_WAITING)
		return;
	update->conflict = !update->problem;
	commands_refuse(steer->commands, update,
		"Ticket %s gets no follow-up, it waits for the customer: leave "
		"#update out, and your words are sent now.",
		ticket->reference);
}

static void check_words(const Steer *steer)
{
	static const enum command_verb needy[] = {COMMAND_NOTE, COMMAND_UPDATE};
	static const enum command_verb not_direct[] = {COMMAND_NOTE,
		COMMAND_UPDATE, COMMAND_CANNED, COMMAND_ASK, COMMAND_HELP,
		COMMAND_MERGE};

	for (size_t i = 0; i < G_N_ELEMENTS(needy); i++) {
		Command *command = commands_find(steer->commands, needy[i]);
		if (command && !*steer->words)
			commands_refuse(steer->commands, command,
				"There are no words that it is about.");
	}
	for (size_t i = 0; steer->direct && i < G_N_ELEMENTS(not_direct); i++) {
		Command *command =
			commands_find(steer->commands, not_direct[i]);
		if (command)
			commands_refuse(steer->commands, command,
				"This mail goes to the customer. Write it to "
				"the complaint address alone.");
	}
}

static bool check_merge(Context *context, const StoreTicket *ticket,
	const Steer *steer, GError **error)
{
	Command *merge = commands_find(steer->commands, COMMAND_MERGE);
	g_autoptr(StoreTicket) into = NULL;
	const char *problem = NULL;

	if (!merge || merge->problem)
		return true;
	if (!store_ticket_by_reference(
		    context->store, merge->word, &into, error))
		return false;
	if (!into)
		problem = "there is no such ticket";
	else if (into->id == ticket->id)
		problem = "it is the same ticket";
	else if (into->merged_into)
		problem = "that one has been merged itself";
	else if (ticket->merged_into)
		problem = "this one has been merged already";
	else if (strcmp(into->customer, ticket->customer) != 0)
		problem = "it is another customer's";
	else if (strcmp(into->mailbox, ticket->mailbox) != 0)
		problem = "it is in another mailbox";
	else if (decide_is_settled(into) && !decide_is_settled(ticket))
		problem = "it is settled: reopen it first";
	if (problem) {
		merge->conflict = into && into->id != ticket->id;
		commands_refuse(steer->commands, merge,
			"Ticket %s cannot go on as %s: %s.", ticket->reference,
			merge->word, problem);
	}
	return true;
}

static void check_address(
	Context *context, const EngineMailbox *mailbox, const Steer *steer)
{
	Command *address = commands_find(steer->commands, COMMAND_ADDRESS);

	if (!address || address->problem)
		return;
	g_autofree char *folded = base_address_fold(address->word);
	if (!policy_can_write_to(context->policy, address->word) ||
		policy_is_staff(mailbox, folded))
		commands_refuse(steer->commands, address,
			"%s is no customer's address.", address->word);
}

/* Asked without an address the customer would be waited for in vain. */
static void check_ask(
	Context *context, const StoreTicket *ticket, const Steer *steer)
{
	Command *ask = commands_find(steer->commands, COMMAND_ASK);
	const Command *address =
		commands_find(steer->commands, COMMAND_ADDRESS);
	const char *to = address && address->word ? address->word
						  : ticket->customer_address;

	if (!ask || policy_can_write_to(context->policy, to))
		return;
	ask->conflict = !ask->problem;
	commands_refuse(steer->commands, ask,
		"Nobody can be asked: ticket %s has no address that can be "
		"written to.",
		ticket->reference);
}

/* The agent's words, the canned ones, the signature: blank lines between.
 * Questions stand below all that, and a signature not above them. */
static char *join_words(const Steer *steer, const char *canned)
{
	GString *text = g_string_new(steer->words);

	if (canned && *canned)
		g_string_append_printf(
			text, "%s%s", text->len ? "\n\n" : "", canned);
	g_strchomp(text->str);
	text->len = strlen(text->str);
	bool asks = commands_find(steer->commands, COMMAND_ASK);
	if (text->len && !asks && steer->signature && *steer->signature)
		g_string_append_printf(text, "\n\n%s", steer->signature);
	return g_string_free(text, FALSE);
}

static void check_canned(Context *context, const StoreTicket *ticket,
	const EngineMailbox *mailbox, Steer *steer)
{
	Command *command = commands_find(steer->commands, COMMAND_CANNED);
	g_autoptr(GError) problem = NULL;
	g_autofree char *canned = NULL;
	SendOptions options = {
		.ticket = ticket,
		.mailbox = mailbox,
		.kind = REPLY_REPLY,
		.now_s = steer->now_s,
	};

	if (command && !command->problem) {
		canned =
			send_canned(context, &options, command->word, &problem);
		if (!canned)
			commands_refuse(steer->commands, command, "%s",
				problem->message);
	}
	steer->text = join_words(steer, canned);
	if (command && canned)
		command->result = g_strdup(steer->text);
}

bool steer_check(Context *context, const StoreTicket *ticket, Steer *steer,
	GError **error)
{
	const EngineMailbox *mailbox =
		policy_mailbox_of(context->policy, ticket->mailbox);
	Command *on_behalf = commands_find(steer->commands, COMMAND_ON_BEHALF);

	if (on_behalf)
		commands_refuse(steer->commands, on_behalf,
			"This mail belongs to ticket %s already. Write a new "
			"mail, or correct the customer with #address.",
			ticket->reference);
	check_merged(ticket, steer);
	check_states(ticket, steer);
	check_waiting(ticket, steer);
	check_words(steer);
	check_address(context, mailbox, steer);
	check_ask(context, ticket, steer);
	check_canned(context, ticket, mailbox, steer);
	return check_merge(context, ticket, steer, error);
}

/* The mail in which the words are to stand. */
static enum reply_kind kind_of(const Commands *commands)
{
	if (commands_find(commands, COMMAND_UPDATE))
		return REPLY_FOLLOWUP;
	if (commands_find(commands, COMMAND_ASK))
		return REPLY_NEED_INFO;
	return commands_find(commands, COMMAND_RESOLVE) ? REPLY_RESOLVED
							: REPLY_REPLY;
}

bool steer_try(Context *context, const StoreTicket *ticket, const Steer *steer,
	char **ret_problem, GError **error)
{
	const Command *address =
		commands_find(steer->commands, COMMAND_ADDRESS);
	bool mailed = steer_speaks(steer) ||
		      commands_find(steer->commands, COMMAND_UPDATE);
	g_autoptr(GError) problem = NULL;
	g_autoptr(GPtrArray) questions = steer_questions(steer);
	StoreTicket written = *ticket;
	ReplyFacts more = {
		.words = steer->text,
		.questions = questions ? (const char *const *)questions->pdata
				       : NULL,
	};
	SendOptions options = {
		.ticket = &written,
		.mailbox = policy_mailbox_of(context->policy, ticket->mailbox),
		.kind = kind_of(steer->commands),
		.more = &more,
		.attachments = steer->attachments,
		.now_s = steer->now_s,
	};

	/* As it will be when they are sent. */
	if (address && address->word)
		written.customer_address = address->word;
	if (steer->direct || !mailed ||
		!policy_can_write_to(
			context->policy, written.customer_address) ||
		send_try(context, &options, &problem))
		return true;
	if (problem->code != REDRESS_ERROR_INVALID) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	*ret_problem = g_strdup(problem->message);
	return true;
}

/* ---- what is noted on the ticket --------------------------------------- */

static void replace(char **field, const char *value)
{
	g_free(*field);
	*field = g_strdup(value);
}

typedef bool (*steer_effect)(Context *context, StoreTicket *ticket,
	const Steer *steer, Command *command, GError **error);

static bool do_tag(Context *context, StoreTicket *ticket, const Steer *steer,
	Command *command, GError **error)
{
	g_autoptr(GString) told = g_string_new(NULL);

	for (guint i = 0; i < command->tags->len; i++) {
		const char *tag = command->tags->pdata[i];
		bool removes = *tag == '-';

		if (!(removes ? store_tag_remove(context->store, ticket->id,
					tag + 1, error)
			      : store_tag_add(context->store, ticket->id, tag,
					error)))
			return false;
		g_string_append_printf(told, "%s%s", i ? " " : "", tag);
	}
	return log_event(context, ticket, steer, "tagged", told->str, error);
}

static bool do_priority(Context *context, StoreTicket *ticket,
	const Steer *steer, Command *command, GError **error)
{
	ticket->priority = command->priority;
	return log_event(context, ticket, steer, "prioritised",
		command_priority_name(command->priority), error);
}

static bool do_type(Context *context, StoreTicket *ticket, const Steer *steer,
	Command *command, GError **error)
{
	replace(&ticket->type, command->word);
	return log_event(context, ticket, steer, "typed", command->word, error);
}

static bool do_cause(Context *context, StoreTicket *ticket, const Steer *steer,
	Command *command, GError **error)
{
	replace(&ticket->cause, command->word);
	return log_event(
		context, ticket, steer, "caused", command->word, error);
}

static bool do_assign(Context *context, StoreTicket *ticket, const Steer *steer,
	Command *command, GError **error)
{
	replace(&ticket->assignee, command->word);
	return log_event(
		context, ticket, steer, "assigned", command->word, error);
}

static char *amount_words(int64_t cents, const char *currency)
{
	return g_strdup_printf("%" G_GINT64_FORMAT ".%02d %s", cents / 100,
		(int)(cents % 100), currency);
}

static bool show_similar(Context *context, const StoreTicket *ticket,
	Command *command, GError **error)
{
	g_autoptr(GPtrArray) similar = NULL;
	GString *told = g_string_new(NULL);

	if (!store_compensation_similar(context->store, ticket,
		    COMPENSATIONS_SHOWN, &similar, error)) {
		g_string_free(told, TRUE);
		return false;
	}
	g_string_append(told, similar->len ? "Similar cases got: "
					   : "No similar case got anything.");
	for (guint i = 0; i < similar->len; i++) {
		const StoreCompensation *row = similar->pdata[i];
		g_autofree char *amount =
			amount_words(row->amount_cents, row->currency);
		g_string_append_printf(told, "%s%s (%s)", i ? ", " : "", amount,
			row->reference);
	}
	g_free(command->result);
	command->result = g_string_free(told, FALSE);
	return true;
}

static bool do_compensate(Context *context, StoreTicket *ticket,
	const Steer *steer, Command *command, GError **error)
{
	g_autofree char *amount =
		amount_words(command->amount_cents, command->currency);
	StoreCompensation row = {
		.ticket_id = ticket->id,
		.at = steer->now_s,
		.actor = (char *)steer->actor,
		.amount_cents = command->amount_cents,
		.currency = command->currency,
	};

	return store_compensation_insert(context->store, &row, error) &&
	       show_similar(context, ticket, command, error) &&
	       log_event(context, ticket, steer, "compensated", amount, error);
}

static bool do_vip(Context *context, StoreTicket *ticket, const Steer *steer,
	Command *command, GError **error)
{
	bool vip = strcmp(command->word, "on") == 0;

	return store_vip_set(context->store, ticket->customer, vip,
		       steer->actor, steer->now_s, error) &&
	       log_event(context, ticket, steer, "vip-changed", command->word,
		       error);
}

/* Also a sign that the dead address was only mistyped. */
static bool do_address(Context *context, StoreTicket *ticket,
	const Steer *steer, Command *command, GError **error)
{
	g_autofree char *detail = g_strdup_printf(
		"from %s to %s", ticket->customer_address, command->word);

	unsigned withdrawn = 0;

	/* The wrong address may be a stranger's: they have no part in it. */
	if (!store_participant_remove(
		    context->store, ticket->id, ticket->customer, error) ||
		!store_outbox_withdraw(context->store, ticket->id, NULL,
			steer->now_s, &withdrawn, error))
		return false;
	replace(&ticket->customer_address, command->word);
	g_free(ticket->customer);
	ticket->customer = base_address_fold(command->word);
	if (g_strcmp0(ticket->quiet, "unreachable") == 0)
		g_clear_pointer(&ticket->quiet, g_free);
	return store_participant_add(
		       context->store, ticket->id, ticket->customer, error) &&
	       log_event(context, ticket, steer, "address-corrected", detail,
		       error);
}

static bool do_escalate(Context *context, StoreTicket *ticket,
	const Steer *steer, Command *command, GError **error)
{
	(void)command;
	Cause cause = steer->cause;
	cause.actor = steer->actor;
	return notice_escalate(context, ticket, &cause, "agent", steer->words,
		0, steer->now_s, error);
}

static const steer_effect effects[COMMAND_VERBS] = {
	[COMMAND_TAG] = do_tag,
	[COMMAND_PRIORITY] = do_priority,
	[COMMAND_TYPE] = do_type,
	[COMMAND_CAUSE] = do_cause,
	[COMMAND_ASSIGN] = do_assign,
	[COMMAND_COMPENSATE] = do_compensate,
	[COMMAND_VIP] = do_vip,
	[COMMAND_ADDRESS] = do_address,
};

static bool do_effects(Context *context, StoreTicket *ticket,
	const Steer *steer, GError **error)
{
	const GPtrArray *list = steer->commands->list;

	for (guint i = 0; i < list->len; i++) {
		Command *command = list->pdata[i];
		steer_effect effect = effects[command->verb];
		if (effect && !effect(context, ticket, steer, command, error))
			return false;
	}
	return true;
}

bool steer_note(
	Context *context, StoreTicket *ticket, Steer *steer, GError **error)
{
	return do_effects(context, ticket, steer, error);
}

/* ---- what becomes of the ticket and of the words ------------------------ */

static bool keep_note(Context *context, StoreTicket *ticket, const Steer *steer,
	GError **error)
{
	return !commands_find(steer->commands, COMMAND_NOTE) ||
	       log_event(context, ticket, steer, "note", steer->words, error);
}

static bool keep_update(Context *context, StoreTicket *ticket,
	const Steer *steer, GError **error)
{
	if (!commands_find(steer->commands, COMMAND_UPDATE))
		return true;
	replace(&ticket->update_words, steer->text);
	return log_event(context, ticket, steer, "update-kept", NULL, error);
}

/* A promise that was mailed is kept by the ticket that goes on. */
static bool go_on(Context *context, const StoreTicket *from, StoreTicket *into,
	const Steer *steer, GError **error)
{
	DecideFacts facts;

	if (!from->promised_by || decide_is_settled(into) ||
		(into->promised_by && into->promised_by <= from->promised_by))
		return true;
	if (!apply_gather(
		    context, into, into->mailbox, steer->now_s, &facts, error))
		return false;
	Decision decision = decide_take_over(&facts, from->promised_by);
	return apply_decision(
		context, into, &decision, &steer->cause, steer->now_s, error);
}

/* The ticket that goes on has the people, the threads and the words. */
static bool merge(Context *context, StoreTicket *ticket, const Steer *steer,
	const char *reference, StoreTicket **ret_into, GError **error)
{
	g_autoptr(StoreTicket) into = NULL;

	if (!store_ticket_by_reference(
		    context->store, reference, &into, error) ||
		!store_ticket_join(
			context->store, ticket->id, into->id, error) ||
		!go_on(context, ticket, into, steer, error) ||
		!log_event(context, into, steer, "merged-in", ticket->reference,
			error) ||
		!log_event(context, ticket, steer, "merged", into->reference,
			error))
		return false;
	ticket->merged_into = into->id;
	*ret_into = g_steal_pointer(&into);
	return true;
}

static bool answer(Context *context, StoreTicket *ticket, const Steer *steer,
	const DecideAnswer *asked, GError **error)
{
	DecideFacts facts;
	Cause cause = steer->cause;

	cause.actor = steer->actor;
	cause.detail = steer->proof;
	cause.words = steer->direct ? NULL : steer->text;
	cause.attachments = steer->attachments;
	if (!apply_gather(context, ticket, ticket->mailbox, steer->now_s,
		    &facts, error))
		return false;
	Decision decision = decide_answer(&facts, asked);
	return apply_decision(
		context, ticket, &decision, &cause, steer->now_s, error);
}

static bool promise_at(Context *context, StoreTicket *ticket,
	const Steer *steer, int64_t at_s, GError **error)
{
	g_autofree char *when = base_time_to_rfc3339(at_s);

	return log_event(context, ticket, steer, "promised", when, error);
}

/* Whom an answer of a person comes from, for the collision with the next. */
static void note_answer(StoreTicket *ticket, const Steer *steer)
{
	const char *address = strchr(steer->actor, ':');

	ticket->answered_at = steer->now_s;
	g_free(ticket->answered_by);
	ticket->answered_by =
		base_address_fold(address ? address + 1 : steer->actor);
	g_clear_pointer(&ticket->update_words, g_free);
}

/* One a line; those of before are no longer asked. */
static void note_questions(StoreTicket *ticket, const Steer *steer)
{
	g_autoptr(GPtrArray) questions = steer_questions(steer);

	if (!questions)
		return;
	g_free(ticket->questions);
	ticket->questions = g_strjoinv("\n", (char **)questions->pdata);
}

static bool conclude(Context *context, StoreTicket *ticket, const Steer *steer,
	GError **error)
{
	const Commands *commands = steer->commands;
	const Command *promise = commands_find(commands, COMMAND_PROMISE);
	const Command *merges = commands_find(commands, COMMAND_MERGE);
	g_autoptr(StoreTicket) into = NULL;
	DecideAnswer asked = {
		.words = steer_speaks(steer),
		.direct = steer->direct,
		.ask = commands_find(commands, COMMAND_ASK),
		.resolve = commands_find(commands, COMMAND_RESOLVE),
		.reopen = commands_find(commands, COMMAND_REOPEN),
		.dismiss = commands_find(commands, COMMAND_NOT_A_COMPLAINT),
		.promised_by = promise ? promise->at_s : 0,
		/* Whoever is right has heard nothing yet. */
		.inform = commands_find(commands, COMMAND_ADDRESS),
	};

	if (asked.dismiss && !log_event(context, ticket, steer,
				     "not-a-complaint", NULL, error))
		return false;
	if (promise &&
		!promise_at(context, ticket, steer, promise->at_s, error))
		return false;
	if (merges) {
		DecideAnswer over = {.dismiss = true, .goes_on = true};
		if (!merge(context, ticket, steer, merges->word, &into,
			    error) ||
			!answer(context, ticket, steer, &over, error))
			return false;
		ticket = into;
	}
	if (asked.words)
		note_answer(ticket, steer);
	note_questions(ticket, steer);
	return answer(context, ticket, steer, &asked, error);
}

/* apply_decision() writes the ticket, with all that was noted on it. */
bool steer_apply(
	Context *context, StoreTicket *ticket, Steer *steer, GError **error)
{
	Command *escalates = commands_find(steer->commands, COMMAND_ESCALATE);

	return do_effects(context, ticket, steer, error) &&
	       keep_note(context, ticket, steer, error) &&
	       keep_update(context, ticket, steer, error) &&
	       conclude(context, ticket, steer, error) &&
	       (!escalates ||
		       do_escalate(context, ticket, steer, escalates, error));
}

/* ---- an operator's commands --------------------------------------------- */

typedef struct CommandJob CommandJob;
struct CommandJob {
	const EngineCommand *order;
	char *result;
};

static GPtrArray *list_lines(const char *const *lines)
{
	GPtrArray *list = g_ptr_array_new();

	for (; *lines; lines++)
		g_ptr_array_add(list, (gpointer)*lines);
	return list;
}

static bool is_refused(const Commands *commands, GError **error)
{
	for (guint i = 0; i < commands->list->len; i++) {
		const Command *command = commands->list->pdata[i];
		if (!command->problem)
			continue;
		g_set_error(error, ENGINE_ERROR,
			command->conflict ? REDRESS_ERROR_CONFLICT
					  : REDRESS_ERROR_INVALID,
			"%s: %s", command->line, command->problem);
		return true;
	}
	return false;
}

static char *results_of(const Commands *commands)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < commands->list->len; i++) {
		const Command *command = commands->list->pdata[i];
		if (command->result)
			g_string_append_printf(text, "%s\n", command->result);
	}
	return g_string_free(text, !text->len);
}

/* Nothing was changed if it cannot be done. */
static bool check_order(Context *context, const StoreTicket *ticket,
	Steer *steer, GError **error)
{
	g_autofree char *problem = NULL;

	if (!steer_check(context, ticket, steer, error) ||
		is_refused(steer->commands, error) ||
		!steer_try(context, ticket, steer, &problem, error))
		return false;
	if (problem)
		g_set_error_literal(
			error, ENGINE_ERROR, REDRESS_ERROR_INVALID, problem);
	return !problem;
}

static bool command_job(Context *context, void *user, GError **error)
{
	CommandJob *job = user;
	const EngineCommand *order = job->order;
	g_autoptr(StoreTicket) ticket = NULL;
	g_autoptr(GPtrArray) lines = list_lines(order->lines);

	g_clear_pointer(&job->result, g_free);
	ticket = match_reference(context, order->reference, error);
	if (!ticket)
		return false;
	CommandRules rules = {
		.mailbox = policy_mailbox_of(context->policy, ticket->mailbox),
		.now_s = order->now_s,
	};
	g_autoptr(Commands) commands = commands_read(lines, &rules);
	g_auto(Steer) steer = {
		.commands = commands,
		.actor = order->actor,
		.words = order->text ? order->text : "",
		.cause = {.actor = order->actor},
		.now_s = order->now_s,
	};
	if (!check_order(context, ticket, &steer, error) ||
		!steer_apply(context, ticket, &steer, error))
		return false;
	job->result = results_of(commands);
	return true;
}

bool engine_command(Engine *engine, const EngineCommand *command,
	char **ret_result, GError **error)
{
	CommandJob job = {.order = command};

	if (!writer_submit(
		    engine->writer, WRITER_CHANGE, command_job, &job, error)) {
		g_free(job.result);
		return false;
	}
	if (ret_result)
		*ret_result = job.result;
	else
		g_free(job.result);
	return true;
}
