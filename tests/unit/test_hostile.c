/*
 * Ten megabytes of what no honest client sends, through all that a parser does
 * with a mail.  Each kind in a process of its own, so that its memory is its
 * own too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <redress/analysis.h>

enum { MIB = 1024 * 1024 };

/* The promise is a second and 64 MiB beside the mail itself, when optimised.
 * Without, with other work on the machine, or with sanitizers, which keep what
 * is freed, the test only sees what is not linear, and less will do. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif

#if defined(SANITIZED) || !defined(__OPTIMIZE__)
enum {
	HOSTILE_BYTES = 3 * MIB,
	MOST_CPU_MS = 15000,
	MOST_PEAK_BYTES = 1536 * MIB
};
#else
enum {
	HOSTILE_BYTES = 10 * MIB,
	MOST_CPU_MS = 1000,
	MOST_PEAK_BYTES = 64 * MIB
};
#endif

#define TOP "From: Mari Maasikas <mari@example.org>\nSubject: Re: Kettle\n"
#define PLAIN TOP "Content-Type: text/plain; charset=utf-8\n\n"
#define HTML TOP "Content-Type: text/html; charset=utf-8\n\n"
#define REPORT                                                                 \
	"From: MAILER-DAEMON@example.net\nSubject: failure notice\n"           \
	"MIME-Version: 1.0\nContent-Type: multipart/report; "                  \
	"report-type=delivery-status; boundary=\"0\"\n\n--0\n"                 \
	"Content-Type: message/delivery-status\n\n"

typedef struct Hostile Hostile;
struct Hostile {
	const char *what;
	const char *start;
	const char *repeated; /* "%u" in it counts */
	const char *end;
};

/* clang-format off */
static const Hostile hostile[] = {
	{"one-letter lines", PLAIN, "a\n", ""},
	{"one long word", PLAIN, "a", ""},
	{"attributions", PLAIN,
		"On Mon, 3 Mar 2025 at 10:32, M%u <m@example.org> wrote:\n",
		""},
	{"ends of attributions", PLAIN, "1 %u:\n", ""},
	{"quoted lines", PLAIN, "> a%u\nb\n", ""},
	{"signatures", PLAIN, "a\n-- \nBest regards,\nMari\n___\n", ""},
	{"header blocks", PLAIN,
		"From: m%u@example.org\nSent: Monday 10:32\nTo: a\n"
		"Subject: b\n\n", ""},
	{"markers", PLAIN, "-----Original Message-----\nx%u\n", ""},
	{"telephones", PLAIN, "Sent from my %u\n", ""},
	{"commands", PLAIN, "#resolve %u\n", ""},
	{"lines of capitals", PLAIN, "\303\204\303\226\303\234 %u\n", ""},
	{"letters of many marks", PLAIN, "a\314\201\314\202\314\203\n", ""},
	{"dashes and dots", PLAIN, "\342\200\224 . ", ""},
	{"Chinese", PLAIN, "\345\234\250 %u \345\206\231\351\201\223\357\274"
		"\232\n", ""},
	{"threats", PLAIN, "I WANT MY MONEY BACK!!! lawyer court refund ", ""},
	{"open HTML quotes", HTML, "<blockquote>On %u wrote:<br>", ""},
	{"HTML tables", HTML, "<table><tr><td>%u</td>", ""},
	{"HTML styles", HTML, "<p style=\"color:#%u;display:none\">x", ""},
	{"HTML attributes", HTML "<p ", "a%u=b ", ">x"},
	{"many fields", TOP, "X-%u: y\n", "\nx\n"},
	{"many recipients", TOP, "To: a%u@example.org, b@example.org\n",
		"\nx\n"},
	{"many results", TOP,
		"Authentication-Results: mail.example.com; dmarc=pass (%u)\n",
		"\nx\n"},
	{"many ids", TOP, "References: <%u@example.org>\n", "\nx\n"},
	{"stacked prefixes", "Subject: ", "Re: AW: [%u] ", "\n\nx\n"},
	{"encoded words", "Subject: ", "=?utf-8?q?=C3?=\n =?utf-8?q?=A4%u?=\n ",
		"\n\nx\n"},
	{"many parts", TOP "Content-Type: multipart/mixed; boundary=b\n\n",
		"--b\nContent-Type: text/plain; name=%u\n\na\n", "--b--\n"},
	{"parts in parts", TOP, "Content-Type: multipart/mixed; boundary=b%u"
		"\n\n--b%u\n", "x\n"},
	{"recipients of a bounce", REPORT,
		"Final-Recipient: rfc822; a%u@example.org\nAction: failed\n"
		"Status: 5.1.1\n\n", "--0--\n"},
	{"a bounce's prose", "From: MAILER-DAEMON@example.net\n"
		"Subject: failure notice\n\n",
		"<a%u@example.org>:\n550 5.1.1 user unknown\n", ""},
	{"a calendar", TOP "Content-Type: text/calendar; method=REQUEST\n\n",
		"BEGIN:VEVENT\nUID:%u\n", ""},
};
/* clang-format on */

