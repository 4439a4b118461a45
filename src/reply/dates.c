/*
 * A moment in words, by ICU.  ICU's own long dates are made for tables; in a
 * sentence or after a label ("by: ...") people write other forms, and
 * everybody is served better by hours of 0 to 23.  The time zone is named
 * by its city, since a customer may live in another, and by its distance from
 * UTC too where clocks are put back and an hour comes twice.
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
	MINUTE_MS = 60 * 1000,
};

typedef struct DateStyle DateStyle;
struct DateStyle {
	const char *language;
	const char *pattern;   /* ICU's, but for {day} and {time} */
	const char *day_first; /* of the first of a month, if not "d" */
	const char *time;
	const char *time_one;    /* of hour 1, which is singular */
	const char *time_sharp;  /* of minute 0 */
	const char *zone;        /* with %s for the city */
	const char *weekdays[7]; /* from Sunday, if not ICU's */
	const char *months[12];
};

static const DateStyle styles[] = {
	{.language = "en",
		.pattern = "EEEE d MMMM y 'at' {time}",
		.time = "HH:mm",
		.zone = "%s time"},
	{.language = "et",
		.pattern = "EEEE, d. MMMM y 'kell' {time}",
		.time = "H.mm",
		.zone = "ajavöönd: %s",
		.weekdays = {"pühapäeval", "esmaspäeval", "teisipäeval",
			"kolmapäeval", "neljapäeval", "reedel", "laupäeval"},
		.months = {"jaanuaril", "veebruaril", "märtsil", "aprillil",
			"mail", "juunil", "juulil", "augustil", "septembril",
			"oktoobril", "novembril", "detsembril"}},
	{.language = "fi",
		.pattern = "EEEE d. MMMM y 'klo' {time}",
		.time = "H.mm",
		.zone = "aikavyöhyke: %s"},
	{.language = "vi",
		.pattern = "{time} EEEE, 'ngày' d MMMM 'năm' y",
		.time = "HH:mm",
		.zone = "giờ %s",
		.weekdays = {"Chủ nhật", "thứ Hai", "thứ Ba", "thứ Tư",
			"thứ Năm", "thứ Sáu", "thứ Bảy"}},
	{.language = "zh",
		.pattern = "y年M月d日EEEE {time}",
		.time = "HH:mm",
		.zone = "%s时间"},
	{.language = "el",
		.pattern = "EEEE {day} MMMM y {time}",
		.day_first = "d'η'",
		.time = "'στις' HH:mm",
		.time_one = "'στη' HH:mm",
		.zone = "ώρα: %s"},
	{.language = "de",
		.pattern = "EEEE, d. MMMM y, {time} 'Uhr'",
		.time = "HH:mm",
		.zone = "Ortszeit %s"},
	{.language = "fr",
		.pattern = "EEEE {day} MMMM y 'à' {time}",
		.day_first = "d'er'",
		.time = "H\u00a0'h'\u00a0mm",
		.time_sharp = "H\u00a0'h'",
		.zone = "heure locale\u00a0: %s"},
	{.language = "es",
		.pattern = "EEEE, d 'de' MMMM 'de' y, {time}",
		.time = "'a' 'las' H:mm",
		.time_one = "'a' 'la' H:mm",
		.zone = "hora de %s"},
	{.language = "ru",
		.pattern = "EEEE, d MMMM y\u00a0'г'., {time}",
		.time = "HH:mm",
		.zone = "время: %s"},
	{.language = "sv",
		.pattern = "EEEE d MMMM y 'kl'. {time}",
		.time = "HH.mm",
		.zone = "lokal tid i %s"},
	{.language = "lv",
		.pattern = "EEEE, y. 'gada' d. MMMM, 'plkst'. {time}",
		.time = "H.mm",
		.zone = "laika josla: %s",
		.weekdays = {"svētdien", "pirmdien", "otrdien", "trešdien",
			"ceturtdien", "piektdien", "sestdien"},
		.months = {"janvārī", "februārī", "martā", "aprīlī", "maijā",
			"jūnijā", "jūlijā", "augustā", "septembrī", "oktobrī",
			"novembrī", "decembrī"}},
	{.language = "pl",
		.pattern = "EEEE, d MMMM y\u00a0'r'., 'godz'. {time}",
		.time = "H:mm",
		.zone = "czas: %s"},
};

/* No form tells seconds, and mails of one minute name the same few. */
typedef struct MinuteWords MinuteWords;
struct MinuteWords {
	int64_t minute;
	char *words; /* NULL: none yet */
};

