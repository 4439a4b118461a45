#include "layout.h"

#include <string.h>

enum { GAP = 2, LEAST_TEXT = 8, INDENT = 2 };

/* What is being written, and on what. */
typedef struct Sheet Sheet;
struct Sheet {
	GString *out;
	const Terminal *terminal;
};

static void lay_out(Sheet *sheet, const json_t *value, const PrinterView *view,
	unsigned indent);

/* ---- one value --------------------------------------------------------- */

static char *join_list(const json_t *list, const char *between)
{
	GString *joined = g_string_new(NULL);
	size_t index;
	json_t *item;

	json_array_foreach(list, index, item)
	{
		if (json_is_string(item))
			g_string_append_printf(joined, "%s%s",
				joined->len ? between : "",
				json_string_value(item));
	}
	return g_string_free(joined, FALSE);
}

/* RFC 3339 as the clock on the wall here. */
static char *local_time(const char *text)
{
	g_autoptr(GDateTime) utc = g_date_time_new_from_iso8601(text, NULL);
	g_autoptr(GDateTime) local = utc ? g_date_time_to_local(utc) : NULL;

	return local ? g_date_time_format(local, "%Y-%m-%d %H:%M")
		     : g_strdup(text);
}

/* As people read it, not yet cleaned; NULL for nothing.  (transfer full) */
static char *value_text(const json_t *value, enum printer_show show)
{
	if (!value)
		return NULL;
	switch (json_typeof(value)) {
	case JSON_STRING:
		if (show == PRINTER_TIME)
			return local_time(json_string_value(value));
		return g_strdup(json_string_value(value));
	case JSON_INTEGER:
		return g_strdup_printf(
			"%" JSON_INTEGER_FORMAT, json_integer_value(value));
	case JSON_REAL:
		return g_strdup_printf("%.2f", json_real_value(value));
	case JSON_TRUE:
		return g_strdup("yes");
	case JSON_FALSE:
		return g_strdup("no");
	case JSON_ARRAY:
		return join_list(value, show == PRINTER_BLOCK ? "\n" : ", ");
	case JSON_OBJECT:
	case JSON_NULL:
		return NULL;
	}
	g_assert_not_reached();
}

/* The cell of a map under a column, cleaned, on one line; "" for nothing. */
static char *cell_text(const json_t *map, const PrinterColumn *column)
{
	g_autofree char *text =
		value_text(json_object_get(map, column->key), column->show);

	return text ? terminal_clean(text, false) : g_strdup("");
}

static void append_coloured(Sheet *sheet, const char *text, const char *code)
{
	if (code && *text && sheet->terminal->colour)
		g_string_append_printf(
			sheet->out, "\033[%sm%s\033[0m", code, text);
	else
		g_string_append(sheet->out, text);
}

static void append_cell(
	Sheet *sheet, const char *text, const PrinterColumn *column)
{
	append_coloured(
		sheet, text, column->colour ? column->colour(text) : NULL);
}

static void append_spaces(Sheet *sheet, unsigned count)
{
	g_string_append_printf(sheet->out, "%*s", (int)count, "");
}

/* ---- tables ------------------------------------------------------------ */

typedef struct Table Table;
struct Table {
	const PrinterView *view;
	size_t rows;
	char **cells;     /* rows * view->length, by rows */
	unsigned *widths; /* by column */
	bool *hidden;     /* by column */
};

static void table_clear(Table *table)
{
	for (size_t i = 0; i < table->rows * table->view->length; i++)
		g_free(table->cells[i]);
	g_free(table->cells);
	g_free(table->widths);
	g_free(table->hidden);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Table, table_clear)

static void table_fill(
	Table *table, const json_t *list, const PrinterView *view)
{
	size_t columns = view->length, index;
	json_t *map;

	table->view = view;
	table->rows = json_array_size(list);
	table->cells = g_new0(char *, table->rows *columns);
	table->widths = g_new0(unsigned, columns);
	table->hidden = g_new0(bool, columns);
	for (size_t i = 0; i < columns; i++)
		table->widths[i] = terminal_columns(view->columns[i].title);
	json_array_foreach(list, index, map)
	{
		for (size_t i = 0; i < columns; i++) {
			char *text = cell_text(map, &view->columns[i]);

			table->cells[index * columns + i] = text;
			table->widths[i] =
				MAX(table->widths[i], terminal_columns(text));
		}
	}
}

/* A column in which nobody has anything says nothing. */
static void table_hide_empty(Table *table)
{
	for (size_t i = 0; i < table->view->length; i++) {
		bool any = false;

		for (size_t row = 0; row < table->rows && !any; row++)
			any = *table->cells[row * table->view->length + i];
		table->hidden[i] = !any && table->view->columns[i].rank;
	}
}

static unsigned table_width(const Table *table)
{
	unsigned width = 0;

	for (size_t i = 0; i < table->view->length; i++) {
		if (!table->hidden[i])
			width += table->widths[i] + GAP;
	}
	return width ? width - GAP : 0;
}

