/* Tickets to show templates with: the table of what there is to be seen. */
#include "samples.h"

#include <string.h>

enum { HOUR_S = 3600, DAY_S = 24 * HOUR_S };

/* ---- what a mail tells that others do not ------------------------------- */

static void make_stranger(SampleTicket *ticket, const SampleWords *words)
{
	(void)words;
	ticket->facts.customer_name = NULL;
	ticket->facts.subject = NULL;
	ticket->facts.assignee = NULL;
}

static void make_uneventful(SampleTicket *ticket, const SampleWords *words)
{
	(void)words;
	ticket->facts.events_length = 0;
}

static void make_updated(SampleTicket *ticket, const SampleWords *words)
{
	ticket->facts.words = words->update;
}

/* A person has answered, and the matter is not settled yet. */
static void make_answered(SampleTicket *ticket, const SampleWords *words)
{
	(void)words;
	ticket->facts.promise_kept = true;
	ticket->facts.promised_s = 0;
}

static void make_late(SampleTicket *ticket, const SampleWords *words)
{
	(void)words;
	ticket->facts.old_promised_s = ticket->facts.now_s + HOUR_S;
	ticket->facts.late_count = 1;
}

static void make_late_explained(SampleTicket *ticket, const SampleWords *words)
{
	make_late(ticket, words);
	ticket->facts.words = words->update;
}

/* The last time that a ticket may be late, a person must say when. */
static void make_late_open(SampleTicket *ticket, const SampleWords *words)
{
	make_late(ticket, words);
	ticket->facts.promised_s = 0;
}

static void make_need_info(SampleTicket *ticket, const SampleWords *words)
{
	ticket->facts.state = "waiting";
	ticket->facts.promised_s = 0;
	ticket->facts.next_update_s = 0;
	ticket->facts.questions = words->questions;
	ticket->facts.wait_until_s = ticket->facts.now_s + 7 * DAY_S;
}

static void make_reminder(SampleTicket *ticket, const SampleWords *words)
{
	make_need_info(ticket, words);
	ticket->facts.reminder = 1;
}

/* The questions are answered. */
static void make_resumed(SampleTicket *ticket, const SampleWords *words)
{
	(void)words;
	ticket->facts.resumed = true;
	ticket->facts.messages = 2;
}

/* Where a policy promises the settlement, too. */
static void make_settle_by(SampleTicket *ticket, const SampleWords *words)
{
	(void)words;
	ticket->facts.resolve_s = ticket->facts.now_s + 14 * DAY_S;
}

static void make_settle_late(SampleTicket *ticket, const SampleWords *words)
{
	make_settle_by(ticket, words);
	ticket->facts.promise_kept = true;
	ticket->facts.promised_s = 0;
	ticket->facts.old_resolve_s = ticket->facts.now_s + HOUR_S;
	ticket->facts.late_count = 1;
}

static void make_settled(SampleTicket *ticket, const SampleWords *words)
{
	(void)words;
	ticket->facts.state = "resolved";
	ticket->facts.promise_kept = true;
	ticket->facts.promised_s = 0;
	ticket->facts.next_update_s = 0;
}

static void make_resolved(SampleTicket *ticket, const SampleWords *words)
{
	make_settled(ticket, words);
	ticket->facts.resolution = words->resolution;
}

static void make_resolved_in_words(
	SampleTicket *ticket, const SampleWords *words)
{
	make_settled(ticket, words);
	ticket->facts.words = words->answer;
}

static void make_solved_by_customer(
	SampleTicket *ticket, const SampleWords *words)
{
	make_settled(ticket, words);
	ticket->facts.solved_by_customer = true;
}

static void make_unanswered(SampleTicket *ticket, const SampleWords *words)
{
	make_settled(ticket, words);
	ticket->facts.unanswered = true;
}

static void make_reopened(SampleTicket *ticket, const SampleWords *words)
{
	(void)words;
	ticket->facts.reopened = true;
	ticket->facts.messages = 2;
}