typedef struct DateForm DateForm;
struct DateForm {
	const DateStyle *style; /* NULL: ICU's own form */
	UDateFormat *format;    /* not thread safe, even to read */
	unsigned variant;       /* of the style's pattern, in format now */
	UCalendar *calendar;    /* of the zone */
	char *zone;             /* "Tallinn time" */
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
	if (form->calendar)
		ucal_close(form->calendar);
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

static const DateStyle *find_style(const char *language)
{
	for (size_t i = 0; i < G_N_ELEMENTS(styles); i++)
		if (strcmp(styles[i].language, language) == 0)
			return &styles[i];
	return NULL;
}

/* ---- the pattern ------------------------------------------------------- */

/* What of a moment decides how it is written. */
typedef struct Moment Moment;
struct Moment {
	int32_t day;
	int32_t hour;
	int32_t minute;
	int32_t offset_ms;
	bool twice; /* the clock shows it twice that day */
};

enum { ANY_TIME, HOUR_ONE, SHARP, TIMES, FIRST_DAY = TIMES };

static unsigned choose_variant(const DateStyle *style, const Moment *moment)
{
	unsigned day = style->day_first && moment->day == 1 ? FIRST_DAY : 0;

	if (style->time_one && moment->hour == 1)
		return day + HOUR_ONE;
	if (style->time_sharp && moment->minute == 0)
		return day + SHARP;
	return day + ANY_TIME;
}

/* (transfer full) */
static char *make_pattern(const DateStyle *style, unsigned variant)
{
	const char *const times[TIMES] = {
		style->time, style->time_one, style->time_sharp};
	GString *pattern = g_string_new(style->pattern);

	g_string_replace(pattern, "{time}", times[variant % TIMES], 0);
	g_string_replace(pattern, "{day}",
		variant >= FIRST_DAY ? style->day_first : "d", 0);
	return g_string_free(pattern, FALSE);
}

static void apply_variant(DateForm *form, unsigned variant)
{
	UChar pattern16[WORDS_MOST];

	if (form->variant == variant)
		return;
	g_autofree char *pattern = make_pattern(form->style, variant);
	to_utf16(pattern, pattern16, WORDS_MOST);
	udat_applyPattern(form->format, false, pattern16, -1);
	form->variant = variant;
}

/* ---- the zone ---------------------------------------------------------- */

static int32_t get_offset(const UCalendar *calendar, UErrorCode *status)
{
	return ucal_get(calendar, UCAL_ZONE_OFFSET, status) +
	       ucal_get(calendar, UCAL_DST_OFFSET, status);
}

/* By how much clocks are put back at the transition next to at_ms; 0 if
 * there is none, or they are put forward.  Moves the calendar. */
static double find_set_back(UCalendar *calendar, UDate at_ms,
	UTimeZoneTransitionType type, UDate *ret_transition_ms)
{
	UErrorCode status = U_ZERO_ERROR;

	ucal_setMillis(calendar, at_ms, &status);
	if (!ucal_getTimeZoneTransitionDate(
		    calendar, type, ret_transition_ms, &status) ||
		U_FAILURE(status))
		return 0;
	ucal_setMillis(calendar, *ret_transition_ms - 1, &status);
	int32_t before = get_offset(calendar, &status);
	ucal_setMillis(calendar, *ret_transition_ms, &status);
	int32_t after = get_offset(calendar, &status);
	return U_SUCCESS(status) && before > after ? before - after : 0;
}

/* Whether clocks show the same before and after they are put back. */
static bool comes_twice(UCalendar *calendar, UDate at_ms)
{
	UDate transition_ms = 0;
	double back_ms = find_set_back(calendar, at_ms,
		UCAL_TZ_TRANSITION_PREVIOUS_INCLUSIVE, &transition_ms);

	if (back_ms > 0 && at_ms - transition_ms < back_ms)
		return true;
	back_ms = find_set_back(
		calendar, at_ms, UCAL_TZ_TRANSITION_NEXT, &transition_ms);
	return back_ms > 0 && transition_ms - at_ms <= back_ms;
}

/* Without a calendar: day 0, which is nobody's first. */
static Moment find_moment(const DateForm *form, int64_t at_s)
{
	Moment moment = {0};
	UErrorCode status = U_ZERO_ERROR;
	UDate at_ms = (UDate)at_s * 1000;

	if (!form->calendar)
		return moment;
	moment.twice = comes_twice(form->calendar, at_ms);
	ucal_setMillis(form->calendar, at_ms, &status);
	moment.day = ucal_get(form->calendar, UCAL_DATE, &status);
	moment.hour = ucal_get(form->calendar, UCAL_HOUR_OF_DAY, &status);
	moment.minute = ucal_get(form->calendar, UCAL_MINUTE, &status);
	moment.offset_ms = get_offset(form->calendar, &status);
	return moment;
}

/* "UTC+5:30".  (transfer full) */
static char *name_offset(int32_t offset_ms)
{
	int minutes = ABS(offset_ms) / MINUTE_MS;
	const char *sign = offset_ms < 0 ? "−" : "+";

	return minutes % 60 ? g_strdup_printf("UTC%s%d:%02d", sign,
				      minutes / 60, minutes % 60)
			    : g_strdup_printf("UTC%s%d", sign, minutes / 60);
}

/* The zone's own name in ICU, where several are one ("PRC"); "" for none. */
static char *find_canonical(const char *zone)
{
	UChar zone16[WORDS_MOST];
	UChar canonical16[WORDS_MOST];
	char canonical[WORDS_MOST * 3];
	UBool system = false;
	UErrorCode status = U_ZERO_ERROR;

	to_utf16(zone, zone16, WORDS_MOST);
	ucal_getCanonicalTimeZoneID(
		zone16, -1, canonical16, WORDS_MOST, &system, &status);
	u_strToUTF8(
		canonical, sizeof(canonical), NULL, canonical16, -1, &status);
	return g_strdup(U_SUCCESS(status) && system ? canonical : "");
}

/* By its city in the frame of the language, or by its name.  (transfer full) */
static char *name_city(
	const DateStyle *style, const char *language, const char *zone)
{
	UDateFormat *format = open_format(language, zone, "VVV");
	g_autofree char *city = format ? format_words(format, 0) : NULL;

	if (format)
		udat_close(format);
	if (!city || !*city)
		return g_strdup(zone);
	GString *words = g_string_new(style ? style->zone : "%s");
	g_string_replace(words, "%s", city, 1);
	return g_string_free(words, FALSE);
}

/* "Tallinn time".  (transfer full) */
static char *name_zone(const DateStyle *style, const char *language,
	const char *zone, int32_t offset_ms)
{
	g_autofree char *canonical = find_canonical(zone);
	const char *words = zones_find(language, canonical);

	if (words)
		return g_strdup(words);
	if (g_str_equal(canonical, "Etc/UTC") ||
		g_str_equal(canonical, "Etc/GMT"))
		return g_strdup("UTC");
	/* Etc/GMT+5 means what everybody else calls UTC-5. */
	if (g_str_has_prefix(canonical, "Etc/"))
		return name_offset(offset_ms);
	/* CET and its like have no city. */
	if (!strchr(canonical, '/'))
		return g_strdup(zone);
	return name_city(style, language, zone);
}

/* ---- forms ------------------------------------------------------------- */

static UCalendar *open_calendar(const char *zone)
{
	UChar zone16[WORDS_MOST];
	UErrorCode status = U_ZERO_ERROR;

	to_utf16(zone, zone16, WORDS_MOST);
	return ucal_open(zone16, -1, "en", UCAL_GREGORIAN, &status);
}

static DateForm *date_form_new(const char *language, const char *zone)
{
	const DateStyle *style = find_style(language);
	DateForm *form = g_new0(DateForm, 1);
	g_autofree char *pattern = style ? make_pattern(style, ANY_TIME) : NULL;

	form->style = style;
	form->format = open_format(language, zone, pattern);
	form->calendar = open_calendar(zone);
	form->zone = name_zone(
		style, language, zone, find_moment(form, 0).offset_ms);
	if (form->format && style) {
		/* ICU's weekdays begin at 1. */
		set_symbols(form->format, UDAT_WEEKDAYS, style->weekdays, 7, 1);
		set_symbols(form->format, UDAT_MONTHS, style->months, 12, 0);
	}
	return form;
}

static bool zone_is_known(const char *zone)
{
	g_autofree char *canonical = find_canonical(zone);

	return *canonical;
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
static char *bracket(const DateForm *form, const Moment *moment)
{
	/* Chinese has brackets and a comma of its own width. */
	bool wide = form->style && strcmp(form->style->language, "zh") == 0;
	const char *open = wide ? "（" : " (";
	const char *close = wide ? "）" : ")";

	if (!moment->twice)
		return g_strconcat(open, form->zone, close, NULL);
	g_autofree char *offset = name_offset(moment->offset_ms);
	return g_strconcat(
		open, form->zone, wide ? "，" : ", ", offset, close, NULL);
}

/* (transfer full) */
static char *make_words(DateForm *form, int64_t at_s)
{
	if (!form->format)
		return base_time_to_rfc5322(at_s);

	Moment moment = find_moment(form, at_s);
	if (form->style)
		apply_variant(form, choose_variant(form->style, &moment));
	g_autofree char *words = format_words(form->format, at_s);
	g_autofree char *zone = bracket(form, &moment);
	return g_strconcat(words, zone, NULL);
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
