/*
 * No command reaches a customer, and nothing else is changed: mails are made
 * together with what has to be left of them, so that the judge knows nothing of
 * how lines are taken out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <redress/message.h>

enum { MAILS = 2400, MUTANTS = 1200, SEED = 20261121, MAX_REASON_BYTES = 200 };

/* ---- what a mail is made of ------------------------------------------- */

static const char *const commands[] = {"#resolve", "#note", "#tag parcel late",
	"#promise 2026-11-24 14:00", "#compensate 30 EUR", "#priority 1"};

typedef struct Charset Charset;
struct Charset {
	const char *name;
	const char *words; /* in UTF-8, which it can say */
};

static const Charset charsets[] = {
	{"utf-8", "Hüvasti, φίλε, 再见 😀"},
	{"us-ascii", "Good bye = and thanks"},
	{"iso-8859-1", "Käsitleme ära, señor"},
	{"iso-8859-13", "Ačiū, ēst, tänan"},
	{"windows-1257", "Žinia, ķermenis, õhtu"},
	{"windows-1253", "Καλημέρα σας"},
	{"windows-1258", "Xin chào anh"},
	{"gb18030", "您好,謝謝㐀的帮助"},
	{"gb2312", "您好,谢谢你的帮助"},
	{"big5", "您好,謝謝功許蓋"},
	{"shift_jis", "こんにちは表示ソ能"},
	{"euc-kr", "안녕하세요 감사합니다"},
	{"iso-2022-jp", "こんにちは、日本"},
	{"koi8-r", "Добрый день"},
};

enum transfer { SEVEN, EIGHT, QUOTED, BASE64 };

static const char *const transfer_names[] = {
	"7bit", "8bit", "quoted-printable", "base64"};

typedef struct Maker Maker;
struct Maker {
	GRand *random;
	const char *newline;
	const Charset *charset;
	enum transfer transfer;
	unsigned width; /* of base64 lines */
	bool flowed;
	bool delete_space;
	bool quoted_page;  /* it has HTML in quoted-printable */
	bool html_too;     /* words within lines would not be certain */
	GPtrArray *wanted; /* const char *: commands as they are given */
	GPtrArray *lines;  /* Line: what both texts say */
	GString *mail;     /* as it goes in */
	GString *left;     /* what has to come out */
};

enum role { WORDS, COMMAND, QUOTE, HALF_QUOTE, BELOW_HEADER };

typedef struct Line Line;
struct Line {
	enum role role;
	const char *text; /* UTF-8 */
};

static unsigned pick(Maker *maker, unsigned most)
{
	return (unsigned)g_rand_int_range(maker->random, 0, (gint32)most);
}

static void add_line(Maker *maker, enum role role, const char *text)
{
	Line *line = g_new(Line, 1);

	*line = (Line){role, text};
	g_ptr_array_add(maker->lines, line);
	if (role == COMMAND)
		g_ptr_array_add(maker->wanted, (gpointer)text);
}

static void add_command(Maker *maker)
{
	add_line(maker, COMMAND, commands[pick(maker, G_N_ELEMENTS(commands))]);
}

static void make_lines(Maker *maker)
{
	static const char *const halves[] = {"please do not #resolve this",
		"it is #resolved", "see #note 5 below", "we #noted it"};
	unsigned first = pick(maker, 3), last = pick(maker, 3);

	for (unsigned i = 0; i < first; i++)
		add_command(maker);
	for (unsigned i = 0, n = 1 + pick(maker, 5); i < n; i++) {
		add_line(maker, WORDS,
			pick(maker, 2) ? maker->charset->words
				       : "We are sorry for the trouble with "
					 "your lamp; a new one leaves today = "
					 "within the hour, and it costs "
					 "nothing at all.");
		if (!maker->html_too && pick(maker, 3) == 0)
			add_line(maker, HALF_QUOTE,
				halves[pick(maker, G_N_ELEMENTS(halves))]);
	}
	for (unsigned i = 0; i < last; i++)
		add_command(maker);
	if (maker->wanted->len == 0)
		add_command(maker);
	if (pick(maker, 2))
		for (unsigned i = 0, n = 1 + pick(maker, 3); i < n; i++)
			add_line(maker, QUOTE,
				pick(maker, 2) ? maker->wanted->pdata[0]
					       : maker->charset->words);
	if (pick(maker, 3) == 0)
		add_line(maker, BELOW_HEADER, maker->wanted->pdata[0]);
}

/* ---- encoding, written for the test alone ----------------------------- */

