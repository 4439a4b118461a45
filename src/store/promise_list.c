/* Promises as they are listed and counted. */
#include <string.h>

#include "internal.h"

#define PROMISE_FIELDS                                                         \
	"SELECT p.id, p.ticket_id, p.outbox_id, p.kind, p.made_at, p.due_at,"  \
	"	p.settled_at, p.words, p.outcome, p.kept_at"

/* What is open and has passed is told as such. */
#define STANDING                                                               \
	"coalesce(p.outcome,"                                                  \
	"	CASE WHEN p.due_at < ?1 THEN 'overdue' ELSE 'open' END)"

/* The customer heard of it before the time had passed. */
#define TOLD                                                                   \
	"p.outcome = 'broken' AND p.settled_at <= p.due_at AND EXISTS"         \
	"	(SELECT 1 FROM outbox o WHERE o.ticket_id = p.ticket_id"             \
	"		AND o.kind = 'late' AND o.created_at = p.settled_at)"

/* The first parameters of each statement: now, mailbox, kind, standing, since,
 * until, ticket.  The promises are looked through once, or those of one ticket;
 * CROSS JOIN keeps it so. */
#define CHOSEN                                                                 \
	" FROM promise p CROSS JOIN ticket t"                                  \
	" WHERE t.id = p.ticket_id AND (?2 IS NULL OR t.mailbox = ?2)"         \
	"	AND (?3 IS NULL OR p.kind = ?3)"                                     \
	"	AND (?4 IS NULL OR " STANDING " = ?4)"                         \
	"	AND (?5 IS NULL OR p.due_at >= ?5)"                                  \
	"	AND (?6 IS NULL OR p.due_at < ?6)"
#define CHOSEN_TYPES "itttII"
#define OF_ANY " AND ?7 IS NULL"
#define OF_TICKET " AND p.ticket_id = ?7"

static const char *const standings[] = {
	"kept", "broken", "replaced", "open", "overdue", NULL};

const char *store_promise_standing(const StorePromise *promise, int64_t now_s)
{
	if (promise->outcome)
		return promise->outcome;
	return promise->due_at < now_s ? "overdue" : "open";
}

bool store_promise_standing_known(const char *name)
{
	return g_strv_contains(standings, name);
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
	promise->kept_at = column_integer(store, row, 9);
	return promise;
}

static void *read_found(Store *store, DbStatement *row)
{
	StorePromise *promise = read_promise(store, row);

	promise->reference = column_text(store, row, 10);
	promise->mailbox = column_text(store, row, 11);
	promise->told_before = column_integer(store, row, 12) != 0;
	return promise;
}

static bool list(Store *store, DbStatement *rows, query_read read,
	GPtrArray **ret_promises, GError **error)
{
	g_autoptr(GPtrArray) promises = g_ptr_array_new_with_free_func(
		(GDestroyNotify)store_promise_free);

	if (!query_list(store, rows, read, promises, error))
		return false;
	*ret_promises = g_steal_pointer(&promises);
	return true;
}

bool store_promise_list(Store *store, int64_t ticket_id,
	GPtrArray **ret_promises, GError **error)
{
	return list(store,
		query_start(store, error,
			PROMISE_FIELDS " FROM promise p WHERE p.ticket_id = ?"
				       " ORDER BY p.kind <> 'answer', p.id",
			"i", ticket_id),
		read_promise, ret_promises, error);
}

#define FIND(which)                                                            \
	PROMISE_FIELDS                                                         \
	", t.reference, t.mailbox, " TOLD CHOSEN which                         \
	" AND p.id < ?8 ORDER BY p.id DESC LIMIT ?9"

bool store_promise_find(Store *store, const StorePromiseFilter *filter,
	GPtrArray **ret_promises, GError **error)
{
	static const char *const finds[] = {FIND(OF_ANY), FIND(OF_TICKET)};

	return list(store,
		query_start(store, error, finds[filter->ticket_id != 0],
			CHOSEN_TYPES "Iii", filter->now_s, filter->mailbox,
			filter->kind, filter->standing, filter->since_s,
			filter->until_s, filter->ticket_id,
			filter->before_id ? filter->before_id : INT64_MAX,
			filter->most ? (int64_t)filter->most : (int64_t)-1),
		read_found, ret_promises, error);
}

