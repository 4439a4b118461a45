/*
 * engine: the one door.  A mail, a due deadline, an operator's word, what the
 * outgoing mail met: each becomes an event, decide() says what is owed, and
 * apply carries it out in one transaction of the one writer thread.  Every
 * function here is thread safe, blocks until its change is committed (one
 * commit serves all that wait), and fails with
 *
 *	TEMPORARY	nothing was changed; the same call may be made again
 *	INVALID		the call asks for something that makes no sense
 *	NOT_FOUND	no such ticket or row
 */
#ifndef REDRESS_ENGINE_H
#define REDRESS_ENGINE_H

#include <redress/analysis.h>
#include <redress/base.h>
#include <redress/message.h>
#include <redress/promise.h>
#include <redress/reply.h>
#include <redress/store.h>

#define ENGINE_ERROR engine_error_quark()
GQuark engine_error_quark(void);

/* ---- policy ------------------------------------------------------------ */

/* Of which new tickets the team hears by a mail of its own. */
enum engine_briefing {
	ENGINE_BRIEFING_NONE,
	ENGINE_BRIEFING_PROBLEMS, /* urgent, reopened, VIP, a kind */
	ENGINE_BRIEFING_ALL,
};

/* A canned answer that is mailed if the matter is open so long after it was
 * opened. */
typedef struct EngineLetter EngineLetter;
struct EngineLetter {
	PromiseDuration after;
	const char *name;
};

/* What is promised for a ticket.  All pointers are copied by
 * engine_policy_new(). */
typedef struct EngineTerms EngineTerms;
struct EngineTerms {
	const char *name; /* the policy's; NULL: the mailbox's own */
	/* Any of: a priority, a kind of complainer, "vip", "type:NAME"; NULL or
	 * empty: every ticket. */
	const char *const *applies_to;
	PromiseDuration answer_within;
	PromiseDuration late_notice;
	PromiseDuration resolve_within; /* amount 0: no time is promised */
	int64_t follow_up_every_s;
	PromiseQuiet quiet; /* a word that would fall into it comes earlier */
	unsigned late_most; /* new times on one ticket; then a person must */
	/* A customer who was asked and says nothing. */
	PromiseDuration remind_after;
	unsigned reminders;
	int64_t end_waiting_after_s; /* the last reminder; 0: never */
	bool waiting_pauses; /* the time by which the matter is settled */
	const EngineLetter *letters;
	size_t letters_length;
};

/* One mailbox's rules.  All pointers are copied by engine_policy_new(). */
typedef struct EngineMailbox EngineMailbox;
struct EngineMailbox {
	const char *address;
	const char *const *aliases; /* (nullable) */
	const char *name;
	const char *language;
	EngineTerms terms;           /* of tickets to which no policy applies */
	const EngineTerms *policies; /* the first that applies counts */
	size_t policies_length;
	int64_t close_after_s;
	PromiseCalendar *calendar; /* (transfer none): outlives the policy */
	const char *supervisor;    /* (nullable) */
	const char *const *staff;  /* agents, supervisor, managers (nullable) */
	bool tag_subject;
	bool plus_addresses;
	bool own_tickets;
	bool acknowledge;
	/* Only what reads like a complaint opens a ticket ... */
	bool complaints_only;
	unsigned accept_threshold; /* ... with this score, in percent */
	const char *const *vip;    /* addresses, "@domain"s (nullable) */
	const char *const *agents; /* who is briefed and nudged (nullable) */
	const char *const *logins; /* "NAME=address" (nullable) */
	enum engine_briefing briefing;
	bool direct;     /* agents write to the customer themselves, ... */
	bool from_agent; /* ... under their own address */
	int64_t nudge_before_s;     /* 0: never */
	int64_t collision_window_s; /* 0: none */
	int64_t survey_after_s;     /* 0: never */
	int64_t aftercare_after_s;  /* 0: never */
	/* Of the provider, for mail fetched from there (nullable). */
	const char *authserv_id;
};

