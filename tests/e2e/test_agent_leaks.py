"""2,000 generated mails with commands wherever a mail can hold them: no
command reaches a customer, and nobody's but the agent's own is carried out.

What a customer got is read by Python's email and html.parser, which share
nothing with what wrote it."""

import dataclasses
import difflib
import email.message
import pathlib
import random
import re
import smtplib
import sys
import threading
import unicodedata
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from agents import (  # noqa: E402
    INTERNAL, MARI, PASSWORD, AgentSite, answer, as_bytes, everything,
    text_of_html)
from servers import LOOPBACK, Workplace, wait_for  # noqa: E402

MAILS, DIRECT_MAILS, TICKETS, SESSIONS = 2000, 600, 25, 4
SEED = 20261121

COMMANDS = (
    "resolve", "reopen", "note", "update", "promise", "assign", "escalate",
    "tag", "priority", "type", "cause", "compensate", "canned", "merge",
    "not-a-complaint", "on-behalf", "help")

# Letters that look like others, as a forger or a keyboard makes them.
LOOK_ALIKE = {
    "a": "аɑα", "c": "сϲ", "e": "еєɛ", "g": "ɡԍ", "i": "іıɩ", "l": "ӏ1Ι",
    "m": "м", "n": "п", "o": "оοօ", "p": "рρ", "r": "г", "s": "ѕ", "t": "тτ",
    "u": "υս", "v": "νѵ"}
FOLDED = str.maketrans({
    other: plain for plain, others in LOOK_ALIKE.items() for other in others})
SIGNS = ("#", "＃", "﹟", "#\u200b", "\u2060#", "#\u00ad", "\u202e#", "#\ufe0e")
INVISIBLE = ("\u200b", "\u00ad", "\u2060", "\ufeff", "\u200d", "\u034f")


def folded(line):
    """A line as an eye takes it: no accents, no invisible characters, one
    script, no quotation marks or bullets before it."""
    text = unicodedata.normalize("NFKD", line)
    text = "".join(c for c in text
                   if unicodedata.category(c) not in ("Cf", "Mn", "Me", "Cc"))
    return text.translate(FOLDED).casefold().strip(
        " \t\u00a0>|»*_`~-–—•·.:;\"'“”")


COMMAND_LINE = re.compile(r"^\W*#\W*([a-z][a-z-]{2,})")


def looks_like_a_command(line):
    """A hashtag such as "#summer" is a word; "#resolv" is a slip."""
    found = COMMAND_LINE.match(folded(line))
    return found and difflib.get_close_matches(found[1], COMMANDS,
                                               cutoff=0.7)


def commands_in(mail):
    """Lines of a mail that look like commands, in any of its parts."""
    found = []
    for part in mail.message.walk():
        if part.is_multipart() or part.get_filename():
            continue
        text = (part.get_payload(decode=True) or b"").decode(
            part.get_content_charset("utf-8"), "replace")
        if part.get_content_subtype() == "html":
            text = text_of_html(text)
        found += [line for line in text.splitlines()
                  if looks_like_a_command(line)]
    subject = re.sub(r"^(Re: )?\[#[0-9A-Z-]+\] ", "",
                     str(mail.message["Subject"]))
    if "#" in folded(subject):
        found.append(subject)
    return found


# ---- the generator ---------------------------------------------------------

@dataclasses.dataclass
class Case:
    """One mail.  own: tags that it may set; either: those that may be set or
    refused; disguised: the agent's as well, and never set; foreign: others',
    never set; secret: words that are for the team alone."""

    number: int
    words: str              # how its words are found again
    text: str = ""
    html: str = None        # None: as the text
    own: list = dataclasses.field(default_factory=list)
    either: list = dataclasses.field(default_factory=list)
    disguised: list = dataclasses.field(default_factory=list)
    foreign: list = dataclasses.field(default_factory=list)
    secret: str = None
    by_customer: bool = False
    form: str = "plain"
    plan: str = ""


SENTENCES = (
    "We are sorry for the trouble.", "A new one is on its way to you.",
    "Order #resolve-77 left on Tuesday.", "You were number #1 in our queue.",
    "Please keep the receipt; write to us about #promise or anything else.",
    "See https://shop.example/#resolve for the rules.", "Vabandust, Õie!",
    "C# and F# are languages, 5 > 3, and a <b> is a letter.")


