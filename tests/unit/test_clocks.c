/* What moves a ticket's deadlines, and which policy says by how much. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/engine/clocks.h"

enum {
	MINUTE = 60,
	HOUR = 60 * MINUTE,
	DAY = 24 * HOUR,
	NOW = 1795521600, /* Tuesday 2026-11-24 12:00 UTC, 14:00 in Tallinn */
	/* Eight office hours later: three today, five tomorrow. */
	PROMISED = NOW + DAY,
};

static PromiseCalendar *calendar;

static int open_office(void **state)
{
	static const char *const hours[] = {"Mon-Fri 09:00-17:00", NULL};
	PromiseCalendarOptions options = {
		.time_zone = "Europe/Tallinn", .hours = hours};

	(void)state;
	calendar = promise_calendar_new(&options, NULL);
	return calendar ? 0 : -1;
}

static int close_office(void **state)
{
	(void)state;
	promise_calendar_free(calendar);
	return 0;
}

static const EngineLetter letters[] = {
	{{PROMISE_WALL, 56 * DAY}, "eight-weeks"},
	{{PROMISE_WALL, 20 * DAY}, "twenty-days"},
};

/* A ticket under a policy that promises all there is. */
typedef struct Case Case;
struct Case {
	EngineMailbox mailbox;
	StoreTicket ticket;
	DecideFacts facts;
	Decision decision;
};

static void case_set(Case *c)
{
	*c = (Case){
		.mailbox =
			{
				.address = "care@example.com",
				.close_after_s = 30 * DAY,
				.survey_after_s = DAY,
				.aftercare_after_s = 14 * DAY,
				.calendar = calendar,
				.acknowledge = true,
			},
		.ticket =
			{
				.id = 1,
				.reference = (char *)"7K3F-92QX",
				.mailbox = (char *)"care@example.com",
				.customer = (char *)"mari@example.org",
				.opened_at = NOW - HOUR,
				.heard_at = NOW - HOUR,
			},
		.facts = {.now_s = NOW, .automatic_per_thread_most = 2},
	};
	c->mailbox.terms = (EngineTerms){
		.answer_within = {PROMISE_BUSINESS_HOURS, 8 * HOUR},
		.late_notice = {PROMISE_WALL, HOUR},
		.resolve_within = {PROMISE_BUSINESS_DAYS, 5},
		.follow_up_every_s = DAY,
		.late_most = 3,
		.remind_after = {PROMISE_WALL, 3 * DAY},
		.reminders = 2,
		.end_waiting_after_s = 7 * DAY,
		.waiting_pauses = true,
		.letters = letters,
		.letters_length = G_N_ELEMENTS(letters),
	};
	c->facts.mailbox = &c->mailbox;
	c->facts.terms = &c->mailbox.terms;
	c->facts.ticket = &c->ticket;
	c->decision = (Decision){
		.promised_by = DECIDE_KEEP,
		.settle_by = DECIDE_KEEP,
		.settle_left_s = DECIDE_KEEP,
		.letters_until_s = DECIDE_KEEP,
	};
	for (int kind = 0; kind < STORE_DEADLINES; kind++)
		c->decision.deadlines[kind] = DECIDE_KEEP;
}

static int64_t deadline(const Case *c, enum store_deadline kind)
{
	return c->decision.deadlines[kind];
}

static Decision due(Case *c, enum store_deadline kind)
{
	return decide_deadline(&c->facts, kind);
}

static void assert_text(const char *got, const char *wanted)
{
	if (g_strcmp0(got, wanted) != 0)
		fail_msg("\"%s\", not \"%s\"", got ? got : "(none)",
			wanted ? wanted : "(none)");
}

/* ---- the table --------------------------------------------------------- */

/* Everything runs, so that a start moves nothing, and all that goes on does. */
static void let_all_run(Case *c, enum clock_event event)
{
	c->ticket.promised_by = NOW + HOUR;
	c->ticket.settle_by = NOW + 2 * DAY;
	/* What stood still goes on; what runs pauses. */
	if (clocks_act(event, STORE_DEADLINE_SETTLE) == CLOCK_GOES_ON) {
		c->ticket.settle_by = 0;
		c->ticket.settle_left_s = HOUR;
	}
}

