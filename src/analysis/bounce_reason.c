/*
 * What a mail server's words mean: the reason groups, the phrases that servers
 * use, and the enhanced status codes of RFC 3463, RFC 5248 and RFC 7505.
 */
#include <string.h>

#include "bounce_parts.h"

/* ---- groups ----------------------------------------------------------- */

typedef struct Group Group;
struct Group {
	const char *reason;
	const char *status; /* when the mail names none */
};

/* The gravest first: what says most surely that the address is dead. */
static const Group groups[] = {
	{"user-unknown", "5.1.1"},
	{"host-unknown", "5.1.2"},
	{"moved", "5.1.6"},
	{"suspended", "5.2.1"},
	{"not-accepting", "5.3.2"},
	{"mailbox-full", "5.2.2"},
	{"too-big", "5.3.4"},
	{"syntax", "5.1.3"},
	{"authentication", "5.7.26"},
	{"relaying", "5.7.1"},
	{"spam", "5.7.1"},
	{"content", "5.6.0"},
	{"blocked", "5.7.1"},
	{"policy", "5.7.1"},
	{"rate-limited", "4.7.0"},
	{"loop", "5.4.6"},
	{"network", "4.4.1"},
	{"expired", "5.4.7"},
	{"system", "5.3.0"},
};

static const Group *group_find(const char *reason)
{
	for (size_t i = 0; reason && i < G_N_ELEMENTS(groups); i++)
		if (strcmp(groups[i].reason, reason) == 0)
			return &groups[i];
	return NULL;
}

const char *bounce_reason_default_status(const char *reason)
{
	const Group *group = group_find(reason);
	return group ? group->status : "5.0.0";
}

unsigned bounce_reason_gravity(const char *reason)
{
	const Group *group = group_find(reason);
	return group ? (unsigned)(G_N_ELEMENTS(groups) - (group - groups)) : 0;
}

/* ---- status codes ----------------------------------------------------- */

typedef struct Code Code;
struct Code {
	const char *detail; /* "1.1"; "7." is every code of that subject */
	const char *reason;
};

/* RFC 3463 3.2 ff. and the IANA registry of RFC 5248; exact codes first. */
static const Code codes[] = {
	{"1.0", "user-unknown"},
	{"1.1", "user-unknown"},
	{"1.2", "host-unknown"},
	{"1.3", "syntax"},
	{"1.4", "user-unknown"},
	{"1.5", NULL},
	{"1.6", "moved"},
	{"1.7", "policy"},
	{"1.8", "policy"},
	{"1.9", "not-accepting"},
	{"1.10", "not-accepting"},
	{"2.1", "suspended"},
	{"2.2", "mailbox-full"},
	{"2.3", "too-big"},
	{"2.4", "system"},
	{"3.1", "mailbox-full"},
	{"3.2", "not-accepting"},
	{"3.4", "too-big"},
	{"3.", "system"},
	{"4.6", "loop"},
	{"4.7", "expired"},
	{"4.", "network"},
	{"5.", "system"},
	{"6.", "content"},
	{"7.8", "policy"},
	{"7.9", "policy"},
	{"7.13", "suspended"},
	{"7.17", "user-unknown"},
	{"7.20", "authentication"},
	{"7.21", "authentication"},
	{"7.22", "authentication"},
	{"7.23", "authentication"},
	{"7.24", "authentication"},
	{"7.25", "blocked"},
	{"7.26", "authentication"},
	{"7.27", "not-accepting"},
	{"7.28", "rate-limited"},
	{"7.29", "authentication"},
	{"7.", "policy"},
};

static bool code_matches(const char *pattern, const char *detail)
{
	size_t length = strlen(pattern);
	if (pattern[length - 1] == '.')
		return strncmp(pattern, detail, length) == 0;
	return strcmp(pattern, detail) == 0;
}

const char *bounce_reason_of_status(const char *status)
{
	if (!status || strlen(status) < 5 || status[1] != '.')
		return NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(codes); i++)
		if (code_matches(codes[i].detail, status + 2))
			return codes[i].reason;
	return NULL;
}

/* ---- phrases ---------------------------------------------------------- */

/*
 * Searched in this order in folded words (lower case, single spaces), so the
 * telling phrases come before the vague ones.  A status is given where the
 * words say more than their group.
 */
