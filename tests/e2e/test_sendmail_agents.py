"""Agents on a real Sendmail, with conf/sendmail/redress.m4 as it stands and the
listener for users that README.md shows: SMTP AUTH by Cyrus SASL, what comes in
judged by OpenDKIM and OpenDMARC."""

import pathlib
import smtplib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from agents import (  # noqa: E402
    INTERNAL, JAAN, MARI, SendmailAgentSite, answer, everything)
from servers import MAILBOX, Workplace  # noqa: E402

WORDS = "A new kettle leaves our warehouse tomorrow."


class WithSite(unittest.TestCase):
    mailbox = {}

    @classmethod
    def setUpClass(cls):
        place = Workplace()
        cls.addClassCleanup(place.close)
        cls.site = SendmailAgentSite(place, mailbox={
            "collision_window": "0s", "nudge_before": "0s", **cls.mailbox})
        cls.sink, cls.redressd = cls.site.sink, cls.site.redressd

    def setUp(self):
        self.ticket, self.copy = self.site.begun()
        self.customer = self.ticket["customer"]

    def state(self):
        return self.site.state(self.ticket)

    def assert_ours(self, mail):
        """From the mailbox, with nothing of the agent's but the words."""
        message = mail.message
        self.assertEqual(mail.recipients, (self.customer,))
        self.assertEqual(message["From"].addresses[0].addr_spec, MAILBOX)
        self.assertRegex(message["Reply-To"].addresses[0].addr_spec,
                         r"^complaints\+t-[a-z0-9]+@example\.com$")
        self.assertRegex(mail.sender, r"^complaints\+b-.*@example\.com$")
        self.assertIn(WORDS, mail.text())
        text = everything(mail)
        for word in INTERNAL:
            self.assertNotIn(word, text.casefold())
        self.assertNotRegex(text, r"(?m)^\s*#[a-z]")

    def assert_not_steered(self):
        self.assert_only_acknowledged()
        after = self.state()
        self.assertEqual(after["state"], "open")
        self.assertFalse(after["tags"])

    def assert_only_acknowledged(self):
        self.site.idle()
        self.assertEqual(len(self.sink.mails(to=self.customer)), 1)


class Relay(WithSite):
    def assert_resolved(self):
        self.assert_ours(self.site.to_customer(self.ticket, 2))
        self.site.wait_event(self.ticket, "resolved")
        self.assertEqual(self.state()["state"], "resolved")

    def tell(self, text, **options):
        return self.site.tell(self.copy, text, **options)

    # -- what is carried out

    def test_an_answer_reaches_the_customer_without_its_command(self):
        self.tell(f"{WORDS}\n\n#resolve\n")
        self.assert_resolved()

    def test_a_login_that_the_team_names_is_the_agents(self):
        self.tell(f"{WORDS}\n\n#resolve\n", login="mari", sender=MARI)
        self.assert_resolved()

    def test_what_dmarc_proves_counts_on_the_port_for_everybody(self):
        self.site.from_outside(answer(self.copy, f"{WORDS}\n\n#resolve\n"))
        self.assert_resolved()

    def test_a_customer_whom_the_agent_named_too_gets_ours_alone(self):
        self.tell(f"{WORDS}\n\n#tag all\n", Cc=self.customer)
        self.assert_ours(self.site.to_customer(self.ticket, 2))
        self.site.idle()
        self.assertEqual(len(self.sink.mails(to=self.customer)), 2)

    def test_the_customers_answer_comes_back_to_the_ticket(self):
        self.tell(f"{WORDS}\n")
        back = self.site.from_customer(
            self.ticket, self.site.to_customer(self.ticket, 2), "When?\n")
        self.assertEqual(self.site.copy_of(back).header["X-Redress-Ticket"],
                         self.ticket["ref"])

    def test_a_mistake_is_told_to_the_agent_and_nobody_else(self):
        self.tell(f"{WORDS}\n\n#resolv\n")
        self.assertIn("#resolve", self.site.result(
            MARI, self.ticket, "#resolv").text())
        self.assert_not_steered()

    # -- what is not

    def forged(self, **headers):
        return answer(self.copy, f"{WORDS}\n\n#resolve\n#tag forged\n",
                      **headers)

    def test_an_unsigned_mail_in_an_agents_name_steers_nothing(self):
        self.site.from_outside(self.forged(), domain="")
        self.site.wait_event(self.ticket, "agent-not-proven")
        self.assert_not_steered()

    def test_a_forged_result_of_authentication_proves_nothing(self):
        self.site.from_outside(self.forged(
            Authentication_Results="mail.example.com; dmarc=pass "
            "header.from=example.com"), domain="")
        self.site.wait_event(self.ticket, "agent-not-proven")
        self.assert_not_steered()

    def test_anothers_signature_proves_nothing(self):
        self.site.from_outside(self.forged(), domain="evil.example")
        self.site.wait_event(self.ticket, "agent-not-proven")
        self.assert_not_steered()

    def test_a_colleagues_login_under_an_agents_name_steers_nothing(self):
        self.site.submit(self.forged(), login="peeter@example.com",
                         sender="peeter@example.com")
        self.site.wait_event(self.ticket, "agent-not-proven")
        self.assert_not_steered()


class Direct(WithSite):
    mailbox = {"agent_reply": "direct"}

    def write(self, text, **headers):
        """What "Reply" makes of the copy: a mail to the customer."""
        return answer(self.copy, text, **{
            "sender": MARI, "To": self.customer, **headers})

    def arrived(self, message):
        return self.sink.wait(to=self.customer,
                              message_id=message["Message-ID"])

    def test_an_answer_is_changed_on_its_way_and_signed_after(self):
        message = self.write(f"{WORDS}\n\n#tag direct\n#resolve\n")
        self.site.submit(message)
        mail = self.arrived(message)
        self.assert_ours(mail)
        self.assertIn(f"[#{self.ticket['ref']}]", mail.message["Subject"])
        self.assertEqual(self.site.dns.verify(mail.data), ["example.com"])
        self.site.wait_event(self.ticket, "resolved")
        self.assertIn("direct", self.state()["tags"])

    def test_what_is_not_understood_is_refused_with_what_was_meant(self):
        with self.assertRaises(smtplib.SMTPDataError) as refused:
            self.site.submit(self.write(f"{WORDS}\n\n#resolv\n"))
        self.assertEqual(refused.exception.smtp_code // 100, 5)
        self.assertIn(b"#resolve", refused.exception.smtp_error)
        self.assert_not_steered()

    def test_the_agent_sends_it_and_we_do_not(self):
        message = self.write(f"{WORDS}\n", quote=False)
        self.site.submit(message)
        self.assert_ours(self.arrived(message))
        self.site.idle()
        self.assertEqual(len(self.sink.mails(to=self.customer)), 2)

    def test_a_colleagues_login_under_an_agents_name_steers_nothing(self):
        for name in (MARI, JAAN):
            message = self.write(f"{WORDS}\n\n#resolve\n#tag forged\n",
                                 sender=name)
            self.site.submit(message, login="peeter@example.com",
                             sender="peeter@example.com")
        self.site.idle()
        self.assertEqual(self.state()["state"], "open")
        self.assertFalse(self.state()["tags"])


if __name__ == "__main__":
    unittest.main()
