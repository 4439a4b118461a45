/*
 * process: one parser process as the pool sees it.  One thread at a time.
 */
#ifndef REDRESS_PARSER_PROCESS_H
#define REDRESS_PARSER_PROCESS_H

#include "wire.h"

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

/* What is asked of a process. */
typedef struct ProcessRequest ProcessRequest;
struct ProcessRequest {
	enum wire_request kind;
	GBytes *with; /* what belongs to the kind */
	GBytes *raw;  /* the mail */
	size_t most_bytes;
	/* Reads the answer into `into`; false if it is malformed. */
	bool (*accept)(GBytes *answer, gpointer into);
	gpointer into;
};

/*
 * Has one mail read.  Unless PROCESS_ANSWERED the process has been ended and
 * *ret_reason says why, in words (transfer full).
 */
enum process_outcome process_ask(ParserProcess *process,
	const ParserOptions *options, const ProcessRequest *request,
	char **ret_reason);

/* Ends the process and waits for it.  Without one, does nothing. */
void process_end(ParserProcess *process);

#endif
