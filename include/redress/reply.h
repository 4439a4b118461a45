/*
 * reply: facts to final MIME bytes.  Mustache templates, the customer's
 * language, dates by ICU, headers as RFC 3834 asks for.
 */
#ifndef REDRESS_REPLY_H
#define REDRESS_REPLY_H

#include <redress/base.h>
#include <redress/message.h>

#define REPLY_ERROR reply_error_quark()
GQuark reply_error_quark(void);

enum reply_kind {
	REPLY_ACK,
	REPLY_FOLLOWUP,
	REPLY_LATE,
	REPLY_RESOLVED,
	REPLY_STATUS,
	REPLY_REPLY,     /* an agent's own words */
	REPLY_SURVEY,    /* are you satisfied? */
	REPLY_AFTERCARE, /* has it stayed settled? */
	REPLY_NEED_INFO, /* questions; the ticket waits for the answer */
	/* To staff from here on, in the mailbox's language if it is there. */
	REPLY_ESCALATION,
	REPLY_BRIEFING,       /* a new or reopened ticket */
	REPLY_NUDGE,          /* a word to the customer is due soon */
	REPLY_COMMAND_RESULT, /* what became of an agent's mail */
	REPLY_UNREACHABLE,    /* the customer's address is dead */
};
enum { REPLY_KINDS = REPLY_UNREACHABLE + 1 };

/* The template's name: "ack", "followup", ... */
const char *reply_kind_name(enum reply_kind kind);
bool reply_kind_from_name(const char *name, enum reply_kind *ret_kind);

/* True from REPLY_ESCALATION on. */
bool reply_kind_is_for_staff(enum reply_kind kind);

/* True for mail that answers one mail at once (Auto-Submitted: auto-replied);
 * false for mail that a deadline or an agent starts (auto-generated). */
bool reply_kind_is_answer(enum reply_kind kind);

typedef struct ReplyTemplates ReplyTemplates;

/*
 * Loads and checks every template of the directories; a later directory
 * overrides an earlier one file by file.  A partial that a language lacks is
 * taken from the folder common/ beside the languages.  Unknown variables,
 * unclosed sections, unescaped values in HTML, or a kind missing in "en" fail
 * with file and line.  A language that lacks a customer's kind, as text or as
 * HTML, is not offered.  (transfer full)
 */
ReplyTemplates *reply_templates_load(
	const char *const *directories, GError **error);
void reply_templates_free(ReplyTemplates *templates);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ReplyTemplates, reply_templates_free)

/* ISO 639-1 codes in which every customer template exists, sorted. */
const char *const *reply_templates_languages(const ReplyTemplates *templates);

/*
 * The language in which a customer is answered: the wanted one if it has
 * templates, else the fallback if it has, else "en".
 */
const char *reply_templates_choose(const ReplyTemplates *templates,
	const char *wanted, const char *fallback);

/* ---- what is there, and how good it is -------------------------------- */

/* Something about templates that are sound. */
typedef struct ReplyRemark ReplyRemark;
struct ReplyRemark {
	bool wrong;  /* somebody should mend it; else it is only to be known */
	char *file;  /* its path, or a language's code */
	char *words; /* "lacks English's slots: thanks" */
};
void reply_remark_free(ReplyRemark *remark);

/*
 * Each customer's mail, as text and as HTML, partials included: the variables
 * and slots that it lacks or has besides, compared with English, and its HTML
 * compared with its text.  Slots that do not exist.  (transfer full): of
 * ReplyRemark
 */
GPtrArray *reply_templates_compare(const ReplyTemplates *templates);

/*
 * Each customer's mail, written for a made-up customer in each manner: whether
 * it lacks what its kind owes (thanks, the reference, a concrete time, what
 * happens next, a way to answer) or blames the customer, by the words of
 * tone/LANGUAGE.txt, of which a later folder's are added.  (transfer full): of
 * ReplyRemark
 */
