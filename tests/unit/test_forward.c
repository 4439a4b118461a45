/*
 * Whose mail another one passes on, what is protected, and who is believed by
 * DMARC alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <redress/analysis.h>

#define HEAD                                                                   \
	"From: Mari <mari@example.com>\nTo: complaints@example.com\n"          \
	"MIME-Version: 1.0\n"
#define PLAIN "Content-Type: text/plain; charset=utf-8\n\n"

static Analysis *analyze(const char *mail, const AnalysisEnvelope *envelope)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Message) message = message_parse(mail, strlen(mail), &error);

	if (!message)
		fail_msg("%s", error->message);
	return analysis_run(message, envelope);
}

/* ---- what is passed on --------------------------------------------------- */

typedef struct Forward Forward;
struct Forward {
	const char *mail; /* behind HEAD */
	const char *from;
	const char *name;
	const char *subject;
	const char *text;
};

#define ANNA "anna@example.org", "Anna Tamm", "Lid", "The lid is gone."

static const Forward forwards[] = {
	/* Gmail */
	{"Subject: Fwd: Lid\n" PLAIN "#on-behalf\n\n"
	 "---------- Forwarded message ---------\n"
	 "From: Anna Tamm <anna@example.org>\n"
	 "Date: Mon, 3 Mar 2025 at 10:32\nSubject: Lid\n"
	 "To: <shop@example.com>\n\n\nThe lid is gone.\n",
		ANNA},
	/* without a word in the subject */
	{"Subject: please enter this\n" PLAIN
	 "---------- Forwarded message ---------\n"
	 "From: Anna Tamm <anna@example.org>\n"
	 "Date: Mon, 3 Mar 2025 at 10:32\nSubject: Lid\n"
	 "To: <shop@example.com>\n\n\nThe lid is gone.\n",
		ANNA},
	/* Apple, quoted and bare */
	{"Subject: Fwd: Lid\n" PLAIN "Begin forwarded message:\n\n"
	 "> From: Anna Tamm <anna@example.org>\n> Subject: Lid\n"
	 "> Date: 3 March 2025 at 10:32:01 EET\n> To: shop@example.com\n> \n"
	 "> The lid is gone.\n\n\nSent from my iPhone\n",
		ANNA},
	{"Subject: Fwd: Lid\n" PLAIN "See below.\n\n"
	 "Begin forwarded message:\n\n"
	 "From: Anna Tamm <anna@example.org>\nSubject: Lid\n"
	 "Date: 3 March 2025 at 10:32:01 EET\nTo: shop@example.com\n\n"
	 "The lid is gone.\n",
		ANNA},
	/* Thunderbird */
	{"Subject: Fwd: Lid\n" PLAIN "-------- Forwarded Message --------\n"
	 "Subject: \tLid\nDate: \tMon, 3 Mar 2025 10:32:01 +0200\n"
	 "From: \tAnna Tamm <anna@example.org>\nTo: \tshop@example.com\n\n"
	 "The lid is gone.\n",
		ANNA},
	{"Subject: Fwd: Lid\nContent-Type: text/html\n\n"
	 "<p>#on-behalf</p><div class=\"moz-forward-container\">"
	 "-------- Forwarded Message --------<table><tr><th>Subject: </th>"
	 "<td>Lid</td></tr><tr><th>Date: </th><td>Mon, 3 Mar 2025 10:32"
	 "</td></tr><tr><th>From: </th><td>Anna Tamm "
	 "<a href=\"mailto:anna@example.org\">&lt;anna@example.org&gt;</a></td>"
	 "</tr><tr><th>To: </th><td>shop@example.com</td></tr></table>"
	 "<br><p>The lid is gone.</p></div>",
		ANNA},
	/* Outlook */
	{"Subject: FW: Lid\n" PLAIN "#on-behalf\n\n"
	 "From: Anna Tamm <anna@example.org> \n"
	 "Sent: Monday, 3 March 2025 10:32\nTo: shop@example.com\n"
	 "Subject: Lid\n\nThe lid is gone.\n",
		ANNA},
	{"Subject: FW: Lid\n" PLAIN "-----Original Message-----\n"
	 "From: Anna Tamm [mailto:anna@example.org] \n"
	 "Sent: Monday, 3 March 2025 10:32\nTo: shop@example.com\n"
	 "Subject: Lid\n\nThe lid is gone.\n",
		ANNA},
	{"Subject: FW: Lid\n" PLAIN
	 "From: Anna Tamm <anna@example.org<mailto:anna@example.org>>\n"
	 "Sent: Monday, 3 March 2025 10:32\nTo: shop@example.com\n"
	 "Subject: Lid\n\nThe lid is gone.\n",
		ANNA},
	{"Subject: FW: Lid\n" PLAIN "*From:* Anna Tamm <anna@example.org>\n"
	 "*Sent:* Monday, 3 March 2025 10:32\n*To:* shop@example.com\n"
	 "*Subject:* Lid\n\nThe lid is gone.\n",
		ANNA},
	/* other languages */
	{"Subject: Edasi: Lid\n" PLAIN "________________________________\n"
	 "Saatja: Anna Tamm <anna@example.org>\n"
	 "Saadetud: esmaspäev, 3. märts 2025 10:32\n"
	 "Adressaat: pood@example.com\nTeema: Lid\n\nThe lid is gone.\n",
		ANNA},
	{"Subject: VL: Lid\n" PLAIN "Lähettäjä: Anna Tamm <anna@example.org>\n"
	 "Lähetetty: maanantai 3. maaliskuuta 2025 10.32\n"
	 "Vastaanottaja: kauppa@example.com\nAihe: Lid\n\nThe lid is gone.\n",
		ANNA},
	{"Subject: WG: Lid\n" PLAIN "Von: Anna Tamm <anna@example.org>\n"
	 "Gesendet: Montag, 3. März 2025 10:32\nAn: laden@example.com\n"
	 "Betreff: Lid\n\nThe lid is gone.\n",
		ANNA},
	{"Subject: =?utf-8?b?6L2s5Y+ROiBMaWQ=?=\n" PLAIN
	 "---------- 转发的邮件 ---------\n发件人：Anna Tamm "
	 "<anna@example.org>\n"
	 "日期：2025年3月3日 10:32\n主题：Lid\n收件人：shop@example.com\n\n"
	 "The lid is gone.\n",
		ANNA},
	/* the outermost of several */
	{"Subject: Fwd: Lid\n" PLAIN "---------- Forwarded message ---------\n"
	 "From: Anna Tamm <anna@example.org>\nDate: Mon, 3 Mar 2025\n"
	 "Subject: Lid\nTo: <shop@example.com>\n\nThe lid is gone.\n\n"
	 "---------- Forwarded message ---------\n"
	 "From: Jaan <jaan@example.net>\nDate: Sun, 2 Mar 2025\n"
	 "Subject: Kettle\nTo: <anna@example.org>\n\nBuy it.\n",
		ANNA},
	/* attached */
	{"Subject: a customer\nContent-Type: multipart/mixed; boundary=b\n\n"
	 "--b\nContent-Type: text/plain\n\n#on-behalf\n\n"
	 "--b\nContent-Type: message/rfc822\n\n"
	 "From: =?utf-8?q?Anna_Tamm?= <anna@example.org>\nTo: x@example.com\n"
	 "Subject: =?utf-8?q?Lid?=\nContent-Type: text/plain\n\n"
	 "The lid is gone.\n\n> Where is it?\n--b--\n",
		ANNA},
	{"Subject: a customer\nContent-Type: multipart/mixed; boundary=b\n\n"
	 "--b\nContent-Type: message/rfc822\n\n"
	 "From: Anna Tamm <anna@example.org>\nSubject: Lid\n"
	 "Content-Type: text/html\n\n<p>The lid is gone.</p>\n--b--\n",
		ANNA},
	/* a bare address, and a name of quotes */
	{"Subject: Fwd: Lid\n" PLAIN "---------- Forwarded message ---------\n"
	 "From: anna@example.org\nDate: Mon, 3 Mar 2025\nSubject: Lid\n\n"
	 "The lid is gone.\n",
		"anna@example.org", NULL, "Lid", "The lid is gone."},
	{"Subject: Fwd: Lid\n" PLAIN "---------- Forwarded message ---------\n"
	 "From: \"Tamm, Anna\" <anna@example.org>\nDate: Mon, 3 Mar 2025\n"
	 "Subject: Lid\n\nThe lid is gone.\n",
		"anna@example.org", "Tamm, Anna", "Lid", "The lid is gone."},
	/* nobody, where it is not certain who */
	{"Subject: Fwd: Lid\n" PLAIN "---------- Forwarded message ---------\n"
	 "From: \"a <eve@example.net>\" <anna@example.org>\n"
	 "Date: Mon, 3 Mar 2025\nSubject: Lid\n\nThe lid is gone.\n",
		NULL, NULL, "Lid", "The lid is gone."},
	{"Subject: Fwd: Lid\n" PLAIN "---------- Forwarded message ---------\n"
	 "From: Anna Tamm\nDate: Mon, 3 Mar 2025\nSubject: Lid\n\n"
	 "The lid is gone.\n",
		NULL, NULL, "Lid", "The lid is gone."},
	/* answers pass nothing on */
	{"Subject: Re: Lid\n" PLAIN "Done.\n\n"
	 "From: Anna Tamm <anna@example.org>\n"
	 "Sent: Monday, 3 March 2025 10:32\nTo: shop@example.com\n"
	 "Subject: Lid\n\n---------- Forwarded message ---------\n"
	 "From: Jaan <jaan@example.net>\nSubject: Kettle\n\nBuy it.\n",
		NULL, NULL, NULL, NULL},
	{"Subject: Re: Lid\n" PLAIN "Done.\n\n" ANALYSIS_MARKER "\n\n"
	 "---------- Forwarded message ---------\n"
	 "From: Jaan <jaan@example.net>\nSubject: Kettle\n\nBuy it.\n",
		NULL, NULL, NULL, NULL},
	{"Subject: Re: Lid\n" PLAIN "Done.\n\n> -------- Forwarded Message "
	 "--------\n> From: Jaan <jaan@example.net>\n> Subject: K\n> \n> "
	 "Buy.\n",
		NULL, NULL, NULL, NULL},
	{"Subject: Fwd: Lid\n" PLAIN "Call Anna, anna@example.org.\n", NULL,
		NULL, NULL, NULL},
};

