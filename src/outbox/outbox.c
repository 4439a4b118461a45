#include <unistd.h>

#include <curl/curl.h>

#include "internal.h"

G_DEFINE_QUARK(redress_outbox_error, outbox_error)

static void initialise_library(void)
{
	static gsize once;

	if (g_once_init_enter(&once)) {
		curl_global_init(CURL_GLOBAL_DEFAULT);
		g_once_init_leave(&once, 1);
	}
}

/* Whose leases these are: another life of this process is somebody else. */
static char *make_owner(void)
{
	g_autofree char *once = g_uuid_string_random();

	return g_strdup_printf("%s:%d:%s", base_boot_id(), (int)getpid(), once);
}

static void add_routes(Outbox *outbox)
{
	const OutboxOptions *options = &outbox->options;

	outbox->routed = g_ptr_array_new_with_free_func(g_free);
	for (size_t i = 0; i < options->routes_length; i++)
		g_ptr_array_add(
			outbox->routed, g_strdup(options->routes[i].mailbox));
	g_ptr_array_add(outbox->routed, NULL);
	outbox->routes =
		g_ptr_array_new_with_free_func((GDestroyNotify)route_free);
	g_ptr_array_add(outbox->routes, route_new_common(outbox));
	for (size_t i = 0; i < options->routes_length; i++)
		g_ptr_array_add(
			outbox->routes, route_new(outbox, &options->routes[i]));
}

static bool start_route(Outbox *outbox, Route *route, GError **error)
{
	for (unsigned i = 0; i < route->connections; i++) {
		GThread *thread =
			g_thread_try_new("outbox", sender_main, route, error);
		if (!thread)
			return false;
		g_ptr_array_add(outbox->threads, thread);
	}
	return true;
}

static bool start_threads(Outbox *outbox, GError **error)
{
	for (guint i = 0; i < outbox->routes->len; i++)
		if (!start_route(outbox, outbox->routes->pdata[i], error))
			return false;
	return true;
}

Outbox *outbox_new(const OutboxOptions *options, GError **error)
{
	g_autoptr(Outbox) outbox = g_new0(Outbox, 1);

	initialise_library();
	outbox->options = *options;
	outbox->driver = g_strdup(options->driver);
	outbox->target = g_strdup(options->target);
	outbox->owner = make_owner();
	outbox->threads = g_ptr_array_new();
	outbox->stopping = g_cancellable_new();
	outbox->recovered_ms = base_clock_monotonic_ms();
	g_mutex_init(&outbox->mutex);
	add_routes(outbox);
	/* The caller's; each route has what it needs of them. */
	outbox->options.routes = NULL;
	if (!engine_outbox_recover(
		    options->engine, outbox->owner, options->now_s(), error) ||
		!start_threads(outbox, error))
		return NULL;
	return g_steal_pointer(&outbox);
}

static void stop_threads(Outbox *outbox)
{
	g_mutex_lock(&outbox->mutex);
	outbox->stop = true;
	for (guint i = 0; i < outbox->routes->len; i++) {
		Route *route = outbox->routes->pdata[i];
		g_cond_broadcast(&route->changed);
	}
	g_mutex_unlock(&outbox->mutex);
	g_cancellable_cancel(outbox->stopping);
	for (guint i = 0; i < outbox->threads->len; i++)
		g_thread_join(g_ptr_array_index(outbox->threads, i));
}

void outbox_free(Outbox *outbox)
{
	if (!outbox)
		return;
	stop_threads(outbox);
	g_ptr_array_unref(outbox->threads);
	g_ptr_array_unref(outbox->routes);
	g_ptr_array_unref(outbox->routed);
	g_mutex_clear(&outbox->mutex);
	g_object_unref(outbox->stopping);
	g_free(outbox->driver);
	g_free(outbox->target);
	g_free(outbox->owner);
	g_free(outbox);
}

void outbox_report(const Outbox *outbox, const GError *problem)
{
	if (outbox->options.failed)
		outbox->options.failed(problem, outbox->options.user);
}

/* Whose mail it is only the store knows; a look costs little. */
void outbox_wake(Outbox *outbox)
{
	for (guint i = 0; i < outbox->routes->len; i++)
		route_wake(outbox->routes->pdata[i]);
}

bool outbox_probe(const OutboxServer *server, char **ret_offers, GError **error)
{
	initialise_library();
	g_autoptr(SmtpClient) client = smtp_client_new(server, NULL);
	return smtp_client_probe(client, ret_offers, error);
}

static bool allow_dot(void *user)
{
	(void)user;
	return true;
}

static enum redress_error_code code_of(enum engine_outcome outcome)
{
	switch (outcome) {
	case ENGINE_SENT:
	case ENGINE_REFUSED:
		return REDRESS_ERROR_PERMANENT;
	case ENGINE_DEFERRED:
	case ENGINE_NOT_TRIED:
		return REDRESS_ERROR_TEMPORARY;
	case ENGINE_UNCERTAIN:
		return REDRESS_ERROR_UNKNOWN;
	}
	g_assert_not_reached();
}

static bool send_one(SmtpClient *client, const OutboxServer *server,
	const OutboxMail *mail, GError **error)
{
	const SmtpMail sent = {
		.envelope_from = mail->envelope_from,
		.recipient = mail->recipient,
		.bytes = mail->bytes,
		.before_dot = allow_dot,
	};
	g_auto(SmtpResult) result = {0};

	smtp_client_send(client, &sent, &result);
	if (result.outcome == ENGINE_SENT)
		return true;
	g_set_error(error, OUTBOX_ERROR, code_of(result.outcome),
		"%s port %u: <%s>: %s", server->host, server->port,
		mail->recipient, result.text ? result.text : "no answer");
	return false;
}

bool outbox_send(const OutboxServer *server, const OutboxMail *mails,
	size_t length, size_t *ret_sent, GError **error)
{
	initialise_library();
	g_autoptr(SmtpClient) client = smtp_client_new(server, NULL);

	for (*ret_sent = 0; *ret_sent < length; (*ret_sent)++)
		if (!send_one(client, server, &mails[*ret_sent], error))
			return false;
	return true;
}
