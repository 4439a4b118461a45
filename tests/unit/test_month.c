/*
 * A month of a thousand tickets on a clock of its own: offices on both sides
 * of two changes to winter time, three days in which nothing runs, mails that
 * the server puts off or refuses, customers who ask, come back, and fall
 * silent.  The clock steps from what is due to what is due next, as the
 * scheduler and the sender do; afterwards every ticket's story is audited.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine_fixture.h"

#define GOOD(call)                                                             \
	do {                                                                   \
		GError *error = NULL;                                          \
		if (!(call))                                                   \
			fail_msg("%s: %s", #call,                              \
				error ? error->message : "no error");          \
	} while (0)

enum {
	TICKETS = 1000,
	START = 1792022400, /* 2026-10-15 00:00 UTC */
	END = START + 31 * DAY,
	/* Europe leaves summer time on 25 October, America on 1 November. */
	OUTAGE = START + 12 * DAY + 6 * HOUR, /* 27 October 06:00 UTC */
	OUTAGE_END = OUTAGE + 3 * DAY,
	PER_MINUTE = 40,
	NUDGE_BEFORE = 4 * HOUR,
	BURST_S = 15 * MINUTE, /* in which what the outage held back leaves */
	SEED = 20261015,
};

static const struct {
	const char *address, *zone;
} offices[] = {
	{"tallinn@example.com", "Europe/Tallinn"},
	{"new-york@example.com", "America/New_York"},
	{"saigon@example.com", "Asia/Ho_Chi_Minh"},
	{"athens@example.com", "Europe/Athens"},
};

enum act {
	ACT_OPEN,
	ACT_ASK,    /* the customer wants to know how things stand */
	ACT_WRITE,  /* the customer adds something */
	ACT_RETURN, /* the customer says that it is not settled */
	ACT_RESOLVE,
	ACT_REOPEN, /* the operator does */
};

typedef struct Action Action;
struct Action {
	int64_t at;
	unsigned ticket;
	enum act act;
};

typedef struct Month Month;
struct Month {
	Desk *desk;
	guint32 seed;
	GRand *random;
	GSequence *actions;        /* Action, by time */
	char *references[TICKETS]; /* NULL before it was opened */
	GHashTable *sent;          /* ids of rows that were sent */
	int64_t now_s;
	unsigned steps, deferred, refused, dead, nudges, questions;
	bool spread; /* check_spread() has been */
};

static Month month;

#define assert_month(condition, ...)                                           \
	do {                                                                   \
		if (!(condition)) {                                            \
			g_autofree char *complaint =                           \
				g_strdup_printf(__VA_ARGS__);                  \
			fail_msg(                                              \
				"REDRESS_SEED=%u: %s", month.seed, complaint); \
		}                                                              \
	} while (0)

/* ---- chance ------------------------------------------------------------ */

static bool chance(double probability)
{
	return g_rand_double(month.random) < probability;
}

static int64_t between(int64_t least, int64_t most)
{
	return least +
	       (int64_t)(g_rand_double(month.random) * (double)(most - least));
}

/* ---- the calendar of what people do ------------------------------------ */

static int compare_actions(const void *a, const void *b, void *user)
{
	const Action *left = a, *right = b;

	(void)user;
	if (left->at != right->at)
		return left->at < right->at ? -1 : 1;
	return left->ticket < right->ticket ? -1
	       : left->ticket > right->ticket
		       ? 1
		       : (int)left->act - (int)right->act;
}

/* What people do while nothing runs meets us when it runs again: mail servers
 * keep what they could not hand over. */
static void plan(int64_t at, unsigned ticket, enum act act)
{
	Action *action = g_new(Action, 1);

	if (at >= OUTAGE && at < OUTAGE_END)
		at = OUTAGE_END;
	*action = (Action){at, ticket, act};
	g_sequence_insert_sorted(month.actions, action, compare_actions, NULL);
}

static const Action *next_action(void)
{
	GSequenceIter *first = g_sequence_get_begin_iter(month.actions);

	return g_sequence_iter_is_end(first) ? NULL : g_sequence_get(first);
}

/* ---- what people do ---------------------------------------------------- */

