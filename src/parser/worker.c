/*
 * The inside of a parser process.  It leaves when the pool closes the socket;
 * there is no parent-death signal, because that fires when the *thread* that
 * started the process ends, and any thread of the daemon may have started it.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "answer.h"
#include "cage.h"
#include "wire.h"
#include "worker.h"

GBytes *worker_analyze(GBytes *raw, const AnalysisEnvelope *envelope)
{
	size_t length;
	const char *bytes = g_bytes_get_data(raw, &length);
	g_autoptr(GError) error = NULL;
	g_autoptr(Message) message = message_parse(bytes, length, &error);
	g_autoptr(Analysis) analysis =
		message ? analysis_run(message, envelope)
			: analysis_unparsed(envelope, error->message);

	return analysis_serialise(analysis);
}

GBytes *worker_extract(GBytes *raw)
{
	size_t length;
	const char *bytes = g_bytes_get_data(raw, &length);
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) attachments =
		message_extract_attachments(bytes, length, &error);

	return answer_pack_attachments(attachments, error);
}

GBytes *worker_strip(GBytes *raw, const char *const *lines)
{
	size_t length;
	const char *bytes = g_bytes_get_data(raw, &length);
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) mail =
		message_strip_lines(bytes, length, lines, &error);

	return answer_pack_mail(mail, error);
}

/*
 * The libraries' words go nowhere: they could quote the mail.  One of them says
 * that memory ran out, after which GLib would abort.
 */
static GLogWriterOutput drop_log(GLogLevelFlags level, const GLogField *fields,
	gsize count, gpointer user)
{
	(void)user;
	for (gsize i = 0; i < count && (level & G_LOG_LEVEL_ERROR); i++)
		if (strcmp(fields[i].key, "MESSAGE") == 0 &&
			strstr(fields[i].value, "failed to allocate"))
			_exit(WIRE_EXIT_MEMORY);
	return G_LOG_WRITER_HANDLED;
}

/* Signals for the daemon reach its whole group; the pool ends us. */
static void ignore_signals(void)
{
	static const int ignored[] = {
		SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2};

	for (size_t i = 0; i < G_N_ELEMENTS(ignored); i++)
		signal(ignored[i], SIG_IGN);
}

static bool is_socket(int fd)
{
	int type;
	socklen_t length = sizeof type;

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0;
}

static CageLimits read_limits(int argc, char **argv)
{
	CageLimits limits;

	if (argc != 4 || !is_socket(WIRE_FD)) {
		fprintf(stderr,
			"redress-parser is started by redressd and redress, "
			"not by hand.\n");
		exit(WIRE_EXIT_USAGE);
	}
	limits.memory_bytes = g_ascii_strtoull(argv[1], NULL, 10);
	limits.cpu_s = (unsigned)g_ascii_strtoull(argv[2], NULL, 10);
	limits.timeout_ms = (unsigned)g_ascii_strtoull(argv[3], NULL, 10);
	return limits;
}

/* Everything that needs a file is done while there are files. */
static void warm_up(void)
{
	g_random_int();
	message_warm_up();
	analysis_warm_up();
}

/* The process leaves when the pool has. */
static void leave_unless_done(enum wire_result result)
{
	switch (result) {
	case WIRE_DONE:
		return;
	case WIRE_CLOSED:
		_exit(0);
	case WIRE_LATE:
	case WIRE_MALFORMED:
		_exit(WIRE_EXIT_PROTOCOL);
	}
}

static GBytes *receive(size_t most)
{
	GBytes *payload = NULL;

	leave_unless_done(wire_receive(WIRE_FD, most, 0, &payload));
	return payload;
}

/* What is asked for next. */
static enum wire_request receive_kind(void)
{
	char kind = 0;

	leave_unless_done(wire_receive_byte(WIRE_FD, 0, &kind));
	return (enum wire_request)kind;
}

static GBytes *analyze(GBytes *raw, GBytes *with, WorkerAnalyze duty)
{
	WireEnvelope envelope;
	GBytes *answer;

	wire_unpack_envelope(with, &envelope);
	answer = duty(raw, &envelope.envelope);
	wire_clear_envelope(&envelope);
	return answer;
}

static GBytes *strip(GBytes *raw, GBytes *with, WorkerStrip duty)
{
	g_auto(GStrv) lines = answer_unpack_lines(with);

	return duty(raw, (const char *const *)lines);
}

static GBytes *do_duty(const WorkerDuties *duties, enum wire_request kind,
	GBytes *raw, GBytes *with)
{
	switch (kind) {
	case WIRE_ANALYZE:
		return analyze(raw, with, duties->analyze);
	case WIRE_EXTRACT:
		return duties->extract(raw);
	case WIRE_STRIP:
		return strip(raw, with, duties->strip);
	}
	_exit(WIRE_EXIT_PROTOCOL);
}

static void answer_mail(const CageLimits *limits, const WorkerDuties *duties)
{
	enum wire_request kind = receive_kind();
	g_autoptr(GBytes) with = receive(WIRE_MAX_ENVELOPE_BYTES);
	g_autoptr(GBytes) raw = receive(WIRE_MAX_MAIL_BYTES);
	g_autoptr(GBytes) answer = NULL;

	cage_start_mail(limits);
	if (wire_send_byte(WIRE_FD, WIRE_TAKEN) != WIRE_DONE)
		_exit(0);
	answer = do_duty(duties, kind, raw, with);
	if (wire_send(WIRE_FD, answer, 0) != WIRE_DONE)
		_exit(0);
	cage_end_mail();
}

void worker_main(int argc, char **argv, const WorkerDuties *duties)
{
	CageLimits limits = read_limits(argc, argv);

	ignore_signals();
	g_log_set_writer_func(drop_log, NULL, NULL);
	warm_up();
	if (!cage_enter(&limits))
		_exit(WIRE_EXIT_CAGE);
	if (wire_send_byte(WIRE_FD, WIRE_READY) != WIRE_DONE)
		_exit(0);
	for (;;)
		answer_mail(&limits, duties);
}
