/*
 * redress-year: a year of tickets on a clock of its own, over the real engine
 * and a real store.  Five offices in five zones, each with its own holidays and
 * policy; people write, ask, answer, promise, resolve and fall silent, a mail
 * server defers and refuses, and twice nothing runs.  What came of it is left
 * to tests/e2e/test_year.py, which shares nothing with this program:
 *
 *	FOLDER/year.db      the store
 *	FOLDER/mails        what left: "ID LENGTH\n", its text, "\n"
 *	FOLDER/counts       what store_promise_count() says at the end
 *	FOLDER/told         the run itself: its bounds and outages
 *
 * The clock steps from what is due to what is due next, as the scheduler and
 * the sender do.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>
#include <sodium.h>

#include "../unit/engine_fixture.h"

#define GOOD(call)                                                             \
	do {                                                                   \
		g_autoptr(GError) error = NULL;                                \
		if (!(call))                                                   \
			g_error("%s: %s", #call,                               \
				error ? error->message : "no error");          \
	} while (0)

#define HOLIDAYS REDRESS_SOURCE_DIR "/conf/holidays/"

enum {
	START = 1792022400, /* 2026-10-15 00:00 UTC */
	LENGTH = 365 * DAY,
	END = START + LENGTH,
	QUIET_FROM = 21 * 60,
	QUIET_UNTIL = 8 * 60,
};

/* A working day in Europe; the night in which America's clocks leap. */
static const struct {
	int64_t from_s, until_s;
} outages[] = {
	{START + 41 * DAY + 8 * HOUR, START + 41 * DAY + 10 * HOUR},
	{START + 150 * DAY + 3 * HOUR, START + 151 * DAY + 9 * HOUR},
};

/* ---- the offices ------------------------------------------------------- */

typedef struct Office Office;
struct Office {
	const char *address, *zone, *holidays;
	const char *hours[3];
	EngineTerms terms;
};

static const EngineLetter letters[] = {
	{.after = {PROMISE_WALL, 10 * DAY}, .name = "asic-delay"},
	{.after = {PROMISE_BUSINESS_DAYS, 20}, .name = "ireland-40-days"},
};

#define COMMON                                                                 \
	.remind_after = {PROMISE_WALL, 3 * DAY}, .reminders = 2,               \
	.end_waiting_after_s = 7 * DAY, .waiting_pauses = true

static const Office offices[] = {
	{"tallinn@example.com", "Europe/Tallinn", HOLIDAYS "ee.ics",
		{"Mon-Fri 09:00-17:00"},
		{
			.answer_within = {PROMISE_BUSINESS_HOURS, 8 * HOUR},
			.late_notice = {PROMISE_WALL, HOUR},
			.follow_up_every_s = DAY,
			.late_most = 3,
			COMMON,
		}},
	{"saigon@example.com", "Asia/Ho_Chi_Minh", HOLIDAYS "vn.ics",
		{"Mon-Fri 08:00-12:00, 13:00-17:00"},
		{
			.answer_within = {PROMISE_BUSINESS_HOURS, 8 * HOUR},
			.late_notice = {PROMISE_WALL, HOUR},
			.follow_up_every_s = 12 * HOUR,
			.quiet = {QUIET_FROM, QUIET_UNTIL},
			.late_most = 3,
			COMMON,
		}},
	{"shanghai@example.com", "Asia/Shanghai", HOLIDAYS "cn.ics",
		{"Mon-Fri 09:00-12:00, 13:30-18:00"},
		{
			.answer_within = {PROMISE_BUSINESS_DAYS, 2},
			.late_notice = {PROMISE_WALL, 2 * HOUR},
			.resolve_within = {PROMISE_BUSINESS_DAYS, 15},
			.follow_up_every_s = DAY,
			.late_most = 2,
			COMMON,
		}},
	{"new-york@example.com", "America/New_York", HOLIDAYS "us.ics",
		{"Mon-Fri 09:00-17:00"},
		{
			.answer_within = {PROMISE_BUSINESS_DAYS, 1},
			.late_notice = {PROMISE_WALL, HOUR},
			.follow_up_every_s = DAY,
			.late_most = 3,
			.letters = letters,
			.letters_length = G_N_ELEMENTS(letters),
			COMMON,
		}},
	{"london@example.com", "Europe/London", HOLIDAYS "gb-eng.ics",
		{"Mon-Fri 08:00-20:00", "Sat 10:00-16:00"},
		{
			.answer_within = {PROMISE_BUSINESS_HOURS, HOUR},
			.late_notice = {PROMISE_WALL, 15 * MINUTE},
			.follow_up_every_s = DAY,
			.late_most = 3,
			COMMON,
		}},
};
enum { OFFICES = G_N_ELEMENTS(offices) };

