/* What `redress analyze` tells of one mail. */
#include "cli.h"

#include <redress/analysis.h>

static const char *guard_colour(const char *guard G_GNUC_UNUSED)
{
	return "33";
}

static const PrinterColumn attachment_columns[] = {
	PRINTER_COLUMN("name", "NAME", PRINTER_TEXT),
	PRINTER_COLUMN("type", "TYPE", PRINTER_WORD),
	PRINTER_COLUMN("size", "BYTES", PRINTER_NUMBER),
};
static const PrinterView attachment_view =
	PRINTER_VIEW(PRINTER_TABLE, NULL, attachment_columns);

static const PrinterColumn recipient_columns[] = {
	PRINTER_COLUMN("address", "RECIPIENT", PRINTER_TEXT),
	PRINTER_COLUMN("action", "ACTION", PRINTER_WORD),
	PRINTER_COLUMN("status", "STATUS", PRINTER_WORD),
	PRINTER_COLUMN("reason", "REASON", PRINTER_WORD),
};
static const PrinterView recipient_view =
	PRINTER_VIEW(PRINTER_TABLE, NULL, recipient_columns);

static const PrinterColumn bounce_columns[] = {
	PRINTER_COLUMN("permanent", "Permanent", PRINTER_WORD),
	PRINTER_COLUMN("reason", "Reason", PRINTER_WORD),
	PRINTER_COLUMN("returned_message_id", "Of mail", PRINTER_TEXT),
	PRINTER_COLUMN("recipients", "Recipients", PRINTER_NESTED,
		.view = &recipient_view),
};
static const PrinterView bounce_view =
	PRINTER_VIEW(PRINTER_FIELDS, NULL, bounce_columns);

static const PrinterColumn columns[] = {
	PRINTER_COLUMN("file", "File", PRINTER_TEXT),
	PRINTER_COLUMN("kind", "Kind", PRINTER_WORD),
	PRINTER_COLUMN("would_ack", "Acknowledged", PRINTER_WORD),
	PRINTER_COLUMN(
		"guard", "Stopped by", PRINTER_WORD, .colour = guard_colour),
	PRINTER_COLUMN("guard_detail", "Because", PRINTER_TEXT),
	PRINTER_COLUMN("subject", "Subject", PRINTER_TEXT),
	PRINTER_COLUMN("from", "From", PRINTER_TEXT),
	PRINTER_COLUMN("reply_to", "Answer to", PRINTER_TEXT),
	PRINTER_COLUMN("message_id", "Message-ID", PRINTER_TEXT),
	PRINTER_COLUMN("references", "References", PRINTER_TEXT),
	PRINTER_COLUMN("authenticated_by", "Authenticated", PRINTER_TEXT),
	PRINTER_COLUMN("language", "Language", PRINTER_WORD),
	PRINTER_COLUMN("language_confidence", "Confidence", PRINTER_WORD),
	PRINTER_COLUMN("commands", "Commands", PRINTER_TEXT),
	PRINTER_COLUMN("complainer", "Complainer", PRINTER_WORD),
	PRINTER_COLUMN("complainer_reason", "Signs", PRINTER_TEXT),
	PRINTER_COLUMN("urgency", "Urgency", PRINTER_WORD),
	PRINTER_COLUMN("complaint_score", "Complaint", PRINTER_WORD),
	PRINTER_COLUMN("complaint_reasons", "Reasons", PRINTER_TEXT),
	PRINTER_COLUMN("defects", "Defects", PRINTER_TEXT),
	PRINTER_COLUMN(
		"bounce", "Bounce", PRINTER_NESTED, .view = &bounce_view),
	PRINTER_COLUMN("attachments", "Attachments", PRINTER_NESTED,
		.view = &attachment_view),
	PRINTER_COLUMN("reply_text", "Own words", PRINTER_BLOCK),
	PRINTER_COLUMN("signature", "Signature", PRINTER_BLOCK),
};
static const PrinterView view = PRINTER_VIEW(PRINTER_FIELDS, NULL, columns);

static void put_texts(Printer *printer, const char *key, const GPtrArray *texts)
{
	printer_key(printer, key);
	printer_begin_list(printer);
	for (guint i = 0; texts && i < texts->len; i++)
		printer_string(printer, texts->pdata[i]);
	printer_end(printer);
}

static void put_recipient(Printer *printer, const AnalysisRecipient *recipient)
{
	printer_begin_map(printer);
	printer_put_string(printer, "address", recipient->address);
	printer_put_string(printer, "original", recipient->original);
	printer_put_string(printer, "action", recipient->action);
	printer_put_string(printer, "status", recipient->status);
	printer_put_string(printer, "reason", recipient->reason);
	printer_end(printer);
}

