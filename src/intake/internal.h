/* What the files of intake/ share; nothing of libmilter's. */
#ifndef REDRESS_INTAKE_INTERNAL_H
#define REDRESS_INTAKE_INTERNAL_H

#include <redress/intake.h>

/* intake_accept() that also tells the decoded subject.  (transfer full)
 * (nullable) */
bool accept_mail(const IntakeDoor *door, const IntakeMail *mail,
	EngineReceipt *ret_receipt, char **ret_subject, GError **error);

/*
 * The address in an envelope path (RFC 5321, 4.1.2) as an MTA hands it on:
 * with or without angle brackets, a source route left out, needless quotes of
 * the local part undone, valid UTF-8; "" for <>.  (transfer full)
 */
char *address_of_path(const char *path);

#endif
