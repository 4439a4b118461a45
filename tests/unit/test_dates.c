/* Moments in words, as people of a language write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/reply/internal.h"

enum { HOUR = 3600, MINUTE = 60, STEP_MINUTES = 1009 };

static const struct {
	const char *zone;
	const char *at;
} moments[] = {
	{"Europe/Tallinn", "2026-11-24T12:00:00Z"},
	{"Europe/Tallinn", "2026-07-05T06:05:00Z"},
	/* midnight, noon, the first of a month */
	{"Europe/Tallinn", "2026-05-15T21:00:00Z"},
	{"Europe/Helsinki", "2026-03-12T10:00:00Z"},
	{"Europe/Athens", "2026-12-31T23:00:00Z"},
	/* the hour that comes twice, each time */
	{"Europe/Tallinn", "2026-10-25T00:30:00Z"},
	{"Europe/Tallinn", "2026-10-25T01:30:00Z"},
	{"Europe/London", "2026-10-25T00:30:00Z"},
	{"Europe/London", "2026-10-25T01:30:00Z"},
	/* far away */
	{"Asia/Ho_Chi_Minh", "2026-02-18T01:15:00Z"},
	{"Asia/Shanghai", "2026-04-06T09:45:00Z"},
	{"America/New_York", "2026-08-22T01:00:00Z"},
	{"America/New_York", "2026-11-01T06:30:00Z"},
	{"UTC", "2028-02-29T23:59:00Z"},
	/* a city that no table names */
	{"Europe/Lisbon", "2026-06-10T09:10:00Z"},
};

