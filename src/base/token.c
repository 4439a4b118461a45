/*
 * Tokens: base 32 (RFC 4648 section 6, lower case, no padding) of the payload
 * and ten bytes of keyed BLAKE2b over purpose, NUL, payload.
 */
#include "internal.h"

#include <string.h>

#include <sodium.h>

enum {
	MAC_BYTES = 10,
	TOKEN_BYTES_MAX = BASE_TOKEN_PAYLOAD_MAX + MAC_BYTES,
	TOKEN_LENGTH_MAX = (TOKEN_BYTES_MAX * 8 + 4) / 5,
	/* After the token of a Message-ID: no two are alike. */
	MESSAGE_ID_RANDOM_BYTES = 10,
};

static const char message_id_purpose[] = "message-id";

static char *encode(const unsigned char *bytes, size_t length)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
	GString *text = g_string_sized_new((length * 8 + 4) / 5 + 1);
	unsigned pending = 0, bits = 0;

	for (size_t i = 0; i < length; i++) {
		pending = (pending << 8 | bytes[i]) & 0xfff;
		for (bits += 8; bits >= 5; bits -= 5)
			g_string_append_c(
				text, alphabet[pending >> (bits - 5) & 31]);
	}
	if (bits)
		g_string_append_c(text, alphabet[pending << (5 - bits) & 31]);
	return g_string_free(text, FALSE);
}

static int digit_value(char c)
{
	c = g_ascii_tolower(c);
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	if (c >= '2' && c <= '7')
		return c - '2' + 26;
	return -1;
}

/*
 * Only what encode() writes is taken: no odd length, no bit set behind the
 * last byte, so that one token has one spelling (but for its case).
 */
static bool decode(const char *text, size_t length,
	unsigned char bytes[TOKEN_BYTES_MAX], size_t *ret_length)
{
	unsigned pending = 0, bits = 0;
	size_t done = 0;

	if (length > TOKEN_LENGTH_MAX)
		return false;
	for (size_t i = 0; i < length; i++) {
		int value = digit_value(text[i]);

		if (value < 0)
			return false;
		pending = (pending << 5 | (unsigned)value) & 0xfff;
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			bytes[done++] = pending >> bits;
		}
	}
	if (bits >= 5 || (pending & ((1U << bits) - 1)) != 0)
		return false;
	*ret_length = done;
	return true;
}

static void authenticate(const BaseKey *key, const char *purpose,
	const unsigned char *payload, size_t length,
	unsigned char mac[MAC_BYTES])
{
	crypto_generichash_state state;
	unsigned char full[crypto_generichash_BYTES];

	base_crypto_ready();
	crypto_generichash_init(
		&state, key->bytes, sizeof(key->bytes), sizeof(full));
	crypto_generichash_update(
		&state, (const unsigned char *)purpose, strlen(purpose) + 1);
	crypto_generichash_update(&state, payload, length);
	crypto_generichash_final(&state, full, sizeof(full));
	memcpy(mac, full, MAC_BYTES);
	sodium_memzero(&state, sizeof(state));
	sodium_memzero(full, sizeof(full));
}

char *base_token_sign(
	const BaseKey *key, const char *purpose, const char *payload)
{
	unsigned char bytes[TOKEN_BYTES_MAX];
	size_t length = strlen(payload);

	g_assert(length <= BASE_TOKEN_PAYLOAD_MAX);
	memcpy(bytes, payload, length);
	authenticate(key, purpose, bytes, length, bytes + length);
	return encode(bytes, length + MAC_BYTES);
}

static char *open_counted(const BaseKey *key, const char *purpose,
	const char *token, size_t token_length)
{
	unsigned char bytes[TOKEN_BYTES_MAX], mac[MAC_BYTES];
	size_t length;

	if (!decode(token, token_length, bytes, &length) || length < MAC_BYTES)
		return NULL;
	length -= MAC_BYTES;
	authenticate(key, purpose, bytes, length, mac);
	if (sodium_memcmp(mac, bytes + length, MAC_BYTES) != 0)
		return NULL;
	return g_strndup((const char *)bytes, length);
}

char *base_token_open(
	const BaseKey *key, const char *purpose, const char *token)
{
	return open_counted(key, purpose, token, strlen(token));
}

char *base_message_id_new(
	const BaseKey *key, const char *reference, const char *hostname)
{
	unsigned char random[MESSAGE_ID_RANDOM_BYTES];
	g_autofree char *token =
		base_token_sign(key, message_id_purpose, reference);
	g_autofree char *unique = NULL;

	base_random_bytes(random, sizeof(random));
	unique = encode(random, sizeof(random));
	return g_strdup_printf("%s.%s@%s", token, unique, hostname);
}

char *base_message_id_open(const BaseKey *key, const char *message_id)
{
	size_t length;
	const char *bare = base_address_bare(message_id, &length);
	const char *dot = memchr(bare, '.', length);
	const char *at = memchr(bare, '@', length);

	if (!dot || !at || dot > at)
		return NULL;
	return open_counted(
		key, message_id_purpose, bare, (size_t)(dot - bare));
}
