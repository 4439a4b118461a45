/* Answers that people give from the shared mailbox itself, past us. */
#include "engine_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const char mailbox_address[] = "complaints@example.com";
static const char ann[] = "ann@customer.example";

typedef struct Case Case;
struct Case {
	Desk *desk;
	char *reference; /* of Ann's ticket */
	char *mail_id;   /* of her mail */
	int64_t now_s;
};

/* Ann complains, and has her acknowledgement. */
static Case case_new(void)
{
	Case c = {.desk = desk_new(true), .now_s = NOW};
	EngineMailbox mailbox = desk_mailbox(c.desk, mailbox_address);
	EnginePolicyOptions options = desk_limits();
	g_autoptr(Analysis) mail = mail_new(ann, "My parcel is broken");
	Delivery delivery = {
		.mail = mail, .to = {mailbox_address}, .now_s = NOW};

	options.mailboxes = &mailbox;
	options.mailboxes_length = 1;
	g_autoptr(EnginePolicy) policy = desk_policy(c.desk, options);
	desk_open(c.desk, policy, NULL);
	mail->authenticated = true;
	g_auto(EngineReceipt) receipt = desk_receive(c.desk, &delivery);
	c.reference = g_strdup(receipt.references->pdata[0]);
	c.mail_id = g_strdup(mail->message_id);
	return c;
}

static void case_clear(Case *c)
{
	g_free(c->reference);
	g_free(c->mail_id);
	desk_free(c->desk);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Case, case_clear)

/* A mail that is found in the folder of sent mail. */
typedef struct Found Found;
struct Found {
	const char *to;
	const char *in_reply_to; /* (nullable) */
	const char *header;      /* a field (nullable) */
	const char *message_id;  /* NULL: a new one */
};

static EngineReceipt find(const Case *c, const Found *found)
{
	g_autoptr(Analysis) mail =
		mail_new(mailbox_address, "Re: My parcel is broken");
	const char *const to[] = {mailbox_address, NULL};
	EngineReceipt receipt = {0};
	g_autoptr(GError) error = NULL;

	/* What the analysis says of mail from our own address. */
	mail->kind = ANALYSIS_LOOP;
	mail->cost = ANALYSIS_COST_AUTOMATIC;
	mail_set(&mail->guard, "own-address");
	mail_set(&mail->reply_text, "It is on its way. #resolve");
	if (found->message_id)
		mail_set(&mail->message_id, found->message_id);
	g_ptr_array_set_size(mail->recipients, 0);
	g_ptr_array_add(mail->recipients, g_strdup(found->to));
	if (found->in_reply_to)
		g_ptr_array_add(
			mail->in_reply_to, g_strdup(found->in_reply_to));
	g_autofree char *text = g_strdup_printf(
		"From: %s\r\n%s%sMessage-ID: <%s>\r\n\r\nIt is on its way.\r\n",
		mailbox_address, found->header ? found->header : "",
		found->header ? "\r\n" : "", mail->message_id);
	g_autoptr(GBytes) raw = g_bytes_new(text, strlen(text));
	EngineMail options = {
		.raw = raw,
		.analysis = mail,
		.recipients = to,
		.source = "imap",
		.sent = true,
		.now_s = c->now_s,
	};
	if (!engine_receive(c->desk->engine, &options, &receipt, &error))
		fail_msg("%s", error->message);
	return receipt;
}

static unsigned happened(const Case *c, const char *what)
{
	g_autoptr(StoreTicket) ticket = desk_ticket(c->desk, c->reference);

	return desk_count_events(c->desk, ticket, what);
}

static unsigned mails(const Case *c)
{
	g_autoptr(StoreTicket) ticket = desk_ticket(c->desk, c->reference);

	return desk_count(c->desk, ticket, NULL);
}

static void test_an_answer_past_us_counts_and_sends_nothing(void **state)
{
	g_auto(Case) c = case_new();
	unsigned before = mails(&c);
	Found found = {.to = ann, .in_reply_to = c.mail_id};

	(void)state;
	c.now_s += HOUR;
	g_auto(EngineReceipt) receipt = find(&c, &found);
	g_autoptr(StoreTicket) ticket = desk_ticket(c.desk, c.reference);
	assert_true(receipt.agent);
	assert_int_equal(mails(&c), before);
	assert_int_equal(happened(&c, "answered"), 1);
	assert_int_equal(ticket->answered_at, c.now_s);
	assert_int_equal(ticket->promised_by, 0);
	/* And no command in it: it is open. */
	assert_int_equal(ticket->state, STORE_OPEN);
	int64_t next = desk_deadline(c.desk, ticket, STORE_DEADLINE_FOLLOW_UP);
	assert_true(next > c.now_s + 23 * HOUR - 30 * MINUTE);
}

static void test_the_same_answer_counts_once(void **state)
{
	g_auto(Case) c = case_new();
	Found found = {.to = ann,
		.in_reply_to = c.mail_id,
		.message_id = "one@webmail.example"};

	(void)state;
	g_auto(EngineReceipt) first = find(&c, &found);
	g_auto(EngineReceipt) second = find(&c, &found);
	assert_true(second.duplicate);
	assert_int_equal(happened(&c, "answered"), 1);
}

/* What is none of our business leaves no trace. */
static void check_ignored(const Case *c, const Found *found)
{
	g_autoptr(StoreTicket) ticket = desk_ticket(c->desk, c->reference);
	int64_t messages = ticket->messages;
	g_auto(EngineReceipt) receipt = find(c, found);
	g_autoptr(StoreTicket) after = desk_ticket(c->desk, c->reference);

	assert_false(receipt.agent);
	assert_int_equal(receipt.references->len, 0);
	assert_int_equal(happened(c, "answered"), 0);
	assert_int_equal(after->messages, messages);
	assert_int_equal(after->promised_by, ticket->promised_by);
}

static void test_other_mail_in_the_folder_is_nobodys_business(void **state)
{
	g_auto(Case) c = case_new();
	Found no_ticket = {.to = ann};
	Found no_customer = {
		.to = "friend@there.example", .in_reply_to = c.mail_id};
	Found responder = {.to = ann,
		.in_reply_to = c.mail_id,
		.header = "Auto-Submitted: auto-replied"};

	(void)state;
	check_ignored(&c, &no_ticket);
	check_ignored(&c, &no_customer);
	check_ignored(&c, &responder);
}

static void test_our_own_mail_in_the_folder_is_no_answer(void **state)
{
	g_auto(Case) c = case_new();
	g_autoptr(StoreTicket) ticket = desk_ticket(c.desk, c.reference);
	g_autoptr(GPtrArray) rows = desk_outbox(c.desk, ticket);
	const StoreOutbox *row = rows->pdata[0];
	Found copy = {.to = ann,
		.in_reply_to = c.mail_id,
		.message_id = row->message_id};

	(void)state;
	check_ignored(&c, &copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_an_answer_past_us_counts_and_sends_nothing),
		cmocka_unit_test(test_the_same_answer_counts_once),
		cmocka_unit_test(
			test_other_mail_in_the_folder_is_nobodys_business),
		cmocka_unit_test(test_our_own_mail_in_the_folder_is_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