static void write_mail(unsigned ticket, const char *subject, bool asks)
{
	g_autofree char *from = g_strdup_printf("c%u@example.org", ticket);
	g_autoptr(Analysis) mail = mail_new(from, subject);
	Delivery delivery = {
		.mail = mail,
		.to = {offices[ticket % G_N_ELEMENTS(offices)].address},
		.now_s = month.now_s,
	};

	mail->status_request = asks;
	g_auto(EngineReceipt) receipt = desk_receive(month.desk, &delivery);
	if (!month.references[ticket])
		month.references[ticket] =
			g_strdup(receipt.references->pdata[0]);
	assert_string_equal(
		receipt.references->pdata[0], month.references[ticket]);
}

static void write_again(unsigned ticket, bool asks)
{
	g_autofree char *subject =
		g_strdup_printf("Re: [#%s] kettle", month.references[ticket]);

	write_mail(ticket, subject, asks);
}

/* An order that comes too late, for somebody was faster, is no matter. */
static void give_order(unsigned ticket, enum engine_operation operation)
{
	g_autoptr(GError) error = NULL;
	EngineOrder order = {
		.operation = operation,
		.reference = month.references[ticket],
		.text = "A new kettle is on its way.",
		.actor = "operator:test",
		.silent = chance(0.05),
		.now_s = month.now_s,
	};

	if (!engine_operate(month.desk->engine, &order, &error))
		assert_int_equal(error->code, REDRESS_ERROR_CONFLICT);
}

static void plan_story(unsigned ticket)
{
	int64_t now_s = month.now_s;

	if (chance(0.95))
		plan(now_s + between(HOUR, 6 * DAY), ticket, ACT_RESOLVE);
	if (chance(0.3))
		plan(now_s + between(0, 3 * DAY), ticket, ACT_ASK);
	if (chance(0.1)) /* twice, right after the acknowledgement */
		for (int i = 0; i < 2; i++)
			plan(now_s + between(0, HOUR), ticket, ACT_ASK);
	if (chance(0.2))
		plan(now_s + between(0, 4 * DAY), ticket, ACT_WRITE);
}

static void act(const Action *action)
{
	unsigned ticket = action->ticket;

	switch (action->act) {
	case ACT_OPEN:
		write_mail(ticket, "The kettle leaks", false);
		plan_story(ticket);
		return;
	case ACT_ASK:
		write_again(ticket, true);
		return;
	case ACT_WRITE:
		write_again(ticket, false);
		return;
	case ACT_RETURN:
		write_again(ticket, false);
		plan(month.now_s + between(HOUR, 3 * DAY), ticket, ACT_RESOLVE);
		return;
	case ACT_RESOLVE:
		give_order(ticket, ENGINE_RESOLVE);
		if (chance(0.25))
			plan(month.now_s + between(MINUTE, 5 * DAY), ticket,
				ACT_RETURN);
		else if (chance(0.1))
			plan(month.now_s + between(MINUTE, 5 * DAY), ticket,
				ACT_REOPEN);
		return;
	case ACT_REOPEN:
		give_order(ticket, ENGINE_REOPEN);
		plan(month.now_s + between(HOUR, 3 * DAY), ticket, ACT_RESOLVE);
		return;
	}
}

static void act_all(void)
{
	const Action *action;

	while ((action = next_action()) && action->at <= month.now_s) {
		act(action);
		g_sequence_remove(g_sequence_get_begin_iter(month.actions));
	}
}

/* ---- what the mail server does ----------------------------------------- */

static EngineDelivery answer(const StoreOutbox *row)
{
	EngineDelivery delivery = {
		.id = row->id,
		.outcome = ENGINE_SENT,
		.smtp_code = 250,
		.status = "2.0.0",
		.now_s = month.now_s,
	};

	if (chance(0.05)) {
		delivery.outcome = ENGINE_DEFERRED;
		delivery.smtp_code = 451;
		delivery.status = "4.7.1";
		month.deferred++;
	} else if (chance(0.01)) {
		bool dead = chance(0.5);
		delivery.outcome = ENGINE_REFUSED;
		delivery.smtp_code = 550;
		delivery.status = dead ? "5.1.1" : "5.7.1";
		month.dead += dead;
		month.refused++;
	} else {
		assert_month(
			g_hash_table_add(month.sent, GINT_TO_POINTER(row->id)),
			"mail %d was sent twice", (int)row->id);
	}
	return delivery;
}