static void check_move(
	const Case *c, enum clock_event event, enum store_deadline kind)
{
	int64_t at_s = deadline(c, kind);
	bool follow_up = kind == STORE_DEADLINE_FOLLOW_UP;
	bool moved = at_s != DECIDE_KEEP;

	switch (clocks_act(event, kind)) {
	case CLOCK_KEEPS:
		assert_false(moved);
		return;
	case CLOCK_STARTS:
		/* The follow-up runs since the last word; the next letter stays
		 * the next one. */
		if (follow_up)
			assert_in_range(at_s, NOW + 1, NOW + 23 * HOUR);
		else if (kind == STORE_DEADLINE_LETTER)
			assert_int_equal(at_s, NOW - HOUR + 20 * DAY);
		else
			assert_false(moved);
		return;
	case CLOCK_RESETS:
	case CLOCK_GOES_ON:
		assert_true(at_s > NOW);
		return;
	case CLOCK_PAUSES:
	case CLOCK_ENDS:
		assert_int_equal(at_s, 0);
		return;
	}
	fail();
}

static void test_what_happens_moves_what_the_table_says(void **state)
{
	(void)state;
	for (int event = 0; event < CLOCK_EVENTS; event++) {
		Case c;
		if (event == CLOCK_OPENED)
			continue;
		case_set(&c);
		let_all_run(&c, (enum clock_event)event);
		clocks_turn(&c.decision, &c.facts, (enum clock_event)event);
		for (int kind = 0; kind < STORE_DEADLINES; kind++)
			check_move(&c, (enum clock_event)event,
				(enum store_deadline)kind);
	}
}

static void test_an_opening_starts_what_the_policy_promises(void **state)
{
	Case c;

	(void)state;
	case_set(&c);
	c.facts.ticket = NULL;
	c.facts.seed = "1@example.org";
	clocks_turn(&c.decision, &c.facts, CLOCK_OPENED);
	assert_int_equal(c.decision.promised_by, PROMISED);
	assert_int_equal(deadline(&c, STORE_DEADLINE_PROMISE), PROMISED - HOUR);
	/* Closing time of Tuesday in a week. */
	assert_int_equal(c.decision.settle_by, NOW + 7 * DAY + 3 * HOUR);
	assert_int_equal(deadline(&c, STORE_DEADLINE_LETTER), NOW + 20 * DAY);
	assert_int_equal(deadline(&c, STORE_DEADLINE_REMIND), DECIDE_KEEP);
	c.mailbox.terms.resolve_within.amount = 0;
	c.mailbox.terms.letters_length = 0;
	c.decision.settle_by = DECIDE_KEEP;
	clocks_turn(&c.decision, &c.facts, CLOCK_OPENED);
	assert_int_equal(c.decision.settle_by, DECIDE_KEEP);
	assert_int_equal(deadline(&c, STORE_DEADLINE_LETTER), 0);
}

/* ---- the night --------------------------------------------------------- */

/* The word at 14:00 would be due again at 02:00; the night begins at 21:00. */
static void test_a_word_that_would_come_at_night_comes_before_it(void **state)
{
	Case c;

	(void)state;
	case_set(&c);
	c.mailbox.terms.follow_up_every_s = 12 * HOUR;
	c.mailbox.terms.quiet = (PromiseQuiet){21 * 60, 8 * 60};
	clocks_turn(&c.decision, &c.facts, CLOCK_UPDATED);
	assert_int_equal(
		deadline(&c, STORE_DEADLINE_FOLLOW_UP), NOW + 7 * HOUR);
	/* One word at its beginning is followed by none in the same minute. */
	c.facts.now_s = NOW + 7 * HOUR;
	clocks_turn(&c.decision, &c.facts, CLOCK_UPDATED);
	assert_true(deadline(&c, STORE_DEADLINE_FOLLOW_UP) > NOW + 18 * HOUR);
	assert_true(deadline(&c, STORE_DEADLINE_FOLLOW_UP) <= NOW + 19 * HOUR);
	c.facts.now_s = NOW;
	clocks_turn(&c.decision, &c.facts, CLOCK_RESOLVED);
	assert_int_equal(deadline(&c, STORE_DEADLINE_SURVEY), NOW + DAY);
	c.mailbox.survey_after_s = 16 * HOUR;
	clocks_turn(&c.decision, &c.facts, CLOCK_RESOLVED);
	assert_int_equal(deadline(&c, STORE_DEADLINE_SURVEY), NOW + 7 * HOUR);
}

