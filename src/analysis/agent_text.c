/*
 * An agent's own words, told into commands and what a customer may read.
 *
 * A command is a line of its own at the start or the end of the own words.
 * Nothing is guessed: a line that is nearly one, or stands where it may be
 * somebody else's, is a problem, and then no line of the mail is a command.
 * Each line is looked at up to its first letter only, unless that is a "#".
 * A question is the one argument that is so long that mail clients break its
 * line: what stands below a full line of it, without a mark at its end, is its
 * rest.
 */
#include "internal.h"
#include "reply_text_line.h"

#include <string.h>

#include "data/command_letters.h"

enum {
	MAX_COMMANDS = 64,
	MAX_PIECES = 128,    /* that look like commands, one below another */
	MAX_VERB_CHARS = 24, /* of the longest verb, and some */
	MAX_DECOMPOSED = 18, /* of one character, by Unicode */
	MAX_LIST_DIGITS = 3, /* "12. #note" */
	MAX_DISTANCE = 2,    /* of a mistyped word */
	WRAP_COLUMNS = 65,   /* no client breaks lines that are shorter */
	LETTERS = 'z' - 'a' + 1,
};

static const char *const names[] = {
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
	"ask",
	"merge",
	"not-a-complaint",
	"on-behalf",
	"address",
	"vip",
	"help",
	NULL,
};

const char *const *analysis_command_names(void)
{
	return names;
}

/* ---- the nearest name -------------------------------------------------- */

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	return MIN(MIN(a, b), c);
}

/* Letters that were left out, added, changed or swapped with the next. */
static unsigned word_distance(const char *a, const char *b)
{
	unsigned rows[MAX_VERB_CHARS + 1][MAX_VERB_CHARS + 1];
	size_t a_length = strlen(a), b_length = strlen(b);

	for (size_t i = 0; i <= a_length; i++)
		rows[i][0] = (unsigned)i;
	for (size_t k = 0; k <= b_length; k++)
		rows[0][k] = (unsigned)k;
	for (size_t i = 1; i <= a_length; i++)
		for (size_t k = 1; k <= b_length; k++) {
			unsigned changed = a[i - 1] == b[k - 1] ? 0 : 1;

			rows[i][k] =
				min3(rows[i - 1][k] + 1, rows[i][k - 1] + 1,
					rows[i - 1][k - 1] + changed);
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] &&
				a[i - 2] == b[k - 1])
				rows[i][k] =
					MIN(rows[i][k], rows[i - 2][k - 2] + 1);
		}
	return rows[a_length][b_length];
}

/* word: of at most MAX_VERB_CHARS bytes, in lower case. */
static const char *nearest_by_letters(const char *word)
{
	unsigned best = MIN(MAX_DISTANCE, (unsigned)strlen(word) / 3) + 1;
	const char *nearest = NULL;

	for (size_t i = 0; names[i]; i++) {
		unsigned distance = word_distance(word, names[i]);

		if (distance >= best)
			continue;
		best = distance;
		nearest = names[i];
	}
	return nearest;
}

const char *analysis_command_nearest(const char *word)
{
	g_autofree char *folded = NULL;
	const char *nearest = NULL;
	size_t length;

	word += strspn(word, " \t#");
	length = strcspn(word, " \t\r\n");
	if (!length || length > MAX_VERB_CHARS)
		return NULL;
	folded = g_ascii_strdown(word, (gssize)length);
	nearest = nearest_by_letters(folded);
	for (size_t i = 0; !nearest && i < G_N_ELEMENTS(synonyms); i++)
		if (!strcmp(synonyms[i].word, folded))
			nearest = synonyms[i].command;
	return nearest;
}

/* ---- one character, as it looks ---------------------------------------- */

/* Nothing is seen of it, or it only adorns the one before. */
static bool is_unseen(gunichar c)
{
	if (c >= ' ' && c < 0x7f)
		return false;
	switch (c) {
	case 0x115f: /* fillers */
	case 0x1160:
	case 0x3164:
	case 0xffa0:
	case 0xfffc: /* what could not be shown */
	case 0xfffd:
		return true;
	}
	if (c == '\t')
		return false;
	GUnicodeType type = g_unichar_type(c);
	return type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT ||
	       type == G_UNICODE_UNASSIGNED || type == G_UNICODE_PRIVATE_USE ||
	       type == G_UNICODE_NON_SPACING_MARK ||
	       type == G_UNICODE_SPACING_MARK ||
	       type == G_UNICODE_ENCLOSING_MARK;
}

