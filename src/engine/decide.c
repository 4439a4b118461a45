/* Mails: what is owed for one. */
#include "clocks.h"
#include "deciding.h"

/* A decision that changes nothing yet. */
Decision decide_start(const DecideFacts *facts, const char *what)
{
	Decision decision = {
		.what = what,
		.state = facts->ticket ? facts->ticket->state : STORE_OPEN,
		.promised_by = DECIDE_KEEP,
		.settle_by = DECIDE_KEEP,
		.settle_left_s = DECIDE_KEEP,
		.letters_until_s = DECIDE_KEEP,
	};

	for (int kind = 0; kind < STORE_DEADLINES; kind++)
		decision.deadlines[kind] = DECIDE_KEEP;
	return decision;
}

bool decide_is_settled(const StoreTicket *ticket)
{
	return ticket->state == STORE_RESOLVED || ticket->state == STORE_CLOSED;
}

bool decide_promise_passed(const DecideFacts *facts)
{
	int64_t promised_by = facts->ticket->promised_by;

	return promised_by && promised_by <= facts->now_s;
}

bool decide_settlement_passed(const DecideFacts *facts)
{
	int64_t settle_by = facts->ticket->settle_by;

	return settle_by && settle_by <= facts->now_s;
}

void decide_fall_silent(
	Decision *decision, const DecideFacts *facts, const char *guard)
{
	decision->quiet = guard;
	clocks_turn(decision, facts, CLOCK_SILENT);
}

/* ---- backstops --------------------------------------------------------- */

/* The thread's own backstop, whatever the mail. */
const char *decide_thread_guard(const DecideFacts *facts, bool unquiet)
{
	if (facts->ticket->quiet && !unquiet)
		return facts->ticket->quiet;
	if (facts->automatic_on_thread_today >=
		facts->automatic_per_thread_most)
		return "thread-rate";
	return NULL;
}

/*
 * Anybody can open tickets in somebody's name: what they cause together is
 * bounded, too.  No word that was given is held back by it, since few of those
 * many tickets were acknowledged.
 */
const char *decide_customer_guard(const DecideFacts *facts)
{
	unsigned most = facts->automatic_per_customer_most;

	return most && facts->automatic_to_customer_today >= most
		       ? "recipient-rate"
		       : NULL;
}

static const char *ack_guard(const DecideFacts *facts, const Analysis *analysis)
{
	if (analysis->guard && analysis->cost != ANALYSIS_COST_NOTHING)
		return analysis->guard;
	if (facts->no_acknowledge)
		return "import";
	if (!facts->mailbox->acknowledge)
		return "mailbox-acknowledge-off";
	if (facts->acks_to_sender_today >= facts->acks_per_sender_most)
		return "sender-rate";
	return NULL;
}

void decide_send_automatic(Decision *decision, enum reply_kind mail)
{
	decision->send = true;
	decision->mail = mail;
	decision->automatic = true;
}

/* ---- a mail ------------------------------------------------------------ */

/* Mail of machines about mail: worth a record, never a ticket of its own. */
static bool is_report(enum analysis_kind kind)
{
	switch (kind) {
	case ANALYSIS_BOUNCE:
	case ANALYSIS_AUTO_REPLY:
	case ANALYSIS_RECEIPT:
	case ANALYSIS_LOOP:
		return true;
	case ANALYSIS_COMPLAINT:
	case ANALYSIS_AUTO_GENERATED:
	case ANALYSIS_LIST:
	case ANALYSIS_FEEDBACK_REPORT:
		return false;
	}
	g_assert_not_reached();
}

