/* What one line of a mail's text looks like, whatever stands around it. */
#include "reply_text_line.h"

#include <string.h>

#include "data/reply_text_words.h"

enum {
	MAX_FOLDED_BYTES = 600,       /* longer lines are only text */
	MAX_FIELD_NAME_BYTES = 40,    /* "От кого", "Kopie an", ... */
	MAX_ATTRIBUTION_LINES = 5,    /* as Gmail and GitHub wrap them */
	MAX_ATTRIBUTION_TRIES = 4000, /* keeps hostile text cheap */
	MAX_SIGNATURE_CHARS = 70,
};

static bool is_invisible(gunichar c)
{
	return c == 0x200b || c == 0x200c || c == 0x200d || c == 0x200e ||
	       c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x2069) || c == 0xfeff || c == 0xad;
}

static bool is_space(gunichar c)
{
	return g_unichar_isspace(c) || c == 0xa0 || c == 0x3000;
}

/* Nearly every line, without a call a letter; NULL if it is not ASCII.
 * (transfer full) (nullable) */
static char *fold_ascii(const char *start, size_t length_bytes)
{
	char *folded = g_malloc(length_bytes + 1);

	for (size_t i = 0; i < length_bytes; i++) {
		char c = start[i];

		if ((guchar)c >= 0x80) {
			g_free(folded);
			return NULL;
		}
		if (c >= 'A' && c <= 'Z')
			c = (char)(c + ('a' - 'A'));
		folded[i] = g_ascii_isspace(c) ? ' ' : c;
	}
	folded[length_bytes] = '\0';
	return g_strstrip(folded);
}

char *line_fold(const char *start, size_t length_bytes)
{
	g_autoptr(GString) folded = NULL;
	const char *end = start + length_bytes;
	bool ascii = true;
	char *quick;

	if (length_bytes > MAX_FOLDED_BYTES)
		return NULL;
	quick = fold_ascii(start, length_bytes);
	if (quick)
		return quick;
	folded = g_string_sized_new(length_bytes + 1);
	for (const char *p = start; p < end; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (c < 0x80) {
			g_string_append_c(folded,
				g_ascii_isspace(*p) ? ' '
						    : g_ascii_tolower(*p));
			continue;
		}
		if (is_invisible(c))
			continue;
		ascii = false;
		if (is_space(c))
			g_string_append_c(folded, ' ');
		else
			g_string_append_unichar(folded, g_unichar_tolower(c));
	}
	g_strstrip(folded->str);
	if (ascii)
		return g_string_free(g_steal_pointer(&folded), FALSE);
	return g_utf8_normalize(folded->str, -1, G_NORMALIZE_DEFAULT_COMPOSE);
}

static char *fold(const Line *line)
{
	return line_fold(line->start, line->length_bytes);
}

static bool is_dash(gunichar c)
{
	return c == '-' || c == '_' || c == '=' || c == '*' || c == '~' ||
	       c == 0x2010 || c == 0x2011 || c == 0x2012 || c == 0x2013 ||
	       c == 0x2014 || c == 0x2015 || c == 0x2500 || c == 0x2501 ||
	       c == 0xff3f || c == 0x2212 || c == 0xff0d;
}

/* Takes dashes and spaces off both ends; *ret_dashes counts those in front. */
static char *strip_dashes(const char *folded, unsigned *ret_dashes)
{
	const char *start = folded;
	const char *end = folded + strlen(folded);

	*ret_dashes = 0;
	while (start < end) {
		gunichar c = g_utf8_get_char(start);

		if (is_dash(c))
			(*ret_dashes)++;
		else if (c != ' ' && c != '|' && c != '>')
			break;
		start = g_utf8_next_char(start);
	}
	while (end > start) {
		const char *last = g_utf8_prev_char(end);
		gunichar c = g_utf8_get_char(last);

		if (!is_dash(c) && c != ' ' && c != ':' && c != 0xff1a &&
			c != '<')
			break;
		end = last;
	}
	return g_strndup(start, (size_t)(end - start));
}

