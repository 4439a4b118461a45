/*
 * Which language a text is written in.
 *
 * First the script: Greek, Hangul, Thai and others name a language or two by
 * themselves.  For Latin and Cyrillic letters, words are counted against lists
 * of frequent ones, and groups of one to four letters against what the same
 * lists teach about spelling (Cavnar and Trenkle's n-grams, scored as by naive
 * Bayes).  A text without any diacritics is held against lists without them, so
 * that Vietnamese, Estonian or Polish typed on an English keyboard is
 * still known.
 *
 * The profiles of libexttextcat were tried: Vietnamese is in a dead encoding
 * there, others lack counts.
 */
#include "internal.h"

#include <math.h>
#include <string.h>

#include "data/language_words.h"

enum {
	MAX_LANGUAGES = 24,
	MAX_GRAM = 4,
	MAX_TEXT_BYTES = 16 * 1024, /* more of a text tells no more */
	MAX_WORDS = 150,
	MAX_WORD_CHARS = 24,
	MANY_LANGUAGES = 5,
	HAN_WEIGHT = 3, /* a character says as much as three letters */
};

/* Smoothing, and how much a known word weighs a letter (five at most). */
static const double smoothing = 0.5;
static const double word_weight = 3.0;
static const double gram_weights[MAX_GRAM + 1] = {0, 0.3, 0.6, 1, 1};
static const double mark_weight = 5;
/* How many different groups of this many letters there might be. */
static const double gram_kinds[MAX_GRAM + 1] = {0, 60, 900, 8000, 30000};

/* What a group of letters says for a language that has it. */
typedef struct Gain Gain;
struct Gain {
	guint32 language;
	float gain; /* over a language that lacks it */
};

typedef struct Gram Gram;
struct Gram {
	guint64 key;   /* up to four code points of 16 bits */
	guint32 known; /* a bit for each language that has it */
	guint8 length; /* in code points */
	guint8 gains_count;
	/* Once everything is learned; of many languages, of all, where a
	 * language that lacks it has 0. */
	Gain *gains;
	double *all;
	guint8 counts[MAX_LANGUAGES];
};

/* What is known of the languages of one script, with or without marks. */
typedef struct Model Model;
struct Model {
	const LanguageWords *languages;
	size_t languages_count;
	GHashTable *grams; /* Gram */
	GHashTable *words; /* char * to a mask of languages */
	/* The logarithm for each count that a group of n letters may have. */
	float logs[MAX_LANGUAGES][MAX_GRAM + 1][256];
};

enum { MODEL_LATIN, MODEL_LATIN_BARE, MODEL_CYRILLIC, MODELS };

static Model *models[MODELS];

/* ---- words and groups of letters -------------------------------------- */

/* Letters that do not come apart in NFD. */
static gunichar bare_letter(gunichar c)
{
	switch (c) {
	case 0x111: /* d with stroke */
		return 'd';
	case 0x131: /* dotless i */
		return 'i';
	case 0xf8: /* o with stroke */
		return 'o';
	case 0x142: /* l with stroke */
		return 'l';
	case 0xe6: /* ae */
		return 'a';
	case 0xdf: /* sharp s */
		return 's';
	}
	return c;
}

/* Lower case, composed; or without any marks. */
static char *normalise(const char *text, bool bare)
{
	if (g_str_is_ascii(text))
		return g_ascii_strdown(text, -1);

	GString *out = g_string_new(NULL);
	g_autofree char *forms = g_utf8_normalize(text, -1,
		bare ? G_NORMALIZE_DEFAULT : G_NORMALIZE_DEFAULT_COMPOSE);

	for (const char *p = forms ? forms : ""; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_unichar_tolower(g_utf8_get_char(p));

		if (bare && g_unichar_combining_class(c))
			continue;
		g_string_append_unichar(out, bare ? bare_letter(c) : c);
	}
	return g_string_free(out, FALSE);
}

typedef void (*GramFunc)(guint64 key, unsigned length, void *data);