typedef struct EnginePolicyOptions EnginePolicyOptions;
struct EnginePolicyOptions {
	const char *hostname;
	BaseKey key;
	ReplyTemplates *templates; /* (transfer none): outlives the policy */
	const EngineMailbox *mailboxes;
	size_t mailboxes_length;
	const char *authserv_id; /* (nullable) */
	unsigned acks_per_sender_per_day;
	unsigned automatic_per_thread_per_day;
	unsigned automatic_per_minute; /* 0: no cap */
	/* Mails to one supervisor a day, all tickets of a mailbox together. */
	unsigned escalations_per_day; /* 0: no cap */
	unsigned briefings_per_hour;  /* likewise */
	int64_t give_up_after_s;      /* of an outgoing mail that meets 4xx */
	/* Frees what calendars and templates belong to, with the last
	 * reference (nullable). */
	GDestroyNotify destroy;
	void *user;
};

/* Immutable and counted, so that a reload can replace it under mails in hand.
 */
typedef struct EnginePolicy EnginePolicy;
EnginePolicy *engine_policy_new(const EnginePolicyOptions *options);
EnginePolicy *engine_policy_ref(EnginePolicy *policy);
void engine_policy_unref(EnginePolicy *policy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EnginePolicy, engine_policy_unref)

/* The mailbox of an envelope recipient (folded, plus-detail left out where it
 * takes one); NULL if it is none of ours.  *ret_detail (transfer full). */
const EngineMailbox *engine_policy_mailbox(
	const EnginePolicy *policy, const char *recipient, char **ret_detail);

/* True if the envelope sender is one of our own ("complaints+b-TOKEN@..." with
 * a good token): mail of ours on its way out, or come back. */
bool engine_policy_own_sender(const EnginePolicy *policy, const char *sender);

/* The ticket's reference if the Message-ID is ours.  (transfer full) */
char *engine_policy_own_message_id(
	const EnginePolicy *policy, const char *message_id);

/*
 * True if the author is of any team: its mail may be an answer or hold
 * commands.  Proves nothing.
 */
bool engine_policy_is_agent(
	const EnginePolicy *policy, const Analysis *analysis);

/* The mailbox whose direct answers this SMTP AUTH name may write, or NULL: then
 * mail that is for none of our mailboxes is none of our business. */
const EngineMailbox *engine_policy_direct(
	const EnginePolicy *policy, const char *auth_login);

/* Fills an envelope for the parser: our addresses, host name, authserv-id and
 * the default language of the first recipient that is ours.  The pointers
 * live as long as the policy. */
void engine_policy_envelope(const EnginePolicy *policy,
	const char *const *recipients, AnalysisEnvelope *ret_envelope);

/* Whose Authentication-Results count in mail that was fetched from a mailbox at
 * a provider: of the trusted one of our own mail server anybody could write
 * there.  NULL: nobody's.  Lives as long as the policy. */
const char *engine_policy_fetched_authserv_id(
	const EnginePolicy *policy, const char *mailbox);

/* ---- the engine -------------------------------------------------------- */

typedef struct Engine Engine;

/* An event row that was committed.  All pointers (transfer none). */
typedef struct EngineObservation EngineObservation;
struct EngineObservation {
	const char *reference;  /* (nullable) */
	const char *message_id; /* of the mail that it is about (nullable) */
	const char *queue_id;   /* (nullable) */
	const char *what;
	const char *actor;
	const char *detail; /* (nullable) */
};

typedef struct EngineOptions EngineOptions;
struct EngineOptions {
	const char *driver;
	const char *target;
	enum db_mode mode; /* DB_WRITER in the daemon, DB_GUEST in the tool */
	EnginePolicy *policy; /* a reference is taken */
	/* Where engine_outbox_answer() notes; NULL where no milter of ours
	 * stands on the way out: then a hand-over counts by itself. */
	const char *hand_over_file;
	/* Called on the writer thread after a commit that added outbox rows
	 * or deadlines; must not block (nullable). */
	void (*committed)(void *user);
	/* Called on the writer thread after a commit, once for each event row
	 * that it holds: what an administrator would grep for (nullable). */
	void (*observed)(const EngineObservation *observation, void *user);
	void *user;
};

/* Opens the store and starts the writer thread.  (transfer full) */
Engine *engine_new(const EngineOptions *options, GError **error);
/* Finishes what was submitted, then stops. */
void engine_free(Engine *engine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Engine, engine_free)

void engine_set_policy(Engine *engine, EnginePolicy *policy);
/* (transfer full) */
EnginePolicy *engine_get_policy(Engine *engine);

