/*
 * What an agent's mail commands and what a customer may read of it: nothing is
 * guessed, and no command reaches a customer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <time.h>

#include "../../src/analysis/internal.h"

#define HEAD                                                                   \
	"From: Mari <mari@example.com>\nTo: complaints@example.com\n"          \
	"Subject: Re: [#7K3F-92QX] Kettle\nMIME-Version: 1.0\n"
#define PLAIN HEAD "Content-Type: text/plain; charset=utf-8\n\n"
#define HTML HEAD "Content-Type: text/html; charset=utf-8\n\n"
#define WORDS "A new one is on its way."
#define LONG_ASK                                                               \
	"#ask Do you remember the colour of the box, and also of the lamp"
#define LONG_REST                                                              \
	"that was inside it when it came to you, or else the name of the kind"

static Analysis *analyze(const char *mail)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Message) message = message_parse(mail, strlen(mail), &error);

	if (!message)
		fail_msg("%s", error->message);
	return analysis_run(message, NULL);
}

static Analysis *analyze_text(const char *text)
{
	g_autofree char *mail = g_strconcat(PLAIN, text, NULL);

	return analyze(mail);
}

/* (transfer full) */
static char *join(const GPtrArray *commands)
{
	GString *joined = g_string_new(NULL);

	for (guint i = 0; i < commands->len; i++)
		g_string_append_printf(
			joined, "%s|", (char *)commands->pdata[i]);
	return g_string_free(joined, FALSE);
}

static void assert_read(const char *what, const Analysis *analysis,
	const char *commands, const char *agent_text)
{
	g_autofree char *joined = join(analysis->commands);

	if (analysis->command_problem)
		fail_msg("%s\n: problem %d at '%s'", what,
			analysis->command_problem,
			analysis->command_problem_line);
	if (strcmp(joined, commands))
		fail_msg("%s\n: commands '%s' instead of '%s'", what, joined,
			commands);
	if (strcmp(analysis->agent_text, agent_text))
		fail_msg("%s\n: agent_text '%s' instead of '%s'", what,
			analysis->agent_text, agent_text);
}

static void assert_problem(const char *what, const Analysis *analysis,
	enum analysis_command_problem problem, const char *line)
{
	if (analysis->command_problem != problem)
		fail_msg("%s\n: problem %d instead of %d", what,
			analysis->command_problem, problem);
	assert_int_equal(analysis->commands->len, 0);
	assert_false(agent_text_any_command(analysis->agent_text));
	if (line)
		assert_string_equal(analysis->command_problem_line, line);
}

/* ---- where commands stand ---------------------------------------------- */

static void test_each_command_counts_at_the_start_and_the_end(void **state)
{
	const char *const *names = analysis_command_names();

	(void)state;
	for (size_t i = 0; names[i]; i++) {
		g_autofree char *upper = g_ascii_strup(names[i], -1);
		g_autofree char *start = g_strdup_printf(
			"#%s some words\n\n" WORDS "\n", names[i]);
		g_autofree char *end = g_strdup_printf(
			WORDS "\n\n  #%s some words \t\n\n", names[i]);
		g_autofree char *both = g_strdup_printf(
			"\n#%s\n" WORDS "\n#%s a, b\n", upper, names[i]);
		g_autofree char *one =
			g_strdup_printf("#%s some words|", names[i]);
		g_autofree char *two =
			g_strdup_printf("#%s|#%s a, b|", upper, names[i]);
		g_autoptr(Analysis) at_start = analyze_text(start);
		g_autoptr(Analysis) at_end = analyze_text(end);
		g_autoptr(Analysis) at_both = analyze_text(both);

		assert_read(start, at_start, one, WORDS);
		assert_read(end, at_end, one, WORDS);
		assert_read(both, at_both, two, WORDS);
	}
}

typedef struct Clear Clear;
struct Clear {
	const char *text;
	const char *commands;
	const char *agent_text;
};

