/*
 * Mustache, the reading half: text to nodes, as the public Mustache
 * specification (its required modules) lays down.
 *
 * A tag other than a variable that stands alone on its line takes the whole
 * line with it.  Everything else about white space is left as it is written.
 */
#include "internal.h"

#include <string.h>

G_DEFINE_QUARK(redress_reply_error, reply_error)

enum { SECTIONS_MOST_DEEP = 64 };

/* A comment to who reads the source; to us, what a sentence means. */
static const char slot_prefix[] = "slot:";

typedef struct Parser Parser;
struct Parser {
	const char *file;
	const char *source;
	const char *cursor;
	unsigned line; /* of the cursor */
	char *open;    /* delimiters */
	char *close;
	bool line_start;    /* nothing of this line has become a node yet */
	GPtrArray *parents; /* MustacheNode: the open sections */
	GPtrArray *root;
};

typedef struct Tag Tag;
struct Tag {
	char kind;        /* '\0' for a variable, else # ^ / > ! = & { */
	char *name;       /* trimmed content */
	const char *from; /* of its first delimiter */
	const char *end;  /* after its last delimiter */
	unsigned line;
};

static void node_free(gpointer data)
{
	MustacheNode *node = data;

	g_free(node->text);
	g_free(node->indent);
	g_clear_pointer(&node->children, g_ptr_array_unref);
	g_free(node);
}

void mustache_free(Mustache *mustache)
{
	if (!mustache)
		return;
	g_ptr_array_unref(mustache->nodes);
	g_free(mustache);
}

static bool fail(const Parser *parser, unsigned line, GError **error,
	const char *format, ...) G_GNUC_PRINTF(4, 5);

static bool fail(const Parser *parser, unsigned line, GError **error,
	const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_autofree char *words = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_set_error(error, REPLY_ERROR, REDRESS_ERROR_INVALID, "%s:%u: %s",
		parser->file, line, words);
	return false;
}

static MustacheNode *add_node(
	Parser *parser, enum mustache_node_type type, unsigned line, char *text)
{
	MustacheNode *node = g_new0(MustacheNode, 1);
	GPtrArray *siblings = parser->root;

	if (parser->parents->len > 0) {
		MustacheNode *parent = g_ptr_array_index(
			parser->parents, parser->parents->len - 1);
		siblings = parent->children;
	}
	node->type = type;
	node->line = line;
	node->text = text;
	node->line_start = parser->line_start;
	parser->line_start = false;
	g_ptr_array_add(siblings, node);
	return node;
}

/* One node a line, so that a partial can be indented line by line. */
static void add_text(Parser *parser, const char *end)
{
	while (parser->cursor < end) {
		const char *newline = memchr(
			parser->cursor, '\n', (size_t)(end - parser->cursor));
		const char *stop = newline ? newline + 1 : end;
		add_node(parser, MUSTACHE_TEXT, parser->line,
			g_strndup(parser->cursor,
				(gsize)(stop - parser->cursor)));
		parser->cursor = stop;
		if (newline) {
			parser->line++;
			parser->line_start = true;
		}
	}
}

/* Moves over a tag and the line ends in it or after it. */
static void skip_to(Parser *parser, const char *end)
{
	for (; parser->cursor < end; parser->cursor++)
		if (*parser->cursor == '\n')
			parser->line++;
}

static unsigned line_of(const Parser *parser, const char *place)
{
	unsigned line = parser->line;

	for (const char *c = parser->cursor; c < place; c++)
		if (*c == '\n')
			line++;
	return line;
}

/* The first character of the tag's line if only blanks stand before it. */
static const char *blank_before(const Parser *parser, const char *tag)
{
	while (tag > parser->source && (tag[-1] == ' ' || tag[-1] == '\t'))
		tag--;
	return tag == parser->source || tag[-1] == '\n' ? tag : NULL;
}

/* The start of the next line if only blanks stand before the end of this. */
static const char *blank_after(const char *place)
{
	while (*place == ' ' || *place == '\t')
		place++;
	if (*place == '\0')
		return place;
	if (*place == '\n')
		return place + 1;
	return place[0] == '\r' && place[1] == '\n' ? place + 2 : NULL;
}

