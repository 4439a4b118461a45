/*
 * db: what store/ asks of a database, as one table of functions.  SQLite is
 * the first driver; PostgreSQL is to be the second.  SQL text is store's; a
 * driver turns "?" parameters into its own form where it must.
 *
 * A connection belongs to one thread at a time.
 *
 * Errors say what to do.  TEMPORARY: busy, full, unreadable or read-only for
 * now; the same connection works again once the cause has gone, unless
 * is_lost() says otherwise: then close it and open it again.  An open that
 * failed with TEMPORARY is simply tried again later.  CONFLICT: a unique key
 * is taken.  PERMANENT: damaged, or a statement of ours that cannot work.
 * INVALID: the target is not one for us.  NOT_FOUND: a guest or reader came
 * before the first writer.
 */
#ifndef REDRESS_DB_H
#define REDRESS_DB_H

#include <redress/base.h>

#define DB_ERROR db_error_quark()
GQuark db_error_quark(void);

typedef struct DbConnection DbConnection;
typedef struct DbStatement DbStatement;
typedef struct DbLock DbLock;

enum db_mode {
	DB_WRITER, /* creates, writes, checkpoints */
	DB_GUEST,  /* writes beside a writer; checkpoints only when told */
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
	 * must be a string constant holding one statement.  It comes reset,
	 * so it is not to be asked for while it is being stepped.
	 * (transfer none) */
	DbStatement *(*prepare)(
		DbConnection *connection, const char *sql, GError **error);
	/* index from 1.  Texts and blobs are copied at once.  A NULL text
	 * binds NULL; a blob of no bytes is empty, whatever its pointer. */
	void (*bind_integer)(DbStatement *statement, int index, int64_t value);
	void (*bind_real)(DbStatement *statement, int index, double value);
	void (*bind_text)(DbStatement *statement, int index, const char *text);
	void (*bind_blob)(DbStatement *statement, int index, const void *bytes,
		size_t length);
	void (*bind_null)(DbStatement *statement, int index);
	enum db_step (*step)(DbStatement *statement, GError **error);
	/* Forgets the bindings too.  A statement left on a row holds its
	 * reading open, so reset it as soon as its rows are read. */
	void (*reset)(DbStatement *statement);

	/* column from 0; texts and blobs live until the next step or reset.
	 * NULL only where is_null(). */
	bool (*is_null)(DbStatement *statement, int column);
	int64_t (*integer)(DbStatement *statement, int column);
	double (*real)(DbStatement *statement, int column);
	const char *(*text)(DbStatement *statement, int column);
	const void *(*blob)(
		DbStatement *statement, int column, size_t *ret_length);

	/* With write it takes the lock at once, waiting for it 5 s at most;
	 * without, the transaction only reads. */
	bool (*begin)(DbConnection *connection, bool write, GError **error);
	/*
	 * Whether the commits from now on wait for the disk; they do unless
	 * told otherwise.  One that does not survives the death of the process
	 * but perhaps not a power cut, after which every commit before it is
	 * whole.  Outside a transaction.
	 */
	bool (*set_durable)(
		DbConnection *connection, bool durable, GError **error);
	/* After a failure, call rollback.  When it failed because the disk
	 * did, a power cut may yet bring the transaction back. */
	bool (*commit)(DbConnection *connection, GError **error);
	/* Does nothing outside a transaction. */
	void (*rollback)(DbConnection *connection);
	/* False after the database itself undid the transaction. */
	bool (*in_transaction)(DbConnection *connection);
	/* They nest.  Each is ended by exactly one release or rollback_to,
	 * which means the innermost; rollback_to undoes and ends it. */
	bool (*savepoint)(DbConnection *connection, GError **error);
	bool (*release)(DbConnection *connection, GError **error);
	bool (*rollback_to)(DbConnection *connection, GError **error);

	/* The schema's version, kept by the database; 0 when empty. */
	bool (*get_version)(
		DbConnection *connection, int *ret_version, GError **error);
	bool (*set_version)(
		DbConnection *connection, int version, GError **error);

	/* A number that changes when another connection has committed.  Ask
	 * outside transactions, and always the same connection. */
	bool (*change_counter)(
		DbConnection *connection, int64_t *ret_counter, GError **error);
	/* A consistent copy to a new file of mode 0600, from this connection,
	 * outside a transaction.  CONFLICT if the file exists. */
	bool (*backup)(
		DbConnection *connection, const char *path, GError **error);

	/*
	 * Who may checkpoint: a daemon holds the target's lock for its life, a
	 * guest for one checkpoint while there is no daemon.  Waits for it so
	 * long and no longer; CONFLICT if another has it even then.  It ends
	 * with the process.  (transfer full)
	 */
	DbLock *(*lock)(const char *target, unsigned wait_ms, GError **error);
	void (*unlock)(DbLock *lock);
	/* Moves what a log holds into its place and empties the log, for who
	 * has the lock; outside a transaction, and without waiting.  TEMPORARY
	 * if a reader or a writer is in the way: then what could be moved was.
	 */
	bool (*checkpoint)(DbConnection *connection, GError **error);

	/* True when only close and open help: the database was moved, deleted
	 * or replaced under the connection.  begin asks it, and fails with
	 * TEMPORARY. */
	bool (*is_lost)(DbConnection *connection);
};

/* NULL if there is no such driver.  "sqlite" is there always. */
const DbDriver *db_driver(const char *name);

#endif
