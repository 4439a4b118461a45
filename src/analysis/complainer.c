/* What kind of complainer writes, and how urgently. */
#include "internal.h"

enum analysis_complainer complainer_judge(const char *subject,
	const char *reply_text, const char *language, char **ret_reason,
	int *ret_urgency)
{
	(void)subject;
	(void)reply_text;
	(void)language;
	*ret_reason = NULL;
	*ret_urgency = 0;
	return ANALYSIS_COMPLAINER_NONE;
}
