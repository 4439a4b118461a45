/*
 * process: one parser process as the pool sees it.  One thread at a time.
 */
#ifndef REDRESS_PARSER_PROCESS_H
#define REDRESS_PARSER_PROCESS_H

#include <redress/parser.h>

typedef struct ParserProcess ParserProcess;
struct ParserProcess {
	pid_t pid; /* 0: none */
	int fd;    /* our end of the socket */
	bool ready;
	unsigned mails; /* that it has answered */
};

/* What became of one mail. */
enum process_outcome {
	PROCESS_NOT_STARTED,
	PROCESS_ANSWERED,
	PROCESS_DIED_BEFORE, /* it had not read the mail */
	PROCESS_DIED,        /* it held the mail */
};

/* Starts a process; it warms up on its own time. */
bool process_start(
	ParserProcess *process, const ParserOptions *options, GError **error);

/* Waits until the process has shut its cage. */
bool process_wait_ready(ParserProcess *process, GError **error);

/*
 * Has one mail analysed.  Unless PROCESS_ANSWERED the process has been ended
 * and *ret_reason says why, in words (transfer full).
 */
enum process_outcome process_analyze(ParserProcess *process,
	const ParserOptions *options, GBytes *raw, GBytes *envelope,
	Analysis **ret_analysis, char **ret_reason);

/* Ends the process and waits for it.  Without one, does nothing. */
void process_end(ParserProcess *process);

#endif
