#include "command.h"

#include <string.h>

enum {
	WORD_MOST = 200, /* characters of an argument that is kept */
	TAG_MOST = 40,
	TAGS_MOST = 20,
	QUESTION_MOST = 500,
	QUESTIONS_MOST = 20,
	DIGITS_MOST = 9, /* of an amount, before the point */
};

static void command_free(void *data)
{
	Command *command = data;

	g_free(command->line);
	g_free(command->word);
	g_clear_pointer(&command->tags, g_ptr_array_unref);
	g_free(command->currency);
	g_free(command->problem);
	g_free(command->result);
	g_free(command);
}

void commands_free(Commands *commands)
{
	if (!commands)
		return;
	g_ptr_array_unref(commands->list);
	g_free(commands);
}

void commands_refuse(
	Commands *commands, Command *command, const char *format, ...)
{
	va_list arguments;

	commands->refused = true;
	if (command->problem)
		return;
	va_start(arguments, format);
	command->problem = g_strdup_vprintf(format, arguments);
	va_end(arguments);
}

Command *commands_find(const Commands *commands, enum command_verb verb)
{
	for (guint i = 0; i < commands->list->len; i++) {
		Command *command = commands->list->pdata[i];
		if (command->verb == verb)
			return command;
	}
	return NULL;
}

/* ---- arguments --------------------------------------------------------- */

typedef struct Reading Reading;
struct Reading {
	Commands *commands;
	const CommandRules *rules;
	Command *command;
	const char *argument; /* stripped, perhaps "" */
};

#define refuse(reading, ...)                                                   \
	commands_refuse((reading)->commands, (reading)->command, __VA_ARGS__)

static void read_nothing(Reading *reading)
{
	if (*reading->argument)
		refuse(reading,
			"This command takes nothing behind it; words for the "
			"customer stand on lines of their own.");
}

/* "mari@example.com", "<mari@example.com>", "mailto:..." as clients make of
 * it, "mari@example.com <mailto:mari@example.com>". */
static char *read_address(const char *text)
{
	g_autofree char *bare = g_strdup(text);
	char *open = strchr(bare, '<');

	if (open) {
		char *close = strchr(open, '>');
		if (close)
			*close = '\0';
		/* The words before it may be the address itself. */
		if (open > bare && strchr(bare, '@') &&
			strchr(bare, '@') < open)
			*open = '\0';
		else
			memmove(bare, open + 1, strlen(open + 1) + 1);
	}
	g_strstrip(bare);
	if (g_ascii_strncasecmp(bare, "mailto:", 7) == 0)
		memmove(bare, bare + 7, strlen(bare + 7) + 1);
	return reply_can_address(bare) && strchr(bare, '@')
		       ? g_steal_pointer(&bare)
		       : NULL;
}

static void read_an_address(Reading *reading)
{
	reading->command->word = read_address(reading->argument);
	if (!reading->command->word)
		refuse(reading, "\"%.*s\" is no mail address.", WORD_MOST,
			reading->argument);
}

/* Without one: of the mail that is passed on. */
static void read_perhaps_address(Reading *reading)
{
	if (*reading->argument)
		read_an_address(reading);
}

/* On and off: "#vip", "#vip off". */
static void read_switch(Reading *reading)
{
	static const char *const words[] = {"", "on", "yes", "off", "no"};

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		if (g_ascii_strcasecmp(reading->argument, words[i]) != 0)
			continue;
		reading->command->word = g_strdup(i < 3 ? "on" : "off");
		return;
	}
	refuse(reading, "Write #vip, or #vip off.");
}

static void read_when(Reading *reading)
{
	g_autoptr(GError) error = NULL;

	if (!*reading->argument) {
		refuse(reading,
			"Say when: \"#promise 3 business days\", \"#promise "
			"2026-11-24 14:00\", \"#promise tomorrow 16:00\".");
		return;
	}
	if (!promise_when_parse(reading->rules->mailbox->calendar,
		    reading->argument, reading->rules->now_s,
		    &reading->command->at_s, &error))
		refuse(reading, "%s", error->message);
}

/* An agent by address, by the part before the "@", or "me". */
static const char *find_agent(const CommandRules *rules, const char *who)
{
	g_autofree char *folded = base_address_fold(who);
	const char *found = NULL;

	if (g_ascii_strcasecmp(who, "me") == 0)
		return rules->sender;
	for (size_t i = 0; rules->mailbox->staff && rules->mailbox->staff[i];
		i++) {
		const char *address = rules->mailbox->staff[i];
		g_autofree char *other = base_address_fold(address);
		size_t local = strcspn(other, "@");

		if (strcmp(other, folded) == 0)
			return address;
		if (strlen(folded) == local &&
			strncmp(other, folded, local) == 0)
			found = found ? "" : address;
	}
	return found && *found ? found : NULL;
}

