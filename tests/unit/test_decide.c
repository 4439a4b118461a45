/* What is owed, to whom, by when: each case a promise that decide keeps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/engine/decide.h"

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

/* A mail, a ticket and a mailbox that each test bends to its case. */
typedef struct Case Case;
struct Case {
	EngineMailbox mailbox;
	StoreTicket ticket;
	Analysis mail;
	DecideFacts facts;
};

static void case_set(Case *c, bool with_ticket)
{
	*c = (Case){
		.mailbox =
			{
				.address = "care@example.com",
				.terms =
					{
						.answer_within =
							{PROMISE_BUSINESS_HOURS,
								8 * HOUR},
						.late_notice = {PROMISE_WALL,
							HOUR},
						.follow_up_every_s = DAY,
						.late_most = 3,
						.remind_after = {PROMISE_WALL,
							3 * DAY},
						.reminders = 2,
						.end_waiting_after_s = 7 * DAY,
						.waiting_pauses = true,
					},
				.close_after_s = 30 * DAY,
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
				.promised_by = NOW + 3 * HOUR,
			},
		.mail =
			{
				.kind = ANALYSIS_COMPLAINT,
				.from = (char *)"mari@example.org",
				.message_id = (char *)"1@example.org",
			},
		.facts =
			{
				.now_s = NOW,
				.from_participant = with_ticket,
				.promise_told = with_ticket,
				.acks_per_sender_most = 3,
				.automatic_per_thread_most = 2,
			},
	};
	c->facts.mailbox = &c->mailbox;
	c->facts.terms = &c->mailbox.terms;
	c->facts.ticket = with_ticket ? &c->ticket : NULL;
}

static void case_guard(Case *c, const char *guard, enum analysis_cost cost)
{
	c->mail.guard = (char *)guard;
	c->mail.cost = cost;
}

static Decision mail(const Case *c)
{
	return decide_mail(&c->facts, &c->mail);
}

static Decision due(const Case *c, enum store_deadline kind)
{
	return decide_deadline(&c->facts, kind);
}

static void assert_text(const char *got, const char *wanted)
{
	if (g_strcmp0(got, wanted) != 0)
		fail_msg("\"%s\", not \"%s\"", got ? got : "(none)",
			wanted ? wanted : "(none)");
}

/* Nothing leaves, and this is why. */
static void assert_withheld(const Decision *decision, const char *guard)
{
	assert_false(decision->send);
	assert_text(decision->guard, guard);
}

static void assert_sends(const Decision *decision, enum reply_kind kind)
{
	assert_true(decision->send);
	assert_text(reply_kind_name(decision->mail), reply_kind_name(kind));
	assert_null(decision->guard);
}

static int64_t follow_up_of(const Decision *decision)
{
	return decision->deadlines[STORE_DEADLINE_FOLLOW_UP];
}

static int64_t promise_look_of(const Decision *decision)
{
	return decision->deadlines[STORE_DEADLINE_PROMISE];
}

/* In the last 24th of the interval after now, and not after it. */
static void assert_follow_up_in(const Decision *decision, int64_t every)
{
	int64_t due_at = follow_up_of(decision);

	assert_in_range(
		due_at, NOW + every - every / 24 - every / 1440, NOW + every);
}

/* ---- a first mail ------------------------------------------------------ */

static void test_a_complaint_opens_a_ticket_and_is_acknowledged(void **state)
{
	Case c;

	(void)state;
	case_set(&c, false);
	Decision decision = mail(&c);
	assert_int_equal(decision.record, DECIDE_OPEN);
	assert_text(decision.what, "opened");
	assert_int_equal(decision.state, STORE_OPEN);
	assert_sends(&decision, REPLY_ACK);
	assert_true(decision.automatic);
	assert_int_equal(decision.promised_by, PROMISED);
	/* An hour before the promise it is time to look. */
	assert_int_equal(promise_look_of(&decision), PROMISED - HOUR);
	assert_follow_up_in(&decision, DAY);
	assert_false(decision.escalate);
}

static void test_a_guard_costs_the_acknowledgement_alone(void **state)
{
	static const struct {
		const char *own_guard; /* of the mail */
		enum analysis_cost cost;
		bool mailbox_silent;
		unsigned acks_today;
		const char *wanted; /* NULL: acknowledged */
	} cases[] = {
		{"x-auto-response-suppress", ANALYSIS_COST_ACK, false, 0,
			"x-auto-response-suppress"},
		{"odd-date", ANALYSIS_COST_NOTHING, false, 0, NULL},
		{NULL, ANALYSIS_COST_NOTHING, true, 0,
			"mailbox-acknowledge-off"},
		/* three a day: the third is sent, the fourth is not */
		{NULL, ANALYSIS_COST_NOTHING, false, 2, NULL},
		{NULL, ANALYSIS_COST_NOTHING, false, 3, "sender-rate"},
		{NULL, ANALYSIS_COST_NOTHING, false, 9, "sender-rate"},
		/* the mail's own reason is told before ours */
		{"list-id", ANALYSIS_COST_ACK, true, 3, "list-id"},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Case c;
		case_set(&c, false);
		case_guard(&c, cases[i].own_guard, cases[i].cost);
		c.mailbox.acknowledge = !cases[i].mailbox_silent;
		c.facts.acks_to_sender_today = cases[i].acks_today;
		Decision decision = mail(&c);
		assert_int_equal(decision.record, DECIDE_OPEN);
		if (cases[i].wanted)
			assert_withheld(&decision, cases[i].wanted);
		else
			assert_sends(&decision, REPLY_ACK);
		/* The team owes the answer all the same. */
		assert_int_equal(decision.promised_by, PROMISED);
		assert_follow_up_in(&decision, DAY);
	}
}

static void test_an_imported_mail_opens_a_silent_ticket(void **state)
{
	Case c;

	(void)state;
	case_set(&c, false);
	c.facts.no_acknowledge = true;
	Decision decision = mail(&c);
	assert_int_equal(decision.record, DECIDE_OPEN);
	assert_withheld(&decision, "import");
	assert_string_equal(decision.quiet, "import");
	assert_int_equal(decision.promised_by, 0);
}

