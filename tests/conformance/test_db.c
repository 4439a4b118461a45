/*
 * What store/ relies on, asked of every driver in the table BACKENDS.  A new
 * driver adds a row.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include <redress/db.h>

typedef struct Backend Backend;
struct Backend {
	const char *driver;
	const char *schema;
	/* Makes begin give up after 200 ms instead of 5 s. */
	const char *impatience;
	/* Where a database is to be made in an empty folder. */
	char *(*make_target)(const char *folder);
	/* A target that opens what backup wrote. */
	char *(*restore)(const char *backup_path);
	/* NULL where a full disk cannot be played. */
	void (*fill_disk)(void);
	void (*free_disk)(void);
};

/* ---- SQLite ----------------------------------------------------------- */

static char *sqlite_make_target(const char *folder)
{
	return g_build_filename(folder, "redress.db", NULL);
}

static char *sqlite_restore(const char *backup_path)
{
	return g_strdup(backup_path);
}

static void limit_file_size(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void sqlite_fill_disk(void)
{
	signal(SIGXFSZ, SIG_IGN);
	limit_file_size(256 * 1024);
}

static void sqlite_free_disk(void)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit_file_size(limit.rlim_max);
}

static const Backend BACKENDS[] = {
	{
		.driver = "sqlite",
		.schema = "CREATE TABLE kept (id INTEGER PRIMARY KEY,"
			  " whole INTEGER, fraction REAL, words TEXT UNIQUE,"
			  " bytes BLOB, sign INTEGER CHECK (sign > 0)) STRICT",
		.impatience = "PRAGMA busy_timeout = 200",
		.make_target = sqlite_make_target,
		.restore = sqlite_restore,
		.fill_disk = sqlite_fill_disk,
		.free_disk = sqlite_free_disk,
	},
};

/* ---- one empty database for each test ---------------------------------- */

static const Backend *backend; /* the one whose turn it is */

typedef struct Fixture Fixture;
struct Fixture {
	const DbDriver *db;
	char *folder;
	char *target;
	DbConnection *writer;
	DbLock *lock; /* of the test that needs it on another thread */
};

static void remove_folder(const char *folder)
{
	GDir *dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		g_unlink(path);
	}
	g_dir_close(dir);
	g_rmdir(folder);
}

static DbConnection *open_as(const Fixture *f, enum db_mode mode)
{
	g_autoptr(GError) error = NULL;
	DbConnection *connection = f->db->open(f->target, mode, &error);

	if (!connection)
		fail_msg("%s", error->message);
	return connection;
}

static int set_up(void **state)
{
	Fixture *f = g_new0(Fixture, 1);

	f->db = db_driver(backend->driver);
	assert_non_null(f->db);
	f->folder = g_dir_make_tmp("redress-db-XXXXXX", NULL);
	f->target = backend->make_target(f->folder);
	f->writer = open_as(f, DB_WRITER);
	assert_true(f->db->execute(f->writer, backend->schema, NULL));
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	Fixture *f = *state;

	f->db->close(f->writer);
	remove_folder(f->folder);
	g_free(f->folder);
	g_free(f->target);
	g_free(f);
	return 0;
}

static const char ADD[] = "INSERT INTO kept (id, words) VALUES (?, ?)";
static const char COUNT[] = "SELECT count(*) FROM kept";

/* words is nullable, and unique otherwise. */
static enum db_step try_add(const Fixture *f, DbConnection *connection,
	int64_t id, const char *words, GError **error)
{
	DbStatement *add = f->db->prepare(connection, ADD, error);

	if (!add)
		return DB_FAILED;
	f->db->bind_integer(add, 1, id);
	f->db->bind_text(add, 2, words);
	enum db_step found = f->db->step(add, error);
	f->db->reset(add);
	return found;
}

static void add(const Fixture *f, DbConnection *connection, int64_t id)
{
	g_autoptr(GError) error = NULL;

	if (try_add(f, connection, id, NULL, &error) != DB_DONE)
		fail_msg("%s", error->message);
}

