/* The rows of what was promised: made by what a mail tells, and settled by what
 * becomes of the ticket. */
#include "deciding.h"
#include "internal.h"

/* ---- made -------------------------------------------------------------- */

static bool add(Context *context, const SendOptions *options,
	const StorePromise *promise, GError **error)
{
	StorePromise made = *promise;

	if (!promise->words)
		return true;
	made.ticket_id = options->ticket->id;
	made.made_at = options->now_s;
	/* The same time told again is the same promise, in newer words. */
	return (promise->kind == STORE_PROMISE_UPDATE ||
		       store_promise_settle(context->store, made.ticket_id,
			       made.kind, STORE_PROMISE_REPLACED,
			       options->now_s, error)) &&
	       store_promise_insert(context->store, &made, error);
}

/*
 * What the customer reads is promised, and nothing else.  Whoever hears from us
 * has heard in time, or not.
 */
bool promises_record(Context *context, const SendOptions *options,
	int64_t outbox_id, const ReplyTold *told, GError **error)
{
	const StoreTicket *ticket = options->ticket;
	const StorePromise promises[] = {
		{.kind = STORE_PROMISE_ANSWER,
			.outbox_id = outbox_id,
			.due_at = ticket->promised_by,
			.words = told->answer},
		{.kind = STORE_PROMISE_SETTLEMENT,
			.outbox_id = outbox_id,
			.due_at = ticket->settle_by,
			.words = told->settlement},
		{.kind = STORE_PROMISE_UPDATE,
			.outbox_id = outbox_id,
			.due_at = told->update_s,
			.words = told->update},
	};

	if (reply_kind_is_for_staff(options->kind))
		return true;
	if (!store_promise_keep(context->store, ticket->id,
		    STORE_PROMISE_UPDATE, options->now_s, error))
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(promises); i++)
		if (!add(context, options, &promises[i], error))
			return false;
	return true;
}

/* ---- settled ----------------------------------------------------------- */

/* Whether the ticket ends without a word to anybody. */
static bool ends_silently(const Decision *decision)
{
	return decision->state == STORE_CLOSED && !decision->send &&
	       !decision->spoken;
}

/* Whether a person has answered, and not only told that it will be late. */
static bool is_answered(const Decision *decision)
{
	return decision->settle && !decision->late && !decision->postponed &&
	       !ends_silently(decision) &&
	       decision->outcome != STORE_PROMISE_REPLACED;
}

/* Of a ticket that ends without a word to anybody the time alone does not say
 * whether what was promised was kept. */
static bool end_promises(Context *context, const StoreTicket *ticket,
	const Decision *decision, enum store_promise_kind kind, int64_t now_s,
	GError **error)
{
	return ends_silently(decision)
		       ? store_promise_settle(context->store, ticket->id, kind,
				 decision->outcome, now_s, error)
		       : store_promise_keep(context->store, ticket->id, kind,
				 now_s, error);
}

/* What was promised for the ticket's life ends with it; from somebody who
 * cannot be written to no word is withheld. */
bool promises_settle(Context *context, const StoreTicket *ticket,
	const Decision *decision, bool was_settled, int64_t now_s,
	GError **error)
{
	Store *store = context->store;
	bool over =
		decision->settle && decide_is_settled(ticket) && !was_settled;

	if (is_answered(decision) &&
		!store_promise_keep(
			store, ticket->id, STORE_PROMISE_ANSWER, now_s, error))
		return false;
	if (decision->settle &&
		!store_promise_settle(store, ticket->id, STORE_PROMISE_ANSWER,
			decision->outcome, now_s, error))
		return false;
	if (decision->settlement_late &&
		!store_promise_settle(store, ticket->id,
			STORE_PROMISE_SETTLEMENT, STORE_PROMISE_BROKEN, now_s,
			error))
		return false;
	/* While its clock stands still the time that was told counts no more:
	 * another is told when it goes on. */
	if (decision->settle_left_s > 0 &&
		!store_promise_settle(store, ticket->id,
			STORE_PROMISE_SETTLEMENT, STORE_PROMISE_REPLACED, now_s,
			error))
		return false;
	if (over && !end_promises(context, ticket, decision,
			    STORE_PROMISE_SETTLEMENT, now_s, error))
		return false;
	if ((over || decision->spoken) &&
		!end_promises(context, ticket, decision, STORE_PROMISE_UPDATE,
			now_s, error))
		return false;
	return !decision->quiet ||
	       store_promise_settle(store, ticket->id, STORE_PROMISE_UPDATE,
		       STORE_PROMISE_REPLACED, now_s, error);
}