static void test_what_is_withheld_is_not_looked_at_each_second(void **state)
{
	Case c;

	(void)state;
	case_set(&c);
	c.mailbox.terms.follow_up_every_s = 1;
	c.facts.automatic_on_thread_today = 2;
	Decision decision = due(&c, STORE_DEADLINE_FOLLOW_UP);
	assert_text(decision.guard, "thread-rate");
	assert_int_equal(
		decision.deadlines[STORE_DEADLINE_FOLLOW_UP], NOW + MINUTE);
}

/* ---- the whole matter --------------------------------------------------- */

static void test_waiting_for_the_customer_is_not_our_time(void **state)
{
	Case c;

	(void)state;
	case_set(&c);
	/* Tomorrow at closing time: eleven office hours are left. */
	c.ticket.settle_by = NOW + DAY + 3 * HOUR;
	clocks_turn(&c.decision, &c.facts, CLOCK_ASKED);
	assert_int_equal(c.decision.settle_by, 0);
	assert_int_equal(c.decision.settle_left_s, 11 * HOUR);
	c.ticket.settle_by = 0;
	c.ticket.settle_left_s = c.decision.settle_left_s;
	/* An answer after the weekend: Monday 14:00, to Tuesday 17:00. */
	c.facts.now_s = NOW + 6 * DAY;
	clocks_turn(&c.decision, &c.facts, CLOCK_REPLIED);
	assert_int_equal(c.decision.settle_by, NOW + 7 * DAY + 3 * HOUR);
	assert_int_equal(c.decision.settle_left_s, 0);
}

static void test_another_policy_makes_a_told_time_earlier_and_never_later(
	void **state)
{
	Case c;

	(void)state;
	case_set(&c);
	c.mailbox.terms.name = "payments";
	c.ticket.settle_by = NOW + 50 * DAY;
	clocks_turn(&c.decision, &c.facts, CLOCK_STEERED);
	/* Five business days from the opening. */
	assert_int_equal(c.decision.settle_by, NOW + 7 * DAY + 3 * HOUR);
	c.decision.settle_by = DECIDE_KEEP;
	c.ticket.settle_by = NOW + DAY;
	clocks_turn(&c.decision, &c.facts, CLOCK_STEERED);
	assert_int_equal(c.decision.settle_by, DECIDE_KEEP);
	/* The same policy changes nothing. */
	c.ticket.settle_by = NOW + 50 * DAY;
	c.ticket.policy = (char *)"payments";
	clocks_turn(&c.decision, &c.facts, CLOCK_STEERED);
	assert_int_equal(c.decision.settle_by, DECIDE_KEEP);
}

static void test_a_rules_time_runs_on_while_the_customer_is_asked(void **state)
{
	Case c;

	(void)state;
	case_set(&c);
	c.mailbox.terms.resolve_within =
		(PromiseDuration){PROMISE_WALL, 56 * DAY};
	c.mailbox.terms.waiting_pauses = false;
	c.ticket.settle_by = NOW + 50 * DAY;
	clocks_turn(&c.decision, &c.facts, CLOCK_ASKED);
	clocks_turn(&c.decision, &c.facts, CLOCK_REPLIED);
	assert_int_equal(c.decision.settle_by, DECIDE_KEEP);
	assert_int_equal(deadline(&c, STORE_DEADLINE_SETTLE), DECIDE_KEEP);
}

static void test_a_matter_that_takes_longer_is_told_with_a_new_time(
	void **state)
{
	Case c;

	(void)state;
	case_set(&c);
	c.ticket.settle_by = NOW + HOUR;
	c.facts.settlement_told = true;
	Decision decision = due(&c, STORE_DEADLINE_SETTLE);
	assert_true(decision.send);
	assert_int_equal(decision.mail, REPLY_LATE);
	assert_true(decision.settlement_late && decision.late);
	assert_text(decision.escalate, "settlement");
	assert_int_equal(decision.settle_by, NOW + 7 * DAY + 3 * HOUR);
	assert_int_equal(decision.promised_by, DECIDE_KEEP);
	c.ticket.late_count = 3;
	decision = due(&c, STORE_DEADLINE_SETTLE);
	assert_true(decision.send);
	assert_int_equal(decision.settle_by, 0);
	assert_int_equal(decision.deadlines[STORE_DEADLINE_SETTLE], 0);
}

