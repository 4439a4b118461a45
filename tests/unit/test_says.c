/* What a short mail says: solved, thanks, a rating. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/analysis/internal.h"

/* (transfer full) */
static Analysis *judge(const char *language, const char *text)
{
	Analysis *analysis = analysis_new();

	g_free(analysis->reply_text);
	analysis->reply_text = g_strdup(text);
	analysis->language = g_strdup(language);
	analysis->language_confidence = language ? 0.9 : 0.0;
	complainer_judge(analysis);
	says_judge(analysis);
	return analysis;
}

typedef struct Case Case;
struct Case {
	const char *language;
	const char *text;
};

static const Case solved[] = {
	{"en", "Solved, thanks"},
	{"en", "Solved!"},
	{"en", "Hi Mari,\n\nit works now, thank you!\n\nBest regards\nJohn "
	       "Smith"},
	{"en", "You can close this."},
	{"en", "The refund has arrived, thanks."},
	{"en", "The problem has been solved. Thank you very much!"},
	{"en", "The kettle works perfectly now. Thanks!"},
	{"en", "Please close the ticket, all is well now."},
	{"en", "Problem solved [#7K3F-92QX]"},
	{"en", "It\xe2\x80\x99s fixed, many thanks \xf0\x9f\x98\x8a"},
	{"et", "Probleem on lahendatud, aitäh!"},
	{"et", "Nüüd töötab, suur tänu!"},
	{"et", "Võite sulgeda. Tänan!"},
	{"et", "Tere! Raha laekus, aitäh abi eest.\n\nTervitades\nMari"},
	{"et", "Kõik korras, aitäh"},
	{"fi", "Ongelma on ratkaistu, kiitos!"},
	{"fi", "Nyt toimii, kiitos avusta."},
	{"fi", "Voitte sulkea tapauksen."},
	{"fi", "Rahat tulivat, kiitos!"},
	{"fi", "Kaikki kunnossa. Terveisin\nMatti"},
	{"vi", "Đã giải quyết xong, cảm ơn!"},
	{"vi", "Vấn đề đã được giải quyết. Cảm ơn bạn rất nhiều!"},
	{"vi", "Tôi đã nhận được tiền hoàn, cảm ơn"},
	{"vi", "Máy hoạt động tốt rồi, cảm ơn"},
	{"zh", "问题已解决，谢谢！"},
	{"zh", "已经解决了，谢谢你们的帮助"},
	{"zh", "退款已收到，谢谢。"},
	{"zh", "可以关闭了。"},
	{"el", "Το πρόβλημα λύθηκε, ευχαριστώ!"},
	{"el", "Τώρα λειτουργεί, ευχαριστώ πολύ."},
	{"el", "Έλαβα τα χρήματα, σας ευχαριστώ."},
	{"el", "Μπορείτε να κλείσετε το θέμα."},
	{"de", "Das Problem ist gelöst, vielen Dank!"},
	{"de", "Erledigt, danke."},
	{"de", "Das Geld ist angekommen. Danke!"},
	{"fr", "Le problème est résolu, merci !"},
	{"fr", "Ça marche, merci beaucoup."},
	{"fr", "J'ai bien reçu le remboursement, merci."},
	{"es", "El problema está resuelto, gracias."},
	{"es", "Ya funciona, muchas gracias."},
	{"es", "He recibido el reembolso, gracias"},
	{"ru", "Проблема решена, спасибо!"},
	{"ru", "Всё работает, большое спасибо."},
	{"ru", "Деньги пришли, спасибо!"},
	{"sv", "Problemet är löst, tack!"},
	{"sv", "Det fungerar nu, tack så mycket"},
	{"sv", "Pengarna har kommit, tack"},
	{"lv", "Problēma ir atrisināta, paldies!"},
	{"lv", "Viss strādā, liels paldies."},
	{"lv", "Nauda ir saņemta, paldies"},
	{"pl", "Problem został rozwiązany, dziękuję!"},
	{"pl", "Już działa, dziękuję bardzo."},
	{"pl", "Pieniądze dotarły, dziękuję"},
	{NULL, "Solved, thanks"},
	{NULL, "Aitäh, korras!"},
};

