#include <redress/base.h>

void base_end_signals(sigset_t *ret_set)
{
	sigemptyset(ret_set);
	sigaddset(ret_set, SIGHUP);
	sigaddset(ret_set, SIGTERM);
	sigaddset(ret_set, SIGINT);
}

void base_end_wait(void)
{
	sigset_t set;
	int number;

	base_end_signals(&set);
	sigwait(&set, &number);
}
