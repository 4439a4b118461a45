#include <unistd.h>

#include "internal.h"

Engine *engine_new(const EngineOptions *options, GError **error)
{
	g_autoptr(Engine) engine = g_new0(Engine, 1);

	engine->hand_over =
		options->hand_over_file
			? hand_over_open(options->hand_over_file, error)
			: -1;
	if (options->hand_over_file && engine->hand_over < 0)
		return NULL;
	engine->writer = writer_new(options, engine->hand_over, error);
	if (!engine->writer)
		return NULL;
	return g_steal_pointer(&engine);
}

void engine_free(Engine *engine)
{
	if (!engine)
		return;
	writer_free(engine->writer);
	if (engine->hand_over >= 0)
		close(engine->hand_over);
	g_free(engine);
}

void engine_set_policy(Engine *engine, EnginePolicy *policy)
{
	writer_set_policy(engine->writer, policy);
}

EnginePolicy *engine_get_policy(Engine *engine)
{
	return writer_get_policy(engine->writer);
}

EngineStatistics engine_statistics(Engine *engine)
{
	return writer_statistics(engine->writer);
}

static bool nothing_job(Context *context, void *user, GError **error)
{
	(void)context;
	(void)user;
	(void)error;
	return true;
}

void engine_ping(Engine *engine)
{
	writer_submit(engine->writer, WRITER_STEP, nothing_job, NULL, NULL);
}
