/*
 * redress-parser: the program in which mail is parsed.
 */
#include "worker.h"

int main(int argc, char **argv)
{
	static const WorkerDuties duties = {
		worker_analyze, worker_extract, worker_strip};

	worker_main(argc, argv, &duties);
}
