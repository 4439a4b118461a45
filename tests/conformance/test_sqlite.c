/*
 * What the SQLite driver promises beyond the common suite: its settings, whose
 * files it takes, and how it comes back from trouble with them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>
#include <sqlite3.h>

#include <redress/db.h>

static const DbDriver *db;

typedef struct Fixture Fixture;
struct Fixture {
	char *folder;
	char *target;
};

static int set_up(void **state)
{
	Fixture *f = g_new0(Fixture, 1);

	db = db_driver("sqlite");
	f->folder = g_dir_make_tmp("redress-sqlite-XXXXXX", NULL);
	f->target = g_build_filename(f->folder, "redress.db", NULL);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	Fixture *f = *state;
	GDir *dir = g_dir_open(f->folder, 0, NULL);
	const char *name;

	while ((name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(f->folder, name, NULL);
		g_unlink(path);
	}
	g_dir_close(dir);
	g_rmdir(f->folder);
	g_free(f->folder);
	g_free(f->target);
	g_free(f);
	return 0;
}

static DbConnection *open_as(const char *target, enum db_mode mode)
{
	g_autoptr(GError) error = NULL;
	DbConnection *connection = db->open(target, mode, &error);

	if (!connection)
		fail_msg("%s", error->message);
	return connection;
}

static void execute(DbConnection *connection, const char *sql)
{
	g_autoptr(GError) error = NULL;

	if (!db->execute(connection, sql, &error))
		fail_msg("%s", error->message);
}

static void assert_code(const GError *error, int code)
{
	assert_non_null(error);
	if (error->code != code)
		fail_msg("code %d, not %d: %s", error->code, code,
			error->message);
}

static void assert_open_fails(const char *target, enum db_mode mode, int code)
{
	g_autoptr(GError) error = NULL;
	DbConnection *connection = db->open(target, mode, &error);

	assert_null(connection);
	assert_code(error, code);
	/* Whoever reads it must learn which file is meant. */
	g_autofree char *name = g_path_get_basename(target);
	assert_non_null(strstr(error->message, name));
}

/* The first column of the first row.  sql is a constant. */
static char *query(DbConnection *connection, const char *sql)
{
	DbStatement *statement = db->prepare(connection, sql, NULL);

	assert_non_null(statement);
	assert_int_equal(db->step(statement, NULL), DB_ROW);
	char *value = g_strdup(db->text(statement, 0));
	db->reset(statement);
	return value;
}

static void assert_query(
	DbConnection *connection, const char *sql, const char *expected)
{
	g_autofree char *value = query(connection, sql);

	if (g_strcmp0(value, expected) != 0)
		fail_msg("%s: %s, not %s", sql, value, expected);
}

static off_t size_of(const char *path, const char *suffix)
{
	g_autofree char *name = g_strconcat(path, suffix, NULL);
	struct stat status;

	return stat(name, &status) == 0 ? status.st_size : -1;
}

