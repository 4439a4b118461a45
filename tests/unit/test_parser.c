/*
 * What the cage promises: a mail that kills its parser costs itself the
 * analysis and nobody else anything.
 */
#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <redress/parser.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

enum { THREADS = 8, MAILS_PER_THREAD = 25, KILL_EVERY = 4 };

static const AnalysisEnvelope envelope = {.from = "a@b.example"};

static ParserPool *new_pool(const char *program, unsigned processes)
{
	ParserOptions options = {.program = program,
		.processes = processes,
		.timeout_ms = 60000,
		.cpu_s = 60,
		.memory_bytes = 512 * 1024 * 1024};
	GError *error = NULL;
	ParserPool *pool = parser_pool_new(&options, &error);

	assert_null(error);
	assert_non_null(pool);
	return pool;
}

static Analysis *analyze(ParserPool *pool, const char *mail)
{
	g_autoptr(GBytes) raw = g_bytes_new(mail, strlen(mail));
	Analysis *analysis = parser_pool_analyze(pool, raw, &envelope);

	assert_non_null(analysis);
	return analysis;
}

static bool is_unparsed(const Analysis *analysis)
{
	return g_strcmp0(analysis->guard, "unparsed") == 0;
}

/* ---- the real program ------------------------------------------------- */

static void test_a_mail_is_analysed_in_the_cage(void **state)
{
	g_autoptr(ParserPool) pool = new_pool(REDRESS_PARSER_PROGRAM, 1);
	g_autoptr(Analysis) analysis = analyze(pool,
		"From: Mari <mari@example.com>\nTo: c@example.com\n"
		"Subject: =?iso-8859-1?q?p=E4ev?=\nMessage-ID: <x@y>\n"
		"Date: Tue, 24 Nov 2026 14:00:00 +0200\n\n"
		"The lamp is broken and I want my money back.\n");

	(void)state;
	assert_false(is_unparsed(analysis));
	assert_string_equal(analysis->subject, "päev");
	assert_string_equal(analysis->from, "mari@example.com");
	assert_string_equal(analysis->language, "en");
	assert_int_equal(analysis->date_s, 1795521600);
	assert_non_null(strstr(analysis->reply_text, "The lamp is broken"));
	assert_int_equal(parser_pool_deaths(pool), 0);
}

static const struct {
	const char *charset, *raw, *text;
} charsets[] = {
	{"koi8-r", "\360\322\311\327\305\324", "Привет"},
	{"gb2312", "\304\343\272\303", "你好"},
	{"big5", "\247A\246n", "你好"},
	{"iso-2022-jp", "\033$BF|K\\\033(B", "日本"},
	{"euc-kr", "\276\310\263\347", "안녕"},
	{"shift_jis", "\202\261\202\361", "こん"},
	{"windows-1258", "Vi\352\362t", "Việt"},
	{"utf-7", "p+AOQ-ev", "päev"},
	{"viscii", "Vi\256t", "Việt"},
};

/* Twice, since glibc may unload a converter that is closed. */
static void test_charsets_work_without_a_file_system(void **state)
{
	g_autoptr(ParserPool) pool = new_pool(REDRESS_PARSER_PROGRAM, 1);

	(void)state;
	for (size_t i = 0; i < 4 * G_N_ELEMENTS(charsets); i++) {
		size_t row = i % G_N_ELEMENTS(charsets);
		g_autofree char *mail = g_strdup_printf(
			"Content-Type: text/plain; charset=%s\n\n%s",
			charsets[row].charset, charsets[row].raw);
		g_autoptr(Analysis) analysis = analyze(pool, mail);

		assert_false(is_unparsed(analysis));
		assert_string_equal(analysis->text, charsets[row].text);
	}
}

static void test_a_charset_that_was_not_loaded_is_merely_unknown(void **state)
{
	g_autoptr(ParserPool) pool = new_pool(REDRESS_PARSER_PROGRAM, 1);
	g_autoptr(Analysis) analysis =
		analyze(pool, "Content-Type: text/plain; charset=EBCDIC-US\n\n"
			      "words \344\n");

	(void)state;
	assert_false(is_unparsed(analysis));
	assert_non_null(strstr(analysis->text, "words"));
	assert_int_equal(parser_pool_deaths(pool), 0);
}

