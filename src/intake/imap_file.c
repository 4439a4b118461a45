/* A copy of what was sent, where people look for it. */
#include "imap.h"

#include <string.h>

bool intake_imap_file(
	const IntakeImapOptions *options, GBytes *mail, GError **error)
{
	g_autoptr(ImapSession) session = imap_login(options, NULL, error);
	const char *wanted = options->sent_folder;
	g_autofree char *folder = NULL;

	if (!session)
		return false;
	folder = wanted && strcmp(wanted, INTAKE_IMAP_AUTO) != 0
			 ? g_strdup(wanted)
			 : imap_session_find_sent(session, error);
	return folder && imap_session_append(session, folder, mail, error);
}
