/* What the tool prints: the same facts as JSON and as text that fits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "cli.h"

/* ---- helpers ----------------------------------------------------------- */

typedef struct Paper Paper;
struct Paper {
	char *text;
	size_t length;
	FILE *file;
	Printer *printer;
};

static void paper_open(Paper *paper, bool json, unsigned width, bool colour)
{
	const Terminal terminal = {.width = width, .colour = colour};

	paper->text = NULL;
	paper->file = open_memstream(&paper->text, &paper->length);
	paper->printer = printer_new(paper->file, json, &terminal);
}

/* (transfer full), by free() */
static char *paper_close(Paper *paper)
{
	printer_free(paper->printer);
	fclose(paper->file);
	return paper->text;
}

static const PrinterColumn columns[] = {
	PRINTER_COLUMN("ref", "REF", PRINTER_WORD),
	PRINTER_COLUMN("subject", "SUBJECT", PRINTER_TEXT),
	PRINTER_COLUMN("customer", "CUSTOMER", PRINTER_TEXT, .rank = 1),
	PRINTER_COLUMN("count", "N", PRINTER_NUMBER, .rank = 2),
	PRINTER_COLUMN("never", "NEVER", PRINTER_WORD, .rank = 3),
};
static const PrinterView table =
	PRINTER_VIEW(PRINTER_TABLE, "Nothing.", columns);

static void put_row(Printer *printer, const char *subject, int64_t count)
{
	printer_begin_map(printer);
	printer_put_string(printer, "ref", "7K3F-92QX");
	printer_put_string(printer, "subject", subject);
	printer_put_string(printer, "customer", "ann@customer.example");
	printer_put_integer(printer, "count", count);
	printer_put_string(printer, "never", NULL);
	printer_end(printer);
}

/* The table of one subject as text.  (transfer full), by free() */
static char *table_of(const char *subject, unsigned width)
{
	Paper paper;

	paper_open(&paper, false, width, false);
	printer_view(paper.printer, &table);
	printer_begin_list(paper.printer);
	put_row(paper.printer, subject, 7);
	printer_end(paper.printer);
	return paper_close(&paper);
}

/* ---- terminal ---------------------------------------------------------- */

static void test_nothing_that_a_terminal_obeys_survives(void **state)
{
	static const struct {
		const char *text, *clean;
	} cases[] = {
		{"plain", "plain"},
		{"a\033[31mb", "a\xEF\xBF\xBD[31mb"},
		{"a\xC2\x9B"
		 "31m",
			"a\xEF\xBF\xBD"
			"31m"},
		{"a\xE2\x80\xAE"
		 "b",
			"a\xEF\xBF\xBD"
			"b"},
		{"a\xE2\x81\xA6"
		 "b",
			"a\xEF\xBF\xBD"
			"b"},
		{"a\177\007b", "a\xEF\xBF\xBD\xEF\xBF\xBD"
			       "b"},
		{"a\xFF"
		 "b",
			"a\xEF\xBF\xBD"
			"b"},
		{"a\tb\r\nc", "a b c"},
		{"\xE5\xB0\x8A\xE6\x95\xAC", "\xE5\xB0\x8A\xE6\x95\xAC"},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *clean = terminal_clean(cases[i].text, false);

		assert_string_equal(clean, cases[i].clean);
	}
}

