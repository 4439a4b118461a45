/* Own words that steer the ticket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/analysis/internal.h"

static void test_a_bare_request_for_the_state_is_known(void **state)
{
	static const char *const texts[] = {"STATUS", "status?",
		"Status please", "What is the status of my order 12345?",
		"Any update on this?", "Hi,\n\nany news?\n\nThanks", "staatus",
		"Mis seis on?", "Tere, mis on minu kaebuse seis? Tänan!",
		"hetkeseis", "tila?", "Hei, mikä on tilanne? Kiitos",
		"Missä mennään?", "trạng thái", "Tình trạng đơn hàng của tôi?",
		"Trang thai?", "Xin cho biết tiến độ", "状态", "进度？",
		"请问我的投诉进度？", "狀態", "κατάσταση",
		"Ποια είναι η κατάσταση;", "ΚΑΤΑΣΤΑΣΗ", "Wie ist der Stand?",
		"Où en est ma commande ?", "¿Hay novedades?", "статус",
		"Status [#7K3F-92QX]", "STATUS 7K3F-92QX", "läget?", "状況は？",
		"durum nedir?",
		"Could you please tell me the status of my complaint?",
		"When will I get an answer?",
		"Palun öelge, mis on minu kaebuse seis?",
		"Kuidas mu kaebusega lood on?", "Kas minu asjas on uudiseid?",
		"Kaugel mu asi on?", "Missä vaiheessa asiani on?",
		"Onko asiassani edistystä?", "Miten asiani etenee?",
		"Khiếu nại của tôi có gì mới?", "我的投诉处理得怎么样了？",
		"有结果了吗？", "Ποια είναι η κατάσταση του αιτήματός μου;",
		"Σε ποιο στάδιο βρίσκεται η υπόθεσή μου;",
		"Τι γίνεται με το παράπονό μου;"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		if (!words_ask_for_status(texts[i]))
			fail_msg("not known: %s", texts[i]);
	}
}

static void test_whoever_says_more_asks_for_more(void **state)
{
	static const char *const texts[] = {"", "?", "Hello", "12345",
		"The status is wrong, I never got it.",
		"Please update my address.",
		"What is the status? If I hear nothing I call a lawyer.",
		"My order", "Tere, palun", "Tellimus on katki", "Tila on rikki",
		"订单坏了", "estate", "restatus",
		"Could you tell me where my money is?",
		"Palun öelge, kus mu raha on", "Asi on katki", "Asia on rikki",
		"Miten saan rahat?", "Tôi muốn hoàn tiền", "我想退款",
		"Θέλω τα χρήματά μου", "Ποια είναι η τιμή;"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		assert_false(words_ask_for_status(texts[i]));
}

static void assert_commands(const char *text, const char *expected)
{
	g_autoptr(GPtrArray) found = words_find_commands(text);
	g_autoptr(GString) joined = g_string_new(NULL);

	for (guint i = 0; i < found->len; i++)
		g_string_append_printf(joined, "%s|", (char *)found->pdata[i]);
	assert_string_equal(joined->str, expected);
}

static void test_commands_stand_at_the_start_or_the_end(void **state)
{
	(void)state;
	assert_commands("#resolve", "#resolve|");
	assert_commands("We send a new one.\n\n#resolve\n#tag kettle lid\n",
		"#resolve|#tag kettle lid|");
	assert_commands("\n#assign mari@example.com\n\nLook at this.\n"
			"#priority high",
		"#assign mari@example.com|#priority high|");
	assert_commands("#Promise tomorrow 12:00\nYou will hear.",
		"#Promise tomorrow 12:00|");
	assert_commands("#note called the shop\r\n\r\n#help\r\n",
		"#note called the shop|#help|");
	assert_commands("#compensate 10 EUR\n#canned sorry\n#merge 7K3F-92QX\n"
			"#not-a-complaint\n#on-behalf a@example.com\n"
			"#escalate\n#reopen\n#update\n#type late\n#cause post",
		"#compensate 10 EUR|#canned sorry|#merge 7K3F-92QX|"
		"#not-a-complaint|#on-behalf a@example.com|#escalate|#reopen|"
		"#update|#type late|#cause post|");
}

static void test_what_is_no_exact_line_commands_nothing(void **state)
{
	static const char *const texts[] = {"", "Please #resolve this",
		"One.\n#resolve\nTwo.", "#resolved", "# resolve", "resolve",
		" #resolve", "##resolve", "#resolve-it", "#1", "> #resolve",
		"#hashtag", "\"#resolve\"", "#resolve."};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		assert_commands(texts[i], "");
}

static void test_below_a_quote_that_stayed_nothing_commands(void **state)
{
	(void)state;
	assert_commands("Look.\n\nOn 3 Mar 2025 the customer wrote:\n"
			"It leaks.\n#resolve",
		"");
	assert_commands(
		"#note seen\nLook.\n> It leaks.\n#resolve", "#note seen|");
	assert_commands(
		"Look.\n\nFrom: Jaan\nIt leaks.\n#compensate 900 EUR", "");
}

static void test_hostile_text_commands_little(void **state)
{
	GString *text = g_string_new(NULL);
	g_autoptr(GPtrArray) found = NULL;

	(void)state;
	while (text->len < 1024 * 1024)
		g_string_append(text, "#note\n");
	found = words_find_commands(text->str);
	assert_true(found->len > 0 && found->len <= 64);
	assert_false(words_ask_for_status(text->str));
	g_string_free(text, TRUE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_bare_request_for_the_state_is_known),
		cmocka_unit_test(test_whoever_says_more_asks_for_more),
		cmocka_unit_test(test_commands_stand_at_the_start_or_the_end),
		cmocka_unit_test(test_what_is_no_exact_line_commands_nothing),
		cmocka_unit_test(
			test_below_a_quote_that_stayed_nothing_commands),
		cmocka_unit_test(test_hostile_text_commands_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
