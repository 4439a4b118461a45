/*
 * assembly: from the configuration to the options of the modules.  The only
 * code beside daemon/ and cli/ that reads a Config; both start here.
 */
#ifndef REDRESS_ASSEMBLY_H
#define REDRESS_ASSEMBLY_H

#include <redress/base.h>
#include <redress/config.h>
#include <redress/engine.h>
#include <redress/outbox.h>
#include <redress/parser.h>

/*
 * Templates, key and mailboxes of a configuration as a policy.  The policy owns
 * the configuration from then on (also on failure).  create_key: make the key
 * file if there is none.  (transfer full)
 */
EnginePolicy *assembly_policy(
	Config *config_to_own, bool create_key, GError **error);

ParserPool *assembly_parser(const Config *config, GError **error);

/* Fills the server; reads the password file.  *ret_password is to be freed
 * after use; it is NULL without AUTH. */
bool assembly_server(const Config *config, OutboxServer *ret_server,
	char **ret_password, GError **error);

#endif
