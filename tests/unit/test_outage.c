/*
 * Several times that come at once, as after an outage, and a policy that is
 * another one by then: what leaves, and whether its times agree.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "engine_fixture.h"

static const EngineLetter letters[] = {
	{{PROMISE_WALL, 9 * DAY}, "apology"},
};

typedef struct Case Case;
struct Case {
	Desk *desk;
	EngineMailbox mailbox;
	char *reference;
};

static void case_clear(Case *c)
{
	g_free(c->reference);
	desk_free(c->desk);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Case, case_clear)

static EnginePolicy *make_policy(Case *c)
{
	EnginePolicyOptions options = desk_limits();

	options.mailboxes = &c->mailbox;
	options.mailboxes_length = 1;
	return desk_policy(c->desk, options);
}

/* A ticket of a mailbox that promises to settle it in ten days. */
static Case case_new(void)
{
	Case c = {.desk = desk_new(true)};

	c.mailbox = desk_mailbox(c.desk, "care@example.com");
	c.mailbox.terms.resolve_within =
		(PromiseDuration){PROMISE_WALL, 10 * DAY};
	return c;
}

static void case_open(Case *c, const char *subject)
{
	g_autoptr(EnginePolicy) policy = make_policy(c);
	g_autoptr(Analysis) mail = mail_new("ann@example.org", subject);
	const Delivery delivery = {
		.mail = mail, .to = {"care@example.com"}, .now_s = NOW};

	desk_open(c->desk, policy, NULL);
	mail->authenticated = true;
	mail_set(&mail->reply_text, "It came broken.");
	EngineReceipt receipt = desk_receive(c->desk, &delivery);
	c->reference = g_strdup(receipt.references->pdata[0]);
	engine_receipt_clear(&receipt);
}

/* As a reload does. */
static void case_change_policy(Case *c)
{
	g_autoptr(EnginePolicy) policy = make_policy(c);

	engine_set_policy(c->desk->engine, policy);
}

/* What was mailed to the customer at that time, one after the other. */
static char *mailed_at(Case *c, int64_t now_s)
{
	g_autoptr(StoreTicket) ticket = desk_ticket(c->desk, c->reference);
	g_autoptr(GPtrArray) rows = desk_outbox(c->desk, ticket);
	GString *mails = g_string_new(NULL);

	for (guint i = 0; i < rows->len; i++) {
		const StoreOutbox *row = rows->pdata[i];
		if (row->created_at != now_s ||
			strcmp(row->recipient, "ann@example.org") != 0)
			continue;
		g_autofree char *plain = desk_plain(c->desk, row->id);
		g_string_append(mails, plain);
	}
	return g_string_free(mails, FALSE);
}

static unsigned count(const char *text, const char *words)
{
	unsigned found = 0;

	while ((text = strstr(text, words))) {
		text += strlen(words);
		found++;
	}
	return found;
}

/* In all mails alike, text alone: "You will have our answer by: TIME". */
static void assert_one_time(const char *mails, const char *label, bool wanted)
{
	g_auto(GStrv) lines = g_strsplit(mails, "\n", -1);
	const char *time = NULL;

	for (size_t i = 0; lines[i]; i++) {
		if (!g_str_has_prefix(lines[i], label))
			continue;
		if (time && strcmp(time, lines[i]) != 0)
			fail_msg("\"%s\" and \"%s\"", time, lines[i]);
		time = lines[i];
	}
	assert_true((time != NULL) == wanted);
}

static void test_after_an_outage_all_mails_of_a_minute_agree(void **state)
{
	g_auto(Case) c = case_new();
	int64_t now_s = NOW + 12 * DAY;

	(void)state;
	c.mailbox.terms.letters = letters;
	c.mailbox.terms.letters_length = G_N_ELEMENTS(letters);
	case_open(&c, "My parcel is broken");
	desk_run_deadlines(c.desk, now_s);
	g_autofree char *mails = mailed_at(&c, now_s);

	/* The settlement of 4 December is late; nothing is due then. */
	assert_one_time(mails, "The whole matter is to be settled by:", true);
	assert_one_time(mails, "You will have our answer by:", true);
	assert_null(strstr(mails, "settled by: Friday 4 December"));
	assert_non_null(strstr(mails, "promised to settle it by: Friday 4"));
	assert_non_null(strstr(mails, "promised an answer by: Wednesday 25"));
	assert_int_equal(count(mails, "Subject: "), 2);
}

