/*
 * What engine/ relies on, asked of the store over every driver in the table
 * BACKENDS.  A new driver adds a row.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include <redress/store.h>

#include "../../src/store/internal.h"

typedef struct Backend Backend;
struct Backend {
	const char *driver;
	/* Where a database is to be made in an empty folder. */
	char *(*make_target)(const char *folder);
};

static char *sqlite_make_target(const char *folder)
{
	return g_build_filename(folder, "redress.db", NULL);
}

static const Backend BACKENDS[] = {
	{
		.driver = "sqlite",
		.make_target = sqlite_make_target,
	},
};

/* ---- one fresh store for each test ------------------------------------- */

enum { NOW = 1795521600, HOUR = 60 * 60 }; /* 2026-11-24 12:00 UTC */

static const Backend *backend; /* the one whose turn it is */

typedef struct Fixture Fixture;
struct Fixture {
	char *folder;
	char *target;
	Store *store; /* NULL before open_writer() */
};

/* The call fails the test with its own words; it takes &error. */
#define GOOD(call)                                                             \
	do {                                                                   \
		GError *error = NULL;                                          \
		if (!(call))                                                   \
			fail_msg("%s: %s", #call,                              \
				error ? error->message : "no error");          \
		assert_null(error);                                            \
	} while (0)

static Store *open_as(const Fixture *f, enum db_mode mode)
{
	Store *store = NULL;

	GOOD(store = store_open(backend->driver, f->target, mode, &error));
	return store;
}

static int set_up_closed(void **state)
{
	Fixture *f = g_new0(Fixture, 1);

	f->folder = g_dir_make_tmp("redress-store-XXXXXX", NULL);
	f->target = backend->make_target(f->folder);
	*state = f;
	return 0;
}

static int set_up(void **state)
{
	set_up_closed(state);
	Fixture *f = *state;
	f->store = open_as(f, DB_WRITER);
	return 0;
}

static int tear_down(void **state)
{
	Fixture *f = *state;
	const char *name;

	store_close(f->store);
	GDir *dir = g_dir_open(f->folder, 0, NULL);
	while ((name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(f->folder, name, NULL);
		g_unlink(path);
	}
	g_dir_close(dir);
	g_rmdir(f->folder);
	g_free(f->folder);
	g_free(f->target);
	g_free(f);
	return 0;
}

static void assert_code(const GError *error, int code, const char *word)
{
	assert_non_null(error);
	if (error->code != code || !strstr(error->message, word))
		fail_msg("code %d, not %d with \"%s\": %s", error->code, code,
			word, error->message);
}

/* A ticket with something in every column. */
static StoreTicket *full_ticket(const char *reference)
{
	StoreTicket *ticket = g_new0(StoreTicket, 1);

	*ticket = (StoreTicket){
		.reference = g_strdup(reference),
		.mailbox = g_strdup("care@example.com"),
		.state = STORE_OPEN,
		.subject = g_strdup("The kettle leaks"),
		.customer = g_strdup("mari@example.org"),
		.customer_address = g_strdup("Mari@example.org"),
		.customer_name = g_strdup("Mari Maasikas"),
		.language = g_strdup("et"),
		.authenticated = true,
		.opened_at = NOW,
		.heard_at = NOW + 1,
		.promised_by = NOW + 2,
		.resolved_at = NOW + 3,
		.quiet = g_strdup("unreachable"),
		.late_count = 4,
		.assignee = g_strdup("jaan@example.com"),
		.type = g_strdup("delivery"),
		.complainer = g_strdup("meek"),
		.complainer_reason = g_strdup("'sorry to bother'"),
		.thread_index = g_strdup("AdQ"),
		.thread_topic = g_strdup("Kettle"),
		.priority = 2,
		.urgency = 3,
		.cause = g_strdup("carrier"),
		.update_words = g_strdup("We have asked the carrier."),
		.answered_by = g_strdup("tiina@example.com"),
		.answered_at = NOW + 4,
		.surveyed_at = NOW + 5,
		.reopened_count = 2,
	};
	return ticket;
}

static void assert_text(const char *got, const char *wanted)
{
	if (g_strcmp0(got, wanted) != 0)
		fail_msg("\"%s\", not \"%s\"", got ? got : "(none)",
			wanted ? wanted : "(none)");
}

static void assert_same_ticket(const StoreTicket *a, const StoreTicket *b)
{
	assert_int_equal(a->id, b->id);
	assert_text(a->reference, b->reference);
	assert_text(a->mailbox, b->mailbox);
	assert_int_equal(a->state, b->state);
	assert_text(a->subject, b->subject);
	assert_text(a->customer, b->customer);
	assert_text(a->customer_address, b->customer_address);
	assert_text(a->customer_name, b->customer_name);
	assert_text(a->language, b->language);
	assert_int_equal(a->authenticated, b->authenticated);
	assert_int_equal(a->opened_at, b->opened_at);
	assert_int_equal(a->heard_at, b->heard_at);
	assert_int_equal(a->promised_by, b->promised_by);
	assert_int_equal(a->resolved_at, b->resolved_at);
	assert_text(a->quiet, b->quiet);
	assert_int_equal(a->late_count, b->late_count);
	assert_text(a->assignee, b->assignee);
	assert_text(a->type, b->type);
	assert_text(a->complainer, b->complainer);
	assert_text(a->complainer_reason, b->complainer_reason);
	assert_text(a->thread_index, b->thread_index);
	assert_text(a->thread_topic, b->thread_topic);
	assert_int_equal(a->priority, b->priority);
	assert_int_equal(a->urgency, b->urgency);
	assert_text(a->cause, b->cause);
	assert_text(a->update_words, b->update_words);
	assert_text(a->answered_by, b->answered_by);
	assert_int_equal(a->answered_at, b->answered_at);
	assert_int_equal(a->surveyed_at, b->surveyed_at);
	assert_int_equal(a->reopened_count, b->reopened_count);
	assert_int_equal(a->merged_into, b->merged_into);
}

static int64_t add_ticket(const Fixture *f, const char *reference,
	enum store_state state, const char *mailbox, const char *customer)
{
	g_autoptr(StoreTicket) ticket = full_ticket(reference);

	ticket->state = state;
	g_free(ticket->mailbox);
	ticket->mailbox = g_strdup(mailbox);
	g_free(ticket->customer);
	ticket->customer = g_strdup(customer);
	GOOD(store_ticket_insert(f->store, ticket, &error));
	return ticket->id;
}

static int64_t any_ticket(const Fixture *f)
{
	return add_ticket(f, "TICKET", STORE_OPEN, "care@example.com",
		"mari@example.org");
}

static StoreTicket *read_ticket(const Fixture *f, int64_t id)
{
	StoreTicket *ticket = NULL;

	GOOD(store_ticket_by_id(f->store, id, &ticket, &error));
	assert_non_null(ticket);
	return ticket;
}

/* ---- the schema -------------------------------------------------------- */

static void test_a_fresh_store_gets_the_whole_schema(void **state)
{
	const Fixture *f = *state;
	Store *store = open_as(f, DB_WRITER);
	const DbDriver *driver = db_driver(backend->driver);
	int version = 0;

	store_close(store);
	DbConnection *bare = driver->open(f->target, DB_READER, NULL);
	assert_true(driver->get_version(bare, &version, NULL));
	driver->close(bare);
	assert_int_equal(version, store_schema_version());
	assert_true(version > 0);
}

static void test_opening_again_keeps_what_is_there(void **state)
{
	Fixture *f = *state;

	int64_t id = any_ticket(f);
	store_close(f->store);
	f->store = open_as(f, DB_WRITER);
	g_autoptr(StoreTicket) ticket = read_ticket(f, id);
	assert_text(ticket->reference, "TICKET");
}

/* Leaves the database with this schema version. */
static void write_version(const Fixture *f, int version)
{
	const DbDriver *driver = db_driver(backend->driver);
	DbConnection *bare = driver->open(f->target, DB_WRITER, NULL);

	assert_non_null(bare);
	assert_true(driver->set_version(bare, version, NULL));
	driver->close(bare);
}

static void test_a_newer_schema_is_refused_by_everyone(void **state)
{
	static const enum db_mode modes[] = {DB_WRITER, DB_GUEST, DB_READER};
	const Fixture *f = *state;

	store_close(open_as(f, DB_WRITER));
	write_version(f, store_schema_version() + 1);
	for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
		g_autoptr(GError) error = NULL;
		assert_null(store_open(
			backend->driver, f->target, modes[i], &error));
		assert_code(error, REDRESS_ERROR_PERMANENT,
			"install the newer Redress again");
	}
}

static void test_an_older_schema_waits_for_the_writer(void **state)
{
	static const enum db_mode modes[] = {DB_GUEST, DB_READER};
	const Fixture *f = *state;

	write_version(f, 0);
	for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
		g_autoptr(GError) error = NULL;
		assert_null(store_open(
			backend->driver, f->target, modes[i], &error));
		assert_code(
			error, REDRESS_ERROR_PERMANENT, "start redressd once");
	}
	store_close(open_as(f, DB_WRITER));
	store_close(open_as(f, DB_READER));
}

static void test_a_reader_before_any_writer_finds_no_store(void **state)
{
	const Fixture *f = *state;
	g_autoptr(GError) error = NULL;

	assert_null(store_open(backend->driver, f->target, DB_READER, &error));
	assert_code(error, REDRESS_ERROR_NOT_FOUND, f->target);
}

static void test_an_unknown_driver_is_named(void **state)
{
	const Fixture *f = *state;
	g_autoptr(GError) error = NULL;

	assert_null(store_open("oracle", f->target, DB_WRITER, &error));
	assert_code(error, REDRESS_ERROR_INVALID, "\"oracle\"");
}

static void *open_writer(void *data)
{
	return open_as(data, DB_WRITER);
}

static void test_two_programs_may_make_the_store_at_once(void **state)
{
	Fixture *f = *state;
	GThread *thread = g_thread_new("other", open_writer, f);

	f->store = open_as(f, DB_WRITER);
	store_close(g_thread_join(thread));
	any_ticket(f);
}

static void set_deadline(const Fixture *f, int64_t ticket_id,
	enum store_deadline kind, int64_t due_at)
{
	GOOD(store_deadline_set(f->store, ticket_id, kind, due_at, &error));
}

static int64_t get_deadline(
	const Fixture *f, int64_t ticket_id, enum store_deadline kind)
{
	int64_t due_at = -1;

	GOOD(store_deadline_get(f->store, ticket_id, kind, &due_at, &error));
	return due_at;
}

/* A store as the first releases left it, with a row of each deadline. */
static const char schema_two_rows[] =
	"INSERT INTO ticket (id, reference, mailbox, state, customer,"
	"	customer_address, language, authenticated, opened_at, type)"
	" VALUES (7, 'OLD', 'care@x', 'open', 'mari@x', 'Mari@x', 'et', 1,"
	"	1795521600, 'delivery');"
	"INSERT INTO message (ticket_id, dedupe, kind, mailbox, source,"
	"	message_id, received_at, size_bytes, authenticated)"
	" VALUES (7, 'key', 'complaint', 'care@x', 'milter', 'old@x',"
	"	1795521600, 3, 1);"
	"INSERT INTO event (ticket_id, at, what, actor)"
	" VALUES (7, 1795521600, 'opened', 'customer');"
	"INSERT INTO deadline (ticket_id, kind, due_at) VALUES"
	"	(7, 'follow-up', 11), (7, 'promise', 12), (7, 'close', 13);";

static void make_schema_two(const Fixture *f)
{
	const DbDriver *driver = db_driver(backend->driver);
	DbConnection *bare = driver->open(f->target, DB_WRITER, NULL);

	assert_non_null(bare);
	for (int i = 0; i < 2; i++)
		GOOD(driver->execute(bare, store_migrations[i], &error));
	GOOD(driver->execute(bare, schema_two_rows, &error));
	GOOD(driver->set_version(bare, 2, &error));
	driver->close(bare);
}

static void test_an_upgrade_keeps_every_row_and_takes_new_kinds(void **state)
{
	static const struct {
		enum store_deadline kind;
		int64_t due_at;
	} old[] = {{STORE_DEADLINE_FOLLOW_UP, 11}, {STORE_DEADLINE_PROMISE, 12},
		{STORE_DEADLINE_CLOSE, 13}};
	Fixture *f = *state;
	g_autoptr(GPtrArray) events = NULL;
	g_autoptr(GArray) due = NULL;
	g_autoptr(StoreMessage) message = NULL;

	make_schema_two(f);
	f->store = open_as(f, DB_WRITER);
	for (size_t i = 0; i < G_N_ELEMENTS(old); i++)
		assert_int_equal(
			get_deadline(f, 7, old[i].kind), old[i].due_at);
	for (int kind = STORE_DEADLINE_NUDGE; kind < STORE_DEADLINES; kind++)
		set_deadline(f, 7, (enum store_deadline)kind, 20 + kind);
	GOOD(store_deadline_due(f->store, 100, 100, &due, &error));
	assert_int_equal(due->len, STORE_DEADLINES);
	assert_int_equal(g_array_index(due, StoreDeadline, 0).due_at, 11);

	g_autoptr(StoreTicket) ticket = read_ticket(f, 7);
	assert_text(ticket->reference, "OLD");
	assert_text(ticket->type, "delivery");
	assert_null(ticket->cause);
	assert_int_equal(ticket->answered_at, 0);
	assert_int_equal(ticket->reopened_count, 0);
	assert_int_equal(ticket->merged_into, 0);
	assert_int_equal(ticket->messages, 1);
	GOOD(store_message_by_dedupe(f->store, "key", &message, &error));
	assert_null(message->agent);
	assert_false(message->internal);
	GOOD(store_event_list(f->store, 7, &events, &error));
	assert_int_equal(events->len, 1);
}

