/* The drivers, each in a file of its own; driver.c lists them. */
#ifndef REDRESS_DB_INTERNAL_H
#define REDRESS_DB_INTERNAL_H

#include <redress/db.h>

extern const DbDriver db_sqlite_driver;

#endif
