/*
 * Reads a message as a person would: the parts of analysis/ in their order.
 */
#include <string.h>

#include "internal.h"

/* Below this a guess at the language is no better than the mailbox's own. */
#define LANGUAGE_SURE 0.5

/* ---- the value -------------------------------------------------------- */

static void attachment_free(AnalysisAttachment *attachment)
{
	g_free(attachment->name);
	g_free(attachment->type);
	g_free(attachment);
}

AnalysisAttachment *attachment_new(void)
{
	return g_new0(AnalysisAttachment, 1);
}

Analysis *analysis_new(void)
{
	Analysis *analysis = g_new0(Analysis, 1);
	analysis->text = g_strdup("");
	analysis->reply_text = g_strdup("");
	analysis->agent_text = g_strdup("");
	analysis->references = g_ptr_array_new_with_free_func(g_free);
	analysis->in_reply_to = g_ptr_array_new_with_free_func(g_free);
	analysis->recipients = g_ptr_array_new_with_free_func(g_free);
	analysis->other_ids = g_ptr_array_new_with_free_func(g_free);
	analysis->complaint_reasons = g_ptr_array_new_with_free_func(g_free);
	analysis->commands = g_ptr_array_new_with_free_func(g_free);
	analysis->defects = g_ptr_array_new_with_free_func(g_free);
	analysis->attachments =
		g_ptr_array_new_with_free_func((GDestroyNotify)attachment_free);
	return analysis;
}

void analysis_free(Analysis *analysis)
{
	if (!analysis)
		return;
	g_ptr_array_unref(analysis->attachments);
	g_ptr_array_unref(analysis->defects);
	g_ptr_array_unref(analysis->commands);
	g_ptr_array_unref(analysis->recipients);
	g_ptr_array_unref(analysis->in_reply_to);
	g_ptr_array_unref(analysis->references);
	g_ptr_array_unref(analysis->other_ids);
	g_ptr_array_unref(analysis->complaint_reasons);
	g_free(analysis->thread_index);
	g_free(analysis->thread_topic);
	bounce_free(analysis->bounce);
	g_free(analysis->threat);
	g_free(analysis->rating_comment);
	g_free(analysis->forwarded_text);
	g_free(analysis->forwarded_subject);
	g_free(analysis->forwarded_name);
	g_free(analysis->forwarded_from);
	g_free(analysis->command_problem_line);
	g_free(analysis->agent_text);
	g_free(analysis->complainer_reason);
	g_free(analysis->signature);
	g_free(analysis->reply_text);
	g_free(analysis->text);
	g_free(analysis->language);
	g_free(analysis->authenticated_by);
	g_free(analysis->message_id);
	g_free(analysis->reply_to);
	g_free(analysis->from_name);
	g_free(analysis->from);
	g_free(analysis->base_subject);
	g_free(analysis->subject);
	g_free(analysis->guard_detail);
	g_free(analysis->guard);
	g_free(analysis);
}

/* ---- who, to whom, about what ----------------------------------------- */

static void strings_copy(GPtrArray *to, const GPtrArray *from)
{
	for (guint i = 0; i < from->len; i++)
		g_ptr_array_add(to, g_strdup(from->pdata[i]));
}

static void addresses_copy(GPtrArray *to, const GPtrArray *from)
{
	for (guint i = 0; i < from->len; i++) {
		const MessageAddress *address = from->pdata[i];
		if (address->address && *address->address)
			g_ptr_array_add(to, g_strdup(address->address));
	}
}

/* The first address that can be written to, or NULL. */
static const MessageAddress *address_first(const GPtrArray *addresses)
{
	for (guint i = 0; i < addresses->len; i++) {
		const MessageAddress *address = addresses->pdata[i];
		if (address->address && strchr(address->address, '@'))
			return address;
	}
	return NULL;
}

/* From, else Sender, else the envelope (RFC 5322 3.6.2 and real life). */
static void author_fill(Analysis *analysis, const Message *message,
	const AnalysisEnvelope *envelope)
{
	const MessageAddress *author = address_first(message->from);
	if (author) {
		analysis->from = g_strdup(author->address);
		analysis->from_name = g_strdup(author->name);
	} else if (message->sender) {
		analysis->from = g_strdup(message->sender);
	} else if (envelope->from && *envelope->from) {
		analysis->from = g_strdup(envelope->from);
	}
	analysis->several_from = message->from->len > 1;
}

/* A Reply-To that names ourselves would send our answers back to us. */
static void reply_to_fill(Analysis *analysis, const Message *message,
	const AnalysisEnvelope *envelope)
{
	const MessageAddress *reply_to = address_first(message->reply_to);
	if (reply_to && !signals_address_is_ours(reply_to->address, envelope))
		analysis->reply_to = g_strdup(reply_to->address);
	else
		analysis->reply_to = g_strdup(analysis->from);
}

static void headers_fill(Analysis *analysis, const Message *message)
{
	analysis->subject = g_strdup(message->subject);
	if (message->subject)
		analysis->base_subject = subject_base(message->subject);
	analysis->message_id = g_strdup(message->message_id);
	analysis->date_s = message->date_s;
	strings_copy(analysis->references, message->references);
	strings_copy(analysis->in_reply_to, message->in_reply_to);
	strings_copy(analysis->defects, message->defects);
	addresses_copy(analysis->recipients, message->to);
	addresses_copy(analysis->recipients, message->cc);
}

static void attachments_fill(Analysis *analysis, const Message *message)
{
	for (guint i = 0; i < message->parts->len; i++) {
		const MessagePart *part = message->parts->pdata[i];
		if (!part->attachment || part->embedded)
			continue;
		AnalysisAttachment *attachment = attachment_new();
		attachment->name = g_strdup(part->name);
		attachment->type = g_strdup(part->type);
		attachment->size_bytes = part->size_bytes;
		g_ptr_array_add(analysis->attachments, attachment);
	}
}