static void test_a_deadline_goes_with_its_ticket_after_an_upgrade(void **state)
{
	const DbDriver *driver = db_driver(backend->driver);
	const Fixture *f = *state;
	DbConnection *bare;

	make_schema_two(f);
	store_close(open_as(f, DB_WRITER));
	assert_non_null(bare = driver->open(f->target, DB_WRITER, NULL));
	GOOD(driver->execute(bare, "DELETE FROM ticket", &error));
	DbStatement *left =
		driver->prepare(bare, "SELECT count(*) FROM deadline", NULL);
	assert_int_equal(driver->step(left, NULL), DB_ROW);
	assert_int_equal(driver->integer(left, 0), 0);
	driver->reset(left);
	driver->close(bare);
}

/* ---- tickets ----------------------------------------------------------- */

static void test_a_ticket_comes_back_as_it_was_written(void **state)
{
	const Fixture *f = *state;
	g_autoptr(StoreTicket) ticket = full_ticket("7K3F-92QX");
	g_autoptr(StoreTicket) by_reference = NULL;

	GOOD(store_ticket_insert(f->store, ticket, &error));
	g_autoptr(StoreTicket) by_id = read_ticket(f, ticket->id);
	assert_same_ticket(by_id, ticket);
	GOOD(store_ticket_by_reference(
		f->store, "7K3F-92QX", &by_reference, &error));
	assert_same_ticket(by_reference, ticket);

	StoreTicket *found = ticket;
	GOOD(store_ticket_by_reference(f->store, "other", &found, &error));
	assert_null(found);
	found = ticket;
	GOOD(store_ticket_by_id(f->store, ticket->id + 1, &found, &error));
	assert_null(found);
}

static void test_an_empty_ticket_comes_back_empty(void **state)
{
	const Fixture *f = *state;
	StoreTicket ticket = {
		.reference = (char *)"R",
		.mailbox = (char *)"care@example.com",
		.customer = (char *)"",
		.customer_address = (char *)"",
		.language = (char *)"en",
		.opened_at = NOW,
	};

	GOOD(store_ticket_insert(f->store, &ticket, &error));
	g_autoptr(StoreTicket) back = read_ticket(f, ticket.id);
	assert_same_ticket(back, &ticket);
	assert_null(back->tags);
	assert_int_equal(back->next_update_at, 0);
	assert_int_equal(back->messages, 0);
	assert_int_equal(back->mails_sent, 0);
}

static void test_a_reference_is_given_once(void **state)
{
	const Fixture *f = *state;
	g_autoptr(StoreTicket) ticket = full_ticket("TICKET");
	g_autoptr(GError) error = NULL;

	any_ticket(f);
	assert_false(store_ticket_insert(f->store, ticket, &error));
	assert_code(error, REDRESS_ERROR_CONFLICT, "");
	assert_int_equal(ticket->id, 0);
}

static void replace(char **text, const char *with)
{
	g_free(*text);
	*text = g_strdup(with);
}

static void test_an_update_writes_every_column_of_one_ticket(void **state)
{
	const Fixture *f = *state;
	int64_t other_id = add_ticket(
		f, "OTHER", STORE_OPEN, "care@example.com", "m@example.org");
	g_autoptr(StoreTicket) ticket = full_ticket("TICKET");
	g_autoptr(StoreTicket) other = read_ticket(f, other_id);

	GOOD(store_ticket_insert(f->store, ticket, &error));
	ticket->state = STORE_CLOSED;
	replace(&ticket->subject, "It leaks no more");
	replace(&ticket->customer, "new@example.org");
	replace(&ticket->customer_address, "New@example.org");
	replace(&ticket->customer_name, NULL);
	replace(&ticket->language, "fi");
	ticket->heard_at = 11;
	ticket->promised_by = 12;
	ticket->resolved_at = 0;
	replace(&ticket->quiet, NULL);
	ticket->late_count = 14;
	replace(&ticket->assignee, "tiina@example.com");
	replace(&ticket->type, "warranty");
	replace(&ticket->complainer, NULL);
	ticket->priority = 1;
	ticket->urgency = 0;
	replace(&ticket->cause, "packing");
	replace(&ticket->update_words, NULL);
	replace(&ticket->answered_by, "mart@example.com");
	ticket->answered_at = 15;
	ticket->surveyed_at = 0;
	ticket->reopened_count = 3;
	ticket->merged_into = other_id;
	GOOD(store_ticket_update(f->store, ticket, &error));

	g_autoptr(StoreTicket) back = read_ticket(f, ticket->id);
	assert_same_ticket(back, ticket);
	g_autoptr(StoreTicket) untouched = read_ticket(f, other_id);
	assert_same_ticket(untouched, other);
}

static char *reference_by_thread(const Fixture *f, ...)
{
	g_autoptr(GPtrArray) ids = g_ptr_array_new();
	g_autoptr(StoreTicket) found = NULL;
	va_list list;
	char *id;

	va_start(list, f);
	while ((id = va_arg(list, char *)))
		g_ptr_array_add(ids, id);
	va_end(list);
	GOOD(store_ticket_by_thread(f->store, ids, NULL, &found, &error));
	return g_strdup(found ? found->reference : "none");
}

#define assert_thread(f, wanted, ...)                                          \
	do {                                                                   \
		g_autofree char *got =                                         \
			reference_by_thread(f, __VA_ARGS__, NULL);             \
		assert_string_equal(got, wanted);                              \
	} while (0)

static void test_a_thread_prefers_live_tickets_then_young_ones(void **state)
{
	const Fixture *f = *state;
	static const struct {
		const char *reference;
		enum store_state state;
		const char *ids[3];
	} tickets[] = {
		{"OLD", STORE_RESOLVED, {"a@x", "shared@x"}},
		{"YOUNG", STORE_OPEN, {"b@x", "shared@x"}},
		{"CLOSED", STORE_CLOSED, {"c@x", "shared@x"}},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(tickets); i++) {
		int64_t id = add_ticket(f, tickets[i].reference,
			tickets[i].state, "care@example.com", "m@example.org");
		for (size_t j = 0; tickets[i].ids[j]; j++) {
			GOOD(store_thread_add(
				f->store, id, tickets[i].ids[j], &error));
			/* Again changes nothing. */
			GOOD(store_thread_add(
				f->store, id, tickets[i].ids[j], &error));
		}
	}
	assert_thread(f, "none", NULL);
	assert_thread(f, "none", "unknown@x");
	assert_thread(f, "CLOSED", "c@x");
	assert_thread(f, "YOUNG", "shared@x");
	assert_thread(f, "OLD", "c@x", "unknown@x", "a@x");
	assert_thread(f, "YOUNG", "a@x", "b@x", "c@x");
	assert_thread(f, "YOUNG", "b@x", "a@x");
}

static bool is_participant(const Fixture *f, int64_t id, const char *folded)
{
	bool known = false;

	GOOD(store_participant_known(f->store, id, folded, &known, &error));
	return known;
}

static void test_participants_are_known_on_their_ticket_alone(void **state)
{
	const Fixture *f = *state;
	int64_t one = any_ticket(f);
	int64_t two = add_ticket(
		f, "TWO", STORE_OPEN, "care@example.com", "m@example.org");

	GOOD(store_participant_add(f->store, one, "mari@example.org", &error));
	GOOD(store_participant_add(f->store, one, "mari@example.org", &error));
	assert_true(is_participant(f, one, "mari@example.org"));
	assert_false(is_participant(f, two, "mari@example.org"));
	assert_false(is_participant(f, one, "m@example.org"));
}

/* The references that a filter finds, with spaces between. */
static char *list(const Fixture *f, StoreTicketFilter filter)
{
	g_autoptr(GPtrArray) tickets = NULL;
	GString *text = g_string_new(NULL);

	GOOD(store_ticket_list(f->store, &filter, &tickets, &error));
	for (guint i = 0; i < tickets->len; i++) {
		const StoreTicket *ticket = tickets->pdata[i];
		g_string_append_printf(
			text, "%s%s", i ? " " : "", ticket->reference);
	}
	return g_string_free(text, FALSE);
}

static void test_a_list_filters_and_pages_from_the_youngest(void **state)
{
	const Fixture *f = *state;
	int64_t a = add_ticket(f, "A", STORE_OPEN, "one@x", "mari@x");
	add_ticket(f, "B", STORE_RESOLVED, "one@x", "jaan@x");
	int64_t c = add_ticket(f, "C", STORE_WAITING, "two@x", "mari@x");
	add_ticket(f, "D", STORE_CLOSED, "two@x", "mari@x");
	add_ticket(f, "E", STORE_OPEN, "two@x", "jaan@x");
	const struct {
		StoreTicketFilter filter;
		const char *wanted;
	} cases[] = {
		{{0}, "E C A"},
		{{.any_state = true}, "E D C B A"},
		{{.state = "resolved"}, "B"},
		{{.state = "open"}, "E A"},
		{{.state = "open", .any_state = true}, "E A"},
		{{.mailbox = "one@x", .any_state = true}, "B A"},
		{{.customer = "mari@x"}, "C A"},
		{{.customer = "mari@x", .mailbox = "two@x", .any_state = true},
			"D C"},
		{{.customer = "'; DROP TABLE ticket; --"}, ""},
		{{.most = 2}, "E C"},
		{{.most = 2, .before_id = c}, "A"},
		{{.before_id = a}, ""},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *found = list(f, cases[i].filter);
		assert_string_equal(found, cases[i].wanted);
	}
}

static char *by_ids(
	const Fixture *f, const char *id, const char *sender, bool ghosts_only)
{
	g_autoptr(GPtrArray) ids = g_ptr_array_new();
	g_autoptr(StoreTicket) found = NULL;

	g_ptr_array_add(ids, (gpointer)id);
	if (ghosts_only)
		GOOD(store_ticket_by_ghost(
			f->store, ids, sender, &found, &error));
	else
		GOOD(store_ticket_by_thread(
			f->store, ids, sender, &found, &error));
	return g_strdup(found ? found->reference : "none");
}

static void test_a_tag_is_there_once_until_it_is_removed(void **state)
{
	const Fixture *f = *state;
	int64_t id = any_ticket(f);
	int64_t other = add_ticket(f, "TWO", STORE_OPEN, "care@x", "mari@x");

	GOOD(store_tag_add(f->store, id, "refund", &error));
	GOOD(store_tag_add(f->store, id, "refund", &error));
	GOOD(store_tag_add(f->store, id, "late", &error));
	GOOD(store_tag_add(f->store, other, "refund", &error));
	g_autoptr(StoreTicket) both = read_ticket(f, id);
	assert_text(both->tags, "late,refund");
	GOOD(store_tag_remove(f->store, id, "refund", &error));
	GOOD(store_tag_remove(f->store, id, "refund", &error));
	g_autoptr(StoreTicket) one = read_ticket(f, id);
	assert_text(one->tags, "late");
	g_autoptr(StoreTicket) untouched = read_ticket(f, other);
	assert_text(untouched->tags, "refund");
}

static void test_a_merge_takes_over_whom_and_what_is_known(void **state)
{
	const Fixture *f = *state;
	int64_t from = add_ticket(f, "FROM", STORE_CLOSED, "care@x", "mari@x");
	int64_t into = add_ticket(f, "INTO", STORE_OPEN, "care@x", "jaan@x");
	bool known = false;

	GOOD(store_participant_add(f->store, from, "mari@x", &error));
	GOOD(store_participant_add(f->store, from, "jaan@x", &error));
	GOOD(store_participant_add(f->store, into, "jaan@x", &error));
	GOOD(store_thread_add(f->store, from, "seen@x", &error));
	GOOD(store_thread_add(f->store, from, "both@x", &error));
	GOOD(store_thread_add_ghost(f->store, into, "both@x", &error));
	GOOD(store_thread_add_ghost(f->store, from, "named@x", &error));
	GOOD(store_thread_add(f->store, into, "own@x", &error));
	GOOD(store_thread_add_ghost(f->store, from, "own@x", &error));
	GOOD(store_ticket_join(f->store, from, into, &error));
	GOOD(store_ticket_join(f->store, from, into, &error));

	GOOD(store_participant_known(f->store, into, "mari@x", &known, &error));
	assert_true(known);
	assert_thread(f, "INTO", "seen@x");
	assert_thread(f, "INTO", "both@x");
	assert_thread(f, "INTO", "own@x");
	g_autofree char *ghost = by_ids(f, "named@x", "mari@x", true);
	assert_string_equal(ghost, "INTO");
	assert_thread(f, "none", "named@x");
}

/* ---- words ------------------------------------------------------------- */

static void set_words(const Fixture *f, int64_t id, const char *words)
{
	GOOD(store_words_set(f->store, id, words, &error));
}

