/*
 * From a decision to an outbox row: the facts of the ticket, the final bytes,
 * the promise that they make.
 */
#include <string.h>

#include "command.h"
#include "internal.h"

enum { MINUTE_S = 60, EVENTS_MOST = 8 };

/* Events that a customer may read of, and the word for the templates. */
static const struct {
	const char *what;
	const char *told;
} told_events[] = {
	{"opened", "received"},
	{"added", "added"},
	{"acknowledged", "acknowledged"},
	{"assigned", "assigned"},
	{"updated", "updated"},
	{"questions-queued", "asked"},
	{"late", "promised"},
	{"resolved", "resolved"},
	{"solved-by-customer", "resolved"},
	{"reopened", "reopened"},
	{"escalated", "escalated"},
};

static const char *told_name(const char *what)
{
	for (size_t i = 0; i < G_N_ELEMENTS(told_events); i++)
		if (g_str_equal(what, told_events[i].what))
			return told_events[i].told;
	return NULL;
}

/* The event of the very mail that is being written is no news in it. */
static bool is_this_mail(const SendOptions *options, const StoreEvent *row)
{
	const char *own = options->kind == REPLY_FOLLOWUP ? "updated"
			  : options->kind == REPLY_LATE   ? "late"
							  : NULL;

	return own && row->at == options->now_s && g_str_equal(row->what, own);
}

/* The latest events that a customer may read of, oldest first. */
static bool gather_events(Context *context, const SendOptions *options,
	GArray **ret_events, GError **error)
{
	g_autoptr(GPtrArray) rows = NULL;
	g_autoptr(GArray) told = g_array_new(FALSE, FALSE, sizeof(ReplyEvent));

	if (!store_event_list(
		    context->store, options->ticket->id, &rows, error))
		return false;
	for (guint i = 0; i < rows->len; i++) {
		const StoreEvent *row = g_ptr_array_index(rows, i);
		ReplyEvent event = {
			.at_s = row->at, .what = told_name(row->what)};
		if (event.what && !is_this_mail(options, row))
			g_array_append_val(told, event);
	}
	if (told->len > EVENTS_MOST)
		g_array_remove_range(told, 0, told->len - EVENTS_MOST);
	*ret_events = g_steal_pointer(&told);
	return true;
}

/* What staff may read and customers never do. */
static void add_staff_facts(const SendOptions *options, ReplyFacts *facts)
{
	const StoreTicket *ticket = options->ticket;

	facts->complainer_reason = ticket->complainer_reason;
	facts->priority = command_priority_name(ticket->priority);
	facts->type = ticket->type;
	facts->cause = ticket->cause;
	facts->tags = ticket->tags;
	facts->unproven = !ticket->authenticated;
}

/* What only whoever sends the mail knows. */
static void add_more(const ReplyFacts *more, bool to_staff, ReplyFacts *facts)
{
	facts->words = more->words;
	facts->solved_by_customer = more->solved_by_customer;
	facts->unanswered = more->unanswered;
	facts->questions = more->questions;
	facts->reminder = more->reminder;
	facts->wait_until_s = more->wait_until_s;
	facts->resumed = more->resumed;
	facts->old_resolve_s = more->old_resolve_s;
	if (!to_staff)
		return;
	facts->reason = more->reason;
	facts->reason_words = more->reason_words;
	facts->customer_words = more->customer_words;
	facts->vip = more->vip;
	facts->due_s = more->due_s;
	facts->history = more->history;
	facts->history_length = more->history_length;
	facts->similar = more->similar;
	facts->similar_length = more->similar_length;
	facts->commands = more->commands;
	facts->commands_length = more->commands_length;
	facts->first_words = more->first_words;
	facts->first_by = more->first_by;
	facts->first_s = more->first_s;
	facts->second_words = more->second_words;
}

/* Customers may hear who has their matter, and no colleague's address. */
static const char *public_name(const char *assignee)
{
	return assignee && !strchr(assignee, '@') ? assignee : NULL;
}

/* A time that has passed is not told as one to come; nor is an end before the
 * answer: it is late when it comes, and told then. */
static void add_times(const SendOptions *options, ReplyFacts *facts)
{
	const StoreTicket *ticket = options->ticket;
	int64_t settle_by = ticket->settle_by;

	if (ticket->promised_by > options->now_s)
		facts->promised_s = ticket->promised_by;
	if (settle_by > options->now_s && settle_by >= facts->promised_s)
		facts->resolve_s = settle_by;
}

