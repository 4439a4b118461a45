"""Agents, their mail clients, and a mail server that knows who they are.

AgentSite is Site with what conf/postfix describes around redressd: what comes
in passes OpenDKIM and OpenDMARC before it, what users submit logs in by
Dovecot and is signed after it, as is what Redress sends.  SendmailAgentSite is
the same on Sendmail, with conf/sendmail: who logs in is in a sasldb."""

import email
import email.message
import email.policy
import email.utils
import html.parser
import re
import smtplib
import subprocess

from dovecot import Dovecot
from servers import (
    LOOPBACK, MAILBOX, PATIENCE_S, ServerError, Site, complaint,
    free_port, mta_root, wait_for)
from signing import OpenDkim, OpenDmarc, TestDns

MARI, JAAN = "mari@example.com", "jaan@example.com"
SUPERVISOR = "lead@example.com"
PASSWORD = "seesame"

# Who logs in: agents by their address and by a bare name that the team's
# logins name; Peeter works in another department, "jaan.t" is a customer's.
USERS = {name: PASSWORD for name in (
    "mari", MARI, JAAN, SUPERVISOR, "peeter", "peeter@example.com",
    "jaan.t", "mari@customer.example", "mari@mail.example.com")}
LOGINS = [f"mari={MARI}"]

# What no customer may ever read.
INTERNAL = (MARI, JAAN, SUPERVISOR, "boss@example.com", "+a-")

MAIN_CF = """\
opendkim_milter = { unix:opendkim/opendkim.sock, default_action=tempfail }
opendmarc_milter = { unix:opendmarc/opendmarc.sock, default_action=tempfail }
smtpd_milters = $opendkim_milter, $opendmarc_milter, $redress_milter
redress_outgoing_milters = $redress_milter, $opendkim_milter
submission_milters = $redress_milter, $opendkim_milter
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
"""

MASTER_CF = """\
127.0.0.1:{port} inet n - y - - smtpd
    -o syslog_name=postfix/submission
    -o smtpd_sasl_auth_enable=yes
    -o smtpd_client_restrictions=permit_sasl_authenticated,reject
    -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
    -o smtpd_milters=$submission_milters
    -o milter_macro_daemon_name=submission
"""

# What comes in is judged before redress.m4's milter sees it; the listener on
# which users log in is the one that README.md shows.
SENDMAIL_JUDGES = """\
INPUT_MAIL_FILTER(`opendkim', `S=local:{dkim}, F=T')dnl
INPUT_MAIL_FILTER(`opendmarc', `S=local:{dmarc}, F=T')dnl
"""

SENDMAIL_LOGIN = """\
define(`confAUTH_MECHANISMS', `PLAIN LOGIN')dnl
TRUST_AUTH_MECH(`PLAIN LOGIN')dnl
DAEMON_OPTIONS(`Family=inet, Name=MSA, Addr=127.0.0.1, Port={port}, M=Ea, \
InputMailFilters=redress;opendkim')dnl
LOCAL_CONFIG
ESASL_CONF_PATH={folder}
"""

SENDMAIL_SASL = """\
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: {folder}/sasldb2
mech_list: PLAIN LOGIN
"""


