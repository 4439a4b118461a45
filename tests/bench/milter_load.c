/*
 * An MTA's side of the milter protocol (version 6, as libmilter/mfdef.h names
 * it), as fast as the milter takes it: what SMTP in front would cost is left
 * out, so that mails wait for the milter and not the milter for mails.
 *
 *	milter_load SOCKET RECIPIENT CONNECTIONS MAILS [FIRST]
 *
 * Each connection is kept, negotiates as Postfix does and carries one mail
 * after the other.  No two mails are alike: sender, Message-ID and text hold a
 * number that counts from FIRST (default 0).  Prints mails a second; ends with
 * 1 if a mail was answered with anything but "continue" or "accept".
 */
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib.h>
#include <libmilter/mfdef.h>

enum { MAIL_BYTES = 2000, ACTIONS = SMFI_CURR_ACTS, STEPS = SMFI_CURR_PROT };

static const char *socket_path, *recipient;
static int first, mails;
static gint next_mail, refused; /* atomic */

typedef struct Session Session;
struct Session {
	int fd;
	uint32_t steps; /* as negotiated */
	GByteArray *out;
	GByteArray *in; /* the packet that was read last */
};

G_NORETURN static void stop(const char *problem)
{
	fprintf(stderr, "milter_load: %s\n", problem);
	exit(1);
}

/* ---- packets ----------------------------------------------------------- */

static void put(Session *session, char command, const void *data, size_t length)
{
	uint32_t size = htonl((uint32_t)length + 1);

	g_byte_array_append(session->out, (const guint8 *)&size, sizeof(size));
	g_byte_array_append(session->out, (const guint8 *)&command, 1);
	g_byte_array_append(session->out, data, (guint)length);
}

/* Strings, each with its NUL; the last argument is NULL. */
G_GNUC_NULL_TERMINATED
static void put_strings(Session *session, char command, const char *prefix, ...)
{
	g_autoptr(GString) data = g_string_new(prefix);
	const char *text;
	va_list texts;

	va_start(texts, prefix);
	while ((text = va_arg(texts, const char *)))
		g_string_append_len(data, text, (gssize)strlen(text) + 1);
	va_end(texts);
	put(session, command, data->str, data->len);
}

/* As Postfix does: what needs no answer goes out with what does. */
static void flush(Session *session)
{
	const guint8 *at = session->out->data;
	size_t left = session->out->len;

	while (left) {
		ssize_t done = send(session->fd, at, left, MSG_NOSIGNAL);
		if (done <= 0)
			stop("the milter closed the connection");
		at += done;
		left -= (size_t)done;
	}
	g_byte_array_set_size(session->out, 0);
}

static void read_exactly(int fd, void *bytes, size_t length)
{
	if (recv(fd, bytes, length, MSG_WAITALL) != (ssize_t)length)
		stop("the milter closed the connection");
}

static char read_packet(Session *session)
{
	uint32_t size;
	char command;

	read_exactly(session->fd, &size, sizeof(size));
	read_exactly(session->fd, &command, 1);
	g_byte_array_set_size(session->in, ntohl(size) - 1);
	if (session->in->len)
		read_exactly(session->fd, session->in->data, session->in->len);
	return command;
}

/* The answer that ends a step; what changes the mail is read over. */
static char read_answer(Session *session)
{
	flush(session);
	for (;;) {
		char answer = read_packet(session);
		if (!strchr("+-2behilmpq", answer))
			return answer;
	}
}

/* ---- a session --------------------------------------------------------- */

/* True if the mail goes on: the step was left out or unanswered, or the
 * milter wants more. */
static bool go_on(Session *session, uint32_t no_reply)
{
	if (session->steps & no_reply)
		return true;
	char answer = read_answer(session);
	if (answer == SMFIR_CONTINUE || answer == SMFIR_SKIP)
		return true;
	if (answer != SMFIR_ACCEPT)
		g_atomic_int_inc(&refused);
	return false;
}

static void negotiate(Session *session)
{
	uint32_t offer[3] = {
		htonl(SMFI_PROT_VERSION), htonl(ACTIONS), htonl(STEPS)};
	uint32_t wanted[3];

	put(session, SMFIC_OPTNEG, offer, sizeof(offer));
	flush(session);
	if (read_packet(session) != SMFIC_OPTNEG ||
		session->in->len < sizeof(wanted))
		stop("the milter does not negotiate");
	memcpy(wanted, session->in->data, sizeof(wanted));
	session->steps = ntohl(wanted[2]);
}

static void greet(Session *session)
{
	static const char peer[] = "client.example\0"
				   "4\x30\x39"
				   "127.0.0.1";

	if (!(session->steps & SMFIP_NOCONNECT)) {
		put_strings(session, SMFIC_MACRO, "C", "j", "mail.example.com",
			NULL);
		put(session, SMFIC_CONNECT, peer, sizeof(peer));
		go_on(session, SMFIP_NR_CONN);
	}
	if (!(session->steps & SMFIP_NOHELO)) {
		put_strings(session, SMFIC_HELO, "", "client.example", NULL);
		go_on(session, SMFIP_NR_HELO);
	}
}