static bool in_table(
	const char *const *table, size_t length, const char *folded)
{
	for (size_t i = 0; i < length; i++)
		if (table[i][0] == folded[0] && !strcmp(table[i], folded))
			return true;
	return false;
}

#define IN_TABLE(table, folded) in_table(table, G_N_ELEMENTS(table), folded)

/* ---- single kinds ----------------------------------------------------- */

static bool is_rule(const char *folded)
{
	unsigned dashes = 0;

	for (const char *p = folded; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (is_dash(c))
			dashes++;
		else if (c != ' ')
			return false;
	}
	/* A lone em dash parts a signature; a lone hyphen is a bullet. */
	return dashes > 1 || (dashes == 1 && folded[0] != '-' &&
				     (unsigned char)folded[0] >= 0x80);
}

/* ">" or "> "; ">500 EUR" and ">:(" are weak. */
static bool is_quoted(Line *line)
{
	const char *p = line->start;
	const char *end = p + line->length_bytes;
	unsigned spaces = 0;

	while (p < end && (*p == ' ' || *p == '\t') && spaces++ < 4)
		p++;
	if (p >= end || *p != '>')
		return false;
	p++;
	/* the end of a wrapped "On ... wrote <mari@example.com\n>:" */
	if (p + 1 == end && *p == ':')
		return false;
	line->weak = p < end && (g_ascii_isdigit(*p) || *p == ':' || *p == '=');
	return true;
}

/* "forwarded message from ...": the table's words and more. */
static bool begins_in_table(
	const char *const *table, size_t length, const char *folded)
{
	for (size_t i = 0; i < length; i++)
		if (g_str_has_prefix(folded, table[i]) &&
			folded[strlen(table[i])] == ' ')
			return true;
	return false;
}

static enum line_kind marker_kind(const char *folded)
{
	unsigned dashes = 0;
	g_autofree char *words = strip_dashes(folded, &dashes);
	size_t length = strlen(folded);
	bool colon = length && (folded[length - 1] == ':' ||
				       g_str_has_suffix(folded, "："));

	if (dashes > 1 && IN_TABLE(original_markers, words))
		return LINE_ORIGINAL;
	if ((dashes > 1 || colon) && IN_TABLE(forward_markers, words))
		return LINE_FORWARD;
	/* "----- Forwarded message from Mari <mari@example.com> -----" */
	if (dashes >= 4 && g_str_has_suffix(folded, "--") &&
		begins_in_table(
			forward_markers, G_N_ELEMENTS(forward_markers), words))
		return LINE_FORWARD;
	/* No more than a title: "---- On Mon 10:32 Mari wrote ----" is none. */
	if (dashes >= 4 && *words && !strpbrk(words, "@:") &&
		strlen(words) <= 80 && g_str_has_suffix(folded, "----"))
		return LINE_TITLE;
	return LINE_TEXT;
}

/* "From: x", "*Sent:* x", "Envoyé le :x", "发件人：x". */
static enum line_field field_of(const char *folded)
{
	char name[MAX_FIELD_NAME_BYTES + 1];
	size_t length = 0;
	const char *p = folded;

	while (*p == '*' || *p == ' ')
		p++;
	while (p[length] && p[length] != ':' && length < MAX_FIELD_NAME_BYTES) {
		if (!strncmp(p + length, "：", strlen("：")))
			break;
		length++;
	}
	if (p[length] != ':' && strncmp(p + length, "：", strlen("：")))
		return FIELD_NONE;
	while (length && (p[length - 1] == ' ' || p[length - 1] == '*'))
		length--;
	memcpy(name, p, length);
	name[length] = '\0';
	for (size_t i = 0; i < G_N_ELEMENTS(field_names); i++)
		if (field_names[i].name[0] == name[0] &&
			!strcmp(field_names[i].name, name))
			return field_names[i].field;
	return FIELD_NONE;
}

