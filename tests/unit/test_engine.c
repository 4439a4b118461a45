/* The engine against a real store: what one call leaves behind. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "engine_fixture.h"

#define GOOD(call)                                                             \
	do {                                                                   \
		GError *error = NULL;                                          \
		if (!(call))                                                   \
			fail_msg("%s: %s", #call,                              \
				error ? error->message : "no error");          \
	} while (0)

#define CARE "care@example.com"
#define SALES "sales@example.com"
#define MARI "mari@example.org"

static void assert_text(const char *got, const char *wanted)
{
	if (g_strcmp0(got, wanted) != 0)
		fail_msg("\"%s\", not \"%s\"", got ? got : "(none)",
			wanted ? wanted : "(none)");
}

static void assert_code(const GError *error, int code)
{
	assert_non_null(error);
	if (error->code != code)
		fail_msg("code %d, not %d: %s", error->code, code,
			error->message);
}

/* Two mailboxes; the test may bend limits and the second one. */
static EnginePolicy *make_policy(
	Desk *desk, EnginePolicyOptions limits, bool own_tickets)
{
	EngineMailbox mailboxes[] = {
		desk_mailbox(desk, CARE), desk_mailbox(desk, SALES)};

	mailboxes[0].own_tickets = own_tickets;
	mailboxes[1].own_tickets = own_tickets;
	limits.mailboxes = mailboxes;
	limits.mailboxes_length = G_N_ELEMENTS(mailboxes);
	return desk_policy(desk, limits);
}

static Desk *open_desk(EnginePolicyOptions limits, bool own_tickets,
	const EngineOptions *hooks)
{
	Desk *desk = desk_new(false);
	g_autoptr(EnginePolicy) policy = make_policy(desk, limits, own_tickets);

	desk_open(desk, policy, hooks);
	return desk;
}

static int set_up(void **state)
{
	*state = open_desk(desk_limits(), false, NULL);
	return 0;
}

static int tear_down(void **state)
{
	desk_free(*state);
	return 0;
}

/* Receives a mail and gives the ticket that it belongs to, or NULL. */
static StoreTicket *receive_to(
	Desk *desk, const Analysis *mail, const char *recipient, int64_t now_s)
{
	Delivery delivery = {.mail = mail, .to = {recipient}, .now_s = now_s};
	g_auto(EngineReceipt) receipt = desk_receive(desk, &delivery);

	if (!receipt.references->len)
		return NULL;
	return desk_ticket(desk, receipt.references->pdata[0]);
}

static StoreTicket *receive(Desk *desk, const Analysis *mail, int64_t now_s)
{
	return receive_to(desk, mail, CARE, now_s);
}

/* A ticket of Mari's, acknowledged and the acknowledgement sent. */
static StoreTicket *any_ticket(Desk *desk)
{
	g_autoptr(Analysis) mail = mail_new(MARI, "The kettle leaks");
	g_autoptr(StoreTicket) ticket = receive(desk, mail, NOW);
	g_autoptr(GPtrArray) rows = desk_lease(desk, NOW);

	for (guint i = 0; i < rows->len; i++)
		desk_settle(desk, ((StoreOutbox *)rows->pdata[i])->id,
			ENGINE_SENT, 250, "2.0.0", NOW);
	return desk_ticket(desk, ticket->reference);
}

static void operate(Desk *desk, enum engine_operation operation,
	const char *reference, int64_t now_s)
{
	EngineOrder order = {
		.operation = operation,
		.reference = reference,
		.text = "A new kettle is on its way.",
		.actor = "operator:test",
		.now_s = now_s,
	};

	GOOD(engine_operate(desk->engine, &order, &error));
}

static guint count_tickets(Desk *desk)
{
	g_autoptr(GPtrArray) tickets = desk_tickets(desk);

	return tickets->len;
}

/* The newest row of this kind. */
static StoreOutbox *last_row(
	Desk *desk, const StoreTicket *ticket, const char *kind)
{
	g_autoptr(GPtrArray) rows = desk_outbox(desk, ticket);
	int64_t id = 0;

	for (guint i = 0; i < rows->len; i++) {
		const StoreOutbox *row = rows->pdata[i];
		if (g_str_equal(row->kind, kind))
			id = row->id;
	}
	assert_true(id > 0);
	return desk_row(desk, id);
}

/* ---- a first mail ------------------------------------------------------ */

static void test_a_complaint_is_one_transaction_whole(void **state)
{
	Desk *desk = *state;
	uint64_t before = engine_statistics(desk->engine).commits;
	g_autoptr(Analysis) mail = mail_new(MARI, "The kettle leaks");
	Delivery delivery = {.mail = mail, .to = {CARE}, .now_s = NOW};
	g_auto(EngineReceipt) receipt = desk_receive(desk, &delivery);

	assert_int_equal(engine_statistics(desk->engine).commits, before + 1);
	assert_true(receipt.opened);
	assert_true(receipt.acknowledged);
	assert_true(receipt.tag_subject);
	assert_false(receipt.duplicate);
	assert_null(receipt.guard);
	assert_int_equal(receipt.references->len, 1);

	g_autoptr(StoreTicket) ticket =
		desk_ticket(desk, receipt.references->pdata[0]);
	assert_text(ticket->mailbox, CARE);
	assert_text(ticket->customer, MARI);
	assert_text(ticket->language, "en");
	assert_int_equal(ticket->state, STORE_OPEN);
	assert_int_equal(ticket->heard_at, NOW);
	assert_int_equal(ticket->promised_by, NOW + DAY);

	g_autoptr(GPtrArray) messages = desk_messages(desk, ticket->id);
	assert_int_equal(messages->len, 1);
	g_autoptr(StoreOutbox) ack = last_row(desk, ticket, "ack");
	assert_int_equal(ack->state, STORE_OUTBOX_QUEUED);
	assert_int_equal(ack->next_at, NOW);
	assert_text(ack->recipient, MARI);
	assert_true(g_str_has_prefix(ack->envelope_from, "care+b-"));
	g_autoptr(GPtrArray) promises = desk_promises(desk, ticket);
	assert_int_equal(promises->len, 1);
	const StorePromise *promise = promises->pdata[0];
	assert_int_equal(promise->due_at, NOW + DAY);
	assert_int_equal(promise->outbox_id, ack->id);
	assert_null(promise->outcome);
	assert_int_equal(desk_deadline(desk, ticket, STORE_DEADLINE_PROMISE),
		NOW + DAY - HOUR);
	assert_in_range(desk_deadline(desk, ticket, STORE_DEADLINE_FOLLOW_UP),
		NOW + 22 * HOUR, NOW + DAY);
	assert_int_equal(desk_count_events(desk, ticket, "opened"), 1);
	assert_int_equal(desk_count_events(desk, ticket, "acknowledged"), 1);
}

static void test_the_acknowledgement_tells_the_reference_and_threads(
	void **state)
{
	Desk *desk = *state;
	g_autoptr(Analysis) mail = mail_new(MARI, "The kettle leaks");
	g_autoptr(StoreTicket) ticket = receive(desk, mail, NOW);
	g_autoptr(StoreOutbox) ack = last_row(desk, ticket, "ack");
	g_autofree char *text = desk_plain(desk, ack->id);
	g_autofree char *in_reply_to =
		g_strdup_printf("In-Reply-To: <%s>", mail->message_id);
	g_autofree char *header =
		g_strdup_printf("X-Redress-Ticket: %s", ticket->reference);

	assert_non_null(strstr(text, in_reply_to));
	assert_non_null(strstr(text, header));
	assert_non_null(strstr(text, "Auto-Submitted: auto-replied"));
	assert_non_null(strstr(text, "care+t-"));
	/* The promised time, in the office's zone. */
	assert_non_null(strstr(text, "14:00"));
}