static void test_a_robots_mail_opens_a_ticket_but_promises_nothing(void **state)
{
	static const struct {
		enum analysis_kind kind;
		const char *guard;
		enum analysis_cost cost;
		const char *wanted;
	} cases[] = {
		{ANALYSIS_AUTO_GENERATED, "auto-submitted",
			ANALYSIS_COST_AUTOMATIC, "auto-submitted"},
		{ANALYSIS_AUTO_GENERATED, NULL, ANALYSIS_COST_NOTHING,
			"auto-generated"},
		{ANALYSIS_LIST, "list-id", ANALYSIS_COST_ACK, "list-id"},
		{ANALYSIS_FEEDBACK_REPORT, NULL, ANALYSIS_COST_NOTHING,
			"feedback-report"},
		{ANALYSIS_COMPLAINT, "null-sender", ANALYSIS_COST_AUTOMATIC,
			"null-sender"},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Case c;
		case_set(&c, false);
		c.mail.kind = cases[i].kind;
		case_guard(&c, cases[i].guard, cases[i].cost);
		Decision decision = mail(&c);
		assert_int_equal(decision.record, DECIDE_OPEN);
		assert_withheld(&decision, cases[i].wanted);
		assert_text(decision.quiet, cases[i].wanted);
		assert_int_equal(decision.promised_by, 0);
		assert_int_equal(follow_up_of(&decision), 0);
		assert_int_equal(promise_look_of(&decision), 0);
	}
}

static void test_mail_about_mail_is_recorded_without_a_ticket(void **state)
{
	static const enum analysis_kind kinds[] = {ANALYSIS_BOUNCE,
		ANALYSIS_AUTO_REPLY, ANALYSIS_RECEIPT, ANALYSIS_LOOP};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		Case c;
		case_set(&c, false);
		c.mail.kind = kinds[i];
		Decision decision = mail(&c);
		assert_int_equal(decision.record, DECIDE_ALONE);
		assert_withheld(&decision, analysis_kind_name(kinds[i]));
		case_guard(&c, "own-mail", ANALYSIS_COST_AUTOMATIC);
		decision = mail(&c);
		assert_withheld(&decision, "own-mail");
	}
}

static void test_a_short_promise_is_looked_at_in_its_last_quarter(void **state)
{
	Case c;

	(void)state;
	case_set(&c, false);
	c.mailbox.terms.answer_within =
		(PromiseDuration){PROMISE_WALL, 2 * HOUR};
	Decision decision = mail(&c);
	assert_int_equal(decision.promised_by, NOW + 2 * HOUR);
	assert_int_equal(promise_look_of(&decision), NOW + 90 * MINUTE);
}

static void test_a_follow_up_never_comes_later_than_the_interval(void **state)
{
	static const int64_t intervals[] = {
		1, 20, HOUR, 6 * HOUR, DAY, 7 * DAY};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(intervals); i++) {
		for (int n = 0; n < 200; n++) {
			g_autofree char *id = g_strdup_printf("%d@x", n);
			Case c;
			case_set(&c, false);
			c.mailbox.terms.follow_up_every_s = intervals[i];
			c.mail.message_id = id;
			Decision decision = mail(&c);
			assert_true(follow_up_of(&decision) > NOW ||
				    intervals[i] == 1);
			assert_follow_up_in(&decision, intervals[i]);
			case_set(&c, true);
			c.mailbox.terms.follow_up_every_s = intervals[i];
			c.ticket.reference = id;
			decision = due(&c, STORE_DEADLINE_FOLLOW_UP);
			assert_follow_up_in(&decision, intervals[i]);
		}
	}
}

/* Tickets of one minute do not come back in one minute of the next day. */
static void test_follow_ups_of_one_minute_are_spread_over_an_hour(void **state)
{
	enum { MAILS = 600 };
	unsigned in_minute[62] = {0};
	unsigned most = 0;

	(void)state;
	for (int n = 0; n < MAILS; n++) {
		/* As one program makes them, one after the other. */
		g_autofree char *id = g_strdup_printf(
			"20261124082%03d.4A1C@mail.example.org", n);
		Case c;
		case_set(&c, false);
		c.mail.message_id = id;
		Decision decision = mail(&c);
		int64_t early = NOW + DAY - follow_up_of(&decision);
		assert_in_range(early, 0, HOUR + MINUTE);
		most = MAX(most, ++in_minute[early / MINUTE]);
	}
	/* Ten a minute if it were perfect. */
	assert_true(most < 40);
}

/* ---- a mail on a ticket ------------------------------------------------ */

static void test_a_further_mail_is_added_and_not_acknowledged_again(
	void **state)
{
	Case c;

	(void)state;
	case_set(&c, true);
	Decision decision = mail(&c);
	assert_int_equal(decision.record, DECIDE_ADD);
	assert_text(decision.what, "added");
	assert_withheld(&decision, "already-acknowledged");
	assert_int_equal(decision.promised_by, DECIDE_KEEP);
	assert_int_equal(follow_up_of(&decision), DECIDE_KEEP);
}

static void test_a_status_request_is_answered_to_a_participant_alone(
	void **state)
{
	static const struct {
		bool participant;
		const char *own_guard;
		unsigned automatic_today;
		const char *quiet;
		const char *wanted; /* NULL: answered */
	} cases[] = {
		{true, NULL, 0, NULL, NULL},
		{true, NULL, 1, NULL, NULL},
		{true, NULL, 2, NULL, "thread-rate"},
		{false, NULL, 0, NULL, "already-acknowledged"},
		{true, "precedence", 0, NULL, "precedence"},
		/* who asks can be reached */
		{true, NULL, 0, "unreachable", NULL},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Case c;
		case_set(&c, true);
		c.mail.status_request = true;
		case_guard(&c, cases[i].own_guard,
			cases[i].own_guard ? ANALYSIS_COST_ACK
					   : ANALYSIS_COST_NOTHING);
		c.facts.from_participant = cases[i].participant;
		c.facts.automatic_on_thread_today = cases[i].automatic_today;
		c.ticket.quiet = (char *)cases[i].quiet;
		Decision decision = mail(&c);
		if (cases[i].wanted) {
			assert_withheld(&decision, cases[i].wanted);
			assert_int_equal(follow_up_of(&decision), DECIDE_KEEP);
			continue;
		}
		assert_sends(&decision, REPLY_STATUS);
		/* The interval runs anew from this word. */
		assert_follow_up_in(&decision, DAY);
	}
}

/* The scheduler is about to say so, with a new time. */
static void test_a_status_answer_never_tells_a_time_that_has_passed(
	void **state)
{
	Case c;

	(void)state;
	case_set(&c, true);
	c.mail.status_request = true;
	c.ticket.promised_by = NOW;
	Decision decision = mail(&c);
	assert_withheld(&decision, "late-notice-due");
	assert_int_equal(promise_look_of(&decision), DECIDE_KEEP);
}

static void test_a_customers_reply_reopens_a_resolved_ticket(void **state)
{
	Case c;

	(void)state;
	case_set(&c, true);
	c.ticket.state = STORE_RESOLVED;
	c.ticket.promised_by = 0;
	Decision decision = mail(&c);
	assert_text(decision.what, "reopened");
	assert_true(decision.reopened);
	assert_int_equal(decision.state, STORE_OPEN);
	assert_sends(&decision, REPLY_STATUS);
	assert_int_equal(decision.promised_by, PROMISED);
	assert_follow_up_in(&decision, DAY);
	assert_int_equal(decision.deadlines[STORE_DEADLINE_CLOSE], 0);
}

