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
    # -- where agents answer

    def test_the_delivered_copy_is_answered_to_us(self):
        header = self.complaint()
        verdict = self.connect().mail(ANN, [OURS], header, BODY)
        after = verdict.applied(header)
        answer_to, = self.values(after, "Reply-To")
        self.assertRegex(answer_to, r"complaints\+a-[^@]+@example\.com")
        self.assertEqual(self.values(after, "X-Redress-Reply-To"), [])

    def test_the_customers_own_reply_to_is_kept_beside(self):
        header = self.complaint(
            ("Reply-To", " Ann\n\t<ann@home.example>"), ("X-Other", " x"),
            ("reply-to", " b@home.example"),
            ("Mail-Followup-To", " eve@home.example"))
        verdict = self.connect().mail(ANN, [OURS], header, BODY)
        after = verdict.applied(header)
        answer_to, = self.values(after, "Reply-To")
        self.assertRegex(answer_to, r"complaints\+a-[^@]+@example\.com")
        self.assertEqual(self.values(after, "X-Redress-Reply-To"),
                         ["Ann\n\t<ann@home.example>", "b@home.example"])
        self.assertEqual(self.values(after, "Mail-Followup-To"), [])

    def test_where_agents_answer_is_told_to_nobody_outside(self):
        header = self.complaint(("Reply-To", " ann@home.example"))
        verdict = self.connect().mail(
            ANN, [OURS, FRIEND], header, BODY)
        self.assertEqual(len(verdict.tickets), 1)
        self.assertEqual(self.values(verdict.applied(header), "Reply-To"),
                         ["ann@home.example"])
        self.assertNotIn("+a-", repr(verdict.edits))

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

    # -- answer to all

    def test_the_customer_gets_our_copy_and_not_the_agents(self):
        client = self.connect()
        ticket, header = self.open_ticket(client)
        answer = self.answer(ticket, header, ("Cc", f" {MAILBOX}"))
        verdict = client.mail(
            MARI, [OURS, "<Ann@CUSTOMER.example>", "<boss@example.com>"],
            answer, b"A new one is on its way.\r\n\r\n#tag kettle\r\n",
            auth_authen="mari")
        self.assertEqual(verdict.code, mta.CONTINUE, verdict.text)
        self.assertEqual(verdict.deleted, ["<Ann@CUSTOMER.example>"])
        sent = wait_for(lambda: [
            mail for mail in self.sink.mails(to="ann@customer.example",
                                             ticket=ticket)
            if "on its way" in mail.text()], what="our copy")[0]
        self.assertNotIn("#tag", sent.text())
        self.assertNotIn(b"mari@example.com", sent.data)

    def test_the_same_answer_to_all_again_is_kept_from_the_customer_again(
            self):
        client = self.connect()
        ticket, header = self.open_ticket(client)
        answer = self.answer(ticket, header, ("Cc", f" {MAILBOX}"))
        first, second = (client.mail(MARI, [OURS, ANN], answer, BODY,
                                     auth_authen="mari") for _ in range(2))
        self.assertEqual(first.deleted, [ANN])
        # Either goes: it was carried out when it came first.
        self.assertTrue(second.deleted == [ANN]
                        or second.text.startswith("554 "), second)

    def test_who_has_no_proof_takes_nobody_off(self):
        client = self.connect()
        ticket, header = self.open_ticket(client)
        verdict = client.mail(
            MARI, [OURS, ANN], self.answer(ticket, header), BODY)
        self.assertEqual(verdict.code, mta.CONTINUE)
        self.assertEqual(verdict.deleted, [])

    def test_where_nobody_can_be_taken_off_the_agent_hears_it(self):
        offer = {"actions": mta.ADD_HEADERS | mta.CHANGE_HEADERS
                 | mta.SET_SYMBOLS}
        client = self.connect(**offer)
        ticket, header = self.open_ticket(client)
        answer = self.answer(ticket, header)
        verdict = client.mail(MARI, [OURS, ANN], answer, BODY,
                              auth_authen="mari")
        self.assertEqual(verdict.code, mta.REPLY)
        self.assertTrue(verdict.text.startswith("554 5.7.7 "), verdict.text)
        self.assertIn("mailbox alone", verdict.text)
        self.redressd.wait_log("mail refused")
        verdict = client.mail(MARI, [OURS], answer, BODY, auth_authen="mari")
        self.assertEqual(verdict.code, mta.CONTINUE)


