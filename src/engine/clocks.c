#include "clocks.h"

enum {
	MINUTE_S = 60,
	HOUR_S = 60 * MINUTE_S,
	DAY_S = 24 * HOUR_S,
};

/* ---- the table --------------------------------------------------------- */

#define KEEPS CLOCK_KEEPS
#define STARTS CLOCK_STARTS
#define RESETS CLOCK_RESETS
#define PAUSES CLOCK_PAUSES
#define GOES_ON CLOCK_GOES_ON
#define ENDS CLOCK_ENDS

/* In the order of the manual. */
static const enum store_deadline columns[] = {
	STORE_DEADLINE_PROMISE,
	STORE_DEADLINE_FOLLOW_UP,
	STORE_DEADLINE_SETTLE,
	STORE_DEADLINE_LETTER,
	STORE_DEADLINE_REMIND,
	STORE_DEADLINE_SURVEY,
	STORE_DEADLINE_AFTERCARE,
	STORE_DEADLINE_CLOSE,
};

/* clang-format off */
static const struct {
	const char *name;
	/* answer, follow-up, settlement, letter, reminder, survey, aftercare,
	 * close */
	enum clock_act acts[G_N_ELEMENTS(columns)];
} table[CLOCK_EVENTS] = {
	[CLOCK_OPENED] = {"opened",
		{STARTS, RESETS, STARTS, STARTS, KEEPS, KEEPS, KEEPS, KEEPS}},
	[CLOCK_SILENT] = {"fallen silent",
		{ENDS, ENDS, ENDS, ENDS, ENDS, KEEPS, KEEPS, KEEPS}},
	[CLOCK_UPDATED] = {"acknowledged or updated",
		{KEEPS, RESETS, KEEPS, KEEPS, KEEPS, KEEPS, KEEPS, KEEPS}},
	[CLOCK_LATE] = {"answer late",
		{RESETS, RESETS, KEEPS, KEEPS, KEEPS, KEEPS, KEEPS, KEEPS}},
	[CLOCK_LATE_LAST] = {"answer late once too often",
		{ENDS, RESETS, KEEPS, KEEPS, KEEPS, KEEPS, KEEPS, KEEPS}},
	[CLOCK_SETTLES_LATE] = {"settlement late",
		{KEEPS, RESETS, RESETS, KEEPS, KEEPS, KEEPS, KEEPS, KEEPS}},
	[CLOCK_SETTLES_LATE_LAST] = {"settlement late once too often",
		{KEEPS, RESETS, ENDS, KEEPS, KEEPS, KEEPS, KEEPS, KEEPS}},
	[CLOCK_ANSWERED] = {"answered by an agent",
		{ENDS, RESETS, GOES_ON, KEEPS, ENDS, KEEPS, KEEPS, KEEPS}},
	[CLOCK_PROMISED] = {"promised by an agent",
		{RESETS, RESETS, GOES_ON, KEEPS, ENDS, KEEPS, KEEPS, KEEPS}},
	[CLOCK_ASKED] = {"customer asked",
		{ENDS, ENDS, PAUSES, KEEPS, RESETS, KEEPS, KEEPS, KEEPS}},
	[CLOCK_REMINDED] = {"customer reminded",
		{KEEPS, KEEPS, KEEPS, KEEPS, RESETS, KEEPS, KEEPS, KEEPS}},
	[CLOCK_LETTER] = {"letter sent",
		{KEEPS, RESETS, KEEPS, RESETS, KEEPS, KEEPS, KEEPS, KEEPS}},
	[CLOCK_WROTE] = {"customer wrote",
		{KEEPS, KEEPS, STARTS, STARTS, KEEPS, KEEPS, KEEPS, KEEPS}},
	[CLOCK_STEERED] = {"steered by an agent",
		{KEEPS, KEEPS, STARTS, STARTS, KEEPS, KEEPS, KEEPS, KEEPS}},
	[CLOCK_REPLIED] = {"customer answered what was asked",
		{STARTS, STARTS, GOES_ON, KEEPS, ENDS, KEEPS, KEEPS, KEEPS}},
	[CLOCK_RESOLVED] = {"resolved",
		{ENDS, ENDS, ENDS, ENDS, ENDS, RESETS, RESETS, RESETS}},
	[CLOCK_REOPENED] = {"reopened",
		{RESETS, STARTS, RESETS, GOES_ON, ENDS, ENDS, ENDS, ENDS}},
	[CLOCK_CLOSED] = {"closed, dismissed or merged",
		{ENDS, ENDS, ENDS, ENDS, ENDS, ENDS, ENDS, ENDS}},
	[CLOCK_MERGED_IN] = {"another merged into it",
		{RESETS, KEEPS, KEEPS, KEEPS, KEEPS, KEEPS, KEEPS, KEEPS}},
	[CLOCK_ESCALATED] = {"escalated",
		{KEEPS, KEEPS, KEEPS, KEEPS, KEEPS, KEEPS, KEEPS, KEEPS}},
	[CLOCK_BOUNCED] = {"bounced for good",
		{KEEPS, ENDS, KEEPS, ENDS, ENDS, KEEPS, KEEPS, KEEPS}},
	[CLOCK_SPOKE_AGAIN] = {"customer can be written to again",
		{STARTS, STARTS, STARTS, STARTS, KEEPS, KEEPS, KEEPS, KEEPS}},
};
/* clang-format on */