static const struct {
	const char *language;
	const char *words[G_N_ELEMENTS(moments)];
} golden[] = {
	{"en",
		{
			"Tuesday 24 November 2026 at 14:00 (Tallinn time)",
			"Sunday 5 July 2026 at 09:05 (Tallinn time)",
			"Saturday 16 May 2026 at 00:00 (Tallinn time)",
			"Thursday 12 March 2026 at 12:00 (Helsinki time)",
			"Friday 1 January 2027 at 01:00 (Athens time)",
			"Sunday 25 October 2026 at 03:30 (Tallinn time, UTC+3)",
			"Sunday 25 October 2026 at 03:30 (Tallinn time, UTC+2)",
			"Sunday 25 October 2026 at 01:30 (London time, UTC+1)",
			"Sunday 25 October 2026 at 01:30 (London time, UTC+0)",
			"Wednesday 18 February 2026 at 08:15 (Vietnam time)",
			"Monday 6 April 2026 at 17:45 (Beijing time)",
			"Friday 21 August 2026 at 21:00 (New York time)",
			"Sunday 1 November 2026 at 01:30 (New York time, "
			"UTC−5)",
			"Tuesday 29 February 2028 at 23:59 (UTC)",
			"Wednesday 10 June 2026 at 10:10 (Lisbon time)",
		}},
	{"et",
		{
			"teisipäeval, 24. novembril 2026 kell 14.00 (Tallinna "
			"aeg)",
			"pühapäeval, 5. juulil 2026 kell 9.05 (Tallinna aeg)",
			"laupäeval, 16. mail 2026 kell 0.00 (Tallinna aeg)",
			"neljapäeval, 12. märtsil 2026 kell 12.00 (Helsingi "
			"aeg)",
			"reedel, 1. jaanuaril 2027 kell 1.00 (Ateena aeg)",
			"pühapäeval, 25. oktoobril 2026 kell 3.30 (Tallinna "
			"aeg, UTC+3)",
			"pühapäeval, 25. oktoobril 2026 kell 3.30 (Tallinna "
			"aeg, UTC+2)",
			"pühapäeval, 25. oktoobril 2026 kell 1.30 (Londoni "
			"aeg, UTC+1)",
			"pühapäeval, 25. oktoobril 2026 kell 1.30 (Londoni "
			"aeg, UTC+0)",
			"kolmapäeval, 18. veebruaril 2026 kell 8.15 (Vietnami "
			"aeg)",
			"esmaspäeval, 6. aprillil 2026 kell 17.45 (Pekingi "
			"aeg)",
			"reedel, 21. augustil 2026 kell 21.00 (New Yorgi aeg)",
			"pühapäeval, 1. novembril 2026 kell 1.30 (New Yorgi "
			"aeg, UTC−5)",
			"teisipäeval, 29. veebruaril 2028 kell 23.59 (UTC)",
			"kolmapäeval, 10. juunil 2026 kell 10.10 (ajavöönd: "
			"Lissabon)",
		}},
	{"vi",
		{
			"14:00 thứ Ba, ngày 24 tháng 11 năm 2026 (giờ Tallinn)",
			"09:05 Chủ nhật, ngày 5 tháng 7 năm 2026 (giờ Tallinn)",
			"00:00 thứ Bảy, ngày 16 tháng 5 năm 2026 (giờ Tallinn)",
			"12:00 thứ Năm, ngày 12 tháng 3 năm 2026 (giờ "
			"Helsinki)",
			"01:00 thứ Sáu, ngày 1 tháng 1 năm 2027 (giờ Athens)",
			"03:30 Chủ nhật, ngày 25 tháng 10 năm 2026 (giờ "
			"Tallinn, UTC+3)",
			"03:30 Chủ nhật, ngày 25 tháng 10 năm 2026 (giờ "
			"Tallinn, UTC+2)",
			"01:30 Chủ nhật, ngày 25 tháng 10 năm 2026 (giờ "
			"London, UTC+1)",
			"01:30 Chủ nhật, ngày 25 tháng 10 năm 2026 (giờ "
			"London, UTC+0)",
			"08:15 thứ Tư, ngày 18 tháng 2 năm 2026 (giờ Việt Nam)",
			"17:45 thứ Hai, ngày 6 tháng 4 năm 2026 (giờ Bắc Kinh)",
			"21:00 thứ Sáu, ngày 21 tháng 8 năm 2026 (giờ New "
			"York)",
			"01:30 Chủ nhật, ngày 1 tháng 11 năm 2026 (giờ New "
			"York, UTC−5)",
			"23:59 thứ Ba, ngày 29 tháng 2 năm 2028 (UTC)",
			"10:10 thứ Tư, ngày 10 tháng 6 năm 2026 (giờ Lisbon)",
		}},
	{"fi",
		{
			"tiistaina 24. marraskuuta 2026 klo 14.00 (Tallinnan "
			"aikaa)",
			"sunnuntaina 5. heinäkuuta 2026 klo 9.05 (Tallinnan "
			"aikaa)",
			"lauantaina 16. toukokuuta 2026 klo 0.00 (Tallinnan "
			"aikaa)",
			"torstaina 12. maaliskuuta 2026 klo 12.00 (Suomen "
			"aikaa)",
			"perjantaina 1. tammikuuta 2027 klo 1.00 (Ateenan "
			"aikaa)",
			"sunnuntaina 25. lokakuuta 2026 klo 3.30 (Tallinnan "
			"aikaa, UTC+3)",
			"sunnuntaina 25. lokakuuta 2026 klo 3.30 (Tallinnan "
			"aikaa, UTC+2)",
			"sunnuntaina 25. lokakuuta 2026 klo 1.30 (Lontoon "
			"aikaa, UTC+1)",
			"sunnuntaina 25. lokakuuta 2026 klo 1.30 (Lontoon "
			"aikaa, UTC+0)",
			"keskiviikkona 18. helmikuuta 2026 klo 8.15 (Vietnamin "
			"aikaa)",
			"maanantaina 6. huhtikuuta 2026 klo 17.45 (Pekingin "
			"aikaa)",
			"perjantaina 21. elokuuta 2026 klo 21.00 (New Yorkin "
			"aikaa)",
			"sunnuntaina 1. marraskuuta 2026 klo 1.30 (New Yorkin "
			"aikaa, UTC−5)",
			"tiistaina 29. helmikuuta 2028 klo 23.59 (UTC)",
			"keskiviikkona 10. kesäkuuta 2026 klo 10.10 "
			"(aikavyöhyke: Lissabon)",
		}},
	{"zh",
		{
			"2026年11月24日星期二 14:00（塔林时间）",
			"2026年7月5日星期日 09:05（塔林时间）",
			"2026年5月16日星期六 00:00（塔林时间）",
			"2026年3月12日星期四 12:00（赫尔辛基时间）",
			"2027年1月1日星期五 01:00（雅典时间）",
			"2026年10月25日星期日 03:30（塔林时间，UTC+3）",
			"2026年10月25日星期日 03:30（塔林时间，UTC+2）",
			"2026年10月25日星期日 01:30（伦敦时间，UTC+1）",
			"2026年10月25日星期日 01:30（伦敦时间，UTC+0）",
			"2026年2月18日星期三 08:15（越南时间）",
			"2026年4月6日星期一 17:45（北京时间）",
			"2026年8月21日星期五 21:00（纽约时间）",
			"2026年11月1日星期日 01:30（纽约时间，UTC−5）",
			"2028年2月29日星期二 23:59（UTC）",
			"2026年6月10日星期三 10:10（里斯本时间）",
		}},
	{"el",
		{
			"Τρίτη 24 Νοεμβρίου 2026 στις 14:00 (ώρα Ταλίν)",
			"Κυριακή 5 Ιουλίου 2026 στις 09:05 (ώρα Ταλίν)",
			"Σάββατο 16 Μαΐου 2026 στις 00:00 (ώρα Ταλίν)",
			"Πέμπτη 12 Μαρτίου 2026 στις 12:00 (ώρα Ελσίνκι)",
			"Παρασκευή 1η Ιανουαρίου 2027 στη 01:00 (ώρα Ελλάδας)",
			"Κυριακή 25 Οκτωβρίου 2026 στις 03:30 (ώρα Ταλίν, "
			"UTC+3)",
			"Κυριακή 25 Οκτωβρίου 2026 στις 03:30 (ώρα Ταλίν, "
			"UTC+2)",
			"Κυριακή 25 Οκτωβρίου 2026 στη 01:30 (ώρα Λονδίνου, "
			"UTC+1)",
			"Κυριακή 25 Οκτωβρίου 2026 στη 01:30 (ώρα Λονδίνου, "
			"UTC+0)",
			"Τετάρτη 18 Φεβρουαρίου 2026 στις 08:15 (ώρα Βιετνάμ)",
			"Δευτέρα 6 Απριλίου 2026 στις 17:45 (ώρα Πεκίνου)",
			"Παρασκευή 21 Αυγούστου 2026 στις 21:00 (ώρα Νέας "
			"Υόρκης)",
			"Κυριακή 1η Νοεμβρίου 2026 στη 01:30 (ώρα Νέας Υόρκης, "
			"UTC−5)",
			"Τρίτη 29 Φεβρουαρίου 2028 στις 23:59 (UTC)",
			"Τετάρτη 10 Ιουνίου 2026 στις 10:10 (ώρα: Λισαβόνα)",
		}},
	{"de",
		{
			"Dienstag, 24. November 2026, 14:00 Uhr (Ortszeit "
			"Tallinn)",
			"Sonntag, 5. Juli 2026, 09:05 Uhr (Ortszeit Tallinn)",
			"Samstag, 16. Mai 2026, 00:00 Uhr (Ortszeit Tallinn)",
			"Donnerstag, 12. März 2026, 12:00 Uhr (Ortszeit "
			"Helsinki)",
			"Freitag, 1. Januar 2027, 01:00 Uhr (Ortszeit Athen)",
			"Sonntag, 25. Oktober 2026, 03:30 Uhr (Ortszeit "
			"Tallinn, UTC+3)",
			"Sonntag, 25. Oktober 2026, 03:30 Uhr (Ortszeit "
			"Tallinn, UTC+2)",
			"Sonntag, 25. Oktober 2026, 01:30 Uhr (Ortszeit "
			"London, UTC+1)",
			"Sonntag, 25. Oktober 2026, 01:30 Uhr (Ortszeit "
			"London, UTC+0)",
			"Mittwoch, 18. Februar 2026, 08:15 Uhr (vietnamesische "
			"Zeit)",
			"Montag, 6. April 2026, 17:45 Uhr (Ortszeit Peking)",
			"Freitag, 21. August 2026, 21:00 Uhr (Ortszeit New "
			"York)",
			"Sonntag, 1. November 2026, 01:30 Uhr (Ortszeit New "
			"York, UTC−5)",
			"Dienstag, 29. Februar 2028, 23:59 Uhr (UTC)",
			"Mittwoch, 10. Juni 2026, 10:10 Uhr (Ortszeit "
			"Lissabon)",
		}},
	{"fr",
		{
			"mardi 24 novembre 2026 à 14\u00a0h (heure de Tallinn)",
			"dimanche 5 juillet 2026 à 9\u00a0h\u00a005 (heure de "
			"Tallinn)",
			"samedi 16 mai 2026 à 0\u00a0h (heure de Tallinn)",
			"jeudi 12 mars 2026 à 12\u00a0h (heure d’Helsinki)",
			"vendredi 1er janvier 2027 à 1\u00a0h (heure "
			"d’Athènes)",
			"dimanche 25 octobre 2026 à 3\u00a0h\u00a030 (heure de "
			"Tallinn, UTC+3)",
			"dimanche 25 octobre 2026 à 3\u00a0h\u00a030 (heure de "
			"Tallinn, UTC+2)",
			"dimanche 25 octobre 2026 à 1\u00a0h\u00a030 (heure de "
			"Londres, UTC+1)",
			"dimanche 25 octobre 2026 à 1\u00a0h\u00a030 (heure de "
			"Londres, UTC+0)",
			"mercredi 18 février 2026 à 8\u00a0h\u00a015 (heure du "
			"Vietnam)",
			"lundi 6 avril 2026 à 17\u00a0h\u00a045 (heure de "
			"Pékin)",
			"vendredi 21 août 2026 à 21\u00a0h (heure de New York)",
			"dimanche 1er novembre 2026 à 1\u00a0h\u00a030 (heure "
			"de New York, UTC−5)",
			"mardi 29 février 2028 à 23\u00a0h\u00a059 (UTC)",
			"mercredi 10 juin 2026 à 10\u00a0h\u00a010 (heure "
			"locale\u00a0: Lisbonne)",
		}},
	{"es",
		{
			"martes, 24 de noviembre de 2026, a las 14:00 (hora de "
			"Tallin)",
			"domingo, 5 de julio de 2026, a las 9:05 (hora de "
			"Tallin)",
			"sábado, 16 de mayo de 2026, a las 0:00 (hora de "
			"Tallin)",
			"jueves, 12 de marzo de 2026, a las 12:00 (hora de "
			"Helsinki)",
			"viernes, 1 de enero de 2027, a la 1:00 (hora de "
			"Atenas)",
			"domingo, 25 de octubre de 2026, a las 3:30 (hora de "
			"Tallin, UTC+3)",
			"domingo, 25 de octubre de 2026, a las 3:30 (hora de "
			"Tallin, UTC+2)",
			"domingo, 25 de octubre de 2026, a la 1:30 (hora de "
			"Londres, UTC+1)",
			"domingo, 25 de octubre de 2026, a la 1:30 (hora de "
			"Londres, UTC+0)",
			"miércoles, 18 de febrero de 2026, a las 8:15 (hora de "
			"Vietnam)",
			"lunes, 6 de abril de 2026, a las 17:45 (hora de "
			"Pekín)",
			"viernes, 21 de agosto de 2026, a las 21:00 (hora de "
			"Nueva York)",
			"domingo, 1 de noviembre de 2026, a la 1:30 (hora de "
			"Nueva York, UTC−5)",
			"martes, 29 de febrero de 2028, a las 23:59 (UTC)",
			"miércoles, 10 de junio de 2026, a las 10:10 (hora de "
			"Lisboa)",
		}},
	{"ru",
		{
			"вторник, 24 ноября 2026\u00a0г., 14:00 (по "
			"таллинскому времени)",
			"воскресенье, 5 июля 2026\u00a0г., 09:05 (по "
			"таллинскому времени)",
			"суббота, 16 мая 2026\u00a0г., 00:00 (по таллинскому "
			"времени)",
			"четверг, 12 марта 2026\u00a0г., 12:00 (по "
			"хельсинкскому времени)",
			"пятница, 1 января 2027\u00a0г., 01:00 (по афинскому "
			"времени)",
			"воскресенье, 25 октября 2026\u00a0г., 03:30 (по "
			"таллинскому времени, UTC+3)",
			"воскресенье, 25 октября 2026\u00a0г., 03:30 (по "
			"таллинскому времени, UTC+2)",
			"воскресенье, 25 октября 2026\u00a0г., 01:30 (по "
			"лондонскому времени, UTC+1)",
			"воскресенье, 25 октября 2026\u00a0г., 01:30 (по "
			"лондонскому времени, UTC+0)",
			"среда, 18 февраля 2026\u00a0г., 08:15 (по "
			"вьетнамскому времени)",
			"понедельник, 6 апреля 2026\u00a0г., 17:45 (по "
			"пекинскому времени)",
			"пятница, 21 августа 2026\u00a0г., 21:00 (по "
			"нью-йоркскому времени)",
			"воскресенье, 1 ноября 2026\u00a0г., 01:30 (по "
			"нью-йоркскому времени, UTC−5)",
			"вторник, 29 февраля 2028\u00a0г., 23:59 (UTC)",
			"среда, 10 июня 2026\u00a0г., 10:10 (время: Лиссабон)",
		}},
	{"sv",
		{
			"tisdag 24 november 2026 kl. 14.00 (estnisk tid)",
			"söndag 5 juli 2026 kl. 09.05 (estnisk tid)",
			"lördag 16 maj 2026 kl. 00.00 (estnisk tid)",
			"torsdag 12 mars 2026 kl. 12.00 (finsk tid)",
			"fredag 1 januari 2027 kl. 01.00 (lokal tid i Aten)",
			"söndag 25 oktober 2026 kl. 03.30 (estnisk tid, UTC+3)",
			"söndag 25 oktober 2026 kl. 03.30 (estnisk tid, UTC+2)",
			"söndag 25 oktober 2026 kl. 01.30 (lokal tid i London, "
			"UTC+1)",
			"söndag 25 oktober 2026 kl. 01.30 (lokal tid i London, "
			"UTC+0)",
			"onsdag 18 februari 2026 kl. 08.15 (vietnamesisk tid)",
			"måndag 6 april 2026 kl. 17.45 (kinesisk tid)",
			"fredag 21 augusti 2026 kl. 21.00 (lokal tid i New "
			"York)",
			"söndag 1 november 2026 kl. 01.30 (lokal tid i New "
			"York, UTC−5)",
			"tisdag 29 februari 2028 kl. 23.59 (UTC)",
			"onsdag 10 juni 2026 kl. 10.10 (lokal tid i Lissabon)",
		}},
	{"lv",
		{
			"otrdien, 2026. gada 24. novembrī, plkst. 14.00 "
			"(Tallinas laiks)",
			"svētdien, 2026. gada 5. jūlijā, plkst. 9.05 (Tallinas "
			"laiks)",
			"sestdien, 2026. gada 16. maijā, plkst. 0.00 (Tallinas "
			"laiks)",
			"ceturtdien, 2026. gada 12. martā, plkst. 12.00 "
			"(Helsinku laiks)",
			"piektdien, 2027. gada 1. janvārī, plkst. 1.00 (Atēnu "
			"laiks)",
			"svētdien, 2026. gada 25. oktobrī, plkst. 3.30 "
			"(Tallinas laiks, UTC+3)",
			"svētdien, 2026. gada 25. oktobrī, plkst. 3.30 "
			"(Tallinas laiks, UTC+2)",
			"svētdien, 2026. gada 25. oktobrī, plkst. 1.30 "
			"(Londonas laiks, UTC+1)",
			"svētdien, 2026. gada 25. oktobrī, plkst. 1.30 "
			"(Londonas laiks, UTC+0)",
			"trešdien, 2026. gada 18. februārī, plkst. 8.15 "
			"(Vjetnamas laiks)",
			"pirmdien, 2026. gada 6. aprīlī, plkst. 17.45 (Pekinas "
			"laiks)",
			"piektdien, 2026. gada 21. augustā, plkst. 21.00 "
			"(Ņujorkas laiks)",
			"svētdien, 2026. gada 1. novembrī, plkst. 1.30 "
			"(Ņujorkas laiks, UTC−5)",
			"otrdien, 2028. gada 29. februārī, plkst. 23.59 (UTC)",
			"trešdien, 2026. gada 10. jūnijā, plkst. 10.10 (laika "
			"josla: Lisabona)",
		}},
	{"pl",
		{
			"wtorek, 24 listopada 2026\u00a0r., godz. 14:00 (czas "
			"talliński)",
			"niedziela, 5 lipca 2026\u00a0r., godz. 9:05 (czas "
			"talliński)",
			"sobota, 16 maja 2026\u00a0r., godz. 0:00 (czas "
			"talliński)",
			"czwartek, 12 marca 2026\u00a0r., godz. 12:00 (czas "
			"helsiński)",
			"piątek, 1 stycznia 2027\u00a0r., godz. 1:00 (czas "
			"ateński)",
			"niedziela, 25 października 2026\u00a0r., godz. 3:30 "
			"(czas talliński, UTC+3)",
			"niedziela, 25 października 2026\u00a0r., godz. 3:30 "
			"(czas talliński, UTC+2)",
			"niedziela, 25 października 2026\u00a0r., godz. 1:30 "
			"(czas londyński, UTC+1)",
			"niedziela, 25 października 2026\u00a0r., godz. 1:30 "
			"(czas londyński, UTC+0)",
			"środa, 18 lutego 2026\u00a0r., godz. 8:15 (czas "
			"wietnamski)",
			"poniedziałek, 6 kwietnia 2026\u00a0r., godz. 17:45 "
			"(czas pekiński)",
			"piątek, 21 sierpnia 2026\u00a0r., godz. 21:00 (czas "
			"nowojorski)",
			"niedziela, 1 listopada 2026\u00a0r., godz. 1:30 (czas "
			"nowojorski, UTC−5)",
			"wtorek, 29 lutego 2028\u00a0r., godz. 23:59 (UTC)",
			"środa, 10 czerwca 2026\u00a0r., godz. 10:10 (czas: "
			"Lizbona)",
		}},
};

