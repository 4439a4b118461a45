"""A mailbox at a provider: redressd follows it by IMAP, without a milter.  The
provider is a private Dovecot; what redressd sends goes to the sink."""

import contextlib
import email.policy
import imaplib
import pathlib
import re
import socket
import ssl
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from dovecot import Dovecot  # noqa: E402
from servers import (  # noqa: E402
    AUTHENTICATED, CUSTOMER, LOOPBACK, MAILBOX, ServerError, SmtpSink, TestCa,
    Workplace, complaint, reply, wait_for)

USER, PASSWORD = "complaints", 'se"cret \\ 7'
MARI = "mari@example.com"
FOLDERS = """\
namespace inbox {
  inbox = yes
  separator = /
  mailbox Gesendet {
    auto = create
    special_use = \\Sent
  }
  mailbox Erledigt/2026 {
    auto = create
  }
}
"""


def as_bytes(message):
    return message if isinstance(message, bytes) \
        else message.as_bytes(policy=email.policy.SMTP)


class Provider:
    """Dovecot, as one who uses its webmail sees it."""

    def __init__(self, place, name="dovecot", user=USER, **options):
        options.setdefault("extra", FOLDERS)
        self.user = user
        self.dovecot = place.started(Dovecot(
            place.subfolder(name), {user: PASSWORD}, imap=True, **options))

    @contextlib.contextmanager
    def client(self, folder="INBOX"):
        client = imaplib.IMAP4(LOOPBACK, self.dovecot.port, timeout=60)
        try:
            client.login(self.user, PASSWORD)
            client.select(f'"{folder}"')
            yield client
        finally:
            client.logout()

    def put(self, *messages, folder="INBOX", when=None):
        """Mails, with the time at which they came (seconds)."""
        with self.client() as client:
            for message in messages:
                kind, said = client.append(
                    f'"{folder}"', None,
                    imaplib.Time2Internaldate(when or time.time()),
                    as_bytes(message))
                if kind != "OK":
                    raise ServerError(said)

    def flags(self, folder="INBOX"):
        """{UID: flags}, as a text."""
        with self.client(folder) as client:
            _, found = client.uid("FETCH", "1:*", "(FLAGS)")
        return {int(match[1]): match[2] for match in (
            re.search(rb"UID (\d+) FLAGS \(([^)]*)\)", line) or
            re.search(rb"FLAGS \(([^)]*)\)", line)
            for line in found if line)}

    def expunge(self, folder="INBOX"):
        with self.client(folder) as client:
            client.store("1:*", "+FLAGS", r"(\Deleted)")
            client.expunge()


def imap_settings(provider, folder, **more):
    password = folder / "password"
    password.write_text(PASSWORD + "\n")
    password.chmod(0o600)
    return {"host": LOOPBACK, "port": provider.dovecot.port, "tls": "none",
            "user": USER, "password_file": password, **more}


class Case(unittest.TestCase):
    def setUp(self):
        self.place = Workplace()
        self.addCleanup(self.place.close)
        self.sink = self.place.sink()

    def follow(self, provider, start=True, **settings):
        """redressd on the provider's mailbox."""
        self.redressd = self.place.redressd(
            submission=self.sink, start=False,
            changes={
                "milter": {"socket": ""},
                "limits": {"acks_per_sender_per_day": 1000},
                ("team", "care"): {"briefing": "all"},
                ("mailbox", MAILBOX): {
                    "nudge_before": "0s",
                    "imap": imap_settings(
                        provider, self.place.subfolder("secrets"),
                        **settings)}})
        if start:
            self.redressd.start()
        return self.redressd

    def followed(self):
        self.redressd.wait_log("mailbox is followed")

    def ack(self, to=CUSTOMER):
        return self.sink.wait(to=to)


