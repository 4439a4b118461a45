/*
 * Is the sender who they say they are?  By SMTP AUTH, or by what our own mail
 * server found: RFC 8601 Authentication-Results, read strictly, since anybody
 * can write such a field.
 */
#include <string.h>

#include "internal.h"

enum { COMMENT_MAX_DEPTH = 16 };

/* ---- tokens of RFC 8601 ----------------------------------------------- */

/* Skips white space and nested comments; NULL if a comment is broken. */
static const char *cfws_skip(const char *at)
{
	unsigned depth = 0;
	for (; *at; at++) {
		if (*at == '(' && ++depth > COMMENT_MAX_DEPTH)
			return NULL;
		if (*at == '(')
			continue;
		if (depth == 0 && !g_ascii_isspace(*at))
			return at;
		if (*at == ')')
			depth--;
		else if (*at == '\\' && depth > 0 && at[1])
			at++;
	}
	return depth == 0 ? at : NULL;
}

static const char *quoted_read(const char *at, GString *value)
{
	for (at++; *at && *at != '"'; at++) {
		if (*at == '\\' && at[1])
			at++;
		g_string_append_c(value, *at);
	}
	return *at == '"' ? at + 1 : NULL;
}

/* Reads a quoted string, or characters up to one of stop; NULL if broken. */
static const char *value_read(const char *at, const char *stop, GString *value)
{
	g_string_truncate(value, 0);
	if (!at || !(at = cfws_skip(at)))
		return NULL;
	if (*at == '"')
		return quoted_read(at, value);
	size_t length = strcspn(at, stop);
	g_string_append_len(value, at, (gssize)length);
	return at + length;
}

/* Takes one character after white space and comments; NULL if it is not it. */
static const char *mark_take(const char *at, char mark)
{
	if (!at || !(at = cfws_skip(at)) || *at != mark)
		return NULL;
	return at + 1;
}

/* ---- one result ------------------------------------------------------- */

typedef struct Result Result;
struct Result {
	GString *method;
	GString *value;
	GString *property;
	GString *property_value;
	char *header_from; /* (nullable) */
	bool contradicts;  /* header.from given twice, differently */
};

static void header_from_note(Result *result)
{
	if (g_ascii_strcasecmp(result->property->str, "header.from") != 0)
		return;
	if (result->header_from && g_ascii_strcasecmp(result->header_from,
					   result->property_value->str) != 0)
		result->contradicts = true;
	g_free(result->header_from);
	result->header_from = g_strdup(result->property_value->str);
}

/* Skips "/ version" of a method (RFC 8601 2.2). */
static const char *version_skip(const char *at, GString *scratch)
{
	const char *slash = mark_take(at, '/');
	return slash ? value_read(slash, " \t\r\n=;(", scratch) : at;
}

/* Reads "property = value" until ';' or the end; NULL if broken. */
static const char *properties_read(const char *at, Result *result)
{
	while (at && (at = cfws_skip(at)) && *at && *at != ';') {
		at = value_read(at, " \t\r\n=;(", result->property);
		/* "header . from" may be spaced: not read as a property. */
		at = mark_take(at, '=');
		at = value_read(at, " \t\r\n;(", result->property_value);
		if (at)
			header_from_note(result);
	}
	return at;
}

/* Reads one "; method = result ..."; NULL at the end or if broken. */
static const char *result_read(const char *at, Result *result)
{
	g_clear_pointer(&result->header_from, g_free);
	result->contradicts = false;
	if (!(at = mark_take(at, ';')))
		return NULL;
	at = value_read(at, " \t\r\n/=;(", result->method);
	if (!at)
		return NULL;
	at = version_skip(at, result->value);
	at = mark_take(at, '=');
	at = value_read(at, " \t\r\n;(", result->value);
	return at ? properties_read(at, result) : NULL;
}

/* ---- domains ---------------------------------------------------------- */

/* A domain as two of them are compared: ASCII, lower case, no last dot. */
static char *domain_fold(const char *domain)
{
	g_autofree char *ascii = g_hostname_to_ascii(domain);
	char *folded = g_ascii_strdown(ascii ? ascii : domain, -1);
	size_t length = strlen(folded);
	if (length > 0 && folded[length - 1] == '.')
		folded[length - 1] = '\0';
	return folded;
}

static bool domain_equal(const char *a, const char *b)
{
	g_autofree char *folded_a = domain_fold(a);
	g_autofree char *folded_b = domain_fold(b);
	return *folded_a && strcmp(folded_a, folded_b) == 0;
}

/* ---- the field -------------------------------------------------------- */

/* Where the results begin if the field is of this server, else NULL. */
static const char *server_match(const char *field, const char *authserv_id)
{
	g_autoptr(GString) id = g_string_new(NULL);
	const char *at = value_read(field, " \t\r\n;(", id);
	if (!at || g_ascii_strcasecmp(id->str, authserv_id) != 0)
		return NULL;
	const char *next = cfws_skip(at);
	if (next && g_ascii_isdigit(*next)) /* version of the field */
		next = value_read(next, " \t\r\n;(", id);
	return next;
}