static void read_agent(Reading *reading)
{
	g_autofree char *address = read_address(reading->argument);
	const char *agent =
		*reading->argument
			? find_agent(reading->rules,
				  address ? address : reading->argument)
			: NULL;

	if (agent)
		reading->command->word = g_strdup(agent);
	else
		refuse(reading,
			"\"%.*s\" is nobody of the team; write one of its "
			"addresses, or \"me\".",
			WORD_MOST, reading->argument);
}

static bool is_tag(const char *tag)
{
	const char *p = tag;

	if (!*p || g_utf8_strlen(tag, -1) > TAG_MOST)
		return false;
	for (; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		if (!g_unichar_isalnum(c) && !strchr("-_./:", (int)(guchar)*p))
			return false;
	}
	return true;
}

static void read_tags(Reading *reading)
{
	g_auto(GStrv) words = g_strsplit_set(reading->argument, " ,\t", -1);

	reading->command->tags = g_ptr_array_new_with_free_func(g_free);
	for (char **word = words; *word; word++) {
		bool removes = **word == '-';
		const char *bare = *word + removes + (word[0][removes] == '#');

		if (!**word)
			continue;
		g_autofree char *tag = g_utf8_strdown(bare, -1);
		if (!is_tag(tag)) {
			refuse(reading,
				"\"%.*s\" is no tag: letters, figures and - _ "
				". / : up to %d of them.",
				WORD_MOST, *word, TAG_MOST);
			return;
		}
		g_ptr_array_add(reading->command->tags,
			g_strconcat(removes ? "-" : "", tag, NULL));
	}
	if (!reading->command->tags->len ||
		reading->command->tags->len > TAGS_MOST)
		refuse(reading, "Write one to %d tags: \"#tag late parcel\".",
			TAGS_MOST);
}

static const char *const priorities[] = {"low", "normal", "high", "urgent"};

const char *command_priority_name(int priority)
{
	return priorities[CLAMP(priority, 0, 3)];
}

static void read_priority(Reading *reading)
{
	for (size_t i = 0; i < G_N_ELEMENTS(priorities); i++) {
		if (g_ascii_strcasecmp(reading->argument, priorities[i]) != 0)
			continue;
		reading->command->priority = (int)i;
		return;
	}
	refuse(reading, "The priority is low, normal, high or urgent.");
}

static void read_word(Reading *reading)
{
	if (*reading->argument &&
		g_utf8_strlen(reading->argument, -1) <= WORD_MOST)
		reading->command->word = g_strdup(reading->argument);
	else
		refuse(reading, "Write up to %d characters behind it.",
			WORD_MOST);
}

/* "30", "30.50", "30,50", "1 200.00": hundredths; -1: none. */
static int64_t read_amount(const char *text)
{
	int64_t cents = 0;
	int digits = 0, decimals = -1;

	for (; *text; text++) {
		if (g_ascii_isdigit(*text)) {
			cents = cents * 10 + (*text - '0');
			decimals += decimals >= 0;
			digits += decimals < 0;
		} else if ((*text == '.' || *text == ',') && decimals < 0) {
			decimals = 0;
		} else {
			return -1;
		}
		if (digits > DIGITS_MOST || decimals > 2)
			return -1;
	}
	for (int i = MAX(decimals, 0); i < 2; i++)
		cents *= 10;
	return digits && decimals != 0 && cents ? cents : -1;
}

static bool is_currency(const char *text)
{
	return strlen(text) == 3 && g_ascii_isalpha(text[0]) &&
	       g_ascii_isalpha(text[1]) && g_ascii_isalpha(text[2]);
}

static void read_compensation(Reading *reading)
{
	g_auto(GStrv) words = g_strsplit_set(reading->argument, " \t", 3);
	Command *command = reading->command;

	if (g_strv_length(words) == 2 && is_currency(words[0])) {
		char *currency = words[0];
		words[0] = words[1];
		words[1] = currency;
	}
	if (g_strv_length(words) == 2 && is_currency(words[1]))
		command->amount_cents = read_amount(words[0]);
	if (command->amount_cents > 0)
		command->currency = g_ascii_strup(words[1], -1);
	else
		refuse(reading, "Write an amount and a currency: \"#compensate "
				"30 EUR\", \"#compensate 12.50 USD\".");
}

