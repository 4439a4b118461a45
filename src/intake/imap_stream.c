/*
 * The connection below libetpan.  Its own streams verify no certificate, wait
 * for each byte anew, loop when the server closes inside a literal, take lines
 * of any length and stop at descriptor 1024.  This one has a deadline for a
 * whole command, counts what a response may hold, fails once and stays failed,
 * and wakes at once when it is told to stop.
 */
#include "imap.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

enum {
	/* Of one response, literals left out. */
	RESPONSE_BYTES_MOST = 64 * 1024,
	BUFFER_BYTES = 16 * 1024,
	WORDS_MOST = 300,
};

struct ImapStream {
	int fd;
	bool loopback;
	size_t literal_bytes;
	GCancellable *stop;
	int stop_fd; /* -1: none */
	int64_t deadline_ms;
	size_t answer_left;
	/* What came: a line that is not whole, or bytes of a literal. */
	GString *line;
	size_t literal_left;
	size_t response_bytes; /* of all its lines so far */
	ImapGate gate;
	/* What libetpan has not read yet. */
	GString *ready;
	size_t taken;
	gnutls_session_t tls;
	gnutls_certificate_credentials_t credentials;
	mailstream *wrapped; /* (transfer none) (nullable) */
	GError *problem;
};

/* ---- what is wrong ------------------------------------------------------ */

/* The first thing that went wrong is the cause of all others. */
G_GNUC_PRINTF(3, 4)
static ssize_t fail(ImapStream *stream, int code, const char *format, ...)
{
	va_list list;

	if (stream->problem)
		return -1;
	va_start(list, format);
	stream->problem = g_error_new_valist(INTAKE_ERROR, code, format, list);
	va_end(list);
	return -1;
}

const GError *imap_stream_problem(const ImapStream *stream)
{
	return stream->problem;
}

void imap_stream_break(ImapStream *stream)
{
	fail(stream, REDRESS_ERROR_TEMPORARY, "the connection was ended");
}

/* ---- waiting ------------------------------------------------------------ */

/* 1: ready, 0: the time has passed, -1: stop. */
static int wait_for(ImapStream *stream, short events, int64_t until_ms)
{
	struct pollfd polled[] = {
		{.fd = stream->fd, .events = events},
		{.fd = stream->stop_fd, .events = POLLIN},
	};

	for (;;) {
		int64_t left_ms = until_ms - base_clock_monotonic_ms();
		int count = poll(polled, G_N_ELEMENTS(polled),
			(int)CLAMP(left_ms, 0, G_MAXINT));
		if (count < 0 && errno == EINTR)
			continue;
		if (count > 0 && polled[1].revents)
			return -1;
		if (count != 0)
			return 1;
		if (left_ms <= 0)
			return 0;
	}
}

static bool wait_in_command(ImapStream *stream, short events)
{
	switch (wait_for(stream, events, stream->deadline_ms)) {
	case 1:
		return true;
	case 0:
		fail(stream, REDRESS_ERROR_TEMPORARY,
			"the server did not answer in time");
		return false;
	}
	fail(stream, REDRESS_ERROR_TEMPORARY, "stopped");
	return false;
}

bool imap_stream_wait(ImapStream *stream, int64_t until_ms, bool *ret_ready)
{
	*ret_ready = stream->taken < stream->ready->len ||
		     (stream->wrapped && stream->wrapped->read_buffer_len) ||
		     (stream->tls && gnutls_record_check_pending(stream->tls));
	if (*ret_ready)
		return true;
	int state = wait_for(stream, POLLIN, until_ms);
	*ret_ready = state > 0;
	return state >= 0;
}

void imap_stream_begin(
	ImapStream *stream, int64_t deadline_ms, size_t answer_bytes)
{
	stream->deadline_ms = deadline_ms;
	stream->answer_left = answer_bytes;
}

/* ---- lines and literals -------------------------------------------------- */

/* Texts of the server end in whatever they like; a literal is announced where
 * values may stand. */
static bool is_words(const char *line)
{
	static const char *const heads[] = {
		"* OK", "* NO", "* BAD", "* BYE", "* PREAUTH"};

	for (size_t i = 0; i < G_N_ELEMENTS(heads); i++)
		if (g_ascii_strncasecmp(line, heads[i], strlen(heads[i])) == 0)
			return true;
	return *line != '*';
}

