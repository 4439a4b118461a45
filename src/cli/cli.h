/* cli: the tool `redress`: one table of commands, one file for each. */
#ifndef REDRESS_CLI_CLI_H
#define REDRESS_CLI_CLI_H

#include <redress/assembly.h>
#include <redress/base.h>
#include <redress/config.h>
#include <redress/store.h>

#include "printer.h"
#include "terminal.h"

/* Exit codes; 75 is EX_TEMPFAIL of sysexits.h, as mail servers know it. */
enum {
	CLI_DONE = 0,
	CLI_NO = 1, /* the answer is no */
	CLI_USAGE = 2,
	CLI_TRY_AGAIN = 75,
};

typedef struct Cli Cli;

typedef struct CliCommand CliCommand;
struct CliCommand {
	const char *name;
	const char *summary;
	const char *usage; /* what follows the name */
	const char *help;  /* more than the summary (nullable), examples */
	int (*run)(Cli *cli, int argc, char **argv);
};

struct Cli {
	const CliCommand *command;
	char *config_file; /* (nullable): the system's */
	bool json;
	bool want_help;
	bool want_version;
	enum terminal_colour colour;
	Terminal terminal; /* standard output */
	Printer *printer;  /* onto standard output */
	int status;        /* when cli_parse() returned false */
};

/* The whole program; returns the exit code. */
int cli_main(int argc, char **argv);

/* ---- commands.c -------------------------------------------------------- */

/* Ends with a row without a name. */
const CliCommand *cli_commands(void);
const CliCommand *cli_command_find(const char *name);
/* The command that was probably meant, or NULL. */
const char *cli_command_suggest(const char *name);

int cli_check(Cli *cli, int argc, char **argv);
int cli_analyze(Cli *cli, int argc, char **argv);
int cli_ingest(Cli *cli, int argc, char **argv);
int cli_list(Cli *cli, int argc, char **argv);
int cli_show(Cli *cli, int argc, char **argv);
int cli_resolve(Cli *cli, int argc, char **argv);
int cli_reopen(Cli *cli, int argc, char **argv);
int cli_note(Cli *cli, int argc, char **argv);
int cli_correct(Cli *cli, int argc, char **argv);
int cli_assign(Cli *cli, int argc, char **argv);
int cli_tag(Cli *cli, int argc, char **argv);
int cli_promise(Cli *cli, int argc, char **argv);
int cli_promises(Cli *cli, int argc, char **argv);
int cli_priority(Cli *cli, int argc, char **argv);
int cli_type(Cli *cli, int argc, char **argv);
int cli_cause(Cli *cli, int argc, char **argv);
int cli_compensate(Cli *cli, int argc, char **argv);
int cli_canned(Cli *cli, int argc, char **argv);
int cli_merge(Cli *cli, int argc, char **argv);
int cli_ask(Cli *cli, int argc, char **argv);
int cli_escalate(Cli *cli, int argc, char **argv);
int cli_address(Cli *cli, int argc, char **argv);
int cli_vip(Cli *cli, int argc, char **argv);
int cli_mailbox(Cli *cli, int argc, char **argv);
int cli_outbox(Cli *cli, int argc, char **argv);
int cli_retry(Cli *cli, int argc, char **argv);
int cli_render(Cli *cli, int argc, char **argv);

/* ---- options.c --------------------------------------------------------- */

/*
 * Reads the options of a command, global ones among them; what is left in argv
 * are its arguments.  False when the command has ended already, by --help or a
 * mistake: return cli->status.
 */
bool cli_parse(Cli *cli, const GOptionEntry *entries, int *argc, char ***argv);

/* Reads the options before the command's name. */
bool cli_parse_global(Cli *cli, int *argc, char ***argv);

/* ---- fail.c: errors, on standard error, with the exit code that fits ---- */

/* "redress VERB: message; cure" (cure nullable).  Returns the exit code. */
int cli_fail(const Cli *cli, const GError *error, const char *cure);
int cli_complain(const Cli *cli, int status, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
/* A mistake on the command line; says where help is. */
int cli_usage(const Cli *cli, const char *format, ...) G_GNUC_PRINTF(2, 3);
int cli_exit_code(const GError *error);

/* The graver of two exit codes: 0, 1, 2, 75. */
int cli_worse(int one, int other);

/* ---- session.c: what most commands open first -------------------------- */

/* Each fills error; (transfer full). */
Config *cli_load_config(const Cli *cli, GError **error);
Store *cli_open_store(const Config *config, GError **error);
/* Reads the configuration and opens the store for reading. */
Store *cli_open(const Cli *cli, GError **error);
/* A guest beside the daemon; owns the configuration.  make: make key and store
 * if they are not there yet. */
Engine *cli_open_engine(Config *config_to_own, bool make, GError **error);

/* A reference as people type it, also "[#7K3F-92QX]"; INVALID if it is none.
 * (transfer full) */
char *cli_reference(const char *text, GError **error);
/* The ticket; NOT_FOUND "no ticket X".  (transfer full) */
StoreTicket *cli_ticket(Store *store, const char *text, GError **error);

/* The argument, or all of standard input for "-"; at most 1 MB of UTF-8.
 * (transfer full) */
char *cli_text(const char *argument, GError **error);

/* "operator:LOGIN": who asks; through sudo, who asked sudo.
 * (transfer full) */
char *cli_actor(void);

/* ---- mail.c, analysis.c ------------------------------------------------ */

/* A file, or standard input for "-".  (transfer full) */
GBytes *cli_read_mail(const char *file, size_t most_bytes, GError **error);

/* One mail as `redress analyze` tells it: a map of its own. */
void analysis_put(Printer *printer, const char *file, const Analysis *analysis);

/* ---- steer.c ----------------------------------------------------------- */

/* Carries out an agent's command ("#tag late") on a ticket, with the words that
 * go with it (nullable), and prints what is done and what there is to show. */
int cli_steer(Cli *cli, const char *typed, const char *line, const char *text,
	const char *done);

/* ---- operate.c --------------------------------------------------------- */

/* Carries out an operator's word on each reference and prints what is done
 * ("resolved").  The order's reference, actor and time are filled in. */
int cli_operate(Cli *cli, char **references, const EngineOrder *order,
	const char *done);

/* ---- ticket.c ---------------------------------------------------------- */

/* The fields of `redress list --json`, inside a map. */
void ticket_put(Printer *printer, const StoreTicket *ticket);
/* Colours of a state's name. */
const char *ticket_state_colour(const char *state);
const char *outbox_state_colour(const char *state);

/* The fields of an outgoing mail, inside a map. */
void outbox_put(Printer *printer, const StoreOutbox *row);

#endif