/* A customer gets their own words back only if it was them who wrote. */
static ReplyFacts make_facts(const Context *context, const SendOptions *options,
	const EngineTerms *terms, const GArray *events)
{
	const StoreTicket *ticket = options->ticket;
	const EngineMailbox *mailbox = options->mailbox;
	bool to_staff = reply_kind_is_for_staff(options->kind);
	int64_t every = terms->follow_up_every_s;
	bool echo = ticket->authenticated || to_staff;
	ReplyFacts facts = {
		.kind = options->kind,
		.language = reply_templates_choose(
			policy_options(context->policy)->templates,
			to_staff ? mailbox->language : ticket->language,
			mailbox->language),
		.time_zone = promise_calendar_time_zone(mailbox->calendar),
		.reference = ticket->reference,
		.customer_name = echo ? ticket->customer_name : NULL,
		.customer_address = ticket->customer_address,
		.subject = echo ? ticket->subject : NULL,
		.mailbox_name = mailbox->name,
		.mailbox_address = mailbox->address,
		.assignee = to_staff ? ticket->assignee
				     : public_name(ticket->assignee),
		.opened_s = ticket->opened_at,
		.promised_s = to_staff ? ticket->promised_by : 0,
		.resolve_s = to_staff ? ticket->settle_by : 0,
		.old_promised_s = options->old_promised_s,
		.next_update_s = ticket->state == STORE_OPEN
					 ? options->now_s + every
					 : 0,
		.now_s = options->now_s,
		.state = store_state_name(ticket->state),
		.resolution = options->resolution,
		.promise_kept = ticket->answered_at && !ticket->promised_by,
		.reopened = options->reopened,
		.messages = ticket->messages,
		.late_count = ticket->late_count,
		.interval_s = (unsigned)every,
		.complainer = ticket->complainer,
		.events = (const ReplyEvent *)(void *)events->data,
		.events_length = events->len,
	};

	if (to_staff)
		add_staff_facts(options, &facts);
	else
		add_times(options, &facts);
	if (options->more)
		add_more(options->more, to_staff, &facts);
	return facts;
}

/* The conversation's ids: the mail answered, else the first and the last, so
 * that mail to the team stands beside the complaint that it got. */
static bool gather_ids(Context *context, const SendOptions *options,
	GPtrArray *references, char **ret_in_reply_to, GError **error)
{
	g_autofree char *first = NULL;
	g_autofree char *last = NULL;

	if (!store_message_ends(
		    context->store, options->ticket->id, &first, &last, error))
		return false;
	if (options->in_reply_to) {
		g_free(last);
		last = g_strdup(options->in_reply_to);
	}
	for (guint i = 0; options->references && i < options->references->len;
		i++)
		g_ptr_array_add(
			references, g_strdup(options->references->pdata[i]));
	if (first && g_strcmp0(first, last) != 0)
		g_ptr_array_add(references, g_steal_pointer(&first));
	if (last)
		g_ptr_array_add(references, g_strdup(last));
	*ret_in_reply_to = g_steal_pointer(&last);
	return true;
}

/* A quote or a signature may hold them: what the team goes by in the house is
 * no matter of the customer's, unless it is the customer's own. (transfer
 * container) */
static GPtrArray *list_private(const SendOptions *options)
{
	GPtrArray *private = g_ptr_array_new();
	const char *const *staff = options->mailbox->staff;

	for (; staff && *staff; staff++) {
		g_autofree char *folded = base_address_fold(*staff);
		if (!g_str_equal(folded, options->ticket->customer))
			g_ptr_array_add(private, (char *)*staff);
	}
	g_ptr_array_add(private, NULL);
	return private;
}

/*
 * One mail too many per minute waits for its turn; none is lost.  Returns the
 * time at which the row is due.
 */
static int64_t take_turn(Context *context, enum reply_kind kind, int64_t now_s)
{
	Bucket *bucket = &context->buckets[reply_kind_is_answer(kind)
						   ? BUCKET_ANSWERS
						   : BUCKET_DEADLINES];
	unsigned most = policy_options(context->policy)->automatic_per_minute;

	if (!most)
		return now_s;
	double per_second = most / 60.0;
	/* A clock that was set back begins anew; threads are a little apart. */
	if (bucket->filled_s > now_s + MINUTE_S)
		*bucket = (Bucket){0};
	double gained = (double)MAX(0, now_s - bucket->filled_s) * per_second;
	bucket->tokens = bucket->filled_s
				 ? MIN((double)most, bucket->tokens + gained)
				 : (double)most;
	bucket->filled_s = MAX(now_s, bucket->filled_s);
	bucket->tokens -= 1;
	return bucket->tokens >= 0
		       ? now_s
		       : now_s + (int64_t)(-bucket->tokens / per_second);
}

/* Clients that ask for like subjects in a thread, too, find the complaint's;
 * who gets an escalation has no complaint beside it. */
static const char *choose_subject(const ReplyFacts *facts)
{
	switch (facts->kind) {
	case REPLY_ESCALATION:
	case REPLY_UNREACHABLE:
		return NULL;
	case REPLY_ACK:
	case REPLY_FOLLOWUP:
	case REPLY_LATE:
	case REPLY_RESOLVED:
	case REPLY_STATUS:
	case REPLY_REPLY:
	case REPLY_SURVEY:
	case REPLY_AFTERCARE:
	case REPLY_NEED_INFO:
	case REPLY_BRIEFING:
	case REPLY_NUDGE:
	case REPLY_COMMAND_RESULT:
		return facts->subject;
	}
	g_assert_not_reached();
}

