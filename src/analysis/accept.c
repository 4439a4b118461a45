/*
 * Does a mail read like a complaint?  Signs for and against are weighed; the
 * score is their share, with one of each added, so that a mail that says
 * nothing is in the middle and no single word decides alone.
 */
#include "internal.h"

#include <string.h>

#include "data/accept_words.h"

enum {
	MAX_TEXT_BYTES = 16 * 1024,
	MAX_COUNTED = 3,    /* phrases of a topic */
	MAX_REASONS = 12,   /* told */
	TELLING_CHARS = 60, /* who writes more and complains of nothing does
			       not complain */
	BULK_POINTS = 2,
};

/* Below this the language is a guess: all words are sought. */
static const double language_sure = 0.5;

static const struct {
	const char *name;
	int points; /* for each phrase, against if negative */
} topics[ACCEPT_TOPICS] = {
	[ACCEPT_DISCONTENT] = {"discontent", 3},
	[ACCEPT_FAULT] = {"fault", 2},
	[ACCEPT_DELAY] = {"delay", 2},
	[ACCEPT_AMENDS] = {"amends", 2},
	[ACCEPT_UNFAIR] = {"unfair", 2},
	[ACCEPT_QUESTION] = {"question", -2},
	[ACCEPT_TRADE] = {"trade", -2},
	[ACCEPT_WORK] = {"application", -3},
	[ACCEPT_SALES] = {"sales", -3},
	[ACCEPT_PRAISE] = {"praise", -3},
};

typedef struct Scale Scale;
struct Scale {
	int with, against;
	GPtrArray *reasons;
};

static void weigh(Scale *scale, int points, char *reason)
{
	if (points > 0)
		scale->with += points;
	else
		scale->against -= points;
	if (scale->reasons->len < MAX_REASONS)
		g_ptr_array_add(scale->reasons, reason);
	else
		g_free(reason);
}

/* As whole words, or from the beginning of one where any ending may follow. */
static bool stands_in(
	const GString *text, const char *phrase, size_t length, bool open)
{
	const char *end = text->str + text->len;
	const char *p = text->str;

	while ((p = memmem(p, (size_t)(end - p), phrase, length))) {
		const char *behind = p + length;
		gunichar before = g_utf8_get_char(g_utf8_prev_char(p));

		if (folded_is_unspaced(g_utf8_get_char(phrase)) ||
			(!g_unichar_isalnum(before) &&
				(open || !g_unichar_isalnum(
						 g_utf8_get_char(behind)))))
			return true;
		p = behind;
	}
	return false;
}

static void look_for(
	Scale *scale, const FoldedText *own, const AcceptWords *words)
{
	const char *phrase = words->phrases;
	int points = topics[words->topic].points;

	for (unsigned found = 0; found < MAX_COUNTED;) {
		size_t length = strcspn(phrase, "|");
		bool open = length && phrase[length - 1] == '*';

		if (folded_may_hold(own, phrase, length - open) &&
			stands_in(own->text, phrase, length - open, open)) {
			weigh(scale, points,
				g_strdup_printf("%s: '%.*s'",
					topics[words->topic].name,
					(int)(length - open), phrase));
			found++;
		}
		if (!phrase[length])
			break;
		phrase += length + 1;
	}
}

static bool is_relevant(const Analysis *analysis, const char *spoken)
{
	return !analysis->language ||
	       analysis->language_confidence < language_sure ||
	       !strcmp(spoken, "en") || !strcmp(spoken, analysis->language);
}

static bool knows_language(const char *language)
{
	for (size_t i = 0; language && i < G_N_ELEMENTS(accept_words); i++)
		if (!strcmp(accept_words[i].language, language))
			return true;
	return false;
}

/* What the manner and the words of anger say. */
static void weigh_manner(Scale *scale, const Analysis *analysis)
{
	const char *name = analysis_complainer_name(analysis->complainer);

	if (name)
		weigh(scale, 2, g_strdup_printf("manner: %s", name));
	if (analysis->urgency)
		weigh(scale, analysis->urgency,
			g_strdup_printf("urgency: %d", analysis->urgency));
}

/* Silence tells only where it could be heard: enough words, all of them read,
 * in a language that we know. */
static void weigh_silence(Scale *scale, const Analysis *analysis)
{
	if (scale->with || analysis->defects->len ||
		analysis->language_confidence < language_sure ||
		!knows_language(analysis->language) ||
		g_utf8_strlen(analysis->reply_text, -1) < TELLING_CHARS)
		return;
	weigh(scale, -1, g_strdup("no sign of a complaint"));
}

static bool is_report(enum analysis_kind kind)
{
	switch (kind) {
	case ANALYSIS_BOUNCE:
	case ANALYSIS_AUTO_REPLY:
	case ANALYSIS_RECEIPT:
	case ANALYSIS_FEEDBACK_REPORT:
	case ANALYSIS_LOOP:
		return true;
	case ANALYSIS_COMPLAINT:
	case ANALYSIS_AUTO_GENERATED:
	case ANALYSIS_LIST:
		return false;
	}
	g_assert_not_reached();
}

void accept_judge(Analysis *analysis)
{
	const char *kind = analysis_kind_name(analysis->kind);
	Scale scale = {.reasons = analysis->complaint_reasons};

	if (is_report(analysis->kind)) {
		analysis->complaint_score = 0.0;
		g_ptr_array_add(
			scale.reasons, g_strconcat("kind: ", kind, NULL));
		return;
	}
	g_autoptr(FoldedText) own = folded_new(
		analysis->base_subject, analysis->reply_text, MAX_TEXT_BYTES);
	for (size_t i = 0; i < G_N_ELEMENTS(accept_words); i++)
		if (is_relevant(analysis, accept_words[i].language))
			look_for(&scale, own, &accept_words[i]);
	weigh_manner(&scale, analysis);
	/* A form or a list may carry a complaint, but has to say so. */
	if (analysis->kind != ANALYSIS_COMPLAINT)
		weigh(&scale, -BULK_POINTS, g_strconcat("kind: ", kind, NULL));
	weigh_silence(&scale, analysis);
	analysis->complaint_score =
		(1.0 + scale.with) / (2.0 + scale.with + scale.against);
}
