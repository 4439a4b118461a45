/* What is known about a ticket, as templates see it. */
#include "internal.h"

#include <string.h>

enum { QUESTIONS_MOST = 50 };

static void put_times(
	MustacheValue *dict, const ReplyFacts *facts, const Clock *clock)
{
	put_time(dict, "opened_time", clock, facts->opened_s);
	put_time(dict, "promised_time", clock, facts->promised_s);
	put_time(dict, "resolve_time", clock, facts->resolve_s);
	put_time(dict, "old_resolve_time", clock, facts->old_resolve_s);
	put_time(dict, "old_promised_time", clock, facts->old_promised_s);
	put_time(dict, "next_update_time", clock, facts->next_update_s);
	put_time(dict, "wait_until_time", clock, facts->wait_until_s);
	put_time(dict, "now_time", clock, facts->now_s);
}

static const char *const event_names[] = {"received", "added", "acknowledged",
	"assigned", "promised", "updated", "asked", "resolved", "reopened",
	"escalated"};

static bool event_is_known(const char *what)
{
	for (size_t i = 0; what && i < G_N_ELEMENTS(event_names); i++)
		if (strcmp(event_names[i], what) == 0)
			return true;
	return false;
}

/* Every name is there, so that {{#resolved}} asks about this event and not
 * about something further out. */
static MustacheValue *make_event(const ReplyEvent *event, const Clock *clock)
{
	MustacheValue *dict = mustache_value_dictionary();

	put_time(dict, "time", clock, event->at_s);
	for (size_t i = 0; i < G_N_ELEMENTS(event_names); i++)
		put_flag(dict, event_names[i],
			strcmp(event_names[i], event->what) == 0);
	return dict;
}

static MustacheValue *make_events(const ReplyFacts *facts, const Clock *clock)
{
	MustacheValue *events = mustache_value_list();

	for (size_t i = 0; facts->events && i < facts->events_length; i++)
		if (event_is_known(facts->events[i].what))
			mustache_value_add(
				events, make_event(&facts->events[i], clock));
	return events;
}

/* RFC 6068: "mailto:complaints%2Btoken@example.com?subject=...".  NULL if
 * there is nobody to write to.  (transfer full) (nullable) */
static char *make_mailto(
	const char *address, const char *what, const char *reference)
{
	if (!reference || !*reference || !clean_is_address(address))
		return NULL;
	g_autofree char *subject = g_strdup_printf("%s [#%s]", what, reference);
	g_autofree char *to = g_uri_escape_string(address, "@", false);
	g_autofree char *about = g_uri_escape_string(subject, NULL, false);

	return g_strconcat("mailto:", to, "?subject=", about, NULL);
}

static void put_status_mailto(
	MustacheValue *dict, const char *address, const char *reference)
{
	char *link = make_mailto(address, "STATUS", reference);

	mustache_value_put(dict, "status_mailto",
		mustache_value_text(link ? link : g_strdup("")));
}

/* One click each: what the survey asks. */
static MustacheValue *make_ratings(const char *address, const char *reference)
{
	static const char *const scores[] = {"1", "2", "3", "4", "5"};
	MustacheValue *ratings = mustache_value_list();

	for (size_t i = 0; i < G_N_ELEMENTS(scores); i++) {
		char *link = make_mailto(address, scores[i], reference);
		if (!link)
			break;
		MustacheValue *rating = mustache_value_dictionary();
		put_text(rating, "score", scores[i], CLEAN_NAME_MOST);
		mustache_value_put(
			rating, "rating_mailto", mustache_value_text(link));
		put_flag(rating, "worst", i == 0);
		put_flag(rating, "best", i + 1 == G_N_ELEMENTS(scores));
		mustache_value_add(ratings, rating);
	}
	return ratings;
}

static void put_state(MustacheValue *dict, const ReplyFacts *facts)
{
	static const struct {
		const char *name;
		const char *state;
	} flags[] = {
		{"is_open", "open"},
		{"is_waiting", "waiting"},
		{"is_resolved", "resolved"},
		{"is_closed", "closed"},
	};

	put_text(dict, "state", facts->state, CLEAN_NAME_MOST);
	for (size_t i = 0; i < G_N_ELEMENTS(flags); i++)
		put_flag(dict, flags[i].name,
			g_strcmp0(facts->state, flags[i].state) == 0);
}

/* A customer is told a name, never by which address an agent goes. */
static const char *shown_assignee(const ReplyFacts *facts)
{
	bool address = facts->assignee && strchr(facts->assignee, '@');

	return address && !reply_kind_is_for_staff(facts->kind)
		       ? NULL
		       : facts->assignee;
}

