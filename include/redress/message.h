/*
 * message: the bytes of one mail as a plain value.  GMime lives behind this
 * header.  Everything in a Message is valid UTF-8 without NUL and
 * without bidi controls; what could not be decoded is repaired, never
 * dropped silently (see "defects").
 *
 * To be called only inside a parser process: a hostile mail may crash it.
 */
#ifndef REDRESS_MESSAGE_H
#define REDRESS_MESSAGE_H

#include <redress/base.h>

#define MESSAGE_ERROR message_error_quark()
GQuark message_error_quark(void);

/* Bounds that GMime lacks; zero in an options Means these. */
enum {
	MESSAGE_MAX_HEADER_BYTES = 16 * 1024, /* one header field */
	MESSAGE_MAX_HEADERS = 2000,           /* fields in one block */
	MESSAGE_MAX_ADDRESS_COLONS = 64,      /* ':' in an address header */
	MESSAGE_MAX_DEPTH = 64,               /* nested parts */
	MESSAGE_MAX_PARTS = 2000,
	MESSAGE_MAX_TEXT_BYTES = 1024 * 1024, /* text kept of one part */
	MESSAGE_MAX_HTML_BYTES = 512 * 1024,  /* HTML read of one part */
};

typedef struct MessageHeader MessageHeader;
struct MessageHeader {
	char *name;  /* as written */
	char *value; /* unfolded, encoded-words decoded */
};

typedef struct MessageAddress MessageAddress;
struct MessageAddress {
	char *name;    /* (nullable) */
	char *address; /* addr-spec, IDN left as written */
};

typedef struct MessagePart MessagePart;
struct MessagePart {
	unsigned depth;    /* 0 is the top part */
	char *type;        /* "text/plain", lower case */
	char *name;        /* file name, decoded (nullable) */
	char *disposition; /* "attachment", "inline" or NULL */
	char *content_id;  /* without brackets (nullable) */
	char *charset;     /* declared (nullable) */
	char *report_type; /* multipart/report (nullable) */
	size_t size_bytes; /* decoded */
	bool attachment;   /* to be shown as one */
	/*
	 * The decoded text of text parts (HTML as written), of delivery-status,
	 * disposition-notification, feedback-report and rfc822-headers parts,
	 * and the header block of an embedded message/rfc822.  (nullable)
	 */
	char *text;
	/* True for the parts inside an embedded message/rfc822. */
	bool embedded;
};

typedef struct Message Message;
struct Message {
	GPtrArray *headers; /* MessageHeader, top block, in order */
	GPtrArray *parts;   /* MessagePart, depth first */

	char *subject;          /* decoded (nullable) */
	GPtrArray *from;        /* MessageAddress; several are possible */
	GPtrArray *reply_to;    /* MessageAddress */
	GPtrArray *to;          /* MessageAddress */
	GPtrArray *cc;          /* MessageAddress */
	char *sender;           /* address (nullable) */
	char *message_id;       /* without brackets (nullable) */
	GPtrArray *references;  /* char *, ids of References, then In-Reply-To's
				   that are not among them; no brackets */
	GPtrArray *in_reply_to; /* char * */
	int64_t date_s;         /* 0 if absent or unreadable */

	char *text; /* the readable text: plain parts, else HTML as text */
	char *html; /* the HTML body as written (nullable) */
	bool text_from_html;

	GPtrArray *defects; /* char *: what was cut or repaired, in words */
};

/*
 * Parses a mail.  Any bytes give a message: one that GMime refuses, or that
 * breaks a bound, gives what could be read of it and a defect.  Fails only
 * with REDRESS_ERROR_INVALID for an empty input.  (transfer full)
 */
Message *message_parse(const char *bytes, size_t length, GError **error);
void message_free(Message *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Message, message_free)

/* The first header of this name, ASCII case ignored; NULL if none. */
const char *message_header(const Message *message, const char *name);

/*
 * HTML as a person would read it: blocks become lines, links keep their words,
 * quotes become "> " lines, hidden text is left out.  libxml2's SAX parser;
 * linear time.  (transfer full)
 */
char *message_html_to_text(const char *html, size_t length);

/*
 * The key under which a mail is stored once, whichever path it took: SHA-256
 * over the fields that a relay does not touch (From, Date, Message-ID) and the
 * body with line ends normalised.  Trace fields, our own headers and the
 * Subject (which we tag) are left out.  Where there is no Message-ID, Subject
 * (without the tag), Reply-To, To and Cc count as well.  Works on raw bytes
 * without GMime and is safe on hostile input.  64 hex digits.  (transfer full)
 */
char *message_dedupe_key(const char *bytes, size_t length);

/* A file that came with a mail, decoded. */
typedef struct MessageAttachment MessageAttachment;
struct MessageAttachment {
	char *name;       /* as the sender called it (nullable) */
	char *type;       /* "image/png", lower case, no parameters */
	char *content_id; /* of an inline part, no brackets (nullable) */
	GBytes *bytes;
};
void message_attachment_free(MessageAttachment *attachment);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MessageAttachment, message_attachment_free)

/*
 * What a mail carries beside its text: attachments, inline images, attached
 * mails (as message/rfc822); not its text and HTML bodies, signatures (PGP,
 * S/MIME) and reports.  INVALID if there are more than can be carried, or what
 * they hold cannot be read.  (element-type MessageAttachment) (transfer full)
 */
GPtrArray *message_extract_attachments(
	const char *bytes, size_t length, GError **error);

/*
 * The mail without these lines, in every text part that shows them; all other
 * bytes stay as they are, headers included.  lines: as they stand in the
 * text, NULL-terminated.  INVALID, with words for the sender, if it is not
 * certain that they are gone from every part and that nothing else is: a
 * signed or encrypted mail, a part that repeats the text in another form
 * (TNEF, RTF, calendar), a line that is part of a longer one in HTML.
 * (transfer full)
 */
GBytes *message_strip_lines(const char *bytes, size_t length,
	const char *const *lines, GError **error);

/*
 * Loads what parsing needs from files (character set converters, GMime's own
 * tables), so that a process can parse after it has lost the file system.
 */
void message_warm_up(void);

#endif