static const char *const act_names[] = {
	[CLOCK_KEEPS] = "-",
	[CLOCK_STARTS] = "starts",
	[CLOCK_RESETS] = "resets",
	[CLOCK_PAUSES] = "pauses",
	[CLOCK_GOES_ON] = "goes on",
	[CLOCK_ENDS] = "ends",
};

const char *clocks_event_name(enum clock_event event)
{
	return table[event].name;
}

const char *clocks_act_name(enum clock_act act)
{
	return act_names[act];
}

enum clock_act clocks_act(enum clock_event event, enum store_deadline kind)
{
	for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
		if (columns[i] == kind)
			return table[event].acts[i];
	return CLOCK_KEEPS;
}

/* ---- times ------------------------------------------------------------- */

static int64_t due(
	const DecideFacts *facts, PromiseDuration after, int64_t at_s)
{
	return promise_due(facts->mailbox->calendar, after, at_s);
}

static int64_t due_to_tell(
	const DecideFacts *facts, PromiseDuration after, int64_t at_s)
{
	return promise_round(facts->mailbox->calendar, due(facts, after, at_s));
}

/* g_str_hash() alone clumps on ids that are alike in shape; this is the last
 * step of MurmurHash3, which spreads each bit over all. */
static guint spread(const char *seed)
{
	guint hash = g_str_hash(seed);

	hash = (hash ^ hash >> 16) * 0x85ebca6bU;
	hash = (hash ^ hash >> 13) * 0xc2b2ae35U;
	return hash ^ hash >> 16;
}

/*
 * The next follow-up after a word at that time: never later than the interval,
 * and up to a 24th of it earlier, so that the customers of one busy morning are
 * not all due in the same minute of the next.  A minute of a day is left for
 * the way from the deadline to the mail.
 */
static int64_t follow_up_after(const DecideFacts *facts, int64_t heard_at)
{
	int64_t every = facts->terms->follow_up_every_s;
	const char *seed = facts->seed ? facts->seed : facts->ticket->reference;

	return heard_at + every - every / (DAY_S / MINUTE_S) -
	       (int64_t)(spread(seed) % (guint)(every / 24 + 1));
}

/* Earlier, never later, to stay out of the night; not if that were no later
 * than the word before it. */
static int64_t by_day(const DecideFacts *facts, int64_t at_s)
{
	int64_t earlier = promise_before_quiet(
		facts->mailbox->calendar, facts->terms->quiet, at_s);

	return earlier > facts->now_s ? earlier : at_s;
}

int64_t clocks_look_at(const DecideFacts *facts, int64_t promised_by)
{
	PromiseDuration late_notice = facts->terms->late_notice;
	int64_t notice = late_notice.amount;
	int64_t span = promised_by - facts->now_s;

	if (late_notice.unit == PROMISE_BUSINESS_DAYS)
		notice *= DAY_S;
	return by_day(facts, promised_by - MIN(notice, span / 4));
}

/* ---- how each begins --------------------------------------------------- */