GPtrArray *reply_templates_check_tone(const ReplyTemplates *templates);

enum reply_file_what {
	REPLY_FILE_MAIL,
	REPLY_FILE_PARTIAL,
	REPLY_FILE_CANNED,
};

/* One template: which file is used, and in place of which. */
typedef struct ReplyTemplateFile ReplyTemplateFile;
struct ReplyTemplateFile {
	char *language; /* its code, or "common": what all share */
	char *name;     /* "ack", "_footer", "canned/refund" */
	enum reply_file_what what;
	enum reply_kind kind; /* of a mail */
	bool html;
	/* NULL: there is none, so that the language is not offered and its
	 * customers are answered in the mailbox's, else in English. */
	char *path;
	char **hidden; /* the paths of earlier folders, in their order */
};
void reply_template_file_free(ReplyTemplateFile *file);

/* Of all languages, the incomplete too, by language and name: what there is,
 * and the mails to customers that are missing.  (transfer full): of
 * ReplyTemplateFile */
GPtrArray *reply_templates_files(const ReplyTemplates *templates);

/* What of that is to be told: a file in place of another, one of text and HTML
 * in place of both, a language that is not whole.  (transfer full): of
 * ReplyRemark */
GPtrArray *reply_templates_check_files(const ReplyTemplates *templates);

/* One thing that happened on the ticket, told in a follow-up. */
typedef struct ReplyEvent ReplyEvent;
struct ReplyEvent {
	int64_t at_s;
	/*
	 * What it was, by name: received added acknowledged assigned promised
	 * updated asked resolved reopened escalated.  Any other is left out.
	 */
	const char *what;
};

/* Another ticket, told to staff. */
typedef struct ReplyCase ReplyCase;
struct ReplyCase {
	const char *reference;
	const char *subject; /* (nullable) */
	const char *state;
	int64_t at_s;
	const char *outcome; /* how it ended, what was paid (nullable) */
};

/* One line of an agent's mail and what became of it. */
typedef struct ReplyCommand ReplyCommand;
struct ReplyCommand {
	const char *line;
	bool done;
	const char *problem;    /* in words, unless it was done (nullable) */
	const char *suggestion; /* "#resolve" (nullable) */
	const char *result;     /* what is to be shown (nullable) */
};

/*
 * Everything a template can say.  All pointers (transfer none); a NULL or 0
 * leaves the variable empty and its section unrendered.
 */
typedef struct ReplyFacts ReplyFacts;
struct ReplyFacts {
	enum reply_kind kind;
	const char *language;      /* as chosen by reply_templates_choose() */
	const char *time_zone;     /* tz identifier */
	const char *reference;     /* "7K3F-92QX" */
	const char *customer_name; /* only if the sender is authenticated */
	const char *subject;       /* only if the sender is authenticated */
	const char *mailbox_name;  /* "Example customer care" */
	const char *mailbox_address;
	const char *assignee; /* who has it (nullable: the team has) */
	int64_t opened_s;
	int64_t promised_s;     /* when a person answers */
	int64_t resolve_s;      /* by when all of it is to be settled */
	int64_t old_promised_s; /* the promise that is missed, in late */
	int64_t old_resolve_s;  /* likewise, of resolve_s */
	int64_t next_update_s;  /* when the customer hears from us next */
	int64_t now_s;
	const char *state;      /* "open", "waiting", "resolved", "closed" */
	const char *resolution; /* the agent's words, in resolved */
	bool promise_kept;      /* a person has answered already */
	bool reopened;
	unsigned messages;   /* mails from the customer so far */
	unsigned interval_s; /* of follow-ups */
	const ReplyEvent *events;
	size_t events_length;
	/*
	 * The agent's words, greeting and signature included: all of a reply;
	 * in resolved in place of our own letter; in a followup instead of the
	 * stock sentences (our greeting stays); in late the reason, instead of
	 * the stock one.  In command-result: the words that were not sent.
	 */
	const char *words;
	/* In resolved: the customer said so; there is no resolution then. */
	bool solved_by_customer;
	/* In resolved: what we asked was not answered, so the matter rests. */
	bool unanswered;
	/* In status: they are answered, and the matter goes on. */
	bool resumed;

