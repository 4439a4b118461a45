/*
 * config: redress.conf as a plain value.  One settings table (name, type,
 * default, least, most, unit, help) drives the parser (libconfuse), the
 * cross-checks, `redress check` and the test that the sample file and
 * redress.conf(5) name every setting.
 */
#ifndef REDRESS_CONFIG_H
#define REDRESS_CONFIG_H

#include <redress/base.h>
#include <redress/promise.h>

#define CONFIG_ERROR config_error_quark()
GQuark config_error_quark(void);

enum config_tls {
	CONFIG_TLS_NONE,     /* plain; refused unless loopback or allowed */
	CONFIG_TLS_STARTTLS, /* required */
	CONFIG_TLS_IMPLICIT, /* RFC 8314 */
};

typedef struct ConfigCalendar ConfigCalendar;
struct ConfigCalendar {
	char *name;
	char *time_zone;
	char **hours;
	char **holidays; /* absolute paths (relative ones: to the file) */
	PromiseCalendar *calendar; /* ready made */
};

/* A mailbox at a provider. */
typedef struct ConfigImap ConfigImap;
struct ConfigImap {
	char *host; /* NULL: none is watched */
	unsigned port;
	enum config_tls tls;
	bool allow_plain;
	char *ca_file;
	char *user;
	char *password_file, *password_command;
	char *oauth2_token_file, *oauth2_command;
	char *folder;
	char *move_to;
	bool watch_sent;
	char *sent_folder;
	char *start_from; /* "now", a date, "everything" */
	int64_t poll_every_s, timeout_s;
	int64_t message_bytes;
	char *authserv_id; /* of the provider (nullable) */
};

/* How the mail of one mailbox leaves, if not as the others'. */
typedef struct ConfigSubmission ConfigSubmission;
struct ConfigSubmission {
	char *host; /* NULL: as the top section says */
	unsigned port;
	enum config_tls tls;
	bool allow_plain;
	char *ca_file;
	char *user;
	char *password_file, *password_command;
	char *oauth2_token_file, *oauth2_command;
	unsigned connections;
	int64_t timeout_s;
	unsigned mails_per_minute; /* 0: as many as it takes */
	bool file_sent;            /* a copy into the folder of sent mail */
};

enum config_briefing {
	CONFIG_BRIEFING_NONE,
	CONFIG_BRIEFING_PROBLEMS, /* urgent, reopened, VIP, a kind of complainer
				   */
	CONFIG_BRIEFING_ALL,
	CONFIG_BRIEFING_BY_MAILBOX, /* all with imap, else problems */
};

typedef struct ConfigTeam ConfigTeam;
struct ConfigTeam {
	char *name;
	char **agents;    /* addresses */
	char *supervisor; /* (nullable) */
	char **managers;
	char **logins; /* "NAME=address": who a SMTP AUTH name is */
	enum config_briefing briefing;
};

enum config_agent_reply {
	CONFIG_AGENT_RELAY,  /* answers come to us, and we send them on */
	CONFIG_AGENT_DIRECT, /* agents write to the customer, through us */
};

enum config_agent_from {
	CONFIG_AGENT_FROM_MAILBOX, /* the complaint address */
	CONFIG_AGENT_FROM_AGENT,   /* the agent's own */
};

enum config_accept {
	CONFIG_ACCEPT_EVERYTHING,
	CONFIG_ACCEPT_COMPLAINTS, /* only what reads like one opens a ticket */
};

/* A canned answer that a customer is mailed if their ticket is still open so
 * long after it was opened. */
typedef struct ConfigLetter ConfigLetter;
struct ConfigLetter {
	PromiseDuration after;
	char *name;
};

/*
 * What is promised: of a section policy, of a mailbox, or of a mailbox by one
 * of its policies.
 */
typedef struct ConfigTerms ConfigTerms;
struct ConfigTerms {
	char *policy;      /* its name; NULL: a mailbox's own */
	char **applies_to; /* one of these words must hold; empty: all do */
	PromiseDuration answer_within;
	PromiseDuration resolve_within; /* amount 0: not promised */
	int64_t follow_up_every_s;
	PromiseQuiet quiet_hours;     /* of follow-ups */
	PromiseDuration late_notice;  /* customer hears this long before */
	unsigned late_most;           /* new times before a person must */
	PromiseDuration remind_after; /* of what a customer was asked */
	unsigned reminders;
	int64_t end_waiting_after_s; /* the last reminder; 0: never */
	bool waiting_pauses;         /* the time of resolve_within */
	GArray *letters;             /* ConfigLetter */
};