static bool is_blank(gunichar c)
{
	return c == ' ' || c == '\t' || c == 0x2800 || g_unichar_isspace(c) ||
	       g_unichar_type(c) == G_UNICODE_SPACE_SEPARATOR;
}

static bool is_hash(gunichar c)
{
	for (size_t i = 0; i < G_N_ELEMENTS(hashes); i++)
		if (hashes[i] == c)
			return true;
	return false;
}

/* Walks over what is seen of a line, a decomposed character at a time. */
typedef struct Reader Reader;
struct Reader {
	const char *next;
	const char *end;
	gunichar seen[MAX_DECOMPOSED];
	size_t at, length;
};

static void reader_fill(Reader *reader)
{
	gunichar c = g_utf8_get_char(reader->next);

	reader->next = g_utf8_next_char(reader->next);
	reader->at = 0;
	reader->length = 1;
	reader->seen[0] = c;
	if (c >= 0x80)
		reader->length = g_unichar_fully_decompose(
			c, TRUE, reader->seen, MAX_DECOMPOSED);
}

/* The next character that is seen, in lower case; 0 at the end. */
static gunichar reader_peek(Reader *reader)
{
	for (;;) {
		while (reader->at < reader->length) {
			gunichar c = reader->seen[reader->at];

			if (!is_unseen(c))
				return g_unichar_tolower(c);
			reader->at++;
		}
		if (reader->next >= reader->end)
			return 0;
		reader_fill(reader);
	}
}

static void reader_skip(Reader *reader)
{
	reader->at++;
}

#define HYPHEN (1u << LETTERS)

/* Bits of the letters that it may be read as: a to z, then the hyphen. */
static guint32 letters_of(gunichar c)
{
	guint32 bits = 0;
	/* Small Cherokee letters look as the capitals do. */
	if (c >= 0xab70 && c <= 0xabbf)
		c = c - 0xab70 + 0x13a0;
	size_t low = 0, high = G_N_ELEMENTS(letters);

	if (c >= 'a' && c <= 'z')
		bits |= 1u << (c - 'a');
	if (c == '-')
		bits |= HYPHEN;
	for (size_t i = 0; i < G_N_ELEMENTS(alphabets); i++)
		if (c >= alphabets[i] && c < alphabets[i] + LETTERS)
			bits |= 1u << (c - alphabets[i]);
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (letters[middle].c < c)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == G_N_ELEMENTS(letters) || letters[low].c != c)
		return bits;
	for (const char *p = letters[low].looks_like; *p; p++)
		bits |= 1u << (*p == '-' ? LETTERS : *p - 'a');
	return bits;
}

/* ---- one line ---------------------------------------------------------- */

enum piece_kind {
	PIECE_BLANK,
	PIECE_TEXT,
	PIECE_COMMAND,
	PIECE_REST,      /* of the question on the line above it */
	PIECE_UNKNOWN,   /* "#resolv", and any other "#word" */
	PIECE_MISTYPED,  /* one of them that is near to a command */
	PIECE_LOOKALIKE, /* folds to a command, but is none */
};

typedef struct Piece Piece;
struct Piece {
	const char *start;
	size_t length;
	enum piece_kind kind;
};

static bool is_name(const char *word, size_t length)
{
	for (size_t i = 0; names[i]; i++)
		if (strlen(names[i]) == length &&
			!g_ascii_strncasecmp(names[i], word, length))
			return true;
	return false;
}

/* Blanks as mail clients write them. */
static size_t blank_at(const char *p, const char *end)
{
	if (p < end && (*p == ' ' || *p == '\t'))
		return 1;
	if (end - p >= 2 && !memcmp(p, "\u00a0", 2))
		return 2;
	return 0;
}

