/* What is told of templates that are sound: see redress-templates(5). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include <redress/reply.h>

static const char shipped[] = REDRESS_SOURCE_DIR "/templates";

typedef GPtrArray *(*Look)(const ReplyTemplates *templates);

/* A folder of an administrator's own, and the templates with it. */
typedef struct Own Own;
struct Own {
	char *directory;
	ReplyTemplates *templates;
};

static void own_begin(Own *own)
{
	*own = (Own){g_dir_make_tmp("redress-XXXXXX", NULL), NULL};
}

static void own_write(Own *own, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(own->directory, name, NULL);
	g_autofree char *folder = g_path_get_dirname(path);

	assert_int_equal(g_mkdir_with_parents(folder, 0700), 0);
	assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void own_load(Own *own)
{
	const char *const directories[] = {shipped, own->directory, NULL};
	g_autoptr(GError) error = NULL;

	own->templates = reply_templates_load(directories, &error);
	if (!own->templates)
		fail_msg("%s", error->message);
}

static void remove_all(const char *path)
{
	g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
	const char *name;

	while (folder && (name = g_dir_read_name(folder))) {
		g_autofree char *inner = g_build_filename(path, name, NULL);
		remove_all(inner);
	}
	g_remove(path);
}

static void own_end(Own *own)
{
	reply_templates_free(own->templates);
	remove_all(own->directory);
	g_free(own->directory);
}

/* A remark on a file whose path ends so, with these words; NULL if none. */
static const ReplyRemark *find(
	const GPtrArray *remarks, const char *file, const char *words)
{
	for (guint i = 0; i < remarks->len; i++) {
		const ReplyRemark *remark = g_ptr_array_index(remarks, i);
		if (g_str_has_suffix(remark->file, file) &&
			strstr(remark->words, words))
			return remark;
	}
	return NULL;
}

static void assert_told(
	const GPtrArray *remarks, const char *file, const char *words)
{
	if (find(remarks, file, words))
		return;
	for (guint i = 0; i < remarks->len; i++) {
		const ReplyRemark *remark = g_ptr_array_index(remarks, i);
		print_message("%s: %s\n", remark->file, remark->words);
	}
	fail_msg("nothing says of %s: %s", file, words);
}

static void assert_not_told(
	const GPtrArray *remarks, const char *file, const char *words)
{
	const ReplyRemark *remark = find(remarks, file, words);

	if (remark)
		fail_msg("%s: %s", remark->file, remark->words);
}

/* What is said if this one file is the administrator's own. */
static GPtrArray *look_with(Look look, const char *name, const char *text)
{
	Own own;

	own_begin(&own);
	own_write(&own, name, text);
	own_load(&own);
	GPtrArray *remarks = look(own.templates);
	own_end(&own);
	return remarks;
}

/* A shipped template with one piece of it replaced. */
static char *change(const char *name, const char *from, const char *to)
{
	g_autofree char *path = g_build_filename(shipped, name, NULL);
	g_autofree char *text = NULL;

	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	g_auto(GStrv) pieces = g_strsplit(text, from, -1);
	assert_true(g_strv_length(pieces) > 1);
	return g_strjoinv(to, pieces);
}

/* ---- what is shipped --------------------------------------------------- */

static bool has_tone(const char *code)
{
	g_autofree char *name = g_strconcat(code, ".txt", NULL);
	g_autofree char *path = g_build_filename(shipped, "tone", name, NULL);

	return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* A language whose words of tone are there is held to all of it. */
static void test_no_fault_is_found_with_what_is_shipped(void **state)
{
	static const Look looks[] = {reply_templates_compare,
		reply_templates_check_tone, reply_templates_check_files};
	const char *const directories[] = {shipped, NULL};
	g_autoptr(ReplyTemplates) templates =
		reply_templates_load(directories, NULL);
	const char *const *codes = reply_templates_languages(templates);
	(void)state;

	assert_true(has_tone("en"));
	for (size_t i = 0; i < G_N_ELEMENTS(looks); i++) {
		g_autoptr(GPtrArray) remarks = looks[i](templates);
		for (const char *const *code = codes; *code; code++) {
			g_autofree char *folder =
				g_strdup_printf("/%s/", *code);
			for (guint j = 0; has_tone(*code) && j < remarks->len;
				j++) {
				const ReplyRemark *remark =
					g_ptr_array_index(remarks, j);
				if (strstr(remark->file, folder) ||
					strcmp(remark->file, *code) == 0)
					fail_msg("%s: %s", remark->file,
						remark->words);
			}
		}
	}
}

/* ---- languages, and the two forms -------------------------------------- */

static void test_what_a_language_lacks_or_has_besides_is_named(void **state)
{
	Own own;
	(void)state;

	own_begin(&own);
	own_write(&own, "nl/aftercare.txt",
		"Subject: x\n\n{{! slot: thanks }}\nDank.\n"
		"{{! slot: invite }}\n{{opened_time}} {{reference}}\n");
	own_load(&own);
	g_autoptr(GPtrArray) remarks = reply_templates_compare(own.templates);
	assert_told(remarks, "nl/aftercare.txt",
		"lacks English's variables: customer_name, mailbox_address");
	assert_told(remarks, "nl/aftercare.txt",
		"lacks English's slots: about, closing, person-reads, "
		"question, reference, reopen");
	assert_told(remarks, "nl/aftercare.txt",
		"has, and English has not, variables: opened_time");
	assert_told(remarks, "nl/aftercare.txt",
		"has, and English has not, slots: invite");
	assert_not_told(remarks, "nl/aftercare.html", "");
	own_end(&own);
}

/* But for what its grammar needs. */
static void test_a_language_with_the_same_names_is_not_named(void **state)
{
	g_autofree char *text = change("en/aftercare.txt", "Some time ago",
		"{{#message_one}}F\xc3\xb6r{{/message_one}}");
	g_autofree char *greeting = change("en/_greeting.txt", "Dear", "Hej");
	g_autofree char *footer =
		change("en/_footer.txt", "Kind regards", "Med");
	g_autofree char *reference =
		change("en/_reference.txt", "Your reference", "Referens");
	Own own;
	(void)state;

	own_begin(&own);
	own_write(&own, "nl/aftercare.txt", text);
	own_write(&own, "nl/_greeting.txt", greeting);
	own_write(&own, "nl/_footer.txt", footer);
	own_write(&own, "nl/_reference.txt", reference);
	own_load(&own);
	g_autoptr(GPtrArray) remarks = reply_templates_compare(own.templates);
	assert_not_told(remarks, "nl/aftercare.txt", "");
	own_end(&own);
}

static void test_a_text_and_its_html_are_compared(void **state)
{
	g_autofree char *html = change(
		"en/late.html", "{{! slot: reason }}", "{{opened_time}}");
	g_autoptr(GPtrArray) remarks =
		look_with(reply_templates_compare, "en/late.html", html);
	(void)state;

	assert_told(remarks, "en/late.html", "lacks its text's slots: reason");
	assert_told(remarks, "en/late.html",
		"has, and its text has not, variables: opened_time");
	assert_not_told(remarks, "en/ack.html", "");
}

static void test_what_a_partial_lacks_its_mails_lack(void **state)
{
	g_autofree char *partial = change(
		"en/_status_word.txt", "{{! slot: status-word }}", "{{! }}");
	g_autoptr(GPtrArray) remarks = look_with(
		reply_templates_compare, "en/_status_word.txt", partial);
	(void)state;

	assert_told(remarks, "en/ack.html",
		"has, and its text has not, slots: status-word");
	assert_told(remarks, "en/reply.html", "slots: status-word");
	assert_not_told(remarks, "en/survey.html", "");
}

static void test_a_slot_that_does_not_exist_is_named(void **state)
{
	g_autofree char *text =
		change("en/_footer.txt", "slot: closing", "slot: close");
	g_autoptr(GPtrArray) remarks =
		look_with(reply_templates_compare, "en/_footer.txt", text);
	(void)state;

	assert_told(remarks, "en/_footer.txt",
		"line 1: there is no slot \"close\"");
}

static void test_slots_have_names_and_meanings(void **state)
{
	(void)state;

	assert_true(reply_slots_length() > 10);
	for (size_t i = 0; i < reply_slots_length(); i++) {
		assert_true(*reply_slots_get(i).name);
		assert_true(*reply_slots_get(i).meaning);
	}
}

/* A slot is a comment: nobody reads it, and it takes its line with it. */
static void test_a_slot_leaves_no_trace(void **state)
{
	ReplyFacts facts = {.kind = REPLY_ACK, .language = "en"};
	Own own;
	(void)state;

	own_begin(&own);
	own_write(&own, "en/ack.txt",
		"Subject: x\n\n  {{! slot: thanks }}\nA{{! slot: regret }}B\n"
		"{{! slot: next-step}}C\n");
	own_load(&own);
	g_autofree char *text =
		reply_render(own.templates, &facts, false, NULL);
	assert_string_equal(text, "Subject: x\n\nAB\nC\n");
	own_end(&own);
}

/* ---- where nobody looks ------------------------------------------------- */

static void test_what_is_used_for_nothing_is_told(void **state)
{
	static const struct {
		const char *name, *unused;
	} rows[] = {
		{"pt-BR/ack.txt", "pt-BR"},
		{"English/ack.txt", "English"},
		{"ack.txt", "ack.txt"},
		{"_footer.html", "_footer.html"},
		{"et/ack.htm", "et/ack.htm"},
		{"et/late", "et/late"},
		{"et/_footer.TXT", "et/_footer.TXT"},
		{"common/_head.htm", "common/_head.htm"},
		{"README.txt", NULL},
		{"et/ack.txt~", NULL},
		{"et/ack.txt.bak", NULL},
		{"et/.ack.txt.swp", NULL},
		{"et/README.md", NULL},
	};
	(void)state;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GPtrArray) remarks =
			look_with(reply_templates_check_files, rows[i].name,
				"Subject: x\n\nx\n");
		if (rows[i].unused)
			assert_told(
				remarks, rows[i].unused, "used for nothing");
		else
			assert_not_told(remarks, "", "used for nothing");
	}
}

