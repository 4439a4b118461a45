/*
 * One folder: what is new in it is recorded, marked, and noted as done, in
 * this order, so that whatever breaks in between is done again and nothing is
 * left out.  What is done again is known by its dedupe key.
 */
#include "imap_follow.h"

#include <string.h>

enum {
	/* UIDs asked for at once; more where they are sparse. */
	WINDOW = 1000,
	WINDOW_MOST = 100 * 1000,
	BATCH_MAILS = 100,
	BATCH_BYTES = 8 * 1024 * 1024,
	FAILURES_MOST = 3,
	PROGRESS_EVERY = 1000,
};

/* ---- the place ---------------------------------------------------------- */

void imap_place_clear(ImapPlace *place)
{
	g_clear_pointer(&place->name, g_free);
	g_clear_pointer(&place->state, store_folder_free);
}

static bool keep(
	ImapFollower *follower, ImapPlace *place, bool durable, GError **error)
{
	return engine_folder_keep(
		follower->options->door.engine, place->state, durable, error);
}

/* Only what the table of folders is to show. */
void imap_place_note(
	ImapFollower *follower, ImapPlace *place, const GError *problem)
{
	StoreFolder *state = place->state;

	if (!state)
		return;
	g_clear_pointer(&state->problem, g_free);
	state->failures = problem ? state->failures + 1 : 0;
	state->problem = problem ? g_strdup(problem->message) : NULL;
	if (!problem)
		state->contact_at = base_clock_now_s();
	keep(follower, place, false, NULL);
}

static void tell(ImapFollower *follower, const GError *problem)
{
	if (follower->options->told)
		follower->options->told(follower->options->mailbox, problem,
			follower->options->user);
}

static void tell_words(ImapFollower *follower, const char *words)
{
	g_autoptr(GError) problem = g_error_new_literal(
		INTAKE_ERROR, REDRESS_ERROR_PERMANENT, words);

	tell(follower, problem);
}

static void tell_progress(ImapFollower *follower, ImapPlace *place)
{
	const IntakeImapOptions *options = follower->options;

	if (options->progress && place->total)
		options->progress(options->mailbox, place->done,
			MAX(place->total, place->done), options->user);
}

/* ---- where the reading stands ------------------------------------------- */

/* The highest UID that there is. */
static uint32_t top(const ImapFolder *folder)
{
	return folder->next ? folder->next - 1 : G_MAXUINT32;
}

bool imap_place_load(ImapFollower *follower, ImapPlace *place, GError **error)
{
	g_autofree char *mailbox =
		base_address_fold(follower->options->mailbox);

	if (place->state)
		return true;
	if (!engine_folder_find(follower->options->door.engine, mailbox,
		    place->name, &place->state, error))
		return false;
	if (place->state)
		return true;
	place->state = g_new0(StoreFolder, 1);
	place->state->mailbox = g_steal_pointer(&mailbox);
	place->state->folder = g_strdup(place->name);
	return true;
}

/* Of a folder that has mail already, what is taken depends; of sent mail never
 * what was sent before. */
static bool meet(ImapFollower *follower, ImapSession *session, ImapPlace *place,
	const ImapFolder *folder, GError **error)
{
	const IntakeImapOptions *options = follower->options;
	StoreFolder *state = place->state;
	bool now = place->sent || options->start == INTAKE_START_NOW;
	uint32_t last = top(folder);

	state->met_at = base_clock_now_s();
	if (!now && options->start == INTAKE_START_DATE)
		state->met_at = MIN(state->met_at, options->start_s);
	if (!folder->next && now) {
		g_autoptr(GArray) mails = NULL;
		/* No UIDNEXT: the last one that there is. */
		if (!imap_session_list(session, 1, G_MAXUINT32, &mails, error))
			return false;
		last = mails->len
			       ? g_array_index(mails, ImapMail, mails->len - 1)
					 .uid
			       : 0;
	}
	state->uidvalidity = folder->validity;
	state->old_uid = last;
	state->last_uid = now ? last : 0;
	place->total = now ? 0 : folder->exists;
	place->done = 0;
	return keep(follower, place, true, error);
}

