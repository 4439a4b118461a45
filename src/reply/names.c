/*
 * How a customer is addressed, from what a mail program put before the
 * address.  Nothing is guessed: neither sex nor title, nor which word is the
 * family's name unless a comma says so.  What looks like an organisation
 * stays as it is.
 */
#include "internal.h"

#include <string.h>

enum { PART_WORDS_MOST = 3 };

/* Words that only names of organisations have, in small letters. */
static const char *const organisations[] = {"a/s", "ab", "ag", "aps", "as",
	"asa", "bank", "bhd", "bv", "bvba", "co", "company", "corp",
	"corporation", "d.o.o", "eood", "fie", "gmbh", "gbr", "inc", "kft",
	"kg", "limited", "llc", "llp", "ltd", "mtü", "nv", "ood", "oy", "oyj",
	"oü", "plc", "pte", "pty", "s.a", "s.l", "s.r.l", "sa", "sarl", "sas",
	"se", "sia", "sp", "srl", "sro", "tnhh", "uab", "ühistu", "ασε", "αε",
	"α.ε", "επε", "ε.π.ε", "ικε", "ι.κ.ε", "ао", "зао", "ип", "оао", "ооо",
	"пао"};

/* What follows a name behind a comma without being a part of it. */
static const char *const suffixes[] = {"jr", "sr", "ii", "iii", "iv", "esq",
	"md", "m.d", "phd", "ph.d", "dds", "mba", "msc", "bsc", "cpa", "dr",
	"prof", "mr", "mrs", "ms", "mx"};

/* Languages whose people put the family's name first. */
static const char *const family_first[] = {"vi", "zh", "ja", "ko", "hu"};

/* By their letters nobody else's. */
static const char *const vietnamese[] = {"nguyễn", "trần", "lê", "phạm",
	"huỳnh", "hoàng", "vũ", "võ", "đặng", "bùi", "đỗ", "hồ", "ngô", "dương",
	"lý", "đinh", "trương", "đoàn", "lâm"};

static bool is_listed(const char *word, const char *const *list, size_t length)
{
	g_autofree char *small = g_utf8_strdown(word, -1);
	g_autofree char *plain = g_utf8_normalize(small, -1, G_NORMALIZE_NFC);
	size_t end = plain ? strlen(plain) : 0;

	if (end > 0 && plain[end - 1] == '.')
		plain[end - 1] = '\0';
	for (size_t i = 0; plain && i < length; i++)
		if (strcmp(plain, list[i]) == 0)
			return true;
	return false;
}

#define IS_LISTED(word, list) is_listed(word, list, G_N_ELEMENTS(list))

static bool is_organisation(const char *name)
{
	g_auto(GStrv) words = g_strsplit_set(name, " ,()", -1);

	for (guint i = 0; words[i]; i++)
		if (IS_LISTED(words[i], organisations))
			return true;
	return strstr(name, "公司") || strstr(name, "Công ty") ||
	       strstr(name, "CÔNG TY");
}

static bool has_letter(const char *name)
{
	for (const char *c = name; *c; c = g_utf8_next_char(c))
		if (g_unichar_isalpha(g_utf8_get_char(c)))
			return true;
	return false;
}

/* An address or a link, which is to be read by nobody as a name. */
static bool is_name(const char *name)
{
	return has_letter(name) && !strpbrk(name, "@<>") &&
	       !strstr(name, "://") && !strstr(name, "www.");
}

/* ---- what is around it ------------------------------------------------- */

static bool is_via(const char *words)
{
	return g_ascii_strncasecmp(words, "via ", 4) == 0;
}

/* "Ann Smith (via Forum)", as bridges write. */
static void cut_via(char *name)
{
	char *open = strrchr(name, '(');

	if (open && g_str_has_suffix(name, ")") && is_via(open + 1))
		*open = '\0';
	g_strchomp(name);
	/* "'Ann Smith' via Care", as lists write. */
	char *end = *name == '\'' ? strchr(name + 1, '\'') : NULL;
	if (end && end[1] == ' ' && is_via(end + 2))
		end[1] = '\0';
}

