/*
 * What message/ promises: any bytes give a message, nothing is hidden, and the
 * words come out as a person would read them.
 */
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <redress/message.h>

/* The promise is a second of processor time; sanitizers take their share. */
enum { HOSTILE_MS = 4000, HOSTILE_BYTES = 10 * 1024 * 1024 };

/* Processor time of this process: a busy machine does not count. */
static gint64 cpu_us(void)
{
	return (gint64)clock() * G_USEC_PER_SEC / CLOCKS_PER_SEC;
}

static Message *parse_bytes(const char *bytes, size_t length)
{
	GError *error = NULL;
	Message *message = message_parse(bytes, length, &error);

	assert_null(error);
	assert_non_null(message);
	return message;
}

static Message *parse(const char *mail)
{
	return parse_bytes(mail, strlen(mail));
}

static bool has_defect(const Message *message, const char *part)
{
	for (guint i = 0; i < message->defects->len; i++)
		if (strstr(message->defects->pdata[i], part))
			return true;
	return false;
}

static const MessageAddress *address(GPtrArray *list, guint i)
{
	assert_true(i < list->len);
	return list->pdata[i];
}

static const MessagePart *part(const Message *message, guint i)
{
	assert_true(i < message->parts->len);
	return message->parts->pdata[i];
}

static void assert_valid(const char *text)
{
	if (text)
		assert_true(g_utf8_validate(text, -1, NULL));
}

/* Goes on to the next row of a table, so that one run shows all failures. */
static unsigned check(
	const char *what, size_t row, const char *found, const char *wanted)
{
	if (g_strcmp0(found, wanted) == 0)
		return 0;
	print_error("%s %zu:\n found: %s\nwanted: %s\n", what, row,
		found ? found : "(null)", wanted ? wanted : "(null)");
	return 1;
}

/* Everything that a Message holds is valid UTF-8. */
static void assert_whole(const Message *message)
{
	assert_valid(message->subject);
	assert_valid(message->text);
	assert_valid(message->html);
	assert_valid(message->message_id);
	assert_valid(message->sender);
	for (guint i = 0; i < message->headers->len; i++) {
		const MessageHeader *header = message->headers->pdata[i];

		assert_valid(header->name);
		assert_valid(header->value);
		assert_null(strchr(header->value, '\n'));
	}
	for (guint i = 0; i < message->parts->len; i++) {
		assert_valid(part(message, i)->text);
		assert_valid(part(message, i)->name);
		assert_valid(part(message, i)->type);
		assert_valid(part(message, i)->content_id);
	}
	for (guint i = 0; i < message->from->len; i++) {
		assert_valid(address(message->from, i)->name);
		assert_valid(address(message->from, i)->address);
	}
	for (guint i = 0; i < message->references->len; i++)
		assert_valid(message->references->pdata[i]);
}

/* ---- the plain mail --------------------------------------------------- */

static void test_a_plain_mail_is_read(void **state)
{
	g_autoptr(Message) m = parse(
		"Received: from a by b; Tue, 24 Nov 2026 14:00:01 +0200\r\n"
		"From: Mari Maasikas <mari@example.com>\r\n"
		"To: Care <complaints@example.com>, b@example.com\r\n"
		"Cc: friends: c@example.com, d@example.com;\r\n"
		"Reply-To: other@example.com\r\n"
		"Sender: list@example.com\r\n"
		"Subject: The\r\n lamp\r\n"
		"Date: Tue, 24 Nov 2026 14:00:00 +0200\r\n"
		"Message-ID: <abc@example.com>\r\n"
		"\r\n"
		"It is broken.\r\nMari\r\n");

	(void)state;
	assert_string_equal(m->subject, "The lamp");
	assert_string_equal(m->text, "It is broken.\nMari\n");
	assert_string_equal(address(m->from, 0)->name, "Mari Maasikas");
	assert_string_equal(address(m->from, 0)->address, "mari@example.com");
	assert_int_equal(m->to->len, 2);
	assert_int_equal(m->cc->len, 2);
	assert_string_equal(address(m->cc, 1)->address, "d@example.com");
	assert_string_equal(
		address(m->reply_to, 0)->address, "other@example.com");
	assert_string_equal(m->sender, "list@example.com");
	assert_string_equal(m->message_id, "abc@example.com");
	assert_int_equal(m->date_s, 1795521600);
	assert_int_equal(m->headers->len, 9);
	assert_string_equal(message_header(m, "SUBJECT"), "The lamp");
	assert_null(message_header(m, "x-none"));
	assert_int_equal(m->defects->len, 0);
	assert_int_equal(m->parts->len, 1);
	assert_string_equal(part(m, 0)->type, "text/plain");
	assert_false(part(m, 0)->attachment);
	assert_null(m->html);
	assert_whole(m);
}

static void test_an_empty_mail_is_invalid(void **state)
{
	GError *error = NULL;

	(void)state;
	assert_null(message_parse("", 0, &error));
	assert_true(
		g_error_matches(error, MESSAGE_ERROR, REDRESS_ERROR_INVALID));
	g_error_free(error);
}

/* ---- the header ------------------------------------------------------- */

