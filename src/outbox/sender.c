/* The threads: lease, send, settle. */
#include "internal.h"

enum {
	LEASE_MOST = 10, /* at a time, so that the threads share the work */
	LOOK_EVERY_MS = 1000,
	IDLE_MS = 5000, /* then the connection is closed */
	RECOVER_EVERY_MS = 60 * 1000,
	SERVER_DELAY_MS = 500, /* doubled while the server stays away */
	SERVER_DELAY_MOST_MS = 60 * 1000,
};

typedef struct Sender Sender;
struct Sender {
	Outbox *outbox;
	SmtpClient *client;
	Store *reader;   /* NULL until it could be opened */
	int64_t busy_ms; /* monotonic: last mail sent */
	unsigned seen;   /* of outbox->wakes */
};

static void report(const Outbox *outbox, const GError *problem)
{
	if (outbox->options.failed)
		outbox->options.failed(problem, outbox->options.user);
}

/* ---- one mail ---------------------------------------------------------- */

typedef struct Attempt Attempt;
struct Attempt {
	Outbox *outbox;
	int64_t id;
};

/* Committed before the dot is written: see DESIGN of the outbox row. */
static bool before_dot(void *user)
{
	const Attempt *attempt = user;
	g_autoptr(GError) problem = NULL;

	if (engine_outbox_uncertain(
		    attempt->outbox->options.engine, attempt->id, &problem))
		return true;
	report(attempt->outbox, problem);
	return false;
}

static bool settle(Sender *sender, const StoreOutbox *row,
	const SmtpResult *result, GError **error)
{
	EngineDelivery delivery = {
		.id = row->id,
		.outcome = result->outcome,
		.smtp_code = result->code,
		.status = result->status,
		.text = result->text,
		.now_s = sender->outbox->options.now_s(),
	};

	return engine_outbox_settle(
		sender->outbox->options.engine, &delivery, 1, error);
}

/* The server does not let us in: nobody asks it again for a while. */
static void note_server(Outbox *outbox, bool away)
{
	g_mutex_lock(&outbox->mutex);
	if (!away) {
		outbox->server_delay_ms = 0;
		outbox->server_away_ms = 0;
	} else {
		outbox->server_delay_ms =
			outbox->server_delay_ms
				? MIN(outbox->server_delay_ms * 2,
					  SERVER_DELAY_MOST_MS)
				: SERVER_DELAY_MS;
		outbox->server_away_ms =
			base_clock_monotonic_ms() + outbox->server_delay_ms;
	}
	g_mutex_unlock(&outbox->mutex);
}

static bool server_away(Outbox *outbox)
{
	g_mutex_lock(&outbox->mutex);
	bool away = outbox->server_away_ms > base_clock_monotonic_ms();
	g_mutex_unlock(&outbox->mutex);
	return away;
}

static bool send_row(Sender *sender, const StoreOutbox *row, GError **error)
{
	Attempt attempt = {.outbox = sender->outbox, .id = row->id};
	g_auto(SmtpResult) result = {.outcome = ENGINE_NOT_TRIED};
	SmtpMail mail = {
		.envelope_from = row->envelope_from,
		.recipient = row->recipient,
		.bytes = row->bytes,
		.before_dot = before_dot,
		.user = &attempt,
	};

	if (server_away(sender->outbox)) {
		/* Leased together with one that found the server away: no word
		 * of the server's, so it keeps its place. */
		return settle(sender, row, &result, error);
	}
	smtp_client_send(sender->client, &mail, &result);
	sender->busy_ms = base_clock_monotonic_ms();
	note_server(sender->outbox, result.outcome == ENGINE_NOT_TRIED);
	return settle(sender, row, &result, error);
}

/* ---- rounds ------------------------------------------------------------ */

static bool stopped(Outbox *outbox)
{
	g_mutex_lock(&outbox->mutex);
	bool stop = outbox->stop;
	g_mutex_unlock(&outbox->mutex);
	return stop;
}

/* A look from a connection of our own: an idle outbox costs the writer
 * nothing. */
static bool anything_due(Sender *sender, int64_t now_s, GError **error)
{
	Outbox *outbox = sender->outbox;
	int64_t next_at = 0;

	if (!sender->reader)
		sender->reader = store_open(
			outbox->driver, outbox->target, DB_READER, error);
	if (!sender->reader ||
		!store_outbox_next(sender->reader, NULL, &next_at, error)) {
		g_clear_pointer(&sender->reader, store_close);
		return false;
	}
	return next_at && next_at <= now_s;
}

static bool send_due(Sender *sender, GError **error)
{
	Outbox *outbox = sender->outbox;
	int64_t lease_s = outbox->server.timeout_s * (LEASE_MOST + 1);
	guint sent = 0;

	do {
		g_autoptr(GPtrArray) rows = NULL;
		StoreLease wanted = {
			.owner = outbox->owner,
			.now_s = outbox->options.now_s(),
			.lease_s = lease_s,
			.most = LEASE_MOST,
		};
		if (!engine_outbox_lease(
			    outbox->options.engine, &wanted, &rows, error))
			return false;
		if (rows->len == LEASE_MOST)
			outbox_wake(outbox);
		for (guint i = 0; i < rows->len; i++)
			if (!send_row(
				    sender, g_ptr_array_index(rows, i), error))
				return false;
		sent = rows->len;
		/* What came since was told by a wake-up. */
	} while (
		sent == LEASE_MOST && !stopped(outbox) && !server_away(outbox));
	return true;
}

/* Leases of a process that died, and of a thread of ours that failed. */
static bool recover(Outbox *outbox, GError **error)
{
	int64_t now_ms = base_clock_monotonic_ms();

	g_mutex_lock(&outbox->mutex);
	bool due = now_ms - outbox->recovered_ms >= RECOVER_EVERY_MS;
	if (due)
		outbox->recovered_ms = now_ms;
	g_mutex_unlock(&outbox->mutex);
	return !due || engine_outbox_recover(outbox->options.engine,
			       outbox->owner, outbox->options.now_s(), error);
}

static void go_round(Sender *sender)
{
	Outbox *outbox = sender->outbox;
	g_autoptr(GError) problem = NULL;

	if (recover(outbox, &problem) && !server_away(outbox) &&
		anything_due(sender, outbox->options.now_s(), &problem))
		send_due(sender, &problem);
	if (problem)
		report(outbox, problem);
	if (base_clock_monotonic_ms() - sender->busy_ms > IDLE_MS)
		smtp_client_disconnect(sender->client);
}

/* Until woken; at most a second, since another program may have written. */
static void wait(Sender *sender)
{
	Outbox *outbox = sender->outbox;
	int64_t end = g_get_monotonic_time() +
		      LOOK_EVERY_MS * G_TIME_SPAN_MILLISECOND;

	g_mutex_lock(&outbox->mutex);
	while (!outbox->stop && sender->seen == outbox->wakes &&
		g_cond_wait_until(&outbox->changed, &outbox->mutex, end))
		;
	sender->seen = outbox->wakes;
	g_mutex_unlock(&outbox->mutex);
}

void *sender_main(void *data)
{
	Sender sender = {.outbox = data};

	sender.client = smtp_client_new(&sender.outbox->server);
	while (!stopped(sender.outbox)) {
		go_round(&sender);
		wait(&sender);
	}
	smtp_client_free(sender.client);
	store_close(sender.reader);
	return NULL;
}
