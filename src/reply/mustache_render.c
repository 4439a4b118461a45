/*
 * Mustache, the writing half: nodes and a context to text.  A value is
 * copied, escaped or not, and never looked at as a template.
 */
#include "internal.h"

#include <string.h>

enum {
	PARTIALS_MOST_DEEP = 32,
	/* A partial that names itself twice doubles at each level. */
	PARTIALS_MOST = 10000,
};

/* One level of the context stack. */
typedef struct Frame Frame;
struct Frame {
	const Frame *outer;
	const MustacheValue *value; /* (nullable) */
};

typedef struct Render Render;
struct Render {
	GString *out;
	const Frame *top;
	GHashTable *partials;
	bool escape;
	unsigned depth; /* of partials */
	unsigned partials_done;
};

static void render_nodes(
	Render *render, const GPtrArray *nodes, const char *indent);

/* ---- values ------------------------------------------------------------ */

static const MustacheValue *lookup_key(
	const MustacheValue *value, const char *key)
{
	return value && value->entries
		       ? g_hash_table_lookup(value->entries, key)
		       : NULL;
}

/* What the innermost frame that has the key has under it. */
static const MustacheValue *lookup_stack(const Frame *frame, const char *key)
{
	for (; frame; frame = frame->outer) {
		const MustacheValue *value = lookup_key(frame->value, key);
		if (value)
			return value;
	}
	return NULL;
}

/* "a.b.c": the first part anywhere on the stack, the rest only in it.
 * (nullable) */
static const MustacheValue *resolve(const Render *render, const char *name)
{
	if (strcmp(name, ".") == 0)
		return render->top->value;
	if (!strchr(name, '.'))
		return lookup_stack(render->top, name);
	g_auto(GStrv) parts = g_strsplit(name, ".", -1);
	const MustacheValue *value =
		*parts[0] ? lookup_stack(render->top, parts[0])
			  : render->top->value;
	for (guint i = 1; value && parts[i]; i++)
		value = lookup_key(value, parts[i]);
	return value;
}

static void append_escaped(GString *out, const char *text)
{
	while (*text) {
		size_t plain = strcspn(text, "&<>\"'");

		g_string_append_len(out, text, (gssize)plain);
		text += plain;
		switch (*text) {
		case '&':
			g_string_append(out, "&amp;");
			break;
		case '<':
			g_string_append(out, "&lt;");
			break;
		case '>':
			g_string_append(out, "&gt;");
			break;
		case '"':
			g_string_append(out, "&quot;");
			break;
		case '\'':
			g_string_append(out, "&#39;");
			break;
		}
		text += *text != '\0';
	}
}

/* ---- nodes ------------------------------------------------------------- */

static void render_value(Render *render, const MustacheNode *node)
{
	const MustacheValue *value = resolve(render, node->text);

	if (!value)
		return;
	if (render->escape && node->type == MUSTACHE_VARIABLE)
		append_escaped(render->out, value->text);
	else
		g_string_append(render->out, value->text);
}

static void render_inside(Render *render, const GPtrArray *nodes,
	const MustacheValue *value, const char *indent)
{
	Frame frame = {render->top, value};

	render->top = &frame;
	render_nodes(render, nodes, indent);
	render->top = frame.outer;
}

static void render_section(
	Render *render, const MustacheNode *node, const char *indent)
{
	const MustacheValue *value = resolve(render, node->text);

	if (!value || !value->truthy)
		return;
	if (!value->items) {
		render_inside(render, node->children, value, indent);
		return;
	}
	for (guint i = 0; i < value->items->len; i++)
		render_inside(render, node->children,
			g_ptr_array_index(value->items, i), indent);
}

static void render_inverted(
	Render *render, const MustacheNode *node, const char *indent)
{
	const MustacheValue *value = resolve(render, node->text);

	if (!value || !value->truthy)
		render_nodes(render, node->children, indent);
}

static void render_partial(
	Render *render, const MustacheNode *node, const char *indent)
{
	const Mustache *partial =
		render->partials
			? g_hash_table_lookup(render->partials, node->text)
			: NULL;

	if (!partial || render->depth >= PARTIALS_MOST_DEEP ||
		render->partials_done++ >= PARTIALS_MOST)
		return;
	g_autofree char *inner =
		node->indent ? g_strconcat(indent, node->indent, NULL)
			     : g_strdup("");
	render->depth++;
	render_nodes(render, partial->nodes, inner);
	render->depth--;
}

static void render_node(
	Render *render, const MustacheNode *node, const char *indent)
{
	if (node->line_start)
		g_string_append(render->out, indent);
	switch (node->type) {
	case MUSTACHE_TEXT:
		g_string_append(render->out, node->text);
		break;
	case MUSTACHE_VARIABLE:
	case MUSTACHE_RAW:
		render_value(render, node);
		break;
	case MUSTACHE_SECTION:
		render_section(render, node, indent);
		break;
	case MUSTACHE_INVERTED:
		render_inverted(render, node, indent);
		break;
	case MUSTACHE_PARTIAL:
		render_partial(render, node, indent);
		break;
	case MUSTACHE_SLOT:
		break;
	}
}

static void render_nodes(
	Render *render, const GPtrArray *nodes, const char *indent)
{
	for (guint i = 0; i < nodes->len; i++)
		render_node(render, g_ptr_array_index(nodes, i), indent);
}

char *mustache_render_value(const Mustache *mustache,
	const MustacheValue *context, GHashTable *partials, bool escape)
{
	Render render = {
		.out = g_string_new(NULL),
		.partials = partials,
		.escape = escape,
	};

	render_inside(&render, mustache->nodes, context, "");
	return g_string_free(render.out, FALSE);
}

char *mustache_render(const Mustache *mustache, GVariant *context,
	GHashTable *partials, bool escape)
{
	g_autoptr(GVariant) root = g_variant_ref_sink(context);
	g_autoptr(MustacheValue) value = mustache_value_from_variant(root);

	return mustache_render_value(mustache, value, partials, escape);
}
