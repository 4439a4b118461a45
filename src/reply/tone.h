/* tone, inside: a language's words, and texts in which they are sought. */
#ifndef REDRESS_REPLY_TONE_H
#define REDRESS_REPLY_TONE_H

#include <unicode/utypes.h>

#include "internal.h"

enum tone_list { TONE_THANKS, TONE_ANSWER, TONE_NEXT, TONE_BLAME };
enum { TONE_LISTS = TONE_BLAME + 1 };

/* A text folded, so that neither case nor width nor form matters. */
typedef struct ToneText ToneText;
struct ToneText {
	UChar *chars; /* ends with 0 */
	int32_t length;
};

/* (transfer full) */
ToneText *tone_text_new(const char *text);
void tone_text_free(ToneText *text);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ToneText, tone_text_free)

typedef struct ToneWords ToneWords;

/* (transfer full) */
ToneWords *tone_words_new(void);
void tone_words_free(ToneWords *words);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ToneWords, tone_words_free)

/* Adds those of a file. */
bool tone_words_read(ToneWords *words, const char *path, GError **error);

/* Whether there are any of this list. */
bool tone_words_has(const ToneWords *words, enum tone_list list);

/* The first of the list that stands in the text, as it was written: as whole
 * words, but where a script has no blanks.  (nullable) (transfer none) */
const char *tone_words_find(
	const ToneWords *words, enum tone_list list, const ToneText *text);

const char *tone_list_name(enum tone_list list);

#endif
