/*
 * Subjects that only programs write.  Anchored at the start and folded; a
 * phrase that a person could begin with needs a mark after it, so that "Out of
 * office hours nobody answers" stays a complaint.
 */
#include <string.h>

#include "internal.h"

enum { SUBJECT_MAX_BYTES = 512, TAGS_MAX = 4 };

/* What may follow a phrase; the end of the subject always may. */
enum after {
	AFTER_ANYTHING, /* nobody but a program begins like this */
	AFTER_MARK,     /* a colon, dash, bracket, ... */
	AFTER_COLON,    /* people begin so too: "On holiday - lost luggage" */
};

typedef struct Phrase Phrase;
struct Phrase {
	const char *text; /* NFKC */
	enum after after;
};

static const Phrase auto_replies[] = {
	/* en */
	{"automatic reply", AFTER_MARK},
	{"automatic response", AFTER_MARK},
	{"automated reply", AFTER_MARK},
	{"automated response", AFTER_MARK},
	{"auto reply", AFTER_MARK},
	{"auto-reply", AFTER_MARK},
	{"autoreply", AFTER_MARK},
	{"auto response", AFTER_MARK},
	{"auto-response", AFTER_MARK},
	{"autoresponse", AFTER_MARK},
	{"autoresponder", AFTER_MARK},
	{"auto:", AFTER_ANYTHING},
	{"out of office", AFTER_MARK},
	{"out-of-office", AFTER_MARK},
	{"out of the office", AFTER_COLON},
	{"out of office reply", AFTER_MARK},
	{"out of office autoreply", AFTER_MARK},
	{"out of office auto-reply", AFTER_MARK},
	{"out of office message", AFTER_MARK},
	{"out of office notification", AFTER_MARK},
	{"i am out of the office", AFTER_COLON},
	{"i'm out of the office", AFTER_COLON},
	{"i am currently out of the office", AFTER_ANYTHING},
	{"i am away from", AFTER_ANYTHING},
	{"away from the office", AFTER_COLON},
	{"away from my mail", AFTER_COLON},
	{"away from my email", AFTER_COLON},
	{"away on vacation", AFTER_COLON},
	{"on vacation", AFTER_COLON},
	{"on holiday", AFTER_COLON},
	{"on annual leave", AFTER_COLON},
	{"annual leave", AFTER_COLON},
	{"on leave", AFTER_COLON},
	{"on maternity leave", AFTER_COLON},
	{"on parental leave", AFTER_COLON},
	{"vacation:", AFTER_ANYTHING},
	{"vacation reply", AFTER_MARK},
	{"vacation message", AFTER_MARK},
	{"vacation notice", AFTER_COLON},
	{"absence:", AFTER_ANYTHING},
	{"ooo:", AFTER_ANYTHING},
	{"ooo reply", AFTER_MARK},
	{"away until", AFTER_ANYTHING},
	{"delayed response", AFTER_COLON},
	/* de */
	{"automatische antwort", AFTER_MARK},
	{"automatische rückantwort", AFTER_MARK},
	{"automatische abwesenheitsnotiz", AFTER_MARK},
	{"automatische rueckantwort", AFTER_MARK},
	{"automatische empfangsbestätigung", AFTER_MARK},
	{"abwesenheitsnotiz", AFTER_MARK},
	{"abwesenheitsmeldung", AFTER_MARK},
	{"abwesenheitsbenachrichtigung", AFTER_MARK},
	{"abwesenheitsagent", AFTER_MARK},
	{"abwesenheitsassistent", AFTER_MARK},
	{"abwesenheit", AFTER_COLON},
	{"abwesend", AFTER_COLON},
	{"ich bin abwesend", AFTER_COLON},
	{"ich bin nicht im büro", AFTER_COLON},
	{"nicht im büro", AFTER_COLON},
	{"ausser haus", AFTER_COLON},
	{"im urlaub", AFTER_COLON},
	{"urlaubsbenachrichtigung", AFTER_MARK},
	/* fr */
	{"réponse automatique", AFTER_MARK},
	{"reponse automatique", AFTER_MARK},
	{"message automatique", AFTER_MARK},
	{"notification d'absence", AFTER_MARK},
	{"message d'absence", AFTER_MARK},
	{"avis d'absence", AFTER_MARK},
	{"absent du bureau", AFTER_COLON},
	{"je suis absent", AFTER_COLON},
	{"absence du bureau", AFTER_COLON},
	{"en congé", AFTER_COLON},
	{"en congés", AFTER_COLON},
	/* es */
	{"respuesta automática", AFTER_MARK},
	{"respuesta automatica", AFTER_MARK},
	{"contestación automática", AFTER_MARK},
	{"fuera de la oficina", AFTER_COLON},
	{"fuera de oficina", AFTER_COLON},
	{"ausente de la oficina", AFTER_MARK},
	{"resposta automàtica", AFTER_MARK},
	/* it */
	{"risposta automatica", AFTER_MARK},
	{"fuori ufficio", AFTER_COLON},
	{"fuori sede", AFTER_COLON},
	{"assente dall'ufficio", AFTER_MARK},
	/* pt */
	{"resposta automática", AFTER_MARK},
	{"resposta automatica", AFTER_MARK},
	{"fora do escritório", AFTER_COLON},
	{"ausência temporária", AFTER_MARK},
	/* nl */
	{"automatisch antwoord", AFTER_MARK},
	{"automatische beantwoording", AFTER_MARK},
	{"automatische reactie", AFTER_MARK},
	{"afwezigheidsbericht", AFTER_MARK},
	{"afwezigheidsmelding", AFTER_MARK},
	{"afwezig", AFTER_COLON},
	{"niet aanwezig", AFTER_COLON},
	/* sv da no is */
	{"autosvar", AFTER_MARK},
	{"automatiskt svar", AFTER_MARK},
	{"frånvaro", AFTER_COLON},
	{"frånvaromeddelande", AFTER_MARK},
	{"automatisk svar", AFTER_MARK},
	{"ikke til stede", AFTER_COLON},
	{"fraværsmelding", AFTER_MARK},
	{"fraværsbesked", AFTER_MARK},
	{"fravær", AFTER_COLON},
	{"fraværende", AFTER_COLON},
	{"ikke på kontoret", AFTER_COLON},
	{"ute av kontoret", AFTER_COLON},
	{"inte på kontoret", AFTER_COLON},
	{"sjálfvirkt svar", AFTER_MARK},
	/* fi et lv lt */
	{"automaattinen vastaus", AFTER_MARK},
	{"automaattivastaus", AFTER_MARK},
	{"poissa", AFTER_COLON},
	{"poissaoloilmoitus", AFTER_MARK},
	{"poissaoloviesti", AFTER_MARK},
	{"lomavastaus", AFTER_MARK},
	{"automaatvastus", AFTER_MARK},
	{"automaatne vastus", AFTER_MARK},
	{"automaatteade", AFTER_MARK},
	{"kontorist väljas", AFTER_COLON},
	{"puhkusel", AFTER_COLON},
	{"automātiska atbilde", AFTER_MARK},
	{"automātiskā atbilde", AFTER_MARK},
	{"prombūtnē", AFTER_COLON},
	{"ārpus biroja", AFTER_COLON},
	{"automatinis atsakymas", AFTER_MARK},
	{"automatinis atsakas", AFTER_MARK},
	{"nesu biure", AFTER_COLON},
	{"ne biure", AFTER_COLON},
	/* pl cs sk hu ro hr sl bg */
	{"automatyczna odpowiedź", AFTER_MARK},
	{"odpowiedź automatyczna", AFTER_MARK},
	{"autoodpowiedź", AFTER_MARK},
	{"nieobecność", AFTER_COLON},
	{"poza biurem", AFTER_COLON},
	{"automatická odpověď", AFTER_MARK},
	{"mimo kancelář", AFTER_COLON},
	{"automatická odpoveď", AFTER_MARK},
	{"automatikus válasz", AFTER_MARK},
	{"házon kívül", AFTER_COLON},
	{"răspuns automat", AFTER_MARK},
	{"raspuns automat", AFTER_MARK},
	{"automatski odgovor", AFTER_MARK},
	{"samodejni odgovor", AFTER_MARK},
	{"автоматичен отговор", AFTER_MARK},
	/* ru uk be sr */
	{"автоматический ответ", AFTER_MARK},
	{"автоответ", AFTER_MARK},
	{"автоответчик", AFTER_MARK},
	{"нет на месте", AFTER_COLON},
	{"вне офиса", AFTER_COLON},
	{"автоматична відповідь", AFTER_MARK},
	{"автовідповідь", AFTER_MARK},
	{"поза офісом", AFTER_COLON},
	{"немає на місці", AFTER_COLON},
	{"аўтаматычны адказ", AFTER_MARK},
	{"аутоматски одговор", AFTER_MARK},
	/* el tr he ar */
	{"αυτόματη απάντηση", AFTER_MARK},
	{"αυτοματη απαντηση", AFTER_MARK},
	{"εκτός γραφείου", AFTER_COLON},
	{"μήνυμα απουσίας", AFTER_MARK},
	{"otomatik yanıt", AFTER_MARK},
	{"otomatik cevap", AFTER_MARK},
	{"ofis dışında", AFTER_COLON},
	{"ofis dışındayım", AFTER_MARK},
	{"תשובה אוטומטית", AFTER_MARK},
	{"מענה אוטומטי", AFTER_MARK},
	{"رد تلقائي", AFTER_MARK},
	{"الرد التلقائي", AFTER_MARK},
	/* ja zh ko vi th id */
	{"自動応答", AFTER_ANYTHING},
	{"自動返信", AFTER_ANYTHING},
	{"自動回答", AFTER_ANYTHING},
	{"自動回信", AFTER_ANYTHING},
	{"不在通知", AFTER_ANYTHING},
	{"不在連絡", AFTER_ANYTHING},
	{"不在のお知らせ", AFTER_ANYTHING},
	{"自动回复", AFTER_ANYTHING},
	{"自动答复", AFTER_ANYTHING},
	{"自動回覆", AFTER_ANYTHING},
	{"自動答覆", AFTER_ANYTHING},
	{"自動回復", AFTER_ANYTHING},
	{"外出通知", AFTER_ANYTHING},
	{"休假通知", AFTER_ANYTHING},
	{"不在办公室", AFTER_COLON},
	{"不在辦公室", AFTER_COLON},
	{"자동 회신", AFTER_ANYTHING},
	{"자동회신", AFTER_ANYTHING},
	{"자동 응답", AFTER_ANYTHING},
	{"자동응답", AFTER_ANYTHING},
	{"부재중", AFTER_COLON},
	{"부재 중", AFTER_COLON},
	{"trả lời tự động", AFTER_MARK},
	{"thư trả lời tự động", AFTER_MARK},
	{"tự động trả lời", AFTER_MARK},
	{"vắng mặt", AFTER_COLON},
	{"ตอบกลับอัตโนมัติ", AFTER_MARK},
	{"การตอบกลับอัตโนมัติ", AFTER_MARK},
	{"balasan otomatis", AFTER_MARK},
	{"jawapan automatik", AFTER_MARK},
};

