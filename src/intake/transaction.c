#include <string.h>

#include "milter.h"

/*
 * Deleting a header costs the MTA a walk through its queue file: so many and
 * no more.  A mail that went through us a few times holds a handful.
 */
enum { OWN_HEADERS_MOST = 256 };

/* Methods that the results of one server report; RFC 8601 knows a dozen. */
enum { METHODS_MOST = 64 };

static const char own_prefix[] = "X-Redress-";

static void own_header_free(void *data)
{
	OwnHeader *header = data;

	g_free(header->name);
	g_free(header);
}

static void other_free(void *data)
{
	Other *other = data;

	g_free(other->path);
	g_free(other->address);
	g_free(other);
}

Transaction *transaction_new(
	EnginePolicy *policy, char *sender, char *auth_login, char *client)
{
	Transaction *transaction = g_new0(Transaction, 1);

	transaction->policy = policy;
	transaction->sender = sender;
	transaction->auth_login = auth_login;
	transaction->client = client;
	transaction->recipients = g_ptr_array_new_with_free_func(g_free);
	transaction->others = g_ptr_array_new_with_free_func(other_free);
	transaction->own_headers =
		g_ptr_array_new_with_free_func(own_header_free);
	transaction->raw = g_byte_array_new();
	transaction->fields = g_array_new(FALSE, FALSE, sizeof(Field));
	transaction->methods =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	transaction->forged = g_array_new(FALSE, FALSE, sizeof(int));
	milter_count(1);
	return transaction;
}

void transaction_free(Transaction *transaction)
{
	if (!transaction)
		return;
	engine_policy_unref(transaction->policy);
	g_free(transaction->sender);
	g_free(transaction->auth_login);
	g_free(transaction->client);
	g_ptr_array_unref(transaction->recipients);
	g_ptr_array_unref(transaction->others);
	g_ptr_array_unref(transaction->own_headers);
	g_byte_array_unref(transaction->raw);
	g_array_unref(transaction->fields);
	g_hash_table_unref(transaction->methods);
	g_array_unref(transaction->forged);
	g_free(transaction->refusal_words);
	g_free(transaction->message_id);
	g_free(transaction->subject);
	milter_release(transaction->reserved);
	milter_count(-1);
	g_free(transaction);
}

/* Nothing more is kept of a mail that will not be taken. */
void transaction_refuse(Transaction *transaction, enum refusal refusal)
{
	if (transaction->course == COURSE_REFUSED)
		return;
	transaction->course = COURSE_REFUSED;
	transaction->refusal = refusal;
	g_byte_array_unref(transaction->raw);
	transaction->raw = g_byte_array_new();
	g_array_set_size(transaction->fields, 0);
	milter_release(transaction->reserved);
	transaction->reserved = 0;
}

/* ---- the envelope ------------------------------------------------------ */

/* RCPT TO:<complaints>: an MTA adds its own domain, and may tell. */
static char *complete(
	const Transaction *transaction, const char *path, const char *resolved)
{
	g_autofree char *address = address_of_path(path);

	if (strchr(address, '@'))
		return g_steal_pointer(&address);
	if (resolved && strchr(resolved, '@'))
		return address_of_path(resolved);

	AnalysisEnvelope envelope = {0};
	engine_policy_envelope(transaction->policy, NULL, &envelope);
	return g_strdup_printf("%s@%s", address, envelope.our_hostname);
}

bool transaction_reserve(Transaction *transaction, size_t bytes)
{
	if (!milter_reserve(bytes)) {
		transaction_refuse(transaction, REFUSAL_NO_MEMORY);
		return false;
	}
	transaction->reserved += bytes;
	return true;
}

/* As long as the mail may be none of our business it is not refused for want
 * of memory: it is only noted that not all are known. */
