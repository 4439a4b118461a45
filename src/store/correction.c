#include "internal.h"

void store_correction_free(StoreCorrection *correction)
{
	if (!correction)
		return;
	g_free(correction->actor);
	g_free(correction->what);
	g_free(correction->judged);
	g_free(correction->corrected);
	g_free(correction);
}

static void *read_correction(Store *store, DbStatement *row)
{
	StoreCorrection *correction = g_new0(StoreCorrection, 1);

	correction->id = column_integer(store, row, 0);
	correction->ticket_id = column_integer(store, row, 1);
	correction->at = column_integer(store, row, 2);
	correction->actor = column_text(store, row, 3);
	correction->what = column_text(store, row, 4);
	correction->judged = column_text(store, row, 5);
	correction->corrected = column_text(store, row, 6);
	return correction;
}

bool store_correction_insert(
	Store *store, const StoreCorrection *correction, GError **error)
{
	return query_run(store, error,
		"INSERT INTO correction (ticket_id, at, actor, what, judged,"
		"	corrected) VALUES (?, ?, ?, ?, ?, ?)",
		"iitttt", correction->ticket_id, correction->at,
		correction->actor, correction->what, correction->judged,
		correction->corrected);
}

bool store_correction_list(Store *store, int64_t ticket_id,
	GPtrArray **ret_corrections, GError **error)
{
	g_autoptr(GPtrArray) corrections = g_ptr_array_new_with_free_func(
		(GDestroyNotify)store_correction_free);
	DbStatement *rows = query_start(store, error,
		"SELECT id, ticket_id, at, actor, what, judged, corrected"
		" FROM correction WHERE ticket_id = ? ORDER BY id",
		"i", ticket_id);

	if (!query_list(store, rows, read_correction, corrections, error))
		return false;
	*ret_corrections = g_steal_pointer(&corrections);
	return true;
}
