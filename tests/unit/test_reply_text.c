/* The sender's own words out of what every client and language makes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "../../src/analysis/internal.h"

#define WORDS "The kettle leaks.\nPlease send another, by Friday."

typedef struct Case Case;
struct Case {
	const char *text;
	const char *words;
	const char *signature;
};

static void assert_case(const Case *one)
{
	g_autofree char *words = NULL;
	g_autofree char *signature = NULL;

	reply_text_split(one->text, &words, &signature);
	assert_string_equal(words, one->words);
	if (one->signature)
		assert_string_equal(signature, one->signature);
	else
		assert_null(signature);
}

/* Each piece stands below WORDS; nothing but WORDS may be left. */
static void assert_cut(const char *below, const char *piece)
{
	g_autofree char *text =
		g_strdup_printf("%s\n\n%s%s", WORDS, piece, below);
	g_autofree char *words = NULL;
	g_autofree char *signature = NULL;

	reply_text_split(text, &words, &signature);
	if (strcmp(words, WORDS))
		print_message("not cut:\n%s\n", text);
	assert_string_equal(words, WORDS);
}

/* As Gmail, Thunderbird, Apple Mail, K-9, Yahoo and national webmails say. */
static const char *const attributions[] = {
	"On Mon, Mar 3, 2025 at 10:32 AM Mari Maasikas <mari@example.com> "
	"wrote:",
	"On Mon, Mar 3, 2025 at 10:32 AM Mari Maasikas <\n"
	"a-very-long-address-of-a-shop@example.com> wrote:",
	"On Mon, Mar 3, 2025,\nat 10:32,\nMari Maasikas\n<mari@example.com>\n"
	"wrote:",
	"On 3/3/25 10:32, Mari Maasikas <mari@example.com> wrote:",
	"On March 3, 2025 10:32:01 AM GMT+02:00, Mari <mari@example.com> "
	"wrote:",
	"On Monday, March 3rd, 2025 at 10:32 AM, Mari <mari@example.com> "
	"wrote:",
	"Am Mo., 3. März 2025 um 10:32 Uhr schrieb Mari <mari@example.com>:",
	"Am 03.03.25 um 10:32 schrieb Mari <mari@example.com>:",
	"Le lun. 3 mars 2025 à 10:32, Mari <mari@example.com>\na écrit :",
	"El lun, 3 mar 2025 a las 10:32, Mari (<mari@example.com>) escribió:",
	"Il giorno lun 3 mar 2025 alle ore 10:32 Mari <mari@example.com>\n"
	"ha scritto:",
	"Op ma 3 mrt 2025 om 10:32 schreef Mari <mari@example.com>:",
	"pon., 3 mar 2025 o 10:32 Mari <mari@example.com> napisał(a):",
	"W dniu 3.03.2025 o 10:32, Mari <mari@example.com> pisze:",
	"Em seg., 3 de mar. de 2025 às 10:32, Mari <mari@example.com> "
	"escreveu:",
	"пн, 3 мар. 2025 г. в 10:32, Mari <mari@example.com>:",
	"03.03.2025 10:32, Mari <mari@example.com> пишет:",
	"Понедельник, 3 марта 2025, 10:32 +03:00 от Mari <mari@example.com>:",
	"Den mån 3 mars 2025 kl 10:32 skrev Mari <mari@example.com>:",
	"Den man. 3. mar. 2025 kl. 10.32 skrev Mari <mari@example.com>:",
	"man. 3. mars 2025 kl. 10:32 skrev Mari <mari@example.com>:",
	"ma 3. maalisk. 2025 klo 10.32 Mari (mari@example.com) kirjoitti:",
	"Kontakt Mari (<mari@example.com>) kirjutas kuupäeval E, 3. märts 2025 "
	"kell 10:32:",
	"pirmd., 2025. g. 3. marts, plkst. 10:32 — lietotājs Mari "
	"(<mari@example.com>) rakstīja:",
	"2025-03-03, pr, 10:32 Mari <mari@example.com> rašė:",
	"Στις Δευ 3 Μαρ 2025 στις 10:32 π.μ., ο/η Mari <mari@example.com>\n"
	"έγραψε:",
	"Vào Th 2, 3 thg 3, 2025 vào lúc 10:32 Mari <mari@example.com>\n"
	"đã viết:",
	"Mari <mari@example.com> 于2025年3月3日周一 10:32写道：",
	"在 2025-03-03 10:32:01，\"Mari\" <mari@example.com> 写道：",
	"2025年3月3日(月) 10:32 Mari <mari@example.com>:",
	"2025年3月3日 (월) 오전 10:32, Mari <mari@example.com>님이 작성:",
	"Mari <mari@example.com>, 3 Mar 2025 Pzt, 10:32 tarihinde şunu yazdı:",
	"пн, 3 бер. 2025 р. о 10:32 Mari <mari@example.com> пише:",
	"---- On Mon, 03 Mar 2025 10:32:01 +0200 mari@example.com wrote ----",
	"2025-03-03 10:32 GMT+02:00 Mari <mari@example.com>:",
	"Mari kirjutas 3.3.2025 kell 10:32:",
	"man. 3. mars 2025 kl. 10:32 skrev Mari <mari@example.com\n>:",
	"Mari kirjoitti 3.3.2025 klo 10.32:",
	"Quoting Mari <mari@example.com>:",
	"Zitat von Mari <mari@example.com>:",
	"(2025/03/03 10:32), Mari wrote:",
	"--- On Mon, 3/3/25, Mari <mari@example.com> wrote:",
	"Le lundi 3 mars 2025 à 10:32:01 UTC+1, Mari <mari@example.com> a "
	"écrit :",
	"Στις 3 Μαρ 2025, στις 10:32, ο χρήστης Mari <mari@example.com> "
	"έγραψε:",
	"Vào 10:32, T.2, 3 thg 3, 2025 Mari <mari@example.com> đã viết:",
	"10:32, 3 марта 2025 г., Mari <mari@example.com>:",
	"At 2025-03-03 10:32:01, \"Mari\" <mari@example.com> wrote:",
};