static void test_a_large_mail_crosses(void **state)
{
	g_autoptr(ParserPool) pool = new_pool(REDRESS_PARSER_PROGRAM, 1);
	GString *mail = g_string_new("Subject: big\n\n");
	g_autoptr(Analysis) analysis = NULL;

	(void)state;
	while (mail->len < 20 * 1024 * 1024)
		g_string_append(mail, "all work and no play\n");
	analysis = analyze(pool, mail->str);
	g_string_free(mail, TRUE);
	assert_false(is_unparsed(analysis));
	assert_string_equal(analysis->subject, "big");
}

static void test_an_empty_mail_gives_an_unparsed_analysis(void **state)
{
	g_autoptr(ParserPool) pool = new_pool(REDRESS_PARSER_PROGRAM, 1);
	g_autoptr(Analysis) analysis = analyze(pool, "");

	(void)state;
	assert_true(is_unparsed(analysis));
}

/* ---- neighbours ------------------------------------------------------- */

typedef struct Storm Storm;
struct Storm {
	ParserPool *pool;
	GAsyncQueue *done; /* one entry for each mail that came back */
	gint next;
	gint parsed;
	gint wrong;
	gint killed;
};

static gpointer send_mails(gpointer data)
{
	Storm *storm = data;

	for (int i = 0; i < MAILS_PER_THREAD; i++) {
		int number = g_atomic_int_add(&storm->next, 1);
		g_autofree char *subject = g_strdup_printf("mail %d", number);
		g_autofree char *mail = g_strdup_printf(
			"From: a@b.example\nSubject: %s\n\nbody\n", subject);
		g_autoptr(Analysis) analysis = analyze(storm->pool, mail);

		if (!is_unparsed(analysis)) {
			g_atomic_int_inc(&storm->parsed);
			if (g_strcmp0(analysis->subject, subject) != 0)
				g_atomic_int_inc(&storm->wrong);
		} else if (!strstr(analysis->guard_detail, "signal 9")) {
			print_error("%s\n", analysis->guard_detail);
			g_atomic_int_inc(&storm->wrong);
		} else {
			g_atomic_int_inc(&storm->killed);
		}
		g_async_queue_push(storm->done, storm);
	}
	return NULL;
}

/* After every few mails one process is killed, whichever. */
static void kill_some(Storm *storm)
{
	g_autoptr(GRand) random = g_rand_new_with_seed(7);

	for (int i = 0; i < THREADS * MAILS_PER_THREAD; i++) {
		g_autoptr(GArray) pids = NULL;

		g_async_queue_pop(storm->done);
		if (i % KILL_EVERY != 0)
			continue;
		pids = parser_pool_pids(storm->pool);
		if (pids->len > 0)
			kill(g_array_index(pids, gint,
				     g_rand_int_range(
					     random, 0, (gint32)pids->len)),
				SIGKILL);
	}
}

static void test_every_mail_gets_an_analysis_while_parsers_are_killed(
	void **state)
{
	g_autoptr(ParserPool) pool = new_pool(REDRESS_PARSER_PROGRAM, 4);
	Storm storm = {.pool = pool, .done = g_async_queue_new()};
	GThread *threads[THREADS];

	(void)state;
	for (int i = 0; i < THREADS; i++)
		threads[i] = g_thread_new("mails", send_mails, &storm);
	kill_some(&storm);
	for (int i = 0; i < THREADS; i++)
		g_thread_join(threads[i]);
	g_async_queue_unref(storm.done);
	assert_int_equal(storm.wrong, 0);
	assert_int_equal(
		storm.parsed + storm.killed, THREADS * MAILS_PER_THREAD);
	assert_true(storm.parsed > storm.killed);
}

static void test_a_parser_killed_while_idle_costs_no_mail(void **state)
{
	g_autoptr(ParserPool) pool = new_pool(REDRESS_CRASHER_PROGRAM, 1);

	(void)state;
	for (int i = 0; i < 5; i++) {
		g_autoptr(GArray) pids = parser_pool_pids(pool);
		g_autoptr(Analysis) analysis = NULL;

		assert_int_equal(pids->len, 1);
		kill(g_array_index(pids, gint, 0), SIGKILL);
		analysis = analyze(pool, "hello");
		assert_string_equal(analysis->text, "hello");
	}
	assert_int_equal(parser_pool_deaths(pool), 0);
}

/* ---- death ------------------------------------------------------------ */

static const struct {
	const char *mail, *reason;
} deaths[] = {
	{"abort", "parser killed by signal 6"},
	{"exit", "parser exited with status 9"},
	{"malformed", "parser gave a malformed answer"},
	{"huge-answer", "parser gave a malformed answer"},
	{"socket", "parser made a forbidden system call"},
	{"fork", "parser made a forbidden system call"},
	{"exec", "parser made a forbidden system call"},
	{"kill", "parser made a forbidden system call"},
	{"run-memory", "parser made a forbidden system call"},
	{"close", "parser killed by signal 9"},
};

