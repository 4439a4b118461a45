/*
 * Which lines of a text are to go.  A line is compared twice: as it is, but for
 * blanks and what shows nothing, and as a hasty eye reads it.  What is alike
 * only to the eye is a doubt, never taken out and never let pass.
 */
#include <string.h>

#include "strip.h"

/* How far below "From:" the other fields of a reply header are. */
enum { HEADER_LINES = 6, HEADER_FIELDS = 2, MAX_FIELD_BYTES = 40 };

/* ---- comparing -------------------------------------------------------- */

/* Characters that show nothing.  What text_clean() takes out is among them. */
static bool is_invisible(gunichar c)
{
	return c == 0xad || c == 0x34f || c == 0x115f || c == 0x1160 ||
	       c == 0x3164 || (c >= 0xfe00 && c <= 0xfe0f) ||
	       g_unichar_type(c) == G_UNICODE_FORMAT;
}

/* Blanks at the ends gone, those within single, nothing invisible.
 * (transfer full) */
static char *as_it_is(const char *text, size_t length)
{
	GString *out = g_string_sized_new(length);
	const char *end = text + length;
	bool blank = false;
	char *composed;

	for (const char *p = text; p < end; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (g_unichar_isspace(c)) {
			blank = out->len > 0;
		} else if (c != 0 && !is_invisible(c)) {
			if (blank)
				g_string_append_c(out, ' ');
			blank = false;
			g_string_append_unichar(out, c);
		}
	}
	composed = g_utf8_normalize(out->str, -1, G_NORMALIZE_NFC);
	g_string_free(out, TRUE);
	return composed;
}

char *strip_lines_tidy(const char *text, size_t length)
{
	return as_it_is(text, length);
}

/* Compatibility forms and case folded, blanks gone.  (transfer full) */
static char *as_it_reads(const char *text, size_t length)
{
	g_autofree char *plain = as_it_is(text, length);
	g_autofree char *wide = g_utf8_normalize(plain, -1, G_NORMALIZE_NFKC);
	g_autofree char *folded = g_utf8_casefold(wide, -1);
	GString *out = g_string_sized_new(strlen(folded));

	for (const char *p = folded; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (!g_unichar_isspace(c) && !g_unichar_iscntrl(c))
			g_string_append_unichar(out, c);
	}
	return g_string_free(out, FALSE);
}

static void add_line(StripLines *lines, const char *line)
{
	g_autofree char *valid = g_utf8_make_valid(line, -1);
	g_autofree char *exact = as_it_is(valid, strlen(valid));
	unsigned one = 1;

	if (!*exact)
		return;
	for (guint i = 0; i < lines->exact->len; i++)
		if (strcmp(lines->exact->pdata[i], exact) == 0) {
			g_array_index(lines->wanted, unsigned, i)++;
			return;
		}
	g_ptr_array_add(lines->folded, as_it_reads(exact, strlen(exact)));
	g_ptr_array_add(lines->exact, g_steal_pointer(&exact));
	g_array_append_val(lines->wanted, one);
}

StripLines *strip_lines_new(const char *const *lines)
{
	StripLines *made = g_new0(StripLines, 1);

	made->exact = g_ptr_array_new_with_free_func(g_free);
	made->folded = g_ptr_array_new_with_free_func(g_free);
	made->wanted = g_array_new(FALSE, FALSE, sizeof(unsigned));
	for (; *lines; lines++)
		add_line(made, *lines);
	return made;
}

void strip_lines_free(StripLines *lines)
{
	if (!lines)
		return;
	g_ptr_array_unref(lines->exact);
	g_ptr_array_unref(lines->folded);
	g_array_unref(lines->wanted);
	g_free(lines);
}

static bool find(const GPtrArray *in, const char *wanted, unsigned *ret_which)
{
	for (guint i = 0; i < in->len; i++)
		if (strcmp(in->pdata[i], wanted) == 0) {
			*ret_which = i;
			return true;
		}
	return false;
}

static bool reads_alike(const StripLines *lines, const char *p, size_t length)
{
	g_autofree char *folded = as_it_reads(p, length);
	unsigned which;

	return find(lines->folded, folded, &which);
}

bool strip_lines_within(
	const StripLines *lines, const char *text, size_t length)
{
	g_autofree char *folded = as_it_reads(text, length);

	for (guint i = 0; i < lines->folded->len; i++) {
		const char *wanted = lines->folded->pdata[i];

		if (strstr(folded, wanted))
			return true;
	}
	return false;
}

