/* Frames between the daemon and its parsers; either side may be hostile. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../src/parser/wire.h"
#include "fuzz.h"

enum { MOST_FRAME_BYTES = 1024 * 1024, MOST_INPUT_BYTES = 64 * 1024 };

/* A socket from which the bytes can be read, and no more. */
static int socket_of(const guint8 *bytes, size_t length)
{
	int ends[2];

	FUZZ_PROMISE(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0,
		"there are sockets");
	FUZZ_PROMISE(
		send(ends[1], bytes, length, MSG_NOSIGNAL) == (ssize_t)length,
		"the socket takes the bytes");
	close(ends[1]);
	return ends[0];
}

static void check_envelope(GBytes *payload)
{
	WireEnvelope first, second;
	g_autoptr(GBytes) packed = NULL;
	g_autoptr(GBytes) again = NULL;

	wire_unpack_envelope(payload, &first);
	packed = wire_pack_envelope(&first.envelope);
	wire_unpack_envelope(packed, &second);
	again = wire_pack_envelope(&second.envelope);
	FUZZ_PROMISE(g_bytes_equal(packed, again),
		"an envelope is the same after a journey");
	wire_clear_envelope(&second);
	wire_clear_envelope(&first);
}

void fuzz_wire(const guint8 *bytes, size_t length)
{
	enum wire_result result = WIRE_DONE;
	int fd;

	if (!length || length > MOST_INPUT_BYTES)
		return;
	fd = socket_of(bytes, length);
	result = wire_expect_byte(fd, WIRE_TAKEN, 0);
	FUZZ_PROMISE((result == WIRE_DONE) == (*bytes == WIRE_TAKEN),
		"a wrong byte is told from the right one");
	do {
		g_autoptr(GBytes) payload = NULL;

		result = wire_receive(fd, MOST_FRAME_BYTES, 0, &payload);
		FUZZ_PROMISE(!payload == (result != WIRE_DONE),
			"a frame comes whole or not at all");
		if (payload)
			check_envelope(payload);
	} while (result == WIRE_DONE);
	close(fd);
}