static void send_all(void)
{
	g_autoptr(GPtrArray) rows = desk_lease(month.desk, month.now_s);
	g_autofree EngineDelivery *deliveries =
		g_new0(EngineDelivery, rows->len + 1);

	for (guint i = 0; i < rows->len; i++)
		deliveries[i] = answer(rows->pdata[i]);
	GOOD(engine_outbox_settle(
		month.desk->engine, deliveries, rows->len, &error));
}

/* A mail that a deadline started; what answers a mail has a cap of its own. */
static bool is_deadlines(const StoreOutbox *row)
{
	enum reply_kind kind;

	return row->automatic && reply_kind_from_name(row->kind, &kind) &&
	       !reply_kind_is_answer(kind);
}

/* What fell due together leaves one after the other. */
static void check_spread(void)
{
	g_autoptr(GPtrArray) rows = NULL;
	unsigned in_minute[BURST_S / MINUTE] = {0};
	unsigned waiting = 0;

	GOOD(store_outbox_list(month.desk->reader, 0, false, &rows, &error));
	for (guint i = 0; i < rows->len; i++) {
		const StoreOutbox *row = rows->pdata[i];
		int64_t later = row->next_at - month.now_s;
		if (!is_deadlines(row) || row->created_at != month.now_s)
			continue;
		assert_month(later >= 0 && later < BURST_S,
			"mail %d leaves %d s after the outage", (int)row->id,
			(int)later);
		in_minute[later / MINUTE]++;
		waiting++;
	}
	month.spread = true;
	assert_month(waiting > PER_MINUTE, "only %u waited", waiting);
	for (size_t i = 0; i < G_N_ELEMENTS(in_minute); i++)
		assert_month(in_minute[i] <= PER_MINUTE + (i ? 0 : PER_MINUTE),
			"%u mails in minute %zu", in_minute[i], i);
}

/* ---- the clock --------------------------------------------------------- */

static int64_t earliest(int64_t a, int64_t b)
{
	return !a ? b : !b ? a : MIN(a, b);
}

static int64_t next_deadline(void)
{
	int64_t due_at = 0;

	GOOD(store_deadline_next(month.desk->reader, &due_at, &error));
	return due_at;
}

static int64_t next_mail(void)
{
	int64_t next_at = 0;

	GOOD(store_outbox_next(month.desk->reader, NULL, &next_at, &error));
	return next_at;
}

static bool is_due(int64_t at)
{
	return at && at <= month.now_s;
}

static int64_t next_step(void)
{
	const Action *action = next_action();
	int64_t next = earliest(action ? action->at : 0,
		earliest(next_deadline(), next_mail()));

	if (next >= OUTAGE && next < OUTAGE_END)
		next = OUTAGE_END;
	return next ? MAX(next, month.now_s) : END;
}

static void live_through(void)
{
	for (unsigned i = 0; i < TICKETS; i++)
		plan(between(START, END - DAY), i, ACT_OPEN);
	while ((month.now_s = next_step()) < END) {
		act_all();
		if (is_due(next_deadline()))
			desk_run_deadlines(month.desk, month.now_s);
		if (month.now_s == OUTAGE_END && !month.spread)
			check_spread();
		if (is_due(next_mail()))
			send_all();
		month.steps++;
	}
}

/* ---- the audit of one ticket ------------------------------------------- */

typedef struct Story Story;
struct Story {
	const StoreTicket *ticket;
	GPtrArray *events, *promises, *rows;
	const PromiseCalendar *calendar;
};

static const char *name(const Story *story)
{
	return story->ticket->reference;
}

static bool is_word(const char *what)
{
	static const char *const words[] = {"acknowledged", "follow-up-queued",
		"late-notice-queued", "status-queued", "resolution-queued",
		NULL};

	return g_strv_contains(words, what);
}

