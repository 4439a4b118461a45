/*
 * What a template is filled with.  A GVariant is read once, whole: each look
 * into one takes a lock, a search and a copy.
 */
#include "internal.h"

#include <string.h>

static MustacheValue *value_new(void)
{
	MustacheValue *value = g_new0(MustacheValue, 1);

	value->text = "";
	return value;
}

static void value_free(gpointer data)
{
	mustache_value_free(data);
}

void mustache_value_free(MustacheValue *value)
{
	if (!value)
		return;
	g_free(value->own_text);
	g_clear_pointer(&value->items, g_ptr_array_unref);
	g_clear_pointer(&value->entries, g_hash_table_unref);
	g_free(value);
}

MustacheValue *mustache_value_text(char *text)
{
	MustacheValue *value = value_new();

	value->truthy = *text != '\0';
	value->text = text;
	value->own_text = text;
	return value;
}

MustacheValue *mustache_value_flag(bool flag)
{
	MustacheValue *value = value_new();

	value->truthy = flag;
	value->text = flag ? "true" : "false";
	return value;
}

MustacheValue *mustache_value_number(unsigned number)
{
	MustacheValue *value =
		mustache_value_text(g_strdup_printf("%u", number));

	value->truthy = number != 0;
	return value;
}

MustacheValue *mustache_value_list(void)
{
	MustacheValue *value = value_new();

	value->items = g_ptr_array_new_with_free_func(value_free);
	return value;
}

void mustache_value_add(MustacheValue *list, MustacheValue *item)
{
	list->truthy = true;
	g_ptr_array_add(list->items, item);
}

static MustacheValue *dictionary_new(GDestroyNotify name_free)
{
	MustacheValue *value = value_new();

	value->truthy = true;
	value->entries = g_hash_table_new_full(
		g_str_hash, g_str_equal, name_free, value_free);
	return value;
}

MustacheValue *mustache_value_dictionary(void)
{
	return dictionary_new(NULL);
}

void mustache_value_put(
	MustacheValue *dictionary, const char *name, MustacheValue *value)
{
	g_hash_table_insert(dictionary->entries, (gpointer)name, value);
}

/* ---- from a GVariant --------------------------------------------------- */

/* Takes off the wrappings of "v" and "m"; NULL for nothing.  (transfer full)
 */
static GVariant *unwrap(GVariant *variant)
{
	while (variant &&
		(g_variant_is_of_type(variant, G_VARIANT_TYPE_VARIANT) ||
			g_variant_is_of_type(variant, G_VARIANT_TYPE_MAYBE))) {
		GVariant *inner =
			g_variant_n_children(variant) > 0
				? g_variant_get_child_value(variant, 0)
				: NULL;
		g_variant_unref(variant);
		variant = inner;
	}
	return variant;
}

static MustacheValue *read_dictionary(GVariant *variant)
{
	MustacheValue *value = dictionary_new(g_free);
	GVariantIter iter;
	char *name;
	GVariant *item;

	g_variant_iter_init(&iter, variant);
	while (g_variant_iter_next(&iter, "{sv}", &name, &item)) {
		g_hash_table_insert(value->entries, name,
			mustache_value_from_variant(item));
		g_variant_unref(item);
	}
	return value;
}

static MustacheValue *read_list(GVariant *variant)
{
	MustacheValue *value = mustache_value_list();
	gsize length = g_variant_n_children(variant);

	for (gsize i = 0; i < length; i++) {
		g_autoptr(GVariant) item =
			g_variant_get_child_value(variant, i);
		mustache_value_add(value, mustache_value_from_variant(item));
	}
	return value;
}

static MustacheValue *read_double(GVariant *variant)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];
	double number = g_variant_get_double(variant);

	g_ascii_formatd(text, sizeof(text), "%.15g", number);
	MustacheValue *value = mustache_value_text(g_strdup(text));
	value->truthy = number < 0 || number > 0;
	return value;
}

static MustacheValue *read_other(GVariant *variant)
{
	if (g_variant_is_container(variant)) {
		MustacheValue *value = value_new();

		value->truthy = true;
		return value;
	}
	MustacheValue *value =
		mustache_value_text(g_variant_print(variant, false));
	value->truthy = strcmp(value->text, "0") != 0;
	return value;
}

MustacheValue *mustache_value_from_variant(GVariant *variant)
{
	g_autoptr(GVariant) inner = unwrap(g_variant_ref(variant));

	if (!inner)
		return value_new();
	if (g_variant_is_of_type(inner, G_VARIANT_TYPE_BOOLEAN))
		return mustache_value_flag(g_variant_get_boolean(inner));
	if (g_variant_is_of_type(inner, G_VARIANT_TYPE_STRING))
		return mustache_value_text(g_variant_dup_string(inner, NULL));
	if (g_variant_is_of_type(inner, G_VARIANT_TYPE_DOUBLE))
		return read_double(inner);
	if (g_variant_is_of_type(inner, G_VARIANT_TYPE_VARDICT))
		return read_dictionary(inner);
	if (g_variant_is_of_type(inner, G_VARIANT_TYPE_ARRAY) &&
		!g_variant_is_of_type(inner, G_VARIANT_TYPE_DICTIONARY))
		return read_list(inner);
	return read_other(inner);
}
