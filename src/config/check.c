/* Cross-checks: what one value alone cannot tell. */
#include "internal.h"

#include <string.h>

#include <gio/gio.h>

typedef struct Check Check;
struct Check {
	const ConfigSource *source;
	cfg_t *root;
	Config *config;
	GHashTable *owners; /* folded address of ours → mailbox */
};

static cfg_t *section_of(const Check *check, const char *name)
{
	return cfg_getsec(check->root, name);
}

/* ---- names ------------------------------------------------------------ */

static bool is_label(const char *label, bool ascii)
{
	size_t length = strlen(label);

	if (length < 1 || length > 63 || *label == '-' ||
		label[length - 1] == '-')
		return false;
	for (; *label; label++) {
		bool high = (unsigned char)*label >= 0x80;

		if (!(high ? !ascii : g_ascii_isalnum(*label) || *label == '-'))
			return false;
	}
	return true;
}

/* RFC 1123; RFC 6531 where it need not be ASCII. */
static bool is_domain(const char *domain, bool ascii)
{
	g_auto(GStrv) labels = g_strsplit(domain, ".", -1);

	if (strlen(domain) > 253 || !*labels)
		return false;
	for (size_t i = 0; labels[i]; i++) {
		if (!is_label(labels[i], ascii))
			return false;
	}
	return true;
}

/* RFC 5321 and 6531 without quoted local parts and address literals, which no
 * mailbox of anybody's needs. */
static bool is_address(const char *address)
{
	static const char special[] = "!#$%&'*+-/=?^_`{|}~.";
	const char *at = strrchr(address, '@');

	if (!at || at == address || at - address > 64 ||
		strlen(address) > 254 || !g_utf8_validate(address, -1, NULL))
		return false;
	for (const char *c = address; c < at; c++) {
		if (!g_ascii_isalnum(*c) && (unsigned char)*c < 0x80 &&
			!strchr(special, *c))
			return false;
	}
	for (const char *c = address; *c; c = g_utf8_next_char(c)) {
		if (!g_unichar_isprint(g_utf8_get_char(c)))
			return false;
	}
	return is_domain(at + 1, false);
}

static bool check_hostname(Check *check, GError **error)
{
	const char *hostname = check->config->hostname;
	const char *last = strrchr(hostname, '.');

	if (is_domain(hostname, true) && last && !g_ascii_isdigit(last[1]))
		return true;
	return config_source_fail(check->source, check->root, "hostname", error,
		"\"%s\" is not a fully qualified host name; write one such as "
		"mail.example.com",
		hostname);
}

/* ---- milter ----------------------------------------------------------- */

/* sun_path is 108 bytes on Linux, with its NUL. */
enum { SOCKET_PATH_MAX = 107 };

static const char *wrong_unix(const char *rest)
{
	if (*rest != '/')
		return "the path must be absolute; write unix:/PATH";
	if (strlen(rest) > SOCKET_PATH_MAX)
		return "the path is longer than 107 bytes, which a socket "
		       "cannot have; choose a shorter one";
	return NULL;
}

static const char *wrong_inet(const char *rest)
{
	char *end;
	guint64 port = g_ascii_strtoull(rest, &end, 10);

	if (!g_ascii_isdigit(*rest) || port < 1 || port > 65535)
		return "the port must be a number from 1 to 65535; write "
		       "inet:PORT@HOST";
	/* libmilter would listen on every interface. */
	if (*end != '@' || !end[1])
		return "the host is missing, anybody could connect; write "
		       "inet:PORT@HOST, for example inet:8891@127.0.0.1";
	return NULL;
}

static const char *wrong_fd(const char *rest)
{
	size_t digits = strspn(rest, "0123456789");

	if (!digits || digits > 4 || rest[digits])
		return "the number of the inherited socket is missing; write "
		       "fd:3";
	return NULL;
}

static const struct {
	const char *prefix;
	const char *(*wrong)(const char *rest);
} socket_forms[] = {
	{"unix:", wrong_unix},
	{"local:", wrong_unix},
	{"inet:", wrong_inet},
	{"inet6:", wrong_inet},
	{"fd:", wrong_fd},
};

