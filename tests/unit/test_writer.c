/* What the one writer does beside its batches. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "engine_fixture.h"

#define MAILBOX "complaints@example.com"

enum { MAILS = 450, LOG_MOST_BYTES = 40 * 1024 * 1024 };

static off_t log_size(const Desk *desk)
{
	g_autofree char *name = g_strconcat(desk->target, "-wal", NULL);
	struct stat status;

	return stat(name, &status) == 0 ? status.st_size : 0;
}

/* A store that the daemon has left, and a guest in it. */
static Desk *guest_desk(void)
{
	Desk *desk = desk_new(true);
	EngineMailbox mailbox = desk_mailbox(desk, MAILBOX);
	EnginePolicyOptions limits = desk_limits();

	limits.mailboxes = &mailbox;
	limits.mailboxes_length = 1;
	g_autoptr(EnginePolicy) policy = desk_policy(desk, limits);
	desk_open(desk, policy, NULL);
	g_clear_pointer(&desk->reader, store_close);
	engine_free(desk->engine);

	EngineOptions guest = {
		.driver = "sqlite",
		.target = desk->target,
		.mode = DB_GUEST,
		.policy = policy,
	};
	desk->engine = engine_new(&guest, NULL);
	assert_non_null(desk->engine);
	return desk;
}

/* Returns how large the log was at most. */
static off_t import_mails(Desk *desk)
{
	off_t largest = 0;

	for (int i = 0; i < MAILS; i++) {
		g_autofree char *from =
			g_strdup_printf("c%d@customer.example", i);
		g_autoptr(Analysis) mail = mail_new(from, "A kettle in pieces");
		Delivery delivery = {
			.mail = mail,
			.to = {MAILBOX},
			.envelope_from = from,
			.now_s = NOW,
		};
		g_auto(EngineReceipt) receipt = desk_receive(desk, &delivery);
		largest = MAX(largest, log_size(desk));
	}
	return largest;
}

static void test_an_import_without_a_daemon_leaves_no_log(void **state)
{
	Desk *desk = guest_desk();

	(void)state;
	assert_in_range(import_mails(desk), 1, LOG_MOST_BYTES);
	g_clear_pointer(&desk->engine, engine_free);
	assert_int_equal(log_size(desk), 0);
	desk_free(desk);
}

static void test_a_guest_leaves_the_log_to_the_daemon(void **state)
{
	Desk *desk = guest_desk();
	g_autoptr(StoreLock) daemon =
		store_lock("sqlite", desk->target, 0, NULL);

	(void)state;
	assert_non_null(daemon);
	off_t largest = import_mails(desk);
	g_clear_pointer(&desk->engine, engine_free);
	assert_true(log_size(desk) >= largest);
	desk_free(desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_import_without_a_daemon_leaves_no_log),
		cmocka_unit_test(test_a_guest_leaves_the_log_to_the_daemon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
