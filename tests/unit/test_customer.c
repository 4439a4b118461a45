/* What is no complaint, who complains, and whose conversation it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/engine/internal.h"
#include "engine_fixture.h"

#define CARE "care@example.com"
#define PICKY "picky@example.com" /* takes complaints only */
#define MARI "mari@example.org"
#define MALLORY "mallory@example.net"
#define INDEX "AQHZ1ABCDEFGHIJKLMNOPQRSTUVWXQ=="

static void assert_text(const char *got, const char *wanted)
{
	if (g_strcmp0(got, wanted) != 0)
		fail_msg("\"%s\", not \"%s\"", got ? got : "(none)",
			wanted ? wanted : "(none)");
}

static int set_up(void **state)
{
	static const char *const vip[] = {
		"Boss@Customer.example", "@gold.example", NULL};
	Desk *desk = desk_new(true);
	EnginePolicyOptions limits = desk_limits();
	EngineMailbox mailboxes[] = {
		desk_mailbox(desk, CARE), desk_mailbox(desk, PICKY)};

	mailboxes[0].vip = vip;
	mailboxes[1].complaints_only = true;
	mailboxes[1].accept_threshold = 40;
	limits.mailboxes = mailboxes;
	limits.mailboxes_length = G_N_ELEMENTS(mailboxes);
	g_autoptr(EnginePolicy) policy = desk_policy(desk, limits);
	desk_open(desk, policy, NULL);
	*state = desk;
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

	return receipt.references->len
		       ? desk_ticket(desk, receipt.references->pdata[0])
		       : NULL;
}

static StoreTicket *complain(Desk *desk, const char *from, int64_t now_s)
{
	g_autoptr(Analysis) mail = mail_new(from, "The kettle leaks");

	return receive_to(desk, mail, CARE, now_s);
}

static void refer(Analysis *mail, const char *id)
{
	g_ptr_array_add(mail->references, g_strdup(id));
}

static void resolve(Desk *desk, const StoreTicket *ticket, int64_t now_s)
{
	g_autoptr(GError) error = NULL;
	EngineOrder order = {
		.operation = ENGINE_RESOLVE,
		.reference = ticket->reference,
		.actor = "operator:liis",
		.now_s = now_s,
	};

	assert_true(engine_operate(desk->engine, &order, &error));
}

/* ---- is it a complaint? ------------------------------------------------ */

static unsigned count_unfiled(Desk *desk)
{
	g_autoptr(GPtrArray) messages = desk_messages(desk, 0);

	return messages->len;
}

static void test_what_is_no_complaint_passes_without_a_trace(void **state)
{
	static const enum analysis_kind kinds[] = {
		ANALYSIS_COMPLAINT, ANALYSIS_LIST, ANALYSIS_AUTO_REPLY};
	Desk *desk = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		g_autoptr(Analysis) mail = mail_new(MARI, "Opening hours");
		mail->kind = kinds[i];
		mail->complaint_score = 0.2;
		g_ptr_array_add(mail->complaint_reasons,
			g_strdup("question: 'opening hours'"));
		Delivery delivery = {.mail = mail, .to = {PICKY}, .now_s = NOW};
		g_auto(EngineReceipt) receipt = desk_receive(desk, &delivery);
		g_autoptr(GPtrArray) tickets = desk_tickets(desk);

		assert_text(receipt.passed,
			"score 0.20, " PICKY
			" takes 0.40, question: 'opening hours'");
		assert_int_equal(receipt.references->len, 0);
		assert_int_equal(tickets->len, 0);
		assert_int_equal(count_unfiled(desk), 0);
	}
}

static void test_a_complaint_and_a_doubt_are_taken(void **state)
{
	Desk *desk = *state;
	static const double scores[] = {0.4, 0.5, 0.9};

	for (size_t i = 0; i < G_N_ELEMENTS(scores); i++) {
		g_autoptr(Analysis) mail = mail_new(MARI, "The kettle leaks");
		mail->complaint_score = scores[i];
		g_autoptr(StoreTicket) ticket =
			receive_to(desk, mail, PICKY, NOW);
		assert_non_null(ticket);
	}
}

static void test_what_belongs_to_a_ticket_is_taken_always(void **state)
{
	Desk *desk = *state;
	g_autoptr(Analysis) first = mail_new(MARI, "The kettle leaks");
	first->complaint_score = 0.9;
	g_autoptr(StoreTicket) ticket = receive_to(desk, first, PICKY, NOW);

	for (int closed = 0; closed <= 1; closed++) {
		g_autoptr(Analysis) reply = mail_new(MARI, "Thanks");
		refer(reply, first->message_id);
		g_autoptr(StoreTicket) found =
			receive_to(desk, reply, PICKY, NOW + HOUR);
		assert_non_null(found);
		if (closed)
			break;
		resolve(desk, ticket, NOW + HOUR);
		desk_run_deadlines(desk, NOW + 40 * DAY);
	}
}

