#include "engine_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

/* The call fails the test with its own words; it takes &error. */
#define GOOD(call)                                                             \
	do {                                                                   \
		GError *error = NULL;                                          \
		if (!(call))                                                   \
			fail_msg("%s: %s", #call,                              \
				error ? error->message : "no error");          \
	} while (0)

/* ---- a desk ------------------------------------------------------------ */

static char *make_folder(bool in_memory)
{
	g_autofree char *memory = g_strdup("/dev/shm/redress-engine-XXXXXX");

	if (in_memory && g_mkdtemp(memory))
		return g_steal_pointer(&memory);
	return g_dir_make_tmp("redress-engine-XXXXXX", NULL);
}

Desk *desk_new(bool in_memory)
{
	static const char *const directories[] = {
		REDRESS_SOURCE_DIR "/templates", NULL};
	Desk *desk = g_new0(Desk, 1);

	desk->folder = make_folder(in_memory);
	assert_non_null(desk->folder);
	desk->target = g_build_filename(desk->folder, "redress.db", NULL);
	GOOD(desk->templates = reply_templates_load(directories, &error));
	desk->calendars = g_ptr_array_new_with_free_func(
		(GDestroyNotify)promise_calendar_free);
	return desk;
}

void desk_close(Desk *desk)
{
	g_clear_pointer(&desk->reader, store_close);
	g_clear_pointer(&desk->engine, engine_free);
}

void desk_free(Desk *desk)
{
	const char *name;

	desk_close(desk);
	GDir *dir = g_dir_open(desk->folder, 0, NULL);
	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path =
			g_build_filename(desk->folder, name, NULL);
		g_unlink(path);
	}
	g_clear_pointer(&dir, g_dir_close);
	g_rmdir(desk->folder);
	g_ptr_array_unref(desk->calendars);
	reply_templates_free(desk->templates);
	g_free(desk->folder);
	g_free(desk->target);
	g_free(desk);
}

PromiseCalendar *desk_calendar(Desk *desk, const char *time_zone)
{
	static const char *const hours[] = {"Mon-Fri 09:00-17:00", NULL};
	PromiseCalendarOptions options = {
		.time_zone = time_zone, .hours = hours};
	PromiseCalendar *calendar = NULL;

	GOOD(calendar = promise_calendar_new(&options, &error));
	g_ptr_array_add(desk->calendars, calendar);
	return calendar;
}

EngineMailbox desk_mailbox(Desk *desk, const char *address)
{
	static const char *const staff[] = {
		"agent@example.com", "lead@example.com", NULL};

	return (EngineMailbox){
		.address = address,
		.name = "Example customer care",
		.language = "en",
		.terms =
			{
				.answer_within = {PROMISE_BUSINESS_HOURS,
					8 * HOUR},
				.late_notice = {PROMISE_WALL, HOUR},
				.follow_up_every_s = DAY,
				.late_most = 3,
				.remind_after = {PROMISE_WALL, 3 * DAY},
				.reminders = 2,
				.end_waiting_after_s = 7 * DAY,
				.waiting_pauses = true,
			},
		.close_after_s = 30 * DAY,
		.calendar = desk->calendars->len
				    ? desk->calendars->pdata[0]
				    : desk_calendar(desk, "Europe/Tallinn"),
		.supervisor = "lead@example.com",
		.staff = staff,
		.tag_subject = true,
		.plus_addresses = true,
		.acknowledge = true,
	};
}

EnginePolicyOptions desk_limits(void)
{
	return (EnginePolicyOptions){
		.acks_per_sender_per_day = 3,
		.automatic_per_thread_per_day = 2,
		.give_up_after_s = 5 * DAY,
	};
}

EnginePolicy *desk_policy(Desk *desk, EnginePolicyOptions options)
{
	options.hostname = "mail.example.com";
	options.authserv_id = "mail.example.com";
	options.templates = desk->templates;
	memset(&options.key, 7, sizeof(options.key));
	return engine_policy_new(&options);
}

void desk_open(Desk *desk, EnginePolicy *policy, const EngineOptions *hooks)
{
	EngineOptions options = hooks ? *hooks : (EngineOptions){0};

	options.driver = "sqlite";
	options.target = desk->target;
	options.mode = DB_WRITER;
	options.policy = policy;
	GOOD(desk->engine = engine_new(&options, &error));
	GOOD(desk->reader =
			store_open("sqlite", desk->target, DB_READER, &error));
}