static const struct {
	const char *raw, *decoded;
} subjects[] = {
	{"=?UTF-8?Q?p=C3=A4ev?=", "päev"},
	{"=?utf-8*et?B?cMOkZXY=?=", "päev"},
	{"Re: =?iso-8859-1?q?H=E4lsning?= =?iso-8859-1?q?_ar?=",
		"Re: Hälsning ar"},
	{"a =?utf-8?q?b?= c", "a b c"},
	{"=?utf-8?q?b?=\r\n =?utf-8?q?c?=", "bc"},
	/* One character in two words, each way of encoding. */
	{"=?UTF-8?B?5L2g5aU=?= =?UTF-8?B?vQ==?=", "你好"},
	{"=?UTF-8?Q?=CE=BA=CE?=\r\n =?UTF-8?Q?=B1=CE=BB=CE=AC?=", "καλά"},
	{"=?gb2312?B?xOO6ww==?=", "你好"},
	{"=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=", "日本"},
	/* Raw 8-bit: UTF-8, Latin-1, Cyrillic, Greek. */
	{"p\303\244ev", "päev"},
	{"Reklamation zur T\374r", "Reklamation zur Tür"},
	{"\317\360\350\342\345\362, \352\340\352 \344\345\353\340",
		"Привет, как дела"},
	{"\312\341\353\347\354\335\361\341 \363\341\362, \367\341\337\361"
	 "\345\364\345",
		"Καλημέρα σας, χαίρετε"},
	/* A wrong charset, broken words. */
	{"=?us-ascii?Q?p=C3=A4ev?=", "päev"},
	{"=?x-nonsense?Q?abc?=", "abc"},
	{"=?utf-8?q?abc", "=?utf-8?q?abc"},
	{"=?utf-8?x?abc?=", "=?utf-8?x?abc?="},
	{"=??q?abc?=", "=??q?abc?="},
	{"=?utf-8?q?two words?=", "two words"},
	{"a =? b ?= c", "a =? b ?= c"},
	/* Controls that show text in another order. */
	{"=?utf-8?B?4oCuYWJjw6TigKw=?=", "abcä"},
	{"=?utf-8?q?a=0D=0ABcc:_x?=", "a Bcc: x"},
};

static void test_subjects_are_decoded(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(subjects); i++) {
		g_autofree char *mail = g_strdup_printf(
			"Subject: %s\r\n\r\nx\r\n", subjects[i].raw);
		g_autoptr(Message) m = parse(mail);

		wrong += check("subject", i, m->subject, subjects[i].decoded);
	}
	assert_int_equal(wrong, 0);
}

static void test_the_first_of_two_subjects_counts_and_both_stay(void **state)
{
	g_autoptr(Message) m = parse("Subject: one\nSubject: two\n\nx");

	(void)state;
	assert_string_equal(m->subject, "one");
	assert_int_equal(m->headers->len, 2);
}

static void test_nul_hides_no_text(void **state)
{
	static const char mail[] = "Subject: a\0b\nFrom: x\0@y.example\n\n"
				   "shown\0 and this too\n";
	g_autoptr(Message) m = parse_bytes(mail, sizeof mail - 1);

	(void)state;
	assert_string_equal(m->subject, "ab");
	assert_string_equal(address(m->from, 0)->address, "x@y.example");
	assert_string_equal(m->text, "shown and this too\n");
}

static const struct {
	const char *raw, *name, *address;
} authors[] = {
	{"a@b.example", NULL, "a@b.example"},
	{"<a@b.example>", NULL, "a@b.example"},
	{"\"Doe, Jane\" <a@b.example>", "Doe, Jane", "a@b.example"},
	{"=?utf-8?q?Doe=2C_J=C3=A4ne?= <a@b.example>", "Doe, Jäne",
		"a@b.example"},
	{"=?UTF-8?B?5L2g5aU=?= =?UTF-8?B?vQ==?= <a@b.example>", "你好",
		"a@b.example"},
	{"\"=?utf-8?q?J=C3=A4ne?=\" <a@b.example>", "Jäne", "a@b.example"},
	{"J\344ne D\366 <a@b.example>", "Jäne Dö", "a@b.example"},
	{"p\303\244ev@\303\265.example", NULL, "päev@õ.example"},
	{"a@b.example (", NULL, "a@b.example"},
	{"a@b.example (x (y)", "x (y)", "a@b.example"},
};

static void test_authors_are_read(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(authors); i++) {
		g_autofree char *mail =
			g_strdup_printf("From: %s\n\nx", authors[i].raw);
		g_autoptr(Message) m = parse(mail);

		wrong += check("address", i,
			m->from->len ? address(m->from, 0)->address : NULL,
			authors[i].address);
		if (m->from->len)
			wrong += check("name", i, address(m->from, 0)->name,
				authors[i].name);
	}
	assert_int_equal(wrong, 0);
}

static void test_all_authors_of_several_from_fields_are_seen(void **state)
{
	g_autoptr(Message) m =
		parse("From: a@b.example\nFrom: c@d.example\n\nx");

	(void)state;
	assert_int_equal(m->from->len, 2);
}

static const struct {
	const char *header, *ids, *replied;
} ids[] = {
	{"References: <a@x> <b@x>", "a@x b@x", ""},
	{"References: <a@x>,<b@x>, <c@x>", "a@x b@x c@x", ""},
	{"References: a@x b@x", "a@x b@x", ""},
	{"References: <a@x> b@x <c@x", "a@x b@x c@x", ""},
	{"References: <a b@x>", "ab@x", ""},
	{"References: <a@\r\n x>", "a@x", ""},
	{"References: <a@x><a@x>", "a@x", ""},
	{"References: <a@x>\r\nIn-Reply-To: <b@x>", "a@x b@x", "b@x"},
	{"References: <a@x>\r\nIn-Reply-To: <a@x>", "a@x", "a@x"},
	{"In-Reply-To: a@x", "a@x", "a@x"},
	{"In-Reply-To: Your message of \"Mon, 1 Jan\" <a@x>", "a@x", "a@x"},
	{"In-Reply-To: Message from Joe <joe@x> of Monday <a@x>", "joe@x a@x",
		"joe@x a@x"},
	{"In-Reply-To: Message from joe@x of Monday", "", ""},
	{"References: <>", "", ""},
	{"References: <<a@x>>", "a@x", ""},
};