static void make_waiting(SampleTicket *ticket, const SampleWords *words)
{
	ticket->facts.state = "waiting";
	ticket->facts.questions = words->questions;
	ticket->facts.promised_s = 0;
	ticket->facts.next_update_s = 0;
}

static void make_answer(SampleTicket *ticket, const SampleWords *words)
{
	make_answered(ticket, words);
	ticket->facts.words = words->answer;
}

/* "#promise": the answer is not the last word. */
static void make_answer_with_promise(
	SampleTicket *ticket, const SampleWords *words)
{
	ticket->facts.words = words->answer;
}

/* ---- mail to staff ------------------------------------------------------ */

static void make_briefing(SampleTicket *ticket, const SampleWords *words)
{
	(void)words;
	ticket->facts.reason = "new";
}

static void make_briefing_reopened(
	SampleTicket *ticket, const SampleWords *words)
{
	make_reopened(ticket, words);
	ticket->facts.reason = "reopened";
}

static void make_nudge(SampleTicket *ticket, const SampleWords *words)
{
	(void)words;
	ticket->facts.reason = "followup";
	ticket->facts.due_s = ticket->facts.now_s + 4 * HOUR_S;
}

static void make_nudge_promise(SampleTicket *ticket, const SampleWords *words)
{
	make_nudge(ticket, words);
	ticket->facts.reason = "promise";
}

static void make_escalation(SampleTicket *ticket, const SampleWords *words)
{
	make_late(ticket, words);
	ticket->facts.reason = "promise";
}

static void make_escalation_threat(
	SampleTicket *ticket, const SampleWords *words)
{
	(void)words;
	ticket->facts.reason = "threat";
	ticket->facts.reason_words = "lawyer";
}

static const ReplyCommand refused[] = {
	{.line = "#resolv",
		.problem = "there is no such command",
		.suggestion = "#resolve"},
};

static const ReplyCommand carried_out[] = {
	{.line = "#assign Mari", .done = true},
	{.line = "#promise tomorrow 16:00", .done = true},
};

static void make_refused(SampleTicket *ticket, const SampleWords *words)
{
	ticket->facts.reason = "refused";
	ticket->facts.words = words->answer;
	ticket->facts.commands = refused;
	ticket->facts.commands_length = G_N_ELEMENTS(refused);
}

static void make_done(SampleTicket *ticket, const SampleWords *words)
{
	(void)words;
	ticket->facts.reason = "done";
	ticket->facts.commands = carried_out;
	ticket->facts.commands_length = G_N_ELEMENTS(carried_out);
}

static void make_held(SampleTicket *ticket, const SampleWords *words)
{
	ticket->facts.reason = "held";
	ticket->facts.first_words = words->answer;
	ticket->facts.first_by = "jaan@example.com";
	ticket->facts.first_s = ticket->facts.now_s - HOUR_S / 2;
	ticket->facts.second_words = words->update;
}

/* ---- the table ---------------------------------------------------------- */

/* Each manner in which the kinds that tell a promise may be written. */
#define MANNERS(kind_name, kind_, change_)                                     \
	{kind_name "-action-first", kind_,                                     \
		"to somebody angry: what will be done before any regret",      \
		change_, "aggressive"},                                        \
		{kind_name "-exact-facts", kind_,                              \
			"to somebody who may want more than their due: exact " \
			"facts",                                               \
			change_, "rip-off"},                                   \
		{kind_name "-patient", kind_,                                  \
			"to somebody who writes often: patience", change_,     \
			"chronic"},                                            \
	{                                                                      \
		kind_name "-invite-more", kind_,                               \
			"to somebody who asks for little: say more", change_,  \
			"meek"                                                 \
	}

