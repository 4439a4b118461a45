/* Samples as complete mails, and previews to somebody's own mail client. */
#include <string.h>

#include "render.h"

static const PrinterColumn columns[] = {
	PRINTER_COLUMN("name", "NAME", PRINTER_WORD),
	PRINTER_COLUMN("language", "LANGUAGE", PRINTER_WORD),
	PRINTER_COLUMN("to", "TO", PRINTER_TEXT),
	PRINTER_COLUMN("message_id", "MESSAGE-ID", PRINTER_TEXT, .rank = 1),
};
static const PrinterView view =
	PRINTER_VIEW(PRINTER_TABLE, "Nothing was mailed.", columns);

/* ---- one mail ----------------------------------------------------------- */

/* The same sample at the same time is the same mail, for who compares; what
 * goes to a reader is a new one each time. */
static char *make_message_id(const Render *render, const Sample *sample,
	const ReplyFacts *facts, bool preview)
{
	const char *host =
		render->config ? render->config->hostname : "mail.example.com";
	g_autofree char *once = g_uuid_string_random();

	if (preview)
		return g_strdup_printf("preview.%s@%s", once, host);
	return g_strdup_printf("sample.%s.%s.%" G_GINT64_FORMAT "@%s",
		sample->name, facts->language, facts->now_s, host);
}

static GBytes *compose(const Render *render, const Sample *sample,
	const char *language, const char *reader, char **ret_id, GError **error)
{
	const SampleOptions options = {
		.config = render->config,
		.language = language,
		.now_s = render->now_s,
	};
	SampleTicket ticket;
	const ReplyFacts *facts = &ticket.facts;
	g_autofree char *id = NULL;
	bool to_staff = reply_kind_is_for_staff(sample->kind);

	sample_fill(sample, &options, &ticket);
	id = make_message_id(render, sample, facts, reader != NULL);
	const char *recipient =
		to_staff ? "team@example.com" : facts->customer_address;
	const ReplyEnvelope envelope = {
		.message_id = id,
		.from_name = facts->mailbox_name,
		.from_address = facts->mailbox_address,
		.to_address = reader ? reader : recipient,
		.to_name = reader || to_staff ? NULL : facts->customer_name,
		.reply_to = facts->mailbox_address,
		.in_reply_to = reader ? NULL : "sample@customer.example",
		.subject = facts->subject,
		.preview = reader != NULL,
	};
	GBytes *bytes =
		reply_compose(render->templates, facts, &envelope, NULL, error);
	if (bytes && ret_id)
		*ret_id = g_steal_pointer(&id);
	return bytes;
}

GBytes *render_compose(const Render *render, const Sample *sample,
	const char *language, GError **error)
{
	return compose(render, sample, language, NULL, NULL, error);
}

/* ---- previews ----------------------------------------------------------- */

/* One that is to be sent, and what is told of it. */
typedef struct Preview Preview;
struct Preview {
	const Sample *sample;
	const char *language;
	char *message_id;
};

typedef struct Previews Previews;
struct Previews {
	GArray *list;  /* Preview */
	GArray *mails; /* OutboxMail, as many */
};

static void clear_preview(gpointer data)
{
	g_free(((Preview *)data)->message_id);
}

static void clear_mail(gpointer data)
{
	g_bytes_unref(((OutboxMail *)data)->bytes);
}

static void previews_clear(Previews *previews)
{
	g_array_unref(previews->list);
	g_array_unref(previews->mails);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Previews, previews_clear)

