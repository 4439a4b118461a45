/* Mail that carries agents' words, and mail to agents. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <glib/gstdio.h>
#include <gmime/gmime.h>

#include <redress/analysis.h>
#include <redress/reply.h>

enum { TUESDAY = 1795521600, HTML_MOST_BYTES = 20 * 1000 };

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

static const ReplyCase cases[] = {
	{"1A2B-3C4E", "An old case", "closed", TUESDAY - 900000, "30 EUR"},
};

static const ReplyCommand commands[] = {
	{.line = "#resolv",
		.problem = "there is no such command",
		.suggestion = "#resolve"},
	{.line = "#note", .done = true, .result = "first <b>\nsecond"},
};

static const ReplyFacts facts_of_all = {
	.language = "en",
	.time_zone = "UTC",
	.reference = "7K3F-92QX",
	.customer_name = "Mari Maasikas",
	.subject = "The kettle leaks",
	.mailbox_name = "Example customer care",
	.mailbox_address = "complaints@example.com",
	.assignee = "Jaan",
	.opened_s = TUESDAY - 9000,
	.promised_s = TUESDAY + 86400,
	.next_update_s = TUESDAY + 80000,
	.now_s = TUESDAY,
	.state = "open",
	.words = "Dear Mari,\n\nWORDS OF THE AGENT.",
	.messages = 3,
	.interval_s = 86400,
	.customer_address = "mari@example.org",
	.late_count = 2,
	.reason_words = "REASON WORDS",
	.customer_words = "It leaks.\nStill.",
	.complainer = "meek",
	.complainer_reason = "'sorry to trouble you'",
	.priority = "high",
	.due_s = TUESDAY + 3600,
	.history = cases,
	.history_length = G_N_ELEMENTS(cases),
	.similar = cases,
	.similar_length = G_N_ELEMENTS(cases),
	.commands = commands,
	.commands_length = G_N_ELEMENTS(commands),
	.first_words = "FIRST ANSWER",
	.first_by = "jaan@example.com",
	.first_s = TUESDAY - 60,
	.second_words = "SECOND ANSWER",
};

static const ReplyEnvelope envelope_to_mari = {
	.message_id = "token.random@mail.example.com",
	.from_name = "Example customer care",
	.from_address = "complaints@example.com",
	.to_address = "mari@example.org",
	.to_name = "Mari Maasikas",
	.reply_to = "complaints+t-token@example.com",
	.in_reply_to = "second@example.org",
	.thread_id = "7k3f-92qx@mail.example.com",
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

/* ---- parsing what was composed ----------------------------------------- */

static GMimeMessage *compose(const ReplyTemplates *templates,
	const ReplyFacts *facts, const ReplyEnvelope *envelope)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) bytes =
		reply_compose(templates, facts, envelope, NULL, &error);

	if (!bytes)
		fail_msg("%s", error->message);
	gsize length = 0;
	const char *data = g_bytes_get_data(bytes, &length);
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(data, length);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
	assert_non_null(message);
	g_object_unref(parser);
	g_object_unref(stream);
	return message;
}

static const char *header(GMimeMessage *message, const char *name)
{
	return g_mime_object_get_header(GMIME_OBJECT(message), name);
}

/* Part number index of a multipart. */
static GMimeObject *child(GMimeObject *multipart, int index)
{
	assert_true(GMIME_IS_MULTIPART(multipart));
	return g_mime_multipart_get_part(GMIME_MULTIPART(multipart), index);
}

static GByteArray *content(GMimeObject *part)
{
	GByteArray *bytes = g_byte_array_new();
	GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(bytes);

	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), false);
	g_mime_data_wrapper_write_to_stream(
		g_mime_part_get_content(GMIME_PART(part)), stream);
	g_object_unref(stream);
	return bytes;
}

/* The text alternative, or the HTML. */
static char *alternative(GMimeMessage *message, int index)
{
	GMimeObject *top = g_mime_message_get_mime_part(message);
	GMimeContentType *type = g_mime_object_get_content_type(top);

	if (g_mime_content_type_is_type(type, "multipart", "mixed"))
		top = child(top, 0);
	g_autofree char *text =
		g_mime_text_part_get_text(GMIME_TEXT_PART(child(top, index)));
	g_auto(GStrv) lines = g_strsplit(text, "\r\n", -1);
	return g_strjoinv("\n", lines);
}

/* ---- every kind -------------------------------------------------------- */

static void test_an_agents_words_are_all_of_a_reply_in_every_language(
	void **state)
{
	g_autoptr(ReplyTemplates) templates = load_shipped();
	const char *const *code = reply_templates_languages(templates);
	(void)state;

	for (; *code; code++) {
		ReplyFacts facts = facts_of(REPLY_REPLY, *code);
		GMimeMessage *mail =
			compose(templates, &facts, &envelope_to_mari);
		g_autofree char *text = alternative(mail, 0);
		g_autofree char *html = alternative(mail, 1);
		assert_string_equal(header(mail, "Auto-Submitted"), "no");
		assert_true(g_str_has_prefix(text, "Dear Mari,"));
		assert_contains(text, "7K3F-92QX");
		assert_contains(text, "2026");
		assert_contains(html, "WORDS OF THE AGENT.<br>");
		assert_lacks(text, "Mari Maasikas");
		g_object_unref(mail);

		facts.promised_s = 0;
		g_autofree char *bare = render(templates, &facts, false);
		assert_lacks(bare, "2026");
	}
}

