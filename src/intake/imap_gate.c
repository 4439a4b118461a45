/*
 * What libetpan gets to read.  Its parser calls clist_foreach(NULL) where a
 * list of flags is not closed, reads beyond an answer that ends in BYE, and
 * calls itself for each bracket: one garbled line would end the daemon.  So
 * each line is read here first and written anew: what we use, in the form of
 * RFC 3501, and nothing else.  Pure.
 */
#include <string.h>

#include "imap.h"

enum { DEPTH_MOST = 32, WORDS_MOST = 1000, DIGITS_MOST = 10 };

/* Of one line, literals left out. */
typedef struct Reader Reader;
struct Reader {
	const char *at, *end;
	gssize literal; /* bytes of the one that follows; -1: none */
	GString *out;
};

/* ---- the least parts ---------------------------------------------------- */

static bool is_atom_char(char c)
{
	return c > ' ' && c < 0x7f && !strchr("(){%*\"\\]", c);
}

static bool take(Reader *reader, char c)
{
	if (reader->at == reader->end || *reader->at != c)
		return false;
	reader->at++;
	return true;
}

/* A word up to a space; nothing of it is looked at. */
static char *take_word(Reader *reader)
{
	const char *start = reader->at;

	while (reader->at < reader->end && *reader->at != ' ')
		reader->at++;
	char *word = g_strndup(start, (gsize)(reader->at - start));
	take(reader, ' ');
	return word;
}

static bool is_number(const char *word)
{
	guint64 value;

	return g_ascii_isdigit(*word) && g_ascii_string_to_unsigned(word, 10, 0,
						 G_MAXUINT32, &value, NULL);
}

static char *take_atom(Reader *reader)
{
	const char *start = reader->at;

	while (reader->at < reader->end && is_atom_char(*reader->at))
		reader->at++;
	return g_strndup(start, (gsize)(reader->at - start));
}

/* With its quotes, as it is; NULL if it is none. */
static char *take_quoted(Reader *reader)
{
	const char *start = reader->at;

	if (!take(reader, '"'))
		return NULL;
	for (; reader->at < reader->end; reader->at++) {
		char c = *reader->at;
		if (c == '"')
			return g_strndup(start, (gsize)(++reader->at - start));
		if (c == '\\' && ++reader->at == reader->end)
			return NULL;
		/* UTF-8 where the server was not asked: let it be. */
		if (g_ascii_iscntrl(*reader->at) ||
			(c == '\\' && !strchr("\"\\", *reader->at)))
			return NULL;
	}
	return NULL;
}

/* "(\Seen $Redress \*)"; what is no flag makes it none. */
static bool take_flags(Reader *reader, GString *out)
{
	bool first = true;

	if (!take(reader, '('))
		return false;
	g_string_append_c(out, '(');
	while (!take(reader, ')')) {
		bool system = take(reader, '\\');
		bool any = system && take(reader, '*');
		g_autofree char *name = any ? g_strdup("*") : take_atom(reader);
		if (!*name)
			return false;
		g_string_append_printf(out, "%s%s%s", first ? "" : " ",
			system ? "\\" : "", name);
		first = false;
		while (take(reader, ' '))
			;
	}
	g_string_append_c(out, ')');
	return true;
}

/* ---- "OK [CODE] words" -------------------------------------------------- */

static void skip_spaces(Reader *reader)
{
	while (reader->at < reader->end &&
		(*reader->at == ' ' || g_ascii_iscntrl(*reader->at)))
		reader->at++;
}

/* A code that we do not use is words as well: "CODE: words".  No bracket is
 * left that could begin one. */
static void put_words(Reader *reader, GString *out)
{
	size_t most = WORDS_MOST;

	skip_spaces(reader);
	bool code = take(reader, '[');
	skip_spaces(reader);
	if (reader->at == reader->end)
		g_string_append(out, "done");
	for (; reader->at < reader->end && most; reader->at++, most--) {
		char c = *reader->at;
		if (code && c == ']') {
			c = ':';
			code = false;
		} else if (c == '[') {
			c = '(';
		} else if (g_ascii_iscntrl(c)) {
			c = ' ';
		} else if ((guchar)c >= 0x80) {
			c = '?';
		}
		g_string_append_c(out, c);
	}
}