/* ---- the year ---------------------------------------------------------- */

enum act {
	ACT_OPEN,
	ACT_STATUS, /* the customer wants to know how things stand */
	ACT_WRITE,  /* the customer adds something */
	ACT_THANK,
	ACT_RETURN, /* the customer says that it is not settled */
	ACT_REPLY,  /* to what was asked */
	ACT_ANSWER, /* an agent does */
	ACT_PROMISE,
	ACT_ASK,
	ACT_RESOLVE,
	ACT_REOPEN,
};

typedef struct Action Action;
struct Action {
	int64_t at;
	unsigned ticket;
	enum act act;
};

typedef struct Year Year;
struct Year {
	Desk *desk;
	unsigned tickets;
	GRand *random;
	GSequence *actions; /* Action, by time */
	char **references;  /* NULL before it was opened */
	FILE *mails;
	int64_t now_s;
};

static Year year;

static bool chance(double probability)
{
	return g_rand_double(year.random) < probability;
}

static int64_t between(int64_t least, int64_t most)
{
	return least +
	       (int64_t)(g_rand_double(year.random) * (double)(most - least));
}

static int compare_actions(const void *a, const void *b, void *user)
{
	const Action *left = a, *right = b;

	(void)user;
	if (left->at != right->at)
		return left->at < right->at ? -1 : 1;
	if (left->ticket != right->ticket)
		return left->ticket < right->ticket ? -1 : 1;
	return (int)left->act - (int)right->act;
}

/* While nothing runs people wait: mail servers keep what they could not hand
 * over. */
static int64_t but_not_in_outage(int64_t at)
{
	for (size_t i = 0; i < G_N_ELEMENTS(outages); i++)
		if (at >= outages[i].from_s && at < outages[i].until_s)
			return outages[i].until_s;
	return at;
}

static void plan(int64_t at, unsigned ticket, enum act act)
{
	Action *action = g_new(Action, 1);

	*action = (Action){but_not_in_outage(at), ticket, act};
	g_sequence_insert_sorted(year.actions, action, compare_actions, NULL);
}

static void plan_in(int64_t least, int64_t most, unsigned ticket, enum act act)
{
	plan(year.now_s + between(least, most), ticket, act);
}

static const Action *next_action(void)
{
	GSequenceIter *first = g_sequence_get_begin_iter(year.actions);

	return g_sequence_iter_is_end(first) ? NULL : g_sequence_get(first);
}

/* ---- what customers do ------------------------------------------------- */

static void write_mail(unsigned ticket, const char *subject, enum act act)
{
	g_autofree char *from = g_strdup_printf("c%u@example.org", ticket);
	g_autoptr(Analysis) mail = mail_new(from, subject);
	Delivery delivery = {
		.mail = mail,
		.to = {offices[ticket % OFFICES].address},
		.now_s = year.now_s,
	};

	mail->authenticated = true;
	mail->status_request = act == ACT_STATUS;
	mail->says_thanks = act == ACT_THANK;
	g_auto(EngineReceipt) receipt = desk_receive(year.desk, &delivery);
	if (!year.references[ticket])
		year.references[ticket] =
			g_strdup(receipt.references->pdata[0]);
}

static void write_again(unsigned ticket, enum act act)
{
	g_autofree char *subject =
		g_strdup_printf("Re: [#%s] kettle", year.references[ticket]);

	write_mail(ticket, subject, act);
}

/* ---- what agents do ---------------------------------------------------- */