static void test_attribution_goes_with_its_marked_quote(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(attributions); i++) {
		assert_cut("\n> We are sorry.\n>\n> > Where is it?\n",
			attributions[i]);
		assert_cut("\n\n> We are sorry.\n", attributions[i]);
	}
}

static const char *const bare_attributions[] = {
	"On Mon, Mar 3, 2025 at 10:32 AM Mari <mari@example.com> wrote:",
	"Am 03.03.2025 um 10:32 schrieb Mari <mari@example.com>:",
	"Le lun. 3 mars 2025 à 10:32, Mari <mari@example.com>\na écrit :",
	"ma 3. maalisk. 2025 klo 10.32 Mari (mari@example.com) kirjoitti:",
	"E, 3. märts 2025 kell 10:32 Mari <mari@example.com> kirjutas:",
	"пн, 3 мар. 2025 г. в 10:32, Mari <mari@example.com>:",
	"2025年3月3日(月) 10:32 Mari <mari@example.com>:",
};

static void test_sure_attribution_goes_with_a_bare_quote(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(bare_attributions); i++)
		assert_cut("\n\nWe are sorry.\nYou will hear.\n",
			bare_attributions[i]);
}

/* Outlook's block, in the languages in which it is sold. */
static const char *const blocks[] = {
	"From: Mari\nSent: Monday, March 3, 2025 10:32 AM\nTo: Jaan\n"
	"Subject: Kettle\n",
	"*From:* Mari <mari@example.com>\n*Sent:* Monday\n*To:* Jaan\n"
	"*Subject:* Kettle\n",
	"Von: Mari\nGesendet: Montag, 3. März 2025 10:32\nAn: Jaan\n"
	"Betreff: Kessel\n",
	"De : Mari\nEnvoyé : lundi 3 mars 2025 10:32\nÀ : Jaan\n"
	"Objet : Bouilloire\n",
	"De: Mari\nEnviado el: lunes, 3 de marzo de 2025 10:32\nPara: Jaan\n"
	"Asunto: Hervidor\n",
	"Da: Mari\nInviato: lunedì 3 marzo 2025 10:32\nA: Jaan\n"
	"Oggetto: Bollitore\n",
	"Van: Mari\nVerzonden: maandag 3 maart 2025 10:32\nAan: Jaan\n"
	"Onderwerp: Ketel\n",
	"Od: Mari\nWysłano: poniedziałek, 3 marca 2025 10:32\nDo: Jaan\n"
	"Temat: Czajnik\n",
	"De: Mari\nEnviada em: segunda-feira, 3 de março de 2025 10:32\n"
	"Para: Jaan\nAssunto: Chaleira\n",
	"От: Mari\nОтправлено: 3 марта 2025 г. 10:32\nКому: Jaan\n"
	"Тема: Чайник\n",
	"Från: Mari\nSkickat: den 3 mars 2025 10:32\nTill: Jaan\n"
	"Ämne: Kittel\n",
	"Fra: Mari\nSendt: 3. marts 2025 10:32\nTil: Jaan\nEmne: Kedel\n",
	"Lähettäjä: Mari\nLähetetty: maanantai 3. maaliskuuta 2025 10.32\n"
	"Vastaanottaja: Jaan\nAihe: Keitin\n",
	"Saatja: Mari\nSaadetud: esmaspäev, 3. märts 2025 10:32\n"
	"Adressaat: Jaan\nTeema: Veekeetja\n",
	"No: Mari\nNosūtīts: pirmdiena, 2025. gada 3. marts 10:32\n"
	"Kam: Jaan\nTēma: Tējkanna\n",
	"Nuo: Mari\nIšsiųsta: 2025 m. kovo 3 d. 10:32\nKam: Jaan\n"
	"Tema: Virdulys\n",
	"Από: Mari\nΣτάλθηκε: Δευτέρα, 3 Μαρτίου 2025 10:32\nΠρος: Jaan\n"
	"Θέμα: Βραστήρας\n",
	"Từ: Mari\nĐã gửi: Thứ Hai, 3 tháng 3, 2025 10:32\nĐến: Jaan\n"
	"Chủ đề: Ấm đun\n",
	"发件人: Mari\n发送时间: 2025年3月3日 10:32\n收件人: Jaan\n主题: "
	"水壶\n",
	"寄件者：Mari\n寄件日期：2025年3月3日 "
	"10:32\n收件者：Jaan\n主旨：水壺\n",
	"差出人: Mari\n送信日時: 2025年3月3日 10:32\n宛先: Jaan\n件名: "
	"やかん\n",
	"보낸 사람: Mari\n보낸 날짜: 2025년 3월 3일 10:32\n받는 사람: Jaan\n"
	"제목: 주전자\n",
	"Kimden: Mari\nGönderildi: 3 Mart 2025 Pazartesi 10:32\nKime: Jaan\n"
	"Konu: Çaydanlık\n",
	"Від: Mari\nНадіслано: 3 березня 2025 р. 10:32\nКому: Jaan\n"
	"Тема: Чайник\n",
	"Date: Mon, 3 Mar 2025 10:32:01 +0200\nSubject: Kettle\n"
	"From: mari@example.com\nTo: jaan@example.com\n",
};