static bool may_shrink(const PrinterColumn *column)
{
	return column->show == PRINTER_TEXT || column->show == PRINTER_PROSE;
}

/* The widest column that may be cut, or -1. */
static int table_widest(const Table *table)
{
	int widest = -1;

	for (size_t i = 0; i < table->view->length; i++) {
		if (!table->hidden[i] && may_shrink(&table->view->columns[i]) &&
			table->widths[i] > LEAST_TEXT &&
			(widest < 0 ||
				table->widths[i] > table->widths[widest]))
			widest = (int)i;
	}
	return widest;
}

/* Cuts the widest texts, but those of rank only as far as they say much. */
static void table_shrink(Table *table, unsigned width)
{
	int widest;

	while (table_width(table) > width &&
		(widest = table_widest(table)) >= 0)
		table->widths[widest]--;
}

/* The column that goes first: the highest rank; -1 if all must stay. */
static int table_droppable(const Table *table)
{
	int found = -1;

	for (size_t i = 0; i < table->view->length; i++) {
		unsigned rank = table->view->columns[i].rank;

		if (!table->hidden[i] && rank &&
			(found < 0 || rank > table->view->columns[found].rank))
			found = (int)i;
	}
	return found;
}

/* The room that a table cannot do without. */
static unsigned table_least(const Table *table)
{
	unsigned least = table_width(table);

	for (size_t i = 0; i < table->view->length; i++) {
		if (!table->hidden[i] && may_shrink(&table->view->columns[i]) &&
			table->widths[i] > 2 * LEAST_TEXT)
			least -= table->widths[i] - 2 * LEAST_TEXT;
	}
	return least;
}

static void table_fit(Table *table, unsigned width)
{
	int drop;

	table_hide_empty(table);
	if (!width)
		return;
	while (table_least(table) > width &&
		(drop = table_droppable(table)) >= 0)
		table->hidden[drop] = true;
	table_shrink(table, width);
}

static bool table_is_last(const Table *table, size_t column)
{
	while (++column < table->view->length) {
		if (!table->hidden[column])
			return false;
	}
	return true;
}

static void append_table_cell(
	Sheet *sheet, const Table *table, size_t column, const char *text)
{
	g_autofree char *cut = terminal_cut(text, table->widths[column]);
	const PrinterColumn *shown = &table->view->columns[column];
	unsigned room = table->widths[column] - terminal_columns(cut);
	bool last = table_is_last(table, column);

	if (shown->show == PRINTER_NUMBER)
		append_spaces(sheet, room);
	append_cell(sheet, cut, shown);
	if (shown->show != PRINTER_NUMBER && !last)
		append_spaces(sheet, room);
	if (!last)
		append_spaces(sheet, GAP);
}

/* Cells that are empty at the end leave nothing behind. */
static void end_row(Sheet *sheet)
{
	gsize length = sheet->out->len;

	while (length && sheet->out->str[length - 1] == ' ')
		length--;
	g_string_truncate(sheet->out, length);
	g_string_append_c(sheet->out, '\n');
}

/* Where a column begins. */
static unsigned table_left(const Table *table, size_t column)
{
	unsigned left = 0;

	for (size_t i = 0; i < column; i++) {
		if (!table->hidden[i])
			left += table->widths[i] + GAP;
	}
	return left;
}

/* The last cell of a row in as many lines as it takes, below each other. */
static void append_prose(Sheet *sheet, const Table *table, size_t column,
	const char *text, unsigned indent)
{
	unsigned left = indent + table_left(table, column);
	g_autofree char *wrapped =
		terminal_wrap(text, left + table->widths[column], left);

	if (!*text)
		return;
	g_strchomp(wrapped);
	append_cell(sheet, wrapped + left, &table->view->columns[column]);
}

static void append_row(
	Sheet *sheet, const Table *table, size_t row, unsigned indent)
{
	append_spaces(sheet, indent);
	for (size_t i = 0; i < table->view->length; i++) {
		const char *text = table->cells[row * table->view->length + i];

		if (table->hidden[i])
			continue;
		if (table->view->columns[i].show == PRINTER_PROSE &&
			table_is_last(table, i))
			append_prose(sheet, table, i, text, indent);
		else
			append_table_cell(sheet, table, i, text);
	}
	end_row(sheet);
}

static void append_table_head(Sheet *sheet, const Table *table, unsigned indent)
{
	append_spaces(sheet, indent);
	for (size_t i = 0; i < table->view->length; i++) {
		PrinterColumn plain = table->view->columns[i];
		unsigned room;
		g_autofree char *title =
			terminal_cut(plain.title, table->widths[i]);

		if (table->hidden[i])
			continue;
		room = table->widths[i] - terminal_columns(title);
		if (plain.show == PRINTER_NUMBER)
			append_spaces(sheet, room);
		append_coloured(sheet, title, "1");
		if (table_is_last(table, i))
			break;
		append_spaces(
			sheet, (plain.show == PRINTER_NUMBER ? 0 : room) + GAP);
	}
	g_string_append_c(sheet->out, '\n');
}