/* For operation and benchmarks: jobs done and commits made since the start. */
typedef struct EngineStatistics EngineStatistics;
struct EngineStatistics {
	uint64_t jobs, commits, mails, failures;
};
EngineStatistics engine_statistics(Engine *engine);

/* Returns when the writer thread has answered: it is alive, whatever the state
 * of the disk. */
void engine_ping(Engine *engine);

/* ---- a mail ------------------------------------------------------------ */

typedef struct EngineMail EngineMail;
struct EngineMail {
	GBytes *raw; /* as it came */
	const Analysis *analysis;
	const char *envelope_from;     /* "" for <>, NULL unknown */
	const char *const *recipients; /* envelope; those not ours ignored */
	const char *source;            /* "milter", "ingest" */
	const char *queue_id;          /* (nullable) */
	const char *client;            /* address of the peer (nullable) */
	bool no_acknowledge;           /* an import of old mail */
	const char *auth_login;        /* SMTP AUTH name (nullable) */
	/* Found in the folder of sent mail: a person has answered with it from
	 * the shared mailbox, and the customer has it. */
	bool sent;
	/* What an agent's mail carries, MessageAttachment (nullable); why it is
	 * not known, if it is not (nullable). */
	const GPtrArray *attachments;
	const char *attachments_problem;
	/* Somebody waits for an answer: what cannot be taken is refused. */
	bool can_refuse;
	/* An agent's own mail to others, on its way out: recipients are not
	 * ours.  strip_problem: why its commands could not be taken out of it
	 * (nullable). */
	bool direct;
	const char *strip_problem;
	int64_t now_s;
};

/* How an agent's direct answer is changed on its way. */
typedef struct EngineDirect EngineDirect;
struct EngineDirect {
	char *from_name, *from_address; /* NULL: as it is */
	char *reply_to;                 /* (nullable): as it is */
	char *envelope_from;            /* (nullable): as it is */
	char *subject_tag;              /* "[#REF]" */
	char *thread_id;                /* one more reference, no brackets */
	char *agent;                    /* address that is not to be seen */
};

typedef struct EngineReceipt EngineReceipt;
struct EngineReceipt {
	/* References of the tickets that the mail belongs to now, in the order
	 * of the mailboxes: char *; empty if recorded without one. */
	GPtrArray *references;
	bool duplicate;    /* was known already */
	bool opened;       /* a new ticket */
	bool acknowledged; /* an acknowledgement was made */
	bool tag_subject;  /* as the first mailbox wants it */
	char *guard;       /* what withheld the acknowledgement (nullable) */
	/* Why no mailbox took it, in words: nothing was recorded (nullable). */
	char *passed;
	/* For the sender, in words: nothing was recorded, and it is to be
	 * answered with 5xx (nullable). */
	char *refused;
	/* An agent's mail that was carried out.  Who is to get our copy and not
	 * this one: char *, folded. */
	bool agent;
	GPtrArray *withheld;
	/* Where agents answer ("complaints+a-TOKEN@..."), for the Reply-To of
	 * the delivered copy (nullable). */
	char *answer_to;
	EngineDirect *direct; /* (nullable) */
};
void engine_receipt_clear(EngineReceipt *receipt);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(EngineReceipt, engine_receipt_clear)

/* Records the mail once and decides what is owed for it. */
bool engine_receive(Engine *engine, const EngineMail *mail,
	EngineReceipt *ret_receipt, GError **error);

/* What `redress analyze` adds to an analysis: the guard that the policy alone
 * can know (own signature, staff, mailbox).  Pure.  Changes kind, guard and
 * cost of the analysis. */
void engine_refine(const EnginePolicy *policy, const char *envelope_from,
	const char *const *recipients, Analysis *analysis);

/* ---- what IMAP knows of its folders ------------------------------------- */

/* Keeps where a folder's reading stands; see StoreFolder.  durable: waits for
 * the disk. */
bool engine_folder_keep(Engine *engine, const StoreFolder *folder, bool durable,
	GError **error);
bool engine_folder_find(Engine *engine, const char *mailbox, const char *folder,
	StoreFolder **ret_folder, GError **error);

/* ---- deadlines --------------------------------------------------------- */

/* Carries out up to `most` due deadlines; *ret_done says how many. */
bool engine_run_deadlines(Engine *engine, int64_t now_s, unsigned most,
	unsigned *ret_done, GError **error);

/* ---- an operator's word ------------------------------------------------ */

