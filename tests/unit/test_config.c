#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include <redress/config.h>

/* A folder with redress.conf and, where a test needs one, a second file. */
typedef struct Folder Folder;
struct Folder {
	char *path, *file, *second;
};

static int set_up_folder(void **state)
{
	Folder *folder = g_new0(Folder, 1);

	folder->path = g_dir_make_tmp("redress-config-XXXXXX", NULL);
	folder->file = g_build_filename(folder->path, "redress.conf", NULL);
	folder->second = g_build_filename(folder->path, "second.conf", NULL);
	*state = folder;
	return folder->path ? 0 : -1;
}

static int tear_down_folder(void **state)
{
	Folder *folder = *state;

	g_unlink(folder->second);
	g_unlink(folder->file);
	if (g_rmdir(folder->path) != 0)
		return -1;
	g_free(folder->path);
	g_free(folder->file);
	g_free(folder->second);
	g_free(folder);
	return 0;
}

static Config *load(Folder *folder, const char *text, GError **error)
{
	assert_true(g_file_set_contents(folder->file, text, -1, NULL));
	return config_load(folder->file, error);
}

static Config *load_good(Folder *folder, const char *text)
{
	GError *error = NULL;
	Config *config = load(folder, text, &error);

	if (error)
		print_error("%s\n", error->message);
	assert_null(error);
	assert_non_null(config);
	return config;
}

#define HEAD "hostname = mail.example.com\n"
#define BOX "mailbox \"c@example.com\" {}\n"
/* The section's first setting is in line 4 after HEAD; of LOGIN, in line 6. */
#define PROVIDER(section, text)                                                \
	"mailbox \"c@example.com\" {\n " section " {\n " text " }\n}\n"
#define LOGIN "user = u\n password_file = p\n "

/* ---- errors ----------------------------------------------------------- */

typedef struct ErrorCase ErrorCase;
struct ErrorCase {
	const char *text;
	const char *place; /* ":LINE: key: " */
	const char *said;  /* further on in the message */
};

