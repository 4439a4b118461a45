/*
 * An engine over a real store in a folder of its own, with the templates that
 * are shipped, and mails whose analysis is built by hand: what engine tests
 * share.
 */
#ifndef REDRESS_TESTS_ENGINE_FIXTURE_H
#define REDRESS_TESTS_ENGINE_FIXTURE_H

#include <redress/engine.h>

enum {
	MINUTE = 60,
	HOUR = 60 * MINUTE,
	DAY = 24 * HOUR,
	NOW = 1795521600, /* Tuesday 2026-11-24 12:00 UTC, 14:00 in Tallinn */
};

typedef struct Desk Desk;
struct Desk {
	char *folder, *target;
	ReplyTemplates *templates;
	GPtrArray *calendars; /* PromiseCalendar */
	Engine *engine;
	Store *reader; /* what a second connection sees */
};

/* In a folder in memory, where there is such a place, for tests that commit so
 * often that a disk would be what they measure. */
Desk *desk_new(bool in_memory);
/* Stops the engine and removes the folder. */
void desk_free(Desk *desk);

/* Office hours in this zone; lives as long as the desk. */
PromiseCalendar *desk_calendar(Desk *desk, const char *time_zone);

/* A mailbox with a day's interval and eight office hours to answer. */
EngineMailbox desk_mailbox(Desk *desk, const char *address);

/* Limits as they are shipped, but no cap a minute. */
EnginePolicyOptions desk_limits(void);

/* options: limits, mailboxes; the rest is filled in.  (transfer full) */
EnginePolicy *desk_policy(Desk *desk, EnginePolicyOptions options);
void desk_open(Desk *desk, EnginePolicy *policy, const EngineOptions *hooks);
void desk_close(Desk *desk);

/* A complaint in English; its Message-ID is new.  (transfer full) */
Analysis *mail_new(const char *from, const char *subject);
void mail_set(char **field, const char *value);

/* What a front end would hand in; raw is made from the analysis, so that the
 * same analysis is the same mail.  Fails the test if the engine does. */
typedef struct Delivery Delivery;
struct Delivery {
	const Analysis *mail;
	const char *to[4]; /* NULL-terminated */
	const char *envelope_from;
	int64_t now_s;
};
/* May be called from any thread: fails no test.  (transfer full) */
bool desk_try(Desk *desk, const Delivery *delivery, EngineReceipt *ret_receipt,
	GError **error);
/* The receipt is to be cleared. */
EngineReceipt desk_receive(Desk *desk, const Delivery *delivery);

/* Reads that fail the test when the store does. */
StoreTicket *desk_ticket(Desk *desk, const char *reference);
GPtrArray *desk_tickets(Desk *desk);
GPtrArray *desk_outbox(Desk *desk, const StoreTicket *ticket);
GPtrArray *desk_events(Desk *desk, const StoreTicket *ticket);
/* Of answers, or of the kind. */
GPtrArray *desk_promises(Desk *desk, const StoreTicket *ticket);
GPtrArray *desk_promises_of(
	Desk *desk, const StoreTicket *ticket, enum store_promise_kind kind);
GPtrArray *desk_messages(Desk *desk, int64_t ticket_id);
int64_t desk_deadline(
	Desk *desk, const StoreTicket *ticket, enum store_deadline kind);
StoreOutbox *desk_row(Desk *desk, int64_t id);

/* The ticket's rows of this kind, or of all kinds (NULL). */
unsigned desk_count(Desk *desk, const StoreTicket *ticket, const char *kind);
unsigned desk_count_events(
	Desk *desk, const StoreTicket *ticket, const char *what);

/* Runs what is due until nothing is. */
void desk_run_deadlines(Desk *desk, int64_t now_s);

/* Leases everything due. */
GPtrArray *desk_lease(Desk *desk, int64_t now_s);
void desk_settle(Desk *desk, int64_t id, enum engine_outcome outcome, int code,
	const char *status, int64_t now_s);

/* Headers and parts of a mail that we composed, transfer encodings undone, to
 * be searched.  (transfer full) */
char *desk_plain(Desk *desk, int64_t outbox_id);

#endif
