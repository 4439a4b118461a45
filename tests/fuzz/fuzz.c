/* What the targets share. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* abort(), so that libFuzzer keeps the input. */
void fuzz_break(const char *where, const char *words)
{
	fprintf(stderr, "%s: broken promise: %s\n", where, words);
	abort();
}

char *fuzz_text(const guint8 *bytes, size_t length)
{
	g_autofree char *copy = g_strndup((const char *)bytes, length);

	return g_utf8_make_valid(copy, -1);
}

int fuzz_file(const guint8 *bytes, size_t length, char **ret_path)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	FUZZ_PROMISE(fd >= 0, "there is a file");
	while (length > 0) {
		ssize_t written = write(fd, bytes, length);

		FUZZ_PROMISE(written > 0, "the file takes the bytes");
		bytes += written;
		length -= (size_t)written;
	}
	*ret_path = g_strdup_printf("/proc/self/fd/%d", fd);
	return fd;
}

void fuzz_check_text(const char *text)
{
	FUZZ_PROMISE(!text || g_utf8_validate(text, -1, NULL),
		"texts are valid UTF-8");
}

void fuzz_check_texts(const GPtrArray *texts)
{
	for (guint i = 0; i < texts->len; i++)
		fuzz_check_text(texts->pdata[i]);
}

static void check_addresses(const GPtrArray *addresses)
{
	for (guint i = 0; i < addresses->len; i++) {
		const MessageAddress *address = addresses->pdata[i];

		fuzz_check_text(address->name);
		fuzz_check_text(address->address);
	}
}

static void check_part(const MessagePart *part)
{
	FUZZ_PROMISE(part->type && *part->type, "a part has a type");
	FUZZ_PROMISE(part->depth <= MESSAGE_MAX_DEPTH, "parts nest so deep");
	fuzz_check_text(part->type);
	fuzz_check_text(part->name);
	fuzz_check_text(part->disposition);
	fuzz_check_text(part->content_id);
	fuzz_check_text(part->charset);
	fuzz_check_text(part->report_type);
	fuzz_check_text(part->text);
}

void fuzz_check_message(const Message *message)
{
	FUZZ_PROMISE(message->parts->len <= MESSAGE_MAX_PARTS, "so many parts");
	FUZZ_PROMISE(
		message->headers->len <= MESSAGE_MAX_HEADERS, "so many fields");
	FUZZ_PROMISE(message->text, "there is a text");
	FUZZ_PROMISE(strlen(message->text) <= MESSAGE_MAX_TEXT_BYTES,
		"a text is so long");
	for (guint i = 0; i < message->headers->len; i++) {
		const MessageHeader *header = message->headers->pdata[i];

		fuzz_check_text(header->name);
		fuzz_check_text(header->value);
	}
	for (guint i = 0; i < message->parts->len; i++)
		check_part(message->parts->pdata[i]);
	check_addresses(message->from);
	check_addresses(message->reply_to);
	check_addresses(message->to);
	check_addresses(message->cc);
	fuzz_check_texts(message->references);
	fuzz_check_texts(message->in_reply_to);
	fuzz_check_texts(message->defects);
	fuzz_check_text(message->subject);
	fuzz_check_text(message->sender);
	fuzz_check_text(message->message_id);
	fuzz_check_text(message->text);
	fuzz_check_text(message->html);
}

void fuzz_check_analysis(const Analysis *analysis)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) wire = analysis_serialise(analysis);
	g_autoptr(Analysis) back = analysis_deserialise(wire, &error);
	g_autoptr(GBytes) again = NULL;

	FUZZ_PROMISE(back, error->message);
	again = analysis_serialise(back);
	FUZZ_PROMISE(g_bytes_equal(wire, again),
		"an analysis is the same after a journey");
}