	/* ---- in need-info ---- */
	const char *const *questions; /* NULL-terminated (nullable) */
	/* 0: asked now; else how often the questions have been put again. */
	unsigned reminder;
	int64_t wait_until_s; /* until when we wait; then the matter rests */

	/*
	 * "meek", ...  Staff are told it; a customer's mail only takes the
	 * form that suits, and never says it (nullable).
	 */
	const char *complainer;

	/* ---- in mail to staff alone ---- */
	const char *customer_address;
	unsigned late_count; /* promises missed on this ticket so far */
	/*
	 * Why it is sent, by name.  escalation: promise settlement threat
	 * reopened agent impostor rating.  briefing: new reopened added. nudge:
	 * follow-up promise.  command-result: done help refused held encrypted
	 * empty.
	 */
	const char *reason;
	const char *reason_words;   /* what it was, as it was written */
	const char *customer_words; /* what the customer wrote last */
	const char *complainer_reason;
	const char *priority; /* "low" "normal" "high" "urgent" */
	const char *type, *cause, *tags;
	bool vip;
	bool unproven; /* the customer's address is not authenticated */
	int64_t due_s; /* what a nudge is about */
	const ReplyCase *history; /* the customer's other tickets */
	size_t history_length;
	const ReplyCase *similar; /* solved ones that resemble it */
	size_t similar_length;
	const ReplyCommand *commands; /* of the agent's mail */
	size_t commands_length;
	const char *first_words; /* the answer that came before, ... */
	const char *first_by;    /* ... whose it was, when */
	int64_t first_s;
	const char *second_words; /* the one that is held */
};

/* Where a mail goes and how it threads.  All pointers (transfer none). */
typedef struct ReplyEnvelope ReplyEnvelope;
struct ReplyEnvelope {
	const char *message_id; /* without brackets */
	const char *from_name;  /* (nullable) */
	const char *from_address;
	const char *to_address;
	const char *to_name;           /* (nullable) */
	const char *reply_to;          /* with the signed token (nullable) */
	const char *in_reply_to;       /* without brackets (nullable) */
	const char *const *references; /* NULL-terminated (nullable) */
	/* The stable pseudo-reference of the ticket, no brackets (nullable). */
	const char *thread_id;
	/* What Outlook threads by, of the mail that is answered: the index gets
	 * a level more; one that is none is left out (nullable). */
	const char *thread_index;
	const char *thread_topic;
	/* "Re: [#REF] ..." is made from this; NULL: the template's own. */
	const char *subject;
	/*
	 * Carried beside the text: MessageAttachment (nullable).  Byte for byte
	 * in base 64, but for a mail (message/rfc822), for which RFC 2046,
	 * 5.2.1, forbids that: it is carried as it stands if it is 7-bit lines
	 * that end in CRLF, else as application/octet-stream named .eml.
	 */
	const GPtrArray *attachments;
	/*
	 * Addresses that must not be read by who gets the mail: each is told as
	 * from_address, but for those that the envelope itself names; NULL-
	 * terminated (nullable).  One that would still be read, in an
	 * attachment for one, is REDRESS_ERROR_INVALID.
	 */
	const char *const *private_addresses;
	/* To be looked at by who writes templates: the header says so, and
	 * that no person wrote it. */
	bool preview;
};

/*
 * A canned answer: templates/canned/LANGUAGE/NAME.txt, plain text without a
 * subject, with the variables of customers' mail.  In the language of the
 * facts, else "en".  NOT_FOUND names those that there are.  (transfer full)
 */
char *reply_render_canned(const ReplyTemplates *templates,
	const ReplyFacts *facts, const char *name, GError **error);
