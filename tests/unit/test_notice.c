/* What the team hears, and how a matter ends: mail to staff, ratings, thanks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/engine/internal.h"
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

static unsigned events(Desk *desk, const StoreTicket *ticket, const char *what)
{
	return desk_count_events(desk, ticket, what);
}

static void resolve(Desk *desk, const StoreTicket *ticket, int64_t now_s)
{
	EngineOrder order = {
		.operation = ENGINE_RESOLVE,
		.reference = ticket->reference,
		.text = "A new kettle is on its way.",
		.actor = "operator:test",
		.now_s = now_s,
	};

	GOOD(engine_operate(desk->engine, &order, &error));
}

/* The customer's answer, on the ticket by its subject. */
static Analysis *answer_to(const StoreTicket *ticket, const char *text)
{
	g_autofree char *subject =
		g_strdup_printf("Re: [#%s] kettle", ticket->reference);
	Analysis *mail = mail_new(MARI, subject);

	mail_set(&mail->reply_text, text);
	return mail;
}

static unsigned count_tickets(Desk *desk)
{
	g_autoptr(GPtrArray) tickets = desk_tickets(desk);

	return tickets->len;
}

/* ---- the supervisor's share --------------------------------------------- */

/* Threats by so many strangers as there are numbers. */
static void threaten(Desk *desk, unsigned from, unsigned to, int64_t now_s)
{
	for (unsigned i = from; i < to; i++) {
		g_autofree char *sender = g_strdup_printf("t%u@example.net", i);
		g_autoptr(Analysis) mail = mail_new(sender, "The kettle leaks");
		mail_set(&mail->threat, "my lawyer");
		g_autoptr(StoreTicket) ticket =
			receive_to(desk, mail, CARE, now_s);
		assert_non_null(ticket);
	}
}

static unsigned count_everywhere(Desk *desk, const char *kind, const char *what)
{
	g_autoptr(GPtrArray) tickets = desk_tickets(desk);
	unsigned count = 0;

	for (guint i = 0; i < tickets->len; i++)
		count += kind ? desk_count(desk, tickets->pdata[i], kind)
			      : events(desk, tickets->pdata[i], what);
	return count;
}

static void test_a_flood_reaches_the_supervisor_in_bounds(void **state)
{
	Desk *desk = *state;
	EngineMailbox mailbox = make_mailbox(desk);
	EnginePolicyOptions options = desk_limits();

	options.mailboxes = &mailbox;
	options.mailboxes_length = 1;
	options.escalations_per_day = 3;
	g_autoptr(EnginePolicy) policy = desk_policy(desk, options);
	engine_set_policy(desk->engine, policy);
	threaten(desk, 0, 10, NOW);
	/* The one more says that there are more. */
	assert_int_equal(count_everywhere(desk, "escalation", NULL), 4);
	assert_int_equal(count_everywhere(desk, NULL, "escalated"), 4);
	assert_int_equal(count_everywhere(desk, NULL, "escalations-capped"), 1);
	assert_int_equal(
		count_everywhere(desk, NULL, "escalation-withheld"), 6);
	threaten(desk, 10, 12, NOW + DAY + HOUR);
	assert_int_equal(count_everywhere(desk, "escalation", NULL), 6);
}

static void test_a_flood_reaches_the_agents_in_bounds(void **state)
{
	Desk *desk = *state;
	EngineMailbox mailbox = make_mailbox(desk);
	EnginePolicyOptions options = desk_limits();

	mailbox.briefing = ENGINE_BRIEFING_ALL;
	options.mailboxes = &mailbox;
	options.mailboxes_length = 1;
	options.briefings_per_hour = 3;
	g_autoptr(EnginePolicy) policy = desk_policy(desk, options);
	engine_set_policy(desk->engine, policy);
	threaten(desk, 0, 10, NOW);
	assert_int_equal(count_everywhere(desk, NULL, "briefed"), 3);
	assert_int_equal(count_everywhere(desk, NULL, "briefing-withheld"), 7);
	threaten(desk, 10, 11, NOW + HOUR + MINUTE);
	assert_int_equal(count_everywhere(desk, NULL, "briefed"), 4);
}

