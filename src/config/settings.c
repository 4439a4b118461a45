#include "internal.h"

#include <stddef.h>
#include <string.h>

enum {
	SECOND = 1,
	MINUTE = 60,
	HOUR = 60 * MINUTE,
	DAY = 24 * HOUR,
	YEAR = 365 * DAY,
};

#define KILO INT64_C(1024)
#define MEGA (KILO * KILO)
#define GIGA (MEGA * KILO)

/* keep_choice() writes an index. */
G_STATIC_ASSERT(sizeof(enum config_tls) == sizeof(unsigned));
G_STATIC_ASSERT(sizeof(enum config_accept) == sizeof(unsigned));
G_STATIC_ASSERT(sizeof(enum base_log_level) == sizeof(unsigned));
G_STATIC_ASSERT(sizeof(enum config_agent_reply) == sizeof(unsigned));
G_STATIC_ASSERT(sizeof(enum config_agent_from) == sizeof(unsigned));
G_STATIC_ASSERT(sizeof(enum config_briefing) == sizeof(unsigned));

static const ConfigSection sections[] = {
	{"", NULL, "the program as a whole"},
	{"store", NULL, "where tickets are kept"},
	{"milter", NULL, "how the mail server reaches us"},
	{"submission", NULL, "how our own mail leaves"},
	{"trust", NULL, "whose word on authentication counts"},
	{"parser", NULL, "the sandboxed processes that read mail"},
	{"limits", NULL, "what protects us and others from floods"},
	{"mailbox", "complaints@example.com",
		"an address that gets complaints"},
	{"mailbox.imap", NULL, "a mailbox whose mail lives at a provider"},
	{"mailbox.submission", NULL,
		"how the mail of this mailbox leaves, if not as the others'"},
	{"policy", "urgent", "what some tickets are promised"},
	{"calendar", "tallinn", "when people work"},
	{"team", "care", "who answers"},
};

/* clang-format off */
#define IN_CONFIG(member) offsetof(Config, member)
#define IN_MAILBOX(member) offsetof(ConfigMailbox, member)
#define IN_TERMS(member) offsetof(ConfigTerms, member)
#define IN_CALENDAR(member) offsetof(ConfigCalendar, member)
#define IN_TEAM(member) offsetof(ConfigTeam, member)

#define TEXT(section, name, initial, help) \
	{section, name, CONFIG_STRING, initial, 0, 0, NULL, NULL, help}
#define LIST(section, name, initial, help) \
	{section, name, CONFIG_STRING_LIST, initial, 0, 0, NULL, NULL, help}
#define BOOLEAN(section, name, initial, help) \
	{section, name, CONFIG_BOOLEAN, initial, 0, 0, NULL, NULL, help}
#define CHOICE(section, name, initial, choices, help) \
	{section, name, CONFIG_CHOICE, initial, 0, 0, NULL, choices, help}
#define NUMBER(section, name, initial, least, most, unit, help) \
	{section, name, CONFIG_INTEGER, initial, least, most, unit, NULL, help}
#define DURATION(section, name, initial, least, most, unit, help) \
	{section, name, CONFIG_DURATION, initial, least, most, unit, NULL, help}
#define SIZE(section, name, initial, least, most, help) \
	{section, name, CONFIG_SIZE, initial, least, most, "bytes", NULL, help}
/* clang-format on */

#define WALL "wall clock"
#define ANY_TIME "wall clock or business time"