static const BounceReason phrases[] = {
	/* what the sender is, not the recipient: before "user unknown" */
	{"dmarc", "authentication", NULL},
	{"spf check", "authentication", "5.7.23"},
	{"spf fail", "authentication", "5.7.23"},
	{"sender policy framework", "authentication", "5.7.23"},
	{"dkim", "authentication", "5.7.20"},
	{"multiple authentication checks failed", "authentication", NULL},
	{"unauthenticated email", "authentication", NULL},
	{"unauthenticated sender", "authentication", NULL},
	{"authentication required", "authentication", "5.7.0"},
	{"not authenticated", "authentication", "5.7.0"},
	{"sender verify failed", "authentication", "5.1.8"},
	{"reverse dns", "blocked", "5.7.25"},
	{"rdns", "blocked", "5.7.25"},
	{"ptr record", "blocked", "5.7.25"},
	{"no ptr", "blocked", "5.7.25"},
	{"cannot find your hostname", "blocked", "5.7.25"},
	{"cannot find your reverse hostname", "blocked", "5.7.25"},
	{"sender address rejected", "policy", NULL},
	{"unroutable sender address", "policy", NULL},
	{"sender was rejected", "policy", NULL},
	{"bad sender", "policy", NULL},
	{"invalid sender", "policy", NULL},
	{"sender rejected", "policy", NULL},
	{"no such user in sender", "policy", NULL},
	{"over quota", "mailbox-full", NULL},
	{"overquota", "mailbox-full", NULL},
	{"quota exceeded", "mailbox-full", NULL},
	{"exceeded storage", "mailbox-full", NULL},
	{"exceeded their quota", "mailbox-full", NULL},
	{"exceeded its quota", "mailbox-full", NULL},
	{"exceeded quota", "mailbox-full", NULL},
	{"exceeded the quota", "mailbox-full", NULL},
	{"exceeds allowed size", "mailbox-full", NULL},
	{"exceeded his/her disk", "mailbox-full", NULL},
	{"exceeds the quota", "mailbox-full", NULL},
	{"exceed the quota", "mailbox-full", NULL},
	{"quota violation", "mailbox-full", NULL},
	{"disk quota", "mailbox-full", NULL},
	{"out of storage", "mailbox-full", NULL},
	{"insufficient storage", "mailbox-full", NULL},
	{"not enough storage", "mailbox-full", NULL},
	{"not enough space", "mailbox-full", NULL},
	{"no space left", "system", "4.3.1"},
	{"insufficient system storage", "system", "4.3.1"},
	{"disk full", "system", "4.3.1"},
	{"mailbox full", "mailbox-full", NULL},
	{"mailbox is full", "mailbox-full", NULL},
	{"mail box full", "mailbox-full", NULL},
	{"mailfolder is full", "mailbox-full", NULL},
	{"mailbox has exceeded", "mailbox-full", NULL},
	{"mailbox exceeds", "mailbox-full", NULL},
	{"mailbox size limit", "mailbox-full", NULL},
	{"maximum allowable space", "mailbox-full", NULL},
	{"inbox is full", "mailbox-full", NULL},
	{"inbox full", "mailbox-full", NULL},
	{"account is full", "mailbox-full", NULL},
	{"storage limit", "mailbox-full", NULL},
	{"storage quota", "mailbox-full", NULL},
	{"is full", "mailbox-full", NULL},
	{"boîte pleine", "mailbox-full", NULL},
	{"boite pleine", "mailbox-full", NULL},
	{"postfach ist voll", "mailbox-full", NULL},
	{"postfach voll", "mailbox-full", NULL},
	{"buzón lleno", "mailbox-full", NULL},
	{"buzón está lleno", "mailbox-full", NULL},
	{"casella piena", "mailbox-full", NULL},
	{"caixa de correio cheia", "mailbox-full", NULL},
	{"postbus is vol", "mailbox-full", NULL},
	{"skrzynka jest pełna", "mailbox-full", NULL},
	{"ящик переполнен", "mailbox-full", NULL},
	{"переполнен", "mailbox-full", NULL},
	{"メールボックスがいっぱい", "mailbox-full", NULL},
	{"容量を超え", "mailbox-full", NULL},
	{"容量オーバー", "mailbox-full", NULL},
	{"メールボックスに空きが", "mailbox-full", NULL},
	{"邮箱已满", "mailbox-full", NULL},
	{"信箱已满", "mailbox-full", NULL},
	{"邮箱空间不足", "mailbox-full", NULL},
	{"空间不足", "mailbox-full", NULL},
	{"信箱已滿", "mailbox-full", NULL},
	{"사서함이 가득", "mailbox-full", NULL},
	{"용량 초과", "mailbox-full", NULL},
	/* size */
	{"message too big", "too-big", NULL},
	{"message too large", "too-big", NULL},
	{"message is too large", "too-big", NULL},
	{"message file too big", "too-big", NULL},
	{"exceeds fixed maximum message size", "too-big", NULL},
	{"message size exceeds", "too-big", NULL},
	{"message length exceeds", "too-big", "5.2.3"},
	{"size limit", "too-big", NULL},
	{"maximum message size", "too-big", NULL},
	{"max message size", "too-big", NULL},
	{"exceeded maximum inbound message size", "too-big", NULL},
	{"line too long", "content", NULL},
	/* suspended */
	{"account is disabled", "suspended", NULL},
	{"account has been disabled", "suspended", NULL},
	{"account disabled", "suspended", NULL},
	{"account inactive", "suspended", NULL},
	{"account is inactive", "suspended", NULL},
	{"account has been suspended", "suspended", NULL},
	{"account is suspended", "suspended", NULL},
	{"account suspended", "suspended", NULL},
	{"account expired", "suspended", NULL},
	{"account has expired", "suspended", NULL},
	{"account closed", "suspended", NULL},
	{"account is locked", "suspended", NULL},
	{"account that you tried to reach is disabled", "suspended", NULL},
	{"account that you tried to reach is inactive", "suspended", NULL},
	{"account is not active", "suspended", NULL},
	{"mailbox disabled", "suspended", NULL},
	{"mailbox is disabled", "suspended", NULL},
	{"mailbox is frozen", "suspended", NULL},
	{"mailbox is inactive", "suspended", NULL},
	{"mailbox currently suspended", "suspended", NULL},
	{"email account is suspended", "suspended", NULL},
	{"user suspended", "suspended", NULL},
	{"user is inactive", "suspended", NULL},
	{"user inactive", "suspended", NULL},
	{"user disabled", "suspended", NULL},
	{"recipient suspend", "suspended", NULL},
	{"recipient temporarily unavailable", "suspended", "4.2.1"},
	{"temporarily locked", "suspended", "4.2.1"},
	{"disabled or discontinued", "suspended", NULL},
	{"temporarily disabled", "suspended", NULL},
	{"has been blocked for inactivity", "suspended", NULL},
	{"is inactive", "suspended", NULL},
	{"on hold", "suspended", "5.0.0"},
	/* moved */
	{"has moved", "moved", NULL},
	{"has been replaced by", "moved", NULL},
	{"address has changed", "moved", NULL},
	{"no longer valid", "user-unknown", NULL},
	{"user not local; please try", "moved", NULL},
	{"no longer employed", "user-unknown", NULL},
	{"no longer with", "user-unknown", NULL},
	{"no longer on server", "user-unknown", NULL},
	/* host */
	{"host unknown", "host-unknown", NULL},
	{"unknown host", "host-unknown", NULL},
	{"host not found", "host-unknown", NULL},
	{"domain not found", "host-unknown", NULL},
	{"domain does not exist", "host-unknown", NULL},
	{"domain doesn't exist", "host-unknown", NULL},
	{"domain isn't in my list", "relaying", "5.7.1"},
	{"couldn't find any host", "host-unknown", NULL},
	{"couldn't find a mail exchanger", "host-unknown", NULL},
	{"couldn't find any host by that name", "host-unknown", NULL},
	{"no such domain", "host-unknown", NULL},
	{"nxdomain", "host-unknown", NULL},
	{"name service error", "host-unknown", NULL},
	{"name or service not known", "host-unknown", NULL},
	{"dns lookup failure", "host-unknown", NULL},
	{"unrouteable address", "user-unknown", NULL},
	{"unrouteable mail domain", "host-unknown", NULL},
	{"unroutable", "host-unknown", NULL},
	{"bad destination system", "host-unknown", NULL},
	{"bad destination host", "host-unknown", NULL},
	{"illegal host/domain", "host-unknown", NULL},
	{"all relevant mx records point to non-existent hosts", "host-unknown",
		NULL},
	{"no mx record", "host-unknown", NULL},
	{"no mx found", "host-unknown", NULL},
	{"dns error", "host-unknown", NULL},
	{"dns domain", "host-unknown", NULL},
	/* Exchange Online says 5.1.10 where it knows no such mailbox. */
	{"recipientnotfound", "user-unknown", NULL},
	{"does not accept mail (nullmx)", "not-accepting", "5.1.10"},
	{"nullmx", "not-accepting", "5.1.10"},
	{"null mx", "not-accepting", "5.1.10"},
	{"no smtp service", "not-accepting", "5.1.10"},
	{"does not accept mail", "not-accepting", NULL},
	{"does not accept email", "not-accepting", NULL},
	{"not accepting network messages", "not-accepting", NULL},
	{"not accepting any mail", "not-accepting", NULL},
	{"nobody's home", "not-accepting", NULL},
	/* user */
	{"user unknown", "user-unknown", NULL},
	{"unknown user", "user-unknown", NULL},
	{"unknown or illegal", "user-unknown", NULL},
	{"unknown local", "user-unknown", NULL},
	{"unknown recipient", "user-unknown", NULL},
	{"unknown address", "user-unknown", NULL},
	{"unknown mailbox", "user-unknown", NULL},
	{"unknown account", "user-unknown", NULL},
	{"recipient unknown", "user-unknown", NULL},
	{"address unknown", "user-unknown", NULL},
	{"account unknown", "user-unknown", NULL},
	{"user not found", "user-unknown", NULL},
	{"user not known", "user-unknown", NULL},
	{"user not exist", "user-unknown", NULL},
	{"user does not exist", "user-unknown", NULL},
	{"user doesn't exist", "user-unknown", NULL},
	{"user doesn't have", "user-unknown", NULL},
	{"user could not be found", "user-unknown", NULL},
	{"user is not found", "user-unknown", NULL},
	{"user is unknown", "user-unknown", NULL},
	{"user invalid", "user-unknown", NULL},
	{"invalid user", "user-unknown", NULL},
	{"invalid recipient", "user-unknown", NULL},
	{"invalid mailbox", "user-unknown", NULL},
	{"invalid address", "user-unknown", NULL},
	{"invalid final delivery userid", "user-unknown", NULL},
	{"no such user", "user-unknown", NULL},
	{"no such mailbox", "user-unknown", NULL},
	{"no such recipient", "user-unknown", NULL},
	{"no such address", "user-unknown", NULL},
	{"no such person", "user-unknown", NULL},
	{"no such account", "user-unknown", NULL},
	{"no such local user", "user-unknown", NULL},
	{"no mailbox", "user-unknown", NULL},
	{"no account", "user-unknown", NULL},
	{"no valid recipient", "user-unknown", NULL},
	{"no recipient", "user-unknown", NULL},
	{"no matches to nameserver", "host-unknown", NULL},
	{"not a valid mailbox", "user-unknown", NULL},
	{"not a valid recipient", "user-unknown", NULL},
	{"not a known user", "user-unknown", NULL},
	{"not our customer", "user-unknown", NULL},
	{"not found in directory", "user-unknown", NULL},
	{"not found in recipients", "user-unknown", NULL},
	{"not listed in domino directory", "user-unknown", NULL},
	{"not listed in public name", "user-unknown", NULL},
	{"not listed in", "user-unknown", NULL},
	{"recipient not found", "user-unknown", NULL},
	{"recipnotfound", "user-unknown", NULL},
	{"recipient does not exist", "user-unknown", NULL},
	{"recipient not exist", "user-unknown", NULL},
	{"address not found", "user-unknown", NULL},
	{"address wasn't found", "user-unknown", NULL},
	{"address wasn’t found", "user-unknown", NULL},
	{"address you entered couldn't be found", "user-unknown", NULL},
	{"address you entered couldn’t be found", "user-unknown", NULL},
	{"couldn't be found", "user-unknown", NULL},
	{"couldn’t be found", "user-unknown", NULL},
	{"address does not exist", "user-unknown", NULL},
	{"address doesn't exist", "user-unknown", NULL},
	{"email account that you tried to reach does not exist", "user-unknown",
		NULL},
	{"mailbox does not exist", "user-unknown", NULL},
	{"mailbox not found", "user-unknown", NULL},
	{"mailbox unavailable", "user-unknown", NULL},
	{"mailbox not available", "user-unknown", NULL},
	{"mailbox unknown", "user-unknown", NULL},
	{"mailbox name not allowed", "user-unknown", NULL},
	{"account does not exist", "user-unknown", NULL},
	{"account not found", "user-unknown", NULL},
	{"account doesn't exist", "user-unknown", NULL},
	{"email address could not be found", "user-unknown", NULL},
	{"e-mail address could not be found", "user-unknown", NULL},
	{"could not be found", "user-unknown", NULL},
	{"e-mail account does not exist", "user-unknown", NULL},
	{"recipient rejected", "user-unknown", NULL},
	{"recipient's mailbox unavailable", "user-unknown", NULL},
	{"bad destination mailbox", "user-unknown", NULL},
	{"bad recipient", "user-unknown", NULL},
	{"can't accept user", "user-unknown", NULL},
	{"the account or domain may not exist", "user-unknown", NULL},
	{"destination addresses were unknown", "user-unknown", NULL},
	{"may not exist", "user-unknown", NULL},
	{"does not exist", "user-unknown", NULL},
	{"doesn't exist", "user-unknown", NULL},
	{"doesn’t exist", "user-unknown", NULL},
	{"adresse inconnue", "user-unknown", NULL},
	{"utilisateur inconnu", "user-unknown", NULL},
	{"destinataire inconnu", "user-unknown", NULL},
	{"adresse d au moins un destinataire invalide", "user-unknown", NULL},
	{"empfänger unbekannt", "user-unknown", NULL},
	{"empfänger nicht gefunden", "user-unknown", NULL},
	{"unbekannter empfänger", "user-unknown", NULL},
	{"adresse existiert nicht", "user-unknown", NULL},
	{"usuario desconocido", "user-unknown", NULL},
	{"destinatario desconocido", "user-unknown", NULL},
	{"no existe", "user-unknown", NULL},
	{"utente sconosciuto", "user-unknown", NULL},
	{"destinatario sconosciuto", "user-unknown", NULL},
	{"usuário desconhecido", "user-unknown", NULL},
	{"não existe", "user-unknown", NULL},
	{"onbekende gebruiker", "user-unknown", NULL},
	{"bestaat niet", "user-unknown", NULL},
	{"nieznany użytkownik", "user-unknown", NULL},
	{"nie istnieje", "user-unknown", NULL},
	{"пользователь не найден", "user-unknown", NULL},
	{"не существует", "user-unknown", NULL},
	{"ディレクトリのリストにありません", "user-unknown", NULL},
	{"見つかりません", "user-unknown", NULL},
	{"見つからない", "user-unknown", NULL},
	{"存在しません", "user-unknown", NULL},
	{"存在しない", "user-unknown", NULL},
	{"宛先不明", "user-unknown", NULL},
	{"用户不存在", "user-unknown", NULL},
	{"帐号不存在", "user-unknown", NULL},
	{"账号不存在", "user-unknown", NULL},
	{"收件人不存在", "user-unknown", NULL},
	{"邮箱不存在", "user-unknown", NULL},
	{"不存在", "user-unknown", NULL},
	{"无此用户", "user-unknown", NULL},
	{"존재하지 않", "user-unknown", NULL},
	{"không tồn tại", "user-unknown", NULL},
	{"δεν υπάρχει", "user-unknown", NULL},
	{"ei ole olemassa", "user-unknown", NULL},
	/* time */
	{"message expired", "expired", NULL},
	{"retry timeout exceeded", "expired", NULL},
	{"retry time not reached", "expired", NULL},
	{"in the queue too long", "expired", NULL},
	{"queue too long", "expired", NULL},
	{"too old", "expired", NULL},
	{"time limit", "expired", NULL},
	{"delivery expired", "expired", NULL},
	{"delivery time expired", "expired", NULL},
	{"failing for a long time", "expired", NULL},
	{"could not be delivered for", "expired", NULL},
	{"was not delivered within", "expired", NULL},
	{"cannot send message for", "expired", NULL},
	{"delivery failed 20 attempts", "expired", NULL},
	{"not delivered after", "expired", NULL},
	{"giving up", NULL, NULL},
	/* content */
	{"virus", "content", "5.7.0"},
	{"malware", "content", "5.7.0"},
	{"infected", "content", "5.7.0"},
	{"blacklisted url", "spam", NULL},
	{"blacklist", "blocked", NULL},
	{"black list", "blocked", NULL},
	{"blocklist", "blocked", NULL},
	{"block list", "blocked", NULL},
	{"spamhaus", "blocked", NULL},
	{"spamcop", "blocked", NULL},
	{"dnsbl", "blocked", NULL},
	{"reputation", "blocked", NULL},
	{"spam", "spam", NULL},
	{"spamming", "spam", NULL},
	{"junk mail", "spam", NULL},
	{"bulk mail", "spam", NULL},
	{"unsolicited", "spam", NULL},
	{"uce", NULL, NULL},
	{"looks like", NULL, NULL},
	{"suspicious", "spam", NULL},
	{"banned content", "content", NULL},
	{"attachment", "content", NULL},
	{"media error", "content", NULL},
	{"message content", "content", NULL},
	{"content rejected", "content", NULL},
	{"rfc 5322", "content", NULL},
	{"rfc 2822", "content", NULL},
	{"malformed address", "syntax", NULL},
	{"incorrectly constructed", "syntax", NULL},
	{"bad address syntax", "syntax", NULL},
	{"address syntax", "syntax", NULL},
	/* reputation and rate */
	{"blocked", "blocked", NULL},
	{"banned", "blocked", NULL},
	{"greylist", "rate-limited", "4.7.1"},
	{"graylist", "rate-limited", "4.7.1"},
	{"rate limit", "rate-limited", NULL},
	{"too many connections", "rate-limited", NULL},
	{"too many messages", "rate-limited", NULL},
	{"too many recipients", "rate-limited", NULL},
	{"too much mail", "rate-limited", NULL},
	{"too fast", "rate-limited", NULL},
	{"throttl", "rate-limited", NULL},
	{"receiving mail too quickly", "rate-limited", "4.2.1"},
	{"relaying", "relaying", NULL},
	{"relay access", "relaying", NULL},
	{"relay denied", "relaying", NULL},
	{"relay not permitted", "relaying", NULL},
	{"relay", "relaying", NULL},
	/* way */
	{"mail loop", "loop", NULL},
	{"loops back to", "loop", NULL},
	{"loop detected", "loop", NULL},
	{"routing loop", "loop", NULL},
	{"too many hops", "loop", NULL},
	{"hop count", "loop", NULL},
	{"maximum hop", "loop", NULL},
	{"duplicated message-id", "loop", NULL},
	{"network error", "network", NULL},
	{"connection timed out", "network", NULL},
	{"connection refused", "network", NULL},
	{"connection reset", "network", NULL},
	{"connection was dropped", "network", NULL},
	{"connection dropped", "network", NULL},
	{"connect to", "network", NULL},
	{"operation timed out", "network", NULL},
	{"timed out", "network", NULL},
	{"lost connection", "network", NULL},
	{"no route to host", "network", NULL},
	{"network is unreachable", "network", NULL},
	{"network unreachable", "network", NULL},
	{"establish an smtp connection", "network", NULL},
	{"unable to connect", "network", NULL},
	{"could not connect", "network", NULL},
	{"couldn't connect", "network", NULL},
	{"not responding", "network", NULL},
	{"temporary lookup failure", "network", NULL},
	{"host or domain name not found", "host-unknown", NULL},
	{"tls", "network", "4.7.5"},
	/* the vague ones */
	{"not a member", "policy", NULL},
	{"are not member", "policy", NULL},
	{"not allowed", "policy", NULL},
	{"not permitted", "policy", NULL},
	{"not authorized", "policy", NULL},
	{"not authorised", "policy", NULL},
	{"access denied", "policy", NULL},
	{"permission", "policy", NULL},
	{"policy", "policy", NULL},
	{"administrative prohibition", "policy", NULL},
	{"prohibited", "policy", NULL},
	{"refused", "policy", NULL},
	{"denied", "policy", NULL},
	{"rejected", "policy", NULL},
	{"internal error", "system", NULL},
	{"internal system error", "system", NULL},
	{"internal server error", "system", NULL},
	{"local configuration error", "system", NULL},
	{"system config error", "system", NULL},
	{"service unavailable", "system", NULL},
	{"service not available", "system", NULL},
	{"mailer error", "system", NULL},
	{"temporary failure", "system", "4.3.0"},
	{"command died", "system", NULL},
	{"child crashed", "system", NULL},
	{"unknown mailer error", "system", NULL},
	{"i/o error", "system", NULL},
	{"expired", "expired", NULL},
	{"deferred", "network", NULL},
};

