#include <string.h>

#include <redress/reply.h>

#include "check.h"

static void check_languages(Check *check, const ReplyTemplates *templates)
{
	for (guint i = 0; i < check->config->mailboxes->len; i++) {
		const ConfigMailbox *mailbox =
			check->config->mailboxes->pdata[i];
		const char *chosen = reply_templates_choose(
			templates, mailbox->language, NULL);

		if (strcmp(chosen, mailbox->language) != 0)
			check_bad(check, "templates",
				"mailbox \"%s\" speaks \"%s\", in which not "
				"all templates exist; write them or choose "
				"another language",
				mailbox->address, mailbox->language);
	}
}

/* Mail goes out whatever they say: none of it is a failure. */
static GPtrArray *(*const looks[])(const ReplyTemplates *templates) = {
	reply_templates_check_files,
	reply_templates_compare,
	reply_templates_check_tone,
};

static void tell(Check *check, GPtrArray *remarks)
{
	for (guint i = 0; i < remarks->len; i++) {
		const ReplyRemark *remark = g_ptr_array_index(remarks, i);

		if (remark->wrong)
			check_warn(check, "templates", "%s: %s", remark->file,
				remark->words);
		else
			check_good(check, "templates", "%s: %s", remark->file,
				remark->words);
	}
}

void check_templates(Check *check)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(ReplyTemplates) templates =
		assembly_templates(check->config, &error);
	g_autofree char *languages = NULL;

	if (!templates) {
		check_bad(check, "templates", "%s", error->message);
		return;
	}
	languages =
		g_strjoinv(" ", (char **)reply_templates_languages(templates));
	check_good(check, "templates", "whole in %s", languages);
	check_languages(check, templates);
	if (!assembly_check_letters(check->config, templates, &error))
		check_bad(check, "letters", "%s", error->message);
	for (size_t i = 0; i < G_N_ELEMENTS(looks); i++) {
		g_autoptr(GPtrArray) remarks = looks[i](templates);
		tell(check, remarks);
	}
}