/* What comes too late, for somebody was faster, is no matter. */
static void forgive(const GError *error)
{
	if (error->code != REDRESS_ERROR_CONFLICT &&
		error->code != REDRESS_ERROR_INVALID)
		g_error("%s", error->message);
}

static void give_order(unsigned ticket, enum engine_operation operation)
{
	g_autoptr(GError) error = NULL;
	const EngineOrder order = {
		.operation = operation,
		.reference = year.references[ticket],
		.text = "A new kettle is on its way.",
		.actor = "operator:test",
		.silent = chance(0.03),
		.now_s = year.now_s,
	};

	if (!engine_operate(year.desk->engine, &order, &error))
		forgive(error);
}

static bool command(unsigned ticket, const char *line, const char *text)
{
	g_autoptr(GError) error = NULL;
	const char *lines[] = {line, NULL};
	const EngineCommand order = {
		.reference = year.references[ticket],
		.lines = lines,
		.text = text,
		.actor = "operator:test",
		.now_s = year.now_s,
	};

	if (engine_command(year.desk->engine, &order, NULL, &error))
		return true;
	forgive(error);
	return false;
}

static const char words[] = "We have looked into the matter of the kettle.";

static void ask(unsigned ticket)
{
	if (!command(ticket, "#ask Which kettle is it?", NULL))
		return;
	if (chance(0.6))
		plan_in(HOUR, 9 * DAY, ticket, ACT_REPLY);
}

static void promise(unsigned ticket)
{
	static const char *const lines[] = {"#promise 2 business days",
		"#promise 5 business hours", "#promise 3 business days"};
	gint32 which = g_rand_int_range(year.random, 0, G_N_ELEMENTS(lines));

	command(ticket, lines[which], chance(0.5) ? words : NULL);
}

/* ---- a ticket's life --------------------------------------------------- */

static void plan_office(unsigned ticket)
{
	if (chance(0.002)) /* nobody ever does */
		return;
	if (chance(0.05)) { /* not for long */
		plan_in(5 * DAY, 45 * DAY, ticket, ACT_RESOLVE);
		return;
	}
	if (chance(0.15)) { /* not without more facts */
		plan_in(HOUR, 3 * DAY, ticket, ACT_ASK);
		return;
	}
	if (chance(0.8))
		plan_in(HOUR / 2, 3 * DAY, ticket, ACT_ANSWER);
	if (chance(0.2))
		plan_in(HOUR, 3 * DAY, ticket, ACT_PROMISE);
	plan_in(HOUR, 7 * DAY, ticket, ACT_RESOLVE);
}

static void plan_customer(unsigned ticket)
{
	if (chance(0.3))
		plan_in(0, 3 * DAY, ticket, ACT_STATUS);
	if (chance(0.05)) /* twice, right after the acknowledgement */
		for (int i = 0; i < 2; i++)
			plan_in(0, HOUR, ticket, ACT_STATUS);
	if (chance(0.2))
		plan_in(0, 4 * DAY, ticket, ACT_WRITE);
}

static void resolve(unsigned ticket)
{
	give_order(ticket, ENGINE_RESOLVE);
	if (chance(0.2))
		plan_in(MINUTE, 5 * DAY, ticket, ACT_RETURN);
	else if (chance(0.05))
		plan_in(MINUTE, 5 * DAY, ticket, ACT_REOPEN);
	else if (chance(0.1))
		plan_in(MINUTE, 2 * DAY, ticket, ACT_THANK);
}

static void act(const Action *action)
{
	unsigned ticket = action->ticket;

	switch (action->act) {
	case ACT_OPEN:
		write_mail(ticket, "The kettle leaks", ACT_OPEN);
		plan_office(ticket);
		plan_customer(ticket);
		return;
	case ACT_STATUS:
	case ACT_THANK:
		write_again(ticket, action->act);
		return;
	case ACT_WRITE:
	case ACT_REPLY:
	case ACT_RETURN:
		/* It may have been settled, and is not now. */
		write_again(ticket, action->act);
		plan_in(HOUR, 4 * DAY, ticket, ACT_RESOLVE);
		return;
	case ACT_ANSWER:
		command(ticket, "#tag seen", words);
		return;
	case ACT_PROMISE:
		promise(ticket);
		return;
	case ACT_ASK:
		ask(ticket);
		return;
	case ACT_RESOLVE:
		resolve(ticket);
		return;
	case ACT_REOPEN:
		give_order(ticket, ENGINE_REOPEN);
		plan_in(HOUR, 3 * DAY, ticket, ACT_RESOLVE);
		return;
	}
}

