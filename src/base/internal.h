/* base, between its files: random bytes and the shape of a log entry. */
#ifndef BASE_INTERNAL_H
#define BASE_INTERNAL_H

#include <stdarg.h>

#include <redress/base.h>

/* libsodium is ready after this; cheap to call again. */
void base_crypto_ready(void);

/* Unpredictable bytes.  (g_random is no security source.) */
void base_random_bytes(void *buffer, size_t length);

/* The address without white space and angle brackets around it; a view into
 * the argument, with its length. */
const char *base_address_bare(const char *address, size_t *ret_length);

/* A log line is one write(2) that a pipe keeps whole: below PIPE_BUF. */
enum { BASE_LOG_LINE_MAX = 4000, BASE_LOG_VALUE_MAX = 1000 };

/* "2026-11-21T19:33:38Z redressd notice event key=value\n" (transfer full) */
GString *base_log_line(int64_t now_s, const char *program,
	enum base_log_level level, const char *event, va_list fields);

/*
 * The same as journal fields, "MESSAGE=...", "PRIORITY=...",
 * "REDRESS_TICKET=...": an array of GString.  (transfer full)
 */
GPtrArray *base_log_journal_fields(const char *program,
	enum base_log_level level, const char *event, va_list fields);

#endif
