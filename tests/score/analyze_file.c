/*
 * Prints one JSON object a line for each file named: what the analysis says of
 * it.  For the scoring tests, which have no configuration and no cage.
 *
 *	analyze_file [--hostname H] [--our A]... [--from A] FILE...
 */
#include <stdio.h>

#include <jansson.h>

#include <redress/analysis.h>

static char **our_addresses;
static char *our_hostname, *envelope_from;
static char **files;

static const GOptionEntry options[] = {
	{"our", 0, 0, G_OPTION_ARG_STRING_ARRAY, &our_addresses,
		"an address of ours", "ADDRESS"},
	{"hostname", 0, 0, G_OPTION_ARG_STRING, &our_hostname, "our host",
		"NAME"},
	{"from", 0, 0, G_OPTION_ARG_STRING, &envelope_from, "envelope sender",
		"ADDRESS"},
	{G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &files, NULL,
		"FILE..."},
	{NULL, 0, 0, 0, NULL, NULL, NULL},
};

static json_t *string_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

static json_t *strings_to_json(const GPtrArray *strings)
{
	json_t *list = json_array();
	for (guint i = 0; i < strings->len; i++)
		json_array_append_new(list, json_string(strings->pdata[i]));
	return list;
}

static json_t *recipient_to_json(const AnalysisRecipient *recipient)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "address",
		string_or_null(recipient->address), "original",
		string_or_null(recipient->original), "action",
		string_or_null(recipient->action), "status",
		string_or_null(recipient->status), "reason",
		string_or_null(recipient->reason));
}

static json_t *bounce_to_json(const AnalysisBounce *bounce)
{
	if (!bounce)
		return json_null();
	json_t *recipients = json_array();
	for (guint i = 0; i < bounce->recipients->len; i++)
		json_array_append_new(recipients,
			recipient_to_json(bounce->recipients->pdata[i]));
	return json_pack("{s:o, s:b, s:o, s:o}", "recipients", recipients,
		"permanent", bounce->permanent, "reason",
		string_or_null(bounce->reason), "returned_message_id",
		string_or_null(bounce->returned_message_id));
}

static json_t *analysis_to_json(const char *file, const Analysis *analysis)
{
	return json_pack("{s:s, s:s, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, "
			 "s:f, s:s, s:s, s:o, s:o}",
		"file", file, "kind", analysis_kind_name(analysis->kind),
		"guard", string_or_null(analysis->guard), "guard_detail",
		string_or_null(analysis->guard_detail), "would_ack",
		analysis_would_acknowledge(analysis), "subject",
		string_or_null(analysis->subject), "from",
		string_or_null(analysis->from), "message_id",
		string_or_null(analysis->message_id), "references",
		strings_to_json(analysis->references), "language",
		string_or_null(analysis->language), "language_confidence",
		analysis->language_confidence, "text", analysis->text,
		"reply_text", analysis->reply_text, "signature",
		string_or_null(analysis->signature), "bounce",
		bounce_to_json(analysis->bounce));
}

/* Through the wire form and back, as in the daemon. */
static Analysis *message_analyze(const char *bytes, size_t length)
{
	AnalysisEnvelope envelope = {
		.from = envelope_from,
		.our_hostname = our_hostname,
		.our_addresses = (const char *const *)our_addresses,
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(Message) message = message_parse(bytes, length, &error);
	if (!message)
		return analysis_unparsed(&envelope, error->message);
	g_autoptr(Analysis) analysis = analysis_run(message, &envelope);
	g_autoptr(GBytes) wire = analysis_serialise(analysis);
	Analysis *back = analysis_deserialise(wire, &error);
	if (!back)
		g_error("%s", error->message);
	return back;
}

static void file_print(const char *file)
{
	g_autofree char *bytes = NULL;
	gsize length;
	g_autoptr(GError) error = NULL;
	if (!g_file_get_contents(file, &bytes, &length, &error))
		g_error("%s", error->message);
	g_autoptr(Analysis) analysis = message_analyze(bytes, length);
	json_t *json = analysis_to_json(file, analysis);
	g_assert(json);
	json_dumpf(json, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(json);
}

int main(int argc, char **argv)
{
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_autoptr(GError) error = NULL;
	g_option_context_add_main_entries(context, options, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error)) {
		fprintf(stderr, "analyze_file: %s\n", error->message);
		return 2;
	}
	for (char **file = files; file && *file; file++)
		file_print(*file);
	g_strfreev(our_addresses);
	g_strfreev(files);
	g_free(our_hostname);
	g_free(envelope_from);
	return 0;
}
