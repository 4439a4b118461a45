#include "cli.h"

int cli_note(Cli *cli, int argc, char **argv)
{
	g_autofree char *words = NULL, *text = NULL;
	g_autoptr(GError) error = NULL;

	if (!cli_parse(cli, NULL, &argc, &argv))
		return cli->status;
	if (argc < 3)
		return cli_usage(cli, "name a ticket and say what to note");
	words = g_strjoinv(" ", argv + 2);
	text = cli_text(words, &error);
	if (!text)
		return cli_fail(cli, error, NULL);
	if (!*text)
		return cli_usage(cli, "the note is empty");
	char *references[] = {argv[1], NULL};
	EngineOrder order = {.operation = ENGINE_NOTE, .text = text};
	return cli_operate(cli, references, &order, "noted");
}
