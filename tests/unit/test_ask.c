/* Questions of agents in the engine: asked, reminded of, answered or not. */
#include "engine_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const char mailbox_address[] = "complaints@example.com";
static const char mari[] = "mari@example.com";
static const char ann[] = "ann@customer.example";
static const char eve[] = "eve@elsewhere.example";

typedef struct Case Case;
struct Case {
	Desk *desk;
	EngineReceipt receipt; /* of the latest mail */
	char *reference;       /* of Ann's ticket */
	int64_t now_s;
};

/* Reminded after 16 business hours, twice; a day of settlement is left. */
static EngineMailbox make_mailbox(Desk *desk)
{
	static const char *const staff[] = {mari, "lead@example.com", NULL};
	static const char *const agents[] = {mari, NULL};
	static const char *const logins[] = {"mm=mari@example.com", NULL};
	EngineMailbox mailbox = desk_mailbox(desk, mailbox_address);

	mailbox.briefing = ENGINE_BRIEFING_ALL;
	mailbox.staff = staff;
	mailbox.agents = agents;
	mailbox.logins = logins;
	mailbox.collision_window_s = 10 * MINUTE;
	mailbox.survey_after_s = DAY;
	mailbox.aftercare_after_s = 14 * DAY;
	mailbox.terms.remind_after =
		(PromiseDuration){PROMISE_BUSINESS_HOURS, 16 * HOUR};
	mailbox.terms.quiet = (PromiseQuiet){20 * 60, 8 * 60};
	mailbox.terms.resolve_within =
		(PromiseDuration){PROMISE_BUSINESS_DAYS, 10};
	return mailbox;
}

static Case case_of(Case c, const EngineMailbox *mailbox)
{
	EnginePolicyOptions options = desk_limits();
	g_autoptr(Analysis) mail = mail_new(ann, "My parcel is broken");
	Delivery delivery = {
		.mail = mail, .to = {mailbox_address}, .now_s = NOW};

	options.mailboxes = mailbox;
	options.mailboxes_length = 1;
	g_autoptr(EnginePolicy) policy = desk_policy(c.desk, options);
	desk_open(c.desk, policy, NULL);
	mail->authenticated = true;
	mail_set(&mail->reply_text, "It came broken.");
	c.receipt = desk_receive(c.desk, &delivery);
	c.reference = g_strdup(c.receipt.references->pdata[0]);
	return c;
}

static Case case_new(void)
{
	Case c = {.desk = desk_new(true), .now_s = NOW + HOUR};
	EngineMailbox mailbox = make_mailbox(c.desk);

	return case_of(c, &mailbox);
}

static void case_clear(Case *c)
{
	engine_receipt_clear(&c->receipt);
	g_free(c->reference);
	desk_free(c->desk);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Case, case_clear)

/* A mail on the ticket, with what makes it odd. */
typedef struct Words Words;
struct Words {
	const char *from; /* NULL: Mari */
	const char *text;
	const char *commands[5];
	const char *also_to; /* (nullable) */
	const GPtrArray *attachments;
	bool direct, status_request;
};

static Analysis *make_mail(const Case *c, const Words *words)
{
	g_autofree char *subject =
		g_strdup_printf("Re: [#%s] My parcel", c->reference);
	Analysis *mail = mail_new(words->from ? words->from : mari, subject);

	mail->dmarc_passed = mail->authenticated = !words->direct;
	mail->status_request = words->status_request;
	mail_set(&mail->authenticated_by, "DMARC pass");
	mail_set(&mail->text, words->text);
	mail_set(&mail->reply_text, words->text);
	mail_set(&mail->agent_text, words->text);
	for (size_t i = 0; words->commands[i]; i++)
		g_ptr_array_add(mail->commands, g_strdup(words->commands[i]));
	return mail;
}

static void hand_in(Case *c, const Words *words, const Analysis *mail)
{
	g_autofree char *text =
		g_strdup_printf("From: %s\r\nMessage-ID: <%s>\r\n\r\n%s\r\n",
			mail->from, mail->message_id, mail->text);
	g_autoptr(GBytes) raw = g_bytes_new(text, strlen(text));
	const char *const to[] = {
		words->direct ? ann : mailbox_address, words->also_to, NULL};
	EngineMail options = {
		.raw = raw,
		.analysis = mail,
		.envelope_from = mail->from,
		.recipients = to,
		.source = "milter",
		.auth_login = words->direct ? "mm" : NULL,
		.can_refuse = words->direct,
		.direct = words->direct,
		.attachments = words->attachments,
		.now_s = c->now_s,
	};
	g_autoptr(GError) error = NULL;

	engine_receipt_clear(&c->receipt);
	if (!engine_receive(c->desk->engine, &options, &c->receipt, &error))
		fail_msg("%s", error->message);
}