/* ---- mails ------------------------------------------------------------- */

void mail_set(char **field, const char *value)
{
	g_free(*field);
	*field = g_strdup(value);
}

Analysis *mail_new(const char *from, const char *subject)
{
	static gint number;
	Analysis *mail = analysis_new();

	mail->kind = ANALYSIS_COMPLAINT;
	mail->from = g_strdup(from);
	mail->reply_to = g_strdup(from);
	mail->subject = g_strdup(subject);
	mail->base_subject = g_strdup(subject);
	mail->message_id =
		g_strdup_printf("%d@example.org", g_atomic_int_add(&number, 1));
	mail->language = g_strdup("en");
	mail->language_confidence = 1;
	return mail;
}

bool desk_try(Desk *desk, const Delivery *delivery, EngineReceipt *ret_receipt,
	GError **error)
{
	const Analysis *mail = delivery->mail;
	g_autofree char *text = g_strdup_printf(
		"From: %s\r\nMessage-ID: <%s>\r\n\r\n%s\r\n",
		mail->from ? mail->from : "", mail->message_id, mail->text);
	g_autoptr(GBytes) raw = g_bytes_new(text, strlen(text));
	EngineMail options = {
		.raw = raw,
		.analysis = mail,
		.envelope_from = delivery->envelope_from
					 ? delivery->envelope_from
					 : mail->from,
		.recipients = delivery->to,
		.source = "milter",
		.queue_id = "4XYZ",
		.client = "192.0.2.1",
		.now_s = delivery->now_s,
	};

	return engine_receive(desk->engine, &options, ret_receipt, error);
}

EngineReceipt desk_receive(Desk *desk, const Delivery *delivery)
{
	EngineReceipt receipt = {0};

	GOOD(desk_try(desk, delivery, &receipt, &error));
	return receipt;
}

/* ---- what the store says ----------------------------------------------- */

StoreTicket *desk_ticket(Desk *desk, const char *reference)
{
	StoreTicket *ticket = NULL;

	GOOD(store_ticket_by_reference(
		desk->reader, reference, &ticket, &error));
	assert_non_null(ticket);
	return ticket;
}

GPtrArray *desk_tickets(Desk *desk)
{
	StoreTicketFilter filter = {.any_state = true};
	GPtrArray *tickets = NULL;

	GOOD(store_ticket_list(desk->reader, &filter, &tickets, &error));
	return tickets;
}

GPtrArray *desk_outbox(Desk *desk, const StoreTicket *ticket)
{
	GPtrArray *rows = NULL;

	GOOD(store_outbox_list(desk->reader, ticket->id, true, &rows, &error));
	return rows;
}

GPtrArray *desk_events(Desk *desk, const StoreTicket *ticket)
{
	GPtrArray *events = NULL;

	GOOD(store_event_list(desk->reader, ticket->id, &events, &error));
	return events;
}

GPtrArray *desk_promises(Desk *desk, const StoreTicket *ticket)
{
	return desk_promises_of(desk, ticket, STORE_PROMISE_ANSWER);
}

GPtrArray *desk_promises_of(
	Desk *desk, const StoreTicket *ticket, enum store_promise_kind kind)
{
	GPtrArray *promises = NULL;

	GOOD(store_promise_list(desk->reader, ticket->id, &promises, &error));
	for (guint i = promises->len; i > 0; i--) {
		const StorePromise *promise = promises->pdata[i - 1];
		if (promise->kind != kind)
			g_ptr_array_remove_index(promises, i - 1);
	}
	return promises;
}

GPtrArray *desk_messages(Desk *desk, int64_t ticket_id)
{
	GPtrArray *messages = NULL;

	GOOD(store_message_list(desk->reader, ticket_id, &messages, &error));
	return messages;
}

int64_t desk_deadline(
	Desk *desk, const StoreTicket *ticket, enum store_deadline kind)
{
	int64_t due_at = 0;

	GOOD(store_deadline_get(
		desk->reader, ticket->id, kind, &due_at, &error));
	return due_at;
}