static void test_the_next_mailbox_takes_what_the_first_lets_pass(void **state)
{
	Desk *desk = *state;
	g_autoptr(Analysis) mail = mail_new(MARI, "Opening hours");
	Delivery delivery = {.mail = mail, .to = {PICKY, CARE}, .now_s = NOW};
	g_auto(EngineReceipt) receipt = desk_receive(desk, &delivery);

	assert_null(receipt.passed);
	assert_int_equal(receipt.references->len, 1);
	g_autoptr(StoreTicket) ticket =
		desk_ticket(desk, receipt.references->pdata[0]);
	assert_text(ticket->mailbox, CARE);
}

/* ---- who complains ----------------------------------------------------- */

static void test_history_adds_to_the_words(void **state)
{
	static const struct {
		enum analysis_complainer words, judged;
		unsigned tickets, demands;
		bool vip;
		int urgency;
		const char *reason;
	} cases[] = {
		{ANALYSIS_COMPLAINER_NONE, ANALYSIS_COMPLAINER_NONE, 2, 1,
			false, 1, "'words'"},
		{ANALYSIS_MEEK, ANALYSIS_CHRONIC, 3, 0, false, 1,
			"'words'; third complaint in 30 days"},
		{ANALYSIS_AGGRESSIVE, ANALYSIS_AGGRESSIVE, 4, 0, false, 1,
			"'words'; fourth complaint in 30 days"},
		{ANALYSIS_COMPLAINER_NONE, ANALYSIS_RIP_OFF, 1, 2, false, 1,
			"'words'; asks for compensation for the second time"},
		{ANALYSIS_COMPLAINER_NONE, ANALYSIS_CHRONIC, 3, 2, false, 1,
			"'words'; third complaint in 30 days; asks for "
			"compensation for the second time"},
		{ANALYSIS_HIGH_ROLLER, ANALYSIS_HIGH_ROLLER, 1, 0, true, 2,
			"'words'; on the VIP list, not authenticated"},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Analysis) mail = mail_new(MARI, "Kettle");
		mail->complainer = cases[i].words;
		mail->urgency = 1;
		mail_set(&mail->complainer_reason, "'words'");
		CustomerFacts facts = {
			mail, cases[i].tickets, cases[i].demands, cases[i].vip};
		CustomerJudgement judgement = customer_judge(&facts);
		g_autofree char *reason = judgement.reason;

		assert_int_equal(judgement.complainer, cases[i].judged);
		assert_int_equal(judgement.urgency, cases[i].urgency);
		assert_int_equal(judgement.priority, cases[i].vip);
		assert_text(reason, cases[i].reason);
	}
}

static void test_the_third_ticket_in_thirty_days_is_chronic(void **state)
{
	Desk *desk = *state;
	g_autoptr(StoreTicket) old = complain(desk, MARI, NOW - 31 * DAY);
	g_autoptr(StoreTicket) first = complain(desk, MARI, NOW);
	g_autoptr(StoreTicket) second = complain(desk, MARI, NOW + DAY);
	g_autoptr(StoreTicket) other = complain(desk, MALLORY, NOW + DAY);
	g_autoptr(StoreTicket) third = complain(desk, MARI, NOW + 2 * DAY);

	assert_null(second->complainer);
	assert_null(other->complainer);
	assert_text(third->complainer, "chronic");
	assert_text(third->complainer_reason, "third complaint in 30 days");
}

static void test_compensation_is_asked_for_a_second_time(void **state)
{
	Desk *desk = *state;
	g_autoptr(Analysis) first = mail_new(MARI, "The kettle leaks");
	first->asks_compensation = true;
	g_autoptr(StoreTicket) ticket = receive_to(desk, first, CARE, NOW);
	g_autoptr(Analysis) stranger = mail_new(MALLORY, "Me too");
	stranger->asks_compensation = true;
	refer(stranger, first->message_id);
	g_autoptr(StoreTicket) beside = receive_to(desk, stranger, CARE, NOW);
	assert_null(ticket->complainer);

	g_autoptr(Analysis) again = mail_new(MARI, "More");
	again->asks_compensation = true;
	refer(again, first->message_id);
	g_autoptr(StoreTicket) found =
		receive_to(desk, again, CARE, NOW + HOUR);
	assert_text(found->reference, ticket->reference);
	assert_text(found->complainer, "rip-off");
	assert_text(found->complainer_reason,
		"asks for compensation for the second time");
}

