/* Which form of a word stands beside a number: "21 stunda", "24 stundas". */
#include "internal.h"

#include <unicode/upluralrules.h>
#include <unicode/ustring.h>

static const struct {
	const char *flag; /* after the prefix and "_" */
	const UChar *keyword;
} forms[] = {
	{"one", u"one"},
	{"few", u"few"},
	{"many", u"many"},
	/* The last: what is none of the above. */
	{"other", u"other"},
};

enum { KEYWORD_MOST = 16 };

/* The index of its form. */
static size_t choose_form(const char *language, unsigned number)
{
	UChar keyword[KEYWORD_MOST] = {0};
	UErrorCode status = U_ZERO_ERROR;
	UPluralRules *rules = uplrules_open(language, &status);
	size_t form = 0;

	if (U_SUCCESS(status))
		uplrules_select(rules, number, keyword, KEYWORD_MOST, &status);
	if (rules)
		uplrules_close(rules);
	while (form + 1 < G_N_ELEMENTS(forms) &&
		(U_FAILURE(status) ||
			u_strcmp(keyword, forms[form].keyword) != 0))
		form++;
	return form;
}

void plural_put(MustacheValue *dict, const char *prefix, const char *language,
	unsigned number)
{
	size_t chosen = choose_form(language, number);

	for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
		g_autofree char *flag =
			g_strdup_printf("%s_%s", prefix, forms[i].flag);
		put_flag(dict, g_intern_string(flag), i == chosen);
	}
}