class Direct(Conversations):
    SETTINGS = {"agent_reply": "direct"}
    WORDS = b"A new kettle is on its way.\r\n"

    def direct(self, client, header, body, to=(ANN,), **more):
        return client.mail(MARI, list(to), header, body, auth_authen="mari",
                           **more)

    def assert_untouched(self, verdict):
        self.assertEqual(verdict.code, mta.CONTINUE, verdict.text)
        self.assertEqual(verdict.edits, ([], [], [], None, None))

    def assert_refused(self, verdict, words):
        self.assertEqual(verdict.code, mta.REPLY)
        self.assertTrue(verdict.text.startswith("554"), verdict.text)
        self.assertIn("5.7.7 ", verdict.text)
        self.assertIn(words, verdict.text)
        self.assertEqual(verdict.edits, ([], [], [], None, None))

    # -- whose mail

    def test_who_is_no_agent_is_let_go_at_data(self):
        client = self.connect()
        ticket, header = self.open_ticket(client)
        for login in {}, {"auth_authen": "eve"}, \
                {"auth_authen": "mari@customer.example"}:
            with self.subTest(login):
                verdict = client.mail(
                    MARI, [ANN], self.answer(ticket, header), BODY, **login)
                self.assertEqual((verdict.code, verdict.at),
                                 (mta.ACCEPT, "data"))

    def test_an_agents_other_mail_passes_untouched(self):
        client = self.connect()
        ticket, header = self.open_ticket(client)
        private = self.answer(ticket, header, ("Sender", f" {MARI}"),
                              to="bob@other.example")
        self.assert_untouched(self.direct(
            client, private, b"Lunch?\r\n", to=["<bob@other.example>"]))
        unrelated = [("From", f" {MARI}"), ("To", f" {ANN}"),
                     ("Message-ID", f" {self.message_id('example.com')}"),
                     ("Subject", " Lunch?")]
        self.assert_untouched(self.direct(
            client, unrelated, b"At one?\r\n\r\n#note\r\n"))

    def test_commands_past_all_who_take_part_are_refused(self):
        client = self.connect()
        ticket, header = self.open_ticket(client)
        stray = self.answer(ticket, header, to="bob@other.example")
        self.assert_refused(self.direct(
            client, stray, b"#resolve\r\n\r\nDone.\r\n",
            to=["<bob@other.example>"]), "nobody who takes part")

    # -- what becomes of an answer

    def test_an_answer_leaves_as_the_mailboxs(self):
        client = self.connect()
        ticket, header = self.open_ticket(client)
        answer = self.answer(ticket, header)
        verdict = self.direct(client, answer, self.WORDS)
        self.assertEqual(verdict.code, mta.CONTINUE, verdict.text)
        after = verdict.applied(answer)
        self.assertEqual(self.values(after, "From"),
                         [f'"Example customer care" <{MAILBOX}>'])
        self.assertRegex(self.values(after, "Reply-To")[0],
                         r"complaints\+.-[^@]+@example\.com")
        self.assertRegex(verdict.sender,
                         r"<complaints\+b-[^@]+@example\.com>")
        self.assertEqual(self.values(after, "X-Redress-Ticket"), [ticket])
        self.assertEqual(
            self.values(after, "References"),
            [f"{dict(header)['Message-ID'].strip()}\n "
             f"<{ticket}.ticket@mail.example.com>"])
        for name in "To", "Subject", "Date", "Message-ID", "In-Reply-To":
            self.assertEqual(self.values(after, name),
                             self.values(answer, name))
        # Nothing was in it for us.
        self.assertIsNone(verdict.body)

    def test_commands_do_not_reach_the_customer(self):
        client = self.connect()
        ticket, header = self.open_ticket(client)
        answer = self.answer(ticket, header)
        quote = b"\r\n> #resolve\r\n> The kettle came in pieces.\r\n"
        verdict = self.direct(
            client, answer, self.WORDS + b"\r\n#tag kettle\r\n" + quote)
        self.assertEqual(verdict.code, mta.CONTINUE, verdict.text)
        self.assertIn(self.WORDS, verdict.body)
        self.assertNotIn(b"#tag", verdict.body)
        self.assertIn(b"> #resolve", verdict.body)

    def test_a_long_answer_is_replaced_whole(self):
        client = self.connect()
        ticket, header = self.open_ticket(client)
        lines = b"".join(b"> line %d of what was quoted\r\n" % number
                         for number in range(8000))
        verdict = self.direct(
            client, self.answer(ticket, header),
            self.WORDS + b"\r\n#tag kettle\r\n\r\n" + lines)
        self.assertEqual(verdict.code, mta.CONTINUE, verdict.text)
        self.assertTrue(verdict.body.startswith(self.WORDS))
        self.assertTrue(verdict.body.endswith(lines))
        self.assertNotIn(b"#tag", verdict.body)

    def test_what_shows_the_agent_is_taken_off(self):
        client = self.connect()
        ticket, header = self.open_ticket(client)
        telling = [
            ("Sender", " mari@example.com"),
            ("Reply-To", " mari@example.com"),
            ("Reply-To", " Mari <mari@home.example>"),
            ("Disposition-Notification-To", " MARI@example.com"),
            ("Return-Receipt-To", " mari@example.com"),
            ("Autocrypt", " addr=mari@example.com; keydata=AAAA"),
            ("X-Originating-IP", " [192.0.2.7]"),
            ("X-Sender", " mari"), ("x-sender", " mari again"),
            ("Resent-From", " mari@example.com"),
            ("X-Anything", " written by <Mari@Example.COM>"),
            ("Received", " from desk (mari@example.com [192.0.2.7])\n"
             "\tby mail.example.com; Sat, 21 Nov 2026 20:25:19 +0000"),
            ("X-Redress-Ticket", " forged"),
        ]
        kept = [("Received", " from other by mail.example.com; Sat, 21 Nov"),
                ("X-Mailer", " Some client"), ("MIME-Version", " 1.0"),
                ("Content-Type", " text/plain; charset=utf-8")]
        answer = self.answer(ticket, header, *telling, *kept)
        verdict = self.direct(client, answer, self.WORDS)
        self.assertEqual(verdict.code, mta.CONTINUE, verdict.text)
        after = verdict.applied(answer)
        self.assertNotIn("mari", repr(after).lower())
        self.assertNotIn("192.0.2.7", repr(after))
        self.assertNotIn("forged", repr(after))
        self.assertEqual(len(self.values(after, "Reply-To")), 1)
        for field in kept:
            self.assertIn(field, after)

    def test_a_subject_without_the_tag_gets_it(self):
        client = self.connect()
        ticket, header = self.open_ticket(client)
        answer = [(name, " Re: Broken kettle" if name == "Subject" else value)
                  for name, value in self.answer(ticket, header)
                  if name != "References"]
        verdict = self.direct(client, answer, self.WORDS)
        after = verdict.applied(answer)
        self.assertEqual(self.values(after, "Subject"),
                         [f"[#{ticket}] Re: Broken kettle"])
        self.assertEqual(
            self.values(after, "References"),
            [f"{dict(header)['Message-ID'].strip()}\n "
             f"<{ticket}.ticket@mail.example.com>"])

    def test_the_same_mail_again_is_changed_in_the_same_way(self):
        client = self.connect()
        ticket, header = self.open_ticket(client)
        answer = self.answer(ticket, header)
        body = self.WORDS + b"\r\n#tag kettle\r\n"
        first = self.direct(client, answer, body)
        second = self.direct(client, answer, body)
        self.assertIsNotNone(first.body)
        self.assertEqual(first.edits, second.edits)

    # -- what is refused

    def test_a_command_that_is_none_is_refused(self):
        client = self.connect()
        ticket, header = self.open_ticket(client)
        answer = self.answer(ticket, header)
        body = self.WORDS + b"\r\n#resolv\r\n"
        self.assert_refused(self.direct(client, answer, body), "#resolve")
        self.redressd.wait_log("mail refused")
        # Nothing was recorded: it may come again, put right.
        right = body.replace(b"#resolv", b"#tag kettle")
        verdict = self.direct(client, answer, right)
        self.assertEqual(verdict.code, mta.CONTINUE, verdict.text)

    def test_a_long_reason_is_told_in_lines(self):
        client = self.connect()
        ticket, header = self.open_ticket(client)
        line = "#resolv " + "100% " * 60
        verdict = self.direct(
            client, self.answer(ticket, header),
            self.WORDS + b"\r\n" + line.encode() + b"\r\n")
        self.assertEqual(verdict.code, mta.REPLY)
        lines = verdict.text.split("\r\n")
        self.assertTrue(all(re.match(r"554[- ]5\.7\.7 ", line)
                            for line in lines if line), verdict.text)
        self.assertTrue(verdict.text.isascii())

    def test_an_agents_address_in_cc_is_refused(self):
        client = self.connect()
        ticket, header = self.open_ticket(client)
        for address in "MARI@example.com", "Jaan <jaan@example.com>":
            with self.subTest(address):
                answer = self.answer(ticket, header, ("Cc", f" {address}"))
                self.assert_refused(
                    self.direct(client, answer, self.WORDS), "Bcc")

    def test_a_mail_server_that_lets_nothing_be_changed_is_told(self):
        client = self.connect(actions=mta.ADD_HEADERS | mta.CHANGE_HEADERS
                              | mta.SET_SYMBOLS)
        ticket, header = self.open_ticket(client)
        self.assert_refused(
            self.direct(client, self.answer(ticket, header), self.WORDS),
            "mailbox")

    # -- one connection, many mails

    def test_mails_of_all_courses_on_one_connection_never_mix(self):
        client = self.connect()
        ticket, header = self.open_ticket(client)
        answer = self.answer(ticket, header)
        first = self.direct(client, answer,
                            self.WORDS + b"\r\n#tag kettle\r\n")
        self.assertNotIn(b"#tag", first.body)
        # The next mail of this connection is a customer's ...
        complaint = self.complaint(subject="Second")
        verdict = client.mail(ANN, [OURS, FRIEND], complaint, BODY,
                              auth_authen="")
        self.assertEqual(len(verdict.tickets), 1)
        self.assertNotEqual(verdict.tickets, [ticket])
        self.assertEqual(verdict.changed,
                         [("Subject", 1, f" [#{verdict.tickets[0]}] Second")])
        self.assertEqual((verdict.deleted, verdict.sender, verdict.body),
                         ([], None, None))
        # ... and one that breaks off leaves nothing behind.
        client.envelope(MARI, [ANN], auth_authen="mari")
        self.assertEqual(client.data().code, mta.CONTINUE)
        for field in self.answer(ticket, header, ("X-Sender", " mari")):
            client.header(*field)
        client.end_of_headers()
        client.body(b"#note\r\n")
        client.abort()
        verdict = self.direct(client, self.answer(ticket, header), self.WORDS)
        self.assertEqual(verdict.code, mta.CONTINUE, verdict.text)
        self.assertIsNone(verdict.body)
        self.assertNotIn("X-Sender", [name for name, *_ in verdict.changed])
        verdict = client.mail(ANN, ["<bob@other.example>"],
                              self.complaint(), BODY, auth_authen="")
        self.assertEqual((verdict.code, verdict.at), (mta.ACCEPT, "data"))

    def test_an_answer_to_all_that_comes_to_us_too_is_intake(self):
        client = self.connect()
        ticket, header = self.open_ticket(client)
        verdict = self.direct(
            client, self.answer(ticket, header, ("Cc", f" {MAILBOX}")),
            self.WORDS, to=[ANN, OURS])
        self.assertEqual(verdict.code, mta.CONTINUE, verdict.text)
        self.assertEqual(verdict.tickets, [ticket])
        self.assertEqual(verdict.deleted, [ANN])
        self.assertIsNone(verdict.sender)


class UnderOwnName(Conversations):
    SETTINGS = {"agent_reply": "direct", "agent_from": "agent"}

    def test_the_customer_sees_the_agent_and_answers_us(self):
        client = self.connect()
        ticket, header = self.open_ticket(client)
        answer = self.answer(ticket, header, ("Cc", " mari@example.com"),
                             ("Reply-To", " mari@example.com"))
        verdict = client.mail(MARI, [ANN, MARI], answer, b"Soon.\r\n",
                              auth_authen="mari")
        self.assertEqual(verdict.code, mta.CONTINUE, verdict.text)
        after = verdict.applied(answer)
        self.assertEqual(self.values(after, "From"),
                         self.values(answer, "From"))
        answer_to, = self.values(after, "Reply-To")
        self.assertRegex(answer_to, r"complaints\+.-[^@]+@example\.com")


if __name__ == "__main__":
    unittest.main()
