/* The commands of agents, each with a line of help. */
#include "internal.h"

static const ReplyCommandHelp commands[] = {
	{"resolve", "",
		"your text goes out as the solution; the ticket is resolved"},
	{"reopen", "", "the ticket is open again"},
	{"note", "", "nothing is sent; your text is kept with the ticket"},
	{"update", "", "your text becomes the next follow-up"},
	{"promise", "WHEN",
		"a new time for the answer: “3 business days”, "
		"“2026-11-24 14:00”, “tomorrow 16:00”"},
	{"assign", "WHO", "who looks after the ticket from now on"},
	{"escalate", "", "the supervisor is told"},
	{"tag", "T…", "adds tags"},
	{"priority", "low|normal|high|urgent", "how much it hurries"},
	{"type", "T", "what kind of complaint it is"},
	{"cause", "C", "what went wrong"},
	{"compensate", "AMOUNT CUR",
		"records what is given, as “30 EUR”; shows what similar cases "
		"got"},
	{"canned", "NAME", "puts in a canned answer"},
	{"ask", "QUESTION",
		"the customer is asked, and reminded; the ticket waits for the "
		"answer. One line for each question"},
	{"merge", "REF", "the two tickets become one"},
	{"not-a-complaint", "", "closes the ticket; no more mail goes out"},
	{"on-behalf", "ADDRESS",
		"a complaint by telephone, letter or at the counter becomes "
		"this customer’s ticket"},
	{"address", "ADDRESS", "from now on we write to this address"},
	{"vip", "", "the customer is one to take special care of"},
	{"help", "", "this list"},
};

size_t reply_commands_length(void)
{
	return G_N_ELEMENTS(commands);
}

ReplyCommandHelp reply_commands_get(size_t index)
{
	return commands[index];
}
