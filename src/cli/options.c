#include "cli.h"

#include <string.h>
#include <unistd.h>

/* Takes "auto", "always" and "never". */
static gboolean take_colour(const char *name G_GNUC_UNUSED, const char *value,
	gpointer user, GError **error)
{
	static const char *const names[] = {
		[TERMINAL_COLOUR_AUTO] = "auto",
		[TERMINAL_COLOUR_ALWAYS] = "always",
		[TERMINAL_COLOUR_NEVER] = "never",
	};
	Cli *cli = user;

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		if (strcmp(value, names[i]) == 0) {
			cli->colour = (enum terminal_colour)i;
			return TRUE;
		}
	}
	g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
		"--color: \"%s\" is none of auto, always, never", value);
	return FALSE;
}

/* GOption writes gboolean; ours are bool. */
typedef struct Switches Switches;
struct Switches {
	gboolean json, help, version;
};

/* A command's own options come before the global ones. */
static GOptionGroup *option_group(
	Cli *cli, Switches *switches, const GOptionEntry *own)
{
	const GOptionEntry entries[] = {
		{"config", 'c', 0, G_OPTION_ARG_FILENAME, &cli->config_file,
			"Configuration (" REDRESS_CONFIG_FILE ")", "FILE"},
		{"json", 'j', 0, G_OPTION_ARG_NONE, &switches->json,
			"Print JSON", NULL},
		{"color", 0, 0, G_OPTION_ARG_CALLBACK, (gpointer)take_colour,
			"auto, always or never", "WHEN"},
		{"help", 'h', 0, G_OPTION_ARG_NONE, &switches->help,
			"Show this help", NULL},
		{"version", 0, 0, G_OPTION_ARG_NONE, &switches->version,
			"Show the version", NULL},
		G_OPTION_ENTRY_NULL,
	};
	GOptionGroup *group = g_option_group_new("global", "", "", cli, NULL);

	if (own)
		g_option_group_add_entries(group, own);
	g_option_group_add_entries(group, entries);
	return group;
}

static GOptionContext *context_new(const Cli *cli, GOptionGroup *group)
{
	const CliCommand *command = cli->command;
	GOptionContext *context =
		g_option_context_new(command ? command->usage : "");

	g_option_context_set_help_enabled(context, FALSE);
	g_option_context_set_main_group(context, group);
	/* Before the command only what is ours; the rest is the command's. */
	g_option_context_set_strict_posix(context, !command);
	if (command)
		g_option_context_set_description(context, command->help);
	return context;
}

static bool print_version(Cli *cli)
{
	g_print("redress %s\n", REDRESS_VERSION);
	cli->status = CLI_DONE;
	return false;
}

static bool print_help(Cli *cli, GOptionContext *context)
{
	g_autofree char *name =
		g_strdup_printf("redress %s", cli->command->name);
	g_autofree char *help = NULL;

	/* GLib begins with the program's name. */
	g_set_prgname(name);
	help = g_option_context_get_help(context, TRUE, NULL);
	g_print("redress %s: %s\n\n%s\n", cli->command->name,
		cli->command->summary, g_strchomp(help));
	cli->status = CLI_DONE;
	return false;
}

/* "--" stays when what follows it looks like an option. */
static void drop_separator(int *argc, char **argv)
{
	for (int i = 1; i < *argc; i++) {
		if (strcmp(argv[i], "--") != 0)
			continue;
		memmove(&argv[i], &argv[i + 1],
			sizeof(*argv) * (size_t)(*argc - i));
		(*argc)--;
		return;
	}
}

bool cli_parse(Cli *cli, const GOptionEntry *entries, int *argc, char ***argv)
{
	Switches switches = {.json = cli->json};
	g_autoptr(GOptionContext) context =
		context_new(cli, option_group(cli, &switches, entries));
	g_autoptr(GError) error = NULL;

	if (!g_option_context_parse(context, argc, argv, &error)) {
		cli->status = cli_usage(cli, "%s", error->message);
		return false;
	}
	if (switches.help)
		return print_help(cli, context);
	if (switches.version)
		return print_version(cli);
	drop_separator(argc, *argv);
	cli->json = switches.json;
	cli->terminal = terminal_examine(STDOUT_FILENO, cli->colour);
	cli->printer = printer_new(stdout, cli->json, &cli->terminal);
	return true;
}

bool cli_parse_global(Cli *cli, int *argc, char ***argv)
{
	Switches switches = {0};
	g_autoptr(GOptionContext) context =
		context_new(cli, option_group(cli, &switches, NULL));
	g_autoptr(GError) error = NULL;

	if (!g_option_context_parse(context, argc, argv, &error)) {
		cli->status = cli_usage(cli, "%s", error->message);
		return false;
	}
	cli->json = switches.json;
	cli->want_help = switches.help;
	cli->want_version = switches.version;
	return cli->want_version ? print_version(cli) : true;
}
