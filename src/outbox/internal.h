/*
 * What the files of outbox/ share: one SMTP connection, and the threads.
 */
#ifndef REDRESS_OUTBOX_INTERNAL_H
#define REDRESS_OUTBOX_INTERNAL_H

#include <gio/gio.h>

#include <redress/outbox.h>

/* ---- smtp.c ------------------------------------------------------------ */

/* One connection to the submission host, kept between mails. */
typedef struct SmtpClient SmtpClient;

/* server: (transfer none), outlives the client; stop (nullable): no command
 * that tells a secret is waited for. */
SmtpClient *smtp_client_new(const OutboxServer *server, GCancellable *stop);
void smtp_client_free(SmtpClient *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SmtpClient, smtp_client_free)

/* Says QUIT; the next mail connects anew. */
void smtp_client_disconnect(SmtpClient *client);

typedef struct SmtpResult SmtpResult;
struct SmtpResult {
	enum engine_outcome outcome;
	int code;     /* last answer, 0: none */
	char *status; /* enhanced code "2.0.0" (nullable) */
	char *text;   /* the answer, or what went wrong */
};
void smtp_result_clear(SmtpResult *result);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SmtpResult, smtp_result_clear)

/*
 * Sends one mail to one recipient.  before_dot is called when everything but
 * the final dot has gone; if it returns false the transfer is broken off.
 */
typedef struct SmtpMail SmtpMail;
struct SmtpMail {
	const char *envelope_from; /* "" for <> */
	const char *recipient;
	GBytes *bytes;
	bool (*before_dot)(void *user);
	void *user;
};
void smtp_client_send(
	SmtpClient *client, const SmtpMail *mail, SmtpResult *ret_result);

/* Connects, greets, TLS, AUTH, NOOP; see outbox_probe(). */
bool smtp_client_probe(SmtpClient *client, char **ret_offers, GError **error);

/* ---- route.c ----------------------------------------------------------- */

/* One server, whose mail goes to it, and how it fares. */
typedef struct Route Route;
struct Route {
	struct Outbox *outbox;
	OutboxServer server; /* own copies of the strings */
	const char *mailboxes[2];
	StoreRoute rows;
	const StoreRoute *filter; /* &rows; NULL: everybody's */
	unsigned connections;
	unsigned mails_per_minute;
	GThreadPool *filing; /* NULL: no copies are kept */

	/* Guarded by the outbox' mutex. */
	GCond changed;
	unsigned wakes;         /* counts, so that no thread misses one */
	int64_t server_away_ms; /* monotonic: not to be asked before */
	int64_t server_delay_ms;
	double tokens;     /* mails that the rate allows now */
	int64_t filled_ms; /* monotonic: when that was so; 0: never asked */
};

/* For everybody but the others. */
Route *route_new_common(struct Outbox *outbox);
Route *route_new(struct Outbox *outbox, const OutboxRoute *options);
/* Its threads have ended; waits for the copy in hand. */
void route_free(Route *route);

/* Look for due rows. */
void route_wake(Route *route);

enum route_word {
	ROUTE_SERVES,
	ROUTE_AWAY,  /* does not let us in */
	ROUTE_LIMITS /* has had too much of us */
};
/* What the server has just shown. */
void route_note(Route *route, enum route_word word);
bool route_away(Route *route);

/* So many mails may be sent now, of those wanted; what is not is given back. */
unsigned route_take(Route *route, unsigned wanted);
void route_give_back(Route *route, unsigned mails);

/* Keeps a copy of what was sent, if the mailbox wants that. */
void route_file(Route *route, const StoreOutbox *row);

/* ---- sender.c ---------------------------------------------------------- */

struct Outbox {
	OutboxOptions options;
	char *driver, *target;
	char *owner;       /* of our leases */
	GPtrArray *routes; /* Route; the first is everybody else's */
	/* The mailboxes that have a route of their own, NULL-terminated. */
	GPtrArray *routed;
	GPtrArray *threads; /* GThread */
	GCancellable *stopping;

	GMutex mutex;
	bool stop;
	int64_t recovered_ms; /* monotonic: last look for stale leases */
};

void outbox_report(const Outbox *outbox, const GError *problem);

void *sender_main(void *route);

#endif
