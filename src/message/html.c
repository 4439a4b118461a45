/*
 * HTML as a person would read it.  libxml2's SAX parser, because its tree gives
 * empty text when tags nest deeply; before it a pass that bounds what the
 * parser is slow at: attributes by the thousand and open tags by the thousand.
 */
#include <libxml/HTMLparser.h>
#include <string.h>

#include "internal.h"

enum {
	MAX_TAG_ATTRIBUTES = 64,
	MAX_TAG_BYTES = 16 * 1024,
	MAX_OPEN_TAGS = 400,
	MAX_QUOTE_DEPTH = 16,
	MAX_EMPTY_LINES = 3,
};

/* ---- the pass before the parser --------------------------------------- */

typedef struct Tags Tags;
struct Tags {
	GString *out;
	unsigned open;
	/* A quote that is never closed: from there on quotes mean nothing. */
	bool ignore_quotes;
};

/* The end of the tag at p (past its '>'), or NULL if it has none. */
static const char *tag_end(const char *p, const char *end, bool ignore_quotes)
{
	while (p < end && *p != '>') {
		if (!ignore_quotes && p[-1] == '=' &&
			(*p == '"' || *p == '\'')) {
			p = memchr(p + 1, *p, (size_t)(end - p - 1));
			if (!p)
				return NULL;
		}
		p++;
	}
	return p < end ? p + 1 : NULL;
}

const char *html_tag_end(const char *p, const char *end)
{
	return tag_end(p, end, false);
}

size_t html_tag_name_length(const char *p, const char *end)
{
	const char *start = p;

	if (p < end && *p == '/')
		p++;
	while (p < end && (g_ascii_isalnum(*p) || *p == ':'))
		p++;
	return (size_t)(p - start);
}

bool html_tag_has_too_much(const char *p, const char *end)
{
	unsigned attributes = 0;

	if (end - p > MAX_TAG_BYTES)
		return true;
	for (; p < end; p++)
		if (g_ascii_isspace(*p) || *p == '=' || *p == '/' ||
			*p == '"' || *p == '\'')
			attributes++;
	/* Five of these marks make an attribute, and styles have spaces. */
	return attributes > 5 * MAX_TAG_ATTRIBUTES;
}

bool html_tag_is_void(const char *name, size_t length)
{
	static const char *const voids[] = {"area", "base", "br", "col", "hr",
		"img", "input", "link", "meta", "wbr"};

	for (size_t i = 0; i < G_N_ELEMENTS(voids); i++)
		if (strlen(voids[i]) == length &&
			g_ascii_strncasecmp(voids[i], name, length) == 0)
			return true;
	return false;
}

/* Copies the tag at p, whose '<' has been seen; returns what is behind it. */
static const char *copy_tag(Tags *tags, const char *p, const char *end)
{
	size_t name = html_tag_name_length(p, end);
	const char *after = tag_end(p, end, tags->ignore_quotes);

	if (!after && !tags->ignore_quotes) {
		tags->ignore_quotes = true;
		after = tag_end(p, end, true);
	}
	if (!after)
		return end;
	if (*p == '/') {
		tags->open -= tags->open > 0;
	} else if (!html_tag_is_void(p, name)) {
		if (tags->open >= MAX_OPEN_TAGS)
			return after;
		tags->open++;
	}
	g_string_append_c(tags->out, '<');
	if (tags->ignore_quotes || html_tag_has_too_much(p, after)) {
		g_string_append_len(tags->out, p, (gssize)name);
		g_string_append_c(tags->out, '>');
	} else {
		g_string_append_len(tags->out, p, after - p);
	}
	return after;
}

/* Skips "<!-- ... -->", "<!...>" and "<?...>"; conditional comments too. */
static const char *skip_declaration(const char *p, const char *end)
{
	const char *close;

	if (end - p >= 3 && memcmp(p, "!--", 3) == 0) {
		close = memmem(p + 1, (size_t)(end - p - 1), "-->", 3);
		if (close)
			return close + 3;
	}
	close = memchr(p, '>', (size_t)(end - p));
	return close ? close + 1 : end;
}