/* Each forged complaint would cost each agent a mail a day, for ever. */
static void test_a_flood_is_not_reminded_of_without_bounds(void **state)
{
	Desk *desk = *state;
	EngineMailbox mailbox = make_mailbox(desk);
	EnginePolicyOptions options = desk_limits();

	mailbox.nudge_before_s = 4 * HOUR;
	options.mailboxes = &mailbox;
	options.mailboxes_length = 1;
	options.briefings_per_hour = 3;
	g_autoptr(EnginePolicy) policy = desk_policy(desk, options);
	engine_set_policy(desk->engine, policy);
	threaten(desk, 0, 10, NOW);
	desk_run_deadlines(desk, NOW + 21 * HOUR);
	assert_int_equal(count_everywhere(desk, NULL, "nudged"), 3);
	assert_int_equal(count_everywhere(desk, NULL, "nudge-withheld"), 7);
}

static void test_the_last_of_the_day_says_that_there_are_more(void **state)
{
	Desk *desk = *state;
	EngineMailbox mailbox = make_mailbox(desk);
	EnginePolicyOptions options = desk_limits();

	options.mailboxes = &mailbox;
	options.mailboxes_length = 1;
	options.escalations_per_day = 1;
	g_autoptr(EnginePolicy) policy = desk_policy(desk, options);
	engine_set_policy(desk->engine, policy);
	threaten(desk, 0, 2, NOW);
	g_autoptr(GPtrArray) tickets = desk_tickets(desk);
	g_autoptr(StoreOutbox) row =
		find_row(desk, tickets->pdata[0], "escalation", LEAD);
	assert_non_null(row);
	g_autofree char *plain = desk_plain(desk, row->id);
	assert_holds(plain, "more than 1 escalations in 24 hours");
	assert_holds(plain, "my lawyer");
}

/* ---- briefings ---------------------------------------------------------- */

static void test_a_briefing_tells_history_and_what_is_alike(void **state)
{
	Desk *desk = *state;
	EngineMailbox mailbox = make_mailbox(desk);

	mailbox.briefing = ENGINE_BRIEFING_ALL;
	open_with(desk, mailbox);
	g_autoptr(Analysis) other = mail_new(STRANGER, "Teekann lekib");
	mail_set(&other->reply_text, "The lid of the kettle is cracked.");
	g_autoptr(StoreTicket) alike = open_ticket(desk, other);
	resolve(desk, alike, NOW + HOUR);
	g_autoptr(Analysis) before = mail_new(MARI, "Where is my invoice");
	g_autoptr(StoreTicket) earlier = open_ticket(desk, before);
	g_autoptr(Analysis) mail = mail_new(MARI, "A cracked lid");
	mail_set(&mail->reply_text, "My KETTLE came with a cracked lid.");
	g_autoptr(StoreTicket) ticket =
		receive_to(desk, mail, CARE, NOW + 2 * HOUR);

	assert_int_equal(desk_count(desk, ticket, "briefing"), 2);
	assert_int_equal(events(desk, ticket, "briefed"), 1);
	g_autoptr(StoreOutbox) row = find_row(desk, ticket, "briefing", OTHER);
	assert_non_null(row);
	g_autofree char *plain = desk_plain(desk, row->id);
	assert_holds(plain, "My KETTLE came with a cracked lid.");
	assert_holds(plain, earlier->reference);
	assert_holds(plain, alike->reference);
	g_autofree char *answers = field_of(desk, row, "In-Reply-To");
	assert_holds(answers, mail->message_id);
}