static bool read_tag(
	const Parser *parser, const char *from, Tag *ret, GError **error)
{
	const char *start = from + strlen(parser->open);
	g_autofree char *close = g_strdup(parser->close);

	*ret = (Tag){.from = from, .line = line_of(parser, from)};
	if (*start && strchr("#^/>!=&{", *start))
		ret->kind = *start++;
	if (ret->kind == '{' || ret->kind == '=') {
		g_free(close);
		close = g_strconcat(
			ret->kind == '{' ? "}" : "=", parser->close, NULL);
	}
	const char *end = strstr(start, close);
	if (!end)
		return fail(parser, ret->line, error,
			"a tag is opened with %s and not closed with %s",
			parser->open, close);
	ret->end = end + strlen(close);
	ret->name = g_strstrip(g_strndup(start, (gsize)(end - start)));
	return true;
}

static bool set_delimiters(Parser *parser, const Tag *tag, GError **error)
{
	g_auto(GStrv) words = g_strsplit_set(tag->name, " \t\r\n", -1);
	guint last = g_strv_length(words);

	if (last < 2 || strchr(tag->name, '=') || !*words[0] ||
		!*words[last - 1])
		return fail(parser, tag->line, error,
			"new delimiters are written {{=<%% %%>=}}");
	for (guint i = 1; i + 1 < last; i++)
		if (*words[i])
			return fail(parser, tag->line, error,
				"there are two delimiters, not more");
	g_free(parser->open);
	g_free(parser->close);
	parser->open = g_strdup(words[0]);
	parser->close = g_strdup(words[last - 1]);
	return true;
}

static bool open_section(
	Parser *parser, enum mustache_node_type type, Tag *tag, GError **error)
{
	if (parser->parents->len >= SECTIONS_MOST_DEEP)
		return fail(parser, tag->line, error,
			"sections are nested more than %d deep",
			SECTIONS_MOST_DEEP);
	MustacheNode *node =
		add_node(parser, type, tag->line, g_steal_pointer(&tag->name));
	node->children = g_ptr_array_new_with_free_func(node_free);
	g_ptr_array_add(parser->parents, node);
	return true;
}

static bool close_section(Parser *parser, const Tag *tag, GError **error)
{
	if (parser->parents->len == 0)
		return fail(parser, tag->line, error,
			"section \"%s\" is closed but was not opened",
			tag->name);
	const MustacheNode *node =
		g_ptr_array_index(parser->parents, parser->parents->len - 1);
	if (strcmp(node->text, tag->name) != 0)
		return fail(parser, tag->line, error,
			"section \"%s\" is closed where \"%s\" (line %u) "
			"should be",
			tag->name, node->text, node->line);
	if (parser->line_start)
		add_node(parser, MUSTACHE_TEXT, tag->line, g_strdup(""));
	g_ptr_array_set_size(parser->parents, (int)parser->parents->len - 1);
	return true;
}

static bool check_name(const Parser *parser, const Tag *tag, GError **error)
{
	if (tag->kind == '!' || tag->kind == '=')
		return true;
	if (!*tag->name)
		return fail(parser, tag->line, error, "a tag has no name");
	if (strpbrk(tag->name, " \t\r\n"))
		return fail(parser, tag->line, error,
			"\"%s\" is not a name: it has a blank in it",
			tag->name);
	return true;
}

static bool add_tag(
	Parser *parser, Tag *tag, const char *indent, GError **error)
{
	MustacheNode *node;

	if (!check_name(parser, tag, error))
		return false;
	switch (tag->kind) {
	case '!':
		if (g_str_has_prefix(tag->name, slot_prefix)) {
			add_node(parser, MUSTACHE_SLOT, tag->line,
				g_strstrip(g_strdup(
					tag->name + strlen(slot_prefix))));
			return true;
		}
		G_GNUC_FALLTHROUGH;
	case '=':
		if (parser->line_start)
			add_node(
				parser, MUSTACHE_TEXT, tag->line, g_strdup(""));
		return tag->kind == '!' || set_delimiters(parser, tag, error);
	case '#':
		return open_section(parser, MUSTACHE_SECTION, tag, error);
	case '^':
		return open_section(parser, MUSTACHE_INVERTED, tag, error);
	case '/':
		return close_section(parser, tag, error);
	case '>':
		node = add_node(parser, MUSTACHE_PARTIAL, tag->line,
			g_steal_pointer(&tag->name));
		node->indent = g_strdup(indent);
		return true;
	case '&':
	case '{':
		add_node(parser, MUSTACHE_RAW, tag->line,
			g_steal_pointer(&tag->name));
		return true;
	}
	add_node(parser, MUSTACHE_VARIABLE, tag->line,
		g_steal_pointer(&tag->name));
	return true;
}

