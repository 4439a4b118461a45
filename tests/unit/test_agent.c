/* Agents' mail in the engine: who may steer, and what becomes of it. */
#include "engine_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const char mailbox_address[] = "complaints@example.com";
static const char mari[] = "mari@example.com";
static const char jaan[] = "jaan@example.com";
static const char ann[] = "ann@customer.example";

typedef struct Case Case;
struct Case {
	Desk *desk;
	EngineReceipt receipt; /* of the latest mail */
	char *reference;       /* of Ann's ticket */
	int64_t now_s;
};

static const char billing_address[] = "billing@example.com";

static void open_desk(Case *c, bool direct, bool own_tickets)
{
	static const char *const staff[] = {
		mari, jaan, "lead@example.com", NULL};
	static const char *const agents[] = {mari, jaan, NULL};
	static const char *const logins[] = {"mm=mari@example.com", NULL};
	EngineMailbox mailbox = desk_mailbox(c->desk, mailbox_address);
	EnginePolicyOptions options = desk_limits();

	mailbox.own_tickets = own_tickets;
	mailbox.briefing = ENGINE_BRIEFING_ALL;
	mailbox.staff = staff;
	mailbox.agents = agents;
	mailbox.logins = logins;
	mailbox.direct = direct;
	mailbox.collision_window_s = 10 * MINUTE;
	mailbox.survey_after_s = DAY;
	mailbox.aftercare_after_s = 14 * DAY;
	EngineMailbox mailboxes[] = {mailbox, mailbox};
	static const char *const others[] = {"bill@example.com", NULL};
	mailboxes[1].address = billing_address;
	mailboxes[1].staff = mailboxes[1].agents = others;
	options.mailboxes = mailboxes;
	options.mailboxes_length = own_tickets ? 2 : 1;
	g_autoptr(EnginePolicy) policy = desk_policy(c->desk, options);
	desk_open(c->desk, policy, NULL);
}

/* Ann complains.  own_tickets: there is a second mailbox, and each has its
 * own. */
static Case case_open(bool direct, bool own_tickets)
{
	Case c = {.desk = desk_new(true), .now_s = NOW};
	g_autoptr(Analysis) mail = mail_new(ann, "My parcel is broken");
	Delivery delivery = {
		.mail = mail, .to = {mailbox_address}, .now_s = NOW};

	open_desk(&c, direct, own_tickets);
	mail->authenticated = true;
	mail_set(&mail->reply_text, "It came broken.");
	c.receipt = desk_receive(c.desk, &delivery);
	c.reference = g_strdup(c.receipt.references->pdata[0]);
	return c;
}

static Case case_new(bool direct)
{
	return case_open(direct, false);
}

static void case_clear(Case *c)
{
	engine_receipt_clear(&c->receipt);
	g_free(c->reference);
	desk_free(c->desk);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Case, case_clear)

static StoreTicket *ticket_of(const Case *c)
{
	return desk_ticket(c->desk, c->reference);
}

/* What an agent writes: words, then up to four commands. */
typedef struct Words Words;
struct Words {
	const char *from;
	const char *text;
	const char *commands[5];
	enum analysis_command_problem problem;
	const char *problem_line;
	enum analysis_protection protection;
	const char *login; /* SMTP AUTH (nullable) */
	bool no_proof, several_from, can_refuse, direct;
	const char *subject; /* NULL: with the reference */
	const char *to;      /* NULL: the mailbox */
	const char *also_to; /* (nullable) */
	const char *in_reply_to;
	const char *copy_to; /* also in Cc */
	const char *id;      /* Message-ID (nullable: a new one) */
};

static Analysis *agent_mail(const Case *c, const Words *words)
{
	g_autofree char *subject =
		g_strdup_printf("Re: [#%s] My parcel", c->reference);
	Analysis *mail = mail_new(
		words->from, words->subject ? words->subject : subject);

	mail->dmarc_passed = !words->no_proof && !words->login;
	mail->authenticated = mail->dmarc_passed || words->login;
	mail->several_from = words->several_from;
	mail->protection = words->protection;
	mail->command_problem = words->problem;
	mail->command_problem_line = g_strdup(words->problem_line);
	mail_set(&mail->authenticated_by, "DMARC pass");
	mail_set(&mail->text, words->text);
	mail_set(&mail->reply_text, words->text);
	mail_set(&mail->agent_text, words->text);
	for (size_t i = 0; words->commands[i]; i++)
		g_ptr_array_add(mail->commands, g_strdup(words->commands[i]));
	if (words->copy_to)
		g_ptr_array_add(mail->recipients, g_strdup(words->copy_to));
	if (words->id)
		mail_set(&mail->message_id, words->id);
	if (words->in_reply_to)
		g_ptr_array_add(
			mail->in_reply_to, g_strdup(words->in_reply_to));
	return mail;
}

static void send_words(Case *c, const Words *words)
{
	g_autoptr(Analysis) mail = agent_mail(c, words);
	g_autofree char *text =
		g_strdup_printf("From: %s\r\nMessage-ID: <%s>\r\n\r\n%s\r\n",
			mail->from, mail->message_id, mail->text);
	g_autoptr(GBytes) raw = g_bytes_new(text, strlen(text));
	const char *const to[] = {
		words->to ? words->to : mailbox_address, words->also_to, NULL};
	EngineMail options = {
		.raw = raw,
		.analysis = mail,
		.envelope_from = mail->from,
		.recipients = to,
		.source = "milter",
		.auth_login = words->login,
		.can_refuse = words->can_refuse,
		.direct = words->direct,
		.now_s = c->now_s,
	};
	g_autoptr(GError) error = NULL;

	engine_receipt_clear(&c->receipt);
	if (!engine_receive(c->desk->engine, &options, &c->receipt, &error))
		fail_msg("%s", error->message);
}

static void say(Case *c, const char *text, const char *command)
{
	Words words = {.from = mari, .text = text, .commands = {command}};

	send_words(c, &words);
}

static unsigned sent(const Case *c, const char *kind)
{
	g_autoptr(StoreTicket) ticket = ticket_of(c);

	return desk_count(c->desk, ticket, kind);
}

static unsigned happened(const Case *c, const char *what)
{
	g_autoptr(StoreTicket) ticket = ticket_of(c);

	return desk_count_events(c->desk, ticket, what);
}

