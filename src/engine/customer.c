/*
 * Who complains: what the words say, and what is known of the customer beside
 * them.  In which language they are answered.
 */
#include <string.h>

#include "internal.h"

enum {
	MONTH_S = 30 * 24 * 60 * 60,
	CHRONIC_TICKETS = 3, /* in a month */
	REPEATED_DEMANDS = 2,
	URGENCY_MOST = 3,
	PRIORITY_MOST = 3,
};

/* Below this a detected language is a guess: the customer's earlier mails count
 * more. */
static const double language_sure = 0.5;

/* ---- the judgement ----------------------------------------------------- */

static void add_reason(GString *reasons, const char *reason)
{
	if (reason && *reason)
		g_string_append_printf(
			reasons, "%s%s", reasons->len ? "; " : "", reason);
}

static const char *ordinal(unsigned number)
{
	static const char *const words[] = {"", "first", "second", "third",
		"fourth", "fifth", "sixth", "seventh", "eighth", "ninth"};

	return number < G_N_ELEMENTS(words) ? words[number] : "a further";
}

/* Threats and haggling are a manner of the mail at hand; the rest gives way to
 * the customer's history. */
static enum analysis_complainer choose_kind(const CustomerFacts *facts)
{
	enum analysis_complainer kind = facts->analysis->complainer;

	switch (kind) {
	case ANALYSIS_AGGRESSIVE:
	case ANALYSIS_RIP_OFF:
		return kind;
	case ANALYSIS_COMPLAINER_NONE:
	case ANALYSIS_MEEK:
	case ANALYSIS_HIGH_ROLLER:
	case ANALYSIS_CHRONIC:
		break;
	}
	if (facts->tickets >= CHRONIC_TICKETS)
		return ANALYSIS_CHRONIC;
	if (kind == ANALYSIS_COMPLAINER_NONE &&
		facts->demands >= REPEATED_DEMANDS)
		return ANALYSIS_RIP_OFF;
	return kind;
}

CustomerJudgement customer_judge(const CustomerFacts *facts)
{
	const Analysis *analysis = facts->analysis;
	CustomerJudgement judgement = {
		.complainer = choose_kind(facts),
		.urgency = analysis->urgency,
	};
	GString *reasons = g_string_new(NULL);

	add_reason(reasons, analysis->complainer_reason);
	if (facts->tickets >= CHRONIC_TICKETS) {
		g_autofree char *reason = g_strdup_printf(
			"%s complaint in 30 days", ordinal(facts->tickets));
		add_reason(reasons, reason);
	}
	if (facts->demands >= REPEATED_DEMANDS) {
		g_autofree char *reason = g_strdup_printf(
			"asks for compensation for the %s time",
			facts->demands == REPEATED_DEMANDS ? "second"
							   : "third or later");
		add_reason(reasons, reason);
	}
	if (facts->vip) {
		judgement.urgency = MIN(judgement.urgency + 1, URGENCY_MOST);
		judgement.priority = 1;
		add_reason(reasons,
			analysis->authenticated
				? "on the VIP list"
				: "on the VIP list, not authenticated");
	}
	judgement.reason = g_string_free(reasons, !reasons->len);
	return judgement;
}

/* ---- facts ------------------------------------------------------------- */

bool customer_is_vip(Context *context, const EngineMailbox *mailbox,
	const StoreTicket *ticket, bool *ret_vip, GError **error)
{
	*ret_vip = policy_is_vip(mailbox, ticket->customer);
	return *ret_vip || store_vip_known(context->store, ticket->customer,
				   ret_vip, error);
}

static bool gather(Context *context, const EngineMailbox *mailbox,
	const Analysis *analysis, const StoreTicket *ticket, int64_t now_s,
	CustomerFacts *ret_facts, GError **error)
{
	CustomerFacts facts = {.analysis = analysis};

	if (!customer_is_vip(context, mailbox, ticket, &facts.vip, error))
		return false;
	if (!store_customer_tickets(context->store, ticket->customer,
		    now_s - MONTH_S, &facts.tickets, error))
		return false;
	/* The one that is about to be opened. */
	facts.tickets += ticket->id ? 0 : 1;
	if (analysis->asks_compensation &&
		!store_customer_compensations(context->store, ticket->customer,
			&facts.demands, error))
		return false;
	/* A mail that joins a ticket has been recorded already. */
	facts.demands += analysis->asks_compensation && !ticket->id ? 1 : 0;
	*ret_facts = facts;
	return true;
}

