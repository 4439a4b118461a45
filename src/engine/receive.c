/* A mail: recorded once, matched, decided upon, applied. */
#include <string.h>

#include "agent.h"

enum { DAY_S = 24 * 60 * 60, PARTICIPANTS_MOST = 20 };

typedef struct Receive Receive;
struct Receive {
	const EngineMail *mail;
	char *dedupe;
	GBytes *packed;
	EngineReceipt *receipt;
	bool taken; /* by a mailbox before */
};

/* The mailboxes a mail is for: each once, in the envelope's order. */
typedef struct Target Target;
struct Target {
	const EngineMailbox *mailbox;
	char *folded;
	char *detail; /* (nullable) */
};

static void target_clear(void *data)
{
	Target *target = data;

	g_free(target->folded);
	g_free(target->detail);
}

static GArray *find_targets(
	const EnginePolicy *policy, const char *const *recipients)
{
	GArray *targets = g_array_new(FALSE, TRUE, sizeof(Target));

	g_array_set_clear_func(targets, target_clear);
	for (size_t i = 0; recipients && recipients[i]; i++) {
		Target target = {0};
		target.mailbox = engine_policy_mailbox(
			policy, recipients[i], &target.detail);
		bool known = !target.mailbox;
		for (guint j = 0; j < targets->len && !known; j++) {
			Target *other = &g_array_index(targets, Target, j);
			known = other->mailbox == target.mailbox;
			/* A token may stand in the second form only. */
			if (known && !other->detail)
				other->detail = g_steal_pointer(&target.detail);
		}
		if (known) {
			target_clear(&target);
			continue;
		}
		target.folded = base_address_fold(target.mailbox->address);
		g_array_append_val(targets, target);
	}
	return targets;
}

/* ---- a new ticket ------------------------------------------------------ */

/*
 * Where answers go.  A Reply-To of another domain than the author's counts
 * only if the author is proven: else a stranger could make us write to
 * anybody.
 */
static const char *answer_address(const EngineMail *mail)
{
	const Analysis *analysis = mail->analysis;
	const char *from = analysis->from ? strrchr(analysis->from, '@') : NULL;
	const char *reply =
		analysis->reply_to ? strrchr(analysis->reply_to, '@') : NULL;

	if (reply && from &&
		(analysis->authenticated || !g_ascii_strcasecmp(reply, from)))
		return analysis->reply_to;
	if (analysis->from)
		return analysis->from;
	return mail->envelope_from && *mail->envelope_from ? mail->envelope_from
							   : NULL;
}

bool receive_insert_ticket(
	Context *context, StoreTicket *ticket, GError **error)
{
	for (int attempt = 0; attempt < 8; attempt++) {
		g_autoptr(GError) problem = NULL;
		g_free(ticket->reference);
		ticket->reference = base_reference_new();
		if (store_ticket_insert(context->store, ticket, &problem))
			return true;
		if (problem->code != REDRESS_ERROR_CONFLICT) {
			g_propagate_error(error, g_steal_pointer(&problem));
			return false;
		}
	}
	g_set_error_literal(error, ENGINE_ERROR, REDRESS_ERROR_TEMPORARY,
		"no free ticket reference was found");
	return false;
}

/* Whether it is proven that who reads our answers wrote the mail: a stranger's
 * own domain proves nothing of whom its Reply-To names. */
static bool is_proven(const Analysis *analysis, const char *answer)
{
	const char *from = analysis->from ? strrchr(analysis->from, '@') : NULL;
	const char *to = strrchr(answer, '@');

	return analysis->authenticated && from && to &&
	       g_ascii_strcasecmp(from, to) == 0;
}

/* Not in the store yet. */
static StoreTicket *draft_ticket(Context *context, const Target *target,
	const EngineMail *mail, GError **error)
{
	const Analysis *analysis = mail->analysis;
	const char *answer = answer_address(mail);
	g_autoptr(StoreTicket) ticket = g_new0(StoreTicket, 1);

	if (!answer)
		answer = "";
	ticket->mailbox = g_strdup(target->folded);
	ticket->state = STORE_OPEN;
	ticket->subject = g_strdup(analysis->base_subject);
	ticket->customer = base_address_fold(answer);
	ticket->customer_address = g_strdup(answer);
	ticket->customer_name = g_strdup(analysis->from_name);
	ticket->authenticated = is_proven(analysis, answer);
	ticket->opened_at = mail->now_s;
	ticket->messages = 1;
	conversation_follow(ticket, analysis);
	if (!customer_judge_opening(context, target->mailbox, analysis,
		    mail->now_s, ticket, error) ||
		!customer_choose_language(
			context, target->mailbox, analysis, ticket, error))
		return NULL;
	return g_steal_pointer(&ticket);
}