static char *join(GPtrArray *list)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < list->len; i++)
		g_string_append_printf(
			out, "%s%s", i ? " " : "", (char *)list->pdata[i]);
	return g_string_free(out, FALSE);
}

static void test_ids_are_found_however_they_are_written(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
		g_autofree char *mail =
			g_strdup_printf("%s\r\n\r\nx", ids[i].header);
		g_autoptr(Message) m = parse(mail);
		g_autofree char *found = join(m->references);
		g_autofree char *replied = join(m->in_reply_to);

		wrong += check("references", i, found, ids[i].ids);
		wrong += check("in-reply-to", i, replied, ids[i].replied);
	}
	assert_int_equal(wrong, 0);
}

static const struct {
	const char *mail, *subject, *text;
} beginnings[] = {
	{"From a@b Tue Nov 24 14:00:00 2026\nSubject: s\n\nt\n", "s", "t\n"},
	{">From a@b Tue Nov 24 14:00:00 2026\nSubject: s\n\nt\n", "s", "t\n"},
	{"some garbage\nSubject: s\n\nt\n", "s", "t\n"},
	{"\n\nSubject: s\n\nt\n", "s", "t\n"},
	{"\xef\xbb\xbfSubject: s\n\nt\n", "s", "t\n"},
	{"Subject: s\nno field here\nX-Y: z\n\nt\n", "s", "t\n"},
	{"Subject: s\nno header end here\nbut words\n", "s",
		"no header end here\nbut words\n"},
	{"Subject: s\r\rt\r", "s", "t\n"},
	{"only words, no header\nat all\n", NULL,
		"only words, no header\nat all\n"},
	{"Subject: s", "s", ""},
	{"Subject : s\n\nt\n", "s", "t\n"},
	{"\n", NULL, ""},
};

static void test_odd_beginnings_hide_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(beginnings); i++) {
		g_autoptr(Message) m = parse(beginnings[i].mail);

		if (beginnings[i].subject)
			assert_string_equal(m->subject, beginnings[i].subject);
		else
			assert_null(m->subject);
		assert_string_equal(m->text, beginnings[i].text);
	}
}

/* ---- charsets --------------------------------------------------------- */

static const struct {
	const char *charset; /* declared, or NULL */
	const char *raw, *text;
} bodies[] = {
	{"utf-8", "p\303\244ev", "päev"},
	{"iso-8859-1", "p\344ev", "päev"},
	{"iso-8859-15", "\244 5", "€ 5"},
	{"windows-1251", "\317\360\350\342\345\362", "Привет"},
	{"koi8-r", "\360\322\311\327\305\324", "Привет"},
	{"big5", "\247A\246n", "你好"},
	{"euc-kr", "\276\310\263\347", "안녕"},
	{"shift_jis", "\202\261\202\361", "こん"},
	{"iso-2022-jp", "\033$BF|K\\\033(B", "日本"},
	{"windows-1258", "Ti\352\354ng Vi\352\362t", "Tiếng Việt"},
	/* Undeclared. */
	{NULL, "p\303\244ev", "päev"},
	{NULL, "Sch\366ne Gr\374\337e aus M\374nchen",
		"Schöne Grüße aus München"},
	{NULL, "\317\360\350\342\345\362, \352\340\352 \344\345\353\340?",
		"Привет, как дела?"},
	{NULL,
		"\312\341\353\347\354\335\361\341 \363\341\362, \367\341\337"
		"\361\345\364\345.",
		"Καλημέρα σας, χαίρετε."},
	{NULL,
		"\304\372\272\303\243\254\316\322\265\304\266\251\265\245\273"
		"\271\303\273\323\320\265\275\241\243",
		"您好，我的订单还没有到。"},
	{NULL,
		"\261z\246n\241A\247\332\252\272\255q\263\346\301\331\250S"
		"\246\263\250\354\241C",
		"您好，我的訂單還沒有到。"},
	{NULL,
		"\276\310\263\347\307\317\274\274\277\344, \301\326\271\256"
		"\300\314 \276\310 \277\324\276\356\277\344",
		"안녕하세요, 주문이 안 왔어요"},
	{NULL,
		"\202\261\202\361\202\311\202\277\202\315\201A\222\215\225"
		"\266\202\252\223\315\202\253\202\334\202\271\202\361",
		"こんにちは、注文が届きません"},
	{NULL,
		"\244\263\244\363\244\313\244\301\244\317\241\242\303\355"
		"\312\270\244\254\306\317\244\255\244\336\244\273\244\363",
		"こんにちは、注文が届きません"},
	{NULL, "\033$BF|K\\\033(B", "日本"},
	/* Declared wrongly. */
	{"iso-8859-1", "p\303\244ev \342\202\254", "päev €"},
	{"us-ascii", "p\303\244ev", "päev"},
	{"us-ascii", "p\344ev on kuum", "päev on kuum"},
	{"utf-8", "p\344ev on t\374hi", "päev on tühi"},
	{"no-such-charset", "p\303\244ev", "päev"},
	{"windows-1252\"; x=\"", "p\344ev", "päev"},
};

