/*
 * The yardstick: a milter that takes headers and body and accepts everything.
 *
 *	accept_all unix:/path
 */
#include <stdio.h>
#include <sys/stat.h>

#include <libmilter/mfapi.h>

static sfsistat on_header(SMFICTX *context, char *name, char *value)
{
	(void)context;
	(void)name;
	(void)value;
	return SMFIS_CONTINUE;
}

static sfsistat on_body(SMFICTX *context, unsigned char *bytes, size_t length)
{
	(void)context;
	(void)bytes;
	(void)length;
	return SMFIS_CONTINUE;
}

static sfsistat on_end(SMFICTX *context)
{
	(void)context;
	return SMFIS_CONTINUE;
}

int main(int argc, char **argv)
{
	struct smfiDesc filter = {
		.xxfi_name = (char *)"accept-all",
		.xxfi_version = SMFI_VERSION,
		.xxfi_header = on_header,
		.xxfi_body = on_body,
		.xxfi_eom = on_end,
	};

	if (argc != 2) {
		fprintf(stderr, "usage: accept_all SOCKET\n");
		return 2;
	}
	/* Postfix's smtpd is another user. */
	umask(0);
	if (smfi_setconn(argv[1]) != MI_SUCCESS ||
		smfi_register(filter) != MI_SUCCESS ||
		smfi_opensocket(1) != MI_SUCCESS)
		return 1;
	return smfi_main() == MI_SUCCESS ? 0 : 1;
}