static void add_other(
	Transaction *transaction, const char *path, const char *address)
{
	size_t bytes = sizeof(Other) + strlen(path) + strlen(address);

	if (transaction->others_lost || !milter_reserve(bytes)) {
		transaction->others_lost = true;
		return;
	}
	transaction->reserved += bytes;
	Other *other = g_new0(Other, 1);
	other->path = g_strdup(path);
	other->address = g_strdup(address);
	g_ptr_array_add(transaction->others, other);
}

void transaction_add_recipient(
	Transaction *transaction, const char *path, const char *resolved)
{
	if (!transaction->policy || transaction->course == COURSE_REFUSED)
		return;
	g_autofree char *address = complete(transaction, path, resolved);
	if (!engine_policy_mailbox(transaction->policy, address, NULL))
		add_other(transaction, path, address);
	else if (transaction_reserve(transaction, strlen(address)))
		g_ptr_array_add(
			transaction->recipients, g_steal_pointer(&address));
}

/* What is for us is intake, whoever else gets it: an agent who answers all is
 * carried out as any answer to us. */
static enum course choose_course(const Transaction *transaction)
{
	if (transaction->recipients->len)
		return COURSE_INTAKE;
	if (!*transaction->sender ||
		engine_policy_own_sender(
			transaction->policy, transaction->sender))
		return COURSE_OUTGOING;
	if (transaction->auth_login && engine_policy_direct(transaction->policy,
					       transaction->auth_login))
		return COURSE_DIRECT;
	return COURSE_FOREIGN;
}

/* True if the whole mail is wanted. */
static bool is_kept(const Transaction *transaction)
{
	return transaction->course == COURSE_INTAKE ||
	       transaction->course == COURSE_DIRECT;
}

enum course transaction_course(Transaction *transaction)
{
	if (transaction->course != COURSE_OPEN)
		return transaction->course;
	if (!transaction->policy) {
		transaction_refuse(transaction, REFUSAL_STOPPING);
		return transaction->course;
	}
	transaction->course = choose_course(transaction);
	if (is_kept(transaction) && transaction->others_lost)
		transaction_refuse(transaction, REFUSAL_NO_MEMORY);
	return transaction->course;
}

/* ---- the bytes --------------------------------------------------------- */

/* What a growing array holds at this length, near enough. */
static size_t capacity(size_t length)
{
	size_t size = 1024;

	while (size < length)
		size *= 2;
	return size;
}

void transaction_add_bytes(
	Transaction *transaction, const void *bytes, size_t length)
{
	size_t held = transaction->raw->len;

	if (!is_kept(transaction) || !length)
		return;
	if (held + length > (size_t)milter_options()->message_bytes) {
		transaction_refuse(transaction, REFUSAL_TOO_BIG);
		return;
	}
	size_t before = held ? capacity(held) : 0;
	size_t after = capacity(held + length);
	if (after > before && !transaction_reserve(transaction, after - before))
		return;
	g_byte_array_append(transaction->raw, bytes, (guint)length);
}

/* Folded lines come with a bare line feed; in the mail it was CR LF. */
static void add_value(Transaction *transaction, const char *value)
{
	const char *end;

	while ((end = strchr(value, '\n')) != NULL) {
		size_t length = (size_t)(end - value);

		if (length && end[-1] == '\r')
			length--;
		transaction_add_bytes(transaction, value, length);
		transaction_add_bytes(transaction, "\r\n", 2);
		value = end + 1;
	}
	transaction_add_bytes(transaction, value, strlen(value));
}

static void count_own(Transaction *transaction, const char *name)
{
	/* "X-Redress-Ticket : x" is the same field in old syntax. */
	g_autofree char *bare = g_strchomp(g_strdup(name));

	if (++transaction->own_headers_count > OWN_HEADERS_MOST) {
		transaction_refuse(transaction, REFUSAL_FORGERIES);
		return;
	}
	for (guint i = 0; i < transaction->own_headers->len; i++) {
		OwnHeader *known =
			g_ptr_array_index(transaction->own_headers, i);
		if (g_ascii_strcasecmp(known->name, bare) == 0) {
			known->count++;
			return;
		}
	}
	OwnHeader *header = g_new0(OwnHeader, 1);
	header->name = g_steal_pointer(&bare);
	header->count = 1;
	g_ptr_array_add(transaction->own_headers, header);
}