static const Phrase challenges[] = {
	{"please confirm your message", AFTER_ANYTHING},
	{"please confirm your email", AFTER_ANYTHING},
	{"confirm your message to", AFTER_ANYTHING},
	{"confirmation required for your message", AFTER_ANYTHING},
	{"your email requires verification", AFTER_ANYTHING},
	{"your message requires verification", AFTER_ANYTHING},
	{"your message to me needs confirmation", AFTER_ANYTHING},
	{"verify your email to", AFTER_ANYTHING},
	{"sender verification", AFTER_MARK},
	{"sender confirmation", AFTER_MARK},
	{"challenge-response", AFTER_ANYTHING},
	{"[spamarrest]", AFTER_ANYTHING},
	{"[boxbe]", AFTER_ANYTHING},
	{"action required: please verify", AFTER_ANYTHING},
	{"email verification required", AFTER_ANYTHING},
	{"re: [challenge]", AFTER_ANYTHING},
};

/* Folded as both sides of the comparison are.  NULL if there is none. */
static char *subject_fold(const char *subject)
{
	size_t length = strlen(subject);
	const char *end = subject + length;
	if (length > SUBJECT_MAX_BYTES)
		end = g_utf8_find_prev_char(
			subject, subject + SUBJECT_MAX_BYTES);
	g_autofree char *composed = g_utf8_normalize(
		subject, end - subject, G_NORMALIZE_ALL_COMPOSE);
	return composed ? g_utf8_casefold(composed, -1) : NULL;
}

