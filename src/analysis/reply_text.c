/*
 * The sender's own words: a readable text without quotes and signature.
 *
 * Each line is first classified by itself (reply_text_line.c), then one walk
 * from the top says which lines are quotes, then each run of own lines gives up
 * its signature.  Nothing looks further than a few lines ahead, except once
 * to the end.  In doubt a line stays: a customer's word is never lost.
 */
#include "header_block.h"
#include "internal.h"
#include "reply_text_line.h"

#include <string.h>

enum {
	MAX_SIGNATURE_LINES = 12, /* after a sign-off or a rule */
	MAX_DELIMITED_LINES = 15, /* after "--" that lost its space */
	MAX_CONTACT_LINES = 7,    /* an unmarked block of contacts */
	WRAPPED_QUOTE_BYTES = 68, /* shorter quoted lines are not wrapped */
	BROKEN_OFF_BYTES = 40, /* shorter parts of a broken line are its last */
	UNWRAPPED_BYTES = 60,  /* no program wraps lines so short */
	MAX_HINT_LINES = 12,   /* own lines searched for "see below" */
	MARKER_GAP_CHARS = 32, /* between two words of the marker */
};

typedef struct Walk Walk;
struct Walk {
	GArray *lines;   /* Line */
	bool own_above;  /* words of the sender stand above */
	bool introduced; /* some quote had an attribution or a marker */
	/* The first line below a marker or block, however it is quoted. */
	unsigned passed_on;
	bool cut; /* the lines end at the marker line of our own mail */
};

static void mark(GArray *lines, unsigned from, unsigned to, enum line_fate fate)
{
	for (unsigned i = from; i < to && i < lines->len; i++)
		LINE_AT(lines, i)->fate = fate;
}

/* A rule right above a quote belongs to it. */
static void mark_rule_above(GArray *lines, unsigned i)
{
	unsigned first = i;

	while (first > 0 && i - first < LINE_MAX_BLANKS &&
		LINE_AT(lines, first - 1)->kind == LINE_BLANK)
		first--;
	if (first > 0 && LINE_AT(lines, first - 1)->kind == LINE_RULE)
		mark(lines, first - 1, i, FATE_QUOTE);
}

/* ---- header blocks ---------------------------------------------------- */

/* Has what a client writes and people leave out. */
static bool is_clients(const HeaderBlock *block)
{
	return block->has[FIELD_SUBJECT] && block->has[FIELD_SENT];
}

static bool stands_apart(GArray *lines, unsigned i)
{
	return i == 0 || (LINE_AT(lines, i - 1)->kind != LINE_TEXT &&
				 LINE_AT(lines, i - 1)->kind != LINE_FIELD);
}

/* Rule, marker or telephone's line right above makes a block surer. */
static bool is_marked_above(GArray *lines, unsigned i)
{
	for (unsigned n = 0; i > 0 && n < LINE_MAX_BLANKS; n++) {
		i--;
		if (LINE_AT(lines, i)->kind == LINE_BLANK)
			continue;
		return LINE_AT(lines, i)->kind == LINE_RULE ||
		       LINE_AT(lines, i)->kind == LINE_MOBILE;
	}
	return false;
}

/* ---- quotes ----------------------------------------------------------- */

/*
 * A line that some program wrapped out of its quote: the line above is quoted,
 * long and stops in the middle of a sentence, the line below is quoted.
 */
static bool is_wrapped_out(GArray *lines, unsigned i)
{
	const Line *above, *line;
	char last;

	if (i == 0 || !line_is_kind(lines, i - 1, LINE_QUOTED) ||
		!line_is_kind(lines, i, LINE_TEXT) ||
		!line_is_kind(lines, i + 1, LINE_QUOTED))
		return false;
	above = LINE_AT(lines, i - 1);
	line = LINE_AT(lines, i);
	last = above->start[above->length_bytes - 1];
	return above->length_bytes >= WRAPPED_QUOTE_BYTES &&
	       (g_ascii_islower(last) || last == ',' || last == '-' ||
		       last == '=') &&
	       g_unichar_islower(g_utf8_get_char(line->start));
}

