#include "internal.h"

/*
 * Append only: a migration that was released is never changed.  Times are
 * seconds since the epoch, UTC.  Addresses in columns named "folded", and
 * ticket.customer and *.mailbox, are base_address_fold()ed.
 */
static const char first[] =
	"CREATE TABLE ticket ("
	"	id INTEGER PRIMARY KEY,"
	"	reference TEXT NOT NULL UNIQUE,"
	"	mailbox TEXT NOT NULL,"
	"	state TEXT NOT NULL CHECK (state IN"
	"		('open', 'waiting', 'resolved', 'closed')),"
	"	subject TEXT,"
	"	customer TEXT NOT NULL,"
	"	customer_address TEXT NOT NULL,"
	"	customer_name TEXT,"
	"	language TEXT NOT NULL,"
	"	authenticated INTEGER NOT NULL,"
	"	opened_at INTEGER NOT NULL,"
	"	heard_at INTEGER,"
	"	promised_by INTEGER,"
	"	resolved_at INTEGER,"
	"	quiet TEXT,"
	"	late_count INTEGER NOT NULL DEFAULT 0,"
	"	assignee TEXT,"
	"	type TEXT,"
	"	complainer TEXT,"
	"	priority INTEGER NOT NULL DEFAULT 0,"
	"	urgency INTEGER NOT NULL DEFAULT 0"
	") STRICT;"
	"CREATE INDEX ticket_customer ON ticket (customer, opened_at);"
	"CREATE INDEX ticket_state ON ticket (state, id);"

	"CREATE TABLE participant ("
	"	ticket_id INTEGER NOT NULL REFERENCES ticket (id)"
	"		ON DELETE CASCADE,"
	"	folded TEXT NOT NULL,"
	"	PRIMARY KEY (ticket_id, folded)"
	") STRICT, WITHOUT ROWID;"

	"CREATE TABLE tag ("
	"	ticket_id INTEGER NOT NULL REFERENCES ticket (id)"
	"		ON DELETE CASCADE,"
	"	tag TEXT NOT NULL,"
	"	PRIMARY KEY (ticket_id, tag)"
	") STRICT, WITHOUT ROWID;"

	"CREATE TABLE thread ("
	"	message_id TEXT NOT NULL,"
	"	ticket_id INTEGER NOT NULL REFERENCES ticket (id)"
	"		ON DELETE CASCADE,"
	"	PRIMARY KEY (message_id, ticket_id)"
	") STRICT, WITHOUT ROWID;"
	"CREATE INDEX thread_ticket ON thread (ticket_id);"

	"CREATE TABLE message ("
	"	id INTEGER PRIMARY KEY,"
	"	ticket_id INTEGER REFERENCES ticket (id) ON DELETE CASCADE,"
	"	dedupe TEXT NOT NULL UNIQUE,"
	"	kind TEXT NOT NULL,"
	"	guard TEXT,"
	"	guard_detail TEXT,"
	"	message_id TEXT,"
	"	mailbox TEXT NOT NULL,"
	"	sender TEXT,"
	"	envelope_from TEXT,"
	"	subject TEXT,"
	"	own_text TEXT,"
	"	language TEXT,"
	"	source TEXT NOT NULL,"
	"	queue_id TEXT,"
	"	received_at INTEGER NOT NULL,"
	"	size_bytes INTEGER NOT NULL,"
	"	authenticated INTEGER NOT NULL"
	") STRICT;"
	"CREATE INDEX message_ticket ON message (ticket_id, id);"

	/* Apart, so that a list of messages never reads the mails. */
	"CREATE TABLE raw ("
	"	message_id INTEGER PRIMARY KEY REFERENCES message (id)"
	"		ON DELETE CASCADE,"
	"	packed BLOB NOT NULL"
	") STRICT;"

	"CREATE TABLE outbox ("
	"	id INTEGER PRIMARY KEY,"
	"	ticket_id INTEGER NOT NULL REFERENCES ticket (id)"
	"		ON DELETE CASCADE,"
	"	kind TEXT NOT NULL,"
	"	sequence INTEGER NOT NULL,"
	"	recipient TEXT NOT NULL,"
	"	recipient_folded TEXT NOT NULL,"
	"	envelope_from TEXT NOT NULL,"
	"	message_id TEXT NOT NULL UNIQUE,"
	"	automatic INTEGER NOT NULL,"
	"	state TEXT NOT NULL CHECK (state IN ('queued', 'leased',"
	"		'uncertain', 'sent', 'failed', 'unknown',"
	"		'withdrawn')),"
	"	attempts INTEGER NOT NULL DEFAULT 0,"
	"	uncertain INTEGER NOT NULL DEFAULT 0,"
	"	created_at INTEGER NOT NULL,"
	"	next_at INTEGER NOT NULL,"
	"	lease_until INTEGER,"
	"	lease_owner TEXT,"
	"	settled_at INTEGER,"
	"	handed_at INTEGER,"
	"	queue_id TEXT,"
	"	handed_boot TEXT,"
	"	smtp_code INTEGER,"
	"	smtp_status TEXT,"
	"	smtp_text TEXT,"
	"	packed BLOB NOT NULL,"
	"	UNIQUE (ticket_id, kind, sequence)"
	") STRICT;"
	"CREATE INDEX outbox_queued ON outbox (next_at)"
	"	WHERE state = 'queued';"
	"CREATE INDEX outbox_leased ON outbox (lease_until)"
	"	WHERE state IN ('leased', 'uncertain');"
	"CREATE INDEX outbox_unsent ON outbox (id)"
	"	WHERE state <> 'sent';"
	"CREATE INDEX outbox_recipient"
	"	ON outbox (recipient_folded, created_at);"

	"CREATE TABLE promise ("
	"	id INTEGER PRIMARY KEY,"
	"	ticket_id INTEGER NOT NULL REFERENCES ticket (id)"
	"		ON DELETE CASCADE,"
	"	outbox_id INTEGER NOT NULL REFERENCES outbox (id)"
	"		ON DELETE CASCADE,"
	"	made_at INTEGER NOT NULL,"
	"	due_at INTEGER NOT NULL,"
	"	settled_at INTEGER,"
	"	outcome TEXT CHECK (outcome IN"
	"		('kept', 'broken', 'replaced'))"
	") STRICT;"
	"CREATE INDEX promise_ticket ON promise (ticket_id, id);"

	"CREATE TABLE deadline ("
	"	ticket_id INTEGER NOT NULL REFERENCES ticket (id)"
	"		ON DELETE CASCADE,"
	"	kind TEXT NOT NULL CHECK (kind IN"
	"		('follow-up', 'promise', 'close')),"
	"	due_at INTEGER NOT NULL,"
	"	PRIMARY KEY (ticket_id, kind)"
	") STRICT, WITHOUT ROWID;"
	"CREATE INDEX deadline_due ON deadline (due_at);"

	"CREATE TABLE event ("
	"	id INTEGER PRIMARY KEY,"
	"	ticket_id INTEGER REFERENCES ticket (id) ON DELETE CASCADE,"
	"	message_id INTEGER REFERENCES message (id) ON DELETE SET NULL,"
	"	outbox_id INTEGER REFERENCES outbox (id) ON DELETE SET NULL,"
	"	at INTEGER NOT NULL,"
	"	what TEXT NOT NULL,"
	"	actor TEXT NOT NULL,"
	"	detail TEXT"
	") STRICT;"
	"CREATE INDEX event_ticket ON event (ticket_id, id);";