/* The customer, and whom they wrote to beside us and our staff. */
static bool add_participants(Context *context, const Target *target,
	const StoreTicket *ticket, const Analysis *analysis, GError **error)
{
	if (*ticket->customer && !store_participant_add(context->store,
					 ticket->id, ticket->customer, error))
		return false;
	g_autofree char *from =
		analysis->from ? base_address_fold(analysis->from) : NULL;
	if (from &&
		!store_participant_add(context->store, ticket->id, from, error))
		return false;
	for (guint i = 0; i < MIN(analysis->recipients->len, PARTICIPANTS_MOST);
		i++) {
		g_autofree char *folded =
			base_address_fold(analysis->recipients->pdata[i]);
		if (policy_is_ours(context->policy, folded) ||
			policy_is_staff(target->mailbox, folded))
			continue;
		if (!store_participant_add(
			    context->store, ticket->id, folded, error))
			return false;
	}
	return true;
}

/* ---- the record -------------------------------------------------------- */

bool receive_knows(
	Context *context, const char *dedupe, bool *ret_known, GError **error)
{
	g_autoptr(StoreMessage) known = NULL;

	if (!store_message_by_dedupe(context->store, dedupe, &known, error))
		return false;
	*ret_known = known != NULL;
	return true;
}

bool receive_record(Context *context, const RecordOptions *options,
	int64_t *ret_id, GError **error)
{
	const EngineMail *mail = options->mail;
	const Analysis *analysis = mail->analysis;
	bool participant = options->participant;
	StoreMessage message = {
		.ticket_id = options->ticket_id,
		.dedupe = (char *)options->dedupe,
		.kind = (char *)analysis_kind_name(analysis->kind),
		.guard = (char *)options->guard,
		.guard_detail = analysis->guard_detail,
		.message_id = analysis->message_id,
		.mailbox = (char *)options->mailbox_folded,
		.sender = analysis->from,
		.envelope_from = (char *)mail->envelope_from,
		.subject = analysis->subject,
		.own_text = options->own_text ? (char *)options->own_text
					      : analysis->reply_text,
		.language = analysis->language,
		.source = (char *)mail->source,
		.queue_id = (char *)mail->queue_id,
		.received_at = mail->now_s,
		.size_bytes = (int64_t)g_bytes_get_size(mail->raw),
		.authenticated = analysis->authenticated,
		.asks_compensation = participant && analysis->asks_compensation,
		.language_sure =
			participant && customer_is_sure_of_language(analysis),
		.agent = (char *)options->agent,
		.internal = options->internal,
	};

	if (!store_message_insert(
		    context->store, &message, options->packed, error))
		return false;
	*ret_id = message.id;
	return !options->ticket_id ||
	       conversation_record(context, options->ticket_id, analysis,
		       participant, error);
}

static bool record(Context *context, const Receive *receive,
	const Target *target, const char *dedupe, const char *guard,
	bool participant, int64_t ticket_id, int64_t *ret_id, GError **error)
{
	RecordOptions options = {
		.mail = receive->mail,
		.mailbox_folded = target->folded,
		.dedupe = dedupe,
		.packed = receive->packed,
		.guard = guard,
		.participant = participant,
		.ticket_id = ticket_id,
	};

	return receive_record(context, &options, ret_id, error);
}