class AgentSite(Site):
    """changes: to redress.conf, over what the tests here have in common."""

    def __init__(self, place, changes=None, mailbox=None):
        self.place = place
        self.login_port = free_port()
        self.dns = TestDns(place.subfolder("dns"))
        self._keys = [self.dns.publish(domain) for domain in (
            "example.com", "customer.example", "evil.example")]
        self._start({
            "limits": {"automatic_per_thread_per_day": 1000,
                       "acks_per_sender_per_day": 1000},
            ("team", "care"): {"logins": LOGINS},
            ("mailbox", MAILBOX): mailbox or {},
            **(changes or {})})

    def _start(self, changes):
        Site.__init__(
            self, self.place, changes=changes,
            main=MAIN_CF, master=MASTER_CF.format(port=self.login_port))
        queue = self.mta.queue_folder
        self.place.started(Dovecot(
            self.place.subfolder("dovecot"), USERS,
            auth_socket=queue / "private/auth"))
        self._start_judges(queue / "opendkim/opendkim.sock",
                           queue / "opendmarc/opendmarc.sock")

    def _start_judges(self, dkim_socket, dmarc_socket):
        self.dkim = self.place.started(OpenDkim(
            self.place.subfolder("opendkim"), self.dns, dkim_socket,
            signs=self._keys[:1]))
        self.dmarc = self.place.started(OpenDmarc(
            self.place.subfolder("opendmarc"), self.dns, dmarc_socket))

    # -- what customers do

    def begun(self, *arguments, **headers):
        """A ticket of a customer proven by DMARC, its acknowledgement there:
        (ticket, the copy that the team got)."""
        message = complaint(*arguments, **{"sender": self.customer(),
                                           **headers})
        self.from_outside(message)
        copy = self.copy_of(message)
        ticket = self.redressd.ticket(copy.header["X-Redress-Ticket"])
        self.sink.wait(to=ticket["customer"])
        return ticket, copy

    def from_outside(self, message, domain=None, sender=None, to=None):
        """By the port for everybody, signed for the domain in From (or this
        one; "" signs for none)."""
        data = as_bytes(message)
        author = author_of(data)
        domain = author.rpartition("@")[2] if domain is None else domain
        if domain:
            data = self.dns.sign(domain, data)
        with smtplib.SMTP(LOOPBACK, self.mta.port, timeout=60) as client:
            client.sendmail(author if sender is None else sender,
                            to or recipients_of(data), data)
        return data

    def from_customer(self, ticket, mail, text, **headers):
        """A customer's answer to a mail of ours, proven."""
        message = answer(mail, text, sender=ticket["customer"], **headers)
        self.from_outside(message)
        return message

    # -- what agents do

    def submit(self, message, login=MARI, sender=None, to=None, options=()):
        """By SMTP AUTH, as a mail client does; raises smtplib's errors."""
        data = as_bytes(message)
        with smtplib.SMTP(LOOPBACK, self.login_port, timeout=60) as client:
            client.login(login, PASSWORD)
            client.sendmail(sender or author_of(data),
                            to or recipients_of(data), data,
                            mail_options=list(options))

    def tell(self, copy, text, login=MARI, **headers):
        """An agent's answer to a mail of ours; returns the message."""
        message = answer(copy, text, sender=headers.pop("sender", login),
                         **headers)
        self.submit(message, login=login)
        return message

    def result(self, agent, ticket, pattern="."):
        """The newest mail to an agent about a ticket whose text a pattern
        finds."""
        return wait_for(
            lambda: [mail for mail in self.sink.mails(
                         to=agent, ticket=ticket["ref"])
                     if re.search(pattern, mail.text())], 30,
            f"“{pattern}” to {agent}", self.redressd.log)[-1]

    # -- what became of it

    def to_customer(self, ticket, count, timeout_s=30):
        """Mail number `count` that a customer got; the acknowledgement is the
        first."""
        mails = self.sink.wait(count=count, to=ticket["customer"],
                               timeout_s=timeout_s)
        return mails if count == 1 else mails[count - 1]

    def state(self, ticket):
        return self.redressd.ticket(ticket["ref"])

    def promise(self, ticket):
        """The newest promise of an answer."""
        return [promise for promise in self.state(ticket)["promises"]
                if promise["kind"] == "answer"][-1]

    def events(self, ticket):
        return [event["what"] for event in self.state(ticket)["events"]]

    def wait_event(self, ticket, what):
        return wait_for(
            lambda: [event for event in self.state(ticket)["events"]
                     if event["what"] == what], 30, f"the event {what}",
            self.redressd.log)[-1]


class SendmailAgentSite(AgentSite):
    def _start(self, changes):
        judges, logins = (self.place.subfolder(name)
                          for name in ("judges", "logins"))
        dkim, dmarc = judges / "opendkim.sock", judges / "opendmarc.sock"
        write_sasldb(logins, USERS)
        Site.__init__(
            self, self.place, mta="sendmail", changes=changes,
            before=SENDMAIL_JUDGES.format(dkim=dkim, dmarc=dmarc),
            extra=SENDMAIL_LOGIN.format(port=self.login_port, folder=logins))
        self._start_judges(dkim, dmarc)