static const ErrorCase error_cases[] = {
	/* unknown keys */
	{HEAD "log_levl = info\n" BOX,
		":2: log_levl: ", "did you mean \"log_level\"?"},
	{HEAD "mailbx \"c@example.com\" {}\n",
		":2: mailbx: ", "did you mean \"mailbox\"?"},
	{HEAD BOX "store {\n\n pth = \"x\"\n}\n",
		":5: store.pth: ", "did you mean \"path\"?"},
	{HEAD "mailbox \"c@example.com\" {\n folow_up_every = 24h\n}\n",
		":3: mailbox.folow_up_every: ",
		"did you mean \"follow_up_every\"?"},
	{HEAD "team \"care\" { superviser = \"a@b.c\" }\n" BOX,
		":2: team.superviser: ", "did you mean \"supervisor\"?"},
	{HEAD "zzzzzzzz = 1\n" BOX,
		":2: zzzzzzzz: ", "known are: hostname, log_level"},
	{HEAD "authserv_id = x\n" BOX,
		":2: authserv_id: ", "belongs into section trust"},
	{HEAD BOX "store { hostname = x }\n",
		":3: store.hostname: ", "belongs to the top level"},
	{HEAD PROVIDER("imap", "hsot = x\n"),
		":4: mailbox.imap.hsot: ", "did you mean \"host\"?"},
	{HEAD PROVIDER("submission", "give_up_after = 2d\n"),
		":4: mailbox.submission.give_up_after: ",
		"belongs into section submission"},
	{HEAD "store { include(\"x\") }\n" BOX,
		":2: store.include: ", "put it at the top level"},

	/* syntax */
	{HEAD "store {\n path = \"x\"\n", ":2: store: ", "close it with }"},
	{HEAD "mailbox \"c@example.com\" {\n",
		":2: mailbox: ", "close it with }"},
	{HEAD "mailbox \"c@example.com\" {\n\n imap {\n host = x\n",
		":4: mailbox.imap: ", "close it with }"},
	{HEAD "mailbox \"c@example.com\" {\n imap { host = x }\n\n",
		":2: mailbox: ", "close it with }"},
	{HEAD PROVIDER("imap", "host = a\n host = b\n"),
		":5: mailbox.imap.host: ", "redress.conf:4; keep one"},
	{HEAD BOX "}\n", ":3: syntax: ", "unexpected closing brace; remove"},
	{HEAD "# a comment\n/* one\n\n", ":3: syntax: ", "close it with */"},
	{HEAD "log_level = \"info\n\n" BOX, ":4: syntax: ", "close the quotes"},
	{"hostname = \"mail.example.com\n", ":1: syntax: ", "close the quotes"},
	{"hostname =\n", ":2: hostname: ", "ends before its value"},
	{"hostname mail.example.com\n" BOX,
		":1: syntax: ", "write NAME = VALUE"},
	{HEAD "mailbox { name = x }\n",
		":2: syntax: ", "mailbox \"complaints@example.com\" { ... }"},
	{HEAD "store = x\n" BOX, ":2: syntax: ", "write { after its name"},
	{HEAD "log_level = { info }\n" BOX, ":2: syntax: ", "unexpected token"},
	{HEAD "log_level += info\n" BOX, ":2: syntax: ", "write = for +="},
	{HEAD BOX HEAD, ":3: hostname: ", "redress.conf:1; keep one"},
	{HEAD BOX "store { path = a }\nstore {\n path = b\n}\n",
		":5: store.path: ", "redress.conf:3; keep one"},
	{HEAD "# one\n\n# two # three\n// four\n/* five\n*/\nlog_level = x\n",
		":8: log_level: ", "one of: error, warning"},

	/* a mailbox at a provider */
	{HEAD PROVIDER("imap", "user = x\n"), ":3: mailbox.imap.host: ",
		"not set although the section is written"},
	{HEAD PROVIDER("imap", LOGIN "host = \"a b\"\n"),
		":6: mailbox.imap.host: ", "neither a host name nor"},
	{HEAD PROVIDER("imap", LOGIN "host = h.example\n port = 0\n"),
		":7: mailbox.imap.port: ", "from 1 to 65535"},
	{HEAD PROVIDER("imap", LOGIN "host = h.example\n tls = none\n"),
		":7: mailbox.imap.tls: ", "set tls = implicit or starttls"},
	{HEAD PROVIDER("submission", LOGIN "tls = none\n host = h.example\n"),
		":6: mailbox.submission.tls: ", "allow_plain = true"},
	{HEAD PROVIDER("imap", "host = h.example\n password_file = p\n"),
		":3: mailbox.imap.user: ", "not set; write the name"},
	{HEAD PROVIDER("imap", "host = h.example\n user = u\n"),
		":3: mailbox.imap.password_file: ", "there is no secret"},
	{HEAD PROVIDER("imap", LOGIN "host = h.example\n"
				     "oauth2_command = x\n"),
		":7: mailbox.imap.oauth2_command: ",
		"set although password_file is; keep one"},
	{HEAD PROVIDER("submission", "host = h.example\n user = u\n"),
		":3: mailbox.submission.password_file: ", "no secret"},
	{HEAD PROVIDER("submission", "host = h.example\n"
				     "password_command = p\n"),
		":3: mailbox.submission.user: ", "write the name"},
	{HEAD PROVIDER("submission", "host = h.example\n file_sent = true\n"),
		":5: mailbox.submission.file_sent: ", "section imap; add one"},
	{HEAD PROVIDER("imap", LOGIN "host = h.example\n"
				     "start_from = 2026-02-30\n"),
		":7: mailbox.imap.start_from: ", "a date such as 2026-11-01"},
	{HEAD PROVIDER("imap", LOGIN "host = h.example\n move_to = INBOX\n"),
		":7: mailbox.imap.move_to: ", "name another"},
	{HEAD BOX "milter { socket = \"\" }\n",
		":3: milter.socket: ", "no mailbox has a section imap"},

	/* includes */
	{HEAD "include(\"nowhere.conf\")\n", ":2: include: ",
		"nowhere.conf: No such file or directory; check"},
	{HEAD "include(\".\")\n", ":2: include: ", "not a regular file"},
	{HEAD "include()\n", ":2: include: ", "write include(\"FILE\")"},
	{HEAD "include(\"redress.conf\")\n",
		":2: include: ", "does a file include itself?"},

	/* values */
	{HEAD "log_level = warn\n" BOX, ":2: log_level: ",
		"\"warn\" is not one of: error, warning, notice"},
	{HEAD "log_level = infoo\n" BOX,
		":2: log_level: ", "did you mean \"info\"?"},
	{HEAD "store { driver = sqlit }\n" BOX,
		":2: store.driver: ", "did you mean \"sqlite\"?"},
	{HEAD "submission { port = 0 }\n" BOX,
		":2: submission.port: ", "no number from 1 to 65535"},
	{HEAD "submission { port = 65536 }\n" BOX,
		":2: submission.port: ", "no number from 1 to 65535"},
	{HEAD "submission { port = 25x }\n" BOX,
		":2: submission.port: ", "\"25x\" is no number"},
	{HEAD "submission { port = -1 }\n" BOX,
		":2: submission.port: ", "\"-1\" is no number"},
	{HEAD "submission { allow_plain = maybe }\n" BOX,
		":2: submission.allow_plain: ", "neither true nor false"},
	{HEAD "milter { mode = 0666 }\n" BOX,
		":2: milter.mode: ", "lets everybody connect; write 0660"},
	{HEAD "milter { mode = 0777 }\n" BOX,
		":2: milter.mode: ", "from 0600 to 0770"},
	{HEAD "milter { mode = 0689 }\n" BOX,
		":2: milter.mode: ", "write it in octal, for example 0660"},
	{HEAD "limits { message_bytes = 64X }\n" BOX,
		":2: limits.message_bytes: ", "for example 64M"},
	{HEAD "limits { message_bytes = M }\n" BOX,
		":2: limits.message_bytes: ", "\"M\" is no size"},
	{HEAD "limits { message_bytes = 2G }\n" BOX,
		":2: limits.message_bytes: ", "not between 65536 and"},
	{HEAD "limits { message_bytes = 18446744073709551615G }\n" BOX,
		":2: limits.message_bytes: ", "not between"},
	{HEAD "limits { message_bytes = 64M memory_bytes = 32M }\n" BOX,
		":2: limits.memory_bytes: ", "raise it to 67108864 or more"},
	{HEAD "parser { timeout = soon }\n" BOX,
		":2: parser.timeout: ", "not a duration"},
	{HEAD "parser { timeout = 1h }\n" BOX,
		":2: parser.timeout: ", "not between 1s and 5m"},
	{HEAD "parser { timeout = \"1 business hour\" }\n" BOX,
		":2: parser.timeout: ", "write it in s, m, h or d"},
	{HEAD "mailbox \"c@example.com\" {\n"
	      " follow_up_every = \"3 business days\"\n}\n",
		":3: mailbox.follow_up_every: ", "counts business time"},
	{HEAD "mailbox \"c@example.com\" { answer_within = 8hours }\n",
		":2: mailbox.answer_within: ", "not a duration"},
	{HEAD "mailbox \"c@example.com\" { language = english }\n",
		":2: mailbox.language: ", "ISO 639-1"},
	{HEAD "mailbox \"c@example.com\" { name = \"a\\nb\" }\n",
		":2: mailbox.name: ", "write it on one line"},
	{HEAD "mailbox \"c@example.com\" { name = \"a\xff\" }\n",
		":2: mailbox.name: ", "save the file as UTF-8"},

	/* what must be there */
	{BOX, ":1: hostname: ", "not set; set it to"},
	{"hostname = \"\"\n" BOX, ":1: hostname: ", "not set; set it to"},
	{"\nhostname = mail\n" BOX, ":2: hostname: ",
		"\"mail\" is not a fully qualified host name; write"},
	{"hostname = localhost\n" BOX, ":1: hostname: ", "fully qualified"},
	{"hostname = 10.0.0.1\n" BOX, ":1: hostname: ", "fully qualified"},
	{"hostname = \"mail..example.com\"\n" BOX,
		":1: hostname: ", "fully qualified"},
	{"hostname = \"mail example.com\"\n" BOX,
		":1: hostname: ", "fully qualified"},
	{HEAD, ":1: mailbox: ", "there is none; add mailbox"},
	{HEAD "store {\n path = \"\"\n}\n" BOX,
		":3: store.path: ", "not set; set it to the database file"},

	/* mailboxes */
	{HEAD BOX "\n" BOX,
		":4: mailbox \"c@example.com\": ", "defined twice; keep one"},
	{HEAD BOX "mailbox \"C@Example.COM\" {\n name = x\n}\n",
		":3: mailbox \"C@Example.COM\": ",
		"belongs to mailbox \"c@example.com\" already"},
	{HEAD BOX "mailbox \"d@example.com\" {\n name = x\n"
		  " aliases = { \"e@example.com\", \"C@EXAMPLE.com\" }\n}\n",
		":5: mailbox.aliases: ",
		"\"C@EXAMPLE.com\" belongs to mailbox \"c@example.com\""},
	{HEAD "mailbox \"õ@example.com\" {\n"
	      " aliases = \"Õ@example.com\"\n}\n",
		":3: mailbox.aliases: ", "belongs to mailbox \"õ@"},
	{HEAD "mailbox \"complaints\" {\n name = x\n}\n",
		":2: mailbox \"complaints\": ", "is not a mail address"},
	{HEAD "mailbox \"a b@example.com\" {}\n",
		":2: mailbox \"a b@example.com\": ", "is not a mail address"},
	{HEAD "mailbox \"a@-x.com\" {}\n",
		":2: mailbox \"a@-x.com\": ", "is not a mail address"},
	{HEAD "mailbox \"a@\" {}\n",
		":2: mailbox \"a@\": ", "is not a mail address"},
	{HEAD "mailbox \"<a@b.c>\" {}\n",
		":2: mailbox \"<a@b.c>\": ", "is not a mail address"},
	{HEAD "mailbox \"a@b.c\" { aliases = \"x\" }\n",
		":2: mailbox.aliases: ", "is not a mail address"},

	/* calendars and teams */
	{HEAD "calendar \"tallinn\" {}\nmailbox \"c@example.com\" {\n"
	      " calendar = talinn\n}\n",
		":4: mailbox.calendar: ",
		"no calendar \"talinn\"; did you mean \"tallinn\"?"},
	{HEAD "team \"care\" {}\nmailbox \"c@example.com\" {\n team = cara\n}",
		":4: mailbox.team: ",
		"no team \"cara\"; did you mean \"care\"?"},
	{HEAD "mailbox \"c@example.com\" { team = care }\n",
		":2: mailbox.team: ", "no team \"care\"; known are: none"},
	{HEAD "calendar \"x\" {\n time_zone = \"Europe/Talinn\"\n}\n" BOX,
		":3: calendar.time_zone: ", "Europe/Talinn"},
	{HEAD "calendar \"x\" {\n time_zone = UTC\n hours = \"Mon 9\"\n}\n" BOX,
		":4: calendar.hours: ", "Mon 9"},
	{HEAD "calendar \"x\" {\n\n holidays = \"nowhere.ics\"\n}\n" BOX,
		":4: calendar.holidays: ", "nowhere.ics"},
	{HEAD "calendar \"x\" {}\ncalendar \"x\" {}\n" BOX,
		":3: calendar \"x\": ", "defined twice"},
	{HEAD BOX "team \"care\" {\n agents = { \"a@example.com\",\n"
		  "  \"nobody\" }\n}\n",
		":4: team.agents: ", "\"nobody\" is not a mail address"},
	{HEAD BOX "team \"care\" { supervisor = \"x\" }\n",
		":3: team.supervisor: ", "is not a mail address"},
	{HEAD BOX "team \"care\" { managers = \"x\" }\n",
		":3: team.managers: ", "is not a mail address"},
	{HEAD BOX "team \"care\" { agents = \"C+x@Example.com\" }\n",
		":3: team.agents: ", "round in circles"},

	/* milter */
	{HEAD "milter { socket = \"/run/x\" }\n" BOX,
		":2: milter.socket: ", "unknown form; write unix:/PATH"},
	{HEAD "milter { socket = \"unix:run/x\" }\n" BOX,
		":2: milter.socket: ", "must be absolute"},
	{HEAD "milter { socket = \"unix:/0123456789012345678901234567890123456"
	      "789012345678901234567890123456789012345678901234567890123456789"
	      "01234567\" }\n" BOX,
		":2: milter.socket: ", "longer than 107 bytes"},
	{HEAD "milter { socket = \"inet:8891\" }\n" BOX,
		":2: milter.socket: ", "inet:8891@127.0.0.1"},
	{HEAD "milter { socket = \"inet:0@127.0.0.1\" }\n" BOX,
		":2: milter.socket: ", "from 1 to 65535"},
	{HEAD "milter { socket = \"inet6:x@::1\" }\n" BOX,
		":2: milter.socket: ", "from 1 to 65535"},
	{HEAD "milter { socket = \"fd:\" }\n" BOX,
		":2: milter.socket: ", "write fd:3"},

	/* submission */
	{HEAD "submission {\n host = \"smtp.example.com\"\n}\n" BOX,
		":2: submission.tls: ",
		"unencrypted; set tls = starttls or implicit, or allow_plain"},
	{HEAD "submission {\n host = \"192.0.2.1\"\n tls = none\n}\n" BOX,
		":4: submission.tls: ", "192.0.2.1 unencrypted"},
	{HEAD "submission { host = \"smtp.example.com:25\" }\n" BOX,
		":2: submission.host: ", "the port has a setting of its own"},
	{HEAD BOX "submission {\n user = redress\n}\n",
		":3: submission.password_file: ", "not set although user is"},
	{HEAD BOX "submission {\n password_file = x\n}\n",
		":3: submission.user: ", "not set although password_file is"},
};