/* A word that fell due while nothing ran comes at once when it runs. */
static void check_gap(const Story *story, int64_t last, int64_t next)
{
	bool fell_in_outage = last < OUTAGE_END && last + DAY >= OUTAGE;

	assert_month(
		next - last <= DAY || (fell_in_outage && next <= OUTAGE_END),
		"%s: no word for %d minutes from %d to %d", name(story),
		(int)((next - last) / MINUTE), (int)last, (int)next);
}

typedef struct Walk Walk;
struct Walk {
	bool open, silent; /* nobody can be reached */
	int64_t last;      /* word, or the beginning */
	int64_t updated;   /* the last follow-up that fell due */
};

static void walk_event(const Story *story, Walk *walk, const StoreEvent *event)
{
	bool by_customer = g_str_equal(event->actor, "customer");
	bool was_active = walk->open && !walk->silent;
	const char *what = event->what;

	if (g_str_equal(what, "opened") || g_str_equal(what, "reopened"))
		walk->open = true;
	else if (g_str_equal(what, "resolved"))
		walk->open = false;
	else if (g_str_equal(what, "bounced"))
		walk->silent = true;
	if (by_customer)
		walk->silent = false;
	if (g_str_equal(what, "updated")) {
		assert_month(event->at - walk->updated >= 22 * HOUR,
			"%s: two follow-ups for one due at %d", name(story),
			(int)event->at);
		walk->updated = event->at;
	}

	bool active = walk->open && !walk->silent;
	if (was_active && (!active || is_word(what)))
		check_gap(story, walk->last, event->at);
	if ((active && !was_active) || is_word(what))
		walk->last = event->at;
}

static void check_words(const Story *story)
{
	Walk walk = {0};

	for (guint i = 0; i < story->events->len; i++)
		walk_event(story, &walk, story->events->pdata[i]);
	if (walk.open && !walk.silent)
		check_gap(story, walk.last, END);
	assert_int_equal(walk.open, story->ticket->state == STORE_OPEN);
	assert_int_equal(walk.silent, story->ticket->quiet != NULL);
}

static bool happened(const Story *story, const char *what, int64_t at)
{
	for (guint i = 0; i < story->events->len; i++) {
		const StoreEvent *event = story->events->pdata[i];
		if (event->at == at && g_str_equal(event->what, what))
			return true;
	}
	return false;
}

static bool was_silent_at(const Story *story, int64_t at)
{
	Walk walk = {0};

	for (guint i = 0; i < story->events->len; i++) {
		const StoreEvent *event = story->events->pdata[i];
		if (event->at > at)
			break;
		if (g_str_equal(event->what, "bounced"))
			walk.silent = true;
		if (g_str_equal(event->actor, "customer"))
			walk.silent = false;
	}
	return walk.silent;
}

/* Told before it broke; if it broke while nothing ran, right after, by the
 * resolution if that was faster (which an operator may keep silent). */
static void check_broken(const Story *story, const StorePromise *promise)
{
	int64_t at = promise->settled_at;
	bool in_outage = at == OUTAGE_END && promise->due_at > OUTAGE;
	bool told = happened(story, "late-notice-queued", at) ||
		    happened(story, "resolved", at) || was_silent_at(story, at);

	assert_month(told, "%s: nobody told that %d would be missed",
		name(story), (int)promise->due_at);
	assert_month(at < promise->due_at || in_outage,
		"%s: told at %d of what broke at %d", name(story), (int)at,
		(int)promise->due_at);
}

static void check_promise(const Story *story, guint i)
{
	const StorePromise *promise = story->promises->pdata[i];
	const StorePromise *next = i + 1 < story->promises->len
					   ? story->promises->pdata[i + 1]
					   : NULL;
	const char *outcome = promise->outcome;

	assert_month(promise->due_at > promise->made_at,
		"%s: promised a time that had passed", name(story));
	assert_month(promise_open_seconds(story->calendar, promise->due_at - 1,
			     promise->due_at) == 1,
		"%s: promised %d, when nobody works", name(story),
		(int)promise->due_at);
	if (!outcome) {
		assert_month(
			!next && story->ticket->state == STORE_OPEN &&
				story->ticket->promised_by == promise->due_at,
			"%s: a promise was left open", name(story));
	} else if (g_str_equal(outcome, "broken")) {
		check_broken(story, promise);
	} else if (g_str_equal(outcome, "kept")) {
		assert_month(promise->settled_at <= promise->due_at &&
				     happened(story, "resolved",
					     promise->settled_at),
			"%s: kept, it says", name(story));
	} else {
		assert_month(next && next->made_at == promise->settled_at,
			"%s: replaced by nothing", name(story));
	}
}