static int64_t count(const Fixture *f, DbConnection *connection)
{
	DbStatement *statement = f->db->prepare(connection, COUNT, NULL);

	assert_int_equal(f->db->step(statement, NULL), DB_ROW);
	int64_t rows = f->db->integer(statement, 0);
	f->db->reset(statement);
	return rows;
}

static void assert_code(const GError *error, int code)
{
	assert_non_null(error);
	assert_true(error->domain == DB_ERROR);
	if (error->code != code)
		fail_msg("code %d, not %d: %s", error->code, code,
			error->message);
}

/* ---- values ------------------------------------------------------------ */

static DbStatement *only_row(const Fixture *f, const char *select)
{
	DbStatement *statement = f->db->prepare(f->writer, select, NULL);

	assert_non_null(statement);
	assert_int_equal(f->db->step(statement, NULL), DB_ROW);
	return statement;
}

static void test_integers_keep_all_64_bits(void **state)
{
	static const int64_t VALUES[] = {
		0, -1, INT32_MAX + 1LL, INT64_MAX, INT64_MIN};
	const Fixture *f = *state;
	DbStatement *insert = f->db->prepare(
		f->writer, "INSERT INTO kept (whole) VALUES (?)", NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(VALUES); i++) {
		f->db->bind_integer(insert, 1, VALUES[i]);
		assert_int_equal(f->db->step(insert, NULL), DB_DONE);
		f->db->reset(insert);
	}
	DbStatement *select = f->db->prepare(
		f->writer, "SELECT whole FROM kept ORDER BY id", NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(VALUES); i++) {
		assert_int_equal(f->db->step(select, NULL), DB_ROW);
		assert_true(f->db->integer(select, 0) == VALUES[i]);
	}
	assert_int_equal(f->db->step(select, NULL), DB_DONE);
	f->db->reset(select);
}

static void test_reals_come_back_to_the_last_bit(void **state)
{
	static const double VALUES[] = {0.1, -1e-300, 1.7976931348623157e308};
	const Fixture *f = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(VALUES); i++) {
		DbStatement *insert = f->db->prepare(f->writer,
			"INSERT INTO kept (id, fraction) VALUES (1, ?)"
			" ON CONFLICT (id) DO UPDATE"
			" SET fraction = excluded.fraction",
			NULL);
		f->db->bind_real(insert, 1, VALUES[i]);
		assert_int_equal(f->db->step(insert, NULL), DB_DONE);
		f->db->reset(insert);
		DbStatement *row = only_row(f, "SELECT fraction FROM kept");
		double found = f->db->real(row, 0);
		assert_memory_equal(&found, &VALUES[i], sizeof(found));
		f->db->reset(row);
	}
}

static void test_texts_come_back_as_utf8(void **state)
{
	static const char *const VALUES[] = {
		"", "Kaebus õhtul", "投诉", "Καταγγελία", "😡 it's; --"};
	const Fixture *f = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(VALUES); i++)
		assert_int_equal(
			try_add(f, f->writer, i + 1, VALUES[i], NULL), DB_DONE);
	DbStatement *select = f->db->prepare(
		f->writer, "SELECT words FROM kept ORDER BY id", NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(VALUES); i++) {
		assert_int_equal(f->db->step(select, NULL), DB_ROW);
		assert_string_equal(f->db->text(select, 0), VALUES[i]);
	}
	f->db->reset(select);
}

static void test_null_is_neither_empty_text_nor_empty_blob(void **state)
{
	const Fixture *f = *state;
	DbStatement *insert = f->db->prepare(f->writer,
		"INSERT INTO kept (words, bytes, whole) VALUES (?, ?, ?)",
		NULL);
	size_t length = 99;

	f->db->bind_text(insert, 1, "");
	f->db->bind_blob(insert, 2, NULL, 0);
	f->db->bind_null(insert, 3);
	assert_int_equal(f->db->step(insert, NULL), DB_DONE);
	DbStatement *row = only_row(f, "SELECT words, bytes, whole FROM kept");
	assert_false(f->db->is_null(row, 0));
	assert_string_equal(f->db->text(row, 0), "");
	assert_false(f->db->is_null(row, 1));
	assert_non_null(f->db->blob(row, 1, &length));
	assert_int_equal(length, 0);
	assert_true(f->db->is_null(row, 2));
	f->db->reset(row);

	f->db->reset(insert);
	f->db->bind_text(insert, 1, NULL);
	assert_int_equal(f->db->step(insert, NULL), DB_DONE);
	row = only_row(f, "SELECT words, bytes FROM kept WHERE words IS NULL");
	assert_null(f->db->text(row, 0));
	assert_null(f->db->blob(row, 1, &length));
	assert_int_equal(length, 0);
	f->db->reset(row);
}