static const Case unsolved[] = {
	{"en", ""},
	{"en", "Not solved."},
	{"en", "It is still not solved"},
	{"en", "I thought it was solved but it leaks again"},
	{"en", "Is it solved?"},
	{"en", "It works, but the lid is missing."},
	{"en", "If it is solved, let me know."},
	{"en", "Once it is solved you can close this"},
	{"en", "Thank you. When it is solved, tell me."},
	{"en", "You can close this when the refund has arrived"},
	{"en", "You say it is solved"},
	{"en", "Unsolved!"},
	{"en", "Half solved, thanks"},
	{"en", "It works now and then."},
	{"en", "I want it solved."},
	{"en", "Please get this solved, thanks"},
	{"en", "It should be solved"},
	{"en", "Nothing is solved"},
	{"en", "One of the problems is solved"},
	{"en", "The refund has arrived"},
	{"en", "The wrong refund arrived, thanks"},
	{"en", "The problem is solved for the fridge, the oven smokes"},
	{"en", "Solved? My lawyer laughs."},
	{"en", "Please don't close this"},
	{"en", "It works \xf0\x9f\x91\x8e"},
	{"en", "Thanks"},
	{"en", "It was solved until yesterday"},
	{"en", "I hope it is solved"},
	{"en", "Solved my way: returned everything"},
	{"en", "Works fine my foot"},
	{"en", "You can close your shop"},
	{"en", "Everything is fine in your dreams"},
	{"en", "The refund has arrived thanks to my bank"},
	{"en", "Whatever, you can close this."},
	{"en", "You can close this, I will never buy from you."},
	{"en", "Refund received, thanks, half the amount"},
	{"et", "Ei ole lahendatud"},
	{"et", "Probleem pole lahendatud"},
	{"et", "Töötab nüüd, aga kaas lekib"},
	{"et", "Kas on lahendatud?"},
	{"et", "Kui on lahendatud, andke teada. Aitäh"},
	{"et", "Arvasin, et on korras"},
	{"et", "Raha pole laekunud, aitäh"},
	{"et", "Palun saage see korda"},
	{"fi", "Ei ole ratkaistu"},
	{"fi", "Ongelma ei ole ratkennut"},
	{"fi", "Nyt toimii, mutta kansi vuotaa"},
	{"fi", "Onko asia kunnossa?"},
	{"fi", "Kun asia on ratkaistu, kertokaa. Kiitos"},
	{"fi", "Luulin että asia on kunnossa"},
	{"fi", "Rahat eivät tulleet, kiitos"},
	{"vi", "Chưa giải quyết xong"},
	{"vi", "Vẫn chưa được giải quyết"},
	{"vi", "Đã giải quyết xong chưa?"},
	{"vi", "Đã hoạt động nhưng nắp bị hỏng"},
	{"vi", "Khi nào giải quyết xong thì báo tôi"},
	{"vi", "Tôi tưởng đã giải quyết xong"},
	{"vi", "Nếu đã được giải quyết, cảm ơn"},
	{"zh", "还没解决"},
	{"zh", "问题没有解决了"},
	{"zh", "解决了吗？"},
	{"zh", "解决了，但是盖子坏了"},
	{"zh", "如果解决了，可以关闭"},
	{"zh", "以为已经解决了"},
	{"zh", "请解决"},
	{"zh", "未解决"},
	{"el", "Δεν λύθηκε"},
	{"el", "Λύθηκε;"},
	{"el", "Λειτουργεί τώρα, αλλά το καπάκι λείπει"},
	{"el", "Αν λύθηκε, ευχαριστώ"},
	{"el", "Νόμιζα ότι λύθηκε"},
	{"el", "Ακόμα περιμένω, δεν έλαβα τα χρήματα, ευχαριστώ"},
	{"de", "Das Problem ist nicht gelöst"},
	{"de", "Es funktioniert, aber der Deckel fehlt"},
	{"de", "Wenn es erledigt ist, danke"},
	{"de", "Ist das erledigt?"},
	{"fr", "Le problème n'est pas résolu"},
	{"fr", "Ça marche mais il manque le couvercle"},
	{"fr", "Quand c'est réglé, merci"},
	{"es", "No está resuelto"},
	{"es", "Ya funciona, pero falta la tapa"},
	{"es", "Si está resuelto, gracias"},
	{"ru", "Проблема не решена"},
	{"ru", "Всё работает, но крышка течёт"},
	{"ru", "Если проблема решена, спасибо"},
	{"sv", "Problemet är inte löst"},
	{"sv", "Det fungerar nu men locket saknas"},
	{"sv", "Om det är löst, tack"},
	{"lv", "Problēma nav atrisināta"},
	{"lv", "Viss strādā, bet vāks ir salauzts"},
	{"lv", "Kad ir atrisināts, paldies"},
	{"pl", "Problem nie jest rozwiązany"},
	{"pl", "Już działa, ale brakuje pokrywki"},
	{"pl", "Jeśli jest rozwiązany, dziękuję"},
	{NULL, "Ei toimi"},
	{NULL, "Nyt toimii, mutta vuotaa"},
};

