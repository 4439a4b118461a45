/*
 * What falls due.  Each deadline is a job of its own, so that one ticket that
 * cannot be served holds up no other; it is read again inside the job, since
 * what was done for the ticket's other deadline may have moved it.
 */
#include "internal.h"

/* A ticket whose word could not be composed is looked at again after this. */
enum { SET_ASIDE_S = 60 * 60 };

typedef struct Due Due;
struct Due {
	StoreDeadline deadline;
	int64_t now_s;
	const char *problem; /* set on the second try, to set it aside */
};

typedef struct Find Find;
struct Find {
	int64_t now_s;
	unsigned most;
	GArray *deadlines;
};

static bool find_job(Context *context, void *user, GError **error)
{
	Find *find = user;

	g_clear_pointer(&find->deadlines, g_array_unref);
	return store_deadline_due(context->store, find->now_s, find->most,
		&find->deadlines, error);
}

static bool due_job(Context *context, void *user, GError **error)
{
	const Due *due = user;
	g_autoptr(StoreTicket) ticket = NULL;
	Cause cause = {.actor = "redress"};
	int64_t due_at = 0;
	DecideFacts facts;

	if (!store_deadline_get(context->store, due->deadline.ticket_id,
		    due->deadline.kind, &due_at, error))
		return false;
	if (!due_at || due_at > due->now_s)
		return true;
	if (!store_ticket_by_id(
		    context->store, due->deadline.ticket_id, &ticket, error))
		return false;
	if (!apply_gather(context, ticket, ticket->mailbox, due->now_s, &facts,
		    error))
		return false;
	Decision decision = decide_deadline(&facts, due->deadline.kind);
	return apply_decision(
		context, ticket, &decision, &cause, due->now_s, error);
}

/* They were looked at when they came, but team and templates may be others by
 * now.  The customer hears without them rather than never. */
static bool drop_update(
	Context *context, const Due *due, StoreTicket *ticket, GError **error)
{
	EventOptions options = {
		.ticket = ticket,
		.at = due->now_s,
		.what = "update-dropped",
		.actor = "redress",
		.detail = due->problem,
	};

	g_clear_pointer(&ticket->update_words, g_free);
	return store_ticket_update(context->store, ticket, error) &&
	       event_add(context, &options, error);
}

static bool set_aside_job(Context *context, void *user, GError **error)
{
	const Due *due = user;
	g_autoptr(StoreTicket) ticket = NULL;

	if (!store_ticket_by_id(
		    context->store, due->deadline.ticket_id, &ticket, error))
		return false;
	if (ticket && ticket->update_words)
		return drop_update(context, due, ticket, error);
	EventOptions options = {
		.ticket = ticket,
		.at = due->now_s,
		.what = "deadline-set-aside",
		.actor = "redress",
		.detail = due->problem,
	};
	return store_deadline_set(context->store, due->deadline.ticket_id,
		       due->deadline.kind, due->now_s + SET_ASIDE_S, error) &&
	       event_add(context, &options, error);
}

bool engine_run_deadlines(Engine *engine, int64_t now_s, unsigned most,
	unsigned *ret_done, GError **error)
{
	Find find = {.now_s = now_s, .most = most};
	unsigned done = 0;

	if (!writer_submit(engine->writer, WRITER_STEP, find_job, &find, error))
		return false;
	g_autoptr(GArray) deadlines = find.deadlines;
	for (guint i = 0; i < deadlines->len; i++) {
		g_autoptr(GError) problem = NULL;
		Due due = {
			.deadline = g_array_index(deadlines, StoreDeadline, i),
			.now_s = now_s,
		};
		if (!writer_submit(engine->writer, WRITER_CHANGE, due_job, &due,
			    &problem)) {
			if (problem->code == REDRESS_ERROR_TEMPORARY) {
				g_propagate_error(
					error, g_steal_pointer(&problem));
				return false;
			}
			due.problem = problem->message;
			if (!writer_submit(engine->writer, WRITER_CHANGE,
				    set_aside_job, &due, error))
				return false;
		}
		done++;
	}
	*ret_done = done;
	return true;
}
