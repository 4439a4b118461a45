#include "cli.h"

#include <string.h>

static const PrinterColumn message_columns[] = {
	PRINTER_COLUMN("at", "Received", PRINTER_TIME),
	PRINTER_COLUMN("from", "From", PRINTER_TEXT),
	PRINTER_COLUMN("agent", "Agent", PRINTER_TEXT),
	PRINTER_COLUMN("internal", "Internal", PRINTER_WORD),
	PRINTER_COLUMN("subject", "Subject", PRINTER_TEXT),
	PRINTER_COLUMN("kind", "Kind", PRINTER_WORD),
	PRINTER_COLUMN("guard", "Not acknowledged", PRINTER_WORD),
	PRINTER_COLUMN("guard_detail", "Because", PRINTER_TEXT),
	PRINTER_COLUMN("id", "Row", PRINTER_WORD),
	PRINTER_COLUMN("text", "", PRINTER_BLOCK),
};
static const PrinterView message_view =
	PRINTER_VIEW(PRINTER_FIELDS, NULL, message_columns);

static const PrinterColumn event_columns[] = {
	PRINTER_COLUMN("at", "AT", PRINTER_TIME),
	PRINTER_COLUMN("what", "WHAT", PRINTER_WORD),
	PRINTER_COLUMN("actor", "WHO", PRINTER_TEXT, .rank = 2),
	PRINTER_COLUMN("detail", "DETAIL", PRINTER_PROSE, .rank = 1),
};
static const PrinterView event_view =
	PRINTER_VIEW(PRINTER_TABLE, NULL, event_columns);

static const PrinterColumn promise_columns[] = {
	PRINTER_COLUMN("kind", "KIND", PRINTER_WORD),
	PRINTER_COLUMN("due_at", "DUE", PRINTER_TIME),
	PRINTER_COLUMN("made_at", "PROMISED", PRINTER_TIME, .rank = 2),
	PRINTER_COLUMN("outcome", "OUTCOME", PRINTER_WORD),
	PRINTER_COLUMN("kept_at", "CAME", PRINTER_TIME, .rank = 3),
	PRINTER_COLUMN("words", "WORDS", PRINTER_PROSE, .rank = 1),
};
static const PrinterView promise_view =
	PRINTER_VIEW(PRINTER_TABLE, NULL, promise_columns);

static const PrinterColumn outbox_columns[] = {
	PRINTER_COLUMN("id", "ID", PRINTER_NUMBER),
	PRINTER_COLUMN("kind", "KIND", PRINTER_WORD),
	PRINTER_COLUMN("to", "TO", PRINTER_TEXT),
	PRINTER_COLUMN(
		"state", "STATE", PRINTER_WORD, .colour = outbox_state_colour),
	PRINTER_COLUMN("created_at", "MADE", PRINTER_TIME, .rank = 2),
	PRINTER_COLUMN("settled_at", "SETTLED", PRINTER_TIME, .rank = 3),
	PRINTER_COLUMN("next_at", "NEXT TRY", PRINTER_TIME, .rank = 1),
	PRINTER_COLUMN("code", "CODE", PRINTER_NUMBER, .rank = 4),
	PRINTER_COLUMN("answer", "ANSWER", PRINTER_PROSE, .rank = 5),
};
static const PrinterView outbox_view =
	PRINTER_VIEW(PRINTER_TABLE, NULL, outbox_columns);

static const PrinterColumn correction_columns[] = {
	PRINTER_COLUMN("at", "AT", PRINTER_TIME),
	PRINTER_COLUMN("what", "WHAT", PRINTER_WORD),
	PRINTER_COLUMN("judged", "JUDGED", PRINTER_WORD),
	PRINTER_COLUMN("corrected", "CORRECTED", PRINTER_WORD),
	PRINTER_COLUMN("actor", "WHO", PRINTER_TEXT, .rank = 1),
};
static const PrinterView correction_view =
	PRINTER_VIEW(PRINTER_TABLE, NULL, correction_columns);

static const PrinterColumn compensation_columns[] = {
	PRINTER_COLUMN("at", "AT", PRINTER_TIME),
	PRINTER_COLUMN("amount", "AMOUNT", PRINTER_WORD),
	PRINTER_COLUMN("currency", "CURRENCY", PRINTER_WORD),
	PRINTER_COLUMN("actor", "WHO", PRINTER_TEXT, .rank = 1),
};
static const PrinterView compensation_view =
	PRINTER_VIEW(PRINTER_TABLE, NULL, compensation_columns);

static const PrinterColumn rating_columns[] = {
	PRINTER_COLUMN("at", "AT", PRINTER_TIME),
	PRINTER_COLUMN("score", "SCORE", PRINTER_NUMBER),
	PRINTER_COLUMN("comment", "COMMENT", PRINTER_PROSE),
};
static const PrinterView rating_view =
	PRINTER_VIEW(PRINTER_TABLE, NULL, rating_columns);

