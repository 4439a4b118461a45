/*
 * Whether a mail, or the text in it, is signed or encrypted: PGP and S/MIME, as
 * MIME says (RFC 1847, RFC 3156, RFC 8551) or inline (RFC 9580 6.2).
 */
#include <string.h>

#include "internal.h"

/* The value of a parameter of the mail's own Content-Type. (transfer full)
 * (nullable) */
static char *content_parameter(const Message *message, const char *name)
{
	const char *p = message_header(message, "Content-Type");
	size_t length = strlen(name);

	while (p && (p = strchr(p, ';'))) {
		p++;
		p += strspn(p, " \t\r\n");
		if (g_ascii_strncasecmp(p, name, length))
			continue;
		const char *value = p + length + strspn(p + length, " \t");
		if (*value != '=')
			continue;
		value += strspn(value, "= \t\"");
		return g_ascii_strdown(
			value, (gssize)strcspn(value, "\"; \t\r\n("));
	}
	return NULL;
}

/* Only that of the whole mail tells; one that does not is taken for the
 * worse. */
static enum analysis_protection judge_pkcs7(
	const Message *message, const MessagePart *part)
{
	g_autofree char *type = NULL;

	if (part->depth == 0)
		type = content_parameter(message, "smime-type");
	return type && !strcmp(type, "signed-data") ? ANALYSIS_SIGNED
						    : ANALYSIS_ENCRYPTED;
}

static enum analysis_protection judge_part(
	const Message *message, const MessagePart *part)
{
	static const struct {
		const char *type;
		enum analysis_protection protection;
	} types[] = {
		{"multipart/signed", ANALYSIS_SIGNED},
		{"application/pgp-signature", ANALYSIS_SIGNED},
		{"application/pkcs7-signature", ANALYSIS_SIGNED},
		{"application/x-pkcs7-signature", ANALYSIS_SIGNED},
		{"multipart/encrypted", ANALYSIS_ENCRYPTED},
		{"application/pgp-encrypted", ANALYSIS_ENCRYPTED},
	};

	if (!strcmp(part->type, "application/pkcs7-mime") ||
		!strcmp(part->type, "application/x-pkcs7-mime"))
		return judge_pkcs7(message, part);
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
		if (!strcmp(part->type, types[i].type))
			return types[i].protection;
	return ANALYSIS_UNPROTECTED;
}

/* As a line of its own; in a quote it is somebody else's. */
static bool has_line(const char *text, const char *line)
{
	size_t length = strlen(line);

	for (const char *p = strstr(text, line); p; p = strstr(p + 1, line))
		if ((p == text || p[-1] == '\n') &&
			(!p[length] || g_ascii_isspace(p[length])))
			return true;
	return false;
}

static enum analysis_protection judge_text(const char *text)
{
	if (!text || !strstr(text, "-----BEGIN PGP "))
		return ANALYSIS_UNPROTECTED;
	if (has_line(text, "-----BEGIN PGP MESSAGE-----"))
		return ANALYSIS_ENCRYPTED;
	if (has_line(text, "-----BEGIN PGP SIGNED MESSAGE-----"))
		return ANALYSIS_SIGNED;
	return ANALYSIS_UNPROTECTED;
}

enum analysis_protection protection_judge(const Message *message)
{
	enum analysis_protection found = judge_text(message->text);

	for (guint i = 0; i < message->parts->len; i++) {
		const MessagePart *part = message->parts->pdata[i];

		if (!part->embedded)
			found = MAX(found, judge_part(message, part));
	}
	return found;
}
