#include <systemd/sd-daemon.h>

#include "daemon.h"

enum {
	/* Mails that one connection to the submission host carries at most. */
	OUTBOX_BATCH = 50,
	/* For a guest's checkpoint to end. */
	LOCK_WAIT_MS = 5000,
};

static void on_failed(const GError *problem, void *user)
{
	(void)user;
	base_log(BASE_LOG_ERROR, "something failed, it is tried again",
		"problem", problem->message, NULL);
}

/* On the writer thread: whoever sleeps over rows looks again. */
static void on_committed(void *user)
{
	Daemon *daemon = user;

	g_mutex_lock(&daemon->mutex);
	if (daemon->outbox)
		outbox_wake(daemon->outbox);
	if (daemon->schedule)
		schedule_wake(daemon->schedule);
	g_mutex_unlock(&daemon->mutex);
}

/* Every event row is a line of the log: one vocabulary for both. */
static void on_observed(const EngineObservation *observation, void *user)
{
	(void)user;
	base_log(BASE_LOG_NOTICE, observation->what, "ticket",
		observation->reference, "actor", observation->actor, "detail",
		observation->detail, "message_id", observation->message_id,
		"queue_id", observation->queue_id, NULL);
}

/*
 * A second daemon on the same store would take the first one's leases for
 * those of a dead process.
 */
static bool lock_store(Daemon *daemon, GError **error)
{
	const Config *config = daemon->config;
	g_autoptr(GError) problem = NULL;

	daemon->lock = store_lock(config->store.driver, config->store.path,
		LOCK_WAIT_MS, &problem);
	if (daemon->lock)
		return true;
	if (problem->code == REDRESS_ERROR_CONFLICT)
		g_set_error(error, BASE_ERROR, REDRESS_ERROR_TEMPORARY,
			"%s: another redressd runs on this store; stop it "
			"first",
			config->store.path);
	else
		g_set_error(error, BASE_ERROR, REDRESS_ERROR_TEMPORARY,
			"%s; the folder must exist and be writable by the user "
			"that redressd runs as",
			problem->message);
	return false;
}

static bool start_engine(Daemon *daemon, GError **error)
{
	const Config *config = daemon->config;
	Config *copy = config_load(daemon->config_file, error);
	g_autoptr(EnginePolicy) policy =
		copy ? assembly_policy(copy, true, error) : NULL;

	if (!policy)
		return false;
	g_autofree char *hand_over_file =
		g_strconcat(config->store.path, ".handover", NULL);
	EngineOptions options = {
		.driver = config->store.driver,
		.target = config->store.path,
		.mode = DB_WRITER,
		.hand_over_file = hand_over_file,
		.policy = policy,
		.committed = on_committed,
		.observed = on_observed,
		.user = daemon,
	};
	daemon->engine = engine_new(&options, error);
	return daemon->engine != NULL;
}

static bool start_outbox(Daemon *daemon, GError **error)
{
	const Config *config = daemon->config;
	g_autofree char *password = NULL;
	g_autoptr(GArray) routes = assembly_routes(config);
	OutboxOptions options = {
		.routes = (const OutboxRoute *)(void *)routes->data,
		.routes_length = routes->len,
		.engine = daemon->engine,
		.driver = config->store.driver,
		.target = config->store.path,
		.connections = config->submission.connections,
		.batch = OUTBOX_BATCH,
		.now_s = base_clock_now_s,
		.failed = on_failed,
		.file = mailboxes_file,
		.user = daemon,
	};

	if (!assembly_server(config, &options.server, &password, error))
		return false;
	Outbox *outbox = outbox_new(&options, error);
	g_mutex_lock(&daemon->mutex);
	daemon->outbox = outbox;
	g_mutex_unlock(&daemon->mutex);
	return outbox != NULL;
}

static bool start_schedule(Daemon *daemon, GError **error)
{
	ScheduleOptions options = {
		.engine = daemon->engine,
		.driver = daemon->config->store.driver,
		.target = daemon->config->store.path,
		.now_s = base_clock_now_s,
		.failed = on_failed,
		.user = daemon,
	};
	Schedule *schedule = schedule_new(&options, error);

	g_mutex_lock(&daemon->mutex);
	daemon->schedule = schedule;
	g_mutex_unlock(&daemon->mutex);
	return schedule != NULL;
}

static void stop_sending(Daemon *daemon)
{
	g_mutex_lock(&daemon->mutex);
	Schedule *schedule = g_steal_pointer(&daemon->schedule);
	Outbox *outbox = g_steal_pointer(&daemon->outbox);
	g_mutex_unlock(&daemon->mutex);
	schedule_free(schedule);
	outbox_free(outbox);
}

/*
 * Our own mail passes our milter on its way out.  So the outbox ends while the
 * milter serves, and starts when its socket is there: else what it has in hand
 * would hear 451, and be late by the delay that follows.
 */
static void on_stopping(void *user)
{
	Daemon *daemon = user;

	sd_notify(0, "STOPPING=1");
	/* It watches the schedule. */
	steward_stop(daemon);
	mailboxes_stop(daemon);
	stop_sending(daemon);
}

static bool open_milter(Daemon *daemon, GError **error)
{
	const Config *config = daemon->config;
	IntakeMilterOptions options = {
		.door = {.engine = daemon->engine, .parser = daemon->parser},
		.socket = config->milter.socket,
		.socket_mode = config->milter.socket_mode,
		.socket_group = config->milter.socket_group,
		.timeout_s = config->milter.timeout_s,
		.message_bytes = config->limits.message_bytes,
		.memory_bytes = config->limits.memory_bytes,
		.stopping = on_stopping,
		.user = daemon,
	};

	return intake_milter_open(&options, error);
}

bool daemon_has_milter(const Daemon *daemon)
{
	return *daemon->config->milter.socket != '\0';
}

bool daemon_start(Daemon *daemon, GError **error)
{
	if (!lock_store(daemon, error))
		return false;
	/* The parser processes first: they inherit no connection of ours. */
	daemon->parser = assembly_parser(daemon->config, error);
	if (!daemon->parser || !start_engine(daemon, error) ||
		(daemon_has_milter(daemon) && !open_milter(daemon, error)) ||
		!start_outbox(daemon, error) ||
		!start_schedule(daemon, error) || !steward_start(daemon, error))
		return false;
	mailboxes_start(daemon);
	return true;
}

void daemon_stop(Daemon *daemon)
{
	steward_stop(daemon);
	mailboxes_stop(daemon);
	stop_sending(daemon);
	g_clear_pointer(&daemon->engine, engine_free);
	g_clear_pointer(&daemon->parser, parser_pool_free);
	g_clear_pointer(&daemon->lock, store_unlock);
}
