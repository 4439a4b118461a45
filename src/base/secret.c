/* What a mailbox logs in with at its provider: from a file, or from what a
 * command writes. */
#include <redress/base.h>

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

#include <jansson.h>

enum {
	SECRET_BYTES_MOST = 64 * 1024,
	COMMAND_TIMEOUT_MS = 30 * 1000,
};

void base_secret_clear(BaseSecret *secret)
{
	if (secret->text)
		explicit_bzero(secret->text, strlen(secret->text));
	g_clear_pointer(&secret->text, g_free);
	*secret = (BaseSecret){0};
}

/* ---- a command ---------------------------------------------------------- */

typedef struct Run Run;
struct Run {
	GMainLoop *loop;
	GSubprocess *process;
	GCancellable *cancellable;
	const char *command;
	char *bytes;
	gsize length;
	bool timed_out, stopped;
	GError *problem;
};

static void end_run(Run *run, GError *problem)
{
	if (problem && !run->problem)
		run->problem = problem;
	else
		g_clear_error(&problem);
	g_main_loop_quit(run->loop);
}

static void on_exit_status(GObject *source, GAsyncResult *result, gpointer data)
{
	GError *problem = NULL;

	(void)source;
	g_subprocess_wait_check_finish(
		((Run *)data)->process, result, &problem);
	end_run(data, problem);
}

static void on_output(GObject *source, GAsyncResult *result, gpointer data)
{
	Run *run = data;
	GError *problem = NULL;

	g_input_stream_read_all_finish(
		G_INPUT_STREAM(source), result, &run->length, &problem);
	if (!problem && run->length == SECRET_BYTES_MOST)
		g_set_error_literal(&problem, BASE_ERROR, REDRESS_ERROR_INVALID,
			"it says too much");
	if (problem) {
		end_run(run, problem);
		return;
	}
	g_subprocess_wait_check_async(
		run->process, run->cancellable, on_exit_status, run);
}

static gboolean on_time(gpointer data)
{
	Run *run = data;

	run->timed_out = true;
	g_cancellable_cancel(run->cancellable);
	return G_SOURCE_REMOVE;
}

static gboolean on_stop(GCancellable *stop, gpointer data)
{
	Run *run = data;

	(void)stop;
	run->stopped = true;
	g_cancellable_cancel(run->cancellable);
	return G_SOURCE_REMOVE;
}

/*
 * One for each thread that runs commands: GLib's own thread, which waits for
 * the children, lets go of it at a time of its own, and is not to be the one
 * that frees it.
 */
static GMainContext *context_of_thread(void)
{
	static GPrivate contexts =
		G_PRIVATE_INIT((GDestroyNotify)g_main_context_unref);
	GMainContext *context = g_private_get(&contexts);

	if (!context) {
		context = g_main_context_new();
		g_private_set(&contexts, context);
	}
	return context;
}

static void end_source(GSource *source)
{
	if (!source)
		return;
	g_source_destroy(source);
	g_source_unref(source);
}

static void start(Run *run)
{
	run->process =
		g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE |
					 G_SUBPROCESS_FLAGS_STDERR_SILENCE,
			&run->problem, "/bin/sh", "-c", run->command, NULL);
	if (!run->process)
		return;
	g_input_stream_read_all_async(
		g_subprocess_get_stdout_pipe(run->process), run->bytes,
		SECRET_BYTES_MOST, G_PRIORITY_DEFAULT, run->cancellable,
		on_output, run);
	g_main_loop_run(run->loop);
	if (run->problem)
		g_subprocess_force_exit(run->process);
}

/* Runs it in this main context, which the caller has pushed. */
static void run_in(
	Run *run, GMainContext *context, int64_t timeout_ms, GCancellable *stop)
{
	GSource *timer = g_timeout_source_new((guint)timeout_ms);
	GSource *stopper = stop ? g_cancellable_source_new(stop) : NULL;

	g_source_set_callback(timer, on_time, run, NULL);
	g_source_attach(timer, context);
	if (stopper) {
		g_source_set_callback(
			stopper, G_SOURCE_FUNC(on_stop), run, NULL);
		g_source_attach(stopper, context);
	}
	start(run);
	end_source(timer);
	end_source(stopper);
}

static bool tell_run(const Run *run, GError **error)
{
	if (!run->problem)
		return true;
	if (run->timed_out)
		g_set_error(error, BASE_ERROR, REDRESS_ERROR_TEMPORARY,
			"the command \"%s\" did not end in time", run->command);
	else if (run->stopped)
		g_set_error_literal(
			error, BASE_ERROR, REDRESS_ERROR_TEMPORARY, "stopped");
	else
		g_set_error(error, BASE_ERROR, REDRESS_ERROR_TEMPORARY,
			"the command \"%s\" failed: %s", run->command,
			run->problem->message);
	return false;
}