static const Clear clear[] = {
	{"", "", ""},
	{"#resolve", "#resolve|", ""},
	{WORDS, "", WORDS},
	{"#resolve\r\n#tag kettle lid\r\n\r\n" WORDS "\r\n",
		"#resolve|#tag kettle lid|", WORDS},
	{"One.\n\nTwo.\n\n\n#resolve\n\n#vip\n", "#resolve|#vip|",
		"One.\n\nTwo."},
	/* blanks as clients write them */
	{"\u00a0#resolve\u00a0\n" WORDS, "#resolve|", WORDS},
	{WORDS "\n#tag\u00a0late\u00a0 lid", "#tag late  lid|", WORDS},
	/* A question that a client has broken, at 72 columns. */
	{WORDS "\n\n" LONG_ASK "\nthat was inside?\n#ask When?",
		LONG_ASK " that was inside?|#ask When?|", WORDS},
	{LONG_ASK "\n" LONG_REST "\nit was?\n#tag lid\n\n" WORDS,
		LONG_ASK " " LONG_REST " it was?|#tag lid|", WORDS},
	{LONG_ASK "\n" LONG_REST "\n\n" WORDS, LONG_ASK " " LONG_REST "|",
		WORDS},
	/* What is no rest of one. */
	{LONG_ASK "?\n" WORDS, LONG_ASK "?|", WORDS},
	{LONG_ASK "\n\n" WORDS, LONG_ASK "|", WORDS},
	{"#ask Which colour\n" WORDS, "#ask Which colour|", WORDS},
	{"#tag a b c d e f g h i j k l m n o p q r s t u v w x y z aa bb cc dd"
	 "\n" WORDS,
		"#tag a b c d e f g h i j k l m n o p q r s t u v w x y z aa "
		"bb cc dd|",
		WORDS},
	/* mentioned, numbered or spoken of: text */
	{"I used #resolve yesterday.", "", "I used #resolve yesterday."},
	{"#1 reason: the lid\n" WORDS "\n#12345", "",
		"#1 reason: the lid\n" WORDS "\n#12345"},
	{"One.\n#summer\nTwo.", "", "One.\n#summer\nTwo."},
	{"Order (#9) and C# are fine.\nhttps://example.com/#note", "",
		"Order (#9) and C# are fine.\nhttps://example.com/#note"},
	{"One.\n# Summer\nTwo.", "", "One.\n# Summer\nTwo."},
	{"Tähelepanu: 井 ja ♯ on märgid.", "",
		"Tähelepanu: 井 ja ♯ on märgid."},
	/* with a signature */
	{WORDS "\n#resolve\n\n-- \nMari\nExample", "#resolve|",
		WORDS "\n\n--\nMari\nExample"},
	{WORDS "\n\n#resolve\n\nBest regards,\nMari", "#resolve|",
		WORDS "\n\nBest regards,\nMari"},
	{WORDS "\n\nBest regards,\nMari\n\n#resolve", "#resolve|",
		WORDS "\n\nBest regards,\nMari"},
	{WORDS "\n\nBest regards,\nMari\nExample\n#WeCareForYou", "",
		WORDS "\n\nBest regards,\nMari\nExample\n#WeCareForYou"},
	{WORDS "\n-- \nMari\n#WeCareForYou", "",
		WORDS "\n\n--\nMari\n#WeCareForYou"},
	{"#resolve\n\nSent from my iPhone", "#resolve|", ""},
	/* below a quote that is known as one */
	{"> The lid is gone.\n\n" WORDS "\n#resolve", "#resolve|", WORDS},
	{"> The lid is gone.\n" WORDS "\n#resolve", "#resolve|", WORDS},
	{"> The lid?\nWe have it.\n> The kettle?\n" WORDS "\n\n#resolve",
		"#resolve|", "We have it.\n\n" WORDS},
	/* nobody's own words */
	{"---------- Forwarded message ---------\nFrom: Jaan "
	 "<j@example.org>\nSubject: Lid\n\nThe lid is gone.\n#resolve\n",
		"", ""},
	{"> The lid is gone.\n> #resolve\n", "", ""},
};

