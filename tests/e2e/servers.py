"""Private servers for the end-to-end tests and the demo.

Postfix, Sendmail, a mailbox that records what arrives, and redressd itself:
each in a private folder, on loopback, without touching anything of the
system's.  What is started here is stopped here, also after a failure.

    with Workplace() as place:
        sink = place.sink()
        redressd = place.redressd()
        postfix = place.postfix(relay=sink, redressd=redressd)
        send(postfix.port, complaint())
        mail = sink.wait(to="ann@customer.example")

The order of stopping is the reverse of the order of starting.
"""

import atexit
import base64
import contextlib
import dataclasses
import email
import email.message
import email.parser
import email.policy
import email.utils
import functools
import grp
import json
import os
import pathlib
import pwd
import random
import re
import select
import shutil
import signal
import smtplib
import socket
import socketserver
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import threading
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]

# Where ./setup unpacked Postfix and Sendmail: {"postfix": ROOT, "sendmail":
# ROOT}, from the file's own folder.
MTA_JSON = pathlib.Path(
    os.environ.get("REDRESS_MTA_JSON", SOURCE / "build/mta/mta.json"))

# The build tree whose programs are tried.
PROGRAMS = pathlib.Path(
    os.environ.get("REDRESS_PROGRAMS", SOURCE / "build/release"))

LOOPBACK = "127.0.0.1"

# Accounts that every Debian has (base-passwd), so that none need be made.
# Postfix wants three that share no number.
MAIL_OWNER = "mail"
SETGID_GROUP = "daemon"
DEFAULT_PRIVILEGES = "nobody"

# How long a server may take to start or stop.  Sanitizer builds are slow.
PATIENCE_S = 30


class ServerError(Exception):
    """A server did not do what was asked; the text says what it logged."""


def wait_for(predicate, timeout_s=10.0, what="what was expected",
             details=None):
    """Waits until predicate() is true and returns its value; looks every 10
    ms; raises ServerError after timeout_s, with details() in the text."""
    deadline = time.monotonic() + timeout_s
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() >= deadline:
            more = f"\n{details()}" if details else ""
            raise ServerError(f"waited {timeout_s} s for {what}{more}")
        time.sleep(0.01)


_given_ports = set()
_given_ports_lock = threading.Lock()


def free_port():
    """A loopback port that nobody listens on; none is given out twice.

    From below the range out of which the kernel picks ports for outgoing
    connections, so that none of those can take it before the server does."""
    with _given_ports_lock:
        while True:
            port = random.randrange(10240, 32000)
            if port not in _given_ports and not port_listens(port):
                _given_ports.add(port)
                return port


def port_listens(port):
    """True if somebody listens at a loopback port; does not connect."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        next(table)
        for line in table:
            local, state = line.split()[1], line.split()[3]
            if state == "0A" and int(local.split(":")[1], 16) == port:
                return True
    return False


# ---- folders and clean-up -------------------------------------------------

def processes_of(folder):
    """Ids of the processes that were started in a private folder: it is in
    the environment that each server here is given."""
    folder, found = os.fsencode(folder), []
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            if folder in pathlib.Path(entry.path, "environ").read_bytes():
                found.append(int(entry.name))
    return found


def kill_processes_of(folder):
    """Kills what still runs in a private folder.  Again and again, since a
    dying server may have been starting a child."""
    for _ in range(20):
        found = processes_of(folder)
        if not found:
            return
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)


class Workplace:
    """A private folder and the servers in it.

    The folder's name is short, since the name of a unix socket may have only
    107 bytes.  It is removed at the end, or kept and named on standard error
    if REDRESS_KEEP is set."""

    def __init__(self):
        # Not TMPDIR, which may be long.
        parent = os.environ.get("REDRESS_TEST_FOLDER", "/tmp")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="rd", dir=parent))
        # Postfix's unprivileged daemons pass through.
        self.folder.chmod(0o711)
        self._open = []
        self._names = {}
        self._ca = None
        atexit.register(self.close)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        try:
            self.close()
        except ServerError as error:
            if not kind:
                raise
            print(f"# {error}", file=sys.stderr)

    def close(self):
        """Stops everything and removes the folder; then raises ServerError if
        a server did not end well, such as by a sanitizer's report."""
        atexit.unregister(self.close)
        problems = []
        while self._open:
            server = self._open.pop()
            try:
                server.stop()
            except Exception as error:  # the others must be stopped too
                problems.append(f"stopping {server}: {error}")
        if self.folder.exists():
            kill_processes_of(self.folder)
            if os.environ.get("REDRESS_KEEP"):
                print(f"# kept: {self.folder}", file=sys.stderr)
            else:
                shutil.rmtree(self.folder, ignore_errors=True)
        if problems:
            raise ServerError("\n".join(problems))

    def subfolder(self, name):
        """A new folder: "postfix", the second one "postfix2", ..."""
        number = self._names[name] = self._names.get(name, 0) + 1
        folder = self.folder / (name if number == 1 else f"{name}{number}")
        folder.mkdir()
        folder.chmod(0o711)
        return folder

    def started(self, server):
        """Starts a server of any class that has start() and stop(), and stops
        it at the end."""
        self._open.append(server)
        server.start()
        return server

    def ca(self):
        """The test certificate authority, made when first asked for."""
        if not self._ca:
            self._ca = TestCa(self.subfolder("ca"))
        return self._ca

    def sink(self, **options):
        return self.started(SmtpSink(**options))

    def postfix(self, **options):
        return self.started(
            PostfixServer(self.subfolder("postfix"), **options))

    def sendmail(self, **options):
        return self.started(
            SendmailServer(self.subfolder("sendmail"), **options))

    def redressd(self, start=True, **options):
        """Not started with start=False, so that its file can be changed."""
        server = Redressd(self.subfolder("redress"), **options)
        if not start:
            self._open.append(server)
            return server
        return self.started(server)