static const PrinterColumn deadline_columns[] = {
	PRINTER_COLUMN("due_at", "DUE", PRINTER_TIME),
	PRINTER_COLUMN("kind", "WHAT", PRINTER_WORD),
};
static const PrinterView deadline_view =
	PRINTER_VIEW(PRINTER_TABLE, NULL, deadline_columns);

static const PrinterColumn ticket_columns[] = {
	PRINTER_COLUMN("ref", "Ticket", PRINTER_WORD),
	PRINTER_COLUMN(
		"state", "State", PRINTER_WORD, .colour = ticket_state_colour),
	PRINTER_COLUMN("subject", "Subject", PRINTER_TEXT),
	PRINTER_COLUMN("customer_name", "Customer", PRINTER_TEXT),
	PRINTER_COLUMN("customer", "Address", PRINTER_TEXT),
	PRINTER_COLUMN("mailbox", "Mailbox", PRINTER_TEXT),
	PRINTER_COLUMN("language", "Language", PRINTER_WORD),
	PRINTER_COLUMN("opened_at", "Opened", PRINTER_TIME),
	PRINTER_COLUMN("promised_by", "Answer by", PRINTER_TIME),
	PRINTER_COLUMN("next_update_at", "Next word", PRINTER_TIME),
	PRINTER_COLUMN("heard_at", "Last word", PRINTER_TIME),
	PRINTER_COLUMN("answered_at", "Answered", PRINTER_TIME),
	PRINTER_COLUMN("answered_by", "Answered by", PRINTER_TEXT),
	PRINTER_COLUMN("asked_at", "Asked", PRINTER_TIME),
	PRINTER_COLUMN("reminders", "Reminders", PRINTER_WORD),
	PRINTER_COLUMN("resolved_at", "Resolved", PRINTER_TIME),
	PRINTER_COLUMN("merged_into", "Goes on as", PRINTER_WORD),
	PRINTER_COLUMN("assignee", "Assignee", PRINTER_TEXT),
	PRINTER_COLUMN("tags", "Tags", PRINTER_TEXT),
	PRINTER_COLUMN("type", "Type", PRINTER_TEXT),
	PRINTER_COLUMN("cause", "Cause", PRINTER_TEXT),
	PRINTER_COLUMN("complainer", "Complainer", PRINTER_WORD),
	PRINTER_COLUMN("complainer_reason", "Signs", PRINTER_TEXT),
	PRINTER_COLUMN("urgency", "Urgency", PRINTER_WORD),
	PRINTER_COLUMN("priority", "Priority", PRINTER_WORD),
	PRINTER_COLUMN("quiet", "No mail, for", PRINTER_TEXT),
	PRINTER_COLUMN("questions", "Questions", PRINTER_BLOCK),
	PRINTER_COLUMN(
		"messages", "Mails", PRINTER_NESTED, .view = &message_view),
	PRINTER_COLUMN(
		"promises", "Promises", PRINTER_NESTED, .view = &promise_view),
	PRINTER_COLUMN(
		"outbox", "Our mails", PRINTER_NESTED, .view = &outbox_view),
	PRINTER_COLUMN(
		"deadlines", "Due", PRINTER_NESTED, .view = &deadline_view),
	PRINTER_COLUMN("compensations", "Compensations", PRINTER_NESTED,
		.view = &compensation_view),
	PRINTER_COLUMN(
		"ratings", "Ratings", PRINTER_NESTED, .view = &rating_view),
	PRINTER_COLUMN("corrections", "Corrections", PRINTER_NESTED,
		.view = &correction_view),
	PRINTER_COLUMN("events", "Events", PRINTER_NESTED, .view = &event_view),
};
static const PrinterView ticket_view =
	PRINTER_VIEW(PRINTER_FIELDS, NULL, ticket_columns);

/* ---- rows -------------------------------------------------------------- */

/* An id, or null for 0. */
static void put_id(Printer *printer, const char *key, int64_t id)
{
	printer_key(printer, key);
	if (id)
		printer_integer(printer, id);
	else
		printer_null(printer);
}

static void put_message(Printer *printer, gconstpointer row)
{
	const StoreMessage *message = row;

	printer_put_integer(printer, "id", message->id);
	printer_put_time(printer, "at", message->received_at);
	printer_put_string(printer, "kind", message->kind);
	printer_put_string(printer, "guard", message->guard);
	printer_put_string(printer, "guard_detail", message->guard_detail);
	printer_put_string(printer, "message_id", message->message_id);
	printer_put_string(printer, "from", message->sender);
	printer_put_string(printer, "envelope_from", message->envelope_from);
	printer_put_string(printer, "mailbox", message->mailbox);
	printer_put_string(printer, "subject", message->subject);
	printer_put_string(printer, "text", message->own_text);
	printer_put_string(printer, "language", message->language);
	printer_put_string(printer, "source", message->source);
	printer_put_string(printer, "queue_id", message->queue_id);
	printer_put_integer(printer, "size", message->size_bytes);
	printer_put_boolean(printer, "authenticated", message->authenticated);
	printer_put_string(printer, "agent", message->agent);
	printer_put_boolean(printer, "internal", message->internal);
}