/* Ids that a mail names and nobody has seen, what a complainer was taken for,
 * and what agents say of it. */
static const char second[] =
	"ALTER TABLE thread ADD COLUMN ghost INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE ticket ADD COLUMN complainer_reason TEXT;"
	"ALTER TABLE ticket ADD COLUMN thread_index TEXT;"
	"ALTER TABLE ticket ADD COLUMN thread_topic TEXT;"
	"ALTER TABLE message ADD COLUMN"
	"	asks_compensation INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE message ADD COLUMN"
	"	language_sure INTEGER NOT NULL DEFAULT 0;"

	"CREATE TABLE correction ("
	"	id INTEGER PRIMARY KEY,"
	"	ticket_id INTEGER NOT NULL REFERENCES ticket (id)"
	"		ON DELETE CASCADE,"
	"	at INTEGER NOT NULL,"
	"	actor TEXT NOT NULL,"
	"	what TEXT NOT NULL CHECK (what IN ('complainer', 'urgency')),"
	"	judged TEXT NOT NULL,"
	"	corrected TEXT NOT NULL"
	") STRICT;"
	"CREATE INDEX correction_ticket ON correction (ticket_id, id);";

/*
 * What agents do.  words_index is filled when a ticket is settled, not when it
 * is opened: an insert into it costs as much as half a mail.  Nothing cascades
 * into a virtual table, and no trigger may touch one in a schema that is not
 * trusted: who deletes tickets deletes there too.
 */
