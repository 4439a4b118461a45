/* How a customer is addressed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/reply/internal.h"

/* Where it was cut there are a blank and an ellipsis. */
enum { MOST = CLEAN_NAME_MOST + 2 };

typedef struct Case Case;
struct Case {
	const char *language;
	const char *name;
	const char *greeted;
};

static void assert_greeted(const Case *cases, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		g_autofree char *greeted =
			names_greet(cases[i].name, cases[i].language);
		if (strcmp(greeted, cases[i].greeted) != 0)
			fail_msg("%s, in %s: %s", cases[i].name,
				cases[i].language, greeted);
	}
}

static void test_a_comma_tells_which_name_is_the_familys(void **state)
{
	static const Case cases[] = {
		{"en", "Smith, Ann", "Ann Smith"},
		{"et", "Tamm, Mari", "Mari Tamm"},
		{"en", "Smith,Ann", "Ann Smith"},
		{"en", "O'Neill-Brown, Mary Jane", "Mary Jane O'Neill-Brown"},
		{"nl", "de Vries, J.", "J. de Vries"},
		{"en", "Smith, Ann (Sales)", "Ann Smith"},
		{"ru", "Иванова, Анна Петровна", "Анна Петровна Иванова"},
		{"vi", "Nguyễn, Văn An", "Nguyễn Văn An"},
		{"vi", "Smith, Ann", "Smith Ann"},
		{"zh", "Li, Wei", "Li Wei"},
		{"zh", "李，伟", "李伟"},
		{"hu", "Nagy, Anna", "Nagy Anna"},
		/* Whatever the language of the mail. */
		{"en", "Nguyễn, Văn An", "Nguyễn Văn An"},
		{"en", "NGUYỄN, VĂN AN", "Nguyễn Văn An"},
		{"de", "李, 伟", "李伟"},
		{"en", "김, 민수", "김민수"},
	};

	(void)state;
	assert_greeted(cases, G_N_ELEMENTS(cases));
}

static void test_what_follows_a_comma_may_be_no_name(void **state)
{
	static const Case cases[] = {
		{"en", "John Smith, Jr.", "John Smith, Jr."},
		{"en", "Ann Smith, PhD", "Ann Smith, PhD"},
		{"en", "Smith, Ann, MD", "Smith, Ann, MD"},
		{"en", "Acme, Inc.", "Acme, Inc."},
		{"en", "Ann, 3rd floor", "Ann, 3rd floor"},
		{"en", "Smith,", "Smith,"},
		{"en", ", Ann", ", Ann"},
		{"en", "The Tenants Of House Five, Main Street",
			"The Tenants Of House Five, Main Street"},
	};

	(void)state;
	assert_greeted(cases, G_N_ELEMENTS(cases));
}

static void test_a_name_in_order_keeps_it(void **state)
{
	static const Case cases[] = {
		{"en", "Mari Maasikas", "Mari Maasikas"},
		{"en", "Nguyễn Văn An", "Nguyễn Văn An"},
		{"vi", "Trần Thị Bích Ngọc", "Trần Thị Bích Ngọc"},
		{"zh", "王小明", "王小明"},
		{"en", "Wang Xiaoming", "Wang Xiaoming"},
		{"el", "Γιώργος Παπαδόπουλος", "Γιώργος Παπαδόπουλος"},
		{"en", "mari", "mari"},
		{"fr", "DUPONT Jean", "DUPONT Jean"},
	};

	(void)state;
	assert_greeted(cases, G_N_ELEMENTS(cases));
}

static void test_capitals_are_lowered(void **state)
{
	static const Case cases[] = {
		{"et", "MARI TAMM", "Mari Tamm"},
		{"et", "TAMM, MARI", "Mari Tamm"},
		{"fi", "ÄIJÄLÄ, ÅKE", "Åke Äijälä"},
		{"en", "ANNE-MARIE O'NEILL", "Anne-Marie O'Neill"},
		{"en", "J. R. SMITH", "J. R. Smith"},
		{"ru", "ИВАН ПЕТРОВ", "Иван Петров"},
		{"vi", "NGUYỄN VĂN AN", "Nguyễn Văn An"},
		{"zh", "LI WEI", "Li Wei"},
		/* With combining accents. */
		{"vi", "NGUYE\u0302\u0303N AN", "Nguye\u0302\u0303n An"},
		/* Its accents cannot be known. */
		{"el", "ΓΙΩΡΓΟΣ ΠΑΠΑΔΟΠΟΥΛΟΣ", "ΓΙΩΡΓΟΣ ΠΑΠΑΔΟΠΟΥΛΟΣ"},
	};

	(void)state;
	assert_greeted(cases, G_N_ELEMENTS(cases));
}

