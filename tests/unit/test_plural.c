/* The form of a word beside a number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/reply/internal.h"

static const unsigned numbers[] = {1, 2, 5, 21, 22, 24, 25, 48};

/* By the letter of one, few, many, other. */
static const struct {
	const char *language;
	char forms[G_N_ELEMENTS(numbers) + 1];
} cases[] = {
	/* час, часа, часов */
	{"ru", "ofmoffmm"},
	/* godzina, godziny, godzin */
	{"pl", "ofmmffmm"},
	/* stunda, stundas */
	{"lv", "orrorrrr"},
	{"en", "orrrrrrr"},
	{"zh", "rrrrrrrr"},
	{"vi", "rrrrrrrr"},
	{"fr", "orrrrrrr"},
	{"xx", "rrrrrrrr"},
};

static const struct {
	char letter;
	const char *flag;
} flags[] = {
	{'o', "interval_one"},
	{'f', "interval_few"},
	{'m', "interval_many"},
	{'r', "interval_other"},
};

static void assert_form(const char *language, unsigned number, char form)
{
	g_autoptr(MustacheValue) dict = mustache_value_dictionary();

	plural_put(dict, "interval", language, number);
	for (size_t i = 0; i < G_N_ELEMENTS(flags); i++) {
		const MustacheValue *flag =
			g_hash_table_lookup(dict->entries, flags[i].flag);
		assert_non_null(flag);
		if (flag->truthy != (flags[i].letter == form))
			fail_msg("%s %u: %s", language, number, flags[i].flag);
	}
}

static void test_exactly_the_form_of_the_language_is_true(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		for (size_t j = 0; j < G_N_ELEMENTS(numbers); j++)
			assert_form(cases[i].language, numbers[j],
				cases[i].forms[j]);
}

/* Latvian has a form for 10 to 20 and for tens, Arabic one for 2. */
static void test_forms_without_a_flag_are_other(void **state)
{
	(void)state;
	assert_form("lv", 12, 'r');
	assert_form("lv", 20, 'r');
	assert_form("ar", 2, 'r');
	assert_form("ru", 0, 'm');
}

/* 21 hours and five mails, of which each has forms of its own. */
static void test_the_numbers_of_a_mail_have_their_forms(void **state)
{
	static const struct {
		const char *language;
		const char *hours;
		const char *mails;
	} mails[] = {
		{"ru", "interval_one", "message_many"},
		{"pl", "interval_many", "message_many"},
		{"lv", "interval_one", "message_other"},
		{"en", "interval_other", "message_other"},
	};
	ReplyFacts facts = {.kind = REPLY_ACK,
		.reference = "7K3F-92QX",
		.messages = 5,
		.interval_s = 21 * 3600};
	ReplyDates *dates = reply_dates_new();

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(mails); i++) {
		g_autoptr(MustacheValue) dict = reply_facts_context(
			&facts, mails[i].language, NULL, dates);
		const MustacheValue *hours =
			g_hash_table_lookup(dict->entries, mails[i].hours);
		const MustacheValue *count =
			g_hash_table_lookup(dict->entries, mails[i].mails);
		assert_true(hours->truthy && count->truthy);
	}
	reply_dates_free(dates);
}

static void test_a_template_says_the_right_word(void **state)
{
	static const char text[] =
		"co {{#interval_one}}godzinę{{/interval_one}}"
		"{{#interval_few}}{{n}} godziny{{/interval_few}}"
		"{{#interval_many}}{{n}} godzin{{/interval_many}}";
	g_autoptr(GError) error = NULL;
	g_autoptr(Mustache) mustache = mustache_parse(text, "test", &error);
	g_autoptr(MustacheValue) dict = mustache_value_dictionary();

	(void)state;
	assert_non_null(mustache);
	mustache_value_put(dict, "n", mustache_value_number(24));
	plural_put(dict, "interval", "pl", 24);
	g_autofree char *words =
		mustache_render_value(mustache, dict, NULL, false);
	assert_string_equal(words, "co 24 godziny");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exactly_the_form_of_the_language_is_true),
		cmocka_unit_test(test_forms_without_a_flag_are_other),
		cmocka_unit_test(test_the_numbers_of_a_mail_have_their_forms),
		cmocka_unit_test(test_a_template_says_the_right_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