/* Raw text elements: what is in them is neither tag nor text. */
static const char *skip_raw_text(const char *p, const char *end)
{
	static const char *const names[] = {"script", "style", "title"};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		size_t n = strlen(names[i]);

		if ((size_t)(end - p) <= n ||
			g_ascii_strncasecmp(p, names[i], n) != 0 ||
			g_ascii_isalnum(p[n]))
			continue;
		while ((p = memchr(p, '<', (size_t)(end - p)))) {
			if ((size_t)(end - p) > n + 1 && p[1] == '/' &&
				g_ascii_strncasecmp(p + 2, names[i], n) == 0)
				return skip_declaration(p, end);
			p++;
		}
		return end;
	}
	return NULL;
}

/* HTML that the parser reads in linear time.  (transfer full) */
static GString *bound_html(const char *html, size_t length)
{
	Tags tags = {.out = g_string_sized_new(length)};
	const char *p = html, *end = html + length;

	/* Else the parser makes a paragraph of words outside a body. */
	g_string_append(tags.out, "<html><body>");

	while (p < end) {
		const char *open = memchr(p, '<', (size_t)(end - p));
		const char *raw;

		g_string_append_len(tags.out, p, (open ? open : end) - p);
		if (!open)
			break;
		p = open + 1;
		if (p < end && (*p == '!' || *p == '?'))
			p = skip_declaration(p, end);
		else if ((raw = skip_raw_text(p, end)))
			p = raw;
		else if (p < end && (g_ascii_isalpha(*p) || *p == '/'))
			p = copy_tag(&tags, p, end);
		else
			g_string_append(tags.out, "&lt;");
	}
	return tags.out;
}

/* ---- what elements do ------------------------------------------------- */

enum what {
	BLOCK = 1 << 0,     /* starts and ends on a line of its own */
	PARAGRAPH = 1 << 1, /* with an empty line around it */
	QUOTE = 1 << 2,
	ITEM = 1 << 3,
	CELL = 1 << 4,
	RULE = 1 << 5,
	BREAK = 1 << 6,
	HIDDEN = 1 << 7,
	PRE = 1 << 8,
	ROW = 1 << 9,
};

static const struct {
	const char *name;
	unsigned what;
} elements[] = {
	{"address", BLOCK},
	{"article", BLOCK},
	{"aside", BLOCK},
	{"blockquote", BLOCK | QUOTE},
	{"br", BREAK},
	{"caption", BLOCK},
	{"center", BLOCK},
	{"dd", BLOCK},
	{"div", BLOCK},
	{"dl", BLOCK},
	{"dt", BLOCK},
	{"fieldset", BLOCK},
	{"footer", BLOCK},
	{"form", BLOCK},
	{"h1", BLOCK | PARAGRAPH},
	{"h2", BLOCK | PARAGRAPH},
	{"h3", BLOCK | PARAGRAPH},
	{"h4", BLOCK | PARAGRAPH},
	{"h5", BLOCK | PARAGRAPH},
	{"h6", BLOCK | PARAGRAPH},
	{"head", HIDDEN},
	{"header", BLOCK},
	{"hr", RULE},
	{"li", BLOCK | ITEM},
	{"main", BLOCK},
	{"nav", BLOCK},
	{"noframes", HIDDEN},
	{"object", HIDDEN},
	{"ol", BLOCK},
	{"p", BLOCK | PARAGRAPH},
	{"pre", BLOCK | PARAGRAPH | PRE},
	{"script", HIDDEN},
	{"section", BLOCK},
	{"style", HIDDEN},
	{"svg", HIDDEN},
	{"table", BLOCK},
	{"td", CELL},
	{"template", HIDDEN},
	{"th", CELL},
	{"title", HIDDEN},
	{"tr", BLOCK | ROW},
	{"ul", BLOCK},
};

static unsigned element_what(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(elements); i++)
		if (strcmp(elements[i].name, name) == 0)
			return elements[i].what;
	return 0;
}

/* The style's declarations in lower case without white space. */
static char *fold_style(const char *style)
{
	GString *out = g_string_new(NULL);

	for (; *style; style++)
		if (!g_ascii_isspace(*style))
			g_string_append_c(out, g_ascii_tolower(*style));
	return g_string_free(out, FALSE);
}

/* A value of zero, "0px" or "0.0", but not "0.9em". */
static bool is_zero(const char *style, const char *property)
{
	const char *p = strstr(style, property);

	if (!p || (p > style && p[-1] != ';'))
		return false;
	p += strlen(property);
	if (*p != '0')
		return false;
	p += strspn(p, "0.");
	return !g_ascii_isdigit(*p);
}

