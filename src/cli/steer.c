/*
 * The commands of agents, as verbs of the operator: each makes the line that an
 * agent would write, and the engine reads both alike.
 */
#include "cli.h"

#include <string.h>

static const PrinterColumn columns[] = {
	PRINTER_COLUMN("ref", "REF", PRINTER_WORD),
	PRINTER_COLUMN("done", "DONE", PRINTER_WORD),
};
static const PrinterView line_view = PRINTER_VIEW(PRINTER_LINE, NULL, columns);

static const PrinterColumn result_columns[] = {
	PRINTER_COLUMN("ref", "Ticket", PRINTER_WORD),
	PRINTER_COLUMN("done", "Done", PRINTER_WORD),
	PRINTER_COLUMN("result", "", PRINTER_BLOCK),
};
static const PrinterView result_view =
	PRINTER_VIEW(PRINTER_FIELDS, NULL, result_columns);

static void print(
	Cli *cli, const char *reference, const char *done, const char *result)
{
	printer_view(cli->printer, result ? &result_view : &line_view);
	printer_begin_map(cli->printer);
	printer_put_string(cli->printer, "ref", reference);
	printer_put_string(cli->printer, "done", done);
	printer_put_string(cli->printer, "result", result);
	printer_end(cli->printer);
}

/* An agent's command is one line of text; an argument is not to end it. */
static bool is_line(const char *text)
{
	if (!g_utf8_validate(text, -1, NULL))
		return false;
	for (; *text; text = g_utf8_next_char(text))
		if (g_unichar_iscntrl(g_utf8_get_char(text)))
			return false;
	return true;
}

static bool are_lines(const char *const *lines)
{
	for (; *lines; lines++)
		if (!is_line(*lines))
			return false;
	return true;
}

static int steer_lines(Cli *cli, const char *typed, const char *const *lines,
	const char *text, const char *done)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = NULL;
	g_autoptr(Engine) engine = NULL;
	g_autofree char *reference = NULL, *actor = cli_actor(), *result = NULL;

	if (!are_lines(lines))
		return cli_usage(cli, "an argument is not one line of UTF-8");
	config = cli_load_config(cli, &error);
	reference = config ? cli_reference(typed, &error) : NULL;
	if (reference)
		engine = cli_open_engine(
			g_steal_pointer(&config), false, &error);
	const EngineCommand command = {
		.reference = reference,
		.lines = lines,
		.text = text,
		.actor = actor,
		.now_s = base_clock_now_s(),
	};
	if (!engine || !engine_command(engine, &command, &result, &error))
		return cli_fail(cli, error, NULL);
	print(cli, reference, done, result);
	return CLI_DONE;
}

int cli_steer(Cli *cli, const char *typed, const char *line, const char *text,
	const char *done)
{
	const char *const lines[] = {line, NULL};

	return steer_lines(cli, typed, lines, text, done);
}

/* "#VERB ARGUMENT..." of argv from the third on. */
static int steer(Cli *cli, const char *verb, char **argv, const char *done)
{
	g_autofree char *arguments = g_strjoinv(" ", argv + 2);
	g_autofree char *line = g_strdup_printf(
		"#%s%s%s", verb, *arguments ? " " : "", arguments);

	return cli_steer(cli, argv[1], line, NULL, done);
}

/* ---- verbs with a reference and so many words --------------------------- */

typedef struct Verb Verb;
struct Verb {
	const char *name;
	const char *wants; /* said when it is not there */
	const char *done;
	int least, most; /* arguments behind the reference; 0: no end */
};

static int run_verb(Cli *cli, const Verb *verb, int argc, char **argv)
{
	if (!cli_parse(cli, NULL, &argc, &argv))
		return cli->status;
	if (argc < 2)
		return cli_usage(cli, "name a ticket");
	if (argc - 2 < verb->least || (verb->most && argc - 2 > verb->most))
		return cli_usage(cli, "%s", verb->wants);
	return steer(cli, verb->name, argv, verb->done);
}

int cli_assign(Cli *cli, int argc, char **argv)
{
	static const Verb verb = {
		"assign", "name one agent of the team", "assigned", 1, 1};

	return run_verb(cli, &verb, argc, argv);
}

