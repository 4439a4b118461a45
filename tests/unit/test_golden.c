/*
 * Mail in, what is read from it out: tests/golden/NAME.eml and NAME.json.  The
 * JSON names only what the mail was written to show; a text is a list of its
 * lines.  "given" is the envelope.  Each analysis crosses the wire and back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <string.h>

#include <redress/analysis.h>

#define GOLDEN REDRESS_SOURCE_DIR "/tests/golden"

/* ---- the analysis as JSON ----------------------------------------------- */

static json_t *word(const char *text)
{
	return text ? json_string(text) : json_null();
}

static json_t *lines_of(const char *text)
{
	g_auto(GStrv) lines = text ? g_strsplit(text, "\n", -1) : NULL;
	json_t *list = text ? json_array() : json_null();

	for (unsigned i = 0; lines && lines[i]; i++)
		json_array_append_new(list, json_string(lines[i]));
	return list;
}

static json_t *words_of(const GPtrArray *words)
{
	json_t *list = json_array();

	for (guint i = 0; i < words->len; i++)
		json_array_append_new(list, json_string(words->pdata[i]));
	return list;
}

static json_t *recipients_of(const AnalysisBounce *bounce)
{
	json_t *list = json_array();

	for (guint i = 0; i < bounce->recipients->len; i++) {
		const AnalysisRecipient *one = bounce->recipients->pdata[i];

		json_array_append_new(list,
			json_pack("{s:o, s:o, s:o, s:o, s:o}", "address",
				word(one->address), "original",
				word(one->original), "action",
				word(one->action), "status", word(one->status),
				"reason", word(one->reason)));
	}
	return list;
}

static json_t *bounce_of(const AnalysisBounce *bounce)
{
	if (!bounce)
		return json_null();
	return json_pack("{s:o, s:b, s:o, s:o}", "recipients",
		recipients_of(bounce), "permanent", bounce->permanent, "reason",
		word(bounce->reason), "returned_message_id",
		word(bounce->returned_message_id));
}

static json_t *attachments_of(const Analysis *analysis)
{
	json_t *list = json_array();

	for (guint i = 0; i < analysis->attachments->len; i++) {
		const AnalysisAttachment *one = analysis->attachments->pdata[i];

		json_array_append_new(
			list, json_pack("{s:o, s:s}", "name", word(one->name),
				      "type", one->type));
	}
	return list;
}

static json_t *json_of(const Analysis *a)
{
	json_t *json = json_pack(
		"{s:s, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o}", "kind",
		analysis_kind_name(a->kind), "guard", word(a->guard),
		"would_ack", analysis_would_acknowledge(a), "subject",
		word(a->subject), "base_subject", word(a->base_subject), "from",
		word(a->from), "from_name", word(a->from_name), "reply_to",
		word(a->reply_to), "message_id", word(a->message_id));

	assert_non_null(json);
	json_object_set_new(json, "language", word(a->language));
	json_object_set_new(json, "text", lines_of(a->text));
	json_object_set_new(json, "reply_text", lines_of(a->reply_text));
	json_object_set_new(json, "signature", lines_of(a->signature));
	json_object_set_new(json, "references", words_of(a->references));
	json_object_set_new(json, "commands", words_of(a->commands));
	json_object_set_new(json, "agent_text", lines_of(a->agent_text));
	json_object_set_new(
		json, "command_problem_line", word(a->command_problem_line));
	json_object_set_new(json, "forwarded_from", word(a->forwarded_from));
	json_object_set_new(json, "forwarded_name", word(a->forwarded_name));
	json_object_set_new(
		json, "forwarded_subject", word(a->forwarded_subject));
	json_object_set_new(
		json, "forwarded_text", lines_of(a->forwarded_text));
	json_object_set_new(json, "defects", words_of(a->defects));
	json_object_set_new(
		json, "status_request", json_boolean(a->status_request));
	json_object_set_new(json, "complainer",
		word(analysis_complainer_name(a->complainer)));
	json_object_set_new(json, "bounce", bounce_of(a->bounce));
	json_object_set_new(json, "attachments", attachments_of(a));
	return json;
}