static void assert_error(
	Folder *folder, const char *file, const ErrorCase *wrong)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *begin = g_strconcat(file, wrong->place, NULL);
	Config *config = load(folder, wrong->text, &error);

	if (config)
		fail_msg("this loads:\n%s", wrong->text);
	assert_true(
		g_error_matches(error, CONFIG_ERROR, REDRESS_ERROR_INVALID));
	if (!g_str_has_prefix(error->message, begin) ||
		!strstr(error->message, wrong->said))
		fail_msg("in:\n%s\nexpected \"%s...%s\"\ngot \"%s\"",
			wrong->text, begin, wrong->said, error->message);
	assert_true(g_utf8_validate(error->message, -1, NULL));
}

static void test_every_mistake_names_file_line_key_and_cure(void **state)
{
	Folder *folder = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(error_cases); i++) {
		g_autoptr(Config) good = NULL;

		assert_error(folder, folder->file, &error_cases[i]);
		/* No mistake leaves anything behind for the next reading. */
		good = load_good(folder, HEAD BOX);
		assert_string_equal(good->hostname, "mail.example.com");
	}
}

static void test_mistake_in_an_included_file_names_that_file(void **state)
{
	static const ErrorCase cases[] = {
		{HEAD "include(\"second.conf\")\n" BOX,
			":3: store.pth: ", "did you mean \"path\"?"},
		{HEAD "# first\ninclude ( 'second.conf' ) " BOX,
			":3: store.pth: ", "did you mean \"path\"?"},
	};
	Folder *folder = *state;

	assert_true(g_file_set_contents(
		folder->second, "# one\nstore {\n pth = \"x\"\n}\n", -1, NULL));
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_error(folder, folder->second, &cases[i]);
}

