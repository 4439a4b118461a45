/*
 * A moment in words, by ICU.  ICU's own long dates are made for tables; in a
 * sentence ("by ...") Estonian and Vietnamese want other forms, and
 * everybody is served better by hours of 0 to 23.  The time zone is named
 * by its city, since a customer may live in another.
 */
#include "internal.h"

#include <string.h>
#include <unicode/ucal.h>
#include <unicode/udat.h>
#include <unicode/ustring.h>

enum {
	WORDS_MOST = 512,
	CACHE_MOST = 256,
	MINUTES_KEPT = 16,
	/* 1973: from then on every zone is whole minutes from UTC. */
	WHOLE_MINUTES_SINCE_S = 94694400,
};

typedef struct DateStyle DateStyle;
struct DateStyle {
	const char *language;
	const char *pattern;
	const char *zone;        /* with %s for the city */
	const char *weekdays[7]; /* from Sunday, if not ICU's */
	const char *months[12];
};

static const DateStyle styles[] = {
	{"en", "EEEE d MMMM y 'at' HH:mm", " (%s time)", {0}, {0}},
	{"et", "EEEE, d. MMMM y 'kell' H.mm", " (ajavöönd: %s)",
		{"pühapäeval", "esmaspäeval", "teisipäeval", "kolmapäeval",
			"neljapäeval", "reedel", "laupäeval"},
		{"jaanuaril", "veebruaril", "märtsil", "aprillil", "mail",
			"juunil", "juulil", "augustil", "septembril",
			"oktoobril", "novembril", "detsembril"}},
	{"fi", "EEEE d. MMMM y 'klo' H.mm", " (aikavyöhyke: %s)", {0}, {0}},
	{"vi", "HH:mm EEEE, 'ngày' d MMMM 'năm' y", " (giờ %s)",
		{"Chủ nhật", "thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm",
			"thứ Sáu", "thứ Bảy"},
		{0}},
	{"zh", "y年M月d日EEEE HH:mm", "（%s时间）", {0}, {0}},
	{"el", "EEEE d MMMM y 'στις' HH:mm", " (ώρα: %s)", {0}, {0}},
};

/* Where grammar or habit wants another word than the city's name. */
static const struct {
	const char *language;
	const char *zone;
	const char *words;
} zone_words[] = {
	{"et", "Europe/Tallinn", " (Tallinna aeg)"},
	{"et", "Europe/Helsinki", " (Helsingi aeg)"},
	{"fi", "Europe/Tallinn", " (Tallinnan aikaa)"},
	{"fi", "Europe/Helsinki", " (Suomen aikaa)"},
	{"vi", "Asia/Ho_Chi_Minh", " (giờ Việt Nam)"},
	{"zh", "Asia/Shanghai", "（北京时间）"},
	{"el", "Europe/Athens", " (ώρα Ελλάδας)"},
};

/* No form tells seconds, and mails of one minute name the same few. */
typedef struct MinuteWords MinuteWords;
struct MinuteWords {
	int64_t minute;
	char *words; /* NULL: none yet */
};

typedef struct DateForm DateForm;
struct DateForm {
	UDateFormat *format; /* not thread safe, even to read */
	char *zone;
	MinuteWords kept[MINUTES_KEPT];
	unsigned next; /* of kept, the oldest */
};

struct ReplyDates {
	GMutex mutex;
	GHashTable *forms; /* "language zone" -> DateForm */
};

static void date_form_free(gpointer data)
{
	DateForm *form = data;

	if (form->format)
		udat_close(form->format);
	for (unsigned i = 0; i < MINUTES_KEPT; i++)
		g_free(form->kept[i].words);
	g_free(form->zone);
	g_free(form);
}

ReplyDates *reply_dates_new(void)
{
	ReplyDates *dates = g_new0(ReplyDates, 1);

	g_mutex_init(&dates->mutex);
	dates->forms = g_hash_table_new_full(
		g_str_hash, g_str_equal, g_free, date_form_free);
	return dates;
}

void reply_dates_free(ReplyDates *dates)
{
	if (!dates)
		return;
	g_hash_table_unref(dates->forms);
	g_mutex_clear(&dates->mutex);
	g_free(dates);
}

/* Our own tables and zone names, which are short. */
static const UChar *to_utf16(const char *text, UChar *ret, int32_t size)
{
	UErrorCode status = U_ZERO_ERROR;

	u_strFromUTF8(ret, size, NULL, text, -1, &status);
	if (U_FAILURE(status))
		*ret = 0;
	return ret;
}

/* (transfer full) */
static char *format_words(UDateFormat *format, int64_t at_s)
{
	UChar words[WORDS_MOST];
	char text[WORDS_MOST * 3];
	UErrorCode status = U_ZERO_ERROR;

	udat_format(
		format, (UDate)at_s * 1000, words, WORDS_MOST, NULL, &status);
	u_strToUTF8(text, sizeof(text), NULL, words, -1, &status);
	return g_strdup(U_SUCCESS(status) ? text : "");
}

