#include "cli.h"

#include <string.h>

static const CliCommand commands[] = {
	{
		"check",
		"try the configuration and all that it names",
		"",
		"Says for each what was found, and what to do where it fails.\n"
		"Nothing is changed and no mail is sent.\n\n"
		"Examples:\n"
		"  redress check\n"
		"  redress check --config /tmp/new.conf && systemctl reload "
		"redressd",
		cli_check,
	},
	{
		"analyze",
		"show how a mail is understood",
		"FILE…",
		"Needs no store.  A FILE holds one mail; \"-\" is standard "
		"input.\nWithout --config no mailbox is known to be ours.\n\n"
		"Examples:\n"
		"  redress analyze mail.eml\n"
		"  redress analyze --json --from '' --to "
		"complaints@example.com "
		"*.eml",
		cli_analyze,
	},
	{
		"ingest",
		"take in mail from files or standard input",
		"[FILE…|-]",
		"Does for each mail what the milter does.  A FILE is a mail, "
		"an mbox or a\nMaildir.  What is known already is not taken "
		"twice, so it is safe to repeat.\nWithout --to the mail's own "
		"header says for whom it is.\n\n"
		"As a pipe transport it exits 75 when the mail must be kept "
		"and tried again.\n\n"
		"Examples:\n"
		"  redress ingest --no-acknowledge ~/Maildir\n"
		"  redress ingest --from \"$SENDER\" --to \"$RECIPIENT\" -",
		cli_ingest,
	},
	{
		"list",
		"list tickets, the youngest first",
		"",
		"Shows those that are neither resolved nor closed.\n\n"
		"Examples:\n"
		"  redress list\n"
		"  redress list --all --customer ann@customer.example\n"
		"  redress list --state waiting --json\n"
		"  redress list --unanswered --assignee mari@example.com",
		cli_list,
	},
	{
		"show",
		"show all that is known of a ticket",
		"REF…",
		"Examples:\n"
		"  redress show 7K3F-92QX\n"
		"  redress show --raw 12 > mail.eml    the mail as it came\n"
		"  redress show --mail 7               the mail as it was sent",
		cli_show,
	},
	{
		"resolve",
		"settle a ticket and tell the customer",
		"REF…",
		"Examples:\n"
		"  redress resolve 7K3F-92QX --text 'We sent a new lamp.'\n"
		"  redress resolve 7K3F-92QX --text - < words.txt\n"
		"  redress resolve 7K3F-92QX --silent",
		cli_resolve,
	},
	{
		"reopen",
		"open a ticket again",
		"REF…",
		"Examples:\n"
		"  redress reopen 7K3F-92QX",
		cli_reopen,
	},
	{
		"note",
		"write a note that only we see",
		"REF TEXT…|-",
		"Examples:\n"
		"  redress note 7K3F-92QX 'The courier looks for it.'\n"
		"  redress note 7K3F-92QX - < note.txt",
		cli_note,
	},
	{
		"correct",
		"say what a complainer or an urgency really is",
		"REF",
		"What had been judged is kept beside it, so that it can be "
		"told "
		"how often the\njudgement is right: correct what is wrong, and "
		"confirm what is right.\n\n"
		"Examples:\n"
		"  redress correct 7K3F-92QX --complainer none\n"
		"  redress correct 7K3F-92QX --complainer meek --urgency 3",
		cli_correct,
	},
	{
		"assign",
		"say who looks after a ticket",
		"REF WHO",
		"WHO is an agent of the team: an address, or what stands "
		"before its @.\n\n"
		"Examples:\n  redress assign 7K3F-92QX mari@example.com\n  "
		"redress assign 7K3F-92QX mari",
		cli_assign,
	},
	{
		"tag",
		"tag a ticket, or take tags off",
		"REF TAG…",
		""
		"Examples:\n  redress tag 7K3F-92QX parcel late\n  redress tag "
		"7K3F-92QX --remove late",
		cli_tag,
	},
	{
		"promise",
		"promise the customer another time",
		"REF WHEN…",
		"The customer is told the new time.\n\n"
		"Examples:\n  redress promise 7K3F-92QX 3 business days\n  "
		"redress promise 7K3F-92QX 2026-11-24 14:00\n  redress promise "
		"7K3F-92QX tomorrow 16:00",
		cli_promise,
	},
	{
		"priority",
		"say how much a ticket hurries",
		"REF low|normal|high|urgent",
		""
		"Examples:\n  redress priority 7K3F-92QX high",
		cli_priority,
	},
	{
		"type",
		"say what kind of complaint it is",
		"REF TYPE",
		""
		"Examples:\n  redress type 7K3F-92QX delivery",
		cli_type,
	},
	{
		"cause",
		"say what went wrong",
		"REF CAUSE",
		""
		"Examples:\n  redress cause 7K3F-92QX carrier",
		cli_cause,
	},
	{
		"compensate",
		"record what the customer is given",
		"REF AMOUNT CURRENCY",
		"Nothing is paid and nobody is told; it shows what similar "
		"cases got.\n\n"
		"Examples:\n  redress compensate 7K3F-92QX 30 EUR",
		cli_compensate,
	},
	{
		"canned",
		"list canned answers, or send one",
		"[REF NAME]",
		""
		"Examples:\n  redress canned\n  redress canned 7K3F-92QX delay "
		"--preview\n  redress canned 7K3F-92QX delay --text 'Dear "
		"Ann,'",
		cli_canned,
	},
	{
		"ask",
		"ask the customer, and wait for the answer",
		"REF QUESTION…",
		"Each argument is a question, and is numbered in the mail.  "
		"The ticket waits: the\ncustomer is reminded, and at last it "
		"rests.\n\n"
		"Examples:\n"
		"  redress ask 7K3F-92QX 'Which colour did you order?'\n"
		"  redress ask 7K3F-92QX --text 'Dear Ann,' 'Which colour?' "
		"'Which size?'",
		cli_ask,
	},
	{
		"merge",
		"let one ticket go on as another",
		"REF INTO",
		"Both are of the same customer and mailbox.  INTO goes on.\n\n"
		"Examples:\n  redress merge 7K3F-92QX 5D0M-J4RT",
		cli_merge,
	},
	{
		"escalate",
		"tell the supervisor of a ticket",
		"REF",
		""
		"Examples:\n  redress escalate 7K3F-92QX --text 'They ask for "
		"a lawyer.'",
		cli_escalate,
	},
	{
		"address",
		"correct the address that the customer is written to",
		"REF ADDRESS",
		""
		"Examples:\n  redress address 7K3F-92QX "
		"ann.smith@customer.example",
		cli_address,
	},
	{
		"vip",
		"list, add or remove customers to take special care of",
		"",
		"Without an option it lists those of the store, which this "
		"command changes, and\nthose of the configuration, which an "
		"editor does.\n\n"
		"Examples:\n"
		"  redress vip\n"
		"  redress vip --add ann@customer.example --add "
		"@press.example\n"
		"  redress vip --remove @press.example",
		cli_vip,
	},
	{
		"promises",
		"list or count what customers were promised",
		"[REF…]",
		"An answer, a settlement or an update by a time that a mail "
		"told, and whether it\nwas kept.  WHEN is a date, a date and "
		"an hour, or how long ago: \"7d\".\n\n"
		"Examples:\n"
		"  redress promises --outcome overdue\n"
		"  redress promises --count --since 30d\n"
		"  redress promises 7K3F-92QX --json",
		cli_promises,
	},
	{
		"mailbox",
		"show how the mailboxes at providers are followed",
		"",
		"Of each folder: the age of the oldest mail that waits, when "
		"the server was\nlast heard of, and what is wrong.  The exit "
		"status is 1 if one has been in\ntrouble for a quarter of an "
		"hour.\n\n"
		"Examples:\n"
		"  redress mailbox\n"
		"  redress mailbox --json",
		cli_mailbox,
	},
	{
		"outbox",
		"show what waits to be sent, and why",
		"",
		"Examples:\n"
		"  redress outbox\n"
		"  redress outbox --all --json",
		cli_outbox,
	},
	{
		"retry",
		"send now what waits",
		"ID|REF…",
		"An ID is that of `redress outbox`.  Mail that has failed is "
		"tried again only\nwhen its ID or ticket is named.\n\n"
		"Examples:\n"
		"  redress retry 7\n"
		"  redress retry 7K3F-92QX\n"
		"  redress retry --all",
		cli_retry,
	},
	{
		"render",
		"show templates with sample values, or mail previews of them",
		"NAME…",
		"NAME is a template's, such as ack, reply or briefing (see\n"
		"redress-templates(5)), or canned/NAME.  --html-out shows "
		"them all side by side.\n\n"
		"Examples:\n"
		"  redress render ack --language fi\n"
		"  redress render resolved --language el --html > "
		"resolved.html\n"
		"  redress render --all --html-out previews\n"
		"  redress render ack late --language zh --mail-to "
		"mari@example.com",
		cli_render,
	},
	{0},
};