/* Marks a run of quoted lines and returns the line after it. */
static unsigned mark_quoted(GArray *lines, unsigned i)
{
	unsigned end = i;

	while (i < lines->len) {
		if (line_is_kind(lines, i, LINE_QUOTED) ||
			is_wrapped_out(lines, i))
			end = ++i;
		else if (line_is_kind(lines, i, LINE_BLANK))
			i++;
		else
			break;
	}
	return end;
}

/* A line that leads to the quote below in words that no table knows: it ends
 * with a colon and has an address or a date in it. */
static void mark_leading_line(GArray *lines, unsigned quoted)
{
	unsigned i = quoted;
	const Line *line;
	unsigned digits = 0;

	if (i > 0 && line_is_kind(lines, i - 1, LINE_BLANK))
		i--;
	if (i == 0 || !line_is_kind(lines, i - 1, LINE_TEXT))
		return;
	line = LINE_AT(lines, i - 1);
	if (line->fate != FATE_OWN || line->length_bytes > 300 ||
		line->start[line->length_bytes - 1] != ':')
		return;
	for (unsigned k = 0; k < line->length_bytes; k++)
		digits += g_ascii_isdigit(line->start[k]) ? 1 : 0;
	if (digits >= 6 && memchr(line->start, '@', line->length_bytes))
		mark(lines, i - 1, quoted, FATE_QUOTE);
}

static unsigned walk_quoted(Walk *walk, unsigned i)
{
	unsigned end = mark_quoted(walk->lines, i);

	mark_leading_line(walk->lines, i);
	mark(walk->lines, i, end, FATE_QUOTE);
	return end;
}

/* Own words above say that the answers stand inside the quote. */
static bool answers_are_inside(const Walk *walk, unsigned until)
{
	unsigned seen = 0;

	for (unsigned i = 0; i < until && seen < MAX_HINT_LINES; i++) {
		const Line *line = LINE_AT(walk->lines, i);

		if (line->kind != LINE_TEXT || line->fate != FATE_OWN)
			continue;
		seen++;
		if (line_hints_inline(line))
			return true;
	}
	return false;
}

static unsigned mark_tail(Walk *walk, unsigned from)
{
	GArray *lines = walk->lines;

	/* Our own mail is dropped, so that no answer can stand in it. */
	if (!walk->cut && answers_are_inside(walk, from))
		return lines->len;
	mark(lines, from, lines->len, FATE_QUOTE);
	mark_rule_above(lines, from);
	return lines->len;
}

/*
 * A marker ("-----Original Message-----") or a header block at line i: what
 * follows is an old mail, either in quoted lines, after which own words may
 * come, or bare to the end.
 */
static unsigned walk_old_mail(Walk *walk, unsigned i)
{
	GArray *lines = walk->lines;
	unsigned body = i;
	HeaderBlock block;

	if (LINE_AT(lines, i)->kind != LINE_FIELD)
		body = line_skip_blanks(lines, i + 1);
	block = header_block_read(lines, body);
	if (header_block_is_one(&block, true))
		body = line_skip_blanks(lines, block.end);
	if (body < lines->len)
		body += LINE_AT(lines, body)->attribution_lines;
	body = line_skip_blanks(lines, body);
	walk->introduced = true;
	if (!walk->passed_on)
		walk->passed_on = MAX(body, 1);
	if (!line_is_kind(lines, body, LINE_QUOTED))
		return mark_tail(walk, i);
	mark(lines, i, body, FATE_QUOTE);
	mark_rule_above(lines, i);
	return walk_quoted(walk, body);
}

