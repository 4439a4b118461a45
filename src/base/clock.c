#include <redress/base.h>

int64_t base_clock_now_ms(void)
{
	return g_get_real_time() / 1000;
}

int64_t base_clock_now_s(void)
{
	return g_get_real_time() / G_USEC_PER_SEC;
}

int64_t base_clock_monotonic_ms(void)
{
	return g_get_monotonic_time() / 1000;
}

const char *base_boot_id(void)
{
	static gsize ready;
	static char *boot_id;

	if (g_once_init_enter(&ready)) {
		if (g_file_get_contents("/proc/sys/kernel/random/boot_id",
			    &boot_id, NULL, NULL))
			g_strstrip(boot_id);
		g_once_init_leave(&ready, 1);
	}
	return boot_id ? boot_id : "";
}

/* The calendar of both formats has four-digit years: what lies beyond (only
 * damaged data does) is shown as the nearest end. */
static GDateTime *date_time_new(int64_t time_s)
{
	const int64_t first = INT64_C(-62135596800); /* 0001-01-01 */
	const int64_t last = INT64_C(253402300799);  /* 9999-12-31 */

	return g_date_time_new_from_unix_utc(CLAMP(time_s, first, last));
}

char *base_time_to_rfc3339(int64_t time_s)
{
	g_autoptr(GDateTime) time = date_time_new(time_s);

	return g_strdup_printf("%04d-%02d-%02dT%02d:%02d:%02dZ",
		g_date_time_get_year(time), g_date_time_get_month(time),
		g_date_time_get_day_of_month(time), g_date_time_get_hour(time),
		g_date_time_get_minute(time), g_date_time_get_second(time));
}

char *base_time_to_rfc5322(int64_t time_s)
{
	/* Not strftime(): these are English whatever the locale. */
	static const char days[][4] = {
		"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	g_autoptr(GDateTime) time = date_time_new(time_s);

	return g_strdup_printf("%s, %02d %s %04d %02d:%02d:%02d +0000",
		days[g_date_time_get_day_of_week(time) - 1],
		g_date_time_get_day_of_month(time),
		months[g_date_time_get_month(time) - 1],
		g_date_time_get_year(time), g_date_time_get_hour(time),
		g_date_time_get_minute(time), g_date_time_get_second(time));
}
