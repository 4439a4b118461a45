/*
 * The pool: as many parser processes as there are slots, a queue of callers,
 * and a fresh process for each that dies.  Only the process ids are shared; a
 * slot belongs to the one thread that took it.
 */
#include "answer.h"
#include "process.h"

/* Pauses between attempts to start a process after failures. */
enum { BACKOFF_LEAST_MS = 100, BACKOFF_MOST_MS = 30000 };

typedef struct Slot Slot;
struct Slot {
	ParserProcess process;
	unsigned failures;     /* to start, in a row */
	int64_t not_before_ms; /* no attempt to start before */
	char *trouble;         /* why it did not start (nullable) */
	gint published_pid;    /* under the pool's lock */
};

struct ParserPool {
	ParserOptions options;
	char *program;
	GMutex lock;
	GCond returned;
	GQueue idle; /* Slot */
	Slot *slots;
	unsigned deaths;
};

G_DEFINE_QUARK(redress_parser_error, parser_error)

static void publish(ParserPool *pool, Slot *slot)
{
	g_mutex_lock(&pool->lock);
	slot->published_pid = (gint)slot->process.pid;
	g_mutex_unlock(&pool->lock);
}

/* The earliest time at which an idle slot may try to start a process. */
static Slot *earliest(ParserPool *pool)
{
	Slot *best = NULL;

	for (GList *link = pool->idle.head; link; link = link->next) {
		Slot *slot = link->data;

		if (!best || slot->not_before_ms < best->not_before_ms)
			best = slot;
	}
	return best;
}

/* A slot with a process, else one whose pause is over. (nullable) */
static Slot *find_usable(ParserPool *pool)
{
	Slot *slot;

	for (GList *link = pool->idle.head; link; link = link->next) {
		slot = link->data;
		if (slot->process.pid > 0)
			return slot;
	}
	slot = earliest(pool);
	if (slot && slot->not_before_ms > base_clock_monotonic_ms())
		return NULL;
	return slot;
}

/*
 * Waits for a slot.  Slots without a process come last, or a program that
 * does not start would draw all mail to itself; where there is nothing else, a
 * pause is waited for.  NULL if every slot's pause outlasts the patience.
 */
static Slot *take(ParserPool *pool, int64_t patience_ms)
{
	Slot *slot;

	g_mutex_lock(&pool->lock);
	while (!(slot = find_usable(pool))) {
		Slot *next = earliest(pool);

		if (next && next->not_before_ms > patience_ms &&
			pool->idle.length == pool->options.processes)
			break;
		/* GLib's monotonic clock is this one, in microseconds. */
		if (next)
			g_cond_wait_until(&pool->returned, &pool->lock,
				next->not_before_ms * 1000 + 1000);
		else
			g_cond_wait(&pool->returned, &pool->lock);
	}
	if (slot)
		g_queue_remove(&pool->idle, slot);
	g_mutex_unlock(&pool->lock);
	return slot;
}

static void give_back(ParserPool *pool, Slot *slot)
{
	g_mutex_lock(&pool->lock);
	g_queue_push_tail(&pool->idle, slot);
	g_cond_signal(&pool->returned);
	g_mutex_unlock(&pool->lock);
}

/* The first failures may be accidents. */
static void note_failure(Slot *slot, const GError *error)
{
	unsigned doublings = MIN(MAX(slot->failures, 2) - 2, 10);
	int64_t pause_ms = (int64_t)BACKOFF_LEAST_MS << doublings;

	g_free(slot->trouble);
	slot->trouble = g_strdup(error->message);
	if (++slot->failures > 2)
		slot->not_before_ms = base_clock_monotonic_ms() +
				      MIN(pause_ms, BACKOFF_MOST_MS);
}

/* Starts a process in an empty slot, unless it failed a moment ago. */
static bool start(ParserPool *pool, Slot *slot)
{
	g_autoptr(GError) error = NULL;

	if (slot->process.pid > 0)
		return true;
	if (base_clock_monotonic_ms() < slot->not_before_ms)
		return false;
	if (!process_start(&slot->process, &pool->options, &error))
		note_failure(slot, error);
	publish(pool, slot);
	return slot->process.pid > 0;
}

/* Gives the slot a process that has shut its cage. */
static bool make_ready(ParserPool *pool, Slot *slot)
{
	g_autoptr(GError) error = NULL;

	if (!start(pool, slot))
		return false;
	if (process_wait_ready(&slot->process, &error)) {
		slot->failures = 0;
		return true;
	}
	note_failure(slot, error);
	publish(pool, slot);
	return false;
}

