/* How the mailboxes at providers fare, from what their readers keep. */
#include "cli.h"

#include <redress/intake.h>

enum {
	/* A reader that waits is heard of each nine minutes (IDLE). */
	LONG_S = 15 * 60,
};

static const char *state_colour(const char *state)
{
	return g_str_equal(state, "followed") ? "32" : "1;31";
}

static const PrinterColumn columns[] = {
	PRINTER_COLUMN("mailbox", "MAILBOX", PRINTER_TEXT),
	PRINTER_COLUMN("folder", "FOLDER", PRINTER_TEXT),
	PRINTER_COLUMN("state", "STATE", PRINTER_WORD, .colour = state_colour),
	PRINTER_COLUMN("lag_s", "LAG s", PRINTER_NUMBER, .rank = 1),
	PRINTER_COLUMN("contact_at", "LAST CONTACT", PRINTER_TIME, .rank = 2),
	PRINTER_COLUMN("last_uid", "UID", PRINTER_NUMBER, .rank = 5),
	PRINTER_COLUMN("failures", "FAILS", PRINTER_NUMBER, .rank = 4),
	PRINTER_COLUMN("capabilities", "CAN", PRINTER_TEXT, .rank = 6),
	PRINTER_COLUMN("problem", "PROBLEM", PRINTER_PROSE, .rank = 3),
};
static const PrinterView view =
	PRINTER_VIEW(PRINTER_TABLE, "No mailbox has a section imap.", columns);

/* "followed" is well; each other has lasted for long. */
static const char *state_of(const StoreFolder *folder, int64_t now_s)
{
	if (!folder->contact_at)
		return folder->failures ? "failing" : "never-met";
	if (now_s - folder->contact_at > LONG_S)
		return folder->failures ? "failing" : "silent";
	if (folder->oldest_at && now_s - folder->oldest_at > LONG_S)
		return "behind";
	return "followed";
}

static bool put(Printer *printer, const StoreFolder *folder, int64_t now_s)
{
	const char *state = state_of(folder, now_s);

	printer_begin_map(printer);
	printer_put_string(printer, "mailbox", folder->mailbox);
	printer_put_string(printer, "folder", folder->folder);
	printer_put_string(printer, "state", state);
	printer_put_integer(printer, "lag_s",
		folder->oldest_at ? MAX(now_s - folder->oldest_at, 0) : 0);
	printer_put_time(printer, "oldest_at", folder->oldest_at);
	printer_put_time(printer, "contact_at", folder->contact_at);
	printer_put_time(printer, "met_at", folder->met_at);
	printer_put_integer(printer, "uidvalidity", folder->uidvalidity);
	printer_put_integer(printer, "last_uid", folder->last_uid);
	printer_put_integer(printer, "failures", folder->failures);
	printer_put_string(printer, "problem", folder->problem);
	printer_put_string(printer, "capabilities", folder->capabilities);
	printer_end(printer);
	return g_str_equal(state, "followed");
}

/* The connection is the mailbox's: what is known of it stands with the folder
 * that is watched. */
static StoreFolder with_connection(
	const StoreFolder *folder, const StoreFolder *watched)
{
	StoreFolder shown = *folder;

	shown.contact_at = MAX(folder->contact_at, watched->contact_at);
	shown.failures = watched->failures;
	shown.problem = watched->problem;
	shown.capabilities = watched->capabilities;
	return shown;
}

static const StoreFolder *find_folder(
	const GPtrArray *folders, const char *mailbox, const char *name)
{
	for (guint i = 0; i < folders->len; i++) {
		const StoreFolder *folder = folders->pdata[i];
		if (g_str_equal(folder->mailbox, mailbox) &&
			g_str_equal(folder->folder, name))
			return folder;
	}
	return NULL;
}

/* The folders of one mailbox; the watched one also if nobody has met it. */
static bool put_mailbox(Cli *cli, const ConfigMailbox *mailbox,
	const GPtrArray *folders, int64_t now_s)
{
	StoreFolder unmet = {
		.mailbox = mailbox->folded,
		.folder = mailbox->imap.folder,
	};
	const StoreFolder *watched =
		find_folder(folders, unmet.mailbox, unmet.folder);
	bool well = watched || put(cli->printer, &unmet, now_s);

	for (guint i = 0; i < folders->len; i++) {
		const StoreFolder *folder = folders->pdata[i];
		if (!g_str_equal(folder->mailbox, unmet.mailbox))
			continue;
		StoreFolder shown =
			with_connection(folder, watched ? watched : &unmet);
		well = put(cli->printer, &shown, now_s) && well;
	}
	return well;
}

static bool print(
	Cli *cli, const Config *config, bool *ret_well, GError **error)
{
	g_autoptr(Store) store = cli_open_store(config, error);
	g_autoptr(GPtrArray) folders = NULL;
	int64_t now_s = base_clock_now_s();

	if (!store || !store_folder_list(store, &folders, error))
		return false;
	*ret_well = true;
	printer_view(cli->printer, &view);
	printer_begin_list(cli->printer);
	for (guint i = 0; i < config->mailboxes->len; i++) {
		const ConfigMailbox *mailbox = config->mailboxes->pdata[i];
		if (mailbox->imap.host &&
			!put_mailbox(cli, mailbox, folders, now_s))
			*ret_well = false;
	}
	printer_end(cli->printer);
	return true;
}

int cli_mailbox(Cli *cli, int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = NULL;
	bool well;

	if (!cli_parse(cli, NULL, &argc, &argv))
		return cli->status;
	if (argc > 1)
		return cli_usage(cli, "\"%s\" is not wanted here", argv[1]);
	config = cli_load_config(cli, &error);
	if (!config || !print(cli, config, &well, &error))
		return cli_fail(cli, error, NULL);
	return well ? CLI_DONE : CLI_NO;
}
