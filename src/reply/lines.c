/*
 * Words of several lines, as HTML needs them: line by line, and the links in
 * them apart.  Only https, and a link shows where it leads, in full.
 */
#include "internal.h"

#include <string.h>

static const char scheme[] = "https://";

enum { URL_MOST_BYTES = 2000 };

/* RFC 3986, 2: what may stand in a URL. */
static bool is_url_char(char c)
{
	return g_ascii_isalnum(c) ||
	       (c && strchr("-._~:/?#[]@!$&'()*+,;=%", c));
}

/* The full stop, and the bracket, belong to the sentence around. */
static size_t trim_url(const char *url, size_t length)
{
	bool bracket = memchr(url, '(', length) != NULL;

	while (length > 0 && strchr(".,;:!?'*)]", url[length - 1]) &&
		!(url[length - 1] == ')' && bracket))
		length--;
	return length;
}

/* The next link in a line; NULL if there is none. */
static const char *find_url(
	const char *start, const char *line, size_t *ret_length)
{
	size_t lead = strlen(scheme);

	for (const char *c = start; (c = strchr(c, ':')); c++) {
		const char *url = c - strlen("https");
		if (url < start ||
			g_ascii_strncasecmp(url, scheme, lead) != 0 ||
			(url > line && g_ascii_isalnum(url[-1])) ||
			!g_ascii_isalnum(url[lead]))
			continue;
		size_t length = lead;
		while (is_url_char(url[length]))
			length++;
		*ret_length = trim_url(url, length);
		if (length <= URL_MOST_BYTES)
			return url;
		c = url + length - 1;
	}
	return NULL;
}

/* text, url: (transfer full); each is there, so that {{url}} asks about this
 * piece and not about something further out. */
static void add_piece(MustacheValue *pieces, char *text, char *url)
{
	MustacheValue *piece = mustache_value_dictionary();

	mustache_value_put(piece, "piece", mustache_value_text(text));
	mustache_value_put(piece, "url", mustache_value_text(url));
	mustache_value_add(pieces, piece);
}

/* NULL where there is no link.  (transfer full) (nullable) */
static MustacheValue *make_pieces(const char *line)
{
	MustacheValue *pieces = NULL;
	const char *rest = line;
	const char *url;
	size_t length = 0;

	while ((url = find_url(rest, line, &length))) {
		if (!pieces)
			pieces = mustache_value_list();
		if (url > rest)
			add_piece(pieces, g_strndup(rest, (gsize)(url - rest)),
				g_strdup(""));
		add_piece(
			pieces, g_strndup(url, length), g_strndup(url, length));
		rest = url + length;
	}
	if (pieces && *rest)
		add_piece(pieces, g_strdup(rest), g_strdup(""));
	return pieces;
}

static void add_line(MustacheValue *list, const char *text)
{
	MustacheValue *line = mustache_value_dictionary();
	MustacheValue *pieces = make_pieces(text);

	mustache_value_put(line, "line", mustache_value_text(g_strdup(text)));
	if (pieces)
		mustache_value_put(line, "pieces", pieces);
	mustache_value_add(list, line);
}

void lines_put(MustacheValue *dictionary, const char *text_name,
	const char *lines_name, const char *text, size_t most_chars)
{
	char *clean = clean_lines(text, most_chars);
	g_auto(GStrv) lines = g_strsplit(clean, "\n", -1);
	MustacheValue *list = mustache_value_list();

	/* Of several blank lines one is left, as in the text. */
	for (guint i = 0; lines[i] && *clean; i++)
		if (*lines[i] || (i > 0 && *lines[i - 1]))
			add_line(list, lines[i]);
	mustache_value_put(dictionary, text_name, mustache_value_text(clean));
	mustache_value_put(dictionary, lines_name, list);
}
