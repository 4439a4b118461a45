/*
 * What makes an agent's answer doubtful although it is proven and well formed:
 * words that may be the customer's, a colleague's answer just before, and too
 * many answers to be a person's.
 */
#include <string.h>

#include "agent.h"

enum {
	HOUR_S = 60 * 60,
	ANSWERS_MOST = 30, /* an hour, of all agents, on one ticket */
	LINE_BYTES_MOST = 1000,
	QUOTED_MOST = 50, /* of a customer's mails one may be quoted */
};

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

bool answer_check_owners(Context *context, Answer *answer,
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

bool answer_find_collision(
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
	answer_set_problem(answer, "held",
		"A colleague has answered this customer just now");
	return find_first(context, answer, error);
}

bool answer_find_exchange(
	Context *context, Answer *answer, const Steer *steer, GError **error)
{
	int64_t ticket_id = answer->mail->ticket->id;
	unsigned answers = 0, questions = 0;

	if (answer->reason || !steer_speaks(steer))
		return true;
	if (!store_event_count_ticket(context->store, ticket_id, "answered",
		    steer->now_s - HOUR_S, &answers, error) ||
		!store_event_count_ticket(context->store, ticket_id, "asked",
			steer->now_s - HOUR_S, &questions, error))
		return false;
	if (answers + questions >= ANSWERS_MOST)
		answer_set_problem(answer, "refused",
			"There were so many answers on this ticket within an "
			"hour that two machines may be writing to each other");
	return true;
}