static int64_t add_with_words(const Fixture *f, const char *reference,
	enum store_state state, const char *words)
{
	int64_t id = add_ticket(f, reference, state, "care@x", "mari@x");

	set_words(f, id, words);
	return id;
}

static void settle(const Fixture *f, int64_t id, enum store_state state)
{
	g_autoptr(StoreTicket) ticket = read_ticket(f, id);

	ticket->state = state;
	GOOD(store_ticket_update(f->store, ticket, &error));
}

static char *similar(
	const Fixture *f, const char *words, int64_t but_not_id, unsigned most)
{
	g_autoptr(GPtrArray) tickets = NULL;
	GString *text = g_string_new(NULL);

	GOOD(store_words_similar(
		f->store, "care@x", words, but_not_id, most, &tickets, &error));
	for (guint i = 0; i < tickets->len; i++) {
		const StoreTicket *ticket = tickets->pdata[i];
		g_string_append_printf(
			text, "%s%s", i ? " " : "", ticket->reference);
	}
	return g_string_free(text, FALSE);
}

#define assert_similar(f, wanted, ...)                                         \
	do {                                                                   \
		g_autofree char *got = similar(f, __VA_ARGS__);                \
		assert_string_equal(got, wanted);                              \
	} while (0)

static void test_what_is_most_alike_and_settled_comes_first(void **state)
{
	const Fixture *f = *state;
	int64_t both = add_with_words(
		f, "BOTH", STORE_OPEN, "kettle leaks \u03b2\u03c1\u03b1");
	int64_t one = add_with_words(f, "ONE", STORE_OPEN, "kettle late");
	int64_t merged = add_with_words(f, "MERGED", STORE_OPEN, "kettle");
	int64_t elsewhere =
		add_ticket(f, "OTHER", STORE_RESOLVED, "two@x", "mari@x");

	set_words(f, elsewhere, "kettle leaks");
	for (int i = 0; i < 5; i++) {
		g_autofree char *name = g_strdup_printf("FILL%d", i);
		add_with_words(f, name, STORE_CLOSED, "parcel lost");
	}
	assert_similar(f, "", "kettle leaks", 0, 5);
	settle(f, one, STORE_RESOLVED);
	assert_similar(f, "ONE", "kettle leaks", 0, 5);
	settle(f, both, STORE_CLOSED);
	g_autoptr(StoreTicket) gone = read_ticket(f, merged);
	gone->state = STORE_CLOSED;
	gone->merged_into = one;
	GOOD(store_ticket_update(f->store, gone, &error));
	assert_similar(f, "BOTH ONE", "kettle leaks", 0, 5);
	assert_similar(f, "BOTH", "kettle leaks", 0, 1);
	assert_similar(f, "ONE", "kettle leaks", both, 5);
	assert_similar(f, "BOTH", "\u03b2\u03c1\u03b1", 0, 5);
	assert_similar(f, "FILL4 FILL3", "parcel", 0, 2);

	/* Reopened, it solves nothing; settled again, it does. */
	settle(f, both, STORE_OPEN);
	assert_similar(f, "ONE", "kettle leaks", 0, 5);
	settle(f, both, STORE_RESOLVED);
	assert_similar(f, "BOTH ONE", "kettle leaks", 0, 5);
	set_words(f, both, "toaster");
	assert_similar(f, "ONE", "kettle leaks", 0, 5);
	assert_similar(f, "BOTH", "toaster", 0, 5);
}

static void test_words_are_no_query(void **state)
{
	static const struct {
		const char *words, *wanted;
	} cases[] = {
		{"", ""},
		{"  ", ""},
		{"\"", ""},
		{"* - ^ ( ) : + . '", ""},
		{"NOT kettle", "KETTLE"},
		{"kettle* AND", "KETTLE"},
		{"\"kettle\" \"", "KETTLE"},
		{"words:kettle", "KETTLE"},
		{"ket", ""},
		{"don't", "DONT"},
		{"\xff\xfe kettle", "KETTLE"},
	};
	const Fixture *f = *state;

	add_with_words(f, "KETTLE", STORE_RESOLVED, "kettle");
	add_with_words(f, "DONT", STORE_RESOLVED, "don't");
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_similar(f, cases[i].wanted, cases[i].words, 0, 5);
}

static void test_only_so_many_words_are_asked_for(void **state)
{
	const Fixture *f = *state;
	g_autoptr(GString) words = g_string_new(NULL);

	add_with_words(f, "LAST", STORE_RESOLVED, "last");
	for (int i = 0; i < 63; i++)
		g_string_append_printf(words, "w%d w0 ", i);
	g_string_append(words, "last");
	assert_similar(f, "LAST", words->str, 0, 5);
	g_string_prepend(words, "more ");
	assert_similar(f, "", words->str, 0, 5);
}

/* A search reads all that share a word. */
static void test_words_of_tickets_long_past_are_forgotten(void **state)
{
	const Fixture *f = *state;
	const DbDriver *driver = db_driver(backend->driver);

	add_with_words(f, "OLD", STORE_RESOLVED, "kettle");
	DbConnection *bare = driver->open(f->target, DB_GUEST, NULL);
	assert_non_null(bare);
	GOOD(driver->execute(bare,
		"INSERT INTO ticket (id, reference, mailbox, state, customer,"
		"	customer_address, language, authenticated, opened_at)"
		" VALUES (20000, 'NEW', 'care@x', 'open', 'a@x', 'a@x', 'en',"
		"	1, 1)",
		&error));
	driver->close(bare);
	set_words(f, 20000, "kettle");
	assert_similar(f, "OLD", "kettle", 0, 5);
	settle(f, 20000, STORE_RESOLVED);
	assert_similar(f, "NEW", "kettle", 0, 5);
}

static void test_an_undone_batch_leaves_no_words(void **state)
{
	const Fixture *f = *state;
	int64_t id = add_with_words(f, "ONE", STORE_OPEN, "kettle");

	GOOD(store_begin(f->store, true, &error));
	GOOD(store_savepoint(f->store, &error));
	settle(f, id, STORE_RESOLVED);
	GOOD(store_rollback_to(f->store, &error));
	GOOD(store_commit(f->store, &error));
	assert_similar(f, "", "kettle", 0, 5);
	settle(f, id, STORE_RESOLVED);
	assert_similar(f, "ONE", "kettle", 0, 5);
}

/* ---- messages ---------------------------------------------------------- */

static StoreMessage full_message(int64_t ticket_id)
{
	return (StoreMessage){
		.ticket_id = ticket_id,
		.dedupe = (char *)"key",
		.kind = (char *)"complaint",
		.guard = (char *)"sender-rate",
		.guard_detail = (char *)"the fourth",
		.message_id = (char *)"1@example.org",
		.mailbox = (char *)"care@example.com",
		.sender = (char *)"mari@example.org",
		.envelope_from = (char *)"",
		.subject = (char *)"The kettle leaks",
		.own_text = (char *)"It leaks.\n",
		.language = (char *)"en",
		.source = (char *)"milter",
		.queue_id = (char *)"4XYZ",
		.received_at = NOW,
		.size_bytes = 17,
		.authenticated = true,
		.agent = (char *)"jaan@example.com",
		.internal = true,
	};
}

static StoreMessage customer_message(int64_t ticket_id)
{
	StoreMessage message = full_message(ticket_id);

	message.agent = NULL;
	message.internal = false;
	return message;
}

static void add_message(
	const Fixture *f, StoreMessage *message, const void *raw, size_t length)
{
	g_autoptr(GBytes) bytes = g_bytes_new_static(raw, length);
	g_autoptr(GBytes) packed = store_pack(bytes);

	GOOD(store_message_insert(f->store, message, packed, &error));
	assert_true(message->id > 0);
}

static void test_a_customer_is_remembered_by_earlier_mails(void **state)
{
	const Fixture *f = *state;
	g_autoptr(StoreTicket) early = full_ticket("EARLY");
	g_autoptr(StoreTicket) late = full_ticket("LATE");
	g_autofree char *language = NULL;
	g_autofree char *stranger = NULL;
	unsigned count = 0;

	GOOD(store_ticket_insert(f->store, late, &error));
	GOOD(store_ticket_insert(f->store, early, &error));
	StoreMessage mails[] = {full_message(late->id), full_message(early->id),
		full_message(late->id)};
	mails[0].dedupe = (char *)"one";
	mails[0].language_sure = true;
	mails[1].dedupe = (char *)"two";
	mails[1].language = (char *)"fi";
	mails[1].language_sure = mails[1].asks_compensation = true;
	mails[2].dedupe = (char *)"three";
	mails[2].language = (char *)"el";
	for (size_t i = 0; i < G_N_ELEMENTS(mails); i++)
		add_message(f, &mails[i], "raw", 3);
	GOOD(store_customer_compensations(
		f->store, "mari@example.org", &count, &error));
	assert_int_equal(count, 1);
	GOOD(store_customer_language(
		f->store, "mari@example.org", &language, &error));
	assert_text(language, "fi");
	GOOD(store_customer_language(
		f->store, "stranger@example.org", &stranger, &error));
	assert_null(stranger);
	GOOD(store_customer_tickets(
		f->store, "mari@example.org", NOW, &count, &error));
	assert_int_equal(count, 2);
	GOOD(store_customer_tickets(
		f->store, "mari@example.org", NOW + 1, &count, &error));
	assert_int_equal(count, 0);
}

static void test_a_ghost_counts_where_the_sender_takes_part(void **state)
{
	const Fixture *f = *state;
	static const struct {
		const char *id, *sender, *by_thread, *by_ghost;
	} cases[] = {
		{"ghost@x", "mari@example.org", "HERS", "HERS"},
		{"ghost@x", "eve@example.net", "none", "none"},
		{"ghost@x", NULL, "none", "HERS"},
		{"both@x", "mari@example.org", "HERS", "HERS"},
		{"both@x", "eve@example.net", "THEIRS", "none"},
		{"seen@x", "mari@example.org", "THEIRS", "none"},
	};
	int64_t hers = add_ticket(
		f, "HERS", STORE_OPEN, "care@example.com", "mari@example.org");
	int64_t theirs = add_ticket(f, "THEIRS", STORE_OPEN, "care@example.com",
		"jaan@example.org");

	GOOD(store_participant_add(f->store, hers, "mari@example.org", &error));
	GOOD(store_thread_add_ghost(f->store, hers, "ghost@x", &error));
	GOOD(store_thread_add_ghost(f->store, hers, "both@x", &error));
	GOOD(store_thread_add(f->store, theirs, "both@x", &error));
	GOOD(store_thread_add_ghost(f->store, theirs, "seen@x", &error));
	GOOD(store_thread_add(f->store, theirs, "seen@x", &error));
	/* What was seen does not become a ghost again. */
	GOOD(store_thread_add_ghost(f->store, theirs, "seen@x", &error));
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *thread =
			by_ids(f, cases[i].id, cases[i].sender, false);
		g_autofree char *ghost =
			by_ids(f, cases[i].id, cases[i].sender, true);
		assert_string_equal(thread, cases[i].by_thread);
		assert_string_equal(ghost, cases[i].by_ghost);
	}
}

static void test_corrections_come_back_oldest_first(void **state)
{
	const Fixture *f = *state;
	g_autoptr(GPtrArray) rows = NULL;
	StoreCorrection first = {
		.ticket_id = any_ticket(f),
		.at = NOW,
		.actor = (char *)"operator:liis",
		.what = (char *)"complainer",
		.judged = (char *)"meek",
		.corrected = (char *)"none",
	};
	StoreCorrection second = first;

	second.what = (char *)"urgency";
	second.judged = second.corrected = (char *)"2";
	GOOD(store_correction_insert(f->store, &first, &error));
	GOOD(store_correction_insert(f->store, &second, &error));
	GOOD(store_correction_list(f->store, first.ticket_id, &rows, &error));
	assert_int_equal(rows->len, 2);
	const StoreCorrection *got = rows->pdata[0];
	assert_int_equal(got->at, NOW);
	assert_text(got->actor, "operator:liis");
	assert_text(got->what, "complainer");
	assert_text(got->judged, "meek");
	assert_text(got->corrected, "none");
	assert_text(((StoreCorrection *)rows->pdata[1])->what, "urgency");
}

static void test_a_message_comes_back_as_it_was_written(void **state)
{
	const Fixture *f = *state;
	StoreMessage wanted = full_message(any_ticket(f));
	g_autoptr(StoreMessage) got = NULL;

	add_message(f, &wanted, "raw", 3);
	GOOD(store_message_by_dedupe(f->store, "key", &got, &error));
	assert_int_equal(got->id, wanted.id);
	assert_int_equal(got->ticket_id, wanted.ticket_id);
	assert_text(got->dedupe, wanted.dedupe);
	assert_text(got->kind, wanted.kind);
	assert_text(got->guard, wanted.guard);
	assert_text(got->guard_detail, wanted.guard_detail);
	assert_text(got->message_id, wanted.message_id);
	assert_text(got->mailbox, wanted.mailbox);
	assert_text(got->sender, wanted.sender);
	assert_text(got->envelope_from, wanted.envelope_from);
	assert_text(got->subject, wanted.subject);
	assert_text(got->own_text, wanted.own_text);
	assert_text(got->language, wanted.language);
	assert_text(got->source, wanted.source);
	assert_text(got->queue_id, wanted.queue_id);
	assert_int_equal(got->received_at, wanted.received_at);
	assert_int_equal(got->size_bytes, wanted.size_bytes);
	assert_true(got->authenticated);
	assert_text(got->agent, wanted.agent);
	assert_true(got->internal);
}

