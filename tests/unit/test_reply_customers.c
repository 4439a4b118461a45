/* What only some of the mails to customers say, and how they say it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include <redress/reply.h>

enum { TUESDAY = 1795521600, DAY = 86400 };

static const char shipped[] = REDRESS_SOURCE_DIR "/templates";

static ReplyTemplates *load(const char *second, GError **error)
{
	const char *const directories[] = {shipped, second, NULL};

	return reply_templates_load(directories, error);
}

static ReplyTemplates *load_shipped(void)
{
	g_autoptr(GError) error = NULL;
	ReplyTemplates *templates = load(NULL, &error);

	if (!templates)
		fail_msg("%s", error->message);
	return templates;
}

static const char *const questions[] = {
	"What is the number of your order?",
	"Is the <b>seal</b> {{broken}}?",
	NULL,
};

static const ReplyFacts facts_of_all = {
	.time_zone = "UTC",
	.reference = "7K3F-92QX",
	.customer_name = "Mari Maasikas",
	.subject = "The kettle leaks",
	.mailbox_name = "Example customer care",
	.mailbox_address = "complaints@example.com",
	.assignee = "Jaan",
	.opened_s = TUESDAY - DAY,
	.now_s = TUESDAY,
	.state = "open",
	.messages = 1,
	.interval_s = DAY,
};

static ReplyFacts facts_of(enum reply_kind kind, const char *language)
{
	ReplyFacts facts = facts_of_all;

	facts.kind = kind;
	facts.language = language;
	return facts;
}

static char *render(
	const ReplyTemplates *templates, const ReplyFacts *facts, bool html)
{
	g_autoptr(GError) error = NULL;
	char *text = reply_render(templates, facts, html, &error);

	if (!text)
		fail_msg("%s", error->message);
	return text;
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

/* ---- questions --------------------------------------------------------- */

static void test_questions_are_numbered_and_shown_as_written(void **state)
{
	g_autoptr(ReplyTemplates) templates = load_shipped();
	const char *const *code = reply_templates_languages(templates);
	(void)state;

	for (; *code; code++) {
		ReplyFacts facts = facts_of(REPLY_NEED_INFO, *code);
		facts.questions = questions;
		facts.wait_until_s = TUESDAY + 7 * DAY;
		g_autofree char *text = render(templates, &facts, false);
		g_autofree char *html = render(templates, &facts, true);
		assert_contains(text, "1. What is the number of your order?\n");
		assert_contains(text, "2. Is the <b>seal</b> {{broken}}?\n");
		assert_contains(html, "What is the number of your order?");
		assert_contains(
			html, "Is the &lt;b&gt;seal&lt;/b&gt; {{broken}}?");
		assert_contains(text, "2026");
		assert_contains(text, "7K3F-92QX");
		facts.wait_until_s = 0;
		g_autofree char *open_end = render(templates, &facts, false);
		assert_lacks(open_end, "2026");
	}
}

static void test_questions_put_again_say_so(void **state)
{
	g_autoptr(ReplyTemplates) templates = load_shipped();
	const char *const *code = reply_templates_languages(templates);
	(void)state;

	for (; *code; code++) {
		ReplyFacts facts = facts_of(REPLY_NEED_INFO, *code);
		facts.questions = questions;
		g_autofree char *first = render(templates, &facts, false);
		facts.reminder = 1;
		g_autofree char *again = render(templates, &facts, false);
		assert_string_not_equal(first, again);
		assert_contains(again, "1. What is the number of your order?");
	}
}

/* ---- partials of all languages ----------------------------------------- */

static void write_file(const char *directory, const char *folder,
	const char *name, const char *text)
{
	g_autofree char *inner = g_build_filename(directory, folder, NULL);
	g_autofree char *path = g_build_filename(inner, name, NULL);

	assert_int_equal(g_mkdir_with_parents(inner, 0700), 0);
	assert_true(g_file_set_contents(path, text, -1, NULL));
}

/* The folders of one level, and what is in them. */
static void remove_all(const char *directory)
{
	g_autoptr(GDir) folder = g_dir_open(directory, 0, NULL);
	const char *name;

	while (folder && (name = g_dir_read_name(folder))) {
		g_autofree char *path = g_build_filename(directory, name, NULL);
		remove_all(path);
		g_unlink(path);
	}
	g_rmdir(directory);
}

static void test_a_shared_partial_serves_every_language(void **state)
{
	g_autofree char *directory = g_dir_make_tmp("redress-XXXXXX", NULL);
	g_autoptr(GError) error = NULL;
	(void)state;

	write_file(directory, "common", "_tail.html", "<!-- ours -->\n");
	write_file(directory, "et", "_tail.html", "<!-- meie -->\n");
	g_autoptr(ReplyTemplates) templates = load(directory, &error);
	remove_all(directory);
	if (!templates)
		fail_msg("%s", error->message);
	ReplyFacts facts = facts_of(REPLY_NEED_INFO, "fi");
	g_autofree char *finnish = render(templates, &facts, true);
	facts.language = "et";
	g_autofree char *estonian = render(templates, &facts, true);
	assert_contains(finnish, "<!-- ours -->");
	assert_contains(estonian, "<!-- meie -->");
}

