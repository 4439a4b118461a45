#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <gmime/gmime.h>

#include <redress/reply.h>

enum { TUESDAY = 1795521600 }; /* 2026-11-24 12:00 UTC, 14:00 in Tallinn */

static const char shipped[] = REDRESS_SOURCE_DIR "/templates";

static ReplyTemplates *load_shipped(void)
{
	const char *const directories[] = {shipped, NULL};
	g_autoptr(GError) error = NULL;
	ReplyTemplates *templates = reply_templates_load(directories, &error);

	if (!templates)
		fail_msg("%s", error->message);
	return templates;
}

static const ReplyEvent events[] = {
	{TUESDAY - 9000, "received"},
	{TUESDAY - 8000, "acknowledged"},
	{TUESDAY - 7000, "promised"},
	{TUESDAY - 6000, "assigned"},
	{TUESDAY - 5000, "added"},
	{TUESDAY - 4000, "escalated"},
	{TUESDAY - 3000, "updated"},
	{TUESDAY - 2000, "resolved"},
	{TUESDAY - 1000, "reopened"},
	{TUESDAY - 500, "unheard-of"},
};

static const ReplyFacts full_facts = {
	.language = "en",
	.time_zone = "Europe/Tallinn",
	.reference = "7K3F-92QX",
	.customer_name = "Mari Maasikas",
	.subject = "The kettle leaks",
	.mailbox_name = "Example customer care",
	.mailbox_address = "complaints@example.com",
	.assignee = "Jaan",
	.opened_s = TUESDAY - 9000,
	.promised_s = TUESDAY + 86400,
	.old_promised_s = TUESDAY + 3600,
	.next_update_s = TUESDAY + 80000,
	.now_s = TUESDAY,
	.state = "open",
	.resolution = "A new kettle is on its way.\nKeep the old one.",
	.messages = 3,
	.interval_s = 86400,
	.events = events,
	.events_length = G_N_ELEMENTS(events),
	.customer_address = "mari@example.org",
	.late_count = 2,
};

static const char *const references[] = {"first@example.org", NULL};

static const ReplyEnvelope plain_envelope = {
	.message_id = "token.random@mail.example.com",
	.from_name = "Example customer care",
	.from_address = "complaints@example.com",
	.to_address = "mari@example.org",
	.to_name = "Mari Maasikas",
	.reply_to = "complaints+r-token@example.com",
	.in_reply_to = "second@example.org",
	.references = references,
	.thread_id = "7k3f-92qx@mail.example.com",
};

static char *render(
	const ReplyTemplates *templates, const ReplyFacts *facts, bool html)
{
	g_autoptr(GError) error = NULL;
	char *text = reply_render(templates, facts, html, &error);

	if (!text)
		fail_msg("%s", error->message);
	return text;
}

static char *compose(const ReplyTemplates *templates, const ReplyFacts *facts,
	const ReplyEnvelope *envelope)
{
	g_autoptr(GError) error = NULL;
	GBytes *bytes = reply_compose(templates, facts, envelope, NULL, &error);

	if (!bytes)
		fail_msg("%s", error->message);
	gsize length = 0;
	char *text = g_bytes_unref_to_data(bytes, &length);
	char *copy = g_strndup(text, length);
	assert_int_equal(strlen(copy), length);
	g_free(text);
	return copy;
}

static void assert_contains(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void assert_lacks(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("\"%s\" is in:\n%s", part, text);
}

/* Every line ends in CRLF and is short enough for SMTP (RFC 5321, 4.5.3.1.6),
 * and nothing but an address is beyond ASCII. */
static void assert_wire_form(const char *mail, bool ascii)
{
	size_t line = 0;

	for (const char *c = mail; *c; c++) {
		assert_true(!ascii || (unsigned char)*c < 0x80);
		if (*c == '\r')
			assert_int_equal(c[1], '\n');
		if (*c == '\n') {
			assert_true(c > mail && c[-1] == '\r');
			assert_true(line <= 998 + 1);
			line = 0;
			continue;
		}
		line++;
	}
	assert_int_equal(line, 0);
}

/* A header's field as it stands in the mail, unfolded; NULL if it is not
 * there; fails if it is there twice. */
static char *field(const char *mail, const char *name)
{
	const char *end = strstr(mail, "\r\n\r\n");
	g_autofree char *head = g_strndup(mail, (gsize)(end - mail));
	g_auto(GStrv) folded = g_strsplit(head, "\r\n ", -1);
	g_autofree char *unfolded = g_strjoinv(" ", folded);
	g_auto(GStrv) lines = g_strsplit(unfolded, "\r\n", -1);
	g_autofree char *prefix = g_strconcat(name, ": ", NULL);
	char *found = NULL;

	for (guint i = 0; lines[i]; i++) {
		if (g_ascii_strncasecmp(lines[i], prefix, strlen(prefix)) != 0)
			continue;
		assert_null(found);
		found = g_strdup(lines[i] + strlen(prefix));
	}
	return found;
}

static void assert_field(const char *mail, const char *name, const char *value)
{
	g_autofree char *found = field(mail, name);

	if (g_strcmp0(found, value) != 0)
		fail_msg("%s: expected \"%s\", got \"%s\"", name,
			value ? value : "(none)", found ? found : "(none)");
}

static GMimeMessage *parse_mail(const char *mail)
{
	GMimeStream *stream =
		g_mime_stream_mem_new_with_buffer(mail, strlen(mail));
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);

	assert_non_null(message);
	g_object_unref(parser);
	g_object_unref(stream);
	return message;
}