static bool parse_tag(Parser *parser, const char *from, GError **error)
{
	Tag tag;
	g_autofree char *indent = NULL;

	if (!read_tag(parser, from, &tag, error))
		return false;
	bool variable = tag.kind == '\0' || tag.kind == '&' || tag.kind == '{';
	const char *before = variable ? NULL : blank_before(parser, from);
	const char *after = before ? blank_after(tag.end) : NULL;
	if (after) {
		indent = g_strndup(before, (gsize)(from - before));
		add_text(parser, before);
		parser->line_start = false;
	} else {
		add_text(parser, from);
	}
	bool done = add_tag(parser, &tag, indent, error);
	g_free(tag.name);
	if (after)
		parser->line_start = true;
	skip_to(parser, after ? after : tag.end);
	return done;
}

static bool parse_all(Parser *parser, GError **error)
{
	for (;;) {
		const char *tag = strstr(parser->cursor, parser->open);
		if (!tag)
			break;
		if (!parse_tag(parser, tag, error))
			return false;
	}
	add_text(parser, parser->cursor + strlen(parser->cursor));
	if (parser->parents->len == 0)
		return true;
	const MustacheNode *node =
		g_ptr_array_index(parser->parents, parser->parents->len - 1);
	return fail(parser, node->line, error, "section \"%s\" is not closed",
		node->text);
}

Mustache *mustache_parse(const char *text, const char *file, GError **error)
{
	Parser parser = {
		.file = file,
		.source = text,
		.cursor = text,
		.line = 1,
		.open = g_strdup("{{"),
		.close = g_strdup("}}"),
		.line_start = true,
		.parents = g_ptr_array_new(),
		.root = g_ptr_array_new_with_free_func(node_free),
	};
	Mustache *mustache = NULL;

	if (parse_all(&parser, error)) {
		mustache = g_new0(Mustache, 1);
		mustache->nodes = g_ptr_array_ref(parser.root);
	}
	g_ptr_array_unref(parser.root);
	g_ptr_array_unref(parser.parents);
	g_free(parser.open);
	g_free(parser.close);
	return mustache;
}

static void visit_nodes(const GPtrArray *nodes, GPtrArray *sections,
	const MustacheVisitor *visitor)
{
	for (guint i = 0; i < nodes->len; i++) {
		const MustacheNode *node = g_ptr_array_index(nodes, i);
		if (node->type == MUSTACHE_TEXT)
			continue;
		visitor->visit(node, sections, visitor->user);
		if (!node->children)
			continue;
		g_ptr_array_add(sections, node->text);
		visit_nodes(node->children, sections, visitor);
		g_ptr_array_set_size(sections, (int)sections->len - 1);
	}
}

void mustache_visit(const Mustache *mustache, const MustacheVisitor *visitor)
{
	g_autoptr(GPtrArray) sections = g_ptr_array_new();

	visit_nodes(mustache->nodes, sections, visitor);
}

typedef struct NameVisit NameVisit;
struct NameVisit {
	void (*visit)(const char *name, unsigned line, void *user);
	void *user;
};

static void visit_name(
	const MustacheNode *node, const GPtrArray *sections, void *user)
{
	const NameVisit *names = user;

	(void)sections;
	if (node->type != MUSTACHE_PARTIAL && node->type != MUSTACHE_SLOT)
		names->visit(node->text, node->line, names->user);
}

void mustache_visit_names(const Mustache *mustache,
	void (*visit)(const char *name, unsigned line, void *user), void *user)
{
	NameVisit names = {visit, user};
	MustacheVisitor visitor = {visit_name, &names};

	mustache_visit(mustache, &visitor);
}
