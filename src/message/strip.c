/*
 * Taking lines out of a mail in flight.  The MIME tree is walked over the
 * mail's own bytes; each text that a person reads loses the lines, and only
 * their bytes are cut.  Then the mail is read anew and held against what it
 * has to be.  Whatever is not certain on the way refuses the mail.
 */
#include <gmime/gmime.h>
#include <string.h>

#include "strip.h"

typedef struct Edit Edit;
struct Edit {
	size_t start;
	size_t end;
	GByteArray *bytes; /* instead of these */
};

typedef struct Strip Strip;
struct Strip {
	const char *bytes; /* of the tree: raw->mime */
	size_t length;
	const StripLines *lines;
	GArray *edits;    /* Edit, in order */
	GString *outline; /* what the mail has to be afterwards */
	GPtrArray *defects;
	unsigned objects;
};

/* What was taken out of a part of the tree. */
typedef struct Found Found;
struct Found {
	unsigned *counts; /* by line */
	bool words;       /* it shows any */
};

/* Where in the tree an object is. */
typedef struct Place Place;
struct Place {
	unsigned depth;
	bool alternative; /* right below a multipart/alternative */
	bool apart;       /* in a mail that is attached */
};

bool strip_refuse(GError **error, const char *words)
{
	g_set_error_literal(error, MESSAGE_ERROR, REDRESS_ERROR_INVALID, words);
	return false;
}

static bool refuse_malformed(GError **error)
{
	return strip_refuse(error,
		"Your mail is malformed, so its commands cannot be taken out "
		"safely. Please send it as plain text.");
}

static void edit_clear(gpointer data)
{
	g_byte_array_unref(((Edit *)data)->bytes);
}

/* ---- what cannot be altered, or repeats the text ---------------------- */

static const struct {
	const char *type;
	const char *words;
} refused_types[] = {
	{"multipart/signed",
		"Your mail is signed, so its commands cannot be taken out. "
		"Please send it unsigned, or without commands."},
	{"multipart/encrypted",
		"Your mail is encrypted, so its commands cannot be taken out. "
		"Please send it unencrypted."},
	{"application/pkcs7-mime",
		"Your mail is signed or encrypted (S/MIME), so its commands "
		"cannot be taken out. Please send it without."},
	{"application/x-pkcs7-mime",
		"Your mail is signed or encrypted (S/MIME), so its commands "
		"cannot be taken out. Please send it without."},
	{"application/pgp",
		"Your mail is signed or encrypted (PGP), so its commands "
		"cannot be taken out. Please send it without."},
	{"application/pgp-encrypted",
		"Your mail is encrypted (PGP), so its commands cannot be taken "
		"out. Please send it unencrypted."},
	{"application/ms-tnef",
		"Your mail repeats its text in a winmail.dat, so its commands "
		"cannot be taken out. Please send it as plain text."},
	{"application/vnd.ms-tnef",
		"Your mail repeats its text in a winmail.dat, so its commands "
		"cannot be taken out. Please send it as plain text."},
	{"message/partial",
		"Your mail is one piece of a longer one, so its commands "
		"cannot be taken out. Please send it in one piece."},
	{"message/external-body",
		"A part of your mail is kept elsewhere, so its commands cannot "
		"be taken out. Please send it as plain text."},
};

static const char other_form[] =
	"Your mail repeats its text in another form, so its commands cannot be "
	"taken out safely. Please send it as plain text.";

static const char in_attachment[] =
	"A command is repeated in an attachment or beside the text of your "
	"mail. Please take it out there.";

static bool is_tnef_name(const char *name)
{
	return name && g_ascii_strcasecmp(name, "winmail.dat") == 0;
}

/* Texts that are the same words in a language of their own. */
static bool is_other_form(const char *type)
{
	static const char *const types[] = {"text/rtf", "text/richtext",
		"text/enriched", "text/x-amp-html", "text/watch-html",
		"application/rtf", "application/xhtml+xml"};

	for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
		if (strcmp(types[i], type) == 0)
			return true;
	return false;
}