static void test_a_mail_is_stored_once(void **state)
{
	const Fixture *f = *state;
	StoreMessage first = full_message(any_ticket(f));
	StoreMessage again = full_message(0);
	g_autoptr(GBytes) raw = g_bytes_new_static("raw", 3);
	g_autoptr(GBytes) packed = store_pack(raw);
	g_autoptr(GError) problem = NULL;
	g_autoptr(GPtrArray) alone = NULL;

	add_message(f, &first, "raw", 3);
	assert_false(store_message_insert(f->store, &again, packed, &problem));
	assert_code(problem, REDRESS_ERROR_CONFLICT, "");
	GOOD(store_message_list(f->store, 0, &alone, &error));
	assert_int_equal(alone->len, 0);
}

static void test_a_mail_comes_back_byte_for_byte(void **state)
{
	enum { BIG = 5 * 1024 * 1024 };
	const Fixture *f = *state;
	g_autofree char *big = g_malloc(BIG);
	g_autoptr(GRand) random = g_rand_new_with_seed(5);
	for (size_t i = 0; i < BIG; i += 4) {
		guint32 word = g_rand_int(random);
		memcpy(big + i, &word, 4);
	}
	const struct {
		const char *key;
		const char *raw;
		size_t length;
	} cases[] = {
		{"empty", "", 0},
		{"nul", "a\0b\0", 4},
		{"8-bit", "\xff\xfe\r\n\x80", 5},
		{"bare cr", "a\rb\nc\r\n", 7},
		{"big", big, BIG},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		StoreMessage message = full_message(0);
		g_autoptr(GBytes) back = NULL;
		message.dedupe = (char *)cases[i].key;
		add_message(f, &message, cases[i].raw, cases[i].length);
		GOOD(store_message_raw(f->store, message.id, &back, &error));
		size_t length;
		const void *data = g_bytes_get_data(back, &length);
		assert_int_equal(length, cases[i].length);
		if (length)
			assert_memory_equal(data, cases[i].raw, length);
	}
}

static void test_a_damaged_mail_is_a_clear_error(void **state)
{
	const Fixture *f = *state;
	static const char text[] = "A mail that was whole when it was packed.";
	/* A frame of zstd that promises 2^60 bytes. */
	static const unsigned char huge[] = {0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0,
		0, 0, 0, 0, 0, 0x10, 0x01, 0, 0};
	g_autoptr(GBytes) whole = g_bytes_new_static(text, sizeof(text));
	g_autoptr(GBytes) packed = store_pack(whole);
	g_autoptr(GBytes) cut =
		g_bytes_new_from_bytes(packed, 0, g_bytes_get_size(packed) - 3);
	g_autoptr(GBytes) garbage = g_bytes_new_static("garbage", 7);
	g_autoptr(GBytes) nothing = g_bytes_new_static("", 0);
	g_autoptr(GBytes) bomb = g_bytes_new_static(huge, sizeof(huge));
	GBytes *const cases[] = {cut, garbage, nothing, bomb};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *key = g_strdup_printf("%zu", i);
		StoreMessage message = full_message(0);
		g_autoptr(GError) problem = NULL;
		GBytes *raw = NULL;
		message.dedupe = key;
		GOOD(store_message_insert(
			f->store, &message, cases[i], &error));
		assert_false(store_message_raw(
			f->store, message.id, &raw, &problem));
		assert_code(problem, REDRESS_ERROR_PERMANENT, "damaged");
		assert_null(raw);
	}
}

static void test_a_mail_that_is_not_there_is_not_found(void **state)
{
	const Fixture *f = *state;
	g_autoptr(GError) problem = NULL;
	g_autoptr(StoreMessage) none = NULL;
	GBytes *raw = NULL;

	assert_false(store_message_raw(f->store, 17, &raw, &problem));
	assert_code(problem, REDRESS_ERROR_NOT_FOUND, "17");
	GOOD(store_message_by_dedupe(f->store, "unknown", &none, &error));
	assert_null(none);
}

static void test_messages_are_listed_by_ticket_oldest_first(void **state)
{
	const Fixture *f = *state;
	int64_t ticket_id = any_ticket(f);
	static const struct {
		const char *key, *id;
		bool alone;
	} mails[] = {{"1", NULL, false}, {"2", "two@x", false},
		{"3", "three@x", true}, {"4", "four@x", false},
		{"5", NULL, false}};
	g_autoptr(GPtrArray) of_ticket = NULL;
	g_autoptr(GPtrArray) alone = NULL;
	g_autofree char *first = NULL;
	g_autofree char *last = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(mails); i++) {
		StoreMessage message =
			customer_message(mails[i].alone ? 0 : ticket_id);
		message.dedupe = (char *)mails[i].key;
		message.message_id = (char *)mails[i].id;
		add_message(f, &message, "raw", 3);
	}
	GOOD(store_message_list(f->store, ticket_id, &of_ticket, &error));
	assert_int_equal(of_ticket->len, 4);
	for (guint i = 0; i < 4; i++) {
		static const char *const keys[] = {"1", "2", "4", "5"};
		const StoreMessage *message = of_ticket->pdata[i];
		assert_text(message->dedupe, keys[i]);
	}
	GOOD(store_message_list(f->store, 0, &alone, &error));
	assert_int_equal(alone->len, 1);
	g_autoptr(GPtrArray) latest = NULL;
	GOOD(store_message_list_customers(
		f->store, ticket_id, 2, &latest, &error));
	assert_int_equal(latest->len, 2);
	for (guint i = 0; i < 2; i++) {
		const StoreMessage *message = latest->pdata[i];
		assert_null(message->agent);
		assert_true(
			i ||
			message->id <
				((const StoreMessage *)latest->pdata[1])->id);
	}
	GOOD(store_message_ends(f->store, ticket_id, &first, &last, &error));
	assert_text(first, "two@x");
	assert_text(last, "four@x");
	g_autoptr(StoreTicket) ticket = read_ticket(f, ticket_id);
	assert_int_equal(ticket->messages, 4);
}

static void test_an_agents_mail_is_none_of_the_customers(void **state)
{
	static const struct {
		const char *key, *agent;
		bool internal;
	} mails[] = {{"1@x", "jaan@x", false}, {"2@x", NULL, false},
		{"3@x", "jaan@x", true}, {"4@x", NULL, false},
		{"5@x", "jaan@x", false}, {"6@x", "jaan@x", true}};
	const Fixture *f = *state;
	int64_t ticket_id = any_ticket(f);
	g_autofree char *first = NULL;
	g_autofree char *last = NULL;
	int64_t latest = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(mails); i++) {
		StoreMessage message = full_message(ticket_id);
		message.dedupe = message.message_id = (char *)mails[i].key;
		message.agent = (char *)mails[i].agent;
		message.internal = mails[i].internal;
		message.received_at = NOW + (int64_t)i;
		add_message(f, &message, "raw", 3);
	}
	GOOD(store_message_ends(f->store, ticket_id, &first, &last, &error));
	assert_text(first, "2@x");
	assert_text(last, "4@x");
	GOOD(store_message_latest(f->store, ticket_id, &latest, &error));
	assert_int_equal(latest, NOW + 3);
	g_autoptr(StoreTicket) ticket = read_ticket(f, ticket_id);
	assert_int_equal(ticket->messages, 2);
}

/* ---- folders ----------------------------------------------------------- */

static void assert_folder(const StoreFolder *folder, const StoreFolder *wanted)
{
	assert_non_null(folder);
	assert_text(folder->mailbox, wanted->mailbox);
	assert_text(folder->folder, wanted->folder);
	assert_int_equal(folder->uidvalidity, wanted->uidvalidity);
	assert_int_equal(folder->last_uid, wanted->last_uid);
	assert_int_equal(folder->met_at, wanted->met_at);
	assert_int_equal(folder->old_uid, wanted->old_uid);
	assert_int_equal(folder->contact_at, wanted->contact_at);
	assert_int_equal(folder->oldest_at, wanted->oldest_at);
	assert_int_equal(folder->failures, wanted->failures);
	assert_text(folder->problem, wanted->problem);
	assert_text(folder->capabilities, wanted->capabilities);
}

static void test_a_folder_is_kept_with_all_that_is_known_of_it(void **state)
{
	static const StoreFolder wanted[] = {
		{.mailbox = "care@x",
			.folder = "INBOX",
			.uidvalidity = G_MAXUINT32,
			.last_uid = G_MAXUINT32,
			.met_at = NOW,
			.old_uid = 5,
			.contact_at = NOW + 1,
			.oldest_at = NOW + 2,
			.failures = 3,
			.problem = "the password was refused",
			.capabilities = "IDLE MOVE"},
		{.mailbox = "care@x", .folder = "Sent 'n\" Ötsa"},
		{.mailbox = "other@x", .folder = "INBOX", .uidvalidity = 1},
	};
	StoreFolder changed = wanted[0];
	const Fixture *f = *state;
	g_autoptr(GPtrArray) folders = NULL;
	StoreFolder *folder = NULL;

	GOOD(store_folder_get(f->store, "care@x", "INBOX", &folder, &error));
	assert_null(folder);
	for (size_t i = G_N_ELEMENTS(wanted); i-- > 0;)
		GOOD(store_folder_set(f->store, &wanted[i], &error));
	GOOD(store_folder_list(f->store, &folders, &error));
	assert_int_equal(folders->len, G_N_ELEMENTS(wanted));
	for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++)
		assert_folder(folders->pdata[i], &wanted[i]);

	changed.last_uid = 7;
	changed.met_at = changed.failures = 0;
	changed.problem = changed.capabilities = NULL;
	GOOD(store_folder_set(f->store, &changed, &error));
	GOOD(store_folder_get(f->store, "care@x", "INBOX", &folder, &error));
	assert_folder(folder, &changed);
	store_folder_free(folder);
}

/* ---- the outbox -------------------------------------------------------- */

static int64_t add_row_at(const Fixture *f, int64_t ticket_id, const char *kind,
	int64_t created_at, int64_t next_at, unsigned *ret_sequence)
{
	static unsigned number;
	g_autoptr(StoreOutbox) row = g_new0(StoreOutbox, 1);

	row->ticket_id = ticket_id;
	row->kind = g_strdup(kind);
	row->recipient = g_strdup("Mari@example.org");
	row->recipient_folded = g_strdup("mari@example.org");
	row->envelope_from = g_strdup("care+b-token@example.com");
	row->message_id = g_strdup_printf("%u@mail.example.com", ++number);
	row->automatic = !g_str_equal(kind, "resolved");
	row->created_at = created_at;
	row->next_at = next_at;
	row->bytes = g_bytes_new_static("To: Mari\r\n\r\n\0bytes", 18);
	GOOD(store_outbox_insert(f->store, row, &error));
	assert_true(row->id > 0);
	assert_int_equal(row->state, STORE_OUTBOX_QUEUED);
	if (ret_sequence)
		*ret_sequence = row->sequence;
	return row->id;
}

static int64_t add_row(const Fixture *f, int64_t ticket_id, const char *kind,
	int64_t next_at, unsigned *ret_sequence)
{
	return add_row_at(f, ticket_id, kind, NOW, next_at, ret_sequence);
}

static StoreOutbox *read_row(const Fixture *f, int64_t id)
{
	StoreOutbox *row = NULL;

	GOOD(store_outbox_by_id(f->store, id, &row, &error));
	assert_non_null(row);
	return row;
}

static void set_state(
	const Fixture *f, int64_t id, enum store_outbox_state row_state)
{
	g_autoptr(StoreOutbox) row = read_row(f, id);

	row->state = row_state;
	GOOD(store_outbox_update(f->store, row, &error));
}

static void test_a_sequence_counts_each_kind_of_each_ticket(void **state)
{
	const Fixture *f = *state;
	int64_t one = any_ticket(f);
	int64_t two = add_ticket(f, "TWO", STORE_OPEN, "care@x", "mari@x");
	const struct {
		int64_t ticket_id;
		const char *kind;
		unsigned wanted;
	} rows[] = {
		{one, "ack", 1},
		{one, "followup", 1},
		{one, "followup", 2},
		{two, "followup", 1},
		{one, "followup", 3},
		{one, "ack", 2},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		unsigned sequence = 0;
		add_row(f, rows[i].ticket_id, rows[i].kind, NOW, &sequence);
		assert_int_equal(sequence, rows[i].wanted);
	}
}

static void test_a_message_id_is_used_once(void **state)
{
	const Fixture *f = *state;
	g_autoptr(StoreOutbox) row =
		read_row(f, add_row(f, any_ticket(f), "ack", NOW, NULL));
	g_autoptr(GError) error = NULL;

	row->bytes = g_bytes_new_static("", 0);
	assert_false(store_outbox_insert(f->store, row, &error));
	assert_code(error, REDRESS_ERROR_CONFLICT, "");
}

