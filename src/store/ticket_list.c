#include "internal.h"

#define TICKET_COLUMNS TICKET_FIELDS " FROM ticket t"

enum { RANK_COLUMN = 42 }; /* behind the fields */

void *ticket_read(Store *store, DbStatement *row)
{
	StoreTicket *ticket = g_new0(StoreTicket, 1);
	g_autofree char *state = column_text(store, row, 3);

	ticket->id = column_integer(store, row, 0);
	ticket->reference = column_text(store, row, 1);
	ticket->mailbox = column_text(store, row, 2);
	store_state_from_name(state, &ticket->state);
	ticket->subject = column_text(store, row, 4);
	ticket->customer = column_text(store, row, 5);
	ticket->customer_address = column_text(store, row, 6);
	ticket->customer_name = column_text(store, row, 7);
	ticket->language = column_text(store, row, 8);
	ticket->authenticated = column_integer(store, row, 9) != 0;
	ticket->opened_at = column_integer(store, row, 10);
	ticket->heard_at = column_integer(store, row, 11);
	ticket->promised_by = column_integer(store, row, 12);
	ticket->resolved_at = column_integer(store, row, 13);
	ticket->quiet = column_text(store, row, 14);
	ticket->late_count = (unsigned)column_integer(store, row, 15);
	ticket->assignee = column_text(store, row, 16);
	ticket->type = column_text(store, row, 17);
	ticket->complainer = column_text(store, row, 18);
	ticket->priority = (int)column_integer(store, row, 19);
	ticket->urgency = (int)column_integer(store, row, 20);
	ticket->next_update_at = column_integer(store, row, 21);
	ticket->messages = (unsigned)column_integer(store, row, 22);
	ticket->mails_sent = (unsigned)column_integer(store, row, 23);
	ticket->tags = column_text(store, row, 24);
	ticket->complainer_reason = column_text(store, row, 25);
	ticket->thread_index = column_text(store, row, 26);
	ticket->thread_topic = column_text(store, row, 27);
	ticket->cause = column_text(store, row, 28);
	ticket->update_words = column_text(store, row, 29);
	ticket->answered_by = column_text(store, row, 30);
	ticket->answered_at = column_integer(store, row, 31);
	ticket->surveyed_at = column_integer(store, row, 32);
	ticket->reopened_count = (unsigned)column_integer(store, row, 33);
	ticket->merged_into = column_integer(store, row, 34);
	ticket->questions = column_text(store, row, 35);
	ticket->asked_at = column_integer(store, row, 36);
	ticket->reminders = (unsigned)column_integer(store, row, 37);
	ticket->settle_by = column_integer(store, row, 38);
	ticket->settle_left_s = column_integer(store, row, 39);
	ticket->letters = column_text(store, row, 40);
	ticket->policy = column_text(store, row, 41);
	return ticket;
}

bool store_ticket_by_id(
	Store *store, int64_t id, StoreTicket **ret_ticket, GError **error)
{
	return query_first(store,
		query_start(store, error, TICKET_COLUMNS " WHERE t.id = ?", "i",
			id),
		ticket_read, (void **)ret_ticket, error);
}

bool store_ticket_by_reference(Store *store, const char *reference,
	StoreTicket **ret_ticket, GError **error)
{
	return query_first(store,
		query_start(store, error,
			TICKET_COLUMNS " WHERE t.reference = ?", "t",
			reference),
		ticket_read, (void **)ret_ticket, error);
}

/* A find and how good it is: less is better. */
typedef struct Find Find;
struct Find {
	StoreTicket *ticket;
	int64_t rank;
};

static void find_free(Find *find)
{
	if (!find)
		return;
	store_ticket_free(find->ticket);
	g_free(find);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Find, find_free)

static void *read_find(Store *store, DbStatement *row)
{
	Find *find = g_new0(Find, 1);

	find->ticket = ticket_read(store, row);
	find->rank = column_integer(store, row, RANK_COLUMN);
	return find;
}

static bool better(const Find *candidate, const Find *best)
{
	if (!best)
		return true;
	return candidate->rank != best->rank
		       ? candidate->rank < best->rank
		       : candidate->ticket->id > best->ticket->id;
}

/*
 * Whoever can name an id can plant it, in a ticket of theirs: so a ticket in
 * which the sender takes part comes before any other, and an id that was only
 * named counts in such a ticket alone.  Then live before closed, seen before
 * named, young before old.
 */
bool store_ticket_by_thread(Store *store, const GPtrArray *ids,
	const char *folded, StoreTicket **ret_ticket, GError **error)
{
	g_autoptr(Find) best = NULL;

	for (guint i = 0; i < ids->len; i++) {
		g_autoptr(Find) found = NULL;
		DbStatement *row = query_start(store, error,
			TICKET_FIELDS
			", (p.folded IS NULL) * 4 + (t.state = 'closed') * 2"
			"	+ r.ghost AS rank"
			" FROM thread r JOIN ticket t ON t.id = r.ticket_id"
			" LEFT JOIN participant p"
			"	ON p.ticket_id = t.id AND p.folded = ?2"
			" WHERE r.message_id = ?1"
			"	AND (r.ghost = 0 OR p.folded IS NOT NULL)"
			" ORDER BY rank, t.id DESC LIMIT 1",
			"tt", g_ptr_array_index(ids, i), folded);
		if (!query_first(store, row, read_find, (void **)&found, error))
			return false;
		if (found && better(found, best)) {
			find_free(best);
			best = g_steal_pointer(&found);
		}
	}
	*ret_ticket = best ? g_steal_pointer(&best->ticket) : NULL;
	return true;
}

bool store_ticket_by_ghost(Store *store, const GPtrArray *ids,
	const char *folded, StoreTicket **ret_ticket, GError **error)
{
	*ret_ticket = NULL;
	for (guint i = 0; i < ids->len && !*ret_ticket; i++) {
		DbStatement *row = query_start(store, error,
			TICKET_FIELDS
			" FROM thread r JOIN ticket t ON t.id = r.ticket_id"
			" WHERE r.message_id = ?1 AND r.ghost"
			" AND (?2 IS NULL OR EXISTS (SELECT 1"
			"	FROM participant p WHERE p.ticket_id = t.id"
			"	AND p.folded = ?2))"
			" ORDER BY t.state = 'closed', t.id DESC LIMIT 1",
			"tt", g_ptr_array_index(ids, i), folded);
		if (!query_first(store, row, ticket_read, (void **)ret_ticket,
			    error))
			return false;
	}
	return true;
}

bool store_ticket_list(Store *store, const StoreTicketFilter *filter,
	GPtrArray **ret_tickets, GError **error)
{
	g_autoptr(GPtrArray) tickets = g_ptr_array_new_with_free_func(
		(GDestroyNotify)store_ticket_free);
	DbStatement *rows = query_start(store, error,
		TICKET_COLUMNS
		" WHERE (?1 <> 0 OR t.state IN ('open', 'waiting'))"
		" AND (?2 IS NULL OR t.state = ?2)"
		" AND (?3 IS NULL OR t.mailbox = ?3)"
		" AND (?4 IS NULL OR t.customer = ?4)"
		" AND (?5 IS NULL OR t.id < ?5)"
		" ORDER BY t.id DESC LIMIT ?6",
		"itttIi", (int64_t)(filter->any_state || filter->state),
		filter->state, filter->mailbox, filter->customer,
		filter->before_id,
		filter->most ? (int64_t)filter->most : (int64_t)-1);

	if (!query_list(store, rows, ticket_read, tickets, error))
		return false;
	*ret_tickets = g_steal_pointer(&tickets);
	return true;
}