static void put_event(Printer *printer, gconstpointer row)
{
	const StoreEvent *event = row;

	printer_put_time(printer, "at", event->at);
	printer_put_string(printer, "what", event->what);
	printer_put_string(printer, "actor", event->actor);
	printer_put_string(printer, "detail", event->detail);
	put_id(printer, "message", event->message_id);
	put_id(printer, "outbox", event->outbox_id);
}

static void put_promise(Printer *printer, gconstpointer row)
{
	const StorePromise *promise = row;

	printer_put_string(
		printer, "kind", store_promise_kind_name(promise->kind));
	printer_put_time(printer, "made_at", promise->made_at);
	printer_put_time(printer, "due_at", promise->due_at);
	printer_put_time(printer, "settled_at", promise->settled_at);
	printer_put_time(printer, "kept_at", promise->kept_at);
	printer_put_string(printer, "outcome",
		promise->outcome ? promise->outcome : "open");
	printer_put_string(printer, "words", promise->words);
	put_id(printer, "outbox", promise->outbox_id);
}

static void put_correction(Printer *printer, gconstpointer row)
{
	const StoreCorrection *correction = row;

	printer_put_time(printer, "at", correction->at);
	printer_put_string(printer, "what", correction->what);
	printer_put_string(printer, "judged", correction->judged);
	printer_put_string(printer, "corrected", correction->corrected);
	printer_put_string(printer, "actor", correction->actor);
}

static void put_compensation(Printer *printer, gconstpointer row)
{
	const StoreCompensation *compensation = row;
	g_autofree char *amount = g_strdup_printf("%" G_GINT64_FORMAT ".%02d",
		compensation->amount_cents / 100,
		(int)(compensation->amount_cents % 100));

	printer_put_time(printer, "at", compensation->at);
	printer_put_string(printer, "amount", amount);
	printer_put_string(printer, "currency", compensation->currency);
	printer_put_string(printer, "actor", compensation->actor);
}

static void put_rating(Printer *printer, gconstpointer row)
{
	const StoreRating *rating = row;

	printer_put_time(printer, "at", rating->at);
	printer_put_integer(printer, "score", rating->score);
	printer_put_string(printer, "comment", rating->comment);
}

static void put_outbox(Printer *printer, gconstpointer row)
{
	outbox_put(printer, row);
}

static void put_rows(Printer *printer, const char *key, const GPtrArray *rows,
	void (*put)(Printer *printer, gconstpointer row))
{
	printer_key(printer, key);
	printer_begin_list(printer);
	for (guint i = 0; i < rows->len; i++) {
		printer_begin_map(printer);
		put(printer, rows->pdata[i]);
		printer_end(printer);
	}
	printer_end(printer);
}

/* ---- a ticket ---------------------------------------------------------- */

static bool list_mails(
	Store *store, int64_t id, GPtrArray **ret_rows, GError **error)
{
	return store_outbox_list(store, id, true, ret_rows, error);
}

/* The mails themselves take the place of their number. */
static const struct {
	const char *key;
	bool (*list)(
		Store *store, int64_t id, GPtrArray **ret_rows, GError **error);
	void (*put)(Printer *printer, gconstpointer row);
} row_kinds[] = {
	{"messages", store_message_list, put_message},
	{"promises", store_promise_list, put_promise},
	{"outbox", list_mails, put_outbox},
	{"compensations", store_compensation_list, put_compensation},
	{"ratings", store_rating_list, put_rating},
	{"corrections", store_correction_list, put_correction},
	{"events", store_event_list, put_event},
};

/* All that one ticket has beside its row. */
typedef struct Parts Parts;
struct Parts {
	GPtrArray *rows[G_N_ELEMENTS(row_kinds)];
	int64_t due_at[STORE_DEADLINES];
	StoreTicket *into;
};

static void parts_clear(Parts *parts)
{
	for (size_t i = 0; i < G_N_ELEMENTS(row_kinds); i++)
		g_clear_pointer(&parts->rows[i], g_ptr_array_unref);
	g_clear_pointer(&parts->into, store_ticket_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Parts, parts_clear)

static bool read_parts(
	Store *store, const StoreTicket *ticket, Parts *parts, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(row_kinds); i++)
		if (!row_kinds[i].list(
			    store, ticket->id, &parts->rows[i], error))
			return false;
	for (int kind = 0; kind < STORE_DEADLINES; kind++)
		if (!store_deadline_get(store, ticket->id,
			    (enum store_deadline)kind, &parts->due_at[kind],
			    error))
			return false;
	return !ticket->merged_into ||
	       store_ticket_by_id(
		       store, ticket->merged_into, &parts->into, error);
}