/* The latest mail of a kind, decoded. */
static char *latest(const Case *c, const char *kind)
{
	g_autoptr(StoreTicket) ticket = ticket_of(c);
	g_autoptr(GPtrArray) rows = desk_outbox(c->desk, ticket);
	int64_t id = 0;

	for (guint i = 0; i < rows->len; i++) {
		const StoreOutbox *row = rows->pdata[i];
		if (g_str_equal(row->kind, kind))
			id = MAX(id, row->id);
	}
	if (!id)
		fail_msg("no mail of kind %s", kind);
	return desk_plain(c->desk, id);
}

/* ---- answers ----------------------------------------------------------- */

static void test_an_answer_reaches_the_customer_from_the_mailbox(void **state)
{
	g_auto(Case) c = case_new(false);

	(void)state;
	say(&c, "We send a new one. Ask mari@example.com.", NULL);
	g_autofree char *mail = latest(&c, "reply");
	g_autoptr(StoreTicket) ticket = ticket_of(&c);
	assert_non_null(strstr(mail, "We send a new one."));
	assert_non_null(strstr(mail, "complaints@example.com"));
	assert_null(strstr(mail, mari));
	assert_int_equal(ticket->promised_by, 0);
	assert_int_equal(ticket->answered_at, NOW);
	assert_int_equal(ticket->heard_at, NOW);
	assert_string_equal(ticket->answered_by, mari);
	assert_int_equal(happened(&c, "answered"), 1);
	assert_int_equal(sent(&c, "command-result"), 0);
	assert_true(c.receipt.agent);
	assert_string_equal(c.receipt.withheld->pdata[0], ann);
}

static void test_the_promise_is_kept_by_an_answer(void **state)
{
	g_auto(Case) c = case_new(false);

	(void)state;
	say(&c, "Here is the answer.", NULL);
	g_autoptr(StoreTicket) ticket = ticket_of(&c);
	g_autoptr(GPtrArray) promises = desk_promises(c.desk, ticket);
	const StorePromise *promise = promises->pdata[promises->len - 1];
	assert_string_equal(promise->outcome, "kept");
	assert_int_equal(
		desk_deadline(c.desk, ticket, STORE_DEADLINE_PROMISE), 0);
	/* Until it is resolved the customer goes on hearing from us. */
	int64_t next = desk_deadline(c.desk, ticket, STORE_DEADLINE_FOLLOW_UP);
	assert_true(next > NOW && next < NOW + DAY);
}

static void test_resolve_sends_the_words_and_asks_later(void **state)
{
	g_auto(Case) c = case_new(false);

	(void)state;
	say(&c, "A new one is on its way.", "#resolve");
	g_autofree char *mail = latest(&c, "resolved");
	g_autoptr(StoreTicket) ticket = ticket_of(&c);
	assert_non_null(strstr(mail, "A new one is on its way."));
	assert_null(strstr(mail, "#resolve"));
	assert_int_equal(ticket->state, STORE_RESOLVED);
	assert_int_equal(
		desk_deadline(c.desk, ticket, STORE_DEADLINE_FOLLOW_UP), 0);
}

static void test_a_note_stays_in_the_house(void **state)
{
	g_auto(Case) c = case_new(false);
	unsigned before = sent(&c, NULL);

	(void)state;
	say(&c, "The courier is to blame.", "#note");
	assert_int_equal(sent(&c, NULL), before);
	assert_int_equal(happened(&c, "note"), 1);
	g_autoptr(StoreTicket) ticket = ticket_of(&c);
	g_autoptr(GPtrArray) messages = desk_messages(c.desk, ticket->id);
	const StoreMessage *note = messages->pdata[messages->len - 1];
	assert_true(note->internal);
	assert_string_equal(note->agent, mari);
	assert_true(ticket->promised_by > NOW);
}

static void test_commands_note_what_they_say(void **state)
{
	g_auto(Case) c = case_new(false);
	Words words = {.from = mari,
		.text = "",
		.commands = {"#tag late parcel", "#priority urgent",
			"#cause courier", "#assign jaan"}};

	(void)state;
	send_words(&c, &words);
	g_autoptr(StoreTicket) ticket = ticket_of(&c);
	assert_string_equal(ticket->tags, "late,parcel");
	assert_int_equal(ticket->priority, 3);
	assert_string_equal(ticket->cause, "courier");
	assert_string_equal(ticket->assignee, jaan);
	assert_int_equal(sent(&c, "reply"), 0);
	assert_int_equal(happened(&c, "tagged"), 1);
	assert_int_equal(happened(&c, "assigned"), 1);
}

static void test_a_promise_is_mailed_and_kept_as_a_row(void **state)
{
	g_auto(Case) c = case_new(false);
	int64_t at = NOW + 2 * DAY;

	(void)state;
	say(&c, "", "#promise 2026-11-26 14:00");
	g_autoptr(StoreTicket) ticket = ticket_of(&c);
	g_autoptr(GPtrArray) promises = desk_promises(c.desk, ticket);
	const StorePromise *promise = promises->pdata[promises->len - 1];
	assert_int_equal(ticket->promised_by, at);
	assert_int_equal(promise->due_at, at);
	assert_null(promise->outcome);
	g_autofree char *mail = latest(&c, "followup");
	assert_non_null(strstr(mail, "26 November 2026"));
}

static void test_another_time_alone_keeps_nothing_an_answer_in_time_does(
	void **state)
{
	g_auto(Case) c = case_new(false);

	(void)state;
	say(&c, "", "#promise 2026-11-28 14:00");
	g_autoptr(StoreTicket) ticket = ticket_of(&c);
	g_autoptr(GPtrArray) given_up = desk_promises(c.desk, ticket);
	const StorePromise *first = given_up->pdata[0];
	assert_string_equal(first->outcome, "broken");
	assert_int_equal(first->kept_at, 0);
	say(&c, "Here it is.", NULL);
	g_autoptr(GPtrArray) kept = desk_promises(c.desk, ticket);
	first = kept->pdata[0];
	assert_string_equal(first->outcome, "kept");
	assert_true(first->kept_at > 0);
}

static void test_a_corrected_address_hears_and_the_wrong_one_is_out(
	void **state)
{
	static const char right[] = "anne@customer.example";
	g_auto(Case) c = case_new(false);
	bool known = true;

	(void)state;
	say(&c, "", "#address anne@customer.example");
	g_autoptr(StoreTicket) ticket = ticket_of(&c);
	assert_string_equal(ticket->customer, right);
	assert_true(store_participant_known(
		c.desk->reader, ticket->id, ann, &known, NULL));
	assert_false(known);
	assert_true(store_participant_known(
		c.desk->reader, ticket->id, right, &known, NULL));
	assert_true(known);
	g_autofree char *mail = latest(&c, "ack");
	assert_non_null(strstr(mail, right));
	/* The acknowledgement had not left yet: it was for somebody else. */
	g_autoptr(GPtrArray) rows = desk_lease(c.desk, NOW + HOUR);
	for (guint i = 0; i < rows->len; i++) {
		const StoreOutbox *row = rows->pdata[i];
		assert_string_not_equal(row->recipient, ann);
	}
	assert_true(rows->len > 0);
}

