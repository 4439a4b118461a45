/* terminal: how wide it is, what may be written to it, how much room a text
 * takes there. */
#ifndef REDRESS_CLI_TERMINAL_H
#define REDRESS_CLI_TERMINAL_H

#include <stdbool.h>

#include <glib.h>

enum terminal_colour {
	TERMINAL_COLOUR_AUTO, /* on a terminal, unless NO_COLOR is set */
	TERMINAL_COLOUR_ALWAYS,
	TERMINAL_COLOUR_NEVER,
};

typedef struct Terminal Terminal;
struct Terminal {
	bool interactive; /* a person looks at it */
	bool colour;
	unsigned width; /* columns; 0: as wide as need be */
};

Terminal terminal_examine(int fd, enum terminal_colour colour);

/*
 * Text by strangers as it may stand on a terminal: valid UTF-8 without
 * controls, escape sequences, bidi controls and other invisible characters,
 * which become U+FFFD.  With lines, line feeds stay; else they become spaces.
 * (transfer full)
 */
char *terminal_clean(const char *text, bool lines);

/* Columns that cleaned text takes: wide characters two, combining ones none. */
unsigned terminal_columns(const char *text);

/* At most so many columns of it, ending in "…" if it was longer.
 * (transfer full) */
char *terminal_cut(const char *text, unsigned width);

/* Cleaned lines broken at spaces to a width (0: left as they are), each
 * after so many spaces.  Ends in a line feed.  (transfer full) */
char *terminal_wrap(const char *text, unsigned width, unsigned indent);

#endif
