/* Carries decisions out, inside the writer's transaction. */
#include "internal.h"

enum {
	DAY_S = 24 * 60 * 60,
	/* Automatic mails a day to one address, for each acknowledgement that
	 * it may get. */
	CUSTOMER_FACTOR = 8,
};

/* Whether a mail told the customer the ticket's promised time. */
static bool find_told(Context *context, const StoreTicket *ticket,
	bool *ret_told, GError **error)
{
	g_autoptr(GPtrArray) promises = NULL;

	if (!store_promise_list(context->store, ticket->id, &promises, error))
		return false;
	for (guint i = 0; i < promises->len; i++) {
		const StorePromise *promise = g_ptr_array_index(promises, i);
		*ret_told |= !promise->outcome;
	}
	return true;
}

/* What the customer's tickets caused together, and whether the supervisor heard
 * of this one. */
static bool gather_day(Context *context, const StoreTicket *ticket,
	int64_t since_s, DecideFacts *facts, GError **error)
{
	g_autofree char *customer = policy_sender_key(ticket->customer_address);
	g_autoptr(GPtrArray) events = NULL;

	if (!store_event_list(context->store, ticket->id, &events, error))
		return false;
	for (guint i = 0; i < events->len; i++) {
		const StoreEvent *event = g_ptr_array_index(events, i);
		facts->escalated_today |= event->at > since_s &&
					  g_str_equal(event->what, "escalated");
	}
	return store_outbox_count_recipient(context->store, customer, NULL,
		since_s, &facts->automatic_to_customer_today, error);
}

bool apply_gather(Context *context, const StoreTicket *ticket,
	const char *mailbox_folded, int64_t now_s, DecideFacts *ret_facts,
	GError **error)
{
	const EnginePolicyOptions *options = policy_options(context->policy);
	unsigned automatic = 0;
	bool told = false;

	if (ticket && (!store_outbox_count_ticket(context->store, ticket->id,
			       NULL, now_s - DAY_S, &automatic, error) ||
			      !find_told(context, ticket, &told, error)))
		return false;
	*ret_facts = (DecideFacts){
		.now_s = now_s,
		.mailbox = policy_mailbox_of(context->policy, mailbox_folded),
		.ticket = ticket,
		.no_address = ticket && !policy_can_write_to(context->policy,
						ticket->customer_address),
		.promise_told = told,
		.automatic_on_thread_today = automatic,
		.acks_per_sender_most = options->acks_per_sender_per_day,
		.automatic_per_thread_most =
			options->automatic_per_thread_per_day,
		.automatic_per_customer_most =
			options->acks_per_sender_per_day * CUSTOMER_FACTOR,
	};
	return !ticket ||
	       gather_day(context, ticket, now_s - DAY_S, ret_facts, error);
}

/* The event that says that a mail of this kind was queued. */
static const char *sent_event(enum reply_kind kind)
{
	switch (kind) {
	case REPLY_ACK:
		return "acknowledged";
	case REPLY_FOLLOWUP:
		return "follow-up-queued";
	case REPLY_LATE:
		return "late-notice-queued";
	case REPLY_RESOLVED:
		return "resolution-queued";
	case REPLY_STATUS:
		return "status-queued";
	case REPLY_REPLY:
		return "answer-queued";
	case REPLY_SURVEY:
		return "survey-queued";
	case REPLY_AFTERCARE:
		return "aftercare-queued";
	case REPLY_ESCALATION:
		return "escalated";
	case REPLY_BRIEFING:
		return "briefed";
	case REPLY_NUDGE:
		return "nudged";
	case REPLY_COMMAND_RESULT:
		return "command-result-queued";
	case REPLY_UNREACHABLE:
		return "unreachable-told";
	}
	g_assert_not_reached();
}

static bool add_event(Context *context, const StoreTicket *ticket,
	const Cause *cause, const char *what, const char *detail,
	int64_t outbox_id, int64_t now_s, GError **error)
{
	EventOptions options = {
		.ticket = ticket,
		.message_id = cause->message_id,
		.outbox_id = outbox_id,
		.at = now_s,
		.what = what,
		.actor = outbox_id ? "redress" : cause->actor,
		.detail = detail,
		.mail_id = cause->mail_id,
		.queue_id = cause->queue_id,
	};

	return event_add(context, &options, error);
}

static void change_ticket(
	StoreTicket *ticket, const Decision *decision, int64_t now_s)
{
	if (decision->state == STORE_RESOLVED &&
		ticket->state != STORE_RESOLVED)
		ticket->resolved_at = now_s;
	if (decision->state == STORE_OPEN)
		ticket->resolved_at = 0;
	ticket->state = decision->state;
	if (decision->promised_by != DECIDE_KEEP)
		ticket->promised_by = decision->promised_by;
	if (decision->unquiet)
		g_clear_pointer(&ticket->quiet, g_free);
	/* The decision may hold the ticket's own words. */
	if (decision->quiet && g_strcmp0(ticket->quiet, decision->quiet) != 0) {
		g_free(ticket->quiet);
		ticket->quiet = g_strdup(decision->quiet);
	}
	if (decision->send || decision->spoken)
		ticket->heard_at = now_s;
	ticket->late_count += decision->late;
}

static bool set_deadlines(Context *context, const StoreTicket *ticket,
	const Decision *decision, GError **error)
{
	for (int kind = 0; kind < STORE_DEADLINES; kind++) {
		int64_t due_at = decision->deadlines[kind];
		if (due_at == DECIDE_KEEP)
			continue;
		context->wake = true;
		if (!store_deadline_set(context->store, ticket->id,
			    (enum store_deadline)kind, due_at, error))
			return false;
	}
	return true;
}