static void test_compensation_shows_what_similar_cases_got(void **state)
{
	g_auto(Case) c = case_new(false);
	g_autoptr(Analysis) second = mail_new("bob@customer.example", "Broken");
	Delivery delivery = {
		.mail = second, .to = {mailbox_address}, .now_s = NOW};
	EngineReceipt receipt = desk_receive(c.desk, &delivery);
	const char *const lines[] = {"#compensate 25 EUR", NULL};
	EngineCommand command = {
		.reference = receipt.references->pdata[0],
		.lines = lines,
		.actor = "operator:root",
		.now_s = NOW,
	};
	g_autofree char *result = NULL;

	(void)state;
	assert_true(engine_command(c.desk->engine, &command, &result, NULL));
	say(&c, "", "#compensate 30 EUR");
	g_autofree char *mail = latest(&c, "command-result");
	assert_non_null(strstr(mail, "25.00 EUR"));
	assert_non_null(strstr(mail, receipt.references->pdata[0]));
	assert_int_equal(sent(&c, "reply"), 0);
	engine_receipt_clear(&receipt);
}

static void test_an_update_waits_for_the_next_follow_up(void **state)
{
	g_auto(Case) c = case_new(false);

	(void)state;
	say(&c, "The courier looks for it.", "#update");
	assert_int_equal(sent(&c, "reply"), 0);
	assert_int_equal(happened(&c, "update-kept"), 1);
	g_autoptr(StoreTicket) ticket = ticket_of(&c);
	int64_t due = desk_deadline(c.desk, ticket, STORE_DEADLINE_FOLLOW_UP);
	desk_run_deadlines(c.desk, due);
	g_autofree char *mail = latest(&c, "late");
	assert_non_null(strstr(mail, "The courier looks for it."));
	g_autoptr(StoreTicket) after = ticket_of(&c);
	assert_null(after->update_words);
}

static void test_what_is_no_complaint_ends_silently(void **state)
{
	g_auto(Case) c = case_new(false);
	unsigned before = sent(&c, NULL);

	(void)state;
	say(&c, "", "#not-a-complaint");
	g_autoptr(StoreTicket) ticket = ticket_of(&c);
	assert_int_equal(ticket->state, STORE_CLOSED);
	assert_int_equal(sent(&c, NULL), before);
	for (int kind = 0; kind < STORE_DEADLINES; kind++)
		assert_int_equal(desk_deadline(c.desk, ticket,
					 (enum store_deadline)kind),
			0);
}

static void test_whoever_took_part_gets_our_copy_too(void **state)
{
	static const char bob[] = "bob@customer.example";
	g_auto(Case) c = case_new(false);
	g_autoptr(Analysis) more = mail_new(ann, "Broken lamp");
	Delivery delivery = {
		.mail = more, .to = {mailbox_address}, .now_s = NOW};

	(void)state;
	g_ptr_array_add(more->recipients, g_strdup(bob));
	engine_receipt_clear(&c.receipt);
	c.receipt = desk_receive(c.desk, &delivery);
	g_free(c.reference);
	c.reference = g_strdup(c.receipt.references->pdata[0]);
	Words words = {.from = mari, .text = "On its way.", .copy_to = bob};
	send_words(&c, &words);
	assert_int_equal(c.receipt.withheld->len, 2);
	assert_string_equal(c.receipt.withheld->pdata[1], bob);
	assert_int_equal(sent(&c, "reply"), 2);
	g_autofree char *mail = latest(&c, "reply");
	assert_non_null(strstr(mail, "To: <bob@customer.example>"));
	assert_null(strstr(mail, mari));
}

static void test_the_same_mail_twice_is_changed_twice_and_sent_once(
	void **state)
{
	g_auto(Case) c = case_new(false);
	Words words = {.from = mari,
		.text = "On its way.",
		.id = "once@agent.example"};

	(void)state;
	send_words(&c, &words);
	send_words(&c, &words);
	assert_true(c.receipt.duplicate);
	assert_true(c.receipt.agent);
	assert_string_equal(c.receipt.withheld->pdata[0], ann);
	assert_int_equal(sent(&c, "reply"), 1);
}

/* ---- what is refused --------------------------------------------------- */

static void assert_nothing_was_done(const Case *c)
{
	g_autoptr(StoreTicket) ticket = ticket_of(c);

	assert_int_equal(ticket->state, STORE_OPEN);
	assert_int_equal(sent(c, "reply") + sent(c, "resolved"), 0);
	assert_true(ticket->promised_by > NOW);
	assert_null(ticket->tags);
	assert_int_equal(ticket->answered_at, 0);
}

static void test_an_unknown_command_sends_nothing(void **state)
{
	g_auto(Case) c = case_new(false);
	Words words = {.from = mari,
		.text = "It is done.",
		.problem = ANALYSIS_COMMAND_UNKNOWN,
		.problem_line = "#resolv"};

	(void)state;
	send_words(&c, &words);
	assert_nothing_was_done(&c);
	g_autofree char *mail = latest(&c, "command-result");
	assert_non_null(strstr(mail, "#resolve"));
	assert_non_null(strstr(mail, "It is done."));
	assert_int_equal(happened(&c, "command-refused"), 1);
}

static void test_one_bad_command_undoes_all(void **state)
{
	g_auto(Case) c = case_new(false);
	Words words = {.from = mari,
		.text = "Done.",
		.commands = {"#tag late", "#resolve", "#priority very"}};

	(void)state;
	send_words(&c, &words);
	assert_nothing_was_done(&c);
	assert_int_equal(sent(&c, "command-result"), 1);
}

static void test_sealed_mail_with_commands_is_refused(void **state)
{
	static const enum analysis_protection kinds[] = {
		ANALYSIS_SIGNED, ANALYSIS_ENCRYPTED};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		g_auto(Case) c = case_new(false);
		Words words = {.from = mari,
			.text = "Done.",
			.commands = {"#resolve"},
			.protection = kinds[i],
			.can_refuse = true};

		send_words(&c, &words);
		assert_non_null(c.receipt.refused);
		assert_nothing_was_done(&c);
	}
}