static bool check_type(
	const MessagePart *part, const Place *place, GError **error)
{
	const char *slash = strchr(part->type, '/');

	if (!slash || slash == part->type || !slash[1])
		return refuse_malformed(error);
	if (place->apart)
		return true;
	for (size_t i = 0; i < G_N_ELEMENTS(refused_types); i++)
		if (strcmp(refused_types[i].type, part->type) == 0)
			return strip_refuse(error, refused_types[i].words);
	if (is_tnef_name(part->name))
		return strip_refuse(error,
			"Your mail carries a winmail.dat, so its commands "
			"cannot be taken out. Please send it as plain text.");
	if (is_other_form(part->type) && !part->disposition)
		return strip_refuse(error, other_form);
	if (place->alternative && strcmp(part->type, "text/plain") != 0 &&
		strcmp(part->type, "text/html") != 0 &&
		!g_str_has_prefix(part->type, "multipart/"))
		return strip_refuse(error, other_form);
	return true;
}

/* A field that is there twice is read in two ways. */
static bool has_double_fields(GMimeObject *object)
{
	static const char *const names[] = {"Content-Type",
		"Content-Transfer-Encoding", "Content-Disposition"};
	GMimeHeaderList *list = g_mime_object_get_header_list(object);
	int count = g_mime_header_list_get_count(list);
	unsigned seen[G_N_ELEMENTS(names)] = {0};

	for (int i = 0; i < count; i++) {
		const char *name = g_mime_header_get_name(
			g_mime_header_list_get_header_at(list, i));

		for (size_t j = 0; j < G_N_ELEMENTS(names); j++)
			if (g_ascii_strcasecmp(name, names[j]) == 0 &&
				++seen[j] > 1)
				return true;
	}
	return false;
}

/* ---- one text --------------------------------------------------------- */

/* The raw bytes of a leaf's content as a range of the tree's bytes. */
static bool find_raw(const Strip *strip, GMimePart *leaf, StripRange *ret_range)
{
	GMimeDataWrapper *content = g_mime_part_get_content(leaf);
	GMimeStream *stream =
		content ? g_mime_data_wrapper_get_stream(content) : NULL;

	if (!stream || !GMIME_IS_STREAM_MEM(stream) ||
		stream->bound_start < 0 ||
		stream->bound_end < stream->bound_start ||
		(size_t)stream->bound_end > strip->length)
		return false;
	*ret_range = (StripRange){
		(size_t)stream->bound_start, (size_t)stream->bound_end};
	return true;
}

static enum strip_transfer transfer_of(GMimeObject *leaf)
{
	return strip_transfer_parse(
		g_mime_object_get_header(leaf, "Content-Transfer-Encoding"));
}

static bool has_pgp(const GString *text)
{
	return strstr(text->str, "-----BEGIN PGP ") != NULL;
}

/* The characters of a text part, as far as they are certain. */
static StripText *read_text(
	const MessagePart *part, const GByteArray *bytes, GError **error)
{
	const char *data = bytes->len > 0 ? (const char *)bytes->data : "";
	g_autofree char *found = NULL;
	StripText *text;

	if (bytes->len > MESSAGE_MAX_TEXT_BYTES) {
		strip_refuse(error,
			"The text of your mail is too long for its commands to "
			"be taken out safely. Please send a shorter one.");
		return NULL;
	}
	if (!part->charset && strcmp(part->type, "text/html") == 0)
		found = parts_html_charset(data, bytes->len);
	text = strip_text_new(
		data, bytes->len, part->charset ? part->charset : found);
	if (!text)
		strip_refuse(error,
			"The character set of your mail is not certain, so its "
			"commands cannot be taken out safely. Please send it "
			"in UTF-8.");
	return text;
}

/* The lines of plain text that go, as ranges of the text. */
static bool find_in_plain(const Strip *strip, GMimeObject *leaf,
	const GString *text, GArray *ranges, Found *found, GError **error)
{
	StripFlow flow = {0};
	g_autoptr(GArray) judged = NULL;

	flow.flowed = parts_is_flowed(leaf, &flow.delete_space);
	judged = strip_lines_judge(strip->lines, text->str, text->len, flow);
	for (guint i = 0; i < judged->len; i++) {
		const StripLine *line = &g_array_index(judged, StripLine, i);
		StripRange range = {line->start, line->after};

		switch (line->kind) {
		case STRIP_OTHER:
		case STRIP_QUOTED:
			break;
		case STRIP_COMMAND:
			g_array_append_val(ranges, range);
			found->counts[line->which]++;
			break;
		case STRIP_DOUBT:
			return strip_refuse(error,
				"A line of your mail looks like a command but "
				"is not quite one. Please write each command "
				"on a line of its own.");
		}
	}
	found->words = found->words || text_count_letters(text->str, 1) > 0;
	return true;
}

