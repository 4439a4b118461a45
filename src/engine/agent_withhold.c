/* Who is not to get an agent's mail itself, for they get ours. */
#include "agent.h"

enum { NAMED_MOST = 20 };

static bool withhold_one(Context *context, const char *address,
	const StoreTicket *ticket, EngineReceipt *receipt, GError **error)
{
	g_autofree char *folded = base_address_fold(address);
	bool known = false;

	if (g_ptr_array_find_with_equal_func(
		    receipt->withheld, folded, g_str_equal, NULL))
		return true;
	if (!store_participant_known(
		    context->store, ticket->id, folded, &known, error))
		return false;
	if (known)
		g_ptr_array_add(receipt->withheld, g_steal_pointer(&folded));
	return true;
}

/* They get ours, whether they are named in the mail or in its envelope only
 * (Bcc).  Who is no participant was chosen by the agent. */
bool agent_withhold(Context *context, const EngineMail *mail,
	const StoreTicket *ticket, EngineReceipt *receipt, GError **error)
{
	const GPtrArray *named = mail->analysis->recipients;

	if (!receipt->withheld)
		receipt->withheld = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(receipt->withheld, g_strdup(ticket->customer));
	for (guint i = 0; i < MIN(named->len, NAMED_MOST); i++)
		if (!withhold_one(
			    context, named->pdata[i], ticket, receipt, error))
			return false;
	for (size_t i = 0; mail->recipients && mail->recipients[i]; i++)
		if (!withhold_one(context, mail->recipients[i], ticket, receipt,
			    error))
			return false;
	return true;
}