static void test_words_take_the_place_of_the_stock_sentences(void **state)
{
	static const enum reply_kind kinds[] = {REPLY_FOLLOWUP, REPLY_RESOLVED};
	g_autoptr(ReplyTemplates) templates = load_shipped();
	const char *const *code = reply_templates_languages(templates);
	(void)state;

	for (; *code; code++) {
		for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
			ReplyFacts facts = facts_of(kinds[i], *code);
			facts.promise_kept = true;
			facts.resolution = "STOCK RESOLUTION";
			g_autofree char *said =
				render(templates, &facts, false);
			g_autofree char *html = render(templates, &facts, true);
			facts.words = NULL;
			g_autofree char *stock =
				render(templates, &facts, false);
			assert_contains(said, "\nWORDS OF THE AGENT.\n");
			assert_contains(html, "WORDS OF THE AGENT.<br>");
			assert_contains(said, "7K3F-92QX");
			assert_lacks(said, "STOCK RESOLUTION");
			assert_lacks(stock, "WORDS OF THE AGENT");
			assert_true(strlen(stock) > strlen(said));
		}
	}
}

static void test_a_resolution_says_whose_word_it_is(void **state)
{
	g_autoptr(ReplyTemplates) templates = load_shipped();
	const char *const *code = reply_templates_languages(templates);
	(void)state;

	for (; *code; code++) {
		ReplyFacts facts = facts_of(REPLY_RESOLVED, *code);
		facts.words = NULL;
		g_autofree char *ours = render(templates, &facts, false);
		facts.solved_by_customer = true;
		g_autofree char *theirs = render(templates, &facts, false);
		g_autofree char *html = render(templates, &facts, true);
		assert_string_not_equal(ours, theirs);
		assert_contains(theirs, "The kettle leaks");
		assert_contains(html, "The kettle leaks");
		GMimeMessage *mail =
			compose(templates, &facts, &envelope_to_mari);
		assert_string_equal(
			header(mail, "Auto-Submitted"), "auto-generated");
		g_object_unref(mail);
	}
}

static void test_a_survey_asks_for_one_click_or_a_figure(void **state)
{
	g_autoptr(ReplyTemplates) templates = load_shipped();
	const char *const *code = reply_templates_languages(templates);
	(void)state;

	for (; *code; code++) {
		ReplyFacts facts = facts_of(REPLY_SURVEY, *code);
		GMimeMessage *mail =
			compose(templates, &facts, &envelope_to_mari);
		g_autofree char *text = alternative(mail, 0);
		g_autofree char *html = alternative(mail, 1);
		for (int score = 1; score <= 5; score++) {
			g_autofree char *link = g_strdup_printf(
				"href=\"mailto:complaints%%2Bt-token@example."
				"com?subject=%d%%20%%5B%%237K3F-92QX%%5D\"",
				score);
			g_autofree char *line = g_strdup_printf("\n%d", score);
			assert_contains(html, link);
			assert_contains(text, line);
		}
		assert_contains(text, "\n5 = ");
		assert_contains(text, "\n1 = ");
		assert_lacks(html, "src=");
		g_object_unref(mail);
	}
}

static void test_the_status_holds_nobody_elses_words(void **state)
{
	static const char *const secrets[] = {"WORDS OF THE AGENT",
		"RESOLUTION", "REASON WORDS", "FIRST ANSWER", "SECOND ANSWER",
		"sorry to trouble", "An old case", "jaan@example.com"};
	static const ReplyEvent events[] = {
		{TUESDAY - 9000, "received"}, {TUESDAY - 60, "assigned"}};
	static const char *const states[] = {
		"open", "waiting", "resolved", "closed"};
	g_autoptr(ReplyTemplates) templates = load_shipped();
	const char *const *code = reply_templates_languages(templates);
	(void)state;

	for (; *code; code++) {
		for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
			ReplyFacts facts = facts_of(REPLY_STATUS, *code);
			facts.state = states[i];
			facts.resolution = "RESOLUTION";
			facts.events = events;
			facts.events_length = G_N_ELEMENTS(events);
			g_autofree char *text =
				render(templates, &facts, false);
			g_autofree char *html = render(templates, &facts, true);
			for (size_t j = 0; j < G_N_ELEMENTS(secrets); j++) {
				assert_lacks(text, secrets[j]);
				assert_lacks(html, secrets[j]);
			}
			/* The last step, and the promise while it is open. */
			assert_contains(text, "59");
			assert_true((i < 2) == !!strstr(text, "25"));
		}
	}
}

