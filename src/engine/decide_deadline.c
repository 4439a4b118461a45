/* Deadlines: what is owed when one has come. */
#include "clocks.h"
#include "deciding.h"

enum {
	DAY_S = 24 * 60 * 60,
	MINUTE_S = 60,
	HOUR_S = 60 * 60,
	/* A question that a backstop withheld is put again, not for ever. */
	QUESTION_RETRY_S = 6 * HOUR_S,
	QUESTION_RETRIES_S = 3 * DAY_S,
};

/* ---- words that are due ------------------------------------------------ */

/* Nothing falls due on a ticket that is settled. */
static Decision lapse(const DecideFacts *facts)
{
	Decision decision = decide_start(facts, NULL);

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
	/* Each look leaves an event. */
	int64_t soon = facts->now_s + CLAMP(every, MINUTE_S, HOUR_S);
	int64_t latest = facts->ticket->heard_at + every;

	return latest > facts->now_s ? MIN(soon, latest) : soon;
}

/* With an agent's words, if there are some: then it is a person's mail, which
 * no later one of ours takes the place of. */
static void send_follow_up(Decision *decision, const DecideFacts *facts)
{
	decide_send_automatic(decision, REPLY_FOLLOWUP);
	decision->automatic = !facts->ticket->update_words;
}

/*
 * What was promised will not be in time: the customer hears before it is late,
 * with a new time, and the supervisor hears too.  No backstop stands against
 * this mail but silence: a broken promise without a word is worse than a third
 * mail in a day.  After terms->late_most of them no time is named any more, so
 * that nothing falls due again.  What no mail has told is not apologised for,
 * and breaks no backstop.
 */
static void be_late(Decision *decision, const DecideFacts *facts, bool told)
{
	decision->late = true;
	decision->guard = facts->ticket->quiet;
	if (!decision->guard && !told)
		decision->guard = decide_thread_guard(facts, false);
	if (!decision->guard && !told)
		decision->guard = decide_customer_guard(facts);
	if (decision->guard)
		return;
	if (told) {
		decide_send_automatic(decision, REPLY_LATE);
		/* An agent's words are a person's. */
		decision->automatic = !facts->ticket->update_words;
	} else {
		send_follow_up(decision, facts);
	}
}

/* Not told now: the word that says so comes as soon as it can.  Who is waited
 * for gets no follow-ups. */
static void look_again(Decision *decision, const DecideFacts *facts)
{
	if (facts->ticket->state != STORE_OPEN)
		decision->deadlines[STORE_DEADLINE_FOLLOW_UP] = DECIDE_KEEP;
	else if (decision->guard && !facts->ticket->quiet)
		decision->deadlines[STORE_DEADLINE_FOLLOW_UP] =
			look_again_at(facts);
	else if (decision->guard)
		decision->deadlines[STORE_DEADLINE_FOLLOW_UP] = DECIDE_KEEP;
}

/* No new time is named any more. */
static bool is_last(const DecideFacts *facts)
{
	return facts->ticket->quiet ||
	       facts->ticket->late_count >= facts->terms->late_most;
}

static void miss_settlement(Decision *decision, const DecideFacts *facts)
{
	decision->settlement_late = true;
	if (facts->settlement_told)
		decision->old_settle_by = facts->ticket->settle_by;
	clocks_turn(decision, facts,
		is_last(facts) ? CLOCK_SETTLES_LATE_LAST : CLOCK_SETTLES_LATE);
}

/* It is due to be told as well, or the new answer would come after it: one mail
 * says both, for two of one minute would contradict each other. */
static bool misses_settlement(
	const DecideFacts *facts, const Decision *decision)
{
	int64_t settle_by = facts->ticket->settle_by;

	return settle_by &&
	       (settle_by < decision->promised_by ||
		       (facts->settle_at && facts->settle_at <= facts->now_s));
}

static Decision due_promise(const DecideFacts *facts)
{
	Decision decision = decide_start(facts, "late");
	bool told = facts->promise_told;

	decision.escalate = "promise";
	decision.settle = true;
	decision.outcome = STORE_PROMISE_BROKEN;
	if (told)
		decision.old_promised_s = facts->ticket->promised_by;
	clocks_turn(&decision, facts,
		is_last(facts) ? CLOCK_LATE_LAST : CLOCK_LATE);
	if (misses_settlement(facts, &decision)) {
		miss_settlement(&decision, facts);
		told |= facts->settlement_told;
	}
	be_late(&decision, facts, told);
	look_again(&decision, facts);
	return decision;
}

/* The whole matter takes longer than we said. */
static Decision due_settlement(const DecideFacts *facts)
{
	Decision decision = decide_start(facts, "settlement-late");
	const StoreTicket *ticket = facts->ticket;

	if (decide_promise_passed(facts))
		return due_promise(facts);
	/* The row of a matter that waits, or of a policy that is no more. */
	if (!ticket->settle_by) {
		decision.what = NULL;
		decision.deadlines[STORE_DEADLINE_SETTLE] = 0;
		return decision;
	}
	decision.escalate = "settlement";
	miss_settlement(&decision, facts);
	be_late(&decision, facts, facts->settlement_told);
	look_again(&decision, facts);
	return decision;
}

