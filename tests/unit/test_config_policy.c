/* Policies: what a mailbox promises to which tickets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include <redress/config.h>

enum { HOUR = 3600, DAY = 24 * HOUR };

#define HEAD "hostname = mail.example.com\n"

static Config *load(const char *text, GError **error)
{
	g_autofree char *folder = g_dir_make_tmp("redress-policy-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(folder, "redress.conf", NULL);
	Config *config;

	assert_non_null(folder);
	assert_true(g_file_set_contents(path, text, -1, NULL));
	config = config_load(path, error);
	g_unlink(path);
	g_rmdir(folder);
	return config;
}

static Config *load_good(const char *text)
{
	g_autoptr(GError) error = NULL;
	Config *config = load(text, &error);

	if (!config)
		fail_msg("%s", error->message);
	return config;
}

static const ConfigMailbox *mailbox_of(const Config *config)
{
	return config->mailboxes->pdata[0];
}

static const ConfigTerms *terms_of(const Config *config, guint index)
{
	const ConfigMailbox *mailbox = mailbox_of(config);

	assert_true(index < mailbox->terms->len);
	return mailbox->terms->pdata[index];
}

static void assert_duration(
	PromiseDuration duration, enum promise_unit unit, int64_t amount)
{
	assert_int_equal(duration.unit, unit);
	assert_int_equal(duration.amount, amount);
}

/* ---- what is promised ------------------------------------------------- */

static void test_a_mailbox_without_policies_has_its_own_terms(void **state)
{
	g_autoptr(Config) config =
		load_good(HEAD "mailbox \"c@example.com\" {}\n");
	const ConfigTerms *own = terms_of(config, 0);

	(void)state;
	assert_int_equal(mailbox_of(config)->terms->len, 1);
	assert_ptr_equal(mailbox_of(config)->own, own);
	assert_null(own->policy);
	assert_null(own->applies_to[0]);
	assert_duration(own->answer_within, PROMISE_BUSINESS_HOURS, 8 * HOUR);
	assert_int_equal(own->resolve_within.amount, 0);
	assert_int_equal(own->follow_up_every_s, DAY);
	assert_int_equal(promise_quiet_length_s(own->quiet_hours), 0);
	assert_duration(own->late_notice, PROMISE_WALL, HOUR);
	assert_int_equal(own->late_most, 3);
	assert_duration(own->remind_after, PROMISE_WALL, 3 * DAY);
	assert_int_equal(own->reminders, 2);
	assert_int_equal(own->end_waiting_after_s, 7 * DAY);
	assert_true(own->waiting_pauses);
	assert_int_equal(own->letters->len, 0);
}

static const char two_policies[] = HEAD
	"mailbox \"c@example.com\" {\n"
	"  policies = { \"vip-fast\", \"slow\" }\n"
	"  answer_within = 6h resolve_within = 9d follow_up_every = 48h\n"
	"  quiet_hours = \"20:00-08:00\" late_notice = 2h late_most = 5\n"
	"  remind_after = 4d reminders = 1 end_waiting_after = 5d\n"
	"  letters = { \"8d delay\" }\n"
	"}\n"
	"policy \"slow\" {\n"
	"  answer_within = \"3 business days\"\n"
	"  resolve_within = \"15 business days\" follow_up_every = 7d\n"
	"  quiet_hours = \"\" late_notice = \"1 business hour\"\n"
	"  late_most = 0 remind_after = \"2 business days\" reminders = 0\n"
	"  end_waiting_after = 0s waiting_pauses = false\n"
	"  letters = { \"15 business days hold\", \"56d fca-delay\" }\n"
	"}\n"
	"policy \"vip-fast\" {\n"
	"  applies_to = { \"vip\", \"urgent\", \"rip-off\", \"type:a b\" }\n"
	"  answer_within = 1h\n"
	"}\n"
	"policy \"nobodys\" { reminders = 7 }\n";

static void test_what_a_policy_does_not_say_is_as_the_mailbox_has_it(
	void **state)
{
	g_autoptr(Config) config = load_good(two_policies);
	const ConfigTerms *fast = terms_of(config, 0);
	const ConfigLetter *letter =
		&g_array_index(fast->letters, ConfigLetter, 0);

	(void)state;
	assert_string_equal(fast->policy, "vip-fast");
	assert_int_equal(g_strv_length(fast->applies_to), 4);
	assert_string_equal(fast->applies_to[3], "type:a b");
	assert_duration(fast->answer_within, PROMISE_WALL, HOUR);
	assert_duration(fast->resolve_within, PROMISE_WALL, 9 * DAY);
	assert_int_equal(fast->follow_up_every_s, 2 * DAY);
	assert_int_equal(fast->quiet_hours.from_minute, 20 * 60);
	assert_int_equal(fast->quiet_hours.until_minute, 8 * 60);
	assert_duration(fast->late_notice, PROMISE_WALL, 2 * HOUR);
	assert_int_equal(fast->late_most, 5);
	assert_duration(fast->remind_after, PROMISE_WALL, 4 * DAY);
	assert_int_equal(fast->reminders, 1);
	assert_int_equal(fast->end_waiting_after_s, 5 * DAY);
	assert_true(fast->waiting_pauses);
	assert_int_equal(fast->letters->len, 1);
	assert_string_equal(letter->name, "delay");
	assert_duration(letter->after, PROMISE_WALL, 8 * DAY);
}