static GString *to_charset(const Maker *maker, const char *text, gssize length)
{
	g_autoptr(GError) error = NULL;
	gsize written;
	char *bytes = g_convert(text, length, maker->charset->name, "utf-8",
		NULL, &written, &error);
	GString *out = g_string_new(NULL);

	if (!bytes)
		fail_msg("%s: %s", maker->charset->name, error->message);
	g_string_append_len(out, bytes, (gssize)written);
	g_free(bytes);
	return out;
}

/* Soft breaks come by count, so that they fall into commands as well. */
static void quote_line(GString *out, const char *p, size_t length,
	const char *newline, unsigned width)
{
	unsigned column = 0;

	for (size_t i = 0; i < length; i++) {
		guchar c = (guchar)p[i];
		bool last =
			i + 1 == length || p[i + 1] == '\r' || p[i + 1] == '\n';

		if (c == '\n' || c == '\r') {
			g_string_append_c(out, (char)c);
			column = 0;
			continue;
		}
		if (column >= width) {
			g_string_append_printf(out, "=%s", newline);
			column = 0;
		}
		if (c < 32 || c > 126 || c == '=' || (c == ' ' && last)) {
			g_string_append_printf(out, "=%02X", c);
			column += 3;
		} else {
			g_string_append_c(out, (char)c);
			column++;
		}
	}
}

static void base64_all(
	GString *out, const GString *bytes, unsigned width, const char *newline)
{
	g_autofree char *packed =
		g_base64_encode((const guchar *)bytes->str, bytes->len);
	size_t length = strlen(packed);

	for (size_t i = 0; i < length; i += width) {
		g_string_append_len(
			out, packed + i, (gssize)MIN(width, length - i));
		g_string_append(out, i + width < length ? newline : "");
	}
}

static void encode(const Maker *maker, GString *out, const GString *text)
{
	GString *bytes = to_charset(maker, text->str, (gssize)text->len);

	switch (maker->transfer) {
	case SEVEN:
	case EIGHT:
		g_string_append_len(out, bytes->str, (gssize)bytes->len);
		break;
	case QUOTED:
		quote_line(out, bytes->str, bytes->len, maker->newline,
			maker->width % 60 + 4);
		break;
	case BASE64:
		base64_all(out, bytes, maker->width, maker->newline);
		break;
	}
	g_string_free(bytes, TRUE);
}

/* ---- the two texts ---------------------------------------------------- */

/* Two versions of a text: as it goes in, and what has to be left. */
typedef struct Twin Twin;
struct Twin {
	GString *before;
	GString *after;
};

static Twin twin_new(void)
{
	return (Twin){g_string_new(NULL), g_string_new(NULL)};
}

static void twin_free(Twin *twin)
{
	g_string_free(twin->before, TRUE);
	g_string_free(twin->after, TRUE);
}

static void both(Twin *twin, const char *text)
{
	g_string_append(twin->before, text);
	g_string_append(twin->after, text);
}

/* A flowed line of our own: soft after some blank, or with delsp anywhere. */
static void append_flowed(Maker *maker, GString *out, const char *text)
{
	size_t length = strlen(text), at = 1 + pick(maker, (unsigned)length);
	const char *blank = strchr(text + MIN(at, length), ' ');

	if (text[0] == ' ' || text[0] == '>')
		g_string_append_c(out, ' ');
	if (maker->delete_space && (guchar)text[0] < 128 && at > 3 &&
		at < length && g_str_is_ascii(text)) {
		g_string_append_len(out, text, (gssize)at);
		g_string_append_printf(out, " %s%s%s", maker->newline,
			strchr(" >", text[at]) ? " " : "", text + at);
	} else if (!maker->delete_space && blank && blank[1]) {
		g_string_append_len(out, text, (gssize)(blank + 1 - text));
		g_string_append_printf(out, "%s%s", maker->newline, blank + 1);
	} else {
		g_string_append(out, text);
	}
}

static void append_plain(Maker *maker, Twin *twin, const Line *line)
{
	static const char *const quotes[] = {"> ", ">", ">> "};
	static const char *const blanks[] = {"", "", "  ", "\t"};
	GString *one = g_string_new(NULL);

	switch (line->role) {
	case WORDS:
	case COMMAND:
	case HALF_QUOTE:
		if (maker->flowed)
			append_flowed(maker, one, line->text);
		else
			g_string_append_printf(one, "%s%s", line->text,
				blanks[pick(maker, G_N_ELEMENTS(blanks))]);
		break;
	case QUOTE:
		g_string_append_printf(one, "%s%s",
			quotes[pick(maker, G_N_ELEMENTS(quotes))], line->text);
		break;
	case BELOW_HEADER:
		g_string_append_printf(one,
			"-----Original Message-----%sFrom: Mari <m@b.example>"
			"%sSent: Tuesday%sSubject: lamp%s%s%s",
			maker->newline, maker->newline, maker->newline,
			maker->newline, maker->newline, line->text);
		break;
	}
	g_string_append(one, maker->newline);
	g_string_append(twin->before, one->str);
	if (line->role != COMMAND)
		g_string_append(twin->after, one->str);
	g_string_free(one, TRUE);
}