static void trim(const char **start, const char **end)
{
	size_t length;

	while ((length = blank_at(*start, *end)))
		*start += length;
	while (*end > *start) {
		if (g_ascii_isspace((*end)[-1]))
			(*end)--;
		else if (*end - *start >= 2 && blank_at(*end - 2, *end) == 2)
			*end -= 2;
		else
			break;
	}
}

bool agent_text_is_command(const char *start, size_t length)
{
	const char *end = start + length;
	const char *p;

	trim(&start, &end);
	if (start == end || *start != '#')
		return false;
	for (p = start + 1; p < end && (g_ascii_isalpha(*p) || *p == '-'); p++)
		;
	return (p == end || blank_at(p, end)) &&
	       is_name(start + 1, (size_t)(p - start - 1));
}

/* "1. #note" and "2) #note" of lists: skips the number. */
static bool skip_list_number(Reader *reader)
{
	unsigned digits = 0;
	gunichar c;

	while ((c = reader_peek(reader)) >= '0' && c <= '9') {
		if (++digits > MAX_LIST_DIGITS)
			return false;
		reader_skip(reader);
	}
	return digits && (c == '.' || c == ')');
}

/* Stands at the first hash of a line that has one before its first letter. */
static bool find_hash(Reader *reader, bool *ret_blank)
{
	gunichar c;

	*ret_blank = true;
	while ((c = reader_peek(reader)) && !is_hash(c)) {
		if (!is_blank(c))
			*ret_blank = false;
		if (c >= '0' && c <= '9') {
			if (!skip_list_number(reader))
				return false;
			continue;
		}
		if (g_unichar_isalnum(c))
			return false;
		reader_skip(reader);
	}
	if (c)
		*ret_blank = false;
	return c;
}

typedef struct Verb Verb;
struct Verb {
	guint32 bits[MAX_VERB_CHARS];
	char ascii[MAX_VERB_CHARS + 1]; /* "" if it has other letters */
	size_t length;
	unsigned hashes;
	bool apart;   /* something stands between "#" and it */
	bool numeric; /* begins with a digit */
	bool worded;  /* begins with a letter */
	bool endless; /* longer than any verb */
};

static bool verb_add(Verb *verb, gunichar c)
{
	guint32 bits = letters_of(c);

	if (!bits && !g_unichar_isalnum(c))
		return false;
	if (verb->length == MAX_VERB_CHARS) {
		verb->endless = true;
		return false;
	}
	verb->ascii[verb->length] = c < 0x80 ? (char)c : '?';
	verb->bits[verb->length++] = bits;
	return true;
}

/* Letters in circles and squares are none to Unicode. */
static bool may_be_letter(gunichar c)
{
	return g_unichar_isalnum(c) || (c >= 0x80 && (letters_of(c) & ~HYPHEN));
}

/* What stands behind the hash of a line. */
static void read_verb(Reader *reader, Verb *ret_verb)
{
	gunichar c;

	*ret_verb = (Verb){.hashes = 0};
	while ((c = reader_peek(reader)) && (is_hash(c) || !may_be_letter(c))) {
		if (is_hash(c))
			ret_verb->hashes++;
		else
			ret_verb->apart = true;
		reader_skip(reader);
	}
	ret_verb->numeric = c >= '0' && c <= '9';
	ret_verb->worded = g_unichar_isalpha(c);
	while ((c = reader_peek(reader)) && verb_add(ret_verb, c))
		reader_skip(reader);
	/* "_#note_" */
	while (ret_verb->length &&
		ret_verb->bits[ret_verb->length - 1] == HYPHEN)
		ret_verb->ascii[--ret_verb->length] = '\0';
}

static bool verb_looks_like(const Verb *verb, const char *name)
{
	if (verb->endless || strlen(name) != verb->length)
		return false;
	for (size_t i = 0; i < verb->length; i++) {
		char c = name[i];

		if (!(verb->bits[i] & (1u << (c == '-' ? LETTERS : c - 'a'))))
			return false;
	}
	return true;
}