static void test_a_rules_time_that_is_missed_ends_no_waiting(void **state)
{
	Case c;

	(void)state;
	case_set(&c);
	c.mailbox.terms.waiting_pauses = false;
	c.ticket.state = STORE_WAITING;
	c.ticket.settle_by = NOW + HOUR;
	c.facts.settlement_told = true;
	Decision decision = due(&c, STORE_DEADLINE_SETTLE);
	assert_true(decision.send);
	assert_int_equal(
		decision.deadlines[STORE_DEADLINE_FOLLOW_UP], DECIDE_KEEP);
	assert_int_equal(
		decision.deadlines[STORE_DEADLINE_REMIND], DECIDE_KEEP);
}

/* ---- so many new times, then a person ----------------------------------- */

static void test_a_machine_names_a_new_time_so_often_and_not_once_more(
	void **state)
{
	(void)state;
	for (unsigned most = 0; most <= 3; most++) {
		for (unsigned late = 0; late <= 4; late++) {
			Case c;
			case_set(&c);
			c.mailbox.terms.late_most = most;
			c.ticket.late_count = late;
			c.ticket.promised_by = NOW + HOUR;
			c.facts.promise_told = true;
			Decision decision = due(&c, STORE_DEADLINE_PROMISE);
			assert_int_equal(decision.mail, REPLY_LATE);
			assert_text(decision.escalate, "promise");
			assert_int_equal(decision.promised_by,
				late < most ? PROMISED : 0);
			assert_int_equal(
				decision.deadlines[STORE_DEADLINE_PROMISE],
				late < most ? PROMISED - HOUR : 0);
			assert_true(
				decision.deadlines[STORE_DEADLINE_FOLLOW_UP] >
				NOW);
		}
	}
}

/* ---- letters ----------------------------------------------------------- */

static void test_letters_come_in_the_order_in_which_they_are_due(void **state)
{
	Case c;

	(void)state;
	case_set(&c);
	c.ticket.opened_at = NOW - 20 * DAY;
	Decision decision = due(&c, STORE_DEADLINE_LETTER);
	assert_true(decision.send);
	assert_false(decision.automatic);
	assert_text(decision.letter_name, "twenty-days");
	assert_int_equal(
		decision.deadlines[STORE_DEADLINE_LETTER], NOW + 36 * DAY);
	g_autofree char *done =
		decide_letters_done(&c.facts, decision.letters_until_s);
	assert_text(done, "twenty-days");
	c.ticket.letters = done;
	c.ticket.opened_at = NOW - 56 * DAY;
	decision = due(&c, STORE_DEADLINE_LETTER);
	assert_text(decision.letter_name, "eight-weeks");
	g_autofree char *both =
		decide_letters_done(&c.facts, decision.letters_until_s);
	assert_text(both, "twenty-days eight-weeks");
	assert_int_equal(decision.deadlines[STORE_DEADLINE_LETTER], 0);
}

static void test_after_an_outage_only_the_latest_letter_is_sent(void **state)
{
	Case c;

	(void)state;
	case_set(&c);
	c.ticket.opened_at = NOW - 60 * DAY;
	Decision decision = due(&c, STORE_DEADLINE_LETTER);
	g_autofree char *done =
		decide_letters_done(&c.facts, decision.letters_until_s);
	assert_text(decision.letter_name, "eight-weeks");
	assert_text(done, "twenty-days eight-weeks");
}

static void test_what_was_due_while_it_was_settled_is_left_out(void **state)
{
	Case c;

	(void)state;
	case_set(&c);
	c.ticket.opened_at = NOW - 30 * DAY;
	clocks_turn(&c.decision, &c.facts, CLOCK_REOPENED);
	assert_int_equal(deadline(&c, STORE_DEADLINE_LETTER), NOW + 26 * DAY);
	g_autofree char *done =
		decide_letters_done(&c.facts, c.decision.letters_until_s);
	assert_text(done, "twenty-days");
}

