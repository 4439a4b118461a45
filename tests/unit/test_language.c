/* Which language a customer writes, with and without the right keyboard. */
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
};

static const Case sentences[] = {
	{"en", "Hello, I ordered a kettle three weeks ago and it still has not "
	       "come."},
	{"en", "The shoes fell apart after two days, I want my money back."},
	{"en", "Nobody answers the phone and I am really angry about that."},
	{"et", "Tere! Tellisin kolm nädalat tagasi veekeetja ja see pole ikka "
	       "veel kohale jõudnud."},
	{"et", "Kingad lagunesid kahe päevaga, soovin oma raha tagasi."},
	{"et", "Keegi ei vasta telefonile ja ma olen väga pahane."},
	{"et", "Palun saatke mulle uus, vana on katki"},
	{"fi", "Hei, tilasin vedenkeittimen kolme viikkoa sitten eikä se ole "
	       "vieläkään tullut."},
	{"fi", "Kengät hajosivat kahdessa päivässä, haluan rahani takaisin."},
	{"fi", "Kukaan ei vastaa puhelimeen ja olen todella vihainen."},
	{"fi", "Missä pakettini on?"},
	{"vi", "Xin chào, tôi đã đặt một ấm đun nước ba tuần trước mà vẫn chưa "
	       "nhận được."},
	{"vi", "Đôi giày bị hỏng sau hai ngày, tôi muốn lấy lại tiền."},
	{"de", "Ich habe vor drei Wochen einen Wasserkocher bestellt, und er "
	       "ist immer noch nicht da."},
	{"de", "Die Schuhe sind nach zwei Tagen auseinandergefallen, ich will "
	       "mein Geld zurück."},
	{"fr", "J'ai commandé une bouilloire il y a trois semaines et elle "
	       "n'est toujours pas arrivée."},
	{"fr", "Les chaussures se sont cassées après deux jours, je veux être "
	       "remboursé."},
	{"es", "Pedí un hervidor hace tres semanas y todavía no ha llegado."},
	{"es", "Los zapatos se rompieron a los dos días, quiero que me "
	       "devuelvan el dinero."},
	{"it", "Ho ordinato un bollitore tre settimane fa e non è ancora "
	       "arrivato."},
	{"it", "Le scarpe si sono rotte dopo due giorni, voglio i soldi "
	       "indietro."},
	{"nl", "Ik heb drie weken geleden een waterkoker besteld en hij is er "
	       "nog steeds niet."},
	{"nl", "De schoenen gingen na twee dagen stuk, ik wil mijn geld "
	       "terug."},
	{"pl", "Zamówiłem czajnik trzy tygodnie temu i jeszcze nie dotarł."},
	{"pl", "Buty rozpadły się po dwóch dniach, chcę zwrotu pieniędzy."},
	{"pt", "Encomendei uma chaleira há três semanas e ainda não chegou."},
	{"pt", "Os sapatos estragaram-se em dois dias, quero o meu dinheiro de "
	       "volta."},
	{"sv", "Jag beställde en vattenkokare för tre veckor sedan och den har "
	       "fortfarande inte kommit."},
	{"sv", "Skorna gick sönder efter två dagar, jag vill ha pengarna "
	       "tillbaka."},
	{"da", "Jeg bestilte en elkedel for tre uger siden, og den er stadig "
	       "ikke kommet."},
	{"da", "Skoene gik i stykker efter to dage, jeg vil have mine penge "
	       "tilbage."},
	{"no", "Jeg bestilte en vannkoker for tre uker siden, og den har "
	       "fortsatt ikke kommet."},
	{"no", "Skoene gikk i stykker etter to dager, jeg vil ha pengene mine "
	       "tilbake."},
	{"lv", "Es pasūtīju tējkannu pirms trim nedēļām, un tā joprojām nav "
	       "atnākusi."},
	{"lv", "Kurpes saplīsa pēc divām dienām, es gribu atpakaļ savu naudu."},
	{"lt", "Prieš tris savaites užsisakiau virdulį, bet jis vis dar "
	       "neatkeliavo."},
	{"lt", "Batai suplyšo po dviejų dienų, noriu atgauti pinigus."},
	{"tr", "Üç hafta önce bir su ısıtıcısı sipariş ettim ve hâlâ gelmedi."},
	{"tr", "Ayakkabılar iki gün sonra parçalandı, paramı geri istiyorum."},
	{"cs", "Před třemi týdny jsem si objednal konvici a stále nepřišla."},
	{"hu", "Három hete rendeltem egy vízforralót, és még mindig nem "
	       "érkezett meg."},
	{"ro", "Am comandat un fierbător acum trei săptămâni și încă nu a "
	       "ajuns."},
	{"hr", "Prije tri tjedna naručio sam kuhalo za vodu i još nije "
	       "stiglo."},
	{"ru", "Я заказал чайник три недели назад, и он до сих пор не пришёл."},
	{"ru", "Обувь развалилась через два дня, верните мне деньги."},
	{"uk", "Я замовив чайник три тижні тому, і він досі не прийшов."},
	{"uk", "Взуття розвалилося через два дні, поверніть мені гроші."},
	{"bg", "Поръчах чайник преди три седмици и още не е пристигнал."},
	{"el", "Παρήγγειλα έναν βραστήρα πριν από τρεις εβδομάδες και δεν έχει "
	       "έρθει ακόμα."},
	{"zh", "我三个星期前订了一个水壶，现在还没有收到。"},
	{"ja", "三週間前に電気ケトルを注文しましたが、まだ届いていません。"},
	{"ko", "3주 전에 주전자를 주문했는데 아직 오지 않았습니다."},
	{"he", "הזמנתי קומקום לפני שלושה שבועות והוא עדיין לא הגיע."},
	{"ar", "طلبت غلاية قبل ثلاثة أسابيع ولم تصل بعد."},
	{"vi", "Khi nào tôi nhận được hàng?"},
	{"sv", "Hej, var är mitt paket?"},
	{"no", "Hei, hvor er pakken min?"},
	{"da", "Hej, hvor er min pakke?"},
	{"nl", "Waar blijft mijn bestelling?"},
	{"it", "Dove si trova il mio pacco?"},
	{"pt", "Onde está a minha encomenda?"},
	{"es", "¿Dónde está mi paquete?"},
};

