#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "../../src/intake/internal.h"

enum { MOST = 1000 };

/* ---- a folder, and what intake_read_path() hands on --------------------- */

typedef struct Place Place;
struct Place {
	char *folder;
	GPtrArray *mails; /* char *; NULL for a problem */
	GPtrArray *problems;
	GArray *codes;
	int64_t done, total;
	unsigned stop_after; /* 0: never */
};

static int set_up(void **state)
{
	Place *place = g_new0(Place, 1);

	place->folder = g_dir_make_tmp("intake-XXXXXX", NULL);
	place->mails = g_ptr_array_new_with_free_func(g_free);
	place->problems = g_ptr_array_new_with_free_func(g_free);
	place->codes = g_array_new(FALSE, FALSE, sizeof(int));
	*state = place;
	return 0;
}

static void remove_tree(const char *path)
{
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *inner = g_build_filename(path, name, NULL);
		struct stat status;
		if (lstat(inner, &status) == 0 && S_ISDIR(status.st_mode))
			remove_tree(inner);
		else
			g_unlink(inner);
	}
	g_rmdir(path);
}

static int tear_down(void **state)
{
	Place *place = *state;

	remove_tree(place->folder);
	g_free(place->folder);
	g_ptr_array_unref(place->mails);
	g_ptr_array_unref(place->problems);
	g_array_unref(place->codes);
	g_free(place);
	return 0;
}

static bool keep(GBytes *raw, const char *name, int64_t done, int64_t total,
	const GError *problem, void *user)
{
	Place *place = user;
	size_t length = 0;

	(void)name;
	assert_true((raw == NULL) == (problem != NULL));
	assert_true(done >= place->done);
	place->done = done;
	place->total = total;
	if (raw) {
		const char *bytes = g_bytes_get_data(raw, &length);
		g_ptr_array_add(place->mails, g_strndup(bytes, length));
	} else {
		g_ptr_array_add(place->problems, g_strdup(problem->message));
		g_array_append_val(place->codes, problem->code);
	}
	return !place->stop_after || place->mails->len < place->stop_after;
}

static char *put(Place *place, const char *name, const char *text)
{
	char *path = g_build_filename(place->folder, name, NULL);

	assert_true(g_file_set_contents(path, text, -1, NULL));
	return path;
}

static void read_all(Place *place, const char *path)
{
	g_autoptr(GError) error = NULL;
	bool good = intake_read_path(path, MOST, keep, place, &error);

	if (!good)
		fail_msg("%s", error->message);
}

static const char *mail_at(const Place *place, guint index)
{
	assert_true(index < place->mails->len);
	return g_ptr_array_index(place->mails, index);
}

/* ---- files --------------------------------------------------------------- */

static void test_a_single_file_is_handed_on_byte_for_byte(void **state)
{
	Place *place = *state;
	const char *text = "Subject: x\r\n\r\n>From here\nFrom there\n\n"
			   "From a@b.c Sat Nov 21 20:15:19 2026\nend";
	g_autofree char *path = put(place, "one.eml", text);

	read_all(place, path);
	assert_int_equal(place->mails->len, 1);
	assert_string_equal(mail_at(place, 0), text);
	assert_int_equal(place->done, strlen(text));
	assert_int_equal(place->total, strlen(text));
}

static void test_an_mbox_is_parted_and_unquoted(void **state)
{
	Place *place = *state;
	g_autofree char *path = put(place, "box",
		"From ann@x.example Sat Nov 21 20:15:19 2026\n"
		"Subject: one\n\n"
		">From quoted\n>>From twice\n> From not\n"
		"From the middle of a paragraph\n\n"
		"From here on a paragraph, at 10:30\n\n"
		"From bob@x.example  Sun Nov 22 01:02:03 2026\n"
		"Subject: two\n\nbody\n\n"
		"From - Mon Nov 23 01:02:03 2026\r\n"
		"Subject: three\r\n\r\nbody\r\n\r\n");

	read_all(place, path);
	assert_int_equal(place->mails->len, 3);
	assert_string_equal(mail_at(place, 0),
		"Subject: one\n\n"
		"From quoted\n>From twice\n> From not\n"
		"From the middle of a paragraph\n\n"
		"From here on a paragraph, at 10:30\n");
	assert_string_equal(mail_at(place, 1), "Subject: two\n\nbody\n");
	assert_string_equal(
		mail_at(place, 2), "Subject: three\r\n\r\nbody\r\n");
	assert_int_equal(place->done, place->total);
}

