/*
 * An agent's mail.  Who wrote it must be proven, what it asks for must be
 * certain, and either all of it is done or nothing is: then the customer gets
 * nothing and the agent hears why.
 */
#include <string.h>

#include "agent.h"

enum {
	HOUR_S = 60 * 60,
	DAY_S = 24 * HOUR_S,
	RESULTS_MOST = 100, /* mails a day to the agents of one ticket */
	ANSWERS_MOST = 30,  /* an hour, of all agents, on one ticket */
	NAMED_MOST = 20,
	LINE_BYTES_MOST = 1000,
	QUOTED_MOST = 50, /* of a customer's mails one may be quoted */
};

/* ---- standing ---------------------------------------------------------- */

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
	EventOptions options = {
		.ticket = ticket,
		.message_id = cause->message_id,
		.at = now_s,
		.what = "agent-not-proven",
		.actor = "redress",
		.detail = from,
		.mail_id = cause->mail_id,
		.queue_id = cause->queue_id,
	};

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

/* ---- who is not to get the agent's own mail ------------------------------ */

static bool withhold_one(Context *context, const char *address,
	const StoreTicket *ticket, EngineReceipt *receipt, GError **error)
{
	g_autofree char *folded = base_address_fold(address);
	bool known = false;

	if (g_ptr_array_find_with_equal_func(
		    receipt->withheld, folded, g_str_equal, NULL))
		return true;
	if (!store_participant_known(
		    context->store, ticket->id, folded, &known, error))
		return false;
	if (known)
		g_ptr_array_add(receipt->withheld, g_steal_pointer(&folded));
	return true;
}

/* They get ours, whether they are named in the mail or in its envelope only
 * (Bcc).  Who is no participant was chosen by the agent. */
bool agent_withhold(Context *context, const EngineMail *mail,
	const StoreTicket *ticket, EngineReceipt *receipt, GError **error)
{
	const GPtrArray *named = mail->analysis->recipients;

	if (!receipt->withheld)
		receipt->withheld = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(receipt->withheld, g_strdup(ticket->customer));
	for (guint i = 0; i < MIN(named->len, NAMED_MOST); i++)
		if (!withhold_one(
			    context, named->pdata[i], ticket, receipt, error))
			return false;
	for (size_t i = 0; mail->recipients && mail->recipients[i]; i++)
		if (!withhold_one(context, mail->recipients[i], ticket, receipt,
			    error))
			return false;
	return true;
}

/* ---- what it says ------------------------------------------------------ */

/* The words for the customer without the signature, which stands last. */
static char *own_words(const Analysis *analysis)
{
	const char *text = analysis->agent_text ? analysis->agent_text : "";
	const char *signature = analysis->signature;
	size_t length = strlen(text);
	size_t cut = signature ? strlen(signature) : 0;
	g_autofree char *words = g_strdup(text);

	g_strchomp(words);
	length = strlen(words);
	if (cut && cut <= length &&
		strcmp(words + length - cut, signature) == 0)
		words[length - cut] = '\0';
	g_strstrip(words);
	return g_steal_pointer(&words);
}

static const char *problem_words(enum analysis_command_problem problem)
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

/* Of all that agents ask for in one mail. */
typedef struct Answer Answer;
struct Answer {
	const AgentMail *mail;
	const char *from; /* folded */
	char *actor;
	char *words;
	Commands *commands;
	const char *reason;  /* why it is not carried out (nullable) */
	const char *why;     /* the same as a sentence (nullable) */
	char *composing;     /* why a mail could not be made (nullable) */
	bool answers_hold;   /* the agent has seen what came before */
	StoreMessage *first; /* the answer that came before (nullable) */
};

static void answer_clear(Answer *answer)
{
	g_free((char *)answer->from);
	g_free(answer->actor);
	g_free(answer->words);
	commands_free(answer->commands);
	store_message_free(answer->first);
	g_free(answer->composing);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Answer, answer_clear)

static void set_problem(Answer *answer, const char *reason, const char *why)
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
		set_problem(answer, "encrypted",
			"This mail is encrypted: nobody here can read what it "
			"asks for. Please send it in clear");
	if (analysis->protection == ANALYSIS_SIGNED && steers)
		set_problem(answer, "encrypted",
			"This mail is signed and holds commands, which could "
			"not be taken out without breaking the signature. "
			"Please send it unsigned");
	if (analysis->command_problem)
		set_problem(answer, "refused",
			problem_words(analysis->command_problem));
	if (answer->commands->refused)
		set_problem(answer, "refused",
			"A command of this mail was not understood");
	if (mail->strip_problem)
		set_problem(answer, "refused", mail->strip_problem);
	if (mail->attachments_problem)
		set_problem(answer, "refused", mail->attachments_problem);
}

