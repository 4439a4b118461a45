/* The lines of an agent's mail, told as orders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "command.h"

enum { NOW = 1795521600 }; /* Tuesday 2026-11-24 12:00 UTC */

static PromiseCalendar *calendar;

static int set_up(void **state)
{
	static const char *const hours[] = {"Mon-Fri 09:00-17:00", NULL};
	PromiseCalendarOptions options = {
		.time_zone = "Europe/Tallinn", .hours = hours};

	(void)state;
	calendar = promise_calendar_new(&options, NULL);
	return calendar ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	promise_calendar_free(calendar);
	return 0;
}

static Commands *read_all(const char *const *lines)
{
	static const char *const staff[] = {"mari@example.com",
		"jaan@example.com", "jaan@other.example", "lead@example.com",
		NULL};
	EngineMailbox mailbox = {.calendar = calendar, .staff = staff};
	CommandRules rules = {
		.mailbox = &mailbox,
		.sender = "mari@example.com",
		.now_s = NOW,
	};
	g_autoptr(GPtrArray) list = g_ptr_array_new();

	for (; *lines; lines++)
		g_ptr_array_add(list, (gpointer)*lines);
	return commands_read(list, &rules);
}

static Commands *read_one(const char *line)
{
	const char *const lines[] = {line, NULL};

	return read_all(lines);
}

static const Command *first(const Commands *commands)
{
	return commands->list->pdata[0];
}

static void test_good_lines_are_understood(void **state)
{
	static const struct {
		const char *line;
		enum command_verb verb;
		const char *word;
	} cases[] = {
		{"#resolve", COMMAND_RESOLVE, NULL},
		{"#RESOLVE", COMMAND_RESOLVE, NULL},
		{"#reopen", COMMAND_REOPEN, NULL},
		{"#note", COMMAND_NOTE, NULL},
		{"#update", COMMAND_UPDATE, NULL},
		{"#escalate", COMMAND_ESCALATE, NULL},
		{"#help", COMMAND_HELP, NULL},
		{"#not-a-complaint", COMMAND_NOT_A_COMPLAINT, NULL},
		{"#assign lead", COMMAND_ASSIGN, "lead@example.com"},
		{"#assign me", COMMAND_ASSIGN, "mari@example.com"},
		{"#assign JAAN@Example.com", COMMAND_ASSIGN,
			"jaan@example.com"},
		{"#assign <lead@example.com>", COMMAND_ASSIGN,
			"lead@example.com"},
		{"#type delivery", COMMAND_TYPE, "delivery"},
		{"#cause courier lost it", COMMAND_CAUSE, "courier lost it"},
		{"#canned refund", COMMAND_CANNED, "refund"},
		{"#ask Which colour?", COMMAND_ASK, "Which colour?"},
		{"#ASK  Which \t colour?\v ", COMMAND_ASK, "Which colour?"},
		{"#ask Which\u2028colour\u00a0?", COMMAND_ASK,
			"Which colour ?"},
		{"#ask #12345, is that your order?", COMMAND_ASK,
			"#12345, is that your order?"},
		{"#ask <b>\u54ea\u4e00\u4ef6?</b>", COMMAND_ASK,
			"<b>\u54ea\u4e00\u4ef6?</b>"},
		{"#merge 7k3f92qx", COMMAND_MERGE, "7K3F-92QX"},
		{"#merge [#7K3F-92QX]", COMMAND_MERGE, "7K3F-92QX"},
		{"#on-behalf", COMMAND_ON_BEHALF, NULL},
		{"#on-behalf ann@customer.example", COMMAND_ON_BEHALF,
			"ann@customer.example"},
		{"#on-behalf ann@customer.example "
		 "<mailto:ann@customer.example>",
			COMMAND_ON_BEHALF, "ann@customer.example"},
		{"#on-behalf Ann <ann@customer.example>", COMMAND_ON_BEHALF,
			"ann@customer.example"},
		{"#address mailto:ann@new.example", COMMAND_ADDRESS,
			"ann@new.example"},
		{"#vip", COMMAND_VIP, "on"},
		{"#vip off", COMMAND_VIP, "off"},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Commands) commands = read_one(cases[i].line);
		const Command *command = first(commands);

		if (commands->refused)
			fail_msg("%s: %s", cases[i].line, command->problem);
		assert_int_equal(command->verb, cases[i].verb);
		if (cases[i].word)
			assert_string_equal(command->word, cases[i].word);
		else
			assert_null(command->word);
	}
}

