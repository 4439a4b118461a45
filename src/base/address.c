#include "internal.h"

#include <string.h>

/*
 * RFC 5321 allows 254 bytes.  GLib sorts combining marks in quadratic time,
 * so what is longer than any address is folded as ASCII only.
 */
enum { FOLD_MAX = 1024 };

const char *base_address_bare(const char *address, size_t *ret_length)
{
	size_t length;

	while (g_ascii_isspace(*address))
		address++;
	length = strlen(address);
	while (length && g_ascii_isspace(address[length - 1]))
		length--;
	if (length >= 2 && address[0] == '<' && address[length - 1] == '>') {
		address++;
		length -= 2;
	}
	*ret_length = length;
	return address;
}

char *base_address_fold(const char *address)
{
	size_t length;
	const char *bare = base_address_bare(address, &length);
	g_autofree char *apart = NULL, *folded = NULL;

	/* Nearly all are ASCII, which Unicode folds as ASCII does. */
	if (length > FOLD_MAX || g_str_is_ascii(bare) ||
		!g_utf8_validate(bare, (gssize)length, NULL))
		return g_ascii_strdown(bare, (gssize)length);
	/* Canonical caseless matching, Unicode 3.13 D145: apart, fold,
	 * together. */
	apart = g_utf8_normalize(bare, (gssize)length, G_NORMALIZE_NFD);
	folded = g_utf8_casefold(apart, -1);
	return g_utf8_normalize(folded, -1, G_NORMALIZE_NFC);
}

char *base_address_without_detail(const char *address, char **ret_detail)
{
	size_t length;
	const char *bare = base_address_bare(address, &length);
	const char *at = memrchr(bare, '@', length);
	const char *end = bare + length;
	const char *local_end = at ? at : end;
	const char *plus = memchr(bare, '+', (size_t)(local_end - bare));
	GString *plain;

	/* A quoted local part has no detail, nor has "+x@domain". */
	if (!plus || plus == bare || *bare == '"') {
		if (ret_detail)
			*ret_detail = NULL;
		return g_strndup(bare, length);
	}
	if (ret_detail)
		*ret_detail =
			g_strndup(plus + 1, (size_t)(local_end - plus - 1));
	plain = g_string_new_len(bare, plus - bare);
	g_string_append_len(plain, local_end, end - local_end);
	return g_string_free(plain, FALSE);
}