static void test_lines_after_an_include_are_counted_right(void **state)
{
	static const ErrorCase cases[] = {
		{HEAD "include(\"second.conf\")\n\nlog_levl = info\n" BOX,
			":4: log_levl: ", "log_level"},
		{HEAD "include(\"second.conf\") log_levl = info\n" BOX,
			":2: log_levl: ", "log_level"},
	};
	Folder *folder = *state;

	/* It ends without a line feed, in a comment. */
	assert_true(g_file_set_contents(
		folder->second, "# one\nlog_level = info\n\n# end", -1, NULL));
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_error(folder, folder->file, &cases[i]);
}

static void test_file_that_cannot_be_read_is_named(void **state)
{
	Folder *folder = *state;
	g_autoptr(GError) missing = NULL, directory = NULL, nul = NULL;
	g_autofree char *begin = NULL;
	static const char with_nul[] = HEAD "log_level = \"a\0b\"\n";

	assert_null(config_load(folder->second, &missing));
	assert_true(g_error_matches(
		missing, CONFIG_ERROR, REDRESS_ERROR_NOT_FOUND));
	assert_true(g_str_has_prefix(missing->message, folder->second));
	assert_non_null(strstr(missing->message, "No such file"));

	assert_null(config_load(folder->path, &directory));
	assert_true(g_error_matches(
		directory, CONFIG_ERROR, REDRESS_ERROR_INVALID));
	assert_non_null(strstr(directory->message, "not a regular file"));

	assert_true(g_file_set_contents(
		folder->file, with_nul, sizeof(with_nul) - 1, NULL));
	assert_null(config_load(folder->file, &nul));
	begin = g_strconcat(folder->file, ":2: syntax: a NUL byte", NULL);
	assert_true(g_str_has_prefix(nul->message, begin));
}

static void test_file_without_permission_is_an_error(void **state)
{
	Folder *folder = *state;
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = NULL;
	uid_t user = geteuid();

	assert_true(g_file_set_contents(folder->file, HEAD BOX, -1, NULL));
	assert_int_equal(g_chmod(folder->file, 0), 0);
	/* Root may read everything: be nobody for a moment. */
	assert_int_equal(g_chmod(folder->path, 0755), 0);
	assert_int_equal(seteuid(user == 0 ? 65534 : user), 0);
	config = config_load(folder->file, &error);
	assert_int_equal(seteuid(user), 0);
	assert_null(config);
	assert_true(
		g_error_matches(error, CONFIG_ERROR, REDRESS_ERROR_PERMANENT));
	assert_non_null(strstr(error->message, "Permission denied"));
}

static void test_file_that_is_too_large_is_refused(void **state)
{
	Folder *folder = *state;
	g_autofree char *spaces = g_strnfill(1024 * 1024 + 1, ' ');
	g_autoptr(GError) error = NULL;

	assert_null(load(folder, spaces, &error));
	assert_non_null(strstr(error->message, "larger than 1 MiB"));
}

static void test_no_damaged_file_crashes_the_reader(void **state)
{
	Folder *folder = *state;
	g_autofree char *sample = NULL;
	size_t length;

	assert_true(g_file_get_contents(REDRESS_SOURCE_DIR "/conf/redress.conf",
		&sample, &length, NULL));
	/* Cut everywhere: it loads or it says why not. */
	for (size_t cut = 0; cut < length; cut += 7) {
		g_autofree char *text = g_strndup(sample, cut);
		g_autoptr(GError) error = NULL;
		g_autoptr(Config) config = load(folder, text, &error);

		assert_true((config == NULL) == (error != NULL));
	}
	/* One character wrong, one kind after the other. */
	for (size_t at = 0; at < length; at += 11) {
		static const char wrong[] = "{}\"'#=\\(),/*$\xff";
		g_autoptr(GError) error = NULL;
		g_autoptr(Config) config = NULL;
		char right = sample[at];

		sample[at] = wrong[at % (sizeof(wrong) - 1)];
		config = load(folder, sample, &error);
		assert_true((config == NULL) == (error != NULL));
		sample[at] = right;
	}
}

/* ---- what is read ----------------------------------------------------- */