static const Case thanks[] = {
	{"en", "Thank you very much!"},
	{"en", "Thanks"},
	{"en", "Dear Mari,\n\nthank you for your quick help.\n\nKind "
	       "regards\nJohn Smith"},
	{"en", "Thanks Mari \xf0\x9f\x99\x8f"},
	{"en", "Goodbye, and thanks for everything!"},
	{"et", "Aitäh"},
	{"et", "Tere, suur tänu kiire vastuse eest!\n\nMari Maasikas"},
	{"et", "Aitäh, Mari!"},
	{"fi", "Kiitos avusta"},
	{"fi", "Hei, kiitos nopeasta vastauksesta!\nTerveisin Matti"},
	{"vi", "Cảm ơn"},
	{"vi", "Cảm ơn bạn rất nhiều!"},
	{"vi", "Cam on ban"},
	{"zh", "谢谢"},
	{"zh", "非常感谢您的帮助！"},
	{"zh", "您好李女士，谢谢。"},
	{"el", "Ευχαριστώ πολύ"},
	{"el", "Ευχαριστώ για τη βοήθειά σας!"},
	{"el", "ΕΥΧΑΡΙΣΤΩ"},
	{"de", "Vielen Dank für die schnelle Hilfe!"},
	{"fr", "Merci beaucoup pour votre aide, bonne journée"},
	{"es", "Muchas gracias por su ayuda"},
	{"ru", "Спасибо за быстрый ответ!"},
	{"sv", "Tack så mycket för hjälpen!"},
	{"lv", "Liels paldies par palīdzību!"},
	{"pl", "Dziękuję bardzo za pomoc"},
	{NULL, "Kiitos!"},
};

static const Case no_thanks[] = {
	{"en", ""},
	{"en", "Hello"},
	{"en", "Thanks for nothing"},
	{"en", "Thanks for ruining my kettle"},
	{"en", "Thank you, but the lid leaks"},
	{"en", "Thanks. When do I get my money?"},
	{"en", "No thanks"},
	{"en", "Thanks Idiots"},
	{"en", "Thank You\nBroken Kettle"},
	{"en", "Thanks, please send a new one"},
	{"en", "Thanks, my order is 12345"},
	{"en", "Broken. Thanks"},
	{"en", "Solved, thanks"},
	{"en", "Thanks \xf0\x9f\x98\xa1"},
	{"et", "Aitäh, aga ei tööta"},
	{"et", "Ei aitäh"},
	{"et", "Aitäh, ootan uut"},
	{"et", "Tänan, minu aadress on Pikk 1"},
	{"fi", "Kiitos, mutta ei toimi"},
	{"fi", "Ei kiitos"},
	{"fi", "Kiitos, lähettäkää uusi"},
	{"vi", "Cảm ơn nhưng máy hỏng"},
	{"vi", "Không, cảm ơn"},
	{"vi", "Cảm ơn, khi nào có tiền?"},
	{"zh", "谢谢，但是坏了"},
	{"zh", "不用谢谢"},
	{"zh", "谢谢你们骗我"},
	{"el", "Ευχαριστώ, αλλά δεν λειτουργεί"},
	{"el", "Όχι, ευχαριστώ"},
	{"el", "Ευχαριστώ, πότε;"},
	{"de", "Danke, aber es leckt"},
	{"de", "Nein danke, kein Interesse"},
	{"fr", "Merci de rembourser"},
	{"fr", "Non merci"},
	{"es", "Gracias por nada"},
	{"es", "Gracias, pero no"},
	{"ru", "Спасибо, но не работает"},
	{"ru", "Нет, спасибо"},
	{"sv", "Tack men nej tack"},
	{"sv", "Tack, skicka en ny"},
	{"lv", "Paldies, bet nestrādā"},
	{"lv", "Nē, paldies"},
	{"pl", "Dziękuję, ale nie działa"},
	{"pl", "Nie, dziękuję"},
};

