"""Agents who write to the customer themselves: the milter on the submission
port takes commands out of their mails on the way, before they are signed."""

import pathlib
import smtplib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from agents import (  # noqa: E402
    INTERNAL, JAAN, MARI, AgentSite, answer, as_bytes, everything, files_of,
    write_with_mutt)
from servers import MAILBOX, Workplace, complaint  # noqa: E402

WORDS = "A new kettle leaves our warehouse tomorrow."
BINARY = bytes(range(256)) * 20 + b"\r\n#resolve\r\n"


class WithSite(unittest.TestCase):
    mailbox = {}

    @classmethod
    def setUpClass(cls):
        place = Workplace()
        cls.addClassCleanup(place.close)
        cls.site = AgentSite(place, mailbox={
            "agent_reply": "direct", "collision_window": "0s",
            "nudge_before": "0s", **cls.mailbox})
        cls.sink, cls.redressd = cls.site.sink, cls.site.redressd

    def setUp(self):
        self.ticket, self.copy = self.site.begun()
        self.customer = self.ticket["customer"]

    def write(self, text, **headers):
        """What "Reply" makes of the copy: a mail to the customer."""
        return answer(self.copy, text, **{
            "sender": MARI, "To": self.customer, **headers})

    def arrived(self, message):
        return self.sink.wait(to=self.customer,
                              message_id=message["Message-ID"])

    def refused(self, message, **options):
        """What the agent's client shows."""
        with self.assertRaises(smtplib.SMTPDataError) as caught:
            self.site.submit(message, **options)
        self.assertEqual(caught.exception.smtp_code // 100, 5)
        self.assert_only_acknowledged()
        return caught.exception.smtp_error.decode()

    def assert_only_acknowledged(self):
        self.site.idle()
        self.assertEqual(len(self.sink.mails(to=self.customer)), 1)


class Direct(WithSite):
    def assert_ours(self, mail):
        message = mail.message
        self.assertEqual(message["From"].addresses[0].addr_spec, MAILBOX)
        self.assertRegex(message["Reply-To"].addresses[0].addr_spec,
                         r"^complaints\+t-[a-z0-9]+@example\.com$")
        self.assertRegex(mail.sender, r"^complaints\+b-.*@example\.com$")
        self.assertIn(f"[#{self.ticket['ref']}]", message["Subject"])
        self.assertIn(f"{self.ticket['ref']}.ticket@", message["References"])
        self.assertEqual(self.site.dns.verify(mail.data), ["example.com"])
        text = everything(mail)
        for word in INTERNAL:
            self.assertNotIn(word, text.casefold())
        self.assertNotRegex(text, r"(?m)^\s*#[a-z]")

    def test_the_copy_is_answered_to_the_customer(self):
        self.assertIsNone(self.copy.message["Reply-To"])

    def test_commands_are_taken_out_in_flight_and_carried_out(self):
        message = self.write(f"Dear Ann,\n\n{WORDS}\n\n#tag direct\n#priority "
                             "high\n\n-- \nMari Mets\nCustomer care\n")
        self.site.submit(message)
        mail = self.arrived(message)
        self.assert_ours(mail)
        for words in ("Dear Ann,", WORDS, "Mari Mets"):
            self.assertIn(words, mail.text())
        after = self.redressd.ticket(self.ticket["ref"])
        self.assertIn("direct", after["tags"])
        self.assertEqual(after["priority"], 2)
        self.assertEqual(
            self.site.promise(self.ticket)["outcome"], "kept")
        self.assert_sent_once(message)

    def assert_sent_once(self, message):
        """By the agent, and not by us as well."""
        self.site.idle()
        self.assertEqual(
            [mail.header["message-id"]
             for mail in self.sink.mails(to=self.customer)][1:],
            [message["Message-ID"]])

    def test_out_of_text_and_html_alike(self):
        message = self.write(f"{WORDS}\n\n#tag both\n")
        message.add_alternative(
            f"<html><body><p>{WORDS}</p><p>#tag both</p></body></html>",
            subtype="html", cte="base64")
        message.add_attachment(BINARY, maintype="application",
                               subtype="octet-stream", filename="list.bin")
        self.site.submit(message)
        mail = self.arrived(message)
        self.assert_ours(mail)
        self.assertIn(WORDS, mail.text("html"))
        self.assertEqual(files_of(mail), {"list.bin": BINARY})
        self.assertIn("both", self.redressd.ticket(
            self.ticket["ref"])["tags"])

    def test_from_mutt(self):
        write_with_mutt(self.site, self.copy, f"{WORDS}\n\n#tag mutt\n")
        mail = self.sink.wait(count=2, to=self.customer)[1]
        self.assert_ours(mail)
        self.assertIn(WORDS, mail.text())
        self.assertIn("mutt", self.redressd.ticket(self.ticket["ref"])["tags"])

    def test_without_commands_the_body_is_not_touched(self):
        message = self.write(f"{WORDS}\n\n-- \nMari Mets\n", quote=False)
        body = as_bytes(message).partition(b"\r\n\r\n")[2]
        self.site.submit(message)
        mail = self.arrived(message)
        self.assert_ours(mail)
        self.assertEqual(mail.data.partition(b"\r\n\r\n")[2], body)

    def test_resolve_settles_it(self):
        message = self.write(f"{WORDS}\n\n#resolve\n", quote=False)
        self.site.submit(message)
        mail = self.arrived(message)
        self.assert_ours(mail)
        self.site.wait_event(self.ticket, "resolved")
        self.assertEqual(self.redressd.ticket(self.ticket["ref"])["state"],
                         "resolved")

    def test_the_customers_answer_comes_back_to_the_ticket(self):
        message = self.write(f"{WORDS}\n", quote=False)
        self.site.submit(message)
        back = self.site.from_customer(
            self.ticket, self.arrived(message), "When?\n")
        self.assertEqual(self.site.copy_of(back).header["X-Redress-Ticket"],
                         self.ticket["ref"])

    # -- what is refused

    def test_what_is_not_understood_is_refused_with_what_was_meant(self):
        self.assertIn("#resolve", self.refused(
            self.write(f"{WORDS}\n\n#resolv\n")))

    def test_what_cannot_be_taken_out_is_refused(self):
        """A line that the HTML part runs together with other words."""
        message = self.write(f"{WORDS}\n\n#tag apart\n")
        message.add_alternative(f"<p>{WORDS} #tag apart</p>", subtype="html")
        self.refused(message)
        self.assertFalse(self.redressd.ticket(self.ticket["ref"])["tags"])

    def test_a_signed_mail_with_commands_is_refused_not_altered(self):
        self.refused(signed(self.write(f"{WORDS}\n\n#resolve\n",
                                       quote=False)))
        self.assertNotEqual(
            self.redressd.ticket(self.ticket["ref"])["state"], "resolved")

    def test_a_signed_mail_without_commands_keeps_its_body(self):
        message = signed(self.write(f"{WORDS}\n", quote=False))
        self.site.submit(message)
        mail = self.sink.wait(count=2, to=self.customer)[1]
        self.assertEqual(mail.data.partition(b"\r\n\r\n")[2],
                         message.partition(b"\r\n\r\n")[2])

    def test_a_note_never_leaves(self):
        try:
            self.site.submit(self.write("#note\n\nSECRET of ours.\n"))
        except smtplib.SMTPDataError as error:
            self.assertEqual(error.smtp_code // 100, 5)
        self.assert_only_acknowledged()

    # -- what is none of our business

    def assert_untouched(self, message, **options):
        self.site.submit(message, **options)
        mail = self.sink.wait(message_id=message["Message-ID"])
        self.assertTrue(mail.data.endswith(as_bytes(message)),
                        mail.data.decode())
        self.assertEqual(mail.sender, options.get("login", MARI))

    def test_mail_that_is_about_no_ticket_passes_untouched(self):
        self.assert_untouched(complaint(
            "Lunch?", "#resolve\n\nAt noon.\n", sender=MARI,
            to="friend@elsewhere.example"))

    def test_mail_of_others_passes_untouched(self):
        self.assert_untouched(self.write(
            f"{WORDS}\n\n#resolve\n", sender="peeter@example.com"),
            login="peeter@example.com")
        self.assertNotEqual(
            self.redressd.ticket(self.ticket["ref"])["state"], "resolved")

    def test_an_agents_name_over_a_colleagues_login_steers_nothing(self):
        try:
            self.site.submit(self.write(f"{WORDS}\n\n#resolve\n#tag forged\n",
                                        sender=JAAN),
                             login="peeter@example.com", sender=JAAN)
        except smtplib.SMTPDataError:
            pass
        after = self.redressd.ticket(self.ticket["ref"])
        self.assertNotEqual(after["state"], "resolved")
        self.assertFalse(after["tags"])


def signed(message):
    """PGP/MIME (RFC 3156); its bytes must arrive as they are."""
    head, _, body = as_bytes(message).partition(b"\r\n\r\n")
    fields = [line for line in head.split(b"\r\n") if not line.lower()
              .startswith((b"content-", b"mime-version"))]
    part = b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + body
    return b"\r\n".join([
        *fields, b"MIME-Version: 1.0",
        b'Content-Type: multipart/signed; micalg=pgp-sha256; protocol="'
        b'application/pgp-signature"; boundary="sig"', b"", b"--sig",
        part + b"\r\n--sig", b"Content-Type: application/pgp-signature; "
        b'name="signature.asc"', b"", b"-----BEGIN PGP SIGNATURE-----", b"",
        b"iQEzBAEBCAAdFiEE", b"-----END PGP SIGNATURE-----", b"--sig--", b""])


class UnderTheirOwnName(WithSite):
    mailbox = {"agent_from": "agent"}

    def test_the_customer_sees_the_agent_and_answers_to_the_ticket(self):
        message = self.write(f"{WORDS}\n\n#tag own\n")
        self.site.submit(message)
        mail = self.arrived(message)
        self.assertEqual(mail.message["From"].addresses[0].addr_spec, MARI)
        self.assertRegex(mail.message["Reply-To"].addresses[0].addr_spec,
                         r"^complaints\+t-")
        self.assertNotIn("#tag", mail.text())
        self.assertEqual(self.site.dns.verify(mail.data), ["example.com"])
