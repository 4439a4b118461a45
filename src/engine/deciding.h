/* decide, between its files. */
#ifndef REDRESS_ENGINE_DECIDING_H
#define REDRESS_ENGINE_DECIDING_H

#include "decide.h"

/* A decision that changes nothing yet. */
Decision decide_start(const DecideFacts *facts, const char *what);

/* Resolved or closed. */
bool decide_is_settled(const StoreTicket *ticket);

/* A time was named for the answer, and has passed. */
bool decide_promise_passed(const DecideFacts *facts);
bool decide_settlement_passed(const DecideFacts *facts);

/* No automatic mail from now on, for this reason. */
void decide_fall_silent(
	Decision *decision, const DecideFacts *facts, const char *guard);

/* Counted by the backstops. */
void decide_send_automatic(Decision *decision, enum reply_kind mail);

/* What withholds an automatic mail, or NULL: the thread's own backstop,
 * whatever the mail; ... */
const char *decide_thread_guard(const DecideFacts *facts, bool unquiet);
/* ... that of all the customer's tickets. */
const char *decide_customer_guard(const DecideFacts *facts);

/* Open again, with a new promise. */
void decide_reopen(Decision *decision, const DecideFacts *facts);

/* silent: the customer hears nothing of it. */
Decision decide_resolve(const DecideFacts *facts, bool silent);

#endif
