#include <string.h>

#include "internal.h"

G_DEFINE_QUARK(redress_intake_error, intake_error)

void accepted_clear(Accepted *accepted)
{
	engine_receipt_clear(&accepted->receipt);
	g_free(accepted->subject);
	g_clear_pointer(&accepted->stripped, g_bytes_unref);
}

static EngineMail make_mail(const IntakeMail *mail, const Analysis *analysis)
{
	return (EngineMail){
		.raw = mail->raw,
		.analysis = analysis,
		.envelope_from = mail->envelope_from,
		.recipients = mail->recipients,
		.source = mail->source,
		.queue_id = mail->queue_id,
		.client = mail->client,
		.no_acknowledge = mail->no_acknowledge,
		.auth_login = mail->auth_login,
		.can_refuse = mail->can_refuse,
		.direct = mail->direct,
		.sent = mail->sent,
		.now_s = mail->now_s,
	};
}

/* ---- mail to us -------------------------------------------------------- */

static const char carried_out[] =
	"This message was carried out when it came the first time; it is not "
	"sent to others again";

/* What an agent attached goes to the customer. */
static bool receive(const IntakeDoor *door, const EnginePolicy *policy,
	const IntakeMail *mail, const Analysis *analysis, Accepted *ret,
	GError **error)
{
	EngineMail received = make_mail(mail, analysis);
	g_autoptr(GPtrArray) attachments = NULL;
	g_autoptr(GError) problem = NULL;
	bool agent = engine_policy_is_agent(policy, analysis);

	if (agent && mail->unchangeable) {
		ret->receipt.refused = g_strdup(mail->unchangeable);
		return true;
	}
	/* What stands inside the text, such as an image, is not listed as one.
	 */
	if (agent) {
		attachments =
			parser_pool_extract(door->parser, mail->raw, &problem);
		received.attachments = attachments;
		received.attachments_problem =
			problem ? problem->message : NULL;
	}
	if (!engine_receive(door->engine, &received, &ret->receipt, error))
		return false;
	/* Nobody says who is to be kept from it, and its commands stand in it.
	 */
	if (agent && mail->others && ret->receipt.duplicate &&
		!ret->receipt.withheld)
		ret->receipt.refused = g_strdup(carried_out);
	return true;
}

/* ---- direct answers ---------------------------------------------------- */

static bool is_unparsed(const Analysis *analysis)
{
	return g_strcmp0(analysis->guard, "unparsed") == 0;
}

static const char unreadable[] =
	"This message could not be read, so it is not certain that it holds "
	"no commands; please write it as plain text";

static GBytes *strip_commands(ParserPool *parser, GBytes *raw,
	const Analysis *analysis, GError **error)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new();

	for (guint i = 0; i < analysis->commands->len; i++)
		g_ptr_array_add(lines, analysis->commands->pdata[i]);
	g_ptr_array_add(lines, NULL);
	return parser_pool_strip(
		parser, raw, (const char *const *)lines->pdata, error);
}

/* Read once more as what the customer gets: nothing is left to chance. */
static bool is_clean(
	ParserPool *parser, GBytes *stripped, const AnalysisEnvelope *envelope)
{
	g_autoptr(Analysis) again =
		parser_pool_analyze(parser, stripped, envelope);

	return !is_unparsed(again) && !again->commands->len &&
	       again->command_problem == ANALYSIS_COMMANDS_CLEAR;
}

/* Only the body may be another: the header is changed field by field. */
static bool has_same_header(GBytes *raw, GBytes *stripped)
{
	size_t length, other_length;
	const char *bytes = g_bytes_get_data(raw, &length);
	const char *other = g_bytes_get_data(stripped, &other_length);
	const char *end = memmem(bytes, length, "\r\n\r\n", 4);
	size_t header = end ? (size_t)(end - bytes) + 4 : length;

	return other_length >= header && memcmp(bytes, other, header) == 0;
}

