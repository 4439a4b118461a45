/*
 * Which ticket a mail belongs to.  In this order: the signed token in the
 * recipient address, the ids in References and In-Reply-To, the subject's
 * reference; an id that is not ours and a subject count if the sender takes
 * part in that ticket.  A token or an id routes
 * and no more; what the mail may then cause is decide's matter.
 */
#include "agent.h"

enum { ADDRESSEES_MOST = 20, MERGES_MOST = 16 };

static bool by_reference(Context *context, const char *reference,
	StoreTicket **ret_ticket, GError **error)
{
	*ret_ticket = NULL;
	return !reference || store_ticket_by_reference(context->store,
				     reference, ret_ticket, error);
}

/* Whichever mail of ours it was put into: it routes, and says nothing of who
 * writes. */
static bool by_token(Context *context, const char *detail,
	StoreTicket **ret_ticket, GError **error)
{
	static const char letters[] = "tab";
	g_autofree char *reference = NULL;

	for (const char *letter = letters; *letter && !reference; letter++)
		reference =
			policy_open_detail(context->policy, *letter, detail);
	return by_reference(context, reference, ret_ticket, error);
}

/*
 * The reference in an id that we made.  Anybody may have seen a ticket's pseudo
 * id, so that it routes what people write and no bounce.  (nullable)
 */
static char *own_reference(
	Context *context, const Analysis *analysis, const char *id)
{
	char *signed_one = engine_policy_own_message_id(context->policy, id);

	if (signed_one || analysis->kind == ANALYSIS_BOUNCE)
		return signed_one;
	return policy_open_thread_id(context->policy, id);
}

/* The conversation's ids, and the mail that a bounce returns. */
static GPtrArray *list_ids(const Analysis *analysis)
{
	GPtrArray *ids = g_ptr_array_new();

	for (guint i = 0; i < analysis->in_reply_to->len; i++)
		g_ptr_array_add(ids, analysis->in_reply_to->pdata[i]);
	for (guint i = 0; i < analysis->references->len; i++)
		g_ptr_array_add(ids, analysis->references->pdata[i]);
	if (analysis->bounce && analysis->bounce->returned_message_id)
		g_ptr_array_add(ids, analysis->bounce->returned_message_id);
	/* Our own mail come back belongs to where it came from. */
	if (analysis->kind == ANALYSIS_LOOP && analysis->message_id)
		g_ptr_array_add(ids, analysis->message_id);
	return ids;
}

/* Any live ticket before any closed one, then the newest. */
static bool better(const StoreTicket *candidate, const StoreTicket *best)
{
	if (!best)
		return true;
	bool live = candidate->state != STORE_CLOSED;
	bool best_live = best->state != STORE_CLOSED;
	return live != best_live ? live : candidate->id > best->id;
}

static bool by_own_ids(Context *context, const Analysis *analysis,
	const GPtrArray *ids, StoreTicket **ret_ticket, GError **error)
{
	g_autoptr(StoreTicket) best = NULL;

	for (guint i = 0; i < ids->len; i++) {
		g_autofree char *reference =
			own_reference(context, analysis, ids->pdata[i]);
		g_autoptr(StoreTicket) found = NULL;
		if (!by_reference(context, reference, &found, error))
			return false;
		if (found && better(found, best)) {
			store_ticket_free(best);
			best = g_steal_pointer(&found);
		}
	}
	*ret_ticket = g_steal_pointer(&best);
	return true;
}

static bool is_participant(Context *context, const StoreTicket *ticket,
	const Analysis *analysis, bool *ret_known, GError **error)
{
	*ret_known = false;
	if (!analysis->from || analysis->several_from)
		return true;
	return conversation_includes(
		context, ticket, analysis->from, ret_known, error);
}

static bool is_of_the_team(
	Context *context, const StoreTicket *ticket, const Analysis *analysis)
{
	g_autofree char *from =
		analysis->from ? base_address_fold(analysis->from) : NULL;

	return policy_is_staff(
		policy_mailbox_of(context->policy, ticket->mailbox), from);
}

/* It is written to the customer as well as to us, or by a list, which gets no
 * acknowledgement, or is old mail, which gets none either: nobody loses by
 * it. */
static bool is_owed_nothing(const StoreTicket *ticket, const EngineMail *mail)
{
	const Analysis *analysis = mail->analysis;
	bool to_customer = false;

	for (guint i = 0; i < MIN(analysis->recipients->len, ADDRESSEES_MOST);
		i++) {
		g_autofree char *folded =
			base_address_fold(analysis->recipients->pdata[i]);
		to_customer |= g_str_equal(folded, ticket->customer);
	}
	return to_customer || mail->no_acknowledge ||
	       analysis->cost == ANALYSIS_COST_AUTOMATIC;
}

/* The mail that another one has named before it came; old mail, which comes in
 * any order, also by whoever names the same. */
static bool by_ghost(Context *context, const EngineMail *mail,
	const GPtrArray *named, const char *sender, StoreTicket **ret_ticket,
	GError **error)
{
	const Analysis *analysis = mail->analysis;
	g_autoptr(GPtrArray) ids = g_ptr_array_new();

	if (!sender)
		return true;
	if (analysis->message_id)
		g_ptr_array_add(ids, analysis->message_id);
	for (guint i = 0; i < analysis->other_ids->len; i++)
		g_ptr_array_add(ids, analysis->other_ids->pdata[i]);
	for (guint i = 0; mail->no_acknowledge && i < named->len; i++)
		g_ptr_array_add(ids, named->pdata[i]);
	return store_ticket_by_ghost(context->store, ids,
		mail->no_acknowledge ? NULL : sender, ret_ticket, error);
}

