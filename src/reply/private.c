/*
 * Addresses that must not be read by who gets a mail: an agent's own.  First
 * they are told as ours; at last it is looked whether one is left.
 */
#include "internal.h"

#include <string.h>

typedef struct Address Address;
struct Address {
	char *local;
	size_t local_length;
	char *domain;
	size_t domain_length;
};

struct Private {
	GPtrArray *written; /* Address, as given */
	GPtrArray *folded;  /* Address, as fold_text() leaves them */
	char *instead;
};

static void address_free(gpointer data)
{
	Address *address = data;

	g_free(address->local);
	g_free(address->domain);
	g_free(address);
}

void private_free(Private *private)
{
	if (!private)
		return;
	g_ptr_array_unref(private->written);
	g_ptr_array_unref(private->folded);
	g_free(private->instead);
	g_free(private);
}

static void add_address(GPtrArray *list, const char *text)
{
	const char *at = strrchr(text, '@');

	if (!at || at == text || !at[1])
		return;
	Address *address = g_new0(Address, 1);
	address->local = g_strndup(text, (gsize)(at - text));
	address->local_length = (size_t)(at - text);
	address->domain = g_strdup(at + 1);
	address->domain_length = strlen(at + 1);
	g_ptr_array_add(list, address);
}

/* As a person reads it: no invisible characters, no case, no fullwidth "＠". */
static char *fold_text(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	g_autoptr(GString) seen = g_string_sized_new(strlen(valid));

	for (const char *c = valid; *c; c = g_utf8_next_char(c)) {
		gunichar point = g_utf8_get_char(c);
		if (point < 0x80)
			g_string_append_c(seen, (char)point);
		else if (g_unichar_type(point) != G_UNICODE_FORMAT)
			g_string_append_unichar(seen, point);
	}
	g_autofree char *normal =
		g_utf8_normalize(seen->str, -1, G_NORMALIZE_ALL_COMPOSE);
	return g_utf8_casefold(normal, -1);
}

static bool is_same(const char *one, const char *other)
{
	g_autofree char *first = base_address_fold(one);
	g_autofree char *second = other ? base_address_fold(other) : NULL;

	return g_strcmp0(first, second) == 0;
}

/* "mari@example.com.evil.example" reads what looks like another's. */
static bool is_part_of(const char *address, const char *of)
{
	g_autofree char *first = base_address_fold(address);
	g_autofree char *second = base_address_fold(of);

	return strstr(second, first) != NULL;
}

/* Who reads the mail knows these. */
static bool is_known(const ReplyEnvelope *envelope, const char *address)
{
	return is_part_of(address, envelope->to_address) ||
	       is_same(address, envelope->from_address) ||
	       is_same(address, envelope->reply_to);
}

Private *private_new(const ReplyEnvelope *envelope)
{
	Private *private = NULL;

	for (const char *const *address = envelope->private_addresses;
		address && *address; address++) {
		if (is_known(envelope, *address))
			continue;
		if (!private) {
			private = g_new0(Private, 1);
			private->written =
				g_ptr_array_new_with_free_func(address_free);
			private->folded =
				g_ptr_array_new_with_free_func(address_free);
			private->instead = g_strdup(envelope->from_address);
		}
		g_autofree char *folded = fold_text(*address);
		add_address(private->written, *address);
		add_address(private->folded, folded);
	}
	return private;
}

/* ---- looking ----------------------------------------------------------- */

/* The length of an at-sign, or of one in a URL; 0 if there is none. */
static size_t at_length(const char *c, const char *end)
{
	if (*c == '@')
		return 1;
	return *c == '%' && end - c >= 3 && c[1] == '4' && c[2] == '0' ? 3 : 0;
}

/* "mailto:%3Cmari@": the "3C" is no part of the name. */
static bool is_escape(const char *text, const char *c)
{
	return c - text >= 3 && c[-3] == '%' && g_ascii_isxdigit(c[-2]) &&
	       g_ascii_isxdigit(c[-1]);
}

/* Whether the local part goes on to the left: "ta.mari@", not "-mari@". */
static bool goes_on_left(const char *text, const char *start)
{
	if (is_escape(text, start))
		return false;
	for (const char *c = start; c > text; c--) {
		if (g_ascii_isalnum(c[-1]))
			return true;
		if (!strchr("._+-", c[-1]) || !c[-1])
			return false;
	}
	return false;
}

/* In doubt ("example.com.Regards") the address ends here. */
static bool goes_on_right(const char *c, const char *end)
{
	return c < end &&
	       (g_ascii_isalnum(*c) ||
		       (*c == '-' && end - c > 1 && g_ascii_isalnum(c[1])));
}

typedef struct Span Span;
struct Span {
	const char *start;
	const char *end;
};

static bool match(const Address *address, const Span *text, const char *at,
	size_t at_bytes, Span *ret)
{
	if ((size_t)(at - text->start) < address->local_length ||
		(size_t)(text->end - at) < at_bytes + address->domain_length)
		return false;
	const char *start = at - address->local_length;
	const char *domain = at + at_bytes;
	if (g_ascii_strncasecmp(start, address->local, address->local_length) !=
			0 ||
		g_ascii_strncasecmp(
			domain, address->domain, address->domain_length) != 0 ||
		goes_on_left(text->start, start) ||
		goes_on_right(domain + address->domain_length, text->end))
		return false;
	*ret = (Span){start, domain + address->domain_length};
	return true;
}

/* The first at or after from.  Linear: a name is compared at at-signs only. */
static bool find(const GPtrArray *addresses, const Span *text, const char *from,
	Span *ret)
{
	for (const char *c = from; c < text->end; c++) {
		size_t at_bytes = at_length(c, text->end);
		for (guint i = 0; at_bytes > 0 && i < addresses->len; i++)
			if (match(g_ptr_array_index(addresses, i), text, c,
				    at_bytes, ret))
				return true;
	}
	return false;
}

/* ---- use --------------------------------------------------------------- */

char *private_hide(const Private *private, const char *text)
{
	Span whole = {text, text + strlen(text)};
	GString *out = g_string_sized_new(strlen(text));
	const char *done = text;
	Span found;

	while (find(private->written, &whole, done, &found)) {
		/* One that overlaps the last cannot be: it ends in a domain. */
		if (found.start < done)
			found.start = done;
		g_string_append_len(out, done, (gssize)(found.start - done));
		g_string_append(out, private->instead);
		done = found.end;
	}
	g_string_append(out, done);
	return g_string_free(out, FALSE);
}

bool private_finds_text(const Private *private, const char *text)
{
	g_autofree char *folded = fold_text(text);
	Span whole = {folded, folded + strlen(folded)};
	Span found;

	return find(private->folded, &whole, folded, &found);
}

bool private_finds_bytes(const Private *private, GBytes *bytes)
{
	gsize length = 0;
	const char *data = g_bytes_get_data(bytes, &length);
	Span whole = {data, data + length};
	Span found;

	return length > 0 && find(private->written, &whole, data, &found);
}
