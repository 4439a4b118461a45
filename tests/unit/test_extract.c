/*
 * What a mail carries beside its text comes out as it went in, under names
 * that are safe.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <redress/message.h>

#define HEAD "From: a@b.example\nMIME-Version: 1.0\n"
#define IN(type, parts)                                                        \
	HEAD "Content-Type: multipart/" type "; boundary=b\n\n" parts "--b--"  \
	     "\n"
#define PART(headers, content) "--b\n" headers "\n\n" content "\n"
#define WORDS PART("Content-Type: text/plain", "hello")
#define PAGE PART("Content-Type: text/html", "<p>hello</p>")

static const struct {
	const char *what, *mail, *found; /* "name type id size; ..." */
} mails[] = {
	{"no text", HEAD "\nhello\n", ""},
	{"no HTML", HEAD "Content-Type: text/html\n\n<p>x</p>\n", ""},
	{"no alternatives",
		IN("alternative", WORDS PART("Content-Type: text/x-amp-html",
					  "<p>hello</p>") PAGE),
		""},
	{"a file",
		IN("mixed", WORDS PART("Content-Type: image/PNG; name=a.png\n"
				       "Content-Transfer-Encoding: base64\n"
				       "Content-Disposition: attachment",
				    "aGVsbG8=")),
		"a.png image/png - 5; "},
	{"an inline image",
		IN("related", PAGE PART("Content-Type: image/gif\n"
					"Content-ID: <i@x>\n"
					"Content-Disposition: inline; "
					"filename=i.gif",
				      "GIF")),
		"i.gif image/gif i@x 3; "},
	{"text that is attached",
		IN("mixed", WORDS PART("Content-Type: text/plain\n"
				       "Content-Disposition: attachment; "
				       "filename=log.txt",
				    "log")),
		"log.txt text/plain - 3; "},
	{"a mail that is attached, whole",
		IN("mixed", WORDS PART("Content-Type: message/rfc822",
				    "Subject: x\n\nwords")),
		"- message/rfc822 - 17; "},
	{"an invitation",
		IN("alternative", WORDS PART("Content-Type: text/calendar",
					  "BEGIN:VCALENDAR")),
		"calendar.ics text/calendar - 15; "},
	{"no signature",
		IN("signed", WORDS PART("Content-Type: application/"
					"pgp-signature; name=s.asc",
				     "x")),
		""},
	{"no S/MIME signature",
		IN("signed", WORDS PART("Content-Type: application/"
					"pkcs7-signature; name=smime.p7s",
				     "x")),
		""},
	{"no report",
		IN("report; report-type=delivery-status",
			WORDS PART("Content-Type: message/delivery-status",
				"Action: failed\n")
				PART("Content-Type: message/rfc822",
					"Subject: x\n\nwords")),
		""},
	{"no path",
		IN("mixed",
			PART("Content-Type: a/b; name=\"/etc/passwd\"", "x")),
		"passwd a/b - 1; "},
	{"no parent",
		IN("mixed", PART("Content-Type: a/b; name=\"../..\"", "x")),
		"- a/b - 1; "},
	{"no path alone",
		IN("mixed", PART("Content-Type: a/b; name=\"x/\"", "x")),
		"x_ a/b - 1; "},
	{"no drive",
		IN("mixed", PART("Content-Type: a/b; "
				 "name=\"C:\\\\temp\\\\x.doc\"",
				    "x")),
		"x.doc a/b - 1; "},
	{"no turned name",
		IN("mixed", PART("Content-Type: a/b; "
				 "name*=utf-8''gpj.%E2%80%AEexe%E2%80%8F",
				    "x")),
		"gpj.exe a/b - 1; "},
	{"no control characters",
		IN("mixed",
			PART("Content-Type: a/b; name*=utf-8''a%0Ab%00c", "x")),
		"a b a/b - 1; "},
	{"a decoded name",
		IN("mixed",
			PART("Content-Disposition: attachment; filename=\""
			     "=?utf-8?b?w7bDtg==?=.txt\"\nContent-Type: a/b",
				"x")),
		"\303\266\303\266.txt a/b - 1; "},
	{"an odd type", IN("mixed", PART("Content-Type: a(/b\"c; name=x", "x")),
		NULL},
};

