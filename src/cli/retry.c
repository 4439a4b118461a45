#include "cli.h"

#include <string.h>

static const PrinterColumn columns[] = {
	PRINTER_COLUMN("what", "WHAT", PRINTER_WORD),
	PRINTER_COLUMN("count", "MAILS", PRINTER_WORD),
	PRINTER_COLUMN("done", "DONE", PRINTER_WORD),
};
static const PrinterView view = PRINTER_VIEW(PRINTER_LINE, NULL, columns);

/* A reference has eight characters at least; an id that long is not near. */
static bool is_id(const char *text, gint64 *ret_id)
{
	guint64 id;

	if (strlen(text) >= BASE_REFERENCE_LENGTH - 1 ||
		!g_ascii_string_to_unsigned(text, 10, 1, G_MAXINT64, &id, NULL))
		return false;
	*ret_id = (gint64)id;
	return true;
}

/* what (nullable): everything. */
static int retry(Cli *cli, Engine *engine, const char *what)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *reference = NULL;
	gint64 id = 0;
	unsigned count = 0;

	if (what && !is_id(what, &id) &&
		!(reference = cli_reference(what, &error)))
		return cli_fail(cli, error, NULL);
	if (!engine_outbox_retry(
		    engine, id, reference, base_clock_now_s(), &count, &error))
		return cli_fail(cli, error, NULL);
	if (what && !count)
		return cli_complain(cli, CLI_NO,
			"%s: nothing to send; see redress outbox --all", what);
	printer_begin_map(cli->printer);
	printer_put_string(cli->printer, "what", what ? what : "all");
	printer_put_integer(cli->printer, "count", count);
	printer_put_string(cli->printer, "done", "due now");
	printer_end(cli->printer);
	return CLI_DONE;
}

int cli_retry(Cli *cli, int argc, char **argv)
{
	gboolean all = FALSE;
	const GOptionEntry entries[] = {
		{"all", 'a', 0, G_OPTION_ARG_NONE, &all,
			"Everything that waits", NULL},
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = NULL;
	g_autoptr(Engine) engine = NULL;
	int status = CLI_DONE;

	if (!cli_parse(cli, entries, &argc, &argv))
		return cli->status;
	if (all ? argc > 1 : argc < 2)
		return cli_usage(
			cli, "name mails or tickets, or else say --all");
	config = cli_load_config(cli, &error);
	if (config)
		engine = cli_open_engine(
			g_steal_pointer(&config), false, &error);
	if (!engine)
		return cli_fail(cli, error, NULL);
	printer_view(cli->printer, &view);
	if (all)
		return retry(cli, engine, NULL);
	for (int i = 1; i < argc; i++)
		status = cli_worse(status, retry(cli, engine, argv[i]));
	return status;
}