/* The size in "{123}" or "{123+}" at the end of a line, or -1; *length becomes
 * that of what stands before it. */
static gssize find_literal(const char *line, size_t *length)
{
	size_t end = *length;
	guint64 size;

	if (!end || line[end - 1] != '}')
		return -1;
	const char *start = memrchr(line, '{', end);
	if (!start)
		return -1;
	g_autofree char *digits =
		g_strndup(start + 1, end - 2 - (size_t)(start - line));
	if (g_str_has_suffix(digits, "+"))
		digits[strlen(digits) - 1] = '\0';
	if (!g_ascii_string_to_unsigned(digits, 10, 0, G_MAXINT64, &size, NULL))
		return -1;
	*length = (size_t)(start - line);
	return (gssize)size;
}

static bool fail_bye(ImapStream *stream, const char *words)
{
	g_autofree char *clean =
		g_utf8_make_valid(words, (gssize)strnlen(words, WORDS_MOST));

	for (char *at = clean; *at; at++)
		if (g_ascii_iscntrl(*at))
			*at = ' ';
	g_strstrip(clean);
	fail(stream, REDRESS_ERROR_TEMPORARY,
		*clean ? "the server says good-bye: %s"
		       : "the server says good-bye%s",
		clean);
	return false;
}

static bool announce_literal(ImapStream *stream, gssize literal)
{
	if ((size_t)literal > stream->literal_bytes) {
		fail(stream, REDRESS_ERROR_PERMANENT,
			"the server sends %zd bytes at once, more than %zu",
			literal, stream->literal_bytes);
		return false;
	}
	stream->literal_left = (size_t)literal;
	return true;
}

/* The line is whole. */
static bool end_line(ImapStream *stream)
{
	GString *line = stream->line;
	bool first = stream->gate.state == IMAP_GATE_START;
	size_t length = line->len;
	gssize literal;

	while (length && strchr("\r\n", line->str[length - 1]))
		length--;
	if (first && g_ascii_strncasecmp(line->str, "* BYE", 5) == 0)
		return fail_bye(stream, line->str + 5);
	literal = first && is_words(line->str)
			  ? -1
			  : find_literal(line->str, &length);
	if (!imap_gate_line(
		    &stream->gate, line->str, length, literal, stream->ready)) {
		fail(stream, REDRESS_ERROR_INVALID,
			"the server's answer was not understood");
		return false;
	}
	g_string_truncate(line, 0);
	if (literal >= 0)
		return announce_literal(stream, literal);
	stream->response_bytes = 0;
	return true;
}

static size_t feed_literal(ImapStream *stream, const char *bytes, size_t length)
{
	size_t count = MIN(stream->literal_left, length);

	if (stream->gate.hand_on)
		g_string_append_len(stream->ready, bytes, (gssize)count);
	stream->literal_left -= count;
	return count;
}

/* Returns how many bytes were taken; 0: failed. */
static size_t feed_line(ImapStream *stream, const char *bytes, size_t length)
{
	const char *newline = memchr(bytes, '\n', length);
	size_t count = newline ? (size_t)(newline - bytes) + 1 : length;

	stream->response_bytes += count;
	if (stream->response_bytes > RESPONSE_BYTES_MOST) {
		fail(stream, REDRESS_ERROR_PERMANENT,
			"a line of the server is longer than %d bytes",
			RESPONSE_BYTES_MOST);
		return 0;
	}
	g_string_append_len(stream->line, bytes, (gssize)count);
	return !newline || end_line(stream) ? count : 0;
}

static bool feed(ImapStream *stream, const char *bytes, size_t length)
{
	if (length > stream->answer_left) {
		fail(stream, REDRESS_ERROR_PERMANENT,
			"the server's answer is larger than it may be");
		return false;
	}
	stream->answer_left -= length;
	while (length) {
		size_t count = stream->literal_left
				       ? feed_literal(stream, bytes, length)
				       : feed_line(stream, bytes, length);
		if (!count)
			return false;
		bytes += count;
		length -= count;
	}
	return true;
}

