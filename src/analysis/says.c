/*
 * What a short mail says that needs no answer: it is solved, thank you, or the
 * figure that a survey asked for.
 *
 * A wrong "solved" closes a customer's ticket, so a mail is taken word for
 * word: each has to be known, but for names and a few, and one that may turn
 * the meaning (not, but, if, still, when, a question mark, in any language
 * that may be meant) ends it.
 */
#include "internal.h"

#include <string.h>

#include "data/says_words.h"

enum {
	MAX_WORDS_BYTES = 400, /* who writes more says more */
	MAX_UNKNOWN = 2,       /* before "works now": what it is that works */
	MAX_NAMES = 6,
	MAX_LINE_BYTES = 160, /* of a line with a rating */
	MAX_COMMENT_BYTES = 4000,
	MOST_STARS = 5,
};

/* Below this the language is a guess: the words of all count. */
static const double language_sure = 0.5;

/* ---- folding ---------------------------------------------------------- */

static gunichar fold_char(gunichar c)
{
	if (c >= 0xff01 && c <= 0xff5e)
		c -= 0xfee0; /* full-width */
	if (g_unichar_isdigit(c))
		return (gunichar)('0' + g_unichar_digit_value(c));
	if (c == 0x2019 || c == 0x2bc)
		return '\'';
	if (c == 0x3002)
		return '.';
	if (c == 0x3001)
		return ',';
	if (c == 0x61f || c == 0x37e)
		return '?';
	if (c != '\n' && g_unichar_isspace(c))
		return ' ';
	return g_unichar_tolower(c);
}

/* As many characters as in composed.  (transfer full) */
static char *fold(const char *composed)
{
	GString *folded = g_string_new(NULL);

	for (const char *p = composed; *p; p = g_utf8_next_char(p))
		g_string_append_unichar(folded, fold_char(g_utf8_get_char(p)));
	return g_string_free(folded, FALSE);
}

/* (transfer full) */
static char *compose(const char *text, size_t most_bytes)
{
	g_autofree char *some = g_strndup(text, most_bytes);
	g_autofree char *valid = g_utf8_make_valid(some, -1);

	return g_utf8_normalize(valid, -1, G_NORMALIZE_DEFAULT_COMPOSE);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\n';
}

static const char *skip_spaces(const char *p)
{
	while (*p == ' ')
		p++;
	return p;
}

/* ---- phrases ---------------------------------------------------------- */

/* How far the phrase goes from p, as whole words; 0 if it does not stand here.
 */
static size_t match_at(const char *p, const char *phrase, size_t length)
{
	const char *start = p;

	for (const char *end = phrase + length; phrase < end; phrase++) {
		if (*phrase == ' ' && is_blank(*p)) {
			while (is_blank(*p))
				p++;
		} else if (*phrase == '*') {
			while (g_unichar_isalpha(g_utf8_get_char(p)))
				p = g_utf8_next_char(p);
		} else if (*phrase != *p++) {
			return 0;
		}
	}
	if (!folded_is_unspaced(g_utf8_get_char(g_utf8_prev_char(p))) &&
		g_unichar_isalnum(g_utf8_get_char(p)) &&
		!folded_is_unspaced(g_utf8_get_char(p)))
		return 0;
	return (size_t)(p - start);
}

/* Of the longest of the phrases; 0 if none stands here. */
static size_t match_any(const char *p, const char *phrases)
{
	size_t best = 0;

	for (;;) {
		const char *end = strchrnul(phrases, '|');
		/* The first byte rules out nearly all. */
		if (*phrases == *p)
			best = MAX(best,
				match_at(p, phrases, (size_t)(end - phrases)));
		if (!*end)
			return best;
		phrases = end + 1;
	}
}

static bool is_relevant(const Analysis *analysis, const char *spoken)
{
	return !analysis->language ||
	       analysis->language_confidence < language_sure ||
	       !strcmp(spoken, "en") || !strcmp(spoken, analysis->language);
}

static enum says_class class_at(
	const Analysis *analysis, const char *p, size_t *ret_length)
{
	enum says_class best = SAYS_UNKNOWN;

	*ret_length = 0;
	for (size_t i = 0; i < G_N_ELEMENTS(says_words); i++) {
		size_t length;

		if (!is_relevant(analysis, says_words[i].language))
			continue;
		length = match_any(p, says_words[i].phrases);
		if (length > *ret_length) {
			*ret_length = length;
			best = says_words[i].says;
		}
	}
	return best;
}

/* ---- a walk over all words -------------------------------------------- */

