#include "internal.h"

static const char *const outcomes[] = {
	[STORE_PROMISE_KEPT] = "kept",
	[STORE_PROMISE_BROKEN] = "broken",
	[STORE_PROMISE_REPLACED] = "replaced",
};

void store_promise_free(StorePromise *promise)
{
	if (!promise)
		return;
	g_free(promise->outcome);
	g_free(promise);
}

bool store_promise_insert(Store *store, int64_t ticket_id, int64_t outbox_id,
	int64_t made_at, int64_t due_at, GError **error)
{
	return query_run(store, error,
		"INSERT INTO promise (ticket_id, outbox_id, made_at, due_at)"
		" VALUES (?, ?, ?, ?)",
		"iiii", ticket_id, outbox_id, made_at, due_at);
}

bool store_promise_settle(Store *store, int64_t ticket_id,
	enum store_promise_outcome outcome, int64_t at, GError **error)
{
	return query_run(store, error,
		"UPDATE promise SET outcome = ?, settled_at = ?"
		" WHERE ticket_id = ? AND outcome IS NULL",
		"tii", outcomes[outcome], at, ticket_id);
}

static void *read_promise(Store *store, DbStatement *row)
{
	StorePromise *promise = g_new0(StorePromise, 1);

	promise->id = column_integer(store, row, 0);
	promise->outbox_id = column_integer(store, row, 1);
	promise->made_at = column_integer(store, row, 2);
	promise->due_at = column_integer(store, row, 3);
	promise->settled_at = column_integer(store, row, 4);
	promise->outcome = column_text(store, row, 5);
	return promise;
}

bool store_promise_list(Store *store, int64_t ticket_id,
	GPtrArray **ret_promises, GError **error)
{
	g_autoptr(GPtrArray) promises = g_ptr_array_new_with_free_func(
		(GDestroyNotify)store_promise_free);
	DbStatement *rows = query_start(store, error,
		"SELECT id, outbox_id, made_at, due_at, settled_at, outcome"
		" FROM promise WHERE ticket_id = ? ORDER BY id",
		"i", ticket_id);

	if (!query_list(store, rows, read_promise, promises, error))
		return false;
	*ret_promises = g_steal_pointer(&promises);
	return true;
}