static bool find_in_text(const Strip *strip, GMimeObject *leaf,
	const MessagePart *part, const GString *text, GArray *ranges,
	Found *found, GError **error)
{
	bool words = false;

	if (has_pgp(text))
		return strip_refuse(error,
			"Your mail is signed or encrypted (PGP), so its "
			"commands cannot be taken out. Please send it "
			"without.");
	if (strcmp(part->type, "text/html") != 0)
		return find_in_plain(strip, leaf, text, ranges, found, error);
	if (!strip_html_find(
		    strip->lines, text, ranges, found->counts, &words, error))
		return false;
	found->words = found->words || words;
	return true;
}

/* The characters' ranges as ranges of the bytes.  (transfer full) */
static GArray *map_ranges(const StripText *text, const GArray *characters)
{
	GArray *bytes = g_array_new(FALSE, FALSE, sizeof(StripRange));

	for (guint i = 0; i < characters->len; i++)
		strip_text_map(
			text, g_array_index(characters, StripRange, i), bytes);
	return bytes;
}

static void add_cut(GString *to, const GString *from, const GArray *ranges)
{
	size_t at = 0;

	for (guint i = 0; i < ranges->len; i++) {
		const StripRange *range = &g_array_index(ranges, StripRange, i);

		g_string_append_len(
			to, from->str + at, (gssize)(range->start - at));
		at = range->end;
	}
	g_string_append_len(to, from->str + at, (gssize)(from->len - at));
}

/* Whether the new content reads as the old text without the ranges. */
static bool reads_as_meant(const MessagePart *part, const GByteArray *bytes,
	const GString *text, const GArray *ranges)
{
	GString *meant = g_string_sized_new(text->len);
	g_autoptr(StripText) now = read_text(part, bytes, NULL);
	bool same;

	add_cut(meant, text, ranges);
	same = now && g_string_equal(meant, now->utf8);
	g_string_free(meant, TRUE);
	return same;
}

static void add_outline(Strip *strip, const Place *place,
	const MessagePart *part, const GByteArray *content)
{
	g_autofree char *sum = NULL;

	if (content)
		sum = g_compute_checksum_for_data(
			G_CHECKSUM_SHA256, content->data, content->len);
	g_string_append_printf(strip->outline, "%u %s %s\n", place->depth,
		part->type, sum ? sum : "");
}

static bool edit_text(Strip *strip, GMimeObject *leaf, const Place *place,
	const MessagePart *part, Found *found, GError **error)
{
	enum strip_transfer transfer = transfer_of(leaf);
	g_autoptr(GByteArray) decoded = NULL;
	g_autoptr(GByteArray) theirs = parts_read_content(leaf);
	g_autoptr(GByteArray) now = NULL;
	g_autoptr(GArray) characters =
		g_array_new(FALSE, FALSE, sizeof(StripRange));
	g_autoptr(GArray) ranges = NULL;
	g_autoptr(StripText) text = NULL;
	StripRange raw;
	Edit edit;

	if (!find_raw(strip, GMIME_PART(leaf), &raw))
		return refuse_malformed(error);
	decoded = strip_transfer_decode(
		transfer, strip->bytes + raw.start, raw.end - raw.start);
	if (!decoded || decoded->len != theirs->len ||
		(decoded->len > 0 &&
			memcmp(decoded->data, theirs->data, decoded->len) != 0))
		return refuse_malformed(error);
	text = read_text(part, decoded, error);
	if (!text || !find_in_text(strip, leaf, part, text->utf8, characters,
			     found, error))
		return false;
	ranges = map_ranges(text, characters);
	if (ranges->len == 0) {
		add_outline(strip, place, part, decoded);
		return true;
	}
	edit = (Edit){raw.start, raw.end,
		strip_transfer_edit(transfer, strip->bytes + raw.start,
			raw.end - raw.start, ranges)};
	g_array_append_val(strip->edits, edit);
	now = strip_transfer_decode(
		transfer, (const char *)edit.bytes->data, edit.bytes->len);
	if (!now || !reads_as_meant(part, now, text->utf8, characters))
		return refuse_malformed(error);
	add_outline(strip, place, part, now);
	return true;
}