static void send_words(Case *c, const Words *words)
{
	g_autoptr(Analysis) mail = make_mail(c, words);

	hand_in(c, words, mail);
}

static void ask(Case *c, const char *first, const char *second)
{
	Words words = {.text = "", .commands = {first, second}};

	send_words(c, &words);
}

static void customer_writes(Case *c, const char *text)
{
	Words words = {.from = ann, .text = text};

	send_words(c, &words);
}

static StoreTicket *ticket_of(const Case *c)
{
	return desk_ticket(c->desk, c->reference);
}

static enum store_state state_of(const Case *c)
{
	g_autoptr(StoreTicket) ticket = ticket_of(c);

	return ticket->state;
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

static int64_t due(const Case *c, enum store_deadline kind)
{
	g_autoptr(StoreTicket) ticket = ticket_of(c);

	return desk_deadline(c->desk, ticket, kind);
}

/* Lets time pass to when the next reminder, or the end, is due. */
static void wait_for_reminder(Case *c)
{
	c->now_s = due(c, STORE_DEADLINE_REMIND);
	assert_true(c->now_s > 0);
	desk_run_deadlines(c->desk, c->now_s);
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

static void assert_contains(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in:\n%s", part, text);
}

static void assert_lacks(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("\"%s\" in:\n%s", part, text);
}

/* ---- asking ------------------------------------------------------------ */

static void test_the_customer_gets_numbered_questions(void **state)
{
	g_auto(Case) c = case_new();

	(void)state;
	ask(&c, "#ask Which colour did you order?", "#ask What is in it?");
	g_autofree char *mail = latest(&c, "need-info");
	assert_contains(mail, "From: \"Example customer care\" <complaints@");
	assert_contains(mail, "1. Which colour did you order?\n");
	assert_contains(mail, "2. What is in it?\n");
	assert_lacks(mail, "#ask");
	assert_lacks(mail, mari);
	assert_contains(mail, "Auto-Submitted: no\n");
	assert_int_equal(sent(&c, "reply"), 0);
	assert_int_equal(sent(&c, "command-result"), 0);
	assert_int_equal(happened(&c, "asked"), 1);
	assert_int_equal(happened(&c, "questions-queued"), 1);
}

static void test_words_stand_above_the_questions(void **state)
{
	g_auto(Case) c = case_new();
	Words words = {.text = "Dear Ann, we look into it.",
		.commands = {"#ask Which colour?", "#canned need-details",
			"#tag parcel"}};

	(void)state;
	send_words(&c, &words);
	g_autofree char *mail = latest(&c, "need-info");
	const char *own = strstr(mail, "Dear Ann, we look into it.");
	const char *question = strstr(mail, "1. Which colour?");
	assert_non_null(own);
	assert_true(question > own);
	assert_lacks(mail, "#ask");
	assert_lacks(mail, "#canned");
	assert_lacks(mail, "#tag");
}

static void test_a_question_is_text_and_not_html(void **state)
{
	g_auto(Case) c = case_new();

	(void)state;
	ask(&c, "#ask Is it <b>red</b> & \"big\" {{reference}}?", NULL);
	g_autofree char *mail = latest(&c, "need-info");
	assert_contains(mail, "1. Is it <b>red</b> & \"big\" {{reference}}?\n");
	assert_contains(mail, "Is it &lt;b&gt;red&lt;/b&gt; &amp; &quot;big");
}

static void test_no_colleagues_address_stands_in_a_question(void **state)
{
	g_auto(Case) c = case_new();

	(void)state;
	ask(&c, "#ask Have you written to mari@example.com before?", NULL);
	g_autofree char *mail = latest(&c, "need-info");
	assert_contains(
		mail, "Have you written to complaints@example.com before?");
	assert_lacks(mail, mari);
	/* Nor in a reminder. */
	wait_for_reminder(&c);
	g_autofree char *reminder = latest(&c, "need-info");
	assert_int_equal(sent(&c, "need-info"), 2);
	assert_lacks(reminder, mari);
}

static void test_a_question_that_cannot_be_mailed_is_refused(void **state)
{
	g_auto(Case) c = case_new();

	(void)state;
	ask(&c, "#ask Was it mari\uff20example.com?", NULL);
	assert_int_equal(sent(&c, "need-info"), 0);
	assert_int_equal(sent(&c, "command-result"), 1);
	assert_int_equal(state_of(&c), STORE_OPEN);
}

/* Who is to write it again has to see it. */
static void test_a_long_question_is_shown_whole_to_the_agent(void **state)
{
	g_auto(Case) c = case_new();
	g_autofree char *words = g_strnfill(480, 'x');
	g_autofree char *line = g_strdup_printf("#ask %s its end?", words);

	(void)state;
	ask(&c, line, "#ask");
	assert_int_equal(sent(&c, "need-info"), 0);
	g_autofree char *why = latest(&c, "command-result");
	assert_contains(why, "x its end?");
}

static void test_who_is_asked_is_waited_for(void **state)
{
	g_auto(Case) c = case_new();

	(void)state;
	ask(&c, "#ask Which colour?", NULL);
	g_autoptr(StoreTicket) ticket = ticket_of(&c);
	assert_int_equal(ticket->state, STORE_WAITING);
	assert_string_equal(ticket->questions, "Which colour?");
	assert_int_equal(ticket->asked_at, c.now_s);
	assert_int_equal(ticket->answered_at, c.now_s);
	assert_string_equal(ticket->answered_by, mari);
	assert_int_equal(ticket->promised_by, 0);
	assert_int_equal(ticket->settle_by, 0);
	assert_true(ticket->settle_left_s > 0);
	assert_int_equal(due(&c, STORE_DEADLINE_PROMISE), 0);
	assert_int_equal(due(&c, STORE_DEADLINE_FOLLOW_UP), 0);
	assert_int_equal(due(&c, STORE_DEADLINE_SETTLE), 0);
	g_autoptr(GPtrArray) promises = desk_promises(c.desk, ticket);
	const StorePromise *promise = promises->pdata[promises->len - 1];
	assert_string_equal(promise->outcome, "kept");
}

/* The customer knows that we wait for them: that it takes longer now is no
 * promise that we broke. */
static void test_a_settlement_that_stands_still_is_not_broken(void **state)
{
	g_auto(Case) c = case_new();

	(void)state;
	ask(&c, "#ask Which colour?", NULL);
	int64_t asked_at = c.now_s;
	c.now_s += 30 * DAY;
	customer_writes(&c, "A red one.");
	g_autoptr(StoreTicket) ticket = ticket_of(&c);
	g_autoptr(GPtrArray) promises =
		desk_promises_of(c.desk, ticket, STORE_PROMISE_SETTLEMENT);
	assert_int_equal(promises->len, 2);
	const StorePromise *before = promises->pdata[0];
	const StorePromise *after = promises->pdata[1];
	assert_true(before->due_at < c.now_s);
	assert_string_equal(before->outcome, "replaced");
	assert_int_equal(before->settled_at, asked_at);
	assert_null(after->outcome);
	assert_int_equal(after->due_at, ticket->settle_by);
}

static void test_the_ticket_keeps_what_was_asked(void **state)
{
	g_auto(Case) c = case_new();
	Words words = {.text = "Dear Ann,",
		.commands = {"#ask Which colour?", "#ask Which size?"}};

	(void)state;
	send_words(&c, &words);
	g_autoptr(StoreTicket) ticket = ticket_of(&c);
	g_autoptr(GPtrArray) messages = desk_messages(c.desk, ticket->id);
	const StoreMessage *last = messages->pdata[messages->len - 1];
	assert_string_equal(last->own_text,
		"Dear Ann,\n\n1. Which colour?\n2. Which size?");
	assert_false(last->internal);
}

static void test_an_attachment_goes_with_the_questions_once(void **state)
{
	g_auto(Case) c = case_new();
	g_autoptr(GPtrArray) attachments = g_ptr_array_new();
	g_autoptr(GBytes) bytes = g_bytes_new_static("our form", 8);
	MessageAttachment form = {
		.name = "form.txt", .type = "text/plain", .bytes = bytes};
	Words words = {.text = "",
		.commands = {"#ask Can you fill this in?"},
		.attachments = attachments};

	(void)state;
	g_ptr_array_add(attachments, &form);
	send_words(&c, &words);
	g_autofree char *mail = latest(&c, "need-info");
	assert_contains(mail, "form.txt");
	assert_contains(mail, "our form");
	wait_for_reminder(&c);
	g_autofree char *reminder = latest(&c, "need-info");
	assert_contains(reminder, "1. Can you fill this in?");
	assert_lacks(reminder, "form.txt");
}

static void test_whoever_takes_part_is_asked_too(void **state)
{
	static const char bob[] = "bob@customer.example";
	g_auto(Case) c = case_new();
	g_autoptr(Analysis) more = mail_new(ann, "Broken lamp");
	Delivery delivery = {
		.mail = more, .to = {mailbox_address}, .now_s = NOW};
	Words words = {
		.text = "", .commands = {"#ask Which colour?"}, .also_to = bob};

	(void)state;
	g_ptr_array_add(more->recipients, g_strdup(bob));
	engine_receipt_clear(&c.receipt);
	c.receipt = desk_receive(c.desk, &delivery);
	g_free(c.reference);
	c.reference = g_strdup(c.receipt.references->pdata[0]);
	g_autoptr(Analysis) mail = make_mail(&c, &words);
	g_ptr_array_add(mail->recipients, g_strdup(bob));
	hand_in(&c, &words, mail);
	assert_int_equal(sent(&c, "need-info"), 2);
	g_autofree char *copy = latest(&c, "need-info");
	assert_contains(copy, "To: <bob@customer.example>");
	assert_contains(copy, "1. Which colour?");
}

static void test_a_direct_answer_asks_nothing(void **state)
{
	Case empty = {.desk = desk_new(true), .now_s = NOW};
	EngineMailbox mailbox = make_mailbox(empty.desk);
	mailbox.direct = true;
	g_auto(Case) c = case_of(empty, &mailbox);
	Words words = {.text = "Dear Ann,",
		.commands = {"#ask Which colour?"},
		.direct = true};

	(void)state;
	send_words(&c, &words);
	assert_non_null(c.receipt.refused);
	assert_contains(c.receipt.refused, "#ask Which colour?");
	assert_int_equal(state_of(&c), STORE_OPEN);
	assert_int_equal(sent(&c, "need-info"), 0);
}

static void test_a_settled_matter_is_asked_about_once_it_is_open(void **state)
{
	g_auto(Case) c = case_new();
	Words words = {.text = "A new one comes.", .commands = {"#resolve"}};

	(void)state;
	send_words(&c, &words);
	ask(&c, "#ask Which colour?", NULL);
	assert_int_equal(sent(&c, "need-info"), 0);
	g_autofree char *why = latest(&c, "command-result");
	assert_contains(why, "needs #reopen first, it is resolved");
	ask(&c, "#reopen", "#ask Which colour?");
	assert_int_equal(sent(&c, "need-info"), 1);
	assert_int_equal(sent(&c, "status"), 0);
	g_autoptr(StoreTicket) ticket = ticket_of(&c);
	assert_int_equal(ticket->state, STORE_WAITING);
	assert_string_equal(ticket->questions, "Which colour?");
	assert_int_equal(due(&c, STORE_DEADLINE_PROMISE), 0);
	assert_int_equal(due(&c, STORE_DEADLINE_FOLLOW_UP), 0);
	assert_int_equal(due(&c, STORE_DEADLINE_SETTLE), 0);
	assert_true(due(&c, STORE_DEADLINE_REMIND) > c.now_s);
	assert_true(ticket->settle_left_s > 0);
}

static void test_an_update_has_no_day_while_the_customer_is_asked(void **state)
{
	g_auto(Case) c = case_new();
	Words words = {.text = "Still on it.", .commands = {"#update"}};

	(void)state;
	ask(&c, "#ask Which colour?", NULL);
	send_words(&c, &words);
	assert_int_equal(happened(&c, "update-kept"), 0);
	g_autofree char *why = latest(&c, "command-result");
	assert_contains(why, "it waits for the customer");
	assert_int_equal(state_of(&c), STORE_WAITING);
}

static void test_an_operator_asks_as_agents_do(void **state)
{
	g_auto(Case) c = case_new();
	const char *lines[] = {"#ask Which colour?", "#ask Which size?", NULL};
	EngineCommand command = {
		.reference = c.reference,
		.lines = lines,
		.text = "Dear Ann,",
		.actor = "operator:root",
		.now_s = c.now_s,
	};
	g_autoptr(GError) error = NULL;

	(void)state;
	if (!engine_command(c.desk->engine, &command, NULL, &error))
		fail_msg("%s", error->message);
	g_autofree char *mail = latest(&c, "need-info");
	assert_contains(mail, "Dear Ann,");
	assert_contains(mail, "2. Which size?");
	assert_int_equal(state_of(&c), STORE_WAITING);
	lines[0] = "#ask";
	assert_false(engine_command(c.desk->engine, &command, NULL, &error));
	assert_int_equal(error->code, REDRESS_ERROR_INVALID);
}

/* ---- waiting ----------------------------------------------------------- */

/* NOW + HOUR is Tuesday 15:00 in Tallinn: two office hours are left of it. */
static void test_reminders_come_in_business_time(void **state)
{
	g_auto(Case) c = case_new();

	(void)state;
	ask(&c, "#ask Which colour?", "#ask Which size?");
	/* 2 on Tuesday, 8 on Wednesday, 6 on Thursday: at 15:00. */
	assert_int_equal(due(&c, STORE_DEADLINE_REMIND), NOW + HOUR + 2 * DAY);
	desk_run_deadlines(c.desk, NOW + HOUR + 2 * DAY - 1);
	assert_int_equal(sent(&c, "need-info"), 1);
	wait_for_reminder(&c);
	assert_int_equal(sent(&c, "need-info"), 2);
	assert_int_equal(happened(&c, "reminded"), 1);
	g_autofree char *mail = latest(&c, "need-info");
	assert_contains(mail, "Our questions are still open");
	assert_contains(mail, "Auto-Submitted: auto-generated\n");
	assert_contains(mail, "1. Which colour?");
	assert_contains(mail, "2. Which size?");
	/* Over the weekend to Monday at 15:00. */
	assert_int_equal(due(&c, STORE_DEADLINE_REMIND), NOW + HOUR + 6 * DAY);
	assert_int_equal(sent(&c, "followup") + sent(&c, "late"), 0);
	g_autoptr(StoreTicket) ticket = ticket_of(&c);
	assert_int_equal(ticket->reminders, 1);
	assert_int_equal(ticket->asked_at, NOW + HOUR);
}

/* Asked at 23:00 and reminded after a day: not at 23:00 but at 20:00. */
static void test_nobody_is_reminded_in_the_night(void **state)
{
	Case empty = {.desk = desk_new(true), .now_s = NOW + 9 * HOUR};
	EngineMailbox mailbox = make_mailbox(empty.desk);
	mailbox.terms.remind_after = (PromiseDuration){PROMISE_WALL, DAY};
	g_auto(Case) c = case_of(empty, &mailbox);

	(void)state;
	ask(&c, "#ask Which colour?", NULL);
	assert_int_equal(due(&c, STORE_DEADLINE_REMIND), NOW + 6 * HOUR + DAY);
	wait_for_reminder(&c);
	assert_int_equal(sent(&c, "need-info"), 2);
}

static void test_without_an_answer_the_matter_rests_kindly(void **state)
{
	g_auto(Case) c = case_new();

	(void)state;
	ask(&c, "#ask Which colour?", NULL);
	wait_for_reminder(&c);
	wait_for_reminder(&c);
	assert_int_equal(happened(&c, "reminded"), 2);
	assert_int_equal(state_of(&c), STORE_WAITING);
	int64_t last = c.now_s;
	wait_for_reminder(&c);
	assert_true(c.now_s > last + 6 * DAY && c.now_s <= last + 7 * DAY);
	g_autoptr(StoreTicket) ticket = ticket_of(&c);
	assert_int_equal(ticket->state, STORE_RESOLVED);
	assert_int_equal(happened(&c, "unanswered"), 1);
	assert_int_equal(sent(&c, "need-info"), 3);
	assert_int_equal(sent(&c, "resolved"), 1);
	/* Nobody asks whether they are satisfied with that. */
	desk_run_deadlines(c.desk, c.now_s + 20 * DAY);
	assert_int_equal(sent(&c, "survey") + sent(&c, "aftercare"), 0);
}

static void test_a_late_answer_opens_it_again(void **state)
{
	g_auto(Case) c = case_new();

	(void)state;
	ask(&c, "#ask Which colour?", NULL);
	for (int i = 0; i < 3; i++)
		wait_for_reminder(&c);
	assert_int_equal(state_of(&c), STORE_RESOLVED);
	c.now_s += DAY;
	/* Who only asks how it stands has not answered yet. */
	Words words = {.from = ann, .text = "STATUS", .status_request = true};
	send_words(&c, &words);
	g_autoptr(StoreTicket) asked = ticket_of(&c);
	assert_true(asked->asked_at > 0);
	customer_writes(&c, "Sorry, I was away. A red one.");
	g_autoptr(StoreTicket) ticket = ticket_of(&c);
	assert_int_equal(ticket->state, STORE_OPEN);
	assert_null(ticket->questions);
	assert_int_equal(ticket->asked_at, 0);
	assert_int_equal(happened(&c, "reopened"), 1);
	assert_int_equal(sent(&c, "status"), 2);
	g_autofree char *mail = latest(&c, "status");
	assert_contains(mail, "Thank you for your answer to our questions");
	assert_true(due(&c, STORE_DEADLINE_PROMISE) > c.now_s);
}

static void test_asked_again_the_new_questions_count(void **state)
{
	g_auto(Case) c = case_new();

	(void)state;
	ask(&c, "#ask Which colour?", NULL);
	wait_for_reminder(&c);
	c.now_s += HOUR;
	ask(&c, "#ask Which size?", "#ask Which shop?");
	g_autoptr(StoreTicket) ticket = ticket_of(&c);
	assert_string_equal(ticket->questions, "Which size?\nWhich shop?");
	assert_int_equal(ticket->asked_at, c.now_s);
	assert_int_equal(ticket->reminders, 0);
	assert_true(ticket->settle_left_s > 0);
	assert_true(due(&c, STORE_DEADLINE_REMIND) > c.now_s + DAY);
	wait_for_reminder(&c);
	g_autofree char *mail = latest(&c, "need-info");
	assert_contains(mail, "1. Which size?");
	assert_lacks(mail, "Which colour?");
}

static void test_tags_and_notes_leave_the_customer_asked(void **state)
{
	g_auto(Case) c = case_new();
	Words words = {.text = "She is on holiday.", .commands = {"#note"}};

	(void)state;
	ask(&c, "#ask Which colour?", NULL);
	int64_t before = due(&c, STORE_DEADLINE_REMIND);
	send_words(&c, &words);
	ask(&c, "#tag parcel", "#priority high");
	g_autoptr(StoreTicket) ticket = ticket_of(&c);
	assert_int_equal(ticket->state, STORE_WAITING);
	assert_string_equal(ticket->questions, "Which colour?");
	assert_int_equal(due(&c, STORE_DEADLINE_REMIND), before);
}

/* ---- going on ---------------------------------------------------------- */

static void test_an_answer_makes_the_ticket_go_on(void **state)
{
	g_auto(Case) c = case_new();
	unsigned briefed;

	(void)state;
	ask(&c, "#ask Which colour?", NULL);
	briefed = sent(&c, "briefing");
	c.now_s += DAY;
	customer_writes(&c, "A red one.");
	g_autoptr(StoreTicket) ticket = ticket_of(&c);
	assert_int_equal(ticket->state, STORE_OPEN);
	assert_null(ticket->questions);
	assert_int_equal(ticket->asked_at, 0);
	assert_true(ticket->promised_by > c.now_s);
	assert_true(ticket->settle_by > c.now_s);
	assert_int_equal(ticket->settle_left_s, 0);
	assert_int_equal(due(&c, STORE_DEADLINE_REMIND), 0);
	assert_true(due(&c, STORE_DEADLINE_FOLLOW_UP) > c.now_s);
	assert_int_equal(happened(&c, "resumed"), 1);
	assert_int_equal(sent(&c, "status"), 1);
	assert_int_equal(sent(&c, "briefing"), briefed + 1);
	g_autoptr(GPtrArray) promises = desk_promises(c.desk, ticket);
	const StorePromise *promise = promises->pdata[promises->len - 1];
	assert_null(promise->outcome);
	assert_int_equal(promise->due_at, ticket->promised_by);
}

static void test_an_agents_answer_makes_it_go_on(void **state)
{
	g_auto(Case) c = case_new();
	Words words = {.text = "We have found out ourselves."};

	(void)state;
	ask(&c, "#ask Which colour?", NULL);
	c.now_s += HOUR;
	send_words(&c, &words);
	g_autoptr(StoreTicket) ticket = ticket_of(&c);
	assert_int_equal(ticket->state, STORE_OPEN);
	assert_null(ticket->questions);
	assert_int_equal(sent(&c, "reply"), 1);
	assert_int_equal(due(&c, STORE_DEADLINE_REMIND), 0);
	assert_true(due(&c, STORE_DEADLINE_FOLLOW_UP) > c.now_s);
	assert_true(due(&c, STORE_DEADLINE_SETTLE) > c.now_s);
}

/* Her holiday answers for her, and says nothing of what was asked. */
static void test_a_machines_answer_is_none(void **state)
{
	g_auto(Case) c = case_new();
	Words words = {.from = ann, .text = "I am away until Monday."};

	(void)state;
	ask(&c, "#ask Which colour?", NULL);
	int64_t before = due(&c, STORE_DEADLINE_REMIND);
	g_autoptr(Analysis) mail = make_mail(&c, &words);
	mail->kind = ANALYSIS_AUTO_REPLY;
	mail->cost = ANALYSIS_COST_AUTOMATIC;
	mail_set(&mail->guard, "auto-submitted");
	hand_in(&c, &words, mail);
	assert_int_equal(state_of(&c), STORE_WAITING);
	assert_int_equal(due(&c, STORE_DEADLINE_REMIND), before);
	assert_int_equal(sent(&c, "status"), 0);
}

static void test_a_strangers_mail_is_no_answer(void **state)
{
	g_auto(Case) c = case_new();
	Words words = {.from = eve, .text = "A red one."};

	(void)state;
	ask(&c, "#ask Which colour?", NULL);
	g_autoptr(StoreTicket) ticket = ticket_of(&c);
	g_autoptr(GPtrArray) rows = desk_outbox(c.desk, ticket);
	g_autoptr(Analysis) mail = make_mail(&c, &words);
	/* Even one that has our mail, which leads it to the ticket. */
	for (guint i = 0; i < rows->len; i++) {
		const StoreOutbox *row = rows->pdata[i];
		g_ptr_array_add(mail->in_reply_to, g_strdup(row->message_id));
	}
	hand_in(&c, &words, mail);
	assert_string_equal(c.receipt.references->pdata[0], c.reference);
	assert_int_equal(state_of(&c), STORE_WAITING);
	assert_int_equal(happened(&c, "resumed"), 0);
}

static void test_who_asks_how_it_stands_hears_and_is_still_asked(void **state)
{
	g_auto(Case) c = case_new();
	Words words = {.from = ann, .text = "STATUS", .status_request = true};

	(void)state;
	ask(&c, "#ask Which colour?", NULL);
	int64_t before = due(&c, STORE_DEADLINE_REMIND);
	c.now_s += HOUR;
	send_words(&c, &words);
	g_autoptr(StoreTicket) ticket = ticket_of(&c);
	assert_int_equal(ticket->state, STORE_WAITING);
	assert_string_equal(ticket->questions, "Which colour?");
	assert_int_equal(happened(&c, "resumed"), 0);
	assert_int_equal(sent(&c, "status"), 1);
	g_autofree char *mail = latest(&c, "status");
	assert_contains(mail, "look forward to your reply");
	assert_contains(mail, "1. Which colour?");
	assert_int_equal(due(&c, STORE_DEADLINE_REMIND), before);
	assert_int_equal(due(&c, STORE_DEADLINE_FOLLOW_UP), 0);
}

static void test_who_says_that_it_is_solved_is_asked_no_more(void **state)
{
	g_auto(Case) c = case_new();
	Words words = {.from = ann, .text = "It is solved, thank you."};

	(void)state;
	ask(&c, "#ask Which colour?", NULL);
	g_autoptr(Analysis) mail = make_mail(&c, &words);
	mail->says_solved = true;
	hand_in(&c, &words, mail);
	assert_int_equal(state_of(&c), STORE_RESOLVED);
	assert_int_equal(due(&c, STORE_DEADLINE_REMIND), 0);
}

static void test_who_cannot_be_reached_is_not_reminded(void **state)
{
	g_auto(Case) c = case_new();
	g_autoptr(Analysis) mail =
		mail_new("mailer-daemon@customer.example", "Undelivered");
	Words words = {.text = ""};

	(void)state;
	ask(&c, "#ask Which colour?", NULL);
	g_autoptr(StoreTicket) ticket = ticket_of(&c);
	g_autoptr(GPtrArray) rows = desk_outbox(c.desk, ticket);
	mail->kind = ANALYSIS_BOUNCE;
	mail->guard = g_strdup("null-sender");
	mail->cost = ANALYSIS_COST_AUTOMATIC;
	mail->bounce = g_new0(AnalysisBounce, 1);
	mail->bounce->permanent = true;
	mail->bounce->recipients = g_ptr_array_new();
	for (guint i = 0; i < rows->len; i++) {
		const StoreOutbox *row = rows->pdata[i];
		if (g_str_equal(row->kind, "need-info"))
			mail->bounce->returned_message_id =
				g_strdup(row->message_id);
	}
	hand_in(&c, &words, mail);
	assert_int_equal(sent(&c, "unreachable"), 1);
	assert_int_equal(due(&c, STORE_DEADLINE_REMIND), 0);
	desk_run_deadlines(c.desk, c.now_s + 30 * DAY);
	assert_int_equal(sent(&c, "need-info"), 1);
}

/* The mail server was away when it was due, and the customer was faster. */
static void test_no_reminder_leaves_after_the_answer(void **state)
{
	g_auto(Case) c = case_new();

	(void)state;
	ask(&c, "#ask Which colour?", NULL);
	g_autoptr(GPtrArray) first = desk_lease(c.desk, c.now_s);
	for (guint i = 0; i < first->len; i++) {
		const StoreOutbox *row = first->pdata[i];
		desk_settle(
			c.desk, row->id, ENGINE_SENT, 250, "2.0.0", c.now_s);
	}
	wait_for_reminder(&c);
	c.now_s += HOUR;
	customer_writes(&c, "A red one.");
	g_autoptr(GPtrArray) rows = desk_lease(c.desk, c.now_s);
	assert_true(rows->len > 0);
	for (guint i = 0; i < rows->len; i++) {
		const StoreOutbox *row = rows->pdata[i];
		assert_string_not_equal(row->kind, "need-info");
	}
	assert_int_equal(happened(&c, "withdrawn"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_customer_gets_numbered_questions),
		cmocka_unit_test(test_words_stand_above_the_questions),
		cmocka_unit_test(test_a_question_is_text_and_not_html),
		cmocka_unit_test(
			test_no_colleagues_address_stands_in_a_question),
		cmocka_unit_test(
			test_a_question_that_cannot_be_mailed_is_refused),
		cmocka_unit_test(
			test_a_long_question_is_shown_whole_to_the_agent),
		cmocka_unit_test(test_who_is_asked_is_waited_for),
		cmocka_unit_test(
			test_a_settlement_that_stands_still_is_not_broken),
		cmocka_unit_test(test_the_ticket_keeps_what_was_asked),
		cmocka_unit_test(
			test_an_attachment_goes_with_the_questions_once),
		cmocka_unit_test(test_whoever_takes_part_is_asked_too),
		cmocka_unit_test(test_a_direct_answer_asks_nothing),
		cmocka_unit_test(
			test_a_settled_matter_is_asked_about_once_it_is_open),
		cmocka_unit_test(
			test_an_update_has_no_day_while_the_customer_is_asked),
		cmocka_unit_test(test_an_operator_asks_as_agents_do),
		cmocka_unit_test(test_reminders_come_in_business_time),
		cmocka_unit_test(test_nobody_is_reminded_in_the_night),
		cmocka_unit_test(
			test_without_an_answer_the_matter_rests_kindly),
		cmocka_unit_test(test_a_late_answer_opens_it_again),
		cmocka_unit_test(test_asked_again_the_new_questions_count),
		cmocka_unit_test(test_tags_and_notes_leave_the_customer_asked),
		cmocka_unit_test(test_an_answer_makes_the_ticket_go_on),
		cmocka_unit_test(test_an_agents_answer_makes_it_go_on),
		cmocka_unit_test(test_a_machines_answer_is_none),
		cmocka_unit_test(test_a_strangers_mail_is_no_answer),
		cmocka_unit_test(
			test_who_asks_how_it_stands_hears_and_is_still_asked),
		cmocka_unit_test(
			test_who_says_that_it_is_solved_is_asked_no_more),
		cmocka_unit_test(test_who_cannot_be_reached_is_not_reminded),
		cmocka_unit_test(test_no_reminder_leaves_after_the_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
