/*
 * An agent answers a customer from their own mail client, and the mail passes
 * us on its way out: what was meant for us is taken out of it, and it becomes
 * the mailbox's.  All of it before a milter that signs, which stands after us.
 */
#include <string.h>

#include "milter.h"

/* ---- what shows the agent ---------------------------------------------- */

static bool is_one_of(const char *const *names, size_t length, const char *name)
{
	for (size_t i = 0; i < length; i++) {
		bool prefix = g_str_has_suffix(names[i], "-");
		if (prefix ? g_ascii_strncasecmp(
				     name, names[i], strlen(names[i])) == 0
			   : g_ascii_strcasecmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

/* These tell of who wrote and where, whatever stands in them.  A last "-"
 * stands for any end. */
static const char *const telling[] = {"Sender", "Return-Path", "Bcc",
	"Disposition-Notification-To", "Return-Receipt-To",
	"X-Confirm-Reading-To", "Errors-To", "Mail-Reply-To",
	"Mail-Followup-To", "Autocrypt", "OpenPGP", "X-Sender", "X-X-Sender",
	"X-Authenticated-", "X-AuthUser", "X-Auth-User", "X-Identity-Key",
	"X-Account-Key", "X-Originating-", "Resent-"};

/* The mail would not be the same without these: From is set, To and Cc have
 * been looked at before, the ids are those by which it is found again. */
static const char *const needed[] = {"From", "To", "Cc", "Subject", "Date",
	"Message-ID", "In-Reply-To", "References", "MIME-Version", "Content-"};

bool direct_is_private(
	const char *name, const char *value, const char *folded_agent)
{
	if (is_one_of(telling, G_N_ELEMENTS(telling), name))
		return true;
	if (is_one_of(needed, G_N_ELEMENTS(needed), name) || !*folded_agent)
		return false;
	g_autofree char *folded = base_address_fold(value);
	return strstr(folded, folded_agent) != NULL;
}

typedef struct Doomed Doomed;
struct Doomed {
	char *name;
	guint index; /* which of its name, from 1 */
};

static void doomed_free(void *data)
{
	Doomed *doomed = data;

	g_free(doomed->name);
	g_free(doomed);
}

static guint next_index(GHashTable *counts, const char *name)
{
	char *key = g_ascii_strdown(name, -1);
	guint index = GPOINTER_TO_UINT(g_hash_table_lookup(counts, key)) + 1;

	g_hash_table_insert(counts, key, GUINT_TO_POINTER(index));
	return index;
}

/* (element-type Doomed) in the order of the mail */
static GPtrArray *find_private(const Edit *edit, const EngineDirect *direct)
{
	const GArray *fields = edit->transaction->fields;
	g_autofree char *agent =
		base_address_fold(direct->agent ? direct->agent : "");
	g_autoptr(GHashTable) counts =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	GPtrArray *found = g_ptr_array_new_with_free_func(doomed_free);

	for (guint i = 0; i < fields->len; i++) {
		const Field *field = &g_array_index(fields, Field, i);
		g_autofree char *name = edit_field_name(edit, field);
		g_autofree char *value = edit_field_value(edit, field);
		guint index = next_index(counts, name);

		/* This one is set, or removed, as a whole. */
		if (g_ascii_strcasecmp(name, "Reply-To") == 0 ||
			!direct_is_private(name, value, agent))
			continue;
		Doomed *doomed = g_new0(Doomed, 1);
		doomed->name = g_steal_pointer(&name);
		doomed->index = index;
		g_ptr_array_add(found, doomed);
	}
	return found;
}

static void remove_private(Edit *edit, const EngineDirect *direct)
{
	g_autoptr(GPtrArray) found = find_private(edit, direct);

	/* From the last: the others keep their numbers. */
	for (guint i = found->len; i > 0; i--) {
		const Doomed *doomed = found->pdata[i - 1];
		if (smfi_chgheader(edit->context, doomed->name,
			    (int)doomed->index, NULL) != MI_SUCCESS)
			edit->failed = true;
	}
}

/* ---- the sender -------------------------------------------------------- */

static void set_sender(Edit *edit, const EngineDirect *direct)
{
	if (direct->from_address) {
		g_autofree char *from = reply_format_address("From",
			direct->from_name ? direct->from_name : "",
			direct->from_address);
		remove_private(edit, direct);
		edit_set(edit, "From", from);
	}
	if (direct->reply_to)
		edit_set(edit, "Reply-To", direct->reply_to);
	else if (direct->from_address)
		edit_remove(edit, "Reply-To", 0);
	if (!direct->envelope_from)
		return;
	g_autofree char *path =
		g_strconcat("<", direct->envelope_from, ">", NULL);
	if (smfi_chgfrom(edit->context, path, NULL) != MI_SUCCESS)
		edit->failed = true;
}

/* ---- the thread -------------------------------------------------------- */

char *direct_references(
	const char *references, const char *in_reply_to, const char *id)
{
	g_autofree char *bracketed = g_strconcat("<", id, ">", NULL);
	/* RFC 5322, 3.6.4: without References the answered mail's id begins. */
	const char *before =
		references && *references ? references : in_reply_to;

	if (before && strstr(before, bracketed))
		return NULL;
	if (!before || !*before)
		return g_steal_pointer(&bracketed);
	return g_strconcat(before, "\n ", bracketed, NULL);
}

static void set_references(Edit *edit, const char *id)
{
	const char *const names[] = {"References", "In-Reply-To"};
	g_autofree char *known = edit_value(edit, names[0], 1);
	g_autofree char *answered = edit_value(edit, names[1], 1);
	g_autofree char *value = direct_references(known, answered, id);

	if (value)
		edit_set(edit, "References", value);
}

/* ---- the body ---------------------------------------------------------- */

/* The header is changed field by field, so it is not to differ here. */
static void replace_body(Edit *edit, GBytes *stripped)
{
	gsize length;
	const char *bytes = g_bytes_get_data(stripped, &length);
	gsize start = edit->transaction->body;

	if (length < start || memcmp(bytes, edit->raw, start) != 0) {
		edit->failed = true;
		return;
	}
	/* An empty body is one empty line: nothing might replace nothing. */
	const char *body = length > start ? bytes + start : "\r\n";
	int body_length = length > start ? (int)(length - start) : 2;
	if (smfi_replacebody(edit->context, (unsigned char *)body,
		    body_length) != MI_SUCCESS)
		edit->failed = true;
}

void direct_edit(Edit *edit, const Accepted *accepted)
{
	const EngineReceipt *receipt = &accepted->receipt;
	const EngineDirect *direct = receipt->direct;

	if (accepted->stripped)
		replace_body(edit, accepted->stripped);
	edit_remove_own(edit);
	set_sender(edit, direct);
	if (direct->thread_id)
		set_references(edit, direct->thread_id);
	if (direct->subject_tag)
		edit_tag_subject(edit, direct->subject_tag, accepted->subject);
	for (guint i = 0; receipt->references && i < receipt->references->len;
		i++)
		edit_add(edit, "X-Redress-Ticket",
			receipt->references->pdata[i]);
}