/* What of the envelope comes from ticket and mailbox. */
static ReplyEnvelope make_envelope(
	const SendOptions *options, const ReplyFacts *facts)
{
	const StoreTicket *ticket = options->ticket;
	bool to_staff = reply_kind_is_for_staff(options->kind);

	return (ReplyEnvelope){
		.from_name = options->mailbox->name,
		.from_address = options->mailbox->address,
		.to_name = to_staff || options->recipient
				   ? NULL
				   : facts->customer_name,
		.thread_index = ticket->thread_index,
		.thread_topic = to_staff || ticket->authenticated
					? ticket->thread_topic
					: NULL,
		.subject = choose_subject(facts),
		.attachments = options->attachments,
	};
}

static GBytes *compose(Context *context, const SendOptions *options,
	const char *message_id, const char *recipient, ReplyTold *ret_told,
	GError **error)
{
	const EnginePolicy *policy = context->policy;
	const char *reference = options->ticket->reference;
	bool to_staff = reply_kind_is_for_staff(options->kind);
	const EngineTerms *terms;
	g_autoptr(GArray) events = NULL;
	g_autoptr(GPtrArray) references =
		g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) private = list_private(options);
	g_autofree char *in_reply_to = NULL;
	g_autofree char *thread_id = policy_thread_id(policy, reference);
	g_autofree char *reply_to = policy_token_address(
		policy, options->mailbox, to_staff ? 'a' : 't', reference);

	if (!terms_of(context, options->ticket, &terms, error) ||
		!gather_events(context, options, &events, error) ||
		!gather_ids(context, options, references, &in_reply_to, error))
		return NULL;
	g_ptr_array_add(references, NULL);

	ReplyFacts facts = make_facts(context, options, terms, events);
	ReplyEnvelope envelope = make_envelope(options, &facts);
	envelope.message_id = message_id;
	envelope.to_address = recipient;
	envelope.reply_to = reply_to;
	envelope.in_reply_to = in_reply_to;
	envelope.references = (const char *const *)references->pdata;
	envelope.thread_id = thread_id;
	/* Only a colleague's words may hold them. */
	if (!to_staff && (facts.words || facts.resolution || facts.questions))
		envelope.private_addresses =
			(const char *const *)private->pdata;
	return reply_compose(policy_options(policy)->templates, &facts,
		&envelope, ret_told, error);
}

static bool queue(Context *context, const SendOptions *options,
	StoreOutbox *row, GError **error)
{
	row->ticket_id = options->ticket->id;
	row->kind = g_strdup(reply_kind_name(options->kind));
	row->recipient_folded = policy_sender_key(row->recipient);
	row->envelope_from = policy_token_address(context->policy,
		options->mailbox, 'b', options->ticket->reference);
	if (!row->envelope_from)
		row->envelope_from = g_strdup("");
	row->automatic = options->automatic;
	row->created_at = options->now_s;
	row->next_at = options->automatic ? take_turn(context, options->kind,
						    options->now_s)
					  : options->now_s;
	context->wake = true;
	return store_outbox_insert(context->store, row, error) &&
	       store_thread_add(
		       context->store, row->ticket_id, row->message_id, error);
}

static const char *choose_recipient(const SendOptions *options)
{
	if (options->recipient)
		return options->recipient;
	if (!reply_kind_is_for_staff(options->kind))
		return options->ticket->customer_address;
	return options->mailbox->supervisor;
}

bool send_mail(Context *context, const SendOptions *options,
	int64_t *ret_outbox_id, GError **error)
{
	const EnginePolicyOptions *policy = policy_options(context->policy);
	g_autoptr(StoreOutbox) row = g_new0(StoreOutbox, 1);
	g_auto(ReplyTold) told = {0};

	row->recipient = g_strdup(choose_recipient(options));
	row->message_id = base_message_id_new(
		&policy->key, options->ticket->reference, policy->hostname);
	row->bytes = compose(context, options, row->message_id, row->recipient,
		&told, error);
	if (!row->bytes || !queue(context, options, row, error) ||
		!promises_record(context, options, row->id, &told, error))
		return false;
	*ret_outbox_id = row->id;
	return true;
}

char *send_canned(Context *context, const SendOptions *options,
	const char *name, GError **error)
{
	g_autoptr(GArray) events =
		g_array_new(FALSE, FALSE, sizeof(ReplyEvent));
	const EngineTerms *terms;

	if (!terms_of(context, options->ticket, &terms, error))
		return NULL;
	ReplyFacts facts = make_facts(context, options, terms, events);
	return reply_render_canned(policy_options(context->policy)->templates,
		&facts, name, error);
}

bool send_try(Context *context, const SendOptions *options, GError **error)
{
	const EnginePolicyOptions *policy = policy_options(context->policy);
	g_autofree char *id = base_message_id_new(
		&policy->key, options->ticket->reference, policy->hostname);
	g_autoptr(GBytes) bytes = compose(context, options, id,
		options->ticket->customer_address, NULL, error);

	return bytes != NULL;
}
