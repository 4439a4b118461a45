/* From nothing to a session that is logged in. */
#include "imap.h"

#include <string.h>

enum {
	/* Beside the mail itself, in one literal. */
	LITERAL_BYTES_SPARE = 64 * 1024,
	COMMAND_BYTES_MOST = 64 * 1024,
};

/* ---- the connection ----------------------------------------------------- */

static bool greet(ImapSession *session, GError **error)
{
	int code = mailimap_connect(
		session->imap, imap_stream_wrap(session->stream));

	if (code == MAILIMAP_NO_ERROR_NON_AUTHENTICATED)
		return true;
	if (code != MAILIMAP_NO_ERROR_AUTHENTICATED)
		return imap_session_fail(
			session, code, "no greeting of an IMAP server", error);
	/* As whom?  And STARTTLS is not possible any more (RFC 9051, 7.1.4). */
	g_set_error_literal(error, INTAKE_ERROR, REDRESS_ERROR_PERMANENT,
		"the server lets everybody in without a login (PREAUTH)");
	return false;
}

static bool ask_capabilities(ImapSession *session, GError **error)
{
	if (!imap_session_command(session, "CAPABILITY", "CAPABILITY", error))
		return false;
	imap_session_learn(session);
	return true;
}

static bool start_tls(ImapSession *session, GError **error)
{
	const IntakeImapOptions *options = session->options;

	if (!imap_session_has(session, "STARTTLS")) {
		g_set_error_literal(error, INTAKE_ERROR,
			REDRESS_ERROR_PERMANENT,
			"the server offers no STARTTLS; try tls = implicit, "
			"port 993");
		return false;
	}
	return imap_session_command(session, "STARTTLS", "STARTTLS", error) &&
	       imap_stream_secure(session->stream, options->host,
		       options->ca_file, error) &&
	       ask_capabilities(session, error);
}

static bool check_plain(const ImapSession *session, GError **error)
{
	if (session->options->allow_plain ||
		imap_stream_is_loopback(session->stream))
		return true;
	g_set_error_literal(error, INTAKE_ERROR, REDRESS_ERROR_INVALID,
		"the password would go over the net in clear: set tls, or "
		"allow_plain if that is meant");
	return false;
}

static bool open_connection(ImapSession *session, GError **error)
{
	const IntakeImapOptions *options = session->options;

	switch (options->tls) {
	case INTAKE_TLS_NONE:
		return check_plain(session, error) && greet(session, error) &&
		       ask_capabilities(session, error);
	case INTAKE_TLS_STARTTLS:
		return greet(session, error) &&
		       ask_capabilities(session, error) &&
		       start_tls(session, error);
	case INTAKE_TLS_IMPLICIT:
		return imap_stream_secure(session->stream, options->host,
			       options->ca_file, error) &&
		       greet(session, error) &&
		       ask_capabilities(session, error);
	}
	g_assert_not_reached();
}

/* ---- the login ---------------------------------------------------------- */

static bool send_line(ImapSession *session, const char *line)
{
	mailstream *stream = session->imap->imap_stream;

	return mailstream_write(stream, line, strlen(line)) >= 0 &&
	       mailstream_write(stream, "\r\n", 2) >= 0 &&
	       mailstream_flush(stream) >= 0;
}

/* The response goes with the first "+"; a second one is how XOAUTH2 tells its
 * error, and wants an empty line. */
static int converse(ImapSession *session, const char *response)
{
	struct mailimap_response *parsed = NULL;

	for (int turn = 0; turn < 3; turn++) {
		const char *line = mailimap_read_line(session->imap);
		if (!line)
			return MAILIMAP_ERROR_STREAM;
		if (*line != '+')
			break;
		if (!send_line(session, turn ? "" : response))
			return MAILIMAP_ERROR_STREAM;
	}
	int code = mailimap_parse_response(session->imap, &parsed);
	if (code != MAILIMAP_NO_ERROR)
		return code;
	bool good = parsed->rsp_resp_done->rsp_data.rsp_tagged->rsp_cond_state
			    ->rsp_type == MAILIMAP_RESP_COND_STATE_OK;
	mailimap_response_free(parsed);
	return good ? MAILIMAP_NO_ERROR : MAILIMAP_ERROR_LOGIN;
}

/* RFC 3501, 6.2.2 */
static int authenticate(
	ImapSession *session, const char *mechanism, const char *response)
{
	g_autofree char *command =
		g_strconcat("AUTHENTICATE ", mechanism, NULL);

	imap_stream_begin(session->stream,
		base_clock_monotonic_ms() +
			session->options->command_timeout_s * 1000,
		COMMAND_BYTES_MOST);
	int code = mailimap_send_current_tag(session->imap);
	if (code == MAILIMAP_NO_ERROR && !send_line(session, command))
		code = MAILIMAP_ERROR_STREAM;
	return code == MAILIMAP_NO_ERROR ? converse(session, response) : code;
}