static enum piece_kind judge_verb(const Verb *verb)
{
	if (verb->numeric && !verb->apart)
		return PIECE_TEXT; /* "#12345" */
	for (size_t i = 0; names[i]; i++)
		if (verb_looks_like(verb, names[i]))
			return PIECE_LOOKALIKE;
	bool near = !verb->endless && nearest_by_letters(verb->ascii);
	if (near && !verb->apart)
		return PIECE_MISTYPED;
	if (near || (verb->worded && !verb->apart && verb->hashes == 1))
		return PIECE_UNKNOWN;
	return PIECE_TEXT;
}

static enum piece_kind judge_line(const char *start, const char *end)
{
	Reader reader = {.next = start, .end = end};
	bool blank;
	Verb verb;

	if (!find_hash(&reader, &blank))
		return blank ? PIECE_BLANK : PIECE_TEXT;
	if (agent_text_is_command(start, (size_t)(end - start)))
		return PIECE_COMMAND;
	read_verb(&reader, &verb);
	return judge_verb(&verb);
}

/* ---- lines ------------------------------------------------------------- */

/* The length of a line end at p, of any of those that a client may show. */
static size_t line_end_at(const char *p)
{
	if (*p == '\n' || *p == '\r' || *p == '\v' || *p == '\f')
		return 1;
	if (!memcmp(p, "\xc2\x85", 2))
		return 2;
	if (!strncmp(p, "\u2028", 3) || !strncmp(p, "\u2029", 3))
		return 3;
	return 0;
}

/* Takes the next line off *rest; false at the end. */
static bool next_piece(const char *text, const char **rest, Piece *ret_piece)
{
	const char *start = *rest;
	const char *end = start;
	bool whole = start == text || start[-1] == '\n';

	if (!*start)
		return false;
	/* Of the line ends that are longer than a byte, the first bytes. */
	while (*(end += strcspn(end, "\n\r\v\f\xc2\xe2")) && !line_end_at(end))
		end++;
	ret_piece->start = start;
	ret_piece->length = (size_t)(end - start);
	ret_piece->kind = judge_line(start, end);
	*rest = end + (*end ? line_end_at(end) : 0);
	if (*end == '\r' && *rest && **rest == '\n')
		(*rest)++;
	whole = whole && (!**rest || (*rest)[-1] == '\n');
	/* A line that only some clients show as one. */
	if (ret_piece->kind == PIECE_COMMAND && !whole)
		ret_piece->kind = PIECE_LOOKALIKE;
	return true;
}

bool agent_text_any_command(const char *text)
{
	const char *rest = text;
	Piece piece;

	while (next_piece(text, &rest, &piece))
		if (piece.kind == PIECE_COMMAND ||
			piece.kind == PIECE_LOOKALIKE)
			return true;
	return false;
}

/* ---- the own words ----------------------------------------------------- */

typedef struct Reading Reading;
struct Reading {
	Analysis *analysis;
	GArray *pieces;   /* Piece, what may be commands */
	unsigned pending; /* those from here on stand below words */
	bool words_above;
	Piece asked; /* the line above, of a question; else no length */
};

/* The first problem is the one that is told of. */
static void reading_fail(Reading *reading,
	enum analysis_command_problem problem, const Piece *piece)
{
	Analysis *analysis = reading->analysis;

	if (analysis->command_problem)
		return;
	analysis->command_problem = problem;
	analysis->command_problem_line = g_strndup(piece->start, piece->length);
	g_strstrip(analysis->command_problem_line);
}

static const Piece *piece_at(const Reading *reading, unsigned i)
{
	return &g_array_index(reading->pieces, Piece, i);
}

/* Words stand below the last pieces: they are no end block after all. */
static void settle_inside(Reading *reading)
{
	for (unsigned i = reading->pending; i < reading->pieces->len; i++) {
		const Piece *piece = piece_at(reading, i);

		if (piece->kind == PIECE_COMMAND)
			reading_fail(reading, ANALYSIS_COMMAND_INSIDE, piece);
		else if (piece->kind == PIECE_MISTYPED)
			reading_fail(reading, ANALYSIS_COMMAND_UNKNOWN, piece);
	}
	g_array_set_size(reading->pieces, reading->pending);
}