/* Every group of one to four letters of " word ". */
static void each_gram(const char *word, GramFunc func, void *data)
{
	gunichar2 chars[MAX_WORD_CHARS + 2];
	unsigned length = 0;

	chars[length++] = ' ';
	for (const char *p = word; *p && length <= MAX_WORD_CHARS;
		p = g_utf8_next_char(p))
		chars[length++] = (gunichar2)g_utf8_get_char(p);
	chars[length++] = ' ';
	for (unsigned i = 0; i < length; i++) {
		guint64 key = 0;

		for (unsigned n = 1; n <= MAX_GRAM && i + n <= length; n++) {
			key = key << 16 | chars[i + n - 1];
			if (key != ' ')
				func(key, n, data);
		}
	}
}

/* g_int64_hash() lets most groups of four letters meet in a few places. */
static guint hash_gram(const void *key)
{
	return (guint)(*(const guint64 *)key * 0x9e3779b97f4a7c15u >> 32);
}

/* ---- learning --------------------------------------------------------- */

typedef struct Lesson Lesson;
struct Lesson {
	Model *model;
	size_t language;
	double totals[MAX_GRAM + 1];
};

static void learn_gram(guint64 key, unsigned length, void *data)
{
	Lesson *lesson = data;
	Gram *gram = g_hash_table_lookup(lesson->model->grams, &key);

	if (!gram) {
		gram = g_new0(Gram, 1);
		gram->key = key;
		gram->length = (guint8)length;
		g_hash_table_add(lesson->model->grams, gram);
	}
	if (gram->counts[lesson->language] < G_MAXUINT8)
		gram->counts[lesson->language]++;
	gram->known |= 1u << lesson->language;
	lesson->totals[length]++;
}

static void learn_word(Lesson *lesson, const char *word)
{
	GHashTable *words = lesson->model->words;
	guint mask = GPOINTER_TO_UINT(g_hash_table_lookup(words, word));

	if (mask & 1u << lesson->language)
		return;
	mask |= 1u << lesson->language;
	g_hash_table_insert(words, g_strdup(word), GUINT_TO_POINTER(mask));
	each_gram(word, learn_gram, lesson);
}

static void fill_logs(const Lesson *lesson)
{
	for (unsigned n = 1; n <= MAX_GRAM; n++) {
		double all = lesson->totals[n] + smoothing * gram_kinds[n];

		for (unsigned count = 0; count < 256; count++)
			lesson->model->logs[lesson->language][n][count] =
				(float)(gram_weights[n] *
					log((count + smoothing) / all));
	}
}

/* A single letter beyond ASCII tells much more than one within. */
static double weight_of(guint64 key, unsigned length)
{
	return length == 1 && key >= 0x80 ? mark_weight : 1;
}

static void fill_gram(const Model *model, Gram *gram)
{
	gram->gains_count = (guint8)__builtin_popcount(gram->known);
	gram->gains = g_new(Gain, gram->gains_count);
	if (gram->gains_count >= MANY_LANGUAGES)
		gram->all = g_new0(double, MAX_LANGUAGES);
	unsigned next = 0;
	for (guint32 known = gram->known; known; known &= known - 1) {
		guint32 i = (guint32)__builtin_ctz(known);
		const float *logs = model->logs[i][gram->length];
		float gain = logs[gram->counts[i]] - logs[0];

		gram->gains[next++] = (Gain){i, gain};
		if (gram->all)
			gram->all[i] =
				weight_of(gram->key, gram->length) * gain;
	}
}

/* What scoring adds, side by side: most groups are in many languages. */
static void fill_gains(const Model *model)
{
	GHashTableIter iter;
	gpointer gram;

	g_hash_table_iter_init(&iter, model->grams);
	while (g_hash_table_iter_next(&iter, &gram, NULL))
		fill_gram(model, gram);
}

static Model *model_new(
	const LanguageWords *languages, size_t languages_count, bool bare)
{
	Model *model = g_new0(Model, 1);

	g_assert(languages_count <= MAX_LANGUAGES);
	model->languages = languages;
	model->languages_count = languages_count;
	model->grams = g_hash_table_new(hash_gram, g_int64_equal);
	model->words =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (size_t i = 0; i < languages_count; i++) {
		Lesson lesson = {.model = model, .language = i};
		g_autofree char *text = normalise(languages[i].words, bare);
		g_auto(GStrv) words = g_strsplit(text, " ", -1);

		for (char **word = words; *word; word++)
			if (**word)
				learn_word(&lesson, *word);
		fill_logs(&lesson);
	}
	fill_gains(model);
	return model;
}

