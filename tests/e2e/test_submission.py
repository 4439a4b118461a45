"""A server of a mailbox's own for its mail: it fails alone, logs in in its own
way, and keeps the pace that the provider wants."""

import itertools
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from milter_client import MilterClient  # noqa: E402
from servers import (  # noqa: E402
    CUSTOMER, LOOPBACK, MAILBOX, SOURCE, Workplace, complaint, wait_for)
from test_imap import PASSWORD, Provider  # noqa: E402

OTHER = "other@example.com"

_numbers = itertools.count(1)


class WithRoutes(unittest.TestCase):
    """Mail comes in by the milter protocol; it goes out to a sink for
    everybody, or to that of its mailbox."""

    def setUp(self):
        self.place = Workplace()
        self.addCleanup(self.place.close)
        self.common = self.place.sink()

    def start(self, sink, **submission):
        """MAILBOX has a server of its own, OTHER has not."""
        settings = {"host": LOOPBACK, "port": sink.port, "tls": "none",
                    **submission}
        self.redressd = self.place.redressd(
            submission=self.common,
            changes={("mailbox", MAILBOX): {"submission": settings},
                     ("mailbox", OTHER): {"calendar": "always"}})

    def complain(self, mailbox=MAILBOX):
        """A complaint from somebody new: (reference, customer)."""
        number = next(_numbers)
        customer = f"customer{number}@customer.example"
        with MilterClient(self.redressd.milter_socket) as mta:
            mta.negotiate()
            verdict = mta.mail(
                f"<{customer}>", [f"<{mailbox}>"],
                [("From", f" <{customer}>"), ("To", f" {mailbox}"),
                 ("Message-ID", f" <{number}@customer.example>"),
                 ("Subject", f" Broken {number}")], b"It broke.\r\n")
        self.assertEqual(len(verdict.tickets), 1)
        return verdict.tickets[0], customer

    def row(self, reference):
        return [row for row in self.redressd.ticket(reference)["outbox"]
                if row["kind"] == "ack"][0]

    def wait_row(self, reference, state, answer=""):
        def there():
            row = self.row(reference)
            return row["state"] == state \
                and answer in (row["answer"] or "") and row
        return wait_for(there, 30, f"{state} {answer}", self.redressd.log)

    def secret_file(self, text):
        path = self.place.folder / "secret"
        path.write_text(text + "\n")
        path.chmod(0o600)
        return path


class Apart(WithRoutes):
    def test_each_mailbox_sends_by_its_own_server(self):
        own = self.place.sink()
        self.start(own)
        _, customer = self.complain()
        _, stranger = self.complain(OTHER)
        own.wait(to=customer)
        self.common.wait(to=stranger)
        self.assertFalse(own.mails(to=stranger))
        self.assertFalse(self.common.mails(to=customer))

    def test_who_is_away_holds_up_nobody_else(self):
        own = self.place.sink()
        own.stop()
        self.start(own)
        waiting = [self.complain() for _ in range(30)]
        for _ in range(3):
            began = time.monotonic()
            _, stranger = self.complain(OTHER)
            self.common.wait(to=stranger, timeout_s=5)
            self.assertLess(time.monotonic() - began, 5)
        self.assertEqual(self.row(waiting[0][0])["attempts"], 0)
        own.start()
        for _, customer in waiting:
            own.wait(to=customer, timeout_s=90)
        for reference, _ in waiting:
            self.wait_row(reference, "sent")
        self.assertEqual(len(own.mails()), len(waiting))

    def test_a_mailbox_that_left_the_file_sends_as_the_others(self):
        own = self.place.sink()
        own.stop()
        self.start(own)
        reference, customer = self.complain()
        self.wait_row(reference, "queued")
        self.redressd.stop()
        self.redressd.write_config(
            {("mailbox", MAILBOX): None, "submission": {"timeout": "5s"}})
        self.redressd.start()
        self.common.wait(to=customer)
        self.wait_row(reference, "sent")


