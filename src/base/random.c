#include "internal.h"

#include <sodium.h>

void base_crypto_ready(void)
{
	static gsize ready;

	if (!g_once_init_enter(&ready))
		return;
	/* It fails only where the kernel gives no random bytes: there is no
	 * safe way to go on. */
	if (sodium_init() < 0)
		g_error("libsodium found no source of random bytes");
	g_once_init_leave(&ready, 1);
}

void base_random_bytes(void *buffer, size_t length)
{
	base_crypto_ready();
	randombytes_buf(buffer, length);
}
