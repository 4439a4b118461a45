/*
 * Lines of HTML that are to go, found as bytes.  A reader of our own walks the
 * tags, because libxml2 does not say where a character stood; it writes the
 * same lines (html.c), and what it found is held against libxml2's reading of
 * the text before and after.
 */
#include <libxml/HTMLparser.h>
#include <string.h>

#include "strip.h"

enum { MAX_OPEN_TAGS = 400, MAX_ENTITY_BYTES = 32 };

/* A character on the page and the bytes that made it. */
typedef struct Origin Origin;
struct Origin {
	size_t at;
	StripRange bytes;
};

typedef struct Reader Reader;
struct Reader {
	const char *start;
	const char *end;
	HtmlPage *page;
	GPtrArray *open; /* char *: names of the open tags */
	GArray *origins; /* Origin */
	GString *unseen; /* comments, attributes, styles, hidden text */
};

static const char odd_html[] =
	"Your mail holds HTML that mail programs read differently, so its "
	"commands cannot be taken out safely. Please send it as plain text.";

/* ---- characters ------------------------------------------------------- */

/* Names that libxml2 does not know but browsers do. */
static gunichar late_entity(const char *name)
{
	static const struct {
		const char *name;
		gunichar character;
	} names[] = {{"num", '#'}, {"Tab", '\t'}, {"NewLine", '\n'},
		{"apos", '\''}, {"lowbar", '_'}, {"hyphen", 0x2010},
		{"dash", 0x2010}, {"colon", ':'}, {"period", '.'},
		{"comma", ','}, {"sol", '/'}, {"plus", '+'}, {"equals", '='},
		{"ZeroWidthSpace", 0x200b}, {"NonBreakingSpace", 0xa0},
		{"NoBreak", 0x2060}};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (strcmp(names[i].name, name) == 0)
			return names[i].character;
	return 0;
}

static gunichar numeric_entity(const char *digits)
{
	bool hex = *digits == 'x' || *digits == 'X';
	guint64 value = g_ascii_strtoull(digits + hex, NULL, hex ? 16 : 10);

	if (value == 0 || value > 0x10ffff ||
		!g_unichar_validate((gunichar)value))
		return 0xfffd;
	return (gunichar)value;
}

/* The length of the entity at p, a '&', or 0 if that is a mere '&'. */
static size_t entity_length(const char *p, const char *end)
{
	const char *start = p++;

	if (p < end && *p == '#')
		p++;
	while (p < end && p - start < MAX_ENTITY_BYTES && g_ascii_isalnum(*p))
		p++;
	if (p - start < 2 || start[p - start - 1] == '#')
		return 0;
	return (size_t)(p - start) + (p < end && *p == ';');
}

/* The character at p and its length in bytes. */
static gunichar next_character(const char *p, const char *end, size_t *ret_n)
{
	g_autofree char *name = NULL;
	const htmlEntityDesc *known;
	gunichar c;
	size_t n = *p == '&' ? entity_length(p, end) : 0;

	*ret_n = n;
	if (n == 0) {
		*ret_n = (size_t)(g_utf8_next_char(p) - p);
		return g_utf8_get_char(p);
	}
	name = g_strndup(p + 1, n - 1 - (p[n - 1] == ';'));
	if (*name == '#')
		return numeric_entity(name + 1);
	known = htmlEntityLookup((const xmlChar *)name);
	c = known ? known->value : late_entity(name);
	if (c == 0) {
		*ret_n = 1;
		c = '&';
	}
	return c;
}

/* Text with its entities read.  (transfer full) */
static char *read_entities(const char *p, const char *end)
{
	GString *out = g_string_sized_new((size_t)(end - p));

	while (p < end) {
		size_t n;

		g_string_append_unichar(out, next_character(p, end, &n));
		p += n;
	}
	return g_string_free(out, FALSE);
}

static void add_unseen(Reader *reader, const char *p, const char *end)
{
	g_autofree char *text = read_entities(p, end);

	g_string_append(reader->unseen, text);
	g_string_append_c(reader->unseen, '|');
}

