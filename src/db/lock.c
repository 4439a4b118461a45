/*
 * lock: who may checkpoint, for a database that is a file: an flock(2) on
 * TARGET.lock, which the kernel releases with its holder.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

enum { LOOK_EVERY_MS = 20 };

struct DbLock {
	int fd;
};

/* One that root made in the daemon's folder must be the daemon's too. */
static bool give_to_owner(int fd, const char *target)
{
	struct stat lock, file;

	if (geteuid() != 0 || fstat(fd, &lock) != 0 ||
		stat(target, &file) != 0 || lock.st_uid == file.st_uid)
		return true;
	return fchown(fd, file.st_uid, file.st_gid) == 0;
}

static int open_lock(const char *path, const char *target)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
		S_IRUSR | S_IWUSR);

	if (fd < 0 || give_to_owner(fd, target))
		return fd;
	int problem = errno;
	close(fd);
	errno = problem;
	return -1;
}

/* flock(2) knows no time limit: it is asked until the time is up. */
static bool wait_for(int fd, unsigned wait_ms)
{
	int64_t end_ms = base_clock_monotonic_ms() + wait_ms;

	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EINTR && errno != EWOULDBLOCK)
			return false;
		if (base_clock_monotonic_ms() >= end_ms)
			return false;
		g_usleep(LOOK_EVERY_MS * 1000);
	}
	return true;
}

DbLock *lock_take(const char *target, unsigned wait_ms, GError **error)
{
	g_autofree char *path = g_strconcat(target, ".lock", NULL);
	int fd = open_lock(path, target);

	if (fd >= 0 && wait_for(fd, wait_ms)) {
		DbLock *lock = g_new0(DbLock, 1);
		lock->fd = fd;
		return lock;
	}
	int problem = errno;
	if (fd >= 0)
		close(fd);
	g_set_error(error, DB_ERROR,
		problem == EWOULDBLOCK ? REDRESS_ERROR_CONFLICT
				       : REDRESS_ERROR_TEMPORARY,
		"%s: %s", path,
		problem == EWOULDBLOCK ? "another program holds it"
				       : g_strerror(problem));
	return NULL;
}

void lock_drop(DbLock *lock)
{
	if (!lock)
		return;
	close(lock->fd);
	g_free(lock);
}
