/*
 * store: every SQL statement of Redress, as verbs of the domain, over the
 * driver table of db/.  A Store is one connection and belongs to one thread
 * at a time.  Times are seconds since the epoch, UTC; 0 is "none" (NULL).
 *
 * Lookups that find nothing return true and leave *ret NULL.
 */
#ifndef REDRESS_STORE_H
#define REDRESS_STORE_H

#include <redress/base.h>
#include <redress/db.h>

#define STORE_ERROR store_error_quark()
GQuark store_error_quark(void);

typedef struct Store Store;

/*
 * Opens the database.  A DB_WRITER brings the schema up to date (append-only
 * migrations, each in one transaction); every mode refuses a newer schema
 * than the program knows, and a guest or reader an older one
 * (REDRESS_ERROR_PERMANENT, saying what to do).  (transfer full)
 */
Store *store_open(const char *driver, const char *target, enum db_mode mode,
	GError **error);
void store_close(Store *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_close)

/* The schema's version that this program writes. */
int store_schema_version(void);

/* ---- transactions ------------------------------------------------------ */

bool store_begin(Store *store, bool write, GError **error);
/* See DbDriver: whether the commits from now on wait for the disk. */
bool store_set_durable(Store *store, bool durable, GError **error);
bool store_commit(Store *store, GError **error);
void store_rollback(Store *store);
bool store_in_transaction(Store *store);
bool store_savepoint(Store *store, GError **error);
bool store_release(Store *store, GError **error);
bool store_rollback_to(Store *store, GError **error);

/* Changes when another connection has committed. */
bool store_change_counter(Store *store, int64_t *ret_counter, GError **error);
bool store_backup(Store *store, const char *path, GError **error);

/* See DbDriver: who may checkpoint, and a checkpoint by who may.
 * (transfer full) */
typedef struct StoreLock StoreLock;
StoreLock *store_lock(const char *driver, const char *target, unsigned wait_ms,
	GError **error);
void store_unlock(StoreLock *lock);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreLock, store_unlock)
bool store_checkpoint(Store *store, GError **error);

/* ---- tickets ----------------------------------------------------------- */

enum store_state {
	STORE_OPEN,
	STORE_WAITING, /* for the customer */
	STORE_RESOLVED,
	STORE_CLOSED,
};
const char *store_state_name(enum store_state state);
bool store_state_from_name(const char *name, enum store_state *ret_state);

typedef struct StoreTicket StoreTicket;
struct StoreTicket {
	int64_t id;
	char *reference;
	char *mailbox; /* folded address */
	enum store_state state;
	char *subject;          /* base subject (nullable) */
	char *customer;         /* folded address */
	char *customer_address; /* as written */
	char *customer_name;    /* (nullable) */
	char *language;         /* in which the customer is answered */
	bool authenticated;     /* the opening mail was */
	int64_t opened_at;
	int64_t heard_at;    /* the customer last heard from us */
	int64_t promised_by; /* a person answers by; 0: nothing promised */
	int64_t resolved_at;
	char *quiet; /* why no automatic mail is sent (nullable) */
	unsigned late_count;
	char *assignee;          /* (nullable) */
	char *type;              /* (nullable) */
	char *complainer;        /* (nullable) */
	char *complainer_reason; /* in words (nullable) */
	char *thread_index;      /* of the customer's latest mail (nullable) */
	char *thread_topic;      /* likewise (nullable) */
	int priority;            /* 0 to 3 */
	int urgency;             /* 0 to 3 */
	char *cause;             /* as agents name it (nullable) */
	char *update_words;      /* of the next follow-up (nullable) */
	char *answered_by;       /* folded address of the agent (nullable) */
	int64_t answered_at;     /* a person last answered; 0: nobody has */
	int64_t surveyed_at;     /* the question was sent; 0: it was not */
	unsigned reopened_count;
	int64_t merged_into; /* the ticket that goes on for it; 0: none */
	/* What the customer was asked, a question a line (nullable), since
	 * when, and how often they were reminded. */
	char *questions;
	int64_t asked_at;
	unsigned reminders;
	/* By when the whole matter is to be settled (0: no time is set); while
	 * that clock stands still, the open seconds that are left of it. */
	int64_t settle_by, settle_left_s;
	char *letters; /* that are done, by name, with blanks (nullable) */
	char *policy;  /* that applied last; NULL: the mailbox's own */
	/* What the reads fill in and the writes ignore. */
	int64_t next_update_at;
	unsigned messages; /* from customers */
	unsigned mails_sent;
	char *tags; /* comma-separated (nullable) */
};

