/* What an IMAP server says, from its greeting on, to a whole conversation. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../src/intake/imap.h"
#include "fuzz.h"

/* What a socket takes before anybody reads. */
enum { MOST_BYTES = 64 * 1024, MOST_MAIL_BYTES = 4096, TIMEOUT_S = 60 };

typedef struct Talk Talk;
struct Talk {
	IntakeImapOptions options;
	ImapSession *session;
	int peer;
};

static bool open_talk(Talk *talk, const guint8 *bytes, size_t length)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return false;
	ImapStreamOptions stream = {
		.literal_bytes = MOST_MAIL_BYTES,
		.deadline_ms = base_clock_monotonic_ms() + TIMEOUT_S * 1000,
	};
	talk->peer = fds[1];
	talk->options = (IntakeImapOptions){
		.folder = "INBOX",
		.command_timeout_s = TIMEOUT_S,
		.message_bytes = MOST_MAIL_BYTES,
	};
	talk->session = g_new0(ImapSession, 1);
	talk->session->options = &talk->options;
	talk->session->imap = mailimap_new(0, NULL);
	talk->session->capabilities =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	talk->session->stream = imap_stream_new(fds[0], &stream);
	bool whole = send(talk->peer, bytes, length,
			     MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)length;
	shutdown(talk->peer, SHUT_WR);
	return whole;
}

static void check_words(const ImapSession *session)
{
	g_autofree char *words = imap_session_words(session);
	g_autofree char *can = imap_session_capabilities(session);

	fuzz_check_text(words);
	fuzz_check_text(can);
	FUZZ_PROMISE(
		!strpbrk(words, "\r\n\033"), "what was said is one clean line");
}

static void check_mails(ImapSession *session)
{
	g_autoptr(GArray) mails = NULL;
	g_autoptr(GPtrArray) bytes = NULL;

	if (!imap_session_list(session, 1, 1000, &mails, NULL))
		return;
	for (guint i = 0; i < mails->len; i++) {
		const ImapMail *mail = &g_array_index(mails, ImapMail, i);
		FUZZ_PROMISE(mail->uid >= 1 && mail->uid <= 1000,
			"no mail that was not asked for");
		FUZZ_PROMISE(!i || mail[-1].uid < mail->uid,
			"each mail once, in order");
	}
	if (!mails->len || !imap_session_fetch(session,
				   (const ImapMail *)(void *)mails->data,
				   mails->len, &bytes, NULL))
		return;
	FUZZ_PROMISE(bytes->len == mails->len, "a place for each mail");
	for (guint i = 0; i < bytes->len; i++)
		FUZZ_PROMISE(
			!bytes->pdata[i] ||
				g_bytes_get_size(bytes->pdata[i]) <= MOST_BYTES,
			"no mail is larger than allowed");
}

static void converse(ImapSession *session)
{
	ImapFolder folder;
	bool news;
	mailstream *wrapped = imap_stream_wrap(session->stream);
	int code = mailimap_connect(session->imap, wrapped);

	if (code != MAILIMAP_NO_ERROR_NON_AUTHENTICATED)
		return;
	imap_session_command(session, "CAPABILITY", "capabilities", NULL);
	imap_session_learn(session);
	check_words(session);
	session->imap->imap_state = MAILIMAP_STATE_AUTHENTICATED;
	g_autofree char *sent = imap_session_find_sent(session, NULL);
	fuzz_check_text(sent);
	if (!imap_session_select(session, "INBOX", &folder, NULL))
		return;
	check_mails(session);
	imap_session_idle(session, base_clock_monotonic_ms(), &news, NULL);
	check_mails(session);
	check_words(session);
}

void fuzz_imap(const guint8 *bytes, size_t length)
{
	Talk talk = {.peer = -1};

	if (length > MOST_BYTES)
		return;
	if (open_talk(&talk, bytes, length))
		converse(talk.session);
	imap_session_free(talk.session);
	if (talk.peer >= 0)
		close(talk.peer);
}
