/* The connection below libetpan against a peer that does its worst. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../src/intake/imap.h"

enum { SOON_MS = 150, LATE_MS = 20 * 1000, LITERAL = 1000 };

typedef struct Pair Pair;
struct Pair {
	ImapStream *stream;
	int peer;
	GCancellable *stop;
};

static void open_pair(Pair *pair, int fds[2])
{
	ImapStreamOptions options = {
		.literal_bytes = LITERAL,
		.stop = pair->stop = g_cancellable_new(),
		.deadline_ms = base_clock_monotonic_ms() + LATE_MS,
	};

	pair->peer = fds[1];
	pair->stream = imap_stream_new(fds[0], &options);
	imap_stream_begin(pair->stream, options.deadline_ms, 1024 * 1024);
}

static int set_up(void **state)
{
	Pair *pair = g_new0(Pair, 1);
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	open_pair(pair, fds);
	*state = pair;
	return 0;
}

static int tear_down(void **state)
{
	Pair *pair = *state;

	imap_stream_free(pair->stream);
	if (pair->peer >= 0)
		close(pair->peer);
	g_object_unref(pair->stop);
	g_free(pair);
	return 0;
}

static void say(Pair *pair, const char *words)
{
	assert_int_equal(
		write(pair->peer, words, strlen(words)), strlen(words));
}

static void hang_up(Pair *pair)
{
	close(pair->peer);
	pair->peer = -1;
}

/* Reads until it breaks, and says why. */
static const char *read_all(Pair *pair)
{
	char bytes[4096];

	while (imap_stream_read(pair->stream, bytes, sizeof(bytes)) > 0)
		;
	assert_non_null(imap_stream_problem(pair->stream));
	/* And it stays broken. */
	assert_int_equal(imap_stream_read(pair->stream, bytes, 1), -1);
	assert_int_equal(imap_stream_write(pair->stream, "x", 1), -1);
	return imap_stream_problem(pair->stream)->message;
}

#define assert_says(text, part) assert_non_null(strstr(text, part))

/* ---- bounds ------------------------------------------------------------- */

static void test_end_inside_a_literal_is_an_error(void **state)
{
	say(*state, "* 1 FETCH (BODY[] {500}\r\nhalf of it");
	hang_up(*state);
	assert_says(read_all(*state), "closed the connection");
}

static void test_literal_beyond_the_bound_is_refused(void **state)
{
	say(*state, "* 1 FETCH (BODY[] {1001}\r\n");
	assert_says(read_all(*state), "1001 bytes at once");
}

static void test_literal_within_the_bound_may_hold_anything(void **state)
{
	Pair *pair = *state;
	g_autofree char *body = g_strnfill(LITERAL, '(');
	g_autofree char *said = g_strdup_printf(
		"* 1 FETCH (BODY[] {%d}\r\n%s)\r\n", LITERAL, body);
	char bytes[4096];
	size_t seen = 0;

	say(pair, said);
	while (seen < strlen(said)) {
		ssize_t count =
			imap_stream_read(pair->stream, bytes, sizeof(bytes));
		assert_true(count > 0);
		seen += (size_t)count;
	}
	assert_null(imap_stream_problem(pair->stream));
}

static void *say_for_ever(void *data)
{
	Pair *pair = data;
	static const char words[] = "0123456789abcdef0123456789abcdef";

	while (send(pair->peer, words, sizeof(words) - 1, MSG_NOSIGNAL) > 0)
		;
	return NULL;
}

static void test_line_without_an_end_is_refused(void **state)
{
	Pair *pair = *state;
	GThread *thread;

	say(pair, "* OK ");
	thread = g_thread_new("peer", say_for_ever, pair);
	assert_says(read_all(pair), "longer than 65536 bytes");
	imap_stream_free(g_steal_pointer(&pair->stream));
	g_thread_join(thread);
}

static void test_answer_beyond_its_bound_is_refused(void **state)
{
	Pair *pair = *state;

	imap_stream_begin(
		pair->stream, base_clock_monotonic_ms() + LATE_MS, 10);
	say(pair, "* 1 EXISTS\r\n");
	assert_says(read_all(pair), "larger than it may be");
}

static void test_deep_answer_is_refused(void **state)
{
	g_autofree char *deep = g_strnfill(1001, '(');
	g_autofree char *said =
		g_strconcat("* 1 FETCH (BODYSTRUCTURE ", deep, "\r\n", NULL);

	say(*state, said);
	assert_says(read_all(*state), "not understood");
}

