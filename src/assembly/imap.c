#include <redress/assembly.h>

#include <string.h>

/* Two tables that must not drift apart: one is a setting, one a protocol. */
static enum intake_tls tls_of(enum config_tls tls)
{
	switch (tls) {
	case CONFIG_TLS_NONE:
		return INTAKE_TLS_NONE;
	case CONFIG_TLS_STARTTLS:
		return INTAKE_TLS_STARTTLS;
	case CONFIG_TLS_IMPLICIT:
		return INTAKE_TLS_IMPLICIT;
	}
	g_assert_not_reached();
}

/* A text that is not set may be empty. */
static const char *set_text(const char *text)
{
	return text && *text ? text : NULL;
}

/* "2026-11-01": from the first moment of that day where the mailbox is. */
static int64_t start_of_day(const char *date, const ConfigCalendar *calendar)
{
	g_autoptr(GTimeZone) zone =
		calendar ? g_time_zone_new_identifier(calendar->time_zone)
			 : NULL;
	g_autofree char *text = g_strconcat(date, "T00:00:00", NULL);
	g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
	g_autoptr(GDateTime) time =
		g_date_time_new_from_iso8601(text, zone ? zone : utc);

	return time ? g_date_time_to_unix(time) : 0;
}

static void fill_start(const ConfigMailbox *mailbox, IntakeImapOptions *options)
{
	const char *from = set_text(mailbox->imap.start_from);

	if (!from || strcmp(from, "now") == 0) {
		options->start = INTAKE_START_NOW;
	} else if (g_str_has_prefix(from, "everything")) {
		options->start = INTAKE_START_EVERYTHING;
	} else {
		options->start = INTAKE_START_DATE;
		options->start_s = start_of_day(from, mailbox->calendar);
	}
}

static void fill_sent(const ConfigMailbox *mailbox, IntakeImapOptions *options)
{
	const char *folder = set_text(mailbox->imap.sent_folder);

	options->sent_folder = folder ? folder : INTAKE_IMAP_AUTO;
	options->watch_sent = mailbox->imap.watch_sent;
}

bool assembly_imap(const ConfigMailbox *mailbox, IntakeImapOptions *ret_options)
{
	const ConfigImap *imap = &mailbox->imap;

	if (!set_text(imap->host))
		return false;
	*ret_options = (IntakeImapOptions){
		.mailbox = mailbox->address,
		.host = imap->host,
		.port = imap->port,
		.tls = tls_of(imap->tls),
		.allow_plain = imap->allow_plain,
		.ca_file = set_text(imap->ca_file),
		.login = imap->user,
		.password_file = set_text(imap->password_file),
		.password_command = set_text(imap->password_command),
		.oauth2_token_file = set_text(imap->oauth2_token_file),
		.oauth2_command = set_text(imap->oauth2_command),
		.folder = imap->folder,
		.move_to = set_text(imap->move_to),
		.poll_every_s = imap->poll_every_s,
		.command_timeout_s = imap->timeout_s,
		.message_bytes = imap->message_bytes,
	};
	fill_start(mailbox, ret_options);
	fill_sent(mailbox, ret_options);
	return true;
}