StoreOutbox *desk_row(Desk *desk, int64_t id)
{
	StoreOutbox *row = NULL;

	GOOD(store_outbox_by_id(desk->reader, id, &row, &error));
	assert_non_null(row);
	return row;
}

unsigned desk_count(Desk *desk, const StoreTicket *ticket, const char *kind)
{
	g_autoptr(GPtrArray) rows = desk_outbox(desk, ticket);
	unsigned count = 0;

	for (guint i = 0; i < rows->len; i++) {
		const StoreOutbox *row = rows->pdata[i];
		count += !kind || g_str_equal(row->kind, kind);
	}
	return count;
}

unsigned desk_count_events(
	Desk *desk, const StoreTicket *ticket, const char *what)
{
	g_autoptr(GPtrArray) events = desk_events(desk, ticket);
	unsigned count = 0;

	for (guint i = 0; i < events->len; i++) {
		const StoreEvent *event = events->pdata[i];
		count += g_str_equal(event->what, what);
	}
	return count;
}

/* ---- what time and the mail server do ---------------------------------- */

void desk_run_deadlines(Desk *desk, int64_t now_s)
{
	unsigned done = 0;

	do
		GOOD(engine_run_deadlines(
			desk->engine, now_s, 200, &done, &error));
	while (done);
}

GPtrArray *desk_lease(Desk *desk, int64_t now_s)
{
	StoreLease wanted = {
		.owner = "me", .now_s = now_s, .lease_s = 60, .most = 1000};
	GPtrArray *rows = NULL;

	GOOD(engine_outbox_lease(desk->engine, &wanted, &rows, &error));
	return rows;
}

void desk_settle(Desk *desk, int64_t id, enum engine_outcome outcome, int code,
	const char *status, int64_t now_s)
{
	EngineDelivery delivery = {
		.id = id,
		.outcome = outcome,
		.smtp_code = code,
		.status = status,
		.text = "the server's words",
		.now_s = now_s,
	};

	GOOD(engine_outbox_settle(desk->engine, &delivery, 1, &error));
}

/* ---- what was composed ------------------------------------------------- */

static void append_quoted_printable(GString *out, const char *line)
{
	for (; *line; line++) {
		if (*line != '=') {
			g_string_append_c(out, *line);
		} else if (line[1] && line[2]) {
			g_string_append_c(
				out, (char)(g_ascii_xdigit_value(line[1]) * 16 +
					     g_ascii_xdigit_value(line[2])));
			line += 2;
		} else {
			return; /* a soft line break */
		}
	}
	g_string_append_c(out, '\n');
}

enum encoding { PLAIN, QUOTED_PRINTABLE, BASE64 };

static enum encoding encoding_of(const char *line, enum encoding now)
{
	static const char field[] = "content-transfer-encoding:";
	g_autofree char *lower = g_ascii_strdown(line, -1);

	if (!g_str_has_prefix(lower, field))
		return g_str_has_prefix(line, "--") ? PLAIN : now;
	return strstr(lower, "base64")     ? BASE64
	       : strstr(lower, "quoted-p") ? QUOTED_PRINTABLE
					   : PLAIN;
}

char *desk_plain(Desk *desk, int64_t outbox_id)
{
	g_autoptr(GBytes) bytes = NULL;
	GString *out = g_string_new(NULL);
	enum encoding encoding = PLAIN;
	bool body = false;
	size_t length;

	GOOD(store_outbox_bytes(desk->reader, outbox_id, &bytes, &error));
	const char *data = g_bytes_get_data(bytes, &length);
	g_autofree char *text = g_strndup(data, length);
	g_auto(GStrv) lines = g_strsplit(text, "\r\n", -1);
	for (size_t i = 0; lines[i]; i++) {
		encoding = encoding_of(lines[i], encoding);
		if (g_str_has_prefix(lines[i], "--"))
			body = false;
		else if (!*lines[i])
			body = true;
		if (body && encoding == QUOTED_PRINTABLE) {
			append_quoted_printable(out, lines[i]);
		} else if (body && encoding == BASE64 && *lines[i]) {
			gsize decoded;
			g_base64_decode_inplace(lines[i], &decoded);
			g_string_append_len(out, lines[i], (gssize)decoded);
		} else {
			g_string_append_printf(out, "%s\n", lines[i]);
		}
	}
	return g_string_free(out, FALSE);
}