static char *encode(GString *response)
{
	char *encoded =
		g_base64_encode((const guchar *)response->str, response->len);

	g_string_free(response, TRUE);
	return encoded;
}

/* RFC 4616 */
static int login_plain(ImapSession *session, const char *password)
{
	GString *response = g_string_new(NULL);

	g_string_append_c(response, '\0');
	g_string_append(response, session->options->login);
	g_string_append_c(response, '\0');
	g_string_append(response, password);
	g_autofree char *encoded = encode(response);
	return authenticate(session, "PLAIN", encoded);
}

static int login_oauth2(ImapSession *session, const char *token)
{
	GString *response = g_string_new(NULL);

	g_string_append_printf(response, "user=%s\001auth=Bearer %s\001\001",
		session->options->login, token);
	g_autofree char *encoded = encode(response);
	return authenticate(session, "XOAUTH2", encoded);
}

static int login_simply(ImapSession *session, const char *password)
{
	imap_stream_begin(session->stream,
		base_clock_monotonic_ms() +
			session->options->command_timeout_s * 1000,
		COMMAND_BYTES_MOST);
	return mailimap_login(session->imap, session->options->login, password);
}

static bool refuse_way(const char *words, GError **error)
{
	g_set_error_literal(
		error, INTAKE_ERROR, REDRESS_ERROR_PERMANENT, words);
	return false;
}

static bool log_in_with(
	ImapSession *session, const BaseSecret *secret, GError **error)
{
	g_autofree char *what = g_strdup_printf("the login of %s was refused%s",
		session->options->login, secret->oauth2 ? " (XOAUTH2)" : "");
	int code;

	if (secret->oauth2 && !imap_session_has(session, "AUTH=XOAUTH2"))
		return refuse_way("the server offers no XOAUTH2: use a "
				  "password",
			error);
	if (secret->oauth2)
		code = login_oauth2(session, secret->text);
	else if (imap_session_has(session, "AUTH=PLAIN"))
		code = login_plain(session, secret->text);
	else if (!imap_session_has(session, "LOGINDISABLED"))
		code = login_simply(session, secret->text);
	else
		return refuse_way("the server takes no password "
				  "(LOGINDISABLED); it may want TLS or XOAUTH2",
			error);
	if (code != MAILIMAP_NO_ERROR)
		return imap_session_fail(session, code, what, error);
	session->imap->imap_state = MAILIMAP_STATE_AUTHENTICATED;
	session->token_expires_ms = secret->expires_ms;
	return true;
}

static bool log_in_once(ImapSession *session, GError **error)
{
	g_auto(BaseSecret) secret = {0};
	const IntakeImapOptions *options = session->options;
	const BaseSecretSource source = {
		.password_file = options->password_file,
		.password_command = options->password_command,
		.oauth2_token_file = options->oauth2_token_file,
		.oauth2_command = options->oauth2_command,
	};

	return base_secret_read(&source, session->stop, &secret, error) &&
	       log_in_with(session, &secret, error);
}

/* A refused token may have run out since the command said it: the command
 * renews it then. */
static bool log_in(ImapSession *session, GError **error)
{
	g_autoptr(GError) problem = NULL;

	if (log_in_once(session, &problem))
		return true;
	if (session->options->oauth2_command &&
		!imap_stream_problem(session->stream) &&
		imap_session_has(session, "AUTH=XOAUTH2"))
		return log_in_once(session, error);
	g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}

/* ---- all of it ---------------------------------------------------------- */

static ImapSession *session_new(
	const IntakeImapOptions *options, GCancellable *stop)
{
	ImapSession *session = g_new0(ImapSession, 1);

	session->options = options;
	session->stop = stop ? g_object_ref(stop) : NULL;
	session->imap = mailimap_new(0, NULL);
	session->capabilities =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return session;
}

ImapSession *imap_login(
	const IntakeImapOptions *options, GCancellable *stop, GError **error)
{
	g_autoptr(ImapSession) session = session_new(options, stop);
	ImapStreamOptions stream = {
		.literal_bytes =
			(size_t)options->message_bytes + LITERAL_BYTES_SPARE,
		.stop = stop,
		.deadline_ms = base_clock_monotonic_ms() +
			       options->command_timeout_s * 1000,
	};

	session->stream = imap_stream_connect(
		options->host, options->port, &stream, error);
	if (!session->stream)
		return NULL;
	if (open_connection(session, error) && log_in(session, error) &&
		ask_capabilities(session, error))
		return g_steal_pointer(&session);
	g_prefix_error(error, "%s: ", options->host);
	return NULL;
}
