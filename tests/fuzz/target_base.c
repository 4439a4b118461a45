/* References in subjects, signed tokens, addresses. */
#include <string.h>

#include "fuzz.h"

/* A key for tests only. */
static const BaseKey key = {.bytes = "not a secret"};

static void check_reference(const char *reference)
{
	g_autofree char *same = NULL;

	if (!reference)
		return;
	FUZZ_PROMISE(strlen(reference) == BASE_REFERENCE_LENGTH,
		"a reference has its length");
	same = base_reference_parse(reference);
	FUZZ_PROMISE(same && !strcmp(same, reference),
		"a reference that was found is one");
}

void fuzz_reference(const guint8 *bytes, size_t length)
{
	g_autofree char *text = fuzz_text(bytes, length);
	g_autofree char *found = base_reference_find(text);
	g_autofree char *parsed = base_reference_parse(text);
	g_autofree char *opened = base_token_open(&key, "reply", text);
	g_autofree char *id = base_message_id_open(&key, text);
	g_autofree char *folded = base_address_fold(text);
	g_autofree char *again = base_address_fold(folded);
	g_autofree char *detail = NULL;
	g_autofree char *whole = base_address_without_detail(text, &detail);

	check_reference(found);
	check_reference(parsed);
	FUZZ_PROMISE(!opened && !id, "nobody signs by guessing");
	/* A pair of brackets is taken off, and no more. */
	FUZZ_PROMISE(strpbrk(text, "<> \t\r\n\v\f") || !strcmp(folded, again),
		"a folded address stays");
	fuzz_check_text(folded);
	fuzz_check_text(whole);
	fuzz_check_text(detail);
}