static void put_bounce(Printer *printer, const AnalysisBounce *bounce)
{
	printer_key(printer, "bounce");
	if (!bounce) {
		printer_null(printer);
		return;
	}
	printer_begin_map(printer);
	printer_key(printer, "recipients");
	printer_begin_list(printer);
	for (guint i = 0; bounce->recipients && i < bounce->recipients->len;
		i++)
		put_recipient(printer, bounce->recipients->pdata[i]);
	printer_end(printer);
	printer_put_boolean(printer, "permanent", bounce->permanent);
	printer_put_string(printer, "reason", bounce->reason);
	printer_put_string(
		printer, "returned_message_id", bounce->returned_message_id);
	printer_end(printer);
}

static void put_attachments(Printer *printer, const GPtrArray *attachments)
{
	printer_key(printer, "attachments");
	printer_begin_list(printer);
	for (guint i = 0; attachments && i < attachments->len; i++) {
		const AnalysisAttachment *attachment = attachments->pdata[i];

		printer_begin_map(printer);
		printer_put_string(printer, "name", attachment->name);
		printer_put_string(printer, "type", attachment->type);
		printer_put_integer(
			printer, "size", (int64_t)attachment->size_bytes);
		printer_end(printer);
	}
	printer_end(printer);
}

/* A guard that stops nothing is no guard to whoever asks. */
static void put_verdict(Printer *printer, const Analysis *analysis)
{
	bool stopped = analysis->cost != ANALYSIS_COST_NOTHING;

	printer_put_string(printer, "kind", analysis_kind_name(analysis->kind));
	printer_put_string(printer, "guard", stopped ? analysis->guard : NULL);
	printer_put_string(printer, "guard_detail", analysis->guard_detail);
	printer_put_string(
		printer, "guard_cost", analysis_cost_name(analysis->cost));
	printer_put_boolean(
		printer, "would_ack", analysis_would_acknowledge(analysis));
}

static void put_words(Printer *printer, const Analysis *analysis)
{
	printer_put_string(printer, "language", analysis->language);
	printer_key(printer, "language_confidence");
	printer_real(printer, analysis->language_confidence);
	printer_put_string(printer, "text", analysis->text);
	printer_put_string(printer, "reply_text", analysis->reply_text);
	printer_put_string(printer, "signature", analysis->signature);
	put_bounce(printer, analysis->bounce);
	put_texts(printer, "commands", analysis->commands);
	printer_put_string(printer, "complainer",
		analysis_complainer_name(analysis->complainer));
	printer_put_string(
		printer, "complainer_reason", analysis->complainer_reason);
	printer_put_integer(printer, "urgency", analysis->urgency);
	printer_put_boolean(
		printer, "asks_compensation", analysis->asks_compensation);
	printer_key(printer, "complaint_score");
	printer_real(printer, analysis->complaint_score);
	put_texts(printer, "complaint_reasons", analysis->complaint_reasons);
	printer_put_boolean(
		printer, "status_request", analysis->status_request);
}

void analysis_put(Printer *printer, const char *file, const Analysis *analysis)
{
	printer_view(printer, &view);
	printer_begin_map(printer);
	printer_put_string(printer, "file", file);
	put_verdict(printer, analysis);
	printer_put_string(printer, "subject", analysis->subject);
	printer_put_string(printer, "base_subject", analysis->base_subject);
	printer_put_string(printer, "from", analysis->from);
	printer_put_string(printer, "from_name", analysis->from_name);
	printer_put_string(printer, "reply_to", analysis->reply_to);
	printer_put_string(printer, "message_id", analysis->message_id);
	put_texts(printer, "references", analysis->references);
	put_texts(printer, "in_reply_to", analysis->in_reply_to);
	put_texts(printer, "other_ids", analysis->other_ids);
	printer_put_string(printer, "thread_index", analysis->thread_index);
	printer_put_string(printer, "thread_topic", analysis->thread_topic);
	printer_put_boolean(printer, "forward", analysis->forward);
	put_texts(printer, "recipients", analysis->recipients);
	printer_put_time(printer, "date", analysis->date_s);
	printer_put_boolean(printer, "authenticated", analysis->authenticated);
	printer_put_string(
		printer, "authenticated_by", analysis->authenticated_by);
	put_words(printer, analysis);
	put_attachments(printer, analysis->attachments);
	put_texts(printer, "defects", analysis->defects);
	printer_end(printer);
}
