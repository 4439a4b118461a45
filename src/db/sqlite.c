/*
 * sqlite: the embedded driver.
 *
 * Only the writer checkpoints by itself: SQLite up to 3.51.2 can lose pages
 * when two connections reset the write-ahead log at once.  Everybody else
 * appends to the log and leaves it behind, or checkpoints while holding the
 * lock that a daemon holds for its life.
 *
 * SQLite goes on writing into files that somebody has moved or deleted, and
 * says that it has committed.  So each transaction looks first whether the
 * names still lead to the files that were opened.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "internal.h"

enum {
	APPLICATION_ID = 0x52656472, /* "Redr" */
	BUSY_TIMEOUT_MS = 5000,
};

/* What a database consists of while it is open. */
static const char *const FILE_SUFFIXES[] = {"", "-wal", "-shm"};

typedef struct FileIdentity FileIdentity;
struct FileIdentity {
	bool seen;
	dev_t device;
	ino_t inode;
};

struct DbConnection {
	sqlite3 *sqlite;
	char *path;
	GHashTable *statements; /* SQL constant to DbStatement, by address */
	bool relaxed;           /* commits do not wait for the disk */
	FileIdentity files[G_N_ELEMENTS(FILE_SUFFIXES)];
};

struct DbStatement {
	DbConnection *connection;
	sqlite3_stmt *sqlite;
	int bind_result; /* the first that failed; step reports it */
};

/* ---- errors ----------------------------------------------------------- */

/* Extended codes first: they are looked for before their primary ones.
 * Whatever is not here is permanent. */
static const struct {
	int sqlite;
	int code;
} ERROR_CODES[] = {
	{SQLITE_CONSTRAINT_UNIQUE, REDRESS_ERROR_CONFLICT},
	{SQLITE_CONSTRAINT_PRIMARYKEY, REDRESS_ERROR_CONFLICT},
	{SQLITE_CONSTRAINT_ROWID, REDRESS_ERROR_CONFLICT},
	{SQLITE_CANTOPEN_SYMLINK, REDRESS_ERROR_INVALID},
	{SQLITE_BUSY, REDRESS_ERROR_TEMPORARY},
	{SQLITE_LOCKED, REDRESS_ERROR_TEMPORARY},
	{SQLITE_PROTOCOL, REDRESS_ERROR_TEMPORARY},
	{SQLITE_FULL, REDRESS_ERROR_TEMPORARY},
	{SQLITE_IOERR, REDRESS_ERROR_TEMPORARY},
	{SQLITE_NOMEM, REDRESS_ERROR_TEMPORARY},
	{SQLITE_CANTOPEN, REDRESS_ERROR_TEMPORARY},
	{SQLITE_READONLY, REDRESS_ERROR_TEMPORARY},
	{SQLITE_ABORT, REDRESS_ERROR_TEMPORARY},
	{SQLITE_INTERRUPT, REDRESS_ERROR_TEMPORARY},
};

static int error_code(int result)
{
	for (size_t i = 0; i < G_N_ELEMENTS(ERROR_CODES); i++) {
		int listed = ERROR_CODES[i].sqlite;

		if (listed == result || listed == (result & 0xff))
			return ERROR_CODES[i].code;
	}
	return REDRESS_ERROR_PERMANENT;
}

/* SQLite's own words, if they are about this result. */
static const char *error_text(sqlite3 *sqlite, int result)
{
	if (sqlite && sqlite3_extended_errcode(sqlite) == result)
		return sqlite3_errmsg(sqlite);
	return sqlite3_errstr(result);
}

/* Always false, so that it can be returned. */
static bool fail(sqlite3 *sqlite, const char *path, int result, GError **error)
{
	int primary = result & 0xff;
	int cause = 0;

	/* Wrong use of SQLite is our bug, never the input's. */
	g_assert(primary != SQLITE_MISUSE && primary != SQLITE_RANGE);
	if (sqlite && (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN))
		cause = sqlite3_system_errno(sqlite);
	g_set_error(error, DB_ERROR, error_code(result),
		"%s: %s%s%s (SQLite code %d)", path, error_text(sqlite, result),
		cause ? ": " : "", cause ? g_strerror(cause) : "", result);
	return false;
}

