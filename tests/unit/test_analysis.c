/*
 * The analysis as a value: how it is filled, who is believed, and that what
 * comes back from the parser process is checked before it is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <redress/analysis.h>

static const char *const ours[] = {"complaints@example.com", NULL};

static const AnalysisEnvelope usual = {
	.from = "maria@example.org",
	.our_addresses = ours,
	.our_hostname = "mail.example.com",
	.authserv_id = "mail.example.com",
	.default_language = "et",
};

static Analysis *analyze(const char *mail, const AnalysisEnvelope *envelope)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Message) message = message_parse(mail, strlen(mail), &error);
	if (error)
		fail_msg("%s", error->message);
	return analysis_run(message, envelope);
}

static Analysis *analyze_file(const char *name)
{
	g_autofree char *path = g_strdup_printf(
		"%s/tests/unit/mail/%s", REDRESS_SOURCE_DIR, name);
	g_autofree char *bytes = NULL;
	g_autoptr(GError) error = NULL;
	if (!g_file_get_contents(path, &bytes, NULL, &error))
		fail_msg("%s", error->message);
	return analyze(bytes, &usual);
}

/* ---- what is filled --------------------------------------------------- */

static void complaint_is_read_whole(void **state)
{
	(void)state;
	g_autoptr(Analysis) analysis = analyze_file("analysis-complaint.eml");
	assert_int_equal(analysis->kind, ANALYSIS_COMPLAINT);
	assert_null(analysis->guard);
	assert_int_equal(analysis->cost, ANALYSIS_COST_NOTHING);
	assert_true(analysis_would_acknowledge(analysis));
	assert_string_equal(analysis->from, "maria@example.org");
	assert_string_equal(analysis->from_name, "María Kask");
	assert_string_equal(analysis->reply_to, "maria.kask@example.net");
	assert_string_equal(
		analysis->subject, "Re: [#7K3F-92QX] Rotten bananas — again");
	assert_string_equal(analysis->base_subject, "Rotten bananas — again");
	assert_string_equal(analysis->message_id, "42@example.org");
	assert_int_equal(analysis->references->len, 2);
	assert_string_equal(analysis->references->pdata[1], "b@example.com");
	assert_int_equal(analysis->in_reply_to->len, 1);
	assert_int_equal(analysis->recipients->len, 2);
	assert_string_equal(analysis->recipients->pdata[1], "shop@example.net");
	assert_int_equal(analysis->date_s, 1795514400);
	assert_string_equal(analysis->language, "en");
	assert_non_null(strstr(analysis->reply_text, "bananas were rotten"));
	assert_null(strstr(analysis->reply_text, "We are sorry"));
	assert_non_null(strstr(analysis->text, "We are sorry"));
	assert_int_equal(analysis->attachments->len, 1);
	const AnalysisAttachment *attachment = analysis->attachments->pdata[0];
	assert_string_equal(attachment->name, "banana.jpg");
	assert_string_equal(attachment->type, "image/jpeg");
	assert_int_equal(attachment->size_bytes, 4);
	assert_false(analysis->authenticated);
	assert_null(analysis->bounce);
}

static void answer_never_goes_to_ourselves(void **state)
{
	(void)state;
	g_autoptr(Analysis) analysis =
		analyze("From: maria@example.org\nTo: complaints@example.com\n"
			"Reply-To: Complaints+x@example.com\n\nHi.\n",
			&usual);
	assert_string_equal(analysis->reply_to, "maria@example.org");
}

static void author_is_from_else_sender_else_envelope(void **state)
{
	(void)state;
	g_autoptr(Analysis) sender = analyze(
		"Sender: jaan@example.net\nTo: complaints@example.com\n\nHi.\n",
		&usual);
	g_autoptr(Analysis) envelope =
		analyze("To: complaints@example.com\n\nHi.\n", &usual);
	assert_string_equal(sender->from, "jaan@example.net");
	assert_string_equal(envelope->from, "maria@example.org");
}