/* Past "[External]", "[EXT]" and their like, which gateways put in front. */
static const char *tags_skip(const char *subject)
{
	for (int i = 0; i < TAGS_MAX; i++) {
		subject += strspn(subject, " \t*<");
		const char *close = strchr(subject, ']');
		if (*subject != '[' || !close)
			break;
		subject = close + 1;
	}
	return subject;
}

static bool mark_matches(const char *mark)
{
	static const char *const marks[] = {"–", "—", "«", "„", "“", "re:"};
	if (strchr(":-([!.;/>|\"", *mark))
		return true;
	for (size_t i = 0; i < G_N_ELEMENTS(marks); i++)
		if (g_str_has_prefix(mark, marks[i]))
			return true;
	return false;
}

static bool after_matches(enum after after, const char *rest)
{
	rest += strspn(rest, " \t");
	switch (after) {
	case AFTER_ANYTHING:
		return true;
	case AFTER_MARK:
		return *rest == '\0' || mark_matches(rest);
	case AFTER_COLON:
		return *rest == '\0' || *rest == ':';
	}
	g_assert_not_reached();
}

/* Turkish and Greek letters fold alike on both sides only if both are folded
 * by the same rules.  Once, and kept as long as the process lives. */
static const char *const *phrases_fold(const Phrase *phrases, size_t length)
{
	const char **folded = g_new(const char *, length);

	for (size_t i = 0; i < length; i++)
		folded[i] = g_utf8_casefold(phrases[i].text, -1);
	return folded;
}

