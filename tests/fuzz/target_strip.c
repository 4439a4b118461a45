/* A mail that is to lose lines, and one that is to give up what it carries. */
#include <string.h>

#include "../../src/parser/answer.h"
#include "fuzz.h"

static const char *const lines[] = {"#resolve", "#tag parcel late", NULL};

static void check_refusal(const GError *error)
{
	size_t length = strlen(error->message);

	FUZZ_PROMISE(
		g_error_matches(error, MESSAGE_ERROR, REDRESS_ERROR_INVALID),
		"a refusal says that the mail is to be mended");
	FUZZ_PROMISE(length > 0 && length < 200, "a refusal has few words");
	for (size_t i = 0; i < length; i++)
		FUZZ_PROMISE(
			error->message[i] >= ' ' && error->message[i] < 127,
			"a refusal is ASCII");
}

/* Above whatever may be a quote no line is a command. */
static void check_top_lines(const char *text)
{
	g_auto(GStrv) split = g_strsplit(text, "\n", -1);

	for (char **line = split; *line; line++) {
		if (strchr(*line, ':') || strstr(*line, "---") ||
			strstr(*line, "\357\274\232"))
			return;
		g_strstrip(*line);
		for (size_t i = 0; lines[i]; i++)
			FUZZ_PROMISE(strcmp(*line, lines[i]) != 0,
				"no command is left");
	}
}

/* Nothing is taken out twice, and it comes over the wire as it is. */
static void check_stripped(GBytes *stripped, size_t length)
{
	size_t left;
	const char *bytes = g_bytes_get_data(stripped, &left);
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) again =
		message_strip_lines(bytes, left, lines, &error);
	g_autoptr(GBytes) packed = answer_pack_mail(stripped, NULL);
	g_autoptr(GBytes) back = NULL;
	g_autoptr(GError) refusal = NULL;
	g_autoptr(Message) message = message_parse(bytes, left, NULL);

	FUZZ_PROMISE(left <= length + 1024, "a mail does not grow");
	FUZZ_PROMISE(!again, "what is gone is not found again");
	FUZZ_PROMISE(answer_unpack_mail(packed, length, &back, &refusal),
		"a mail crosses");
	FUZZ_PROMISE(g_bytes_equal(stripped, back), "a mail crosses whole");
	check_top_lines(message->text);
}

void fuzz_strip(const guint8 *bytes, size_t length)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) stripped =
		message_strip_lines((const char *)bytes, length, lines, &error);
	const char *const one[] = {lines[0], NULL};

	if (!stripped) {
		check_refusal(error);
		stripped = message_strip_lines(
			(const char *)bytes, length, one, NULL);
	} else {
		check_stripped(stripped, length);
	}
	FUZZ_PROMISE(!stripped || g_bytes_get_size(stripped) <= length + 1024,
		"a mail does not grow");
}

static void check_attachment(const MessageAttachment *one)
{
	fuzz_check_text(one->name);
	fuzz_check_text(one->type);
	fuzz_check_text(one->content_id);
	FUZZ_PROMISE(one->type && strchr(one->type, '/'), "each has a type");
	FUZZ_PROMISE(!one->name || (*one->name && !strpbrk(one->name, "/\\")),
		"a name is no path");
}

void fuzz_extract(const guint8 *bytes, size_t length)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) found = message_extract_attachments(
		(const char *)bytes, length, &error);
	g_autoptr(GBytes) packed = NULL;
	g_autoptr(GPtrArray) back = NULL;
	g_autoptr(GError) refusal = NULL;

	if (!found) {
		check_refusal(error);
		return;
	}
	for (guint i = 0; i < found->len; i++)
		check_attachment(found->pdata[i]);
	packed = answer_pack_attachments(found, NULL);
	FUZZ_PROMISE(answer_unpack_attachments(packed, length, &back, &refusal),
		"what is found crosses");
	FUZZ_PROMISE(back && back->len == found->len, "all of it crosses");
}

/* An answer of a parser that may be lying. */
void fuzz_answer(const guint8 *bytes, size_t length)
{
	g_autoptr(GBytes) answer = g_bytes_new(bytes, length);
	g_autoptr(GPtrArray) found = NULL;
	g_autoptr(GBytes) mail = NULL;
	g_autoptr(GError) first = NULL;
	g_autoptr(GError) second = NULL;
	g_auto(GStrv) texts = answer_unpack_lines(answer);

	FUZZ_PROMISE(texts, "lines are lines");
	if (answer_unpack_attachments(answer, length, &found, &first))
		FUZZ_PROMISE(!found != !first, "files or a refusal");
	for (guint i = 0; found && i < found->len; i++)
		fuzz_check_text(((MessageAttachment *)found->pdata[i])->name);
	if (answer_unpack_mail(answer, length, &mail, &second))
		FUZZ_PROMISE(!mail != !second, "a mail or a refusal");
}