/* ---- what is beside the text ------------------------------------------ */

static bool has_command(const Strip *strip, const char *text, StripFlow flow)
{
	g_autoptr(GArray) judged =
		strip_lines_judge(strip->lines, text, strlen(text), flow);

	for (guint i = 0; i < judged->len; i++) {
		enum strip_kind kind = g_array_index(judged, StripLine, i).kind;

		if (kind == STRIP_COMMAND || kind == STRIP_DOUBT)
			return true;
	}
	return false;
}

/* A text that is carried as it is must not show a command either. */
static bool check_beside(Strip *strip, GMimeObject *leaf, const Place *place,
	const MessagePart *part, GError **error)
{
	g_autoptr(GByteArray) content = parts_read_content(leaf);
	StripFlow flow = {0};
	g_autofree char *text = NULL;
	bool shows;

	add_outline(strip, place, part, content);
	if (!g_str_has_prefix(part->type, "text/") &&
		!parts_is_machine_text(part->type))
		return true;
	text = text_decode(content->len > 0 ? (char *)content->data : "",
		content->len, part->charset, strip->defects);
	flow.flowed = parts_is_flowed(leaf, &flow.delete_space);
	shows = has_command(strip, text, flow);
	if (strcmp(part->type, "text/html") == 0) {
		g_autofree char *page =
			message_html_to_text(text, strlen(text));

		shows = shows || has_command(strip, page, (StripFlow){0});
	} else if (strcmp(part->type, "text/plain") != 0) {
		shows = shows ||
			strip_lines_within(strip->lines, text, strlen(text));
	}
	return !shows || strip_refuse(error, in_attachment);
}

static bool check_leaf(Strip *strip, GMimeObject *leaf, const Place *place,
	const MessagePart *part, Found *found, GError **error)
{
	bool text = strcmp(part->type, "text/plain") == 0 ||
		    strcmp(part->type, "text/html") == 0;

	if (transfer_of(leaf) == STRIP_TRANSFER_UNKNOWN &&
		g_str_has_prefix(part->type, "text/"))
		return strip_refuse(error,
			"Your mail has an unknown transfer encoding, so its "
			"commands cannot be taken out. Please send it as plain "
			"text.");
	if (text && !part->attachment && !place->apart)
		return edit_text(strip, leaf, place, part, found, error);
	return check_beside(strip, leaf, place, part, error);
}

/* ---- the tree --------------------------------------------------------- */

static bool walk(Strip *strip, GMimeObject *object, const Place *place,
	Found *found, GError **error);

/* What stands before the first part and behind the last is shown by programs
 * that know no MIME. */
static bool check_margin(const Strip *strip, const char *words, GError **error)
{
	g_autofree char *text = NULL;

	if (!words)
		return true;
	text = text_decode(words, strlen(words), NULL, strip->defects);
	return !has_command(strip, text, (StripFlow){0}) ||
	       strip_refuse(error, in_attachment);
}

/* Alternatives say the same: what went from one went from each. */
static bool add_found(const Strip *strip, const Found *part, bool alternative,
	Found *found, GError **error)
{
	for (guint i = 0; i < strip->lines->exact->len; i++) {
		if (!alternative)
			found->counts[i] += part->counts[i];
		else if (!part->words && part->counts[i] == 0)
			continue;
		else if (!found->words)
			found->counts[i] = part->counts[i];
		else if (found->counts[i] != part->counts[i])
			return strip_refuse(error,
				"The plain text and the HTML of your mail do "
				"not show the same commands. Please send it as "
				"plain text.");
	}
	found->words = found->words || part->words;
	if (alternative)
		for (guint i = 0; i < strip->lines->exact->len; i++)
			found->words = found->words || part->counts[i] > 0;
	return true;
}

