/* Who complains, and how urgently. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/analysis/internal.h"

typedef struct Case Case;
struct Case {
	const char *language;
	const char *text;
	enum analysis_complainer kind;
	int urgency;
};

static const Case cases[] = {
	{"en", "The kettle leaks. Please send another.",
		ANALYSIS_COMPLAINER_NONE, 0},
	{"en", "I want a refund for the kettle, please.",
		ANALYSIS_COMPLAINER_NONE, 1},
	{"en",
		"Sorry to bother you, maybe it's my fault, but the kettle "
		"leaks. No hurry.",
		ANALYSIS_MEEK, 0},
	{"en",
		"THIS IS RIDICULOUS!!!!! You are thieves. My lawyer will "
		"write to you immediately!",
		ANALYSIS_AGGRESSIVE, 3},
	{"en",
		"I have been a loyal customer for years and I expect the best "
		"service. Price is not the issue.",
		ANALYSIS_HIGH_ROLLER, 0},
	{"en",
		"A voucher of 10 euros is not enough. I want more "
		"compensation and I keep the product.",
		ANALYSIS_RIP_OFF, 1},
	{"en",
		"Yet again my order is wrong, as always. This is my third "
		"complaint.",
		ANALYSIS_CHRONIC, 0},
	{"en", "It caught fire and my son is in hospital.",
		ANALYSIS_COMPLAINER_NONE, 3},
	{"en", "I shall call the ombudsman and the newspapers.",
		ANALYSIS_COMPLAINER_NONE, 3},
	{"et", "Täielik jama! Petturid! Häbematu! Pöördun advokaadi poole!!",
		ANALYSIS_AGGRESSIVE, 2},
	{"et", "Vabandust, et tülitan, äkki ma eksin, aga veekeetja lekib.",
		ANALYSIS_MEEK, 0},
	{"et", "Pöördun tarbijakaitsesse.", ANALYSIS_COMPLAINER_NONE, 2},
	{"et", "Pistikust tuli suitsu ja see on ohtlik.",
		ANALYSIS_COMPLAINER_NONE, 3},
	{"fi", "Törkeää! Huijarit! Vien asian oikeuteen!", ANALYSIS_AGGRESSIVE,
		2},
	{"fi", "Taas väärä tuote, joka kerta sama juttu.", ANALYSIS_CHRONIC, 0},
	{"fi", "Haluan rahani takaisin.", ANALYSIS_COMPLAINER_NONE, 1},
	{"vi", "Đồ lừa đảo! Quá tệ! Tôi sẽ gọi luật sư ngay lập tức!",
		ANALYSIS_AGGRESSIVE, 2},
	{"vi", "Tôi muốn hoàn tiền.", ANALYSIS_COMPLAINER_NONE, 1},
	{"zh", "骗子！垃圾公司！我要找律师，马上退款！！", ANALYSIS_AGGRESSIVE,
		3},
	{"zh", "第三次了，每次都发错。", ANALYSIS_CHRONIC, 0},
	{"zh", "水壶漏水，请换一个。", ANALYSIS_COMPLAINER_NONE, 0},
	{"el", "Απατεώνες! Αίσχος! Θα κάνω μήνυση!", ANALYSIS_AGGRESSIVE, 2},
	{"el", "Θέλω επιστροφή χρημάτων.", ANALYSIS_COMPLAINER_NONE, 1},
	{"de", "Frechheit! Ihr Betrüger! Mein Anwalt meldet sich.",
		ANALYSIS_AGGRESSIVE, 2},
	{"ru", "Опять не то, как всегда, каждый раз одно и то же.",
		ANALYSIS_CHRONIC, 0},
	{NULL, "Мошенники! Позор! Подам в суд!", ANALYSIS_AGGRESSIVE, 2},
	/* words inside words do not count */
	{"en",
		"The courtyard was miscounted; the impress is "
		"stupidly "
		"small.",
		ANALYSIS_COMPLAINER_NONE, 0},
	{"et", "", ANALYSIS_COMPLAINER_NONE, 0},
};

static void test_kind_and_urgency_follow_from_the_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *reason = NULL;
		int urgency = -1;
		enum analysis_complainer kind =
			complainer_judge("Kettle", cases[i].text,
				cases[i].language, &reason, &urgency, NULL);

		if (kind != cases[i].kind || urgency != cases[i].urgency)
			fail_msg("%s: %d, urgency %d, %s", cases[i].text,
				(int)kind, urgency, reason ? reason : "-");
		if (kind != ANALYSIS_COMPLAINER_NONE || urgency > 0)
			assert_non_null(reason);
	}
}

static void test_reason_is_given_in_words(void **state)
{
	g_autofree char *reason = NULL;
	int urgency;

	(void)state;
	assert_int_equal(complainer_judge(NULL,
				 "My lawyer will write to you!!!! Thieves!",
				 "en", &reason, &urgency, NULL),
		ANALYSIS_AGGRESSIVE);
	assert_string_equal(reason, "5 exclamation marks, 'lawyer', 'thieves'");
}

static void test_hostile_text_takes_linear_time(void **state)
{
	static const char *const units[] = {
		"!", "A", "lawye", "not ", "不", "s", "court ", "\xcc\x81"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
		GString *text = g_string_new(NULL);
		g_autofree char *reason = NULL;
		int urgency = -1;
		gint64 before;

		while (text->len < 1024 * 1024)
			g_string_append(text, units[i]);
		before = g_get_monotonic_time();
		complainer_judge(
			NULL, text->str, NULL, &reason, &urgency, NULL);
		assert_in_range(urgency, 0, 3);
		assert_true(!reason || g_utf8_validate(reason, -1, NULL));
		if (g_get_monotonic_time() - before > 5 * G_USEC_PER_SEC)
			fail_msg("%s is slow", units[i]);
		g_string_free(text, TRUE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kind_and_urgency_follow_from_the_words),
		cmocka_unit_test(test_reason_is_given_in_words),
		cmocka_unit_test(test_hostile_text_takes_linear_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
