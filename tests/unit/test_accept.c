/* Whether a mail reads like a complaint, and what it says of its thread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/analysis/internal.h"

/* As a mailbox has it by default. */
static const double threshold = 0.40;

static Analysis *analyse(const char *mail)
{
	g_autoptr(Message) message = message_parse(mail, strlen(mail), NULL);

	assert_non_null(message);
	return analysis_run(message, NULL);
}

static Analysis *read_words(const char *subject, const char *text)
{
	g_autofree char *mail =
		g_strdup_printf("From: mari@example.org\nTo: care@example.com\n"
				"Subject: %s\nMessage-ID: <1@example.org>\n"
				"Content-Type: text/plain; charset=utf-8\n"
				"Content-Transfer-Encoding: 8bit\n\n%s\n",
			subject, text);

	return analyse(mail);
}

typedef struct Case Case;
struct Case {
	const char *subject, *text;
};

static const Case complaints[] = {
	{"Kettle", "The kettle that I bought last week leaks on the table."},
	{"Order 4711", "I ordered three weeks ago and nothing has come. I "
		       "am still waiting and nobody answers the telephone."},
	{"Your shop", "The man at the counter was rude to my mother and "
		      "refused to take the shoes back."},
	{"Invoice 12", "You charged me twice for the same month. Please "
		       "refund one of the two payments."},
	{"Opening hours", "Your site says that you are open until eight, "
			  "what are your real opening hours? I came at seven "
			  "and waited for an hour, I am very disappointed."},
	{"Veekeetja", "Ostsin teilt eelmisel nädalal veekeetja ja see ei "
		      "tööta enam. Palun tagastage raha."},
	{"Tellimus", "Minu pakk ei ole saabunud, kuigi maksin selle eest "
		     "juba kuu aega tagasi. Ootan siiani vastust."},
	{"Ấm đun nước", "Tôi mua ấm đun nước tuần trước và bây giờ nó bị "
			"hỏng, không hoạt động nữa. Tôi rất thất vọng."},
	{"Đơn hàng", "Tôi vẫn chưa nhận được hàng sau ba tuần và không ai "
		     "trả lời điện thoại của tôi."},
	{"Vedenkeitin", "Ostamani vedenkeitin ei toimi ja haluan rahani "
			"takaisin mahdollisimman pian."},
	{"Tilaus", "Pakettini ei ole tullut, vaikka tilasin sen kuukausi "
		   "sitten, eikä kukaan vastaa puhelimeen."},
	{"水壶", "我上周在你们店里买的水壶坏了，一直漏水，我要求退款。"},
	{"订单", "三个星期过去了，我还没收到货，打电话也没人回。"},
	{"Βραστήρας", "Ο βραστήρας που αγόρασα την περασμένη εβδομάδα δεν "
		      "λειτουργεί και θέλω αντικατάσταση."},
	{"Παραγγελία", "Δεν έχω λάβει την παραγγελία μου εδώ και τρεις "
		       "εβδομάδες και κανείς δεν απαντά."},
};

static const Case others[] = {
	{"Opening hours", "Hello, could you tell me your opening hours on "
			  "Saturday, and whether you have in stock the blue "
			  "kettle? Thank you."},
	{"Boost your ranking", "Dear Sir/Madam, we are a leading agency for "
			       "SEO and backlinks and can increase your "
			       "sales. Click here to unsubscribe."},
	{"Job application", "Please find attached my CV and cover letter, I "
			    "am applying for the open position as a "
			    "driver."},
	{"Meeting on Tuesday", "Here is the agenda for the meeting on "
			       "Tuesday; please add what you wish to talk "
			       "about before Monday noon."},
	{"Thank you", "I just wanted to thank you for the excellent service "
		      "last week, I am very happy with the kettle."},
	{"Hello", "My wife and I walked along the river on Sunday and the "
		  "weather was lovely, the swans were there again as they "
		  "are every spring."},
	{"Hinnapäring", "Tere! Kui palju maksab sinine veekeetja ja kas teil "
			"on seda laos? Sooviksin teada ka lahtiolekuaegu."},
	{"Koostööpakkumine", "Pakume teile turundust ja eripakkumisi, mis "
			     "aitavad teie ettevõtte müüki kasvatada."},
	{"Hỏi giá", "Cho tôi hỏi ấm đun nước màu xanh giá bao nhiêu và cửa "
		    "hàng mở cửa lúc mấy giờ?"},
	{"Cảm ơn", "Tôi rất hài lòng với sản phẩm và cảm ơn vì dịch vụ "
		   "tuyệt vời của cửa hàng."},
	{"Aukioloajat", "Hei, mihin aikaan olette auki lauantaina ja "
			"paljonko maksaa sininen vedenkeitin?"},
	{"Kiitos", "Kiitos erinomaisesta palvelusta viime viikolla, olen "
		   "erittäin tyytyväinen vedenkeittimeen."},
	{"咨询", "请问蓝色的水壶多少钱？周六的营业时间是几点到几点？谢谢。"},
	{"合作", "我们提供网站推广和SEO服务，厂家直销，欢迎合作机会。"},
	{"Ωράριο", "Καλημέρα, τι ώρα ανοίγετε το Σάββατο και πόσο κοστίζει "
		   "ο μπλε βραστήρας; Ευχαριστώ πολύ."},
	{"Ευχαριστώ", "Σας ευχαριστώ για την εξαιρετική εξυπηρέτηση, είμαι "
		      "πολύ ευχαριστημένος."},
};