/* How the mail came to this ticket, in words. */
static char *describe(const Target *target, const EngineMail *mail,
	const Match *match, bool participant)
{
	const Analysis *analysis = mail->analysis;
	GString *detail = g_string_new(NULL);

	g_string_append_printf(detail, "%s from %s to %s",
		analysis_kind_name(analysis->kind),
		analysis->from ? analysis->from : "nobody",
		target->mailbox->address);
	if (match->ticket)
		g_string_append_printf(detail, ", by %s%s", match->by,
			participant ? "" : ", not a participant");
	if (*match->apart)
		g_string_append_printf(detail, ", apart from %s", match->apart);
	if (analysis->authenticated_by)
		g_string_append_printf(
			detail, ", %s", analysis->authenticated_by);
	if (mail->client)
		g_string_append_printf(detail, ", client %s", mail->client);
	return g_string_free(detail, FALSE);
}

/* ---- decide and apply -------------------------------------------------- */

static bool gather(Context *context, const Receive *receive,
	const Target *target, const StoreTicket *ticket, DecideFacts *facts,
	GError **error)
{
	const EngineMail *mail = receive->mail;
	const Analysis *analysis = mail->analysis;
	const char *answer = answer_address(mail);
	g_autofree char *sender = answer ? policy_sender_key(answer) : NULL;
	g_autofree char *from =
		analysis->from ? base_address_fold(analysis->from) : NULL;

	if (!apply_gather(context, ticket,
		    ticket ? ticket->mailbox : target->folded, mail->now_s,
		    facts, error))
		return false;
	facts->no_acknowledge = mail->no_acknowledge;
	/* Who has heard nothing yet may get an acknowledgement. */
	if (sender && (!ticket || !ticket->heard_at) &&
		!store_outbox_count_recipient(context->store, sender,
			reply_kind_name(REPLY_ACK), mail->now_s - DAY_S,
			&facts->acks_to_sender_today, error))
		return false;
	if (!ticket) {
		facts->no_address = !answer || !policy_can_write_to(
						       context->policy, answer);
		return true;
	}
	return !from || analysis->several_from ||
	       store_participant_known(context->store, ticket->id, from,
		       &facts->from_participant, error);
}

/* A bounce of ours by its token or ids, not by what its subject says. */
static bool is_our_bounce(const Match *match, const Analysis *analysis)
{
	return analysis->kind == ANALYSIS_BOUNCE && analysis->bounce &&
	       match->ticket && !g_str_equal(match->by, "subject");
}

static bool is_colleague(const EngineMailbox *mailbox, const char *address)
{
	g_autofree char *folded = address ? base_address_fold(address) : NULL;
	g_autofree char *supervisor =
		mailbox->supervisor ? base_address_fold(mailbox->supervisor)
				    : NULL;

	return folded && (policy_is_staff(mailbox, folded) ||
				 g_strcmp0(folded, supervisor) == 0);
}

static bool is_for_customer(const StoreOutbox *row, const StoreTicket *ticket)
{
	g_autofree char *to = base_address_fold(row->recipient);

	return g_str_equal(to, ticket->customer);
}

/* A bounce of what was sent to the staff says nothing of the customer.  The
 * outbox knows whom the returned mail was for; else the report says it. */
static bool find_bounced(Context *context, const StoreTicket *ticket,
	const AnalysisBounce *bounce, DecideFacts *facts, GError **error)
{
	g_autoptr(StoreOutbox) row = NULL;

	if (bounce->returned_message_id &&
		!store_outbox_by_message_id(context->store,
			bounce->returned_message_id, &row, error))
		return false;
	if (row && row->ticket_id == ticket->id) {
		facts->to_staff = !is_for_customer(row, ticket);
		return true;
	}
	for (guint i = 0; i < bounce->recipients->len; i++) {
		const AnalysisRecipient *recipient =
			g_ptr_array_index(bounce->recipients, i);
		facts->to_staff |=
			is_colleague(facts->mailbox, recipient->address) ||
			is_colleague(facts->mailbox, recipient->original);
	}
	return true;
}

static Decision decide(
	const DecideFacts *facts, const Match *match, const Analysis *analysis)
{
	if (is_our_bounce(match, analysis))
		return decide_bounce(facts, analysis->bounce->permanent);
	return decide_mail(facts, analysis);
}

