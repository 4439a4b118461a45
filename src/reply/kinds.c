/* The kinds of mail that we send, by name. */
#include "internal.h"

#include <string.h>

static const struct {
	const char *name;
	bool answer; /* to one mail, at once: RFC 3834 auto-replied */
} kinds[REPLY_KINDS] = {
	[REPLY_ACK] = {"ack", true},
	[REPLY_FOLLOWUP] = {"followup", false},
	[REPLY_LATE] = {"late", false},
	[REPLY_RESOLVED] = {"resolved", false},
	[REPLY_STATUS] = {"status", true},
	[REPLY_REPLY] = {"reply", false},
	[REPLY_SURVEY] = {"survey", false},
	[REPLY_AFTERCARE] = {"aftercare", false},
	[REPLY_NEED_INFO] = {"need-info", false},
	[REPLY_ESCALATION] = {"escalation", false},
	[REPLY_BRIEFING] = {"briefing", false},
	[REPLY_NUDGE] = {"nudge", false},
	[REPLY_COMMAND_RESULT] = {"command-result", true},
	[REPLY_UNREACHABLE] = {"unreachable", false},
};

const char *reply_kind_name(enum reply_kind kind)
{
	return kinds[kind].name;
}

bool reply_kind_from_name(const char *name, enum reply_kind *ret_kind)
{
	for (int kind = 0; kind < REPLY_KINDS; kind++) {
		if (strcmp(kinds[kind].name, name) != 0)
			continue;
		*ret_kind = (enum reply_kind)kind;
		return true;
	}
	return false;
}

bool reply_kind_is_for_staff(enum reply_kind kind)
{
	return kind >= REPLY_ESCALATION;
}

bool reply_kind_is_answer(enum reply_kind kind)
{
	return kinds[kind].answer;
}