void store_ticket_free(StoreTicket *ticket);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreTicket, store_ticket_free)

/* Sets ticket->id.  CONFLICT if the reference is taken. */
bool store_ticket_insert(Store *store, StoreTicket *ticket, GError **error);
/* Writes every column that changes: all but reference, mailbox, authenticated
 * and opened_at of ticket->id. */
bool store_ticket_update(
	Store *store, const StoreTicket *ticket, GError **error);

bool store_ticket_by_id(
	Store *store, int64_t id, StoreTicket **ret_ticket, GError **error);
bool store_ticket_by_reference(Store *store, const char *reference,
	StoreTicket **ret_ticket, GError **error);
/* The ticket that knows one of these Message-IDs (char *): one in which the
 * sender (folded, nullable) takes part before others, then one that is not
 * closed, then the youngest.  Ids that were only named (ghosts) count where
 * the sender takes part. */
bool store_ticket_by_thread(Store *store, const GPtrArray *ids,
	const char *folded, StoreTicket **ret_ticket, GError **error);

/* The ticket in which the sender takes part (NULL: whoever it is) and where one
 * of these ids was named, but not seen. */
bool store_ticket_by_ghost(Store *store, const GPtrArray *ids,
	const char *folded, StoreTicket **ret_ticket, GError **error);

/* A participant is the customer and whom the customer wrote to beside us. */
bool store_participant_add(
	Store *store, int64_t ticket_id, const char *folded, GError **error);
bool store_participant_remove(
	Store *store, int64_t ticket_id, const char *folded, GError **error);
bool store_participant_known(Store *store, int64_t ticket_id,
	const char *folded, bool *ret_known, GError **error);

/* A Message-ID by which a conversation is known. */
bool store_thread_add(Store *store, int64_t ticket_id, const char *message_id,
	GError **error);
/* One that a mail of it names, but no mail has borne. */
bool store_thread_add_ghost(Store *store, int64_t ticket_id,
	const char *message_id, GError **error);

/* In which the customer's latest mail was written whose language was sure, or
 * NULL. */
bool store_customer_language(
	Store *store, const char *folded, char **ret_language, GError **error);
/* Tickets of the customer opened since. */
bool store_customer_tickets(Store *store, const char *folded, int64_t since_s,
	unsigned *ret_count, GError **error);
/* Mails of the customer's tickets that ask for compensation. */
bool store_customer_compensations(
	Store *store, const char *folded, unsigned *ret_count, GError **error);

/* Tags are folded by the caller; adding one that is there, or removing one that
 * is not, does nothing. */
bool store_tag_add(
	Store *store, int64_t ticket_id, const char *tag, GError **error);
bool store_tag_remove(
	Store *store, int64_t ticket_id, const char *tag, GError **error);

/* Participants and Message-IDs of one ticket become those of another too. */
bool store_ticket_join(
	Store *store, int64_t from_id, int64_t into_id, GError **error);

/* The words by which a ticket is found again: folded, separated by spaces.
 * Replaces those that were there. */
bool store_words_set(
	Store *store, int64_t ticket_id, const char *words, GError **error);
/* Resolved or closed tickets of a mailbox (folded) that share words (the same
 * form) with these, the most alike first; merged ones and those long past are
 * left out.  The first 64 words count; each costs, common ones most: leave out
 * what tells nothing.  (element-type StoreTicket) */