/* A pattern with "*" for any few words, at most two of them. */
static bool matches(const char *pattern, const char *folded)
{
	const char *star, *rest, *second;
	size_t length;

	/* Most patterns differ at once. */
	if (*pattern != '*' && *pattern != *folded)
		return false;
	star = strchr(pattern, '*');
	if (!star)
		return !strcmp(pattern, folded);
	if (strncmp(pattern, folded, (size_t)(star - pattern)))
		return false;
	folded += star - pattern;
	rest = star + 1;
	if (!*rest)
		return true;
	second = strchr(rest, '*');
	if (!second)
		return g_str_has_suffix(folded, rest);
	length = (size_t)(second - rest);
	return memmem(folded, strlen(folded), rest, length) != NULL;
}

static bool names_product(const char *folded)
{
	for (size_t i = 0; i < G_N_ELEMENTS(mobile_products); i++)
		if (strstr(folded, mobile_products[i]))
			return true;
	return false;
}

static unsigned count_words(const char *folded)
{
	unsigned words = 0;
	bool inside = false;

	for (const char *p = folded; *p; p++) {
		if (*p != ' ' && !inside)
			words++;
		inside = *p != ' ';
	}
	return words;
}

/* "[Proton Mail](https://...)": the words in the brackets are to be read. */
static bool is_markdown_link(const char *p)
{
	const char *end = strchr(p, ']');

	return end && end[1] == '(';
}

/* Without the link that Outlook puts behind a name: "iOS<https://...>". */
static char *without_links(const char *folded)
{
	GString *plain = g_string_new(NULL);
	unsigned depth = 0;

	for (const char *p = folded; *p; p++) {
		if (*p == '[' && is_markdown_link(p))
			continue;
		if (*p == '<' || *p == '(' || *p == '[')
			depth++;
		else if ((*p == '>' || *p == ')' || *p == ']') && depth)
			depth--;
		else if (!depth && *p != ']')
			g_string_append_c(plain, *p);
	}
	g_strstrip(plain->str);
	return g_string_free(plain, FALSE);
}

static bool is_mobile(const char *folded)
{
	g_autofree char *plain = without_links(folded);
	size_t length = strlen(plain);

	if (length < 8 || length > 160 || count_words(plain) > 14)
		return false;
	if (strstr(plain, "outlook") && count_words(plain) <= 7 &&
		(strstr(plain, "ios") || strstr(plain, "android")))
		return true;
	for (size_t i = 0; i < G_N_ELEMENTS(mobile_signatures); i++)
		if (matches(mobile_signatures[i], plain))
			return !strpbrk(plain, ",?!;") &&
			       (names_product(plain) ||
				       (count_words(plain) <= 6 &&
					       g_str_has_prefix(plain,
						       "sent from my ")));
	return false;
}

static bool is_sign_off(const Line *line, const char *folded)
{
	static const char *const ends = " ,.!;-";
	size_t length = strlen(folded);

	/* punctuation, full-width commas, emoji */
	while (length) {
		const char *last = g_utf8_prev_char(folded + length);

		if (g_unichar_isalpha(g_utf8_get_char(last)))
			break;
		length = (size_t)(last - folded);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(sign_offs); i++) {
		size_t have;
		const char *rest;

		if (sign_offs[i][0] != folded[0])
			continue;
		have = strlen(sign_offs[i]);
		if (length < have || strncmp(folded, sign_offs[i], have))
			continue;
		if (length == have)
			return true;
		/* "Regards, John", "Terveisin Matti Meikäläinen" */
		rest = folded + have;
		if (strchr(ends, *rest) && have > 4 && count_words(rest) <= 4 &&
			line->length_bytes >= have + strlen(rest)) {
			const char *name =
				line->start + line->length_bytes - strlen(rest);

			while (*name && strchr(ends, *name))
				name++;
			if (g_unichar_isupper(g_utf8_get_char(name)))
				return true;
		}
	}
	return false;
}

static bool is_command(const char *folded)
{
	size_t length;

	if (folded[0] != '#' || !g_ascii_isalpha(folded[1]))
		return false;
	length = 1 + strspn(folded + 1, "abcdefghijklmnopqrstuvwxyz-");
	return !folded[length] || folded[length] == ' ';
}

static enum line_kind kind_of(Line *line)
{
	g_autofree char *folded = NULL;
	enum line_kind marker;

