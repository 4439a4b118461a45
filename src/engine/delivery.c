/*
 * What outgoing mail meets.  A row is leased, marked uncertain before its final
 * dot, and settled by what the server answered.  Where our milter stands on
 * the way out as well, the hand-over that it records tells after a crash which
 * of the uncertain rows the mail server has taken.
 */
#include "internal.h"

enum {
	RETRY_FIRST_S = 60,
	RETRY_MOST_S = 4 * 60 * 60,
	UNCERTAIN_MOST = 2,
};

/* Growing, and jittered so that what failed together does not come back
 * together: 1, 2, 4 ... minutes up to 4 hours, each up to a quarter more. */
static int64_t retry_delay_s(const StoreOutbox *row)
{
	int64_t delay = RETRY_FIRST_S;

	for (unsigned i = 1; i < row->attempts && delay < RETRY_MOST_S; i++)
		delay *= 2;
	delay = MIN(delay, RETRY_MOST_S);
	return delay + g_random_int_range(0, (gint32)(delay / 4) + 1);
}

static bool add_event(Context *context, const StoreOutbox *row,
	const char *what, const char *detail, int64_t now_s, GError **error)
{
	g_autoptr(StoreTicket) ticket = NULL;

	if (!store_ticket_by_id(context->store, row->ticket_id, &ticket, error))
		return false;
	EventOptions options = {
		.ticket = ticket,
		.outbox_id = row->id,
		.at = now_s,
		.what = what,
		.actor = "redress",
		.detail = detail,
		.mail_id = row->message_id,
		.queue_id = row->queue_id,
	};
	return event_add(context, &options, error);
}

static bool find_row(
	Context *context, int64_t id, StoreOutbox **ret_row, GError **error)
{
	if (!store_outbox_by_id(context->store, id, ret_row, error))
		return false;
	if (*ret_row)
		return true;
	g_set_error(error, ENGINE_ERROR, REDRESS_ERROR_NOT_FOUND,
		"no mail %" G_GINT64_FORMAT " in the outbox", id);
	return false;
}

static void end_lease(StoreOutbox *row, enum store_outbox_state state)
{
	row->state = state;
	row->lease_until = 0;
	g_clear_pointer(&row->lease_owner, g_free);
}

/* ---- lease ------------------------------------------------------------- */

typedef struct Lease Lease;
struct Lease {
	const StoreLease *wanted;
	GPtrArray *rows;
};

static bool lease_job(Context *context, void *user, GError **error)
{
	Lease *lease = user;

	g_clear_pointer(&lease->rows, g_ptr_array_unref);
	return store_outbox_lease(
		context->store, lease->wanted, &lease->rows, error);
}

bool engine_outbox_lease(Engine *engine, const StoreLease *wanted,
	GPtrArray **ret_rows, GError **error)
{
	Lease lease = {.wanted = wanted};

	if (!writer_submit(
		    engine->writer, WRITER_STEP, lease_job, &lease, error)) {
		g_clear_pointer(&lease.rows, g_ptr_array_unref);
		return false;
	}
	*ret_rows = lease.rows;
	return true;
}

/* ---- uncertain --------------------------------------------------------- */

static bool uncertain_job(Context *context, void *user, GError **error)
{
	g_autoptr(StoreOutbox) row = NULL;

	if (!find_row(context, *(int64_t *)user, &row, error))
		return false;
	if (row->state != STORE_OUTBOX_LEASED) {
		g_set_error(error, ENGINE_ERROR, REDRESS_ERROR_CONFLICT,
			"mail %" G_GINT64_FORMAT " is %s, not leased", row->id,
			store_outbox_state_name(row->state));
		return false;
	}
	row->state = STORE_OUTBOX_UNCERTAIN;
	row->uncertain++;
	/* An earlier attempt's hand-over says nothing of this one. */
	row->handed_at = 0;
	g_clear_pointer(&row->handed_boot, g_free);
	g_clear_pointer(&row->queue_id, g_free);
	if (context->hand_over >= 0 &&
		!hand_over_note(context->hand_over, row->id, false)) {
		g_set_error_literal(error, ENGINE_ERROR,
			REDRESS_ERROR_TEMPORARY,
			"the file of hand-overs cannot be written");
		return false;
	}
	return store_outbox_update(context->store, row, error);
}

bool engine_outbox_uncertain(Engine *engine, int64_t id, GError **error)
{
	return writer_submit(
		engine->writer, WRITER_STEP, uncertain_job, &id, error);
}

/* ---- settle ------------------------------------------------------------ */

