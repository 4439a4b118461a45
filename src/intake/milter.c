/* The milter as a whole: its socket, its start and end, what is in hand. */
#include "milter.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 1024 };

/* libmilter is one to a process, and so is this. */
static struct {
	IntakeMilterOptions options;
	GMutex mutex;
	GCond idle;
	bool stopping;
	bool running; /* waiter is in intake_milter_run() */
	bool failed;
	pthread_t waiter;
	unsigned inside; /* callbacks that use the engine */
	unsigned mails;
	int64_t bytes;
} house;

const IntakeMilterOptions *milter_options(void)
{
	return &house.options;
}

/* ---- what is in hand --------------------------------------------------- */

bool milter_enter(void)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&house.mutex);

	if (house.stopping)
		return false;
	house.inside++;
	return true;
}

void milter_leave(void)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&house.mutex);

	if (--house.inside == 0)
		g_cond_broadcast(&house.idle);
}

bool milter_reserve(size_t bytes)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&house.mutex);

	if ((int64_t)bytes > house.options.memory_bytes - house.bytes)
		return false;
	house.bytes += (int64_t)bytes;
	return true;
}

void milter_release(size_t bytes)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&house.mutex);

	house.bytes -= (int64_t)bytes;
}

void milter_count(int mails)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&house.mutex);

	house.mails = (unsigned)((int)house.mails + mails);
}

unsigned intake_milter_in_hand(void)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&house.mutex);

	return house.mails;
}

/* ---- the socket -------------------------------------------------------- */

static void fail(
	GError **error, const char *socket_name, int code, const char *problem)
{
	g_set_error(error, INTAKE_ERROR, code, "milter socket %s: %s",
		socket_name, problem);
}

static void fail_errno(
	GError **error, const char *socket_name, int errnum, const char *cure)
{
	g_set_error(error, INTAKE_ERROR, redress_error_code_from_errno(errnum),
		"milter socket %s: %s%s", socket_name, g_strerror(errnum),
		cure);
}

/* The path of "unix:/path", "local:/path" or "/path"; else NULL. */
static const char *unix_path(const char *socket_name)
{
	if (g_str_has_prefix(socket_name, "unix:"))
		return socket_name + strlen("unix:");
	if (g_str_has_prefix(socket_name, "local:"))
		return socket_name + strlen("local:");
	return *socket_name == '/' ? socket_name : NULL;
}

/* A socket that nobody listens at was left by a process that died. */
static bool can_connect(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return false;
	g_strlcpy(address.sun_path, path, sizeof address.sun_path);
	bool used =
		connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
	close(fd);
	return used;
}

static bool check_unix(const char *name, const char *path, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(path);
	struct stat status;

	if (strlen(path) >= sizeof((struct sockaddr_un *)NULL)->sun_path) {
		fail(error, name, REDRESS_ERROR_INVALID,
			"the path is longer than the 107 bytes of a unix "
			"socket; choose a shorter one");
		return false;
	}
	if (access(folder, W_OK | X_OK) < 0) {
		g_autofree char *cure = g_strdup_printf(
			"; make the folder %s, writable for redressd", folder);
		fail_errno(error, name, errno, cure);
		return false;
	}
	if (lstat(path, &status) < 0)
		return true;
	if (!S_ISSOCK(status.st_mode)) {
		fail(error, name, REDRESS_ERROR_INVALID,
			"something that is no socket has this name; remove it "
			"or choose another");
		return false;
	}
	if (can_connect(path)) {
		fail(error, name, REDRESS_ERROR_CONFLICT,
			"another process listens there; stop it first");
		return false;
	}
	return true;
}

static bool check_inet(const char *name, const char *rest, GError **error)
{
	char *end;
	guint64 port = g_ascii_strtoull(rest, &end, 10);

	if (end != rest && port >= 1 && port <= 65535 &&
		(!*end || (*end == '@' && end[1])))
		return true;
	fail(error, name, REDRESS_ERROR_INVALID,
		"write it as inet:PORT@HOST, for instance "
		"inet:8891@127.0.0.1");
	return false;
}

static bool check_inherited(const char *name, const char *rest, GError **error)
{
	char *end;
	guint64 fd = g_ascii_strtoull(rest, &end, 10);
	int listens = 0;
	socklen_t length = sizeof listens;

	if (end == rest || *end || fd > G_MAXINT) {
		fail(error, name, REDRESS_ERROR_INVALID,
			"write it as fd:N, for instance fd:3");
		return false;
	}
	if (getsockopt((int)fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) <
			0 ||
		!listens) {
		fail(error, name, REDRESS_ERROR_INVALID,
			"is no listening socket that was inherited; is the "
			"systemd socket unit enabled?");
		return false;
	}
	return true;
}

static bool check_socket(const char *name, GError **error)
{
	const char *path = unix_path(name);
	const char *colon = strchr(name, ':');

	if (path)
		return check_unix(name, path, error);
	if (g_str_has_prefix(name, "inet:") || g_str_has_prefix(name, "inet6:"))
		return check_inet(name, colon + 1, error);
	if (g_str_has_prefix(name, "fd:"))
		return check_inherited(name, colon + 1, error);
	fail(error, name, REDRESS_ERROR_INVALID,
		"write it as unix:/PATH, inet:PORT@HOST, inet6:PORT@HOST or "
		"fd:N");
	return false;
}