bool store_words_similar(Store *store, const char *mailbox, const char *words,
	int64_t but_not_id, unsigned most, GPtrArray **ret_tickets,
	GError **error);

typedef struct StoreTicketFilter StoreTicketFilter;
struct StoreTicketFilter {
	bool any_state;       /* else only those neither resolved nor closed */
	const char *state;    /* this one state (nullable) */
	const char *mailbox;  /* folded (nullable) */
	const char *customer; /* folded (nullable) */
	int64_t before_id;    /* for paging; 0: from the youngest */
	unsigned most;        /* rows; 0: all */
};
/* (element-type StoreTicket) youngest first */
bool store_ticket_list(Store *store, const StoreTicketFilter *filter,
	GPtrArray **ret_tickets, GError **error);

/* ---- messages ---------------------------------------------------------- */

typedef struct StoreMessage StoreMessage;
struct StoreMessage {
	int64_t id;
	int64_t ticket_id;   /* 0: recorded without a ticket */
	char *dedupe;        /* unique */
	char *kind;          /* analysis_kind_name() */
	char *guard;         /* why it was not acknowledged (nullable) */
	char *guard_detail;  /* (nullable) */
	char *message_id;    /* without brackets (nullable) */
	char *mailbox;       /* folded */
	char *sender;        /* From address (nullable) */
	char *envelope_from; /* "" for <>, NULL unknown */
	char *subject;       /* decoded (nullable) */
	char *own_text;      /* the sender's own words (nullable) */
	char *language;      /* detected (nullable) */
	char *source;        /* "milter", "ingest", ... */
	char *queue_id;      /* (nullable) */
	int64_t received_at;
	int64_t size_bytes;
	bool authenticated;
	bool asks_compensation; /* for more than the money back */
	bool language_sure;     /* the language is the mail's own */
	char *agent;            /* folded, of an agent's mail (nullable) */
	bool internal;          /* an agent's note: no customer has read it */
};

void store_message_free(StoreMessage *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreMessage, store_message_free)

/* raw: the mail as it came, already packed by store_pack().  Sets message->id.
 * CONFLICT if the dedupe key is known. */
bool store_message_insert(Store *store, StoreMessage *message,
	GBytes *packed_raw, GError **error);
bool store_message_by_dedupe(Store *store, const char *dedupe,
	StoreMessage **ret_message, GError **error);
/* Message-IDs of the ticket's first and last mail that is no agent's: what a
 * customer can know (nullable). */
bool store_message_ends(Store *store, int64_t ticket_id, char **ret_first,
	char **ret_last, GError **error);
/* The ticket's latest mail that is no agent's, or NULL. */
bool store_message_last(Store *store, int64_t ticket_id,
	StoreMessage **ret_message, GError **error);
/* When the ticket's latest mail came that is no agent's, 0 if there is none. */
bool store_message_latest(
	Store *store, int64_t ticket_id, int64_t *ret_at, GError **error);
/* (element-type StoreMessage) oldest first; ticket_id 0: those without one */
bool store_message_list(Store *store, int64_t ticket_id,
	GPtrArray **ret_messages, GError **error);
/* (element-type StoreMessage) the latest of those that are no agents', oldest
 * first */
bool store_message_list_customers(Store *store, int64_t ticket_id,
	unsigned most, GPtrArray **ret_messages, GError **error);
/* The mail as it came, byte for byte.  (transfer full) */
bool store_message_raw(
	Store *store, int64_t message_id, GBytes **ret_raw, GError **error);

/* zstd; thread safe.  Unpacking is bounded by the size that packing noted. */
GBytes *store_pack(GBytes *bytes);
GBytes *store_unpack(const void *packed, size_t length, GError **error);

/* ---- events ------------------------------------------------------------ */

