/*
 * What bounces of many programs say, from tests/unit/mail/analysis-bounce-*:
 * the mails are our own, in the form of each program.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <redress/analysis.h>

static const char *const ours[] = {"complaints@example.com", NULL};

static Analysis *analyze_bytes(const char *bytes, size_t length)
{
	const AnalysisEnvelope envelope = {
		.our_addresses = ours,
		.our_hostname = "mail.example.com",
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(Message) message = message_parse(bytes, length, &error);
	if (error)
		fail_msg("%s", error->message);
	return analysis_run(message, &envelope);
}

static Analysis *analyze_file(const char *name)
{
	g_autofree char *path =
		g_strdup_printf("%s/tests/unit/mail/analysis-bounce-%s.eml",
			REDRESS_SOURCE_DIR, name);
	g_autofree char *bytes = NULL;
	gsize length;
	g_autoptr(GError) error = NULL;
	if (!g_file_get_contents(path, &bytes, &length, &error))
		fail_msg("%s", error->message);
	return analyze_bytes(bytes, length);
}

/* ---- each program's --------------------------------------------------- */

typedef struct Case Case;
struct Case {
	const char *name;
	bool permanent;
	bool returned; /* names our mail */
	const char *recipients[3];
};

/* "address action status reason", "-" for what is not known. */
static const Case cases[] = {
	{"postfix", true, true,
		{"maria@example.org failed 5.1.1 user-unknown"}},
	{"postfix-delay", false, true,
		{"maria@example.org delayed 4.4.1 network"}},
	{"utf8", true, true, {"пётр@пример.example failed 5.1.1 user-unknown"}},
	{"two", true, true,
		{"maria@example.org failed 5.2.2 mailbox-full",
			"jaan@example.net failed 5.1.2 host-unknown"}},
	{"success", false, true, {"maria@example.org delivered 2.0.0 -"}},
	{"gave-up", false, true, {"maria@example.org failed 4.4.7 expired"}},
	{"dmarc", true, true,
		{"maria@example.org failed 5.7.26 authentication"}},
	{"qmail", true, true,
		{"maria@example.org failed 5.1.1 user-unknown",
			"jaan@example.net failed 5.2.2 mailbox-full"}},
	{"exim", true, true, {"maria@example.org failed 5.1.1 user-unknown"}},
	{"exim-delay", false, false,
		{"maria@example.org delayed 4.7.0 rate-limited"}},
	{"exchange2003", true, false,
		{"maria@example.org failed 5.1.1 user-unknown"}},
	{"office365", true, true,
		{"maria@example.org failed 5.2.2 mailbox-full"}},
	{"domino", true, false,
		{"maria@example.org failed 5.1.1 user-unknown"}},
	{"gmail", true, true, {"maria@example.org failed 5.1.1 user-unknown"}},
	{"gmail-delay", false, false, {"maria@example.org delayed 4.0.0 -"}},
	{"yahoo", true, true, {"maria@example.org failed 5.7.1 spam"}},
	{"sendmail-old", true, true,
		{"maria@example.org failed 5.1.1 user-unknown"}},
	{"courier", true, false, {"maria@example.org failed 5.2.1 suspended"}},
	{"zimbra", true, false, {"maria@example.org failed 5.3.4 too-big"}},
	{"mailmarshal", true, false,
		{"maria@example.org failed 5.1.1 user-unknown"}},
	{"messagelabs", true, false,
		{"maria@example.org failed 5.1.1 user-unknown"}},
	{"au", true, false, {"maria@example.org failed 5.1.1 user-unknown"}},
	{"docomo", true, false,
		{"maria@example.org failed 5.1.1 user-unknown"}},
	{"qq", true, false, {"maria@example.org failed 5.1.1 user-unknown"}},
	{"netease", true, false,
		{"maria@example.org failed 5.2.2 mailbox-full"}},
	{"groups", true, true,
		{"cats@googlegroups.com failed 5.1.1 user-unknown"}},
	{"ses", true, true, {"maria@example.org failed 5.1.1 user-unknown"}},
	{"german", true, false,
		{"maria@example.org failed 5.1.1 user-unknown"}},
	{"html", true, false, {"maria@example.org failed 5.1.10 user-unknown"}},
};

static char *recipient_words(const AnalysisRecipient *recipient)
{
	return g_strdup_printf("%s %s %s %s",
		recipient->address ? recipient->address : "-",
		recipient->action ? recipient->action : "-",
		recipient->status ? recipient->status : "-",
		recipient->reason ? recipient->reason : "-");
}