static void analysis_needs_no_envelope(void **state)
{
	(void)state;
	g_autoptr(Analysis) analysis =
		analyze("From: maria@example.org\n\nHi.\n", NULL);
	assert_true(analysis_would_acknowledge(analysis));
}

static void language_falls_back_on_header_then_mailbox(void **state)
{
	(void)state;
	static const char mail[] = "From: maria@example.org\n"
				   "To: complaints@example.com\n%s\n12345\n";
	g_autofree char *declared =
		g_strdup_printf(mail, "Content-Language: fi-FI, en\n");
	g_autofree char *silent = g_strdup_printf(mail, "");
	g_autoptr(Analysis) from_header = analyze(declared, &usual);
	g_autoptr(Analysis) from_mailbox = analyze(silent, &usual);
	assert_string_equal(from_header->language, "fi");
	assert_true(from_header->language_confidence < 0.5);
	assert_string_equal(from_mailbox->language, "et");
	assert_true(from_mailbox->language_confidence == 0.0);
}

static void unparsed_mail_is_a_complaint_that_is_not_answered(void **state)
{
	static const char *const to[] = {"complaints@example.com", NULL};
	AnalysisEnvelope envelope = usual, null_sender = usual;
	(void)state;
	envelope.to = to;
	null_sender.from = "";
	g_autoptr(Analysis) analysis =
		analysis_unparsed(&envelope, "the parser died (SIGSEGV)");
	g_autoptr(Analysis) silent = analysis_unparsed(&null_sender, "time");
	assert_int_equal(analysis->kind, ANALYSIS_COMPLAINT);
	assert_string_equal(analysis->guard, "unparsed");
	assert_string_equal(
		analysis->guard_detail, "the parser died (SIGSEGV)");
	assert_false(analysis_would_acknowledge(analysis));
	assert_string_equal(analysis->from, "maria@example.org");
	assert_string_equal(
		analysis->recipients->pdata[0], "complaints@example.com");
	assert_string_equal(analysis->text, "");
	assert_string_equal(analysis->reply_text, "");
	assert_int_equal(silent->cost, ANALYSIS_COST_AUTOMATIC);
	assert_null(silent->from);
}

static void every_kind_and_cost_has_its_word(void **state)
{
	(void)state;
	assert_string_equal(analysis_kind_name(ANALYSIS_LOOP), "loop");
	for (int kind = 0; kind <= ANALYSIS_LOOP; kind++)
		assert_non_null(analysis_kind_name(kind));
	for (int cost = 0; cost <= ANALYSIS_COST_AUTOMATIC; cost++)
		assert_non_null(analysis_cost_name(cost));
	assert_null(analysis_complainer_name(ANALYSIS_COMPLAINER_NONE));
	for (int i = ANALYSIS_MEEK; i <= ANALYSIS_CHRONIC; i++)
		assert_non_null(analysis_complainer_name(i));
}

static void freeing_nothing_does_nothing(void **state)
{
	(void)state;
	analysis_free(NULL);
	analysis_warm_up();
}

/* ---- who is believed -------------------------------------------------- */

typedef struct Belief Belief;
struct Belief {
	const char *headers;
	bool believed;
};

#define FROM "From: maria@example.org\n"
#define PASS "dmarc=pass header.from=example.org"

