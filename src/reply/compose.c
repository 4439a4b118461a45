/*
 * Final bytes.  Text paragraphs stay whole lines, carried by quoted-printable
 * or base64, so that each reader's window wraps them, a telephone's as well
 * as one that shows Chinese.
 */
#include "internal.h"

#include <string.h>

#include "attachments.h"

enum {
	REFERENCES_MOST = 20, /* RFC 5322 sets no bound, mail servers do */
	LINE_GOOD_BYTES = 78,
	INDEX_PIECE = 60,
	HEAD_BYTES = 1536, /* nearly always enough */
};

typedef struct Compose Compose;
struct Compose {
	const ReplyFacts *facts;
	const ReplyEnvelope *envelope;
	const Rendered *rendered;
	const Private *hidden; /* (nullable) */
	GString *head;         /* the header but for the Content fields, CRLF */
	bool utf8;             /* RFC 6532: the recipient's side can read it */
};

static bool is_ascii(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text >= 0x80)
			return false;
	return true;
}

/* g_mime_init() counts its calls without a lock. */
static void start_gmime(void)
{
	static gsize started;

	if (g_once_init_enter(&started)) {
		g_mime_init();
		g_once_init_leave(&started, 1);
	}
}

/* ---- headers ----------------------------------------------------------- */

/*
 * A header as it stands, folded with LF: our own ASCII, or an address checked
 * before.  GMime would parse and fold it again, and keep an object of it.
 */
static void set_raw(Compose *compose, const char *name, const char *value)
{
	GString *head = compose->head;

	g_string_append(head, name);
	g_string_append(head, ": ");
	for (;;) {
		size_t line = strcspn(value, "\n");

		g_string_append_len(head, value, (gssize)line);
		g_string_append(head, "\r\n");
		if (!value[line])
			return;
		value += line + 1;
	}
}

static void set_address(Compose *compose, const char *header, const char *name,
	const char *address)
{
	g_autofree char *value = reply_format_address(header, name, address);

	set_raw(compose, header, value);
}

/* "Re: Re: re: word" -> "word" */
static const char *skip_re(const char *subject)
{
	while (g_ascii_strncasecmp(subject, "re:", 3) == 0 || *subject == ' ')
		subject += *subject == ' ' ? 1 : 3;
	return subject;
}

static char *remove_tag(const char *subject, const char *tag)
{
	g_auto(GStrv) parts = g_strsplit(subject, tag, -1);
	g_autofree char *joined = g_strjoinv(" ", parts);

	return clean_line(joined, CLEAN_SUBJECT_MOST);
}

/* The tag is never encoded: people search for it. */
static void set_subject(Compose *compose)
{
	const char *answered = compose->envelope->subject;
	bool tagged = compose->facts->reference != NULL;
	g_autofree char *tag =
		tagged ? g_strdup_printf("[#%s]", compose->facts->reference)
		       : g_strdup("");
	g_autofree char *words =
		clean_line(answered ? answered : compose->rendered->subject,
			CLEAN_SUBJECT_MOST);
	g_autofree char *untagged = tagged ? remove_tag(skip_re(words), tag)
					   : g_strdup(skip_re(words));
	const char *bare = skip_re(untagged);
	g_autofree char *start =
		g_strconcat(compose->envelope->preview ? "Preview: " : "",
			answered ? (tagged ? "Re: " : "Re:") : "", tag, NULL);
	g_autofree char *rest =
		words_encode(bare, strlen("Subject:  ") + strlen(start));
	/* A fold is a space already. */
	bool spaced = *start && *rest && *rest != '\n';
	g_autofree char *value =
		g_strconcat(start, spaced ? " " : "", rest, NULL);

	set_raw(compose, "Subject", value);
}

/* ---- threading --------------------------------------------------------- */

static bool id_fits(const Compose *compose, const char *id)
{
	return clean_is_message_id(id) && (compose->utf8 || is_ascii(id)) &&
	       !(compose->hidden && private_finds_text(compose->hidden, id));
}

static bool has_id(const GPtrArray *ids, const char *id)
{
	for (guint i = 0; i < ids->len; i++)
		if (strcmp(g_ptr_array_index(ids, i), id) == 0)
			return true;
	return false;
}

