/*
 * Mail to the team: what the supervisor must hear, what agents are told of a
 * new ticket, and that a word to a customer is due.  All of it is told once and
 * in bounds: who is told too much reads nothing.
 */
#include <string.h>

#include "internal.h"

enum {
	HOUR_S = 60 * 60,
	DAY_S = 24 * HOUR_S,
	HISTORY_MOST = 5,
	SIMILAR_MOST = 3,
	URGENT = 2,
};

static bool add_event(Context *context, const StoreTicket *ticket,
	const Cause *cause, const char *what, const char *detail,
	int64_t outbox_id, int64_t now_s, GError **error)
{
	EventOptions options = event_of_cause(ticket, cause, what, now_s);

	options.outbox_id = outbox_id;
	options.detail = detail;
	options.actor = "redress";
	return event_add(context, &options, error);
}

/* Of a ticket that an agent opened for somebody: what the agent wrote down. */
static bool find_first_words(Context *context, const StoreTicket *ticket,
	char **ret_words, GError **error)
{
	g_autoptr(GPtrArray) messages = NULL;

	if (!store_message_list(context->store, ticket->id, &messages, error))
		return false;
	StoreMessage *first = messages->len ? messages->pdata[0] : NULL;
	*ret_words = first ? g_steal_pointer(&first->own_text) : NULL;
	return true;
}

/* What the customer wrote last; (transfer full) (nullable) */
static bool find_customer_words(Context *context, const StoreTicket *ticket,
	const Cause *cause, char **ret_words, GError **error)
{
	g_autoptr(StoreMessage) message = NULL;

	if (cause->analysis) {
		*ret_words = g_strdup(cause->analysis->reply_text);
		return true;
	}
	if (!store_message_last(context->store, ticket->id, &message, error))
		return false;
	if (!message)
		return find_first_words(context, ticket, ret_words, error);
	*ret_words = g_steal_pointer(&message->own_text);
	return true;
}

/* ---- the supervisor ----------------------------------------------------- */

typedef struct Escalation Escalation;
struct Escalation {
	const StoreTicket *ticket;
	const EngineMailbox *mailbox;
	const Cause *cause;
	const char *reason;
	const char *words; /* (nullable) */
	int64_t old_promised_s;
	int64_t now_s;
};

/* What the event of an escalation says; one of these is its name. */
static const char *event_of(const char *reason)
{
	if (g_str_equal(reason, "unreachable"))
		return "unreachable-told";
	if (g_str_equal(reason, "impostor"))
		return "impostor-told";
	return "escalated";
}

static bool count_today(Context *context, const Escalation *escalation,
	const char *what, unsigned *count, GError **error)
{
	unsigned more = 0;

	if (!store_event_count(context->store, escalation->ticket->mailbox,
		    what, escalation->now_s - DAY_S, &more, error))
		return false;
	*count += more;
	return true;
}

/* Why this one is not mailed (nullable), and whether it is the one that tells
 * that there are more. */
static bool find_share(Context *context, const Escalation *escalation,
	const char **ret_withheld, bool *ret_last, GError **error)
{
	unsigned most = policy_options(context->policy)->escalations_per_day;
	unsigned told = 0, impostors = 0, capped = 0;

	*ret_withheld = NULL;
	*ret_last = false;
	if (!escalation->mailbox->supervisor) {
		*ret_withheld = "the mailbox has no supervisor";
		return true;
	}
	if (!count_today(
		    context, escalation, "impostor-told", &impostors, error) ||
		!count_today(context, escalation, "escalated", &told, error) ||
		!count_today(context, escalation, "unreachable-told", &told,
			error) ||
		!count_today(context, escalation, "escalations-capped", &capped,
			error))
		return false;
	if (g_str_equal(escalation->reason, "impostor") && impostors)
		*ret_withheld = "an impostor has been told of today";
	else if (most && told >= most && capped)
		*ret_withheld = "limits.escalations_per_day";
	*ret_last = !*ret_withheld && most && told >= most;
	return true;
}