/* One line, without what could end it or move the cursor. */
static char *clean_question(const char *text)
{
	GString *clean = g_string_new(NULL);

	for (; *text; text = g_utf8_next_char(text)) {
		gunichar c = g_utf8_get_char(text);
		bool blank = g_unichar_isspace(c) || g_unichar_iscntrl(c);

		if (!blank)
			g_string_append_unichar(clean, c);
		else if (clean->len && clean->str[clean->len - 1] != ' ')
			g_string_append_c(clean, ' ');
	}
	return g_strchomp(g_string_free(clean, FALSE));
}

static bool says_anything(const char *text)
{
	for (; *text; text = g_utf8_next_char(text))
		if (g_unichar_isalnum(g_utf8_get_char(text)))
			return true;
	return false;
}

/* "#ask #resolve": somebody forgot the question. */
static bool begins_as_command(const char *text)
{
	return text[0] == '#' && g_ascii_isalpha(text[1]);
}

static void read_question(Reading *reading)
{
	g_autofree char *question = clean_question(reading->argument);

	if (!says_anything(question) || begins_as_command(question))
		refuse(reading, "Write the question behind it, on the same "
				"line: \"#ask Which colour did you order?\".");
	else if (g_utf8_strlen(question, -1) > QUESTION_MOST)
		refuse(reading,
			"A question has up to %d characters; put what is more "
			"into your own words.",
			QUESTION_MOST);
	else
		reading->command->word = g_steal_pointer(&question);
}

static void read_reference(Reading *reading)
{
	g_autofree char *bare = g_strdup(reading->argument);

	/* "[#7K3F-92QX]" as it stands in subjects. */
	g_strdelimit(bare, "[]#", ' ');
	g_strstrip(bare);
	reading->command->word = base_reference_parse(bare);
	if (!reading->command->word)
		refuse(reading,
			"\"%.*s\" is no ticket's reference, which looks like "
			"7K3F-92QX.",
			WORD_MOST, reading->argument);
}

/* ---- lines ------------------------------------------------------------- */

static const struct {
	const char *name;
	void (*read)(Reading *reading);
} verbs[] = {
	[COMMAND_RESOLVE] = {"resolve", read_nothing},
	[COMMAND_REOPEN] = {"reopen", read_nothing},
	[COMMAND_NOTE] = {"note", read_nothing},
	[COMMAND_UPDATE] = {"update", read_nothing},
	[COMMAND_PROMISE] = {"promise", read_when},
	[COMMAND_ASSIGN] = {"assign", read_agent},
	[COMMAND_ESCALATE] = {"escalate", read_nothing},
	[COMMAND_TAG] = {"tag", read_tags},
	[COMMAND_PRIORITY] = {"priority", read_priority},
	[COMMAND_TYPE] = {"type", read_word},
	[COMMAND_CAUSE] = {"cause", read_word},
	[COMMAND_COMPENSATE] = {"compensate", read_compensation},
	[COMMAND_CANNED] = {"canned", read_word},
	[COMMAND_ASK] = {"ask", read_question},
	[COMMAND_MERGE] = {"merge", read_reference},
	[COMMAND_NOT_A_COMPLAINT] = {"not-a-complaint", read_nothing},
	[COMMAND_ON_BEHALF] = {"on-behalf", read_perhaps_address},
	[COMMAND_ADDRESS] = {"address", read_an_address},
	[COMMAND_VIP] = {"vip", read_switch},
	[COMMAND_HELP] = {"help", read_nothing},
};
G_STATIC_ASSERT(G_N_ELEMENTS(verbs) == COMMAND_VERBS);

static bool find_verb(const char *line, enum command_verb *ret_verb)
{
	size_t length = strcspn(line + 1, " \t");

	for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++) {
		if (strlen(verbs[i].name) != length ||
			g_ascii_strncasecmp(line + 1, verbs[i].name, length))
			continue;
		*ret_verb = (enum command_verb)i;
		return true;
	}
	return false;
}

static void read_line(
	Commands *commands, const CommandRules *rules, const char *line)
{
	Command *command = g_new0(Command, 1);

	g_ptr_array_add(commands->list, command);
	command->line = g_strdup(line);
	command->verb = COMMAND_HELP;
	if (*line != '#' || !find_verb(line, &command->verb)) {
		commands_refuse(commands, command, "There is no such command.");
		return;
	}
	g_autofree char *argument =
		g_strdup(line + 1 + strlen(verbs[command->verb].name));
	Reading reading = {
		.commands = commands,
		.rules = rules,
		.command = command,
		.argument = g_strstrip(argument),
	};
	verbs[command->verb].read(&reading);
}

/* ---- what does not go together ----------------------------------------- */

