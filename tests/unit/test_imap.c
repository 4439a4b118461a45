/* Login, secrets and commands against a server that follows a script. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "../../src/intake/imap_follow.h"

enum { LATE_S = 20, MESSAGE_BYTES = 10 * 1000 };

/* ---- the server --------------------------------------------------------- */

/* What a command begins with after its tag, and the answer, in which %t is the
 * tag.  An answer that ends in "%close" is the last. */
typedef struct Turn Turn;
struct Turn {
	const char *command, *answer;
};

typedef struct Server Server;
struct Server {
	GSocketListener *listener;
	unsigned port;
	GThread *thread;
	const char *greeting;
	const Turn *turns;
	GString *heard;
};

static bool say(GOutputStream *output, const char *answer, const char *tag)
{
	g_autoptr(GString) text = g_string_new(answer);
	bool end = g_string_replace(text, "%close", "", 0) > 0;

	g_string_replace(text, "%t", tag, 0);
	return g_output_stream_write_all(
		       output, text->str, text->len, NULL, NULL, NULL) &&
	       !end;
}

static bool take_turn(Server *server, GOutputStream *output, const char *line)
{
	const char *space = strchr(line, ' ');
	g_autofree char *tag =
		space ? g_strndup(line, (gsize)(space - line)) : g_strdup("");
	const char *command = space ? space + 1 : line;

	g_string_append_printf(server->heard, "%s\n", line);
	for (const Turn *turn = server->turns; turn->command; turn++)
		if (g_str_has_prefix(command, turn->command) ||
			g_str_has_prefix(line, turn->command))
			return say(output, turn->answer, tag);
	return say(output, "%t BAD what?\r\n", tag);
}

