#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "../../src/base/internal.h"

static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static const BaseKey key = {.bytes = "0123456789abcdef0123456789abcde"};
static const BaseKey other_key = {.bytes = "an0ther key, 32 bytes long, too"};

/* Takes what a function gave and compares it; NULL means NULL. */
static void assert_string(char *text, const char *expected)
{
	if (expected)
		assert_non_null(text);
	if (expected)
		assert_string_equal(text, expected);
	else
		assert_null(text);
	g_free(text);
}

/* ---- clock and errors ------------------------------------------------- */

static void test_time_is_written_in_utc_in_both_formats(void **state)
{
	static const struct {
		int64_t time_s;
		const char *rfc3339, *rfc5322;
	} cases[] = {
		{0, "1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 +0000"},
		{1795528800, "2026-11-24T14:00:00Z",
			"Tue, 24 Nov 2026 14:00:00 +0000"},
		{-1, "1969-12-31T23:59:59Z", "Wed, 31 Dec 1969 23:59:59 +0000"},
		{951782400, "2000-02-29T00:00:00Z",
			"Tue, 29 Feb 2000 00:00:00 +0000"},
		{INT64_MAX, "9999-12-31T23:59:59Z",
			"Fri, 31 Dec 9999 23:59:59 +0000"},
		{INT64_MIN, "0001-01-01T00:00:00Z",
			"Mon, 01 Jan 0001 00:00:00 +0000"},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		assert_string(base_time_to_rfc3339(cases[i].time_s),
			cases[i].rfc3339);
		assert_string(base_time_to_rfc5322(cases[i].time_s),
			cases[i].rfc5322);
	}
}

static void test_clocks_agree_and_monotonic_never_goes_back(void **state)
{
	int64_t before = base_clock_monotonic_ms();
	int64_t now_ms = base_clock_now_ms();
	int64_t now_s = base_clock_now_s();

	(void)state;
	assert_in_range(now_s - now_ms / 1000, 0, 5);
	assert_true(base_clock_monotonic_ms() >= before);
}

static void test_boot_id_stays_the_same(void **state)
{
	(void)state;
	assert_string_equal(base_boot_id(), base_boot_id());
	if (g_file_test("/proc/sys/kernel/random/boot_id", G_FILE_TEST_EXISTS))
		assert_int_equal(strlen(base_boot_id()), 36);
}

static void test_every_error_code_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int a = REDRESS_ERROR_TEMPORARY; a <= REDRESS_ERROR_UNKNOWN; a++)
		for (int b = REDRESS_ERROR_TEMPORARY; b < a; b++)
			assert_string_not_equal(redress_error_code_name(a),
				redress_error_code_name(b));
	assert_string_equal(redress_error_code_name(0), "temporary");
	assert_string_equal(redress_error_code_name(-1), "unknown");
	assert_string_equal(redress_error_code_name(99), "unknown");
}

/* ---- references ------------------------------------------------------- */

static void test_reference_has_canonical_form_and_parses(void **state)
{
	(void)state;
	for (int i = 0; i < 2000; i++) {
		g_autofree char *reference = base_reference_new();

		assert_int_equal(strlen(reference), BASE_REFERENCE_LENGTH);
		assert_int_equal(reference[4], '-');
		for (int at = 0; at < BASE_REFERENCE_LENGTH; at++)
			assert_true(at == 4 || strchr(digits, reference[at]));
		assert_string(base_reference_parse(reference), reference);
	}
}

static void test_reference_notices_every_wrong_digit(void **state)
{
	(void)state;
	for (int i = 0; i < 200; i++) {
		g_autofree char *reference = base_reference_new();

		for (int at = 0; at < BASE_REFERENCE_LENGTH; at++) {
			char right = reference[at];

			if (at == 4)
				continue;
			for (const char *c = digits; *c; c++) {
				reference[at] = *c;
				assert_string(base_reference_parse(reference),
					*c == right ? reference : NULL);
			}
			reference[at] = right;
		}
	}
}

