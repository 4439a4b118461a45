#include "terminal.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Narrower than this, a table is not worth fitting. */
enum { NARROWEST = 20 };

/* COLUMNS goes before what the terminal says, as in ls(1). */
static unsigned examine_width(int fd, bool interactive)
{
	const char *columns = g_getenv("COLUMNS");
	guint64 number;
	struct winsize size;

	if (columns && g_ascii_string_to_unsigned(
			       columns, 10, 1, 10000, &number, NULL))
		return MAX((unsigned)number, NARROWEST);
	if (!interactive)
		return 0;
	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return MAX(size.ws_col, NARROWEST);
	return 80;
}

static bool examine_colour(bool interactive, enum terminal_colour colour)
{
	const char *none = g_getenv("NO_COLOR");

	switch (colour) {
	case TERMINAL_COLOUR_ALWAYS:
		return true;
	case TERMINAL_COLOUR_NEVER:
		return false;
	case TERMINAL_COLOUR_AUTO:
		return interactive && !(none && *none) &&
		       g_strcmp0(g_getenv("TERM"), "dumb") != 0;
	}
	g_assert_not_reached();
}

Terminal terminal_examine(int fd, enum terminal_colour colour)
{
	bool interactive = isatty(fd);

	return (Terminal){
		.interactive = interactive,
		.colour = examine_colour(interactive, colour),
		.width = examine_width(fd, interactive),
	};
}

/* Joiners shape letters of several scripts and take no room. */
static bool is_joiner(gunichar c)
{
	return c == 0x200C || c == 0x200D;
}

static gunichar clean_one(gunichar c, bool lines)
{
	if (c == '\n')
		return lines ? '\n' : ' ';
	if (c == '\t' || c == '\r' || c == 0x2028 || c == 0x2029)
		return ' ';
	return g_unichar_isprint(c) || is_joiner(c) ? c : 0xFFFD;
}

char *terminal_clean(const char *text, bool lines)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	GString *clean = g_string_sized_new(strlen(valid));

	for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
		if (at[0] == '\r' && at[1] == '\n')
			continue;
		g_string_append_unichar(
			clean, clean_one(g_utf8_get_char(at), lines));
	}
	return g_string_free(clean, FALSE);
}

static unsigned columns_of(gunichar c)
{
	if (g_unichar_iszerowidth(c))
		return 0;
	return g_unichar_iswide(c) ? 2 : 1;
}

unsigned terminal_columns(const char *text)
{
	unsigned columns = 0;

	for (; *text; text = g_utf8_next_char(text))
		columns += columns_of(g_utf8_get_char(text));
	return columns;
}

/* Where the text has taken as many columns as fit; marks that combine with the
 * last character belong to it. */
static const char *find_column(const char *text, unsigned width)
{
	for (; *text; text = g_utf8_next_char(text)) {
		unsigned columns = columns_of(g_utf8_get_char(text));

		if (columns > width)
			break;
		width -= columns;
	}
	return text;
}

char *terminal_cut(const char *text, unsigned width)
{
	const char *end;

	if (!*find_column(text, width))
		return g_strdup(text);
	end = find_column(text, width ? width - 1 : 0);
	return g_strdup_printf(
		"%.*s%s", (int)(end - text), text, width ? "…" : "");
}

/* How much of a line goes before a break: up to the last space that fits, or a
 * word's part if it alone is too long. */
static size_t break_line(const char *line, size_t length, unsigned width)
{
	const char *end = find_column(line, width);
	const char *space;

	if ((size_t)(end - line) >= length)
		return length;
	for (space = end; space > line && *space != ' '; space--)
		;
	if (space > line)
		return (size_t)(space - line);
	return end > line ? (size_t)(end - line)
			  : (size_t)(g_utf8_next_char(line) - line);
}

static void wrap_line(GString *out, const char *line, size_t length,
	unsigned width, unsigned indent)
{
	do {
		size_t part = width ? break_line(line, length, width) : length;

		g_string_append_printf(out, "%*s", part ? (int)indent : 0, "");
		g_string_append_len(out, line, (gssize)part);
		g_string_append_c(out, '\n');
		line += part;
		length -= part;
		while (length && *line == ' ') {
			line++;
			length--;
		}
	} while (length);
}

char *terminal_wrap(const char *text, unsigned width, unsigned indent)
{
	GString *out = g_string_new(NULL);

	if (width)
		width = width > indent + NARROWEST ? width - indent : NARROWEST;
	for (;;) {
		size_t length = strcspn(text, "\n");

		wrap_line(out, text, length, width, indent);
		text += length;
		if (!*text || !*++text)
			break;
	}
	return g_string_free(out, FALSE);
}
