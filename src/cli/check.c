#include "cli.h"

#include <string.h>

#include <redress/parser.h>

#include "check.h"

/* What is found; OK and WARN do not make the check fail. */
enum verdict { GOOD, WARN, BAD };

static const struct {
	const char *name;
	const char *colour;
} verdicts[] = {
	[GOOD] = {"OK", "32"},
	[WARN] = {"WARN", "33"},
	[BAD] = {"FAIL", "1;31"},
};

static const char *verdict_colour(const char *verdict)
{
	for (size_t i = 0; i < G_N_ELEMENTS(verdicts); i++)
		if (strcmp(verdict, verdicts[i].name) == 0)
			return verdicts[i].colour;
	return "";
}

static const PrinterColumn columns[] = {
	PRINTER_COLUMN("verdict", "", PRINTER_WORD, .pad = 4,
		.colour = verdict_colour),
	PRINTER_COLUMN("name", "", PRINTER_WORD, .pad = 16),
	PRINTER_COLUMN("detail", "", PRINTER_TEXT),
};
static const PrinterView view = PRINTER_VIEW(PRINTER_LINE, NULL, columns);

static void put(Check *check, enum verdict verdict, const char *name,
	const char *format, va_list arguments)
{
	Printer *printer = check->cli->printer;
	g_autofree char *detail = g_strdup_vprintf(format, arguments);

	printer_view(printer, &view);
	printer_begin_map(printer);
	printer_put_string(printer, "name", name);
	printer_put_boolean(printer, "ok", verdict != BAD);
	printer_put_string(printer, "verdict", verdicts[verdict].name);
	printer_put_string(printer, "detail", detail);
	printer_end(printer);
	check->failed += verdict == BAD;
}

void check_good(Check *check, const char *name, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	put(check, GOOD, name, format, arguments);
	va_end(arguments);
}

void check_warn(Check *check, const char *name, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	put(check, WARN, name, format, arguments);
	va_end(arguments);
}

void check_bad(Check *check, const char *name, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	put(check, BAD, name, format, arguments);
	va_end(arguments);
}

/* ---- store and key ----------------------------------------------------- */

/* Nothing is made here; the daemon can make it if its folder is there. */
static void check_absent(Check *check, const char *name, const char *path)
{
	g_autofree char *folder = g_path_get_dirname(path);

	if (g_file_test(folder, G_FILE_TEST_IS_DIR))
		check_good(check, name,
			"%s: not there yet; it is made at the first start",
			path);
	else
		check_bad(check, name,
			"%s: there is no such folder; make it, owned by the "
			"account that redressd runs as",
			folder);
}

static void check_store(Check *check)
{
	const char *driver = check->config->store.driver;
	const char *path = check->config->store.path;
	g_autoptr(GError) error = NULL;
	g_autoptr(Store) reader = NULL, guest = NULL;

	reader = cli_open_store(check->config, &error);
	if (reader)
		guest = store_open(driver, path, DB_GUEST, &error);
	if (guest)
		check_good(check, "store", "%s, version %d of its tables", path,
			store_schema_version());
	else if (error->code == REDRESS_ERROR_NOT_FOUND)
		check_absent(check, "store", path);
	else
		check_bad(check, "store", "%s", error->message);
}

static void check_key(Check *check)
{
	const char *path = check->config->token_key_file;
	g_autoptr(GError) error = NULL;
	BaseKey key;

	if (base_key_load(path, false, &key, &error))
		check_good(check, "key", "%s", path);
	else if (error->code == REDRESS_ERROR_NOT_FOUND)
		check_absent(check, "key", path);
	else
		check_bad(check, "key", "%s", error->message);
}

/* ---- calendars ---------------------------------------------------------- */

/* "2026-11-24 14:00" on the clocks of the zone.  (transfer full) */
static char *show_time(GTimeZone *zone, int64_t at_s)
{
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(at_s);
	g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, zone);

	return g_date_time_format(local, "%Y-%m-%d %H:%M");
}

/* What a complaint of now would be promised shows an administrator what hours,
 * zone and policy mean. */
