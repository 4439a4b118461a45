#include "internal.h"

Engine *engine_new(const EngineOptions *options, GError **error)
{
	Writer *writer = writer_new(options, error);

	if (!writer)
		return NULL;
	Engine *engine = g_new0(Engine, 1);
	engine->writer = writer;
	return engine;
}

void engine_free(Engine *engine)
{
	if (!engine)
		return;
	writer_free(engine->writer);
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