/* "On ... wrote:" at line i. */
static unsigned walk_attribution(Walk *walk, unsigned i)
{
	GArray *lines = walk->lines;
	const Line *line = LINE_AT(lines, i);
	unsigned after = i + line->attribution_lines;
	unsigned body = line_skip_blanks(lines, after);

	if (line_is_kind(lines, body, LINE_QUOTED)) {
		walk->introduced = true;
		mark(lines, i, body, FATE_QUOTE);
		mark_rule_above(lines, i);
		return walk_quoted(walk, body);
	}
	if (walk->cut && body == lines->len) {
		walk->introduced = true;
		mark(lines, i, body, FATE_QUOTE);
		return body;
	}
	/* A bare quote: certain only below own words and with all the marks of
	 * a client's line.  "Your John wrote on 3 May:" is a customer's. */
	if (!line->attribution_sure || !walk->own_above)
		return after;
	walk->introduced = true;
	return mark_tail(walk, i);
}

/* A lone ">500 EUR is what I paid" is the customer's. */
static bool is_weak(GArray *lines, unsigned i)
{
	return LINE_AT(lines, i)->weak &&
	       !line_is_kind(lines, i + 1, LINE_QUOTED) &&
	       (i == 0 || LINE_AT(lines, i - 1)->fate == FATE_OWN);
}

/* "---- Words of some language ----" and a header block below it. */
static bool is_title_of_old_mail(GArray *lines, unsigned i)
{
	HeaderBlock block;

	if (!line_is_kind(lines, i, LINE_TITLE))
		return false;
	block = header_block_read(lines, line_skip_blanks(lines, i + 1));
	return header_block_is_one(&block, false);
}

static void walk_lines(Walk *walk)
{
	GArray *lines = walk->lines;
	unsigned i = 0;

	while (i < lines->len) {
		const Line *line = LINE_AT(lines, i);
		HeaderBlock block;

		if (line->kind == LINE_QUOTED && !is_weak(lines, i)) {
			i = walk_quoted(walk, i);
			continue;
		}
		if (line->kind == LINE_ORIGINAL || line->kind == LINE_FORWARD ||
			is_title_of_old_mail(lines, i)) {
			i = walk_old_mail(walk, i);
			continue;
		}
		if (line->attribution_lines) {
			i = walk_attribution(walk, i);
			continue;
		}
		if (line->kind == LINE_FIELD) {
			block = header_block_read(lines, i);
			if (header_block_is_one(
				    &block, is_marked_above(lines, i)) &&
				(stands_apart(lines, i) ||
					is_clients(&block))) {
				i = walk_old_mail(walk, i);
				continue;
			}
		}
		if (line->kind == LINE_TEXT || line->kind == LINE_TITLE ||
			line->kind == LINE_COMMAND ||
			line->kind == LINE_FIELD || line->kind == LINE_QUOTED)
			walk->own_above = true;
		i++;
	}
}

/* ---- the marker line of our own mails ---------------------------------- */

/* What parts the words of the marker in a quote: blanks of every kind, marks of
 * quoting, a line end. */
static const char *marker_skip_gap(const char *p)
{
	for (unsigned n = 0; *p && n < MARKER_GAP_CHARS; n++) {
		if (*p == '#' || g_unichar_isalnum(g_utf8_get_char(p)))
			break;
		p = g_utf8_next_char(p);
	}
	return p;
}

/* The marker stands at p, which is at its first '#'. */
static bool marker_is_at(const char *p)
{
	const char *wanted = ANALYSIS_MARKER;

	while (*(wanted = marker_skip_gap(wanted))) {
		p = marker_skip_gap(p);
		for (; *wanted == '#' || g_ascii_isalnum(*wanted); wanted++) {
			if (g_ascii_tolower(*p) != g_ascii_tolower(*wanted))
				return false;
			p++;
			if (*wanted == '#')
				p = marker_skip_gap(p);
		}
	}
	return true;
}

const char *reply_text_find_marker(const char *text)
{
	for (const char *p = strchr(text, '#'); p; p = strchr(p + 1, '#')) {
		if (!marker_is_at(p))
			continue;
		while (p > text && p[-1] != '\n')
			p--;
		return p;
	}
	return NULL;
}

