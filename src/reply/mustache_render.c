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

/*
 * One level of the context stack.  The entries of a dictionary are spread
 * out once: each lookup in a GVariant walks all of them, under a lock.
 */
typedef struct Frame Frame;
struct Frame {
	const Frame *outer;
	GVariant *value;     /* (nullable) */
	GHashTable *entries; /* char * -> GVariant; NULL unless a dictionary */
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

/* Takes off the wrappings of "v" and "m"; NULL for nothing.  (transfer full)
 */
static GVariant *unwrap(GVariant *value)
{
	while (value &&
		(g_variant_is_of_type(value, G_VARIANT_TYPE_VARIANT) ||
			g_variant_is_of_type(value, G_VARIANT_TYPE_MAYBE))) {
		GVariant *inner = g_variant_n_children(value) > 0
					  ? g_variant_get_child_value(value, 0)
					  : NULL;
		g_variant_unref(value);
		value = inner;
	}
	return value;
}

static bool is_list(GVariant *value)
{
	return g_variant_is_of_type(value, G_VARIANT_TYPE_ARRAY) &&
	       !g_variant_is_of_type(value, G_VARIANT_TYPE_DICTIONARY);
}

static GHashTable *spread(GVariant *value)
{
	GVariantIter iter;
	char *key;
	GVariant *item;

	if (!value || !g_variant_is_of_type(value, G_VARIANT_TYPE_VARDICT))
		return NULL;
	GHashTable *entries = g_hash_table_new_full(g_str_hash, g_str_equal,
		g_free, (GDestroyNotify)g_variant_unref);
	g_variant_iter_init(&iter, value);
	while (g_variant_iter_next(&iter, "{sv}", &key, &item))
		g_hash_table_insert(entries, key, item);
	return entries;
}

static GVariant *lookup_key(GVariant *context, const char *key)
{
	if (!g_variant_is_of_type(context, G_VARIANT_TYPE_VARDICT))
		return NULL;
	return unwrap(g_variant_lookup_value(context, key, NULL));
}

/* What the innermost frame that has the key has under it. */
static GVariant *lookup_stack(const Frame *frame, const char *key)
{
	for (; frame; frame = frame->outer) {
		GVariant *value = frame->entries ? g_hash_table_lookup(
							   frame->entries, key)
						 : NULL;
		if (value)
			return unwrap(g_variant_ref(value));
	}
	return NULL;
}

static GVariant *resolve_here(const Render *render)
{
	GVariant *value = render->top->value;

	return value ? g_variant_ref(value) : NULL;
}

/* "a.b.c": the first part anywhere on the stack, the rest only in it.
 * (transfer full) (nullable) */
static GVariant *resolve(const Render *render, const char *name)
{
	if (strcmp(name, ".") == 0)
		return resolve_here(render);
	if (!strchr(name, '.'))
		return lookup_stack(render->top, name);
	g_auto(GStrv) parts = g_strsplit(name, ".", -1);
	GVariant *value = *parts[0] ? lookup_stack(render->top, parts[0])
				    : resolve_here(render);
	for (guint i = 1; value && parts[i]; i++) {
		GVariant *inner = lookup_key(value, parts[i]);
		g_variant_unref(value);
		value = inner;
	}
	return value;
}

static bool is_truthy(GVariant *value)
{
	if (!value)
		return false;
	if (g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN))
		return g_variant_get_boolean(value);
	if (g_variant_is_of_type(value, G_VARIANT_TYPE_STRING))
		return *g_variant_get_string(value, NULL) != '\0';
	if (g_variant_is_of_type(value, G_VARIANT_TYPE_DOUBLE))
		return g_variant_get_double(value) < 0 ||
		       g_variant_get_double(value) > 0;
	if (is_list(value))
		return g_variant_n_children(value) > 0;
	if (g_variant_is_container(value))
		return true;
	g_autofree char *number = g_variant_print(value, false);
	return strcmp(number, "0") != 0;
}

/* (transfer full) */
static char *to_text(GVariant *value)
{
	char number[G_ASCII_DTOSTR_BUF_SIZE];

	if (!value)
		return g_strdup("");
	if (g_variant_is_of_type(value, G_VARIANT_TYPE_STRING))
		return g_variant_dup_string(value, NULL);
	if (g_variant_is_of_type(value, G_VARIANT_TYPE_DOUBLE))
		return g_strdup(g_ascii_formatd(number, sizeof(number), "%.15g",
			g_variant_get_double(value)));
	if (g_variant_is_container(value))
		return g_strdup("");
	return g_variant_print(value, false);
}

static void append_escaped(GString *out, const char *text)
{
	for (; *text; text++) {
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
		default:
			g_string_append_c(out, *text);
		}
	}
}

/* ---- nodes ------------------------------------------------------------- */

static void render_value(Render *render, const MustacheNode *node)
{
	g_autoptr(GVariant) value = resolve(render, node->text);
	g_autofree char *text = to_text(value);

	if (render->escape && node->type == MUSTACHE_VARIABLE)
		append_escaped(render->out, text);
	else
		g_string_append(render->out, text);
}

static void render_inside(Render *render, const GPtrArray *nodes,
	GVariant *value, const char *indent)
{
	Frame frame = {render->top, value, spread(value)};

	render->top = &frame;
	render_nodes(render, nodes, indent);
	render->top = frame.outer;
	g_clear_pointer(&frame.entries, g_hash_table_unref);
}

static void render_section(
	Render *render, const MustacheNode *node, const char *indent)
{
	g_autoptr(GVariant) value = resolve(render, node->text);

	if (!is_truthy(value))
		return;
	if (!is_list(value)) {
		render_inside(render, node->children, value, indent);
		return;
	}
	for (gsize i = 0; i < g_variant_n_children(value); i++) {
		g_autoptr(GVariant) item =
			unwrap(g_variant_get_child_value(value, i));
		render_inside(render, node->children, item, indent);
	}
}

static void render_inverted(
	Render *render, const MustacheNode *node, const char *indent)
{
	g_autoptr(GVariant) value = resolve(render, node->text);

	if (!is_truthy(value))
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
	}
}

static void render_nodes(
	Render *render, const GPtrArray *nodes, const char *indent)
{
	for (guint i = 0; i < nodes->len; i++)
		render_node(render, g_ptr_array_index(nodes, i), indent);
}

char *mustache_render(const Mustache *mustache, GVariant *context,
	GHashTable *partials, bool escape)
{
	g_autoptr(GVariant) root = g_variant_ref_sink(context);
	Render render = {
		.out = g_string_new(NULL),
		.partials = partials,
		.escape = escape,
	};

	render_inside(&render, mustache->nodes, root, "");
	return g_string_free(render.out, FALSE);
}