static void test_charsets_are_read_or_repaired(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(bodies); i++) {
		g_autofree char *type =
			bodies[i].charset
				? g_strdup_printf("Content-Type: text/plain; "
						  "charset=\"%s\"\n",
					  bodies[i].charset)
				: g_strdup("");
		g_autofree char *mail = g_strdup_printf(
			"Subject: s\n%s\n%s", type, bodies[i].raw);
		g_autoptr(Message) m = parse(mail);

		wrong += check("body", i, m->text, bodies[i].text);
	}
	assert_int_equal(wrong, 0);
}

static void test_invalid_bytes_become_valid_utf8(void **state)
{
	GString *mail = g_string_new("Content-Type: text/plain; "
				     "charset=utf-8\nSubject: ");
	g_autoptr(Message) m = NULL;

	(void)state;
	for (int c = 255; c > 127; c--)
		g_string_append_c(mail, (char)c);
	g_string_append(mail, "\n\n");
	for (int c = 255; c > 0; c--)
		g_string_append_c(mail, (char)c);
	m = parse_bytes(mail->str, mail->len);
	g_string_free(mail, TRUE);
	assert_whole(m);
	assert_non_null(
		strstr(m->text, "ABC") ? m->text : strstr(m->text, "CBA"));
}

static void test_bidi_overrides_are_taken_out(void **state)
{
	g_autoptr(Message) m =
		parse("Content-Type: text/plain; charset=utf-8\n\n"
		      "a\342\200\256b\342\201\246c\342\201\251\342\200\216d\n");

	(void)state;
	assert_string_equal(m->text, "abc\342\200\216d\n");
}

/* ---- flowed text ------------------------------------------------------ */

static void test_flowed_lines_are_joined(void **state)
{
	g_autoptr(Message) m = parse(
		"Content-Type: text/plain; format=flowed\n\n"
		"one \ntwo\n>> quoted \n>> on\n> less\n From\n-- \nMari\n");

	(void)state;
	assert_string_equal(
		m->text, "one two\n>> quoted on\n> less\nFrom\n-- \nMari\n");
}

static void test_flowed_lines_lose_their_space_with_delsp(void **state)
{
	g_autoptr(Message) m = parse("Content-Type: text/plain; "
				     "format=flowed; delsp=yes\n\n"
				     "one \ntwo\n-- \nMari\n");

	(void)state;
	assert_string_equal(m->text, "onetwo\n-- \nMari\n");
}

/* ---- parts ------------------------------------------------------------ */

#define ALTERNATIVE(plain, html)                                               \
	"Content-Type: multipart/alternative; boundary=b\n\n"                  \
	"--b\nContent-Type: text/plain\n\n" plain                              \
	"\n--b\nContent-Type: text/html\n\n" html "\n--b--\n"

static void test_the_plain_alternative_is_preferred(void **state)
{
	g_autoptr(Message) m = parse(
		ALTERNATIVE("the plain words", "<p>the <b>html</b> words</p>"));

	(void)state;
	assert_string_equal(m->text, "the plain words");
	assert_string_equal(m->html, "<p>the <b>html</b> words</p>");
	assert_false(m->text_from_html);
}

static void test_an_empty_plain_alternative_gives_way_to_html(void **state)
{
	g_autoptr(Message) m =
		parse(ALTERNATIVE(" \n", "<p>the html words</p>"));

	(void)state;
	assert_string_equal(m->text, "the html words");
	assert_true(m->text_from_html);
}

static void test_a_stub_gives_way_to_html(void **state)
{
	g_autoptr(Message) m = parse(ALTERNATIVE(
		"Your mail program cannot show HTML.",
		"<p>The lamp that I bought from you last week is broken "
		"and I want my money back.</p>"));

	(void)state;
	assert_true(g_str_has_prefix(m->text, "The lamp that"));
}

static void test_text_around_an_attachment_is_joined(void **state)
{
	g_autoptr(Message) m = parse(
		"Content-Type: multipart/mixed; boundary=b\n\n"
		"--b\n\nfirst\n"
		"--b\nContent-Type: image/png; name=a.png\n"
		"Content-Transfer-Encoding: base64\n\nAAAA\n"
		"--b\nContent-Type: text/plain\n"
		"Content-Disposition: attachment; filename=log.txt\n\nlog\n"
		"--b\nContent-Type: text/html\n\n<p>last</p>\n"
		"--b--\n");

	(void)state;
	assert_string_equal(m->text, "first\nlast");
	assert_int_equal(m->parts->len, 5);
	assert_true(part(m, 2)->attachment);
	assert_string_equal(part(m, 2)->name, "a.png");
	assert_int_equal(part(m, 2)->size_bytes, 3);
	assert_true(part(m, 3)->attachment);
	assert_string_equal(part(m, 3)->text, "log");
	assert_int_equal(part(m, 3)->depth, 1);
}