/* Nothing from the marker on is read: it is our own mail. */
static void cut_at_marker(Walk *walk, const char *text)
{
	const char *marker = reply_text_find_marker(text);
	unsigned end = walk->lines->len;

	if (!marker)
		return;
	while (end > 0 && LINE_AT(walk->lines, end - 1)->start >= marker)
		end--;
	g_array_set_size(walk->lines, end);
	walk->cut = true;
	walk->introduced = true;
}

/* A line that leads to our mail in words that no table knows. */
static bool is_leading_line(const Line *line)
{
	unsigned digits = 0;

	if (line->kind != LINE_TEXT || line->length_bytes > 300 ||
		line->start[line->length_bytes - 1] != ':')
		return false;
	for (unsigned k = 0; k < line->length_bytes; k++)
		digits += g_ascii_isdigit(line->start[k]) ? 1 : 0;
	return digits >= 4 || memchr(line->start, '@', line->length_bytes);
}

/* The header block that ends where our mail begins, or end. */
static unsigned block_above(GArray *lines, unsigned end)
{
	unsigned first = end;

	for (unsigned i = end; i > 0 && end - i < HEADER_BLOCK_MAX_LINES; i--) {
		HeaderBlock block;

		if (!line_is_kind(lines, i - 1, LINE_FIELD))
			continue;
		block = header_block_read(lines, i - 1);
		if (header_block_is_one(&block, true) &&
			line_skip_blanks(lines, block.end) >= end)
			first = i - 1;
	}
	return first;
}

/* What introduces our mail is not the sender's either. */
static void mark_lead_of_marker(GArray *lines)
{
	unsigned end = lines->len;

	while (end > 0) {
		const Line *line = LINE_AT(lines, end - 1);

		if (line->fate == FATE_OWN && line->kind != LINE_BLANK &&
			line->kind != LINE_RULE &&
			line->kind != LINE_ORIGINAL &&
			line->kind != LINE_FORWARD)
			break;
		end--;
	}
	end = block_above(lines, end);
	if (end > 0 && is_leading_line(LINE_AT(lines, end - 1)))
		end--;
	mark(lines, end, lines->len, FATE_QUOTE);
	mark_rule_above(lines, end);
}

/* ---- signatures ------------------------------------------------------- */

typedef struct Segment Segment;
struct Segment {
	unsigned first;
	unsigned end;     /* blanks and commands at the end left out */
	bool words_above; /* the sender wrote something before this */
};

static unsigned count_lines(GArray *lines, unsigned from, unsigned to)
{
	unsigned count = 0;

	for (unsigned i = from; i < to; i++)
		count += LINE_AT(lines, i)->kind != LINE_BLANK ? 1 : 0;
	return count;
}

static bool words_between(GArray *lines, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++) {
		const Line *line = LINE_AT(lines, i);

		if (line->kind != LINE_MOBILE && line->fate == FATE_OWN &&
			line_has_letters(line))
			return true;
	}
	return false;
}

/* One that is known: a "#hashtag" may stand in a signature. */
static bool is_agents_command(const Line *line)
{
	return line->kind == LINE_COMMAND &&
	       agent_text_is_command(line->start, line->length_bytes);
}

/* All lines could stand in a signature, or a footer begins among them. */
static bool all_short(GArray *lines, unsigned from, unsigned to)
{
	unsigned seen = 0;

	for (unsigned i = from; i < to; i++) {
		const Line *line = LINE_AT(lines, i);

		if (line->kind == LINE_BLANK)
			continue;
		if (line_is_footer(line))
			return true;
		if (++seen > MAX_SIGNATURE_LINES || is_agents_command(line) ||
			!line_is_short(line))
			return false;
	}
	return true;
}