def mta_root(name):
    """The folder in which an MTA's package was unpacked."""
    if not MTA_JSON.exists():
        raise ServerError(f"{MTA_JSON}: not there; run ./setup install-deps")
    roots = json.loads(MTA_JSON.read_text())
    if name not in roots:
        raise ServerError(f"{MTA_JSON}: has no {name}; run ./setup "
                          "install-deps")
    return (MTA_JSON.parent / roots[name]).resolve()


def stop_process(process, term=signal.SIGTERM, timeout_s=PATIENCE_S):
    """Asks a process to end, waits, and kills its group if it does not.
    Returns its exit status; raises ServerError if it had to be killed."""
    if process.poll() is None:
        process.send_signal(term)
        try:
            process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            kill_group(process)
            raise ServerError(
                f"{process.args[0]} did not end in {timeout_s} s") from None
    return process.returncode


def kill_group(process):
    """Kills a process that leads a session, with all of its children."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


# ---- certificates ---------------------------------------------------------

class TestCa:
    """A certificate authority for tests, made with openssl(1).

    ca_file is what a client trusts."""

    __test__ = False

    def __init__(self, folder):
        self.folder = folder
        self.ca_file = folder / "ca.pem"
        self._openssl(
            "req", "-x509", *self._new_key("ca.key"), "-days", "2",
            "-subj", "/CN=Redress test authority", "-out", str(self.ca_file))

    def _openssl(self, *arguments):
        done = subprocess.run(
            ["openssl", *arguments], cwd=self.folder, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, check=False)
        if done.returncode:
            raise ServerError(f"openssl {arguments[0]}: {done.stdout}")

    @staticmethod
    def _new_key(name):
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                "-nodes", "-keyout", name)

    def certificate(self, host="localhost", address=LOOPBACK):
        """(certificate file, key file) for a host name and an address."""
        name = re.sub(r"[^a-z0-9]", "_", host)
        certificate, key = (self.folder / f"{name}.{kind}"
                            for kind in ("pem", "key"))
        if certificate.exists():
            return certificate, key
        names = self.folder / f"{name}.ext"
        names.write_text(f"subjectAltName=DNS:{host}"
                         + (f",IP:{address}\n" if address else "\n"))
        self._openssl("req", *self._new_key(key.name), "-subj",
                      f"/CN={host}", "-out", f"{name}.csr")
        self._openssl(
            "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey",
            "ca.key", "-CAcreateserial", "-days", "2", "-extfile", str(names),
            "-out", str(certificate))
        return certificate, key

    def server_context(self, host="localhost", address=LOOPBACK):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.certificate(host, address))
        return context

    def client_context(self):
        return ssl.create_default_context(cafile=self.ca_file)


# ---- the mailboxes of customers and staff ---------------------------------

@dataclasses.dataclass(frozen=True)
class Mail:
    """One mail as it arrived at the sink."""

    sender: str            # of the envelope; "" is the null sender
    recipients: tuple      # of the envelope
    data: bytes            # dot-stuffing undone, lines end in CR LF
    parameters: tuple      # of MAIL FROM, as written: "SIZE=…", "SMTPUTF8"
    arrived: float         # time.monotonic() at the final dot
    arrived_wall: float    # time.time() then
    accepted: bool         # answered with 250; False: 4xx, 5xx or dropped
    tls: bool
    user: str              # who authenticated, or ""

    @property
    def message(self):
        return email.message_from_bytes(
            self.data, policy=email.policy.default)

    @functools.cached_property
    def header(self):
        """The header alone, undecoded: also of mails that are too much for
        Python's parser."""
        return email.parser.BytesHeaderParser(
            policy=email.policy.compat32).parsebytes(
                self.data.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")

    def text(self, kind="plain"):
        """The decoded text/plain (or "html") body, lines ending in LF."""
        part = self.message.get_body(preferencelist=(kind,))
        return part.get_content().replace("\r\n", "\n") if part else ""


@dataclasses.dataclass
class Rule:
    """What the sink answers instead of 250."""

    stage: str        # connect ehlo auth mail rcpt data dot
    pattern: str      # of the address; at data and dot of any recipient
    answer: str       # "550 5.1.1 No such user", or "drop": closes instead
    times: int        # how often; a negative number: always


class SmtpSink:
    """An SMTP server that takes everything, keeps it and tells.

    rule() makes it refuse.  tls is None, "starttls" or "implicit" and then
    needs context, as of TestCa.server_context(); users is {name: password}
    and makes AUTH necessary; with oauth2 the passwords are access tokens."""

    def __init__(self, tls=None, context=None, users=None, port=None,
                 oauth2=False,
                 extensions=("PIPELINING", "8BITMIME", "SMTPUTF8",
                             "ENHANCEDSTATUSCODES", "SIZE 104857600")):
        self.tls, self.context, self.users = tls, context, users
        self.oauth2 = oauth2
        self.extensions = extensions
        self.host, self.port = LOOPBACK, port or free_port()
        self.commands = []   # every command line that was heard
        self._mails, self._rules = [], []
        self._changed = threading.Condition()
        self._server = None

    def __str__(self):
        return f"SMTP sink at port {self.port}"

    def start(self):
        sink = self

        class Handler(SinkSession):
            def setup(self):
                self.sink = sink
                super().setup()

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request, client_address):
                pass  # a client that went away is what tests do

        self._server = Server((self.host, self.port), Handler)
        threading.Thread(target=self._server.serve_forever,
                         kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self):
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    # -- what it answers

    def rule(self, stage, answer, pattern="", times=-1):
        """From now on answers so at a stage.  The newest rule that matches
        is taken.  At "dot" an answer of "drop" closes the connection after
        the mail was recorded (accepted=False), and at "data" before."""
        rule = Rule(stage, pattern, answer, times)
        with self._changed:
            self._rules.insert(0, rule)
        return rule

    def forget_rules(self):
        with self._changed:
            self._rules.clear()

    def answer(self, stage, addresses=("",)):
        """The answer that a rule gives, or None.  Uses it up."""
        with self._changed:
            for rule in self._rules:
                if rule.stage == stage and rule.times != 0 and any(
                        re.search(rule.pattern, address, re.IGNORECASE)
                        for address in addresses):
                    rule.times -= 1
                    return rule.answer
        return None

    # -- what it got

    def record(self, mail):
        with self._changed:
            self._mails.append(mail)
            self._changed.notify_all()

    def mails(self, to=None, subject=None, accepted=True, message_id=None,
              ticket=None):
        """What has arrived: for a recipient (folded), with a subject that a
        pattern finds, with a Message-ID, of a ticket; accepted=None: also
        what was refused at the dot."""
        with self._changed:
            found = list(self._mails)
        return [mail for mail in found
                if (accepted is None or mail.accepted == accepted)
                and (to is None or to.casefold() in
                     [address.casefold() for address in mail.recipients])
                and (subject is None or re.search(
                    subject, str(mail.message["subject"] or "")))
                and message_id in (None, mail.header["message-id"])
                and ticket in (None, mail.header["x-redress-ticket"])]

    def wait(self, count=1, timeout_s=20, **which):
        """Waits until so many such mails (see mails()) have arrived.
        Returns the last of them, or all of them when count is not 1."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while True:
                found = self.mails(**which)
                if len(found) >= count:
                    return found[-1] if count == 1 else found
                left = deadline - time.monotonic()
                if left <= 0:
                    raise ServerError(
                        f"{self}: waited {timeout_s} s for {count} mails "
                        f"with {which}, got {len(found)}; all: "
                        + str([(mail.recipients, mail.header["subject"])
                               for mail in self._mails]))
                self._changed.wait(left)

    def forget_mails(self):
        with self._changed:
            self._mails.clear()


class Dropped(Exception):
    """The sink closes this connection without a word."""


class SinkSession(socketserver.StreamRequestHandler):
    """One connection to the sink."""

    timeout = 60
    disable_nagle_algorithm = True

    def handle(self):
        self.secure, self.user = False, ""
        if self.sink.tls == "implicit":
            self._start_tls()
        self._reset()
        with contextlib.suppress(Dropped, ConnectionError, TimeoutError):
            self._reply(self.sink.answer("connect") or "220 sink ESMTP")
            while self._command():
                pass

    def _start_tls(self):
        self.request = self.sink.context.wrap_socket(
            self.request, server_side=True)
        self.connection = self.request
        super().setup()
        self.secure = True

    def finish(self):
        with contextlib.suppress(OSError, ValueError):
            super().finish()
        with contextlib.suppress(OSError):
            self.connection.close()   # a TLS one is not the server's own

    def _reset(self):
        self.sender, self.recipients, self.parameters = None, [], ()

    def _reply(self, answer):
        if answer == "drop":
            raise Dropped
        self.wfile.write(answer.encode() + b"\r\n")

    def _command(self):
        line = self.rfile.readline(8192)
        if not line:
            return False
        text = line.decode("utf-8", "surrogateescape").rstrip("\r\n")
        self.sink.commands.append(text)
        verb, _, rest = text.partition(" ")
        handler = getattr(self, "_do_" + verb.lower(), None)
        if not handler:
            self._reply("502 5.5.1 Unknown command")
            return True
        return handler(rest) is not False

    def _do_helo(self, _):
        self._reply("250 sink")

    def _do_ehlo(self, _):
        answer = self.sink.answer("ehlo")
        if answer:
            self._reply(answer)
            return
        lines = ["sink", *self.sink.extensions]
        if self.sink.tls == "starttls" and not self.secure:
            lines.append("STARTTLS")
        if self.sink.users is not None \
                and (self.secure or not self.sink.tls):
            lines.append("AUTH XOAUTH2" if self.sink.oauth2
                         else "AUTH PLAIN LOGIN")
        for line in lines[:-1]:
            self._reply("250-" + line)
        self._reply("250 " + lines[-1])

    def _do_starttls(self, _):
        if self.sink.tls != "starttls" or self.secure:
            self._reply("502 5.5.1 Not here")
            return None
        self._reply("220 2.0.0 Go ahead")
        try:
            self._start_tls()
        except OSError:
            return False
        self._reset()
        return None

    def _ask(self, prompt):
        self._reply("334 " + prompt)
        return self.rfile.readline(8192).strip()

    def _do_auth(self, rest):
        mechanism, _, first = rest.partition(" ")
        try:
            if mechanism.upper() == "PLAIN":
                given = base64.b64decode(first or self._ask(""))
                _, name, password = given.decode().split("\0")
            elif mechanism.upper() == "LOGIN":
                name = base64.b64decode(
                    first or self._ask("VXNlcm5hbWU6")).decode()
                password = base64.b64decode(
                    self._ask("UGFzc3dvcmQ6")).decode()
            elif mechanism.upper() == "XOAUTH2" and self.sink.oauth2:
                given = base64.b64decode(first or self._ask("")).decode()
                found = re.fullmatch(
                    "user=(.*)\1auth=Bearer (.*)\1\1", given)
                if not found:
                    raise ValueError(given)
                name, password = found.groups()
            else:
                raise ValueError(mechanism)
        except ValueError:
            self._reply("501 5.5.2 Not understood")
            return
        answer = self.sink.answer("auth", (name,))
        if answer:
            self._reply(answer)
        elif (self.sink.users or {}).get(name) != password:
            self._reply("535 5.7.8 Wrong user or password")
        else:
            self.user = name
            self._reply("235 2.7.0 Welcome")

    def _do_mail(self, rest):
        found = re.match(r"FROM:\s*<([^>]*)>\s*(.*)$", rest, re.IGNORECASE)
        if not found:
            self._reply("501 5.5.4 Syntax")
            return
        if self.sink.users is not None and not self.user:
            self._reply("530 5.7.0 Authentication required")
            return
        answer = self.sink.answer("mail", (found[1],))
        if not answer:
            self._reset()
            self.sender = found[1]
            self.parameters = tuple(found[2].split())
        self._reply(answer or "250 2.1.0 Ok")

    def _do_rcpt(self, rest):
        found = re.match(r"TO:\s*<([^>]*)>", rest, re.IGNORECASE)
        if not found or self.sender is None:
            self._reply("503 5.5.1 Not now")
            return
        answer = self.sink.answer("rcpt", (found[1],))
        if not answer:
            self.recipients.append(found[1])
        self._reply(answer or "250 2.1.5 Ok")

    def _do_data(self, _):
        if not self.recipients:
            self._reply("554 5.5.1 No recipients")
            return None
        answer = self.sink.answer("data", self.recipients)
        if answer:
            self._reply(answer)
            return None
        self._reply("354 Go on")
        data = self._read_data()
        if data is None:
            return False
        answer = self.sink.answer("dot", self.recipients)
        self.sink.record(Mail(
            self.sender, tuple(self.recipients), data, self.parameters,
            time.monotonic(), time.time(), answer is None, self.secure,
            self.user))
        self._reset()
        self._reply(answer or "250 2.0.0 Kept")
        return None

    def _read_data(self):
        lines = []
        while True:
            line = self.rfile.readline()
            if not line.endswith(b"\n"):
                return None   # the client went away in the middle
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line[1:] if line.startswith(b".") else line)

    def _do_rset(self, _):
        self._reset()
        self._reply("250 2.0.0 Ok")

    def _do_noop(self, _):
        self._reply("250 2.0.0 Ok")

    def _do_vrfy(self, _):
        self._reply("252 2.0.0 Perhaps")

    def _do_quit(self, _):
        self._reply("221 2.0.0 Bye")
        return False


# ---- Postfix --------------------------------------------------------------

POSTFIX_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = {root}/usr/sbin
daemon_directory = {root}/usr/lib/postfix/sbin
shlib_directory = {root}/usr/lib/postfix
meta_directory = {root}/etc/postfix
sendmail_path = {root}/usr/sbin/sendmail
import_environment = MAIL_CONFIG MAIL_LOGTAG LD_LIBRARY_PATH LANG=C
    POSTLOG_SERVICE POSTLOG_HOSTNAME
mail_owner = {owner}
setgid_group = {group}
default_privs = {privileges}
maillog_file = {folder}/log/mail.log
maillog_file_prefixes = {folder}/log
myhostname = mail.example.com
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
alias_maps =
default_database_type = texthash
mynetworks = 127.0.0.0/8
relayhost = [127.0.0.1]:{relay_port}
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtpd_peername_lookup = no
smtpd_banner = $myhostname ESMTP
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_client_message_rate_limit = 0
smtpd_error_sleep_time = 0
in_flow_delay = 0
message_size_limit = 104857600
mailbox_size_limit = 0
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
"""