static bool walk_multipart(Strip *strip, GMimeMultipart *multipart,
	const MessagePart *part, const Place *place, Found *found,
	GError **error)
{
	int count = g_mime_multipart_get_count(multipart);
	bool alternative = strcmp(part->type, "multipart/alternative") == 0;
	Place below = {.depth = place->depth + 1,
		.alternative = alternative,
		.apart = place->apart};

	if (count == 0)
		return refuse_malformed(error);
	add_outline(strip, place, part, NULL);
	if (!check_margin(
		    strip, g_mime_multipart_get_prologue(multipart), error) ||
		!check_margin(
			strip, g_mime_multipart_get_epilogue(multipart), error))
		return false;
	for (int i = 0; i < count; i++) {
		g_autofree unsigned *counts =
			g_new0(unsigned, strip->lines->exact->len);
		Found one = {.counts = counts};

		if (!walk(strip, g_mime_multipart_get_part(multipart, i),
			    &below, &one, error) ||
			!add_found(strip, &one, alternative, found, error))
			return false;
	}
	return true;
}

static bool walk_attached_mail(Strip *strip, GMimeMessagePart *object,
	const MessagePart *part, const Place *place, GError **error)
{
	GMimeMessage *mail = g_mime_message_part_get_message(object);
	GMimeObject *top = mail ? g_mime_message_get_mime_part(mail) : NULL;
	g_autofree unsigned *counts =
		g_new0(unsigned, strip->lines->exact->len);
	Found ignored = {.counts = counts};
	Place below = {.depth = place->depth + 1, .apart = true};

	add_outline(strip, place, part, NULL);
	return !top || walk(strip, top, &below, &ignored, error);
}

static bool walk(Strip *strip, GMimeObject *object, const Place *place,
	Found *found, GError **error)
{
	g_autoptr(MessagePart) part = NULL;

	if (!object || place->depth > MESSAGE_MAX_DEPTH ||
		++strip->objects > MESSAGE_MAX_PARTS ||
		has_double_fields(object))
		return refuse_malformed(error);
	part = parts_describe(object, strip->defects);
	if (!check_type(part, place, error))
		return false;
	if (GMIME_IS_MULTIPART(object))
		return walk_multipart(strip, GMIME_MULTIPART(object), part,
			place, found, error);
	if (GMIME_IS_MESSAGE_PART(object))
		return walk_attached_mail(
			strip, GMIME_MESSAGE_PART(object), part, place, error);
	if (GMIME_IS_PART(object))
		return check_leaf(strip, object, place, part, found, error);
	return refuse_malformed(error);
}

/* ---- the whole mail --------------------------------------------------- */

static void strip_init(Strip *strip, const StripLines *lines)
{
	*strip = (Strip){.lines = lines,
		.edits = g_array_new(FALSE, FALSE, sizeof(Edit)),
		.outline = g_string_new(NULL),
		.defects = g_ptr_array_new_with_free_func(g_free)};
	g_array_set_clear_func(strip->edits, edit_clear);
}

static void strip_clear(Strip *strip)
{
	g_array_unref(strip->edits);
	g_string_free(strip->outline, TRUE);
	g_ptr_array_unref(strip->defects);
}

/* Where in the mail the body of raw->mime stands; false if the bounds have
 * changed anything in it. */
static bool find_body(const char *bytes, size_t length, const RawMessage *raw,
	size_t *ret_mime, size_t *ret_mail)
{
	const char *mime = (const char *)raw->mime->data;
	const char *blank =
		*mime == '\n' ? mime : memmem(mime, raw->mime->len, "\n\n", 2);
	size_t body;

	if (!blank)
		return false;
	*ret_mime = (size_t)(blank - mime) + (blank == mime ? 1 : 2);
	body = raw->mime->len - *ret_mime;
	if (body > length)
		return false;
	*ret_mail = length - body;
	return memcmp(mime + *ret_mime, bytes + *ret_mail, body) == 0;
}

/* Fills strip from a mail, and *ret_shift with what is to be added to the
 * places in the tree to have those in the mail. */