static const Case bare_sentences[] = {
	{"et", "Tere, tellisin kolm nadalat tagasi veekeetja ja see pole ikka "
	       "veel kohale joudnud"},
	{"fi", "Hei, kengat hajosivat kahdessa paivassa, haluan rahani "
	       "takaisin"},
	{"vi", "Toi dat mua am dun nuoc ba tuan truoc ma van chua nhan duoc "
	       "hang"},
	{"vi", "Xin vui long tra loi email nay cho toi, toi rat that vong"},
	{"vi", "Bao gio toi nhan duoc tien hoan lai?"},
	{"de", "Niemand geht ans Telefon, das ist eine Unverschaemtheit"},
	{"fr", "Personne ne repond au telephone, je suis tres decu"},
	{"es", "Nadie contesta el telefono y estoy muy enfadado"},
	{"it", "Nessuno risponde al telefono e sono molto arrabbiato"},
	{"pl", "Nikt nie odbiera telefonu i jestem bardzo zly"},
	{"pt", "Ninguem atende o telefone e estou muito zangado"},
	{"sv", "Ingen svarar i telefon och jag ar mycket arg"},
	{"lv", "Neviens neatbild pa talruni un es esmu loti dusmigs"},
	{"lt", "Niekas neatsiliepia telefonu ir as labai piktas"},
	{"tr", "Kimse telefona cevap vermiyor ve cok kizginim"},
};

static void assert_language(const Case *one)
{
	double confidence = -1;
	g_autofree char *language = language_detect(one->text, &confidence);

	if (g_strcmp0(language, one->language))
		print_message("%s: %s\n", language, one->text);
	assert_non_null(language);
	assert_string_equal(language, one->language);
	assert_true(confidence >= 0.5 && confidence <= 1);
}

