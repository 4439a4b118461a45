/* check: what the parts of `redress check` share. */
#ifndef REDRESS_CLI_CHECK_H
#define REDRESS_CLI_CHECK_H

#include "cli.h"

typedef struct Check Check;
struct Check {
	Cli *cli;
	const Config *config;
	unsigned failed;
};

/* One line: what was found; where it is bad, also what to do.  A warning does
 * not make the check fail. */
void check_good(Check *check, const char *name, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
void check_warn(Check *check, const char *name, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
void check_bad(Check *check, const char *name, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

/* check_templates.c: are the words whole, alike, and fit to be sent? */
void check_templates(Check *check);

/* check_socket.c: can the mail server reach the milter's socket? */
void check_socket(Check *check);

/* check_provider.c: who takes our mail, and whose mailboxes we follow. */
void check_imap(Check *check);
void check_submission(Check *check);

#endif