static bool record_alone(Context *context, const Receive *receive,
	const Target *target, const char *dedupe, const Decision *decision,
	GError **error)
{
	const EngineMail *mail = receive->mail;
	const Match none = {0};
	g_autofree char *detail = describe(target, mail, &none, false);
	int64_t id = 0;

	if (!record(context, receive, target, dedupe, decision->guard, false, 0,
		    &id, error))
		return false;
	EventOptions options = {
		.message_id = id,
		.at = mail->now_s,
		.what = decision->what,
		.actor = "customer",
		.detail = detail,
		.mail_id = mail->analysis->message_id,
		.queue_id = mail->queue_id,
	};
	if (!event_add(context, &options, error))
		return false;
	options.what = "not-mailed";
	options.detail = decision->guard;
	return event_add(context, &options, error);
}

/* A further mail on a ticket: what it tells of the customer, and whether it is
 * odd. */
static bool join(Context *context, const EngineMail *mail, StoreTicket *ticket,
	const Match *match, const Cause *cause, GError **error)
{
	const EngineMailbox *mailbox =
		policy_mailbox_of(context->policy, ticket->mailbox);
	EventOptions event = {
		.ticket = ticket,
		.message_id = cause->message_id,
		.at = mail->now_s,
		.what = match->odd,
		.actor = "redress",
		.detail = mail->analysis->base_subject,
		.mail_id = cause->mail_id,
		.queue_id = cause->queue_id,
	};

	conversation_follow(ticket, mail->analysis);
	customer_follow_language(context, mailbox, mail->analysis, ticket);
	return customer_judge_addition(context, mailbox, mail->analysis,
		       mail->now_s, ticket, error) &&
	       (!match->odd || event_add(context, &event, error));
}

static bool record_on_ticket(Context *context, const Receive *receive,
	const Target *target, const char *dedupe, StoreTicket *ticket,
	const Decision *decision, const Match *match, bool participant,
	GError **error)
{
	const EngineMail *mail = receive->mail;
	bool opened = decision->record == DECIDE_OPEN;
	g_autofree char *detail = describe(target, mail, match, participant);
	Cause cause = {
		.actor = "customer",
		.detail = detail,
		.mail_id = mail->analysis->message_id,
		.queue_id = mail->queue_id,
		.references = mail->analysis->references,
		.analysis = mail->analysis,
	};

	return record(context, receive, target, dedupe, decision->guard,
		       opened || participant, ticket->id, &cause.message_id,
		       error) &&
	       (opened || !participant ||
		       join(context, mail, ticket, match, &cause, error)) &&
	       apply_decision(
		       context, ticket, decision, &cause, mail->now_s, error);
}

static void tell_answer_address(
	Context *context, EngineReceipt *receipt, const StoreTicket *ticket)
{
	const EngineMailbox *mailbox =
		policy_mailbox_of(context->policy, ticket->mailbox);

	if (!receipt->answer_to && !mailbox->direct)
		receipt->answer_to = policy_token_address(
			context->policy, mailbox, 'a', ticket->reference);
}

static void report(Context *context, EngineReceipt *receipt,
	const StoreTicket *ticket, const Decision *decision)
{
	g_ptr_array_add(receipt->references, g_strdup(ticket->reference));
	tell_answer_address(context, receipt, ticket);
	receipt->opened |= decision->record == DECIDE_OPEN;
	receipt->acknowledged |= decision->send && decision->mail == REPLY_ACK;
}

/* Says why, for whoever logs it. */
static void let_pass(const Receive *receive, const Target *target)
{
	const Analysis *analysis = receive->mail->analysis;
	GString *why = g_string_new(NULL);

	if (receive->receipt->passed) {
		g_string_free(why, TRUE);
		return;
	}
	g_string_printf(why, "score %.2f, %s takes %.2f",
		analysis->complaint_score, target->mailbox->address,
		target->mailbox->accept_threshold / 100.0);
	for (guint i = 0; i < analysis->complaint_reasons->len; i++)
		g_string_append_printf(why, ", %s",
			(const char *)analysis->complaint_reasons->pdata[i]);
	receive->receipt->passed = g_string_free(why, FALSE);
}

static bool insert_ticket(Context *context, const Target *target,
	StoreTicket *ticket, const Analysis *analysis, GError **error)
{
	if (!receive_insert_ticket(context, ticket, error))
		return false;
	g_autofree char *thread_id =
		policy_thread_id(context->policy, ticket->reference);
	return add_participants(context, target, ticket, analysis, error) &&
	       store_thread_add(context->store, ticket->id, thread_id, error);
}