typedef struct StoreEvent StoreEvent;
struct StoreEvent {
	int64_t id;
	int64_t ticket_id;  /* 0: none */
	int64_t message_id; /* 0: none */
	int64_t outbox_id;  /* 0: none */
	int64_t at;
	char *what;   /* "opened", "acknowledged", "ack-withheld", ... */
	char *actor;  /* "customer", "redress", "operator:NAME" */
	char *detail; /* (nullable) */
};

void store_event_free(StoreEvent *event);
bool store_event_insert(Store *store, const StoreEvent *event, GError **error);
/* (element-type StoreEvent) oldest first */
bool store_event_list(Store *store, int64_t ticket_id, GPtrArray **ret_events,
	GError **error);
/* How often this happened on the tickets of a mailbox (folded) since. */
bool store_event_count(Store *store, const char *mailbox, const char *what,
	int64_t since_s, unsigned *ret_count, GError **error);
/* How often it happened on one ticket after that moment. */
bool store_event_count_ticket(Store *store, int64_t ticket_id, const char *what,
	int64_t after_s, unsigned *ret_count, GError **error);

/* ---- corrections ------------------------------------------------------- */

/* What an agent says of a judgement of ours; rows stay, so that it can be told
 * how often we are right. */
typedef struct StoreCorrection StoreCorrection;
struct StoreCorrection {
	int64_t id;
	int64_t ticket_id;
	int64_t at;
	char *actor;     /* "operator:NAME" */
	char *what;      /* "complainer", "urgency" */
	char *judged;    /* by us: "meek", "none", "2" */
	char *corrected; /* the same if it was right */
};

void store_correction_free(StoreCorrection *correction);
bool store_correction_insert(
	Store *store, const StoreCorrection *correction, GError **error);
/* (element-type StoreCorrection) oldest first */
bool store_correction_list(Store *store, int64_t ticket_id,
	GPtrArray **ret_corrections, GError **error);

/* ---- compensation and satisfaction -------------------------------------- */

typedef struct StoreCompensation StoreCompensation;
struct StoreCompensation {
	int64_t id;
	int64_t ticket_id;
	int64_t at;
	char *actor;
	int64_t amount_cents; /* hundredths, whatever the currency's own */
	char *currency;       /* ISO 4217, upper case */
	char *reference;      /* of the ticket: reads fill it in */
};
void store_compensation_free(StoreCompensation *compensation);
bool store_compensation_insert(
	Store *store, const StoreCompensation *compensation, GError **error);
/* Those of tickets of the same mailbox with the same cause, else the same type,
 * else any: what similar cases got, the latest first, this ticket's left out.
 * (element-type StoreCompensation) */
bool store_compensation_similar(Store *store, const StoreTicket *ticket,
	unsigned most, GPtrArray **ret_compensations, GError **error);
/* (element-type StoreCompensation) oldest first */
bool store_compensation_list(Store *store, int64_t ticket_id,
	GPtrArray **ret_compensations, GError **error);

typedef struct StoreRating StoreRating;
struct StoreRating {
	int64_t id;
	int64_t ticket_id;
	int64_t at;
	unsigned score; /* 1 to 5 */
	char *comment;  /* (nullable) */
};
void store_rating_free(StoreRating *rating);
bool store_rating_insert(
	Store *store, const StoreRating *rating, GError **error);
/* (element-type StoreRating) oldest first */
bool store_rating_list(Store *store, int64_t ticket_id, GPtrArray **ret_ratings,
	GError **error);

/* ---- the VIP list, beside the configuration's ---------------------------- */

/* folded: an address, or a domain with its "@". */
bool store_vip_set(Store *store, const char *folded, bool vip,
	const char *actor, int64_t at, GError **error);
/* The address itself or its domain. */
bool store_vip_known(
	Store *store, const char *folded, bool *ret_known, GError **error);
/* (element-type utf8) sorted */
bool store_vip_list(Store *store, GPtrArray **ret_entries, GError **error);

/* ---- promises ---------------------------------------------------------- */

