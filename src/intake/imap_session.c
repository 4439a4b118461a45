/*
 * Commands.  They are written here and their answers parsed by libetpan: some
 * of its own functions write wrongly (UNCHANGEDSINCE), others read a null
 * pointer where the server said OK and nothing else (CAPABILITY).
 */
#include "imap.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum {
	ANSWER_BYTES_MOST = 1024 * 1024,
	/* What the list says of one mail, and libetpan's memory for it. */
	LIST_BYTES_EACH = 256,
	/* Above what the server said that the mails have. */
	FETCH_BYTES_SPARE = 64 * 1024,
	HEADER_BYTES_MOST = 1024 * 1024,
	WORDS_MOST = 300,
	GOODBYE_MS = 500,
};

#define MARK "$Redress"

/* ---- errors ------------------------------------------------------------- */

char *imap_session_words(const ImapSession *session)
{
	const char *said = session->imap->imap_response;
	g_autofree char *words =
		g_utf8_make_valid(said ? said : "", said ? -1 : 0);

	for (char *at = words; *at; at++)
		if (g_ascii_iscntrl(*at))
			*at = ' ';
	g_strstrip(words);
	if (g_utf8_strlen(words, -1) > WORDS_MOST)
		*g_utf8_offset_to_pointer(words, WORDS_MOST) = '\0';
	return g_steal_pointer(&words);
}

bool imap_session_fail(
	ImapSession *session, int code, const char *what, GError **error)
{
	const GError *problem = imap_stream_problem(session->stream);
	g_autofree char *words = imap_session_words(session);

	if (problem)
		g_set_error(error, INTAKE_ERROR, problem->code, "%s: %s", what,
			problem->message);
	else if (code == MAILIMAP_ERROR_PARSE || code == MAILIMAP_ERROR_FATAL ||
		 code == MAILIMAP_ERROR_STREAM || code == MAILIMAP_ERROR_MEMORY)
		g_set_error(error, INTAKE_ERROR, REDRESS_ERROR_TEMPORARY,
			"%s: the server's answer was not understood", what);
	else
		g_set_error(error, INTAKE_ERROR, REDRESS_ERROR_PERMANENT,
			"%s: the server says \"%s\"", what, words);
	return false;
}

/* ---- plain commands ----------------------------------------------------- */

static void begin(ImapSession *session, size_t answer_bytes)
{
	imap_stream_begin(session->stream,
		base_clock_monotonic_ms() +
			session->options->command_timeout_s * 1000,
		answer_bytes);
}

static int send_command(ImapSession *session, const char *command)
{
	mailstream *stream = session->imap->imap_stream;
	int code = mailimap_send_current_tag(session->imap);

	if (code != MAILIMAP_NO_ERROR)
		return code;
	if (mailstream_write(stream, command, strlen(command)) < 0 ||
		mailstream_write(stream, "\r\n", 2) < 0 ||
		mailstream_flush(stream) < 0)
		return MAILIMAP_ERROR_STREAM;
	return MAILIMAP_NO_ERROR;
}

/* The answer whose first line is read: OK, or MAILIMAP_ERROR_PROTOCOL. */
static int parse_answer(ImapSession *session)
{
	struct mailimap_response *response = NULL;
	int code = mailimap_parse_response(session->imap, &response);

	if (code != MAILIMAP_NO_ERROR)
		return code;
	if (response->rsp_resp_done->rsp_data.rsp_tagged->rsp_cond_state
			->rsp_type != MAILIMAP_RESP_COND_STATE_OK)
		code = MAILIMAP_ERROR_PROTOCOL;
	mailimap_response_free(response);
	return code;
}

static int read_answer(ImapSession *session)
{
	return mailimap_read_line(session->imap) ? parse_answer(session)
						 : MAILIMAP_ERROR_STREAM;
}

bool imap_session_ask(ImapSession *session, const char *command,
	const char *what, size_t answer_bytes, GError **error)
{
	begin(session, answer_bytes);
	int code = send_command(session, command);
	if (code == MAILIMAP_NO_ERROR)
		code = read_answer(session);
	return code == MAILIMAP_NO_ERROR ||
	       imap_session_fail(session, code, what, error);
}