/* A file that another program made. */
static void make_foreign(const char *path, const char *sql)
{
	sqlite3 *sqlite;

	assert_int_equal(sqlite3_open(path, &sqlite), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(sqlite, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(sqlite);
}

/* ---- settings ---------------------------------------------------------- */

static void test_every_mode_has_its_settings(void **state)
{
	static const struct {
		const char *sql;
		const char *expected[3]; /* by enum db_mode */
	} SETTINGS[] = {
		{"PRAGMA journal_mode", {"wal", "wal", "wal"}},
		{"PRAGMA synchronous", {"2", "2", "2"}},
		{"PRAGMA foreign_keys", {"1", "1", "1"}},
		{"PRAGMA trusted_schema", {"0", "0", "0"}},
		{"PRAGMA busy_timeout", {"5000", "5000", "5000"}},
		{"PRAGMA temp_store", {"2", "2", "2"}},
		{"PRAGMA mmap_size", {"0", "0", "0"}},
		{"PRAGMA cell_size_check", {"1", "1", "1"}},
		{"PRAGMA wal_autocheckpoint", {"4000", "0", "0"}},
		{"PRAGMA cache_size", {"-65536", "-2000", "-2000"}},
		{"PRAGMA query_only", {"0", "0", "1"}},
		/* "Redr" */
		{"PRAGMA application_id",
			{"1382376562", "1382376562", "1382376562"}},
	};
	const Fixture *f = *state;
	DbConnection *connections[3];

	for (int mode = DB_WRITER; mode <= DB_READER; mode++)
		connections[mode] = open_as(f->target, mode);
	for (size_t i = 0; i < G_N_ELEMENTS(SETTINGS); i++) {
		for (int mode = DB_WRITER; mode <= DB_READER; mode++)
			assert_query(connections[mode], SETTINGS[i].sql,
				SETTINGS[i].expected[mode]);
	}
	for (int mode = DB_WRITER; mode <= DB_READER; mode++)
		db->close(connections[mode]);
}

static void test_sql_cannot_disarm_the_connection(void **state)
{
	const Fixture *f = *state;
	DbConnection *writer = open_as(f->target, DB_WRITER);

	assert_query(writer, "PRAGMA journal_mode = OFF", "wal");
	execute(writer, "CREATE TABLE t (i); PRAGMA writable_schema = ON");
	assert_false(db->execute(writer, "DELETE FROM sqlite_schema", NULL));
	/* A misspelt column is an error, not a string. */
	assert_null(db->prepare(writer, "SELECT \"misspelt\" FROM t", NULL));
	db->close(writer);
}

static void test_files_are_private_whatever_the_umask(void **state)
{
	static const mode_t MASKS[] = {0, 0777};
	static const char *const SUFFIXES[] = {"", "-wal", "-shm"};
	const Fixture *f = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(MASKS); i++) {
		g_autofree char *target =
			g_strdup_printf("%s%zu", f->target, i);
		mode_t before = umask(MASKS[i]);
		DbConnection *writer = open_as(target, DB_WRITER);
		execute(writer, "CREATE TABLE t (i)");
		umask(before);
		for (size_t j = 0; j < G_N_ELEMENTS(SUFFIXES); j++) {
			g_autofree char *name =
				g_strconcat(target, SUFFIXES[j], NULL);
			struct stat status;
			assert_int_equal(stat(name, &status), 0);
			assert_int_equal(status.st_mode & 07777, 0600);
		}
		db->close(writer);
	}
}

static void test_only_the_writer_checkpoints_by_itself(void **state)
{
	const Fixture *f = *state;
	DbConnection *writer = open_as(f->target, DB_WRITER);

	execute(writer, "CREATE TABLE t (b BLOB)");
	db->close(writer);
	off_t size = size_of(f->target, "");
	assert_int_equal(size_of(f->target, "-wal"), -1);

	/* More than makes the writer checkpoint. */
	DbConnection *guest = open_as(f->target, DB_GUEST);
	for (int i = 0; i < 20; i++)
		execute(guest, "INSERT INTO t VALUES (zeroblob(1048576))");
	db->close(guest);
	db->close(open_as(f->target, DB_READER));
	assert_int_equal(size_of(f->target, ""), size);
	assert_true(size_of(f->target, "-wal") > 20 * 1048576);

	writer = open_as(f->target, DB_WRITER);
	assert_query(writer, "SELECT count(*) FROM t", "20");
	db->close(writer);
	assert_true(size_of(f->target, "") > 20 * 1048576);
	assert_int_equal(size_of(f->target, "-wal"), -1);
}

static void test_a_checkpoint_empties_the_log(void **state)
{
	const Fixture *f = *state;
	DbConnection *writer = open_as(f->target, DB_WRITER);

	execute(writer, "CREATE TABLE t (b BLOB)");
	db->close(writer);
	DbConnection *guest = open_as(f->target, DB_GUEST);
	execute(guest, "INSERT INTO t VALUES (zeroblob(1048576))");
	assert_true(db->checkpoint(guest, NULL));
	assert_int_equal(size_of(f->target, "-wal"), 0);
	assert_true(size_of(f->target, "") > 1048576);
	db->close(guest);
}

static void test_a_checkpoint_moves_what_no_reader_needs(void **state)
{
	const Fixture *f = *state;
	g_autoptr(GError) error = NULL;
	DbConnection *writer = open_as(f->target, DB_WRITER);

	execute(writer, "CREATE TABLE t (b BLOB)");
	DbConnection *reader = open_as(f->target, DB_READER);
	assert_true(db->begin(reader, false, NULL));
	assert_query(reader, "SELECT count(*) FROM t", "0");
	execute(writer, "INSERT INTO t VALUES (zeroblob(1048576))");
	assert_false(db->checkpoint(writer, &error));
	assert_code(error, REDRESS_ERROR_TEMPORARY);
	assert_query(reader, "SELECT count(*) FROM t", "0");
	db->rollback(reader);
	assert_true(db->checkpoint(writer, NULL));
	assert_query(reader, "SELECT count(*) FROM t", "1");
	db->close(reader);
	db->close(writer);
}

static void test_a_lock_of_a_folder_that_is_not_there_is_refused(void **state)
{
	const Fixture *f = *state;
	g_autoptr(GError) error = NULL;
	g_autofree char *target =
		g_build_filename(f->folder, "none", "redress.db", NULL);

	assert_null(db->lock(target, 0, &error));
	assert_code(error, REDRESS_ERROR_TEMPORARY);
}

/* ---- whose file -------------------------------------------------------- */

static void test_another_programs_database_is_left_alone(void **state)
{
	static const char *const MADE_BY[] = {
		"PRAGMA application_id = 252006674; CREATE TABLE t (i)",
		"CREATE TABLE t (i)",
	};
	const Fixture *f = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(MADE_BY); i++) {
		g_autofree char *before = NULL, *after = NULL;
		gsize length, length_after;

		make_foreign(f->target, MADE_BY[i]);
		assert_true(
			g_file_get_contents(f->target, &before, &length, NULL));
		for (int mode = DB_WRITER; mode <= DB_READER; mode++)
			assert_open_fails(
				f->target, mode, REDRESS_ERROR_INVALID);
		assert_true(g_file_get_contents(
			f->target, &after, &length_after, NULL));
		assert_int_equal(length, length_after);
		assert_memory_equal(before, after, length);
		g_unlink(f->target);
	}
}