static void test_reference_notices_every_exchange_of_digits(void **state)
{
	(void)state;
	for (int i = 0; i < 2000; i++) {
		g_autofree char *reference = base_reference_new();

		for (int a = 0; a < BASE_REFERENCE_LENGTH; a++) {
			for (int b = 0; b < a; b++) {
				g_autofree char *wrong = g_strdup(reference);

				if (a == 4 || b == 4 || wrong[a] == wrong[b])
					continue;
				wrong[a] = reference[b];
				wrong[b] = reference[a];
				assert_string(
					base_reference_parse(wrong), NULL);
			}
		}
	}
}

static void test_reference_is_read_as_people_type_it(void **state)
{
	char *reference = NULL;
	g_autofree char *lower = NULL, *joined = NULL, *confused = NULL;

	(void)state;
	/* One that has both of the digits that look like letters. */
	do {
		g_free(reference);
		reference = base_reference_new();
	} while (!strchr(reference, '0') || !strchr(reference, '1'));
	lower = g_ascii_strdown(reference, -1);
	joined = g_strconcat(reference, NULL);
	memmove(joined + 4, joined + 5, strlen(joined + 5) + 1);
	confused = g_strdup(reference);
	g_strdelimit(confused, "0", 'o');
	assert_string(base_reference_parse(lower), reference);
	assert_string(base_reference_parse(joined), reference);
	g_strdelimit(confused, "1", 'l');
	assert_string(base_reference_parse(confused), reference);
	g_strdelimit(confused, "l", 'I');
	assert_string(base_reference_parse(confused), reference);
	g_free(reference);
}

static void test_what_is_no_reference_is_refused(void **state)
{
	g_autofree char *good = base_reference_new();
	g_autofree char *longer = g_strconcat(good, "0", NULL);
	g_autofree char *spaced = g_strconcat(good, " ", NULL);
	g_autofree char *shorter = g_strndup(good, 8);
	const char *const wrong[] = {"", "-", "7", "UUUU-UUUU", "0000--0000",
		"000-00000", "\xff\xff\xff\xff-\xff\xff\xff\xff", longer,
		spaced, shorter};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
		assert_string(base_reference_parse(wrong[i]), NULL);
}

static void test_reference_is_found_in_a_subject(void **state)
{
	g_autofree char *good = base_reference_new();
	g_autofree char *lower = g_ascii_strdown(good, -1);
	g_autofree char *wrong = g_strdup(good);
	g_autofree char *reply = g_strdup_printf("Re: [#%s] Broken", good);
	g_autofree char *folded = g_strdup_printf("re: [#%s]", lower);
	g_autofree char *bare = g_strdup_printf("Re: %s", good);
	g_autofree char *open = g_strdup_printf("Re: [#%s", good);
	g_autofree char *second = NULL, *flood = NULL;

	(void)state;
	wrong[8] = wrong[8] == '0' ? '2' : '0';
	second = g_strdup_printf("[#%s] [#] [#[#%s] [#]", wrong, good);
	flood = g_strnfill(1000000, '[');
	assert_string(base_reference_find(reply), good);
	assert_string(base_reference_find(folded), good);
	assert_string(base_reference_find(second), good);
	assert_string(base_reference_find(bare), NULL);
	assert_string(base_reference_find(open), NULL);
	assert_string(base_reference_find(flood), NULL);
	assert_string(base_reference_find(""), NULL);
}

/* ---- tokens ----------------------------------------------------------- */

static void test_token_of_any_length_opens_and_fits_a_local_part(void **state)
{
	(void)state;
	for (size_t length = 0; length <= BASE_TOKEN_PAYLOAD_MAX; length++) {
		g_autofree char *payload = g_strnfill(length, 'x');
		g_autofree char *token =
			base_token_sign(&key, "reply", payload);

		assert_in_range(strlen(token), 16, 55);
		assert_int_equal(strspn(token, "abcdefghijklmnopqrstuvwxyz"
					       "234567"),
			strlen(token));
		assert_string(base_token_open(&key, "reply", token), payload);
	}
}

