#include <string.h>

#include "agent.h"

G_DEFINE_QUARK(redress_engine_error, engine_error)

/* A mailbox with its own copies of everything. */
typedef struct Owned Owned;
struct Owned {
	EngineMailbox mailbox; /* first: an Owned is an EngineMailbox */
	char *folded;
	GHashTable *staff; /* folded addresses */
	GHashTable *vip;   /* folded addresses, and domains with their "@" */
};

struct EnginePolicy {
	gatomicrefcount references;
	EnginePolicyOptions options; /* strings are own copies */
	GPtrArray *mailboxes;        /* Owned */
	GHashTable *by_address;      /* folded address or alias → Owned */
	const char **our_addresses;  /* keys of by_address */
};

static char **copy_list(const char *const *list)
{
	return g_strdupv((char **)list);
}

static void terms_clear(EngineTerms *terms)
{
	g_free((char *)terms->name);
	g_strfreev((char **)terms->applies_to);
	for (size_t i = 0; i < terms->letters_length; i++)
		g_free((char *)terms->letters[i].name);
	g_free((EngineLetter *)terms->letters);
}

static EngineTerms copy_terms(const EngineTerms *terms)
{
	EngineTerms copy = *terms;
	EngineLetter *letters = g_new(EngineLetter, terms->letters_length);

	copy.name = g_strdup(terms->name);
	copy.applies_to = (const char *const *)copy_list(terms->applies_to);
	for (size_t i = 0; i < terms->letters_length; i++) {
		letters[i] = terms->letters[i];
		letters[i].name = g_strdup(letters[i].name);
	}
	copy.letters = letters;
	return copy;
}

static void policies_free(const EngineMailbox *mailbox)
{
	for (size_t i = 0; i < mailbox->policies_length; i++)
		terms_clear((EngineTerms *)&mailbox->policies[i]);
	g_free((EngineTerms *)mailbox->policies);
}

static EngineTerms *copy_policies(const EngineMailbox *mailbox)
{
	EngineTerms *policies = g_new(EngineTerms, mailbox->policies_length);

	for (size_t i = 0; i < mailbox->policies_length; i++)
		policies[i] = copy_terms(&mailbox->policies[i]);
	return policies;
}

static void owned_free(Owned *owned)
{
	terms_clear(&owned->mailbox.terms);
	policies_free(&owned->mailbox);
	g_free((char *)owned->mailbox.address);
	g_free((char *)owned->mailbox.name);
	g_free((char *)owned->mailbox.language);
	g_free((char *)owned->mailbox.supervisor);
	g_free((char *)owned->mailbox.authserv_id);
	g_strfreev((char **)owned->mailbox.aliases);
	g_strfreev((char **)owned->mailbox.staff);
	g_strfreev((char **)owned->mailbox.vip);
	g_strfreev((char **)owned->mailbox.agents);
	g_strfreev((char **)owned->mailbox.logins);
	g_free(owned->folded);
	g_hash_table_unref(owned->staff);
	g_hash_table_unref(owned->vip);
	g_free(owned);
}

static GHashTable *fold_list(const char *const *list)
{
	GHashTable *folded =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (; list && *list; list++)
		g_hash_table_add(folded, base_address_fold(*list));
	return folded;
}

static Owned *owned_new(const EngineMailbox *mailbox)
{
	Owned *owned = g_new0(Owned, 1);

	owned->mailbox = *mailbox;
	owned->mailbox.terms = copy_terms(&mailbox->terms);
	owned->mailbox.policies = copy_policies(mailbox);
	owned->mailbox.address = g_strdup(mailbox->address);
	owned->mailbox.name = g_strdup(mailbox->name);
	owned->mailbox.language = g_strdup(mailbox->language);
	owned->mailbox.supervisor = g_strdup(mailbox->supervisor);
	owned->mailbox.authserv_id = g_strdup(mailbox->authserv_id);
	owned->mailbox.aliases =
		(const char *const *)copy_list(mailbox->aliases);
	owned->mailbox.staff = (const char *const *)copy_list(mailbox->staff);
	owned->mailbox.vip = (const char *const *)copy_list(mailbox->vip);
	owned->mailbox.agents = (const char *const *)copy_list(mailbox->agents);
	owned->mailbox.logins = (const char *const *)copy_list(mailbox->logins);
	owned->folded = base_address_fold(mailbox->address);
	owned->staff = fold_list(mailbox->staff);
	owned->vip = fold_list(mailbox->vip);
	return owned;
}