static bool fail_errno(const char *path, int code, GError **error)
{
	g_set_error(error, DB_ERROR, code, "%s: %s", path, g_strerror(errno));
	return false;
}

/* ---- statements ------------------------------------------------------- */

static void free_statement(gpointer data)
{
	DbStatement *statement = data;

	sqlite3_finalize(statement->sqlite);
	g_free(statement);
}

static void reset(DbStatement *statement)
{
	sqlite3_reset(statement->sqlite);
	sqlite3_clear_bindings(statement->sqlite);
	statement->bind_result = SQLITE_OK;
}

static DbStatement *prepare(
	DbConnection *connection, const char *sql, GError **error)
{
	DbStatement *statement =
		g_hash_table_lookup(connection->statements, sql);
	sqlite3_stmt *sqlite = NULL;
	const char *rest = NULL;

	if (statement) {
		/* Whoever used it last may have left by an error path. */
		reset(statement);
		return statement;
	}
	int result = sqlite3_prepare_v3(connection->sqlite, sql, -1,
		SQLITE_PREPARE_PERSISTENT, &sqlite, &rest);
	if (result != SQLITE_OK) {
		fail(connection->sqlite, connection->path, result, error);
		return NULL;
	}
	/* One statement, not none and not two. */
	g_assert(sqlite && rest[strspn(rest, " \t\n;")] == '\0');
	statement = g_new0(DbStatement, 1);
	statement->connection = connection;
	statement->sqlite = sqlite;
	g_hash_table_insert(connection->statements, (gpointer)sql, statement);
	return statement;
}

static void note_bind(DbStatement *statement, int result)
{
	if (statement->bind_result == SQLITE_OK)
		statement->bind_result = result;
}

static void bind_integer(DbStatement *statement, int index, int64_t value)
{
	note_bind(
		statement, sqlite3_bind_int64(statement->sqlite, index, value));
}

static void bind_real(DbStatement *statement, int index, double value)
{
	note_bind(statement,
		sqlite3_bind_double(statement->sqlite, index, value));
}

static void bind_text(DbStatement *statement, int index, const char *text)
{
	/* SQLite itself binds NULL for a NULL pointer. */
	note_bind(statement, sqlite3_bind_text(statement->sqlite, index, text,
				     -1, SQLITE_TRANSIENT));
}

static void bind_blob(
	DbStatement *statement, int index, const void *bytes, size_t length)
{
	/* GBytes gives NULL for no bytes, which SQLite would take for NULL. */
	note_bind(statement,
		sqlite3_bind_blob64(statement->sqlite, index,
			length ? bytes : "", length, SQLITE_TRANSIENT));
}

static void bind_null(DbStatement *statement, int index)
{
	note_bind(statement, sqlite3_bind_null(statement->sqlite, index));
}

static enum db_step step(DbStatement *statement, GError **error)
{
	DbConnection *connection = statement->connection;
	int result = statement->bind_result;

	if (result == SQLITE_OK)
		result = sqlite3_step(statement->sqlite);
	if (result == SQLITE_ROW)
		return DB_ROW;
	if (result == SQLITE_DONE)
		return DB_DONE;
	fail(connection->sqlite, connection->path, result, error);
	/* A statement that failed must not hold the transaction. */
	sqlite3_reset(statement->sqlite);
	return DB_FAILED;
}

static bool is_null(DbStatement *statement, int column)
{
	return sqlite3_column_type(statement->sqlite, column) == SQLITE_NULL;
}

static int64_t integer(DbStatement *statement, int column)
{
	return sqlite3_column_int64(statement->sqlite, column);
}

static double real(DbStatement *statement, int column)
{
	return sqlite3_column_double(statement->sqlite, column);
}

static const char *text(DbStatement *statement, int column)
{
	return (const char *)sqlite3_column_text(statement->sqlite, column);
}

static const void *blob(DbStatement *statement, int column, size_t *ret_length)
{
	const void *bytes = sqlite3_column_blob(statement->sqlite, column);

	*ret_length = sqlite3_column_bytes(statement->sqlite, column);
	/* SQLite gives NULL for an empty blob as well. */
	if (!bytes && !is_null(statement, column))
		return "";
	return bytes;
}

/* ---- small statements of the driver's own ----------------------------- */