static void test_a_reopening_without_word_counts_from_the_last_one(void **state)
{
	static const struct {
		int64_t heard_before;
		int64_t earliest, latest;
	} cases[] = {
		{5 * HOUR, 18 * HOUR - MINUTE, 19 * HOUR},
		{40 * HOUR, HOUR, HOUR},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Case c;
		case_set(&c, true);
		c.ticket.state = STORE_RESOLVED;
		c.ticket.heard_at = NOW - cases[i].heard_before;
		c.facts.automatic_on_thread_today = 2;
		Decision decision = mail(&c);
		assert_withheld(&decision, "thread-rate");
		assert_int_equal(decision.state, STORE_OPEN);
		assert_int_equal(decision.promised_by, PROMISED);
		assert_in_range(follow_up_of(&decision) - NOW,
			cases[i].earliest, cases[i].latest);
	}
}

static void test_the_customers_word_ends_the_waiting_for_it(void **state)
{
	Case c;

	(void)state;
	case_set(&c, true);
	c.ticket.state = STORE_WAITING;
	c.ticket.promised_by = 0;
	Decision decision = mail(&c);
	assert_int_equal(decision.state, STORE_OPEN);
	assert_false(decision.reopened);
	assert_true(decision.resumed);
	assert_sends(&decision, REPLY_STATUS);
	assert_int_equal(decision.promised_by, PROMISED);
	assert_int_equal(decision.deadlines[STORE_DEADLINE_REMIND], 0);
}

static void test_an_answer_that_comes_after_the_end_is_thanked_for(void **state)
{
	Case c;

	(void)state;
	case_set(&c, true);
	c.ticket.state = STORE_RESOLVED;
	c.ticket.asked_at = NOW - 20 * DAY;
	Decision decision = mail(&c);
	assert_true(decision.reopened && decision.resumed);
	assert_sends(&decision, REPLY_STATUS);
	c.ticket.asked_at = 0;
	assert_false(mail(&c).resumed);
}

static void test_a_robots_mail_changes_nothing_on_a_ticket(void **state)
{
	static const enum analysis_kind kinds[] = {ANALYSIS_AUTO_REPLY,
		ANALYSIS_RECEIPT, ANALYSIS_LOOP, ANALYSIS_AUTO_GENERATED,
		ANALYSIS_LIST, ANALYSIS_BOUNCE};
	static const enum store_state states[] = {
		STORE_OPEN, STORE_WAITING, STORE_RESOLVED, STORE_CLOSED};

	(void)state;
	for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++) {
		for (size_t s = 0; s < G_N_ELEMENTS(states); s++) {
			Case c;
			case_set(&c, true);
			c.mail.kind = kinds[k];
			c.mail.status_request = true;
			c.ticket.state = states[s];
			c.ticket.quiet = (char *)"unreachable";
			Decision decision = mail(&c);
			assert_int_equal(decision.record, DECIDE_ADD);
			assert_int_equal(decision.state, states[s]);
			assert_withheld(
				&decision, analysis_kind_name(kinds[k]));
			assert_false(decision.unquiet);
			assert_int_equal(decision.promised_by, DECIDE_KEEP);
			assert_int_equal(follow_up_of(&decision), DECIDE_KEEP);
		}
	}
}

static void test_an_unreachable_customer_who_writes_is_followed_again(
	void **state)
{
	Case c;

	(void)state;
	case_set(&c, true);
	c.ticket.quiet = (char *)"unreachable";
	c.ticket.heard_at = NOW - 3 * DAY;
	Decision decision = mail(&c);
	assert_true(decision.unquiet);
	/* The last word is long ago: soon. */
	assert_int_equal(follow_up_of(&decision), NOW + HOUR);
	assert_int_equal(decision.promised_by, DECIDE_KEEP);

	c.ticket.promised_by = 0;
	decision = mail(&c);
	assert_int_equal(decision.promised_by, PROMISED);
	assert_int_equal(promise_look_of(&decision), PROMISED - HOUR);
}

static void test_who_is_waited_for_and_can_be_reached_again_is_reminded(
	void **state)
{
	Case c;

	(void)state;
	case_set(&c, true);
	c.ticket.state = STORE_WAITING;
	c.ticket.promised_by = 0;
	c.ticket.quiet = (char *)"unreachable";
	c.facts.from_participant = true;
	c.mail.status_request = true;
	Decision decision = mail(&c);
	assert_true(decision.unquiet);
	assert_int_equal(decision.state, STORE_WAITING);
	assert_int_equal(decision.promised_by, DECIDE_KEEP);
	assert_int_equal(
		decision.deadlines[STORE_DEADLINE_FOLLOW_UP], DECIDE_KEEP);
	assert_true(decision.deadlines[STORE_DEADLINE_REMIND] > NOW);
}

static void test_silence_is_not_broken_by_strangers_or_robots(void **state)
{
	Case c;

	(void)state;
	case_set(&c, true);
	c.ticket.quiet = (char *)"unreachable";
	c.facts.from_participant = false;
	Decision decision = mail(&c);
	assert_false(decision.unquiet);
	assert_int_equal(follow_up_of(&decision), DECIDE_KEEP);

	c.facts.from_participant = true;
	case_guard(&c, "auto-submitted", ANALYSIS_COST_AUTOMATIC);
	decision = mail(&c);
	assert_false(decision.unquiet);
	assert_int_equal(follow_up_of(&decision), DECIDE_KEEP);
}

/* ---- a bounce ---------------------------------------------------------- */

static void test_a_permanent_bounce_stops_follow_ups_and_tells_the_supervisor(
	void **state)
{
	Case c;

	(void)state;
	case_set(&c, true);
	Decision decision = decide_bounce(&c.facts, true);
	assert_text(decision.what, "bounced");
	assert_text(decision.quiet, "unreachable");
	assert_withheld(&decision, "bounce");
	assert_int_equal(follow_up_of(&decision), 0);
	assert_true(decision.escalate);
	/* The answer is owed still. */
	assert_int_equal(decision.promised_by, DECIDE_KEEP);
	assert_int_equal(promise_look_of(&decision), DECIDE_KEEP);
}

static void test_the_supervisor_hears_of_a_dead_address_once(void **state)
{
	Case c;

	(void)state;
	case_set(&c, true);
	c.ticket.quiet = (char *)"unreachable";
	Decision decision = decide_bounce(&c.facts, true);
	assert_false(decision.escalate);
}

static void test_a_passing_bounce_is_noted_and_no_more(void **state)
{
	Case c;

	(void)state;
	case_set(&c, true);
	Decision decision = decide_bounce(&c.facts, false);
	assert_text(decision.what, "bounced-for-now");
	assert_null(decision.quiet);
	assert_false(decision.escalate);
	assert_withheld(&decision, "bounce");
	assert_int_equal(follow_up_of(&decision), DECIDE_KEEP);
}

