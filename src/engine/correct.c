/* An agent's word on a judgement of ours. */
#include <string.h>

#include "internal.h"

static bool refuse(GError **error, const char *words)
{
	g_set_error_literal(error, ENGINE_ERROR, REDRESS_ERROR_INVALID, words);
	return true;
}

static bool is_complainer(const char *name)
{
	if (strcmp(name, "none") == 0)
		return true;
	for (int kind = ANALYSIS_MEEK; kind <= ANALYSIS_CHRONIC; kind++)
		if (strcmp(name, analysis_complainer_name(
					 (enum analysis_complainer)kind)) == 0)
			return true;
	return false;
}

static bool is_refused(const EngineCorrection *correction, GError **error)
{
	if (!correction->complainer && !correction->corrects_urgency)
		return refuse(error, "say what is to be corrected");
	if (correction->complainer && !is_complainer(correction->complainer))
		return refuse(error, "a complainer is one of meek, aggressive, "
				     "high-roller, rip-off, chronic, none");
	if (correction->corrects_urgency &&
		(correction->urgency < 0 || correction->urgency > 3))
		return refuse(error, "the urgency is 0, 1, 2 or 3");
	return false;
}

/* What we had judged: an earlier correction has kept it. */
static const char *judged(
	const GPtrArray *earlier, const char *what, const char *now)
{
	for (guint i = 0; i < earlier->len; i++) {
		const StoreCorrection *row = earlier->pdata[i];

		if (strcmp(row->what, what) == 0)
			return row->judged;
	}
	return now;
}

typedef struct Change Change;
struct Change {
	const char *what, *from, *to;
};

static bool note(Context *context, const EngineCorrection *order,
	const StoreTicket *ticket, const Change *change, GError **error)
{
	g_autoptr(GPtrArray) earlier = NULL;
	g_autofree char *detail = g_strdup_printf(
		"%s from %s to %s", change->what, change->from, change->to);

	if (!store_correction_list(context->store, ticket->id, &earlier, error))
		return false;
	StoreCorrection row = {
		.ticket_id = ticket->id,
		.at = order->now_s,
		.actor = (char *)order->actor,
		.what = (char *)change->what,
		.judged = (char *)judged(earlier, change->what, change->from),
		.corrected = (char *)change->to,
	};
	EventOptions event = {
		.ticket = ticket,
		.at = order->now_s,
		.what = "corrected",
		.actor = order->actor,
		.detail = detail,
	};
	return store_correction_insert(context->store, &row, error) &&
	       event_add(context, &event, error);
}

static bool correct_complainer(Context *context, const EngineCorrection *order,
	StoreTicket *ticket, GError **error)
{
	bool none = strcmp(order->complainer, "none") == 0;
	const char *from = ticket->complainer ? ticket->complainer : "none";
	Change change = {"complainer", from, order->complainer};

	if (!note(context, order, ticket, &change, error))
		return false;
	g_free(ticket->complainer);
	ticket->complainer = none ? NULL : g_strdup(order->complainer);
	return true;
}

static bool correct_urgency(Context *context, const EngineCorrection *order,
	StoreTicket *ticket, GError **error)
{
	g_autofree char *from = g_strdup_printf("%d", ticket->urgency);
	g_autofree char *to = g_strdup_printf("%d", order->urgency);
	Change change = {"urgency", from, to};

	if (!note(context, order, ticket, &change, error))
		return false;
	ticket->urgency = order->urgency;
	return true;
}

static bool correct_job(Context *context, void *user, GError **error)
{
	const EngineCorrection *order = user;
	g_autoptr(StoreTicket) ticket = NULL;

	ticket = match_reference(context, order->reference, error);
	if (!ticket)
		return false;
	if (order->complainer &&
		!correct_complainer(context, order, ticket, error))
		return false;
	if (order->corrects_urgency &&
		!correct_urgency(context, order, ticket, error))
		return false;
	return store_ticket_update(context->store, ticket, error);
}

bool engine_correct(
	Engine *engine, const EngineCorrection *correction, GError **error)
{
	return !is_refused(correction, error) &&
	       writer_submit(engine->writer, WRITER_CHANGE, correct_job,
		       (void *)correction, error);
}
