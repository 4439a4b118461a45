#include <redress/assembly.h>

#include <string.h>
#include <sys/random.h>

/* What a policy leans on; freed with its last reference. */
typedef struct Foundation Foundation;
struct Foundation {
	Config *config;
	ReplyTemplates *templates;
};

static void foundation_free(gpointer pointer)
{
	Foundation *foundation = pointer;

	reply_templates_free(foundation->templates);
	config_free(foundation->config);
	g_free(foundation);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Foundation, foundation_free)

/* Everyone of the team, whose mail is never answered by a machine. */
static char **staff_of(const ConfigTeam *team)
{
	g_autoptr(GStrvBuilder) staff = g_strv_builder_new();

	if (!team)
		return NULL;
	for (size_t i = 0; team->agents && team->agents[i]; i++)
		g_strv_builder_add(staff, team->agents[i]);
	for (size_t i = 0; team->managers && team->managers[i]; i++)
		g_strv_builder_add(staff, team->managers[i]);
	if (team->supervisor)
		g_strv_builder_add(staff, team->supervisor);
	return g_strv_builder_end(staff);
}

/* Whose agents read the mailbox in their own client see each mail there; at a
 * provider nobody shows it to them. */
static enum engine_briefing briefing_of(const ConfigMailbox *config)
{
	if (!config->team)
		return ENGINE_BRIEFING_NONE;
	switch (config->team->briefing) {
	case CONFIG_BRIEFING_NONE:
		return ENGINE_BRIEFING_NONE;
	case CONFIG_BRIEFING_PROBLEMS:
		return ENGINE_BRIEFING_PROBLEMS;
	case CONFIG_BRIEFING_ALL:
		return ENGINE_BRIEFING_ALL;
	case CONFIG_BRIEFING_BY_MAILBOX:
		return config->imap.host ? ENGINE_BRIEFING_ALL
					 : ENGINE_BRIEFING_PROBLEMS;
	}
	g_assert_not_reached();
}

/* (transfer container) */
static EngineLetter *make_letters(const GArray *config)
{
	EngineLetter *letters = g_new(EngineLetter, config->len);

	for (guint i = 0; i < config->len; i++) {
		const ConfigLetter *letter =
			&g_array_index(config, ConfigLetter, i);
		letters[i] = (EngineLetter){letter->after, letter->name};
	}
	return letters;
}

/* Its letters are to be freed. */
static EngineTerms make_terms(const ConfigTerms *config)
{
	return (EngineTerms){
		.name = config->policy,
		.applies_to = (const char *const *)config->applies_to,
		.answer_within = config->answer_within,
		.late_notice = config->late_notice,
		.resolve_within = config->resolve_within,
		.follow_up_every_s = config->follow_up_every_s,
		.quiet = config->quiet_hours,
		.late_most = config->late_most,
		.remind_after = config->remind_after,
		.reminders = config->reminders,
		.end_waiting_after_s = config->end_waiting_after_s,
		.waiting_pauses = config->waiting_pauses,
		.letters = make_letters(config->letters),
		.letters_length = config->letters->len,
	};
}

/* All but the mailbox's own, which are the last. */
static EngineTerms *make_policies(const ConfigMailbox *config)
{
	guint length = config->terms->len - 1;
	EngineTerms *policies = g_new(EngineTerms, length);

	for (guint i = 0; i < length; i++)
		policies[i] = make_terms(config->terms->pdata[i]);
	return policies;
}

static void clear_mailbox(EngineMailbox *mailbox)
{
	g_strfreev((char **)mailbox->staff);
	g_free((EngineLetter *)mailbox->terms.letters);
	for (size_t i = 0; i < mailbox->policies_length; i++)
		g_free((EngineLetter *)mailbox->policies[i].letters);
	g_free((EngineTerms *)mailbox->policies);
}

/* To be cleared: the engine makes copies. */
static void fill_mailbox(EngineMailbox *mailbox, const ConfigMailbox *config)
{
	*mailbox = (EngineMailbox){
		.address = config->address,
		.aliases = (const char *const *)config->aliases,
		.name = config->name,
		.language = config->language,
		.terms = make_terms(config->own),
		.policies = make_policies(config),
		.policies_length = config->terms->len - 1,
		.close_after_s = config->close_after_s,
		.calendar = config->calendar->calendar,
		.supervisor = config->team ? config->team->supervisor : NULL,
		.staff = (const char *const *)staff_of(config->team),
		.tag_subject = config->tag_subject,
		.plus_addresses = config->plus_addresses,
		.own_tickets = config->own_tickets,
		.acknowledge = config->acknowledge,
		.complaints_only = config->accept == CONFIG_ACCEPT_COMPLAINTS,
		.accept_threshold = config->accept_threshold,
		.vip = (const char *const *)config->vip,
		.agents = config->team
				  ? (const char *const *)config->team->agents
				  : NULL,
		.logins = config->team
				  ? (const char *const *)config->team->logins
				  : NULL,
		.briefing = briefing_of(config),
		.direct = config->agent_reply == CONFIG_AGENT_DIRECT,
		.from_agent = config->agent_from == CONFIG_AGENT_FROM_AGENT,
		.nudge_before_s = config->nudge_before_s,
		.collision_window_s = config->collision_window_s,
		.survey_after_s = config->survey_after_s,
		.aftercare_after_s = config->aftercare_after_s,
		.authserv_id = config->imap.authserv_id,
	};
}