static const struct {
	const char *headers, *name;
} names[] = {
	{"Content-Disposition: attachment; filename=\"a b.pdf\"", "a b.pdf"},
	{"Content-Disposition: attachment; filename*=utf-8''p%C3%A4ev.pdf",
		"päev.pdf"},
	{"Content-Disposition: attachment;\n filename*0*=utf-8''p%C3%A4;\n"
	 " filename*1=ev.pdf",
		"päev.pdf"},
	{"Content-Disposition: attachment; "
	 "filename=\"=?utf-8?q?p=C3=A4ev=2Epdf?=\"",
		"päev.pdf"},
	{"Content-Disposition: attachment;\n"
	 " filename=\"=?UTF-8?B?5L2g5aU=?= =?UTF-8?B?vS5wZGY=?=\"",
		"你好.pdf"},
	{"Content-Disposition: attachment; filename=\"p\303\244ev.pdf\"",
		"päev.pdf"},
	{"Content-Type: application/pdf; name=\"x.pdf\"", "x.pdf"},
	{"Content-Disposition: attachment; filename=\"../../etc/passwd\"",
		"passwd"},
	{"Content-Type: application/ms-tnef", "winmail.dat"},
	{"Content-Type: text/calendar", "calendar.ics"},
};

static void test_file_names_are_decoded(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *mail = g_strdup_printf(
			"Content-Type: multipart/mixed; boundary=b\n\n"
			"--b\n%s\n\nx\n--b--\n",
			names[i].headers);
		g_autoptr(Message) m = parse(mail);

		wrong += check("name", i, part(m, 1)->name, names[i].name);
		assert_true(part(m, 1)->attachment);
	}
	assert_int_equal(wrong, 0);
}

static void test_a_report_shows_its_parts(void **state)
{
	g_autoptr(Message) m = parse(
		"Content-Type: multipart/report; report-type=delivery-status;"
		" boundary=b\n\n"
		"--b\n\nIt did not arrive.\n"
		"--b\nContent-Type: message/delivery-status\n\n"
		"Reporting-MTA: dns; x\n\n"
		"Final-Recipient: rfc822; a@b.example\nAction: failed\n"
		"--b\nContent-Type: message/rfc822\n\n"
		"Message-ID: <lost@x.example>\nSubject: =?utf-8?q?p=C3=A4ev?=\n"
		"\nlost words\n"
		"--b--\n");

	(void)state;
	assert_string_equal(m->text, "It did not arrive.");
	assert_string_equal(part(m, 0)->report_type, "delivery-status");
	assert_string_equal(part(m, 2)->type, "message/delivery-status");
	assert_non_null(strstr(part(m, 2)->text, "Action: failed"));
	assert_string_equal(part(m, 3)->text,
		"Message-ID: <lost@x.example>\nSubject: päev\n");
	assert_false(part(m, 3)->embedded);
	assert_true(part(m, 4)->embedded);
	assert_string_equal(part(m, 4)->text, "lost words");
}

static void test_returned_headers_are_text(void **state)
{
	g_autoptr(Message) m =
		parse("Content-Type: multipart/report; boundary=b\n\n"
		      "--b\nContent-Type: text/rfc822-headers\n\n"
		      "Message-ID: <lost@x.example>\nSubject: s\n"
		      "--b--\n");

	(void)state;
	assert_non_null(
		strstr(part(m, 1)->text, "Message-ID: <lost@x.example>"));
}

/* ---- HTML ------------------------------------------------------------- */

static const struct {
	const char *html, *text;
} pages[] = {
	{"<p>one</p><p>two</p>", "one\n\ntwo"},
	{"<div>one</div><div>two</div>", "one\ntwo"},
	{"<div>one</div><div><br></div><div>two</div>", "one\n\ntwo"},
	{"one<br>two<br/><br>three", "one\ntwo\n\nthree"},
	{"  one \n two&nbsp;three ", "one two three"},
	{"a &lt;b&gt; &amp; &eacute; &#x4f60; &euro;", "a <b> & é 你 €"},
	{"<a href='http://x'>the words</a>", "the words"},
	{"<ul><li>one<li>two</ul>", "- one\n- two"},
	{"<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
		"a\tb\nc"},
	{"<pre>a\n  b</pre>", "a\n  b"},
	{"<head><title>t</title><style>x{}</style></head><body>b</body>", "b"},
	{"a<script>if (a < b) \"</div>\"</script>b", "ab"},
	{"a<!-- hidden -->b", "ab"},
	{"<!--[if mso]><p>for Outlook</p><![endif]-->b", "b"},
	{"<p style='display: none'>hid<b>den</b></p>b", "b"},
	{"<p style='VISIBILITY:hidden'>hidden</p>b", "b"},
	{"<span style='font-size:0px'>hidden</span>b", "b"},
	{"<span style='font-size:0.9em'>shown</span>", "shown"},
	{"<div hidden>hidden</div>b", "b"},
	{"<div style='display:none'><div>x</div>y</div>b", "b"},
	{"a<blockquote type=cite>q<br>r</blockquote>b", "a\n> q\n> r\n\nb"},
	{"<blockquote>q<blockquote>r</blockquote></blockquote>", "> q\n> > r"},
	{"my words<br><div class=\"gmail_quote\"><div class=\"gmail_attr\">"
	 "On Monday Jo wrote:<br></div><blockquote class=\"gmail_quote\">"
	 "<div>old</div></blockquote></div>",
		"my words\nOn Monday Jo wrote:\n> old"},
	{"<p>mine</p><div class=\"moz-cite-prefix\">On Monday Jo wrote:<br>"
	 "</div><blockquote type=\"cite\" cite=\"mid:x\">old</blockquote>",
		"mine\n\nOn Monday Jo wrote:\n> old"},
	{"mine<div id=\"yahoo_quoted_1\" class=\"yahoo_quoted\"><div>old</div>"
	 "</div>",
		"mine\n> old"},
	{"mine<hr><div id=\"divRplyFwdMsg\"><b>From:</b> Jo<br><b>Sent:</b> "
	 "Monday</div><div>old</div>",
		"mine\n________________________________\n\nFrom: Jo\nSent: "
		"Monday\n\nold"},
	{"a < b and c > d", "a < b and c > d"},
	{"<p title=\"a>b\">c</p>", "c"},
	{"<p title=\"never closed>c", "c"},
	{"broken <b", "broken"},
	{"", ""},
	{"&#8238;abc", "abc"},
};

