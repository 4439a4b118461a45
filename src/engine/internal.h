/*
 * What the files of engine/ share: the writer and its jobs, what a job has in
 * hand, and the verbs by which decisions are carried out.
 */
#ifndef REDRESS_ENGINE_INTERNAL_H
#define REDRESS_ENGINE_INTERNAL_H

#include "decide.h"

/* ---- policy.c ---------------------------------------------------------- */

const EnginePolicyOptions *policy_options(const EnginePolicy *policy);

/* The mailbox of a ticket (folded address); the first one if the mailbox has
 * left the configuration. */
const EngineMailbox *policy_mailbox_of(
	const EnginePolicy *policy, const char *folded);

bool policy_is_staff(const EngineMailbox *mailbox, const char *folded);
bool policy_is_ours(const EnginePolicy *policy, const char *folded);
/* On the mailbox's VIP list, by address or domain. */
bool policy_is_vip(const EngineMailbox *mailbox, const char *folded);
/* False for what is no address and for what is our own. */
bool policy_can_write_to(const EnginePolicy *policy, const char *address);

/* By what an address is counted: folded, without a detail, of which everybody
 * has as many as they like.  (transfer full) */
char *policy_sender_key(const char *address);

/* "user+LETTER-TOKEN@domain", or NULL where the mailbox takes no detail. */
char *policy_token_address(const EnginePolicy *policy,
	const EngineMailbox *mailbox, char letter, const char *reference);
/* The reference in a recipient's detail made with this letter, or NULL. */
char *policy_open_detail(
	const EnginePolicy *policy, char letter, const char *detail);

/* The pseudo Message-ID by which all mail of a ticket threads. */
char *policy_thread_id(const EnginePolicy *policy, const char *reference);
/* The reference in such an id, or NULL. */
char *policy_open_thread_id(const EnginePolicy *policy, const char *id);

/* ---- writer.c ---------------------------------------------------------- */

/*
 * Counts automatic mail of all tickets together: a bucket that refills.  What
 * answers a mail has one of its own, so that no acknowledgement stands behind
 * the follow-ups of an outage.
 */
typedef struct Bucket Bucket;
struct Bucket {
	double tokens;
	int64_t filled_s; /* 0: never used */
};
enum { BUCKET_ANSWERS, BUCKET_DEADLINES, BUCKETS };

/* What a job has in hand, on the writer thread, inside its savepoint. */
typedef struct Context Context;
struct Context {
	Store *store;
	EnginePolicy *policy;
	Bucket *buckets;         /* BUCKETS of them */
	int hand_over;           /* hand_over.c's file, -1: none is kept */
	GPtrArray *observations; /* Observation, published after the commit */
	bool wake;               /* outbox rows or deadlines were added */
};

typedef struct Writer Writer;
typedef bool (*writer_run)(Context *context, void *user, GError **error);

/* hand_over: (transfer none), outlives the writer; -1: none. */
Writer *writer_new(const EngineOptions *options, int hand_over, GError **error);
void writer_free(Writer *writer);
void writer_set_policy(Writer *writer, EnginePolicy *policy);
EnginePolicy *writer_get_policy(Writer *writer);
EngineStatistics writer_statistics(Writer *writer);

/*
 * What a power cut may undo.  Not a mail that was answered with 250, nor a
 * word given; but of the steps of an outgoing mail it may, since what it takes
 * back is sent again with its Message-ID, as after a power cut it is anyhow.
 * A batch without any other job does not wait for the disk.
 */
enum writer_job {
	WRITER_MAIL,
	WRITER_CHANGE,
	WRITER_STEP,
};

/* Runs a job in a savepoint and waits for the commit that carries it. */
bool writer_submit(Writer *writer, enum writer_job kind, writer_run run,
	void *user, GError **error);

struct Engine {
	Writer *writer;
	int hand_over; /* -1: none is kept */
};

/* ---- hand_over.c -------------------------------------------------------- */

/* -1 on failure. */
int hand_over_open(const char *path, GError **error);
bool hand_over_note(int file, int64_t row, bool given);
bool hand_over_noted(int file, int64_t row);

/* ---- observe.c --------------------------------------------------------- */

typedef struct Cause Cause;
typedef struct Observation Observation;

/* Writes an event row, and keeps it to be observed after the commit. */
typedef struct EventOptions EventOptions;
struct EventOptions {
	const StoreTicket *ticket; /* (nullable) */
	int64_t message_id;        /* row, 0: none */
	int64_t outbox_id;         /* row, 0: none */
	int64_t at;
	const char *what;
	const char *actor;
	const char *detail;   /* (nullable) */
	const char *mail_id;  /* Message-ID, for the log (nullable) */
	const char *queue_id; /* for the log (nullable) */
};
bool event_add(Context *context, const EventOptions *options, GError **error);

