"""How our mail leaves: what the mail server may answer, and what becomes of
the mail then."""

import datetime
import itertools
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from milter_client import MilterClient  # noqa: E402
from servers import (  # noqa: E402
    MAILBOX, TestCa, Workplace, wait_for)

_numbers = itertools.count(1)


def utc(text):
    return datetime.datetime.fromisoformat(
        text.replace("Z", "+00:00")).timestamp()


class WithSink(unittest.TestCase):
    """No mail server: mail comes in by the milter protocol, and goes out to
    the sink."""

    def begin(self, sink=None, **submission):
        place = Workplace()
        self.addCleanup(place.close)
        self.place = place
        self.sink = sink or place.sink()
        self.start(**submission)

    def start(self, **submission):
        self.redressd = self.place.redressd(
            submission=self.sink, changes={"submission": submission})

    def setUp(self):
        self.begin()

    def complain(self, customer=None):
        """A complaint from somebody new: (reference, customer)."""
        number = next(_numbers)
        customer = customer or f"customer{number}@customer.example"
        with MilterClient(self.redressd.milter_socket) as mta:
            mta.negotiate()
            verdict = mta.mail(
                f"<{customer}>", [f"<{MAILBOX}>"],
                [("From", f" <{customer}>"), ("To", f" {MAILBOX}"),
                 ("Message-ID", f" <{number}@customer.example>"),
                 ("Subject", " Broken")], b"It broke.\r\n")
        self.assertEqual(len(verdict.tickets), 1)
        return verdict.tickets[0], customer

    def row(self, reference, kind="ack"):
        return [row for row in self.redressd.ticket(reference)["outbox"]
                if row["kind"] == kind][0]

    def wait_row(self, reference, state=None, event=None):
        """Waits for a state of the acknowledgement, or an event."""
        def there():
            ticket = self.redressd.ticket(reference)
            row = [row for row in ticket["outbox"] if row["kind"] == "ack"][0]
            events = [each["what"] for each in ticket["events"]]
            return (state is None or row["state"] == state) \
                and (event is None or event in events) and row
        return wait_for(there, 30, f"{state or ''} {event or ''}",
                        self.redressd.log)

    def events(self, reference):
        return [event["what"] for event
                in self.redressd.ticket(reference)["events"]]


class Deferred(WithSink):
    def test_what_is_put_off_is_kept_and_tried_again_later(self):
        for stage in ("mail", "rcpt", "data", "dot"):
            with self.subTest(stage):
                self.sink.forget_rules()
                self.sink.rule(stage, "450 4.2.0 Not now", times=1)
                reference, customer = self.complain()
                row = self.wait_row(reference, "queued", "deferred")
                self.assertEqual(
                    (row["code"], row["status"], row["attempts"]),
                    (450, "4.2.0", 1))
                later = utc(row["next_at"]) - time.time()
                self.assertGreater(later, 30)
                self.assertLess(later, 76)
                waiting = [each for each
                           in self.redressd.redress_json("outbox")
                           if each["ref"] == reference]
                self.assertEqual(waiting[0]["answer"], "4.2.0 Not now")
                self.redressd.redress("retry", reference)
                self.sink.wait(to=customer)
                self.wait_row(reference, "sent")
                self.assertEqual(len(self.sink.mails(to=customer)), 1)

    def test_the_table_of_what_waits_says_why(self):
        self.assertEqual(self.redressd.redress("outbox"), "Nothing waits.\n")
        self.sink.rule("rcpt", "451 4.7.1 Greylisted, come back")
        reference, customer = self.complain()
        self.wait_row(reference, "queued", "deferred")
        table = self.redressd.redress("outbox")
        for word in (reference, customer, "queued", "4.7.1 Greylisted"):
            self.assertIn(word, table)

    def test_retry_by_its_number_or_all(self):
        self.sink.rule("rcpt", "450 4.2.0 Not now", times=2)
        first, _ = self.complain()
        second, _ = self.complain()
        for reference in (first, second):
            self.wait_row(reference, "queued", "deferred")
        self.redressd.redress("retry", str(self.row(first)["id"]))
        self.wait_row(first, "sent")
        self.redressd.redress("retry", "--all")
        self.wait_row(second, "sent")

    def test_retry_of_what_is_sent_or_unknown_to_us_says_no(self):
        reference, _ = self.complain()
        self.wait_row(reference, "sent")
        self.redressd.redress("retry", reference, exit_status=1)
        self.redressd.redress("retry", "99999", exit_status=1)
        self.assertEqual(len(self.sink.mails()), 1)