static void test_an_empty_file_is_taken_by_the_writer_only(void **state)
{
	const Fixture *f = *state;

	assert_true(g_file_set_contents(f->target, "", 0, NULL));
	assert_open_fails(f->target, DB_READER, REDRESS_ERROR_NOT_FOUND);
	assert_open_fails(f->target, DB_GUEST, REDRESS_ERROR_NOT_FOUND);
	db->close(open_as(f->target, DB_WRITER));
	db->close(open_as(f->target, DB_READER));
}

static void test_what_is_no_database_is_refused(void **state)
{
	const Fixture *f = *state;
	g_autofree char *noise = g_strnfill(8192, '#');

	assert_true(g_file_set_contents(f->target, noise, 8192, NULL));
	assert_open_fails(f->target, DB_WRITER, REDRESS_ERROR_PERMANENT);
	assert_open_fails(f->folder, DB_WRITER, REDRESS_ERROR_INVALID);
	assert_null(db->open("", DB_WRITER, NULL));
}

static void test_a_damaged_page_is_a_permanent_error(void **state)
{
	const Fixture *f = *state;
	DbConnection *writer = open_as(f->target, DB_WRITER);
	g_autoptr(GError) error = NULL;
	char noise[4096];

	execute(writer, "CREATE TABLE t (b BLOB);"
			"INSERT INTO t VALUES (zeroblob(100))");
	db->close(writer);
	FILE *file = fopen(f->target, "r+");
	assert_non_null(file);
	memset(noise, 0xff, sizeof(noise));
	fseek(file, sizeof(noise), SEEK_SET); /* the table's page */
	assert_int_equal(fwrite(noise, sizeof(noise), 1, file), 1);
	fclose(file);

	writer = open_as(f->target, DB_WRITER);
	DbStatement *select = db->prepare(writer, "SELECT b FROM t", NULL);
	assert_int_equal(db->step(select, &error), DB_FAILED);
	assert_code(error, REDRESS_ERROR_PERMANENT);
	db->close(writer);
}

static void test_links_lead_to_the_folder_but_not_to_the_file(void **state)
{
	const Fixture *f = *state;
	g_autofree char *file_link = g_build_filename(f->folder, "a", NULL);
	g_autofree char *folder_link = g_build_filename(f->folder, "b", NULL);
	g_autofree char *target =
		g_build_filename(folder_link, "redress.db", NULL);

	/* At first it leads nowhere: nothing is created there either. */
	assert_int_equal(symlink(f->target, file_link), 0);
	assert_open_fails(file_link, DB_WRITER, REDRESS_ERROR_INVALID);
	assert_int_equal(size_of(f->target, ""), -1);
	assert_int_equal(symlink(f->folder, folder_link), 0);
	db->close(open_as(target, DB_WRITER));
	assert_true(size_of(f->target, "") >= 0);
	assert_open_fails(file_link, DB_WRITER, REDRESS_ERROR_INVALID);
}

/* ---- trouble ----------------------------------------------------------- */