static void test_a_team_hears_of_what_it_wants_to(void **state)
{
	static const struct {
		enum engine_briefing briefing;
		int urgency;
		const char *threat;
		const char *from;
		unsigned wanted;
	} cases[] = {
		{ENGINE_BRIEFING_NONE, 3, "my lawyer", MARI, 0},
		{ENGINE_BRIEFING_ALL, 0, NULL, MARI, 2},
		{ENGINE_BRIEFING_PROBLEMS, 0, NULL, MARI, 0},
		{ENGINE_BRIEFING_PROBLEMS, 1, NULL, MARI, 0},
		{ENGINE_BRIEFING_PROBLEMS, 2, NULL, MARI, 2},
		{ENGINE_BRIEFING_PROBLEMS, 0, "my lawyer", MARI, 2},
		{ENGINE_BRIEFING_PROBLEMS, 0, NULL, "ann@vip.example", 2},
	};
	static const char *const vip[] = {"@vip.example", NULL};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Desk *desk = desk_new(true);
		EngineMailbox mailbox = make_mailbox(desk);
		mailbox.briefing = cases[i].briefing;
		mailbox.vip = vip;
		open_with(desk, mailbox);
		g_autoptr(Analysis) mail = mail_new(cases[i].from, "Kettle");
		mail->urgency = cases[i].urgency;
		mail_set(&mail->threat, cases[i].threat);
		g_autoptr(StoreTicket) ticket = open_ticket(desk, mail);
		assert_int_equal(
			desk_count(desk, ticket, "briefing"), cases[i].wanted);
		desk_free(desk);
	}
}

/* The customer wrote nothing: what they said is what the agent wrote down. */
static void test_the_team_hears_of_a_telephone_call(void **state)
{
	Desk *desk = *state;
	EngineMailbox mailbox = make_mailbox(desk);
	static const char words[] = "She says that the lamp is dead.";

	mailbox.briefing = ENGINE_BRIEFING_ALL;
	open_with(desk, mailbox);
	g_autoptr(Analysis) mail = mail_new(AGENT, "Telephone call");
	mail->dmarc_passed = mail->authenticated = true;
	mail_set(&mail->authenticated_by, "DMARC pass");
	mail_set(&mail->reply_text, words);
	mail_set(&mail->agent_text, words);
	g_ptr_array_add(
		mail->commands, g_strdup("#on-behalf eve@customer.example"));
	g_autoptr(StoreTicket) ticket = open_ticket(desk, mail);
	assert_string_equal(ticket->customer, "eve@customer.example");
	g_autoptr(StoreOutbox) row = find_row(desk, ticket, "briefing", OTHER);
	assert_non_null(row);
	g_autofree char *plain = desk_plain(desk, row->id);
	assert_holds(plain, words);
}

static void test_what_comes_back_is_a_problem(void **state)
{
	Desk *desk = *state;
	EngineMailbox mailbox = make_mailbox(desk);

	mailbox.briefing = ENGINE_BRIEFING_PROBLEMS;
	open_with(desk, mailbox);
	g_autoptr(Analysis) mail = mail_new(MARI, "The kettle leaks");
	g_autoptr(StoreTicket) ticket = open_ticket(desk, mail);
	resolve(desk, ticket, NOW + HOUR);
	assert_int_equal(desk_count(desk, ticket, "briefing"), 0);
	for (int i = 1; i <= 2; i++) {
		g_autoptr(Analysis) again =
			answer_to(ticket, "It leaks again.");
		g_autoptr(StoreTicket) opened =
			receive_to(desk, again, CARE, NOW + 2 * i * HOUR);
		assert_int_equal(opened->state, STORE_OPEN);
		assert_int_equal(opened->reopened_count, i);
		assert_int_equal(desk_count(desk, ticket, "briefing"), 2 * i);
		/* The second time it is the supervisor's, too. */
		assert_int_equal(desk_count(desk, ticket, "escalation"), i - 1);
		resolve(desk, ticket, NOW + (2 * i + 1) * HOUR);
	}
}

/* ---- reminders ---------------------------------------------------------- */