static int64_t parse(const char *at)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(at, NULL);

	assert_non_null(time);
	return g_date_time_to_unix(time);
}

static ReplyDates *dates;

static int set_up(void **state)
{
	(void)state;
	dates = reply_dates_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	reply_dates_free(dates);
	return 0;
}

static void assert_words(const char *language, const char *zone, const char *at,
	const char *expected)
{
	g_autofree char *words =
		reply_dates_format(dates, language, zone, parse(at));

	assert_string_equal(words, expected);
}

static void test_each_language_has_its_own_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(golden); i++)
		for (size_t j = 0; j < G_N_ELEMENTS(moments); j++)
			assert_words(golden[i].language, moments[j].zone,
				moments[j].at, golden[i].words[j]);
}

static void test_an_unknown_language_gets_icus_own_form(void **state)
{
	(void)state;
	assert_words("pt", "Europe/Lisbon", "2026-06-10T09:10:00Z",
		"quarta-feira, 10 de junho de 2026 às 10:10 (Lisboa)");
	assert_words("pt", "Europe/Lisbon", "2026-10-25T01:30:00Z",
		"domingo, 25 de outubro de 2026 às 01:30 (Lisboa, UTC+0)");
}

static void test_a_zone_without_a_city_is_named_without_riddles(void **state)
{
	static const struct {
		const char *zone;
		const char *words;
	} cases[] = {
		{NULL, "12:00 (UTC)"},
		{"Mars/Olympus", "12:00 (UTC)"},
		{"Etc/UCT", "12:00 (UTC)"},
		{"CET", "13:00 (CET)"},
		/* POSIX counts westwards. */
		{"Etc/GMT+5", "07:00 (UTC−5)"},
		{"Etc/GMT-3", "15:00 (UTC+3)"},
		{"PRC", "20:00 (Beijing time)"},
		{"Asia/Saigon", "19:00 (Vietnam time)"},
		{"Asia/Kolkata", "17:30 (Kolkata time)"},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *words = g_strconcat(
			"Tuesday 24 November 2026 at ", cases[i].words, NULL);
		assert_words(
			"en", cases[i].zone, "2026-11-24T12:00:00Z", words);
	}
}