static void test_an_update_never_changes_what_was_promised(void **state)
{
	const Fixture *f = *state;
	int64_t id = add_row(f, any_ticket(f), "ack", NOW, NULL);
	g_autoptr(StoreOutbox) before = read_row(f, id);
	g_autoptr(StoreOutbox) row = read_row(f, id);
	g_autoptr(GBytes) bytes = NULL;

	row->state = STORE_OUTBOX_FAILED;
	row->attempts = 3;
	row->uncertain = 1;
	row->next_at = NOW + 1;
	row->lease_until = NOW + 2;
	row->lease_owner = g_strdup("boot/7");
	row->settled_at = NOW + 3;
	row->handed_at = NOW + 4;
	row->queue_id = g_strdup("4XYZ");
	row->handed_boot = g_strdup("boot");
	row->smtp_code = 550;
	row->smtp_status = g_strdup("5.1.1");
	row->smtp_text = g_strdup("no such user");
	replace(&row->recipient, "evil@example.net");
	replace(&row->message_id, "evil@example.net");
	row->bytes = g_bytes_new_static("evil", 4);
	GOOD(store_outbox_update(f->store, row, &error));

	g_autoptr(StoreOutbox) after = read_row(f, id);
	assert_int_equal(after->state, STORE_OUTBOX_FAILED);
	assert_int_equal(after->attempts, 3);
	assert_int_equal(after->uncertain, 1);
	assert_int_equal(after->next_at, NOW + 1);
	assert_int_equal(after->lease_until, NOW + 2);
	assert_text(after->lease_owner, "boot/7");
	assert_int_equal(after->settled_at, NOW + 3);
	assert_int_equal(after->handed_at, NOW + 4);
	assert_text(after->queue_id, "4XYZ");
	assert_text(after->handed_boot, "boot");
	assert_int_equal(after->smtp_code, 550);
	assert_text(after->smtp_status, "5.1.1");
	assert_text(after->smtp_text, "no such user");
	assert_text(after->recipient, before->recipient);
	assert_text(after->recipient_folded, before->recipient_folded);
	assert_text(after->envelope_from, before->envelope_from);
	assert_text(after->message_id, before->message_id);
	assert_true(after->automatic);
	assert_int_equal(after->created_at, before->created_at);
	GOOD(store_outbox_bytes(f->store, id, &bytes, &error));
	assert_int_equal(g_bytes_get_size(bytes), 18);
	assert_memory_equal(
		g_bytes_get_data(bytes, NULL), "To: Mari\r\n\r\n\0bytes", 18);
}

static void test_a_row_is_found_by_its_message_id(void **state)
{
	const Fixture *f = *state;
	int64_t id = add_row(f, any_ticket(f), "ack", NOW, NULL);
	g_autoptr(StoreOutbox) row = read_row(f, id);
	g_autoptr(StoreOutbox) found = NULL;
	g_autoptr(StoreOutbox) none = NULL;
	g_autoptr(GError) problem = NULL;
	GBytes *bytes = NULL;

	GOOD(store_outbox_by_message_id(
		f->store, row->message_id, &found, &error));
	assert_int_equal(found->id, id);
	GOOD(store_outbox_by_message_id(f->store, "other@x", &none, &error));
	assert_null(none);
	assert_false(store_outbox_bytes(f->store, id + 1, &bytes, &problem));
	assert_code(problem, REDRESS_ERROR_NOT_FOUND, "");
}

static GPtrArray *lease(
	Store *store, const char *owner, int64_t now_s, unsigned most)
{
	GPtrArray *rows = NULL;

	StoreLease wanted = {
		.owner = owner, .now_s = now_s, .lease_s = 60, .most = most};

	GOOD(store_begin(store, true, &error));
	GOOD(store_outbox_lease(store, &wanted, &rows, &error));
	GOOD(store_commit(store, &error));
	return rows;
}

static void test_a_lease_takes_what_is_due_in_order_with_bytes(void **state)
{
	const Fixture *f = *state;
	int64_t ticket_id = any_ticket(f);
	add_row(f, ticket_id, "followup", NOW + 1, NULL);
	int64_t second = add_row(f, ticket_id, "followup", NOW, NULL);
	int64_t first = add_row(f, ticket_id, "ack", NOW - 5, NULL);
	int64_t third = add_row(f, ticket_id, "late", NOW, NULL);
	g_autoptr(GPtrArray) two = lease(f->store, "a", NOW, 2);
	g_autoptr(GPtrArray) rest = lease(f->store, "a", NOW, 9);
	g_autoptr(GPtrArray) none = lease(f->store, "a", NOW, 9);

	assert_int_equal(two->len, 2);
	const StoreOutbox *row = two->pdata[0];
	assert_int_equal(row->id, first);
	assert_int_equal(g_bytes_get_size(row->bytes), 18);
	assert_int_equal(row->lease_until, NOW + 60);
	row = two->pdata[1];
	assert_int_equal(row->id, second);
	assert_int_equal(rest->len, 1);
	row = rest->pdata[0];
	assert_int_equal(row->id, third);
	assert_int_equal(none->len, 0);
	g_autoptr(StoreOutbox) stored = read_row(f, first);
	assert_int_equal(stored->state, STORE_OUTBOX_LEASED);
	assert_text(stored->lease_owner, "a");
}

static int64_t ticket_of(
	const Fixture *f, const char *reference, const char *mailbox)
{
	g_autoptr(StoreTicket) ticket = full_ticket(reference);

	g_free(ticket->mailbox);
	ticket->mailbox = g_strdup(mailbox);
	GOOD(store_ticket_insert(f->store, ticket, &error));
	return ticket->id;
}

static void test_a_lease_by_route_takes_the_mail_of_its_mailboxes(void **state)
{
	static const char *const two[] = {"b@x", "c@x", NULL};
	const struct {
		StoreRoute route;
		const char *wanted; /* the mailboxes, oldest mail first */
		int64_t next_at;
	} cases[] = {
		{{(const char *const[]){"b@x", NULL}, false}, "b@x ", NOW - 2},
		{{two, false}, "c@x b@x ", NOW - 3},
		{{two, true}, "a@x bb@x ", NOW - 4},
		{{NULL, false}, "", 0},
		{{NULL, true}, "a@x c@x b@x bb@x ", NOW - 4},
		{{(const char *const[]){"@x", "x", "", NULL}, false}, "", 0},
	};
	const Fixture *f = *state;

	add_row(f, ticket_of(f, "BB", "bb@x"), "ack", NOW - 1, NULL);
	add_row(f, ticket_of(f, "B", "b@x"), "ack", NOW - 2, NULL);
	add_row(f, ticket_of(f, "C", "c@x"), "ack", NOW - 3, NULL);
	add_row(f, ticket_of(f, "A", "a@x"), "ack", NOW - 4, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		StoreLease wanted = {.owner = "me",
			.now_s = NOW,
			.lease_s = 60,
			.most = 9,
			.route = &cases[i].route};
		g_autoptr(GString) taken = g_string_new(NULL);
		g_autoptr(GPtrArray) rows = NULL;
		int64_t next_at = 0;
		GOOD(store_outbox_next(
			f->store, &cases[i].route, &next_at, &error));
		assert_int_equal(next_at, cases[i].next_at);
		GOOD(store_outbox_lease(f->store, &wanted, &rows, &error));
		for (guint r = 0; r < rows->len; r++) {
			const StoreOutbox *row = rows->pdata[r];
			g_string_append_printf(taken, "%s ", row->mailbox);
			set_state(f, row->id, STORE_OUTBOX_QUEUED);
		}
		assert_string_equal(taken->str, cases[i].wanted);
	}
}

enum { RACED_ROWS = 60 };

typedef struct Racer Racer;
struct Racer {
	const Fixture *fixture;
	const char *owner;
	unsigned taken[RACED_ROWS + 1]; /* by id */
};

static void *race(void *data)
{
	Racer *racer = data;
	g_autoptr(Store) store = open_as(racer->fixture, DB_GUEST);

	for (;;) {
		g_autoptr(GPtrArray) rows = lease(store, racer->owner, NOW, 1);
		if (!rows->len)
			return NULL;
		racer->taken[((StoreOutbox *)rows->pdata[0])->id]++;
	}
}

static void test_two_senders_never_lease_the_same_row(void **state)
{
	const Fixture *f = *state;
	int64_t ticket_id = any_ticket(f);
	Racer racers[] = {
		{.fixture = f, .owner = "a"}, {.fixture = f, .owner = "b"}};
	GThread *threads[G_N_ELEMENTS(racers)];

	GOOD(store_begin(f->store, true, &error));
	for (int i = 0; i < RACED_ROWS; i++)
		add_row(f, ticket_id, "followup", NOW, NULL);
	GOOD(store_commit(f->store, &error));
	for (size_t i = 0; i < G_N_ELEMENTS(racers); i++)
		threads[i] = g_thread_new("racer", race, &racers[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(racers); i++)
		g_thread_join(threads[i]);
	for (int id = 1; id <= RACED_ROWS; id++)
		assert_int_equal(racers[0].taken[id] + racers[1].taken[id], 1);
}

static void test_stale_is_what_others_left_or_what_ran_out(void **state)
{
	const Fixture *f = *state;
	int64_t ticket_id = any_ticket(f);
	int64_t id = add_row(f, ticket_id, "ack", NOW, NULL);
	add_row(f, ticket_id, "followup", NOW + HOUR, NULL);
	g_autoptr(GPtrArray) rows = lease(f->store, "me", NOW, 9);
	static const struct {
		const char *owner;
		int64_t now_s;
		guint wanted;
	} cases[] = {
		{"me", NOW + 60, 0},
		{"me", NOW + 61, 1},
		{"other", NOW, 1},
	};
	static const enum store_outbox_state states[] = {
		STORE_OUTBOX_LEASED, STORE_OUTBOX_UNCERTAIN};

	assert_int_equal(rows->len, 1);
	for (size_t s = 0; s < G_N_ELEMENTS(states); s++) {
		set_state(f, id, states[s]);
		for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
			g_autoptr(GPtrArray) stale = NULL;
			GOOD(store_outbox_stale(f->store, cases[i].owner,
				cases[i].now_s, &stale, &error));
			assert_int_equal(stale->len, cases[i].wanted);
		}
	}
	set_state(f, id, STORE_OUTBOX_SENT);
	g_autoptr(GPtrArray) none = NULL;
	GOOD(store_outbox_stale(f->store, "other", NOW, &none, &error));
	assert_int_equal(none->len, 0);
}

static void test_next_is_the_earliest_that_is_queued(void **state)
{
	const Fixture *f = *state;
	int64_t next_at = -1;

	GOOD(store_outbox_next(f->store, NULL, &next_at, &error));
	assert_int_equal(next_at, 0);
	int64_t ticket_id = any_ticket(f);
	int64_t first = add_row(f, ticket_id, "ack", NOW, NULL);
	add_row(f, ticket_id, "followup", NOW + HOUR, NULL);
	GOOD(store_outbox_next(f->store, NULL, &next_at, &error));
	assert_int_equal(next_at, NOW);
	set_state(f, first, STORE_OUTBOX_LEASED);
	GOOD(store_outbox_next(f->store, NULL, &next_at, &error));
	assert_int_equal(next_at, NOW + HOUR);
}

static void test_counts_are_of_automatic_mail_in_the_time_asked(void **state)
{
	const Fixture *f = *state;
	int64_t one = any_ticket(f);
	int64_t two = add_ticket(f, "TWO", STORE_OPEN, "care@x", "mari@x");
	static const struct {
		const char *folded, *kind;
		int64_t since_s;
		unsigned to_recipient, of_ticket;
	} cases[] = {
		{"mari@example.org", NULL, NOW - 1, 4, 3},
		{"mari@example.org", "ack", NOW - 1, 2, 1},
		{"mari@example.org", "followup", NOW - 1, 2, 2},
		{"mari@example.org", "resolved", NOW - 1, 0, 0},
		{"mari@example.org", NULL, NOW, 0, 0},
		{"jaan@example.org", NULL, NOW - 1, 0, 3},
	};

	add_row(f, one, "ack", NOW, NULL);
	add_row(f, one, "followup", NOW + HOUR, NULL);
	add_row(f, one, "followup", NOW + HOUR, NULL);
	add_row(f, one, "resolved", NOW, NULL);
	add_row(f, two, "ack", NOW, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		unsigned count = 99;
		GOOD(store_outbox_count_recipient(f->store, cases[i].folded,
			cases[i].kind, cases[i].since_s, &count, &error));
		assert_int_equal(count, cases[i].to_recipient);
		GOOD(store_outbox_count_ticket(f->store, one, cases[i].kind,
			cases[i].since_s, &count, &error));
		assert_int_equal(count, cases[i].of_ticket);
	}
}

static guint count_rows(const Fixture *f, int64_t ticket_id, bool settled)
{
	g_autoptr(GPtrArray) rows = NULL;

	GOOD(store_outbox_list(f->store, ticket_id, settled, &rows, &error));
	return rows->len;
}

static void test_a_list_shows_what_waits_and_on_demand_what_failed(void **state)
{
	const Fixture *f = *state;
	int64_t one = any_ticket(f);
	int64_t two = add_ticket(f, "TWO", STORE_OPEN, "care@x", "mari@x");

	for (int s = STORE_OUTBOX_QUEUED; s <= STORE_OUTBOX_UNKNOWN; s++)
		set_state(f, add_row(f, one, "followup", NOW, NULL),
			(enum store_outbox_state)s);
	add_row(f, two, "ack", NOW, NULL);
	/* queued twice, leased, uncertain */
	assert_int_equal(count_rows(f, 0, false), 4);
	/* and failed, unknown */
	assert_int_equal(count_rows(f, 0, true), 6);
	assert_int_equal(count_rows(f, one, false), 6);
	assert_int_equal(count_rows(f, two, true), 1);
	g_autoptr(StoreTicket) ticket = read_ticket(f, one);
	assert_int_equal(ticket->mails_sent, 1);
}