static unsigned count_contacts(GArray *lines, unsigned from, unsigned to)
{
	unsigned contacts = 0;

	for (unsigned i = from; i < to; i++)
		contacts += line_is_contact(LINE_AT(lines, i)) ? 1 : 0;
	return contacts;
}

static bool any_footer(GArray *lines, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to && i < from + MAX_SIGNATURE_LINES; i++)
		if (line_is_footer(LINE_AT(lines, i)))
			return true;
	return false;
}

/* A rule is a signature's if contacts, a footer or a name follow. */
static bool rule_starts_signature(
	GArray *lines, const Segment *segment, unsigned i)
{
	unsigned next = line_skip_blanks(lines, i + 1);

	if (next >= segment->end)
		return true;
	if (!segment->words_above && !words_between(lines, segment->first, i))
		return any_footer(lines, next, segment->end);
	if (!all_short(lines, next, segment->end))
		return false;
	return any_footer(lines, next, segment->end) ||
	       count_contacts(lines, next, segment->end) > 0 ||
	       (line_is_name(LINE_AT(lines, next)) &&
		       count_lines(lines, next, segment->end) <= 4);
}

static bool sign_off_starts_signature(
	GArray *lines, const Segment *segment, unsigned i)
{
	return (segment->words_above ||
		       words_between(lines, segment->first, i)) &&
	       all_short(lines, i + 1, segment->end);
}

/* "--" that lost its space is one only if little follows. */
static bool delimiter_starts_signature(
	GArray *lines, const Segment *segment, unsigned i)
{
	const Line *line = LINE_AT(lines, i);

	return line->start[line->length_bytes] == ' ' ||
	       count_lines(lines, i + 1, segment->end) <= MAX_DELIMITED_LINES;
}

/* The last paragraph, if it is a name and ways to reach it. */
static unsigned contact_block(GArray *lines, const Segment *segment)
{
	unsigned first = segment->end;

	while (first > segment->first &&
		LINE_AT(lines, first - 1)->kind != LINE_BLANK &&
		segment->end - first <= MAX_CONTACT_LINES)
		first--;
	if (first == segment->first || segment->end - first < 3 ||
		segment->end - first > MAX_CONTACT_LINES ||
		!line_is_name(LINE_AT(lines, first)) ||
		!all_short(lines, first, segment->end) ||
		count_contacts(lines, first, segment->end) < 2)
		return segment->end;
	return first;
}

static unsigned find_signature(GArray *lines, const Segment *segment)
{
	unsigned signatures = 0;

	for (unsigned i = segment->first; i < segment->end; i++) {
		const Line *line = LINE_AT(lines, i);
		bool starts = false;

		if (line->kind == LINE_DELIMITER)
			starts = delimiter_starts_signature(lines, segment, i);
		else if (line->kind != LINE_RULE && line->kind != LINE_SIGN_OFF)
			continue;
		/* Only so many are tried: each looks to the end. */
		if (++signatures > 200)
			break;
		if (line->kind == LINE_RULE)
			starts = rule_starts_signature(lines, segment, i);
		else if (line->kind == LINE_SIGN_OFF)
			starts = sign_off_starts_signature(lines, segment, i);
		if (starts)
			return i;
	}
	return contact_block(lines, segment);
}

static bool is_apart(GArray *lines, const Segment *segment, unsigned i)
{
	enum line_kind kind;

	if (i < segment->first || i >= segment->end)
		return true;
	kind = LINE_AT(lines, i)->kind;
	return kind == LINE_BLANK || kind == LINE_MOBILE ||
	       kind == LINE_DELIMITER || kind == LINE_RULE;
}

