/*
 * Frames over a socket.  Both sides are written as if the other were hostile;
 * the parser process may be.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "wire.h"

/* Each string is bytes: an envelope address need not be UTF-8. */
#define ENVELOPE_TYPE "(maymaaymaymaymaaymaymay)"
#define ENVELOPE_IN "(m^aym^aaym^aym^aym^aaym^aym^ay)"
#define ENVELOPE_OUT "(m^&aym^a&aym^&aym^&aym^a&aym^&aym^&ay)"

/* Waits until the socket is ready for events; false when it is late. */
static bool wait_for(int fd, short events, int64_t deadline_ms)
{
	struct pollfd polled = {.fd = fd, .events = events};

	for (;;) {
		int64_t left = -1;
		int ready;

		if (deadline_ms > 0) {
			left = deadline_ms - base_clock_monotonic_ms();
			if (left <= 0)
				return false;
		}
		ready = poll(&polled, 1, (int)MIN(left, 60000));
		if (ready > 0 || (ready < 0 && errno != EINTR))
			return true;
	}
}

static bool must_wait(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK;
}

static enum wire_result send_all(
	int fd, const void *bytes, size_t length, int64_t deadline_ms)
{
	const char *p = bytes;

	while (length > 0) {
		ssize_t sent = send(fd, p, length, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent >= 0) {
			p += sent;
			length -= (size_t)sent;
		} else if (must_wait()) {
			if (!wait_for(fd, POLLOUT, deadline_ms))
				return WIRE_LATE;
		} else if (errno != EINTR) {
			return WIRE_CLOSED;
		}
	}
	return WIRE_DONE;
}

static enum wire_result receive_all(
	int fd, void *bytes, size_t length, int64_t deadline_ms)
{
	char *p = bytes;

	while (length > 0) {
		ssize_t got = recv(fd, p, length, MSG_DONTWAIT);

		if (got > 0) {
			p += got;
			length -= (size_t)got;
		} else if (got == 0) {
			return WIRE_CLOSED;
		} else if (must_wait()) {
			if (!wait_for(fd, POLLIN, deadline_ms))
				return WIRE_LATE;
		} else if (errno != EINTR) {
			return WIRE_CLOSED;
		}
	}
	return WIRE_DONE;
}

enum wire_result wire_send(int fd, GBytes *payload, int64_t deadline_ms)
{
	size_t length;
	const void *bytes = g_bytes_get_data(payload, &length);
	guint32 head = GUINT32_TO_LE((guint32)length);
	enum wire_result result;

	if (length > G_MAXUINT32)
		return WIRE_MALFORMED;
	result = send_all(fd, &head, sizeof head, deadline_ms);
	if (result == WIRE_DONE)
		result = send_all(fd, bytes, length, deadline_ms);
	return result;
}

enum wire_result wire_receive(
	int fd, size_t most, int64_t deadline_ms, GBytes **ret_payload)
{
	guint32 head;
	char *bytes;
	enum wire_result result;

	result = receive_all(fd, &head, sizeof head, deadline_ms);
	if (result != WIRE_DONE)
		return result;
	head = GUINT32_FROM_LE(head);
	if (head > most)
		return WIRE_MALFORMED;
	bytes = g_try_malloc((size_t)head + 1);
	if (!bytes)
		return WIRE_MALFORMED;
	result = receive_all(fd, bytes, head, deadline_ms);
	if (result != WIRE_DONE) {
		g_free(bytes);
		return result;
	}
	*ret_payload = g_bytes_new_take(bytes, head);
	return WIRE_DONE;
}

enum wire_result wire_send_byte(int fd, char byte)
{
	return send_all(fd, &byte, 1, 0);
}

enum wire_result wire_receive_byte(int fd, int64_t deadline_ms, char *ret_byte)
{
	char got;
	enum wire_result result = receive_all(fd, &got, 1, deadline_ms);

	if (result == WIRE_DONE)
		*ret_byte = got;
	return result;
}

enum wire_result wire_expect_byte(int fd, char byte, int64_t deadline_ms)
{
	char got = 0;
	enum wire_result result = wire_receive_byte(fd, deadline_ms, &got);

	if (result == WIRE_DONE && got != byte)
		return WIRE_MALFORMED;
	return result;
}

GBytes *wire_pack_envelope(const AnalysisEnvelope *envelope)
{
	static const AnalysisEnvelope unknown;
	const AnalysisEnvelope *e = envelope ? envelope : &unknown;
	g_autoptr(GVariant) variant = g_variant_ref_sink(g_variant_new(
		ENVELOPE_IN, e->from, e->to, e->auth_login, e->authserv_id,
		e->our_addresses, e->our_hostname, e->default_language));

	return g_variant_get_data_as_bytes(variant);
}

void wire_unpack_envelope(GBytes *bytes, WireEnvelope *ret_envelope)
{
	AnalysisEnvelope *e = &ret_envelope->envelope;

	memset(ret_envelope, 0, sizeof *ret_envelope);
	ret_envelope->variant = g_variant_ref_sink(g_variant_new_from_bytes(
		G_VARIANT_TYPE(ENVELOPE_TYPE), bytes, FALSE));
	g_variant_get(ret_envelope->variant, ENVELOPE_OUT, &e->from,
		&ret_envelope->to, &e->auth_login, &e->authserv_id,
		&ret_envelope->our_addresses, &e->our_hostname,
		&e->default_language);
	e->to = (const char *const *)ret_envelope->to;
	e->our_addresses = (const char *const *)ret_envelope->our_addresses;
}

void wire_clear_envelope(WireEnvelope *envelope)
{
	/* The strings themselves belong to the variant. */
	g_free(envelope->to);
	g_free(envelope->our_addresses);
	g_variant_unref(envelope->variant);
}