/* The decoded text of an alternative, 0 plain and 1 HTML. */
static char *part_text(GMimeMessage *message, int index)
{
	GMimeObject *top = g_mime_message_get_mime_part(message);

	assert_true(GMIME_IS_MULTIPART(top));
	assert_int_equal(g_mime_multipart_get_count(GMIME_MULTIPART(top)), 2);
	return g_mime_text_part_get_text(GMIME_TEXT_PART(
		g_mime_multipart_get_part(GMIME_MULTIPART(top), index)));
}

/* ---- what is shipped --------------------------------------------------- */

static void test_every_shipped_language_is_offered(void **state)
{
	g_autoptr(ReplyTemplates) templates = load_shipped();
	const char *const *offered = reply_templates_languages(templates);
	g_autoptr(GDir) directory = g_dir_open(shipped, 0, NULL);
	const char *name;
	guint count = 0;
	(void)state;

	while ((name = g_dir_read_name(directory))) {
		g_autofree char *path = g_build_filename(shipped, name, NULL);
		if (!g_file_test(path, G_FILE_TEST_IS_DIR) || strlen(name) > 3)
			continue;
		assert_true(g_strv_contains(offered, name));
		count++;
	}
	assert_true(count >= 13);
	assert_int_equal(g_strv_length((char **)offered), count);
	for (guint i = 1; i < count; i++)
		assert_true(strcmp(offered[i - 1], offered[i]) < 0);
}

/* Nothing of Mustache is left, and the subject stands first. */
static void check_rendering(const ReplyTemplates *templates,
	const ReplyFacts *facts, bool html, const char *needed)
{
	g_autofree char *text = render(templates, facts, html);

	assert_true(g_str_has_prefix(text, "Subject: "));
	assert_true(strcspn(text, "\n") > strlen("Subject: "));
	assert_lacks(text, "{{");
	assert_lacks(text, "}}");
	assert_lacks(text, "\n\n\n");
	if (needed)
		assert_contains(text, needed);
	if (html) {
		g_autofree char *tag =
			g_strdup_printf("<html lang=\"%s", facts->language);
		assert_contains(text, "<!DOCTYPE html>");
		assert_contains(text, tag);
		assert_lacks(text, "http:");
		assert_lacks(text, "https:");
	}
}

static void test_every_shipped_template_renders_full_and_empty(void **state)
{
	g_autoptr(ReplyTemplates) templates = load_shipped();
	(void)state;

	for (const char *const *code = reply_templates_languages(templates);
		*code; code++) {
		for (int kind = 0; kind < REPLY_ESCALATION; kind++) {
			ReplyFacts full = full_facts;
			ReplyFacts empty = {0};
			full.kind = empty.kind = (enum reply_kind)kind;
			full.language = empty.language = *code;
			for (int html = 0; html < 2; html++) {
				check_rendering(
					templates, &full, html, "7K3F-92QX");
				check_rendering(templates, &empty, html, NULL);
			}
		}
	}
	ReplyFacts escalation = full_facts;
	escalation.kind = REPLY_ESCALATION;
	for (int html = 0; html < 2; html++)
		check_rendering(
			templates, &escalation, html, "mari@example.org");
}

