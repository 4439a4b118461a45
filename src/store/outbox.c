#include "internal.h"

void store_outbox_free(StoreOutbox *row)
{
	if (!row)
		return;
	g_free(row->kind);
	g_free(row->mailbox);
	g_free(row->recipient);
	g_free(row->recipient_folded);
	g_free(row->envelope_from);
	g_free(row->message_id);
	g_free(row->lease_owner);
	g_free(row->queue_id);
	g_free(row->handed_boot);
	g_free(row->smtp_status);
	g_free(row->smtp_text);
	g_clear_pointer(&row->bytes, g_bytes_unref);
	g_free(row);
}

bool store_outbox_insert(Store *store, StoreOutbox *row, GError **error)
{
	g_autoptr(GBytes) packed = store_pack(row->bytes);
	int64_t sequence = 0, id = 0;

	if (!query_integer(store, &sequence, error,
		    "SELECT coalesce(max(sequence), 0) + 1 FROM outbox"
		    " WHERE ticket_id = ? AND kind = ?",
		    "it", row->ticket_id, row->kind))
		return false;
	if (!query_integer(store, &id, error,
		    "INSERT INTO outbox (ticket_id, kind, sequence, recipient,"
		    "	recipient_folded, envelope_from, message_id,"
		    "	automatic, state, created_at, next_at, packed)"
		    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?)"
		    " RETURNING id",
		    "itittttiiib", row->ticket_id, row->kind, sequence,
		    row->recipient, row->recipient_folded, row->envelope_from,
		    row->message_id, (int64_t)row->automatic, row->created_at,
		    row->next_at, packed))
		return false;
	row->id = id;
	row->sequence = (unsigned)sequence;
	row->state = STORE_OUTBOX_QUEUED;
	return true;
}

bool store_outbox_update(Store *store, const StoreOutbox *row, GError **error)
{
	return query_run(store, error,
		"UPDATE outbox SET state = ?, attempts = ?, uncertain = ?,"
		"	next_at = ?, lease_until = ?, lease_owner = ?,"
		"	settled_at = ?, handed_at = ?, queue_id = ?,"
		"	handed_boot = ?, smtp_code = ?, smtp_status = ?,"
		"	smtp_text = ? WHERE id = ?",
		"tiiiItIIttItti", store_outbox_state_name(row->state),
		(int64_t)row->attempts, (int64_t)row->uncertain, row->next_at,
		row->lease_until, row->lease_owner, row->settled_at,
		row->handed_at, row->queue_id, row->handed_boot,
		(int64_t)row->smtp_code, row->smtp_status, row->smtp_text,
		row->id);
}

bool store_outbox_withdraw(Store *store, int64_t ticket_id, const char *kind,
	int64_t at, unsigned *ret_count, GError **error)
{
	int64_t count = 0;

	if (!query_integer(store, &count, error,
		    "SELECT count(*) FROM outbox"
		    " WHERE ticket_id = ?1 AND state = 'queued'"
		    " AND automatic <> 0 AND (?2 IS NULL OR kind = ?2)",
		    "it", ticket_id, kind))
		return false;
	*ret_count = (unsigned)count;
	return !count ||
	       query_run(store, error,
		       "UPDATE outbox SET state = 'withdrawn', settled_at = ?3"
		       " WHERE ticket_id = ?1 AND state = 'queued'"
		       " AND automatic <> 0 AND (?2 IS NULL OR kind = ?2)",
		       "iti", ticket_id, kind, at);
}

bool store_outbox_bytes(
	Store *store, int64_t id, GBytes **ret_bytes, GError **error)
{
	return query_packed(store, id, "outbox row", ret_bytes, error,
		"SELECT packed FROM outbox WHERE id = ?");
}

bool store_outbox_watched(Store *store, bool *ret_watched, GError **error)
{
	int64_t watched = 0;

	if (!query_integer(store, &watched, error,
		    "SELECT handed_at IS NOT NULL FROM outbox"
		    " WHERE state = 'sent' ORDER BY id DESC LIMIT 1",
		    ""))
		return false;
	*ret_watched = watched != 0;
	return true;
}

char *outbox_join_route(const StoreRoute *route)
{
	GString *joined = g_string_new("\n");

	for (size_t i = 0; route->mailboxes && route->mailboxes[i]; i++)
		g_string_append_printf(joined, "%s\n", route->mailboxes[i]);
	return g_string_free(joined, FALSE);
}

bool store_outbox_next(Store *store, const StoreRoute *route,
	int64_t *ret_next_at, GError **error)
{
	int64_t next_at = 0;
	g_autofree char *joined = route ? outbox_join_route(route) : NULL;
	bool known = route ? query_integer(store, &next_at, error,
				     "SELECT next_at FROM outbox"
				     " WHERE state = 'queued'" OUTBOX_ON_ROUTE
				     " ORDER BY next_at LIMIT 1",
				     "ti", joined, (int64_t)!route->others)
			   : query_integer(store, &next_at, error,
				     "SELECT min(next_at) FROM outbox"
				     " WHERE state = 'queued'",
				     "");

	if (known)
		*ret_next_at = next_at;
	return known;
}

bool store_outbox_count_recipient(Store *store, const char *folded,
	const char *kind, int64_t since_s, unsigned *ret_count, GError **error)
{
	int64_t count = 0;

	if (!query_integer(store, &count, error,
		    "SELECT count(*) FROM outbox"
		    " WHERE recipient_folded = ?1 AND created_at > ?2"
		    " AND automatic <> 0 AND state <> 'withdrawn' AND (?3 IS "
		    "NULL OR kind = ?3)",
		    "tit", folded, since_s, kind))
		return false;
	*ret_count = (unsigned)count;
	return true;
}

bool store_outbox_count_owed(Store *store, const char *folded, const char *kind,
	int64_t since_s, unsigned *ret_count, GError **error)
{
	int64_t count = 0;

	if (!query_integer(store, &count, error,
		    "SELECT count(*) FROM outbox"
		    " WHERE recipient_folded = ?1 AND created_at > ?2"
		    " AND automatic = 0 AND kind = ?3",
		    "tit", folded, since_s, kind))
		return false;
	*ret_count = (unsigned)count;
	return true;
}

bool store_outbox_count_ticket(Store *store, int64_t ticket_id,
	const char *kind, int64_t since_s, unsigned *ret_count, GError **error)
{
	int64_t count = 0;

	if (!query_integer(store, &count, error,
		    "SELECT count(*) FROM outbox"
		    " WHERE ticket_id = ?1 AND created_at > ?2"
		    " AND automatic <> 0 AND state <> 'withdrawn' AND (?3 IS "
		    "NULL OR kind = ?3)",
		    "iit", ticket_id, since_s, kind))
		return false;
	*ret_count = (unsigned)count;
	return true;
}