static void test_blobs_keep_every_byte(void **state)
{
	const Fixture *f = *state;
	const size_t size = 1024 * 1024;
	g_autofree unsigned char *bytes = g_malloc(size);
	size_t length;

	for (size_t i = 0; i < size; i++)
		bytes[i] = (unsigned char)i;
	DbStatement *insert = f->db->prepare(
		f->writer, "INSERT INTO kept (bytes) VALUES (?)", NULL);
	f->db->bind_blob(insert, 1, bytes, size);
	assert_int_equal(f->db->step(insert, NULL), DB_DONE);
	DbStatement *row = only_row(f, "SELECT bytes FROM kept");
	const void *found = f->db->blob(row, 0, &length);
	assert_int_equal(length, size);
	assert_memory_equal(found, bytes, size);
	f->db->reset(row);
}

static void test_bound_values_are_copied_at_once(void **state)
{
	const Fixture *f = *state;
	char words[] = "before";
	DbStatement *insert = f->db->prepare(f->writer, ADD, NULL);

	f->db->bind_integer(insert, 1, 1);
	f->db->bind_text(insert, 2, words);
	memset(words, 'x', sizeof(words) - 1);
	assert_int_equal(f->db->step(insert, NULL), DB_DONE);
	DbStatement *row = only_row(f, "SELECT words FROM kept");
	assert_string_equal(f->db->text(row, 0), "before");
	f->db->reset(row);
}

/* ---- statements -------------------------------------------------------- */

static void test_one_statement_serves_many_prepares(void **state)
{
	const Fixture *f = *state;
	DbStatement *first = f->db->prepare(f->writer, ADD, NULL);

	for (int i = 0; i < 1000; i++) {
		assert_ptr_equal(f->db->prepare(f->writer, ADD, NULL), first);
		add(f, f->writer, i + 1);
	}
	assert_int_equal(count(f, f->writer), 1000);
}

static void test_a_statement_comes_without_old_bindings(void **state)
{
	const Fixture *f = *state;
	DbStatement *insert = f->db->prepare(f->writer, ADD, NULL);

	f->db->bind_integer(insert, 1, 1);
	f->db->bind_text(insert, 2, "first");
	assert_int_equal(f->db->step(insert, NULL), DB_DONE);
	/* Left without reset, as an error path would. */
	insert = f->db->prepare(f->writer, ADD, NULL);
	f->db->bind_integer(insert, 1, 2);
	assert_int_equal(f->db->step(insert, NULL), DB_DONE);
	DbStatement *row = only_row(f, "SELECT words FROM kept WHERE id = 2");
	assert_true(f->db->is_null(row, 0));
	f->db->reset(row);
}

static void test_wrong_sql_is_a_permanent_error(void **state)
{
	const Fixture *f = *state;
	g_autoptr(GError) error = NULL;

	assert_null(f->db->prepare(f->writer, "SELEKT 1", &error));
	assert_code(error, REDRESS_ERROR_PERMANENT);
	assert_non_null(strstr(error->message, "SELEKT"));
	g_clear_error(&error);
	assert_false(f->db->execute(f->writer, "DROP TABLE none", &error));
	assert_code(error, REDRESS_ERROR_PERMANENT);
}

