/* The header fields that a client writes above an older mail. */
#include "header_block.h"

#include <string.h>

static void add_to_block(HeaderBlock *block, const Line *line)
{
	if (line->kind == LINE_FIELD && !block->has[line->field]) {
		block->has[line->field] = true;
		block->fields++;
	}
	if (memchr(line->start, '@', line->length_bytes))
		block->address = true;
	if (line->field == FIELD_SENT && line_has_time(line))
		block->timed = true;
}

HeaderBlock header_block_read(GArray *lines, unsigned i)
{
	HeaderBlock block = {.end = i};
	unsigned last = MIN(lines->len, i + HEADER_BLOCK_MAX_LINES);
	unsigned continued = 0;

	for (; i < last; i++) {
		const Line *line = LINE_AT(lines, i);

		if (line->kind == LINE_FIELD) {
			add_to_block(&block, line);
			block.end = i + 1;
			continued = 0;
		} else if (line->kind == LINE_BLANK) {
			if (!line_is_kind(lines, i + 1, LINE_FIELD))
				break;
		} else if (++continued > HEADER_BLOCK_MAX_CONTINUED ||
			   line->kind != LINE_TEXT) {
			break;
		} else {
			add_to_block(&block, line);
		}
	}
	/* The last field's own continuation, up to the blank line. */
	for (continued = 0; continued < HEADER_BLOCK_MAX_CONTINUED &&
			    block.end < lines->len &&
			    line_is_kind(lines, block.end, LINE_TEXT) &&
			    line_is_kind(lines, block.end + 1, LINE_BLANK);
		continued++)
		block.end++;
	return block;
}

bool header_block_is_one(const HeaderBlock *block, bool marked)
{
	if (!block->has[FIELD_FROM])
		return false;
	if (marked)
		return block->fields >= 2;
	if (block->has[FIELD_SUBJECT])
		return block->fields >= 3;
	return block->fields >= 3 && (block->address || block->timed);
}
