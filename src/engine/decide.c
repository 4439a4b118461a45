#include <string.h>

#include "clocks.h"
#include "command.h"

enum {
	DAY_S = 24 * 60 * 60,
	HOUR_S = 60 * 60,
	/* A question that a backstop withheld is put again, not for ever. */
	QUESTION_RETRY_S = 6 * HOUR_S,
	QUESTION_RETRIES_S = 3 * DAY_S,
};

static Decision resolve(const DecideFacts *facts, bool silent);

/* A decision that changes nothing yet. */
static Decision start(const DecideFacts *facts, const char *what)
{
	Decision decision = {
		.what = what,
		.state = facts->ticket ? facts->ticket->state : STORE_OPEN,
		.promised_by = DECIDE_KEEP,
		.settle_by = DECIDE_KEEP,
		.settle_left_s = DECIDE_KEEP,
	};

	for (int kind = 0; kind < STORE_DEADLINES; kind++)
		decision.deadlines[kind] = DECIDE_KEEP;
	return decision;
}

static bool is_settled(const StoreTicket *ticket)
{
	return ticket->state == STORE_RESOLVED || ticket->state == STORE_CLOSED;
}

static bool promise_passed(const DecideFacts *facts)
{
	int64_t promised_by = facts->ticket->promised_by;

	return promised_by && promised_by <= facts->now_s;
}

static void fall_silent(
	Decision *decision, const DecideFacts *facts, const char *guard)
{
	decision->quiet = guard;
	clocks_turn(decision, facts, CLOCK_SILENT);
}

/* ---- backstops --------------------------------------------------------- */

/* The thread's own backstop, whatever the mail. */
static const char *thread_guard(const DecideFacts *facts, bool unquiet)
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
static const char *customer_guard(const DecideFacts *facts)
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

static void send_automatic(Decision *decision, enum reply_kind mail)
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
	Decision decision = start(facts, "opened");

	decision.record = DECIDE_OPEN;
	decision.guard = ack_guard(facts, analysis);
	if (facts->no_address)
		decision.guard = "no-address";
	if (facts->no_address || facts->no_acknowledge ||
		analysis->kind != ANALYSIS_COMPLAINT ||
		analysis->cost == ANALYSIS_COST_AUTOMATIC) {
		if (!decision.guard)
			decision.guard = analysis_kind_name(analysis->kind);
		fall_silent(&decision, facts, decision.guard);
		return decision;
	}
	DecideFacts opening = *facts;
	opening.seed = analysis->message_id ? analysis->message_id
					    : facts->mailbox->address;
	clocks_turn(&decision, &opening, CLOCK_OPENED);
	if (!decision.guard)
		send_automatic(&decision, REPLY_ACK);
	return decision;
}

/* A customer's word on a resolved ticket: open again, a new promise.  What
 * comes back a second time needs somebody else's eye. */
static void reopen(Decision *decision, const DecideFacts *facts)
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
	if (!decision->reopened)
		clocks_turn(decision, facts, CLOCK_SPOKE_AGAIN);
}

/* Taken for a robot's until now: nobody has told the customer anything. */
static Decision first_word(
	Decision decision, const DecideFacts *facts, const Analysis *analysis)
{
	decision.guard = ack_guard(facts, analysis);
	if (!decision.guard)
		decision.guard = thread_guard(facts, true);
	if (!decision.guard) {
		send_automatic(&decision, REPLY_ACK);
		clocks_turn(&decision, facts, CLOCK_UPDATED);
	}
	return decision;
}

/* ---- a mail on a settled matter ---------------------------------------- */

static bool rates(const StoreTicket *ticket, const Analysis *analysis)
{
	return is_settled(ticket) && ticket->surveyed_at && analysis->rating;
}

