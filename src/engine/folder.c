/* Where the reading of a provider's folders stands. */
#include "internal.h"

static bool keep_job(Context *context, void *user, GError **error)
{
	return store_folder_set(context->store, user, error);
}

/* What a power cut takes back of a step is read and recognised again. */
bool engine_folder_keep(
	Engine *engine, const StoreFolder *folder, bool durable, GError **error)
{
	return writer_submit(engine->writer,
		durable ? WRITER_CHANGE : WRITER_STEP, keep_job, (void *)folder,
		error);
}

typedef struct Find Find;
struct Find {
	const char *mailbox, *name;
	StoreFolder *folder; /* out */
};

static bool find_job(Context *context, void *user, GError **error)
{
	Find *find = user;

	g_clear_pointer(&find->folder, store_folder_free);
	return store_folder_get(context->store, find->mailbox, find->name,
		&find->folder, error);
}

bool engine_folder_find(Engine *engine, const char *mailbox, const char *folder,
	StoreFolder **ret_folder, GError **error)
{
	Find find = {.mailbox = mailbox, .name = folder};

	if (!writer_submit(
		    engine->writer, WRITER_STEP, find_job, &find, error)) {
		store_folder_free(find.folder);
		return false;
	}
	*ret_folder = find.folder;
	return true;
}
