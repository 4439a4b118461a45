/*
 * What a mailbox promises: the settings that it and its policies both have.
 *
 * A policy says what it wants to be different; the rest is the mailbox's.  That
 * is settled here, once for each pair of them, by reading every setting from
 * the section that writes it.
 */
#include "internal.h"

#include <string.h>

enum { HOUR_S = 60 * 60 };

/* One pair on its way. */
typedef struct Pair Pair;
struct Pair {
	const ConfigSource *source;
	cfg_t *mailbox;
	cfg_t *policy; /* NULL: the mailbox by itself */
	ConfigTerms *terms;
};

void config_terms_free(ConfigTerms *terms)
{
	if (!terms)
		return;
	config_clear_rows("policy", terms);
	config_clear_rows(CONFIG_TERMS, terms);
	g_free(terms->policy);
	g_free(terms);
}

/* Where a setting comes from. */
static cfg_t *section_with(const Pair *pair, const char *name)
{
	return pair->policy && cfg_size(pair->policy, name) ? pair->policy
							    : pair->mailbox;
}

static bool fill_pair(const Pair *pair, GError **error)
{
	size_t length;
	const ConfigRow *rows = config_rows(&length);

	for (size_t i = 0; i < length; i++) {
		const ConfigRow *row = &rows[i];
		cfg_t *section = NULL;

		if (config_row_in(row, CONFIG_TERMS))
			section = section_with(pair, row->setting.name);
		else if (config_row_in(row, "policy"))
			section = pair->policy;
		if (section && !config_fill_row(pair->source, section, row,
				       pair->terms, error))
			return false;
	}
	return true;
}

/* ---- what they say together ------------------------------------------- */

/*
 * Each follow-up that would be quiet goes out before the quiet begins.  Of half
 * the interval at most, so that two are never closer than the other half: a
 * customer who is told "every 24 hours" is not written to twice an evening.
 */
static bool check_quiet(const Pair *pair, GError **error)
{
	int64_t every_s = pair->terms->follow_up_every_s;
	int64_t quiet_s = promise_quiet_length_s(pair->terms->quiet_hours);

	if (quiet_s <= every_s / 2)
		return true;
	return config_source_fail(pair->source,
		section_with(pair, "quiet_hours"), "quiet_hours", error,
		"%.4g hours of quiet are more than half of follow_up_every "
		"(%.4g hours): follow-ups are sent earlier to stay out of "
		"them, and would come in heaps; shorten the quiet, or raise "
		"follow_up_every",
		(double)quiet_s / HOUR_S, (double)every_s / HOUR_S);
}

/* Of two kinds of time nobody can say which is shorter. */
static bool check_resolve(const Pair *pair, GError **error)
{
	PromiseDuration answer = pair->terms->answer_within;
	PromiseDuration resolve = pair->terms->resolve_within;

	if (!resolve.amount || resolve.unit != answer.unit ||
		resolve.amount >= answer.amount)
		return true;
	return config_source_fail(pair->source,
		section_with(pair, "resolve_within"), "resolve_within", error,
		"shorter than answer_within, so a matter would have to be "
		"settled before it is answered; raise it, or shorten "
		"answer_within");
}

/* (transfer full) */
static ConfigTerms *make_terms(Pair pair, GError **error)
{
	ConfigTerms *terms = g_new0(ConfigTerms, 1);

	pair.terms = terms;
	if (pair.policy)
		terms->policy = g_strdup(cfg_title(pair.policy));
	else
		terms->applies_to = g_new0(char *, 1);
	if (fill_pair(&pair, error) && check_quiet(&pair, error) &&
		check_resolve(&pair, error))
		return terms;
	config_terms_free(terms);
	return NULL;
}

/* ---- which policies a mailbox has ------------------------------------- */

static bool fail_unknown(const Pair *pair, const char *name,
	const Config *config, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *hint = NULL;

	for (guint i = 0; i < config->policies->len; i++)
		g_ptr_array_add(names,
			((ConfigTerms *)config->policies->pdata[i])->policy);
	hint = config_suggest(name, names);
	return config_source_fail(pair->source, pair->mailbox, "policies",
		error, "there is no policy \"%s\"; %s", name, hint);
}

/* Of two that apply the first is taken: what nobody ever reaches is a
 * mistake. */
static bool check_reached(
	const Pair *pair, const ConfigMailbox *mailbox, GError **error)
{
	const char *name = mailbox->policies[mailbox->terms->len];

	for (guint i = 0; i < mailbox->terms->len; i++) {
		const ConfigTerms *before = mailbox->terms->pdata[i];

		if (strcmp(before->policy, name) == 0)
			return config_source_fail(pair->source, pair->mailbox,
				"policies", error,
				"\"%s\" is named twice; keep one", name);
		if (!*before->applies_to)
			return config_source_fail(pair->source, pair->mailbox,
				"policies", error,
				"\"%s\" would never be taken, because \"%s\" "
				"before it applies to every ticket; name that "
				"last, or set its applies_to",
				name, before->policy);
	}
	return true;
}

static bool add_terms(Pair pair, ConfigMailbox *mailbox, GError **error)
{
	ConfigTerms *terms = make_terms(pair, error);

	if (terms)
		g_ptr_array_add(mailbox->terms, terms);
	return terms != NULL;
}

static bool resolve(
	Pair pair, const Config *config, ConfigMailbox *mailbox, GError **error)
{
	cfg_t *root = config_source_root(pair.source);

	mailbox->terms = g_ptr_array_new_with_free_func(
		(GDestroyNotify)config_terms_free);
	for (size_t i = 0; mailbox->policies[i]; i++) {
		pair.policy = cfg_gettsec(root, "policy", mailbox->policies[i]);
		if (!pair.policy)
			return fail_unknown(
				&pair, mailbox->policies[i], config, error);
		if (!check_reached(&pair, mailbox, error) ||
			!add_terms(pair, mailbox, error))
			return false;
	}
	pair.policy = NULL;
	if (!add_terms(pair, mailbox, error))
		return false;
	mailbox->own = mailbox->terms->pdata[mailbox->terms->len - 1];
	return true;
}

bool config_terms_resolve(
	const ConfigSource *source, Config *config, GError **error)
{
	for (guint i = 0; i < config->mailboxes->len; i++) {
		Pair pair = {
			.source = source,
			.mailbox = cfg_getnsec(
				config_source_root(source), "mailbox", i),
		};

		if (!resolve(pair, config, config->mailboxes->pdata[i], error))
			return false;
	}
	return true;
}
