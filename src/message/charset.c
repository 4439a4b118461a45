/*
 * Charsets: what mail calls them, and which one it is when the mail does not
 * say or lies.
 */
#include <errno.h>
#include <string.h>

#include "internal.h"

enum { GUESS_BYTES = 8192 };

/*
 * Names as browsers read them (WHATWG Encoding): the wider charset stands for
 * the one that is named.  NULL: the name says nothing.
 */
static const struct {
	const char *alias;
	const char *name;
} aliases[] = {
	{"us-ascii", NULL},
	{"ascii", NULL},
	{"ansi_x3.4-1968", NULL},
	{"unknown-8bit", NULL},
	{"x-unknown", NULL},
	{"unknown", NULL},
	{"default", NULL},
	{"none", NULL},
	{"binary", NULL},
	{"8bit", NULL},
	{"_iso-2022-jp", "iso-2022-jp-2"},
	{"iso-2022-jp", "iso-2022-jp-2"},
	{"cp-850", "cp850"},
	{"utf8", "utf-8"},
	{"utf_8", "utf-8"},
	{"unicode-1-1-utf-7", "utf-7"},
	{"utf7", "utf-7"},
	{"unicode-1-1-utf-8", "utf-8"},
	{"iso-8859-1", "windows-1252"},
	{"iso8859-1", "windows-1252"},
	{"iso_8859-1", "windows-1252"},
	{"iso-8859_1", "windows-1252"},
	{"latin1", "windows-1252"},
	{"latin-1", "windows-1252"},
	{"ansi", "windows-1252"},
	{"x-ansi", "windows-1252"},
	{"cp-1252", "windows-1252"},
	{"iso-8859-8-i", "iso-8859-8"},
	{"iso-8859-8-e", "iso-8859-8"},
	{"iso-8859-6-i", "iso-8859-6"},
	{"iso-8859-9", "windows-1254"},
	{"iso-8859-11", "windows-874"},
	{"tis-620", "windows-874"},
	{"gb2312", "gb18030"},
	{"gb_2312-80", "gb18030"},
	{"gbk", "gb18030"},
	{"cp936", "gb18030"},
	{"x-gbk", "gb18030"},
	{"euc-cn", "gb18030"},
	{"hz-gb-2312", NULL}, /* glibc has no converter */
	{"big5", "big5-hkscs"},
	{"x-x-big5", "big5-hkscs"},
	{"cn-big5", "big5-hkscs"},
	{"shift_jis", "cp932"},
	{"shift-jis", "cp932"},
	{"sjis", "cp932"},
	{"x-sjis", "cp932"},
	{"windows-31j", "cp932"},
	{"ms_kanji", "cp932"},
	{"euc-kr", "uhc"},
	{"ks_c_5601-1987", "uhc"},
	{"ksc5601", "uhc"},
	{"cp949", "uhc"},
	{"windows-949", "uhc"},
	{"x-windows-949", "uhc"},
	{"x-euc-jp", "euc-jp"},
	{"windows-874", "cp874"},
	{"x-mac-roman", "macintosh"},
	{"x-mac-cyrillic", "mac-cyrillic"},
};

/* What mail uses, as iconv names it; opened before the cage is shut. */
static const char *const known[] = {
	"utf-8",
	"utf-16",
	"utf-16le",
	"utf-16be",
	"utf-32",
	"utf-32le",
	"utf-32be",
	"utf-7",
	"iso-8859-1",
	"iso-8859-2",
	"iso-8859-3",
	"iso-8859-4",
	"iso-8859-5",
	"iso-8859-6",
	"iso-8859-7",
	"iso-8859-8",
	"iso-8859-9",
	"iso-8859-10",
	"iso-8859-11",
	"iso-8859-13",
	"iso-8859-14",
	"iso-8859-15",
	"iso-8859-16",
	"windows-1250",
	"windows-1251",
	"windows-1252",
	"windows-1253",
	"windows-1254",
	"windows-1255",
	"windows-1256",
	"windows-1257",
	"windows-1258",
	"cp874",
	"koi8-r",
	"koi8-u",
	"koi8-t",
	"gb18030",
	"gbk",
	"gb2312",
	"big5",
	"big5-hkscs",
	"euc-tw",
	"euc-jp",
	"euc-jp-ms",
	"shift_jis",
	"cp932",
	"iso-2022-jp",
	"iso-2022-jp-2",
	"iso-2022-cn",
	"euc-kr",
	"uhc",
	"johab",
	"iso-2022-kr",
	"tis-620",
	"viscii",
	"tcvn",
	"macintosh",
	"mac-cyrillic",
	"mac-centraleurope",
	"cp437",
	"cp850",
	"cp852",
	"cp855",
	"cp857",
	"cp858",
	"cp862",
	"cp864",
	"cp865",
	"cp866",
	"cp775",
	"armscii-8",
	"georgian-ps",
	"pt154",
};

