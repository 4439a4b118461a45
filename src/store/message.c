#include "internal.h"

#define MESSAGE_COLUMNS                                                        \
	"SELECT id, ticket_id, dedupe, kind, guard, guard_detail, message_id," \
	"	mailbox, sender, envelope_from, subject, own_text, language,"        \
	"	source, queue_id, received_at, size_bytes, authenticated,"           \
	"	asks_compensation, language_sure, agent, internal"                   \
	" FROM message"

void store_message_free(StoreMessage *message)
{
	if (!message)
		return;
	g_free(message->dedupe);
	g_free(message->kind);
	g_free(message->guard);
	g_free(message->guard_detail);
	g_free(message->message_id);
	g_free(message->mailbox);
	g_free(message->sender);
	g_free(message->envelope_from);
	g_free(message->subject);
	g_free(message->own_text);
	g_free(message->language);
	g_free(message->source);
	g_free(message->queue_id);
	g_free(message->agent);
	g_free(message);
}

static void *read_message(Store *store, DbStatement *row)
{
	StoreMessage *message = g_new0(StoreMessage, 1);

	message->id = column_integer(store, row, 0);
	message->ticket_id = column_integer(store, row, 1);
	message->dedupe = column_text(store, row, 2);
	message->kind = column_text(store, row, 3);
	message->guard = column_text(store, row, 4);
	message->guard_detail = column_text(store, row, 5);
	message->message_id = column_text(store, row, 6);
	message->mailbox = column_text(store, row, 7);
	message->sender = column_text(store, row, 8);
	message->envelope_from = column_text(store, row, 9);
	message->subject = column_text(store, row, 10);
	message->own_text = column_text(store, row, 11);
	message->language = column_text(store, row, 12);
	message->source = column_text(store, row, 13);
	message->queue_id = column_text(store, row, 14);
	message->received_at = column_integer(store, row, 15);
	message->size_bytes = column_integer(store, row, 16);
	message->authenticated = column_integer(store, row, 17) != 0;
	message->asks_compensation = column_integer(store, row, 18) != 0;
	message->language_sure = column_integer(store, row, 19) != 0;
	message->agent = column_text(store, row, 20);
	message->internal = column_integer(store, row, 21) != 0;
	return message;
}

bool store_message_insert(
	Store *store, StoreMessage *message, GBytes *packed_raw, GError **error)
{
	int64_t id = 0;

	if (!query_integer(store, &id, error,
		    "INSERT INTO message (ticket_id, dedupe, kind, guard,"
		    "	guard_detail, message_id, mailbox, sender,"
		    "	envelope_from, subject, own_text, language, source,"
		    "	queue_id, received_at, size_bytes, authenticated,"
		    "	asks_compensation, language_sure, agent, internal)"
		    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
		    "	?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
		    "Ittttttttttttt" /* the texts */ "iiiii"
		    "ti",
		    message->ticket_id, message->dedupe, message->kind,
		    message->guard, message->guard_detail, message->message_id,
		    message->mailbox, message->sender, message->envelope_from,
		    message->subject, message->own_text, message->language,
		    message->source, message->queue_id, message->received_at,
		    message->size_bytes, (int64_t)message->authenticated,
		    (int64_t)message->asks_compensation,
		    (int64_t)message->language_sure, message->agent,
		    (int64_t)message->internal))
		return false;
	if (!query_run(store, error,
		    "INSERT INTO raw (message_id, packed) VALUES (?, ?)", "ib",
		    id, packed_raw))
		return false;
	message->id = id;
	return true;
}

bool store_message_by_dedupe(Store *store, const char *dedupe,
	StoreMessage **ret_message, GError **error)
{
	return query_first(store,
		query_start(store, error, MESSAGE_COLUMNS " WHERE dedupe = ?",
			"t", dedupe),
		read_message, (void **)ret_message, error);
}

bool store_message_last(Store *store, int64_t ticket_id,
	StoreMessage **ret_message, GError **error)
{
	return query_first(store,
		query_start(store, error,
			MESSAGE_COLUMNS " WHERE ticket_id = ? AND agent IS NULL"
					" ORDER BY id DESC LIMIT 1",
			"i", ticket_id),
		read_message, (void **)ret_message, error);
}

bool store_message_ends(Store *store, int64_t ticket_id, char **ret_first,
	char **ret_last, GError **error)
{
	g_autofree char *first = NULL;

	if (!query_text(store, &first, error,
		    "SELECT message_id FROM message WHERE ticket_id = ?"
		    " AND message_id IS NOT NULL AND agent IS NULL"
		    " ORDER BY id LIMIT 1",
		    "i", ticket_id))
		return false;
	if (!query_text(store, ret_last, error,
		    "SELECT message_id FROM message WHERE ticket_id = ?"
		    " AND message_id IS NOT NULL AND agent IS NULL"
		    " ORDER BY id DESC LIMIT 1",
		    "i", ticket_id))
		return false;
	*ret_first = g_steal_pointer(&first);
	return true;
}

bool store_message_latest(
	Store *store, int64_t ticket_id, int64_t *ret_at, GError **error)
{
	*ret_at = 0;
	return query_integer(store, ret_at, error,
		"SELECT max(received_at) FROM message"
		" WHERE ticket_id = ? AND agent IS NULL",
		"i", ticket_id);
}

bool store_message_list(Store *store, int64_t ticket_id,
	GPtrArray **ret_messages, GError **error)
{
	g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func(
		(GDestroyNotify)store_message_free);
	DbStatement *rows = query_start(store, error,
		MESSAGE_COLUMNS
		" WHERE ticket_id IS NOT DISTINCT FROM ? ORDER BY id",
		"I", ticket_id);

	if (!query_list(store, rows, read_message, messages, error))
		return false;
	*ret_messages = g_steal_pointer(&messages);
	return true;
}

bool store_message_list_customers(Store *store, int64_t ticket_id,
	unsigned most, GPtrArray **ret_messages, GError **error)
{
	g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func(
		(GDestroyNotify)store_message_free);
	DbStatement *rows = query_start(store, error,
		MESSAGE_COLUMNS " WHERE id IN (SELECT id FROM message"
				"	WHERE ticket_id = ? AND agent IS NULL"
				"	ORDER BY id DESC LIMIT ?)"
				" ORDER BY id",
		"ii", ticket_id, (int64_t)most);

	if (!query_list(store, rows, read_message, messages, error))
		return false;
	*ret_messages = g_steal_pointer(&messages);
	return true;
}

bool store_message_raw(
	Store *store, int64_t message_id, GBytes **ret_raw, GError **error)
{
	return query_packed(store, message_id, "message", ret_raw, error,
		"SELECT packed FROM raw WHERE message_id = ?");
}
