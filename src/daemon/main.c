/* redressd: the daemon.  Foreground; see redressd(8). */
#include <stdio.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>

#include "daemon.h"

enum { EXIT_USAGE_OR_CONFIGURATION = 2, EXIT_TRY_AGAIN = 75 };

typedef struct Arguments Arguments;
struct Arguments {
	char *config_file;
	gboolean version;
};

static bool read_arguments(
	Arguments *arguments, int *argc, char ***argv, GError **error)
{
	const GOptionEntry entries[] = {
		{"config", 'c', 0, G_OPTION_ARG_FILENAME,
			&arguments->config_file,
			"Configuration (default " REDRESS_CONFIG_FILE ")",
			"FILE"},
		{"version", 'V', 0, G_OPTION_ARG_NONE, &arguments->version,
			"Print the version and exit", NULL},
		{0},
	};
	g_autoptr(GOptionContext) context =
		g_option_context_new("- answer complaint mail");

	g_option_context_set_summary(context,
		"Runs in the foreground as a milter for Postfix or Sendmail "
		"until SIGTERM.\nSIGUSR1 reloads the configuration.");
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, argc, argv, error))
		return false;
	if (*argc > 1) {
		g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
			"unknown argument \"%s\"", (*argv)[1]);
		return false;
	}
	return true;
}

static int exit_code(const GError *error)
{
	return error->code == REDRESS_ERROR_INVALID
		       ? EXIT_USAGE_OR_CONFIGURATION
		       : EXIT_TRY_AGAIN;
}

static int serve(Daemon *daemon)
{
	g_autoptr(GError) error = NULL;

	if (!daemon_start(daemon, &error)) {
		base_log(BASE_LOG_ERROR, "redressd did not start", "problem",
			error->message, NULL);
		sd_notifyf(0, "STATUS=%s", error->message);
		daemon_stop(daemon);
		return exit_code(error);
	}
	base_log(BASE_LOG_NOTICE, "redressd is ready", "version",
		REDRESS_VERSION, "socket",
		daemon_has_milter(daemon) ? daemon->config->milter.socket
					  : NULL,
		"store", daemon->config->store.path, NULL);
	sd_notify(0, "READY=1\nSTATUS=answering complaints");

	bool good = true;
	if (daemon_has_milter(daemon))
		good = intake_milter_run(&error);
	else
		steward_wait_for_end();
	daemon_stop(daemon);
	if (!good) {
		base_log(BASE_LOG_ERROR, "the milter ended", "problem",
			error->message, NULL);
		return EXIT_TRY_AGAIN;
	}
	base_log(BASE_LOG_NOTICE, "redressd has stopped", NULL);
	return 0;
}

int main(int argc, char **argv)
{
	Arguments arguments = {0};
	Daemon daemon = {0};
	g_autoptr(GError) error = NULL;
	g_autofree char *config_file = NULL;

	if (!read_arguments(&arguments, &argc, &argv, &error)) {
		fprintf(stderr, "redressd: %s; see redressd --help\n",
			error->message);
		return EXIT_USAGE_OR_CONFIGURATION;
	}
	if (arguments.version) {
		puts("redressd " REDRESS_VERSION);
		return 0;
	}
	config_file = arguments.config_file ? arguments.config_file
					    : g_strdup(REDRESS_CONFIG_FILE);
	daemon.config_file = config_file;
	daemon.config = config_load(daemon.config_file, &error);
	if (!daemon.config) {
		fprintf(stderr, "redressd: %s\n", error->message);
		return EXIT_USAGE_OR_CONFIGURATION;
	}
	steward_block_signals();
	base_log_init("redressd", daemon.config->log_level);
	g_mutex_init(&daemon.mutex);
	/* libmilter leaves threads behind: the process ends here, at once. */
	_exit(serve(&daemon));
}