/* No milter is wanted: "" from here on. */
static bool check_no_socket(Check *check, GError **error)
{
	const GPtrArray *mailboxes = check->config->mailboxes;

	check->config->milter.socket = g_strdup("");
	for (guint i = 0; i < mailboxes->len; i++) {
		const ConfigMailbox *mailbox = mailboxes->pdata[i];

		if (mailbox->imap.host)
			return true;
	}
	return config_source_fail(check->source, section_of(check, "milter"),
		"socket", error,
		"empty, and no mailbox has a section imap: no mail could come "
		"in; set it to %s",
		"unix:/PATH");
}

static bool check_socket(Check *check, GError **error)
{
	if (!check->config->milter.socket)
		return check_no_socket(check, error);
	const char *socket = check->config->milter.socket;
	const char *wrong = "unknown form; write unix:/PATH, inet:PORT@HOST, "
			    "inet6:PORT@HOST or fd:N";

	for (size_t i = 0; i < G_N_ELEMENTS(socket_forms); i++) {
		const char *prefix = socket_forms[i].prefix;

		if (g_str_has_prefix(socket, prefix))
			wrong = socket_forms[i].wrong(socket + strlen(prefix));
	}
	if (!wrong)
		return true;
	return config_source_fail(check->source, section_of(check, "milter"),
		"socket", error, "\"%s\": %s", socket, wrong);
}

/* ---- submission ------------------------------------------------------- */

static bool is_loopback(const char *host)
{
	g_autoptr(GInetAddress) address = g_inet_address_new_from_string(host);

	if (address)
		return g_inet_address_get_is_loopback(address);
	return g_ascii_strcasecmp(host, "localhost") == 0;
}

static bool check_submission_host(Check *check, GError **error)
{
	const char *host = check->config->submission.host;
	g_autoptr(GInetAddress) address = g_inet_address_new_from_string(host);

	if (address || is_domain(host, true))
		return true;
	return config_source_fail(check->source,
		section_of(check, "submission"), "host", error,
		"\"%s\" is neither a host name nor an address; the port has a "
		"setting of its own",
		host);
}

static bool check_submission_tls(Check *check, GError **error)
{
	const Config *config = check->config;

	if (config->submission.tls != CONFIG_TLS_NONE ||
		config->submission.allow_plain ||
		is_loopback(config->submission.host))
		return true;
	return config_source_fail(check->source,
		section_of(check, "submission"), "tls", error,
		"mail would cross the network to %s unencrypted; set tls = "
		"starttls or implicit, or allow_plain = true",
		config->submission.host);
}

static bool check_submission_login(Check *check, GError **error)
{
	const Config *config = check->config;
	cfg_t *section = section_of(check, "submission");

	if (config->submission.user && !config->submission.password_file)
		return config_source_fail(check->source, section,
			"password_file", error,
			"not set although user is; name a file with the "
			"password");
	if (!config->submission.user && config->submission.password_file)
		return config_source_fail(check->source, section, "user", error,
			"not set although password_file is; set both or none");
	return true;
}

/* ---- a mailbox at a provider ------------------------------------------ */

/* What both sections of a mailbox say of their server. */
typedef struct Account Account;
struct Account {
	cfg_t *section;
	const char *host;
	unsigned *port;
	unsigned port_implicit, port_other;
	enum config_tls tls;
	bool allow_plain;
	const char *user;
	const char *secrets[4]; /* in the order of secret_keys */
};

static const char *const secret_keys[] = {"password_file", "password_command",
	"oauth2_token_file", "oauth2_command"};

static Account imap_account(cfg_t *section, ConfigImap *imap)
{
	return (Account){
		.section = section,
		.host = imap->host,
		.port = &imap->port,
		.port_implicit = 993,
		.port_other = 143,
		.tls = imap->tls,
		.allow_plain = imap->allow_plain,
		.user = imap->user,
		.secrets = {imap->password_file, imap->password_command,
			imap->oauth2_token_file, imap->oauth2_command},
	};
}

