#include "cli.h"

#include <string.h>
#include <unistd.h>

#include <redress/analysis.h>
#include <redress/parser.h>

/* A mail without a configuration may be this large. */
enum { MAIL_MOST_BYTES = 64 * 1024 * 1024 };

/* Mails read ahead for each process, so that none ever waits. */
enum { AHEAD = 4 };

typedef struct Options Options;
struct Options {
	char *from;
	char **to;
};

static void options_clear(Options *options)
{
	g_free(options->from);
	g_strfreev(options->to);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

/* One run over many files: workers analyse, the main thread prints in order.
 */
typedef struct Run Run;
struct Run {
	Cli *cli;
	const Options *options;
	EnginePolicy *policy; /* (nullable) */
	ParserPool *parser;
	unsigned processes;
	size_t most_bytes;
	GMutex lock;
	GCond done;
	int status;
};

typedef struct Job Job;
struct Job {
	const char *file;
	Analysis *analysis; /* NULL: error */
	GError *error;
	bool done; /* under the run's lock */
};

static void job_free(Job *job)
{
	analysis_free(job->analysis);
	g_clear_error(&job->error);
	g_free(job);
}

/* ---- one mail ---------------------------------------------------------- */

static Analysis *analyse(const Run *run, GBytes *raw)
{
	const Options *options = run->options;
	const char *const *to = (const char *const *)options->to;
	AnalysisEnvelope envelope = {0};
	Analysis *analysis;

	if (run->policy)
		engine_policy_envelope(run->policy, to, &envelope);
	envelope.from = options->from;
	envelope.to = to;
	analysis = parser_pool_analyze(run->parser, raw, &envelope);
	if (run->policy)
		engine_refine(run->policy, options->from, to, analysis);
	return analysis;
}

static void work(gpointer data, gpointer user)
{
	Job *job = data;
	Run *run = user;
	g_autoptr(GBytes) raw =
		cli_read_mail(job->file, run->most_bytes, &job->error);

	if (raw)
		job->analysis = analyse(run, raw);
	g_mutex_lock(&run->lock);
	job->done = true;
	g_cond_signal(&run->done);
	g_mutex_unlock(&run->lock);
}

static void print(Run *run, Job *job)
{
	if (job->analysis)
		analysis_put(run->cli->printer, job->file, job->analysis);
	else
		run->status = cli_worse(
			run->status, cli_complain(run->cli, CLI_NO, "%s",
					     job->error->message));
}

/* ---- many -------------------------------------------------------------- */

static void print_next(Run *run, GQueue *jobs)
{
	Job *job = g_queue_pop_head(jobs);

	g_mutex_lock(&run->lock);
	while (!job->done)
		g_cond_wait(&run->done, &run->lock);
	g_mutex_unlock(&run->lock);
	print(run, job);
	job_free(job);
}

static void run_all(Run *run, char **files)
{
	g_autoptr(GQueue) jobs = g_queue_new();
	GThreadPool *workers =
		g_thread_pool_new(work, run, (gint)run->processes, TRUE, NULL);

	for (; *files; files++) {
		Job *job = g_new0(Job, 1);

		job->file = *files;
		g_queue_push_tail(jobs, job);
		g_thread_pool_push(workers, job, NULL);
		if (jobs->length >= AHEAD * run->processes)
			print_next(run, jobs);
	}
	while (jobs->length)
		print_next(run, jobs);
	g_thread_pool_free(workers, FALSE, TRUE);
}

/* ---- set-up ------------------------------------------------------------ */

/* With --config: who we are. */
static bool use_config(Run *run, GError **error)
{
	g_autoptr(Config) config = cli_load_config(run->cli, error);
	bool is_signed = true;

	if (!config)
		return false;
	run->processes = config->parser.processes;
	run->most_bytes = (size_t)config->limits.message_bytes;
	run->parser = assembly_parser(config, error);
	if (!run->parser)
		return false;
	run->policy = assembly_policy_for_analysis(
		g_steal_pointer(&config), &is_signed, error);
	if (run->policy && !is_signed)
		cli_complain(run->cli, CLI_DONE,
			"the key cannot be read, so mail that we signed is not "
			"recognised; run this as root to have it so");
	return run->policy;
}

static bool set_up(Run *run, GError **error)
{
	if (run->cli->config_file)
		return use_config(run, error);
	run->processes = MIN(g_get_num_processors(), 8);
	run->most_bytes = MAIL_MOST_BYTES;
	run->parser = assembly_parser(NULL, error);
	return run->parser;
}

static bool parse(Cli *cli, Options *options, int *argc, char ***argv)
{
	const GOptionEntry entries[] = {
		{"from", 'f', 0, G_OPTION_ARG_FILENAME, &options->from,
			"Envelope sender; '' for the null sender", "ADDRESS"},
		{"to", 't', 0, G_OPTION_ARG_FILENAME_ARRAY, &options->to,
			"Envelope recipient; may be repeated", "ADDRESS"},
		G_OPTION_ENTRY_NULL,
	};

	if (!cli_parse(cli, entries, argc, argv))
		return false;
	if (*argc < 2) {
		cli->status = cli_usage(cli, "name a file");
		return false;
	}
	if (options->from && strcmp(options->from, "<>") == 0)
		*options->from = '\0';
	return true;
}

int cli_analyze(Cli *cli, int argc, char **argv)
{
	g_auto(Options) options = {0};
	g_autoptr(GError) error = NULL;
	Run run = {.cli = cli, .options = &options};

	if (!parse(cli, &options, &argc, &argv))
		return cli->status;
	g_mutex_init(&run.lock);
	g_cond_init(&run.done);
	if (set_up(&run, &error))
		run_all(&run, argv + 1);
	else
		run.status = cli_fail(cli, error, NULL);
	parser_pool_free(run.parser);
	engine_policy_unref(run.policy);
	g_cond_clear(&run.done);
	g_mutex_clear(&run.lock);
	return run.status;
}
