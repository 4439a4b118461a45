#include <redress/assembly.h>

#include <string.h>

/* What the parser pool is without a configuration: its settings' defaults. */
enum {
	PARSER_TIMEOUT_MS = 10 * 1000,
	PARSER_CPU_S = 5,
	PARSER_MEMORY_BYTES = 512 * 1024 * 1024,
	PARSER_MAILS = 1000,
	PARSER_PROCESSES_MOST = 8,
};

/* The program's default place means: the one that came with us. */
static char *parser_program(const Config *config)
{
	if (config && strcmp(config->parser.program,
			      REDRESS_LIBEXEC_DIR "/redress-parser") != 0)
		return g_strdup(config->parser.program);
	return assembly_parser_program();
}

ParserPool *assembly_parser(const Config *config, GError **error)
{
	g_autofree char *program = parser_program(config);
	ParserOptions options = {
		.program = program,
		.processes = MIN(g_get_num_processors(), PARSER_PROCESSES_MOST),
		.timeout_ms = PARSER_TIMEOUT_MS,
		.cpu_s = PARSER_CPU_S,
		.memory_bytes = PARSER_MEMORY_BYTES,
		.mails_per_process = PARSER_MAILS,
	};

	if (config) {
		options.processes = config->parser.processes;
		options.timeout_ms = (unsigned)config->parser.timeout_ms;
		options.cpu_s = (unsigned)config->parser.cpu_s;
		options.memory_bytes = (size_t)config->parser.memory_bytes;
		options.mails_per_process = config->parser.mails_per_process;
	}
	return parser_pool_new(&options, error);
}

/* Two tables that must not drift apart: one is a setting, one a protocol. */
static enum outbox_tls tls_of(enum config_tls tls)
{
	switch (tls) {
	case CONFIG_TLS_NONE:
		return OUTBOX_TLS_NONE;
	case CONFIG_TLS_STARTTLS:
		return OUTBOX_TLS_STARTTLS;
	case CONFIG_TLS_IMPLICIT:
		return OUTBOX_TLS_IMPLICIT;
	}
	g_assert_not_reached();
}

bool assembly_server(const Config *config, OutboxServer *ret_server,
	char **ret_password, GError **error)
{
	const BaseSecretSource source = {
		.password_file = config->submission.password_file};
	g_auto(BaseSecret) password = {0};

	if (config->submission.user &&
		!base_secret_read(&source, NULL, &password, error))
		return false;
	*ret_server = (OutboxServer){
		.host = config->submission.host,
		.port = config->submission.port,
		.hostname = config->hostname,
		.tls = tls_of(config->submission.tls),
		.ca_file = config->submission.ca_file,
		.user = config->submission.user,
		.password = password.text,
		.timeout_s = config->submission.timeout_s,
	};
	*ret_password = g_steal_pointer(&password.text);
	return true;
}

void assembly_route(const Config *config, const ConfigMailbox *mailbox,
	OutboxRoute *ret_route)
{
	const ConfigSubmission *submission = &mailbox->submission;

	*ret_route = (OutboxRoute){
		.mailbox = mailbox->folded,
		.server =
			{
				.host = submission->host,
				.port = submission->port,
				.hostname = config->hostname,
				.tls = tls_of(submission->tls),
				.ca_file = submission->ca_file,
				.user = submission->user,
				.secret =
					{
						.password_file =
							submission
								->password_file,
						.password_command =
							submission
								->password_command,
						.oauth2_token_file =
							submission
								->oauth2_token_file,
						.oauth2_command =
							submission
								->oauth2_command,
					},
				.timeout_s = submission->timeout_s,
			},
		.connections = submission->connections,
		.mails_per_minute = submission->mails_per_minute,
		.file_sent = submission->file_sent,
	};
}

GArray *assembly_routes(const Config *config)
{
	GArray *routes = g_array_new(FALSE, FALSE, sizeof(OutboxRoute));

	for (guint i = 0; i < config->mailboxes->len; i++) {
		const ConfigMailbox *mailbox = config->mailboxes->pdata[i];
		OutboxRoute route;

		if (!mailbox->submission.host)
			continue;
		assembly_route(config, mailbox, &route);
		g_array_append_val(routes, route);
	}
	return routes;
}
