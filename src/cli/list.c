#include "cli.h"

static const PrinterColumn columns[] = {
	PRINTER_COLUMN("ref", "REF", PRINTER_WORD),
	PRINTER_COLUMN(
		"state", "STATE", PRINTER_WORD, .colour = ticket_state_colour),
	PRINTER_COLUMN("subject", "SUBJECT", PRINTER_TEXT),
	PRINTER_COLUMN("customer", "CUSTOMER", PRINTER_TEXT, .rank = 1),
	PRINTER_COLUMN("language", "LANG", PRINTER_WORD, .rank = 6),
	PRINTER_COLUMN("promised_by", "ANSWER BY", PRINTER_TIME, .rank = 2),
	PRINTER_COLUMN("next_update_at", "NEXT WORD", PRINTER_TIME, .rank = 3),
	PRINTER_COLUMN("opened_at", "OPENED", PRINTER_TIME, .rank = 5),
	PRINTER_COLUMN("messages", "IN", PRINTER_NUMBER, .rank = 7),
	PRINTER_COLUMN("mails_sent", "OUT", PRINTER_NUMBER, .rank = 8),
	PRINTER_COLUMN("assignee", "ASSIGNEE", PRINTER_TEXT, .rank = 4),
};
static const PrinterView view =
	PRINTER_VIEW(PRINTER_TABLE, "No tickets.", columns);

typedef struct Options Options;
struct Options {
	gboolean all;
	char *state, *mailbox, *customer;
	int limit;
};

static void options_clear(Options *options)
{
	g_free(options->state);
	g_free(options->mailbox);
	g_free(options->customer);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static bool parse(Cli *cli, Options *options, int *argc, char ***argv)
{
	const GOptionEntry entries[] = {
		{"all", 'a', 0, G_OPTION_ARG_NONE, &options->all,
			"Resolved and closed ones too", NULL},
		{"state", 's', 0, G_OPTION_ARG_FILENAME, &options->state,
			"open, waiting, resolved or closed", "STATE"},
		{"mailbox", 'm', 0, G_OPTION_ARG_FILENAME, &options->mailbox,
			"Those of this mailbox", "ADDRESS"},
		{"customer", 0, 0, G_OPTION_ARG_FILENAME, &options->customer,
			"Those of this customer", "ADDRESS"},
		{"limit", 'n', 0, G_OPTION_ARG_INT, &options->limit,
			"At most so many", "N"},
		G_OPTION_ENTRY_NULL,
	};
	enum store_state state;

	if (!cli_parse(cli, entries, argc, argv))
		return false;
	cli->status = CLI_DONE;
	if (*argc > 1)
		cli->status =
			cli_usage(cli, "\"%s\" is not wanted here", (*argv)[1]);
	else if (options->limit < 0)
		cli->status = cli_usage(cli, "--limit: less than nothing");
	else if (options->state &&
		 !store_state_from_name(options->state, &state))
		cli->status = cli_usage(cli,
			"--state: \"%s\" is none of open, waiting, resolved, "
			"closed",
			options->state);
	return cli->status == CLI_DONE;
}

static char *fold(const char *address)
{
	return address ? base_address_fold(address) : NULL;
}

static int print(Cli *cli, const GPtrArray *tickets)
{
	printer_view(cli->printer, &view);
	printer_begin_list(cli->printer);
	for (guint i = 0; i < tickets->len; i++) {
		printer_begin_map(cli->printer);
		ticket_put(cli->printer, tickets->pdata[i]);
		printer_end(cli->printer);
	}
	printer_end(cli->printer);
	return CLI_DONE;
}

int cli_list(Cli *cli, int argc, char **argv)
{
	g_auto(Options) options = {0};
	g_autoptr(Store) store = NULL;
	g_autoptr(GPtrArray) tickets = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree char *mailbox = NULL, *customer = NULL;

	if (!parse(cli, &options, &argc, &argv))
		return cli->status;
	mailbox = fold(options.mailbox);
	customer = fold(options.customer);
	StoreTicketFilter filter = {
		.any_state = options.all,
		.state = options.state,
		.mailbox = mailbox,
		.customer = customer,
		.most = (unsigned)options.limit,
	};
	store = cli_open(cli, &error);
	if (!store || !store_ticket_list(store, &filter, &tickets, &error))
		return cli_fail(cli, error, NULL);
	return print(cli, tickets);
}