/* Never freed: they live as long as the process. */
void language_warm_up(void)
{
	static gsize done;

	if (!g_once_init_enter(&done))
		return;
	models[MODEL_LATIN] =
		model_new(latin_words, G_N_ELEMENTS(latin_words), false);
	models[MODEL_LATIN_BARE] =
		model_new(latin_words, G_N_ELEMENTS(latin_words), true);
	models[MODEL_CYRILLIC] =
		model_new(cyrillic_words, G_N_ELEMENTS(cyrillic_words), false);
	g_once_init_leave(&done, 1);
}

/* ---- scripts ---------------------------------------------------------- */

enum script {
	SCRIPT_LATIN,
	SCRIPT_CYRILLIC,
	SCRIPT_GREEK,
	SCRIPT_HAN,
	SCRIPT_KANA,
	SCRIPT_HANGUL,
	SCRIPT_HEBREW,
	SCRIPT_ARABIC,
	SCRIPT_THAI,
	SCRIPT_DEVANAGARI,
	SCRIPT_GEORGIAN,
	SCRIPT_ARMENIAN,
	SCRIPTS,
};

static const struct {
	GUnicodeScript unicode;
	enum script script;
	const char *language; /* if the script says it all */
} script_table[] = {
	{G_UNICODE_SCRIPT_LATIN, SCRIPT_LATIN, NULL},
	{G_UNICODE_SCRIPT_CYRILLIC, SCRIPT_CYRILLIC, NULL},
	{G_UNICODE_SCRIPT_GREEK, SCRIPT_GREEK, "el"},
	{G_UNICODE_SCRIPT_HAN, SCRIPT_HAN, "zh"},
	{G_UNICODE_SCRIPT_BOPOMOFO, SCRIPT_HAN, "zh"},
	{G_UNICODE_SCRIPT_HIRAGANA, SCRIPT_KANA, "ja"},
	{G_UNICODE_SCRIPT_KATAKANA, SCRIPT_KANA, "ja"},
	{G_UNICODE_SCRIPT_HANGUL, SCRIPT_HANGUL, "ko"},
	{G_UNICODE_SCRIPT_HEBREW, SCRIPT_HEBREW, "he"},
	{G_UNICODE_SCRIPT_ARABIC, SCRIPT_ARABIC, "ar"},
	{G_UNICODE_SCRIPT_THAI, SCRIPT_THAI, "th"},
	{G_UNICODE_SCRIPT_DEVANAGARI, SCRIPT_DEVANAGARI, "hi"},
	{G_UNICODE_SCRIPT_GEORGIAN, SCRIPT_GEORGIAN, "ka"},
	{G_UNICODE_SCRIPT_ARMENIAN, SCRIPT_ARMENIAN, "hy"},
};

typedef struct Sample Sample;
struct Sample {
	char *text; /* lower case, composed, links and addresses left out */
	unsigned letters[SCRIPTS];
	unsigned persian;    /* letters that Arabic lacks */
	unsigned vietnamese; /* letters that only Vietnamese has */
	bool marks;          /* any letter beyond ASCII */
};

static bool is_link(const char *token)
{
	return strpbrk(token, "@_=") || strstr(token, "://") ||
	       strncmp(token, "www.", strlen("www.")) == 0;
}

static void count_letter(Sample *sample, gunichar c)
{
	if (c < 0x80) {
		sample->letters[SCRIPT_LATIN] += g_ascii_isalpha((char)c);
		return;
	}
	if (!g_unichar_isalpha(c))
		return;
	GUnicodeScript unicode = g_unichar_get_script(c);
	sample->marks |= c >= 0x80;
	if (c == 0x67e || c == 0x686 || c == 0x698 || c == 0x6af ||
		c == 0x6cc || c == 0x6a9)
		sample->persian++;
	if ((c >= 0x1ea0 && c <= 0x1ef9) || c == 0x1a1 || c == 0x1b0)
		sample->vietnamese++;
	for (size_t i = 0; i < G_N_ELEMENTS(script_table); i++)
		if (script_table[i].unicode == unicode) {
			sample->letters[script_table[i].script]++;
			return;
		}
}

#define BETWEEN_TOKENS " \t\r\n<>()[]\","