static void test_files_lost_while_open_are_noticed(void **state)
{
	static const char *const SUFFIXES[] = {"", "-wal", "-shm"};
	const Fixture *f = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(SUFFIXES); i++) {
		g_autofree char *target =
			g_strdup_printf("%s%zu", f->target, i);
		g_autofree char *lost = g_strconcat(target, SUFFIXES[i], NULL);
		g_autoptr(GError) error = NULL;
		DbConnection *writer = open_as(target, DB_WRITER);

		assert_false(db->is_lost(writer));
		assert_int_equal(g_unlink(lost), 0);
		assert_true(db->is_lost(writer));
		assert_false(db->begin(writer, true, &error));
		assert_code(error, REDRESS_ERROR_TEMPORARY);
		db->close(writer);

		writer = open_as(target, DB_WRITER);
		assert_false(db->is_lost(writer));
		assert_true(db->begin(writer, true, NULL));
		assert_true(db->commit(writer, NULL));
		db->close(writer);
	}
}

static void test_a_reader_notices_a_restored_backup(void **state)
{
	const Fixture *f = *state;
	g_autofree char *copy = g_build_filename(f->folder, "copy", NULL);
	DbConnection *writer = open_as(f->target, DB_WRITER);

	execute(writer, "CREATE TABLE t (i)");
	assert_true(db->backup(writer, copy, NULL));
	DbConnection *reader = open_as(f->target, DB_READER);
	assert_false(db->is_lost(reader));
	db->close(writer);
	assert_int_equal(g_rename(copy, f->target), 0);
	assert_true(db->is_lost(reader));
	assert_false(db->begin(reader, false, NULL));
	db->close(reader);
}

static void test_a_backup_needs_no_files_beside_it(void **state)
{
	const Fixture *f = *state;
	g_autofree char *copy = g_build_filename(f->folder, "copy", NULL);
	DbConnection *writer = open_as(f->target, DB_WRITER);
	int files = 0;

	execute(writer, "CREATE TABLE t (i)");
	assert_true(db->backup(writer, copy, NULL));
	db->close(writer);
	GDir *dir = g_dir_open(f->folder, 0, NULL);
	while (g_dir_read_name(dir))
		files++;
	g_dir_close(dir);
	assert_int_equal(files, 2); /* the database and the copy */
	DbConnection *reader = open_as(copy, DB_READER);
	assert_query(reader, "PRAGMA journal_mode", "delete");
	assert_query(reader, "PRAGMA integrity_check", "ok");
	db->close(reader);
	/* Restored, it is a database like any other. */
	writer = open_as(copy, DB_WRITER);
	assert_query(writer, "PRAGMA journal_mode", "wal");
	db->close(writer);
}

static void test_a_backup_inside_a_transaction_is_refused(void **state)
{
	const Fixture *f = *state;
	g_autofree char *copy = g_build_filename(f->folder, "copy", NULL);
	g_autoptr(GError) error = NULL;
	DbConnection *writer = open_as(f->target, DB_WRITER);

	assert_true(db->begin(writer, true, NULL));
	execute(writer, "CREATE TABLE t (i)");
	assert_false(db->backup(writer, copy, &error));
	assert_code(error, REDRESS_ERROR_TEMPORARY);
	assert_true(db->commit(writer, NULL));
	assert_int_equal(size_of(copy, ""), -1);
	db->close(writer);
}

static void test_a_full_database_is_temporary_and_passes(void **state)
{
	const Fixture *f = *state;
	g_autoptr(GError) error = NULL;
	DbConnection *writer = open_as(f->target, DB_WRITER);

	execute(writer, "CREATE TABLE t (b BLOB);"
			"PRAGMA max_page_count = 4");
	assert_false(db->execute(
		writer, "INSERT INTO t VALUES (zeroblob(1048576))", &error));
	assert_code(error, REDRESS_ERROR_TEMPORARY);
	execute(writer, "PRAGMA max_page_count = 1000000;"
			"INSERT INTO t VALUES (zeroblob(1048576))");
	assert_query(writer, "SELECT count(*) FROM t", "1");
	db->close(writer);
}

/* Root may write everywhere, so root steps down for the while. */
static void step_down(const char *folder, const char *file)
{
	if (geteuid() != 0)
		return;
	assert_int_equal(chown(folder, 65534, (gid_t)-1), 0);
	assert_int_equal(chown(file, 65534, (gid_t)-1), 0);
	assert_int_equal(seteuid(65534), 0);
}

static void step_up(void)
{
	if (getuid() == 0)
		assert_int_equal(seteuid(0), 0);
}

static bool opens(const char *target, int *ret_code)
{
	g_autoptr(GError) error = NULL;
	DbConnection *writer = db->open(target, DB_WRITER, &error);

	*ret_code = error ? error->code : -1;
	db->close(writer);
	return writer != NULL;
}

