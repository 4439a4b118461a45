/* What only mail to staff can say: other cases, other people's words. */
#include "internal.h"

#include <string.h>

enum {
	CUSTOMER_WORDS_MOST_BYTES = 4096,
	CASES_MOST = 20,
	COMMANDS_MOST = 50,
};

/* The flags that say which of some names it is. */
typedef struct Choice Choice;
struct Choice {
	const char *flag;
	const char *name;
};

static const Choice reasons[] = {
	{"reason_promise", "promise"},
	{"reason_settlement", "settlement"},
	{"reason_threat", "threat"},
	{"reason_reopened", "reopened"},
	{"reason_agent", "agent"},
	{"reason_impostor", "impostor"},
	{"reason_rating", "rating"},
	{"reason_new", "new"},
	{"reason_added", "added"},
	{"reason_followup", "followup"},
	{"reason_followup", "follow-up"},
	{"reason_done", "done"},
	{"reason_help", "help"},
	{"reason_refused", "refused"},
	{"reason_held", "held"},
	{"reason_encrypted", "encrypted"},
	{"reason_empty", "empty"},
};

static const Choice complainers[] = {
	{"is_meek", "meek"},
	{"is_aggressive", "aggressive"},
	{"is_high_roller", "high-roller"},
	{"is_rip_off", "rip-off"},
	{"is_chronic", "chronic"},
};

static void put_choice(MustacheValue *dict, const Choice *choices,
	size_t length, const char *chosen)
{
	for (size_t i = 0; i < length; i++)
		if (g_strcmp0(choices[i].name, chosen) == 0)
			put_flag(dict, choices[i].flag, true);
}

static MustacheValue *make_case(const ReplyCase *row, const Clock *clock)
{
	MustacheValue *dict = mustache_value_dictionary();

	put_text(dict, "case_reference", row->reference, CLEAN_NAME_MOST);
	put_text(dict, "case_subject", row->subject, CLEAN_SUBJECT_MOST);
	put_text(dict, "case_state", row->state, CLEAN_NAME_MOST);
	put_time(dict, "case_time", clock, row->at_s);
	put_text(dict, "case_outcome", row->outcome, CLEAN_SUBJECT_MOST);
	return dict;
}

static MustacheValue *make_cases(
	const ReplyCase *rows, size_t length, const Clock *clock)
{
	MustacheValue *list = mustache_value_list();

	for (size_t i = 0; rows && i < MIN(length, CASES_MOST); i++)
		mustache_value_add(list, make_case(&rows[i], clock));
	return list;
}

static void put_cases(
	MustacheValue *dict, const ReplyFacts *facts, const Clock *clock)
{
	put_flag(dict, "has_history",
		facts->history && facts->history_length > 0);
	put_flag(dict, "has_similar",
		facts->similar && facts->similar_length > 0);
	mustache_value_put(dict, "history",
		make_cases(facts->history, facts->history_length, clock));
	mustache_value_put(dict, "similar",
		make_cases(facts->similar, facts->similar_length, clock));
}

static MustacheValue *make_command(const ReplyCommand *row)
{
	MustacheValue *dict = mustache_value_dictionary();

	put_text(dict, "command_line", row->line, CLEAN_LINE_MOST);
	put_flag(dict, "done", row->done);
	put_text(dict, "problem", row->problem, CLEAN_LINE_MOST);
	put_text(dict, "suggestion", row->suggestion, CLEAN_NAME_MOST);
	lines_put(
		dict, "result", "result_lines", row->result, CLEAN_WORDS_MOST);
	return dict;
}

static void put_commands(MustacheValue *dict, const ReplyFacts *facts)
{
	MustacheValue *list = mustache_value_list();
	MustacheValue *all = mustache_value_list();
	size_t length = MIN(facts->commands_length, COMMANDS_MOST);

	for (size_t i = 0; facts->commands && i < length; i++)
		mustache_value_add(list, make_command(&facts->commands[i]));
	mustache_value_put(dict, "commands", list);

	for (size_t i = 0; i < reply_commands_length(); i++) {
		ReplyCommandHelp row = reply_commands_get(i);
		MustacheValue *command = mustache_value_dictionary();
		mustache_value_put(command, "command",
			mustache_value_text(g_strchomp(g_strdup_printf(
				"#%s %s", row.name, row.arguments))));
		put_text(command, "help", row.help, CLEAN_SUBJECT_MOST);
		mustache_value_add(all, command);
	}
	mustache_value_put(dict, "all_commands", all);
}

/* Cut where a character begins. */
static void put_customer_words(MustacheValue *dict, const char *words)
{
	size_t length =
		strnlen(words ? words : "", CUSTOMER_WORDS_MOST_BYTES + 1);
	g_autofree char *start = g_strndup(
		words ? words : "", MIN(length, CUSTOMER_WORDS_MOST_BYTES));
	const char *end = NULL;

	if (length > CUSTOMER_WORDS_MOST_BYTES) {
		/* At most three bytes of a character that was cut. */
		if (!g_utf8_validate(start, -1, &end) && strlen(end) < 4)
			start[end - start] = '\0';
		char *cut = g_strconcat(start, "…", NULL);
		g_free(start);
		start = cut;
	}
	lines_put(dict, "customer_words", "customer_word_lines", start,
		CUSTOMER_WORDS_MOST_BYTES);
}

static void put_singles(MustacheValue *dict, const ReplyFacts *facts)
{
	put_text(dict, "marker", BASE_ANSWER_MARKER, CLEAN_NAME_MOST);
	put_text(dict, "customer_address", facts->customer_address,
		CLEAN_SUBJECT_MOST);
	put_number(dict, "late_count", facts->late_count);
	put_text(dict, "reason", facts->reason, CLEAN_NAME_MOST);
	put_choice(dict, reasons, G_N_ELEMENTS(reasons), facts->reason);
	put_text(dict, "complainer", facts->complainer, CLEAN_NAME_MOST);
	put_choice(dict, complainers, G_N_ELEMENTS(complainers),
		facts->complainer);
	put_text(dict, "complainer_reason", facts->complainer_reason,
		CLEAN_SUBJECT_MOST);
	put_text(dict, "priority", facts->priority, CLEAN_NAME_MOST);
	put_text(dict, "type", facts->type, CLEAN_NAME_MOST);
	put_text(dict, "cause", facts->cause, CLEAN_NAME_MOST);
	put_text(dict, "tags", facts->tags, CLEAN_SUBJECT_MOST);
	put_flag(dict, "vip", facts->vip);
	put_flag(dict, "unproven", facts->unproven);
}

void staff_put(MustacheValue *dict, const ReplyFacts *facts, const Clock *clock)
{
	put_singles(dict, facts);
	put_time(dict, "due_time", clock, facts->due_s);
	put_customer_words(dict, facts->customer_words);
	lines_put(dict, "reason_words", "reason_word_lines",
		facts->reason_words, CLEAN_WORDS_MOST);
	lines_put(dict, "first_words", "first_word_lines", facts->first_words,
		CLEAN_ANSWER_MOST);
	put_text(dict, "first_by", facts->first_by, CLEAN_NAME_MOST);
	put_time(dict, "first_time", clock, facts->first_s);
	lines_put(dict, "second_words", "second_word_lines",
		facts->second_words, CLEAN_ANSWER_MOST);
	put_cases(dict, facts, clock);
	put_commands(dict, facts);
}
