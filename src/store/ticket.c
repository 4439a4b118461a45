#include "internal.h"

void store_ticket_free(StoreTicket *ticket)
{
	if (!ticket)
		return;
	g_free(ticket->reference);
	g_free(ticket->mailbox);
	g_free(ticket->subject);
	g_free(ticket->customer);
	g_free(ticket->customer_address);
	g_free(ticket->customer_name);
	g_free(ticket->language);
	g_free(ticket->quiet);
	g_free(ticket->assignee);
	g_free(ticket->type);
	g_free(ticket->complainer);
	g_free(ticket->complainer_reason);
	g_free(ticket->thread_index);
	g_free(ticket->thread_topic);
	g_free(ticket->cause);
	g_free(ticket->update_words);
	g_free(ticket->questions);
	g_free(ticket->letters);
	g_free(ticket->policy);
	g_free(ticket->answered_by);
	g_free(ticket->tags);
	g_free(ticket);
}

bool store_ticket_insert(Store *store, StoreTicket *ticket, GError **error)
{
	int64_t id = 0;
	bool good = query_integer(store, &id, error,
		"INSERT INTO ticket (reference, mailbox, state, subject,"
		"	customer, customer_address, customer_name, language,"
		"	authenticated, opened_at, heard_at, promised_by,"
		"	resolved_at, quiet, late_count, assignee, type,"
		"	complainer, priority, urgency, complainer_reason,"
		"	thread_index, thread_topic, cause, update_words,"
		"	answered_by, answered_at, surveyed_at,"
		"	reopened_count, merged_into, questions, asked_at,"
		"	reminders, settle_by, settle_left_s, letters, policy)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
		"	?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
		"	?, ?, ?, ?, ?, ?, ?)"
		" RETURNING id",
		"ttttttttiiIIItitttiittt" /* agents' work */ "tttIIiI"
		/* policies */ "tIiIItt",
		ticket->reference, ticket->mailbox,
		store_state_name(ticket->state), ticket->subject,
		ticket->customer, ticket->customer_address,
		ticket->customer_name, ticket->language,
		(int64_t)ticket->authenticated, ticket->opened_at,
		ticket->heard_at, ticket->promised_by, ticket->resolved_at,
		ticket->quiet, (int64_t)ticket->late_count, ticket->assignee,
		ticket->type, ticket->complainer, (int64_t)ticket->priority,
		(int64_t)ticket->urgency, ticket->complainer_reason,
		ticket->thread_index, ticket->thread_topic, ticket->cause,
		ticket->update_words, ticket->answered_by, ticket->answered_at,
		ticket->surveyed_at, (int64_t)ticket->reopened_count,
		ticket->merged_into, ticket->questions, ticket->asked_at,
		(int64_t)ticket->reminders, ticket->settle_by,
		ticket->settle_left_s, ticket->letters, ticket->policy);

	if (good)
		ticket->id = id;
	return good;
}

bool store_ticket_update(
	Store *store, const StoreTicket *ticket, GError **error)
{
	bool good = query_run(store, error,
		"UPDATE ticket SET state = ?, subject = ?, customer = ?,"
		"	customer_address = ?, customer_name = ?, language = ?,"
		"	heard_at = ?, promised_by = ?, resolved_at = ?,"
		"	quiet = ?, late_count = ?, assignee = ?, type = ?,"
		"	complainer = ?, priority = ?, urgency = ?,"
		"	complainer_reason = ?, thread_index = ?,"
		"	thread_topic = ?, cause = ?, update_words = ?,"
		"	answered_by = ?, answered_at = ?, surveyed_at = ?,"
		"	reopened_count = ?, merged_into = ?, questions = ?,"
		"	asked_at = ?, reminders = ?, settle_by = ?,"
		"	settle_left_s = ?, letters = ?, policy = ?"
		" WHERE id = ?",
		"ttttttIIItitttiittt" /* agents' work */ "tttIIiI"
		/* policies */ "tIiIItt" /* id */ "i",
		store_state_name(ticket->state), ticket->subject,
		ticket->customer, ticket->customer_address,
		ticket->customer_name, ticket->language, ticket->heard_at,
		ticket->promised_by, ticket->resolved_at, ticket->quiet,
		(int64_t)ticket->late_count, ticket->assignee, ticket->type,
		ticket->complainer, (int64_t)ticket->priority,
		(int64_t)ticket->urgency, ticket->complainer_reason,
		ticket->thread_index, ticket->thread_topic, ticket->cause,
		ticket->update_words, ticket->answered_by, ticket->answered_at,
		ticket->surveyed_at, (int64_t)ticket->reopened_count,
		ticket->merged_into, ticket->questions, ticket->asked_at,
		(int64_t)ticket->reminders, ticket->settle_by,
		ticket->settle_left_s, ticket->letters, ticket->policy,
		ticket->id);

	if (ticket->state == STORE_RESOLVED || ticket->state == STORE_CLOSED)
		good = good && words_settle(store, ticket->id, error);
	return good;
}