static void test_a_file_may_begin_with_a_byte_order_mark(void **state)
{
	ReplyFacts facts = {.kind = REPLY_ACK, .language = "en"};
	Own own;
	(void)state;

	own_begin(&own);
	own_write(&own, "en/ack.txt", "\xEF\xBB\xBFSubject: x\n\nA\n");
	own_load(&own);
	g_autofree char *text =
		reply_render(own.templates, &facts, false, NULL);
	assert_string_equal(text, "Subject: x\n\nA\n");
	own_end(&own);
}

/* ---- tone -------------------------------------------------------------- */

static void test_what_a_mail_owes_and_lacks_is_named(void **state)
{
	static const struct {
		const char *name;
		const char *text;
		const char *said;
		const char *not_said;
	} rows[] = {
		{"en/ack.txt",
			"What happens next: {{promised_time}}. Reply to this "
			"message.\n{{reference}}\n",
			"lacks thanks", "lacks the"},
		{"en/ack.txt",
			"Thank you. What happens next: {{promised_time}}. "
			"Reply to this message.\n",
			"lacks the reference", "lacks thanks"},
		{"en/ack.txt",
			"Thank you. What happens next: soon. Reply to this "
			"message.\n{{reference}}\n",
			"lacks a concrete time", "lacks thanks"},
		{"en/ack.txt",
			"Thank you. Until {{promised_time}}. Reply to this "
			"message.\n{{reference}}\n",
			"lacks what happens next", "lacks a way"},
		{"en/ack.txt",
			"THANK  YOU. What happens next: {{next_update_time}}"
			"\n{{reference}}\n",
			"lacks a way to answer", "lacks thanks"},
		{"en/ack.html",
			"<body>Thank you. You should have known: what happens "
			"next is on {{promised_time}}. Reply to <b>this</b> "
			"message.\n{{reference}}\n",
			"blames the customer: \"you should have\"", "lacks"},
		/* Nobody reads what is in the head. */
		{"en/ack.html",
			"<title>Thank you</title><body>What happens next: "
			"{{promised_time}}. Reply to this message. "
			"{{reference}}\n",
			"lacks thanks", "lacks a"},
		/* No time is owed in a survey. */
		{"en/survey.txt", "Thanks. Just reply.\n",
			"lacks the reference", "time"},
	};
	(void)state;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		bool html = g_str_has_suffix(rows[i].name, "html");
		g_autofree char *text =
			g_strconcat(html ? "" : "Subject: Thank you\n\n",
				rows[i].text, NULL);
		g_autoptr(GPtrArray) remarks = look_with(
			reply_templates_check_tone, rows[i].name, text);
		assert_told(remarks, rows[i].name, rows[i].said);
		assert_not_told(remarks, rows[i].name, rows[i].not_said);
	}
}

