/*
 * Mails from files: one mail, an mbox, a Maildir, standard input.  Read as a
 * stream, so that no more than one mail is ever in memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

/* A line is read in pieces of this size; a separator fits into one. */
enum { PIECE_BYTES = 8192, STREAM_BYTES = 256 * 1024 };

typedef struct Reader Reader;
struct Reader {
	int64_t most_bytes;
	intake_each each;
	void *user;
	int64_t done_bytes, total_bytes;
	bool stopped; /* each() wants no more */
};

/* ---- one mail, being read ---------------------------------------------- */

typedef struct Stream Stream;
struct Stream {
	Reader *reader;
	FILE *file;
	const char *name;
	GByteArray *mail;
	bool started;   /* a mail is being read, be it empty */
	bool too_big;   /* its bytes were let go */
	bool in_body;   /* its header is over */
	bool mbox;      /* separators count */
	unsigned count; /* mails so far */
};

static void hand_on(
	Reader *reader, GBytes *raw, const char *name, const GError *problem)
{
	if (!reader->each(raw, name, reader->done_bytes, reader->total_bytes,
		    problem, reader->user))
		reader->stopped = true;
}

static void hand_on_problem(
	Reader *reader, const char *name, int code, const char *text)
{
	g_autoptr(GError) problem =
		g_error_new(INTAKE_ERROR, code, "%s: %s", name, text);

	hand_on(reader, NULL, name, problem);
}

/* The empty line in front of a separator belongs to the mbox. */
static void drop_last_empty_line(GByteArray *mail)
{
	const guint8 *bytes = mail->data;
	guint length = mail->len;

	if (length >= 4 && memcmp(bytes + length - 4, "\r\n\r\n", 4) == 0)
		g_byte_array_set_size(mail, length - 2);
	else if (length >= 2 && memcmp(bytes + length - 2, "\n\n", 2) == 0)
		g_byte_array_set_size(mail, length - 1);
}

static void finish_mail(Stream *stream)
{
	Reader *reader = stream->reader;
	g_autofree char *name =
		stream->mbox
			? g_strdup_printf("%s:%u", stream->name, stream->count)
			: g_strdup(stream->name);

	if (!stream->started)
		return;
	if (stream->mbox)
		drop_last_empty_line(stream->mail);
	g_autoptr(GBytes) raw = g_byte_array_free_to_bytes(stream->mail);
	stream->mail = g_byte_array_new();
	if (stream->too_big) {
		g_autofree char *text = g_strdup_printf(
			"larger than the %" G_GINT64_FORMAT
			" bytes that limits.message_bytes allows",
			reader->most_bytes);
		hand_on_problem(reader, name, REDRESS_ERROR_INVALID, text);
	} else if (!g_bytes_get_size(raw)) {
		hand_on_problem(reader, name, REDRESS_ERROR_INVALID,
			"there is no mail in it");
	} else {
		hand_on(reader, raw, name, NULL);
	}
	stream->started = stream->too_big = stream->in_body = false;
}

static void add_piece(Stream *stream, const char *piece, size_t length)
{
	if (stream->too_big)
		return;
	if (stream->mail->len + length > (size_t)stream->reader->most_bytes) {
		stream->too_big = true;
		g_byte_array_unref(stream->mail);
		stream->mail = g_byte_array_new();
		return;
	}
	g_byte_array_append(stream->mail, (const guint8 *)piece, (guint)length);
}

/* ---- mbox -------------------------------------------------------------- */

static bool holds(const char *line, size_t length, const char *word)
{
	return memmem(line, length, word, strlen(word)) != NULL;
}

static bool holds_time(const char *line, size_t length)
{
	for (size_t i = 1; i + 1 < length; i++)
		if (line[i] == ':' && g_ascii_isdigit(line[i - 1]) &&
			g_ascii_isdigit(line[i + 1]))
			return true;
	return false;
}

/*
 * "From ann@example.com Sat Nov 21 20:15:19 2026": RFC 4155.  Many writers
 * leave a "From " of the text unquoted, so a day and a time are asked for too.
 */
static bool is_separator(const char *line, size_t length)
{
	static const char *const days[] = {
		" Mon ", " Tue ", " Wed ", " Thu ", " Fri ", " Sat ", " Sun "};

	if (length < 5 || memcmp(line, "From ", 5) != 0)
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(days); i++)
		if (holds(line, length, days[i]))
			return holds_time(line, length);
	return false;
}

/* mboxrd: one '>' was put before each line that reads ">>From ". */
static bool is_quoted_from(const char *line, size_t length)
{
	size_t i = 0;

	while (i < length && line[i] == '>')
		i++;
	return i > 0 && length - i >= 5 && memcmp(line + i, "From ", 5) == 0;
}

static bool is_empty_line(const char *line, size_t length)
{
	return (length == 1 && line[0] == '\n') ||
	       (length == 2 && line[0] == '\r' && line[1] == '\n');
}

/* ---- the stream -------------------------------------------------------- */

/* Up to the end of the line or PIECE_BYTES. */
static size_t read_piece(FILE *file, char *piece)
{
	size_t length = 0;
	int c;

	while (length < PIECE_BYTES && (c = getc_unlocked(file)) != EOF) {
		piece[length++] = (char)c;
		if (c == '\n')
			break;
	}
	return length;
}

/* Only whole lines come here, or the first piece of one; after_empty: the line
 * before was empty, or there was none. */
static void take_line(
	Stream *stream, const char *line, size_t length, bool after_empty)
{
	if (stream->mbox && after_empty && is_separator(line, length)) {
		finish_mail(stream);
		stream->started = true;
		stream->count++;
		return;
	}
	if (stream->mbox && stream->in_body && is_quoted_from(line, length)) {
		line++;
		length--;
	}
	if (is_empty_line(line, length))
		stream->in_body = true;
	stream->started = true;
	add_piece(stream, line, length);
}