static void act_all(void)
{
	const Action *action;

	while ((action = next_action()) && action->at <= year.now_s) {
		act(action);
		g_sequence_remove(g_sequence_get_begin_iter(year.actions));
	}
}

/* ---- what the mail server does ----------------------------------------- */

static EngineDelivery answer(const StoreOutbox *row)
{
	EngineDelivery delivery = {
		.id = row->id,
		.outcome = ENGINE_SENT,
		.smtp_code = 250,
		.status = "2.0.0",
		.now_s = year.now_s,
	};

	if (chance(0.02)) {
		delivery.outcome = ENGINE_DEFERRED;
		delivery.smtp_code = 451;
		delivery.status = "4.7.1";
	} else if (chance(0.002)) {
		delivery.outcome = ENGINE_REFUSED;
		delivery.smtp_code = 550;
		delivery.status = chance(0.7) ? "5.1.1" : "5.7.1";
	}
	return delivery;
}

static void keep_mail(const StoreOutbox *row)
{
	size_t length;
	const char *data = g_bytes_get_data(row->bytes, &length);
	/* The text comes before the HTML, of which there is much. */
	const char *html = g_strstr_len(data, (gssize)length, "text/html");

	if (html)
		length = (size_t)(html - data);
	fprintf(year.mails, "%d %zu\n", (int)row->id, length);
	fwrite(data, 1, length, year.mails);
	fputc('\n', year.mails);
}

static void send_all(void)
{
	g_autoptr(GPtrArray) rows = desk_lease(year.desk, year.now_s);
	g_autofree EngineDelivery *deliveries =
		g_new0(EngineDelivery, rows->len + 1);

	for (guint i = 0; i < rows->len; i++) {
		deliveries[i] = answer(rows->pdata[i]);
		if (deliveries[i].outcome == ENGINE_SENT)
			keep_mail(rows->pdata[i]);
	}
	GOOD(engine_outbox_settle(
		year.desk->engine, deliveries, rows->len, &error));
}

/* ---- the clock --------------------------------------------------------- */

static int64_t earliest(int64_t a, int64_t b)
{
	return !a ? b : !b ? a : MIN(a, b);
}

static int64_t next_deadline(void)
{
	int64_t due_at = 0;

	GOOD(store_deadline_next(year.desk->reader, &due_at, &error));
	return due_at;
}

static int64_t next_mail(void)
{
	int64_t next_at = 0;

	GOOD(store_outbox_next(year.desk->reader, NULL, &next_at, &error));
	return next_at;
}

static bool is_due(int64_t at)
{
	return at && at <= year.now_s;
}

static int64_t next_step(void)
{
	const Action *action = next_action();
	int64_t next = earliest(action ? action->at : 0,
		earliest(next_deadline(), next_mail()));

	return next ? MAX(but_not_in_outage(next), year.now_s) : END;
}

static void live_through(void)
{
	for (unsigned i = 0; i < year.tickets; i++)
		plan(between(START, END - 2 * DAY), i, ACT_OPEN);
	while ((year.now_s = next_step()) < END) {
		act_all();
		if (is_due(next_deadline()))
			desk_run_deadlines(year.desk, year.now_s);
		if (is_due(next_mail()))
			send_all();
	}
}

/* ---- beginning and end ------------------------------------------------- */

static PromiseCalendar *make_calendar(const Office *office)
{
	const char *holidays[] = {office->holidays, NULL};
	const PromiseCalendarOptions options = {
		.time_zone = office->zone,
		.hours = office->hours,
		.holidays = holidays,
	};
	PromiseCalendar *calendar = NULL;

	GOOD(calendar = promise_calendar_new(&options, &error));
	g_ptr_array_add(year.desk->calendars, calendar);
	return calendar;
}