static void test_a_date_is_said_in_the_customers_language(void **state)
{
	static const struct {
		const char *language;
		const char *zone;
		const char *words;
	} cases[] = {
		{"en", "Europe/Tallinn",
			"Tuesday 24 November 2026 at 14:00 (Tallinn time)"},
		{"et", "Europe/Tallinn",
			"teisipäeval, 24. novembril 2026 kell 14.00 "
			"(Tallinna aeg)"},
		{"fi", "Europe/Helsinki",
			"tiistaina 24. marraskuuta 2026 klo 14.00 "
			"(Suomen aikaa)"},
		{"vi", "Asia/Ho_Chi_Minh",
			"19:00 thứ Ba, ngày 24 tháng 11 năm 2026 "
			"(giờ Việt Nam)"},
		{"zh", "Asia/Shanghai",
			"2026年11月24日星期二 20:00（北京时间）"},
		{"el", "Europe/Athens",
			"Τρίτη 24 Νοεμβρίου 2026 στις 14:00 (ώρα Ελλάδας)"},
		{"en", "America/New_York",
			"Tuesday 24 November 2026 at 07:00 (New York time)"},
		{"zh", "Europe/Tallinn",
			"2026年11月24日星期二 14:00（塔林时间）"},
		{"en", "UTC", "Tuesday 24 November 2026 at 12:00 (UTC)"},
		{"en", NULL, "Tuesday 24 November 2026 at 12:00 (UTC)"},
		{"en", "Mars/Olympus",
			"Tuesday 24 November 2026 at 12:00 (UTC)"},
	};
	g_autoptr(ReplyTemplates) templates = load_shipped();
	(void)state;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		ReplyFacts facts = full_facts;
		facts.kind = REPLY_ACK;
		facts.language = cases[i].language;
		facts.time_zone = cases[i].zone;
		facts.promised_s = TUESDAY;
		g_autofree char *text = render(templates, &facts, false);
		assert_contains(text, cases[i].words);
	}
}

/* What is kept of dates is for one minute, and for the last few of them. */
static void test_each_minute_is_said_as_itself(void **state)
{
	enum { MINUTES = 40 };
	g_autoptr(ReplyTemplates) templates = load_shipped();
	(void)state;

	for (int i = 0; i < 2 * MINUTES; i++) {
		int minute = i % MINUTES;
		ReplyFacts facts = full_facts;
		facts.kind = REPLY_ACK;
		facts.language = "en";
		facts.time_zone = "UTC";
		facts.promised_s =
			TUESDAY + minute * 60 + (i < MINUTES ? 0 : 59);
		g_autofree char *text = render(templates, &facts, false);
		g_autofree char *words = g_strdup_printf(
			"Tuesday 24 November 2026 at 12:%02d (UTC)", minute);
		assert_contains(text, words);
	}
}

static void test_the_language_falls_back_to_the_mailboxs_then_english(
	void **state)
{
	g_autoptr(ReplyTemplates) templates = load_shipped();
	(void)state;

	assert_string_equal(
		reply_templates_choose(templates, "fi", "et"), "fi");
	assert_string_equal(
		reply_templates_choose(templates, "xx", "et"), "et");
	assert_string_equal(
		reply_templates_choose(templates, "xx", "yy"), "en");
	assert_string_equal(
		reply_templates_choose(templates, NULL, NULL), "en");
}

static void test_kinds_have_names_and_say_whether_they_answer(void **state)
{
	enum reply_kind kind = REPLY_LATE;
	(void)state;

	for (int i = 0; i < REPLY_KINDS; i++) {
		assert_true(reply_kind_from_name(
			reply_kind_name((enum reply_kind)i), &kind));
		assert_int_equal(kind, i);
	}
	assert_false(reply_kind_from_name("survey-of-mars", &kind));
	assert_true(reply_kind_is_answer(REPLY_ACK));
	assert_true(reply_kind_is_answer(REPLY_STATUS));
	assert_false(reply_kind_is_answer(REPLY_FOLLOWUP));
	assert_false(reply_kind_is_answer(REPLY_NEED_INFO));
	assert_false(reply_kind_is_for_staff(REPLY_NEED_INFO));
	assert_false(reply_kind_is_answer(REPLY_ESCALATION));
}

/* ---- loading ----------------------------------------------------------- */

/* A folder that shadows one file of the shipped templates. */
static char *make_override(const char *language, const char *file,
	const char *text, char **ret_directory)
{
	*ret_directory = g_dir_make_tmp("redress-XXXXXX", NULL);
	g_autofree char *inner =
		g_build_filename(*ret_directory, language, NULL);
	char *path = g_build_filename(inner, file, NULL);

	assert_int_equal(g_mkdir(inner, 0700), 0);
	assert_true(g_file_set_contents(path, text, -1, NULL));
	return path;
}

static void remove_override(const char *directory, const char *path)
{
	g_autofree char *inner = g_path_get_dirname(path);

	g_unlink(path);
	g_rmdir(inner);
	g_rmdir(directory);
}

static ReplyTemplates *load_with(const char *language, const char *file,
	const char *text, GError **error)
{
	g_autofree char *directory = NULL;
	g_autofree char *path = make_override(language, file, text, &directory);
	const char *const directories[] = {shipped, directory, NULL};
	ReplyTemplates *templates = reply_templates_load(directories, error);

	remove_override(directory, path);
	return templates;
}

