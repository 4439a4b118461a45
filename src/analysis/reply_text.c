/* The sender's own words: a readable text without quotes and signature. */
#include "internal.h"

void reply_text_split(
	const char *text, char **ret_reply_text, char **ret_signature)
{
	*ret_reply_text = g_strstrip(g_strdup(text));
	*ret_signature = NULL;
}
