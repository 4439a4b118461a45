/*
 * What the milter's files share.  A connection (Session) holds only what was
 * negotiated; everything of a mail is in its Transaction, which is made at
 * MAIL and gone at the next MAIL, at abort, at the verdict and at close.
 */
#ifndef REDRESS_INTAKE_MILTER_H
#define REDRESS_INTAKE_MILTER_H

#include "internal.h"

/* libmilter has a bool of its own if it does not find this one. */
#include <libmilter/mfapi.h>

/* ---- milter.c: what all connections share ------------------------------ */

const IntakeMilterOptions *milter_options(void);

/* Between these two the engine may be used; false once the milter stops. */
bool milter_enter(void);
void milter_leave(void);

/* The bound on bytes of all mails in hand. */
bool milter_reserve(size_t bytes);
void milter_release(size_t bytes);

void milter_count(int mails);

/* ---- transaction.c ----------------------------------------------------- */

/* What becomes of a mail, known when its last recipient is. */
enum course {
	COURSE_OPEN,     /* the envelope is not complete */
	COURSE_INTAKE,   /* for a mailbox of ours */
	COURSE_OUTGOING, /* perhaps our own: headers only */
	COURSE_FOREIGN,  /* none of our business */
	COURSE_REFUSED,  /* see refusal */
};

enum refusal {
	REFUSAL_NONE,
	REFUSAL_TOO_BIG,
	REFUSAL_NO_MEMORY,
	REFUSAL_FORGERIES,
	REFUSAL_STOPPING,
	REFUSAL_NOT_RECORDED,
};

/* Header fields of ours that came in: one for each name. */
typedef struct OwnHeader OwnHeader;
struct OwnHeader {
	char *name;
	int count;
};

typedef struct Transaction Transaction;
struct Transaction {
	/* As it was at MAIL, so that a reload does not change the rules in the
	 * middle; NULL if the milter was stopping. */
	EnginePolicy *policy;
	enum course course;
	enum refusal refusal;
	char *sender;
	char *auth_login;      /* (nullable) */
	char *client;          /* (nullable) */
	GPtrArray *recipients; /* char *: those that are ours */
	GByteArray *raw;
	size_t reserved;
	char *message_id;       /* no brackets (nullable) */
	int64_t handed_over;    /* row of the outbox, 0: none */
	char *subject;          /* raw value of the first (nullable) */
	GPtrArray *own_headers; /* OwnHeader */
	unsigned own_headers_count;
};

/* (transfer full) policy (nullable) and all strings. */
Transaction *transaction_new(
	EnginePolicy *policy, char *sender, char *auth_login, char *client);
void transaction_free(Transaction *transaction);

/* Keeps the recipient if it is ours.  resolved: as the MTA completed it
 * (nullable). */
void transaction_add_recipient(
	Transaction *transaction, const char *path, const char *resolved);

/* Decides the course if it is open. */
enum course transaction_course(Transaction *transaction);

/* leading_space: the value is exactly what followed the colon. */
void transaction_add_header(Transaction *transaction, const char *name,
	const char *value, bool leading_space);
void transaction_add_bytes(
	Transaction *transaction, const void *bytes, size_t length);
void transaction_refuse(Transaction *transaction, enum refusal refusal);

/* True if this outgoing mail bears a Message-ID of ours. */
bool transaction_is_own(const Transaction *transaction);

/* ---- edit.c ------------------------------------------------------------ */

/* Removes forged headers, adds ours, tags the subject.  False: not all. */
bool edit_mail(SMFICTX *context, const Transaction *transaction,
	const EngineReceipt *receipt, const char *subject, bool leading_space);

/* The subject's raw value with the tag in front.  (transfer full) */
char *edit_tagged_subject(
	const char *raw, const char *reference, bool leading_space);

/* ---- session.c --------------------------------------------------------- */

/* The table of callbacks for smfi_register(). */
struct smfiDesc session_callbacks(void);

#endif
