#include "internal.h"

void store_folder_free(StoreFolder *folder)
{
	if (!folder)
		return;
	g_free(folder->mailbox);
	g_free(folder->folder);
	g_free(folder->problem);
	g_free(folder->capabilities);
	g_free(folder);
}

#define FOLDER_FIELDS                                                          \
	"SELECT mailbox, folder, uidvalidity, last_uid, met_at, contact_at,"   \
	"	oldest_at, failures, problem, capabilities, old_uid FROM "           \
	"folder"

static void *read_folder(Store *store, DbStatement *row)
{
	StoreFolder *folder = g_new0(StoreFolder, 1);

	folder->mailbox = column_text(store, row, 0);
	folder->folder = column_text(store, row, 1);
	folder->uidvalidity = column_integer(store, row, 2);
	folder->last_uid = column_integer(store, row, 3);
	folder->met_at = column_integer(store, row, 4);
	folder->contact_at = column_integer(store, row, 5);
	folder->oldest_at = column_integer(store, row, 6);
	folder->failures = column_integer(store, row, 7);
	folder->problem = column_text(store, row, 8);
	folder->capabilities = column_text(store, row, 9);
	folder->old_uid = column_integer(store, row, 10);
	return folder;
}

bool store_folder_set(Store *store, const StoreFolder *folder, GError **error)
{
	return query_run(store, error,
		"INSERT INTO folder (mailbox, folder, uidvalidity, last_uid,"
		"	met_at, contact_at, oldest_at, failures, problem,"
		"	capabilities, old_uid)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
		" ON CONFLICT (mailbox, folder) DO UPDATE SET"
		"	uidvalidity = excluded.uidvalidity,"
		"	last_uid = excluded.last_uid,"
		"	met_at = excluded.met_at,"
		"	contact_at = excluded.contact_at,"
		"	oldest_at = excluded.oldest_at,"
		"	failures = excluded.failures,"
		"	problem = excluded.problem,"
		"	capabilities = excluded.capabilities,"
		"	old_uid = excluded.old_uid",
		"ttiiIIIitti", folder->mailbox, folder->folder,
		folder->uidvalidity, folder->last_uid, folder->met_at,
		folder->contact_at, folder->oldest_at, folder->failures,
		folder->problem, folder->capabilities, folder->old_uid);
}

bool store_folder_get(Store *store, const char *mailbox, const char *folder,
	StoreFolder **ret_folder, GError **error)
{
	return query_first(store,
		query_start(store, error,
			FOLDER_FIELDS " WHERE mailbox = ? AND folder = ?", "tt",
			mailbox, folder),
		read_folder, (void **)ret_folder, error);
}

bool store_folder_list(Store *store, GPtrArray **ret_folders, GError **error)
{
	g_autoptr(GPtrArray) folders = g_ptr_array_new_with_free_func(
		(GDestroyNotify)store_folder_free);

	if (!query_list(store,
		    query_start(store, error,
			    FOLDER_FIELDS " ORDER BY mailbox, folder", ""),
		    read_folder, folders, error))
		return false;
	*ret_folders = g_steal_pointer(&folders);
	return true;
}
