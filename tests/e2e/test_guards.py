"""Whom Redress does not answer, and that it says why: no loops, no
backscatter."""

import email.policy
import email.utils
import pathlib
import queue
import re
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from servers import (  # noqa: E402
    MAILBOX, Site, Workplace, complaint, reply, send, wait_for)

ROBOT = "robot@customer.example"


class WithSite(unittest.TestCase):
    changes = {}

    def setUp(self):
        place = Workplace()
        self.addCleanup(place.close)
        self.site = Site(place, changes=self.changes)
        self.sink, self.redressd = self.site.sink, self.site.redressd


class Guards(unittest.TestCase):
    """One Postfix for all: nothing is sent to anybody here."""

    @classmethod
    def setUpClass(cls):
        place = Workplace()
        cls.addClassCleanup(place.close)
        cls.site = Site(place)
        cls.sink, cls.redressd = cls.site.sink, cls.site.redressd

    # Headers as of complaint(), the guard, whether a ticket is opened.
    SILENT = [
        ({"Auto_Submitted": "auto-generated"}, "auto-generated", True),
        ({"List_Id": "<news.customer.example>"}, "list-id", True),
        ({"List_Unsubscribe": "<mailto:off@customer.example>"},
         "list-unsubscribe", True),
        ({"Precedence": "bulk"}, "precedence-bulk", True),
        ({"Precedence": "junk"}, "precedence-bulk", True),
        ({"X_Auto_Response_Suppress": "All"}, "x-auto-response-suppress",
         True),
        ({"X_Auto_Response_Suppress": "DR, AutoReply"},
         "x-auto-response-suppress", True),
        ({"To": "friends@other.example"}, "not-addressed-to-us", True),
        ({"Auto_Submitted": "auto-replied"}, "auto-submitted", False),
        ({"Auto_Submitted": "auto-replied (vacation)"}, "auto-submitted",
         False),
        ({"X_Autoreply": "yes"}, "x-autoreply", False),
        ({"Precedence": "auto_reply"}, "precedence-auto-reply", False),
    ]

    SENDERS = [
        ("no-reply@shop.example", "no-reply-sender"),
        ("DoNotReply@shop.example", "no-reply-sender"),
        ("mailer-daemon@shop.example", "no-reply-sender"),
        ("MAILER-DAEMON@shop.example", "no-reply-sender"),
        ("owner-news@shop.example", "no-reply-sender"),
        ("news-request@shop.example", "no-reply-sender"),
        ("mari@example.com", "staff"),
    ]

    def assert_guarded(self, message, sender, guard, opened=True):
        """The mail is recorded, not answered, and the guard is named."""
        self.site.send(message, sender=sender)
        copy = self.site.copy_of(message)
        message_id = message["Message-ID"].strip("<>")
        self.assertEqual("X-Redress-Ticket" in copy.message, opened)
        self.assertEqual(
            self.redressd.store("SELECT guard FROM message WHERE "
                                "message_id = ?", message_id), [(guard,)])
        # The log may be a moment later than the commit.
        self.redressd.wait_log(
            fr"not-mailed.* detail={guard} .*{re.escape(message_id)}")
        if not opened:
            return
        ticket = self.site.ticket_of(message)
        self.assertEqual(ticket["messages"][0]["guard"], guard)
        self.assertIn(("not-mailed", guard),
                      [(event["what"], event["detail"])
                       for event in ticket["events"]])
        # Of a colleague's address without proof the supervisor hears.
        self.assertEqual([row["to"] for row in ticket["outbox"]
                          if guard != "staff"
                          or row["kind"] != "escalation"], [])

    def test_a_mail_that_says_it_is_automatic_is_not_answered(self):
        for headers, guard, opened in self.SILENT:
            with self.subTest(headers):
                customer = self.site.customer()
                self.assert_guarded(complaint(sender=customer, **headers),
                                    customer, guard, opened)

    def test_a_sender_that_nobody_reads_is_not_answered(self):
        for sender, guard in self.SENDERS:
            with self.subTest(sender):
                self.assert_guarded(complaint(sender=sender), sender, guard)

    def test_the_null_sender_is_not_answered(self):
        self.assert_guarded(
            complaint(sender=self.site.customer()), "", "null-sender")

    def test_auto_submitted_no_is_a_person(self):
        customer = self.site.customer()
        self.site.send(complaint(sender=customer, Auto_Submitted="no"))
        self.sink.wait(to=customer)

    def test_none_of_those_senders_hears_anything(self):
        for sender, _ in self.SENDERS:
            self.site.send(complaint(sender=sender))
        self.site.idle()
        for sender, _ in self.SENDERS:
            self.assertEqual(self.sink.mails(to=sender), [])