bool imap_session_command(ImapSession *session, const char *command,
	const char *what, GError **error)
{
	return imap_session_ask(
		session, command, what, ANSWER_BYTES_MOST, error);
}

char *imap_session_quote(const char *folder, GError **error)
{
	/* RFC 3501, 5.1.3 */
	g_autofree char *encoded =
		g_convert(folder, -1, "UTF-7-IMAP", "UTF-8", NULL, NULL, error);

	if (!encoded)
		return NULL;
	GString *quoted = g_string_new("\"");
	for (const char *at = encoded; *at; at++) {
		if (*at == '"' || *at == '\\')
			g_string_append_c(quoted, '\\');
		g_string_append_c(quoted, *at);
	}
	g_string_append_c(quoted, '"');
	return g_string_free(quoted, FALSE);
}

/* ---- what the server can do --------------------------------------------- */

bool imap_session_has(const ImapSession *session, const char *capability)
{
	return g_hash_table_contains(session->capabilities, capability);
}

void imap_session_learn(ImapSession *session)
{
	struct mailimap_connection_info *info =
		session->imap->imap_connection_info;

	g_hash_table_remove_all(session->capabilities);
	if (!info || !info->imap_capability)
		return;
	for (clistiter *at = clist_begin(info->imap_capability->cap_list); at;
		at = clist_next(at)) {
		struct mailimap_capability *one = clist_content(at);
		bool mechanism = one->cap_type == MAILIMAP_CAPABILITY_AUTH_TYPE;
		g_autofree char *name =
			mechanism ? g_strconcat("AUTH=",
					    one->cap_data.cap_auth_type, NULL)
				  : g_strdup(one->cap_data.cap_name);
		if (name && g_utf8_validate(name, -1, NULL))
			g_hash_table_add(
				session->capabilities, g_ascii_strup(name, -1));
	}
}

char *imap_session_capabilities(const ImapSession *session)
{
	g_autoptr(GList) names =
		g_list_sort(g_hash_table_get_keys(session->capabilities),
			(GCompareFunc)g_strcmp0);
	GString *words = g_string_new(NULL);

	for (GList *at = names; at; at = at->next)
		g_string_append_printf(words, "%s%s", words->len ? " " : "",
			(const char *)at->data);
	return g_string_free(words, FALSE);
}

/* ---- folders ------------------------------------------------------------ */

static bool can_mark(const struct mailimap_selection_info *info)
{
	if (info->sel_perm == MAILIMAP_MAILBOX_READONLY ||
		!info->sel_perm_flags)
		return false;
	for (clistiter *at = clist_begin(info->sel_perm_flags); at;
		at = clist_next(at)) {
		struct mailimap_flag_perm *flag = clist_content(at);
		if (flag->fl_type == MAILIMAP_FLAG_PERM_ALL)
			return true;
		if (flag->fl_flag &&
			flag->fl_flag->fl_type == MAILIMAP_FLAG_KEYWORD &&
			g_ascii_strcasecmp(
				flag->fl_flag->fl_data.fl_keyword, MARK) == 0)
			return true;
	}
	return false;
}

bool imap_session_select(ImapSession *session, const char *folder,
	ImapFolder *ret_folder, GError **error)
{
	g_autofree char *name =
		g_convert(folder, -1, "UTF-7-IMAP", "UTF-8", NULL, NULL, error);
	g_autofree char *what = g_strdup_printf("folder %s", folder);

	if (!name)
		return false;
	begin(session, ANSWER_BYTES_MOST);
	int code = mailimap_select(session->imap, name);
	struct mailimap_selection_info *info =
		session->imap->imap_selection_info;
	if (code != MAILIMAP_NO_ERROR || !info)
		return imap_session_fail(session, code, what, error);
	/* From now on it tells of mail that came since. */
	info->sel_has_exists = 0;
	*ret_folder = (ImapFolder){
		.validity = info->sel_uidvalidity,
		.next = info->sel_uidnext,
		.exists = info->sel_exists,
		.keeps_mark = can_mark(info),
	};
	if (ret_folder->validity)
		return true;
	g_set_error(error, INTAKE_ERROR, REDRESS_ERROR_PERMANENT,
		"%s: the server gives no UIDVALIDITY", what);
	return false;
}

