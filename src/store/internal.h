/*
 * What the files of store/ share: the connection, the migrations, and a way
 * to bind and read that keeps each verb on one screen.
 */
#ifndef REDRESS_STORE_INTERNAL_H
#define REDRESS_STORE_INTERNAL_H

#include <redress/store.h>

struct Store {
	const DbDriver *driver;
	DbConnection *connection;
};

/* ---- schema.c ---------------------------------------------------------- */

/* Migration n brings the schema from version n to n + 1. */
extern const char *const store_migrations[];
extern const int store_migrations_length;

/* ---- query.c ----------------------------------------------------------- */

/*
 * Prepares sql (a constant) and binds its parameters after the letters of
 * types:
 *
 *	i  int64_t		I  int64_t, 0 is NULL
 *	t  const char *, NULL is NULL
 *	b  GBytes *, NULL is NULL
 *
 * NULL on failure.  (transfer none): reset it when it has been read.
 */
DbStatement *query_start(
	Store *store, GError **error, const char *sql, const char *types, ...);

/* The same for a statement that gives no row. */
bool query_run(
	Store *store, GError **error, const char *sql, const char *types, ...);

/* One row, one integer; ret is untouched if there is no row. */
bool query_integer(Store *store, int64_t *ret, GError **error, const char *sql,
	const char *types, ...);

/* One row, one text; *ret is NULL if there is none. */
bool query_text(Store *store, char **ret, GError **error, const char *sql,
	const char *types, ...);

/* The bytes of the one row with this id, unpacked; NOT_FOUND names it by
 * what. */
bool query_packed(Store *store, int64_t id, const char *what,
	GBytes **ret_bytes, GError **error, const char *sql);

/*
 * Reads a row with the given function until there is none; each is added to
 * rows, which may be NULL to read one only and give it in *ret_first.
 */
typedef void *(*query_read)(Store *store, DbStatement *statement);
bool query_list(Store *store, DbStatement *statement, query_read read,
	GPtrArray *rows, GError **error);
bool query_first(Store *store, DbStatement *statement, query_read read,
	void **ret_first, GError **error);

/* Columns, from 0; the text is copied. */
int64_t column_integer(Store *store, DbStatement *statement, int column);
char *column_text(Store *store, DbStatement *statement, int column);

#endif