static void test_header_block_goes_with_all_below_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(blocks); i++) {
		g_autofree char *ruled = g_strconcat(
			"________________________________\n", blocks[i], NULL);

		assert_cut("\nDear Jaan,\n\nWe are sorry.\n", blocks[i]);
		assert_cut("\nDear Jaan,\n\nWe are sorry.\n", ruled);
	}
}

static const char *const markers[] = {
	"-----Original Message-----",
	"----- Original Message -----",
	"------- Original Message -------",
	"-----Ursprüngliche Nachricht-----",
	"-------- Original-Nachricht --------",
	"-----Message d'origine-----",
	"-----Mensaje original-----",
	"-----Messaggio originale-----",
	"-----Oorspronkelijk bericht-----",
	"-----Oryginalna wiadomość-----",
	"-----Mensagem original-----",
	"-----Исходное сообщение-----",
	"-----Ursprungligt meddelande-----",
	"-----Oprindelig meddelelse-----",
	"-----Opprinnelig melding-----",
	"-----Alkuperäinen viesti-----",
	"-----Algne sõnum-----",
	"-----Sākotnējais ziņojums-----",
	"-----Pradinis laiškas-----",
	"-----Αρχικό μήνυμα-----",
	"-----Thư gốc-----",
	"------------------ 原始邮件 ------------------",
	"-----邮件原件-----",
	"-----元のメッセージ-----",
	"-----원본 메시지-----",
	"-----Özgün İleti-----",
	"---------- Forwarded message ---------",
	"Begin forwarded message:",
	"Anfang der weitergeleiteten Nachricht:",
	"Début du message transféré :",
	"---------- Välitetty viesti ----------",
	"---------- Edastatud kiri ---------",
	"---------- Thư đã chuyển tiếp ---------",
	"---------- 转发的邮件 ---------",
	"---- 回复的原邮件 ----",
	"-------- 原始信息 --------",
	"----- Forwarded message from Mari <mari@example.com> -----",
	"---------- Пересылаемое сообщение ---------",
};

