"""Word after word until it is settled: follow-ups, the new time before a
promise is broken, the resolution."""

import datetime
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from servers import (  # noqa: E402
    MAILBOX, Site, Workplace, complaint, send, wait_for)

SUPERVISOR = "lead@example.com"
DAY_S = 24 * 60 * 60


def utc(text):
    """Seconds since the epoch of a time as the tool prints it."""
    return datetime.datetime.fromisoformat(
        text.replace("Z", "+00:00")).timestamp()


def bounce(to, returned, status="5.1.1", action="failed"):
    """An RFC 3464 report on a mail of ours (a Mail), as Postfix writes it."""
    customer = returned.recipients[0]
    head = returned.data.partition(b"\r\n\r\n")[0].decode()
    return (
        "From: MAILER-DAEMON@mx.customer.example (Mail Delivery System)\r\n"
        f"Subject: Undelivered Mail Returned to Sender\r\nTo: {to}\r\n"
        "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        f"Message-ID: <{time.monotonic_ns()}@mx.customer.example>\r\n"
        "Content-Type: multipart/report; report-type=delivery-status;\r\n"
        '\tboundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nI'm sorry.\r\n\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.customer.example\r\n\r\n"
        f"Final-Recipient: rfc822; {customer}\r\nAction: {action}\r\n"
        f"Status: {status}\r\nDiagnostic-Code: smtp; 550 {status} unknown"
        "\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"{head}\r\n\r\n--b--\r\n").encode()


class WithSite(unittest.TestCase):
    every = "24h"

    def setUp(self):
        place = Workplace()
        self.addCleanup(place.close)
        self.site = Site(place, changes={
            "limits": {"automatic_per_thread_per_day": 1000},
            ("mailbox", MAILBOX): {"follow_up_every": self.every},
        })
        self.sink, self.redressd = self.site.sink, self.site.redressd

    def begun(self):
        """A ticket whose acknowledgement has arrived: (ticket, mail)."""
        ticket = self.site.complain()
        return ticket, self.sink.wait(to=ticket["customer"])

    def kinds(self, ticket):
        return [row["kind"] for row
                in self.redressd.ticket(ticket["ref"])["outbox"]]


class ShortInterval(WithSite):
    """A day is two seconds here.  Another ticket's follow-ups tell how time
    passes."""

    every = "2s"

    def wait_follow_ups(self, ticket, count):
        """Until so many more have arrived."""
        before = len(self.sink.mails(to=ticket["customer"]))
        self.sink.wait(count=before + count, to=ticket["customer"],
                       timeout_s=60)

    def test_the_customer_hears_again_and_again(self):
        ticket, ack = self.begun()
        mails = self.sink.wait(count=4, to=ticket["customer"], timeout_s=60)
        for before, mail in zip(mails, mails[1:]):
            self.assertGreater(mail.arrived_wall - before.arrived_wall, 0.5)
        for mail in mails[1:]:
            message = mail.message
            self.assertEqual(message["Auto-Submitted"], "auto-generated")
            self.assertEqual(message["X-Auto-Response-Suppress"], "All")
            self.assertEqual(message["X-Redress-Ticket"], ticket["ref"])
            self.assertEqual(message["In-Reply-To"], ack.message[
                "In-Reply-To"])
            self.assertEqual(mail.sender, ack.sender)
            self.assertEqual(message["Reply-To"], ack.message["Reply-To"])
            self.assertIn("Tallinn time", mail.text())
            self.assertIn("your message reached us", mail.text())
            self.assertIn(ticket["ref"], mail.text("html"))
        self.assertEqual(
            len({mail.message["Message-ID"] for mail in mails}), len(mails))

    def test_a_resolution_ends_it(self):
        settled, _ = self.begun()
        other, _ = self.begun()
        self.redressd.redress("resolve", "--text", "A new kettle is under "
                              "way.", settled["ref"])
        word = self.sink.wait(to=settled["customer"], subject="settled")
        self.assertIn("A new kettle is under way.", word.text())
        self.assertIn("A new kettle is under way.", word.text("html"))
        self.assertIn("reply", word.text())
        self.wait_follow_ups(other, 2)
        self.assertEqual(self.kinds(settled)[-1], "resolved")
        self.assertEqual(
            self.sink.mails(to=settled["customer"])[-1].message["Message-ID"],
            word.message["Message-ID"])
        after = self.redressd.ticket(settled["ref"])
        self.assertEqual(after["state"], "resolved")
        self.assertIsNone(after["next_update_at"])
        self.assertEqual(after["promises"][-1]["outcome"], "kept")

    def test_a_dead_address_ends_it_and_the_supervisor_hears(self):
        dead, ack = self.begun()
        other, _ = self.begun()
        send(self.site.mta.port, bounce(ack.sender, ack), sender="",
             to=ack.sender)
        word = self.sink.wait(to=SUPERVISOR)
        self.assertEqual(word.message["X-Redress-Ticket"], dead["ref"])
        before = self.kinds(dead)
        self.wait_follow_ups(other, 2)
        after = self.redressd.ticket(dead["ref"])
        self.assertEqual(after["quiet"], "unreachable")
        self.assertEqual(self.kinds(dead), before)
        self.assertEqual(after["messages"][-1]["kind"], "bounce")
        # Somebody owes the answer still, by letter or telephone.
        self.assertEqual(after["state"], "open")
        self.assertIsNotNone(after["promised_by"])

    def test_a_bounce_for_now_does_not_end_it(self):
        ticket, ack = self.begun()
        message = bounce(ack.sender, ack, "4.2.2", "delayed")
        send(self.site.mta.port, message, sender="", to=ack.sender)
        self.wait_follow_ups(ticket, 2)
        after = self.redressd.ticket(ticket["ref"])
        self.assertIn("bounced-for-now",
                      [event["what"] for event in after["events"]])
        self.assertIsNone(after["quiet"])

    def test_a_customer_who_writes_again_hears_again(self):
        ticket, ack = self.begun()
        send(self.site.mta.port, bounce(ack.sender, ack), sender="",
             to=ack.sender)
        self.sink.wait(to=SUPERVISOR)
        self.site.send(complaint(
            f"[#{ticket['ref']}]", "I am here again.\n", ticket["customer"]))
        self.wait_follow_ups(ticket, 1)
        self.assertIsNone(self.redressd.ticket(ticket["ref"])["quiet"])


class Bounces(WithSite):
    def test_a_bounce_that_anybody_forged_ends_nothing(self):
        ticket, ack = self.begun()
        name, _, domain = ack.sender.partition("@")
        forged = name[:-1] + ("a" if name[-1] != "a" else "b") + "@" + domain
        data = bounce(forged, ack)
        # Without our Message-ID, which only who got the mail can know.
        data = data.replace(ack.message["Message-ID"].encode(), b"<x@y>")
        data = data.replace(ack.message["In-Reply-To"].encode(), b"<z@y>")
        data = data.replace(f"{ticket['ref']}.ticket".encode(), b"q")
        send(self.site.mta.port, data, sender="", to=forged)
        self.site.idle()
        after = self.redressd.ticket(ticket["ref"])
        self.assertIsNone(after["quiet"])
        self.assertEqual(len(after["messages"]), 1)
        self.assertEqual(self.sink.mails(to=SUPERVISOR), [])


class Downtime(WithSite):
    def while_down(self, *statements):
        self.redressd.stop()
        for statement in statements:
            self.redressd.store(statement)
        self.redressd.start()

    def test_after_three_days_away_there_is_one_follow_up(self):
        tickets = [self.begun()[0] for _ in range(3)]
        begun = time.time()
        self.while_down(
            f"UPDATE deadline SET due_at = due_at - {4 * DAY_S} "
            "WHERE kind = 'follow-up'",
            f"UPDATE ticket SET heard_at = heard_at - {4 * DAY_S}")
        for ticket in tickets:
            self.sink.wait(count=2, to=ticket["customer"])
        self.site.idle()
        for ticket in tickets:
            self.assertEqual(self.kinds(ticket), ["ack", "followup"])
            self.assertEqual(len(self.sink.mails(to=ticket["customer"])), 2)
            after = self.redressd.ticket(ticket["ref"])
            due = utc(after["next_update_at"]) - begun
            self.assertGreater(due, 22 * 60 * 60)
            self.assertLess(due, DAY_S + 60)

    def test_a_promise_that_passed_meanwhile_is_told_as_broken_once(self):
        ticket, _ = self.begun()
        self.while_down(
            f"UPDATE deadline SET due_at = due_at - {4 * DAY_S}",
            f"UPDATE promise SET due_at = due_at - {4 * DAY_S}",
            f"UPDATE ticket SET heard_at = heard_at - {4 * DAY_S}, "
            f"promised_by = promised_by - {4 * DAY_S}")
        self.sink.wait(to=ticket["customer"], subject="new time")
        self.sink.wait(to=SUPERVISOR)
        self.site.idle()
        self.assertEqual(sorted(self.kinds(ticket)),
                         ["ack", "escalation", "late"])
        after = self.redressd.ticket(ticket["ref"])
        self.assertEqual(after["promises_missed"], 1)
        self.assertGreater(utc(after["promised_by"]), time.time())


class Late(WithSite):
    def test_before_a_promise_is_broken_the_customer_gets_a_new_one(self):
        ticket, ack = self.begun()
        self.redressd.make_due(ticket["ref"], "promise")
        late = self.sink.wait(to=ticket["customer"], subject="new time")
        after = self.redressd.ticket(ticket["ref"])
        self.assertLess(late.arrived_wall, utc(ticket["promised_by"]))
        answers = [promise for promise in after["promises"]
                   if promise["kind"] == "answer"]
        self.assertEqual([promise["outcome"] for promise in answers],
                         ["broken", "open"])
        self.assertEqual(answers[1]["due_at"], after["promised_by"])
        told = [line for line in ack.text().splitlines()
                if line.startswith("You will have our answer by: ")]
        self.assertIn("We had promised an answer by: "
                      + told[0].partition(": ")[2], late.text())
        self.assertIn("You will have our answer by: ", late.text())
        self.assertEqual(late.message["Auto-Submitted"], "auto-generated")

    def test_the_supervisor_hears_of_it_and_no_machine_answers_him(self):
        ticket, _ = self.begun()
        self.redressd.make_due(ticket["ref"], "promise")
        word = self.sink.wait(to=SUPERVISOR)
        self.assertIn(ticket["ref"], word.text())
        self.assertIn(ticket["customer"], word.text())
        self.assertEqual(word.message["Auto-Submitted"], "auto-generated")
        self.assertEqual(word.recipients, (SUPERVISOR,))

    def test_after_three_new_times_no_machine_names_a_fourth(self):
        ticket, _ = self.begun()
        for count in range(1, 5):
            self.redressd.make_due(ticket["ref"], "promise")
            wait_for(lambda c=count: self.redressd.ticket(ticket["ref"])[
                "promises_missed"] == c, 30, "the late notice",
                self.redressd.log)
        mails = self.sink.wait(count=5, to=ticket["customer"])
        self.assertIn("not naming a new time yet",
                      " ".join(mails[-1].text().split()))
        self.assertIsNone(self.redressd.ticket(ticket["ref"])["promised_by"])
        # Word goes on all the same.
        self.redressd.make_due(ticket["ref"], "follow-up")
        self.sink.wait(count=6, to=ticket["customer"])


class Resolved(WithSite):
    def test_it_is_told_without_words_too(self):
        ticket, ack = self.begun()
        self.redressd.redress("resolve", ticket["ref"])
        word = self.sink.wait(to=ticket["customer"], subject="settled")
        self.assertEqual(word.message["In-Reply-To"],
                         ack.message["In-Reply-To"])
        self.assertNotIn("This is what we did", word.text())

    def test_a_silent_one_is_not_told(self):
        ticket, _ = self.begun()
        self.redressd.redress("resolve", "--silent", ticket["ref"])
        self.site.idle()
        self.assertEqual(self.kinds(ticket), ["ack"])

    def test_it_is_closed_after_its_time_and_a_late_reply_is_a_new_ticket(
            self):
        ticket, ack = self.begun()
        self.redressd.redress("resolve", ticket["ref"])
        self.redressd.make_due(ticket["ref"], "close")
        wait_for(lambda: self.redressd.ticket(ticket["ref"])["state"]
                 == "closed", 30, "the end", self.redressd.log)
        message = complaint(
            sender=ticket["customer"],
            In_Reply_To=ack.message["Message-ID"])
        self.site.send(message)
        self.assertNotEqual(self.site.ticket_of(message)["ref"],
                            ticket["ref"])

    def test_the_operator_can_open_it_again(self):
        ticket, _ = self.begun()
        self.redressd.redress("resolve", "--silent", ticket["ref"])
        self.redressd.redress("reopen", ticket["ref"])
        word = self.sink.wait(count=2, to=ticket["customer"])[1]
        self.assertIn("opened it again", " ".join(word.text().split()))
        after = self.redressd.ticket(ticket["ref"])
        self.assertEqual(after["state"], "open")
        self.assertIsNotNone(after["next_update_at"])


if __name__ == "__main__":
    unittest.main()
