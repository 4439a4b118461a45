/*
 * decide: what is owed, to whom, by when.  Pure: facts and an event in, a
 * decision out; no store, no clock.  apply.c carries decisions out.
 */
#ifndef REDRESS_ENGINE_DECIDE_H
#define REDRESS_ENGINE_DECIDE_H

#include <redress/engine.h>

/* A customer who rates us so, or worse, is not satisfied. */
enum { DECIDE_RATING_POOR = 2 };

/* What is known when something happens.  All pointers (transfer none). */
typedef struct DecideFacts DecideFacts;
struct DecideFacts {
	int64_t now_s;
	const EngineMailbox *mailbox;
	const EngineTerms *terms;  /* what is promised for this ticket */
	const StoreTicket *ticket; /* NULL: the mail belongs to none */
	/* Spreads follow-ups over time; NULL: the ticket's reference does. */
	const char *seed;
	bool speaks_of_ticket; /* that it is not added to, for it is over */
	bool from_participant; /* the sender takes part in the ticket */
	bool to_staff;         /* what bounced was not for the customer */
	bool promise_told;     /* a mail told the ticket's promised time */
	bool settlement_told;  /* likewise, when it is to be settled */
	bool no_acknowledge;
	bool no_address; /* nobody to whom a mail can be written */
	unsigned acks_to_sender_today;
	unsigned automatic_on_thread_today;
	unsigned automatic_to_customer_today; /* on all their tickets */
	unsigned letters_to_customer_today;   /* likewise */
	bool escalated_today;                 /* on this ticket */
	bool threat_told_today;               /* likewise */
	bool rating_told_today;               /* likewise */
	int64_t follow_up_at; /* the next one of the ticket; 0: none */
	int64_t settle_at;    /* when that time is looked at; 0: never */
	unsigned acks_per_sender_most;
	unsigned automatic_per_thread_most;
	unsigned automatic_per_customer_most; /* 0: no cap */
};

enum decide_record {
	DECIDE_ALONE, /* recorded without a ticket */
	DECIDE_OPEN,
	DECIDE_ADD,
	DECIDE_PASS, /* not ours: nothing is written */
};

/* A deadline that stays as it is. */
enum { DECIDE_KEEP = -1 };

typedef struct Decision Decision;
struct Decision {
	enum decide_record record;
	const char *what;       /* the event's name */
	enum store_state state; /* of the ticket, afterwards */
	bool send;              /* mail to the customer ... */
	enum reply_kind mail;   /* ... of this kind */
	bool automatic;         /* counted by the backstops */
	const char *guard;      /* why none is sent (nullable) */
	const char *quiet;      /* from now on no automatic mail (nullable) */
	bool unquiet;           /* automatic mail may be sent again */
	bool spoken;            /* the customer hears by somebody else's mail */
	bool reopened;
	bool late;            /* one more missed promise */
	bool settlement_late; /* that of the whole matter is missed */
	/* Times that the customer was told, and which hold no more; 0: none. */
	int64_t old_promised_s, old_settle_by;
	bool reminded;           /* once more of what was asked */
	bool unanswered;         /* it ends because nothing was answered */
	bool resumed;            /* what was asked is answered: it goes on */
	int64_t letters_until_s; /* the letters due by then are done ... */
	const char *letter_name; /* ... and this one is mailed (nullable) */
	/* The supervisor hears: a reason of ReplyFacts or "unreachable", and
	 * the words that gave it (nullable). */
	const char *escalate, *escalate_words;
	const char *brief; /* the team hears: "new", "reopened" (nullable) */
	const char
		*nudge; /* the agents do: "follow-up", "promise" (nullable) */
	int64_t nudge_due_s;
	bool solved;                /* the customer says so */
	bool surveyed;              /* the customer is asked for a rating */
	unsigned rating;            /* that they gave; 0: none */
	const char *rating_comment; /* (nullable) */
	int64_t promised_by;        /* new promise; DECIDE_KEEP; 0: none */
	int64_t settle_by;          /* likewise, of the whole matter */
	int64_t settle_left_s;      /* while that clock stands still */
	bool settle;                /* open promises end as ... */
	bool postponed;             /* another time alone: nothing has come */
	enum store_promise_outcome outcome;
	int64_t deadlines[STORE_DEADLINES];
};

/* A mail for this mailbox; analysis is what the parser made of it. */
Decision decide_mail(const DecideFacts *facts, const Analysis *analysis);

/* A bounce of a mail of ours about the ticket. */
Decision decide_bounce(const DecideFacts *facts, bool permanent);

Decision decide_deadline(const DecideFacts *facts, enum store_deadline kind);

/* What an agent does with a ticket; the words, if there are some, are for the
 * customer. */
typedef struct DecideAnswer DecideAnswer;
struct DecideAnswer {
	bool words;
	bool direct; /* who gets them without us */
	bool ask;    /* they are questions: the ticket waits */
	bool resolve, reopen;
	bool dismiss;        /* it is no complaint, ... */
	bool goes_on;        /* ... or another ticket goes on for it */
	bool inform;         /* who has heard nothing yet */
	int64_t promised_by; /* 0: nothing is promised */
};
Decision decide_answer(const DecideFacts *facts, const DecideAnswer *answer);

/* A new ticket that an agent opens for a customer, who hears of it. */
Decision decide_on_behalf(const DecideFacts *facts);

/* A ticket that goes on for another one keeps that one's promise. */
Decision decide_take_over(const DecideFacts *facts, int64_t promised_by);

/* What is promised for a ticket: by its priority, its type, its customer. */
const EngineTerms *decide_terms(
	const EngineMailbox *mailbox, const StoreTicket *ticket, bool vip);

/* The first of the policy's letters that is not done and due after a time;
 * false if there is none. */
typedef struct DecideLetter DecideLetter;
struct DecideLetter {
	const char *name;
	int64_t due_s;
};
bool decide_letter(
	const DecideFacts *facts, int64_t after_s, DecideLetter *ret_letter);

/* The ticket's letters that are done, once those due until then are; NULL:
 * none.  (transfer full) */
char *decide_letters_done(const DecideFacts *facts, int64_t until_s);

/* Until when an answer to what was asked is waited for, if nothing comes; 0:
 * for ever. */
int64_t decide_wait_until(const EngineMailbox *mailbox,
	const EngineTerms *terms, unsigned reminders, int64_t now_s);

/*
 * When the agents are to be reminded of the next word to the customer: the
 * mailbox's time before the earlier of follow-up and promise, 0 for never. What
 * should have been before now is not made good: the word itself comes next.
 */
int64_t decide_nudge_at(const DecideFacts *facts, const StoreTicket *ticket,
	int64_t follow_up_at);

/* Whether the mail of somebody who takes part ends a settled matter, or asks
 * about it: it opens nothing, neither the ticket again nor another one. */
bool decide_concludes(const StoreTicket *ticket, const Analysis *analysis);

Decision decide_order(
	const DecideFacts *facts, enum engine_operation operation, bool silent);

#endif
