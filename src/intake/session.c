/*
 * The callbacks.  libmilter runs those of one session on different threads,
 * one after the other: state is in smfi_setpriv() and nowhere else.
 */
#include <string.h>

#include "milter.h"

typedef struct Session Session;
struct Session {
	bool leading_space; /* header values come with it */
	bool skip;          /* the MTA knows SMFIS_SKIP */
	bool can_change;    /* it lets a milter change what `actions` names */
	Transaction *transaction;
};

/* After SMFIC_QUIT_NC a connection goes on without a new negotiation.  Only
 * MTAs of milter protocol 6 send that, and those offer both. */
static Session *session_of(SMFICTX *context)
{
	Session *session = smfi_getpriv(context);

	if (!session) {
		session = g_new0(Session, 1);
		session->leading_space = session->skip = true;
		session->can_change = true;
		smfi_setpriv(context, session);
	}
	return session;
}

static void forget(Session *session)
{
	transaction_free(session->transaction);
	session->transaction = NULL;
}

/* ---- verdicts ----------------------------------------------------------- */

static const char *queue_id_of(SMFICTX *context)
{
	return smfi_getsymval(context, (char *)"i");
}

/* Every verdict that ends a mail passes here. */
static sfsistat conclude(SMFICTX *context, Session *session, sfsistat verdict)
{
	const Transaction *transaction = session->transaction;

	if (transaction && transaction->course == COURSE_REFUSED)
		verdict = refusal_answer(
			context, transaction, queue_id_of(context));
	forget(session);
	return verdict;
}

/* ---- negotiation ------------------------------------------------------- */

/* The steps that we never answer: no round trip is spent on them. */
static const unsigned long silent =
	SMFIP_NR_MAIL | SMFIP_NR_RCPT | SMFIP_NR_HDR;
static const unsigned long unneeded =
	SMFIP_NOCONNECT | SMFIP_NOHELO | SMFIP_NOUNKNOWN;
static const unsigned long changes = SMFIF_ADDHDRS | SMFIF_CHGHDRS |
				     SMFIF_DELRCPT | SMFIF_CHGBODY |
				     SMFIF_CHGFROM;
static const unsigned long actions = changes | SMFIF_SETSYMLIST;