static void assert_case(const Case *row)
{
	g_autoptr(Analysis) analysis = analyze_file(row->name);
	const AnalysisBounce *bounce = analysis->bounce;
	if (analysis->kind != ANALYSIS_BOUNCE || !bounce)
		fail_msg("%s is no bounce but %s", row->name,
			analysis_kind_name(analysis->kind));
	assert_false(analysis_would_acknowledge(analysis));
	assert_string_equal(analysis->guard, "delivery-status");
	guint wanted = row->recipients[1] ? 2 : 1;
	if (bounce->recipients->len != wanted)
		fail_msg("%s: %u recipients", row->name,
			bounce->recipients->len);
	for (guint i = 0; i < wanted; i++) {
		g_autofree char *got =
			recipient_words(bounce->recipients->pdata[i]);
		if (strcmp(got, row->recipients[i]) != 0)
			fail_msg("%s: \"%s\", wanted \"%s\"", row->name, got,
				row->recipients[i]);
	}
	if (bounce->permanent != row->permanent)
		fail_msg("%s: permanent is %d", row->name, bounce->permanent);
	const char *id = row->returned ? "t1.r1@mail.example.com" : NULL;
	if (g_strcmp0(bounce->returned_message_id, id) != 0)
		fail_msg("%s: returned %s", row->name,
			bounce->returned_message_id);
}

static void each_program_is_understood(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_case(&cases[i]);
}

static void original_recipient_is_kept(void **state)
{
	(void)state;
	g_autoptr(Analysis) analysis = analyze_file("postfix");
	const AnalysisRecipient *recipient =
		analysis->bounce->recipients->pdata[0];
	assert_string_equal(recipient->original, "m.kask@example.org");
}

static void escaped_utf8_addresses_are_read(void **state)
{
	(void)state;
	g_autoptr(Analysis) analysis = analyze_file("utf8");
	const AnalysisRecipient *recipient =
		analysis->bounce->recipients->pdata[0];
	assert_string_equal(recipient->original, "пётр@xn--e1afmkfd.example");
}

static void gravest_reason_is_the_bounces(void **state)
{
	(void)state;
	g_autoptr(Analysis) analysis = analyze_file("two");
	assert_string_equal(analysis->bounce->reason, "host-unknown");
}

/* ---- one status ------------------------------------------------------- */

/* Fields of one recipient, and the status, action and reason they give. */
typedef struct Status Status;
struct Status {
	const char *fields;
	const char *words;
	bool permanent;
};

static const Status statuses[] = {
	{"Action: failed\nStatus: 5.1.1\n", "failed 5.1.1 user-unknown", true},
	{"ACTION: Failed\nSTATUS: 5.1.1 (no such user)\n",
		"failed 5.1.1 user-unknown", true},
	{"Action: failed (bad)\nStatus:5.2.2\n", "failed 5.2.2 mailbox-full",
		true},
	{"Action: relayed\nStatus: 2.0.0\n", "relayed 2.0.0 -", false},
	{"Action: expanded\nStatus: 2.0.0\n", "expanded 2.0.0 -", false},
	{"Action: delayed\nStatus: 4.2.2\n", "delayed 4.2.2 mailbox-full",
		false},
	{"Action: failed\nDiagnostic-Code: smtp; 550 user unknown\n",
		"failed 5.1.1 user-unknown", true},
	{"Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 5.7.23 "
	 "SPF\n",
		"failed 5.7.23 authentication", true},
	{"Action: failed\nStatus: 4.5.0\nDiagnostic-Code: smtp; 550 5.5.0 no\n",
		"failed 5.5.0 system", true},
	{"Action: failed\nStatus: 5.1.10\n", "failed 5.1.10 not-accepting",
		true},
	{"Action: failed\nStatus: 5.7.1\nDiagnostic-Code: smtp; 554\n\tblocked "
	 "using\n zen.spamhaus.org\n",
		"failed 5.7.1 blocked", true},
	{"Action: expired\nStatus: \n", "failed 5.4.7 expired", true},
	{"Status: 5.1.6\n", "failed 5.1.6 moved", true},
};