static void test_the_same_mail_again_is_stored_and_answered_once(void **state)
{
	Desk *desk = *state;
	g_autoptr(Analysis) mail = mail_new(MARI, "The kettle leaks");
	Delivery delivery = {.mail = mail, .to = {CARE}, .now_s = NOW};
	g_auto(EngineReceipt) first = desk_receive(desk, &delivery);
	delivery.to[0] = SALES; /* a second path, a second mailbox */
	g_auto(EngineReceipt) again = desk_receive(desk, &delivery);

	assert_true(again.duplicate);
	assert_false(again.opened);
	assert_false(again.acknowledged);
	assert_text(again.references->pdata[0], first.references->pdata[0]);
	assert_int_equal(count_tickets(desk), 1);
	g_autoptr(StoreTicket) ticket =
		desk_ticket(desk, first.references->pdata[0]);
	assert_int_equal(ticket->messages, 1);
	assert_int_equal(desk_count(desk, ticket, NULL), 1);
	assert_int_equal(desk_count_events(desk, ticket, "duplicate"), 1);
}

static void test_a_mail_to_two_mailboxes_is_one_matter(void **state)
{
	Desk *desk = *state;
	g_autoptr(Analysis) mail = mail_new(MARI, "The kettle leaks");
	Delivery delivery = {
		.mail = mail,
		.to = {"stranger@example.net", SALES, CARE},
		.now_s = NOW,
	};
	g_auto(EngineReceipt) receipt = desk_receive(desk, &delivery);

	assert_int_equal(receipt.references->len, 1);
	g_autoptr(StoreTicket) ticket =
		desk_ticket(desk, receipt.references->pdata[0]);
	assert_text(ticket->mailbox, SALES);
	assert_int_equal(count_tickets(desk), 1);
}

static void test_mailboxes_with_their_own_tickets_get_one_each(void **state)
{
	(void)state;
	Desk *desk = open_desk(desk_limits(), true, NULL);
	g_autoptr(Analysis) mail = mail_new(MARI, "The kettle leaks");
	Delivery delivery = {.mail = mail, .to = {CARE, SALES}, .now_s = NOW};
	g_auto(EngineReceipt) receipt = desk_receive(desk, &delivery);
	g_auto(EngineReceipt) again = desk_receive(desk, &delivery);

	assert_int_equal(receipt.references->len, 2);
	static const char *const mailboxes[] = {CARE, SALES};
	for (guint i = 0; i < 2; i++) {
		g_autoptr(StoreTicket) ticket =
			desk_ticket(desk, receipt.references->pdata[i]);
		assert_text(ticket->mailbox, mailboxes[i]);
		assert_int_equal(desk_count(desk, ticket, "ack"), 1);
		assert_text(again.references->pdata[i], ticket->reference);
	}
	assert_true(again.duplicate);
	assert_int_equal(count_tickets(desk), 2);

	/* A robot's mail is withheld from both. */
	mail->guard = g_strdup("list-id");
	mail->cost = ANALYSIS_COST_ACK;
	mail_set(&mail->message_id, "robot@example.org");
	g_auto(EngineReceipt) withheld = desk_receive(desk, &delivery);
	assert_text(withheld.guard, "list-id");
	assert_int_equal(count_tickets(desk), 4);
	desk_free(desk);
}

static void test_mail_for_none_of_our_mailboxes_is_refused(void **state)
{
	Desk *desk = *state;
	g_autoptr(Analysis) mail = mail_new(MARI, "The kettle leaks");
	Delivery delivery = {
		.mail = mail, .to = {"stranger@example.net"}, .now_s = NOW};
	g_autoptr(GError) error = NULL;
	EngineReceipt receipt;

	assert_false(desk_try(desk, &delivery, &receipt, &error));
	assert_code(error, REDRESS_ERROR_INVALID);
	assert_int_equal(count_tickets(desk), 0);
}

static void test_a_mail_that_cannot_be_answered_is_recorded_all_the_same(
	void **state)
{
	static const char *const authors[] = {NULL, "", "mari",
		"mari@exam ple.org", "@example.org",
		"mari@example.org\r\nBcc: all@example.net"};
	Desk *desk = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(authors); i++) {
		g_autoptr(Analysis) mail = mail_new(authors[i], "No answer");
		Delivery delivery = {
			.mail = mail,
			.to = {CARE},
			.envelope_from = "",
			.now_s = NOW,
		};
		g_auto(EngineReceipt) receipt = desk_receive(desk, &delivery);
		assert_true(receipt.opened);
		assert_text(receipt.guard, "no-address");
		g_autoptr(StoreTicket) ticket =
			desk_ticket(desk, receipt.references->pdata[0]);
		assert_text(ticket->quiet, "no-address");
		assert_int_equal(desk_count(desk, ticket, NULL), 0);
		/* Nor does a later mail of the thread try. */
		g_autoptr(Analysis) reply = mail_new(authors[i], "STATUS");
		reply->status_request = true;
		g_ptr_array_add(reply->references,
			g_strdup_printf("%s.ticket@mail.example.com",
				ticket->reference));
		delivery.mail = reply;
		g_auto(EngineReceipt) second = desk_receive(desk, &delivery);
		assert_text(second.references->pdata[0], ticket->reference);
		assert_int_equal(desk_count(desk, ticket, NULL), 0);
	}
}

/* ---- which ticket ------------------------------------------------------ */

static char *token_address(Desk *desk, const StoreTicket *ticket)
{
	g_autoptr(StoreOutbox) ack = last_row(desk, ticket, "ack");
	g_autofree char *text = desk_plain(desk, ack->id);
	const char *start = strstr(text, "care+t-");

	assert_non_null(start);
	return g_strndup(start, strcspn(start, "> \n\r,"));
}

static void assert_belongs(Desk *desk, const Analysis *mail,
	const char *recipient, const StoreTicket *wanted)
{
	g_autoptr(StoreTicket) found =
		receive_to(desk, mail, recipient, NOW + HOUR);

	assert_text(found->reference, wanted->reference);
}

static void assert_opens_anew(Desk *desk, const Analysis *mail,
	const char *recipient, const StoreTicket *other)
{
	g_autoptr(StoreTicket) found =
		receive_to(desk, mail, recipient, NOW + HOUR);

	assert_string_not_equal(found->reference, other->reference);
	assert_int_equal(found->opened_at, NOW + HOUR);
}

static void test_a_token_leads_to_its_ticket(void **state)
{
	Desk *desk = *state;
	g_autoptr(StoreTicket) ticket = any_ticket(desk);
	g_autofree char *address = token_address(desk, ticket);
	g_autofree char *shouted = g_ascii_strup(address, -1);
	g_autofree char *forged = g_strdup(address);
	g_autoptr(Analysis) reply = mail_new(MARI, "Again");
	g_autoptr(Analysis) folded = mail_new(MARI, "Again");
	g_autoptr(Analysis) liar = mail_new("liar@example.net", "Again");
	char *last = strchr(forged, '@') - 1;

	*last = *last == 'a' ? 'b' : 'a';
	assert_belongs(desk, reply, address, ticket);
	assert_belongs(desk, folded, shouted, ticket);
	assert_opens_anew(desk, liar, forged, ticket);
}