class Mailbox(Case):
    def test_a_new_mail_is_answered_and_marked_and_left_unread(self):
        provider = Provider(self.place)
        self.follow(provider)
        self.followed()
        start = time.monotonic()
        provider.put(complaint())
        self.ack()
        took = time.monotonic() - start
        print(f"# acknowledged after {took:.2f} s", file=sys.stderr)
        wait_for(lambda: b"$Redress" in b"".join(provider.flags().values()),
                 what="the mark", details=self.redressd.log)
        self.assertNotIn(b"\\Seen", b"".join(provider.flags().values()))

    def test_what_was_there_before_is_not_touched(self):
        provider = Provider(self.place)
        provider.put(*(complaint(f"Old {n}") for n in range(5)))
        self.follow(provider)
        self.followed()
        provider.put(complaint("New"))
        self.ack()
        self.assertEqual([t["subject"] for t in self.redressd.tickets()],
                         ["New"])

    def test_everything_is_recorded_and_only_what_is_new_answered(self):
        provider = Provider(self.place)
        provider.put(*(complaint(f"Old {n}", sender=f"c{n}@customer.example")
                       for n in range(250)), when=time.time() - 1000000)
        self.follow(provider, start_from="everything")
        wait_for(lambda: len(self.redressd.tickets()) == 250, 60,
                 "the tickets", self.redressd.log)
        provider.put(complaint("New"))
        self.ack()
        self.assertEqual(
            {to for mail in self.sink.mails() for to in mail.recipients
             if to.endswith("@customer.example")}, {CUSTOMER})

    def test_recorded_mail_is_moved(self):
        provider = Provider(self.place)
        self.follow(provider, move_to="Erledigt/2026")
        self.followed()
        provider.put(complaint())
        self.ack()
        wait_for(lambda: provider.flags("Erledigt/2026"), what="the move",
                 details=self.redressd.log)
        self.assertEqual(provider.flags(), {})

    def test_agent_answers_through_the_same_mailbox(self):
        provider = Provider(self.place)
        self.follow(provider, authserv_id="mail.example.com")
        self.followed()
        provider.put(AUTHENTICATED + as_bytes(complaint()))
        self.assertIn("parcel", self.ack().header["subject"])
        briefing = self.sink.wait(to=MARI)
        answer = reply(briefing, "A new kettle is on its way.\n", sender=MARI)
        provider.put(AUTHENTICATED.replace(b"customer.example", b"example.com")
                     + as_bytes(answer))
        wait_for(lambda: any("A new kettle" in mail.text() for mail in
                             self.sink.mails(to=CUSTOMER)), 20,
                 "the answer", self.redressd.log)

    def test_operators_see_how_a_mailbox_is_followed(self):
        provider = Provider(self.place)
        self.follow(provider, start=False, watch_sent="true")
        tool = self.redressd
        self.assertRegex(tool.redress("check", exit_status=None),
                         f"OK +imap +{MAILBOX}: .*IDLE")
        tool.start()
        self.followed()
        provider.put(complaint())
        self.ack()
        rows = wait_for(
            lambda: [row for row in tool.redress_json(
                "mailbox", exit_status=None)
                if row["folder"] == "INBOX" and row["last_uid"] == 1
                and row["contact_at"]],
            20, "the folder", tool.log)
        self.assertEqual((rows[0]["mailbox"], rows[0]["state"],
                          rows[0]["failures"], rows[0]["lag_s"]),
                         (MAILBOX, "followed", 0, 0))
        self.assertIn("IDLE", rows[0]["capabilities"])
        self.assertIn("followed", tool.redress("mailbox"))

        tool.stop()
        hour = int(time.time()) - 3600
        for change, state in (
                (f"contact_at = {hour}", "silent"),
                ("failures = 7, problem = 'away'", "failing"),
                (f"contact_at = {hour + 3500}, oldest_at = {hour}", "behind"),
                ("oldest_at = NULL", "followed")):
            with self.subTest(state):
                tool.store(f"UPDATE folder SET {change}")
                rows = tool.redress_json(
                    "mailbox", exit_status=int(state != "followed"))
                self.assertEqual({row["state"] for row in rows}, {state})

    def test_operators_see_a_login_that_is_refused(self):
        provider = Provider(self.place)
        self.follow(provider, start=False, user="nobody@example.com")
        tool = self.redressd
        out = tool.redress("check", exit_status=1)
        self.assertRegex(out, "FAIL +imap +.*refused")
        tool.start()
        rows = wait_for(
            lambda: [row for row in tool.redress_json(
                "mailbox", exit_status=1) if row["failures"]],
            20, "the failure", tool.log)
        self.assertEqual(rows[0]["state"], "failing")
        self.assertIn("refused", rows[0]["problem"])

    def test_results_that_the_provider_does_not_guard_count_for_nothing(self):
        """Those of trust.authserv_id anybody could have written there."""
        provider = Provider(self.place)
        self.follow(provider)
        self.followed()
        provider.put(AUTHENTICATED + as_bytes(complaint()))
        self.assertNotIn("parcel", self.ack().header["subject"])

    def test_answer_in_the_sent_folder_counts(self):
        provider = Provider(self.place)
        self.follow(provider, watch_sent="true", poll_every="1s")
        self.followed()
        first = complaint()
        provider.put(first)
        self.ack()
        answer = complaint("Re: My parcel arrived broken", "It is on its way.",
                           MAILBOX, CUSTOMER, In_Reply_To=first["Message-ID"],
                           References=first["Message-ID"])
        other = complaint("Lunch", "At noon?", MAILBOX, "friend@there.example")
        provider.put(other, answer, folder="Gesendet")
        reference = self.redressd.tickets()[0]["ref"]
        self.redressd.wait_log(f"answered .*{reference}")
        ticket = self.redressd.ticket(reference)
        self.assertIn("It is on its way.",
                      [m["text"].strip() for m in ticket["messages"]])
        self.assertEqual(len(self.sink.mails(to=CUSTOMER)), 1)
        self.assertEqual(len(self.redressd.tickets()), 1)

    def test_a_mail_that_came_by_another_door_is_one_mail(self):
        provider = Provider(self.place)
        self.follow(provider)
        self.followed()
        mail = complaint()
        self.redressd.redress("ingest", "-", stdin=as_bytes(mail))
        reference = self.redressd.tickets()[0]["ref"]
        self.ack()
        # As the milter's copy is delivered.
        copy = as_bytes(mail).replace(
            b"Subject: ", f"Subject: [#{reference}] ".encode())
        provider.put(b"Received: from x by y\r\n"
                     + f"X-Redress-Ticket: {reference}\r\n".encode()
                     + b"Reply-To: complaints+a-x@example.com\r\n" + copy)
        self.redressd.wait_log("duplicate .*by imap")
        self.assertEqual(len(self.redressd.tickets()), 1)
        self.assertEqual(len(self.sink.mails(to=CUSTOMER)), 1)

    def test_copy_of_what_is_sent_is_filed_and_no_answer(self):
        provider = Provider(self.place)
        secrets = self.place.subfolder("submission") / "password"
        secrets.write_text("x\n")
        secrets.chmod(0o600)
        server = self.place.started(SmtpSink(users={"care": "x"}))
        self.follow(provider, start=False, watch_sent="true", poll_every="1s")
        self.redressd.write_config({("mailbox", MAILBOX): {"submission": {
            "host": LOOPBACK, "port": server.port, "tls": "none",
            "user": "care", "password_file": secrets, "file_sent": "true"}}})
        self.redressd.start()
        self.followed()
        provider.put(complaint())
        server.wait(to=CUSTOMER)
        wait_for(lambda: provider.flags("Gesendet"), what="the copy",
                 details=self.redressd.log)
        self.assertIn(b"\\Seen", b"".join(
            provider.flags("Gesendet").values()))
        provider.put(complaint("Another", sender="ben@customer.example"))
        server.wait(to="ben@customer.example")
        self.assertNotIn("answered", self.redressd.log())

    def test_huge_mail_is_a_ticket_of_its_header(self):
        provider = Provider(self.place)
        self.follow(provider, message_bytes="64K")
        self.followed()
        provider.put(complaint("Films", "x" * 70 + "\n" + "y\n" * 100000))
        self.ack()
        self.assertEqual(self.redressd.tickets()[0]["subject"], "Films")

    def test_without_idle_it_is_polled(self):
        provider = Provider(self.place, extra=FOLDERS + (
            "protocol imap {\n  imap_capability = IMAP4rev1\n}\n"))
        self.follow(provider, poll_every="1s")
        self.followed()
        provider.put(complaint())
        self.ack()
        self.assertNotIn(b"IDLE", provider.dovecot.log().encode())


