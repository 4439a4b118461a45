#include "cli.h"

#include <stdio.h>

/* The lead for grep and for people, then the message, cleaned: it may quote a
 * mail or a file's name. */
static void write_line(const Cli *cli, const char *message)
{
	g_autofree char *clean = terminal_clean(message, true);

	/* Whatever was printed comes first, where both go to one place. */
	fflush(stdout);
	fprintf(stderr, "redress%s%s: %s\n", cli->command ? " " : "",
		cli->command ? cli->command->name : "", clean);
}

int cli_complain(const Cli *cli, int status, const char *format, ...)
{
	g_autofree char *message = NULL;
	va_list arguments;

	va_start(arguments, format);
	message = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	write_line(cli, message);
	return status;
}

int cli_usage(const Cli *cli, const char *format, ...)
{
	g_autofree char *message = NULL;
	va_list arguments;

	va_start(arguments, format);
	message = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	return cli_complain(cli, CLI_USAGE, "%s; see redress%s%s --help",
		message, cli->command ? " " : "",
		cli->command ? cli->command->name : "");
}

int cli_exit_code(const GError *error)
{
	/* Codes of our domains mean the same in all; GLib's do not. */
	if (!g_str_has_prefix(g_quark_to_string(error->domain), "redress"))
		return CLI_NO;
	switch ((enum redress_error_code)error->code) {
	case REDRESS_ERROR_TEMPORARY:
	case REDRESS_ERROR_UNKNOWN:
		return CLI_TRY_AGAIN;
	case REDRESS_ERROR_INVALID:
		return CLI_USAGE;
	case REDRESS_ERROR_PERMANENT:
	case REDRESS_ERROR_NOT_FOUND:
	/* "Is already resolved": to ask again would not help. */
	case REDRESS_ERROR_CONFLICT:
		return CLI_NO;
	}
	return CLI_NO;
}

int cli_fail(const Cli *cli, const GError *error, const char *cure)
{
	return cli_complain(cli, cli_exit_code(error), "%s%s%s", error->message,
		cure ? "; " : "", cure ? cure : "");
}

int cli_worse(int one, int other)
{
	return MAX(one, other);
}
