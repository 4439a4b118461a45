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

/* (transfer full) */
static Analysis *judge(
	const char *subject, const char *text, const char *language)
{
	Analysis *analysis = analysis_new();

	analysis->base_subject = g_strdup(subject);
	g_free(analysis->reply_text);
	analysis->reply_text = g_strdup(text);
	analysis->language = g_strdup(language);
	complainer_judge(analysis);
	return analysis;
}

static void test_kind_and_urgency_follow_from_the_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Analysis) got =
			judge("Kettle", cases[i].text, cases[i].language);

		if (got->complainer != cases[i].kind ||
			got->urgency != cases[i].urgency)
			fail_msg("%s: %d, urgency %d, %s", cases[i].text,
				(int)got->complainer, got->urgency,
				got->complainer_reason);
		if (got->complainer != ANALYSIS_COMPLAINER_NONE ||
			got->urgency > 0)
			assert_non_null(got->complainer_reason);
	}
}

static void test_reason_is_given_in_words(void **state)
{
	g_autoptr(Analysis) got =
		judge(NULL, "My lawyer will write to you!!!! Thieves!", "en");

	(void)state;
	assert_int_equal(got->complainer, ANALYSIS_AGGRESSIVE);
	assert_string_equal(got->complainer_reason,
		"5 exclamation marks, 'lawyer', 'thieves'");
}

/* NULL: no threat. */
static const struct {
	const char *language;
	const char *text;
	const char *threat;
} threats[] = {
	{"en", "You will hear from my lawyer.", "law: 'lawyer'"},
	{"en", "I'll see you in court!", "law: 'see you in court'"},
	{"en", "I will take it to the FCA.", "regulator: 'fca'"},
	{"en", "I shall call the newspaper.", "press: 'newspaper'"},
	{"en", "I will post this on Facebook.", "press: 'facebook'"},
	{"en", "Next stop: the ombudsman.", "regulator: 'ombudsman'"},
	{"en", "I will sue you and tell the press",
		"law: 'sue you'; press: 'the press'"},
	{"en", "My mother-in-law bought it.", NULL},
	{"en", "I press the button and nothing happens. I call you.", NULL},
	{"en", "The juice press is broken.", NULL},
	{"en", "The tennis court was wet, as was the food court.", NULL},
	{"en", "It was wrapped in newspaper.", NULL},
	{"en", "I found you on Facebook.", NULL},
	{"en", "The pressure regulator of the stove leaks.", NULL},
	{"en", "My flaw is patience, the lawn is green.", NULL},
	{"et", "Pöördun tarbijakaitse poole.", "regulator: 'tarbijakaitse'"},
	{"et", "Annan asja kohtusse.", "law: 'kohtusse'"},
	{"et", "Kirjutan sellest ajalehte.", "press: 'ajalehte'"},
	{"et", "TTJA saab sellest teada", "regulator: 'ttja'"},
	{"et", "Me kohtusime poes.", NULL},
	{"et", "Meediamängija on katki.", NULL},
	{"et", "Ajaleht jäi eile tulemata.", NULL},
	{"fi", "Otan yhteyttä kuluttajariitalautakuntaan.",
		"regulator: 'kuluttajariitalautakuntaan'"},
	{"fi", "Ilmoitan tästä KKV:lle.", "regulator: 'kkv'"},
	{"fi", "Vien asian oikeuteen.", "law: 'oikeuteen'"},
	{"fi", "Kirjoitan tästä Facebookiin.", "press: 'facebookiin'"},
	{"fi", "Televisio ei toimi.", NULL},
	{"fi", "Olette oikeassa.", NULL},
	{"vi", "Tôi sẽ khởi kiện công ty.", "law: 'khởi kiện'"},
	{"vi", "Tôi sẽ báo Cục Quản lý cạnh tranh.",
		"regulator: 'cục quản lý'"},
	{"vi", "Tôi sẽ đăng lên Facebook.", "press: 'facebook'"},
	{"vi", "Bưu kiện bị rách, thiếu phụ kiện.", NULL},
	{"vi", "Điều kiện bảo hành là gì?", NULL},
	{"vi", "Tôi mua qua Facebook của shop.", NULL},
	{"zh", "我要打12315投诉。", "regulator: '12315'"},
	{"zh", "我会找消协。", "regulator: '消协'"},
	{"zh", "我要找律师。", "law: '律师'"},
	{"zh", "我会联系媒体。", "press: '媒体'"},
	{"zh", "订单号12315。", NULL},
	{"zh", "多媒体播放器坏了。", NULL},
	{"zh", "相机曝光不准。", NULL},
	{"el", "Θα κάνω μήνυση.", "law: 'μήνυση'"},
	{"el", "Θα απευθυνθώ στον Συνήγορο του Καταναλωτή.",
		"regulator: 'συνήγορο του καταναλωτή'"},
	{"el", "Θα γράψω στην εφημερίδα.", "press: 'εφημερίδα'"},
	{"el", "Η τηλεόραση χάλασε.", NULL},
	{"el", "Η εφημερίδα ήταν βρεγμένη.", NULL},
	{"de", "Mein Anwalt meldet sich.", "law: 'anwalt'"},
	{"de", "Ich gehe zur Verbraucherzentrale.",
		"regulator: 'verbraucherzentrale'"},
	{"de", "Das Gericht war kalt.", NULL},
	{"de", "Die Knoblauchpresse klemmt.", NULL},
	{"fr", "Je vais contacter mon avocat.", "law: 'mon avocat'"},
	{"fr", "Je vais saisir la DGCCRF.", "regulator: 'dgccrf'"},
	{"fr", "Les avocats étaient pourris.", NULL},
	{"fr", "Le presse-agrumes est cassé.", NULL},
	{"es", "Voy a llamar a mi abogado.", "law: 'abogado'"},
	{"es", "Voy a acudir a consumo.", "regulator: 'consumo'"},
	{"es", "El consumo eléctrico es alto.", NULL},
	{"ru", "Я подам в суд.", "law: 'суд'"},
	{"ru", "Пожалуюсь в Роспотребнадзор.", "regulator: 'роспотребнадзор'"},
	{"ru", "Пресс для чеснока сломан, посуда разбита.", NULL},
	{"sv", "Jag anmäler er till ARN.", "regulator: 'arn'"},
	{"sv", "Tidningen kom inte, barnen är ledsna.", NULL},
	{"lv", "Vērsīšos PTAC.", "regulator: 'ptac'"},
	{"lv", "Avīze netika piegādāta.", NULL},
	{"pl", "Zgłoszę to do UOKiK.", "regulator: 'uokik'"},
	{"pl", "Oddam sprawę do sądu.", "law: 'do sądu'"},
	{"pl", "Gazeta była mokra, sądzę że od deszczu.", NULL},
};

