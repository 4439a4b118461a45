/* What customers were told, and whether it was so. */
#include "cli.h"

#include <string.h>

enum {
	PAGE = 1000,
	MINUTE_S = 60,
	HOUR_S = 60 * MINUTE_S,
	DAY_S = 24 * HOUR_S,
};

static const char *standing_colour(const char *standing)
{
	static const struct {
		const char *name, *code;
	} colours[] = {
		{"kept", "32"},
		{"broken", "1;31"},
		{"overdue", "1;33"},
		{"replaced", "2"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(colours); i++)
		if (g_str_equal(colours[i].name, standing))
			return colours[i].code;
	return NULL;
}

static const PrinterColumn columns[] = {
	PRINTER_COLUMN("ref", "REF", PRINTER_WORD),
	PRINTER_COLUMN("kind", "KIND", PRINTER_WORD),
	PRINTER_COLUMN("due_at", "DUE", PRINTER_TIME),
	PRINTER_COLUMN(
		"outcome", "OUTCOME", PRINTER_WORD, .colour = standing_colour),
	PRINTER_COLUMN("margin", "BY HOW MUCH", PRINTER_TEXT, .rank = 1),
	PRINTER_COLUMN("made_at", "MADE", PRINTER_TIME, .rank = 3),
	PRINTER_COLUMN("mailbox", "MAILBOX", PRINTER_TEXT, .rank = 5),
	PRINTER_COLUMN("outbox", "MAIL", PRINTER_NUMBER, .rank = 4),
	PRINTER_COLUMN("words", "WORDS", PRINTER_PROSE, .rank = 2),
};
static const PrinterView view =
	PRINTER_VIEW(PRINTER_TABLE, "No promises.", columns);

static const PrinterColumn count_columns[] = {
	PRINTER_COLUMN("ref", "REF", PRINTER_WORD, .rank = 9),
	PRINTER_COLUMN("mailbox", "MAILBOX", PRINTER_TEXT, .rank = 8),
	PRINTER_COLUMN("kind", "KIND", PRINTER_WORD),
	PRINTER_COLUMN("made", "MADE", PRINTER_NUMBER),
	PRINTER_COLUMN("kept", "KEPT", PRINTER_NUMBER),
	PRINTER_COLUMN("broken", "BROKEN", PRINTER_NUMBER),
	PRINTER_COLUMN("overdue", "OVERDUE", PRINTER_NUMBER),
	PRINTER_COLUMN("kept_percent", "KEPT %", PRINTER_NUMBER),
	PRINTER_COLUMN("open", "OPEN", PRINTER_NUMBER, .rank = 4),
	PRINTER_COLUMN("replaced", "REPLACED", PRINTER_NUMBER, .rank = 6),
	PRINTER_COLUMN("told_before", "TOLD", PRINTER_NUMBER, .rank = 3),
	PRINTER_COLUMN("outstanding", "NOT YET", PRINTER_NUMBER, .rank = 5),
	PRINTER_COLUMN("median_late", "MEDIAN LATE", PRINTER_TEXT, .rank = 2),
	PRINTER_COLUMN("most_late", "MOST LATE", PRINTER_TEXT, .rank = 1),
};
static const PrinterView count_view =
	PRINTER_VIEW(PRINTER_TABLE, "No promises.", count_columns);

/* ---- options ----------------------------------------------------------- */

typedef struct Options Options;
struct Options {
	char *kind, *outcome, *mailbox, *since, *until;
	int limit;
	gboolean count;
	StorePromiseFilter filter;
};

static void options_clear(Options *options)
{
	g_free(options->kind);
	g_free(options->outcome);
	g_free(options->mailbox);
	g_free(options->since);
	g_free(options->until);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

/* "2026-11-24", "2026-11-24 14:00" on the clock here, RFC 3339, or "7d": so
 * long ago. */
static bool read_when(const char *text, int64_t now_s, int64_t *ret_at_s)
{
	static const char rest[] = "0000-00-00 00:00:00";
	size_t length = strlen(text);
	bool cut = length == strlen("2026-11-24") ||
		   length == strlen("2026-11-24 14:00");
	g_autofree char *whole =
		g_strconcat(text, cut ? rest + length : "", NULL);
	g_autoptr(GTimeZone) here = g_time_zone_new_local();
	g_autoptr(GDateTime) at = NULL;
	PromiseDuration ago;

	if (promise_duration_parse(text, &ago, NULL) &&
		ago.unit == PROMISE_WALL) {
		*ret_at_s = now_s - ago.amount;
		return true;
	}
	at = g_date_time_new_from_iso8601(g_strdelimit(whole, " ", 'T'), here);
	if (at)
		*ret_at_s = g_date_time_to_unix(at);
	return at != NULL;
}

static int check(Cli *cli, Options *options)
{
	StorePromiseFilter *filter = &options->filter;
	enum store_promise_kind kind;

	if (options->limit < 0)
		return cli_usage(cli, "--limit: less than nothing");
	if (options->kind &&
		!store_promise_kind_from_name(options->kind, &kind))
		return cli_usage(cli,
			"--kind: \"%s\" is none of answer, settlement, update",
			options->kind);
	if (options->outcome && !store_promise_standing_known(options->outcome))
		return cli_usage(cli,
			"--outcome: \"%s\" is none of kept, broken, replaced, "
			"open, overdue",
			options->outcome);
	if (options->since &&
		!read_when(options->since, filter->now_s, &filter->since_s))
		return cli_usage(cli,
			"--since: \"%s\" is no time; write \"2026-11-24\", "
			"\"2026-11-24 14:00\" or \"7d\"",
			options->since);
	if (options->until &&
		!read_when(options->until, filter->now_s, &filter->until_s))
		return cli_usage(cli,
			"--until: \"%s\" is no time; write \"2026-11-24\", "
			"\"2026-11-24 14:00\" or \"7d\"",
			options->until);
	return CLI_DONE;
}

static bool parse(Cli *cli, Options *options, int *argc, char ***argv)
{
	const GOptionEntry entries[] = {
		{"kind", 'k', 0, G_OPTION_ARG_FILENAME, &options->kind,
			"answer, settlement or update", "KIND"},
		{"outcome", 'o', 0, G_OPTION_ARG_FILENAME, &options->outcome,
			"kept, broken, replaced, open or overdue", "OUTCOME"},
		{"mailbox", 'm', 0, G_OPTION_ARG_FILENAME, &options->mailbox,
			"Those of this mailbox", "ADDRESS"},
		{"since", 0, 0, G_OPTION_ARG_FILENAME, &options->since,
			"Those due then or later", "WHEN"},
		{"until", 0, 0, G_OPTION_ARG_FILENAME, &options->until,
			"Those due before", "WHEN"},
		{"count", 0, 0, G_OPTION_ARG_NONE, &options->count,
			"Count them", NULL},
		{"limit", 'n', 0, G_OPTION_ARG_INT, &options->limit,
			"List at most so many", "N"},
		G_OPTION_ENTRY_NULL,
	};

	if (!cli_parse(cli, entries, argc, argv))
		return false;
	options->filter.now_s = base_clock_now_s();
	options->filter.kind = options->kind;
	options->filter.standing = options->outcome;
	cli->status = check(cli, options);
	return cli->status == CLI_DONE;
}

/* ---- durations --------------------------------------------------------- */

/* "3 d 4 h", "2 h 15 min", "45 min", "20 s": two units tell enough.
 * (transfer full) */
static char *in_words(int64_t length_s)
{
	static const struct {
		int64_t length_s;
		const char *unit;
	} units[] = {{DAY_S, "d"}, {HOUR_S, "h"}, {MINUTE_S, "min"}, {1, "s"}};
	size_t i = 0;

	while (i < G_N_ELEMENTS(units) - 1 && length_s < units[i].length_s)
		i++;
	int64_t whole = length_s / units[i].length_s;
	int64_t rest = length_s % units[i].length_s;
	int64_t finer = i < 2 ? rest / units[i + 1].length_s : 0;
	if (!finer)
		return g_strdup_printf(
			"%" G_GINT64_FORMAT " %s", whole, units[i].unit);
	return g_strdup_printf("%" G_GINT64_FORMAT " %s %" G_GINT64_FORMAT
			       " %s",
		whole, units[i].unit, finer, units[i + 1].unit);
}

/* How a broken one ended: what the customer knew beforehand, and how late it
 * came in the end, if it did. */
static char *broken_margin(const StorePromise *promise, int64_t now_s)
{
	g_autofree char *before =
		in_words(promise->due_at - promise->settled_at);
	g_autofree char *told =
		promise->told_before
			? g_strdup_printf("told %s before, ", before)
			: g_strdup("");
	int64_t end_s = promise->kept_at ? promise->kept_at : now_s;
	g_autofree char *late = in_words(ABS(end_s - promise->due_at));

	if (end_s < promise->due_at)
		return g_strdup_printf("%sdue in %s", told, late);
	return g_strdup_printf(
		"%s%s late%s", told, late, promise->kept_at ? "" : " so far");
}

/* By how much it was kept or missed; NULL for what was replaced.
 * (transfer full) */
static char *margin(const StorePromise *promise, int64_t now_s)
{
	const char *outcome = promise->outcome;
	int64_t end_s = promise->kept_at ? promise->kept_at : now_s;
	g_autofree char *length = in_words(ABS(promise->due_at - end_s));

	if (!outcome)
		return g_strdup_printf(
			end_s > promise->due_at ? "%s overdue" : "due in %s",
			length);
	if (g_str_equal(outcome, "broken"))
		return broken_margin(promise, now_s);
	return g_str_equal(outcome, "kept")
		       ? g_strdup_printf("%s to spare", length)
		       : NULL;
}

/* ---- the list ---------------------------------------------------------- */

static void put_seconds(
	Printer *printer, const char *key, bool known, int64_t length_s)
{
	printer_key(printer, key);
	if (known)
		printer_integer(printer, length_s);
	else
		printer_null(printer);
}

static void put(Printer *printer, const StorePromise *promise, int64_t now_s)
{
	g_autofree char *by = margin(promise, now_s);

	printer_begin_map(printer);
	printer_put_string(printer, "ref", promise->reference);
	printer_put_string(printer, "mailbox", promise->mailbox);
	printer_put_string(
		printer, "kind", store_promise_kind_name(promise->kind));
	printer_put_time(printer, "made_at", promise->made_at);
	printer_put_time(printer, "due_at", promise->due_at);
	printer_put_string(
		printer, "outcome", store_promise_standing(promise, now_s));
	printer_put_time(printer, "settled_at", promise->settled_at);
	printer_put_time(printer, "kept_at", promise->kept_at);
	printer_put_string(printer, "margin", by);
	put_seconds(printer, "late_s", promise->kept_at != 0,
		promise->kept_at - promise->due_at);
	put_seconds(printer, "told_before_s", promise->told_before,
		promise->due_at - promise->settled_at);
	printer_put_string(printer, "words", promise->words);
	printer_put_integer(printer, "outbox", promise->outbox_id);
	printer_end(printer);
}

/* A page at a time, since there are as many as mails. */
static bool list(Cli *cli, Store *store, const StorePromiseFilter *filter,
	unsigned *left, GError **error)
{
	StorePromiseFilter page = *filter;
	guint length = PAGE;

	while (*left && length == PAGE) {
		g_autoptr(GPtrArray) promises = NULL;
		page.most = PAGE;
		if (!store_promise_find(store, &page, &promises, error))
			return false;
		length = promises->len;
		for (guint i = 0; i < length && *left; i++, --*left) {
			const StorePromise *promise = promises->pdata[i];
			put(cli->printer, promise, filter->now_s);
			page.before_id = promise->id;
		}
	}
	return true;
}

/* ---- counts ------------------------------------------------------------ */

static void put_late(
	Printer *printer, const char *key, const char *seconds, int64_t length)
{
	g_autofree char *words = length ? in_words(length) : NULL;

	printer_put_string(printer, key, words);
	put_seconds(printer, seconds, length != 0, length);
}

static void put_count(
	Printer *printer, const StorePromiseCount *count, const char *reference)
{
	unsigned settled = count->kept + count->broken;

	printer_begin_map(printer);
	printer_put_string(printer, "ref", reference);
	printer_put_string(
		printer, "mailbox", *count->mailbox ? count->mailbox : NULL);
	printer_put_string(
		printer, "kind", store_promise_kind_name(count->kind));
	printer_put_integer(printer, "made", count->made);
	printer_put_integer(printer, "kept", count->kept);
	printer_put_integer(printer, "broken", count->broken);
	printer_put_integer(printer, "replaced", count->replaced);
	printer_put_integer(printer, "open", count->open);
	printer_put_integer(printer, "overdue", count->overdue);
	printer_put_integer(printer, "told_before", count->told_before);
	printer_put_integer(printer, "outstanding", count->outstanding);
	printer_key(printer, "kept_percent");
	if (settled)
		printer_real(printer, 100.0 * count->kept / settled);
	else
		printer_null(printer);
	put_late(printer, "median_late", "median_late_s", count->median_late_s);
	put_late(printer, "most_late", "most_late_s", count->most_late_s);
	printer_end(printer);
}

static bool count_by(Cli *cli, Store *store, const StorePromiseFilter *filter,
	const char *reference, bool by_mailbox, GError **error)
{
	g_autoptr(GPtrArray) counts = NULL;

	if (!store_promise_count(store, filter, by_mailbox, &counts, error))
		return false;
	for (guint i = 0; i < counts->len; i++)
		put_count(cli->printer, counts->pdata[i], reference);
	return true;
}

/* ---- the verb ---------------------------------------------------------- */

typedef struct Tell Tell;
struct Tell {
	Cli *cli;
	Store *store;
	const Options *options;
	unsigned left; /* rows to list */
};

/* Those of a ticket, or of all (NULL). */
static bool tell_of(Tell *tell, const StoreTicket *ticket, GError **error)
{
	StorePromiseFilter filter = tell->options->filter;

	filter.ticket_id = ticket ? ticket->id : 0;
	if (!tell->options->count)
		return list(
			tell->cli, tell->store, &filter, &tell->left, error);
	if (!count_by(tell->cli, tell->store, &filter,
		    ticket ? ticket->reference : NULL, true, error))
		return false;
	return ticket || filter.mailbox ||
	       count_by(tell->cli, tell->store, &filter, NULL, false, error);
}

static bool tell_all(Tell *tell, const GPtrArray *tickets, GError **error)
{
	Printer *printer = tell->cli->printer;

	printer_view(printer, tell->options->count ? &count_view : &view);
	printer_begin_list(printer);
	if (!tickets->len && !tell_of(tell, NULL, error))
		return false;
	for (guint i = 0; i < tickets->len; i++)
		if (!tell_of(tell, tickets->pdata[i], error))
			return false;
	printer_end(printer);
	return true;
}

/* (element-type StoreTicket) (transfer full) */
static GPtrArray *find_tickets(Store *store, char **texts, GError **error)
{
	g_autoptr(GPtrArray) tickets = g_ptr_array_new_with_free_func(
		(GDestroyNotify)store_ticket_free);

	for (; *texts; texts++) {
		StoreTicket *ticket = cli_ticket(store, *texts, error);
		if (!ticket)
			return NULL;
		g_ptr_array_add(tickets, ticket);
	}
	return g_steal_pointer(&tickets);
}

/* All is read of one moment of the store. */
static bool run(Tell *tell, char **references, GError **error)
{
	g_autoptr(GPtrArray) tickets = NULL;

	if (!store_begin(tell->store, false, error))
		return false;
	tickets = find_tickets(tell->store, references, error);
	bool told = tickets && tell_all(tell, tickets, error);
	store_rollback(tell->store);
	return told;
}

int cli_promises(Cli *cli, int argc, char **argv)
{
	g_auto(Options) options = {0};
	g_autoptr(Store) store = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree char *mailbox = NULL;

	if (!parse(cli, &options, &argc, &argv))
		return cli->status;
	mailbox = options.mailbox ? base_address_fold(options.mailbox) : NULL;
	options.filter.mailbox = mailbox;
	store = cli_open(cli, &error);
	Tell tell = {
		.cli = cli,
		.store = store,
		.options = &options,
		.left = options.limit ? (unsigned)options.limit : G_MAXUINT,
	};
	if (!store || !run(&tell, argv + 1, &error))
		return cli_fail(cli, error, NULL);
	return CLI_DONE;
}
