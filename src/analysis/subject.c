/*
 * Base subjects, RFC 5256 section 2.1 made to speak more languages: reply and
 * forward prefixes with their counters, tags of lists, our own [#REF], the
 * wrapper "[Fwd: ...]" and the trailer "(fwd)" are taken off.  A prefix never
 * decides what a mail is: it only lets two subjects be compared.
 */
#include "internal.h"

#include <string.h>

enum {
	MAX_PREFIX_BYTES = 48,
	MAX_TAG_BYTES = 64,
	MAX_REFERENCE_BYTES = 16,
};

/* Lower case, NFC, without the colon. */
static const char *const prefixes[] = {
	"re", "fw", "fwd", "forward", "reply", "res",    /* most, pt */
	"aw", "antw", "antwort", "wg", "weitergeleitet", /* de */
	"antwoord", "betr", "doorst", "doorgestuurd",    /* nl */
	"ré", "rép", "réf", "tr", "transf", "réponse",   /* fr */
	"rv", "resp", "reenv", "respuesta",              /* es ca */
	"enc", "resposta", "encam",                      /* pt */
	"r", "rif", "i", "inoltra", "inoltro", "risp",   /* it */
	"sv", "vb", "svar", "vidarebefordrat",           /* sv */
	"vs", "vl", "vast", "välitetty", "vastaus",      /* fi da no */
	"videresend", "videresendt", "fs", "áfr",        /* da no is */
	"ha", "ed", "edasi", "edastatud", "vastus",      /* et */
	"atb", "pārs", "atbilde",                        /* lv cy */
	"ats", "atsakymas", "pers",                      /* lt */
	"odp", "pd", "odpowiedź", "przekazano",          /* pl cs sk */
	"předáno", "předat", "preposlané",               /* cs sk */
	"vá", "vála", "válasz", "továbbítás", "tov",     /* hu */
	"răspuns", "redirecționat", "rs",                /* ro */
	"odg", "posr", "prosl", "proslijeđeno",          /* sl hr */
	"одг", "просл",                                  /* sr */
	"отг", "прен", "отговор",                        /* bg */
	"отв", "на", "пер", "ответ", "пересл",           /* ru */
	"відп", "відповідь", "пересил",                  /* uk */
	"απ", "απάντ", "απαντ", "απάντηση", "σχετ", "πρθ", "προώθ", "προωθ",
	"απάντηση σε",                        /* el */
	"ynt", "ilt", "yan", "yanıt", "cvp",  /* tr */
	"trả lời", "chuyển tiếp", "tl", "ct", /* vi */
	"回复", "回覆", "答复", "答覆", "转发", "轉寄", "轉發", "转寄",
	"回信",                                  /* zh */
	"返信", "転送",                          /* ja */
	"답장", "회신", "전달", "답변",          /* ko */
	"hal", "bls", "trs", "balas", "terusan", /* id ms */
	"ตอบกลับ", "ตอบ", "ส่งต่อ",                 /* th */
	"תגובה", "השב", "הועבר", "תשובה",        /* he */
	"رد", "الرد", "إعادة توجيه", "تحويل",    /* ar */
	"er", "bir", "yml",                      /* eu cy */
};

static bool is_space(gunichar c)
{
	return g_unichar_isspace(c) || c == 0xa0 || c == 0x3000 ||
	       c == 0x200e || c == 0x200f || c == 0x200b || c == 0xfeff;
}

static const char *skip_spaces(const char *p)
{
	while (*p && is_space(g_utf8_get_char(p)))
		p = g_utf8_next_char(p);
	return p;
}

static bool is_colon(gunichar c)
{
	return c == ':' || c == 0xff1a || c == 0xfe55 || c == 0xa789;
}

static bool is_prefix(const char *start, size_t length_bytes)
{
	g_autoptr(GString) lower = g_string_new(NULL);
	g_autofree char *composed = NULL;

	for (const char *p = start; p < start + length_bytes;
		p = g_utf8_next_char(p))
		g_string_append_unichar(
			lower, g_unichar_tolower(g_utf8_get_char(p)));
	composed =
		g_utf8_normalize(lower->str, -1, G_NORMALIZE_DEFAULT_COMPOSE);
	for (size_t i = 0; composed && i < G_N_ELEMENTS(prefixes); i++)
		if (!strcmp(composed, prefixes[i]))
			return true;
	return false;
}

