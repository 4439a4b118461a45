/*
 * A mailbox by IMAP: a thread that is connected as long as it can be, and waits
 * a little longer after each failure.  It fails alone.
 */
#include "imap_follow.h"

#include <string.h>

enum {
	/* RFC 2177 allows 29 minutes; what stands between forgets sooner. */
	IDLE_MOST_S = 9 * 60,
	POLL_LEAST_S = 1,
	BACKOFF_MOST_S = 300,
	/* The operator hears of a trouble that stays, not each time. */
	TELL_EVERY = 10,
	TOKEN_SHORT_MS = 10 * 60 * 1000,
	BARREN_PAUSE_MS = 100,
	BARREN_PAUSE_MOST_MS = 5000,
};

struct IntakeImap {
	IntakeImapOptions options; /* strings are copies */
	ImapFollower follower;
	GThread *thread;
	ImapPlace inbox, sent;
	unsigned failures;
	char *last_problem;
	bool no_sent;    /* asked for, and not there */
	bool no_idle;    /* offered, and refused */
	unsigned barren; /* news in a row that brought no mail */
	int64_t sent_due_ms;
	bool token_told;
	bool reached; /* at least once */
};

/* ---- options ------------------------------------------------------------ */

static void copy_options(
	IntakeImapOptions *copy, const IntakeImapOptions *options)
{
	const char **strings[] = {&copy->mailbox, &copy->host, &copy->ca_file,
		&copy->login, &copy->password_file, &copy->password_command,
		&copy->oauth2_token_file, &copy->oauth2_command, &copy->folder,
		&copy->move_to, &copy->sent_folder};

	*copy = *options;
	for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
		*strings[i] = g_strdup(*strings[i]);
}

static void clear_options(IntakeImapOptions *copy)
{
	const char *strings[] = {copy->mailbox, copy->host, copy->ca_file,
		copy->login, copy->password_file, copy->password_command,
		copy->oauth2_token_file, copy->oauth2_command, copy->folder,
		copy->move_to, copy->sent_folder};

	for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
		g_free((char *)strings[i]);
}

/* ---- what is told ------------------------------------------------------- */

static void tell(IntakeImap *imap, const GError *problem)
{
	if (imap->options.told)
		imap->options.told(
			imap->options.mailbox, problem, imap->options.user);
}

static void note_success(IntakeImap *imap, const ImapSession *session)
{
	g_autofree char *can = imap_session_capabilities(session);

	if (imap->failures || !imap->reached)
		tell(imap, NULL);
	imap->reached = true;
	imap->failures = 0;
	g_clear_pointer(&imap->last_problem, g_free);
	if (imap->inbox.state) {
		g_free(imap->inbox.state->capabilities);
		imap->inbox.state->capabilities = g_steal_pointer(&can);
	}
	imap_place_note(&imap->follower, &imap->inbox, NULL);
}

static void note_failure(IntakeImap *imap, const GError *problem)
{
	bool news = g_strcmp0(imap->last_problem, problem->message) != 0;

	if (news || imap->failures % TELL_EVERY == 0)
		tell(imap, problem);
	imap->failures++;
	g_free(imap->last_problem);
	imap->last_problem = g_strdup(problem->message);
	if (imap_place_load(&imap->follower, &imap->inbox, NULL))
		imap_place_note(&imap->follower, &imap->inbox, problem);
}

/* A file is renewed by somebody else, who may have forgotten. */
static void watch_token(IntakeImap *imap, const ImapSession *session)
{
	int64_t left_ms = session->token_expires_ms - base_clock_monotonic_ms();

	if (!session->token_expires_ms || left_ms > TOKEN_SHORT_MS ||
		imap->options.oauth2_command || imap->token_told)
		return;
	imap->token_told = true;
	g_autoptr(GError) problem = g_error_new(INTAKE_ERROR,
		REDRESS_ERROR_TEMPORARY,
		"the access token in %s ends in %" G_GINT64_FORMAT
		" s: it must be renewed",
		imap->options.oauth2_token_file, MAX(left_ms, 0) / 1000);
	tell(imap, problem);
}

/* ---- waiting ------------------------------------------------------------ */

static bool stopped(const IntakeImap *imap)
{
	return g_cancellable_is_cancelled(imap->follower.stop);
}

