#include <redress/schedule.h>

enum {
	BATCH = 64,
	LOOK_EVERY_MS = 1000, /* another program may have written */
	PAUSE_MS = 5000,      /* after a failure */
};

struct Schedule {
	ScheduleOptions options;
	char *driver, *target;
	Store *reader; /* the thread's; NULL until it could be opened */
	GThread *thread;
	GMutex mutex;
	GCond changed;
	bool stop, woken;
	int64_t alive_ms; /* atomic */
};

static void report(Schedule *schedule, const GError *problem)
{
	if (schedule->options.failed)
		schedule->options.failed(problem, schedule->options.user);
}

static bool stopped(Schedule *schedule)
{
	g_mutex_lock(&schedule->mutex);
	bool stop = schedule->stop;
	g_mutex_unlock(&schedule->mutex);
	return stop;
}

/* Everything that is due now. */
static bool run_due(Schedule *schedule, int64_t now_s, GError **error)
{
	unsigned done = 0;

	do {
		if (!engine_run_deadlines(schedule->options.engine, now_s,
			    BATCH, &done, error))
			return false;
		__atomic_store_n(&schedule->alive_ms, base_clock_monotonic_ms(),
			__ATOMIC_RELAXED);
	} while (done == BATCH && !stopped(schedule));
	return true;
}

/* One look at the store from a connection of our own. */
static bool look(Schedule *schedule, int64_t *ret_due_at, GError **error)
{
	if (!schedule->reader)
		schedule->reader = store_open(
			schedule->driver, schedule->target, DB_READER, error);
	if (schedule->reader &&
		store_deadline_next(schedule->reader, ret_due_at, error))
		return true;
	g_clear_pointer(&schedule->reader, store_close);
	return false;
}

static bool go_round(Schedule *schedule, GError **error)
{
	int64_t now_s = schedule->options.now_s();
	int64_t due_at = 0;

	if (!look(schedule, &due_at, error))
		return false;
	return !due_at || due_at > now_s || run_due(schedule, now_s, error);
}

static void wait(Schedule *schedule, int64_t ms)
{
	int64_t end = g_get_monotonic_time() + ms * G_TIME_SPAN_MILLISECOND;

	g_mutex_lock(&schedule->mutex);
	while (!schedule->stop && !schedule->woken &&
		g_cond_wait_until(&schedule->changed, &schedule->mutex, end))
		;
	schedule->woken = false;
	g_mutex_unlock(&schedule->mutex);
}

static void *schedule_main(void *data)
{
	Schedule *schedule = data;

	while (!stopped(schedule)) {
		g_autoptr(GError) problem = NULL;
		bool good = go_round(schedule, &problem);
		if (!good)
			report(schedule, problem);
		__atomic_store_n(&schedule->alive_ms, base_clock_monotonic_ms(),
			__ATOMIC_RELAXED);
		wait(schedule, good ? LOOK_EVERY_MS : PAUSE_MS);
	}
	return NULL;
}

Schedule *schedule_new(const ScheduleOptions *options, GError **error)
{
	Schedule *schedule = g_new0(Schedule, 1);

	schedule->options = *options;
	schedule->driver = g_strdup(options->driver);
	schedule->target = g_strdup(options->target);
	schedule->alive_ms = base_clock_monotonic_ms();
	g_mutex_init(&schedule->mutex);
	g_cond_init(&schedule->changed);
	schedule->thread =
		g_thread_try_new("schedule", schedule_main, schedule, error);
	if (!schedule->thread) {
		schedule_free(schedule);
		return NULL;
	}
	return schedule;
}

void schedule_free(Schedule *schedule)
{
	if (!schedule)
		return;
	g_mutex_lock(&schedule->mutex);
	schedule->stop = true;
	g_cond_signal(&schedule->changed);
	g_mutex_unlock(&schedule->mutex);
	if (schedule->thread)
		g_thread_join(schedule->thread);

	store_close(schedule->reader);
	g_cond_clear(&schedule->changed);
	g_mutex_clear(&schedule->mutex);
	g_free(schedule->driver);
	g_free(schedule->target);
	g_free(schedule);
}

void schedule_wake(Schedule *schedule)
{
	g_mutex_lock(&schedule->mutex);
	schedule->woken = true;
	g_cond_signal(&schedule->changed);
	g_mutex_unlock(&schedule->mutex);
}

int64_t schedule_alive_ms(const Schedule *schedule)
{
	return __atomic_load_n(&schedule->alive_ms, __ATOMIC_RELAXED);
}