static bool style_hides(const char *attribute)
{
	g_autofree char *style = fold_style(attribute);

	return strstr(style, "display:none") ||
	       strstr(style, "visibility:hidden") ||
	       strstr(style, "mso-hide:all") || is_zero(style, "font-size:") ||
	       is_zero(style, "opacity:") ||
	       (is_zero(style, "max-height:") &&
		       strstr(style, "overflow:hidden"));
}

/* What an element's attributes add to it. */
static unsigned attributes_what(const char *const *attributes)
{
	unsigned what = 0;

	for (; attributes && attributes[0]; attributes += 2) {
		const char *name = attributes[0], *value = attributes[1];

		if (strcmp(name, "hidden") == 0)
			what |= HIDDEN;
		else if (!value)
			continue;
		else if (strcmp(name, "style") == 0 && style_hides(value))
			what |= HIDDEN;
		/* Yahoo wraps the quote in a plain block. */
		else if ((strcmp(name, "class") == 0 ||
				 strcmp(name, "id") == 0) &&
			 g_str_has_prefix(value, "yahoo_quoted"))
			what |= QUOTE;
		/* The line over Outlook's block of the earlier header. */
		else if (strcmp(name, "id") == 0 &&
			 strcmp(value, "divRplyFwdMsg") == 0)
			what |= PARAGRAPH;
		else if (strcmp(name, "style") == 0 &&
			 strstr(value, "border-top:solid"))
			what |= PARAGRAPH;
	}
	return what;
}

/* ---- writing lines ---------------------------------------------------- */

struct HtmlPage {
	GString *out;
	GArray *open; /* unsigned: what each open element is */
	unsigned hidden;
	unsigned quote;
	unsigned pre;
	unsigned newlines; /* to be written before the next word */
	bool space;        /* and a space, or the next cell's tab */
	bool cell;
	bool bullet;
	bool written_in_row;
};

static void page_break(HtmlPage *page, unsigned newlines)
{
	page->newlines = MAX(page->newlines, newlines);
	page->space = false;
	page->cell = false;
}

static void start_line(HtmlPage *page)
{
	for (unsigned i = 0; i < MIN(page->quote, MAX_QUOTE_DEPTH); i++)
		g_string_append(page->out, "> ");
	if (page->bullet)
		g_string_append(page->out, "- ");
	page->bullet = false;
}

/* Writes the line ends and the space that are due before a word. */
static void before_word(HtmlPage *page)
{
	bool fresh = page->out->len == 0 || page->newlines > 0;
	unsigned newlines = MIN(page->newlines, MAX_EMPTY_LINES + 1);

	if (page->out->len > 0)
		for (unsigned i = 0; i < newlines; i++)
			g_string_append_c(page->out, '\n');
	if (fresh)
		start_line(page);
	else if (page->cell)
		g_string_append_c(page->out, '\t');
	else if (page->space)
		g_string_append_c(page->out, ' ');
	page->newlines = 0;
	page->space = false;
	page->cell = false;
	page->written_in_row = true;
}

/* Characters that show nothing: soft hyphen, zero width space, BOM and the
 * joiners that mailings pad their preview with. */
static size_t invisible_length(const guchar *p, size_t left)
{
	if (left < 2)
		return 0;
	if (p[0] == 0xc2 && p[1] == 0xad)
		return 2;
	if (p[0] == 0xcd && p[1] == 0x8f)
		return 2;
	if (left < 3)
		return 0;
	if (p[0] == 0xe2 && p[1] == 0x80 && p[2] == 0x8b)
		return 3;
	if (p[0] == 0xef && p[1] == 0xbb && p[2] == 0xbf)
		return 3;
	return 0;
}

static void write_pre_space(HtmlPage *page, char c)
{
	if (c == '\n')
		page_break(page, page->newlines + 1);
	else if (c != '\r') {
		if (page->newlines > 0)
			before_word(page);
		g_string_append_c(page->out, ' ');
	}
}

/* Takes one character; returns its length in bytes. */
static size_t write_character(HtmlPage *page, const guchar *p, size_t left)
{
	size_t length = (size_t)g_utf8_skip[p[0]];
	size_t skip;

	length = MIN(length, left);
	skip = invisible_length(p, left);
	if (skip > 0)
		return skip;
	if (g_ascii_isspace((char)p[0])) {
		if (page->pre > 0)
			write_pre_space(page, (char)p[0]);
		else
			page->space = true;
		return 1;
	}
	if (length == 2 && p[0] == 0xc2 && p[1] == 0xa0) {
		page->space = true;
		return 2;
	}
	if (page->newlines > 0 || page->space || page->cell ||
		page->out->len == 0)
		before_word(page);
	g_string_append_len(page->out, (const char *)p, (gssize)length);
	return length;
}

