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
	GPtrArray *imaps;   /* IntakeImap (nullable) */
	GMutex mutex;
	GThread *steward;
	bool stop; /* guarded by mutex */
};

/* ---- start.c ----------------------------------------------------------- */

/* From the configuration to running threads and an open socket; on failure
 * daemon_stop() tidies up what was started. */
bool daemon_start(Daemon *daemon, GError **error);
/* Else mail comes in by IMAP alone. */
bool daemon_has_milter(const Daemon *daemon);
/* Mails in hand are finished by then; ends all threads. */
void daemon_stop(Daemon *daemon);

/* ---- mailboxes.c ------------------------------------------------------- */

/* Follows each mailbox that is at a provider. */
void mailboxes_start(Daemon *daemon);
void mailboxes_stop(Daemon *daemon);
/* OutboxOptions.file: a copy of what was sent, by the mailbox' IMAP. */
bool mailboxes_file(
	const char *mailbox, GBytes *mail, void *daemon, GError **error);
/* True if one is followed otherwise by the other configuration. */
bool mailboxes_differ(const Config *one, const Config *other);

/* ---- steward.c --------------------------------------------------------- */

/* The thread that answers SIGUSR1 (reload) and feeds systemd's watchdog. */
bool steward_start(Daemon *daemon, GError **error);
void steward_stop(Daemon *daemon);

/* Until the first signal to stop, where no milter waits for it. */
void steward_wait_for_end(void);

/* Blocks the signals that the program waits for; before any thread. */
void steward_block_signals(void);

#endif