/* The first line of the body, as its reader sees it. */
static void assert_marker_first(const char *text, const char *html)
{
	const char *body = strstr(html, "<body");
	const char *shown = strstr(body, ANALYSIS_MARKER);

	assert_true(g_str_has_prefix(
		strstr(text, "\n\n") + 2, ANALYSIS_MARKER "\n"));
	assert_non_null(shown);
	assert_true(g_str_has_prefix(shown, ANALYSIS_MARKER "</p>"));
	assert_null(strstr(shown + 1, ANALYSIS_MARKER));
	/* Before it: tags, comments, nothing that is read. */
	g_autofree char *before = g_strndup(body, (gsize)(shown - body));
	g_autofree char *comment = g_strdup("");
	g_autoptr(GRegex) tags = g_regex_new("<[^>]*>", 0, 0, NULL);
	g_autofree char *left =
		g_regex_replace_literal(tags, before, -1, 0, "", 0, NULL);
	assert_string_equal(g_strstrip(left), comment);
}

static void test_mail_to_staff_begins_with_the_marker(void **state)
{
	static const char *const reasons[] = {NULL, "promise", "threat",
		"reopened", "agent", "impostor", "rating", "new", "added",
		"followup", "done", "help", "refused", "held", "encrypted",
		"empty"};
	g_autoptr(ReplyTemplates) templates = load_shipped();
	(void)state;

	for (int kind = REPLY_ESCALATION; kind < REPLY_KINDS; kind++) {
		for (size_t i = 0; i < G_N_ELEMENTS(reasons); i++) {
			ReplyFacts facts =
				facts_of((enum reply_kind)kind, "en");
			facts.reason = reasons[i];
			g_autofree char *text =
				render(templates, &facts, false);
			g_autofree char *html = render(templates, &facts, true);
			assert_marker_first(text, html);
			assert_contains(text, "7K3F-92QX");
			assert_lacks(text, "{{");
			assert_lacks(html, "{{");
			assert_true(strlen(html) < HTML_MOST_BYTES);
		}
	}
}

static void test_every_html_stays_small(void **state)
{
	g_autoptr(ReplyTemplates) templates = load_shipped();
	const char *const *code = reply_templates_languages(templates);
	(void)state;

	for (; *code; code++) {
		for (int kind = 0; kind < REPLY_ESCALATION; kind++) {
			ReplyFacts facts =
				facts_of((enum reply_kind)kind, *code);
			g_autofree char *html = render(templates, &facts, true);
			assert_true(strlen(html) < HTML_MOST_BYTES);
		}
	}
}

/* ---- to staff ---------------------------------------------------------- */

static void test_a_briefing_says_how_to_meet_each_kind(void **state)
{
	static const char *const kinds[] = {
		"meek", "aggressive", "high-roller", "rip-off", "chronic"};
	g_autoptr(ReplyTemplates) templates = load_shipped();
	g_autoptr(GHashTable) seen =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	(void)state;

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		ReplyFacts facts = facts_of(REPLY_BRIEFING, "en");
		facts.reason = "new";
		facts.complainer = kinds[i];
		facts.unproven = true;
		g_autofree char *text = render(templates, &facts, false);
		const char *advice = strstr(text, "How to meet them: ");
		assert_non_null(advice);
		g_hash_table_add(
			seen, g_strndup(advice, strcspn(advice, "\n")));
		assert_contains(text, "\n> It leaks.\n> Still.\n");
		assert_contains(text, "not proven");
		assert_contains(text, "1A2B-3C4E");
		assert_contains(text, "30 EUR");
		assert_contains(text, "\n#promise WHEN:");
	}
	assert_int_equal(g_hash_table_size(seen), G_N_ELEMENTS(kinds));
}

static void test_a_customers_words_are_cut_at_four_kilobytes(void **state)
{
	g_autoptr(ReplyTemplates) templates = load_shipped();
	GString *words = g_string_new(NULL);
	ReplyFacts facts = facts_of(REPLY_BRIEFING, "en");
	(void)state;

	while (words->len < 100 * 1024)
		g_string_append(words, "a漢");
	facts.customer_words = words->str;
	g_autofree char *text = render(templates, &facts, false);
	assert_true(g_utf8_validate(text, -1, NULL));
	assert_lacks(text, "\xef\xbf\xbd");
	assert_contains(text, "…\n");
	assert_true(strlen(text) < 4096 + 4000);
	g_string_free(words, TRUE);
}

static void test_a_refusal_shows_the_cause_the_cure_and_the_words(void **state)
{
	g_autoptr(ReplyTemplates) templates = load_shipped();
	ReplyFacts facts = facts_of(REPLY_COMMAND_RESULT, "en");
	(void)state;

	facts.reason = "refused";
	g_autofree char *text = render(templates, &facts, false);
	g_autofree char *html = render(templates, &facts, true);
	assert_contains(text, "NOTHING was sent to the customer");
	assert_contains(text, "#resolv: not done: there is no such command; "
			      "did you mean #resolve?");
	assert_contains(text, "#note: done\n  first <b>\n  second\n");
	/* Not as a quote: it is to be copied. */
	assert_contains(text, "\nWORDS OF THE AGENT.\n");
	assert_contains(html, "first &lt;b&gt;<br>");

	facts.reason = "held";
	g_autofree char *held = render(templates, &facts, false);
	assert_contains(held, "by jaan@example.com, Tuesday 24 November");
	assert_contains(held, "> FIRST ANSWER");
	assert_contains(held, "\nSECOND ANSWER\n");
}