static const ConfigRow rows[] = {
	{TEXT("", "hostname", NULL,
		 "our fully qualified name, in Message-IDs and in HELO"),
		&config_kind_text, IN_CONFIG(hostname), true},
	{CHOICE("", "log_level", "info", "error warning notice info debug",
		 "what is logged: this and what is graver"),
		&config_kind_choice, IN_CONFIG(log_level), true},
	{TEXT("", "token_key_file", NULL,
		 "the key that signs reply addresses and Message-IDs; made at "
		 "the first start; default: redress.key beside the store"),
		&config_kind_path, IN_CONFIG(token_key_file), false},
	{LIST("", "templates", "{ \"" REDRESS_DATA_DIR "/templates\" }",
		 "folders with templates, later ones win; by default also "
		 "templates beside the system's redress.conf, if it is there"),
		&config_kind_paths, IN_CONFIG(template_directories), false},

	{CHOICE("store", "driver", "sqlite", "sqlite", "the kind of database"),
		&config_kind_choice_name, IN_CONFIG(store.driver), true},
	{TEXT("store", "path", "/var/lib/redress/redress.db",
		 "the database file"),
		&config_kind_path, IN_CONFIG(store.path), true},

	{TEXT("milter", "socket", "unix:/var/spool/postfix/redress/milter.sock",
		 "unix:/PATH, inet:PORT@HOST, inet6:PORT@HOST or fd:N; \"\": "
		 "no milter, all mail comes by IMAP"),
		&config_kind_text, IN_CONFIG(milter.socket), false},
	{NUMBER("milter", "mode", "0660", 0600, 0770, "octal",
		 "mode of a unix socket"),
		&config_kind_octal, IN_CONFIG(milter.socket_mode), true},
	{TEXT("milter", "group", "postfix",
		 "group of a unix socket; \"\": leave it as it is"),
		&config_kind_text, IN_CONFIG(milter.socket_group), false},
	{DURATION("milter", "timeout", "2h", 10 * SECOND, DAY, WALL,
		 "how long a silent connection of the mail server is kept"),
		&config_kind_seconds, IN_CONFIG(milter.timeout_s), true},

	{TEXT("submission", "host", "127.0.0.1",
		 "the mail server that takes our mail"),
		&config_kind_text, IN_CONFIG(submission.host), true},
	{NUMBER("submission", "port", "10026", 1, 65535, "port",
		 "its port; one that does not pass our mail to the milter as "
		 "if a customer had sent it"),
		&config_kind_unsigned, IN_CONFIG(submission.port), true},
	{CHOICE("submission", "tls", "none", "none starttls implicit",
		 "encryption; certificates are always verified"),
		&config_kind_choice, IN_CONFIG(submission.tls), true},
	{BOOLEAN("submission", "allow_plain", "false",
		 "permits tls none to a host that is not loopback"),
		&config_kind_boolean, IN_CONFIG(submission.allow_plain), true},
	{TEXT("submission", "ca_file", NULL,
		 "certificates to trust instead of the system's"),
		&config_kind_path, IN_CONFIG(submission.ca_file), false},
	{TEXT("submission", "user", NULL, "name for SMTP AUTH"),
		&config_kind_text, IN_CONFIG(submission.user), false},
	{TEXT("submission", "password_file", NULL,
		 "a file with the password on its first line"),
		&config_kind_path, IN_CONFIG(submission.password_file), false},
	{NUMBER("submission", "connections", "4", 1, 64, "connections",
		 "how many connections send at once"),
		&config_kind_unsigned, IN_CONFIG(submission.connections), true},
	{DURATION("submission", "timeout", "60s", SECOND, HOUR, WALL,
		 "how long an answer of the mail server may take"),
		&config_kind_seconds, IN_CONFIG(submission.timeout_s), true},
	{DURATION("submission", "give_up_after", "5d", MINUTE, 60 * DAY, WALL,
		 "a mail put off for so long has failed"),
		&config_kind_seconds, IN_CONFIG(submission.give_up_after_s),
		true},

	{TEXT("trust", "authserv_id", NULL,
		 "the Authentication-Results (RFC 8601) of this name are "
		 "believed; the mail server must remove forged ones"),
		&config_kind_text, IN_CONFIG(trust.authserv_id), false},

	{TEXT("parser", "program", REDRESS_LIBEXEC_DIR "/redress-parser",
		 "the program that reads mail inside the sandbox"),
		&config_kind_path, IN_CONFIG(parser.program), true},
	{NUMBER("parser", "processes", "2", 1, 64, "processes",
		 "how many mails are read at once"),
		&config_kind_unsigned, IN_CONFIG(parser.processes), true},
	{DURATION("parser", "timeout", "10s", SECOND, 5 * MINUTE, WALL,
		 "time for one mail"),
		&config_kind_milliseconds, IN_CONFIG(parser.timeout_ms), true},
	{DURATION("parser", "cpu", "5s", SECOND, 5 * MINUTE, WALL,
		 "processor time for one mail"),
		&config_kind_seconds, IN_CONFIG(parser.cpu_s), true},
	{SIZE("parser", "memory", "512M", 64 * MEGA, 16 * GIGA,
		 "memory of one process"),
		&config_kind_size, IN_CONFIG(parser.memory_bytes), true},
	{NUMBER("parser", "mails_per_process", "1000", 0, 1000000, "mails",
		 "after so many a process is replaced; 0: never"),
		&config_kind_unsigned, IN_CONFIG(parser.mails_per_process),
		true},

	{SIZE("limits", "message_bytes", "64M", 64 * KILO, GIGA,
		 "a larger mail is refused with 552"),
		&config_kind_size, IN_CONFIG(limits.message_bytes), true},
	{SIZE("limits", "memory_bytes", "512M", MEGA, 64 * GIGA,
		 "all mails in hand together; beyond it the sender hears 451"),
		&config_kind_size, IN_CONFIG(limits.memory_bytes), true},
	{NUMBER("limits", "acks_per_sender_per_day", "3", 1, 1000000, "mails",
		 "acknowledgements to one sender a day"),
		&config_kind_unsigned,
		IN_CONFIG(limits.acks_per_sender_per_day), true},
	{NUMBER("limits", "automatic_per_thread_per_day", "2", 1, 1000, "mails",
		 "automatic mails in one conversation a day"),
		&config_kind_unsigned,
		IN_CONFIG(limits.automatic_per_thread_per_day), true},
	{NUMBER("limits", "escalations_per_day", "20", 1, 1000000, "mails",
		 "mails to a mailbox's supervisor a day; one more says that "
		 "there are more"),
		&config_kind_unsigned, IN_CONFIG(limits.escalations_per_day),
		true},
	{NUMBER("limits", "briefings_per_hour", "60", 0, 1000000, "tickets",
		 "of so many new or reopened tickets of a mailbox the agents "
		 "get a briefing in an hour; 0: no cap"),
		&config_kind_unsigned, IN_CONFIG(limits.briefings_per_hour),
		true},
	{NUMBER("limits", "automatic_per_minute", "600", 0, 1000000, "mails",
		 "automatic mails a minute, all tickets together; 0: no cap"),
		&config_kind_unsigned, IN_CONFIG(limits.automatic_per_minute),
		true},

	{LIST("mailbox", "aliases", NULL,
		 "further addresses of the same mailbox"),
		&config_kind_texts, IN_MAILBOX(aliases), false},
	{TEXT("mailbox", "name", NULL,
		 "the sender's name as customers read it; default: the "
		 "address"),
		&config_kind_text, IN_MAILBOX(name), false},
	{TEXT("mailbox", "language", "en",
		 "ISO 639-1; when a mail gives no sign of its own"),
		&config_kind_text, IN_MAILBOX(language), true},
	{DURATION("mailbox", "close_after", "30d", SECOND, 10 * YEAR, WALL,
		 "a resolved ticket is closed after this time"),
		&config_kind_seconds, IN_MAILBOX(close_after_s), true},
	{LIST("mailbox", "policies", NULL,
		 "names of policies: for a ticket the first that applies to it "
		 "is taken, else what the mailbox itself says"),
		&config_kind_texts, IN_MAILBOX(policies), false},
	{TEXT("mailbox", "calendar", "default",
		 "a calendar's name; \"default\" is Mon-Fri 09:00-17:00 UTC "
		 "unless the file defines it"),
		NULL, 0, false},
	{TEXT("mailbox", "team", NULL, "a team's name"), NULL, 0, false},
	{CHOICE("mailbox", "agent_reply", "relay", "relay direct",
		 "how an agent's answer reaches the customer: through us, or "
		 "from the agent's client, changed on its way"),
		&config_kind_choice, IN_MAILBOX(agent_reply), true},
	{CHOICE("mailbox", "agent_from", "mailbox", "mailbox agent",
		 "with agent_reply direct: whose address the customer sees"),
		&config_kind_choice, IN_MAILBOX(agent_from), true},
	{DURATION("mailbox", "nudge_before", "4h", 0, 30 * DAY, WALL,
		 "so long before a word is due the team is reminded; 0s: "
		 "never"),
		&config_kind_seconds, IN_MAILBOX(nudge_before_s), true},
	{DURATION("mailbox", "collision_window", "10m", 0, DAY, WALL,
		 "a second agent's answer within this time of the first is "
		 "held; 0s: none is"),
		&config_kind_seconds, IN_MAILBOX(collision_window_s), true},
	{DURATION("mailbox", "survey_after", "24h", 0, 365 * DAY, WALL,
		 "after the resolution the customer is asked whether they are "
		 "satisfied; 0s: never"),
		&config_kind_seconds, IN_MAILBOX(survey_after_s), true},
	{DURATION("mailbox", "aftercare_after", "14d", 0, 365 * DAY, WALL,
		 "after the resolution the customer is asked whether it stayed "
		 "settled; 0s: never"),
		&config_kind_seconds, IN_MAILBOX(aftercare_after_s), true},
	{BOOLEAN("mailbox", "tag_subject", "true",
		 "[#REFERENCE] in the subject of the delivered copy"),
		&config_kind_boolean, IN_MAILBOX(tag_subject), true},
	{BOOLEAN("mailbox", "plus_addresses", "true",
		 "the mail server delivers user+detail to user"),
		&config_kind_boolean, IN_MAILBOX(plus_addresses), true},
	{BOOLEAN("mailbox", "own_tickets", "false",
		 "a mail that another mailbox of ours got too opens a ticket "
		 "here as well"),
		&config_kind_boolean, IN_MAILBOX(own_tickets), true},
	{BOOLEAN("mailbox", "acknowledge", "true",
		 "send acknowledgements; false: record and follow only"),
		&config_kind_boolean, IN_MAILBOX(acknowledge), true},
	{CHOICE("mailbox", "accept", "everything", "everything complaints",
		 "what opens a ticket; \"complaints\": mail that does not read "
		 "like one passes untouched"),
		&config_kind_choice, IN_MAILBOX(accept), true},
	{NUMBER("mailbox", "accept_threshold", "40", 0, 100, "percent",
		 "with accept complaints: the score that a mail needs; one in "
		 "which nothing speaks for or against has 50"),
		&config_kind_unsigned, IN_MAILBOX(accept_threshold), true},
	{LIST("mailbox", "vip", NULL,
		 "addresses and \"@domain\"s whose complaints are more urgent"),
		&config_kind_texts, IN_MAILBOX(vip), false},

	{TEXT("mailbox.imap", "host", NULL,
		 "the provider's IMAP server; without it none is watched"),
		&config_kind_text, IN_MAILBOX(imap.host), false},
	{NUMBER("mailbox.imap", "port", NULL, 1, 65535, "port",
		 "its port; default: 993 with tls implicit, else 143"),
		&config_kind_unsigned, IN_MAILBOX(imap.port), false},
	{CHOICE("mailbox.imap", "tls", "implicit", "none starttls implicit",
		 "encryption; certificates are always verified"),
		&config_kind_choice, IN_MAILBOX(imap.tls), true},
	{BOOLEAN("mailbox.imap", "allow_plain", "false",
		 "permits tls none to a host that is not loopback"),
		&config_kind_boolean, IN_MAILBOX(imap.allow_plain), true},
	{TEXT("mailbox.imap", "ca_file", NULL,
		 "certificates to trust instead of the system's"),
		&config_kind_path, IN_MAILBOX(imap.ca_file), false},
	{TEXT("mailbox.imap", "user", NULL,
		 "the name to log in with; required with host"),
		&config_kind_text, IN_MAILBOX(imap.user), false},
	{TEXT("mailbox.imap", "password_file", NULL,
		 "a file with the password on its first line"),
		&config_kind_path, IN_MAILBOX(imap.password_file), false},
	{TEXT("mailbox.imap", "password_command", NULL,
		 "a command that writes the password"),
		&config_kind_text, IN_MAILBOX(imap.password_command), false},
	{TEXT("mailbox.imap", "oauth2_token_file", NULL,
		 "a file with an access token, which something else renews"),
		&config_kind_path, IN_MAILBOX(imap.oauth2_token_file), false},
	{TEXT("mailbox.imap", "oauth2_command", NULL,
		 "a command that writes an access token"),
		&config_kind_text, IN_MAILBOX(imap.oauth2_command), false},
	{TEXT("mailbox.imap", "folder", "INBOX", "the folder that is watched"),
		&config_kind_text, IN_MAILBOX(imap.folder), true},
	{TEXT("mailbox.imap", "move_to", NULL,
		 "the folder into which recorded mail is moved; default: it "
		 "stays, and gets the keyword $Redress"),
		&config_kind_text, IN_MAILBOX(imap.move_to), false},
	{BOOLEAN("mailbox.imap", "watch_sent", "false",
		 "answers written in the mailbox itself are found in the "
		 "folder of sent mail, and count"),
		&config_kind_boolean, IN_MAILBOX(imap.watch_sent), true},
	{TEXT("mailbox.imap", "sent_folder", NULL,
		 "the folder of sent mail; default: the one that the server "
		 "marks as such"),
		&config_kind_text, IN_MAILBOX(imap.sent_folder), false},
	{TEXT("mailbox.imap", "start_from", "now",
		 "what is taken of the mail that is there at the first start: "
		 "now (none), a date such as 2026-11-01, or everything, which "
		 "is recorded without an acknowledgement"),
		&config_kind_text, IN_MAILBOX(imap.start_from), true},
	{DURATION("mailbox.imap", "poll_every", "60s", SECOND, DAY, WALL,
		 "how often to look where the server cannot tell of new mail "
		 "by itself (IDLE)"),
		&config_kind_seconds, IN_MAILBOX(imap.poll_every_s), true},
	{DURATION("mailbox.imap", "timeout", "60s", SECOND, HOUR, WALL,
		 "how long the server may take for one command"),
		&config_kind_seconds, IN_MAILBOX(imap.timeout_s), true},
	{SIZE("mailbox.imap", "message_bytes", "64M", 64 * KILO, GIGA,
		 "of a larger mail only the header is read"),
		&config_kind_size, IN_MAILBOX(imap.message_bytes), true},
	{TEXT("mailbox.imap", "authserv_id", NULL,
		 "the Authentication-Results (RFC 8601) of this name are "
		 "believed in mail of this mailbox; the provider must remove "
		 "forged ones"),
		&config_kind_text, IN_MAILBOX(imap.authserv_id), false},

	{TEXT("mailbox.submission", "host", NULL,
		 "the mail server that takes mail of this mailbox; default: "
		 "that of the section submission"),
		&config_kind_text, IN_MAILBOX(submission.host), false},
	{NUMBER("mailbox.submission", "port", NULL, 1, 65535, "port",
		 "its port; default: 465 with tls implicit, else 587"),
		&config_kind_unsigned, IN_MAILBOX(submission.port), false},
	{CHOICE("mailbox.submission", "tls", "implicit",
		 "none starttls implicit",
		 "encryption; certificates are always verified"),
		&config_kind_choice, IN_MAILBOX(submission.tls), true},
	{BOOLEAN("mailbox.submission", "allow_plain", "false",
		 "permits tls none to a host that is not loopback"),
		&config_kind_boolean, IN_MAILBOX(submission.allow_plain), true},
	{TEXT("mailbox.submission", "ca_file", NULL,
		 "certificates to trust instead of the system's"),
		&config_kind_path, IN_MAILBOX(submission.ca_file), false},
	{TEXT("mailbox.submission", "user", NULL, "name for SMTP AUTH"),
		&config_kind_text, IN_MAILBOX(submission.user), false},
	{TEXT("mailbox.submission", "password_file", NULL,
		 "a file with the password on its first line"),
		&config_kind_path, IN_MAILBOX(submission.password_file), false},
	{TEXT("mailbox.submission", "password_command", NULL,
		 "a command that writes the password"),
		&config_kind_text, IN_MAILBOX(submission.password_command),
		false},
	{TEXT("mailbox.submission", "oauth2_token_file", NULL,
		 "a file with an access token, which something else renews"),
		&config_kind_path, IN_MAILBOX(submission.oauth2_token_file),
		false},
	{TEXT("mailbox.submission", "oauth2_command", NULL,
		 "a command that writes an access token"),
		&config_kind_text, IN_MAILBOX(submission.oauth2_command),
		false},
	{NUMBER("mailbox.submission", "connections", "2", 1, 64, "connections",
		 "how many connections send at once"),
		&config_kind_unsigned, IN_MAILBOX(submission.connections),
		true},
	{DURATION("mailbox.submission", "timeout", "60s", SECOND, HOUR, WALL,
		 "how long an answer of the mail server may take"),
		&config_kind_seconds, IN_MAILBOX(submission.timeout_s), true},
	{NUMBER("mailbox.submission", "mails_per_minute", "0", 0, 100000,
		 "mails",
		 "the provider's rate limit; a mail beyond it waits; 0: none"),
		&config_kind_unsigned, IN_MAILBOX(submission.mails_per_minute),
		true},
	{BOOLEAN("mailbox.submission", "file_sent", "false",
		 "a copy of what was sent goes into the folder of sent mail, "
		 "by IMAP"),
		&config_kind_boolean, IN_MAILBOX(submission.file_sent), true},

	{LIST("policy", "applies_to", NULL,
		 "to which tickets: low, normal, high, urgent, meek, "
		 "aggressive, high-roller, rip-off, chronic, vip, type:NAME; "
		 "one must hold; default: to all"),
		&config_kind_tickets, IN_TERMS(applies_to), false},

	/* In a mailbox and in a policy. */
	{DURATION("terms", "answer_within", "8 business hours", SECOND, YEAR,
		 ANY_TIME, "the promise: a person answers within this time"),
		&config_kind_duration, IN_TERMS(answer_within), true},
	{DURATION("terms", "resolve_within", "0s", 0, 2 * YEAR, ANY_TIME,
		 "the whole matter is settled within this time; 0s: no time "
		 "is promised for that"),
		&config_kind_duration, IN_TERMS(resolve_within), true},
	{DURATION("terms", "follow_up_every", "24h", SECOND, 30 * DAY, WALL,
		 "the customer hears from us at least so often"),
		&config_kind_seconds, IN_TERMS(follow_up_every_s), true},
	{TEXT("terms", "quiet_hours", NULL,
		 "\"21:00-08:00\": a follow-up that would fall into this time "
		 "is sent earlier; default: none"),
		&config_kind_quiet, IN_TERMS(quiet_hours), false},
	{DURATION("terms", "late_notice", "1h", SECOND, 30 * DAY, ANY_TIME,
		 "so long before a promise is broken the customer gets a new "
		 "one"),
		&config_kind_duration, IN_TERMS(late_notice), true},
	{NUMBER("terms", "late_most", "3", 0, 20, "times",
		 "so many new times are promised on one ticket before a "
		 "person must"),
		&config_kind_unsigned, IN_TERMS(late_most), true},
	{DURATION("terms", "remind_after", "3d", SECOND, YEAR, ANY_TIME,
		 "a customer who was asked for something, and does not answer, "
		 "is reminded after this time"),
		&config_kind_duration, IN_TERMS(remind_after), true},
	{NUMBER("terms", "reminders", "2", 0, 10, "mails",
		 "how often; 0: never"),
		&config_kind_unsigned, IN_TERMS(reminders), true},
	{DURATION("terms", "end_waiting_after", "7d", 0, YEAR, WALL,
		 "so long after the last reminder the waiting ends; 0s: never "
		 "by itself"),
		&config_kind_seconds, IN_TERMS(end_waiting_after_s), true},
	{BOOLEAN("terms", "waiting_pauses", "true",
		 "while a customer who was asked has not answered, the time "
		 "of resolve_within stands still"),
		&config_kind_boolean, IN_TERMS(waiting_pauses), true},
	{LIST("terms", "letters", NULL,
		 "\"56d NAME\": the canned answer NAME is mailed if the ticket "
		 "is still open so long after it was opened"),
		&config_kind_letters, IN_TERMS(letters), false},

	{TEXT("calendar", "time_zone", "UTC",
		 "a time zone identifier such as Europe/Tallinn"),
		&config_kind_text, IN_CALENDAR(time_zone), true},
	{LIST("calendar", "hours", "{ \"Mon-Fri 09:00-17:00\" }",
		 "when people work"),
		&config_kind_texts, IN_CALENDAR(hours), true},
	{LIST("calendar", "holidays", NULL,
		 "iCalendar files whose days are free"),
		&config_kind_paths, IN_CALENDAR(holidays), false},

	{LIST("team", "agents", NULL, "addresses of those who answer"),
		&config_kind_texts, IN_TEAM(agents), false},
	{LIST("team", "logins", NULL,
		 "\"NAME=address\": whose a name of SMTP AUTH is; a name that "
		 "is an address is its own"),
		&config_kind_texts, IN_TEAM(logins), false},
	{CHOICE("team", "briefing", NULL, "none problems all",
		 "of which new or reopened tickets the agents get a briefing; "
		 "default: all of those of a mailbox with an imap section, "
		 "problems of others"),
		&config_kind_choice, IN_TEAM(briefing), false},
	{TEXT("team", "supervisor", NULL, "gets what is overdue or escalated"),
		&config_kind_text, IN_TEAM(supervisor), false},
	{LIST("team", "managers", NULL, "get the report"), &config_kind_texts,
		IN_TEAM(managers), false},
};

