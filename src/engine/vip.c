/* The VIP list that the store keeps beside the configuration's. */
#include <string.h>

#include "internal.h"

typedef struct Change Change;
struct Change {
	const char *folded;
	bool vip;
	const char *actor;
	int64_t now_s;
};

static bool is_listed(const GPtrArray *entries, const char *folded)
{
	for (guint i = 0; i < entries->len; i++)
		if (strcmp(entries->pdata[i], folded) == 0)
			return true;
	return false;
}

static bool change_job(Context *context, void *user, GError **error)
{
	const Change *change = user;
	g_autoptr(GPtrArray) entries = NULL;
	g_autofree char *detail = g_strdup_printf(
		"%s %s", change->folded, change->vip ? "on" : "off");
	EventOptions event = {
		.at = change->now_s,
		.what = "vip-changed",
		.actor = change->actor,
		.detail = detail,
	};

	if (!store_vip_list(context->store, &entries, error))
		return false;
	if (is_listed(entries, change->folded) == change->vip) {
		if (change->vip)
			return true;
		g_set_error(error, ENGINE_ERROR, REDRESS_ERROR_NOT_FOUND,
			"%s is not on the list of the store", change->folded);
		return false;
	}
	return store_vip_set(context->store, change->folded, change->vip,
		       change->actor, change->now_s, error) &&
	       event_add(context, &event, error);
}

/* An address, or a domain with its "@": "@" in front stands for any name. */
static bool is_entry(const char *folded)
{
	g_autofree char *address = g_strconcat("any", folded, NULL);

	return *folded == '@'
		       ? reply_can_address(address)
		       : strchr(folded, '@') && reply_can_address(folded);
}

bool engine_vip(Engine *engine, const char *entry, bool vip, const char *actor,
	int64_t now_s, GError **error)
{
	g_autofree char *folded = base_address_fold(entry);
	Change change = {folded, vip, actor, now_s};

	if (!is_entry(folded)) {
		g_set_error(error, ENGINE_ERROR, REDRESS_ERROR_INVALID,
			"\"%s\" is neither an address nor a domain such as "
			"\"@example.com\"",
			entry);
		return false;
	}
	return writer_submit(
		engine->writer, WRITER_CHANGE, change_job, &change, error);
}
