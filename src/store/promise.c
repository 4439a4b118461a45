#include <string.h>

#include "internal.h"

static const char *const outcomes[] = {
	[STORE_PROMISE_KEPT] = "kept",
	[STORE_PROMISE_BROKEN] = "broken",
	[STORE_PROMISE_REPLACED] = "replaced",
};

static const char *const kinds[STORE_PROMISE_KINDS] = {
	[STORE_PROMISE_ANSWER] = "answer",
	[STORE_PROMISE_SETTLEMENT] = "settlement",
	[STORE_PROMISE_UPDATE] = "update",
};

const char *store_promise_kind_name(enum store_promise_kind kind)
{
	return kinds[kind];
}

bool store_promise_kind_from_name(
	const char *name, enum store_promise_kind *ret_kind)
{
	for (int kind = 0; kind < STORE_PROMISE_KINDS; kind++) {
		if (strcmp(kinds[kind], name) != 0)
			continue;
		*ret_kind = (enum store_promise_kind)kind;
		return true;
	}
	return false;
}

void store_promise_free(StorePromise *promise)
{
	if (!promise)
		return;
	g_free(promise->words);
	g_free(promise->outcome);
	g_free(promise);
}

bool store_promise_insert(
	Store *store, const StorePromise *promise, GError **error)
{
	return query_run(store, error,
		"INSERT INTO promise"
		" (ticket_id, outbox_id, kind, made_at, due_at, words)"
		" VALUES (?, ?, ?, ?, ?, ?)",
		"iitiit", promise->ticket_id, promise->outbox_id,
		kinds[promise->kind], promise->made_at, promise->due_at,
		promise->words);
}

bool store_promise_settle(Store *store, int64_t ticket_id,
	enum store_promise_kind kind, enum store_promise_outcome outcome,
	int64_t at, GError **error)
{
	return query_run(store, error,
		"UPDATE promise SET outcome = ?, settled_at = ?"
		" WHERE ticket_id = ? AND kind = ? AND outcome IS NULL",
		"tiit", outcomes[outcome], at, ticket_id, kinds[kind]);
}

bool store_promise_keep(Store *store, int64_t ticket_id,
	enum store_promise_kind kind, int64_t at, GError **error)
{
	return query_run(store, error,
		"UPDATE promise SET settled_at = ?1, outcome ="
		" CASE WHEN due_at < ?1 THEN 'broken' ELSE 'kept' END"
		" WHERE ticket_id = ?2 AND kind = ?3 AND outcome IS NULL",
		"iit", at, ticket_id, kinds[kind]);
}

static void *read_promise(Store *store, DbStatement *row)
{
	StorePromise *promise = g_new0(StorePromise, 1);
	g_autofree char *kind = column_text(store, row, 3);

	promise->id = column_integer(store, row, 0);
	promise->ticket_id = column_integer(store, row, 1);
	promise->outbox_id = column_integer(store, row, 2);
	if (kind)
		store_promise_kind_from_name(kind, &promise->kind);
	promise->made_at = column_integer(store, row, 4);
	promise->due_at = column_integer(store, row, 5);
	promise->settled_at = column_integer(store, row, 6);
	promise->words = column_text(store, row, 7);
	promise->outcome = column_text(store, row, 8);
	return promise;
}

bool store_promise_list(Store *store, int64_t ticket_id,
	GPtrArray **ret_promises, GError **error)
{
	g_autoptr(GPtrArray) promises = g_ptr_array_new_with_free_func(
		(GDestroyNotify)store_promise_free);
	DbStatement *rows = query_start(store, error,
		"SELECT id, ticket_id, outbox_id, kind, made_at, due_at,"
		" settled_at, words, outcome"
		" FROM promise WHERE ticket_id = ?"
		" ORDER BY kind <> 'answer', id",
		"i", ticket_id);

	if (!query_list(store, rows, read_promise, promises, error))
		return false;
	*ret_promises = g_steal_pointer(&promises);
	return true;
}
