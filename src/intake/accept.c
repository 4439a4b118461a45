#include "internal.h"

G_DEFINE_QUARK(redress_intake_error, intake_error)

static bool receive(const IntakeDoor *door, const IntakeMail *mail,
	const Analysis *analysis, EngineReceipt *ret_receipt, GError **error)
{
	EngineMail received = {
		.raw = mail->raw,
		.analysis = analysis,
		.envelope_from = mail->envelope_from,
		.recipients = mail->recipients,
		.source = mail->source,
		.queue_id = mail->queue_id,
		.client = mail->client,
		.no_acknowledge = mail->no_acknowledge,
		.now_s = mail->now_s,
	};

	return engine_receive(door->engine, &received, ret_receipt, error);
}

bool accept_mail(const IntakeDoor *door, const IntakeMail *mail,
	EngineReceipt *ret_receipt, char **ret_subject, GError **error)
{
	g_autoptr(EnginePolicy) policy = engine_get_policy(door->engine);
	AnalysisEnvelope envelope = {
		.from = mail->envelope_from,
		.to = mail->recipients,
		.auth_login = mail->auth_login,
	};

	engine_policy_envelope(policy, mail->recipients, &envelope);
	g_autoptr(Analysis) analysis =
		parser_pool_analyze(door->parser, mail->raw, &envelope);
	engine_refine(policy, mail->envelope_from, mail->recipients, analysis);
	if (!receive(door, mail, analysis, ret_receipt, error))
		return false;
	*ret_subject = g_steal_pointer(&analysis->subject);
	return true;
}

bool intake_accept(const IntakeDoor *door, const IntakeMail *mail,
	EngineReceipt *ret_receipt, GError **error)
{
	g_autofree char *subject = NULL;

	return accept_mail(door, mail, ret_receipt, &subject, error);
}
