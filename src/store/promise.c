/* What was told to customers: written here, read in promise_list.c. */
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
	g_free(promise->reference);
	g_free(promise->mailbox);
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
		"UPDATE promise SET outcome = ?1, settled_at = ?2,"
		"	kept_at = CASE WHEN ?1 = 'kept' THEN ?2 END"
		" WHERE ticket_id = ?3 AND kind = ?4 AND outcome IS NULL",
		"tiit", outcomes[outcome], at, ticket_id, kinds[kind]);
}

/* Of a time that was told to be missed it counts in the end whether it was. */
bool store_promise_keep(Store *store, int64_t ticket_id,
	enum store_promise_kind kind, int64_t at, GError **error)
{
	return query_run(store, error,
		"UPDATE promise SET kept_at = ?1,"
		"	settled_at = CASE WHEN outcome IS NULL OR due_at >= ?1"
		"		THEN ?1 ELSE settled_at END,"
		"	outcome = CASE WHEN due_at < ?1 THEN 'broken'"
		"		ELSE 'kept' END"
		" WHERE ticket_id = ?2 AND kind = ?3 AND kept_at IS NULL"
		"	AND outcome IS DISTINCT FROM 'replaced'",
		"iit", at, ticket_id, kinds[kind]);
}