static void test_agents_are_reminded_once_before_each_word(void **state)
{
	Desk *desk = *state;
	EngineMailbox mailbox = make_mailbox(desk);

	mailbox.nudge_before_s = 4 * HOUR;
	mailbox.terms.answer_within = (PromiseDuration){PROMISE_WALL, 3 * DAY};
	open_with(desk, mailbox);
	g_autoptr(Analysis) mail = mail_new(MARI, "The kettle leaks");
	g_autoptr(StoreTicket) ticket = open_ticket(desk, mail);
	int64_t word = desk_deadline(desk, ticket, STORE_DEADLINE_FOLLOW_UP);
	assert_int_equal(desk_deadline(desk, ticket, STORE_DEADLINE_NUDGE),
		word - 4 * HOUR);

	desk_run_deadlines(desk, word - 4 * HOUR - 1);
	assert_int_equal(desk_count(desk, ticket, "nudge"), 0);
	desk_run_deadlines(desk, word - 4 * HOUR);
	assert_int_equal(desk_count(desk, ticket, "nudge"), 2);
	assert_int_equal(events(desk, ticket, "nudged"), 1);
	desk_run_deadlines(desk, word - HOUR);
	assert_int_equal(events(desk, ticket, "nudged"), 1);
	/* The follow-up sets the next one. */
	desk_run_deadlines(desk, word);
	assert_int_equal(desk_count(desk, ticket, "followup"), 1);
	assert_int_equal(desk_deadline(desk, ticket, STORE_DEADLINE_NUDGE),
		desk_deadline(desk, ticket, STORE_DEADLINE_FOLLOW_UP) -
			4 * HOUR);
	resolve(desk, ticket, word + HOUR);
	assert_int_equal(desk_deadline(desk, ticket, STORE_DEADLINE_NUDGE), 0);
	/* What the team gets counts against no customer. */
	g_autoptr(StoreOutbox) row = find_row(desk, ticket, "nudge", AGENT);
	assert_false(row->automatic);
}

static void test_who_has_a_ticket_is_reminded_alone(void **state)
{
	Desk *desk = *state;
	EngineMailbox mailbox = make_mailbox(desk);
	StoreTicket ticket = {0};
	static const struct {
		const char *assignee;
		guint wanted;
	} cases[] = {{NULL, 2}, {"Jaan@Example.com", 1}, {"Jaan", 2},
		{"boss@example.com", 2}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		ticket.assignee = (char *)cases[i].assignee;
		g_autoptr(GPtrArray) told = notice_agents_of(&mailbox, &ticket);
		assert_int_equal(told->len, cases[i].wanted);
		if (cases[i].wanted == 1)
			assert_string_equal(told->pdata[0], OTHER);
	}
}

/* ---- the end of a matter ------------------------------------------------ */

/* A ticket that is resolved, and whose customer has been asked. */
static StoreTicket *asked_ticket(Desk *desk)
{
	EngineMailbox mailbox = make_mailbox(desk);
	g_autoptr(Analysis) mail = mail_new(MARI, "The kettle leaks");

	mailbox.survey_after_s = DAY;
	mailbox.aftercare_after_s = 5 * DAY;
	mailbox.accept_threshold = 40;
	open_with(desk, mailbox);
	g_autoptr(StoreTicket) ticket = open_ticket(desk, mail);
	resolve(desk, ticket, NOW + HOUR);
	desk_run_deadlines(desk, NOW + DAY + 2 * HOUR);
	return desk_ticket(desk, ticket->reference);
}

static void test_customers_are_asked_and_asked_again_later(void **state)
{
	Desk *desk = *state;
	g_autoptr(StoreTicket) ticket = asked_ticket(desk);

	assert_int_equal(desk_count(desk, ticket, "survey"), 1);
	assert_int_equal(ticket->surveyed_at, NOW + DAY + 2 * HOUR);
	assert_int_equal(desk_count(desk, ticket, "aftercare"), 0);
	desk_run_deadlines(desk, NOW + 5 * DAY + 2 * HOUR);
	assert_int_equal(desk_count(desk, ticket, "survey"), 1);
	assert_int_equal(desk_count(desk, ticket, "aftercare"), 1);
	assert_int_equal(events(desk, ticket, "survey-queued"), 1);
	assert_int_equal(events(desk, ticket, "aftercare-queued"), 1);
}