# As in Debian's master.cf.dist, the chroots included.
POSTFIX_MASTER = """\
127.0.0.1:{port} inet n - y - {smtpds} smtpd
pickup     unix  n - y 60 1 pickup
cleanup    unix  n - y - 0 cleanup
qmgr       unix  n - n 1 1 qmgr
tlsmgr     unix  - - y 1000? 1 tlsmgr
rewrite    unix  - - y - - trivial-rewrite
bounce     unix  - - y - 0 bounce
defer      unix  - - y - 0 bounce
trace      unix  - - y - 0 bounce
verify     unix  - - y - 1 verify
flush      unix  n - y 1000? 0 flush
proxymap   unix  - - n - - proxymap
proxywrite unix  - - n - 1 proxymap
smtp       unix  - - y - - smtp
relay      unix  - - y - - smtp
showq      unix  n - y - - showq
error      unix  - - y - - error
retry      unix  - - y - - error
discard    unix  - - y - - discard
local      unix  - n n - - local
virtual    unix  - n n - - virtual
lmtp       unix  - - y - - lmtp
anvil      unix  - - y - 1 anvil
scache     unix  - - y - 1 scache
postlog    unix-dgram n - n - 1 postlogd
"""

POSTFIX_QUEUES = {   # and their modes
    "active": 0o700, "bounce": 0o700, "corrupt": 0o700, "defer": 0o700,
    "deferred": 0o700, "flush": 0o700, "hold": 0o700, "incoming": 0o700,
    "saved": 0o700, "trace": 0o700, "private": 0o700, "maildrop": 0o730,
    "public": 0o710,
}


