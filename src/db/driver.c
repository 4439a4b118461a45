/* driver: which drivers there are. */
#include "internal.h"

static const DbDriver *const DRIVERS[] = {&db_sqlite_driver};

GQuark db_error_quark(void)
{
	return g_quark_from_static_string("redress-db-error");
}

const DbDriver *db_driver(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(DRIVERS); i++) {
		if (g_strcmp0(DRIVERS[i]->name, name) == 0)
			return DRIVERS[i];
	}
	return NULL;
}