static void sample_read(Sample *sample, const char *text)
{
	g_autofree char *start = g_strndup(text, MAX_TEXT_BYTES);
	g_autofree char *valid = g_utf8_make_valid(start, -1);
	g_autofree char *lower = normalise(valid, false);
	GString *kept = g_string_sized_new(strlen(lower) + 1);
	char *rest = NULL;

	*sample = (Sample){0};
	for (char *token = strtok_r(lower, BETWEEN_TOKENS, &rest); token;
		token = strtok_r(NULL, BETWEEN_TOKENS, &rest)) {
		if (is_link(token))
			continue;
		g_string_append(kept, token);
		g_string_append_c(kept, ' ');
		for (const char *p = token; *p; p = g_utf8_next_char(p))
			count_letter(sample, g_utf8_get_char(p));
	}
	sample->text = g_string_free(kept, FALSE);
}

static unsigned script_weight(const Sample *sample, enum script script)
{
	unsigned letters = sample->letters[script];

	return script == SCRIPT_HAN || script == SCRIPT_KANA ||
			       script == SCRIPT_HANGUL
		       ? letters * HAN_WEIGHT
		       : letters;
}

static const char *script_language(const Sample *sample, enum script script)
{
	unsigned kana = sample->letters[SCRIPT_KANA];
	unsigned han = sample->letters[SCRIPT_HAN];

	/* Japanese never does long without kana, Chinese has none but in
	 * names. */
	if (script == SCRIPT_HAN || script == SCRIPT_KANA)
		return kana * 12 >= kana + han && kana ? "ja" : "zh";
	if (script == SCRIPT_ARABIC &&
		sample->persian * 20 >= sample->letters[SCRIPT_ARABIC] &&
		sample->persian)
		return "fa";
	for (size_t i = 0; i < G_N_ELEMENTS(script_table); i++)
		if (script_table[i].script == script)
			return script_table[i].language;
	return NULL;
}

/* ---- scoring ---------------------------------------------------------- */

typedef struct Score Score;
struct Score {
	const Model *model;
	double sums[MAX_LANGUAGES];
	double weights[MAX_GRAM + 1]; /* of the groups of n letters, in all */
	unsigned grams;
	bool shorter; /* the group with a letter less is known */
	unsigned words;
	unsigned known_words[MAX_LANGUAGES];
};

/* "restrict" lets the compiler add several at once. */
static void add_all(double *restrict sums, const double *restrict all)
{
	for (unsigned i = 0; i < MAX_LANGUAGES; i++)
		sums[i] += all[i];
}

static void score_gram(guint64 key, unsigned length, void *data)
{
	Score *score = data;
	double weight = weight_of(key, length);
	const Gram *gram = NULL;

	score->grams++;
	score->weights[length] += weight;
	/* A group is learned with those that it begins with; a blank alone is
	 * none. */
	if (length <= 2 || score->shorter)
		gram = g_hash_table_lookup(score->model->grams, &key);
	score->shorter = gram != NULL;
	if (!gram || gram->length != length)
		return;
	/* What a language lacks is added at the end: most lack most. */
	if (gram->all) {
		add_all(score->sums, gram->all);
		return;
	}
	for (unsigned i = 0; i < gram->gains_count; i++)
		score->sums[gram->gains[i].language] +=
			weight * gram->gains[i].gain;
}

static void score_lacks(Score *score)
{
	const Model *model = score->model;

	for (size_t i = 0; i < model->languages_count; i++)
		for (unsigned n = 1; n <= MAX_GRAM; n++)
			score->sums[i] +=
				score->weights[n] * model->logs[i][n][0];
}

static void score_word(Score *score, const char *word)
{
	guint mask = GPOINTER_TO_UINT(
		g_hash_table_lookup(score->model->words, word));
	glong letters = MIN(g_utf8_strlen(word, -1), 5);

	score->words++;
	each_gram(word, score_gram, score);
	for (size_t i = 0; i < score->model->languages_count; i++) {
		if (!(mask & 1u << i))
			continue;
		score->sums[i] += word_weight * (double)letters;
		score->known_words[i]++;
	}
}

static bool is_word_char(gunichar c)
{
	if (c < 0x80)
		return g_ascii_isalpha((char)c) || c == '\'';
	return g_unichar_isalpha(c) || c == 0x2019 ||
	       g_unichar_combining_class(c);
}