class PostfixServer:
    """A private Postfix with conf/postfix's lines as they stand.

    relay: the sink to which everything goes.  redressd: the one whose socket
    is the milter; it gives the outgoing listener's port.  milter: another
    milter's socket in this server's queue folder; None with redressd=None: no
    milter at all.  main: further lines of main.cf, after the snippet's."""

    def __init__(self, folder, relay, redressd=None, snippets=True, main="",
                 master="", smtpds="-", port=None):
        self.folder, self.root = folder, mta_root("postfix")
        self.host, self.port = LOOPBACK, port or free_port()
        self.submission_port = (
            redressd.submission_port
            if redressd and redressd.submits_to_its_server else free_port())
        self.log_file = folder / "log/mail.log"
        self.queue_folder = folder / "queue"
        # Where main.cf.redress expects it.
        self.milter_socket = self.queue_folder / "redress/milter.sock"
        self._values = {
            "folder": folder, "root": self.root, "owner": MAIL_OWNER,
            "group": SETGID_GROUP, "privileges": DEFAULT_PRIVILEGES,
            "relay_port": relay.port, "port": self.port, "smtpds": smtpds}
        self._process = None
        self._lay_out()
        self._configure(snippets, main, master)
        if redressd:
            self._lend_socket(redressd)

    def __str__(self):
        return f"Postfix at port {self.port}"

    def _lay_out(self):
        owner = pwd.getpwnam(MAIL_OWNER).pw_uid
        drop = grp.getgrnam(SETGID_GROUP).gr_gid
        for name in ("etc", "log", "data", "queue", "queue/pid",
                     "queue/redress"):
            (self.folder / name).mkdir(mode=0o755)
        os.chown(self.folder / "data", owner, -1)
        for name, mode in POSTFIX_QUEUES.items():
            path = self.queue_folder / name
            path.mkdir()
            group = drop if name in ("maildrop", "public") else -1
            os.chown(path, owner, group)
            path.chmod(mode)

    def _configure(self, snippets, main, master):
        conf = SOURCE / "conf/postfix"
        main_cf = POSTFIX_MAIN.format(**self._values)
        master_cf = POSTFIX_MASTER.format(**self._values)
        if snippets:
            main_cf += (conf / "main.cf.redress").read_text()
            master_cf += (conf / "master.cf.redress").read_text()
        (self.folder / "etc/main.cf").write_text(main_cf + "\n" + main)
        (self.folder / "etc/master.cf").write_text(master_cf + "\n" + master)
        if snippets:
            # The way that master.cf.redress itself tells.
            self.command("postconf", "-F", "127.0.0.1:10026/inet/service="
                         f"127.0.0.1:{self.submission_port}")
        # Postfix reads a file that is younger than a second again and again.
        for name in ("main.cf", "master.cf"):
            before = time.time() - 60
            os.utime(self.folder / "etc" / name, (before, before))

    def _lend_socket(self, redressd):
        """redressd listens elsewhere, since it is there first; Postfix finds
        it under the name that the snippet gives, also from its chroot."""
        (self.queue_folder / "redress").rmdir()
        redressd.milter_folder.rename(self.queue_folder / "redress")
        redressd.milter_folder.symlink_to(self.queue_folder / "redress")

    def _environment(self):
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C",
                "MAIL_CONFIG": str(self.folder / "etc"),
                "LD_LIBRARY_PATH": str(self.root / "usr/lib/postfix")}

    def command(self, name, *arguments, stdin=None, check=True):
        """Runs one of Postfix's commands (postconf, postqueue, sendmail) on
        this server and returns what it printed."""
        done = subprocess.run(
            [self.root / "usr/sbin" / name, *arguments], input=stdin,
            env=self._environment(), stdout=subprocess.PIPE,
            stdin=None if stdin is not None else subprocess.DEVNULL,
            stderr=subprocess.STDOUT, check=False, timeout=PATIENCE_S)
        text = done.stdout.decode("utf-8", "replace")
        if check and done.returncode:
            raise ServerError(f"{name} {' '.join(arguments)}: {text}")
        return text

    def start(self):
        self._process = subprocess.Popen(
            [self.root / "usr/lib/postfix/sbin/master",
             "-c", self.folder / "etc", "-s"],
            env=self._environment(), cwd=self.queue_folder,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True)
        wait_for(lambda: self._process.poll() is not None
                 or port_listens(self.port), PATIENCE_S, "Postfix to listen",
                 self.log)
        if self._process.poll() is not None:
            raise ServerError(f"Postfix ended at once\n{self.log()}")

    def stop(self):
        if self._process:
            stop_process(self._process)
            # Its daemons end by themselves when master is gone; not waiting
            # for that.
            kill_processes_of(self.folder)
            self._process = None

    def kill(self):
        """Kills all of it at once, as a power cut would."""
        kill_group(self._process)
        kill_processes_of(self.folder)
        self._process = None

    def log(self):
        return self.log_file.read_text(errors="replace") \
            if self.log_file.exists() else ""

    def queue(self):
        """What waits in the queue, as postqueue -j tells it."""
        return [json.loads(line) for line
                in self.command("postqueue", "-j").splitlines()]

    def flush(self):
        self.command("postqueue", "-f")