/* At once over when it is told to stop. */
static void pause_ms(IntakeImap *imap, int64_t time_ms)
{
	int64_t until_ms = base_clock_monotonic_ms() + time_ms;
	GPollFD polled = {0};

	if (!g_cancellable_make_pollfd(imap->follower.stop, &polled))
		return;
	while (!stopped(imap)) {
		int64_t left_ms = until_ms - base_clock_monotonic_ms();
		if (left_ms <= 0)
			break;
		g_poll(&polled, 1, (int)MIN(left_ms, G_MAXINT));
	}
	g_cancellable_release_fd(imap->follower.stop);
}

/* 1, 2, 4 ... 300 s; up to half of it less, so that not all mailboxes of a
 * provider come back at the same moment. */
static int64_t backoff_ms(unsigned failures)
{
	int64_t most_ms =
		MIN(1 << MIN(failures ? failures - 1 : 0, 9), BACKOFF_MOST_S) *
		INT64_C(1000);

	return most_ms / 2 + g_random_int_range(0, (gint32)(most_ms / 2));
}

static bool watches_sent(const IntakeImap *imap)
{
	return imap->sent.name != NULL;
}

/* A server that says something all the time, and never of new mail, is asked
 * less often. */
static void slow_down(IntakeImap *imap, bool news, unsigned taken)
{
	imap->barren = news && !taken ? imap->barren + 1 : 0;
	if (imap->barren > 3)
		pause_ms(imap, MIN((int64_t)imap->barren * BARREN_PAUSE_MS,
				       BARREN_PAUSE_MOST_MS));
}

static bool wait_for_news(
	IntakeImap *imap, ImapSession *session, bool *ret_news, GError **error)
{
	g_autoptr(GError) problem = NULL;
	int64_t poll_s = MAX(imap->options.poll_every_s, POLL_LEAST_S);
	int64_t idle_s =
		watches_sent(imap) ? MIN(poll_s, IDLE_MOST_S) : IDLE_MOST_S;

	*ret_news = false;
	if (!imap_session_has(session, "IDLE") || imap->no_idle) {
		pause_ms(imap, poll_s * 1000);
		return true;
	}
	if (imap_session_idle(session,
		    base_clock_monotonic_ms() + idle_s * 1000, ret_news,
		    &problem))
		return true;
	/* Refused, with the connection as good as before. */
	imap->no_idle = !imap_stream_problem(session->stream) &&
			problem->code == REDRESS_ERROR_PERMANENT;
	if (imap->no_idle)
		return true;
	g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}

/* ---- a connection ------------------------------------------------------- */

/* NULL in options: not watched. */
static void find_sent(IntakeImap *imap, ImapSession *session)
{
	const char *wanted =
		imap->options.watch_sent ? imap->options.sent_folder : NULL;
	g_autoptr(GError) problem = NULL;

	if (!wanted || imap->sent.name || imap->no_sent)
		return;
	imap->sent.name = strcmp(wanted, INTAKE_IMAP_AUTO) == 0
				  ? imap_session_find_sent(session, &problem)
				  : g_strdup(wanted);
	if (imap->sent.name || imap_stream_problem(session->stream))
		return;
	imap->no_sent = true;
	tell(imap, problem);
}

/* Trouble with sent mail holds nothing up. */
static bool look_at_sent(IntakeImap *imap, ImapSession *session, GError **error)
{
	g_autoptr(GError) problem = NULL;
	int64_t now_ms = base_clock_monotonic_ms();
	unsigned taken;

	if (!watches_sent(imap) || now_ms < imap->sent_due_ms)
		return true;
	imap->sent_due_ms =
		now_ms + MAX(imap->options.poll_every_s, POLL_LEAST_S) * 1000;
	if (imap_follow_look(
		    &imap->follower, session, &imap->sent, &taken, &problem)) {
		imap_place_note(&imap->follower, &imap->sent, NULL);
		return true;
	}
	imap_place_note(&imap->follower, &imap->sent, problem);
	if (!imap_stream_problem(session->stream) && !stopped(imap)) {
		tell(imap, problem);
		return true;
	}
	g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}