static void test_token_opens_after_its_case_was_folded(void **state)
{
	g_autofree char *token = base_token_sign(&key, "reply", "7K3F-92QX");
	g_autofree char *upper = g_ascii_strup(token, -1);

	(void)state;
	assert_string(base_token_open(&key, "reply", upper), "7K3F-92QX");
	for (size_t i = 0; i < strlen(token); i += 2)
		token[i] = g_ascii_toupper(token[i]);
	assert_string(base_token_open(&key, "reply", token), "7K3F-92QX");
}

static void test_token_with_any_bit_flipped_is_refused(void **state)
{
	g_autofree char *token = base_token_sign(&key, "reply", "7K3F-92QX");
	size_t length = strlen(token);

	(void)state;
	for (size_t at = 0; at < length; at++) {
		for (int bit = 0; bit < 8; bit++) {
			g_autofree char *forged = g_strdup(token);

			forged[at] ^= (char)(1 << bit);
			/* Bit 5 of a letter is its case. */
			if (g_ascii_tolower(forged[at]) == token[at])
				continue;
			assert_string(
				base_token_open(&key, "reply", forged), NULL);
		}
	}
}

static void test_token_with_any_digit_changed_is_refused(void **state)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

	(void)state;
	/* Payloads of all lengths mod 5: bits behind the last byte too. */
	for (size_t payload = 0; payload < 5; payload++) {
		g_autofree char *text = g_strnfill(payload, 'p');
		g_autofree char *token = base_token_sign(&key, "reply", text);

		for (size_t at = 0; token[at]; at++) {
			char right = token[at];

			for (const char *c = alphabet; *c; c++) {
				token[at] = *c;
				assert_string(
					base_token_open(&key, "reply", token),
					*c == right ? text : NULL);
			}
			token[at] = right;
		}
	}
}

static void test_token_of_other_purpose_key_or_length_is_refused(void **state)
{
	g_autofree char *token = base_token_sign(&key, "reply", "7K3F-92QX");
	g_autofree char *longer = g_strconcat(token, "a", NULL);
	g_autofree char *flood = g_strnfill(100000, 'a');

	(void)state;
	assert_string(base_token_open(&key, "reply", token), "7K3F-92QX");
	assert_string(base_token_open(&key, "bounce", token), NULL);
	assert_string(base_token_open(&key, "", token), NULL);
	assert_string(base_token_open(&other_key, "reply", token), NULL);
	assert_string(base_token_open(&key, "reply", longer), NULL);
	assert_string(base_token_open(&key, "reply", flood), NULL);
	assert_string(base_token_open(&key, "reply", "\xff\x80"), NULL);
	for (size_t length = strlen(token); length-- > 0;) {
		token[length] = '\0';
		assert_string(base_token_open(&key, "reply", token), NULL);
	}
}

static void test_purpose_and_payload_do_not_run_together(void **state)
{
	g_autofree char *token = base_token_sign(&key, "re", "plyX");
	g_autofree char *same = base_token_sign(&key, "reply", "X");

	(void)state;
	assert_string_not_equal(
		token + strlen(token) - 10, same + strlen(same) - 10);
	assert_string(base_token_open(&key, "reply", token), NULL);
}

