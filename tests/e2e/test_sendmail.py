"""The core on a real Sendmail, with conf/sendmail/redress.m4 as it stands."""

import email.policy
import pathlib
import smtplib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from servers import (  # noqa: E402
    LOOPBACK, MAILBOX, Site, Workplace, authenticated, complaint, reply,
    wait_for)


class Sendmail(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        place = Workplace()
        cls.addClassCleanup(place.close)
        cls.site = Site(place, mta="sendmail")
        cls.sink, cls.redressd = cls.site.sink, cls.site.redressd

    def test_a_complaint_is_acknowledged_and_the_copy_bears_its_ticket(self):
        message = complaint("Broken lid", sender=self.site.customer(),
                            X_Redress_Ticket="FORGED")
        self.site.send(message)
        ticket = self.site.ticket_of(message)
        copy = self.site.copy_of(message).message
        self.assertEqual(copy.get_all("X-Redress-Ticket"), [ticket["ref"]])
        self.assertEqual(copy["Subject"], f"[#{ticket['ref']}] Broken lid")
        ack = self.sink.wait(to=ticket["customer"])
        self.assertEqual(ack.message["In-Reply-To"], message["Message-ID"])
        self.assertEqual(ack.message["Auto-Submitted"], "auto-replied")
        self.assertRegex(ack.sender, r"^complaints\+b-.*@example\.com$")
        self.assertEqual(
            [part.get_content_type() for part in ack.message.walk()],
            ["multipart/alternative", "text/plain", "text/html"])
        self.assertIn(ticket["ref"], ack.text())

    def test_the_hand_over_is_recorded_with_the_queue_id(self):
        ticket = self.site.complain()
        self.sink.wait(to=ticket["customer"])
        row = wait_for(lambda: [
            row for row in self.redressd.ticket(ticket["ref"])["outbox"]
            if row["state"] == "sent"], 30, "the answer")[0]
        self.assertIsNotNone(row["handed_at"])
        # Sendmail tells it in its answer too.
        self.assertIn(row["queue_id"], row["answer"])
        self.assertTrue(row["queue_id"])
        self.assertTrue(ticket["messages"][0]["queue_id"])

    def test_two_mails_in_one_session_do_not_mix(self):
        customers = [self.site.customer() for _ in range(2)]
        messages = [complaint(f"Subject {customer}", f"Of {customer}.\n",
                              customer) for customer in customers]
        with smtplib.SMTP(LOOPBACK, self.site.mta.port) as client:
            for customer, message in zip(customers, messages):
                client.sendmail(customer, [MAILBOX],
                                message.as_bytes(policy=email.policy.SMTP))
        for customer, message in zip(customers, messages):
            ticket = self.site.ticket_of(message)
            self.assertEqual(ticket["customer"], customer)
            self.assertEqual(ticket["subject"], f"Subject {customer}")
            self.assertEqual(ticket["messages"][0]["text"],
                             f"Of {customer}.")

    def test_a_proven_senders_name_is_used(self):
        customer = self.site.customer()
        message = complaint(sender=customer)
        self.site.send(authenticated(message), sender=customer)
        self.assertIn("Dear Ann Customer",
                      self.sink.wait(to=customer).text())

    def test_a_reply_to_the_token_joins(self):
        ticket = self.site.complain()
        ack = self.sink.wait(to=ticket["customer"])
        message = reply(ack, "STATUS\n", ticket["customer"])
        self.site.send(message, to=message["To"].addresses[0].addr_spec)
        self.assertEqual(self.site.ticket_of(message)["ref"], ticket["ref"])
        word = self.sink.wait(count=2, to=ticket["customer"])[1]
        self.assertIn("open, and in our hands", word.text())

    def test_mail_for_others_is_not_touched(self):
        message = complaint("[#7K3F-92QX] theirs", to="bob@other.example",
                            sender=self.site.customer(),
                            X_Redress_Ticket="theirs")
        self.site.send(message, to="bob@other.example")
        copy = self.site.copy_of(message).message
        self.assertEqual(copy["Subject"], "[#7K3F-92QX] theirs")
        self.assertEqual(copy.get_all("X-Redress-Ticket"), ["theirs"])
        self.assertEqual(copy.get_content().replace("\r\n", "\n"),
                         message.get_content())

    def test_while_redressd_is_down_the_sender_keeps_the_mail(self):
        message = complaint(sender=self.site.customer())
        self.redressd.stop()
        with self.assertRaises(smtplib.SMTPResponseException) as refused:
            self.site.send(message)
        self.assertEqual(refused.exception.smtp_code, 451)
        self.redressd.start()
        self.site.send(message)
        self.sink.wait(to=self.site.ticket_of(message)["customer"])


if __name__ == "__main__":
    unittest.main()