static void check_promises(const Story *story)
{
	const StorePromise *first = story->promises->pdata[0];
	int64_t open_s = promise_open_seconds(
		story->calendar, first->made_at, first->due_at);

	assert_in_range(open_s, 8 * HOUR, 8 * HOUR + 15 * MINUTE);
	for (guint i = 0; i < story->promises->len; i++)
		check_promise(story, i);
}

/* The last resolution or reopening at or before this time. */
static bool was_settled_at(const Story *story, int64_t at)
{
	bool settled = false;

	for (guint i = 0; i < story->events->len; i++) {
		const StoreEvent *event = story->events->pdata[i];
		if (event->at > at)
			break;
		if (g_str_equal(event->what, "resolved"))
			settled = true;
		if (g_str_equal(event->what, "reopened"))
			settled = false;
	}
	return settled;
}

static void check_row(
	const Story *story, const StoreOutbox *row, GHashTable *seen)
{
	g_autofree char *key =
		g_strdup_printf("%s %u", row->kind, row->sequence);
	bool sent = row->state == STORE_OUTBOX_SENT;

	assert_month(g_hash_table_add(seen, g_steal_pointer(&key)),
		"%s: %s %u twice", name(story), row->kind, row->sequence);
	assert_int_equal(sent,
		g_hash_table_contains(month.sent, GINT_TO_POINTER(row->id)));
	if (!sent)
		return;
	/* What a settled ticket is asked, or asks, is of that time. */
	assert_month(!row->automatic ||
			     !was_settled_at(story, row->settled_at) ||
			     was_settled_at(story, row->created_at),
		"%s: %s left after the resolution", name(story), row->kind);
	if (row->attempts)
		return;
	/* Not put off by the server: it left when it was due, or had
	 * its turn soon after. */
	bool burst = row->created_at >= OUTAGE_END &&
		     row->created_at < OUTAGE_END + BURST_S;
	assert_in_range(row->settled_at - row->created_at, 0,
		burst ? BURST_S : 5 * MINUTE);
}

static void check_rows(const Story *story)
{
	g_autoptr(GHashTable) seen =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < story->rows->len; i++)
		check_row(story, story->rows->pdata[i], seen);
}

static void for_every_ticket(void (*check)(const Story *story))
{
	g_autoptr(GPtrArray) tickets = desk_tickets(month.desk);

	assert_int_equal(tickets->len, TICKETS);
	for (guint i = 0; i < tickets->len; i++) {
		const StoreTicket *ticket = tickets->pdata[i];
		g_autoptr(GPtrArray) events = desk_events(month.desk, ticket);
		g_autoptr(GPtrArray) promises =
			desk_promises(month.desk, ticket);
		g_autoptr(GPtrArray) rows = desk_outbox(month.desk, ticket);
		Story story = {.ticket = ticket,
			.events = events,
			.promises = promises,
			.rows = rows};
		for (size_t j = 0; j < G_N_ELEMENTS(offices); j++)
			if (g_str_equal(ticket->mailbox, offices[j].address))
				story.calendar =
					month.desk->calendars->pdata[j];
		check(&story);
	}
}

/* ---- the month, once, and what it must have kept ----------------------- */

static void open_offices(void)
{
	static const char *const agents[] = {"agent@example.com", NULL};
	EngineMailbox mailboxes[G_N_ELEMENTS(offices)];
	EnginePolicyOptions options = desk_limits();

	for (size_t i = 0; i < G_N_ELEMENTS(offices); i++) {
		PromiseCalendar *calendar =
			desk_calendar(month.desk, offices[i].zone);
		mailboxes[i] = desk_mailbox(month.desk, offices[i].address);
		mailboxes[i].calendar = calendar;
		mailboxes[i].agents = agents;
		mailboxes[i].briefing = ENGINE_BRIEFING_ALL;
		mailboxes[i].nudge_before_s = NUDGE_BEFORE;
		mailboxes[i].survey_after_s = DAY;
		mailboxes[i].aftercare_after_s = 5 * DAY;
	}
	options.mailboxes = mailboxes;
	options.mailboxes_length = G_N_ELEMENTS(mailboxes);
	options.automatic_per_minute = PER_MINUTE;
	g_autoptr(EnginePolicy) policy = desk_policy(month.desk, options);
	desk_open(month.desk, policy, NULL);
}

