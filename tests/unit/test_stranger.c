/* What a stranger may cause: as little as can be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "engine_fixture.h"

#define CARE "care@example.com"
#define MARI "mari@example.org"
#define MALLORY "mallory@example.net"

static void assert_text(const char *got, const char *wanted)
{
	if (g_strcmp0(got, wanted) != 0)
		fail_msg("\"%s\", not \"%s\"", got ? got : "(none)",
			wanted ? wanted : "(none)");
}

static Desk *open_desk(EnginePolicyOptions limits)
{
	Desk *desk = desk_new(true);
	EngineMailbox mailbox = desk_mailbox(desk, CARE);

	limits.mailboxes = &mailbox;
	limits.mailboxes_length = 1;
	g_autoptr(EnginePolicy) policy = desk_policy(desk, limits);
	desk_open(desk, policy, NULL);
	return desk;
}

static int set_up(void **state)
{
	*state = open_desk(desk_limits());
	return 0;
}

static int tear_down(void **state)
{
	desk_free(*state);
	return 0;
}

static StoreTicket *receive_to(
	Desk *desk, const Analysis *mail, const char *recipient, int64_t now_s)
{
	Delivery delivery = {.mail = mail, .to = {recipient}, .now_s = now_s};
	g_auto(EngineReceipt) receipt = desk_receive(desk, &delivery);

	if (!receipt.references->len)
		return NULL;
	return desk_ticket(desk, receipt.references->pdata[0]);
}

static StoreTicket *complain(Desk *desk, const char *from, int64_t now_s)
{
	g_autoptr(Analysis) mail = mail_new(from, "The kettle leaks");

	return receive_to(desk, mail, CARE, now_s);
}

/* The newest row of the ticket. */
static StoreOutbox *last_row(Desk *desk, const StoreTicket *ticket)
{
	g_autoptr(GPtrArray) rows = desk_outbox(desk, ticket);

	assert_true(rows->len > 0);
	return desk_row(desk, ((StoreOutbox *)rows->pdata[rows->len - 1])->id);
}

/* A permanent bounce that names neither mail nor recipient. */
static Analysis *bounce_from(const char *from)
{
	Analysis *mail = mail_new(from, "Undelivered");

	mail->kind = ANALYSIS_BOUNCE;
	mail->guard = g_strdup("delivery-status");
	mail->cost = ANALYSIS_COST_AUTOMATIC;
	mail->bounce = g_new0(AnalysisBounce, 1);
	mail->bounce->permanent = true;
	mail->bounce->recipients = g_ptr_array_new();
	return mail;
}

/* ---- whose conversation ------------------------------------------------ */

/* Mallory complains under the Message-ID of a newsletter that went to all. */
static void test_nobody_takes_over_the_replies_to_a_known_mail(void **state)
{
	Desk *desk = *state;
	g_autoptr(Analysis) trap = mail_new(MALLORY, "Mine now");
	mail_set(&trap->message_id, "newsletter@example.com");
	g_autoptr(StoreTicket) trapped = receive_to(desk, trap, CARE, NOW);
	g_autoptr(Analysis) reply = mail_new(MARI, "About your newsletter");
	g_ptr_array_add(reply->references, g_strdup("newsletter@example.com"));
	g_autoptr(StoreTicket) ticket =
		receive_to(desk, reply, CARE, NOW + HOUR);

	assert_string_not_equal(ticket->reference, trapped->reference);
	assert_int_equal(desk_count(desk, ticket, "ack"), 1);
}

/* ... and under an id that says it is of Mari's ticket. */
static void test_nobody_takes_over_the_thread_of_a_ticket(void **state)
{
	Desk *desk = *state;
	g_autoptr(StoreTicket) ticket = complain(desk, MARI, NOW);
	g_autofree char *id = g_strdup_printf(
		"%s.ticket@mail.example.com", ticket->reference);
	g_autoptr(Analysis) trap = mail_new(MALLORY, "Mine now");
	mail_set(&trap->message_id, id);
	g_ptr_array_add(trap->recipients, g_strdup(MARI));
	g_autoptr(StoreTicket) trapped =
		receive_to(desk, trap, CARE, NOW + HOUR);
	g_autoptr(Analysis) reply = mail_new(MARI, "Re: kettle");
	g_ptr_array_add(reply->references, g_strdup(id));
	g_autoptr(StoreTicket) found =
		receive_to(desk, reply, CARE, NOW + 2 * HOUR);

	assert_string_not_equal(trapped->reference, ticket->reference);
	assert_text(found->reference, ticket->reference);
}

