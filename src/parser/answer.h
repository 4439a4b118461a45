/*
 * answer: what a parser process says to the requests that may fail: the
 * attachments of a mail, a mail without lines.  One GVariant each; the reader
 * trusts nothing in it.
 */
#ifndef REDRESS_PARSER_ANSWER_H
#define REDRESS_PARSER_ANSWER_H

#include <redress/parser.h>

enum {
	ANSWER_MAX_LINES = 256,
	ANSWER_MAX_ATTACHMENTS = 100,
	ANSWER_MAX_WORDS_BYTES = 512, /* of an error */
	ANSWER_MAX_NAME_BYTES = 64 * 1024,
	ANSWER_OVERHEAD_BYTES = 1024 * 1024, /* beside the mail's own bytes */
};

/* Lines on their way in; NULL-terminated.  (transfer full) */
GBytes *answer_pack_lines(const char *const *lines);
char **answer_unpack_lines(GBytes *bytes);

/* attachments or error, the other NULL.  (transfer full) */
GBytes *answer_pack_attachments(
	const GPtrArray *attachments, const GError *error);

/*
 * False if the answer is malformed.  Else *ret_attachments, or if the mail was
 * refused *ret_refusal.  (transfer full)
 */
bool answer_unpack_attachments(GBytes *bytes, size_t mail_bytes,
	GPtrArray **ret_attachments, GError **ret_refusal);

/* Likewise for a mail without lines. */
GBytes *answer_pack_mail(GBytes *mail, const GError *error);
bool answer_unpack_mail(GBytes *bytes, size_t mail_bytes, GBytes **ret_mail,
	GError **ret_refusal);

#endif
