#include "cli.h"

#include <errno.h>
#include <locale.h>
#include <string.h>

static void print_commands(void)
{
	g_print("Usage: redress [--config FILE] [--json] COMMAND …\n\n"
		"Answers complaint mail: tickets, and the promise they carry."
		"\n\nCommands:\n");
	for (const CliCommand *command = cli_commands(); command->name;
		command++)
		g_print("  %-11s %s\n", command->name, command->summary);
	g_print("\nEvery command takes --help, --json, --config FILE and "
		"--color=auto|always|never.\n"
		"Exit codes: 0 done, 1 the answer is no, 2 usage or "
		"configuration, 75 try again.\n");
}

static int unknown(const Cli *cli, const char *name)
{
	const char *nearest = cli_command_suggest(name);

	if (nearest)
		return cli_complain(cli, CLI_USAGE,
			"there is no command \"%s\"; did you mean \"%s\"?",
			name, nearest);
	return cli_complain(cli, CLI_USAGE,
		"there is no command \"%s\"; see redress --help", name);
}

/* `redress help`, `redress help VERB`, `redress --help VERB`: all the same. */
static int help_on(Cli *cli, const char *name)
{
	char *arguments[] = {(char *)"redress", (char *)"--help", NULL};

	if (!name) {
		print_commands();
		return CLI_DONE;
	}
	cli->command = cli_command_find(name);
	return cli->command ? cli->command->run(cli, 2, arguments)
			    : unknown(cli, name);
}

static int dispatch(Cli *cli, int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;

	if (cli->want_help)
		return help_on(cli, name);
	if (!name)
		return cli_complain(
			cli, CLI_USAGE, "name a command; see redress --help");
	if (strcmp(name, "help") == 0)
		return help_on(cli, argc > 2 ? argv[2] : NULL);
	cli->command = cli_command_find(name);
	if (!cli->command)
		return unknown(cli, name);
	return cli->command->run(cli, argc - 1, argv + 1);
}

/* A full disk behind standard output must not look like success. */
static int flush(const Cli *cli, int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	return cli_worse(
		status, cli_complain(cli, CLI_NO, "cannot write the output: %s",
				g_strerror(errno)));
}

int cli_main(int argc, char **argv)
{
	Cli cli = {0};
	int status;

	setlocale(LC_ALL, "");
	g_set_prgname("redress");
	base_log_init("redress", BASE_LOG_WARNING);
	status = cli_parse_global(&cli, &argc, &argv)
			 ? dispatch(&cli, argc, argv)
			 : cli.status;
	status = flush(&cli, status);
	printer_free(cli.printer);
	g_free(cli.config_file);
	return status;
}
