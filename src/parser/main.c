/*
 * redress-parser: the program in which mail is parsed.
 */
#include "worker.h"

int main(int argc, char **argv)
{
	worker_main(argc, argv, worker_analyze);
}
