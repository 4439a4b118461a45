/*
 * agent: who is one, and what becomes of their mail.  answer.c reads what it
 * says, steer.c carries out what it asks for.
 */
#ifndef REDRESS_ENGINE_AGENT_H
#define REDRESS_ENGINE_AGENT_H

#include "command.h"
#include "internal.h"

/* ---- agent.c: standing -------------------------------------------------- */

enum agent_standing {
	AGENT_NOBODY,
	AGENT_CLAIMED, /* an address of the team, and no proof of it */
	AGENT_PROVEN,
};

/* Of a mail's author in the team of a mailbox.  *ret_proof: by what, in words
 * (transfer full) (nullable).  Pure. */
enum agent_standing agent_judge(
	const EngineMailbox *mailbox, const EngineMail *mail, char **ret_proof);

/* The address that a SMTP AUTH name stands for, or NULL. */
const char *agent_of_login(const EngineMailbox *mailbox, const char *login);

/* ---- steer.c ----------------------------------------------------------- */

/* All that one mail of an agent, or one order of an operator, asks for. */
typedef struct Steer Steer;
struct Steer {
	Commands *commands;
	const char *actor;     /* "agent:mari@example.com", "operator:root" */
	const char *proof;     /* (nullable) */
	const char *words;     /* of their own; "" if there are none */
	const char *signature; /* (nullable) */
	const GPtrArray *attachments; /* (nullable) */
	bool direct;                  /* the customer gets the words anyway */
	Cause cause;                  /* of the mail */
	int64_t now_s;
	/* Made by steer_check(): what the customer is to read (nullable). */
	char *text;
};
void steer_clear(Steer *steer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Steer, steer_clear)

/* Notes in the commands what cannot be done on this ticket. */
bool steer_check(Context *context, const StoreTicket *ticket, Steer *steer,
	GError **error);

/* Whether the words can be mailed, now or with the next follow-up: an address
 * that nobody can take out may stand in them.  *ret_problem: why not (transfer
 * full), NULL if they can be. */
bool steer_try(Context *context, const StoreTicket *ticket, const Steer *steer,
	char **ret_problem, GError **error);

/* Carries everything out; to be called after steer_check() found nothing. */
bool steer_apply(
	Context *context, StoreTicket *ticket, Steer *steer, GError **error);

/* Only what is noted on a ticket, which is new; the caller writes it. */
bool steer_note(
	Context *context, StoreTicket *ticket, Steer *steer, GError **error);

/* True if the customer reads something of it: words, questions. */
bool steer_speaks(const Steer *steer);

/* What the customer is asked, in order: const char *, and a NULL; NULL if they
 * are asked nothing.  (transfer container) (nullable) */
GPtrArray *steer_questions(const Steer *steer);

/* Words and numbered questions as the ticket keeps them; NULL if nothing is
 * asked.  (transfer full) (nullable) */
char *steer_asked_words(const Steer *steer);

/* ---- agent.c: the mail -------------------------------------------------- */

/* A mail of a proven agent, matched. */
typedef struct AgentMail AgentMail;
struct AgentMail {
	const EngineMail *mail;
	const EngineMailbox *mailbox;
	const char *mailbox_folded;
	const char *dedupe;
	GBytes *packed;
	StoreTicket *ticket; /* (nullable) */
	const char *proof;
	EngineReceipt *receipt;
};

/* True if it is for us to carry out: else it is mail like any other. */
bool agent_takes(const AgentMail *mail);
bool agent_receive(Context *context, const AgentMail *mail, GError **error);

/* A mail in the name of an agent, and not proven to be theirs: flagged on its
 * ticket; the supervisor hears. */
bool agent_flag(Context *context, const StoreTicket *ticket, const Cause *cause,
	const char *from, int64_t now_s, GError **error);

/* ---- agent_withhold.c --------------------------------------------------- */

/* Who is to get our copy of an agent's mail and not the mail itself: the
 * customer first. */
bool agent_withhold(Context *context, const EngineMail *mail,
	const StoreTicket *ticket, EngineReceipt *receipt, GError **error);

/* ---- agent_direct.c ----------------------------------------------------- */

/* An agent's mail to others.  Without receipt->direct or ->refused it was none
 * of our business. */
bool agent_direct_receive(Context *context, const EngineMail *mail,
	const char *dedupe, GBytes *packed, EngineReceipt *receipt,
	GError **error);

/* What direct answers on this ticket are changed to.  (transfer full) */
EngineDirect *agent_direct_edits(const Context *context,
	const EngineMailbox *mailbox, const StoreTicket *ticket,
	const char *agent);

/* ---- answer.c ----------------------------------------------------------- */

/* Of all that agents ask for in one mail. */
typedef struct Answer Answer;
struct Answer {
	const AgentMail *mail;
	const char *from; /* folded */
	char *actor;
	char *words;
	Commands *commands;
	const char *reason;  /* why it is not carried out (nullable) */
	const char *why;     /* the same as a sentence (nullable) */
	char *composing;     /* why a mail could not be made (nullable) */
	bool answers_hold;   /* the agent has seen what came before */
	StoreMessage *first; /* the answer that came before (nullable) */
};

/* from: folded (transfer full) */
void answer_init(Answer *answer, const AgentMail *mail, char *from);
void answer_clear(Answer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Answer, answer_clear)

/* The first problem counts. */
void answer_set_problem(Answer *answer, const char *reason, const char *why);
/* As a sentence; NULL: none. */
const char *answer_problem_words(enum analysis_command_problem problem);

/* All of it is done on the ticket that it belongs to, or declined. */
bool answer_ticket(Context *context, Answer *answer, GError **error);

/* ---- answer_doubt.c ----------------------------------------------------- */

/* Refuses commands that may be the customer's words. */
bool answer_check_owners(Context *context, Answer *answer,
	const StoreTicket *ticket, GError **error);
/* Two machines that do not say so, one in the agent's name. */
bool answer_find_exchange(
	Context *context, Answer *answer, const Steer *steer, GError **error);
/* Holds an answer that crosses a colleague's. */
bool answer_find_collision(
	Context *context, Answer *answer, const Steer *steer, GError **error);

/* ---- answer_result.c ---------------------------------------------------- */

/* own_text: NULL: the words of the mail. */
bool answer_record(Context *context, const Answer *answer,
	const StoreTicket *ticket, const char *own_text, bool internal,
	int64_t *ret_id, GError **error);
/* Mails the agent what became of it; reason as in ReplyFacts. */
bool answer_tell(Context *context, const Answer *answer,
	const StoreTicket *ticket, const char *reason, GError **error);
/* Nothing is done; the agent hears why. */
bool answer_decline(Context *context, const Answer *answer, StoreTicket *ticket,
	GError **error);
/* The same where somebody waits for our answer, and nothing else can tell them;
 * ticket is nullable. */
bool answer_refuse(Context *context, const Answer *answer,
	const StoreTicket *ticket, GError **error);

/* ---- on_behalf.c -------------------------------------------------------- */

/* A mail of no ticket: it opens one for a customer, or is declined. */
bool on_behalf_receive(Context *context, Answer *answer, GError **error);

/* ---- sent.c ------------------------------------------------------------- */

/* A mail from the folder of sent mail. */
typedef struct SentMail SentMail;
struct SentMail {
	const EngineMail *mail;
	const char *dedupe;
	GBytes *packed;
	EngineReceipt *receipt;
};

/* Without receipt->agent it was none of our business. */
bool sent_receive(Context *context, const SentMail *sent, GError **error);

#endif