static void test_clear_texts_are_told_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(clear); i++) {
		g_autoptr(Analysis) analysis = analyze_text(clear[i].text);

		assert_read(clear[i].text, analysis, clear[i].commands,
			clear[i].agent_text);
	}
}

/* ---- how it was sent ---------------------------------------------------- */

static const Clear mails[] = {
	{HEAD "Content-Type: text/plain; charset=utf-8; format=flowed\n\n"
	      "A new one is \non its way.\n\n#resolve\n#note a \nb\n",
		"#resolve|#note a b|", WORDS},
	{HEAD "Content-Type: text/plain; charset=utf-8\n"
	      "Content-Transfer-Encoding: quoted-printable\n\n"
	      "A new one is=\n on its way.\n\n=23reso=\nlve=20\n"
	      "#note k=C3=A4es\n",
		"#resolve|#note käes|", WORDS},
	{HEAD "Content-Type: text/plain; charset=utf-8\n"
	      "Content-Transfer-Encoding: base64\n\n"
	      "QSBuZXcgb25lIGlzIG9uIGl0cyB3YXkuDQoNCiNyZXNvbHZlDQo=\n",
		"#resolve|", WORDS},
	/* Outlook */
	{HTML "<html><body><div class=\"WordSection1\">"
	      "<p class=\"MsoNormal\">#resolve<o:p></o:p></p>"
	      "<p class=\"MsoNormal\"><o:p>&nbsp;</o:p></p>"
	      "<p class=\"MsoNormal\">A new one is on its way.<o:p></o:p></p>"
	      "<p class=\"MsoNormal\"><o:p>&nbsp;</o:p></p>"
	      "<p class=\"MsoNormal\">#tag&nbsp; late<o:p></o:p></p>"
	      "</div></body></html>",
		"#resolve|#tag late|", WORDS},
	/* Gmail, Apple, and those who break lines */
	{HTML "<div dir=\"ltr\"><div>A new one is on its way.</div>"
	      "<div><br></div><div>#resolve&nbsp;</div></div>",
		"#resolve|", WORDS},
	{HTML "A new one is on its way.<br><br>#resolve<br>#note a<br>",
		"#resolve|#note a|", WORDS},
	{HTML "<div><span>#reso</span><span>lve</span></div>"
	      "<p>A new one is on its way.</p>",
		"#resolve|", WORDS},
	/* The plain part counts where both are. */
	{HEAD "Content-Type: multipart/alternative; boundary=b\n\n"
	      "--b\nContent-Type: text/plain\n\n" WORDS "\n\n#resolve\n"
	      "--b\nContent-Type: text/html\n\n<p>" WORDS
	      "</p><p>#resolve</p>\n--b--\n",
		"#resolve|", WORDS},
};

static void test_each_way_of_sending_gives_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(mails); i++) {
		g_autoptr(Analysis) analysis = analyze(mails[i].text);

		assert_read(mails[i].text, analysis, mails[i].commands,
			mails[i].agent_text);
	}
}

/* ---- quotes -------------------------------------------------------------- */

#define OURS "complaints@example.com"
#define OLD "They are late.\n#compensate 900 EUR\n"