static void test_a_bounce_from_the_staff_does_not_silence_the_customer(
	void **state)
{
	Case c;

	(void)state;
	case_set(&c, true);
	c.facts.to_staff = true;
	Decision decision = decide_bounce(&c.facts, true);
	assert_text(decision.what, "staff-mail-bounced");
	assert_null(decision.quiet);
	assert_false(decision.escalate);
	assert_int_equal(follow_up_of(&decision), DECIDE_KEEP);
}

/* ---- a follow-up falls due --------------------------------------------- */

static void test_a_follow_up_is_sent_and_the_next_one_set(void **state)
{
	static const enum store_state states[] = {STORE_OPEN, STORE_WAITING};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
		Case c;
		case_set(&c, true);
		c.ticket.state = states[i];
		Decision decision = due(&c, STORE_DEADLINE_FOLLOW_UP);
		assert_text(decision.what, "updated");
		assert_sends(&decision, REPLY_FOLLOWUP);
		assert_true(decision.automatic);
		assert_follow_up_in(&decision, DAY);
		assert_int_equal(decision.state, states[i]);
		assert_int_equal(decision.promised_by, DECIDE_KEEP);
	}
}

static void test_nothing_falls_due_on_a_settled_ticket(void **state)
{
	static const enum store_state states[] = {STORE_RESOLVED, STORE_CLOSED};
	static const enum store_deadline kinds[] = {
		STORE_DEADLINE_FOLLOW_UP, STORE_DEADLINE_PROMISE};

	(void)state;
	for (size_t s = 0; s < G_N_ELEMENTS(states); s++) {
		for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++) {
			Case c;
			case_set(&c, true);
			c.ticket.state = states[s];
			Decision decision = due(&c, kinds[k]);
			assert_false(decision.send);
			assert_false(decision.escalate);
			assert_null(decision.what);
			assert_int_equal(decision.state, states[s]);
			assert_int_equal(follow_up_of(&decision), 0);
			assert_int_equal(promise_look_of(&decision), 0);
		}
	}
}

static void test_a_follow_up_withheld_comes_back_within_the_interval(
	void **state)
{
	static const struct {
		int64_t heard_before, wanted;
	} cases[] = {
		{2 * HOUR, HOUR},
		{23 * HOUR + 10 * MINUTE, 50 * MINUTE},
		{30 * HOUR, HOUR},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Case c;
		case_set(&c, true);
		c.facts.automatic_on_thread_today = 2;
		c.ticket.heard_at = NOW - cases[i].heard_before;
		Decision decision = due(&c, STORE_DEADLINE_FOLLOW_UP);
		assert_withheld(&decision, "thread-rate");
		assert_text(decision.what, "follow-up-withheld");
		assert_int_equal(
			follow_up_of(&decision), NOW + cases[i].wanted);
	}
}

static void test_no_follow_up_goes_to_a_silent_ticket(void **state)
{
	Case c;

	(void)state;
	case_set(&c, true);
	c.ticket.quiet = (char *)"unreachable";
	Decision decision = due(&c, STORE_DEADLINE_FOLLOW_UP);
	assert_withheld(&decision, "unreachable");
	assert_int_equal(follow_up_of(&decision), 0);
}

/* After an outage both are due; the follow-up is looked at first. */
static void test_a_follow_up_never_tells_a_time_that_has_passed(void **state)
{
	Case c;

	(void)state;
	case_set(&c, true);
	c.ticket.promised_by = NOW;
	Decision decision = due(&c, STORE_DEADLINE_FOLLOW_UP);
	assert_text(decision.what, "late");
	assert_sends(&decision, REPLY_LATE);
	assert_int_equal(decision.promised_by, PROMISED);
	assert_int_equal(promise_look_of(&decision), PROMISED - HOUR);
}

/* ---- a promise falls due ----------------------------------------------- */

static void test_a_promise_that_will_be_missed_is_told_with_a_new_one(
	void **state)
{
	Case c;

	(void)state;
	case_set(&c, true);
	/* No backstop stands against this word. */
	c.facts.automatic_on_thread_today = 9;
	Decision decision = due(&c, STORE_DEADLINE_PROMISE);
	assert_text(decision.what, "late");
	assert_sends(&decision, REPLY_LATE);
	assert_true(decision.late);
	assert_true(decision.escalate);
	assert_true(decision.settle);
	assert_int_equal(decision.outcome, STORE_PROMISE_BROKEN);
	assert_int_equal(decision.promised_by, PROMISED);
	assert_int_equal(promise_look_of(&decision), PROMISED - HOUR);
	assert_follow_up_in(&decision, DAY);
}

static void test_the_fourth_missed_promise_makes_no_fifth(void **state)
{
	(void)state;
	for (unsigned missed = 0; missed < 6; missed++) {
		Case c;
		case_set(&c, true);
		c.ticket.late_count = missed;
		Decision decision = due(&c, STORE_DEADLINE_PROMISE);
		bool new_one = missed < 3;
		/* The customer is told of every one. */
		assert_sends(&decision, REPLY_LATE);
		assert_true(decision.escalate);
		assert_int_equal(decision.promised_by, new_one ? PROMISED : 0);
		assert_int_equal(promise_look_of(&decision),
			new_one ? PROMISED - HOUR : 0);
		assert_follow_up_in(&decision, DAY);
	}
}

static void test_no_apology_for_a_promise_that_was_never_mailed(void **state)
{
	Case c;

	(void)state;
	case_set(&c, true);
	c.facts.promise_told = false;
	Decision decision = due(&c, STORE_DEADLINE_PROMISE);
	assert_sends(&decision, REPLY_FOLLOWUP);
	assert_true(decision.escalate);
	assert_int_equal(decision.promised_by, PROMISED);
}

static void test_an_unreachable_customers_missed_promise_tells_the_staff(
	void **state)
{
	Case c;

	(void)state;
	case_set(&c, true);
	c.ticket.quiet = (char *)"unreachable";
	Decision decision = due(&c, STORE_DEADLINE_PROMISE);
	assert_withheld(&decision, "unreachable");
	assert_true(decision.escalate);
	assert_true(decision.settle);
	assert_int_equal(decision.promised_by, 0);
	assert_int_equal(promise_look_of(&decision), 0);
}

static void test_a_resolved_ticket_is_closed_in_time_and_no_other(void **state)
{
	static const struct {
		enum store_state before, after;
	} cases[] = {
		{STORE_RESOLVED, STORE_CLOSED},
		{STORE_OPEN, STORE_OPEN},
		{STORE_WAITING, STORE_WAITING},
		{STORE_CLOSED, STORE_CLOSED},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Case c;
		case_set(&c, true);
		c.ticket.state = cases[i].before;
		Decision decision = due(&c, STORE_DEADLINE_CLOSE);
		assert_int_equal(decision.state, cases[i].after);
		assert_false(decision.send);
		assert_int_equal(decision.deadlines[STORE_DEADLINE_CLOSE], 0);
		assert_text(decision.what,
			cases[i].before == STORE_RESOLVED ? "closed" : NULL);
	}
}

