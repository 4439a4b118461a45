/*
 * One SMTP client connection by libcurl: STARTTLS and implicit TLS with
 * verified certificates, AUTH, SMTPUTF8 (RFC 6531), dot-stuffing (RFC 5321
 * 4.5.2), a connection that is kept.
 *
 * What matters here is on which side of the final dot something went wrong.
 * libcurl writes the dot after it was given the last of the mail: before that
 * is given away, the row is marked.  An answer after it is the server's word on
 * the mail; no answer after it is an uncertain one.
 */
#include <string.h>

#include <curl/curl.h>

#include "internal.h"

enum {
	CONNECTION_IDLE_S = 20,
	TEXT_MOST = 500, /* of an answer that is kept */
	ADDRESS_MOST = 320,
	CODE_CLOSING = 221, /* to QUIT alone (RFC 5321, 4.2.3) */
};

struct SmtpClient {
	const OutboxServer *server;
	CURL *curl;
	char *url;
};

/* One transfer in flight. */
typedef struct Transfer Transfer;
struct Transfer {
	const SmtpMail *mail;
	const char *data;
	size_t length, done;
	bool dot;      /* the final dot may have been written */
	bool aborted;  /* before_dot said no */
	bool answered; /* after the dot */
	int code;      /* of the last complete answer */
	char *text;    /* its last line */
};

void smtp_result_clear(SmtpResult *result)
{
	g_clear_pointer(&result->status, g_free);
	g_clear_pointer(&result->text, g_free);
}

/* ---- libcurl's callbacks ----------------------------------------------- */

static size_t on_read(char *buffer, size_t size, size_t count, void *user)
{
	Transfer *transfer = user;
	size_t room = size * count;
	size_t left = transfer->length - transfer->done;

	if (left <= room && !transfer->dot) {
		if (!transfer->mail->before_dot(transfer->mail->user)) {
			transfer->aborted = true;
			return CURL_READFUNC_ABORT;
		}
		transfer->dot = true;
	}
	size_t part = MIN(room, left);
	memcpy(buffer, transfer->data + transfer->done, part);
	transfer->done += part;
	return part;
}

/* The server's lines, one a call: "250-SIZE", "250 2.0.0 Ok: queued as X". */
static size_t on_answer(char *line, size_t size, size_t count, void *user)
{
	Transfer *transfer = user;
	size_t length = size * count;

	if (length < 4 || !g_ascii_isdigit(line[0]) || line[3] == '-')
		return length;
	g_autofree char *number = g_strndup(line, 3);
	int code = atoi(number);
	/* After a "no", libcurl says QUIT inside the same call: that answer is
	 * not about the mail. */
	if (code == CODE_CLOSING)
		return length;
	transfer->code = code;
	transfer->answered = transfer->dot;
	g_free(transfer->text);
	g_autofree char *text = g_strndup(line + 4, MIN(length - 4, TEXT_MOST));
	transfer->text = g_utf8_make_valid(g_strstrip(text), -1);
	return length;
}

static size_t on_write(char *data, size_t size, size_t count, void *user)
{
	(void)data;
	(void)user;
	return size * count;
}

/* ---- set-up ------------------------------------------------------------ */

SmtpClient *smtp_client_new(const OutboxServer *server)
{
	SmtpClient *client = g_new0(SmtpClient, 1);
	bool ipv6 = strchr(server->host, ':') != NULL;

	client->server = server;
	/* The path is the name in EHLO. */
	client->url = g_strdup_printf("%s://%s%s%s:%u/%s",
		server->tls == OUTBOX_TLS_IMPLICIT ? "smtps" : "smtp",
		ipv6 ? "[" : "", server->host, ipv6 ? "]" : "", server->port,
		server->hostname);
	return client;
}

void smtp_client_disconnect(SmtpClient *client)
{
	g_clear_pointer(&client->curl, curl_easy_cleanup);
}

void smtp_client_free(SmtpClient *client)
{
	if (!client)
		return;
	smtp_client_disconnect(client);
	g_free(client->url);
	g_free(client);
}

static void set_security(CURL *curl, const OutboxServer *server)
{
	curl_easy_setopt(curl, CURLOPT_USE_SSL,
		server->tls == OUTBOX_TLS_NONE ? (long)CURLUSESSL_NONE
					       : (long)CURLUSESSL_ALL);
	curl_easy_setopt(
		curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	if (server->ca_file)
		curl_easy_setopt(curl, CURLOPT_CAINFO, server->ca_file);
	if (server->user) {
		curl_easy_setopt(curl, CURLOPT_USERNAME, server->user);
		curl_easy_setopt(curl, CURLOPT_PASSWORD, server->password);
	}
}

/* A handle with everything that is the same for each transfer. */
static CURL *prepare(SmtpClient *client)
{
	const OutboxServer *server = client->server;
	CURL *curl = client->curl ? client->curl : curl_easy_init();

	g_assert(curl);
	client->curl = curl;
	curl_easy_reset(curl);
	curl_easy_setopt(curl, CURLOPT_URL, client->url);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)server->timeout_s);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)server->timeout_s);
	curl_easy_setopt(curl, CURLOPT_MAXAGE_CONN, (long)CONNECTION_IDLE_S);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_write);
	set_security(curl, server);
	return curl;
}