/* "#ask", as exactly as any command. */
static bool is_question(const Piece *piece)
{
	static const char name[] = "#ask";
	const char *start = piece->start;
	const char *end = start + piece->length;

	if (piece->kind != PIECE_COMMAND)
		return false;
	trim(&start, &end);
	return (size_t)(end - start) > strlen(name) &&
	       !g_ascii_strncasecmp(start, name, strlen(name)) &&
	       blank_at(start + strlen(name), end);
}

/* Whoever ends a sentence goes on with another thing. */
static bool ends_sentence(const char *start, const char *end)
{
	static const gunichar marks[] = {'?', '.', '!', ';', ':', 0x37e, 0x61f,
		0x3002, 0xff01, 0xff0e, 0xff1a, 0xff1b, 0xff1f};
	gunichar last = g_utf8_get_char(g_utf8_find_prev_char(start, end));

	for (size_t i = 0; i < G_N_ELEMENTS(marks); i++)
		if (last == marks[i])
			return true;
	return false;
}

/* Whether the first word did not fit on the line above it. */
static bool is_rest(const Piece *asked, const Piece *piece)
{
	const char *above = asked->start, *start = piece->start;
	const char *above_end = above + asked->length;
	const char *end = start + piece->length;

	if (!asked->length || piece->kind != PIECE_TEXT)
		return false;
	trim(&above, &above_end);
	trim(&start, &end);
	if (*start == '>' || *start == '|' || ends_sentence(above, above_end))
		return false;
	const char *word = start;
	while (word < end && !blank_at(word, end))
		word++;
	return g_utf8_strlen(above, above_end - above) + 1 +
		       g_utf8_strlen(start, word - start) >
	       WRAP_COLUMNS;
}

static void take_own_piece(Reading *reading, const Piece *piece)
{
	switch (piece->kind) {
	case PIECE_BLANK:
		return;
	case PIECE_LOOKALIKE:
		reading_fail(reading, ANALYSIS_COMMAND_LOOKALIKE, piece);
		return;
	case PIECE_COMMAND:
	case PIECE_REST:
	case PIECE_UNKNOWN:
	case PIECE_MISTYPED:
		if (reading->pieces->len < MAX_PIECES)
			g_array_append_val(reading->pieces, *piece);
		else
			reading_fail(
				reading, ANALYSIS_COMMANDS_TOO_MANY, piece);
		return;
	case PIECE_TEXT:
		if (reading->words_above)
			settle_inside(reading);
		reading->words_above = true;
		reading->pending = reading->pieces->len;
		return;
	}
}

static void read_own(Reading *reading, const char *text)
{
	const char *rest = text;
	Piece piece;

	while (!reading->analysis->command_problem &&
		next_piece(text, &rest, &piece)) {
		if (is_rest(&reading->asked, &piece))
			piece.kind = PIECE_REST;
		reading->asked = is_question(&piece) || piece.kind == PIECE_REST
					 ? piece
					 : (Piece){0};
		take_own_piece(reading, &piece);
	}
	for (unsigned i = 0; i < reading->pieces->len; i++)
		if (piece_at(reading, i)->kind != PIECE_COMMAND &&
			piece_at(reading, i)->kind != PIECE_REST)
			reading_fail(reading, ANALYSIS_COMMAND_UNKNOWN,
				piece_at(reading, i));
	if (reading->pieces->len > MAX_COMMANDS)
		reading_fail(reading, ANALYSIS_COMMANDS_TOO_MANY,
			piece_at(reading, MAX_COMMANDS));
}

static void read_signature(Reading *reading, const char *text)
{
	const char *rest = text;
	Piece piece;

	while (next_piece(text, &rest, &piece)) {
		if (piece.kind == PIECE_COMMAND)
			reading_fail(
				reading, ANALYSIS_COMMAND_IN_SIGNATURE, &piece);
		else if (piece.kind == PIECE_LOOKALIKE)
			reading_fail(
				reading, ANALYSIS_COMMAND_LOOKALIKE, &piece);
		else if (piece.kind == PIECE_MISTYPED)
			reading_fail(reading, ANALYSIS_COMMAND_UNKNOWN, &piece);
	}
}

/* ---- others' words ----------------------------------------------------- */

