/*
 * intake: the front doors.  A mail comes in by the milter, from standard input
 * or from a file; every door has it analysed in the parser pool and hands it
 * to the engine.
 */
#ifndef REDRESS_INTAKE_H
#define REDRESS_INTAKE_H

#include <redress/base.h>
#include <redress/engine.h>
#include <redress/parser.h>

#define INTAKE_ERROR intake_error_quark()
GQuark intake_error_quark(void);

/* What the doors need; all (transfer none), outliving their use. */
typedef struct IntakeDoor IntakeDoor;
struct IntakeDoor {
	Engine *engine;
	ParserPool *parser;
};

typedef struct IntakeMail IntakeMail;
struct IntakeMail {
	GBytes *raw;
	const char *envelope_from;     /* "" for <>, NULL unknown */
	const char *const *recipients; /* envelope, NULL-terminated */
	const char *auth_login;        /* SMTP AUTH name (nullable) */
	const char *source;            /* "milter", "ingest" */
	const char *queue_id;          /* (nullable) */
	const char *client;            /* address of the peer (nullable) */
	bool no_acknowledge;
	bool sent; /* found in the folder of sent mail: EngineMail.sent */
	/* The mailbox at a provider from which it was fetched (nullable). */
	const char *fetched_from;
	bool can_refuse; /* somebody waits for the answer */
	bool others; /* it goes to recipients that are not named here, too */
	/* An agent's own mail to others, on its way out. */
	bool direct;
	/* Why a mail of an agent cannot be changed as it would have to be, in
	 * words (nullable): then it is refused. */
	const char *unchangeable;
	int64_t now_s;
};

/* Analyses a mail and hands it to the engine: what every door ends in.  Errors
 * are the engine's. */
bool intake_accept(const IntakeDoor *door, const IntakeMail *mail,
	EngineReceipt *ret_receipt, GError **error);

/* ---- files: intake/files.c --------------------------------------------- */

/*
 * Calls each with every mail of a path: one file, an mbox (first line "From "),
 * a Maildir (has cur/ and new/), or "-" for standard input.  done and total are
 * bytes of the path.  Stops when each returns false.  A file larger than
 * most_bytes is an INVALID error, given to each as raw == NULL.
 */
typedef bool (*intake_each)(GBytes *raw, const char *name, int64_t done_bytes,
	int64_t total_bytes, const GError *problem, void *user);
bool intake_read_path(const char *path, int64_t most_bytes, intake_each each,
	void *user, GError **error);

/* The envelope recipients that a mail's own header names (Delivered-To,
 * X-Original-To, Envelope-To, then To and Cc), for an ingest without --to; and
 * the sender by its Return-Path.  Bounded, without GMime.
 * (transfer full) (array zero-terminated=1) */
char **intake_header_recipients(GBytes *raw);
char *intake_header_sender(GBytes *raw);

/* ---- the milter: intake/milter.c --------------------------------------- */

typedef struct IntakeMilterOptions IntakeMilterOptions;
struct IntakeMilterOptions {
	IntakeDoor door;
	const char *socket; /* "unix:/path", "inet:port@host", "fd:3" */
	unsigned socket_mode;
	const char *socket_group; /* (nullable) */
	int64_t timeout_s;
	int64_t message_bytes; /* larger: 552 5.3.4 */
	int64_t memory_bytes;  /* of all mails in hand; beyond: 451 4.3.1 */
	/* Told to stop, and serving still: whoever sends mail through this
	 * milter ends first.  (nullable) */
	void (*stopping)(void *user);
	void *user;
};

/* Registers and opens the socket; once in a process (libmilter).  Signals must
 * be blocked before. */
bool intake_milter_open(const IntakeMilterOptions *options, GError **error);

/*
 * Serves until SIGTERM, SIGINT, SIGHUP or intake_milter_stop(); returns when
 * the mails in hand are finished.  To be called on the main thread. libmilter's
 * threads stay, and answer 451 until the process ends: end it with _exit(2).
 */
bool intake_milter_run(GError **error);

/* From any thread: new mails hear 451, those in hand are finished. */
void intake_milter_stop(void);

/* Mails in hand, for tests and the watchdog. */
unsigned intake_milter_in_hand(void);

/* ---- IMAP: intake/imap*.c ----------------------------------------------- */

enum intake_tls {
	INTAKE_TLS_NONE, /* loopback, or where it is allowed */
	INTAKE_TLS_STARTTLS,
	INTAKE_TLS_IMPLICIT,
};

/* What is taken of a mailbox that has mail when it is met first. */
enum intake_start {
	INTAKE_START_NOW, /* what comes from now on */
	INTAKE_START_DATE,
	INTAKE_START_EVERYTHING, /* recorded, none of it acknowledged */
};

#define INTAKE_IMAP_AUTO "auto"

typedef struct IntakeImapOptions IntakeImapOptions;
struct IntakeImapOptions {
	IntakeDoor door;
	const char *mailbox; /* its address: the recipient of what comes */
	const char *host;
	unsigned port;
	enum intake_tls tls;
	bool allow_plain;    /* INTAKE_TLS_NONE, although not loopback */
	const char *ca_file; /* (nullable): the system's */
	const char *login;
	/* One of these four tells the secret; a command's is its first line of
	 * output, and it is run anew when the server refuses the secret. */
	const char *password_file;
	const char *password_command;
	const char *oauth2_token_file; /* XOAUTH2 */
	const char *oauth2_command;
	const char *folder;  /* "INBOX" */
	const char *move_to; /* (nullable): flagged $Redress instead */
	/* INTAKE_IMAP_AUTO: the one that the server marks (nullable). */
	const char *sent_folder;
	bool watch_sent; /* for what agents answer there */
	enum intake_start start;
	int64_t start_s;      /* of INTAKE_START_DATE */
	int64_t poll_every_s; /* where IDLE is not offered */
	int64_t command_timeout_s;
	int64_t message_bytes; /* of a larger one only the header is read */
	/* Called on the thread of the mailbox, for the log: what is wrong;
	 * NULL: all is well again (nullable). */
	void (*told)(const char *mailbox, const GError *problem, void *user);
	/* Now and then while mail is taken that was there before (nullable).
	 */
	void (*progress)(
		const char *mailbox, uint64_t done, uint64_t total, void *user);
	void *user;
};

/* Follows one mailbox on a thread of its own, until it is freed.  Never
 * fails: what is wrong is told, and tried again.  (transfer full) */
typedef struct IntakeImap IntakeImap;
IntakeImap *intake_imap_start(const IntakeImapOptions *options);
/* Ends the connection and waits for the thread, at most the time of the mail in
 * hand. */
void intake_imap_stop(IntakeImap *imap);

/* Connects, logs in, selects the folder and leaves: what the server can do, in
 * words; or what is wrong, with the cure.  (transfer full) */
char *intake_imap_try(const IntakeImapOptions *options, GError **error);

/* Puts a copy of a mail that was sent into the folder of sent mail, as read, by
 * a connection of its own. */
bool intake_imap_file(
	const IntakeImapOptions *options, GBytes *mail, GError **error);

#endif