static void check_terms(Check *check, const ConfigMailbox *mailbox,
	const ConfigTerms *terms, GTimeZone *zone)
{
	const PromiseCalendar *calendar = mailbox->calendar->calendar;
	int64_t now_s = base_clock_now_s();
	g_autofree char *who =
		terms->policy ? g_strdup_printf("%s, policy \"%s\"",
					mailbox->address, terms->policy)
			      : g_strdup(mailbox->address);
	g_autofree char *answered = show_time(
		zone, promise_due(calendar, terms->answer_within, now_s));
	g_autofree char *settled = show_time(
		zone, promise_due(calendar, terms->resolve_within, now_s));
	g_autofree char *heard = show_time(
		zone, promise_before_quiet(calendar, terms->quiet_hours,
			      now_s + terms->follow_up_every_s));

	check_good(check, "mailbox",
		"%s: a complaint now would be answered by %s%s%s, and next "
		"heard of by %s (%s)",
		who, answered,
		terms->resolve_within.amount ? ", settled by " : "",
		terms->resolve_within.amount ? settled : "", heard,
		promise_calendar_time_zone(calendar));
}

enum { DAY_S = 24 * 60 * 60 };

/* The engine sends follow-ups up to a 24th of the interval earlier; what the
 * backstop withholds then has been promised to the customer. */
static void check_interval(
	Check *check, const ConfigMailbox *mailbox, const ConfigTerms *terms)
{
	int64_t every_s = terms->follow_up_every_s;
	int64_t gap_s = MAX(1, every_s - every_s / 24);
	unsigned most = check->config->limits.automatic_per_thread_per_day;
	int64_t needed = DAY_S / gap_s + 1;

	if (most < needed)
		check_warn(check, "mailbox",
			"%s%s%s: follow_up_every promises customers more mails "
			"a day than limits.automatic_per_thread_per_day (%u) "
			"lets out; raise that to %" G_GINT64_FORMAT
			" or more, or make follow_up_every longer",
			mailbox->address, terms->policy ? ", policy " : "",
			terms->policy ? terms->policy : "", most, needed);
}

static void check_mailboxes(Check *check)
{
	for (guint i = 0; i < check->config->mailboxes->len; i++) {
		const ConfigMailbox *mailbox =
			check->config->mailboxes->pdata[i];
		const char *zone =
			promise_calendar_time_zone(mailbox->calendar->calendar);
		g_autoptr(GTimeZone) place = g_time_zone_new_identifier(zone);

		if (!place)
			check_bad(check, "mailbox",
				"%s: there is no time zone \"%s\"; install "
				"tzdata",
				mailbox->address, zone);
		for (guint t = 0; place && t < mailbox->terms->len; t++) {
			const ConfigTerms *terms = mailbox->terms->pdata[t];
			check_terms(check, mailbox, terms, place);
			check_interval(check, mailbox, terms);
		}
	}
}

/* ---- parser ------------------------------------------------------------ */

/* The cage works if a small mail comes out of it. */
static void check_parser(Check *check)
{
	static const char mail[] = "From: ann@customer.example\r\n"
				   "Subject: check\r\n\r\nA complaint.\r\n";
	g_autoptr(GError) error = NULL;
	g_autoptr(ParserPool) pool = assembly_parser(check->config, &error);
	g_autoptr(GBytes) raw = g_bytes_new_static(mail, sizeof(mail) - 1);
	const AnalysisEnvelope envelope = {0};
	g_autoptr(Analysis) analysis = NULL;

	if (!pool) {
		check_bad(check, "parser", "%s", error->message);
		return;
	}
	analysis = parser_pool_analyze(pool, raw, &envelope);
	if (g_strcmp0(analysis->subject, "check") == 0)
		check_good(check, "parser", "reads mail in its sandbox");
	else
		check_bad(check, "parser",
			"does not read a simple mail: %s; see "
			"parser.memory and parser.timeout, and whether the "
			"kernel allows seccomp",
			analysis->guard_detail ? analysis->guard_detail
					       : "no reason given");
}

/* ---- all --------------------------------------------------------------- */

static void (*const checks[])(Check *check) = {
	check_store,
	check_key,
	check_templates,
	check_mailboxes,
	check_parser,
	check_socket,
	check_imap,
	check_submission,
};

int cli_check(Cli *cli, int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = NULL;
	Check check = {.cli = cli};

	if (!cli_parse(cli, NULL, &argc, &argv))
		return cli->status;
	if (argc > 1)
		return cli_usage(cli, "\"%s\" is not wanted here", argv[1]);
	config = cli_load_config(cli, &error);
	if (!config) {
		check_bad(&check, "configuration", "%s", error->message);
		return CLI_USAGE;
	}
	check.config = config;
	check_good(&check, "configuration", "%s", config->file);
	for (size_t i = 0; i < G_N_ELEMENTS(checks); i++)
		checks[i](&check);
	return check.failed ? CLI_NO : CLI_DONE;
}