/* A process that has done its share makes place for a fresh one, which warms
 * up until the next mail. */
static void refresh(ParserPool *pool, Slot *slot)
{
	unsigned most = pool->options.mails_per_process;

	if (slot->process.pid > 0 && most > 0 && slot->process.mails >= most) {
		process_end(&slot->process);
		publish(pool, slot);
	}
	if (slot->process.pid == 0)
		start(pool, slot);
}

static void count_death(ParserPool *pool)
{
	g_mutex_lock(&pool->lock);
	pool->deaths++;
	g_mutex_unlock(&pool->lock);
}

/* One attempt; *ret_reason where it gives no answer. */
static enum process_outcome attempt(ParserPool *pool, Slot *slot,
	const ProcessRequest *request, char **ret_reason)
{
	enum process_outcome outcome;

	if (!make_ready(pool, slot)) {
		*ret_reason = g_strdup(slot->trouble);
		return PROCESS_NOT_STARTED;
	}
	outcome = process_ask(
		&slot->process, &pool->options, request, ret_reason);
	if (outcome == PROCESS_DIED)
		count_death(pool);
	if (slot->process.pid == 0)
		publish(pool, slot);
	return outcome;
}

/* Whether a mail without an answer is worth another attempt. */
static bool try_again(enum process_outcome outcome, unsigned *handed_over,
	int64_t patience_ms)
{
	switch (outcome) {
	case PROCESS_NOT_STARTED:
		return base_clock_monotonic_ms() < patience_ms;
	case PROCESS_DIED_BEFORE:
		return ++*handed_over < 2;
	case PROCESS_ANSWERED:
	case PROCESS_DIED:
		break;
	}
	return false;
}

/* NULL once the answer has been accepted, else why there is none, in words.
 * (transfer full) (nullable) */
static char *ask(ParserPool *pool, const ProcessRequest *request)
{
	int64_t patience_ms =
		base_clock_monotonic_ms() + pool->options.timeout_ms;
	enum process_outcome outcome = PROCESS_NOT_STARTED;
	char *reason = NULL;
	unsigned handed_over = 0;

	do {
		Slot *slot = take(pool, patience_ms);

		if (!slot)
			break;
		g_clear_pointer(&reason, g_free);
		outcome = attempt(pool, slot, request, &reason);
		refresh(pool, slot);
		give_back(pool, slot);
	} while (try_again(outcome, &handed_over, patience_ms));
	if (outcome != PROCESS_ANSWERED && !reason)
		reason = g_strdup("parser cannot be started");
	return reason;
}

/* ---- what can be asked ------------------------------------------------ */

static bool accept_analysis(GBytes *answer, gpointer into)
{
	g_autoptr(GError) error = NULL;
	Analysis **ret_analysis = into;

	*ret_analysis = analysis_deserialise(answer, &error);
	return *ret_analysis != NULL;
}

Analysis *parser_pool_analyze(
	ParserPool *pool, GBytes *raw, const AnalysisEnvelope *envelope)
{
	g_autoptr(GBytes) packed = wire_pack_envelope(envelope);
	g_autofree char *reason = NULL;
	Analysis *analysis = NULL;
	ProcessRequest request = {.kind = WIRE_ANALYZE,
		.with = packed,
		.raw = raw,
		.most_bytes = WIRE_MAX_ANSWER_BYTES,
		.accept = accept_analysis,
		.into = &analysis};

	if (g_bytes_get_size(packed) > WIRE_MAX_ENVELOPE_BYTES ||
		g_bytes_get_size(raw) > WIRE_MAX_MAIL_BYTES)
		return analysis_unparsed(
			envelope, "the mail is too large to be parsed");
	reason = ask(pool, &request);
	return analysis ? analysis : analysis_unparsed(envelope, reason);
}

/* An answer that is a value or a refusal. */
typedef struct Reply Reply;
struct Reply {
	size_t mail_bytes;
	GPtrArray *attachments;
	GBytes *mail;
	GError *refusal;
};

static bool accept_attachments(GBytes *answer, gpointer into)
{
	Reply *reply = into;

	return answer_unpack_attachments(answer, reply->mail_bytes,
		&reply->attachments, &reply->refusal);
}