static bool settle_sent(Context *context, StoreOutbox *row, const char *detail,
	int64_t now_s, GError **error)
{
	end_lease(row, STORE_OUTBOX_SENT);
	row->settled_at = now_s;
	return store_outbox_update(context->store, row, error) &&
	       add_event(context, row, "sent", detail, now_s, error);
}

/* RFC 3463: the address itself is at fault, now and later. */
static bool is_dead_address(const StoreOutbox *row)
{
	static const char *const dead[] = {
		"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"};

	for (size_t i = 0; i < G_N_ELEMENTS(dead); i++)
		if (g_strcmp0(row->smtp_status, dead[i]) == 0)
			return true;
	return false;
}

/* A customer whom no mail reaches gets no follow-ups; the supervisor hears. */
static bool fall_silent(
	Context *context, const StoreOutbox *row, int64_t now_s, GError **error)
{
	g_autoptr(StoreTicket) ticket = NULL;
	Cause cause = {.actor = "redress", .detail = row->smtp_text};
	DecideFacts facts;

	if (!store_ticket_by_id(context->store, row->ticket_id, &ticket, error))
		return false;
	g_autofree char *to = base_address_fold(row->recipient);
	if (ticket->quiet || !g_str_equal(to, ticket->customer))
		return true;
	if (!apply_gather(
		    context, ticket, ticket->mailbox, now_s, &facts, error))
		return false;
	Decision decision = decide_bounce(&facts, true);
	return apply_decision(context, ticket, &decision, &cause, now_s, error);
}

static bool settle_failed(Context *context, StoreOutbox *row,
	const char *detail, int64_t now_s, GError **error)
{
	end_lease(row, STORE_OUTBOX_FAILED);
	row->settled_at = now_s;
	if (!store_outbox_update(context->store, row, error) ||
		!add_event(context, row, "failed", detail, now_s, error))
		return false;
	return !is_dead_address(row) || fall_silent(context, row, now_s, error);
}

static bool settle_deferred(Context *context, StoreOutbox *row,
	const char *detail, int64_t now_s, GError **error)
{
	int64_t most = policy_options(context->policy)->give_up_after_s;

	if (now_s - row->created_at > most)
		return settle_failed(context, row, detail, now_s, error);
	end_lease(row, STORE_OUTBOX_QUEUED);
	row->attempts++;
	row->next_at = now_s + retry_delay_s(row);
	context->wake = true;
	return store_outbox_update(context->store, row, error) &&
	       add_event(context, row, "deferred", detail, now_s, error);
}

/*
 * The server is away: the mail keeps its attempts.  Said once, not at every
 * look.  If it was this mail at which the server went away, the others go
 * before it the next time: it may be the reason.
 */
static bool settle_not_tried(Context *context, StoreOutbox *row,
	const char *detail, bool news, int64_t now_s, GError **error)
{
	int64_t most = policy_options(context->policy)->give_up_after_s;

	if (now_s - row->created_at > most)
		return settle_failed(context, row, detail, now_s, error);
	end_lease(row, STORE_OUTBOX_QUEUED);
	if (*detail)
		row->next_at = now_s + 1;
	return store_outbox_update(context->store, row, error) &&
	       (!news || add_event(context, row, "waiting-for-server", detail,
				 now_s, error));
}

/* The hand-over that was answered is as good as the answer that was lost, as
 * long as the mail server has not been through a power cut since. */
static bool was_taken(const Context *context, const StoreOutbox *row)
{
	return row->handed_at &&
	       g_strcmp0(row->handed_boot, base_boot_id()) == 0 &&
	       (context->hand_over < 0 ||
		       hand_over_noted(context->hand_over, row->id));
}

static bool settle_uncertain(Context *context, StoreOutbox *row,
	const char *detail, int64_t now_s, GError **error)
{
	if (was_taken(context, row))
		return settle_sent(context, row, "handed over", now_s, error);
	if (row->uncertain < UNCERTAIN_MOST) {
		end_lease(row, STORE_OUTBOX_QUEUED);
		row->next_at = now_s;
		context->wake = true;
		return store_outbox_update(context->store, row, error) &&
		       add_event(
			       context, row, "uncertain", detail, now_s, error);
	}
	end_lease(row, STORE_OUTBOX_UNKNOWN);
	row->settled_at = now_s;
	return store_outbox_update(context->store, row, error) &&
	       add_event(context, row, "unknown", detail, now_s, error);
}