static void test_a_signed_mail_without_commands_is_sent_on(void **state)
{
	g_auto(Case) c = case_new(false);
	Words words = {.from = mari,
		.text = "Done.",
		.protection = ANALYSIS_SIGNED,
		.can_refuse = true};

	(void)state;
	send_words(&c, &words);
	assert_null(c.receipt.refused);
	assert_int_equal(sent(&c, "reply"), 1);
}

static void test_an_empty_mail_sends_nothing(void **state)
{
	g_auto(Case) c = case_new(false);

	(void)state;
	say(&c, " \n", NULL);
	assert_nothing_was_done(&c);
	assert_int_equal(sent(&c, "command-result"), 1);
}

/* ---- who is an agent ---------------------------------------------------- */

static void test_whoever_only_claims_to_be_an_agent_has_no_effect(void **state)
{
	static const Words forgeries[] = {
		{.from = mari, .no_proof = true},
		{.from = mari, .several_from = true},
		{.from = mari, .login = "jaan@example.com"},
		{.from = mari, .login = "mari"},
		{.from = mari, .login = "mm@example.com"},
		{.from = jaan, .login = "mm"},
		{.from = "mari@sub.example.com"},
		{.from = "mari@example.com.evil.example"},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(forgeries); i++) {
		g_auto(Case) c = case_new(false);
		Words words = forgeries[i];

		words.text = "It is all settled.";
		words.commands[0] = "#resolve";
		send_words(&c, &words);
		assert_nothing_was_done(&c);
		assert_false(c.receipt.agent);
	}
}

static void test_the_supervisor_hears_of_forgeries_once_a_day(void **state)
{
	g_auto(Case) c = case_new(false);
	Words words = {.from = mari, .text = "x", .no_proof = true};
	g_autofree char *to = NULL;

	(void)state;
	/* By the address of a mail of ours: so it gets to the ticket. */
	say(&c, "Hello.", NULL);
	g_autoptr(StoreTicket) ticket = ticket_of(&c);
	g_autofree char *mail = latest(&c, "reply");
	const char *start = strstr(mail, "complaints+t-");
	assert_non_null(start);
	to = g_strndup(start, strcspn(start, ">"));
	words.to = to;
	for (int i = 0; i < 3; i++)
		send_words(&c, &words);
	assert_int_equal(happened(&c, "agent-not-proven"), 3);
	assert_int_equal(sent(&c, "escalation"), 1);
}

static void test_a_forgery_that_opens_a_ticket_is_flagged_too(void **state)
{
	g_auto(Case) c = case_new(false);
	Words words = {.from = mari,
		.subject = "Something else",
		.text = "Hello.",
		.no_proof = true};

	(void)state;
	send_words(&c, &words);
	assert_int_equal(c.receipt.references->len, 1);
	g_autoptr(StoreTicket) ticket =
		desk_ticket(c.desk, c.receipt.references->pdata[0]);
	assert_int_equal(
		desk_count_events(c.desk, ticket, "agent-not-proven"), 1);
	assert_int_equal(desk_count(c.desk, ticket, "escalation"), 1);
}

static void test_a_login_is_who_the_table_says(void **state)
{
	g_auto(Case) c = case_new(false);
	Words words = {.from = mari, .text = "Done.", .login = "mm"};

	(void)state;
	send_words(&c, &words);
	assert_int_equal(sent(&c, "reply"), 1);
}

static void test_a_customers_commands_are_words(void **state)
{
	g_auto(Case) c = case_new(false);
	Words words = {
		.from = ann, .text = "Please do it.", .commands = {"#resolve"}};

	(void)state;
	send_words(&c, &words);
	assert_nothing_was_done(&c);
	assert_int_equal(sent(&c, "command-result"), 0);
}

/* ---- two at once ------------------------------------------------------- */

static void test_a_second_agents_answer_is_held_and_both_are_shown(void **state)
{
	g_auto(Case) c = case_new(false);
	Words second = {.from = jaan, .text = "You get a refund."};

	(void)state;
	say(&c, "You get a new one.", NULL);
	c.now_s += MINUTE;
	send_words(&c, &second);
	assert_int_equal(sent(&c, "reply"), 1);
	g_autofree char *mail = latest(&c, "command-result");
	assert_non_null(strstr(mail, "You get a new one."));
	assert_non_null(strstr(mail, "You get a refund."));

	/* Whoever answers that mail knows. */
	const char *start = strstr(mail, "Message-ID: <") + 13;
	g_autofree char *id = g_strndup(start, strcspn(start, ">"));
	second.in_reply_to = id;
	send_words(&c, &second);
	assert_int_equal(sent(&c, "reply"), 2);
}

static void test_later_nobody_is_held(void **state)
{
	g_auto(Case) c = case_new(false);
	Words second = {.from = jaan, .text = "And a refund."};

	(void)state;
	say(&c, "You get a new one.", NULL);
	c.now_s += 11 * MINUTE;
	send_words(&c, &second);
	assert_int_equal(sent(&c, "reply"), 2);
}

/* ---- other tickets ----------------------------------------------------- */

static void test_on_behalf_opens_a_ticket_for_the_customer(void **state)
{
	g_auto(Case) c = case_new(false);
	Words words = {.from = mari,
		.subject = "Telephone call",
		.text = "She says the lamp is dead.",
		.commands = {"#on-behalf eve@customer.example", "#tag phone"}};

	(void)state;
	send_words(&c, &words);
	assert_int_equal(c.receipt.references->len, 1);
	assert_true(c.receipt.acknowledged);
	g_autoptr(StoreTicket) ticket =
		desk_ticket(c.desk, c.receipt.references->pdata[0]);
	assert_string_equal(ticket->customer, "eve@customer.example");
	assert_string_equal(ticket->tags, "phone");
	assert_int_equal(desk_count(c.desk, ticket, "ack"), 1);
	assert_true(ticket->promised_by > NOW);
}

static void test_a_mail_without_a_ticket_is_told_why_nothing_was_done(
	void **state)
{
	g_auto(Case) c = case_new(false);
	Words words = {.from = mari,
		.subject = "Telephone call",
		.text = "She says the lamp is dead.",
		.commands = {"#on-behalf"}};

	(void)state;
	send_words(&c, &words);
	assert_int_equal(c.receipt.references->len, 1);
	g_autoptr(StoreTicket) ticket =
		desk_ticket(c.desk, c.receipt.references->pdata[0]);
	assert_int_equal(ticket->state, STORE_CLOSED);
	assert_int_equal(desk_count(c.desk, ticket, "command-result"), 1);
	assert_int_equal(desk_count(c.desk, ticket, NULL), 1);
	/* Where somebody waits they hear it at once. */
	words.can_refuse = true;
	send_words(&c, &words);
	assert_non_null(c.receipt.refused);
}