static const char third[] =
	"ALTER TABLE ticket ADD COLUMN cause TEXT;"
	"ALTER TABLE ticket ADD COLUMN update_words TEXT;"
	"ALTER TABLE ticket ADD COLUMN answered_by TEXT;"
	"ALTER TABLE ticket ADD COLUMN answered_at INTEGER;"
	"ALTER TABLE ticket ADD COLUMN surveyed_at INTEGER;"
	"ALTER TABLE ticket ADD COLUMN"
	"	reopened_count INTEGER NOT NULL DEFAULT 0;"
	/* No foreign key: it would cost each mail four per cent. */
	"ALTER TABLE ticket ADD COLUMN merged_into INTEGER;"

	"ALTER TABLE message ADD COLUMN agent TEXT;"
	"ALTER TABLE message ADD COLUMN internal INTEGER NOT NULL DEFAULT 0;"
	"CREATE INDEX message_agent ON message (ticket_id)"
	"	WHERE agent IS NOT NULL;"

	"CREATE TABLE deadline_of_more_kinds ("
	"	ticket_id INTEGER NOT NULL REFERENCES ticket (id)"
	"		ON DELETE CASCADE,"
	"	kind TEXT NOT NULL CHECK (kind IN"
	"		('follow-up', 'promise', 'close',"
	"		'nudge', 'survey', 'aftercare')),"
	"	due_at INTEGER NOT NULL,"
	"	PRIMARY KEY (ticket_id, kind)"
	") STRICT, WITHOUT ROWID;"
	"INSERT INTO deadline_of_more_kinds (ticket_id, kind, due_at)"
	"	SELECT ticket_id, kind, due_at FROM deadline;"
	"DROP TABLE deadline;"
	"ALTER TABLE deadline_of_more_kinds RENAME TO deadline;"
	"CREATE INDEX deadline_due ON deadline (due_at);"

	/* Counted by time; the many that a mail makes are left out. */
	"CREATE INDEX event_rare ON event (what, at)"
	"	WHERE " EVENT_RARE ";"

	"CREATE TABLE words ("
	"	ticket_id INTEGER PRIMARY KEY REFERENCES ticket (id)"
	"		ON DELETE CASCADE,"
	"	words TEXT NOT NULL"
	") STRICT;"
	"CREATE VIRTUAL TABLE words_index USING fts5"
	"	(words, tokenize = 'ascii');"

	"CREATE TABLE compensation ("
	"	id INTEGER PRIMARY KEY,"
	"	ticket_id INTEGER NOT NULL REFERENCES ticket (id)"
	"		ON DELETE CASCADE,"
	"	at INTEGER NOT NULL,"
	"	actor TEXT NOT NULL,"
	"	amount_cents INTEGER NOT NULL,"
	"	currency TEXT NOT NULL"
	") STRICT;"
	"CREATE INDEX compensation_ticket ON compensation (ticket_id, id);"

	"CREATE TABLE rating ("
	"	id INTEGER PRIMARY KEY,"
	"	ticket_id INTEGER NOT NULL REFERENCES ticket (id)"
	"		ON DELETE CASCADE,"
	"	at INTEGER NOT NULL,"
	"	score INTEGER NOT NULL CHECK (score BETWEEN 1 AND 5),"
	"	comment TEXT"
	") STRICT;"
	"CREATE INDEX rating_ticket ON rating (ticket_id, id);"

	"CREATE TABLE vip ("
	"	folded TEXT PRIMARY KEY,"
	"	actor TEXT NOT NULL,"
	"	at INTEGER NOT NULL"
	") STRICT, WITHOUT ROWID;";

/* Where the reading of a provider's folders stands. */
static const char fourth[] =
	/* Named as the server names it. */
	"CREATE TABLE folder ("
	"	mailbox TEXT NOT NULL,"
	"	folder TEXT NOT NULL,"
	"	uidvalidity INTEGER NOT NULL,"
	"	last_uid INTEGER NOT NULL,"
	"	met_at INTEGER,"
	"	old_uid INTEGER NOT NULL DEFAULT 0,"
	"	contact_at INTEGER,"
	"	oldest_at INTEGER,"
	"	failures INTEGER NOT NULL DEFAULT 0,"
	"	problem TEXT,"
	"	capabilities TEXT,"
	"	PRIMARY KEY (mailbox, folder)"
	") STRICT, WITHOUT ROWID;";

/* Policies: what is asked of customers, when a matter is to be settled, and
 * every word that was given. */
static const char fifth[] =
	"ALTER TABLE ticket ADD COLUMN questions TEXT;"
	"ALTER TABLE ticket ADD COLUMN asked_at INTEGER;"
	"ALTER TABLE ticket ADD COLUMN reminders INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE ticket ADD COLUMN settle_by INTEGER;"
	"ALTER TABLE ticket ADD COLUMN settle_left_s INTEGER;"
	"ALTER TABLE ticket ADD COLUMN letters TEXT;"
	"ALTER TABLE ticket ADD COLUMN policy TEXT;"

	"ALTER TABLE promise ADD COLUMN kind TEXT NOT NULL DEFAULT 'answer'"
	"	CHECK (kind IN ('answer', 'settlement', 'update'));"
	"ALTER TABLE promise ADD COLUMN words TEXT;"

	"CREATE TABLE deadline_of_policies ("
	"	ticket_id INTEGER NOT NULL REFERENCES ticket (id)"
	"		ON DELETE CASCADE,"
	"	kind TEXT NOT NULL CHECK (kind IN"
	"		('follow-up', 'promise', 'close',"
	"		'nudge', 'survey', 'aftercare',"
	"		'settle', 'letter', 'remind')),"
	"	due_at INTEGER NOT NULL,"
	"	PRIMARY KEY (ticket_id, kind)"
	") STRICT, WITHOUT ROWID;"
	"INSERT INTO deadline_of_policies (ticket_id, kind, due_at)"
	"	SELECT ticket_id, kind, due_at FROM deadline;"
	"DROP TABLE deadline;"
	"ALTER TABLE deadline_of_policies RENAME TO deadline;"
	"CREATE INDEX deadline_due ON deadline (due_at);";

const char *const store_migrations[] = {
	first,
	second,
	third,
	fourth,
	fifth,
};
const int store_migrations_length = G_N_ELEMENTS(store_migrations);