typedef struct Walk Walk;
struct Walk {
	const Analysis *analysis;
	const char *p;        /* folded */
	const char *original; /* the same character */
	unsigned counts[SAYS_CLASSES];
	unsigned names;
	bool clause_begins;
	bool name_may_follow;
	bool subject_before;
};

static void advance(Walk *walk, size_t bytes)
{
	glong chars = g_utf8_strlen(walk->p, (gssize)bytes);

	walk->p += bytes;
	walk->original = g_utf8_offset_to_pointer(walk->original, chars);
}

static void end_clause(Walk *walk)
{
	walk->clause_begins = true;
	walk->subject_before = false;
}

static void end_sentence(Walk *walk)
{
	end_clause(walk);
	walk->name_may_follow = false;
}

static void note(Walk *walk, enum says_class says)
{
	if (says == SAYS_BARE)
		says = walk->clause_begins || walk->subject_before
			       ? SAYS_SOLVED
			       : SAYS_AGAINST;
	walk->counts[says]++;
	walk->clause_begins = false;
	walk->subject_before = says == SAYS_SUBJECT;
	walk->name_may_follow = says == SAYS_THANKS || says == SAYS_GREETING;
}

/* "Solved my way", "you can close your shop": behind it, it turns it. */
static void note_unknown(Walk *walk)
{
	bool behind = walk->counts[SAYS_SOLVED] || walk->counts[SAYS_ARRIVED];

	note(walk, behind ? SAYS_AGAINST : SAYS_UNKNOWN);
}

static size_t word_length(const char *p)
{
	const char *end = p;

	while (g_unichar_isalnum(g_utf8_get_char(end)) || *end == '\'' ||
		*end == '-')
		end = g_utf8_next_char(end);
	return (size_t)(end - p);
}

/* "7k3f-92qx", which a client may have put into the text. */
static bool is_reference(const char *word, size_t length)
{
	if (length != 9 || word[4] != '-')
		return false;
	for (size_t i = 0; i < length; i++)
		if (i != 4 && !g_ascii_isalnum(word[i]))
			return false;
	return true;
}

/* "Mari Maasikas", "Mari," as all of the line that begins at p.  One more than
 * its names; 0 if it is something else. */
static unsigned count_line_names(const char *p)
{
	unsigned names = 0;

	for (;;) {
		while (*p == ' ' || *p == '.' || *p == ',')
			p++;
		if (!*p || *p == '\n')
			return names <= 4 ? names : 0;
		if (!g_unichar_isupper(g_utf8_get_char(p)))
			return 0;
		names++;
		p += word_length(p);
	}
}

/* A name on a line of its own: behind thanks or regards, or "Mari," on top. */
static bool skip_line_of_names(Walk *walk, const char *start)
{
	size_t length = strcspn(walk->p, "\n");
	bool alone = walk->p == start || walk->p[-1] == '\n';
	bool greets = length && walk->p[length - 1] == ',';
	bool signs = walk->counts[SAYS_THANKS] || walk->counts[SAYS_GREETING];
	unsigned names = alone && (signs || greets)
				 ? count_line_names(walk->original)
				 : 0;

	if (!names)
		return false;
	walk->names += names;
	advance(walk, length);
	return true;
}

/* "李" in "李女士". */
static bool is_before_title(const Walk *walk)
{
	const char *p = walk->p;
	size_t length;

	for (unsigned i = 0; i < 3 && folded_is_unspaced(g_utf8_get_char(p));
		i++) {
		p = g_utf8_next_char(p);
		if (class_at(walk->analysis, p, &length) == SAYS_GREETING)
			return true;
	}
	return false;
}

static void read_unknown(Walk *walk, const char *start)
{
	bool unspaced = folded_is_unspaced(g_utf8_get_char(walk->p));
	size_t length = word_length(walk->p);

	if (unspaced) {
		length = (size_t)(g_utf8_next_char(walk->p) - walk->p);
		if (!is_before_title(walk))
			note_unknown(walk);
	} else if (skip_line_of_names(walk, start)) {
		return;
	} else if (is_reference(walk->p, length)) {
		end_clause(walk);
	} else if (walk->name_may_follow &&
		   g_unichar_isupper(g_utf8_get_char(walk->original))) {
		walk->names++;
	} else {
		note_unknown(walk);
	}
	advance(walk, length);
}

/* Faces and hands that do not thank. */
static bool is_displeased(gunichar c)
{
	static const gunichar faces[] = {0x1f44e, 0x1f595, 0x1f4a9, 0x1f612,
		0x1f620, 0x1f621, 0x1f624, 0x1f62d, 0x1f622, 0x1f641, 0x2639,
		0x1f61e, 0x1f644, 0x1f92c, 0x1f92e, 0x1f922, 0x1f914};

	for (size_t i = 0; i < G_N_ELEMENTS(faces); i++)
		if (faces[i] == c)
			return true;
	return false;
}

