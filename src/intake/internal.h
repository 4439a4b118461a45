/* What the files of intake/ share; nothing of libmilter's. */
#ifndef REDRESS_INTAKE_INTERNAL_H
#define REDRESS_INTAKE_INTERNAL_H

#include <redress/intake.h>

/* What a front end that changes the mail needs to know of it. */
typedef struct Accepted Accepted;
struct Accepted {
	EngineReceipt receipt;
	char *subject; /* decoded (nullable) */
	/* A direct answer without its commands; NULL if it holds none. */
	GBytes *stripped;
};
void accepted_clear(Accepted *accepted);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Accepted, accepted_clear)

/* intake_accept() for a front end that changes the mail.  ret: empty; to be
 * cleared in any case. */
bool accept_mail(const IntakeDoor *door, const IntakeMail *mail, Accepted *ret,
	GError **error);

/*
 * The address in an envelope path (RFC 5321, 4.1.2) as an MTA hands it on:
 * with or without angle brackets, a source route left out, needless quotes of
 * the local part undone, valid UTF-8; "" for <>.  (transfer full)
 */
char *address_of_path(const char *path);

/* ---- pure parts of the milter ------------------------------------------ */

/*
 * Words as the lines of an SMTP answer: printable ASCII, so long that any
 * client shows them, so few that libmilter takes them; percent signs doubled,
 * as libmilter wants them.  At least one.  (transfer full)
 */
char **refusal_lines(const char *words);

/* The subject's raw value with the tag in front.  (transfer full) */
char *edit_tagged_subject(const char *raw, const char *tag, bool leading_space);

/* The References of a mail with one id more, folded with LF.  references,
 * in_reply_to: (nullable).  (transfer full) (nullable): it is there */
char *direct_references(
	const char *references, const char *in_reply_to, const char *id);

/* True if a field tells an agent's address and is none that the customer
 * needs. */
bool direct_is_private(
	const char *name, const char *value, const char *folded_agent);

/* ---- headers.c ---------------------------------------------------------- */

/* True if a field has this name, in old syntax ("Name : x") as well. */
bool headers_is_named(const char *name, size_t length, const char *wanted);

#endif