static Account submission_account(cfg_t *section, ConfigSubmission *submission)
{
	return (Account){
		.section = section,
		.host = submission->host,
		.port = &submission->port,
		.port_implicit = 465,
		.port_other = 587,
		.tls = submission->tls,
		.allow_plain = submission->allow_plain,
		.user = submission->user,
		.secrets = {submission->password_file,
			submission->password_command,
			submission->oauth2_token_file,
			submission->oauth2_command},
	};
}

/* A section that sets things for no server does not do what its writer
 * believes. */
static bool check_no_account(
	Check *check, const Account *account, GError **error)
{
	for (unsigned i = 0; i < cfg_num(account->section); i++) {
		if (cfg_opt_size(cfg_getnopt(account->section, i)))
			return config_source_fail(check->source,
				account->section, "host", error,
				"not set although the section is written; name "
				"the provider's server, or remove the section");
	}
	return true;
}

static bool check_account_host(
	Check *check, const Account *account, GError **error)
{
	const char *host = account->host;
	g_autoptr(GInetAddress) address = g_inet_address_new_from_string(host);

	if (!address && !is_domain(host, true))
		return config_source_fail(check->source, account->section,
			"host", error,
			"\"%s\" is neither a host name nor an address; the "
			"port has a setting of its own",
			host);
	if (account->tls == CONFIG_TLS_NONE && !account->allow_plain &&
		!is_loopback(host))
		return config_source_fail(check->source, account->section,
			"tls", error,
			"mail and password would cross the network to %s "
			"unencrypted; set tls = implicit or starttls, or "
			"allow_plain = true",
			host);
	return true;
}

/* Exactly one, with a name. */
static bool check_account_secret(
	Check *check, const Account *account, bool required, GError **error)
{
	const char *first = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(secret_keys); i++) {
		if (account->secrets[i] && first)
			return config_source_fail(check->source,
				account->section, secret_keys[i], error,
				"set although %s is; keep one", first);
		if (account->secrets[i])
			first = secret_keys[i];
	}
	if (!account->user && (required || first))
		return config_source_fail(check->source, account->section,
			"user", error,
			"not set; write the name to log in with, at most "
			"providers the mail address");
	if (account->user && !first)
		return config_source_fail(check->source, account->section,
			"password_file", error,
			"there is no secret for user; set one of "
			"password_file, password_command, oauth2_token_file, "
			"oauth2_command");
	return true;
}

static bool check_account(
	Check *check, const Account *account, bool required, GError **error)
{
	if (!account->host)
		return check_no_account(check, account, error);
	if (!*account->port)
		*account->port = account->tls == CONFIG_TLS_IMPLICIT
					 ? account->port_implicit
					 : account->port_other;
	return check_account_host(check, account, error) &&
	       check_account_secret(check, account, required, error);
}

/* "2026-11-01" */
static bool is_date(const char *text)
{
	g_auto(GStrv) parts = g_strsplit(text, "-", -1);
	static const size_t lengths[] = {4, 2, 2};

	if (g_strv_length(parts) != G_N_ELEMENTS(lengths))
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++) {
		if (strlen(parts[i]) != lengths[i] ||
			strspn(parts[i], "0123456789") != lengths[i])
			return false;
	}
	return g_date_valid_dmy((GDateDay)atoi(parts[2]),
		(GDateMonth)atoi(parts[1]), (GDateYear)atoi(parts[0]));
}

static bool check_imap(
	Check *check, cfg_t *section, const ConfigImap *imap, GError **error)
{
	if (strcmp(imap->start_from, "now") != 0 &&
		strcmp(imap->start_from, "everything") != 0 &&
		!is_date(imap->start_from))
		return config_source_fail(check->source, section, "start_from",
			error,
			"\"%s\" is no start; write now, everything, or a date "
			"such as 2026-11-01",
			imap->start_from);
	if (g_strcmp0(imap->move_to, imap->folder) == 0)
		return config_source_fail(check->source, section, "move_to",
			error,
			"it is the folder that is watched; name another, or "
			"leave it out");
	return true;
}