static void test_a_later_directory_overrides_one_file(void **state)
{
	g_autoptr(ReplyTemplates) templates = load_with("en", "ack.txt",
		"Subject: Ours\n\n{{> greeting}}\nWord: {{reference}}\n", NULL);
	ReplyFacts facts = full_facts;
	(void)state;

	assert_non_null(templates);
	g_autofree char *text = render(templates, &facts, false);
	assert_string_equal(text,
		"Subject: Ours\n\nDear Mari Maasikas,\nWord: 7K3F-92QX\n");
	facts.kind = REPLY_LATE;
	g_autofree char *late = render(templates, &facts, false);
	assert_lacks(late, "Ours");
}

static void test_a_mistake_in_a_template_is_named_with_file_and_line(
	void **state)
{
	static const struct {
		const char *file;
		const char *text;
		const char *said;
	} cases[] = {
		{"ack.txt", "Subject: x\n\nHi\n{{referense}}\n",
			"/en/ack.txt:4: unknown variable \"referense\""},
		{"ack.txt", "Subject: {{#subject}}\n\n",
			"/en/ack.txt:1: section \"subject\" is not closed"},
		{"ack.txt", "Subject: x\n\n{{#oops}}{{/oops}}\n",
			"/en/ack.txt:3: unknown variable \"oops\""},
		{"ack.txt", "Hello\n", "/en/ack.txt:1: a text begins"},
		{"ack.txt", "Subject: x\nHello\n",
			"/en/ack.txt:1: a text begins"},
		{"ack.txt", "Subject: x\n\n{{time}}\n",
			"/en/ack.txt:3: \"time\" means something only"},
		{"ack.txt", "Subject: x\n\n{{line}}\n",
			"/en/ack.txt:3: \"line\" means something only"},
		{"ack.txt", "Subject: x\n\n{{customer_address}}\n",
			"/en/ack.txt:3: \"customer_address\" is for "
			"mail to staff"},
		{"ack.txt", "Subject: x\n\n{{> staff_words}}\n",
			"/en/ack.txt:3: \"staff_words\" is for mail to staff "
			"alone"},
		{"ack.html", "<p>\n{{> staff_complainer}}\n</p>",
			"/en/ack.html:2: \"staff_complainer\" is for mail to "
			"staff alone"},
		{"_footer.txt", "{{> staff_words}}\n",
			"/en/_footer.txt:1: \"staff_words\" is for mail to "
			"staff alone"},
		{"ack.txt", "Subject: x\n\n{{title}}\n",
			"/en/ack.txt:3: \"title\" is the text's own subject"},
		{"ack.txt", "Subject: x\n\n{{question}}\n",
			"/en/ack.txt:3: \"question\" means something only"},
		{"ack.txt", "Subject: x\n\n{{> greting}}\n",
			"/en/ack.txt:3: there is no partial \"greting\""},
		{"ack.txt", "Subject: \xff\n\n", "/en/ack.txt:1: the file is"},
		{"ack.html", "<!DOCTYPE html>\n{{{subject}}}",
			"/en/ack.html:2: \"subject\" would not be escaped"},
		{"ack.html", "{{&subject}}", "would not be escaped"},
		{"_footer.txt", "a\n{{x}}\n", "/en/_footer.txt:2: unknown"},
		{"akc.txt", "Subject: x\n\n", "/en/akc.txt:1: no mail has"},
	};
	(void)state;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(ReplyTemplates) templates =
			load_with("en", cases[i].file, cases[i].text, &error);
		assert_null(templates);
		assert_true(g_error_matches(
			error, REPLY_ERROR, REDRESS_ERROR_INVALID));
		assert_contains(error->message, cases[i].said);
	}
}

static void test_a_language_that_is_not_whole_is_not_offered(void **state)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(ReplyTemplates) templates =
		load_with("nl", "ack.txt", "Subject: Dank\n\nDag\n", &error);
	(void)state;

	assert_non_null(templates);
	assert_string_equal(
		reply_templates_choose(templates, "nl", NULL), "en");
}

static void test_english_must_be_whole(void **state)
{
	g_autofree char *directory = NULL;
	g_autofree char *path =
		make_override("en", "ack.txt", "Subject: x\n\n", &directory);
	const char *const directories[] = {directory, NULL};
	const char *const nowhere[] = {"/nonexistent/templates", NULL};
	g_autoptr(GError) error = NULL;
	g_autoptr(GError) no_error = NULL;
	(void)state;

	assert_null(reply_templates_load(directories, &error));
	assert_contains(
		error->message, "/en/ack.html: this template is missing");
	assert_null(reply_templates_load(nowhere, &no_error));
	assert_contains(no_error->message, "/nonexistent/templates");
	remove_override(directory, path);
}

