/*
 * outbox: leases rows and hands them to the mail server by SMTP (libcurl).
 * Threads of its own; woken by outbox_wake(), by the clock, or when another
 * program has written to the store.
 */
#ifndef REDRESS_OUTBOX_H
#define REDRESS_OUTBOX_H

#include <redress/base.h>
#include <redress/engine.h>

#define OUTBOX_ERROR outbox_error_quark()
GQuark outbox_error_quark(void);

enum outbox_tls {
	OUTBOX_TLS_NONE,
	OUTBOX_TLS_STARTTLS,
	OUTBOX_TLS_IMPLICIT,
};

typedef struct OutboxServer OutboxServer;
struct OutboxServer {
	const char *host;
	unsigned port;
	const char *hostname; /* ours, for EHLO */
	enum outbox_tls tls;
	const char *ca_file;  /* (nullable): system trust */
	const char *user;     /* (nullable): no AUTH */
	const char *password; /* (nullable) */
	/* Asked at each connection, and anew when the server refuses what it
	 * told; where there is no password. */
	BaseSecretSource secret;
	int64_t timeout_s;
};

/* A server of one mailbox's own, with threads of its own: when it is away,
 * nobody else waits for it. */
typedef struct OutboxRoute OutboxRoute;
struct OutboxRoute {
	const char *mailbox; /* folded */
	OutboxServer server;
	unsigned connections;
	unsigned mails_per_minute; /* 0: as many as it takes */
	bool file_sent;            /* OutboxOptions.file */
};

typedef struct OutboxOptions OutboxOptions;
struct OutboxOptions {
	OutboxServer server;       /* of all mailboxes that have none below */
	const OutboxRoute *routes; /* copied */
	size_t routes_length;
	Engine *engine;     /* (transfer none) */
	const char *driver; /* of the store, for a reader of its own */
	const char *target;
	unsigned connections;
	unsigned batch;         /* mails of one connection at most */
	int64_t (*now_s)(void); /* the wall clock */
	/* Called on a thread of the outbox when something went wrong that no
	 * event row tells; it goes on by itself (nullable). */
	void (*failed)(const GError *problem, void *user);
	/* Puts a copy of a mail that was sent where the mailbox (folded) keeps
	 * such.  On a thread of its own; what fails is told, and not tried
	 * again (nullable). */
	bool (*file)(
		const char *mailbox, GBytes *mail, void *user, GError **error);
	void *user;
};

typedef struct Outbox Outbox;

/* Recovers what another process left, then starts.  (transfer full) */
Outbox *outbox_new(const OutboxOptions *options, GError **error);
/* Finishes the mails in hand, then stops. */
void outbox_free(Outbox *outbox);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Outbox, outbox_free)

/* From any thread, any time, never blocks: look for due rows now. */
void outbox_wake(Outbox *outbox);

/* A mail that is in no store. */
typedef struct OutboxMail OutboxMail;
struct OutboxMail {
	const char *envelope_from; /* "" for <> */
	const char *recipient;
	GBytes *bytes;
};

/*
 * For previews: hands mails over by one connection, one after the other, while
 * the caller waits.  The first that is not taken ends it: PERMANENT if it was
 * refused, TEMPORARY if the server could not be reached or put it off, UNKNOWN
 * if it gave no answer.  *ret_sent is set in any case.
 */
bool outbox_send(const OutboxServer *server, const OutboxMail *mails,
	size_t length, size_t *ret_sent, GError **error);

/* For `redress check`: connects, greets, TLS, AUTH; sends nothing.
 * ret_offers (nullable): what the server says it can do, "AUTH PLAIN LOGIN,
 * SIZE 35882577". */
bool outbox_probe(
	const OutboxServer *server, char **ret_offers, GError **error);

#endif