static void test_two_machines_do_not_write_to_each_other_for_ever(void **state)
{
	g_auto(Case) c = case_new(false);

	(void)state;
	for (int i = 0; i < 40; i++) {
		c.now_s += MINUTE;
		say(&c, "I am away until Monday.", NULL);
	}
	assert_int_equal(sent(&c, "reply"), 30);
	c.now_s += HOUR;
	say(&c, "I am back.", NULL);
	assert_int_equal(sent(&c, "reply"), 31);
}

static void test_a_promise_that_nobody_keeps_is_counted(void **state)
{
	g_auto(Case) c = case_new(false);

	(void)state;
	say(&c, "", "#not-a-complaint");
	g_autoptr(StoreTicket) ticket = ticket_of(&c);
	g_autoptr(GPtrArray) promises = desk_promises(c.desk, ticket);
	const StorePromise *promise = promises->pdata[promises->len - 1];
	assert_string_equal(promise->outcome, "broken");
}

static void test_a_merged_ticket_goes_on_in_the_other(void **state)
{
	g_auto(Case) c = case_new(false);
	g_autoptr(Analysis) again = mail_new(ann, "Where is it");
	Delivery delivery = {
		.mail = again, .to = {mailbox_address}, .now_s = NOW + HOUR};
	EngineReceipt receipt = desk_receive(c.desk, &delivery);
	g_autofree char *other = g_strdup(receipt.references->pdata[0]);
	g_autofree char *line = g_strdup_printf("#merge %s", other);
	g_autoptr(StoreTicket) before = ticket_of(&c);

	(void)state;
	say(&c, "", line);
	g_autoptr(StoreTicket) merged = ticket_of(&c);
	g_autoptr(StoreTicket) into = desk_ticket(c.desk, other);
	assert_int_equal(merged->merged_into, into->id);
	assert_int_equal(merged->state, STORE_CLOSED);
	assert_true(
		into->promised_by && into->promised_by <= before->promised_by);
	/* What comes for the one is the other's. */
	say(&c, "Here it is.", NULL);
	assert_int_equal(desk_count(c.desk, into, "reply"), 1);
	engine_receipt_clear(&receipt);
}

static void test_another_customers_ticket_takes_nobody_in(void **state)
{
	g_auto(Case) c = case_new(false);
	g_autoptr(Analysis) bob = mail_new("bob@customer.example", "Mine too");
	Delivery delivery = {
		.mail = bob, .to = {mailbox_address}, .now_s = NOW};
	EngineReceipt receipt = desk_receive(c.desk, &delivery);
	g_autofree char *line = g_strdup_printf(
		"#merge %s", (char *)receipt.references->pdata[0]);

	(void)state;
	say(&c, "", line);
	assert_nothing_was_done(&c);
	assert_int_equal(sent(&c, "command-result"), 1);
	engine_receipt_clear(&receipt);
}

/* ---- direct ------------------------------------------------------------ */

static void test_a_direct_answer_is_changed_on_its_way(void **state)
{
	g_auto(Case) c = case_new(true);
	Words words = {.from = mari,
		.text = "A new one is on its way.",
		.commands = {"#resolve"},
		.login = "mm",
		.to = ann,
		.direct = true,
		.can_refuse = true};

	(void)state;
	send_words(&c, &words);
	assert_non_null(c.receipt.direct);
	assert_string_equal(c.receipt.direct->from_address, mailbox_address);
	assert_non_null(strstr(c.receipt.direct->reply_to, "+t-"));
	assert_non_null(strstr(c.receipt.direct->envelope_from, "+b-"));
	g_autoptr(StoreTicket) ticket = ticket_of(&c);
	assert_int_equal(ticket->state, STORE_RESOLVED);
	/* The customer has it from the agent's own mail. */
	assert_int_equal(sent(&c, "resolved"), 0);
	assert_int_equal(ticket->heard_at, NOW);
}

static void test_direct_mail_about_nothing_of_ours_passes(void **state)
{
	g_auto(Case) c = case_new(true);
	Words words = {.from = mari,
		.text = "Lunch?",
		.subject = "Lunch",
		.commands = {"#resolve"},
		.login = "mm",
		.to = "friend@elsewhere.example",
		.direct = true,
		.can_refuse = true};

	(void)state;
	send_words(&c, &words);
	assert_null(c.receipt.direct);
	assert_null(c.receipt.refused);
	assert_int_equal(c.receipt.references->len, 0);
}

static void test_a_direct_note_is_refused(void **state)
{
	g_auto(Case) c = case_new(true);
	Words words = {.from = mari,
		.text = "A fool.",
		.commands = {"#note"},
		.login = "mm",
		.to = ann,
		.direct = true,
		.can_refuse = true};

	(void)state;
	send_words(&c, &words);
	assert_non_null(c.receipt.refused);
	assert_null(c.receipt.direct);
	assert_int_equal(happened(&c, "note"), 0);
}

/* ---- abuse -------------------------------------------------------------- */

/* "Answer all" names both mailboxes, each of which has tickets of its own. */
static void test_an_answer_to_two_mailboxes_is_carried_out_once(void **state)
{
	g_auto(Case) c = case_open(false, true);
	Words words = {.from = mari,
		.text = "You get a refund.",
		.commands = {"#compensate 30 EUR"},
		.also_to = billing_address};

	(void)state;
	send_words(&c, &words);
	assert_int_equal(sent(&c, "reply"), 1);
	assert_int_equal(happened(&c, "compensated"), 1);
}

/* The two copies of such a mail may come one after the other. */
static void test_the_copy_for_the_other_mailbox_is_a_copy(void **state)
{
	g_auto(Case) c = case_open(false, true);
	Words words = {.from = mari, .text = "You get a refund."};
	g_autoptr(Analysis) mail = agent_mail(&c, &words);
	Delivery first = {.mail = mail, .to = {mailbox_address}, .now_s = NOW};
	Delivery second = {.mail = mail, .to = {billing_address}, .now_s = NOW};
	g_auto(EngineReceipt) one = desk_receive(c.desk, &first);
	g_auto(EngineReceipt) other = desk_receive(c.desk, &second);

	(void)state;
	assert_true(one.agent);
	assert_true(other.duplicate);
	assert_int_equal(sent(&c, "reply"), 1);
}