static void test_a_death_has_a_reason_and_the_next_mail_a_parser(void **state)
{
	g_autoptr(ParserPool) pool = new_pool(REDRESS_CRASHER_PROGRAM, 1);

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(deaths); i++) {
		g_autoptr(Analysis) dead = analyze(pool, deaths[i].mail);
		g_autoptr(Analysis) next = analyze(pool, "hello");

		assert_true(is_unparsed(dead));
		assert_string_equal(dead->guard_detail, deaths[i].reason);
		assert_int_equal(dead->kind, ANALYSIS_COMPLAINT);
		assert_string_equal(next->text, "hello");
		assert_string_equal(next->subject, "a@b.example");
		assert_int_equal(parser_pool_deaths(pool), i + 1);
	}
}

static void test_no_file_can_be_opened(void **state)
{
	g_autoptr(ParserPool) pool = new_pool(REDRESS_CRASHER_PROGRAM, 1);
	g_autoptr(Analysis) analysis = analyze(pool, "open");

	(void)state;
	assert_string_equal(analysis->text, "open: -1 Permission denied");
}

/* One mail under limits of its own. (transfer full) */
static Analysis *analyze_within(
	const char *mail, unsigned timeout_ms, unsigned cpu_s, size_t memory)
{
	ParserOptions options = {.program = REDRESS_CRASHER_PROGRAM,
		.processes = 1,
		.timeout_ms = timeout_ms,
		.cpu_s = cpu_s,
		.memory_bytes = memory};
	g_autoptr(ParserPool) pool = parser_pool_new(&options, NULL);

	assert_non_null(pool);
	return analyze(pool, mail);
}

static void test_a_mail_that_hangs_runs_out_of_time(void **state)
{
	g_autoptr(Analysis) analysis = analyze_within("hang", 300, 60, 0);

	(void)state;
	assert_string_equal(
		analysis->guard_detail, "parser ran out of time after 0.3 s");
}

static void test_a_mail_that_loops_runs_out_of_processor_time(void **state)
{
	g_autoptr(Analysis) analysis = analyze_within("loop", 60000, 1, 0);

	(void)state;
	assert_string_equal(analysis->guard_detail,
		"parser used more than 1 s of processor time");
}

static void test_a_memory_bomb_is_stopped(void **state)
{
	g_autoptr(Analysis) analysis = NULL;

	(void)state;
	if (SANITIZED) {
		print_message("sanitizers need all addresses: skipped\n");
		skip();
	}
	analysis = analyze_within("memory", 60000, 60, 256 * 1024 * 1024);
	assert_string_equal(
		analysis->guard_detail, "parser used too much memory");
}

/* ---- attachments, and mails without lines ------------------------------ */

static const char *const resolve[] = {"#resolve", "#tag late", NULL};

static GBytes *strip(ParserPool *pool, const char *mail, GError **error)
{
	g_autoptr(GBytes) raw = g_bytes_new(mail, strlen(mail));

	return parser_pool_strip(pool, raw, resolve, error);
}

static GPtrArray *extract(ParserPool *pool, const char *mail, GError **error)
{
	g_autoptr(GBytes) raw = g_bytes_new(mail, strlen(mail));

	return parser_pool_extract(pool, raw, error);
}

static void assert_stripped(
	ParserPool *pool, const char *mail, const char *left)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) result = strip(pool, mail, &error);
	g_autofree char *text = NULL;
	size_t length;
	const char *bytes;

	if (!result)
		fail_msg("%s", error->message);
	bytes = g_bytes_get_data(result, &length);
	text = g_strndup(bytes, length);
	assert_string_equal(text, left);
}

static void test_lines_are_taken_out_in_the_cage(void **state)
{
	g_autoptr(ParserPool) pool = new_pool(REDRESS_PARSER_PROGRAM, 1);
	g_autoptr(GError) error = NULL;

	(void)state;
	assert_stripped(pool, "Subject: x\n\n#resolve\nbye\n#tag late\n",
		"Subject: x\n\nbye\n");
	assert_null(strip(pool, "Subject: x\n\nbye\n", &error));
	assert_true(
		g_error_matches(error, MESSAGE_ERROR, REDRESS_ERROR_INVALID));
	assert_non_null(strstr(error->message, "was not found"));
	assert_int_equal(parser_pool_deaths(pool), 0);
}