static bool receive_new(Context *context, Receive *receive,
	const Target *target, const char *dedupe, const Match *match,
	GError **error)
{
	const EngineMail *mail = receive->mail;
	g_autoptr(StoreTicket) opened = NULL;
	StoreTicket *ticket = match->ticket;
	DecideFacts facts;

	if (!gather(context, receive, target, ticket, &facts, error))
		return false;
	if (is_our_bounce(match, mail->analysis) &&
		!find_bounced(
			context, ticket, mail->analysis->bounce, &facts, error))
		return false;
	facts.speaks_of_ticket = *match->apart;
	/* Which policy it is goes by what is thought of mail and customer. */
	if (!ticket && target->mailbox->policies_length &&
		(!(opened = draft_ticket(context, target, mail, error)) ||
			!terms_of(context, opened, &facts.terms, error)))
		return false;
	Decision decision = decide(&facts, match, mail->analysis);
	if (decision.record == DECIDE_PASS) {
		let_pass(receive, target);
		return true;
	}
	receive->taken = true;
	if (!receive->receipt->guard)
		receive->receipt->guard = g_strdup(decision.guard);
	if (decision.record == DECIDE_ALONE)
		return record_alone(
			context, receive, target, dedupe, &decision, error);
	if (!ticket) {
		if (!opened)
			opened = draft_ticket(context, target, mail, error);
		if (!opened || !insert_ticket(context, target, opened,
				       mail->analysis, error))
			return false;
		ticket = opened;
	}
	if (!record_on_ticket(context, receive, target, dedupe, ticket,
		    &decision, match, facts.from_participant, error))
		return false;
	report(context, receive->receipt, ticket, &decision);
	return true;
}

/* What is done to the mail in hand is done to it each time. */
static bool repeat_edits(Context *context, Receive *receive,
	const StoreTicket *ticket, const StoreMessage *known, GError **error)
{
	EngineReceipt *receipt = receive->receipt;

	g_ptr_array_add(receipt->references, g_strdup(ticket->reference));
	if (!known->agent) {
		tell_answer_address(context, receipt, ticket);
		return true;
	}
	receipt->agent = true;
	return agent_withhold(context, receive->mail, ticket, receipt, error);
}

/* The same mail again: a retry, a second path, a second mailbox. */
static bool receive_again(Context *context, Receive *receive,
	const Target *target, const StoreMessage *known, GError **error)
{
	g_autoptr(StoreTicket) ticket = NULL;
	g_autofree char *detail = g_strdup_printf(
		"by %s to %s", receive->mail->source, target->mailbox->address);

	receive->taken = true;
	receive->receipt->duplicate = true;
	if (known->ticket_id && !store_ticket_by_id(context->store,
					known->ticket_id, &ticket, error))
		return false;
	if (ticket && !repeat_edits(context, receive, ticket, known, error))
		return false;
	EventOptions options = {
		.ticket = ticket,
		.message_id = known->id,
		.at = receive->mail->now_s,
		.what = "duplicate",
		.actor = "customer",
		.detail = detail,
		.mail_id = receive->mail->analysis->message_id,
		.queue_id = receive->mail->queue_id,
	};
	return event_add(context, &options, error);
}

/*
 * The mail itself, after a copy that bore a machine's signs: a list's copy was
 * faster, or somebody who had the mail sent it on with signs of their own, for
 * the mail itself to be taken for a copy and never answered.
 */
static bool is_direct_copy(const StoreMessage *first, const Analysis *analysis)
{
	const char *complaint = analysis_kind_name(ANALYSIS_COMPLAINT);

	return analysis->kind == ANALYSIS_COMPLAINT &&
	       analysis->cost == ANALYSIS_COST_NOTHING &&
	       !g_str_equal(first->kind, complaint);
}

/* A mailbox with tickets of its own takes its own copy.  (transfer full) */
static char *dedupe_of(const Receive *receive, const EngineMailbox *mailbox,
	const char *folded)
{
	return mailbox->own_tickets
		       ? g_strdup_printf("%s/%s", receive->dedupe, folded)
		       : g_strdup(receive->dedupe);
}

