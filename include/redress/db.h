/*
 * db: what store/ asks of a database, as one table of functions.  SQLite is
 * the first driver; PostgreSQL is to be the second.  SQL text is store's; a
 * driver turns "?" parameters into its own form where it must.
 *
 * A connection belongs to one thread at a time.
 */
#ifndef REDRESS_DB_H
#define REDRESS_DB_H

#include <redress/base.h>

#define DB_ERROR db_error_quark()
GQuark db_error_quark(void);

typedef struct DbConnection DbConnection;
typedef struct DbStatement DbStatement;

enum db_mode {
	DB_WRITER, /* creates, writes, checkpoints */
	DB_GUEST,  /* writes beside a writer; never checkpoints */
	DB_READER, /* reads only */
};

/* What a step found. */
enum db_step {
	DB_ROW,
	DB_DONE,
	DB_FAILED, /* error filled: TEMPORARY, CONFLICT, PERMANENT */
};

typedef struct DbDriver DbDriver;
struct DbDriver {
	const char *name;

	/* target: a path for SQLite.  (transfer full) */
	DbConnection *(*open)(
		const char *target, enum db_mode mode, GError **error);
	void (*close)(DbConnection *connection);

	/* Several statements without parameters. */
	bool (*execute)(
		DbConnection *connection, const char *sql, GError **error);

	/* Kept by the connection and found again by the pointer of sql, which
	 * must be a string constant.  (transfer none) */
	DbStatement *(*prepare)(
		DbConnection *connection, const char *sql, GError **error);
	/* index from 1.  Texts and blobs are copied or used before step. */
	void (*bind_integer)(DbStatement *statement, int index, int64_t value);
	void (*bind_real)(DbStatement *statement, int index, double value);
	void (*bind_text)(DbStatement *statement, int index, const char *text);
	void (*bind_blob)(DbStatement *statement, int index, const void *bytes,
		size_t length);
	void (*bind_null)(DbStatement *statement, int index);
	enum db_step (*step)(DbStatement *statement, GError **error);
	void (*reset)(DbStatement *statement);

	/* column from 0; texts and blobs live until the next step or reset. */
	bool (*is_null)(DbStatement *statement, int column);
	int64_t (*integer)(DbStatement *statement, int column);
	double (*real)(DbStatement *statement, int column);
	const char *(*text)(DbStatement *statement, int column);
	const void *(*blob)(
		DbStatement *statement, int column, size_t *ret_length);

	bool (*begin)(DbConnection *connection, bool write, GError **error);
	bool (*commit)(DbConnection *connection, GError **error);
	void (*rollback)(DbConnection *connection);
	/* False after the database itself undid the transaction. */
	bool (*in_transaction)(DbConnection *connection);
	bool (*savepoint)(DbConnection *connection, GError **error);
	bool (*release)(DbConnection *connection, GError **error);
	bool (*rollback_to)(DbConnection *connection, GError **error);

	/* The schema's version, kept by the database; 0 when empty. */
	bool (*get_version)(
		DbConnection *connection, int *ret_version, GError **error);
	bool (*set_version)(
		DbConnection *connection, int version, GError **error);

	/* A number that changes when another connection has committed. */
	bool (*change_counter)(
		DbConnection *connection, int64_t *ret_counter, GError **error);
	/* A consistent copy to a file, from this connection. */
	bool (*backup)(
		DbConnection *connection, const char *path, GError **error);
};

/* NULL if there is no such driver.  "sqlite" is there always. */
const DbDriver *db_driver(const char *name);

#endif