static int set_up_month(void **state)
{
	const char *seed = g_getenv("REDRESS_SEED");

	(void)state;
	month.seed = seed ? (guint32)strtoul(seed, NULL, 10) : SEED;
	month.random = g_rand_new_with_seed(month.seed);
	month.actions = g_sequence_new(g_free);
	month.sent = g_hash_table_new(NULL, NULL);
	month.desk = desk_new(true);
	open_offices();
	return 0;
}

static int tear_down_month(void **state)
{
	(void)state;
	for (size_t i = 0; i < TICKETS; i++)
		g_free(month.references[i]);
	desk_free(month.desk);
	g_hash_table_unref(month.sent);
	g_sequence_free(month.actions);
	g_rand_free(month.random);
	return 0;
}

static void test_a_month_passes(void **state)
{
	(void)state;
	live_through();
	/* All of it was there: else the rest shows nothing. */
	assert_true(month.steps > 5 * TICKETS);
	assert_true(month.spread);
	assert_true(month.deferred > 100);
	assert_true(month.refused > 10);
	assert_true(month.dead > 5);
}

static void test_no_customer_waits_a_day_for_a_word(void **state)
{
	(void)state;
	for_every_ticket(check_words);
}

static void test_every_promise_is_kept_replaced_or_told_of_in_time(void **state)
{
	(void)state;
	for_every_ticket(check_promises);
}

/* The word itself, or one in its place, comes within the time that the agents
 * were told; and the office is not told twice of one word. */
static void check_nudges(const Story *story)
{
	int64_t last = 0;

	for (guint i = 0; i < story->events->len; i++) {
		const StoreEvent *event = story->events->pdata[i];
		if (!g_str_equal(event->what, "nudged"))
			continue;
		assert_month(!was_settled_at(story, event->at) &&
				     !was_silent_at(story, event->at),
			"%s: a nudge for nothing", name(story));
		assert_month(event->at > last, "%s: two nudges at once",
			name(story));
		last = event->at;
		month.nudges++;
	}
	assert_int_equal(desk_count(month.desk, story->ticket, "nudge"),
		desk_count_events(month.desk, story->ticket, "nudged"));
}

static void check_questions(const Story *story)
{
	for (guint i = 0; i < story->rows->len; i++) {
		const StoreOutbox *row = story->rows->pdata[i];
		bool asks = g_str_equal(row->kind, "survey") ||
			    g_str_equal(row->kind, "aftercare");
		assert_month(!asks || was_settled_at(story, row->created_at),
			"%s: a %s on an open ticket", name(story), row->kind);
		month.questions += asks;
	}
}

static void test_agents_are_reminded_of_what_is_open(void **state)
{
	(void)state;
	for_every_ticket(check_nudges);
	assert_true(month.nudges > TICKETS);
}

static void test_customers_are_asked_about_what_is_settled(void **state)
{
	(void)state;
	for_every_ticket(check_questions);
	assert_true(month.questions > TICKETS);
}

static void test_nothing_is_sent_twice_or_after_the_resolution(void **state)
{
	(void)state;
	for_every_ticket(check_rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_month_passes),
		cmocka_unit_test(test_no_customer_waits_a_day_for_a_word),
		cmocka_unit_test(
			test_every_promise_is_kept_replaced_or_told_of_in_time),
		cmocka_unit_test(
			test_nothing_is_sent_twice_or_after_the_resolution),
		cmocka_unit_test(test_agents_are_reminded_of_what_is_open),
		cmocka_unit_test(
			test_customers_are_asked_about_what_is_settled),
	};

	return cmocka_run_group_tests(tests, set_up_month, tear_down_month);
}