static const Belief beliefs[] = {
	{FROM "Authentication-Results: mail.example.com; " PASS "\n", true},
	{FROM "authentication-results: MAIL.example.COM; " PASS "\n", true},
	{FROM "Authentication-Results: mail.example.com 1; " PASS "\n", true},
	{FROM "Authentication-Results: \"mail.example.com\"; " PASS "\n", true},
	{FROM "Authentication-Results: (c (d) \\)) mail.example.com (e);\n"
	      "\tspf=pass smtp.mailfrom=example.org; (x)\n"
	      "\tdmarc (y) = (z) pass (p=reject dis=none)\n"
	      "\theader.from=\"example.org\"\n",
		true},
	{FROM "Authentication-Results: mail.example.com; dmarc/1=pass "
	      "reason=\"a; dmarc=fail\" header.from=EXAMPLE.ORG\n",
		true},
	{"From: maria@b\xc3\xbc"
	 "cher.example\nAuthentication-Results: "
	 "mail.example.com; dmarc=pass header.from=xn--bcher-kva.example\n",
		true},
	/* the topmost field of our server counts, and no other */
	{FROM "Authentication-Results: mx.example.net; spf=pass\n"
	      "Authentication-Results: mail.example.com; " PASS "\n",
		true},
	{FROM "Authentication-Results: mail.example.com; dmarc=fail "
	      "header.from=example.org\n"
	      "Authentication-Results: mail.example.com; " PASS "\n",
		false},
	{FROM "Authentication-Results: mail.example.com; none\n"
	      "Authentication-Results: mail.example.com; " PASS "\n",
		false},
	{FROM "Authentication-Results: mx.example.net; " PASS "\n", false},
	{FROM "Authentication-Results: mail.example.com.evil.example; " PASS
	      "\n",
		false},
	{FROM "Authentication-Results: mail.example.com; dmarc=fail "
	      "header.from=example.org\n",
		false},
	{FROM "Authentication-Results: mail.example.com; dkim=pass "
	      "header.d=example.org; spf=pass\n",
		false},
	{FROM "Authentication-Results: mail.example.com; dmarc=pass\n", false},
	{FROM "Authentication-Results: mail.example.com; dmarc=pass "
	      "header.from=example.net\n",
		false},
	{FROM "Authentication-Results: mail.example.com; dmarc=pass "
	      "header.from=sub.example.org\n",
		false},
	{FROM "Authentication-Results: mail.example.com; (dmarc=pass "
	      "header.from=example.org)\n",
		false},
	{FROM "Authentication-Results: mail.example.com; spf=pass "
	      "reason=\"; " PASS "\"\n",
		false},
	{FROM "Authentication-Results: mail.example.com; dmarc=passed "
	      "header.from=example.org\n",
		false},
	{FROM "Authentication-Results: mail.example.com; " PASS
	      " header.from=example.net\n",
		false},
	{FROM "Authentication-Results: mail.example.com; " PASS
	      "; dmarc=fail header.from=example.org\n",
		false},
	{FROM "Authentication-Results: mail.example.com; " PASS " (\n", false},
	{FROM "X-Authentication-Results: mail.example.com; " PASS "\n", false},
	/* several authors: nobody is believed */
	{"From: maria@example.org, boss@example.org\n"
	 "Authentication-Results: mail.example.com; " PASS "\n",
		false},
	{FROM FROM "Authentication-Results: mail.example.com; " PASS "\n",
		false},
	{"Authentication-Results: mail.example.com; " PASS "\n", false},
};

static void only_aligned_dmarc_of_our_server_is_believed(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(beliefs); i++) {
		g_autofree char *mail =
			g_strconcat(beliefs[i].headers, "\nHi.\n", NULL);
		g_autoptr(Analysis) analysis = analyze(mail, &usual);
		if (analysis->authenticated != beliefs[i].believed)
			fail_msg("%s: %d", beliefs[i].headers,
				analysis->authenticated);
		assert_int_equal(analysis->authenticated,
			analysis->authenticated_by != NULL);
	}
}

static void without_a_trusted_server_nothing_is_believed(void **state)
{
	(void)state;
	AnalysisEnvelope envelope = usual;
	envelope.authserv_id = NULL;
	g_autoptr(Analysis) analysis = analyze(beliefs[0].headers, &envelope);
	envelope.authserv_id = "";
	g_autoptr(Analysis) empty = analyze(
		FROM "Authentication-Results: ; " PASS "\n\n", &envelope);
	assert_false(analysis->authenticated);
	assert_false(empty->authenticated);
}

