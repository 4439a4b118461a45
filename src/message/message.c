/*
 * A mail as a value: made, read and freed.
 */
#include <gmime/gmime.h>
#include <string.h>

#include "internal.h"

enum { MAX_DEFECTS = 64 };

void message_add_defect(GPtrArray *defects, const char *words)
{
	for (guint i = 0; i < defects->len; i++)
		if (strcmp(defects->pdata[i], words) == 0)
			return;
	if (defects->len < MAX_DEFECTS)
		g_ptr_array_add(defects, g_strdup(words));
}

void message_init(void)
{
	static gsize done;

	if (g_once_init_enter(&done)) {
		g_mime_init();
		g_once_init_leave(&done, 1);
	}
}

void message_warm_up(void)
{
	static const char mail[] = "From: =?iso-8859-7?q?=E1?= <a@b.example>\n"
				   "Date: Tue, 24 Nov 2026 14:00:00 +0200\n"
				   "Content-Type: multipart/alternative;"
				   " boundary=b\n"
				   "\n"
				   "--b\n\na\n"
				   "--b\nContent-Type: text/html\n\n"
				   "<p>&eacute;</p>\n"
				   "--b--\n";

	message_init();
	charset_warm_up();
	message_free(message_parse(mail, sizeof mail - 1, NULL));
}

static Message *new_message(void)
{
	Message *message = g_new0(Message, 1);

	message->headers = g_ptr_array_new();
	message->parts = g_ptr_array_new();
	message->references = g_ptr_array_new_with_free_func(g_free);
	message->in_reply_to = g_ptr_array_new_with_free_func(g_free);
	message->defects = g_ptr_array_new_with_free_func(g_free);
	return message;
}

Message *message_parse(const char *bytes, size_t length, GError **error)
{
	Message *message;
	g_autoptr(RawMessage) raw = NULL;

	if (length == 0) {
		g_set_error(error, MESSAGE_ERROR, REDRESS_ERROR_INVALID,
			"the mail is empty");
		return NULL;
	}
	message_init();
	message = new_message();
	raw = bounds_apply(bytes, length, message->defects);
	headers_read(message, raw);
	parts_read(message, raw);
	return message;
}

static void free_array(GPtrArray *array)
{
	if (array)
		g_ptr_array_unref(array);
}

void message_free(Message *message)
{
	if (!message)
		return;
	free_array(message->headers);
	free_array(message->parts);
	free_array(message->from);
	free_array(message->reply_to);
	free_array(message->to);
	free_array(message->cc);
	free_array(message->references);
	free_array(message->in_reply_to);
	free_array(message->defects);
	g_free(message->subject);
	g_free(message->sender);
	g_free(message->message_id);
	g_free(message->text);
	g_free(message->html);
	g_free(message);
}

const char *message_header(const Message *message, const char *name)
{
	for (guint i = 0; i < message->headers->len; i++) {
		const MessageHeader *header = message->headers->pdata[i];

		if (g_ascii_strcasecmp(header->name, name) == 0)
			return header->value;
	}
	return NULL;
}
