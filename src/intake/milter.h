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
	COURSE_DIRECT,   /* an agent's to others: perhaps an answer */
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
	REFUSAL_NOT_CHANGED,
	REFUSAL_IN_WORDS, /* the engine's: see refusal_words */
};

/* Header fields of ours that came in: one for each name. */
typedef struct OwnHeader OwnHeader;
struct OwnHeader {
	char *name;
	int count;
};

/* An envelope recipient that is not ours. */
typedef struct Other Other;
struct Other {
	char *path; /* as the MTA wrote it: it knows it by this */
	char *address;
};

/* A header field, by where it stands in the raw mail. */
typedef struct Field Field;
struct Field {
	guint start, colon, end; /* end: before the line's */
};

typedef struct Transaction Transaction;
struct Transaction {
	/* As it was at MAIL, so that a reload does not change the rules in the
	 * middle; NULL if the milter was stopping. */
	EnginePolicy *policy;
	enum course course;
	enum refusal refusal;
	char *refusal_words; /* (nullable) */
	char *sender;
	char *auth_login;      /* (nullable) */
	char *client;          /* (nullable) */
	GPtrArray *recipients; /* char *: those that are ours */
	GPtrArray *others;     /* Other */
	bool others_lost;      /* there was no memory for all of them */
	GByteArray *raw;
	GArray *fields; /* Field, of raw */
	guint body;     /* where it begins in raw */
	size_t reserved;
	char *message_id;       /* no brackets (nullable) */
	int64_t handed_over;    /* row of the outbox, 0: none */
	char *subject;          /* raw value of the first (nullable) */
	GPtrArray *own_headers; /* OwnHeader */
	unsigned own_headers_count;
	/* Authentication-Results: what those of our server reported, and the
	 * indices of those that came with the mail. */
	unsigned results;
	GHashTable *methods; /* char * */
	GArray *forged;      /* int, ascending */
};

/* (transfer full) policy (nullable) and all strings. */
Transaction *transaction_new(
	EnginePolicy *policy, char *sender, char *auth_login, char *client);
void transaction_free(Transaction *transaction);

/* Keeps the recipient.  resolved: as the MTA completed it (nullable). */
void transaction_add_recipient(
	Transaction *transaction, const char *path, const char *resolved);

/* Decides the course if it is open. */
enum course transaction_course(Transaction *transaction);

/* leading_space: the value is exactly what followed the colon. */
void transaction_add_header(Transaction *transaction, const char *name,
	const char *value, bool leading_space);
void transaction_end_headers(Transaction *transaction);
void transaction_add_bytes(
	Transaction *transaction, const void *bytes, size_t length);
void transaction_refuse(Transaction *transaction, enum refusal refusal);

/* Counts so many bytes more as this mail's; false: refused. */
bool transaction_reserve(Transaction *transaction, size_t bytes);

/* True if this outgoing mail bears a Message-ID of ours. */
bool transaction_is_own(const Transaction *transaction);

/* ---- refusal.c --------------------------------------------------------- */

/* Tells the MTA and the log why the mail is refused. */
sfsistat refusal_answer(
	SMFICTX *context, const Transaction *transaction, const char *queue_id);

/* ---- edit.c ------------------------------------------------------------ */

/* One mail that is being changed. */
typedef struct Edit Edit;
struct Edit {
	SMFICTX *context;
	const Transaction *transaction;
	const char *raw;    /* the mail's bytes */
	bool leading_space; /* values are written with it */
	bool failed;        /* one of the changes was not taken */
};

void edit_add(Edit *edit, const char *name, const char *value);
/* Takes off all but the first so many fields of a name. */
void edit_remove(Edit *edit, const char *name, guint keep);
/* Leaves one field of the name, with this value. */
void edit_set(Edit *edit, const char *name, const char *value);
/* The values of a field, folded with LF, blanks at both ends left out; NULL
 * if there is none of the name or it is longer than an MTA takes back.
 * (transfer full) (nullable) */
char *edit_value(const Edit *edit, const char *name, guint index);
/* The name and the value of a field.  (transfer full) */
char *edit_field_name(const Edit *edit, const Field *field);
char *edit_field_value(const Edit *edit, const Field *field);

/* What stands in every mail that has a ticket. */
void edit_remove_own(Edit *edit);
void edit_tag_subject(Edit *edit, const char *tag, const char *decoded);

/* The copy that is delivered to us. */
void edit_intake(Edit *edit, const Accepted *accepted);

/* Takes off one envelope recipient after the other: the folded addresses. */
void edit_withhold(Edit *edit, const GPtrArray *withheld);

/* ---- direct.c ---------------------------------------------------------- */

/* An agent's answer on its way to the customer. */
void direct_edit(Edit *edit, const Accepted *accepted);

/* ---- session.c --------------------------------------------------------- */

/* The table of callbacks for smfi_register(). */
struct smfiDesc session_callbacks(void);

#endif
