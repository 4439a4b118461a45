/*
 * base: what GLib lacks and every room of Redress needs: the clock, ticket
 * references, signed tokens, error codes that say what the caller may do, and
 * the log vocabulary.
 *
 * All functions are thread safe.  Times are seconds since the epoch, UTC.
 */
#ifndef REDRESS_BASE_H
#define REDRESS_BASE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

/*
 * What a caller may do about an error.  Every module has a GError domain of
 * its own; the codes are these for all of them, so that a front end can turn
 * any error into an SMTP reply or an exit code without knowing who failed.
 */
enum redress_error_code {
	REDRESS_ERROR_TEMPORARY, /* retry later: 451, exit 75 */
	REDRESS_ERROR_PERMANENT, /* give up: 5xx, exit 1 */
	REDRESS_ERROR_INVALID,   /* mend the input: exit 2 */
	REDRESS_ERROR_NOT_FOUND, /* no such thing: exit 1 */
	REDRESS_ERROR_CONFLICT,  /* somebody else was first: exit 1 */
	REDRESS_ERROR_UNKNOWN,   /* unknown whether it happened */
};

#define BASE_ERROR base_error_quark()
GQuark base_error_quark(void);

/* The name of a code for logs and JSON: "temporary", "permanent", ... */
const char *redress_error_code_name(int code);

/* The code that fits a system call's failure: what may pass is temporary. */
int redress_error_code_from_errno(int errnum);

/* ---- clock ------------------------------------------------------------ */

/* Wall clock.  Only daemon/, cli/ and the front ends call these. */
int64_t base_clock_now_s(void);
int64_t base_clock_now_ms(void);

/* Monotonic milliseconds, for time-outs and measurements. */
int64_t base_clock_monotonic_ms(void);

/* The kernel's boot id, which changes with every boot; "" if unknown. */
const char *base_boot_id(void);

/* RFC 3339 in UTC: "2026-11-24T14:00:00Z".  (transfer full) */
char *base_time_to_rfc3339(int64_t time_s);

/* RFC 5322 date in UTC: "Tue, 24 Nov 2026 14:00:00 +0000".  (transfer full) */
char *base_time_to_rfc5322(int64_t time_s);

/* ---- the end ---------------------------------------------------------- */

/* The signals on which the daemon ends: those that libmilter waits for itself,
 * and stops on. */
void base_end_signals(sigset_t *ret_set);

/* Waits for one of them; every thread has them blocked. */
void base_end_wait(void);

/* ---- ticket references ------------------------------------------------ */

/* "7K3F-92QX": seven random Crockford base-32 digits and a check digit. */
enum { BASE_REFERENCE_LENGTH = 9 };

/* A new random reference.  (transfer full) */
char *base_reference_new(void);

/*
 * Reads a reference as people type it: any case, with or without the hyphen,
 * O for 0, I and L for 1.  Returns it in canonical form, or NULL if it is not
 * one (wrong length, alphabet or check digit).  (transfer full) (nullable)
 */
char *base_reference_parse(const char *text);

/*
 * The first well-formed reference that a text carries as "[#7K3F-92QX]", in
 * canonical form, or NULL.  (transfer full) (nullable)
 */
char *base_reference_find(const char *text);

/* ---- signed tokens ---------------------------------------------------- */

/*
 * A token is a short keyed MAC over a purpose and a payload, written in
 * lower-case base 32 so that it survives the local part of an address, where
 * case may be folded on the way.  It routes; it never authorises.
 *
 * Sizes: 10 bytes of MAC (BLAKE2b, libsodium crypto_generichash, keyed) after
 * a payload of at most 24 bytes: at most 55 characters.
 */
enum { BASE_KEY_BYTES = 32, BASE_TOKEN_PAYLOAD_MAX = 24 };

typedef struct BaseKey BaseKey;
struct BaseKey {
	unsigned char bytes[BASE_KEY_BYTES];
};

/*
 * Reads the key file, or makes one (mode 0600, written whole before it gets
 * its name) if it is not there and create is set.  A file that others can
 * read or of the wrong size is refused (REDRESS_ERROR_INVALID).
 */
bool base_key_load(
	const char *path, bool create, BaseKey *ret_key, GError **error);