/* Puts the character at p on the page; returns what is behind it. */
static const char *read_character(Reader *reader, const char *p)
{
	char utf8[6];
	size_t n, before = html_page_text(reader->page)->len;
	gunichar c = next_character(p, reader->end, &n);
	size_t length = (size_t)g_unichar_to_utf8(c, utf8);
	size_t start = (size_t)(p - reader->start), now;

	if (html_page_is_hidden(reader->page)) {
		g_string_append_len(reader->unseen, utf8, (gssize)length);
		return p + n;
	}
	html_page_write(reader->page, utf8, length);
	now = html_page_text(reader->page)->len;
	if (now > before && !g_unichar_isspace(c)) {
		Origin origin = {now - length, {start, start + n}};

		g_array_append_val(reader->origins, origin);
	}
	return p + n;
}

/* ---- tags ------------------------------------------------------------- */

static size_t attribute_name_length(const char *p, const char *end)
{
	size_t n = 0;

	while (p + n < end && !g_ascii_isspace(p[n]) && !strchr("=/>", p[n]))
		n++;
	return n;
}

/* The value behind "=" as a range of the tag; *p moves behind it. */
static void find_value(const char **p, const char *end, const char **ret_start,
	const char **ret_end)
{
	const char *close;

	while (*p < end && g_ascii_isspace(**p))
		(*p)++;
	close = *p < end && (**p == '"' || **p == '\'')
			? memchr(*p + 1, **p, (size_t)(end - *p - 1))
			: NULL;
	if (close) {
		*ret_start = *p + 1;
		*ret_end = close;
		*p = close + 1;
		return;
	}
	*ret_start = *p;
	while (*p < end && !g_ascii_isspace(**p))
		(*p)++;
	*ret_end = *p;
}

/* Reads the attributes from p to end, the '>'.  (transfer full) */
static GPtrArray *read_attributes(
	Reader *reader, const char *p, const char *end)
{
	GPtrArray *attributes = g_ptr_array_new_with_free_func(g_free);
	bool too_much = html_tag_has_too_much(p, end);

	while (p < end) {
		size_t n = attribute_name_length(p, end);
		const char *name = p, *start, *stop;

		if (n == 0) {
			p++;
			continue;
		}
		p += n;
		start = stop = p;
		while (p < end && g_ascii_isspace(*p))
			p++;
		if (p < end && *p == '=') {
			p++;
			find_value(&p, end, &start, &stop);
		}
		add_unseen(reader, name, name + n);
		add_unseen(reader, start, stop);
		if (too_much)
			continue;
		g_ptr_array_add(attributes, g_ascii_strdown(name, (gssize)n));
		g_ptr_array_add(attributes, read_entities(start, stop));
	}
	g_ptr_array_add(attributes, NULL);
	return attributes;
}

/* Closes the nearest open tag of that name and what is open in it. */
static void close_tag(Reader *reader, const char *name)
{
	guint i = reader->open->len;

	while (i > 0 && strcmp(reader->open->pdata[i - 1], name) != 0)
		i--;
	if (i == 0)
		return;
	while (reader->open->len >= i) {
		html_page_end(reader->page);
		g_ptr_array_set_size(reader->open, (gint)reader->open->len - 1);
	}
}

