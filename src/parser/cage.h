/*
 * cage: what a parser process gives up before it reads the first mail.
 */
#ifndef REDRESS_PARSER_CAGE_H
#define REDRESS_PARSER_CAGE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct CageLimits CageLimits;
struct CageLimits {
	size_t memory_bytes; /* address space; 0: no limit */
	unsigned cpu_s;      /* for one mail; 0: no limit */
	unsigned timeout_ms; /* wall clock for one mail; 0: no limit */
};

/*
 * Shuts the cage: resource limits, no new privileges, a seccomp filter.  From
 * here on opening a file fails with EACCES, and a new socket, process or
 * program, or any other call that parsing does not need, kills the process.
 * False, with errno, if the kernel does not give all of that.
 */
bool cage_enter(const CageLimits *limits);

/* Starts and stops the clocks of one mail; they kill when they run out. */
void cage_start_mail(const CageLimits *limits);
void cage_end_mail(void);

#endif