static void add_mailbox(EnginePolicy *policy, const EngineMailbox *mailbox)
{
	Owned *owned = owned_new(mailbox);

	g_ptr_array_add(policy->mailboxes, owned);
	g_hash_table_insert(policy->by_address, g_strdup(owned->folded), owned);
	for (size_t i = 0; mailbox->aliases && mailbox->aliases[i]; i++)
		g_hash_table_insert(policy->by_address,
			base_address_fold(mailbox->aliases[i]), owned);
}

EnginePolicy *engine_policy_new(const EnginePolicyOptions *options)
{
	EnginePolicy *policy = g_new0(EnginePolicy, 1);
	guint length;

	g_atomic_ref_count_init(&policy->references);
	policy->options = *options;
	policy->options.hostname = g_strdup(options->hostname);
	policy->options.authserv_id = g_strdup(options->authserv_id);
	policy->options.mailboxes = NULL;
	policy->mailboxes =
		g_ptr_array_new_with_free_func((GDestroyNotify)owned_free);
	policy->by_address =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (size_t i = 0; i < options->mailboxes_length; i++)
		add_mailbox(policy, &options->mailboxes[i]);
	policy->our_addresses = (const char **)g_hash_table_get_keys_as_array(
		policy->by_address, &length);
	return policy;
}

EnginePolicy *engine_policy_ref(EnginePolicy *policy)
{
	g_atomic_ref_count_inc(&policy->references);
	return policy;
}

void engine_policy_unref(EnginePolicy *policy)
{
	if (!policy || !g_atomic_ref_count_dec(&policy->references))
		return;
	g_free(policy->our_addresses);
	g_hash_table_unref(policy->by_address);
	g_ptr_array_unref(policy->mailboxes);
	g_free((char *)policy->options.hostname);
	g_free((char *)policy->options.authserv_id);
	if (policy->options.destroy)
		policy->options.destroy(policy->options.user);
	g_free(policy);
}

const EnginePolicyOptions *policy_options(const EnginePolicy *policy)
{
	return &policy->options;
}

const EngineMailbox *engine_policy_mailbox(
	const EnginePolicy *policy, const char *recipient, char **ret_detail)
{
	g_autofree char *folded = base_address_fold(recipient);
	Owned *owned = g_hash_table_lookup(policy->by_address, folded);

	if (ret_detail)
		*ret_detail = NULL;
	if (owned)
		return &owned->mailbox;

	g_autofree char *detail = NULL;
	g_autofree char *plain = base_address_without_detail(folded, &detail);
	owned = detail ? g_hash_table_lookup(policy->by_address, plain) : NULL;
	if (!owned || !owned->mailbox.plus_addresses)
		return NULL;
	if (ret_detail)
		*ret_detail = g_steal_pointer(&detail);
	return &owned->mailbox;
}

const EngineMailbox *policy_mailbox_of(
	const EnginePolicy *policy, const char *folded)
{
	Owned *owned = g_hash_table_lookup(policy->by_address, folded);

	return owned ? &owned->mailbox
		     : &((Owned *)g_ptr_array_index(policy->mailboxes, 0))
				->mailbox;
}

bool policy_is_staff(const EngineMailbox *mailbox, const char *folded)
{
	return folded &&
	       g_hash_table_contains(((Owned *)mailbox)->staff, folded);
}

bool policy_is_vip(const EngineMailbox *mailbox, const char *folded)
{
	const Owned *owned = (const Owned *)mailbox;
	const char *domain = folded ? strrchr(folded, '@') : NULL;

	return domain && (g_hash_table_contains(owned->vip, folded) ||
				 g_hash_table_contains(owned->vip, domain));
}

bool policy_is_ours(const EnginePolicy *policy, const char *folded)
{
	return engine_policy_mailbox(policy, folded, NULL) != NULL;
}

bool policy_can_write_to(const EnginePolicy *policy, const char *address)
{
	/* What we write to ourselves comes back as a loop. */
	return reply_can_address(address) && !policy_is_ours(policy, address);
}