/* Others have seen the customer's Message-ID and the reference; who was given
 * neither token nor mail of ours has no bounce of it. */
static void test_a_forged_bounce_silences_nobody(void **state)
{
	Desk *desk = *state;
	g_autoptr(Analysis) first = mail_new(MARI, "The kettle leaks");
	g_autoptr(StoreTicket) ticket = receive_to(desk, first, CARE, NOW);
	g_autofree char *id = g_strdup_printf(
		"%s.ticket@mail.example.com", ticket->reference);
	const char *const ids[] = {first->message_id, id};
	static const char *const authors[] = {MALLORY, MARI};

	for (size_t i = 0; i < G_N_ELEMENTS(ids); i++)
		for (size_t j = 0; j < G_N_ELEMENTS(authors); j++) {
			g_autoptr(Analysis) bounce = bounce_from(authors[j]);
			g_ptr_array_add(bounce->in_reply_to, g_strdup(ids[i]));
			g_autoptr(StoreTicket) hit =
				receive_to(desk, bounce, CARE, NOW + HOUR);
			(void)hit;
		}
	g_autoptr(StoreTicket) after = desk_ticket(desk, ticket->reference);
	assert_null(after->quiet);
	assert_int_equal(desk_count(desk, after, "escalation"), 0);
}

/* A list's copy is faster, or somebody in Cc sends the mail on with a robot's
 * signs: the mail itself is answered, once. */
static void test_a_copy_with_a_robots_signs_silences_nobody(void **state)
{
	static const enum analysis_kind kinds[] = {
		ANALYSIS_LIST, ANALYSIS_LOOP, ANALYSIS_AUTO_REPLY};
	EnginePolicyOptions limits = desk_limits();

	(void)state;
	limits.acks_per_sender_per_day = 100;
	Desk *desk = open_desk(limits);
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		g_autoptr(Analysis) mail = mail_new(MARI, "The kettle leaks");
		mail->kind = kinds[i];
		mail->cost = ANALYSIS_COST_AUTOMATIC;
		mail->guard = g_strdup("some-sign");
		g_autoptr(StoreTicket) copy = receive_to(desk, mail, CARE, NOW);
		mail->kind = ANALYSIS_COMPLAINT;
		mail->cost = ANALYSIS_COST_NOTHING;
		g_clear_pointer(&mail->guard, g_free);
		g_autoptr(StoreTicket) ticket =
			receive_to(desk, mail, CARE, NOW + MINUTE);
		g_autoptr(StoreTicket) again =
			receive_to(desk, mail, CARE, NOW + HOUR);

		if (copy)
			assert_text(ticket->reference, copy->reference);
		assert_text(again->reference, ticket->reference);
		assert_null(ticket->quiet);
		assert_true(ticket->promised_by > NOW);
		assert_int_equal(desk_count(desk, again, "ack"), 1);
		assert_int_equal(desk_count(desk, again, NULL), 1);
	}
	desk_free(desk);
}

/* ---- to whom we write -------------------------------------------------- */

static void test_we_never_write_to_ourselves(void **state)
{
	static const struct {
		const char *from, *reply_to;
		bool authenticated;
	} cases[] = {
		/* a form that writes as the mailbox; its word is not proven */
		{CARE, MARI, false},
		{"care+t-forged@example.com", MARI, false},
		{"colleague@example.com", CARE, false},
		{MALLORY, "Care+anything@Example.com", true},
	};
	Desk *desk = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Analysis) mail =
			mail_new(cases[i].from, "The kettle leaks");
		mail_set(&mail->reply_to, cases[i].reply_to);
		mail->authenticated = cases[i].authenticated;
		g_autoptr(StoreTicket) ticket =
			receive_to(desk, mail, CARE, NOW);
		assert_text(ticket->quiet, "no-address");
		desk_run_deadlines(desk, NOW + 3 * DAY);
		assert_int_equal(desk_count(desk, ticket, NULL), 0);
	}
}

/* A domain of one's own is quickly proven: it must not carry words to others.
 */