static void test_close_forgives_open_statements(void **state)
{
	const Fixture *f = *state;
	DbConnection *other = open_as(f, DB_GUEST);

	add(f, f->writer, 1);
	assert_true(f->db->begin(other, true, NULL));
	add(f, other, 2);
	DbStatement *open = f->db->prepare(other, "SELECT id FROM kept", NULL);
	assert_int_equal(f->db->step(open, NULL), DB_ROW);
	f->db->close(other);
	f->db->close(NULL);
	/* What it had not committed is gone, and so is its lock. */
	add(f, f->writer, 2);
	assert_int_equal(count(f, f->writer), 2);
}

/* ---- transactions ------------------------------------------------------ */

static void test_commit_keeps_and_rollback_undoes(void **state)
{
	const Fixture *f = *state;

	assert_false(f->db->in_transaction(f->writer));
	assert_true(f->db->begin(f->writer, true, NULL));
	assert_true(f->db->in_transaction(f->writer));
	add(f, f->writer, 1);
	assert_true(f->db->commit(f->writer, NULL));
	assert_false(f->db->in_transaction(f->writer));

	assert_true(f->db->begin(f->writer, true, NULL));
	add(f, f->writer, 2);
	f->db->rollback(f->writer);
	assert_false(f->db->in_transaction(f->writer));
	f->db->rollback(f->writer);
	assert_int_equal(count(f, f->writer), 1);
}

static void test_a_savepoint_undoes_only_its_own(void **state)
{
	const Fixture *f = *state;

	assert_true(f->db->begin(f->writer, true, NULL));
	assert_true(f->db->savepoint(f->writer, NULL));
	add(f, f->writer, 1);
	assert_true(f->db->release(f->writer, NULL));
	assert_true(f->db->savepoint(f->writer, NULL));
	add(f, f->writer, 2);
	assert_true(f->db->rollback_to(f->writer, NULL));
	assert_true(f->db->savepoint(f->writer, NULL));
	add(f, f->writer, 3);
	assert_true(f->db->release(f->writer, NULL));
	assert_true(f->db->commit(f->writer, NULL));
	DbStatement *row = only_row(f, "SELECT sum(id), count(*) FROM kept");
	assert_int_equal(f->db->integer(row, 0), 1 + 3);
	assert_int_equal(f->db->integer(row, 1), 2);
	f->db->reset(row);
}

static void test_savepoints_nest(void **state)
{
	const Fixture *f = *state;

	assert_true(f->db->begin(f->writer, true, NULL));
	assert_true(f->db->savepoint(f->writer, NULL)); /* outer */
	add(f, f->writer, 1);
	assert_true(f->db->savepoint(f->writer, NULL));
	add(f, f->writer, 2);
	assert_true(f->db->rollback_to(f->writer, NULL));
	assert_int_equal(count(f, f->writer), 1);
	assert_true(f->db->savepoint(f->writer, NULL));
	add(f, f->writer, 3);
	assert_true(f->db->release(f->writer, NULL));
	assert_int_equal(count(f, f->writer), 2);
	assert_true(f->db->rollback_to(f->writer, NULL)); /* outer */
	assert_int_equal(count(f, f->writer), 0);
	assert_true(f->db->commit(f->writer, NULL));
	assert_int_equal(count(f, f->writer), 0);
}

static void test_a_taken_key_is_a_conflict(void **state)
{
	const Fixture *f = *state;
	g_autoptr(GError) error = NULL;

	assert_int_equal(try_add(f, f->writer, 1, "same", NULL), DB_DONE);
	assert_int_equal(try_add(f, f->writer, 1, "other", &error), DB_FAILED);
	assert_code(error, REDRESS_ERROR_CONFLICT);
	g_clear_error(&error);
	assert_int_equal(try_add(f, f->writer, 2, "same", &error), DB_FAILED);
	assert_code(error, REDRESS_ERROR_CONFLICT);
	g_clear_error(&error);
	assert_false(f->db->execute(f->writer,
		"INSERT INTO kept (id, sign) VALUES (3, -1)", &error));
	assert_code(error, REDRESS_ERROR_PERMANENT);
}

