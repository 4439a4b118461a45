/*
 * From files to one text without comments and includes, with the place of
 * each of its lines.  libconfuse counts the line of a comment twice, cannot
 * read one inside a list, exits the program when it cannot read what it
 * opened, and says nothing when a file ends inside a comment.
 */
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 1024 * 1024, FILES_MAX = 100, DEPTH_MAX = 10 };

struct ConfigText {
	GString *text;
	GArray *lines;    /* ConfigPlace: of line 1, 2, ... */
	GPtrArray *files; /* char *: what the places point at */
};

/* One file on its way into the text. */
typedef struct Scan Scan;
struct Scan {
	ConfigText *into;
	const char *file;
	const char *at;
	int line;
	unsigned braces; /* open ones */
	unsigned depth;  /* of includes */
};

static bool add_file(ConfigText *into, const char *path, unsigned depth,
	const Scan *from, GError **error);

void config_place_fail(
	ConfigPlace place, const char *key, const char *message, GError **error)
{
	g_autofree char *text = g_strdup_printf(
		"%s:%d: %s: %s", place.file, place.line, key, message);
	/* Whatever the file held, an error is UTF-8. */
	g_autofree char *valid = g_utf8_make_valid(text, -1);

	g_set_error_literal(error, CONFIG_ERROR, REDRESS_ERROR_INVALID, valid);
}

static bool fail(
	const Scan *scan, const char *key, const char *message, GError **error)
{
	ConfigPlace place = {scan->file, scan->line};

	config_place_fail(place, key, message, error);
	return false;
}

/* ---- reading ---------------------------------------------------------- */

/* Sets *ret_wrong, with its cure, and returns NULL if it cannot be read. */
static char *read_regular(int fd, size_t *ret_length, const char **ret_wrong)
{
	struct stat status;
	g_autofree char *text = g_malloc(FILE_MAX + 2);
	size_t length = 0;
	ssize_t got;

	*ret_wrong = "it is not a regular file; name another";
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
		return NULL;
	*ret_wrong = "it is larger than 1 MiB; is it the right file?";
	while ((got = read(fd, text + length, FILE_MAX + 1 - length)) > 0)
		length += (size_t)got;
	if (length > FILE_MAX)
		return NULL;
	*ret_wrong = "reading it failed; check the disk";
	if (got < 0)
		return NULL;
	text[length] = '\0';
	*ret_length = length;
	return g_steal_pointer(&text);
}