static void test_withdrawing_ends_what_is_queued_and_automatic(void **state)
{
	const Fixture *f = *state;
	int64_t one = any_ticket(f);
	int64_t two = add_ticket(f, "TWO", STORE_OPEN, "care@x", "mari@x");
	int64_t leased = add_row(f, one, "followup", NOW, NULL);
	int64_t followup = add_row(f, one, "followup", NOW, NULL);
	int64_t ack = add_row(f, one, "ack", NOW, NULL);
	int64_t resolved = add_row(f, one, "resolved", NOW, NULL);
	int64_t other = add_row(f, two, "followup", NOW, NULL);
	const struct {
		int64_t id;
		enum store_outbox_state wanted;
	} rows[] = {
		{leased, STORE_OUTBOX_LEASED},
		{followup, STORE_OUTBOX_WITHDRAWN},
		{ack, STORE_OUTBOX_WITHDRAWN},
		{resolved, STORE_OUTBOX_QUEUED},
		{other, STORE_OUTBOX_QUEUED},
	};
	unsigned count = 0;

	set_state(f, leased, STORE_OUTBOX_LEASED);
	GOOD(store_outbox_withdraw(
		f->store, one, "followup", NOW + 5, &count, &error));
	assert_int_equal(count, 1);
	GOOD(store_outbox_withdraw(
		f->store, one, NULL, NOW + 6, &count, &error));
	assert_int_equal(count, 1);
	GOOD(store_outbox_withdraw(
		f->store, one, NULL, NOW + 7, &count, &error));
	assert_int_equal(count, 0);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(StoreOutbox) row = read_row(f, rows[i].id);
		assert_int_equal(row->state, rows[i].wanted);
	}
	g_autoptr(StoreOutbox) row = read_row(f, followup);
	assert_int_equal(row->settled_at, NOW + 5);
	/* Never sent: the backstops do not count it, no list shows it. */
	GOOD(store_outbox_count_ticket(
		f->store, one, NULL, NOW - 1, &count, &error));
	assert_int_equal(count, 1);
	assert_int_equal(count_rows(f, 0, true), 3);
}

/* ---- events ------------------------------------------------------------ */

static void test_events_are_told_in_the_order_they_happened(void **state)
{
	const Fixture *f = *state;
	int64_t ticket_id = any_ticket(f);
	StoreMessage message = full_message(ticket_id);
	int64_t outbox_id = add_row(f, ticket_id, "ack", NOW, NULL);
	g_autoptr(GPtrArray) events = NULL;

	add_message(f, &message, "raw", 3);
	StoreEvent opened = {
		.ticket_id = ticket_id,
		.message_id = message.id,
		.at = NOW,
		.what = (char *)"opened",
		.actor = (char *)"customer",
		.detail = (char *)"by milter",
	};
	StoreEvent sent = {
		.ticket_id = ticket_id,
		.outbox_id = outbox_id,
		.at = NOW - HOUR, /* a clock that was set back */
		.what = (char *)"sent",
		.actor = (char *)"redress",
	};
	StoreEvent alone = {
		.at = NOW,
		.what = (char *)"recorded",
		.actor = (char *)"customer",
	};
	GOOD(store_event_insert(f->store, &opened, &error));
	GOOD(store_event_insert(f->store, &alone, &error));
	GOOD(store_event_insert(f->store, &sent, &error));
	GOOD(store_event_list(f->store, ticket_id, &events, &error));
	assert_int_equal(events->len, 2);
	const StoreEvent *event = events->pdata[0];
	assert_text(event->what, "opened");
	assert_text(event->actor, "customer");
	assert_text(event->detail, "by milter");
	assert_int_equal(event->message_id, message.id);
	assert_int_equal(event->outbox_id, 0);
	assert_int_equal(event->at, NOW);
	event = events->pdata[1];
	assert_text(event->what, "sent");
	assert_int_equal(event->outbox_id, outbox_id);
	assert_null(event->detail);
}

static unsigned count_events(const Fixture *f, const char *mailbox,
	const char *what, int64_t since_s)
{
	unsigned count = 0;

	GOOD(store_event_count(
		f->store, mailbox, what, since_s, &count, &error));
	return count;
}

static void test_events_of_a_ticket_are_counted_after_a_time(void **state)
{
	const Fixture *f = *state;
	const int64_t tickets[] = {
		add_ticket(f, "ONE", STORE_OPEN, "one@x", "mari@x"),
		add_ticket(f, "TWO", STORE_OPEN, "one@x", "mari@x"),
	};
	unsigned count = 9;

	for (int64_t at = NOW - 1; at <= NOW + 2; at++) {
		for (size_t i = 0; i < G_N_ELEMENTS(tickets); i++) {
			StoreEvent event = {
				.ticket_id = tickets[i],
				.at = at,
				.what = at == NOW + 2 ? "opened" : "answered",
				.actor = "redress",
			};
			GOOD(store_event_insert(f->store, &event, &error));
		}
	}
	GOOD(store_event_count_ticket(
		f->store, tickets[0], "answered", NOW, &count, &error));
	assert_int_equal(count, 1);
	GOOD(store_event_count_ticket(
		f->store, tickets[0], "answered", NOW - 2, &count, &error));
	assert_int_equal(count, 3);
	GOOD(store_event_count_ticket(
		f->store, tickets[1], "rated", NOW - 2, &count, &error));
	assert_int_equal(count, 0);
}

static void test_events_of_a_mailbox_are_counted_since_a_time(void **state)
{
	const Fixture *f = *state;
	const int64_t tickets[] = {
		add_ticket(f, "ONE", STORE_OPEN, "one@x", "mari@x"),
		add_ticket(f, "TWO", STORE_OPEN, "one@x", "mari@x"),
		add_ticket(f, "THREE", STORE_OPEN, "two@x", "mari@x"),
		0,
	};
	/* One that mails make all the time, and one that is rare. */
	static const char *const names[] = {"opened", "agent-unproven"};

	for (size_t i = 0; i < G_N_ELEMENTS(tickets); i++) {
		for (size_t j = 0; j < G_N_ELEMENTS(names); j++) {
			StoreEvent event = {
				.ticket_id = tickets[i],
				.at = NOW + (int64_t)i,
				.what = (char *)names[j],
				.actor = (char *)"redress",
			};
			GOOD(store_event_insert(f->store, &event, &error));
		}
	}
	for (size_t j = 0; j < G_N_ELEMENTS(names); j++) {
		assert_int_equal(count_events(f, "one@x", names[j], NOW), 2);
		assert_int_equal(
			count_events(f, "one@x", names[j], NOW + 1), 1);
		assert_int_equal(
			count_events(f, "one@x", names[j], NOW + 2), 0);
		assert_int_equal(count_events(f, "two@x", names[j], NOW), 1);
	}
	assert_int_equal(count_events(f, "one@x", "late", NOW), 0);
}

/* ---- compensation, satisfaction, VIPs ---------------------------------- */

static int64_t add_compensated(const Fixture *f, const char *reference,
	const char *mailbox, const char *cause, const char *type)
{
	g_autoptr(StoreTicket) ticket = full_ticket(reference);

	replace(&ticket->mailbox, mailbox);
	replace(&ticket->cause, cause);
	replace(&ticket->type, type);
	GOOD(store_ticket_insert(f->store, ticket, &error));
	StoreCompensation row = {
		.ticket_id = ticket->id,
		.at = NOW,
		.actor = (char *)"jaan@example.com",
		.amount_cents = 3000 + ticket->id,
		.currency = (char *)"EUR",
	};
	GOOD(store_compensation_insert(f->store, &row, &error));
	return ticket->id;
}

static char *compensated_like(const Fixture *f, const char *cause,
	const char *type, int64_t but_not_id)
{
	StoreTicket ticket = {
		.id = but_not_id,
		.mailbox = (char *)"care@x",
		.cause = (char *)cause,
		.type = (char *)type,
	};
	g_autoptr(GPtrArray) rows = NULL;
	GString *text = g_string_new(NULL);

	GOOD(store_compensation_similar(f->store, &ticket, 2, &rows, &error));
	for (guint i = 0; i < rows->len; i++) {
		const StoreCompensation *row = rows->pdata[i];
		g_string_append_printf(
			text, "%s%s", i ? " " : "", row->reference);
	}
	return g_string_free(text, FALSE);
}