static UDateFormat *open_format(
	const char *language, const char *zone, const char *pattern)
{
	UChar zone16[WORDS_MOST];
	UChar pattern16[WORDS_MOST];
	UErrorCode status = U_ZERO_ERROR;

	to_utf16(zone, zone16, WORDS_MOST);
	if (!pattern)
		return udat_open(UDAT_SHORT, UDAT_FULL, language, zone16, -1,
			NULL, 0, &status);
	to_utf16(pattern, pattern16, WORDS_MOST);
	return udat_open(UDAT_PATTERN, UDAT_PATTERN, language, zone16, -1,
		pattern16, -1, &status);
}

static void set_symbols(UDateFormat *format, UDateFormatSymbolType type,
	const char *const *words, size_t length, int32_t first)
{
	UChar word16[WORDS_MOST];

	for (size_t i = 0; words[0] && i < length; i++) {
		UErrorCode status = U_ZERO_ERROR;
		udat_setSymbols(format, type, (int32_t)i + first,
			(UChar *)to_utf16(words[i], word16, WORDS_MOST), -1,
			&status);
	}
}

static bool zone_is_known(const char *zone)
{
	UChar zone16[WORDS_MOST];
	UChar canonical[WORDS_MOST];
	UBool system = false;
	UErrorCode status = U_ZERO_ERROR;

	to_utf16(zone, zone16, WORDS_MOST);
	ucal_getCanonicalTimeZoneID(
		zone16, -1, canonical, WORDS_MOST, &system, &status);
	return U_SUCCESS(status) && system;
}

static const DateStyle *find_style(const char *language)
{
	for (size_t i = 0; i < G_N_ELEMENTS(styles); i++)
		if (strcmp(styles[i].language, language) == 0)
			return &styles[i];
	return NULL;
}

/* " (Tallinn time)".  (transfer full) */
static char *name_zone(
	const DateStyle *style, const char *language, const char *zone)
{
	for (size_t i = 0; i < G_N_ELEMENTS(zone_words); i++)
		if (strcmp(zone_words[i].language, language) == 0 &&
			strcmp(zone_words[i].zone, zone) == 0)
			return g_strdup(zone_words[i].words);
	/* UTC and its like have no city. */
	if (!strchr(zone, '/') || g_str_has_prefix(zone, "Etc/"))
		return g_strdup_printf(" (%s)", zone);
	UDateFormat *format = open_format(language, zone, "VVV");
	g_autofree char *city = format ? format_words(format, 0) : NULL;
	if (format)
		udat_close(format);
	if (!city || !*city)
		return g_strdup_printf(" (%s)", zone);
	g_auto(GStrv) around =
		g_strsplit(style ? style->zone : " (%s)", "%s", 2);
	return g_strconcat(around[0], city, around[1], NULL);
}

static DateForm *date_form_new(const char *language, const char *zone)
{
	const DateStyle *style = find_style(language);
	DateForm *form = g_new0(DateForm, 1);

	form->format =
		open_format(language, zone, style ? style->pattern : NULL);
	form->zone = name_zone(style, language, zone);
	if (form->format && style) {
		/* ICU's weekdays begin at 1. */
		set_symbols(form->format, UDAT_WEEKDAYS, style->weekdays, 7, 1);
		set_symbols(form->format, UDAT_MONTHS, style->months, 12, 0);
	}
	return form;
}

static DateForm *find_form(
	ReplyDates *dates, const char *language, const char *time_zone)
{
	g_autofree char *key = g_strdup_printf(
		"%s %s", language, time_zone ? time_zone : "UTC");
	DateForm *form = g_hash_table_lookup(dates->forms, key);

	if (form)
		return form;
	if (g_hash_table_size(dates->forms) >= CACHE_MOST)
		g_hash_table_remove_all(dates->forms);
	bool known = time_zone && zone_is_known(time_zone);
	form = date_form_new(language, known ? time_zone : "UTC");
	g_hash_table_insert(dates->forms, g_steal_pointer(&key), form);
	return form;
}

/* (transfer full) */
static char *make_words(const DateForm *form, int64_t at_s)
{
	g_autofree char *words = form->format ? format_words(form->format, at_s)
					      : base_time_to_rfc5322(at_s);

	return g_strconcat(words, form->format ? form->zone : "", NULL);
}

static const char *find_words(const DateForm *form, int64_t minute)
{
	for (unsigned i = 0; i < MINUTES_KEPT; i++)
		if (form->kept[i].words && form->kept[i].minute == minute)
			return form->kept[i].words;
	return NULL;
}

/* (transfer full) */
static char *form_words(DateForm *form, int64_t at_s)
{
	if (!form->format || at_s < WHOLE_MINUTES_SINCE_S)
		return make_words(form, at_s);

	const char *known = find_words(form, at_s / 60);
	if (known)
		return g_strdup(known);
	MinuteWords *oldest = &form->kept[form->next];
	form->next = (form->next + 1) % MINUTES_KEPT;
	g_free(oldest->words);
	*oldest = (MinuteWords){at_s / 60, make_words(form, at_s)};
	return g_strdup(oldest->words);
}

char *reply_dates_format(ReplyDates *dates, const char *language,
	const char *time_zone, int64_t at_s)
{
	g_mutex_lock(&dates->mutex);
	char *words = form_words(find_form(dates, language, time_zone), at_s);
	g_mutex_unlock(&dates->mutex);
	return words;
}
