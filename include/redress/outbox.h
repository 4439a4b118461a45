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
	int64_t timeout_s;
};

typedef struct OutboxOptions OutboxOptions;
struct OutboxOptions {
	OutboxServer server;
	Engine *engine;     /* (transfer none) */
	const char *driver; /* of the store, for a reader of its own */
	const char *target;
	unsigned connections;
	unsigned batch;         /* mails of one connection at most */
	int64_t (*now_s)(void); /* the wall clock */
	/* Called on a thread of the outbox when something went wrong that no
	 * event row tells; it goes on by itself (nullable). */
	void (*failed)(const GError *problem, void *user);
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

/* For `redress check`: connects, greets, TLS, AUTH; sends nothing. */
bool outbox_probe(const OutboxServer *server, GError **error);

#endif
