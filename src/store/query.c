#include "internal.h"

G_DEFINE_QUARK(redress_store_error, store_error)

static void bind_parameters(Store *store, DbStatement *statement,
	const char *types, va_list arguments)
{
	const DbDriver *driver = store->driver;

	for (int index = 1; types[index - 1]; index++) {
		switch (types[index - 1]) {
		case 'i':
			driver->bind_integer(
				statement, index, va_arg(arguments, int64_t));
			break;
		case 'I': {
			int64_t value = va_arg(arguments, int64_t);
			if (value)
				driver->bind_integer(statement, index, value);
			else
				driver->bind_null(statement, index);
			break;
		}
		case 't': {
			const char *text = va_arg(arguments, const char *);
			if (text)
				driver->bind_text(statement, index, text);
			else
				driver->bind_null(statement, index);
			break;
		}
		case 'b': {
			GBytes *bytes = va_arg(arguments, GBytes *);
			size_t length = 0;
			const void *data =
				bytes ? g_bytes_get_data(bytes, &length) : NULL;
			if (bytes)
				driver->bind_blob(statement, index,
					data ? data : "", length);
			else
				driver->bind_null(statement, index);
			break;
		}
		default:
			g_assert_not_reached();
		}
	}
}

static DbStatement *start_with(Store *store, GError **error, const char *sql,
	const char *types, va_list arguments)
{
	DbStatement *statement =
		store->driver->prepare(store->connection, sql, error);

	if (statement)
		bind_parameters(store, statement, types, arguments);
	return statement;
}

DbStatement *query_start(
	Store *store, GError **error, const char *sql, const char *types, ...)
{
	va_list arguments;

	va_start(arguments, types);
	DbStatement *statement =
		start_with(store, error, sql, types, arguments);
	va_end(arguments);
	return statement;
}

bool query_run(
	Store *store, GError **error, const char *sql, const char *types, ...)
{
	va_list arguments;

	va_start(arguments, types);
	DbStatement *statement =
		start_with(store, error, sql, types, arguments);
	va_end(arguments);
	if (!statement)
		return false;
	enum db_step step = store->driver->step(statement, error);
	store->driver->reset(statement);
	return step != DB_FAILED;
}

bool query_integer(Store *store, int64_t *ret, GError **error, const char *sql,
	const char *types, ...)
{
	va_list arguments;

	va_start(arguments, types);
	DbStatement *statement =
		start_with(store, error, sql, types, arguments);
	va_end(arguments);
	if (!statement)
		return false;
	enum db_step step = store->driver->step(statement, error);
	if (step == DB_ROW)
		*ret = column_integer(store, statement, 0);
	store->driver->reset(statement);
	return step != DB_FAILED;
}

bool query_text(Store *store, char **ret, GError **error, const char *sql,
	const char *types, ...)
{
	va_list arguments;

	va_start(arguments, types);
	DbStatement *statement =
		start_with(store, error, sql, types, arguments);
	va_end(arguments);
	if (!statement)
		return false;
	enum db_step step = store->driver->step(statement, error);
	if (step != DB_FAILED)
		*ret = step == DB_ROW ? column_text(store, statement, 0) : NULL;
	store->driver->reset(statement);
	return step != DB_FAILED;
}

bool query_packed(Store *store, int64_t id, const char *what,
	GBytes **ret_bytes, GError **error, const char *sql)
{
	DbStatement *row = query_start(store, error, sql, "i", id);
	GBytes *bytes = NULL;

	if (!row)
		return false;
	enum db_step step = store->driver->step(row, error);
	if (step == DB_ROW) {
		size_t length;
		const void *packed = store->driver->blob(row, 0, &length);
		bytes = store_unpack(packed, length, error);
	} else if (step == DB_DONE) {
		g_set_error(error, STORE_ERROR, REDRESS_ERROR_NOT_FOUND,
			"no %s %" G_GINT64_FORMAT, what, id);
	}
	store->driver->reset(row);
	if (bytes)
		*ret_bytes = bytes;
	return bytes != NULL;
}

bool query_list(Store *store, DbStatement *statement, query_read read,
	GPtrArray *rows, GError **error)
{
	enum db_step step;

	if (!statement)
		return false;
	while ((step = store->driver->step(statement, error)) == DB_ROW)
		g_ptr_array_add(rows, read(store, statement));
	store->driver->reset(statement);
	return step == DB_DONE;
}

bool query_first(Store *store, DbStatement *statement, query_read read,
	void **ret_first, GError **error)
{
	if (!statement)
		return false;
	enum db_step step = store->driver->step(statement, error);
	if (step != DB_FAILED)
		*ret_first = step == DB_ROW ? read(store, statement) : NULL;
	store->driver->reset(statement);
	return step != DB_FAILED;
}

int64_t column_integer(Store *store, DbStatement *statement, int column)
{
	return store->driver->integer(statement, column);
}

char *column_text(Store *store, DbStatement *statement, int column)
{
	if (store->driver->is_null(statement, column))
		return NULL;
	return g_strdup(store->driver->text(statement, column));
}
