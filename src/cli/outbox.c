#include "cli.h"

static const PrinterColumn columns[] = {
	PRINTER_COLUMN("id", "ID", PRINTER_NUMBER),
	PRINTER_COLUMN("ref", "TICKET", PRINTER_WORD),
	PRINTER_COLUMN("kind", "KIND", PRINTER_WORD, .rank = 2),
	PRINTER_COLUMN("to", "TO", PRINTER_TEXT),
	PRINTER_COLUMN(
		"state", "STATE", PRINTER_WORD, .colour = outbox_state_colour),
	PRINTER_COLUMN("attempts", "TRIES", PRINTER_NUMBER, .rank = 5),
	PRINTER_COLUMN("next_at", "NEXT TRY", PRINTER_TIME, .rank = 3),
	PRINTER_COLUMN("created_at", "MADE", PRINTER_TIME, .rank = 6),
	PRINTER_COLUMN("code", "CODE", PRINTER_NUMBER, .rank = 4),
	PRINTER_COLUMN("answer", "WHY", PRINTER_PROSE, .rank = 1),
};
static const PrinterView view =
	PRINTER_VIEW(PRINTER_TABLE, "Nothing waits.", columns);

static bool print_row(
	Printer *printer, Store *store, const StoreOutbox *row, GError **error)
{
	g_autoptr(StoreTicket) ticket = NULL;

	if (!store_ticket_by_id(store, row->ticket_id, &ticket, error))
		return false;
	printer_begin_map(printer);
	printer_put_string(printer, "ref", ticket ? ticket->reference : NULL);
	outbox_put(printer, row);
	printer_end(printer);
	return true;
}

static bool print(Cli *cli, Store *store, bool all, GError **error)
{
	g_autoptr(GPtrArray) rows = NULL;

	if (!store_outbox_list(store, 0, all, &rows, error))
		return false;
	printer_view(cli->printer, &view);
	printer_begin_list(cli->printer);
	for (guint i = 0; i < rows->len; i++) {
		if (!print_row(cli->printer, store, rows->pdata[i], error))
			return false;
	}
	printer_end(cli->printer);
	return true;
}

int cli_outbox(Cli *cli, int argc, char **argv)
{
	gboolean all = FALSE;
	const GOptionEntry entries[] = {
		{"all", 'a', 0, G_OPTION_ARG_NONE, &all, "What has failed too",
			NULL},
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(Store) store = NULL;
	g_autoptr(GError) error = NULL;

	if (!cli_parse(cli, entries, &argc, &argv))
		return cli->status;
	if (argc > 1)
		return cli_usage(cli, "\"%s\" is not wanted here", argv[1]);
	store = cli_open(cli, &error);
	if (!store || !print(cli, store, all, &error))
		return cli_fail(cli, error, NULL);
	return CLI_DONE;
}