static void test_what_is_not_understood_is_refused_with_words(void **state)
{
	static const char *const lines[] = {"#resolv", "#", "resolve",
		"#resolve now", "#reopen please", "#promise",
		"#promise sometime", "#promise 1999-01-01 10:00", "#assign",
		"#assign nobody", "#assign jaan", /* two of that name */
		"#assign ann@customer.example", "#tag", "#tag a,b;c",
		"#priority", "#priority very", "#type", "#cause", "#compensate",
		"#compensate 30", "#compensate EUR", "#compensate -5 EUR",
		"#compensate 0 EUR", "#compensate 30 EURO",
		"#compensate 1.234 EUR", "#compensate 99999999999 EUR",
		"#compensate 30 EUR now", "#merge", "#merge 12345",
		"#merge 7K3F-92QZ", "#canned", "#on-behalf nobody",
		"#on-behalf a b", "#address", "#vip maybe", "#help me", "#ask",
		"#ask ?", "#ask \u2028 ...", "#ask #resolve",
		"#ask #ask Which colour?"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		g_autoptr(Commands) commands = read_one(lines[i]);

		if (!commands->refused)
			fail_msg("%s was taken", lines[i]);
		assert_non_null(first(commands)->problem);
		assert_true(strlen(first(commands)->problem) > 10);
	}
}

static void test_amounts_are_hundredths(void **state)
{
	static const struct {
		const char *line;
		int64_t cents;
		const char *currency;
	} cases[] = {
		{"#compensate 30 EUR", 3000, "EUR"},
		{"#compensate EUR 30", 3000, "EUR"},
		{"#compensate 12.50 usd", 1250, "USD"},
		{"#compensate 12,5 eur", 1250, "EUR"},
		{"#compensate 0.01 VND", 1, "VND"},
		{"#compensate 999999999 VND", 99999999900, "VND"},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Commands) commands = read_one(cases[i].line);

		assert_false(commands->refused);
		assert_int_equal(first(commands)->amount_cents, cases[i].cents);
		assert_string_equal(
			first(commands)->currency, cases[i].currency);
	}
}

static void test_tags_are_folded_and_may_be_removed(void **state)
{
	g_autoptr(Commands) commands =
		read_one("#tag Late, #parcel -Refund \xc3\x95unnetus");
	const GPtrArray *tags = first(commands)->tags;

	(void)state;
	assert_false(commands->refused);
	assert_int_equal(tags->len, 4);
	assert_string_equal(tags->pdata[0], "late");
	assert_string_equal(tags->pdata[1], "parcel");
	assert_string_equal(tags->pdata[2], "-refund");
	assert_string_equal(tags->pdata[3], "\xc3\xb5unnetus");
}

static void test_a_promise_is_an_instant(void **state)
{
	g_autoptr(Commands) commands = read_one("#promise 2026-11-25 14:00");

	(void)state;
	assert_false(commands->refused);
	/* 14:00 in Tallinn is 12:00 UTC, a day from now. */
	assert_int_equal(first(commands)->at_s, NOW + 24 * 60 * 60);
}