static void test_the_ids_of_a_conversation_lead_to_its_ticket(void **state)
{
	Desk *desk = *state;
	g_autoptr(StoreTicket) ticket = any_ticket(desk);
	g_autoptr(StoreOutbox) ack = last_row(desk, ticket, "ack");
	g_autoptr(GPtrArray) messages = desk_messages(desk, ticket->id);
	const StoreMessage *first = messages->pdata[0];
	g_autofree char *pseudo = g_strdup_printf(
		"%s.ticket@mail.example.com", ticket->reference);
	const char *const ids[] = {ack->message_id, first->message_id, pseudo};

	for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
		g_autoptr(Analysis) by_reference =
			mail_new("colleague@example.org", "Again");
		g_autoptr(Analysis) by_reply = mail_new(MARI, "Again");
		g_ptr_array_add(by_reference->references, g_strdup("other@x"));
		g_ptr_array_add(by_reference->references, g_strdup(ids[i]));
		g_ptr_array_add(by_reply->in_reply_to, g_strdup(ids[i]));
		/* Somebody else's word counts with an id of ours only. */
		if (ids[i] == first->message_id)
			assert_opens_anew(desk, by_reference, CARE, ticket);
		else
			assert_belongs(desk, by_reference, CARE, ticket);
		assert_belongs(desk, by_reply, CARE, ticket);
	}
}

static void test_a_reference_in_a_subject_counts_from_participants_alone(
	void **state)
{
	Desk *desk = *state;
	g_autoptr(Analysis) first = mail_new(MARI, "The kettle leaks");
	g_ptr_array_add(first->recipients, g_strdup("Husband@example.org"));
	g_ptr_array_add(first->recipients, g_strdup(CARE));
	g_ptr_array_add(first->recipients, g_strdup("agent@example.com"));
	g_autoptr(StoreTicket) ticket = receive(desk, first, NOW);
	g_autofree char *subject =
		g_strdup_printf("Re: [#%s] kettle", ticket->reference);
	static const struct {
		const char *from;
		bool several, belongs;
	} cases[] = {
		{"MARI@example.org", false, true},
		{"husband@example.org", false, true},
		{"stranger@example.net", false, false},
		{MARI, true, false},
		{"agent@example.com", false, false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Analysis) mail = mail_new(cases[i].from, subject);
		mail->several_from = cases[i].several;
		if (cases[i].belongs)
			assert_belongs(desk, mail, CARE, ticket);
		else
			assert_opens_anew(desk, mail, CARE, ticket);
	}
}

static void test_a_closed_matter_is_history(void **state)
{
	Desk *desk = *state;
	g_autoptr(StoreTicket) ticket = any_ticket(desk);
	g_autofree char *address = token_address(desk, ticket);
	g_autoptr(Analysis) mail = mail_new(MARI, "Again");

	operate(desk, ENGINE_RESOLVE, ticket->reference, NOW);
	desk_run_deadlines(desk, NOW + 31 * DAY);
	g_autoptr(StoreTicket) closed = desk_ticket(desk, ticket->reference);
	assert_int_equal(closed->state, STORE_CLOSED);
	assert_opens_anew(desk, mail, address, ticket);
}

/* ---- what strangers do not gain ---------------------------------------- */

static void test_unproven_words_are_not_echoed(void **state)
{
	static const struct {
		bool authenticated;
	} cases[] = {{false}, {true}};
	Desk *desk = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Analysis) mail =
			mail_new(MARI, "Zanzibar casino bonus");
		mail_set(&mail->from_name, "Buy Cheap Pills");
		mail_set(&mail->text, "Quixotic words");
		mail_set(&mail->reply_text, "Quixotic words");
		mail->authenticated = cases[i].authenticated;
		g_autoptr(StoreTicket) ticket = receive(desk, mail, NOW);
		desk_run_deadlines(desk, NOW + DAY);
		g_autoptr(GPtrArray) rows = desk_outbox(desk, ticket);
		unsigned echoed = 0, to_customer = 0;
		for (guint j = 0; j < rows->len; j++) {
			const StoreOutbox *row = rows->pdata[j];
			g_autofree char *text = desk_plain(desk, row->id);
			if (!g_str_equal(row->recipient, MARI))
				continue;
			to_customer++;
			echoed += strstr(text, "Zanzibar") &&
				  strstr(text, "Cheap");
			assert_null(strstr(text, "Quixotic"));
			if (!cases[i].authenticated)
				assert_null(strstr(text, "Pills"));
		}
		/* The acknowledgement, and a word about the late answer. */
		assert_true(to_customer >= 2);
		assert_int_equal(
			echoed, cases[i].authenticated ? to_customer : 0);
	}
}

static void test_answers_go_to_another_domain_only_for_a_proven_author(
	void **state)
{
	static const struct {
		bool authenticated;
		const char *reply_to, *wanted;
	} cases[] = {
		{false, "victim@example.net", MARI},
		{true, "home@example.net", "home@example.net"},
		{false, "home@EXAMPLE.org", "home@EXAMPLE.org"},
		{false, "nonsense", MARI},
		{false, NULL, MARI},
	};
	EnginePolicyOptions limits = desk_limits();

	(void)state;
	limits.acks_per_sender_per_day = 100;
	Desk *desk = open_desk(limits, false, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Analysis) mail = mail_new(MARI, "The kettle leaks");
		mail_set(&mail->reply_to, cases[i].reply_to);
		mail->authenticated = cases[i].authenticated;
		g_autoptr(StoreTicket) ticket = receive(desk, mail, NOW);
		assert_text(ticket->customer_address, cases[i].wanted);
		g_autoptr(StoreOutbox) ack = last_row(desk, ticket, "ack");
		assert_text(ack->recipient, cases[i].wanted);
	}
	desk_free(desk);
}

static void test_three_acknowledgements_a_day_and_no_fourth(void **state)
{
	Desk *desk = *state;
	static const struct {
		int64_t at;
		const char *guard;
	} mails[] = {
		{NOW, NULL},
		{NOW + 1, NULL},
		{NOW + 2, NULL},
		{NOW + 3, "sender-rate"},
		{NOW + DAY - 1, "sender-rate"},
		{NOW + DAY, NULL},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(mails); i++) {
		g_autoptr(Analysis) mail = mail_new(
			i % 2 ? "Mari@Example.org" : MARI, "The kettle leaks");
		Delivery delivery = {
			.mail = mail, .to = {CARE}, .now_s = mails[i].at};
		g_auto(EngineReceipt) receipt = desk_receive(desk, &delivery);
		assert_text(receipt.guard, mails[i].guard);
		assert_true(receipt.opened);
		assert_int_equal(receipt.acknowledged, !mails[i].guard);
	}
}

static void test_our_own_mail_coming_back_starts_no_loop(void **state)
{
	Desk *desk = *state;
	g_autoptr(StoreTicket) ticket = any_ticket(desk);
	g_autoptr(StoreOutbox) ack = last_row(desk, ticket, "ack");
	g_autoptr(EnginePolicy) policy = engine_get_policy(desk->engine);
	const struct {
		const char *message_id, *envelope_from;
	} cases[] = {
		{ack->message_id, MARI},
		{"new@example.org", ack->envelope_from},
	};
	static const char *const recipients[] = {CARE, NULL};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Analysis) mail = mail_new(MARI, "Re: your mail");
		mail_set(&mail->message_id, cases[i].message_id);
		engine_refine(policy, cases[i].envelope_from, recipients, mail);
		assert_int_equal(mail->kind, ANALYSIS_LOOP);
		Delivery delivery = {
			.mail = mail,
			.to = {CARE},
			.envelope_from = cases[i].envelope_from,
			.now_s = NOW + HOUR,
		};
		g_auto(EngineReceipt) receipt = desk_receive(desk, &delivery);
		assert_text(receipt.guard, "own-mail");
		assert_false(receipt.acknowledged);
	}
	assert_int_equal(count_tickets(desk), 1);
	assert_int_equal(desk_count(desk, ticket, NULL), 1);
}

