/*
 * A parser process that misbehaves as its mail asks: the cage and the pool are
 * the real ones, only the analysis is this.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../src/parser/answer.h"
#include "../../src/parser/wire.h"
#include "../../src/parser/worker.h"

static char *words;

static void do_abort(void)
{
	abort();
}

static void do_exit(void)
{
	_exit(9);
}

static void do_loop(void)
{
	for (volatile unsigned i = 0;; i++)
		;
}

static void do_hang(void)
{
	poll(NULL, 0, -1);
}

static void do_memory(void)
{
	for (;;)
		memset(g_malloc(1024 * 1024), 1, 1024 * 1024);
}

static void do_close(void)
{
	close(WIRE_FD);
	poll(NULL, 0, -1);
}

static void do_huge_answer(void)
{
	static const unsigned char head[] = {0xff, 0xff, 0xff, 0xff};

	send(WIRE_FD, head, sizeof head, 0);
	poll(NULL, 0, -1);
}

static void do_open(void)
{
	int fd = open("/etc/passwd", O_RDONLY);

	words = g_strdup_printf("open: %d %s", fd, g_strerror(errno));
}

static void do_socket(void)
{
	socket(AF_INET, SOCK_STREAM, 0);
}

static void do_fork(void)
{
	fork();
}

static void do_exec(void)
{
	char *argv[] = {"sh", NULL};

	execv("/bin/sh", argv);
}

static void do_kill(void)
{
	kill(getppid(), 0);
}

static void do_run_memory(void)
{
	mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		0);
}

static const struct {
	const char *mark;
	void (*act)(void);
} acts[] = {
	{"abort", do_abort},
	{"exit", do_exit},
	{"loop", do_loop},
	{"hang", do_hang},
	{"memory", do_memory},
	{"close", do_close},
	{"huge-answer", do_huge_answer},
	{"open", do_open},
	{"socket", do_socket},
	{"fork", do_fork},
	{"exec", do_exec},
	{"kill", do_kill},
	{"run-memory", do_run_memory},
};

static void act(const char *mail, size_t length)
{
	for (size_t i = 0; i < G_N_ELEMENTS(acts); i++)
		if (length == strlen(acts[i].mark) &&
			memcmp(mail, acts[i].mark, length) == 0)
			acts[i].act();
}

static GBytes *analyze(GBytes *raw, const AnalysisEnvelope *envelope)
{
	size_t length;
	const char *mail = g_bytes_get_data(raw, &length);
	g_autoptr(Analysis) analysis = NULL;

	act(mail, length);
	if (length == 9 && memcmp(mail, "malformed", 9) == 0)
		return g_bytes_new_static("no analysis", 11);
	analysis = analysis_new();
	g_free(analysis->text);
	analysis->text =
		words ? g_steal_pointer(&words) : g_strndup(mail, length);
	g_free(analysis->subject);
	analysis->subject = g_strdup(envelope->from);
	return analysis_serialise(analysis);
}

/* A mail that is asked for what it carries, or to be stripped, is done to as
 * it asks; "lie ..." says which promise the answer breaks. */
static GBytes *extract(GBytes *raw)
{
	static const struct {
		const char *mark;
		MessageAttachment attachment;
	} lies[] = {
		{"lie path", {.name = "../../etc/passwd", .type = "a/b"}},
		{"lie control", {.name = "a\nb", .type = "a/b"}},
		{"lie type", {.name = "a", .type = "a/b\nX: y"}},
		{"lie no type", {.name = "a"}},
		{"lie id", {.type = "a/b", .content_id = "a>\nX: <y"}},
		{"lie size", {.type = "a/b"}},
		{"honest", {.name = "a", .type = "a/b", .content_id = "c@d"}},
	};
	size_t length;
	const char *mail = g_bytes_get_data(raw, &length);
	g_autoptr(GPtrArray) attachments = g_ptr_array_new();
	g_autofree char *large = g_malloc0(1536 * 1024);
	MessageAttachment one;

	act(mail, length);
	if (length == 9 && memcmp(mail, "malformed", 9) == 0)
		return g_bytes_new_static("no answer", 9);
	for (size_t i = 0; i < G_N_ELEMENTS(lies); i++) {
		bool size = strcmp(lies[i].mark, "lie size") == 0;

		if (length != strlen(lies[i].mark) ||
			memcmp(mail, lies[i].mark, length) != 0)
			continue;
		one = lies[i].attachment;
		one.bytes = g_bytes_new(large, size ? 1536 * 1024 : 3);
		g_ptr_array_add(attachments, &one);
	}
	for (unsigned i = 0; length == 8 && i < 101; i++)
		if (memcmp(mail, "lie many", 8) == 0) {
			one = (MessageAttachment){.type = (char *)"a/b",
				.bytes = g_bytes_new("x", 1)};
			g_ptr_array_add(attachments, &one);
		}
	return answer_pack_attachments(attachments, NULL);
}

static GBytes *strip(GBytes *raw, const char *const *lines)
{
	size_t length;
	const char *mail = g_bytes_get_data(raw, &length);
	g_autofree char *answer = g_strjoinv("|", (char **)lines);
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) bytes = NULL;

	act(mail, length);
	if (length == 9 && memcmp(mail, "malformed", 9) == 0)
		return g_bytes_new_static("no answer", 9);
	if (length == 9 && memcmp(mail, "lie words", 9) == 0)
		error = g_error_new(
			MESSAGE_ERROR, REDRESS_ERROR_INVALID, "no\r\n250 OK");
	if (length == 9 && memcmp(mail, "lie empty", 9) == 0)
		bytes = g_bytes_new(NULL, 0);
	else
		bytes = g_bytes_new(answer, strlen(answer));
	return answer_pack_mail(error ? NULL : bytes, error);
}

int main(int argc, char **argv)
{
	static const WorkerDuties duties = {analyze, extract, strip};

	worker_main(argc, argv, &duties);
}
