/*
 * What the sentences of customers' mail mean.  A comment {{! slot: NAME }}
 * before a sentence says which it is, so that languages can be compared
 * without being read.
 */
#include "internal.h"

#include <string.h>

static const ReplySlot slots[] = {
	{"thanks", "we thank the customer"},
	{"regret", "we are sorry"},
	{"reference", "the ticket's reference"},
	{"about", "the subject of the complaint"},
	{"owner", "who has it"},
	{"state", "the state of the ticket, in words"},
	{"answer-time", "by when a person answers"},
	{"old-time", "the time that was promised before"},
	{"no-time", "why there is no new time yet"},
	{"settle-time", "by when all of it is to be settled"},
	{"update-time", "by when the customer hears from us next"},
	{"wait-time", "until when we wait for the customer"},
	{"update", "this mail keeps the promise to write"},
	{"next-step", "what happens next"},
	{"reason", "why: of a delay, of our questions"},
	{"history", "what has happened so far"},
	{"what-we-did", "how the matter was settled"},
	{"questions", "what we need to know"},
	{"question", "what we would like to hear from the customer"},
	{"how-to-answer", "how to answer what we ask"},
	{"how-to-add", "how to add something, and that it is welcome"},
	{"invite", "an invitation to say more"},
	{"status-word", "how to ask for the state"},
	{"rests", "what becomes of it without an answer; nothing is lost"},
	{"reopen", "any reply opens it again"},
	{"learned", "that the complaint helps us do better"},
	{"closing", "kind regards, and whose"},
	{"person-reads", "a system sent it; a person reads the reply"},
};

size_t reply_slots_length(void)
{
	return G_N_ELEMENTS(slots);
}

ReplySlot reply_slots_get(size_t index)
{
	return slots[index];
}

bool slot_is_known(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(slots); i++)
		if (strcmp(slots[i].name, name) == 0)
			return true;
	return false;
}
