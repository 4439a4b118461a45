#include "internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* The place in our source is not what an administrator looks for. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

/* Written once by base_log_init(), before any thread. */
static struct {
	char *program;
	enum base_log_level most;
	bool to_journal;
} sink = {.most = BASE_LOG_INFO};

static const struct {
	const char *name;
	const char *priority; /* syslog(3) */
} levels[] = {
	[BASE_LOG_ERROR] = {"error", "PRIORITY=3"},
	[BASE_LOG_WARNING] = {"warning", "PRIORITY=4"},
	[BASE_LOG_NOTICE] = {"notice", "PRIORITY=5"},
	[BASE_LOG_INFO] = {"info", "PRIORITY=6"},
	[BASE_LOG_DEBUG] = {"debug", "PRIORITY=7"},
};

/* systemd.exec(5): the variable names the journal's socket; whoever has
 * redirected standard error since then wants text. */
static bool stderr_is_journal(void)
{
	const char *stream = g_getenv("JOURNAL_STREAM");
	g_autofree char *ours = NULL;
	struct stat status;

	if (!stream || fstat(STDERR_FILENO, &status) < 0)
		return false;
	ours = g_strdup_printf(
		"%ju:%ju", (uintmax_t)status.st_dev, (uintmax_t)status.st_ino);
	return strcmp(stream, ours) == 0;
}

void base_log_init(const char *program, enum base_log_level most)
{
	g_free(sink.program);
	sink.program = g_strdup(program);
	sink.most = most;
	sink.to_journal = stderr_is_journal();
}

/* Controls, C1 included, bidi and other invisible characters, what looks like
 * the end of a line: all that could make a line read as another. */
static bool is_plain(gunichar c)
{
	return g_unichar_isprint(c) && c != 0x2028 && c != 0x2029;
}

static void append_escaped(GString *out, const char *text)
{
	size_t start = out->len;

	while (*text) {
		gunichar c = g_utf8_get_char_validated(text, -1);
		bool valid = c < 0x110000;

		if (out->len - start > BASE_LOG_VALUE_MAX) {
			g_string_append(out, "...");
			return;
		}
		if (!valid)
			g_string_append_printf(
				out, "\\x%02x", (unsigned char)*text);
		else if (c == '\n')
			g_string_append(out, "\\n");
		else if (c == '"' || c == '\\')
			g_string_append_printf(out, "\\%c", (char)c);
		else if (!is_plain(c))
			g_string_append_printf(out, "\\u{%x}", c);
		else
			g_string_append_unichar(out, c);
		text = valid ? g_utf8_next_char(text) : text + 1;
	}
}

static void append_value(GString *out, const char *value)
{
	size_t start = out->len;

	append_escaped(out, value);
	/* An escape always holds a backslash, so this sees those too. */
	if (out->len > start && !strpbrk(out->str + start, " =\\"))
		return;
	g_string_insert_c(out, (gssize)start, '"');
	g_string_append_c(out, '"');
}

/* Event and fields, no longer than the line has room for. */
static void append_event(GString *out, const char *event, va_list fields)
{
	const char *name;
	unsigned left_out = 0;

	append_escaped(out, event);
	while ((name = va_arg(fields, const char *)) != NULL) {
		const char *value = va_arg(fields, const char *);
		size_t before = out->len;

		if (!value)
			continue;
		g_string_append_printf(out, " %s=", name);
		append_value(out, value);
		if (out->len > BASE_LOG_LINE_MAX - 64) {
			g_string_truncate(out, before);
			left_out++;
		}
	}
	if (left_out)
		g_string_append_printf(out, " fields_left_out=%u", left_out);
}

GString *base_log_line(int64_t now_s, const char *program,
	enum base_log_level level, const char *event, va_list fields)
{
	g_autofree char *time = base_time_to_rfc3339(now_s);
	GString *line = g_string_new(NULL);

	g_string_printf(line, "%s %s %s ", time, program, levels[level].name);
	append_event(line, event, fields);
	g_string_append_c(line, '\n');
	return line;
}

static void free_string(gpointer string)
{
	g_string_free(string, TRUE);
}

/* Field names: upper case, digits and underscores; the prefix keeps them
 * apart from the journal's own. */
static GString *journal_field(const char *name, const char *value)
{
	GString *field = g_string_new("REDRESS_");

	for (; *name; name++)
		g_string_append_c(field,
			g_ascii_isalnum(*name) ? g_ascii_toupper(*name) : '_');
	g_string_append_c(field, '=');
	append_escaped(field, value);
	return field;
}

GPtrArray *base_log_journal_fields(const char *program,
	enum base_log_level level, const char *event, va_list fields)
{
	GPtrArray *entry = g_ptr_array_new_with_free_func(free_string);
	GString *message = g_string_new("MESSAGE=");
	GString *identifier = g_string_new("SYSLOG_IDENTIFIER=");
	const char *name;
	va_list again;

	va_copy(again, fields);
	append_event(message, event, again);
	va_end(again);
	g_string_append(identifier, program);
	g_ptr_array_add(entry, message);
	g_ptr_array_add(entry, identifier);
	g_ptr_array_add(entry, g_string_new(levels[level].priority));
	while ((name = va_arg(fields, const char *)) != NULL) {
		const char *value = va_arg(fields, const char *);

		if (value)
			g_ptr_array_add(entry, journal_field(name, value));
	}
	return entry;
}

static void send_to_journal(GPtrArray *entry)
{
	g_autofree struct iovec *vector = g_new(struct iovec, entry->len);

	for (guint i = 0; i < entry->len; i++) {
		GString *field = g_ptr_array_index(entry, i);

		vector[i].iov_base = field->str;
		vector[i].iov_len = field->len;
	}
	sd_journal_sendv(vector, (int)entry->len);
}

/* One write(2), so that lines of several threads never mix.  There is nobody
 * to tell when it fails. */
static void send_to_stderr(const GString *line)
{
	ssize_t put;

	do
		put = write(STDERR_FILENO, line->str, line->len);
	while (put < 0 && errno == EINTR);
}

void base_log(enum base_log_level level, const char *event, ...)
{
	const char *program = sink.program ? sink.program : "redress";
	int saved_errno = errno;
	va_list fields;

	if (level > sink.most)
		return;
	va_start(fields, event);
	if (sink.to_journal) {
		g_autoptr(GPtrArray) entry =
			base_log_journal_fields(program, level, event, fields);
		send_to_journal(entry);
	} else {
		GString *line = base_log_line(
			base_clock_now_s(), program, level, event, fields);
		send_to_stderr(line);
		g_string_free(line, TRUE);
	}
	va_end(fields);
	errno = saved_errno;
}
