#include "internal.h"

#include <string.h>

G_DEFINE_QUARK(redress_config_error, config_error)

/* ---- filling a struct from its section -------------------------------- */

/* A default is written as in the file: a list as { "a" }, of one text. */
static char **initial_texts(const ConfigSetting *setting)
{
	g_auto(GStrv) quoted = NULL;

	if (setting->type != CONFIG_STRING_LIST) {
		const char *const texts[] = {setting->initial, NULL};

		return setting->initial ? g_strdupv((char **)texts) : NULL;
	}
	if (!setting->initial)
		return g_new0(char *, 1);
	quoted = g_strsplit(setting->initial, "\"", 3);
	const char *const texts[] = {quoted[1], NULL};
	return g_strdupv((char **)texts);
}

/* What the file says, else the default; NULL if there is neither. */
static char **texts_of(const ConfigSetting *setting, cfg_opt_t *option)
{
	g_autoptr(GStrvBuilder) texts = g_strv_builder_new();

	if (!cfg_opt_size(option))
		return initial_texts(setting);
	for (unsigned i = 0; i < cfg_opt_size(option); i++)
		g_strv_builder_add(texts, cfg_opt_getnstr(option, i));
	return g_strv_builder_end(texts);
}

bool config_fill_row(const ConfigSource *source, cfg_t *section,
	const ConfigRow *row, void *into, GError **error)
{
	cfg_opt_t *option = cfg_getopt(section, row->setting.name);
	g_autofree char *folder = config_source_folder(source, option);
	g_auto(GStrv) texts = texts_of(&row->setting, option);
	void *field = (char *)into + row->offset;
	g_autoptr(GError) wrong = NULL;
	ConfigValue value = {
		.setting = &row->setting,
		.texts = (const char *const *)texts,
		.folder = folder,
	};

	if (texts && !row->kind->keep(&value, field, &wrong))
		return config_source_fail(source, section, row->setting.name,
			error, "%s", wrong->message);
	/* A text may have been kept as none. */
	if (row->required && (!texts || (row->kind->clear && !*(void **)field)))
		return config_source_fail(source, section, row->setting.name,
			error, "not set; set it to %s", row->setting.help);
	return true;
}

/* The rows that the table has under a name, from a section of the file. */
static bool fill_as(const ConfigSource *source, cfg_t *section,
	const char *name, void *into, GError **error)
{
	size_t length;
	const ConfigRow *rows = config_rows(&length);

	for (size_t i = 0; i < length; i++) {
		if (config_row_in(&rows[i], name) && rows[i].kind &&
			!config_fill_row(
				source, section, &rows[i], into, error))
			return false;
	}
	return true;
}

static bool fill(
	const ConfigSource *source, cfg_t *section, void *into, GError **error)
{
	return fill_as(source, section, config_source_section(source, section),
		into, error);
}

void config_clear_rows(const char *section, void *from)
{
	size_t length;
	const ConfigRow *rows = config_rows(&length);

	for (size_t i = 0; i < length; i++) {
		if (rows[i].kind && rows[i].kind->clear &&
			config_row_in(&rows[i], section))
			rows[i].kind->clear((char *)from + rows[i].offset);
	}
}

/* The same for the sections within a titled one, into the same struct. */
static bool fill_inner(
	const ConfigSource *source, cfg_t *section, void *into, GError **error)
{
	size_t length;
	const ConfigSection *sections = config_sections(&length);

	for (size_t i = 0; i < length; i++) {
		const char *inner =
			config_section_inner(&sections[i], cfg_name(section));

		if (inner &&
			!fill(source, cfg_getsec(section, inner), into, error))
			return false;
	}
	return true;
}

static void clear_inner(const char *section, void *from)
{
	size_t length;
	const ConfigSection *sections = config_sections(&length);

	for (size_t i = 0; i < length; i++) {
		if (config_section_inner(&sections[i], section))
			config_clear_rows(sections[i].name, from);
	}
}

/* ---- titled sections -------------------------------------------------- */