static Decision open_ticket(const DecideFacts *facts, const Analysis *analysis)
{
	Decision decision = decide_start(facts, "opened");

	decision.record = DECIDE_OPEN;
	decision.guard = ack_guard(facts, analysis);
	if (facts->no_address)
		decision.guard = "no-address";
	if (facts->no_address || facts->no_acknowledge ||
		analysis->kind != ANALYSIS_COMPLAINT ||
		analysis->cost == ANALYSIS_COST_AUTOMATIC) {
		if (!decision.guard)
			decision.guard = analysis_kind_name(analysis->kind);
		decide_fall_silent(&decision, facts, decision.guard);
		return decision;
	}
	DecideFacts opening = *facts;
	opening.seed = analysis->message_id ? analysis->message_id
					    : facts->mailbox->address;
	clocks_turn(&decision, &opening, CLOCK_OPENED);
	if (!decision.guard)
		decide_send_automatic(&decision, REPLY_ACK);
	return decision;
}

/* A customer's word on a resolved ticket: open again, a new promise.  What
 * comes back a second time needs somebody else's eye. */
void decide_reopen(Decision *decision, const DecideFacts *facts)
{
	decision->what = "reopened";
	decision->reopened = true;
	decision->state = STORE_OPEN;
	if (facts->ticket->reopened_count && !facts->escalated_today)
		decision->escalate = "reopened";
	clocks_turn(decision, facts, CLOCK_REOPENED);
}

/* An unreachable customer who writes can be reached, and one taken for a robot
 * who writes like a person is one. */
static bool speaks_again(const DecideFacts *facts, const Analysis *analysis)
{
	return facts->ticket->quiet && facts->from_participant &&
	       !facts->no_address && analysis->cost == ANALYSIS_COST_NOTHING;
}

static void speak_again(Decision *decision, const DecideFacts *facts)
{
	decision->unquiet = true;
	/* Who only asks how things stand is still waited for. */
	if (decision->state == STORE_WAITING)
		clocks_turn(decision, facts, CLOCK_REMINDED);
	else if (!decision->reopened)
		clocks_turn(decision, facts, CLOCK_SPOKE_AGAIN);
}

/* Taken for a robot's until now: nobody has told the customer anything. */
static Decision first_word(
	Decision decision, const DecideFacts *facts, const Analysis *analysis)
{
	decision.guard = ack_guard(facts, analysis);
	if (!decision.guard)
		decision.guard = decide_thread_guard(facts, true);
	if (!decision.guard) {
		decide_send_automatic(&decision, REPLY_ACK);
		clocks_turn(&decision, facts, CLOCK_UPDATED);
	}
	return decision;
}

/* ---- a mail on a settled matter ---------------------------------------- */

static bool rates(const StoreTicket *ticket, const Analysis *analysis)
{
	return decide_is_settled(ticket) && ticket->surveyed_at &&
	       analysis->rating;
}

bool decide_concludes(const StoreTicket *ticket, const Analysis *analysis)
{
	return decide_is_settled(ticket) &&
	       (rates(ticket, analysis) || analysis->says_thanks ||
		       analysis->says_solved || analysis->status_request);
}

/* A poor rating whose comment is a complaint. */
static bool complains_again(const DecideFacts *facts, const Analysis *analysis)
{
	return rates(facts->ticket, analysis) &&
	       analysis->rating <= DECIDE_RATING_POOR &&
	       analysis->rating_comment &&
	       analysis->complaint_score * 100.0 >=
		       facts->mailbox->accept_threshold;
}

/* Not from a machine, nor from somebody else. */
static bool is_of_customer(const DecideFacts *facts, const Analysis *analysis)
{
	return analysis->kind == ANALYSIS_COMPLAINT &&
	       facts->from_participant &&
	       analysis->cost != ANALYSIS_COST_AUTOMATIC;
}

static bool opens_again(const DecideFacts *facts, const Analysis *analysis)
{
	const StoreTicket *ticket = facts->ticket;

	if (!is_of_customer(facts, analysis))
		return false;
	if (complains_again(facts, analysis))
		return true;
	return ticket->state == STORE_RESOLVED &&
	       !decide_concludes(ticket, analysis);
}