static char *describe_last(Context *context, const char *words)
{
	return g_strdup_printf(
		"There are more than %u escalations in 24 hours: this is the "
		"last mail about them for a day. The tickets are told by: "
		"redress list"
		"%s%s",
		policy_options(context->policy)->escalations_per_day,
		words && *words ? "\n\n" : "", words ? words : "");
}

static bool send_escalation(Context *context, const Escalation *escalation,
	const char *words, GError **error)
{
	const char *reason = escalation->reason;
	const char *what = event_of(reason);
	bool unreachable = g_str_equal(what, "unreachable-told");
	g_autofree char *customer_words = NULL;
	int64_t outbox_id = 0;

	if (!find_customer_words(context, escalation->ticket, escalation->cause,
		    &customer_words, error))
		return false;
	ReplyFacts more = {
		.reason = unreachable ? NULL : reason,
		.reason_words = words,
		.customer_words = customer_words,
	};
	SendOptions options = {
		.ticket = escalation->ticket,
		.mailbox = escalation->mailbox,
		.kind = unreachable ? REPLY_UNREACHABLE : REPLY_ESCALATION,
		.old_promised_s = escalation->old_promised_s,
		.more = &more,
		.now_s = escalation->now_s,
	};
	g_autofree char *detail = g_strdup_printf(
		"%s to %s", reason, escalation->mailbox->supervisor);
	return customer_is_vip(context, escalation->mailbox, escalation->ticket,
		       &more.vip, error) &&
	       send_mail(context, &options, &outbox_id, error) &&
	       add_event(context, escalation->ticket, escalation->cause, what,
		       detail, outbox_id, escalation->now_s, error);
}

bool notice_escalate(Context *context, const StoreTicket *ticket,
	const Cause *cause, const char *reason, const char *words,
	int64_t old_promised_s, int64_t now_s, GError **error)
{
	const Escalation escalation = {
		.ticket = ticket,
		.mailbox = policy_mailbox_of(context->policy, ticket->mailbox),
		.cause = cause,
		.reason = reason,
		.words = words,
		.old_promised_s = old_promised_s,
		.now_s = now_s,
	};
	const char *withheld;
	bool last;

	if (!find_share(context, &escalation, &withheld, &last, error))
		return false;
	g_autofree char *detail =
		g_strdup_printf("%s: %s", reason, withheld ? withheld : "");
	if (withheld)
		return add_event(context, ticket, cause, "escalation-withheld",
			detail, 0, now_s, error);
	if (!last)
		return send_escalation(context, &escalation, words, error);
	g_autofree char *more = describe_last(context, words);
	return send_escalation(context, &escalation, more, error) &&
	       add_event(context, ticket, cause, "escalations-capped", NULL, 0,
		       now_s, error);
}

/* ---- other tickets ------------------------------------------------------ */

/* Tickets as a mail tells them; the array's elements own nothing. */
typedef struct Cases Cases;
struct Cases {
	GPtrArray *tickets; /* StoreTicket (nullable) */
	GPtrArray *outcomes;
	GArray *list; /* ReplyCase */
};