static bool execute(DbConnection *connection, const char *sql, GError **error)
{
	int result = sqlite3_exec(connection->sqlite, sql, NULL, NULL, NULL);

	if (result == SQLITE_OK)
		return true;
	return fail(connection->sqlite, connection->path, result, error);
}

/* sql is a constant, as in prepare(). */
static bool run(DbConnection *connection, const char *sql, GError **error)
{
	DbStatement *statement = prepare(connection, sql, error);

	if (!statement)
		return false;
	enum db_step found = step(statement, error);
	reset(statement);
	return found != DB_FAILED;
}

static bool query_integer(DbConnection *connection, const char *sql,
	int64_t *ret_value, GError **error)
{
	DbStatement *statement = prepare(connection, sql, error);

	if (!statement || step(statement, error) == DB_FAILED)
		return false;
	*ret_value = integer(statement, 0);
	reset(statement);
	return true;
}

/* ---- the files -------------------------------------------------------- */

/*
 * The absolute path, with symbolic links followed in the folder (systemd
 * makes /var/lib/redress one) but not in the last name.
 */
static char *resolve(const char *target, int missing_code, GError **error)
{
	if (!target || !*target) {
		g_set_error_literal(error, DB_ERROR, REDRESS_ERROR_INVALID,
			"the path of the database is empty");
		return NULL;
	}
	g_autofree char *folder = g_path_get_dirname(target);
	g_autofree char *name = g_path_get_basename(target);
	g_autofree char *real_folder = realpath(folder, NULL);

	if (!real_folder) {
		fail_errno(folder,
			errno == ENOENT ? missing_code
					: REDRESS_ERROR_TEMPORARY,
			error);
		return NULL;
	}
	return g_build_filename(real_folder, name, NULL);
}

/* SQLite would create it under the umask; the log takes over this mode. */
static bool create_private(const char *path, GError **error)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 && errno == EEXIST)
		return true;
	if (fd < 0)
		return fail_errno(path, REDRESS_ERROR_TEMPORARY, error);
	bool done = fchmod(fd, 0600) == 0;
	if (!done)
		fail_errno(path, REDRESS_ERROR_TEMPORARY, error);
	/* Nobody has it open yet, so no lock of ours is lost by this. */
	close(fd);
	return done;
}

/* A folder, a pipe or a link cannot be the database. */
static bool check_ordinary(const char *path, GError **error)
{
	struct stat status;

	if (lstat(path, &status) != 0)
		return fail_errno(path,
			errno == ENOENT ? REDRESS_ERROR_NOT_FOUND
					: REDRESS_ERROR_TEMPORARY,
			error);
	if (S_ISREG(status.st_mode))
		return true;
	g_set_error(error, DB_ERROR, REDRESS_ERROR_INVALID,
		"%s: is %s, not an ordinary file; name the file itself", path,
		S_ISLNK(status.st_mode)   ? "a symbolic link"
		: S_ISDIR(status.st_mode) ? "a folder"
					  : "a device or a pipe");
	return false;
}

static FileIdentity identify(const char *path, const char *suffix)
{
	g_autofree char *name = g_strconcat(path, suffix, NULL);
	struct stat status;

	if (stat(name, &status) != 0)
		return (FileIdentity){.seen = false};
	return (FileIdentity){true, status.st_dev, status.st_ino};
}

static void remember_files(DbConnection *connection)
{
	for (size_t i = 0; i < G_N_ELEMENTS(FILE_SUFFIXES); i++)
		connection->files[i] =
			identify(connection->path, FILE_SUFFIXES[i]);
}

/*
 * While a connection is open nobody who plays by SQLite's rules removes the
 * log or its index, so a file that was there must be there still.
 */
static bool is_lost(DbConnection *connection)
{
	for (size_t i = 0; i < G_N_ELEMENTS(FILE_SUFFIXES); i++) {
		const FileIdentity *then = &connection->files[i];
		FileIdentity now = identify(connection->path, FILE_SUFFIXES[i]);

		if (then->seen && (!now.seen || now.inode != then->inode ||
					  now.device != then->device))
			return true;
	}
	return false;
}

/* ---- open and close --------------------------------------------------- */