static const Sample samples[] = {
	{"ack", REPLY_ACK, "a new complaint", NULL, NULL},
	MANNERS("ack", REPLY_ACK, NULL),
	{"ack-stranger", REPLY_ACK,
		"the sender is not proven: neither name nor subject",
		make_stranger, NULL},
	{"ack-settle-by", REPLY_ACK, "with a time for the settlement, too",
		make_settle_by, NULL},
	{"followup", REPLY_FOLLOWUP, "still open, with what has happened", NULL,
		NULL},
	MANNERS("followup", REPLY_FOLLOWUP, NULL),
	{"followup-nothing-new", REPLY_FOLLOWUP, "nothing has happened",
		make_uneventful, NULL},
	{"followup-words", REPLY_FOLLOWUP, "in an agent's words", make_updated,
		NULL},
	{"followup-answered", REPLY_FOLLOWUP, "after an answer", make_answered,
		NULL},
	{"late", REPLY_LATE, "with a new time", make_late, NULL},
	MANNERS("late", REPLY_LATE, make_late),
	{"late-words", REPLY_LATE, "the reason in an agent's words",
		make_late_explained, NULL},
	{"late-no-time", REPLY_LATE, "without a new time", make_late_open,
		NULL},
	{"late-settlement", REPLY_LATE, "a new time for the settlement",
		make_settle_late, NULL},
	{"need-info", REPLY_NEED_INFO, "questions", make_need_info, NULL},
	MANNERS("need-info", REPLY_NEED_INFO, make_need_info),
	{"need-info-reminder", REPLY_NEED_INFO, "the questions, put again",
		make_reminder, NULL},
	{"reply", REPLY_REPLY, "an agent's answer", make_answer, NULL},
	{"reply-promise", REPLY_REPLY, "an answer that promises another",
		make_answer_with_promise, NULL},
	{"resolved", REPLY_RESOLVED, "with what was done", make_resolved, NULL},
	MANNERS("resolved", REPLY_RESOLVED, make_resolved),
	{"resolved-words", REPLY_RESOLVED, "in an agent's words",
		make_resolved_in_words, NULL},
	{"resolved-by-customer", REPLY_RESOLVED, "the customer said so",
		make_solved_by_customer, NULL},
	{"resolved-unanswered", REPLY_RESOLVED, "questions were not answered",
		make_unanswered, NULL},
	{"survey", REPLY_SURVEY, "are you satisfied?", make_settled, NULL},
	{"aftercare", REPLY_AFTERCARE, "has it stayed settled?", make_settled,
		NULL},
	{"status", REPLY_STATUS, "an open matter", NULL, NULL},
	{"status-waiting", REPLY_STATUS, "we wait for the customer",
		make_waiting, NULL},
	{"status-resumed", REPLY_STATUS, "our questions were answered",
		make_resumed, NULL},
	{"status-reopened", REPLY_STATUS, "a matter opened again",
		make_reopened, NULL},
	{"status-resolved", REPLY_STATUS, "a settled matter", make_settled,
		NULL},
	{"briefing", REPLY_BRIEFING, "to the team: a new ticket", make_briefing,
		"aggressive"},
	{"briefing-reopened", REPLY_BRIEFING, "to the team: opened again",
		make_briefing_reopened, "chronic"},
	{"nudge", REPLY_NUDGE, "to the team: a follow-up is due", make_nudge,
		"aggressive"},
	{"nudge-promise", REPLY_NUDGE, "to the team: a promise is due",
		make_nudge_promise, "aggressive"},
	{"escalation", REPLY_ESCALATION,
		"to the supervisor: a promise will be missed", make_escalation,
		"aggressive"},
	{"escalation-threat", REPLY_ESCALATION, "to the supervisor: a threat",
		make_escalation_threat, "aggressive"},
	{"command-result", REPLY_COMMAND_RESULT, "to an agent: refused",
		make_refused, "aggressive"},
	{"command-result-done", REPLY_COMMAND_RESULT, "to an agent: done",
		make_done, "aggressive"},
	{"command-result-held", REPLY_COMMAND_RESULT,
		"to an agent: a colleague was faster", make_held, "aggressive"},
	{"unreachable", REPLY_UNREACHABLE,
		"to the team: the customer's address is dead", NULL,
		"aggressive"},
};