/* ---- an operator's word ------------------------------------------------ */

static void test_a_resolution_is_told_and_ends_what_was_owed(void **state)
{
	static const struct {
		int64_t promised_by;
		bool silent;
		const char *quiet;
		const char *guard; /* NULL: told */
		enum store_promise_outcome outcome;
	} cases[] = {
		{NOW + HOUR, false, NULL, NULL, STORE_PROMISE_KEPT},
		{NOW, false, NULL, NULL, STORE_PROMISE_KEPT},
		{NOW - 1, false, NULL, NULL, STORE_PROMISE_BROKEN},
		{0, false, NULL, NULL, STORE_PROMISE_KEPT},
		{NOW + HOUR, true, NULL, "operator-silent", STORE_PROMISE_KEPT},
		{NOW + HOUR, false, "unreachable", "unreachable",
			STORE_PROMISE_KEPT},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Case c;
		case_set(&c, true);
		c.ticket.promised_by = cases[i].promised_by;
		c.ticket.quiet = (char *)cases[i].quiet;
		Decision decision =
			decide_order(&c.facts, ENGINE_RESOLVE, cases[i].silent);
		assert_int_equal(decision.state, STORE_RESOLVED);
		if (cases[i].guard)
			assert_withheld(&decision, cases[i].guard);
		else
			assert_sends(&decision, REPLY_RESOLVED);
		/* A person's mail: no backstop counts it. */
		assert_false(decision.automatic);
		assert_true(decision.settle);
		assert_int_equal(decision.outcome, cases[i].outcome);
		assert_int_equal(decision.promised_by, 0);
		assert_int_equal(follow_up_of(&decision), 0);
		assert_int_equal(promise_look_of(&decision), 0);
		assert_int_equal(decision.deadlines[STORE_DEADLINE_CLOSE],
			NOW + 30 * DAY);
	}
}

static void test_an_operator_reopens_with_a_new_promise(void **state)
{
	Case c;

	(void)state;
	case_set(&c, true);
	c.ticket.state = STORE_CLOSED;
	Decision decision = decide_order(&c.facts, ENGINE_REOPEN, false);
	assert_text(decision.what, "reopened");
	assert_int_equal(decision.state, STORE_OPEN);
	assert_sends(&decision, REPLY_STATUS);
	assert_int_equal(decision.promised_by, PROMISED);
	assert_follow_up_in(&decision, DAY);
	assert_int_equal(decision.deadlines[STORE_DEADLINE_CLOSE], 0);
}

static void test_reopening_for_an_unreachable_customer_promises_nothing(
	void **state)
{
	Case c;

	(void)state;
	case_set(&c, true);
	c.ticket.state = STORE_RESOLVED;
	c.ticket.quiet = (char *)"unreachable";
	Decision decision = decide_order(&c.facts, ENGINE_REOPEN, false);
	assert_int_equal(decision.state, STORE_OPEN);
	assert_withheld(&decision, "unreachable");
	assert_int_equal(decision.promised_by, 0);
	assert_int_equal(follow_up_of(&decision), 0);
	assert_int_equal(promise_look_of(&decision), 0);
}

static void test_a_note_changes_nothing(void **state)
{
	Case c;

	(void)state;
	case_set(&c, true);
	c.ticket.state = STORE_WAITING;
	Decision decision = decide_order(&c.facts, ENGINE_NOTE, false);
	assert_text(decision.what, "note");
	assert_int_equal(decision.state, STORE_WAITING);
	assert_false(decision.send);
	assert_null(decision.guard);
	assert_int_equal(decision.promised_by, DECIDE_KEEP);
	for (int kind = 0; kind < STORE_DEADLINES; kind++)
		assert_int_equal(decision.deadlines[kind], DECIDE_KEEP);
}

/* ---- agents are reminded ------------------------------------------------ */

static const char *const agents[] = {"agent@example.com", NULL};

/* A word is due in ten hours, the promise in eleven; four before is time. */
static void case_remind(Case *c)
{
	case_set(c, true);
	c->mailbox.agents = agents;
	c->mailbox.nudge_before_s = 4 * HOUR;
	c->ticket.promised_by = NOW + 11 * HOUR;
	c->facts.follow_up_at = NOW + 10 * HOUR;
}

static int64_t nudge_at(const Case *c)
{
	return decide_nudge_at(&c->facts, &c->ticket, c->facts.follow_up_at);
}

static void test_agents_are_reminded_before_the_next_word(void **state)
{
	Case c;

	(void)state;
	case_remind(&c);
	assert_int_equal(nudge_at(&c), NOW + 6 * HOUR);
	c.ticket.promised_by = NOW + 9 * HOUR;
	assert_int_equal(nudge_at(&c), NOW + 5 * HOUR);
	/* One that should have been is not made good; the other comes. */
	c.ticket.promised_by = NOW + 3 * HOUR;
	assert_int_equal(nudge_at(&c), NOW + 6 * HOUR);
	/* Follow-ups as frequent as that need none. */
	c.mailbox.terms.follow_up_every_s = 4 * HOUR;
	assert_int_equal(nudge_at(&c), 0);
}

static void test_nobody_is_reminded_without_need(void **state)
{
	Case c;

	(void)state;
	for (int i = 0; i < 6; i++) {
		case_remind(&c);
		assert_true(nudge_at(&c) > 0);
		if (i == 0)
			c.mailbox.nudge_before_s = 0;
		if (i == 1)
			c.mailbox.agents = NULL;
		if (i == 2)
			c.ticket.quiet = (char *)"unreachable";
		if (i == 3)
			c.ticket.state = STORE_RESOLVED;
		if (i == 4)
			c.ticket.state = STORE_CLOSED;
		if (i == 5)
			c.ticket.promised_by = c.facts.follow_up_at = 0;
		assert_int_equal(nudge_at(&c), 0);
	}
}