static void *serve(void *data)
{
	Server *server = data;
	g_autoptr(GSocketConnection) connection =
		g_socket_listener_accept(server->listener, NULL, NULL, NULL);
	GOutputStream *output =
		g_io_stream_get_output_stream(G_IO_STREAM(connection));
	g_autoptr(GDataInputStream) input = g_data_input_stream_new(
		g_io_stream_get_input_stream(G_IO_STREAM(connection)));

	g_data_input_stream_set_newline_type(
		input, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
	if (!say(output, server->greeting, "*"))
		return NULL;
	for (;;) {
		g_autofree char *line =
			g_data_input_stream_read_line(input, NULL, NULL, NULL);
		if (!line || !take_turn(server, output, line))
			return NULL;
	}
}

static void start(Server *server, const char *greeting, const Turn *turns)
{
	server->listener = g_socket_listener_new();
	server->port = g_socket_listener_add_any_inet_port(
		server->listener, NULL, NULL);
	server->greeting = greeting;
	server->turns = turns;
	server->heard = g_string_new(NULL);
	server->thread = g_thread_new("server", serve, server);
}

static void finish(Server *server)
{
	g_thread_join(server->thread);
	g_object_unref(server->listener);
	g_string_free(server->heard, TRUE);
}

static IntakeImapOptions options_for(const Server *server)
{
	return (IntakeImapOptions){
		.mailbox = "complaints@example.com",
		.host = "127.0.0.1",
		.port = server->port,
		.tls = INTAKE_TLS_NONE,
		.login = "care",
		.password_command = "echo se\\\"cret",
		.folder = "INBOX",
		.command_timeout_s = LATE_S,
		.message_bytes = MESSAGE_BYTES,
	};
}

#define GREETING "* OK ready\r\n"
#define CAPABILITY(words)                                                      \
	{                                                                      \
		"CAPABILITY",                                                  \
			"* CAPABILITY IMAP4rev1 " words "\r\n%t OK done\r\n"   \
	}
#define LOGIN                                                                  \
	{                                                                      \
		"LOGIN", "%t OK in\r\n"                                        \
	}
#define SELECT                                                                 \
	{                                                                      \
		"SELECT", "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n"           \
			  "* OK [UIDNEXT 10] x\r\n* OK [PERMANENTFLAGS"        \
			  " (\\Seen \\*)] x\r\n%t OK [READ-WRITE] x\r\n"       \
	}

/* Logs in, which must not work; what is said then. */
static char *refused_login(const char *greeting, const Turn *turns)
{
	Server server;
	g_autoptr(GError) error = NULL;

	start(&server, greeting, turns);
	IntakeImapOptions options = options_for(&server);
	ImapSession *session = imap_login(&options, NULL, &error);
	assert_null(session);
	finish(&server);
	return g_strdup(error->message);
}

#define assert_says(text, part) assert_non_null(strstr(text, part))

/* ---- login -------------------------------------------------------------- */

static void test_plain_comes_before_login(void **state)
{
	static const Turn turns[] = {CAPABILITY("AUTH=PLAIN"),
		{"AUTHENTICATE PLAIN", "+ \r\n"},
		/* "\0care\0se\"cret" */
		{"AGNhcmUAc2UiY3JldA==", "1 OK never\r\n"}, {NULL, NULL}};
	Server server;
	g_autoptr(GError) error = NULL;
	(void)state;

	start(&server, GREETING, turns);
	IntakeImapOptions options = options_for(&server);
	/* The tag of that answer is wrong, so it ends there. */
	assert_null(imap_login(&options, NULL, &error));
	g_thread_join(g_steal_pointer(&server.thread));
	assert_says(server.heard->str, "\nAGNhcmUAc2UiY3JldA==\n");
	g_object_unref(server.listener);
	g_string_free(server.heard, TRUE);
}

static void test_refused_login_tells_the_servers_words(void **state)
{
	static const Turn turns[] = {CAPABILITY(""),
		{"LOGIN", "%t NO [AUTHENTICATIONFAILED] no \x07such user\r\n"},
		{NULL, NULL}};
	(void)state;
	g_autofree char *words = refused_login(GREETING, turns);

	assert_says(words, "the login of care was refused");
	assert_says(words, "no  such user");
}

static void test_password_is_not_sent_where_login_is_disabled(void **state)
{
	static const Turn turns[] = {CAPABILITY("LOGINDISABLED"), {NULL, NULL}};
	(void)state;
	g_autofree char *words = refused_login(GREETING, turns);

	assert_says(words, "LOGINDISABLED");
}

static void test_preauth_is_refused(void **state)
{
	static const Turn turns[] = {{NULL, NULL}};
	(void)state;
	g_autofree char *words = refused_login("* PREAUTH welcome\r\n", turns);

	assert_says(words, "PREAUTH");
}

static void test_greeting_of_another_kind_is_told(void **state)
{
	static const Turn turns[] = {{NULL, NULL}};
	(void)state;
	g_autofree char *smtp =
		refused_login("220 mail.example.com ESMTP\r\n%close", turns);
	g_autofree char *bye =
		refused_login("* BYE too many of you\r\n%close", turns);

	assert_says(smtp, "no greeting of an IMAP server");
	assert_says(bye, "too many of you");
}

static void test_capability_without_data_is_survived(void **state)
{
	static const Turn turns[] = {{"CAPABILITY", "%t OK nothing\r\n"},
		{"LOGIN", "%t NO no\r\n"}, {NULL, NULL}};
	(void)state;
	g_autofree char *words = refused_login(GREETING, turns);

	assert_says(words, "was refused");
}

static void test_starttls_is_required(void **state)
{
	static const Turn turns[] = {CAPABILITY("AUTH=PLAIN"), {NULL, NULL}};
	Server server;
	g_autoptr(GError) error = NULL;
	(void)state;

	start(&server, GREETING, turns);
	IntakeImapOptions options = options_for(&server);
	options.tls = INTAKE_TLS_STARTTLS;
	assert_null(imap_login(&options, NULL, &error));
	assert_says(error->message, "offers no STARTTLS");
	finish(&server);
}

static void test_refused_token_is_asked_for_anew(void **state)
{
	static const Turn turns[] = {CAPABILITY("AUTH=XOAUTH2"),
		{"AUTHENTICATE XOAUTH2", "+ \r\n"},
		/* user=care, auth=Bearer old */
		{"dXNlcj1jYXJlAWF1dGg9QmVhcmVyIG9sZAEB", "+ eyJ9\r\n"},
		{"dXNlcj1jYXJlAWF1dGg9QmVhcmVyIG5ldwEB",
			"* CAPABILITY IMAP4rev1\r\n3 OK in\r\n"},
		{"", "2 NO expired\r\n"}, {NULL, NULL}};
	Server server;
	g_autofree char *folder = g_dir_make_tmp("imap-XXXXXX", NULL);
	g_autofree char *mark = g_build_filename(folder, "mark", NULL);
	g_autofree char *command = g_strdup_printf(
		"if [ -e %s ]; then echo '{\"access_token\": \"new\", "
		"\"expires_in\": 60}'; else touch %s; echo old; fi",
		mark, mark);
	g_autoptr(GError) error = NULL;
	(void)state;

	start(&server, GREETING, turns);
	IntakeImapOptions options = options_for(&server);
	options.oauth2_command = command;
	ImapSession *session = imap_login(&options, NULL, &error);
	/* The last CAPABILITY is answered as the first. */
	assert_non_null(session);
	assert_in_range(session->token_expires_ms, 1,
		base_clock_monotonic_ms() + 60 * 1000);
	imap_session_free(session);
	finish(&server);
	g_unlink(mark);
	g_rmdir(folder);
}

/* ---- secrets ------------------------------------------------------------ */

static void test_secret_is_the_first_line(void **state)
{
	g_auto(BaseSecret) secret = {0};
	g_autoptr(GError) error = NULL;
	(void)state;

	assert_true(base_secret_parse(
		"geheim wort\r\nlogin: x\n", false, 0, &secret, &error));
	assert_string_equal(secret.text, "geheim wort");
	base_secret_clear(&secret);
	assert_false(base_secret_parse("\nx", false, 0, &secret, &error));
	g_clear_error(&error);
	assert_false(base_secret_parse("a\001b", true, 0, &secret, &error));
}

static void test_token_tells_its_end(void **state)
{
	g_auto(BaseSecret) secret = {0};
	(void)state;

	assert_true(base_secret_parse("{\"access_token\": \"t\",\n"
				      "\"expires_in\": \"3600\"}",
		true, 1000, &secret, NULL));
	assert_string_equal(secret.text, "t");
	assert_int_equal(secret.expires_ms, 1000 + 3600 * 1000);
}

static char *failing_command(const char *command, int64_t timeout_ms)
{
	g_autoptr(GError) error = NULL;

	assert_null(base_secret_run(command, timeout_ms, NULL, &error));
	return g_strdup(error->message);
}

static void test_secret_command_is_bounded(void **state)
{
	(void)state;
	g_autofree char *slow = failing_command("exec sleep 60", 100);
	g_autofree char *endless = failing_command("exec yes", 20 * 1000);
	g_autofree char *failed = failing_command("echo x; exit 3", 20 * 1000);
	g_autofree char *good =
		base_secret_run("echo x; echo y", 20 * 1000, NULL, NULL);

	assert_says(slow, "did not end in time");
	assert_says(endless, "says too much");
	assert_says(failed, "code 3");
	assert_string_equal(good, "x\ny\n");
}

/* ---- commands ----------------------------------------------------------- */

/* A session of a server that logs everybody in. */
static ImapSession *logged_in(
	Server *server, IntakeImapOptions *options, const Turn *turns)
{
	g_autoptr(GError) error = NULL;

	start(server, GREETING, turns);
	*options = options_for(server);
	ImapSession *session = imap_login(options, NULL, &error);
	if (error)
		fail_msg("%s", error->message);
	return session;
}

static void test_folder_tells_where_it_stands(void **state)
{
	static const Turn turns[] = {
		CAPABILITY("IDLE"), LOGIN, SELECT, {NULL, NULL}};
	Server server;
	IntakeImapOptions options;
	ImapFolder folder;
	(void)state;
	ImapSession *session = logged_in(&server, &options, turns);

	assert_true(imap_session_has(session, "IDLE"));
	assert_true(imap_session_select(
		session, "Gelöscht & \"alt\"", &folder, NULL));
	assert_int_equal(folder.validity, 7);
	assert_int_equal(folder.next, 10);
	assert_int_equal(folder.exists, 3);
	assert_true(folder.keeps_mark);
	imap_session_free(session);
	g_thread_join(g_steal_pointer(&server.thread));
	assert_says(
		server.heard->str, "SELECT \"Gel&APY-scht &- \\\"alt\\\"\"");
	g_object_unref(server.listener);
	g_string_free(server.heard, TRUE);
}

static void test_list_is_sorted_and_without_strangers(void **state)
{
#define DATED "INTERNALDATE \"21-Nov-2026 23:00:00 +0200\""
	static const Turn turns[] = {CAPABILITY(""), LOGIN, SELECT,
		{"UID FETCH", "* 3 FETCH (UID 9 RFC822.SIZE 20 " DATED ")\r\n"
			      "* 2 FETCH (FLAGS (\\Seen))\r\n"
			      "* 1 FETCH (UID 4 RFC822.SIZE 10 " DATED ")\r\n"
			      "* 1 FETCH (UID 4 RFC822.SIZE 10 " DATED ")\r\n"
			      "* 9 FETCH (UID 99 RFC822.SIZE 10 " DATED ")\r\n"
			      "%t OK done\r\n"},
		{NULL, NULL}};
	Server server;
	IntakeImapOptions options;
	ImapFolder folder;
	g_autoptr(GArray) mails = NULL;
	(void)state;
	ImapSession *session = logged_in(&server, &options, turns);

	assert_true(imap_session_select(session, "INBOX", &folder, NULL));
	assert_true(imap_session_list(session, 1, 10, &mails, NULL));
	assert_int_equal(mails->len, 2);
	assert_int_equal(g_array_index(mails, ImapMail, 0).uid, 4);
	assert_int_equal(g_array_index(mails, ImapMail, 1).uid, 9);
	assert_int_equal(g_array_index(mails, ImapMail, 1).size_bytes, 20);
	/* 2026-11-21T21:00:00Z */
	assert_int_equal(g_array_index(mails, ImapMail, 1).internal_s,
		INT64_C(1795294800));
	imap_session_free(session);
	finish(&server);
}

static void test_bytes_come_to_their_mail_and_gone_mail_to_none(void **state)
{
	static const Turn turns[] = {CAPABILITY(""), LOGIN, SELECT,
		{"UID FETCH 4:5,9 (UID BODY.PEEK[])",
			"* 3 FETCH (BODY[] {6}\r\nab\r\ncd UID 9)\r\n"
			"* 1 EXPUNGE\r\n"
			"* 1 FETCH (UID 4 BODY[] {0}\r\n)\r\n"
			"%t OK done\r\n"},
		{NULL, NULL}};
	static const ImapMail mails[] = {
		{.uid = 4, .size_bytes = 1}, {.uid = 5}, {.uid = 9}};
	Server server;
	IntakeImapOptions options;
	ImapFolder folder;
	g_autoptr(GPtrArray) bytes = NULL;
	(void)state;
	ImapSession *session = logged_in(&server, &options, turns);

	assert_true(imap_session_select(session, "INBOX", &folder, NULL));
	assert_true(imap_session_fetch(session, mails, 3, &bytes, NULL));
	assert_int_equal(bytes->len, 3);
	assert_null(bytes->pdata[1]);
	assert_int_equal(g_bytes_get_size(bytes->pdata[2]), 6);
	assert_memory_equal(
		g_bytes_get_data(bytes->pdata[2], NULL), "ab\r\ncd", 6);
	imap_session_free(session);
	finish(&server);
}

static void test_end_inside_a_mail_is_an_error(void **state)
{
	static const Turn turns[] = {CAPABILITY(""), LOGIN, SELECT,
		{"UID FETCH", "* 1 FETCH (UID 4 BODY[] {50}\r\nhalf%close"},
		{NULL, NULL}};
	static const ImapMail mail = {.uid = 4, .size_bytes = 50};
	Server server;
	IntakeImapOptions options;
	ImapFolder folder;
	g_autoptr(GPtrArray) bytes = NULL;
	g_autoptr(GError) error = NULL;
	(void)state;
	ImapSession *session = logged_in(&server, &options, turns);

	assert_true(imap_session_select(session, "INBOX", &folder, NULL));
	assert_false(imap_session_fetch(session, &mail, 1, &bytes, &error));
	assert_says(error->message, "closed the connection");
	assert_int_equal(error->code, REDRESS_ERROR_TEMPORARY);
	imap_session_free(session);
	finish(&server);
}

/* news: whether the answer holds some; the wait would be long. */
static void check_idle(const char *answer, bool news)
{
	const Turn turns[] = {CAPABILITY("IDLE"), LOGIN, SELECT,
		{"IDLE", answer}, {"DONE", "4 OK done\r\n"}, {NULL, NULL}};
	Server server;
	IntakeImapOptions options;
	ImapFolder folder;
	g_autoptr(GError) error = NULL;
	ImapSession *session = logged_in(&server, &options, turns);
	int64_t until_ms =
		base_clock_monotonic_ms() + (news ? LATE_S * 1000 : 50);
	bool found = false;

	assert_true(imap_session_select(session, "INBOX", &folder, NULL));
	session->imap->imap_tag = 3;
	if (!imap_session_idle(session, until_ms, &found, &error))
		fail_msg("%s", error->message);
	assert_int_equal(found, news);
	if (news)
		assert_true(base_clock_monotonic_ms() < until_ms);
	imap_session_free(session);
	finish(&server);
}

static void test_idle_misses_nothing(void **state)
{
	(void)state;
	check_idle("+ idling\r\n* 4 EXISTS\r\n", true);
	check_idle("* 4 EXISTS\r\n+ idling\r\n", true);
	check_idle("+ idling\r\n", false);
}

static void test_refused_idle_leaves_the_connection(void **state)
{
	static const Turn turns[] = {CAPABILITY("IDLE"), LOGIN, SELECT,
		{"IDLE", "%t NO not today\r\n"}, {NULL, NULL}};
	Server server;
	IntakeImapOptions options;
	ImapFolder folder;
	bool news;
	g_autoptr(GError) error = NULL;
	(void)state;
	ImapSession *session = logged_in(&server, &options, turns);

	assert_true(imap_session_select(session, "INBOX", &folder, NULL));
	assert_false(imap_session_idle(session,
		base_clock_monotonic_ms() + LATE_S * 1000, &news, &error));
	assert_int_equal(error->code, REDRESS_ERROR_PERMANENT);
	assert_true(imap_session_select(session, "INBOX", &folder, NULL));
	imap_session_free(session);
	finish(&server);
}

static void test_move_without_uidplus_expunges_nothing(void **state)
{
	static const Turn turns[] = {CAPABILITY(""), LOGIN, SELECT,
		{"UID COPY 4,6:7 \"Done\"", "%t OK x\r\n"},
		{"UID STORE 4,6:7 +FLAGS.SILENT (\\Deleted)", "%t OK x\r\n"},
		{NULL, NULL}};
	static const uint32_t uids[] = {4, 6, 7};
	Server server;
	IntakeImapOptions options;
	ImapFolder folder;
	g_autoptr(GError) error = NULL;
	(void)state;
	ImapSession *session = logged_in(&server, &options, turns);

	assert_true(imap_session_select(session, "INBOX", &folder, NULL));
	if (!imap_session_move(session, uids, 3, "Done", &error))
		fail_msg("%s", error->message);
	imap_session_free(session);
	g_thread_join(g_steal_pointer(&server.thread));
	assert_null(strstr(server.heard->str, "EXPUNGE"));
	g_object_unref(server.listener);
	g_string_free(server.heard, TRUE);
}

static void test_sent_folder_is_found_by_its_mark(void **state)
{
	static const Turn turns[] = {CAPABILITY(""), LOGIN,
		{"LIST", "* LIST (\\HasNoChildren) \"/\" [Gmail]/INBOX\r\n"
			 "* LIST (\\HasNoChildren \\Sent) \"/\" "
			 "\"Gesendete Objekte &APY-\"\r\n%t OK x\r\n"},
		{NULL, NULL}};
	Server server;
	IntakeImapOptions options;
	(void)state;
	ImapSession *session = logged_in(&server, &options, turns);
	g_autofree char *name = imap_session_find_sent(session, NULL);

	assert_string_equal(name, "Gesendete Objekte ö");
	imap_session_free(session);
	finish(&server);
}

/* ---- what libetpan reads ------------------------------------------------ */

/* Of a line behind the greeting; literal: -1: none.  read: NULL: refused. */
static const struct {
	const char *line;
	gssize literal;
	const char *read;
} gated[] = {
	{"* OK [UIDNEXT 10] ready", -1, "* OK [UIDNEXT 10] ready\r\n"},
	{"* OK [UIDNEXT x] ready", -1, "* OK UIDNEXT x: ready\r\n"},
	{"* OK [PERMANENTFLAGS (\\Seen (] x", -1,
		"* OK PERMANENTFLAGS (\\Seen (: x\r\n"},
	{"3 NO [AUTHENTICATIONFAILED] no", -1,
		"3 NO AUTHENTICATIONFAILED: no\r\n"},
	{"3 OK", -1, "3 OK done\r\n"},
	{"* OK \001[ALERT] x", -1, "* OK ALERT: x\r\n"},
	{"* CAPABILITY IMAP4rev1 AUTH=PLAIN ()", -1,
		"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n"},
	{"+ send it", -1, "+ go on\r\n"},
	{"* 4 EXISTS", -1, "* 4 EXISTS\r\n"},
	{"* 4 EXPUNGE", -1, ""},
	{"* VANISHED (EARLIER) 1:3", -1, ""},
	{"* SEARCH 1 2 3", -1, ""},
	{"* 2 FETCH (FLAGS (\\Seen) MODSEQ (12))", -1, ""},
	{"* 2 FETCH (FLAGS (\\Seen) UID 4)", -1, "* 2 FETCH (UID 4)\r\n"},
	{"* 2 FETCH (UID 4 ENVELOPE ((\"a)\" NIL)))", -1,
		"* 2 FETCH (UID 4)\r\n"},
	{"* 2 FETCH (UID 4 BODY[] ", 7, "* 2 FETCH (UID 4 BODY[] {7}\r\n"},
	{"* 2 FETCH (UID 4 X-NOTE ", 7, ""},
	{"* 2 FETCH (UID 4", -1, NULL},
	{"* 2 FETCH (UID 4294967296)", -1, NULL},
	{"* 2 FETCH (INTERNALDATE \"yesterday\")", -1, NULL},
	{"* LIST (\\Sent) \"/\" [Gmail]/Sent", -1,
		"* LIST (\\Sent) \"/\" \"[Gmail]/Sent\"\r\n"},
	{"* LIST (\\Sent \"/\" x", -1, ""},
	{"220 mail.example.com ESMTP", -1, NULL},
	{"", -1, NULL},
};

static void test_libetpan_reads_what_is_well_formed_and_used(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(gated); i++) {
		ImapGate gate = {.greeted = true};
		g_autoptr(GString) out = g_string_new(NULL);
		bool good = imap_gate_line(&gate, gated[i].line,
			strlen(gated[i].line), gated[i].literal, out);
		if (good != (gated[i].read != NULL))
			fail_msg("%s: %d", gated[i].line, good);
		/* What a list of attributes begins with comes with its first
		 * one: nothing of a skipped literal is handed on. */
		if (good && !g_str_has_prefix(out->str, gated[i].read))
			fail_msg("%s: %s", gated[i].line, out->str);
		if (good && gated[i].literal < 0)
			assert_string_equal(out->str, gated[i].read);
	}
}