static void assert_said(
	const char *what, const char *mail, const char *got, const char *want)
{
	if (g_strcmp0(got, want))
		fail_msg("%s\n: %s '%s' instead of '%s'", mail, what,
			got ? got : "(nothing)", want ? want : "(nothing)");
}

static void test_a_mail_that_is_passed_on_is_told_whose_it_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(forwards); i++) {
		const Forward *forward = &forwards[i];
		g_autofree char *mail = g_strconcat(HEAD, forward->mail, NULL);
		g_autoptr(Analysis) got = analyze(mail, NULL);

		assert_said("from", mail, got->forwarded_from, forward->from);
		assert_said("name", mail, got->forwarded_name, forward->name);
		assert_said("subject", mail, got->forwarded_subject,
			forward->subject);
		assert_said("text", mail, got->forwarded_text, forward->text);
	}
}

/* A block that is endless, and addresses that are. */
static void test_hostile_forwards_are_bounded(void **state)
{
	static const char *const units[] = {"<a@b.c> ", "@", "<",
		"a@b.c<mailto:", "From: a@b.c\n", "> ",
		"---------- Forwarded message ---------\n", "\xc2\xa0",
		"Subject: x\n"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
		GString *mail = g_string_new(
			HEAD "Subject: Fwd: x\n" PLAIN
			     "---------- Forwarded message ---------\nFrom: ");
		gint64 before;

		while (mail->len < 1024 * 1024)
			g_string_append(mail, units[i]);
		g_string_append(mail, "\nSubject: x\n\nThe lid is gone.\n");
		before = g_get_monotonic_time();
		g_autoptr(Analysis) got = analyze(mail->str, NULL);
		if (g_get_monotonic_time() - before > 20 * G_USEC_PER_SEC)
			fail_msg("'%s' takes more than linear time", units[i]);
		assert_true(!got->forwarded_from ||
			    strlen(got->forwarded_from) <= 254);
		g_string_free(mail, TRUE);
	}
}