static void lay_out_table(Sheet *sheet, const json_t *list,
	const PrinterView *view, unsigned indent)
{
	g_auto(Table) table = {.view = view};
	unsigned width = sheet->terminal->width;

	if (!json_array_size(list)) {
		if (view->empty)
			g_string_append_printf(sheet->out, "%*s%s\n",
				(int)indent, "", view->empty);
		return;
	}
	table_fill(&table, list, view);
	table_fit(&table, width > indent ? width - indent : width);
	append_table_head(sheet, &table, indent);
	for (size_t row = 0; row < table.rows; row++)
		append_row(sheet, &table, row, indent);
}

/* ---- fields ------------------------------------------------------------ */

static bool is_nothing(const json_t *value)
{
	return !value || json_is_null(value) ||
	       (json_is_array(value) && !json_array_size(value)) ||
	       (json_is_string(value) && !*json_string_value(value));
}

static unsigned titles_width(const PrinterView *view)
{
	unsigned width = 0;

	for (size_t i = 0; i < view->length; i++) {
		const PrinterColumn *column = &view->columns[i];

		if (column->show != PRINTER_BLOCK &&
			column->show != PRINTER_NESTED)
			width = MAX(width, terminal_columns(column->title));
	}
	return width;
}

static void append_block(Sheet *sheet, const json_t *value, unsigned indent)
{
	g_autofree char *text = value_text(value, PRINTER_BLOCK);
	g_autofree char *clean = terminal_clean(text ? text : "", true);
	g_autofree char *wrapped =
		terminal_wrap(clean, sheet->terminal->width, indent);

	g_string_append(sheet->out, wrapped);
}

/* A block without a title follows its fields after an empty line. */
static void append_section(Sheet *sheet, const json_t *value,
	const PrinterColumn *column, unsigned indent)
{
	bool titled = *column->title;

	if (sheet->out->len)
		g_string_append_c(sheet->out, '\n');
	if (titled) {
		append_spaces(sheet, indent);
		append_coloured(sheet, column->title, "1");
		g_string_append_c(sheet->out, '\n');
		indent += INDENT;
	}
	if (column->show == PRINTER_NESTED)
		lay_out(sheet, value, column->view, indent);
	else
		append_block(sheet, value, indent);
}

static void append_field(Sheet *sheet, const json_t *map,
	const PrinterColumn *column, unsigned titles, unsigned indent)
{
	g_autofree char *text = cell_text(map, column);

	append_spaces(sheet, indent);
	append_coloured(sheet, column->title, "2");
	append_spaces(sheet, titles - terminal_columns(column->title) + GAP);
	append_cell(sheet, text, column);
	g_string_append_c(sheet->out, '\n');
}

static void lay_out_fields(Sheet *sheet, const json_t *map,
	const PrinterView *view, unsigned indent)
{
	unsigned titles = titles_width(view);

	for (size_t i = 0; i < view->length; i++) {
		const PrinterColumn *column = &view->columns[i];
		const json_t *value = json_object_get(map, column->key);

		if (is_nothing(value))
			continue;
		if (column->show == PRINTER_BLOCK ||
			column->show == PRINTER_NESTED)
			append_section(sheet, value, column, indent);
		else
			append_field(sheet, map, column, titles, indent);
	}
}

/* ---- lines and the whole ----------------------------------------------- */

static void lay_out_line(Sheet *sheet, const json_t *map,
	const PrinterView *view, unsigned indent)
{
	unsigned owed = indent; /* spaces before the next word */

	for (size_t i = 0; i < view->length; i++) {
		const PrinterColumn *column = &view->columns[i];
		g_autofree char *text = cell_text(map, column);
		unsigned columns = terminal_columns(text);

		if (!*text && !column->pad)
			continue;
		append_spaces(sheet, owed);
		append_cell(sheet, text, column);
		owed = column->pad > columns ? column->pad - columns : 0;
		owed += GAP;
	}
	g_string_append_c(sheet->out, '\n');
}

static void lay_out(Sheet *sheet, const json_t *value, const PrinterView *view,
	unsigned indent)
{
	size_t index;
	json_t *item;

	if (view->form == PRINTER_TABLE) {
		lay_out_table(sheet, value, view, indent);
		return;
	}
	if (json_is_array(value)) {
		json_array_foreach(value, index, item)
		{
			if (index && view->form == PRINTER_FIELDS)
				g_string_append_c(sheet->out, '\n');
			lay_out(sheet, item, view, indent);
		}
		return;
	}
	if (view->form == PRINTER_LINE)
		lay_out_line(sheet, value, view, indent);
	else
		lay_out_fields(sheet, value, view, indent);
}

char *layout_text(
	const json_t *value, const PrinterView *view, const Terminal *terminal)
{
	Sheet sheet = {
		.out = g_string_new(NULL),
		.terminal = terminal,
	};

	if (view)
		lay_out(&sheet, value, view, 0);
	return g_string_free(sheet.out, FALSE);
}
