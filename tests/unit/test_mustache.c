#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <jansson.h>

#include <redress/reply.h>

/* ---- the specification's rules, tests/unit/mustache/ ------------------- */

static GVariant *to_variant(const json_t *value)
{
	GVariantBuilder builder;
	const char *key;
	json_t *item;
	size_t index;

	switch (json_typeof(value)) {
	case JSON_OBJECT:
		g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
		json_object_foreach((json_t *)value, key, item)
			g_variant_builder_add(
				&builder, "{sv}", key, to_variant(item));
		return g_variant_builder_end(&builder);
	case JSON_ARRAY:
		g_variant_builder_init(&builder, G_VARIANT_TYPE("av"));
		json_array_foreach(value, index, item)
			g_variant_builder_add(&builder, "v", to_variant(item));
		return g_variant_builder_end(&builder);
	case JSON_STRING:
		return g_variant_new_string(json_string_value(value));
	case JSON_INTEGER:
		return g_variant_new_int64(json_integer_value(value));
	case JSON_REAL:
		return g_variant_new_double(json_real_value(value));
	case JSON_TRUE:
		return g_variant_new_boolean(true);
	case JSON_FALSE:
		return g_variant_new_boolean(false);
	case JSON_NULL:
		return g_variant_new_maybe(G_VARIANT_TYPE_STRING, NULL);
	}
	fail_msg("not JSON");
	return NULL;
}

static Mustache *parse(const char *text)
{
	g_autoptr(GError) error = NULL;
	Mustache *mustache = mustache_parse(text, "test", &error);

	if (!mustache)
		fail_msg("%s", error->message);
	return mustache;
}

static GHashTable *parse_partials(const json_t *texts)
{
	GHashTable *partials = g_hash_table_new_full(
		g_str_hash, g_str_equal, g_free, (GDestroyNotify)mustache_free);
	const char *name;
	json_t *text;

	json_object_foreach((json_t *)texts, name, text) g_hash_table_insert(
		partials, g_strdup(name), parse(json_string_value(text)));
	return partials;
}

/* False, and the difference is told, if it is not what is expected. */
static bool run_case(const char *file, const json_t *test)
{
	const char *name = json_string_value(json_object_get(test, "name"));
	const char *expected =
		json_string_value(json_object_get(test, "expected"));
	const json_t *data = json_object_get(test, "data");
	g_autoptr(Mustache) mustache =
		parse(json_string_value(json_object_get(test, "template")));
	g_autoptr(GHashTable) partials =
		parse_partials(json_object_get(test, "partials"));
	g_autoptr(GVariant) context = g_variant_ref_sink(
		data ? to_variant(data)
		     : g_variant_new_array(G_VARIANT_TYPE("{sv}"), NULL, 0));
	g_autofree char *got =
		mustache_render(mustache, context, partials, true);

	bool good = strcmp(got, expected) == 0;
	if (!good)
		print_error("%s: %s\nexpected: %s\n     got: %s\n", file, name,
			expected, got);
	return good;
}

static void run_cases(const char *path, const json_t *tests, size_t at_least)
{
	size_t length = json_array_size(tests);
	size_t passed = 0;
	size_t index;
	json_t *test;

	if (length < at_least)
		fail_msg("%s holds %zu cases", path, length);
	json_array_foreach((json_t *)tests, index, test) passed +=
		run_case(path, test);
	if (passed < length)
		fail_msg("%s: %zu of %zu", path, passed, length);
}

static json_t *load(const char *path)
{
	json_error_t error;
	json_t *root = json_load_file(path, 0, &error);

	if (!root)
		fail_msg("%s:%d: %s", path, error.line, error.text);
	return root;
}

static void run_file(const char *name, size_t at_least)
{
	g_autofree char *path = g_strconcat(REDRESS_SOURCE_DIR,
		"/tests/unit/mustache/", name, ".json", NULL);
	json_t *tests = load(path);

	run_cases(path, tests, at_least);
	json_decref(tests);
}

static void test_comments(void **state)
{
	(void)state;
	run_file("comments", 11);
}

