/*
 * "From: ... Sent: ... To: ... Subject: ...": the header fields that a client
 * writes above an older mail.
 */
#ifndef REDRESS_ANALYSIS_HEADER_BLOCK_H
#define REDRESS_ANALYSIS_HEADER_BLOCK_H

#include "reply_text_line.h"

enum {
	HEADER_BLOCK_MAX_LINES = 14,    /* blanks included */
	HEADER_BLOCK_MAX_CONTINUED = 2, /* lines by which a field is wrapped */
};

typedef struct HeaderBlock HeaderBlock;
struct HeaderBlock {
	unsigned end; /* the first line after it */
	unsigned fields;
	bool has[FIELD_OTHER + 1];
	bool address; /* something with an @ stands in it */
	bool timed;   /* "Sent: ... 10:32" */
};

/* Reads what stands from line i on; without fields if none does. */
HeaderBlock header_block_read(GArray *lines, unsigned i);

/*
 * A complaint may say "From: Tartu / To: Oslo / Date: 3 May": a block counts
 * only with a subject, an address or the minute of sending in it, or with a
 * mark right above it.
 */
bool header_block_is_one(const HeaderBlock *block, bool marked);

#endif
