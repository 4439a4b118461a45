/*
 * command: the lines of an agent's mail, told as orders.  Pure: a line and the
 * mailbox's rules in, an order or a sentence for the agent out.  steer.c
 * carries orders out.
 */
#ifndef REDRESS_ENGINE_COMMAND_H
#define REDRESS_ENGINE_COMMAND_H

#include <redress/engine.h>

enum command_verb {
	COMMAND_RESOLVE,
	COMMAND_REOPEN,
	COMMAND_NOTE,
	COMMAND_UPDATE,
	COMMAND_PROMISE,
	COMMAND_ASSIGN,
	COMMAND_ESCALATE,
	COMMAND_TAG,
	COMMAND_PRIORITY,
	COMMAND_TYPE,
	COMMAND_CAUSE,
	COMMAND_COMPENSATE,
	COMMAND_CANNED,
	COMMAND_ASK,
	COMMAND_MERGE,
	COMMAND_NOT_A_COMPLAINT,
	COMMAND_ON_BEHALF,
	COMMAND_ADDRESS,
	COMMAND_VIP,
	COMMAND_HELP,
};
enum { COMMAND_VERBS = COMMAND_HELP + 1 };

/* One line.  What a verb does not need is NULL or 0. */
typedef struct Command Command;
struct Command {
	enum command_verb verb;
	char *line; /* as it was written */
	/* The argument: a name, an address, a reference, a question. */
	char *word;
	GPtrArray *tags; /* char *: "late", "-late" */
	int64_t at_s;    /* when, of a promise */
	int priority;    /* 0 to 3 */
	int64_t amount_cents;
	char *currency;
	char *problem; /* a sentence: nothing is done (nullable) */
	bool conflict; /* the line is right, and the ticket is not so */
	char *result;  /* what is to be shown, once it is done (nullable) */
};

typedef struct Commands Commands;
struct Commands {
	GPtrArray *list; /* Command */
	bool refused;    /* one of them has a problem */
};
void commands_free(Commands *commands);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Commands, commands_free)

/* What the lines are read with. */
typedef struct CommandRules CommandRules;
struct CommandRules {
	const EngineMailbox *mailbox;
	const char *sender; /* "me" in #assign (nullable) */
	int64_t now_s;
};

/* lines: char *.  Reads all, and notes what does not go together. */
Commands *commands_read(const GPtrArray *lines, const CommandRules *rules);

/* The order with this verb, or NULL. */
Command *commands_find(const Commands *commands, enum command_verb verb);

/* A sentence why this command cannot be carried out; the first one stays. */
void commands_refuse(Commands *commands, Command *command, const char *format,
	...) G_GNUC_PRINTF(3, 4);

/* "low" "normal" "high" "urgent", 0 to 3. */
const char *command_priority_name(int priority);

#endif
