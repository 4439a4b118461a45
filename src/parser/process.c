/*
 * One parser process: started, asked, and buried.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process.h"

enum { START_MS = 30000, BURIAL_MS = 1000 };

/* ---- start ------------------------------------------------------------ */

/* Only the socket is inherited, as WIRE_FD, and standard error. */
static int add_files(posix_spawn_file_actions_t *actions, int fd)
{
	int failed = posix_spawn_file_actions_adddup2(actions, fd, WIRE_FD);

	if (!failed)
		failed = posix_spawn_file_actions_addopen(
			actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (!failed)
		failed = posix_spawn_file_actions_addopen(
			actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	if (!failed)
		failed = posix_spawn_file_actions_addclosefrom_np(
			actions, WIRE_FD + 1);
	return failed;
}

/* The caller's thread may block signals; the process must not. */
static int add_signals(posix_spawnattr_t *attributes)
{
	sigset_t none, all;
	int failed;

	sigemptyset(&none);
	sigfillset(&all);
	failed = posix_spawnattr_setsigmask(attributes, &none);
	if (!failed)
		failed = posix_spawnattr_setsigdefault(attributes, &all);
	if (!failed)
		failed = posix_spawnattr_setflags(attributes,
			POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	return failed;
}

/* Returns 0 or an errno. */
static int spawn(const ParserOptions *options, int fd, pid_t *ret_pid)
{
	g_autofree char *memory = g_strdup_printf("%zu", options->memory_bytes);
	g_autofree char *cpu = g_strdup_printf("%u", options->cpu_s);
	g_autofree char *timeout = g_strdup_printf("%u", options->timeout_ms);
	char *argv[] = {"redress-parser", memory, cpu, timeout, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int failed;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	failed = add_files(&actions, fd);
	if (!failed)
		failed = add_signals(&attributes);
	if (!failed)
		failed = posix_spawn(ret_pid, options->program, &actions,
			&attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return failed;
}

bool process_start(
	ParserProcess *process, const ParserOptions *options, GError **error)
{
	int fds[2];
	int failed;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
		g_set_error(error, PARSER_ERROR, REDRESS_ERROR_TEMPORARY,
			"socketpair: %s", g_strerror(errno));
		return false;
	}
	failed = spawn(options, fds[1], &process->pid);
	close(fds[1]);
	if (failed) {
		close(fds[0]);
		process->pid = 0;
		g_set_error(error, PARSER_ERROR, REDRESS_ERROR_TEMPORARY,
			"cannot start %s: %s", options->program,
			g_strerror(failed));
		return false;
	}
	process->fd = fds[0];
	process->ready = false;
	process->mails = 0;
	return true;
}

/* ---- end -------------------------------------------------------------- */

/* True once the process has ended by itself, within the time. */
static bool has_ended(pid_t pid, int wait_ms)
{
	struct pollfd polled = {.fd = pidfd_open(pid, 0), .events = POLLIN};
	bool ended;

	if (polled.fd < 0)
		return false;
	while (poll(&polled, 1, wait_ms) < 0 && errno == EINTR)
		;
	ended = polled.revents != 0;
	close(polled.fd);
	return ended;
}

/* Buries the process; -1 if its status is lost (SIGCHLD ignored). */
static int bury(ParserProcess *process, bool wait_first)
{
	int status = 0;
	pid_t done;

	if (!wait_first || !has_ended(process->pid, BURIAL_MS))
		kill(process->pid, SIGKILL);
	close(process->fd);
	do
		done = waitpid(process->pid, &status, 0);
	while (done < 0 && errno == EINTR);
	process->pid = 0;
	process->fd = -1;
	process->ready = false;
	return done > 0 ? status : -1;
}

void process_end(ParserProcess *process)
{
	if (process->pid > 0)
		bury(process, false);
}

/* A wait status in words.  (transfer full) */
static char *describe(int status, const ParserOptions *options)
{
	if (status >= 0 && WIFSIGNALED(status)) {
		switch (WTERMSIG(status)) {
		case SIGPROF:
		case SIGXCPU:
			return g_strdup_printf("parser used more than %u s of "
					       "processor time",
				options->cpu_s);
		case SIGSYS:
			return g_strdup("parser made a forbidden system call");
		default:
			return g_strdup_printf(
				"parser killed by signal %d", WTERMSIG(status));
		}
	}
	if (status >= 0 && WEXITSTATUS(status) == WIRE_EXIT_MEMORY)
		return g_strdup("parser used too much memory");
	if (status >= 0 && WEXITSTATUS(status) == WIRE_EXIT_CAGE)
		return g_strdup("parser could not shut its cage");
	if (status >= 0)
		return g_strdup_printf(
			"parser exited with status %d", WEXITSTATUS(status));
	return g_strdup("parser died");
}

/* Ends a process that gave result instead of an answer; why, in words. */
static char *end_failed(ParserProcess *process, enum wire_result result,
	const ParserOptions *options)
{
	int status = bury(process, result == WIRE_CLOSED);

	switch (result) {
	case WIRE_LATE:
		return g_strdup_printf("parser ran out of time after %g s",
			options->timeout_ms / 1000.0);
	case WIRE_CLOSED:
		return describe(status, options);
	case WIRE_MALFORMED:
	case WIRE_DONE:
		break;
	}
	return g_strdup("parser gave a malformed answer");
}

bool process_wait_ready(ParserProcess *process, GError **error)
{
	static const ParserOptions start = {.timeout_ms = START_MS};
	g_autofree char *reason = NULL;
	enum wire_result result;

	if (process->ready)
		return true;
	result = wire_expect_byte(
		process->fd, WIRE_READY, base_clock_monotonic_ms() + START_MS);
	process->ready = result == WIRE_DONE;
	if (process->ready)
		return true;
	reason = end_failed(process, result, &start);
	g_set_error(error, PARSER_ERROR, REDRESS_ERROR_TEMPORARY,
		"while it started, %s", reason);
	return false;
}

/* ---- one mail --------------------------------------------------------- */

/* Hands the mail over; WIRE_DONE once the process has read all of it. */
static enum wire_result hand_over(ParserProcess *process,
	const ProcessRequest *request, int64_t deadline_ms)
{
	enum wire_result result =
		wire_send_byte(process->fd, (char)request->kind);

	if (result == WIRE_DONE)
		result = wire_send(process->fd, request->with, deadline_ms);
	if (result == WIRE_DONE)
		result = wire_send(process->fd, request->raw, deadline_ms);
	if (result == WIRE_DONE)
		result = wire_expect_byte(process->fd, WIRE_TAKEN, deadline_ms);
	return result;
}

static enum wire_result receive_answer(ParserProcess *process,
	const ProcessRequest *request, int64_t deadline_ms)
{
	g_autoptr(GBytes) answer = NULL;
	enum wire_result result = wire_receive(
		process->fd, request->most_bytes, deadline_ms, &answer);

	if (result != WIRE_DONE)
		return result;
	return request->accept(answer, request->into) ? WIRE_DONE
						      : WIRE_MALFORMED;
}

enum process_outcome process_ask(ParserProcess *process,
	const ParserOptions *options, const ProcessRequest *request,
	char **ret_reason)
{
	int64_t deadline_ms = base_clock_monotonic_ms() + options->timeout_ms;
	enum wire_result result = hand_over(process, request, deadline_ms);

	if (result != WIRE_DONE) {
		*ret_reason = end_failed(process, result, options);
		return result == WIRE_CLOSED ? PROCESS_DIED_BEFORE
					     : PROCESS_DIED;
	}
	result = receive_answer(process, request, deadline_ms);
	if (result != WIRE_DONE) {
		*ret_reason = end_failed(process, result, options);
		return PROCESS_DIED;
	}
	process->mails++;
	return PROCESS_ANSWERED;
}