static GString *hostile_mail(const Hostile *kind)
{
	g_auto(GStrv) pieces = g_strsplit(kind->repeated, "%u", -1);
	GString *mail = g_string_sized_new(HOSTILE_BYTES + 4096);

	g_string_append(mail, kind->start);
	for (unsigned n = 0; mail->len < HOSTILE_BYTES; n++)
		for (unsigned i = 0; pieces[i]; i++) {
			g_string_append(mail, pieces[i]);
			if (pieces[i + 1])
				g_string_append_printf(mail, "%u", n);
		}
	g_string_append(mail, kind->end);
	return mail;
}

typedef struct Cost Cost;
struct Cost {
	int64_t cpu_ms;
	int64_t peak_bytes; /* more than before */
};

/* "VmRSS:", "VmHWM:" of this process. */
static int64_t memory_bytes(const char *field)
{
	g_autofree char *status = NULL;
	const char *found;

	if (!g_file_get_contents("/proc/self/status", &status, NULL, NULL))
		return 0;
	found = strstr(status, field);
	return found ? 1024 * g_ascii_strtoll(found + strlen(field), NULL, 10)
		     : 0;
}

static int64_t cpu_ms(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
	       (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

/* What a parser does with a mail, from bytes to bytes. */
static bool mail_analyze(const char *bytes, size_t length)
{
	static const AnalysisEnvelope envelope = {
		.from = "mari@example.org", .authserv_id = "mail.example.com"};
	g_autoptr(Message) message = message_parse(bytes, length, NULL);
	g_autoptr(Analysis) analysis =
		message ? analysis_run(message, &envelope) : NULL;
	g_autoptr(GBytes) wire = NULL;

	if (!analysis)
		return false;
	wire = analysis_serialise(analysis);
	return g_bytes_get_size(wire) > 0;
}

/* The peak is counted from here on (proc(5), clear_refs). */
static bool forget_peak(void)
{
	FILE *file = fopen("/proc/self/clear_refs", "we");
	bool good = file && fputs("5", file) >= 0;

	return file && fclose(file) == 0 && good;
}

/* In the child: the cost of one kind, told through a pipe. */
static void measure(const Hostile *kind, int to)
{
	GString *mail = hostile_mail(kind);
	int64_t before_bytes = memory_bytes("VmRSS:");
	int64_t before_ms = cpu_ms();
	Cost cost = {0};
	bool good = forget_peak() && mail_analyze(mail->str, mail->len);

	cost.cpu_ms = cpu_ms() - before_ms;
	cost.peak_bytes = memory_bytes("VmHWM:") - before_bytes;
	if (!good || write(to, &cost, sizeof cost) != sizeof cost)
		_exit(1);
	g_string_free(mail, TRUE);
	_exit(0);
}

static Cost cost_of(const Hostile *kind)
{
	int ends[2], status = -1;
	Cost cost = {-1, -1};
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		measure(kind, ends[1]);
	close(ends[1]);
	if (read(ends[0], &cost, sizeof cost) != sizeof cost)
		fail_msg("%s: the parser died", kind->what);
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	return cost;
}

static void test_hostile_mail_costs_a_second_and_64_mib(void **state)
{
	bool good = true;

	(void)state;
	analysis_warm_up();
	message_warm_up();
	for (size_t i = 0; i < G_N_ELEMENTS(hostile); i++) {
		Cost cost = cost_of(&hostile[i]);
		bool dear = cost.cpu_ms > MOST_CPU_MS ||
			    cost.peak_bytes > MOST_PEAK_BYTES;

		print_message("# %s: %d ms, %.1f MiB%s\n", hostile[i].what,
			(int)cost.cpu_ms, (double)cost.peak_bytes / MIB,
			dear ? ": too much" : "");
		good = good && !dear;
	}
	assert_true(good);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hostile_mail_costs_a_second_and_64_mib),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
