#include "cli.h"

static const PrinterColumn columns[] = {
	PRINTER_COLUMN("ref", "REF", PRINTER_WORD),
	PRINTER_COLUMN("done", "DONE", PRINTER_WORD),
};
static const PrinterView view = PRINTER_VIEW(PRINTER_LINE, NULL, columns);

static int correct(
	Cli *cli, const char *text, EngineCorrection correction, GError **error)
{
	g_autoptr(Config) config = cli_load_config(cli, error);
	g_autofree char *reference = cli_reference(text, error);
	g_autofree char *actor = cli_actor();
	g_autoptr(Engine) engine = NULL;

	if (config && reference)
		engine =
			cli_open_engine(g_steal_pointer(&config), false, error);
	correction.reference = reference;
	correction.actor = actor;
	correction.now_s = base_clock_now_s();
	if (!engine || !engine_correct(engine, &correction, error))
		return CLI_NO;
	printer_view(cli->printer, &view);
	printer_begin_map(cli->printer);
	printer_put_string(cli->printer, "ref", reference);
	printer_put_string(cli->printer, "done", "corrected");
	printer_end(cli->printer);
	return CLI_DONE;
}

int cli_correct(Cli *cli, int argc, char **argv)
{
	g_autofree char *complainer = NULL, *urgency = NULL;
	const GOptionEntry entries[] = {
		{"complainer", 0, 0, G_OPTION_ARG_STRING, &complainer,
			"meek, aggressive, high-roller, rip-off, chronic or "
			"none",
			"KIND"},
		{"urgency", 0, 0, G_OPTION_ARG_STRING, &urgency, "0, 1, 2 or 3",
			"NUMBER"},
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(GError) error = NULL;
	guint64 number = 0;

	if (!cli_parse(cli, entries, &argc, &argv))
		return cli->status;
	if (argc != 2)
		return cli_usage(cli, "name one ticket");
	if (!complainer && !urgency)
		return cli_usage(cli, "say --complainer, --urgency or both");
	if (urgency &&
		!g_ascii_string_to_unsigned(urgency, 10, 0, 3, &number, NULL))
		return cli_usage(cli, "the urgency is 0, 1, 2 or 3");
	EngineCorrection correction = {
		.complainer = complainer,
		.corrects_urgency = urgency != NULL,
		.urgency = (int)number,
	};
	int status = correct(cli, argv[1], correction, &error);
	return error ? cli_fail(cli, error, NULL) : status;
}