enum store_promise_outcome {
	STORE_PROMISE_KEPT,
	STORE_PROMISE_BROKEN,
	STORE_PROMISE_REPLACED, /* by a later word that keeps its time */
};

/* What was promised for that time. */
enum store_promise_kind {
	STORE_PROMISE_ANSWER,     /* a person answers */
	STORE_PROMISE_SETTLEMENT, /* the whole matter is settled */
	STORE_PROMISE_UPDATE,     /* the customer hears from us */
};
enum { STORE_PROMISE_KINDS = STORE_PROMISE_UPDATE + 1 };
const char *store_promise_kind_name(enum store_promise_kind kind);
bool store_promise_kind_from_name(
	const char *name, enum store_promise_kind *ret_kind);

/* All pointers (transfer full) in what is read. */
typedef struct StorePromise StorePromise;
struct StorePromise {
	int64_t id;
	int64_t ticket_id, outbox_id;
	enum store_promise_kind kind;
	int64_t made_at, due_at, settled_at;
	int64_t kept_at; /* what was promised came, in time or not; 0: not */
	char *words;     /* the line of the mail that told it (nullable) */
	char *outcome;   /* "kept", "broken", "replaced", NULL: open */
	/* Only what store_promise_find() reads has these. */
	char *reference, *mailbox;
	bool told_before; /* broken, and told before the time had passed */
};
void store_promise_free(StorePromise *promise);

/* A promise that was mailed; the outbox row holds all of its words. */
bool store_promise_insert(
	Store *store, const StorePromise *promise, GError **error);
/* Settles every open promise of the ticket that is of this kind. */
bool store_promise_settle(Store *store, int64_t ticket_id,
	enum store_promise_kind kind, enum store_promise_outcome outcome,
	int64_t at, GError **error);
/* What was promised has come: what was due before is broken, the rest is kept.
 * Those that were given up before count too: it is known now how late it came,
 * or that it came in time after all. */
bool store_promise_keep(Store *store, int64_t ticket_id,
	enum store_promise_kind kind, int64_t at, GError **error);
/* (element-type StorePromise) those of answers first, each oldest first */
bool store_promise_list(Store *store, int64_t ticket_id,
	GPtrArray **ret_promises, GError **error);

/* Its outcome; before there is one "open", or "overdue" once the time has
 * passed. */
const char *store_promise_standing(const StorePromise *promise, int64_t now_s);
bool store_promise_standing_known(const char *name);

/* All that is given must hold. */
typedef struct StorePromiseFilter StorePromiseFilter;
struct StorePromiseFilter {
	int64_t now_s;
	int64_t ticket_id;        /* 0: of any */
	const char *mailbox;      /* folded (nullable) */
	const char *kind;         /* (nullable) */
	const char *standing;     /* (nullable) */
	int64_t since_s, until_s; /* due then or later, and before; 0: any */
	int64_t before_id;        /* for paging; 0: from the youngest */
	unsigned most;            /* rows; 0: all */
};
/* (element-type StorePromise) the latest made first */
bool store_promise_find(Store *store, const StorePromiseFilter *filter,
	GPtrArray **ret_promises, GError **error);

typedef struct StorePromiseCount StorePromiseCount;
struct StorePromiseCount {
	char *mailbox; /* "" for all together */
	enum store_promise_kind kind;
	unsigned made; /* the sum of the next five */
	unsigned kept, broken, replaced, open, overdue;
	unsigned told_before; /* broken, and told before the time had passed */
	unsigned outstanding; /* broken, and it has not come to this day */
	/* Of the broken ones that came late; 0 if there is none. */
	int64_t median_late_s, most_late_s;
};
void store_promise_count_free(StorePromiseCount *count);
/* One for each kind that there is, or for each mailbox and kind; paging does
 * not count.  (element-type StorePromiseCount) */
bool store_promise_count(Store *store, const StorePromiseFilter *filter,
	bool by_mailbox, GPtrArray **ret_counts, GError **error);

