/* Templates: an administrator's, and words of customers in them. */
#include <string.h>

#include <redress/reply.h>

#include "fuzz.h"

static void count_name(const char *name, unsigned line, void *user)
{
	FUZZ_PROMISE(*name && line >= 1, "a name has a line");
	fuzz_check_text(name);
	(*(unsigned *)user)++;
}

/* What a ticket might say, the input among it. */
static GVariant *context_new(const char *words)
{
	GVariantDict dict, person;
	GVariantBuilder list;

	g_variant_dict_init(&person, NULL);
	g_variant_dict_insert(&person, "name", "s", words);
	g_variant_dict_insert(&person, "known", "b", TRUE);
	g_variant_builder_init(&list, G_VARIANT_TYPE("av"));
	for (int i = 0; i < 3; i++)
		g_variant_builder_add(&list, "v", g_variant_new_int64(i));
	g_variant_dict_init(&dict, NULL);
	g_variant_dict_insert(&dict, "a", "s", words);
	g_variant_dict_insert(&dict, "b", "b", FALSE);
	g_variant_dict_insert(&dict, "n", "x", (gint64)7);
	g_variant_dict_insert_value(
		&dict, "person", g_variant_dict_end(&person));
	g_variant_dict_insert_value(
		&dict, "list", g_variant_builder_end(&list));
	return g_variant_ref_sink(g_variant_dict_end(&dict));
}

/* Customer words are never expanded, and in HTML they open no tag. */
static void check_words(const char *words)
{
	g_autoptr(GVariant) context = context_new(words);
	g_autoptr(Mustache) raw = mustache_parse("{{{a}}}", "raw", NULL);
	g_autoptr(Mustache) escaped = mustache_parse("{{a}}", "html", NULL);
	g_autofree char *same = mustache_render(raw, context, NULL, false);
	g_autofree char *safe = mustache_render(escaped, context, NULL, true);

	FUZZ_PROMISE(!strcmp(same, words), "a value is not expanded");
	FUZZ_PROMISE(!strpbrk(safe, "<>\""), "a value opens no tag");
}

void fuzz_mustache(const guint8 *bytes, size_t length)
{
	g_autofree char *text = fuzz_text(bytes, length);
	g_autoptr(GError) error = NULL;
	g_autoptr(Mustache) mustache = mustache_parse(text, "fuzz", &error);
	g_autoptr(GVariant) context = NULL;
	g_autoptr(GHashTable) partials = NULL;
	g_autofree char *rendered = NULL;
	unsigned names = 0;

	check_words(text);
	FUZZ_PROMISE(!mustache == !!error, "a refusal says why");
	if (!mustache) {
		fuzz_check_text(error->message);
		return;
	}
	/* A template that is its own partial doubles 32 times over. */
	partials = g_hash_table_new(g_str_hash, g_str_equal);
	if (length < 16)
		g_hash_table_insert(partials, (char *)"p", mustache);
	context = context_new("x");
	mustache_visit_names(mustache, count_name, &names);
	rendered = mustache_render(mustache, context, partials, true);
	FUZZ_PROMISE(rendered, "a template renders");
	fuzz_check_text(rendered);
}