static void test_a_mail_too_big_costs_only_itself(void **state)
{
	Place *place = *state;
	g_autofree char *big = g_strnfill(20000, 'x');
	g_autofree char *box = g_strdup_printf(
		"From a Sat Nov 21 20:15:19 2026\nSubject: 1\n\n%s\n\n"
		"From a Sat Nov 21 20:15:19 2026\nSubject: 2\n\nsmall\n",
		big);
	g_autofree char *path = put(place, "box", box);

	read_all(place, path);
	assert_int_equal(place->problems->len, 1);
	assert_int_equal(
		g_array_index(place->codes, int, 0), REDRESS_ERROR_INVALID);
	assert_non_null(strstr(
		g_ptr_array_index(place->problems, 0), "box:1: larger than"));
	assert_int_equal(place->mails->len, 1);
	assert_string_equal(mail_at(place, 0), "Subject: 2\n\nsmall\n");
}

static void test_a_mail_of_just_the_bound_is_taken(void **state)
{
	Place *place = *state;
	g_autofree char *just = g_strnfill(MOST, 'x');
	g_autofree char *more = g_strnfill(MOST + 1, 'x');
	g_autofree char *path = put(place, "just", just);
	g_autofree char *other = put(place, "more", more);

	read_all(place, path);
	assert_int_equal(place->mails->len, 1);
	place->done = 0;
	read_all(place, other);
	assert_int_equal(place->mails->len, 1);
	assert_int_equal(place->problems->len, 1);
}

static void test_an_empty_file_is_a_problem_not_a_mail(void **state)
{
	Place *place = *state;
	g_autofree char *path = put(place, "empty", "");

	read_all(place, path);
	assert_int_equal(place->mails->len, 0);
	assert_int_equal(place->problems->len, 1);
}

static void test_reading_stops_when_told(void **state)
{
	Place *place = *state;
	g_autofree char *path = put(place, "box",
		"From a Sat Nov 21 20:15:19 2026\nA: 1\n\n\n"
		"From a Sat Nov 21 20:15:19 2026\nA: 2\n\n\n"
		"From a Sat Nov 21 20:15:19 2026\nA: 3\n\n\n");

	place->stop_after = 2;
	read_all(place, path);
	assert_int_equal(place->mails->len, 2);
}

static void make_folder(Place *place, const char *name)
{
	g_autofree char *path = g_build_filename(place->folder, name, NULL);

	assert_int_equal(g_mkdir_with_parents(path, 0700), 0);
}

static void test_a_maildir_is_read_in_order_of_delivery(void **state)
{
	Place *place = *state;
	make_folder(place, "cur");
	make_folder(place, "new");
	make_folder(place, "tmp");
	make_folder(place, "new/folder");
	g_autofree char *third = put(place, "new/1003.x", "A: 3\n\n");
	g_autofree char *first = put(place, "new/1001.x", "From : 1\n\n");
	g_autofree char *second = put(place, "cur/1002.x:2,S", "A: 2\n\n");
	g_autofree char *unfinished = put(place, "tmp/1000.x", "A: 0\n\n");
	g_autofree char *hidden = put(place, "new/.nfs", "A: h\n\n");

	read_all(place, place->folder);
	assert_int_equal(place->mails->len, 3);
	assert_string_equal(mail_at(place, 0), "From : 1\n\n");
	assert_string_equal(mail_at(place, 1), "A: 2\n\n");
	assert_string_equal(mail_at(place, 2), "A: 3\n\n");
	assert_int_equal(place->done, place->total);
}

static void *write_fifo(void *path)
{
	assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
	FILE *file = fopen(path, "w");

	fputs("Subject: piped\n\nx\n", file);
	fclose(file);
	return NULL;
}

static void test_a_fifo_is_read_to_its_end(void **state)
{
	Place *place = *state;
	g_autofree char *path = g_build_filename(place->folder, "fifo", NULL);

	assert_int_equal(mkfifo(path, 0600), 0);
	GThread *writer = g_thread_new("writer", write_fifo, path);
	read_all(place, path);
	g_thread_join(writer);
	assert_string_equal(mail_at(place, 0), "Subject: piped\n\nx\n");
	assert_int_equal(place->total, 0);
}

