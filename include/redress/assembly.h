/*
 * assembly: from the configuration to the options of the modules.  The only
 * code beside daemon/ and cli/ that reads a Config; both start here.
 */
#ifndef REDRESS_ASSEMBLY_H
#define REDRESS_ASSEMBLY_H

#include <redress/base.h>
#include <redress/config.h>
#include <redress/engine.h>
#include <redress/intake.h>
#include <redress/outbox.h>
#include <redress/parser.h>

/*
 * Templates, key and mailboxes of a configuration as a policy.  The policy owns
 * the configuration from then on (also on failure).  create_key: make the key
 * file if there is none.  (transfer full)
 */
EnginePolicy *assembly_policy(
	Config *config_to_own, bool create_key, GError **error);

/*
 * The same for judging mails without sending any: where the key cannot be read,
 * a random one takes its place and *ret_signed (nullable) becomes false; our
 * own signatures are then not recognised.  Owns and fails as above.
 */
EnginePolicy *assembly_policy_for_analysis(
	Config *config_to_own, bool *ret_signed, GError **error);

/* The templates of a configuration; without one (nullable) those that came with
 * this program.  (transfer full) */
ReplyTemplates *assembly_templates(const Config *config, GError **error);

/* Whether every letter of every mailbox's terms may be mailed, as
 * reply_check_canned() says; the error names mailbox and policy.  The two above
 * ask it too. */
bool assembly_check_letters(
	const Config *config, const ReplyTemplates *templates, GError **error);

/* config (nullable): NULL means the defaults, with a process a processor.  A
 * parser program left at its default is assembly_parser_program(). */
ParserPool *assembly_parser(const Config *config, GError **error);

/* Fills the server; reads the password file.  *ret_password is to be freed
 * after use; it is NULL without AUTH. */
bool assembly_server(const Config *config, OutboxServer *ret_server,
	char **ret_password, GError **error);

/*
 * How a mailbox is followed; false if it is not by IMAP.  Strings are the
 * configuration's.  door, told and progress are the caller's to fill in.
 */
bool assembly_imap(
	const ConfigMailbox *mailbox, IntakeImapOptions *ret_options);

/* Fills the server of one mailbox's own (its host is set), and how it is used.
 * The pointers are the configuration's. */
void assembly_route(const Config *config, const ConfigMailbox *mailbox,
	OutboxRoute *ret_route);
/* Those of all mailboxes that have one.  (transfer full) (element-type
 * OutboxRoute) */
GArray *assembly_routes(const Config *config);

/* The redress-parser that belongs to this program: named by the environment
 * variable REDRESS_PARSER, in the same build tree, or installed.
 * (transfer full) */
char *assembly_parser_program(void);

/* The templates that came with this program.  (transfer full) */
char *assembly_template_directory(void);

#endif