static void test_the_team_gets_no_machines_answer(void **state)
{
	Desk *desk = *state;
	g_autoptr(EnginePolicy) policy = engine_get_policy(desk->engine);
	g_autoptr(Analysis) mail = mail_new("Agent@example.com", "FYI");
	static const char *const recipients[] = {CARE, NULL};

	engine_refine(policy, "agent@example.com", recipients, mail);
	assert_text(mail->guard, "staff");
	g_autoptr(StoreTicket) ticket = receive(desk, mail, NOW);
	assert_text(ticket->quiet, "staff");
	/* Only the supervisor hears: it was not proven to be the agent's. */
	assert_int_equal(desk_count(desk, ticket, "escalation"), 1);
	assert_int_equal(desk_count(desk, ticket, NULL), 1);
}

/* ---- bounces ----------------------------------------------------------- */

static void recipient_free(void *data)
{
	AnalysisRecipient *recipient = data;

	g_free(recipient->address);
	g_free(recipient->status);
	g_free(recipient);
}

/* Both are nullable. */
static Analysis *bounce_mail(const char *returned_id, const char *recipient)
{
	Analysis *mail = mail_new("mailer-daemon@example.org", "Undelivered");

	mail->kind = ANALYSIS_BOUNCE;
	mail->guard = g_strdup("null-sender");
	mail->cost = ANALYSIS_COST_AUTOMATIC;
	mail->bounce = g_new0(AnalysisBounce, 1);
	mail->bounce->permanent = true;
	mail->bounce->returned_message_id = g_strdup(returned_id);
	mail->bounce->recipients =
		g_ptr_array_new_with_free_func(recipient_free);
	if (recipient) {
		AnalysisRecipient *of = g_new0(AnalysisRecipient, 1);
		of->address = g_strdup(recipient);
		of->status = g_strdup("5.1.1");
		g_ptr_array_add(mail->bounce->recipients, of);
	}
	return mail;
}

static void test_a_dead_address_ends_the_follow_ups(void **state)
{
	static const struct {
		bool by_token, tells_id;
		const char *recipient;
	} cases[] = {
		{true, true, MARI},
		{true, false, MARI},
		{true, false, NULL},
		/* an alias of hers that only her server knows */
		{true, false, "m.maasikas@isp.example"},
		{false, true, MARI},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Desk *desk = open_desk(desk_limits(), false, NULL);
		g_autoptr(StoreTicket) before = any_ticket(desk);
		g_autoptr(StoreOutbox) ack = last_row(desk, before, "ack");
		g_autoptr(Analysis) mail =
			bounce_mail(cases[i].tells_id ? ack->message_id : NULL,
				cases[i].recipient);
		const char *to = cases[i].by_token ? ack->envelope_from : CARE;
		g_autoptr(StoreTicket) ticket =
			receive_to(desk, mail, to, NOW + HOUR);

		assert_text(ticket->reference, before->reference);
		assert_text(ticket->quiet, "unreachable");
		assert_int_equal(
			desk_deadline(desk, ticket, STORE_DEADLINE_FOLLOW_UP),
			0);
		assert_int_equal(desk_count(desk, ticket, "unreachable"), 1);
		/* Nothing leaves but what the staff hears. */
		desk_run_deadlines(desk, NOW + 3 * DAY);
		assert_int_equal(desk_count(desk, ticket, "ack"), 1);
		assert_int_equal(desk_count(desk, ticket, "followup"), 0);
		assert_int_equal(desk_count(desk, ticket, "late"), 0);
		desk_free(desk);
	}
}

static void test_a_silent_ticket_stays_silent_whatever_falls_due(void **state)
{
	Desk *desk = *state;
	g_autoptr(StoreTicket) ticket = any_ticket(desk);
	g_autoptr(Analysis) mail = bounce_mail(NULL, MARI);
	g_autoptr(StoreOutbox) ack = last_row(desk, ticket, "ack");
	g_autoptr(StoreTicket) bounced =
		receive_to(desk, mail, ack->envelope_from, NOW + HOUR);

	operate(desk, ENGINE_RESOLVE, ticket->reference, NOW + 2 * HOUR);
	operate(desk, ENGINE_REOPEN, ticket->reference, NOW + 3 * HOUR);
	desk_run_deadlines(desk, NOW + 3 * DAY);
	g_autoptr(StoreTicket) after = desk_ticket(desk, ticket->reference);
	assert_int_equal(after->state, STORE_OPEN);
	assert_text(after->quiet, "unreachable");
	assert_int_equal(desk_count(desk, ticket, "status"), 0);
	assert_int_equal(desk_count(desk, ticket, "resolved"), 0);
	assert_int_equal(desk_count(desk, ticket, "followup"), 0);
	assert_true(desk_count_events(desk, ticket, "not-mailed") >= 2);
}

/* Else the supervisor's full mailbox silences every customer, and each bounce
 * of an escalation makes the next. */
static void test_a_bounced_escalation_neither_loops_nor_silences(void **state)
{
	Desk *desk = *state;
	g_autoptr(StoreTicket) ticket = any_ticket(desk);

	desk_run_deadlines(desk, ticket->promised_by - HOUR);
	g_autoptr(StoreOutbox) escalation =
		last_row(desk, ticket, "escalation");
	assert_text(escalation->recipient, "lead@example.com");
	for (int told = 0; told < 2; told++) {
		g_autoptr(Analysis) mail =
			bounce_mail(told ? escalation->message_id : NULL,
				"lead@example.com");
		g_autoptr(StoreTicket) after = receive_to(
			desk, mail, escalation->envelope_from, NOW + 2 * DAY);
		assert_text(after->reference, ticket->reference);
		assert_null(after->quiet);
	}
	assert_int_equal(desk_count(desk, ticket, "escalation"), 1);
	assert_int_equal(
		desk_count_events(desk, ticket, "staff-mail-bounced"), 2);
}

static void test_a_strangers_bounce_stops_nothing(void **state)
{
	Desk *desk = *state;
	g_autoptr(StoreTicket) ticket = any_ticket(desk);
	g_autoptr(Analysis) mail = bounce_mail("made-up@example.net", MARI);
	g_autofree char *subject = g_strdup_printf("[#%s]", ticket->reference);

	mail_set(&mail->subject, subject);
	mail_set(&mail->from, MARI);
	g_autoptr(StoreTicket) after = receive(desk, mail, NOW + HOUR);
	assert_text(after->reference, ticket->reference);
	assert_null(after->quiet);
	assert_in_range(desk_deadline(desk, after, STORE_DEADLINE_FOLLOW_UP),
		NOW, NOW + DAY);
}

/* ---- many at once ------------------------------------------------------ */

enum { THREADS = 50, MAILS_EACH = 10 };

typedef struct Front Front;
struct Front {
	Desk *desk;
	int number;
	bool (*ours)(int number);
	gint *failed; /* mails that met what they should not */
};

static bool everyone(int number)
{
	(void)number;
	return true;
}

static bool every_second(int number)
{
	return number % 2 == 0;
}

static void *front_main(void *data)
{
	const Front *front = data;
	bool ours = front->ours(front->number);

	for (int i = 0; i < MAILS_EACH; i++) {
		g_autofree char *from =
			g_strdup_printf("c%d-%d@example.org", front->number, i);
		g_autoptr(Analysis) mail = mail_new(from, "The kettle leaks");
		g_auto(EngineReceipt) receipt = {0};
		g_autoptr(GError) error = NULL;
		Delivery delivery = {
			.mail = mail,
			.to = {ours ? CARE : "stranger@example.net"},
			.now_s = NOW,
		};
		bool good = desk_try(front->desk, &delivery, &receipt, &error);
		bool wanted =
			ours ? good && receipt.acknowledged
			     : !good && error->code == REDRESS_ERROR_INVALID;
		if (!wanted)
			g_atomic_int_inc(front->failed);
	}
	return NULL;
}

