/* reply, inside: what its files share. */
#ifndef REDRESS_REPLY_INTERNAL_H
#define REDRESS_REPLY_INTERNAL_H

#include <redress/reply.h>

/* ---- mustache: the parsed form ---------------------------------------- */

enum mustache_node_type {
	MUSTACHE_TEXT,
	MUSTACHE_VARIABLE, /* {{x}} */
	MUSTACHE_RAW,      /* {{{x}}}, {{&x}} */
	MUSTACHE_SECTION,  /* {{#x}} */
	MUSTACHE_INVERTED, /* {{^x}} */
	MUSTACHE_PARTIAL,  /* {{>x}} */
	MUSTACHE_SLOT,     /* {{! slot: x }}: what a sentence means */
};

typedef struct MustacheNode MustacheNode;
struct MustacheNode {
	enum mustache_node_type type;
	unsigned line;
	/* Begins a line of its template: an indented partial indents here. */
	bool line_start;
	char *text;          /* the text, or the name */
	char *indent;        /* of a partial on a line of its own, else NULL */
	GPtrArray *children; /* MustacheNode, of sections, else NULL */
};

struct Mustache {
	GPtrArray *nodes; /* MustacheNode */
};

typedef struct MustacheVisitor MustacheVisitor;
struct MustacheVisitor {
	/* sections: the names of the sections around the node, outermost
	 * first (transfer none). */
	void (*visit)(const MustacheNode *node, const GPtrArray *sections,
		void *user);
	void *user;
};

/* Calls visit for every node that names something, partials too. */
void mustache_visit(const Mustache *mustache, const MustacheVisitor *visitor);

/* ---- mustache_value.c -------------------------------------------------- */

/* What a name in a template stands for. */
typedef struct MustacheValue MustacheValue;
struct MustacheValue {
	bool truthy;         /* a section on it is rendered */
	const char *text;    /* as a variable, never NULL */
	char *own_text;      /* the same, where it is to be freed */
	GPtrArray *items;    /* MustacheValue, of a list, else NULL */
	GHashTable *entries; /* name -> MustacheValue, else NULL */
};

/* (transfer full) all; text: (transfer full) */
MustacheValue *mustache_value_text(char *text);
MustacheValue *mustache_value_flag(bool flag);
MustacheValue *mustache_value_number(unsigned number);
MustacheValue *mustache_value_list(void);
MustacheValue *mustache_value_dictionary(void);
MustacheValue *mustache_value_from_variant(GVariant *variant);
void mustache_value_free(MustacheValue *value);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MustacheValue, mustache_value_free)

/* item, value: (transfer full); name: (transfer none), outlives it. */
void mustache_value_add(MustacheValue *list, MustacheValue *item);
void mustache_value_put(
	MustacheValue *dictionary, const char *name, MustacheValue *value);

/* As mustache_render(), many times from one context.  (transfer full) */
char *mustache_render_value(const Mustache *mustache,
	const MustacheValue *context, GHashTable *partials, bool escape);

/* ---- dates.c ----------------------------------------------------------- */

/* Dates as people of a language say them; keeps what ICU is slow to make. */
typedef struct ReplyDates ReplyDates;

ReplyDates *reply_dates_new(void);
void reply_dates_free(ReplyDates *dates);

/*
 * "Tuesday 24 November 2026 at 14:00 (Tallinn time)"; in an hour that comes
 * twice "(Tallinn time, UTC+2)".  A time zone that is unknown or NULL is UTC,
 * and says so; in a language that is unknown the form is ICU's own.  Thread
 * safe.  (transfer full)
 */
char *reply_dates_format(ReplyDates *dates, const char *language,
	const char *time_zone, int64_t at_s);

/* ---- zones.c ----------------------------------------------------------- */

/* "Helsingi aeg", where a zone, by ICU's canonical name, is not called by the
 * language's frame for cities.  (transfer none) (nullable) */
const char *zones_find(const char *language, const char *zone);

/* ---- plural.c ---------------------------------------------------------- */