/* The thread's first id and its last ones; then the ticket's own, which is
 * thus never cut; then the mail that is answered (RFC 5322, 3.6.4). */
static GPtrArray *list_references(const Compose *compose)
{
	const ReplyEnvelope *envelope = compose->envelope;
	GPtrArray *ids = g_ptr_array_new();

	for (const char *const *id = envelope->references; id && *id; id++) {
		if (!id_fits(compose, *id) ||
			g_strcmp0(*id, envelope->thread_id) == 0 ||
			g_strcmp0(*id, envelope->in_reply_to) == 0)
			continue;
		if (ids->len >= REFERENCES_MOST)
			g_ptr_array_remove_index(ids, 1);
		if (!has_id(ids, *id))
			g_ptr_array_add(ids, (gpointer)*id);
	}
	if (envelope->thread_id && id_fits(compose, envelope->thread_id))
		g_ptr_array_add(ids, (gpointer)envelope->thread_id);
	if (envelope->in_reply_to && id_fits(compose, envelope->in_reply_to) &&
		!has_id(ids, envelope->in_reply_to))
		g_ptr_array_add(ids, (gpointer)envelope->in_reply_to);
	return ids;
}

static void set_threading(Compose *compose)
{
	const char *parent = compose->envelope->in_reply_to;
	g_autoptr(GPtrArray) ids = list_references(compose);
	g_autoptr(GString) value = g_string_new(NULL);

	if (parent && id_fits(compose, parent)) {
		g_autofree char *id = g_strconcat("<", parent, ">", NULL);
		set_raw(compose, "In-Reply-To", id);
	}
	for (guint i = 0; i < ids->len; i++)
		g_string_append_printf(value, "%s<%s>", i > 0 ? "\n " : "",
			(char *)g_ptr_array_index(ids, i));
	if (value->len > 0)
		set_raw(compose, "References", value->str);
}

/* Base 64 of any length may be folded between any two characters. */
static void set_outlook(Compose *compose)
{
	const ReplyEnvelope *envelope = compose->envelope;
	g_autofree char *index =
		envelope->thread_index
			? outlook_answer_index(envelope->thread_index,
				  compose->facts->now_s, envelope->message_id)
			: NULL;
	g_autofree char *topic =
		clean_line(envelope->thread_topic, CLEAN_SUBJECT_MOST);
	g_autoptr(GString) value = g_string_new(NULL);

	for (const char *p = index; p && *p; p += MIN(strlen(p), INDEX_PIECE))
		g_string_append_printf(value, "%s%.*s", p == index ? "" : "\n ",
			INDEX_PIECE, p);
	if (value->len > 0)
		set_raw(compose, "Thread-Index", value->str);
	if (value->len > 0 && *topic) {
		g_autofree char *words =
			words_encode(topic, strlen("Thread-Topic: "));
		set_raw(compose, "Thread-Topic", words);
	}
}

/* RFC 3834, 5: "no" is said of what a person wrote, though we carry it. */
static const char *auto_submitted(const Compose *compose)
{
	const ReplyFacts *facts = compose->facts;
	bool wrote = (facts->words && *facts->words) ||
		     (facts->resolution && *facts->resolution);

	if (compose->envelope->preview)
		return "auto-generated";
	/* What an agent wrote is a person's; a reminder of it is not. */
	if (facts->kind == REPLY_REPLY ||
		(facts->kind == REPLY_NEED_INFO && !facts->reminder) ||
		(facts->kind == REPLY_RESOLVED && wrote))
		return "no";
	return reply_kind_is_answer(facts->kind) ? "auto-replied"
						 : "auto-generated";
}

static void set_marks(Compose *compose)
{
	/* No Precedence: "bulk" would hide a customer's answer. */
	set_raw(compose, "Auto-Submitted", auto_submitted(compose));
	set_raw(compose, "X-Auto-Response-Suppress", "All");
	if (compose->facts->reference)
		set_raw(compose, "X-Redress-Ticket", compose->facts->reference);
	if (compose->envelope->preview)
		set_raw(compose, "X-Redress-Preview", "yes");
	set_raw(compose, "Content-Language", compose->rendered->language);
	set_raw(compose, "MIME-Version", "1.0");
}

