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

/* As message_extract_attachments() and message_strip_lines(), packed as
 * answer.h says.  (transfer full) */
typedef GBytes *(*WorkerExtract)(GBytes *raw);
typedef GBytes *(*WorkerStrip)(GBytes *raw, const char *const *lines);

GBytes *worker_extract(GBytes *raw);
GBytes *worker_strip(GBytes *raw, const char *const *lines);

/* What a parser process does when it is asked. */
typedef struct WorkerDuties WorkerDuties;
struct WorkerDuties {
	WorkerAnalyze analyze;
	WorkerExtract extract;
	WorkerStrip strip;
};

/*
 * The main function of a parser process: takes the limits from the command
 * line, warms up, shuts the cage, answers mail after mail and never returns.
 */
G_NORETURN void worker_main(int argc, char **argv, const WorkerDuties *duties);

#endif