/* Staff see it as it was written. */
static void put_customer_name(
	MustacheValue *dict, const ReplyFacts *facts, const char *language)
{
	char *name = reply_kind_is_for_staff(facts->kind)
			     ? clean_line(facts->customer_name, CLEAN_NAME_MOST)
			     : names_greet(facts->customer_name, language);

	mustache_value_put(dict, "customer_name", mustache_value_text(name));
}

static void put_words(MustacheValue *dict, const ReplyFacts *facts)
{
	put_text(dict, "reference", facts->reference, CLEAN_NAME_MOST);
	put_text(dict, "subject", facts->subject, CLEAN_SUBJECT_MOST);
	put_text(dict, "mailbox_name", facts->mailbox_name, CLEAN_NAME_MOST);
	put_text(dict, "mailbox_address", facts->mailbox_address,
		CLEAN_SUBJECT_MOST);
	put_text(dict, "assignee", shown_assignee(facts), CLEAN_NAME_MOST);
}

/* Rounded up: "every 2 hours" stays true of 90 minutes.  0, said without a
 * number, up to an hour: "every 1 hours" is no language. */
static unsigned whole_hours(unsigned seconds)
{
	return seconds > 3600 ? (seconds + 3599) / 3600 : 0;
}

/* What was asked is an agent's: kept to lines and to a number that a customer
 * can still answer. */
static MustacheValue *make_questions(const ReplyFacts *facts)
{
	MustacheValue *list = mustache_value_list();

	for (unsigned i = 0;
		facts->questions && facts->questions[i] && i < QUESTIONS_MOST;
		i++) {
		MustacheValue *row = mustache_value_dictionary();
		put_number(row, "number", i + 1);
		put_text(row, "question", facts->questions[i], CLEAN_LINE_MOST);
		mustache_value_add(list, row);
	}
	return list;
}

/* How to meet each kind of complainer.  The kind itself is never put where a
 * customer's template could say it. */
static void put_manner(MustacheValue *dict, const char *complainer)
{
	static const struct {
		const char *flag;
		const char *kind;
	} manners[] = {
		{"action_first", "aggressive"},
		{"action_first", "high-roller"},
		{"exact_facts", "rip-off"},
		{"patient", "chronic"},
		{"invite_more", "meek"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(manners); i++)
		if (g_strcmp0(manners[i].kind, complainer) == 0)
			put_flag(dict, manners[i].flag, true);
}

/* All of it is told in a customer's mail as in staff's. */
static void put_flags(MustacheValue *dict, const ReplyFacts *facts)
{
	put_flag(dict, "no_new_time",
		(facts->old_promised_s && !facts->promised_s) ||
			(facts->old_resolve_s && !facts->resolve_s));
	put_flag(dict, "has_promise", facts->promised_s != 0);
	put_flag(dict, "promise_kept", facts->promise_kept);
	put_flag(dict, "reopened", facts->reopened);
	put_flag(dict, "solved_by_customer", facts->solved_by_customer);
	put_flag(dict, "unanswered", facts->unanswered);
	put_flag(dict, "resumed", facts->resumed);
	put_flag(dict, "reminder", facts->reminder > 0);
	put_flag(dict, "messages_many", facts->messages > 1);
	put_manner(dict, facts->complainer);
}

static void put_numbers(
	MustacheValue *dict, const ReplyFacts *facts, const char *language)
{
	unsigned hours = whole_hours(facts->interval_s);

	put_number(dict, "messages", facts->messages);
	plural_put(dict, "message", language, facts->messages);
	put_number(dict, "interval_hours", hours);
	plural_put(dict, "interval", language, hours);
}

MustacheValue *reply_facts_context(const ReplyFacts *facts,
	const char *language, const char *status_address, ReplyDates *dates)
{
	Clock clock = {dates, language, facts->time_zone};
	MustacheValue *dict = mustache_value_dictionary();

	put_text(dict, "language", language, CLEAN_NAME_MOST);
	put_words(dict, facts);
	put_customer_name(dict, facts, language);
	put_times(dict, facts, &clock);
	put_state(dict, facts);
	lines_put(dict, "resolution", "resolution_lines", facts->resolution,
		CLEAN_WORDS_MOST);
	lines_put(dict, "words", "word_lines", facts->words, CLEAN_ANSWER_MOST);
	put_status_mailto(dict, status_address, facts->reference);
	put_flags(dict, facts);
	put_numbers(dict, facts, language);
	MustacheValue *events = make_events(facts, &clock);
	put_flag(dict, "has_events", events->truthy);
	mustache_value_put(dict, "events", events);
	mustache_value_put(dict, "questions", make_questions(facts));
	if (facts->kind == REPLY_SURVEY)
		mustache_value_put(dict, "ratings",
			make_ratings(status_address, facts->reference));
	if (reply_kind_is_for_staff(facts->kind))
		staff_put(dict, facts, &clock);
	return dict;
}
