/*
 * How the mails to customers sound: each kind is written for a made-up
 * customer, in each manner, and sought for what it owes and for blame.
 */
#include "tone.h"

#include <string.h>

#include "templates.h"

/* What a mail to a customer may owe. */
enum owed { OWES_THANKS, OWES_REFERENCE, OWES_TIME, OWES_NEXT, OWES_ANSWER };
enum { OWES = OWES_ANSWER + 1 };

#define THANKS (1U << OWES_THANKS)
#define REFERENCE (1U << OWES_REFERENCE)
#define TIME (1U << OWES_TIME)
#define NEXT (1U << OWES_NEXT)
#define ANSWER (1U << OWES_ANSWER)

static const char *const owed_names[OWES] = {
	[OWES_THANKS] = "thanks",
	[OWES_REFERENCE] = "the reference",
	[OWES_TIME] = "a concrete time",
	[OWES_NEXT] = "what happens next",
	[OWES_ANSWER] = "a way to answer",
};

/* An agent's own words are not ours to judge: reply owes what is around. */
static const unsigned owed_by_kind[REPLY_KINDS] = {
	[REPLY_ACK] = THANKS | REFERENCE | TIME | NEXT | ANSWER,
	[REPLY_FOLLOWUP] = REFERENCE | TIME | NEXT | ANSWER,
	[REPLY_LATE] = REFERENCE | TIME | NEXT | ANSWER,
	[REPLY_RESOLVED] = THANKS | REFERENCE | ANSWER,
	[REPLY_STATUS] = THANKS | REFERENCE | TIME | NEXT | ANSWER,
	[REPLY_REPLY] = REFERENCE | ANSWER,
	[REPLY_SURVEY] = THANKS | REFERENCE | ANSWER,
	[REPLY_AFTERCARE] = THANKS | REFERENCE | ANSWER,
	[REPLY_NEED_INFO] = THANKS | REFERENCE | TIME | NEXT | ANSWER,
};

/* ---- the made-up ticket ------------------------------------------------ */

enum { NOW_S = 1795521600, HOUR_S = 3600, DAY_S = 24 * HOUR_S };

static const char *const questions[] = {"?", NULL};

/* Names and words that are in no list. */
static const ReplyFacts sample = {
	.time_zone = "UTC",
	.reference = "7K3F-92QX",
	.customer_name = "Xx Yy",
	.subject = "0",
	.mailbox_name = "0",
	.mailbox_address = "complaints@example.com",
	.opened_s = NOW_S - HOUR_S,
	.promised_s = NOW_S + 8 * HOUR_S,
	.next_update_s = NOW_S + DAY_S,
	.resolve_s = NOW_S + 10 * DAY_S,
	.now_s = NOW_S,
	.state = "open",
	.messages = 1,
	.interval_s = DAY_S,
	.questions = questions,
	.wait_until_s = NOW_S + 7 * DAY_S,
};

/* The forms that a kind of mail may take. */
typedef struct Variant Variant;
struct Variant {
	const char *flag; /* the section that is shown; NULL: none */
	int kind;         /* only in this; ANY_KIND: in any */
	ReplyFacts with;  /* of these alone: see make_facts() */
};

enum { ANY_KIND = -1 };

static const Variant variants[] = {
	{NULL, ANY_KIND, {0}},
	{"action_first", ANY_KIND, {.complainer = "aggressive"}},
	{"exact_facts", ANY_KIND, {.complainer = "rip-off"}},
	{"patient", ANY_KIND, {.complainer = "chronic"}},
	{"invite_more", ANY_KIND, {.complainer = "meek"}},
	{"promise_kept", REPLY_FOLLOWUP, {.promise_kept = true}},
	{"promise_kept", REPLY_STATUS, {.promise_kept = true}},
	{"reopened", REPLY_STATUS, {.reopened = true}},
	{"resumed", REPLY_STATUS, {.resumed = true}},
	{"reminder", REPLY_NEED_INFO, {.reminder = 1}},
	{"unanswered", REPLY_RESOLVED, {.unanswered = true}},
	{"solved_by_customer", REPLY_RESOLVED, {.solved_by_customer = true}},
};