const ConfigRow *config_rows(size_t *ret_length)
{
	*ret_length = G_N_ELEMENTS(rows);
	return rows;
}

const ConfigSection *config_sections(size_t *ret_length)
{
	*ret_length = G_N_ELEMENTS(sections);
	return sections;
}

const char *config_section_inner(
	const ConfigSection *section, const char *outer)
{
	size_t length = strlen(outer);

	return g_str_has_prefix(section->name, outer) &&
			       section->name[length] == '.'
		       ? section->name + length + 1
		       : NULL;
}

bool config_section_is_plain(const ConfigSection *section)
{
	return !section->title && !strchr(section->name, '.');
}

bool config_row_in(const ConfigRow *row, const char *section)
{
	return strcmp(row->setting.section, section) == 0;
}

/* What has the settings of CONFIG_TERMS. */
static const char *const with_terms[] = {"mailbox", "policy", NULL};

bool config_row_allowed(const ConfigRow *row, const char *section)
{
	return config_row_in(row, section) ||
	       (config_row_in(row, CONFIG_TERMS) &&
		       g_strv_contains(with_terms, section));
}

/* The row as it is written in files: once in each of its sections. */
static void append_settings(GArray *settings, const ConfigRow *row)
{
	if (!config_row_in(row, CONFIG_TERMS)) {
		g_array_append_val(settings, row->setting);
		return;
	}
	for (size_t i = 0; with_terms[i]; i++) {
		ConfigSetting setting = row->setting;

		setting.section = with_terms[i];
		if (strcmp(setting.section, "policy") == 0)
			setting.initial = NULL;
		g_array_append_val(settings, setting);
	}
}

const ConfigSetting *config_settings(size_t *ret_length)
{
	static GArray *settings;
	static gsize ready;

	if (g_once_init_enter(&ready)) {
		settings = g_array_new(FALSE, FALSE, sizeof(ConfigSetting));
		for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
			append_settings(settings, &rows[i]);
		g_once_init_leave(&ready, 1);
	}
	*ret_length = settings->len;
	return (const ConfigSetting *)(const void *)settings->data;
}