static void test_a_fault_of_one_manner_is_named_with_it(void **state)
{
	g_autofree char *text =
		change("en/_ack_thanks.txt", "Thank you for turning", "Turn");
	g_autoptr(GPtrArray) remarks = look_with(
		reply_templates_check_tone, "en/_ack_thanks.txt", text);
	(void)state;

	assert_told(remarks, "en/ack.txt", "lacks thanks where {{#patient}}");
	assert_not_told(remarks, "en/ack.html", "");
}

static void test_words_are_whole_words_unless_they_end_in_a_star(void **state)
{
	static const struct {
		const char *name;
		const char *words;
		const char *file; /* where it is found; NULL: nowhere */
	} rows[] = {
		{"tone/en.txt", "blame: troub\n", NULL},
		{"tone/en.txt", "blame: roubl*\n", NULL},
		{"tone/en.txt", "# ours\n\nblame: a b c, TROUB*\n",
			"en/ack.txt"},
		{"tone/en.txt", "blame: trouble\n", "en/ack.html"},
		/* Of full width, as Chinese keyboards write it. */
		{"tone/en.txt", "blame: ｔｒｏｕｂｌｅ\n", "en/ack.html"},
		/* No blanks stand between words, so any place will do. */
		{"tone/zh.txt", "blame: 系\n", "zh/ack.txt"},
	};
	(void)state;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		Own own;
		own_begin(&own);
		own_write(&own, rows[i].name, rows[i].words);
		if (g_str_has_prefix(rows[i].name, "tone/zh"))
			own_write(&own, "zh/ack.txt",
				"Subject: x\n\n我们会尽快联系您。\n");
		own_load(&own);
		g_autoptr(GPtrArray) remarks =
			reply_templates_check_tone(own.templates);
		if (rows[i].file)
			assert_told(remarks, rows[i].file, "blames");
		else
			assert_not_told(remarks, "en/ack.txt", "blames");
		own_end(&own);
	}
}