/* With the savepoint that PostgreSQL needs for it, and store uses anyway. */
static void test_a_failed_statement_leaves_the_rest_standing(void **state)
{
	const Fixture *f = *state;

	assert_true(f->db->begin(f->writer, true, NULL));
	add(f, f->writer, 1);
	assert_true(f->db->savepoint(f->writer, NULL));
	add(f, f->writer, 2);
	assert_int_equal(try_add(f, f->writer, 1, NULL, NULL), DB_FAILED);
	assert_true(f->db->in_transaction(f->writer));
	assert_true(f->db->rollback_to(f->writer, NULL));
	add(f, f->writer, 3);
	assert_true(f->db->commit(f->writer, NULL));
	DbStatement *row = only_row(f, "SELECT sum(id) FROM kept");
	assert_int_equal(f->db->integer(row, 0), 1 + 3);
	f->db->reset(row);
}

static void test_the_version_belongs_to_the_transaction(void **state)
{
	const Fixture *f = *state;
	int version = -1;

	assert_true(f->db->get_version(f->writer, &version, NULL));
	assert_int_equal(version, 0);
	assert_true(f->db->begin(f->writer, true, NULL));
	assert_true(f->db->set_version(f->writer, 7, NULL));
	f->db->rollback(f->writer);
	assert_true(f->db->get_version(f->writer, &version, NULL));
	assert_int_equal(version, 0);
	assert_true(f->db->set_version(f->writer, 12, NULL));
	DbConnection *reader = open_as(f, DB_READER);
	assert_true(f->db->get_version(reader, &version, NULL));
	assert_int_equal(version, 12);
	f->db->close(reader);
}

/* ---- several connections ----------------------------------------------- */

static void test_a_reader_sees_only_what_is_committed(void **state)
{
	const Fixture *f = *state;
	DbConnection *reader = open_as(f, DB_READER);

	assert_true(f->db->begin(f->writer, true, NULL));
	add(f, f->writer, 1);
	assert_int_equal(count(f, reader), 0);
	assert_true(f->db->begin(reader, false, NULL));
	assert_int_equal(count(f, reader), 0);
	assert_true(f->db->commit(f->writer, NULL));
	/* One picture as long as its transaction lasts. */
	assert_int_equal(count(f, reader), 0);
	assert_true(f->db->commit(reader, NULL));
	assert_int_equal(count(f, reader), 1);
	f->db->close(reader);
}

static void test_a_reader_cannot_write(void **state)
{
	const Fixture *f = *state;
	DbConnection *reader = open_as(f, DB_READER);

	assert_int_equal(try_add(f, reader, 1, NULL, NULL), DB_FAILED);
	assert_int_equal(count(f, f->writer), 0);
	f->db->close(reader);
}

static void test_readers_and_guests_need_a_database(void **state)
{
	static const enum db_mode MODES[] = {DB_READER, DB_GUEST};
	const Fixture *f = *state;
	g_autofree char *empty = g_build_filename(f->folder, "none", NULL);
	g_autofree char *target = backend->make_target(empty);

	for (size_t i = 0; i < G_N_ELEMENTS(MODES); i++) {
		g_autoptr(GError) error = NULL;

		assert_null(f->db->open(target, MODES[i], &error));
		assert_code(error, REDRESS_ERROR_NOT_FOUND);
	}
}

static int64_t counter(const Fixture *f, DbConnection *connection)
{
	int64_t value = 0;

	assert_true(f->db->change_counter(connection, &value, NULL));
	return value;
}

static void test_the_change_counter_tells_of_others_commits(void **state)
{
	const Fixture *f = *state;
	DbConnection *reader = open_as(f, DB_READER);
	int64_t before = counter(f, reader);

	assert_true(counter(f, reader) == before);
	assert_true(f->db->begin(f->writer, true, NULL));
	add(f, f->writer, 1);
	assert_true(counter(f, reader) == before);
	assert_true(f->db->commit(f->writer, NULL));
	assert_true(counter(f, reader) != before);
	f->db->close(reader);
}