static void test_the_offset_is_told_only_in_the_hour_that_comes_twice(
	void **state)
{
	static const struct {
		const char *zone;
		const char *at;
		const char *words;
	} cases[] = {
		{"Europe/Tallinn", "2026-10-24T23:59:59Z",
			"02:59 (Tallinn time)"},
		{"Europe/Tallinn", "2026-10-25T00:00:00Z",
			"03:00 (Tallinn time, UTC+3)"},
		{"Europe/Tallinn", "2026-10-25T00:59:59Z",
			"03:59 (Tallinn time, UTC+3)"},
		{"Europe/Tallinn", "2026-10-25T01:00:00Z",
			"03:00 (Tallinn time, UTC+2)"},
		{"Europe/Tallinn", "2026-10-25T01:59:59Z",
			"03:59 (Tallinn time, UTC+2)"},
		{"Europe/Tallinn", "2026-10-25T02:00:00Z",
			"04:00 (Tallinn time)"},
		/* Half an hour comes twice. */
		{"Australia/Lord_Howe", "2026-04-04T14:30:00Z",
			"01:30 (Lord Howe time, UTC+11)"},
		{"Australia/Lord_Howe", "2026-04-04T15:00:00Z",
			"01:30 (Lord Howe time, UTC+10:30)"},
		{"Australia/Lord_Howe", "2026-04-04T15:30:00Z",
			"02:00 (Lord Howe time)"},
		/* The hour that is left out in spring. */
		{"Europe/Tallinn", "2026-03-29T00:59:00Z",
			"02:59 (Tallinn time)"},
		{"Europe/Tallinn", "2026-03-29T01:00:00Z",
			"04:00 (Tallinn time)"},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *words = reply_dates_format(
			dates, "en", cases[i].zone, parse(cases[i].at));
		if (!g_str_has_suffix(words, cases[i].words))
			fail_msg("%s: %s", cases[i].at, words);
	}
}