static bool put_capabilities(Reader *reader, GString *out)
{
	size_t before = out->len;

	while (reader->at < reader->end && *reader->at != ']') {
		g_autofree char *atom = take_atom(reader);
		if (*atom && strcmp(atom, "AUTH=") != 0)
			g_string_append_printf(out, " %s", atom);
		else if (reader->at < reader->end)
			reader->at++;
		while (take(reader, ' '))
			;
	}
	return out->len > before;
}

static bool put_nothing(Reader *reader, GString *out)
{
	(void)reader;
	(void)out;
	return true;
}

static bool put_number(Reader *reader, GString *out)
{
	g_autofree char *number = take_atom(reader);

	g_string_append_printf(out, " %s", number);
	return is_number(number);
}

static bool put_flags(Reader *reader, GString *out)
{
	g_string_append_c(out, ' ');
	return take_flags(reader, out);
}

static const struct {
	const char *name;
	bool (*put)(Reader *reader, GString *out);
} codes[] = {
	{"CAPABILITY", put_capabilities},
	{"PERMANENTFLAGS", put_flags},
	{"READ-ONLY", put_nothing},
	{"READ-WRITE", put_nothing},
	{"UIDNEXT", put_number},
	{"UIDVALIDITY", put_number},
};

/* Only one that we use, and well formed. */
static void put_code(Reader *reader, GString *out)
{
	g_autoptr(GString) code = g_string_new("[");
	Reader inner = *reader;

	if (!take(&inner, '['))
		return;
	g_autofree char *name = take_atom(&inner);
	take(&inner, ' ');
	g_string_append(code, name);
	for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
		if (g_ascii_strcasecmp(name, codes[i].name) != 0)
			continue;
		if (!codes[i].put(&inner, code) || !take(&inner, ']'))
			return;
		take(&inner, ' ');
		g_string_append_printf(out, "%s] ", code->str);
		*reader = inner;
		return;
	}
}

static bool put_state(
	ImapGate *gate, Reader *reader, const char *tag, const char *state)
{
	g_string_append_printf(reader->out, "%s %s ", tag, state);
	/* Some codes in a greeting are a null pointer to libetpan. */
	if (gate->greeted)
		put_code(reader, reader->out);
	gate->greeted = true;
	put_words(reader, reader->out);
	g_string_append(reader->out, "\r\n");
	return true;
}

static const char *find_state(const char *word)
{
	static const char *const states[] = {"OK", "NO", "BAD", "PREAUTH"};

	for (size_t i = 0; i < G_N_ELEMENTS(states); i++)
		if (g_ascii_strcasecmp(word, states[i]) == 0)
			return states[i];
	return NULL;
}

/* ---- FETCH -------------------------------------------------------------- */

/* "17-Jul-1996 02:44:25 -0700", the day perhaps " 7" */
static bool is_date(const char *quoted)
{
	static const char shape[] = "\"_9-aaa-9999 99:99:99 s9999\"";

	if (strlen(quoted) != sizeof(shape) - 1)
		return false;
	for (size_t i = 0; shape[i]; i++) {
		char c = quoted[i];
		bool fits = shape[i] == '9'   ? g_ascii_isdigit(c)
			    : shape[i] == 'a' ? g_ascii_isalpha(c)
			    : shape[i] == 's' ? c == '+' || c == '-'
			    : shape[i] == '_' ? c == ' ' || g_ascii_isdigit(c)
					      : c == shape[i];
		if (!fits)
			return false;
	}
	return true;
}

static bool put_date(Reader *reader, const char *name)
{
	g_autofree char *quoted = take_quoted(reader);

	if (!quoted || !is_date(quoted))
		return false;
	g_string_append_printf(reader->out, "%s %s", name, quoted);
	return true;
}

static bool put_size(Reader *reader, const char *name)
{
	g_autofree char *number = take_atom(reader);

	g_string_append_printf(reader->out, "%s %s", name, number);
	return is_number(number);
}