static void test_message_id_of_ours_tells_its_ticket(void **state)
{
	g_autofree char *id =
		base_message_id_new(&key, "7K3F-92QX", "mail.example.com");
	g_autofree char *another =
		base_message_id_new(&key, "7K3F-92QX", "mail.example.com");
	g_autofree char *bracketed = g_strdup_printf(" <%s> ", id);
	g_autofree char *upper = g_ascii_strup(id, -1);
	char *at = strchr(id, '@');

	(void)state;
	assert_string_not_equal(id, another);
	assert_string_equal(at, "@mail.example.com");
	assert_string(base_message_id_open(&key, id), "7K3F-92QX");
	assert_string(base_message_id_open(&key, bracketed), "7K3F-92QX");
	assert_string(base_message_id_open(&key, upper), "7K3F-92QX");
	assert_string(base_message_id_open(&other_key, id), NULL);
	id[0] = id[0] == 'a' ? 'b' : 'a';
	assert_string(base_message_id_open(&key, id), NULL);
	assert_string(base_message_id_open(&key, ""), NULL);
	assert_string(base_message_id_open(&key, "<"), NULL);
	assert_string(base_message_id_open(&key, "a@b.c"), NULL);
	assert_string(
		base_message_id_open(&key, "<20261124@example.com>"), NULL);
}

/* ---- key file --------------------------------------------------------- */

typedef struct Folder Folder;
struct Folder {
	char *path;
	char *file;
};

static int set_up_folder(void **state)
{
	Folder *folder = g_new0(Folder, 1);

	folder->path = g_dir_make_tmp("redress-base-XXXXXX", NULL);
	folder->file = g_build_filename(folder->path, "redress.key", NULL);
	*state = folder;
	return folder->path ? 0 : -1;
}

static int tear_down_folder(void **state)
{
	Folder *folder = *state;

	g_unlink(folder->file);
	g_rmdir(folder->file);
	/* Fails, and the test with it, if anything else was left there. */
	if (g_rmdir(folder->path) != 0)
		return -1;
	g_free(folder->path);
	g_free(folder->file);
	g_free(folder);
	return 0;
}

static void assert_key_refused(const char *path, bool create, int code)
{
	BaseKey loaded = other_key;
	g_autoptr(GError) error = NULL;

	assert_false(base_key_load(path, create, &loaded, &error));
	assert_true(g_error_matches(error, BASE_ERROR, code));
	assert_non_null(strstr(error->message, path));
	assert_memory_equal(&loaded, &other_key, sizeof(loaded));
}

static void test_key_is_made_once_for_its_owner_alone(void **state)
{
	Folder *folder = *state;
	g_autoptr(GError) error = NULL;
	BaseKey made, again;
	struct stat status;

	assert_key_refused(folder->file, false, REDRESS_ERROR_NOT_FOUND);
	assert_true(base_key_load(folder->file, true, &made, &error));
	assert_int_equal(g_stat(folder->file, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(status.st_size, BASE_KEY_BYTES);
	assert_true(base_key_load(folder->file, true, &again, &error));
	assert_memory_equal(&made, &again, sizeof(made));
	assert_true(base_key_load(folder->file, false, &again, &error));
	assert_memory_equal(&made, &again, sizeof(made));
}

static void test_key_that_others_may_use_is_refused(void **state)
{
	static const mode_t wrong[] = {
		0640, 0604, 0620, 0602, 0610, 0601, 0660, 0644, 0666, 0777};
	static const mode_t right[] = {0600, 0400, 0700};
	Folder *folder = *state;
	BaseKey made, again;

	assert_true(base_key_load(folder->file, true, &made, NULL));
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		assert_int_equal(g_chmod(folder->file, wrong[i]), 0);
		assert_key_refused(folder->file, true, REDRESS_ERROR_INVALID);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(right); i++) {
		assert_int_equal(g_chmod(folder->file, right[i]), 0);
		assert_true(base_key_load(folder->file, false, &again, NULL));
		assert_memory_equal(&made, &again, sizeof(made));
	}
}

static void test_key_of_the_wrong_size_is_refused_and_kept(void **state)
{
	static const char bytes[BASE_KEY_BYTES + 1] = "";
	static const size_t sizes[] = {
		0, 1, BASE_KEY_BYTES - 1, BASE_KEY_BYTES + 1};
	Folder *folder = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
		struct stat status;

		assert_true(g_file_set_contents_full(folder->file, bytes,
			(gssize)sizes[i], G_FILE_SET_CONTENTS_NONE, 0600,
			NULL));
		assert_key_refused(folder->file, true, REDRESS_ERROR_INVALID);
		assert_int_equal(g_stat(folder->file, &status), 0);
		assert_int_equal(status.st_size, sizes[i]);
	}
}