static void cases_clear(Cases *cases)
{
	g_clear_pointer(&cases->tickets, g_ptr_array_unref);
	g_clear_pointer(&cases->outcomes, g_ptr_array_unref);
	g_clear_pointer(&cases->list, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Cases, cases_clear)

/* "late parcel, 30.00 EUR"; (transfer full) (nullable) */
static bool describe_outcome(Context *context, const StoreTicket *ticket,
	char **ret_outcome, GError **error)
{
	g_autoptr(GPtrArray) paid = NULL;
	GString *outcome = g_string_new(ticket->cause);

	if (!store_compensation_list(
		    context->store, ticket->id, &paid, error)) {
		g_string_free(outcome, TRUE);
		return false;
	}
	for (guint i = 0; i < paid->len; i++) {
		const StoreCompensation *row = paid->pdata[i];
		g_string_append_printf(outcome,
			"%s%" G_GINT64_FORMAT ".%02d %s",
			outcome->len ? ", " : "", row->amount_cents / 100,
			(int)(row->amount_cents % 100), row->currency);
	}
	*ret_outcome = g_string_free(outcome, !outcome->len);
	return true;
}

static bool cases_fill(Context *context, Cases *cases, int64_t but_not_id,
	unsigned most, GError **error)
{
	cases->outcomes = g_ptr_array_new_with_free_func(g_free);
	cases->list = g_array_new(FALSE, TRUE, sizeof(ReplyCase));
	for (guint i = 0; cases->tickets && i < cases->tickets->len; i++) {
		const StoreTicket *ticket = cases->tickets->pdata[i];
		char *outcome = NULL;
		if (ticket->id == but_not_id || cases->list->len >= most)
			continue;
		if (!describe_outcome(context, ticket, &outcome, error))
			return false;
		g_ptr_array_add(cases->outcomes, outcome);
		ReplyCase told = {
			.reference = ticket->reference,
			.subject = ticket->subject,
			.state = store_state_name(ticket->state),
			.at_s = ticket->resolved_at ? ticket->resolved_at
						    : ticket->opened_at,
			.outcome = outcome,
		};
		g_array_append_val(cases->list, told);
	}
	return true;
}

/* Of this mailbox: what the customer has with another team is that one's
 * matter. */
static bool find_history(Context *context, const StoreTicket *ticket,
	Cases *cases, GError **error)
{
	StoreTicketFilter filter = {
		.any_state = true,
		.mailbox = ticket->mailbox,
		.customer = ticket->customer,
		.most = HISTORY_MOST + 1,
	};

	if (*ticket->customer && !store_ticket_list(context->store, &filter,
					 &cases->tickets, error))
		return false;
	return cases_fill(context, cases, ticket->id, HISTORY_MOST, error);
}

static bool find_similar(Context *context, const StoreTicket *ticket,
	const char *words, Cases *cases, GError **error)
{
	return similar_find(context, ticket, words, SIMILAR_MOST,
		       &cases->tickets, error) &&
	       cases_fill(context, cases, ticket->id, SIMILAR_MOST, error);
}

/* ---- the agents --------------------------------------------------------- */

GPtrArray *notice_agents_of(
	const EngineMailbox *mailbox, const StoreTicket *ticket)
{
	g_autofree char *assignee =
		ticket->assignee ? base_address_fold(ticket->assignee) : NULL;
	GPtrArray *agents = g_ptr_array_new();
	const char *const *agent = mailbox->agents;

	for (; agent && *agent; agent++) {
		g_autofree char *folded = base_address_fold(*agent);
		if (g_strcmp0(folded, assignee) == 0) {
			g_ptr_array_set_size(agents, 0);
			g_ptr_array_add(agents, (char *)*agent);
			return agents;
		}
		g_ptr_array_add(agents, (char *)*agent);
	}
	return agents;
}

/* One mail for each of them, and one event for all. */
static bool send_to_agents(Context *context, const SendOptions *options,
	const Cause *cause, const char *what, GError **error)
{
	g_autoptr(GPtrArray) agents =
		notice_agents_of(options->mailbox, options->ticket);
	g_autoptr(GString) detail = g_string_new(options->more->reason);
	int64_t outbox_id = 0;

	for (guint i = 0; i < agents->len; i++) {
		SendOptions to_one = *options;
		to_one.recipient = agents->pdata[i];
		if (!send_mail(context, &to_one, &outbox_id, error))
			return false;
		g_string_append_printf(detail, "%s%s", i ? ", " : " to ",
			(const char *)agents->pdata[i]);
	}
	return !agents->len ||
	       add_event(context, options->ticket, cause, what, detail->str,
		       outbox_id, options->now_s, error);
}

static bool wants_briefing(const EngineMailbox *mailbox,
	const StoreTicket *ticket, const Cause *cause, const char *reason,
	bool vip)
{
	bool threat = cause->analysis && cause->analysis->threat;

	switch (mailbox->briefing) {
	case ENGINE_BRIEFING_NONE:
		return false;
	case ENGINE_BRIEFING_PROBLEMS:
		return ticket->urgency >= URGENT || ticket->complainer || vip ||
		       threat || g_str_equal(reason, "reopened");
	case ENGINE_BRIEFING_ALL:
		return true;
	}
	g_assert_not_reached();
}

/* Anybody can open tickets: who is told of all of them reads of none. */
static bool is_told_enough(Context *context, const StoreTicket *ticket,
	const char *what, int64_t now_s, bool *ret_enough, GError **error)
{
	unsigned most = policy_options(context->policy)->briefings_per_hour;
	unsigned count = 0;

	if (most && !store_event_count(context->store, ticket->mailbox, what,
			    now_s - HOUR_S, &count, error))
		return false;
	*ret_enough = most && count >= most;
	return true;
}

static bool send_briefing(Context *context, const SendOptions *options,
	const Cause *cause, ReplyFacts *more, GError **error)
{
	g_auto(Cases) history = {0};
	g_auto(Cases) similar = {0};
	g_autofree char *words = NULL;

	if (!find_customer_words(
		    context, options->ticket, cause, &words, error) ||
		!find_history(context, options->ticket, &history, error) ||
		!find_similar(context, options->ticket, words, &similar, error))
		return false;
	more->customer_words = words;
	more->history = (const ReplyCase *)(void *)history.list->data;
	more->history_length = history.list->len;
	more->similar = (const ReplyCase *)(void *)similar.list->data;
	more->similar_length = similar.list->len;
	return send_to_agents(context, options, cause, "briefed", error);
}

bool notice_brief(Context *context, const StoreTicket *ticket,
	const Cause *cause, const char *reason, int64_t now_s, GError **error)
{
	const EngineMailbox *mailbox =
		policy_mailbox_of(context->policy, ticket->mailbox);
	ReplyFacts more = {.reason = reason};
	SendOptions options = {
		.ticket = ticket,
		.mailbox = mailbox,
		.kind = REPLY_BRIEFING,
		.reopened = g_str_equal(reason, "reopened"),
		.more = &more,
		.now_s = now_s,
	};

	if (!mailbox->agents || !*mailbox->agents)
		return true;
	if (!customer_is_vip(context, mailbox, ticket, &more.vip, error))
		return false;
	if (!wants_briefing(mailbox, ticket, cause, reason, more.vip))
		return true;
	bool enough = false;
	if (!is_told_enough(context, ticket, "briefed", now_s, &enough, error))
		return false;
	return enough ? add_event(context, ticket, cause, "briefing-withheld",
				"limits.briefings_per_hour", 0, now_s, error)
		      : send_briefing(context, &options, cause, &more, error);
}

bool notice_nudge(Context *context, const StoreTicket *ticket,
	const Cause *cause, const char *reason, int64_t due_s, int64_t now_s,
	GError **error)
{
	g_autofree char *words = NULL;
	ReplyFacts more = {.reason = reason, .due_s = due_s};
	SendOptions options = {
		.ticket = ticket,
		.mailbox = policy_mailbox_of(context->policy, ticket->mailbox),
		.kind = REPLY_NUDGE,
		.more = &more,
		.now_s = now_s,
	};

	bool enough = false;
	if (!is_told_enough(context, ticket, "nudged", now_s, &enough, error))
		return false;
	if (enough)
		return add_event(context, ticket, cause, "nudge-withheld",
			"limits.briefings_per_hour", 0, now_s, error);
	if (!find_customer_words(context, ticket, cause, &words, error) ||
		!customer_is_vip(
			context, options.mailbox, ticket, &more.vip, error))
		return false;
	more.customer_words = words;
	return send_to_agents(context, &options, cause, "nudged", error);
}