static void calendar_free(gpointer pointer)
{
	ConfigCalendar *calendar = pointer;

	config_clear_rows("calendar", calendar);
	promise_calendar_free(calendar->calendar);
	g_free(calendar->name);
	g_free(calendar);
}

static void team_free(gpointer pointer)
{
	ConfigTeam *team = pointer;

	config_clear_rows("team", team);
	g_free(team->name);
	g_free(team);
}

static void mailbox_free(gpointer pointer)
{
	ConfigMailbox *mailbox = pointer;

	config_clear_rows("mailbox", mailbox);
	clear_inner("mailbox", mailbox);
	g_free(mailbox->address);
	g_free(mailbox->folded);
	g_strfreev(mailbox->aliases_folded);
	g_clear_pointer(&mailbox->terms, g_ptr_array_unref);
	g_free(mailbox);
}

static void policy_free(gpointer pointer)
{
	config_terms_free(pointer);
}

/* The four kinds: where the title goes is the first member of each. */
G_STATIC_ASSERT(G_STRUCT_OFFSET(ConfigCalendar, name) == 0);
G_STATIC_ASSERT(G_STRUCT_OFFSET(ConfigTeam, name) == 0);
G_STATIC_ASSERT(G_STRUCT_OFFSET(ConfigMailbox, address) == 0);
G_STATIC_ASSERT(G_STRUCT_OFFSET(ConfigTerms, policy) == 0);

static const struct {
	const char *name;
	size_t size, array; /* of one; the offset of the array in Config */
	GDestroyNotify free;
} titled[] = {
	{"calendar", sizeof(ConfigCalendar), G_STRUCT_OFFSET(Config, calendars),
		calendar_free},
	{"team", sizeof(ConfigTeam), G_STRUCT_OFFSET(Config, teams), team_free},
	{"policy", sizeof(ConfigTerms), G_STRUCT_OFFSET(Config, policies),
		policy_free},
	{"mailbox", sizeof(ConfigMailbox), G_STRUCT_OFFSET(Config, mailboxes),
		mailbox_free},
};

/* A policy is read over the defaults, so that one that nobody names is looked
 * at too; a mailbox has its terms apart. */
static bool fill_item(
	const ConfigSource *source, cfg_t *section, void *item, GError **error)
{
	return fill(source, section, item, error) &&
	       fill_inner(source, section, item, error) &&
	       (strcmp(cfg_name(section), "policy") != 0 ||
		       fill_as(source, section, CONFIG_TERMS, item, error));
}

static bool fill_titled(
	const ConfigSource *source, Config *config, GError **error)
{
	cfg_t *root = config_source_root(source);

	for (size_t kind = 0; kind < G_N_ELEMENTS(titled); kind++) {
		GPtrArray *array = G_STRUCT_MEMBER(
			GPtrArray *, config, titled[kind].array);

		for (unsigned i = 0; i < cfg_size(root, titled[kind].name);
			i++) {
			cfg_t *section =
				cfg_getnsec(root, titled[kind].name, i);
			char **item = g_malloc0(titled[kind].size);

			*item = g_strdup(cfg_title(section));
			g_ptr_array_add(array, item);
			if (!fill_item(source, section, item, error))
				return false;
		}
	}
	return true;
}

static bool fill_plain(
	const ConfigSource *source, Config *config, GError **error)
{
	cfg_t *root = config_source_root(source);
	size_t length;
	const ConfigSection *sections = config_sections(&length);

	for (size_t i = 0; i < length; i++) {
		cfg_t *section = root;

		if (!config_section_is_plain(&sections[i]))
			continue;
		if (*sections[i].name)
			section = cfg_getsec(root, sections[i].name);
		if (!fill(source, section, config, error))
			return false;
	}
	return true;
}

/* ---- the whole -------------------------------------------------------- */

static Config *config_new(const char *path)
{
	Config *config = g_new0(Config, 1);

	config->file = g_strdup(path);
	config->policies = g_ptr_array_new_with_free_func(policy_free);
	config->calendars = g_ptr_array_new_with_free_func(calendar_free);
	config->teams = g_ptr_array_new_with_free_func(team_free);
	config->mailboxes = g_ptr_array_new_with_free_func(mailbox_free);
	return config;
}