static void test_key_that_is_no_file_is_refused(void **state)
{
	Folder *folder = *state;

	assert_int_equal(g_mkdir(folder->file, 0700), 0);
	assert_key_refused(folder->file, true, REDRESS_ERROR_INVALID);
	assert_int_equal(g_rmdir(folder->file), 0);
	/* A FIFO must not hang us. */
	assert_int_equal(mkfifo(folder->file, 0600), 0);
	assert_key_refused(folder->file, true, REDRESS_ERROR_INVALID);
}

static void test_key_in_a_missing_folder_is_an_error(void **state)
{
	Folder *folder = *state;
	g_autofree char *path =
		g_build_filename(folder->path, "no", "redress.key", NULL);

	assert_key_refused(path, true, REDRESS_ERROR_NOT_FOUND);
}

/* ---- addresses -------------------------------------------------------- */

static void test_addresses_are_folded_for_comparison(void **state)
{
	static const struct {
		const char *address, *folded;
	} cases[] = {
		{"Complaints@Example.COM", "complaints@example.com"},
		{"<Complaints@Example.COM>", "complaints@example.com"},
		{" \t<a@b>\r\n", "a@b"},
		{"", ""},
		{"<>", ""},
		{"<", "<"},
		/* Capital, small, composed, decomposed: all alike. */
		{"KAEBUS.ÕUN@näide.ee", "kaebus.õun@näide.ee"},
		{"o\xcc\x83un@x", "õun@x"},
		{"ΠΑΡΆΠΟΝΑ@παράδειγμα.ελ", "παράπονα@παράδειγμα.ελ"},
		{"Straße@x", "strasse@x"},
		{"投诉@例子.中国", "投诉@例子.中国"},
		/* Invalid UTF-8: the ASCII in it only. */
		{"A\xff\xc3\x95@EX.com", "a\xff\xc3\x95@ex.com"},
		{"A\xc3", "a\xc3"},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		assert_string(
			base_address_fold(cases[i].address), cases[i].folded);
		assert_string(
			base_address_fold(cases[i].folded), cases[i].folded);
	}
}

static void test_final_sigma_does_not_tell_addresses_apart(void **state)
{
	g_autofree char *final = base_address_fold("γιώργος@x");
	g_autofree char *capital = base_address_fold("ΓΙΏΡΓΟΣ@x");

	(void)state;
	assert_string_equal(final, capital);
}

static void test_folding_a_flood_of_marks_is_quick(void **state)
{
	GString *flood = g_string_new("A");
	int64_t before = base_clock_monotonic_ms();
	g_autofree char *folded = NULL;

	(void)state;
	/* Alternating combining classes: GLib sorts these by insertion. */
	for (int i = 0; i < 200000; i++)
		g_string_append(flood, i % 2 ? "\xcc\x81" : "\xcc\xa3");
	folded = base_address_fold(flood->str);
	assert_int_equal(strlen(folded), flood->len);
	assert_int_equal(folded[0], 'a');
	assert_true(base_clock_monotonic_ms() - before < 2000);
	g_string_free(flood, TRUE);
}

static void test_detail_is_split_at_the_first_plus(void **state)
{
	static const struct {
		const char *address, *plain, *detail;
	} cases[] = {
		{"user+Detail@example.com", "user@example.com", "Detail"},
		{"user+a+b@example.com", "user@example.com", "a+b"},
		{"user+@example.com", "user@example.com", ""},
		{"user@example.com", "user@example.com", NULL},
		{"user@exa+mple.com", "user@exa+mple.com", NULL},
		{"<user+d@example.com>", "user@example.com", "d"},
		{"user+d", "user", "d"},
		{"+d@example.com", "+d@example.com", NULL},
		{"\"a+b\"@example.com", "\"a+b\"@example.com", NULL},
		{"õun+päev@näide.ee", "õun@näide.ee", "päev"},
		{"", "", NULL},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		char *detail = (char *)"untouched";

		assert_string(
			base_address_without_detail(cases[i].address, &detail),
			cases[i].plain);
		assert_string(detail, cases[i].detail);
		assert_string(
			base_address_without_detail(cases[i].address, NULL),
			cases[i].plain);
	}
}