static void test_a_letter_that_is_owed_by_another_policy_comes_at_once(
	void **state)
{
	Case c;

	(void)state;
	case_set(&c);
	c.ticket.opened_at = NOW - 30 * DAY;
	clocks_turn(&c.decision, &c.facts, CLOCK_STEERED);
	assert_int_equal(deadline(&c, STORE_DEADLINE_LETTER), NOW + 1);
	assert_int_equal(c.decision.letters_until_s, DECIDE_KEEP);
}

static void test_a_letter_under_another_policy_is_not_sent(void **state)
{
	Case c;

	(void)state;
	case_set(&c);
	c.ticket.opened_at = NOW - 10 * DAY;
	Decision decision = due(&c, STORE_DEADLINE_LETTER);
	assert_false(decision.send);
	assert_null(decision.what);
	assert_int_equal(
		decision.deadlines[STORE_DEADLINE_LETTER], NOW + 10 * DAY);
}

static void test_nobody_gets_a_letter_who_cannot_be_written_to(void **state)
{
	Case c;

	(void)state;
	case_set(&c);
	c.ticket.opened_at = NOW - 20 * DAY;
	c.ticket.quiet = (char *)"unreachable";
	Decision decision = due(&c, STORE_DEADLINE_LETTER);
	assert_false(decision.send);
	assert_text(decision.guard, "unreachable");
}

/* ---- who was asked ------------------------------------------------------ */

static void test_who_was_asked_is_reminded_and_then_left_in_peace(void **state)
{
	Case c;
	int64_t told;

	(void)state;
	case_set(&c);
	clocks_turn(&c.decision, &c.facts, CLOCK_ASKED);
	told = decide_wait_until(&c.mailbox, c.facts.terms, 0, NOW);
	c.ticket.state = STORE_WAITING;
	for (unsigned i = 0; i < 2; i++) {
		c.facts.now_s = deadline(&c, STORE_DEADLINE_REMIND);
		assert_int_equal(c.facts.now_s, NOW + (i + 1) * 3 * DAY);
		c.decision = due(&c, STORE_DEADLINE_REMIND);
		assert_int_equal(c.decision.mail, REPLY_NEED_INFO);
		assert_true(c.decision.send && c.decision.reminded);
		c.ticket.reminders++;
		assert_int_equal(decide_wait_until(&c.mailbox, c.facts.terms,
					 c.ticket.reminders, c.facts.now_s),
			told);
	}
	c.facts.now_s = deadline(&c, STORE_DEADLINE_REMIND);
	assert_int_equal(c.facts.now_s, told);
	Decision end = due(&c, STORE_DEADLINE_REMIND);
	assert_int_equal(end.state, STORE_RESOLVED);
	assert_int_equal(end.mail, REPLY_RESOLVED);
	assert_true(end.send && end.unanswered);
	/* Nobody is asked whether they liked that. */
	assert_int_equal(end.deadlines[STORE_DEADLINE_SURVEY], 0);
	assert_int_equal(end.deadlines[STORE_DEADLINE_AFTERCARE], 0);
}

static void test_no_matter_rests_before_the_time_that_was_told(void **state)
{
	(void)state;
	for (int64_t now_s = NOW; now_s < NOW + DAY; now_s += 37 * MINUTE) {
		Case c;
		case_set(&c);
		c.mailbox.terms.quiet = (PromiseQuiet){21 * 60, 8 * 60};
		c.facts.now_s = now_s;
		clocks_turn(&c.decision, &c.facts, CLOCK_ASKED);
		int64_t told =
			decide_wait_until(&c.mailbox, c.facts.terms, 0, now_s);
		c.ticket.state = STORE_WAITING;
		for (; c.ticket.reminders < 2; c.ticket.reminders++) {
			c.facts.now_s = deadline(&c, STORE_DEADLINE_REMIND);
			c.decision = due(&c, STORE_DEADLINE_REMIND);
		}
		assert_int_equal(deadline(&c, STORE_DEADLINE_REMIND), told);
	}
}

static void test_a_policy_can_wait_for_ever_and_never_remind(void **state)
{
	Case c;

	(void)state;
	case_set(&c);
	c.mailbox.terms.reminders = 0;
	c.mailbox.terms.end_waiting_after_s = 0;
	clocks_turn(&c.decision, &c.facts, CLOCK_ASKED);
	assert_int_equal(deadline(&c, STORE_DEADLINE_REMIND), 0);
	assert_int_equal(
		decide_wait_until(&c.mailbox, c.facts.terms, 0, NOW), 0);
}