/* (transfer full) */
static char *list(const GPtrArray *found)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < found->len; i++) {
		const MessageAttachment *one = found->pdata[i];

		g_string_append_printf(out, "%s %s %s %zu; ",
			one->name ? one->name : "-", one->type,
			one->content_id ? one->content_id : "-",
			g_bytes_get_size(one->bytes));
	}
	return g_string_free(out, FALSE);
}

/* As a header's value may hold it. */
static void check_type(const char *type)
{
	assert_non_null(type);
	for (const char *p = type; *p; p++)
		assert_true(g_ascii_isalnum(*p) || strchr("/.+-_!#$&^", *p));
}

static void test_files_come_out_under_safe_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(mails); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GPtrArray) found = message_extract_attachments(
			mails[i].mail, strlen(mails[i].mail), &error);
		g_autofree char *listed = NULL;

		if (!found)
			fail_msg("%s: %s", mails[i].what, error->message);
		listed = list(found);
		for (guint j = 0; j < found->len; j++)
			check_type(
				((MessageAttachment *)found->pdata[j])->type);
		if (mails[i].found && strcmp(listed, mails[i].found) != 0)
			fail_msg("%s: %s", mails[i].what, listed);
	}
}

static void test_bytes_come_out_as_they_went_in(void **state)
{
	g_autoptr(GRand) random = g_rand_new_with_seed(11);
	guchar bytes[5000];
	g_autofree char *packed = NULL;
	g_autofree char *mail = NULL;
	g_autoptr(GPtrArray) found = NULL;
	const MessageAttachment *one;

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (guchar)g_rand_int_range(random, 0, 256);
	packed = g_base64_encode(bytes, sizeof bytes);
	mail = g_strdup_printf("Content-Type: application/pdf\n"
			       "Content-Transfer-Encoding: base64\n\n%s\n",
		packed);
	found = message_extract_attachments(mail, strlen(mail), NULL);
	assert_non_null(found);
	assert_int_equal(found->len, 1);
	one = found->pdata[0];
	assert_int_equal(g_bytes_get_size(one->bytes), sizeof bytes);
	assert_memory_equal(
		g_bytes_get_data(one->bytes, NULL), bytes, sizeof bytes);
}

/* A mail of so many files.  (transfer full) */
static GPtrArray *extract_many(unsigned files, GError **error)
{
	GString *mail = g_string_new(
		HEAD "Content-Type: multipart/mixed; boundary=b\n\n");
	GPtrArray *found;

	for (unsigned i = 0; i < files; i++)
		g_string_append(mail, "--b\nContent-Type: a/b\n\nx\n");
	g_string_append(mail, "--b--\n");
	found = message_extract_attachments(mail->str, mail->len, error);
	g_string_free(mail, TRUE);
	return found;
}

static void test_more_than_can_be_carried_is_refused(void **state)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) most = extract_many(100, NULL);

	(void)state;
	assert_non_null(most);
	assert_int_equal(most->len, 100);
	assert_null(extract_many(101, &error));
	assert_true(
		g_error_matches(error, MESSAGE_ERROR, REDRESS_ERROR_INVALID));
}

static void test_what_cannot_be_read_is_refused(void **state)
{
	static const char *const unread[] = {"",
		IN("encrypted",
			PART("Content-Type: application/pgp-encrypted", "x")),
		IN("mixed", PART("Content-Type: a/b\n"
				 "Content-Transfer-Encoding: x-secret",
				    "x"))};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(unread); i++) {
		g_autoptr(GError) error = NULL;

		assert_null(message_extract_attachments(
			unread[i], strlen(unread[i]), &error));
		assert_true(g_error_matches(
			error, MESSAGE_ERROR, REDRESS_ERROR_INVALID));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files_come_out_under_safe_names),
		cmocka_unit_test(test_bytes_come_out_as_they_went_in),
		cmocka_unit_test(test_more_than_can_be_carried_is_refused),
		cmocka_unit_test(test_what_cannot_be_read_is_refused),
	};

	return cmocka_run_group_tests_name("extract", tests, NULL, NULL);
}