static void test_similar_cases_are_of_the_cause_else_the_type(void **state)
{
	const Fixture *f = *state;
	int64_t a = add_compensated(f, "A", "care@x", "carrier", "delivery");
	add_compensated(f, "B", "care@x", "packing", "delivery");
	int64_t c = add_compensated(f, "C", "care@x", NULL, NULL);
	add_compensated(f, "D", "two@x", "carrier", "delivery");
	const struct {
		const char *cause, *type;
		int64_t but_not_id;
		const char *wanted;
	} cases[] = {
		{"carrier", "delivery", 0, "A"},
		{"carrier", "delivery", a, "B"},
		{"shop", "delivery", 0, "B A"},
		{NULL, "delivery", 0, "B A"},
		{"shop", "warranty", 0, "C B"},
		{NULL, NULL, 0, "C B"},
		{NULL, NULL, c, "B A"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *got = compensated_like(
			f, cases[i].cause, cases[i].type, cases[i].but_not_id);
		assert_string_equal(got, cases[i].wanted);
	}
}

static void test_a_compensation_comes_back_as_it_was_written(void **state)
{
	const Fixture *f = *state;
	int64_t id = add_compensated(f, "A", "care@x", NULL, NULL);
	StoreCompensation second = {
		.ticket_id = id,
		.at = NOW + 1,
		.actor = (char *)"operator:liis",
		.amount_cents = G_GINT64_CONSTANT(900000000000),
		.currency = (char *)"JPY",
	};
	g_autoptr(GPtrArray) rows = NULL;

	GOOD(store_compensation_insert(f->store, &second, &error));
	add_compensated(f, "B", "care@x", NULL, NULL);
	GOOD(store_compensation_list(f->store, id, &rows, &error));
	assert_int_equal(rows->len, 2);
	const StoreCompensation *got = rows->pdata[0];
	assert_int_equal(got->amount_cents, 3000 + id);
	assert_text(got->actor, "jaan@example.com");
	got = rows->pdata[1];
	assert_int_equal(got->ticket_id, id);
	assert_int_equal(got->at, NOW + 1);
	assert_text(got->actor, "operator:liis");
	assert_int_equal(got->amount_cents, second.amount_cents);
	assert_text(got->currency, "JPY");
	assert_text(got->reference, "A");
}

static void test_ratings_are_of_one_to_five_oldest_first(void **state)
{
	const Fixture *f = *state;
	StoreRating rating = {.ticket_id = any_ticket(f), .at = NOW};
	g_autoptr(GPtrArray) rows = NULL;

	for (unsigned score = 0; score <= 6; score++) {
		g_autoptr(GError) error = NULL;
		rating.score = score;
		rating.comment = (char *)(score == 5 ? "thanks" : NULL);
		assert_int_equal(store_rating_insert(f->store, &rating, &error),
			score >= 1 && score <= 5);
	}
	GOOD(store_rating_list(f->store, rating.ticket_id, &rows, &error));
	assert_int_equal(rows->len, 5);
	for (guint i = 0; i < rows->len; i++) {
		const StoreRating *got = rows->pdata[i];
		assert_int_equal(got->score, i + 1);
		assert_int_equal(got->at, NOW);
		assert_text(got->comment, i == 4 ? "thanks" : NULL);
	}
}

static bool is_vip(const Fixture *f, const char *folded)
{
	bool known = false;

	GOOD(store_vip_known(f->store, folded, &known, &error));
	return known;
}

static void set_vip(const Fixture *f, const char *folded, bool vip)
{
	GOOD(store_vip_set(
		f->store, folded, vip, "operator:liis", NOW, &error));
}

static void test_a_vip_is_an_address_or_its_domain(void **state)
{
	const Fixture *f = *state;
	g_autoptr(GPtrArray) entries = NULL;

	set_vip(f, "mari@example.org", true);
	set_vip(f, "mari@example.org", true);
	set_vip(f, "@example.net", true);
	assert_true(is_vip(f, "mari@example.org"));
	assert_true(is_vip(f, "anyone@example.net"));
	assert_false(is_vip(f, "jaan@example.org"));
	assert_false(is_vip(f, "anyone@sub.example.net"));
	assert_false(is_vip(f, ""));
	GOOD(store_vip_list(f->store, &entries, &error));
	assert_int_equal(entries->len, 2);
	assert_text(entries->pdata[0], "@example.net");
	assert_text(entries->pdata[1], "mari@example.org");
	set_vip(f, "@example.net", false);
	set_vip(f, "@example.net", false);
	assert_false(is_vip(f, "anyone@example.net"));
	assert_true(is_vip(f, "mari@example.org"));
}

static void test_a_row_of_no_ticket_is_refused(void **state)
{
	const Fixture *f = *state;
	g_autoptr(GError) error = NULL;

	assert_false(store_thread_add(f->store, 4711, "a@x", &error));
	assert_code(error, REDRESS_ERROR_PERMANENT, "");
}

/* ---- promises ---------------------------------------------------------- */

static void promise_answer(
	const Fixture *f, int64_t ticket_id, int64_t outbox_id, int64_t due_at)
{
	const StorePromise promise = {
		.ticket_id = ticket_id,
		.outbox_id = outbox_id,
		.made_at = NOW,
		.due_at = due_at,
	};

	GOOD(store_promise_insert(f->store, &promise, &error));
}

static void test_settling_ends_the_open_promises_of_one_ticket(void **state)
{
	const Fixture *f = *state;
	int64_t one = any_ticket(f);
	int64_t two = add_ticket(f, "TWO", STORE_OPEN, "care@x", "mari@x");
	int64_t row = add_row(f, one, "ack", NOW, NULL);
	int64_t other = add_row(f, two, "ack", NOW, NULL);
	g_autoptr(GPtrArray) promises = NULL;
	g_autoptr(GPtrArray) others = NULL;

	promise_answer(f, one, row, NOW + 5);
	promise_answer(f, two, other, NOW + 6);
	GOOD(store_promise_settle(f->store, one, STORE_PROMISE_ANSWER,
		STORE_PROMISE_BROKEN, NOW + 7, &error));
	promise_answer(f, one, row, NOW + 8);
	GOOD(store_promise_settle(f->store, one, STORE_PROMISE_ANSWER,
		STORE_PROMISE_REPLACED, NOW + 9, &error));
	promise_answer(f, one, row, NOW + 10);
	GOOD(store_promise_settle(f->store, one, STORE_PROMISE_ANSWER,
		STORE_PROMISE_KEPT, NOW + 11, &error));
	GOOD(store_promise_settle(f->store, one, STORE_PROMISE_ANSWER,
		STORE_PROMISE_BROKEN, NOW + 12, &error));

	static const struct {
		int64_t due_at, settled_at;
		const char *outcome;
	} wanted[] = {
		{NOW + 5, NOW + 7, "broken"},
		{NOW + 8, NOW + 9, "replaced"},
		{NOW + 10, NOW + 11, "kept"},
	};
	GOOD(store_promise_list(f->store, one, &promises, &error));
	assert_int_equal(promises->len, G_N_ELEMENTS(wanted));
	for (guint i = 0; i < promises->len; i++) {
		const StorePromise *promise = promises->pdata[i];
		assert_int_equal(promise->due_at, wanted[i].due_at);
		assert_int_equal(promise->settled_at, wanted[i].settled_at);
		assert_text(promise->outcome, wanted[i].outcome);
		assert_int_equal(promise->outbox_id, row);
		assert_int_equal(promise->made_at, NOW);
	}
	GOOD(store_promise_list(f->store, two, &others, &error));
	assert_int_equal(others->len, 1);
	const StorePromise *open = others->pdata[0];
	assert_null(open->outcome);
	assert_int_equal(open->settled_at, 0);
}

/* Each kind is settled by itself; what was due is broken by the time at which
 * it is settled. */
static void test_a_promise_is_kept_until_it_is_due(void **state)
{
	const Fixture *f = *state;
	int64_t ticket = any_ticket(f);
	int64_t row = add_row(f, ticket, "ack", NOW, NULL);
	static const struct {
		enum store_promise_kind kind;
		int64_t due_at;
		const char *words;
		const char *outcome;
	} wanted[] = {
		{STORE_PROMISE_ANSWER, NOW + 5, NULL, NULL},
		{STORE_PROMISE_SETTLEMENT, NOW + 9, "by then", NULL},
		{STORE_PROMISE_UPDATE, NOW + 5, "before", "broken"},
		{STORE_PROMISE_UPDATE, NOW + 7, "at", "kept"},
		{STORE_PROMISE_UPDATE, NOW + 9, "after", "kept"},
	};
	g_autoptr(GPtrArray) promises = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
		const StorePromise promise = {
			.ticket_id = ticket,
			.outbox_id = row,
			.kind = wanted[i].kind,
			.made_at = NOW,
			.due_at = wanted[i].due_at,
			.words = (char *)wanted[i].words,
		};
		GOOD(store_promise_insert(f->store, &promise, &error));
	}
	GOOD(store_promise_keep(
		f->store, ticket, STORE_PROMISE_UPDATE, NOW + 7, &error));
	GOOD(store_promise_list(f->store, ticket, &promises, &error));
	assert_int_equal(promises->len, G_N_ELEMENTS(wanted));
	for (guint i = 0; i < promises->len; i++) {
		const StorePromise *promise = promises->pdata[i];
		assert_int_equal(promise->kind, wanted[i].kind);
		assert_int_equal(promise->due_at, wanted[i].due_at);
		assert_text(promise->words, wanted[i].words);
		assert_text(promise->outcome, wanted[i].outcome);
		assert_int_equal(
			promise->settled_at, wanted[i].outcome ? NOW + 7 : 0);
	}
}

static void test_what_was_given_up_is_judged_by_when_it_came(void **state)
{
	const Fixture *f = *state;
	int64_t one = any_ticket(f);
	int64_t row = add_row(f, one, "ack", NOW, NULL);
	static const struct {
		int64_t due_at, settled_at;
		const char *outcome;
	} wanted[] = {
		{NOW + 5, NOW + 2, "broken"},
		{NOW + 9, NOW + 7, "kept"},
	};
	g_autoptr(GPtrArray) promises = NULL;

	promise_answer(f, one, row, NOW + 5);
	promise_answer(f, one, row, NOW + 9);
	GOOD(store_promise_settle(f->store, one, STORE_PROMISE_ANSWER,
		STORE_PROMISE_BROKEN, NOW + 2, &error));
	GOOD(store_promise_keep(
		f->store, one, STORE_PROMISE_ANSWER, NOW + 7, &error));
	/* Once it has come it comes no more. */
	GOOD(store_promise_keep(
		f->store, one, STORE_PROMISE_ANSWER, NOW + 8, &error));
	GOOD(store_promise_list(f->store, one, &promises, &error));
	assert_int_equal(promises->len, G_N_ELEMENTS(wanted));
	for (guint i = 0; i < promises->len; i++) {
		const StorePromise *promise = promises->pdata[i];
		assert_int_equal(promise->due_at, wanted[i].due_at);
		assert_int_equal(promise->settled_at, wanted[i].settled_at);
		assert_int_equal(promise->kept_at, NOW + 7);
		assert_text(promise->outcome, wanted[i].outcome);
	}
}

static void test_what_a_later_word_replaced_is_not_kept_by_an_answer(
	void **state)
{
	const Fixture *f = *state;
	int64_t one = any_ticket(f);
	int64_t row = add_row(f, one, "ack", NOW, NULL);
	g_autoptr(GPtrArray) promises = NULL;

	promise_answer(f, one, row, NOW + 5);
	GOOD(store_promise_settle(f->store, one, STORE_PROMISE_ANSWER,
		STORE_PROMISE_REPLACED, NOW + 2, &error));
	GOOD(store_promise_keep(
		f->store, one, STORE_PROMISE_ANSWER, NOW + 3, &error));
	GOOD(store_promise_list(f->store, one, &promises, &error));
	assert_int_equal(promises->len, 1);
	const StorePromise *promise = promises->pdata[0];
	assert_text(promise->outcome, "replaced");
	assert_int_equal(promise->settled_at, NOW + 2);
	assert_int_equal(promise->kept_at, 0);
}

/* One for each standing, and more of the broken ones. */
enum { LATE = NOW + 10, LATER = NOW + 100 };

typedef struct Told Told;
struct Told {
	int64_t due_at;
	int64_t given_up_at; /* with a notice; 0: not */
	int64_t kept_at;     /* 0: it has not come */
};

static void tell(const Fixture *f, int64_t ticket_id, int64_t outbox_id,
	enum store_promise_kind kind, const Told *told)
{
	const StorePromise promise = {
		.ticket_id = ticket_id,
		.outbox_id = outbox_id,
		.kind = kind,
		.made_at = NOW,
		.due_at = told->due_at,
		.words = (char *)"By then.",
	};

	GOOD(store_promise_insert(f->store, &promise, &error));
	if (told->given_up_at) {
		add_row_at(f, ticket_id, "late", told->given_up_at,
			told->given_up_at, NULL);
		GOOD(store_promise_settle(f->store, ticket_id, kind,
			STORE_PROMISE_BROKEN, told->given_up_at, &error));
	}
	if (told->kept_at)
		GOOD(store_promise_keep(
			f->store, ticket_id, kind, told->kept_at, &error));
}

/* Two mailboxes; what is told of each is settled before the next. */
static void tell_all(const Fixture *f, int64_t *ret_one, int64_t *ret_two)
{
	int64_t one = add_ticket(f, "ONE", STORE_OPEN, "care@x", "ann@x");
	int64_t two = add_ticket(f, "TWO", STORE_OPEN, "help@x", "bob@x");
	int64_t row = add_row(f, one, "ack", NOW, NULL);
	int64_t other = add_row(f, two, "ack", NOW, NULL);
	static const Told answers[] = {
		{NOW + 5, 0, NOW + 5},      /* kept */
		{LATE, 0, LATE + 1},        /* broken */
		{LATE, LATE - 3, LATE + 3}, /* broken, told */
		{LATE, 0, LATE + 8},        /* broken */
		{LATE, 0, LATE + 9},        /* broken */
		{LATE + 20, LATE + 10, 0},  /* told, not yet */
	};
	static const Told of_two[] = {
		{NOW + 5, 0, NOW + 4}, /* kept */
		{LATER, 0, 0},         /* open */
	};
	static const Told overdue = {NOW + 6, 0, 0};

	for (size_t i = 0; i < G_N_ELEMENTS(answers); i++)
		tell(f, one, row, STORE_PROMISE_ANSWER, &answers[i]);
	tell(f, one, row, STORE_PROMISE_UPDATE, &overdue);
	for (size_t i = 0; i < G_N_ELEMENTS(of_two); i++)
		tell(f, two, other, STORE_PROMISE_ANSWER, &of_two[i]);
	*ret_one = one;
	*ret_two = two;
}

static GPtrArray *find(const Fixture *f, StorePromiseFilter filter)
{
	GPtrArray *promises = NULL;

	filter.now_s = NOW + 50;
	GOOD(store_promise_find(f->store, &filter, &promises, &error));
	return promises;
}

static void test_promises_are_found_by_all_that_is_asked(void **state)
{
	const Fixture *f = *state;
	int64_t one, two;

	tell_all(f, &one, &two);
	const struct {
		StorePromiseFilter filter;
		guint found;
	} cases[] = {
		{{0}, 9},
		{{.ticket_id = one}, 7},
		{{.ticket_id = two}, 2},
		{{.ticket_id = 4711}, 0},
		{{.mailbox = "help@x"}, 2},
		{{.mailbox = "nobody@x"}, 0},
		{{.kind = "update"}, 1},
		{{.standing = "kept"}, 2},
		{{.standing = "broken"}, 5},
		{{.standing = "replaced"}, 0},
		{{.standing = "open"}, 1},
		{{.standing = "overdue"}, 1},
		{{.standing = "kept", .mailbox = "help@x"}, 1},
		{{.since_s = LATE}, 6},
		{{.until_s = LATE}, 3},
		{{.since_s = LATE, .until_s = LATE + 1}, 4},
		{{.most = 3}, 3},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GPtrArray) promises = find(f, cases[i].filter);
		if (promises->len != cases[i].found)
			fail_msg("case %zu: %u", i, promises->len);
	}
}

static void test_promises_are_paged_from_the_latest(void **state)
{
	const Fixture *f = *state;
	StorePromiseFilter filter = {.most = 4};
	int64_t one, two, last = INT64_MAX;
	guint seen = 0, length;

	tell_all(f, &one, &two);
	do {
		g_autoptr(GPtrArray) page = find(f, filter);
		length = page->len;
		for (guint i = 0; i < length; i++) {
			const StorePromise *promise = page->pdata[i];
			bool of_one = promise->ticket_id == one;
			assert_true(promise->id < last);
			last = filter.before_id = promise->id;
			assert_text(promise->reference, of_one ? "ONE" : "TWO");
			assert_text(
				promise->mailbox, of_one ? "care@x" : "help@x");
			assert_text(promise->words, "By then.");
			assert_int_equal(promise->told_before,
				promise->settled_at == LATE - 3 ||
					promise->settled_at == LATE + 10);
		}
		seen += length;
	} while (length == filter.most);
	assert_int_equal(seen, 9);
}

static void assert_count(
	const StorePromiseCount *count, const StorePromiseCount *wanted)
{
	assert_text(count->mailbox, wanted->mailbox);
	assert_int_equal(count->kind, wanted->kind);
	assert_int_equal(count->made, wanted->made);
	assert_int_equal(count->kept, wanted->kept);
	assert_int_equal(count->broken, wanted->broken);
	assert_int_equal(count->replaced, wanted->replaced);
	assert_int_equal(count->open, wanted->open);
	assert_int_equal(count->overdue, wanted->overdue);
	assert_int_equal(count->told_before, wanted->told_before);
	assert_int_equal(count->outstanding, wanted->outstanding);
	assert_int_equal(count->median_late_s, wanted->median_late_s);
	assert_int_equal(count->most_late_s, wanted->most_late_s);
}