/* ---- log -------------------------------------------------------------- */

static char *log_line(enum base_log_level level, const char *event,
	...) G_GNUC_NULL_TERMINATED;

static char *log_line(enum base_log_level level, const char *event, ...)
{
	GString *line;
	va_list fields;

	va_start(fields, event);
	line = base_log_line(1795289618, "redressd", level, event, fields);
	va_end(fields);
	return g_string_free(line, FALSE);
}

static void test_log_line_reads_as_documented(void **state)
{
	(void)state;
	assert_string(log_line(BASE_LOG_NOTICE, "mail not acknowledged",
			      "ticket", "7K3F-92QX", "guard", "auto-submitted",
			      "left", NULL, NULL),
		"2026-11-21T19:33:38Z redressd notice mail not acknowledged "
		"ticket=7K3F-92QX guard=auto-submitted\n");
	assert_string(log_line(BASE_LOG_ERROR, "stopped", NULL),
		"2026-11-21T19:33:38Z redressd error stopped\n");
}

static void test_log_values_cannot_forge_the_log(void **state)
{
	static const struct {
		const char *value, *written;
	} cases[] = {
		{"plain", "plain"},
		{"", "\"\""},
		{"two words", "\"two words\""},
		{"a=b", "\"a=b\""},
		{"say \"hi\"", "\"say \\\"hi\\\"\""},
		{"back\\slash", "\"back\\\\slash\""},
		{"a\nb\r\tc", "\"a\\nb\\u{d}\\u{9}c\""},
		{"\x1b[31mred\x7f", "\"\\u{1b}[31mred\\u{7f}\""},
		{"\xff\xc3(", "\"\\xff\\xc3(\""},
		{"\xc2\x9b"
		 "31m",
			"\"\\u{9b}31m\""},
		{"\xe2\x80\xae"
		 "evil",
			"\"\\u{202e}evil\""},
		{"a\xe2\x80\xa8"
		 "b",
			"\"a\\u{2028}b\""},
		{"\xe2\x81\xa6\xe2\x80\x8f\xef\xbb\xbf",
			"\"\\u{2066}\\u{200f}\\u{feff}\""},
		{"mari@näide.ee", "mari@näide.ee"},
		{"投诉", "投诉"},
		{"\xf4\x90\x80\x80", "\"\\xf4\\x90\\x80\\x80\""},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *line = log_line(
			BASE_LOG_INFO, "seen", "subject", cases[i].value, NULL);
		g_autofree char *expected = g_strdup_printf(
			"2026-11-21T19:33:38Z redressd info seen subject=%s\n",
			cases[i].written);

		assert_string_equal(line, expected);
	}
}

static void test_log_line_is_bounded_and_valid(void **state)
{
	static const char *const units[] = {"a", "õ", "\xff", "\n", "投"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
		GString *flood = g_string_new(NULL);
		g_autofree char *line = NULL;

		for (int n = 0; n < 100000; n++)
			g_string_append(flood, units[i]);
		line = log_line(BASE_LOG_INFO, "seen", "a", flood->str, "b",
			flood->str, "c", flood->str, "d", flood->str, "e",
			flood->str, "last", "kept", NULL);
		assert_true(strlen(line) <= BASE_LOG_LINE_MAX);
		assert_true(g_utf8_validate(line, -1, NULL));
		assert_non_null(strstr(line, " last=kept "));
		assert_true(g_str_has_suffix(line, " fields_left_out=2\n"));
		assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
		g_string_free(flood, TRUE);
	}
}

