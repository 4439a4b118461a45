/*
 * worker: the inside of a parser process.
 */
#ifndef REDRESS_PARSER_WORKER_H
#define REDRESS_PARSER_WORKER_H

#include <redress/analysis.h>

/* What is done with one mail: its serialised analysis.  (transfer full) */
typedef GBytes *(*WorkerAnalyze)(GBytes *raw, const AnalysisEnvelope *envelope);

/* The ordinary one: message_parse() and analysis_run(). */
GBytes *worker_analyze(GBytes *raw, const AnalysisEnvelope *envelope);

/*
 * The main function of a parser process: takes the limits from the command
 * line, warms up, shuts the cage, answers mail after mail and never returns.
 */
G_NORETURN void worker_main(int argc, char **argv, WorkerAnalyze analyze);

#endif