/*
 * Whether it may be mailed by itself: it is there in English, NOT_FOUND, and in
 * no language has a place that is still to be filled in, "[[your name]]", with
 * which reply_render_canned() makes none: INVALID.
 */
bool reply_check_canned(
	const ReplyTemplates *templates, const char *name, GError **error);
/* Of any language, sorted, NULL-terminated. */
const char *const *reply_templates_canned(const ReplyTemplates *templates);

/* What an agent may write on a line of its own, for #help and the manual. */
typedef struct ReplyCommandHelp ReplyCommandHelp;
struct ReplyCommandHelp {
	const char *name;      /* "promise" */
	const char *arguments; /* "WHEN", "" */
	const char *help;
};
size_t reply_commands_length(void);
ReplyCommandHelp reply_commands_get(size_t index);

/* What a sentence of a customer's mail means, as {{! slot: NAME }} before it
 * says. */
typedef struct ReplySlot ReplySlot;
struct ReplySlot {
	const char *name;    /* "thanks" */
	const char *meaning; /* one line */
};
size_t reply_slots_length(void);
ReplySlot reply_slots_get(size_t index);

/* True if a mail can be composed to this address. */
bool reply_can_address(const char *address);

/* A name (nullable) and such an address as they stand in this header, folded
 * with LF and a space.  (transfer full) */
char *reply_format_address(
	const char *header, const char *name, const char *address);

/*
 * The lines of the text that name a time which is promised, as they are sent;
 * NULL where none does.  (transfer full)
 */
typedef struct ReplyTold ReplyTold;
struct ReplyTold {
	char *answer;     /* names promised_s */
	char *settlement; /* names resolve_s */
	char *update;     /* names next_update_s ... */
	int64_t update_s; /* ... which is this */
};
void reply_told_clear(ReplyTold *told);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ReplyTold, reply_told_clear)

/*
 * Renders and composes.  The subject is the template's first line
 * ("Subject: ..."), always tagged [#REF]; where the envelope gives a subject,
 * "Re: " and that.  Text and HTML alternatives in UTF-8, lines at most 998
 * bytes, CRLF.  Headers are ASCII unless an address is not (RFC 6532).
 *
 * To staff the reference may be NULL: a mail that belongs to no ticket.
 *
 * An address or our Message-ID that cannot stand in a header is
 * REDRESS_ERROR_INVALID; a foreign id that cannot is left out.  Dated
 * facts->now_s.  ret_told (nullable) is cleared first.  Thread safe.
 * (transfer full)
 */
GBytes *reply_compose(const ReplyTemplates *templates, const ReplyFacts *facts,
	const ReplyEnvelope *envelope, ReplyTold *ret_told, GError **error);

/* What `redress render` prints: the rendered text or HTML alone, after a first
 * line "Subject: ...".  (transfer full) */
char *reply_render(const ReplyTemplates *templates, const ReplyFacts *facts,
	bool html, GError **error);

/* ---- Mustache --------------------------------------------------------- */

/*
 * The public Mustache specification's required modules: comments, delimiters,
 * interpolation, inverted, partials, sections.  Values are never expanded
 * again.  Context is a GVariant of type a{sv}: strings, booleans, integers,
 * nested a{sv}, and arrays "av".  Partials by name (nullable).
 */
typedef struct Mustache Mustache;

Mustache *mustache_parse(const char *text, const char *file, GError **error);
void mustache_free(Mustache *mustache);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Mustache, mustache_free)

/* escape: HTML-escape {{x}}; {{{x}}} and {{&x}} never are.  Nesting of partials
 * is at most 32 deep.  (transfer full) */
char *mustache_render(const Mustache *mustache, GVariant *context,
	GHashTable *partials, bool escape);

/* Calls visit for each variable or section name with its line. */
void mustache_visit_names(const Mustache *mustache,
	void (*visit)(const char *name, unsigned line, void *user), void *user);

#endif
