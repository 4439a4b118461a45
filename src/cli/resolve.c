#include "cli.h"

int cli_resolve(Cli *cli, int argc, char **argv)
{
	g_autofree char *argument = NULL, *text = NULL;
	gboolean silent = FALSE;
	const GOptionEntry entries[] = {
		{"text", 't', 0, G_OPTION_ARG_FILENAME, &argument,
			"Words to the customer; \"-\": standard input", "TEXT"},
		{"silent", 's', 0, G_OPTION_ARG_NONE, &silent,
			"Do not tell the customer", NULL},
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(GError) error = NULL;

	if (!cli_parse(cli, entries, &argc, &argv))
		return cli->status;
	if (argc < 2)
		return cli_usage(cli, "name a ticket");
	if (argument && !(text = cli_text(argument, &error)))
		return cli_fail(cli, error, NULL);
	EngineOrder order = {
		.operation = ENGINE_RESOLVE,
		.text = text && *text ? text : NULL,
		.silent = silent,
	};
	return cli_operate(cli, argv + 1, &order, "resolved");
}