/*
 * The form that words take beside a number: of PREFIX_one, PREFIX_few,
 * PREFIX_many and PREFIX_other exactly one is true, by the language's cardinal
 * rules in ICU.  "zero" and "two", which a few languages have besides, are
 * "other".
 */
void plural_put(MustacheValue *dict, const char *prefix, const char *language,
	unsigned number);

/* ---- names.c ----------------------------------------------------------- */

/*
 * A name from a From field as a greeting says it to a reader of this language:
 * clean_line(), without "(via ...)" or a comma between family and given name,
 * not all in capitals.  "" if it is none, but an address for one.
 * (transfer full)
 */
char *names_greet(const char *name, const char *language);

/* ---- clean.c ----------------------------------------------------------- */

enum {
	CLEAN_NAME_MOST = 100, /* characters */
	CLEAN_SUBJECT_MOST = 200,
	CLEAN_LINE_MOST = 1000, /* a question, what became of a command */
	CLEAN_WORDS_MOST = 32 * 1024,
	CLEAN_ANSWER_MOST = 256 * 1024, /* an agent's whole letter */
};

/*
 * Words that came by mail, fit to be shown: valid UTF-8, no control or bidi
 * controls, blanks as one space, at most most_chars (an ellipsis
 * where it was cut).  NULL gives "".  (transfer full)
 */
char *clean_line(const char *text, size_t most_chars);

/* The same, but keeps line ends, as LF.  (transfer full) */
char *clean_lines(const char *text, size_t most_chars);

/* An addr-spec (RFC 5322, RFC 6532) that can stand between < and >. */
bool clean_is_address(const char *address);

/* A message id without brackets that can stand between < and >. */
bool clean_is_message_id(const char *id);

/* ---- words.c ----------------------------------------------------------- */

/*
 * Clean words as they stand in a header, folded with LF and a space: as they
 * are, or as encoded-words (RFC 2047).  used_bytes: how much of the first line
 * is taken.  (transfer full)
 */
char *words_encode(const char *text, size_t used_bytes);

/* The same before an address: a quoted string or encoded-words. */
char *words_encode_phrase(const char *text);

/* ---- lines.c ----------------------------------------------------------- */

/*
 * Words as templates show them: under text_name the whole, under lines_name a
 * list of lines.  A line with a link has pieces besides.  Without
 * text nothing is listed.
 */
void lines_put(MustacheValue *dictionary, const char *text_name,
	const char *lines_name, const char *text, size_t most_chars);

/* ---- put.c ------------------------------------------------------------- */

/* Who says when. */
typedef struct Clock Clock;
struct Clock {
	ReplyDates *dates;
	const char *language;
	const char *time_zone;
};

void put_text(
	MustacheValue *dict, const char *name, const char *text, size_t most);
void put_flag(MustacheValue *dict, const char *name, bool value);
void put_number(MustacheValue *dict, const char *name, unsigned value);
/* "" for 0. */
void put_time(MustacheValue *dict, const char *name, const Clock *clock,
	int64_t at_s);

/* ---- staff.c ----------------------------------------------------------- */

/* What only mail to staff can say. */
void staff_put(
	MustacheValue *dict, const ReplyFacts *facts, const Clock *clock);

/* ---- facts.c ----------------------------------------------------------- */

/* What templates see.  status_address: where a request for the status goes
 * (nullable).  (transfer full) */
MustacheValue *reply_facts_context(const ReplyFacts *facts,
	const char *language, const char *status_address, ReplyDates *dates);

/* ---- check.c ----------------------------------------------------------- */

/* How the names of partials begin that only mail to staff may take in. */
#define CHECK_STAFF_PREFIX "staff_"

typedef struct TemplateFile TemplateFile;
struct TemplateFile {
	const char *path;
	bool html;
	bool shared;                /* a partial or a canned answer */
	bool for_staff;             /* such a partial */
	enum reply_kind kind;       /* unless it is shared */
	const GHashTable *partials; /* that it may name (nullable) */
};

/* Whether a template says only what there is to say, and, to staff, says it
 * below the marker. */
bool reply_check(
	const Mustache *mustache, const TemplateFile *file, GError **error);