/* It could not be mailed when it is due, and the customer would wait. */
static void test_an_update_that_cannot_be_mailed_is_refused(void **state)
{
	g_auto(Case) c = case_new(false);

	(void)state;
	say(&c, "Ask mari\uff20example.com.", "#update");
	assert_int_equal(happened(&c, "update-kept"), 0);
	assert_int_equal(sent(&c, "command-result"), 1);
	g_autoptr(StoreTicket) ticket = ticket_of(&c);
	desk_run_deadlines(c.desk,
		desk_deadline(c.desk, ticket, STORE_DEADLINE_FOLLOW_UP));
	assert_int_equal(sent(&c, "followup") + sent(&c, "late"), 1);
	assert_int_equal(happened(&c, "deadline-set-aside"), 0);
}

static void test_an_operators_update_that_cannot_be_mailed_is_refused(
	void **state)
{
	g_auto(Case) c = case_new(false);
	const char *const lines[] = {"#update", NULL};
	EngineCommand command = {
		.reference = c.reference,
		.lines = lines,
		.text = "Ask mari\uff20example.com.",
		.actor = "operator:root",
		.now_s = NOW,
	};
	g_autoptr(GError) error = NULL;

	(void)state;
	assert_false(engine_command(c.desk->engine, &command, NULL, &error));
	assert_int_equal(error->code, REDRESS_ERROR_INVALID);
	assert_int_equal(happened(&c, "update-kept"), 0);
}

/* The new address makes the words unfit for it: the old one reads as the
 * agent's does. */
static void test_words_for_a_corrected_address_are_looked_at(void **state)
{
	g_auto(Case) c = case_new(false);
	g_autoptr(Analysis) tamari = mail_new("tamari@example.com", "Lamp");
	Delivery delivery = {
		.mail = tamari, .to = {mailbox_address}, .now_s = NOW};
	g_auto(EngineReceipt) receipt = desk_receive(c.desk, &delivery);
	Words words = {.from = mari,
		.text = "Ask mari\uff20example.com.",
		.commands = {"#resolve", "#address eve@customer.example"}};

	(void)state;
	g_free(c.reference);
	c.reference = g_strdup(receipt.references->pdata[0]);
	send_words(&c, &words);
	assert_nothing_was_done(&c);
	assert_int_equal(sent(&c, "command-result"), 1);
}

/* A machine that answers each result in the agent's name. */
static void test_results_are_told_in_bounds(void **state)
{
	g_auto(Case) c = case_new(false);

	(void)state;
	for (int i = 0; i < 120; i++)
		say(&c, " ", NULL);
	assert_in_range(sent(&c, "command-result"), 50, 110);
	assert_int_equal(happened(&c, "command-refused"), 120);
	c.now_s += DAY + 1;
	unsigned before = sent(&c, "command-result");
	say(&c, " ", NULL);
	assert_int_equal(sent(&c, "command-result"), before + 1);
}

/* A client that quotes without any mark. */
static void test_a_command_of_the_customers_words_is_not_carried_out(
	void **state)
{
	g_auto(Case) c = case_new(false);
	Words complaint = {
		.from = ann, .text = "I want it back.\n#compensate 500 EUR\n"};
	Words words = {.from = mari,
		.text = "We are sorry.\n\nI want it back.\n"
			"#compensate 500 EUR\n",
		.commands = {"#compensate 500 EUR"}};

	(void)state;
	send_words(&c, &complaint);
	send_words(&c, &words);
	assert_nothing_was_done(&c);
	assert_int_equal(happened(&c, "compensated"), 0);
	assert_int_equal(sent(&c, "command-result"), 1);

	/* With the customer's line in a quote, the other one is the agent's. */
	words.text = "#Compensate  500 EUR\nWe are sorry.\n\n"
		     "> I want it back.\n> #compensate 500 EUR\n";
	send_words(&c, &words);
	assert_int_equal(happened(&c, "compensated"), 1);
}

/* In Bcc he would get the mail itself, with its commands. */
static void test_who_takes_part_gets_no_commands_by_bcc(void **state)
{
	g_auto(Case) c = case_new(false);
	g_autoptr(Analysis) more = mail_new(ann, "Where is it");
	Delivery delivery = {
		.mail = more, .to = {mailbox_address}, .now_s = NOW};
	Words words = {.from = mari,
		.text = "He is a fool.",
		.commands = {"#note"},
		.also_to = "husband@customer.example",
		.can_refuse = true};

	(void)state;
	g_ptr_array_add(more->recipients, g_strdup("husband@customer.example"));
	g_auto(EngineReceipt) receipt = desk_receive(c.desk, &delivery);
	g_free(c.reference);
	c.reference = g_strdup(receipt.references->pdata[0]);
	send_words(&c, &words);
	assert_int_equal(c.receipt.withheld->len, 2);
	assert_string_equal(
		c.receipt.withheld->pdata[1], "husband@customer.example");
	assert_int_equal(sent(&c, "reply"), 0);
}

/* The commands would be read there, and be carried out nowhere. */
static void test_direct_commands_to_somebody_else_are_refused(void **state)
{
	g_auto(Case) c = case_new(true);
	Words words = {.from = mari,
		.text = "A new one is on its way.",
		.commands = {"#resolve"},
		.login = "mm",
		.to = "ann@home.example",
		.direct = true,
		.can_refuse = true};

	(void)state;
	send_words(&c, &words);
	assert_non_null(c.receipt.refused);
	words.to = jaan;
	send_words(&c, &words);
	assert_null(c.receipt.refused);
	words.to = "ann@home.example";
	words.commands[0] = NULL;
	send_words(&c, &words);
	assert_null(c.receipt.refused);
	assert_null(c.receipt.direct);
}