/* A command in one of the shapes that mail programs give it; the tags stay,
 * and so do blanks. */
static void append_shaped(Maker *maker, Twin *twin, const char *text)
{
	unsigned shape = pick(maker, 6);
	size_t at = 1 + pick(maker, (unsigned)strlen(text) - 1);

	both(twin, shape == 1 ? "<span style=\"color:#333\">" : "");
	both(twin, shape == 5 ? "<b>&nbsp;" : "");
	for (size_t i = 0; text[i]; i++) {
		if (i == at) {
			both(twin, shape == 1 ? "</span>" : "");
			both(twin, shape == 2 ? "<!-- x -->" : "");
			both(twin, shape == 3 ? "<i></i>" : "");
		}
		if (text[i] == ' ')
			both(twin, shape == 4 ? "&nbsp;" : " ");
		else if (shape == 4 || (shape == 3 && text[i] == '#'))
			g_string_append_printf(twin->before, "&#%d;", text[i]);
		else
			g_string_append_c(twin->before, text[i]);
	}
	both(twin, shape == 5 ? "</b>" : "");
	both(twin, shape == 1 ? "<o:p></o:p>" : "");
}

static void append_html(Maker *maker, Twin *twin, const Line *line)
{
	static const char *const frames[][2] = {{"<p>", "</p>"},
		{"<div>", "</div>"}, {"", "<br>"},
		{"<p class=\"MsoNormal\"><span lang=EN-GB>",
			"<o:p></o:p></span></p>"},
		{"<table><tr><td>", "</td></tr></table>"}};
	const char *const *frame = frames[pick(maker, G_N_ELEMENTS(frames))];

	switch (line->role) {
	case WORDS:
	case HALF_QUOTE:
		both(twin, frame[0]);
		both(twin, line->text);
		both(twin, frame[1]);
		break;
	case COMMAND:
		both(twin, frame[0]);
		append_shaped(maker, twin, line->text);
		both(twin, frame[1]);
		break;
	case QUOTE:
		both(twin, "<blockquote type=cite><p>");
		both(twin, line->text);
		both(twin, "</p></blockquote>");
		break;
	case BELOW_HEADER:
		both(twin, "<div style='border:none;border-top:solid #E1E1E1 "
			   "1.0pt'><p><b>From:</b> Mari &lt;m@b.example&gt;<br>"
			   "<b>Sent:</b> Tuesday<br><b>Subject:</b> lamp</p>"
			   "</div><p>");
		both(twin, line->text);
		both(twin, "</p>");
		break;
	}
	both(twin, maker->newline);
}

/* ---- parts ------------------------------------------------------------ */

static void all(Maker *maker, const char *text)
{
	g_string_append(maker->mail, text);
	g_string_append(maker->left, text);
}

static void header(Maker *maker, const char *line)
{
	all(maker, line);
	all(maker, maker->newline);
}

static bool is_eight_bit(const Maker *maker)
{
	return strcmp(maker->charset->name, "us-ascii") != 0 &&
	       strcmp(maker->charset->name, "iso-2022-jp") != 0;
}

static void part_header(Maker *maker, const char *type)
{
	g_autofree char *content =
		g_strdup_printf("Content-Type: %s; charset=\"%s\"%s%s", type,
			maker->charset->name,
			maker->flowed && g_str_has_suffix(type, "plain")
				? "; format=flowed"
				: "",
			maker->flowed && maker->delete_space &&
					g_str_has_suffix(type, "plain")
				? "; delsp=yes"
				: "");
	g_autofree char *transfer =
		g_strdup_printf("Content-Transfer-Encoding: %s",
			transfer_names[maker->transfer]);

	header(maker, content);
	header(maker, transfer);
	header(maker, "");
}

static void choose_transfer(Maker *maker)
{
	maker->transfer = pick(maker, 4);
	if (maker->transfer == SEVEN && is_eight_bit(maker))
		maker->transfer = EIGHT;
	maker->width = 17 + pick(maker, 60);
}