static int run_fronts(
	Desk *desk, int threads, bool (*ours)(int), void (*meanwhile)(Desk *))
{
	g_autofree Front *fronts = g_new0(Front, (gsize)threads);
	g_autofree GThread **running = g_new0(GThread *, (gsize)threads);
	gint failed = 0;

	for (int i = 0; i < threads; i++) {
		fronts[i] = (Front){desk, i, ours, &failed};
		running[i] = g_thread_new("front", front_main, &fronts[i]);
	}
	if (meanwhile)
		meanwhile(desk);
	for (int i = 0; i < threads; i++)
		g_thread_join(running[i]);
	return failed;
}

static void test_one_commit_serves_many_mails(void **state)
{
	Desk *desk = *state;
	EngineStatistics before = engine_statistics(desk->engine);

	assert_int_equal(run_fronts(desk, THREADS, everyone, NULL), 0);
	EngineStatistics after = engine_statistics(desk->engine);
	assert_int_equal(after.mails - before.mails, THREADS * MAILS_EACH);
	assert_int_equal(count_tickets(desk), THREADS * MAILS_EACH);
	uint64_t commits = after.commits - before.commits;
	if (commits * 4 > THREADS * MAILS_EACH)
		fail_msg("%d mails took %d commits", THREADS * MAILS_EACH,
			(int)commits);
}

static void test_a_mail_that_fails_spoils_nobody_elses(void **state)
{
	Desk *desk = *state;

	assert_int_equal(run_fronts(desk, THREADS, every_second, NULL), 0);
	EngineStatistics after = engine_statistics(desk->engine);
	assert_int_equal(after.mails, THREADS * MAILS_EACH / 2);
	assert_int_equal(after.failures, THREADS * MAILS_EACH / 2);
	assert_int_equal(count_tickets(desk), THREADS * MAILS_EACH / 2);
}

static void reload(Desk *desk)
{
	for (int i = 0; i < 100; i++) {
		g_autoptr(EnginePolicy) policy =
			make_policy(desk, desk_limits(), i % 2 == 0);
		engine_set_policy(desk->engine, policy);
		g_autoptr(EnginePolicy) read = engine_get_policy(desk->engine);
		engine_ping(desk->engine);
	}
}

static void test_a_reload_under_traffic_loses_nothing(void **state)
{
	Desk *desk = *state;

	assert_int_equal(run_fronts(desk, 4, everyone, reload), 0);
	assert_int_equal(count_tickets(desk), 4 * MAILS_EACH);
}

static void count_observed(const EngineObservation *observation, void *user)
{
	GHashTable *seen = user;
	g_autofree char *key = g_strdup_printf("%s %s %s",
		observation->reference ? observation->reference : "-",
		observation->what, observation->actor);

	g_hash_table_add(seen, g_steal_pointer(&key));
}

static void test_what_was_committed_is_observed_and_nothing_else(void **state)
{
	(void)state;
	g_autoptr(GHashTable) seen =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	EngineOptions hooks = {.observed = count_observed, .user = seen};
	Desk *desk = open_desk(desk_limits(), false, &hooks);
	g_autoptr(StoreTicket) ticket = any_ticket(desk);
	Delivery refused = {.mail = NULL, .to = {"stranger@x"}, .now_s = NOW};
	g_autoptr(Analysis) mail = mail_new(MARI, "Not for us");
	g_autoptr(GPtrArray) events = desk_events(desk, ticket);
	EngineReceipt receipt;

	refused.mail = mail;
	assert_false(desk_try(desk, &refused, &receipt, NULL));
	desk_close(desk); /* the writer has told everything */
	assert_int_equal(g_hash_table_size(seen), events->len);
	for (guint i = 0; i < events->len; i++) {
		const StoreEvent *event = events->pdata[i];
		g_autofree char *key = g_strdup_printf("%s %s %s",
			ticket->reference, event->what, event->actor);
		assert_true(g_hash_table_contains(seen, key));
	}
	desk_free(desk);
}

/* ---- a store in trouble ------------------------------------------------ */