/* ---- what a FETCH says -------------------------------------------------- */

/* RFC 3501: "17-Jul-1996 02:44:25 -0700" */
static int64_t read_time(const struct mailimap_date_time *time)
{
	g_autoptr(GDateTime) utc =
		g_date_time_new_utc(time->dt_year, time->dt_month, time->dt_day,
			time->dt_hour, time->dt_min, MIN(time->dt_sec, 59));
	int zone = abs(time->dt_zone);
	int64_t offset_s = (zone / 100) * 3600 + (zone % 100) * 60;

	if (!utc)
		return 0;
	return g_date_time_to_unix(utc) +
	       (time->dt_zone < 0 ? offset_s : -offset_s);
}

static void read_item(
	const struct mailimap_msg_att_static *item, ImapMail *mail)
{
	if (item->att_type == MAILIMAP_MSG_ATT_UID)
		mail->uid = item->att_data.att_uid;
	else if (item->att_type == MAILIMAP_MSG_ATT_RFC822_SIZE)
		mail->size_bytes = item->att_data.att_rfc822_size;
	else if (item->att_type == MAILIMAP_MSG_ATT_INTERNALDATE &&
		 item->att_data.att_internal_date)
		mail->internal_s = read_time(item->att_data.att_internal_date);
}

/* ret_body: (transfer none) (nullable) */
static ImapMail read_mail(struct mailimap_msg_att *found,
	struct mailimap_msg_att_body_section **ret_body)
{
	ImapMail mail = {0};

	*ret_body = NULL;
	for (clistiter *at = clist_begin(found->att_list); at;
		at = clist_next(at)) {
		struct mailimap_msg_att_item *item = clist_content(at);
		if (item->att_type != MAILIMAP_MSG_ATT_ITEM_STATIC)
			continue;
		read_item(item->att_data.att_static, &mail);
		if (item->att_data.att_static->att_type ==
			MAILIMAP_MSG_ATT_BODY_SECTION)
			*ret_body = item->att_data.att_static->att_data
					    .att_body_section;
	}
	return mail;
}

static clist *fetched(ImapSession *session)
{
	return session->imap->imap_response_info
		       ? session->imap->imap_response_info->rsp_fetch_list
		       : NULL;
}

static int by_uid(gconstpointer a, gconstpointer b)
{
	const ImapMail *left = a, *right = b;

	return (left->uid > right->uid) - (left->uid < right->uid);
}

/* The server may say other things of other mails in between, and name one
 * twice. */
bool imap_session_list(ImapSession *session, uint32_t first, uint32_t last,
	GArray **ret_mails, GError **error)
{
	g_autofree char *command = g_strdup_printf(
		"UID FETCH %u:%u (UID RFC822.SIZE INTERNALDATE)", first, last);
	g_autoptr(GArray) mails = g_array_new(FALSE, TRUE, sizeof(ImapMail));
	size_t most = MIN((size_t)last - first + 1, 100 * 1000);

	if (!imap_session_ask(session, command, "the list of mails",
		    ANSWER_BYTES_MOST + most * LIST_BYTES_EACH, error))
		return false;
	clist *found = fetched(session);
	for (clistiter *at = found ? clist_begin(found) : NULL; at;
		at = clist_next(at)) {
		struct mailimap_msg_att_body_section *body;
		ImapMail mail = read_mail(clist_content(at), &body);
		/* Of mails that are newer the last one is shown, too. */
		if (mail.uid >= first && mail.uid <= last && mail.internal_s)
			g_array_append_val(mails, mail);
	}
	g_array_sort(mails, by_uid);
	for (guint i = 1; i < mails->len;)
		if (g_array_index(mails, ImapMail, i).uid ==
			g_array_index(mails, ImapMail, i - 1).uid)
			g_array_remove_index(mails, i);
		else
			i++;
	*ret_mails = g_steal_pointer(&mails);
	return true;
}