static const struct {
	int verb;
	int value;
} HARDENING[] = {
	{SQLITE_DBCONFIG_DEFENSIVE, 1},
	{SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
	{SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
	{SQLITE_DBCONFIG_DQS_DML, 0},
	{SQLITE_DBCONFIG_DQS_DDL, 0},
	{SQLITE_DBCONFIG_ENABLE_FKEY, 1},
};

static const char COMMON_SETTINGS[] = "PRAGMA synchronous = FULL;"
				      "PRAGMA temp_store = MEMORY;"
				      "PRAGMA mmap_size = 0;"
				      "PRAGMA cell_size_check = ON;";

static const struct {
	int open_flags;
	bool checkpoints;
	const char *settings;
} MODES[] = {
	/*
	 * A cache of 64 MiB, or the upper pages of the indexes are read again
	 * for each mail; a checkpoint every 16 MiB, or they are written back
	 * every 50 mails.  The log shrinks to 64 MiB after a rush.
	 */
	[DB_WRITER] = {SQLITE_OPEN_READWRITE, true,
		"PRAGMA cache_size = -65536;"
		"PRAGMA wal_autocheckpoint = 4000;"
		"PRAGMA journal_size_limit = 67108864;"},
	[DB_GUEST] = {SQLITE_OPEN_READWRITE, false,
		"PRAGMA wal_autocheckpoint = 0;"},
	[DB_READER] = {SQLITE_OPEN_READONLY, false,
		"PRAGMA wal_autocheckpoint = 0; PRAGMA query_only = ON;"},
};

static int open_sqlite(const char *path, int flags, sqlite3 **ret_sqlite)
{
	return sqlite3_open_v2(path, ret_sqlite,
		flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW |
			SQLITE_OPEN_EXRESCODE,
		NULL);
}

static bool configure(
	DbConnection *connection, enum db_mode mode, GError **error)
{
	sqlite3 *sqlite = connection->sqlite;
	int result = sqlite3_busy_timeout(sqlite, BUSY_TIMEOUT_MS);

	for (size_t i = 0; result == SQLITE_OK && i < G_N_ELEMENTS(HARDENING);
		i++)
		result = sqlite3_db_config(
			sqlite, HARDENING[i].verb, HARDENING[i].value, NULL);
	if (result == SQLITE_OK)
		result = sqlite3_db_config(sqlite,
			SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE,
			!MODES[mode].checkpoints, NULL);
	if (result != SQLITE_OK)
		return fail(sqlite, connection->path, result, error);
	return execute(connection, COMMON_SETTINGS, error) &&
	       execute(connection, MODES[mode].settings, error);
}

/* SQLite opens for reading what it may not write, and does not say so. */
static bool check_writable(
	DbConnection *connection, enum db_mode mode, GError **error)
{
	if (mode == DB_READER ||
		sqlite3_db_readonly(connection->sqlite, "main") == 0)
		return true;
	g_set_error(error, DB_ERROR, REDRESS_ERROR_TEMPORARY,
		"%s: may not be written; see its owner and its permissions",
		connection->path);
	return false;
}

/* Before anything is changed: is this file ours, or nobody's yet? */
static bool check_ours(DbConnection *connection, enum db_mode mode,
	bool *ret_unclaimed, GError **error)
{
	int64_t id, tables;

	if (!query_integer(connection, "PRAGMA application_id", &id, error) ||
		!query_integer(connection, "SELECT count(*) FROM sqlite_schema",
			&tables, error))
		return false;
	*ret_unclaimed = id != APPLICATION_ID;
	if (id == APPLICATION_ID || (tables == 0 && mode == DB_WRITER))
		return true;
	if (tables == 0) {
		g_set_error(error, DB_ERROR, REDRESS_ERROR_NOT_FOUND,
			"%s: is not set up yet", connection->path);
		return false;
	}
	g_set_error(error, DB_ERROR, REDRESS_ERROR_INVALID,
		"%s: is a database of another program (application id "
		"0x%08x); name a file of its own for Redress",
		connection->path, (unsigned)id);
	return false;
}

/* The first writer makes the file ours, and keeps a write-ahead log. */
static bool claim(DbConnection *connection, bool unclaimed, GError **error)
{
	DbStatement *statement =
		prepare(connection, "PRAGMA journal_mode = WAL", error);

	if (!statement || step(statement, error) == DB_FAILED)
		return false;
	bool logs = g_strcmp0(text(statement, 0), "wal") == 0;
	reset(statement);
	if (!logs) {
		g_set_error(error, DB_ERROR, REDRESS_ERROR_PERMANENT,
			"%s: the file system cannot carry a write-ahead log; "
			"use a local one",
			connection->path);
		return false;
	}
	g_autofree char *sql =
		g_strdup_printf("PRAGMA application_id = %d", APPLICATION_ID);
	return !unclaimed || execute(connection, sql, error);
}

static void close_connection(DbConnection *connection)
{
	if (!connection)
		return;
	g_hash_table_destroy(connection->statements);
	sqlite3_close(connection->sqlite);
	g_free(connection->path);
	g_free(connection);
}

static bool set_up(DbConnection *connection, enum db_mode mode, GError **error)
{
	bool unclaimed;
	int result = open_sqlite(
		connection->path, MODES[mode].open_flags, &connection->sqlite);

	if (result != SQLITE_OK)
		return fail(
			connection->sqlite, connection->path, result, error);
	if (!check_writable(connection, mode, error) ||
		!configure(connection, mode, error) ||
		!check_ours(connection, mode, &unclaimed, error))
		return false;
	if (mode == DB_WRITER && !claim(connection, unclaimed, error))
		return false;
	remember_files(connection);
	return true;
}

static DbConnection *open_connection(
	const char *target, enum db_mode mode, GError **error)
{
	int missing_code = mode == DB_WRITER ? REDRESS_ERROR_TEMPORARY
					     : REDRESS_ERROR_NOT_FOUND;
	g_autofree char *path = resolve(target, missing_code, error);

	if (!path)
		return NULL;
	if (mode == DB_WRITER && !create_private(path, error))
		return NULL;
	if (!check_ordinary(path, error))
		return NULL;
	DbConnection *connection = g_new0(DbConnection, 1);
	connection->path = g_steal_pointer(&path);
	connection->statements =
		g_hash_table_new_full(NULL, NULL, NULL, free_statement);
	if (!set_up(connection, mode, error)) {
		close_connection(connection);
		return NULL;
	}
	return connection;
}

/* ---- transactions ----------------------------------------------------- */

static bool begin(DbConnection *connection, bool write, GError **error)
{
	if (is_lost(connection)) {
		g_set_error(error, DB_ERROR, REDRESS_ERROR_TEMPORARY,
			"%s: was moved or deleted while it was open; it must "
			"be opened again",
			connection->path);
		return false;
	}
	return run(connection, write ? "BEGIN IMMEDIATE" : "BEGIN DEFERRED",
		error);
}

/* In a write-ahead log NORMAL waits for the disk at checkpoints only. */
static bool set_durable(DbConnection *connection, bool durable, GError **error)
{
	if (durable == !connection->relaxed)
		return true;
	if (!execute(connection,
		    durable ? "PRAGMA synchronous = FULL"
			    : "PRAGMA synchronous = NORMAL",
		    error))
		return false;
	connection->relaxed = !durable;
	return true;
}

static bool in_transaction(DbConnection *connection)
{
	return !sqlite3_get_autocommit(connection->sqlite);
}

static bool commit(DbConnection *connection, GError **error)
{
	return run(connection, "COMMIT", error);
}

static void rollback(DbConnection *connection)
{
	/* It fails only where SQLite has rolled back by itself. */
	if (in_transaction(connection))
		run(connection, "ROLLBACK", NULL);
}

/* One name for all: SQLite finds the innermost. */
static bool savepoint(DbConnection *connection, GError **error)
{
	return run(connection, "SAVEPOINT inner", error);
}

static bool release(DbConnection *connection, GError **error)
{
	return run(connection, "RELEASE inner", error);
}

static bool rollback_to(DbConnection *connection, GError **error)
{
	return run(connection, "ROLLBACK TO inner", error) &&
	       release(connection, error);
}

/* ---- facts about the whole -------------------------------------------- */

static bool get_version(
	DbConnection *connection, int *ret_version, GError **error)
{
	int64_t version;

	if (!query_integer(connection, "PRAGMA user_version", &version, error))
		return false;
	*ret_version = (int)version;
	return true;
}

static bool set_version(DbConnection *connection, int version, GError **error)
{
	/* A PRAGMA takes no parameter. */
	g_autofree char *sql =
		g_strdup_printf("PRAGMA user_version = %d", version);

	return execute(connection, sql, error);
}

static bool change_counter(
	DbConnection *connection, int64_t *ret_counter, GError **error)
{
	return query_integer(
		connection, "PRAGMA data_version", ret_counter, error);
}

static bool checkpoint(DbConnection *connection, GError **error)
{
	sqlite3 *sqlite = connection->sqlite;

	sqlite3_busy_timeout(sqlite, 0);
	int result = sqlite3_wal_checkpoint_v2(
		sqlite, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	sqlite3_busy_timeout(sqlite, BUSY_TIMEOUT_MS);
	return result == SQLITE_OK ||
	       fail(sqlite, connection->path, result, error);
}

/* ---- backup ----------------------------------------------------------- */

/* Leaves one file that opens without a log beside it, on any medium. */
static int copy_pages(sqlite3 *from, sqlite3 *to)
{
	sqlite3_backup *copy = sqlite3_backup_init(to, "main", from, "main");

	if (!copy)
		return sqlite3_extended_errcode(to);
	sqlite3_backup_step(copy, -1);
	int result = sqlite3_backup_finish(copy);
	if (result != SQLITE_OK)
		return result;
	return sqlite3_exec(
		to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
}

static bool copy_to(DbConnection *connection, const char *path, GError **error)
{
	sqlite3 *to = NULL;
	int result = open_sqlite(path, SQLITE_OPEN_READWRITE, &to);

	if (result == SQLITE_OK)
		result = copy_pages(connection->sqlite, to);
	bool copied = result == SQLITE_OK || fail(to, path, result, error);
	sqlite3_close(to);
	return copied;
}

static bool sync_folder(const char *path, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(path);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return fail_errno(folder, REDRESS_ERROR_TEMPORARY, error);
	bool synced = fsync(fd) == 0;
	if (!synced)
		fail_errno(folder, REDRESS_ERROR_TEMPORARY, error);
	close(fd);
	return synced;
}

/* Never over a file that is there: it could be the database itself. */
static bool put_in_place(const char *from, const char *to, GError **error)
{
	int result = renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);

	/* NFS knows no such flag. */
	if (result != 0 && errno == EINVAL && access(to, F_OK) != 0)
		result = rename(from, to);
	if (result != 0)
		return fail_errno(to,
			errno == EEXIST ? REDRESS_ERROR_CONFLICT
					: REDRESS_ERROR_TEMPORARY,
			error);
	return sync_folder(to, error);
}

static bool backup(DbConnection *connection, const char *path, GError **error)
{
	g_autofree char *final = resolve(path, REDRESS_ERROR_INVALID, error);

	if (!final)
		return false;
	if (access(final, F_OK) == 0) {
		errno = EEXIST;
		return fail_errno(final, REDRESS_ERROR_CONFLICT, error);
	}
	g_autofree char *temporary = g_strconcat(final, ".XXXXXX", NULL);
	int fd = g_mkstemp_full(temporary, O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0)
		return fail_errno(final, REDRESS_ERROR_TEMPORARY, error);
	bool done = fchmod(fd, 0600) == 0 ||
		    fail_errno(temporary, REDRESS_ERROR_TEMPORARY, error);
	close(fd);
	done = done && copy_to(connection, temporary, error) &&
	       put_in_place(temporary, final, error);
	if (!done)
		unlink(temporary);
	return done;
}

const DbDriver db_sqlite_driver = {
	.name = "sqlite",
	.open = open_connection,
	.close = close_connection,
	.execute = execute,
	.prepare = prepare,
	.bind_integer = bind_integer,
	.bind_real = bind_real,
	.bind_text = bind_text,
	.bind_blob = bind_blob,
	.bind_null = bind_null,
	.step = step,
	.reset = reset,
	.is_null = is_null,
	.integer = integer,
	.real = real,
	.text = text,
	.blob = blob,
	.begin = begin,
	.set_durable = set_durable,
	.commit = commit,
	.rollback = rollback,
	.in_transaction = in_transaction,
	.savepoint = savepoint,
	.release = release,
	.rollback_to = rollback_to,
	.get_version = get_version,
	.set_version = set_version,
	.change_counter = change_counter,
	.backup = backup,
	.lock = lock_take,
	.unlock = lock_drop,
	.checkpoint = checkpoint,
	.is_lost = is_lost,
};
