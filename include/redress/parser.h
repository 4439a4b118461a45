/*
 * parser: the cage.  A pool of pre-started processes of the program
 * redress-parser in which message/ and analysis/ run: no files, no network, no
 * new processes (seccomp), limits on memory, CPU and wall-clock time.  Raw
 * bytes and the envelope go in, one serialised analysis comes out.
 */
#ifndef REDRESS_PARSER_H
#define REDRESS_PARSER_H

#include <redress/analysis.h>

#define PARSER_ERROR parser_error_quark()
GQuark parser_error_quark(void);

typedef struct ParserPool ParserPool;

typedef struct ParserOptions ParserOptions;
struct ParserOptions {
	const char *program;        /* path of redress-parser */
	unsigned processes;         /* at least 1 */
	unsigned timeout_ms;        /* wall clock for one mail */
	unsigned cpu_s;             /* CPU for one mail */
	size_t memory_bytes;        /* address space of one process */
	unsigned mails_per_process; /* then it is replaced; 0: never */
};

/* Starts the processes; fails if the first cannot start.  (transfer full) */
ParserPool *parser_pool_new(const ParserOptions *options, GError **error);

/* Ends the processes and waits for them. */
void parser_pool_free(ParserPool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ParserPool, parser_pool_free)

/*
 * Analyses one mail; called from any thread, waits for a free process.  Always
 * returns an analysis: when the parser crashed, ran out of time or memory, it
 * is analysis_unparsed() with the reason, and the process has been replaced. A
 * mail is tried once more on a fresh process if its process died before reading
 * it.  (transfer full)
 */
Analysis *parser_pool_analyze(
	ParserPool *pool, GBytes *raw, const AnalysisEnvelope *envelope);

/* As message_extract_attachments() and message_strip_lines(), in the cage.
 * TEMPORARY if the process died or ran out of time. (transfer full) */
GPtrArray *parser_pool_extract(ParserPool *pool, GBytes *raw, GError **error);
GBytes *parser_pool_strip(ParserPool *pool, GBytes *raw,
	const char *const *lines, GError **error);

/* How many processes died while they held a mail, since the start. */
unsigned parser_pool_deaths(ParserPool *pool);

/* Process ids of the live workers, for tests.  (transfer full) */
GArray *parser_pool_pids(ParserPool *pool);

#endif