static void test_a_list_goes_on_behind_its_literals(void **state)
{
	ImapGate gate = {.greeted = true};
	g_autoptr(GString) out = g_string_new(NULL);
	(void)state;

	assert_true(imap_gate_line(&gate, "* 2 FETCH (X (A ", 16, 3, out));
	assert_false(gate.hand_on);
	assert_true(imap_gate_line(&gate, " B) BODY[] ", 11, 5, out));
	assert_true(gate.hand_on);
	assert_true(imap_gate_line(&gate, " UID 4)", 7, -1, out));
	assert_string_equal(out->str, "* 2 FETCH (BODY[] {5}\r\n UID 4)\r\n");
	assert_int_equal(gate.state, IMAP_GATE_START);
}

/* ---- huge mail ---------------------------------------------------------- */

static void test_huge_mail_is_a_header_and_words(void **state)
{
	static const char header[] = "From: a@b.example\r\n"
				     "Content-Type: multipart/mixed;\r\n"
				     "\tboundary=x\r\n"
				     "Subject: films\r\n\r\n";
	g_autoptr(GBytes) raw = g_bytes_new_static(header, sizeof(header) - 1);
	g_autoptr(GBytes) mail = imap_follow_stand_in(raw, 50 * 1000 * 1000);
	g_autofree char *text =
		g_strndup(g_bytes_get_data(mail, NULL), g_bytes_get_size(mail));
	(void)state;

	assert_true(g_str_has_prefix(text,
		"From: a@b.example\r\nSubject: films\r\nMIME-Version: 1.0\r\n"
		"Content-Type: text/plain; charset=utf-8\r\n\r\n"));
	assert_says(text, "50.0");
	assert_null(strstr(text, "boundary"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_comes_before_login),
		cmocka_unit_test(test_refused_login_tells_the_servers_words),
		cmocka_unit_test(
			test_password_is_not_sent_where_login_is_disabled),
		cmocka_unit_test(test_preauth_is_refused),
		cmocka_unit_test(test_greeting_of_another_kind_is_told),
		cmocka_unit_test(test_capability_without_data_is_survived),
		cmocka_unit_test(test_starttls_is_required),
		cmocka_unit_test(test_refused_token_is_asked_for_anew),
		cmocka_unit_test(test_secret_is_the_first_line),
		cmocka_unit_test(test_token_tells_its_end),
		cmocka_unit_test(test_secret_command_is_bounded),
		cmocka_unit_test(test_folder_tells_where_it_stands),
		cmocka_unit_test(test_list_is_sorted_and_without_strangers),
		cmocka_unit_test(
			test_bytes_come_to_their_mail_and_gone_mail_to_none),
		cmocka_unit_test(test_end_inside_a_mail_is_an_error),
		cmocka_unit_test(test_idle_misses_nothing),
		cmocka_unit_test(test_refused_idle_leaves_the_connection),
		cmocka_unit_test(test_move_without_uidplus_expunges_nothing),
		cmocka_unit_test(test_sent_folder_is_found_by_its_mark),
		cmocka_unit_test(
			test_libetpan_reads_what_is_well_formed_and_used),
		cmocka_unit_test(test_a_list_goes_on_behind_its_literals),
		cmocka_unit_test(test_huge_mail_is_a_header_and_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