static void read_sign(Walk *walk)
{
	gunichar c = g_utf8_get_char(walk->p);

	if (c == '?' || c == 0x2753 || c == 0x2754 || is_displeased(c))
		walk->counts[SAYS_AGAINST]++;
	else if (c == '.' || c == '!' || c == '\n')
		end_sentence(walk);
	else if (c == ',' || c == ':' || c == '-' || c == 0x2013 || c == 0x2014)
		end_clause(walk);
	advance(walk, (size_t)(g_utf8_next_char(walk->p) - walk->p));
}

/* Greek asks with a semicolon. */
static bool is_greek(const char *text)
{
	for (const char *p = text; *p; p = g_utf8_next_char(p))
		if (g_unichar_get_script(g_utf8_get_char(p)) ==
			G_UNICODE_SCRIPT_GREEK)
			return true;
	return false;
}

static bool is_done(const Walk *walk)
{
	return !*walk->p || walk->counts[SAYS_AGAINST] ||
	       walk->counts[SAYS_UNKNOWN] > MAX_UNKNOWN ||
	       walk->names > MAX_NAMES;
}

static void judge_words(Analysis *analysis)
{
	g_autofree char *composed =
		compose(analysis->reply_text, MAX_WORDS_BYTES);
	g_autofree char *folded = fold(composed);
	Walk walk = {.analysis = analysis, .p = folded, .original = composed};
	const unsigned *counts = walk.counts;

	if (strchr(folded, ';') && is_greek(folded))
		return;
	for (end_sentence(&walk); !is_done(&walk);) {
		size_t length = 0;
		enum says_class says;

		if (!g_unichar_isalnum(g_utf8_get_char(walk.p))) {
			read_sign(&walk);
			continue;
		}
		says = class_at(analysis, walk.p, &length);
		if (!length) {
			read_unknown(&walk, folded);
			continue;
		}
		note(&walk, says);
		advance(&walk, length);
	}
	if (*walk.p || counts[SAYS_AGAINST] || walk.names > MAX_NAMES ||
		counts[SAYS_UNKNOWN] > MAX_UNKNOWN)
		return;
	analysis->says_solved =
		!analysis->threat &&
		(counts[SAYS_SOLVED] ||
			(counts[SAYS_ARRIVED] && counts[SAYS_THANKS]));
	analysis->says_thanks = counts[SAYS_THANKS] && !counts[SAYS_SOLVED] &&
				!counts[SAYS_ARRIVED] &&
				!counts[SAYS_SUBJECT] && !counts[SAYS_UNKNOWN];
}

/* ---- ratings ---------------------------------------------------------- */

/* Variation selector and key cap, as in "5\ufe0f\u20e3". */
static const char *skip_dress(const char *p)
{
	while (g_utf8_get_char(p) == 0xfe0f || g_utf8_get_char(p) == 0x20e3)
		p = g_utf8_next_char(p);
	return p;
}

static bool is_star(gunichar c)
{
	return c == '*' || c == 0x2605 || c == 0x2b50 || c == 0x1f31f;
}

/* "★★★★☆": behind them, NULL if they are no rating. */
static const char *read_stars(const char *p, unsigned *ret_rating)
{
	unsigned stars = 0, empty = 0;
	bool asterisks = *p == '*';

	for (; is_star(g_utf8_get_char(p)); p = skip_dress(g_utf8_next_char(p)))
		stars++;
	for (; g_utf8_get_char(p) == 0x2606; p = g_utf8_next_char(p))
		empty++;
	if (stars + empty > MOST_STARS)
		return NULL;
	/* "* one thing", "**Note**" */
	if (asterisks && *skip_spaces(p) && *skip_spaces(p) != '\n')
		return NULL;
	*ret_rating = stars;
	return p;
}

static const char *read_figure(const char *p, unsigned *ret_rating)
{
	if (is_star(g_utf8_get_char(p)))
		return read_stars(p, ret_rating);
	if (*p < '1' || *p > '5')
		return NULL;
	*ret_rating = (unsigned)(*p - '0');
	return skip_dress(p + 1);
}

static bool ends_line(const char *p)
{
	p = skip_spaces(p);
	return !*p || *p == '\n';
}

static bool is_dash(gunichar c)
{
	return c == '-' || c == 0x2013 || c == 0x2014;
}

static bool is_thanks(const Analysis *analysis, const char *p)
{
	size_t length;

	return class_at(analysis, p, &length) == SAYS_THANKS;
}

