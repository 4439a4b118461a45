/* Carries decisions out, inside the writer's transaction. */
#include "deciding.h"
#include "internal.h"

enum {
	DAY_S = 24 * 60 * 60,
	/* Automatic mails a day to one address, for each acknowledgement that
	 * it may get. */
	CUSTOMER_FACTOR = 8,
};

/* Whether a mail told the customer the ticket's promised times. */
static bool find_told(Context *context, const StoreTicket *ticket,
	DecideFacts *facts, GError **error)
{
	g_autoptr(GPtrArray) promises = NULL;

	if (!store_promise_list(context->store, ticket->id, &promises, error))
		return false;
	for (guint i = 0; i < promises->len; i++) {
		const StorePromise *promise = g_ptr_array_index(promises, i);
		if (promise->outcome)
			continue;
		facts->promise_told |= promise->kind == STORE_PROMISE_ANSWER;
		facts->settlement_told |=
			promise->kind == STORE_PROMISE_SETTLEMENT;
	}
	return true;
}

/* What the supervisor has heard of this ticket. */
static void note_telling(const StoreEvent *event, DecideFacts *facts)
{
	bool escalated = g_str_equal(event->what, "escalated");

	facts->escalated_today |=
		escalated || g_str_equal(event->what, "unreachable-told");
	facts->threat_told_today |= escalated && event->detail &&
				    g_str_has_prefix(event->detail, "threat");
	facts->rating_told_today |= escalated && event->detail &&
				    g_str_has_prefix(event->detail, "rating");
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
		if (event->at > since_s)
			note_telling(event, facts);
	}
	return store_deadline_get(context->store, ticket->id,
		       STORE_DEADLINE_FOLLOW_UP, &facts->follow_up_at, error) &&
	       store_deadline_get(context->store, ticket->id,
		       STORE_DEADLINE_SETTLE, &facts->settle_at, error) &&
	       store_outbox_count_owed(context->store, customer,
		       reply_kind_name(REPLY_FOLLOWUP), since_s,
		       &facts->letters_to_customer_today, error) &&
	       store_outbox_count_recipient(context->store, customer, NULL,
		       since_s, &facts->automatic_to_customer_today, error);
}

bool apply_gather(Context *context, const StoreTicket *ticket,
	const char *mailbox_folded, int64_t now_s, DecideFacts *ret_facts,
	GError **error)
{
	const EnginePolicyOptions *options = policy_options(context->policy);
	unsigned automatic = 0;
	const EngineMailbox *mailbox =
		policy_mailbox_of(context->policy, mailbox_folded);

	if (ticket && !store_outbox_count_ticket(context->store, ticket->id,
			      NULL, now_s - DAY_S, &automatic, error))
		return false;
	*ret_facts = (DecideFacts){
		.now_s = now_s,
		.mailbox = mailbox,
		.terms = &mailbox->terms,
		.ticket = ticket,
		.no_address = ticket && !policy_can_write_to(context->policy,
						ticket->customer_address),
		.automatic_on_thread_today = automatic,
		.acks_per_sender_most = options->acks_per_sender_per_day,
		.automatic_per_thread_most =
			options->automatic_per_thread_per_day,
		.automatic_per_customer_most =
			options->acks_per_sender_per_day * CUSTOMER_FACTOR,
	};
	return !ticket ||
	       (terms_of(context, ticket, &ret_facts->terms, error) &&
		       find_told(context, ticket, ret_facts, error) &&
		       gather_day(context, ticket, now_s - DAY_S, ret_facts,
			       error));
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
	case REPLY_NEED_INFO:
		return "questions-queued";
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
	EventOptions options = event_of_cause(ticket, cause, what, now_s);

	options.outbox_id = outbox_id;
	options.detail = detail;
	if (outbox_id)
		options.actor = "redress";
	return event_add(context, &options, error);
}

static void change_state(
	StoreTicket *ticket, const Decision *decision, int64_t now_s)
{
	if (decision->state == STORE_RESOLVED &&
		ticket->state != STORE_RESOLVED)
		ticket->resolved_at = now_s;
	if (decision->state == STORE_OPEN)
		ticket->resolved_at = 0;
	ticket->state = decision->state;
	ticket->reopened_count += decision->reopened;
	/* What was to be said before the end is not said after it. */
	if (decide_is_settled(ticket))
		g_clear_pointer(&ticket->update_words, g_free);
}

