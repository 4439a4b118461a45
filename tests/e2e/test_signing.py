"""Real OpenDKIM and OpenDMARC around redressd, in the documented order: who
is believed, and what leaves signed."""

import pathlib
import smtplib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from agents import AgentSite, MARI, SUPERVISOR, as_bytes  # noqa: E402
from servers import (  # noqa: E402
    AUTHENTICATED, LOOPBACK, Workplace, complaint)

GREETED = "Dear Ann Customer"


class Signing(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        place = Workplace()
        cls.addClassCleanup(place.close)
        cls.site = AgentSite(place)
        cls.sink = cls.site.sink

    def acknowledged(self, message, **options):
        """Its ticket and the acknowledgement."""
        self.site.from_outside(message, **options)
        data = as_bytes(message)
        copy = self.sink.wait(message_id=message["Message-ID"])
        self.assertTrue(copy.data.endswith(data.partition(b"\r\n\r\n")[2]))
        ticket = self.site.redressd.ticket(copy.header["X-Redress-Ticket"])
        return ticket, self.sink.wait(to=ticket["customer"])

    def judged(self, *arguments, **options):
        ticket, ack = self.acknowledged(*arguments, **options)
        proven = ticket["messages"][0]["authenticated"]
        self.assertEqual(GREETED in ack.text(), proven)
        return proven

    def new(self, **headers):
        return complaint(**{"sender": self.site.customer(), **headers})

    def test_an_aligned_signature_proves_the_customer(self):
        self.assertTrue(self.judged(self.new()))

    def test_no_signature_and_anothers_prove_nobody(self):
        self.assertFalse(self.judged(self.new(), domain=""))
        self.assertFalse(self.judged(self.new(), domain="evil.example"))

    def test_a_mail_changed_after_it_was_signed_proves_nobody(self):
        message = self.new()
        signed = self.site.dns.sign("customer.example", as_bytes(message))
        changed = signed.replace(b"in pieces", b"in halves")
        self.assertNotEqual(signed, changed)
        with smtplib.SMTP(LOOPBACK, self.site.mta.port) as client:
            client.sendmail("ann@customer.example",
                            ["complaints@example.com"], changed)
        copy = self.sink.wait(message_id=message["Message-ID"])
        ticket = self.site.redressd.ticket(copy.header["X-Redress-Ticket"])
        self.assertFalse(ticket["messages"][0]["authenticated"])

    def test_what_a_stranger_writes_about_authentication_is_not_believed(self):
        message = self.new()
        forged = AUTHENTICATED + as_bytes(message)
        with smtplib.SMTP(LOOPBACK, self.site.mta.port) as client:
            client.sendmail("x@evil.example", ["complaints@example.com"],
                            forged)
        copy = self.sink.wait(message_id=message["Message-ID"])
        ticket = self.site.redressd.ticket(copy.header["X-Redress-Ticket"])
        self.assertFalse(ticket["messages"][0]["authenticated"])

    def test_what_we_send_bears_a_signature_that_others_can_verify(self):
        _, ack = self.acknowledged(self.new())
        self.assertEqual(self.site.dns.verify(ack.data), ["example.com"])
        spoilt = ack.data.replace(b"Thank you", b"Thank yon", 1)
        self.assertNotEqual(spoilt, ack.data)
        self.assertEqual(self.site.dns.verify(spoilt), [])

    def test_who_has_no_password_submits_nothing(self):
        with smtplib.SMTP(LOOPBACK, self.site.login_port) as client:
            with self.assertRaises(smtplib.SMTPAuthenticationError):
                client.login(MARI, "guessed")
            with self.assertRaises(smtplib.SMTPRecipientsRefused):
                client.sendmail(MARI, [SUPERVISOR], b"Subject: x\r\n\r\nx\r\n")

    def test_submitted_mail_that_is_none_of_ours_leaves_as_it_was(self):
        message = complaint("Lunch?", "#resolve\n\nAt noon.\n", sender=MARI,
                            to="peeter@example.com")
        self.site.submit(message)
        mail = self.sink.wait(message_id=message["Message-ID"])
        self.assertTrue(mail.data.endswith(as_bytes(message)))
        self.assertEqual(mail.sender, MARI)
        self.assertEqual(self.site.dns.verify(mail.data), ["example.com"])
