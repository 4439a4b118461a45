#include "cli.h"

int cli_reopen(Cli *cli, int argc, char **argv)
{
	const EngineOrder order = {.operation = ENGINE_REOPEN};

	if (!cli_parse(cli, NULL, &argc, &argv))
		return cli->status;
	if (argc < 2)
		return cli_usage(cli, "name a ticket");
	return cli_operate(cli, argv + 1, &order, "reopened");
}