char *base_secret_run(const char *command, int64_t timeout_ms,
	GCancellable *stop, GError **error)
{
	GMainContext *context = context_of_thread();
	Run run = {
		.loop = g_main_loop_new(context, FALSE),
		.cancellable = g_cancellable_new(),
		.command = command,
		.bytes = g_malloc0(SECRET_BYTES_MOST + 1),
	};
	char *output = NULL;

	g_main_context_push_thread_default(context);
	run_in(&run, context, timeout_ms, stop);
	g_main_context_pop_thread_default(context);
	if (tell_run(&run, error))
		output = g_strndup(run.bytes, run.length);
	explicit_bzero(run.bytes, SECRET_BYTES_MOST);
	g_free(run.bytes);
	g_clear_error(&run.problem);
	g_clear_object(&run.process);
	g_object_unref(run.cancellable);
	g_main_loop_unref(run.loop);
	return output;
}

/* ---- what was said ------------------------------------------------------ */

static bool parse_json(const char *text, int64_t now_ms, BaseSecret *secret)
{
	json_t *said = json_loads(text, 0, NULL);
	const char *token =
		json_string_value(json_object_get(said, "access_token"));
	json_t *expires = json_object_get(said, "expires_in");
	/* Some write the number as a string. */
	int64_t left_s =
		json_is_string(expires)
			? g_ascii_strtoll(json_string_value(expires), NULL, 10)
			: json_integer_value(expires);

	if (token) {
		secret->text = g_strdup(token);
		/* A month at most: what is more is as good as for ever. */
		secret->expires_ms = left_s > 0 && left_s < 31 * 24 * 60 * 60
					     ? now_ms + left_s * 1000
					     : 0;
	}
	json_decref(said);
	return token != NULL;
}

/* One control byte in it, and it could be a command of its own. */
static bool is_clean(const char *text)
{
	for (; *text; text++)
		if (g_ascii_iscntrl(*text))
			return false;
	return true;
}

bool base_secret_parse(const char *text, bool oauth2, int64_t now_ms,
	BaseSecret *ret_secret, GError **error)
{
	g_auto(BaseSecret) secret = {.oauth2 = oauth2};

	if (!oauth2 || !parse_json(text, now_ms, &secret))
		secret.text = g_strndup(text, strcspn(text, "\r\n"));
	if (!*secret.text || !is_clean(secret.text)) {
		g_set_error(error, BASE_ERROR, REDRESS_ERROR_INVALID,
			"there is no %s in its first line",
			oauth2 ? "token" : "password");
		return false;
	}
	*ret_secret = secret;
	secret = (BaseSecret){0};
	return true;
}

/* Only its users may read it. */
static bool is_private(const char *path, GError **error)
{
	GStatBuf status;

	if (g_stat(path, &status) < 0) {
		int problem = errno;
		g_set_error(error, BASE_ERROR,
			redress_error_code_from_errno(problem),
			"%s: cannot be read: %s", path, g_strerror(problem));
		return false;
	}
	if (!(status.st_mode & S_IRWXO))
		return true;
	g_set_error(error, BASE_ERROR, REDRESS_ERROR_INVALID,
		"%s: everybody may read what is secret (mode %04o); chmod 640 "
		"it",
		path, (unsigned)(status.st_mode & 07777));
	return false;
}

static char *read_file(const char *path, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autoptr(GFile) file = g_file_new_for_path(path);
	g_autofree char *text = g_malloc0(SECRET_BYTES_MOST + 1);
	gsize length = 0;

	if (!is_private(path, error))
		return NULL;
	g_autoptr(GFileInputStream) input = g_file_read(file, NULL, &problem);
	if (input && g_input_stream_read_all(G_INPUT_STREAM(input), text,
			     SECRET_BYTES_MOST, &length, NULL, &problem))
		return g_steal_pointer(&text);
	g_set_error(error, BASE_ERROR, REDRESS_ERROR_TEMPORARY,
		"%s: cannot be read: %s", path, problem->message);
	return NULL;
}

bool base_secret_read(const BaseSecretSource *source, GCancellable *stop,
	BaseSecret *ret_secret, GError **error)
{
	bool oauth2 = source->oauth2_command || source->oauth2_token_file;
	const char *command =
		oauth2 ? source->oauth2_command : source->password_command;
	const char *file =
		oauth2 ? source->oauth2_token_file : source->password_file;
	g_autofree char *text = NULL;

	if (command)
		text = base_secret_run(
			command, COMMAND_TIMEOUT_MS, stop, error);
	else if (file)
		text = read_file(file, error);
	else
		g_set_error_literal(error, BASE_ERROR, REDRESS_ERROR_INVALID,
			"neither password nor token is set");
	if (!text)
		return false;
	bool good = base_secret_parse(
		text, oauth2, base_clock_monotonic_ms(), ret_secret, error);
	explicit_bzero(text, strlen(text));
	if (!good)
		g_prefix_error(error, "%s: ", command ? command : file);
	return good;
}