static void test_marker_goes_with_all_below_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(markers); i++) {
		assert_cut("\nFrom: Mari <mari@example.com>\nDate: Monday\n\n"
			   "We are sorry.\n",
			markers[i]);
		assert_cut("\n\nWe are sorry.\n", markers[i]);
	}
}

static const char *const mobiles[] = {
	"Sent from my iPhone",
	"Sent from Yahoo Mail on Android",
	"Sent from Outlook for Android<https://example.com/x>",
	"Get Outlook for iOS",
	"Sent with Proton Mail secure email.",
	"Von meinem iPhone gesendet",
	"Gesendet mit der GMX Mail App",
	"Envoyé de mon iPhone",
	"Enviado desde mi iPhone",
	"Inviato da iPhone",
	"Verstuurd vanaf mijn iPhone",
	"Wysłane z iPhone'a",
	"Enviado do meu iPhone",
	"Отправлено с iPhone",
	"Skickat från min iPhone",
	"Sendt fra min iPhone",
	"Lähetetty iPhonesta",
	"Saadetud minu iPhone'ist",
	"Sūtīts no mana iPhone tālruņa",
	"Išsiųsta iš mano iPhone",
	"Εστάλη από το iPhone μου",
	"Đã gửi từ iPhone của tôi",
	"Gửi từ Zalo",
	"发自我的iPhone",
	"從我的iPhone傳送",
	"iPhoneから送信",
	"나의 iPhone에서 보냄",
	"iPhone'umdan gönderildi",
	"Надіслано з iPhone",
};

static void test_telephone_line_is_a_signature(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(mobiles); i++) {
		g_autofree char *text =
			g_strdup_printf("%s\n\n%s\n", WORDS, mobiles[i]);

		assert_case(&(Case){text, WORDS, mobiles[i]});
		assert_cut("\n\nOn 3 Mar 2025, at 10:32, Mari "
			   "<mari@example.com> wrote:\n\n> Sorry.\n",
			mobiles[i]);
	}
}

static const char *const sign_offs[] = {
	"Best regards,\nJaan Tamm\nHead of Tea, Example Ltd\n+372 555 0100",
	"Kind regards\n\nJaan",
	"Mit freundlichen Grüßen\nJaan",
	"Cordialement,\nJaan",
	"Saludos,\nJaan",
	"Cordiali saluti\nJaan",
	"Met vriendelijke groet,\nJaan",
	"Z poważaniem\nJaan",
	"Atenciosamente,\nJaan",
	"С уважением,\nЯан",
	"Med vänlig hälsning\nJaan",
	"Med venlig hilsen\nJaan",
	"Ystävällisin terveisin\nJaan",
	"Lugupidamisega\nJaan Tamm",
	"Ar cieņu,\nJaan",
	"Pagarbiai\nJaan",
	"Με εκτίμηση,\nΓιάννης",
	"Trân trọng,\nAn",
	"此致\n敬礼\n王明",
	"Saygılarımla,\nJaan",
	"-- \nJaan\nOne line. And another sentence that nobody reads here.",
	"—\nJaan Tamm\nExample Ltd",
	"Regards\nJaan\n\n---\nThis mail has been checked for viruses by "
	"a program that says so at length.\nwww.example.com",
	"Jaan Tamm\njaan@example.com\n+372 555 0100\nwww.example.com",
	"__\ncomplainers mailing list\ncomplainers@lists.example.com",
};

static void test_sign_off_and_what_follows_is_a_signature(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(sign_offs); i++) {
		g_autofree char *text =
			g_strdup_printf("%s\n\n%s\n", WORDS, sign_offs[i]);
		g_autofree char *words = NULL;
		g_autofree char *signature = NULL;

		reply_text_split(text, &words, &signature);
		assert_string_equal(words, WORDS);
		assert_non_null(signature);
		assert_int_equal(strncmp(signature, sign_offs[i], 2), 0);
	}
}