/* The server has numbered its mails anew: all of them are looked at again.
 * What is known is a duplicate; what is not and came after the folder was met
 * is taken. */
static bool begin_again(ImapFollower *follower, ImapPlace *place,
	const ImapFolder *folder, GError **error)
{
	StoreFolder *state = place->state;
	g_autofree char *words = g_strdup_printf(
		"the server has numbered the mails of %s anew (UIDVALIDITY "
		"%" G_GINT64_FORMAT ", was %" G_GINT64_FORMAT
		"): all of them are looked at again, none is answered twice",
		place->name, (int64_t)folder->validity, state->uidvalidity);

	tell_words(follower, words);
	state->uidvalidity = folder->validity;
	state->old_uid = top(folder);
	state->last_uid = 0;
	place->suspect_uid = 0;
	place->total = folder->exists;
	place->done = 0;
	return keep(follower, place, true, error);
}

static bool enter(ImapFollower *follower, ImapSession *session,
	ImapPlace *place, ImapFolder *ret_folder, GError **error)
{
	if (!imap_place_load(follower, place, error) ||
		!imap_session_select(session, place->name, ret_folder, error))
		return false;
	if (!place->state->met_at)
		return meet(follower, session, place, ret_folder, error);
	return place->state->uidvalidity == (int64_t)ret_folder->validity ||
	       begin_again(follower, place, ret_folder, error);
}

/* ---- one mail, on a thread of the pool ---------------------------------- */

enum outcome { OUTCOME_OPEN, OUTCOME_DONE, OUTCOME_LEFT, OUTCOME_FAILED };

typedef struct Job Job;
struct Job {
	const ImapMail *mail;
	GBytes *raw; /* (transfer none) (nullable) */
	bool old;
	enum outcome outcome;
	GError *problem;
};

typedef struct Batch Batch;
struct Batch {
	ImapFollower *follower;
	const ImapPlace *place;
	Job *jobs;
	size_t length;
	GMutex mutex;
	GCond finished;
	size_t open; /* guarded by mutex */
};

/* Ours, and the addresses that the header names of the same mailbox: they may
 * hold a token. */
static char **find_recipients(const IntakeImapOptions *options, GBytes *raw)
{
	g_autoptr(EnginePolicy) policy =
		engine_get_policy(options->door.engine);
	const EngineMailbox *mailbox =
		engine_policy_mailbox(policy, options->mailbox, NULL);
	g_auto(GStrv) named = intake_header_recipients(raw);
	g_autoptr(GStrvBuilder) list = g_strv_builder_new();

	g_strv_builder_add(list, options->mailbox);
	for (size_t i = 0; named && named[i]; i++)
		if (mailbox && engine_policy_mailbox(policy, named[i], NULL) ==
				       mailbox)
			g_strv_builder_add(list, named[i]);
	return g_strv_builder_end(list);
}

/* Old mail is recorded and not answered. */
static bool accept_one(const Batch *batch, Job *job, EngineReceipt *ret_receipt)
{
	const IntakeImapOptions *options = batch->follower->options;
	g_auto(GStrv) recipients = find_recipients(options, job->raw);
	g_autofree char *sender = intake_header_sender(job->raw);
	IntakeMail mail = {
		.raw = job->raw,
		.envelope_from = sender,
		.recipients = (const char *const *)recipients,
		.source = "imap",
		.fetched_from = options->mailbox,
		.no_acknowledge = job->old,
		.sent = batch->place->sent,
		.now_s = base_clock_now_s(),
	};

	return intake_accept(&options->door, &mail, ret_receipt, &job->problem);
}

static void run_job(const Batch *batch, Job *job)
{
	g_auto(EngineReceipt) receipt = {0};

	if (g_cancellable_is_cancelled(batch->follower->stop))
		return;
	if (!accept_one(batch, job, &receipt))
		job->outcome = OUTCOME_FAILED;
	else
		job->outcome = receipt.passed ? OUTCOME_LEFT : OUTCOME_DONE;
}