/* ---- read back --------------------------------------------------------- */

/* In which order a language tells them: day, month, year, hour, minute. */
static const struct {
	const char *language;
	const char *order;
} orders[] = {
	{"en", "dyhm"},
	{"et", "dyhm"},
	{"vi", "hmdoy"},
	{"fi", "dyhm"},
	{"zh", "yodhm"},
	{"el", "dyhm"},
	{"de", "dyhm"},
	{"fr", "dyhm"},
	{"es", "dyhm"},
	{"ru", "dyhm"},
	{"sv", "dyhm"},
	{"lv", "ydhm"},
	{"pl", "dyhm"},
};

static int number_of(GDateTime *time, char what)
{
	switch (what) {
	case 'd':
		return g_date_time_get_day_of_month(time);
	case 'o':
		return g_date_time_get_month(time);
	case 'y':
		return g_date_time_get_year(time);
	case 'h':
		return g_date_time_get_hour(time);
	default:
		return g_date_time_get_minute(time);
	}
}

/* GLib's opinion: the same wall clock an hour away. */
static bool comes_twice(GDateTime *time, GTimeZone *zone)
{
	g_autofree char *clock = g_date_time_format(time, "%F %T");

	for (int hours = -1; hours <= 1; hours += 2) {
		g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(
			g_date_time_to_unix(time) + hours * HOUR);
		g_autoptr(GDateTime) other = g_date_time_to_timezone(utc, zone);
		g_autofree char *shown = g_date_time_format(other, "%F %T");
		if (strcmp(clock, shown) == 0)
			return true;
	}
	return false;
}

