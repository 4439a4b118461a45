/* An operator's word. */
#include "internal.h"

static bool refuse(
	const EngineOrder *order, const StoreTicket *ticket, GError **error)
{
	bool settled = ticket->state == STORE_RESOLVED ||
		       ticket->state == STORE_CLOSED;
	const char *problem = NULL;

	switch (order->operation) {
	case ENGINE_RESOLVE:
		problem = settled ? "is already" : NULL;
		break;
	case ENGINE_REOPEN:
		problem = settled ? NULL : "is still";
		/* Its mail goes to the other one. */
		if (ticket->merged_into)
			problem = "has been merged into another and is";
		break;
	case ENGINE_NOTE:
		if (order->text && *order->text)
			return false;
		g_set_error_literal(error, ENGINE_ERROR, REDRESS_ERROR_INVALID,
			"a note needs a text");
		return true;
	}
	if (problem)
		g_set_error(error, ENGINE_ERROR, REDRESS_ERROR_CONFLICT,
			"ticket %s %s %s", ticket->reference, problem,
			store_state_name(ticket->state));
	return problem != NULL;
}

static bool order_job(Context *context, void *user, GError **error)
{
	const EngineOrder *order = user;
	g_autoptr(StoreTicket) ticket = NULL;
	DecideFacts facts;

	ticket = match_reference(context, order->reference, error);
	if (!ticket)
		return false;
	if (refuse(order, ticket, error) ||
		!apply_gather(context, ticket, ticket->mailbox, order->now_s,
			&facts, error))
		return false;
	Decision decision =
		decide_order(&facts, order->operation, order->silent);
	Cause cause = {
		.actor = order->actor,
		.detail = order->text,
		.resolution =
			order->operation == ENGINE_RESOLVE ? order->text : NULL,
	};
	return apply_decision(
		context, ticket, &decision, &cause, order->now_s, error);
}

bool engine_operate(Engine *engine, const EngineOrder *order, GError **error)
{
	return writer_submit(
		engine->writer, WRITER_CHANGE, order_job, (void *)order, error);
}
