#include "check.h"

#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

/* The path of a unix socket in libmilter's form; NULL for any other. */
static const char *socket_path(const char *socket)
{
	static const char *const prefixes[] = {"unix:", "local:"};

	for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++) {
		if (g_str_has_prefix(socket, prefixes[i]))
			return socket + strlen(prefixes[i]);
	}
	return *socket == '/' ? socket : NULL;
}

/* Whoever passes a folder needs search permission: as group or as others. */
static bool may_pass(const struct stat *status, const struct group *group)
{
	return (status->st_mode & S_IXOTH) ||
	       (group && status->st_gid == group->gr_gid &&
		       (status->st_mode & S_IXGRP));
}

/* The first folder on the way from the root through which the mail server
 * cannot pass, or NULL.  (transfer full) */
static char *find_barrier(const char *folder, const struct group *group)
{
	g_autofree char *here = g_strdup(folder);
	char *barrier = NULL;

	for (;;) {
		struct stat status;

		if (stat(here, &status) == 0 && !may_pass(&status, group)) {
			g_free(barrier);
			barrier = g_strdup(here);
		}
		if (strcmp(here, "/") == 0 || strcmp(here, ".") == 0)
			return barrier;
		char *parent = g_path_get_dirname(here);
		g_free(here);
		here = parent;
	}
}

static const struct group *find_group(Check *check)
{
	const char *name = check->config->milter.socket_group;
	const struct group *group = name && *name ? getgrnam(name) : NULL;

	if (name && *name && !group)
		check_bad(check, "milter socket",
			"there is no group \"%s\"; install the mail server, or "
			"set milter.group to its group",
			name);
	return group;
}

static void check_folder(Check *check, const char *folder)
{
	unsigned failed = check->failed;
	const struct group *group = find_group(check);
	g_autofree char *barrier = find_barrier(folder, group);
	const char *name = group ? group->gr_name : "everybody";

	if (barrier)
		check_bad(check, "milter socket",
			"%s: %s may not pass through it; chgrp %s and chmod "
			"g+x it",
			barrier, name, name);
	if (g_access(folder, W_OK) < 0)
		check_bad(check, "milter socket",
			"%s: cannot write to it: %s; make its owner the "
			"account that redressd runs as, and run this check as "
			"that account or as root",
			folder, g_strerror(errno));
	if (check->failed == failed)
		check_good(check, "milter socket", "%s, reachable by %s",
			folder, name);
}

void check_socket(Check *check)
{
	const char *socket = check->config->milter.socket;
	const char *path = socket_path(socket);
	g_autofree char *folder = path ? g_path_get_dirname(path) : NULL;

	if (!*socket)
		check_good(check, "milter socket",
			"none is wanted; all mail comes by IMAP");
	else if (!folder)
		check_good(check, "milter socket", "%s", socket);
	else if (!g_file_test(folder, G_FILE_TEST_IS_DIR))
		check_bad(check, "milter socket",
			"%s: no such folder; make it, group %s, mode 0750 "
			"(systemd-tmpfiles --create makes the usual one)",
			folder,
			check->config->milter.socket_group
				? check->config->milter.socket_group
				: "of the mail server");
	else
		check_folder(check, folder);
}
