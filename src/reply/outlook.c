/*
 * Thread-Index and Thread-Topic, by which Outlook and Exchange thread
 * ([MS-OXOMSG] 2.2.1.3 and 2.2.1.5): 22 bytes that name the conversation and
 * when it began, and five more for each answer.
 */
#include "internal.h"

#include <string.h>

enum {
	HEAD_BYTES = 22,
	LEVEL_BYTES = 5,
	LEVELS_MOST = 100, /* deeper ones are echoed as they are */
};

/* Of 100 ns each, since 1601. */
#define FILETIME_OF_EPOCH G_GUINT64_CONSTANT(116444736000000000)
#define FILETIME_A_SECOND G_GUINT64_CONSTANT(10000000)

static guint64 read_big(const guchar *bytes, size_t length)
{
	guint64 number = 0;

	for (size_t i = 0; i < length; i++)
		number = number << 8 | bytes[i];
	return number;
}

/* Exchange writes 01 and the upper 40 bits of the time, older programs the
 * upper 48, whose first byte has been 01 since 1829. */
static guint64 begun_at(const guchar *head)
{
	return head[1] == 1 ? read_big(head + 1, 5) << 24
			    : read_big(head, 6) << 16;
}

/* 31 bits of the time that has passed, in a unit that its first bit tells; then
 * a byte that parts answers of the same moment. */
static void write_level(guchar level[LEVEL_BYTES], const guchar *head,
	int64_t now_s, guchar any)
{
	guint64 now =
		(guint64)MAX(now_s, 0) * FILETIME_A_SECOND + FILETIME_OF_EPOCH;
	guint64 begun = begun_at(head);
	guint64 passed = now > begun ? now - begun : 0;
	bool coarse = passed >> 49;
	guint32 delta = (guint32)(passed >> (coarse ? 23 : 18)) & 0x7fffffffu;

	delta |= coarse ? 0x80000000u : 0;
	for (int i = 0; i < 4; i++)
		level[i] = (guchar)(delta >> (24 - 8 * i));
	level[4] = any;
}

char *outlook_answer_index(
	const char *index, int64_t now_s, const char *message_id)
{
	gsize length = 0;
	g_autofree guchar *bytes = g_base64_decode(index, &length);
	g_autofree char *again = g_base64_encode(bytes, length);

	if (strcmp(again, index) != 0 || length < HEAD_BYTES ||
		(length - HEAD_BYTES) % LEVEL_BYTES != 0 || bytes[0] != 1)
		return NULL;
	if (length >= HEAD_BYTES + LEVEL_BYTES * LEVELS_MOST)
		return length == HEAD_BYTES + LEVEL_BYTES * LEVELS_MOST
			       ? g_steal_pointer(&again)
			       : NULL;
	bytes = g_realloc(bytes, length + LEVEL_BYTES);
	write_level(
		bytes + length, bytes, now_s, (guchar)g_str_hash(message_id));
	return g_base64_encode(bytes, length + LEVEL_BYTES);
}
