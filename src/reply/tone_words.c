/*
 * The words by which a language thanks, blames, asks for an answer and tells
 * what comes next: tone/LANGUAGE.txt, found in a text whatever their case.
 */
#include "tone.h"

#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>

static const char *const list_names[TONE_LISTS] = {
	[TONE_THANKS] = "thanks",
	[TONE_ANSWER] = "answer",
	[TONE_NEXT] = "next",
	[TONE_BLAME] = "blame",
};

/* One phrase as it is sought. */
typedef struct Phrase Phrase;
struct Phrase {
	char *written;
	ToneText *folded;
	bool open_end; /* written with "*": any ending will do */
};

struct ToneWords {
	GPtrArray *lists[TONE_LISTS]; /* Phrase */
};

/* ---- folding ----------------------------------------------------------- */

void tone_text_free(ToneText *text)
{
	if (!text)
		return;
	g_free(text->chars);
	g_free(text);
}

/* UTF-16 has no more units than UTF-8 has bytes. */
static UChar *to_utf16(const char *text, int32_t *ret_length)
{
	size_t most = strlen(text) + 1;
	UChar *chars = g_new0(UChar, most);
	UErrorCode status = U_ZERO_ERROR;

	u_strFromUTF8WithSub(chars, (int32_t)most, ret_length, text, -1, 0xfffd,
		NULL, &status);
	return chars;
}

/* Any white space is one blank, any apostrophe the plain one. */
static void level(ToneText *text)
{
	int32_t length = 0;

	for (int32_t i = 0; i < text->length; i++) {
		UChar c = text->chars[i];

		if (c == 0x2019 || c == 0x02bc)
			c = '\'';
		if (u_isUWhiteSpace(c))
			c = ' ';
		if (c != ' ' || (length > 0 && text->chars[length - 1] != ' '))
			text->chars[length++] = c;
	}
	text->chars[length] = 0;
	text->length = length;
}

ToneText *tone_text_new(const char *text)
{
	ToneText *folded = g_new0(ToneText, 1);
	UErrorCode status = U_ZERO_ERROR;
	const UNormalizer2 *fold = unorm2_getNFKCCasefoldInstance(&status);
	int32_t length = 0;
	g_autofree UChar *chars = to_utf16(text, &length);
	UErrorCode preflight = U_ZERO_ERROR;
	int32_t most =
		unorm2_normalize(fold, chars, length, NULL, 0, &preflight);

	folded->chars = g_new0(UChar, (gsize)most + 1);
	folded->length = unorm2_normalize(
		fold, chars, length, folded->chars, most + 1, &status);
	level(folded);
	return folded;
}

/* ---- finding ----------------------------------------------------------- */

/* A letter or figure that a word goes on with; scripts that write without
 * blanks have no such ends. */
static bool goes_on(UChar32 c)
{
	return u_isalnum(c) && !u_hasBinaryProperty(c, UCHAR_IDEOGRAPHIC);
}

static bool stands_alone(
	const ToneText *text, int32_t start, const Phrase *phrase)
{
	const ToneText *sought = phrase->folded;
	int32_t end = start + sought->length;
	UChar32 first, last, before = ' ', after = ' ';

	U16_GET(sought->chars, 0, 0, sought->length, first);
	U16_GET(sought->chars, 0, sought->length - 1, sought->length, last);
	if (start > 0)
		U16_GET(text->chars, 0, start - 1, text->length, before);
	if (end < text->length)
		U16_GET(text->chars, 0, end, text->length, after);
	return !(goes_on(first) && goes_on(before)) &&
	       (phrase->open_end || !(goes_on(last) && goes_on(after)));
}

static bool finds(const ToneText *text, const Phrase *phrase)
{
	const UChar *from = text->chars;
	const UChar *found;

	while ((found = u_strFindFirst(from, -1, phrase->folded->chars,
			phrase->folded->length))) {
		if (stands_alone(text, (int32_t)(found - text->chars), phrase))
			return true;
		from = found + 1;
	}
	return false;
}

const char *tone_words_find(
	const ToneWords *words, enum tone_list list, const ToneText *text)
{
	for (guint i = 0; i < words->lists[list]->len; i++) {
		const Phrase *phrase = g_ptr_array_index(words->lists[list], i);
		if (finds(text, phrase))
			return phrase->written;
	}
	return NULL;
}

bool tone_words_has(const ToneWords *words, enum tone_list list)
{
	return words->lists[list]->len > 0;
}

const char *tone_list_name(enum tone_list list)
{
	return list_names[list];
}

/* ---- reading ----------------------------------------------------------- */

static void phrase_free(gpointer data)
{
	Phrase *phrase = data;

	g_free(phrase->written);
	tone_text_free(phrase->folded);
	g_free(phrase);
}

ToneWords *tone_words_new(void)
{
	ToneWords *words = g_new0(ToneWords, 1);

	for (int list = 0; list < TONE_LISTS; list++)
		words->lists[list] =
			g_ptr_array_new_with_free_func(phrase_free);
	return words;
}

void tone_words_free(ToneWords *words)
{
	if (!words)
		return;
	for (int list = 0; list < TONE_LISTS; list++)
		g_ptr_array_unref(words->lists[list]);
	g_free(words);
}

static void add_phrase(GPtrArray *list, const char *written)
{
	g_autofree char *bare = g_strstrip(g_strdup(written));
	bool open_end = g_str_has_suffix(bare, "*");

	if (open_end)
		bare[strlen(bare) - 1] = '\0';
	g_autoptr(ToneText) folded = tone_text_new(bare);
	if (folded->length == 0)
		return;
	Phrase *phrase = g_new0(Phrase, 1);
	phrase->written = g_steal_pointer(&bare);
	phrase->folded = g_steal_pointer(&folded);
	phrase->open_end = open_end;
	g_ptr_array_add(list, phrase);
}

/* -1 if it begins with no list's name. */
static int list_of(const char *line, const char **ret_phrases)
{
	for (int list = 0; list < TONE_LISTS; list++) {
		size_t length = strlen(list_names[list]);
		if (strncmp(line, list_names[list], length) != 0 ||
			line[length] != ':')
			continue;
		*ret_phrases = line + length + 1;
		return list;
	}
	return -1;
}

/* False if the line means nothing. */
static bool read_line(ToneWords *words, const char *line)
{
	const char *phrases = NULL;

	if (!*line || *line == '#')
		return true;
	int list = list_of(line, &phrases);
	if (list < 0)
		return false;
	g_auto(GStrv) each = g_strsplit(phrases, ",", -1);
	for (guint i = 0; each[i]; i++)
		add_phrase(words->lists[list], each[i]);
	return true;
}

bool tone_words_read(ToneWords *words, const char *path, GError **error)
{
	g_autofree char *text = template_read_file(path, error);

	if (!text)
		return false;
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i]; i++) {
		if (read_line(words, g_strstrip(lines[i])))
			continue;
		g_set_error(error, REPLY_ERROR, REDRESS_ERROR_INVALID,
			"%s:%u: a line is a comment (#) or a list: thanks, "
			"answer, next or blame, \":\", phrases with commas "
			"between",
			path, i + 1);
		return false;
	}
	return true;
}