/* ---- one mail ------------------------------------------------------------ */

static Analysis *analyze(
	const char *bytes, size_t length, const AnalysisEnvelope *envelope)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Message) message = message_parse(bytes, length, &error);
	g_autoptr(Analysis) analysis = NULL;
	g_autoptr(GBytes) wire = NULL;
	Analysis *back;

	if (!message)
		fail_msg("%s", error->message);
	analysis = analysis_run(message, envelope);
	wire = analysis_serialise(analysis);
	back = analysis_deserialise(wire, &error);
	if (!back)
		fail_msg("%s", error->message);
	return back;
}

/* What the mail gives, of each field that is expected. */
static json_t *analyze_file(const char *name, const json_t *given)
{
	static const char *const ours[] = {"complaints@example.com", NULL};
	const char *from = json_string_value(json_object_get(given, "from"));
	AnalysisEnvelope envelope = {
		.from = from ? from : "customer@example.org",
		.to = ours,
		.authserv_id = "mail.example.com",
		.our_addresses = ours,
		.our_hostname = "mail.example.com",
	};
	g_autofree char *path = g_strconcat(GOLDEN "/", name, ".eml", NULL);
	g_autofree char *bytes = NULL;
	g_autoptr(GError) error = NULL;
	gsize length;

	if (!g_file_get_contents(path, &bytes, &length, &error))
		fail_msg("%s", error->message);
	g_autoptr(Analysis) analysis = analyze(bytes, length, &envelope);
	return json_of(analysis);
}

static void print_lines(char sign, const char *field, const json_t *value)
{
	g_auto(GStrv) lines = NULL;
	char *text = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_INDENT(2))
			   : NULL;

	lines = g_strsplit(text ? text : "(nothing)", "\n", -1);
	for (unsigned i = 0; lines[i]; i++)
		print_message("# %c %s%s%s\n", sign, i ? "    " : field,
			i ? "" : ": ", lines[i]);
	free(text);
}

static void test_golden_mail_is_read_as_a_person_would(void **state)
{
	const char *name = *state;
	g_autofree char *path = g_strconcat(GOLDEN "/", name, ".json", NULL);
	json_error_t error;
	json_t *expected = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	json_t *got, *value;
	const char *field;
	unsigned wrong = 0;

	if (!expected)
		fail_msg("%s:%d: %s", path, error.line, error.text);
	got = analyze_file(name, json_object_get(expected, "given"));
	json_object_del(expected, "given");
	assert_true(json_object_size(expected) > 0);
	json_object_foreach(expected, field, value)
	{
		if (json_equal(value, json_object_get(got, field)))
			continue;
		wrong++;
		print_lines('-', field, value);
		print_lines('+', field, json_object_get(got, field));
	}
	json_decref(got);
	json_decref(expected);
	if (wrong)
		fail_msg("%s: %u fields differ (- expected, + found)", name,
			wrong);
}

/* ---- all of them --------------------------------------------------------- */

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* (transfer full) */
static GPtrArray *list_names(void)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) dir = g_dir_open(GOLDEN, 0, NULL);
	const char *file;

	while (dir && (file = g_dir_read_name(dir)))
		if (g_str_has_suffix(file, ".json"))
			g_ptr_array_add(
				names, g_strndup(file, strlen(file) - 5));
	g_ptr_array_sort(names, compare_names);
	return names;
}

int main(void)
{
	g_autoptr(GPtrArray) names = list_names();
	g_autofree struct CMUnitTest *tests =
		g_new0(struct CMUnitTest, names->len + 1);

	/* A folder that is gone is a failure too. */
	if (!names->len)
		return 1;
	for (guint i = 0; i < names->len; i++)
		tests[i] = (struct CMUnitTest){.name = names->pdata[i],
			.test_func = test_golden_mail_is_read_as_a_person_would,
			.initial_state = names->pdata[i]};
	return _cmocka_run_group_tests(
		"golden mail", tests, names->len, NULL, NULL);
}