static void test_a_reminder_says_what_is_due(void **state)
{
	static const struct {
		int64_t follow_up, promised, answered;
		const char *wanted;
		int64_t due;
	} cases[] = {
		{4 * HOUR, 9 * HOUR, 0, "follow-up", 4 * HOUR},
		{9 * HOUR, 4 * HOUR, 0, "promise", 4 * HOUR},
		{4 * HOUR, 3 * HOUR, 0, "promise", 3 * HOUR},
		{4 * HOUR, 4 * HOUR, 0, "promise", 4 * HOUR},
		/* moved meanwhile, or too late */
		{9 * HOUR, 0, 0, NULL, 0},
		{-HOUR, -HOUR, 0, NULL, 0},
		/* somebody has just answered */
		{4 * HOUR, 9 * HOUR, -3 * HOUR, NULL, 0},
		{4 * HOUR, 9 * HOUR, -5 * HOUR, "follow-up", 4 * HOUR},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Case c;
		case_remind(&c);
		c.facts.follow_up_at = NOW + cases[i].follow_up;
		c.ticket.promised_by =
			cases[i].promised ? NOW + cases[i].promised : 0;
		c.ticket.answered_at =
			cases[i].answered ? NOW + cases[i].answered : 0;
		Decision decision = due(&c, STORE_DEADLINE_NUDGE);
		assert_text(decision.nudge, cases[i].wanted);
		if (cases[i].wanted)
			assert_int_equal(
				decision.nudge_due_s, NOW + cases[i].due);
		assert_false(decision.send);
		assert_int_equal(follow_up_of(&decision), DECIDE_KEEP);
	}
}

/* ---- what the supervisor must hear -------------------------------------- */

static void test_a_threat_is_told_once_a_day(void **state)
{
	Case c;

	(void)state;
	for (int on_ticket = 0; on_ticket < 2; on_ticket++) {
		case_set(&c, on_ticket);
		c.mail.threat = (char *)"my lawyer";
		Decision decision = mail(&c);
		assert_text(decision.escalate, "threat");
		assert_text(decision.escalate_words, "my lawyer");
		c.facts.threat_told_today = true;
		assert_null(mail(&c).escalate);
		c.facts.threat_told_today = false;
		c.mail.cost = ANALYSIS_COST_AUTOMATIC;
		assert_null(mail(&c).escalate);
	}
	c.mail.cost = ANALYSIS_COST_NOTHING;
	c.facts.from_participant = false;
	assert_null(mail(&c).escalate);
}

static void test_what_comes_back_twice_is_told(void **state)
{
	Case c;

	(void)state;
	case_set(&c, true);
	c.ticket.state = STORE_RESOLVED;
	assert_true(mail(&c).reopened);
	assert_null(mail(&c).escalate);
	assert_text(mail(&c).brief, "reopened");
	c.ticket.reopened_count = 1;
	assert_text(mail(&c).escalate, "reopened");
	c.facts.escalated_today = true;
	assert_null(mail(&c).escalate);
}

static void test_only_a_persons_new_matter_is_briefed(void **state)
{
	Case c;

	(void)state;
	case_set(&c, false);
	assert_text(mail(&c).brief, "new");
	c.facts.no_acknowledge = true; /* an import */
	assert_null(mail(&c).brief);
	case_set(&c, false);
	c.mail.kind = ANALYSIS_LIST;
	assert_null(mail(&c).brief);
}

/* ---- the end of a matter ------------------------------------------------ */

static void test_a_resolution_is_followed_by_two_questions(void **state)
{
	Case c;

	(void)state;
	case_set(&c, true);
	c.mailbox.survey_after_s = DAY;
	c.mailbox.aftercare_after_s = 14 * DAY;
	Decision decision = decide_order(&c.facts, ENGINE_RESOLVE, false);
	assert_int_equal(decision.deadlines[STORE_DEADLINE_SURVEY], NOW + DAY);
	assert_int_equal(
		decision.deadlines[STORE_DEADLINE_AFTERCARE], NOW + 14 * DAY);
	decision = decide_order(&c.facts, ENGINE_RESOLVE, true);
	assert_int_equal(decision.deadlines[STORE_DEADLINE_SURVEY], 0);
	assert_int_equal(decision.deadlines[STORE_DEADLINE_AFTERCARE], 0);
	c.ticket.state = STORE_RESOLVED;
	decision = mail(&c);
	assert_true(decision.reopened);
	assert_int_equal(decision.deadlines[STORE_DEADLINE_SURVEY], 0);
	assert_int_equal(decision.deadlines[STORE_DEADLINE_AFTERCARE], 0);
}

static void test_a_question_goes_to_who_can_answer_it(void **state)
{
	static const struct {
		enum store_state state;
		const char *quiet;
		int64_t merged_into;
		unsigned automatic;
		int64_t resolved_at;
		bool sends;
		const char *guard;
		int64_t next; /* from now on; 0: never */
	} cases[] = {
		{STORE_RESOLVED, NULL, 0, 0, -DAY, true, NULL, 0},
		{STORE_CLOSED, NULL, 0, 0, -DAY, true, NULL, 0},
		{STORE_OPEN, NULL, 0, 0, 0, false, NULL, 0},
		{STORE_CLOSED, NULL, 7, 0, -DAY, false, NULL, 0},
		{STORE_RESOLVED, "unreachable", 0, 0, -DAY, false,
			"unreachable", 0},
		{STORE_RESOLVED, NULL, 0, 2, -DAY, false, "thread-rate",
			6 * HOUR},
		{STORE_RESOLVED, NULL, 0, 2, -5 * DAY, false, "thread-rate", 0},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Case c;
		case_set(&c, true);
		c.mailbox.survey_after_s = DAY;
		c.ticket.state = cases[i].state;
		c.ticket.quiet = (char *)cases[i].quiet;
		c.ticket.merged_into = cases[i].merged_into;
		c.ticket.resolved_at = NOW + cases[i].resolved_at;
		c.facts.automatic_on_thread_today = cases[i].automatic;
		Decision decision = due(&c, STORE_DEADLINE_SURVEY);
		assert_int_equal(decision.send, cases[i].sends);
		assert_int_equal(decision.surveyed, cases[i].sends);
		assert_text(decision.guard, cases[i].guard);
		assert_int_equal(decision.deadlines[STORE_DEADLINE_SURVEY],
			cases[i].next ? NOW + cases[i].next : 0);
		assert_int_equal(decision.state, cases[i].state);
	}
}

static void test_a_later_look_is_no_survey(void **state)
{
	Case c;

	(void)state;
	case_set(&c, true);
	c.ticket.state = STORE_RESOLVED;
	Decision decision = due(&c, STORE_DEADLINE_AFTERCARE);
	assert_sends(&decision, REPLY_AFTERCARE);
	assert_false(decision.surveyed);
}