size_t samples_length(void)
{
	return G_N_ELEMENTS(samples);
}

const Sample *samples_get(size_t index)
{
	return &samples[index];
}

const Sample *sample_find(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(samples); i++)
		if (strcmp(samples[i].name, name) == 0)
			return &samples[i];
	return NULL;
}

/* ---- a ticket ----------------------------------------------------------- */

/* As there are many, opened two hours ago. */
static void fill_common(const SampleWords *words, const SampleOptions *options,
	ReplyFacts *facts)
{
	int64_t now_s = options->now_s;

	*facts = (ReplyFacts){
		.language = options->language,
		.time_zone = words->time_zone,
		.reference = "7K3F-92QX",
		.customer_name = words->customer,
		.subject = words->subject,
		.mailbox_name = words->team,
		.mailbox_address = "complaints@example.com",
		.assignee = words->assignee,
		.opened_s = now_s - 2 * HOUR_S,
		.promised_s = now_s + 8 * HOUR_S,
		.next_update_s = now_s + DAY_S,
		.now_s = now_s,
		.state = "open",
		.messages = 1,
		.interval_s = DAY_S,
		.customer_address = "ann@customer.example",
	};
}

/* The mailbox that comes first in the configuration speaks. */
static void use_config(ReplyFacts *facts, const Config *config)
{
	const ConfigMailbox *mailbox = config->mailboxes->pdata[0];

	facts->mailbox_name = mailbox->name;
	facts->mailbox_address = mailbox->address;
	facts->time_zone =
		promise_calendar_time_zone(mailbox->calendar->calendar);
	facts->promised_s = promise_due(mailbox->calendar->calendar,
		mailbox->own->answer_within, facts->opened_s);
	facts->interval_s = (unsigned)mailbox->own->follow_up_every_s;
	facts->next_update_s = facts->now_s + mailbox->own->follow_up_every_s;
}

static void add_events(SampleTicket *ticket)
{
	static const char *const what[SAMPLE_EVENTS] = {
		"received", "acknowledged", "assigned"};
	ReplyFacts *facts = &ticket->facts;

	for (size_t i = 0; i < SAMPLE_EVENTS; i++)
		ticket->events[i] = (ReplyEvent){
			.at_s = facts->opened_s + (int64_t)i * HOUR_S / 4,
			.what = what[i]};
	facts->events = ticket->events;
	facts->events_length = SAMPLE_EVENTS;
}

static void add_staff(SampleTicket *ticket, const SampleWords *words)
{
	ReplyFacts *facts = &ticket->facts;

	ticket->history = (ReplyCase){"1A2B-3C4E", "The invoice came twice",
		"closed", facts->now_s - 90 * DAY_S, "one was taken back"};
	ticket->similar = (ReplyCase){"5D6F-7G8H", "Broken on arrival",
		"resolved", facts->now_s - 30 * DAY_S,
		"a new one was sent; 10 EUR"};
	facts->history = &ticket->history;
	facts->history_length = 1;
	facts->similar = &ticket->similar;
	facts->similar_length = 1;
	facts->customer_words = words->complaint;
	facts->complainer_reason = "'at once'";
	facts->priority = "high";
	facts->late_count = 1;
}

void sample_fill(const Sample *sample, const SampleOptions *options,
	SampleTicket *ret_ticket)
{
	const SampleWords *words = sample_words(options->language);
	ReplyFacts *facts = &ret_ticket->facts;

	fill_common(words, options, facts);
	facts->kind = sample->kind;
	facts->complainer = sample->complainer;
	if (options->config)
		use_config(facts, options->config);
	add_events(ret_ticket);
	if (reply_kind_is_for_staff(sample->kind))
		add_staff(ret_ticket, words);
	if (sample->change)
		sample->change(ret_ticket, words);
}