static void take_rating(
	Decision *decision, const DecideFacts *facts, const Analysis *analysis)
{
	if (!is_of_customer(facts, analysis) || !rates(facts->ticket, analysis))
		return;
	decision->rating = analysis->rating;
	decision->rating_comment = analysis->rating_comment;
	if (analysis->rating > DECIDE_RATING_POOR || facts->rating_told_today)
		return;
	decision->escalate = "rating";
	decision->escalate_words = analysis->rating_comment;
}

/* What withholds an answer to a further mail. */
static const char *answer_guard(
	const DecideFacts *facts, const Analysis *analysis, bool unquiet)
{
	return analysis->guard && analysis->cost != ANALYSIS_COST_NOTHING
		       ? analysis->guard
		       : decide_thread_guard(facts, unquiet);
}

static Decision conclude(
	Decision decision, const DecideFacts *facts, const Analysis *analysis)
{
	decision.unquiet = speaks_again(facts, analysis);
	if (decision.rating) {
		decision.what = NULL;
		decision.guard = "rating";
	} else if (analysis->status_request) {
		decision.guard =
			answer_guard(facts, analysis, decision.unquiet);
		if (!decision.guard)
			decide_send_automatic(&decision, REPLY_STATUS);
	} else {
		decision.what = "thanked";
		decision.guard = "thanks";
	}
	return decision;
}

/*
 * To end it takes what it took to begin it: in the name of a customer who was
 * proven nobody else does.  In the name of another anybody can: then the
 * customer hears of it, and can answer, or it is not settled.
 */
static bool may_settle(const DecideFacts *facts, const Analysis *analysis,
	const Decision *solved)
{
	return is_of_customer(facts, analysis) &&
	       (analysis->authenticated ||
		       (!facts->ticket->authenticated && solved->send));
}

/* The customer says that it is settled, and knows best. */
static Decision solve(const DecideFacts *facts, const Analysis *analysis)
{
	Decision decision = decide_resolve(facts, false);

	decision.record = DECIDE_ADD;
	decision.what = "solved-by-customer";
	decision.solved = true;
	decision.unquiet = speaks_again(facts, analysis);
	decision.guard = answer_guard(facts, analysis, decision.unquiet);
	decision.send = false;
	if (!decision.guard)
		decide_send_automatic(&decision, REPLY_RESOLVED);
	return decision;
}

/* ---- a mail on a ticket ------------------------------------------------ */

/* Who is waited for gets no follow-ups. */
static bool ticket_goes_on(const Decision *decision)
{
	return decision->state == STORE_OPEN;
}

/* What was asked is answered: the answer is ours to give again.  Who only asks
 * how things stand answers nothing. */
static void resume(Decision *decision, const DecideFacts *facts)
{
	decision->what = "resumed";
	decision->resumed = true;
	decision->state = STORE_OPEN;
	decision->brief = "added";
	clocks_turn(decision, facts, CLOCK_REPLIED);
}

/* Who asks, or comes back, hears how things stand. */
static Decision answer_addition(
	Decision decision, const DecideFacts *facts, const Analysis *analysis)
{
	decision.guard = "already-acknowledged";
	if (!decision.reopened && !decision.resumed &&
		!(analysis->status_request && facts->from_participant))
		return decision;
	decision.guard = answer_guard(facts, analysis, decision.unquiet);
	/* What is overdue has a word of its own, with a new time, at once. */
	if (!decision.guard && !decision.reopened &&
		(decide_promise_passed(facts) ||
			decide_settlement_passed(facts)))
		decision.guard = "late-notice-due";
	if (!decision.guard) {
		decide_send_automatic(&decision, REPLY_STATUS);
		if (ticket_goes_on(&decision))
			clocks_turn(&decision, facts, CLOCK_UPDATED);
	}
	return decision;
}