/* Whether the mail of this kind tells a time by which a person answers. */
static bool makes_promise(enum reply_kind kind)
{
	switch (kind) {
	case REPLY_ACK:
	case REPLY_FOLLOWUP:
	case REPLY_LATE:
	case REPLY_STATUS:
	case REPLY_REPLY:
		return true;
	case REPLY_RESOLVED:
	case REPLY_SURVEY:
	case REPLY_AFTERCARE:
	case REPLY_ESCALATION:
	case REPLY_BRIEFING:
	case REPLY_NUDGE:
	case REPLY_COMMAND_RESULT:
	case REPLY_UNREACHABLE:
		return false;
	}
	g_assert_not_reached();
}

static bool record_promise(Context *context, const StoreTicket *ticket,
	enum reply_kind kind, int64_t outbox_id, int64_t now_s, GError **error)
{
	if (!makes_promise(kind) || !ticket->promised_by)
		return true;
	/* The same time told again is the same promise, in newer words. */
	return store_promise_settle(context->store, ticket->id,
		       STORE_PROMISE_REPLACED, now_s, error) &&
	       store_promise_insert(context->store, ticket->id, outbox_id,
		       now_s, ticket->promised_by, error);
}

static bool send_to_customer(Context *context, const StoreTicket *ticket,
	const Decision *decision, const Cause *cause, int64_t old_promised_s,
	int64_t now_s, GError **error)
{
	int64_t outbox_id = 0;
	ReplyFacts more = {.words = cause->words};
	SendOptions options = {
		.ticket = ticket,
		.mailbox = policy_mailbox_of(context->policy, ticket->mailbox),
		.more = &more,
		.attachments = cause->attachments,
		.kind = decision->mail,
		.automatic = decision->automatic,
		.reopened = decision->reopened,
		.old_promised_s = old_promised_s,
		.resolution = cause->resolution,
		.references = cause->references,
		.now_s = now_s,
	};

	return send_mail(context, &options, &outbox_id, error) &&
	       record_promise(context, ticket, decision->mail, outbox_id, now_s,
		       error) &&
	       add_event(context, ticket, cause, sent_event(decision->mail),
		       NULL, outbox_id, now_s, error);
}

static bool tell_supervisor(Context *context, const StoreTicket *ticket,
	const Cause *cause, int64_t old_promised_s, int64_t now_s,
	GError **error)
{
	const EngineMailbox *mailbox =
		policy_mailbox_of(context->policy, ticket->mailbox);
	int64_t outbox_id = 0;
	SendOptions options = {
		.ticket = ticket,
		.mailbox = mailbox,
		.kind = REPLY_ESCALATION,
		.old_promised_s = old_promised_s,
		.now_s = now_s,
	};

	if (!mailbox->supervisor)
		return add_event(context, ticket, cause, "escalation-withheld",
			"the mailbox has no supervisor", 0, now_s, error);
	return send_mail(context, &options, &outbox_id, error) &&
	       add_event(context, ticket, cause, "escalated",
		       mailbox->supervisor, outbox_id, now_s, error);
}

static bool send_all(Context *context, const StoreTicket *ticket,
	const Decision *decision, const Cause *cause, int64_t old_promised_s,
	int64_t now_s, GError **error)
{
	if (decision->send && !send_to_customer(context, ticket, decision,
				      cause, old_promised_s, now_s, error))
		return false;
	if (decision->guard && !add_event(context, ticket, cause, "not-mailed",
				       decision->guard, 0, now_s, error))
		return false;
	return !decision->escalate || tell_supervisor(context, ticket, cause,
					      old_promised_s, now_s, error);
}

/*
 * What waits in the outbox and is no longer true is not sent: all of it when
 * the matter is settled or the address is dead, and the earlier follow-up when
 * there is a newer word.  So the customer hears once, not once for each day on
 * which no mail could leave.
 */
static bool withdraw(Context *context, const StoreTicket *ticket,
	const Decision *decision, const Cause *cause, int64_t now_s,
	GError **error)
{
	bool over = decision->quiet || ticket->state == STORE_RESOLVED ||
		    ticket->state == STORE_CLOSED;
	unsigned count = 0;

	if (!over && !decision->send)
		return true;
	if (!store_outbox_withdraw(context->store, ticket->id,
		    over ? NULL : reply_kind_name(REPLY_FOLLOWUP), now_s,
		    &count, error))
		return false;
	g_autofree char *detail = g_strdup_printf("%u", count);
	return !count || add_event(context, ticket, cause, "withdrawn", detail,
				 0, now_s, error);
}

bool apply_decision(Context *context, StoreTicket *ticket,
	const Decision *decision, const Cause *cause, int64_t now_s,
	GError **error)
{
	int64_t old_promised_s = ticket->promised_by;

	change_ticket(ticket, decision, now_s);
	if (decision->what && !add_event(context, ticket, cause, decision->what,
				      cause->detail, 0, now_s, error))
		return false;
	if (decision->settle &&
		!store_promise_settle(context->store, ticket->id,
			decision->outcome, now_s, error))
		return false;
	return store_ticket_update(context->store, ticket, error) &&
	       set_deadlines(context, ticket, decision, error) &&
	       withdraw(context, ticket, decision, cause, now_s, error) &&
	       send_all(context, ticket, decision, cause, old_promised_s, now_s,
		       error);
}