/* ---- bytes -------------------------------------------------------------- */

/* What try_read() and try_write() return, of what recv() or send() did. */
static ssize_t judge_plain(ImapStream *stream, ssize_t count)
{
	if (count >= 0)
		return count;
	if (errno == EAGAIN || errno == EINTR)
		return -1;
	fail(stream, REDRESS_ERROR_TEMPORARY, "the connection broke: %s",
		g_strerror(errno));
	return -2;
}

/* The same of what GnuTLS did. */
static ssize_t judge_tls(ImapStream *stream, ssize_t count, short *ret_events)
{
	*ret_events =
		gnutls_record_get_direction(stream->tls) ? POLLOUT : POLLIN;
	if (count >= 0)
		return count;
	if (!gnutls_error_is_fatal((int)count))
		return -1;
	fail(stream, REDRESS_ERROR_TEMPORARY, "the connection broke: %s",
		gnutls_strerror((int)count));
	return -2;
}

/* Bytes, 0 at the end, -1: poll for *ret_events, -2: failed. */
static ssize_t try_read(
	ImapStream *stream, void *bytes, size_t most, short *ret_events)
{
	if (!stream->tls) {
		*ret_events = POLLIN;
		return judge_plain(stream, recv(stream->fd, bytes, most, 0));
	}
	ssize_t count = gnutls_record_recv(stream->tls, bytes, most);
	if (count == GNUTLS_E_PREMATURE_TERMINATION)
		count = 0;
	return judge_tls(stream, count, ret_events);
}

/* What comes next, until there is something for libetpan to read. */
static bool fill(ImapStream *stream)
{
	char bytes[BUFFER_BYTES];
	short events = POLLIN;
	ssize_t count;

	while ((count = try_read(stream, bytes, sizeof(bytes), &events)) == -1)
		if (!wait_in_command(stream, events))
			return false;
	if (count < -1)
		return false;
	/* A trickle never waits: it ends here. */
	if (base_clock_monotonic_ms() > stream->deadline_ms)
		fail(stream, REDRESS_ERROR_TEMPORARY,
			"the server did not finish its answer in time");
	else if (count == 0)
		fail(stream, REDRESS_ERROR_TEMPORARY,
			"the server closed the connection");
	return !stream->problem && feed(stream, bytes, (size_t)count);
}

ssize_t imap_stream_read(ImapStream *stream, void *bytes, size_t most)
{
	while (!stream->problem && stream->taken == stream->ready->len) {
		g_string_truncate(stream->ready, 0);
		stream->taken = 0;
		if (!fill(stream))
			return -1;
	}
	if (stream->problem)
		return -1;
	size_t count = MIN(most, stream->ready->len - stream->taken);
	memcpy(bytes, stream->ready->str + stream->taken, count);
	stream->taken += count;
	return (ssize_t)count;
}

static ssize_t try_write(
	ImapStream *stream, const void *bytes, size_t length, short *ret_events)
{
	if (!stream->tls) {
		*ret_events = POLLOUT;
		return judge_plain(
			stream, send(stream->fd, bytes, length, MSG_NOSIGNAL));
	}
	return judge_tls(stream, gnutls_record_send(stream->tls, bytes, length),
		ret_events);
}

ssize_t imap_stream_write(ImapStream *stream, const void *bytes, size_t length)
{
	short events = POLLOUT;
	ssize_t count = -1;

	if (stream->problem)
		return -1;
	while ((count = try_write(stream, bytes, length, &events)) == -1)
		if (!wait_in_command(stream, events))
			return -1;
	return count < -1 ? -1 : count;
}

/* ---- libetpan's driver -------------------------------------------------- */

static ssize_t driver_read(mailstream_low *low, void *bytes, size_t most)
{
	return imap_stream_read(low->data, bytes, most);
}

static ssize_t driver_write(
	mailstream_low *low, const void *bytes, size_t length)
{
	return imap_stream_write(low->data, bytes, length);
}

static int driver_close(mailstream_low *low)
{
	ImapStream *stream = low->data;

	stream->wrapped = NULL;
	return 0;
}

static int driver_get_fd(mailstream_low *low)
{
	ImapStream *stream = low->data;

	return stream->fd;
}