class Trouble(Case):
    def test_renumbered_mail_is_not_answered_again(self):
        provider = Provider(self.place)
        provider.put(complaint("Before", sender="old@customer.example"),
                     when=time.time() - 1000000)
        self.follow(provider)
        self.followed()
        provider.put(complaint())
        self.ack()
        self.redressd.stop()
        folder = provider.dovecot.home(USER) / "Maildir"
        provider.dovecot.stop()
        for name in ("dovecot-uidlist", "dovecot.index", "dovecot.index.log",
                     "dovecot.index.cache", "dovecot-uidvalidity"):
            (folder / name).unlink(missing_ok=True)
        for stale in folder.glob("dovecot-uidvalidity.*"):
            stale.unlink()
        # It is the time in seconds.
        provider.dovecot.start()
        self.redressd.start()
        self.redressd.wait_log("numbered the mails of INBOX anew")
        self.redressd.wait_log("duplicate")
        provider.put(complaint("Another", sender="ben@customer.example"))
        self.ack("ben@customer.example")
        self.assertEqual(len(self.sink.mails(to=CUSTOMER)), 1)
        self.assertEqual(len(self.redressd.tickets()), 2)

    def test_killed_daemon_answers_each_mail_once(self):
        provider = Provider(self.place)
        self.follow(provider)
        self.followed()
        count = 60
        putter = threading.Thread(target=lambda: [
            provider.put(complaint(f"No {n}", sender=f"k{n}@customer.example"))
            for n in range(count)])
        putter.start()
        for _ in range(8):
            size = len(self.redressd.log())
            with contextlib.suppress(ServerError):
                wait_for(lambda s=size: "opened" in self.redressd.log()[s:], 2)
            self.redressd.kill()
            self.redressd.start()
        putter.join()
        wait_for(lambda: len(self.redressd.tickets()) == count, 60,
                 "the tickets", self.redressd.log)
        for number in range(count):
            address = f"k{number}@customer.example"
            self.sink.wait(to=address)
            mails = self.sink.mails(to=address)
            self.assertEqual(len({m.message["Message-ID"] for m in mails}), 1)

    def test_lost_server_is_found_again(self):
        provider = Provider(self.place)
        self.follow(provider)
        self.followed()
        provider.dovecot.stop()
        self.redressd.wait_log("mailbox in trouble")
        provider.dovecot.start()
        provider.put(complaint())
        self.ack()

    def test_stop_is_at_once_while_it_idles(self):
        provider = Provider(self.place)
        self.follow(provider)
        self.followed()
        start = time.monotonic()
        self.redressd.stop()
        self.assertLess(time.monotonic() - start, 5)


