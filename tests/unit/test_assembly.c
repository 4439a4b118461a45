/* From a configuration to what the modules are given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include <redress/assembly.h>

typedef struct Place Place;
struct Place {
	char *folder, *config_file, *key_file, *password_file;
};

static const char text[] =
	"hostname = \"mail.example.com\"\n"
	"token_key_file = \"redress.key\"\n"
	"templates = { \"" REDRESS_SOURCE_DIR "/templates\" }\n"
	"store { path = \"redress.db\" }\n"
	"submission { host = \"127.0.0.1\" port = 10026 tls = none\n"
	"  user = \"redress\" password_file = \"password\" }\n"
	"mailbox \"complaints@example.com\" {\n"
	"  aliases = { \"care@example.com\" } team = \"care\" }\n"
	"team \"care\" { agents = { \"mari@example.com\" }\n"
	"  supervisor = \"lead@example.com\"\n"
	"  managers = { \"boss@example.com\" } }\n";

static int setup(void **state)
{
	Place *place = g_new0(Place, 1);

	place->folder = g_dir_make_tmp("rdXXXXXX", NULL);
	place->config_file =
		g_build_filename(place->folder, "redress.conf", NULL);
	place->key_file = g_build_filename(place->folder, "redress.key", NULL);
	place->password_file =
		g_build_filename(place->folder, "password", NULL);
	g_file_set_contents(place->config_file, text, -1, NULL);
	g_file_set_contents(place->password_file, "secret\n", -1, NULL);
	g_chmod(place->password_file, 0600);
	*state = place;
	return 0;
}

static int teardown(void **state)
{
	Place *place = *state;

	g_unlink(place->config_file);
	g_unlink(place->key_file);
	g_unlink(place->password_file);
	g_rmdir(place->folder);
	g_free(place->config_file);
	g_free(place->key_file);
	g_free(place->password_file);
	g_free(place->folder);
	g_free(place);
	return 0;
}

static Config *load(const Place *place)
{
	g_autoptr(GError) error = NULL;
	Config *config = config_load(place->config_file, &error);

	if (!config)
		fail_msg("%s", error->message);
	return config;
}

static void test_a_policy_knows_mailboxes_and_outlives_its_configuration(
	void **state)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(EnginePolicy) policy =
		assembly_policy(load(*state), true, &error);

	assert_non_null(policy);
	assert_non_null(engine_policy_mailbox(
		policy, "Complaints+x@EXAMPLE.com", NULL));
	assert_non_null(
		engine_policy_mailbox(policy, "care@example.com", NULL));
	assert_null(engine_policy_mailbox(policy, "ann@example.com", NULL));
	assert_int_equal(engine_policy_mailbox(policy, "care@example.com", NULL)
				 ->terms.follow_up_every_s,
		24 * 3600);
}

static void test_mail_of_the_whole_team_is_not_answered(void **state)
{
	static const char *const team[] = {
		"mari@example.com", "lead@example.com", "boss@example.com"};
	static const char *const to[] = {"complaints@example.com", NULL};
	g_autoptr(EnginePolicy) policy =
		assembly_policy(load(*state), true, NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(team); i++) {
		g_autoptr(Analysis) analysis = analysis_new();

		analysis->from = g_strdup(team[i]);
		engine_refine(policy, team[i], to, analysis);
		assert_string_equal(analysis->guard, "staff");
	}
}

static void test_without_a_key_only_analysis_goes_on(void **state)
{
	Place *place = *state;
	g_autoptr(GError) error = NULL;
	g_autoptr(EnginePolicy) policy = NULL;
	bool is_signed = true;

	assert_null(assembly_policy(load(place), false, &error));
	assert_int_equal(error->code, REDRESS_ERROR_NOT_FOUND);
	policy = assembly_policy_for_analysis(load(place), &is_signed, NULL);
	assert_non_null(policy);
	assert_false(is_signed);
	assert_false(g_file_test(place->key_file, G_FILE_TEST_EXISTS));
}

static void test_a_key_that_is_there_serves_analysis(void **state)
{
	bool is_signed = false;
	g_autoptr(EnginePolicy) made =
		assembly_policy(load(*state), true, NULL);
	g_autoptr(EnginePolicy) policy =
		assembly_policy_for_analysis(load(*state), &is_signed, NULL);

	assert_non_null(made);
	assert_non_null(policy);
	assert_true(is_signed);
}

static void test_a_server_gets_the_first_line_of_its_password_file(void **state)
{
	g_autoptr(Config) config = load(*state);
	g_autofree char *password = NULL;
	OutboxServer server;

	assert_true(assembly_server(config, &server, &password, NULL));
	assert_string_equal(server.password, "secret");
	assert_string_equal(server.user, "redress");
	assert_string_equal(server.hostname, "mail.example.com");
	assert_int_equal(server.port, 10026);
	assert_int_equal(server.tls, OUTBOX_TLS_NONE);
}

static void test_a_password_that_everybody_can_read_is_refused(void **state)
{
	Place *place = *state;
	g_autoptr(Config) config = load(place);
	g_autoptr(GError) error = NULL;
	g_autofree char *password = NULL;
	OutboxServer server;

	g_chmod(place->password_file, 0644);
	assert_false(assembly_server(config, &server, &password, &error));
	assert_int_equal(error->code, REDRESS_ERROR_INVALID);
	assert_non_null(strstr(error->message, "chmod"));
	assert_null(password);
}

static const char provider[] =
	"mailbox \"shop@example.com\" { team = \"care\"\n"
	"  imap { host = imap.example.com user = shop\n"
	"    password_file = \"password\" authserv_id = mx.provider }\n"
	"  submission { host = smtp.example.com user = shop\n"
	"    oauth2_command = \"token\" mails_per_minute = 30 } }\n";

static void test_a_mailbox_at_a_provider_has_rules_of_its_own(void **state)
{
	Place *place = *state;
	g_autofree char *whole = g_strconcat(text, provider, NULL);
	g_autoptr(GError) error = NULL;

	assert_true(g_file_set_contents(place->config_file, whole, -1, &error));
	g_autoptr(Config) config = load(place);
	g_autoptr(GArray) routes = assembly_routes(config);
	g_autoptr(EnginePolicy) policy =
		assembly_policy(load(place), true, &error);
	const OutboxRoute *route = &g_array_index(routes, OutboxRoute, 0);
	const EngineMailbox *shop =
		engine_policy_mailbox(policy, "shop@example.com", NULL);
	const EngineMailbox *other =
		engine_policy_mailbox(policy, "care@example.com", NULL);

	assert_int_equal(routes->len, 1);
	assert_string_equal(route->mailbox, "shop@example.com");
	assert_string_equal(route->server.host, "smtp.example.com");
	assert_int_equal(route->server.port, 465);
	assert_int_equal(route->server.tls, OUTBOX_TLS_IMPLICIT);
	assert_string_equal(route->server.secret.oauth2_command, "token");
	assert_null(route->server.password);
	assert_int_equal(route->mails_per_minute, 30);
	assert_int_equal(shop->briefing, ENGINE_BRIEFING_ALL);
	assert_int_equal(other->briefing, ENGINE_BRIEFING_PROBLEMS);
	assert_string_equal(
		engine_policy_fetched_authserv_id(policy, "shop@example.com"),
		"mx.provider");
	assert_null(engine_policy_fetched_authserv_id(
		policy, "complaints@example.com"));
	assert_null(engine_policy_fetched_authserv_id(policy, "x@y.z"));
}

static void test_what_a_mailbox_and_its_policies_promise_is_passed_on(
	void **state)
{
	static const char with[] =
		"policy \"slow\" { applies_to = { \"low\", \"type:x\" }\n"
		"  answer_within = 1h resolve_within = \"3 business days\"\n"
		"  follow_up_every = 30h quiet_hours = \"22:00-07:00\"\n"
		"  late_notice = 5m late_most = 7 remind_after = 4h\n"
		"  reminders = 5 end_waiting_after = 6h\n"
		"  waiting_pauses = false\n"
		"  letters = { \"1d delay\", \"9d apology\" } }\n"
		"mailbox \"shop@example.com\" { late_most = 1\n"
		"  policies = { \"slow\" } }\n";
	Place *place = *state;
	g_autofree char *whole = g_strconcat(text, with, NULL);

	assert_true(g_file_set_contents(place->config_file, whole, -1, NULL));
	g_autoptr(EnginePolicy) policy =
		assembly_policy(load(place), true, NULL);
	const EngineMailbox *shop =
		engine_policy_mailbox(policy, "shop@example.com", NULL);
	const EngineTerms *slow = &shop->policies[0];

	assert_int_equal(shop->policies_length, 1);
	assert_null(shop->terms.name);
	assert_int_equal(shop->terms.late_most, 1);
	assert_int_equal(shop->terms.letters_length, 0);
	assert_true(shop->terms.waiting_pauses);
	assert_string_equal(slow->name, "slow");
	assert_string_equal(slow->applies_to[1], "type:x");
	assert_int_equal(slow->answer_within.amount, 3600);
	assert_int_equal(slow->resolve_within.unit, PROMISE_BUSINESS_DAYS);
	assert_int_equal(slow->resolve_within.amount, 3);
	assert_int_equal(slow->follow_up_every_s, 30 * 3600);
	assert_int_equal(slow->quiet.from_minute, 22 * 60);
	assert_int_equal(slow->quiet.until_minute, 7 * 60);
	assert_int_equal(slow->late_notice.amount, 300);
	assert_int_equal(slow->late_most, 7);
	assert_int_equal(slow->remind_after.amount, 4 * 3600);
	assert_int_equal(slow->reminders, 5);
	assert_int_equal(slow->end_waiting_after_s, 6 * 3600);
	assert_false(slow->waiting_pauses);
	assert_int_equal(slow->letters_length, 2);
	assert_string_equal(slow->letters[1].name, "apology");
	assert_int_equal(slow->letters[1].after.amount, 9 * 86400);
}

static void test_a_letter_that_cannot_be_mailed_stops_the_start(void **state)
{
	static const char with[] = "policy \"slow\" {\n"
				   "  letters = { \"1d delay\", \"9d %s\" } }\n"
				   "mailbox \"shop@example.com\" {\n"
				   "  policies = { \"slow\" } }\n";
	Place *place = *state;
	g_autofree char *wrong = g_strdup_printf(with, "no-such");
	g_autofree char *right = g_strdup_printf(with, "apology");
	g_autofree char *bad = g_strconcat(text, wrong, NULL);
	g_autofree char *good = g_strconcat(text, right, NULL);
	g_autoptr(GError) error = NULL;

	assert_true(g_file_set_contents(place->config_file, bad, -1, NULL));
	assert_null(assembly_policy(load(place), true, &error));
	assert_non_null(strstr(error->message,
		"mailbox \"shop@example.com\", policy \"slow\": letters: "
		"there is no canned answer \"no-such\""));
	assert_true(g_file_set_contents(place->config_file, good, -1, NULL));
	g_autoptr(EnginePolicy) policy =
		assembly_policy(load(place), true, NULL);
	assert_non_null(policy);
}

static void test_a_build_tree_has_templates_and_parser_of_its_own(void **state)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(ReplyTemplates) templates = assembly_templates(NULL, &error);
	g_autofree char *folder = assembly_template_directory();
	g_autofree char *parser = assembly_parser_program();

	(void)state;
	assert_non_null(templates);
	assert_true(g_file_test(folder, G_FILE_TEST_IS_DIR));
	assert_true(g_str_has_suffix(parser, "/redress-parser"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_a_policy_knows_mailboxes_and_outlives_its_configuration,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_mail_of_the_whole_team_is_not_answered, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_without_a_key_only_analysis_goes_on, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_a_key_that_is_there_serves_analysis, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_a_server_gets_the_first_line_of_its_password_file,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_password_that_everybody_can_read_is_refused,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_mailbox_at_a_provider_has_rules_of_its_own,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_what_a_mailbox_and_its_policies_promise_is_passed_on,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_letter_that_cannot_be_mailed_stops_the_start,
			setup, teardown),
		cmocka_unit_test(
			test_a_build_tree_has_templates_and_parser_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
