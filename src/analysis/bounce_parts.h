/*
 * What the files of the bounce reader give each other.
 */
#ifndef REDRESS_BOUNCE_PARTS_H
#define REDRESS_BOUNCE_PARTS_H

#include "internal.h"

/* Nobody needs more of a bounce than this; what is past it is not read. */
enum {
	BOUNCE_MAX_RECIPIENTS = 100,
	BOUNCE_MAX_MENTIONS = 400, /* of addresses */
	BOUNCE_MAX_PROSE_BYTES = 64 * 1024,
	BOUNCE_MAX_DIAGNOSTIC_BYTES = 2 * 1024,
};

/* ---- bounce_reason.c -------------------------------------------------- */

/* What a mail server's words mean. */
typedef struct BounceReason BounceReason;
struct BounceReason {
	const char *phrase; /* lower case, single spaces */
	const char *reason; /* "user-unknown", ... */
	const char *status; /* when the mail names none */
};

/* The first row whose phrase is in the folded words, or NULL. */
const BounceReason *bounce_reason_find(const char *folded);

/* The reason group that an enhanced status code alone gives, or NULL. */
const char *bounce_reason_of_status(const char *status);

/* The status that a reason has when nothing else says it: "5.1.1". */
const char *bounce_reason_default_status(const char *reason);

/* How grave: a bigger number says more surely that the address is dead. */
unsigned bounce_reason_gravity(const char *reason);

/* Lower case, every run of white space one space.  (transfer full) */
char *bounce_fold(const char *text, size_t length);

/*
 * The enhanced status code ("5.1.1") in a server's words, or NULL.
 * (transfer full) (nullable)
 */
char *bounce_find_status(const char *words);

/* The class (2, 4 or 5) of the SMTP reply code in a server's words, or 0. */
int bounce_find_reply_class(const char *words);

/* ---- bounce_status.c -------------------------------------------------- */

/* Adds the recipients of an RFC 3464 or RFC 6533 status text. */
void bounce_status_read(const char *text, GPtrArray *recipients);

/* Fills status, reason and action of a recipient from the server's words. */
void bounce_recipient_judge(
	AnalysisRecipient *recipient, const char *words, bool delayed);

/* ---- bounce_notification.c -------------------------------------------- */

/* Amazon SES tells of bounces in JSON.  NULL if the text is none of that.
 * (transfer full) (nullable) */
AnalysisBounce *bounce_notification_read(const char *text);

/* Fills permanent and reason from the recipients. */
void bounce_sum_up(AnalysisBounce *bounce);

/* ---- bounce_prose.c --------------------------------------------------- */

/* True if the subject, or the words, may be those of a bounce; people write so
 * too, of parcels.  Only a program writes what is certain. */
bool bounce_prose_is_subject(const char *subject);
bool bounce_prose_is_likely(const char *text);
bool bounce_prose_is_certain(const char *text);

/* Adds the recipients that a bounce in prose names, if there are none yet, and
 * says why where that is not known. */
void bounce_prose_read(const Message *message, const AnalysisEnvelope *envelope,
	const char *text, GPtrArray *recipients);

/* Where the copy of the returned mail begins in a bounce's text: the first
 * byte after the prose (strlen(text) if there is none). */
size_t bounce_prose_length(const char *text);

/* True if the words say "not yet", not "no". */
bool bounce_prose_is_delay(const char *folded);

#endif