static char *bare_message_id(const char *value)
{
	g_autofree char *text = g_utf8_make_valid(value, -1);
	char *bare = g_strstrip(text);
	size_t length = strlen(bare);

	if (length >= 2 && bare[0] == '<' && bare[length - 1] == '>') {
		bare[length - 1] = '\0';
		bare++;
	}
	return g_strdup(bare);
}

/* True if it reports what one above it reported: the topmost is the one that
 * our server wrote last (RFC 8601, 5). */
static bool is_reported(Transaction *transaction, const GPtrArray *methods)
{
	guint known = g_hash_table_size(transaction->methods);

	if (known + methods->len > METHODS_MOST)
		return true;
	for (guint i = 0; i < methods->len; i++)
		if (g_hash_table_contains(
			    transaction->methods, methods->pdata[i]))
			return true;
	return false;
}

static void judge_results(Transaction *transaction, const char *value)
{
	AnalysisEnvelope envelope = {0};
	int index = (int)++transaction->results;

	engine_policy_envelope(transaction->policy, NULL, &envelope);
	if (!envelope.authserv_id || !*envelope.authserv_id)
		return;
	g_autoptr(GPtrArray) methods =
		analysis_result_methods(value, envelope.authserv_id);
	if (!methods)
		return;
	if (is_reported(transaction, methods)) {
		g_array_append_val(transaction->forged, index);
		if (transaction->forged->len > OWN_HEADERS_MOST)
			transaction_refuse(transaction, REFUSAL_FORGERIES);
		return;
	}
	for (guint i = 0; i < methods->len; i++)
		g_hash_table_add(
			transaction->methods, g_strdup(methods->pdata[i]));
}

/* The bytes of a field, and where they stand. */
static void add_field(Transaction *transaction, const char *name,
	const char *value, bool leading_space)
{
	Field field = {.start = transaction->raw->len};

	if (!transaction_reserve(transaction, sizeof field))
		return;
	field.colon = field.start + (guint)strlen(name);
	transaction_add_bytes(transaction, name, strlen(name));
	transaction_add_bytes(transaction, ": ", leading_space ? 1 : 2);
	add_value(transaction, value);
	field.end = transaction->raw->len;
	transaction_add_bytes(transaction, "\r\n", 2);
	if (is_kept(transaction))
		g_array_append_val(transaction->fields, field);
}

void transaction_add_header(Transaction *transaction, const char *name,
	const char *value, bool leading_space)
{
	enum course course = transaction_course(transaction);

	if (course == COURSE_OUTGOING && !transaction->message_id &&
		g_ascii_strcasecmp(name, "Message-ID") == 0)
		transaction->message_id = bare_message_id(value);
	if (!is_kept(transaction))
		return;
	add_field(transaction, name, value, leading_space);
	if (g_ascii_strncasecmp(name, own_prefix, strlen(own_prefix)) == 0)
		count_own(transaction, name);
	else if (headers_is_named(name, strlen(name), "Authentication-Results"))
		judge_results(transaction, value);
	else if (!transaction->subject &&
		 g_ascii_strcasecmp(name, "Subject") == 0)
		transaction->subject = g_strdup(value);
}

void transaction_end_headers(Transaction *transaction)
{
	transaction_add_bytes(transaction, "\r\n", 2);
	transaction->body = transaction->raw->len;
}

bool transaction_is_own(const Transaction *transaction)
{
	g_autofree char *reference = engine_policy_own_message_id(
		transaction->policy, transaction->message_id);

	return reference != NULL;
}
