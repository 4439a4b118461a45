/* Own words that steer: a request for the state, agent commands. */
#include "internal.h"
#include "reply_text_line.h"

#include <string.h>

#include "data/status_words.h"

enum {
	MAX_STATUS_BYTES = 240, /* who writes more says more */
	MAX_COMMANDS = 64,
};

/* ---- requests for the state ------------------------------------------- */

/* Languages that put no space between words. */
static bool is_unspaced(gunichar c)
{
	return (c >= 0x2e80 && c <= 0x9fff) || (c >= 0xac00 && c <= 0xd7af) ||
	       (c >= 0xe00 && c <= 0xe7f);
}

/* The length of the longest entry that stands at p as whole words. */
static size_t longest(const char *const *table, size_t entries, const char *p)
{
	size_t best = 0;

	for (size_t i = 0; i < entries; i++) {
		size_t length = strlen(table[i]);
		gunichar last, next;

		if (length <= best || strncmp(p, table[i], length))
			continue;
		last = g_utf8_get_char(g_utf8_prev_char(p + length));
		next = g_utf8_get_char(p + length);
		if (is_unspaced(last) || !g_unichar_isalpha(next))
			best = length;
	}
	return best;
}

/* Behind "[#7K3F-92QX]", "7k3f92qx", "#12345"; p if there is none. */
static const char *skip_reference(const char *p)
{
	const char *start = p;
	const char *end;
	bool digit = false;

	p += strspn(p, "[(#");
	for (end = p; g_ascii_isalnum(*end) || *end == '-'; end++)
		digit |= g_ascii_isdigit(*end);
	if (end == p || !digit)
		return start;
	/* A word with a digit is a reference of ours or somebody's number. */
	return end + strspn(end, "])");
}

bool words_ask_for_status(const char *reply_text)
{
	g_autofree char *folded = NULL;
	bool asked = false;

	if (strlen(reply_text) > MAX_STATUS_BYTES)
		return false;
	folded = line_fold(reply_text, strlen(reply_text));
	for (const char *p = folded ? folded : ""; *p;) {
		size_t status =
			longest(status_words, G_N_ELEMENTS(status_words), p);
		size_t filler = longest(
			status_fillers, G_N_ELEMENTS(status_fillers), p);
		const char *behind = skip_reference(p);

		if (status && status >= filler)
			asked = true;
		if (status || filler)
			p += MAX(status, filler);
		else if (behind != p)
			p = behind;
		else if (g_unichar_isalnum(g_utf8_get_char(p)))
			return false;
		else
			p = g_utf8_next_char(p);
	}
	return asked;
}

/* ---- agent commands --------------------------------------------------- */

static const char *const commands[] = {
	"resolve",
	"reopen",
	"note",
	"update",
	"promise",
	"assign",
	"escalate",
	"tag",
	"priority",
	"type",
	"cause",
	"compensate",
	"canned",
	"merge",
	"not-a-complaint",
	"on-behalf",
	"help",
};

static bool is_command(const Line *line)
{
	size_t length;

	if (line->kind != LINE_COMMAND || *line->start != '#')
		return false;
	length = strcspn(line->start + 1, " \t\r\n");
	length = MIN(length, line->length_bytes - 1);
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
		if (strlen(commands[i]) == length &&
			!g_ascii_strncasecmp(
				line->start + 1, commands[i], length))
			return true;
	return false;
}

/* Somebody else's words may have been kept in doubt: below such signs a command
 * is not certainly the agent's own. */
static bool any_quote(GArray *lines, unsigned until)
{
	for (unsigned i = 0; i < until; i++) {
		const Line *line = LINE_AT(lines, i);

		if (line->kind == LINE_QUOTED || line->kind == LINE_ORIGINAL ||
			line->kind == LINE_FORWARD || line->attribution_lines ||
			line->field == FIELD_FROM ||
			line->field == FIELD_SUBJECT)
			return true;
	}
	return false;
}

GPtrArray *words_find_commands(const char *reply_text)
{
	GPtrArray *found = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GArray) lines = NULL;
	unsigned first = 0, end;

	/* Nearly no mail has one, and to read all lines costs more than that.
	 */
	if (*reply_text != '#' && !strstr(reply_text, "\n#"))
		return found;
	lines = line_read_all(reply_text);
	end = lines->len;
	while (first < end && (LINE_AT(lines, first)->kind == LINE_BLANK ||
				      is_command(LINE_AT(lines, first))))
		first++;
	while (end > first && (LINE_AT(lines, end - 1)->kind == LINE_BLANK ||
				      is_command(LINE_AT(lines, end - 1))))
		end--;
	if (any_quote(lines, end))
		end = lines->len;
	for (unsigned i = 0; i < lines->len && found->len < MAX_COMMANDS; i++) {
		const Line *line = LINE_AT(lines, i);

		if ((i < first || i >= end) && is_command(line))
			g_ptr_array_add(found,
				g_strndup(line->start, line->length_bytes));
	}
	return found;
}