	if (is_quoted(line))
		return LINE_QUOTED;
	folded = fold(line);
	if (!folded)
		return LINE_TEXT;
	if (!*folded)
		return LINE_BLANK;
	if (!strcmp(folded, "--"))
		return LINE_DELIMITER;
	if (is_rule(folded))
		return LINE_RULE;
	marker = marker_kind(folded);
	if (marker != LINE_TEXT)
		return marker;
	if (is_command(folded))
		return LINE_COMMAND;
	line->field = field_of(folded);
	if (line->field != FIELD_NONE)
		return LINE_FIELD;
	if (is_mobile(folded))
		return LINE_MOBILE;
	if (is_sign_off(line, folded))
		return LINE_SIGN_OFF;
	return LINE_TEXT;
}

/* ---- attributions ----------------------------------------------------- */

static bool has_word(const char *text, const char *word)
{
	bool ascii = g_ascii_isalpha(word[0]);
	size_t length = strlen(word);

	for (const char *p = strstr(text, word); p; p = strstr(p + 1, word)) {
		unsigned char before = p > text ? (unsigned char)p[-1] : ' ';
		unsigned char after = (unsigned char)p[length];

		if (!ascii || (!g_ascii_isalnum(before) && before < 0x80 &&
				      !g_ascii_isalnum(after) && after < 0x80))
			return true;
	}
	return false;
}

static bool has_verb(const char *joined)
{
	for (size_t i = 0; i < G_N_ELEMENTS(attribution_verbs); i++)
		if (has_word(joined, attribution_verbs[i]))
			return true;
	return false;
}

/* 10:32, 10.32, 10h32 */
static bool has_time(const char *joined)
{
	for (const char *p = joined; *p; p++) {
		if (!g_ascii_isdigit(p[0]) || !p[1])
			continue;
		if ((p[1] == ':' || p[1] == '.' || p[1] == 'h') &&
			g_ascii_isdigit(p[2]) && g_ascii_isdigit(p[3]) &&
			!g_ascii_isdigit(p[4]))
			return true;
	}
	/* Arabic-Indic digits and the Chinese hour */
	return strstr(joined, "٠") || strstr(joined, "١") ||
	       strstr(joined, "点") || strstr(joined, "時");
}

static unsigned count_digits(const char *joined)
{
	unsigned digits = 0;

	for (const char *p = joined; *p; p = g_utf8_next_char(p))
		digits += g_unichar_isdigit(g_utf8_get_char(p)) ? 1 : 0;
	return digits;
}

static bool has_address(const char *joined)
{
	const char *at = strchr(joined, '@');

	return at && at > joined && g_ascii_isgraph(at[-1]) &&
	       g_ascii_isalnum(at[1]);
}

/* Begins as a client would: a digit, a day of the week, "On". */
static bool has_start(const char *joined)
{
	while (*joined && strchr("-\"'*<([ ", *joined))
		joined++;
	if (g_unichar_isdigit(g_utf8_get_char(joined)))
		return true;
	for (size_t i = 0; i < G_N_ELEMENTS(attribution_starters); i++)
		if (g_str_has_prefix(joined, attribution_starters[i]))
			return true;
	for (size_t i = 0; i < G_N_ELEMENTS(weekdays); i++) {
		size_t length = strlen(weekdays[i]);

		if (strncmp(joined, weekdays[i], length))
			continue;
		/* "周五" needs no end; "k" alone does; "thu" may go on */
		if ((unsigned char)weekdays[i][0] >= 0xe0 ||
			strcspn(joined + length, " .,") <= (length < 3 ? 0 : 8))
			return true;
	}
	return false;
}

enum certainty { NOT_AT_ALL, LIKELY, SURE };

/* Closed as an attribution is: by a colon, or by a verb and perhaps dashes. */
static bool is_closed(const char *folded, bool *ret_colon)
{
	static const char *const verbs[] = {"wrote", "写道", "寫道", "написал",
		"написала", "schrieb", "kirjoitti", "escribió", "ha scritto",
		"a écrit", "skrev", "đã viết"};
	size_t length = strlen(folded);

	*ret_colon =
		g_str_has_suffix(folded, ":") || g_str_has_suffix(folded, "：");
	if (*ret_colon)
		return true;
	while (length &&
		(folded[length - 1] == '-' || folded[length - 1] == ' '))
		length--;
	for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++) {
		size_t n = strlen(verbs[i]);

		if (length >= n && !memcmp(folded + length - n, verbs[i], n))
			return true;
	}
	return false;
}