static void test_two_lines_are_enough_and_defaults_are_sane(void **state)
{
	Folder *folder = *state;
	g_autoptr(Config) config = load_good(folder, HEAD BOX);
	const ConfigMailbox *mailbox = config->mailboxes->pdata[0];
	const ConfigCalendar *calendar = mailbox->calendar;

	assert_string_equal(config->file, folder->file);
	assert_string_equal(
		config->token_key_file, "/var/lib/redress/redress.key");
	assert_string_equal(
		config->template_directories[0], REDRESS_DATA_DIR "/templates");
	assert_int_equal(config->log_level, BASE_LOG_INFO);
	assert_string_equal(config->store.driver, "sqlite");
	assert_string_equal(config->store.path, "/var/lib/redress/redress.db");
	assert_string_equal(config->milter.socket,
		"unix:/var/spool/postfix/redress/milter.sock");
	assert_int_equal(config->milter.socket_mode, 0660);
	assert_string_equal(config->milter.socket_group, "postfix");
	assert_string_equal(config->submission.host, "127.0.0.1");
	assert_int_equal(config->submission.port, 10026);
	assert_int_equal(config->submission.tls, CONFIG_TLS_NONE);
	assert_false(config->submission.allow_plain);
	assert_null(config->submission.ca_file);
	assert_null(config->submission.user);
	assert_int_equal(config->submission.connections, 4);
	assert_int_equal(config->submission.timeout_s, 60);
	assert_int_equal(config->submission.give_up_after_s, 5 * 86400);
	assert_null(config->trust.authserv_id);
	assert_int_equal(config->parser.processes, 2);
	assert_int_equal(config->parser.timeout_ms, 10000);
	assert_int_equal(config->parser.cpu_s, 5);
	assert_int_equal(config->parser.memory_bytes, 512 << 20);
	assert_int_equal(config->limits.message_bytes, 64 << 20);
	assert_int_equal(config->limits.memory_bytes, 512 << 20);
	assert_int_equal(config->limits.acks_per_sender_per_day, 3);
	assert_int_equal(config->limits.automatic_per_thread_per_day, 2);
	assert_int_equal(config->limits.escalations_per_day, 20);
	assert_int_equal(config->limits.automatic_per_minute, 600);
	assert_string_equal(mailbox->name, "c@example.com");
	assert_string_equal(mailbox->language, "en");
	assert_int_equal(
		mailbox->own->answer_within.unit, PROMISE_BUSINESS_HOURS);
	assert_int_equal(mailbox->own->answer_within.amount, 8 * 3600);
	assert_int_equal(mailbox->own->follow_up_every_s, 86400);
	assert_int_equal(mailbox->own->late_notice.unit, PROMISE_WALL);
	assert_int_equal(mailbox->own->late_notice.amount, 3600);
	assert_int_equal(mailbox->close_after_s, 30 * 86400);
	assert_true(mailbox->tag_subject && mailbox->plus_addresses &&
		    mailbox->acknowledge && !mailbox->own_tickets);
	assert_null(mailbox->team);
	assert_string_equal(calendar->name, "default");
	assert_string_equal(
		promise_calendar_time_zone(calendar->calendar), "UTC");
	/* A full Monday is eight open hours. */
	assert_int_equal(promise_open_seconds(calendar->calendar, 1795392000,
				 1795392000 + 86400),
		8 * 3600);
}

static const char rich[] =
	HEAD "token_key_file = 'keys/k'\n"
	     "log_level = debug\n"
	     "templates = { t1, \"/t2\" }\n"
	     "store { path = \"data/r.db\" }\n"
	     "milter { socket = fd:3 mode = 0600 group = '' timeout = 1m }\n"
	     "submission {\n"
	     "  host = smtp.example.com  port = 587  tls = starttls\n"
	     "  ca_file = ca.pem  user = me  password_file = \"/etc/pw\"\n"
	     "}\n"
	     "trust { authserv_id = mx.example.com }\n"
	     "parser { program = p processes = 4 mails_per_process = 0 }\n"
	     "limits { message_bytes = 100k memory_bytes = 1073741824 }\n"
	     "mailbox \"Complaints@Example.com\" {\n"
	     "  aliases = { \"Kaebus.Õun@näide.ee\", # the Estonian one\n"
	     "    \"old@example.com\" /* , \"gone@example.com\" */ }\n"
	     "  name = 'Care & \"Co\"'\n"
	     "  answer_within = \"3 business days\"\n"
	     "  late_notice = \"2 business hours\"\n"
	     "  follow_up_every = 5s\n"
	     "  calendar = tallinn\n"
	     "  team = care\n"
	     "  tag_subject = off\n"
	     "  own_tickets = yes\n"
	     "}\n"
	     "mailbox \"plain@example.com\" { plus_addresses = false }\n"
	     "calendar \"tallinn\" {\n"
	     "  time_zone = Europe/Tallinn\n"
	     "  hours = { \"Mon-Fri 09:00-17:00\", \"Sat 10:00-14:00\" }\n"
	     "}\n"
	     "calendar \"default\" { time_zone = Asia/Ho_Chi_Minh }\n"
	     "team \"care\" {\n"
	     "  agents = { \"Mari@example.com\" }\n"
	     "  agents += { \"jaan@example.com\" }\n"
	     "  supervisor = \"lead@example.com\"\n"
	     "  managers = \"boss@example.com\"\n"
	     "}\n"
	     "team \"second\" { agents = \"mari@example.com\" }\n";

static void assert_in_folder(
	const Folder *folder, const char *path, const char *name)
{
	g_autofree char *expected = g_build_filename(folder->path, name, NULL);

	assert_string_equal(path, expected);
}