/* Twice, since glibc may unload a converter that is closed. */
static void test_lines_in_any_charset_are_taken_out_in_the_cage(void **state)
{
	g_autoptr(ParserPool) pool = new_pool(REDRESS_PARSER_PROGRAM, 1);

	(void)state;
	for (size_t i = 0; i < 2 * G_N_ELEMENTS(charsets); i++) {
		size_t row = i % G_N_ELEMENTS(charsets);
		g_autofree char *head = g_strdup_printf(
			"Content-Type: text/html; charset=%s\n\n<p>%s</p>",
			charsets[row].charset, charsets[row].raw);
		g_autofree char *mail = g_strdup_printf(
			"%s<p>#resolve</p><p>#tag&#32;late</p>\n", head);
		g_autofree char *left =
			g_strdup_printf("%s<p></p><p>&#32;</p>\n", head);

		if (strcmp(charsets[row].charset, "utf-7") != 0)
			assert_stripped(pool, mail, left);
	}
}

static void test_attachments_come_out_of_the_cage(void **state)
{
	g_autoptr(ParserPool) pool = new_pool(REDRESS_PARSER_PROGRAM, 1);
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) found = extract(pool,
		"Content-Type: image/png; name=a.png\nContent-ID: <c@d>\n"
		"Content-Transfer-Encoding: base64\n\naGVsbG8=\n",
		&error);
	const MessageAttachment *one;

	(void)state;
	assert_non_null(found);
	assert_int_equal(found->len, 1);
	one = found->pdata[0];
	assert_string_equal(one->name, "a.png");
	assert_string_equal(one->type, "image/png");
	assert_string_equal(one->content_id, "c@d");
	assert_int_equal(g_bytes_get_size(one->bytes), 5);
	assert_memory_equal(g_bytes_get_data(one->bytes, NULL), "hello", 5);
	assert_null(extract(pool, "", &error));
	assert_true(
		g_error_matches(error, MESSAGE_ERROR, REDRESS_ERROR_INVALID));
}

static void test_a_large_attachment_crosses(void **state)
{
	g_autoptr(ParserPool) pool = new_pool(REDRESS_PARSER_PROGRAM, 1);
	GString *mail = g_string_new("Content-Type: a/b\n"
				     "Content-Transfer-Encoding: 8bit\n\n");
	g_autoptr(GPtrArray) found = NULL;
	const MessageAttachment *one;

	(void)state;
	while (mail->len < 20 * 1024 * 1024)
		g_string_append(mail, "all work and no play\n");
	found = extract(pool, mail->str, NULL);
	assert_non_null(found);
	one = found->pdata[0];
	assert_true(g_bytes_get_size(one->bytes) > 20 * 1024 * 1023);
	g_string_free(mail, TRUE);
}

/* A parser that was taken over by its mail cannot break the daemon. */
static void test_a_lie_about_a_mail_is_a_death(void **state)
{
	static const char *const lies[] = {"malformed", "lie path",
		"lie control", "lie type", "lie no type", "lie id", "lie size",
		"lie many"};
	static const char *const mails[] = {
		"malformed", "lie words", "lie empty"};
	g_autoptr(ParserPool) pool = new_pool(REDRESS_CRASHER_PROGRAM, 1);

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(lies); i++) {
		g_autoptr(GError) error = NULL;

		assert_null(extract(pool, lies[i], &error));
		assert_true(g_error_matches(
			error, PARSER_ERROR, REDRESS_ERROR_TEMPORARY));
		assert_string_equal(
			error->message, "parser gave a malformed answer");
	}
	for (size_t i = 0; i < G_N_ELEMENTS(mails); i++) {
		g_autoptr(GError) error = NULL;

		assert_null(strip(pool, mails[i], &error));
		assert_true(g_error_matches(
			error, PARSER_ERROR, REDRESS_ERROR_TEMPORARY));
	}
	assert_int_equal(parser_pool_deaths(pool),
		G_N_ELEMENTS(lies) + G_N_ELEMENTS(mails));
	{
		g_autoptr(GPtrArray) honest = extract(pool, "honest", NULL);

		assert_non_null(honest);
		assert_int_equal(honest->len, 1);
	}
	assert_stripped(pool, "hello", "#resolve|#tag late");
}