/* The next number in the text, or -1; moves past it. */
static int read_number(const char **text)
{
	const char *start = *text + strcspn(*text, "0123456789");
	char *end = NULL;

	if (!*start)
		return -1;
	int number = (int)strtol(start, &end, 10);
	*text = end;
	return number;
}

static void assert_tells(
	const char *words, const char *order, GDateTime *time, bool twice)
{
	const char *rest = words;

	for (const char *what = order; *what; what++) {
		int expected = number_of(time, *what);
		/* "14 h" */
		if (*what == 'm' && expected == 0 && strstr(words, "\u00a0h ("))
			continue;
		int number = read_number(&rest);
		if (number != expected)
			fail_msg("%c is %d, not %d: %s", *what, number,
				expected, words);
	}
	int64_t offset_h = g_date_time_get_utc_offset(time) / G_TIME_SPAN_HOUR;
	int told = read_number(&rest);
	if (told != (twice ? (int)ABS(offset_h) : -1))
		fail_msg("offset %d: %s", told, words);
}

static const char *const zones[] = {"Europe/Tallinn", "Europe/London",
	"Asia/Ho_Chi_Minh", "Asia/Shanghai", "America/New_York",
	"Europe/Athens", "UTC"};

static void assert_reads_back(int64_t at_s, const char *name, GTimeZone *zone)
{
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(at_s);
	g_autoptr(GDateTime) time = g_date_time_to_timezone(utc, zone);
	bool twice = comes_twice(time, zone);

	for (size_t i = 0; i < G_N_ELEMENTS(orders); i++) {
		g_autofree char *words = reply_dates_format(
			dates, orders[i].language, name, at_s);
		assert_true(g_utf8_validate(words, -1, NULL));
		assert_tells(words, orders[i].order, time, twice);
	}
}