/* ---- bytes -------------------------------------------------------------- */

/* "4,7:9": ascending, without repetition. */
static void append_set(GString *words, const uint32_t *uids, size_t length)
{
	for (size_t i = 0; i < length;) {
		size_t end = i;
		while (end + 1 < length && uids[end + 1] == uids[end] + 1)
			end++;
		g_string_append_printf(words, "%s%u", i ? "," : "", uids[i]);
		if (end > i)
			g_string_append_printf(words, ":%u", uids[end]);
		i = end + 1;
	}
}

/* libetpan's own memory, so that no mail is there twice. */
static void free_part(gpointer part)
{
	mmap_string_unref(part);
}

static GBytes *take_body(struct mailimap_msg_att_body_section *body)
{
	char *part = g_steal_pointer(&body->sec_body_part);

	return part ? g_bytes_new_with_free_func(
			      part, body->sec_length, free_part, part)
		    : NULL;
}

/* Puts the bytes that came where they belong. */
static void collect(ImapSession *session, const ImapMail *mails, size_t length,
	GPtrArray *bytes)
{
	clist *found = fetched(session);

	for (clistiter *at = found ? clist_begin(found) : NULL; at;
		at = clist_next(at)) {
		struct mailimap_msg_att_body_section *body;
		ImapMail one = read_mail(clist_content(at), &body);
		const ImapMail *wanted =
			body ? bsearch(&one, mails, length, sizeof(ImapMail),
				       by_uid)
			     : NULL;
		if (wanted && !bytes->pdata[wanted - mails])
			bytes->pdata[wanted - mails] = take_body(body);
	}
}

/* What libetpan keeps of the last answer would double the memory. */
static void forget_answer(ImapSession *session)
{
	if (!session->imap->imap_response_info)
		return;
	mailimap_response_info_free(session->imap->imap_response_info);
	session->imap->imap_response_info = NULL;
}

static bool fetch_part(ImapSession *session, const ImapMail *mails,
	size_t length, const char *section, GPtrArray *bytes, GError **error)
{
	g_autoptr(GString) command = g_string_new("UID FETCH ");
	g_autofree uint32_t *uids = g_new(uint32_t, length);
	size_t expected = 0;

	for (size_t i = 0; i < length; i++) {
		uids[i] = mails[i].uid;
		expected += mails[i].size_bytes;
	}
	append_set(command, uids, length);
	g_string_append_printf(command, " (UID BODY.PEEK[%s])", section);
	/* Some servers count line ends as one byte. */
	bool good = imap_session_ask(session, command->str, "the mails",
		*section ? HEADER_BYTES_MOST + ANSWER_BYTES_MOST
			 : expected + expected / 4 + length * FETCH_BYTES_SPARE,
		error);
	if (good)
		collect(session, mails, length, bytes);
	forget_answer(session);
	return good;
}

static void unref_bytes(gpointer bytes)
{
	g_clear_pointer((GBytes **)&bytes, g_bytes_unref);
}

bool imap_session_fetch(ImapSession *session, const ImapMail *mails,
	size_t length, GPtrArray **ret_bytes, GError **error)
{
	bool header = length == 1 && (int64_t)mails->size_bytes >
					     session->options->message_bytes;
	g_autoptr(GPtrArray) bytes =
		g_ptr_array_new_with_free_func(unref_bytes);

	g_ptr_array_set_size(bytes, (int)length);
	if (!fetch_part(session, mails, length, header ? "HEADER" : "", bytes,
		    error))
		return false;
	*ret_bytes = g_steal_pointer(&bytes);
	return true;
}

/* ---- what is done with them --------------------------------------------- */