static void put_deadlines(Printer *printer, const int64_t *due_at)
{
	printer_key(printer, "deadlines");
	printer_begin_list(printer);
	for (int kind = 0; kind < STORE_DEADLINES; kind++) {
		if (!due_at[kind])
			continue;
		printer_begin_map(printer);
		printer_put_string(printer, "kind",
			store_deadline_name((enum store_deadline)kind));
		printer_put_time(printer, "due_at", due_at[kind]);
		printer_end(printer);
	}
	printer_end(printer);
}

/* What the customer was asked and has not answered. */
static void put_questions(Printer *printer, const StoreTicket *ticket)
{
	g_auto(GStrv) questions =
		ticket->questions ? g_strsplit(ticket->questions, "\n", -1)
				  : NULL;

	printer_key(printer, "questions");
	printer_strings(printer, (const char *const *)questions);
	printer_put_time(printer, "asked_at", ticket->asked_at);
	printer_key(printer, "reminders");
	if (ticket->asked_at)
		printer_integer(printer, ticket->reminders);
	else
		printer_null(printer);
}

/* One moment of the store: all rows are read in one transaction. */
static bool show_ticket(
	Printer *printer, Store *store, const char *text, GError **error)
{
	g_autoptr(StoreTicket) ticket = cli_ticket(store, text, error);
	g_auto(Parts) parts = {0};

	if (!ticket || !read_parts(store, ticket, &parts, error))
		return false;
	printer_begin_map(printer);
	ticket_put(printer, ticket);
	put_questions(printer, ticket);
	printer_put_string(printer, "merged_into",
		parts.into ? parts.into->reference : NULL);
	put_deadlines(printer, parts.due_at);
	for (size_t i = 0; i < G_N_ELEMENTS(row_kinds); i++)
		put_rows(printer, row_kinds[i].key, parts.rows[i],
			row_kinds[i].put);
	printer_end(printer);
	return true;
}

static int show_tickets(Cli *cli, Store *store, char **references)
{
	int status = CLI_DONE;

	printer_view(cli->printer, &ticket_view);
	for (; *references; references++) {
		g_autoptr(GError) error = NULL;
		bool shown;

		if (!store_begin(store, false, &error))
			return cli_fail(cli, error, NULL);
		shown = show_ticket(cli->printer, store, *references, &error);
		store_rollback(store);
		if (!shown)
			status = cli_worse(status, cli_fail(cli, error, NULL));
	}
	return status;
}

/* ---- bytes ------------------------------------------------------------- */

/* As they are, but to a terminal what a terminal may see. */
static int write_bytes(const Cli *cli, GBytes *bytes)
{
	size_t length;
	const char *data = g_bytes_get_data(bytes, &length);

	if (!cli->terminal.interactive) {
		fwrite(data, 1, length, stdout);
		return CLI_DONE;
	}
	g_autofree char *text = g_utf8_make_valid(data, (gssize)length);
	g_autofree char *clean = terminal_clean(text, true);
	fputs(clean, stdout);
	return CLI_DONE;
}

static int show_bytes(Cli *cli, Store *store, int64_t raw, int64_t mail)
{
	g_autoptr(GBytes) bytes = NULL;
	g_autoptr(GError) error = NULL;
	bool read = raw ? store_message_raw(store, raw, &bytes, &error)
			: store_outbox_bytes(store, mail, &bytes, &error);

	if (!read)
		return cli_fail(cli, error, NULL);
	if (!bytes)
		return cli_complain(cli, CLI_NO, "no %s %" G_GINT64_FORMAT,
			raw ? "message" : "outgoing mail", raw ? raw : mail);
	return write_bytes(cli, bytes);
}

int cli_show(Cli *cli, int argc, char **argv)
{
	gint64 raw = 0, mail = 0;
	const GOptionEntry entries[] = {
		{"raw", 0, 0, G_OPTION_ARG_INT64, &raw,
			"Print a mail as it came", "ROW"},
		{"mail", 0, 0, G_OPTION_ARG_INT64, &mail,
			"Print a mail as it was sent", "ID"},
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(Store) store = NULL;
	g_autoptr(GError) error = NULL;

	if (!cli_parse(cli, entries, &argc, &argv))
		return cli->status;
	if (argc < 2 && !raw && !mail)
		return cli_usage(cli, "name a ticket");
	store = cli_open(cli, &error);
	if (!store)
		return cli_fail(cli, error, NULL);
	if (raw || mail)
		return show_bytes(cli, store, raw, mail);
	return show_tickets(cli, store, argv + 1);
}