static void smtp_auth_is_believed_of_its_own_address(void **state)
{
	static const char *const mine[] = {"complaints@example.com", NULL};
	static const struct {
		const char *login, *from;
		bool believed;
	} cases[] = {
		{"maria@example.com", "maria@example.com", true},
		{"Maria@Example.com", "maria@example.com", true},
		{"maria", "maria@example.com", true},
		{"maria@customer.example", "maria@customer.example", true},
		/* Whoever has an account may write anything into From. */
		{"peeter", "maria@example.com", false},
		{"peeter@example.com", "maria@example.com", false},
		{"maria", "maria@customer.example", false},
		{"mari", "maria@example.com", false},
		{"maria", "maria@example.com, ann@example.com", false},
		{"", "maria@example.com", false},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		AnalysisEnvelope envelope = usual;
		g_autofree char *mail =
			g_strdup_printf("From: %s\n\nHi.\n", cases[i].from);
		envelope.auth_login = cases[i].login;
		envelope.our_addresses = mine;
		g_autoptr(Analysis) analysis = analyze(mail, &envelope);
		if (analysis->authenticated != cases[i].believed)
			fail_msg("%s as %s", cases[i].login, cases[i].from);
	}
}

/* ---- across the wire -------------------------------------------------- */

static void assert_same(const Analysis *a, const Analysis *b)
{
	g_autoptr(GBytes) wire_a = analysis_serialise(a);
	g_autoptr(GBytes) wire_b = analysis_serialise(b);
	assert_true(g_bytes_equal(wire_a, wire_b));
	assert_string_equal(a->text, b->text);
	assert_int_equal(a->kind, b->kind);
}

static Analysis *cross(const Analysis *analysis)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) wire = analysis_serialise(analysis);
	Analysis *back = analysis_deserialise(wire, &error);
	if (error)
		fail_msg("%s", error->message);
	return back;
}

static void analysis_crosses_the_wire_unchanged(void **state)
{
	static const char *const files[] = {"analysis-complaint.eml",
		"analysis-bounce-two.eml", "analysis-bounce-utf8.eml",
		"analysis-bounce-groups.eml"};
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autoptr(Analysis) analysis = analyze_file(files[i]);
		g_autoptr(Analysis) back = cross(analysis);
		assert_same(analysis, back);
	}
	g_autoptr(Analysis) empty = analysis_new();
	g_autoptr(Analysis) back = cross(empty);
	assert_same(empty, back);
}

static void every_field_crosses_the_wire(void **state)
{
	(void)state;
	g_autoptr(Analysis) analysis = analyze_file("analysis-bounce-two.eml");
	analysis->complainer = ANALYSIS_RIP_OFF;
	analysis->complainer_reason = g_strdup("asks for money");
	analysis->urgency = 3;
	analysis->status_request = true;
	analysis->authenticated = true;
	analysis->authenticated_by = g_strdup("SMTP AUTH as maria");
	analysis->several_from = true;
	analysis->language_confidence = 0.25;
	g_ptr_array_add(analysis->commands, g_strdup("#resolve"));
	g_ptr_array_add(analysis->defects, g_strdup("cut"));
	g_autoptr(Analysis) back = cross(analysis);
	assert_same(analysis, back);
	assert_int_equal(back->complainer, ANALYSIS_RIP_OFF);
	assert_string_equal(back->complainer_reason, "asks for money");
	assert_int_equal(back->urgency, 3);
	assert_true(back->status_request);
	assert_true(back->authenticated && back->several_from);
	assert_true(back->language_confidence == 0.25);
	assert_string_equal(back->commands->pdata[0], "#resolve");
	assert_string_equal(back->defects->pdata[0], "cut");
	assert_int_equal(back->bounce->recipients->len, 2);
	assert_string_equal(back->bounce->reason, "host-unknown");
}