static void test_every_section_is_read_into_its_field(void **state)
{
	Folder *folder = *state;
	g_autoptr(Config) config = load_good(folder, rich);
	const ConfigMailbox *mailbox = config->mailboxes->pdata[0];
	const ConfigMailbox *second = config->mailboxes->pdata[1];

	assert_in_folder(folder, config->token_key_file, "keys/k");
	assert_in_folder(folder, config->template_directories[0], "t1");
	assert_string_equal(config->template_directories[1], "/t2");
	assert_null(config->template_directories[2]);
	assert_in_folder(folder, config->store.path, "data/r.db");
	assert_string_equal(config->milter.socket, "fd:3");
	assert_int_equal(config->milter.socket_mode, 0600);
	assert_null(config->milter.socket_group);
	assert_int_equal(config->milter.timeout_s, 60);
	assert_int_equal(config->submission.tls, CONFIG_TLS_STARTTLS);
	assert_int_equal(config->submission.port, 587);
	assert_in_folder(folder, config->submission.ca_file, "ca.pem");
	assert_string_equal(config->submission.password_file, "/etc/pw");
	assert_string_equal(config->trust.authserv_id, "mx.example.com");
	assert_int_equal(config->parser.mails_per_process, 0);
	assert_int_equal(config->limits.message_bytes, 102400);
	assert_int_equal(config->log_level, BASE_LOG_DEBUG);
	assert_string_equal(mailbox->address, "Complaints@Example.com");
	assert_string_equal(mailbox->folded, "complaints@example.com");
	assert_string_equal(mailbox->aliases_folded[0], "kaebus.õun@näide.ee");
	assert_string_equal(mailbox->aliases[1], "old@example.com");
	assert_null(mailbox->aliases[2]);
	assert_string_equal(mailbox->name, "Care & \"Co\"");
	assert_int_equal(
		mailbox->own->answer_within.unit, PROMISE_BUSINESS_DAYS);
	assert_int_equal(mailbox->own->answer_within.amount, 3);
	assert_int_equal(mailbox->own->follow_up_every_s, 5);
	assert_string_equal(mailbox->calendar->time_zone, "Europe/Tallinn");
	assert_string_equal(mailbox->team->supervisor, "lead@example.com");
	assert_string_equal(mailbox->team->agents[1], "jaan@example.com");
	assert_false(mailbox->tag_subject);
	assert_true(mailbox->own_tickets);
	assert_string_equal(second->calendar->time_zone, "Asia/Ho_Chi_Minh");
}

static void test_key_file_is_beside_the_store(void **state)
{
	g_autoptr(Config) config =
		load_good(*state, HEAD BOX "store { path = \"/srv/x/y.db\" }");

	assert_string_equal(config->token_key_file, "/srv/x/redress.key");
}

static void test_plain_submission_is_free_to_loopback_only(void **state)
{
	static const char *const hosts[] = {
		"localhost", "127.0.0.1", "127.1.2.3", "::1", "LOCALHOST"};
	g_autoptr(Config) allowed = load_good(*state,
		HEAD BOX "submission { host = smtp.example.com "
			 "allow_plain = true }");

	assert_true(allowed->submission.allow_plain);
	for (size_t i = 0; i < G_N_ELEMENTS(hosts); i++) {
		g_autofree char *text = g_strdup_printf(
			HEAD BOX "submission { host = \"%s\" }", hosts[i]);
		g_autoptr(Config) config = load_good(*state, text);

		assert_string_equal(config->submission.host, hosts[i]);
	}
}

static void test_a_mailbox_at_a_provider_is_read_into_its_fields(void **state)
{
	Folder *folder = *state;
	g_autoptr(Config) config = load_good(folder,
		HEAD "milter { socket = \"\" }\n"
		     "mailbox \"c@example.com\" {\n"
		     " imap { host = imap.example.com user = care\n"
		     "  password_file = pw watch_sent = true timeout = 5s\n"
		     "  start_from = \"2026-02-28\" authserv_id = mx.p }\n"
		     " submission { host = 127.0.0.1 tls = none\n"
		     "  mails_per_minute = 30 file_sent = true }\n"
		     "}\n"
		     "mailbox \"d@example.com\" {\n"
		     " submission { host = s.p tls = starttls user = d\n"
		     "  oauth2_command = \"token d\" }\n"
		     " imap { host = \"::1\" tls = none user = d port = 1143\n"
		     "  password_command = \"pass d\" }\n"
		     "}\n");
	const ConfigMailbox *first = config->mailboxes->pdata[0];
	const ConfigMailbox *second = config->mailboxes->pdata[1];

	assert_string_equal(config->milter.socket, "");
	assert_string_equal(config->submission.host, "127.0.0.1");
	assert_int_equal(config->submission.port, 10026);
	assert_string_equal(first->imap.host, "imap.example.com");
	assert_int_equal(first->imap.port, 993);
	assert_int_equal(first->imap.tls, CONFIG_TLS_IMPLICIT);
	assert_string_equal(first->imap.user, "care");
	assert_in_folder(folder, first->imap.password_file, "pw");
	assert_null(first->imap.password_command);
	assert_string_equal(first->imap.folder, "INBOX");
	assert_null(first->imap.move_to);
	assert_true(first->imap.watch_sent);
	assert_null(first->imap.sent_folder);
	assert_string_equal(first->imap.start_from, "2026-02-28");
	assert_int_equal(first->imap.poll_every_s, 60);
	assert_int_equal(first->imap.timeout_s, 5);
	assert_int_equal(first->imap.message_bytes, 64 << 20);
	assert_string_equal(first->imap.authserv_id, "mx.p");
	assert_int_equal(first->submission.port, 587);
	assert_null(first->submission.user);
	assert_int_equal(first->submission.connections, 2);
	assert_int_equal(first->submission.mails_per_minute, 30);
	assert_true(first->submission.file_sent);
	assert_int_equal(second->imap.port, 1143);
	assert_string_equal(second->imap.start_from, "now");
	assert_string_equal(second->imap.password_command, "pass d");
	assert_int_equal(second->submission.port, 587);
	assert_string_equal(second->submission.oauth2_command, "token d");
	assert_false(second->submission.file_sent);
}

static void test_a_mailbox_without_a_provider_has_none(void **state)
{
	g_autoptr(Config) config =
		load_good(*state, HEAD "mailbox \"c@example.com\" { imap {} }\n"
				       "team \"t\" {}\n"
				       "team \"u\" { briefing = none }\n");
	const ConfigMailbox *mailbox = config->mailboxes->pdata[0];
	const ConfigTeam *team = config->teams->pdata[0];
	const ConfigTeam *other = config->teams->pdata[1];

	assert_null(mailbox->imap.host);
	assert_null(mailbox->submission.host);
	assert_int_equal(team->briefing, CONFIG_BRIEFING_BY_MAILBOX);
	assert_int_equal(other->briefing, CONFIG_BRIEFING_NONE);
}