/* Quotes within the quotes of the header.  (transfer full) */
static char *unquote(char *name)
{
	size_t length = strlen(name);

	if (length > 1 && (*name == '"' || *name == '\'') &&
		name[length - 1] == *name) {
		name[length - 1] = '\0';
		memmove(name, name + 1, length - 1);
	}
	return g_strstrip(name);
}

/* ---- a comma between --------------------------------------------------- */

static bool is_written_family_first(gunichar c)
{
	switch ((int)g_unichar_get_script(c)) {
	case G_UNICODE_SCRIPT_HAN:
	case G_UNICODE_SCRIPT_HANGUL:
	case G_UNICODE_SCRIPT_HIRAGANA:
	case G_UNICODE_SCRIPT_KATAKANA:
		return true;
	}
	return false;
}

/* Some words of letters, that can be a part of a person's name. */
static bool is_part(const char *part)
{
	g_auto(GStrv) words = g_strsplit(part, " ", -1);

	for (const char *c = part; *c; c = g_utf8_next_char(c)) {
		gunichar point = g_utf8_get_char(c);
		if (!g_unichar_isalpha(point) && !g_unichar_ismark(point) &&
			point != 0x2019 &&
			(point > 0x7f || !strchr(" -'.", (int)point)))
			return false;
	}
	for (guint i = 0; words[i]; i++)
		if (!*words[i] || IS_LISTED(words[i], suffixes))
			return false;
	return *part && g_strv_length(words) <= PART_WORDS_MOST;
}

/* "Family, Given" as it is spoken.  (transfer full) */
static char *join_parts(
	const char *family, const char *given, const char *language)
{
	if (is_written_family_first(g_utf8_get_char(family)) &&
		is_written_family_first(g_utf8_get_char(given)))
		return g_strconcat(family, given, NULL);
	if (IS_LISTED(language, family_first) || IS_LISTED(family, vietnamese))
		return g_strdup_printf("%s %s", family, given);
	return g_strdup_printf("%s %s", given, family);
}

/* (transfer full) */
static char *turn(const char *name, const char *language)
{
	g_auto(GStrv) halves = g_strsplit(name, "，", 2);
	g_autofree char *plain = g_strjoinv(",", halves);
	g_auto(GStrv) parts = g_strsplit(plain, ",", 3);

	if (g_strv_length(parts) != 2)
		return g_strdup(name);
	/* "Smith, Ann (Sales)" */
	char *aside = strstr(parts[1], " (");
	if (aside && g_str_has_suffix(parts[1], ")"))
		*aside = '\0';
	g_strstrip(parts[0]);
	g_strstrip(parts[1]);
	if (!is_part(parts[0]) || !is_part(parts[1]))
		return g_strdup(name);
	return join_parts(parts[0], parts[1], language);
}

/* ---- capitals ---------------------------------------------------------- */

/*
 * Several words of capitals: one alone may be an abbreviation.  Greek capitals
 * have lost their accents, and small letters without them would be misspelt.
 */
static bool is_shouted(const char *name)
{
	if (!strchr(name, ' '))
		return false;
	for (const char *c = name; *c; c = g_utf8_next_char(c)) {
		gunichar point = g_utf8_get_char(c);
		if (g_unichar_isalpha(point) &&
			(!g_unichar_isupper(point) ||
				g_unichar_get_script(point) ==
					G_UNICODE_SCRIPT_GREEK))
			return false;
	}
	return true;
}

/* "ANNE-MARI O'NEILL": each run of letters begins with a capital.
 * (transfer full) */
static char *lower(const char *name)
{
	GString *out = g_string_new(NULL);
	bool within = false;

	for (const char *c = name; *c; c = g_utf8_next_char(c)) {
		gunichar point = g_utf8_get_char(c);
		g_string_append_unichar(
			out, within ? g_unichar_tolower(point) : point);
		within = g_unichar_isalpha(point) ||
			 (within && g_unichar_ismark(point));
	}
	return g_string_free(out, FALSE);
}

char *names_greet(const char *name, const char *language)
{
	g_autofree char *plain = clean_line(name, CLEAN_NAME_MOST);

	cut_via(plain);
	unquote(plain);
	if (!is_name(plain))
		return g_strdup("");
	if (is_organisation(plain))
		return g_steal_pointer(&plain);
	g_autofree char *turned = turn(plain, language);
	return is_shouted(turned) ? lower(turned) : g_steal_pointer(&turned);
}