static void test_help_lists_every_command(void **state)
{
	g_autoptr(ReplyTemplates) templates = load_shipped();
	ReplyFacts facts = facts_of(REPLY_COMMAND_RESULT, "en");
	(void)state;

	facts.reason = "help";
	g_autofree char *text = render(templates, &facts, false);
	for (size_t i = 0; i < reply_commands_length(); i++) {
		ReplyCommandHelp row = reply_commands_get(i);
		g_autofree char *line = g_strdup_printf("\n#%s%s%s: %s\n",
			row.name, *row.arguments ? " " : "", row.arguments,
			row.help);
		assert_contains(text, line);
	}
	assert_int_equal(reply_commands_length(), 20);
}

static void test_mail_to_staff_needs_no_ticket(void **state)
{
	g_autoptr(ReplyTemplates) templates = load_shipped();
	ReplyFacts facts = {.kind = REPLY_COMMAND_RESULT,
		.language = "en",
		.mailbox_name = "Example customer care",
		.mailbox_address = "complaints@example.com",
		.now_s = TUESDAY,
		.reason = "help"};
	g_autoptr(GError) error = NULL;
	(void)state;

	GMimeMessage *mail = compose(templates, &facts, &envelope_to_mari);
	assert_null(header(mail, "X-Redress-Ticket"));
	assert_true(g_str_has_prefix(
		g_mime_message_get_subject(mail), "About your mail"));
	assert_string_equal(header(mail, "Auto-Submitted"), "auto-replied");
	g_object_unref(mail);
	facts.kind = REPLY_REPLY;
	assert_null(reply_compose(
		templates, &facts, &envelope_to_mari, NULL, &error));
}

/* ---- words in HTML ----------------------------------------------------- */

static void test_only_safe_links_become_links(void **state)
{
	static const struct {
		const char *words;
		const char *html;
	} rows[] = {
		{"see https://example.com/a?b=1&c=2.",
			"see <a href=\"https://example.com/a?b=1&amp;c=2\">"
			"https://example.com/a?b=1&amp;c=2</a>.<br>"},
		{"(https://example.com/x)",
			"(<a href=\"https://example.com/x\">"
			"https://example.com/x</a>)<br>"},
		{"https://example.com/a_(b) https://example.org",
			"<a href=\"https://example.com/a_(b)\">"
			"https://example.com/a_(b)</a> <a "
			"href=\"https://example.org\">https://example.org"
			"</a><br>"},
		{"见https://example.com/x。谢谢",
			"见<a href=\"https://example.com/x\">"
			"https://example.com/x</a>。谢谢<br>"},
		{"http://example.com", "\nhttp://example.com<br>"},
		{"javascript:alert(1)", "\njavascript:alert(1)<br>"},
		{"https://\"onclick=\"x",
			"\nhttps://&quot;onclick=&quot;x<br>"},
		{"https://a\"onclick=\"x", "<a href=\"https://a\">https://a</a>"
					   "&quot;onclick=&quot;x<br>"},
		{"xhttps://example.com", "\nxhttps://example.com<br>"},
		{"one\n\n\n\ntwo", "one<br>\n<br>\ntwo<br>"},
		{"<b>https:</b>", "&lt;b&gt;https:&lt;/b&gt;<br>"},
	};
	g_autoptr(ReplyTemplates) templates = load_shipped();
	(void)state;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		ReplyFacts facts = facts_of(REPLY_REPLY, "en");
		facts.words = rows[i].words;
		g_autofree char *html = render(templates, &facts, true);
		assert_contains(html, rows[i].html);
	}
}

/* ---- the marker and canned answers in templates of others -------------- */

/* Loads the shipped templates with one file more; the path is below them. */
static ReplyTemplates *load_with(
	const char *path, const char *text, GError **error)
{
	g_autofree char *directory = g_dir_make_tmp("redress-XXXXXX", NULL);
	g_autofree char *file = g_build_filename(directory, path, NULL);
	g_autofree char *inner = g_path_get_dirname(file);
	g_autofree char *outer = g_path_get_dirname(inner);
	const char *const directories[] = {shipped, directory, NULL};

	assert_int_equal(g_mkdir_with_parents(inner, 0700), 0);
	assert_true(g_file_set_contents(file, text, -1, NULL));
	ReplyTemplates *templates = reply_templates_load(directories, error);
	g_unlink(file);
	g_rmdir(inner);
	g_rmdir(outer);
	g_rmdir(directory);
	return templates;
}

