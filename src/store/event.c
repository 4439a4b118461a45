#include "internal.h"

void store_event_free(StoreEvent *event)
{
	if (!event)
		return;
	g_free(event->what);
	g_free(event->actor);
	g_free(event->detail);
	g_free(event);
}

static void *read_event(Store *store, DbStatement *row)
{
	StoreEvent *event = g_new0(StoreEvent, 1);

	event->id = column_integer(store, row, 0);
	event->ticket_id = column_integer(store, row, 1);
	event->message_id = column_integer(store, row, 2);
	event->outbox_id = column_integer(store, row, 3);
	event->at = column_integer(store, row, 4);
	event->what = column_text(store, row, 5);
	event->actor = column_text(store, row, 6);
	event->detail = column_text(store, row, 7);
	return event;
}

bool store_event_insert(Store *store, const StoreEvent *event, GError **error)
{
	return query_run(store, error,
		"INSERT INTO event (ticket_id, message_id, outbox_id, at,"
		"	what, actor, detail) VALUES (?, ?, ?, ?, ?, ?, ?)",
		"IIIittt", event->ticket_id, event->message_id,
		event->outbox_id, event->at, event->what, event->actor,
		event->detail);
}

bool store_event_list(
	Store *store, int64_t ticket_id, GPtrArray **ret_events, GError **error)
{
	g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func(
		(GDestroyNotify)store_event_free);
	DbStatement *rows = query_start(store, error,
		"SELECT id, ticket_id, message_id, outbox_id, at, what,"
		"	actor, detail FROM event"
		" WHERE ticket_id = ? ORDER BY id",
		"i", ticket_id);

	if (!query_list(store, rows, read_event, events, error))
		return false;
	*ret_events = g_steal_pointer(&events);
	return true;
}

/* Two statements: the planner takes the index of what is rare only if it is
 * told that this is. */
bool store_event_count(Store *store, const char *mailbox, const char *what,
	int64_t since_s, unsigned *ret_count, GError **error)
{
	int64_t rare = 0;
	int64_t count = 0;

	if (!query_integer(store, &rare, error,
		    "SELECT count(*) FROM (SELECT ? AS what)"
		    " WHERE " EVENT_RARE,
		    "t", what))
		return false;
	if (!query_integer(store, &count, error,
		    rare ? "SELECT count(*) FROM event e"
			   " JOIN ticket t ON t.id = e.ticket_id"
			   " WHERE what = ? AND at >= ? AND mailbox = ?"
			   " AND " EVENT_RARE
			 : "SELECT count(*) FROM event e"
			   " JOIN ticket t ON t.id = e.ticket_id"
			   " WHERE what = ? AND at >= ? AND mailbox = ?",
		    "tit", what, since_s, mailbox))
		return false;
	*ret_count = (unsigned)count;
	return true;
}

bool store_event_count_ticket(Store *store, int64_t ticket_id, const char *what,
	int64_t after_s, unsigned *ret_count, GError **error)
{
	int64_t count = 0;

	if (!query_integer(store, &count, error,
		    "SELECT count(*) FROM event"
		    " WHERE ticket_id = ? AND what = ? AND at > ?",
		    "iti", ticket_id, what, after_s))
		return false;
	*ret_count = (unsigned)count;
	return true;
}
