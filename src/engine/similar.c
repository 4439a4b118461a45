/*
 * Tickets that resemble each other: by the words that they share, whatever
 * their case and accents.
 */
#include <string.h>

#include "internal.h"

enum {
	WORDS_MOST = 48,
	TEXT_BYTES_MOST = 2048,
	WORD_LENGTH_LEAST = 2, /* characters */
	WORD_LENGTH_MOST = 64,
};

typedef struct Words Words;
struct Words {
	GHashTable *known; /* char *, owned by list */
	GPtrArray *list;   /* char *, in their order */
	GString *run;
	unsigned length;    /* of the run, in characters */
	gunichar ideograph; /* the one before, 0: none */
};

static void add_word(Words *words, const char *word)
{
	if (words->list->len >= WORDS_MOST ||
		g_hash_table_contains(words->known, word))
		return;
	char *copy = g_strdup(word);
	g_ptr_array_add(words->list, copy);
	g_hash_table_add(words->known, copy);
}

static void end_run(Words *words)
{
	if (words->length >= WORD_LENGTH_LEAST)
		add_word(words, words->run->str);
	g_string_truncate(words->run, 0);
	words->length = 0;
}

/* Chinese and Japanese have no spaces: each two characters are a word. */
static bool is_ideograph(gunichar c)
{
	switch ((int)g_unichar_get_script(c)) {
	case G_UNICODE_SCRIPT_HAN:
	case G_UNICODE_SCRIPT_HIRAGANA:
	case G_UNICODE_SCRIPT_KATAKANA:
		return true;
	}
	return false;
}

static void add_ideograph(Words *words, gunichar c)
{
	end_run(words);
	if (words->ideograph) {
		g_string_append_unichar(words->run, words->ideograph);
		g_string_append_unichar(words->run, c);
		add_word(words, words->run->str);
		g_string_truncate(words->run, 0);
	}
	words->ideograph = c;
}

static void add_character(Words *words, gunichar c)
{
	if (g_unichar_ismark(c))
		return;
	if (g_unichar_isalpha(c) && is_ideograph(c)) {
		add_ideograph(words, c);
		return;
	}
	words->ideograph = 0;
	if (!g_unichar_isalnum(c)) {
		end_run(words);
		return;
	}
	/* What is longer is known by its beginning. */
	if (words->length < WORD_LENGTH_MOST)
		g_string_append_unichar(words->run, c);
	words->length++;
}

static void add_text(Words *words, const char *text)
{
	size_t length = text ? strnlen(text, TEXT_BYTES_MOST) : 0;
	const char *end = NULL;

	if (!length)
		return;
	/* Only whole characters, whatever it was cut in. */
	g_utf8_validate(text, (gssize)length, &end);
	g_autofree char *plain =
		g_utf8_normalize(text, end - text, G_NORMALIZE_ALL);
	g_autofree char *folded = g_utf8_casefold(plain ? plain : "", -1);
	for (const char *at = folded; *at; at = g_utf8_next_char(at))
		add_character(words, g_utf8_get_char(at));
	end_run(words);
	words->ideograph = 0;
}

char *similar_words(const char *subject, const char *text)
{
	Words words = {
		.known = g_hash_table_new(g_str_hash, g_str_equal),
		.list = g_ptr_array_new_with_free_func(g_free),
		.run = g_string_new(NULL),
	};

	add_text(&words, subject);
	add_text(&words, text);
	g_ptr_array_add(words.list, NULL);
	char *joined = g_strjoinv(" ", (char **)words.list->pdata);
	g_hash_table_unref(words.known);
	g_ptr_array_unref(words.list);
	g_string_free(words.run, TRUE);
	return joined;
}

bool similar_record(Context *context, const StoreTicket *ticket,
	const char *text, GError **error)
{
	g_autofree char *words = similar_words(ticket->subject, text);

	return !*words ||
	       store_words_set(context->store, ticket->id, words, error);
}

bool similar_find(Context *context, const StoreTicket *ticket, const char *text,
	unsigned most, GPtrArray **ret_tickets, GError **error)
{
	g_autofree char *words = similar_words(ticket->subject, text);

	*ret_tickets = NULL;
	return !*words || store_words_similar(context->store, ticket->mailbox,
				  words, ticket->id, most, ret_tickets, error);
}