/* ---- where others' words begin ---------------------------------------- */

/* "-----Original Message-----", "---------- Forwarded message ---------". */
static bool is_dashed_marker(const char *line)
{
	size_t length = strlen(line);
	size_t front = strspn(line, "-");
	size_t words;

	while (length > 0 && line[length - 1] == '-')
		length--;
	words = length > front ? length - front : 0;
	return front >= 4 && words >= 4 && strlen(line) - length >= 4 &&
	       text_count_letters(line, 4) >= 4;
}

/* The words before the colon of "From: x", folded; NULL if there are none.
 * (transfer full) (nullable) */
static char *field_of(const char *line)
{
	const char *colon;
	size_t wide;

	line += strspn(line, "* ");
	colon = strchr(line, ':');
	wide = colon ? (size_t)(colon - line) : G_MAXSIZE;
	colon = strstr(line, "\357\274\232");
	if (colon && (size_t)(colon - line) < wide)
		wide = (size_t)(colon - line);
	if (wide == 0 || wide > MAX_FIELD_BYTES)
		return NULL;
	while (wide > 0 && strchr("* ", line[wide - 1]))
		wide--;
	return as_it_reads(line, wide);
}

/* What the reply headers of mail programs begin with. */
static bool is_from_field(const char *line)
{
	static const char *const words[] = {"from", "von", "de", "da", "van",
		"fra", "fr\303\245n", "saatja",
		"l\303\244hett\303\244j\303\244", "no", "nuo", "od",
		"\316\261\317\200\317\214", "\320\276\321\202",
		"\321\202\321\213", "\345\217\221\344\273\266\344\272\272",
		"\345\257\204\344\273\266\350\200\205",
		"\345\257\204\344\273\266\344\272\272",
		"\345\267\256\345\207\272\344\272\272", "t\341\273\253"};
	g_autofree char *field = field_of(line);

	for (size_t i = 0; field && i < G_N_ELEMENTS(words); i++)
		if (strcmp(words[i], field) == 0)
			return true;
	return false;
}

/* The line that starts at *p, tidied; moves behind it.  (transfer full) */
static char *next_line(const char **p, const char *end)
{
	size_t length = bounds_line_length(*p, end);
	char *line = as_it_is(*p, length);

	*p += length;
	return line;
}

/* An unquoted block "From: / Sent: / To: / Subject:" at p. */
static bool is_reply_header(const char *p, const char *end)
{
	g_autofree char *first = next_line(&p, end);
	unsigned fields = 0;

	if (!is_from_field(first))
		return false;
	for (int i = 0; i < HEADER_LINES && p < end; i++) {
		g_autofree char *line = next_line(&p, end);
		g_autofree char *field = field_of(line);

		fields += field != NULL;
	}
	return fields >= HEADER_FIELDS;
}

static bool starts_others_words(const char *p, size_t length, const char *end)
{
	g_autofree char *line = NULL;

	if (length < 5)
		return false;
	line = as_it_is(p, length);
	return is_dashed_marker(line) || is_reply_header(p, end);
}

/* ---- judging ---------------------------------------------------------- */

typedef struct Judge Judge;
struct Judge {
	const StripLines *lines;
	const char *text;
	const char *end;
	StripFlow flow;
	bool others; /* from here on others' words */
	GArray *out;
};

/* The length of the content of a line at p, without its end. */
static size_t content_length(const char *p, size_t length)
{
	if (length > 0 && p[length - 1] == '\n')
		length--;
	if (length > 0 && p[length - 1] == '\r')
		length--;
	return length;
}

/* What some programs show as the end of a line. */
static bool is_other_line_end(gunichar c)
{
	return c == '\r' || c == '\v' || c == '\f' || c == 0x85 ||
	       c == 0x2028 || c == 0x2029;
}

/* Whether a program may show one of the lines within this one. */
static bool hides_a_line(const Judge *judge, const char *p, size_t length)
{
	const char *end = p + length, *start = p;

	for (; p < end; p = g_utf8_next_char(p)) {
		if (!is_other_line_end(g_utf8_get_char(p)))
			continue;
		if (reads_alike(judge->lines, start, (size_t)(p - start)))
			return true;
		start = g_utf8_next_char(p);
	}
	return start > end - length &&
	       reads_alike(judge->lines, start, (size_t)(end - start));
}

static bool is_quoted(const char *p, size_t length)
{
	size_t i = 0;

	while (i < length && (p[i] == ' ' || p[i] == '\t'))
		i++;
	return i < length && p[i] == '>';
}

