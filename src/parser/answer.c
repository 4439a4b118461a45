/*
 * Answers as GVariants.  What was refused has words and nothing else, what was
 * done has no words.
 */
#include <string.h>

#include "answer.h"

#define LINES_TYPE "aay"
#define ATTACHMENTS_TYPE "(msa(msmsmsay))"
#define MAIL_TYPE "(msay)"

/* (transfer full) */
static GBytes *pack(GVariant *floating)
{
	g_autoptr(GVariant) variant = g_variant_ref_sink(floating);

	return g_variant_get_data_as_bytes(variant);
}

/* NULL unless in normal form.  (transfer full) (nullable) */
static GVariant *unpack(GBytes *bytes, const char *type)
{
	g_autoptr(GVariant) variant = g_variant_ref_sink(
		g_variant_new_from_bytes(G_VARIANT_TYPE(type), bytes, FALSE));

	if (!g_variant_is_normal_form(variant))
		return NULL;
	return g_steal_pointer(&variant);
}

/* ---- lines ------------------------------------------------------------ */

GBytes *answer_pack_lines(const char *const *lines)
{
	return pack(g_variant_new_bytestring_array(lines, -1));
}

char **answer_unpack_lines(GBytes *bytes)
{
	g_autoptr(GVariant) variant = unpack(bytes, LINES_TYPE);

	if (!variant)
		return g_new0(char *, 1);
	return g_variant_dup_bytestring_array(variant, NULL);
}

/* ---- bytes and words -------------------------------------------------- */

static GVariant *new_bytes(GBytes *bytes)
{
	return g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), bytes, TRUE);
}

static const char *words_of(const GError *error)
{
	return error ? error->message : NULL;
}

/* Words for an SMTP reply: one line of printable ASCII. */
static bool are_words(const char *words)
{
	if (!*words || strlen(words) > ANSWER_MAX_WORDS_BYTES)
		return false;
	for (; *words; words++)
		if (*words < ' ' || *words > '~')
			return false;
	return true;
}

static bool is_line(const char *text)
{
	if (!text)
		return true;
	if (strlen(text) > ANSWER_MAX_NAME_BYTES)
		return false;
	for (const char *p = text; *p; p = g_utf8_next_char(p))
		if (g_unichar_iscntrl(g_utf8_get_char(p)))
			return false;
	return true;
}

static bool is_name(const char *name)
{
	return is_line(name) && (!name || !strpbrk(name, "/\\"));
}

/* "image/png": nothing that ends a header's value. */
static bool is_type(const char *type)
{
	if (!type || strlen(type) > 127 || !strchr(type, '/'))
		return false;
	for (const char *p = type; *p; p++)
		if (!g_ascii_isalnum(*p) && !strchr("!#$&-^_.+/", *p))
			return false;
	return true;
}

static bool is_id(const char *id)
{
	for (; id && *id; id++)
		if (*id <= ' ' || *id > '~' || *id == '<' || *id == '>')
			return false;
	return true;
}

/* False if words are no refusal; else *ret_refusal. */
static bool take_refusal(const char *words, GError **ret_refusal)
{
	if (!are_words(words))
		return false;
	*ret_refusal = g_error_new_literal(
		MESSAGE_ERROR, REDRESS_ERROR_INVALID, words);
	return true;
}

/* ---- a mail ----------------------------------------------------------- */

GBytes *answer_pack_mail(GBytes *mail, const GError *error)
{
	g_autoptr(GBytes) none = g_bytes_new(NULL, 0);

	return pack(g_variant_new(
		"(ms@ay)", words_of(error), new_bytes(mail ? mail : none)));
}

bool answer_unpack_mail(GBytes *bytes, size_t mail_bytes, GBytes **ret_mail,
	GError **ret_refusal)
{
	g_autoptr(GVariant) variant = unpack(bytes, MAIL_TYPE);
	g_autoptr(GVariant) content = NULL;
	g_autoptr(GBytes) mail = NULL;
	const char *words;

	if (!variant)
		return false;
	g_variant_get(variant, "(m&s@ay)", &words, &content);
	if (words)
		return take_refusal(words, ret_refusal);
	mail = g_variant_get_data_as_bytes(content);
	/* A few bytes guard blanks that came to stand at a line's end. */
	if (g_bytes_get_size(mail) == 0 ||
		g_bytes_get_size(mail) > mail_bytes + ANSWER_OVERHEAD_BYTES)
		return false;
	*ret_mail = g_steal_pointer(&mail);
	return true;
}

/* ---- attachments ------------------------------------------------------ */

GBytes *answer_pack_attachments(
	const GPtrArray *attachments, const GError *error)
{
	GVariantBuilder builder;

	g_variant_builder_init(&builder, G_VARIANT_TYPE("a(msmsmsay)"));
	for (guint i = 0; attachments && i < attachments->len; i++) {
		const MessageAttachment *one = attachments->pdata[i];

		g_variant_builder_add(&builder, "(msmsms@ay)", one->name,
			one->type, one->content_id, new_bytes(one->bytes));
	}
	return pack(
		g_variant_new("(msa(msmsmsay))", words_of(error), &builder));
}

/* NULL if anything in it is not as it has to be.  (transfer full) */
static MessageAttachment *read_attachment(GVariant *variant)
{
	g_autoptr(GVariant) content = NULL;
	const char *name, *type, *id;
	MessageAttachment *read;

	g_variant_get(variant, "(m&sm&sm&s@ay)", &name, &type, &id, &content);
	if (!is_name(name) || !is_type(type) || !is_id(id))
		return NULL;
	read = g_new0(MessageAttachment, 1);
	read->name = g_strdup(name);
	read->type = g_strdup(type);
	read->content_id = g_strdup(id);
	read->bytes = g_variant_get_data_as_bytes(content);
	return read;
}

static void attachment_clear(gpointer data)
{
	message_attachment_free(data);
}

static GPtrArray *read_attachments(GVariant *array, size_t mail_bytes)
{
	g_autoptr(GPtrArray) read =
		g_ptr_array_new_with_free_func(attachment_clear);
	size_t count = g_variant_n_children(array), total = 0;

	if (count > ANSWER_MAX_ATTACHMENTS)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		g_autoptr(GVariant) child = g_variant_get_child_value(array, i);
		MessageAttachment *one = read_attachment(child);

		if (!one)
			return NULL;
		g_ptr_array_add(read, one);
		total += g_bytes_get_size(one->bytes);
	}
	if (total > mail_bytes + ANSWER_OVERHEAD_BYTES)
		return NULL;
	return g_steal_pointer(&read);
}

bool answer_unpack_attachments(GBytes *bytes, size_t mail_bytes,
	GPtrArray **ret_attachments, GError **ret_refusal)
{
	g_autoptr(GVariant) variant = unpack(bytes, ATTACHMENTS_TYPE);
	g_autoptr(GVariant) array = NULL;
	GPtrArray *attachments;
	const char *words;

	if (!variant)
		return false;
	g_variant_get(variant, "(m&s@a(msmsmsay))", &words, &array);
	if (words)
		return take_refusal(words, ret_refusal);
	attachments = read_attachments(array, mail_bytes);
	if (!attachments)
		return false;
	*ret_attachments = attachments;
	return true;
}
