#include "internal.h"

bool store_deadline_set(Store *store, int64_t ticket_id,
	enum store_deadline kind, int64_t due_at, GError **error)
{
	if (!due_at)
		return query_run(store, error,
			"DELETE FROM deadline WHERE ticket_id = ? AND kind = ?",
			"it", ticket_id, store_deadline_name(kind));
	return query_run(store, error,
		"INSERT INTO deadline (ticket_id, kind, due_at)"
		" VALUES (?, ?, ?)"
		" ON CONFLICT (ticket_id, kind)"
		" DO UPDATE SET due_at = excluded.due_at",
		"iti", ticket_id, store_deadline_name(kind), due_at);
}

bool store_deadline_get(Store *store, int64_t ticket_id,
	enum store_deadline kind, int64_t *ret_due_at, GError **error)
{
	int64_t due_at = 0;

	if (!query_integer(store, &due_at, error,
		    "SELECT due_at FROM deadline"
		    " WHERE ticket_id = ? AND kind = ?",
		    "it", ticket_id, store_deadline_name(kind)))
		return false;
	*ret_due_at = due_at;
	return true;
}

static enum store_deadline kind_from_name(const char *name)
{
	for (int kind = 0; kind < STORE_DEADLINES; kind++)
		if (g_str_equal(name,
			    store_deadline_name((enum store_deadline)kind)))
			return (enum store_deadline)kind;
	/* The column's CHECK lets no other name in. */
	g_assert_not_reached();
}

bool store_deadline_due(Store *store, int64_t now_s, unsigned most,
	GArray **ret_deadlines, GError **error)
{
	DbStatement *rows = query_start(store, error,
		"SELECT ticket_id, kind, due_at FROM deadline"
		" WHERE due_at <= ? ORDER BY due_at LIMIT ?",
		"ii", now_s, (int64_t)most);
	enum db_step step;

	if (!rows)
		return false;
	g_autoptr(GArray) deadlines =
		g_array_new(FALSE, FALSE, sizeof(StoreDeadline));
	while ((step = store->driver->step(rows, error)) == DB_ROW) {
		StoreDeadline deadline = {
			.ticket_id = column_integer(store, rows, 0),
			.kind = kind_from_name(store->driver->text(rows, 1)),
			.due_at = column_integer(store, rows, 2),
		};
		g_array_append_val(deadlines, deadline);
	}
	store->driver->reset(rows);
	if (step == DB_FAILED)
		return false;
	*ret_deadlines = g_steal_pointer(&deadlines);
	return true;
}

bool store_deadline_next(Store *store, int64_t *ret_due_at, GError **error)
{
	int64_t due_at = 0;

	if (!query_integer(store, &due_at, error,
		    "SELECT min(due_at) FROM deadline", ""))
		return false;
	*ret_due_at = due_at;
	return true;
}