/* Also when it is history: then no new ticket is made of it. */
static void test_a_rating_is_kept_and_opens_nothing(void **state)
{
	Desk *desk = *state;
	g_autoptr(StoreTicket) ticket = asked_ticket(desk);
	const int64_t times[] = {NOW + 2 * DAY, NOW + 60 * DAY};

	for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
		desk_run_deadlines(desk, times[i]);
		g_autoptr(Analysis) mail = answer_to(ticket, "4");
		mail->rating = i ? 2 : 4;
		g_autoptr(StoreTicket) after =
			receive_to(desk, mail, CARE, times[i]);
		assert_int_equal(after->id, ticket->id);
		assert_int_equal(
			after->state, i ? STORE_CLOSED : STORE_RESOLVED);
	}
	assert_int_equal(count_tickets(desk), 1);
	assert_int_equal(events(desk, ticket, "rated"), 2);
	assert_int_equal(desk_count(desk, ticket, "escalation"), 1);
	g_autoptr(GPtrArray) ratings = NULL;
	GOOD(store_rating_list(desk->reader, ticket->id, &ratings, &error));
	assert_int_equal(ratings->len, 2);
	assert_int_equal(((StoreRating *)ratings->pdata[0])->score, 4);
	assert_int_equal(((StoreRating *)ratings->pdata[1])->score, 2);
}

static void test_a_bad_rating_with_a_complaint_opens_it_again(void **state)
{
	Desk *desk = *state;
	g_autoptr(StoreTicket) ticket = asked_ticket(desk);
	g_autoptr(Analysis) mail = answer_to(ticket, "1, it leaks again");

	mail->rating = 1;
	mail_set(&mail->rating_comment, "it leaks again");
	mail->complaint_score = 0.9;
	g_autoptr(StoreTicket) after =
		receive_to(desk, mail, CARE, NOW + 2 * DAY);
	assert_int_equal(after->state, STORE_OPEN);
	assert_int_equal(events(desk, ticket, "rated"), 1);
	assert_int_equal(events(desk, ticket, "reopened"), 1);
	g_autoptr(StoreOutbox) row = find_row(desk, ticket, "escalation", LEAD);
	g_autofree char *plain = desk_plain(desk, row->id);
	assert_holds(plain, "it leaks again");
	assert_int_equal(
		desk_deadline(desk, ticket, STORE_DEADLINE_AFTERCARE), 0);
}

static void test_thanks_on_what_is_history_open_no_ticket(void **state)
{
	Desk *desk = *state;
	g_autoptr(StoreTicket) ticket = asked_ticket(desk);
	const char *const from[] = {MARI, STRANGER};

	desk_run_deadlines(desk, NOW + 60 * DAY);
	for (size_t i = 0; i < G_N_ELEMENTS(from); i++) {
		g_autoptr(Analysis) mail = answer_to(ticket, "Thank you!");
		mail_set(&mail->from, from[i]);
		mail->says_thanks = true;
		g_autoptr(StoreTicket) after =
			receive_to(desk, mail, CARE, NOW + 60 * DAY);
		assert_int_equal(after->id == ticket->id, i == 0);
	}
	assert_int_equal(events(desk, ticket, "thanked"), 1);
	/* A stranger's mail is a matter of their own. */
	assert_int_equal(count_tickets(desk), 2);
}

static void test_solved_says_the_customer_and_it_is(void **state)
{
	Desk *desk = *state;
	g_autoptr(Analysis) mail = mail_new(MARI, "The kettle leaks");
	g_autoptr(StoreTicket) ticket = open_ticket(desk, mail);
	g_autoptr(Analysis) thanks = answer_to(ticket, "Solved, thanks.");

	thanks->says_solved = true;
	g_autoptr(StoreTicket) after =
		receive_to(desk, thanks, CARE, NOW + HOUR);
	assert_int_equal(after->state, STORE_RESOLVED);
	assert_int_equal(desk_count(desk, ticket, "resolved"), 1);
	assert_int_equal(events(desk, ticket, "solved-by-customer"), 1);
	g_autoptr(GPtrArray) promises = desk_promises(desk, ticket);
	assert_string_equal(
		((StorePromise *)promises->pdata[0])->outcome, "kept");
	/* Nothing is due any more but the end. */
	desk_run_deadlines(desk, NOW + 10 * DAY);
	assert_int_equal(desk_count(desk, ticket, "followup"), 0);
	assert_int_equal(desk_count(desk, ticket, "late"), 0);
}

