#include <signal.h>
#include <time.h>

#include <systemd/sd-daemon.h>

#include "daemon.h"

enum { ROUND_S = 1, SCHEDULE_STUCK_MS = 120 * 1000 };

void steward_block_signals(void)
{
	sigset_t set;

	base_end_signals(&set);
	/* A reload is not SIGHUP, for libmilter stops on that. */
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

void steward_wait_for_end(void)
{
	base_end_wait();
	sd_notify(0, "STOPPING=1");
}

static bool routes_differ(const Config *old, const Config *new)
{
	g_autoptr(GArray) these = assembly_routes(old);
	g_autoptr(GArray) those = assembly_routes(new);
	bool differ = these->len != those->len;

	for (guint i = 0; i < these->len && !differ; i++) {
		OutboxRoute *one = &g_array_index(these, OutboxRoute, i);
		OutboxRoute *other = &g_array_index(those, OutboxRoute, i);
		differ = !g_str_equal(one->mailbox, other->mailbox) ||
			 !g_str_equal(one->server.host, other->server.host) ||
			 one->server.port != other->server.port ||
			 one->server.tls != other->server.tls ||
			 g_strcmp0(one->server.user, other->server.user) ||
			 one->mails_per_minute != other->mails_per_minute;
	}
	return differ;
}

/* What cannot change under a running daemon; said, not done. */
static void tell_restart(const Config *old, const Config *new)
{
	const struct {
		const char *key;
		bool changed;
	} fixed[] = {
		{"store.path", g_strcmp0(old->store.path, new->store.path)},
		{"milter.socket",
			g_strcmp0(old->milter.socket, new->milter.socket)},
		{"submission.host",
			g_strcmp0(old->submission.host, new->submission.host)},
		{"submission.port",
			old->submission.port != new->submission.port},
		{"submission.tls", old->submission.tls != new->submission.tls},
		{"submission.user",
			g_strcmp0(old->submission.user, new->submission.user)},
		{"parser.processes",
			old->parser.processes != new->parser.processes},
		{"limits.message_bytes",
			old->limits.message_bytes != new->limits.message_bytes},
		{"limits.memory_bytes",
			old->limits.memory_bytes != new->limits.memory_bytes},
		{"mailbox.imap", mailboxes_differ(old, new)},
		{"mailbox.submission", routes_differ(old, new)},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(fixed); i++)
		if (fixed[i].changed)
			base_log(BASE_LOG_WARNING,
				"setting changed that needs a restart", "key",
				fixed[i].key, NULL);
}

/* Mailboxes, calendars, teams, templates and limits anew; a mistake in the
 * file leaves everything as it was. */
static void reload(Daemon *daemon)
{
	g_autoptr(GError) problem = NULL;

	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT,
		g_get_monotonic_time());
	Config *config = config_load(daemon->config_file, &problem);
	if (config)
		tell_restart(daemon->config, config);
	g_autoptr(EnginePolicy) policy =
		config ? assembly_policy(config, false, &problem) : NULL;
	if (policy) {
		engine_set_policy(daemon->engine, policy);
		base_log(BASE_LOG_NOTICE, "configuration reloaded", "file",
			daemon->config_file, NULL);
	} else {
		base_log(BASE_LOG_ERROR,
			"configuration not reloaded, the old one stays",
			"problem", problem->message, NULL);
	}
	sd_notify(0, "READY=1");
}

/* Alive means: the writer answers and the schedule goes round. */
static void feed_watchdog(Daemon *daemon)
{
	engine_ping(daemon->engine);
	int64_t idle =
		base_clock_monotonic_ms() - schedule_alive_ms(daemon->schedule);

	if (idle < SCHEDULE_STUCK_MS)
		sd_notify(0, "WATCHDOG=1");
	else
		base_log(BASE_LOG_ERROR, "the schedule is stuck", NULL);
}

static bool stopped(Daemon *daemon)
{
	g_mutex_lock(&daemon->mutex);
	bool stop = daemon->stop;
	g_mutex_unlock(&daemon->mutex);
	return stop;
}

static void *steward_main(void *data)
{
	Daemon *daemon = data;
	const struct timespec round = {.tv_sec = ROUND_S};
	uint64_t watchdog_us = 0;
	int64_t fed_ms = 0;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sd_watchdog_enabled(0, &watchdog_us);
	while (!stopped(daemon)) {
		if (sigtimedwait(&set, NULL, &round) == SIGUSR1 &&
			!stopped(daemon))
			reload(daemon);
		int64_t now_ms = base_clock_monotonic_ms();
		if (watchdog_us &&
			now_ms - fed_ms >= (int64_t)watchdog_us / 3000) {
			feed_watchdog(daemon);
			fed_ms = now_ms;
		}
	}
	return NULL;
}

bool steward_start(Daemon *daemon, GError **error)
{
	daemon->steward =
		g_thread_try_new("steward", steward_main, daemon, error);
	return daemon->steward != NULL;
}

void steward_stop(Daemon *daemon)
{
	if (!daemon->steward)
		return;
	g_mutex_lock(&daemon->mutex);
	daemon->stop = true;
	g_mutex_unlock(&daemon->mutex);
	g_thread_join(g_steal_pointer(&daemon->steward));
}