/* What was asked stays until it is answered, or the matter goes on without. */
static void change_questions(
	StoreTicket *ticket, const Decision *decision, int64_t now_s)
{
	bool asked = decision->send && decision->mail == REPLY_NEED_INFO;

	ticket->reminders += decision->reminded;
	if (asked && !decision->reminded) {
		ticket->asked_at = now_s;
		ticket->reminders = 0;
	}
	/* Who answers after all, where it rests, is thanked for that. */
	bool rests = ticket->state == STORE_RESOLVED &&
		     (decision->unanswered || !decision->settle);
	if (ticket->state == STORE_WAITING || rests)
		return;
	g_clear_pointer(&ticket->questions, g_free);
	ticket->asked_at = 0;
	ticket->reminders = 0;
}

static void change_ticket(
	StoreTicket *ticket, const Decision *decision, int64_t now_s)
{
	change_state(ticket, decision, now_s);
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
	if (decision->surveyed)
		ticket->surveyed_at = now_s;
	ticket->late_count += decision->late;
	if (decision->settle_by != DECIDE_KEEP)
		ticket->settle_by = decision->settle_by;
	if (decision->settle_left_s != DECIDE_KEEP)
		ticket->settle_left_s = decision->settle_left_s;
	change_questions(ticket, decision, now_s);
}

static bool set_deadline(Context *context, const StoreTicket *ticket,
	enum store_deadline kind, int64_t due_at, GError **error)
{
	context->wake = true;
	return store_deadline_set(
		context->store, ticket->id, kind, due_at, error);
}

/* Whether the agents' reminder moves: it goes by the next words and by the
 * state, and one that has been is followed by the next. */
static bool moves_nudge(const Decision *decision)
{
	return decision->deadlines[STORE_DEADLINE_FOLLOW_UP] != DECIDE_KEEP ||
	       decision->deadlines[STORE_DEADLINE_NUDGE] != DECIDE_KEEP ||
	       decision->promised_by != DECIDE_KEEP ||
	       decision->settle_by != DECIDE_KEEP || decision->quiet ||
	       decision->settle || decision->reopened;
}

static bool set_nudge(Context *context, const StoreTicket *ticket,
	const Decision *decision, int64_t now_s, GError **error)
{
	int64_t follow_up_at = decision->deadlines[STORE_DEADLINE_FOLLOW_UP];

	if (!moves_nudge(decision))
		return true;
	if (follow_up_at == DECIDE_KEEP &&
		!store_deadline_get(context->store, ticket->id,
			STORE_DEADLINE_FOLLOW_UP, &follow_up_at, error))
		return false;
	DecideFacts facts = {
		.now_s = now_s,
		.mailbox = policy_mailbox_of(context->policy, ticket->mailbox),
	};
	if (!terms_of(context, ticket, &facts.terms, error))
		return false;
	int64_t nudge_at = decide_nudge_at(&facts, ticket, follow_up_at);
	return set_deadline(
		context, ticket, STORE_DEADLINE_NUDGE, nudge_at, error);
}

static bool set_deadlines(Context *context, const StoreTicket *ticket,
	const Decision *decision, int64_t now_s, GError **error)
{
	for (int kind = 0; kind < STORE_DEADLINES; kind++) {
		int64_t due_at = decision->deadlines[kind];
		if (due_at == DECIDE_KEEP || kind == STORE_DEADLINE_NUDGE)
			continue;
		if (!set_deadline(context, ticket, (enum store_deadline)kind,
			    due_at, error))
			return false;
	}
	return set_nudge(context, ticket, decision, now_s, error);
}

/* What is carried out, and what is known only now. */
typedef struct Apply Apply;
struct Apply {
	const Decision *decision;
	const Cause *cause;
	int64_t old_promised_s, old_settle_by;
	char *update_words; /* of the word that is sent (nullable) */
	char *questions;    /* as they were (nullable) */
	bool was_settled, was_waiting;
	int64_t now_s;
};

/* Whether it is somebody's words that are sent: else they stay here. */
static bool takes_words(enum reply_kind kind)
{
	return kind == REPLY_REPLY || kind == REPLY_RESOLVED ||
	       kind == REPLY_FOLLOWUP || kind == REPLY_NEED_INFO;
}

static const char *words_of(const Apply *apply)
{
	const Decision *decision = apply->decision;

	if (apply->update_words)
		return apply->update_words;
	return takes_words(decision->mail) && !decision->reminded
		       ? apply->cause->words
		       : NULL;
}