static bool change(ImapSession *session, const char *verb, const uint32_t *uids,
	size_t length, const char *rest, GError **error)
{
	g_autoptr(GString) command = g_string_new(verb);

	g_string_append_c(command, ' ');
	append_set(command, uids, length);
	g_string_append(command, rest);
	return imap_session_command(session, command->str, verb, error);
}

bool imap_session_mark(ImapSession *session, const uint32_t *uids,
	size_t length, GError **error)
{
	return change(session, "UID STORE", uids, length,
		" +FLAGS.SILENT (" MARK ")", error);
}

/* Without UIDPLUS an EXPUNGE would take what others have deleted: then the copy
 * stays marked as deleted. */
bool imap_session_move(ImapSession *session, const uint32_t *uids,
	size_t length, const char *folder, GError **error)
{
	g_autofree char *name = imap_session_quote(folder, error);

	if (!name)
		return false;
	g_autofree char *to = g_strconcat(" ", name, NULL);
	if (imap_session_has(session, "MOVE"))
		return change(session, "UID MOVE", uids, length, to, error);
	return change(session, "UID COPY", uids, length, to, error) &&
	       change(session, "UID STORE", uids, length,
		       " +FLAGS.SILENT (\\Deleted)", error) &&
	       (!imap_session_has(session, "UIDPLUS") ||
		       change(session, "UID EXPUNGE", uids, length, "", error));
}

/* ---- waiting ------------------------------------------------------------ */

/* "+" or the refusal.  libetpan's own takes neither news before it. */
static int enter_idle(ImapSession *session, bool *ret_news)
{
	int code = send_command(session, "IDLE");

	if (code != MAILIMAP_NO_ERROR)
		return code;
	for (;;) {
		const char *line = mailimap_read_line(session->imap);
		if (!line)
			return MAILIMAP_ERROR_STREAM;
		if (*line == '+')
			return MAILIMAP_NO_ERROR;
		if (*line != '*')
			break;
		*ret_news = true;
	}
	code = parse_answer(session);
	return code == MAILIMAP_NO_ERROR ? MAILIMAP_ERROR_PROTOCOL : code;
}

static int leave_idle(ImapSession *session)
{
	mailstream *stream = session->imap->imap_stream;

	begin(session, ANSWER_BYTES_MOST);
	if (mailstream_write(stream, "DONE\r\n", 6) < 0 ||
		mailstream_flush(stream) < 0)
		return MAILIMAP_ERROR_STREAM;
	return read_answer(session);
}

/* Mail that was told of while a command ran is not told of again. */
static bool was_told(const ImapSession *session)
{
	const struct mailimap_selection_info *info =
		session->imap->imap_selection_info;

	return info && info->sel_has_exists;
}

/* What came with the "+" is in the buffer and wakes nobody: imap_stream_wait()
 * looks there first. */
bool imap_session_idle(
	ImapSession *session, int64_t until_ms, bool *ret_news, GError **error)
{
	bool ready = false;

	*ret_news = was_told(session);
	if (*ret_news)
		return true;
	begin(session, ANSWER_BYTES_MOST);
	int code = enter_idle(session, ret_news);
	if (code != MAILIMAP_NO_ERROR)
		return imap_session_fail(session, code, "IDLE", error);
	if (!*ret_news &&
		!imap_stream_wait(session->stream, until_ms, &ready)) {
		g_set_error_literal(error, INTAKE_ERROR,
			REDRESS_ERROR_TEMPORARY, "stopped");
		return false;
	}
	*ret_news |= ready;
	code = leave_idle(session);
	return code == MAILIMAP_NO_ERROR ||
	       imap_session_fail(session, code, "IDLE", error);
}

/* ---- sent mail ---------------------------------------------------------- */

static bool is_sent(const struct mailimap_mailbox_list *found)
{
	if (!found->mb_flag || !found->mb_flag->mbf_oflags)
		return false;
	for (clistiter *at = clist_begin(found->mb_flag->mbf_oflags); at;
		at = clist_next(at)) {
		struct mailimap_mbx_list_oflag *flag = clist_content(at);
		const char *name = flag->of_flag_ext;
		if (name && *name == '\\')
			name++;
		if (name && g_ascii_strcasecmp(name, "Sent") == 0)
			return true;
	}
	return false;
}