/* ---- deadlines --------------------------------------------------------- */

enum store_deadline {
	STORE_DEADLINE_FOLLOW_UP,
	STORE_DEADLINE_PROMISE, /* look whether the promise will be kept */
	STORE_DEADLINE_CLOSE,
	STORE_DEADLINE_NUDGE,     /* the team hears that a word is due */
	STORE_DEADLINE_SURVEY,    /* ask whether the customer is satisfied */
	STORE_DEADLINE_AFTERCARE, /* ask whether it stayed settled */
	STORE_DEADLINE_SETTLE,    /* look whether it will be settled in time */
	STORE_DEADLINE_LETTER,    /* the policy's next letter */
	STORE_DEADLINE_REMIND,    /* a customer who was asked */
};
enum { STORE_DEADLINES = STORE_DEADLINE_REMIND + 1 };
const char *store_deadline_name(enum store_deadline kind);

/* One row per (ticket, kind); due_at 0 removes it. */
bool store_deadline_set(Store *store, int64_t ticket_id,
	enum store_deadline kind, int64_t due_at, GError **error);
bool store_deadline_get(Store *store, int64_t ticket_id,
	enum store_deadline kind, int64_t *ret_due_at, GError **error);

typedef struct StoreDeadline StoreDeadline;
struct StoreDeadline {
	int64_t ticket_id;
	enum store_deadline kind;
	int64_t due_at;
};
/* (element-type StoreDeadline), the oldest first, at most `most`. */
bool store_deadline_due(Store *store, int64_t now_s, unsigned most,
	GArray **ret_deadlines, GError **error);
/* The next one, 0 if there is none. */
bool store_deadline_next(Store *store, int64_t *ret_due_at, GError **error);

/* ---- folders of mailboxes by IMAP --------------------------------------- */

typedef struct StoreFolder StoreFolder;
struct StoreFolder {
	char *mailbox; /* folded address */
	char *folder;  /* as the server names it */
	int64_t uidvalidity;
	int64_t last_uid;   /* up to it everything is recorded */
	int64_t met_at;     /* seen first: what came before is not answered */
	int64_t old_uid;    /* up to it there may be mail from before met_at */
	int64_t contact_at; /* the server last answered */
	int64_t oldest_at;  /* since when the oldest unprocessed mail waits */
	int64_t failures;   /* in a row */
	char *problem;      /* the last one (nullable) */
	char *capabilities; /* of the server (nullable) */
};
void store_folder_free(StoreFolder *folder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreFolder, store_folder_free)
/* Inserts or replaces. */
bool store_folder_set(Store *store, const StoreFolder *folder, GError **error);
bool store_folder_get(Store *store, const char *mailbox, const char *folder,
	StoreFolder **ret_folder, GError **error);
/* (element-type StoreFolder) by mailbox and folder */
bool store_folder_list(Store *store, GPtrArray **ret_folders, GError **error);

/* ---- outbox ------------------------------------------------------------ */

enum store_outbox_state {
	STORE_OUTBOX_QUEUED,
	STORE_OUTBOX_LEASED,    /* a sender has it */
	STORE_OUTBOX_UNCERTAIN, /* the final dot may have been sent */
	STORE_OUTBOX_SENT,
	STORE_OUTBOX_FAILED,    /* 5xx, or 4xx for too long */
	STORE_OUTBOX_UNKNOWN,   /* twice uncertain: given up, shown */
	STORE_OUTBOX_WITHDRAWN, /* no longer true before it could be sent */
};
const char *store_outbox_state_name(enum store_outbox_state state);

