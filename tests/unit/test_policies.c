/* The policies that are shipped: each can be included, its letters can be
 * mailed once they are filled in, and its dates are those of its source. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include <redress/assembly.h>

#include "engine_fixture.h"

#define POLICIES REDRESS_SOURCE_DIR "/conf/policies/"
#define HOLIDAYS REDRESS_SOURCE_DIR "/conf/holidays/"

typedef struct Shipped Shipped;
struct Shipped {
	const char *file;
	const char *policies; /* as a mailbox names them */
	guint named, count;   /* so many; of all in the file */
	bool complete;        /* nothing is left to be filled in */
};

static const Shipped shipped[] = {
	{"plain-24h", "\"plain-24h\"", 1, 1, true},
	{"iso10002", "\"iso10002-urgent\", \"iso10002\"", 2, 2, true},
	{"fca-disp-1.6", "\"fca-disp-1.6-type\", \"fca-disp-1.6\"", 2, 3,
		false},
	{"asic-rg271",
		"\"asic-rg271-credit\", \"asic-rg271-super\", \"asic-rg271\"",
		3, 3, true},
	{"ireland-cpc", "\"ireland-cpc\"", 1, 1, true},
};

/* A folder with redress.conf, and templates/canned/en/ for what is filled in */
typedef struct Place Place;
struct Place {
	char *folder, *file, *key, *canned;
};

static int set_up(void **state)
{
	Place *place = g_new0(Place, 1);

	place->folder = g_dir_make_tmp("redress-policies-XXXXXX", NULL);
	place->file = g_build_filename(place->folder, "redress.conf", NULL);
	place->key = g_build_filename(place->folder, "redress.key", NULL);
	place->canned = g_build_filename(
		place->folder, "templates", "canned", "en", NULL);
	*state = place;
	return g_mkdir_with_parents(place->canned, 0700);
}

static int tear_down(void **state)
{
	static const char *const folders[] = {
		"templates/canned/en", "templates/canned", "templates", ""};
	Place *place = *state;
	g_autoptr(GDir) filled = g_dir_open(place->canned, 0, NULL);
	const char *name;

	while ((name = g_dir_read_name(filled))) {
		g_autofree char *path =
			g_build_filename(place->canned, name, NULL);
		g_unlink(path);
	}
	g_unlink(place->file);
	g_unlink(place->key);
	for (size_t i = 0; i < G_N_ELEMENTS(folders); i++) {
		g_autofree char *path =
			g_build_filename(place->folder, folders[i], NULL);
		if (g_rmdir(path) != 0)
			return -1;
	}
	g_free(place->folder);
	g_free(place->file);
	g_free(place->key);
	g_free(place->canned);
	g_free(place);
	return 0;
}

static Config *load(
	const Place *place, const Shipped *what, const char *calendar)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = g_strdup_printf(
		"hostname = mail.example.com\n"
		"token_key_file = \"redress.key\"\n"
		"templates = { \"" REDRESS_SOURCE_DIR "/templates\",\n"
		"  \"templates\" }\n"
		"include(\"" POLICIES "%s.conf\")\n"
		"mailbox \"c@example.com\" { policies = { %s }\n"
		"  calendar = \"office\" }\n"
		"calendar \"office\" { %s }\n",
		what->file, what->policies, calendar);
	Config *config;

	assert_true(g_file_set_contents(place->file, text, -1, NULL));
	config = config_load(place->file, &error);
	if (!config)
		fail_msg("%s", error->message);
	return config;
}

static bool check_letters(const Config *config, GError **error)
{
	g_autoptr(GError) wrong = NULL;
	g_autoptr(ReplyTemplates) templates =
		assembly_templates(config, &wrong);

	if (!templates)
		fail_msg("%s", wrong->message);
	return assembly_check_letters(config, templates, error);
}

static void test_each_can_be_included_and_named(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(shipped); i++) {
		g_autoptr(Config) config = load(*state, &shipped[i], "");
		const ConfigMailbox *mailbox = config->mailboxes->pdata[0];

		assert_int_equal(config->policies->len, shipped[i].count);
		assert_int_equal(mailbox->terms->len, shipped[i].named + 1);
	}
}

static void test_all_of_them_go_together_in_one_file(void **state)
{
	g_autoptr(GString) text =
		g_string_new("hostname = mail.example.com\n"
			     "mailbox \"c@example.com\" {}\n");
	const Place *place = *state;
	g_autoptr(GError) error = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(shipped); i++)
		g_string_append_printf(text,
			"include(\"" POLICIES "%s.conf\")\n", shipped[i].file);
	assert_true(g_file_set_contents(place->file, text->str, -1, NULL));
	g_autoptr(Config) config = config_load(place->file, &error);
	assert_non_null(config);
	assert_int_equal(config->policies->len, 10);
}