static void test_good_bye_is_told_in_its_words(void **state)
{
	say(*state, "* BYE [UNAVAILABLE] come back \x1b later\r\n");
	assert_string_equal(read_all(*state),
		"the server says good-bye: [UNAVAILABLE] come back   later");
}

static void test_text_that_looks_like_a_literal_is_none(void **state)
{
	say(*state, "* OK counting {9999999}\r\n* BYE now\r\n");
	assert_says(read_all(*state), "good-bye: now");
}

/* ---- time --------------------------------------------------------------- */

static void test_silence_ends_at_the_deadline(void **state)
{
	Pair *pair = *state;

	imap_stream_begin(
		pair->stream, base_clock_monotonic_ms() + SOON_MS, 1024);
	assert_says(read_all(pair), "did not answer in time");
}

static void *trickle(void *data)
{
	Pair *pair = data;

	while (send(pair->peer, ".", 1, MSG_NOSIGNAL) == 1)
		g_usleep(5 * 1000);
	return NULL;
}

static void test_trickle_ends_at_the_deadline(void **state)
{
	Pair *pair = *state;
	int64_t start_ms = base_clock_monotonic_ms();
	GThread *thread = g_thread_new("peer", trickle, pair);

	imap_stream_begin(pair->stream, start_ms + SOON_MS, 1024 * 1024);
	assert_says(read_all(pair), "in time");
	assert_in_range(
		base_clock_monotonic_ms() - start_ms, SOON_MS, LATE_MS / 2);
	imap_stream_free(g_steal_pointer(&pair->stream));
	g_thread_join(thread);
}

static void *cancel(void *data)
{
	g_cancellable_cancel(data);
	return NULL;
}

static void test_stop_ends_every_wait_at_once(void **state)
{
	Pair *pair = *state;
	int64_t start_ms = base_clock_monotonic_ms();
	GThread *thread = g_thread_new("stopper", cancel, pair->stop);
	bool ready;

	assert_string_equal(read_all(pair), "stopped");
	assert_false(
		imap_stream_wait(pair->stream, start_ms + LATE_MS, &ready));
	assert_in_range(base_clock_monotonic_ms() - start_ms, 0, LATE_MS / 2);
	g_thread_join(thread);
}

/* ---- the socket --------------------------------------------------------- */

static void test_closed_peer_is_an_error_and_no_signal(void **state)
{
	Pair *pair = *state;
	ssize_t count = 0;

	signal(SIGPIPE, SIG_DFL);
	hang_up(pair);
	for (int i = 0; i < 3 && count >= 0; i++)
		count = imap_stream_write(pair->stream, "NOOP\r\n", 6);
	assert_int_equal(count, -1);
	assert_says(imap_stream_problem(pair->stream)->message, "broke");
}

static void test_high_descriptors_work(void **state)
{
	struct rlimit limit;
	Pair pair = {0};
	int fds[2];
	char bytes[16];
	(void)state;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = MIN(limit.rlim_max, 4096);
	setrlimit(RLIMIT_NOFILE, &limit);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	int high = fcntl(fds[0], F_DUPFD, 1500);
	assert_true(high >= 1500);
	close(fds[0]);
	fds[0] = high;
	open_pair(&pair, fds);
	say(&pair, "* OK\r\n");
	assert_true(imap_stream_read(pair.stream, bytes, sizeof(bytes)) > 0);
	imap_stream_free(pair.stream);
	close(pair.peer);
	g_object_unref(pair.stop);
}

#define stream_test(name)                                                      \
	cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		stream_test(test_end_inside_a_literal_is_an_error),
		stream_test(test_literal_beyond_the_bound_is_refused),
		stream_test(test_literal_within_the_bound_may_hold_anything),
		stream_test(test_line_without_an_end_is_refused),
		stream_test(test_answer_beyond_its_bound_is_refused),
		stream_test(test_deep_answer_is_refused),
		stream_test(test_good_bye_is_told_in_its_words),
		stream_test(test_text_that_looks_like_a_literal_is_none),
		stream_test(test_silence_ends_at_the_deadline),
		stream_test(test_trickle_ends_at_the_deadline),
		stream_test(test_stop_ends_every_wait_at_once),
		stream_test(test_closed_peer_is_an_error_and_no_signal),
		cmocka_unit_test(test_high_descriptors_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