/* data: a Job; user: the ImapFollower, whose batch it is of. */
void imap_follow_work(gpointer data, gpointer user)
{
	ImapFollower *follower = user;
	Batch *batch = follower->batch;

	run_job(batch, data);
	g_mutex_lock(&batch->mutex);
	if (!--batch->open)
		g_cond_signal(&batch->finished);
	g_mutex_unlock(&batch->mutex);
}

/* All at once: they share commits. */
static void run_batch(Batch *batch)
{
	ImapFollower *follower = batch->follower;

	follower->batch = batch;
	g_mutex_lock(&batch->mutex);
	for (size_t i = 0; i < batch->length; i++) {
		if (!batch->jobs[i].raw) {
			/* Gone, or moved, since it was listed. */
			batch->jobs[i].outcome = OUTCOME_LEFT;
			continue;
		}
		batch->open++;
		g_thread_pool_push(follower->pool, &batch->jobs[i], NULL);
	}
	while (batch->open)
		g_cond_wait(&batch->finished, &batch->mutex);
	g_mutex_unlock(&batch->mutex);
	follower->batch = NULL;
}

/* ---- huge mail ---------------------------------------------------------- */

static bool is_about_content(const char *line, size_t length)
{
	static const char *const names[] = {
		"Content-Type:", "Content-Transfer-Encoding:"};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (length >= strlen(names[i]) &&
			g_ascii_strncasecmp(line, names[i], strlen(names[i])) ==
				0)
			return true;
	return false;
}

/* A header alone, and words instead of what was not read.  (transfer full) */
GBytes *imap_follow_stand_in(GBytes *header, int64_t size_bytes)
{
	gsize length;
	const char *at = g_bytes_get_data(header, &length);
	const char *end = at + length;
	GByteArray *mail = g_byte_array_new();
	g_autofree char *size = g_format_size((guint64)size_bytes);
	g_autofree char *words = g_strdup_printf(
		"MIME-Version: 1.0\r\n"
		"Content-Type: text/plain; charset=utf-8\r\n\r\n"
		"(Redress: this mail has %s, more than is read. It is in the "
		"mailbox.)\r\n",
		size);
	bool drop = false;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *next = newline ? newline + 1 : end;
		size_t line = (size_t)(next - at);
		if (*at == '\r' || *at == '\n')
			break;
		/* A line that goes on belongs to the one before. */
		if (*at != ' ' && *at != '\t')
			drop = is_about_content(at, line) ||
			       (line > 13 && g_ascii_strncasecmp(at,
						     "MIME-Version:", 13) == 0);
		if (!drop)
			g_byte_array_append(
				mail, (const guint8 *)at, (guint)line);
		at = next;
	}
	g_byte_array_append(mail, (const guint8 *)words, (guint)strlen(words));
	return g_byte_array_free_to_bytes(mail);
}

static void replace_huge(
	ImapFollower *follower, const ImapMail *mail, GPtrArray *bytes)
{
	GBytes *header = bytes->pdata[0];

	if ((int64_t)mail->size_bytes <= follower->options->message_bytes ||
		!header)
		return;
	bytes->pdata[0] = imap_follow_stand_in(header, mail->size_bytes);
	g_bytes_unref(header);
}

/* ---- a batch ------------------------------------------------------------ */

/* What may be tried again for ever is not the mail's fault. */
static bool is_its_fault(const GError *problem)
{
	return problem->code != REDRESS_ERROR_TEMPORARY;
}

/* True if the mail has failed so often that the reading goes on without it. */
static bool give_up(ImapFollower *follower, ImapPlace *place, uint32_t uid,
	const GError *problem)
{
	if (!is_its_fault(problem))
		return false;
	if (place->suspect_uid != uid)
		place->suspect_times = 0;
	place->suspect_uid = uid;
	if (++place->suspect_times < FAILURES_MOST)
		return false;
	g_autofree char *words = g_strdup_printf(
		"mail %u of %s has failed %d times and is left where it is, "
		"without a ticket: %s",
		uid, place->name, FAILURES_MOST, problem->message);
	tell_words(follower, words);
	place->suspect_uid = 0;
	return true;
}

