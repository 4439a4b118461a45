/*
 * What the files of outbox/ share: one SMTP connection, and the threads.
 */
#ifndef REDRESS_OUTBOX_INTERNAL_H
#define REDRESS_OUTBOX_INTERNAL_H

#include <redress/outbox.h>

/* ---- smtp.c ------------------------------------------------------------ */

/* One connection to the submission host, kept between mails. */
typedef struct SmtpClient SmtpClient;

/* server: (transfer none), outlives the client. */
SmtpClient *smtp_client_new(const OutboxServer *server);
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

/* Connects, greets, TLS, AUTH, NOOP. */
bool smtp_client_probe(SmtpClient *client, GError **error);

/* ---- sender.c ---------------------------------------------------------- */

struct Outbox {
	OutboxOptions options;
	OutboxServer server; /* own copies of the strings */
	char *driver, *target;
	char *owner;        /* of our leases */
	GPtrArray *threads; /* GThread */

	GMutex mutex;
	GCond changed;
	bool stop;
	unsigned wakes;         /* counts, so that no thread misses one */
	int64_t server_away_ms; /* monotonic: not to be asked before */
	int64_t server_delay_ms;
	int64_t recovered_ms; /* monotonic: last look for stale leases */
};

void *sender_main(void *outbox);

#endif