/* ---- composing --------------------------------------------------------- */

static void test_headers_say_what_a_machine_must_know(void **state)
{
	g_autoptr(ReplyTemplates) templates = load_shipped();
	ReplyFacts facts = full_facts;
	(void)state;

	g_autofree char *ack = compose(templates, &facts, &plain_envelope);
	assert_wire_form(ack, true);
	assert_field(ack, "From",
		"\"Example customer care\" <complaints@example.com>");
	assert_field(ack, "To", "\"Mari Maasikas\" <mari@example.org>");
	assert_field(ack, "Reply-To",
		"\"Example customer care\" <complaints+r-token@example.com>");
	assert_field(ack, "Date", "Tue, 24 Nov 2026 12:00:00 +0000");
	assert_field(ack, "Message-ID", "<token.random@mail.example.com>");
	assert_field(ack, "In-Reply-To", "<second@example.org>");
	assert_field(ack, "References",
		"<first@example.org> <7k3f-92qx@mail.example.com> "
		"<second@example.org>");
	assert_field(ack, "Auto-Submitted", "auto-replied");
	assert_field(ack, "X-Auto-Response-Suppress", "All");
	assert_field(ack, "X-Redress-Ticket", "7K3F-92QX");
	assert_field(ack, "Content-Language", "en");
	assert_field(ack, "MIME-Version", "1.0");
	assert_field(ack, "Precedence", NULL);

	facts.kind = REPLY_FOLLOWUP;
	g_autofree char *followup = compose(templates, &facts, &plain_envelope);
	assert_field(followup, "Auto-Submitted", "auto-generated");
}

static void test_a_preview_says_that_it_is_one(void **state)
{
	ReplyFacts facts = full_facts;
	ReplyEnvelope envelope = plain_envelope;
	g_autoptr(ReplyTemplates) templates = load_shipped();
	(void)state;

	facts.kind = REPLY_REPLY;
	facts.words = "We have sent a new lamp.";
	envelope.subject = "The lamp";
	g_autofree char *mail = compose(templates, &facts, &envelope);
	assert_lacks(mail, "Preview");
	assert_field(mail, "Auto-Submitted", "no");

	envelope.preview = true;
	g_autofree char *preview = compose(templates, &facts, &envelope);
	assert_field(preview, "Subject", "Preview: Re: [#7K3F-92QX] The lamp");
	assert_field(preview, "X-Redress-Preview", "yes");
	/* Nobody wrote it, whatever it shows. */
	assert_field(preview, "Auto-Submitted", "auto-generated");
}

static void test_the_same_facts_give_the_same_bytes(void **state)
{
	g_autoptr(ReplyTemplates) templates = load_shipped();
	(void)state;

	g_autofree char *one = compose(templates, &full_facts, &plain_envelope);
	g_autofree char *two = compose(templates, &full_facts, &plain_envelope);
	assert_string_equal(one, two);
}

static void test_a_parser_reads_back_what_was_composed(void **state)
{
	g_autoptr(ReplyTemplates) templates = load_shipped();
	(void)state;

	for (const char *const *code = reply_templates_languages(templates);
		*code; code++) {
		ReplyFacts facts = full_facts;
		ReplyEnvelope envelope = plain_envelope;
		facts.kind = REPLY_RESOLVED;
		facts.language = *code;
		facts.resolution = "Ühtegi küsimust? 没有问题。\r\n"
				   "Dấu tiếng Việt, ελληνικά.";
		envelope.to_name = "Nguyễn Thị Ánh, \"Ms\"";
		g_autofree char *mail = compose(templates, &facts, &envelope);
		g_autofree char *shown = render(templates, &facts, false);
		assert_wire_form(mail, true);

		GMimeMessage *message = parse_mail(mail);
		g_autofree char *tagged = g_strconcat("Subject: ",
			strchr(g_mime_message_get_subject(message), ']') + 2,
			"\n\n", NULL);
		assert_contains(shown, tagged);
		assert_true(g_str_has_prefix(
			g_mime_message_get_subject(message), "[#7K3F-92QX] "));
		InternetAddress *to = internet_address_list_get_address(
			g_mime_message_get_to(message), 0);
		assert_string_equal(
			internet_address_get_name(to), envelope.to_name);
		g_autofree char *text = part_text(message, 0);
		g_autofree char *html = part_text(message, 1);
		assert_contains(text, "Ühtegi küsimust? 没有问题。");
		assert_contains(text, "Dấu tiếng Việt, ελληνικά.");
		assert_contains(html, "Ühtegi küsimust? 没有问题。<br>");
		g_object_unref(message);
	}
}