/* The last answer in one line, for the event row. */
static char *describe(const EngineDelivery *delivery)
{
	GString *text = g_string_new(NULL);

	if (delivery->smtp_code)
		g_string_append_printf(text, "%d ", delivery->smtp_code);
	/* The enhanced code is a part of the text. */
	if (delivery->text)
		g_string_append(text, delivery->text);
	return g_strchomp(g_string_free(text, FALSE));
}

static bool settle_one(
	Context *context, const EngineDelivery *delivery, GError **error)
{
	g_autoptr(StoreOutbox) row = NULL;
	g_autofree char *detail = describe(delivery);
	int64_t now_s = delivery->now_s;

	if (!find_row(context, delivery->id, &row, error))
		return false;
	/* Somebody's recovery was first; what it decided stands. */
	if (row->state != STORE_OUTBOX_LEASED &&
		row->state != STORE_OUTBOX_UNCERTAIN)
		return true;
	bool news = *detail && g_strcmp0(row->smtp_text, delivery->text) != 0;
	if (*detail) {
		row->smtp_code = delivery->smtp_code;
		g_free(row->smtp_status);
		row->smtp_status = g_strdup(delivery->status);
		g_free(row->smtp_text);
		row->smtp_text = g_strdup(delivery->text);
	}
	switch (delivery->outcome) {
	case ENGINE_SENT:
		return settle_sent(context, row, detail, now_s, error);
	case ENGINE_DEFERRED:
		/* A plain answer: nothing uncertain about this attempt. */
		row->uncertain -= row->state == STORE_OUTBOX_UNCERTAIN;
		return settle_deferred(context, row, detail, now_s, error);
	case ENGINE_NOT_TRIED:
		return settle_not_tried(
			context, row, detail, news, now_s, error);
	case ENGINE_REFUSED:
		return settle_failed(context, row, detail, now_s, error);
	case ENGINE_UNCERTAIN:
		return settle_uncertain(context, row, detail, now_s, error);
	}
	g_assert_not_reached();
}

typedef struct Settle Settle;
struct Settle {
	const EngineDelivery *deliveries;
	size_t length;
};

static bool settle_job(Context *context, void *user, GError **error)
{
	const Settle *settle = user;

	for (size_t i = 0; i < settle->length; i++)
		if (!settle_one(context, &settle->deliveries[i], error))
			return false;
	return true;
}

bool engine_outbox_settle(Engine *engine, const EngineDelivery *deliveries,
	size_t length, GError **error)
{
	Settle settle = {.deliveries = deliveries, .length = length};

	return writer_submit(
		engine->writer, WRITER_STEP, settle_job, &settle, error);
}

/* ---- hand-over --------------------------------------------------------- */

typedef struct HandOver HandOver;
struct HandOver {
	const char *message_id;
	const char *queue_id;
	int64_t now_s;
	int64_t id; /* out */
};

static bool hand_over_job(Context *context, void *user, GError **error)
{
	HandOver *hand_over = user;
	g_autoptr(StoreOutbox) row = NULL;

	if (!store_outbox_by_message_id(
		    context->store, hand_over->message_id, &row, error))
		return false;
	if (!row) {
		g_set_error(error, ENGINE_ERROR, REDRESS_ERROR_NOT_FOUND,
			"no mail %s in the outbox", hand_over->message_id);
		return false;
	}
	hand_over->id = row->id;
	row->handed_at = hand_over->now_s;
	g_free(row->handed_boot);
	row->handed_boot = g_strdup(base_boot_id());
	g_free(row->queue_id);
	row->queue_id = g_strdup(hand_over->queue_id);
	return store_outbox_update(context->store, row, error) &&
	       add_event(context, row, "handed-over", hand_over->queue_id,
		       hand_over->now_s, error);
}

bool engine_outbox_handed_over(Engine *engine, const char *message_id,
	const char *queue_id, int64_t now_s, int64_t *ret_id, GError **error)
{
	HandOver hand_over = {
		.message_id = message_id,
		.queue_id = queue_id,
		.now_s = now_s,
	};

	if (!writer_submit(engine->writer, WRITER_STEP, hand_over_job,
		    &hand_over, error))
		return false;
	*ret_id = hand_over.id;
	return true;
}

void engine_outbox_answer(Engine *engine, int64_t id)
{
	if (engine->hand_over >= 0)
		hand_over_note(engine->hand_over, id, true);
}

/* ---- recovery ---------------------------------------------------------- */

typedef struct Recover Recover;
struct Recover {
	const char *owner;
	int64_t now_s;
};

/*
 * The sender died in this boot, and our milter with it: where that stands on
 * the way out, a mail about which it was not asked, or could not answer, was
 * refused.
 */