class Generator:
    def __init__(self, number):
        self.number = number
        self.random = random.Random(SEED + number)
        self.case = Case(number, f"WORDS{number}X")
        self.tags = 0

    def pick(self, *values):
        return self.random.choice(values)

    def tag(self, kind):
        self.tags += 1
        name = f"{kind}-{self.number}-{self.tags}"
        getattr(self.case, kind).append(name)
        return name

    def own(self):
        """A line as an agent writes it."""
        line = self.pick(
            f"#tag {self.tag('own')}", f"#Tag {self.tag('own')}",
            f"#TAG {self.tag('own')}  ", f"#tag\t{self.tag('own')}",
            "#priority high", "#type delivery", "#cause carrier",
            f"#tag {self.tag('own')}\n#type delivery")
        return line

    def foreign(self):
        """A line that somebody else wrote, or nobody meant."""
        return self.pick("#tag ", "#tag ", "#Tag ") + self.tag("foreign")

    def disguised(self):
        """What looks like a command and is none: not to be carried out, and
        not to be sent on either.  What is invisible alone may be lost on the
        way from HTML."""
        name = self.random.choice(COMMANDS)
        sign, kind = "#", "either"
        for _ in range(self.random.randint(1, 2)):
            at = self.random.randrange(len(name))
            change = self.pick("letter", "invisible", "sign", "typing")
            if change == "letter" and name[at] in LOOK_ALIKE:
                kind = "disguised"
                name = name[:at] + self.random.choice(
                    LOOK_ALIKE[name[at]]) + name[at + 1:]
            elif change == "invisible":
                name = name[:at] + self.random.choice(INVISIBLE) + name[at:]
            elif change == "sign":
                sign = self.random.choice(SIGNS)
            else:
                kind = "disguised"
                name = name[:at] + name[at + 1:]
        if sign + name in [f"#{command}" for command in COMMANDS]:
            kind = "either"
        return f"{sign}{name} {self.tag(kind)}"

    def prose(self):
        lines = [self.random.choice(SENTENCES)
                 for _ in range(self.random.randint(1, 3))]
        return "\n".join([f"{self.case.words} is what we say.", *lines])

    def quote(self, *lines):
        """Somebody else's words: quoted, half quoted, or only announced."""
        head = self.pick(
            "On Mon, 2 Nov 2026 at 10:00, Ann <ann@customer.example> wrote:",
            "Am 02.11.2026 um 10:00 schrieb Ann Customer:",
            "-----Original Message-----\nFrom: Ann Customer\nSent: Monday, 2 "
            "November 2026 10:00\nTo: complaints@example.com\nSubject: Broken",
            "________________________________\nFrom: Ann Customer <ann@"
            "customer.example>\nSent: Monday\nSubject: Broken\n")
        mark = self.pick("> ", ">", "> > ", ">> ", " > ")
        if head.startswith(("-", "_")):
            mark = self.pick("", "> ")
        return head + "\n" + "\n".join(
            f"{mark}{line}" for line in ("It is broken.", *lines, "Ann"))

    def signature(self, *lines):
        return "\n".join(("-- ", "Mari Mets", *lines, "Example care"))

    def compose(self):
        """The text, by one of many plans."""
        case, prose = self.case, self.prose
        plans = {
            "end": lambda: f"{prose()}\n\n{self.own()}\n",
            "start": lambda: f"{self.own()}\n\n{prose()}\n",
            "both": lambda: f"{self.own()}\n\n{prose()}\n\n{self.own()}\n",
            "signed": lambda: f"{prose()}\n\n{self.own()}\n\n"
                              f"{self.signature()}\n",
            "quote below": lambda: f"{prose()}\n\n{self.own()}\n\n"
                                   f"{self.quote(self.foreign())}\n",
            "quote alone": lambda: f"{prose()}\n\n"
                                   f"{self.quote(self.foreign())}\n",
            "quote above": lambda: f"> It is broken.\n> {self.foreign()}\n\n"
                                   f"{prose()}\n",
            "interleaved": lambda: f"> It is broken.\n> {self.foreign()}\n\n"
                                   f"{prose()}\n\n> Ann\n> {self.foreign()}"
                                   f"\n\n{self.own()}\n",
            "inside": lambda: f"{prose()}\n\n{self.foreign()}\n\nAnd more: "
                              f"{case.words}.\n",
            "in signature": lambda: f"{prose()}\n\n"
                                    f"{self.signature(self.foreign())}\n",
            "below signature": lambda: f"{prose()}\n\n{self.signature()}\n\n"
                                       f"{self.foreign()}\n",
            "half quoted": lambda: f"{prose()}\n\n{self.pick('>', '|', '> >')}"
                                   f"{self.foreign()}\nrest of a line\n",
            "broken quote": lambda: f"{prose()}\n\nOn Mon, Ann wrote:\n> a "
                                    "long line that a client broke"
                                    f"{self.pick('', self.full_part())}\n"
                                    f"{self.foreign()}\n> Ann\n",
            "disguised": lambda: f"{prose()}\n\n{self.disguised()}\n",
            "disguised first": lambda: f"{self.disguised()}\n\n{prose()}\n",
            "disguised and own": lambda: f"{prose()}\n\n{self.disguised()}\n"
                                         f"{self.own()}\n",
            "unknown": lambda: f"{prose()}\n\n#"
                               f"{self.pick('fix', 'resolved', 'notes')} "
                               f"{self.tag('foreign')}\n",
            "note": self.note,
        }
        case.plan = self.random.choice(list(plans))
        case.text = plans[case.plan]()
        return case

    def full_part(self):
        """What stands between the beginning and the end of a broken line."""
        return "\nin the middle of it, where it is as long as lines may be"

    def note(self):
        self.case.secret = f"SECRET{self.number}X"
        return self.pick(
            f"#note\n\n{self.case.secret} {self.prose()}\n",
            f"{self.case.secret}\n{self.prose()}\n\n#note\n",
            f"#note\n{self.case.secret}\n\n{self.quote(self.foreign())}\n")

    # -- HTML

    def html(self, text):
        """The same words in HTML, as one client or another writes it."""
        lines = [line.replace("&", "&amp;").replace("<", "&lt;")
                 .replace(">", "&gt;") for line in text.splitlines()]
        style = self.pick("p", "div", "br", "pre", "table", "span")
        if style == "br":
            body = "<br>\n".join(lines)
        elif style == "pre":
            body = "<pre>" + "\n".join(lines) + "</pre>"
        elif style == "table":
            body = "<table>" + "".join(
                f"<tr><td>{line or '&nbsp;'}</td></tr>" for line in lines) \
                + "</table>"
        elif style == "span":
            body = "".join(
                "<div>" + re.sub(r"^#(\w+)", self.pick(
                    r"&#35;\1", r"<span>#</span>\1", r"<b>#\1</b>",
                    r'#<span style="color:red">\1</span>', r"&#x23;\1",
                    r"<!-- x -->#\1"), line) + "</div>" for line in lines)
        else:
            body = "".join(f"<{style}>{line or '<br>'}</{style}>"
                           for line in lines)
        return f"<html><body>{body}</body></html>"

    def disagree(self, text):
        """HTML that says something else than the text beside it."""
        extra = f"<p>#tag {self.tag('foreign')}</p>"
        return self.pick(
            self.html(text + f"\n#tag {self.tag('foreign')}\n"),
            f"<p>{self.case.words} and nothing else.</p>",
            self.html(text).replace("</body>", extra + "</body>"),
            self.html(text).replace(
                "</body>", f'<div style="display:none">{extra}</div></body>'),
            self.html(re.sub(r"(?m)^#.*$", "", text)))

    # -- the whole mail

    def build(self, copy):
        case = self.compose()
        message = answer(copy, "", sender=MARI, quote=False)
        form = self.pick("plain", "plain", "html", "alternative",
                         "alternative", "disagree", "two parts", "mixed")
        # HTML has no lines that a client could break.
        case.form = form = "mixed" if case.plan == "broken quote" else form
        encoding = self.pick("quoted-printable", "base64", "8bit")
        text = case.text
        if form == "html":
            message.set_content(self.html(text), subtype="html", cte=encoding)
        else:
            message.set_content(text, cte=encoding)
        if form == "alternative":
            message.add_alternative(self.html(text), subtype="html")
        elif form == "disagree":
            message.add_alternative(self.disagree(text), subtype="html")
        elif form == "two parts":
            message.make_mixed()
            second = email.message.EmailMessage()
            # The agent's own as well.
            line = f"#tag {self.tag('either')}"
            second.set_content(self.pick(
                f"{line}\n", f"A second part.\n{line}\n",
                f"{self.disguised()}\n"))
            message.attach(second)
        elif form == "mixed":
            message.add_attachment(
                f"#tag {self.tag('foreign')}\n".encode(), maintype="text",
                subtype="plain", filename="commands.txt")
        if self.random.random() < 0.1:
            del message["Subject"]
            message["Subject"] = f"#resolve #note {case.number}"
        return case, as_bytes(message)

    def build_of_customer(self, mail, customer):
        """A customer's mail with a command in it."""
        case = self.case
        case.by_customer = True
        case.text = self.pick(
            f"{self.foreign()}\n\nIt is broken.\n",
            f"It is broken still.\n\n{self.foreign()}\n",
            f"{self.quote(self.foreign())}\n",
            f"#resolve\n{self.foreign()}\n")
        return case, as_bytes(answer(mail, case.text, sender=customer,
                                     quote=False))