static void add_text(Maker *maker, bool html)
{
	Twin twin = twin_new();

	choose_transfer(maker);
	maker->quoted_page |= html && maker->transfer == QUOTED;
	part_header(maker, html ? "text/html" : "text/plain");
	if (html)
		both(&twin, "<html><head><title>answer</title></head><body>");
	for (guint i = 0; i < maker->lines->len; i++)
		(html ? append_html : append_plain)(
			maker, &twin, maker->lines->pdata[i]);
	if (html)
		both(&twin, "</body></html>");
	encode(maker, maker->mail, twin.before);
	encode(maker, maker->left, twin.after);
	twin_free(&twin);
	all(maker, maker->newline);
}

static void add_plain(Maker *maker)
{
	add_text(maker, false);
}

static void add_page(Maker *maker)
{
	add_text(maker, true);
}

static void add_image(Maker *maker)
{
	header(maker, "Content-Type: image/png; name=lamp.png");
	header(maker, "Content-Transfer-Encoding: base64");
	header(maker, "Content-ID: <lamp@x>");
	header(maker, "Content-Disposition: inline; filename=lamp.png");
	header(maker, "");
	header(maker, "iVBORw0KGgoAAAANSUhEUg==");
}

static void add_file(Maker *maker)
{
	header(maker, "Content-Type: text/csv; name=a.csv");
	header(maker, "Content-Disposition: attachment; filename=a.csv");
	header(maker, "");
	header(maker, "lamp;30;EUR");
}

static void add_footer(Maker *maker)
{
	header(maker, "Content-Type: text/plain");
	header(maker, "");
	header(maker, "This list is kept by the company.");
}

typedef void (*Part)(Maker *maker);

/* One of several parts in a multipart with a boundary of its own. */
static void add_multipart(
	Maker *maker, const char *type, Part first, Part second)
{
	g_autofree char *boundary =
		g_strdup_printf("=_%x", g_rand_int(maker->random));
	g_autofree char *content = g_strdup_printf(
		"Content-Type: %s; boundary=\"%s\"", type, boundary);
	g_autofree char *open = g_strdup_printf("--%s", boundary);
	g_autofree char *close = g_strdup_printf("--%s--", boundary);
	bool margins = pick(maker, 2);

	header(maker, content);
	header(maker, "");
	if (margins)
		header(maker, "This is a multi-part message.");
	header(maker, open);
	first(maker);
	header(maker, open);
	second(maker);
	header(maker, close);
	if (margins)
		header(maker, "");
}

static void add_alternative(Maker *maker)
{
	add_multipart(maker, "multipart/alternative", add_plain, add_page);
}

static void add_related_page(Maker *maker)
{
	add_multipart(maker, "multipart/related", add_page, add_image);
}

static void add_gmail(Maker *maker)
{
	add_multipart(
		maker, "multipart/alternative", add_plain, add_related_page);
}

static void add_outlook(Maker *maker)
{
	add_multipart(maker, "multipart/related", add_alternative, add_image);
}

static void add_with_file(Maker *maker)
{
	add_multipart(maker, "multipart/mixed", add_plain, add_file);
}

static void add_outlook_with_file(Maker *maker)
{
	add_multipart(maker, "multipart/mixed", add_outlook, add_file);
}

static void add_with_footer(Maker *maker)
{
	add_multipart(maker, "multipart/mixed", add_gmail, add_footer);
}

static void add_nested(Maker *maker)
{
	add_multipart(maker, "multipart/mixed", add_with_footer, add_image);
}

/* The honest structures: none of them may be refused. */
static const struct {
	const char *name;
	Part add;
	bool html;
} structures[] = {
	{"plain", add_plain, false},
	{"HTML alone", add_page, true},
	{"alternative", add_alternative, true},
	{"HTML with images", add_related_page, true},
	{"alternative with images in the HTML", add_gmail, true},
	{"images with an alternative", add_outlook, true},
	{"plain with a file", add_with_file, false},
	{"Outlook with a file", add_outlook_with_file, true},
	{"with a list's footer", add_with_footer, true},
	{"nested", add_nested, true},
};

/* ---- one mail --------------------------------------------------------- */