static void test_what_a_policy_says_is_taken(void **state)
{
	g_autoptr(Config) config = load_good(two_policies);
	const ConfigTerms *slow = terms_of(config, 1);
	const ConfigLetter *letters =
		(const ConfigLetter *)(const void *)slow->letters->data;

	(void)state;
	assert_string_equal(slow->policy, "slow");
	assert_null(slow->applies_to[0]);
	assert_duration(slow->answer_within, PROMISE_BUSINESS_DAYS, 3);
	assert_duration(slow->resolve_within, PROMISE_BUSINESS_DAYS, 15);
	assert_int_equal(slow->follow_up_every_s, 7 * DAY);
	assert_int_equal(promise_quiet_length_s(slow->quiet_hours), 0);
	assert_duration(slow->late_notice, PROMISE_BUSINESS_HOURS, HOUR);
	assert_int_equal(slow->late_most, 0);
	assert_duration(slow->remind_after, PROMISE_BUSINESS_DAYS, 2);
	assert_int_equal(slow->reminders, 0);
	assert_int_equal(slow->end_waiting_after_s, 0);
	assert_false(slow->waiting_pauses);
	assert_int_equal(slow->letters->len, 2);
	assert_duration(letters[0].after, PROMISE_BUSINESS_DAYS, 15);
	assert_string_equal(letters[0].name, "hold");
	assert_string_equal(letters[1].name, "fca-delay");
}

static void test_terms_stand_in_the_mailbox_order_and_end_with_its_own(
	void **state)
{
	g_autoptr(Config) config = load_good(two_policies);
	const ConfigTerms *own = terms_of(config, 2);

	(void)state;
	assert_int_equal(mailbox_of(config)->terms->len, 3);
	assert_ptr_equal(mailbox_of(config)->own, own);
	assert_null(own->policy);
	assert_null(own->applies_to[0]);
	assert_duration(own->answer_within, PROMISE_WALL, 6 * HOUR);
	assert_int_equal(own->reminders, 1);
	assert_int_equal(config->policies->len, 3);
}

static void test_two_mailboxes_have_one_policy_each_in_its_own_way(void **state)
{
	g_autoptr(Config) config = load_good(
		HEAD "policy \"p\" { reminders = 9 }\n"
		     "mailbox \"a@example.com\" { policies = { p }\n"
		     "  follow_up_every = 12h }\n"
		     "mailbox \"b@example.com\" { policies = { p } }\n");
	const ConfigMailbox *second = config->mailboxes->pdata[1];
	const ConfigTerms *other = second->terms->pdata[0];

	(void)state;
	assert_int_equal(terms_of(config, 0)->follow_up_every_s, 12 * HOUR);
	assert_int_equal(other->follow_up_every_s, DAY);
	assert_int_equal(terms_of(config, 0)->reminders, 9);
	assert_int_equal(other->reminders, 9);
	assert_int_equal(second->own->reminders, 2);
}

/* ---- mistakes --------------------------------------------------------- */

/* What stands in the policy is in line 3, in the mailbox in line 6. */
#define POLICY(text)                                                           \
	HEAD "policy \"fast\" {\n " text "\n}\n"                               \
	     "mailbox \"c@example.com\" {\n policies = { \"fast\" }\n}\n"
#define MAILBOX(text)                                                          \
	HEAD "policy \"fast\" {\n}\n\n"                                        \
	     "mailbox \"c@example.com\" {\n " text "\n}\n"

typedef struct Mistake Mistake;
struct Mistake {
	const char *text, *place, *said;
};

