/*
 * Resource limits and the seccomp filter of a parser process.
 */
#include <errno.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <glib.h>

#include "cage.h"

/* The sanitizers map terabytes and write reports. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CAGE_SANITIZED 1
#else
#define CAGE_SANITIZED 0
#endif

/* The pool's grace before the process ends itself, its parent being gone. */
enum { ORPHAN_MS = 5000, MAX_OPEN_FILES = 4 };

static const int allowed[] = {
	SCMP_SYS(brk),
	SCMP_SYS(clock_getres),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(close),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(futex),
	SCMP_SYS(getegid),
	SCMP_SYS(geteuid),
	SCMP_SYS(getgid),
	SCMP_SYS(getpid),
	SCMP_SYS(getrandom),
	SCMP_SYS(getrusage),
	SCMP_SYS(gettid),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(getuid),
	SCMP_SYS(lseek),
	SCMP_SYS(madvise),
	SCMP_SYS(mremap),
	SCMP_SYS(munmap),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(read),
	SCMP_SYS(recvfrom),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sched_yield),
	SCMP_SYS(sendto),
	SCMP_SYS(setitimer),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(time),
	SCMP_SYS(uname),
	SCMP_SYS(write),
	SCMP_SYS(writev),
#if CAGE_SANITIZED
	SCMP_SYS(nanosleep),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(sched_getaffinity),
#endif
};

/*
 * These fail instead of killing: a charset or a time zone that was not loaded
 * before is then merely unknown.
 */
static const struct {
	int call;
	int error;
} refused[] = {
	{SCMP_SYS(open), EACCES},
	{SCMP_SYS(openat), EACCES},
	{SCMP_SYS(openat2), EACCES},
	{SCMP_SYS(access), EACCES},
	{SCMP_SYS(faccessat), EACCES},
	{SCMP_SYS(faccessat2), EACCES},
	{SCMP_SYS(stat), EACCES},
	{SCMP_SYS(lstat), EACCES},
	{SCMP_SYS(fstat), EACCES},
	{SCMP_SYS(newfstatat), EACCES},
	{SCMP_SYS(statx), EACCES},
	{SCMP_SYS(statfs), EACCES},
	{SCMP_SYS(readlink), EACCES},
	{SCMP_SYS(readlinkat), EACCES},
	{SCMP_SYS(getcwd), EACCES},
	{SCMP_SYS(ioctl), ENOTTY},
	{SCMP_SYS(fcntl), EPERM},
	{SCMP_SYS(prctl), EPERM},
	{SCMP_SYS(prlimit64), EPERM},
	{SCMP_SYS(sysinfo), EPERM},
};

/* Memory may be had, but never memory that can be run. */
static int allow_memory(scmp_filter_ctx filter, int call)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1,
		SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
}

/* abort() and raise() send a signal to the process itself. */
static int allow_raise(scmp_filter_ctx filter)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
		SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
}

static int add_rules(scmp_filter_ctx filter)
{
	int failed = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(allowed) && !failed; i++)
		failed =
			seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	for (size_t i = 0; i < G_N_ELEMENTS(refused) && !failed; i++)
		failed = seccomp_rule_add(filter,
			SCMP_ACT_ERRNO((unsigned)refused[i].error),
			refused[i].call, 0);
	if (!failed)
		failed = allow_memory(filter, SCMP_SYS(mmap));
	if (!failed)
		failed = allow_memory(filter, SCMP_SYS(mprotect));
	if (!failed)
		failed = allow_raise(filter);
	return failed;
}

static bool load_filter(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int failed;

	if (!filter) {
		errno = ENOMEM;
		return false;
	}
	failed = add_rules(filter);
	/* Sorted by frequency: a tree is searched in few steps. */
	if (!failed)
		failed = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (!failed)
		failed = seccomp_load(filter);
	seccomp_release(filter);
	errno = -failed;
	return !failed;
}

static bool limit(__rlimit_resource_t resource, rlim_t most)
{
	struct rlimit wanted = {.rlim_cur = most, .rlim_max = most};
	struct rlimit now;

	/* What is lower already stays so. */
	if (getrlimit(resource, &now) == 0 && now.rlim_max != RLIM_INFINITY &&
		now.rlim_max < most)
		wanted.rlim_cur = wanted.rlim_max = now.rlim_max;
	return setrlimit(resource, &wanted) == 0;
}

static bool set_limits(const CageLimits *limits)
{
	if (!limit(RLIMIT_CORE, 0) || !limit(RLIMIT_NPROC, 0) ||
		!limit(RLIMIT_NOFILE, MAX_OPEN_FILES))
		return false;
	if (CAGE_SANITIZED)
		return true;
	if (!limit(RLIMIT_FSIZE, 0))
		return false;
	return limits->memory_bytes == 0 ||
	       limit(RLIMIT_AS, limits->memory_bytes);
}

bool cage_enter(const CageLimits *limits)
{
	/* Not dumpable: no other process of this user may look inside. */
	return set_limits(limits) &&
	       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && load_filter();
}

static void set_timer(__itimer_which_t which, unsigned ms)
{
	struct itimerval timer = {
		.it_value = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000}};

	setitimer(which, &timer, NULL);
}

void cage_start_mail(const CageLimits *limits)
{
	set_timer(ITIMER_PROF, limits->cpu_s * 1000);
	/* The pool keeps the wall clock; this is for when it is gone. */
	if (limits->timeout_ms > 0)
		set_timer(ITIMER_REAL, limits->timeout_ms + ORPHAN_MS);
}

void cage_end_mail(void)
{
	set_timer(ITIMER_PROF, 0);
	set_timer(ITIMER_REAL, 0);
}