/* NIL or a quoted string; a literal is the caller's. */
static bool put_body(Reader *reader, const char *name)
{
	g_autofree char *quoted = take_quoted(reader);
	g_autofree char *atom = quoted ? NULL : take_atom(reader);

	g_string_append_printf(
		reader->out, "%s %s", name, quoted ? quoted : "NIL");
	return quoted || g_ascii_strcasecmp(atom, "NIL") == 0;
}

static const struct {
	const char *name;
	bool literal;
	bool (*put)(Reader *reader, const char *name);
} items[] = {
	{"UID", false, put_size},
	{"RFC822.SIZE", false, put_size},
	{"INTERNALDATE", false, put_date},
	{"BODY[]", true, put_body},
	{"BODY[HEADER]", true, put_body},
};

/* A value that we do not use: an atom, a string, lists within lists; it may go
 * on behind a literal.  depth: of the lists that are open. */
static bool skip_value(Reader *reader, unsigned *depth)
{
	while (reader->at < reader->end) {
		char c = *reader->at;
		if (!*depth && (c == ' ' || c == ')'))
			return true;
		if (c == '"') {
			g_autofree char *quoted = take_quoted(reader);
			if (!quoted)
				return false;
			continue;
		}
		if (c == '(' && ++*depth > DEPTH_MOST)
			return false;
		if (c == ')')
			--*depth;
		reader->at++;
	}
	return !*depth || reader->literal >= 0;
}

/* "NAME[SECTION]", "NAME": no spaces in those that we ask for. */
static char *take_item_name(Reader *reader)
{
	const char *start = reader->at;

	while (reader->at < reader->end && !strchr(" ()\"", *reader->at))
		reader->at++;
	return g_strndup(start, (gsize)(reader->at - start));
}

/* True: the value was handed on or left out, or its literal follows. */
static bool read_item(ImapGate *gate, Reader *reader)
{
	g_autofree char *name = take_item_name(reader);

	if (!*name)
		return false;
	take(reader, ' ');
	for (size_t i = 0; i < G_N_ELEMENTS(items); i++) {
		if (g_ascii_strcasecmp(name, items[i].name) != 0)
			continue;
		if (gate->items++)
			g_string_append_c(reader->out, ' ');
		else
			g_string_append_printf(
				reader->out, "* %s FETCH (", gate->number);
		if (reader->at < reader->end || reader->literal < 0)
			return items[i].put(reader, items[i].name);
		gate->hand_on = items[i].literal;
		g_string_append_printf(reader->out,
			"%s {%" G_GSSIZE_FORMAT "}\r\n", items[i].name,
			reader->literal);
		return items[i].literal;
	}
	return skip_value(reader, &gate->depth);
}

/* From "(" or from behind a literal on. */
static bool read_fetch(ImapGate *gate, Reader *reader)
{
	if (gate->depth && !skip_value(reader, &gate->depth))
		return false;
	while (reader->at < reader->end) {
		while (take(reader, ' '))
			;
		if (take(reader, ')')) {
			/* libetpan takes none that is empty. */
			g_string_append(
				reader->out, gate->items ? ")\r\n" : "");
			gate->state = IMAP_GATE_START;
			return reader->at == reader->end && reader->literal < 0;
		}
		if (reader->at < reader->end && !read_item(gate, reader))
			return false;
	}
	return reader->literal >= 0;
}

static bool begin_fetch(ImapGate *gate, Reader *reader, const char *number)
{
	if (!take(reader, '('))
		return false;
	g_strlcpy(gate->number, number, sizeof(gate->number));
	gate->state = IMAP_GATE_FETCH;
	gate->items = 0;
	gate->depth = 0;
	return read_fetch(gate, reader);
}

/* ---- LIST --------------------------------------------------------------- */

/* A name as a quoted string; as an atom it may hold "]" as well.  NULL: it is
 * none. */
static char *take_folder(Reader *reader)
{
	const char *start = reader->at;

	if (start < reader->end && *start == '"')
		return take_quoted(reader);
	while (reader->at < reader->end &&
		(is_atom_char(*reader->at) || *reader->at == ']'))
		reader->at++;
	return reader->at == start ? NULL
				   : g_strdup_printf("\"%.*s\"",
					     (int)(reader->at - start), start);
}