static bool accept_mail(GBytes *answer, gpointer into)
{
	Reply *reply = into;

	return answer_unpack_mail(
		answer, reply->mail_bytes, &reply->mail, &reply->refusal);
}

/* Asks for what is at most as large as the mail itself. */
static bool ask_for(
	ParserPool *pool, ProcessRequest *request, Reply *reply, GError **error)
{
	g_autofree char *reason = NULL;

	reply->mail_bytes = g_bytes_get_size(request->raw);
	if (reply->mail_bytes > WIRE_MAX_MAIL_BYTES ||
		g_bytes_get_size(request->with) > WIRE_MAX_ENVELOPE_BYTES) {
		g_set_error(error, PARSER_ERROR, REDRESS_ERROR_INVALID,
			"The mail is too large to be parsed.");
		return false;
	}
	request->most_bytes = reply->mail_bytes + 2 * ANSWER_OVERHEAD_BYTES;
	request->into = reply;
	reason = ask(pool, request);
	if (reason)
		g_set_error(error, PARSER_ERROR, REDRESS_ERROR_TEMPORARY, "%s",
			reason);
	else if (reply->refusal)
		g_propagate_error(error, reply->refusal);
	return !reason && !reply->refusal;
}

GPtrArray *parser_pool_extract(ParserPool *pool, GBytes *raw, GError **error)
{
	g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
	ProcessRequest request = {.kind = WIRE_EXTRACT,
		.with = nothing,
		.raw = raw,
		.accept = accept_attachments};
	Reply reply = {0};

	return ask_for(pool, &request, &reply, error) ? reply.attachments
						      : NULL;
}

GBytes *parser_pool_strip(
	ParserPool *pool, GBytes *raw, const char *const *lines, GError **error)
{
	g_autoptr(GBytes) packed = answer_pack_lines(lines);
	ProcessRequest request = {.kind = WIRE_STRIP,
		.with = packed,
		.raw = raw,
		.accept = accept_mail};
	Reply reply = {0};

	return ask_for(pool, &request, &reply, error) ? reply.mail : NULL;
}

/* All are started before the first is waited for. */
static bool start_all(ParserPool *pool, GError **error)
{
	for (unsigned i = 0; i < pool->options.processes; i++)
		start(pool, &pool->slots[i]);
	if (make_ready(pool, &pool->slots[0]))
		return true;
	g_set_error_literal(error, PARSER_ERROR, REDRESS_ERROR_TEMPORARY,
		pool->slots[0].trouble);
	return false;
}

ParserPool *parser_pool_new(const ParserOptions *options, GError **error)
{
	ParserPool *pool = g_new0(ParserPool, 1);

	pool->options = *options;
	pool->options.processes = MAX(options->processes, 1);
	pool->program = g_strdup(options->program);
	pool->options.program = pool->program;
	g_mutex_init(&pool->lock);
	g_cond_init(&pool->returned);
	g_queue_init(&pool->idle);
	pool->slots = g_new0(Slot, pool->options.processes);
	for (unsigned i = 0; i < pool->options.processes; i++)
		g_queue_push_tail(&pool->idle, &pool->slots[i]);
	if (!start_all(pool, error)) {
		parser_pool_free(pool);
		return NULL;
	}
	return pool;
}

void parser_pool_free(ParserPool *pool)
{
	if (!pool)
		return;
	for (unsigned i = 0; i < pool->options.processes; i++) {
		process_end(&pool->slots[i].process);
		g_free(pool->slots[i].trouble);
	}
	g_queue_clear(&pool->idle);
	g_mutex_clear(&pool->lock);
	g_cond_clear(&pool->returned);
	g_free(pool->slots);
	g_free(pool->program);
	g_free(pool);
}

unsigned parser_pool_deaths(ParserPool *pool)
{
	unsigned deaths;

	g_mutex_lock(&pool->lock);
	deaths = pool->deaths;
	g_mutex_unlock(&pool->lock);
	return deaths;
}

GArray *parser_pool_pids(ParserPool *pool)
{
	GArray *pids = g_array_new(FALSE, FALSE, sizeof(gint));

	g_mutex_lock(&pool->lock);
	for (unsigned i = 0; i < pool->options.processes; i++)
		if (pool->slots[i].published_pid > 0)
			g_array_append_val(pids, pool->slots[i].published_pid);
	g_mutex_unlock(&pool->lock);
	return pids;
}