static bool run_session(IntakeImap *imap, GError **error)
{
	g_autoptr(ImapSession) session =
		imap_login(&imap->options, imap->follower.stop, error);
	bool news = false;
	unsigned taken;

	if (!session)
		return false;
	imap->token_told = false;
	imap->barren = 0;
	find_sent(imap, session);
	while (!stopped(imap)) {
		/* The folder that is selected last is the one to wait in. */
		if (!look_at_sent(imap, session, error) ||
			!imap_follow_look(&imap->follower, session,
				&imap->inbox, &taken, error))
			return false;
		note_success(imap, session);
		watch_token(imap, session);
		slow_down(imap, news, taken);
		if (!wait_for_news(imap, session, &news, error))
			return false;
	}
	return true;
}

static void *imap_main(void *data)
{
	IntakeImap *imap = data;

	while (!stopped(imap)) {
		g_autoptr(GError) problem = NULL;
		if (run_session(imap, &problem) || stopped(imap))
			break;
		note_failure(imap, problem);
		pause_ms(imap, backoff_ms(imap->failures));
	}
	return NULL;
}

/* ---- start and stop ----------------------------------------------------- */

IntakeImap *intake_imap_start(const IntakeImapOptions *options)
{
	IntakeImap *imap = g_new0(IntakeImap, 1);

	copy_options(&imap->options, options);
	imap->follower.options = &imap->options;
	imap->follower.stop = g_cancellable_new();
	imap->follower.pool = g_thread_pool_new(imap_follow_work,
		&imap->follower, IMAP_FOLLOW_THREADS, FALSE, NULL);
	imap->inbox.name = g_strdup(options->folder);
	imap->sent.sent = true;
	imap->thread = g_thread_new("imap", imap_main, imap);
	return imap;
}

void intake_imap_stop(IntakeImap *imap)
{
	if (!imap)
		return;
	g_cancellable_cancel(imap->follower.stop);
	g_thread_join(imap->thread);
	g_thread_pool_free(imap->follower.pool, FALSE, TRUE);
	g_object_unref(imap->follower.stop);
	imap_place_clear(&imap->inbox);
	imap_place_clear(&imap->sent);
	g_free(imap->last_problem);
	clear_options(&imap->options);
	g_free(imap);
}

/* ---- trying it ---------------------------------------------------------- */

static void describe_ways(GString *words, const ImapSession *session)
{
	static const struct {
		const char *name, *with, *without;
	} ways[] = {
		{"IDLE", "tells of new mail at once (IDLE)",
			"is asked for new mail (no IDLE)"},
		{"MOVE", "moves mail (MOVE)", NULL},
		{"UIDPLUS", "expunges single mails (UIDPLUS)", NULL},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
		const char *way = imap_session_has(session, ways[i].name)
					  ? ways[i].with
					  : ways[i].without;
		if (way)
			g_string_append_printf(words, "; %s", way);
	}
}

static char *describe(const ImapSession *session, const ImapFolder *folder,
	const char *sent_folder)
{
	GString *words = g_string_new(NULL);

	g_string_append_printf(words, "logged in%s; %s has %u mails",
		imap_stream_is_secure(session->stream) ? " with TLS" : "",
		session->options->folder, folder->exists);
	describe_ways(words, session);
	if (!session->options->move_to && !folder->keeps_mark)
		g_string_append(
			words, "; keeps no mark of ours ($Redress) on mails");
	if (sent_folder)
		g_string_append_printf(
			words, "; sent mail is in %s", sent_folder);
	return g_string_free(words, FALSE);
}

static bool find_sent_name(
	ImapSession *session, char **ret_name, GError **error)
{
	const char *wanted = session->options->watch_sent
				     ? session->options->sent_folder
				     : NULL;

	*ret_name = NULL;
	if (!wanted)
		return true;
	*ret_name = strcmp(wanted, INTAKE_IMAP_AUTO) == 0
			    ? imap_session_find_sent(session, error)
			    : g_strdup(wanted);
	return *ret_name != NULL;
}

/* The folders that are named must be there: select each. */
char *intake_imap_try(const IntakeImapOptions *options, GError **error)
{
	g_autoptr(ImapSession) session = imap_login(options, NULL, error);
	g_autofree char *sent_folder = NULL;
	ImapFolder folder, other;

	if (!session || !find_sent_name(session, &sent_folder, error))
		return NULL;
	if (options->move_to &&
		!imap_session_select(session, options->move_to, &other, error))
		return NULL;
	if (sent_folder &&
		!imap_session_select(session, sent_folder, &other, error))
		return NULL;
	if (!imap_session_select(session, options->folder, &folder, error))
		return NULL;
	return describe(session, &folder, sent_folder);
}