static void test_every_file_of_the_folder_is_tried_here_and_installed(
	void **state)
{
	g_autoptr(GDir) folder = g_dir_open(POLICIES, 0, NULL);
	g_autofree char *listed = NULL;
	const char *name;
	size_t found = 0;

	(void)state;
	assert_true(
		g_file_get_contents(REDRESS_SOURCE_DIR "/conf/CMakeLists.txt",
			&listed, NULL, NULL));
	while ((name = g_dir_read_name(folder))) {
		g_autofree char *entry = g_strconcat("policies/", name, NULL);
		bool known = false;

		for (size_t i = 0; i < G_N_ELEMENTS(shipped); i++) {
			g_autofree char *file =
				g_strconcat(shipped[i].file, ".conf", NULL);
			known |= strcmp(file, name) == 0;
		}
		if (!known)
			fail_msg("%s is not tried", name);
		assert_non_null(strstr(listed, entry));
		found++;
	}
	assert_int_equal(found, G_N_ELEMENTS(shipped));
}

static void test_each_says_its_source_its_bounds_and_that_it_is_no_advice(
	void **state)
{
	static const char *const said[] = {"# Source: ", "# Does not cover:",
		"# Covers:", "no legal advice.", "include(\"/usr/share/"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(shipped); i++) {
		g_autofree char *path =
			g_strdup_printf(POLICIES "%s.conf", shipped[i].file);
		g_autofree char *text = NULL;

		assert_true(g_file_get_contents(path, &text, NULL, NULL));
		for (size_t s = 0; s < G_N_ELEMENTS(said); s++)
			if (!strstr(text, said[s]))
				fail_msg("%s lacks \"%s\"", path, said[s]);
	}
}

/* ---- letters ----------------------------------------------------------- */

/* As an administrator does: copies a letter, and fills in what is open. */
static void fill_in(const Place *place, const char *name)
{
	g_autoptr(GRegex) open = g_regex_new("\\[\\[[^]]*\\]\\]", 0, 0, NULL);
	g_autofree char *from = g_build_filename(
		REDRESS_SOURCE_DIR, "templates/canned/en", name, NULL);
	g_autofree char *to = g_build_filename(place->canned, name, NULL);
	g_autofree char *text = NULL, *filled = NULL;

	assert_true(g_file_get_contents(from, &text, NULL, NULL));
	filled = g_regex_replace_literal(
		open, text, -1, 0, "It is so.", 0, NULL);
	assert_true(g_file_set_contents(to, filled, -1, NULL));
}

static void fill_in_all(const Place *place)
{
	g_autoptr(GDir) folder =
		g_dir_open(REDRESS_SOURCE_DIR "/templates/canned/en", 0, NULL);
	const char *name;

	while ((name = g_dir_read_name(folder)))
		fill_in(place, name);
}

static void test_a_letter_is_refused_until_it_is_filled_in(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(shipped); i++) {
		g_autoptr(Config) config = load(*state, &shipped[i], "");
		g_autoptr(GError) error = NULL;

		if (check_letters(config, &error) != shipped[i].complete)
			fail_msg("%s: %s", shipped[i].file,
				error ? error->message : "taken");
		if (error)
			assert_non_null(strstr(error->message,
				"policy \"fca-disp-1.6\": letters: the canned "
				"answer \"fca-eight-weeks\" has a place that "
				"is still to be filled in, \"[[time limits"));
	}
}

static void test_with_letters_filled_in_all_pass(void **state)
{
	fill_in_all(*state);
	for (size_t i = 0; i < G_N_ELEMENTS(shipped); i++) {
		g_autoptr(Config) config = load(*state, &shipped[i], "");
		g_autoptr(GError) error = NULL;

		if (!check_letters(config, &error))
			fail_msg("%s", error->message);
	}
}

/* What a letter promises without the program's knowing it is left out. */
static void test_a_letter_names_a_time_only_where_there_is_one(void **state)
{
	static const char *const names[] = {
		"fca-eight-weeks", "asic-delay", "ireland-40-days"};
	const Place *place = *state;

	fill_in_all(place);
	g_autoptr(Config) config = load(place, &shipped[0], "");
	g_autoptr(ReplyTemplates) templates = assembly_templates(config, NULL);
	ReplyFacts facts = {
		.kind = REPLY_REPLY,
		.language = "en",
		.time_zone = "Europe/London",
		.reference = "7K3F-92QX",
		.mailbox_name = "Care",
		.mailbox_address = "c@example.com",
		.state = "open",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		facts.resolve_s = 0;
		g_autofree char *without =
			reply_render_canned(templates, &facts, names[i], NULL);
		facts.resolve_s = INT64_C(1777284000); /* 27 April 2026 */
		g_autofree char *with =
			reply_render_canned(templates, &facts, names[i], NULL);

		assert_non_null(strstr(without, "as soon as we know when"));
		assert_null(strstr(without, " by: "));
		assert_non_null(strstr(with, "27 April 2026"));
		assert_null(strstr(with, "as soon as we know when"));
		assert_null(strstr(with, "[["));
		assert_null(strstr(with, "{{"));
	}
}