/* What happened to a ticket, in the name of who caused it. */
EventOptions event_of_cause(const StoreTicket *ticket, const Cause *cause,
	const char *what, int64_t now_s);

void observations_publish(GPtrArray *observations,
	void (*observed)(const EngineObservation *, void *), void *user);
GPtrArray *observations_new(void);

/* ---- match.c ----------------------------------------------------------- */

/* Which ticket a mail belongs to, and by what; *ret_ticket NULL: none. */
typedef struct Match Match;
struct Match {
	StoreTicket *ticket;
	const char *by; /* "token", "references", "subject" */
	/* The ticket that it speaks of and is not added to, for it is over or
	 * the mail only passes on a mail of it; "": none. */
	char apart[BASE_REFERENCE_LENGTH + 1];
	const char *odd; /* the event that flags it (nullable) */
};
bool match_mail(Context *context, const EngineMail *mail, const char *detail,
	Match *ret_match, GError **error);

/* The ticket that somebody names; NOT_FOUND: there is none.
 * (transfer full) */
StoreTicket *match_reference(
	Context *context, const char *reference, GError **error);

/* ---- receive.c --------------------------------------------------------- */

/* The row of a mail, and the ids by which its ticket is found. */
typedef struct RecordOptions RecordOptions;
struct RecordOptions {
	const EngineMail *mail;
	const char *mailbox_folded;
	const char *dedupe;
	GBytes *packed;
	const char *guard; /* (nullable) */
	bool participant;
	int64_t ticket_id;    /* 0: none */
	const char *agent;    /* folded (nullable) */
	const char *own_text; /* NULL: the analysis' */
	bool internal;
};
bool receive_record(Context *context, const RecordOptions *options,
	int64_t *ret_id, GError **error);

/* Whether a mail with this key is in the store already. */
bool receive_knows(
	Context *context, const char *dedupe, bool *ret_known, GError **error);

/* With a new reference. */
bool receive_insert_ticket(
	Context *context, StoreTicket *ticket, GError **error);

/* ---- apply.c ----------------------------------------------------------- */

/* Who did what, for the event rows of a decision. */
struct Cause {
	const char *actor;
	const char *detail;  /* of the main event (nullable) */
	int64_t message_id;  /* row of the mail, 0: none */
	const char *mail_id; /* its Message-ID (nullable) */
	const char *queue_id;
	const char *resolution;      /* the agent's words (nullable) */
	const GPtrArray *references; /* of the mail (nullable) */
	const Analysis *analysis;    /* of the customer's mail (nullable) */
	/* The agent's words and files for the customer (nullable). */
	const char *words;
	const GPtrArray *attachments;
};

/* Carries a decision out on a ticket that is in the store; changes *ticket. */
bool apply_decision(Context *context, StoreTicket *ticket,
	const Decision *decision, const Cause *cause, int64_t now_s,
	GError **error);

/* Facts for decide, read from the store; ticket may be NULL. */
bool apply_gather(Context *context, const StoreTicket *ticket,
	const char *mailbox_folded, int64_t now_s, DecideFacts *ret_facts,
	GError **error);

/* ---- terms.c ----------------------------------------------------------- */

/* What is promised for a ticket, in the store or not yet; lives as long as the
 * policy. */
bool terms_of(Context *context, const StoreTicket *ticket,
	const EngineTerms **ret_terms, GError **error);

/* ---- notice.c: mail to the team ----------------------------------------- */

/* The supervisor hears: reason as ReplyFacts.reason of an escalation; words: of
 * whoever gave it (nullable).  With no supervisor, or once the day's share is
 * used up, an event says so. */
bool notice_escalate(Context *context, const StoreTicket *ticket,
	const Cause *cause, const char *reason, const char *words,
	int64_t old_promised_s, int64_t now_s, GError **error);

/* The agents get a briefing, if the team wants one of such tickets; reason as
 * in ReplyFacts. */
bool notice_brief(Context *context, const StoreTicket *ticket,
	const Cause *cause, const char *reason, int64_t now_s, GError **error);

/* The agents hear that a word to the customer is due then; reason as in
 * ReplyFacts. */
bool notice_nudge(Context *context, const StoreTicket *ticket,
	const Cause *cause, const char *reason, int64_t due_s, int64_t now_s,
	GError **error);

/* Who is to be reminded of a ticket: the assignee if that is an agent's
 * address, else all agents.  (transfer container) */
GPtrArray *notice_agents_of(
	const EngineMailbox *mailbox, const StoreTicket *ticket);