static void test_a_template_to_staff_without_the_marker_is_refused(void **state)
{
	static const struct {
		const char *file;
		const char *text;
		bool good;
	} rows[] = {
		{"en/nudge.txt", "Subject: x\n\n{{marker}}\n\nHi\n", true},
		{"en/nudge.txt", "Subject: x\n\n\n{{marker}}\nHi\n", true},
		{"en/nudge.txt", "Subject: x\n\nHi\n", false},
		{"en/nudge.txt", "Subject: x\n\nHi\n{{marker}}\n", false},
		{"en/nudge.txt", "Subject: x\n\n> {{marker}}\n", false},
		{"en/nudge.txt", "Subject: x\n\n{{marker}} Hi\n", false},
		{"en/briefing.txt",
			"Subject: x\n\n{{#vip}}\n{{marker}}\n{{/vip}}\n",
			false},
		{"en/briefing.html", "<body><p>{{marker}}</p><p>Hi</p>", true},
		{"en/briefing.html",
			"<body><div class=\"x\">\n{{marker}}\n"
			"</div><p>Hi</p>",
			true},
		{"en/briefing.html", "<body><p>{{marker}} Hi</p>", false},
		{"en/briefing.html", "<body><p>Hi</p>", false},
		{"fi/escalation.txt", "Subject: x\n\nHei\n", false},
		{"en/ack.txt", "Subject: x\n\n{{marker}}\n", false},
	};
	(void)state;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(ReplyTemplates) templates =
			load_with(rows[i].file, rows[i].text, &error);
		if (rows[i].good != (templates != NULL))
			fail_msg("row %zu: %s", i,
				error ? error->message : "taken");
		if (!rows[i].good)
			assert_contains(error->message, "marker");
	}
}

static void test_canned_answers_are_there_in_every_language(void **state)
{
	static const char *const names[] = {"apology", "delay", "need-details",
		"refund", "replacement", NULL};
	g_autoptr(ReplyTemplates) templates = load_shipped();
	const char *const *code = reply_templates_languages(templates);
	(void)state;

	for (const char *const *name = names; *name; name++)
		assert_true(g_strv_contains(
			reply_templates_canned(templates), *name));
	for (; *code; code++) {
		for (const char *const *name = names; *name; name++) {
			ReplyFacts facts = facts_of(REPLY_REPLY, *code);
			ReplyFacts english = facts_of(REPLY_REPLY, "en");
			g_autofree char *text = reply_render_canned(
				templates, &facts, *name, NULL);
			g_autofree char *other = reply_render_canned(
				templates, &english, *name, NULL);
			assert_non_null(text);
			assert_lacks(text, "{{");
			assert_true(strlen(text) > 60);
			assert_true(g_str_has_suffix(text, "\n"));
			assert_true(
				!strcmp(*code, "en") == !strcmp(text, other));
		}
		ReplyFacts facts = facts_of(REPLY_REPLY, *code);
		g_autofree char *details = reply_render_canned(
			templates, &facts, "need-details", NULL);
		assert_contains(details, "7K3F-92QX");
	}
}

static void test_a_canned_answer_is_overridden_and_checked(void **state)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(ReplyTemplates) more =
		load_with("canned/en/hello.txt", "Hi {{reference}}\n", &error);
	ReplyFacts facts = facts_of(REPLY_REPLY, "fi");
	(void)state;

	assert_non_null(more);
	/* What Finnish lacks is said in English. */
	g_autofree char *text =
		reply_render_canned(more, &facts, "hello", &error);
	assert_string_equal(text, "Hi 7K3F-92QX\n");
	assert_null(reply_render_canned(more, &facts, "../ack", &error));
	assert_true(
		g_error_matches(error, REPLY_ERROR, REDRESS_ERROR_NOT_FOUND));
	assert_contains(error->message, "apology ");
	assert_contains(error->message, " hello");

	static const struct {
		const char *file;
		const char *text;
		const char *said;
	} bad[] = {
		{"canned/en/a.txt", "{{nothing}}", "unknown variable"},
		{"canned/en/a.txt", "{{customer_words}}", "to staff alone"},
		{"canned/en/a.txt", "Subject: x\n\nHi\n", "has no subject"},
		{"canned/en/a.txt", "{{> footer}}", "no partial"},
		{"canned/en/A b.txt", "Hi", "small letters"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) cause = NULL;
		assert_null(load_with(bad[i].file, bad[i].text, &cause));
		assert_contains(cause->message, bad[i].said);
	}
}

static void test_an_answer_with_a_place_to_fill_in_is_not_mailed(void **state)
{
	g_autoptr(GError) error = NULL, missing = NULL, foreign = NULL;
	g_autoptr(ReplyTemplates) templates = load_with("canned/en/hello.txt",
		"Write to [[your postal address]].\n", NULL);
	g_autoptr(ReplyTemplates) other = load_with("canned/fi/apology.txt",
		"[[yrityksen nimi]] pahoittelee.\n", NULL);
	g_autoptr(ReplyTemplates) good = load_with("canned/en/hello.txt",
		"A list [1], and more ]] or [[.\n", NULL);
	ReplyFacts facts = facts_of(REPLY_REPLY, "en");
	(void)state;

	assert_null(reply_render_canned(templates, &facts, "hello", &error));
	assert_true(g_error_matches(error, REPLY_ERROR, REDRESS_ERROR_INVALID));
	assert_contains(error->message, "\"[[your postal address]]\"");
	assert_contains(error->message, "canned/en/hello.txt");
	assert_false(reply_check_canned(templates, "hello", NULL));
	assert_true(reply_check_canned(templates, "apology", NULL));
	assert_false(reply_check_canned(templates, "nothing", &missing));
	assert_true(
		g_error_matches(missing, REPLY_ERROR, REDRESS_ERROR_NOT_FOUND));
	assert_false(reply_check_canned(other, "apology", &foreign));
	assert_contains(foreign->message, "canned/fi/apology.txt");
	assert_true(reply_check_canned(good, "hello", NULL));
}