static void set_headers(Compose *compose)
{
	const ReplyEnvelope *envelope = compose->envelope;
	g_autofree char *date = base_time_to_rfc5322(compose->facts->now_s);
	g_autofree char *id = g_strconcat("<", envelope->message_id, ">", NULL);

	set_address(
		compose, "From", envelope->from_name, envelope->from_address);
	set_address(compose, "To", envelope->to_name, envelope->to_address);
	if (envelope->reply_to)
		set_address(compose, "Reply-To", envelope->from_name,
			envelope->reply_to);
	set_subject(compose);
	set_raw(compose, "Date", date);
	set_raw(compose, "Message-ID", id);
	set_threading(compose);
	set_outlook(compose);
	set_marks(compose);
}

/* ---- body -------------------------------------------------------------- */

/* Base64 where quoted-printable would treble most of it. */
static GMimeContentEncoding choose_encoding(const char *text)
{
	size_t length = 0;
	size_t high = 0;

	for (; text[length]; length++)
		high += (unsigned char)text[length] >= 0x80;
	return high * 5 > length ? GMIME_CONTENT_ENCODING_BASE64
				 : GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE;
}

/* Inside base64 the line ends must be CRLF already (RFC 2045, 6.8); outside
 * the writer makes them. */
static char *canonical_lines(const char *text, GMimeContentEncoding encoding)
{
	if (encoding != GMIME_CONTENT_ENCODING_BASE64)
		return g_strdup(text);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	return g_strjoinv("\r\n", lines);
}

static void add_part(
	GMimeMultipart *alternatives, const char *subtype, const char *text)
{
	GMimePart *part = g_mime_part_new_with_type("text", subtype);
	GMimeContentEncoding encoding = choose_encoding(text);
	g_autofree char *lines = canonical_lines(text, encoding);
	GMimeStream *stream =
		g_mime_stream_mem_new_with_buffer(lines, strlen(lines));
	GMimeDataWrapper *content = g_mime_data_wrapper_new_with_stream(
		stream, GMIME_CONTENT_ENCODING_DEFAULT);

	g_mime_object_set_content_type_parameter(
		GMIME_OBJECT(part), "charset", "utf-8");
	g_mime_part_set_content_encoding(part, encoding);
	g_mime_part_set_content(part, content);
	g_mime_multipart_add(alternatives, GMIME_OBJECT(part));
	g_object_unref(content);
	g_object_unref(stream);
	g_object_unref(part);
}

/* The same mail gives the same bytes: its boundaries come from its id.
 * "=" cannot stand so in quoted-printable, nor in base64 (RFC 2045, 6.7). */
static void set_boundary(
	const Compose *compose, GMimeMultipart *multipart, const char *which)
{
	g_autofree char *hash = g_compute_checksum_for_string(
		G_CHECKSUM_SHA256, compose->envelope->message_id, -1);
	g_autofree char *boundary = g_strdup_printf("=_%s%.32s", which, hash);

	g_mime_multipart_set_boundary(multipart, boundary);
}

/* (transfer full) */
static GMimeObject *make_alternatives(const Compose *compose)
{
	GMimeMultipart *alternatives =
		g_mime_multipart_new_with_subtype("alternative");

	set_boundary(compose, alternatives, "");
	add_part(alternatives, "plain", compose->rendered->text);
	add_part(alternatives, "html", compose->rendered->html);
	return GMIME_OBJECT(alternatives);
}

static void add_object(GMimeMultipart *multipart, GMimeObject *object)
{
	g_mime_multipart_add(multipart, object);
	g_object_unref(object);
}

/* With the name as the reader gets it.  (transfer full) */
static char *shown_name(
	const Compose *compose, const MessageAttachment *attachment)
{
	g_autofree char *name = attachment_name(attachment);

	return compose->hidden ? private_hide(compose->hidden, name)
			       : g_steal_pointer(&name);
}

/* (transfer full) */
static GMimeObject *make_body(const Compose *compose)
{
	const GPtrArray *attachments = compose->envelope->attachments;

	if (!attachments || attachments->len == 0)
		return make_alternatives(compose);
	GMimeMultipart *mixed = g_mime_multipart_new_with_subtype("mixed");
	set_boundary(compose, mixed, "m");
	add_object(mixed, make_alternatives(compose));
	for (guint i = 0; i < attachments->len; i++) {
		const MessageAttachment *attachment =
			g_ptr_array_index(attachments, i);
		g_autofree char *name = shown_name(compose, attachment);
		add_object(mixed, attachment_make_part(attachment, name));
	}
	return GMIME_OBJECT(mixed);
}

