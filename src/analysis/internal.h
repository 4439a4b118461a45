/*
 * What the files of analysis/ give each other.  Every function is pure, takes
 * valid UTF-8, runs in linear time and never fails.
 */
#ifndef REDRESS_ANALYSIS_INTERNAL_H
#define REDRESS_ANALYSIS_INTERNAL_H

#include <redress/analysis.h>

/* ---- subject.c -------------------------------------------------------- */

/* Without reply and forward prefixes and our [#REF] tags. (transfer full) */
char *subject_base(const char *subject);

/* ---- reply_text.c ----------------------------------------------------- */

/* A readable text, told apart. */
typedef struct ReplyText ReplyText;
struct ReplyText {
	char *own;       /* the sender's own words */
	char *signature; /* (nullable) */
	/* There are no own words: these are of the mail that is passed on. */
	bool passed_on;
	/* A line of the own words below which they may be somebody else's
	 * (nullable). */
	char *doubt;
	bool forwards; /* a line says that a mail is passed on below */
};

/*
 * Splits a readable text into the sender's own words and the signature; quotes
 * of earlier mails are left out, and all from the marker line of our own mails
 * on; inline answers between quotes are kept, and in doubt a quote stays.
 */
void reply_text_read(const char *text, ReplyText *ret_reply);
void reply_text_clear(ReplyText *reply);

/* The same; ret_signature may be NULL inside.  (transfer full) */
void reply_text_split(
	const char *text, char **ret_reply_text, char **ret_signature);

/* Where the line begins that holds ANALYSIS_MARKER, however it is quoted or
 * wrapped, or NULL. */
const char *reply_text_find_marker(const char *text);

/* ---- agent_text.c ----------------------------------------------------- */

/* Fills commands, agent_text, command_problem and command_problem_line from
 * reply_text and signature, which reply is of. */
void agent_text_read(Analysis *analysis, const ReplyText *reply);

/* The line, blanks at its ends aside, is a command that is known. */
bool agent_text_is_command(const char *start, size_t length);

/* True if a line of the text would be taken for a known command, be it in other
 * letters. */
bool agent_text_any_command(const char *text);

/* ---- forward.c -------------------------------------------------------- */

/* Fills what is known of the mail that this one passes on. */
void forward_read(
	Analysis *analysis, const Message *message, const ReplyText *reply);

/* ---- protection.c ----------------------------------------------------- */

/* Whether the mail, or its text, is signed or encrypted. */
enum analysis_protection protection_judge(const Message *message);

/* ---- language.c ------------------------------------------------------- */

/* ISO 639-1 or NULL when nothing can be said; confidence 0 to 1.
 * (transfer full) (nullable) */
char *language_detect(const char *text, double *ret_confidence);

/* Loads what language_detect() needs, so that it opens no file afterwards and
 * several threads may call it.  Call once, before the sandbox closes. */
void language_warm_up(void);

/* ---- words.c ---------------------------------------------------------- */

/* True if the own words only ask for the state: "STATUS", "tila?", ... */
bool words_ask_for_status(const char *reply_text);

/* ---- folded.c --------------------------------------------------------- */

typedef struct FoldedText FoldedText;
struct FoldedText {
	/* Lower case and NFC, each white space one blank, straight apostrophes,
	 * a blank at both ends. */
	GString *text;
	guint8 starts[1 << 13]; /* of words, a bit for each hash */
};

/* subject, text: (nullable), of both the first most_bytes.  (transfer full) */
FoldedText *folded_new(
	const char *subject, const char *text, size_t most_bytes);
void folded_free(FoldedText *folded);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FoldedText, folded_free)

/* False if no word begins as these folded bytes do. */
bool folded_may_hold(
	const FoldedText *folded, const char *phrase, size_t length);

/* Of a script that puts no blanks between words. */
bool folded_is_unspaced(gunichar c);

/* ---- complainer.c ----------------------------------------------------- */

/* Fills complainer and its reason, urgency, asks_compensation and threat from
 * the subject, the own words and the language. */
void complainer_judge(Analysis *analysis);

/* ---- says.c ----------------------------------------------------------- */

/* Fills says_solved, says_thanks, rating and rating_comment; everything else is
 * there. */
void says_judge(Analysis *analysis);

/* ---- accept.c --------------------------------------------------------- */

/* Fills complaint_score and complaint_reasons; everything else is there. */
void accept_judge(Analysis *analysis);

/* ---- conversation.c --------------------------------------------------- */

/* Fills other_ids, thread_index, thread_topic and forward. */
void conversation_read(Analysis *analysis, const Message *message);

/* ---- signals.c -------------------------------------------------------- */

/* Fills kind, guard, guard_detail and cost. */
void signals_judge(Analysis *analysis, const Message *message,
	const AnalysisEnvelope *envelope);

/* True if the address, its detail left out, is one of our mailboxes. */
bool signals_address_is_ours(
	const char *address, const AnalysisEnvelope *envelope);

/* True if nobody takes an answer: <> in the envelope or in Return-Path. */
bool signals_sender_is_null(
	const Message *message, const AnalysisEnvelope *envelope);

/* True for a receipt (RFC 8098) or a feedback report (RFC 5965). */
bool signals_is_other_report(const Message *message);

/* ---- signals_subject.c ------------------------------------------------ */

/* True if the subject begins as those that responders write: "Automatic
 * reply: ...", in the languages of the table. */
bool signals_subject_is_auto_reply(const char *subject);

/* True if the subject asks to prove that one is a person. */
bool signals_subject_is_challenge(const char *subject);

/* ---- bounce.c --------------------------------------------------------- */

/* What a bounce says, or NULL if the mail is none.  (transfer full) */
AnalysisBounce *bounce_read(
	const Message *message, const AnalysisEnvelope *envelope);
AnalysisBounce *bounce_new(void);
void bounce_free(AnalysisBounce *bounce);
AnalysisRecipient *bounce_recipient_new(void);
void bounce_recipient_free(AnalysisRecipient *recipient);

/* ---- analysis.c ------------------------------------------------------- */

AnalysisAttachment *attachment_new(void);

/* ---- authentication.c ------------------------------------------------- */

/* Aligned DMARC in the topmost Authentication-Results of authserv_id, or SMTP
 * AUTH.  *ret_how in words (nullable). */
bool authentication_judge(const Message *message,
	const AnalysisEnvelope *envelope, char **ret_how);

/* Aligned DMARC alone; never with SMTP AUTH. */
bool authentication_dmarc_passed(
	const Message *message, const AnalysisEnvelope *envelope);

#endif
