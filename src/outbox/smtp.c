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
	GCancellable *stop; /* (nullable) */
	CURL *curl;
	char *url;
	BaseSecret secret; /* as it was last told */
	bool fresh;        /* for this very mail */
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

SmtpClient *smtp_client_new(const OutboxServer *server, GCancellable *stop)
{
	SmtpClient *client = g_new0(SmtpClient, 1);
	bool ipv6 = strchr(server->host, ':') != NULL;

	client->server = server;
	client->stop = stop;
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
	base_secret_clear(&client->secret);
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
}

/* ---- logging in --------------------------------------------------------- */

static bool asks_secret(const OutboxServer *server)
{
	return server->user && !server->password;
}

/* What a file tells may have been renewed, and costs nothing to read; a command
 * is run when its word has come to its end, or was refused. */
static bool is_stale(const SmtpClient *client)
{
	const BaseSecretSource *source = &client->server->secret;
	bool by_command = source->password_command || source->oauth2_command;
	int64_t end_ms = client->secret.expires_ms;

	if (!client->secret.text)
		return true;
	if (by_command)
		return end_ms && end_ms < base_clock_monotonic_ms();
	return !client->curl;
}

/* Before a transfer; a kept connection is logged in already. */
static bool know_secret(SmtpClient *client, GError **error)
{
	client->fresh = asks_secret(client->server) && is_stale(client);
	if (!client->fresh)
		return true;
	base_secret_clear(&client->secret);
	/* The connection was made with the old one. */
	smtp_client_disconnect(client);
	return base_secret_read(
		&client->server->secret, client->stop, &client->secret, error);
}

static void set_login(CURL *curl, const SmtpClient *client)
{
	const OutboxServer *server = client->server;

	if (!server->user)
		return;
	curl_easy_setopt(curl, CURLOPT_USERNAME, server->user);
	if (server->password)
		curl_easy_setopt(curl, CURLOPT_PASSWORD, server->password);
	else if (client->secret.oauth2)
		curl_easy_setopt(
			curl, CURLOPT_XOAUTH2_BEARER, client->secret.text);
	else
		curl_easy_setopt(curl, CURLOPT_PASSWORD, client->secret.text);
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
	set_login(curl, client);
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

/* Why it may be tried once more, at once. */
typedef struct Again Again;
struct Again {
	bool reused; /* a kept connection, which the server may have closed */
	bool refused_login;
};

static void transfer_once(SmtpClient *client, const SmtpMail *mail,
	SmtpResult *ret_result, Again *ret_again)
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
	*ret_again = (Again){
		.reused = connects == 0,
		.refused_login = result == CURLE_LOGIN_DENIED,
	};
	fill_result(&transfer, result, problem, ret_result);
	if (result != CURLE_OK)
		smtp_client_disconnect(client);
	curl_slist_free_all(recipients);
	g_free(transfer.text);
}

/* A kept connection that the server had closed meanwhile, or a token that has
 * come to its end. */
static bool is_worth_another(
	SmtpClient *client, const SmtpResult *result, const Again *again)
{
	bool refused = again->refused_login && asks_secret(client->server);

	if (result->outcome != ENGINE_NOT_TRIED)
		return false;
	if (refused)
		base_secret_clear(&client->secret);
	return again->reused || (refused && !client->fresh);
}

/* false: the secret is not to be had, and ret_result says why. */
static bool begin(SmtpClient *client, SmtpResult *ret_result)
{
	g_autoptr(GError) problem = NULL;

	if (know_secret(client, &problem))
		return true;
	ret_result->outcome = ENGINE_NOT_TRIED;
	ret_result->text = g_strdup(problem->message);
	return false;
}

void smtp_client_send(
	SmtpClient *client, const SmtpMail *mail, SmtpResult *ret_result)
{
	Again again;

	*ret_result = (SmtpResult){0};
	if (!can_be_written(mail->recipient) ||
		!can_be_written(mail->envelope_from)) {
		ret_result->outcome = ENGINE_REFUSED;
		ret_result->status = g_strdup("5.1.3");
		ret_result->text =
			g_strdup("the address cannot be written in SMTP");
		return;
	}
	if (!begin(client, ret_result))
		return;
	transfer_once(client, mail, ret_result, &again);
	if (!is_worth_another(client, ret_result, &again))
		return;
	smtp_result_clear(ret_result);
	if (begin(client, ret_result))
		transfer_once(client, mail, ret_result, &again);
}

/* ---- what a server can do ----------------------------------------------- */

/* The keywords of the last EHLO answer: "250-AUTH PLAIN LOGIN". */
static size_t on_offer(char *line, size_t size, size_t count, void *user)
{
	GPtrArray *offers = user;
	size_t length = size * count;
	g_autofree char *text = NULL;

	if (length < 4 || strncmp(line, "250", 3) != 0)
		return length;
	text = g_strndup(line + 4, MIN(length - 4, TEXT_MOST));
	g_strstrip(text);
	if (g_ascii_strncasecmp(text, "AUTH ", 5) == 0 ||
		g_ascii_strncasecmp(text, "SIZE ", 5) == 0 ||
		g_ascii_strcasecmp(text, "SMTPUTF8") == 0 ||
		g_ascii_strcasecmp(text, "STARTTLS") == 0)
		g_ptr_array_add(offers, g_utf8_make_valid(text, -1));
	return length;
}

/* After STARTTLS the server says it again: each is told once. */
static char *join_offers(const GPtrArray *offers)
{
	g_autoptr(GHashTable) told = g_hash_table_new(g_str_hash, g_str_equal);
	GString *joined = g_string_new(NULL);

	for (guint i = 0; i < offers->len; i++) {
		if (!g_hash_table_add(told, offers->pdata[i]))
			continue;
		g_string_append_printf(joined, "%s%s", joined->len ? ", " : "",
			(char *)offers->pdata[i]);
	}
	return g_string_free(joined, FALSE);
}

bool smtp_client_probe(SmtpClient *client, char **ret_offers, GError **error)
{
	g_autoptr(GPtrArray) offers = g_ptr_array_new_with_free_func(g_free);
	char problem[CURL_ERROR_SIZE] = "";

	if (!know_secret(client, error))
		return false;
	CURL *curl = prepare(client);
	curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "NOOP");
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, problem);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_offer);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, offers);
	CURLcode result = curl_easy_perform(curl);
	smtp_client_disconnect(client);
	if (result != CURLE_OK) {
		g_set_error(error, OUTBOX_ERROR, REDRESS_ERROR_TEMPORARY,
			"%s port %u: %s", client->server->host,
			client->server->port,
			*problem ? problem : curl_easy_strerror(result));
		return false;
	}
	if (ret_offers)
		*ret_offers = join_offers(offers);
	return true;
}