/* What is recorded becomes visible in the mailbox: for people, and for who
 * reads it after us.  That it cannot be marked costs the mark. */
static bool mark(ImapFollower *follower, ImapSession *session,
	const ImapPlace *place, const ImapFolder *folder, const GArray *uids,
	GError **error)
{
	const char *move_to = follower->options->move_to;
	const uint32_t *first = (const uint32_t *)(void *)uids->data;
	g_autoptr(GError) problem = NULL;

	if (place->sent || !uids->len || (!move_to && !folder->keeps_mark))
		return true;
	if (move_to ? imap_session_move(
			      session, first, uids->len, move_to, &problem)
		    : imap_session_mark(session, first, uids->len, &problem))
		return true;
	if (!is_its_fault(problem) || imap_stream_problem(session->stream)) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	tell(follower, problem);
	return true;
}

/* The done ones from the start; *ret_problem: of the first that is not
 * (transfer none). */
static size_t count_done(ImapFollower *follower, ImapPlace *place,
	const Batch *batch, GArray *uids, const GError **ret_problem)
{
	size_t done = 0;

	for (; done < batch->length; done++) {
		const Job *job = &batch->jobs[done];
		if (job->outcome == OUTCOME_OPEN)
			break;
		if (job->outcome == OUTCOME_FAILED &&
			!give_up(follower, place, job->mail->uid,
				job->problem)) {
			*ret_problem = job->problem;
			break;
		}
	}
	/* A later one that is recorded may well be marked now. */
	for (size_t i = 0; i < batch->length; i++)
		if (batch->jobs[i].outcome == OUTCOME_DONE)
			g_array_append_val(uids, batch->jobs[i].mail->uid);
	return done;
}

static bool finish(ImapFollower *follower, ImapSession *session,
	ImapPlace *place, const ImapFolder *folder, Batch *batch,
	GError **error)
{
	g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	const GError *problem = NULL;
	size_t done = count_done(follower, place, batch, uids, &problem);

	if (!mark(follower, session, place, folder, uids, error))
		return false;
	if (done) {
		place->state->last_uid = batch->jobs[done - 1].mail->uid;
		place->done += done;
	}
	if (!keep(follower, place, true, error))
		return false;
	if (done == batch->length)
		return true;
	if (problem)
		g_propagate_error(error, g_error_copy(problem));
	else
		g_set_error_literal(error, INTAKE_ERROR,
			REDRESS_ERROR_TEMPORARY, "stopped");
	return false;
}

/* Nothing is owed for what came before the folder was met; of everything it is
 * recorded nevertheless. */
static bool is_old(const ImapPlace *place, const ImapMail *mail)
{
	return mail->uid <= (uint32_t)place->state->old_uid &&
	       mail->internal_s < place->state->met_at;
}

/* A mail that cannot be fetched is tried alone, then left. */
static bool fetch_batch(ImapFollower *follower, ImapSession *session,
	ImapPlace *place, const ImapMail *mails, size_t length,
	GPtrArray **ret_bytes, GError **error)
{
	g_autoptr(GError) problem = NULL;

	if (imap_session_fetch(session, mails, length, ret_bytes, &problem))
		return true;
	place->careful = true;
	if (length == 1 && give_up(follower, place, mails->uid, problem))
		place->state->last_uid = mails->uid;
	g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}

