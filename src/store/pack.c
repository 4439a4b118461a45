#include <zstd.h>

#include "internal.h"

/*
 * A zstd frame that carries its content size; level 3 takes a complaint of
 * 4 kB in some 30 microseconds.  Outside the writer thread.
 */
enum { PACK_LEVEL = 3 };
static const unsigned long long unpack_most_bytes = 1ULL << 30;

/* One for each thread: its tables are larger than most mails. */
static void free_context(void *context)
{
	ZSTD_freeCCtx(context);
}

static ZSTD_CCtx *pack_context(void)
{
	static GPrivate kept = G_PRIVATE_INIT(free_context);
	ZSTD_CCtx *context = g_private_get(&kept);

	if (!context) {
		context = ZSTD_createCCtx();
		g_assert(context);
		g_private_set(&kept, context);
	}
	return context;
}

GBytes *store_pack(GBytes *bytes)
{
	size_t length;
	const void *data = g_bytes_get_data(bytes, &length);
	size_t room = ZSTD_compressBound(length);
	void *packed = g_malloc(room);
	size_t used = ZSTD_compressCCtx(pack_context(), packed, room,
		data ? data : "", length, PACK_LEVEL);

	/* Room for the bound was given: nothing else can fail. */
	g_assert(!ZSTD_isError(used));
	return g_bytes_new_take(g_realloc(packed, used), used);
}

GBytes *store_unpack(const void *packed, size_t length, GError **error)
{
	unsigned long long size = ZSTD_getFrameContentSize(packed, length);

	if (size == ZSTD_CONTENTSIZE_UNKNOWN ||
		size == ZSTD_CONTENTSIZE_ERROR || size > unpack_most_bytes) {
		g_set_error_literal(error, STORE_ERROR, REDRESS_ERROR_PERMANENT,
			"a packed mail in the store is damaged");
		return NULL;
	}
	void *data = g_malloc(size ? size : 1);
	size_t used = ZSTD_decompress(data, size, packed, length);
	if (ZSTD_isError(used) || used != size) {
		g_free(data);
		g_set_error(error, STORE_ERROR, REDRESS_ERROR_PERMANENT,
			"a packed mail in the store is damaged: %s",
			ZSTD_isError(used) ? ZSTD_getErrorName(used)
					   : "wrong size");
		return NULL;
	}
	return g_bytes_new_take(data, used);
}