# ---- Sendmail -------------------------------------------------------------

SENDMAIL_MC = """\
include(`{root}/usr/share/sendmail/cf/m4/cf.m4')dnl
OSTYPE(`linux')dnl
DOMAIN(`generic')dnl
FEATURE(`no_default_msa')dnl
FEATURE(`nocanonify')dnl
FEATURE(`accept_unresolvable_domains')dnl
FEATURE(`accept_unqualified_senders')dnl
undefine(`ALIAS_FILE')dnl
define(`confPID_FILE', `{folder}/sendmail.pid')dnl
define(`QUEUE_DIR', `{folder}/queue')dnl
define(`STATUS_FILE', `{folder}/statistics')dnl
define(`confCW_FILE', `{folder}/local-host-names')dnl
define(`HELP_FILE', `{folder}/helpfile')dnl
define(`confHOSTS_FILE', `/etc/hosts')dnl
define(`confSERVICE_SWITCH_FILE', `{folder}/service.switch')dnl
define(`confTO_IDENT', `0')dnl
define(`confTO_ICONNECT', `5s')dnl
define(`confMIN_QUEUE_AGE', `0')dnl
define(`confQUEUE_LA', `1000')dnl
define(`confREFUSE_LA', `1000')dnl
define(`confBAD_RCPT_THROTTLE', `0')dnl
define(`confDONT_BLAME_SENDMAIL', `TrustStickyBit')dnl
define(`confDELIVERY_MODE', `background')dnl
define(`confMILTER_LOG_LEVEL', `9')dnl
define(`confDONT_PROBE_INTERFACES', `True')dnl
define(`SMART_HOST', `relay:[127.0.0.1]')dnl
define(`RELAY_MAILER_ARGS', `TCP $h {relay_port}')dnl
define(`SMTP_MAILER_ARGS', `TCP $h {relay_port}')dnl
DAEMON_OPTIONS(`Family=inet, Name=MTA, Addr=127.0.0.1, Port={port}')dnl
{redress}
MAILER(`smtp')dnl
"""