static void test_a_death_while_stripping_is_temporary(void **state)
{
	g_autoptr(ParserPool) pool = new_pool(REDRESS_CRASHER_PROGRAM, 1);

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(deaths); i++) {
		g_autoptr(GError) stripped = NULL;
		g_autoptr(GError) extracted = NULL;

		assert_null(strip(pool, deaths[i].mail, &stripped));
		assert_true(g_error_matches(
			stripped, PARSER_ERROR, REDRESS_ERROR_TEMPORARY));
		assert_string_equal(stripped->message, deaths[i].reason);
		assert_null(extract(pool, deaths[i].mail, &extracted));
		assert_true(g_error_matches(
			extracted, PARSER_ERROR, REDRESS_ERROR_TEMPORARY));
		assert_stripped(pool, "hello", "#resolve|#tag late");
	}
	assert_int_equal(parser_pool_deaths(pool), 2 * G_N_ELEMENTS(deaths));
}

static void test_stripping_that_hangs_runs_out_of_time(void **state)
{
	ParserOptions options = {.program = REDRESS_CRASHER_PROGRAM,
		.processes = 1,
		.timeout_ms = 300,
		.cpu_s = 60};
	g_autoptr(ParserPool) pool = parser_pool_new(&options, NULL);
	g_autoptr(GError) error = NULL;

	(void)state;
	assert_non_null(pool);
	assert_null(strip(pool, "hang", &error));
	assert_true(
		g_error_matches(error, PARSER_ERROR, REDRESS_ERROR_TEMPORARY));
	assert_string_equal(
		error->message, "parser ran out of time after 0.3 s");
}

/* ---- housekeeping ----------------------------------------------------- */

static void test_a_parser_is_replaced_after_its_share_of_mails(void **state)
{
	ParserOptions options = {.program = REDRESS_CRASHER_PROGRAM,
		.processes = 1,
		.timeout_ms = 60000,
		.mails_per_process = 3};
	g_autoptr(ParserPool) pool = parser_pool_new(&options, NULL);
	g_autoptr(GArray) before = parser_pool_pids(pool);

	(void)state;
	for (int i = 0; i < 3; i++) {
		g_autoptr(GArray) now = parser_pool_pids(pool);
		g_autoptr(Analysis) analysis = analyze(pool, "hello");

		assert_false(is_unparsed(analysis));
		assert_int_equal(g_array_index(now, gint, 0),
			g_array_index(before, gint, 0));
	}
	{
		g_autoptr(GArray) after = parser_pool_pids(pool);

		assert_int_not_equal(g_array_index(after, gint, 0),
			g_array_index(before, gint, 0));
	}
	assert_int_equal(parser_pool_deaths(pool), 0);
}