static const Mistake mistakes[] = {
	{MAILBOX("policies = { \"fats\" }"),
		":6: mailbox.policies: ", "did you mean \"fast\"?"},
	{MAILBOX("policies = { \"fast\", \"fast\" }"),
		":6: mailbox.policies: ", "\"fast\" is named twice"},
	{HEAD "policy \"a\" {}\npolicy \"b\" { applies_to = { vip } }\n"
	      "mailbox \"c@example.com\" {\n policies = { a, b }\n}\n",
		":5: mailbox.policies: ",
		"\"b\" would never be taken, because \"a\""},
	{HEAD "mailbox \"c@example.com\" { policies = { x } }\n",
		":2: mailbox.policies: ", "known are: none"},
	{POLICY("applies_to = { \"vpi\" }"),
		":3: policy.applies_to: ", "did you mean \"vip\"?"},
	{POLICY("applies_to = { \"hihg-roller\" }"),
		":3: policy.applies_to: ", "did you mean \"high-roller\"?"},
	{POLICY("applies_to = { \"xyzzyxyzzy\" }"),
		":3: policy.applies_to: ", "known are: low, normal, high"},
	{POLICY("applies_to = { \"type:\" }"),
		":3: policy.applies_to: ", "type:NAME"},
	{POLICY("resolv_within = 2d"), ":3: policy.resolv_within: ",
		"did you mean \"resolve_within\"?"},
	{POLICY("close_after = 2d"),
		":3: policy.close_after: ", "belongs into section mailbox"},
	{HEAD "late_most = 2\nmailbox \"c@example.com\" {}\n",
		":2: late_most: ", "belongs into section mailbox"},
	{MAILBOX("applies_to = { \"vip\" }"),
		":6: mailbox.applies_to: ", "belongs into section policy"},
	{POLICY("answer_within = 0s"),
		":3: policy.answer_within: ", "empty or zero"},
	{POLICY("follow_up_every = \"3 business days\""),
		":3: policy.follow_up_every: ", "counts business time"},
	{POLICY("answer_within = 4d resolve_within = 3d"),
		":3: policy.resolve_within: ", "shorter than answer_within"},
	{POLICY("late_most = 21"),
		":3: policy.late_most: ", "no number from 0 to 20"},
	{POLICY("reminders = 11"),
		":3: policy.reminders: ", "no number from 0 to 10"},
	{POLICY("end_waiting_after = never"),
		":3: policy.end_waiting_after: ", "not a duration"},
	{POLICY("end_waiting_after = \"2 business days\""),
		":3: policy.end_waiting_after: ", "counts business time"},
	{POLICY("waiting_pauses = perhaps"),
		":3: policy.waiting_pauses: ", "neither true nor false"},
	{POLICY("quiet_hours = \"9pm-8am\""),
		":3: policy.quiet_hours: ", "write \"21:00-08:00\""},
	{POLICY("quiet_hours = \"13:00-08:00\""),
		":3: policy.quiet_hours: ", "longer than 18 hours"},
	{POLICY("quiet_hours = \"19:30-08:00\""), ":3: policy.quiet_hours: ",
		"12.5 hours of quiet are more than half of follow_up_every "
		"(24 hours)"},
	{MAILBOX("quiet_hours = \"19:30-08:00\""), ":6: mailbox.quiet_hours: ",
		"shorten the quiet, or raise follow_up_every"},
	{HEAD "policy \"fast\" {\n follow_up_every = 4h\n}\n"
	      "mailbox \"c@example.com\" {\n policies = { fast }\n"
	      " quiet_hours = \"21:00-08:00\"\n}\n",
		":7: mailbox.quiet_hours: ", "follow_up_every (4 hours)"},
	{POLICY("letters = { \"56d\" }"),
		":3: policy.letters: ", "\"56d delay\""},
	{POLICY("letters = { \"delay 56d\" }"),
		":3: policy.letters: ", "not a duration"},
	{POLICY("letters = { \"56d delay\", \"0s delay\" }"),
		":3: policy.letters: ", "empty or zero"},
	{POLICY("letters = { \"56d \" }"),
		":3: policy.letters: ", "is no letter"},
	{HEAD "policy \"p\" {\n reminders = many\n}\n"
	      "mailbox \"c@example.com\" {}\n",
		":3: policy.reminders: ", "no number"},
	{HEAD "policy \"p\" {}\npolicy \"p\" {}\n"
	      "mailbox \"c@example.com\" {}\n",
		":3: policy \"p\": ", "defined twice"},
};

static void test_every_mistake_names_its_place_and_cure(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(mistakes); i++) {
		const Mistake *mistake = &mistakes[i];
		g_autoptr(GError) error = NULL;
		g_autoptr(Config) config = load(mistake->text, &error);

		if (config)
			fail_msg("case %zu loads: %s", i, mistake->text);
		assert_int_equal(error->code, REDRESS_ERROR_INVALID);
		if (!strstr(error->message, mistake->said) ||
			!strstr(error->message, mistake->place))
			fail_msg("case %zu: %s", i, error->message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_a_mailbox_without_policies_has_its_own_terms),
		cmocka_unit_test(
			test_what_a_policy_does_not_say_is_as_the_mailbox_has_it),
		cmocka_unit_test(test_what_a_policy_says_is_taken),
		cmocka_unit_test(
			test_terms_stand_in_the_mailbox_order_and_end_with_its_own),
		cmocka_unit_test(
			test_two_mailboxes_have_one_policy_each_in_its_own_way),
		cmocka_unit_test(test_every_mistake_names_its_place_and_cure),
	};

	return cmocka_run_group_tests_name("config_policy", tests, NULL, NULL);
}