static Decision add_to_ticket(
	const DecideFacts *facts, const Analysis *analysis)
{
	Decision decision = decide_start(facts, "added");
	const StoreTicket *ticket = facts->ticket;
	bool of_customer = is_of_customer(facts, analysis);

	decision.record = DECIDE_ADD;
	if (analysis->kind != ANALYSIS_COMPLAINT) {
		decision.guard = analysis->guard
					 ? analysis->guard
					 : analysis_kind_name(analysis->kind);
		return decision;
	}
	if (analysis->says_solved && !decide_is_settled(ticket)) {
		Decision solved = solve(facts, analysis);
		if (may_settle(facts, analysis, &solved))
			return solved;
	}
	if (opens_again(facts, analysis)) {
		decide_reopen(&decision, facts);
		decision.resumed = ticket->asked_at != 0;
		decision.brief = "reopened";
	} else if (of_customer && ticket->state == STORE_WAITING &&
		   !analysis->status_request) {
		resume(&decision, facts);
	} else if (!decide_is_settled(ticket)) {
		clocks_turn(&decision, facts, CLOCK_WROTE);
	}
	take_rating(&decision, facts, analysis);
	if (of_customer && !decision.reopened &&
		decide_concludes(ticket, analysis))
		return conclude(decision, facts, analysis);
	if (speaks_again(facts, analysis))
		speak_again(&decision, facts);
	if (decision.unquiet && !ticket->heard_at)
		return first_word(decision, facts, analysis);
	return answer_addition(decision, facts, analysis);
}

/* What belongs to a ticket is never let pass, nor is a doubt. */
static bool passes(const DecideFacts *facts, const Analysis *analysis)
{
	return facts->mailbox->complaints_only && !facts->speaks_of_ticket &&
	       analysis->complaint_score * 100.0 <
		       facts->mailbox->accept_threshold;
}

/* Law, press and regulator: whoever reads it first may not be who can
 * answer. */
static void heed_threat(
	Decision *decision, const DecideFacts *facts, const Analysis *analysis)
{
	bool of_customer = facts->ticket ? is_of_customer(facts, analysis)
					 : !decision->quiet;

	if (!analysis->threat || !of_customer || facts->threat_told_today)
		return;
	decision->escalate = "threat";
	decision->escalate_words = analysis->threat;
}

/* A new matter of a person's; old mail is none. */
static Decision open_matter(const DecideFacts *facts, const Analysis *analysis)
{
	Decision decision = open_ticket(facts, analysis);

	if (analysis->kind == ANALYSIS_COMPLAINT && !facts->no_acknowledge)
		decision.brief = "new";
	heed_threat(&decision, facts, analysis);
	return decision;
}

Decision decide_mail(const DecideFacts *facts, const Analysis *analysis)
{
	if (facts->ticket) {
		Decision addition = add_to_ticket(facts, analysis);
		heed_threat(&addition, facts, analysis);
		return addition;
	}
	if (passes(facts, analysis)) {
		Decision pass = decide_start(facts, NULL);
		pass.record = DECIDE_PASS;
		return pass;
	}
	if (!is_report(analysis->kind))
		return open_matter(facts, analysis);

	Decision decision = decide_start(facts, "recorded");
	decision.record = DECIDE_ALONE;
	decision.guard = analysis->guard ? analysis->guard
					 : analysis_kind_name(analysis->kind);
	return decision;
}

Decision decide_bounce(const DecideFacts *facts, bool permanent)
{
	Decision decision =
		decide_start(facts, permanent ? "bounced" : "bounced-for-now");

	decision.record = DECIDE_ADD;
	decision.guard = "bounce";
	if (facts->to_staff) {
		/* Told to the same address it would only come back again. */
		decision.what = "staff-mail-bounced";
	} else if (permanent) {
		/* The agents still owe the answer, by whatever way: the promise
		 * stays. */
		decision.quiet = "unreachable";
		clocks_turn(&decision, facts, CLOCK_BOUNCED);
		/* An address that dies and speaks again in turn is told of
		 * once a day. */
		if (!facts->ticket->quiet && !facts->escalated_today)
			decision.escalate = "unreachable";
	}
	return decision;
}
