#include "cli.h"

#include <stdio.h>
#include <string.h>

#include <redress/reply.h>

static const PrinterColumn columns[] = {
	PRINTER_COLUMN("text", "", PRINTER_BLOCK),
};
static const PrinterView view = PRINTER_VIEW(PRINTER_FIELDS, NULL, columns);

enum { HOUR_S = 3600 };

/* A ticket as there are many, opened two hours ago. */
static const ReplyFacts sample = {
	.time_zone = "UTC",
	.reference = "7K3F-92QX",
	.customer_name = "Ann Smith",
	.subject = "The lamp came broken",
	.mailbox_name = "Example customer care",
	.mailbox_address = "complaints@example.com",
	.assignee = "Mari",
	.state = "open",
	.customer_address = "ann@customer.example",
	.messages = 1,
	.late_count = 1,
};

/* The mailbox that comes first in the configuration speaks. */
static void use_config(ReplyFacts *facts, const Config *config)
{
	const ConfigMailbox *mailbox = config->mailboxes->pdata[0];

	facts->mailbox_name = mailbox->name;
	facts->mailbox_address = mailbox->address;
	facts->time_zone =
		promise_calendar_time_zone(mailbox->calendar->calendar);
	facts->promised_s = promise_due(mailbox->calendar->calendar,
		mailbox->answer_within, facts->opened_s);
	facts->interval_s = (unsigned)mailbox->follow_up_every_s;
	facts->next_update_s = facts->now_s + mailbox->follow_up_every_s;
}

static void add_times(ReplyFacts *facts, enum reply_kind kind)
{
	facts->now_s = base_clock_now_s();
	facts->opened_s = facts->now_s - 2 * HOUR_S;
	facts->promised_s = facts->now_s + 8 * HOUR_S;
	facts->next_update_s = facts->now_s + 24 * HOUR_S;
	facts->interval_s = 24 * HOUR_S;
	if (kind == REPLY_LATE || kind == REPLY_ESCALATION)
		facts->old_promised_s = facts->now_s + HOUR_S;
	if (kind == REPLY_RESOLVED) {
		facts->state = "resolved";
		facts->resolution =
			"We have sent a new lamp; it arrives on Tuesday.";
	}
}

typedef struct Options Options;
struct Options {
	char *language;
	gboolean html;
};

static void print(Cli *cli, const ReplyFacts *facts, const char *text)
{
	const char *body = strchr(text, '\n');
	const char *lead = "Subject: ";
	bool has_subject = body && g_str_has_prefix(text, lead);
	g_autofree char *subject =
		has_subject ? g_strndup(text + strlen(lead),
				      (gsize)(body - text) - strlen(lead))
			    : NULL;

	if (!cli->json && !cli->terminal.interactive) {
		fputs(text, stdout); /* as it would be sent */
		return;
	}
	printer_view(cli->printer, &view);
	printer_begin_map(cli->printer);
	printer_put_string(cli->printer, "name", reply_kind_name(facts->kind));
	printer_put_string(cli->printer, "language", facts->language);
	printer_put_string(cli->printer, "subject", subject);
	printer_put_string(cli->printer, "text", text);
	printer_end(cli->printer);
}

static int render(Cli *cli, enum reply_kind kind, const Options *options,
	const Config *config, GError **error)
{
	g_autoptr(ReplyTemplates) templates = assembly_templates(config, error);
	const char *wanted = options->language ? options->language : "en";
	g_autofree char *text = NULL;
	g_autofree char *offered = NULL;
	ReplyFacts facts = sample;

	if (!templates)
		return cli_fail(cli, *error, NULL);
	facts.kind = kind;
	facts.language = reply_templates_choose(templates, wanted, "en");
	if (strcmp(facts.language, wanted) != 0) {
		offered = g_strjoinv(
			" ", (char **)reply_templates_languages(templates));
		return cli_complain(cli, CLI_NO,
			"no templates in \"%s\"; there are %s", wanted,
			offered);
	}
	add_times(&facts, kind);
	if (config)
		use_config(&facts, config);
	text = reply_render(templates, &facts, options->html, error);
	if (!text)
		return cli_fail(cli, *error, NULL);
	print(cli, &facts, text);
	return CLI_DONE;
}

/* The system's configuration if there is one, else what came with us. */
static bool find_config(const Cli *cli, Config **ret_config, GError **error)
{
	if (!cli->config_file &&
		!g_file_test(REDRESS_CONFIG_FILE, G_FILE_TEST_EXISTS))
		return true;
	*ret_config = cli_load_config(cli, error);
	return *ret_config;
}

static int run(Cli *cli, const char *name, const Options *options)
{
	g_autoptr(Config) config = NULL;
	g_autoptr(GError) error = NULL;
	enum reply_kind kind;

	if (!reply_kind_from_name(name, &kind))
		return cli_usage(cli, "there is no template \"%s\"", name);
	if (!find_config(cli, &config, &error))
		return cli_fail(cli, error, NULL);
	return render(cli, kind, options, config, &error);
}

int cli_render(Cli *cli, int argc, char **argv)
{
	Options options = {0};
	const GOptionEntry entries[] = {
		{"lang", 'l', 0, G_OPTION_ARG_FILENAME, &options.language,
			"Language, as \"fi\" (en)", "LANGUAGE"},
		{"html", 0, 0, G_OPTION_ARG_NONE, &options.html,
			"The HTML instead of the text", NULL},
		G_OPTION_ENTRY_NULL,
	};
	int status;

	if (!cli_parse(cli, entries, &argc, &argv))
		status = cli->status;
	else if (argc != 2)
		status = cli_usage(cli, "name one template");
	else
		status = run(cli, argv[1], &options);
	g_free(options.language);
	return status;
}
