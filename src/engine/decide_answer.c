/* What people say of a ticket: an operator, an agent. */
#include "clocks.h"
#include "deciding.h"

/* ---- an operator's word ------------------------------------------------ */

Decision decide_resolve(const DecideFacts *facts, bool silent)
{
	Decision decision = decide_start(facts, "resolved");
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
	Decision decision = decide_start(facts, NULL);

	decide_reopen(&decision, facts);
	decision.guard = facts->ticket->quiet;
	if (decision.guard) {
		decide_fall_silent(&decision, facts, decision.guard);
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
		return decide_resolve(facts, silent);
	case ENGINE_REOPEN:
		return operator_reopen(facts);
	case ENGINE_NOTE:
		return decide_start(facts, "note");
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
	/* Another time alone is no answer: what was told is given up. */
	decision->postponed = !answer->words && !answer->ask;
	decision->outcome = !decision->postponed  ? kept_or_broken(facts)
			    : facts->promise_told ? STORE_PROMISE_BROKEN
						  : STORE_PROMISE_REPLACED;
	if (answer->promised_by)
		decision->promised_by = answer->promised_by;
	if (facts->promise_told && answer->promised_by &&
		answer->promised_by != facts->ticket->promised_by)
		decision->old_promised_s = facts->ticket->promised_by;
	decision->state = answer->ask ? STORE_WAITING : STORE_OPEN;
	clocks_turn(decision, facts,
		answer->ask           ? CLOCK_ASKED
		: answer->promised_by ? CLOCK_PROMISED
				      : CLOCK_ANSWERED);
}

static Decision dismiss(const DecideFacts *facts, const DecideAnswer *answer)
{
	Decision decision = decide_start(facts, NULL);

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
		Decision decision = decide_resolve(facts, false);
		speak(&decision, facts, answer, REPLY_RESOLVED);
		return decision;
	}
	Decision decision = decide_start(facts, NULL);
	if (!settled)
		clocks_turn(&decision, facts, CLOCK_STEERED);
	if (answer->words || answer->ask)
		decision.what = answer->ask ? "asked" : "answered";
	if (answer->reopen)
		decide_reopen(&decision, facts);
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
	Decision decision = decide_start(facts, NULL);

	/* Who was promised an answer waits for nobody's. */
	if (facts->ticket->state == STORE_WAITING) {
		decision.state = STORE_OPEN;
		clocks_turn(&decision, facts, CLOCK_REPLIED);
	}
	decision.promised_by = promised_by;
	clocks_turn(&decision, facts, CLOCK_MERGED_IN);
	return decision;
}

Decision decide_on_behalf(const DecideFacts *facts)
{
	Decision decision = decide_start(facts, "opened");

	decision.record = DECIDE_OPEN;
	decision.brief = "new";
	decision.guard =
		facts->no_address ? "no-address" : decide_customer_guard(facts);
	clocks_turn(&decision, facts, CLOCK_OPENED);
	if (!decision.guard)
		decide_send_automatic(&decision, REPLY_ACK);
	return decision;
}