enum engine_operation {
	ENGINE_RESOLVE, /* text: the resolution (nullable) */
	ENGINE_REOPEN,
	ENGINE_NOTE, /* text: required */
};

typedef struct EngineOrder EngineOrder;
struct EngineOrder {
	enum engine_operation operation;
	const char *reference;
	const char *text;  /* (nullable) */
	const char *actor; /* "operator:NAME" */
	bool silent;       /* resolve without telling the customer */
	int64_t now_s;
};

bool engine_operate(Engine *engine, const EngineOrder *order, GError **error);

/*
 * The commands of an agent's mail, from the operator: lines as "#tag late",
 * NULL-terminated, and the words that go with them.  *ret_result: what an agent
 * would be shown, a line for each command that has something to show
 * (nullable). INVALID and CONFLICT name the line; nothing was changed then.
 */
typedef struct EngineCommand EngineCommand;
struct EngineCommand {
	const char *reference;
	const char *const *lines;
	const char *text;  /* (nullable) */
	const char *actor; /* "operator:NAME" */
	int64_t now_s;
};
bool engine_command(Engine *engine, const EngineCommand *command,
	char **ret_result, GError **error);

/* What an agent says of a judgement; kept beside it. */
typedef struct EngineCorrection EngineCorrection;
struct EngineCorrection {
	const char *reference;
	const char *complainer; /* a kind or "none"; NULL: as it is */
	bool corrects_urgency;
	int urgency;       /* 0 to 3 */
	const char *actor; /* "operator:NAME" */
	int64_t now_s;
};

bool engine_correct(
	Engine *engine, const EngineCorrection *correction, GError **error);

/* Puts an address, or a domain with its "@", on the store's VIP list beside the
 * configuration's, or takes it off: NOT_FOUND if it is not there. */
bool engine_vip(Engine *engine, const char *entry, bool vip, const char *actor,
	int64_t now_s, GError **error);

/* ---- what outgoing mail meets ------------------------------------------ */

/* (element-type StoreOutbox) leased rows with their bytes. */
bool engine_outbox_lease(Engine *engine, const StoreLease *lease,
	GPtrArray **ret_rows, GError **error);

/* To be committed before the final dot is sent. */
bool engine_outbox_uncertain(Engine *engine, int64_t id, GError **error);

enum engine_outcome {
	ENGINE_SENT,      /* 250 after the final dot */
	ENGINE_DEFERRED,  /* 4xx: certainly not sent, later again */
	ENGINE_NOT_TRIED, /* the server was not reached, or let no mail in: the
			     mail waits for it, without an attempt counted */
	ENGINE_REFUSED,   /* 5xx */
	ENGINE_UNCERTAIN, /* the connection broke after the final dot */
};

typedef struct EngineDelivery EngineDelivery;
struct EngineDelivery {
	int64_t id;
	enum engine_outcome outcome;
	int smtp_code;      /* 0: none */
	const char *status; /* "4.2.2" (nullable) */
	const char *text; /* last answer (nullable); neither code nor text: the
			     server was not even asked */
	int64_t now_s;
};
bool engine_outbox_settle(Engine *engine, const EngineDelivery *deliveries,
	size_t length, GError **error);

/* Our milter saw our own mail on its way out, with this queue id.  ret_id: its
 * row. */
bool engine_outbox_handed_over(Engine *engine, const char *message_id,
	const char *queue_id, int64_t now_s, int64_t *ret_id, GError **error);

/* The very last thing before the milter's answer to that is written: from here
 * on the mail server has the mail.  Never blocks. */
void engine_outbox_answer(Engine *engine, int64_t id);

/*
 * Takes back what other owners left: a leased row is queued again; an
 * uncertain one is sent if it was handed over, and answered, in this boot; it
 * is queued again if our milter stands on the way out and was not asked, since
 * the mail server refuses what it cannot ask about; else queued once more with
 * its Message-ID, else unknown.  Called at start and now and then.
 */
bool engine_outbox_recover(
	Engine *engine, const char *owner, int64_t now_s, GError **error);

/* Makes a row (id), a ticket's rows (reference) or all (both empty) due now;
 * failed and unknown ones are queued again only by id or reference. */
bool engine_outbox_retry(Engine *engine, int64_t id, const char *reference,
	int64_t now_s, unsigned *ret_count, GError **error);

#endif