class Refused(WithSink):
    def test_what_is_refused_has_failed_and_the_ticket_shows_it(self):
        for stage in ("mail", "rcpt", "data", "dot"):
            with self.subTest(stage):
                self.sink.forget_rules()
                self.sink.rule(stage, "554 5.7.1 Go away", times=1)
                reference, customer = self.complain()
                row = self.wait_row(reference, "failed", "failed")
                self.assertEqual((row["code"], row["status"], row["answer"]),
                                 (554, "5.7.1", "5.7.1 Go away"))
                self.assertIsNone(row["next_at"])
                failed = self.redressd.redress_json("outbox", "--all")
                self.assertIn(reference, [each["ref"] for each in failed])
                # Our policy, not a dead address: follow-ups go on.
                self.assertIsNone(self.redressd.ticket(reference)["quiet"])
                self.redressd.redress("retry", reference)
                self.sink.wait(to=customer)

    def test_an_address_that_is_dead_gets_no_more_and_the_supervisor_hears(
            self):
        self.sink.rule("rcpt", "550 5.1.1 No such user", "customer")
        reference, _ = self.complain()
        self.wait_row(reference, "failed")
        word = self.sink.wait(to="lead@example.com")
        self.assertEqual(word.message["X-Redress-Ticket"], reference)
        ticket = self.redressd.ticket(reference)
        self.assertEqual(ticket["quiet"], "unreachable")
        self.assertIsNone(ticket["next_update_at"])


class AroundTheDot(WithSink):
    def copies(self, customer):
        return self.sink.mails(to=customer, accepted=None)

    def test_a_lost_answer_makes_one_more_copy_with_the_same_message_id(self):
        self.sink.rule("dot", "drop", times=1)
        reference, customer = self.complain()
        self.wait_row(reference, "sent", "uncertain")
        copies = self.copies(customer)
        self.assertEqual(len(copies), 2)
        self.assertEqual(copies[0].data, copies[1].data)

    def test_two_lost_answers_make_no_third_copy(self):
        self.sink.rule("dot", "drop")
        reference, customer = self.complain()
        self.wait_row(reference, "unknown", "unknown")
        other, _ = self.complain("other@customer.example")
        self.wait_row(other, "unknown")
        self.assertEqual(len(self.copies(customer)), 2)
        self.sink.forget_rules()
        # Only by an operator's word.
        self.redressd.redress("retry", "--all")
        self.assertEqual(self.row(reference)["state"], "unknown")
        self.redressd.redress("retry", reference)
        self.wait_row(reference, "sent")
        self.assertEqual(
            {mail.message["Message-ID"] for mail in self.copies(customer)},
            {f"<{self.row(reference)['message_id']}>"})
        self.assertEqual(len(self.copies(customer)), 3)

    def test_a_connection_lost_before_the_dot_is_no_attempt(self):
        for stage in ("connect", "ehlo", "mail", "rcpt", "data"):
            with self.subTest(stage):
                self.sink.forget_rules()
                # A kept connection is tried again at once.
                self.sink.rule(stage, "drop", times=3)
                reference, customer = self.complain()
                row = self.wait_row(reference, "sent")
                self.assertEqual(row["attempts"], 0)
                self.assertNotIn("uncertain", self.events(reference))
                self.assertEqual(len(self.copies(customer)), 1)

    def test_dots_arrive_as_they_were_written(self):
        reference, customer = self.complain()
        self.sink.wait(to=customer)
        text = ".\n..\n.a\n\nThe end\n."
        self.redressd.redress("resolve", "--text", text, reference)
        word = self.sink.wait(to=customer, subject="settled")
        self.assertIn(f"\n{text}\n", word.text())


class ServerAway(WithSink):
    def test_mail_waits_for_the_server_and_leaves_when_it_is_back(self):
        self.sink.stop()
        reference, customer = self.complain()
        row = self.wait_row(reference, "queued", "waiting-for-server")
        self.assertIn("onnect", row["answer"])
        self.sink.start()
        self.sink.wait(to=customer, timeout_s=60)
        row = self.wait_row(reference, "sent")
        self.assertEqual(row["attempts"], 0)
        # Said once, however often it looked.
        self.assertEqual(self.events(reference).count("waiting-for-server"),
                         1)

    def test_a_server_that_closes_for_now_is_away(self):
        self.sink.rule("connect", "421 4.3.2 Shutting down", times=2)
        reference, customer = self.complain()
        self.sink.wait(to=customer, timeout_s=60)
        self.assertEqual(self.wait_row(reference, "sent")["attempts"], 0)

    def test_what_is_settled_meanwhile_is_not_sent_any_more(self):
        self.sink.stop()
        reference, customer = self.complain()
        self.wait_row(reference, "queued", "waiting-for-server")
        self.redressd.redress("resolve", reference)
        self.assertEqual(self.row(reference)["state"], "withdrawn")
        self.sink.start()
        mail = self.sink.wait(to=customer, timeout_s=60)
        self.assertIn("settled", mail.message["Subject"])
        self.assertEqual(len(self.sink.mails(to=customer)), 1)

    def test_connections_are_kept_and_many_mails_leave_once_each(self):
        customers = [self.complain()[1] for _ in range(40)]
        self.sink.wait(count=len(customers))
        for customer in customers:
            self.assertEqual(len(self.sink.mails(to=customer)), 1)
        greetings = [line for line in self.sink.commands
                     if line.startswith("EHLO")]
        self.assertLess(len(greetings), len(customers) / 2)
        self.assertEqual(set(greetings), {"EHLO mail.example.com"})