static const char *const quotes[] = {
	/* Gmail */
	"On Mon, 3 Mar 2025 at 10:32, Example <" OURS "> wrote:\n\n"
	"> They are late.\n> #compensate 900 EUR\n",
	/* Apple */
	"> On 3 Mar 2025, at 10:32, Example <" OURS "> wrote:\n> \n"
	"> They are late.\n> #compensate 900 EUR\n",
	/* Thunderbird */
	"On 3/3/25 10:32, Example wrote:\n> They are late.\n"
	"> #compensate 900 EUR\n",
	/* Outlook */
	"From: Example <" OURS "> \nSent: Monday, 3 March 2025 10:32\n"
	"To: Mari <mari@example.com>\nSubject: Kettle\n\n" OLD,
	/* Outlook, older */
	"-----Original Message-----\nFrom: Example [mailto:" OURS "]\n"
	"Sent: Monday, 3 March 2025 10:32\nTo: Mari\nSubject: Kettle\n\n" OLD,
	/* Outlook on the web, Estonian */
	"________________________________\nSaatja: Example <" OURS ">\n"
	"Saadetud: esmaspäev, 3. märts 2025 10:32\nAdressaat: Mari\n"
	"Teema: Kettle\n\n" OLD,
	/* Yahoo, German */
	"Am Montag, 3. März 2025 um 10:32:01 MEZ hat Example <" OURS
	"> Folgendes geschrieben:\n\n> They are late.\n"
	"> #compensate 900 EUR\n",
	/* Samsung */
	"-------- Original message --------\nFrom: Example <" OURS ">\n"
	"Date: 3/3/25 10:32 (GMT+02:00)\nTo: Mari <mari@example.com>\n"
	"Subject: Kettle\n\n" OLD,
	/* K-9 */
	"On 3 March 2025 10:32:01 EET, Example <" OURS "> wrote:\n"
	">They are late.\n>#compensate 900 EUR\n",
	/* Outlook, Finnish */
	"Lähettäjä: Example <" OURS ">\n"
	"Lähetetty: maanantai 3. maaliskuuta 2025 10.32\n"
	"Vastaanottaja: Mari\nAihe: Kettle\n\n" OLD,
	/* Zoho */
	"---- On Mon, 03 Mar 2025 10:32:01 +0200 Example <" OURS
	"> wrote ---\n\n> They are late.\n> #compensate 900 EUR\n",
};

static void test_what_is_quoted_commands_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(quotes); i++) {
		g_autofree char *text =
			g_strconcat("#tag mine\n" WORDS "\n\n#resolve\n\n",
				quotes[i], NULL);
		g_autoptr(Analysis) analysis = analyze_text(text);

		assert_read(text, analysis, "#tag mine|#resolve|", WORDS);
	}
}

/* ---- the marker ---------------------------------------------------------- */

/* What may stand between the agent's words and our mail's. */
static const char *const markers[] = {
	ANALYSIS_MARKER "\n\n" OLD,
	"> " ANALYSIS_MARKER "\n> \n> They are late.\n#compensate 900 EUR\n",
	"> > " ANALYSIS_MARKER "\nThey are late.\n",
	">" ANALYSIS_MARKER " They are late.\n#compensate 900 EUR\n",
	"| " ANALYSIS_MARKER "\n" OLD,
	"##- Write your answer\n above this line -##\n" OLD,
	"> ##- Write your answer above\n> this line -##\n> They are late.\n",
	"##-\u00a0Write\u00a0your answer above\u00a0this line\u00a0-##\n" OLD,
	"\\#\\#- Write your answer above this line -\\#\\#\n" OLD,
	"##- WRITE YOUR ANSWER ABOVE THIS LINE -##\n" OLD,
	"*##- Write your answer above this line -##*\n" OLD,
	"From: Example <" OURS ">\nSent: Monday, 3 March 2025 10:32\n"
	"To: Mari\nSubject: Kettle\n\n" ANALYSIS_MARKER "\n" OLD,
	"On Mon, 3 Mar 2025 at 10:32, Example <" OURS
	"> wrote:\n\n" ANALYSIS_MARKER "\n" OLD,
	"On Mon, 3 Mar 2025 at 10:32, Example <" OURS "> wrote:\n\n"
	"> " ANALYSIS_MARKER "\n> They are late.\n\n#compensate 900 EUR\n",
	/* words that no table knows */
	"Example <" OURS "> 2025-03-03 10:32 idatzi zuen:\n\n" ANALYSIS_MARKER
	"\n" OLD,
	"-----Original Message-----\n" ANALYSIS_MARKER "\n" OLD,
	"________________________________\n" ANALYSIS_MARKER "\n" OLD,
};

