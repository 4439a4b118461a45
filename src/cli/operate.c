#include "cli.h"

static const PrinterColumn columns[] = {
	PRINTER_COLUMN("ref", "REF", PRINTER_WORD),
	PRINTER_COLUMN("done", "DONE", PRINTER_WORD),
};
static const PrinterView view = PRINTER_VIEW(PRINTER_LINE, NULL, columns);

static int operate_one(Cli *cli, Engine *engine, const char *text,
	EngineOrder order, const char *done)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *reference = cli_reference(text, &error);

	order.reference = reference;
	order.now_s = base_clock_now_s();
	if (!reference)
		return cli_fail(cli, error, NULL);
	if (!engine_operate(engine, &order, &error)) {
		if (g_error_matches(
			    error, ENGINE_ERROR, REDRESS_ERROR_NOT_FOUND))
			return cli_complain(
				cli, CLI_NO, "no ticket %s", reference);
		return cli_fail(cli, error, NULL);
	}
	printer_begin_map(cli->printer);
	printer_put_string(cli->printer, "ref", reference);
	printer_put_string(cli->printer, "done", done);
	printer_end(cli->printer);
	return CLI_DONE;
}

int cli_operate(
	Cli *cli, char **references, const EngineOrder *order, const char *done)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = cli_load_config(cli, &error);
	g_autoptr(Engine) engine = NULL;
	g_autofree char *actor = cli_actor();
	EngineOrder filled = *order;
	int status = CLI_DONE;

	if (config)
		engine = cli_open_engine(
			g_steal_pointer(&config), false, &error);
	if (!engine)
		return cli_fail(cli, error, NULL);
	filled.actor = actor;
	printer_view(cli->printer, &view);
	for (; *references; references++)
		status = cli_worse(status,
			operate_one(cli, engine, *references, filled, done));
	return status;
}
