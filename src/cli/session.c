#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

enum { TEXT_MOST = 1024 * 1024 };

/* ---- configuration ----------------------------------------------------- */

static const char *config_file(const Cli *cli)
{
	return cli->config_file ? cli->config_file : REDRESS_CONFIG_FILE;
}

static void explain_missing(const Cli *cli, GError **error)
{
	const char *file = config_file(cli);

	g_set_error(error, BASE_ERROR, REDRESS_ERROR_INVALID,
		"%s: cannot read the configuration: %s; %s", file,
		g_strerror(errno),
		errno == EACCES ? "run this as root or as a member of its group"
				: "write it, or name another with --config "
				  "FILE");
}

Config *cli_load_config(const Cli *cli, GError **error)
{
	if (g_access(config_file(cli), R_OK) < 0) {
		explain_missing(cli, error);
		return NULL;
	}
	return config_load(config_file(cli), error);
}

/* ---- store ------------------------------------------------------------- */

/* What the database says of a missing permission helps nobody. */
static bool may_use(const char *path, int how, GError **error)
{
	if (g_access(path, how) == 0 || (errno != EACCES && errno != EROFS))
		return true;
	g_set_error(error, BASE_ERROR, REDRESS_ERROR_PERMANENT,
		"%s: no permission to %s the store; run this as root or as the "
		"account that redressd runs as",
		path, how & W_OK ? "write to" : "read");
	return false;
}

Store *cli_open_store(const Config *config, GError **error)
{
	const char *path = config->store.path;
	g_autoptr(GError) problem = NULL;
	Store *store;

	if (!may_use(path, R_OK, error))
		return NULL;
	store = store_open(config->store.driver, path, DB_READER, &problem);
	if (store)
		return store;
	if (problem->code == REDRESS_ERROR_NOT_FOUND)
		g_set_error(error, BASE_ERROR, REDRESS_ERROR_NOT_FOUND,
			"%s: there is no store yet; redressd makes it at its "
			"first start",
			path);
	else
		g_propagate_error(error, g_steal_pointer(&problem));
	return NULL;
}

Store *cli_open(const Cli *cli, GError **error)
{
	g_autoptr(Config) config = cli_load_config(cli, error);

	return config ? cli_open_store(config, error) : NULL;
}

/* ---- the engine as a guest --------------------------------------------- */

/* A file that root makes in the daemon's folder must be the daemon's. */
static bool become_owner_of(const char *path)
{
	g_autofree char *folder = g_path_get_dirname(path);
	struct stat status;

	if (geteuid() != 0 || stat(folder, &status) < 0 || !status.st_uid)
		return false;
	return setegid(status.st_gid) == 0 && seteuid(status.st_uid) == 0;
}

static void become_root(void)
{
	if (seteuid(0) < 0 || setegid(0) < 0)
		g_error("cannot become root again: %s", g_strerror(errno));
}

/* Makes key and store where they are missing; before any thread. */
static bool make_missing(const Config *config, GError **error)
{
	BaseKey key;
	g_autoptr(Store) store = NULL;
	bool became, made;

	if (g_access(config->store.path, F_OK) == 0 &&
		g_access(config->token_key_file, F_OK) == 0)
		return true;
	became = become_owner_of(config->store.path);
	made = base_key_load(config->token_key_file, true, &key, error);
	if (made && g_access(config->store.path, F_OK) < 0) {
		store = store_open(config->store.driver, config->store.path,
			DB_WRITER, error);
		made = store;
	}
	g_clear_pointer(&store, store_close);
	if (became)
		become_root();
	return made;
}

Engine *cli_open_engine(Config *config_to_own, bool make, GError **error)
{
	g_autoptr(Config) config = config_to_own;
	g_autofree char *driver = g_strdup(config->store.driver);
	g_autofree char *target = g_strdup(config->store.path);
	g_autoptr(EnginePolicy) policy = NULL;
	EngineOptions options = {
		.driver = driver,
		.target = target,
		.mode = DB_GUEST,
	};

	if (!may_use(target, R_OK | W_OK, error) ||
		(make && !make_missing(config, error)))
		return NULL;
	policy = assembly_policy(g_steal_pointer(&config), false, error);
	if (!policy)
		return NULL;
	options.policy = policy;
	return engine_new(&options, error);
}

/* ---- arguments --------------------------------------------------------- */

char *cli_reference(const char *text, GError **error)
{
	char *reference = base_reference_parse(text);

	if (!reference)
		reference = base_reference_find(text);
	if (!reference)
		g_set_error(error, BASE_ERROR, REDRESS_ERROR_INVALID,
			"\"%s\" is no reference, or one with a typing error; "
			"they look like 7K3F-92QX",
			text);
	return reference;
}

StoreTicket *cli_ticket(Store *store, const char *text, GError **error)
{
	g_autofree char *reference = cli_reference(text, error);
	StoreTicket *ticket = NULL;

	if (!reference ||
		!store_ticket_by_reference(store, reference, &ticket, error))
		return NULL;
	if (!ticket)
		g_set_error(error, BASE_ERROR, REDRESS_ERROR_NOT_FOUND,
			"no ticket %s", reference);
	return ticket;
}

static bool read_standard_input(GString *text, GError **error)
{
	char bytes[4096];
	ssize_t got;

	while ((got = read(STDIN_FILENO, bytes, sizeof(bytes))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 || text->len + (size_t)got > TEXT_MOST) {
			g_set_error(error, BASE_ERROR, REDRESS_ERROR_INVALID,
				"standard input: %s",
				got < 0 ? g_strerror(errno)
					: "more than 1 MB of text");
			return false;
		}
		g_string_append_len(text, bytes, got);
	}
	return true;
}

char *cli_text(const char *argument, GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);

	if (g_strcmp0(argument, "-") != 0)
		g_string_append(text, argument);
	else if (!read_standard_input(text, error))
		return NULL;
	if (!g_utf8_validate(text->str, (gssize)text->len, NULL)) {
		g_set_error_literal(error, BASE_ERROR, REDRESS_ERROR_INVALID,
			"the text is not UTF-8; convert it, as by iconv(1)");
		return NULL;
	}
	g_strchomp(text->str);
	return g_strdup(text->str);
}

char *cli_actor(void)
{
	const char *login = geteuid() == 0 ? g_getenv("SUDO_USER") : NULL;
	g_autofree char *clean = terminal_clean(
		login && *login ? login : g_get_user_name(), false);

	return g_strdup_printf("operator:%s", clean);
}