static void test_a_read_only_store_opens_once_it_is_writable(void **state)
{
	const Fixture *f = *state;
	int no_folder, no_file, code;
	bool opened;

	db->close(open_as(f->target, DB_WRITER));
	step_down(f->folder, f->target);
	g_chmod(f->folder, 0500);
	opened = opens(f->target, &no_folder);
	g_chmod(f->folder, 0700);
	g_chmod(f->target, 0400);
	opened = opens(f->target, &no_file) || opened;
	g_chmod(f->target, 0600);
	bool opened_at_last = opens(f->target, &code);
	step_up();

	assert_false(opened);
	assert_int_equal(no_folder, REDRESS_ERROR_TEMPORARY);
	assert_int_equal(no_file, REDRESS_ERROR_TEMPORARY);
	assert_true(opened_at_last);
}

static void test_a_folder_that_is_not_there_yet_is_temporary(void **state)
{
	const Fixture *f = *state;
	g_autofree char *folder = g_build_filename(f->folder, "later", NULL);
	g_autofree char *target = g_build_filename(folder, "r.db", NULL);
	int code;

	assert_false(opens(target, &code));
	assert_int_equal(code, REDRESS_ERROR_TEMPORARY);
	assert_int_equal(g_mkdir(folder, 0700), 0);
	assert_true(opens(target, &code));
	g_unlink(target);
	g_rmdir(folder);
}

/* A child commits one row, begins another, and dies with both open. */
static void die_in_a_transaction(const char *target)
{
	pid_t child = fork();

	if (child == 0) {
		DbConnection *writer = db->open(target, DB_WRITER, NULL);
		bool done = writer && db->execute(writer,
					      "CREATE TABLE t (i);"
					      "INSERT INTO t VALUES (1);"
					      "BEGIN; INSERT INTO t VALUES (2)",
					      NULL);
		_exit(done ? 0 : 1);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void test_after_a_crash_the_first_reader_sees_the_commits(void **state)
{
	const Fixture *f = *state;

	die_in_a_transaction(f->target);
	DbConnection *reader = open_as(f->target, DB_READER);
	assert_query(reader, "SELECT count(*) FROM t", "1");
	DbConnection *writer = open_as(f->target, DB_WRITER);
	execute(writer, "INSERT INTO t VALUES (3)");
	assert_query(reader, "SELECT sum(i) FROM t", "4");
	db->close(reader);
	db->close(writer);
}

#define IN_FRESH_FOLDER(test)                                                  \
	cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		IN_FRESH_FOLDER(test_every_mode_has_its_settings),
		IN_FRESH_FOLDER(test_sql_cannot_disarm_the_connection),
		IN_FRESH_FOLDER(test_files_are_private_whatever_the_umask),
		IN_FRESH_FOLDER(test_only_the_writer_checkpoints_by_itself),
		IN_FRESH_FOLDER(test_a_checkpoint_empties_the_log),
		IN_FRESH_FOLDER(test_a_checkpoint_moves_what_no_reader_needs),
		IN_FRESH_FOLDER(
			test_a_lock_of_a_folder_that_is_not_there_is_refused),
		IN_FRESH_FOLDER(test_another_programs_database_is_left_alone),
		IN_FRESH_FOLDER(test_an_empty_file_is_taken_by_the_writer_only),
		IN_FRESH_FOLDER(test_what_is_no_database_is_refused),
		IN_FRESH_FOLDER(test_a_damaged_page_is_a_permanent_error),
		IN_FRESH_FOLDER(
			test_links_lead_to_the_folder_but_not_to_the_file),
		IN_FRESH_FOLDER(test_files_lost_while_open_are_noticed),
		IN_FRESH_FOLDER(test_a_reader_notices_a_restored_backup),
		IN_FRESH_FOLDER(test_a_backup_needs_no_files_beside_it),
		IN_FRESH_FOLDER(test_a_backup_inside_a_transaction_is_refused),
		IN_FRESH_FOLDER(test_a_full_database_is_temporary_and_passes),
		IN_FRESH_FOLDER(
			test_a_read_only_store_opens_once_it_is_writable),
		IN_FRESH_FOLDER(
			test_a_folder_that_is_not_there_yet_is_temporary),
		IN_FRESH_FOLDER(
			test_after_a_crash_the_first_reader_sees_the_commits),
	};

	return cmocka_run_group_tests_name("sqlite", TESTS, NULL, NULL);
}