static void test_nothing_from_the_marker_on_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(markers); i++) {
		g_autofree char *text = g_strconcat(
			"#resolve\n" WORDS "\n\n", markers[i], NULL);
		g_autofree char *inline_text = g_strconcat(
			"#resolve\nSee my answers below, in red: yes.\n\n",
			markers[i], NULL);
		g_autoptr(Analysis) analysis = analyze_text(text);
		g_autoptr(Analysis) hinted = analyze_text(inline_text);
		g_autoptr(Analysis) bare = analyze_text(markers[i]);

		assert_read(text, analysis, "#resolve|", WORDS);
		assert_string_equal(analysis->reply_text, "#resolve\n" WORDS);
		assert_read(inline_text, hinted, "#resolve|",
			"See my answers below, in red: yes.");
		assert_read(markers[i], bare, "", "");
		assert_string_equal(bare->reply_text, "");
	}
}

static void test_marker_is_found_in_html(void **state)
{
	static const char *const texts[] = {
		HTML "<p>" WORDS
		     "</p><p>#resolve</p><blockquote><p>" ANALYSIS_MARKER
		     "</p><p>They are late.</p></blockquote>",
		HTML "<div>" WORDS "</div><div>#resolve</div><hr><div>##-&nbsp;"
		     "Write your <span>answer</span>\nabove this line -##</div>"
		     "<div>They are late.</div><div>#note x</div>",
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(Analysis) analysis = analyze(texts[i]);

		assert_read(texts[i], analysis, "#resolve|", WORDS);
	}
}

static void test_what_is_not_the_marker_stays(void **state)
{
	static const char *const texts[] = {"## Write your answer",
		"##- Write your answer below this line -##",
		"##- Write your answer above this line", "######",
		"Please write your answer above this line."};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		assert_null(reply_text_find_marker(texts[i]));
}

/* ---- problems ------------------------------------------------------------ */

typedef struct Unclear Unclear;
struct Unclear {
	const char *text;
	const char *line;
	enum analysis_command_problem problem;
};