/* An agent's own time is in the decision already. */
static void begin_answer(
	Decision *decision, const DecideFacts *facts, bool anew)
{
	const StoreTicket *ticket = facts->ticket;

	if (!anew && ticket &&
		(ticket->promised_by ||
			ticket->late_count > facts->terms->late_most))
		return;
	if (decision->promised_by == DECIDE_KEEP)
		decision->promised_by = due_to_tell(
			facts, facts->terms->answer_within, facts->now_s);
	decision->deadlines[STORE_DEADLINE_PROMISE] =
		clocks_look_at(facts, decision->promised_by);
}

/*
 * Anew: a word is sent now.  Else none is: the interval runs since the last
 * one, if there was one, and what that makes due at once waits a little, for
 * the backstops to clear.
 */
static void begin_follow_up(
	Decision *decision, const DecideFacts *facts, bool anew)
{
	const StoreTicket *ticket = facts->ticket;
	int64_t every = facts->terms->follow_up_every_s;
	int64_t heard_at =
		!anew && ticket->heard_at ? ticket->heard_at : facts->now_s;
	int64_t at_s = follow_up_after(facts, heard_at);

	if (!anew)
		at_s = MAX(at_s, facts->now_s + MIN(HOUR_S, every));
	decision->deadlines[STORE_DEADLINE_FOLLOW_UP] = by_day(facts, at_s);
}

/* 0: none is promised. */
static void set_settlement(
	Decision *decision, const DecideFacts *facts, int64_t settle_by)
{
	decision->settle_by = settle_by;
	decision->settle_left_s = 0;
	decision->deadlines[STORE_DEADLINE_SETTLE] =
		settle_by ? clocks_look_at(facts, settle_by) : 0;
}

static bool changes_policy(const DecideFacts *facts)
{
	return g_strcmp0(facts->ticket->policy, facts->terms->name) != 0;
}

/* Of a policy that applies only now the time runs since the opening, and no
 * time that was told is made a later one. */
static void begin_settlement(
	Decision *decision, const DecideFacts *facts, bool anew)
{
	const StoreTicket *ticket = facts->ticket;
	PromiseDuration within = facts->terms->resolve_within;

	if (!within.amount) {
		/* By the policy of before, which promised one. */
		if (anew && ticket && ticket->settle_by)
			set_settlement(decision, facts, 0);
		return;
	}
	if (anew || !ticket) {
		set_settlement(decision, facts,
			due_to_tell(facts, within, facts->now_s));
		return;
	}
	if (ticket->settle_left_s ||
		(ticket->settle_by && !changes_policy(facts)) ||
		ticket->late_count > facts->terms->late_most)
		return;
	int64_t settle_by = due_to_tell(facts, within, ticket->opened_at);
	if (settle_by > facts->now_s &&
		(!ticket->settle_by || settle_by < ticket->settle_by))
		set_settlement(decision, facts, settle_by);
}

/* The next one; of a policy that applies only now what is overdue comes at
 * once. */
static void begin_letter(
	Decision *decision, const DecideFacts *facts, bool anew)
{
	DecideLetter letter = {0};

	(void)anew;
	if (decide_letter(facts, MAX(0, decision->letters_until_s), &letter))
		letter.due_s = MAX(letter.due_s, facts->now_s + 1);
	decision->deadlines[STORE_DEADLINE_LETTER] = letter.due_s;
}

/* What was due while the matter was settled is left out. */
static void resume_letters(Decision *decision, const DecideFacts *facts)
{
	decision->letters_until_s = facts->now_s;
	begin_letter(decision, facts, false);
}

/* After the last reminder the end comes, if it ever does.  0: never. */
static int64_t remind_at(const DecideFacts *facts, unsigned done)
{
	const EngineTerms *terms = facts->terms;
	int64_t end_s = terms->end_waiting_after_s;

	if (done < terms->reminders)
		return by_day(
			facts, due(facts, terms->remind_after, facts->now_s));
	return end_s ? by_day(facts, facts->now_s + end_s) : 0;
}

static void begin_reminder(
	Decision *decision, const DecideFacts *facts, bool anew)
{
	unsigned done = decision->reminded ? facts->ticket->reminders + 1 : 0;

	(void)anew;
	decision->deadlines[STORE_DEADLINE_REMIND] = remind_at(facts, done);
}

/* The night makes each of them earlier, and the end with them: what the
 * customer is told is what will be. */
