"""A mailbox whose server shows a bad certificate, or none: nothing of the
password leaves this machine, and `redress check` and the log say what was
wrong.  The server is one that would take every password."""

import contextlib
import datetime
import pathlib
import re
import socket
import ssl
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from servers import LOOPBACK, MAILBOX, TestCa, Workplace  # noqa: E402

PASSWORD = "correct-horse-battery"


class Listener:
    """Speaks as much IMAP as it takes to be told a password, and keeps what it
    heard.  context: for TLS, at once or, with starttls, when asked."""

    def __init__(self, context, starttls=False, strip=False, clear=b""):
        self.context, self.starttls, self.strip = context, starttls, strip
        self.clear, self.heard = clear, b""

    def start(self):
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def stop(self):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._one, args=(connection,),
                                 daemon=True).start()

    def _one(self, connection):
        with contextlib.suppress(OSError), connection:
            if self.context and not self.starttls:
                connection = self.context.wrap_socket(
                    connection, server_side=True)
            connection.sendall(b"* OK ready\r\n")
            while data := connection.recv(4096):
                self.heard += data
                tag, _, command = data.partition(b" ")
                verb = command.split()[0].upper()
                if verb == b"CAPABILITY":
                    offers = b" STARTTLS" if self.starttls \
                        and not self.strip else b""
                    connection.sendall(
                        b"* CAPABILITY IMAP4rev1 AUTH=PLAIN" + offers
                        + b"\r\n")
                if verb == b"STARTTLS" and self.context:
                    connection.sendall(tag + b" OK go\r\n" + self.clear)
                    connection = self.context.wrap_socket(
                        connection, server_side=True)
                elif verb == b"STARTTLS":
                    connection.sendall(tag + b" NO not now\r\n")
                else:
                    connection.sendall(tag + b" OK done\r\n")


class Certificates(unittest.TestCase):
    def setUp(self):
        self.place = Workplace()
        self.addCleanup(self.place.close)
        self.ca = TestCa(self.place.subfolder("ca"))

    def signed(self, *dates, names="DNS:localhost", ca="ca"):
        """A context with a certificate that the test CA signed."""
        folder = self.ca.folder
        (folder / "x.ext").write_text(f"subjectAltName={names}\n")
        self.ca._openssl("req", *self.ca._new_key("x.key"), "-subj",
                         "/CN=localhost", "-out", "x.csr")
        (folder / "index.txt").write_text("")
        (folder / "serial").write_text("1000\n")
        (folder / "ca.cnf").write_text(
            "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nserial=serial\n"
            "new_certs_dir=.\ndefault_md=sha256\npolicy=p\n"
            "[p]\ncommonName=supplied\n")
        self.ca._openssl(
            "ca", "-batch", "-config", "ca.cnf", "-cert", f"{ca}.pem",
            "-keyfile", f"{ca}.key", "-in", "x.csr", "-out", "x.pem",
            "-extfile", "x.ext", "-notext", *dates)
        return self.context(folder / "x.pem", folder / "x.key")

    def context(self, certificate, key):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        return context

    def dates(self, first, last):
        now = datetime.datetime.now(datetime.timezone.utc)
        return [word for name, days in (("-startdate", first),
                                        ("-enddate", last))
                for word in (name, (now + datetime.timedelta(days))
                             .strftime("%Y%m%d%H%M%SZ"))]

    def good_dates(self):
        return self.dates(-1, 1)

    def refused(self, pattern, context, tls, host="localhost", **options):
        """What the operator reads matches; the password was not sent."""
        listener = self.place.started(Listener(
            context, starttls=tls == "starttls", **options))
        secret = self.place.subfolder("secrets") / "password"
        secret.write_text(PASSWORD + "\n")
        secret.chmod(0o600)
        redressd = self.place.redressd(
            submission=self.place.sink(), changes={
                "milter": {"socket": ""},
                ("mailbox", MAILBOX): {"imap": {
                    "host": host, "port": listener.port, "tls": tls,
                    "ca_file": self.ca.ca_file, "user": "complaints",
                    "timeout": "5s", "password_file": secret}}})
        redressd.wait_log("mailbox in trouble")
        trouble = re.search("mailbox in trouble.*", redressd.log())[0]
        said = redressd.redress("check", exit_status=None)
        for words in (trouble, said):
            self.assertRegex(words, pattern)
        for verb in (b"LOGIN", b"AUTHENTICATE", b"complaints",
                     PASSWORD.encode()):
            self.assertNotIn(verb, listener.heard)
        redressd.stop()

    def refused_in_both_ways(self, pattern, make):
        for tls in ("implicit", "starttls"):
            with self.subTest(tls):
                self.refused(pattern, make(), tls)

    def test_expired_certificate_is_refused_and_told(self):
        self.refused_in_both_ways(
            "(?i)expired", lambda: self.signed(*self.dates(-10, -1)))

    def test_certificate_of_the_future_is_refused_and_told(self):
        self.refused_in_both_ways(
            "(?i)not (yet )?valid|not yet|future",
            lambda: self.signed(*self.dates(1, 10)))

    def test_certificate_for_another_name_is_refused_and_told(self):
        self.refused_in_both_ways(
            "is for .*other.example.* and not for localhost",
            lambda: self.signed(*self.good_dates(),
                                names="DNS:other.example"))

    def test_a_wildcard_for_the_parent_does_not_cover_the_name(self):
        self.refused("and not for localhost",
                     self.signed(*self.good_dates(),
                                 names="DNS:*.localhost"), "implicit")

    def test_certificate_of_a_leaf_as_authority_is_refused(self):
        self.signed(*self.good_dates(), names="DNS:leaf.example")
        for kind in ("pem", "key"):
            (self.ca.folder / f"x.{kind}").rename(
                self.ca.folder / f"leaf.{kind}")
        self.signed(*self.good_dates(), ca="leaf")
        chain = self.ca.folder / "chain.pem"
        chain.write_bytes(
            (self.ca.folder / "x.pem").read_bytes()
            + (self.ca.folder / "leaf.pem").read_bytes())
        self.refused("(?i)certificate|authority", self.context(
            chain, self.ca.folder / "x.key"), "implicit")

    def test_old_tls_after_starttls_is_refused_and_told(self):
        context = self.signed(*self.good_dates())
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1
        self.refused("speaks no TLS of version 1.2", context, "starttls")

    def test_plain_server_where_tls_is_due_is_refused(self):
        self.refused("(?i)TLS", None, "implicit")

    def test_starttls_that_is_not_offered_is_no_reason_to_go_on(self):
        self.refused("(?i)STARTTLS|TLS", None, "starttls", strip=True)

    def test_starttls_that_is_refused_is_no_reason_to_go_on(self):
        self.refused("(?i)STARTTLS|TLS", None, "starttls")


if __name__ == "__main__":
    unittest.main()