/* ---- slots.c ----------------------------------------------------------- */

bool slot_is_known(const char *name);

/* ---- compare.c --------------------------------------------------------- */

/* Of ReplyRemark.  (transfer full) */
GPtrArray *remarks_new(void);

/* words: (transfer full). */
void remarks_add(GPtrArray *remarks, bool wrong, const char *file, char *words);

/* ---- templates.c ------------------------------------------------------- */

typedef struct Rendered Rendered;
struct Rendered {
	const char *language; /* of the template that was taken */
	char *subject;
	char *text; /* LF, ends with one */
	char *html; /* LF */
	ReplyTold told;
};

/* html may be left out, being the dearer half. */
bool reply_templates_render(const ReplyTemplates *templates,
	const ReplyFacts *facts, const char *status_address, bool html,
	Rendered *ret, GError **error);
void rendered_clear(Rendered *rendered);

/* ---- told.c ------------------------------------------------------------ */

/* Puts the times that are promises, so that they are found in what is made of
 * them. */
void told_mark(
	MustacheValue *dict, const ReplyFacts *facts, const Clock *clock);
/* Which lines of a text promise a time. */
void told_find(ReplyTold *told, const ReplyFacts *facts, const char *text);
/* What is mailed has no marks. */
void told_unmark(char *text);

/* One name, and the files of that name in all folders. */
typedef struct FoundFile FoundFile;
struct FoundFile {
	char *path;        /* the winning one */
	GPtrArray *hidden; /* char *: those of earlier folders, in order */
};

/* name -> FoundFile.  (transfer full) */
GHashTable *found_files_new(void);

/* path: (transfer full); it wins over what was found before. */
void found_files_add(GHashTable *files, const char *name, char *path);

/* NULL if there is none. */
const char *found_files_path(const GHashTable *files, const char *name);

/* ---- canned.c ---------------------------------------------------------- */

/* Canned answers, by language and name. */
typedef struct Canned Canned;

Canned *canned_new(void);
void canned_free(Canned *canned);

/* Adds those of a folder of templates, which may have none. */
bool canned_list(Canned *canned, const char *directory, GError **error);

/* Reads and checks all that were listed. */
bool canned_read(Canned *canned, GError **error);

const char *const *canned_names(const Canned *canned);

/* "LANGUAGE/NAME" -> FoundFile. */
GHashTable *canned_files(const Canned *canned);

/* What stands in it between "[[" and "]]", for an administrator to fill in;
 * NULL if nothing does. */
const char *canned_unfilled(
	const Canned *canned, const char *language, const char *name);

/* (transfer none) (nullable) */
const Mustache *canned_find(
	const Canned *canned, const char *language, const char *name);

/* ---- templates.c, for canned.c ------------------------------------------ */

/* ISO 639: two or three small letters. */
bool template_is_language(const char *name);

/* (transfer full) (nullable) */
char *template_read_file(const char *path, GError **error);

bool template_fail(GError **error, const char *path, const char *why);

/* ---- private.c --------------------------------------------------------- */

/*
 * Addresses that the reader must not see.  Made of those of the envelope that
 * are not the reader's or ours.  NULL if there are none: then nothing is
 * hidden or found.  (transfer full) (nullable)
 */
typedef struct Private Private;

Private *private_new(const ReplyEnvelope *envelope);
void private_free(Private *private);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Private, private_free)

/* The text with from_address in place of each.  (transfer full) */
char *private_hide(const Private *private, const char *text);

/* Whether one can be read in text, whatever its case and form... */
bool private_finds_text(const Private *private, const char *text);

/* ... or stands in any bytes. */
bool private_finds_bytes(const Private *private, GBytes *bytes);

/* ---- attachments.c ----------------------------------------------------- */

/* Its name as a file's, safe in any folder.  (transfer full) */
char *attachment_name(const MessageAttachment *attachment);

/* ---- outlook.c -------------------------------------------------------- */

/* The index of an answer to a mail with this one, or NULL if it is none.
 * (transfer full) */
char *outlook_answer_index(
	const char *index, int64_t now_s, const char *message_id);

#endif
