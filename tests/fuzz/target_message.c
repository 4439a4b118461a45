/* A whole mail, HTML, and the key under which a mail is kept once. */
#include <string.h>

#include "fuzz.h"

void fuzz_message(const guint8 *bytes, size_t length)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Message) message =
		message_parse((const char *)bytes, length, &error);

	FUZZ_PROMISE(!message == !length, "only an empty mail is refused");
	if (message)
		fuzz_check_message(message);
}

void fuzz_html(const guint8 *bytes, size_t length)
{
	g_autofree char *text =
		message_html_to_text((const char *)bytes, length);

	FUZZ_PROMISE(text, "HTML gives a text");
	fuzz_check_text(text);
}

/* Line ends as another path would write them. */
static GString *with_other_line_ends(const char *bytes, size_t length)
{
	GString *other = g_string_sized_new(length);

	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == '\r' && i + 1 < length && bytes[i + 1] == '\n')
			continue;
		if (bytes[i] == '\n')
			g_string_append_c(other, '\r');
		g_string_append_c(other, bytes[i]);
	}
	return other;
}

void fuzz_dedupe(const guint8 *bytes, size_t length)
{
	const char *mail = (const char *)bytes;
	g_autofree char *key = message_dedupe_key(mail, length);
	GString *other = with_other_line_ends(mail, length);
	g_autofree char *same = message_dedupe_key(other->str, other->len);

	FUZZ_PROMISE(strspn(key, "0123456789abcdef") == 64 && !key[64],
		"a key has 64 digits");
	FUZZ_PROMISE(!strcmp(key, same), "line ends do not change a key");
	g_string_free(other, TRUE);
}