/* ---- protection ------------------------------------------------------------
 */

static void test_protection_is_seen(void **state)
{
	static const struct {
		const char *mail;
		enum analysis_protection protection;
	} cases[] = {
		{PLAIN "Hello.\n", ANALYSIS_UNPROTECTED},
		{"Content-Type: multipart/signed; boundary=b; "
		 "micalg=pgp-sha256;"
		 " protocol=\"application/pgp-signature\"\n\n--b\n\nHello.\n"
		 "--b\nContent-Type: application/pgp-signature\n\nx\n--b--\n",
			ANALYSIS_SIGNED},
		{"Content-Type: multipart/mixed; boundary=a\n\n--a\n"
		 "Content-Type: multipart/signed; boundary=b;"
		 " protocol=\"application/pkcs7-signature\"\n\n--b\n\nHello.\n"
		 "--b\nContent-Type: application/pkcs7-signature\n\nx\n--b--\n"
		 "--a\nContent-Type: text/plain\n\nThe list.\n--a--\n",
			ANALYSIS_SIGNED},
		{"Content-Type: application/pkcs7-mime; smime-type=signed-data;"
		 " name=smime.p7m\nContent-Transfer-Encoding: base64\n\neA==\n",
			ANALYSIS_SIGNED},
		{"Content-Type: application/pkcs7-mime; name=\"smime.p7m\";\n"
		 " smime-type=\"Signed-Data\"\n\nx\n",
			ANALYSIS_SIGNED},
		{"Content-Type: application/pkcs7-mime;"
		 " smime-type=enveloped-data\n\nx\n",
			ANALYSIS_ENCRYPTED},
		{"Content-Type: application/x-pkcs7-mime; "
		 "name=smime.p7m\n\nx\n",
			ANALYSIS_ENCRYPTED},
		{"Content-Type: multipart/encrypted; boundary=b;"
		 " protocol=\"application/pgp-encrypted\"\n\n--b\n"
		 "Content-Type: application/pgp-encrypted\n\nVersion: 1\n--b\n"
		 "Content-Type: application/octet-stream\n\nx\n--b--\n",
			ANALYSIS_ENCRYPTED},
		{PLAIN "-----BEGIN PGP MESSAGE-----\n\nhQ\n"
		       "-----END PGP MESSAGE-----\n",
			ANALYSIS_ENCRYPTED},
		{PLAIN "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n"
		       "Hello.\n-----BEGIN PGP SIGNATURE-----\n\niQ\n"
		       "-----END PGP SIGNATURE-----\n",
			ANALYSIS_SIGNED},
		/* of another's mail, or only spoken of */
		{PLAIN "See:\n> -----BEGIN PGP MESSAGE-----\n",
			ANALYSIS_UNPROTECTED},
		{PLAIN "You sent -----BEGIN PGP MESSAGE-----\n",
			ANALYSIS_UNPROTECTED},
		{"Content-Type: message/rfc822\n\nContent-Type: "
		 "application/pkcs7-mime\n\nx\n",
			ANALYSIS_UNPROTECTED},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *mail = g_strconcat(HEAD, cases[i].mail, NULL);
		g_autoptr(Analysis) got = analyze(mail, NULL);

		if (got->protection != cases[i].protection)
			fail_msg("%s\n: %d", mail, got->protection);
	}
}