static void test_every_form_of_socket_is_taken(void **state)
{
	static const char *const sockets[] = {"unix:/run/x", "local:/run/x",
		"inet:8891@127.0.0.1", "inet6:8891@::1", "fd:3"};

	for (size_t i = 0; i < G_N_ELEMENTS(sockets); i++) {
		g_autofree char *text = g_strdup_printf(
			HEAD BOX "milter { socket = \"%s\" }", sockets[i]);
		g_autoptr(Config) config = load_good(*state, text);

		assert_string_equal(config->milter.socket, sockets[i]);
	}
}

static void test_environment_and_includes_are_expanded(void **state)
{
	Folder *folder = *state;
	g_autoptr(Config) config = NULL;

	g_setenv("REDRESS_TEST_HOST", "env.example.com", TRUE);
	assert_true(g_file_set_contents(
		folder->second, "store { path = \"rel.db\" }\n" BOX, -1, NULL));
	config = load_good(folder, "hostname = \"${REDRESS_TEST_HOST}\"\n"
				   "include(\"second.conf\")\n"
				   "team \"t\" {}");
	assert_string_equal(config->hostname, "env.example.com");
	assert_in_folder(folder, config->store.path, "rel.db");
	assert_int_equal(config->mailboxes->len, 1);
	assert_int_equal(config->teams->len, 1);
}

static void test_relative_name_of_the_file_is_fine(void **state)
{
	Folder *folder = *state;
	g_autofree char *before = g_get_current_dir();
	g_autoptr(Config) config = NULL;

	assert_true(g_file_set_contents(folder->file,
		HEAD BOX "store { path = \"rel.db\" }", -1, NULL));
	assert_int_equal(g_chdir(folder->path), 0);
	config = config_load("redress.conf", NULL);
	assert_int_equal(g_chdir(before), 0);
	assert_non_null(config);
	assert_in_folder(folder, config->store.path, "rel.db");
}

/* ---- questions -------------------------------------------------------- */

static void test_recipient_finds_its_mailbox(void **state)
{
	static const struct {
		const char *address;
		int mailbox; /* -1: none */
		const char *detail;
	} cases[] = {
		{"complaints@example.com", 0, NULL},
		{"<COMPLAINTS@EXAMPLE.COM>", 0, NULL},
		{"complaints+Tok-En@example.com", 0, "Tok-En"},
		{"old+x@example.com", 0, "x"},
		{"KAEBUS.ÕUN@NÄIDE.ee", 0, NULL},
		{"kaebus.o\xcc\x83un+d@näide.ee", 0, "d"},
		{"plain@example.com", 1, NULL},
		{"plain+x@example.com", -1, NULL},
		{"other@example.com", -1, NULL},
		{"complaints@example.org", -1, NULL},
		{"complaints", -1, NULL},
		{"\xff@example.com", -1, NULL},
		{"", -1, NULL},
	};
	g_autoptr(Config) config = load_good(*state, rich);

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *detail = NULL;
		const ConfigMailbox *mailbox =
			config_mailbox(config, cases[i].address, &detail);

		assert_ptr_equal(mailbox,
			cases[i].mailbox < 0
				? NULL
				: config->mailboxes->pdata[cases[i].mailbox]);
		assert_true(g_strcmp0(detail, cases[i].detail) == 0);
		assert_ptr_equal(config_mailbox(config, cases[i].address, NULL),
			mailbox);
	}
}

static void test_staff_are_found_in_the_first_team(void **state)
{
	static const char *const staff[] = {"mari@example.com",
		"MARI@example.com", "<jaan@example.com>", "lead@example.com",
		"Boss@Example.com"};
	g_autoptr(Config) config = load_good(*state, rich);

	for (size_t i = 0; i < G_N_ELEMENTS(staff); i++)
		assert_ptr_equal(config_staff(config, staff[i]),
			config->teams->pdata[0]);
	assert_null(config_staff(config, "customer@example.com"));
}

static void test_our_addresses_are_all_of_them_folded(void **state)
{
	static const char *const expected[] = {"complaints@example.com",
		"kaebus.õun@näide.ee", "old@example.com", "plain@example.com",
		NULL};
	g_autoptr(Config) config = load_good(*state, rich);
	g_autofree const char **addresses = config_our_addresses(config);

	assert_true(g_strv_equal(addresses, expected));
}

/* ---- the table and the sample ----------------------------------------- */

static void test_sample_loads_as_it_stands(void **state)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config =
		config_load(REDRESS_SOURCE_DIR "/conf/redress.conf", &error);

	(void)state;
	if (error)
		print_error("%s\n", error->message);
	assert_non_null(config);
}

/* A line of the sample: its section and the setting in it, or NULL. */
static char *sample_key(const char *line, char **section)
{
	static GRegex *opening, *setting;
	g_autoptr(GMatchInfo) match = NULL;
	g_autofree char *name = NULL;

	if (!opening) {
		opening = g_regex_new(
			"^(\\t?)([a-z]+)( \"[^\"]*\")? \\{$", 0, 0, NULL);
		setting =
			g_regex_new("^\\t*#?([a-z0-9_]+) = (.*)$", 0, 0, NULL);
	}
	if (g_regex_match(opening, line, 0, &match)) {
		g_autofree char *word = g_match_info_fetch(match, 2);
		char *path = *line == '\t'
				     ? g_strconcat(*section, ".", word, NULL)
				     : g_strdup(word);
		g_free(*section);
		*section = path;
		return NULL;
	}
	g_clear_pointer(&match, g_match_info_unref);
	if (strcmp(line, "\t}") == 0)
		*strchr(*section, '.') = '\0';
	if (strcmp(line, "}") == 0)
		(*section)[0] = '\0';
	if (!g_regex_match(setting, line, 0, &match))
		return NULL;
	name = g_match_info_fetch(match, 1);
	return g_strconcat(*section, ".", name, NULL);
}

static GHashTable *sample_settings(void)
{
	GHashTable *found =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_autofree char *text = NULL, *section = g_strdup("");
	g_auto(GStrv) lines = NULL;

	assert_true(g_file_get_contents(
		REDRESS_SOURCE_DIR "/conf/redress.conf", &text, NULL, NULL));
	lines = g_strsplit(text, "\n", -1);
	for (size_t i = 0; lines[i]; i++) {
		char *key = sample_key(lines[i], &section);

		if (key)
			g_hash_table_insert(found, key, g_strdup(lines[i]));
	}
	return found;
}