static const Unclear unclear[] = {
	{"#resolv\n" WORDS, "#resolv", ANALYSIS_COMMAND_UNKNOWN},
	{WORDS "\n\n#resolv\n", "#resolv", ANALYSIS_COMMAND_UNKNOWN},
	{WORDS "\n\n#close", "#close", ANALYSIS_COMMAND_UNKNOWN},
	{"#poll When?\n" WORDS, "#poll When?", ANALYSIS_COMMAND_UNKNOWN},
	{"#summer\n" WORDS, "#summer", ANALYSIS_COMMAND_UNKNOWN},
	{WORDS "\n#lahendatud", "#lahendatud", ANALYSIS_COMMAND_UNKNOWN},
	{WORDS "\n#решено", "#решено", ANALYSIS_COMMAND_UNKNOWN},
	{WORDS "\n#解決", "#解決", ANALYSIS_COMMAND_UNKNOWN},
	{"#resolved\n" WORDS, "#resolved", ANALYSIS_COMMAND_UNKNOWN},
	{"#resolve\n#resolv\n" WORDS, "#resolv", ANALYSIS_COMMAND_UNKNOWN},
	{"One.\n\n#resolv\n\nMari", "#resolv", ANALYSIS_COMMAND_UNKNOWN},
	{WORDS "\n\nBest regards,\nMari\n#resolv", "#resolv",
		ANALYSIS_COMMAND_UNKNOWN},
	{WORDS "\n# resolv", "# resolv", ANALYSIS_COMMAND_UNKNOWN},

	{"One.\n#resolve\nTwo.", "#resolve", ANALYSIS_COMMAND_INSIDE},
	{"One.\n\n#note x\n\n#resolve\n\nTwo.\n\n#tag a", "#note x",
		ANALYSIS_COMMAND_INSIDE},
	{"#tag a\nHello,\n#resolve\n\nMari\n", "#resolve",
		ANALYSIS_COMMAND_INSIDE},

	{WORDS "\n-- \nMari\n#resolve", "#resolve",
		ANALYSIS_COMMAND_IN_SIGNATURE},
	{WORDS "\n-- \nMari\n\n#resolve\n", "#resolve",
		ANALYSIS_COMMAND_IN_SIGNATURE},
	{WORDS "\n-- \n#note x\nMari", "#note x",
		ANALYSIS_COMMAND_IN_SIGNATURE},
	{"#resolve\n" WORDS "\n-- \nMari\n  #tag y", "#tag y",
		ANALYSIS_COMMAND_IN_SIGNATURE},

	{"Look.\n\nOn 3 Mar 2025 the customer wrote:\nIt leaks.\n#resolve",
		"#resolve", ANALYSIS_COMMAND_BELOW_QUOTE},
	{"Look.\n\nFrom: Jaan\nIt leaks.\n#compensate 900 EUR",
		"#compensate 900 EUR", ANALYSIS_COMMAND_BELOW_QUOTE},
	{">500 EUR is much.\n#resolve", "#resolve",
		ANALYSIS_COMMAND_BELOW_QUOTE},
	/* what a client may have broken off a quoted line */
	{WORDS "\n\nOn Mon, Anna wrote:\n> It leaks, and she wrote a\n"
	       "#resolve\n> Anna",
		"#resolve", ANALYSIS_COMMAND_BELOW_QUOTE},
	{"> It leaks\n#resolve\n\n" WORDS, "#resolve",
		ANALYSIS_COMMAND_BELOW_QUOTE},
	{"> It leaks\n#tag a\n#resolve\n\n" WORDS, "#tag a",
		ANALYSIS_COMMAND_BELOW_QUOTE},
	{"> It leaks, and\nthis is a part in the middle of a long line, and\n"
	 "#resolve\n> Anna\n\n" WORDS,
		"#resolve", ANALYSIS_COMMAND_BELOW_QUOTE},
	/* words that are another's, no command among them */
	{"On Mon, 3 Mar 2025 at 10:32, Anna <anna@example.org> wrote:\n"
	 "It leaks.",
		NULL, ANALYSIS_COMMAND_BELOW_QUOTE},
	{"See my answers below in red.\n\n-----Original Message-----\n"
	 "From: Anna <anna@example.org>\nSent: Monday\nSubject: Lid\n\n"
	 "It leaks.",
		"-----Original Message-----", ANALYSIS_COMMAND_BELOW_QUOTE},
};

static void test_problems_are_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(unclear); i++) {
		g_autoptr(Analysis) analysis = analyze_text(unclear[i].text);

		assert_problem(unclear[i].text, analysis, unclear[i].problem,
			unclear[i].line);
	}
}