static bool is_quote(const Line *line)
{
	return line->kind == LINE_QUOTED || line->kind == LINE_ORIGINAL ||
	       line->kind == LINE_FORWARD || line->attribution_lines ||
	       line->field == FIELD_FROM || line->field == FIELD_SUBJECT;
}

/* Somebody else's words may have been kept in doubt: below such signs a command
 * is not certainly the agent's own. */
static void read_above_end(Reading *reading, const char *text)
{
	g_autoptr(GArray) lines = NULL;
	const Piece *first;

	/* To read all lines costs more than most mails need. */
	if (reading->pending == reading->pieces->len || !reading->words_above)
		return;
	first = piece_at(reading, reading->pending);
	lines = line_read_all(text);
	for (unsigned i = 0; i < lines->len; i++) {
		const Line *line = LINE_AT(lines, i);

		if (line->start >= first->start)
			return;
		if (is_quote(line))
			reading_fail(
				reading, ANALYSIS_COMMAND_BELOW_QUOTE, first);
	}
}

/* ---- all --------------------------------------------------------------- */

/* As it stands on its line; blanks of other kinds as blanks. */
static char *command_clean(const Piece *piece)
{
	const char *start = piece->start;
	const char *end = start + piece->length;
	GString *command = g_string_new(NULL);
	size_t blank;

	trim(&start, &end);
	while (start < end) {
		blank = blank_at(start, end);
		g_string_append_c(command, blank ? ' ' : *start);
		start += blank ? blank : 1;
	}
	return g_string_free(command, FALSE);
}

/* The own words without the lines of the pieces. */
static void append_own(const Reading *reading, GString *out, const char *text)
{
	unsigned next = 0, blanks = 0;

	while (*text) {
		size_t length = strcspn(text, "\n");
		size_t kept = length;

		while (kept && g_ascii_isspace(text[kept - 1]))
			kept--;
		if (next < reading->pieces->len &&
			piece_at(reading, next)->start == text) {
			next++;
			blanks++;
		} else if (!kept) {
			blanks++;
		} else {
			if (out->len)
				g_string_append(out, blanks ? "\n\n" : "\n");
			blanks = 0;
			g_string_append_len(out, text, (gssize)kept);
		}
		text += length + (text[length] ? 1 : 0);
	}
}

static void add_commands(const Reading *reading)
{
	GPtrArray *commands = reading->analysis->commands;

	for (unsigned i = 0; i < reading->pieces->len; i++) {
		const Piece *piece = piece_at(reading, i);
		char *line = command_clean(piece);

		if (piece->kind == PIECE_REST) {
			char **question =
				(char **)&commands->pdata[commands->len - 1];
			char *begun = *question;

			*question = g_strconcat(begun, " ", line, NULL);
			g_free(begun);
			g_free(line);
		} else {
			g_ptr_array_add(commands, line);
		}
	}
}

static void fill(const Reading *reading)
{
	Analysis *analysis = reading->analysis;
	GString *out = g_string_new(NULL);

	add_commands(reading);
	append_own(reading, out, analysis->reply_text);
	/* A signature alone is no word to a customer. */
	if (out->len && analysis->signature)
		g_string_append_printf(out, "\n\n%s", analysis->signature);
	g_free(analysis->agent_text);
	analysis->agent_text = g_string_free(out, FALSE);
}

void agent_text_read(Analysis *analysis, const ReplyText *reply)
{
	g_autoptr(GArray) pieces = g_array_new(FALSE, FALSE, sizeof(Piece));
	Reading reading = {.analysis = analysis, .pieces = pieces};

	/* The words are another's. */
	if (reply->passed_on)
		return;
	if (reply->doubt) {
		Piece doubt = {
			.start = reply->doubt, .length = strlen(reply->doubt)};
		reading_fail(&reading, ANALYSIS_COMMAND_BELOW_QUOTE, &doubt);
	}
	read_own(&reading, analysis->reply_text);
	if (analysis->signature)
		read_signature(&reading, analysis->signature);
	if (!analysis->command_problem)
		read_above_end(&reading, analysis->reply_text);
	if (!analysis->command_problem)
		fill(&reading);
}
