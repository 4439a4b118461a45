/*
 * What kind of complainer writes, and how urgently.
 *
 * The kinds are those of the literature on customer care: the meek, who would
 * rather not complain; the aggressive; the high roller, who expects the best
 * and pays for it; the rip-off, who wants more than is due; the chronic, for
 * whom nothing is ever right.  A guess is made from words and from shouting
 * only: what the customer's history says is the engine's to add.  In doubt
 * there is no kind.
 */
#include "internal.h"

#include <string.h>

#include "data/complainer_words.h"

enum {
	MAX_TEXT_BYTES = 32 * 1024,
	MAX_NAMED = 6, /* phrases that a reason quotes */
	MIN_SHOUTED_LETTERS = 20,
	MIN_EXCLAMATIONS = 4,
	MIN_POINTS = 3, /* for a kind */
	MIN_LEAD = 2,   /* over the second kind */
};

typedef struct Findings Findings;
struct Findings {
	unsigned counts[TOPICS]; /* different phrases found of each topic */
	GPtrArray *phrases;      /* char *, as found, the first few */
	unsigned exclamations;
	bool shouted; /* more capitals than people write */
};

/* ---- looking ---------------------------------------------------------- */

/* "*" inside a phrase stands for an ending, so that a word of it may vary. */
static const char *match_at(const char *phrase, const char *p)
{
	for (; *phrase; phrase++) {
		if (*phrase != '*') {
			if (*phrase != *p++)
				return NULL;
			continue;
		}
		while (g_unichar_isalpha(g_utf8_get_char(p)))
			p = g_utf8_next_char(p);
	}
	return p;
}

/* The phrase as it stands in the text, or NULL.  (transfer full) */
static char *find_phrase(const char *text, const char *phrase)
{
	g_autofree char *head = g_strndup(phrase, strcspn(phrase, "*"));

	for (const char *p = strstr(text, head); p; p = strstr(p + 1, head)) {
		const char *end = match_at(phrase, p);
		gunichar before, after, first;

		if (!end)
			continue;
		before = p > text ? g_utf8_get_char(g_utf8_prev_char(p)) : ' ';
		after = g_utf8_get_char(end);
		first = g_utf8_get_char(p);
		if (folded_is_unspaced(first) ||
			(!g_unichar_isalnum(before) &&
				!g_unichar_isalnum(after)))
			return g_strndup(p, (size_t)(end - p));
	}
	return NULL;
}

static void look_for_one(
	Findings *findings, const char *text, const char *phrase, int topic)
{
	g_autofree char *found = find_phrase(text, phrase);

	if (!found || g_ptr_array_find_with_equal_func(
			      findings->phrases, found, g_str_equal, NULL))
		return;
	findings->counts[topic]++;
	g_ptr_array_add(findings->phrases, g_steal_pointer(&found));
}

static void look_for(
	Findings *findings, const FoldedText *own, const ComplainerWords *words)
{
	const char *phrase = words->phrases;

	for (;;) {
		size_t length = strcspn(phrase, "|");

		if (folded_may_hold(own, phrase, strcspn(phrase, "|*"))) {
			g_autofree char *one = g_strndup(phrase, length);
			look_for_one(findings, own->text->str, one,
				(int)words->topic);
		}
		if (!phrase[length])
			return;
		phrase += length + 1;
	}
}

static bool is_relevant(const char *spoken, const char *language)
{
	return !language || !strcmp(spoken, "en") || !strcmp(spoken, language);
}

static void count_signs(Findings *findings, const char *text)
{
	const char *end = text + strnlen(text, MAX_TEXT_BYTES);
	unsigned upper = 0, lower = 0;

	for (const char *p = text; p < end; p = g_utf8_next_char(p)) {
		gunichar c;

		if ((guchar)*p < 0x80) {
			findings->exclamations += *p == '!' ? 1 : 0;
			upper += g_ascii_isupper(*p) ? 1 : 0;
			lower += g_ascii_islower(*p) ? 1 : 0;
			continue;
		}
		c = g_utf8_get_char(p);
		findings->exclamations += c == 0xff01 ? 1 : 0;
		upper += g_unichar_isupper(c) ? 1 : 0;
		lower += g_unichar_islower(c) ? 1 : 0;
	}
	findings->shouted = upper >= MIN_SHOUTED_LETTERS &&
			    upper * 10 >= (upper + lower) * 4;
}

/* ---- judging ---------------------------------------------------------- */

/* What a phrase of each topic says of each kind, in points. */
static const signed char points[TOPICS][ANALYSIS_CHRONIC + 1] = {
	[TOPIC_LAW] = {[ANALYSIS_AGGRESSIVE] = 2, [ANALYSIS_MEEK] = -2},
	[TOPIC_REGULATOR] = {[ANALYSIS_AGGRESSIVE] = 1, [ANALYSIS_MEEK] = -2},
	[TOPIC_PRESS] = {[ANALYSIS_AGGRESSIVE] = 1, [ANALYSIS_MEEK] = -2},
	[TOPIC_SAFETY] = {[ANALYSIS_RIP_OFF] = -2},
	[TOPIC_MONEY] = {[ANALYSIS_RIP_OFF] = 1},
	[TOPIC_COMPENSATION] = {[ANALYSIS_RIP_OFF] = 2, [ANALYSIS_MEEK] = -1},
	[TOPIC_HASTE] = {[ANALYSIS_AGGRESSIVE] = 1, [ANALYSIS_MEEK] = -1},
	[TOPIC_INSULT] = {[ANALYSIS_AGGRESSIVE] = 2, [ANALYSIS_MEEK] = -2},
	[TOPIC_STANDING] = {[ANALYSIS_HIGH_ROLLER] = 3},
	[TOPIC_DEMAND_MORE] = {[ANALYSIS_RIP_OFF] = 3},
	[TOPIC_AGAIN] = {[ANALYSIS_CHRONIC] = 2},
	[TOPIC_SHY] = {[ANALYSIS_MEEK] = 3},
};