/* Nothing can be said: few words, no word list, nothing but a picture. */
static const Case doubtful[] = {
	{"Hello", "See the picture."},
	{"", ""},
	{"Frage", "Guten Tag, ich habe vor drei Wochen bei Ihnen einen "
		  "Wasserkocher gekauft und wollte mich dazu bei Ihnen "
		  "melden."},
	{"Question", "4711"},
};

static char *tell(const Analysis *analysis)
{
	GString *words = g_string_new(NULL);

	g_string_printf(words, "%s: %.2f", analysis->subject,
		analysis->complaint_score);
	for (guint i = 0; i < analysis->complaint_reasons->len; i++)
		g_string_append_printf(words, ", %s",
			(char *)analysis->complaint_reasons->pdata[i]);
	return g_string_free(words, FALSE);
}

static void expect(const Case *cases, size_t length, bool taken)
{
	for (size_t i = 0; i < length; i++) {
		g_autoptr(Analysis) analysis =
			read_words(cases[i].subject, cases[i].text);
		g_autofree char *told = tell(analysis);

		assert_in_range(analysis->complaint_score * 1000, 0, 1000);
		if ((analysis->complaint_score >= threshold) != taken)
			fail_msg("%s", told);
	}
}

static void test_complaints_are_known_in_six_languages(void **state)
{
	(void)state;
	expect(complaints, G_N_ELEMENTS(complaints), true);
}

static void test_other_mail_is_known_in_six_languages(void **state)
{
	(void)state;
	expect(others, G_N_ELEMENTS(others), false);
}

static void test_what_is_in_doubt_is_taken(void **state)
{
	(void)state;
	expect(doubtful, G_N_ELEMENTS(doubtful), true);
	g_autoptr(Analysis) unparsed = analysis_unparsed(NULL, "it died");
	assert_true(unparsed->complaint_score >= threshold);
	assert_int_equal(unparsed->complaint_reasons->len, 1);
}

static void test_the_reasons_are_told(void **state)
{
	(void)state;
	g_autoptr(Analysis) analysis =
		read_words("Kettle", "It leaks. What are your opening hours?");
	g_autofree char *told = tell(analysis);

	assert_string_equal(
		told, "Kettle: 0.50, fault: 'leak', question: 'opening hours'");
}

static void test_a_report_of_a_machine_is_no_complaint(void **state)
{
	(void)state;
	g_autoptr(Analysis) analysis = analyse(
		"From: mari@example.org\nTo: care@example.com\n"
		"Subject: Out of office\nAuto-Submitted: auto-replied\n\n"
		"I am away; the kettle is broken and I want a refund.\n");

	assert_int_equal(analysis->kind, ANALYSIS_AUTO_REPLY);
	assert_true(analysis->complaint_score < threshold);
	assert_string_equal(
		analysis->complaint_reasons->pdata[0], "kind: auto-reply");
}

/* Words inside words are none; what is quoted is not the sender's. */
static void test_only_own_whole_words_count(void **state)
{
	(void)state;
	g_autoptr(Analysis) analysis = read_words("Hello",
		"The unbrokenness of the refusals is of no matter here.\n\n"
		"> The kettle is broken and I want a refund.\n");
	g_autofree char *told = tell(analysis);

	for (guint i = 0; i < analysis->complaint_reasons->len; i++) {
		const char *reason = analysis->complaint_reasons->pdata[i];
		if (!g_str_has_prefix(reason, "no sign"))
			fail_msg("%s", told);
	}
}

/* ---- the thread -------------------------------------------------------- */