/* ---- dates ------------------------------------------------------------- */

static int64_t at(const char *zone, const char *local)
{
	g_autoptr(GTimeZone) tz = g_time_zone_new_identifier(zone);
	g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(local, tz);

	assert_non_null(time);
	return g_date_time_to_unix(time);
}

#define ENGLAND                                                                \
	"time_zone = \"Europe/London\" holidays = \"" HOLIDAYS "gb-eng.ics\""
#define DUBLIN "time_zone = \"Europe/Dublin\""
#define SYDNEY "time_zone = \"Australia/Sydney\""

typedef struct DateCase DateCase;
struct DateCase {
	size_t file; /* in shipped */
	const char *policy, *calendar, *zone;
	const char *opened, *settled;
	int letter; /* which; -1: none */
	const char *mailed;
};

static const DateCase dates[] = {
	/* Eight weeks are 56 days, over the change to summer time. */
	{2, "fca-disp-1.6", ENGLAND, "Europe/London", "2026-03-02T10:00:00",
		"2026-04-27T11:00:00", 1, "2026-04-26T23:00:00"},
	/* Good Friday and Easter Monday: 26 and 29 March 2027. */
	{2, "fca-disp-1.6-payment", ENGLAND, "Europe/London",
		"2027-03-10T12:00:00", "2027-04-02T17:00:00", 0,
		"2027-03-10T13:00:00"},
	/* Received on a Saturday. */
	{2, "fca-disp-1.6-payment", ENGLAND, "Europe/London",
		"2027-03-06T12:00:00", "2027-03-30T17:00:00", -1, NULL},
	/* The early May bank holiday. */
	{2, "fca-disp-1.6-payment", ENGLAND, "Europe/London",
		"2027-04-16T16:00:00", "2027-05-10T17:00:00", -1, NULL},
	/* Summer time ends in Sydney on 5 April. */
	{3, "asic-rg271", SYDNEY, "Australia/Sydney", "2026-03-10T09:00:00",
		"2026-04-09T08:00:00", 0, "2026-04-08T20:00:00"},
	{3, "asic-rg271-credit", SYDNEY, "Australia/Sydney",
		"2026-06-01T09:00:00", "2026-06-22T09:00:00", 0,
		"2026-06-21T21:00:00"},
	{3, "asic-rg271-super", SYDNEY, "Australia/Sydney",
		"2026-06-01T09:00:00", "2026-07-16T09:00:00", 0,
		"2026-07-15T21:00:00"},
	{4, "ireland-cpc", DUBLIN, "Europe/Dublin", "2026-06-01T12:00:00",
		"2026-07-27T17:00:00", 0, "2026-07-27T17:00:00"},
	{1, "iso10002", ENGLAND, "Europe/London", "2027-03-22T10:00:00",
		"2027-04-07T17:00:00", -1, NULL},
	{1, "iso10002-urgent", ENGLAND, "Europe/London", "2027-03-25T16:00:00",
		"2027-04-01T17:00:00", -1, NULL},
};

static const ConfigTerms *terms_named(const Config *config, const char *name)
{
	for (guint i = 0; i < config->policies->len; i++) {
		const ConfigTerms *terms = config->policies->pdata[i];

		if (g_strcmp0(terms->policy, name) == 0)
			return terms;
	}
	fail_msg("there is no %s", name);
	return NULL;
}

static void assert_due(const DateCase *date, const PromiseCalendar *calendar,
	PromiseDuration duration, const char *expected)
{
	int64_t due_s =
		promise_due(calendar, duration, at(date->zone, date->opened));

	if (due_s != at(date->zone, expected))
		fail_msg("%s, opened %s: %+g hours from %s", date->policy,
			date->opened,
			(double)(due_s - at(date->zone, expected)) / 3600,
			expected);
}

static void test_dates_are_those_of_the_source(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(dates); i++) {
		const DateCase *date = &dates[i];
		g_autoptr(Config) config =
			load(*state, &shipped[date->file], date->calendar);
		const ConfigMailbox *mailbox = config->mailboxes->pdata[0];
		const PromiseCalendar *calendar = mailbox->calendar->calendar;
		const ConfigTerms *terms = terms_named(config, date->policy);

		assert_due(
			date, calendar, terms->resolve_within, date->settled);
		if (date->letter < 0)
			continue;
		assert_true(date->letter < (int)terms->letters->len);
		assert_due(date, calendar,
			g_array_index(
				terms->letters, ConfigLetter, date->letter)
				.after,
			date->mailed);
	}
}