static void add_points(
	const Findings *findings, int scores[ANALYSIS_CHRONIC + 1])
{
	for (unsigned topic = 0; topic < TOPICS; topic++)
		for (unsigned kind = 0; kind <= ANALYSIS_CHRONIC; kind++)
			scores[kind] += points[topic][kind] *
					(int)MIN(findings->counts[topic], 4);
	if (findings->exclamations >= MIN_EXCLAMATIONS) {
		scores[ANALYSIS_AGGRESSIVE] += 2;
		scores[ANALYSIS_MEEK] -= 2;
	}
	if (findings->shouted) {
		scores[ANALYSIS_AGGRESSIVE] += 2;
		scores[ANALYSIS_MEEK] -= 2;
	}
	/* Asking for one's money, even with damages, is not yet a rip-off. */
	if (!findings->counts[TOPIC_DEMAND_MORE])
		scores[ANALYSIS_RIP_OFF] = MIN(scores[ANALYSIS_RIP_OFF], 2);
	/* One "again" is not a habit. */
	if (findings->counts[TOPIC_AGAIN] < 2)
		scores[ANALYSIS_CHRONIC] = 0;
}

static enum analysis_complainer judge_kind(const Findings *findings)
{
	int scores[ANALYSIS_CHRONIC + 1] = {0};
	enum analysis_complainer best = ANALYSIS_COMPLAINER_NONE;
	int second = 0;

	add_points(findings, scores);
	for (unsigned kind = ANALYSIS_MEEK; kind <= ANALYSIS_CHRONIC; kind++) {
		if (scores[kind] > scores[best]) {
			second = scores[best];
			best = (enum analysis_complainer)kind;
		} else {
			second = MAX(second, scores[kind]);
		}
	}
	if (scores[best] < MIN_POINTS || scores[best] - second < MIN_LEAD)
		return ANALYSIS_COMPLAINER_NONE;
	return best;
}

/* Somebody may be hurt: 3.  A threat: 2, two kinds of them 3.  Haste, anger,
 * money: 1, three of them 2. */
static int judge_urgency(const Findings *findings)
{
	const unsigned *counts = findings->counts;
	unsigned threats = 0, signs = 0;

	if (counts[TOPIC_SAFETY])
		return 3;
	threats += counts[TOPIC_LAW] ? 1 : 0;
	threats += counts[TOPIC_REGULATOR] ? 1 : 0;
	threats += counts[TOPIC_PRESS] ? 1 : 0;
	signs += counts[TOPIC_HASTE] ? 1 : 0;
	signs += counts[TOPIC_INSULT] ? 1 : 0;
	signs += counts[TOPIC_MONEY] || counts[TOPIC_COMPENSATION] ? 1 : 0;
	signs += findings->exclamations >= MIN_EXCLAMATIONS ? 1 : 0;
	signs += findings->shouted ? 1 : 0;
	if (threats > 1 || (threats && signs > 2))
		return 3;
	if (threats || signs > 2)
		return 2;
	return signs ? 1 : 0;
}

/* "14 exclamation marks, mostly capitals, 'lawyer', 'at once'".  (nullable) */
static char *reason_of(const Findings *findings)
{
	GString *reason = g_string_new(NULL);

	if (findings->exclamations >= MIN_EXCLAMATIONS)
		g_string_append_printf(
			reason, "%u exclamation marks", findings->exclamations);
	if (findings->shouted)
		g_string_append_printf(
			reason, "%smostly capitals", reason->len ? ", " : "");
	for (guint i = 0; i < findings->phrases->len && i < MAX_NAMED; i++)
		g_string_append_printf(reason, "%s'%s'",
			reason->len ? ", " : "",
			(const char *)findings->phrases->pdata[i]);
	if (!reason->len) {
		g_string_free(reason, TRUE);
		return NULL;
	}
	return g_string_free(reason, FALSE);
}

enum analysis_complainer complainer_judge(const char *subject,
	const char *reply_text, const char *language, char **ret_reason,
	int *ret_urgency, bool *ret_compensation)
{
	g_autoptr(FoldedText) own =
		folded_new(subject, reply_text, MAX_TEXT_BYTES);
	g_autoptr(GPtrArray) phrases = g_ptr_array_new_with_free_func(g_free);
	Findings findings = {.phrases = phrases};
	enum analysis_complainer kind;

	for (size_t i = 0; i < G_N_ELEMENTS(complainer_words); i++)
		if (is_relevant(complainer_words[i].language, language))
			look_for(&findings, own, &complainer_words[i]);
	count_signs(&findings, reply_text ? reply_text : "");
	kind = judge_kind(&findings);
	*ret_urgency = judge_urgency(&findings);
	*ret_reason = reason_of(&findings);
	if (ret_compensation)
		*ret_compensation = findings.counts[TOPIC_COMPENSATION] ||
				    findings.counts[TOPIC_DEMAND_MORE];
	return kind;
}