static void test_a_guest_writes_beside_the_writer(void **state)
{
	const Fixture *f = *state;
	DbConnection *guest = open_as(f, DB_GUEST);

	add(f, f->writer, 1);
	assert_true(f->db->begin(guest, true, NULL));
	add(f, guest, 2);
	assert_true(f->db->commit(guest, NULL));
	add(f, f->writer, 3);
	assert_int_equal(count(f, guest), 3);
	f->db->close(guest);
	assert_int_equal(count(f, f->writer), 3);
}

static void test_a_busy_database_is_a_bounded_wait(void **state)
{
	const Fixture *f = *state;
	g_autoptr(GError) error = NULL;
	DbConnection *guest = open_as(f, DB_GUEST);

	assert_true(f->db->execute(guest, backend->impatience, NULL));
	assert_true(f->db->begin(f->writer, true, NULL));
	int64_t start = g_get_monotonic_time();
	assert_false(f->db->begin(guest, true, &error));
	int64_t took_us = g_get_monotonic_time() - start;
	assert_code(error, REDRESS_ERROR_TEMPORARY);
	assert_in_range(took_us, 100 * 1000, 5000 * 1000);
	assert_false(f->db->in_transaction(guest));
	f->db->rollback(f->writer);
	/* The same connection goes on. */
	assert_true(f->db->begin(guest, true, NULL));
	add(f, guest, 1);
	assert_true(f->db->commit(guest, NULL));
	f->db->close(guest);
}

enum { THREAD_COMMITS = 50 };

/* Adds ids first, first + 1, ... one commit each; NULL when all went well. */
static gpointer add_from_thread(gpointer data)
{
	const Fixture *f = data;
	DbConnection *guest = f->db->open(f->target, DB_GUEST, NULL);
	bool done = guest != NULL;

	for (int i = 0; done && i < THREAD_COMMITS; i++)
		done = f->db->begin(guest, true, NULL) &&
		       try_add(f, guest, 1000 + i, NULL, NULL) == DB_DONE &&
		       f->db->commit(guest, NULL);
	f->db->close(guest);
	return done ? NULL : GINT_TO_POINTER(1);
}

static void test_connections_on_two_threads_lose_nothing(void **state)
{
	Fixture *f = *state;
	GThread *thread = g_thread_new("guest", add_from_thread, f);

	for (int i = 0; i < THREAD_COMMITS; i++) {
		assert_true(f->db->begin(f->writer, true, NULL));
		add(f, f->writer, i + 1);
		assert_true(f->db->commit(f->writer, NULL));
	}
	assert_null(g_thread_join(thread));
	assert_int_equal(count(f, f->writer), 2 * THREAD_COMMITS);
}

/* ---- trouble ----------------------------------------------------------- */

static const char ADD_BYTES[] = "INSERT INTO kept (bytes) VALUES (?)";

/* One commit of 4 KB.  Rolls back what failed. */
static bool add_page(const Fixture *f, GError **error)
{
	static const char PAGE[4096];
	DbStatement *insert;
	bool done;

	if (!f->db->begin(f->writer, true, error))
		return false;
	insert = f->db->prepare(f->writer, ADD_BYTES, error);
	f->db->bind_blob(insert, 1, PAGE, sizeof(PAGE));
	done = f->db->step(insert, error) == DB_DONE &&
	       f->db->commit(f->writer, error);
	f->db->rollback(f->writer);
	return done;
}

static void test_a_full_disk_is_temporary_and_passes(void **state)
{
	const Fixture *f = *state;
	g_autoptr(GError) error = NULL;
	int kept = 0;

	if (!backend->fill_disk)
		skip();
	assert_true(add_page(f, NULL));
	backend->fill_disk();
	while (kept < 1000 && add_page(f, &error))
		kept++;
	g_autoptr(GError) again = NULL;
	bool still_works = add_page(f, &again);
	backend->free_disk();

	assert_code(error, REDRESS_ERROR_TEMPORARY);
	assert_false(still_works);
	assert_code(again, REDRESS_ERROR_TEMPORARY);
	assert_false(f->db->in_transaction(f->writer));
	assert_int_equal(count(f, f->writer), kept + 1);
	/* No new connection needed. */
	assert_false(f->db->is_lost(f->writer));
	assert_true(add_page(f, NULL));
	assert_int_equal(count(f, f->writer), kept + 2);
}

