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

/* How a mail is protected: what is altered in it is no longer its sender's. */
enum analysis_protection {
	ANALYSIS_UNPROTECTED,
	ANALYSIS_SIGNED,    /* PGP or S/MIME, detached or inline */
	ANALYSIS_ENCRYPTED, /* likewise: its words are not known */
};

/*
 * Why an agent's mail cannot be told with certainty into commands and words for
 * the customer.
 */
enum analysis_command_problem {
	ANALYSIS_COMMANDS_CLEAR,
	ANALYSIS_COMMAND_UNKNOWN,   /* "#resolv" */
	ANALYSIS_COMMAND_LOOKALIKE, /* "#r\u0435solve", "\uff03resolve" */
	ANALYSIS_COMMAND_INSIDE,    /* between words for the customer */
	ANALYSIS_COMMAND_IN_SIGNATURE,
	ANALYSIS_COMMAND_BELOW_QUOTE, /* below what may be others' words */
	ANALYSIS_COMMANDS_TOO_MANY,
};

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
	/* Aligned DMARC pass of authserv_id for the one author.  Never with
	 * SMTP AUTH, where no such field is written. */
	bool dmarc_passed;
	enum analysis_protection protection;

	char *language;             /* ISO 639-1 (nullable) */
	double language_confidence; /* 0 to 1 */

	char *text;          /* the readable text */
	char *reply_text;    /* the sender's own words */
	char *signature;     /* (nullable) */
	bool status_request; /* the own words only ask for the state */

	AnalysisBounce *bounce; /* (nullable) */

	/*
	 * As if an agent wrote it.  commands: char *, "#resolve",
	 * "#tag parcel late", each as it stands on its line, blanks at both
	 * ends removed; empty where there is a problem.  agent_text: the own
	 * words and the signature without those lines: what a customer may
	 * read.  All of what the marker line of our mails to staff stands
	 * above, and it, is left out.
	 * Empty without own words: a signature alone is no word.
	 */
	GPtrArray *commands;
	char *agent_text;
	enum analysis_command_problem command_problem;
	char *command_problem_line; /* as written (nullable) */

	/* Of a mail that passes on another, inline or attached: that one's
	 * author, subject and own words (nullable). */
	char *forwarded_from;
	char *forwarded_name;
	char *forwarded_subject;
	char *forwarded_text;

	/* As if a customer wrote it, of the own words alone. */
	bool says_solved;     /* "solved, thanks", and nothing against it */
	bool says_thanks;     /* only a thank-you */
	unsigned rating;      /* 1 to 5, the answer to a survey; 0: none */
	char *rating_comment; /* the words beside it (nullable) */
	char *threat;         /* law, press or regulator, in words (nullable) */

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

/* The line in our mails to staff above which answers are written: all of it,
 * as a line of its own.  Whatever is quoted below is dropped. */
#define ANALYSIS_MARKER BASE_ANSWER_MARKER

/* The names of the agent commands, without "#", NULL-terminated, in the order
 * of the manual; and the nearest one to a word, NULL if none is near. */
const char *const *analysis_command_names(void);
const char *analysis_command_nearest(const char *word);

/*
 * The methods that an Authentication-Results field (its value, RFC 8601) of
 * this server reports: char *, in lower case; "" for a result that cannot be
 * read, after which nothing is.  NULL if the field is not of this server.
 * Linear.  (transfer full) (nullable)
 */
GPtrArray *analysis_result_methods(const char *field, const char *authserv_id);

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
