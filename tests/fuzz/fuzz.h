/*
 * The fuzz targets: each takes any bytes, hands them to one parser, and holds
 * what comes out against that parser's promises.  What breaks one aborts.
 * libFuzzer drives them one at a time (fuzzer.c); test_fuzz.c drives all with
 * the files of corpus/, in every build.
 */
#ifndef REDRESS_TESTS_FUZZ_H
#define REDRESS_TESTS_FUZZ_H

#include <redress/analysis.h>

#define FUZZ_TARGETS(X)                                                        \
	X(message)                                                             \
	X(html)                                                                \
	X(dedupe)                                                              \
	X(reply_text)                                                          \
	X(agent_text)                                                          \
	X(subject)                                                             \
	X(bounce)                                                              \
	X(authentication)                                                      \
	X(analysis)                                                            \
	X(wire)                                                                \
	X(reference)                                                           \
	X(mustache)                                                            \
	X(config)                                                              \
	X(promise)                                                             \
	X(strip)                                                               \
	X(extract)                                                             \
	X(answer)                                                              \
	X(imap)                                                                \
	X(intake)

#define FUZZ_DECLARE(name) void fuzz_##name(const guint8 *bytes, size_t length);
FUZZ_TARGETS(FUZZ_DECLARE)
#undef FUZZ_DECLARE

/* Aborts with the words if the promise is broken. */
#define FUZZ_PROMISE(kept, words)                                              \
	do {                                                                   \
		if (!(kept))                                                   \
			fuzz_break(__func__, (words));                         \
	} while (0)

G_NORETURN void fuzz_break(const char *where, const char *words);

/* The bytes as a parser of texts gets them: valid UTF-8 without NUL.
 * (transfer full) */
char *fuzz_text(const guint8 *bytes, size_t length);

/* The bytes as a file; its path in *ret_path.  Closing the descriptor that is
 * returned removes it. */
int fuzz_file(const guint8 *bytes, size_t length, char **ret_path);

/* Texts that come out are valid UTF-8; NULL passes. */
void fuzz_check_text(const char *text);
void fuzz_check_texts(const GPtrArray *texts);
void fuzz_check_message(const Message *message);

/* What is wrong with an analysis on its way over the wire aborts. */
void fuzz_check_analysis(const Analysis *analysis);

#endif