void config_free(Config *config)
{
	size_t length;
	const ConfigSection *sections = config_sections(&length);

	if (!config)
		return;
	for (size_t i = 0; i < length; i++) {
		if (config_section_is_plain(&sections[i]))
			config_clear_rows(sections[i].name, config);
	}
	/* Mailboxes point at the others. */
	g_ptr_array_unref(config->mailboxes);
	g_ptr_array_unref(config->policies);
	g_ptr_array_unref(config->calendars);
	g_ptr_array_unref(config->teams);
	g_free(config->file);
	g_free(config);
}

Config *config_load(const char *path, GError **error)
{
	g_autoptr(ConfigSource) source = config_source_read(path, error);
	g_autoptr(Config) config = NULL;

	if (!source)
		return NULL;
	config = config_new(path);
	if (!fill_plain(source, config, error) ||
		!fill_titled(source, config, error) ||
		!config_terms_resolve(source, config, error) ||
		!config_check(source, config, error))
		return NULL;
	return g_steal_pointer(&config);
}

/* ---- questions -------------------------------------------------------- */

static bool mailbox_has(const ConfigMailbox *mailbox, const char *folded)
{
	return strcmp(mailbox->folded, folded) == 0 ||
	       g_strv_contains(
		       (const char *const *)mailbox->aliases_folded, folded);
}

/* with_detail: only those that take plus-addresses. */
static const ConfigMailbox *find_mailbox(
	const Config *config, const char *folded, bool with_detail)
{
	for (guint i = 0; i < config->mailboxes->len; i++) {
		const ConfigMailbox *mailbox = config->mailboxes->pdata[i];

		if ((!with_detail || mailbox->plus_addresses) &&
			mailbox_has(mailbox, folded))
			return mailbox;
	}
	return NULL;
}

const ConfigMailbox *config_mailbox(
	const Config *config, const char *address, char **ret_detail)
{
	g_autofree char *folded = base_address_fold(address);
	const ConfigMailbox *mailbox = find_mailbox(config, folded, false);
	g_autofree char *detail = NULL, *plain = NULL, *folded_plain = NULL;

	if (!mailbox) {
		/* Split first: the detail keeps its case. */
		plain = base_address_without_detail(address, &detail);
		folded_plain = base_address_fold(plain);
		if (detail)
			mailbox = find_mailbox(config, folded_plain, true);
	}
	if (ret_detail)
		*ret_detail = mailbox ? g_steal_pointer(&detail) : NULL;
	return mailbox;
}

static bool lists_address(char *const *addresses, const char *folded)
{
	for (; *addresses; addresses++) {
		g_autofree char *other = base_address_fold(*addresses);

		if (strcmp(other, folded) == 0)
			return true;
	}
	return false;
}

const ConfigTeam *config_staff(const Config *config, const char *address)
{
	g_autofree char *folded = base_address_fold(address);

	for (guint i = 0; i < config->teams->len; i++) {
		const ConfigTeam *team = config->teams->pdata[i];
		char *const supervisor[] = {team->supervisor, NULL};

		if (lists_address(team->agents, folded) ||
			lists_address(supervisor, folded) ||
			lists_address(team->managers, folded))
			return team;
	}
	return NULL;
}

const char **config_our_addresses(const Config *config)
{
	GPtrArray *addresses = g_ptr_array_new();

	for (guint i = 0; i < config->mailboxes->len; i++) {
		ConfigMailbox *mailbox = config->mailboxes->pdata[i];

		g_ptr_array_add(addresses, mailbox->folded);
		for (size_t a = 0; mailbox->aliases_folded[a]; a++)
			g_ptr_array_add(addresses, mailbox->aliases_folded[a]);
	}
	g_ptr_array_add(addresses, NULL);
	return (const char **)g_ptr_array_free(addresses, FALSE);
}
