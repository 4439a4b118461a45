/* check: do the providers of mailboxes let us in, and what can they do? */
#include <redress/intake.h>
#include <redress/outbox.h>

#include "check.h"

void check_imap(Check *check)
{
	for (guint i = 0; i < check->config->mailboxes->len; i++) {
		const ConfigMailbox *mailbox =
			check->config->mailboxes->pdata[i];
		g_autoptr(GError) error = NULL;
		g_autofree char *found = NULL;
		IntakeImapOptions options;

		if (!assembly_imap(mailbox, &options))
			continue;
		found = intake_imap_try(&options, &error);
		if (found)
			check_good(check, "imap", "%s: %s", mailbox->address,
				found);
		else
			check_bad(check, "imap",
				"%s: %s port %u: %s; see mailbox.imap",
				mailbox->address, options.host, options.port,
				error->message);
	}
}

static bool is_common_used(const Config *config)
{
	for (guint i = 0; i < config->mailboxes->len; i++) {
		const ConfigMailbox *mailbox = config->mailboxes->pdata[i];
		if (!mailbox->submission.host)
			return true;
	}
	return false;
}

static void check_common(Check *check)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *password = NULL, *offers = NULL;
	OutboxServer server;

	if (!assembly_server(check->config, &server, &password, &error))
		check_bad(check, "submission", "%s", error->message);
	else if (!outbox_probe(&server, &offers, &error))
		check_bad(check, "submission",
			"%s; see submission.host and submission.port, and "
			"whether the mail server listens there",
			error->message);
	else
		check_good(check, "submission", "%s port %u takes our mail",
			server.host, server.port);
}

static void check_route(Check *check, const OutboxRoute *route)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *offers = NULL;

	if (outbox_probe(&route->server, &offers, &error))
		check_good(check, "submission",
			"%s: %s port %u takes its mail%s%s", route->mailbox,
			route->server.host, route->server.port,
			*offers ? "; it offers " : "", offers);
	else
		check_bad(check, "submission", "%s: %s; see mailbox.submission",
			route->mailbox, error->message);
}

void check_submission(Check *check)
{
	g_autoptr(GArray) routes = assembly_routes(check->config);

	if (is_common_used(check->config))
		check_common(check);
	for (guint i = 0; i < routes->len; i++)
		check_route(check, &g_array_index(routes, OutboxRoute, i));
}