static void test_an_answer_keeps_the_customers_subject_and_one_tag(void **state)
{
	static const struct {
		const char *subject;
		const char *expected;
	} cases[] = {
		{"The kettle leaks", "Re: [#7K3F-92QX] The kettle leaks"},
		{"Re: RE: The kettle", "Re: [#7K3F-92QX] The kettle"},
		{"Re: [#7K3F-92QX] Kettle", "Re: [#7K3F-92QX] Kettle"},
		{"[#7K3F-92QX] Re: Kettle", "Re: [#7K3F-92QX] Kettle"},
		{"", "Re: [#7K3F-92QX]"},
		{"a\r\nBcc: x@example.com", "Re: [#7K3F-92QX] a Bcc: "
					    "x@example.com"},
	};
	g_autoptr(ReplyTemplates) templates = load_shipped();
	(void)state;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		ReplyEnvelope envelope = plain_envelope;
		envelope.subject = cases[i].subject;
		g_autofree char *mail =
			compose(templates, &full_facts, &envelope);
		assert_field(mail, "Subject", cases[i].expected);
		assert_field(mail, "Bcc", NULL);
	}
}

static void test_any_subject_is_read_back_by_a_parser(void **state)
{
	static const char *const subjects[] = {
		"=?utf-8?q?not_encoded?=",
		"Πιστεύουμε ότι η υπόθεσή σας διευθετήθηκε, και πάλι σας "
		"ευχαριστούμε",
		"aä aä aä aä aä aä aä aä aä aä aä aä aä aä aä aä aä aä aä aä",
		"水壶漏水水壶漏水水壶漏水水壶漏水水壶漏水水壶漏水水壶漏水水壶漏"
		"水",
		"😀 a😀 bb😀 ccc😀 😀 a😀 bb😀 ccc😀 😀 a😀 bb😀 ccc😀 😀 a😀 bb😀",
		"plain words that go on and on and on and on and on until the "
		"line must be folded, and then once more until it must again",
		"x",
	};
	g_autoptr(ReplyTemplates) templates = load_shipped();
	(void)state;

	for (size_t i = 0; i < G_N_ELEMENTS(subjects); i++) {
		ReplyEnvelope envelope = plain_envelope;
		envelope.subject = envelope.to_name = subjects[i];
		g_autofree char *mail =
			compose(templates, &full_facts, &envelope);
		g_autofree char *expected =
			g_strconcat("Re: [#7K3F-92QX] ", subjects[i], NULL);
		GMimeMessage *message = parse_mail(mail);
		assert_wire_form(mail, true);
		assert_string_equal(
			g_mime_message_get_subject(message), expected);
		g_object_unref(message);
	}
}

static void test_references_stay_bounded_and_keep_the_tickets_own(void **state)
{
	g_autoptr(ReplyTemplates) templates = load_shipped();
	g_autoptr(GPtrArray) many = g_ptr_array_new_with_free_func(g_free);
	ReplyEnvelope envelope = plain_envelope;
	(void)state;

	for (int i = 0; i < 500; i++)
		g_ptr_array_add(many,
			g_strdup_printf("id-%d-%0*d@example.org", i, 400, i));
	g_ptr_array_add(many, NULL);
	envelope.references = (const char *const *)many->pdata;
	g_autofree char *mail = compose(templates, &full_facts, &envelope);
	g_autofree char *value = field(mail, "References");
	g_auto(GStrv) ids = g_strsplit(value, " ", -1);
	guint count = g_strv_length(ids);

	assert_wire_form(mail, true);
	assert_true(count <= 24);
	assert_true(g_str_has_prefix(ids[0], "<id-0-"));
	assert_true(g_str_has_prefix(ids[count - 3], "<id-499-"));
	assert_string_equal(ids[count - 2], "<7k3f-92qx@mail.example.com>");
	assert_string_equal(ids[count - 1], "<second@example.org>");
}

static void test_a_foreign_id_that_cannot_stand_in_a_header_is_left_out(
	void **state)
{
	static const char *const bad[] = {"a\r\nBcc: x@example.com", "a b@c",
		"a>b@c", "\xff@c", "ü@example.org", "", NULL};
	g_autoptr(ReplyTemplates) templates = load_shipped();
	ReplyEnvelope envelope = plain_envelope;
	(void)state;

	envelope.references = bad;
	envelope.in_reply_to = bad[0];
	g_autofree char *mail = compose(templates, &full_facts, &envelope);
	assert_wire_form(mail, true);
	assert_field(mail, "Bcc", NULL);
	assert_field(mail, "In-Reply-To", NULL);
	assert_field(mail, "References", "<7k3f-92qx@mail.example.com>");
}

