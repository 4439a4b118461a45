"""A mailbox at Cyrus, as a second make of server: what it says differs from
Dovecot in many places, and what comes of it must not."""

import email.policy
import imaplib
import pathlib
import re
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from cyrus import Cyrus  # noqa: E402
from servers import (  # noqa: E402
    CUSTOMER, LOOPBACK, MAILBOX, Workplace, complaint, wait_for)

USER, PASSWORD = "complaints", 'se"cret \\ 7'


class AtCyrus(unittest.TestCase):
    def setUp(self):
        self.place = Workplace()
        self.addCleanup(self.place.close)
        self.sink = self.place.sink()
        self.cyrus = self.place.started(Cyrus(
            self.place.subfolder("cyrus"), {USER: PASSWORD}))
        self.client = imaplib.IMAP4(LOOPBACK, self.cyrus.port, timeout=60)
        self.addCleanup(self.client.logout)
        self.client.login(USER, PASSWORD)

    def follow(self, **imap):
        secret = self.place.subfolder("secrets") / "password"
        secret.write_text(PASSWORD + "\n")
        secret.chmod(0o600)
        self.redressd = self.place.redressd(
            submission=self.sink, changes={
                "milter": {"socket": ""},
                ("mailbox", MAILBOX): {"imap": {
                    "host": LOOPBACK, "port": self.cyrus.port, "tls": "none",
                    "user": USER, "password_file": secret, **imap}}})
        self.redressd.wait_log("mailbox is followed")

    def put(self, message, folder="INBOX", age_s=0):
        kind, said = self.client.append(
            folder, None, imaplib.Time2Internaldate(time.time() - age_s),
            message.as_bytes(policy=email.policy.SMTP))
        self.assertEqual(kind, "OK", said)

    def flags(self, folder="INBOX"):
        self.client.select(folder, readonly=True)
        _, found = self.client.fetch("1:*", "(FLAGS)")
        self.client.unselect()
        return [line for line in found if line and b"FLAGS" in line]

    def test_new_mail_is_answered_at_once_and_marked_and_left_unread(self):
        self.put(complaint("Old", sender="old@customer.example"))
        self.follow(poll_every="30m")
        start = time.monotonic()
        self.put(complaint())
        self.sink.wait(to=CUSTOMER)
        print(f"# acknowledged after {time.monotonic() - start:.2f} s",
              file=sys.stderr)
        self.put(complaint("Another", sender="ben@customer.example"))
        self.sink.wait(to="ben@customer.example")
        wait_for(lambda: b"".join(self.flags()).count(b"$Redress") == 2,
                 what="the marks", details=self.redressd.log)
        self.assertNotIn(b"\\Seen", b"".join(self.flags()))
        self.assertEqual(len(self.redressd.tickets()), 2)

    def test_recorded_mail_is_moved(self):
        self.follow(move_to="Done")
        for number in range(5):
            self.put(complaint(sender=f"c{number}@customer.example"))
        for number in range(5):
            self.sink.wait(to=f"c{number}@customer.example")
        wait_for(lambda: len(self.flags("Done")) == 5, what="the move",
                 details=self.redressd.log)
        self.assertEqual(self.flags(), [])

    def test_answer_in_the_sent_folder_counts(self):
        self.follow(watch_sent="true", poll_every="1s")
        first = complaint()
        self.put(first)
        self.sink.wait(to=CUSTOMER)
        self.put(complaint(
            "Re: My parcel arrived broken", "It is on its way.", MAILBOX,
            CUSTOMER, In_Reply_To=first["Message-ID"]), "Sent")
        self.redressd.wait_log(
            f"answered .*{self.redressd.tickets()[0]['ref']}")

    def test_what_it_can_do_is_told(self):
        self.follow()
        said = self.redressd.redress("check", exit_status=None)
        self.assertRegex(said, "tells of new mail at once")
        self.assertRegex(said, re.escape("moves mail (MOVE)"))

    def test_everything_that_waits_is_recorded(self):
        for number in range(120):
            self.put(complaint(sender=f"c{number}@customer.example"),
                     age_s=100000)
        self.follow(start_from="everything")
        wait_for(lambda: len(self.redressd.tickets()) == 120, 60,
                 "the tickets", self.redressd.log)
        self.put(complaint())
        self.sink.wait(to=CUSTOMER)
        self.assertEqual([to for mail in self.sink.mails() for to in
                          mail.recipients if "customer" in to], [CUSTOMER])


if __name__ == "__main__":
    unittest.main()