SENDMAIL_REDRESS = """\
define(`REDRESS_SOCKET', `local:{socket}')dnl
define(`REDRESS_SUBMISSION_PORT', `{submission_port}')dnl
include(`{source}/conf/sendmail/redress.m4')dnl
"""


class SendmailServer:
    """A private Sendmail with conf/sendmail/redress.m4 as it stands.

    relay: the sink to which everything goes.  redressd: the one whose socket
    is the milter; socket: another milter's; neither: no milter.  before and
    extra: what stands in sendmail.mc before redress.m4 and after it."""

    def __init__(self, folder, relay, redressd=None, socket_path=None,
                 before="", extra=""):
        self.folder, self.root = folder, mta_root("sendmail")
        self.host, self.port = LOOPBACK, free_port()
        self.submission_port = (
            redressd.submission_port
            if redressd and redressd.submits_to_its_server else free_port())
        self.log_file = folder / "log"
        self.milter_socket = (redressd.milter_socket if redressd
                              else socket_path)
        self._values = {
            "root": self.root, "folder": folder, "source": SOURCE,
            "port": self.port, "relay_port": relay.port,
            "socket": self.milter_socket,
            "submission_port": self.submission_port}
        self._process = None
        self._lay_out()
        self._configure(before, extra)

    def __str__(self):
        return f"Sendmail at port {self.port}"

    def _lay_out(self):
        # Sendmail wants its queue and the way to it closed to others.
        self.folder.chmod(0o755)
        (self.folder / "queue").mkdir(mode=0o700)
        (self.folder / "statistics").touch(mode=0o600)
        (self.folder / "local-host-names").write_text("")
        (self.folder / "service.switch").write_text("hosts files\n")

    def _configure(self, before, extra):
        redress = SENDMAIL_REDRESS.format(**self._values) \
            if self.milter_socket else ""
        mc = SENDMAIL_MC.format(redress=before + redress + extra,
                                **self._values)
        (self.folder / "sendmail.mc").write_text(mc)
        done = subprocess.run(
            ["m4", f"-D_CF_DIR_={self.root}/usr/share/sendmail/cf/",
             "sendmail.mc"], cwd=self.folder, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        if done.returncode or done.stderr:
            raise ServerError("m4: " + done.stderr.decode())
        (self.folder / "sendmail.cf").write_bytes(done.stdout)

    def start(self):
        """A host name without a dot would make it sleep for a minute."""
        program = self.root / "usr/libexec/sendmail/sendmail"
        with open(self.log_file, "ab") as log:
            self._process = subprocess.Popen(
                ["unshare", "-u", "sh", "-c",
                 'hostname mail.example.com; exec "$@"', "sh", program,
                 "-bD", "-C", self.folder / "sendmail.cf", "-q1s",
                 "-X", self.folder / "transcript"],
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True,
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C",
                     "HOME": str(self.folder)})
        wait_for(lambda: self._process.poll() is not None
                 or port_listens(self.port), PATIENCE_S, "Sendmail to listen",
                 self.log)
        if self._process.poll() is not None:
            raise ServerError(f"Sendmail ended at once\n{self.log()}")

    def stop(self):
        if self._process:
            stop_process(self._process)
            kill_group(self._process)
            self._process = None

    def kill(self):
        kill_group(self._process)
        self._process = None

    def log(self):
        """Its standard error and the transcript of its sessions."""
        return "".join(
            path.read_text(errors="replace")
            for path in (self.log_file, self.folder / "transcript")
            if path.exists())


# ---- redressd -------------------------------------------------------------

def program(name):
    """The path of a program in the build tree that is tried."""
    folders = {"redressd": "src/daemon", "redress": "src/cli",
               "redress-parser": "src/parser"}
    path = PROGRAMS / folders[name] / name
    if not path.exists():
        raise ServerError(f"{path}: not there; build it first")
    return path