/* ---- attachments ------------------------------------------------------- */

static const char plain_mail[] = "From: a@example.org\r\nSubject: x\r\n\r\n"
				 "From here on.\r\n.\r\nBye\r\n";
static const char raw_mail[] = "Subject: \xc3\xa4\n\nBye\n";

static void test_attachments_arrive_as_they_were(void **state)
{
	static const struct {
		const char *name, *type, *content_id, *bytes;
		size_t length;
		const char *sent_type, *sent_name, *disposition;
		GMimeContentEncoding encoding;
	} rows[] = {
		{"photo.png", "image/png", "part1@example.com", "\x89PNG\0\n",
			6, "image/png", "photo.png", "inline",
			GMIME_CONTENT_ENCODING_BASE64},
		{"Arve – õige.pdf", "application/pdf", NULL, "%PDF\r\n\0\xff",
			8, "application/pdf", "Arve – õige.pdf", "attachment",
			GMIME_CONTENT_ENCODING_BASE64},
		{"发票.txt", "text/plain", NULL, "一\n二\r\n三", 12,
			"text/plain", "发票.txt", "attachment",
			GMIME_CONTENT_ENCODING_BASE64},
		{"a mail", "message/rfc822", NULL, plain_mail,
			sizeof(plain_mail) - 1, "message/rfc822", "a mail.eml",
			"attachment", GMIME_CONTENT_ENCODING_7BIT},
		{NULL, "message/rfc822", NULL, raw_mail, sizeof(raw_mail) - 1,
			"application/octet-stream", "message.eml", "attachment",
			GMIME_CONTENT_ENCODING_BASE64},
		{"../../etc/passwd\r\nX-Evil: 1", "multipart/mixed", NULL, "x",
			1, "application/octet-stream",
			"_._.._etc_passwd X-Evil_ 1", "attachment",
			GMIME_CONTENT_ENCODING_BASE64},
		{NULL, "im\r\nage/x", "a\r\nb", "", 0,
			"application/octet-stream", "attachment", "attachment",
			GMIME_CONTENT_ENCODING_BASE64},
	};
	g_autoptr(ReplyTemplates) templates = load_shipped();
	g_autoptr(GPtrArray) list = g_ptr_array_new();
	MessageAttachment attachments[G_N_ELEMENTS(rows)];
	ReplyFacts facts = facts_of(REPLY_REPLY, "en");
	ReplyEnvelope envelope = envelope_to_mari;
	(void)state;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		attachments[i] = (MessageAttachment){(char *)rows[i].name,
			(char *)rows[i].type, (char *)rows[i].content_id,
			g_bytes_new_static(rows[i].bytes, rows[i].length)};
		g_ptr_array_add(list, &attachments[i]);
	}
	envelope.attachments = list;
	GMimeMessage *mail = compose(templates, &facts, &envelope);
	GMimeObject *mixed = g_mime_message_get_mime_part(mail);
	assert_int_equal(g_mime_multipart_get_count(GMIME_MULTIPART(mixed)),
		1 + G_N_ELEMENTS(rows));
	assert_null(header(mail, "X-Evil"));
	g_autofree char *text = alternative(mail, 0);
	assert_contains(text, "WORDS OF THE AGENT");

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		GMimeObject *part = child(mixed, (int)i + 1);
		g_autofree char *type = g_mime_content_type_get_mime_type(
			g_mime_object_get_content_type(part));
		assert_string_equal(type, rows[i].sent_type);
		assert_string_equal(g_mime_object_get_disposition(part),
			rows[i].disposition);
		assert_string_equal(
			g_mime_object_get_content_disposition_parameter(
				part, "filename"),
			rows[i].sent_name);
		assert_string_equal(
			g_mime_object_get_content_type_parameter(part, "name"),
			rows[i].sent_name);
		g_bytes_unref(attachments[i].bytes);
		if (GMIME_IS_MESSAGE_PART(part))
			continue;
		g_autoptr(GByteArray) bytes = content(part);
		assert_int_equal(
			g_mime_part_get_content_encoding(GMIME_PART(part)),
			rows[i].encoding);
		assert_int_equal(bytes->len, rows[i].length);
		if (bytes->len > 0)
			assert_memory_equal(
				bytes->data, rows[i].bytes, bytes->len);
	}
	assert_string_equal(g_mime_object_get_content_id(child(mixed, 1)),
		"part1@example.com");
	g_object_unref(mail);
}