static void status_fields_are_read_as_the_rfc_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(statuses); i++) {
		g_autofree char *mail = g_strdup_printf(
			"From: MAILER-DAEMON@example.net\nMIME-Version: 1.0\n"
			"Content-Type: multipart/report; "
			"report-type=delivery-status; boundary=\"0\"\n\n"
			"--0\nContent-Type: message/delivery-status\n\n"
			"Reporting-MTA: dns; mx.example.net\n\n"
			"Final-Recipient: rfc822; a@example.org\n%s\n--0--\n",
			statuses[i].fields);
		g_autoptr(Analysis) analysis =
			analyze_bytes(mail, strlen(mail));
		assert_non_null(analysis->bounce);
		assert_int_equal(analysis->bounce->recipients->len, 1);
		g_autofree char *got =
			recipient_words(analysis->bounce->recipients->pdata[0]);
		g_autofree char *wanted =
			g_strconcat("a@example.org ", statuses[i].words, NULL);
		assert_string_equal(got, wanted);
		assert_int_equal(
			analysis->bounce->permanent, statuses[i].permanent);
	}
}

/* ---- hostile ---------------------------------------------------------- */

/* Ten times what it may take, for sanitizers; what is not linear takes hours.
 */
enum { HOSTILE_BYTES = 10 * 1024 * 1024, HOSTILE_CPU_S = 10 };

typedef struct Hostile Hostile;
struct Hostile {
	const char *start;
	const char *repeated;
	const char *end;
};

#define REPORT                                                                 \
	"From: MAILER-DAEMON@example.net\nSubject: failure notice\n"           \
	"MIME-Version: 1.0\nContent-Type: multipart/report; "                  \
	"report-type=delivery-status; boundary=\"0\"\n\n--0\n"                 \
	"Content-Type: message/delivery-status\n\n"
#define PROSE                                                                  \
	"From: MAILER-DAEMON@example.net\nSubject: failure notice\n\n"         \
	"Hi. This is the qmail-send program at x.\n"

static const Hostile hostile[] = {
	{REPORT, "Final-Recipient: rfc822; a@example.org\nStatus: 5.1.1\n\n",
		"\n--0--\n"},
	{REPORT, "Diagnostic-Code: smtp; ", "\n--0--\n"},
	{REPORT "Final-Recipient: rfc822; ", "\\x{61}", "\n--0--\n"},
	{REPORT "Status: 5.1.1\n", " 5.1.1\n", "\n--0--\n"},
	{PROSE, "<a@example.org>:\n550 user unknown\n", ""},
	{PROSE, "a@b@", ""},
	{PROSE, "@", "\n"},
	{PROSE, "5.1.", "\n"},
	{PROSE, "550 ", "\n"},
	{PROSE, "рассылка@пример ", "\n"},
	{PROSE, "Message-ID: <\n", ""},
	{"From: x@sns.example\n\n{\"notificationType\":\"Bounce\","
	 "\"bouncedRecipients\":[",
		"{\"emailAddress\":\"a@b\"},", "]}\n"},
	{"From: a@example.org\nTo: ", "a@example.org, ", "\n\nHi\n"},
	{"From: a@example.org\nAuto-Submitted: ", "(", "\n\nHi\n"},
	{"From: a@example.org\n", "To: a@example.org\n", "\nHi\n"},
	{"From: a@example.org\n",
		"Authentication-Results: mail.example.com; dmarc=(((\n",
		"\nHi\n"},
};

static void hostile_bounces_cost_bounded_time(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(hostile); i++) {
		g_autoptr(GString) mail = g_string_sized_new(HOSTILE_BYTES);
		g_string_append(mail, hostile[i].start);
		while (mail->len < HOSTILE_BYTES)
			g_string_append(mail, hostile[i].repeated);
		g_string_append(mail, hostile[i].end);
		clock_t start = clock();
		g_autoptr(Analysis) analysis =
			analyze_bytes(mail->str, mail->len);
		double took_s = (double)(clock() - start) / CLOCKS_PER_SEC;
		if (took_s > HOSTILE_CPU_S)
			fail_msg("case %zu took %.1f s", i, took_s);
		if (analysis->bounce)
			assert_in_range(
				analysis->bounce->recipients->len, 0, 100);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_program_is_understood),
		cmocka_unit_test(original_recipient_is_kept),
		cmocka_unit_test(escaped_utf8_addresses_are_read),
		cmocka_unit_test(gravest_reason_is_the_bounces),
		cmocka_unit_test(status_fields_are_read_as_the_rfc_says),
		cmocka_unit_test(hostile_bounces_cost_bounded_time),
	};
	return cmocka_run_group_tests_name("bounce", tests, NULL, NULL);
}