static ReplyFacts make_facts(
	enum reply_kind kind, const char *language, const Variant *variant)
{
	ReplyFacts facts = sample;

	facts.kind = kind;
	facts.language = language;
	facts.words = kind == REPLY_REPLY ? "0" : NULL;
	facts.complainer = variant->with.complainer;
	facts.promise_kept = variant->with.promise_kept;
	facts.reopened = variant->with.reopened;
	facts.resumed = variant->with.resumed;
	facts.reminder = variant->with.reminder;
	facts.unanswered = variant->with.unanswered;
	facts.solved_by_customer = variant->with.solved_by_customer;
	return facts;
}

/* ---- one mail ---------------------------------------------------------- */

typedef struct Judge Judge;
struct Judge {
	const ReplyTemplates *templates;
	const Language *language;
	const ToneWords *words;
	GPtrArray *remarks;
	/* Of the kind that is judged: what was said, so that it is once. */
	GString *said[FORMS];
};

/* What a reader sees of an HTML of ours: what is between its tags. */
static char *strip_tags(const char *html)
{
	const char *body = strstr(html, "<body");
	GString *text = g_string_new(NULL);

	for (const char *c = body ? body : html; *c; c++) {
		if (*c != '<') {
			g_string_append_c(text, *c);
			continue;
		}
		bool comment = g_str_has_prefix(c, "<!--");
		const char *end = strstr(c, comment ? "-->" : ">");
		if (!end)
			break;
		c = end + (comment ? strlen("-->") : 1) - 1;
		g_string_append_c(text, ' ');
	}
	return g_string_free(text, false);
}

static bool tells_time(const Judge *judge, const char *text)
{
	const int64_t times[] = {
		sample.promised_s, sample.next_update_s, sample.wait_until_s};

	for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
		g_autofree char *words = reply_dates_format(
			judge->templates->dates, judge->language->code,
			sample.time_zone, times[i]);
		if (strstr(text, words))
			return true;
	}
	return false;
}

/* A list that is empty finds no fault. */
static bool says(
	const Judge *judge, enum tone_list list, const ToneText *folded)
{
	return !tone_words_has(judge->words, list) ||
	       tone_words_find(judge->words, list, folded) != NULL;
}

static bool pays(const Judge *judge, enum owed owed, const char *text,
	const ToneText *folded)
{
	switch (owed) {
	case OWES_THANKS:
		return says(judge, TONE_THANKS, folded);
	case OWES_REFERENCE:
		return strstr(text, sample.reference) != NULL;
	case OWES_TIME:
		return tells_time(judge, text);
	case OWES_NEXT:
		return says(judge, TONE_NEXT, folded);
	case OWES_ANSWER:
		return says(judge, TONE_ANSWER, folded);
	}
	g_assert_not_reached();
}

/* Once for each form, with the first variant of which it is true. */
static void say(
	Judge *judge, enum form form, const char *fault, const char *flag)
{
	GString *said = judge->said[form];

	if (strstr(said->str, fault))
		return;
	g_string_append_printf(said, "%s%s", said->len > 0 ? "; " : "", fault);
	if (flag)
		g_string_append_printf(said, " where {{#%s}}", flag);
}

static void judge_text(Judge *judge, enum reply_kind kind, enum form form,
	const char *text, const char *flag)
{
	g_autoptr(ToneText) folded = tone_text_new(text);
	const char *blame = tone_words_find(judge->words, TONE_BLAME, folded);

	for (int owed = 0; owed < OWES; owed++) {
		g_autofree char *fault =
			g_strdup_printf("lacks %s", owed_names[owed]);
		if ((owed_by_kind[kind] & (1U << owed)) &&
			!pays(judge, (enum owed)owed, text, folded))
			say(judge, form, fault, flag);
	}
	if (blame) {
		g_autofree char *fault =
			g_strdup_printf("blames the customer: \"%s\"", blame);
		say(judge, form, fault, flag);
	}
}