bool decide_concludes(const StoreTicket *ticket, const Analysis *analysis)
{
	return is_settled(ticket) &&
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
		       : thread_guard(facts, unquiet);
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
			send_automatic(&decision, REPLY_STATUS);
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
	Decision decision = resolve(facts, false);

	decision.record = DECIDE_ADD;
	decision.what = "solved-by-customer";
	decision.solved = true;
	decision.unquiet = speaks_again(facts, analysis);
	decision.guard = answer_guard(facts, analysis, decision.unquiet);
	decision.send = false;
	if (!decision.guard)
		send_automatic(&decision, REPLY_RESOLVED);
	return decision;
}

/* ---- a mail on a ticket ------------------------------------------------ */

/* Who is waited for gets no follow-ups. */
static bool ticket_goes_on(const Decision *decision)
{
	return decision->state == STORE_OPEN;
}

/* What was asked is answered: the answer is ours to give again. */
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
	if (!decision.guard && !decision.reopened && promise_passed(facts))
		decision.guard = "late-notice-due";
	if (!decision.guard) {
		send_automatic(&decision, REPLY_STATUS);
		if (ticket_goes_on(&decision))
			clocks_turn(&decision, facts, CLOCK_UPDATED);
	}
	return decision;
}

static Decision add_to_ticket(
	const DecideFacts *facts, const Analysis *analysis)
{
	Decision decision = start(facts, "added");
	const StoreTicket *ticket = facts->ticket;
	bool of_customer = is_of_customer(facts, analysis);

	decision.record = DECIDE_ADD;
	if (analysis->kind != ANALYSIS_COMPLAINT) {
		decision.guard = analysis->guard
					 ? analysis->guard
					 : analysis_kind_name(analysis->kind);
		return decision;
	}
	if (analysis->says_solved && !is_settled(ticket)) {
		Decision solved = solve(facts, analysis);
		if (may_settle(facts, analysis, &solved))
			return solved;
	}
	if (opens_again(facts, analysis)) {
		reopen(&decision, facts);
		decision.brief = "reopened";
	} else if (of_customer && ticket->state == STORE_WAITING) {
		resume(&decision, facts);
	} else if (!is_settled(ticket)) {
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
		Decision pass = start(facts, NULL);
		pass.record = DECIDE_PASS;
		return pass;
	}
	if (!is_report(analysis->kind))
		return open_matter(facts, analysis);

	Decision decision = start(facts, "recorded");
	decision.record = DECIDE_ALONE;
	decision.guard = analysis->guard ? analysis->guard
					 : analysis_kind_name(analysis->kind);
	return decision;
}