/* "24h" and 24h are the same default. */
static char *without_quotes(const char *text)
{
	g_auto(GStrv) parts = g_strsplit(text, "\"", -1);

	return g_strjoinv("", parts);
}

static void test_sample_names_every_setting_with_its_default(void **state)
{
	g_autoptr(GHashTable) found = sample_settings();
	size_t length;
	const ConfigSetting *settings = config_settings(&length);

	(void)state;
	assert_int_equal(g_hash_table_size(found), length);
	for (size_t i = 0; i < length; i++) {
		const ConfigSetting *setting = &settings[i];
		g_autofree char *key =
			g_strconcat(setting->section, ".", setting->name, NULL);
		const char *line = g_hash_table_lookup(found, key);
		g_autofree char *written = NULL, *initial = NULL;

		if (!line)
			fail_msg("%s is not in the sample", key);
		/* Paths of the build are those of the package there. */
		if (!strchr(line, '#') || !setting->initial ||
			strstr(setting->initial, REDRESS_DATA_DIR) ||
			strstr(setting->initial, REDRESS_LIBEXEC_DIR))
			continue;
		written = without_quotes(strchr(line, '=') + 2);
		initial = without_quotes(setting->initial);
		assert_string_equal(written, initial);
	}
}

static void test_sample_loads_with_every_default_uncommented(void **state)
{
	g_autoptr(GRegex) comment = g_regex_new(
		"^(\\t*)#([a-z0-9_]+ = )", G_REGEX_MULTILINE, 0, NULL);
	g_autofree char *text = NULL, *bare = NULL;
	g_autoptr(Config) config = NULL;

	assert_true(g_file_get_contents(
		REDRESS_SOURCE_DIR "/conf/redress.conf", &text, NULL, NULL));
	bare = g_regex_replace(comment, text, -1, 0, "\\1\\2", 0, NULL);
	assert_string_not_equal(bare, text);
	config = load_good(*state, bare);
	assert_null(config->submission.user);
	assert_int_equal(config->submission.port, 10026);
	const ConfigMailbox *mailbox = config->mailboxes->pdata[0];
	assert_string_equal(mailbox->imap.host, "imap.example.com");
	assert_string_equal(mailbox->submission.host, "smtp.example.com");
}

static void test_files_for_providers_load_as_they_are(void **state)
{
	static const char *const names[] = {"dovecot", "gmail", "microsoft365"};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_strdup_printf(
			REDRESS_SOURCE_DIR "/conf/imap/%s.conf", names[i]);
		g_autofree char *text = NULL, *whole = NULL;
		assert_true(g_file_get_contents(path, &text, NULL, NULL));
		whole = g_strconcat(HEAD "team \"care\" {}\n", text, NULL);
		g_autoptr(Config) config = load_good(*state, whole);
		const ConfigMailbox *mailbox = config->mailboxes->pdata[0];

		assert_non_null(mailbox->imap.host);
		assert_non_null(mailbox->submission.host);
	}
}

static void test_every_setting_has_help_and_sane_bounds(void **state)
{
	size_t length;
	const ConfigSetting *settings = config_settings(&length);

	(void)state;
	for (size_t i = 0; i < length; i++) {
		assert_true(strlen(settings[i].help) > 0);
		assert_true(settings[i].least <= settings[i].most);
		assert_true((settings[i].type == CONFIG_CHOICE) ==
			    (settings[i].choices != NULL));
		if (settings[i].type == CONFIG_INTEGER ||
			settings[i].type == CONFIG_DURATION ||
			settings[i].type == CONFIG_SIZE)
			assert_non_null(settings[i].unit);
	}
}

static gpointer load_often(gpointer path)
{
	for (int i = 0; i < 50; i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(Config) config = config_load(path, &error);

		if (!config)
			return (gpointer) "failed";
	}
	return NULL;
}

static void test_threads_may_load_at_once(void **state)
{
	Folder *folder = *state;
	GThread *threads[4];

	assert_true(g_file_set_contents(folder->file, rich, -1, NULL));
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		threads[i] = g_thread_new("load", load_often, folder->file);
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		assert_null(g_thread_join(threads[i]));
}

static void test_freeing_nothing_is_fine(void **state)
{
	(void)state;
	config_free(NULL);
}

#define folder_test(f)                                                         \
	cmocka_unit_test_setup_teardown(f, set_up_folder, tear_down_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		folder_test(test_every_mistake_names_file_line_key_and_cure),
		folder_test(test_mistake_in_an_included_file_names_that_file),
		folder_test(test_lines_after_an_include_are_counted_right),
		folder_test(test_file_that_cannot_be_read_is_named),
		folder_test(test_file_without_permission_is_an_error),
		folder_test(test_file_that_is_too_large_is_refused),
		folder_test(test_no_damaged_file_crashes_the_reader),
		folder_test(test_two_lines_are_enough_and_defaults_are_sane),
		folder_test(test_every_section_is_read_into_its_field),
		folder_test(test_key_file_is_beside_the_store),
		folder_test(test_plain_submission_is_free_to_loopback_only),
		folder_test(test_every_form_of_socket_is_taken),
		folder_test(test_files_for_providers_load_as_they_are),
		folder_test(
			test_a_mailbox_at_a_provider_is_read_into_its_fields),
		folder_test(test_a_mailbox_without_a_provider_has_none),
		folder_test(test_environment_and_includes_are_expanded),
		folder_test(test_relative_name_of_the_file_is_fine),
		folder_test(test_recipient_finds_its_mailbox),
		folder_test(test_staff_are_found_in_the_first_team),
		folder_test(test_our_addresses_are_all_of_them_folded),
		cmocka_unit_test(test_sample_loads_as_it_stands),
		cmocka_unit_test(
			test_sample_names_every_setting_with_its_default),
		folder_test(test_sample_loads_with_every_default_uncommented),
		cmocka_unit_test(test_every_setting_has_help_and_sane_bounds),
		folder_test(test_threads_may_load_at_once),
		cmocka_unit_test(test_freeing_nothing_is_fine),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
