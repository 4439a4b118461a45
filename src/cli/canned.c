#include "cli.h"

#include <redress/reply.h>

static const PrinterColumn name_columns[] = {
	PRINTER_COLUMN("name", "NAME", PRINTER_WORD),
};
static const PrinterView name_view =
	PRINTER_VIEW(PRINTER_TABLE, "No canned answers.", name_columns);

static const PrinterColumn preview_columns[] = {
	PRINTER_COLUMN("text", "", PRINTER_BLOCK),
};
static const PrinterView preview_view =
	PRINTER_VIEW(PRINTER_FIELDS, NULL, preview_columns);

static int list(Cli *cli, const ReplyTemplates *templates)
{
	const char *const *names = reply_templates_canned(templates);

	printer_view(cli->printer, &name_view);
	printer_begin_list(cli->printer);
	for (; *names; names++) {
		printer_begin_map(cli->printer);
		printer_put_string(cli->printer, "name", *names);
		printer_end(cli->printer);
	}
	printer_end(cli->printer);
	return CLI_DONE;
}

static const ConfigMailbox *find_mailbox(
	const Config *config, const char *folded)
{
	for (guint i = 0; i < config->mailboxes->len; i++) {
		const ConfigMailbox *mailbox = config->mailboxes->pdata[i];
		if (g_strcmp0(mailbox->folded, folded) == 0)
			return mailbox;
	}
	return NULL;
}

/* What the engine would fill in; a stranger's words are not echoed. */
static char *render(const ReplyTemplates *templates, const StoreTicket *ticket,
	const ConfigMailbox *mailbox, const char *name, GError **error)
{
	int64_t now_s = base_clock_now_s();
	const ReplyFacts facts = {
		.kind = REPLY_REPLY,
		.language = reply_templates_choose(
			templates, ticket->language, mailbox->language),
		.time_zone =
			promise_calendar_time_zone(mailbox->calendar->calendar),
		.reference = ticket->reference,
		.customer_name =
			ticket->authenticated ? ticket->customer_name : NULL,
		.subject = ticket->authenticated ? ticket->subject : NULL,
		.mailbox_name = mailbox->name,
		.mailbox_address = mailbox->address,
		.assignee = ticket->assignee,
		.opened_s = ticket->opened_at,
		.promised_s = ticket->promised_by,
		/* The answer itself is the latest word. */
		.next_update_s =
			ticket->state == STORE_OPEN
				? now_s + mailbox->own->follow_up_every_s
				: 0,
		.now_s = now_s,
		.state = store_state_name(ticket->state),
		.messages = ticket->messages,
		.interval_s = (unsigned)mailbox->own->follow_up_every_s,
		.customer_address = ticket->customer_address,
	};

	return reply_render_canned(templates, &facts, name, error);
}

static int preview(Cli *cli, const Config *config,
	const ReplyTemplates *templates, char **argv)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Store) store = cli_open_store(config, &error);
	g_autoptr(StoreTicket) ticket =
		store ? cli_ticket(store, argv[1], &error) : NULL;
	const ConfigMailbox *mailbox =
		ticket ? find_mailbox(config, ticket->mailbox) : NULL;
	g_autofree char *text = NULL;

	if (ticket && !mailbox)
		return cli_complain(cli, CLI_NO,
			"%s: its mailbox %s is not in the configuration",
			ticket->reference, ticket->mailbox);
	if (mailbox)
		text = render(templates, ticket, mailbox, argv[2], &error);
	if (!text)
		return cli_fail(cli, error, NULL);
	printer_view(cli->printer, &preview_view);
	printer_begin_map(cli->printer);
	printer_put_string(cli->printer, "ref", ticket->reference);
	printer_put_string(cli->printer, "name", argv[2]);
	printer_put_string(cli->printer, "text", text);
	printer_end(cli->printer);
	return CLI_DONE;
}

static int send(Cli *cli, char **argv, const char *argument)
{
	g_autofree char *line = g_strdup_printf("#canned %s", argv[2]);
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;

	if (argument && !(text = cli_text(argument, &error)))
		return cli_fail(cli, error, NULL);
	return cli_steer(cli, argv[1], line, text, "answered");
}

int cli_canned(Cli *cli, int argc, char **argv)
{
	g_autofree char *argument = NULL;
	gboolean only_preview = FALSE;
	const GOptionEntry entries[] = {
		{"preview", 'p', 0, G_OPTION_ARG_NONE, &only_preview,
			"Print the canned words and send nothing", NULL},
		{"text", 't', 0, G_OPTION_ARG_FILENAME, &argument,
			"Words that come before them; \"-\": standard input",
			"TEXT"},
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = NULL;
	g_autoptr(ReplyTemplates) templates = NULL;

	if (!cli_parse(cli, entries, &argc, &argv))
		return cli->status;
	if (argc != 1 && argc != 3)
		return cli_usage(cli, "name a ticket and a canned answer");
	if (argc == 1 && (only_preview || argument))
		return cli_usage(cli, "name a ticket and a canned answer");
	if (only_preview && argument)
		return cli_usage(cli, "--preview shows the canned words alone");
	if (argc == 3 && !only_preview)
		return send(cli, argv, argument);
	config = cli_load_config(cli, &error);
	templates = config ? assembly_templates(config, &error) : NULL;
	if (!templates)
		return cli_fail(cli, error, NULL);
	return argc == 1 ? list(cli, templates)
			 : preview(cli, config, templates, argv);
}