static void open_session(Session *session)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	g_strlcpy(address.sun_path, socket_path, sizeof(address.sun_path));
	session->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (session->fd < 0 || connect(session->fd, (struct sockaddr *)&address,
				       sizeof(address)) != 0)
		stop("cannot connect to the milter");
	session->out = g_byte_array_new();
	session->in = g_byte_array_new();
	negotiate(session);
	greet(session);
}

static void close_session(Session *session)
{
	put(session, SMFIC_QUIT, "", 0);
	flush(session);
	close(session->fd);
	g_byte_array_unref(session->out);
	g_byte_array_unref(session->in);
}

/* ---- a mail ------------------------------------------------------------ */

static bool put_envelope(Session *session, const char *sender)
{
	g_autofree char *from = g_strdup_printf("<%s>", sender);
	g_autofree char *to = g_strdup_printf("<%s>", recipient);

	if (!(session->steps & SMFIP_NOMAIL)) {
		put_strings(session, SMFIC_MACRO, "M", "{mail_addr}", sender,
			"{client_addr}", "127.0.0.1", NULL);
		put_strings(session, SMFIC_MAIL, "", from, NULL);
		if (!go_on(session, SMFIP_NR_MAIL))
			return false;
	}
	if (!(session->steps & SMFIP_NORCPT)) {
		put_strings(session, SMFIC_MACRO, "R", "{rcpt_addr}", recipient,
			NULL);
		put_strings(session, SMFIC_RCPT, "", to, NULL);
		if (!go_on(session, SMFIP_NR_RCPT))
			return false;
	}
	if (session->steps & SMFIP_NODATA)
		return true;
	put(session, SMFIC_DATA, "", 0);
	return go_on(session, SMFIP_NR_DATA);
}

static bool put_header(Session *session, const char *name, const char *value)
{
	g_autofree char *spaced = g_strconcat(
		session->steps & SMFIP_HDR_LEADSPC ? " " : "", value, NULL);

	put_strings(session, SMFIC_HEADER, "", name, spaced, NULL);
	return go_on(session, SMFIP_NR_HDR);
}

static bool put_headers(Session *session, const char *sender, int number)
{
	g_autofree char *from = g_strdup_printf("Ann Customer <%s>", sender);
	g_autofree char *id =
		g_strdup_printf("<%d.%d@customer.example>", number, getpid());
	g_autofree char *subject =
		g_strdup_printf("My parcel %d arrived broken", number);
	const char *headers[][2] = {
		{"From", from},
		{"To", recipient},
		{"Subject", subject},
		{"Message-ID", id},
		{"Date", "Mon, 05 Jan 2026 10:00:00 +0000"},
		{"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(headers); i++)
		if (!put_header(session, headers[i][0], headers[i][1]))
			return false;
	if (session->steps & SMFIP_NOEOH)
		return true;
	put(session, SMFIC_EOH, "", 0);
	return go_on(session, SMFIP_NR_EOH);
}

static bool put_body(Session *session, int number)
{
	g_autoptr(GString) text = g_string_new("Hello,\r\n\r\n");

	for (int line = 0; text->len < MAIL_BYTES; line++)
		g_string_append_printf(text,
			"the kettle %d that I bought from you came in pieces, "
			"%d of them.\r\n",
			number, line);
	g_string_append(text, "I want my money back.\r\n\r\nAnn\r\n");
	put(session, SMFIC_BODY, text->str, text->len);
	return go_on(session, SMFIP_NR_BODY);
}

static void send_mail(Session *session, int number)
{
	g_autofree char *sender =
		g_strdup_printf("c%d@customer.example", number);
	g_autofree char *queue_id = g_strdup_printf("Q%X", (unsigned)number);

	if (!put_envelope(session, sender) ||
		!put_headers(session, sender, number) ||
		!put_body(session, number))
		return;
	put_strings(session, SMFIC_MACRO, "E", "i", queue_id, NULL);
	put(session, SMFIC_BODYEOB, "", 0);
	go_on(session, 0);
}

static void *run_session(void *unused)
{
	Session session = {0};

	(void)unused;
	open_session(&session);
	for (;;) {
		int number = g_atomic_int_add(&next_mail, 1);
		if (number >= mails)
			break;
		send_mail(&session, first + number);
	}
	close_session(&session);
	return NULL;
}

int main(int argc, char **argv)
{
	g_autoptr(GPtrArray) threads = g_ptr_array_new();

	if (argc < 5 || argc > 6) {
		fprintf(stderr, "usage: milter_load SOCKET RECIPIENT "
				"CONNECTIONS MAILS [FIRST]\n");
		return 2;
	}
	socket_path = argv[1];
	recipient = argv[2];
	mails = atoi(argv[4]);
	first = argc > 5 ? atoi(argv[5]) : 0;
	gint64 start_us = g_get_monotonic_time();
	for (int i = 0; i < atoi(argv[3]); i++)
		g_ptr_array_add(
			threads, g_thread_new("session", run_session, NULL));
	for (guint i = 0; i < threads->len; i++)
		g_thread_join(g_ptr_array_index(threads, i));
	gint64 taken_us = g_get_monotonic_time() - start_us;

	printf("%.1f\n", mails * 1e6 / (double)taken_us);
	if (refused)
		fprintf(stderr, "milter_load: %d mails not taken\n", refused);
	return refused ? 1 : 0;
}