/*
 * An id that others made counts from those who take part and from the team: a
 * stranger could open a ticket under the Message-ID of a mail that many have,
 * and would get all their answers to it.  So does one that was only named.
 */
static bool by_ids(Context *context, const EngineMail *mail,
	StoreTicket **ret_ticket, GError **error)
{
	const Analysis *analysis = mail->analysis;
	g_autoptr(GPtrArray) ids = list_ids(analysis);
	g_autofree char *sender = analysis->from && !analysis->several_from
					  ? base_address_fold(analysis->from)
					  : NULL;
	g_autoptr(StoreTicket) ticket = NULL;
	bool known = false;

	if (!by_own_ids(context, analysis, ids, ret_ticket, error))
		return false;
	if (*ret_ticket || analysis->kind == ANALYSIS_BOUNCE)
		return true;
	if (!store_ticket_by_thread(
		    context->store, ids, sender, &ticket, error))
		return false;
	if (!ticket)
		return by_ghost(context, mail, ids, sender, ret_ticket, error);
	if (!is_participant(context, ticket, analysis, &known, error))
		return false;
	if (known || is_of_the_team(context, ticket, analysis) ||
		is_owed_nothing(ticket, mail))
		*ret_ticket = g_steal_pointer(&ticket);
	return true;
}

/* Who is proven to be of the team of a ticket may name it. */
static bool is_agent(
	Context *context, const StoreTicket *ticket, const EngineMail *mail)
{
	return agent_judge(policy_mailbox_of(context->policy, ticket->mailbox),
		       mail, NULL) == AGENT_PROVEN;
}

static bool by_subject(Context *context, const EngineMail *mail,
	StoreTicket **ret_ticket, GError **error)
{
	const Analysis *analysis = mail->analysis;
	g_autofree char *reference =
		analysis->subject ? base_reference_find(analysis->subject)
				  : NULL;
	g_autoptr(StoreTicket) ticket = NULL;
	bool known = false;

	*ret_ticket = NULL;
	if (!reference)
		return true;
	if (!by_reference(context, reference, &ticket, error))
		return false;
	if (!ticket)
		return true;
	if (!is_participant(context, ticket, analysis, &known, error))
		return false;
	if (known || is_agent(context, ticket, mail))
		*ret_ticket = g_steal_pointer(&ticket);
	return true;
}

/*
 * A closed matter is history: a new complaint gets a ticket anew; thanks, a
 * rating and the question how it stands are none.  So does a complaint that
 * somebody else makes on a resolved one: they cannot open it again, and must
 * not go unanswered.  Nor is a forward a reply: who passes on a mail of
 * somebody's ticket has a matter of their own.
 */
static bool is_over(Context *context, const StoreTicket *ticket,
	const EngineMail *mail, bool *ret_over, GError **error)
{
	const Analysis *analysis = mail->analysis;
	bool participant = false;

	*ret_over = false;
	if (analysis->kind != ANALYSIS_COMPLAINT || mail->sent ||
		is_agent(context, ticket, mail))
		return true;
	if (ticket->state == STORE_CLOSED &&
		!decide_concludes(ticket, analysis)) {
		*ret_over = true;
		return true;
	}
	if (ticket->state != STORE_CLOSED &&
		((ticket->state != STORE_RESOLVED && !analysis->forward) ||
			analysis->cost == ANALYSIS_COST_AUTOMATIC))
		return true;
	if (!is_participant(context, ticket, analysis, &participant, error))
		return false;
	*ret_over = !participant;
	return true;
}

/* The ticket that goes on for one that was merged into it. */
static bool follow_merges(
	Context *context, StoreTicket **ticket, GError **error)
{
	for (int i = 0; i < MERGES_MOST && (*ticket)->merged_into; i++) {
		StoreTicket *into = NULL;

		if (!store_ticket_by_id(context->store, (*ticket)->merged_into,
			    &into, error))
			return false;
		if (!into)
			return true;
		store_ticket_free(*ticket);
		*ticket = into;
	}
	return true;
}

StoreTicket *match_reference(
	Context *context, const char *reference, GError **error)
{
	g_autoptr(StoreTicket) ticket = NULL;

	if (!store_ticket_by_reference(
		    context->store, reference, &ticket, error))
		return NULL;
	if (!ticket)
		g_set_error(error, ENGINE_ERROR, REDRESS_ERROR_NOT_FOUND,
			"no ticket %s", reference);
	return g_steal_pointer(&ticket);
}

bool match_mail(Context *context, const EngineMail *mail, const char *detail,
	Match *ret_match, GError **error)
{
	const Analysis *analysis = mail->analysis;
	Match match = {.by = "token"};

	if (!by_token(context, detail, &match.ticket, error))
		return false;
	if (!match.ticket) {
		match.by = "references";
		if (!by_ids(context, mail, &match.ticket, error))
			return false;
	}
	if (!match.ticket) {
		match.by = "subject";
		if (!by_subject(context, mail, &match.ticket, error))
			return false;
	}
	bool over = false;
	if (match.ticket && !follow_merges(context, &match.ticket, error)) {
		store_ticket_free(match.ticket);
		return false;
	}
	if (match.ticket &&
		!is_over(context, match.ticket, mail, &over, error)) {
		store_ticket_free(match.ticket);
		return false;
	}
	if (over) {
		g_strlcpy(match.apart, match.ticket->reference,
			sizeof(match.apart));
		g_clear_pointer(&match.ticket, store_ticket_free);
	}
	if (match.ticket && !conversation_examine(context, match.ticket,
				    analysis, mail->now_s, &match.odd, error)) {
		store_ticket_free(match.ticket);
		return false;
	}
	*ret_match = match;
	return true;
}