static void test_status_of_a_settled_matter_is_told(void **state)
{
	Desk *desk = *state;
	g_autoptr(StoreTicket) ticket = asked_ticket(desk);

	desk_run_deadlines(desk, NOW + 60 * DAY);
	g_autoptr(Analysis) mail = answer_to(ticket, "STATUS");
	mail->status_request = true;
	g_autoptr(StoreTicket) after =
		receive_to(desk, mail, CARE, NOW + 60 * DAY);
	assert_int_equal(after->id, ticket->id);
	assert_int_equal(after->state, STORE_CLOSED);
	assert_int_equal(desk_count(desk, ticket, "status"), 1);
}

/* ---- words -------------------------------------------------------------- */

static void test_words_are_alike_whatever_their_dress(void **state)
{
	static const struct {
		const char *subject, *text, *wanted;
	} cases[] = {
		{"The KETTLE", "the kettle leaks!", "the kettle leaks"},
		{"P\u00e4ike", "pa\u0308ike", "paike"},
		{"\u0392\u03ac\u03b6\u03bf\u03c2", NULL,
			"\u03b2\u03b1\u03b6\u03bf\u03c3"},
		/* Two characters each, where there are no spaces. */
		{"\u6c34\u58f6\u6f0f\u6c34", NULL,
			"\u6c34\u58f6 \u58f6\u6f0f \u6f0f\u6c34"},
		{"a 1 x2", "\u6c34 b", "x2"},
		{NULL, NULL, ""},
		{NULL, "\xff\xfe broken", ""},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *words =
			similar_words(cases[i].subject, cases[i].text);
		assert_string_equal(words, cases[i].wanted);
	}
}

static void test_words_are_bounded(void **state)
{
	GString *text = g_string_new(NULL);
	g_autofree char *run = g_strnfill(100000, 'x');

	(void)state;
	for (int i = 0; i < 10000; i++)
		g_string_append_printf(text, "word%d ", i);
	g_autofree char *many = similar_words(NULL, text->str);
	g_auto(GStrv) list = g_strsplit(many, " ", -1);
	assert_int_equal(g_strv_length(list), 48);
	g_autofree char *one = similar_words(NULL, run);
	assert_int_equal(strlen(one), 64);
	g_string_free(text, TRUE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_mail_to_staff_threads_and_routes, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			test_a_flood_reaches_the_supervisor_in_bounds, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			test_a_flood_reaches_the_agents_in_bounds, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			test_a_flood_is_not_reminded_of_without_bounds, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			test_the_last_of_the_day_says_that_there_are_more,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_a_briefing_tells_history_and_what_is_alike, set_up,
			tear_down),
		cmocka_unit_test(test_a_team_hears_of_what_it_wants_to),
		cmocka_unit_test_setup_teardown(
			test_what_comes_back_is_a_problem, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_agents_are_reminded_once_before_each_word, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			test_who_has_a_ticket_is_reminded_alone, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			test_customers_are_asked_and_asked_again_later, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			test_a_rating_is_kept_and_opens_nothing, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			test_a_bad_rating_with_a_complaint_opens_it_again,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_thanks_on_what_is_history_open_no_ticket, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			test_solved_says_the_customer_and_it_is, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			test_status_of_a_settled_matter_is_told, set_up,
			tear_down),
		cmocka_unit_test(test_words_are_alike_whatever_their_dress),
		cmocka_unit_test(test_words_are_bounded),
		cmocka_unit_test_setup_teardown(
			test_the_team_hears_of_a_telephone_call, set_up,
			tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