/* Lines that a reader takes for "#resolve" or "#note x", "#on-behalf x". */
static const char *const look_alikes[] = {
	"＃resolve",
	"﹟resolve",
	"♯resolve",
	"⌗resolve",
	"井resolve",
	"#️⃣resolve",
	"#️resolve",
	"# resolve",
	"#\u00a0resolve",
	"#\tresolve",
	"#\u2003resolve",
	"##resolve",
	"## resolve",
	"#-resolve",
	/* letters */
	"#r\u0435solve",
	"#res\u043elve",
	"#ｒｅｓｏｌｖｅ",
	"#ʀesolve",
	"#res\u03bflve",
	"#re\u0455olve",
	"#resol\u03bde",
	"#reso1ve",
	"#res0lve",
	"#reso|ve",
	"#n\u03bfte x",
	"#not\u0435 x",
	"#ⓡⓔⓢⓞⓛⓥⓔ",
	"#𝐫𝐞𝐬𝐨𝐥𝐯𝐞",
	"#𝚗𝚘𝚝𝚎 x",
	"#🅝🅞🅣🅔 x",
	"#ΝΟΤΕ x",
	"#ТАG x",
	"#ᎪSSIGN x",
	"#ꓣESOLVE",
	"#Ꮢesolve",
	"#ｎote x",
	"#reѕоlvе",
	/* hyphens */
	"#on\u2011behalf x",
	"#on\u2013behalf x",
	"#on_behalf x",
	"#not\u2212a\u2212complaint",
	/* what is not seen */
	"#re\u200bsolve",
	"\u200b#resolve",
	"#\u200bresolve",
	"#resolve\u200b",
	"#re\u00adsolve",
	"#re\u2060solve",
	"\ufeff#resolve",
	"#res\u034folve",
	"#r\u0301esolve",
	"#ŕesolve",
	"#resolvé",
	"#re\u180bsolve",
	"#re\u3164solve",
	"#re\ufffdsolve",
	"#re\ufffcsolve",
	"#\u115fresolve",
	/* what stands around */
	"\\#resolve",
	"*#resolve*",
	"**#resolve**",
	"`#resolve`",
	"-#resolve",
	"- #resolve",
	"\u2022 #resolve",
	"_#resolve_",
	"\"#resolve\"",
	"\u201c#resolve\u201d",
	"(#resolve)",
	"[#resolve]",
	"1. #resolve",
	"2) #note x",
	"#resolve.",
	"#resolve!",
	"#note: x",
	"#resolve,",
	"=> #resolve",
	"~~#resolve~~",
	"\u2705 #resolve",
	":#resolve",
	"/#resolve",
	"#resolve\u2003",
	"#note\u2003x",
	"#resolve;",
	"#*resolve*",
	"#[resolve]",
	"#\"note\" x",
	"#<resolve>",
};

static void assert_look_alike(const char *line)
{
	static const char *const around[] = {"%s\n" WORDS, WORDS "\n\n%s\n",
		"One.\n%s\nTwo.", WORDS "\n-- \nMari\n%s", "%s"};

	for (size_t i = 0; i < G_N_ELEMENTS(around); i++) {
		g_auto(GStrv) parts = g_strsplit(around[i], "%s", 2);
		g_autofree char *text =
			g_strconcat(parts[0], line, parts[1], NULL);
		g_autoptr(Analysis) analysis = analyze_text(text);

		assert_problem(
			text, analysis, ANALYSIS_COMMAND_LOOKALIKE, NULL);
		assert_non_null(analysis->command_problem_line);
	}
}

static void test_what_looks_like_a_command_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(look_alikes); i++)
		assert_look_alike(look_alikes[i]);
}

/* A line end that only some programs show as one. */
static void test_other_line_ends_hide_no_command(void **state)
{
	static const char *const ends[] = {
		"\r", "\v", "\f", "\xc2\x85", "\u2028", "\u2029"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
		g_autofree char *text =
			g_strconcat("One.", ends[i], "#resolve\nTwo.", NULL);
		g_autofree char *words =
			g_strconcat("#note", ends[i], "for you\nTwo.", NULL);

		assert_true(agent_text_any_command(text));
		assert_true(agent_text_any_command(words));
	}
}

static Analysis *read_own_text(const char *text)
{
	Analysis *analysis = analysis_new();
	ReplyText reply = {.own = NULL};

	g_free(analysis->reply_text);
	analysis->reply_text = g_strdup(text);
	agent_text_read(analysis, &reply);
	return analysis;
}

/* The mail parser removes them, so that here they are given past it. */
static void test_marks_of_direction_hide_no_command(void **state)
{
	static const char *const texts[] = {"#re\u202esolve", "\u202a#resolve",
		"#resolve\u200f", "\u2066#note x\u2069"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(Analysis) analysis = read_own_text(texts[i]);

		assert_problem(
			texts[i], analysis, ANALYSIS_COMMAND_LOOKALIKE, NULL);
	}
}

