/* The configuration file: any text ends in settings or in a clear error. */
#include <unistd.h>

#include <redress/config.h>

#include "fuzz.h"

void fuzz_config(const guint8 *bytes, size_t length)
{
	g_autofree char *path = NULL;
	g_autoptr(GError) error = NULL;
	int fd = fuzz_file(bytes, length, &path);
	g_autoptr(Config) config = config_load(path, &error);

	FUZZ_PROMISE(!config == !!error, "a refusal says why");
	if (error) {
		fuzz_check_text(error->message);
		FUZZ_PROMISE(*error->message, "an error has words");
	} else {
		FUZZ_PROMISE(config->mailboxes->len >= 1,
			"what is read has a mailbox");
	}
	close(fd);
}
