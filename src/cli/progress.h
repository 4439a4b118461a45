/* progress: a bar on standard error while a person waits. */
#ifndef REDRESS_CLI_PROGRESS_H
#define REDRESS_CLI_PROGRESS_H

#include "terminal.h"

#include <stdint.h>

typedef struct Progress Progress;
struct Progress {
	Terminal terminal;
	int64_t shown_ms; /* monotonic; 0: never */
};

Progress progress_begin(void);
/* Draws at most ten times a second; total 0 is unknown. */
void progress_show(Progress *progress, const char *what, int64_t done,
	int64_t total, unsigned count);
/* Takes the bar away, before anything else is written. */
void progress_hide(Progress *progress);

#endif
