#include "internal.h"
__attribute__((weak)) const char *analysis_command_nearest(const char *word)
{
	return word[0] == 'r' ? "resolve" : NULL;
}
__attribute__((weak)) bool notice_escalate(Context *context,
	const StoreTicket *ticket, const Cause *cause, const char *reason,
	const char *words, int64_t old_promised_s, int64_t now_s,
	GError **error)
{
	int64_t id;
	(void)cause;
	ReplyFacts more = {.reason = reason, .reason_words = words};
	SendOptions o = {.ticket = ticket,
		.mailbox = policy_mailbox_of(context->policy, ticket->mailbox),
		.kind = REPLY_ESCALATION,
		.old_promised_s = old_promised_s,
		.more = &more,
		.now_s = now_s};
	return send_mail(context, &o, &id, error);
}