# ---- the trial -------------------------------------------------------------

class Session(threading.Thread):
    """Submits mails one after the other in one SMTP session."""

    def __init__(self, port, login):
        super().__init__(daemon=True)
        self.port, self.login = port, login
        self.mails, self.problem, self.refused = [], None, 0

    def run(self):
        try:
            with smtplib.SMTP(LOOPBACK, self.port, timeout=120) as client:
                if self.login:
                    client.login(self.login, PASSWORD)
                for sender, to, data in self.mails:
                    self._send(client, sender, to, data)
        except Exception as error:  # for who waits
            self.problem = error

    def _send(self, client, sender, to, data):
        try:
            client.sendmail(sender, [to], data,
                            mail_options=["BODY=8BITMIME"])
        except smtplib.SMTPDataError as error:
            if error.smtp_code // 100 != 5:
                raise
            self.refused += 1


class Trial(unittest.TestCase):
    count, mailbox = MAILS, {}

    @classmethod
    def setUpClass(cls):
        place = Workplace()
        cls.addClassCleanup(place.close)
        cls.site = AgentSite(
            place, changes={"limits": {"automatic_per_minute": 0,
                                       "automatic_per_thread_per_day": 1000,
                                       "acks_per_sender_per_day": 1000}},
            mailbox={"nudge_before": "0s", "collision_window": "0s",
                     **cls.mailbox})
        cls.sink, cls.redressd = cls.site.sink, cls.site.redressd
        cls.tickets = [cls.site.begun() for _ in range(TICKETS)]
        cls.cases = cls.submit()
        wait_for(lambda: not cls.redressd.redress_json("outbox"), 150,
                 "an empty outbox", cls.redressd.log)
        cls.site.idle()
        cls.customers = {ticket["customer"] for ticket, _ in cls.tickets}
        cls.mails = [mail for mail in cls.sink.mails()
                     if cls.customers.intersection(mail.recipients)]
        cls.seen = {mail: everything(mail) for mail in cls.mails}
        cls.tags = [str(cls.redressd.ticket(ticket["ref"])["tags"])
                    for ticket, _ in cls.tickets]

    @classmethod
    def submit(cls):
        agents = [Session(cls.site.login_port, MARI)
                  for _ in range(SESSIONS - 1)]
        customers = Session(cls.site.mta.port, None)
        cases = []
        for number in range(cls.count):
            ticket, copy = cls.tickets[number % TICKETS]
            if number % 5 == 4:
                ack = cls.sink.wait(to=ticket["customer"])
                case, data = Generator(number).build_of_customer(
                    ack, ticket["customer"])
                customers.mails.append((
                    ticket["customer"], address_of(ack), data))
            else:
                case, data = Generator(number).build(copy)
                agents[number % len(agents)].mails.append(
                    (MARI, cls.target(ticket, copy), data))
            cases.append(case)
        sessions = [*agents, customers]
        for session in sessions:
            session.start()
        for session in sessions:
            session.join()
            if session.problem:
                raise session.problem
        cls.refused = sum(session.refused for session in sessions)
        return cases

    @staticmethod
    def target(ticket, copy):
        """Where an agent's answer goes."""
        return address_of(copy)

    def tags_set(self, kind):
        return [tag for tags in self.tags
                for tag in re.findall(kind + r"-\d+-\d+", tags)]

    def answered(self):
        return {int(number) for text in self.seen.values()
                for number in re.findall(r"WORDS(\d+)X", text)}

    def assert_no_note_seen(self):
        secrets = {case.secret for case in self.cases if case.secret}
        self.assertGreater(len(secrets), self.count // 40)
        found = [(word, text) for text in self.seen.values()
                 for word in re.findall(r"SECRET\d+X", text)]
        self.assertEqual(found[:3], [], f"{len(found)} in all")

    def assert_no_foreign_command_done(self):
        self.assertGreater(sum(len(case.foreign) for case in self.cases),
                           self.count // 2)
        found = self.tags_set("foreign")
        self.assertEqual(
            [(tag, self.cases[int(tag.split("-")[1])])
             for tag in found[:3]], [], f"{len(found)} in all")


class Leaks(Trial):
    def test_no_command_reached_a_customer(self):
        found = [(line, mail.text()) for mail in self.mails
                 for line in commands_in(mail)]
        self.assertEqual(found[:3], [], f"{len(found)} in all")

    def test_nothing_internal_reached_a_customer(self):
        found = [(word, mail.text()) for mail in self.mails
                 for word in INTERNAL if word in self.seen[mail].casefold()]
        self.assertEqual(found[:3], [], f"{len(found)} in all")

    def test_no_note_reached_a_customer(self):
        self.assert_no_note_seen()

    def test_no_foreign_command_was_carried_out(self):
        self.assert_no_foreign_command_done()
        self.assertEqual(self.tags_set("disguised"), [])

    def test_a_plain_answer_with_commands_was_carried_out(self):
        """It is not silence that keeps the rest of the promises."""
        done, answered = set(self.tags_set("own")), self.answered()
        self.assertGreater(len(done), 250)
        self.assertGreater(len(answered), 400)
        # No half measures: what set a tag was not refused.
        for tag in done:
            case = self.cases[int(tag.split("-")[1])]
            self.assertTrue(case.secret or case.number in answered, case)

    def test_who_is_refused_is_told(self):
        answered = self.answered()
        silent = [case for case in self.cases if not case.by_customer
                  and not case.secret and case.number not in answered]
        told = [mail for mail in self.sink.mails(to=MARI)
                if mail.message["Auto-Submitted"]]
        self.assertGreaterEqual(len(told), len(silent) * 9 // 10)


class DirectLeaks(Trial):
    """What agents quote stays in their mails, so lines are told by whose
    they are."""

    count, mailbox = DIRECT_MAILS, {"agent_reply": "direct"}

    @staticmethod
    def target(ticket, copy):
        return ticket["customer"]

    def test_no_command_of_the_agent_reached_a_customer(self):
        found = [(tag, text) for text in self.seen.values()
                 for tag in re.findall(r"(?:own|disguised)-\d+-\d+", text)]
        self.assertEqual(found[:3], [], f"{len(found)} in all")

    def test_no_agents_address_reached_a_customer(self):
        found = [(word, text) for text in self.seen.values()
                 for word in INTERNAL if word in text.casefold()]
        self.assertEqual(found[:3], [], f"{len(found)} in all")

    def test_no_note_reached_a_customer(self):
        self.assert_no_note_seen()

    def test_no_foreign_command_was_carried_out(self):
        self.assert_no_foreign_command_done()
        self.assertEqual(self.tags_set("disguised"), [])

    def test_most_is_sent_on_and_the_rest_refused_at_once(self):
        done, answered = set(self.tags_set("own")), self.answered()
        self.assertGreater(len(done), 60)
        self.assertGreater(len(answered), self.count // 5)
        written = sum(not case.by_customer for case in self.cases)
        self.assertEqual(
            len({case.number for case in self.cases
                 if case.number in answered}) + self.refused, written)


def address_of(mail):
    return (mail.message["Reply-To"] or mail.message[
        "From"]).addresses[0].addr_spec
