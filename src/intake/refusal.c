/* What a sender hears whose mail is not taken, and what the log tells. */
#include <string.h>

#include "milter.h"

enum {
	LINE_MOST = 200, /* bytes, before percent signs are doubled */
	LINES_MOST = 8,
};

static const struct {
	sfsistat verdict;
	const char *code, *status, *text;
	enum base_log_level level;
	const char *event;
} refusals[] = {
	[REFUSAL_NONE] = {.verdict = SMFIS_CONTINUE},
	[REFUSAL_TOO_BIG] = {SMFIS_REJECT, "552", "5.3.4",
		"This message is larger than this mailbox takes",
		BASE_LOG_NOTICE, "mail rejected: too big"},
	[REFUSAL_NO_MEMORY] = {SMFIS_TEMPFAIL, "451", "4.3.1",
		"Too much mail at once, please try again later",
		BASE_LOG_WARNING,
		"mail put off: limits.memory_bytes is in use"},
	[REFUSAL_FORGERIES] = {SMFIS_REJECT, "554", "5.6.0",
		"This message bears too many header fields that only this "
		"server writes",
		BASE_LOG_NOTICE, "mail rejected: too many headers of ours"},
	[REFUSAL_STOPPING] = {SMFIS_TEMPFAIL, "451", "4.3.2",
		"The service is stopping, please try again soon",
		BASE_LOG_NOTICE, "mail put off: stopping"},
	[REFUSAL_NOT_RECORDED] = {SMFIS_TEMPFAIL, "451", "4.3.0",
		"The message could not be recorded, please try again later",
		BASE_LOG_ERROR, NULL /* logged with its reason */},
	[REFUSAL_NOT_CHANGED] = {SMFIS_TEMPFAIL, "451", "4.3.0",
		"The message could not be made ready for its recipients, "
		"please try again later",
		BASE_LOG_ERROR, "mail put off: not changed"},
	[REFUSAL_IN_WORDS] = {SMFIS_REJECT, "554", "5.7.7",
		NULL /* the transaction's */, BASE_LOG_NOTICE, "mail refused"},
};

/* One line's end: at a blank if there is one in its second half. */
static size_t line_length(const char *text)
{
	size_t length = strcspn(text, "\n");

	if (length <= LINE_MOST)
		return length;
	for (length = LINE_MOST; length > LINE_MOST / 2; length--)
		if (text[length] == ' ')
			return length;
	return LINE_MOST;
}

static char *printable(const char *text, size_t length)
{
	GString *line = g_string_new(NULL);

	for (size_t i = 0; i < length; i++) {
		g_string_append_c(
			line, g_ascii_isprint(text[i]) ? text[i] : ' ');
		if (text[i] == '%')
			g_string_append_c(line, '%');
	}
	return g_strstrip(g_string_free(line, FALSE));
}

char **refusal_lines(const char *words)
{
	g_autofree char *valid = g_utf8_make_valid(words, -1);
	g_autofree char *ascii = g_str_to_ascii(valid, "C");
	GPtrArray *lines = g_ptr_array_new();

	for (const char *at = ascii; *at && lines->len < LINES_MOST;) {
		size_t length = line_length(at);
		g_autofree char *line = printable(at, length);

		if (*line)
			g_ptr_array_add(lines, g_steal_pointer(&line));
		at += length;
		if (*at == '\n')
			at++;
	}
	if (lines->len == 0)
		g_ptr_array_add(lines, g_strdup("This message is not taken"));
	g_ptr_array_add(lines, NULL);
	return (char **)g_ptr_array_free(lines, FALSE);
}

static void set_reply(SMFICTX *context, enum refusal refusal, const char *words)
{
	char *code = (char *)refusals[refusal].code;
	char *status = (char *)refusals[refusal].status;
	g_auto(GStrv) lines = refusal_lines(words);
	char *l[LINES_MOST] = {NULL};

	for (guint i = 0; lines[i]; i++)
		l[i] = lines[i];
	/* The first NULL ends the list. */
	if (l[1])
		smfi_setmlreply(context, code, status, l[0], l[1], l[2], l[3],
			l[4], l[5], l[6], l[7], NULL);
	else
		smfi_setreply(context, code, status, l[0]);
}

sfsistat refusal_answer(
	SMFICTX *context, const Transaction *transaction, const char *queue_id)
{
	enum refusal refusal = transaction->refusal;
	const char *words = transaction->refusal_words;

	set_reply(context, refusal, words ? words : refusals[refusal].text);
	if (refusals[refusal].event)
		base_log(refusals[refusal].level, refusals[refusal].event,
			"queue_id", queue_id, "from", transaction->sender,
			"client", transaction->client, words ? "why" : NULL,
			words, NULL);
	return refusals[refusal].verdict;
}