bool store_participant_add(
	Store *store, int64_t ticket_id, const char *folded, GError **error)
{
	return query_run(store, error,
		"INSERT INTO participant (ticket_id, folded) VALUES (?, ?)"
		" ON CONFLICT DO NOTHING",
		"it", ticket_id, folded);
}

bool store_participant_remove(
	Store *store, int64_t ticket_id, const char *folded, GError **error)
{
	return query_run(store, error,
		"DELETE FROM participant WHERE ticket_id = ? AND folded = ?",
		"it", ticket_id, folded);
}

bool store_participant_known(Store *store, int64_t ticket_id,
	const char *folded, bool *ret_known, GError **error)
{
	int64_t count = 0;

	if (!query_integer(store, &count, error,
		    "SELECT count(*) FROM participant"
		    " WHERE ticket_id = ? AND folded = ?",
		    "it", ticket_id, folded))
		return false;
	*ret_known = count > 0;
	return true;
}

bool store_thread_add(
	Store *store, int64_t ticket_id, const char *message_id, GError **error)
{
	return query_run(store, error,
		"INSERT INTO thread (message_id, ticket_id) VALUES (?, ?)"
		" ON CONFLICT DO UPDATE SET ghost = 0",
		"ti", message_id, ticket_id);
}

bool store_thread_add_ghost(
	Store *store, int64_t ticket_id, const char *message_id, GError **error)
{
	return query_run(store, error,
		"INSERT INTO thread (message_id, ticket_id, ghost)"
		" VALUES (?, ?, 1) ON CONFLICT DO NOTHING",
		"ti", message_id, ticket_id);
}

bool store_ticket_join(
	Store *store, int64_t from_id, int64_t into_id, GError **error)
{
	return query_run(store, error,
		       "INSERT INTO participant (ticket_id, folded)"
		       " SELECT ?2, folded FROM participant"
		       " WHERE ticket_id = ?1 ON CONFLICT DO NOTHING",
		       "ii", from_id, into_id) &&
	       query_run(store, error,
		       "INSERT INTO thread (message_id, ticket_id, ghost)"
		       " SELECT message_id, ?2, ghost FROM thread"
		       " WHERE ticket_id = ?1"
		       " ON CONFLICT (message_id, ticket_id) DO UPDATE"
		       " SET ghost = min(ghost, excluded.ghost)",
		       "ii", from_id, into_id);
}

bool store_tag_add(
	Store *store, int64_t ticket_id, const char *tag, GError **error)
{
	return query_run(store, error,
		"INSERT INTO tag (ticket_id, tag) VALUES (?, ?)"
		" ON CONFLICT DO NOTHING",
		"it", ticket_id, tag);
}

bool store_tag_remove(
	Store *store, int64_t ticket_id, const char *tag, GError **error)
{
	return query_run(store, error,
		"DELETE FROM tag WHERE ticket_id = ? AND tag = ?", "it",
		ticket_id, tag);
}

bool store_customer_language(
	Store *store, const char *folded, char **ret_language, GError **error)
{
	return query_text(store, ret_language, error,
		"SELECT m.language FROM message m"
		" JOIN ticket t ON t.id = m.ticket_id"
		" WHERE t.customer = ? AND m.language_sure"
		" ORDER BY m.id DESC LIMIT 1",
		"t", folded);
}

bool store_customer_compensations(
	Store *store, const char *folded, unsigned *ret_count, GError **error)
{
	int64_t count = 0;

	if (!query_integer(store, &count, error,
		    "SELECT count(*) FROM message m"
		    " JOIN ticket t ON t.id = m.ticket_id"
		    " WHERE t.customer = ? AND m.asks_compensation",
		    "t", folded))
		return false;
	*ret_count = (unsigned)count;
	return true;
}

bool store_customer_tickets(Store *store, const char *folded, int64_t since_s,
	unsigned *ret_count, GError **error)
{
	int64_t count = 0;

	if (!query_integer(store, &count, error,
		    "SELECT count(*) FROM ticket"
		    " WHERE customer = ? AND opened_at >= ?",
		    "ti", folded, since_s))
		return false;
	*ret_count = (unsigned)count;
	return true;
}