static void make(Maker *maker, guint32 seed, size_t structure)
{
	*maker = (Maker){.random = g_rand_new_with_seed(seed),
		.html_too = structures[structure].html,
		.wanted = g_ptr_array_new(),
		.lines = g_ptr_array_new_with_free_func(g_free),
		.mail = g_string_new(NULL),
		.left = g_string_new(NULL)};
	maker->newline = pick(maker, 2) ? "\r\n" : "\n";
	maker->charset = &charsets[pick(maker, G_N_ELEMENTS(charsets))];
	maker->flowed = pick(maker, 3) == 0;
	maker->delete_space = pick(maker, 2);
	make_lines(maker);
	header(maker, "From: Mari <mari@example.com>");
	header(maker, "Subject: =?utf-8?q?#resolve?= the lamp");
	header(maker, "X-Odd:   kept \tas it is");
	header(maker, "MIME-Version: 1.0");
	structures[structure].add(maker);
	g_ptr_array_add(maker->wanted, NULL);
}

static void maker_clear(Maker *maker)
{
	g_rand_free(maker->random);
	g_ptr_array_unref(maker->wanted);
	g_ptr_array_unref(maker->lines);
	g_string_free(maker->mail, TRUE);
	g_string_free(maker->left, TRUE);
}

/* In quoted-printable a line that has become shorter keeps its soft breaks, or
 * loses them with the words. */
static void drop_soft_breaks(GString *text)
{
	g_string_replace(text, "=\r\n", "", 0);
	g_string_replace(text, "=\n", "", 0);
}

static bool is_as_meant(const Maker *maker, GBytes *result)
{
	size_t length;
	const char *bytes = g_bytes_get_data(result, &length);
	GString *got, *meant;
	bool same = length == maker->left->len &&
		    memcmp(bytes, maker->left->str, length) == 0;

	if (same || !maker->quoted_page)
		return same;
	got = g_string_new_len(bytes, (gssize)length);
	meant = g_string_new_len(maker->left->str, (gssize)maker->left->len);
	drop_soft_breaks(got);
	drop_soft_breaks(meant);
	same = g_string_equal(got, meant);
	g_string_free(got, TRUE);
	g_string_free(meant, TRUE);
	return same;
}

static GBytes *strip(const Maker *maker, GError **error)
{
	return message_strip_lines(maker->mail->str, maker->mail->len,
		(const char *const *)maker->wanted->pdata, error);
}

static void print_bytes(const char *what, const char *bytes, size_t length)
{
	g_autofree char *copy = g_strndup(bytes, length);
	g_autofree char *escaped = g_strescape(copy, "\n\"");

	print_error("%s:\n%s\n", what, escaped);
}

static void test_commands_go_and_nothing_else(void **state)
{
	(void)state;
	print_message("# seed %d\n", SEED);
	for (guint32 i = 0; i < MAILS; i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GBytes) result = NULL;
		size_t structure = i % G_N_ELEMENTS(structures), length = 0;
		const char *bytes;
		Maker maker;

		make(&maker, SEED + i, structure);
		result = strip(&maker, &error);
		if (!result)
			print_bytes("mail", maker.mail->str, maker.mail->len);
		if (!result)
			fail_msg("mail %u, %s, %s, is refused: %s", i,
				structures[structure].name, maker.charset->name,
				error->message);
		if (!is_as_meant(&maker, result)) {
			bytes = g_bytes_get_data(result, &length);
			print_bytes("mail", maker.mail->str, maker.mail->len);
			print_bytes("wanted", maker.left->str, maker.left->len);
			print_bytes("got", bytes, length);
			fail_msg("mail %u, %s, %s", i,
				structures[structure].name,
				maker.charset->name);
		}
		maker_clear(&maker);
	}
}

/* ---- what is not certain ---------------------------------------------- */

#define HEAD "From: a@b.example\nMIME-Version: 1.0\n"

#define PAGE(html) HEAD "Content-Type: text/html; charset=utf-8\n\n" html "\n"
#define IN(type, parts)                                                        \
	HEAD "Content-Type: multipart/" type "; boundary=b\n\n" parts "--b--"  \
	     "\n"
#define PART(headers, content) "--b\n" headers "\n\n" content "\n"
#define WORDS_PART PART("Content-Type: text/plain", "#resolve\nbye")
#define PAGE_PART PART("Content-Type: text/html", "<p>#resolve</p><p>bye</p>")