char *policy_sender_key(const char *address)
{
	g_autofree char *plain = base_address_without_detail(address, NULL);

	return base_address_fold(plain);
}

/* ---- tokens ------------------------------------------------------------ */

/* 't': a customer answers, 'a': an agent does, 'b': a mail server. */
static const char *purpose_of(char letter)
{
	return letter == 'b' ? "bounce" : letter == 'a' ? "agent" : "reply";
}

char *policy_token_address(const EnginePolicy *policy,
	const EngineMailbox *mailbox, char letter, const char *reference)
{
	const char *at = strrchr(mailbox->address, '@');

	if (!mailbox->plus_addresses || !at)
		return NULL;
	g_autofree char *token = base_token_sign(
		&policy->options.key, purpose_of(letter), reference);
	return g_strdup_printf("%.*s+%c-%s%s", (int)(at - mailbox->address),
		mailbox->address, letter, token, at);
}

char *policy_open_detail(
	const EnginePolicy *policy, char letter, const char *detail)
{
	if (!detail || detail[0] != letter || detail[1] != '-')
		return NULL;
	return base_token_open(
		&policy->options.key, purpose_of(letter), detail + 2);
}

bool engine_policy_own_sender(const EnginePolicy *policy, const char *sender)
{
	g_autofree char *detail = NULL;

	if (!sender || !engine_policy_mailbox(policy, sender, &detail))
		return false;
	g_autofree char *reference = policy_open_detail(policy, 'b', detail);
	return reference != NULL;
}

char *engine_policy_own_message_id(
	const EnginePolicy *policy, const char *message_id)
{
	return message_id
		       ? base_message_id_open(&policy->options.key, message_id)
		       : NULL;
}

char *policy_thread_id(const EnginePolicy *policy, const char *reference)
{
	return g_strdup_printf(
		"%s.ticket@%s", reference, policy->options.hostname);
}

char *policy_open_thread_id(const EnginePolicy *policy, const char *id)
{
	static const char infix[] = ".ticket@";
	const char *dot = strstr(id, infix);

	if (!dot || g_ascii_strcasecmp(
			    dot + strlen(infix), policy->options.hostname) != 0)
		return NULL;
	g_autofree char *reference = g_strndup(id, (gsize)(dot - id));
	return base_reference_parse(reference);
}

void engine_policy_envelope(const EnginePolicy *policy,
	const char *const *recipients, AnalysisEnvelope *ret_envelope)
{
	ret_envelope->our_addresses = policy->our_addresses;
	ret_envelope->our_hostname = policy->options.hostname;
	ret_envelope->authserv_id = policy->options.authserv_id;
	ret_envelope->default_language = NULL;
	for (size_t i = 0; recipients && recipients[i]; i++) {
		const EngineMailbox *mailbox =
			engine_policy_mailbox(policy, recipients[i], NULL);
		if (mailbox) {
			ret_envelope->default_language = mailbox->language;
			return;
		}
	}
}

const char *engine_policy_fetched_authserv_id(
	const EnginePolicy *policy, const char *mailbox)
{
	const EngineMailbox *found =
		engine_policy_mailbox(policy, mailbox, NULL);

	return found ? found->authserv_id : NULL;
}

/* ---- agents ------------------------------------------------------------ */

bool engine_policy_is_agent(
	const EnginePolicy *policy, const Analysis *analysis)
{
	g_autofree char *from =
		analysis->from ? base_address_fold(analysis->from) : NULL;

	/* A ticket's team answers it through any of our mailboxes. */
	for (guint i = 0; from && i < policy->mailboxes->len; i++) {
		const Owned *owned = policy->mailboxes->pdata[i];
		if (policy_is_staff(&owned->mailbox, from))
			return true;
	}
	return false;
}

const EngineMailbox *engine_policy_direct(
	const EnginePolicy *policy, const char *auth_login)
{
	for (guint i = 0; auth_login && i < policy->mailboxes->len; i++) {
		const Owned *owned = policy->mailboxes->pdata[i];
		const char *address =
			agent_of_login(&owned->mailbox, auth_login);
		g_autofree char *folded =
			address ? base_address_fold(address) : NULL;
		if (owned->mailbox.direct &&
			policy_is_staff(&owned->mailbox, folded))
			return &owned->mailbox;
	}
	return NULL;
}