const BounceReason *bounce_reason_find(const char *folded)
{
	for (size_t i = 0; i < G_N_ELEMENTS(phrases); i++)
		if (phrases[i].reason && strstr(folded, phrases[i].phrase))
			return &phrases[i];
	return NULL;
}

/* ---- words ------------------------------------------------------------ */

char *bounce_fold(const char *text, size_t length)
{
	/* What was cut to a bound may end in the middle of a character. */
	g_autofree char *valid = g_utf8_make_valid(text, (gssize)length);
	g_autofree char *lower = g_utf8_strdown(valid, -1);
	GString *folded = g_string_sized_new(length + 1);
	for (const char *c = lower; *c; c++) {
		if (!g_ascii_isspace(*c))
			g_string_append_c(folded, *c);
		else if (folded->len && folded->str[folded->len - 1] != ' ')
			g_string_append_c(folded, ' ');
	}
	return g_string_free(folded, false);
}

static size_t digits_count(const char *at, size_t most)
{
	size_t count = 0;
	while (count < most && g_ascii_isdigit(at[count]))
		count++;
	return count;
}

/* How long the enhanced status code at this place is, or 0. */
static size_t status_length(const char *at)
{
	if ((*at != '2' && *at != '4' && *at != '5') || at[1] != '.')
		return 0;
	size_t subject = digits_count(at + 2, 3);
	if (subject == 0 || at[2 + subject] != '.')
		return 0;
	size_t detail = digits_count(at + 3 + subject, 3);
	size_t length = 3 + subject + detail;
	if (detail == 0 || g_ascii_isalnum(at[length]))
		return 0;
	/* "5.1.1.2" is an address or a version. */
	if (at[length] == '.' && g_ascii_isdigit(at[length + 1]))
		return 0;
	return length;
}