static void test_a_threat_is_told_from_words_that_look_like_one(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(threats); i++) {
		g_autoptr(Analysis) got =
			judge("Kettle", threats[i].text, threats[i].language);

		if (!g_strcmp0(got->threat, threats[i].threat))
			continue;
		print_error("%s: %s\n", threats[i].text,
			got->threat ? got->threat : "no threat");
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void test_a_reply_threatens_with_its_own_words_only(void **state)
{
	g_autoptr(Analysis) reply = analysis_new();

	(void)state;
	reply->base_subject = g_strdup("My lawyer");
	reply->language = g_strdup("en");
	g_ptr_array_add(reply->in_reply_to, g_strdup("a@example.com"));
	complainer_judge(reply);
	assert_null(reply->threat);

	g_autoptr(Analysis) first = judge("My lawyer", "The lid leaks.", "en");
	assert_string_equal(first->threat, "law: 'lawyer'");
}

static void test_hostile_text_takes_linear_time(void **state)
{
	static const char *const units[] = {"!", "A", "lawye", "not ", "不",
		"s", "court ", "\xcc\x81", "facebook ", "call the court "};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
		GString *text = g_string_new(NULL);
		gint64 before;

		while (text->len < 1024 * 1024)
			g_string_append(text, units[i]);
		before = g_get_monotonic_time();
		g_autoptr(Analysis) got = judge(NULL, text->str, NULL);
		assert_in_range(got->urgency, 0, 3);
		assert_true(!got->complainer_reason ||
			    g_utf8_validate(got->complainer_reason, -1, NULL));
		assert_true(
			!got->threat || g_utf8_validate(got->threat, -1, NULL));
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
		cmocka_unit_test(
			test_a_threat_is_told_from_words_that_look_like_one),
		cmocka_unit_test(
			test_a_reply_threatens_with_its_own_words_only),
		cmocka_unit_test(test_hostile_text_takes_linear_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