static void test_ids_that_a_gateway_replaced_are_kept(void **state)
{
	(void)state;
	g_autoptr(Analysis) analysis = analyse(
		"From: mari@example.org\nSubject: Kettle\n"
		"Message-ID: <new@gateway.example>\n"
		"X-Google-Original-Message-ID: <first@example.org>\n"
		"X-MS-TNEF-Correlator: <new@gateway.example>\n"
		"Resent-Message-ID: <second@example.org> <third@example.org>\n"
		"X-Original-Message-ID: no id at all\n\nIt leaks.\n");

	assert_string_equal(analysis->message_id, "new@gateway.example");
	assert_int_equal(analysis->other_ids->len, 3);
	assert_string_equal(analysis->other_ids->pdata[0], "first@example.org");
	assert_string_equal(analysis->other_ids->pdata[2], "third@example.org");
}

static void test_thread_index_is_taken_only_if_it_is_one(void **state)
{
	static const struct {
		const char *value;
		bool taken;
	} cases[] = {
		{"AQHZ1ABCDEFGHIJKLMNOPQRSTUVWXQ==", true},
		{"AQHZ1ABCDEFGHIJKLMNO\n PQRSTUVWXQ==", true},
		{"AQHZ1ABCDEFGHIJKLMNOPQRSTUVWXQAA", false},
		{"BQHZ1ABCDEFGHIJKLMNOPQRSTUVWXQ==", false},
		{"AQHZ", false},
		{"<script>alert(1)</script>", false},
		{"", false},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *mail = g_strdup_printf(
			"From: mari@example.org\nSubject: Kettle\n"
			"Thread-Topic: Kettle\nThread-Index: %s\n\nIt leaks.\n",
			cases[i].value);
		g_autoptr(Analysis) analysis = analyse(mail);

		if (!!analysis->thread_index != cases[i].taken)
			fail_msg("%s", cases[i].value);
		assert_string_equal(analysis->thread_topic, "Kettle");
	}
}

static void test_a_forward_is_known_by_the_mail_in_it(void **state)
{
	static const struct {
		const char *subject, *text;
		bool forward;
	} cases[] = {
		{"Fwd: Kettle",
			"---------- Forwarded message ---------\n"
			"From: Jaan <jaan@example.org>\n"
			"Subject: Kettle\n\nIt leaks.\n",
			true},
		{"WG: Kettle",
			"Von: Jaan\nGesendet: Montag\nAn: Mari\n"
			"Betreff: Kettle\n\nIt leaks.\n",
			true},
		{"Fwd: Kettle", "I forward the kettle itself by post.\n",
			false},
		{"Re: Kettle",
			"---------- Forwarded message ---------\n"
			"From: Jaan <jaan@example.org>\n\nIt leaks.\n",
			false},
		{"Kettle", "It leaks.\n", false},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Analysis) analysis =
			read_words(cases[i].subject, cases[i].text);

		if (analysis->forward != cases[i].forward)
			fail_msg("%s: %s", cases[i].subject, cases[i].text);
	}
}

/* ---- language ---------------------------------------------------------- */

static void test_language_falls_back_to_what_the_client_declares(void **state)
{
	static const struct {
		const char *header, *text, *language;
		bool sure;
	} cases[] = {
		{"Content-Language: fi-FI\n",
			"The kettle that I bought from you last week leaks on "
			"the table and I am not pleased with it.",
			"en", true},
		{"Content-Language: fi-FI\n", "4711", "fi", false},
		{"", "4711", "et", false},
	};
	const AnalysisEnvelope envelope = {.default_language = "et"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *mail =
			g_strdup_printf("From: mari@example.org\n%s\n%s\n",
				cases[i].header, cases[i].text);
		g_autoptr(Message) message =
			message_parse(mail, strlen(mail), NULL);
		g_autoptr(Analysis) analysis = analysis_run(message, &envelope);

		assert_string_equal(analysis->language, cases[i].language);
		assert_int_equal(
			analysis->language_confidence >= 0.5, cases[i].sure);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_complaints_are_known_in_six_languages),
		cmocka_unit_test(test_other_mail_is_known_in_six_languages),
		cmocka_unit_test(test_what_is_in_doubt_is_taken),
		cmocka_unit_test(test_the_reasons_are_told),
		cmocka_unit_test(test_a_report_of_a_machine_is_no_complaint),
		cmocka_unit_test(test_only_own_whole_words_count),
		cmocka_unit_test(test_ids_that_a_gateway_replaced_are_kept),
		cmocka_unit_test(test_thread_index_is_taken_only_if_it_is_one),
		cmocka_unit_test(test_a_forward_is_known_by_the_mail_in_it),
		cmocka_unit_test(
			test_language_falls_back_to_what_the_client_declares),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