const char *charset_canonical(const char *charset, char buffer[64])
{
	size_t n = 0;

	if (!charset)
		return NULL;
	for (; *charset && n < 63; charset++)
		if (g_ascii_isalnum(*charset) || strchr("-_.:+", *charset))
			buffer[n++] = g_ascii_tolower(*charset);
	buffer[n] = '\0';
	if (n == 0)
		return NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(aliases); i++)
		if (strcmp(aliases[i].alias, buffer) == 0)
			return aliases[i].name;
	return buffer;
}

/* One step of iconv over what is left; false when all is read. */
static bool convert_step(
	GIConv converter, char **in, size_t *left, GString *out, size_t *errors)
{
	char chunk[4096];
	char *to = chunk;
	size_t room = sizeof chunk;
	size_t done = g_iconv(converter, in, left, &to, &room);
	int why = errno;

	g_string_append_len(out, chunk, to - chunk);
	if (done != (size_t)-1)
		return false;
	if (why == E2BIG)
		return true;
	(*errors)++;
	g_string_append(out, "\357\277\275");
	if (why == EILSEQ && *left > 0) {
		(*in)++;
		(*left)--;
		return *left > 0;
	}
	return false;
}

/* Writes what a stateful charset still holds back. */
static void convert_flush(GIConv converter, GString *out)
{
	char chunk[64];
	char *to = chunk;
	size_t room = sizeof chunk;

	g_iconv(converter, NULL, NULL, &to, &room);
	g_string_append_len(out, chunk, to - chunk);
}

GString *charset_convert(const char *bytes, size_t length, const char *charset,
	size_t most_errors, size_t *ret_errors)
{
	GIConv converter = g_iconv_open("UTF-8", charset);
	char *in = (char *)bytes;
	size_t left = length;
	GString *out;

	if (converter == (GIConv)-1)
		return NULL;
	out = g_string_sized_new(length);
	*ret_errors = 0;
	while (left > 0 && *ret_errors <= most_errors &&
		convert_step(converter, &in, &left, out, ret_errors))
		;
	convert_flush(converter, out);
	g_iconv_close(converter);
	if (*ret_errors <= most_errors)
		return out;
	g_string_free(out, TRUE);
	return NULL;
}

/* ---- guessing --------------------------------------------------------- */

/* Pairs of bytes: how many there are, how many are common ones, how many bytes
 * fit nowhere. */
typedef struct Pairs Pairs;
struct Pairs {
	unsigned all;
	unsigned common;
	unsigned kana;
	unsigned wrong;
};

typedef struct Family Family;
struct Family {
	const char *charset;
	unsigned char lead_least, lead_most;
	unsigned char low_trail; /* least trail byte */
	unsigned char common_least, common_most;
	unsigned char kana_least, kana_most;
};

/*
 * Common leads: Hangul in EUC-KR, the first level of kanji and hanzi
 * elsewhere.  Korean stands before Chinese because its Hangul are common
 * hanzi of GB 2312 too, but use only two thirds of them.
 */
static const Family families[] = {
	{"euc-jp", 0xa1, 0xf4, 0xa1, 0xb0, 0xcf, 0xa4, 0xa5},
	{"uhc", 0xa1, 0xfd, 0xa1, 0xb0, 0xc8, 0, 0},
	{"gb18030", 0xa1, 0xf7, 0xa1, 0xb0, 0xd7, 0, 0},
	{"big5-hkscs", 0xa1, 0xf9, 0x40, 0xa4, 0xc6, 0, 0},
	{"cp932", 0x81, 0xfc, 0x40, 0x88, 0x97, 0x82, 0x83},
};

static Pairs count_pairs(const Family *family, const guchar *p, size_t length)
{
	Pairs pairs = {0};

	for (size_t i = 0; i < length; i++) {
		if (p[i] < 0x80)
			continue;
		if (p[i] < family->lead_least || p[i] > family->lead_most ||
			i + 1 >= length || p[i + 1] < family->low_trail ||
			p[i + 1] == 0x7f || p[i + 1] == 0xff) {
			pairs.wrong++;
			continue;
		}
		pairs.all++;
		if (p[i] >= family->common_least && p[i] <= family->common_most)
			pairs.common++;
		if (p[i] >= family->kana_least && p[i] <= family->kana_most)
			pairs.kana++;
		i++;
	}
	return pairs;
}