static void test_html_reads_as_a_person_would(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(pages); i++) {
		g_autofree char *text = message_html_to_text(
			pages[i].html, strlen(pages[i].html));

		wrong += check("page", i, text, pages[i].text);
	}
	assert_int_equal(wrong, 0);
}

static void test_html_charset_is_taken_from_its_meta_element(void **state)
{
	g_autoptr(Message) m = parse(
		"Content-Type: text/html\n\n<meta charset=\"windows-1251\">"
		"<p>\317\360</p>");

	(void)state;
	assert_string_equal(m->text, "Пр");
}

/* ---- hostile mail ----------------------------------------------------- */

static GString *repeat(
	const char *before, const char *piece, const char *after, size_t bytes)
{
	GString *out = g_string_sized_new(bytes + 1024);
	size_t n = strlen(piece);

	g_string_append(out, before);
	while (out->len + n < bytes)
		g_string_append_len(out, piece, (gssize)n);
	g_string_append(out, after);
	return out;
}

static const struct {
	const char *what, *before, *piece, *after, *defect;
} hostile[] = {
	{"groups in To", "To: ", "g:", "\n\nx", "too long"},
	{"groups in To in short lines", "To: ", "g:\n ", "\n\nx", "too long"},
	{"many To fields of groups", "", "To: g:g:g:g:g:g:g:g\n", "\n\nx",
		"too many"},
	{"groups in an embedded To", "Content-Type: message/rfc822\n\nTo: ",
		"g:", "\n\nx", "too long"},
	{"groups in a part's embedded To",
		"Content-Type: multipart/mixed; boundary=b\n\n--b\n"
		"Content-Type: message/rfc822\n\nTo: ",
		"g:", "\n\nx\n--b--\n", "too long"},
	{"groups in a digest",
		"Content-Type: multipart/digest; boundary=b\n\n--b\n\nTo: ",
		"g:", "\n\nx\n--b--\n", "too long"},
	{"comments", "From: ", "(", "\n\nx", "too long"},
	{"a long subject", "Subject: ", "=?utf-8?q?a?= ", "\n\nx", "too long"},
	{"half words", "Subject: ", "=?utf-8?q?a", "\n\nx", "too long"},
	{"a million fields", "", "A: b\n", "\nx", "too many"},
	{"long ids", "References: ", "<a@b>", "\n\nx", "too long"},
	{"a long parameter", "Content-Type: text/plain; x=", "a", "\n\nx",
		"too long"},
	{"many parameters", "Content-Type: text/plain", "; a=b", "\n\nx",
		"too long"},
	{"many parts", "Content-Type: multipart/mixed; boundary=b\n\n",
		"--b\n\na\n", "--b--\n", "too many"},
	{"many empty HTML parts",
		"Content-Type: multipart/mixed; boundary=b\n\n",
		"--b\nContent-Type: text/html\n\n<p>\n", "--b--\n", "too many"},
	{"dashes", "Content-Type: multipart/mixed; boundary=b\n\n", "--\n",
		"--b--\n", NULL},
	{"nothing but line ends", "A: b\n\n", "\n", "", NULL},
	{"nothing but CR", "A: b\n\n", "\r", "", NULL},
	{"one long line", "A: b\n\n", "a", "", "long text"},
	{"quotes", "A: b\nContent-Type: text/plain; format=flowed\n\n", ">", "",
		"long text"},
	{"flowed quotes", "A: b\nContent-Type: text/plain; format=flowed\n\n",
		"> \n", "", "long text"},
	{"high bytes", "A: b\n\n", "\377", "", "long text"},
	{"UTF-7", "Content-Type: text/plain; charset=utf-7\n\n", "+AGE-", "",
		"long text"},
	{"open tags", "Content-Type: text/html\n\n", "<div>", "", "long text"},
	{"open formatting", "Content-Type: text/html\n\n", "<b><i>", "",
		"long text"},
	{"wrong end tags",
		"Content-Type: text/html\n\n<div><div><div><div><div>", "</p>",
		"", "long text"},
	{"tags closed in the wrong order", "Content-Type: text/html\n\n",
		"<i><b></i>", "", "long text"},
	{"open tables", "Content-Type: text/html\n\n", "<table><tr><td>", "",
		"long text"},
	{"attributes", "Content-Type: text/html\n\n<p ", "a=b ", ">x",
		"long text"},
	{"different attributes", "Content-Type: text/html\n\n<p ",
		"aa1=b ab2=c ac3=d ", ">x", "long text"},
	{"quotes in tags", "Content-Type: text/html\n\n", "<a \"", "",
		"long text"},
	{"unclosed values", "Content-Type: text/html\n\n", "<a b=\"", "",
		"long text"},
	{"unclosed tags", "Content-Type: text/html\n\n", "<a ", "",
		"long text"},
	{"comments in HTML", "Content-Type: text/html\n\n", "<!--", "",
		"long text"},
	{"open scripts", "Content-Type: text/html\n\n", "<script>", "",
		"long text"},
	{"open quotes", "Content-Type: text/html\n\n", "<blockquote>a", "",
		"long text"},
	{"entities", "Content-Type: text/html\n\n", "&amp", "", "long text"},
	{"half entities", "Content-Type: text/html\n\n", "&#", "", "long text"},
	{"less-than signs", "Content-Type: text/html\n\n", "<", "",
		"long text"},
	{"base64",
		"Content-Type: text/plain\n"
		"Content-Transfer-Encoding: base64\n\n",
		"YWFh\n", "", "long text"},
	{"uuencode",
		"Content-Type: text/plain\n"
		"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n",
		"M86%A\n", "", "long text"},
	{"mails in mails", "Content-Type: message/rfc822\n\n",
		"Content-Type: message/rfc822\n\n", "", "nest too deeply"},
	{"multiparts in multiparts",
		"Content-Type: multipart/mixed; boundary=b\n\n",
		"--b\nContent-Type: multipart/mixed; boundary=b\n\n", "", NULL},
	{"no boundary",
		"Content-Type: multipart/mixed; "
		"\303\251\303\251\303\251\303\251\303\251\303\251"
		"\303\251\303\251\303\251\303\251\303\251\303\251"
		"\303\251\303\251\303\251\303\251\303\251\303\251"
		"\303\251\303\251\303\251\303\251\303\251\303\251"
		"\303\251\303\251\303\251\303\251\303\251\303\251"
		"\303\251\303\251\303\251\303\251\303\251\303\251=x\n\n",
		"--\n\n", "", NULL},
};

