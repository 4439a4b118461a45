/*
 * By which words a settled ticket is found again.
 */
#include <string.h>

#include "internal.h"

/* A search reads every ticket that shares a word, so the index keeps the latest
 * only. */
enum { TERMS_MOST = 64, TICKETS_KEPT = 10000 };

static bool index_remove(Store *store, int64_t ticket_id, GError **error)
{
	return query_run(store, error,
		"DELETE FROM words_index WHERE rowid = ?", "i", ticket_id);
}

static bool index_add(Store *store, int64_t ticket_id, GError **error)
{
	return query_run(store, error,
		"INSERT INTO words_index (rowid, words)"
		" SELECT ticket_id, words FROM words WHERE ticket_id = ?",
		"i", ticket_id);
}

bool words_settle(Store *store, int64_t ticket_id, GError **error)
{
	int64_t known = 0;

	if (!query_integer(store, &known, error,
		    "SELECT count(*) FROM words_index WHERE rowid = ?", "i",
		    ticket_id))
		return false;
	return known ||
	       (index_add(store, ticket_id, error) &&
		       query_run(store, error,
			       "DELETE FROM words_index WHERE rowid <= ?", "i",
			       ticket_id - TICKETS_KEPT));
}

bool store_words_set(
	Store *store, int64_t ticket_id, const char *words, GError **error)
{
	int64_t settled = 0;

	if (!query_integer(store, &settled, error,
		    "INSERT INTO words (ticket_id, words) VALUES (?, ?)"
		    " ON CONFLICT (ticket_id)"
		    " DO UPDATE SET words = excluded.words"
		    " RETURNING (SELECT state IN ('resolved', 'closed')"
		    "	FROM ticket WHERE id = ticket_id)",
		    "it", ticket_id, words))
		return false;
	return !settled || (index_remove(store, ticket_id, error) &&
				   index_add(store, ticket_id, error));
}

/*
 * One MATCH of quoted terms, joined by OR.  What is neither letter nor digit is
 * left out as the tokenizer does it, so that a term is one token and holds no
 * quote.  Empty if there is no term.
 */
static char *make_match(const char *words)
{
	g_autofree char *plain = g_strdup(words);
	g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
	GString *match = g_string_new(NULL);

	for (char *c = plain; *c; c++)
		if ((guchar)*c < 0x80 && !g_ascii_isalnum(*c))
			*c = ' ';
	for (char *rest = plain;
		*rest && g_hash_table_size(known) < TERMS_MOST;) {
		char *term = rest + strspn(rest, " ");
		size_t length = strcspn(term, " ");
		rest = term + length + (term[length] != '\0');
		term[length] = '\0';
		if (length && g_hash_table_add(known, term))
			g_string_append_printf(match, "%s\"%s\"",
				match->len ? " OR " : "", term);
	}
	return g_string_free(match, FALSE);
}

bool store_words_similar(Store *store, const char *mailbox, const char *words,
	int64_t but_not_id, unsigned most, GPtrArray **ret_tickets,
	GError **error)
{
	g_autoptr(GPtrArray) tickets = g_ptr_array_new_with_free_func(
		(GDestroyNotify)store_ticket_free);
	g_autofree char *match = make_match(words);

	if (*match) {
		DbStatement *rows = query_start(store, error,
			TICKET_FIELDS
			" FROM (SELECT i.rowid AS id,"
			"	bm25(words_index) AS score"
			"	FROM words_index i JOIN ticket s"
			"	ON s.id = i.rowid"
			"	WHERE words_index MATCH ?1"
			"	AND s.mailbox = ?2 AND s.id <> ?3"
			"	AND s.state IN ('resolved', 'closed')"
			"	AND s.merged_into IS NULL"
			"	ORDER BY score, i.rowid DESC LIMIT ?4) f"
			" JOIN ticket t ON t.id = f.id"
			" ORDER BY f.score, t.id DESC",
			"ttii", match, mailbox, but_not_id, (int64_t)most);
		if (!query_list(store, rows, ticket_read, tickets, error))
			return false;
	}
	*ret_tickets = g_steal_pointer(&tickets);
	return true;
}