class Loops(WithSite):
    def test_our_own_acknowledgement_come_back_makes_no_mail(self):
        ticket = self.site.complain()
        ours = self.sink.wait(to=ticket["customer"])
        for sender in (ours.sender, "", ticket["customer"]):
            send(self.site.mta.port, ours.data, sender=sender)
        self.site.idle()
        after = self.redressd.ticket(ticket["ref"])
        self.assertEqual([row["kind"] for row in after["outbox"]], ["ack"])
        self.assertEqual(len(self.sink.mails(to=ticket["customer"])), 1)
        self.assertEqual(
            [message["guard"] for message in after["messages"][1:]],
            ["own-mail"])

    def test_our_own_mail_forwarded_by_a_robot_makes_no_mail(self):
        """Come back under another Message-ID."""
        ticket = self.site.complain()
        ours = self.sink.wait(to=ticket["customer"])
        data = re.sub(rb"(?m)^Message-ID: .*\r\n",
                      b"Message-ID: <fwd1@customer.example>\r\n", ours.data)
        send(self.site.mta.port, data, sender=ROBOT)
        self.sink.wait(message_id="<fwd1@customer.example>")
        self.site.idle()
        self.assertEqual(self.sink.mails(to=ROBOT), [])
        self.assertEqual(len(self.sink.mails(to=ticket["customer"])), 1)

    def test_a_fourth_mail_of_a_sender_in_a_day_is_not_acknowledged(self):
        messages = [complaint(f"Complaint {number}", f"It broke {number}.\n")
                    for number in range(4)]
        for message in messages:
            self.site.send(message)
        tickets = [self.site.ticket_of(message) for message in messages]
        self.assertEqual(len({ticket["ref"] for ticket in tickets}), 4)
        self.assertEqual(
            [ticket["messages"][0]["guard"] for ticket in tickets],
            [None, None, None, "sender-rate"])
        self.site.idle()
        self.assertEqual(len(self.sink.mails(to="ann@customer.example")), 3)
        # It is followed all the same.
        self.assertIsNotNone(tickets[3]["next_update_at"])


class Responder:
    """A program that answers each mail to ROBOT, as often as it is let, and
    in no header says that it is one."""

    def __init__(self, site, answer):
        self.site, self.answer = site, answer
        self.answered, self._stop = 0, threading.Event()
        self.problems = queue.Queue()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        self._thread.start()

    def stop(self):
        self._stop.set()
        self._thread.join()

    def _run(self):
        while not self._stop.wait(0.01):
            mails = self.site.sink.mails(to=ROBOT)
            if len(mails) == self.answered:
                continue
            try:
                self.site.send(self.answer(mails[self.answered]))
            except Exception as error:  # for the test's own thread
                self.problems.put(error)
                return
            self.answered += 1

    def settle(self):
        """Waits until it has answered all, and nothing more comes of it."""
        before = -1
        while before != self.answered:
            before = self.answered
            wait_for(lambda: self.answered == len(
                self.site.sink.mails(to=ROBOT))
                or not self.problems.empty(), 30, "all answers")
            if not self.problems.empty():
                raise self.problems.get()
            self.site.idle()


class AgainstResponders(WithSite):
    changes = {"limits": {"automatic_per_minute": 0}}

    def converse(self, answer):
        """A first complaint, then an answer to each of our mails; what we
        have sent in the end."""
        responder = Responder(self.site, answer)
        responder.start()
        self.addCleanup(responder.stop)
        self.site.send(complaint(sender=ROBOT))
        self.sink.wait(to=ROBOT)
        responder.settle()
        return [mail.message["X-Redress-Ticket"]
                for mail in self.sink.mails(to=ROBOT)]

    def test_one_that_replies_hears_once(self):
        sent = self.converse(lambda mail: reply(
            mail, "I am away. Your mail was not read.\n", ROBOT))
        self.assertEqual(len(sent), 1)

    def test_one_that_starts_anew_each_time_hears_three_times(self):
        sent = self.converse(lambda mail: complaint(
            "I am away", f"{mail.message['Message-ID']} was not read.\n",
            ROBOT))
        self.assertEqual(len(sent), 3)

    def test_one_that_asks_for_the_status_hears_twice_on_its_thread(self):
        sent = self.converse(lambda mail: reply(mail, "STATUS\n", ROBOT))
        self.assertEqual(len(sent), 2)
        ticket = self.redressd.ticket(sent[0])
        self.assertEqual(ticket["messages"][-1]["guard"], "thread-rate")

    def test_one_that_reopens_each_time_hears_no_more_than_is_its_due(self):
        def answer(mail):
            self.redressd.redress("resolve", "--silent",
                                  mail.message["X-Redress-Ticket"])
            return reply(mail, "No.\n", ROBOT)

        sent = self.converse(answer)
        self.assertEqual(len(sent), 2)


if __name__ == "__main__":
    unittest.main()
