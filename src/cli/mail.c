/* One mail from a file, bounded. */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

static bool fail(GError **error, const char *file, const char *why)
{
	g_set_error(
		error, BASE_ERROR, REDRESS_ERROR_INVALID, "%s: %s", file, why);
	return false;
}

static bool read_all(int fd, const char *file, size_t most_bytes,
	GByteArray *bytes, GError **error)
{
	enum { CHUNK = 256 * 1024 };
	guint length = 0;

	for (;;) {
		ssize_t got;

		g_byte_array_set_size(bytes, length + CHUNK);
		got = read(fd, bytes->data + length, CHUNK);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail(error, file, g_strerror(errno));
		length += (guint)got;
		if (length > most_bytes)
			return fail(error, file, "too large for a mail");
		if (got == 0)
			break;
	}
	g_byte_array_set_size(bytes, length);
	return true;
}

GBytes *cli_read_mail(const char *file, size_t most_bytes, GError **error)
{
	bool standard = strcmp(file, "-") == 0;
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	int fd = standard ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
	bool good;

	if (fd < 0) {
		fail(error, file, g_strerror(errno));
		return NULL;
	}
	/* Lengths of byte arrays are 32-bit; no mail comes near. */
	good = read_all(fd, standard ? "standard input" : file,
		MIN(most_bytes, G_MAXINT32), bytes, error);
	if (!standard)
		close(fd);
	return good ? g_byte_array_free_to_bytes(g_steal_pointer(&bytes))
		    : NULL;
}