static const struct {
	enum command_verb one, other;
	const char *why;
} contradictions[] = {
	{COMMAND_RESOLVE, COMMAND_REOPEN,
		"A ticket is resolved or reopened, not both."},
	{COMMAND_RESOLVE, COMMAND_NOTE,
		"With #note nothing is sent, with #resolve the text is: write "
		"two mails."},
	{COMMAND_RESOLVE, COMMAND_UPDATE,
		"What is resolved has no next follow-up: leave one out."},
	{COMMAND_RESOLVE, COMMAND_PROMISE,
		"What is resolved needs no promise: leave one out."},
	{COMMAND_RESOLVE, COMMAND_NOT_A_COMPLAINT,
		"What is no complaint is not resolved: leave one out."},
	{COMMAND_NOTE, COMMAND_UPDATE,
		"With #note the customer reads nothing, with #update the text: "
		"write two mails."},
	{COMMAND_NOTE, COMMAND_CANNED,
		"With #note nothing is sent, with #canned something is: write "
		"two mails."},
	{COMMAND_UPDATE, COMMAND_CANNED,
		"Write the update in your own words, or send the canned "
		"answer."},
	{COMMAND_UPDATE, COMMAND_NOT_A_COMPLAINT,
		"What is no complaint has no next follow-up: leave one out."},
	{COMMAND_PROMISE, COMMAND_NOT_A_COMPLAINT,
		"What is no complaint needs no promise: leave one out."},
	{COMMAND_REOPEN, COMMAND_NOT_A_COMPLAINT,
		"A ticket is reopened or set aside, not both."},
	{COMMAND_MERGE, COMMAND_RESOLVE,
		"The other ticket goes on for this one: resolve that one."},
	{COMMAND_MERGE, COMMAND_REOPEN,
		"The other ticket goes on for this one: leave #reopen out."},
	{COMMAND_MERGE, COMMAND_PROMISE,
		"The other ticket goes on for this one: promise it there."},
	{COMMAND_MERGE, COMMAND_NOT_A_COMPLAINT,
		"A ticket is merged or set aside, not both."},
	{COMMAND_MERGE, COMMAND_ADDRESS,
		"Correct the address first, then merge."},
	{COMMAND_RESOLVE, COMMAND_ASK,
		"What is resolved waits for no answer: leave one out."},
	{COMMAND_PROMISE, COMMAND_ASK,
		"While the customer is asked nothing is promised: the time "
		"for our answer begins anew with theirs."},
	{COMMAND_NOTE, COMMAND_ASK,
		"With #note nothing is sent, with #ask the questions are: "
		"write two mails."},
	{COMMAND_UPDATE, COMMAND_ASK,
		"Who is asked gets no follow-up: leave #update out, and your "
		"words stand above the questions."},
	{COMMAND_NOT_A_COMPLAINT, COMMAND_ASK,
		"What is no complaint waits for no answer: leave one out."},
	{COMMAND_MERGE, COMMAND_ASK,
		"The other ticket goes on for this one: ask there."},
	{COMMAND_ON_BEHALF, COMMAND_ASK,
		"Open the ticket first, then ask on it."},
};

static void find_contradictions(Commands *commands)
{
	for (size_t i = 0; i < G_N_ELEMENTS(contradictions); i++) {
		Command *one = commands_find(commands, contradictions[i].one);
		Command *other =
			commands_find(commands, contradictions[i].other);
		if (one && other)
			commands_refuse(
				commands, other, "%s", contradictions[i].why);
	}
}

/* Once is what it is; of these there may be more. */
static bool may_repeat(enum command_verb verb)
{
	return verb == COMMAND_TAG || verb == COMMAND_COMPENSATE ||
	       verb == COMMAND_ASK;
}

static void find_repetitions(Commands *commands)
{
	for (guint i = 0; i < commands->list->len; i++) {
		Command *command = commands->list->pdata[i];
		Command *first = commands_find(commands, command->verb);

		if (first != command && !command->problem &&
			!may_repeat(command->verb))
			commands_refuse(commands, command,
				"This command stands here twice.");
	}
}

/* So many that a customer can still answer them. */
static void count_questions(Commands *commands)
{
	unsigned count = 0;

	for (guint i = 0; i < commands->list->len; i++) {
		Command *command = commands->list->pdata[i];
		if (command->verb == COMMAND_ASK && ++count > QUESTIONS_MOST)
			commands_refuse(commands, command,
				"These are more than %d questions.",
				QUESTIONS_MOST);
	}
}

Commands *commands_read(const GPtrArray *lines, const CommandRules *rules)
{
	Commands *commands = g_new0(Commands, 1);

	commands->list = g_ptr_array_new_with_free_func(command_free);
	for (guint i = 0; i < lines->len; i++)
		read_line(commands, rules, lines->pdata[i]);
	find_contradictions(commands);
	find_repetitions(commands);
	count_questions(commands);
	return commands;
}