/* ---- similar.c: tickets that resemble each other ------------------------ */

/* The distinct words of a matter, folded, separated by spaces, not too many;
 * both may be NULL.  (transfer full) */
char *similar_words(const char *subject, const char *text);

/* Keeps the words of a new ticket. */
bool similar_record(Context *context, const StoreTicket *ticket,
	const char *text, GError **error);

/* Solved ones of the mailbox, the most alike first.
 * (element-type StoreTicket) */
bool similar_find(Context *context, const StoreTicket *ticket, const char *text,
	unsigned most, GPtrArray **ret_tickets, GError **error);

/* ---- customer.c -------------------------------------------------------- */

typedef struct CustomerFacts CustomerFacts;
struct CustomerFacts {
	const Analysis *analysis;
	unsigned tickets; /* of a month, with this one */
	unsigned demands; /* for compensation, with this one; 0: not now */
	bool vip;
};

typedef struct CustomerJudgement CustomerJudgement;
struct CustomerJudgement {
	enum analysis_complainer complainer;
	char *reason; /* (transfer full) (nullable) */
	int urgency, priority;
};

/* Pure. */
CustomerJudgement customer_judge(const CustomerFacts *facts);

/* Fills what is thought of a customer in a ticket that is not in the store
 * yet, and in one that is. */
bool customer_judge_opening(Context *context, const EngineMailbox *mailbox,
	const Analysis *analysis, int64_t now_s, StoreTicket *ticket,
	GError **error);
bool customer_judge_addition(Context *context, const EngineMailbox *mailbox,
	const Analysis *analysis, int64_t now_s, StoreTicket *ticket,
	GError **error);

/* On the list of the configuration or of the store. */
bool customer_is_vip(Context *context, const EngineMailbox *mailbox,
	const StoreTicket *ticket, bool *ret_vip, GError **error);

bool customer_is_sure_of_language(const Analysis *analysis);
bool customer_choose_language(Context *context, const EngineMailbox *mailbox,
	const Analysis *analysis, StoreTicket *ticket, GError **error);
void customer_follow_language(const Context *context,
	const EngineMailbox *mailbox, const Analysis *analysis,
	StoreTicket *ticket);

/* ---- conversation.c ---------------------------------------------------- */

/* Whether this address takes part in it. */
bool conversation_includes(Context *context, const StoreTicket *ticket,
	const char *address, bool *ret_includes, GError **error);

/* Keeps the ids by which the ticket is to be found. */
bool conversation_record(Context *context, int64_t ticket_id,
	const Analysis *analysis, bool participant, GError **error);

/* Takes over what Outlook threads by. */
void conversation_follow(StoreTicket *ticket, const Analysis *analysis);

/* *ret_what: the event that flags a mail before it is added, or NULL. */
bool conversation_examine(Context *context, const StoreTicket *ticket,
	const Analysis *analysis, int64_t now_s, const char **ret_what,
	GError **error);

/* ---- send.c ------------------------------------------------------------ */

/* Composes and queues one mail; *ret_outbox_id is its row. */
typedef struct SendOptions SendOptions;
struct SendOptions {
	const StoreTicket *ticket;
	const EngineMailbox *mailbox;
	enum reply_kind kind;
	bool automatic;
	bool reopened;
	int64_t old_promised_s;
	const char *resolution;
	const GPtrArray *references;
	/* What the ticket does not tell: words, reason, commands, ...; only
	 * those members are read (nullable). */
	const ReplyFacts *more;
	/* Who gets it (NULL: the customer, or of mail to staff the supervisor),
	 * and what mail to staff answers (NULL: the customer's last mail). */
	const char *recipient;
	const char *in_reply_to;
	const GPtrArray *attachments; /* MessageAttachment (nullable) */
	int64_t now_s;
};
bool send_mail(Context *context, const SendOptions *options,
	int64_t *ret_outbox_id, GError **error);

/* Whether the mail can be composed at all; INVALID says why not. */
bool send_try(Context *context, const SendOptions *options, GError **error);

/* A canned answer with the ticket's facts.  (transfer full) */
char *send_canned(Context *context, const SendOptions *options,
	const char *name, GError **error);

/* ---- promises.c -------------------------------------------------------- */

/* Rows for the times that a mail to the customer tells. */
bool promises_record(Context *context, const SendOptions *options,
	int64_t outbox_id, const ReplyTold *told, GError **error);

/* What the decision, which is in the ticket already, makes of open promises. */
bool promises_settle(Context *context, const StoreTicket *ticket,
	const Decision *decision, bool was_settled, int64_t now_s,
	GError **error);

#endif