static void test_a_settlement_before_the_answer_is_not_told(void **state)
{
	g_auto(Case) c = case_new();

	(void)state;
	c.mailbox.terms.resolve_within =
		(PromiseDuration){PROMISE_WALL, DAY + 6 * HOUR};
	case_open(&c, "My parcel is broken");
	/* The answer was due at 14:00, the whole at 20:00; the new answer comes
	 * tomorrow. */
	int64_t now_s = NOW + DAY - HOUR;
	desk_run_deadlines(c.desk, now_s);
	g_autofree char *mails = mailed_at(&c, now_s);

	assert_int_equal(count(mails, "Subject: "), 1);
	assert_non_null(strstr(mails, "promised to settle it by: Wednesday"));
	assert_null(strstr(mails, "to be settled by: Wednesday"));
}

static void test_a_follow_up_speaks_of_no_old_time(void **state)
{
	g_auto(Case) c = case_new();

	(void)state;
	c.mailbox.terms.answer_within =
		(PromiseDuration){PROMISE_BUSINESS_DAYS, 5};
	case_open(&c, "My parcel is broken");
	g_autoptr(StoreTicket) ticket = desk_ticket(c.desk, c.reference);
	int64_t now_s = desk_deadline(c.desk, ticket, STORE_DEADLINE_FOLLOW_UP);
	desk_run_deadlines(c.desk, now_s);
	g_autofree char *mails = mailed_at(&c, now_s);

	assert_int_equal(count(mails, "Subject: "), 1);
	assert_null(strstr(mails, "had promised"));
}

static void test_who_promises_no_settlement_any_more_says_so_once(void **state)
{
	g_auto(Case) c = case_new();
	int64_t now_s = NOW + 12 * DAY;

	(void)state;
	c.mailbox.terms.answer_within =
		(PromiseDuration){PROMISE_BUSINESS_DAYS, 7};
	case_open(&c, "My parcel is broken");
	c.mailbox.terms.resolve_within.amount = 0;
	case_change_policy(&c);
	desk_run_deadlines(c.desk, now_s);
	g_autofree char *mails = mailed_at(&c, now_s);

	assert_int_equal(count(mails, "Subject: "), 1);
	assert_non_null(strstr(mails, "promised to settle it by: Friday 4"));
	assert_null(strstr(mails, "is to be settled by"));
	g_autoptr(StoreTicket) ticket = desk_ticket(c.desk, c.reference);
	assert_int_equal(ticket->settle_by, 0);
	assert_int_equal(ticket->late_count, 1);
	assert_int_equal(
		desk_deadline(c.desk, ticket, STORE_DEADLINE_SETTLE), 0);
}

/* ---- in somebody's name -------------------------------------------------- */

static unsigned count_letters(Case *c)
{
	g_autoptr(GPtrArray) tickets = desk_tickets(c->desk);
	unsigned letters_sent = 0;

	for (guint i = 0; i < tickets->len; i++) {
		g_autoptr(GPtrArray) rows =
			desk_outbox(c->desk, tickets->pdata[i]);
		for (guint r = 0; r < rows->len; r++) {
			const StoreOutbox *row = rows->pdata[r];
			letters_sent += !row->automatic &&
					strcmp(row->kind, "followup") == 0;
		}
	}
	return letters_sent;
}

static void test_letters_of_many_tickets_in_one_name_are_no_flood(void **state)
{
	enum { TICKETS = 40, A_DAY = 24 };
	g_auto(Case) c = case_new();
	int64_t now_s = NOW + 9 * DAY + TICKETS;

	(void)state;
	c.mailbox.terms.letters = letters;
	c.mailbox.terms.letters_length = G_N_ELEMENTS(letters);
	case_open(&c, "The first is Ann's own");
	for (int i = 1; i < TICKETS; i++) {
		g_autofree char *subject = g_strdup_printf("Matter %d", i);
		g_autoptr(Analysis) mail = mail_new("ann@example.org", subject);
		const Delivery delivery = {.mail = mail,
			.to = {"care@example.com"},
			.now_s = NOW + i};
		mail_set(&mail->reply_text, "It came broken.");
		EngineReceipt receipt = desk_receive(c.desk, &delivery);
		engine_receipt_clear(&receipt);
	}
	desk_run_deadlines(c.desk, now_s);
	assert_in_range(count_letters(&c), 2, A_DAY + 1);
	for (int hour = 1; hour <= 3 * 24; hour++)
		desk_run_deadlines(c.desk, now_s + hour * HOUR);
	assert_int_equal(count_letters(&c), TICKETS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_after_an_outage_all_mails_of_a_minute_agree),
		cmocka_unit_test(
			test_a_settlement_before_the_answer_is_not_told),
		cmocka_unit_test(test_a_follow_up_speaks_of_no_old_time),
		cmocka_unit_test(
			test_who_promises_no_settlement_any_more_says_so_once),
		cmocka_unit_test(
			test_letters_of_many_tickets_in_one_name_are_no_flood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