static void test_wide_and_combining_characters_are_counted(void **state)
{
	static const struct {
		const char *text;
		unsigned columns;
	} cases[] = {
		{"", 0},
		{"abc", 3},
		{"\xE5\xB0\x8A\xE6\x95\xAC", 4},
		{"e\xCC\x81"
		 "a",
			2},
		{"\xCE\xB5\xCF\x85", 2},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_int_equal(
			terminal_columns(cases[i].text), cases[i].columns);
}

static void test_cut_text_fits_and_says_that_it_was_cut(void **state)
{
	static const char *const texts[] = {"abcdefgh",
		"\xE5\xB0\x8A\xE6\x95\xAC\xE7\x9A\x84\xE5\xAE\xA2",
		"e\xCC\x81"
		"e\xCC\x81"
		"e\xCC\x81"
		"e\xCC\x81"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		unsigned whole = terminal_columns(texts[i]);

		for (unsigned width = 1; width < whole; width++) {
			g_autofree char *cut = terminal_cut(texts[i], width);

			assert_true(terminal_columns(cut) <= width);
			assert_true(g_str_has_suffix(cut, "…"));
			assert_true(g_utf8_validate(cut, -1, NULL));
		}
		g_autofree char *same = terminal_cut(texts[i], whole);
		assert_string_equal(same, texts[i]);
	}
}

static void test_wrapped_lines_fit_and_lose_no_word(void **state)
{
	const char *text = "The lamp that I ordered came broken, and nobody "
			   "answers.\n\nhttps://example.com/"
			   "averyveryverylongaddresswithoutanyspaceinit";
	g_autofree char *wrapped = terminal_wrap(text, 30, 2);
	g_auto(GStrv) lines = g_strsplit(wrapped, "\n", -1);
	g_auto(GStrv) words = g_strsplit_set(text, " \n", -1);
	g_auto(GStrv) kept = g_strsplit_set(wrapped, " \n", -1);
	g_autofree char *before = g_strjoinv("", words);
	g_autofree char *after = g_strjoinv("", kept);

	(void)state;
	for (char **line = lines; *line; line++) {
		assert_true(terminal_columns(*line) <= 30);
		if (**line)
			assert_true(g_str_has_prefix(*line, "  "));
	}
	assert_string_equal(after, before);
}

/* ---- JSON -------------------------------------------------------------- */

static void test_a_list_is_one_json_array_and_maps_are_one_a_line(void **state)
{
	Paper paper;
	json_t *array;
	char *text;

	(void)state;
	paper_open(&paper, true, 0, false);
	printer_begin_list(paper.printer);
	put_row(paper.printer, "one", 1);
	put_row(paper.printer, "two", 2);
	printer_end(paper.printer);
	text = paper_close(&paper);
	array = json_loads(text, 0, NULL);
	assert_int_equal(json_array_size(array), 2);
	assert_string_equal("two",
		json_string_value(
			json_object_get(json_array_get(array, 1), "subject")));
	json_decref(array);
	free(text);

	paper_open(&paper, true, 0, false);
	put_row(paper.printer, "one\ntwo", 1);
	put_row(paper.printer, "three", 2);
	text = paper_close(&paper);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	assert_int_equal(g_strv_length(lines), 3);
	for (int i = 0; i < 2; i++) {
		json_t *object = json_loads(lines[i], 0, NULL);

		assert_true(json_is_object(object));
		json_decref(object);
	}
	free(text);
}

static void test_an_empty_list_is_an_empty_json_array(void **state)
{
	Paper paper;
	json_t *array;
	char *text;

	(void)state;
	paper_open(&paper, true, 0, false);
	printer_begin_list(paper.printer);
	printer_end(paper.printer);
	text = paper_close(&paper);
	array = json_loads(text, 0, NULL);
	assert_true(json_is_array(array));
	assert_int_equal(json_array_size(array), 0);
	json_decref(array);
	free(text);
}

static void test_json_says_everything_but_shows_no_control(void **state)
{
	/* An escape, a C1 control, a bidi override, a tag character. */
	const char *hostile = "a\033\xC2\x9B\xE2\x80\xAE\xF3\xA0\x81\x81z";
	Paper paper;
	json_t *object;
	char *text;

	(void)state;
	paper_open(&paper, true, 0, false);
	put_row(paper.printer, hostile, 1);
	text = paper_close(&paper);
	object = json_loads(text, 0, NULL);
	assert_string_equal(
		hostile, json_string_value(json_object_get(object, "subject")));
	for (const char *at = text; *at != '\n'; at = g_utf8_next_char(at))
		assert_true(g_unichar_isprint(g_utf8_get_char(at)));
	json_decref(object);
	free(text);
}

static void test_times_are_rfc3339_in_utc_or_null(void **state)
{
	Paper paper;
	char *text;

	(void)state;
	paper_open(&paper, true, 0, false);
	printer_begin_map(paper.printer);
	printer_put_time(paper.printer, "then", 1795528800);
	printer_put_time(paper.printer, "never", 0);
	printer_end(paper.printer);
	text = paper_close(&paper);
	assert_string_equal(text,
		"{\"then\": \"2026-11-24T14:00:00Z\", \"never\": null}\n");
	free(text);
}

/* ---- tables ------------------------------------------------------------ */

static void test_a_table_fits_any_terminal(void **state)
{
	static const char *const subjects[] = {
		"The lamp that I ordered came broken and nobody answers me",
		"\xE5\xB0\x8A\xE6\x95\xAC\xE7\x9A\x84\xE5\xAE\xA2\xE6\x88\xB7"
		"\xE5\xB0\x8A\xE6\x95\xAC\xE7\x9A\x84\xE5\xAE\xA2\xE6\x88\xB7"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(subjects); i++) {
		for (unsigned width = 20; width <= 120; width++) {
			char *text = table_of(subjects[i], width);
			g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

			for (char **line = lines; *line; line++)
				assert_true(terminal_columns(*line) <= width);
			assert_non_null(strstr(text, "7K3F-92QX"));
			free(text);
		}
	}
}

static void test_a_table_without_a_terminal_cuts_nothing(void **state)
{
	const char *subject = "The lamp that I ordered came broken and nobody "
			      "answers me, which is a shame";
	char *text = table_of(subject, 0);

	(void)state;
	assert_non_null(strstr(text, subject));
	assert_null(strstr(text, "NEVER")); /* nobody has anything there */
	free(text);
}

static void test_an_empty_table_says_so(void **state)
{
	Paper paper;
	char *text;

	(void)state;
	paper_open(&paper, false, 80, false);
	printer_view(paper.printer, &table);
	printer_begin_list(paper.printer);
	printer_end(paper.printer);
	text = paper_close(&paper);
	assert_string_equal(text, "Nothing.\n");
	free(text);
}

static void test_colour_comes_only_from_us(void **state)
{
	for (int colour = 0; colour < 2; colour++) {
		Paper paper;
		char *text;

		paper_open(&paper, false, 80, colour);
		printer_view(paper.printer, &table);
		printer_begin_list(paper.printer);
		put_row(paper.printer, "\033[31mred", 1);
		printer_end(paper.printer);
		text = paper_close(&paper);
		assert_null(strstr(text, "\033[31m"));
		assert_int_equal(strchr(text, '\033') != NULL, colour);
		free(text);
	}
	(void)state;
}

/* ---- commands and exit codes ------------------------------------------- */

static void test_a_mistyped_command_finds_the_one_meant(void **state)
{
	static const struct {
		const char *typed, *meant;
	} cases[] = {
		{"lsit", "list"},
		{"analyse", "analyze"},
		{"resolv", "resolve"},
		{"retyr", "retry"},
		{"xyzzyplugh", NULL},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const char *found = cli_command_suggest(cases[i].typed);

		if (cases[i].meant)
			assert_string_equal(found, cases[i].meant);
		else
			assert_null(found);
	}
}

static void test_every_command_has_a_summary_and_an_example(void **state)
{
	unsigned count = 0;

	(void)state;
	for (const CliCommand *command = cli_commands(); command->name;
		command++, count++) {
		g_autofree char *example =
			g_strdup_printf("redress %s", command->name);

		assert_true(*command->summary);
		assert_non_null(strstr(command->help, example));
	}
	assert_int_equal(count, 27);
}

/* A mistake on the command line is found before anything is opened: the
 * configuration that these name is not there. */
static void test_a_wrong_number_of_words_is_a_mistake_of_usage(void **state)
{
	static const char *const lines[] = {"assign", "assign 7K3F-92QX",
		"assign 7K3F-92QX mari jaan", "tag 7K3F-92QX",
		"tag --remove 7K3F-92QX", "promise 7K3F-92QX",
		"priority 7K3F-92QX", "priority 7K3F-92QX very high",
		"type 7K3F-92QX", "cause 7K3F-92QX", "compensate 7K3F-92QX",
		"compensate 7K3F-92QX 30 EUR more", "canned 7K3F-92QX",
		"canned --preview", "canned --text x",
		"canned --preview --text x 7K3F-92QX delay", "merge 7K3F-92QX",
		"merge 7K3F-92QX banana", "escalate", "escalate 7K3F-92QX now",
		"address 7K3F-92QX", "vip ann@customer.example",
		"promises --kind sweet", "promises --since soon",
		"list --assignee", "tag --nonsense 7K3F-92QX late"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		g_autofree char *line = g_strdup_printf(
			"redress --config /nonexistent %s", lines[i]);
		g_auto(GStrv) words = g_strsplit(line, " ", -1);
		g_autofree char **argv = g_memdup2(
			words, (g_strv_length(words) + 1) * sizeof(*words));

		if (cli_main((int)g_strv_length(words), argv) != CLI_USAGE)
			fail_msg("%s", lines[i]);
	}
}

static void test_exit_codes_say_what_the_caller_may_do(void **state)
{
	static const struct {
		int code, status;
	} cases[] = {
		{REDRESS_ERROR_TEMPORARY, 75},
		{REDRESS_ERROR_CONFLICT, 1},
		{REDRESS_ERROR_UNKNOWN, 75},
		{REDRESS_ERROR_INVALID, 2},
		{REDRESS_ERROR_PERMANENT, 1},
		{REDRESS_ERROR_NOT_FOUND, 1},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = g_error_new_literal(
			STORE_ERROR, cases[i].code, "no matter");

		assert_int_equal(cli_exit_code(error), cases[i].status);
	}
	/* GLib's own codes mean something else. */
	g_autoptr(GError) foreign =
		g_error_new_literal(G_FILE_ERROR, 0, "no matter");
	assert_int_equal(cli_exit_code(foreign), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_that_a_terminal_obeys_survives),
		cmocka_unit_test(
			test_wide_and_combining_characters_are_counted),
		cmocka_unit_test(test_cut_text_fits_and_says_that_it_was_cut),
		cmocka_unit_test(test_wrapped_lines_fit_and_lose_no_word),
		cmocka_unit_test(
			test_a_list_is_one_json_array_and_maps_are_one_a_line),
		cmocka_unit_test(test_an_empty_list_is_an_empty_json_array),
		cmocka_unit_test(
			test_json_says_everything_but_shows_no_control),
		cmocka_unit_test(test_times_are_rfc3339_in_utc_or_null),
		cmocka_unit_test(test_a_table_fits_any_terminal),
		cmocka_unit_test(test_a_table_without_a_terminal_cuts_nothing),
		cmocka_unit_test(test_an_empty_table_says_so),
		cmocka_unit_test(test_colour_comes_only_from_us),
		cmocka_unit_test(test_a_mistyped_command_finds_the_one_meant),
		cmocka_unit_test(
			test_every_command_has_a_summary_and_an_example),
		cmocka_unit_test(
			test_a_wrong_number_of_words_is_a_mistake_of_usage),
		cmocka_unit_test(test_exit_codes_say_what_the_caller_may_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