/* ---- addresses --------------------------------------------------------- */

/* What can stand between < and > without ending the command or the address;
 * everything else about an address is the server's to judge. */
static bool can_be_written(const char *address)
{
	if (strlen(address) > ADDRESS_MOST ||
		!g_utf8_validate(address, -1, NULL))
		return false;
	for (const char *at = address; *at; at = g_utf8_next_char(at)) {
		gunichar letter = g_utf8_get_char(at);
		if (letter == '<' || letter == '>' ||
			g_unichar_isspace(letter) || g_unichar_iscntrl(letter))
			return false;
	}
	return true;
}

/* ---- one mail ---------------------------------------------------------- */

/* "4.2.2" at the head of an answer (RFC 2034), or NULL. */
static char *enhanced_status(const char *text)
{
	if (!text || !strchr("245", text[0]) || text[1] != '.')
		return NULL;
	size_t length = strspn(text, "0123456789.");
	g_autofree char *status = g_strndup(text, length);
	g_auto(GStrv) parts = g_strsplit(status, ".", 0);

	if (length > 9 || g_strv_length(parts) != 3 || !*parts[1] || !*parts[2])
		return NULL;
	return g_steal_pointer(&status);
}

static enum engine_outcome outcome_of_code(int code)
{
	if (code >= 200 && code < 300)
		return ENGINE_SENT;
	return code >= 500 ? ENGINE_REFUSED : ENGINE_DEFERRED;
}

/*
 * CURLE_SEND_ERROR with an answer is the server's "no" to MAIL, RCPT or DATA;
 * every other failure before the dot is about the connection, not the mail.
 * 530 and 538 ask for what the configuration lacks (RFC 4954).
 */
static enum engine_outcome judge(const Transfer *transfer, CURLcode result)
{
	if (transfer->answered)
		return outcome_of_code(transfer->code);
	if (transfer->dot)
		return ENGINE_UNCERTAIN;
	if (result == CURLE_SEND_ERROR && transfer->code >= 400 &&
		transfer->code != 421 && transfer->code != 530 &&
		transfer->code != 538)
		return outcome_of_code(transfer->code);
	return ENGINE_NOT_TRIED;
}

static void fill_result(const Transfer *transfer, CURLcode result,
	const char *problem, SmtpResult *ret_result)
{
	ret_result->outcome = judge(transfer, result);
	ret_result->code = transfer->code;
	if (ret_result->outcome == ENGINE_NOT_TRIED ||
		ret_result->outcome == ENGINE_UNCERTAIN) {
		ret_result->text = g_strdup(
			*problem ? problem : curl_easy_strerror(result));
		return;
	}
	ret_result->status = enhanced_status(transfer->text);
	ret_result->text = g_strdup(transfer->text);
}

static void transfer_once(SmtpClient *client, const SmtpMail *mail,
	SmtpResult *ret_result, bool *ret_reused)
{
	Transfer transfer = {.mail = mail};
	char problem[CURL_ERROR_SIZE] = "";
	CURL *curl = prepare(client);
	struct curl_slist *recipients =
		curl_slist_append(NULL, mail->recipient);
	long connects = 0;

	transfer.data = g_bytes_get_data(mail->bytes, &transfer.length);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, mail->envelope_from);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(curl, CURLOPT_READDATA, &transfer);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_answer);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, &transfer);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, problem);
	curl_easy_setopt(
		curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)transfer.length);
	CURLcode result = curl_easy_perform(curl);

	curl_easy_getinfo(curl, CURLINFO_NUM_CONNECTS, &connects);
	*ret_reused = connects == 0;
	fill_result(&transfer, result, problem, ret_result);
	if (result != CURLE_OK)
		smtp_client_disconnect(client);
	curl_slist_free_all(recipients);
	g_free(transfer.text);
}

void smtp_client_send(
	SmtpClient *client, const SmtpMail *mail, SmtpResult *ret_result)
{
	bool reused = false;

	*ret_result = (SmtpResult){0};
	if (!can_be_written(mail->recipient) ||
		!can_be_written(mail->envelope_from)) {
		ret_result->outcome = ENGINE_REFUSED;
		ret_result->status = g_strdup("5.1.3");
		ret_result->text =
			g_strdup("the address cannot be written in SMTP");
		return;
	}
	transfer_once(client, mail, ret_result, &reused);
	if (ret_result->outcome == ENGINE_NOT_TRIED && reused) {
		/* A kept connection that the server had closed meanwhile. */
		smtp_result_clear(ret_result);
		transfer_once(client, mail, ret_result, &reused);
	}
}

bool smtp_client_probe(SmtpClient *client, GError **error)
{
	char problem[CURL_ERROR_SIZE] = "";
	CURL *curl = prepare(client);

	curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "NOOP");
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, problem);
	CURLcode result = curl_easy_perform(curl);
	smtp_client_disconnect(client);
	if (result == CURLE_OK)
		return true;
	g_set_error(error, OUTBOX_ERROR, REDRESS_ERROR_TEMPORARY,
		"%s port %u: %s", client->server->host, client->server->port,
		*problem ? problem : curl_easy_strerror(result));
	return false;
}
