/*
 * The one writer: a thread that takes every job that waits, runs each in a
 * savepoint of its own, commits once and answers all.  While a commit is on
 * its way to the disk the next batch gathers: under load one fsync pays for
 * many mails.
 */
#include <string.h>

#include "internal.h"

enum {
	/* More would make the first of a batch wait for the work of the
	 * last. */
	BATCH_MOST = 128,
	/* Of a guest: some 20 MB of log at a mail a commit. */
	CHECKPOINT_EVERY = 200,
};

typedef struct Job Job;
struct Job {
	writer_run run;
	void *user;
	enum writer_job kind;
	bool done; /* guarded by the writer's mutex */
	bool good;
	GError *error;
	GPtrArray *observations;
	bool wake;
	GCond finished;
};

struct Writer {
	EngineOptions options;
	char *driver, *target;
	GThread *thread;
	Store *store; /* the thread's; NULL after it broke */
	Bucket buckets[BUCKETS];
	int hand_over;
	unsigned unchecked; /* commits since a checkpoint was tried */

	GMutex mutex;
	GCond waiting; /* a job came, or stop */
	GQueue jobs;   /* Job */
	bool stop;
	EnginePolicy *policy;
	EngineStatistics statistics;
};

/* ---- a batch, on the thread -------------------------------------------- */

static void job_fail(Job *job, const GError *cause)
{
	job->good = false;
	if (!job->error)
		job->error = g_error_copy(cause);
}

/*
 * One job in its savepoint.  False if the transaction itself is lost: then
 * nobody's work in this batch will be committed.
 */
static bool job_run(
	Writer *writer, Job *job, EnginePolicy *policy, GError **error)
{
	Context context = {
		.store = writer->store,
		.policy = policy,
		.buckets = writer->buckets,
		.hand_over = writer->hand_over,
		.observations = job->observations,
	};
	Bucket before[BUCKETS];

	memcpy(before, writer->buckets, sizeof(before));
	if (!store_savepoint(writer->store, error))
		return false;
	job->good = job->run(&context, job->user, &job->error);
	job->wake = context.wake;
	if (!store_in_transaction(writer->store)) {
		/* A full disk makes SQLite undo everything by itself. */
		g_propagate_error(error, g_error_copy(job->error));
		return false;
	}
	if (job->good)
		return store_release(writer->store, error);
	memcpy(writer->buckets, before, sizeof(before));
	return store_rollback_to(writer->store, error);
}

static bool batch_is_durable(const GPtrArray *batch)
{
	for (guint i = 0; i < batch->len; i++) {
		const Job *job = g_ptr_array_index(batch, i);
		if (job->kind != WRITER_STEP)
			return true;
	}
	return false;
}

static bool batch_run(
	Writer *writer, GPtrArray *batch, EnginePolicy *policy, GError **error)
{
	if (!writer->store) {
		writer->store = store_open(writer->driver, writer->target,
			writer->options.mode, error);
		if (!writer->store)
			return false;
	}
	if (!store_set_durable(writer->store, batch_is_durable(batch), error) ||
		!store_begin(writer->store, true, error))
		return false;
	for (guint i = 0; i < batch->len; i++)
		if (!job_run(
			    writer, g_ptr_array_index(batch, i), policy, error))
			return false;
	return store_commit(writer->store, error);
}

/*
 * What broke the batch may have broken the connection: it is opened anew for
 * the next one, so that a disk that has room again needs no restart.
 */
static void batch_abandon(Writer *writer, GPtrArray *batch, GError *cause)
{
	if (writer->store) {
		store_rollback(writer->store);
		g_clear_pointer(&writer->store, store_close);
	}
	/* Whatever it was, nothing was changed: the mail may come again. */
	cause->code = REDRESS_ERROR_TEMPORARY;
	for (guint i = 0; i < batch->len; i++)
		job_fail(g_ptr_array_index(batch, i), cause);
}

/* What is to be told after the answers: a submitter that was answered takes its
 * job with it.  (element-type GPtrArray of Observation) */
static GPtrArray *batch_observations(GPtrArray *batch, bool *ret_wake)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(
		(GDestroyNotify)g_ptr_array_unref);

	*ret_wake = false;
	for (guint i = 0; i < batch->len; i++) {
		Job *job = g_ptr_array_index(batch, i);
		if (!job->good)
			continue;
		*ret_wake |= job->wake;
		g_ptr_array_add(all, g_ptr_array_ref(job->observations));
	}
	return all;
}

static void batch_publish(Writer *writer, GPtrArray *all, bool wake)
{
	if (wake && writer->options.committed)
		writer->options.committed(writer->options.user);
	for (guint i = 0; i < all->len; i++)
		observations_publish(g_ptr_array_index(all, i),
			writer->options.observed, writer->options.user);
}

static void batch_answer(Writer *writer, GPtrArray *batch, bool committed)
{
	g_mutex_lock(&writer->mutex);
	writer->statistics.commits += committed;
	for (guint i = 0; i < batch->len; i++) {
		Job *job = g_ptr_array_index(batch, i);
		writer->statistics.jobs++;
		writer->statistics.mails +=
			job->good && job->kind == WRITER_MAIL;
		writer->statistics.failures += !job->good;
		job->done = true;
		g_cond_signal(&job->finished);
	}
	g_mutex_unlock(&writer->mutex);
}

