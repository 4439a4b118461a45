/*
 * analysis: what a mail is, what its sender wrote, and what it may be answered
 * with.  Pure: a message and an envelope in, a value out; no I/O, no clock.
 */
#ifndef REDRESS_ANALYSIS_H
#define REDRESS_ANALYSIS_H

#include <redress/base.h>
#include <redress/message.h>

#define ANALYSIS_ERROR analysis_error_quark()
GQuark analysis_error_quark(void);

enum analysis_kind {
	ANALYSIS_COMPLAINT,
	ANALYSIS_BOUNCE,
	ANALYSIS_AUTO_REPLY,
	ANALYSIS_AUTO_GENERATED,
	ANALYSIS_LIST,
	ANALYSIS_RECEIPT,
	ANALYSIS_FEEDBACK_REPORT,
	ANALYSIS_LOOP,
};

/* "complaint", "auto-reply", ... as the CLI prints them. */
const char *analysis_kind_name(enum analysis_kind kind);

/* What a guard costs: how far it stops our automatic mail. */
enum analysis_cost {
	ANALYSIS_COST_NOTHING,
	ANALYSIS_COST_ACK,       /* no acknowledgement of this mail */
	ANALYSIS_COST_AUTOMATIC, /* no automatic mail to this sender at all */
};

/* "nothing", "acknowledgement", "automatic mail": what is not sent. */
const char *analysis_cost_name(enum analysis_cost cost);

enum analysis_complainer {
	ANALYSIS_COMPLAINER_NONE,
	ANALYSIS_MEEK,
	ANALYSIS_AGGRESSIVE,
	ANALYSIS_HIGH_ROLLER,
	ANALYSIS_RIP_OFF,
	ANALYSIS_CHRONIC,
};

/* "meek", ...; NULL for ANALYSIS_COMPLAINER_NONE. */
const char *analysis_complainer_name(enum analysis_complainer complainer);

typedef struct AnalysisRecipient AnalysisRecipient;
struct AnalysisRecipient {
	char *address;  /* final recipient (nullable) */
	char *original; /* original recipient (nullable) */
	char *action;   /* "failed", "delayed", "delivered", ... (nullable) */
	char *status;   /* "5.1.1" (nullable) */
	char *reason;   /* "user-unknown", "mailbox-full", ... (nullable) */
};

typedef struct AnalysisBounce AnalysisBounce;
struct AnalysisBounce {
	GPtrArray *recipients; /* AnalysisRecipient */
	bool permanent;
	char *reason; /* the gravest of the recipients' (nullable) */
	/* Message-ID of the mail that came back, no brackets (nullable). */
	char *returned_message_id;
};

typedef struct AnalysisAttachment AnalysisAttachment;
struct AnalysisAttachment {
	char *name; /* (nullable) */
	char *type;
	size_t size_bytes;
};

/* What is known of a mail beside its bytes.  All pointers (transfer none). */
typedef struct AnalysisEnvelope AnalysisEnvelope;
struct AnalysisEnvelope {
	const char *from;       /* "" for <>, NULL if unknown */
	const char *const *to;  /* NULL-terminated, NULL if unknown */
	const char *auth_login; /* SMTP AUTH name (nullable) */
	const char
		*authserv_id; /* whose Authentication-Results count, or NULL */
	/* Our mailboxes' addresses, folded, NULL-terminated; NULL if unknown.
	 */
	const char *const *our_addresses;
	/* Our host name, for guessing that a mail is our own (nullable). */
	const char *our_hostname;
	/* Language when a mail gives no sign of its own (nullable). */
	const char *default_language;
};

typedef struct Analysis Analysis;
struct Analysis {
	enum analysis_kind kind;
	/*
	 * The rule that stops the acknowledgement, by name ("auto-submitted",
	 * "null-sender", "list-id", "not-addressed-to-us", ...), or NULL.
	 */
	char *guard;
	char *guard_detail; /* what matched, in words (nullable) */
	enum analysis_cost cost;

	char *subject;          /* decoded (nullable) */
	char *base_subject;     /* without Re:, Fwd:, tags (nullable) */
	char *from;             /* address of the author (nullable) */
	char *from_name;        /* (nullable) */
	char *reply_to;         /* where an answer goes: Reply-To, else From */
	bool several_from;      /* more than one author: nothing is trusted */
	char *message_id;       /* (nullable) */
	GPtrArray *references;  /* char *, see Message */
	GPtrArray *in_reply_to; /* char * */
	/* char *: ids that the mail had before a gateway gave it another. */
	GPtrArray *other_ids;
	char *thread_index;    /* Outlook's, base 64, well formed (nullable) */
	char *thread_topic;    /* likewise (nullable) */
	bool forward;          /* somebody else's mail, passed on */
	GPtrArray *recipients; /* char *: To and Cc addresses */
	int64_t date_s;

	bool authenticated;     /* AUTH, or aligned DMARC of authserv_id */
	char *authenticated_by; /* in words, for the event row (nullable) */

	char *language;             /* ISO 639-1 (nullable) */
	double language_confidence; /* 0 to 1 */

	char *text;          /* the readable text */
	char *reply_text;    /* the sender's own words */
	char *signature;     /* (nullable) */
	bool status_request; /* the own words only ask for the state */

	AnalysisBounce *bounce; /* (nullable) */
	GPtrArray *commands;    /* char *: "#resolve", ... as written */

	enum analysis_complainer complainer;
	char *complainer_reason; /* in words (nullable) */
	int urgency;             /* 0 to 3 */
	bool asks_compensation;  /* for more than the money back */

	double complaint_score; /* 0 to 1: how much it reads like one */
	/* char *: "fault: 'broken'", for and against. */
	GPtrArray *complaint_reasons;

	GPtrArray *attachments; /* AnalysisAttachment */
	GPtrArray *defects;     /* char *: what could not be read, in words */
};

Analysis *analysis_new(void);
void analysis_free(Analysis *analysis);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Analysis, analysis_free)

/* Reads a message as a person would.  Never fails.  (transfer full) */
Analysis *analysis_run(
	const Message *message, const AnalysisEnvelope *envelope);

/* True if the mail is to be acknowledged, as far as the mail itself says. */
bool analysis_would_acknowledge(const Analysis *analysis);

/* Loads what needs files; to be called before a sandbox closes. */
void analysis_warm_up(void);

/*
 * One thing that a mail can say of itself: the guard's name, the RFC section
 * or vendor it comes from, the kind of mail it shows (ANALYSIS_COMPLAINT: any),
 * and what it costs.
 */
typedef struct AnalysisSignal AnalysisSignal;
struct AnalysisSignal {
	const char *name;
	const char *source;
	enum analysis_kind kind;
	enum analysis_cost cost;
};

size_t analysis_signals_length(void);
AnalysisSignal analysis_signals_get(size_t index);

/*
 * What is recorded of a mail whose parser died: kind complaint, guard
 * "unparsed" with the reason as its detail, envelope facts, everything else
 * empty.  Uses no MIME parser.  (transfer full)
 */
Analysis *analysis_unparsed(
	const AnalysisEnvelope *envelope, const char *reason);

/*
 * The value that crosses from the parser process: one GVariant, little endian,
 * normal form.  Reading checks types, ranges and UTF-8: a parser that was taken
 * over can lie about a mail but not break the daemon.
 */
GBytes *analysis_serialise(const Analysis *analysis);
Analysis *analysis_deserialise(GBytes *bytes, GError **error);

#endif
