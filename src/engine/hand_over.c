/*
 * Whether the milter's answer to a hand-over was about to be written.
 *
 * The row tells that a mail of ours was seen whole on its way out.  But a
 * process that is killed before its milter has answered leaves the mail server
 * without an answer, and that refuses the mail: counted as sent, it would be
 * lost.  So a byte in a file beside the store, at the row's number, is set as
 * the last thing before the answer: a write to the page cache, which survives
 * the process and costs a microsecond.
 */
#include <fcntl.h>
#include <unistd.h>

#include "internal.h"

int hand_over_open(const char *path, GError **error)
{
	int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
		S_IRUSR | S_IWUSR);

	if (file < 0) {
		int problem = errno;
		g_set_error(error, ENGINE_ERROR,
			redress_error_code_from_errno(problem), "%s: %s", path,
			g_strerror(problem));
	}
	return file;
}

bool hand_over_note(int file, int64_t row, bool given)
{
	char byte = given;

	return pwrite(file, &byte, 1, row) == 1;
}

bool hand_over_noted(int file, int64_t row)
{
	char byte = 0;

	return pread(file, &byte, 1, row) == 1 && byte;
}