static const struct {
	const char *name;
	const char *mail;
} refused[] = {
	{"signed",
		IN("signed", WORDS_PART PART(
				     "Content-Type: application/pgp-signature",
				     "x"))},
	{"signed within",
		IN("mixed", WORDS_PART "--b\nContent-Type: multipart/signed; "
				       "boundary=c\n\n--c\n\nx\n--c--\n")},
	{"encrypted",
		IN("encrypted", WORDS_PART PART("Content-Type: "
						"application/pgp-encrypted",
					"x"))},
	{"S/MIME", HEAD "Content-Type: application/pkcs7-mime\n\nx\n"},
	{"PGP inline",
		HEAD "\n-----BEGIN PGP SIGNED MESSAGE-----\n\n#resolve\n"},
	{"TNEF",
		IN("mixed", WORDS_PART PART(
				    "Content-Type: application/ms-tnef", "x"))},
	{"TNEF by name",
		IN("mixed", WORDS_PART PART("Content-Type: application/"
					    "octet-stream; name=winmail.dat",
				    "x"))},
	{"calendar",
		IN("alternative", WORDS_PART PART("Content-Type: text/calendar",
					  "BEGIN:VCALENDAR"))},
	{"calendar beside the text that repeats it",
		IN("mixed", WORDS_PART PART("Content-Type: text/calendar",
				    "DESCRIPTION:bye\\n#resolve\\n"))},
	{"enriched",
		IN("alternative", WORDS_PART PART("Content-Type: text/enriched",
					  "<bold>bye</bold>"))},
	{"RTF", IN("mixed", WORDS_PART PART("Content-Type: text/rtf",
				    "{\\rtf1 \\'23resolve}"))},
	{"AMP", IN("alternative",
			WORDS_PART PART("Content-Type: text/x-amp-html",
				"<p>bye</p>") PAGE_PART)},
	{"an attachment that shows it",
		IN("mixed", WORDS_PART PART("Content-Disposition: attachment",
				    "#resolve\n"))},
	{"an attached mail that shows it",
		IN("mixed", WORDS_PART PART("Content-Type: message/rfc822",
				    "Subject: x\n\nhello\n#resolve\n"))},
	{"plain text alone has it",
		IN("alternative", WORDS_PART PART("Content-Type: text/html",
					  "<p>bye</p>"))},
	{"HTML alone has it", IN("alternative", PART("Content-Type: text/plain",
							"bye") PAGE_PART)},
	{"HTML has it twice",
		IN("alternative",
			WORDS_PART PART("Content-Type: text/html",
				"<p>#resolve</p><p>#resolve</p><p>bye</p>"))},
	{"the preamble has it", IN("mixed", "#resolve\n" WORDS_PART)},
	{"the epilogue has it", IN("mixed", WORDS_PART) "#resolve\n"},
	{"unknown charset",
		HEAD "Content-Type: text/plain; charset=x-klingon\n\n"
		     "#resolve\n\351\n"},
	{"not in its charset",
		HEAD "Content-Type: text/plain; charset=utf-8\n\n"
		     "#resolve\n\351\n"},
	{"UTF-7", HEAD "Content-Type: text/plain; charset=utf-7\n\n"
		       "#resolve\n+ACM-resolve\n"},
	{"8-bit without a charset", HEAD "\n#resolve\n\351\n"},
	{"unknown encoding",
		HEAD "Content-Transfer-Encoding: x-uue\n\n#resolve\n"},
	{"malformed quoted-printable",
		HEAD "Content-Transfer-Encoding: quoted-printable\n\n"
		     "#resolve\n=zz\n"},
	{"malformed base64", HEAD "Content-Transfer-Encoding: base64\n\n"
				  "I3Jlc29sdmU=I3Jlc29sdmU=\n"},
	{"no boundary", HEAD "Content-Type: multipart/mixed\n\n#resolve\n"},
	{"a type twice", HEAD "Content-Type: text/plain\n"
			      "Content-Type: text/html\n\n#resolve\n"},
	{"a part's type twice", IN("mixed", PART("Content-Type: text/plain\n"
						 "Content-Type: text/html",
						    "#resolve"))},
	{"NUL is not told apart", HEAD "\n#resolve\nx\x7f\x01\v#resolve\n"},
	{"an odd line end", HEAD "\n#resolve\nbye\r#resolve\n"},
	{"capital letters", HEAD "\n#resolve\n#RESOLVE\n"},
	{"wide letters", HEAD "Content-Type: text/plain; charset=utf-8\n\n"
			      "#resolve\n＃resolve\n"},
	{"a soft line", HEAD "Content-Type: text/plain; format=flowed\n\n"
			     "#resolve\nThanks \n#resolve\n"},
	{"nowhere", HEAD "\nbye\n"},
	{"in quotes alone", HEAD "\n> #resolve\nbye\n"},
	{"below the header alone",
		HEAD "\nbye\n-----Original Message-----\nFrom: x\n\n"
		     "#resolve\n"},
	{"in a longer line of HTML", PAGE("<p>#resolve</p>Thanks #resolve")},
	{"in a cell beside others",
		PAGE("<p>#resolve</p><table><tr><td>x</td><td>#resolve</td>"
		     "</tr></table>")},
	{"in a list", PAGE("<p>#resolve</p><ul><li>#resolve</li></ul>")},
	{"in a comment", PAGE("<p>#resolve</p><!-- #resolve -->")},
	{"for Outlook alone",
		PAGE("<p>#resolve</p><!--[if mso]>#resolve<![endif]-->")},
	{"in the title", PAGE("<title>#resolve</title><p>#resolve</p>")},
	{"in an attribute", PAGE("<p title='bye #resolve'>#resolve</p>")},
	{"in an attribute, as entity",
		PAGE("<img alt='&#35;resolve'><p>#resolve</p>")},
	{"in the preview", PAGE("<div style='display:none'>Bye #resolve</div>"
				"<p>#resolve</p>")},
	{"by a style", PAGE("<style>p:after{content:'#resolve'}</style>"
			    "<p>#resolve</p>")},
	{"by an entity that few know",
		PAGE("<p>#resolve</p><p>&num;resolve</p>")},
	{"in a text field",
		PAGE("<p>#resolve</p><textarea>#resolve</textarea>")},
	{"in HTML without an end", PAGE("<p>#resolve</p><p title='")},
	{"in a comment without an end", PAGE("<p>#resolve</p><!-- x")},
};