static void limit_file_size(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = MIN(bytes, limit.rlim_max);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static Analysis *big_mail(GRand *random)
{
	Analysis *mail = mail_new(MARI, "The kettle leaks");
	GString *text = g_string_new(NULL);

	for (int i = 0; i < 4000; i++)
		g_string_append_printf(text, "%08x", g_rand_int(random));
	g_free(mail->text);
	mail->text = g_string_free(text, FALSE);
	return mail;
}

static void test_a_full_disk_says_try_again_and_then_works(void **state)
{
	Desk *desk = *state;
	g_autoptr(GRand) random = g_rand_new_with_seed(3);
	g_autoptr(GError) error = NULL;
	g_autoptr(Analysis) refused = NULL;
	guint accepted = 0;

	signal(SIGXFSZ, SIG_IGN);
	limit_file_size(512 * 1024);
	while (!error && accepted < 1000) {
		g_auto(EngineReceipt) receipt = {0};
		g_clear_pointer(&refused, analysis_free);
		refused = big_mail(random);
		Delivery delivery = {
			.mail = refused, .to = {CARE}, .now_s = NOW};
		accepted += desk_try(desk, &delivery, &receipt, &error);
	}
	guint kept = count_tickets(desk);
	limit_file_size(RLIM_INFINITY);

	assert_code(error, REDRESS_ERROR_TEMPORARY);
	assert_true(accepted > 0);
	assert_int_equal(kept, accepted);
	/* The sender comes again, and no restart was needed. */
	Delivery again = {.mail = refused, .to = {CARE}, .now_s = NOW + 60};
	g_auto(EngineReceipt) receipt = desk_receive(desk, &again);
	assert_true(receipt.opened);
	assert_false(receipt.duplicate);
	assert_int_equal(count_tickets(desk), accepted + 1);
}

static void test_a_store_that_went_away_is_opened_again(void **state)
{
	Desk *desk = *state;
	g_autoptr(StoreTicket) ticket = any_ticket(desk);
	g_autofree char *away = g_strconcat(desk->folder, ".away", NULL);
	g_autoptr(Analysis) mail = mail_new(MARI, "Another kettle");
	Delivery delivery = {.mail = mail, .to = {CARE}, .now_s = NOW};
	EngineReceipt receipt = {0};
	g_autoptr(GError) error = NULL;

	assert_int_equal(rename(desk->folder, away), 0);
	bool taken = desk_try(desk, &delivery, &receipt, &error);
	assert_int_equal(rename(away, desk->folder), 0);
	assert_false(taken);
	assert_code(error, REDRESS_ERROR_TEMPORARY);
	g_auto(EngineReceipt) again = desk_receive(desk, &delivery);
	assert_true(again.opened);
	assert_int_equal(count_tickets(desk), 2);
}

/* ---- the outbox -------------------------------------------------------- */

static int64_t queued_ack(Desk *desk)
{
	g_autoptr(Analysis) mail = mail_new(MARI, "The kettle leaks");
	g_autoptr(StoreTicket) ticket = receive(desk, mail, NOW);
	g_autoptr(StoreOutbox) ack = last_row(desk, ticket, "ack");

	return ack->id;
}

static void lease_one(Desk *desk, int64_t now_s)
{
	g_autoptr(GPtrArray) rows = desk_lease(desk, now_s);

	assert_int_equal(rows->len, 1);
}

static void test_an_outcome_settles_a_row_as_it_should(void **state)
{
	static const struct {
		enum engine_outcome outcome;
		bool uncertain; /* marked before the dot */
		int64_t after_s;
		enum store_outbox_state wanted;
		unsigned attempts, uncertain_after;
		int64_t soonest_s, latest_s; /* next attempt */
		const char *event;
	} cases[] = {
		{ENGINE_SENT, true, 1, STORE_OUTBOX_SENT, 0, 1, 0, 0, "sent"},
		{ENGINE_DEFERRED, false, 1, STORE_OUTBOX_QUEUED, 1, 0, 61, 76,
			"deferred"},
		{ENGINE_DEFERRED, true, 1, STORE_OUTBOX_QUEUED, 1, 0, 61, 76,
			"deferred"},
		{ENGINE_DEFERRED, false, 5 * DAY + 1, STORE_OUTBOX_FAILED, 0, 0,
			0, 0, "failed"},
		{ENGINE_NOT_TRIED, false, 1, STORE_OUTBOX_QUEUED, 0, 0, 2, 2,
			"waiting-for-server"},
		{ENGINE_NOT_TRIED, false, 5 * DAY + 1, STORE_OUTBOX_FAILED, 0,
			0, 0, 0, "failed"},
		{ENGINE_REFUSED, false, 1, STORE_OUTBOX_FAILED, 0, 0, 0, 0,
			"failed"},
		{ENGINE_UNCERTAIN, true, 1, STORE_OUTBOX_QUEUED, 0, 1, 1, 1,
			"uncertain"},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Desk *desk = open_desk(desk_limits(), false, NULL);
		int64_t id = queued_ack(desk);
		lease_one(desk, NOW);
		if (cases[i].uncertain)
			GOOD(engine_outbox_uncertain(desk->engine, id, &error));
		desk_settle(desk, id, cases[i].outcome, 451, "4.7.1",
			NOW + cases[i].after_s);
		g_autoptr(StoreOutbox) row = desk_row(desk, id);
		assert_text(store_outbox_state_name(row->state),
			store_outbox_state_name(cases[i].wanted));
		assert_int_equal(row->attempts, cases[i].attempts);
		assert_int_equal(row->uncertain, cases[i].uncertain_after);
		assert_null(row->lease_owner);
		assert_text(row->smtp_status, "4.7.1");
		if (row->state == STORE_OUTBOX_QUEUED)
			assert_in_range(row->next_at - NOW, cases[i].soonest_s,
				cases[i].latest_s);
		else
			assert_int_equal(
				row->settled_at, NOW + cases[i].after_s);
		g_autoptr(GPtrArray) tickets = desk_tickets(desk);
		assert_int_equal(desk_count_events(desk, tickets->pdata[0],
					 cases[i].event),
			1);
		desk_free(desk);
	}
}

static void test_retries_grow_to_four_hours_and_end_in_time(void **state)
{
	Desk *desk = *state;
	int64_t id = queued_ack(desk);
	int64_t now_s = NOW, before = 0;
	unsigned attempts = 0;

	for (;;) {
		lease_one(desk, now_s);
		desk_settle(desk, id, ENGINE_DEFERRED, 451, NULL, now_s);
		g_autoptr(StoreOutbox) row = desk_row(desk, id);
		if (row->state != STORE_OUTBOX_QUEUED) {
			assert_int_equal(row->state, STORE_OUTBOX_FAILED);
			break;
		}
		int64_t delay = row->next_at - now_s;
		assert_in_range(delay, 60, 5 * HOUR);
		assert_true(delay >= before || delay >= 4 * HOUR);
		before = delay;
		now_s = row->next_at;
		attempts++;
	}
	assert_in_range(now_s, NOW + 5 * DAY, NOW + 5 * DAY + 5 * HOUR);
	assert_in_range(attempts, 20, 60);
}

static void test_what_is_not_leased_is_not_marked_or_settled(void **state)
{
	Desk *desk = *state;
	int64_t id = queued_ack(desk);
	g_autoptr(GError) early = NULL;
	g_autoptr(GError) unknown = NULL;

	assert_false(engine_outbox_uncertain(desk->engine, id, &early));
	assert_code(early, REDRESS_ERROR_CONFLICT);
	assert_false(engine_outbox_uncertain(desk->engine, id + 9, &unknown));
	assert_code(unknown, REDRESS_ERROR_NOT_FOUND);
	desk_settle(desk, id, ENGINE_SENT, 250, NULL, NOW);
	g_autoptr(StoreOutbox) row = desk_row(desk, id);
	assert_int_equal(row->state, STORE_OUTBOX_QUEUED);
}

/* What our milter writes on the way out, as of this boot or another. */
static void hand_over(Desk *desk, int64_t id, const char *boot)
{
	g_autoptr(StoreOutbox) row = desk_row(desk, id);
	g_autoptr(Store) store = NULL;

	int64_t found = 0;
	GOOD(engine_outbox_handed_over(
		desk->engine, row->message_id, "4ABC", NOW, &found, &error));
	assert_int_equal(found, id);
	if (!boot)
		return;
	g_autoptr(StoreOutbox) handed = desk_row(desk, id);
	mail_set(&handed->handed_boot, boot);
	GOOD(store = store_open("sqlite", desk->target, DB_GUEST, &error));
	GOOD(store_outbox_update(store, handed, &error));
}

static void test_recovery_knows_what_the_mail_server_took(void **state)
{
	static const struct {
		bool uncertain, handed;
		const char *boot; /* NULL: this one */
		enum store_outbox_state wanted;
	} cases[] = {
		{false, false, NULL, STORE_OUTBOX_QUEUED},
		{true, false, NULL, STORE_OUTBOX_QUEUED},
		{true, true, NULL, STORE_OUTBOX_SENT},
		{true, true, "before the power cut", STORE_OUTBOX_QUEUED},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Desk *desk = open_desk(desk_limits(), false, NULL);
		int64_t id = queued_ack(desk);
		lease_one(desk, NOW);
		if (cases[i].uncertain)
			GOOD(engine_outbox_uncertain(desk->engine, id, &error));
		if (cases[i].handed)
			hand_over(desk, id, cases[i].boot);
		/* Its own lease is not taken from a living sender. */
		GOOD(engine_outbox_recover(desk->engine, "me", NOW, &error));
		g_autoptr(StoreOutbox) held = desk_row(desk, id);
		assert_int_equal(held->state, cases[i].uncertain
						      ? STORE_OUTBOX_UNCERTAIN
						      : STORE_OUTBOX_LEASED);
		GOOD(engine_outbox_recover(
			desk->engine, "next", NOW + 1, &error));
		g_autoptr(StoreOutbox) row = desk_row(desk, id);
		assert_text(store_outbox_state_name(row->state),
			store_outbox_state_name(cases[i].wanted));
		assert_text(row->message_id, held->message_id);
		desk_free(desk);
	}
}

static void test_twice_uncertain_is_given_up_and_shown(void **state)
{
	Desk *desk = *state;
	int64_t id = queued_ack(desk);

	for (int attempt = 0; attempt < 2; attempt++) {
		lease_one(desk, NOW);
		GOOD(engine_outbox_uncertain(desk->engine, id, &error));
		GOOD(engine_outbox_recover(desk->engine, "next", NOW, &error));
	}
	g_autoptr(StoreOutbox) row = desk_row(desk, id);
	assert_int_equal(row->state, STORE_OUTBOX_UNKNOWN);
	assert_int_equal(row->settled_at, NOW);
	g_autoptr(GPtrArray) due = desk_lease(desk, NOW + DAY);
	assert_int_equal(due->len, 0);
	/* A late answer of the lost sender changes nothing. */
	desk_settle(desk, id, ENGINE_SENT, 250, NULL, NOW);
	g_autoptr(StoreOutbox) after = desk_row(desk, id);
	assert_int_equal(after->state, STORE_OUTBOX_UNKNOWN);
}

static void test_a_retry_takes_failed_ones_only_when_they_are_named(
	void **state)
{
	Desk *desk = *state;
	int64_t failed = queued_ack(desk);
	lease_one(desk, NOW);
	desk_settle(desk, failed, ENGINE_REFUSED, 554, "5.7.1", NOW);
	int64_t deferred = queued_ack(desk);
	lease_one(desk, NOW);
	desk_settle(desk, deferred, ENGINE_DEFERRED, 451, "4.7.1", NOW);
	g_autoptr(GPtrArray) tickets = desk_tickets(desk);
	const StoreTicket *of_failed = tickets->pdata[1];
	const struct {
		int64_t id;
		const char *reference;
		unsigned wanted;
	} cases[] = {
		{0, NULL, 1},
		{failed, NULL, 1},
		{0, of_failed->reference, 1},
	};
	unsigned count = 0;
	g_autoptr(GError) no_row = NULL;
	g_autoptr(GError) no_ticket = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		GOOD(engine_outbox_retry(desk->engine, cases[i].id,
			cases[i].reference, NOW + 5, &count, &error));
		assert_int_equal(count, cases[i].wanted);
	}
	g_autoptr(GPtrArray) due = desk_lease(desk, NOW + 5);
	assert_int_equal(due->len, 2);
	assert_false(engine_outbox_retry(
		desk->engine, 99, NULL, NOW, &count, &no_row));
	assert_code(no_row, REDRESS_ERROR_NOT_FOUND);
	assert_false(engine_outbox_retry(
		desk->engine, 0, "0000-0000", NOW, &count, &no_ticket));
	assert_code(no_ticket, REDRESS_ERROR_NOT_FOUND);
}