static void test_an_address_that_could_become_a_header_is_refused(void **state)
{
	static const char *const bad[] = {"mari%example.org@example.com",
		"example.org!mari@example.com", "", "mari", "@example.org",
		"mari@", "a@b\r\nBcc: c@d", "a@b\n", "a b@example.org",
		"a@b>, <c@d", "a,b@example.org", "a@b c", "\"a\r\n\"@b",
		"\"a@b", "a@b,c@d", "a\x01@b", "\xff@b",
		"a\xe2\x80\xae@example.org", NULL};
	g_autoptr(ReplyTemplates) templates = load_shipped();
	(void)state;

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		ReplyEnvelope envelope = plain_envelope;
		g_autoptr(GError) error = NULL;
		envelope.to_address = bad[i];
		assert_null(reply_compose(
			templates, &full_facts, &envelope, NULL, &error));
		assert_true(g_error_matches(
			error, REPLY_ERROR, REDRESS_ERROR_INVALID));
	}
}

static void test_an_address_beyond_ascii_is_written_as_it_is(void **state)
{
	g_autoptr(ReplyTemplates) templates = load_shipped();
	ReplyEnvelope envelope = plain_envelope;
	(void)state;

	envelope.to_address = "põder@näide.ee";
	envelope.to_name = "Põder";
	g_autofree char *mail = compose(templates, &full_facts, &envelope);
	assert_wire_form(mail, false);
	g_autofree char *to = field(mail, "To");
	assert_true(g_str_has_suffix(to, " <põder@näide.ee>"));
	/* All else keeps to ASCII. */
	g_auto(GStrv) parts = g_strsplit(mail, "<põder@näide.ee>", -1);
	assert_int_equal(g_strv_length(parts), 2);
	assert_true(g_str_is_ascii(parts[0]));
	assert_true(g_str_is_ascii(parts[1]));
}

/* ---- hostile words ----------------------------------------------------- */

static char *repeat(const char *word, size_t bytes)
{
	GString *text = g_string_new(NULL);

	while (text->len < bytes)
		g_string_append(text, word);
	return g_string_free(text, FALSE);
}

static void check_hostile(const ReplyTemplates *templates, const char *words)
{
	for (int kind = 0; kind < REPLY_KINDS; kind++) {
		ReplyFacts facts = full_facts;
		ReplyEnvelope envelope = plain_envelope;
		facts.kind = (enum reply_kind)kind;
		facts.subject = facts.customer_name = facts.assignee = words;
		facts.resolution = facts.customer_address = words;
		envelope.subject = envelope.to_name = words;
		g_autofree char *mail = compose(templates, &facts, &envelope);
		assert_wire_form(mail, true);
		assert_field(mail, "X-Evil", NULL);
		assert_field(mail, "Bcc", NULL);
		assert_true(strlen(mail) < 2 * 1024 * 1024);
		GMimeMessage *message = parse_mail(mail);
		assert_string_equal(g_mime_message_get_message_id(message),
			"token.random@mail.example.com");
		g_autofree char *text = part_text(message, 0);
		g_autofree char *html = part_text(message, 1);
		assert_true(g_utf8_validate(text, -1, NULL));
		assert_lacks(html, "<script");
		assert_lacks(html, "\xe2\x80\xae");
		assert_lacks(text, "\xe2\x80\xae");
		g_object_unref(message);
	}
}

static void test_hostile_words_neither_expand_nor_inject(void **state)
{
	static const char *const cases[] = {
		"{{reference}}",
		"{{{mailbox_address}}}{{#events}}{{> greeting}}",
		"<script>alert(1)</script>",
		"\"><img src=x onerror=alert(1)>",
		"a\r\nX-Evil: 1\r\n\r\nbody",
		"a\nBcc: victim@example.com\n\n",
		"\xe2\x80\xae"
		"evil\xe2\x80\xac \xe2\x81\xa6x",
		"\xff\xfe\xc0\x80 not UTF-8",
		"=?utf-8?q?a=0d=0aX-Evil:_1?=",
		"\x1b[31mred\x07\x08",
		"%s%n%x",
		"\xf3\xa0\x81\x81hidden",
		".\r\n.\r\nQUIT\r\n",
		"From nobody",
		"\xe2\x80\xa8X-Evil: 1",
	};
	g_autoptr(ReplyTemplates) templates = load_shipped();
	(void)state;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		check_hostile(templates, cases[i]);
	g_autofree char *word = repeat("x", 100 * 1024);
	g_autofree char *han = repeat("漢", 100 * 1024);
	g_autofree char *lines = repeat("\r\n", 100 * 1024);
	g_autofree char *marks = repeat("e\xcc\x81", 100 * 1024);
	check_hostile(templates, word);
	check_hostile(templates, han);
	check_hostile(templates, lines);
	check_hostile(templates, marks);
}