static void every_field_of_an_agents_mail_crosses_the_wire(void **state)
{
	(void)state;
	g_autoptr(Analysis) analysis = analysis_new();
	analysis->dmarc_passed = true;
	analysis->protection = ANALYSIS_ENCRYPTED;
	g_free(analysis->agent_text);
	analysis->agent_text = g_strdup("A new one is on its way.\n\nMari");
	analysis->command_problem = ANALYSIS_COMMANDS_TOO_MANY;
	analysis->command_problem_line = g_strdup("#resolv");
	analysis->forwarded_from = g_strdup("anna@example.org");
	analysis->forwarded_name = g_strdup("Anna");
	analysis->forwarded_subject = g_strdup("Rotten");
	analysis->forwarded_text = g_strdup("They were\nrotten.");
	g_autoptr(Analysis) back = cross(analysis);
	assert_same(analysis, back);
	assert_true(back->dmarc_passed);
	assert_int_equal(back->protection, ANALYSIS_ENCRYPTED);
	assert_string_equal(
		back->agent_text, "A new one is on its way.\n\nMari");
	assert_int_equal(back->command_problem, ANALYSIS_COMMANDS_TOO_MANY);
	assert_string_equal(back->command_problem_line, "#resolv");
	assert_string_equal(back->forwarded_from, "anna@example.org");
	assert_string_equal(back->forwarded_name, "Anna");
	assert_string_equal(back->forwarded_subject, "Rotten");
	assert_string_equal(back->forwarded_text, "They were\nrotten.");
}

static void every_field_of_what_a_customer_says_crosses_the_wire(void **state)
{
	(void)state;
	g_autoptr(Analysis) analysis = analysis_new();
	analysis->says_solved = true;
	analysis->says_thanks = true;
	analysis->rating = 5;
	analysis->rating_comment = g_strdup("quick\nand kind");
	analysis->threat = g_strdup("law: 'lawyer'");
	g_autoptr(Analysis) back = cross(analysis);
	assert_same(analysis, back);
	assert_true(back->says_solved && back->says_thanks);
	assert_int_equal(back->rating, 5);
	assert_string_equal(back->rating_comment, "quick\nand kind");
	assert_string_equal(back->threat, "law: 'lawyer'");
}

/* A value that no honest parser writes, by breaking an honest one. */
typedef void (*Lie)(Analysis *analysis);

static void lie_kind(Analysis *analysis)
{
	analysis->kind = (enum analysis_kind)(ANALYSIS_LOOP + 1);
}

static void lie_negative_kind(Analysis *analysis)
{
	analysis->kind = (enum analysis_kind) - 1;
}

static void lie_cost(Analysis *analysis)
{
	analysis->cost = (enum analysis_cost)7;
}

static void lie_complainer(Analysis *analysis)
{
	analysis->complainer = (enum analysis_complainer)99;
}

static void lie_urgency(Analysis *analysis)
{
	analysis->urgency = 4;
}

static void lie_confidence(Analysis *analysis)
{
	analysis->language_confidence = 0.0 / 0.0;
}

static void lie_confidence_above(Analysis *analysis)
{
	analysis->language_confidence = 1.5;
}

static void lie_date(Analysis *analysis)
{
	analysis->date_s = INT64_MAX;
}

static void lie_language(Analysis *analysis)
{
	g_free(analysis->language);
	analysis->language = g_strdup("../../etc");
}

static void lie_no_text(Analysis *analysis)
{
	g_clear_pointer(&analysis->text, g_free);
}

static void lie_size(Analysis *analysis)
{
	AnalysisAttachment *attachment = analysis->attachments->pdata[0];
	attachment->size_bytes = SIZE_MAX;
}

static void lie_protection(Analysis *analysis)
{
	analysis->protection = (enum analysis_protection)3;
}

static void lie_command_problem(Analysis *analysis)
{
	analysis->command_problem = (enum analysis_command_problem)7;
}

static void lie_commands_in_spite_of_a_problem(Analysis *analysis)
{
	analysis->command_problem = ANALYSIS_COMMAND_UNKNOWN;
	g_ptr_array_add(analysis->commands, g_strdup("#resolve"));
}

static void lie_no_agent_text(Analysis *analysis)
{
	g_clear_pointer(&analysis->agent_text, g_free);
}

static void lie_rating(Analysis *analysis)
{
	analysis->rating = 6;
}

static void lie_negative_rating(Analysis *analysis)
{
	analysis->rating = (unsigned)-1;
}