static bool read_mail(Strip *strip, const char *bytes, size_t length,
	Found *found, gssize *ret_shift, GError **error)
{
	g_autoptr(RawMessage) raw = bounds_apply(bytes, length, strip->defects);
	GMimeObject *top;
	Place place = {0};
	size_t in_mime, in_mail;
	bool whole;

	if (strip->defects->len > 0 ||
		!find_body(bytes, length, raw, &in_mime, &in_mail))
		return refuse_malformed(error);
	*ret_shift = (gssize)in_mail - (gssize)in_mime;
	strip->bytes = (const char *)raw->mime->data;
	strip->length = raw->mime->len;
	top = parts_parse(raw);
	if (!top)
		return refuse_malformed(error);
	whole = walk(strip, top, &place, found, error);
	g_object_unref(top);
	return whole;
}

static bool check_counts(
	const StripLines *lines, const Found *found, GError **error)
{
	for (guint i = 0; i < lines->exact->len; i++)
		if (found->counts[i] <
			g_array_index(lines->wanted, unsigned, i))
			return strip_refuse(error,
				"A command of your mail was not found on a "
				"line of its own above the quoted text. Please "
				"write each on its own line at the top.");
	return true;
}

static GBytes *splice(
	const Strip *strip, const char *bytes, size_t length, gssize shift)
{
	GByteArray *out = g_byte_array_sized_new((guint)length);
	size_t at = 0;

	for (guint i = 0; i < strip->edits->len; i++) {
		const Edit *edit = &g_array_index(strip->edits, Edit, i);
		size_t start = (size_t)((gssize)edit->start + shift);

		g_byte_array_append(
			out, (const guint8 *)bytes + at, (guint)(start - at));
		g_byte_array_append(out, edit->bytes->data, edit->bytes->len);
		at = (size_t)((gssize)edit->end + shift);
	}
	g_byte_array_append(
		out, (const guint8 *)bytes + at, (guint)(length - at));
	return g_byte_array_free_to_bytes(out);
}

/* Reads the new mail as any program would. */
static bool shows_no_command(
	const StripLines *lines, const char *bytes, size_t length)
{
	g_autoptr(Message) message = message_parse(bytes, length, NULL);
	Strip strip = {.lines = lines};

	return message && !has_command(&strip, message->text, (StripFlow){0});
}

/* The new mail has the parts that the old one has to have become, and shows no
 * command. */
static bool check_result(const StripLines *lines, GBytes *result,
	const GString *outline, GError **error)
{
	size_t length;
	const char *bytes = g_bytes_get_data(result, &length);
	g_autofree unsigned *counts = g_new0(unsigned, lines->exact->len);
	Found found = {.counts = counts};
	Strip again;
	gssize shift;
	bool same;

	strip_init(&again, lines);
	same = read_mail(&again, bytes, length, &found, &shift, NULL) &&
	       again.edits->len == 0 &&
	       g_string_equal(again.outline, outline) &&
	       shows_no_command(lines, bytes, length);
	strip_clear(&again);
	return same || refuse_malformed(error);
}

static GBytes *strip_lines_from(
	Strip *strip, const char *bytes, size_t length, GError **error)
{
	g_autofree unsigned *counts =
		g_new0(unsigned, strip->lines->exact->len);
	Found found = {.counts = counts};
	g_autoptr(GBytes) result = NULL;
	gssize shift;

	if (!read_mail(strip, bytes, length, &found, &shift, error) ||
		!check_counts(strip->lines, &found, error))
		return NULL;
	result = splice(strip, bytes, length, shift);
	if (!check_result(strip->lines, result, strip->outline, error))
		return NULL;
	return g_steal_pointer(&result);
}

GBytes *message_strip_lines(const char *bytes, size_t length,
	const char *const *lines, GError **error)
{
	g_autoptr(StripLines) made = strip_lines_new(lines);
	GBytes *result;
	Strip strip;

	if (length == 0) {
		strip_refuse(error, "The mail is empty.");
		return NULL;
	}
	message_init();
	strip_init(&strip, made);
	result = strip_lines_from(&strip, bytes, length, error);
	strip_clear(&strip);
	return result;
}