static void test_a_rating_opens_nothing_unless_it_is_a_complaint(void **state)
{
	static const struct {
		enum store_state state;
		unsigned rating;
		const char *comment;
		double score;
		bool reopens;
		const char *escalates;
	} cases[] = {
		{STORE_RESOLVED, 5, "thank you", 0.5, false, NULL},
		{STORE_RESOLVED, 3, "it broke again", 0.9, false, NULL},
		{STORE_RESOLVED, 2, NULL, 0.9, false, "rating"},
		{STORE_RESOLVED, 1, "meh", 0.1, false, "rating"},
		{STORE_RESOLVED, 1, "it broke again", 0.9, true, "rating"},
		{STORE_CLOSED, 4, NULL, 0.5, false, NULL},
		{STORE_CLOSED, 1, "it broke again", 0.9, true, "rating"},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Case c;
		case_set(&c, true);
		c.mailbox.accept_threshold = 40;
		c.ticket.state = cases[i].state;
		c.ticket.surveyed_at = NOW - HOUR;
		c.mail.rating = cases[i].rating;
		c.mail.rating_comment = (char *)cases[i].comment;
		c.mail.complaint_score = cases[i].score;
		assert_true(decide_concludes(&c.ticket, &c.mail));
		Decision decision = mail(&c);
		assert_int_equal(decision.rating, cases[i].rating);
		assert_int_equal(decision.reopened, cases[i].reopens);
		assert_int_equal(decision.state,
			cases[i].reopens ? STORE_OPEN : cases[i].state);
		assert_text(decision.escalate, cases[i].escalates);
		if (!cases[i].reopens)
			assert_withheld(&decision, "rating");
	}
}

/* Nobody asked, or somebody else answers. */
static void test_a_number_is_a_rating_only_of_who_was_asked(void **state)
{
	Case c;

	(void)state;
	case_set(&c, true);
	c.ticket.state = STORE_RESOLVED;
	c.mail.rating = 4;
	assert_int_equal(mail(&c).rating, 0);
	assert_true(mail(&c).reopened);
	c.ticket.surveyed_at = NOW - HOUR;
	c.facts.from_participant = false;
	assert_int_equal(mail(&c).rating, 0);
	assert_false(mail(&c).reopened);
}

static void test_thanks_open_nothing(void **state)
{
	static const enum store_state states[] = {STORE_RESOLVED, STORE_CLOSED};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
		Case c;
		case_set(&c, true);
		c.ticket.state = states[i];
		c.mail.says_thanks = true;
		Decision decision = mail(&c);
		assert_text(decision.what, "thanked");
		assert_int_equal(decision.state, states[i]);
		assert_withheld(&decision, "thanks");
	}
}

static void test_a_status_request_opens_nothing(void **state)
{
	static const enum store_state states[] = {STORE_RESOLVED, STORE_CLOSED};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
		Case c;
		case_set(&c, true);
		c.ticket.state = states[i];
		c.ticket.promised_by = 0;
		c.mail.status_request = true;
		Decision decision = mail(&c);
		assert_sends(&decision, REPLY_STATUS);
		assert_int_equal(decision.state, states[i]);
		assert_int_equal(decision.promised_by, DECIDE_KEEP);
		assert_int_equal(follow_up_of(&decision), DECIDE_KEEP);
	}
}

static void test_who_says_that_it_is_solved_has_it_resolved(void **state)
{
	Case c;

	(void)state;
	case_set(&c, true);
	c.mailbox.survey_after_s = DAY;
	c.mail.says_solved = true;
	Decision decision = mail(&c);
	assert_text(decision.what, "solved-by-customer");
	assert_int_equal(decision.state, STORE_RESOLVED);
	assert_sends(&decision, REPLY_RESOLVED);
	assert_true(decision.automatic);
	assert_true(decision.settle);
	assert_int_equal(decision.outcome, STORE_PROMISE_KEPT);
	assert_int_equal(decision.promised_by, 0);
	assert_int_equal(decision.deadlines[STORE_DEADLINE_SURVEY], NOW + DAY);

	/* A proven customer's name alone does not end it. */
	c.ticket.authenticated = true;
	c.mail.authenticated = false;
	assert_int_equal(mail(&c).state, STORE_OPEN);
	c.mail.authenticated = true;
	assert_int_equal(mail(&c).state, STORE_RESOLVED);

	c.facts.from_participant = false;
	assert_int_equal(mail(&c).state, STORE_OPEN);
	c.facts.from_participant = true;
	case_guard(&c, "auto-submitted", ANALYSIS_COST_AUTOMATIC);
	assert_int_equal(mail(&c).state, STORE_OPEN);
}

static void test_nobody_has_it_resolved_behind_the_customers_back(void **state)
{
	Case c;

	(void)state;
	case_set(&c, true);
	c.mail.says_solved = true;
	c.facts.automatic_on_thread_today = 2;
	Decision decision = mail(&c);
	assert_text(decision.what, "added");
	assert_int_equal(decision.state, STORE_OPEN);
	assert_int_equal(decision.promised_by, DECIDE_KEEP);

	/* Who is proven needs no word of it. */
	c.mail.authenticated = true;
	decision = mail(&c);
	assert_int_equal(decision.state, STORE_RESOLVED);
	assert_withheld(&decision, "thread-rate");
}

static void test_what_was_promised_and_missed_is_not_kept_by_thanks(
	void **state)
{
	Case c;

	(void)state;
	case_set(&c, true);
	c.mail.says_solved = true;
	c.ticket.promised_by = NOW - MINUTE;
	assert_int_equal(mail(&c).outcome, STORE_PROMISE_BROKEN);
}

static void test_poor_ratings_are_told_of_once_a_day(void **state)
{
	Case c;

	(void)state;
	case_set(&c, true);
	c.ticket.state = STORE_RESOLVED;
	c.ticket.surveyed_at = NOW - HOUR;
	c.mail.rating = 1;
	assert_text(mail(&c).escalate, "rating");
	c.facts.rating_told_today = true;
	assert_int_equal(mail(&c).rating, 1);
	assert_null(mail(&c).escalate);
}

/* They tell the new time, too, and a stock letter beside them would not. */
static void test_an_agents_words_are_the_reason_in_a_late_notice(void **state)
{
	Case c;

	(void)state;
	case_set(&c, true);
	c.ticket.update_words = (char *)"The courier looks for it.";
	Decision decision = due(&c, STORE_DEADLINE_PROMISE);
	assert_sends(&decision, REPLY_LATE);
	assert_false(decision.automatic);
	assert_text(decision.escalate, "promise");
	assert_int_equal(decision.promised_by, PROMISED);
}

static void test_a_promise_that_is_taken_over_ends_the_waiting(void **state)
{
	Case c;

	(void)state;
	case_set(&c, true);
	c.ticket.state = STORE_WAITING;
	c.ticket.promised_by = 0;
	c.ticket.settle_left_s = 8 * HOUR;
	Decision decision = decide_take_over(&c.facts, NOW + 5 * HOUR);
	assert_int_equal(decision.state, STORE_OPEN);
	assert_int_equal(decision.promised_by, NOW + 5 * HOUR);
	assert_int_equal(decision.settle_by, NOW + 8 * HOUR);
	assert_int_equal(decision.deadlines[STORE_DEADLINE_REMIND], 0);
	assert_true(follow_up_of(&decision) > NOW);
	c.ticket.state = STORE_OPEN;
	decision = decide_take_over(&c.facts, NOW + 5 * HOUR);
	assert_int_equal(decision.settle_by, DECIDE_KEEP);
	assert_int_equal(follow_up_of(&decision), DECIDE_KEEP);
}