static bool take_batch(ImapFollower *follower, ImapSession *session,
	ImapPlace *place, const ImapFolder *folder, const ImapMail *mails,
	size_t length, GError **error)
{
	g_autofree Job *jobs = g_new0(Job, length);
	g_autoptr(GPtrArray) bytes = NULL;
	Batch batch = {.follower = follower,
		.place = place,
		.jobs = jobs,
		.length = length};

	place->state->oldest_at = MAX(mails->internal_s, place->state->met_at);
	if (!fetch_batch(
		    follower, session, place, mails, length, &bytes, error))
		return false;
	if (length == 1)
		replace_huge(follower, mails, bytes);
	for (size_t i = 0; i < length; i++) {
		jobs[i].mail = &mails[i];
		jobs[i].raw = bytes->pdata[i];
		jobs[i].old = is_old(place, &mails[i]);
	}
	g_mutex_init(&batch.mutex);
	g_cond_init(&batch.finished);
	run_batch(&batch);
	bool good = finish(follower, session, place, folder, &batch, error);
	for (size_t i = 0; i < length; i++)
		g_clear_error(&jobs[i].problem);
	g_cond_clear(&batch.finished);
	g_mutex_clear(&batch.mutex);
	return good;
}

/* How many of these go together. */
static size_t batch_length(const ImapFollower *follower, const ImapPlace *place,
	const ImapMail *mails, size_t length)
{
	int64_t most = follower->options->message_bytes;
	uint64_t bytes = 0;
	size_t count = 0;

	if (place->careful)
		return 1;
	while (count < MIN(length, BATCH_MAILS)) {
		bytes += mails[count].size_bytes;
		if (count &&
			(bytes > BATCH_BYTES || mails[count].size_bytes > most))
			break;
		count++;
		if (mails[count - 1].size_bytes > most)
			break;
	}
	return count;
}

/* ---- what is new -------------------------------------------------------- */

/* Old mail that nobody wants recorded. */
static void leave_out_old(
	const ImapFollower *follower, const ImapPlace *place, GArray *mails)
{
	guint kept = 0;

	if (follower->options->start == INTAKE_START_EVERYTHING && !place->sent)
		return;
	for (guint i = 0; i < mails->len; i++) {
		ImapMail mail = g_array_index(mails, ImapMail, i);
		if (!is_old(place, &mail))
			g_array_index(mails, ImapMail, kept++) = mail;
	}
	g_array_set_size(mails, kept);
}

static bool take_mails(ImapFollower *follower, ImapSession *session,
	ImapPlace *place, const ImapFolder *folder, GArray *mails,
	GError **error)
{
	const ImapMail *first = (const ImapMail *)(void *)mails->data;
	uint64_t told = place->done / PROGRESS_EVERY;

	for (size_t at = 0; at < mails->len;) {
		size_t length = batch_length(
			follower, place, first + at, mails->len - at);
		if (!take_batch(follower, session, place, folder, first + at,
			    length, error))
			return false;
		at += length;
		if (place->done / PROGRESS_EVERY != told)
			tell_progress(follower, place);
		told = place->done / PROGRESS_EVERY;
	}
	return true;
}

bool imap_follow_look(ImapFollower *follower, ImapSession *session,
	ImapPlace *place, unsigned *ret_taken, GError **error)
{
	ImapFolder folder;
	uint32_t window = WINDOW;

	*ret_taken = 0;
	if (!enter(follower, session, place, &folder, error))
		return false;
	StoreFolder *state = place->state;
	while (state->last_uid < top(&folder)) {
		g_autoptr(GArray) mails = NULL;
		uint32_t first = (uint32_t)state->last_uid + 1;
		uint32_t last =
			folder.next
				? (uint32_t)MIN((uint64_t)first + window - 1,
					  top(&folder))
				: G_MAXUINT32;
		if (!imap_session_list(session, first, last, &mails, error))
			return false;
		guint found = mails->len;
		if (found && !folder.next)
			last = g_array_index(mails, ImapMail, found - 1).uid;
		leave_out_old(follower, place, mails);
		*ret_taken += mails->len;
		if (!take_mails(
			    follower, session, place, &folder, mails, error))
			return false;
		if (found || folder.next)
			state->last_uid = MAX(state->last_uid, (int64_t)last);
		if (!folder.next)
			break;
		window = found ? WINDOW : MIN(window * 2, WINDOW_MOST);
	}
	if (state->oldest_at)
		tell_progress(follower, place);
	state->oldest_at = 0;
	place->total = 0;
	place->careful = false;
	return true;
}
