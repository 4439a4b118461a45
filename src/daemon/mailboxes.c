/* The mailboxes at providers, each followed on a thread of its own. */
#include "daemon.h"

#include <inttypes.h>
#include <string.h>

static bool options_differ(
	const IntakeImapOptions *one, const IntakeImapOptions *other)
{
	return strcmp(one->mailbox, other->mailbox) != 0 ||
	       strcmp(one->host, other->host) != 0 ||
	       one->port != other->port || one->tls != other->tls ||
	       g_strcmp0(one->login, other->login) != 0 ||
	       g_strcmp0(one->folder, other->folder) != 0 ||
	       g_strcmp0(one->move_to, other->move_to) != 0 ||
	       g_strcmp0(one->sent_folder, other->sent_folder) != 0 ||
	       one->watch_sent != other->watch_sent ||
	       one->poll_every_s != other->poll_every_s;
}

static GArray *list_options(const Config *config)
{
	GArray *list = g_array_new(FALSE, FALSE, sizeof(IntakeImapOptions));

	for (guint i = 0; i < config->mailboxes->len; i++) {
		IntakeImapOptions options;
		if (assembly_imap(config->mailboxes->pdata[i], &options))
			g_array_append_val(list, options);
	}
	return list;
}

bool mailboxes_differ(const Config *one, const Config *other)
{
	g_autoptr(GArray) these = list_options(one);
	g_autoptr(GArray) those = list_options(other);
	bool differ = these->len != those->len;

	for (guint i = 0; i < these->len && !differ; i++)
		differ = options_differ(
			&g_array_index(these, IntakeImapOptions, i),
			&g_array_index(those, IntakeImapOptions, i));
	return differ;
}

static void on_told(const char *mailbox, const GError *problem, void *user)
{
	(void)user;
	if (problem)
		base_log(BASE_LOG_ERROR, "mailbox in trouble", "mailbox",
			mailbox, "problem", problem->message, NULL);
	else
		base_log(BASE_LOG_NOTICE, "mailbox is followed", "mailbox",
			mailbox, NULL);
}

static void on_progress(
	const char *mailbox, uint64_t done, uint64_t total, void *user)
{
	g_autofree char *done_text = g_strdup_printf("%" PRIu64, done);
	g_autofree char *total_text = g_strdup_printf("%" PRIu64, total);

	(void)user;
	base_log(BASE_LOG_NOTICE, "old mail taken", "mailbox", mailbox, "done",
		done_text, "of", total_text, NULL);
}

void mailboxes_start(Daemon *daemon)
{
	g_autoptr(GArray) list = list_options(daemon->config);

	daemon->imaps = g_ptr_array_new();
	for (guint i = 0; i < list->len; i++) {
		IntakeImapOptions *options =
			&g_array_index(list, IntakeImapOptions, i);
		options->door = (IntakeDoor){
			.engine = daemon->engine, .parser = daemon->parser};
		options->told = on_told;
		options->progress = on_progress;
		options->user = daemon;
		g_ptr_array_add(daemon->imaps, intake_imap_start(options));
	}
}

void mailboxes_stop(Daemon *daemon)
{
	if (!daemon->imaps)
		return;
	for (guint i = 0; i < daemon->imaps->len; i++)
		intake_imap_stop(daemon->imaps->pdata[i]);
	g_clear_pointer(&daemon->imaps, g_ptr_array_unref);
}

bool mailboxes_file(
	const char *mailbox, GBytes *mail, void *user, GError **error)
{
	const Daemon *daemon = user;
	const ConfigMailbox *found =
		config_mailbox(daemon->config, mailbox, NULL);
	IntakeImapOptions options;

	/* The configuration's check sees to it that there is one. */
	return found && assembly_imap(found, &options) &&
	       intake_imap_file(&options, mail, error);
}
