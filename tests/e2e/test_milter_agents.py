"""Agents' mail as an MTA hands it to redressd, step by step of the milter
protocol: answers that are relayed, and answers on their way to the customer."""

import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import milter_client as mta  # noqa: E402
from milter_client import MilterClient  # noqa: E402
from servers import MAILBOX, Workplace, wait_for  # noqa: E402

ANN, MARI = "<ann@customer.example>", "<mari@example.com>"
FRIEND = "<friend@customer.example>"
OURS = f"<{MAILBOX}>"
BODY = b"The kettle came in pieces.\r\n"
AUTHSERV = "mail.example.com"
PASS = f" {AUTHSERV}; dmarc=pass (p=none) header.from=customer.example"


class Conversations(unittest.TestCase):
    """Two sides of a ticket."""

    TEAM = {"agents": ["mari@example.com", "jaan@example.com"],
            "logins": ["mari=mari@example.com"], "briefing": "none"}
    SETTINGS = {}
    numbers = 0

    @classmethod
    def setUpClass(cls):
        cls.place = Workplace()
        cls.addClassCleanup(cls.place.close)
        cls.sink = cls.place.sink()
        cls.redressd = cls.place.redressd(
            submission=cls.sink,
            changes={("team", "care"): cls.TEAM,
                     ("mailbox", MAILBOX): cls.SETTINGS})

    def connect(self, **offer):
        client = MilterClient(self.redressd.milter_socket)
        self.addCleanup(client.__exit__)
        client.negotiate(**offer)
        return client

    @classmethod
    def message_id(cls, domain):
        Conversations.numbers += 1
        return f"<{Conversations.numbers}.{cls.__name__}@{domain}>"

    def complaint(self, *more, subject="Broken kettle"):
        return [("From", " Ann <ann@customer.example>"),
                ("To", f" {MAILBOX}"),
                ("Date", " Sat, 21 Nov 2026 20:15:19 +0000"),
                ("Message-ID", f" {self.message_id('customer.example')}"),
                ("Subject", f" {subject}"), *more]

    def open_ticket(self, client):
        """A new ticket's reference, and the header of its mail."""
        header = self.complaint()
        verdict = client.mail(ANN, [OURS], header, BODY)
        self.assertEqual(len(verdict.tickets), 1)
        return verdict.tickets[0], header

    def answer(self, ticket, header, *more, to="Ann <ann@customer.example>"):
        """The header of an agent's answer, as a mail client writes it."""
        answered = dict(header)["Message-ID"]
        return [("From", " Mari Maasikas <mari@example.com>"),
                ("To", f" {to}"),
                ("Date", " Sat, 21 Nov 2026 20:25:19 +0000"),
                ("Message-ID", f" {self.message_id('example.com')}"),
                ("Subject", f" Re: [#{ticket}] Broken kettle"),
                ("In-Reply-To", answered), ("References", answered), *more]

    def values(self, header, name):
        return [value.strip() for field, value in header
                if field.lower() == name.lower()]


class Relay(Conversations):
    # -- results of authentication that came with the mail

    def results_after(self, header):
        verdict = self.connect().mail(ANN, [OURS], header, BODY)
        self.assertEqual(len(verdict.tickets), 1)
        return self.values(verdict.applied(header), "Authentication-Results")

    def test_what_our_own_milters_found_stays(self):
        own = [("Authentication-Results", PASS),
               ("Authentication-Results",
                f" {AUTHSERV};\n\tdkim=pass header.d=customer.example;\n"
                "\tdkim=fail reason=\"x; dmarc=pass\" header.d=a.example"),
               ("Authentication-Results",
                f" {AUTHSERV} 1; spf=pass smtp.mailfrom=customer.example")]
        header = own + self.complaint()
        self.assertEqual(self.results_after(header),
                         [value.strip() for _, value in own])

    def test_forged_results_are_taken_off_however_many_there_are(self):
        forged = f" {AUTHSERV.upper()} (x); DMARC=pass header.from=example.com"
        other = " mx.other.example; dmarc=pass header.from=other.example"
        for copies in 1, 50:
            with self.subTest(copies):
                below = [("Authentication-Results", other),
                         ("authentication-results", forged)] * copies
                header = [("Authentication-Results", PASS)] + below \
                    + self.complaint()
                self.assertEqual(self.results_after(header),
                                 [PASS.strip()] + [other.strip()] * copies)

    def test_more_forged_results_than_a_mail_server_can_bear_are_rejected(
            self):
        header = [("Authentication-Results", PASS)] * 300
        verdict = self.connect().mail(
            ANN, [OURS], header + self.complaint(), BODY)
        self.assertTrue(verdict.text.startswith("554 5.6.0 "), verdict.text)


if __name__ == "__main__":
    unittest.main()