/* To a mailbox of ours it would become a ticket. */
static bool check_reader(
	const Config *config, const char *reader, GError **error)
{
	g_autofree char *folded = base_address_fold(reader);

	if (!reply_can_address(reader)) {
		g_set_error(error, BASE_ERROR, REDRESS_ERROR_INVALID,
			"--mail-to: \"%s\" is no mail address", reader);
		return false;
	}
	for (guint i = 0; i < config->mailboxes->len; i++) {
		const ConfigMailbox *mailbox = config->mailboxes->pdata[i];
		char **aliases = mailbox->aliases_folded;
		if (!g_str_equal(mailbox->folded, folded) &&
			!(aliases &&
				g_strv_contains(
					(const char *const *)aliases, folded)))
			continue;
		g_set_error(error, BASE_ERROR, REDRESS_ERROR_INVALID,
			"--mail-to: %s is a mailbox of the configuration, "
			"where a preview would be taken for a complaint",
			reader);
		return false;
	}
	return true;
}

static bool add_preview(const Render *render, const Sample *sample,
	const char *language, const char *reader, Previews *previews,
	GError **error)
{
	Preview preview = {.sample = sample, .language = language};
	OutboxMail mail = {.envelope_from = "", .recipient = reader};

	mail.bytes = compose(
		render, sample, language, reader, &preview.message_id, error);
	if (!mail.bytes)
		return false;
	g_array_append_val(previews->list, preview);
	g_array_append_val(previews->mails, mail);
	return true;
}

/* A variant that is no different is left out. */
static bool add_one(const Render *render, const Sample *sample,
	const char *language, const char *reader, Previews *previews,
	GError **error)
{
	g_autoptr(Rendering) rendering =
		rendering_new(render, sample, language, error);

	if (!rendering)
		return false;
	return rendering->same ||
	       add_preview(render, sample, language, reader, previews, error);
}

static bool add_all(const Render *render, const char *reader,
	Previews *previews, GError **error)
{
	for (guint i = 0; i < render->samples->len; i++) {
		const Sample *sample = render->samples->pdata[i];
		for (char **code = render->languages; *code; code++)
			if (rendering_exists(render, sample, *code) &&
				!add_one(render, sample, *code, reader,
					previews, error))
				return false;
	}
	return true;
}

/* By the server of the mailbox whose mails they would be. */
static bool send(const Config *config, const Previews *previews,
	size_t *ret_sent, GError **error)
{
	const ConfigMailbox *mailbox = config->mailboxes->pdata[0];
	g_autofree char *password = NULL;
	OutboxServer server;
	OutboxRoute route;

	if (mailbox->submission.host) {
		assembly_route(config, mailbox, &route);
		server = route.server;
	} else if (!assembly_server(config, &server, &password, error)) {
		return false;
	}
	return outbox_send(&server, (OutboxMail *)(void *)previews->mails->data,
		previews->mails->len, ret_sent, error);
}

static void tell(const Render *render, const Previews *previews,
	const char *reader, size_t sent)
{
	Printer *printer = render->cli->printer;

	printer_view(printer, &view);
	printer_begin_list(printer);
	for (size_t i = 0; i < sent; i++) {
		const Preview *preview =
			&g_array_index(previews->list, Preview, i);
		printer_begin_map(printer);
		printer_put_string(printer, "name", preview->sample->name);
		printer_put_string(printer, "language", preview->language);
		printer_put_string(printer, "to", reader);
		printer_put_string(printer, "message_id", preview->message_id);
		printer_end(printer);
	}
	printer_end(printer);
}

int render_mail(Render *render, const char *reader)
{
	g_auto(Previews) previews = {
		.list = g_array_new(FALSE, FALSE, sizeof(Preview)),
		.mails = g_array_new(FALSE, FALSE, sizeof(OutboxMail)),
	};
	g_autoptr(GError) error = NULL;
	size_t sent = 0;

	g_array_set_clear_func(previews.list, clear_preview);
	g_array_set_clear_func(previews.mails, clear_mail);
	if (!check_reader(render->config, reader, &error) ||
		!add_all(render, reader, &previews, &error))
		return cli_fail(render->cli, error, NULL);
	send(render->config, &previews, &sent, &error);
	if (sent > 0)
		tell(render, &previews, reader, sent);
	return error ? cli_fail(render->cli, error, NULL) : CLI_DONE;
}
