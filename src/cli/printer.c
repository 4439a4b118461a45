#include "printer.h"

#include <string.h>

#include <jansson.h>
#include <redress/base.h>

#include "layout.h"

struct Printer {
	FILE *out;
	bool json;
	Terminal terminal;
	const PrinterView *view;
	GPtrArray *open; /* json_t: the map or list begun last is the last */
	GPtrArray *keys; /* char *: the key under which each was begun */
	char *key;
	unsigned printed; /* values at the top, or elements of a list there */
};

Printer *printer_new(FILE *out, bool json, const Terminal *terminal)
{
	Printer *printer = g_new0(Printer, 1);

	printer->out = out;
	printer->json = json;
	printer->terminal = *terminal;
	printer->open =
		g_ptr_array_new_with_free_func((GDestroyNotify)json_decref);
	printer->keys = g_ptr_array_new_with_free_func(g_free);
	return printer;
}

void printer_free(Printer *printer)
{
	if (!printer)
		return;
	g_ptr_array_unref(printer->open);
	g_ptr_array_unref(printer->keys);
	g_free(printer->key);
	g_free(printer);
}

bool printer_is_json(const Printer *printer)
{
	return printer->json;
}

void printer_view(Printer *printer, const PrinterView *view)
{
	printer->view = view;
}

/* ---- output ------------------------------------------------------------ */

/* Between the quotes of JSON any character may be written as its number;
 * invisible ones are, since a terminal might obey them. */
static void write_json(FILE *out, const char *text)
{
	g_autoptr(GString) line = g_string_sized_new(strlen(text));

	for (; *text; text = g_utf8_next_char(text)) {
		gunichar c = g_utf8_get_char(text);

		if (g_unichar_isprint(c))
			g_string_append_unichar(line, c);
		else if (c < 0x10000)
			g_string_append_printf(line, "\\u%04x", c);
		else
			g_string_append_printf(line, "\\u%04x\\u%04x",
				0xD7C0 + (c >> 10), 0xDC00 + (c & 0x3FF));
	}
	fwrite(line->str, 1, line->len, out);
}

static void emit_json(Printer *printer, const json_t *value)
{
	char *text =
		json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(4));

	if (printer->open->len) /* an element of a list at the top */
		fputs(printer->printed ? ",\n" : "\n", printer->out);
	write_json(printer->out, text);
	if (!printer->open->len)
		fputc('\n', printer->out);
	free(text);
}

static void emit_text(Printer *printer, const json_t *value)
{
	g_autofree char *text =
		layout_text(value, printer->view, &printer->terminal);

	if (printer->printed && printer->view &&
		printer->view->form == PRINTER_FIELDS)
		fputc('\n', printer->out);
	fputs(text, printer->out);
}

/* A list at the top streams its elements in JSON; a table needs them all. */
static bool streams(const Printer *printer)
{
	return printer->json && printer->open->len == 1 &&
	       json_is_array((json_t *)printer->open->pdata[0]);
}

/* Takes the value. */
static void add(Printer *printer, json_t *value)
{
	json_t *parent;

	if (!printer->open->len || streams(printer)) {
		if (printer->json)
			emit_json(printer, value);
		else
			emit_text(printer, value);
		printer->printed++;
		json_decref(value);
		return;
	}
	parent = printer->open->pdata[printer->open->len - 1];
	if (json_is_array(parent)) {
		json_array_append_new(parent, value);
		return;
	}
	json_object_set_new(parent, printer->key, value);
	g_clear_pointer(&printer->key, g_free);
}

/* ---- maps and lists ---------------------------------------------------- */

static void begin(Printer *printer, json_t *value)
{
	g_ptr_array_add(printer->open, value);
	g_ptr_array_add(printer->keys, g_steal_pointer(&printer->key));
	if (streams(printer)) {
		fputc('[', printer->out);
		printer->printed = 0;
	}
}

void printer_begin_map(Printer *printer)
{
	begin(printer, json_object());
}

void printer_begin_list(Printer *printer)
{
	begin(printer, json_array());
}

void printer_end(Printer *printer)
{
	bool streamed = streams(printer);
	guint last = printer->open->len - 1;
	json_t *value = g_ptr_array_steal_index(printer->open, last);

	printer->key = g_ptr_array_steal_index(printer->keys, last);
	if (!streamed) {
		add(printer, value);
		return;
	}
	fputs(printer->printed ? "\n]\n" : "]\n", printer->out);
	json_decref(value);
}

void printer_key(Printer *printer, const char *key)
{
	g_free(printer->key);
	printer->key = g_strdup(key);
}

/* ---- values ------------------------------------------------------------ */

void printer_null(Printer *printer)
{
	add(printer, json_null());
}

void printer_string(Printer *printer, const char *value)
{
	g_autofree char *valid = value ? g_utf8_make_valid(value, -1) : NULL;

	add(printer, valid ? json_string(valid) : json_null());
}

void printer_integer(Printer *printer, int64_t value)
{
	add(printer, json_integer(value));
}

void printer_real(Printer *printer, double value)
{
	add(printer, json_real(value));
}

void printer_boolean(Printer *printer, bool value)
{
	add(printer, json_boolean(value));
}

void printer_time(Printer *printer, int64_t time_s)
{
	g_autofree char *text = time_s ? base_time_to_rfc3339(time_s) : NULL;

	printer_string(printer, text);
}

void printer_strings(Printer *printer, const char *const *values)
{
	printer_begin_list(printer);
	for (; values && *values; values++)
		printer_string(printer, *values);
	printer_end(printer);
}

void printer_put_string(Printer *printer, const char *key, const char *value)
{
	printer_key(printer, key);
	printer_string(printer, value);
}

void printer_put_integer(Printer *printer, const char *key, int64_t value)
{
	printer_key(printer, key);
	printer_integer(printer, value);
}

void printer_put_boolean(Printer *printer, const char *key, bool value)
{
	printer_key(printer, key);
	printer_boolean(printer, value);
}

void printer_put_time(Printer *printer, const char *key, int64_t time_s)
{
	printer_key(printer, key);
	printer_time(printer, time_s);
}