def conf_value(value):
    """A setting's value as redress.conf writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (list, tuple)):
        return "{ " + ", ".join(conf_value(item) for item in value) + " }"
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def conf_text(settings, depth=0):
    """redress.conf of nested dicts: a str key is a setting or a section, a
    tuple such as ("mailbox", "a@b") a section with a title; None: left
    out."""
    indent, lines = "\t" * depth, []
    for key, value in settings.items():
        if value is None:
            continue
        if isinstance(value, dict):
            name = key if isinstance(key, str) \
                else f"{key[0]} {conf_value(key[1])}"
            lines += [f"{indent}{name} {{",
                      conf_text(value, depth + 1), f"{indent}}}"]
        else:
            lines.append(f"{indent}{key} = {conf_value(value)}")
    return "\n".join(lines)


def merged(settings, changes):
    """settings with changes laid over them, section by section."""
    result = dict(settings)
    for key, value in changes.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merged(result[key], value) if both else value
    return result


class Redressd:
    """redressd, with its file, key and store in a private folder.

    changes are laid over the settings of default_settings().  submission:
    where its mail goes, with .host and .port, if not the outgoing listener of
    the Postfix or Sendmail that is made with this."""

    def __init__(self, folder, changes=None, submission=None):
        self.folder = folder
        self.milter_folder = folder / "m"
        self.milter_folder.mkdir(mode=0o755)
        self.milter_socket = self.milter_folder / "milter.sock"
        self.submits_to_its_server = submission is None
        self.submission_port = submission.port if submission else free_port()
        self.config_file = folder / "redress.conf"
        self.store_file = folder / "redress.db"
        self.log_file = folder / "log"
        self.settings = merged(self.default_settings(), changes or {})
        self.write_config()
        self._process = None

    def __str__(self):
        return f"redressd in {self.folder}"

    def default_settings(self):
        return {
            "hostname": "mail.example.com",
            "token_key_file": self.folder / "token.key",
            "templates": [SOURCE / "templates"],
            "store": {"path": self.store_file},
            "milter": {
                "socket": f"unix:{self.milter_socket}",
                "group": grp.getgrgid(
                    pwd.getpwnam(MAIL_OWNER).pw_gid).gr_name,
            },
            "submission": {"host": LOOPBACK, "port": self.submission_port},
            "trust": {"authserv_id": "mail.example.com"},
            "parser": {"program": PROGRAMS / "src/parser/redress-parser"},
            ("calendar", "always"): {
                "time_zone": "Europe/Tallinn",
                "hours": ["Mon-Sun 00:00-24:00"],
            },
            ("team", "care"): {
                "agents": ["mari@example.com", "jaan@example.com"],
                "supervisor": "lead@example.com",
                "managers": ["boss@example.com"],
            },
            ("mailbox", "complaints@example.com"): {
                "name": "Example customer care",
                "language": "en",
                "answer_within": "8h",
                "follow_up_every": "24h",
                "calendar": "always",
                "team": "care",
            },
        }

    def write_config(self, changes=None):
        """Writes the file anew with further changes, which it keeps."""
        self.settings = merged(self.settings, changes or {})
        self.config_file.write_text(conf_text(self.settings) + "\n")

    @property
    def pid(self):
        return self._process.pid

    def running(self):
        return self._process is not None and self._process.poll() is None

    def start(self, environment=None, timeout_s=PATIENCE_S):
        """Starts it and waits for READY=1, as systemd would."""
        notify = self.folder / "notify"
        notify.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready, \
                open(self.log_file, "ab") as log:
            ready.bind(str(notify))
            self._process = subprocess.Popen(
                [program("redressd"), "--config", self.config_file],
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True,
                env={**os.environ, **(environment or {}),
                     "NOTIFY_SOCKET": str(notify)})
            try:
                wait_for(lambda: self._is_ready(ready), timeout_s,
                         "redressd to be ready", self.log)
            except ServerError:
                self.kill()
                raise

    def _is_ready(self, ready):
        if self._process.poll() is not None:
            raise ServerError(
                f"redressd ended with {self._process.returncode} before it "
                f"was ready\n{self.log()}")
        while select.select([ready], [], [], 0)[0]:
            if b"READY=1" in ready.recv(4096).splitlines():
                return True
        return False

    def stop(self):
        """Stops it as systemd would; anything but a clean end (a sanitizer's
        report among it) is an error."""
        if not self._process:
            return
        process, self._process = self._process, None
        ended_before = process.poll() is not None
        status = stop_process(process)
        kill_group(process)
        if status or ended_before:
            raise ServerError(f"redressd ended with {status}"
                              f"{' by itself' if ended_before else ''}\n"
                              f"{self.log()}")

    def kill(self):
        """kill -9, with its parser processes."""
        kill_group(self._process)
        self._process = None

    def kill_alone(self):
        """kill -9 of the daemon's own process and of none of its children."""
        os.kill(self.pid, signal.SIGKILL)
        self._process.wait()

    def restart(self):
        """Starts it again after kill() or kill_alone()."""
        if self._process:
            kill_group(self._process)
        self.start()

    def reload(self):
        os.kill(self.pid, signal.SIGUSR1)

    def log(self):
        return self.log_file.read_text(errors="replace") \
            if self.log_file.exists() else ""

    def wait_log(self, pattern, timeout_s=20):
        """Waits until a line of the log matches."""
        return wait_for(lambda: re.search(pattern, self.log()), timeout_s,
                        f"“{pattern}” in the log", self.log)

    # -- the tool

    def redress(self, verb, *arguments, stdin=b"", exit_status=0):
        """Runs `redress --config FILE VERB …` and returns what it printed;
        anything but exit_status is an error, None allows all."""
        done = subprocess.run(
            [program("redress"), "--config", self.config_file, verb,
             *arguments], input=stdin, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, check=False, timeout=60)
        if exit_status is not None and done.returncode != exit_status:
            raise ServerError(
                f"redress {verb} {' '.join(map(str, arguments))}: ended with "
                f"{done.returncode}\n{done.stderr.decode(errors='replace')}"
                f"{done.stdout.decode(errors='replace')}")
        return done.stdout.decode()

    def redress_json(self, verb, *arguments, **options):
        """The same with --json; a list of the objects that it printed, an
        array's members one by one."""
        text = self.redress(verb, "--json", *arguments, **options)
        decoder, found, at = json.JSONDecoder(), [], 0
        while text[at:].strip():
            at += len(text[at:]) - len(text[at:].lstrip())
            value, at = decoder.raw_decode(text, at)
            found += value if isinstance(value, list) else [value]
        return found

    def store(self, statement, *values):
        """Reads or changes rows of the store behind redressd's back, as the
        passing of days or a mishap would."""
        with contextlib.closing(sqlite3.connect(
                self.store_file, timeout=30)) as connection:
            # Only redressd itself checkpoints.
            connection.execute("PRAGMA wal_autocheckpoint = 0")
            with connection:
                return connection.execute(statement, values).fetchall()

    def make_due(self, reference, kind):
        """Makes a deadline of a ticket due now: "follow-up", "promise" or
        "close"."""
        self.store("UPDATE deadline SET due_at = ? WHERE kind = ? AND "
                   "ticket_id = (SELECT id FROM ticket WHERE reference = ?)",
                   int(time.time()), kind, reference)

    def tickets(self):
        return self.redress_json("list")

    def ticket(self, reference):
        return self.redress_json("show", reference)[0]