/* So many minutes are a prime: every minute of the hour comes, and every hour
 * of the day. */
static void test_the_words_tell_the_day_the_hour_and_the_minute(void **state)
{
	int64_t start = parse("2025-12-31T00:00:00Z");
	int64_t end = parse("2028-12-31T00:00:00Z");

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(zones); i++) {
		g_autoptr(GTimeZone) zone =
			g_time_zone_new_identifier(zones[i]);
		assert_non_null(zone);
		for (int64_t at_s = start + (int64_t)i * 7 * MINUTE; at_s < end;
			at_s += STEP_MINUTES * MINUTE)
			assert_reads_back(at_s, zones[i], zone);
	}
}

static void test_around_a_change_of_clocks_each_minute_is_told(void **state)
{
	static const char *const changes[] = {"2026-03-29T01:00:00Z",
		"2026-10-25T01:00:00Z", "2027-10-31T01:00:00Z",
		"2026-11-01T06:00:00Z"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(changes); i++)
		for (size_t j = 0; j < G_N_ELEMENTS(zones); j++) {
			g_autoptr(GTimeZone) zone =
				g_time_zone_new_identifier(zones[j]);
			int64_t change = parse(changes[i]);
			for (int64_t at_s = change - 2 * HOUR;
				at_s < change + 2 * HOUR; at_s += MINUTE)
				assert_reads_back(at_s, zones[j], zone);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_language_has_its_own_form),
		cmocka_unit_test(test_an_unknown_language_gets_icus_own_form),
		cmocka_unit_test(
			test_a_zone_without_a_city_is_named_without_riddles),
		cmocka_unit_test(
			test_the_offset_is_told_only_in_the_hour_that_comes_twice),
		cmocka_unit_test(
			test_the_words_tell_the_day_the_hour_and_the_minute),
		cmocka_unit_test(
			test_around_a_change_of_clocks_each_minute_is_told),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