/* "Sent from my iPhone" stands by itself; a name may stand right above. */
static void mark_mobile(GArray *lines, const Segment *segment)
{
	for (unsigned i = segment->first; i < segment->end; i++) {
		bool name;

		if (LINE_AT(lines, i)->kind != LINE_MOBILE ||
			!is_apart(lines, segment, i + 1))
			continue;
		name = i > segment->first + 1 &&
		       line_is_kind(lines, i - 1, LINE_TEXT) &&
		       line_is_kind(lines, i - 2, LINE_BLANK) &&
		       line_is_name(LINE_AT(lines, i - 1));
		if (!name && i > segment->first &&
			!is_apart(lines, segment, i - 1) &&
			!(i + 1 == segment->end &&
				LINE_AT(lines, i - 1)->length_bytes <
					UNWRAPPED_BYTES))
			continue;
		mark(lines, name ? i - 1 : i, i + 1, FATE_SIGNATURE);
	}
}

/* Commands at the end stand apart from a signature; a "#hashtag" does so only
 * below a blank line. */
static unsigned end_without_commands(GArray *lines, const Segment *segment)
{
	unsigned end = segment->end;

	while (end > segment->first) {
		const Line *line = LINE_AT(lines, end - 1);

		if (line->kind != LINE_BLANK && !is_agents_command(line) &&
			(line->kind != LINE_COMMAND ||
				end - 1 == segment->first ||
				!line_is_kind(lines, end - 2, LINE_BLANK)))
			break;
		end--;
	}
	return end;
}

static void sign_segment(GArray *lines, Segment *segment)
{
	unsigned whole = segment->end;
	unsigned first;

	segment->end = end_without_commands(lines, segment);
	mark_mobile(lines, segment);
	first = find_signature(lines, segment);
	/* Below "-- " all is the signature's (RFC 3676 4.3). */
	if (line_is_kind(lines, first, LINE_DELIMITER) && first < segment->end)
		segment->end = whole;
	mark(lines, first, segment->end, FATE_SIGNATURE);
}

static void find_signatures(GArray *lines)
{
	bool words_above = false;
	unsigned i = 0;

	while (i < lines->len) {
		Segment segment = {.first = i, .words_above = words_above};

		while (i < lines->len && LINE_AT(lines, i)->fate == FATE_OWN)
			i++;
		segment.end = i;
		if (segment.end > segment.first) {
			sign_segment(lines, &segment);
			words_above |= words_between(
				lines, segment.first, segment.end);
		}
		while (i < lines->len && LINE_AT(lines, i)->fate != FATE_OWN)
			i++;
	}
}

/* ---- putting together ------------------------------------------------- */

static void append_line(GString *out, const Line *line, unsigned *blanks)
{
	if (line->kind == LINE_BLANK) {
		(*blanks)++;
		return;
	}
	if (out->len)
		g_string_append(out, *blanks ? "\n\n" : "\n");
	*blanks = 0;
	g_string_append_len(out, line->start, line->length_bytes);
}

static char *gather(GArray *lines, enum line_fate fate)
{
	GString *out = g_string_new(NULL);
	unsigned blanks = 0;

	for (unsigned i = 0; i < lines->len; i++) {
		const Line *line = LINE_AT(lines, i);

		if (line->fate == fate)
			append_line(out, line, &blanks);
		else
			blanks++;
	}
	return g_string_free(out, FALSE);
}

static bool any_own_words(GArray *lines)
{
	for (unsigned i = 0; i < lines->len; i++) {
		const Line *line = LINE_AT(lines, i);

		if (line->fate == FATE_OWN && line_has_words(line))
			return true;
	}
	return false;
}

/*
 * What is passed on without a word of one's own.  A line that looks like an
 * agent's command is somebody else's here, so it is put into quotes.
 */
static char *gather_passed_on(GArray *lines, unsigned from)
{
	GString *out = g_string_new(NULL);
	unsigned blanks = 0;

	for (unsigned i = from; i < lines->len; i++) {
		Line line = *LINE_AT(lines, i);

		while (line.kind == LINE_QUOTED && line.length_bytes &&
			(*line.start == '>' || *line.start == ' ')) {
			line.start++;
			line.length_bytes--;
		}
		if (!line.length_bytes)
			line.kind = LINE_BLANK;
		append_line(out, &line, &blanks);
		if (line.length_bytes && *line.start == '#')
			g_string_insert(out,
				(gssize)(out->len - line.length_bytes), "> ");
	}
	return g_string_free(out, FALSE);
}