typedef struct StoreOutbox StoreOutbox;
struct StoreOutbox {
	int64_t id;
	int64_t ticket_id;
	char *kind;        /* reply_kind_name() */
	unsigned sequence; /* unique with ticket and kind */
	char *mailbox;     /* folded, of the ticket: reads fill it in */
	char *recipient;
	char *recipient_folded;
	char *envelope_from; /* "" for <> */
	char *message_id;    /* without brackets */
	bool automatic;
	enum store_outbox_state state;
	unsigned attempts;
	unsigned uncertain; /* how often it ended uncertain */
	int64_t created_at, next_at, lease_until, settled_at;
	char *lease_owner; /* boot id and process (nullable) */
	int64_t handed_at; /* our milter saw it on the way out */
	char *queue_id;    /* there (nullable) */
	char *handed_boot; /* boot id at that time (nullable) */
	int smtp_code;     /* last answer, 0: none */
	char *smtp_status; /* "4.2.2" (nullable) */
	char *smtp_text;   /* (nullable) */
	GBytes *bytes;     /* final MIME; NULL in lists */
};

void store_outbox_free(StoreOutbox *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreOutbox, store_outbox_free)

/* Takes the next sequence of (ticket, kind); sets id and sequence. */
bool store_outbox_insert(Store *store, StoreOutbox *row, GError **error);

/* Whose rows: those of these mailboxes, or of all others. */
typedef struct StoreRoute StoreRoute;
struct StoreRoute {
	const char *const *mailboxes; /* folded, NULL-terminated */
	bool others;
};

typedef struct StoreLease StoreLease;
struct StoreLease {
	const char *owner;
	int64_t now_s, lease_s;
	unsigned most;
	const StoreRoute *route; /* (nullable): everybody's */
};

/*
 * Leases up to `most` rows that are queued and due, with their bytes.
 * (element-type StoreOutbox)
 */
bool store_outbox_lease(Store *store, const StoreLease *lease,
	GPtrArray **ret_rows, GError **error);

/* Writes state, attempts, times, lease and SMTP answer of row->id; the bytes
 * and addresses never change. */
bool store_outbox_update(Store *store, const StoreOutbox *row, GError **error);

/* Ends the ticket's automatic rows that are still queued: of this kind, or all
 * (kind NULL). */
bool store_outbox_withdraw(Store *store, int64_t ticket_id, const char *kind,
	int64_t at, unsigned *ret_count, GError **error);

bool store_outbox_by_id(
	Store *store, int64_t id, StoreOutbox **ret_row, GError **error);
bool store_outbox_by_message_id(Store *store, const char *message_id,
	StoreOutbox **ret_row, GError **error);

/* Rows leased or uncertain whose owner is not this one, or whose lease has
 * run out.  (element-type StoreOutbox) */
bool store_outbox_stale(Store *store, const char *owner, int64_t now_s,
	GPtrArray **ret_rows, GError **error);

/* Whether our milter saw the youngest mail that was sent. */
bool store_outbox_watched(Store *store, bool *ret_watched, GError **error);

/* When the next queued row is due, 0 if none is queued.  route (nullable):
 * everybody's. */
bool store_outbox_next(Store *store, const StoreRoute *route,
	int64_t *ret_next_at, GError **error);

/* Those not settled, or all of a ticket (ticket_id != 0), or failed and
 * unknown ones too (settled).  (element-type StoreOutbox) */
bool store_outbox_list(Store *store, int64_t ticket_id, bool settled,
	GPtrArray **ret_rows, GError **error);

/* The bytes of a row.  (transfer full) */
bool store_outbox_bytes(
	Store *store, int64_t id, GBytes **ret_bytes, GError **error);

/* How many automatic mails: of this kind to this address since (kind may be
 * NULL: any), of this ticket since.  Those withdrawn do not count. */
bool store_outbox_count_recipient(Store *store, const char *folded,
	const char *kind, int64_t since_s, unsigned *ret_count, GError **error);
/* Of this kind to this address since, that are not automatic. */
bool store_outbox_count_owed(Store *store, const char *folded, const char *kind,
	int64_t since_s, unsigned *ret_count, GError **error);
bool store_outbox_count_ticket(Store *store, int64_t ticket_id,
	const char *kind, int64_t since_s, unsigned *ret_count, GError **error);

#endif