static void driver_free(mailstream_low *low)
{
	free(low);
}

static struct mailstream_cancel *driver_get_cancel(mailstream_low *low)
{
	(void)low;
	return NULL;
}

mailstream *imap_stream_wrap(ImapStream *stream)
{
	static mailstream_low_driver driver = {
		.mailstream_read = driver_read,
		.mailstream_write = driver_write,
		.mailstream_close = driver_close,
		.mailstream_get_fd = driver_get_fd,
		.mailstream_free = driver_free,
		.mailstream_get_cancel = driver_get_cancel,
	};

	stream->wrapped = mailstream_new(
		mailstream_low_new(stream, &driver), BUFFER_BYTES);
	return stream->wrapped;
}

/* ---- TLS ---------------------------------------------------------------- */

static char *describe_time(time_t time_s)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(time_s);

	return time ? g_date_time_format(time, "%Y-%m-%d") : g_strdup("?");
}

/* The names that a certificate is for, in words. */
static char *describe_names(gnutls_x509_crt_t certificate)
{
	g_autoptr(GString) names = g_string_new(NULL);

	for (unsigned i = 0; i < 10; i++) {
		char name[256];
		size_t size = sizeof(name) - 1;
		int type = gnutls_x509_crt_get_subject_alt_name(
			certificate, i, name, &size, NULL);
		if (type == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			break;
		if (type != GNUTLS_SAN_DNSNAME)
			continue;
		name[size] = '\0';
		g_string_append_printf(
			names, "%s%s", names->len ? ", " : "", name);
	}
	g_autofree char *valid = g_utf8_make_valid(names->str, -1);
	for (char *at = valid; *at; at++)
		if (g_ascii_iscntrl(*at))
			*at = '?';
	return *valid ? g_steal_pointer(&valid) : g_strdup("no name");
}

static void describe_flags(GString *words, gnutls_x509_crt_t certificate,
	unsigned status, const char *host)
{
	g_autofree char *end =
		describe_time(gnutls_x509_crt_get_expiration_time(certificate));
	g_autofree char *start =
		describe_time(gnutls_x509_crt_get_activation_time(certificate));
	g_autofree char *names = describe_names(certificate);
	bool self = gnutls_x509_crt_check_issuer(certificate, certificate);

	if (status & GNUTLS_CERT_EXPIRED)
		g_string_append_printf(words, ", has expired on %s", end);
	if (status & GNUTLS_CERT_NOT_ACTIVATED)
		g_string_append_printf(
			words, ", is not valid before %s", start);
	if (status & GNUTLS_CERT_UNEXPECTED_OWNER)
		g_string_append_printf(
			words, ", is for %s and not for %s", names, host);
	if (status & GNUTLS_CERT_REVOKED)
		g_string_append(words, ", is revoked");
	if (status & GNUTLS_CERT_INSECURE_ALGORITHM)
		g_string_append(words, ", has a signature that is too weak");
	if (self && (status & (GNUTLS_CERT_SIGNER_NOT_FOUND |
				      GNUTLS_CERT_SIGNER_NOT_CA)))
		g_string_append(words, ", is self-signed");
	else if (status & GNUTLS_CERT_SIGNER_NOT_FOUND)
		g_string_append(words,
			", is signed by an authority that is not known here; "
			"name it with ca_file");
}

/* What is wrong with the server's certificate, with its host name. */
static void fail_certificate(ImapStream *stream, const char *host)
{
	unsigned length = 0;
	unsigned status = gnutls_session_get_verify_cert_status(stream->tls);
	const gnutls_datum_t *list =
		gnutls_certificate_get_peers(stream->tls, &length);
	g_autoptr(GString) words = g_string_new(NULL);
	gnutls_x509_crt_t certificate = NULL;

	if (length && gnutls_x509_crt_init(&certificate) == 0) {
		if (gnutls_x509_crt_import(
			    certificate, list, GNUTLS_X509_FMT_DER) == 0)
			describe_flags(words, certificate, status, host);
		gnutls_x509_crt_deinit(certificate);
	}
	fail(stream, REDRESS_ERROR_PERMANENT, "the certificate of %s%s", host,
		words->len ? words->str + 1 : " is not valid");
}

static void fail_handshake(ImapStream *stream, int code, const char *host)
{
	int alert = gnutls_alert_get(stream->tls);

	if (code == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR)
		fail_certificate(stream, host);
	else if (code == GNUTLS_E_UNSUPPORTED_VERSION_PACKET ||
		 (code == GNUTLS_E_FATAL_ALERT_RECEIVED &&
			 alert == GNUTLS_A_PROTOCOL_VERSION))
		fail(stream, REDRESS_ERROR_PERMANENT,
			"%s speaks no TLS of version 1.2 or later", host);
	else if (code == GNUTLS_E_FATAL_ALERT_RECEIVED)
		fail(stream, REDRESS_ERROR_PERMANENT, "%s refused TLS: %s",
			host, gnutls_alert_get_name(alert));
	else
		fail(stream, REDRESS_ERROR_TEMPORARY, "no TLS with %s: %s",
			host, gnutls_strerror(code));
}

static bool load_trust(ImapStream *stream, const char *ca_file, GError **error)
{
	int count;

	gnutls_certificate_allocate_credentials(&stream->credentials);
	count = ca_file ? gnutls_certificate_set_x509_trust_file(
				  stream->credentials, ca_file,
				  GNUTLS_X509_FMT_PEM)
			: gnutls_certificate_set_x509_system_trust(
				  stream->credentials);
	if (count > 0)
		return true;
	g_set_error(error, INTAKE_ERROR, REDRESS_ERROR_INVALID,
		"%s: no certificate of an authority could be read%s%s",
		ca_file ? ca_file : "the system's trust store",
		count < 0 ? ": " : "", count < 0 ? gnutls_strerror(count) : "");
	return false;
}

static bool begin_tls(ImapStream *stream, const char *host, const char *ca_file,
	GError **error)
{
	static const char priority[] =
		"SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";
	int code;

	if (!load_trust(stream, ca_file, error))
		return false;
	gnutls_init(&stream->tls,
		GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
	code = gnutls_priority_set_direct(stream->tls, priority, NULL);
	if (code == 0)
		code = gnutls_credentials_set(stream->tls,
			GNUTLS_CRD_CERTIFICATE, stream->credentials);
	/* An address is no name (RFC 6066, 3). */
	if (code == 0 && !g_hostname_is_ip_address(host))
		code = gnutls_server_name_set(
			stream->tls, GNUTLS_NAME_DNS, host, strlen(host));
	if (code) {
		g_set_error(error, INTAKE_ERROR, REDRESS_ERROR_PERMANENT,
			"TLS cannot be set up: %s", gnutls_strerror(code));
		return false;
	}
	gnutls_session_set_verify_cert(stream->tls, host, 0);
	gnutls_transport_set_int(stream->tls, stream->fd);
	gnutls_handshake_set_timeout(stream->tls, GNUTLS_INDEFINITE_TIMEOUT);
	return true;
}

static bool shake_hands(ImapStream *stream, const char *host)
{
	int code;

	while ((code = gnutls_handshake(stream->tls)) < 0) {
		if (gnutls_error_is_fatal(code)) {
			fail_handshake(stream, code, host);
			return false;
		}
		if (!wait_in_command(stream,
			    gnutls_record_get_direction(stream->tls) ? POLLOUT
								     : POLLIN))
			return false;
	}
	return true;
}

bool imap_stream_secure(ImapStream *stream, const char *host,
	const char *ca_file, GError **error)
{
	/* What somebody on the way put behind the answer to STARTTLS would
	 * count as said under TLS (CVE-2011-0411). */
	if (stream->wrapped)
		stream->wrapped->read_buffer_len = 0;
	g_string_truncate(stream->line, 0);
	g_string_truncate(stream->ready, 0);
	stream->taken = stream->literal_left = stream->response_bytes = 0;
	stream->gate = (ImapGate){0};
	if (!begin_tls(stream, host, ca_file, error))
		return false;
	if (shake_hands(stream, host))
		return true;
	g_propagate_error(error, g_error_copy(stream->problem));
	return false;
}

bool imap_stream_is_secure(const ImapStream *stream)
{
	return stream->tls != NULL;
}

/* ---- connecting --------------------------------------------------------- */

ImapStream *imap_stream_new(int fd, const ImapStreamOptions *options)
{
	ImapStream *stream = g_new0(ImapStream, 1);
	int on = 1;

	stream->fd = fd;
	stream->literal_bytes = options->literal_bytes;
	stream->deadline_ms = options->deadline_ms;
	stream->answer_left = RESPONSE_BYTES_MOST;
	stream->line = g_string_new(NULL);
	stream->ready = g_string_new(NULL);
	stream->stop_fd = -1;
	if (options->stop) {
		stream->stop = g_object_ref(options->stop);
		stream->stop_fd = g_cancellable_get_fd(stream->stop);
	}
	if (fd >= 0) {
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	}
	return stream;
}

void imap_stream_free(ImapStream *stream)
{
	if (!stream)
		return;
	if (stream->tls)
		gnutls_deinit(stream->tls);
	if (stream->credentials)
		gnutls_certificate_free_credentials(stream->credentials);
	if (stream->fd >= 0)
		close(stream->fd);
	if (stream->stop) {
		if (stream->stop_fd >= 0)
			g_cancellable_release_fd(stream->stop);
		g_object_unref(stream->stop);
	}
	g_string_free(stream->line, TRUE);
	g_string_free(stream->ready, TRUE);
	g_clear_error(&stream->problem);
	g_free(stream);
}

/* One address; the time for all of them is shared. */
static bool connect_address(ImapStream *stream, GInetAddress *address,
	unsigned port, int64_t until_ms, GError **error)
{
	g_autoptr(GSocketAddress) place =
		g_inet_socket_address_new(address, (guint16)port);
	struct sockaddr_storage native;
	gssize size = g_socket_address_get_native_size(place);
	int on = 1, problem = 0;
	socklen_t length = sizeof(problem);

	if (!g_socket_address_to_native(place, &native, sizeof(native), error))
		return false;
	stream->fd = socket(native.ss_family,
		SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	setsockopt(stream->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(stream->fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	if (connect(stream->fd, (struct sockaddr *)&native, (socklen_t)size) <
		0)
		problem = errno;
	if (problem == EINPROGRESS) {
		int state = wait_for(stream, POLLOUT, until_ms);
		problem = state == 0 ? ETIMEDOUT : ECANCELED;
		if (state > 0)
			getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &problem,
				&length);
	}
	stream->loopback = g_inet_address_get_is_loopback(address);
	if (!problem)
		return true;
	g_set_error_literal(error, INTAKE_ERROR, REDRESS_ERROR_TEMPORARY,
		g_strerror(problem));
	close(stream->fd);
	stream->fd = -1;
	return false;
}

static bool connect_any(
	ImapStream *stream, GList *addresses, unsigned port, GError **error)
{
	guint left = g_list_length(addresses);

	for (GList *at = addresses; at; at = at->next, left--) {
		int64_t now_ms = base_clock_monotonic_ms();
		int64_t share_ms = (stream->deadline_ms - now_ms) / left;
		if (error)
			g_clear_error(error);
		if (connect_address(
			    stream, at->data, port, now_ms + share_ms, error))
			return true;
		if (g_cancellable_is_cancelled(stream->stop))
			return false;
	}
	return false;
}

ImapStream *imap_stream_connect(const char *host, unsigned port,
	const ImapStreamOptions *options, GError **error)
{
	g_autoptr(GResolver) resolver = g_resolver_get_default();
	g_autoptr(ImapStream) stream = imap_stream_new(-1, options);
	g_autoptr(GError) problem = NULL;
	GList *addresses = g_resolver_lookup_by_name(
		resolver, host, options->stop, &problem);
	bool connected =
		addresses && connect_any(stream, addresses, port, &problem);

	g_resolver_free_addresses(addresses);
	if (connected)
		return g_steal_pointer(&stream);
	g_set_error(error, INTAKE_ERROR, REDRESS_ERROR_TEMPORARY,
		"%s port %u cannot be reached: %s", host, port,
		problem ? problem->message : "no address");
	return NULL;
}

bool imap_stream_is_loopback(const ImapStream *stream)
{
	return stream->loopback;
}