static bool check_providers(Check *check, GError **error)
{
	GPtrArray *mailboxes = check->config->mailboxes;

	for (guint i = 0; i < mailboxes->len; i++) {
		ConfigMailbox *mailbox = mailboxes->pdata[i];
		cfg_t *section = cfg_getnsec(check->root, "mailbox", i);
		cfg_t *submission = cfg_getsec(section, "submission");
		Account in = imap_account(
			cfg_getsec(section, "imap"), &mailbox->imap);
		Account out =
			submission_account(submission, &mailbox->submission);

		if (!check_account(check, &in, true, error) ||
			!check_imap(check, in.section, &mailbox->imap, error) ||
			!check_account(check, &out, false, error))
			return false;
		if (mailbox->submission.file_sent && !mailbox->imap.host)
			return config_source_fail(check->source, submission,
				"file_sent", error,
				"there is no folder of sent mail without a "
				"section imap; add one, or set it to false");
	}
	return true;
}

/* ---- limits, files ---------------------------------------------------- */

static bool check_limits(Check *check, GError **error)
{
	const Config *config = check->config;

	if (config->limits.message_bytes <= config->limits.memory_bytes)
		return true;
	return config_source_fail(check->source, section_of(check, "limits"),
		"memory_bytes", error,
		"smaller than message_bytes, so the largest mail would never "
		"be taken; raise it to %" G_GINT64_FORMAT " or more",
		config->limits.message_bytes);
}

static bool complete_files(Check *check, GError **error)
{
	Config *config = check->config;
	g_autofree char *folder = g_path_get_dirname(config->store.path);
	g_autofree char *system = g_path_get_dirname(REDRESS_CONFIG_FILE);
	g_autofree char *templates =
		g_build_filename(system, "templates", NULL);
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

	(void)error;
	if (!config->token_key_file)
		config->token_key_file =
			g_build_filename(folder, "redress.key", NULL);
	if (cfg_size(check->root, "templates") ||
		!g_file_test(templates, G_FILE_TEST_IS_DIR))
		return true;
	g_strv_builder_addv(
		builder, (const char **)config->template_directories);
	g_strv_builder_add(builder, templates);
	g_strfreev(config->template_directories);
	config->template_directories = g_strv_builder_end(builder);
	return true;
}

/* ---- calendars -------------------------------------------------------- */

/* One more fact at a time, so that the error names the right key. */
static bool make_calendar(
	Check *check, cfg_t *section, ConfigCalendar *calendar, GError **error)
{
	static const char *const some_hours[] = {"Mon-Fri 09:00-17:00", NULL};
	const char *const *hours = (const char *const *)calendar->hours;
	const char *zone = calendar->time_zone;
	const struct {
		const char *key;
		PromiseCalendarOptions options;
	} steps[] = {
		{"time_zone", {zone, some_hours, NULL}},
		{"hours", {zone, hours, NULL}},
		{"holidays",
			{zone, hours, (const char *const *)calendar->holidays}},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
		g_autoptr(GError) wrong = NULL;

		promise_calendar_free(calendar->calendar);
		calendar->calendar =
			promise_calendar_new(&steps[i].options, &wrong);
		if (!calendar->calendar)
			return config_source_fail(check->source, section,
				steps[i].key, error, "%s", wrong->message);
	}
	return true;
}

static bool check_calendars(Check *check, GError **error)
{
	GPtrArray *calendars = check->config->calendars;

	for (guint i = 0; i < calendars->len; i++) {
		cfg_t *section = cfg_getnsec(check->root, "calendar", i);

		if (!make_calendar(check, section, calendars->pdata[i], error))
			return false;
	}
	return true;
}

static gpointer find_named(const GPtrArray *array, const char *name)
{
	/* The name is the first member of calendars and of teams. */
	for (guint i = 0; i < array->len; i++) {
		if (strcmp(*(char **)array->pdata[i], name) == 0)
			return array->pdata[i];
	}
	return NULL;
}

/* The calendar of those who define none, unless the file has one. */
static bool add_default_calendar(Check *check, GError **error)
{
	GPtrArray *calendars = check->config->calendars;
	static const char *const hours[] = {"Mon-Fri 09:00-17:00", NULL};
	ConfigCalendar *calendar;

	if (find_named(calendars, "default"))
		return true;
	calendar = g_new0(ConfigCalendar, 1);
	calendar->name = g_strdup("default");
	calendar->time_zone = g_strdup("UTC");
	calendar->hours = g_strdupv((char **)hours);
	calendar->holidays = g_new0(char *, 1);
	g_ptr_array_add(calendars, calendar);
	return make_calendar(check, check->root, calendar, error);
}

