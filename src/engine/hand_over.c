/*
 * Whether the milter's answer to a hand-over was about to be written.
 *
 * The row tells that a mail of ours was seen whole on its way out.  But a
 * process that is killed before its milter has answered leaves the mail server
 * without an answer, and that refuses the mail: counted as sent, it would be
 * lost.  So a byte in a file beside the store, at the row's number, is set as
 * the last thing before the answer: a write to the page cache, which survives
 * the process and costs a microsecond.
 *
 * The file has its size and its place on the disk from the start, so that it
 * can be written when the disk is full.  Rows share a byte with those 65,536
 * before and after, which are not in flight at the same time, and do not share
 * its value.
 */
#include <fcntl.h>
#include <unistd.h>

#include "internal.h"

enum { SLOTS = 64 * 1024 };

/* What stands in the row's byte when it was answered: 1 to 255. */
static unsigned char answered(int64_t row)
{
	return (unsigned char)(1 + row / SLOTS % 255);
}

static void fail(const char *path, int problem, GError **error)
{
	g_set_error(error, ENGINE_ERROR, redress_error_code_from_errno(problem),
		"%s: %s", path, g_strerror(problem));
}

int hand_over_open(const char *path, GError **error)
{
	int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
		S_IRUSR | S_IWUSR);

	if (file < 0) {
		fail(path, errno, error);
		return -1;
	}
	int problem = posix_fallocate(file, 0, SLOTS);
	if (problem) {
		fail(path, problem, error);
		close(file);
		return -1;
	}
	return file;
}

bool hand_over_note(int file, int64_t row, bool given)
{
	unsigned char byte = given ? answered(row) : 0;

	return pwrite(file, &byte, 1, row % SLOTS) == 1;
}

bool hand_over_noted(int file, int64_t row)
{
	unsigned char byte = 0;

	return pread(file, &byte, 1, row % SLOTS) == 1 && byte == answered(row);
}