int64_t decide_wait_until(const EngineMailbox *mailbox,
	const EngineTerms *terms, unsigned reminders, int64_t now_s)
{
	DecideFacts facts = {
		.now_s = now_s, .mailbox = mailbox, .terms = terms};

	if (!terms->end_waiting_after_s)
		return 0;
	for (; reminders < terms->reminders; reminders++)
		facts.now_s = remind_at(&facts, reminders);
	return remind_at(&facts, reminders);
}

/* 0: the mailbox does not want it. */
static int64_t later(const DecideFacts *facts, int64_t after_s)
{
	return after_s ? by_day(facts, facts->now_s + after_s) : 0;
}

static void begin_survey(
	Decision *decision, const DecideFacts *facts, bool anew)
{
	(void)anew;
	decision->deadlines[STORE_DEADLINE_SURVEY] =
		later(facts, facts->mailbox->survey_after_s);
}

static void begin_aftercare(
	Decision *decision, const DecideFacts *facts, bool anew)
{
	(void)anew;
	decision->deadlines[STORE_DEADLINE_AFTERCARE] =
		later(facts, facts->mailbox->aftercare_after_s);
}

static void begin_close(Decision *decision, const DecideFacts *facts, bool anew)
{
	(void)anew;
	decision->deadlines[STORE_DEADLINE_CLOSE] =
		facts->now_s + facts->mailbox->close_after_s;
}

static void (*const begins[G_N_ELEMENTS(columns)])(
	Decision *decision, const DecideFacts *facts, bool anew) = {
	begin_answer,
	begin_follow_up,
	begin_settlement,
	begin_letter,
	begin_reminder,
	begin_survey,
	begin_aftercare,
	begin_close,
};

/* ---- how they end, pause and go on ------------------------------------- */

static void end(Decision *decision, enum store_deadline kind)
{
	decision->deadlines[kind] = 0;
	if (kind == STORE_DEADLINE_PROMISE)
		decision->promised_by = 0;
	if (kind == STORE_DEADLINE_SETTLE)
		decision->settle_by = decision->settle_left_s = 0;
}

/* Time that is open to both sides: of a settlement in business time only that
 * is left over. */
static void pause_settlement(Decision *decision, const DecideFacts *facts)
{
	/* Opened again by the same decision it has a new time. */
	int64_t settle_by = decision->settle_by != DECIDE_KEEP
				    ? decision->settle_by
				    : facts->ticket->settle_by;
	bool wall = facts->terms->resolve_within.unit == PROMISE_WALL;

	if (!settle_by || !facts->terms->waiting_pauses)
		return;
	decision->settle_left_s =
		MAX(1, wall ? settle_by - facts->now_s
			    : promise_open_seconds(facts->mailbox->calendar,
				      facts->now_s, settle_by));
	decision->settle_by = 0;
	decision->deadlines[STORE_DEADLINE_SETTLE] = 0;
}

static void resume_settlement(Decision *decision, const DecideFacts *facts)
{
	bool wall = facts->terms->resolve_within.unit == PROMISE_WALL;
	PromiseDuration left = {
		wall ? PROMISE_WALL : PROMISE_BUSINESS_HOURS,
		facts->ticket->settle_left_s,
	};

	if (left.amount)
		set_settlement(decision, facts,
			due_to_tell(facts, left, facts->now_s));
}

static void go_on(
	Decision *decision, const DecideFacts *facts, enum store_deadline kind)
{
	if (kind == STORE_DEADLINE_SETTLE)
		resume_settlement(decision, facts);
	else if (kind == STORE_DEADLINE_LETTER)
		resume_letters(decision, facts);
}

void clocks_turn(
	Decision *decision, const DecideFacts *facts, enum clock_event event)
{
	for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
		switch (table[event].acts[i]) {
		case CLOCK_KEEPS:
			break;
		case CLOCK_STARTS:
			begins[i](decision, facts, false);
			break;
		case CLOCK_RESETS:
			begins[i](decision, facts, true);
			break;
		case CLOCK_PAUSES:
			pause_settlement(decision, facts);
			break;
		case CLOCK_GOES_ON:
			go_on(decision, facts, columns[i]);
			break;
		case CLOCK_ENDS:
			end(decision, columns[i]);
			break;
		}
	}
}
