/*
 * Amazon SES tells what became of a mail in JSON, by way of SNS and mail, often
 * quoted twice.  A handful of known keys are read, so no JSON parser is needed:
 * backslashes go, and a key is looked for by its name.
 */
#include <string.h>

#include "bounce_parts.h"

enum { NOTIFICATION_VALUE_MAX = 512 };

typedef struct Notification Notification;
struct Notification {
	const char *type; /* as SES writes it */
	const char *recipients;
	const char *action;
	const char *status; /* when it names none */
};

/* docs.aws.amazon.com/ses: contents of notifications. */
static const Notification notifications[] = {
	{"Bounce", "\"bouncedRecipients\"", "failed", NULL},
	{"Delivery", "\"recipients\"", "delivered", "2.6.0"},
};

/* Without backslashes and line ends: SNS folds long lines. */
static char *json_flatten(const char *text)
{
	GString *flat = g_string_sized_new(strlen(text));
	for (const char *c = text; *c; c++) {
		if (*c == '\\')
			continue;
		if (*c != '\n' && *c != '\r')
			g_string_append_c(flat, *c);
	}
	return g_string_free(flat, false);
}

/* The string after a key, white space around the colon allowed. */
static char *value_find(const char *text, const char *key, const char **ret_end)
{
	const char *at = strstr(text, key);
	if (!at)
		return NULL;
	at += strlen(key);
	at += strspn(at, " :\t");
	if (*at != '"')
		return NULL;
	size_t length = strcspn(at + 1, "\"");
	if (length > NOTIFICATION_VALUE_MAX)
		return NULL;
	if (ret_end)
		*ret_end = at + 1 + length;
	return g_strndup(at + 1, length);
}

static const Notification *notification_find(const char *flat)
{
	g_autofree char *type = value_find(flat, "\"notificationType\"", NULL);
	if (!type)
		type = value_find(flat, "\"eventType\"", NULL);
	for (size_t i = 0; type && i < G_N_ELEMENTS(notifications); i++)
		if (strcmp(notifications[i].type, type) == 0)
			return &notifications[i];
	return NULL;
}

static void recipient_add(AnalysisBounce *bounce, const Notification *kind,
	char *address, const char *object)
{
	g_autofree char *here = g_strndup(object, strcspn(object, "}"));
	AnalysisRecipient *recipient = bounce_recipient_new();
	g_autofree char *words = value_find(here, "\"diagnosticCode\"", NULL);
	recipient->address = address;
	recipient->action = g_strdup(kind->action);
	recipient->status = value_find(here, "\"status\"", NULL);
	if (!recipient->status)
		recipient->status = g_strdup(kind->status);
	bounce_recipient_judge(recipient, words ? words : "", false);
	g_ptr_array_add(bounce->recipients, recipient);
}

/* {"emailAddress":"a@b","status":"5.1.1",...} */
static void objects_read(
	AnalysisBounce *bounce, const Notification *kind, const char *at)
{
	const char *end = at + strcspn(at, "]");
	char *address;
	while (at < end && bounce->recipients->len < BOUNCE_MAX_RECIPIENTS &&
		(address = value_find(at, "\"emailAddress\"", &at))) {
		if (at < end)
			recipient_add(bounce, kind, address, at);
		else
			g_free(address);
	}
}

/* ["a@b","c@d"] */
static void strings_read(
	AnalysisBounce *bounce, const Notification *kind, const char *at)
{
	const char *end = at + strcspn(at, "]");
	at += strcspn(at, "[");
	while (at < end && bounce->recipients->len < BOUNCE_MAX_RECIPIENTS) {
		at += strcspn(at, "\"");
		if (at >= end)
			return;
		size_t length = strcspn(at + 1, "\"");
		recipient_add(bounce, kind, g_strndup(at + 1, length), "");
		at += length + 1 + (at[length + 1] == '"');
	}
}

AnalysisBounce *bounce_notification_read(const char *text)
{
	if (!strchr(text, '{') || (!strstr(text, "notificationType") &&
					  !strstr(text, "eventType")))
		return NULL;
	if (text[strspn(text, " \t\r\n")] != '{')
		return NULL;
	g_autofree char *flat = json_flatten(text);
	const Notification *kind = notification_find(flat);
	const char *list = kind ? strstr(flat, kind->recipients) : NULL;
	if (!list)
		return NULL;
	AnalysisBounce *bounce = bounce_new();
	if (strcmp(kind->action, "failed") == 0)
		objects_read(bounce, kind, list);
	else
		strings_read(bounce, kind, list);
	g_autofree char *id =
		value_find(flat, "\"Message-ID\",\"value\"", NULL);
	if (id) {
		g_strdelimit(id, "<>", ' ');
		bounce->returned_message_id = g_strdup(g_strstrip(id));
	}
	bounce_sum_up(bounce);
	return bounce;
}