char *imap_session_find_sent(ImapSession *session, GError **error)
{
	/* RFC 6154: most tell it unasked, others when asked. */
	const char *command =
		imap_session_has(session, "SPECIAL-USE") &&
				imap_session_has(session, "LIST-EXTENDED")
			? "LIST \"\" \"*\" RETURN (SPECIAL-USE)"
			: "LIST \"\" \"*\"";

	if (!imap_session_command(
		    session, command, "the list of folders", error))
		return NULL;
	clist *list =
		session->imap->imap_response_info
			? session->imap->imap_response_info->rsp_mailbox_list
			: NULL;
	for (clistiter *at = list ? clist_begin(list) : NULL; at;
		at = clist_next(at)) {
		struct mailimap_mailbox_list *found = clist_content(at);
		g_autofree char *name = g_convert(found->mb_name, -1, "UTF-8",
			"UTF-7-IMAP", NULL, NULL, NULL);
		if (name && is_sent(found))
			return g_steal_pointer(&name);
	}
	g_set_error_literal(error, INTAKE_ERROR, REDRESS_ERROR_NOT_FOUND,
		"the server marks no folder for sent mail: name it with "
		"sent_folder");
	return NULL;
}

/* The literal as it is, but for line ends; the server says when. */
static int send_literal(ImapSession *session, const char *mail, size_t length)
{
	mailstream *stream = session->imap->imap_stream;

	for (;;) {
		const char *line = mailimap_read_line(session->imap);
		if (!line)
			return MAILIMAP_ERROR_STREAM;
		if (*line == '+')
			break;
		if (*line != '*')
			return parse_answer(session);
	}
	if (mailstream_write(stream, mail, length) < (ssize_t)length ||
		mailstream_write(stream, "\r\n", 2) < 0 ||
		mailstream_flush(stream) < 0)
		return MAILIMAP_ERROR_STREAM;
	return read_answer(session);
}

/* RFC 5321 lines: a bare LF becomes CRLF.  (transfer full) */
static GString *with_crlf(GBytes *mail)
{
	gsize length;
	const char *bytes = g_bytes_get_data(mail, &length);
	GString *result = g_string_sized_new(length + length / 32);

	for (gsize i = 0; i < length; i++) {
		if (bytes[i] == '\n' && (!i || bytes[i - 1] != '\r'))
			g_string_append_c(result, '\r');
		g_string_append_c(result, bytes[i]);
	}
	return result;
}

bool imap_session_append(
	ImapSession *session, const char *folder, GBytes *mail, GError **error)
{
	g_autofree char *name = imap_session_quote(folder, error);
	g_autofree char *what = g_strdup_printf("a copy into %s", folder);
	g_autofree char *command = NULL;

	if (!name)
		return false;
	g_autoptr(GString) text = with_crlf(mail);
	command = g_strdup_printf("APPEND %s (\\Seen) {%zu}", name, text->len);
	begin(session, ANSWER_BYTES_MOST);
	int code = send_command(session, command);
	if (code == MAILIMAP_NO_ERROR)
		code = send_literal(session, text->str, text->len);
	return code == MAILIMAP_NO_ERROR ||
	       imap_session_fail(session, code, what, error);
}

/* ---- the end ------------------------------------------------------------ */

void imap_session_free(ImapSession *session)
{
	if (!session)
		return;
	if (session->stream) {
		/* A courtesy: nobody waits for the answer. */
		imap_stream_begin(session->stream,
			base_clock_monotonic_ms() + GOODBYE_MS, 0);
		if (session->imap->imap_stream)
			send_command(session, "LOGOUT");
	}
	/* It would say LOGOUT itself, and wait for the answer. */
	if (session->stream)
		imap_stream_break(session->stream);
	mailimap_free(session->imap);
	imap_stream_free(session->stream);
	g_hash_table_unref(session->capabilities);
	g_clear_object(&session->stop);
	g_free(session);
}