static void test_a_backup_is_whole_private_and_never_overwrites(void **state)
{
	const Fixture *f = *state;
	g_autoptr(GError) error = NULL;
	g_autofree char *path = g_build_filename(f->folder, "copy", NULL);
	GStatBuf status;

	for (int i = 0; i < 100; i++)
		add(f, f->writer, i + 1);
	assert_true(f->db->set_version(f->writer, 5, NULL));
	mode_t mask = umask(0);
	bool copied = f->db->backup(f->writer, path, &error);
	umask(mask);
	assert_true(copied);
	assert_int_equal(g_stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_false(f->db->backup(f->writer, path, &error));
	assert_code(error, REDRESS_ERROR_CONFLICT);
	/* Both go on, apart. */
	add(f, f->writer, 101);

	g_autofree char *target = backend->restore(path);
	DbConnection *copy = f->db->open(target, DB_READER, NULL);
	int version;
	assert_non_null(copy);
	assert_int_equal(count(f, copy), 100);
	assert_true(f->db->get_version(copy, &version, NULL));
	assert_int_equal(version, 5);
	f->db->close(copy);
}

static void test_an_impossible_backup_leaves_nothing_behind(void **state)
{
	const Fixture *f = *state;
	g_autoptr(GError) error = NULL;
	g_autofree char *path =
		g_build_filename(f->folder, "none", "copy", NULL);

	assert_false(f->db->backup(f->writer, path, &error));
	assert_code(error, REDRESS_ERROR_INVALID);
	assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
	add(f, f->writer, 1);
}

static void test_what_was_committed_is_there_after_reopening(void **state)
{
	Fixture *f = *state;

	add(f, f->writer, 1);
	f->db->close(f->writer);
	f->writer = open_as(f, DB_WRITER);
	assert_int_equal(count(f, f->writer), 1);
}

/* ---- checkpoints ------------------------------------------------------- */

static void test_one_at_a_time_has_the_lock(void **state)
{
	const Fixture *f = *state;
	g_autoptr(GError) error = NULL;
	DbLock *first = f->db->lock(f->target, 0, NULL);

	assert_non_null(first);
	assert_null(f->db->lock(f->target, 0, &error));
	assert_code(error, REDRESS_ERROR_CONFLICT);
	f->db->unlock(first);
	DbLock *second = f->db->lock(f->target, 0, NULL);
	assert_non_null(second);
	f->db->unlock(second);
	f->db->unlock(NULL);
}

static gpointer unlock_from_thread(gpointer data)
{
	const Fixture *f = data;

	f->db->unlock(f->lock);
	return NULL;
}

static void test_the_lock_is_waited_for_so_long_and_no_longer(void **state)
{
	Fixture *f = *state;

	f->lock = f->db->lock(f->target, 0, NULL);
	assert_non_null(f->lock);
	int64_t start = g_get_monotonic_time();
	assert_null(f->db->lock(f->target, 100, NULL));
	assert_true(g_get_monotonic_time() - start >= 100 * 1000);

	GThread *thread = g_thread_new("unlock", unlock_from_thread, f);
	DbLock *lock = f->db->lock(f->target, 30 * 1000, NULL);
	assert_non_null(lock);
	g_thread_join(thread);
	f->db->unlock(lock);
}

static void test_a_guest_may_checkpoint_and_nothing_is_lost(void **state)
{
	Fixture *f = *state;

	f->db->close(f->writer);
	f->writer = NULL;
	DbConnection *guest = open_as(f, DB_GUEST);
	for (int i = 0; i < 3; i++) {
		add(f, guest, i);
		assert_true(f->db->checkpoint(guest, NULL));
	}
	assert_int_equal(count(f, guest), 3);
	f->db->close(guest);
	DbConnection *reader = open_as(f, DB_READER);
	assert_int_equal(count(f, reader), 3);
	f->db->close(reader);
}

static void test_a_checkpoint_does_not_wait_for_a_writer(void **state)
{
	const Fixture *f = *state;
	DbConnection *guest = open_as(f, DB_GUEST);

	add(f, f->writer, 1);
	assert_true(f->db->begin(f->writer, true, NULL));
	add(f, f->writer, 2);
	int64_t start = g_get_monotonic_time();
	f->db->checkpoint(guest, NULL);
	assert_true(g_get_monotonic_time() - start < 4 * G_USEC_PER_SEC);
	assert_true(f->db->commit(f->writer, NULL));
	/* The connection waits again where it did. */
	assert_true(f->db->begin(guest, true, NULL));
	add(f, guest, 3);
	assert_true(f->db->commit(guest, NULL));
	assert_int_equal(count(f, guest), 3);
	f->db->close(guest);
}

static void test_unknown_drivers_are_unknown(void **state)
{
	(void)state;
	assert_null(db_driver("oracle"));
	assert_null(db_driver(NULL));
}

#define IN_FRESH_DATABASE(test)                                                \
	cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static const struct CMUnitTest SUITE[] = {
	IN_FRESH_DATABASE(test_integers_keep_all_64_bits),
	IN_FRESH_DATABASE(test_reals_come_back_to_the_last_bit),
	IN_FRESH_DATABASE(test_texts_come_back_as_utf8),
	IN_FRESH_DATABASE(test_null_is_neither_empty_text_nor_empty_blob),
	IN_FRESH_DATABASE(test_blobs_keep_every_byte),
	IN_FRESH_DATABASE(test_bound_values_are_copied_at_once),
	IN_FRESH_DATABASE(test_one_statement_serves_many_prepares),
	IN_FRESH_DATABASE(test_a_statement_comes_without_old_bindings),
	IN_FRESH_DATABASE(test_wrong_sql_is_a_permanent_error),
	IN_FRESH_DATABASE(test_close_forgives_open_statements),
	IN_FRESH_DATABASE(test_commit_keeps_and_rollback_undoes),
	IN_FRESH_DATABASE(test_a_savepoint_undoes_only_its_own),
	IN_FRESH_DATABASE(test_savepoints_nest),
	IN_FRESH_DATABASE(test_a_taken_key_is_a_conflict),
	IN_FRESH_DATABASE(test_a_failed_statement_leaves_the_rest_standing),
	IN_FRESH_DATABASE(test_the_version_belongs_to_the_transaction),
	IN_FRESH_DATABASE(test_a_reader_sees_only_what_is_committed),
	IN_FRESH_DATABASE(test_a_reader_cannot_write),
	IN_FRESH_DATABASE(test_readers_and_guests_need_a_database),
	IN_FRESH_DATABASE(test_the_change_counter_tells_of_others_commits),
	IN_FRESH_DATABASE(test_a_guest_writes_beside_the_writer),
	IN_FRESH_DATABASE(test_a_busy_database_is_a_bounded_wait),
	IN_FRESH_DATABASE(test_connections_on_two_threads_lose_nothing),
	IN_FRESH_DATABASE(test_a_full_disk_is_temporary_and_passes),
	IN_FRESH_DATABASE(test_a_backup_is_whole_private_and_never_overwrites),
	IN_FRESH_DATABASE(test_an_impossible_backup_leaves_nothing_behind),
	IN_FRESH_DATABASE(test_what_was_committed_is_there_after_reopening),
	IN_FRESH_DATABASE(test_one_at_a_time_has_the_lock),
	IN_FRESH_DATABASE(test_the_lock_is_waited_for_so_long_and_no_longer),
	IN_FRESH_DATABASE(test_a_guest_may_checkpoint_and_nothing_is_lost),
	IN_FRESH_DATABASE(test_a_checkpoint_does_not_wait_for_a_writer),
	cmocka_unit_test(test_unknown_drivers_are_unknown),
};

int main(void)
{
	int failed = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(BACKENDS); i++) {
		backend = &BACKENDS[i];
		failed += cmocka_run_group_tests_name(
			backend->driver, SUITE, NULL, NULL);
	}
	return failed ? 1 : 0;
}
