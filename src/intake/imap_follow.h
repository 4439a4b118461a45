/* What follows a folder, and what is known of it while the process lives. */
#ifndef REDRESS_INTAKE_IMAP_FOLLOW_H
#define REDRESS_INTAKE_IMAP_FOLLOW_H

#include "imap.h"

typedef struct ImapPlace ImapPlace;
struct ImapPlace {
	char *name;
	bool sent;
	StoreFolder *state; /* NULL until it is read from the store */
	/* Fetching broke: one mail at a time, to see which it is. */
	bool careful;
	uint32_t suspect_uid;
	unsigned suspect_times;
	uint64_t done, total; /* of a scan of old mail; 0: none */
};
void imap_place_clear(ImapPlace *place);

typedef struct ImapFollower ImapFollower;
struct ImapFollower {
	const IntakeImapOptions *options;
	GCancellable *stop;
	GThreadPool *pool; /* runs imap_follow_work() */
	void *batch;       /* in hand, for the pool */
};

enum { IMAP_FOLLOW_THREADS = 16 };
void imap_follow_work(gpointer job, gpointer follower);

/* What the store knows of the place, if it was not asked yet. */
bool imap_place_load(ImapFollower *follower, ImapPlace *place, GError **error);

/* Contact, or what was wrong (nullable), for `redress mailbox`. */
void imap_place_note(
	ImapFollower *follower, ImapPlace *place, const GError *problem);

/* Selects the folder and takes what is new in it; *ret_taken mails. */
bool imap_follow_look(ImapFollower *follower, ImapSession *session,
	ImapPlace *place, unsigned *ret_taken, GError **error);

/* A header with words instead of its body.  (transfer full) */
GBytes *imap_follow_stand_in(GBytes *header, int64_t size_bytes);

#endif