/* A time that a law fixes does not wait for the customer. */
static void test_no_legal_time_stands_still(void **state)
{
	for (size_t i = 2; i < G_N_ELEMENTS(shipped); i++) {
		g_autoptr(Config) config = load(*state, &shipped[i], "");

		for (guint t = 0; t < config->policies->len; t++) {
			const ConfigTerms *terms = config->policies->pdata[t];

			assert_true(terms->resolve_within.amount > 0);
			assert_false(terms->waiting_pauses);
			assert_int_equal(terms->end_waiting_after_s, 0);
		}
	}
}

/* ---- a matter that nobody settles -------------------------------------- */

/* When a mail with these words is made, by steps of an hour; 0: never. */
static int64_t wait_for_words(Desk *desk, const StoreTicket *ticket,
	const char *words, int64_t from_s, int64_t until_s)
{
	guint seen = 0;

	for (int64_t now_s = from_s; now_s <= until_s; now_s += HOUR) {
		desk_run_deadlines(desk, now_s);
		g_autoptr(GPtrArray) rows = desk_outbox(desk, ticket);
		for (; seen < rows->len; seen++) {
			const StoreOutbox *row = rows->pdata[seen];
			g_autofree char *plain = desk_plain(desk, row->id);

			if (strstr(plain, words))
				return now_s;
		}
	}
	return 0;
}

typedef struct Journey Journey;
struct Journey {
	size_t file;
	const char *calendar, *zone, *opened;
	const char *words, *from, *until;
};

/* Customers hear of their right before the time is over, or where the rule
 * says so once it is. */
static const Journey journeys[] = {
	{2, ENGLAND, "Europe/London", "2026-03-02T10:00:00",
		"Within eight weeks of the day", "2026-03-02T10:00:00",
		"2026-03-02T12:00:00"},
	{2, ENGLAND, "Europe/London", "2026-03-02T10:00:00",
		"you may refer your complaint to the Financial Ombudsman",
		"2026-04-26T12:00:00", "2026-04-27T11:00:00"},
	{3, SYDNEY, "Australia/Sydney", "2026-06-01T09:00:00",
		"complain to the Australian Financial Complaints Authority",
		"2026-06-30T09:00:00", "2026-07-01T09:00:00"},
	{4, DUBLIN, "Europe/Dublin", "2026-06-02T12:00:00",
		"Financial Services and Pensions Ombudsman",
		"2026-07-28T16:00:00", "2026-07-29T12:00:00"},
};

static void run_journey(const Place *place, const Journey *journey)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(EnginePolicy) policy = assembly_policy(
		load(place, &shipped[journey->file], journey->calendar), true,
		&error);
	int64_t opened_s = at(journey->zone, journey->opened);
	int64_t until_s = at(journey->zone, journey->until);
	g_autoptr(Analysis) mail = mail_new("ann@customer.example", "A loan");
	Desk *desk = desk_new(true);

	if (!policy)
		fail_msg("%s", error->message);
	mail_set(&mail->text, "You charged me twice.");
	desk_open(desk, policy, NULL);
	const Delivery delivery = {
		.mail = mail, .to = {"c@example.com"}, .now_s = opened_s};
	g_auto(EngineReceipt) receipt = desk_receive(desk, &delivery);
	g_autoptr(StoreTicket) ticket =
		desk_ticket(desk, receipt.references->pdata[0]);
	int64_t got_s =
		wait_for_words(desk, ticket, journey->words, opened_s, until_s);
	if (got_s < at(journey->zone, journey->from) || got_s > until_s)
		fail_msg("\"%s\": %g days after %s", journey->words,
			(double)(got_s - opened_s) / DAY, journey->opened);
	desk_free(desk);
}

static void test_who_waits_too_long_hears_of_the_ombudsman_in_time(void **state)
{
	fill_in_all(*state);
	for (size_t i = 0; i < G_N_ELEMENTS(journeys); i++)
		run_journey(*state, &journeys[i]);
}

#define place_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		place_test(test_each_can_be_included_and_named),
		place_test(test_all_of_them_go_together_in_one_file),
		cmocka_unit_test(
			test_every_file_of_the_folder_is_tried_here_and_installed),
		cmocka_unit_test(
			test_each_says_its_source_its_bounds_and_that_it_is_no_advice),
		place_test(test_a_letter_is_refused_until_it_is_filled_in),
		place_test(test_with_letters_filled_in_all_pass),
		place_test(test_a_letter_names_a_time_only_where_there_is_one),
		place_test(test_dates_are_those_of_the_source),
		place_test(test_no_legal_time_stands_still),
		place_test(
			test_who_waits_too_long_hears_of_the_ombudsman_in_time),
	};

	return cmocka_run_group_tests_name("policies", tests, NULL, NULL);
}