static inline bool phrase_matches(
	const Phrase *phrase, const char *text, const char *folded)
{
	/* Most differ at once. */
	return *folded == *text && g_str_has_prefix(folded, text) &&
	       after_matches(phrase->after, folded + strlen(text));
}

static bool phrases_match(const Phrase *phrases, const char *const *texts,
	size_t length, const char *subject)
{
	g_autofree char *folded = subject ? subject_fold(subject) : NULL;
	if (!folded)
		return false;
	const char *untagged = tags_skip(folded);
	for (size_t i = 0; i < length; i++)
		if (phrase_matches(&phrases[i], texts[i], folded) ||
			(untagged != folded && phrase_matches(&phrases[i],
						       texts[i], untagged)))
			return true;
	return false;
}

bool signals_subject_is_auto_reply(const char *subject)
{
	static const char *const *texts;

	if (g_once_init_enter(&texts))
		g_once_init_leave(&texts,
			phrases_fold(auto_replies, G_N_ELEMENTS(auto_replies)));
	return phrases_match(
		auto_replies, texts, G_N_ELEMENTS(auto_replies), subject);
}

bool signals_subject_is_challenge(const char *subject)
{
	static const char *const *texts;

	if (g_once_init_enter(&texts))
		g_once_init_leave(&texts,
			phrases_fold(challenges, G_N_ELEMENTS(challenges)));
	return phrases_match(
		challenges, texts, G_N_ELEMENTS(challenges), subject);
}