static void assert_cases(
	const Case *cases, size_t length, bool thanked, bool expected)
{
	unsigned wrong = 0;

	for (size_t i = 0; i < length; i++) {
		g_autoptr(Analysis) got =
			judge(cases[i].language, cases[i].text);

		if ((thanked ? got->says_thanks : got->says_solved) == expected)
			continue;
		print_error("%s: \"%s\"\n",
			expected ? "not known" : "wrongly so", cases[i].text);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void test_a_mail_that_says_solved_is_known(void **state)
{
	(void)state;
	assert_cases(solved, G_N_ELEMENTS(solved), false, true);
}

static void test_whatever_is_against_it_keeps_a_ticket_open(void **state)
{
	(void)state;
	assert_cases(unsolved, G_N_ELEMENTS(unsolved), false, false);
}

/* The language of a short mail is a guess: a "not" counts in any. */
static void test_no_doubt_of_the_language_closes_a_ticket(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(unsolved); i++) {
		g_autoptr(Analysis) got = judge(NULL, unsolved[i].text);
		if (got->says_solved)
			fail_msg("solved: %s", unsolved[i].text);
	}
}

static void test_a_mail_that_only_thanks_is_known(void **state)
{
	(void)state;
	assert_cases(thanks, G_N_ELEMENTS(thanks), true, true);
}

static void test_who_says_more_than_thanks_is_heard(void **state)
{
	(void)state;
	assert_cases(no_thanks, G_N_ELEMENTS(no_thanks), true, false);
}

static const struct {
	const char *text;
	unsigned rating;
	const char *comment;
} ratings[] = {
	{"5", 5, NULL},
	{"\n\n 4 \n", 4, NULL},
	{"1\n\nNobody called me back.", 1, "Nobody called me back."},
	{"5/5", 5, NULL},
	{"5 / 5", 5, NULL},
	{"4 of 5", 4, NULL},
	{"4 out of 5, quick answer", 4, "quick answer"},
	{"5 - great", 5, "great"},
	{"5 \xe2\x80\x93 Great, Mari!", 5, "Great, Mari!"},
	{"5/5 great", 5, "great"},
	{"5 out of 5 stars", 5, NULL},
	{"5!", 5, NULL},
	{"5 thank you", 5, "thank you"},
	{"5 stars", 5, NULL},
	{"5 (very good)", 5, "(very good)"},
	{"Rating: 3", 3, NULL},
	{"Hinne: 4", 4, NULL},
	{"Arvosana 4", 4, NULL},
	{"评分：5", 5, NULL},
	{"5分", 5, NULL},
	{"５", 5, NULL},
	{"４／５", 4, NULL},
	{"٤", 4, NULL},
	{"۳", 3, NULL},
	{"5\xef\xb8\x8f\xe2\x83\xa3", 5, NULL},
	{"★★★★", 4, NULL},
	{"★★★☆☆", 3, NULL},
	{"⭐⭐⭐⭐⭐ super", 5, "super"},
	{"***", 3, NULL},
	{"5 \xf0\x9f\x98\x8a", 5, "\xf0\x9f\x98\x8a"},
	{"", 0, NULL},
	{"0", 0, NULL},
	{"6", 0, NULL},
	{"10", 0, NULL},
	{"10/10", 0, NULL},
	{"5/10", 0, NULL},
	{"5/6", 0, NULL},
	{"5/5/2026", 0, NULL},
	{"5 days ago I ordered a kettle", 0, NULL},
	{"5 star hotels are better", 0, NULL},
	{"4 of 5 cups were broken", 0, NULL},
	{"1. first point 2. second", 0, NULL},
	{"1. The lid leaks\n2. The handle too", 0, NULL},
	{"1 - the lid leaks\n2 - the handle too", 0, NULL},
	{"1\nThe lid\n2\nThe handle", 0, NULL},
	{"1) the lid", 0, NULL},
	{"5.11.2026", 0, NULL},
	{"5.50 EUR", 0, NULL},
	{"5,50", 0, NULL},
	{"5 EUR", 0, NULL},
	{"5\xe2\x82\xac", 0, NULL},
	{"5 \xe2\x82\xac were charged", 0, NULL},
	{"5%", 0, NULL},
	{"5-10 days", 0, NULL},
	{"2 - 3 weeks", 0, NULL},
	{"3-day delay", 0, NULL},
	{"5:30 in the morning", 0, NULL},
	{"-5", 0, NULL},
	{"1 000", 0, NULL},
	{"2个都坏了", 0, NULL},
	{"* the lid leaks", 0, NULL},
	{"**Important**", 0, NULL},
	{"********", 0, NULL},
	{"★★★★★★", 0, NULL},
	{"I give up", 0, NULL},
};

static void test_a_rating_is_a_figure_alone_on_its_line(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(ratings); i++) {
		g_autoptr(Analysis) got = judge(NULL, ratings[i].text);

		if (got->rating == ratings[i].rating &&
			!g_strcmp0(got->rating_comment, ratings[i].comment))
			continue;
		print_error("\"%s\": %u \"%s\"\n", ratings[i].text, got->rating,
			got->rating_comment ? got->rating_comment : "");
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void test_a_rating_may_stand_in_the_subject_alone(void **state)
{
	static const struct {
		const char *subject;
		const char *text;
		unsigned rating;
	} cases[] = {
		{"5 [#7K3F-92QX]", "", 5},
		{"Re: [#7K3F-92QX] 4", " \n", 4},
		{"Re: [#7K3F-92QX] 4", "The lid leaks", 0},
		{"Re: [#7K3F-92QX] How was it?", "", 0},
		{"4 kettles [#7K3F-92QX]", "", 0},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Analysis) got = analysis_new();
		got->base_subject = subject_base(cases[i].subject);
		g_free(got->reply_text);
		got->reply_text = g_strdup(cases[i].text);
		says_judge(got);
		if (got->rating != cases[i].rating)
			fail_msg("%s: %u", cases[i].subject, got->rating);
	}
}

static void test_hostile_words_take_bounded_time(void **state)
{
	static const char *const units[] = {"5", "*", "★", "thanks ", "谢",
		"\xcc\x81", "solved solved ", " ", "\n", "\xff", "1\n", "a-",
		"Mari "};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
		for (size_t size = 300; size < 2000000; size *= 1000) {
			GString *text = g_string_new("5\n");
			gint64 before = g_get_monotonic_time();

			while (text->len < size)
				g_string_append(text, units[i]);
			for (unsigned behind = 0; behind < 2; behind++) {
				g_autoptr(Analysis) got = analysis_new();
				g_free(got->reply_text);
				got->reply_text =
					g_strdup(text->str + (behind ? 2 : 0));
				says_judge(got);
				assert_true(!got->rating_comment ||
					    g_utf8_validate(got->rating_comment,
						    -1, NULL));
				assert_in_range(got->rating, 0, 5);
			}
			if (g_get_monotonic_time() - before >
				2 * G_USEC_PER_SEC)
				fail_msg("%s is slow", units[i]);
			g_string_free(text, TRUE);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_mail_that_says_solved_is_known),
		cmocka_unit_test(
			test_whatever_is_against_it_keeps_a_ticket_open),
		cmocka_unit_test(test_no_doubt_of_the_language_closes_a_ticket),
		cmocka_unit_test(test_a_mail_that_only_thanks_is_known),
		cmocka_unit_test(test_who_says_more_than_thanks_is_heard),
		cmocka_unit_test(test_a_rating_is_a_figure_alone_on_its_line),
		cmocka_unit_test(test_a_rating_may_stand_in_the_subject_alone),
		cmocka_unit_test(test_hostile_words_take_bounded_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
