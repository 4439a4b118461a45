/*
 * What the files of daemon/ share: the running program.
 */
#ifndef REDRESS_DAEMON_H
#define REDRESS_DAEMON_H

#include <redress/assembly.h>
#include <redress/config.h>
#include <redress/engine.h>
#include <redress/intake.h>
#include <redress/outbox.h>
#include <redress/parser.h>
#include <redress/schedule.h>

typedef struct Daemon Daemon;
struct Daemon {
	char *config_file;
	Config *config;  /* as it was at the start; sockets and paths count */
	StoreLock *lock; /* against a second daemon */
	ParserPool *parser;
	Engine *engine;
	Outbox *outbox;     /* guarded by mutex for the wake-up */
	Schedule *schedule; /* likewise */
	GMutex mutex;
	GThread *steward;
	bool stop; /* guarded by mutex */
};

/* ---- start.c ----------------------------------------------------------- */

/* From the configuration to running threads and an open socket; on failure
 * daemon_stop() tidies up what was started. */
bool daemon_start(Daemon *daemon, GError **error);
/* Mails in hand are finished by then; ends all threads. */
void daemon_stop(Daemon *daemon);

/* ---- steward.c --------------------------------------------------------- */

/* The thread that answers SIGUSR1 (reload) and feeds systemd's watchdog. */
bool steward_start(Daemon *daemon, GError **error);
void steward_stop(Daemon *daemon);

/* Blocks the signals that the program waits for; before any thread. */
void steward_block_signals(void);

#endif
