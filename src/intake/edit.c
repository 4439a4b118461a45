#include <string.h>

#include "milter.h"

/* Postfix cuts a header at 60,000 bytes and libmilter refuses one of 64 kB:
 * such a subject is left as it is. */
enum { SUBJECT_MOST = 50000 };

static bool add_header(
	SMFICTX *context, const char *name, const char *value, bool leading)
{
	g_autofree char *exact = g_strconcat(leading ? " " : "", value, NULL);

	return smfi_addheader(context, (char *)name, exact) == MI_SUCCESS;
}

static bool remove_forged(SMFICTX *context, const Transaction *transaction)
{
	bool all = true;

	for (guint i = 0; i < transaction->own_headers->len; i++) {
		const OwnHeader *header =
			g_ptr_array_index(transaction->own_headers, i);
		/* From the last: the others keep their numbers. */
		for (int index = header->count; index >= 1; index--)
			all &= smfi_chgheader(context, header->name, index,
				       NULL) == MI_SUCCESS;
	}
	return all;
}

char *edit_tagged_subject(
	const char *raw, const char *reference, bool leading_space)
{
	GString *value = g_string_new(leading_space ? " " : "");

	g_string_append_printf(value, "[#%s]", reference);
	if (*raw && !strchr(" \t\r\n", *raw))
		g_string_append_c(value, ' ');
	/* libmilter wants folded lines with a bare line feed. */
	for (; *raw; raw++)
		if (*raw != '\r')
			g_string_append_c(value, *raw);
	return g_string_free(value, FALSE);
}

static bool tag_subject(SMFICTX *context, const Transaction *transaction,
	const char *reference, const char *decoded, bool leading)
{
	g_autofree char *tag = g_strdup_printf("[#%s]", reference);
	const char *raw = transaction->subject;

	if (!raw)
		return add_header(context, "Subject", tag, leading);
	if (strstr(raw, tag) || (decoded && strstr(decoded, tag)) ||
		strlen(raw) > SUBJECT_MOST)
		return true;
	g_autofree char *value = edit_tagged_subject(raw, reference, leading);
	return smfi_chgheader(context, "Subject", 1, value) == MI_SUCCESS;
}

bool edit_mail(SMFICTX *context, const Transaction *transaction,
	const EngineReceipt *receipt, const char *subject, bool leading_space)
{
	const GPtrArray *references = receipt->references;

	/* What passes, passes as it is. */
	if (receipt->passed)
		return true;
	bool all = remove_forged(context, transaction);

	if (!references || !references->len)
		return all;
	for (guint i = 0; i < references->len; i++)
		all &= add_header(context, "X-Redress-Ticket",
			references->pdata[i], leading_space);
	if (receipt->tag_subject)
		all &= tag_subject(context, transaction, references->pdata[0],
			subject, leading_space);
	return all;
}
