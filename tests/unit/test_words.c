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

/* As our mails name it: customers copy the word. */
static void test_the_word_that_a_mail_names_is_known(void **state)
{
	static const char *const words[] = {
		"STAATUS",                              /* et */
		"TILA",                                 /* fi */
		"STATUSS",                              /* lv */
		"СТАТУС",                               /* ru */
		"STATUS",                               /* sv de pl */
		"STATUT",                               /* fr */
		"ESTADO",                               /* es */
		"TRẠNG THÁI", "TRA\u0323NG THA\u0301I", /* vi */
		"状态", "“状态”",                       /* zh */
		"ΚΑΤΑΣΤΑΣΗ",                            /* el */
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		assert_true(words_ask_for_status(words[i]));
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

/* <strong>WORD</strong> in HTML; NULL: the folder names none. */
static char *word_named_in(const char *folder)
{
	g_autofree char *path = g_build_filename(REDRESS_SOURCE_DIR,
		"templates", folder, "_status_word.html", NULL);
	g_autofree char *html = NULL;

	if (!g_file_get_contents(path, &html, NULL, NULL))
		return NULL;
	const char *begin = strstr(html, "<strong>");
	const char *end = strstr(html, "</strong>");
	assert_non_null(begin);
	assert_non_null(end);
	begin += strlen("<strong>");
	return g_strndup(begin, (gsize)(end - begin));
}

/* The table above is ours; this is what customers are told. */
static void test_the_word_in_every_shipped_mail_is_known(void **state)
{
	g_autoptr(GDir) shipped =
		g_dir_open(REDRESS_SOURCE_DIR "/templates", 0, NULL);
	const char *folder;
	unsigned named = 0;
	(void)state;

	assert_non_null(shipped);
	while ((folder = g_dir_read_name(shipped))) {
		g_autofree char *word = word_named_in(folder);
		if (!word)
			continue;
		named++;
		if (!words_ask_for_status(word))
			fail_msg("%s: not known: %s", folder, word);
	}
	assert_true(named > 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_bare_request_for_the_state_is_known),
		cmocka_unit_test(test_the_word_that_a_mail_names_is_known),
		cmocka_unit_test(test_whoever_says_more_asks_for_more),
		cmocka_unit_test(test_the_word_in_every_shipped_mail_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
