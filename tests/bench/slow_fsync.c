/*
 * LD_PRELOAD: counts fsync and fdatasync, and makes each take longer, as a real
 * disk does.
 *
 *	SLOW_FSYNC_US	added to each call (default 0)
 *	SLOW_FSYNC_FILE	a file of 8 bytes, mapped: the count, a native uint64
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static uint64_t *count;
static long delay_us;

__attribute__((constructor)) static void prepare(void)
{
	const char *path = getenv("SLOW_FSYNC_FILE");
	const char *delay = getenv("SLOW_FSYNC_US");

	delay_us = delay ? atol(delay) : 0;
	int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	if (file < 0)
		return;
	void *map = mmap(NULL, sizeof(*count), PROT_READ | PROT_WRITE,
		MAP_SHARED, file, 0);
	close(file);
	if (map != MAP_FAILED)
		count = map;
}

static int sync_slowly(const char *name, int file)
{
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
	struct timespec delay = {
		.tv_sec = delay_us / 1000000,
		.tv_nsec = delay_us % 1000000 * 1000,
	};

	if (count)
		__atomic_add_fetch(count, 1, __ATOMIC_RELAXED);
	if (delay_us)
		nanosleep(&delay, NULL);
	return real(file);
}

int fsync(int file)
{
	return sync_slowly("fsync", file);
}

int fdatasync(int file)
{
	return sync_slowly("fdatasync", file);
}
