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
		"	complainer, priority, urgency)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
		"	?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
		"ttttttttiiIIItitttii", ticket->reference, ticket->mailbox,
		store_state_name(ticket->state), ticket->subject,
		ticket->customer, ticket->customer_address,
		ticket->customer_name, ticket->language,
		(int64_t)ticket->authenticated, ticket->opened_at,
		ticket->heard_at, ticket->promised_by, ticket->resolved_at,
		ticket->quiet, (int64_t)ticket->late_count, ticket->assignee,
		ticket->type, ticket->complainer, (int64_t)ticket->priority,
		(int64_t)ticket->urgency);

	if (good)
		ticket->id = id;
	return good;
}

bool store_ticket_update(
	Store *store, const StoreTicket *ticket, GError **error)
{
	return query_run(store, error,
		"UPDATE ticket SET state = ?, subject = ?, customer = ?,"
		"	customer_address = ?, customer_name = ?, language = ?,"
		"	heard_at = ?, promised_by = ?, resolved_at = ?,"
		"	quiet = ?, late_count = ?, assignee = ?, type = ?,"
		"	complainer = ?, priority = ?, urgency = ?"
		" WHERE id = ?",
		"ttttttIIItitttiii", store_state_name(ticket->state),
		ticket->subject, ticket->customer, ticket->customer_address,
		ticket->customer_name, ticket->language, ticket->heard_at,
		ticket->promised_by, ticket->resolved_at, ticket->quiet,
		(int64_t)ticket->late_count, ticket->assignee, ticket->type,
		ticket->complainer, (int64_t)ticket->priority,
		(int64_t)ticket->urgency, ticket->id);
}

bool store_participant_add(
	Store *store, int64_t ticket_id, const char *folded, GError **error)
{
	return query_run(store, error,
		"INSERT INTO participant (ticket_id, folded) VALUES (?, ?)"
		" ON CONFLICT DO NOTHING",
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
		" ON CONFLICT DO NOTHING",
		"ti", message_id, ticket_id);
}

bool store_customer_language(
	Store *store, const char *folded, char **ret_language, GError **error)
{
	return query_text(store, ret_language, error,
		"SELECT language FROM ticket WHERE customer = ?"
		" ORDER BY opened_at DESC LIMIT 1",
		"t", folded);
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