static GBytes *to_bytes(const GString *head, GMimeObject *body)
{
	GMimeFormatOptions *format = g_mime_format_options_new();
	GByteArray *bytes = g_byte_array_new();
	GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(bytes);

	g_mime_format_options_set_newline_format(
		format, GMIME_NEWLINE_FORMAT_DOS);
	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), false);
	g_mime_stream_write(stream, head->str, head->len);
	/* With its Content fields and the line that ends the header. */
	g_mime_object_write_to_stream(body, format, stream);
	g_object_unref(stream);
	g_mime_format_options_free(format);
	return g_byte_array_free_to_bytes(bytes);
}

/* ---- checks ------------------------------------------------------------ */

bool reply_can_address(const char *address)
{
	return clean_is_address(address);
}

static bool check_address(const char *what, const char *address, GError **error)
{
	if (clean_is_address(address))
		return true;
	g_autofree char *shown = clean_line(address, CLEAN_NAME_MOST);
	g_set_error(error, REPLY_ERROR, REDRESS_ERROR_INVALID,
		"%s: \"%s\" is no address that can stand in a header", what,
		shown);
	return false;
}

static bool check_envelope(
	const ReplyFacts *facts, const ReplyEnvelope *envelope, GError **error)
{
	if (!check_address("From", envelope->from_address, error) ||
		!check_address("To", envelope->to_address, error) ||
		(envelope->reply_to &&
			!check_address("Reply-To", envelope->reply_to, error)))
		return false;
	bool loose = !facts->reference && reply_kind_is_for_staff(facts->kind);
	if (!loose && (!clean_is_message_id(facts->reference) ||
			      !is_ascii(facts->reference))) {
		g_set_error_literal(error, REPLY_ERROR, REDRESS_ERROR_INVALID,
			"the reference cannot stand in a header");
		return false;
	}
	if (clean_is_message_id(envelope->message_id))
		return true;
	g_set_error_literal(error, REPLY_ERROR, REDRESS_ERROR_INVALID,
		"the Message-ID cannot stand in a header");
	return false;
}

/* ---- addresses that must not be read ----------------------------------- */

/* A mail's facts without them, and what these borrow from. */
typedef struct Hidden Hidden;
struct Hidden {
	ReplyFacts facts;
	ReplyEnvelope envelope;
	GPtrArray *texts;     /* char * */
	GPtrArray *questions; /* const char *, NULL-terminated */
};

/* Cleaned before, so that nothing invisible parts an address. */
static void hide(const Private *private, Hidden *hidden, const char **text,
	size_t most_chars)
{
	if (!*text)
		return;
	g_autofree char *clean = clean_lines(*text, most_chars);
	char *told = private_hide(private, clean);

	g_ptr_array_add(hidden->texts, told);
	*text = told;
}

static void hide_questions(const Private *private, Hidden *hidden)
{
	const char *const *question = hidden->facts.questions;

	if (!question)
		return;
	for (; *question; question++) {
		const char *told = *question;
		hide(private, hidden, &told, CLEAN_WORDS_MOST);
		g_ptr_array_add(hidden->questions, (gpointer)told);
	}
	g_ptr_array_add(hidden->questions, NULL);
	hidden->facts.questions = (const char *const *)hidden->questions->pdata;
}

static void hide_all(const Private *private, Hidden *hidden)
{
	ReplyFacts *facts = &hidden->facts;
	ReplyEnvelope *envelope = &hidden->envelope;

	hide(private, hidden, &facts->words, CLEAN_ANSWER_MOST);
	hide(private, hidden, &facts->resolution, CLEAN_WORDS_MOST);
	hide_questions(private, hidden);
	hide(private, hidden, &facts->subject, CLEAN_SUBJECT_MOST);
	hide(private, hidden, &facts->customer_name, CLEAN_NAME_MOST);
	hide(private, hidden, &facts->assignee, CLEAN_NAME_MOST);
	hide(private, hidden, &facts->mailbox_name, CLEAN_NAME_MOST);
	hide(private, hidden, &envelope->subject, CLEAN_SUBJECT_MOST);
	hide(private, hidden, &envelope->thread_topic, CLEAN_SUBJECT_MOST);
	hide(private, hidden, &envelope->from_name, CLEAN_NAME_MOST);
	hide(private, hidden, &envelope->to_name, CLEAN_NAME_MOST);
}