static enum certainty judge_attribution(
	const char *joined, bool colon, bool *ret_start)
{
	bool address = has_address(joined);
	unsigned digits = count_digits(joined);
	bool start, timed, verb;

	*ret_start = false;
	if (!address && digits < 3)
		return NOT_AT_ALL;
	start = has_start(joined);
	timed = digits >= 3 && has_time(joined);
	verb = has_verb(joined);
	*ret_start = start && digits > 0;
	/* "30.09.2017, 18.30, "Mari" <mari@example.com>:" needs no verb. */
	if (address && start && timed && (verb || colon))
		return SURE;
	if (colon && verb && (address || (start && digits >= 3)))
		return LIKELY;
	/* "Mari kirjutas 3.3.2025 kell 10:32:" */
	if (colon && verb && timed && digits >= 8)
		return LIKELY;
	return NOT_AT_ALL;
}

static char *join_lines(GArray *lines, unsigned first, unsigned last)
{
	GString *joined = g_string_new(NULL);

	for (unsigned i = first; i <= last; i++) {
		g_autofree char *folded = fold(LINE_AT(lines, i));

		if (joined->len)
			g_string_append_c(joined, ' ');
		g_string_append(joined, folded ? folded : "");
	}
	return g_string_free(joined, FALSE);
}

static void mark_attribution(
	GArray *lines, unsigned first, unsigned last, bool sure)
{
	LINE_AT(lines, first)->attribution_lines = last - first + 1;
	LINE_AT(lines, first)->attribution_sure = sure;
}

/* "On Nov 21, 2014," may be wrapped off from "at 10:18, X wrote:". */
static unsigned first_of_date(GArray *lines, unsigned first)
{
	for (unsigned k = 0; k < 2 && first > 0; k++) {
		const Line *above = LINE_AT(lines, first - 1);
		g_autofree char *folded = NULL;

		if (above->kind != LINE_TEXT || above->length_bytes > 60 ||
			above->start[above->length_bytes - 1] != ',')
			break;
		folded = fold(above);
		if (!folded || !has_start(folded) || count_digits(folded) < 3)
			break;
		first--;
	}
	return first;
}

/* Looks back from a closing line for the fewest lines that make one. */
static void find_attribution(GArray *lines, unsigned last, bool colon)
{
	enum certainty likely = NOT_AT_ALL;
	unsigned likely_first = last;

	for (unsigned k = 0; k < MAX_ATTRIBUTION_LINES && k <= last; k++) {
		unsigned first = last - k;
		g_autofree char *joined = NULL;
		enum certainty certainty;
		bool start;

		if (LINE_AT(lines, first)->kind != LINE_TEXT ||
			LINE_AT(lines, first)->length_bytes > MAX_FOLDED_BYTES)
			break;
		joined = join_lines(lines, first, last);
		certainty = judge_attribution(joined, colon, &start);
		if (certainty != NOT_AT_ALL && start) {
			first = first_of_date(lines, first);
			mark_attribution(lines, first, last, certainty == SURE);
			return;
		}
		if (certainty != NOT_AT_ALL && likely == NOT_AT_ALL) {
			likely = certainty;
			likely_first = first;
		}
	}
	if (likely != NOT_AT_ALL)
		mark_attribution(lines, likely_first, last, false);
}

static void find_attributions(GArray *lines)
{
	unsigned tries = 0;

	for (unsigned i = 0; i < lines->len; i++) {
		const Line *line = LINE_AT(lines, i);
		g_autofree char *folded = NULL;
		bool colon;

		if (line->kind != LINE_TEXT || line->length_bytes < 2)
			continue;
		folded = fold(line);
		if (!folded || !is_closed(folded, &colon))
			continue;
		if (++tries > MAX_ATTRIBUTION_TRIES)
			return;
		find_attribution(lines, i, colon);
	}
}

