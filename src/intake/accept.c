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
	g_autoptr(Analysis) analysis =
		parser_pool_analyze(door->parser, mail->raw, &envelope);
	engine_refine(policy, mail->envelope_from, mail->recipients, analysis);
	EngineMail received = make_mail(mail, analysis);
	if (!engine_receive(door->engine, &received, &ret->receipt, error))
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
