#include "internal.h"

static const char *const states[] = {
	[STORE_OPEN] = "open",
	[STORE_WAITING] = "waiting",
	[STORE_RESOLVED] = "resolved",
	[STORE_CLOSED] = "closed",
};

const char *store_state_name(enum store_state state)
{
	return states[state];
}

bool store_state_from_name(const char *name, enum store_state *ret_state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
		if (g_strcmp0(name, states[i]) == 0) {
			*ret_state = (enum store_state)i;
			return true;
		}
	}
	return false;
}

static const char *const deadlines[] = {
	[STORE_DEADLINE_FOLLOW_UP] = "follow-up",
	[STORE_DEADLINE_PROMISE] = "promise",
	[STORE_DEADLINE_CLOSE] = "close",
	[STORE_DEADLINE_NUDGE] = "nudge",
	[STORE_DEADLINE_SURVEY] = "survey",
	[STORE_DEADLINE_AFTERCARE] = "aftercare",
	[STORE_DEADLINE_SETTLE] = "settle",
	[STORE_DEADLINE_LETTER] = "letter",
	[STORE_DEADLINE_REMIND] = "remind",
};

const char *store_deadline_name(enum store_deadline kind)
{
	return deadlines[kind];
}

static const char *const outbox_states[] = {
	[STORE_OUTBOX_QUEUED] = "queued",
	[STORE_OUTBOX_LEASED] = "leased",
	[STORE_OUTBOX_UNCERTAIN] = "uncertain",
	[STORE_OUTBOX_SENT] = "sent",
	[STORE_OUTBOX_FAILED] = "failed",
	[STORE_OUTBOX_UNKNOWN] = "unknown",
	[STORE_OUTBOX_WITHDRAWN] = "withdrawn",
};

const char *store_outbox_state_name(enum store_outbox_state state)
{
	return outbox_states[state];
}