static void assert_counts(const Fixture *f, int64_t ticket_id, bool by_mailbox,
	const StorePromiseCount *wanted, guint length)
{
	const StorePromiseFilter filter = {
		.now_s = NOW + 50, .ticket_id = ticket_id};
	g_autoptr(GPtrArray) counts = NULL;

	GOOD(store_promise_count(
		f->store, &filter, by_mailbox, &counts, &error));
	assert_int_equal(counts->len, length);
	for (guint i = 0; i < length; i++)
		assert_count(counts->pdata[i], &wanted[i]);
}

static void test_promises_are_counted_with_how_late_they_came(void **state)
{
	const Fixture *f = *state;
	int64_t one, two;
	/* Late by 1, 3, 8 and 9 s: 5 is in the middle of them. */
	const StorePromiseCount by_mailbox[] = {
		{.mailbox = (char *)"care@x",
			.made = 6,
			.kept = 1,
			.broken = 5,
			.told_before = 2,
			.outstanding = 1,
			.median_late_s = 5,
			.most_late_s = 9},
		{.mailbox = (char *)"care@x",
			.kind = STORE_PROMISE_UPDATE,
			.made = 1,
			.overdue = 1},
		{.mailbox = (char *)"help@x", .made = 2, .kept = 1, .open = 1},
	};
	StorePromiseCount in_all[] = {by_mailbox[0], by_mailbox[1]};

	in_all[0].mailbox = in_all[1].mailbox = (char *)"";
	in_all[0].made = 8;
	in_all[0].kept = 2;
	in_all[0].open = 1;
	tell_all(f, &one, &two);
	assert_counts(f, 0, true, by_mailbox, 3);
	assert_counts(f, one, true, by_mailbox, 2);
	assert_counts(f, two, true, &by_mailbox[2], 1);
	assert_counts(f, 0, false, in_all, 2);
}

/* ---- deadlines --------------------------------------------------------- */

static void test_a_deadline_is_one_row_set_replaced_and_removed(void **state)
{
	const Fixture *f = *state;
	int64_t one = any_ticket(f);
	int64_t two = add_ticket(f, "TWO", STORE_OPEN, "care@x", "mari@x");

	assert_int_equal(get_deadline(f, one, STORE_DEADLINE_PROMISE), 0);
	set_deadline(f, one, STORE_DEADLINE_PROMISE, NOW);
	set_deadline(f, one, STORE_DEADLINE_FOLLOW_UP, NOW + 1);
	set_deadline(f, two, STORE_DEADLINE_PROMISE, NOW + 2);
	set_deadline(f, one, STORE_DEADLINE_PROMISE, NOW + 3);
	assert_int_equal(get_deadline(f, one, STORE_DEADLINE_PROMISE), NOW + 3);
	set_deadline(f, one, STORE_DEADLINE_PROMISE, 0);
	set_deadline(f, one, STORE_DEADLINE_PROMISE, 0);
	assert_int_equal(get_deadline(f, one, STORE_DEADLINE_PROMISE), 0);
	assert_int_equal(
		get_deadline(f, one, STORE_DEADLINE_FOLLOW_UP), NOW + 1);
	assert_int_equal(get_deadline(f, two, STORE_DEADLINE_PROMISE), NOW + 2);
	g_autoptr(StoreTicket) ticket = read_ticket(f, one);
	assert_int_equal(ticket->next_update_at, NOW + 1);
}

static void test_what_is_due_comes_oldest_first_and_so_many(void **state)
{
	const Fixture *f = *state;
	int64_t one = any_ticket(f);
	int64_t two = add_ticket(f, "TWO", STORE_OPEN, "care@x", "mari@x");
	int64_t next = -1;

	GOOD(store_deadline_next(f->store, &next, &error));
	assert_int_equal(next, 0);
	set_deadline(f, one, STORE_DEADLINE_FOLLOW_UP, NOW);
	set_deadline(f, one, STORE_DEADLINE_PROMISE, NOW - 2);
	set_deadline(f, two, STORE_DEADLINE_CLOSE, NOW - 1);
	set_deadline(f, two, STORE_DEADLINE_FOLLOW_UP, NOW + 1);
	const StoreDeadline wanted[] = {
		{one, STORE_DEADLINE_PROMISE, NOW - 2},
		{two, STORE_DEADLINE_CLOSE, NOW - 1},
		{one, STORE_DEADLINE_FOLLOW_UP, NOW},
	};
	for (unsigned most = 1; most <= 4; most++) {
		g_autoptr(GArray) due = NULL;
		GOOD(store_deadline_due(f->store, NOW, most, &due, &error));
		assert_int_equal(due->len, MIN(most, 3));
		for (guint i = 0; i < due->len; i++) {
			const StoreDeadline *deadline =
				&g_array_index(due, StoreDeadline, i);
			assert_int_equal(
				deadline->ticket_id, wanted[i].ticket_id);
			assert_int_equal(deadline->kind, wanted[i].kind);
			assert_int_equal(deadline->due_at, wanted[i].due_at);
		}
	}
	GOOD(store_deadline_next(f->store, &next, &error));
	assert_int_equal(next, NOW - 2);
}

/* ---- transactions and copies ------------------------------------------- */

static void test_a_savepoint_undone_leaves_the_rest_of_a_batch(void **state)
{
	const Fixture *f = *state;

	GOOD(store_begin(f->store, true, &error));
	GOOD(store_savepoint(f->store, &error));
	add_ticket(f, "KEPT", STORE_OPEN, "care@x", "mari@x");
	GOOD(store_release(f->store, &error));
	GOOD(store_savepoint(f->store, &error));
	add_ticket(f, "UNDONE", STORE_OPEN, "care@x", "mari@x");
	GOOD(store_rollback_to(f->store, &error));
	assert_true(store_in_transaction(f->store));
	GOOD(store_commit(f->store, &error));
	assert_false(store_in_transaction(f->store));
	g_autofree char *kept = list(f, (StoreTicketFilter){0});
	assert_string_equal(kept, "KEPT");
}

static void test_a_reader_learns_that_another_has_committed(void **state)
{
	const Fixture *f = *state;
	g_autoptr(Store) reader = open_as(f, DB_READER);
	int64_t before = 0, after = 0;

	GOOD(store_change_counter(reader, &before, &error));
	any_ticket(f);
	GOOD(store_change_counter(reader, &after, &error));
	assert_true(before != after);
}

static void test_a_backup_is_a_store(void **state)
{
	const Fixture *f = *state;
	g_autofree char *path = g_build_filename(f->folder, "copy", NULL);
	Fixture copy = {.target = path};
	int64_t id = any_ticket(f);

	GOOD(store_backup(f->store, path, &error));
	copy.store = open_as(&copy, DB_READER);
	g_autoptr(StoreTicket) ticket = read_ticket(&copy, id);
	assert_text(ticket->reference, "TICKET");
	store_close(copy.store);
}

#define IN_FRESH_STORE(test)                                                   \
	cmocka_unit_test_setup_teardown(test, set_up, tear_down)
#define BEFORE_ANY_STORE(test)                                                 \
	cmocka_unit_test_setup_teardown(test, set_up_closed, tear_down)

static const struct CMUnitTest SUITE[] = {
	BEFORE_ANY_STORE(test_a_fresh_store_gets_the_whole_schema),
	IN_FRESH_STORE(test_opening_again_keeps_what_is_there),
	BEFORE_ANY_STORE(test_a_newer_schema_is_refused_by_everyone),
	BEFORE_ANY_STORE(test_an_older_schema_waits_for_the_writer),
	BEFORE_ANY_STORE(test_a_reader_before_any_writer_finds_no_store),
	BEFORE_ANY_STORE(test_an_unknown_driver_is_named),
	BEFORE_ANY_STORE(test_two_programs_may_make_the_store_at_once),
	BEFORE_ANY_STORE(test_an_upgrade_keeps_every_row_and_takes_new_kinds),
	BEFORE_ANY_STORE(test_a_deadline_goes_with_its_ticket_after_an_upgrade),
	IN_FRESH_STORE(test_a_ticket_comes_back_as_it_was_written),
	IN_FRESH_STORE(test_an_empty_ticket_comes_back_empty),
	IN_FRESH_STORE(test_a_reference_is_given_once),
	IN_FRESH_STORE(test_an_update_writes_every_column_of_one_ticket),
	IN_FRESH_STORE(test_a_thread_prefers_live_tickets_then_young_ones),
	IN_FRESH_STORE(test_participants_are_known_on_their_ticket_alone),
	IN_FRESH_STORE(test_a_customer_is_remembered_by_earlier_mails),
	IN_FRESH_STORE(test_a_ghost_counts_where_the_sender_takes_part),
	IN_FRESH_STORE(test_corrections_come_back_oldest_first),
	IN_FRESH_STORE(test_a_list_filters_and_pages_from_the_youngest),
	IN_FRESH_STORE(test_a_tag_is_there_once_until_it_is_removed),
	IN_FRESH_STORE(test_a_merge_takes_over_whom_and_what_is_known),
	IN_FRESH_STORE(test_what_is_most_alike_and_settled_comes_first),
	IN_FRESH_STORE(test_words_are_no_query),
	IN_FRESH_STORE(test_only_so_many_words_are_asked_for),
	IN_FRESH_STORE(test_words_of_tickets_long_past_are_forgotten),
	IN_FRESH_STORE(test_an_undone_batch_leaves_no_words),
	IN_FRESH_STORE(test_a_message_comes_back_as_it_was_written),
	IN_FRESH_STORE(test_an_agents_mail_is_none_of_the_customers),
	IN_FRESH_STORE(test_a_mail_is_stored_once),
	IN_FRESH_STORE(test_a_mail_comes_back_byte_for_byte),
	IN_FRESH_STORE(test_a_damaged_mail_is_a_clear_error),
	IN_FRESH_STORE(test_a_mail_that_is_not_there_is_not_found),
	IN_FRESH_STORE(test_messages_are_listed_by_ticket_oldest_first),
	IN_FRESH_STORE(test_a_sequence_counts_each_kind_of_each_ticket),
	IN_FRESH_STORE(test_a_message_id_is_used_once),
	IN_FRESH_STORE(test_an_update_never_changes_what_was_promised),
	IN_FRESH_STORE(test_a_row_is_found_by_its_message_id),
	IN_FRESH_STORE(test_a_lease_takes_what_is_due_in_order_with_bytes),
	IN_FRESH_STORE(test_a_lease_by_route_takes_the_mail_of_its_mailboxes),
	IN_FRESH_STORE(test_a_folder_is_kept_with_all_that_is_known_of_it),
	IN_FRESH_STORE(test_two_senders_never_lease_the_same_row),
	IN_FRESH_STORE(test_stale_is_what_others_left_or_what_ran_out),
	IN_FRESH_STORE(test_next_is_the_earliest_that_is_queued),
	IN_FRESH_STORE(test_counts_are_of_automatic_mail_in_the_time_asked),
	IN_FRESH_STORE(test_a_list_shows_what_waits_and_on_demand_what_failed),
	IN_FRESH_STORE(test_withdrawing_ends_what_is_queued_and_automatic),
	IN_FRESH_STORE(test_events_are_told_in_the_order_they_happened),
	IN_FRESH_STORE(test_events_of_a_mailbox_are_counted_since_a_time),
	IN_FRESH_STORE(test_events_of_a_ticket_are_counted_after_a_time),
	IN_FRESH_STORE(test_similar_cases_are_of_the_cause_else_the_type),
	IN_FRESH_STORE(test_a_compensation_comes_back_as_it_was_written),
	IN_FRESH_STORE(test_ratings_are_of_one_to_five_oldest_first),
	IN_FRESH_STORE(test_a_vip_is_an_address_or_its_domain),
	IN_FRESH_STORE(test_a_row_of_no_ticket_is_refused),
	IN_FRESH_STORE(test_a_promise_is_kept_until_it_is_due),
	IN_FRESH_STORE(test_settling_ends_the_open_promises_of_one_ticket),
	IN_FRESH_STORE(test_what_was_given_up_is_judged_by_when_it_came),
	IN_FRESH_STORE(
		test_what_a_later_word_replaced_is_not_kept_by_an_answer),
	IN_FRESH_STORE(test_promises_are_found_by_all_that_is_asked),
	IN_FRESH_STORE(test_promises_are_paged_from_the_latest),
	IN_FRESH_STORE(test_promises_are_counted_with_how_late_they_came),
	IN_FRESH_STORE(test_a_deadline_is_one_row_set_replaced_and_removed),
	IN_FRESH_STORE(test_what_is_due_comes_oldest_first_and_so_many),
	IN_FRESH_STORE(test_a_savepoint_undone_leaves_the_rest_of_a_batch),
	IN_FRESH_STORE(test_a_reader_learns_that_another_has_committed),
	IN_FRESH_STORE(test_a_backup_is_a_store),
};

int main(void)
{
	int failed = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(BACKENDS); i++) {
		backend = &BACKENDS[i];
		failed += cmocka_run_group_tests_name(
			backend->driver, SUITE, NULL, NULL);
	}
	return failed ? 1 : 0;
}
