/*
 * What a mail says of the conversation that it belongs to, beside References:
 * ids that a gateway has replaced, Outlook's thread fields, and whether it is
 * somebody else's mail passed on.
 */
#include "internal.h"
#include "reply_text_line.h"

#include <string.h>

enum {
	MAX_OTHER_IDS = 8,
	MAX_INDEX_CHARS = 1000, /* of base 64: some 140 answers deep */
	MAX_TOPIC_BYTES = 512,
	INDEX_HEAD_BYTES = 22, /* [MS-OXOMSG] 2.2.1.3 */
	INDEX_LEVEL_BYTES = 5,
};

/* ---- ids --------------------------------------------------------------- */

/* Where gateways and clients keep the id that a mail had before. */
static const char *const id_headers[] = {
	"X-Original-Message-ID",
	"X-Google-Original-Message-ID",
	"X-Microsoft-Original-Message-ID",
	"X-MS-Exchange-Organization-Original-Message-ID",
	"X-MS-TNEF-Correlator",
	"Original-Message-ID",
	"Old-Message-ID",
	"Resent-Message-ID",
};

static bool has_id(const GPtrArray *ids, const char *id)
{
	return g_ptr_array_find_with_equal_func(
		(GPtrArray *)ids, id, g_str_equal, NULL);
}

/* The ids in brackets; the value itself where it has none. */
static void add_ids(Analysis *analysis, const char *value)
{
	const char *p = strchr(value, '<');

	for (p = p ? p + 1 : value; p; p = strchr(p, '<'), p = p ? p + 1 : p) {
		p += strspn(p, " \t");
		g_autofree char *id = g_strndup(p, strcspn(p, "<> \t"));
		if (!strchr(id, '@') || !g_strcmp0(id, analysis->message_id) ||
			has_id(analysis->other_ids, id))
			continue;
		if (analysis->other_ids->len >= MAX_OTHER_IDS)
			return;
		g_ptr_array_add(analysis->other_ids, g_steal_pointer(&id));
	}
}

/* ---- Outlook ----------------------------------------------------------- */

/* The value if it can be a conversation index, without white space. */
static char *read_index(const char *value)
{
	GString *index = g_string_new(NULL);
	gsize length = 0;

	for (; *value && index->len <= MAX_INDEX_CHARS; value++)
		if (!g_ascii_isspace(*value))
			g_string_append_c(index, *value);
	g_autofree guchar *bytes = g_base64_decode(index->str, &length);
	g_autofree char *again = g_base64_encode(bytes, length);
	if (index->len <= MAX_INDEX_CHARS && length >= INDEX_HEAD_BYTES &&
		(length - INDEX_HEAD_BYTES) % INDEX_LEVEL_BYTES == 0 &&
		bytes[0] == 1 && !strcmp(again, index->str))
		return g_string_free(index, FALSE);
	g_string_free(index, TRUE);
	return NULL;
}

/* ---- forwards ---------------------------------------------------------- */

/* Lower case, NFC, without the colon. */
static const char *const forward_prefixes[] = {
	"fw", "fwd", "forward", "forwarded",      /* most */
	"wg", "weitergeleitet",                   /* de */
	"tr", "transf",                           /* fr */
	"rv", "reenv", "reenviado",               /* es */
	"i", "inoltro", "inoltrato",              /* it */
	"enc", "encaminhado",                     /* pt */
	"doorst", "doorgestuurd",                 /* nl */
	"pd", "przekazane",                       /* pl */
	"vb", "vidarebefordrat", "vs", "videres", /* sv, da, no */
	"vl", "välitetty",                        /* fi */
	"edasi", "edastus", "edastatud",          /* et */
	"pārsūtīt", "persiųsta", "persiunčiama",  /* lv, lt */
	"πρθ", "προωθ", "προώθηση",               /* el */
	"chuyển tiếp",                            /* vi */
	"转发", "轉寄", "轉發",                   /* zh */
	"転送", "전달",                           /* ja, ko */
	"ilt", "ynt",                             /* tr */
	"пересл", "пер", "перс",                  /* ru, uk */
};

static bool begins_as_forward(const char *subject)
{
	g_autofree char *start = g_utf8_strdown(subject, -1);
	const char *p = start + strspn(start, " [");
	size_t length = strcspn(p, ":");
	const char *wide = strstr(p, "：");

	if (wide && (size_t)(wide - p) < length)
		length = (size_t)(wide - p);
	for (size_t i = 0; i < G_N_ELEMENTS(forward_prefixes); i++)
		if (strlen(forward_prefixes[i]) == length &&
			!memcmp(forward_prefixes[i], p, length))
			return true;
	return false;
}

static bool carries_a_mail(const Message *message)
{
	for (guint i = 0; i < message->parts->len; i++) {
		const MessagePart *part = message->parts->pdata[i];

		if (!g_strcmp0(part->type, "message/rfc822"))
			return true;
	}
	return false;
}

static bool shows_a_mail(const char *text)
{
	g_autoptr(GArray) lines = line_read_all(text);

	for (guint i = 0; i < lines->len; i++) {
		const Line *line = LINE_AT(lines, i);

		if (line->kind == LINE_FORWARD || line->kind == LINE_ORIGINAL ||
			line->field == FIELD_FROM)
			return true;
	}
	return false;
}

/* A prefix alone never decides: somebody else's mail has to be in it. */
static bool is_forward(const Analysis *analysis, const Message *message)
{
	if (message_header(message, "X-Forwarded-Message-Id"))
		return true;
	return analysis->subject && begins_as_forward(analysis->subject) &&
	       (carries_a_mail(message) || shows_a_mail(analysis->text));
}

/* ---- all --------------------------------------------------------------- */

void conversation_read(Analysis *analysis, const Message *message)
{
	const char *index = message_header(message, "Thread-Index");
	const char *topic = message_header(message, "Thread-Topic");

	for (size_t i = 0; i < G_N_ELEMENTS(id_headers); i++) {
		const char *value = message_header(message, id_headers[i]);
		if (value)
			add_ids(analysis, value);
	}
	if (index)
		analysis->thread_index = read_index(index);
	if (topic && *topic && strlen(topic) <= MAX_TOPIC_BYTES)
		analysis->thread_topic = g_strdup(topic);
	analysis->forward = is_forward(analysis, message);
}
