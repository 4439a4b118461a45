#include "cli.h"

static const PrinterColumn columns[] = {
	PRINTER_COLUMN("entry", "WHO", PRINTER_WORD),
	PRINTER_COLUMN("mailbox", "MAILBOX", PRINTER_TEXT),
	PRINTER_COLUMN("kept_in", "KEPT IN", PRINTER_WORD, .rank = 1),
};
static const PrinterView list_view =
	PRINTER_VIEW(PRINTER_TABLE, "No VIPs.", columns);

static const PrinterColumn change_columns[] = {
	PRINTER_COLUMN("entry", "WHO", PRINTER_WORD),
	PRINTER_COLUMN("done", "DONE", PRINTER_WORD),
};
static const PrinterView change_view =
	PRINTER_VIEW(PRINTER_LINE, NULL, change_columns);

static void put_entry(Printer *printer, const char *entry, const char *mailbox,
	const char *kept_in)
{
	printer_begin_map(printer);
	printer_put_string(printer, "entry", entry);
	printer_put_string(printer, "mailbox", mailbox);
	printer_put_string(printer, "kept_in", kept_in);
	printer_end(printer);
}

static int list(Cli *cli, const Config *config, GError **error)
{
	g_autoptr(Store) store = cli_open_store(config, error);
	g_autoptr(GPtrArray) entries = NULL;

	if (!store || !store_vip_list(store, &entries, error))
		return cli_fail(cli, *error, NULL);
	printer_view(cli->printer, &list_view);
	printer_begin_list(cli->printer);
	for (guint i = 0; i < entries->len; i++)
		put_entry(cli->printer, entries->pdata[i], NULL, "store");
	for (guint i = 0; i < config->mailboxes->len; i++) {
		const ConfigMailbox *mailbox = config->mailboxes->pdata[i];
		for (char **vip = mailbox->vip; vip && *vip; vip++)
			put_entry(cli->printer, *vip, mailbox->address,
				"configuration");
	}
	printer_end(cli->printer);
	return CLI_DONE;
}

static int change(Cli *cli, Engine *engine, char **entries, bool vip)
{
	g_autofree char *actor = cli_actor();
	int status = CLI_DONE;

	for (; entries && *entries; entries++) {
		g_autoptr(GError) error = NULL;
		if (!engine_vip(engine, *entries, vip, actor,
			    base_clock_now_s(), &error)) {
			status = cli_worse(status, cli_fail(cli, error, NULL));
			continue;
		}
		printer_begin_map(cli->printer);
		printer_put_string(cli->printer, "entry", *entries);
		printer_put_string(
			cli->printer, "done", vip ? "added" : "removed");
		printer_end(cli->printer);
	}
	return status;
}

int cli_vip(Cli *cli, int argc, char **argv)
{
	g_auto(GStrv) added = NULL, removed = NULL;
	const GOptionEntry entries[] = {
		{"add", 'a', 0, G_OPTION_ARG_STRING_ARRAY, &added,
			"An address, or a domain with its \"@\"", "WHO"},
		{"remove", 'r', 0, G_OPTION_ARG_STRING_ARRAY, &removed,
			"Likewise", "WHO"},
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = NULL;
	g_autoptr(Engine) engine = NULL;

	if (!cli_parse(cli, entries, &argc, &argv))
		return cli->status;
	if (argc > 1)
		return cli_usage(
			cli, "say --add or --remove before \"%s\"", argv[1]);
	config = cli_load_config(cli, &error);
	if (config && !added && !removed)
		return list(cli, config, &error);
	if (config)
		engine = cli_open_engine(
			g_steal_pointer(&config), false, &error);
	if (!engine)
		return cli_fail(cli, error, NULL);
	printer_view(cli->printer, &change_view);
	int status = change(cli, engine, added, true);
	return cli_worse(status, change(cli, engine, removed, false));
}