class LogsIn(WithRoutes):
    def test_by_password_from_a_command_over_verified_tls(self):
        ca = self.place.ca()
        for tls in ("implicit", "starttls"):
            with self.subTest(tls):
                own = self.place.sink(
                    tls=tls, context=ca.server_context(),
                    users={"care": "its word"})
                self.start(own, tls=tls, ca_file=ca.ca_file, user="care",
                           host="localhost",
                           password_command="echo 'its word'")
                _, customer = self.complain()
                own.wait(to=customer)
                self.redressd.stop()

    def test_a_password_file_that_changed_counts_at_once(self):
        own = self.place.sink(users={"care": "new"})
        path = self.secret_file("old")
        self.start(own, user="care", password_file=path)
        reference, customer = self.complain()
        self.wait_row(reference, "queued", "enied")
        path.write_text("new\n")
        own.wait(to=customer, timeout_s=60)

    def test_by_a_token_whose_command_is_run_anew_when_it_is_refused(self):
        own = self.place.sink(users={"care": "t1"}, oauth2=True)
        path = self.secret_file("t1")
        log = self.place.folder / "ran"
        self.start(own, user="care", connections="1",
                   oauth2_command=f"echo x >> {log}; cat {path}")
        for _ in range(3):
            _, customer = self.complain()
            own.wait(to=customer)
        self.assertEqual(log.read_text(), "x\n")
        # The provider has forgotten the token, and closes the connection.
        own.users = {"care": "t2"}
        path.write_text("t2\n")
        own.rule("mail", "421 4.7.0 Expired", times=1)
        reference, customer = self.complain()
        own.wait(to=customer, timeout_s=60)
        self.wait_row(reference, "sent")
        self.assertEqual(log.read_text(), "x\nx\n")

    def test_a_command_that_fails_is_told_and_the_mail_waits(self):
        own = self.place.sink(users={"care": "t"}, oauth2=True)
        flag = self.place.folder / "flag"
        self.start(own, user="care",
                   oauth2_command=f"cat {flag} && echo t")
        reference, customer = self.complain()
        row = self.wait_row(reference, "queued", "failed")
        self.assertEqual(row["attempts"], 0)
        flag.write_text("")
        own.wait(to=customer, timeout_s=60)


class Pace(WithRoutes):
    def test_no_minute_has_more_than_the_rate(self):
        own = self.place.sink()
        self.start(own, mails_per_minute="120")
        began = time.monotonic()
        for _ in range(36):
            self.complain()
        own.wait(36, timeout_s=60)
        # 30 at once, the others at 90 a minute.
        self.assertGreater(time.monotonic() - began, 3)

    def test_a_server_that_has_had_enough_is_left_alone(self):
        own = self.place.sink()
        own.rule("mail", "450 4.7.1 You send too much", times=1)
        self.start(own, connections="1")
        reference, _ = self.complain()
        self.wait_row(reference, "queued", "too much")
        later, _ = self.complain()
        # A mail of another mailbox that came after it is there, and this one
        # was not even tried.
        _, stranger = self.complain(OTHER)
        self.common.wait(to=stranger)
        self.assertEqual(self.row(later)["state"], "queued")
        self.assertEqual(
            len([each for each in own.commands if each.startswith("MAIL")]),
            1)


class Example(unittest.TestCase):
    def test_the_file_for_dovecot_works_as_it_is(self):
        """But for names, ports and the authority: one complaint, its
        acknowledgement, and a copy of that, which is nobody's answer."""
        place = Workplace()
        self.addCleanup(place.close)
        ca = place.ca()
        provider = Provider(place, user=MAILBOX,
                            certificate=ca.certificate())
        sink = place.sink(tls="implicit", context=ca.server_context(),
                          users={MAILBOX: PASSWORD})
        redressd = place.redressd(
            submission=sink, start=False, changes={
                "milter": {"socket": ""}, ("mailbox", MAILBOX): None})
        text = (SOURCE / "conf/imap/dovecot.conf").read_text("utf-8")
        for host, port in (("imap", provider.dovecot.tls_port),
                           ("smtp", sink.port)):
            self.assertEqual(text.count(f'"{host}.example.com"'), 1)
            text = text.replace(
                f'"{host}.example.com"', f'"localhost"\n\t\tport = {port}\n'
                f'\t\tca_file = "{ca.ca_file}"')
        with open(redressd.config_file, "a", encoding="utf-8") as file:
            file.write(text)
        secret = redressd.config_file.parent / "complaints.password"
        secret.write_text(PASSWORD + "\n")
        secret.chmod(0o640)
        checked = redressd.redress("check", exit_status=None)
        self.assertRegex(checked, r"OK +imap +\S+: .*Gesendet")
        self.assertRegex(checked, r"OK +submission +.*AUTH PLAIN LOGIN")
        redressd.start()
        redressd.wait_log("mailbox is followed")
        provider.put(complaint())
        sent = sink.wait(to=CUSTOMER)
        wait_for(lambda: provider.flags("Gesendet"), 20, "the copy",
                 redressd.log)
        with provider.client("Gesendet") as client:
            _, found = client.fetch("1:*", "(BODY.PEEK[])")
        # The agents' briefing may be filed already, too.
        copies = [part[1] for part in found if isinstance(part, tuple)
                  and sent.header["message-id"].encode() in part[1]]
        self.assertEqual(len(copies), 1)
        self.assertIn("\\Seen", str(provider.flags("Gesendet")))
        # A second complaint is taken after a look at that folder.
        provider.put(complaint("Another matter"))
        sink.wait(2, to=CUSTOMER)
        for ticket in redressd.tickets():
            events = [each["what"] for each
                      in redressd.ticket(ticket["ref"])["events"]]
            self.assertNotIn("answered", events)


if __name__ == "__main__":
    unittest.main()