static void test_more_commands_than_one_writes_are_refused(void **state)
{
	GString *text = g_string_new(NULL);

	(void)state;
	for (unsigned i = 1; i <= 64; i++)
		g_string_append_printf(text, "#note %u\n", i);
	g_autoptr(Analysis) most = analyze_text(text->str);
	g_string_append(text, "#note 65\n");
	g_autoptr(Analysis) more = analyze_text(text->str);
	while (text->len < 1024 * 1024)
		g_string_append(text, "#note\n");
	g_autoptr(Analysis) many = analyze_text(text->str);
	g_string_free(text, TRUE);
	assert_int_equal(most->command_problem, ANALYSIS_COMMANDS_CLEAR);
	assert_int_equal(most->commands->len, 64);
	assert_problem("65", more, ANALYSIS_COMMANDS_TOO_MANY, "#note 65");
	assert_problem("many", many, ANALYSIS_COMMANDS_TOO_MANY, NULL);
}

/* Units that stress each look-ahead, repeated up to the bound of a text. */
static void test_hostile_text_takes_linear_time(void **state)
{
	static const char *const units[] = {"#", "# ", "#\n", "#a\n",
		"> #note\n", "a\n#note\n", "#resolv\na\n",
		"##- Write your answer above\n", "\u200b", "\u200b#", "1. ",
		"-- \n#note\n", "\u2028", "\r", "*", "On a@b wrote:\n##",
		"Regards\n#x\n", "\ufdfa#"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
		GString *text = g_string_new(NULL);
		clock_t before;

		while (text->len < 1024 * 1024)
			g_string_append(text, units[i]);
		before = clock();
		g_autoptr(Analysis) analysis = analyze_text(text->str);
		if (clock() - before > 20 * CLOCKS_PER_SEC)
			fail_msg("'%s' takes more than linear time", units[i]);
		assert_false(agent_text_any_command(analysis->agent_text));
		g_string_free(text, TRUE);
	}
}

/* ---- the nearest name ------------------------------------------------------
 */

static void test_mistyped_words_name_the_nearest_command(void **state)
{
	static const struct {
		const char *word;
		const char *command;
	} cases[] = {
		{"resolv", "resolve"},
		{"reslove", "resolve"},
		{"#RESOLVED now", "resolve"},
		{"resolve", "resolve"},
		{"noet", "note"},
		{"nte", "note"},
		{"tga", "tag"},
		{"vpi", "vip"},
		{"hlep", "help"},
		{"adress", "address"},
		{"asign mari", "assign"},
		{"onbehalf", "on-behalf"},
		{"not-complaint", "not-a-complaint"},
		{"close", "resolve"},
		{"solve", "resolve"},
		{"Done", "resolve"},
		{"fix", "resolve"},
		{"comment", "note"},
		{"aks", "ask"},
		{"question", "ask"},
		{"forward", "assign"},
		{"xyzzy", NULL},
		{"tg", NULL},
		{"", NULL},
		{"#", NULL},
		{"lahenda", NULL},
		{"r\u00e9solv\u00e9", NULL},
		{"resolveresolveresolveresolve", NULL},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const char *found = analysis_command_nearest(cases[i].word);

		if (g_strcmp0(found, cases[i].command))
			fail_msg("'%s' gives '%s'", cases[i].word,
				found ? found : "nothing");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_each_command_counts_at_the_start_and_the_end),
		cmocka_unit_test(test_clear_texts_are_told_apart),
		cmocka_unit_test(test_each_way_of_sending_gives_the_same),
		cmocka_unit_test(test_what_is_quoted_commands_nothing),
		cmocka_unit_test(test_nothing_from_the_marker_on_is_read),
		cmocka_unit_test(test_marker_is_found_in_html),
		cmocka_unit_test(test_what_is_not_the_marker_stays),
		cmocka_unit_test(test_problems_are_named),
		cmocka_unit_test(test_what_looks_like_a_command_is_refused),
		cmocka_unit_test(test_other_line_ends_hide_no_command),
		cmocka_unit_test(test_marks_of_direction_hide_no_command),
		cmocka_unit_test(
			test_more_commands_than_one_writes_are_refused),
		cmocka_unit_test(test_hostile_text_takes_linear_time),
		cmocka_unit_test(test_mistyped_words_name_the_nearest_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