/* False, for now, if the parser died; *ret_problem if it never will. */
static bool strip(const IntakeDoor *door, const IntakeMail *mail,
	const AnalysisEnvelope *envelope, const Analysis *analysis,
	GBytes **ret_stripped, char **ret_problem, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autoptr(GBytes) stripped = NULL;

	if (!analysis->commands->len)
		return true;
	stripped = strip_commands(door->parser, mail->raw, analysis, &problem);
	if (problem && problem->code == REDRESS_ERROR_TEMPORARY) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	if (problem)
		*ret_problem = g_strdup(problem->message);
	else if (!has_same_header(mail->raw, stripped) ||
		 !is_clean(door->parser, stripped, envelope))
		*ret_problem = g_strdup(
			"the commands cannot be taken out of this message "
			"with certainty; write it as plain text, or send "
			"them to the mailbox alone");
	else
		*ret_stripped = g_steal_pointer(&stripped);
	return true;
}

static bool is_agent(const EngineMailbox *mailbox, const Analysis *analysis,
	const char *folded)
{
	g_autofree char *author =
		analysis->from ? base_address_fold(analysis->from) : NULL;

	if (g_strcmp0(author, folded) == 0)
		return true;
	for (size_t i = 0; mailbox->agents && mailbox->agents[i]; i++) {
		g_autofree char *agent = base_address_fold(mailbox->agents[i]);
		if (strcmp(agent, folded) == 0)
			return true;
	}
	return false;
}

/*
 * An agent's private address in To or Cc.  To edit these fields would tell each
 * reader another tale of who else got the mail: the agent takes it out, or
 * writes it as Bcc.  (transfer full) (nullable)
 */
static char *shown_agent(const EnginePolicy *policy, const IntakeMail *mail,
	const Analysis *analysis)
{
	const EngineMailbox *mailbox =
		engine_policy_direct(policy, mail->auth_login);

	if (!mailbox || mailbox->from_agent)
		return NULL;
	for (guint i = 0; i < analysis->recipients->len; i++) {
		const char *address = analysis->recipients->pdata[i];
		g_autofree char *folded = base_address_fold(address);
		if (is_agent(mailbox, analysis, folded))
			return g_strdup_printf(
				"the customer would see the address %s in To "
				"or Cc; leave it out, or use Bcc",
				address);
	}
	return NULL;
}

static bool receive_direct(const IntakeDoor *door, const EnginePolicy *policy,
	const IntakeMail *mail, const AnalysisEnvelope *envelope,
	const Analysis *analysis, Accepted *ret, GError **error)
{
	EngineMail received = make_mail(mail, analysis);
	g_autofree char *problem = g_strdup(mail->unchangeable);

	/* Nobody knows whether it is an answer, nor what it holds. */
	if (is_unparsed(analysis)) {
		ret->receipt.refused = g_strdup(unreadable);
		return true;
	}
	if (!problem)
		problem = shown_agent(policy, mail, analysis);
	if (!problem && !strip(door, mail, envelope, analysis, &ret->stripped,
				&problem, error))
		return false;
	received.strip_problem = problem;
	return engine_receive(door->engine, &received, &ret->receipt, error);
}

/* ---- the door ---------------------------------------------------------- */

bool accept_mail(const IntakeDoor *door, const IntakeMail *mail, Accepted *ret,
	GError **error)
{
	g_autoptr(EnginePolicy) policy = engine_get_policy(door->engine);
	AnalysisEnvelope envelope = {
		.from = mail->envelope_from,
		.to = mail->recipients,
		.auth_login = mail->auth_login,
	};

	engine_policy_envelope(policy, mail->recipients, &envelope);
	if (mail->fetched_from)
		envelope.authserv_id = engine_policy_fetched_authserv_id(
			policy, mail->fetched_from);
	g_autoptr(Analysis) analysis =
		parser_pool_analyze(door->parser, mail->raw, &envelope);
	engine_refine(policy, mail->envelope_from, mail->recipients, analysis);
	if (mail->direct ? !receive_direct(door, policy, mail, &envelope,
				   analysis, ret, error)
			 : !receive(door, policy, mail, analysis, ret, error))
		return false;
	ret->subject = g_steal_pointer(&analysis->subject);
	return true;
}

bool intake_accept(const IntakeDoor *door, const IntakeMail *mail,
	EngineReceipt *ret_receipt, GError **error)
{
	g_auto(Accepted) accepted = {0};

	if (!accept_mail(door, mail, &accepted, error))
		return false;
	*ret_receipt = accepted.receipt;
	accepted.receipt = (EngineReceipt){0};
	return true;
}
