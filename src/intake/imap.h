/*
 * What the IMAP files share; only they know libetpan and GnuTLS.  libetpan
 * parses what the server says.  The connection, its bounds and deadlines, TLS
 * and what is sent are ours: see imap_stream.c for why.
 */
#ifndef REDRESS_INTAKE_IMAP_H
#define REDRESS_INTAKE_IMAP_H

#include <gio/gio.h>
#include <libetpan/libetpan.h>

#include "internal.h"

/* ---- imap_stream.c: a connection --------------------------------------- */

typedef struct ImapStream ImapStream;

typedef struct ImapStreamOptions ImapStreamOptions;
struct ImapStreamOptions {
	size_t literal_bytes; /* of one literal, at most */
	GCancellable *stop;   /* ends every wait at once (nullable) */
	int64_t deadline_ms;  /* of the first command, monotonic */
};

/* Tries each address of the host.  (transfer full) */
ImapStream *imap_stream_connect(const char *host, unsigned port,
	const ImapStreamOptions *options, GError **error);
/* Of a connected socket, which it owns from then on.  (transfer full) */
ImapStream *imap_stream_new(int fd, const ImapStreamOptions *options);
void imap_stream_free(ImapStream *stream);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImapStream, imap_stream_free)

/* TLS from here on; certificate and host name must be right.  What has come in
 * clear and was not read is dropped.  ca_file: (nullable) the system's. */
bool imap_stream_secure(ImapStream *stream, const char *host,
	const char *ca_file, GError **error);
bool imap_stream_is_secure(const ImapStream *stream);
bool imap_stream_is_loopback(const ImapStream *stream);

/* What the next command may take: until when, and bytes of its answer. */
void imap_stream_begin(
	ImapStream *stream, int64_t deadline_ms, size_t answer_bytes);

/* For mailimap_connect(), which makes it the session's; the stream must live
 * longer.  (transfer full) */
mailstream *imap_stream_wrap(ImapStream *stream);

/* As libetpan reads and writes: bytes, or -1 (never 0), then the stream stays
 * broken and imap_stream_problem() says why. */
ssize_t imap_stream_read(ImapStream *stream, void *bytes, size_t most);
ssize_t imap_stream_write(ImapStream *stream, const void *bytes, size_t length);

/* Waits for bytes until then (monotonic); *ret_ready: there are some.  False:
 * told to stop. */
bool imap_stream_wait(ImapStream *stream, int64_t until_ms, bool *ret_ready);

/* Every read and write fails from here on. */
void imap_stream_break(ImapStream *stream);

/* Why it is broken; NULL: it is not.  (transfer none) */
const GError *imap_stream_problem(const ImapStream *stream);

/* ---- imap_gate.c -------------------------------------------------------- */

/* Of one connection; all zero at its start. */
typedef struct ImapGate ImapGate;
struct ImapGate {
	enum {
		IMAP_GATE_START, /* of a response */
		IMAP_GATE_FETCH, /* behind a literal of one */
		IMAP_GATE_LIST,
		IMAP_GATE_SKIP, /* of one that is left out */
	} state;
	bool greeted;
	bool hand_on;    /* the literal that follows */
	char number[11]; /* of the FETCH */
	unsigned items;  /* of it that were handed on */
	unsigned depth;  /* of brackets in a value that is left out */
};

/*
 * A line without its end, or up to a literal of so many bytes (-1: none)
 * without that "{...}".  Appends what libetpan is to read of it, perhaps
 * nothing.  False: it is not understood.
 */
bool imap_gate_line(ImapGate *gate, const char *line, size_t length,
	gssize literal, GString *out);

/* ---- imap_session.c: commands ------------------------------------------- */

typedef struct ImapSession ImapSession;
struct ImapSession {
	const IntakeImapOptions *options;
	GCancellable *stop; /* (nullable) */
	ImapStream *stream;
	mailimap *imap;
	GHashTable *capabilities; /* upper case */
	int64_t token_expires_ms; /* 0: not known */
};

/* What SELECT told. */
typedef struct ImapFolder ImapFolder;
struct ImapFolder {
	uint32_t validity, next, exists;
	bool keeps_mark; /* $Redress can be kept */
};

/* A mail as the list shows it. */
typedef struct ImapMail ImapMail;
struct ImapMail {
	uint32_t uid;
	uint32_t size_bytes;
	int64_t internal_s;
};

/* Ends the connection without waiting for the server. */
void imap_session_free(ImapSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImapSession, imap_session_free)

bool imap_session_has(const ImapSession *session, const char *capability);
/* "IDLE, MOVE, ...", sorted.  (transfer full) */
char *imap_session_capabilities(const ImapSession *session);

/* A command in the bounds of time and bytes; the answer is then in
 * session->imap.  what: for the error, "SELECT of the folder".  PERMANENT: the
 * server said NO. */
bool imap_session_command(ImapSession *session, const char *command,
	const char *what, GError **error);
/* The same with a bound on the answer, in bytes. */
bool imap_session_ask(ImapSession *session, const char *command,
	const char *what, size_t answer_bytes, GError **error);
/* Fails with what libetpan and the stream say of the last command. */
bool imap_session_fail(
	ImapSession *session, int code, const char *what, GError **error);
/* What the server said last, in one clean line.  (transfer full) */
char *imap_session_words(const ImapSession *session);
/* A folder's name, UTF-8, as a quoted string.  (transfer full) */
char *imap_session_quote(const char *folder, GError **error);
void imap_session_learn(ImapSession *session);

bool imap_session_select(ImapSession *session, const char *folder,
	ImapFolder *ret_folder, GError **error);

/* Mails with these UIDs, ascending; those that are gone are left out.
 * (element-type ImapMail) */
bool imap_session_list(ImapSession *session, uint32_t first, uint32_t last,
	GArray **ret_mails, GError **error);

/* Bytes of mails, in their order; NULL where a mail is gone.  A mail larger
 * than options->message_bytes: its header alone. (element-type GBytes) */
bool imap_session_fetch(ImapSession *session, const ImapMail *mails,
	size_t length, GPtrArray **ret_bytes, GError **error);

/* Marks with $Redress, or moves.  uids: ascending. */
bool imap_session_mark(ImapSession *session, const uint32_t *uids,
	size_t length, GError **error);
bool imap_session_move(ImapSession *session, const uint32_t *uids,
	size_t length, const char *folder, GError **error);

/* Until the folder changes, or that time; *ret_news: something was said. Where
 * the server does not take it: PERMANENT. */
bool imap_session_idle(
	ImapSession *session, int64_t until_ms, bool *ret_news, GError **error);

/* The folder that the server marks for sent mail.  (transfer full) */
char *imap_session_find_sent(ImapSession *session, GError **error);

bool imap_session_append(
	ImapSession *session, const char *folder, GBytes *mail, GError **error);

/* ---- imap_login.c -------------------------------------------------------- */

/* Connects and logs in.  (transfer full) */
ImapSession *imap_login(
	const IntakeImapOptions *options, GCancellable *stop, GError **error);

#endif