static const char *const resolve[] = {"#resolve", NULL};

/* Words for an SMTP reply: a sentence of printable ASCII. */
static void check_reason(const GError *error)
{
	size_t length = strlen(error->message);

	assert_true(
		g_error_matches(error, MESSAGE_ERROR, REDRESS_ERROR_INVALID));
	assert_in_range(length, 20, MAX_REASON_BYTES - 1);
	assert_true(g_ascii_isupper(error->message[0]));
	assert_int_equal(error->message[length - 1], '.');
	for (const char *p = error->message; *p; p++)
		assert_in_range(*p, ' ', '~');
}

static void test_what_is_not_certain_is_refused_with_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GBytes) result = message_strip_lines(refused[i].mail,
			strlen(refused[i].mail), resolve, &error);

		if (result)
			fail_msg("%s: %s", refused[i].name,
				(const char *)g_bytes_get_data(result, NULL));
		check_reason(error);
	}
}

static void test_nul_is_refused(void **state)
{
	static const char mail[] = HEAD "\n#resolve\nx\0#resolve\n";
	g_autoptr(GError) error = NULL;

	(void)state;
	assert_null(
		message_strip_lines(mail, sizeof mail - 1, resolve, &error));
	check_reason(error);
}

/* Single mails of which the rest is known by heart. */
static const struct {
	const char *name, *mail, *left;
} clear[] = {
	{"no end of the last line", HEAD "\nbye\n#resolve", HEAD "\nbye\n"},
	{"nothing else", HEAD "\n#resolve\n", HEAD "\n"},
	{"above a signature", HEAD "\nbye\n#resolve\n-- \nMari\n",
		HEAD "\nbye\n-- \nMari\n"},
	{"invisible and odd blanks",
		HEAD "Content-Type: text/plain; charset=utf-8\n\n"
		     "\302\240#re\302\255solve \nbye\n",
		HEAD "Content-Type: text/plain; charset=utf-8\n\nbye\n"},
	{"an empty alternative",
		IN("alternative",
			PART("Content-Type: text/plain", "") PAGE_PART),
		IN("alternative", PART("Content-Type: text/plain", "")
					  PART("Content-Type: text/html",
						  "<p></p><p>bye</p>"))},
	{"HTML without ends", PAGE("<p>#resolve<p>bye<br>x"),
		PAGE("<p><p>bye<br>x")},
	{"a blank that comes to stand at the end",
		HEAD "Content-Type: text/html\n"
		     "Content-Transfer-Encoding: quoted-printable\n\n"
		     "<p>x</p> #resolve\n<p>y</p>\n",
		HEAD "Content-Type: text/html\n"
		     "Content-Transfer-Encoding: quoted-printable\n\n"
		     "<p>x</p>=20\n<p>y</p>\n"},
	{"a quote in the own words",
		HEAD "\n> #resolve\n#resolve\n>> #resolve\nbye\n",
		HEAD "\n> #resolve\n>> #resolve\nbye\n"},
};

static void test_the_rest_is_as_it_was(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(clear); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GBytes) result = message_strip_lines(
			clear[i].mail, strlen(clear[i].mail), resolve, &error);
		g_autofree char *left = NULL;
		size_t length;
		const char *bytes;

		if (!result)
			fail_msg("%s: %s", clear[i].name, error->message);
		bytes = g_bytes_get_data(result, &length);
		left = g_strndup(bytes, length);
		assert_string_equal(left, clear[i].left);
	}
}

