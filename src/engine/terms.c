/* What is promised for a ticket: which policy of its mailbox applies. */
#include <string.h>

#include "command.h"
#include "internal.h"

/* ---- pure -------------------------------------------------------------- */

static bool is_of_type(const char *word, const StoreTicket *ticket)
{
	static const char prefix[] = "type:";

	return g_str_has_prefix(word, prefix) && ticket->type &&
	       g_ascii_strcasecmp(word + strlen(prefix), ticket->type) == 0;
}

static bool applies(
	const EngineTerms *terms, const StoreTicket *ticket, bool vip)
{
	const char *const *word = terms->applies_to;

	if (!word || !*word)
		return true;
	for (; *word; word++)
		if (strcmp(*word, command_priority_name(ticket->priority)) ==
				0 ||
			g_strcmp0(*word, ticket->complainer) == 0 ||
			(vip && strcmp(*word, "vip") == 0) ||
			is_of_type(*word, ticket))
			return true;
	return false;
}

const EngineTerms *decide_terms(
	const EngineMailbox *mailbox, const StoreTicket *ticket, bool vip)
{
	for (size_t i = 0; ticket && i < mailbox->policies_length; i++)
		if (applies(&mailbox->policies[i], ticket, vip))
			return &mailbox->policies[i];
	return &mailbox->terms;
}

/* ---- with the store's list of VIPs -------------------------------------- */

bool terms_of(Context *context, const StoreTicket *ticket,
	const EngineTerms **ret_terms, GError **error)
{
	const EngineMailbox *mailbox =
		policy_mailbox_of(context->policy, ticket->mailbox);
	bool vip = false;

	if (mailbox->policies_length && *ticket->customer &&
		!customer_is_vip(context, mailbox, ticket, &vip, error))
		return false;
	*ret_terms = decide_terms(mailbox, ticket, vip);
	return true;
}
