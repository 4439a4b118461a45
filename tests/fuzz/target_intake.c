/* What `redress ingest` reads without a MIME parser: mboxes, and the header
 * fields that name an envelope. */
#include <string.h>
#include <unistd.h>

#include <redress/intake.h>

#include "fuzz.h"

enum { MOST_MAIL_BYTES = 4096 };

typedef struct Seen Seen;
struct Seen {
	size_t bytes;
	int64_t done_bytes;
};

static bool see_mail(GBytes *raw, const char *name, int64_t done_bytes,
	int64_t total_bytes, const GError *problem, void *user)
{
	Seen *seen = user;

	FUZZ_PROMISE(!raw == !!problem, "a mail, or what is wrong with it");
	FUZZ_PROMISE(name, "a mail has a name");
	FUZZ_PROMISE(
		done_bytes >= seen->done_bytes && done_bytes <= total_bytes,
		"progress goes forward");
	seen->done_bytes = done_bytes;
	if (raw) {
		seen->bytes += g_bytes_get_size(raw);
		FUZZ_PROMISE(g_bytes_get_size(raw) <= MOST_MAIL_BYTES,
			"no mail is larger than allowed");
	}
	return true;
}

static void check_addresses(const guint8 *bytes, size_t length)
{
	g_autoptr(GBytes) raw = g_bytes_new(bytes, length);
	g_auto(GStrv) recipients = intake_header_recipients(raw);
	g_autofree char *sender = intake_header_sender(raw);

	for (unsigned i = 0; recipients && recipients[i]; i++)
		FUZZ_PROMISE(*recipients[i] && !strpbrk(recipients[i], "\r\n"),
			"a recipient is one line");
	FUZZ_PROMISE(
		!sender || !strpbrk(sender, "\r\n"), "a sender is one line");
}

void fuzz_intake(const guint8 *bytes, size_t length)
{
	g_autofree char *path = NULL;
	g_autoptr(GError) error = NULL;
	Seen seen = {0};
	int fd = fuzz_file(bytes, length, &path);
	bool good = intake_read_path(
		path, MOST_MAIL_BYTES, see_mail, &seen, &error);

	FUZZ_PROMISE(good == !error, "a refusal says why");
	FUZZ_PROMISE(seen.bytes <= length, "no mail is made up");
	close(fd);
	check_addresses(bytes, length);
}
