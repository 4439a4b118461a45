#include "internal.h"

void store_rating_free(StoreRating *rating)
{
	if (!rating)
		return;
	g_free(rating->comment);
	g_free(rating);
}

static void *read_rating(Store *store, DbStatement *row)
{
	StoreRating *rating = g_new0(StoreRating, 1);

	rating->id = column_integer(store, row, 0);
	rating->ticket_id = column_integer(store, row, 1);
	rating->at = column_integer(store, row, 2);
	rating->score = (unsigned)column_integer(store, row, 3);
	rating->comment = column_text(store, row, 4);
	return rating;
}

bool store_rating_insert(
	Store *store, const StoreRating *rating, GError **error)
{
	return query_run(store, error,
		"INSERT INTO rating (ticket_id, at, score, comment)"
		" VALUES (?, ?, ?, ?)",
		"iiit", rating->ticket_id, rating->at, (int64_t)rating->score,
		rating->comment);
}

bool store_rating_list(Store *store, int64_t ticket_id, GPtrArray **ret_ratings,
	GError **error)
{
	g_autoptr(GPtrArray) ratings = g_ptr_array_new_with_free_func(
		(GDestroyNotify)store_rating_free);
	DbStatement *rows = query_start(store, error,
		"SELECT id, ticket_id, at, score, comment FROM rating"
		" WHERE ticket_id = ? ORDER BY id",
		"i", ticket_id);

	if (!query_list(store, rows, read_rating, ratings, error))
		return false;
	*ret_ratings = g_steal_pointer(&ratings);
	return true;
}