static void test_what_was_merged_is_not_opened_again(void **state)
{
	g_auto(Case) c = case_new(false);
	g_autoptr(Analysis) again = mail_new(ann, "Where is it");
	Delivery delivery = {
		.mail = again, .to = {mailbox_address}, .now_s = NOW + HOUR};
	g_auto(EngineReceipt) receipt = desk_receive(c.desk, &delivery);
	g_autofree char *line = g_strdup_printf(
		"#merge %s", (char *)receipt.references->pdata[0]);
	const char *const lines[] = {"#reopen", NULL};
	EngineCommand command = {
		.reference = c.reference,
		.lines = lines,
		.actor = "operator:root",
		.now_s = NOW + 2 * HOUR,
	};
	EngineOrder order = {
		.operation = ENGINE_REOPEN,
		.reference = c.reference,
		.actor = "operator:root",
		.now_s = NOW + 2 * HOUR,
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(GError) also = NULL;

	(void)state;
	say(&c, "", line);
	assert_false(engine_command(c.desk->engine, &command, NULL, &error));
	assert_int_equal(error->code, REDRESS_ERROR_CONFLICT);
	assert_false(engine_operate(c.desk->engine, &order, &also));
	assert_int_equal(also->code, REDRESS_ERROR_CONFLICT);
}

/* Words of whoever writes to us: each is valid UTF-8, and nothing else. */
static char *odd_words(unsigned i)
{
	static const char *const words[] = {"", " ", "\n", "\r\nBcc: x@y.z",
		"\x01\x02\x1b[31m", "\"", "\\", "a\\", "<", ">", "@",
		"=?utf-8?q?",
		"=?utf-8?b?//8=?=", "=?utf-8?q?=0d=0aBcc:_x?=", "{{words}}",
		"{{{x", "{{/words}}",
		"##- Please type your reply above this "
		"line -##",
		"\u202e\u2066\u200b", "\u0130\ufb03\u1e9e", "--", "-- ",
		"\u00a0", "\ufeff", "\ufffd", "\U0010ffff", "\u2028", ".",
		".\r\n", "From ", "(((((((((((", "a,b;c:d", "%s%n%100000d",
		"\t", "\v\f"};
	static const char *const pieces[] = {"a", "\u00e4", "\U0001f600", " ",
		"\"", "e\u0301", "\u3042", "=", "<>", "a b "};
	const unsigned lengths[] = {998, 70000};

	if (i < G_N_ELEMENTS(words))
		return g_strdup(words[i]);
	i -= G_N_ELEMENTS(words);
	if (i >= G_N_ELEMENTS(pieces) * G_N_ELEMENTS(lengths))
		return NULL;
	GString *text = g_string_new(NULL);
	while (text->len < lengths[i / G_N_ELEMENTS(pieces)])
		g_string_append(text, pieces[i % G_N_ELEMENTS(pieces)]);
	return g_string_free(text, FALSE);
}

static char *odd_address(unsigned i)
{
	static const char *const addresses[] = {"", "@", "a@", "@b",
		"astatic void "
		"test_an_update_is_not_withdrawn_for_a_stock_mail(b",
		"a b@c.example", "\"a b\"@c.example", "\"a\\\"\"@c.example",
		"a@[192.0.2.1]", "a@[IPv6:::1]",
		"j\u00fcrgen@m\u00fcller.example", "\u3042@\u3042.example",
		"a@xn--mller-kva.example", "a@b", "a@b.example>",
		"<a@b.example", "a@b.example\r\nBcc: x", "a,b@c.example",
		"a@b.example.", "-a@b.example", "a@-b.example",
		"!#$%&'*+-/=?^_`{|}~@b.example", "\u202ea@b.example",
		"\ufffd@b.example", "complaints@example.com",
		"complaints+x@example.com", "mari@example.com"};

	if (i < G_N_ELEMENTS(addresses))
		return g_strdup(addresses[i]);
	g_autofree char *words = odd_words(i - G_N_ELEMENTS(addresses));
	return words ? g_strconcat(words, "@c.example", NULL) : NULL;
}

/* Whatever stands there, it is taken: else it would come again for ever. */
static void receive_odd(Case *c, Analysis *mail)
{
	Delivery delivery = {.mail = mail,
		.to = {mailbox_address},
		.envelope_from = "",
		.now_s = c->now_s};
	g_autoptr(GError) error = NULL;

	c->now_s += DAY;
	engine_receipt_clear(&c->receipt);
	if (!desk_try(c->desk, &delivery, &c->receipt, &error))
		fail_msg("%s; from %s, subject %.80s", error->message,
			mail->from, mail->subject);
}

static void test_no_words_are_too_odd_to_be_answered(void **state)
{
	g_auto(Case) c = case_new(false);
	char *words;

	(void)state;
	for (unsigned i = 0; (words = odd_words(i)); i++) {
		g_autofree char *held = words;
		g_autoptr(Analysis) mail = mail_new(ann, words);
		mail->authenticated = i % 2;
		mail_set(&mail->from_name, words);
		mail_set(&mail->text, words);
		mail_set(&mail->reply_text, words);
		mail_set(&mail->thread_topic, words);
		mail_set(&mail->thread_index, words);
		mail_set(&mail->threat, words);
		g_ptr_array_add(mail->references, g_strdup(words));
		g_ptr_array_add(mail->in_reply_to, g_strdup(words));
		receive_odd(&c, mail);
		assert_true(c.receipt.opened);
		assert_true(c.receipt.acknowledged);
	}
}

static void test_no_address_is_too_odd_to_be_recorded(void **state)
{
	g_auto(Case) c = case_new(false);
	char *address;

	(void)state;
	for (unsigned i = 0; (address = odd_address(i)); i++) {
		g_autofree char *held = address;
		g_autoptr(Analysis) mail = mail_new(address, "Broken");
		mail_set(&mail->text, "");
		receive_odd(&c, mail);
		assert_int_equal(c.receipt.references->len, 1);
		g_autoptr(Analysis) other = mail_new(ann, "Broken");
		other->authenticated = true;
		mail_set(&other->reply_to, address);
		mail_set(&other->text, "");
		receive_odd(&c, other);
		assert_int_equal(c.receipt.references->len, 1);
	}
}

/* Nor is what an agent says: it is done, or told why not. */
static void test_no_words_of_agents_are_too_odd_to_be_taken(void **state)
{
	static const char *const lines[] = {
		NULL, "#update", "#resolve", "#type", "#address", "#canned"};
	g_auto(Case) c = case_new(false);
	char *words;

	(void)state;
	for (unsigned i = 0; (words = odd_words(i)); i++) {
		g_autofree char *held = words;
		for (size_t j = 0; j < G_N_ELEMENTS(lines); j++) {
			Words bare = {.from = mari,
				.text = words,
				.commands = {lines[j]}};
			g_autofree char *line = g_strdup_printf(
				"%s %.400s", lines[j] ? lines[j] : "#", words);
			Words argued = {
				.from = mari, .text = "x", .commands = {line}};
			c.now_s += DAY;
			send_words(&c, &bare);
			send_words(&c, &argued);
		}
	}
	desk_run_deadlines(c.desk, c.now_s);
	assert_int_equal(happened(&c, "deadline-set-aside"), 0);
}

/* It may be an answer on a ticket of the other one, and carry files. */
static void test_an_agent_is_one_whichever_mailbox_they_write_to(void **state)
{
	g_auto(Case) c = case_open(false, true);
	g_autoptr(EnginePolicy) policy = engine_get_policy(c.desk->engine);
	g_autoptr(Analysis) one = mail_new("bill@example.com", "Re: x");
	g_autoptr(Analysis) other = mail_new(mari, "Re: x");
	g_autoptr(Analysis) third = mail_new(ann, "Re: x");

	(void)state;
	assert_true(engine_policy_is_agent(policy, one));
	assert_true(engine_policy_is_agent(policy, other));
	assert_false(engine_policy_is_agent(policy, third));
}

/* The mail server was away when it was due, and the customer asks. */
static void test_an_update_is_not_withdrawn_for_a_stock_mail(void **state)
{
	g_auto(Case) c = case_new(false);
	Words asks = {.from = ann, .text = "Well?"};

	(void)state;
	say(&c, "", "#promise 2026-11-28 14:00");
	say(&c, "The courier looks for it.", "#update");
	g_autoptr(StoreTicket) ticket = ticket_of(&c);
	c.now_s = desk_deadline(c.desk, ticket, STORE_DEADLINE_FOLLOW_UP);
	desk_run_deadlines(c.desk, c.now_s);
	c.now_s += 2 * HOUR;
	g_autoptr(Analysis) mail = agent_mail(&c, &asks);
	mail->status_request = true;
	Delivery delivery = {
		.mail = mail, .to = {mailbox_address}, .now_s = c.now_s};
	g_auto(EngineReceipt) receipt = desk_receive(c.desk, &delivery);
	assert_int_equal(sent(&c, "status"), 1);
	g_autoptr(GPtrArray) rows = desk_outbox(c.desk, ticket);
	unsigned waiting = 0;
	for (guint i = 0; i < rows->len; i++) {
		const StoreOutbox *row = rows->pdata[i];
		g_autofree char *text = desk_plain(c.desk, row->id);
		waiting += row->state == STORE_OUTBOX_QUEUED &&
			   strstr(text, "The courier looks for it.");
	}
	assert_int_equal(waiting, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_an_answer_reaches_the_customer_from_the_mailbox),
		cmocka_unit_test(test_the_promise_is_kept_by_an_answer),
		cmocka_unit_test(test_resolve_sends_the_words_and_asks_later),
		cmocka_unit_test(test_a_note_stays_in_the_house),
		cmocka_unit_test(test_commands_note_what_they_say),
		cmocka_unit_test(test_a_promise_is_mailed_and_kept_as_a_row),
		cmocka_unit_test(
			test_another_time_alone_keeps_nothing_an_answer_in_time_does),
		cmocka_unit_test(
			test_a_corrected_address_hears_and_the_wrong_one_is_out),
		cmocka_unit_test(
			test_compensation_shows_what_similar_cases_got),
		cmocka_unit_test(test_an_update_waits_for_the_next_follow_up),
		cmocka_unit_test(test_what_is_no_complaint_ends_silently),
		cmocka_unit_test(test_whoever_took_part_gets_our_copy_too),
		cmocka_unit_test(
			test_the_same_mail_twice_is_changed_twice_and_sent_once),
		cmocka_unit_test(test_an_unknown_command_sends_nothing),
		cmocka_unit_test(test_one_bad_command_undoes_all),
		cmocka_unit_test(test_sealed_mail_with_commands_is_refused),
		cmocka_unit_test(
			test_a_signed_mail_without_commands_is_sent_on),
		cmocka_unit_test(test_an_empty_mail_sends_nothing),
		cmocka_unit_test(
			test_whoever_only_claims_to_be_an_agent_has_no_effect),
		cmocka_unit_test(
			test_the_supervisor_hears_of_forgeries_once_a_day),
		cmocka_unit_test(
			test_a_forgery_that_opens_a_ticket_is_flagged_too),
		cmocka_unit_test(test_a_login_is_who_the_table_says),
		cmocka_unit_test(test_a_customers_commands_are_words),
		cmocka_unit_test(
			test_a_second_agents_answer_is_held_and_both_are_shown),
		cmocka_unit_test(test_later_nobody_is_held),
		cmocka_unit_test(
			test_on_behalf_opens_a_ticket_for_the_customer),
		cmocka_unit_test(
			test_a_mail_without_a_ticket_is_told_why_nothing_was_done),
		cmocka_unit_test(
			test_two_machines_do_not_write_to_each_other_for_ever),
		cmocka_unit_test(test_a_promise_that_nobody_keeps_is_counted),
		cmocka_unit_test(test_a_merged_ticket_goes_on_in_the_other),
		cmocka_unit_test(test_another_customers_ticket_takes_nobody_in),
		cmocka_unit_test(test_a_direct_answer_is_changed_on_its_way),
		cmocka_unit_test(test_direct_mail_about_nothing_of_ours_passes),
		cmocka_unit_test(test_a_direct_note_is_refused),
		cmocka_unit_test(
			test_an_answer_to_two_mailboxes_is_carried_out_once),
		cmocka_unit_test(test_the_copy_for_the_other_mailbox_is_a_copy),
		cmocka_unit_test(
			test_an_update_that_cannot_be_mailed_is_refused),
		cmocka_unit_test(
			test_an_operators_update_that_cannot_be_mailed_is_refused),
		cmocka_unit_test(
			test_words_for_a_corrected_address_are_looked_at),
		cmocka_unit_test(test_results_are_told_in_bounds),
		cmocka_unit_test(
			test_a_command_of_the_customers_words_is_not_carried_out),
		cmocka_unit_test(test_who_takes_part_gets_no_commands_by_bcc),
		cmocka_unit_test(
			test_direct_commands_to_somebody_else_are_refused),
		cmocka_unit_test(test_what_was_merged_is_not_opened_again),
		cmocka_unit_test(
			test_an_update_is_not_withdrawn_for_a_stock_mail),
		cmocka_unit_test(
			test_an_agent_is_one_whichever_mailbox_they_write_to),
		cmocka_unit_test(test_no_words_are_too_odd_to_be_answered),
		cmocka_unit_test(test_no_address_is_too_odd_to_be_recorded),
		cmocka_unit_test(
			test_no_words_of_agents_are_too_odd_to_be_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