# ---- the customer ---------------------------------------------------------

CUSTOMER = "ann@customer.example"
MAILBOX = "complaints@example.com"


def complaint(subject="My parcel arrived broken",
              text="Hello,\n\nthe kettle I bought came in pieces. I want my "
                   "money back.\n\nAnn\n",
              sender=CUSTOMER, to=MAILBOX, **headers):
    """A plain complaint; headers as In_Reply_To="<…>"."""
    message = email.message.EmailMessage()
    message["From"] = f"Ann Customer <{sender}>"
    message["To"] = to
    message["Subject"] = subject
    message["Message-ID"] = email.utils.make_msgid(domain="customer.example")
    message["Date"] = email.utils.formatdate(localtime=True)
    for name, value in headers.items():
        del message[name.replace("_", "-")]
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def send(port, message, sender=CUSTOMER, to=(MAILBOX,), options=()):
    """Sends one mail (an EmailMessage or bytes) over a connection of its own.
    Returns time.monotonic() at the 250."""
    data = message if isinstance(message, bytes) \
        else message.as_bytes(policy=email.policy.SMTP)
    with smtplib.SMTP(LOOPBACK, port, timeout=60,
                      local_hostname="client.example") as client:
        client.sendmail(sender, [to] if isinstance(to, str) else list(to),
                        data, mail_options=list(options))
        accepted = time.monotonic()
    return accepted


# What the mail server's DMARC milter would have written.
AUTHENTICATED = (b"Authentication-Results: mail.example.com;\r\n"
                 b"\tdmarc=pass header.from=customer.example\r\n")


def authenticated(message):
    """A mail as bytes, its sender proven."""
    return AUTHENTICATED + message.as_bytes(policy=email.policy.SMTP)


def reply(mail, text, sender=CUSTOMER, **headers):
    """A customer's reply to a mail of ours (a Mail), to its Reply-To."""
    ours = mail.message
    found = {"In_Reply_To": ours["Message-ID"],
             "References": f"{ours['References'] or ''} {ours['Message-ID']}",
             **headers}
    return complaint(f"Re: {ours['Subject']}", text, sender,
                     ours["Reply-To"].addresses[0].addr_spec, **found)


class Site:
    """A mail server with redressd as its milter, and the mailboxes behind.

    mta: "postfix" or "sendmail"; changes: to the settings; options: the mail
    server's."""

    def __init__(self, place, mta="postfix", changes=None, **options):
        self.sink = place.sink()
        self.redressd = place.redressd(changes=changes)
        self.mta = getattr(place, mta)(
            relay=self.sink, redressd=self.redressd, **options)
        self._customers = 0

    def customer(self):
        """An address that has not written yet, since only so many of one
        sender's mails are acknowledged."""
        self._customers += 1
        return f"customer{self._customers}@customer.example"

    def send(self, message, sender=None, **options):
        """Sends a mail from the address in its From."""
        if sender is None:
            sender = message["From"].addresses[0].addr_spec
        return send(self.mta.port, message, sender=sender, **options)

    def complain(self, *arguments, **headers):
        """A complaint, see complaint(), from a new customer unless sender
        is given; returns its ticket as `redress show --json` has it."""
        message = complaint(*arguments, **{"sender": self.customer(),
                                           **headers})
        self.send(message)
        return self.ticket_of(message)

    def copy_of(self, message):
        """The mail as the team got it."""
        return self.sink.wait(message_id=message["Message-ID"])

    def ticket_of(self, message):
        reference = self.copy_of(message).header["X-Redress-Ticket"]
        return self.redressd.ticket(str(reference))

    def tickets_from(self, customer):
        return self.redressd.redress_json(
            "list", "--all", "--customer", customer)

    def idle(self):
        """Waits until nothing is left to send, then until a mail that was
        sent after it has arrived: what has not arrived now never will."""
        wait_for(lambda: not self.redressd.redress_json("outbox"), 30,
                 "an empty outbox", self.redressd.log)
        marker = self.customer()
        self.send(complaint("Marker", sender=marker))
        self.sink.wait(to=marker)


class Courier(threading.Thread):
    """A mail server of customers, with complaints to deliver: it keeps each
    until it hears 250 for it.  numbers: an iterator, shared with others."""

    def __init__(self, site, numbers):
        super().__init__(daemon=True)
        self.site, self.numbers = site, numbers
        self.accepted = {}   # Message-ID: (sender, bytes)
        self.attempts = 0
        self._stop_it = threading.Event()
        self._problem = None

    def run(self):
        try:
            while not self._stop_it.is_set():
                self._deliver(next(self.numbers))
        except Exception as error:  # for whoever calls finish()
            self._problem = error

    def finish(self):
        """Delivers the mail in hand and ends."""
        self._stop_it.set()
        self.join()
        if self._problem:
            raise self._problem

    def _deliver(self, number):
        sender = f"courier{number}@customer.example"
        message = complaint(f"Broken {number}", f"It broke: {number}.\n",
                            sender)
        data = message.as_bytes(policy=email.policy.SMTP)
        while not self._try_once(sender, data):
            time.sleep(0.01)
        self.accepted[message["Message-ID"].strip("<>")] = (sender, data)

    def _try_once(self, sender, data):
        self.attempts += 1
        try:
            send(self.site.mta.port, data, sender=sender)
            return True
        except smtplib.SMTPResponseException as error:
            if error.smtp_code // 100 != 4:
                raise
        except smtplib.SMTPRecipientsRefused as error:
            if any(code // 100 != 4 for code, _ in error.recipients.values()):
                raise
        except (smtplib.SMTPServerDisconnected, ConnectionError):
            pass
        return False