/* ---- counts ------------------------------------------------------------ */

void store_promise_count_free(StorePromiseCount *count)
{
	if (!count)
		return;
	g_free(count->mailbox);
	g_free(count);
}

static unsigned column_count(Store *store, DbStatement *row, int column)
{
	return (unsigned)column_integer(store, row, column);
}

static void *read_count(Store *store, DbStatement *row)
{
	StorePromiseCount *count = g_new0(StorePromiseCount, 1);
	g_autofree char *kind = column_text(store, row, 1);

	count->mailbox = column_text(store, row, 0);
	if (kind)
		store_promise_kind_from_name(kind, &count->kind);
	count->made = column_count(store, row, 2);
	count->kept = column_count(store, row, 3);
	count->broken = column_count(store, row, 4);
	count->replaced = column_count(store, row, 5);
	count->open = column_count(store, row, 6);
	count->overdue = column_count(store, row, 7);
	count->told_before = column_count(store, row, 8);
	count->outstanding = column_count(store, row, 9);
	count->median_late_s = column_integer(store, row, 10);
	count->most_late_s = column_integer(store, row, 11);
	return count;
}

/* place counts those that came late from the least late on; 1 + 1 of 2 and 2 of
 * 3 are in the middle. */
#define COUNT(chosen, mailbox)                                                 \
	"WITH chosen AS (SELECT " mailbox " AS mailbox, p.kind AS kind,"       \
	"	" STANDING " AS standing, p.due_at AS due_at,"                 \
	"	p.kept_at AS kept_at, " TOLD " AS told" chosen "),"            \
	" late AS (SELECT mailbox, kind, kept_at - due_at AS late_s,"          \
	"	row_number() OVER (PARTITION BY mailbox, kind"                       \
	"		ORDER BY kept_at - due_at) AS place,"                               \
	"	count(*) OVER (PARTITION BY mailbox, kind) AS places"                \
	"	FROM chosen WHERE standing = 'broken' AND kept_at > due_at),"        \
	" lateness AS (SELECT mailbox, kind,"                                  \
	"	CAST(avg(CASE WHEN 2 * place BETWEEN places AND places + 2"          \
	"		THEN late_s END) AS INTEGER) AS median,"                            \
	"	max(late_s) AS most FROM late GROUP BY mailbox, kind)"               \
	" SELECT c.mailbox, c.kind, count(*), sum(standing = 'kept'),"         \
	"	sum(standing = 'broken'), sum(standing = 'replaced'),"               \
	"	sum(standing = 'open'), sum(standing = 'overdue'),"                  \
	"	sum(told),"                                                          \
	"	sum(standing = 'broken' AND kept_at IS NULL),"                       \
	"	max(l.median), max(l.most)"                                          \
	" FROM chosen c LEFT JOIN lateness l"                                  \
	"	ON l.mailbox = c.mailbox AND l.kind = c.kind"                        \
	" GROUP BY c.mailbox, c.kind ORDER BY c.mailbox, c.kind"

static const char *const counts[2][2] = {
	{COUNT(CHOSEN OF_ANY, "''"), COUNT(CHOSEN OF_ANY, "t.mailbox")},
	{COUNT(CHOSEN OF_TICKET, "''"), COUNT(CHOSEN OF_TICKET, "t.mailbox")},
};

bool store_promise_count(Store *store, const StorePromiseFilter *filter,
	bool by_mailbox, GPtrArray **ret_counts, GError **error)
{
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(
		(GDestroyNotify)store_promise_count_free);
	DbStatement *rows = query_start(store, error,
		counts[filter->ticket_id != 0][by_mailbox], CHOSEN_TYPES "I",
		filter->now_s, filter->mailbox, filter->kind, filter->standing,
		filter->since_s, filter->until_s, filter->ticket_id);

	if (!query_list(store, rows, read_count, found, error))
		return false;
	*ret_counts = g_steal_pointer(&found);
	return true;
}