/* Takes the foundation. */
static EnginePolicy *build(Foundation *foundation, const BaseKey *key)
{
	const Config *config = foundation->config;
	guint length = config->mailboxes->len;
	g_autofree EngineMailbox *mailboxes = g_new0(EngineMailbox, length);
	EnginePolicyOptions options = {
		.hostname = config->hostname,
		.key = *key,
		.templates = foundation->templates,
		.mailboxes = mailboxes,
		.mailboxes_length = length,
		.authserv_id = config->trust.authserv_id,
		.acks_per_sender_per_day =
			config->limits.acks_per_sender_per_day,
		.automatic_per_thread_per_day =
			config->limits.automatic_per_thread_per_day,
		.escalations_per_day = config->limits.escalations_per_day,
		.briefings_per_hour = config->limits.briefings_per_hour,
		.automatic_per_minute = config->limits.automatic_per_minute,
		.give_up_after_s = config->submission.give_up_after_s,
		.destroy = foundation_free,
		.user = foundation,
	};
	EnginePolicy *policy;

	for (guint i = 0; i < length; i++)
		fill_mailbox(&mailboxes[i], config->mailboxes->pdata[i]);
	policy = engine_policy_new(&options);
	for (guint i = 0; i < length; i++)
		clear_mailbox(&mailboxes[i]);
	return policy;
}

/* The default folder means: the templates that came with this program. */
ReplyTemplates *assembly_templates(const Config *config, GError **error)
{
	static char *const shipped[] = {REDRESS_DATA_DIR "/templates", NULL};
	char *const *folder = config ? config->template_directories : shipped;
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
	g_autofree char *ours = assembly_template_directory();
	g_auto(GStrv) folders = NULL;

	for (; *folder; folder++)
		g_strv_builder_add(builder,
			strcmp(*folder, *shipped) == 0 ? ours : *folder);
	folders = g_strv_builder_end(builder);
	return reply_templates_load((const char *const *)folders, error);
}

/* ---- letters ----------------------------------------------------------- */

static bool check_letters_of(const ConfigMailbox *mailbox,
	const ConfigTerms *terms, const ReplyTemplates *templates,
	GError **error)
{
	for (guint i = 0; i < terms->letters->len; i++) {
		const ConfigLetter *letter =
			&g_array_index(terms->letters, ConfigLetter, i);

		if (reply_check_canned(templates, letter->name, error))
			continue;
		g_prefix_error(error,
			"mailbox \"%s\"%s%s%s: letters: ", mailbox->address,
			terms->policy ? ", policy \"" : "",
			terms->policy ? terms->policy : "",
			terms->policy ? "\"" : "");
		return false;
	}
	return true;
}

bool assembly_check_letters(
	const Config *config, const ReplyTemplates *templates, GError **error)
{
	for (guint i = 0; i < config->mailboxes->len; i++) {
		const ConfigMailbox *mailbox = config->mailboxes->pdata[i];

		for (guint t = 0; t < mailbox->terms->len; t++) {
			if (!check_letters_of(mailbox, mailbox->terms->pdata[t],
				    templates, error))
				return false;
		}
	}
	return true;
}

/* ---- the whole --------------------------------------------------------- */

static Foundation *foundation_new(Config *config_to_own, GError **error)
{
	g_autoptr(Foundation) foundation = g_new0(Foundation, 1);

	foundation->config = config_to_own;
	foundation->templates = assembly_templates(config_to_own, error);
	if (!foundation->templates || !assembly_check_letters(config_to_own,
					      foundation->templates, error))
		return NULL;
	return g_steal_pointer(&foundation);
}

EnginePolicy *assembly_policy(
	Config *config_to_own, bool create_key, GError **error)
{
	g_autoptr(Foundation) foundation = foundation_new(config_to_own, error);
	BaseKey key;

	if (!foundation || !base_key_load(config_to_own->token_key_file,
				   create_key, &key, error))
		return NULL;
	return build(g_steal_pointer(&foundation), &key);
}

/* At most 256 bytes come whole or not at all (getrandom(2)). */
static bool random_key(BaseKey *ret_key, GError **error)
{
	if (getrandom(ret_key->bytes, sizeof(ret_key->bytes), 0) ==
		(ssize_t)sizeof(ret_key->bytes))
		return true;
	g_set_error_literal(error, BASE_ERROR, REDRESS_ERROR_TEMPORARY,
		"the kernel gave no random bytes");
	return false;
}

EnginePolicy *assembly_policy_for_analysis(
	Config *config_to_own, bool *ret_signed, GError **error)
{
	g_autoptr(Foundation) foundation = foundation_new(config_to_own, error);
	BaseKey key;
	bool known;

	if (!foundation)
		return NULL;
	known = base_key_load(config_to_own->token_key_file, false, &key, NULL);
	if (!known && !random_key(&key, error))
		return NULL;
	if (ret_signed)
		*ret_signed = known;
	return build(g_steal_pointer(&foundation), &key);
}
