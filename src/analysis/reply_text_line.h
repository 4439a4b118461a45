/*
 * One line of a mail's text, and what it looks like by itself.
 */
#ifndef REDRESS_ANALYSIS_REPLY_TEXT_LINE_H
#define REDRESS_ANALYSIS_REPLY_TEXT_LINE_H

#include <stdbool.h>

#include <glib.h>

enum line_kind {
	LINE_BLANK,
	LINE_TEXT,
	LINE_QUOTED,    /* "> ..." */
	LINE_RULE,      /* dashes, underscores, equal signs and no more */
	LINE_DELIMITER, /* "-- ", RFC 3676 section 4.3 */
	LINE_ORIGINAL,  /* "-----Original Message-----" */
	LINE_FORWARD,   /* "Begin forwarded message:" */
	LINE_TITLE,    /* "---- any words ----": a marker if a header follows */
	LINE_FIELD,    /* "From: ..." */
	LINE_MOBILE,   /* "Sent from my iPhone" */
	LINE_SIGN_OFF, /* "Best regards," */
	LINE_COMMAND,  /* "#resolve" */
};

enum line_field {
	FIELD_NONE,
	FIELD_FROM,
	FIELD_DATE, /* "Date:" */
	FIELD_SENT, /* "Sent:" */
	FIELD_TO,
	FIELD_CC,
	FIELD_SUBJECT,
	FIELD_OTHER,
};

/* Where a line goes in the end. */
enum line_fate {
	FATE_OWN,
	FATE_QUOTE,
	FATE_SIGNATURE,
};

typedef struct Line Line;
struct Line {
	const char *start;
	unsigned length_bytes; /* without line end and trailing space */
	enum line_kind kind;
	enum line_field field;
	enum line_fate fate;
	bool weak; /* ">5", ">:(": by itself hardly a quote */
	/* Lines of the attribution that starts here ("On ... wrote:"); 0 if
	 * none does. */
	unsigned attribution_lines;
	bool attribution_sure; /* so that an unmarked quote may follow */
};

/* Splits into lines and classifies each. (transfer full) (element-type Line) */
GArray *line_read_all(const char *text);

/* Line i of the array. */
#define LINE_AT(lines, i) (&g_array_index(lines, Line, i))

/* Between a marker and what it marks. */
enum { LINE_MAX_BLANKS = 4 };

/* The first line from i on that is not blank, a few lines ahead at most. */
unsigned line_skip_blanks(GArray *lines, unsigned i);

/* False past the end. */
bool line_is_kind(GArray *lines, unsigned i, enum line_kind kind);

/*
 * Lower case and NFC, trimmed, marks of direction and zero width left out; NULL
 * for a line that is too long to be anything but text.
 * (transfer full) (nullable)
 */
char *line_fold(const char *start, size_t length_bytes);

/* Has letters or digits, or another sign that says something (an emoji). */
bool line_has_words(const Line *line);
bool line_has_letters(const Line *line);

/* Could stand in a signature: short and no sentence. */
bool line_is_short(const Line *line);

/* "10:32" stands in it. */
bool line_has_time(const Line *line);

/* An address, telephone number or link and little else. */
bool line_is_contact(const Line *line);

/* "Mari Maasikas", "J. P. Smith": one to four words with a capital. */
bool line_is_name(const Line *line);

/* Speaks of a mailing list, or is a lawyer's footer. */
bool line_is_footer(const Line *line);

/* Own words which say that answers stand inside the quote below. */
bool line_hints_inline(const Line *line);

#endif