GArray *line_read_all(const char *text)
{
	GArray *lines = g_array_new(FALSE, TRUE, sizeof(Line));
	const char *p = text;

	while (*p) {
		size_t whole = strcspn(p, "\n");
		Line line = {.start = p};
		size_t length = whole;

		while (length && g_ascii_isspace(p[length - 1]))
			length--;
		line.length_bytes = (unsigned)MIN(length, G_MAXUINT / 2);
		line.kind = length ? kind_of(&line) : LINE_BLANK;
		g_array_append_val(lines, line);
		p += whole + (p[whole] ? 1 : 0);
	}
	find_attributions(lines);
	return lines;
}

unsigned line_skip_blanks(GArray *lines, unsigned i)
{
	for (unsigned n = 0; i < lines->len && n < LINE_MAX_BLANKS &&
			     LINE_AT(lines, i)->kind == LINE_BLANK;
		n++)
		i++;
	return i;
}

bool line_is_kind(GArray *lines, unsigned i, enum line_kind kind)
{
	return i < lines->len && LINE_AT(lines, i)->kind == kind;
}

/* ---- what else a line tells ------------------------------------------- */

bool line_has_letters(const Line *line)
{
	const char *end = line->start + line->length_bytes;

	for (const char *p = line->start; p < end; p = g_utf8_next_char(p))
		if (g_unichar_isalnum(g_utf8_get_char(p)))
			return true;
	return false;
}

bool line_has_words(const Line *line)
{
	const char *end = line->start + line->length_bytes;

	for (const char *p = line->start; p < end; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (!is_dash(c) && !is_space(c) && !is_invisible(c))
			return true;
	}
	return false;
}

bool line_is_short(const Line *line)
{
	static const char *const ends[] = {"?", "!", "。", "？", "！", "…"};
	g_autofree char *folded = fold(line);

	if (!folded || g_utf8_strlen(folded, -1) > MAX_SIGNATURE_CHARS)
		return false;
	/* "CEO @ Example !" calls nobody */
	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++)
		if (g_str_has_suffix(folded, ends[i]) && !strchr(folded, '@'))
			return false;
	if (g_str_has_prefix(folded, "ps") || g_str_has_prefix(folded, "p.s"))
		return false;
	return !(g_str_has_suffix(folded, ".") && count_words(folded) > 4);
}

bool line_has_time(const Line *line)
{
	g_autofree char *folded = fold(line);

	return folded && has_time(folded);
}

bool line_is_contact(const Line *line)
{
	g_autofree char *folded = fold(line);
	unsigned digits;

	if (!folded || count_words(folded) > 7)
		return false;
	digits = count_digits(folded);
	return has_address(folded) || strstr(folded, "www.") ||
	       strstr(folded, "://") ||
	       (digits >= 7 && digits * 2 >= g_utf8_strlen(folded, -1) / 2);
}

bool line_is_name(const Line *line)
{
	const char *end = line->start + line->length_bytes;
	unsigned words = 0, capitals = 0;
	bool inside = false;

	for (const char *p = line->start; p < end; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (is_space(c)) {
			inside = false;
			continue;
		}
		if (!g_unichar_isalpha(c) &&
			!(c < 0x80 && strchr(".'-,", (int)c)) && c != 0x2019)
			return false;
		if (!inside) {
			words++;
			capitals += g_unichar_isupper(c) ? 1 : 0;
		}
		inside = true;
	}
	return words && words <= 4 && capitals == words && end[-1] != '.' &&
	       end[-1] != ',';
}

static bool any_in(const char *const *table, size_t length, const Line *line)
{
	g_autofree char *folded = fold(line);

	for (size_t i = 0; folded && i < length; i++)
		if (has_word(folded, table[i]))
			return true;
	return false;
}

bool line_is_footer(const Line *line)
{
	return any_in(footers, G_N_ELEMENTS(footers), line);
}

bool line_hints_inline(const Line *line)
{
	return any_in(inline_hints, G_N_ELEMENTS(inline_hints), line);
}
