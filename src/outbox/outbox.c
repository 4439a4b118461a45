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

static void copy_server(OutboxServer *copy, const OutboxServer *server)
{
	*copy = *server;
	copy->host = g_strdup(server->host);
	copy->hostname = g_strdup(server->hostname);
	copy->ca_file = g_strdup(server->ca_file);
	copy->user = g_strdup(server->user);
	copy->password = g_strdup(server->password);
}

static void clear_server(OutboxServer *server)
{
	g_free((char *)server->host);
	g_free((char *)server->hostname);
	g_free((char *)server->ca_file);
	g_free((char *)server->user);
	g_free((char *)server->password);
}

/* Whose leases these are: another life of this process is somebody else. */
static char *make_owner(void)
{
	g_autofree char *once = g_uuid_string_random();

	return g_strdup_printf("%s:%d:%s", base_boot_id(), (int)getpid(), once);
}

static bool start_threads(Outbox *outbox, GError **error)
{
	for (unsigned i = 0; i < outbox->options.connections; i++) {
		GThread *thread =
			g_thread_try_new("outbox", sender_main, outbox, error);
		if (!thread)
			return false;
		g_ptr_array_add(outbox->threads, thread);
	}
	return true;
}

Outbox *outbox_new(const OutboxOptions *options, GError **error)
{
	g_autoptr(Outbox) outbox = g_new0(Outbox, 1);

	initialise_library();
	outbox->options = *options;
	copy_server(&outbox->server, &options->server);
	outbox->driver = g_strdup(options->driver);
	outbox->target = g_strdup(options->target);
	outbox->owner = make_owner();
	outbox->threads = g_ptr_array_new();
	outbox->recovered_ms = base_clock_monotonic_ms();
	g_mutex_init(&outbox->mutex);
	g_cond_init(&outbox->changed);
	if (!engine_outbox_recover(
		    options->engine, outbox->owner, options->now_s(), error) ||
		!start_threads(outbox, error))
		return NULL;
	return g_steal_pointer(&outbox);
}

void outbox_free(Outbox *outbox)
{
	if (!outbox)
		return;
	g_mutex_lock(&outbox->mutex);
	outbox->stop = true;
	g_cond_broadcast(&outbox->changed);
	g_mutex_unlock(&outbox->mutex);
	for (guint i = 0; i < outbox->threads->len; i++)
		g_thread_join(g_ptr_array_index(outbox->threads, i));

	g_cond_clear(&outbox->changed);
	g_mutex_clear(&outbox->mutex);
	g_ptr_array_unref(outbox->threads);
	clear_server(&outbox->server);
	g_free(outbox->driver);
	g_free(outbox->target);
	g_free(outbox->owner);
	g_free(outbox);
}

void outbox_wake(Outbox *outbox)
{
	g_mutex_lock(&outbox->mutex);
	outbox->wakes++;
	/* One: who finds more than it takes wakes the next. */
	g_cond_signal(&outbox->changed);
	g_mutex_unlock(&outbox->mutex);
}

bool outbox_probe(const OutboxServer *server, GError **error)
{
	initialise_library();
	g_autoptr(SmtpClient) client = smtp_client_new(server);
	return smtp_client_probe(client, error);
}