/* The content of a flowed line behind its quote marks and its stuffing. */
static StripRange flowed_content(
	const Judge *judge, StripRange line, unsigned *ret_depth)
{
	const char *p = judge->text;

	*ret_depth = 0;
	while (line.start < line.end && p[line.start] == '>') {
		(*ret_depth)++;
		line.start++;
	}
	if (line.start < line.end && p[line.start] == ' ')
		line.start++;
	return line;
}

/* "-- " is never soft. */
static bool is_soft(const Judge *judge, StripRange content)
{
	size_t length = content.end - content.start;
	const char *p = judge->text + content.start;

	return length > 0 && p[length - 1] == ' ' &&
	       !(length == 3 && memcmp(p, "-- ", 3) == 0);
}

static bool is_separator(const Judge *judge, StripRange content)
{
	return content.end - content.start == 3 &&
	       memcmp(judge->text + content.start, "-- ", 3) == 0;
}

static StripRange line_at(const Judge *judge, size_t start, size_t *ret_after)
{
	size_t length = bounds_line_length(judge->text + start, judge->end);

	*ret_after = start + length;
	return (StripRange){
		start, start + content_length(judge->text + start, length)};
}

/* Whether the line at start goes on a soft one of that depth. */
static bool goes_on(const Judge *judge, size_t start, unsigned depth)
{
	StripRange line;
	size_t after;
	unsigned this_depth;

	if (judge->text + start >= judge->end)
		return false;
	line = flowed_content(
		judge, line_at(judge, start, &after), &this_depth);
	return this_depth == depth && !is_separator(judge, line);
}

/* Joins what is flowed; the range and the words are then those of all.
 * *ret_doubt: one of several lines reads like one that goes. */
static char *join(const Judge *judge, StripLine *line, bool *ret_doubt)
{
	GString *words = g_string_new(NULL);
	unsigned depth, others = 0;
	StripRange content = flowed_content(
		judge, (StripRange){line->start, line->end}, &depth);

	*ret_doubt = false;
	for (;;) {
		bool soft = is_soft(judge, content) &&
			    goes_on(judge, line->after, depth);
		size_t length = content.end - content.start;

		if (others > 0 || soft)
			*ret_doubt |= reads_alike(judge->lines,
				judge->text + content.start, length);
		g_string_append_len(words, judge->text + content.start,
			(gssize)(length - (soft && judge->flow.delete_space)));
		if (!soft)
			break;
		others++;
		content = line_at(judge, line->after, &line->after);
		line->end = content.end;
		content = flowed_content(judge, content, &depth);
	}
	return g_string_free(words, FALSE);
}

static enum strip_kind judge_words(const Judge *judge, const char *words,
	size_t length, unsigned *ret_which)
{
	g_autofree char *exact = as_it_is(words, length);

	if (hides_a_line(judge, words, length))
		return STRIP_DOUBT;
	if (find(judge->lines->exact, exact, ret_which))
		return STRIP_COMMAND;
	return reads_alike(judge->lines, words, length) ? STRIP_DOUBT
							: STRIP_OTHER;
}

static void judge_line(Judge *judge, StripLine *line)
{
	const char *p = judge->text + line->start;
	size_t length = line->end - line->start;
	g_autofree char *joined = NULL;
	bool doubt = false, flowed = judge->flow.flowed;

	if (!judge->others)
		judge->others = starts_others_words(p, length, judge->end);
	if (flowed)
		joined = join(judge, line, &doubt);
	/* Stuffed, "> x" is the writer's own. */
	if (judge->others || (flowed ? *p == '>' : is_quoted(p, length)))
		line->kind = STRIP_QUOTED;
	else if (doubt)
		line->kind = STRIP_DOUBT;
	else if (joined)
		line->kind = judge_words(
			judge, joined, strlen(joined), &line->which);
	else
		line->kind = judge_words(judge, p, length, &line->which);
}

GArray *strip_lines_judge(const StripLines *lines, const char *text,
	size_t length, StripFlow flow)
{
	Judge judge = {.lines = lines,
		.text = text,
		.end = text + length,
		.flow = flow,
		.out = g_array_new(FALSE, TRUE, sizeof(StripLine))};

	for (size_t at = 0; at < length;) {
		StripLine line = {.start = at};

		line.end = line_at(&judge, at, &line.after).end;
		if (line.end > line.start)
			judge_line(&judge, &line);
		g_array_append_val(judge.out, line);
		at = line.after;
	}
	return judge.out;
}
