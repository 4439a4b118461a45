/* What the team hears, and how a matter ends: mail to staff, ratings, thanks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "engine_fixture.h"

#define GOOD(call)                                                             \
	do {                                                                   \
		GError *error = NULL;                                          \
		if (!(call))                                                   \
			fail_msg("%s: %s", #call,                              \
				error ? error->message : "no error");          \
	} while (0)

#define CARE "care@example.com"
#define AGENT "agent@example.com"
#define OTHER "jaan@example.com"
#define LEAD "lead@example.com"
#define MARI "mari@example.org"
#define STRANGER "stranger@example.net"

static EngineMailbox make_mailbox(Desk *desk)
{
	static const char *const staff[] = {AGENT, OTHER, LEAD, NULL};
	static const char *const agents[] = {AGENT, OTHER, NULL};
	EngineMailbox mailbox = desk_mailbox(desk, CARE);

	mailbox.staff = staff;
	mailbox.agents = agents;
	return mailbox;
}

static void open_with(Desk *desk, EngineMailbox mailbox)
{
	EnginePolicyOptions options = desk_limits();

	options.mailboxes = &mailbox;
	options.mailboxes_length = 1;
	g_autoptr(EnginePolicy) policy = desk_policy(desk, options);
	if (desk->engine)
		engine_set_policy(desk->engine, policy);
	else
		desk_open(desk, policy, NULL);
}

static int set_up(void **state)
{
	Desk *desk = desk_new(true);

	open_with(desk, make_mailbox(desk));
	*state = desk;
	return 0;
}

static int tear_down(void **state)
{
	desk_free(*state);
	return 0;
}

static StoreTicket *receive_to(
	Desk *desk, const Analysis *mail, const char *recipient, int64_t now_s)
{
	Delivery delivery = {.mail = mail, .to = {recipient}, .now_s = now_s};
	g_auto(EngineReceipt) receipt = desk_receive(desk, &delivery);

	assert_int_equal(receipt.references->len, 1);
	return desk_ticket(desk, receipt.references->pdata[0]);
}

static StoreTicket *open_ticket(Desk *desk, Analysis *mail)
{
	return receive_to(desk, mail, CARE, NOW);
}

/* The newest row of this kind to this address (NULL: any); NULL: none. */
static StoreOutbox *find_row(Desk *desk, const StoreTicket *ticket,
	const char *kind, const char *recipient)
{
	g_autoptr(GPtrArray) rows = desk_outbox(desk, ticket);
	int64_t id = 0;

	for (guint i = 0; i < rows->len; i++) {
		const StoreOutbox *row = rows->pdata[i];
		if (g_str_equal(row->kind, kind) &&
			(!recipient || g_str_equal(row->recipient, recipient)))
			id = MAX(id, row->id);
	}
	return id ? desk_row(desk, id) : NULL;
}

/* A field of a mail that we composed, unfolded.  (transfer full) */
static char *field_of(Desk *desk, const StoreOutbox *row, const char *name)
{
	g_autofree char *plain = desk_plain(desk, row->id);
	g_autofree char *start = g_strconcat("\n", name, ": ", NULL);
	char *end = strstr(plain, "\n\n");

	assert_non_null(end);
	end[1] = '\0';
	const char *field = strstr(plain, start);
	if (!field)
		return NULL;
	GString *value = g_string_new(NULL);
	for (field += strlen(start); *field; field++) {
		if (*field == '\n' && field[1] != ' ' && field[1] != '\t')
			break;
		if (*field != '\n')
			g_string_append_c(value, *field);
	}
	return g_string_free(value, FALSE);
}

static void assert_holds(const char *text, const char *part)
{
	if (!text || !strstr(text, part))
		fail_msg("no \"%s\" in \"%s\"", part, text ? text : "(none)");
}

/* ---- mail to the team --------------------------------------------------- */

/* The agents' clients show it with the complaint, and an answer to it finds
 * the ticket, which is all that its token does. */
static void test_mail_to_staff_threads_and_routes(void **state)
{
	Desk *desk = *state;
	g_autoptr(Analysis) mail = mail_new(MARI, "The kettle leaks");
	g_autoptr(StoreTicket) ticket = open_ticket(desk, mail);

	desk_run_deadlines(desk, NOW + DAY);
	g_autoptr(StoreOutbox) row = find_row(desk, ticket, "escalation", LEAD);
	assert_non_null(row);
	assert_false(row->automatic);
	g_autofree char *reply_to = field_of(desk, row, "Reply-To");
	assert_holds(reply_to, "care+a-");
	g_autofree char *answers = field_of(desk, row, "In-Reply-To");
	assert_holds(answers, mail->message_id);
	g_autofree char *references = field_of(desk, row, "References");
	assert_holds(references, mail->message_id);

	char *address = strchr(reply_to, '<') + 1;
	*strchr(address, '>') = '\0';
	g_autoptr(Analysis) answer = mail_new(STRANGER, "anything");
	g_autoptr(StoreTicket) found =
		receive_to(desk, answer, address, NOW + DAY);
	assert_int_equal(found->id, ticket->id);
	assert_int_equal(desk_count(desk, ticket, "status"), 0);
	g_autoptr(GPtrArray) events = desk_events(desk, ticket);
	const StoreEvent *added = events->pdata[events->len - 2];
	assert_string_equal(added->what, "added");
	assert_holds(added->detail, "by token, not a participant");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_mail_to_staff_threads_and_routes, set_up,
			tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