static void test_vips_are_known_by_address_or_domain(void **state)
{
	static const struct {
		const char *from;
		int urgency;
	} cases[] = {
		{"boss@customer.example", 1},
		{"clerk@customer.example", 0},
		{"Anyone@GOLD.example", 1},
		{"anyone@not-gold.example", 0},
	};
	Desk *desk = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(StoreTicket) ticket =
			complain(desk, cases[i].from, NOW);
		assert_int_equal(ticket->urgency, cases[i].urgency);
		assert_int_equal(ticket->priority, cases[i].urgency);
	}
}

/* ---- corrections ------------------------------------------------------- */

static void correct(Desk *desk, const StoreTicket *ticket,
	const char *complainer, int urgency)
{
	g_autoptr(GError) error = NULL;
	EngineCorrection order = {
		.reference = ticket->reference,
		.complainer = complainer,
		.corrects_urgency = urgency >= 0,
		.urgency = urgency,
		.actor = "operator:liis",
		.now_s = NOW + HOUR,
	};

	if (!engine_correct(desk->engine, &order, &error))
		fail_msg("%s", error->message);
}

static void test_a_correction_keeps_what_was_judged(void **state)
{
	Desk *desk = *state;
	g_autoptr(Analysis) mail = mail_new(MARI, "Kettle");
	mail->complainer = ANALYSIS_MEEK;
	g_autoptr(StoreTicket) ticket = receive_to(desk, mail, CARE, NOW);
	g_autoptr(GPtrArray) rows = NULL;

	correct(desk, ticket, "aggressive", 3);
	correct(desk, ticket, "none", -1);
	assert_true(
		store_correction_list(desk->reader, ticket->id, &rows, NULL));
	assert_int_equal(rows->len, 3);
	const StoreCorrection *urgency = rows->pdata[1], *last = rows->pdata[2];
	assert_text(urgency->judged, "0");
	assert_text(urgency->corrected, "3");
	assert_text(last->judged, "meek");
	assert_text(last->corrected, "none");
	assert_int_equal(desk_count_events(desk, ticket, "corrected"), 3);

	/* What the customer writes next does not change it. */
	g_autoptr(Analysis) more = mail_new(MARI, "More");
	more->complainer = ANALYSIS_AGGRESSIVE;
	refer(more, mail->message_id);
	g_autoptr(StoreTicket) found = receive_to(desk, more, CARE, NOW + DAY);
	assert_null(found->complainer);
	assert_int_equal(found->urgency, 3);
}

static void test_a_correction_that_makes_no_sense_is_refused(void **state)
{
	static const struct {
		EngineCorrection order;
		int code;
	} cases[] = {
		{{.reference = "X"}, REDRESS_ERROR_INVALID},
		{{.reference = "X", .complainer = "angry"},
			REDRESS_ERROR_INVALID},
		{{.reference = "X", .corrects_urgency = true, .urgency = 4},
			REDRESS_ERROR_INVALID},
		{{.reference = "X", .complainer = "meek"},
			REDRESS_ERROR_NOT_FOUND},
	};
	Desk *desk = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		assert_false(
			engine_correct(desk->engine, &cases[i].order, &error));
		assert_int_equal(error->code, cases[i].code);
	}
}

/* ---- whose conversation ------------------------------------------------ */

/* All answer a mail that went to them and not to us. */
static void test_a_mail_nobody_has_seen_joins_those_who_take_part(void **state)
{
	Desk *desk = *state;
	g_autoptr(Analysis) first = mail_new(MARI, "The kettle leaks");
	refer(first, "unseen@example.org");
	g_ptr_array_add(first->recipients, g_strdup("jaan@example.org"));
	g_autoptr(StoreTicket) ticket = receive_to(desk, first, CARE, NOW);
	static const char *const senders[] = {
		MARI, "Jaan@example.org", MALLORY};

	for (size_t i = 0; i < G_N_ELEMENTS(senders); i++) {
		g_autoptr(Analysis) next = mail_new(senders[i], "Kettle");
		refer(next, "unseen@example.org");
		g_autoptr(StoreTicket) found =
			receive_to(desk, next, CARE, NOW + HOUR);
		assert_int_equal(
			!strcmp(found->reference, ticket->reference), i < 2);
	}
}

