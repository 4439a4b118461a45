/* Two subjects of one conversation have the same base. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/analysis/internal.h"

static void assert_base(const char *subject, const char *expected)
{
	g_autofree char *base = subject_base(subject);

	assert_string_equal(base, expected);
}

static void test_prefixes_of_many_languages_go(void **state)
{
	static const char *const prefixes[] = {"Re:", "RE:", "re :", "Fw:",
		"FWD:", "Aw:", "AW:", "Antw:", "Antw.:", "WG:", "Sv:", "SV:",
		"Vs:", "VS:", "VL:", "VB:", "Odp:", "PD:", "Rif:", "R:", "I:",
		"Tr:", "TR :", "RV:", "Enc:", "ENC:", "RES:", "Ynt:", "YNT:",
		"İlt:", "İLT:", "Vá:", "Továbbítás:", "Hal:", "Atb:", "Pārs:",
		"Ats:", "На:", "Отв:", "Пер:", "HA:", "Відп:", "Отг:", "Απ:",
		"ΑΠ:", "ΠΡΘ:", "Σχετ:", "ΣΧΕΤ:", "Απάντηση:", "Trả lời:",
		"Chuyển tiếp:", "回复：", "回复:", "回覆：", "答复：",
		"答复: ", "转发：", "轉寄：", "返信：", "転送:", "답장:",
		"회신:", "전달:", "תגובה:", "השב:", "رد:", "إعادة توجيه:",
		"Odg:", "Fs:", "Doorst:", "ตอบกลับ:", "Balas:", "Răspuns:"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++) {
		g_autofree char *once =
			g_strconcat(prefixes[i], " My kettle: leaks", NULL);
		g_autofree char *bare =
			g_strconcat(prefixes[i], "My kettle: leaks", NULL);
		g_autofree char *stacked = g_strconcat(prefixes[i],
			" Re: ", prefixes[i], "Fwd: My kettle: leaks", NULL);

		assert_base(once, "My kettle: leaks");
		assert_base(bare, "My kettle: leaks");
		assert_base(stacked, "My kettle: leaks");
	}
}

static void test_counters_tags_and_wrappers_go(void **state)
{
	static const char *const subjects[] = {"Re[2]: Kettle",
		"RE[12]: Kettle", "Re^2: Kettle", "Re(3): Kettle",
		"Re*2: Kettle", "Re2: Kettle", "Re [2]: Kettle",
		"Re: Re: RE: Kettle", "[list] Re: Kettle", "Re: [list] Kettle",
		"[a] [b] Re: [c] Fwd: Kettle", "[Fwd: Kettle]",
		"Re: [Fwd: Re: Kettle]", "Kettle (fwd)",
		"Re: Kettle (fwd) (FWD)", "  Re:\tKettle  ", "Re:　Kettle",
		"Re：Kettle", "\u200fRe: Kettle"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(subjects); i++)
		assert_base(subjects[i], "Kettle");
}

static void test_our_own_tag_goes_wherever_it_stands(void **state)
{
	g_autofree char *reference = base_reference_new();
	g_autofree char *front =
		g_strdup_printf("[#%s] Re: Kettle leaks", reference);
	g_autofree char *middle =
		g_strdup_printf("Re: Kettle [#%s] leaks", reference);
	g_autofree char *end =
		g_strdup_printf("AW: Kettle leaks [#%s]", reference);
	g_autofree char *only = g_strdup_printf("Re: [#%s]", reference);

	(void)state;
	assert_base(front, "Kettle leaks");
	assert_base(middle, "Kettle leaks");
	assert_base(end, "Kettle leaks");
	assert_base(only, "");
	assert_base("Order [#12345] lost", "Order [#12345] lost");
}

static void test_what_only_looks_like_a_prefix_stays(void **state)
{
	static const char *const subjects[] = {"Return: the kettle",
		"Regarding: kettle", "No: 12345", "Report", "Order 2: kettle",
		"Red kettle: leaks", "R2D2: robot", "Kettle re: leak",
		"Tellimus: katki", "[only a tag]", "Re", "是否：水壶", "",
		"Invoice: 12"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(subjects); i++)
		assert_base(subjects[i], subjects[i]);
	assert_base("Re:", "");
}

static void test_hostile_subject_takes_linear_time(void **state)
{
	static const char *const units[] = {"Re: ", "[a] ", "[", "[#", "(fwd)",
		"[Fwd: ", "Re[", " ", "\xe3\x80\x80", "Re:[x]"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
		GString *subject = g_string_new(NULL);
		g_autofree char *base = NULL;
		gint64 before;

		while (subject->len < 16 * 1024)
			g_string_append(subject, units[i]);
		before = g_get_monotonic_time();
		base = subject_base(subject->str);
		assert_true(strlen(base) <= subject->len);
		if (g_get_monotonic_time() - before > 2 * G_USEC_PER_SEC)
			fail_msg("%s is slow", units[i]);
		g_string_free(subject, TRUE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prefixes_of_many_languages_go),
		cmocka_unit_test(test_counters_tags_and_wrappers_go),
		cmocka_unit_test(test_our_own_tag_goes_wherever_it_stands),
		cmocka_unit_test(test_what_only_looks_like_a_prefix_stays),
		cmocka_unit_test(test_hostile_subject_takes_linear_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
