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
	MAX_NAMED = 6,     /* phrases that a reason quotes */
	MAX_TRIES = 16,    /* places where a weak phrase may be meant */
	INTENT_BYTES = 80, /* a word of intent is at most so far away */
	MIN_SHOUTED_LETTERS = 20,
	MIN_EXCLAMATIONS = 4,
	MIN_POINTS = 3, /* for a kind */
	MIN_LEAD = 2,   /* over the second kind */
};

typedef struct Findings Findings;
struct Findings {
	unsigned counts[TOPICS];    /* different phrases found of each topic */
	GPtrArray *phrases;         /* char *, as found, the first few */
	const char *firsts[TOPICS]; /* of phrases (nullable) */
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

static bool is_letter(gunichar c)
{
	return g_unichar_isalnum(c) && !folded_is_unspaced(c);
}

/* Where the phrase stands as whole words, and how long it is there. */
static const char *find_from(
	const char *text, const char *p, const char *phrase, size_t *ret_length)
{
	g_autofree char *head = g_strndup(phrase, strcspn(phrase, "*"));

	for (p = strstr(p, head); p; p = strstr(p + 1, head)) {
		const char *end = match_at(phrase, p);
		gunichar before, after, first;

		if (!end)
			continue;
		before = p > text ? g_utf8_get_char(g_utf8_prev_char(p)) : ' ';
		after = g_utf8_get_char(end);
		first = g_utf8_get_char(p);
		if (folded_is_unspaced(first) ||
			(!is_letter(before) && !is_letter(after))) {
			*ret_length = (size_t)(end - p);
			return p;
		}
	}
	return NULL;
}

static bool ends_sentence(gunichar c)
{
	return c == '.' || c == '!' || c == '?' || c == 0x3002 || c == 0xff01 ||
	       c == 0xff1f;
}

/* The sentence around p, or as much of it as is near.  (transfer full) */
static char *sentence_around(const char *text, const char *p)
{
	const char *start = p, *end = p;

	while (start > text && p - start < INTENT_BYTES &&
		!ends_sentence(g_utf8_get_char(g_utf8_prev_char(start))))
		start = g_utf8_prev_char(start);
	while (*end && end - p < INTENT_BYTES &&
		!ends_sentence(g_utf8_get_char(end)))
		end = g_utf8_next_char(end);
	return g_strndup(start, (size_t)(end - start));
}

static const char *intents_of(const char *language)
{
	for (size_t i = 0; i < G_N_ELEMENTS(complainer_words); i++)
		if (complainer_words[i].topic == TOPIC_INTENT &&
			!strcmp(complainer_words[i].language, language))
			return complainer_words[i].phrases;
	return "";
}

static bool is_intended(const char *text, const char *p, const char *language)
{
	g_autofree char *sentence = sentence_around(text, p);
	g_auto(GStrv) intents = g_strsplit(intents_of(language), "|", -1);
	size_t length;

	for (char **intent = intents; *intent; intent++)
		if (find_from(sentence, sentence, *intent, &length))
			return true;
	return false;
}

/* The phrase as it stands in the text, or NULL.  (transfer full) */
static char *find_phrase(
	const char *text, const char *phrase, const char *language)
{
	bool weak = *phrase == '~';
	size_t length = 0;
	unsigned tries = 0;
	const char *p = find_from(text, text, phrase + weak, &length);

	while (weak && p && !is_intended(text, p, language))
		p = ++tries < MAX_TRIES ? find_from(text, p + length,
						  phrase + weak, &length)
					: NULL;
	return p ? g_strndup(p, length) : NULL;
}

static void look_for_one(Findings *findings, const char *text,
	const char *phrase, const ComplainerWords *words)
{
	g_autofree char *found = find_phrase(text, phrase, words->language);

	if (!found || g_ptr_array_find_with_equal_func(
			      findings->phrases, found, g_str_equal, NULL))
		return;
	if (!findings->counts[words->topic]++)
		findings->firsts[words->topic] = found;
	g_ptr_array_add(findings->phrases, g_steal_pointer(&found));
}

static void look_for(
	Findings *findings, const FoldedText *own, const ComplainerWords *words)
{
	const char *phrase = words->phrases;

	for (;;) {
		size_t length = strcspn(phrase, "|");
		bool weak = *phrase == '~';

		if (folded_may_hold(
			    own, phrase + weak, strcspn(phrase + weak, "|*"))) {
			g_autofree char *one = g_strndup(phrase, length);
			look_for_one(findings, own->text->str, one, words);
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

/* A reply repeats the words of its subject, which were weighed before. */
static bool is_said_now(const Analysis *analysis, const char *phrase)
{
	if (!analysis->in_reply_to->len && !analysis->references->len)
		return true;
	g_autoptr(FoldedText) own =
		folded_new(NULL, analysis->reply_text, MAX_TEXT_BYTES);
	return strstr(own->text->str, phrase);
}

/* "law: 'lawyer'; press: 'newspapers'".  (nullable) (transfer full) */
static char *threat_of(const Findings *findings, const Analysis *analysis)
{
	static const struct {
		enum topic topic;
		const char *name;
	} threats[] = {
		{TOPIC_LAW, "law"},
		{TOPIC_REGULATOR, "regulator"},
		{TOPIC_PRESS, "press"},
	};
	GString *threat = g_string_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(threats); i++) {
		const char *phrase = findings->firsts[threats[i].topic];
		if (phrase && is_said_now(analysis, phrase))
			g_string_append_printf(threat, "%s%s: '%s'",
				threat->len ? "; " : "", threats[i].name,
				phrase);
	}
	return g_string_free(threat, !threat->len);
}

void complainer_judge(Analysis *analysis)
{
	g_autoptr(FoldedText) own = folded_new(
		analysis->base_subject, analysis->reply_text, MAX_TEXT_BYTES);
	g_autoptr(GPtrArray) phrases = g_ptr_array_new_with_free_func(g_free);
	Findings findings = {.phrases = phrases};

	for (size_t i = 0; i < G_N_ELEMENTS(complainer_words); i++)
		if (complainer_words[i].topic != TOPIC_INTENT &&
			is_relevant(complainer_words[i].language,
				analysis->language))
			look_for(&findings, own, &complainer_words[i]);
	count_signs(&findings, analysis->reply_text);
	analysis->complainer = judge_kind(&findings);
	analysis->urgency = judge_urgency(&findings);
	analysis->complainer_reason = reason_of(&findings);
	analysis->asks_compensation = findings.counts[TOPIC_COMPENSATION] ||
				      findings.counts[TOPIC_DEMAND_MORE];
	analysis->threat = threat_of(&findings, analysis);
}
