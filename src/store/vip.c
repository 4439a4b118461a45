#include <string.h>

#include "internal.h"

bool store_vip_set(Store *store, const char *folded, bool vip,
	const char *actor, int64_t at, GError **error)
{
	if (!vip)
		return query_run(store, error,
			"DELETE FROM vip WHERE folded = ?", "t", folded);
	return query_run(store, error,
		"INSERT INTO vip (folded, actor, at) VALUES (?, ?, ?)"
		" ON CONFLICT DO NOTHING",
		"tti", folded, actor, at);
}

bool store_vip_known(
	Store *store, const char *folded, bool *ret_known, GError **error)
{
	int64_t count = 0;

	if (!query_integer(store, &count, error,
		    "SELECT count(*) FROM vip WHERE folded IN (?, ?)", "tt",
		    folded, strrchr(folded, '@')))
		return false;
	*ret_known = count > 0;
	return true;
}

static void *read_entry(Store *store, DbStatement *row)
{
	return column_text(store, row, 0);
}

bool store_vip_list(Store *store, GPtrArray **ret_entries, GError **error)
{
	g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(g_free);
	DbStatement *rows = query_start(
		store, error, "SELECT folded FROM vip ORDER BY folded", "");

	if (!query_list(store, rows, read_entry, entries, error))
		return false;
	*ret_entries = g_steal_pointer(&entries);
	return true;
}
