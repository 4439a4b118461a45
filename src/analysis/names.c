/*
 * The words of analysis/: one table for each enum that is stored or printed.
 */
#include "internal.h"

static const char *const kind_names[] = {
	[ANALYSIS_COMPLAINT] = "complaint",
	[ANALYSIS_BOUNCE] = "bounce",
	[ANALYSIS_AUTO_REPLY] = "auto-reply",
	[ANALYSIS_AUTO_GENERATED] = "auto-generated",
	[ANALYSIS_LIST] = "list",
	[ANALYSIS_RECEIPT] = "receipt",
	[ANALYSIS_FEEDBACK_REPORT] = "feedback-report",
	[ANALYSIS_LOOP] = "loop",
};

static const char *const cost_names[] = {
	[ANALYSIS_COST_NOTHING] = "nothing",
	[ANALYSIS_COST_ACK] = "acknowledgement",
	[ANALYSIS_COST_AUTOMATIC] = "automatic mail",
};

static const char *const complainer_names[] = {
	[ANALYSIS_COMPLAINER_NONE] = NULL,
	[ANALYSIS_MEEK] = "meek",
	[ANALYSIS_AGGRESSIVE] = "aggressive",
	[ANALYSIS_HIGH_ROLLER] = "high-roller",
	[ANALYSIS_RIP_OFF] = "rip-off",
	[ANALYSIS_CHRONIC] = "chronic",
};

G_DEFINE_QUARK(redress_analysis_error, analysis_error)

const char *analysis_kind_name(enum analysis_kind kind)
{
	g_assert((size_t)kind < G_N_ELEMENTS(kind_names));
	return kind_names[kind];
}

const char *analysis_cost_name(enum analysis_cost cost)
{
	g_assert((size_t)cost < G_N_ELEMENTS(cost_names));
	return cost_names[cost];
}

const char *analysis_complainer_name(enum analysis_complainer complainer)
{
	g_assert((size_t)complainer < G_N_ELEMENTS(complainer_names));
	return complainer_names[complainer];
}