static void test_contradictions_are_refused(void **state)
{
	static const char *const pairs[][3] = {
		{"#resolve", "#reopen", NULL},
		{"#resolve", "#note", NULL},
		{"#note", "#resolve", NULL},
		{"#update", "#resolve", NULL},
		{"#resolve", "#promise 24h", NULL},
		{"#note", "#update", NULL},
		{"#note", "#canned refund", NULL},
		{"#merge 7K3F-92QX", "#resolve", NULL},
		{"#not-a-complaint", "#resolve", NULL},
		{"#resolve", "#resolve", NULL},
		{"#ask Which?", "#resolve", NULL},
		{"#promise 24h", "#ask Which?", NULL},
		{"#ask Which?", "#note", NULL},
		{"#ask Which?", "#update", NULL},
		{"#ask Which?", "#not-a-complaint", NULL},
		{"#ask Which?", "#merge 7K3F-92QX", NULL},
		{"#on-behalf ann@customer.example", "#ask Which?", NULL},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
		g_autoptr(Commands) commands = read_all(pairs[i]);
		if (!commands->refused)
			fail_msg("%s and %s", pairs[i][0], pairs[i][1]);
	}
}

static void test_what_goes_together_is_taken(void **state)
{
	static const char *const lines[] = {"#tag late", "#tag parcel",
		"#resolve", "#cause courier", "#compensate 30 EUR",
		"#compensate 5 EUR", "#assign me", "#priority high", NULL};
	g_autoptr(Commands) commands = read_all(lines);

	(void)state;
	assert_false(commands->refused);
	assert_int_equal(commands->list->len, 8);
}

static void test_questions_are_kept_in_their_order(void **state)
{
	static const char *const lines[] = {"#reopen", "#ask Which colour?",
		"#canned need-details", "#ask Which size?", "#tag parcel",
		"#ask Which colour?", NULL};
	static const char *const words[] = {
		"Which colour?", "Which size?", "Which colour?"};
	g_autoptr(Commands) commands = read_all(lines);
	size_t found = 0;

	(void)state;
	assert_false(commands->refused);
	for (guint i = 0; i < commands->list->len; i++) {
		const Command *command = commands->list->pdata[i];
		if (command->verb == COMMAND_ASK)
			assert_string_equal(command->word, words[found++]);
	}
	assert_int_equal(found, G_N_ELEMENTS(words));
}

static void test_so_many_questions_are_asked_and_no_more(void **state)
{
	const char *lines[22] = {NULL};

	(void)state;
	for (size_t i = 0; i < 20; i++)
		lines[i] = "#ask Which colour?";
	g_autoptr(Commands) twenty = read_all(lines);
	lines[20] = "#ask And which size?";
	g_autoptr(Commands) more = read_all(lines);
	assert_false(twenty->refused);
	assert_true(more->refused);
	assert_non_null(((Command *)more->list->pdata[20])->problem);
}

static void test_a_question_has_so_many_characters_and_no_more(void **state)
{
	g_autofree char *most = g_strnfill(500, 'x');
	g_autofree char *fits = g_strdup_printf("#ask %s", most);
	g_autofree char *more = g_strdup_printf("#ask %s\u00f5", most);
	g_autoptr(Commands) good = read_one(fits);
	g_autoptr(Commands) bad = read_one(more);

	(void)state;
	assert_false(good->refused);
	assert_string_equal(first(good)->word, most);
	assert_true(bad->refused);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_lines_are_understood),
		cmocka_unit_test(
			test_what_is_not_understood_is_refused_with_words),
		cmocka_unit_test(test_amounts_are_hundredths),
		cmocka_unit_test(test_tags_are_folded_and_may_be_removed),
		cmocka_unit_test(test_a_promise_is_an_instant),
		cmocka_unit_test(test_contradictions_are_refused),
		cmocka_unit_test(test_what_goes_together_is_taken),
		cmocka_unit_test(test_questions_are_kept_in_their_order),
		cmocka_unit_test(test_so_many_questions_are_asked_and_no_more),
		cmocka_unit_test(
			test_a_question_has_so_many_characters_and_no_more),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
