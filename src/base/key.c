#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <sodium.h>

static bool fail(GError **error, const char *path, const char *doing)
{
	int errnum = errno;

	g_set_error(error, BASE_ERROR, redress_error_code_from_errno(errnum),
		"%s: cannot %s the key file: %s", path, doing,
		g_strerror(errnum));
	return false;
}

static bool check_file(
	const char *path, const struct stat *status, GError **error)
{
	if (!S_ISREG(status->st_mode)) {
		g_set_error(error, BASE_ERROR, REDRESS_ERROR_INVALID,
			"%s: the key is not a regular file; name another",
			path);
		return false;
	}
	if (status->st_mode & (S_IRWXG | S_IRWXO)) {
		g_set_error(error, BASE_ERROR, REDRESS_ERROR_INVALID,
			"%s: others may use the key file (mode %04o); chmod "
			"600 it",
			path, (unsigned)(status->st_mode & 07777));
		return false;
	}
	if (status->st_size != BASE_KEY_BYTES) {
		g_set_error(error, BASE_ERROR, REDRESS_ERROR_INVALID,
			"%s: the key file has %" G_GINT64_FORMAT
			" bytes, not %d; restore it from a backup, or delete "
			"it (old reply addresses then stop working)",
			path, (gint64)status->st_size, BASE_KEY_BYTES);
		return false;
	}
	return true;
}

static bool read_whole(int fd, unsigned char *bytes, size_t length)
{
	while (length) {
		ssize_t got = read(fd, bytes, length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0)
			errno = EIO;
		if (got <= 0)
			return false;
		bytes += got;
		length -= (size_t)got;
	}
	return true;
}

static bool read_key(const char *path, BaseKey *ret_key, GError **error)
{
	struct stat status;
	BaseKey key;
	bool good = false;
	/* O_NONBLOCK: a FIFO in its place must not hang the start. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return fail(error, path, "open");
	if (fstat(fd, &status) < 0)
		fail(error, path, "examine");
	else if (!check_file(path, &status, error))
		good = false;
	else if (!read_whole(fd, key.bytes, sizeof(key.bytes)))
		fail(error, path, "read");
	else
		good = true;
	close(fd);
	if (good)
		*ret_key = key;
	sodium_memzero(&key, sizeof(key));
	return good;
}

static bool write_whole(int fd, const unsigned char *bytes, size_t length)
{
	while (length) {
		ssize_t put = write(fd, bytes, length);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		bytes += put;
		length -= (size_t)put;
	}
	return fsync(fd) == 0;
}

static bool sync_folder(const char *path)
{
	g_autofree char *folder = g_path_get_dirname(path);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result;

	if (fd < 0)
		return false;
	result = fsync(fd);
	close(fd);
	return result == 0;
}

/*
 * link(2), not rename(2): if somebody else made a key in the meantime, theirs
 * stays, because they may have signed with it already.
 */
static bool make_key(const char *path, GError **error)
{
	g_autofree char *draft = g_strconcat(path, ".XXXXXX", NULL);
	BaseKey key;
	bool good;
	int fd = g_mkstemp_full(draft, O_WRONLY | O_CLOEXEC, 0600);

	if (fd < 0)
		return fail(error, path, "make");
	base_random_bytes(key.bytes, sizeof(key.bytes));
	good = write_whole(fd, key.bytes, sizeof(key.bytes));
	sodium_memzero(&key, sizeof(key));
	if (!good)
		fail(error, path, "write");
	close(fd);
	if (good && link(draft, path) < 0 && errno != EEXIST)
		good = fail(error, path, "name");
	if (good && !sync_folder(path))
		good = fail(error, path, "write the folder of");
	g_unlink(draft);
	return good;
}

bool base_key_load(
	const char *path, bool create, BaseKey *ret_key, GError **error)
{
	g_autoptr(GError) first = NULL;

	if (read_key(path, ret_key, &first))
		return true;
	if (!create ||
		!g_error_matches(first, BASE_ERROR, REDRESS_ERROR_NOT_FOUND)) {
		g_propagate_error(error, g_steal_pointer(&first));
		return false;
	}
	return make_key(path, error) && read_key(path, ret_key, error);
}