/* A mail that is carried as one is there byte for byte, with no encoding. */
static void test_an_attached_mail_is_not_touched(void **state)
{
	g_autoptr(ReplyTemplates) templates = load_shipped();
	g_autoptr(GPtrArray) list = g_ptr_array_new();
	MessageAttachment attachment = {NULL, (char *)"message/rfc822", NULL,
		g_bytes_new_static(plain_mail, sizeof(plain_mail) - 1)};
	ReplyFacts facts = facts_of(REPLY_REPLY, "en");
	ReplyEnvelope envelope = envelope_to_mari;
	(void)state;

	g_ptr_array_add(list, &attachment);
	envelope.attachments = list;
	g_autoptr(GBytes) bytes =
		reply_compose(templates, &facts, &envelope, NULL, NULL);
	gsize length = 0;
	const char *data = g_bytes_get_data(bytes, &length);
	g_autofree char *mail = g_strndup(data, length);
	assert_contains(mail, plain_mail);
	g_bytes_unref(attachment.bytes);
}

static void test_a_long_name_keeps_its_extension(void **state)
{
	g_autoptr(ReplyTemplates) templates = load_shipped();
	g_autoptr(GPtrArray) list = g_ptr_array_new();
	g_autoptr(GString) name = g_string_new(NULL);
	ReplyFacts facts = facts_of(REPLY_REPLY, "en");
	ReplyEnvelope envelope = envelope_to_mari;
	(void)state;

	while (name->len < 600)
		g_string_append(name, "ö");
	g_string_append(name, ".xlsx");
	MessageAttachment attachment = {name->str, (char *)"application/x",
		NULL, g_bytes_new_static("x", 1)};
	g_ptr_array_add(list, &attachment);
	envelope.attachments = list;
	GMimeMessage *mail = compose(templates, &facts, &envelope);
	const char *sent = g_mime_object_get_content_disposition_parameter(
		child(g_mime_message_get_mime_part(mail), 1), "filename");
	assert_true(g_str_has_suffix(sent, "ö.xlsx"));
	assert_int_equal(g_utf8_strlen(sent, -1), 100);
	g_object_unref(mail);
	g_bytes_unref(attachment.bytes);
}

/* ---- private addresses ------------------------------------------------- */

static const char *const agents[] = {
	"mari.agent@example.com", "põder@näide.ee", NULL};

static void test_a_private_address_is_told_as_ours(void **state)
{
	static const struct {
		const char *words;
		const char *told;
	} rows[] = {
		{"write to mari.agent@example.com.",
			"write to complaints@example.com."},
		{"<Mari.Agent@EXAMPLE.com>", "<complaints@example.com>"},
		{"mailto:mari.agent@example.com?subject=x",
			"mailto:complaints@example.com?subject=x"},
		{"https://example.com/?to=mari.agent%40example.com",
			"https://example.com/?to=complaints@example.com"},
		{"mari.agent@example.com,mari.agent@example.com",
			"complaints@example.com,complaints@example.com"},
		{"mari.agent@example.com.\nBye",
			"complaints@example.com.\nBye"},
		{"邮箱mari.agent@example.com。",
			"邮箱complaints@example.com。"},
		{"-mari.agent@example.com", "-complaints@example.com"},
		{"põder@näide.ee", "complaints@example.com"},
		/* Somebody else's. */
		{"anna-mari.agent@example.com", "anna-mari.agent@example.com"},
		{"mari.agent@example.community",
			"mari.agent@example.community"},
	};
	g_autoptr(ReplyTemplates) templates = load_shipped();
	ReplyEnvelope envelope = envelope_to_mari;
	(void)state;

	envelope.private_addresses = agents;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		ReplyFacts facts = facts_of(REPLY_REPLY, "en");
		facts.words = rows[i].words;
		GMimeMessage *mail = compose(templates, &facts, &envelope);
		g_autofree char *text = alternative(mail, 0);
		g_autofree char *line = g_strconcat(rows[i].told, "\n", NULL);
		if (!g_str_has_prefix(text, line))
			fail_msg("row %zu: %s", i, text);
		g_object_unref(mail);
	}
}

/* Wherever an agent's address stands in what is told, it is nowhere in the
 * mail. */
static void test_no_private_address_is_in_any_mail(void **state)
{
	g_autoptr(ReplyTemplates) templates = load_shipped();
	const char *const *code = reply_templates_languages(templates);
	const char *said = "Mari <mari.agent@example.com>";
	const char *const ids[] = {"mari.agent@example.com", NULL};
	const char *const asked[] = {"Which one?", said, NULL};
	(void)state;

	for (; *code; code++) {
		for (int kind = 0; kind < REPLY_ESCALATION; kind++) {
			ReplyFacts facts =
				facts_of((enum reply_kind)kind, *code);
			ReplyEnvelope envelope = envelope_to_mari;
			facts.words = facts.resolution = facts.subject = said;
			facts.customer_name = facts.assignee = said;
			facts.questions = asked;
			envelope.subject = envelope.to_name = said;
			envelope.references = ids;
			envelope.in_reply_to = ids[0];
			envelope.private_addresses = agents;
			GMimeMessage *mail =
				compose(templates, &facts, &envelope);
			g_autofree char *text = alternative(mail, 0);
			g_autofree char *html = alternative(mail, 1);
			g_autofree char *head = g_mime_object_get_headers(
				GMIME_OBJECT(mail), NULL);
			assert_lacks(text, "mari.agent");
			assert_lacks(html, "mari.agent");
			assert_lacks(head, "mari.agent");
			assert_lacks(
				g_mime_message_get_subject(mail), "mari.agent");
			g_object_unref(mail);
		}
	}
}