/* A set-gid folder gives the socket its group by itself, also where neither
 * membership nor chown is allowed. */
static bool folder_gives_group(const char *path)
{
	g_autofree char *folder = g_path_get_dirname(path);
	struct stat status;

	return stat(folder, &status) == 0 && (status.st_mode & S_ISGID);
}

static bool give_group(const char *path, GError **error)
{
	const IntakeMilterOptions *options = &house.options;

	if (!options->socket_group || folder_gives_group(path))
		return true;
	struct group *group = getgrnam(options->socket_group);
	if (!group) {
		g_autofree char *problem = g_strdup_printf(
			"there is no group %s; correct milter.group, \"\" for "
			"none",
			options->socket_group);
		fail(error, options->socket, REDRESS_ERROR_INVALID, problem);
		return false;
	}
	if (chown(path, (uid_t)-1, group->gr_gid) < 0) {
		g_autofree char *cure = g_strdup_printf(
			"; redressd must be a member of the group %s to give "
			"it the socket",
			options->socket_group);
		fail_errno(error, options->socket, errno, cure);
		return false;
	}
	return true;
}

/* Who may connect.  The socket is made closed and opened last. */
static bool admit(const char *path, GError **error)
{
	const IntakeMilterOptions *options = &house.options;

	if (!give_group(path, error))
		return false;
	if (chmod(path, options->socket_mode) < 0) {
		fail_errno(error, options->socket, errno, "");
		return false;
	}
	return true;
}

static bool open_socket(GError **error)
{
	const char *name = house.options.socket;
	const char *path = unix_path(name);
	mode_t before = umask(0177);

	errno = 0;
	int opened = smfi_opensocket(true);
	int errnum = errno;
	umask(before);
	if (opened != MI_SUCCESS) {
		if (errnum)
			fail_errno(error, name, errnum,
				"; the system log may know more");
		else
			fail(error, name, REDRESS_ERROR_TEMPORARY,
				"cannot listen there; see the system log");
		return false;
	}
	if (path && !admit(path, error)) {
		unlink(path);
		return false;
	}
	return true;
}

static void copy_options(const IntakeMilterOptions *options)
{
	g_free((char *)house.options.socket);
	g_free((char *)house.options.socket_group);
	house.options = *options;
	house.options.socket = g_strdup(options->socket);
	house.options.socket_group = g_strdup(options->socket_group);
	/* What GLib's arrays hold. */
	house.options.message_bytes = MIN(options->message_bytes, G_MAXINT32);
}

bool intake_milter_open(const IntakeMilterOptions *options, GError **error)
{
	copy_options(options);
	if (!check_socket(options->socket, error))
		return false;
	smfi_settimeout((int)CLAMP(options->timeout_s, 1, G_MAXINT));
	smfi_setbacklog(BACKLOG);
	if (smfi_setconn((char *)house.options.socket) != MI_SUCCESS ||
		smfi_register(session_callbacks()) != MI_SUCCESS) {
		fail(error, options->socket, REDRESS_ERROR_TEMPORARY,
			"libmilter did not start; is memory short?");
		return false;
	}
	return open_socket(error);
}

/* ---- run and stop ------------------------------------------------------ */

/*
 * smfi_stop() is never called: it waits up to five seconds for the listener,
 * and its pool then frees sessions under callbacks that still run (worker.c in
 * libmilter 8.17).  Instead the process ends while libmilter serves on, which
 * by then answers 451 to all.
 */
static void wake_waiter(void)
{
	if (house.running)
		pthread_kill(house.waiter, SIGTERM);
}

static void *serve(void *unused)
{
	int ended = smfi_main();
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&house.mutex);

	(void)unused;
	house.failed = ended != MI_SUCCESS && !house.stopping;
	wake_waiter();
	return NULL;
}

void intake_milter_stop(void)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&house.mutex);

	house.stopping = true;
	wake_waiter();
}

/* No new mail; those in hand are finished. */
static bool drain(void)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&house.mutex);
	const char *path = unix_path(house.options.socket);

	house.running = false;
	house.stopping = true;
	if (path)
		unlink(path);
	while (house.inside)
		g_cond_wait(&house.idle, &house.mutex);
	return !house.failed;
}

bool intake_milter_run(GError **error)
{
	g_mutex_lock(&house.mutex);
	house.waiter = pthread_self();
	house.running = !house.stopping;
	bool stopped = house.stopping;
	g_mutex_unlock(&house.mutex);
	if (stopped)
		return true;

	GThread *server = g_thread_try_new("milter", serve, NULL, error);
	if (!server)
		return false;
	g_thread_unref(server);
	/* For the same reason libmilter's own thread must not get the signals
	 * that it waits for.  The kernel prefers the main thread, if that waits
	 * too. */
	base_end_wait();
	if (house.options.stopping)
		house.options.stopping(house.options.user);
	if (!drain()) {
		fail(error, house.options.socket, REDRESS_ERROR_TEMPORARY,
			"the milter ended by itself; see the system log");
		return false;
	}
	return true;
}