static void test_delimiters(void **state)
{
	(void)state;
	run_file("delimiters", 14);
}

static void test_interpolation(void **state)
{
	(void)state;
	run_file("interpolation", 25);
}

static void test_inverted(void **state)
{
	(void)state;
	run_file("inverted", 20);
}

static void test_partials(void **state)
{
	(void)state;
	run_file("partials", 11);
}

static void test_sections(void **state)
{
	(void)state;
	run_file("sections", 30);
}

/* ---- the specification's own cases, which ./setup unpacks --------------- */

/* The folder of its files, NULL: they are not there.  (transfer full) */
static char *find_specification(void)
{
	const char *told = g_getenv("REDRESS_MTA_JSON");
	g_autofree char *list = g_strdup(
		told ? told : REDRESS_SOURCE_DIR "/build/mta/mta.json");
	g_autofree char *base = g_path_get_dirname(list);
	json_t *roots = json_load_file(list, 0, NULL);
	const char *root = json_string_value(json_object_get(roots, "whisker"));
	char *folder =
		root ? g_build_filename(base, root,
			       "usr/lib/R/site-library/whisker/specs", NULL)
		     : NULL;

	json_decref(roots);
	return folder;
}

/* cases: how many there are of version 1.1 in this module. */
static void run_module(const char *name, size_t cases)
{
	g_autofree char *folder = find_specification();

	if (!folder) {
		print_message("%s: ./setup test unpacks them\n", name);
		skip();
	}
	g_autofree char *path = g_strdup_printf("%s/%s.json", folder, name);
	json_t *root = load(path);
	const json_t *tests = json_object_get(root, "tests");

	run_cases(path, tests, cases);
	print_message("%s: %zu of %zu\n", name, json_array_size(tests),
		json_array_size(tests));
	json_decref(root);
}

static void test_all_comments_of_the_specification(void **state)
{
	(void)state;
	run_module("comments", 11);
}

static void test_all_delimiters_of_the_specification(void **state)
{
	(void)state;
	run_module("delimiters", 14);
}

static void test_all_interpolation_of_the_specification(void **state)
{
	(void)state;
	run_module("interpolation", 30);
}

static void test_all_inverted_sections_of_the_specification(void **state)
{
	(void)state;
	run_module("inverted", 21);
}

/* The package leaves out the one where a partial is missing: it is among ours.
 */
static void test_all_partials_of_the_specification(void **state)
{
	(void)state;
	run_module("partials", 10);
}

static void test_all_sections_of_the_specification(void **state)
{
	(void)state;
	run_module("sections", 25);
}

/* ---- ours -------------------------------------------------------------- */

static void test_a_mistake_is_named_with_file_and_line(void **state)
{
	static const struct {
		const char *text;
		const char *said;
	} cases[] = {
		{"one\ntwo {{three", "test:2: a tag is opened"},
		{"{{{x}}", "test:1: a tag is opened"},
		{"\n\n{{#a}}\n", "test:3: section \"a\" is not closed"},
		{"{{#a}}\n{{#b}}\n{{/a}}", "test:3: section \"a\" is closed"},
		{"\n{{/a}}", "test:2: section \"a\" is closed"},
		{"a\r\n{{  }}", "test:2: a tag has no name"},
		{"{{a b}}", "test:1: \"a b\" is not a name"},
		{"{{!\n\n}}\n{{=x=}}", "test:4: new delimiters"},
		{"{{=a b c=}}", "test:1: there are two delimiters"},
		{"{{= =}}", "test:1: new delimiters"},
	};
	(void)state;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(Mustache) mustache =
			mustache_parse(cases[i].text, "test", &error);
		assert_null(mustache);
		assert_true(g_error_matches(
			error, REPLY_ERROR, REDRESS_ERROR_INVALID));
		if (!g_str_has_prefix(error->message, cases[i].said))
			fail_msg("%s", error->message);
	}
}

