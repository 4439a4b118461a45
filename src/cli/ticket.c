#include "cli.h"

#include <string.h>

typedef struct Colour Colour;
struct Colour {
	const char *name, *code;
};

static const char *find_colour(
	const Colour *colours, size_t length, const char *name)
{
	for (size_t i = 0; i < length; i++) {
		if (strcmp(colours[i].name, name) == 0)
			return colours[i].code;
	}
	return NULL;
}

const char *ticket_state_colour(const char *state)
{
	static const Colour colours[] = {
		{"open", "1;33"},
		{"waiting", "36"},
		{"resolved", "32"},
		{"closed", "2"},
	};

	return find_colour(colours, G_N_ELEMENTS(colours), state);
}

const char *outbox_state_colour(const char *state)
{
	static const Colour colours[] = {
		{"sent", "32"},
		{"failed", "1;31"},
		{"unknown", "1;31"},
		{"uncertain", "1;33"},
	};

	return find_colour(colours, G_N_ELEMENTS(colours), state);
}

static void put_tags(Printer *printer, const char *tags)
{
	g_auto(GStrv) list = tags && *tags ? g_strsplit(tags, ",", -1) : NULL;

	printer_key(printer, "tags");
	printer_strings(printer, (const char *const *)list);
}

void ticket_put(Printer *printer, const StoreTicket *ticket)
{
	printer_put_string(printer, "ref", ticket->reference);
	printer_put_string(printer, "state", store_state_name(ticket->state));
	printer_put_string(printer, "subject", ticket->subject);
	printer_put_string(printer, "customer", ticket->customer_address);
	printer_put_string(printer, "customer_name", ticket->customer_name);
	printer_put_string(printer, "mailbox", ticket->mailbox);
	printer_put_string(printer, "language", ticket->language);
	printer_put_time(printer, "opened_at", ticket->opened_at);
	printer_put_time(printer, "promised_by", ticket->promised_by);
	printer_put_time(printer, "next_update_at", ticket->next_update_at);
	printer_put_time(printer, "heard_at", ticket->heard_at);
	printer_put_time(printer, "resolved_at", ticket->resolved_at);
	printer_put_integer(printer, "messages", ticket->messages);
	printer_put_integer(printer, "mails_sent", ticket->mails_sent);
	put_tags(printer, ticket->tags);
	printer_put_integer(printer, "priority", ticket->priority);
	printer_put_integer(printer, "urgency", ticket->urgency);
	printer_put_string(printer, "assignee", ticket->assignee);
	printer_put_string(printer, "type", ticket->type);
	printer_put_string(printer, "cause", ticket->cause);
	printer_put_time(printer, "answered_at", ticket->answered_at);
	printer_put_string(printer, "answered_by", ticket->answered_by);
	printer_put_time(printer, "surveyed_at", ticket->surveyed_at);
	printer_put_integer(printer, "reopened", ticket->reopened_count);
	printer_put_string(printer, "update_words", ticket->update_words);
	printer_put_string(printer, "complainer", ticket->complainer);
	printer_put_string(
		printer, "complainer_reason", ticket->complainer_reason);
	printer_put_integer(printer, "promises_missed", ticket->late_count);
	printer_put_string(printer, "quiet", ticket->quiet);
	printer_put_boolean(printer, "authenticated", ticket->authenticated);
}

void outbox_put(Printer *printer, const StoreOutbox *row)
{
	printer_put_integer(printer, "id", row->id);
	printer_put_string(printer, "kind", row->kind);
	printer_put_integer(printer, "sequence", row->sequence);
	printer_put_string(printer, "to", row->recipient);
	printer_put_string(
		printer, "state", store_outbox_state_name(row->state));
	printer_put_integer(printer, "attempts", row->attempts);
	printer_put_time(printer, "created_at", row->created_at);
	printer_put_time(printer, "next_at",
		row->state == STORE_OUTBOX_QUEUED ? row->next_at : 0);
	printer_put_time(printer, "settled_at", row->settled_at);
	printer_key(printer, "code");
	if (row->smtp_code)
		printer_integer(printer, row->smtp_code);
	else
		printer_null(printer);
	printer_put_string(printer, "status", row->smtp_status);
	printer_put_string(printer, "answer", row->smtp_text);
	printer_put_string(printer, "message_id", row->message_id);
	printer_put_string(printer, "envelope_from", row->envelope_from);
	printer_put_boolean(printer, "automatic", row->automatic);
	printer_put_time(printer, "handed_at", row->handed_at);
	printer_put_string(printer, "queue_id", row->queue_id);
}