/* The mail that an answer names comes after the answer, its id replaced. */
static void test_the_mail_that_was_named_joins_when_it_comes(void **state)
{
	Desk *desk = *state;
	g_autoptr(Analysis) answer = mail_new(MARI, "Re: kettle");
	refer(answer, "late@example.org");
	g_ptr_array_add(answer->recipients, g_strdup("jaan@example.org"));
	g_autoptr(StoreTicket) ticket = receive_to(desk, answer, CARE, NOW);
	g_autoptr(Analysis) late = mail_new("jaan@example.org", "Kettle");
	g_ptr_array_add(late->other_ids, g_strdup("late@example.org"));
	g_autoptr(StoreTicket) found =
		receive_to(desk, late, CARE, NOW + MINUTE);

	assert_text(found->reference, ticket->reference);
}

/* Mallory names an id of Mari's other mail in a ticket of his own, and in a
 * mail to hers. */
static void test_nobody_plants_a_ghost(void **state)
{
	Desk *desk = *state;
	g_autoptr(StoreTicket) hers = complain(desk, MARI, NOW);
	g_autofree char *id =
		g_strdup_printf("%s.ticket@mail.example.com", hers->reference);
	g_autoptr(Analysis) trap = mail_new(MALLORY, "Mine now");
	refer(trap, "elsewhere@example.org");
	g_autoptr(StoreTicket) trapped = receive_to(desk, trap, CARE, NOW);
	g_autoptr(Analysis) plant = mail_new(MALLORY, "Here it is");
	refer(plant, id);
	refer(plant, "elsewhere@example.org");
	g_autoptr(StoreTicket) planted = receive_to(desk, plant, CARE, NOW);
	g_autoptr(Analysis) next = mail_new(MARI, "The lamp hums");
	refer(next, "elsewhere@example.org");
	g_autoptr(StoreTicket) ticket = receive_to(desk, next, CARE, NOW + DAY);

	assert_text(planted->reference, hers->reference);
	assert_string_not_equal(ticket->reference, trapped->reference);
	assert_string_not_equal(ticket->reference, hers->reference);
}

static void test_a_forward_by_a_stranger_is_no_reply(void **state)
{
	Desk *desk = *state;
	g_autoptr(StoreTicket) ticket = complain(desk, MARI, NOW);
	g_autofree char *id = g_strdup_printf(
		"%s.ticket@mail.example.com", ticket->reference);
	static const char *const senders[] = {MARI, MALLORY};

	for (size_t i = 0; i < G_N_ELEMENTS(senders); i++) {
		g_autoptr(Analysis) mail = mail_new(senders[i], "Fwd: Kettle");
		mail->forward = true;
		refer(mail, id);
		g_autoptr(StoreTicket) found =
			receive_to(desk, mail, CARE, NOW + HOUR);
		assert_int_equal(
			!strcmp(found->reference, ticket->reference), !i);
	}
	assert_int_equal(desk_count_events(desk, ticket, "forwarded"), 1);
}

static void test_a_new_topic_on_an_old_thread_is_flagged(void **state)
{
	static const struct {
		const char *subject;
		int64_t days;
		bool flagged;
	} cases[] = {
		{"The lamp hums", 15, true},
		{"The lamp hums", 13, false},
		{"THE KETTLE LEAKS", 15, false},
	};
	Desk *desk = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *from = g_strdup_printf("c%zu@x.example", i);
		g_autoptr(Analysis) mail = mail_new(from, "The kettle leaks");
		g_autoptr(StoreTicket) ticket =
			receive_to(desk, mail, CARE, NOW);
		resolve(desk, ticket, NOW + MINUTE);
		g_autoptr(Analysis) next = mail_new(from, cases[i].subject);
		refer(next, mail->message_id);
		g_autoptr(StoreTicket) found = receive_to(
			desk, next, CARE, NOW + HOUR + cases[i].days * DAY);

		assert_text(found->reference, ticket->reference);
		assert_int_equal(found->state, STORE_OPEN);
		assert_int_equal(desk_count_events(desk, ticket, "new-topic"),
			cases[i].flagged);
	}
}

