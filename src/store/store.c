#include "internal.h"

int store_schema_version(void)
{
	return store_migrations_length;
}

static bool refuse_version(
	const char *target, int version, const char *cure, GError **error)
{
	g_set_error(error, STORE_ERROR, REDRESS_ERROR_PERMANENT,
		"%s: the schema has version %d, this program knows %d: %s",
		target, version, store_migrations_length, cure);
	return false;
}

static bool migrate_once(Store *store, int version, GError **error)
{
	const DbDriver *driver = store->driver;
	DbConnection *connection = store->connection;

	if (driver->execute(connection, store_migrations[version], error) &&
		driver->set_version(connection, version + 1, error))
		return true;
	g_prefix_error(error, "migration to schema version %d: ", version + 1);
	return false;
}

/*
 * Each step is a transaction of its own, and looks at the version again
 * inside it: two programs may start at the same time.
 */
static bool migrate(Store *store, const char *target, GError **error)
{
	const DbDriver *driver = store->driver;
	int version = 0;

	do {
		if (!driver->begin(store->connection, true, error))
			return false;
		bool good =
			driver->get_version(store->connection, &version, error);
		if (good && version > store_migrations_length)
			good = refuse_version(target, version,
				"install the newer Redress again", error);
		if (good && version < store_migrations_length)
			good = migrate_once(store, version++, error);
		if (!good || !driver->commit(store->connection, error)) {
			driver->rollback(store->connection);
			return false;
		}
	} while (version < store_migrations_length);
	return true;
}

static bool check_version(Store *store, const char *target, GError **error)
{
	int version = 0;

	if (!store->driver->get_version(store->connection, &version, error))
		return false;
	if (version > store_migrations_length)
		return refuse_version(target, version,
			"install the newer Redress again", error);
	if (version < store_migrations_length)
		return refuse_version(target, version,
			"start redressd once, it brings the store up to date",
			error);
	return true;
}

static const DbDriver *find_driver(const char *name, GError **error)
{
	const DbDriver *driver = db_driver(name);

	if (!driver)
		g_set_error(error, STORE_ERROR, REDRESS_ERROR_INVALID,
			"no database driver \"%s\"; there is \"sqlite\"", name);
	return driver;
}

Store *store_open(const char *driver_name, const char *target,
	enum db_mode mode, GError **error)
{
	const DbDriver *driver = find_driver(driver_name, error);

	if (!driver)
		return NULL;
	DbConnection *connection = driver->open(target, mode, error);
	if (!connection)
		return NULL;

	g_autoptr(Store) store = g_new0(Store, 1);
	store->driver = driver;
	store->connection = connection;
	if (mode == DB_WRITER ? !migrate(store, target, error)
			      : !check_version(store, target, error))
		return NULL;
	return g_steal_pointer(&store);
}

void store_close(Store *store)
{
	if (!store)
		return;
	store->driver->close(store->connection);
	g_free(store);
}

bool store_begin(Store *store, bool write, GError **error)
{
	return store->driver->begin(store->connection, write, error);
}

bool store_set_durable(Store *store, bool durable, GError **error)
{
	return store->driver->set_durable(store->connection, durable, error);
}

bool store_commit(Store *store, GError **error)
{
	return store->driver->commit(store->connection, error);
}

void store_rollback(Store *store)
{
	store->driver->rollback(store->connection);
}

bool store_in_transaction(Store *store)
{
	return store->driver->in_transaction(store->connection);
}

bool store_savepoint(Store *store, GError **error)
{
	return store->driver->savepoint(store->connection, error);
}

bool store_release(Store *store, GError **error)
{
	return store->driver->release(store->connection, error);
}

bool store_rollback_to(Store *store, GError **error)
{
	return store->driver->rollback_to(store->connection, error);
}

bool store_change_counter(Store *store, int64_t *ret_counter, GError **error)
{
	return store->driver->change_counter(
		store->connection, ret_counter, error);
}

bool store_backup(Store *store, const char *path, GError **error)
{
	return store->driver->backup(store->connection, path, error);
}

/* ---- checkpoints ------------------------------------------------------- */

struct StoreLock {
	const DbDriver *driver;
	DbLock *lock;
};

StoreLock *store_lock(const char *driver_name, const char *target,
	unsigned wait_ms, GError **error)
{
	const DbDriver *driver = find_driver(driver_name, error);
	DbLock *taken = driver ? driver->lock(target, wait_ms, error) : NULL;

	if (!taken)
		return NULL;
	StoreLock *lock = g_new0(StoreLock, 1);
	lock->driver = driver;
	lock->lock = taken;
	return lock;
}

void store_unlock(StoreLock *lock)
{
	if (!lock)
		return;
	lock->driver->unlock(lock->lock);
	g_free(lock);
}

bool store_checkpoint(Store *store, GError **error)
{
	return store->driver->checkpoint(store->connection, error);
}
