#include "cli.h"

#include <string.h>

#include <redress/intake.h>

#include "progress.h"

typedef struct Options Options;
struct Options {
	char *from;
	char **to;
	gboolean no_acknowledge;
};

static void options_clear(Options *options)
{
	g_free(options->from);
	g_strfreev(options->to);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

typedef struct Run Run;
struct Run {
	Cli *cli;
	const Options *options;
	EnginePolicy *policy;
	IntakeDoor door;
	int64_t most_bytes;
	Progress progress;
	unsigned files, finished; /* of the command line */
	unsigned recorded, duplicates, passed, opened, failed;
	int status;
};

static const PrinterColumn columns[] = {
	PRINTER_COLUMN("recorded", "Recorded", PRINTER_WORD),
	PRINTER_COLUMN("duplicates", "Known already", PRINTER_WORD),
	PRINTER_COLUMN("passed", "No complaint", PRINTER_WORD),
	PRINTER_COLUMN("opened", "New tickets", PRINTER_WORD),
	PRINTER_COLUMN("failed", "Failed", PRINTER_WORD),
};
static const PrinterView summary_view =
	PRINTER_VIEW(PRINTER_FIELDS, NULL, columns);

/* ---- one mail ---------------------------------------------------------- */

static const char *result_name(const EngineReceipt *receipt)
{
	if (receipt->passed)
		return "passed";
	return receipt->duplicate ? "duplicate" : "recorded";
}

static void print_receipt(
	Printer *printer, const char *name, const EngineReceipt *receipt)
{
	if (!printer_is_json(printer))
		return;
	printer_begin_map(printer);
	printer_put_string(printer, "file", name);
	printer_put_string(printer, "result", result_name(receipt));
	printer_key(printer, "refs");
	printer_begin_list(printer);
	for (guint i = 0; receipt->references && i < receipt->references->len;
		i++)
		printer_string(printer, receipt->references->pdata[i]);
	printer_end(printer);
	printer_put_boolean(printer, "opened", receipt->opened);
	printer_put_boolean(printer, "acknowledged", receipt->acknowledged);
	printer_put_string(printer, "guard", receipt->guard);
	printer_put_string(printer, "passed", receipt->passed);
	printer_put_string(printer, "error", NULL);
	printer_end(printer);
}

static void count(Run *run, const EngineReceipt *receipt)
{
	if (receipt->passed)
		run->passed++;
	else if (receipt->duplicate)
		run->duplicates++;
	else
		run->recorded++;
	if (receipt->opened)
		run->opened++;
}

/* False: no further mail has a chance now. */
static bool take_failure(Run *run, const char *name, const GError *error)
{
	Printer *printer = run->cli->printer;
	int status = cli_exit_code(error);

	/* What is wrong with one mail is no mistake of usage. */
	if (status == CLI_USAGE)
		status = CLI_NO;
	run->failed++;
	run->status = cli_worse(run->status, status);
	progress_hide(&run->progress);
	if (printer_is_json(printer)) {
		printer_begin_map(printer);
		printer_put_string(printer, "file", name);
		printer_put_string(printer, "result", "failed");
		printer_put_string(printer, "error", error->message);
		printer_end(printer);
	}
	cli_complain(run->cli, status, "%s%s%s%s",
		strstr(error->message, name) ? "" : name,
		strstr(error->message, name) ? "" : ": ", error->message,
		status == CLI_TRY_AGAIN ? "; try again later, nothing is "
					  "recorded twice"
					: "");
	return status != CLI_TRY_AGAIN;
}

static bool any_ours(const Run *run, char **recipients)
{
	for (; recipients && *recipients; recipients++) {
		if (engine_policy_mailbox(run->policy, *recipients, NULL))
			return true;
	}
	return false;
}

static bool accept_mail(Run *run, GBytes *raw, const char *name)
{
	g_autofree char *sender = run->options->from
					  ? g_strdup(run->options->from)
					  : intake_header_sender(raw);
	g_auto(GStrv) recipients = run->options->to
					   ? g_strdupv(run->options->to)
					   : intake_header_recipients(raw);
	g_auto(EngineReceipt) receipt = {0};
	g_autoptr(GError) error = NULL;
	IntakeMail mail = {
		.raw = raw,
		.envelope_from = sender,
		.recipients = (const char *const *)recipients,
		.source = "ingest",
		.no_acknowledge = run->options->no_acknowledge,
		.now_s = base_clock_now_s(),
	};

	if (!any_ours(run, recipients))
		g_set_error(&error, BASE_ERROR, REDRESS_ERROR_NOT_FOUND,
			"for none of our mailboxes; say for which with --to");
	else
		intake_accept(&run->door, &mail, &receipt, &error);
	if (error)
		return take_failure(run, name, error);
	count(run, &receipt);
	print_receipt(run->cli->printer, name, &receipt);
	return true;
}

/* Each file is a share of the whole, be it a mail or a Maildir. */
static void show_progress(
	Run *run, const char *name, int64_t done_bytes, int64_t total_bytes)
{
	enum { SHARE = 1000 };
	int64_t within = total_bytes > 0 ? CLAMP(done_bytes, 0, total_bytes) *
						   SHARE / total_bytes
					 : 0;
	bool known = run->files > 1 || total_bytes > 0;

	progress_show(&run->progress, name,
		(int64_t)run->finished * SHARE + within,
		known ? (int64_t)run->files * SHARE : 0,
		run->recorded + run->duplicates + run->passed + run->failed);
}

static bool take(GBytes *raw, const char *name, int64_t done_bytes,
	int64_t total_bytes, const GError *problem, void *user)
{
	Run *run = user;
	bool going = raw ? accept_mail(run, raw, name)
			 : take_failure(run, name, problem);

	show_progress(run, name, done_bytes, total_bytes);
	return going;
}

/* ---- many -------------------------------------------------------------- */

static void run_all(Run *run, char **files)
{
	static char *standard_input[] = {(char *)"-", NULL};

	if (!*files)
		files = standard_input;
	run->files = g_strv_length(files);
	for (; *files; files++, run->finished++) {
		g_autoptr(GError) error = NULL;

		if (!intake_read_path(
			    *files, run->most_bytes, take, run, &error))
			take_failure(run, *files, error);
		if (run->status == CLI_TRY_AGAIN)
			break;
	}
	progress_hide(&run->progress);
}

static void print_summary(const Run *run)
{
	Printer *printer = run->cli->printer;

	if (printer_is_json(printer))
		return;
	printer_view(printer, &summary_view);
	printer_begin_map(printer);
	printer_put_integer(printer, "recorded", run->recorded);
	printer_put_integer(printer, "duplicates", run->duplicates);
	printer_put_integer(printer, "passed", run->passed);
	printer_put_integer(printer, "opened", run->opened);
	printer_put_integer(printer, "failed", run->failed);
	printer_end(printer);
}

/* ---- set-up ------------------------------------------------------------ */

static bool set_up(Run *run, GError **error)
{
	g_autoptr(Config) config = cli_load_config(run->cli, error);

	if (!config)
		return false;
	run->most_bytes = config->limits.message_bytes;
	/* Processes are started before the engine's thread. */
	run->door.parser = assembly_parser(config, error);
	if (!run->door.parser)
		return false;
	run->door.engine =
		cli_open_engine(g_steal_pointer(&config), true, error);
	if (!run->door.engine)
		return false;
	run->policy = engine_get_policy(run->door.engine);
	return true;
}

static bool parse(Cli *cli, Options *options, int *argc, char ***argv)
{
	const GOptionEntry entries[] = {
		{"from", 'f', 0, G_OPTION_ARG_FILENAME, &options->from,
			"Envelope sender; '' for the null sender", "ADDRESS"},
		{"to", 't', 0, G_OPTION_ARG_FILENAME_ARRAY, &options->to,
			"Envelope recipient; may be repeated", "ADDRESS"},
		{"no-acknowledge", 0, 0, G_OPTION_ARG_NONE,
			&options->no_acknowledge,
			"Old mail: record it, acknowledge nothing", NULL},
		G_OPTION_ENTRY_NULL,
	};

	if (!cli_parse(cli, entries, argc, argv))
		return false;
	if (options->from && strcmp(options->from, "<>") == 0)
		*options->from = '\0';
	return true;
}

/* A mail server keeps what it pipes to us only if we say 75: a mistake in our
 * own file must not bounce a customer's complaint. */
static int fail(const Cli *cli, char **files, const GError *error)
{
	int status = cli_fail(cli, error, NULL);
	bool piped = !*files || strcmp(*files, "-") == 0;

	return piped ? CLI_TRY_AGAIN : status;
}

int cli_ingest(Cli *cli, int argc, char **argv)
{
	g_auto(Options) options = {0};
	g_autoptr(GError) error = NULL;
	Run run = {.cli = cli, .options = &options};

	if (!parse(cli, &options, &argc, &argv))
		return cli->status;
	run.progress = progress_begin();
	if (set_up(&run, &error)) {
		run_all(&run, argv + 1);
		print_summary(&run);
	} else {
		run.status = fail(cli, argv + 1, error);
	}
	engine_policy_unref(run.policy);
	engine_free(run.door.engine);
	parser_pool_free(run.door.parser);
	return run.status;
}