static const Lie lies[] = {lie_kind, lie_negative_kind, lie_cost,
	lie_complainer, lie_urgency, lie_confidence, lie_confidence_above,
	lie_date, lie_language, lie_no_text, lie_size, lie_protection,
	lie_command_problem, lie_commands_in_spite_of_a_problem,
	lie_no_agent_text, lie_rating, lie_negative_rating};

static void values_out_of_range_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(lies); i++) {
		g_autoptr(Analysis) analysis =
			analyze_file("analysis-complaint.eml");
		lies[i](analysis);
		g_autoptr(GBytes) wire = analysis_serialise(analysis);
		g_autoptr(GError) error = NULL;
		g_autoptr(Analysis) back = analysis_deserialise(wire, &error);
		if (back)
			fail_msg("lie %zu was believed", i);
		assert_true(g_error_matches(
			error, ANALYSIS_ERROR, REDRESS_ERROR_INVALID));
	}
}

/* Puts other bytes of the same length in place of some. */
static GBytes *forge(
	const Analysis *analysis, const char *old, const char *forged)
{
	g_autoptr(GBytes) wire = analysis_serialise(analysis);
	gsize length, size = strlen(old);
	const char *bytes = g_bytes_get_data(wire, &length);
	char *copy = g_memdup2(bytes, length);
	char *at = memmem(copy, length, old, size);
	assert_non_null(at);
	assert_int_equal(size, strlen(forged));
	memcpy(at, forged, size);
	return g_bytes_new_take(copy, length);
}

static void lines_with_control_characters_are_refused(void **state)
{
	static const char *const forged[] = {"mar\r\n@example.org",
		"mar\n @example.org", "mar\x7f @example.org",
		"mar\xff\xfe@example.org"};
	(void)state;
	g_autoptr(Analysis) analysis =
		analyze("From: maria@example.org\n\nHi.\n", NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(forged); i++) {
		g_autoptr(GBytes) wire =
			forge(analysis, "maria@example.org", forged[i]);
		g_autoptr(GError) error = NULL;
		assert_null(analysis_deserialise(wire, &error));
		assert_non_null(error);
	}
}

static void our_own_side_writes_clean_lines(void **state)
{
	(void)state;
	g_autoptr(Analysis) analysis = analysis_new();
	analysis->subject = g_strdup("a\r\nBcc: b\x01 \xff");
	analysis->signature = g_strdup("two\nlines");
	g_autoptr(Analysis) back = cross(analysis);
	assert_null(strpbrk(back->subject, "\r\n\x01"));
	assert_true(g_utf8_validate(back->subject, -1, NULL));
	assert_string_equal(back->signature, "two\nlines");
}

static void endless_lists_are_cut(void **state)
{
	(void)state;
	g_autoptr(Analysis) analysis = analysis_new();
	for (int i = 0; i < 10000; i++)
		g_ptr_array_add(analysis->references, g_strdup("a@b"));
	for (int i = 0; i < 4000; i++)
		g_ptr_array_add(analysis->recipients, g_strnfill(16384, 'r'));
	analysis->subject = g_strnfill(1 << 20, 'x');
	g_autoptr(Analysis) back = cross(analysis);
	assert_int_equal(back->references->len, 4096);
	assert_int_equal(back->recipients->len, 64);
	assert_in_range(strlen(back->subject), 1, 64 * 1024);
}

/* Whatever bytes come, the answer is an error or a value that holds. */
static void assert_bytes_are_survived(char *bytes, gsize length)
{
	g_autoptr(GBytes) wire = g_bytes_new_static(bytes, length);
	g_autoptr(GError) error = NULL;
	g_autoptr(Analysis) back = analysis_deserialise(wire, &error);
	assert_true((back == NULL) == (error != NULL));
	if (!back)
		return;
	g_autoptr(Analysis) again = cross(back);
	assert_same(back, again);
}