/* A customer's word is never taken for a quote or a signature. */
static const char *const kept[] = {
	"On Monday I wrote:\nwhere is it?\nNobody answered.",
	"Your John <john@example.com> wrote on 3 May 2024:\n"
	"we refund you.\nNothing came.",
	"From: Tallinn\nTo: Oslo\nDate: 3 May\n\nThe bus never came.",
	"Subject: the kettle\n\nIt leaks.",
	"Order: 123\nDate: 3 May\nFrom: Tartu\nTo: Oslo\nSubject: "
	"kettle\nHelp!",
	"From: Jaan <jaan@example.com>\nSubject: Kettle\n\nMessage Body:\n"
	"It leaks.",
	"Regards the kettle: it leaks. I want a new one, and I want it now.",
	"I am unhappy.\n\nBest regards,\nJaan\n\nPS: send the money back!",
	"I am unhappy.\n\nRegards\nI paid 30 euros for it and it broke at "
	"once, "
	"so I demand that you return them to me.",
	">500 EUR is what I paid.",
	"It broke.\n----\n1. no handle\n2. no lid\n\nBoth were there before.",
	"Sent from my desk, because the telephone that I bought broke.",
	"Sent the kettle back to you on Monday.",
	"-- first the lid broke\n-- then the handle",
	"Thanks,\nMari",
	"Saadetud telefon ei tööta",
	"Lähetetty puhelin on rikki",
	"Sent via post on Monday",
	"It leaks.\nSent from my phone to you on Monday\nWhere is it?",
	"-- original message: none\n-- answer: none",
	"The sum: 30 EUR\nThe date: 3.3.2025\nWhere is it?",
	"To: whom it may concern\n\nThe kettle leaks.",
	"I was told \"From: 3 May\" by the shop.\n\nIt said so at 10:32:",
	"👍",
};

static void test_customers_words_stay(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(kept); i++) {
		g_autofree char *words = NULL;
		g_autofree char *signature = NULL;

		reply_text_split(kept[i], &words, &signature);
		assert_string_equal(words, kept[i]);
		assert_null(signature);
	}
}

static const Case layouts[] = {
	/* inline answers */
	{"Hello,\n\nOn 3 Mar 2025, at 10:32, Mari <m@example.com> wrote:\n"
	 "> Which colour?\nred\n> Which size?\n\nLarge, please.\n\n> Bye\n",
		"Hello,\n\nred\n\nLarge, please.", NULL},
	/* the answer below the quote */
	{"On 03/03/2025 10:32, Mari wrote:\n> Which colour?\n\nRed.\n\n-- \n"
	 "Jaan\n",
		"Red.", "--\nJaan"},
	/* Apple: the attribution itself is quoted */
	{"Red.\n\n> On 3 Mar 2025, at 10:32, Mari <m@example.com> wrote:\n> \n"
	 "> Which colour?\n",
		"Red.", NULL},
	/* Proton: a marker, then an attribution */
	{"Red.\n\nSent with Proton Mail secure email.\n\n"
	 "------- Original Message -------\nOn Monday, March 3rd, 2025 at "
	 "10:32 AM, Mari <m@example.com> wrote:\n\n> Which colour?\n",
		"Red.", "Sent with Proton Mail secure email."},
	/* Proton in HTML: nothing parts its line from the words */
	{"Red.\nSent with Proton Mail secure email.\nOn Monday, March 3rd, "
	 "2025 at 10:32 AM, Mari <m@example.com> wrote:\n> Which colour?\n",
		"Red.", "Sent with Proton Mail secure email."},
	/* K-9 */
	{"Red.\n-- \nSent from my Android device with K-9 Mail. Please excuse "
	 "my brevity.\n",
		"Red.",
		"--\nSent from my Android device with K-9 Mail. Please excuse "
		"my brevity."},
	/* QQ */
	{"红色。\n\n\n------------------ 原始邮件 ------------------\n"
	 "发件人: \"Mari\" <m@example.com>;\n发送时间: 2025年3月3日 10:32\n"
	 "收件人: \"Jaan\"<j@example.com>;\n主题: 颜色\n\n什么颜色？\n",
		"红色。", NULL},
	/* own words below a marked forward */
	{"Look:\n\n-------- Original Message --------\nFrom: m@example.com\n"
	 "Subject: Colour\n\n> Which colour?\n\nWhat shall I say?\n",
		"Look:\n\nWhat shall I say?", NULL},
	/* a quote that a gateway wrapped */
	{"Red.\n\nOn 3 Mar 2025, at 10:32, Mari <m@example.com> wrote:\n"
	 "> Which colour do you want it to have, and in which shop may we "
	 "leave "
	 "it\nfor you then\n> Bye\n",
		"Red.", NULL},
	/* the words say that the answers are inside */
	{"See my answers below in red.\n\n-----Original Message-----\n"
	 "From: Mari <m@example.com>\nSent: Monday\nSubject: Colour\n\n"
	 "Which colour? Red.\n",
		"See my answers below in red.\n\n-----Original Message-----\n"
		"From: Mari <m@example.com>\nSent: Monday\nSubject: Colour\n\n"
		"Which colour? Red.",
		NULL},
	/* nothing but a forward: its words are the words */
	{"\n\n---------- Forwarded message ---------\nFrom: Jaan "
	 "<j@example.com>\nDate: Mon, 3 Mar 2025 at 10:32\nSubject: Kettle\n"
	 "To: <m@example.com>\n\nThe kettle leaks.\n\nJaan\n",
		"The kettle leaks.\n\nJaan", NULL},
	{"Sent from my iPhone\n\nBegin forwarded message:\n\n> From: Jaan "
	 "<j@example.com>\n> Subject: Kettle\n> \n> The kettle leaks.\n",
		"From: Jaan <j@example.com>\nSubject: Kettle\n\n"
		"The kettle leaks.",
		"Sent from my iPhone"},
	/* what is passed on commands nobody */
	{"---------- Forwarded message ---------\nFrom: Jaan <j@example.com>\n"
	 "Subject: Kettle\n\nThe kettle leaks.\n#resolve\n",
		"The kettle leaks.\n> #resolve", NULL},
	/* K-9 quotes without a blank */
	{"Red.\n\nOn 3 March 2025 10:32:01 EET, Mari <m@example.com> wrote:\n"
	 ">Which colour?\n>3 pieces\n>\n>5 more",
		"Red.", NULL},
	/* an empty answer */
	{"On 3 Mar 2025, at 10:32, Mari <m@example.com> wrote:\n> Colour?\n",
		"", NULL},
	/* all indented, and nothing says that it is old */
	{"> The kettle leaks.\n>\n> Jaan\n", "The kettle leaks.\n\nJaan", NULL},
	/* a command below the signature is still the agent's */
	{"We send a new one.\n\nBest regards,\nMari\n\n#resolve\n",
		"We send a new one.\n\n#resolve", "Best regards,\nMari"},
	{"", "", NULL},
	{"\r\nRed.\r\n\r\n> Which?\r\n", "Red.", NULL},
};