/* (\HasNoChildren) "/" INBOX */
static bool read_list(ImapGate *gate, Reader *reader, GString *list)
{
	if (!take_flags(reader, list) || !take(reader, ' '))
		return false;
	g_autofree char *quoted = take_quoted(reader);
	g_autofree char *nil = quoted ? NULL : take_atom(reader);
	if ((!quoted && g_ascii_strcasecmp(nil, "NIL") != 0) ||
		!take(reader, ' ') ||
		(quoted && (strlen(quoted) < 3 || strlen(quoted) > 4)))
		return false;
	g_string_append_printf(list, " %s ", quoted ? quoted : "NIL");
	if (reader->at == reader->end && reader->literal >= 0) {
		gate->hand_on = true;
		gate->state = IMAP_GATE_LIST;
		g_string_append_printf(
			list, "{%" G_GSSIZE_FORMAT "}\r\n", reader->literal);
		return true;
	}
	g_autofree char *name = take_folder(reader);
	if (!name)
		return false;
	/* What extensions say behind it is left out. */
	g_string_append_printf(list, "%s\r\n", name);
	return true;
}

/* ---- a line ------------------------------------------------------------- */

/* Nothing of the response is handed on. */
static bool leave_out(ImapGate *gate, const Reader *reader)
{
	gate->state = reader->literal >= 0 ? IMAP_GATE_SKIP : IMAP_GATE_START;
	return true;
}

static bool read_numbered(ImapGate *gate, Reader *reader, const char *number)
{
	g_autofree char *word = take_word(reader);

	if (g_ascii_strcasecmp(word, "FETCH") == 0)
		return begin_fetch(gate, reader, number);
	if (g_ascii_strcasecmp(word, "EXISTS") == 0)
		g_string_append_printf(reader->out, "* %s EXISTS\r\n", number);
	return leave_out(gate, reader);
}

static bool read_untagged(ImapGate *gate, Reader *reader)
{
	g_autofree char *word = take_word(reader);
	const char *state = find_state(word);
	g_autoptr(GString) line = g_string_new(NULL);

	if (state)
		return put_state(gate, reader, "*", state);
	if (is_number(word))
		return read_numbered(gate, reader, word);
	if (g_ascii_strcasecmp(word, "CAPABILITY") == 0 &&
		put_capabilities(reader, line))
		g_string_append_printf(
			reader->out, "* CAPABILITY%s\r\n", line->str);
	if (g_ascii_strcasecmp(word, "LIST") == 0 &&
		read_list(gate, reader, line)) {
		g_string_append_printf(reader->out, "* LIST %s", line->str);
		return true;
	}
	return leave_out(gate, reader);
}

static bool read_start(ImapGate *gate, Reader *reader)
{
	g_autofree char *tag = take_word(reader);

	gate->hand_on = false;
	if (strcmp(tag, "*") == 0)
		return read_untagged(gate, reader);
	if (*tag == '+') {
		/* Nobody reads what the server says with it. */
		g_string_append(reader->out, "+ go on\r\n");
		return true;
	}
	g_autofree char *word = take_word(reader);
	const char *state = find_state(word);
	return is_number(tag) && state && put_state(gate, reader, tag, state);
}

bool imap_gate_line(ImapGate *gate, const char *line, size_t length,
	gssize literal, GString *out)
{
	Reader reader = {.at = line,
		.end = line + length,
		.literal = literal,
		.out = out};

	switch (gate->state) {
	case IMAP_GATE_START:
		return read_start(gate, &reader);
	case IMAP_GATE_FETCH:
		gate->hand_on = false;
		return read_fetch(gate, &reader);
	case IMAP_GATE_LIST:
		gate->hand_on = false;
		g_string_append(out, "\r\n");
		return leave_out(gate, &reader);
	case IMAP_GATE_SKIP:
		return leave_out(gate, &reader);
	}
	g_assert_not_reached();
}
