/*
 * What the daemon itself needs of this room's values, without a MIME parser.
 */
#include "internal.h"

G_DEFINE_QUARK(redress_message_error, message_error)

void message_attachment_free(MessageAttachment *attachment)
{
	if (!attachment)
		return;
	g_free(attachment->name);
	g_free(attachment->type);
	g_free(attachment->content_id);
	if (attachment->bytes)
		g_bytes_unref(attachment->bytes);
	g_free(attachment);
}
