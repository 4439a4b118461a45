/*
 * By which ids a ticket's conversation is known, and what is odd about a mail
 * that joins it.
 */
#include "internal.h"

enum {
	DAY_S = 24 * 60 * 60,
	GHOSTS_MOST = 32,  /* of one mail: the first and the last ones */
	SILENCE_DAYS = 14, /* after which a new subject is a new topic */
};

/* ---- who takes part ----------------------------------------------------- */

bool conversation_includes(Context *context, const StoreTicket *ticket,
	const char *address, bool *ret_includes, GError **error)
{
	g_autofree char *folded = base_address_fold(address);

	return store_participant_known(
		context->store, ticket->id, folded, ret_includes, error);
}

/* ---- ids --------------------------------------------------------------- */

static bool add_ghost(
	Context *context, int64_t ticket_id, const char *id, GError **error)
{
	return store_thread_add_ghost(context->store, ticket_id, id, error);
}

/*
 * What a mail names and nobody has seen is remembered, since others may name
 * it too: the mail that all of them answer went to them and not to us.
 */
static bool add_ghosts(Context *context, int64_t ticket_id,
	const Analysis *analysis, GError **error)
{
	const GPtrArray *named = analysis->references;
	guint skipped = named->len > GHOSTS_MOST ? named->len - GHOSTS_MOST : 0;

	for (guint i = 0; i < analysis->other_ids->len; i++)
		if (!add_ghost(context, ticket_id,
			    analysis->other_ids->pdata[i], error))
			return false;
	for (guint i = 0; i < named->len; i++) {
		if (i > 0 && i <= skipped)
			continue;
		if (!add_ghost(context, ticket_id, named->pdata[i], error))
			return false;
	}
	return true;
}

bool conversation_record(Context *context, int64_t ticket_id,
	const Analysis *analysis, bool participant, GError **error)
{
	if (analysis->message_id && !store_thread_add(context->store, ticket_id,
					    analysis->message_id, error))
		return false;
	/* A stranger would draw the customer's other mail into this ticket. */
	return !participant || add_ghosts(context, ticket_id, analysis, error);
}

/* ---- Outlook ----------------------------------------------------------- */

static void replace(char **field, const char *value)
{
	g_free(*field);
	*field = g_strdup(value);
}

void conversation_follow(StoreTicket *ticket, const Analysis *analysis)
{
	if (analysis->thread_index)
		replace(&ticket->thread_index, analysis->thread_index);
	/* Words are repeated to whom they are proven to come from. */
	if (analysis->thread_topic &&
		(analysis->authenticated || !ticket->authenticated))
		replace(&ticket->thread_topic, analysis->thread_topic);
}

/* ---- what is odd ------------------------------------------------------- */

static bool same_words(const char *one, const char *other)
{
	g_autofree char *a = g_utf8_casefold(one, -1);
	g_autofree char *b = g_utf8_casefold(other, -1);

	return g_str_equal(a, b);
}

/* Whoever looks for an old mail of ours to answer it is not yet on the old
 * topic.  Our own subjects bear the ticket's reference. */
static bool is_new_topic(const StoreTicket *ticket, const Analysis *analysis,
	int64_t heard_at, int64_t now_s)
{
	int64_t last =
		MAX(heard_at, MAX(ticket->heard_at, ticket->resolved_at));
	g_autofree char *named =
		analysis->subject ? base_reference_find(analysis->subject)
				  : NULL;

	return ticket->state == STORE_RESOLVED &&
	       analysis->kind == ANALYSIS_COMPLAINT &&
	       now_s - last > SILENCE_DAYS * DAY_S && analysis->base_subject &&
	       *analysis->base_subject && ticket->subject &&
	       g_strcmp0(named, ticket->reference) != 0 &&
	       !same_words(analysis->base_subject, ticket->subject);
}

bool conversation_examine(Context *context, const StoreTicket *ticket,
	const Analysis *analysis, int64_t now_s, const char **ret_what,
	GError **error)
{
	int64_t heard_at = 0;

	*ret_what = NULL;
	if (!store_message_latest(context->store, ticket->id, &heard_at, error))
		return false;
	if (is_new_topic(ticket, analysis, heard_at, now_s))
		*ret_what = "new-topic";
	else if (analysis->forward)
		*ret_what = "forwarded";
	return true;
}