/* purpose is a word such as "reply" or "bounce".  (transfer full) */
char *base_token_sign(
	const BaseKey *key, const char *purpose, const char *payload);

/*
 * The payload if the token is ours and for this purpose, else NULL.  Letters
 * of either case are taken.  Constant-time in the MAC.
 * (transfer full) (nullable)
 */
char *base_token_open(
	const BaseKey *key, const char *purpose, const char *token);

/*
 * A Message-ID of ours, without angle brackets: "TOKEN.RANDOM@hostname" where
 * TOKEN is signed for purpose "message-id" over the ticket's reference.
 * (transfer full)
 */
char *base_message_id_new(
	const BaseKey *key, const char *reference, const char *hostname);

/*
 * The ticket's reference if the Message-ID (with or without brackets) was made
 * by base_message_id_new() with this key, whatever the host name; else NULL.
 * (transfer full) (nullable)
 */
char *base_message_id_open(const BaseKey *key, const char *message_id);

/* ---- addresses -------------------------------------------------------- */

/*
 * The form in which two addresses are compared: the whole folded by Unicode
 * case folding (g_utf8_casefold) and NFC, no brackets.  Invalid UTF-8 is folded
 * as ASCII.  (transfer full)
 */
char *base_address_fold(const char *address);

/*
 * Splits "user+detail@domain" at the first '+' of the local part.  Returns
 * "user@domain"; *ret_detail, if asked for, is the detail or NULL.
 * (transfer full)
 */
char *base_address_without_detail(const char *address, char **ret_detail);

/*
 * The line in our mails to staff above which answers are written: all of it,
 * as a line of its own.  Whatever is quoted below is dropped.  Here, since
 * those who write it and those who look for it do not see each other.
 */
#define BASE_ANSWER_MARKER "##- Write your answer above this line -##"

/* ---- log -------------------------------------------------------------- */

/*
 * One line per event that an administrator would grep for: a verb in the past
 * tense and key=value fields.  Values are escaped: whoever writes the mail
 * never writes the log.  To journald as fields (REDRESS_TICKET=...), else to
 * standard error as text.
 *
 *	base_log(BASE_LOG_NOTICE, "mail not acknowledged",
 *		"ticket", ref, "guard", "auto-submitted", NULL);
 */
enum base_log_level {
	BASE_LOG_ERROR,
	BASE_LOG_WARNING,
	BASE_LOG_NOTICE,
	BASE_LOG_INFO,
	BASE_LOG_DEBUG,
};

/* Where the log goes; called once, before any thread. */
void base_log_init(const char *program, enum base_log_level most);

/* A NULL-terminated list of field name, value (nullable: left out) pairs. */
void base_log(enum base_log_level level, const char *event,
	...) G_GNUC_NULL_TERMINATED;

/* ---- secrets to log in with -------------------------------------------- */

/* One of the four tells the secret; a command's is run by the shell. */
typedef struct BaseSecretSource BaseSecretSource;
struct BaseSecretSource {
	const char *password_file;
	const char *password_command;
	const char *oauth2_token_file; /* XOAUTH2 */
	const char *oauth2_command;
};

typedef struct BaseSecret BaseSecret;
struct BaseSecret {
	char *text;
	bool oauth2;
	int64_t expires_ms; /* monotonic; 0: not known */
};
/* Overwrites it. */
void base_secret_clear(BaseSecret *secret);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BaseSecret, base_secret_clear)

typedef struct _GCancellable GCancellable;

/* Reads the file or runs the command, within half a minute; ret_secret: empty.
 * stop (nullable) ends it at once. */
bool base_secret_read(const BaseSecretSource *source, GCancellable *stop,
	BaseSecret *ret_secret, GError **error);

/* The token and its end in what a command or a file said: as JSON
 * {"access_token": "...", "expires_in": 3600}, or as its first line. */
bool base_secret_parse(const char *text, bool oauth2, int64_t now_ms,
	BaseSecret *ret_secret, GError **error);

/* Output of a command that the shell runs, within the time. (transfer full) */
char *base_secret_run(const char *command, int64_t timeout_ms,
	GCancellable *stop, GError **error);

#endif