static void open_offices(void)
{
	static const char *const agents[] = {"agent@example.com", NULL};
	EngineMailbox mailboxes[OFFICES];
	EnginePolicyOptions options = desk_limits();

	for (size_t i = 0; i < OFFICES; i++) {
		PromiseCalendar *calendar = make_calendar(&offices[i]);
		mailboxes[i] = desk_mailbox(year.desk, offices[i].address);
		mailboxes[i].calendar = calendar;
		mailboxes[i].terms = offices[i].terms;
		mailboxes[i].agents = agents;
		mailboxes[i].survey_after_s = DAY;
		mailboxes[i].aftercare_after_s = 5 * DAY;
	}
	options.mailboxes = mailboxes;
	options.mailboxes_length = OFFICES;
	/* An interval of twelve hours and a customer who asks twice. */
	options.automatic_per_thread_per_day = 6;
	options.escalations_per_day = 20;
	g_autoptr(EnginePolicy) policy = desk_policy(year.desk, options);
	desk_open(year.desk, policy, NULL);
}

static FILE *create(const char *folder, const char *name)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	FILE *file = fopen(path, "w");

	if (!file)
		g_error("%s: %s", path, g_strerror(errno));
	return file;
}

static void tell_counts(const char *folder)
{
	const StorePromiseFilter filter = {.now_s = END};
	g_autoptr(GPtrArray) counts = NULL;
	FILE *file = create(folder, "counts");

	GOOD(store_promise_count(
		year.desk->reader, &filter, true, &counts, &error));
	for (guint i = 0; i < counts->len; i++) {
		const StorePromiseCount *count = counts->pdata[i];
		fprintf(file, "%s %s %u %u %u %u %u %u %u %u %d %d\n",
			count->mailbox, store_promise_kind_name(count->kind),
			count->made, count->kept, count->broken,
			count->replaced, count->open, count->overdue,
			count->told_before, count->outstanding,
			(int)count->median_late_s, (int)count->most_late_s);
	}
	fclose(file);
}

static void tell_run(const char *folder)
{
	FILE *file = create(folder, "told");

	fprintf(file, "%d %d\n", (int)START, (int)END);
	for (size_t i = 0; i < G_N_ELEMENTS(outages); i++)
		fprintf(file, "%d %d\n", (int)outages[i].from_s,
			(int)outages[i].until_s);
	fclose(file);
}

/* ---- chance ------------------------------------------------------------- */

/* References and Message-IDs, too, are the seed's: the follow-up of a ticket
 * goes by its reference, and what one run finds the next one has to find. */
static const char *seeded_name(void)
{
	return "seeded";
}

static uint32_t seeded_random(void)
{
	return g_random_int();
}

static void seeded_buf(void *buffer, size_t length)
{
	unsigned char *bytes = buffer;

	for (size_t i = 0; i < length; i++)
		bytes[i] = (unsigned char)g_random_int();
}

static randombytes_implementation seeded = {
	.implementation_name = seeded_name,
	.random = seeded_random,
	.buf = seeded_buf,
};

static void seed_all(guint32 seed)
{
	g_random_set_seed(seed);
	randombytes_set_implementation(&seeded);
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "usage: redress-year SEED TICKETS FOLDER\n");
		return 2;
	}
	const char *folder = argv[3];
	g_autofree char *store = g_build_filename(folder, "year.db", NULL);

	seed_all((guint32)strtoul(argv[1], NULL, 10));
	year.random = g_rand_new_with_seed((guint32)strtoul(argv[1], NULL, 10));
	year.tickets = (unsigned)strtoul(argv[2], NULL, 10);
	year.references = g_new0(char *, year.tickets + 1);
	year.actions = g_sequence_new(g_free);
	year.mails = create(folder, "mails");
	g_unlink(store);
	year.desk = desk_new(true);
	open_offices();
	live_through();
	tell_counts(folder);
	tell_run(folder);
	GOOD(store_backup(year.desk->reader, store, &error));
	desk_free(year.desk);
	fclose(year.mails);
	g_sequence_free(year.actions);
	for (unsigned i = 0; i < year.tickets; i++)
		g_free(year.references[i]);
	g_free(year.references);
	g_rand_free(year.random);
	return 0;
}