static void test_standard_input_may_be_one_mail_or_many(void **state)
{
	Place *place = *state;
	g_autofree char *path = put(place, "box",
		"From a Sat Nov 21 20:15:19 2026\nA: 1\n\n\n"
		"From a Sat Nov 21 20:15:19 2026\nA: 2\n\n\n");
	int saved = dup(STDIN_FILENO);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(dup2(fd, STDIN_FILENO) >= 0);
	read_all(place, "-");
	if (saved >= 0)
		dup2(saved, STDIN_FILENO);
	close(saved);
	close(fd);
	assert_int_equal(place->mails->len, 2);
}

static void test_what_is_no_mail_store_is_refused_with_the_cure(void **state)
{
	Place *place = *state;
	const struct {
		const char *path;
		int code;
		const char *words;
	} cases[] = {
		{place->folder, REDRESS_ERROR_INVALID, "no Maildir"},
		{"/nowhere/at/all", REDRESS_ERROR_NOT_FOUND, "/nowhere"},
		{"/dev/null", REDRESS_ERROR_INVALID, "neither"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		assert_false(intake_read_path(
			cases[i].path, MOST, keep, place, &error));
		assert_int_equal(error->code, cases[i].code);
		assert_non_null(strstr(error->message, cases[i].words));
	}
}

/* ---- header recipients --------------------------------------------------- */

static void check_recipients(const char *mail, const char *expected)
{
	g_autoptr(GBytes) raw = g_bytes_new(mail, strlen(mail));
	g_auto(GStrv) found = intake_header_recipients(raw);
	g_autofree char *joined = g_strjoinv(" ", found);

	assert_string_equal(joined, expected);
}

static void test_header_recipients_are_found_however_written(void **state)
{
	(void)state;
	static const struct {
		const char *mail, *expected;
	} cases[] = {
		{"To: ann@x.example\n\n", "ann@x.example"},
		{"To: Ann <ann@x.example>,\r\n\tBob <bob@x.example>\r\n\r\n",
			"ann@x.example bob@x.example"},
		{"To: \"Evil <evil@x.example>, \\\"a\" <ann@x.example>\n\n",
			"ann@x.example"},
		{"To: ann@x.example (Ann (the \\) first), eve@x.example)\n\n",
			"ann@x.example"},
		{"To: team: ann@x.example, <bob@x.example>; , c@x.example\n\n",
			"ann@x.example bob@x.example c@x.example"},
		{"To: <@relay.example,@other:ann@x.example>\n\n",
			"ann@x.example"},
		{"To: \"complaints\"@x.example, <\"a b\"@x.example>\n\n",
			"complaints@x.example \"a b\"@x.example"},
		{"Cc: c@x.example\nTo: t@x.example\nDelivered-To: d@x.example\n"
		 "X-Original-To: o@x.example\nEnvelope-To: e@x.example\n\n",
			"d@x.example o@x.example e@x.example t@x.example "
			"c@x.example"},
		{"To: Ann@x.example, ann@X.example\n\n", "Ann@x.example"},
		{"to : ann@x.example\n\n", "ann@x.example"},
		{"To: undisclosed-recipients:;\n\n", ""},
		{"X-To: x@x.example\n\nTo: body@x.example\n", ""},
		{"To: õie@näide.example\n\n", "õie@näide.example"},
		{"To: (((((\n\n", ""},
		{"To: \"ann@x.example\n\n", ""},
		{"To", ""},
		{"", ""},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		check_recipients(cases[i].mail, cases[i].expected);
}

static void test_header_recipients_are_bounded_and_valid(void **state)
{
	(void)state;
	GString *mail = g_string_new("To: \xff@x.example");
	for (unsigned i = 0; i < 30000; i++)
		g_string_append_printf(mail, ",a%u@x.example", i);
	g_autoptr(GBytes) raw = g_string_free_to_bytes(mail);
	g_auto(GStrv) found = intake_header_recipients(raw);

	assert_int_equal(g_strv_length(found), 1000);
	for (size_t i = 0; found[i]; i++)
		assert_true(g_utf8_validate(found[i], -1, NULL));
}

static void test_header_sender_is_the_return_path(void **state)
{
	(void)state;
	static const struct {
		const char *mail, *expected;
	} cases[] = {
		{"Return-Path: <ann@x.example>\n\n", "ann@x.example"},
		{"Return-Path: <>\n\n", ""},
		{"From: x@x.example\nReturn-path:\n <bob@x.example>\n\n",
			"bob@x.example"},
		{"From: ann@x.example\n\nReturn-Path: <b@x.example>\n", NULL},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GBytes) raw = g_bytes_new_static(
			cases[i].mail, strlen(cases[i].mail));
		g_autofree char *sender = intake_header_sender(raw);
		if (cases[i].expected)
			assert_string_equal(sender, cases[i].expected);
		else
			assert_null(sender);
	}
}

/* ---- envelope addresses -------------------------------------------------- */

static void test_envelope_paths_become_addresses(void **state)
{
	(void)state;
	static const struct {
		const char *path, *expected;
	} cases[] = {
		{"<ann@x.example>", "ann@x.example"},
		{"ann@x.example", "ann@x.example"},
		{" < ann@x.example > ", "ann@x.example"},
		{"<>", ""},
		{"", ""},
		{"<@a.example,@b.example:ann@x.example>", "ann@x.example"},
		{"<\"ann\"@x.example>", "ann@x.example"},
		{"<\"an\\n\"@x.example>", "ann@x.example"},
		{"<\"a n\"@x.example>", "\"a n\"@x.example"},
		{"<\"a@n\"@x.example>", "\"a@n\"@x.example"},
		{"<\"a..n\"@x.example>", "\"a..n\"@x.example"},
		{"<\"ann@x.example>", "\"ann@x.example"},
		{"<ann>", "ann"},
		{"<ann@x.example.>", "ann@x.example"},
		{"<õie@näide.example>", "õie@näide.example"},
		{"<\xff@x.example>", "\xef\xbf\xbd@x.example"},
		{"<@>", "@"},
		{"<", "<"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *address = address_of_path(cases[i].path);
		assert_string_equal(address, cases[i].expected);
	}
}

/* ---- the milter's socket ------------------------------------------------- */

static void check_socket(const char *name, const char *words)
{
	IntakeMilterOptions options = {
		.socket = name,
		.socket_mode = 0660,
		.timeout_s = 10,
		.message_bytes = MOST,
		.memory_bytes = MOST,
	};
	g_autoptr(GError) error = NULL;

	assert_false(intake_milter_open(&options, &error));
	if (!strstr(error->message, words))
		fail_msg("%s: no \"%s\"", error->message, words);
}

static void test_a_wrong_socket_is_refused_with_the_cure(void **state)
{
	Place *place = *state;
	g_autofree char *file = put(place, "file", "x");
	g_autofree char *taken = g_strconcat("unix:", file, NULL);
	g_autofree char *long_name = g_strnfill(200, 'x');
	g_autofree char *too_long = g_strconcat("unix:/", long_name, NULL);

	check_socket(taken, "no socket has this name");
	check_socket(too_long, "107");
	check_socket("unix:/nowhere/at/all", "make the folder /nowhere/at");
	check_socket("inet:smtp@localhost", "inet:PORT@HOST");
	check_socket("inet:0@localhost", "inet:PORT@HOST");
	check_socket("inet6:99999", "inet:PORT@HOST");
	check_socket("fd:x", "fd:3");
	check_socket("fd:1000", "no listening socket");
	check_socket("tcp:25", "write it as");
	check_socket("", "write it as");
}

static void test_a_socket_in_use_is_not_taken_away(void **state)
{
	Place *place = *state;
	g_autofree char *path = g_build_filename(place->folder, "s", NULL);
	g_autofree char *name = g_strconcat("local:", path, NULL);
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	g_strlcpy(address.sun_path, path, sizeof address.sun_path);
	assert_int_equal(
		bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(fd, 1), 0);
	check_socket(name, "another process listens there");
	close(fd);
}

/* ---- what is told and changed -------------------------------------------- */

static void check_lines(const char *words, const char *expected)
{
	g_auto(GStrv) lines = refusal_lines(words);
	g_autofree char *joined = g_strjoinv("|", lines);

	assert_string_equal(joined, expected);
}

static void test_words_become_lines_of_an_smtp_answer(void **state)
{
	(void)state;
	check_lines("#resolv: unknown", "#resolv: unknown");
	check_lines(
		"100 % of \xe2\x80\x9cthis\xe2\x80\x9d", "100 %% of \"this\"");
	check_lines("one\r\n\n two\n250 Ok", "one|two|250 Ok");
	check_lines("a\x1b[2J\tb\xff", "a [2J b?");
	check_lines("", "This message is not taken");
	check_lines(" \n\n", "This message is not taken");
}

static void test_an_smtp_answer_is_bounded(void **state)
{
	(void)state;
	GString *words = g_string_new(NULL);
	for (unsigned i = 0; i < 5000; i++)
		g_string_append(words, i % 7 ? "%" : " ");
	g_auto(GStrv) lines = refusal_lines(words->str);

	assert_int_equal(g_strv_length(lines), 8);
	for (size_t i = 0; lines[i]; i++)
		assert_true(strlen(lines[i]) <= 400);
	g_string_free(words, TRUE);
}

static void test_references_get_one_id_more(void **state)
{
	(void)state;
	static const struct {
		const char *references, *in_reply_to, *expected;
	} cases[] = {
		{NULL, NULL, "<t@x>"},
		{"", "", "<t@x>"},
		{"<a@x>\n <b@x>", "<b@x>", "<a@x>\n <b@x>\n <t@x>"},
		{NULL, "<b@x>", "<b@x>\n <t@x>"},
		{"<t@x> <b@x>", "<b@x>", NULL},
		{NULL, "<t@x>", NULL},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *value = direct_references(
			cases[i].references, cases[i].in_reply_to, "t@x");
		if (cases[i].expected)
			assert_string_equal(value, cases[i].expected);
		else
			assert_null(value);
	}
}

static void test_what_shows_an_agent_is_known(void **state)
{
	(void)state;
	static const struct {
		const char *name, *value;
		bool expected;
	} cases[] = {
		{"Sender", "anybody", true},
		{"x-originating-ip", "[192.0.2.7]", true},
		{"RESENT-FROM", "x", true},
		{"X-Anything", "by <Mari@Example.com>", true},
		{"X-Anything", "by \xff mari@example.com", true},
		{"Received", "from desk (mari@example.com)", true},
		{"Received", "from desk", false},
		{"Senders", "anybody", false},
		{"From", "mari@example.com", false},
		{"Content-Type", "x; name=\"mari@example.com\"", false},
		{"Message-ID", "<1.mari@example.com>", false},
		{"X-Mailer", "a client", false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_int_equal(direct_is_private(cases[i].name,
					 cases[i].value, "mari@example.com"),
			cases[i].expected);
	assert_false(direct_is_private("X-Mailer", "a client", ""));
}

int main(void)
{
#define PLACED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		PLACED(test_a_single_file_is_handed_on_byte_for_byte),
		PLACED(test_an_mbox_is_parted_and_unquoted),
		PLACED(test_a_mail_too_big_costs_only_itself),
		PLACED(test_a_mail_of_just_the_bound_is_taken),
		PLACED(test_an_empty_file_is_a_problem_not_a_mail),
		PLACED(test_reading_stops_when_told),
		PLACED(test_a_maildir_is_read_in_order_of_delivery),
		PLACED(test_a_fifo_is_read_to_its_end),
		PLACED(test_standard_input_may_be_one_mail_or_many),
		PLACED(test_what_is_no_mail_store_is_refused_with_the_cure),
		cmocka_unit_test(
			test_header_recipients_are_found_however_written),
		cmocka_unit_test(test_header_recipients_are_bounded_and_valid),
		cmocka_unit_test(test_header_sender_is_the_return_path),
		cmocka_unit_test(test_envelope_paths_become_addresses),
		PLACED(test_a_wrong_socket_is_refused_with_the_cure),
		PLACED(test_a_socket_in_use_is_not_taken_away),
		cmocka_unit_test(test_words_become_lines_of_an_smtp_answer),
		cmocka_unit_test(test_an_smtp_answer_is_bounded),
		cmocka_unit_test(test_references_get_one_id_more),
		cmocka_unit_test(test_what_shows_an_agent_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