static void test_freeing_the_pool_leaves_no_process_and_no_other_child(
	void **state)
{
	pid_t other = fork();
	ParserPool *pool;
	g_autoptr(GArray) pids = NULL;
	int status;

	(void)state;
	if (other == 0)
		_exit(7);
	pool = new_pool(REDRESS_CRASHER_PROGRAM, 3);
	analysis_free(analyze(pool, "abort"));
	pids = parser_pool_pids(pool);
	assert_int_equal(pids->len, 3);
	parser_pool_free(pool);
	for (guint i = 0; i < pids->len; i++) {
		assert_int_equal(kill(g_array_index(pids, gint, i), 0), -1);
		assert_int_equal(errno, ESRCH);
	}
	assert_int_equal(waitpid(other, &status, 0), other);
	assert_int_equal(WEXITSTATUS(status), 7);
	assert_int_equal(waitpid(-1, &status, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void test_a_program_that_cannot_start_is_an_error(void **state)
{
	static const char *const programs[] = {"/no/such/program", "/bin/true"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(programs); i++) {
		ParserOptions options = {.program = programs[i],
			.processes = 2,
			.timeout_ms = 1000};
		GError *error = NULL;

		assert_null(parser_pool_new(&options, &error));
		assert_true(g_error_matches(
			error, PARSER_ERROR, REDRESS_ERROR_TEMPORARY));
		g_error_free(error);
	}
}

/* The program goes away while the pool is at work, and comes back. */
static void test_a_missing_program_costs_analyses_until_it_is_back(void **state)
{
	g_autofree char *folder = g_dir_make_tmp("redress-XXXXXX", NULL);
	g_autofree char *program = g_build_filename(folder, "parser", NULL);
	ParserOptions options = {
		.program = program, .processes = 2, .timeout_ms = 1000};
	ParserPool *pool;

	(void)state;
	assert_int_equal(symlink(REDRESS_CRASHER_PROGRAM, program), 0);
	pool = parser_pool_new(&options, NULL);
	assert_non_null(pool);
	analysis_free(analyze(pool, "hello"));
	assert_int_equal(unlink(program), 0);
	analysis_free(analyze(pool, "abort"));
	analysis_free(analyze(pool, "abort"));
	{
		g_autoptr(Analysis) lost = analyze(pool, "hello");

		assert_true(is_unparsed(lost));
		assert_non_null(strstr(lost->guard_detail, "cannot"));
	}
	assert_int_equal(symlink(REDRESS_CRASHER_PROGRAM, program), 0);
	for (gint64 end = g_get_monotonic_time() + 30 * G_USEC_PER_SEC;;) {
		g_autoptr(Analysis) back = analyze(pool, "hello");

		if (!is_unparsed(back))
			break;
		assert_true(g_get_monotonic_time() < end);
	}
	parser_pool_free(pool);
	unlink(program);
	rmdir(folder);
}

/* ---- real mail -------------------------------------------------------- */

static ParserPool *corpus_pool;
static unsigned corpus_files;

static int analyze_file(
	const char *path, const struct stat *info, int flag, struct FTW *ftw)
{
	g_autofree char *bytes = NULL;
	gsize length;
	g_autoptr(GBytes) raw = NULL;
	g_autoptr(Analysis) analysis = NULL;

	(void)info;
	(void)ftw;
	if (flag != FTW_F || !g_file_get_contents(path, &bytes, &length, NULL))
		return 0;
	raw = g_bytes_new(bytes, length);
	analysis = parser_pool_analyze(corpus_pool, raw, &envelope);
	if (length > 0 && is_unparsed(analysis))
		fail_msg("%s: %s", path, analysis->guard_detail);
	corpus_files++;
	return 0;
}

static void test_every_mail_of_the_corpora_is_analysed_in_the_cage(void **state)
{
	const char *folder = g_getenv("REDRESS_CORPORA");

	(void)state;
	if (!folder) {
		print_message("REDRESS_CORPORA is not set: skipped\n");
		skip();
	}
	corpus_pool = new_pool(REDRESS_PARSER_PROGRAM, 1);
	assert_int_equal(nftw(folder, analyze_file, 16, FTW_PHYS), 0);
	assert_int_equal(parser_pool_deaths(corpus_pool), 0);
	assert_true(corpus_files > 100);
	parser_pool_free(corpus_pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_mail_is_analysed_in_the_cage),
		cmocka_unit_test(test_charsets_work_without_a_file_system),
		cmocka_unit_test(
			test_a_charset_that_was_not_loaded_is_merely_unknown),
		cmocka_unit_test(test_a_large_mail_crosses),
		cmocka_unit_test(test_an_empty_mail_gives_an_unparsed_analysis),
		cmocka_unit_test(
			test_every_mail_gets_an_analysis_while_parsers_are_killed),
		cmocka_unit_test(test_a_parser_killed_while_idle_costs_no_mail),
		cmocka_unit_test(
			test_a_death_has_a_reason_and_the_next_mail_a_parser),
		cmocka_unit_test(test_no_file_can_be_opened),
		cmocka_unit_test(test_a_mail_that_hangs_runs_out_of_time),
		cmocka_unit_test(
			test_a_mail_that_loops_runs_out_of_processor_time),
		cmocka_unit_test(test_a_memory_bomb_is_stopped),
		cmocka_unit_test(test_lines_are_taken_out_in_the_cage),
		cmocka_unit_test(
			test_lines_in_any_charset_are_taken_out_in_the_cage),
		cmocka_unit_test(test_attachments_come_out_of_the_cage),
		cmocka_unit_test(test_a_large_attachment_crosses),
		cmocka_unit_test(test_a_lie_about_a_mail_is_a_death),
		cmocka_unit_test(test_a_death_while_stripping_is_temporary),
		cmocka_unit_test(test_stripping_that_hangs_runs_out_of_time),
		cmocka_unit_test(
			test_a_parser_is_replaced_after_its_share_of_mails),
		cmocka_unit_test(
			test_freeing_the_pool_leaves_no_process_and_no_other_child),
		cmocka_unit_test(test_a_program_that_cannot_start_is_an_error),
		cmocka_unit_test(
			test_every_mail_of_the_corpora_is_analysed_in_the_cage),
		cmocka_unit_test(
			test_a_missing_program_costs_analyses_until_it_is_back),
	};

	return cmocka_run_group_tests_name("parser", tests, NULL, NULL);
}