static bool was_refused(
	const Context *context, const StoreOutbox *row, bool watched)
{
	return watched && context->hand_over >= 0 && row->lease_owner &&
	       g_str_has_prefix(row->lease_owner, base_boot_id()) &&
	       !was_taken(context, row);
}

static bool recover_row(Context *context, StoreOutbox *row,
	const Recover *recover, bool watched, GError **error)
{
	bool dead = g_strcmp0(row->lease_owner, recover->owner) != 0;
	int64_t now_s = recover->now_s;

	if (row->state == STORE_OUTBOX_UNCERTAIN && dead &&
		was_refused(context, row, watched))
		row->uncertain--;
	else if (row->state == STORE_OUTBOX_UNCERTAIN)
		return settle_uncertain(context, row,
			"the sender stopped around the final dot", now_s,
			error);
	end_lease(row, STORE_OUTBOX_QUEUED);
	row->next_at = now_s;
	context->wake = true;
	return store_outbox_update(context->store, row, error);
}

static bool recover_job(Context *context, void *user, GError **error)
{
	const Recover *recover = user;
	g_autoptr(GPtrArray) rows = NULL;
	bool watched = false;

	if (!store_outbox_stale(context->store, recover->owner, recover->now_s,
		    &rows, error) ||
		!store_outbox_watched(context->store, &watched, error))
		return false;
	for (guint i = 0; i < rows->len; i++)
		if (!recover_row(context, g_ptr_array_index(rows, i), recover,
			    watched, error))
			return false;
	return true;
}

bool engine_outbox_recover(
	Engine *engine, const char *owner, int64_t now_s, GError **error)
{
	Recover recover = {.owner = owner, .now_s = now_s};

	return writer_submit(
		engine->writer, WRITER_STEP, recover_job, &recover, error);
}

/* ---- retry ------------------------------------------------------------- */

typedef struct Retry Retry;
struct Retry {
	int64_t id;
	const char *reference;
	int64_t now_s;
	unsigned count;
};

/* The rows that an operator means.  (element-type StoreOutbox) */
static bool retry_rows(Context *context, const Retry *retry,
	GPtrArray **ret_rows, GError **error)
{
	g_autoptr(StoreTicket) ticket = NULL;

	if (retry->id) {
		StoreOutbox *row = NULL;
		if (!find_row(context, retry->id, &row, error))
			return false;
		*ret_rows = g_ptr_array_new_with_free_func(
			(GDestroyNotify)store_outbox_free);
		g_ptr_array_add(*ret_rows, row);
		return true;
	}
	if (!retry->reference)
		return store_outbox_list(
			context->store, 0, false, ret_rows, error);
	ticket = match_reference(context, retry->reference, error);
	if (!ticket)
		return false;
	return store_outbox_list(
		context->store, ticket->id, true, ret_rows, error);
}

static bool may_retry(const StoreOutbox *row)
{
	switch (row->state) {
	case STORE_OUTBOX_QUEUED:
	case STORE_OUTBOX_FAILED:
	case STORE_OUTBOX_UNKNOWN:
		return true;
	case STORE_OUTBOX_LEASED:
	case STORE_OUTBOX_UNCERTAIN:
	case STORE_OUTBOX_SENT:
	case STORE_OUTBOX_WITHDRAWN:
		return false;
	}
	g_assert_not_reached();
}

static bool retry_job(Context *context, void *user, GError **error)
{
	Retry *retry = user;
	g_autoptr(GPtrArray) rows = NULL;

	retry->count = 0;
	if (!retry_rows(context, retry, &rows, error))
		return false;
	for (guint i = 0; i < rows->len; i++) {
		StoreOutbox *row = g_ptr_array_index(rows, i);
		if (!may_retry(row))
			continue;
		row->state = STORE_OUTBOX_QUEUED;
		row->next_at = retry->now_s;
		row->settled_at = 0;
		row->uncertain = 0;
		context->wake = true;
		retry->count++;
		if (!store_outbox_update(context->store, row, error) ||
			!add_event(context, row, "retried", NULL, retry->now_s,
				error))
			return false;
	}
	return true;
}

bool engine_outbox_retry(Engine *engine, int64_t id, const char *reference,
	int64_t now_s, unsigned *ret_count, GError **error)
{
	Retry retry = {.id = id, .reference = reference, .now_s = now_s};

	if (!writer_submit(
		    engine->writer, WRITER_CHANGE, retry_job, &retry, error))
		return false;
	*ret_count = retry.count;
	return true;
}
