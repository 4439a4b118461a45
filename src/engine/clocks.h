/*
 * clocks: what starts, pauses, resets and ends each deadline of a ticket.  One
 * table, which redress.conf(5) shows.  Pure.
 */
#ifndef REDRESS_ENGINE_CLOCKS_H
#define REDRESS_ENGINE_CLOCKS_H

#include "decide.h"

enum clock_event {
	CLOCK_OPENED,
	CLOCK_SILENT,       /* it is no person's, or nobody can be written to */
	CLOCK_UPDATED,      /* acknowledgement, follow-up, status: a word */
	CLOCK_LATE,         /* the answer will be late, with a new time */
	CLOCK_LATE_LAST,    /* likewise, and only a person names a new one */
	CLOCK_SETTLES_LATE, /* the whole matter will be, with a new time */
	CLOCK_SETTLES_LATE_LAST,
	CLOCK_ANSWERED, /* by an agent */
	CLOCK_PROMISED, /* an agent names a time */
	CLOCK_ASKED,    /* the customer is */
	CLOCK_REMINDED,
	CLOCK_LETTER,
	CLOCK_WROTE,   /* the customer, on an open ticket */
	CLOCK_STEERED, /* by an agent: another policy may apply */
	CLOCK_REPLIED, /* the customer, to what was asked */
	CLOCK_RESOLVED,
	CLOCK_REOPENED,
	CLOCK_CLOSED, /* or no complaint, or merged into another */
	CLOCK_MERGED_IN,
	CLOCK_ESCALATED,
	CLOCK_BOUNCED,     /* the customer's address is dead */
	CLOCK_SPOKE_AGAIN, /* who could not be written to writes */
};
enum { CLOCK_EVENTS = CLOCK_SPOKE_AGAIN + 1 };

enum clock_act {
	CLOCK_KEEPS,
	CLOCK_STARTS, /* unless it runs */
	CLOCK_RESETS, /* anew from now */
	CLOCK_PAUSES,
	CLOCK_GOES_ON, /* with what was left */
	CLOCK_ENDS,
};

/* As the manual says it. */
const char *clocks_event_name(enum clock_event event);
const char *clocks_act_name(enum clock_act act);

/* STORE_DEADLINE_NUDGE follows the others: decide_nudge_at(). */
enum clock_act clocks_act(enum clock_event event, enum store_deadline kind);

/* Sets what of a decision's deadlines and promised times the event moves. */
void clocks_turn(
	Decision *decision, const DecideFacts *facts, enum clock_event event);

/* When to look whether what is promised for that time will be kept:
 * late_notice before, yet not in the first three quarters of what is shorter
 * than that. */
int64_t clocks_look_at(const DecideFacts *facts, int64_t promised_by);

#endif