static GPtrArray *journal(enum base_log_level level, const char *event,
	...) G_GNUC_NULL_TERMINATED;

static GPtrArray *journal(enum base_log_level level, const char *event, ...)
{
	GPtrArray *entry;
	va_list fields;

	va_start(fields, event);
	entry = base_log_journal_fields("redressd", level, event, fields);
	va_end(fields);
	return entry;
}

static void test_journal_gets_every_value_as_a_field(void **state)
{
	static const char *const expected[] = {
		"MESSAGE=mail not acknowledged ticket=7K3F-92QX "
		"queue-id=\"a\\nb c\"",
		"SYSLOG_IDENTIFIER=redressd",
		"PRIORITY=5",
		"REDRESS_TICKET=7K3F-92QX",
		"REDRESS_QUEUE_ID=a\\nb c",
	};
	g_autoptr(GPtrArray) entry =
		journal(BASE_LOG_NOTICE, "mail not acknowledged", "ticket",
			"7K3F-92QX", "left", NULL, "queue-id", "a\nb c", NULL);

	(void)state;
	assert_int_equal(entry->len, G_N_ELEMENTS(expected));
	for (guint i = 0; i < entry->len; i++) {
		GString *field = g_ptr_array_index(entry, i);

		assert_string_equal(field->str, expected[i]);
	}
}

/* Standard error as a file for the time of a test. */
typedef struct Capture Capture;
struct Capture {
	char *path;
	int saved, fd;
};

static void capture_start(Capture *capture)
{
	capture->fd =
		g_file_open_tmp("redress-log-XXXXXX", &capture->path, NULL);
	capture->saved = dup(STDERR_FILENO);
	assert_true(dup2(capture->fd, STDERR_FILENO) >= 0);
}

static char *capture_stop(Capture *capture)
{
	char *text = NULL;

	dup2(capture->saved, STDERR_FILENO);
	close(capture->saved);
	close(capture->fd);
	assert_true(g_file_get_contents(capture->path, &text, NULL, NULL));
	g_unlink(capture->path);
	g_free(capture->path);
	return text;
}

static void test_log_goes_to_stderr_from_its_level_up(void **state)
{
	Capture capture;
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	(void)state;
	capture_start(&capture);
	/* Not the stream that we have: somebody redirected it. */
	g_setenv("JOURNAL_STREAM", "1:1", TRUE);
	base_log_init("redressd", BASE_LOG_NOTICE);
	base_log(BASE_LOG_DEBUG, "too small", NULL);
	base_log(BASE_LOG_INFO, "too small", NULL);
	base_log(BASE_LOG_NOTICE, "shown", "a", "1", NULL);
	base_log(BASE_LOG_ERROR, "shown too", NULL);
	text = capture_stop(&capture);
	lines = g_strsplit(text, "\n", -1);
	assert_int_equal(g_strv_length(lines), 3);
	assert_true(g_str_has_suffix(lines[0], "Z redressd notice shown a=1"));
	assert_true(g_str_has_suffix(lines[1], "Z redressd error shown too"));
}

static void test_log_leaves_stderr_alone_when_it_is_the_journal(void **state)
{
	Capture capture;
	struct stat status;
	g_autofree char *text = NULL, *stream = NULL;

	(void)state;
	capture_start(&capture);
	assert_int_equal(fstat(STDERR_FILENO, &status), 0);
	stream = g_strdup_printf(
		"%ju:%ju", (uintmax_t)status.st_dev, (uintmax_t)status.st_ino);
	g_setenv("JOURNAL_STREAM", stream, TRUE);
	base_log_init("redressd", BASE_LOG_NOTICE);
	base_log(BASE_LOG_DEBUG, "redress unit test", NULL);
	base_log(BASE_LOG_NOTICE, "redress unit test", "a", "1", NULL);
	text = capture_stop(&capture);
	g_unsetenv("JOURNAL_STREAM");
	base_log_init("redressd", BASE_LOG_NOTICE);
	assert_string_equal(text, "");
}