/* Behind "[2]", "(2)", "^2", "*2" or "2" and spaces. */
static const char *skip_counter(const char *p)
{
	const char *start = p = skip_spaces(p);
	char close = *p == '[' ? ']' : *p == '(' ? ')' : '\0';
	size_t digits;

	if (*p == '[' || *p == '(' || *p == '^' || *p == '*')
		p++;
	digits = strspn(p, "0123456789");
	if (!digits || digits > 4)
		return start;
	p += digits;
	if (close && *p++ != close)
		return start;
	return skip_spaces(p);
}

/* Behind "Re:", "RE[2]:", "Antw.:", "回复："; NULL if there is none. */
static const char *skip_prefix(const char *subject)
{
	const char *end = subject;
	const char *name_end;

	while (*end && end - subject < MAX_PREFIX_BYTES) {
		gunichar c = g_utf8_get_char(end);

		if (is_colon(c) || c == '[' || c == '(' || c == '^' ||
			c == '*' || c == '.' || g_unichar_isdigit(c))
			break;
		end = g_utf8_next_char(end);
	}
	name_end = end;
	while (name_end > subject && name_end[-1] == ' ')
		name_end--;
	if (name_end == subject ||
		!is_prefix(subject, (size_t)(name_end - subject)))
		return NULL;
	if (*end == '.')
		end++;
	end = skip_counter(end);
	if (!is_colon(g_utf8_get_char(end)))
		return NULL;
	return skip_spaces(g_utf8_next_char(end));
}

/* Behind "[list]", if it is short and something follows; else NULL. */
static const char *skip_tag(const char *subject)
{
	const char *close;

	if (*subject != '[')
		return NULL;
	close = strpbrk(subject + 1, "[]");
	if (!close || *close != ']' || close - subject > MAX_TAG_BYTES)
		return NULL;
	close = skip_spaces(close + 1);
	return *close ? close : NULL;
}

/* Takes out every "[#7K3F-92QX]" and makes each white space one blank. */
static char *without_references(const char *subject)
{
	GString *out = g_string_new(NULL);
	bool space = false;

	for (const char *p = subject; *p;) {
		size_t length =
			p[0] == '[' && p[1] == '#' ? strcspn(p + 2, "]") : 0;

		if (length && length < MAX_REFERENCE_BYTES &&
			p[2 + length] == ']') {
			g_autofree char *inside = g_strndup(p + 2, length);
			g_autofree char *reference =
				base_reference_parse(inside);

			if (reference) {
				p += length + 3;
				space = true;
				continue;
			}
		}
		if (is_space(g_utf8_get_char(p))) {
			space = true;
			p = g_utf8_next_char(p);
			continue;
		}
		if (space && out->len)
			g_string_append_c(out, ' ');
		space = false;
		g_string_append_unichar(out, g_utf8_get_char(p));
		p = g_utf8_next_char(p);
	}
	return g_string_free(out, FALSE);
}

static void strip_trailer(char *subject)
{
	size_t length = strlen(subject);

	while (length >= 5 &&
		!g_ascii_strcasecmp(subject + length - 5, "(fwd)")) {
		length -= 5;
		while (length && subject[length - 1] == ' ')
			length--;
		subject[length] = '\0';
	}
}

/* Behind "[Fwd: ", with the last bracket cut off; else NULL. */
static char *unwrap(char *subject)
{
	size_t length = strlen(subject);

	if (length < 7 || g_ascii_strncasecmp(subject, "[fwd:", 5) ||
		subject[length - 1] != ']')
		return NULL;
	subject[length - 1] = '\0';
	return (char *)skip_spaces(subject + 5);
}

char *subject_base(const char *subject)
{
	g_autofree char *plain = without_references(subject);
	char *p = plain;

	strip_trailer(p);
	for (;;) {
		const char *next = skip_prefix(p);

		if (!next)
			next = unwrap(p);
		if (!next)
			next = skip_tag(p);
		if (!next)
			break;
		p = (char *)next;
		strip_trailer(p);
	}
	return g_strstrip(g_strdup(p));
}