static bool queue_to_customer(Context *context, const StoreTicket *ticket,
	const Apply *apply, const ReplyFacts *more, GError **error)
{
	const Decision *decision = apply->decision;
	const Cause *cause = apply->cause;
	int64_t outbox_id = 0;
	SendOptions options = {
		.ticket = ticket,
		.mailbox = policy_mailbox_of(context->policy, ticket->mailbox),
		.kind = decision->mail,
		.automatic = decision->automatic,
		.reopened = decision->reopened && !decision->resumed,
		.old_promised_s = decision->old_promised_s,
		.resolution = cause->resolution,
		.references = cause->references,
		.more = more,
		.attachments = cause->attachments,
		.now_s = apply->now_s,
	};
	g_autofree char *letter = NULL;
	ReplyFacts with_letter = *more;

	if (decision->letter_name) {
		letter = send_canned(
			context, &options, decision->letter_name, error);
		if (!letter)
			return false;
		with_letter.words = letter;
		options.more = &with_letter;
	}
	return send_mail(context, &options, &outbox_id, error) &&
	       add_event(context, ticket, cause, sent_event(decision->mail),
		       decision->letter_name, outbox_id, apply->now_s, error);
}

static bool send_to_customer(Context *context, const StoreTicket *ticket,
	const Apply *apply, GError **error)
{
	const Decision *decision = apply->decision;
	const EngineTerms *terms;

	if (!terms_of(context, ticket, &terms, error))
		return false;
	g_auto(GStrv) questions =
		apply->questions ? g_strsplit(apply->questions, "\n", -1)
				 : NULL;
	ReplyFacts more = {
		.words = words_of(apply),
		.solved_by_customer = decision->solved,
		.unanswered = decision->unanswered,
		.resumed = decision->resumed,
		.questions = (const char *const *)questions,
		.reminder = decision->reminded ? ticket->reminders : 0,
		.old_resolve_s = decision->old_settle_by,
		.wait_until_s = decide_wait_until(
			policy_mailbox_of(context->policy, ticket->mailbox),
			terms, ticket->reminders, apply->now_s),
	};

	return queue_to_customer(context, ticket, apply, &more, error);
}

/* What the team hears beside the customer. */
static bool tell_team(Context *context, const StoreTicket *ticket,
	const Apply *apply, GError **error)
{
	const Decision *decision = apply->decision;
	const Cause *cause = apply->cause;
	const char *words = decision->escalate_words;

	if (g_strcmp0(decision->escalate, "unreachable") == 0)
		words = cause->detail;
	bool whole = g_strcmp0(decision->escalate, "settlement") == 0;
	int64_t old_s = !decision->late ? 0
			: whole         ? apply->old_settle_by
					: apply->old_promised_s;
	if (decision->escalate &&
		!notice_escalate(context, ticket, cause, decision->escalate,
			words, old_s, apply->now_s, error))
		return false;
	if (decision->brief && !notice_brief(context, ticket, cause,
				       decision->brief, apply->now_s, error))
		return false;
	return !decision->nudge ||
	       notice_nudge(context, ticket, cause, decision->nudge,
		       decision->nudge_due_s, apply->now_s, error);
}

static bool send_all(Context *context, const StoreTicket *ticket,
	const Apply *apply, GError **error)
{
	const Decision *decision = apply->decision;

	if (decision->send && !send_to_customer(context, ticket, apply, error))
		return false;
	if (decision->guard &&
		!add_event(context, ticket, apply->cause, "not-mailed",
			decision->guard, 0, apply->now_s, error))
		return false;
	return tell_team(context, ticket, apply, error);
}

static bool withdraw_kind(Context *context, const StoreTicket *ticket,
	const Apply *apply, const char *kind, GError **error)
{
	unsigned count = 0;

	if (!store_outbox_withdraw(context->store, ticket->id, kind,
		    apply->now_s, &count, error))
		return false;
	g_autofree char *detail = g_strdup_printf("%u", count);
	return !count || add_event(context, ticket, apply->cause, "withdrawn",
				 detail, 0, apply->now_s, error);
}

/*
 * What waits in the outbox and is no longer true is not sent: all of it when
 * the matter has just been settled or the address is dead, the questions about
 * a settled one when it is opened again, the reminder of what has been
 * answered, and the earlier follow-up when there is a newer word.  So the
 * customer hears once, not once for each day on which no mail could leave.
 */