static void test_what_cannot_be_hidden_is_not_composed(void **state)
{
	static const char *const words[] = {
		"mari.agent@exa\xe2\x80\x8bmple.com", /* a zero width space */
		"mari.agent＠example.com",
		"PÕDER@NÄIDE.EE",
	};
	static const char *const files[] = {"Contact: MARI.agent@example.com\n",
		"x\0mari.agent@example.com"};
	g_autoptr(ReplyTemplates) templates = load_shipped();
	ReplyEnvelope envelope = envelope_to_mari;
	(void)state;

	envelope.private_addresses = agents;
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		ReplyFacts facts = facts_of(REPLY_REPLY, "en");
		g_autoptr(GError) error = NULL;
		facts.words = words[i];
		assert_null(reply_compose(
			templates, &facts, &envelope, NULL, &error));
		assert_true(g_error_matches(
			error, REPLY_ERROR, REDRESS_ERROR_INVALID));
	}
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		ReplyFacts facts = facts_of(REPLY_REPLY, "en");
		g_autoptr(GPtrArray) list = g_ptr_array_new();
		g_autoptr(GError) error = NULL;
		MessageAttachment attachment = {(char *)"a.bin",
			(char *)"application/x", NULL,
			g_bytes_new_static(
				files[i], i == 0 ? strlen(files[0]) : 24)};
		g_ptr_array_add(list, &attachment);
		envelope.attachments = list;
		assert_null(reply_compose(
			templates, &facts, &envelope, NULL, &error));
		assert_contains(error->message, "a.bin");
		g_bytes_unref(attachment.bytes);
	}
}

/* Even where nobody said that it is private. */
static void test_an_assignee_is_told_by_name_alone(void **state)
{
	g_autoptr(ReplyTemplates) templates = load_shipped();
	ReplyFacts facts = facts_of(REPLY_STATUS, "en");
	(void)state;

	g_autofree char *name = render(templates, &facts, false);
	assert_contains(name, "looking after it: Jaan\n");
	facts.assignee = "jaan@example.com";
	g_autofree char *address = render(templates, &facts, false);
	assert_contains(address, "looking after it: Example customer care\n");
	facts.kind = REPLY_BRIEFING;
	g_autofree char *staff = render(templates, &facts, false);
	assert_contains(staff, "Who has it: jaan@example.com\n");
}

/* An agent who complains gets answers like anybody. */
static void test_the_readers_own_address_is_no_secret(void **state)
{
	static const char *const own[] = {"Mari@Example.org",
		"complaints@example.com", "no address", "", NULL};
	g_autoptr(ReplyTemplates) templates = load_shipped();
	ReplyFacts facts = facts_of(REPLY_REPLY, "en");
	ReplyEnvelope envelope = envelope_to_mari;
	(void)state;

	envelope.private_addresses = own;
	facts.words = "You wrote from mari@example.org.";
	GMimeMessage *mail = compose(templates, &facts, &envelope);
	g_autofree char *text = alternative(mail, 0);
	assert_contains(text, "from mari@example.org.");
	g_object_unref(mail);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_an_agents_words_are_all_of_a_reply_in_every_language),
		cmocka_unit_test(
			test_words_take_the_place_of_the_stock_sentences),
		cmocka_unit_test(test_a_resolution_says_whose_word_it_is),
		cmocka_unit_test(test_a_survey_asks_for_one_click_or_a_figure),
		cmocka_unit_test(test_the_status_holds_nobody_elses_words),
		cmocka_unit_test(test_mail_to_staff_begins_with_the_marker),
		cmocka_unit_test(test_every_html_stays_small),
		cmocka_unit_test(test_a_briefing_says_how_to_meet_each_kind),
		cmocka_unit_test(
			test_a_customers_words_are_cut_at_four_kilobytes),
		cmocka_unit_test(
			test_a_refusal_shows_the_cause_the_cure_and_the_words),
		cmocka_unit_test(test_help_lists_every_command),
		cmocka_unit_test(test_mail_to_staff_needs_no_ticket),
		cmocka_unit_test(test_only_safe_links_become_links),
		cmocka_unit_test(
			test_a_template_to_staff_without_the_marker_is_refused),
		cmocka_unit_test(
			test_canned_answers_are_there_in_every_language),
		cmocka_unit_test(
			test_a_canned_answer_is_overridden_and_checked),
		cmocka_unit_test(
			test_an_answer_with_a_place_to_fill_in_is_not_mailed),
		cmocka_unit_test(test_attachments_arrive_as_they_were),
		cmocka_unit_test(test_an_attached_mail_is_not_touched),
		cmocka_unit_test(test_a_long_name_keeps_its_extension),
		cmocka_unit_test(test_a_private_address_is_told_as_ours),
		cmocka_unit_test(test_no_private_address_is_in_any_mail),
		cmocka_unit_test(test_what_cannot_be_hidden_is_not_composed),
		cmocka_unit_test(test_an_assignee_is_told_by_name_alone),
		cmocka_unit_test(test_the_readers_own_address_is_no_secret),
	};
	g_mime_init();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	g_mime_shutdown();
	return failed;
}