static void test_layouts_of_clients(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(layouts); i++)
		assert_case(&layouts[i]);
}

/* Units that stress each look-ahead, repeated up to the bound of a text. */
static void test_hostile_text_takes_linear_time(void **state)
{
	static const char *const units[] = {"a\n", "\n", "> \n", "From: a\n",
		"1@a:\n", "On 1 Jan 2025 10:32 a@b wrote:\n", "--\n", "----\n",
		"Regards\n", "Sent from my phone\n", "#a\n", "a",
		"-----Original Message-----\n", "> a\nb\n", "Regards\nx y\n",
		"#resolve\n", "\xe3\x80\x80", "*", "<", "On a,\n"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
		GString *text = g_string_new(NULL);
		g_autofree char *words = NULL;
		g_autofree char *signature = NULL;
		clock_t before;

		while (text->len < 1024 * 1024)
			g_string_append(text, units[i]);
		before = clock();
		reply_text_split(text->str, &words, &signature);
		/* Of the processor, which others use too.  A square would take
		 * minutes; sanitizers take some. */
		if (clock() - before > 20 * CLOCKS_PER_SEC)
			fail_msg("%s is slow", units[i]);
		assert_true(strlen(words) <= text->len * 3);
		g_string_free(text, TRUE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attribution_goes_with_its_marked_quote),
		cmocka_unit_test(test_sure_attribution_goes_with_a_bare_quote),
		cmocka_unit_test(test_header_block_goes_with_all_below_it),
		cmocka_unit_test(test_marker_goes_with_all_below_it),
		cmocka_unit_test(test_telephone_line_is_a_signature),
		cmocka_unit_test(test_sign_off_and_what_follows_is_a_signature),
		cmocka_unit_test(test_customers_words_stay),
		cmocka_unit_test(test_layouts_of_clients),
		cmocka_unit_test(test_hostile_text_takes_linear_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