/* True if the code stands behind a reply code, '#' or "status". */
static bool status_is_introduced(const char *words, const char *at)
{
	const char *before = at;
	while (before > words && strchr(" -:(", before[-1]))
		before--;
	if (before > words && before[-1] == '#')
		return true;
	size_t room = (size_t)(before - words);
	if (room >= 3 && digits_count(before - 3, 3) == 3 &&
		(room == 3 || !g_ascii_isalnum(before[-4])))
		return true;
	return room >= 6 && g_ascii_strncasecmp(before - 6, "status", 6) == 0;
}

char *bounce_find_status(const char *words)
{
	const char *loose = NULL;
	size_t loose_length = 0;
	for (const char *at = words; *at; at++) {
		size_t length = status_length(at);
		if (length == 0 ||
			(at > words && (g_ascii_isalnum(at[-1]) ||
					       strchr("._/", at[-1]))))
			continue;
		/* "250 2.1.5 Ok" is what went well before. */
		if (*at != '2' && status_is_introduced(words, at))
			return g_strndup(at, length);
		if (!loose || (*loose == '2' && *at != '2')) {
			loose = at;
			loose_length = length;
		}
		at += length - 1;
	}
	return loose ? g_strndup(loose, loose_length) : NULL;
}

/* A reply code at the start of a line counts more than one within. */
int bounce_find_reply_class(const char *words)
{
	int within = 0;
	for (const char *at = words; *at; at++) {
		bool starts = at == words || at[-1] == '\n' || at[-1] == ' ' ||
			      at[-1] == '\t' || at[-1] == '<' ||
			      at[-1] == '\'' || at[-1] == ':' ||
			      at[-1] == '(' || at[-1] == '#';
		if (!starts || !strchr("45", *at) || digits_count(at, 4) != 3 ||
			at[1] > '7')
			continue;
		if (at[3] == ' ' || at[3] == '-' || at[3] == '\n' ||
			at[3] == '\0' || at[3] == ',' || at[3] == ':') {
			if (at == words || at[-1] == '\n')
				return *at - '0';
			if (!within)
				within = *at - '0';
		}
	}
	return within;
}
