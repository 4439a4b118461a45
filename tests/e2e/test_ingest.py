"""redress ingest beside a running redressd: every shape in which mail lies
about, and safe to repeat.  What the tool prints is test_cli's."""

import email.policy
import mailbox
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from servers import MAILBOX, Site, Workplace, complaint  # noqa: E402


class Ingest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Workplace()
        cls.addClassCleanup(cls.place.close)
        cls.site = Site(cls.place, changes={
            "limits": {"automatic_per_minute": 0}})
        cls.sink, cls.redressd = cls.site.sink, cls.site.redressd

    def mails(self, count):
        """So many complaints, each of a new customer."""
        return [complaint(f"Broken {number}", sender=self.site.customer())
                for number in range(count)]

    def file(self, message):
        path = self.place.subfolder("mail") / "mail.eml"
        path.write_bytes(message.as_bytes(policy=email.policy.SMTP))
        return path

    def assert_answered_once(self, messages):
        for message in messages:
            customer = message["From"].addresses[0].addr_spec
            ack = self.sink.wait(to=customer)
            self.assertEqual(ack.message["In-Reply-To"],
                             message["Message-ID"])
        self.site.idle()
        for message in messages:
            customer = message["From"].addresses[0].addr_spec
            self.assertEqual(len(self.sink.mails(to=customer)), 1)
            self.assertEqual(len(self.site.tickets_from(customer)), 1)

    def ingest(self, *arguments, **options):
        return self.redressd.redress_json("ingest", *arguments, **options)

    def assert_twice(self, messages, path):
        """Taken once, and known when it is taken again."""
        for result in ("recorded", "duplicate"):
            told = self.ingest(path)
            self.assertEqual([each["result"] for each in told],
                             [result] * len(messages))
        self.assert_answered_once(messages)

    def test_a_file(self):
        message, = self.mails(1)
        self.assert_twice([message], self.file(message))

    def test_an_mbox(self):
        messages = self.mails(5)
        messages[2].set_content("From here on it was broken.\n\nFrom Ann\n")
        path = self.place.subfolder("mbox") / "mbox"
        box = mailbox.mbox(path)
        for message in messages:
            box.add(message.as_bytes())
        box.close()
        self.assert_twice(messages, path)

    def test_a_maildir(self):
        messages = self.mails(5)
        path = self.place.subfolder("maildir") / "Maildir"
        box = mailbox.Maildir(path)
        for number, message in enumerate(messages):
            kept = mailbox.MaildirMessage(message.as_bytes())
            kept.set_subdir("cur" if number % 2 else "new")
            box.add(kept)
        (path / "tmp" / "half").write_text("From: half@customer.example\n")
        self.assert_twice(messages, path)

    def test_standard_input(self):
        message, = self.mails(1)
        data = message.as_bytes(policy=email.policy.SMTP)
        for result in ("recorded", "duplicate"):
            told = self.ingest("--from", "x@customer.example", "--to",
                               MAILBOX, "-", stdin=data)
            self.assertEqual(told[0]["result"], result)
        self.assert_answered_once([message])

    def test_what_came_by_the_milter_is_known(self):
        message, = self.mails(1)
        self.site.send(message)
        self.assertEqual(self.ingest(self.file(message))[0]["result"],
                         "duplicate")
        # Also as it was delivered: with trace headers, tag and ticket.
        path = self.place.subfolder("mail") / "delivered.eml"
        path.write_bytes(self.site.copy_of(message).data)
        self.assertEqual(self.ingest(path)[0]["result"], "duplicate")
        self.assert_answered_once([message])

    def test_what_was_ingested_is_known_to_the_milter(self):
        message, = self.mails(1)
        reference, = self.ingest(self.file(message))[0]["refs"]
        self.site.send(message)
        self.assertEqual(self.site.ticket_of(message)["ref"], reference)
        self.assert_answered_once([message])

    def test_old_mail_is_recorded_and_not_acknowledged(self):
        message, = self.mails(1)
        told = self.ingest("--no-acknowledge", self.file(message))
        ticket = self.redressd.ticket(told[0]["refs"][0])
        self.assertEqual(ticket["messages"][0]["guard"], "import")
        self.assertEqual(ticket["outbox"], [])

    def test_exit_codes_tell_a_pipe_what_to_do(self):
        message, = self.mails(1)
        path = self.file(message)
        self.redressd.redress("ingest", path)
        self.redressd.redress("ingest", path, exit_status=0)
        self.redressd.redress("ingest", "--to", "bob@other.example", path,
                              exit_status=1)
        self.redressd.redress("ingest", path.parent / "none.eml",
                              exit_status=1)
        self.redressd.redress("ingest", "--no-such-option", path,
                              exit_status=2)
        # Where the file itself is wrong, a pipe keeps the mail.
        good = self.redressd.config_file.read_text()
        self.redressd.config_file.write_text(good + "no_such_key = 1\n")
        try:
            self.redressd.redress("ingest", "--to", MAILBOX, "-",
                                  stdin=path.read_bytes(), exit_status=75)
        finally:
            self.redressd.config_file.write_text(good)

    def test_one_bad_file_stops_no_other(self):
        first, last = self.mails(2)
        told = self.ingest(self.file(first), "/no/such/file",
                           self.file(last), exit_status=1)
        self.assertEqual([each["result"] for each in told],
                         ["recorded", "failed", "recorded"])
        self.assert_answered_once([first, last])


if __name__ == "__main__":
    unittest.main()