/* ---- DMARC alone ------------------------------------------------------------
 */

#define PASS                                                                   \
	"Authentication-Results: mail.example.com; dmarc=pass "                \
	"header.from=example.com\n"

static void test_dmarc_alone_counts_where_our_server_wrote_it(void **state)
{
	static const struct {
		const char *mail;
		const char *login;
		bool authenticated;
		bool passed;
	} cases[] = {
		{PASS HEAD PLAIN "Hi.\n", NULL, true, true},
		{PASS HEAD PLAIN "Hi.\n", "", true, true},
		/* who logs in wrote the field himself */
		{PASS HEAD PLAIN "Hi.\n", "mari@example.com", true, false},
		{HEAD PLAIN "Hi.\n", "mari@example.com", true, false},
		{HEAD PLAIN "Hi.\n", NULL, false, false},
		/* several authors */
		{PASS "From: eve@example.org\n" HEAD PLAIN "Hi.\n", NULL, false,
			false},
		{PASS "From: mari@example.com, eve@example.com\n" PLAIN "Hi.\n",
			NULL, false, false},
		/* one that came with the mail, below ours */
		{"Authentication-Results: mail.example.com; dmarc=fail "
		 "header.from=example.com\n" PASS HEAD PLAIN "Hi.\n",
			NULL, false, false},
		{"Authentication-Results: other.example; dmarc=pass "
		 "header.from=example.com\n" HEAD PLAIN "Hi.\n",
			NULL, false, false},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		AnalysisEnvelope envelope = {.from = "mari@example.com",
			.authserv_id = "mail.example.com",
			.auth_login = cases[i].login};
		g_autoptr(Analysis) got = analyze(cases[i].mail, &envelope);

		assert_int_equal(got->authenticated, cases[i].authenticated);
		assert_int_equal(got->dmarc_passed, cases[i].passed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_a_mail_that_is_passed_on_is_told_whose_it_is),
		cmocka_unit_test(test_hostile_forwards_are_bounded),
		cmocka_unit_test(test_protection_is_seen),
		cmocka_unit_test(
			test_dmarc_alone_counts_where_our_server_wrote_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