static bool fail_private(GError **error, const char *where)
{
	g_set_error(error, REPLY_ERROR, REDRESS_ERROR_INVALID,
		"%s would show an address that the reader must not see", where);
	return false;
}

static bool check_private_header(const Compose *compose, GError **error)
{
	g_auto(GStrv) folds = g_strsplit(compose->head->str, "\r\n ", -1);
	g_autofree char *unfolded = g_strjoinv(" ", folds);
	g_autofree char *decoded =
		g_mime_utils_header_decode_text(NULL, unfolded);

	if (private_finds_text(compose->hidden, unfolded) ||
		private_finds_text(compose->hidden, decoded))
		return fail_private(error, "the header");
	return true;
}

/* The last look, at what goes out.  Attached files are read as they are: what
 * is packed or encoded inside them is not unpacked here. */
static bool check_private(const Compose *compose, GError **error)
{
	const GPtrArray *attachments = compose->envelope->attachments;

	if (!check_private_header(compose, error))
		return false;
	if (private_finds_text(compose->hidden, compose->rendered->text) ||
		private_finds_text(compose->hidden, compose->rendered->html))
		return fail_private(error, "the text");
	for (guint i = 0; attachments && i < attachments->len; i++) {
		const MessageAttachment *attachment =
			g_ptr_array_index(attachments, i);
		g_autofree char *name = shown_name(compose, attachment);
		g_autofree char *where =
			g_strdup_printf("the attachment \"%s\"", name);
		if (private_finds_text(compose->hidden, name) ||
			private_finds_bytes(compose->hidden, attachment->bytes))
			return fail_private(error, where);
	}
	return true;
}

/* ---- the whole --------------------------------------------------------- */

/* Of facts and an envelope that were checked and rid of what is hidden. */
static GBytes *compose_checked(const ReplyTemplates *templates,
	const ReplyFacts *facts, const ReplyEnvelope *envelope,
	const Private *private, ReplyTold *ret_told, GError **error)
{
	Rendered rendered = {0};
	const char *status_address = envelope->reply_to
					     ? envelope->reply_to
					     : facts->mailbox_address;

	if (!reply_templates_render(
		    templates, facts, status_address, true, &rendered, error))
		return NULL;
	g_autoptr(GString) head = g_string_sized_new(HEAD_BYTES);
	Compose compose = {
		.facts = facts,
		.envelope = envelope,
		.rendered = &rendered,
		.hidden = private,
		.head = head,
		.utf8 = !is_ascii(envelope->to_address),
	};
	GBytes *bytes = NULL;
	set_headers(&compose);
	if (!private || check_private(&compose, error)) {
		GMimeObject *body = make_body(&compose);
		bytes = to_bytes(head, body);
		if (ret_told) {
			reply_told_clear(ret_told);
			*ret_told = rendered.told;
			rendered.told = (ReplyTold){0};
		}
		g_object_unref(body);
	}
	rendered_clear(&rendered);
	return bytes;
}

GBytes *reply_compose(const ReplyTemplates *templates, const ReplyFacts *facts,
	const ReplyEnvelope *envelope, ReplyTold *ret_told, GError **error)
{
	if (!check_envelope(facts, envelope, error))
		return NULL;
	start_gmime();
	g_autoptr(Private) private = private_new(envelope);
	if (!private)
		return compose_checked(
			templates, facts, envelope, NULL, ret_told, error);

	Hidden hidden = {*facts, *envelope,
		g_ptr_array_new_with_free_func(g_free), g_ptr_array_new()};
	hide_all(private, &hidden);
	GBytes *bytes = compose_checked(templates, &hidden.facts,
		&hidden.envelope, private, ret_told, error);
	g_ptr_array_unref(hidden.questions);
	g_ptr_array_unref(hidden.texts);
	return bytes;
}