const CliCommand *cli_commands(void)
{
	return commands;
}

const CliCommand *cli_command_find(const char *name)
{
	for (const CliCommand *command = commands; command->name; command++) {
		if (strcmp(command->name, name) == 0)
			return command;
	}
	return NULL;
}

/* Levenshtein's distance, one row at a time. */
static size_t distance(const char *one, const char *other)
{
	size_t length = strlen(other);
	g_autofree size_t *row = g_new(size_t, length + 1);

	for (size_t i = 0; i <= length; i++)
		row[i] = i;
	for (size_t line = 1; *one; one++, line++) {
		size_t above_left = row[0];

		row[0] = line;
		for (size_t i = 1; i <= length; i++) {
			size_t change = above_left + (*one != other[i - 1]);

			above_left = row[i];
			row[i] = MIN(change, MIN(row[i], row[i - 1]) + 1);
		}
	}
	return row[length];
}

const char *cli_command_suggest(const char *name)
{
	const char *nearest = NULL;
	size_t least = 4;

	if (strlen(name) > 40)
		return NULL;
	for (const CliCommand *command = commands; command->name; command++) {
		size_t apart = distance(name, command->name);

		if (apart < least && apart < strlen(command->name)) {
			least = apart;
			nearest = command->name;
		}
	}
	return nearest;
}