static void test_a_refused_address_ends_the_follow_ups(void **state)
{
	static const struct {
		const char *status;
		bool dead;
	} cases[] = {
		{"5.1.1", true},
		{"5.1.2", true},
		{"5.2.1", true},
		{"5.7.1", false},
		{"5.2.2", false},
		{NULL, false},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Desk *desk = open_desk(desk_limits(), false, NULL);
		int64_t id = queued_ack(desk);
		lease_one(desk, NOW);
		desk_settle(desk, id, ENGINE_REFUSED, 550, cases[i].status,
			NOW + 1);
		g_autoptr(GPtrArray) tickets = desk_tickets(desk);
		const StoreTicket *ticket = tickets->pdata[0];
		assert_text(
			ticket->quiet, cases[i].dead ? "unreachable" : NULL);
		assert_int_equal(ticket->next_update_at == 0, cases[i].dead);
		assert_int_equal(desk_count(desk, ticket, "unreachable"),
			cases[i].dead ? 1 : 0);
		desk_free(desk);
	}
}

static void test_a_refused_escalation_silences_nobody(void **state)
{
	Desk *desk = *state;
	g_autoptr(StoreTicket) ticket = any_ticket(desk);

	desk_run_deadlines(desk, ticket->promised_by - HOUR);
	g_autoptr(StoreOutbox) row = last_row(desk, ticket, "escalation");
	g_autoptr(GPtrArray) due = desk_lease(desk, row->next_at);
	desk_settle(desk, row->id, ENGINE_REFUSED, 550, "5.1.1", row->next_at);
	g_autoptr(StoreTicket) after = desk_ticket(desk, ticket->reference);
	assert_null(after->quiet);
	assert_int_equal(desk_count(desk, ticket, "escalation"), 1);
}

static void test_many_mails_at_once_leave_one_after_the_other(void **state)
{
	EnginePolicyOptions limits = desk_limits();

	(void)state;
	limits.automatic_per_minute = 6;
	Desk *desk = open_desk(limits, false, NULL);
	for (int i = 0; i < 12; i++) {
		g_autofree char *from = g_strdup_printf("c%d@example.org", i);
		g_autoptr(Analysis) mail = mail_new(from, "The kettle leaks");
		g_autoptr(StoreTicket) ticket = receive(desk, mail, NOW);
		g_autoptr(StoreOutbox) ack = last_row(desk, ticket, "ack");
		assert_int_equal(
			ack->next_at, i < 6 ? NOW : NOW + (i - 5) * 10);
	}
	/* A minute of rest later the way is free again. */
	g_autoptr(Analysis) mail = mail_new(MARI, "The kettle leaks");
	g_autoptr(StoreTicket) ticket = receive(desk, mail, NOW + 2 * MINUTE);
	g_autoptr(StoreOutbox) ack = last_row(desk, ticket, "ack");
	assert_int_equal(ack->next_at, NOW + 2 * MINUTE);
	desk_free(desk);
}

/* ---- what waits and is no longer true ---------------------------------- */

static unsigned count_state(Desk *desk, const StoreTicket *ticket,
	const char *kind, enum store_outbox_state wanted)
{
	g_autoptr(GPtrArray) rows = desk_outbox(desk, ticket);
	unsigned count = 0;

	for (guint i = 0; i < rows->len; i++) {
		const StoreOutbox *row = rows->pdata[i];
		count += g_str_equal(row->kind, kind) && row->state == wanted;
	}
	return count;
}

static void test_a_server_away_for_days_costs_one_follow_up(void **state)
{
	Desk *desk = *state;
	g_autoptr(StoreTicket) ticket = any_ticket(desk);

	/* A promise that is far away leaves the follow-ups alone. */
	desk_run_deadlines(desk, NOW + 4 * DAY);
	desk_run_deadlines(desk, NOW + 5 * DAY);
	desk_run_deadlines(desk, NOW + 6 * DAY);
	assert_true(desk_count(desk, ticket, "followup") >= 2);
	assert_int_equal(
		count_state(desk, ticket, "followup", STORE_OUTBOX_QUEUED), 1);
	assert_true(desk_count_events(desk, ticket, "withdrawn") > 0);
}

static void test_nothing_is_sent_after_the_resolution_but_itself(void **state)
{
	Desk *desk = *state;
	g_autoptr(Analysis) mail = mail_new(MARI, "The kettle leaks");
	g_autoptr(StoreTicket) ticket = receive(desk, mail, NOW);

	operate(desk, ENGINE_RESOLVE, ticket->reference, NOW + 1);
	g_autoptr(GPtrArray) due = desk_lease(desk, NOW + DAY);
	assert_int_equal(due->len, 1);
	const StoreOutbox *row = due->pdata[0];
	assert_text(row->kind, "resolved");
	g_autofree char *text = desk_plain(desk, row->id);
	assert_non_null(strstr(text, "A new kettle is on its way."));
	assert_int_equal(
		count_state(desk, ticket, "ack", STORE_OUTBOX_WITHDRAWN), 1);
	g_autoptr(GPtrArray) promises = desk_promises(desk, ticket);
	const StorePromise *promise = promises->pdata[0];
	assert_text(promise->outcome, "kept");
}

/* ---- deadlines --------------------------------------------------------- */

static void test_after_an_outage_there_is_one_word_and_no_past_promise(
	void **state)
{
	Desk *desk = *state;
	g_autoptr(StoreTicket) ticket = any_ticket(desk);

	desk_run_deadlines(desk, NOW + 5 * DAY);
	desk_run_deadlines(desk, NOW + 5 * DAY);
	assert_int_equal(desk_count(desk, ticket, "late"), 1);
	assert_int_equal(desk_count(desk, ticket, "followup"), 0);
	assert_int_equal(desk_count(desk, ticket, "escalation"), 1);
	g_autoptr(GPtrArray) promises = desk_promises(desk, ticket);
	assert_int_equal(promises->len, 2);
	const StorePromise *broken = promises->pdata[0];
	const StorePromise *open = promises->pdata[1];
	assert_text(broken->outcome, "broken");
	assert_null(open->outcome);
	assert_true(open->due_at > NOW + 5 * DAY);
}