static void test_words_are_echoed_to_their_author_alone(void **state)
{
	static const struct {
		const char *reply_to;
		bool echoed;
	} cases[] = {
		{"victim@example.com", false},
		{"home@EXAMPLE.net", true},
		{NULL, true},
	};
	Desk *desk = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Analysis) mail = mail_new(MALLORY, "Zanzibar casino");
		mail_set(&mail->from_name, "Buy Cheap Pills");
		mail_set(&mail->reply_to, cases[i].reply_to);
		mail->authenticated = true;
		g_autoptr(StoreTicket) ticket =
			receive_to(desk, mail, CARE, NOW);
		g_autoptr(StoreOutbox) ack = last_row(desk, ticket);
		g_autofree char *text = desk_plain(desk, ack->id);
		bool echoed = strstr(text, "Zanzibar") || strstr(text, "Pills");
		assert_int_equal(echoed, cases[i].echoed);
	}
}

/* ---- how much ---------------------------------------------------------- */

static void test_the_details_of_one_address_are_one_sender(void **state)
{
	Desk *desk = *state;
	unsigned acks = 0;

	for (int i = 0; i < 10; i++) {
		g_autofree char *from =
			g_strdup_printf("mari+%d@example.org", i);
		g_autoptr(StoreTicket) ticket = complain(desk, from, NOW);
		acks += desk_count(desk, ticket, "ack");
	}
	assert_int_equal(acks, 3);
}

/* Many mails that bear her address today are no flood of follow-ups tomorrow.
 */
static void test_a_thousand_mails_in_her_name_are_no_flood_to_her(void **state)
{
	enum { MAILS = 300, MOST_A_DAY = 40, DAYS = 5 };
	Desk *desk = *state;
	unsigned sent = 0;

	for (int i = 0; i < MAILS; i++) {
		g_autoptr(StoreTicket) ticket = complain(desk, MARI, NOW);
	}
	for (int hour = 1; hour <= DAYS * 24; hour++)
		desk_run_deadlines(desk, NOW + hour * HOUR);
	g_autoptr(GPtrArray) tickets = desk_tickets(desk);
	for (guint i = 0; i < tickets->len; i++) {
		const StoreTicket *ticket = tickets->pdata[i];
		sent += desk_count(desk, ticket, NULL) -
			desk_count(desk, ticket, "escalation");
	}
	assert_in_range(sent, DAYS, DAYS * MOST_A_DAY);
}

/* She bounces, writes, bounces, ... */
static void test_bounces_tell_the_supervisor_once_a_day(void **state)
{
	Desk *desk = *state;
	g_autoptr(StoreTicket) ticket = complain(desk, MARI, NOW);
	g_autoptr(StoreOutbox) ack = last_row(desk, ticket);

	for (int i = 1; i <= 20; i++) {
		g_autoptr(Analysis) bounce = bounce_from("mailer@example.org");
		g_autoptr(Analysis) again = mail_new(MARI, "I am here");
		g_autoptr(StoreTicket) silent = receive_to(
			desk, bounce, ack->envelope_from, NOW + i * MINUTE);
		assert_text(silent->quiet, "unreachable");
		g_autoptr(StoreTicket) heard = receive_to(
			desk, again, ack->envelope_from, NOW + i * MINUTE);
		assert_null(heard->quiet);
	}
	assert_int_equal(desk_count(desk, ticket, "unreachable"), 1);
}

static void test_a_clock_set_back_holds_no_mail_up(void **state)
{
	EnginePolicyOptions limits = desk_limits();

	(void)state;
	limits.automatic_per_minute = 6;
	Desk *desk = open_desk(limits);
	g_autoptr(StoreTicket) before = complain(desk, MARI, NOW + DAY);
	for (int i = 0; i < 60; i++) {
		g_autofree char *from = g_strdup_printf("c%d@example.org", i);
		int64_t now_s = NOW + i * 10;
		g_autoptr(StoreTicket) ticket = complain(desk, from, now_s);
		g_autoptr(StoreOutbox) ack = last_row(desk, ticket);
		assert_int_equal(ack->next_at, now_s);
	}
	desk_free(desk);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(test_nobody_takes_over_the_replies_to_a_known_mail),
		CASE(test_nobody_takes_over_the_thread_of_a_ticket),
		CASE(test_a_forged_bounce_silences_nobody),
		cmocka_unit_test(
			test_a_copy_with_a_robots_signs_silences_nobody),
		CASE(test_we_never_write_to_ourselves),
		CASE(test_words_are_echoed_to_their_author_alone),
		CASE(test_the_details_of_one_address_are_one_sender),
		CASE(test_a_thousand_mails_in_her_name_are_no_flood_to_her),
		CASE(test_bounces_tell_the_supervisor_once_a_day),
		cmocka_unit_test(test_a_clock_set_back_holds_no_mail_up),
	};
#undef CASE

	return cmocka_run_group_tests(tests, NULL, NULL);
}
