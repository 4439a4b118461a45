#include <string.h>

#include "milter.h"

/* Postfix cuts a header at 60,000 bytes and libmilter refuses one of 64 kB:
 * such a value is left as it is. */
enum { VALUE_MOST = 50000 };

/* Reply-To fields beyond that are nobody's who wants an answer. */
enum { REPLY_TO_MOST = 256 };

/* ---- single changes ---------------------------------------------------- */

static char *exact_value(const Edit *edit, const char *value)
{
	return g_strconcat(edit->leading_space ? " " : "", value, NULL);
}

void edit_add(Edit *edit, const char *name, const char *value)
{
	g_autofree char *exact = exact_value(edit, value);

	if (smfi_addheader(edit->context, (char *)name, exact) != MI_SUCCESS)
		edit->failed = true;
}

/* value: exact; NULL takes the field off. */
static void change(Edit *edit, const char *name, guint index, const char *value)
{
	if (smfi_chgheader(edit->context, (char *)name, (int)index,
		    (char *)value) != MI_SUCCESS)
		edit->failed = true;
}

static bool is_named(const Edit *edit, const Field *field, const char *name)
{
	return headers_is_named(
		edit->raw + field->start, field->colon - field->start, name);
}

static guint count(const Edit *edit, const char *name)
{
	const GArray *fields = edit->transaction->fields;
	guint found = 0;

	for (guint i = 0; i < fields->len; i++)
		found += is_named(edit, &g_array_index(fields, Field, i), name);
	return found;
}

void edit_remove(Edit *edit, const char *name, guint keep)
{
	/* From the last: the others keep their numbers. */
	for (guint index = count(edit, name); index > keep; index--)
		change(edit, name, index, NULL);
}

void edit_set(Edit *edit, const char *name, const char *value)
{
	g_autofree char *exact = exact_value(edit, value);

	if (count(edit, name) == 0) {
		edit_add(edit, name, value);
		return;
	}
	edit_remove(edit, name, 1);
	change(edit, name, 1, exact);
}

/* ---- what the mail holds ----------------------------------------------- */

char *edit_field_name(const Edit *edit, const Field *field)
{
	return g_strchomp(g_strndup(
		edit->raw + field->start, field->colon - field->start));
}

char *edit_field_value(const Edit *edit, const Field *field)
{
	GString *value = g_string_new(NULL);

	/* libmilter wants folded lines with a bare line feed. */
	for (guint i = field->colon + 1; i < field->end; i++)
		if (edit->raw[i] != '\r')
			g_string_append_c(value, edit->raw[i]);
	return g_strstrip(g_string_free(value, FALSE));
}

char *edit_value(const Edit *edit, const char *name, guint index)
{
	const GArray *fields = edit->transaction->fields;

	for (guint i = 0; i < fields->len; i++) {
		const Field *field = &g_array_index(fields, Field, i);
		if (is_named(edit, field, name) && --index == 0)
			return field->end - field->colon > VALUE_MOST
				       ? NULL
				       : edit_field_value(edit, field);
	}
	return NULL;
}

/* ---- what every mail of a ticket bears --------------------------------- */

void edit_remove_own(Edit *edit)
{
	const GPtrArray *own = edit->transaction->own_headers;

	for (guint i = 0; i < own->len; i++) {
		const OwnHeader *header = g_ptr_array_index(own, i);
		for (int index = header->count; index >= 1; index--)
			change(edit, header->name, (guint)index, NULL);
	}
}

char *edit_tagged_subject(const char *raw, const char *tag, bool leading_space)
{
	GString *value = g_string_new(leading_space ? " " : "");

	g_string_append(value, tag);
	if (*raw && !strchr(" \t\r\n", *raw))
		g_string_append_c(value, ' ');
	/* libmilter wants folded lines with a bare line feed. */
	for (; *raw; raw++)
		if (*raw != '\r')
			g_string_append_c(value, *raw);
	return g_string_free(value, FALSE);
}

void edit_tag_subject(Edit *edit, const char *tag, const char *decoded)
{
	const char *raw = edit->transaction->subject;

	if (!raw) {
		edit_add(edit, "Subject", tag);
		return;
	}
	if (strstr(raw, tag) || (decoded && strstr(decoded, tag)) ||
		strlen(raw) > VALUE_MOST)
		return;
	g_autofree char *value =
		edit_tagged_subject(raw, tag, edit->leading_space);
	change(edit, "Subject", 1, value);
}

/* ---- the copy that is delivered to us ---------------------------------- */

static void remove_forged_results(Edit *edit)
{
	const GArray *forged = edit->transaction->forged;

	for (guint i = forged->len; i > 0; i--)
		change(edit, "Authentication-Results",
			(guint)g_array_index(forged, int, i - 1), NULL);
}

/*
 * Who answers this copy answers us.  Only if nobody else gets it: the token in
 * the address says whose ticket it is.
 */
static void set_answer_to(Edit *edit, const char *answer_to)
{
	guint known = count(edit, "Reply-To");

	if (edit->transaction->others->len)
		return;
	if (known > REPLY_TO_MOST) {
		edit->failed = true;
		return;
	}
	for (guint i = 1; i <= known; i++) {
		g_autofree char *theirs = edit_value(edit, "Reply-To", i);
		if (theirs)
			edit_add(edit, "X-Redress-Reply-To", theirs);
	}
	edit_set(edit, "Reply-To", answer_to);
	/* Some clients' "answer all" goes by these instead. */
	edit_remove(edit, "Mail-Reply-To", 0);
	edit_remove(edit, "Mail-Followup-To", 0);
}

void edit_intake(Edit *edit, const Accepted *accepted)
{
	const EngineReceipt *receipt = &accepted->receipt;
	const GPtrArray *references = receipt->references;

	/* What passes, passes as it is. */
	if (receipt->passed)
		return;
	edit_remove_own(edit);
	remove_forged_results(edit);
	if (!references || !references->len)
		return;
	for (guint i = 0; i < references->len; i++)
		edit_add(edit, "X-Redress-Ticket", references->pdata[i]);
	if (receipt->answer_to)
		set_answer_to(edit, receipt->answer_to);
	if (!receipt->tag_subject)
		return;
	g_autofree char *tag =
		g_strdup_printf("[#%s]", (char *)references->pdata[0]);
	edit_tag_subject(edit, tag, accepted->subject);
}

static bool holds(const GPtrArray *folded, const char *address)
{
	g_autofree char *wanted = base_address_fold(address);

	for (guint i = 0; i < folded->len; i++)
		if (strcmp(folded->pdata[i], wanted) == 0)
			return true;
	return false;
}

void edit_withhold(Edit *edit, const GPtrArray *withheld)
{
	const GPtrArray *others = edit->transaction->others;

	for (guint i = 0; i < others->len; i++) {
		const Other *other = others->pdata[i];
		if (holds(withheld, other->address) &&
			smfi_delrcpt(edit->context, other->path) != MI_SUCCESS)
			edit->failed = true;
	}
}