/* What starts with "From " is an mbox, if it may be one. */
static void take_first_line(
	Stream *stream, const char *line, size_t length, bool may_be_mbox)
{
	stream->started = true;
	stream->mbox =
		may_be_mbox && length >= 5 && memcmp(line, "From ", 5) == 0;
	if (stream->mbox)
		stream->count = 1;
	else
		take_line(stream, line, length, false);
}

/* Closes the file. */
static void read_stream(
	Reader *reader, FILE *file, const char *name, bool may_be_mbox)
{
	g_autofree char *piece = g_malloc(PIECE_BYTES);
	g_autofree char *buffer = g_malloc(STREAM_BYTES);
	Stream stream = {
		.reader = reader,
		.file = file,
		.name = name,
		.mail = g_byte_array_new(),
	};
	bool first = true, line_start = true, after_empty = false;
	size_t length;

	setvbuf(file, buffer, _IOFBF, STREAM_BYTES);
	while (!reader->stopped && (length = read_piece(file, piece)) > 0) {
		if (first)
			take_first_line(&stream, piece, length, may_be_mbox);
		else if (line_start)
			take_line(&stream, piece, length, after_empty);
		else
			add_piece(&stream, piece, length);
		after_empty = line_start && is_empty_line(piece, length);
		line_start = piece[length - 1] == '\n';
		first = false;
		reader->done_bytes += (int64_t)length;
	}
	bool failed = ferror(file);
	int errnum = errno;
	stream.started |= first;
	if (failed)
		hand_on_problem(reader, name,
			redress_error_code_from_errno(errnum),
			g_strerror(errnum));
	else if (!reader->stopped)
		finish_mail(&stream);
	g_byte_array_unref(stream.mail);
	/* Before its buffer goes. */
	fclose(file);
}

static void read_file(Reader *reader, const char *path, bool may_be_mbox)
{
	/* Not to wait for ever for a writer, should it be a fifo by now. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY |
				    (may_be_mbox ? 0 : O_NONBLOCK));
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

	if (!file) {
		int errnum = errno;
		hand_on_problem(reader, path,
			redress_error_code_from_errno(errnum),
			g_strerror(errnum));
		if (fd >= 0)
			close(fd);
		return;
	}
	read_stream(reader, file, path, may_be_mbox);
}

/* ---- Maildir ----------------------------------------------------------- */

static bool list_folder(
	Reader *reader, const char *folder, GPtrArray *files, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autoptr(GDir) dir = g_dir_open(folder, 0, &problem);
	const char *name;

	if (!dir) {
		g_set_error(error, INTAKE_ERROR, REDRESS_ERROR_PERMANENT, "%s",
			problem->message);
		return false;
	}
	while ((name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		struct stat status;

		if (*name == '.' || stat(path, &status) < 0 ||
			!S_ISREG(status.st_mode))
			continue;
		reader->total_bytes += status.st_size;
		g_ptr_array_add(files, g_steal_pointer(&path));
	}
	return true;
}

static int compare_names(const void *a, const void *b)
{
	const char *one = strrchr(*(char *const *)a, '/');
	const char *two = strrchr(*(char *const *)b, '/');

	return strcmp(one, two);
}

static bool is_folder(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* Names begin with the time of delivery: sorted is in order. */
static bool read_maildir(Reader *reader, const char *path, GError **error)
{
	g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *cur = g_build_filename(path, "cur", NULL);
	g_autofree char *new = g_build_filename(path, "new", NULL);

	if (!is_folder(cur) || !is_folder(new)) {
		g_set_error(error, INTAKE_ERROR, REDRESS_ERROR_INVALID,
			"%s: a folder, but no Maildir (no cur and new in it); "
			"name the files themselves",
			path);
		return false;
	}
	if (!list_folder(reader, cur, files, error) ||
		!list_folder(reader, new, files, error))
		return false;
	g_ptr_array_sort(files, compare_names);
	for (guint i = 0; i < files->len && !reader->stopped; i++)
		read_file(reader, g_ptr_array_index(files, i), false);
	return true;
}

/* ---- any path ---------------------------------------------------------- */

static bool read_standard_input(Reader *reader, GError **error)
{
	struct stat status;
	int fd = dup(STDIN_FILENO);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

	if (!file) {
		int errnum = errno;
		g_set_error(error, INTAKE_ERROR,
			redress_error_code_from_errno(errnum),
			"standard input: %s", g_strerror(errnum));
		if (fd >= 0)
			close(fd);
		return false;
	}
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
		reader->total_bytes = status.st_size;
	read_stream(reader, file, "-", true);
	return true;
}

bool intake_read_path(const char *path, int64_t most_bytes, intake_each each,
	void *user, GError **error)
{
	Reader reader = {
		/* What GLib's arrays hold. */
		.most_bytes = MIN(most_bytes, G_MAXINT32),
		.each = each,
		.user = user,
	};
	struct stat status;

	if (g_str_equal(path, "-"))
		return read_standard_input(&reader, error);
	if (stat(path, &status) < 0) {
		int errnum = errno;
		g_set_error(error, INTAKE_ERROR,
			redress_error_code_from_errno(errnum), "%s: %s", path,
			g_strerror(errnum));
		return false;
	}
	if (S_ISDIR(status.st_mode))
		return read_maildir(&reader, path, error);
	if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode)) {
		g_set_error(error, INTAKE_ERROR, REDRESS_ERROR_INVALID,
			"%s: neither a file nor a folder", path);
		return false;
	}
	reader.total_bytes = S_ISREG(status.st_mode) ? status.st_size : 0;
	read_file(&reader, path, true);
	return true;
}
