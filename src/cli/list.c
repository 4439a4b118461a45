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
	gboolean unanswered;
	char *state, *mailbox, *customer, *assignee, *tag;
	int limit;
};

static void options_clear(Options *options)
{
	g_free(options->state);
	g_free(options->mailbox);
	g_free(options->customer);
	g_free(options->assignee);
	g_free(options->tag);
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
		{"assignee", 0, 0, G_OPTION_ARG_FILENAME, &options->assignee,
			"Those that this agent looks after", "ADDRESS"},
		{"tag", 0, 0, G_OPTION_ARG_FILENAME, &options->tag,
			"Those with this tag", "TAG"},
		{"unanswered", 'u', 0, G_OPTION_ARG_NONE, &options->unanswered,
			"Those that no person has answered", NULL},
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

static bool has_tag(const StoreTicket *ticket, const char *wanted)
{
	g_auto(GStrv) tags =
		g_strsplit(ticket->tags ? ticket->tags : "", ",", -1);
	g_autofree char *valid = g_utf8_make_valid(wanted, -1);
	g_autofree char *tag = g_utf8_strdown(valid, -1);

	return g_strv_contains((const char *const *)tags, tag);
}

static bool has_assignee(const StoreTicket *ticket, const char *wanted)
{
	g_autofree char *one = fold(ticket->assignee);
	g_autofree char *other = fold(wanted);

	return g_strcmp0(one, other) == 0;
}

/* What the store does not choose by. */
static bool is_wanted(const Options *options, const StoreTicket *ticket)
{
	return (!options->unanswered || !ticket->answered_at) &&
	       (!options->assignee ||
		       has_assignee(ticket, options->assignee)) &&
	       (!options->tag || has_tag(ticket, options->tag));
}

static int print(Cli *cli, const Options *options, const GPtrArray *tickets)
{
	int left = options->limit ? options->limit : G_MAXINT;

	printer_view(cli->printer, &view);
	printer_begin_list(cli->printer);
	for (guint i = 0; i < tickets->len && left; i++) {
		if (!is_wanted(options, tickets->pdata[i]))
			continue;
		left--;
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
	bool chooses_here =
		options.assignee || options.tag || options.unanswered;
	StoreTicketFilter filter = {
		.any_state = options.all,
		.state = options.state,
		.mailbox = mailbox,
		.customer = customer,
		.most = chooses_here ? 0 : (unsigned)options.limit,
	};
	store = cli_open(cli, &error);
	if (!store || !store_ticket_list(store, &filter, &tickets, &error))
		return cli_fail(cli, error, NULL);
	return print(cli, &options, tickets);
}