static void test_a_partial_that_names_itself_for_ever_ends(void **state)
{
	g_autoptr(Mustache) mustache = parse("{{>p}}");
	g_autoptr(GHashTable) partials = g_hash_table_new_full(
		g_str_hash, g_str_equal, NULL, (GDestroyNotify)mustache_free);
	(void)state;

	g_hash_table_insert(partials, "p", parse("x{{>p}}{{>p}}"));
	g_autofree char *got = mustache_render(mustache,
		g_variant_new_array(G_VARIANT_TYPE("{sv}"), NULL, 0), partials,
		true);
	assert_true(strlen(got) >= 32);
	assert_true(strlen(got) <= 10000);
}

static void test_sections_nest_only_so_deep(void **state)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	(void)state;

	for (int i = 0; i < 1000; i++)
		g_string_append(text, "{{#a}}");
	for (int i = 0; i < 1000; i++)
		g_string_append(text, "{{/a}}");
	assert_null(mustache_parse(text->str, "test", &error));
	assert_non_null(strstr(error->message, "nested"));
}

static void test_plain_output_is_not_escaped(void **state)
{
	GVariantDict dict;
	g_autoptr(Mustache) mustache = parse("{{x}} {{{x}}}");
	(void)state;

	g_variant_dict_init(&dict, NULL);
	g_variant_dict_insert(&dict, "x", "s", "<'&\">");
	g_autofree char *plain = mustache_render(
		mustache, g_variant_dict_end(&dict), NULL, false);
	assert_string_equal(plain, "<'&\"> <'&\">");
}

static void collect(const char *name, unsigned line, void *user)
{
	g_string_append_printf(user, "%s:%u ", name, line);
}

static void test_names_are_visited_with_their_lines(void **state)
{
	g_autoptr(Mustache) mustache =
		parse("{{a}}\n{{#b}}\n{{{c}}}{{! x }}\n{{/b}}\n{{>p}}{{^d}}"
		      "{{/d}}");
	g_autoptr(GString) names = g_string_new(NULL);
	(void)state;

	mustache_visit_names(mustache, collect, names);
	assert_string_equal(names->str, "a:1 b:2 c:3 d:5 ");
}

static void test_any_text_is_parsed_or_refused(void **state)
{
	static const char alphabet[] = "{{{{}}}}#^/>!=& ab\n\r";
	GRand *random = g_rand_new_with_seed(7);
	unsigned parsed = 0;
	(void)state;

	for (int i = 0; i < 20000; i++) {
		char text[32] = {0};
		int length = g_rand_int_range(random, 0, sizeof(text) - 1);
		for (int j = 0; j < length; j++)
			text[j] = alphabet[g_rand_int_range(
				random, 0, sizeof(alphabet) - 1)];
		g_autoptr(GError) error = NULL;
		g_autoptr(Mustache) mustache =
			mustache_parse(text, "test", &error);
		assert_true(!mustache == !!error);
		if (!mustache)
			continue;
		parsed++;
		g_autofree char *got = mustache_render(mustache,
			g_variant_new_array(G_VARIANT_TYPE("{sv}"), NULL, 0),
			NULL, true);
		assert_true(strlen(got) <= strlen(text));
	}
	assert_true(parsed > 1000);
	g_rand_free(random);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_comments),
		cmocka_unit_test(test_delimiters),
		cmocka_unit_test(test_interpolation),
		cmocka_unit_test(test_inverted),
		cmocka_unit_test(test_partials),
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_all_comments_of_the_specification),
		cmocka_unit_test(test_all_delimiters_of_the_specification),
		cmocka_unit_test(test_all_interpolation_of_the_specification),
		cmocka_unit_test(
			test_all_inverted_sections_of_the_specification),
		cmocka_unit_test(test_all_partials_of_the_specification),
		cmocka_unit_test(test_all_sections_of_the_specification),
		cmocka_unit_test(test_a_mistake_is_named_with_file_and_line),
		cmocka_unit_test(
			test_a_partial_that_names_itself_for_ever_ends),
		cmocka_unit_test(test_sections_nest_only_so_deep),
		cmocka_unit_test(test_plain_output_is_not_escaped),
		cmocka_unit_test(test_names_are_visited_with_their_lines),
		cmocka_unit_test(test_any_text_is_parsed_or_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