static void test_a_broken_promise_tells_the_old_time_and_the_new(void **state)
{
	Desk *desk = *state;
	g_autoptr(StoreTicket) ticket = any_ticket(desk);

	desk_run_deadlines(desk, NOW + DAY - HOUR);
	g_autoptr(StoreOutbox) late = last_row(desk, ticket, "late");
	g_autofree char *text = desk_plain(desk, late->id);
	/* promised for Wednesday 14:00; at 13:00 eight office hours more */
	assert_non_null(strstr(text, "14:00"));
	assert_non_null(strstr(text, "13:00"));
	g_autoptr(StoreTicket) after = desk_ticket(desk, ticket->reference);
	assert_int_equal(after->late_count, 1);
	assert_int_equal(after->promised_by, NOW + 2 * DAY - HOUR);
}

/* ---- an operator's word ------------------------------------------------ */

static void test_an_order_that_makes_no_sense_is_refused(void **state)
{
	Desk *desk = *state;
	g_autoptr(StoreTicket) ticket = any_ticket(desk);
	const struct {
		enum engine_operation operation;
		const char *reference, *text;
		int code;
	} cases[] = {
		{ENGINE_RESOLVE, "0000-0000", NULL, REDRESS_ERROR_NOT_FOUND},
		{ENGINE_REOPEN, ticket->reference, NULL,
			REDRESS_ERROR_CONFLICT},
		{ENGINE_NOTE, ticket->reference, NULL, REDRESS_ERROR_INVALID},
		{ENGINE_NOTE, ticket->reference, "", REDRESS_ERROR_INVALID},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		EngineOrder order = {
			.operation = cases[i].operation,
			.reference = cases[i].reference,
			.text = cases[i].text,
			.actor = "operator:test",
			.now_s = NOW,
		};
		g_autoptr(GError) error = NULL;
		assert_false(engine_operate(desk->engine, &order, &error));
		assert_code(error, cases[i].code);
	}
	operate(desk, ENGINE_RESOLVE, ticket->reference, NOW);
	EngineOrder again = {
		.operation = ENGINE_RESOLVE,
		.reference = ticket->reference,
		.actor = "operator:test",
		.now_s = NOW,
	};
	g_autoptr(GError) error = NULL;
	assert_false(engine_operate(desk->engine, &again, &error));
	assert_code(error, REDRESS_ERROR_CONFLICT);
	assert_int_equal(desk_count(desk, ticket, "resolved"), 1);
}

static void test_a_customers_reply_reopens_what_was_resolved(void **state)
{
	Desk *desk = *state;
	g_autoptr(StoreTicket) ticket = any_ticket(desk);
	g_autoptr(Analysis) reply = mail_new(MARI, "It leaks again");

	operate(desk, ENGINE_RESOLVE, ticket->reference, NOW + HOUR);
	g_autoptr(StoreOutbox) resolved = last_row(desk, ticket, "resolved");
	g_ptr_array_add(reply->in_reply_to, g_strdup(resolved->message_id));
	g_autoptr(StoreTicket) after = receive(desk, reply, NOW + 2 * HOUR);
	assert_text(after->reference, ticket->reference);
	assert_int_equal(after->state, STORE_OPEN);
	assert_int_equal(after->resolved_at, 0);
	assert_int_equal(desk_count(desk, after, "status"), 1);
	assert_int_equal(desk_deadline(desk, after, STORE_DEADLINE_CLOSE), 0);
	assert_true(after->promised_by > NOW + 2 * HOUR);
}

static const struct CMUnitTest SUITE[] = {
	cmocka_unit_test_setup_teardown(
		test_a_complaint_is_one_transaction_whole, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		test_the_acknowledgement_tells_the_reference_and_threads,
		set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		test_the_same_mail_again_is_stored_and_answered_once, set_up,
		tear_down),
	cmocka_unit_test_setup_teardown(
		test_a_mail_to_two_mailboxes_is_one_matter, set_up, tear_down),
	cmocka_unit_test(test_mailboxes_with_their_own_tickets_get_one_each),
	cmocka_unit_test_setup_teardown(
		test_mail_for_none_of_our_mailboxes_is_refused, set_up,
		tear_down),
	cmocka_unit_test_setup_teardown(
		test_a_mail_that_cannot_be_answered_is_recorded_all_the_same,
		set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		test_a_token_leads_to_its_ticket, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		test_the_ids_of_a_conversation_lead_to_its_ticket, set_up,
		tear_down),
	cmocka_unit_test_setup_teardown(
		test_a_reference_in_a_subject_counts_from_participants_alone,
		set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		test_a_closed_matter_is_history, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		test_unproven_words_are_not_echoed, set_up, tear_down),
	cmocka_unit_test(
		test_answers_go_to_another_domain_only_for_a_proven_author),
	cmocka_unit_test_setup_teardown(
		test_three_acknowledgements_a_day_and_no_fourth, set_up,
		tear_down),
	cmocka_unit_test_setup_teardown(
		test_our_own_mail_coming_back_starts_no_loop, set_up,
		tear_down),
	cmocka_unit_test_setup_teardown(
		test_the_team_gets_no_machines_answer, set_up, tear_down),
	cmocka_unit_test(test_a_dead_address_ends_the_follow_ups),
	cmocka_unit_test_setup_teardown(
		test_a_bounced_escalation_neither_loops_nor_silences, set_up,
		tear_down),
	cmocka_unit_test_setup_teardown(
		test_a_strangers_bounce_stops_nothing, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		test_one_commit_serves_many_mails, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		test_a_mail_that_fails_spoils_nobody_elses, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		test_a_reload_under_traffic_loses_nothing, set_up, tear_down),
	cmocka_unit_test(test_what_was_committed_is_observed_and_nothing_else),
	cmocka_unit_test_setup_teardown(
		test_a_full_disk_says_try_again_and_then_works, set_up,
		tear_down),
	cmocka_unit_test_setup_teardown(
		test_a_store_that_went_away_is_opened_again, set_up, tear_down),
	cmocka_unit_test(test_an_outcome_settles_a_row_as_it_should),
	cmocka_unit_test_setup_teardown(
		test_retries_grow_to_four_hours_and_end_in_time, set_up,
		tear_down),
	cmocka_unit_test_setup_teardown(
		test_what_is_not_leased_is_not_marked_or_settled, set_up,
		tear_down),
	cmocka_unit_test(test_recovery_knows_what_the_mail_server_took),
	cmocka_unit_test_setup_teardown(
		test_twice_uncertain_is_given_up_and_shown, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		test_a_retry_takes_failed_ones_only_when_they_are_named, set_up,
		tear_down),
	cmocka_unit_test(test_a_refused_address_ends_the_follow_ups),
	cmocka_unit_test_setup_teardown(
		test_a_refused_escalation_silences_nobody, set_up, tear_down),
	cmocka_unit_test(test_many_mails_at_once_leave_one_after_the_other),
	cmocka_unit_test_setup_teardown(
		test_a_server_away_for_days_costs_one_follow_up, set_up,
		tear_down),
	cmocka_unit_test_setup_teardown(
		test_nothing_is_sent_after_the_resolution_but_itself, set_up,
		tear_down),
	cmocka_unit_test_setup_teardown(
		test_after_an_outage_there_is_one_word_and_no_past_promise,
		set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		test_a_broken_promise_tells_the_old_time_and_the_new, set_up,
		tear_down),
	cmocka_unit_test_setup_teardown(
		test_an_order_that_makes_no_sense_is_refused, set_up,
		tear_down),
	cmocka_unit_test_setup_teardown(
		test_a_silent_ticket_stays_silent_whatever_falls_due, set_up,
		tear_down),
	cmocka_unit_test_setup_teardown(
		test_a_customers_reply_reopens_what_was_resolved, set_up,
		tear_down),
};

int main(void)
{
	return cmocka_run_group_tests(SUITE, NULL, NULL);
}