static bool withdraw(Context *context, const StoreTicket *ticket,
	const Apply *apply, GError **error)
{
	const Decision *decision = apply->decision;

	if (decision->quiet ||
		(decide_is_settled(ticket) && !apply->was_settled))
		return withdraw_kind(context, ticket, apply, NULL, error);
	if (decision->reopened &&
		(!withdraw_kind(context, ticket, apply,
			 reply_kind_name(REPLY_SURVEY), error) ||
			!withdraw_kind(context, ticket, apply,
				reply_kind_name(REPLY_AFTERCARE), error)))
		return false;
	if (apply->was_waiting && ticket->state != STORE_WAITING &&
		!withdraw_kind(context, ticket, apply,
			reply_kind_name(REPLY_NEED_INFO), error))
		return false;
	return !decision->send ||
	       withdraw_kind(context, ticket, apply,
		       reply_kind_name(REPLY_FOLLOWUP), error);
}

static bool record_rating(Context *context, const StoreTicket *ticket,
	const Apply *apply, GError **error)
{
	const Decision *decision = apply->decision;
	const Cause *cause = apply->cause;
	StoreRating rating = {
		.ticket_id = ticket->id,
		.at = apply->now_s,
		.score = decision->rating,
		.comment = (char *)decision->rating_comment,
	};

	if (!decision->rating)
		return true;
	g_autofree char *detail = g_strdup_printf("%u of 5, %s",
		decision->rating, cause->detail ? cause->detail : "");
	return store_rating_insert(context->store, &rating, error) &&
	       add_event(context, ticket, cause, "rated", detail, 0,
		       apply->now_s, error);
}

/* By which others will find that theirs is like it. */
static bool record_words(Context *context, const StoreTicket *ticket,
	const Apply *apply, GError **error)
{
	const Cause *cause = apply->cause;

	if (apply->decision->record != DECIDE_OPEN || ticket->quiet)
		return true;
	return similar_record(context, ticket,
		cause->analysis ? cause->analysis->reply_text : cause->words,
		error);
}

static bool record(Context *context, const StoreTicket *ticket,
	const Apply *apply, GError **error)
{
	const Decision *decision = apply->decision;
	const Cause *cause = apply->cause;

	if (decision->what && !add_event(context, ticket, cause, decision->what,
				      cause->detail, 0, apply->now_s, error))
		return false;
	return promises_settle(context, ticket, apply->decision,
		       apply->was_settled, apply->now_s, error) &&
	       record_rating(context, ticket, apply, error) &&
	       record_words(context, ticket, apply, error);
}

/* Which policy it was, and what of its letters is done. */
static bool note_policy(Context *context, StoreTicket *ticket,
	const Decision *decision, int64_t now_s, GError **error)
{
	DecideFacts facts = {
		.now_s = now_s,
		.mailbox = policy_mailbox_of(context->policy, ticket->mailbox),
		.ticket = ticket,
	};

	if (!terms_of(context, ticket, &facts.terms, error))
		return false;
	if (decision->letters_until_s != DECIDE_KEEP) {
		char *done =
			decide_letters_done(&facts, decision->letters_until_s);
		g_free(ticket->letters);
		ticket->letters = done;
	}
	g_free(ticket->policy);
	ticket->policy = g_strdup(facts.terms->name);
	return true;
}

/* What an agent wrote for the next word to the customer goes with it. */
static bool takes_update(const Decision *decision)
{
	return decision->mail == REPLY_LATE ||
	       (decision->mail == REPLY_FOLLOWUP && !decision->letter_name);
}

bool apply_decision(Context *context, StoreTicket *ticket,
	const Decision *decision, const Cause *cause, int64_t now_s,
	GError **error)
{
	g_autofree char *update_words = NULL;
	g_autofree char *questions = g_strdup(ticket->questions);
	Apply apply = {
		.decision = decision,
		.cause = cause,
		.old_promised_s = ticket->promised_by,
		.old_settle_by = ticket->settle_by,
		.questions = questions,
		.was_settled = decide_is_settled(ticket),
		.was_waiting = ticket->state == STORE_WAITING,
		.now_s = now_s,
	};

	change_ticket(ticket, decision, now_s);
	if (decision->send && takes_update(decision))
		apply.update_words = update_words =
			g_steal_pointer(&ticket->update_words);
	return note_policy(context, ticket, decision, now_s, error) &&
	       record(context, ticket, &apply, error) &&
	       store_ticket_update(context->store, ticket, error) &&
	       set_deadlines(context, ticket, decision, now_s, error) &&
	       withdraw(context, ticket, &apply, error) &&
	       send_all(context, ticket, &apply, error);
}