static void test_an_organisation_stays_as_it_is(void **state)
{
	static const Case cases[] = {
		{"en", "IBM", "IBM"},
		{"et", "ACME OÜ", "ACME OÜ"},
		{"fi", "KONE OYJ", "KONE OYJ"},
		{"de", "BEISPIEL GMBH", "BEISPIEL GMBH"},
		{"pl", "PRZYKŁAD SP. Z O.O.", "PRZYKŁAD SP. Z O.O."},
		{"ru", "ООО ПРИМЕР", "ООО ПРИМЕР"},
		{"el", "ΠΑΡΑΔΕΙΓΜΑ Α.Ε.", "ΠΑΡΑΔΕΙΓΜΑ Α.Ε."},
		{"vi", "CÔNG TY TNHH VÍ DỤ", "CÔNG TY TNHH VÍ DỤ"},
		{"zh", "示例有限公司", "示例有限公司"},
		{"en", "Example Ltd, Sales", "Example Ltd, Sales"},
	};

	(void)state;
	assert_greeted(cases, G_N_ELEMENTS(cases));
}

static void test_what_programs_add_is_taken_off(void **state)
{
	static const Case cases[] = {
		{"en", "Ann Smith (via Forum)", "Ann Smith"},
		{"en", "Smith, Ann (via Google Docs)", "Ann Smith"},
		{"en", "MARI TAMM (Via care@example.com)", "Mari Tamm"},
		{"en", "'Ann Smith' via Care", "Ann Smith"},
		{"en", "'Smith, Ann'", "Ann Smith"},
		{"en", "\"Ann Smith\"", "Ann Smith"},
		{"en", "  Ann \t Smith ", "Ann Smith"},
	};

	(void)state;
	assert_greeted(cases, G_N_ELEMENTS(cases));
}

static void test_what_is_no_name_greets_nobody(void **state)
{
	static const Case cases[] = {
		{"en", NULL, ""},
		{"en", "", ""},
		{"en", "ann@example.org", ""},
		{"en", "'ann@example.org'", ""},
		{"en", "Ann <ann@example.org", ""},
		{"en", "http://example.org/win", ""},
		{"en", "Win now www.example.org", ""},
		{"en", "+372 5555 5555", ""},
		{"en", "''", ""},
		{"en", "(via Forum)", ""},
		{"en", ",", ""},
	};

	(void)state;
	assert_greeted(cases, G_N_ELEMENTS(cases));
}

/* Bytes of chance, and words with all that is looked for. */
static char *make_hostile(GRand *random)
{
	static const char *const pieces[] = {"Ann", "SMITH", ",", " ", "，",
		"(via ", ")", "'", "\"", "李", "Nguyễn", "\r\n", "\u202e",
		"\xff", "\xc3", "\u0301", "GmbH", "\t", "\x01", "İ", "ß", "ŉ"};
	GString *name = g_string_new(NULL);
	gint length = g_rand_int_range(random, 0, 60);

	for (gint i = 0; i < length; i++)
		g_string_append(name, pieces[g_rand_int_range(random, 0,
					      G_N_ELEMENTS(pieces))]);
	return g_string_free(name, FALSE);
}

static void test_a_hostile_name_stays_one_clean_bounded_line(void **state)
{
	g_autoptr(GRand) random = g_rand_new_with_seed(20261124);

	(void)state;
	for (int i = 0; i < 20000; i++) {
		g_autofree char *name = make_hostile(random);
		g_autofree char *greeted = names_greet(name, "en");
		g_autofree char *clean = clean_line(greeted, MOST);
		assert_true(g_utf8_validate(greeted, -1, NULL));
		assert_true(g_utf8_strlen(greeted, -1) <= MOST);
		assert_string_equal(greeted, clean);
	}
}

static void assert_told(enum reply_kind kind, const char *expected)
{
	ReplyFacts facts = {.kind = kind,
		.language = "en",
		.reference = "7K3F-92QX",
		.customer_name = "TAMM, MARI (via Forum)"};
	ReplyDates *dates = reply_dates_new();
	g_autoptr(MustacheValue) dict =
		reply_facts_context(&facts, "en", NULL, dates);
	const MustacheValue *name =
		g_hash_table_lookup(dict->entries, "customer_name");

	assert_string_equal(name->text, expected);
	reply_dates_free(dates);
}

static void test_customers_are_greeted_and_staff_read_what_was_written(
	void **state)
{
	(void)state;
	assert_told(REPLY_ACK, "Mari Tamm");
	assert_told(REPLY_SURVEY, "Mari Tamm");
	assert_told(REPLY_BRIEFING, "TAMM, MARI (via Forum)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_comma_tells_which_name_is_the_familys),
		cmocka_unit_test(test_what_follows_a_comma_may_be_no_name),
		cmocka_unit_test(test_a_name_in_order_keeps_it),
		cmocka_unit_test(test_capitals_are_lowered),
		cmocka_unit_test(test_an_organisation_stays_as_it_is),
		cmocka_unit_test(test_what_programs_add_is_taken_off),
		cmocka_unit_test(test_what_is_no_name_greets_nobody),
		cmocka_unit_test(
			test_a_hostile_name_stays_one_clean_bounded_line),
		cmocka_unit_test(
			test_customers_are_greeted_and_staff_read_what_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