static Decision due_follow_up(const DecideFacts *facts)
{
	const StoreTicket *ticket = facts->ticket;
	Decision decision = decide_start(facts, "updated");

	/* After an outage both may be due: a time that has passed is not told
	 * as one to come. */
	if (decide_promise_passed(facts))
		return due_promise(facts);
	if (decide_settlement_passed(facts))
		return due_settlement(facts);
	decision.guard = decide_thread_guard(facts, false);
	if (!decision.guard)
		decision.guard = decide_customer_guard(facts);
	if (ticket->quiet) {
		decide_fall_silent(&decision, facts, ticket->quiet);
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

static bool is_done(const DecideFacts *facts, const char *name)
{
	const char *letters = facts->ticket ? facts->ticket->letters : NULL;
	g_auto(GStrv) done = g_strsplit(letters ? letters : "", " ", -1);

	return g_strv_contains((const char *const *)done, name);
}

bool decide_letter(
	const DecideFacts *facts, int64_t after_s, DecideLetter *ret_letter)
{
	g_autoptr(GArray) letters = list_letters(facts);

	for (guint i = 0; i < letters->len; i++) {
		const DecideLetter *letter =
			&g_array_index(letters, DecideLetter, i);
		if (letter->due_s <= after_s || is_done(facts, letter->name))
			continue;
		*ret_letter = *letter;
		return true;
	}
	return false;
}

char *decide_letters_done(const DecideFacts *facts, int64_t until_s)
{
	g_autoptr(GArray) letters = list_letters(facts);
	GString *done = g_string_new(facts->ticket->letters);

	for (guint i = 0; i < letters->len; i++) {
		const DecideLetter *letter =
			&g_array_index(letters, DecideLetter, i);
		if (letter->due_s <= until_s && !is_done(facts, letter->name))
			g_string_append_printf(done, "%s%s",
				done->len ? " " : "", letter->name);
	}
	return g_string_free(done, !done->len);
}

/* After an outage the latest one: a customer gets one letter, not all that were
 * missed. */
static bool find_due_letter(const DecideFacts *facts, DecideLetter *ret_letter)
{
	DecideLetter letter = {0};
	bool found = false;

	while (decide_letter(facts, letter.due_s, &letter) &&
		letter.due_s <= facts->now_s) {
		*ret_letter = letter;
		found = true;
	}
	return found;
}

/* Anybody can open tickets in somebody's name, each with its letters: they are
 * spread over days, and none is left out. */
static bool is_letter_too_many(const DecideFacts *facts)
{
	unsigned most = facts->automatic_per_customer_most;

	return most && !facts->ticket->authenticated &&
	       facts->letters_to_customer_today >= most;
}

/* What a rule asks for is no automatic mail too many. */
static Decision due_letter(const DecideFacts *facts)
{
	Decision decision = decide_start(facts, NULL);
	DecideLetter letter;

	/* As a follow-up, it would tell a time that has passed: the letter is
	 * still due after that word. */
	if (decide_promise_passed(facts))
		return due_promise(facts);
	if (decide_settlement_passed(facts))
		return due_settlement(facts);
	if (!find_due_letter(facts, &letter)) {
		/* The policy is another one by now. */
		DecideLetter next = {0};
		decide_letter(facts, facts->now_s, &next);
		decision.deadlines[STORE_DEADLINE_LETTER] = next.due_s;
		return decision;
	}
	if (!facts->ticket->quiet && is_letter_too_many(facts)) {
		decision.guard = "recipient-rate";
		decision.deadlines[STORE_DEADLINE_LETTER] =
			facts->now_s + HOUR_S;
		return decision;
	}
	decision.letters_until_s = facts->now_s;
	decision.what = "letter-due";
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

/* Nothing came in spite of all reminders: the matter rests, and any word of the
 * customer's opens it again. */
static Decision stop_waiting(const DecideFacts *facts)
{
	Decision decision = decide_resolve(facts, false);

	decision.what = "unanswered";
	decision.unanswered = true;
	decision.deadlines[STORE_DEADLINE_SURVEY] = 0;
	decision.deadlines[STORE_DEADLINE_AFTERCARE] = 0;
	return decision;
}

static Decision due_reminder(const DecideFacts *facts)
{
	const StoreTicket *ticket = facts->ticket;
	Decision decision = decide_start(facts, NULL);

	if (ticket->state != STORE_WAITING) {
		decision.deadlines[STORE_DEADLINE_REMIND] = 0;
		return decision;
	}
	if (ticket->reminders >= facts->terms->reminders)
		return stop_waiting(facts);
	decision.guard = decide_thread_guard(facts, false);
	if (!decision.guard)
		decision.guard = decide_customer_guard(facts);
	if (decision.guard) {
		decision.deadlines[STORE_DEADLINE_REMIND] =
			ticket->quiet ? 0 : facts->now_s + HOUR_S;
		return decision;
	}
	decision.what = "reminded";
	decision.reminded = true;
	decide_send_automatic(&decision, REPLY_NEED_INFO);
	clocks_turn(&decision, facts, CLOCK_REMINDED);
	return decision;
}

static Decision due_close(const DecideFacts *facts)
{
	Decision decision = decide_start(facts, NULL);

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
		decide_is_settled(ticket) || ticket->quiet)
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
	Decision decision = decide_start(facts, NULL);
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
	Decision decision = decide_start(facts, NULL);
	int64_t latest = ticket->resolved_at + after_s + QUESTION_RETRIES_S;

	decision.deadlines[kind] = 0;
	if (!decide_is_settled(ticket) || ticket->merged_into)
		return decision;
	decision.guard = facts->no_address ? "no-address"
					   : decide_thread_guard(facts, false);
	if (!decision.guard)
		decision.guard = decide_customer_guard(facts);
	if (!decision.guard) {
		decide_send_automatic(&decision, mail);
		decision.surveyed = mail == REPLY_SURVEY;
	} else if (!facts->no_address && !ticket->quiet &&
		   facts->now_s < latest) {
		decision.deadlines[kind] = facts->now_s + QUESTION_RETRY_S;
	}
	return decision;
}

Decision decide_deadline(const DecideFacts *facts, enum store_deadline kind)
{
	bool settled = decide_is_settled(facts->ticket);

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