static void test_hostile_mail_is_cut_not_suffered(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(hostile); i++) {
		GString *mail = repeat(hostile[i].before, hostile[i].piece,
			hostile[i].after, HOSTILE_BYTES);
		gint64 start = cpu_us();
		g_autoptr(Message) m = parse_bytes(mail->str, mail->len);
		gint64 took_ms = (cpu_us() - start) / 1000;

		g_string_free(mail, TRUE);
		if (took_ms > 500)
			print_message(
				"%s: %d ms\n", hostile[i].what, (int)took_ms);
		if (took_ms > HOSTILE_MS)
			fail_msg(
				"%s took %d ms", hostile[i].what, (int)took_ms);
		if (hostile[i].defect && !has_defect(m, hostile[i].defect))
			fail_msg("%s: no defect", hostile[i].what);
		assert_whole(m);
	}
}

/* Multiparts in multiparts, each with a boundary of its own. */
static void test_deep_nesting_is_cut(void **state)
{
	GString *mail =
		g_string_new("Content-Type: multipart/mixed; boundary=b0\n\n");
	g_autoptr(Message) m = NULL;

	(void)state;
	for (int i = 0; i < 10000; i++)
		g_string_append_printf(mail,
			"--b%d\nContent-Type: multipart/mixed; "
			"boundary=b%d\n\n",
			i, i + 1);
	/* Each of these lines is compared with every open boundary. */
	for (int i = 0; i < 1000000; i++)
		g_string_append(mail, "--bx\n");
	m = parse_bytes(mail->str, mail->len);
	g_string_free(mail, TRUE);
	assert_true(has_defect(m, "nest too deeply"));
	assert_true(m->parts->len <= MESSAGE_MAX_DEPTH + 1);
}

static void test_a_cut_address_field_keeps_its_first_addresses(void **state)
{
	GString *mail =
		repeat("From: a@b.example\nTo: ", "someone@example.com, ",
			"z@example.com\n\nx\n", 30000);
	g_autoptr(Message) m = parse_bytes(mail->str, mail->len);

	(void)state;
	g_string_free(mail, TRUE);
	assert_true(m->to->len > 700);
	assert_true(has_defect(m, "too long"));
	assert_string_equal(
		address(m->to, m->to->len - 1)->address, "someone@example.com");
	assert_string_equal(m->text, "x\n");
}

/* ---- the key ---------------------------------------------------------- */

#define KEY_HEADER                                                             \
	"From: a@b.example\nDate: Tue, 24 Nov 2026 14:00:00 +0200\n"           \
	"Message-ID: <a@b>\n"

static char *key(const char *mail)
{
	char *made = message_dedupe_key(mail, strlen(mail));

	assert_int_equal(strlen(made), 64);
	return made;
}

static const char *const same_mails[] = {
	KEY_HEADER "Subject: s\n\nbody\n",
	"Received: x\n" KEY_HEADER "Subject: [#7K3F-92QX] s\n\nbody\n",
	"X-Redress-Ticket: 7K3F-92QX\n" KEY_HEADER "\nbody",
	KEY_HEADER "Received: by z;\n\tTue\n\nbody\n\n",
	"From x@y Tue Nov 24\n" KEY_HEADER "\nbody\n",
	"From:\ta@b.example\r\ndate: Tue,\r\n 24 Nov 2026 14:00:00 +0200 \r\n"
	"MESSAGE-ID: <a@b>\r\n\r\nbody\r\n",
};

static const char *const other_mails[] = {
	KEY_HEADER "\nbody 2\n",
	KEY_HEADER "\nbo\ndy\n",
	"From: c@b.example\nDate: Tue, 24 Nov 2026 14:00:00 +0200\n"
	"Message-ID: <a@b>\n\nbody\n",
	"From: a@b.example\nDate: Tue, 24 Nov 2026 14:00:01 +0200\n"
	"Message-ID: <a@b>\n\nbody\n",
	"From: a@b.example\nDate: Tue, 24 Nov 2026 14:00:00 +0200\n"
	"Message-ID: <b@b>\n\nbody\n",
	"body\n",
	"",
};