static void answer_init(Answer *answer, const AgentMail *mail, char *from)
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
			.problem = problem_words(analysis->command_problem),
			.suggestion = suggestion,
		};
		g_array_append_val(list, told);
	}
	for (guint i = 0; i < answer->commands->list->len; i++)
		list_command(list, answer->commands->list->pdata[i],
			!answer->reason);
	return list;
}

static bool count_events(Context *context, const StoreTicket *ticket,
	const char *what, int64_t since_s, unsigned *ret_count, GError **error)
{
	g_autoptr(GPtrArray) events = NULL;
	unsigned count = 0;

	if (!store_event_list(context->store, ticket->id, &events, error))
		return false;
	for (guint i = 0; i < events->len; i++) {
		const StoreEvent *event = events->pdata[i];
		count += event->at > since_s && strcmp(event->what, what) == 0;
	}
	*ret_count = count;
	return true;
}

/* A machine may answer each of them in the agent's name. */
static bool are_results_enough(Context *context, const Answer *answer,
	const StoreTicket *ticket, bool *ret_enough, GError **error)
{
	unsigned told = 0;

	if (!count_events(context, ticket, "command-result-queued",
		    answer->mail->mail->now_s - DAY_S, &told, error))
		return false;
	*ret_enough = told >= RESULTS_MOST;
	return true;
}

