/* Where mail goes: a server, its pace, and what it thinks of us. */
#include "internal.h"

enum {
	SERVER_DELAY_MS = 500, /* doubled while the server stays away */
	SERVER_DELAY_MOST_MS = 60 * 1000,
	LIMIT_DELAY_MS = 30 * 1000, /* doubled while it goes on refusing */
	LIMIT_DELAY_MOST_MS = 15 * 60 * 1000,
	MINUTE_MS = 60 * 1000,
	BURST_SHARE = 4,   /* of a minute's mails may go at once */
	FILING_MOST = 200, /* copies that wait; further ones are not kept */
};

/* ---- making ------------------------------------------------------------- */

static void copy_server(OutboxServer *copy, const OutboxServer *server)
{
	const BaseSecretSource *secret = &server->secret;

	*copy = *server;
	copy->host = g_strdup(server->host);
	copy->hostname = g_strdup(server->hostname);
	copy->ca_file = g_strdup(server->ca_file);
	copy->user = g_strdup(server->user);
	copy->password = g_strdup(server->password);
	copy->secret = (BaseSecretSource){
		.password_file = g_strdup(secret->password_file),
		.password_command = g_strdup(secret->password_command),
		.oauth2_token_file = g_strdup(secret->oauth2_token_file),
		.oauth2_command = g_strdup(secret->oauth2_command),
	};
}

static void clear_server(OutboxServer *server)
{
	g_free((char *)server->host);
	g_free((char *)server->hostname);
	g_free((char *)server->ca_file);
	g_free((char *)server->user);
	g_free((char *)server->password);
	g_free((char *)server->secret.password_file);
	g_free((char *)server->secret.password_command);
	g_free((char *)server->secret.oauth2_token_file);
	g_free((char *)server->secret.oauth2_command);
}

static Route *make(Outbox *outbox, const OutboxServer *server)
{
	Route *route = g_new0(Route, 1);

	route->outbox = outbox;
	copy_server(&route->server, server);
	g_cond_init(&route->changed);
	return route;
}

Route *route_new_common(Outbox *outbox)
{
	Route *route = make(outbox, &outbox->options.server);

	route->connections = outbox->options.connections;
	route->rows = (StoreRoute){
		.mailboxes = (const char *const *)outbox->routed->pdata,
		.others = true,
	};
	if (outbox->routed->pdata[0])
		route->filter = &route->rows;
	return route;
}

static void file_one(gpointer data, gpointer user);

Route *route_new(Outbox *outbox, const OutboxRoute *options)
{
	Route *route = make(outbox, &options->server);

	route->connections = options->connections;
	route->mails_per_minute = options->mails_per_minute;
	route->mailboxes[0] = g_strdup(options->mailbox);
	route->rows.mailboxes = route->mailboxes;
	route->filter = &route->rows;
	if (options->file_sent && outbox->options.file)
		route->filing =
			g_thread_pool_new(file_one, route, 1, FALSE, NULL);
	return route;
}

void route_free(Route *route)
{
	if (!route)
		return;
	if (route->filing)
		g_thread_pool_free(route->filing, FALSE, TRUE);
	g_cond_clear(&route->changed);
	g_free((char *)route->mailboxes[0]);
	clear_server(&route->server);
	g_free(route);
}

/* ---- the server --------------------------------------------------------- */

void route_wake(Route *route)
{
	g_mutex_lock(&route->outbox->mutex);
	route->wakes++;
	/* One: who finds more than it takes wakes the next. */
	g_cond_signal(&route->changed);
	g_mutex_unlock(&route->outbox->mutex);
}

static int64_t longer(int64_t delay_ms, int64_t first_ms, int64_t most_ms)
{
	return CLAMP(delay_ms * 2, first_ms, most_ms);
}

/* The server does not let us in: nobody asks it again for a while. */
void route_note(Route *route, enum route_word word)
{
	int64_t delay_ms = 0;

	g_mutex_lock(&route->outbox->mutex);
	switch (word) {
	case ROUTE_SERVES:
		break;
	case ROUTE_AWAY:
		delay_ms = longer(route->server_delay_ms, SERVER_DELAY_MS,
			SERVER_DELAY_MOST_MS);
		break;
	case ROUTE_LIMITS:
		delay_ms = longer(route->server_delay_ms, LIMIT_DELAY_MS,
			LIMIT_DELAY_MOST_MS);
		break;
	}
	route->server_delay_ms = delay_ms;
	route->server_away_ms =
		delay_ms ? base_clock_monotonic_ms() + delay_ms : 0;
	g_mutex_unlock(&route->outbox->mutex);
}

bool route_away(Route *route)
{
	g_mutex_lock(&route->outbox->mutex);
	bool away = route->server_away_ms > base_clock_monotonic_ms();
	g_mutex_unlock(&route->outbox->mutex);
	return away;
}

/* ---- its pace ----------------------------------------------------------- */

/*
 * A bucket of a share of the rate, which the rest of it refills: in no minute
 * does more go than the rate allows, and one mail after a rest goes at once.
 */
static void refill(Route *route, double burst)
{
	int64_t now_ms = base_clock_monotonic_ms();
	double rate = MAX(route->mails_per_minute - burst, 0.5);

	if (route->filled_ms)
		route->tokens +=
			(double)(now_ms - route->filled_ms) * rate / MINUTE_MS;
	else
		route->tokens = burst;
	route->tokens = MIN(route->tokens, burst);
	route->filled_ms = now_ms;
}

unsigned route_take(Route *route, unsigned wanted)
{
	double burst = MAX(route->mails_per_minute / BURST_SHARE, 1u);
	unsigned taken;

	if (!route->mails_per_minute)
		return wanted;
	g_mutex_lock(&route->outbox->mutex);
	refill(route, burst);
	taken = MIN(wanted, (unsigned)route->tokens);
	route->tokens -= taken;
	g_mutex_unlock(&route->outbox->mutex);
	return taken;
}

void route_give_back(Route *route, unsigned mails)
{
	g_mutex_lock(&route->outbox->mutex);
	route->tokens += mails;
	g_mutex_unlock(&route->outbox->mutex);
}

/* ---- copies ------------------------------------------------------------- */

static void file_one(gpointer data, gpointer user)
{
	Route *route = user;
	Outbox *outbox = route->outbox;
	g_autoptr(GBytes) mail = data;
	g_autoptr(GError) problem = NULL;

	/* A server that is away must not hold up the end. */
	if (g_cancellable_is_cancelled(outbox->stopping) ||
		outbox->options.file(route->mailboxes[0], mail,
			outbox->options.user, &problem))
		return;
	g_prefix_error(&problem, "a mail was sent, but no copy of it kept: ");
	outbox_report(outbox, problem);
}

void route_file(Route *route, const StoreOutbox *row)
{
	if (route->filing &&
		g_thread_pool_unprocessed(route->filing) < FILING_MOST)
		g_thread_pool_push(
			route->filing, g_bytes_ref(row->bytes), NULL);
}
