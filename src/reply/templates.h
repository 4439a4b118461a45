/* templates, inside: the loaded files, for those that look at all of them. */
#ifndef REDRESS_REPLY_TEMPLATES_H
#define REDRESS_REPLY_TEMPLATES_H

#include "internal.h"

/* The two forms of each template. */
enum form { FORM_TEXT, FORM_HTML, FORMS };

/* The folder of the partials that all languages share. */
#define TEMPLATES_COMMON "common"

typedef struct Language Language;
struct Language {
	char *code;
	Mustache *kinds[REPLY_KINDS][FORMS];
	GHashTable *partials[FORMS]; /* name -> Mustache */
	GHashTable *files;           /* file name -> FoundFile */
};

struct ReplyTemplates {
	GHashTable *languages; /* code -> Language, the incomplete too */
	Language *common;      /* partials that a language may lack */
	GPtrArray *offered;    /* const char *, sorted, NULL-terminated */
	GPtrArray *tone;       /* char *: paths of tone/LANGUAGE.txt */
	GPtrArray *unused;     /* ReplyRemark: of files and folders */
	Canned *canned;
	ReplyDates *dates;
};

/* The form by the name's end; FORMS if it is no template. */
enum form template_form_of(const char *name);

/* "ack.html".  (transfer full) */
char *template_file_name(enum reply_kind kind, enum form form);

/* Where a language has this file; NULL if it has none. */
const char *template_path(const Language *language, const char *name);

/* Names in order, so that what is told first is always the same.  (transfer
 * container) */
GList *template_sorted_keys(GHashTable *table);

/* Whether the mail exists in both forms. */
bool template_is_whole(const Language *language, enum reply_kind kind);

#endif