class Tls(Case):
    def trouble(self, provider, **settings):
        self.follow(provider, **settings)
        self.redressd.wait_log("mailbox in trouble")
        return re.search(r"mailbox in trouble.*", self.redressd.log())[0]

    def secured(self, host="localhost", address=LOOPBACK):
        self.ca = TestCa(self.place.subfolder("ca"))
        return Provider(self.place,
                        certificate=self.ca.certificate(host, address))

    def check(self, tls, port):
        provider = self.secured()
        self.follow(provider, tls=tls, host="localhost",
                    port=getattr(provider.dovecot, port),
                    ca_file=self.ca.ca_file)
        self.followed()
        provider.put(complaint())
        self.ack()

    def test_implicit_tls_with_a_good_certificate(self):
        self.check("implicit", "tls_port")

    def test_starttls_with_a_good_certificate(self):
        self.check("starttls", "port")

    def test_wrong_name_is_told(self):
        provider = self.secured("other.example", None)
        self.assertIn("is for other.example and not for localhost",
                      self.trouble(provider, tls="implicit", host="localhost",
                                   port=provider.dovecot.tls_port,
                                   ca_file=self.ca.ca_file))

    def test_unknown_authority_is_told(self):
        provider = self.secured()
        stranger = TestCa(self.place.subfolder("stranger"))
        self.assertIn("authority that is not known here",
                      self.trouble(provider, tls="starttls", host="localhost",
                                   ca_file=stranger.ca_file))

    def test_self_signed_is_told(self):
        self.ca = TestCa(self.place.subfolder("ca"))
        folder = self.ca.folder
        self.ca._openssl(
            "req", "-x509", *self.ca._new_key("self.key"), "-days", "2",
            "-subj", "/CN=localhost", "-addext",
            "subjectAltName=DNS:localhost", "-out", "self.pem")
        provider = Provider(self.place, certificate=(
            folder / "self.pem", folder / "self.key"))
        self.assertIn("is self-signed", self.trouble(
            provider, tls="implicit", host="localhost",
            port=provider.dovecot.tls_port, ca_file=self.ca.ca_file))

    def test_old_tls_is_refused(self):
        ca = TestCa(self.place.subfolder("ca"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1
        context.load_cert_chain(*ca.certificate())
        listener = socket.create_server((LOOPBACK, 0))
        self.addCleanup(listener.close)

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with contextlib.suppress(OSError), connection:
                        context.wrap_socket(connection, server_side=True)

        threading.Thread(target=serve, daemon=True).start()
        provider = Provider(self.place)
        self.assertIn("speaks no TLS of version 1.2", self.trouble(
            provider, tls="implicit", host="localhost",
            port=listener.getsockname()[1], ca_file=ca.ca_file))

    def test_wrong_password_is_told(self):
        provider = Provider(self.place)
        secret = self.place.subfolder("wrong") / "password"
        secret.write_text("wrong\n")
        secret.chmod(0o600)
        self.assertIn("the login of complaints was refused",
                      self.trouble(provider, password_file=secret))


if __name__ == "__main__":
    unittest.main()