int cli_promise(Cli *cli, int argc, char **argv)
{
	static const Verb verb = {"promise",
		"say when, as \"3 business days\" or \"tomorrow 16:00\"",
		"promised", 1, 0};

	return run_verb(cli, &verb, argc, argv);
}

int cli_priority(Cli *cli, int argc, char **argv)
{
	static const Verb verb = {"priority",
		"say one of low, normal, high, urgent", "prioritised", 1, 1};

	return run_verb(cli, &verb, argc, argv);
}

int cli_type(Cli *cli, int argc, char **argv)
{
	static const Verb verb = {"type",
		"say what kind of complaint it is, in one argument", "typed", 1,
		1};

	return run_verb(cli, &verb, argc, argv);
}

int cli_cause(Cli *cli, int argc, char **argv)
{
	static const Verb verb = {
		"cause", "say what caused it, in one argument", "noted", 1, 1};

	return run_verb(cli, &verb, argc, argv);
}

int cli_compensate(Cli *cli, int argc, char **argv)
{
	static const Verb verb = {"compensate",
		"say an amount and its currency, as \"30 EUR\"", "recorded", 1,
		2};

	return run_verb(cli, &verb, argc, argv);
}

int cli_address(Cli *cli, int argc, char **argv)
{
	static const Verb verb = {"address",
		"say the one address that the customer is written to",
		"corrected", 1, 1};

	return run_verb(cli, &verb, argc, argv);
}

/* ---- verbs of their own ------------------------------------------------- */

int cli_merge(Cli *cli, int argc, char **argv)
{
	g_autofree char *into = NULL, *line = NULL;
	g_autoptr(GError) error = NULL;

	if (!cli_parse(cli, NULL, &argc, &argv))
		return cli->status;
	if (argc != 3)
		return cli_usage(
			cli, "name a ticket and the one that goes on for it");
	into = cli_reference(argv[2], &error);
	if (!into)
		return cli_fail(cli, error, NULL);
	line = g_strdup_printf("#merge %s", into);
	return cli_steer(cli, argv[1], line, NULL, "merged");
}

int cli_tag(Cli *cli, int argc, char **argv)
{
	gboolean remove = FALSE;
	const GOptionEntry entries[] = {
		{"remove", 'r', 0, G_OPTION_ARG_NONE, &remove,
			"Take the tags off", NULL},
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(GString) line = g_string_new("#tag");

	if (!cli_parse(cli, entries, &argc, &argv))
		return cli->status;
	if (argc < 3)
		return cli_usage(cli, "name a ticket and its tags");
	for (int i = 2; i < argc; i++)
		g_string_append_printf(
			line, " %s%s", remove ? "-" : "", argv[i]);
	return cli_steer(
		cli, argv[1], line->str, NULL, remove ? "untagged" : "tagged");
}

/* Each argument is a question. */
int cli_ask(Cli *cli, int argc, char **argv)
{
	g_autofree char *argument = NULL, *text = NULL;
	const GOptionEntry entries[] = {
		{"text", 't', 0, G_OPTION_ARG_FILENAME, &argument,
			"Words that come before them; \"-\": standard input",
			"TEXT"},
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;

	if (!cli_parse(cli, entries, &argc, &argv))
		return cli->status;
	if (argc < 3)
		return cli_usage(
			cli, "name a ticket and what the customer is asked");
	if (argument && !(text = cli_text(argument, &error)))
		return cli_fail(cli, error, NULL);
	for (int i = 2; i < argc; i++)
		g_ptr_array_add(lines, g_strconcat("#ask ", argv[i], NULL));
	g_ptr_array_add(lines, NULL);
	return steer_lines(
		cli, argv[1], (const char *const *)lines->pdata, text, "asked");
}

int cli_escalate(Cli *cli, int argc, char **argv)
{
	g_autofree char *argument = NULL, *text = NULL;
	const GOptionEntry entries[] = {
		{"text", 't', 0, G_OPTION_ARG_FILENAME, &argument,
			"Words to the supervisor; \"-\": standard input",
			"TEXT"},
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(GError) error = NULL;

	if (!cli_parse(cli, entries, &argc, &argv))
		return cli->status;
	if (argc != 2)
		return cli_usage(cli, "name one ticket");
	if (argument && !(text = cli_text(argument, &error)))
		return cli_fail(cli, error, NULL);
	return cli_steer(cli, argv[1], "#escalate", text, "escalated");
}
