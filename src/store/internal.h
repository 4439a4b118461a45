/*
 * What the files of store/ share: the connection, the migrations, and a way
 * to bind and read that keeps each verb on one screen.
 */
#ifndef REDRESS_STORE_INTERNAL_H
#define REDRESS_STORE_INTERNAL_H

#include <redress/store.h>

struct Store {
	const DbDriver *driver;
	DbConnection *connection;
};

/* ---- schema.c ---------------------------------------------------------- */

/* Migration n brings the schema from version n to n + 1. */
extern const char *const store_migrations[];
extern const int store_migrations_length;

/* No event that most mails make: the third migration has an index of the
 * others, so this text stays as it is.  The commonest come first, and no IN:
 * SQLite would build its list anew for each event. */
#define EVENT_RARE                                                             \
	"what <> 'opened' AND what <> 'acknowledged' AND what <> 'sent'"       \
	" AND what <> 'handed-over' AND what <> 'added'"                       \
	" AND what <> 'not-mailed' AND what <> 'updated'"                      \
	" AND what <> 'recorded' AND what <> 'deferred'"                       \
	" AND what <> 'waiting-for-server' AND what <> 'late'"                 \
	" AND what <> 'resolved' AND what <> 'closed'"

/* ---- query.c ----------------------------------------------------------- */

/*
 * Prepares sql (a constant) and binds its parameters after the letters of
 * types:
 *
 *	i  int64_t		I  int64_t, 0 is NULL
 *	t  const char *, NULL is NULL
 *	b  GBytes *, NULL is NULL
 *
 * NULL on failure.  (transfer none): reset it when it has been read.
 */
DbStatement *query_start(
	Store *store, GError **error, const char *sql, const char *types, ...);

/* The same for a statement that gives no row. */
bool query_run(
	Store *store, GError **error, const char *sql, const char *types, ...);

/* One row, one integer; ret is untouched if there is no row. */
bool query_integer(Store *store, int64_t *ret, GError **error, const char *sql,
	const char *types, ...);

/* One row, one text; *ret is NULL if there is none. */
bool query_text(Store *store, char **ret, GError **error, const char *sql,
	const char *types, ...);

/* The bytes of the one row with this id, unpacked; NOT_FOUND names it by
 * what. */
bool query_packed(Store *store, int64_t id, const char *what,
	GBytes **ret_bytes, GError **error, const char *sql);

/*
 * Reads a row with the given function until there is none; each is added to
 * rows, which may be NULL to read one only and give it in *ret_first.
 */
typedef void *(*query_read)(Store *store, DbStatement *statement);
bool query_list(Store *store, DbStatement *statement, query_read read,
	GPtrArray *rows, GError **error);
bool query_first(Store *store, DbStatement *statement, query_read read,
	void **ret_first, GError **error);

/* Columns, from 0; the text is copied. */
int64_t column_integer(Store *store, DbStatement *statement, int column);
char *column_text(Store *store, DbStatement *statement, int column);

/* ---- ticket_list.c ----------------------------------------------------- */

/* In the order in which ticket_read() reads.  Two counts of customers' mails,
 * since both are read from indexes and the mails are not. */
#define TICKET_FIELDS                                                          \
	"SELECT t.id, t.reference, t.mailbox, t.state, t.subject,"             \
	"	t.customer, t.customer_address, t.customer_name, t.language,"        \
	"	t.authenticated, t.opened_at, t.heard_at, t.promised_by,"            \
	"	t.resolved_at, t.quiet, t.late_count, t.assignee, t.type,"           \
	"	t.complainer, t.priority, t.urgency,"                                \
	"	(SELECT d.due_at FROM deadline d WHERE d.ticket_id = t.id"           \
	"		AND d.kind = 'follow-up'),"                                         \
	"	(SELECT count(*) FROM message m WHERE m.ticket_id = t.id)"           \
	"	- (SELECT count(*) FROM message a WHERE a.ticket_id = t.id"          \
	"		AND a.agent IS NOT NULL),"                                          \
	"	(SELECT count(*) FROM outbox o WHERE o.ticket_id = t.id"             \
	"		AND o.state = 'sent'),"                                             \
	"	(SELECT group_concat(g.tag) FROM tag g"                              \
	"		WHERE g.ticket_id = t.id),"                                         \
	"	t.complainer_reason, t.thread_index, t.thread_topic,"                \
	"	t.cause, t.update_words, t.answered_by, t.answered_at,"              \
	"	t.surveyed_at, t.reopened_count, t.merged_into,"                     \
	"	t.questions, t.asked_at, t.reminders, t.settle_by,"                  \
	"	t.settle_left_s, t.letters, t.policy"

void *ticket_read(Store *store, DbStatement *row);

/* ---- outbox.c ---------------------------------------------------------- */

/*
 * A condition on outbox rows, whose first two parameters it binds: the
 * addresses as outbox_join_route() writes them, and whether they are the ones
 * wanted.  No address holds a line break.
 */
#define OUTBOX_ON_ROUTE                                                        \
	" AND (SELECT instr(?1, char(10) || t.mailbox || char(10)) > 0"        \
	"	FROM ticket t WHERE t.id = ticket_id) = ?2"

/* (transfer full) */
char *outbox_join_route(const StoreRoute *route);

/* ---- words.c ----------------------------------------------------------- */

/* The ticket has just been settled: from now on it can be found again. */
bool words_settle(Store *store, int64_t ticket_id, GError **error);

#endif