static void test_copies_of_a_mail_share_a_key(void **state)
{
	g_autofree char *first = key(same_mails[0]);

	(void)state;
	for (size_t i = 1; i < G_N_ELEMENTS(same_mails); i++) {
		g_autofree char *made = key(same_mails[i]);

		assert_string_equal(made, first);
	}
}

static void test_other_mails_have_other_keys(void **state)
{
	g_autofree char *first = key(same_mails[0]);

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(other_mails); i++) {
		g_autofree char *made = key(other_mails[i]);

		assert_string_not_equal(made, first);
	}
}

#define BARE_HEADER "From: form@b.example\nTo: a@b.example\n"

/* Else the second customer's words would be taken for the first one's. */
static void test_mails_without_an_id_are_told_apart_by_more(void **state)
{
	static const char *const others[] = {
		BARE_HEADER "Subject: t\nReply-To: c@d\n\nIt is broken.\n",
		BARE_HEADER "Subject: s\nReply-To: e@f\n\nIt is broken.\n",
		BARE_HEADER "Subject: s\n\nIt is broken.\n",
	};
	g_autofree char *first =
		key(BARE_HEADER "Subject: s\nReply-To: c@d\n\nIt is broken.\n");
	g_autofree char *tagged = key(
		"Received: x\n" BARE_HEADER
		"Subject: [#7K3F-92QY] s\nReply-To: c@d\n\nIt is broken.\n");

	(void)state;
	assert_string_equal(tagged, first);
	/* An empty one names nothing. */
	g_autofree char *empty =
		key("Message-ID:\n" BARE_HEADER "Subject: s\n\nx\n");
	g_autofree char *other =
		key("Message-ID:\n" BARE_HEADER "Subject: t\n\nx\n");
	assert_string_not_equal(empty, other);
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
		g_autofree char *made = key(others[i]);

		assert_string_not_equal(made, first);
	}
}

/* ---- real mail -------------------------------------------------------- */

static unsigned corpus_files;

static int parse_file(
	const char *path, const struct stat *info, int flag, struct FTW *ftw)
{
	g_autofree char *bytes = NULL;
	g_autofree char *made = NULL;
	gsize length;
	gint64 start;
	g_autoptr(Message) m = NULL;

	(void)info;
	(void)ftw;
	if (flag != FTW_F || !g_file_get_contents(path, &bytes, &length, NULL))
		return 0;
	if (length == 0)
		return 0;
	start = cpu_us();
	m = parse_bytes(bytes, length);
	made = message_dedupe_key(bytes, length);
	assert_true(cpu_us() - start < HOSTILE_MS * 1000);
	assert_whole(m);
	corpus_files++;
	return 0;
}

static void test_every_mail_of_the_corpora_gives_a_message(void **state)
{
	const char *folder = g_getenv("REDRESS_CORPORA");

	(void)state;
	if (!folder) {
		print_message("REDRESS_CORPORA is not set: skipped\n");
		skip();
	}
	assert_int_equal(nftw(folder, parse_file, 16, FTW_PHYS), 0);
	assert_true(corpus_files > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_plain_mail_is_read),
		cmocka_unit_test(test_an_empty_mail_is_invalid),
		cmocka_unit_test(test_subjects_are_decoded),
		cmocka_unit_test(
			test_the_first_of_two_subjects_counts_and_both_stay),
		cmocka_unit_test(test_nul_hides_no_text),
		cmocka_unit_test(test_authors_are_read),
		cmocka_unit_test(
			test_all_authors_of_several_from_fields_are_seen),
		cmocka_unit_test(test_ids_are_found_however_they_are_written),
		cmocka_unit_test(test_odd_beginnings_hide_nothing),
		cmocka_unit_test(test_charsets_are_read_or_repaired),
		cmocka_unit_test(test_invalid_bytes_become_valid_utf8),
		cmocka_unit_test(test_bidi_overrides_are_taken_out),
		cmocka_unit_test(test_flowed_lines_are_joined),
		cmocka_unit_test(test_flowed_lines_lose_their_space_with_delsp),
		cmocka_unit_test(test_the_plain_alternative_is_preferred),
		cmocka_unit_test(
			test_an_empty_plain_alternative_gives_way_to_html),
		cmocka_unit_test(test_a_stub_gives_way_to_html),
		cmocka_unit_test(test_text_around_an_attachment_is_joined),
		cmocka_unit_test(test_file_names_are_decoded),
		cmocka_unit_test(test_a_report_shows_its_parts),
		cmocka_unit_test(test_returned_headers_are_text),
		cmocka_unit_test(test_html_reads_as_a_person_would),
		cmocka_unit_test(
			test_html_charset_is_taken_from_its_meta_element),
		cmocka_unit_test(test_hostile_mail_is_cut_not_suffered),
		cmocka_unit_test(test_deep_nesting_is_cut),
		cmocka_unit_test(
			test_a_cut_address_field_keeps_its_first_addresses),
		cmocka_unit_test(test_copies_of_a_mail_share_a_key),
		cmocka_unit_test(test_other_mails_have_other_keys),
		cmocka_unit_test(
			test_mails_without_an_id_are_told_apart_by_more),
		cmocka_unit_test(
			test_every_mail_of_the_corpora_gives_a_message),
	};

	return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
