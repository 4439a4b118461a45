#include "internal.h"

struct Observation {
	char *reference;
	char *message_id;
	char *queue_id;
	char *what;
	char *actor;
	char *detail;
};

static void observation_free(void *data)
{
	Observation *observation = data;

	g_free(observation->reference);
	g_free(observation->message_id);
	g_free(observation->queue_id);
	g_free(observation->what);
	g_free(observation->actor);
	g_free(observation->detail);
	g_free(observation);
}

GPtrArray *observations_new(void)
{
	return g_ptr_array_new_with_free_func(observation_free);
}

EventOptions event_of_cause(const StoreTicket *ticket, const Cause *cause,
	const char *what, int64_t now_s)
{
	return (EventOptions){
		.ticket = ticket,
		.message_id = cause->message_id,
		.at = now_s,
		.what = what,
		.actor = cause->actor,
		.mail_id = cause->mail_id,
		.queue_id = cause->queue_id,
	};
}

bool event_add(Context *context, const EventOptions *options, GError **error)
{
	const StoreTicket *ticket = options->ticket;
	StoreEvent event = {
		.ticket_id = ticket ? ticket->id : 0,
		.message_id = options->message_id,
		.outbox_id = options->outbox_id,
		.at = options->at,
		.what = (char *)options->what,
		.actor = (char *)options->actor,
		.detail = (char *)options->detail,
	};

	if (!store_event_insert(context->store, &event, error))
		return false;

	Observation *observation = g_new0(Observation, 1);
	observation->reference = g_strdup(ticket ? ticket->reference : NULL);
	observation->message_id = g_strdup(options->mail_id);
	observation->queue_id = g_strdup(options->queue_id);
	observation->what = g_strdup(options->what);
	observation->actor = g_strdup(options->actor);
	observation->detail = g_strdup(options->detail);
	g_ptr_array_add(context->observations, observation);
	return true;
}

void observations_publish(GPtrArray *observations,
	void (*observed)(const EngineObservation *, void *), void *user)
{
	for (guint i = 0; observed && i < observations->len; i++) {
		const Observation *kept = g_ptr_array_index(observations, i);
		EngineObservation observation = {
			.reference = kept->reference,
			.message_id = kept->message_id,
			.queue_id = kept->queue_id,
			.what = kept->what,
			.actor = kept->actor,
			.detail = kept->detail,
		};
		observed(&observation, user);
	}
}