static void test_a_whole_mail_belongs_to_a_language(void **state)
{
	g_autofree char *directory = g_dir_make_tmp("redress-XXXXXX", NULL);
	g_autoptr(GError) error = NULL;
	(void)state;

	write_file(directory, "common", "ack.txt", "Subject: x\n\nHi\n");
	g_autoptr(ReplyTemplates) templates = load(directory, &error);
	remove_all(directory);
	assert_null(templates);
	assert_contains(error->message, "common/ack.txt:1: common/ is for");
}

static void test_html_names_its_language_and_subject(void **state)
{
	g_autoptr(ReplyTemplates) templates = load_shipped();
	const char *const *code = reply_templates_languages(templates);
	(void)state;

	for (; *code; code++) {
		ReplyFacts facts = facts_of(REPLY_NEED_INFO, *code);
		g_autofree char *html = render(templates, &facts, true);
		const char *end = strchr(html, '\n');
		size_t lead = strlen("Subject: ");
		g_autofree char *subject =
			g_strndup(html + lead, (gsize)(end - html) - lead);
		g_autofree char *title =
			g_strdup_printf("<title>%s</title>", subject);
		g_autofree char *tag =
			g_strdup_printf("<html lang=\"%s\">", *code);
		assert_contains(html, title);
		assert_contains(html, tag);
	}
}

/* ---- HTML -------------------------------------------------------------- */

enum { HTML_MOST_BYTES = 20 * 1000, EVENTS = 8 };

/* As long as a mail of ours gets: with every event of the longest kind. */
static ReplyFacts longest_facts(enum reply_kind kind, const char *language)
{
	static const ReplyEvent events[EVENTS] = {
		{TUESDAY, "acknowledged"},
		{TUESDAY, "acknowledged"},
		{TUESDAY, "acknowledged"},
		{TUESDAY, "acknowledged"},
		{TUESDAY, "acknowledged"},
		{TUESDAY, "acknowledged"},
		{TUESDAY, "acknowledged"},
		{TUESDAY, "acknowledged"},
	};
	ReplyFacts facts = facts_of(kind, language);

	facts.promised_s = facts.old_promised_s = TUESDAY + DAY;
	facts.resolve_s = facts.next_update_s = TUESDAY + DAY;
	facts.wait_until_s = TUESDAY + DAY;
	facts.resolution = "We have sent a new one.";
	facts.questions = questions;
	facts.complainer = "meek";
	facts.messages = 12;
	facts.events = events;
	facts.events_length = EVENTS;
	return facts;
}

/* Each tag of a name says this of itself. */
static void assert_each(const char *html, const char *tag, const char *says)
{
	for (const char *at = html; (at = strstr(at, tag)); at++) {
		g_autofree char *whole = g_strndup(at, strcspn(at, ">"));
		assert_contains(whole, says);
	}
}

/* Small, nothing fetched, no colour that could vanish in the dark, tables that
 * are not read out as tables. */
static void test_every_html_is_fit_for_any_reader(void **state)
{
	static const char *const unwanted[] = {"src=", "http:", "https:",
		"url(", "<img", "<link", "bgcolor", "background",
		" color:", ";color:", "\"color:", "<script", "<form"};
	g_autoptr(ReplyTemplates) templates = load_shipped();
	const char *const *code = reply_templates_languages(templates);
	(void)state;

	for (; *code; code++) {
		for (int kind = 0; kind < REPLY_ESCALATION; kind++) {
			ReplyFacts facts =
				longest_facts((enum reply_kind)kind, *code);
			g_autofree char *html = render(templates, &facts, true);
			assert_true(strlen(html) < HTML_MOST_BYTES);
			for (size_t i = 0; i < G_N_ELEMENTS(unwanted); i++)
				assert_lacks(html, unwanted[i]);
			assert_each(html, "<table", "role=\"presentation\"");
			assert_each(html, "<html", "lang=");
			assert_contains(html, "content=\"light dark\"");
		}
	}
}

/* ---- manners ----------------------------------------------------------- */