/* ---- mails that are not what anybody meant ---------------------------- */

static void mutate(Maker *maker)
{
	static const char *const crumbs[] = {"#resolve", "\n#resolve\n", "<p>",
		"</p>", "<!--", "-->", "<br>", "&#35;", "=\n", "--", "\n\n",
		"\r", "\"", ">", "<blockquote>", "</div>",
		"Content-Type: ", "boundary=", "=20", "\033$B", "\342\200\256",
		"style='"};
	GString *mail = maker->mail;

	for (unsigned i = 0, n = 1 + pick(maker, 4); i < n; i++) {
		size_t at = pick(maker, (unsigned)mail->len);
		size_t length = pick(maker, 12);

		switch (pick(maker, 3)) {
		case 0:
			mail->str[at] = (char)pick(maker, 256);
			break;
		case 1:
			g_string_insert(mail, (gssize)at,
				crumbs[pick(maker, G_N_ELEMENTS(crumbs))]);
			break;
		default:
			g_string_erase(mail, (gssize)at,
				(gssize)MIN(mail->len - at, length));
			break;
		}
	}
}

/* Every own line of what a person reads, as one string each. */
static bool shows(const char *text, const char *line)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **p = lines; *p; p++) {
		/* Below here are others' words. */
		if (strstr(*p, "Original Message") ||
			g_str_has_prefix(*p, "From:"))
			return false;
		if (strcmp(g_strstrip(*p), line) == 0)
			return true;
	}
	return false;
}

static void check_mutant(const Maker *maker, GBytes *result)
{
	size_t length;
	const char *bytes = g_bytes_get_data(result, &length);
	g_autoptr(Message) message = message_parse(bytes, length, NULL);
	const char *end = strstr(maker->mail->str, "\nMIME-Version");
	g_autofree char *page = NULL;

	assert_true(length <= maker->mail->len + 64);
	if (end)
		assert_memory_equal(bytes, maker->mail->str,
			(size_t)(end - maker->mail->str));
	page = message_html_to_text(message->html ? message->html : "",
		message->html ? strlen(message->html) : 0);
	for (guint i = 0; i + 1 < maker->wanted->len; i++)
		if (shows(message->text, maker->wanted->pdata[i]) ||
			shows(page, maker->wanted->pdata[i]))
			fail_msg("%s is left:\n%s\n%s",
				(const char *)maker->wanted->pdata[i],
				message->text, page);
}

static void test_damaged_mails_lose_their_commands_or_are_refused(void **state)
{
	unsigned passed = 0;

	(void)state;
	for (guint32 i = 0; i < MUTANTS; i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GBytes) result = NULL;
		Maker maker;

		make(&maker, SEED + MAILS + i, i % G_N_ELEMENTS(structures));
		mutate(&maker);
		result = strip(&maker, &error);
		if (result)
			check_mutant(&maker, result);
		else
			check_reason(error);
		passed += result != NULL;
		maker_clear(&maker);
	}
	print_message("# %u of %d damaged mails passed\n", passed, MUTANTS);
	assert_true(passed > MUTANTS / 10);
}

/* ---- size ------------------------------------------------------------- */

static void test_a_long_mail_takes_linear_time(void **state)
{
	GString *mail = g_string_new(HEAD "\n#resolve\n");
	clock_t start = clock();
	g_autoptr(GBytes) result = NULL;

	(void)state;
	while (mail->len < 1000 * 1000)
		g_string_append(mail, "From: x\nDate: #resolve\n>\n#x\n");
	result = message_strip_lines(mail->str, mail->len, resolve, NULL);
	assert_non_null(result);
	assert_int_equal(g_bytes_get_size(result), mail->len - 9);
	/* A minute under sanitizers; quadratic would be hours. */
	assert_true(clock() - start < 60 * CLOCKS_PER_SEC);
	g_string_free(mail, TRUE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands_go_and_nothing_else),
		cmocka_unit_test(test_the_rest_is_as_it_was),
		cmocka_unit_test(
			test_what_is_not_certain_is_refused_with_words),
		cmocka_unit_test(test_nul_is_refused),
		cmocka_unit_test(
			test_damaged_mails_lose_their_commands_or_are_refused),
		cmocka_unit_test(test_a_long_mail_takes_linear_time),
	};

	return cmocka_run_group_tests_name("strip", tests, NULL, NULL);
}