/* ---- mailboxes -------------------------------------------------------- */

static bool check_any_mailbox(Check *check, GError **error)
{
	if (check->config->mailboxes->len)
		return true;
	return config_source_fail(check->source, check->root, "mailbox", error,
		"there is none; add mailbox \"complaints@example.com\" { ... "
		"}");
}

/* *ret is left alone where the setting is not written. */
static bool resolve_name(Check *check, cfg_t *section, const char *key,
	const GPtrArray *array, gpointer *ret, GError **error)
{
	const char *name =
		cfg_size(section, key) ? cfg_getstr(section, key) : NULL;
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *hint = NULL;

	if (!name)
		return true;
	*ret = find_named(array, name);
	if (*ret)
		return true;
	for (guint i = 0; i < array->len; i++)
		g_ptr_array_add(names, *(char **)array->pdata[i]);
	hint = config_suggest(name, names);
	return config_source_fail(check->source, section, key, error,
		"there is no %s \"%s\"; %s", key, name, hint);
}

static bool check_references(Check *check, GError **error)
{
	Config *config = check->config;

	for (guint i = 0; i < config->mailboxes->len; i++) {
		ConfigMailbox *mailbox = config->mailboxes->pdata[i];
		cfg_t *section = cfg_getnsec(check->root, "mailbox", i);
		gpointer calendar = find_named(config->calendars, "default");
		gpointer team = NULL;

		if (!resolve_name(check, section, "calendar", config->calendars,
			    &calendar, error) ||
			!resolve_name(check, section, "team", config->teams,
				&team, error))
			return false;
		mailbox->calendar = calendar;
		mailbox->team = team;
	}
	return true;
}

static bool check_languages(Check *check, GError **error)
{
	for (guint i = 0; i < check->config->mailboxes->len; i++) {
		ConfigMailbox *mailbox = check->config->mailboxes->pdata[i];
		cfg_t *section = cfg_getnsec(check->root, "mailbox", i);
		const char *language = mailbox->language;

		if (strlen(language) != 2 || !g_ascii_islower(language[0]) ||
			!g_ascii_islower(language[1]))
			return config_source_fail(check->source, section,
				"language", error,
				"\"%s\" is no ISO 639-1 code; write two small "
				"letters such as en, et or zh",
				language);
	}
	return true;
}

/* ---- addresses -------------------------------------------------------- */

static bool check_address(Check *check, cfg_t *section, const char *key,
	const char *address, GError **error)
{
	if (is_address(address))
		return true;
	return config_source_fail(check->source, section, key, error,
		"\"%s\" is not a mail address; write name@example.com",
		address);
}

/* Addresses, and "@example.com" for all of a domain. */
static bool check_vip(Check *check, cfg_t *section,
	const ConfigMailbox *mailbox, GError **error)
{
	for (size_t i = 0; mailbox->vip && mailbox->vip[i]; i++) {
		const char *entry = mailbox->vip[i];

		if (*entry == '@' ? is_domain(entry + 1, false)
				  : is_address(entry))
			continue;
		return config_source_fail(check->source, section, "vip", error,
			"\"%s\" is neither a mail address nor a domain; write "
			"name@example.com or @example.com",
			entry);
	}
	return true;
}

/* The address is ours from now on, and nobody else's. */
static bool claim(Check *check, cfg_t *section, const char *key,
	const char *address, GError **error)
{
	g_autofree char *folded = base_address_fold(address);
	const char *owner = g_hash_table_lookup(check->owners, folded);

	if (!check_address(check, section, key, address, error))
		return false;
	if (owner)
		return config_source_fail(check->source, section, key, error,
			"\"%s\" belongs to mailbox \"%s\" already; name it "
			"once",
			address, owner);
	g_hash_table_insert(check->owners, g_steal_pointer(&folded),
		(gpointer)cfg_title(section));
	return true;
}