void html_page_write(HtmlPage *page, const char *utf8, size_t length)
{
	const guchar *p = (const guchar *)utf8;

	if (page->hidden > 0)
		return;
	while (length > 0) {
		size_t taken = write_character(page, p, length);

		p += taken;
		length -= taken;
	}
}

static void write_rule(HtmlPage *page)
{
	page_break(page, 1);
	before_word(page);
	g_string_append(page->out, "________________________________");
	page_break(page, 1);
}

static void start_visible(HtmlPage *page, unsigned what)
{
	if (what & BREAK)
		page_break(page, page->newlines + 1);
	if (what & RULE)
		write_rule(page);
	if (what & BLOCK)
		page_break(page, what & PARAGRAPH ? 2 : 1);
	if (what & ROW)
		page->written_in_row = false;
	if (what & CELL) {
		page->cell = page->written_in_row;
		page->space = false;
	}
	if (what & ITEM)
		page->bullet = true;
}

void html_page_start(
	HtmlPage *page, const char *name, const char *const *attributes)
{
	unsigned what = element_what(name) | attributes_what(attributes);

	g_array_append_val(page->open, what);
	if (page->hidden == 0 && !(what & HIDDEN))
		start_visible(page, what);
	page->hidden += (what & HIDDEN) != 0;
	page->quote += (what & QUOTE) != 0;
	page->pre += (what & PRE) != 0;
}

void html_page_end(HtmlPage *page)
{
	unsigned what;

	if (page->open->len == 0)
		return;
	what = g_array_index(page->open, unsigned, page->open->len - 1);
	g_array_set_size(page->open, page->open->len - 1);
	page->hidden -= (what & HIDDEN) != 0;
	page->pre -= (what & PRE) != 0;
	page->quote -= (what & QUOTE) != 0;
	if (page->hidden > 0 || (what & HIDDEN))
		return;
	if (what & BLOCK)
		page_break(page, what & (PARAGRAPH | QUOTE) ? 2 : 1);
	if (what & ITEM)
		page->bullet = false;
}

bool html_page_is_hidden(const HtmlPage *page)
{
	return page->hidden > 0;
}

const GString *html_page_text(const HtmlPage *page)
{
	return page->out;
}

HtmlPage *html_page_new(void)
{
	HtmlPage *page = g_new0(HtmlPage, 1);

	page->out = g_string_new(NULL);
	page->open = g_array_new(FALSE, FALSE, sizeof(unsigned));
	return page;
}

void html_page_free(HtmlPage *page)
{
	if (!page)
		return;
	g_string_free(page->out, TRUE);
	g_array_unref(page->open);
	g_free(page);
}

/* ---- the parser ------------------------------------------------------- */

static void on_start(
	void *user, const xmlChar *name, const xmlChar **attributes)
{
	html_page_start(
		user, (const char *)name, (const char *const *)attributes);
}

static void on_end(void *user, const xmlChar *name)
{
	(void)name;
	html_page_end(user);
}

static void on_characters(void *user, const xmlChar *text, int length)
{
	html_page_write(user, (const char *)text, (size_t)length);
}

char *message_html_to_text(const char *html, size_t length)
{
	htmlSAXHandler sax = {.startElement = on_start,
		.endElement = on_end,
		.characters = on_characters,
		.ignorableWhitespace = on_characters};
	g_autoptr(HtmlPage) page = html_page_new();
	GString *bounded;
	htmlParserCtxtPtr parser;

	length = MIN(length, (size_t)MESSAGE_MAX_HTML_BYTES);
	bounded = bound_html(html, length);
	parser = htmlCreatePushParserCtxt(
		&sax, page, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);
	if (parser) {
		htmlCtxtUseOptions(parser,
			HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
				HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC);
		htmlParseChunk(parser, bounded->str, (int)bounded->len, 0);
		htmlParseChunk(parser, NULL, 0, 1);
		if (parser->myDoc)
			xmlFreeDoc(parser->myDoc);
		htmlFreeParserCtxt(parser);
	}
	g_string_free(bounded, TRUE);
	return text_clean(page->out->str, page->out->len);
}