/* ---- which policy ------------------------------------------------------- */

static const char *const is_urgent[] = {"urgent", NULL};
static const char *const is_vip[] = {"vip", "high-roller", NULL};
static const char *const is_payment[] = {"type:payment", NULL};

static void test_the_first_policy_that_applies_is_taken(void **state)
{
	static const EngineTerms policies[] = {
		{.name = "urgent", .applies_to = is_urgent},
		{.name = "vip", .applies_to = is_vip},
		{.name = "payment", .applies_to = is_payment},
	};
	static const struct {
		int priority;
		const char *complainer, *type;
		bool vip;
		const char *policy;
	} cases[] = {
		{1, NULL, NULL, false, NULL},
		{3, NULL, NULL, false, "urgent"},
		{3, "high-roller", "payment", true, "urgent"},
		{1, "high-roller", "payment", false, "vip"},
		{1, "chronic", NULL, true, "vip"},
		{1, "chronic", "Payment", false, "payment"},
		{1, NULL, "payments", false, NULL},
		{2, "meek", NULL, false, NULL},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Case c;
		case_set(&c);
		c.mailbox.policies = policies;
		c.mailbox.policies_length = G_N_ELEMENTS(policies);
		c.ticket.priority = cases[i].priority;
		c.ticket.complainer = (char *)cases[i].complainer;
		c.ticket.type = (char *)cases[i].type;
		assert_text(
			decide_terms(&c.mailbox, &c.ticket, cases[i].vip)->name,
			cases[i].policy);
	}
}

static void test_a_policy_for_all_hides_those_behind_it(void **state)
{
	static const EngineTerms policies[] = {
		{.name = "all"},
		{.name = "urgent", .applies_to = is_urgent},
	};
	Case c;

	(void)state;
	case_set(&c);
	c.mailbox.policies = policies;
	c.mailbox.policies_length = G_N_ELEMENTS(policies);
	c.ticket.priority = 3;
	assert_text(decide_terms(&c.mailbox, &c.ticket, false)->name, "all");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_happens_moves_what_the_table_says),
		cmocka_unit_test(
			test_an_opening_starts_what_the_policy_promises),
		cmocka_unit_test(
			test_a_word_that_would_come_at_night_comes_before_it),
		cmocka_unit_test(
			test_what_is_withheld_is_not_looked_at_each_second),
		cmocka_unit_test(test_waiting_for_the_customer_is_not_our_time),
		cmocka_unit_test(
			test_another_policy_makes_a_told_time_earlier_and_never_later),
		cmocka_unit_test(
			test_a_rules_time_runs_on_while_the_customer_is_asked),
		cmocka_unit_test(
			test_a_matter_that_takes_longer_is_told_with_a_new_time),
		cmocka_unit_test(
			test_a_rules_time_that_is_missed_ends_no_waiting),
		cmocka_unit_test(
			test_a_machine_names_a_new_time_so_often_and_not_once_more),
		cmocka_unit_test(
			test_letters_come_in_the_order_in_which_they_are_due),
		cmocka_unit_test(
			test_after_an_outage_only_the_latest_letter_is_sent),
		cmocka_unit_test(
			test_what_was_due_while_it_was_settled_is_left_out),
		cmocka_unit_test(
			test_a_letter_that_is_owed_by_another_policy_comes_at_once),
		cmocka_unit_test(
			test_a_letter_under_another_policy_is_not_sent),
		cmocka_unit_test(
			test_nobody_gets_a_letter_who_cannot_be_written_to),
		cmocka_unit_test(
			test_who_was_asked_is_reminded_and_then_left_in_peace),
		cmocka_unit_test(
			test_no_matter_rests_before_the_time_that_was_told),
		cmocka_unit_test(
			test_a_policy_can_wait_for_ever_and_never_remind),
		cmocka_unit_test(test_the_first_policy_that_applies_is_taken),
		cmocka_unit_test(test_a_policy_for_all_hides_those_behind_it),
	};

	return cmocka_run_group_tests(tests, open_office, close_office);
}
