/*
 * What the files of message/ give each other.  Everything takes hostile bytes
 * and runs in linear time.
 */
#ifndef REDRESS_MESSAGE_INTERNAL_H
#define REDRESS_MESSAGE_INTERNAL_H

#include <redress/message.h>

/* ---- message.c -------------------------------------------------------- */

/* GMime's own start, once. */
void message_init(void);

/* Notes what was cut or repaired; the same words are noted once. */
void message_add_defect(GPtrArray *defects, const char *words);

/* ---- bounds.c --------------------------------------------------------- */

/* One header field: bounded, unfolded, without NUL, else as it came. */
typedef struct RawField RawField;
struct RawField {
	char *name;
	char *value;
};

typedef struct RawMessage RawMessage;
struct RawMessage {
	GPtrArray *fields; /* RawField, the top block in order */
	GByteArray *mime;  /* the Content fields and the body, for GMime */
};

/* Splits off the top header and enforces the bounds that GMime lacks, in the
 * headers of MIME parts and embedded mails too.  (transfer full) */
RawMessage *bounds_apply(const char *bytes, size_t length, GPtrArray *defects);
void bounds_free(RawMessage *raw);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RawMessage, bounds_free)

/* The length of the line at p with its end; the last may lack one. */
size_t bounds_line_length(const char *p, const char *end);

/* True for a line of nothing but its end. */
bool bounds_line_is_empty(const char *line, size_t length);

/* The length of the field's name if the line looks like "Name:", else 0. */
size_t bounds_field_name(const char *line, size_t length);

/* ---- text.c ----------------------------------------------------------- */

/* Any bytes as UTF-8: the declared charset (nullable) if it fits, else UTF-8,
 * else a guess.  Cleaned as text_clean() does.  (transfer full) */
char *text_decode(const char *bytes, size_t length, const char *charset,
	GPtrArray *defects);

/* Valid UTF-8 without NUL and bidi overrides and isolates; CRLF and CR become
 * LF.  (transfer full) */
char *text_clean(const char *bytes, size_t length);

/* As text_clean(), on one line without control characters. */
char *text_clean_line(const char *bytes, size_t length);

/* Joins the soft lines of format=flowed (RFC 3676).  (transfer full) */
char *text_unflow(const char *text, bool delete_space);

/* At most `most` bytes, cut between characters. (transfer full) */
char *text_cut(char *text, size_t most, bool *ret_cut);

/* How many letters and digits, counted up to most. */
size_t text_count_letters(const char *text, size_t most);

/* ---- charset.c -------------------------------------------------------- */

/* The iconv name of what a mail calls a charset, or NULL if that says nothing
 * (us-ascii, unknown-8bit, ...). */
const char *charset_canonical(const char *charset, char buffer[64]);

/* Converts; NULL if the converter is unknown or more than most_errors bytes do
 * not fit.  What does not fit becomes U+FFFD.  (transfer full) (nullable) */
GString *charset_convert(const char *bytes, size_t length, const char *charset,
	size_t most_errors, size_t *ret_errors);

/* The likeliest charset of undeclared bytes that are not UTF-8. */
const char *charset_guess(const char *bytes, size_t length);

/* Opens every converter that mail uses, so that none is loaded later. */
void charset_warm_up(void);

/* ---- headers.c -------------------------------------------------------- */

/* A raw value decoded: 8-bit text and encoded-words.  (transfer full) */
char *headers_decode(const char *value, GPtrArray *defects);

/* Fills the headers and everything that is read from them. */
void headers_read(Message *message, const RawMessage *raw);

/* ---- html.c ----------------------------------------------------------- */

/* The lines of an HTML page, written as its tags and characters come. */
typedef struct HtmlPage HtmlPage;

HtmlPage *html_page_new(void);
void html_page_free(HtmlPage *page);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HtmlPage, html_page_free)

/* attributes: names and values by turns, NULL-terminated (nullable). */
void html_page_start(
	HtmlPage *page, const char *name, const char *const *attributes);
void html_page_end(HtmlPage *page);
void html_page_write(HtmlPage *page, const char *utf8, size_t length);
bool html_page_is_hidden(const HtmlPage *page);

/* What has been written so far.  (transfer none) */
const GString *html_page_text(const HtmlPage *page);

/* The tag at p, behind its '<': its end behind '>', or NULL. */
const char *html_tag_end(const char *p, const char *end);
size_t html_tag_name_length(const char *p, const char *end);
bool html_tag_has_too_much(const char *p, const char *end);
bool html_tag_is_void(const char *name, size_t length);

/* ---- parts.c ---------------------------------------------------------- */

/* Fills parts, text and html. */
void parts_read(Message *message, const RawMessage *raw);

/* The MIME tree of a mail, a GMimeObject.  Its contents are ranges of the
 * stream, whose bytes are raw->mime.  (transfer full) (nullable) */
gpointer parts_parse(const RawMessage *raw);

/* What an object of the tree is, without its content: the GMimeObject's
 * MessagePart.  (transfer full) */
MessagePart *parts_describe(gpointer object, GPtrArray *defects);
void parts_free(MessagePart *part);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MessagePart, parts_free)

/* PGP and S/MIME signatures; delivery-status and its like; what may be a body
 * that is read. */
bool parts_is_signature(const char *type);
bool parts_is_machine_text(const char *type);
bool parts_is_body_text(const char *type);

/* The decoded bytes of a GMimePart.  (transfer full) */
GByteArray *parts_read_content(gpointer object);

/* "<meta charset=...>" of HTML.  (transfer full) (nullable) */
char *parts_html_charset(const char *html, size_t length);

/* format=flowed, and whether delsp=yes. */
bool parts_is_flowed(gpointer object, bool *ret_delete_space);

#endif