/* Every DMARC result of the field must be a pass for the domain. */
static bool results_pass(const char *at, const char *domain, Result *result)
{
	bool passed = false;
	while ((at = cfws_skip(at)) && *at) {
		if (!(at = result_read(at, result)))
			return false;
		if (g_ascii_strcasecmp(result->method->str, "dmarc") != 0)
			continue;
		if (g_ascii_strcasecmp(result->value->str, "pass") != 0 ||
			result->contradicts || !result->header_from ||
			!domain_equal(result->header_from, domain))
			return false;
		passed = true;
	}
	return at && passed;
}

static Result result_new(void)
{
	return (Result){
		.method = g_string_new(NULL),
		.value = g_string_new(NULL),
		.property = g_string_new(NULL),
		.property_value = g_string_new(NULL),
	};
}

static void result_clear(Result *result)
{
	g_string_free(result->method, true);
	g_string_free(result->value, true);
	g_string_free(result->property, true);
	g_string_free(result->property_value, true);
	g_free(result->header_from);
}

static bool field_passes(const char *at, const char *domain)
{
	Result result = result_new();
	bool passed = results_pass(at, domain, &result);
	result_clear(&result);
	return passed;
}

/* The results of the topmost field of this server: those below it may have
 * come with the mail (RFC 8601 5). */
static const char *field_find(const Message *message, const char *authserv_id)
{
	for (guint i = 0; i < message->headers->len; i++) {
		const MessageHeader *header = message->headers->pdata[i];
		if (g_ascii_strcasecmp(
			    header->name, "Authentication-Results") != 0)
			continue;
		const char *results = server_match(header->value, authserv_id);
		if (results)
			return results;
	}
	return NULL;
}

/* The domain of the only author, or NULL if there are none or several. */
static const char *author_domain(const Message *message)
{
	unsigned fields = 0;
	for (guint i = 0; i < message->headers->len; i++) {
		const MessageHeader *header = message->headers->pdata[i];
		if (g_ascii_strcasecmp(header->name, "From") == 0)
			fields++;
	}
	if (fields != 1 || message->from->len != 1)
		return NULL;
	const MessageAddress *author = message->from->pdata[0];
	const char *at = author->address ? strrchr(author->address, '@') : NULL;
	return at && at[1] ? at + 1 : NULL;
}

/* The author's domain if it passed, else NULL. */
static const char *domain_passed(
	const Message *message, const AnalysisEnvelope *envelope)
{
	if (!envelope->authserv_id || !*envelope->authserv_id)
		return NULL;
	const char *domain = author_domain(message);
	const char *results = field_find(message, envelope->authserv_id);
	if (!domain || !results || !field_passes(results, domain))
		return NULL;
	return domain;
}

static bool has_login(const AnalysisEnvelope *envelope)
{
	return envelope->auth_login && *envelope->auth_login;
}

bool authentication_dmarc_passed(
	const Message *message, const AnalysisEnvelope *envelope)
{
	/* A mail that is handed in carries only what its sender wrote. */
	return !has_login(envelope) && domain_passed(message, envelope);
}

/* Whether the domain is one in which we have a mailbox: there a name of SMTP
 * AUTH is taken for the part before the "@". */
static bool is_our_domain(const AnalysisEnvelope *envelope, const char *domain)
{
	const char *const *ours = envelope->our_addresses;

	for (; ours && *ours; ours++) {
		const char *at = strrchr(*ours, '@');
		if (at && domain_equal(at + 1, domain))
			return true;
	}
	return false;
}

/* Who has logged in may write what they like into From. */
static bool is_login_of_author(
	const Message *message, const AnalysisEnvelope *envelope)
{
	const char *domain = author_domain(message);
	if (!domain)
		return false;
	const MessageAddress *author = message->from->pdata[0];
	g_autofree char *login = base_address_fold(envelope->auth_login);
	g_autofree char *address = base_address_fold(author->address);
	const char *at = strrchr(address, '@');

	if (strchr(login, '@'))
		return strcmp(login, address) == 0;
	return at && strlen(login) == (size_t)(at - address) &&
	       strncmp(login, address, strlen(login)) == 0 &&
	       is_our_domain(envelope, domain);
}

bool authentication_judge(const Message *message,
	const AnalysisEnvelope *envelope, char **ret_how)
{
	if (has_login(envelope)) {
		if (!is_login_of_author(message, envelope))
			return false;
		*ret_how = g_strdup_printf(
			"SMTP AUTH as %s", envelope->auth_login);
		return true;
	}
	const char *domain = domain_passed(message, envelope);
	if (!domain)
		return false;
	*ret_how = g_strdup_printf(
		"DMARC pass for %s, says %s", domain, envelope->authserv_id);
	return true;
}

/* "" for what cannot be read, "none" included. */
GPtrArray *analysis_result_methods(const char *field, const char *authserv_id)
{
	const char *at = server_match(field, authserv_id);
	if (!at)
		return NULL;
	GPtrArray *methods = g_ptr_array_new_with_free_func(g_free);
	Result result = result_new();
	while (at && (at = cfws_skip(at)) && *at)
		if ((at = result_read(at, &result)))
			g_ptr_array_add(methods,
				g_ascii_strdown(result.method->str, -1));
	if (!at)
		g_ptr_array_add(methods, g_strdup(""));
	result_clear(&result);
	return methods;
}