/* What an acknowledgement that shows its flags says to each kind. */
static void test_the_manner_follows_the_kind_and_hides_it(void **state)
{
	static const struct {
		const char *complainer;
		const char *said;
	} rows[] = {
		{NULL, ""},
		{"aggressive", "action"},
		{"high-roller", "action"},
		{"rip-off", "exact"},
		{"chronic", "patient"},
		{"meek", "invite"},
		{"unheard-of", ""},
	};
	g_autofree char *directory = g_dir_make_tmp("redress-XXXXXX", NULL);
	g_autoptr(GError) error = NULL;
	(void)state;

	write_file(directory, "en", "ack.txt",
		"Subject: x\n\n[{{#action_first}}action{{/action_first}}"
		"{{#exact_facts}}exact{{/exact_facts}}"
		"{{#patient}}patient{{/patient}}"
		"{{#invite_more}}invite{{/invite_more}}]\n");
	g_autoptr(ReplyTemplates) templates = load(directory, &error);
	remove_all(directory);
	if (!templates)
		fail_msg("%s", error->message);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		ReplyFacts facts = facts_of(REPLY_ACK, "en");
		facts.complainer = rows[i].complainer;
		g_autofree char *text = render(templates, &facts, false);
		g_autofree char *expected =
			g_strdup_printf("Subject: x\n\n[%s]\n", rows[i].said);
		assert_string_equal(text, expected);
	}
}

static void test_no_customer_reads_what_they_were_taken_for(void **state)
{
	static const char *const kinds[] = {
		"meek", "aggressive", "high-roller", "rip-off", "chronic"};
	g_autoptr(ReplyTemplates) templates = load_shipped();
	(void)state;

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		for (int kind = 0; kind < REPLY_ESCALATION; kind++) {
			ReplyFacts facts =
				facts_of((enum reply_kind)kind, "en");
			facts.complainer = kinds[i];
			g_autofree char *html = render(templates, &facts, true);
			g_autofree char *text =
				render(templates, &facts, false);
			assert_lacks(html, kinds[i]);
			assert_lacks(text, kinds[i]);
		}
	}
}

/* ---- which line promises ------------------------------------------------ */

static void tell(const ReplyTemplates *templates, const ReplyFacts *facts,
	ReplyTold *ret_told)
{
	const ReplyEnvelope envelope = {
		.message_id = "1.7K3F-92QX@mail.example.com",
		.from_name = "Example customer care",
		.from_address = "complaints@example.com",
		.to_address = "mari@example.org",
		.reply_to = "complaints@example.com",
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) bytes =
		reply_compose(templates, facts, &envelope, ret_told, &error);

	if (!bytes)
		fail_msg("%s", error->message);
	const char *data = g_bytes_get_data(bytes, NULL);
	assert_null(memchr(data, '\001', g_bytes_get_size(bytes)));
	assert_null(memchr(data, '\003', g_bytes_get_size(bytes)));
	assert_null(g_strstr_len(data, (gssize)g_bytes_get_size(bytes), "=01"));
}

static void test_words_of_others_are_no_promise(void **state)
{
	static const char mocked[] =
		"\001\002\003You can count on nothing by Wednesday 25 "
		"November 2026 at 12:00 (UTC)!";
	g_autoptr(ReplyTemplates) templates = load_shipped();
	g_auto(ReplyTold) told = {0};
	const char *const asked[] = {mocked, NULL};
	(void)state;

	for (int kind = 0; kind < REPLY_ESCALATION; kind++) {
		ReplyFacts facts = facts_of((enum reply_kind)kind, "en");
		facts.promised_s = TUESDAY + DAY;
		facts.subject = facts.words = facts.resolution = mocked;
		facts.customer_name = facts.assignee = mocked;
		facts.questions = asked;
		tell(templates, &facts, &told);
		if (!told.answer)
			continue;
		assert_contains(told.answer, "You will have our answer by: ");
		assert_lacks(told.answer, "count on");
		assert_lacks(told.answer, "\001");
		assert_null(told.settlement);
		assert_null(told.update);
	}
}

static void test_of_two_promises_at_one_time_each_has_its_line(void **state)
{
	g_autoptr(ReplyTemplates) templates = load_shipped();
	const char *const *code = reply_templates_languages(templates);
	(void)state;

	for (; *code; code++) {
		g_auto(ReplyTold) told = {0};
		ReplyFacts facts = facts_of(REPLY_ACK, *code);
		facts.promised_s = facts.resolve_s = TUESDAY + DAY;
		facts.next_update_s = TUESDAY + DAY;
		tell(templates, &facts, &told);
		assert_string_not_equal(told.answer, told.settlement);
		assert_string_not_equal(told.answer, told.update);
		assert_string_not_equal(told.settlement, told.update);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_questions_are_numbered_and_shown_as_written),
		cmocka_unit_test(test_questions_put_again_say_so),
		cmocka_unit_test(test_a_shared_partial_serves_every_language),
		cmocka_unit_test(test_a_whole_mail_belongs_to_a_language),
		cmocka_unit_test(test_html_names_its_language_and_subject),
		cmocka_unit_test(test_every_html_is_fit_for_any_reader),
		cmocka_unit_test(test_the_manner_follows_the_kind_and_hides_it),
		cmocka_unit_test(
			test_no_customer_reads_what_they_were_taken_for),
		cmocka_unit_test(test_words_of_others_are_no_promise),
		cmocka_unit_test(
			test_of_two_promises_at_one_time_each_has_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