static void test_a_language_without_words_is_said_to_be_unchecked(void **state)
{
	static const char *const directories[] = {shipped, NULL};
	Own own;
	(void)state;

	own_begin(&own);
	/* Another language, all of it English, with one list of its own. */
	for (int kind = 0; kind < REPLY_ESCALATION; kind++) {
		const char *name = reply_kind_name((enum reply_kind)kind);
		g_autofree char *text = g_strdup_printf("xx/%s.txt", name);
		g_autofree char *html = g_strdup_printf("xx/%s.html", name);
		own_write(&own, text, "Subject: x\n\nx\n");
		own_write(&own, html, "<body>x\n");
	}
	own_load(&own);
	g_autoptr(GPtrArray) none = reply_templates_check_tone(own.templates);
	assert_told(none, "xx", "is not checked for its tone");
	assert_not_told(none, "xx/ack.txt", "");
	own_write(&own, "tone/xx.txt", "thanks: tack\n");
	g_clear_pointer(&own.templates, reply_templates_free);
	own_load(&own);
	g_autoptr(GPtrArray) some = reply_templates_check_tone(own.templates);
	assert_told(some, "xx", "is not checked for \"blame\"");
	assert_told(some, "xx/ack.txt", "lacks thanks");
	assert_not_told(some, "xx/ack.txt", "a way to answer");
	own_end(&own);
	g_autoptr(ReplyTemplates) templates =
		reply_templates_load(directories, NULL);
	g_autoptr(GPtrArray) ours = reply_templates_check_tone(templates);
	assert_not_told(ours, "en", "");
}

static void test_a_line_of_tone_that_means_nothing_is_named(void **state)
{
	g_autoptr(GPtrArray) remarks = look_with(reply_templates_check_tone,
		"tone/en.txt", "# ours\nblame you\n");
	(void)state;

	assert_told(remarks, "tone/en.txt", "tone/en.txt:2: a line is");
}

/* ---- which file is used ------------------------------------------------ */

static const ReplyTemplateFile *find_entry(const GPtrArray *entries,
	const char *language, const char *name, bool html)
{
	for (guint i = 0; i < entries->len; i++) {
		const ReplyTemplateFile *file = g_ptr_array_index(entries, i);
		if (strcmp(file->language, language) == 0 &&
			strcmp(file->name, name) == 0 && file->html == html)
			return file;
	}
	return NULL;
}