/* Waits for work; NULL when the writer is to stop and nothing waits. */
static GPtrArray *batch_take(Writer *writer, EnginePolicy **ret_policy)
{
	g_autoptr(GPtrArray) batch = g_ptr_array_new();

	g_mutex_lock(&writer->mutex);
	while (g_queue_is_empty(&writer->jobs) && !writer->stop)
		g_cond_wait(&writer->waiting, &writer->mutex);
	while (batch->len < BATCH_MOST && !g_queue_is_empty(&writer->jobs))
		g_ptr_array_add(batch, g_queue_pop_head(&writer->jobs));
	*ret_policy = engine_policy_ref(writer->policy);
	g_mutex_unlock(&writer->mutex);
	return batch->len ? g_steal_pointer(&batch) : NULL;
}

/*
 * A guest's log is the daemon's to empty.  Where no daemon runs, as in an
 * import before the first start, nobody would: so the guest does it, holding
 * what tells that no daemon runs.  A failure costs room, and is made good the
 * next time or by the daemon.
 */
static void checkpoint_as_guest(Writer *writer, unsigned least)
{
	if (writer->options.mode != DB_GUEST || !writer->store ||
		writer->unchecked < least)
		return;
	writer->unchecked = 0;
	g_autoptr(StoreLock) lock =
		store_lock(writer->driver, writer->target, 0, NULL);
	if (lock)
		store_checkpoint(writer->store, NULL);
}

static void *writer_main(void *data)
{
	Writer *writer = data;

	for (;;) {
		g_autoptr(EnginePolicy) policy = NULL;
		g_autoptr(GPtrArray) batch = batch_take(writer, &policy);
		g_autoptr(GError) error = NULL;

		if (!batch)
			return NULL;
		bool committed = batch_run(writer, batch, policy, &error);
		if (!committed)
			batch_abandon(writer, batch, error);
		bool wake;
		g_autoptr(GPtrArray) all = batch_observations(batch, &wake);
		batch_answer(writer, batch, committed);
		batch_publish(writer, all, wake);
		writer->unchecked += committed;
		checkpoint_as_guest(writer, CHECKPOINT_EVERY);
	}
}

/* ---- from any thread --------------------------------------------------- */

bool writer_submit(Writer *writer, enum writer_job kind, writer_run run,
	void *user, GError **error)
{
	Job job = {
		.run = run,
		.user = user,
		.kind = kind,
		.observations = observations_new(),
	};

	g_cond_init(&job.finished);
	g_mutex_lock(&writer->mutex);
	g_queue_push_tail(&writer->jobs, &job);
	g_cond_signal(&writer->waiting);
	while (!job.done)
		g_cond_wait(&job.finished, &writer->mutex);
	g_mutex_unlock(&writer->mutex);

	g_cond_clear(&job.finished);
	g_ptr_array_unref(job.observations);
	if (job.good)
		return true;
	g_propagate_error(error, job.error);
	return false;
}

void writer_set_policy(Writer *writer, EnginePolicy *policy)
{
	EnginePolicy *old;

	g_mutex_lock(&writer->mutex);
	old = writer->policy;
	writer->policy = engine_policy_ref(policy);
	g_mutex_unlock(&writer->mutex);
	engine_policy_unref(old);
}

EnginePolicy *writer_get_policy(Writer *writer)
{
	g_mutex_lock(&writer->mutex);
	EnginePolicy *policy = engine_policy_ref(writer->policy);
	g_mutex_unlock(&writer->mutex);
	return policy;
}

EngineStatistics writer_statistics(Writer *writer)
{
	g_mutex_lock(&writer->mutex);
	EngineStatistics statistics = writer->statistics;
	g_mutex_unlock(&writer->mutex);
	return statistics;
}

Writer *writer_new(const EngineOptions *options, int hand_over, GError **error)
{
	Store *store = store_open(
		options->driver, options->target, options->mode, error);

	if (!store)
		return NULL;
	Writer *writer = g_new0(Writer, 1);
	writer->options = *options;
	writer->driver = g_strdup(options->driver);
	writer->target = g_strdup(options->target);
	writer->store = store;
	writer->hand_over = hand_over;
	writer->policy = engine_policy_ref(options->policy);
	g_mutex_init(&writer->mutex);
	g_cond_init(&writer->waiting);
	g_queue_init(&writer->jobs);
	writer->thread = g_thread_new("writer", writer_main, writer);
	return writer;
}

void writer_free(Writer *writer)
{
	if (!writer)
		return;
	g_mutex_lock(&writer->mutex);
	writer->stop = true;
	g_cond_signal(&writer->waiting);
	g_mutex_unlock(&writer->mutex);
	g_thread_join(writer->thread);

	checkpoint_as_guest(writer, 1);
	store_close(writer->store);
	engine_policy_unref(writer->policy);
	g_cond_clear(&writer->waiting);
	g_mutex_clear(&writer->mutex);
	g_free(writer->driver);
	g_free(writer->target);
	g_free(writer);
}
