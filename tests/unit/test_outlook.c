/* Thread-Index of an answer: [MS-OXOMSG] 2.2.1.3. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/reply/internal.h"

enum { NOW = 1795521600, HOUR = 3600, YEAR = 365 * 24 * HOUR };

/* A conversation that began at NOW, as Exchange (modern) and as older programs
 * write it, with so many answers. */
static char *index_of(bool modern, unsigned levels)
{
	guint64 began = (guint64)NOW * 10000000 + 116444736000000000u;
	guchar bytes[22 + 5 * 101] = {1};

	for (int i = 0; i < 5; i++)
		bytes[i + 1] =
			(guchar)(began >> (modern ? 56 - 8 * i : 48 - 8 * i));
	memset(bytes + 6, 0x5a, sizeof(bytes) - 6);
	return g_base64_encode(bytes, 22 + 5 * levels);
}

static void test_an_answer_is_a_level_deeper_and_tells_the_time(void **state)
{
	static const struct {
		int64_t after_s;
		guint32 delta;
	} cases[] = {
		{0, 0},
		{-HOUR, 0},
		/* In units of 26 ms, up to 1.7 years. */
		{HOUR, (guint32)(HOUR * G_GINT64_CONSTANT(10000000) >> 18)},
		{YEAR, (guint32)(YEAR * G_GINT64_CONSTANT(10000000) >> 18)},
		/* Then of 0.8 s. */
		{2 * YEAR, 0x80000000u | (guint32)(2 * YEAR *
							   G_GINT64_CONSTANT(
								   10000000) >>
						   23)},
	};

	(void)state;
	for (size_t i = 0; i < 2 * G_N_ELEMENTS(cases); i++) {
		g_autofree char *index = index_of(i % 2, 1);
		g_autofree char *answer = outlook_answer_index(
			index, NOW + cases[i / 2].after_s, "1@example.com");
		gsize length, before_length;
		g_autofree guchar *bytes = g_base64_decode(answer, &length);
		g_autofree guchar *before =
			g_base64_decode(index, &before_length);
		guint32 delta = 0;

		assert_int_equal(length, before_length + 5);
		assert_memory_equal(bytes, before, before_length);
		for (int at = 0; at < 4; at++)
			delta = delta << 8 | bytes[before_length + at];
		/* The index keeps no more than 40 or 48 bits of the time. */
		assert_in_range(
			delta, cases[i / 2].delta, cases[i / 2].delta + 70);
	}
}

static void test_what_is_no_index_is_not_echoed(void **state)
{
	static const char *const cases[] = {"", "AQHZ", "no index", "AAAA",
		"AQHZ1ABCDEFGHIJKLMNOPQRSTUVWXQAA",
		"AQHZ1ABCDEFGHIJKLMNOPQRSTUVWXQ==\r\nBcc: a@b.example",
		"BQHZ1ABCDEFGHIJKLMNOPQRSTUVWXQ=="};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_null(outlook_answer_index(cases[i], NOW, "1@x"));
}

static void test_a_deep_index_grows_no_further(void **state)
{
	(void)state;
	g_autofree char *deep = index_of(true, 100);
	g_autofree char *answer = outlook_answer_index(deep, NOW, "1@x");
	g_autofree char *deeper = index_of(true, 101);

	assert_string_equal(answer, deep);
	assert_null(outlook_answer_index(deeper, NOW, "1@x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_an_answer_is_a_level_deeper_and_tells_the_time),
		cmocka_unit_test(test_what_is_no_index_is_not_echoed),
		cmocka_unit_test(test_a_deep_index_grows_no_further),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