/* ASCII is most of what there is, and g_string_append_unichar() slow. */
static void append_letter(GString *word, gunichar c)
{
	if (c < 0x80)
		g_string_append_c(word, (char)c);
	else
		g_string_append_unichar(word, c);
}

static void score_text(Score *score, const char *text)
{
	g_autoptr(GString) word = g_string_new(NULL);

	for (const char *p = text; score->words < MAX_WORDS;
		p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (*p && is_word_char(c)) {
			append_letter(word, c == 0x2019 ? '\'' : c);
			continue;
		}
		if (word->len && g_unichar_isalpha(g_utf8_get_char(word->str)))
			score_word(score, word->str);
		g_string_truncate(word, 0);
		if (!*p)
			break;
	}
}

/*
 * How sure: the lead of the first over the second, per group of letters, grows
 * with the number of words; a text of a word or two is never sure.
 */
static double confidence_of(
	const Score *score, size_t first, size_t second, unsigned letters)
{
	double lead = (score->sums[first] - score->sums[second]) /
		      (double)MAX(score->grams, 1);
	double words = MIN(score->words, 12);
	double known = (double)score->known_words[first] /
		       (double)MAX(score->words, 1);
	double evidence = lead * words * 2.5;
	double length = MIN(1.0, letters / 25.0);

	return 0.99 * (1 - exp(-evidence)) * length * MIN(1.0, 0.5 + 2 * known);
}

static const char *best_of(const Model *model, const char *text,
	unsigned letters, double *ret_confidence)
{
	Score score = {.model = model};
	size_t first = 0, second = 1;

	score_text(&score, text);
	score_lacks(&score);
	if (!score.grams)
		return NULL;
	if (score.sums[second] > score.sums[first]) {
		first = 1;
		second = 0;
	}
	for (size_t i = 2; i < model->languages_count; i++) {
		if (score.sums[i] > score.sums[first]) {
			second = first;
			first = i;
		} else if (score.sums[i] > score.sums[second]) {
			second = i;
		}
	}
	*ret_confidence = confidence_of(&score, first, second, letters);
	return model->languages[first].code;
}

static const char *by_letters(
	const Sample *sample, enum script script, double *ret_confidence)
{
	unsigned letters = sample->letters[script];
	g_autofree char *bare = NULL;

	if (script == SCRIPT_CYRILLIC)
		return best_of(models[MODEL_CYRILLIC], sample->text, letters,
			ret_confidence);
	if (sample->vietnamese * 14 >= letters && sample->vietnamese > 1) {
		*ret_confidence = MIN(0.99, 0.5 + letters / 30.0);
		return "vi";
	}
	if (sample->marks)
		return best_of(models[MODEL_LATIN], sample->text, letters,
			ret_confidence);
	bare = normalise(sample->text, true);
	return best_of(models[MODEL_LATIN_BARE], bare, letters, ret_confidence);
}

/* Han and kana are one script where Japanese is written. */
static unsigned language_weight(const Sample *sample, enum script script)
{
	if (script == SCRIPT_HAN || script == SCRIPT_KANA)
		return script_weight(sample, SCRIPT_HAN) +
		       script_weight(sample, SCRIPT_KANA);
	return script_weight(sample, script);
}

char *language_detect(const char *text, double *ret_confidence)
{
	Sample sample;
	g_autofree char *kept = NULL;
	enum script script = SCRIPT_LATIN;
	const char *language;
	double confidence = 0;
	unsigned all = 0;

	language_warm_up();
	*ret_confidence = 0;
	sample_read(&sample, text);
	kept = sample.text;
	for (enum script i = 0; i < SCRIPTS; i++) {
		all += script_weight(&sample, i);
		if (script_weight(&sample, i) > script_weight(&sample, script))
			script = i;
	}
	if (all < 3)
		return NULL;
	language = script_language(&sample, script);
	if (language)
		confidence =
			MIN(0.99, 0.4 + script_weight(&sample, script) / 20.0);
	else
		language = by_letters(&sample, script, &confidence);
	/* A text in two scripts is less sure to be in the larger one's. */
	confidence *= sqrt((double)language_weight(&sample, script) / all);
	if (!language || confidence < 0.1)
		return NULL;
	*ret_confidence = CLAMP(confidence, 0, 1);
	return g_strdup(language);
}
