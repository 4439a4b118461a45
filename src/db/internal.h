/* The drivers, each in a file of its own; driver.c lists them. */
#ifndef REDRESS_DB_INTERNAL_H
#define REDRESS_DB_INTERNAL_H

#include <redress/db.h>

extern const DbDriver db_sqlite_driver;

/* ---- lock.c ------------------------------------------------------------ */

/* As DbDriver's lock and unlock, for a target that is a path. */
DbLock *lock_take(const char *target, unsigned wait_ms, GError **error);
void lock_drop(DbLock *lock);

#endif