static void test_another_time_alone_gives_up_the_one_that_was_told(void **state)
{
	static const struct {
		bool words, told;
		enum store_promise_outcome outcome;
	} cases[] = {
		{true, true, STORE_PROMISE_KEPT},
		{false, true, STORE_PROMISE_BROKEN},
		{false, false, STORE_PROMISE_REPLACED},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Case c;
		case_set(&c, true);
		c.facts.promise_told = cases[i].told;
		DecideAnswer answer = {
			.words = cases[i].words,
			.promised_by = NOW + 2 * DAY,
		};
		Decision decision = decide_answer(&c.facts, &answer);
		assert_true(decision.settle);
		assert_int_equal(decision.outcome, cases[i].outcome);
		assert_int_equal(decision.promised_by, NOW + 2 * DAY);
	}
}

static void test_what_no_mail_has_told_breaks_no_backstop(void **state)
{
	Case c;

	(void)state;
	case_set(&c, true);
	c.facts.promise_told = false;
	c.facts.automatic_on_thread_today = c.facts.automatic_per_thread_most;
	Decision decision = due(&c, STORE_DEADLINE_PROMISE);
	assert_withheld(&decision, "thread-rate");
	assert_int_equal(decision.promised_by, PROMISED);
	c.facts.promise_told = true;
	decision = due(&c, STORE_DEADLINE_PROMISE);
	assert_sends(&decision, REPLY_LATE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_no_mail_has_told_breaks_no_backstop),
		cmocka_unit_test(
			test_another_time_alone_gives_up_the_one_that_was_told),
		cmocka_unit_test(
			test_a_promise_that_is_taken_over_ends_the_waiting),
		cmocka_unit_test(
			test_a_status_answer_never_tells_a_time_that_has_passed),
		cmocka_unit_test(
			test_a_complaint_opens_a_ticket_and_is_acknowledged),
		cmocka_unit_test(test_an_imported_mail_opens_a_silent_ticket),
		cmocka_unit_test(test_a_guard_costs_the_acknowledgement_alone),
		cmocka_unit_test(
			test_a_robots_mail_opens_a_ticket_but_promises_nothing),
		cmocka_unit_test(
			test_mail_about_mail_is_recorded_without_a_ticket),
		cmocka_unit_test(
			test_a_short_promise_is_looked_at_in_its_last_quarter),
		cmocka_unit_test(
			test_a_follow_up_never_comes_later_than_the_interval),
		cmocka_unit_test(
			test_follow_ups_of_one_minute_are_spread_over_an_hour),
		cmocka_unit_test(
			test_a_further_mail_is_added_and_not_acknowledged_again),
		cmocka_unit_test(
			test_a_status_request_is_answered_to_a_participant_alone),
		cmocka_unit_test(
			test_a_customers_reply_reopens_a_resolved_ticket),
		cmocka_unit_test(
			test_a_reopening_without_word_counts_from_the_last_one),
		cmocka_unit_test(
			test_the_customers_word_ends_the_waiting_for_it),
		cmocka_unit_test(
			test_an_answer_that_comes_after_the_end_is_thanked_for),
		cmocka_unit_test(
			test_a_robots_mail_changes_nothing_on_a_ticket),
		cmocka_unit_test(
			test_an_unreachable_customer_who_writes_is_followed_again),
		cmocka_unit_test(
			test_who_is_waited_for_and_can_be_reached_again_is_reminded),
		cmocka_unit_test(
			test_silence_is_not_broken_by_strangers_or_robots),
		cmocka_unit_test(
			test_a_permanent_bounce_stops_follow_ups_and_tells_the_supervisor),
		cmocka_unit_test(
			test_the_supervisor_hears_of_a_dead_address_once),
		cmocka_unit_test(test_a_passing_bounce_is_noted_and_no_more),
		cmocka_unit_test(
			test_a_bounce_from_the_staff_does_not_silence_the_customer),
		cmocka_unit_test(test_a_follow_up_is_sent_and_the_next_one_set),
		cmocka_unit_test(test_nothing_falls_due_on_a_settled_ticket),
		cmocka_unit_test(
			test_a_follow_up_withheld_comes_back_within_the_interval),
		cmocka_unit_test(test_no_follow_up_goes_to_a_silent_ticket),
		cmocka_unit_test(
			test_a_follow_up_never_tells_a_time_that_has_passed),
		cmocka_unit_test(
			test_a_promise_that_will_be_missed_is_told_with_a_new_one),
		cmocka_unit_test(test_the_fourth_missed_promise_makes_no_fifth),
		cmocka_unit_test(
			test_no_apology_for_a_promise_that_was_never_mailed),
		cmocka_unit_test(
			test_an_unreachable_customers_missed_promise_tells_the_staff),
		cmocka_unit_test(
			test_a_resolved_ticket_is_closed_in_time_and_no_other),
		cmocka_unit_test(
			test_a_resolution_is_told_and_ends_what_was_owed),
		cmocka_unit_test(test_an_operator_reopens_with_a_new_promise),
		cmocka_unit_test(
			test_reopening_for_an_unreachable_customer_promises_nothing),
		cmocka_unit_test(test_a_note_changes_nothing),
		cmocka_unit_test(test_agents_are_reminded_before_the_next_word),
		cmocka_unit_test(test_nobody_is_reminded_without_need),
		cmocka_unit_test(test_a_reminder_says_what_is_due),
		cmocka_unit_test(test_a_threat_is_told_once_a_day),
		cmocka_unit_test(test_what_comes_back_twice_is_told),
		cmocka_unit_test(test_only_a_persons_new_matter_is_briefed),
		cmocka_unit_test(
			test_a_resolution_is_followed_by_two_questions),
		cmocka_unit_test(test_a_question_goes_to_who_can_answer_it),
		cmocka_unit_test(test_a_later_look_is_no_survey),
		cmocka_unit_test(
			test_a_rating_opens_nothing_unless_it_is_a_complaint),
		cmocka_unit_test(
			test_a_number_is_a_rating_only_of_who_was_asked),
		cmocka_unit_test(test_thanks_open_nothing),
		cmocka_unit_test(test_a_status_request_opens_nothing),
		cmocka_unit_test(
			test_who_says_that_it_is_solved_has_it_resolved),
		cmocka_unit_test(
			test_nobody_has_it_resolved_behind_the_customers_back),
		cmocka_unit_test(
			test_what_was_promised_and_missed_is_not_kept_by_thanks),
		cmocka_unit_test(test_poor_ratings_are_told_of_once_a_day),
		cmocka_unit_test(
			test_an_agents_words_are_the_reason_in_a_late_notice),
	};

	return cmocka_run_group_tests(tests, open_office, close_office);
}