class Security(WithSink):
    def setUp(self):
        self.place = Workplace()
        self.addCleanup(self.place.close)
        self.ca = self.place.ca()

    def server(self, tls, context=None, **options):
        self.sink = self.place.sink(
            tls=tls, context=context or self.ca.server_context(), **options)

    def assert_sent(self, user=""):
        reference, customer = self.complain()
        mail = self.sink.wait(to=customer)
        self.assertTrue(mail.tls)
        self.assertEqual(mail.user, user)
        self.wait_row(reference, "sent")

    def assert_kept_back(self, *words):
        """Not a word of the mail has left; the ticket says why."""
        reference, _ = self.complain()
        row = self.wait_row(reference, "queued", "waiting-for-server")
        for word in words:
            self.assertIn(word, row["answer"].lower())
        self.assertEqual(self.sink.mails(accepted=None), [])
        self.assertEqual([line for line in self.sink.commands if
                          line.startswith(("MAIL", "AUTH"))], [])

    def test_a_good_certificate_is_taken(self):
        for tls in ("starttls", "implicit"):
            with self.subTest(tls):
                self.server(tls)
                self.start(tls=tls, ca_file=self.ca.ca_file)
                self.assert_sent()

    def test_a_certificate_of_another_name_is_refused(self):
        for tls in ("starttls", "implicit"):
            with self.subTest(tls):
                self.server(tls, self.ca.server_context("other.example", ""))
                self.start(tls=tls, ca_file=self.ca.ca_file)
                self.assert_kept_back("127.0.0.1")

    def test_a_certificate_that_nobody_we_trust_signed_is_refused(self):
        stranger = TestCa(self.place.subfolder("stranger"))
        for tls in ("starttls", "implicit"):
            with self.subTest(tls):
                self.server(tls, stranger.server_context())
                self.start(tls=tls, ca_file=self.ca.ca_file)
                self.assert_kept_back("certificate")

    def test_the_system_trusts_our_test_authority_not_at_all(self):
        self.server("implicit")
        self.start(tls="implicit")
        self.assert_kept_back("certificate")

    def test_a_server_without_starttls_gets_nothing_in_the_clear(self):
        self.server(None, users={"redress": "secret"})
        self.start(tls="starttls", ca_file=self.ca.ca_file, user="redress",
                   password_file=self.password("secret"))
        self.assert_kept_back("starttls")

    def password(self, text):
        path = self.place.folder / f"password-{text}"
        path.write_text(text + "\n")
        path.chmod(0o600)
        return path

    def test_we_say_who_we_are_where_it_is_asked(self):
        for tls in ("starttls", "implicit"):
            with self.subTest(tls):
                self.server(tls, users={"redress": "secret"})
                self.start(tls=tls, ca_file=self.ca.ca_file, user="redress",
                           password_file=self.password("secret"))
                self.assert_sent("redress")

    def test_a_wrong_password_loses_no_mail(self):
        self.server("starttls", users={"redress": "secret"})
        self.start(tls="starttls", ca_file=self.ca.ca_file, user="redress",
                   password_file=self.password("wrong"))
        reference, customer = self.complain()
        self.wait_row(reference, "queued", "waiting-for-server")
        self.redressd.stop()
        self.redressd.write_config({"submission": {
            "password_file": self.password("secret")}})
        self.redressd.start()
        self.sink.wait(to=customer)

    def test_a_server_that_wants_a_name_we_lack_loses_no_mail(self):
        self.server("starttls", users={"redress": "secret"})
        self.start(tls="starttls", ca_file=self.ca.ca_file)
        reference, _ = self.complain()
        row = self.wait_row(reference, "queued", "waiting-for-server")
        self.assertEqual(row["attempts"], 0)
        self.assertEqual(self.sink.mails(accepted=None), [])


class Addresses(WithSink):
    def test_an_address_outside_ascii_is_sent_with_smtputf8(self):
        _, customer = self.complain("õie@käbi.example")
        mail = self.sink.wait(to=customer)
        self.assertIn("SMTPUTF8", mail.parameters)

    def test_an_ascii_address_needs_no_smtputf8(self):
        _, customer = self.complain()
        self.assertNotIn("SMTPUTF8", self.sink.wait(to=customer).parameters)

    def test_a_server_without_smtputf8_costs_only_that_mail(self):
        plain = self.place.sink(extensions=("8BITMIME",
                                            "ENHANCEDSTATUSCODES"))
        plain.rule("rcpt", "553 5.6.7 SMTPUTF8 is not supported", "õie")
        self.sink = plain
        self.start()
        reference, customer = self.complain("õie@käbi.example")
        _, other = self.complain()
        self.sink.wait(to=other)
        self.assertEqual(self.sink.mails(to=customer), [])
        self.wait_row(reference, "failed")


if __name__ == "__main__":
    unittest.main()