enum { LOG_THREADS = 8, LOG_LINES = 500 };

static gpointer write_lines(gpointer value)
{
	for (int i = 0; i < LOG_LINES; i++)
		base_log(BASE_LOG_NOTICE, "line", "value", value, NULL);
	return NULL;
}

static void test_log_lines_of_threads_never_mix(void **state)
{
	g_autofree char *value = g_strnfill(500, 'v'), *text = NULL;
	g_autofree char *ending =
		g_strdup_printf("redressd notice line value=%s", value);
	g_auto(GStrv) lines = NULL;
	GThread *threads[LOG_THREADS];
	Capture capture;

	(void)state;
	capture_start(&capture);
	for (int i = 0; i < LOG_THREADS; i++)
		threads[i] = g_thread_new("log", write_lines, value);
	for (int i = 0; i < LOG_THREADS; i++)
		g_thread_join(threads[i]);
	text = capture_stop(&capture);
	lines = g_strsplit(text, "\n", -1);
	assert_int_equal(g_strv_length(lines), LOG_THREADS * LOG_LINES + 1);
	for (int i = 0; i < LOG_THREADS * LOG_LINES; i++)
		assert_string_equal(
			lines[i] + strlen("2026-11-21T19:33:38Z "), ending);
}

#define key_test(f)                                                            \
	cmocka_unit_test_setup_teardown(f, set_up_folder, tear_down_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_time_is_written_in_utc_in_both_formats),
		cmocka_unit_test(
			test_clocks_agree_and_monotonic_never_goes_back),
		cmocka_unit_test(test_boot_id_stays_the_same),
		cmocka_unit_test(test_every_error_code_has_a_name_of_its_own),
		cmocka_unit_test(test_reference_has_canonical_form_and_parses),
		cmocka_unit_test(test_reference_notices_every_wrong_digit),
		cmocka_unit_test(
			test_reference_notices_every_exchange_of_digits),
		cmocka_unit_test(test_reference_is_read_as_people_type_it),
		cmocka_unit_test(test_what_is_no_reference_is_refused),
		cmocka_unit_test(test_reference_is_found_in_a_subject),
		cmocka_unit_test(
			test_token_of_any_length_opens_and_fits_a_local_part),
		cmocka_unit_test(test_token_opens_after_its_case_was_folded),
		cmocka_unit_test(test_token_with_any_bit_flipped_is_refused),
		cmocka_unit_test(test_token_with_any_digit_changed_is_refused),
		cmocka_unit_test(
			test_token_of_other_purpose_key_or_length_is_refused),
		cmocka_unit_test(test_purpose_and_payload_do_not_run_together),
		cmocka_unit_test(test_message_id_of_ours_tells_its_ticket),
		key_test(test_key_is_made_once_for_its_owner_alone),
		key_test(test_key_that_others_may_use_is_refused),
		key_test(test_key_of_the_wrong_size_is_refused_and_kept),
		key_test(test_key_that_is_no_file_is_refused),
		key_test(test_key_in_a_missing_folder_is_an_error),
		cmocka_unit_test(test_addresses_are_folded_for_comparison),
		cmocka_unit_test(
			test_final_sigma_does_not_tell_addresses_apart),
		cmocka_unit_test(test_folding_a_flood_of_marks_is_quick),
		cmocka_unit_test(test_detail_is_split_at_the_first_plus),
		cmocka_unit_test(test_log_line_reads_as_documented),
		cmocka_unit_test(test_log_values_cannot_forge_the_log),
		cmocka_unit_test(test_log_line_is_bounded_and_valid),
		cmocka_unit_test(test_journal_gets_every_value_as_a_field),
		cmocka_unit_test(test_log_goes_to_stderr_from_its_level_up),
		cmocka_unit_test(
			test_log_leaves_stderr_alone_when_it_is_the_journal),
		cmocka_unit_test(test_log_lines_of_threads_never_mix),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