/* May a comment begin behind the figure?  "5 - great" and "5, thanks", not "5
 * days", "5-10", "5.50" or "1. first".  Where it begins, else NULL. */
static const char *read_tail(
	const Analysis *analysis, const char *p, bool whole)
{
	const char *q = skip_spaces(p);
	gunichar c = g_utf8_get_char(q);
	const char *behind = c ? g_utf8_next_char(q) : q;
	bool parted = q > p || *behind == ' ';

	if (ends_line(p))
		return q;
	if (g_unichar_type(c) == G_UNICODE_CURRENCY_SYMBOL)
		return NULL;
	if (ends_line(behind) && (c == '.' || c == '!' || c == ','))
		return behind;
	if (*behind == ' ' && (c == '!' || c == ',' || c == ';' ||
				      (whole && c == '.') || c == ':'))
		q = behind;
	else if (is_dash(c) && parted)
		q = behind;
	else if (q == p || !(c == '(' || c > 0x2000 || is_thanks(analysis, q)))
		return NULL;
	if (c > 0x2000 && !is_dash(c) && g_unichar_isalnum(c))
		return NULL;
	q = skip_spaces(q);
	return g_ascii_isdigit(*q) ? NULL : q;
}

/* The line holds a rating; where its comment begins, else NULL. */
static const char *read_rating(
	const Analysis *analysis, const char *line, unsigned *ret_rating)
{
	const char *p = skip_spaces(line);
	size_t label = match_any(p, rating_labels);

	if (label) {
		p = skip_spaces(p + label);
		p = skip_spaces(p + (*p == ':' || *p == '='));
	}
	p = read_figure(p, ret_rating);
	if (!p || !*ret_rating)
		return NULL;
	const char *q = skip_spaces(p);
	/* One may stand before the lines of a list. */
	if (is_star(g_utf8_get_char(g_utf8_prev_char(p))) && *ret_rating > 1)
		return q;
	size_t unit = match_any(q, rating_units);
	/* "5/5 great", but not "4 of 5 cups" */
	bool of_five = unit && *q == '/';
	if (unit) {
		p = q + unit;
		q = skip_spaces(p);
		unit = match_any(q, rating_units); /* "5 of 5 stars" */
		p = unit ? q + unit : p;
		label = 1;
	}
	if (of_five && *p == ' ' && g_unichar_isalpha(g_utf8_get_char(q)))
		return q;
	return read_tail(analysis, p, label > 0);
}

/* "1 - the lid", and then "2 - the handle": a list. */
static bool goes_on(const char *folded, unsigned rating)
{
	for (const char *p = folded; *p; p++) {
		const char *q = p + 1;

		if (*p != (char)('0' + rating + 1) || g_ascii_isalnum(*q) ||
			(p > folded && !is_blank(p[-1])))
			continue;
		if (*q == '.' || *q == ')' || *q == ':' ||
			(ends_line(q) && (p == folded || p[-1] == '\n')) ||
			is_dash(g_utf8_get_char(skip_spaces(q))))
			return true;
	}
	return false;
}

static void judge_rating(Analysis *analysis, const char *text)
{
	unsigned rating = 0;

	while (g_ascii_isspace(*text))
		text++;
	size_t line_bytes = strcspn(text, "\r\n");
	if (!line_bytes || line_bytes > MAX_LINE_BYTES)
		return;
	g_autofree char *line = g_strndup(text, line_bytes);
	g_autofree char *valid = compose(line, line_bytes);
	g_autofree char *folded = fold(valid);
	const char *tail = read_rating(analysis, folded, &rating);
	if (!tail)
		return;

	const char *said = g_utf8_offset_to_pointer(
		valid, g_utf8_strlen(folded, tail - folded));
	g_autofree char *below = compose(text + line_bytes, MAX_COMMENT_BYTES);
	g_autofree char *comment = g_strconcat(said, below, NULL);
	g_autofree char *comment_folded = fold(comment);
	if (goes_on(comment_folded, rating))
		return;
	g_strstrip(comment);
	analysis->rating = rating;
	if (*comment)
		analysis->rating_comment = g_steal_pointer(&comment);
}

/* ----------------------------------------------------------------------- */

void says_judge(Analysis *analysis)
{
	const char *words = analysis->reply_text;

	while (g_ascii_isspace(*words))
		words++;
	if (*words && strlen(words) <= MAX_WORDS_BYTES)
		judge_words(analysis);
	/* Some answer in the subject alone. */
	if (*words)
		judge_rating(analysis, words);
	else if (analysis->base_subject)
		judge_rating(analysis, analysis->base_subject);
}
