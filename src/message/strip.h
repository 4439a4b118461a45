/*
 * What the files that take lines out of a mail give each other.  The rule of
 * all of them: what is not certain is an error, with words for the sender.
 */
#ifndef REDRESS_MESSAGE_STRIP_H
#define REDRESS_MESSAGE_STRIP_H

#include "internal.h"

/* Bytes or characters from `start` to before `end`. */
typedef struct StripRange StripRange;
struct StripRange {
	size_t start;
	size_t end;
};

/* REDRESS_ERROR_INVALID with ASCII words; returns false. */
bool strip_refuse(GError **error, const char *words);

/* ---- strip_lines.c ---------------------------------------------------- */

/* The lines that are to go, in the forms in which they are compared. */
typedef struct StripLines StripLines;
struct StripLines {
	GPtrArray *exact;  /* char *, each once */
	GPtrArray *folded; /* char *: as a hasty eye reads them */
	GArray *wanted;    /* unsigned: how often each was given */
};

StripLines *strip_lines_new(const char *const *lines);
void strip_lines_free(StripLines *lines);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StripLines, strip_lines_free)

enum strip_kind {
	STRIP_OTHER,   /* stays */
	STRIP_QUOTED,  /* stays, whatever it says */
	STRIP_COMMAND, /* goes */
	STRIP_DOUBT,   /* reads like one that goes, but is not quite it */
};

/* One line as it reads: several lines of the text if they are flowed. */
typedef struct StripLine StripLine;
struct StripLine {
	enum strip_kind kind;
	unsigned which; /* of StripLines.exact, if STRIP_COMMAND */
	size_t start;
	size_t end;   /* before the line's end */
	size_t after; /* behind it */
};

/* format=flowed and delsp of a part. */
typedef struct StripFlow StripFlow;
struct StripFlow {
	bool flowed;
	bool delete_space;
};

/* Judges every line of a text in UTF-8.  (element-type StripLine)
 * (transfer full) */
GArray *strip_lines_judge(const StripLines *lines, const char *text,
	size_t length, StripFlow flow);

/* A line as it is compared: single blanks, nothing invisible. (transfer full)
 */
char *strip_lines_tidy(const char *text, size_t length);

/* Whether a text holds one of the lines among its words, however spaced. */
bool strip_lines_within(
	const StripLines *lines, const char *text, size_t length);

/* ---- strip_charset.c -------------------------------------------------- */

/* Bytes as characters, each of which knows its bytes. */
typedef struct StripText StripText;
struct StripText {
	GString *utf8;
	GArray *origins; /* StripOrigin by position; NULL: the same bytes */
};

/* NULL if the charset is not known or the bytes are not in it.  charset:
 * declared (nullable).  (transfer full) (nullable) */
StripText *strip_text_new(
	const char *bytes, size_t length, const char *charset);
void strip_text_free(StripText *text);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StripText, strip_text_free)

/* The bytes of the characters from start to end, added to ranges. */
void strip_text_map(
	const StripText *text, StripRange characters, GArray *ranges);

/* ---- strip_transfer.c ------------------------------------------------- */

enum strip_transfer {
	STRIP_TRANSFER_SAME,
	STRIP_TRANSFER_QUOTED,
	STRIP_TRANSFER_BASE64,
	STRIP_TRANSFER_UNKNOWN,
};

/* header: of Content-Transfer-Encoding (nullable). */
enum strip_transfer strip_transfer_parse(const char *header);

/* The content decoded, strictly; NULL if it is malformed.  (transfer full)
 * (nullable) */
GByteArray *strip_transfer_decode(
	enum strip_transfer transfer, const char *raw, size_t length);

/* The encoded content without these ranges of the decoded one, which are in
 * order.  (transfer full) */
GByteArray *strip_transfer_edit(enum strip_transfer transfer, const char *raw,
	size_t length, const GArray *ranges);

/* ---- strip_html.c ----------------------------------------------------- */

/*
 * What of an HTML text (UTF-8) has to go, as ranges of its bytes, and how often
 * each line; *ret_words tells whether it shows any.  False, with words, if it
 * is not certain.
 */
bool strip_html_find(const StripLines *lines, const GString *html,
	GArray *ranges, unsigned *counts, bool *ret_words, GError **error);

#endif