/* A text in the family is nearly all pairs, most of them common ones. */
static bool fits(const Family *family, const Pairs *pairs)
{
	if (pairs->all < 2 || pairs->wrong * 50 > pairs->all)
		return false;
	if (family->kana_most)
		return pairs->kana * 4 >= pairs->all &&
		       (pairs->kana + pairs->common) * 4 >= pairs->all * 3;
	if (strcmp(family->charset, "uhc") == 0)
		return pairs->common * 20 >= pairs->all * 17;
	return pairs->common * 4 >= pairs->all * 3;
}

static unsigned count_high(const guchar *p, size_t length)
{
	unsigned high = 0;

	for (size_t i = 0; i < length; i++)
		high += p[i] >= 0x80;
	return high;
}

/* How natural a character is after the one before it. */
static int judge_character(gunichar before, gunichar c)
{
	GUnicodeScript script, script_before;

	if (c >= 0x300 && c < 0x370) /* Vietnamese tones */
		return g_ascii_isalpha((char)before) && before < 128 ? 3 : -3;
	if (c == 0xfffd || !g_unichar_isalpha(c))
		return g_unichar_isalpha(before) ? -1 : 0;
	script = g_unichar_get_script(c);
	script_before = g_unichar_isalpha(before) ? g_unichar_get_script(before)
						  : G_UNICODE_SCRIPT_COMMON;
	if (script_before == G_UNICODE_SCRIPT_COMMON)
		return before == 0x3c2 ? -3 : 1;
	if (script != script_before)
		return -3;
	if (before == 0x3c2 ||
		(g_unichar_isupper(c) && g_unichar_islower(before)))
		return -3;
	if (script == G_UNICODE_SCRIPT_LATIN)
		return before < 128 ? 2 : -2;
	return c == 0x3b0 || c == 0x390 ? -2 : 2;
}

/* How natural the text reads if it is in a charset of single bytes. */
static int judge_text(const char *bytes, size_t length, const char *charset)
{
	size_t errors = 0;
	GString *text =
		charset_convert(bytes, length, charset, length, &errors);
	gunichar before = ' ';
	int score = 0;

	if (!text)
		return G_MININT;
	for (const char *p = text->str; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (c >= 128 || (g_unichar_isalpha(c) && before >= 128))
			score += judge_character(before, c);
		before = c;
	}
	g_string_free(text, TRUE);
	return score - (int)MIN(errors, 10000) * 3;
}

static const char *guess_single_bytes(const char *bytes, size_t length)
{
	/* In doubt the first: it is by far the commonest in mail. */
	static const char *const singles[] = {"windows-1252", "windows-1251",
		"windows-1253", "koi8-r", "windows-1258", "windows-1255",
		"windows-1256", "cp874"};
	const char *best = singles[0];
	int best_score = G_MININT;

	for (size_t i = 0; i < G_N_ELEMENTS(singles); i++) {
		int score = judge_text(bytes, length, singles[i]);

		if (score > best_score) {
			best = singles[i];
			best_score = score;
		}
	}
	return best;
}

const char *charset_guess(const char *bytes, size_t length)
{
	const guchar *p = (const guchar *)bytes;

	length = MIN(length, (size_t)GUESS_BYTES);
	for (size_t i = 0; i < G_N_ELEMENTS(families); i++) {
		Pairs pairs = count_pairs(&families[i], p, length);

		/* Alphabets leave single letters between ASCII. */
		if (fits(&families[i], &pairs) &&
			pairs.all * 2 * 10 >= count_high(p, length) * 9)
			if (judge_text(bytes, length, families[i].charset) >= 0)
				return families[i].charset;
	}
	return guess_single_bytes(bytes, length);
}

/*
 * glibc unloads a converter that has been closed a few times, so these stay
 * open; a byte through each makes it load its tables.
 */
void charset_warm_up(void)
{
	static GIConv open[G_N_ELEMENTS(known)];

	for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
		char in[] = "a b ", out[64];
		char *from = in, *to = out;
		size_t left = 4, room = sizeof out;

		if (open[i])
			continue;
		open[i] = g_iconv_open("UTF-8", known[i]);
		if (open[i] != (GIConv)-1)
			g_iconv(open[i], &from, &left, &to, &room);
	}
}