static void broken_wire_bytes_are_survived(void **state)
{
	enum { ROUNDS = 4000, CHANGES = 4 };
	(void)state;
	g_autoptr(GRand) dice = g_rand_new_with_seed(20261124);
	g_autoptr(Analysis) analysis = analyze_file("analysis-bounce-two.eml");
	g_autoptr(GBytes) wire = analysis_serialise(analysis);
	gsize length;
	const char *bytes = g_bytes_get_data(wire, &length);
	for (int round = 0; round < ROUNDS; round++) {
		g_autofree char *copy = g_memdup2(bytes, length);
		gsize cut = length;
		for (int i = 0; i < CHANGES; i++)
			copy[g_rand_int_range(dice, 0, (gint32)length)] =
				(char)g_rand_int_range(dice, 0, 256);
		if (round % 4 == 0)
			cut = (gsize)g_rand_int_range(dice, 0, (gint32)length);
		assert_bytes_are_survived(copy, cut);
	}
}

/* ---- what a field of results reports --------------------------------------
 */

static void a_result_field_tells_the_methods_that_it_reports(void **state)
{
	(void)state;
	static const struct {
		const char *field, *expected; /* NULL: of another server */
	} cases[] = {
		{" mail.example.com; dkim=pass header.d=x; DKIM=fail;\n\tspf"
		 "=none reason=\"; dmarc=pass\" (; arc=pass)",
			"dkim dkim spf"},
		{"MAIL.example.com 1 ; dmarc/1=pass header.from=x", "dmarc"},
		{"(c) \"mail.example.com\";iprev=pass", "iprev"},
		{"mail.example.com; none", ""},
		{"mail.example.com; dkim=pass; ((((", "dkim "},
		{"mail.example.com; dkim=pass; spf", "dkim "},
		{"mail.example.com", ""},
		{"mail.example.com.evil.example; dkim=pass", NULL},
		{"mx.example.net; dkim=pass", NULL},
		{"((((", NULL},
		{"", NULL},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GPtrArray) methods = analysis_result_methods(
			cases[i].field, "mail.example.com");
		g_autoptr(GString) told = g_string_new(NULL);

		assert_int_equal(methods == NULL, cases[i].expected == NULL);
		for (guint j = 0; methods && j < methods->len; j++)
			g_string_append_printf(told, "%s%s", j ? " " : "",
				(char *)methods->pdata[j]);
		assert_string_equal(
			told->str, cases[i].expected ? cases[i].expected : "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(complaint_is_read_whole),
		cmocka_unit_test(answer_never_goes_to_ourselves),
		cmocka_unit_test(author_is_from_else_sender_else_envelope),
		cmocka_unit_test(analysis_needs_no_envelope),
		cmocka_unit_test(language_falls_back_on_header_then_mailbox),
		cmocka_unit_test(
			unparsed_mail_is_a_complaint_that_is_not_answered),
		cmocka_unit_test(every_kind_and_cost_has_its_word),
		cmocka_unit_test(freeing_nothing_does_nothing),
		cmocka_unit_test(only_aligned_dmarc_of_our_server_is_believed),
		cmocka_unit_test(without_a_trusted_server_nothing_is_believed),
		cmocka_unit_test(smtp_auth_is_believed_of_its_own_address),
		cmocka_unit_test(
			a_result_field_tells_the_methods_that_it_reports),
		cmocka_unit_test(analysis_crosses_the_wire_unchanged),
		cmocka_unit_test(every_field_crosses_the_wire),
		cmocka_unit_test(
			every_field_of_an_agents_mail_crosses_the_wire),
		cmocka_unit_test(
			every_field_of_what_a_customer_says_crosses_the_wire),
		cmocka_unit_test(values_out_of_range_are_refused),
		cmocka_unit_test(lines_with_control_characters_are_refused),
		cmocka_unit_test(our_own_side_writes_clean_lines),
		cmocka_unit_test(endless_lists_are_cut),
		cmocka_unit_test(broken_wire_bytes_are_survived),
	};
	return cmocka_run_group_tests_name("analysis", tests, NULL, NULL);
}
