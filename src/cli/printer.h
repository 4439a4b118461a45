/*
 * printer: what a verb has to tell, told once, as JSON or as text.  A verb
 * builds maps and lists; JSON prints them as they are, text lays them out by a
 * view.  Values at the top are printed as soon as they are complete: one JSON
 * object a line; a list at the top streams its elements.
 */
#ifndef REDRESS_CLI_PRINTER_H
#define REDRESS_CLI_PRINTER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <glib.h>

#include "terminal.h"

/* How a value is shown to people. */
enum printer_show {
	PRINTER_TEXT,   /* one line; may be cut to fit */
	PRINTER_PROSE,  /* as TEXT; as a table's last column in several lines */
	PRINTER_WORD,   /* one line; never cut */
	PRINTER_NUMBER, /* to the right */
	PRINTER_TIME,   /* local time */
	PRINTER_BLOCK,  /* lines of their own */
	PRINTER_NESTED, /* maps, by a view of their own */
};

typedef struct PrinterView PrinterView;

typedef struct PrinterColumn PrinterColumn;
struct PrinterColumn {
	const char *key;
	const char *title;
	enum printer_show show;
	/* Left out of a table that does not fit, the highest first; 0: never.
	 */
	unsigned rank;
	/* The SGR code of a value, such as "1;31" (nullable both). */
	const char *(*colour)(const char *value);
	const PrinterView *view; /* of PRINTER_NESTED */
	unsigned pad;            /* in PRINTER_LINE: columns at least */
};

/* A column; further members by name: .rank, .colour, .view, .pad. */
#define PRINTER_COLUMN(key_, title_, show_, ...)                               \
	{                                                                      \
		.key = (key_), .title = (title_), .show = (show_), __VA_ARGS__ \
	}

enum printer_form {
	PRINTER_TABLE,  /* a list of maps: one row each */
	PRINTER_FIELDS, /* a map: one line a value, those that are null not */
	PRINTER_LINE,   /* a map: one line in all */
};

struct PrinterView {
	enum printer_form form;
	const char *empty; /* said of an empty table (nullable) */
	const PrinterColumn *columns;
	size_t length;
};

#define PRINTER_VIEW(form_, empty_, columns_)                                  \
	{                                                                      \
		.form = (form_), .empty = (empty_), .columns = (columns_),     \
		.length = G_N_ELEMENTS(columns_),                              \
	}

typedef struct Printer Printer;

Printer *printer_new(FILE *out, bool json, const Terminal *terminal);
void printer_free(Printer *printer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Printer, printer_free)

bool printer_is_json(const Printer *printer);

/* How the values that follow are laid out as text.  (transfer none) */
void printer_view(Printer *printer, const PrinterView *view);

void printer_begin_map(Printer *printer);
void printer_begin_list(Printer *printer);
void printer_end(Printer *printer);

/* The key of the value that follows, in a map. */
void printer_key(Printer *printer, const char *key);

/* Values; NULL prints null.  Texts are repaired where they are no UTF-8. */
void printer_string(Printer *printer, const char *value);
void printer_integer(Printer *printer, int64_t value);
void printer_real(Printer *printer, double value);
void printer_boolean(Printer *printer, bool value);
/* RFC 3339 in UTC; 0 prints null. */
void printer_time(Printer *printer, int64_t time_s);
void printer_null(Printer *printer);
/* A list of texts; (nullable) is an empty list. */
void printer_strings(Printer *printer, const char *const *values);

/* Key and value at once. */
void printer_put_string(Printer *printer, const char *key, const char *value);
void printer_put_integer(Printer *printer, const char *key, int64_t value);
void printer_put_boolean(Printer *printer, const char *key, bool value);
void printer_put_time(Printer *printer, const char *key, int64_t time_s);

#endif
