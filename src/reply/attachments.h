/* attachments.c, for those who know GMime. */
#ifndef REDRESS_REPLY_ATTACHMENTS_H
#define REDRESS_REPLY_ATTACHMENTS_H

#include <gmime/gmime.h>

#include <redress/message.h>

/* (transfer full) */
GMimeObject *attachment_make_part(
	const MessageAttachment *attachment, const char *name);

#endif
