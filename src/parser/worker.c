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

static GBytes *receive(size_t most)
{
	GBytes *payload = NULL;

	switch (wire_receive(WIRE_FD, most, 0, &payload)) {
	case WIRE_DONE:
		return payload;
	case WIRE_CLOSED:
		_exit(0);
	case WIRE_LATE:
	case WIRE_MALFORMED:
		break;
	}
	_exit(WIRE_EXIT_PROTOCOL);
}

static void answer_mail(const CageLimits *limits, WorkerAnalyze analyze)
{
	g_autoptr(GBytes) packed = receive(WIRE_MAX_ENVELOPE_BYTES);
	g_autoptr(GBytes) raw = receive(WIRE_MAX_MAIL_BYTES);
	g_autoptr(GBytes) answer = NULL;
	WireEnvelope envelope;

	cage_start_mail(limits);
	if (wire_send_byte(WIRE_FD, WIRE_TAKEN) != WIRE_DONE)
		_exit(0);
	wire_unpack_envelope(packed, &envelope);
	answer = analyze(raw, &envelope.envelope);
	wire_clear_envelope(&envelope);
	if (wire_send(WIRE_FD, answer, 0) != WIRE_DONE)
		_exit(0);
	cage_end_mail();
}

void worker_main(int argc, char **argv, WorkerAnalyze analyze)
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
		answer_mail(&limits, analyze);
}
