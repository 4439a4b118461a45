#include "cli.h"

#include <stdio.h>
#include <string.h>

#include <redress/reply.h>

static const PrinterColumn columns[] = {
	PRINTER_COLUMN("text", "", PRINTER_BLOCK),
};
static const PrinterView view = PRINTER_VIEW(PRINTER_FIELDS, NULL, columns);

enum { HOUR_S = 3600, DAY_S = 24 * HOUR_S };

static const char canned_prefix[] = "canned/";
static const char answer[] =
	"Dear Ann Smith,\n\n"
	"we are sorry that the lamp came broken. A new one left us today; you "
	"can follow it at https://parcels.example.com/track?id=42.\n\n"
	"Kind regards,\nMari";

static const char *const questions[] = {
	"What is the number of your order?",
	"What does the label below the lamp say?",
	"May we send the new lamp to the same address?",
	NULL,
};

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

static ReplyCase history[] = {
	{"1A2B-3C4E", "The invoice came twice", "closed", 0,
		"one was taken back"},
};
static ReplyCase similar[] = {
	{"5D6F-7G8H", "Broken on arrival", "resolved", 0,
		"a new one was sent; 10 EUR"},
};
static const ReplyCommand commands[] = {
	{.line = "#resolv",
		.problem = "there is no such command",
		.suggestion = "#resolve"},
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
		mailbox->own->answer_within, facts->opened_s);
	facts->interval_s = (unsigned)mailbox->own->follow_up_every_s;
	facts->next_update_s = facts->now_s + mailbox->own->follow_up_every_s;
}

static void add_times(ReplyFacts *facts)
{
	facts->now_s = base_clock_now_s();
	facts->opened_s = facts->now_s - 2 * HOUR_S;
	facts->promised_s = facts->now_s + 8 * HOUR_S;
	facts->next_update_s = facts->now_s + 24 * HOUR_S;
	facts->interval_s = 24 * HOUR_S;
}

static void add_staff(ReplyFacts *facts)
{
	history[0].at_s = facts->now_s - 90 * DAY_S;
	similar[0].at_s = facts->now_s - 30 * DAY_S;
	facts->history = history;
	facts->history_length = G_N_ELEMENTS(history);
	facts->similar = similar;
	facts->similar_length = G_N_ELEMENTS(similar);
	facts->customer_words = "The lamp came broken.\nI want a new one.";
	facts->complainer = "aggressive";
	facts->complainer_reason = "'at once'";
	facts->priority = "high";
}

/* What this kind of mail tells, and others do not. */
static void add_own(ReplyFacts *facts)
{
	switch (facts->kind) {
	case REPLY_ACK:
	case REPLY_FOLLOWUP:
	case REPLY_STATUS:
	case REPLY_UNREACHABLE:
		return;
	case REPLY_REPLY:
		facts->words = answer;
		return;
	case REPLY_RESOLVED:
		facts->state = "resolved";
		facts->resolution =
			"We have sent a new lamp; it arrives on Tuesday.";
		return;
	case REPLY_SURVEY:
	case REPLY_AFTERCARE:
		facts->state = "resolved";
		return;
	case REPLY_NEED_INFO:
		facts->state = "waiting";
		facts->questions = questions;
		facts->wait_until_s = facts->now_s + 7 * DAY_S;
		return;
	case REPLY_LATE:
		facts->old_promised_s = facts->now_s + HOUR_S;
		return;
	case REPLY_ESCALATION:
		facts->old_promised_s = facts->now_s + HOUR_S;
		facts->reason = "promise";
		return;
	case REPLY_BRIEFING:
		facts->reason = "new";
		return;
	case REPLY_NUDGE:
		facts->reason = "followup";
		facts->due_s = facts->now_s + 4 * HOUR_S;
		return;
	case REPLY_COMMAND_RESULT:
		facts->reason = "refused";
		facts->words = answer;
		facts->commands = commands;
		facts->commands_length = G_N_ELEMENTS(commands);
		return;
	}
	g_assert_not_reached();
}

typedef struct Options Options;
struct Options {
	char *language;
	gboolean html;
};

static void print(
	Cli *cli, const char *name, const ReplyFacts *facts, const char *text)
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
	printer_put_string(cli->printer, "name", name);
	printer_put_string(cli->printer, "language", facts->language);
	printer_put_string(cli->printer, "subject", subject);
	printer_put_string(cli->printer, "text", text);
	printer_end(cli->printer);
}

/* A mail by its name, or a canned answer as "canned/refund". (transfer full) */
static char *render_name(const ReplyTemplates *templates, const char *name,
	const ReplyFacts *facts, bool html, GError **error)
{
	if (g_str_has_prefix(name, canned_prefix))
		return reply_render_canned(
			templates, facts, name + strlen(canned_prefix), error);
	return reply_render(templates, facts, html, error);
}

static int render(Cli *cli, const char *name, enum reply_kind kind,
	const Options *options, const Config *config, GError **error)
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
	add_times(&facts);
	if (config)
		use_config(&facts, config);
	add_own(&facts);
	if (reply_kind_is_for_staff(kind))
		add_staff(&facts);
	text = render_name(templates, name, &facts, options->html, error);
	if (!text)
		return cli_fail(cli, *error, NULL);
	print(cli, name, &facts, text);
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
	/* A canned answer has the variables of any mail to customers. */
	enum reply_kind kind = REPLY_ACK;

	if (!g_str_has_prefix(name, canned_prefix) &&
		!reply_kind_from_name(name, &kind))
		return cli_usage(cli, "there is no template \"%s\"", name);
	if (!find_config(cli, &config, &error))
		return cli_fail(cli, error, NULL);
	return render(cli, name, kind, options, config, &error);
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