static void test_outlooks_fields_come_back_in_our_answer(void **state)
{
	Desk *desk = *state;

	for (int proven = 0; proven <= 1; proven++) {
		g_autoptr(Analysis) mail = mail_new(MARI, "The kettle leaks");
		mail->authenticated = proven;
		mail_set(&mail->thread_index, INDEX);
		mail_set(&mail->thread_topic, "The kettle leaks");
		g_autoptr(StoreTicket) ticket =
			receive_to(desk, mail, CARE, NOW);
		g_autoptr(GPtrArray) rows = desk_outbox(desk, ticket);
		const StoreOutbox *row = rows->pdata[0];
		g_autofree char *text = desk_plain(desk, row->id);

		/* 22 bytes, whose base 64 changes at the end, and five. */
		assert_non_null(strstr(
			text, "Thread-Index: AQHZ1ABCDEFGHIJKLMNOPQRSTUVWX"));
		assert_null(strstr(text, INDEX));
		assert_int_equal(
			strstr(text, "Thread-Topic: The kettle") != NULL,
			proven);
	}
}

/* ---- the language of an answer ----------------------------------------- */

static StoreTicket *write_in(Desk *desk, const char *from, const char *language,
	double confidence, int64_t now_s)
{
	g_autoptr(Analysis) mail = mail_new(from, "4711");

	mail_set(&mail->language, language);
	mail->language_confidence = confidence;
	return receive_to(desk, mail, CARE, now_s);
}

static void test_few_words_are_answered_as_the_earlier_mails(void **state)
{
	Desk *desk = *state;
	/* Declared by the client; no mail before. */
	g_autoptr(StoreTicket) declared = write_in(desk, MARI, "el", 0.4, NOW);
	assert_text(declared->language, "el");
	/* Its own words. */
	g_autoptr(StoreTicket) own = write_in(desk, MARI, "fi", 0.9, NOW + DAY);
	assert_text(own->language, "fi");
	/* A declaration, and a guess, count less than an earlier mail. */
	g_autoptr(StoreTicket) few =
		write_in(desk, MARI, "el", 0.4, NOW + 2 * DAY);
	assert_text(few->language, "fi");
	g_autoptr(StoreTicket) still =
		write_in(desk, MARI, "et", 0.0, NOW + 3 * DAY);
	assert_text(still->language, "fi");
	/* What was only guessed before says nothing. */
	g_autoptr(StoreTicket) guessed =
		write_in(desk, MALLORY, "el", 0.4, NOW);
	g_autoptr(StoreTicket) default_one =
		write_in(desk, MALLORY, "en", 0.0, NOW + DAY);
	assert_text(default_one->language, "en");
	/* There are no templates: the mailbox's. */
	g_autoptr(StoreTicket) none =
		write_in(desk, "a@b.example", "nl", 0.9, NOW);
	assert_text(none->language, "en");
}

static void test_a_longer_mail_changes_the_language(void **state)
{
	Desk *desk = *state;
	g_autoptr(Analysis) first = mail_new(MARI, "4711");
	first->language_confidence = 0.0;
	g_autoptr(StoreTicket) ticket = receive_to(desk, first, CARE, NOW);
	g_autoptr(Analysis) next = mail_new(MARI, "4711");
	mail_set(&next->language, "fi");
	refer(next, first->message_id);
	g_autoptr(StoreTicket) found = receive_to(desk, next, CARE, NOW + HOUR);

	assert_text(ticket->language, "en");
	assert_text(found->language, "fi");
}

#define ON_A_DESK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_DESK(test_what_is_no_complaint_passes_without_a_trace),
		ON_A_DESK(test_a_complaint_and_a_doubt_are_taken),
		ON_A_DESK(test_what_belongs_to_a_ticket_is_taken_always),
		ON_A_DESK(test_the_next_mailbox_takes_what_the_first_lets_pass),
		cmocka_unit_test(test_history_adds_to_the_words),
		ON_A_DESK(test_the_third_ticket_in_thirty_days_is_chronic),
		ON_A_DESK(test_compensation_is_asked_for_a_second_time),
		ON_A_DESK(test_vips_are_known_by_address_or_domain),
		ON_A_DESK(test_a_correction_keeps_what_was_judged),
		ON_A_DESK(test_a_correction_that_makes_no_sense_is_refused),
		ON_A_DESK(
			test_a_mail_nobody_has_seen_joins_those_who_take_part),
		ON_A_DESK(test_the_mail_that_was_named_joins_when_it_comes),
		ON_A_DESK(test_nobody_plants_a_ghost),
		ON_A_DESK(test_a_forward_by_a_stranger_is_no_reply),
		ON_A_DESK(test_a_new_topic_on_an_old_thread_is_flagged),
		ON_A_DESK(test_outlooks_fields_come_back_in_our_answer),
		ON_A_DESK(test_few_words_are_answered_as_the_earlier_mails),
		ON_A_DESK(test_a_longer_mail_changes_the_language),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