static void test_a_value_is_shown_as_it_was_written(void **state)
{
	g_autoptr(ReplyTemplates) templates = load_shipped();
	ReplyFacts facts = full_facts;
	(void)state;

	facts.subject = "{{reference}} & <b>\x01";
	g_autofree char *text = render(templates, &facts, false);
	g_autofree char *html = render(templates, &facts, true);
	assert_contains(text, "{{reference}} & <b>");
	assert_contains(html, "{{reference}} &amp; &lt;b&gt;");
	assert_lacks(text, "\x01");
}

static void test_a_long_subject_is_cut_with_an_ellipsis(void **state)
{
	g_autoptr(ReplyTemplates) templates = load_shipped();
	ReplyFacts facts = full_facts;
	(void)state;

	g_autofree char *word = repeat("ä", 100 * 1024);
	facts.subject = word;
	g_autofree char *text = render(templates, &facts, false);
	assert_contains(text, "ä…");
	assert_true(strlen(text) < 8000);
}

static void test_the_status_link_asks_for_this_ticket(void **state)
{
	g_autoptr(ReplyTemplates) templates = load_shipped();
	ReplyEnvelope envelope = plain_envelope;
	(void)state;

	g_autofree char *html = render(templates, &full_facts, true);
	assert_contains(html, "href=\"mailto:complaints@example.com"
			      "?subject=STATUS%20%5B%237K3F-92QX%5D\"");
	/* A sent mail's link carries the token, encoded. */
	g_autofree char *mail = compose(templates, &full_facts, &envelope);
	GMimeMessage *message = parse_mail(mail);
	g_autofree char *sent = part_text(message, 1);
	assert_contains(sent, "mailto:complaints%2Br-token@example.com?");
	g_object_unref(message);
}

static gpointer compose_often(gpointer user)
{
	const ReplyTemplates *templates = user;
	static const char *const languages[] = {"en", "et", "vi", "zh"};

	for (int i = 0; i < 40; i++) {
		ReplyFacts facts = full_facts;
		facts.language = languages[i % 4];
		GBytes *bytes = reply_compose(
			templates, &facts, &plain_envelope, NULL, NULL);
		if (!bytes)
			return GINT_TO_POINTER(1);
		g_bytes_unref(bytes);
	}
	return NULL;
}

static void test_several_threads_may_compose_at_once(void **state)
{
	g_autoptr(ReplyTemplates) templates = load_shipped();
	GThread *threads[4];
	(void)state;

	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		threads[i] = g_thread_new("compose", compose_often, templates);
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		assert_null(g_thread_join(threads[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_shipped_language_is_offered),
		cmocka_unit_test(
			test_every_shipped_template_renders_full_and_empty),
		cmocka_unit_test(test_a_date_is_said_in_the_customers_language),
		cmocka_unit_test(test_each_minute_is_said_as_itself),
		cmocka_unit_test(
			test_the_language_falls_back_to_the_mailboxs_then_english),
		cmocka_unit_test(
			test_kinds_have_names_and_say_whether_they_answer),
		cmocka_unit_test(test_a_later_directory_overrides_one_file),
		cmocka_unit_test(
			test_a_mistake_in_a_template_is_named_with_file_and_line),
		cmocka_unit_test(
			test_a_language_that_is_not_whole_is_not_offered),
		cmocka_unit_test(test_english_must_be_whole),
		cmocka_unit_test(test_headers_say_what_a_machine_must_know),
		cmocka_unit_test(test_a_preview_says_that_it_is_one),
		cmocka_unit_test(test_a_preview_says_that_it_is_one),
		cmocka_unit_test(test_the_same_facts_give_the_same_bytes),
		cmocka_unit_test(test_a_parser_reads_back_what_was_composed),
		cmocka_unit_test(
			test_an_answer_keeps_the_customers_subject_and_one_tag),
		cmocka_unit_test(test_any_subject_is_read_back_by_a_parser),
		cmocka_unit_test(
			test_references_stay_bounded_and_keep_the_tickets_own),
		cmocka_unit_test(
			test_a_foreign_id_that_cannot_stand_in_a_header_is_left_out),
		cmocka_unit_test(
			test_an_address_that_could_become_a_header_is_refused),
		cmocka_unit_test(
			test_an_address_beyond_ascii_is_written_as_it_is),
		cmocka_unit_test(test_hostile_words_neither_expand_nor_inject),
		cmocka_unit_test(test_a_value_is_shown_as_it_was_written),
		cmocka_unit_test(test_a_long_subject_is_cut_with_an_ellipsis),
		cmocka_unit_test(test_the_status_link_asks_for_this_ticket),
		cmocka_unit_test(test_several_threads_may_compose_at_once),
	};
	g_mime_init();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	g_mime_shutdown();
	return failed;
}