/* It is the ticket's, whichever mailboxes it names: carried out once. */
static bool receive_agent(Context *context, Receive *receive,
	const Target *target, AgentMail *agent, GError **error)
{
	g_autofree char *dedupe = dedupe_of(receive, agent->mailbox,
		agent->ticket ? agent->ticket->mailbox : target->folded);
	g_autoptr(StoreMessage) known = NULL;

	if (receive->receipt->agent)
		return true;
	if (!store_message_by_dedupe(context->store, dedupe, &known, error))
		return false;
	if (known)
		return receive_again(context, receive, target, known, error);
	agent->dedupe = dedupe;
	receive->taken = true;
	return agent_receive(context, agent, error);
}

/* On the ticket that it came to, or that it has opened. */
static bool flag_claim(Context *context, const Receive *receive,
	const StoreTicket *ticket, GError **error)
{
	const EngineMail *mail = receive->mail;
	const GPtrArray *references = receive->receipt->references;
	g_autoptr(StoreTicket) opened = NULL;
	Cause cause = {
		.actor = "redress",
		.mail_id = mail->analysis->message_id,
		.queue_id = mail->queue_id,
	};

	if (!ticket && references->len &&
		!store_ticket_by_reference(context->store,
			references->pdata[references->len - 1], &opened, error))
		return false;
	if (!ticket)
		ticket = opened;
	return !ticket || agent_flag(context, ticket, &cause,
				  mail->analysis->from, mail->now_s, error);
}

/* An agent's mail is carried out; one that only claims to be is flagged, and
 * has no effect. */
static bool receive_matched(Context *context, Receive *receive,
	const Target *target, const char *dedupe, const Match *match,
	GError **error)
{
	const EngineMail *mail = receive->mail;
	const StoreTicket *ticket = match->ticket;
	g_autofree char *proof = NULL;
	AgentMail agent = {
		.mail = mail,
		.mailbox = ticket ? policy_mailbox_of(
					    context->policy, ticket->mailbox)
				  : target->mailbox,
		.mailbox_folded = target->folded,
		.packed = receive->packed,
		.ticket = match->ticket,
		.receipt = receive->receipt,
	};
	enum agent_standing standing = agent_judge(agent.mailbox, mail, &proof);

	agent.proof = proof;
	if (standing == AGENT_PROVEN && agent_takes(&agent))
		return receive_agent(context, receive, target, &agent, error);
	return receive_new(context, receive, target, dedupe, match, error) &&
	       (standing != AGENT_CLAIMED ||
		       flag_claim(context, receive, ticket, error));
}

static bool receive_for(Context *context, Receive *receive,
	const Target *target, GError **error)
{
	g_autofree char *dedupe =
		dedupe_of(receive, target->mailbox, target->folded);
	g_autoptr(StoreMessage) first = NULL;
	g_autoptr(StoreMessage) known = NULL;
	g_autoptr(StoreTicket) ticket = NULL;
	Match match;

	if (!store_message_by_dedupe(context->store, dedupe, &first, error))
		return false;
	if (first && is_direct_copy(first, receive->mail->analysis)) {
		char *direct = g_strconcat(dedupe, "/direct", NULL);
		g_free(dedupe);
		dedupe = direct;
		if (!store_message_by_dedupe(
			    context->store, dedupe, &known, error))
			return false;
	} else {
		known = g_steal_pointer(&first);
	}
	if (known)
		return receive_again(context, receive, target, known, error);
	if (!match_mail(context, receive->mail, target->detail, &match, error))
		return false;
	if (!match.ticket && first && first->ticket_id) {
		match.by = "copy";
		if (!store_ticket_by_id(context->store, first->ticket_id,
			    &match.ticket, error))
			return false;
	}
	ticket = match.ticket;
	return receive_matched(context, receive, target, dedupe, &match, error);
}