/* NULL and what is wrong; *ret_errno says of what kind that is. */
static char *read_file(
	const char *path, size_t *ret_length, char **ret_wrong, int *ret_errno)
{
	const char *wrong = NULL;
	char *text;
	/* O_NONBLOCK: a FIFO must not hang us. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	*ret_errno = fd < 0 ? errno : EINVAL;
	if (fd < 0) {
		*ret_wrong = g_strdup_printf("%s; check its name, and the "
					     "permissions of file and folder",
			g_strerror(*ret_errno));
		return NULL;
	}
	text = read_regular(fd, ret_length, &wrong);
	close(fd);
	if (!text)
		*ret_wrong = g_strdup(wrong);
	return text;
}

/* ---- one file's text -------------------------------------------------- */

/* The place of the line that begins here. */
static void begin_line(Scan *scan)
{
	ConfigPlace place = {scan->file, scan->line};

	g_array_append_val(scan->into->lines, place);
}

static void copy(Scan *scan, char c)
{
	g_string_append_c(scan->into->text, c);
	scan->at++;
	if (c != '\n')
		return;
	scan->line++;
	begin_line(scan);
}

static bool copy_quoted(Scan *scan, GError **error)
{
	const Scan start = *scan;
	char quote = *scan->at;

	copy(scan, quote);
	while (*scan->at != quote) {
		if (*scan->at == '\\' && scan->at[1])
			copy(scan, *scan->at);
		if (!*scan->at)
			return fail(&start, "syntax",
				"the text that begins here has no end; close "
				"the quotes",
				error);
		copy(scan, *scan->at);
	}
	copy(scan, quote);
	return true;
}

static void blank(Scan *scan)
{
	copy(scan, *scan->at == '\n' ? '\n' : ' ');
}

static void blank_line(Scan *scan)
{
	while (*scan->at && *scan->at != '\n')
		blank(scan);
}

static bool blank_block(Scan *scan, GError **error)
{
	const Scan start = *scan;

	blank(scan);
	blank(scan);
	while (*scan->at && !g_str_has_prefix(scan->at, "*/"))
		blank(scan);
	if (!*scan->at)
		return fail(&start, "syntax",
			"the comment that begins here has no end; close it "
			"with */",
			error);
	blank(scan);
	blank(scan);
	return true;
}

/* Is this where a word begins?  "//" inside of one is part of it. */
static bool at_word(const Scan *scan)
{
	const GString *text = scan->into->text;

	return !text->len ||
	       strchr(" \t\r\n{}()=,\"'", text->str[text->len - 1]);
}

/* The name in include("FILE"), and what follows. */
static char *include_name(const Scan *scan, const char **ret_end)
{
	const char *at = scan->at + strlen("include");
	const char *name, *end;

	at += strspn(at, " \t");
	if (*at++ != '(')
		return NULL;
	at += strspn(at, " \t");
	if (*at != '"' && *at != '\'')
		return NULL;
	name = at + 1;
	end = strchr(name, *at);
	if (!end)
		return NULL;
	at = end + 1 + strspn(end + 1, " \t");
	*ret_end = at + 1;
	return *at == ')' ? g_strndup(name, (size_t)(end - name)) : NULL;
}

static bool include(Scan *scan, GError **error)
{
	const char *end;
	g_autofree char *name = include_name(scan, &end);
	g_autofree char *folder = g_path_get_dirname(scan->file);
	g_autofree char *whole = g_canonicalize_filename(folder, NULL);
	g_autofree char *path = NULL;

	if (!name)
		return fail(scan, "include",
			"it takes one file; write "
			"include(\"FILE\")",
			error);
	if (scan->depth >= DEPTH_MAX)
		return fail(scan, "include",
			"includes are nested too deeply; "
			"does a file include itself?",
			error);
	if (scan->into->files->len >= FILES_MAX)
		return fail(scan, "include",
			"more than 100 files; does a file "
			"include itself?",
			error);
	path = g_canonicalize_filename(name, whole);
	g_string_append_c(scan->into->text, '\n');
	if (!add_file(scan->into, path, scan->depth + 1, scan, error))
		return false;
	g_string_append_c(scan->into->text, '\n');
	begin_line(scan);
	scan->at = end;
	return true;
}

static bool is_include(const Scan *scan)
{
	const char *after = scan->at + strlen("include");

	return scan->braces == 0 && g_str_has_prefix(scan->at, "include") &&
	       at_word(scan) && strchr(" \t(", *after) && *after;
}

static bool step(Scan *scan, GError **error)
{
	char c = *scan->at;

	if (c == '"' || c == '\'')
		return copy_quoted(scan, error);
	if (c == '/' && scan->at[1] == '*' && at_word(scan))
		return blank_block(scan, error);
	if (is_include(scan))
		return include(scan, error);
	if (c == '#' || (c == '/' && scan->at[1] == '/' && at_word(scan))) {
		blank_line(scan);
		return true;
	}
	if (c == '{')
		scan->braces++;
	if (c == '}' && scan->braces)
		scan->braces--;
	copy(scan, c);
	return true;
}

static bool scan_text(Scan *scan, GError **error)
{
	begin_line(scan);
	while (*scan->at) {
		if (!step(scan, error))
			return false;
	}
	return true;
}

/* from: the include; NULL for the file that was asked for. */
static bool fail_read(const char *path, const Scan *from, const char *wrong,
	int errnum, GError **error)
{
	g_autofree char *message = g_strdup_printf("%s: %s", path, wrong);

	if (from)
		return fail(from, "include", message, error);
	g_set_error(error, CONFIG_ERROR, redress_error_code_from_errno(errnum),
		"%s: cannot read the configuration: %s", path, wrong);
	return false;
}

/* The scan is a copy: only its line is moved, to where the NUL is. */
static bool check_nul(Scan scan, size_t length, GError **error)
{
	size_t before = strlen(scan.at);

	if (before == length)
		return true;
	for (size_t i = 0; i < before; i++)
		scan.line += scan.at[i] == '\n';
	return fail(&scan, "syntax",
		"a NUL byte; save the file as plain UTF-8 text", error);
}

static bool add_file(ConfigText *into, const char *path, unsigned depth,
	const Scan *from, GError **error)
{
	g_autofree char *wrong = NULL;
	size_t length;
	int errnum;
	g_autofree char *text = read_file(path, &length, &wrong, &errnum);
	Scan scan = {.into = into, .at = text, .line = 1, .depth = depth};

	if (!text)
		return fail_read(path, from, wrong, errnum, error);
	scan.file = g_strdup(path);
	g_ptr_array_add(into->files, (gpointer)scan.file);
	return check_nul(scan, length, error) && scan_text(&scan, error);
}

/* ---- the whole -------------------------------------------------------- */

ConfigText *config_text_read(const char *path, GError **error)
{
	g_autoptr(ConfigText) text = g_new0(ConfigText, 1);

	text->text = g_string_new(NULL);
	text->lines = g_array_new(FALSE, FALSE, sizeof(ConfigPlace));
	text->files = g_ptr_array_new_with_free_func(g_free);
	if (!add_file(text, path, 0, NULL, error))
		return NULL;
	return g_steal_pointer(&text);
}

const char *config_text_string(const ConfigText *text)
{
	return text->text->str;
}

ConfigPlace config_text_place(const ConfigText *text, int line)
{
	int last = (int)text->lines->len;

	return g_array_index(
		text->lines, ConfigPlace, CLAMP(line, 1, last) - 1);
}

void config_text_free(ConfigText *text)
{
	if (!text)
		return;
	g_string_free(text->text, TRUE);
	g_array_unref(text->lines);
	g_ptr_array_unref(text->files);
	g_free(text);
}
