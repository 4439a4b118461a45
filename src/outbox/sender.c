/* The threads: lease, send, settle. */
#include "internal.h"

enum {
	LEASE_MOST = 10, /* at a time, so that the threads share the work */
	LOOK_EVERY_MS = 1000,
	IDLE_MS = 5000, /* then the connection is closed */
	RECOVER_EVERY_MS = 60 * 1000,
};

typedef struct Sender Sender;
struct Sender {
	Outbox *outbox;
	Route *route;
	SmtpClient *client;
	Store *reader;   /* NULL until it could be opened */
	int64_t busy_ms; /* monotonic: last mail sent */
	unsigned seen;   /* of route->wakes */
};

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
	outbox_report(attempt->outbox, problem);
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

/* RFC 3463: 4.7.x and 4.3.2 are about us and the system, not about this mail;
 * so a provider says that it has had enough for now. */
static bool is_limit(const Route *route, const SmtpResult *result)
{
	return route->filter && !route->rows.others &&
	       result->outcome == ENGINE_DEFERRED &&
	       (result->code == 421 ||
		       (result->status &&
			       (g_str_has_prefix(result->status, "4.7.") ||
				       g_str_equal(result->status, "4.3.2"))));
}

static enum route_word word_of(const Route *route, const SmtpResult *result)
{
	if (result->outcome == ENGINE_NOT_TRIED)
		return ROUTE_AWAY;
	return is_limit(route, result) ? ROUTE_LIMITS : ROUTE_SERVES;
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

	if (route_away(sender->route)) {
		/* Leased together with one that found the server away: no word
		 * of the server's, so it keeps its place. */
		return settle(sender, row, &result, error);
	}
	smtp_client_send(sender->client, &mail, &result);
	sender->busy_ms = base_clock_monotonic_ms();
	route_note(sender->route, word_of(sender->route, &result));
	if (!settle(sender, row, &result, error))
		return false;
	if (result.outcome == ENGINE_SENT)
		route_file(sender->route, row);
	return true;
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
		!store_outbox_next(sender->reader, sender->route->filter,
			&next_at, error)) {
		g_clear_pointer(&sender->reader, store_close);
		return false;
	}
	return next_at && next_at <= now_s;
}

static bool lease(
	Sender *sender, unsigned most, GPtrArray **ret_rows, GError **error)
{
	Outbox *outbox = sender->outbox;
	StoreLease wanted = {
		.owner = outbox->owner,
		.now_s = outbox->options.now_s(),
		.lease_s = sender->route->server.timeout_s * (LEASE_MOST + 1),
		.most = most,
		.route = sender->route->filter,
	};

	return engine_outbox_lease(
		outbox->options.engine, &wanted, ret_rows, error);
}

static bool send_rows(Sender *sender, const GPtrArray *rows, GError **error)
{
	for (guint i = 0; i < rows->len; i++)
		if (!send_row(sender, g_ptr_array_index(rows, i), error))
			return false;
	return true;
}

static bool send_due(Sender *sender, GError **error)
{
	Route *route = sender->route;
	unsigned most, sent;

	do {
		g_autoptr(GPtrArray) rows = NULL;
		/* Beyond the rate: the next look finds more. */
		most = route_take(route, LEASE_MOST);
		if (!most)
			return true;
		if (!lease(sender, most, &rows, error))
			return false;
		sent = rows->len;
		route_give_back(route, most - sent);
		if (sent == LEASE_MOST)
			route_wake(route);
		if (!send_rows(sender, rows, error))
			return false;
		/* What came since was told by a wake-up. */
	} while (sent == LEASE_MOST && !stopped(sender->outbox) &&
		 !route_away(route));
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

	if (recover(outbox, &problem) && !route_away(sender->route) &&
		anything_due(sender, outbox->options.now_s(), &problem))
		send_due(sender, &problem);
	if (problem)
		outbox_report(outbox, problem);
	if (base_clock_monotonic_ms() - sender->busy_ms > IDLE_MS)
		smtp_client_disconnect(sender->client);
}

/* Until woken; at most a second, since another program may have written. */
static void wait(Sender *sender)
{
	Outbox *outbox = sender->outbox;
	Route *route = sender->route;
	int64_t end = g_get_monotonic_time() +
		      LOOK_EVERY_MS * G_TIME_SPAN_MILLISECOND;

	g_mutex_lock(&outbox->mutex);
	while (!outbox->stop && sender->seen == route->wakes &&
		g_cond_wait_until(&route->changed, &outbox->mutex, end))
		;
	sender->seen = route->wakes;
	g_mutex_unlock(&outbox->mutex);
}

void *sender_main(void *data)
{
	Route *route = data;
	Sender sender = {.outbox = route->outbox, .route = route};

	sender.client =
		smtp_client_new(&route->server, route->outbox->stopping);
	while (!stopped(sender.outbox)) {
		go_round(&sender);
		wait(&sender);
	}
	smtp_client_free(sender.client);
	store_close(sender.reader);
	return NULL;
}