static bool receive_job(Context *context, void *user, GError **error)
{
	Receive *receive = user;
	g_autoptr(GArray) targets =
		find_targets(context->policy, receive->mail->recipients);

	/* A job may run twice if its batch was lost: start clean. */
	receive->taken = false;
	engine_receipt_clear(receive->receipt);
	receive->receipt->references = g_ptr_array_new_with_free_func(g_free);
	if (receive->mail->sent) {
		SentMail sent = {
			.mail = receive->mail,
			.dedupe = receive->dedupe,
			.packed = receive->packed,
			.receipt = receive->receipt,
		};
		return sent_receive(context, &sent, error);
	}
	if (receive->mail->direct)
		return agent_direct_receive(context, receive->mail,
			receive->dedupe, receive->packed, receive->receipt,
			error);
	if (!targets->len) {
		g_set_error_literal(error, ENGINE_ERROR, REDRESS_ERROR_INVALID,
			"none of the recipients is a mailbox of ours");
		return false;
	}
	for (guint i = 0; i < targets->len; i++) {
		Target *target = &g_array_index(targets, Target, i);
		if (i == 0)
			receive->receipt->tag_subject =
				target->mailbox->tag_subject;
		if (receive->taken && !target->mailbox->own_tickets)
			continue;
		if (!receive_for(context, receive, target, error))
			return false;
		/* Who hears that nothing was done is not to be wrong. */
		if (receive->receipt->refused)
			break;
	}
	if (receive->taken)
		g_clear_pointer(&receive->receipt->passed, g_free);
	if (receive->receipt->refused)
		g_ptr_array_set_size(receive->receipt->references, 0);
	return true;
}

bool engine_receive(Engine *engine, const EngineMail *mail,
	EngineReceipt *ret_receipt, GError **error)
{
	size_t length;
	const char *bytes = g_bytes_get_data(mail->raw, &length);
	g_autofree char *dedupe = message_dedupe_key(bytes, length);
	g_autoptr(GBytes) packed = store_pack(mail->raw);
	g_auto(EngineReceipt) receipt = {0};
	Receive receive = {
		.mail = mail,
		.dedupe = dedupe,
		.packed = packed,
		.receipt = &receipt,
	};

	if (!writer_submit(
		    engine->writer, WRITER_MAIL, receive_job, &receive, error))
		return false;
	*ret_receipt = receipt;
	receipt = (EngineReceipt){0};
	return true;
}

static void direct_free(EngineDirect *direct)
{
	g_free(direct->from_name);
	g_free(direct->from_address);
	g_free(direct->reply_to);
	g_free(direct->envelope_from);
	g_free(direct->subject_tag);
	g_free(direct->thread_id);
	g_free(direct->agent);
	g_free(direct);
}

void engine_receipt_clear(EngineReceipt *receipt)
{
	g_clear_pointer(&receipt->references, g_ptr_array_unref);
	g_clear_pointer(&receipt->guard, g_free);
	g_clear_pointer(&receipt->passed, g_free);
	g_clear_pointer(&receipt->refused, g_free);
	g_clear_pointer(&receipt->withheld, g_ptr_array_unref);
	g_clear_pointer(&receipt->answer_to, g_free);
	g_clear_pointer(&receipt->direct, direct_free);
	*receipt = (EngineReceipt){0};
}

/* ---- what only the policy knows ---------------------------------------- */

static void stop(Analysis *analysis, const char *guard, const char *detail,
	enum analysis_cost cost)
{
	g_free(analysis->guard);
	g_free(analysis->guard_detail);
	analysis->guard = g_strdup(guard);
	analysis->guard_detail = g_strdup(detail);
	analysis->cost = cost;
}

void engine_refine(const EnginePolicy *policy, const char *envelope_from,
	const char *const *recipients, Analysis *analysis)
{
	g_autofree char *own =
		engine_policy_own_message_id(policy, analysis->message_id);
	g_autofree char *from =
		analysis->from ? base_address_fold(analysis->from) : NULL;

	if (own || engine_policy_own_sender(policy, envelope_from)) {
		analysis->kind = ANALYSIS_LOOP;
		stop(analysis, "own-mail", "signed by this Redress",
			ANALYSIS_COST_AUTOMATIC);
		return;
	}
	if (analysis->guard && analysis->cost != ANALYSIS_COST_NOTHING)
		return;
	for (size_t i = 0; from && recipients && recipients[i]; i++) {
		const EngineMailbox *mailbox =
			engine_policy_mailbox(policy, recipients[i], NULL);
		if (mailbox && policy_is_staff(mailbox, from)) {
			stop(analysis, "staff", "the sender is of the team",
				ANALYSIS_COST_AUTOMATIC);
			return;
		}
	}
}