static void test_each_file_is_listed_with_what_it_hides(void **state)
{
	Own own;
	(void)state;

	own_begin(&own);
	own_write(&own, "en/late.txt", "Subject: x\n\nx\n");
	own_write(&own, "nl/ack.txt", "Subject: x\n\nx\n");
	own_write(&own, "common/_tail.html", "</body>\n");
	own_write(&own, "canned/fi/refund.txt", "Ours.\n");
	own_load(&own);
	g_autoptr(GPtrArray) entries = reply_templates_files(own.templates);
	const ReplyTemplateFile *late =
		find_entry(entries, "en", "late", false);
	const ReplyTemplateFile *html = find_entry(entries, "en", "late", true);
	const ReplyTemplateFile *missing =
		find_entry(entries, "nl", "late", false);
	const ReplyTemplateFile *tail =
		find_entry(entries, "common", "_tail", true);
	const ReplyTemplateFile *refund =
		find_entry(entries, "fi", "canned/refund", false);
	const ReplyTemplateFile *greeting =
		find_entry(entries, "en", "_greeting", false);

	assert_true(g_str_has_prefix(late->path, own.directory));
	assert_int_equal(late->kind, REPLY_LATE);
	assert_int_equal(g_strv_length(late->hidden), 1);
	assert_true(g_str_has_prefix(late->hidden[0], shipped));
	assert_int_equal(g_strv_length(html->hidden), 0);
	assert_null(missing->path);
	assert_int_equal(g_strv_length(tail->hidden), 1);
	assert_int_equal(greeting->what, REPLY_FILE_PARTIAL);
	assert_int_equal(late->what, REPLY_FILE_MAIL);
	assert_int_equal(refund->what, REPLY_FILE_CANNED);
	assert_true(g_str_has_prefix(refund->path, own.directory));
	assert_int_equal(g_strv_length(refund->hidden), 1);
	assert_null(find_entry(entries, "en", "_tail", true));
	own_end(&own);
}

static void test_ones_own_files_are_told_and_half_changes_warned_of(
	void **state)
{
	Own own;
	(void)state;

	own_begin(&own);
	own_write(&own, "en/late.txt", "Subject: x\n\nx\n");
	own_write(&own, "en/ack.txt", "Subject: x\n\nx\n");
	own_write(&own, "en/ack.html", "<body>x\n");
	own_write(&own, "nl/ack.txt", "Subject: x\n\nx\n");
	own_load(&own);
	g_autoptr(GPtrArray) remarks =
		reply_templates_check_files(own.templates);
	assert_false(find(remarks, "en/ack.txt", "is used in place of")->wrong);
	assert_not_told(remarks, "en/ack.txt", "change both");
	assert_not_told(remarks, "en/ack.html", "change both");
	assert_told(remarks, "en/late.txt", "change both");
	assert_true(find(remarks, "en/late.txt", "change both")->wrong);
	assert_told(remarks, "nl",
		"is not offered, for it lacks ack.html followup.txt");
	assert_not_told(remarks, "fi", "is not offered");
	own_end(&own);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_fault_is_found_with_what_is_shipped),
		cmocka_unit_test(
			test_what_a_language_lacks_or_has_besides_is_named),
		cmocka_unit_test(
			test_a_language_with_the_same_names_is_not_named),
		cmocka_unit_test(test_a_text_and_its_html_are_compared),
		cmocka_unit_test(test_what_a_partial_lacks_its_mails_lack),
		cmocka_unit_test(test_a_slot_that_does_not_exist_is_named),
		cmocka_unit_test(test_slots_have_names_and_meanings),
		cmocka_unit_test(test_a_slot_leaves_no_trace),
		cmocka_unit_test(test_what_is_used_for_nothing_is_told),
		cmocka_unit_test(test_a_file_may_begin_with_a_byte_order_mark),
		cmocka_unit_test(test_what_a_mail_owes_and_lacks_is_named),
		cmocka_unit_test(test_a_fault_of_one_manner_is_named_with_it),
		cmocka_unit_test(
			test_words_are_whole_words_unless_they_end_in_a_star),
		cmocka_unit_test(
			test_a_language_without_words_is_said_to_be_unchecked),
		cmocka_unit_test(
			test_a_line_of_tone_that_means_nothing_is_named),
		cmocka_unit_test(test_each_file_is_listed_with_what_it_hides),
		cmocka_unit_test(
			test_ones_own_files_are_told_and_half_changes_warned_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
