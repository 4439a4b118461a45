#include "internal.h"

#define OUTBOX_COLUMNS                                                         \
	"SELECT id, ticket_id, kind, sequence, recipient, recipient_folded,"   \
	"	envelope_from, message_id, automatic, state, attempts,"              \
	"	uncertain, created_at, next_at, lease_until, settled_at,"            \
	"	lease_owner, handed_at, queue_id, handed_boot, smtp_code,"           \
	"	smtp_status, smtp_text,"                                             \
	"	(SELECT t.mailbox FROM ticket t WHERE t.id = ticket_id)"             \
	"	FROM outbox"

static enum store_outbox_state state_from_name(const char *name)
{
	for (int state = STORE_OUTBOX_QUEUED; state <= STORE_OUTBOX_WITHDRAWN;
		state++)
		if (g_str_equal(name, store_outbox_state_name(
					      (enum store_outbox_state)state)))
			return (enum store_outbox_state)state;
	/* The column's CHECK lets no other name in. */
	g_assert_not_reached();
}

static void *read_row(Store *store, DbStatement *row)
{
	StoreOutbox *outbox = g_new0(StoreOutbox, 1);

	outbox->id = column_integer(store, row, 0);
	outbox->ticket_id = column_integer(store, row, 1);
	outbox->kind = column_text(store, row, 2);
	outbox->sequence = (unsigned)column_integer(store, row, 3);
	outbox->recipient = column_text(store, row, 4);
	outbox->recipient_folded = column_text(store, row, 5);
	outbox->envelope_from = column_text(store, row, 6);
	outbox->message_id = column_text(store, row, 7);
	outbox->automatic = column_integer(store, row, 8) != 0;
	outbox->state = state_from_name(store->driver->text(row, 9));
	outbox->attempts = (unsigned)column_integer(store, row, 10);
	outbox->uncertain = (unsigned)column_integer(store, row, 11);
	outbox->created_at = column_integer(store, row, 12);
	outbox->next_at = column_integer(store, row, 13);
	outbox->lease_until = column_integer(store, row, 14);
	outbox->settled_at = column_integer(store, row, 15);
	outbox->lease_owner = column_text(store, row, 16);
	outbox->handed_at = column_integer(store, row, 17);
	outbox->queue_id = column_text(store, row, 18);
	outbox->handed_boot = column_text(store, row, 19);
	outbox->smtp_code = (int)column_integer(store, row, 20);
	outbox->smtp_status = column_text(store, row, 21);
	outbox->smtp_text = column_text(store, row, 22);
	outbox->mailbox = column_text(store, row, 23);
	return outbox;
}

static GPtrArray *row_array(void)
{
	return g_ptr_array_new_with_free_func(
		(GDestroyNotify)store_outbox_free);
}

static bool list_rows(Store *store, DbStatement *statement,
	GPtrArray **ret_rows, GError **error)
{
	g_autoptr(GPtrArray) rows = row_array();

	if (!query_list(store, statement, read_row, rows, error))
		return false;
	*ret_rows = g_steal_pointer(&rows);
	return true;
}

bool store_outbox_by_id(
	Store *store, int64_t id, StoreOutbox **ret_row, GError **error)
{
	return query_first(store,
		query_start(
			store, error, OUTBOX_COLUMNS " WHERE id = ?", "i", id),
		read_row, (void **)ret_row, error);
}

bool store_outbox_by_message_id(Store *store, const char *message_id,
	StoreOutbox **ret_row, GError **error)
{
	return query_first(store,
		query_start(store, error,
			OUTBOX_COLUMNS " WHERE message_id = ?", "t",
			message_id),
		read_row, (void **)ret_row, error);
}

static DbStatement *start_due(
	Store *store, const StoreLease *lease, GError **error)
{
	g_autofree char *joined = NULL;

	if (!lease->route)
		return query_start(store, error,
			OUTBOX_COLUMNS
			" WHERE state = 'queued' AND next_at <= ?"
			" ORDER BY next_at, id LIMIT ?",
			"ii", lease->now_s, (int64_t)lease->most);
	joined = outbox_join_route(lease->route);
	return query_start(store, error,
		OUTBOX_COLUMNS
		" WHERE state = 'queued' AND next_at <= ?3" OUTBOX_ON_ROUTE
		" ORDER BY next_at, id LIMIT ?4",
		"tiii", joined, (int64_t)!lease->route->others, lease->now_s,
		(int64_t)lease->most);
}

bool store_outbox_lease(Store *store, const StoreLease *lease,
	GPtrArray **ret_rows, GError **error)
{
	g_autoptr(GPtrArray) rows = NULL;

	if (!list_rows(store, start_due(store, lease, error), &rows, error))
		return false;
	for (guint i = 0; i < rows->len; i++) {
		StoreOutbox *row = g_ptr_array_index(rows, i);
		row->state = STORE_OUTBOX_LEASED;
		row->lease_until = lease->now_s + lease->lease_s;
		g_free(row->lease_owner);
		row->lease_owner = g_strdup(lease->owner);
		if (!store_outbox_update(store, row, error) ||
			!store_outbox_bytes(store, row->id, &row->bytes, error))
			return false;
	}
	*ret_rows = g_steal_pointer(&rows);
	return true;
}

bool store_outbox_stale(Store *store, const char *owner, int64_t now_s,
	GPtrArray **ret_rows, GError **error)
{
	return list_rows(store,
		query_start(store, error,
			OUTBOX_COLUMNS " WHERE state IN ('leased', 'uncertain')"
				       " AND (lease_owner IS DISTINCT FROM ? "
				       "OR lease_until < ?)"
				       " ORDER BY id",
			"ti", owner, now_s),
		ret_rows, error);
}

bool store_outbox_list(Store *store, int64_t ticket_id, bool settled,
	GPtrArray **ret_rows, GError **error)
{
	if (ticket_id)
		return list_rows(store,
			query_start(store, error,
				OUTBOX_COLUMNS
				" WHERE ticket_id = ? ORDER BY id",
				"i", ticket_id),
			ret_rows, error);
	return list_rows(store,
		query_start(store, error,
			OUTBOX_COLUMNS " WHERE state <> 'sent'"
				       " AND state <> 'withdrawn'"
				       " AND (? <> 0 OR state IN ('queued', "
				       "'leased', 'uncertain'))"
				       " ORDER BY id",
			"i", (int64_t)settled),
		ret_rows, error);
}