static bool tell(Context *context, const Answer *answer,
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

/* own_text: NULL: the words of the mail. */
static bool record(Context *context, const Answer *answer,
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

/* Somebody waits for our answer, and nothing else can tell them. */
static bool refuse(Context *context, const Answer *answer,
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

/* Nothing is done; the agent hears why. */
static bool decline(Context *context, const Answer *answer, StoreTicket *ticket,
	GError **error)
{
	const EngineMail *mail = answer->mail->mail;
	bool sealed = mail->analysis->protection != ANALYSIS_UNPROTECTED &&
		      g_strcmp0(answer->reason, "encrypted") == 0;
	bool held = g_strcmp0(answer->reason, "held") == 0;
	const char *what = held ? "answer-held" : "command-refused";
	int64_t id = 0;

	if (mail->can_refuse && (mail->direct || sealed))
		return refuse(context, answer, ticket, error);
	if (!record(context, answer, ticket, NULL, true, &id, error) ||
		!add_event(
			context, answer, ticket, id, what, answer->why, error))
		return false;
	g_ptr_array_add(
		answer->mail->receipt->references, g_strdup(ticket->reference));
	return tell(context, answer, ticket, answer->reason, error);
}

/* ---- whose words ------------------------------------------------------- */

/* A line without marks of quoting, case and blanks, or NULL if it is no
 * command's.  (transfer full) */
static char *line_key(const char *line, size_t length)
{
	const char *end = line + MIN(length, LINE_BYTES_MOST);
	GString *key;

	while (line < end && (*line == '>' || g_ascii_isspace(*line)))
		line++;
	if (line == end || *line != '#')
		return NULL;
	key = g_string_new(NULL);
	for (; line < end; line++)
		if (!g_ascii_isspace(*line))
			g_string_append_c(key, g_ascii_tolower(*line));
	return g_string_free(key, FALSE);
}

/* How often each line stands there that begins as a command does. */
static GHashTable *count_lines(const char *text)
{
	GHashTable *counts =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	while (text && *text) {
		size_t length = strcspn(text, "\n");
		char *key = line_key(text, length);
		if (key) {
			gpointer count = g_hash_table_lookup(counts, key);
			g_hash_table_insert(counts, key,
				GUINT_TO_POINTER(GPOINTER_TO_UINT(count) + 1));
		}
		text += length + (text[length] ? 1 : 0);
	}
	return counts;
}

static guint count_of(GHashTable *counts, const char *line)
{
	g_autofree char *key = line_key(line, strlen(line));

	return key ? GPOINTER_TO_UINT(g_hash_table_lookup(counts, key)) : 0;
}

/* Of an agent's mail that has the line no more often than the customer's has,
 * all may be a quote that the client did not mark. */
static void check_owner(Answer *answer, GHashTable *own, const char *theirs)
{
	g_autoptr(GHashTable) counts = count_lines(theirs);

	if (!g_hash_table_size(counts))
		return;
	for (guint i = 0; i < answer->commands->list->len; i++) {
		Command *command = answer->commands->list->pdata[i];
		guint others = count_of(counts, command->line);
		if (others && count_of(own, command->line) <= others)
			commands_refuse(answer->commands, command,
				"The customer has written this line, and it is "
				"not certain that it is yours here. Quote the "
				"customer's whole mail, or write the command "
				"differently.");
	}
}

static bool check_owners(Context *context, Answer *answer,
	const StoreTicket *ticket, GError **error)
{
	g_autoptr(GHashTable) own =
		count_lines(answer->mail->mail->analysis->text);
	g_autoptr(GPtrArray) messages = NULL;

	if (!answer->commands->list->len)
		return true;
	if (!store_message_list_customers(
		    context->store, ticket->id, QUOTED_MOST, &messages, error))
		return false;
	for (guint i = 0; i < messages->len; i++) {
		const StoreMessage *message = messages->pdata[i];
		check_owner(answer, own, message->own_text);
	}
	return true;
}

/* ---- two agents at once ------------------------------------------------ */

/* The agent has our mail that shows what the other one wrote. */
static bool find_hold_answered(Context *context, Answer *answer, GError **error)
{
	const GPtrArray *ids = answer->mail->mail->analysis->in_reply_to;

	for (guint i = 0; i < ids->len && !answer->answers_hold; i++) {
		g_autoptr(StoreOutbox) row = NULL;
		if (!store_outbox_by_message_id(
			    context->store, ids->pdata[i], &row, error))
			return false;
		answer->answers_hold =
			row && row->ticket_id == answer->mail->ticket->id &&
			strcmp(row->kind,
				reply_kind_name(REPLY_COMMAND_RESULT)) == 0;
	}
	return true;
}

static bool find_first(Context *context, Answer *answer, GError **error)
{
	const StoreTicket *ticket = answer->mail->ticket;
	g_autoptr(GPtrArray) messages = NULL;

	if (!store_message_list(context->store, ticket->id, &messages, error))
		return false;
	for (guint i = messages->len; i > 0; i--) {
		StoreMessage *message = messages->pdata[i - 1];
		if (message->internal || !message->agent ||
			g_strcmp0(message->agent, ticket->answered_by) != 0)
			continue;
		answer->first = message;
		messages->pdata[i - 1] = g_new0(StoreMessage, 1);
		break;
	}
	return true;
}

static bool find_collision(
	Context *context, Answer *answer, const Steer *steer, GError **error)
{
	const StoreTicket *ticket = answer->mail->ticket;
	int64_t window = answer->mail->mailbox->collision_window_s;

	if (answer->reason || !steer_speaks(steer) || !ticket->answered_at ||
		steer->now_s - ticket->answered_at >= window ||
		g_strcmp0(ticket->answered_by, answer->from) == 0)
		return true;
	if (!find_hold_answered(context, answer, error))
		return false;
	if (answer->answers_hold)
		return true;
	set_problem(answer, "held",
		"A colleague has answered this customer just now");
	return find_first(context, answer, error);
}

/* Two machines that do not say so, one in the agent's name. */
static bool find_exchange(
	Context *context, Answer *answer, const Steer *steer, GError **error)
{
	unsigned count = 0;

	if (answer->reason || !steer_speaks(steer))
		return true;
	if (!count_events(context, answer->mail->ticket, "answered",
		    steer->now_s - HOUR_S, &count, error))
		return false;
	if (count >= ANSWERS_MOST)
		set_problem(answer, "refused",
			"There were so many answers on this ticket within an "
			"hour that two machines may be writing to each other");
	return true;
}

/* ---- an answer on a ticket --------------------------------------------- */

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
		return tell(context, answer, ticket, "help", error);
	return !has_results(answer) ||
	       tell(context, answer, ticket, "done", error);
}

static void check_emptiness(Answer *answer, const Steer *steer)
{
	bool carries = answer->mail->mail->attachments &&
		       answer->mail->mail->attachments->len;

	if (!answer->commands->list->len && !*steer->words && !carries)
		set_problem(answer, "empty",
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
		set_problem(answer, "refused", answer->composing);
	return true;
}

/* The other participants to whom the agent wrote; the customer stands first
 * and has theirs. */
static bool send_copies(Context *context, const Answer *answer,
	const Steer *steer, const StoreTicket *ticket, GError **error)
{
	const GPtrArray *withheld = answer->mail->receipt->withheld;
	ReplyFacts more = {.words = steer->text};

	if (steer->direct || !steer_speaks(steer) || !withheld ||
		commands_find(steer->commands, COMMAND_MERGE))
		return true;
	for (guint i = 1; i < withheld->len; i++) {
		int64_t outbox_id = 0;
		SendOptions options = {
			.ticket = ticket,
			.mailbox = answer->mail->mailbox,
			.kind = REPLY_REPLY,
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

	if (!record(context, answer, ticket, NULL, !steer_speaks(steer),
		    &steer->cause.message_id, error) ||
		!steer_apply(context, ticket, steer, error) ||
		!send_copies(context, answer, steer, ticket, error) ||
		!tell_results(context, answer, ticket, error))
		return false;
	receipt->agent = true;
	g_ptr_array_add(receipt->references, g_strdup(ticket->reference));
	return true;
}

static bool answer_ticket(Context *context, Answer *answer, GError **error)
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
		if (!check_owners(context, answer, ticket, error) ||
			!steer_check(context, ticket, &steer, error))
			return false;
		if (answer->commands->refused)
			set_problem(answer, "refused",
				"A command of this mail cannot be carried out");
	}
	if (!mail->direct) {
		if (!agent_withhold(context, mail, ticket,
			    answer->mail->receipt, error) ||
			!check_mail(context, answer, &steer, ticket, error) ||
			!find_exchange(context, answer, &steer, error) ||
			!find_collision(context, answer, &steer, error))
			return false;
	}
	if (answer->reason)
		return decline(context, answer, ticket, error);
	return carry_out(context, answer, &steer, ticket, error);
}

/* ---- on behalf of a customer ------------------------------------------- */

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
		!record(context, answer, ticket,
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
	g_autoptr(StoreTicket) ticket = NULL;

	if (mail->can_refuse)
		return refuse(context, answer, NULL, error);
	ticket = make_ticket(
		context, answer, mail->analysis->from, false, error);
	if (!ticket)
		return false;
	ticket->state = STORE_CLOSED;
	ticket->quiet = g_strdup("staff");
	return store_ticket_update(context->store, ticket, error) &&
	       decline(context, answer, ticket, error);
}

/* With a new ticket only what is noted on it goes together. */
static void check_company(Answer *answer)
{
	static const enum command_verb strange[] = {COMMAND_RESOLVE,
		COMMAND_REOPEN, COMMAND_NOTE, COMMAND_UPDATE, COMMAND_PROMISE,
		COMMAND_CANNED, COMMAND_MERGE, COMMAND_NOT_A_COMPLAINT,
		COMMAND_ADDRESS, COMMAND_HELP, COMMAND_ESCALATE};

	for (size_t i = 0; i < G_N_ELEMENTS(strange); i++) {
		Command *command = commands_find(answer->commands, strange[i]);
		if (command)
			commands_refuse(answer->commands, command,
				"It needs a ticket: wait for the "
				"acknowledgement, then answer the briefing.");
	}
	if (answer->commands->refused)
		set_problem(answer, "refused",
			"A command of this mail cannot be carried out");
}

static bool open_or_decline(Context *context, Answer *answer, GError **error)
{
	const Analysis *analysis = answer->mail->mail->analysis;
	Command *on_behalf = commands_find(answer->commands, COMMAND_ON_BEHALF);
	const char *customer = on_behalf ? on_behalf->word : NULL;
	bool forwarded = analysis->forwarded_from &&
			 (!customer || g_ascii_strcasecmp(customer,
					       analysis->forwarded_from) == 0);

	if (!on_behalf)
		set_problem(
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
		set_problem(answer, "refused", on_behalf->problem);
	}
	if (answer->reason)
		return decline_alone(context, answer, error);
	return open_for(context, answer, customer, forwarded, error);
}

bool agent_receive(Context *context, const AgentMail *mail, GError **error)
{
	g_auto(Answer) answer = {0};

	answer_init(
		&answer, mail, base_address_fold(mail->mail->analysis->from));
	return mail->ticket ? answer_ticket(context, &answer, error)
			    : open_or_decline(context, &answer, error);
}

/* ---- direct answers ---------------------------------------------------- */

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
	for (size_t i = 0; mail->recipients[i] && !*ret_reaches; i++) {
		g_autofree char *folded =
			base_address_fold(mail->recipients[i]);
		if (!store_participant_known(context->store, ticket->id, folded,
			    ret_reaches, error))
			return false;
	}
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
	set_problem(&answer, "refused",
		"This mail goes to nobody who takes part in the ticket that it "
		"answers. Correct the customer's address with #address, in a "
		"mail to the mailbox");
	return refuse(context, &answer, agent->ticket, error);
}

static bool known_already(Context *context, const AgentMail *agent,
	bool *ret_known, GError **error)
{
	g_autoptr(StoreMessage) known = NULL;

	if (!store_message_by_dedupe(
		    context->store, agent->dedupe, &known, error))
		return false;
	*ret_known = known != NULL;
	return true;
}

static bool take_direct(Context *context, const AgentMail *agent,
	EngineReceipt *receipt, GError **error)
{
	bool known = false;

	if (!known_already(context, agent, &known, error) ||
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

bool agent_receive_direct(Context *context, const EngineMail *mail,
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