def write_sasldb(folder, users):
    """What Cyrus SASL asks in Sendmail: "name" is name@mail.example.com."""
    (folder / "Sendmail.conf").write_text(SENDMAIL_SASL.format(folder=folder))
    for name, password in users.items():
        user, _, realm = name.partition("@")
        done = subprocess.run(
            [mta_root("cyrus") / "usr/sbin/saslpasswd2", "-c", "-p",
             "-f", folder / "sasldb2", "-u", realm or "mail.example.com",
             user], input=password, encoding="ascii", check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            raise ServerError(f"saslpasswd2: {done.stdout}")


# ---- mails -----------------------------------------------------------------

def as_bytes(message):
    return message if isinstance(message, bytes) \
        else message.as_bytes(policy=email.policy.SMTP)


def header_of(data):
    return email.message_from_bytes(
        data.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")


def author_of(data):
    """The address in From, as the envelope's sender."""
    found = email.utils.getaddresses([str(header_of(data)["From"] or "")])
    return found[0][1] if found else ""


def recipients_of(data):
    header = header_of(data)
    return [address for _, address in email.utils.getaddresses(
        [str(value) for name in ("To", "Cc")
         for value in header.get_all(name, [])])]


def answer(mail, text, sender=MARI, name=None, quote=True, **headers):
    """What "Reply" makes in a mail client: to Reply-To, threaded, and with
    the words that it answers quoted below; quote=False: without them."""
    ours = mail.message
    message = email.message.EmailMessage()
    names = {MARI: "Mari Mets", JAAN: "Jaan Tamm"}
    message["From"] = email.utils.formataddr(
        (name or names.get(sender, "Ann Customer"), sender))
    message["To"] = str(ours["Reply-To"] or ours["From"])
    subject = str(ours["Subject"])
    message["Subject"] = subject if subject.startswith("Re: ") \
        else f"Re: {subject}"
    message["Message-ID"] = email.utils.make_msgid(
        domain=sender.rpartition("@")[2])
    message["Date"] = email.utils.formatdate(localtime=True)
    message["In-Reply-To"] = str(ours["Message-ID"])
    message["References"] = " ".join(
        str(ours["References"] or "").split() + [str(ours["Message-ID"])])
    for key, value in headers.items():
        del message[key.replace("_", "-")]
        if value is not None:
            message[key.replace("_", "-")] = value
    message.set_content(text + (quoted(mail) if quote else ""))
    return message


def quoted(mail):
    """The words of a mail as mail clients quote them."""
    ours = mail.message
    lines = mail.text().strip().splitlines()
    return (f"\nOn {ours['Date'] or 'Mon, 2 Nov 2026 at 10:00'}, "
            f"{ours['From']} wrote:\n"
            + "".join(f"> {line}\n" for line in lines))


# ---- mutt -------------------------------------------------------------------

MUTTRC = """\
set realname = "Mari Mets"
set from = "{sender}"
set use_envelope_from = yes
set hostname = "example.com"
set smtp_url = "smtp://{login}@127.0.0.1:{port}/"
set smtp_pass = "{password}"
set smtp_authenticators = "plain"
set ssl_starttls = no
set ssl_force_tls = no
set record = ""
set folder = "{folder}"
set tmpdir = "{folder}"
set header_cache = ""
set message_cachedir = ""
set send_charset = "utf-8"
set charset = "utf-8"
{extra}
"""


def write_with_mutt(site, copy, text, extra="", attach=(), login=MARI):
    """mutt(1) in batch: a draft that answers a mail, submitted by itself."""
    folder = site.place.subfolder("mutt")
    muttrc, draft = folder / "muttrc", folder / "draft"
    muttrc.write_text(MUTTRC.format(
        sender=MARI, login=login.replace("@", "%40"), port=site.login_port,
        password=PASSWORD, folder=folder, extra=extra))
    message = answer(copy, "")
    draft.write_text("".join(
        f"{name}: {message[name]}\n" for name in (
            "To", "Subject", "In-Reply-To", "References"))
        + "\n" + text + quoted(copy), encoding="utf-8")
    done = subprocess.run(
        [mta_root("mutt") / "usr/bin/mutt", "-F", muttrc, "-n",
         *(word for path in attach for word in ("-a", path)),
         "-H", draft], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, check=False, timeout=PATIENCE_S,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder),
             "LC_ALL": "C.UTF-8", "TERM": "dumb"})
    if done.returncode:
        raise ServerError(f"mutt: {done.stdout.decode(errors='replace')}")


# ---- what a reader sees -----------------------------------------------------

class TextOfHtml(html.parser.HTMLParser):
    """What HTML shows, with Python's own parser: every word, also of what is
    hidden by style, of titles and alternatives; and every address."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.words = []

    BREAKS = {"p", "div", "br", "tr", "li", "h1", "h2", "h3", "table", "td",
              "blockquote", "pre", "hr", "body"}

    def handle_starttag(self, tag, attrs):
        if tag in self.BREAKS:
            self.words.append("\n")
        for name, value in attrs:
            if value and name in ("alt", "title", "href", "content", "value"):
                self.words.append(f" {value} ")

    def handle_endtag(self, tag):
        if tag in self.BREAKS:
            self.words.append("\n")

    def handle_data(self, data):
        self.words.append(data)

    def handle_comment(self, data):
        self.words.append(f"\n{data}\n")


def text_of_html(text):
    parser = TextOfHtml()
    parser.feed(text)
    parser.close()
    return "".join(parser.words)


def everything(mail):
    """All that a recipient reads or finds in a mail: each header and each
    part, decoded, HTML comments included; files by their names alone."""
    return "\n".join(everything_of(mail.message))


def everything_of(message):
    for name, value in message.items():
        yield f"{name}: {value}"
    for part in message.walk():
        if part is not message:
            for name, value in part.items():
                yield f"{name}: {value}"
        if part.is_multipart():
            continue
        content = part.get_payload(decode=True) or b""
        if part.get_filename():
            continue   # a file is the agent's, as it is
        text = content.decode(
            part.get_content_charset("utf-8"), "replace")
        yield text_of_html(text) if part.get_content_subtype() == "html" \
            else text


def files_of(mail):
    """{name: bytes} of what a mail carries beside its text."""
    return {part.get_filename(): part.get_payload(decode=True)
            for part in mail.message.walk()
            if part.get_filename()}
