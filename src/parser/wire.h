/*
 * What crosses between the pool and a parser process: frames of a 32-bit
 * little-endian length and that many bytes, and single bytes that say what is
 * asked and how far the process is.  Every wait has a deadline, every length a
 * bound.
 */
#ifndef REDRESS_PARSER_WIRE_H
#define REDRESS_PARSER_WIRE_H

#include <redress/parser.h>

enum {
	WIRE_FD = 3, /* the socket in the parser process */
	WIRE_MAX_ENVELOPE_BYTES = 4 * 1024 * 1024,
	WIRE_MAX_MAIL_BYTES = 256 * 1024 * 1024,
	WIRE_MAX_ANSWER_BYTES = 64 * 1024 * 1024,
};

/* Exit codes of the parser process. */
enum {
	WIRE_EXIT_USAGE = 2,
	WIRE_EXIT_MEMORY = 71,
	WIRE_EXIT_CAGE = 72,
	WIRE_EXIT_PROTOCOL = 73,
};

/* "The cage is shut", "I have read the mail". */
enum { WIRE_READY = 'C', WIRE_TAKEN = 'T' };

/* What is asked for: a byte, then what belongs to it, then the mail. */
enum wire_request {
	WIRE_ANALYZE = 'A', /* with an envelope */
	WIRE_EXTRACT = 'X', /* with nothing */
	WIRE_STRIP = 'S',   /* with lines */
};

enum wire_result {
	WIRE_DONE,
	WIRE_CLOSED,    /* the other side is gone */
	WIRE_LATE,      /* the deadline has passed */
	WIRE_MALFORMED, /* a length over the bound, or a wrong byte */
};

/* deadline_ms is monotonic (base_clock_monotonic_ms()); 0 waits for ever. */
enum wire_result wire_send(int fd, GBytes *payload, int64_t deadline_ms);
enum wire_result wire_receive(
	int fd, size_t most, int64_t deadline_ms, GBytes **ret_payload);

enum wire_result wire_send_byte(int fd, char byte);
enum wire_result wire_receive_byte(int fd, int64_t deadline_ms, char *ret_byte);
enum wire_result wire_expect_byte(int fd, char byte, int64_t deadline_ms);

/* (transfer full) */
GBytes *wire_pack_envelope(const AnalysisEnvelope *envelope);

/* An envelope whose strings live as long as it does. */
typedef struct WireEnvelope WireEnvelope;
struct WireEnvelope {
	AnalysisEnvelope envelope;
	GVariant *variant;
	char **to;
	char **our_addresses;
};

void wire_unpack_envelope(GBytes *bytes, WireEnvelope *ret_envelope);
void wire_clear_envelope(WireEnvelope *envelope);

#endif