/* What is in these is read in more than one way. */
static bool is_odd(const char *name)
{
	static const char *const names[] = {"frameset", "iframe", "listing",
		"math", "noembed", "noframes", "noscript", "plaintext",
		"select", "svg", "template", "textarea", "xmp"};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static bool open_tag(Reader *reader, const char *p, const char *after,
	const char *name, GError **error)
{
	bool empty = html_tag_is_void(name, strlen(name)) || after[-2] == '/';
	g_autoptr(GPtrArray) attributes =
		read_attributes(reader, p + strlen(name), after - 1);

	if (is_odd(name) || reader->open->len >= MAX_OPEN_TAGS)
		return strip_refuse(error, odd_html);
	html_page_start(
		reader->page, name, (const char *const *)attributes->pdata);
	if (empty)
		html_page_end(reader->page);
	else
		g_ptr_array_add(reader->open, g_strdup(name));
	return true;
}

/* The end of a script, style or title whose tag has been read; NULL if it has
 * none. */
static const char *raw_end(const char *p, const char *end, const char *name)
{
	size_t n = strlen(name);

	while ((p = memchr(p, '<', (size_t)(end - p)))) {
		if ((size_t)(end - p) > n + 1 && p[1] == '/' &&
			g_ascii_strncasecmp(p + 2, name, n) == 0)
			return p;
		p++;
	}
	return NULL;
}

static bool is_raw(const char *name)
{
	return strcmp(name, "script") == 0 || strcmp(name, "style") == 0 ||
	       strcmp(name, "title") == 0;
}

/* Reads the tag at *p, whose '<' has been seen. */
static bool read_tag(Reader *reader, const char **p, GError **error)
{
	const char *after = html_tag_end(*p, reader->end);
	g_autofree char *name = g_ascii_strdown(
		*p, (gssize)html_tag_name_length(*p, reader->end));

	if (!after)
		return strip_refuse(error, odd_html);
	if (*name == '/')
		close_tag(reader, name + 1);
	else if (!is_raw(name) && !open_tag(reader, *p, after, name, error))
		return false;
	if (is_raw(name)) {
		const char *close = raw_end(after, reader->end, name);

		if (!close)
			return strip_refuse(error, odd_html);
		add_unseen(reader, *p, close);
		after = html_tag_end(close + 1, reader->end);
	}
	*p = after ? after : reader->end;
	return true;
}

/* Skips "<!-- ... -->", "<!...>" and "<?...>", whose '<' has been seen. */
static bool read_declaration(Reader *reader, const char **p, GError **error)
{
	const char *start = *p;
	size_t left = (size_t)(reader->end - start);
	bool comment = left >= 3 && memcmp(start, "!--", 3) == 0;
	const char *close = comment ? memmem(start + 1, left - 1, "-->", 3)
				    : memchr(start, '>', left);

	if (!close)
		return strip_refuse(error, odd_html);
	add_unseen(reader, start, close);
	*p = close + (comment ? 3 : 1);
	return true;
}

static bool read_all(Reader *reader, GError **error)
{
	const char *p = reader->start;

	while (p < reader->end) {
		char next = p + 1 < reader->end ? p[1] : '\0';
		bool read = true;

		if (*p != '<' || (!g_ascii_isalpha(next) && next != '/' &&
					 next != '!' && next != '?')) {
			p = read_character(reader, p);
			continue;
		}
		p++;
		read = next == '!' || next == '?'
			       ? read_declaration(reader, &p, error)
			       : read_tag(reader, &p, error);
		if (!read)
			return false;
	}
	return true;
}

/* ---- finding ---------------------------------------------------------- */

/* Where the characters of a line on the page came from. */
static void add_origins(const Reader *reader, const StripLine *line,
	guint *next, GArray *ranges)
{
	while (*next < reader->origins->len) {
		const Origin *origin =
			&g_array_index(reader->origins, Origin, *next);

		if (origin->at >= line->end)
			return;
		if (origin->at >= line->start)
			g_array_append_val(ranges, origin->bytes);
		(*next)++;
	}
}

static bool find_on_page(const Reader *reader, const StripLines *lines,
	GArray *ranges, unsigned *counts, GError **error)
{
	const GString *text = html_page_text(reader->page);
	g_autoptr(GArray) judged =
		strip_lines_judge(lines, text->str, text->len, (StripFlow){0});
	guint next = 0;

	for (guint i = 0; i < judged->len; i++) {
		const StripLine *line = &g_array_index(judged, StripLine, i);

		switch (line->kind) {
		case STRIP_QUOTED:
			break;
		case STRIP_COMMAND:
			add_origins(reader, line, &next, ranges);
			counts[line->which]++;
			break;
		case STRIP_OTHER:
			if (!strip_lines_within(lines, text->str + line->start,
				    line->end - line->start))
				break;
			/* fall through */
		case STRIP_DOUBT:
			return strip_refuse(error,
				"A command in the HTML of your mail is not on "
				"a line of its own, so it cannot be taken out "
				"safely. Please send it as plain text.");
		}
	}
	return true;
}

/* ---- holding it against libxml2's reading ----------------------------- */

/* The lines that stay, tidied; *ret_gone counts the others, with doubts. */
static char *lines_that_stay(
	const StripLines *lines, const GString *html, unsigned *ret_gone)
{
	g_autofree char *text = message_html_to_text(html->str, html->len);
	g_autoptr(GArray) judged =
		strip_lines_judge(lines, text, strlen(text), (StripFlow){0});
	GString *out = g_string_new(NULL);

	*ret_gone = 0;
	for (guint i = 0; i < judged->len; i++) {
		const StripLine *line = &g_array_index(judged, StripLine, i);
		g_autofree char *tidy = strip_lines_tidy(
			text + line->start, line->end - line->start);

		if (line->kind == STRIP_COMMAND || line->kind == STRIP_DOUBT)
			(*ret_gone)++;
		else if (*tidy)
			g_string_append_printf(out, "%s\n", tidy);
	}
	return g_string_free(out, FALSE);
}

static GString *without(const GString *html, const GArray *ranges)
{
	GString *left = g_string_sized_new(html->len);
	size_t at = 0;

	for (guint i = 0; i < ranges->len; i++) {
		const StripRange *range = &g_array_index(ranges, StripRange, i);

		g_string_append_len(
			left, html->str + at, (gssize)(range->start - at));
		at = range->end;
	}
	g_string_append_len(left, html->str + at, (gssize)(html->len - at));
	return left;
}

static bool check(const StripLines *lines, const GString *html,
	const GArray *ranges, unsigned gone, GError **error)
{
	GString *left = without(html, ranges);
	unsigned gone_before, gone_after;
	g_autofree char *before = lines_that_stay(lines, html, &gone_before);
	g_autofree char *after = lines_that_stay(lines, left, &gone_after);

	g_string_free(left, TRUE);
	if (gone_before != gone || gone_after != 0 ||
		strcmp(before, after) != 0)
		return strip_refuse(error, odd_html);
	return true;
}

static bool find_and_check(Reader *reader, const StripLines *lines,
	const GString *html, GArray *ranges, unsigned *counts, GError **error)
{
	unsigned gone = 0;

	if (!read_all(reader, error) ||
		!find_on_page(reader, lines, ranges, counts, error))
		return false;
	for (guint i = 0; i < lines->exact->len; i++)
		gone += counts[i];
	if (strip_lines_within(lines, reader->unseen->str, reader->unseen->len))
		return strip_refuse(error,
			"A command is repeated in a hidden part of the HTML of "
			"your mail, so it cannot be taken out safely. Please "
			"send it as plain text.");
	return check(lines, html, ranges, gone, error);
}

bool strip_html_find(const StripLines *lines, const GString *html,
	GArray *ranges, unsigned *counts, bool *ret_words, GError **error)
{
	Reader reader = {.start = html->str,
		.end = html->str + html->len,
		.page = html_page_new(),
		.open = g_ptr_array_new_with_free_func(g_free),
		.origins = g_array_new(FALSE, FALSE, sizeof(Origin)),
		.unseen = g_string_new(NULL)};
	bool found;

	if (html->len > MESSAGE_MAX_HTML_BYTES)
		found = strip_refuse(error,
			"The HTML of your mail is too long for its commands to "
			"be taken out safely. Please send a shorter one.");
	else
		found = find_and_check(
			&reader, lines, html, ranges, counts, error);
	*ret_words =
		text_count_letters(html_page_text(reader.page)->str, 1) > 0;
	html_page_free(reader.page);
	g_ptr_array_unref(reader.open);
	g_array_unref(reader.origins);
	g_string_free(reader.unseen, TRUE);
	return found;
}
