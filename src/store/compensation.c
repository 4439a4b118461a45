#include "internal.h"

#define COMPENSATION_COLUMNS                                                   \
	"SELECT c.id, c.ticket_id, c.at, c.actor, c.amount_cents,"             \
	"	c.currency, t.reference"                                             \
	" FROM compensation c JOIN ticket t ON t.id = c.ticket_id"

void store_compensation_free(StoreCompensation *compensation)
{
	if (!compensation)
		return;
	g_free(compensation->actor);
	g_free(compensation->currency);
	g_free(compensation->reference);
	g_free(compensation);
}

static void *read_compensation(Store *store, DbStatement *row)
{
	StoreCompensation *compensation = g_new0(StoreCompensation, 1);

	compensation->id = column_integer(store, row, 0);
	compensation->ticket_id = column_integer(store, row, 1);
	compensation->at = column_integer(store, row, 2);
	compensation->actor = column_text(store, row, 3);
	compensation->amount_cents = column_integer(store, row, 4);
	compensation->currency = column_text(store, row, 5);
	compensation->reference = column_text(store, row, 6);
	return compensation;
}

bool store_compensation_insert(
	Store *store, const StoreCompensation *compensation, GError **error)
{
	return query_run(store, error,
		"INSERT INTO compensation (ticket_id, at, actor, amount_cents,"
		"	currency) VALUES (?, ?, ?, ?, ?)",
		"iitit", compensation->ticket_id, compensation->at,
		compensation->actor, compensation->amount_cents,
		compensation->currency);
}

bool store_compensation_list(Store *store, int64_t ticket_id,
	GPtrArray **ret_compensations, GError **error)
{
	g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(
		(GDestroyNotify)store_compensation_free);
	DbStatement *statement = query_start(store, error,
		COMPENSATION_COLUMNS " WHERE c.ticket_id = ? ORDER BY c.id",
		"i", ticket_id);

	if (!query_list(store, statement, read_compensation, rows, error))
		return false;
	*ret_compensations = g_steal_pointer(&rows);
	return true;
}

/* Whatever is NULL does not matter. */
static bool list_like(Store *store, const StoreTicket *ticket,
	const char *cause, const char *type, unsigned most, GPtrArray *rows,
	GError **error)
{
	return query_list(store,
		query_start(store, error,
			COMPENSATION_COLUMNS
			" WHERE t.mailbox = ?1 AND c.ticket_id <> ?2"
			" AND (?3 IS NULL OR t.cause = ?3)"
			" AND (?4 IS NULL OR t.type = ?4)"
			" ORDER BY c.id DESC LIMIT ?5",
			"titti", ticket->mailbox, ticket->id, cause, type,
			(int64_t)most),
		read_compensation, rows, error);
}

bool store_compensation_similar(Store *store, const StoreTicket *ticket,
	unsigned most, GPtrArray **ret_compensations, GError **error)
{
	g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(
		(GDestroyNotify)store_compensation_free);

	if (ticket->cause && !list_like(store, ticket, ticket->cause, NULL,
				     most, rows, error))
		return false;
	if (!rows->len && ticket->type &&
		!list_like(
			store, ticket, NULL, ticket->type, most, rows, error))
		return false;
	if (!rows->len &&
		!list_like(store, ticket, NULL, NULL, most, rows, error))
		return false;
	*ret_compensations = g_steal_pointer(&rows);
	return true;
}