/* ---- language --------------------------------------------------------- */

/* "fi", "fi-FI" and "FI, en" all give "fi" (RFC 3282).  (nullable) */
static char *language_declared(const Message *message)
{
	const char *value = message_header(message, "Content-Language");
	if (!value)
		return NULL;
	value += strspn(value, " \t");
	size_t length = 0;
	while (g_ascii_isalpha(value[length]))
		length++;
	return length == 2 ? g_ascii_strdown(value, 2) : NULL;
}

/* The own words, and if they are too few, with the subject's. */
static char *language_guess(const Analysis *analysis, double *ret_confidence)
{
	double sure = 0.0, surer = 0.0;
	g_autofree char *guess = language_detect(analysis->reply_text, &sure);
	if ((guess && sure >= LANGUAGE_SURE) || !analysis->base_subject) {
		*ret_confidence = sure;
		return g_steal_pointer(&guess);
	}
	g_autofree char *both = g_strconcat(
		analysis->base_subject, "\n", analysis->reply_text, NULL);
	g_autofree char *better = language_detect(both, &surer);
	bool improved = better && (!guess || surer > sure);
	*ret_confidence = improved ? surer : sure;
	return improved ? g_steal_pointer(&better) : g_steal_pointer(&guess);
}

static void language_fill(Analysis *analysis, const Message *message,
	const AnalysisEnvelope *envelope)
{
	double sure = 0.0;
	g_autofree char *guess = language_guess(analysis, &sure);
	g_autofree char *declared = language_declared(message);
	if (guess && sure >= LANGUAGE_SURE) {
		analysis->language = g_steal_pointer(&guess);
		analysis->language_confidence = CLAMP(sure, 0.0, 1.0);
	} else if (declared) {
		/* Clients set it from their own menus: a hint, no more. */
		analysis->language = g_steal_pointer(&declared);
		analysis->language_confidence = 0.4;
	} else if (envelope->default_language) {
		analysis->language = g_strdup(envelope->default_language);
		analysis->language_confidence = 0.0;
	} else if (guess) {
		analysis->language = g_steal_pointer(&guess);
		analysis->language_confidence = CLAMP(sure, 0.0, 1.0);
	}
}

/* ---- words ------------------------------------------------------------ */

static void words_fill(
	Analysis *analysis, const Message *message, ReplyText *ret_reply)
{
	g_free(analysis->text);
	analysis->text = g_strdup(message->text ? message->text : "");
	g_clear_pointer(&analysis->reply_text, g_free);
	reply_text_read(analysis->text, ret_reply);
	analysis->reply_text = g_steal_pointer(&ret_reply->own);
	analysis->signature = g_steal_pointer(&ret_reply->signature);
	analysis->status_request = words_ask_for_status(analysis->reply_text);
	agent_text_read(analysis, ret_reply);
}

Analysis *analysis_run(const Message *message, const AnalysisEnvelope *envelope)
{
	static const AnalysisEnvelope unknown;
	if (!envelope)
		envelope = &unknown;
	Analysis *analysis = analysis_new();
	ReplyText reply;
	author_fill(analysis, message, envelope);
	reply_to_fill(analysis, message, envelope);
	headers_fill(analysis, message);
	attachments_fill(analysis, message);
	words_fill(analysis, message, &reply);
	language_fill(analysis, message, envelope);
	analysis->authenticated = authentication_judge(
		message, envelope, &analysis->authenticated_by);
	analysis->dmarc_passed = authentication_dmarc_passed(message, envelope);
	analysis->protection = protection_judge(message);
	analysis->bounce = bounce_read(message, envelope);
	signals_judge(analysis, message, envelope);
	if (analysis->kind == ANALYSIS_COMPLAINT)
		complainer_judge(analysis);
	conversation_read(analysis, message);
	forward_read(analysis, message, &reply);
	reply_text_clear(&reply);
	accept_judge(analysis);
	says_judge(analysis);
	return analysis;
}

bool analysis_would_acknowledge(const Analysis *analysis)
{
	return analysis->kind == ANALYSIS_COMPLAINT &&
	       analysis->cost == ANALYSIS_COST_NOTHING;
}

Analysis *analysis_unparsed(
	const AnalysisEnvelope *envelope, const char *reason)
{
	static const AnalysisEnvelope unknown;
	if (!envelope)
		envelope = &unknown;
	Analysis *analysis = analysis_new();
	bool answerable = envelope->from && *envelope->from;
	analysis->kind = ANALYSIS_COMPLAINT;
	analysis->guard = g_strdup("unparsed");
	analysis->guard_detail = g_strdup(reason);
	analysis->cost = answerable || !envelope->from
				 ? ANALYSIS_COST_ACK
				 : ANALYSIS_COST_AUTOMATIC;
	if (answerable) {
		analysis->from = g_strdup(envelope->from);
		analysis->reply_to = g_strdup(envelope->from);
	}
	for (size_t i = 0; envelope->to && envelope->to[i]; i++)
		g_ptr_array_add(
			analysis->recipients, g_strdup(envelope->to[i]));
	analysis->language = g_strdup(envelope->default_language);
	/* In doubt it is one. */
	analysis->complaint_score = 0.5;
	g_ptr_array_add(
		analysis->complaint_reasons, g_strdup("it could not be read"));
	if (reason)
		g_ptr_array_add(analysis->defects, g_strdup(reason));
	return analysis;
}

void analysis_warm_up(void)
{
	double confidence;
	g_free(language_detect("the quick brown fox", &confidence));
}
