/*
 * The corpora of the fuzz targets as an ordinary test: what once broke a
 * parser, and what shows each of its sides, stays read.  The golden mails are
 * seeds of the targets that take a whole mail.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "fuzz.h"

typedef struct Target Target;
struct Target {
	const char *name;
	void (*run)(const guint8 *bytes, size_t length);
	bool whole_mails;
};

static void run_file(const Target *target, const char *path)
{
	g_autofree char *bytes = NULL;
	g_autoptr(GError) error = NULL;
	gsize length;

	if (!g_file_get_contents(path, &bytes, &length, &error))
		fail_msg("%s", error->message);
	/* Without the terminator, so that a sanitizer sees the end. */
	g_autofree guint8 *exact = g_memdup2(bytes, length);
	target->run(exact ? exact : (const guint8 *)"", length);
}

static unsigned run_folder(
	const Target *target, const char *folder, const char *suffix)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GDir) dir = g_dir_open(folder, 0, &error);
	const char *name;
	unsigned files = 0;

	if (!dir)
		fail_msg("%s", error->message);
	while ((name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		if (!g_str_has_suffix(name, suffix))
			continue;
		run_file(target, path);
		files++;
	}
	return files;
}

static void test_corpus_breaks_no_promise(void **state)
{
	const Target *target = *state;
	g_autofree char *folder =
		g_build_filename(FUZZ_CORPUS, target->name, NULL);
	unsigned files = run_folder(target, folder, "");

	target->run((const guint8 *)"", 0);
	if (target->whole_mails)
		files += run_folder(
			target, REDRESS_SOURCE_DIR "/tests/golden", ".eml");
	print_message("# %s: %u files\n", target->name, files);
	assert_true(files >= 3);
}

static bool takes_whole_mails(const char *name)
{
	static const char *const names[] = {
		"message", "dedupe", "bounce", "intake", "strip", "extract"};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

#define TARGET(name) {#name, fuzz_##name, false},
static Target targets[] = {FUZZ_TARGETS(TARGET)};
#undef TARGET

int main(void)
{
	struct CMUnitTest tests[G_N_ELEMENTS(targets)];

	for (size_t i = 0; i < G_N_ELEMENTS(targets); i++) {
		targets[i].whole_mails = takes_whole_mails(targets[i].name);
		tests[i] = (struct CMUnitTest){.name = targets[i].name,
			.test_func = test_corpus_breaks_no_promise,
			.initial_state = &targets[i]};
	}
	return _cmocka_run_group_tests("no corpus breaks a promise", tests,
		G_N_ELEMENTS(tests), NULL, NULL);
}