static char **fold_all(char *const *addresses)
{
	g_autoptr(GStrvBuilder) folded = g_strv_builder_new();

	for (; *addresses; addresses++) {
		g_autofree char *one = base_address_fold(*addresses);

		g_strv_builder_add(folded, one);
	}
	return g_strv_builder_end(folded);
}

static bool check_mailbox_addresses(Check *check, GError **error)
{
	GPtrArray *mailboxes = check->config->mailboxes;

	for (guint i = 0; i < mailboxes->len; i++) {
		ConfigMailbox *mailbox = mailboxes->pdata[i];
		cfg_t *section = cfg_getnsec(check->root, "mailbox", i);

		if (!claim(check, section, NULL, mailbox->address, error))
			return false;
		if (!check_vip(check, section, mailbox, error))
			return false;
		for (size_t a = 0; mailbox->aliases[a]; a++) {
			if (!claim(check, section, "aliases",
				    mailbox->aliases[a], error))
				return false;
		}
		mailbox->folded = base_address_fold(mailbox->address);
		mailbox->aliases_folded = fold_all(mailbox->aliases);
		if (!mailbox->name)
			mailbox->name = g_strdup(mailbox->address);
	}
	return true;
}

/* Staff who read a mailbox of ours would be answered by us, without end. */
static bool check_staff_address(Check *check, cfg_t *section, const char *key,
	const char *address, GError **error)
{
	const ConfigMailbox *mailbox =
		config_mailbox(check->config, address, NULL);

	if (!check_address(check, section, key, address, error))
		return false;
	if (!mailbox)
		return true;
	return config_source_fail(check->source, section, key, error,
		"\"%s\" belongs to mailbox \"%s\", so mail to it would go "
		"round in circles; name a person's own address",
		address, mailbox->address);
}

/* "NAME=address". */
static bool check_login(
	Check *check, cfg_t *section, const char *login, GError **error)
{
	const char *address = strrchr(login, '=');

	if (address && address > login)
		return check_staff_address(
			check, section, "logins", address + 1, error);
	return config_source_fail(check->source, section, "logins", error,
		"\"%s\" is not of the form \"NAME=address\"; write the name "
		"that is used for SMTP AUTH, \"=\", and the agent's address",
		login);
}

static bool check_team(
	Check *check, cfg_t *section, ConfigTeam *team, GError **error)
{
	char *const supervisor[] = {team->supervisor, NULL};
	const struct {
		const char *key;
		char *const *addresses;
	} lists[] = {
		{"agents", team->agents},
		{"supervisor", supervisor},
		{"managers", team->managers},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
		for (size_t a = 0; lists[i].addresses[a]; a++) {
			if (!check_staff_address(check, section, lists[i].key,
				    lists[i].addresses[a], error))
				return false;
		}
	}
	if (!cfg_size(section, "briefing"))
		team->briefing = CONFIG_BRIEFING_BY_MAILBOX;
	for (size_t i = 0; team->logins && team->logins[i]; i++) {
		if (!check_login(check, section, team->logins[i], error))
			return false;
	}
	return true;
}

static bool check_teams(Check *check, GError **error)
{
	GPtrArray *teams = check->config->teams;

	for (guint i = 0; i < teams->len; i++) {
		cfg_t *section = cfg_getnsec(check->root, "team", i);

		if (!check_team(check, section, teams->pdata[i], error))
			return false;
	}
	return true;
}

/* ---- all -------------------------------------------------------------- */

/* In this order: later ones rely on what earlier ones complete. */
static bool (*const checks[])(Check *check, GError **error) = {
	check_hostname,
	check_socket,
	check_submission_host,
	check_submission_tls,
	check_submission_login,
	check_limits,
	complete_files,
	check_calendars,
	add_default_calendar,
	check_any_mailbox,
	check_languages,
	check_references,
	check_mailbox_addresses,
	check_providers,
	check_teams,
};

bool config_check(const ConfigSource *source, Config *config, GError **error)
{
	g_autoptr(GHashTable) owners =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	Check check = {
		.source = source,
		.root = config_source_root(source),
		.config = config,
		.owners = owners,
	};

	for (size_t i = 0; i < G_N_ELEMENTS(checks); i++) {
		if (!checks[i](&check, error))
			return false;
	}
	return true;
}
