/*
 * From a decision to an outbox row: the facts of the ticket, the final bytes,
 * the promise that they make.
 */
#include <string.h>

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
	{"late", "promised"},
	{"resolved", "resolved"},
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

/* A customer gets their own words back only if it was them who wrote. */
static ReplyFacts make_facts(const Context *context, const SendOptions *options,
	const GArray *events)
{
	const StoreTicket *ticket = options->ticket;
	const EngineMailbox *mailbox = options->mailbox;
	int64_t every = mailbox->follow_up_every_s;
	bool echo = ticket->authenticated || reply_kind_is_for_staff(options->kind);

	return (ReplyFacts){
		.kind = options->kind,
		.language = reply_templates_choose(
			policy_options(context->policy)->templates,
			reply_kind_is_for_staff(options->kind) ? mailbox->language
							  : ticket->language,
			mailbox->language),
		.time_zone = promise_calendar_time_zone(mailbox->calendar),
		.reference = ticket->reference,
		.customer_name = echo ? ticket->customer_name : NULL,
		.customer_address = ticket->customer_address,
		.subject = echo ? ticket->subject : NULL,
		.mailbox_name = mailbox->name,
		.mailbox_address = mailbox->address,
		.assignee = ticket->assignee,
		.opened_s = ticket->opened_at,
		.promised_s = ticket->promised_by,
		.old_promised_s = options->old_promised_s,
		.next_update_s = ticket->state == STORE_OPEN
					 ? options->now_s + every
					 : 0,
		.now_s = options->now_s,
		.state = store_state_name(ticket->state),
		.resolution = options->resolution,
		.reopened = options->reopened,
		.messages = ticket->messages,
		.late_count = ticket->late_count,
		.interval_s = (unsigned)every,
		.events = (const ReplyEvent *)(void *)events->data,
		.events_length = events->len,
	};
}

/* The conversation's ids: the mail answered, else the first and the last. */
static bool gather_ids(Context *context, const SendOptions *options,
	GPtrArray *references, char **ret_in_reply_to, GError **error)
{
	g_autofree char *first = NULL;
	char *last = NULL;

	if (reply_kind_is_for_staff(options->kind))
		return true;
	if (!store_message_ends(
		    context->store, options->ticket->id, &first, &last, error))
		return false;
	for (guint i = 0; options->references && i < options->references->len;
		i++)
		g_ptr_array_add(
			references, g_strdup(options->references->pdata[i]));
	if (first && g_strcmp0(first, last) != 0)
		g_ptr_array_add(references, g_steal_pointer(&first));
	if (last)
		g_ptr_array_add(references, g_strdup(last));
	*ret_in_reply_to = last;
	return true;
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

static GBytes *compose(Context *context, const SendOptions *options,
	const char *message_id, const char *recipient, GError **error)
{
	const StoreTicket *ticket = options->ticket;
	const EnginePolicy *policy = context->policy;
	bool to_staff = reply_kind_is_for_staff(options->kind);
	g_autoptr(GArray) events = NULL;
	g_autoptr(GPtrArray) references =
		g_ptr_array_new_with_free_func(g_free);
	g_autofree char *in_reply_to = NULL;
	g_autofree char *thread_id =
		policy_thread_id(policy, ticket->reference);
	g_autofree char *reply_to = policy_token_address(
		policy, options->mailbox, 't', ticket->reference);

	if (!gather_events(context, options, &events, error) ||
		!gather_ids(context, options, references, &in_reply_to, error))
		return NULL;
	g_ptr_array_add(references, NULL);

	ReplyFacts facts = make_facts(context, options, events);
	ReplyEnvelope envelope = {
		.message_id = message_id,
		.from_name = options->mailbox->name,
		.from_address = options->mailbox->address,
		.to_address = recipient,
		.to_name = to_staff ? NULL : facts.customer_name,
		.reply_to = to_staff ? NULL : reply_to,
		.in_reply_to = in_reply_to,
		.references = (const char *const *)references->pdata,
		.thread_id = thread_id,
		.thread_index = to_staff ? NULL : ticket->thread_index,
		.thread_topic = to_staff || !ticket->authenticated
					? NULL
					: ticket->thread_topic,
		.subject = to_staff ? NULL : facts.subject,
	};
	return reply_compose(
		policy_options(policy)->templates, &facts, &envelope, error);
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

bool send_mail(Context *context, const SendOptions *options,
	int64_t *ret_outbox_id, GError **error)
{
	const StoreTicket *ticket = options->ticket;
	const EnginePolicyOptions *policy = policy_options(context->policy);
	g_autoptr(StoreOutbox) row = g_new0(StoreOutbox, 1);

	row->recipient = g_strdup(reply_kind_is_for_staff(options->kind)
					  ? options->mailbox->supervisor
					  : ticket->customer_address);
	row->message_id = base_message_id_new(
		&policy->key, ticket->reference, policy->hostname);
	row->bytes = compose(
		context, options, row->message_id, row->recipient, error);
	if (!row->bytes || !queue(context, options, row, error))
		return false;
	*ret_outbox_id = row->id;
	return true;
}