static void test_a_sentence_names_its_language(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(sentences); i++)
		assert_language(&sentences[i]);
}

static void test_a_sentence_without_marks_names_its_language(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(bare_sentences); i++)
		assert_language(&bare_sentences[i]);
}

static void test_a_decomposed_sentence_is_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(sentences); i++) {
		g_autofree char *text = g_utf8_normalize(
			sentences[i].text, -1, G_NORMALIZE_NFD);

		assert_language(&(Case){sentences[i].language, text});
	}
}

static void test_foreign_names_and_links_do_not_count(void **state)
{
	static const Case cases[] = {
		{"et", "Ostsin teie poest iPhone 13 Pro Max Midnight Edition "
		       "ja ekraan on katki https://shop.example.com/the-best-"
		       "phones-of-the-year/and-what-you-should-buy"},
		{"vi", "Tôi mua Samsung Galaxy Watch mà chưa nhận được hàng"},
		{"zh", "我买的 Samsung Galaxy Watch 还没有收到，请尽快处理。"},
		{"ja", "注文した Galaxy Watch がまだ届いていません。"},
		{"el", "Το κινητό Samsung Galaxy δεν λειτουργεί καθόλου"},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_language(&cases[i]);
}

static void test_little_text_is_never_sure(void **state)
{
	static const char *const texts[] = {"ok", "Thanks", "Kiitos", "Aitäh",
		"12345", "", "?!", "info@example.com", "OK 123 :-)", "A",
		"https://example.com/the/and/that/with"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		double confidence = -1;
		g_autofree char *language =
			language_detect(texts[i], &confidence);

		assert_true(confidence >= 0 && confidence < 0.5);
		if (!language)
			assert_true(confidence <= 0);
	}
}

static void test_mixed_languages_are_less_sure(void **state)
{
	double pure = 0, mixed = 0;
	g_autofree char *one = language_detect(
		"Where is the order that I made three weeks ago?", &pure);
	g_autofree char *two = language_detect(
		"Where is the order? Я заказал чайник три недели назад",
		&mixed);

	(void)state;
	assert_string_equal(one, "en");
	assert_non_null(two);
	assert_true(mixed < pure);
}

static gpointer detect_often(gpointer data)
{
	size_t wrong = 0;

	(void)data;
	for (unsigned round = 0; round < 20; round++) {
		for (size_t i = 0; i < G_N_ELEMENTS(sentences); i++) {
			double confidence;
			g_autofree char *language =
				language_detect(sentences[i].text, &confidence);

			wrong +=
				g_strcmp0(language, sentences[i].language) != 0;
		}
	}
	return GSIZE_TO_POINTER(wrong);
}

static void test_threads_may_ask_at_once(void **state)
{
	GThread *threads[4];

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		threads[i] = g_thread_new("detect", detect_often, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		assert_null(g_thread_join(threads[i]));
}

static void test_hostile_text_is_bounded(void **state)
{
	static const char *const units[] = {"a", "a ", "\xc3\xb5", "'", "@ ",
		"\xcc\x81", "e\xcc\x81", "我", "\xf0\x9f\x98\xa0", "\t"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
		GString *text = g_string_new(NULL);
		double confidence = -1;
		gint64 before;

		while (text->len < 1024 * 1024)
			g_string_append(text, units[i]);
		before = g_get_monotonic_time();
		g_free(language_detect(text->str, &confidence));
		assert_true(confidence >= 0 && confidence <= 1);
		if (g_get_monotonic_time() - before > 5 * G_USEC_PER_SEC)
			fail_msg("%s is slow", units[i]);
		g_string_free(text, TRUE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_sentence_names_its_language),
		cmocka_unit_test(
			test_a_sentence_without_marks_names_its_language),
		cmocka_unit_test(test_a_decomposed_sentence_is_the_same),
		cmocka_unit_test(test_foreign_names_and_links_do_not_count),
		cmocka_unit_test(test_little_text_is_never_sure),
		cmocka_unit_test(test_mixed_languages_are_less_sure),
		cmocka_unit_test(test_threads_may_ask_at_once),
		cmocka_unit_test(test_hostile_text_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