/* Nothing of the sender's own is left: what then are the words? */
static char *without_own_words(const Walk *walk)
{
	if (walk->passed_on && walk->passed_on < walk->lines->len)
		return gather_passed_on(walk->lines, walk->passed_on);
	/* A bare reply to a quoted mail says nothing. */
	if (walk->introduced)
		return g_strdup("");
	/* All is indented, and nothing says that it is old. */
	return gather_passed_on(walk->lines, 0);
}

/* What may be somebody else's although it was kept. */
static bool is_doubtful(GArray *lines, unsigned i)
{
	const Line *line = LINE_AT(lines, i);
	HeaderBlock block;

	if (line->fate != FATE_OWN)
		return false;
	if (line->kind == LINE_QUOTED)
		return !line->weak;
	if (line->kind == LINE_ORIGINAL || line->kind == LINE_FORWARD)
		return true;
	if (line->kind != LINE_FIELD)
		return line->attribution_sure;
	block = header_block_read(lines, i);
	return header_block_is_one(&block, false);
}

/* A client that breaks a long line of a quote marks its first part alone: the
 * rest, which whoever wrote the line chose, stands right below, and below parts
 * that were full. */
static bool may_be_broken_off(const Line *above, bool above_may)
{
	if (above->fate == FATE_QUOTE && above->kind == LINE_QUOTED)
		return true;
	return above_may && above->kind != LINE_BLANK &&
	       (above->kind == LINE_COMMAND ||
		       above->length_bytes >= BROKEN_OFF_BYTES);
}

/* (transfer full) (nullable) */
static char *find_doubt(GArray *lines)
{
	bool broken_off = false;

	for (unsigned i = 0; i < lines->len; i++) {
		const Line *line = LINE_AT(lines, i);

		broken_off = i && may_be_broken_off(
					  LINE_AT(lines, i - 1), broken_off);
		if (is_doubtful(lines, i) ||
			(broken_off && line->fate == FATE_OWN &&
				line->kind == LINE_COMMAND))
			return g_strndup(line->start, line->length_bytes);
	}
	return NULL;
}

static bool any_of_kind(GArray *lines, enum line_kind kind)
{
	for (unsigned i = 0; i < lines->len; i++)
		if (LINE_AT(lines, i)->kind == kind)
			return true;
	return false;
}

void reply_text_clear(ReplyText *reply)
{
	g_clear_pointer(&reply->own, g_free);
	g_clear_pointer(&reply->signature, g_free);
	g_clear_pointer(&reply->doubt, g_free);
}

void reply_text_read(const char *text, ReplyText *ret_reply)
{
	g_autoptr(GArray) lines = line_read_all(text);
	Walk walk = {.lines = lines};

	cut_at_marker(&walk, text);
	walk_lines(&walk);
	if (walk.cut)
		mark_lead_of_marker(lines);
	find_signatures(lines);
	*ret_reply = (ReplyText){
		.signature = gather(lines, FATE_SIGNATURE),
		.passed_on = !any_own_words(lines),
		.forwards = any_of_kind(lines, LINE_FORWARD),
	};
	if (!*ret_reply->signature)
		g_clear_pointer(&ret_reply->signature, g_free);
	if (ret_reply->passed_on) {
		ret_reply->own = without_own_words(&walk);
	} else {
		ret_reply->own = gather(lines, FATE_OWN);
		ret_reply->doubt = find_doubt(lines);
	}
}

void reply_text_split(
	const char *text, char **ret_reply_text, char **ret_signature)
{
	ReplyText reply;

	reply_text_read(text, &reply);
	*ret_reply_text = g_steal_pointer(&reply.own);
	*ret_signature = g_steal_pointer(&reply.signature);
	reply_text_clear(&reply);
}