typedef struct ConfigMailbox ConfigMailbox;
struct ConfigMailbox {
	char *address;
	char *folded;   /* base_address_fold(address) */
	char **aliases; /* further addresses of the same mailbox */
	char **aliases_folded;
	char *name; /* as customers read it; default: the address */
	char *language;
	char **policies; /* names, in the order in which they are tried */
	/* ConfigTerms, one for each policy in that order, what it does not say
	 * taken from the mailbox; then those of the mailbox itself, which apply
	 * to all.  Never empty. */
	GPtrArray *terms;
	const ConfigTerms *own;   /* (transfer none): the last of them */
	int64_t close_after_s;    /* resolved becomes closed */
	ConfigCalendar *calendar; /* (transfer none) never NULL */
	ConfigTeam *team;         /* (transfer none) (nullable) */
	bool tag_subject;         /* [#REF] in the delivered copy */
	bool plus_addresses;      /* the mailbox takes user+detail */
	bool own_tickets;         /* a mail also sent to another mailbox of
				     ours gets a ticket here too */
	bool acknowledge;         /* off: record and follow, send no ack */
	enum config_accept accept;
	unsigned accept_threshold; /* percent */
	char **vip;                /* addresses and "@domain"s */
	enum config_agent_reply agent_reply;
	enum config_agent_from agent_from; /* of direct answers */
	ConfigImap imap;
	ConfigSubmission submission;
	int64_t nudge_before_s;     /* the team hears; 0: it does not */
	int64_t collision_window_s; /* of two agents' answers; 0: none */
	int64_t survey_after_s;     /* the resolution; 0: no question */
	int64_t aftercare_after_s;  /* likewise */
};

typedef struct Config Config;
struct Config {
	char *file; /* where it was read */
	char *hostname;
	char *token_key_file;
	char **template_directories; /* shipped first, the admin's last */

	struct {
		char *driver; /* "sqlite" */
		char *path;
	} store;
	struct {
		char *socket; /* libmilter's form; "fd:3" if inherited */
		unsigned socket_mode; /* unix socket: 0660 */
		char *socket_group;   /* (nullable) */
		int64_t timeout_s;
	} milter;
	struct {
		char *host;
		unsigned port;
		enum config_tls tls;
		bool allow_plain; /* no TLS although not loopback */
		char *ca_file;    /* (nullable): system trust */
		char *user;       /* (nullable): no AUTH */
		char *password_file;
		unsigned connections;
		int64_t timeout_s;
		int64_t give_up_after_s; /* 4xx for so long: failed */
	} submission;
	struct {
		char *authserv_id; /* (nullable): trust nobody's */
	} trust;
	struct {
		char *program;
		unsigned processes;
		int64_t timeout_ms;
		int64_t cpu_s;
		int64_t memory_bytes;
		unsigned mails_per_process;
	} parser;
	struct {
		int64_t message_bytes; /* larger: 552 */
		int64_t memory_bytes;  /* of mails in hand; beyond: 451 */
		unsigned acks_per_sender_per_day;
		unsigned automatic_per_thread_per_day;
		unsigned escalations_per_day; /* of a mailbox */
		unsigned briefings_per_hour;  /* likewise */
		/* All tickets together: answers, and what deadlines start. */
		unsigned automatic_per_minute;
	} limits;
	enum base_log_level log_level;

	GPtrArray *policies;  /* ConfigTerms: as written, over the defaults */
	GPtrArray *calendars; /* ConfigCalendar */
	GPtrArray *teams;     /* ConfigTeam */
	GPtrArray *mailboxes; /* ConfigMailbox, at least one */
};

/*
 * Reads a file.  The error names file, line, key and the cure, and for an
 * unknown key the nearest known one.  (transfer full)
 */
Config *config_load(const char *path, GError **error);
void config_free(Config *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Config, config_free)

/*
 * The mailbox that an envelope recipient belongs to: case folded, plus-detail
 * left out where the mailbox takes it; NULL if none.  *ret_detail is the
 * detail or NULL.  (transfer none)
 */
const ConfigMailbox *config_mailbox(
	const Config *config, const char *address, char **ret_detail);

/* The first team that lists this address as agent, supervisor or manager. */
const ConfigTeam *config_staff(const Config *config, const char *address);

/* Folded addresses of all mailboxes and aliases, NULL-terminated.
 * (transfer container) */
const char **config_our_addresses(const Config *config);

/* ---- the settings table, for the man page's test and completion -------- */

enum config_type {
	CONFIG_STRING,
	CONFIG_STRING_LIST,
	CONFIG_INTEGER,
	CONFIG_BOOLEAN,
	CONFIG_DURATION, /* s m h d, business hours, business days */
	CONFIG_SIZE,     /* bytes; k M G */
	CONFIG_CHOICE,
};

typedef struct ConfigSetting ConfigSetting;
struct ConfigSetting {
	const char *section; /* "" for the top, "mailbox", "mailbox.imap" */
	const char *name;
	enum config_type type;
	const char *initial; /* default as it would be written; NULL: none */
	int64_t least, most; /* numbers, seconds, bytes */
	const char *unit;    /* (nullable) */
	const char *choices; /* "none starttls implicit" (nullable) */
	const char *help;
};

/* The table and its length.  What a mailbox and a policy both have is there
 * twice; in a policy without a default: it is as the mailbox has it. */
const ConfigSetting *config_settings(size_t *ret_length);

#endif