/* Sendmail tells the queue id at MAIL only, Postfix once there is one. */
static void ask_for_macros(SMFICTX *context)
{
	static const struct {
		int stage;
		const char *names;
	} wanted[] = {
		{SMFIM_ENVFROM, "i {auth_authen} {client_addr}"},
		{SMFIM_ENVRCPT, "{rcpt_addr}"},
		{SMFIM_DATA, "i"},
		{SMFIM_EOM, "i"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++)
		smfi_setsymlist(
			context, wanted[i].stage, (char *)wanted[i].names);
}

static sfsistat on_negotiate(SMFICTX *context, unsigned long offered_actions,
	unsigned long offered_steps, unsigned long f2, unsigned long f3,
	unsigned long *ret_actions, unsigned long *ret_steps,
	unsigned long *ret_f2, unsigned long *ret_f3)
{
	Session *session = session_of(context);

	(void)f2;
	(void)f3;
	*ret_actions = offered_actions & actions;
	*ret_steps = offered_steps &
		     (silent | unneeded | SMFIP_SKIP | SMFIP_HDR_LEADSPC);
	*ret_f2 = *ret_f3 = 0;
	session->leading_space = *ret_steps & SMFIP_HDR_LEADSPC;
	session->skip = *ret_steps & SMFIP_SKIP;
	session->can_change = !(~offered_actions & changes);
	if (~offered_actions & (SMFIF_ADDHDRS | SMFIF_CHGHDRS))
		base_log(BASE_LOG_WARNING,
			"the mail server lets no milter change headers", NULL);
	if (offered_actions & SMFIF_SETSYMLIST)
		ask_for_macros(context);
	return SMFIS_CONTINUE;
}

/* ---- the envelope ------------------------------------------------------ */

static char *macro(SMFICTX *context, const char *name)
{
	const char *value = smfi_getsymval(context, (char *)name);

	return value && *value ? g_utf8_make_valid(value, -1) : NULL;
}

static sfsistat on_mail(SMFICTX *context, char **arguments)
{
	Session *session = session_of(context);
	EnginePolicy *policy = NULL;

	forget(session);
	if (milter_enter()) {
		policy = engine_get_policy(milter_options()->door.engine);
		milter_leave();
	}
	session->transaction = transaction_new(policy,
		address_of_path(arguments[0]), macro(context, "{auth_authen}"),
		macro(context, "{client_addr}"));
	return SMFIS_NOREPLY;
}

static sfsistat on_recipient(SMFICTX *context, char **arguments)
{
	Session *session = session_of(context);

	if (session->transaction)
		transaction_add_recipient(session->transaction, arguments[0],
			smfi_getsymval(context, (char *)"{rcpt_addr}"));
	return SMFIS_NOREPLY;
}

/* ---- the content ------------------------------------------------------- */

static sfsistat go_on(SMFICTX *context, Session *session)
{
	switch (transaction_course(session->transaction)) {
	case COURSE_INTAKE:
	case COURSE_DIRECT:
	case COURSE_OUTGOING:
		return SMFIS_CONTINUE;
	case COURSE_OPEN:
	case COURSE_FOREIGN:
	case COURSE_REFUSED:
		break;
	}
	return conclude(context, session, SMFIS_ACCEPT);
}

static sfsistat on_data(SMFICTX *context)
{
	Session *session = session_of(context);

	return session->transaction ? go_on(context, session) : SMFIS_CONTINUE;
}

static sfsistat on_header(SMFICTX *context, char *name, char *value)
{
	Session *session = session_of(context);

	if (session->transaction)
		transaction_add_header(session->transaction, name, value,
			session->leading_space);
	return SMFIS_NOREPLY;
}

static sfsistat on_end_of_headers(SMFICTX *context)
{
	Session *session = session_of(context);

	if (!session->transaction)
		return SMFIS_CONTINUE;
	if (transaction_course(session->transaction) == COURSE_OUTGOING &&
		!transaction_is_own(session->transaction))
		return conclude(context, session, SMFIS_ACCEPT);
	transaction_end_headers(session->transaction);
	return go_on(context, session);
}

static sfsistat on_body(SMFICTX *context, unsigned char *bytes, size_t length)
{
	Session *session = session_of(context);

	if (!session->transaction)
		return SMFIS_CONTINUE;
	if (transaction_course(session->transaction) == COURSE_OUTGOING)
		return session->skip ? SMFIS_SKIP : SMFIS_CONTINUE;
	transaction_add_bytes(session->transaction, bytes, length);
	return go_on(context, session);
}

/* ---- the end ----------------------------------------------------------- */

static void hand_over(SMFICTX *context, Transaction *transaction)
{
	const char *queue_id = queue_id_of(context);
	g_autoptr(GError) error = NULL;

	if (engine_outbox_handed_over(milter_options()->door.engine,
		    transaction->message_id, queue_id ? queue_id : "",
		    base_clock_now_s(), &transaction->handed_over, &error))
		return;
	bool unknown = error->code == REDRESS_ERROR_NOT_FOUND;
	base_log(unknown ? BASE_LOG_NOTICE : BASE_LOG_ERROR,
		unknown ? "mail of ours is not in the outbox"
			: "hand-over not recorded",
		"message_id", transaction->message_id, "queue_id", queue_id,
		"problem", error->message, NULL);
	if (!unknown)
		transaction_refuse(transaction, REFUSAL_NOT_RECORDED);
}

/* Those that are ours, then all others.  NULL-terminated, (transfer
 * container). */
static GPtrArray *recipients_of(const Transaction *transaction)
{
	const GPtrArray *ours = transaction->recipients;
	const GPtrArray *others = transaction->others;
	GPtrArray *recipients = g_ptr_array_new();

	for (guint i = 0; i < ours->len; i++)
		g_ptr_array_add(recipients, ours->pdata[i]);
	for (guint i = 0; i < others->len; i++)
		g_ptr_array_add(
			recipients, ((const Other *)others->pdata[i])->address);
	g_ptr_array_add(recipients, NULL);
	return recipients;
}

/* What an agent hears where the MTA keeps us from taking care of their mail,
 * or NULL. */
static const char *unchangeable(const Session *session)
{
	const Transaction *transaction = session->transaction;

	if (session->can_change)
		return NULL;
	if (transaction->course == COURSE_DIRECT)
		return "This mail server lets nobody change a message: answer "
		       "to the mailbox instead of the customer";
	return transaction->others->len
		       ? "This mail server lets nobody take a recipient off: "
			 "write to the mailbox alone, the customer gets your "
			 "words from there"
		       : NULL;
}

/* False: it is refused. */
static bool accept_transaction(
	Session *session, GBytes *raw, const char *queue_id, Accepted *ret)
{
	Transaction *transaction = session->transaction;
	g_autoptr(GPtrArray) recipients = recipients_of(transaction);
	g_autoptr(GError) error = NULL;
	bool direct = transaction->course == COURSE_DIRECT;
	IntakeMail mail = {
		.raw = raw,
		.envelope_from = transaction->sender,
		.recipients = (const char *const *)recipients->pdata,
		.auth_login = transaction->auth_login,
		.source = "milter",
		.queue_id = queue_id,
		.client = transaction->client,
		.can_refuse = true,
		.others = !direct && transaction->others->len,
		.direct = direct,
		.unchangeable = unchangeable(session),
		.now_s = base_clock_now_s(),
	};

	/* The copy without commands. */
	if (direct && !transaction_reserve(transaction, g_bytes_get_size(raw)))
		return false;
	if (!accept_mail(&milter_options()->door, &mail, ret, &error)) {
		base_log(BASE_LOG_ERROR, "mail not recorded", "queue_id",
			queue_id, "from", transaction->sender, "problem",
			error->message, NULL);
		transaction_refuse(transaction, REFUSAL_NOT_RECORDED);
		return false;
	}
	if (ret->receipt.refused) {
		transaction->refusal_words = g_strdup(ret->receipt.refused);
		transaction_refuse(transaction, REFUSAL_IN_WORDS);
		return false;
	}
	return true;
}

static void change_intake(Edit *edit, const char *queue_id, Accepted *accepted)
{
	const EngineReceipt *receipt = &accepted->receipt;

	/* It is on disk: what cannot be edited is delivered as it is. */
	edit_intake(edit, accepted);
	if (edit->failed)
		base_log(BASE_LOG_WARNING, "headers not changed", "queue_id",
			queue_id, "ticket",
			receipt->references && receipt->references->len
				? receipt->references->pdata[0]
				: NULL,
			NULL);
	edit->failed = false;
	/* But nobody outside may get an agent's mail as it is. */
	if (receipt->withheld)
		edit_withhold(edit, receipt->withheld);
}

static void record(SMFICTX *context, Session *session)
{
	Transaction *transaction = session->transaction;
	g_autofree char *queue_id = macro(context, "i");
	g_autoptr(GBytes) raw = g_byte_array_free_to_bytes(transaction->raw);
	g_auto(Accepted) accepted = {0};

	transaction->raw = g_byte_array_new();
	if (!accept_transaction(session, raw, queue_id, &accepted))
		return;
	if (accepted.receipt.passed)
		base_log(BASE_LOG_INFO, "mail passed", "queue_id", queue_id,
			"from", transaction->sender, "why",
			accepted.receipt.passed, NULL);
	Edit edit = {
		.context = context,
		.transaction = transaction,
		.raw = g_bytes_get_data(raw, NULL),
		.leading_space = session->leading_space,
	};
	if (transaction->course == COURSE_INTAKE)
		change_intake(&edit, queue_id, &accepted);
	else if (accepted.receipt.direct)
		direct_edit(&edit, &accepted);
	/* It comes again, is known, and is changed in the same way. */
	if (edit.failed)
		transaction_refuse(transaction, REFUSAL_NOT_CHANGED);
}

/*
 * The MTA waits here for the parser (its time-out, twice at most) and one
 * commit.  That is less than any MTA's patience at this point (Postfix:
 * milter_content_timeout, 300 s), so that no smfi_progress() is needed, which
 * might not be called from another thread while this one writes.
 */
static sfsistat on_end_of_message(SMFICTX *context)
{
	Session *session = session_of(context);
	Transaction *transaction = session->transaction;

	if (!transaction)
		return SMFIS_CONTINUE;
	if (!milter_enter()) {
		transaction_refuse(transaction, REFUSAL_STOPPING);
		return conclude(context, session, SMFIS_TEMPFAIL);
	}
	switch (transaction_course(transaction)) {
	case COURSE_INTAKE:
	case COURSE_DIRECT:
		record(context, session);
		break;
	case COURSE_OUTGOING:
		if (transaction_is_own(transaction))
			hand_over(context, transaction);
		break;
	case COURSE_OPEN:
	case COURSE_FOREIGN:
	case COURSE_REFUSED:
		break;
	}
	int64_t handed_over = transaction->handed_over;
	sfsistat verdict = conclude(context, session, SMFIS_CONTINUE);
	/* Nothing but the return, and libmilter's write, may come after. */
	if (handed_over)
		engine_outbox_answer(
			milter_options()->door.engine, handed_over);
	milter_leave();
	return verdict;
}

static sfsistat on_abort(SMFICTX *context)
{
	forget(session_of(context));
	return SMFIS_CONTINUE;
}

static sfsistat on_close(SMFICTX *context)
{
	Session *session = smfi_getpriv(context);

	if (session) {
		forget(session);
		g_free(session);
		smfi_setpriv(context, NULL);
	}
	return SMFIS_CONTINUE;
}

struct smfiDesc session_callbacks(void)
{
	return (struct smfiDesc){
		.xxfi_name = (char *)"redress",
		.xxfi_version = SMFI_VERSION,
		.xxfi_flags = actions,
		.xxfi_envfrom = on_mail,
		.xxfi_envrcpt = on_recipient,
		.xxfi_header = on_header,
		.xxfi_eoh = on_end_of_headers,
		.xxfi_body = on_body,
		.xxfi_eom = on_end_of_message,
		.xxfi_abort = on_abort,
		.xxfi_close = on_close,
		.xxfi_data = on_data,
		.xxfi_negotiate = on_negotiate,
	};
}