Decision decide_bounce(const DecideFacts *facts, bool permanent)
{
	Decision decision =
		start(facts, permanent ? "bounced" : "bounced-for-now");

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

/* ---- a deadline -------------------------------------------------------- */

/* Nothing falls due on a ticket that is settled. */
static Decision lapse(const DecideFacts *facts)
{
	Decision decision = start(facts, NULL);

	decision.deadlines[STORE_DEADLINE_FOLLOW_UP] = 0;
	decision.deadlines[STORE_DEADLINE_PROMISE] = 0;
	decision.deadlines[STORE_DEADLINE_SETTLE] = 0;
	decision.deadlines[STORE_DEADLINE_LETTER] = 0;
	decision.deadlines[STORE_DEADLINE_REMIND] = 0;
	decision.deadlines[STORE_DEADLINE_NUDGE] = 0;
	return decision;
}

/* Withheld for now: the next look is in an hour, but not after the interval
 * has passed, when no backstop of a day stands in the way any more. */
static int64_t look_again_at(const DecideFacts *facts)
{
	int64_t every = facts->terms->follow_up_every_s;
	int64_t soon = facts->now_s + MIN(HOUR_S, every);
	int64_t latest = facts->ticket->heard_at + every;

	return latest > facts->now_s ? MIN(soon, latest) : soon;
}

/* With an agent's words, if there are some: then it is a person's mail, which
 * no later one of ours takes the place of. */
static void send_follow_up(Decision *decision, const DecideFacts *facts)
{
	send_automatic(decision, REPLY_FOLLOWUP);
	decision->automatic = !facts->ticket->update_words;
}

/*
 * What was promised will not be in time: the customer hears before it is late,
 * with a new time, and the supervisor hears too.  No backstop stands against
 * this mail but silence: a broken promise without a word is worse than a third
 * mail in a day.  After terms->late_most of them no time is named any more, so
 * that nothing falls due again.  What no mail has told is not apologised for.
 */
static void be_late(Decision *decision, const DecideFacts *facts, bool told)
{
	decision->late = true;
	decision->guard = facts->ticket->quiet;
	if (!decision->guard && !told)
		decision->guard = customer_guard(facts);
	if (decision->guard)
		return;
	if (told) {
		send_automatic(decision, REPLY_LATE);
		/* An agent's words are a person's. */
		decision->automatic = !facts->ticket->update_words;
	} else {
		send_follow_up(decision, facts);
	}
}

/* Not told now: the word that says so comes as soon as it can. */
static void look_again(Decision *decision, const DecideFacts *facts)
{
	if (decision->guard && !facts->ticket->quiet)
		decision->deadlines[STORE_DEADLINE_FOLLOW_UP] =
			look_again_at(facts);
	else if (decision->guard)
		decision->deadlines[STORE_DEADLINE_FOLLOW_UP] = DECIDE_KEEP;
}

static Decision due_promise(const DecideFacts *facts)
{
	Decision decision = start(facts, "late");
	const StoreTicket *ticket = facts->ticket;
	bool last =
		ticket->quiet || ticket->late_count >= facts->terms->late_most;

	decision.escalate = "promise";
	decision.settle = true;
	decision.outcome = STORE_PROMISE_BROKEN;
	be_late(&decision, facts, facts->promise_told);
	clocks_turn(&decision, facts, last ? CLOCK_LATE_LAST : CLOCK_LATE);
	look_again(&decision, facts);
	return decision;
}

/* The whole matter takes longer than we said. */
static Decision due_settlement(const DecideFacts *facts)
{
	Decision decision = start(facts, "settlement-late");
	const StoreTicket *ticket = facts->ticket;
	bool last =
		ticket->quiet || ticket->late_count >= facts->terms->late_most;

	/* The row of a matter that waits, or of a policy that is no more. */
	if (!ticket->settle_by) {
		decision.what = NULL;
		decision.deadlines[STORE_DEADLINE_SETTLE] = 0;
		return decision;
	}
	decision.escalate = "settlement";
	decision.settlement_late = true;
	be_late(&decision, facts, facts->settlement_told);
	clocks_turn(&decision, facts,
		last ? CLOCK_SETTLES_LATE_LAST : CLOCK_SETTLES_LATE);
	look_again(&decision, facts);
	return decision;
}

static Decision due_follow_up(const DecideFacts *facts)
{
	const StoreTicket *ticket = facts->ticket;
	Decision decision = start(facts, "updated");

	/* After an outage both may be due: a time that has passed is not told
	 * as one to come. */
	if (promise_passed(facts))
		return due_promise(facts);
	decision.guard = thread_guard(facts, false);
	if (!decision.guard)
		decision.guard = customer_guard(facts);
	if (ticket->quiet) {
		fall_silent(&decision, facts, ticket->quiet);
		decision.what = "follow-up-withheld";
	} else if (decision.guard) {
		decision.what = "follow-up-withheld";
		decision.deadlines[STORE_DEADLINE_FOLLOW_UP] =
			look_again_at(facts);
	} else {
		send_follow_up(&decision, facts);
		clocks_turn(&decision, facts, CLOCK_UPDATED);
	}
	return decision;
}

/* ---- letters ----------------------------------------------------------- */

static int compare_letters(const void *left, const void *right)
{
	const DecideLetter *a = left, *b = right;

	return (a->due_s > b->due_s) - (a->due_s < b->due_s);
}

/* By the time at which each is due.  (element-type DecideLetter) */
static GArray *list_letters(const DecideFacts *facts)
{
	const EngineTerms *terms = facts->terms;
	int64_t opened_at =
		facts->ticket ? facts->ticket->opened_at : facts->now_s;
	GArray *letters = g_array_new(FALSE, FALSE, sizeof(DecideLetter));

	for (size_t i = 0; i < terms->letters_length; i++) {
		const EngineLetter *letter = &terms->letters[i];
		DecideLetter due = {
			.name = letter->name,
			.due_s = promise_due(facts->mailbox->calendar,
				letter->after, opened_at),
		};
		g_array_append_val(letters, due);
	}
	g_array_sort(letters, compare_letters);
	return letters;
}

bool decide_letter(const DecideFacts *facts, unsigned done, int64_t after_s,
	DecideLetter *ret_letter)
{
	g_autoptr(GArray) letters = list_letters(facts);

	for (guint i = done; i < letters->len; i++) {
		DecideLetter *letter = &g_array_index(letters, DecideLetter, i);
		if (letter->due_s <= after_s)
			continue;
		letter->number = i + 1;
		*ret_letter = *letter;
		return true;
	}
	return false;
}

/* After an outage the latest one: a customer gets one letter, not all that were
 * missed. */
static bool find_due_letter(const DecideFacts *facts, DecideLetter *ret_letter)
{
	unsigned done = facts->ticket->letters;
	bool found = false;
	DecideLetter letter;

	while (decide_letter(facts, done, 0, &letter) &&
		letter.due_s <= facts->now_s) {
		*ret_letter = letter;
		done = letter.number;
		found = true;
	}
	return found;
}

/* What a rule asks for is no automatic mail too many. */
static Decision due_letter(const DecideFacts *facts)
{
	Decision decision = start(facts, NULL);
	DecideLetter letter;

	if (!find_due_letter(facts, &letter)) {
		/* The policy is another one by now. */
		DecideLetter next = {0};
		decide_letter(
			facts, facts->ticket->letters, facts->now_s, &next);
		decision.deadlines[STORE_DEADLINE_LETTER] = next.due_s;
		return decision;
	}
	decision.what = "letter-due";
	decision.letters_done = letter.number;
	decision.guard =
		facts->no_address ? "no-address" : facts->ticket->quiet;
	if (!decision.guard) {
		decision.send = true;
		decision.mail = REPLY_FOLLOWUP;
		decision.letter_name = letter.name;
	}
	clocks_turn(&decision, facts, CLOCK_LETTER);
	if (decision.guard || facts->ticket->state != STORE_OPEN)
		decision.deadlines[STORE_DEADLINE_FOLLOW_UP] = DECIDE_KEEP;
	return decision;
}

/* ---- a customer who was asked ------------------------------------------ */

int64_t decide_wait_until(const EngineMailbox *mailbox,
	const EngineTerms *terms, unsigned reminders, int64_t now_s)
{
	if (!terms->end_waiting_after_s)
		return 0;
	for (; reminders < terms->reminders; reminders++)
		now_s = promise_due(
			mailbox->calendar, terms->remind_after, now_s);
	return now_s + terms->end_waiting_after_s;
}

/* Nothing came in spite of all reminders: the matter rests, and any word of the
 * customer's opens it again. */
static Decision stop_waiting(const DecideFacts *facts)
{
	Decision decision = resolve(facts, false);

	decision.what = "unanswered";
	decision.unanswered = true;
	decision.deadlines[STORE_DEADLINE_SURVEY] = 0;
	decision.deadlines[STORE_DEADLINE_AFTERCARE] = 0;
	return decision;
}

static Decision due_reminder(const DecideFacts *facts)
{
	const StoreTicket *ticket = facts->ticket;
	Decision decision = start(facts, NULL);

	if (ticket->state != STORE_WAITING) {
		decision.deadlines[STORE_DEADLINE_REMIND] = 0;
		return decision;
	}
	if (ticket->reminders >= facts->terms->reminders)
		return stop_waiting(facts);
	decision.guard = thread_guard(facts, false);
	if (!decision.guard)
		decision.guard = customer_guard(facts);
	if (decision.guard) {
		decision.deadlines[STORE_DEADLINE_REMIND] =
			ticket->quiet ? 0 : facts->now_s + HOUR_S;
		return decision;
	}
	decision.what = "reminded";
	decision.reminded = true;
	send_automatic(&decision, REPLY_NEED_INFO);
	clocks_turn(&decision, facts, CLOCK_REMINDED);
	return decision;
}

static Decision due_close(const DecideFacts *facts)
{
	Decision decision = start(facts, NULL);

	decision.deadlines[STORE_DEADLINE_CLOSE] = 0;
	if (facts->ticket->state == STORE_RESOLVED) {
		decision.what = "closed";
		decision.state = STORE_CLOSED;
	}
	return decision;
}

/* The words that are due to a customer, the follow-ups only where there is time
 * for a reminder between two of them. */
enum { DUE_FOLLOW_UP, DUE_PROMISE, DUE_SETTLEMENT, DUES };

static void list_dues(const DecideFacts *facts, const StoreTicket *ticket,
	int64_t follow_up_at, int64_t dues[DUES])
{
	bool between = facts->terms->follow_up_every_s >
		       facts->mailbox->nudge_before_s;

	dues[DUE_FOLLOW_UP] = between ? follow_up_at : 0;
	dues[DUE_PROMISE] = ticket->promised_by;
	dues[DUE_SETTLEMENT] = ticket->settle_by;
}

int64_t decide_nudge_at(const DecideFacts *facts, const StoreTicket *ticket,
	int64_t follow_up_at)
{
	const EngineMailbox *mailbox = facts->mailbox;
	int64_t now_s = facts->now_s;
	int64_t before = mailbox->nudge_before_s;
	int64_t dues[DUES], next = 0;

	if (!before || !mailbox->agents || !*mailbox->agents ||
		is_settled(ticket) || ticket->quiet)
		return 0;
	list_dues(facts, ticket, follow_up_at, dues);
	for (int i = 0; i < DUES; i++)
		if (dues[i] - before > now_s && (!next || dues[i] < next))
			next = dues[i];
	return next ? next - before : 0;
}

/* Who has just answered knows of the ticket. */
static bool was_just_answered(const DecideFacts *facts)
{
	int64_t answered_at = facts->ticket->answered_at;

	return answered_at &&
	       facts->now_s - answered_at < facts->mailbox->nudge_before_s;
}

/* apply sets the next one. */
static Decision due_nudge(const DecideFacts *facts)
{
	static const char *const reasons[DUES] = {
		"follow-up", "promise", "settlement"};
	Decision decision = start(facts, NULL);
	int64_t before = facts->mailbox->nudge_before_s;
	int64_t dues[DUES];

	decision.deadlines[STORE_DEADLINE_NUDGE] = 0;
	if (facts->ticket->quiet || was_just_answered(facts))
		return decision;
	list_dues(facts, facts->ticket, facts->follow_up_at, dues);
	for (int i = 0; i < DUES; i++) {
		bool near = dues[i] > facts->now_s &&
			    dues[i] - before <= facts->now_s;
		if (!near || (decision.nudge && dues[i] > decision.nudge_due_s))
			continue;
		decision.nudge = reasons[i];
		decision.nudge_due_s = dues[i];
	}
	return decision;
}

/* A question after the resolution; after an outage it is put late, but put. */
static Decision due_question(const DecideFacts *facts, enum store_deadline kind,
	enum reply_kind mail, int64_t after_s)
{
	const StoreTicket *ticket = facts->ticket;
	Decision decision = start(facts, NULL);
	int64_t latest = ticket->resolved_at + after_s + QUESTION_RETRIES_S;

	decision.deadlines[kind] = 0;
	if (!is_settled(ticket) || ticket->merged_into)
		return decision;
	decision.guard =
		facts->no_address ? "no-address" : thread_guard(facts, false);
	if (!decision.guard)
		decision.guard = customer_guard(facts);
	if (!decision.guard) {
		send_automatic(&decision, mail);
		decision.surveyed = mail == REPLY_SURVEY;
	} else if (!facts->no_address && !ticket->quiet &&
		   facts->now_s < latest) {
		decision.deadlines[kind] = facts->now_s + QUESTION_RETRY_S;
	}
	return decision;
}

Decision decide_deadline(const DecideFacts *facts, enum store_deadline kind)
{
	bool settled = is_settled(facts->ticket);

	switch (kind) {
	case STORE_DEADLINE_FOLLOW_UP:
		return settled ? lapse(facts) : due_follow_up(facts);
	case STORE_DEADLINE_PROMISE:
		return settled ? lapse(facts) : due_promise(facts);
	case STORE_DEADLINE_CLOSE:
		return due_close(facts);
	case STORE_DEADLINE_NUDGE:
		return settled ? lapse(facts) : due_nudge(facts);
	case STORE_DEADLINE_SURVEY:
		return due_question(facts, kind, REPLY_SURVEY,
			facts->mailbox->survey_after_s);
	case STORE_DEADLINE_AFTERCARE:
		return due_question(facts, kind, REPLY_AFTERCARE,
			facts->mailbox->aftercare_after_s);
	case STORE_DEADLINE_SETTLE:
		return settled ? lapse(facts) : due_settlement(facts);
	case STORE_DEADLINE_LETTER:
		return settled ? lapse(facts) : due_letter(facts);
	case STORE_DEADLINE_REMIND:
		return settled ? lapse(facts) : due_reminder(facts);
	}
	g_assert_not_reached();
}

/* ---- an operator's word ------------------------------------------------ */

static Decision resolve(const DecideFacts *facts, bool silent)
{
	Decision decision = start(facts, "resolved");
	int64_t promised_by = facts->ticket->promised_by;

	decision.state = STORE_RESOLVED;
	decision.settle = true;
	decision.outcome = promised_by && facts->now_s > promised_by
				   ? STORE_PROMISE_BROKEN
				   : STORE_PROMISE_KEPT;
	clocks_turn(&decision, facts, CLOCK_RESOLVED);
	if (silent) {
		decision.deadlines[STORE_DEADLINE_SURVEY] = 0;
		decision.deadlines[STORE_DEADLINE_AFTERCARE] = 0;
	}
	decision.guard = silent ? "operator-silent" : facts->ticket->quiet;
	decision.send = !decision.guard;
	decision.mail = REPLY_RESOLVED;
	return decision;
}

static Decision operator_reopen(const DecideFacts *facts)
{
	Decision decision = start(facts, NULL);

	reopen(&decision, facts);
	decision.guard = facts->ticket->quiet;
	if (decision.guard) {
		fall_silent(&decision, facts, decision.guard);
		return decision;
	}
	decision.send = true;
	decision.mail = REPLY_STATUS;
	clocks_turn(&decision, facts, CLOCK_UPDATED);
	return decision;
}

Decision decide_order(
	const DecideFacts *facts, enum engine_operation operation, bool silent)
{
	switch (operation) {
	case ENGINE_RESOLVE:
		return resolve(facts, silent);
	case ENGINE_REOPEN:
		return operator_reopen(facts);
	case ENGINE_NOTE:
		return start(facts, "note");
	}
	g_assert_not_reached();
}

/* ---- an agent's answer -------------------------------------------------- */

static enum store_promise_outcome kept_or_broken(const DecideFacts *facts)
{
	int64_t promised_by = facts->ticket->promised_by;

	return promised_by && facts->now_s > promised_by ? STORE_PROMISE_BROKEN
							 : STORE_PROMISE_KEPT;
}

/* A person writes: neither backstops nor silence stand against that, only an
 * address to which nothing can be written. */
static void speak(Decision *decision, const DecideFacts *facts,
	const DecideAnswer *answer, enum reply_kind mail)
{
	decision->mail = mail;
	decision->spoken = answer->words && answer->direct;
	decision->guard = facts->no_address ? "no-address" : NULL;
	decision->send = !decision->spoken && !decision->guard;
}

static void answer_promise(Decision *decision, const DecideFacts *facts,
	const DecideAnswer *answer)
{
	decision->settle = true;
	decision->outcome = kept_or_broken(facts);
	if (answer->promised_by)
		decision->promised_by = answer->promised_by;
	decision->state = answer->ask ? STORE_WAITING : STORE_OPEN;
	clocks_turn(decision, facts,
		answer->ask           ? CLOCK_ASKED
		: answer->promised_by ? CLOCK_PROMISED
				      : CLOCK_ANSWERED);
}

static Decision dismiss(const DecideFacts *facts, const DecideAnswer *answer)
{
	Decision decision = start(facts, NULL);

	decision.state = STORE_CLOSED;
	decision.settle = true;
	/* The ticket that goes on keeps it; else nobody does, unless these are
	 * the words that were promised. */
	decision.outcome = answer->goes_on       ? STORE_PROMISE_REPLACED
			   : answer->words       ? kept_or_broken(facts)
			   : facts->promise_told ? STORE_PROMISE_BROKEN
						 : STORE_PROMISE_REPLACED;
	clocks_turn(&decision, facts, CLOCK_CLOSED);
	if (answer->words)
		speak(&decision, facts, answer, REPLY_REPLY);
	return decision;
}

static Decision answer_open(
	Decision decision, const DecideFacts *facts, const DecideAnswer *answer)
{
	bool kept = answer->words || answer->ask || answer->promised_by;

	if (answer->ask)
		speak(&decision, facts, answer, REPLY_NEED_INFO);
	else if (answer->words)
		speak(&decision, facts, answer, REPLY_REPLY);
	else if (answer->promised_by)
		speak(&decision, facts, answer, REPLY_FOLLOWUP);
	else if (answer->reopen)
		speak(&decision, facts, answer, REPLY_STATUS);
	else if (answer->inform)
		speak(&decision, facts, answer, REPLY_ACK);
	if (answer->reopen && !answer->promised_by && !answer->words) {
		clocks_turn(&decision, facts, CLOCK_UPDATED);
		return decision;
	}
	/* A time in words alone is none that we keep: ours is told beside. */
	if (answer->promised_by && decision.spoken) {
		decision.mail = REPLY_FOLLOWUP;
		decision.send = !decision.guard;
	}
	int64_t *follow_up = &decision.deadlines[STORE_DEADLINE_FOLLOW_UP];
	int64_t before = *follow_up;
	if (kept)
		answer_promise(&decision, facts, answer);
	else if (decision.send)
		clocks_turn(&decision, facts, CLOCK_UPDATED);
	/* Nobody has heard it. */
	if (!decision.send && !decision.spoken)
		*follow_up = before;
	return decision;
}

Decision decide_answer(const DecideFacts *facts, const DecideAnswer *answer)
{
	enum store_state state = facts->ticket->state;
	bool settled = state == STORE_RESOLVED || state == STORE_CLOSED;

	if (answer->dismiss)
		return dismiss(facts, answer);
	if (answer->resolve) {
		Decision decision = resolve(facts, false);
		speak(&decision, facts, answer, REPLY_RESOLVED);
		return decision;
	}
	Decision decision = start(facts, NULL);
	if (!settled)
		clocks_turn(&decision, facts, CLOCK_STEERED);
	if (answer->words || answer->ask)
		decision.what = answer->ask ? "asked" : "answered";
	if (answer->reopen)
		reopen(&decision, facts);
	else if (settled && answer->words)
		speak(&decision, facts, answer, REPLY_REPLY);
	/* A further word on what is settled changes nothing of it. */
	if (settled && !answer->reopen) {
		decision.state = state;
		return decision;
	}
	return answer_open(decision, facts, answer);
}

Decision decide_take_over(const DecideFacts *facts, int64_t promised_by)
{
	Decision decision = start(facts, NULL);

	decision.promised_by = promised_by;
	clocks_turn(&decision, facts, CLOCK_MERGED_IN);
	return decision;
}

Decision decide_on_behalf(const DecideFacts *facts)
{
	Decision decision = start(facts, "opened");

	decision.record = DECIDE_OPEN;
	decision.brief = "new";
	decision.guard =
		facts->no_address ? "no-address" : customer_guard(facts);
	clocks_turn(&decision, facts, CLOCK_OPENED);
	if (!decision.guard)
		send_automatic(&decision, REPLY_ACK);
	return decision;
}
