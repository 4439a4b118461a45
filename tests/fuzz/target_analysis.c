/* What is read from a mail's words and fields, and the value it becomes. */
#include <string.h>

#include "../../src/analysis/internal.h"
#include "fuzz.h"

static const char *const ours[] = {"complaints@example.com", NULL};
static const AnalysisEnvelope envelope = {
	.from = "mari@example.org",
	.to = ours,
	.authserv_id = "mail.example.com",
	.our_addresses = ours,
	.our_hostname = "mail.example.com",
	.default_language = "en",
};

/* Every line of part, without its marks of quoting, stands in the whole. */
static void check_lines(const char *part, const char *whole)
{
	g_auto(GStrv) lines = g_strsplit(part, "\n", -1);

	for (unsigned i = 0; lines[i]; i++) {
		const char *line = lines[i] + strspn(lines[i], "> ");

		FUZZ_PROMISE(
			strstr(whole, line), "own words are words of the mail");
	}
}

void fuzz_reply_text(const guint8 *bytes, size_t length)
{
	g_autofree char *text = fuzz_text(bytes, length);
	g_autofree char *reply_text = NULL;
	g_autofree char *signature = NULL;

	reply_text_split(text, &reply_text, &signature);
	FUZZ_PROMISE(reply_text, "there are own words, if none");
	FUZZ_PROMISE(!signature || *signature, "no signature is empty");
	fuzz_check_text(reply_text);
	fuzz_check_text(signature);
	/* Each line is looked for in the whole. */
	if (length < 4096) {
		check_lines(reply_text, text);
		check_lines(signature ? signature : "", text);
	}
	words_ask_for_status(reply_text);
}

/* What a mail of these own words commands, and what a customer reads. */
void fuzz_agent_text(const guint8 *bytes, size_t length)
{
	g_autofree char *text = fuzz_text(bytes, length);
	g_autoptr(Analysis) analysis = analysis_new();
	ReplyText reply;

	reply_text_read(text, &reply);
	g_free(analysis->reply_text);
	analysis->reply_text = g_steal_pointer(&reply.own);
	analysis->signature = g_steal_pointer(&reply.signature);
	agent_text_read(analysis, &reply);
	reply_text_clear(&reply);
	FUZZ_PROMISE(!agent_text_any_command(analysis->agent_text),
		"no customer reads a command");
	FUZZ_PROMISE(!reply_text_find_marker(analysis->agent_text),
		"nor the marker");
	FUZZ_PROMISE(!analysis->command_problem || !analysis->commands->len,
		"nothing is obeyed in doubt");
	FUZZ_PROMISE(analysis->commands->len <= 64, "so many commands");
	for (guint i = 0; i < analysis->commands->len; i++) {
		const char *command = analysis->commands->pdata[i];

		FUZZ_PROMISE(agent_text_is_command(command, strlen(command)),
			"a command is one");
		analysis_command_nearest(command);
	}
	fuzz_check_analysis(analysis);
}

void fuzz_subject(const guint8 *bytes, size_t length)
{
	g_autofree char *text = fuzz_text(bytes, length);
	g_autofree char *base = subject_base(text);

	FUZZ_PROMISE(base, "a subject has a base");
	fuzz_check_text(base);
	FUZZ_PROMISE(strlen(base) <= strlen(text), "a base is no longer");
	signals_subject_is_auto_reply(text);
	signals_subject_is_challenge(text);
}

static void analyze(const char *bytes, size_t length)
{
	g_autoptr(Message) message = message_parse(bytes, length, NULL);
	g_autoptr(Analysis) analysis = NULL;

	if (!message)
		return;
	analysis = analysis_run(message, &envelope);
	FUZZ_PROMISE((analysis->kind == ANALYSIS_COMPLAINT &&
			     analysis->cost == ANALYSIS_COST_NOTHING) ==
			     analysis_would_acknowledge(analysis),
		"what is acknowledged is a complaint that nothing stops");
	FUZZ_PROMISE(analysis->kind != ANALYSIS_BOUNCE || analysis->guard,
		"a bounce has a guard");
	fuzz_check_analysis(analysis);
}

void fuzz_bounce(const guint8 *bytes, size_t length)
{
	analyze((const char *)bytes, length);
}

/* Whatever the case, quotes and backslashes between the letters. */
static bool speaks_of_pass(const char *mail)
{
	static const char wanted[] = "dmarcpass";
	size_t found = 0;

	for (const char *p = mail; *p && wanted[found]; p++)
		if (g_ascii_tolower(*p) == wanted[found])
			found++;
	return !wanted[found];
}

void fuzz_authentication(const guint8 *bytes, size_t length)
{
	GString *mail = g_string_new("From: Mari <mari@example.org>\n"
				     "Authentication-Results: ");
	g_autoptr(Message) message = NULL;
	g_autofree char *how = NULL;
	bool good;

	g_string_append_len(mail, (const char *)bytes, (gssize)length);
	g_string_append(mail, "\n\nHello\n");
	message = message_parse(mail->str, mail->len, NULL);
	good = authentication_judge(message, &envelope, &how);
	fuzz_check_text(how);
	FUZZ_PROMISE(!good || how, "who is authenticated is so by something");
	FUZZ_PROMISE(!good || speaks_of_pass(mail->str),
		"nothing passes that says so nowhere");
	g_string_free(mail, TRUE);
}

void fuzz_analysis(const guint8 *bytes, size_t length)
{
	g_autoptr(GBytes) wire = g_bytes_new(bytes, length);
	g_autoptr(GError) error = NULL;
	g_autoptr(Analysis) analysis = analysis_deserialise(wire, &error);

	FUZZ_PROMISE(!analysis == !!error, "a refusal says why");
	if (error)
		fuzz_check_text(error->message);
	else
		fuzz_check_analysis(analysis);
}