static void judge_variant(
	Judge *judge, enum reply_kind kind, const Variant *variant)
{
	const char *flag = variant->flag;
	ReplyFacts facts = make_facts(kind, judge->language->code, variant);
	Rendered rendered = {0};
	g_autoptr(GError) error = NULL;

	if (!reply_templates_render(judge->templates, &facts,
		    sample.mailbox_address, true, &rendered, &error)) {
		say(judge, FORM_TEXT, error->message, flag);
		return;
	}
	g_autofree char *shown = strip_tags(rendered.html);
	judge_text(judge, kind, FORM_TEXT, rendered.text, flag);
	judge_text(judge, kind, FORM_HTML, shown, flag);
	rendered_clear(&rendered);
}

static void judge_kind(Judge *judge, enum reply_kind kind)
{
	for (int form = 0; form < FORMS; form++)
		judge->said[form] = g_string_new(NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(variants); i++)
		if (variants[i].kind == ANY_KIND ||
			variants[i].kind == (int)kind)
			judge_variant(judge, kind, &variants[i]);
	for (int form = 0; form < FORMS; form++) {
		g_autofree char *name =
			template_file_name(kind, (enum form)form);
		GString *said = judge->said[form];
		if (said->len > 0)
			remarks_add(judge->remarks, true,
				template_path(judge->language, name),
				g_strdup(said->str));
		g_string_free(said, true);
	}
}

/* ---- all of them ------------------------------------------------------- */

/* NULL, with a remark, if there are no words by which to judge. */
static ToneWords *read_words(
	GPtrArray *remarks, const ReplyTemplates *templates, const char *code)
{
	g_autofree char *name = g_strconcat(code, ".txt", NULL);
	g_autoptr(ToneWords) words = tone_words_new();
	bool found = false;

	for (guint i = 0; i < templates->tone->len; i++) {
		const char *path = g_ptr_array_index(templates->tone, i);
		g_autofree char *base = g_path_get_basename(path);
		g_autoptr(GError) error = NULL;
		if (strcmp(base, name) != 0)
			continue;
		found = true;
		if (!tone_words_read(words, path, &error))
			remarks_add(
				remarks, true, path, g_strdup(error->message));
	}
	if (!found) {
		remarks_add(remarks, true, code,
			g_strdup_printf("is not checked for its tone: there is "
					"no tone/%s",
				name));
		return NULL;
	}
	return g_steal_pointer(&words);
}

static void tell_empty_lists(
	GPtrArray *remarks, const ToneWords *words, const char *code)
{
	for (int list = 0; list < TONE_LISTS; list++)
		if (!tone_words_has(words, (enum tone_list)list))
			remarks_add(remarks, true, code,
				g_strdup_printf("is not checked for \"%s\": "
						"tone/%s.txt has no such list",
					tone_list_name((enum tone_list)list),
					code));
}

GPtrArray *reply_templates_check_tone(const ReplyTemplates *templates)
{
	const char *const *code = reply_templates_languages(templates);
	GPtrArray *remarks = remarks_new();

	for (; *code; code++) {
		g_autoptr(ToneWords) words =
			read_words(remarks, templates, *code);
		if (!words)
			continue;
		tell_empty_lists(remarks, words, *code);
		Judge judge = {
			.templates = templates,
			.language = g_hash_table_lookup(
				templates->languages, *code),
			.words = words,
			.remarks = remarks,
		};
		for (int kind = 0; kind < REPLY_KINDS; kind++)
			if (!reply_kind_is_for_staff((enum reply_kind)kind))
				judge_kind(&judge, (enum reply_kind)kind);
	}
	return remarks;
}