static void take(StoreTicket *ticket, CustomerJudgement *judgement)
{
	const char *name = analysis_complainer_name(judgement->complainer);

	g_free(ticket->complainer);
	ticket->complainer = g_strdup(name);
	g_free(ticket->complainer_reason);
	ticket->complainer_reason = g_steal_pointer(&judgement->reason);
}

/* Nobody is behind what a ticket without an address says. */
bool customer_judge_opening(Context *context, const EngineMailbox *mailbox,
	const Analysis *analysis, int64_t now_s, StoreTicket *ticket,
	GError **error)
{
	CustomerFacts facts = {.analysis = analysis};

	if (*ticket->customer && !gather(context, mailbox, analysis, ticket,
					 now_s, &facts, error))
		return false;
	CustomerJudgement judgement = customer_judge(&facts);
	ticket->urgency = judgement.urgency;
	ticket->priority = judgement.priority;
	take(ticket, &judgement);
	return true;
}

static bool is_corrected(const GPtrArray *corrections, const char *what)
{
	for (guint i = 0; i < corrections->len; i++) {
		const StoreCorrection *row = corrections->pdata[i];

		if (strcmp(row->what, what) == 0)
			return true;
	}
	return false;
}

/* A further mail adds to what is thought, and changes nothing that an agent has
 * corrected. */
bool customer_judge_addition(Context *context, const EngineMailbox *mailbox,
	const Analysis *analysis, int64_t now_s, StoreTicket *ticket,
	GError **error)
{
	g_autoptr(GPtrArray) corrections = NULL;
	CustomerFacts facts;

	if (!*ticket->customer || analysis->kind != ANALYSIS_COMPLAINT ||
		analysis->cost == ANALYSIS_COST_AUTOMATIC)
		return true;
	if (!store_correction_list(
		    context->store, ticket->id, &corrections, error) ||
		!gather(context, mailbox, analysis, ticket, now_s, &facts,
			error))
		return false;
	CustomerJudgement judgement = customer_judge(&facts);
	if (!is_corrected(corrections, "urgency"))
		ticket->urgency = MAX(ticket->urgency, judgement.urgency);
	ticket->priority =
		MIN(MAX(ticket->priority, judgement.priority), PRIORITY_MOST);
	if (judgement.complainer != ANALYSIS_COMPLAINER_NONE &&
		!is_corrected(corrections, "complainer"))
		take(ticket, &judgement);
	g_free(judgement.reason);
	return true;
}

/* ---- language ---------------------------------------------------------- */

bool customer_is_sure_of_language(const Analysis *analysis)
{
	return analysis->language &&
	       analysis->language_confidence >= language_sure;
}

/*
 * The mail's own words, else the customer's earlier mails, else what the
 * client declares (analysis has put it there), else the mailbox's.
 */
bool customer_choose_language(Context *context, const EngineMailbox *mailbox,
	const Analysis *analysis, StoreTicket *ticket, GError **error)
{
	const ReplyTemplates *templates =
		policy_options(context->policy)->templates;
	g_autofree char *earlier = NULL;
	const char *wanted = analysis->language;

	if (!customer_is_sure_of_language(analysis)) {
		if (*ticket->customer &&
			!store_customer_language(context->store,
				ticket->customer, &earlier, error))
			return false;
		if (earlier)
			wanted = earlier;
	}
	g_free(ticket->language);
	ticket->language = g_strdup(
		reply_templates_choose(templates, wanted, mailbox->language));
	return true;
}

/* Who began with too few words to tell, or with another's, is answered in what
 * they write now. */
void customer_follow_language(const Context *context,
	const EngineMailbox *mailbox, const Analysis *analysis,
	StoreTicket *ticket)
{
	g_autofree char *from =
		analysis->from ? base_address_fold(analysis->from) : NULL;

	if (!customer_is_sure_of_language(analysis) ||
		analysis->kind != ANALYSIS_COMPLAINT ||
		g_strcmp0(from, ticket->customer) != 0)
		return;
	g_free(ticket->language);
	ticket->language = g_strdup(reply_templates_choose(
		policy_options(context->policy)->templates, analysis->language,
		mailbox->language));
}
