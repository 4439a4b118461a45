/* layout: a finished value as text, by its view. */
#ifndef REDRESS_CLI_LAYOUT_H
#define REDRESS_CLI_LAYOUT_H

#include <jansson.h>

#include "printer.h"

/* (transfer full) */
char *layout_text(
	const json_t *value, const PrinterView *view, const Terminal *terminal);

#endif
