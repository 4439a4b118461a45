"""Mails that crash, stop or starve what parses them: each becomes a ticket
with its bytes, and nobody else notices."""

import contextlib
import itertools
import os
import pathlib
import random
import signal
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from servers import (  # noqa: E402
    Courier, Site, Workplace, complaint, send, wait_for)


def children_of(pid):
    """The parser processes."""
    found = []
    with contextlib.suppress(OSError):
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError):
                found += [int(child) for child
                          in (task / "children").read_text().split()]
    return found


def folded(text, width=900):
    return "\r\n ".join(text[at:at + width]
                        for at in range(0, len(text), width))


# What crashed, hung or starved GMime or libxml2 when it was tried, and the
# like.  Each: header lines after the usual ones, body.
HOSTILE = {
    "groups in groups": (b"To: " + folded("g:" * 25000).encode() + b"\r\n",
                         b"Hello\r\n"),
    "comments in comments": (b"Cc: " + folded("(" * 25000).encode() + b"\r\n",
                             b"Hello\r\n"),
    "a multipart without boundary": (
        "Content-Type: multipart/mixed; ".encode() + "ä".encode() * 72
        + b"=1\r\n", b"--x\r\n\r\nHello\r\n--x--\r\n"),
    "a From without end": (b"Sender: From x (\r\n", b"Hello\r\n"),
    "ten thousand multiparts in each other": (
        b"Content-Type: multipart/mixed; boundary=b0\r\n",
        b"".join(b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n"
                 b"\r\n" % (depth, depth + 1) for depth in range(10000))),
    "mails in mails": (
        b"Content-Type: message/rfc822\r\n",
        b"Content-Type: message/rfc822\r\n\r\n" * 5000),
    "a hundred thousand parts": (
        b"Content-Type: multipart/mixed; boundary=b\r\n",
        b"--b\r\n\r\nx\r\n" * 100000),
    "many header lines": (b"X-A: b\r\n" * 8000, b"Hello\r\n"),
    "tags in tags": (b"Content-Type: text/html\r\n",
                     b"<div>\r\n" * 100000),
    "an element of many attributes": (
        b"Content-Type: text/html\r\n",
        b"<a " + b"".join(b"a%d=1\r\n" % number for number in range(100000))
        + b">x</a>"),
    "quotes of quotes": (b"", b">" * 900 + b"\r\n" + b"> " * 400 + b"\r\n"),
    "nothing but line ends": (b"", b"\r\n" * 200000),
    "bytes of no charset": (
        b"Content-Type: text/plain; charset=no-such\r\n",
        bytes(range(1, 256)).replace(b"\n", b"").replace(b"\r", b"") * 3
        + b"\r\n"),
    "encoded words without end": (
        b"X-A: " + folded("=?utf-8?q?" * 5000).encode() + b"\r\n", b"x\r\n"),
}


class WithSite(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        place = Workplace()
        cls.addClassCleanup(place.close)
        cls.site = Site(place, changes={
            "parser": {"processes": 2, "timeout": "2s", "cpu": "2s"}})
        cls.sink, cls.redressd = cls.site.sink, cls.site.redressd

    def setUp(self):
        self.pid = self.redressd.pid

    def assert_alive_and_well(self):
        self.assertTrue(self.redressd.running())
        self.assertEqual(self.redressd.pid, self.pid)
        ticket = self.site.complain()
        self.assertEqual(ticket["messages"][0]["kind"], "complaint")
        self.assertIsNone(ticket["messages"][0]["guard"])
        self.sink.wait(to=ticket["customer"])


class Hostile(WithSite):
    def test_every_hostile_mail_is_a_ticket_with_its_bytes(self):
        for name, (head, body) in HOSTILE.items():
            with self.subTest(name):
                customer = self.site.customer()
                data = (f"From: {customer}\r\nSubject: {name}\r\n"
                        f"Message-ID: <{customer}>\r\n").encode() \
                    + head + b"\r\n" + body
                send(self.site.mta.port, data, sender=customer,
                     options=["BODY=8BITMIME"])
                rows = self.redressd.store(
                    "SELECT id, ticket_id, size_bytes FROM message "
                    "WHERE envelope_from = ?", customer)
                self.assertEqual(len(rows), 1)
                self.assertIsNotNone(rows[0][1])
                # Postfix shortens the longest headers and lines.
                self.assertGreater(rows[0][2], min(len(data) // 2, 10000))
        self.assert_alive_and_well()

    def test_neighbours_are_answered_meanwhile(self):
        head, body = HOSTILE["a hundred thousand parts"]
        stop = threading.Event()
        problems = []

        def attack(number):
            try:
                while not stop.is_set():
                    number += 2
                    data = (f"From: bad@customer.example\r\nMessage-ID: "
                            f"<bad{number}@x>\r\n").encode() \
                        + head + b"\r\n" + body
                    send(self.site.mta.port, data)
            except Exception as error:  # for the test's own thread
                problems.append(error)

        attackers = [threading.Thread(target=attack, args=(number,))
                     for number in range(2)]
        for attacker in attackers:
            attacker.start()
        try:
            for _ in range(5):
                self.assert_alive_and_well()
        finally:
            stop.set()
            for attacker in attackers:
                attacker.join()
        self.assertEqual(problems, [])


class Killed(WithSite):
    def test_a_parser_that_hangs_costs_the_mail_its_analysis_only(self):
        stopped = children_of(self.pid)
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        message = complaint(sender=self.site.customer())
        self.site.send(message)
        ticket = self.site.ticket_of(message)
        self.assertEqual(ticket["messages"][0]["guard"], "unparsed")
        self.assertEqual(ticket["outbox"], [])
        raw = self.redressd.redress(
            "show", "--raw", str(ticket["messages"][0]["id"]))
        self.assertIn("came in pieces", raw)
        for pid in set(stopped) & set(children_of(self.pid)):
            os.kill(pid, signal.SIGKILL)
        self.assert_alive_and_well()

    def test_parsers_killed_under_traffic_lose_nothing(self):
        numbers = itertools.count(1)
        couriers = [Courier(self.site, numbers) for _ in range(3)]
        chance = random.Random(5)
        killed = 0
        for courier in couriers:
            courier.start()
        try:
            while killed < 60:
                # The next ones, as soon as they are there.
                before = set(children_of(self.pid))
                for pid in before:
                    if chance.random() < 0.5:
                        with contextlib.suppress(ProcessLookupError):
                            os.kill(pid, signal.SIGKILL)
                            killed += 1
                done = sum(len(courier.accepted) for courier in couriers)
                wait_for(lambda d=done: sum(
                    len(courier.accepted) for courier in couriers) > d, 30,
                    "a mail to get through", self.redressd.log)
        finally:
            for courier in couriers:
                courier.finish()
        self.assertEqual(self.redressd.pid, self.pid)
        accepted = {}
        for courier in couriers:
            accepted.update(courier.accepted)
        rows = dict(self.redressd.store(
            "SELECT envelope_from, coalesce(guard, '') FROM message "
            "WHERE envelope_from LIKE 'courier%'"))
        self.assertEqual(
            set(rows), {sender for sender, _ in accepted.values()})
        self.assertLessEqual(set(rows.values()), {"", "unparsed"})
        for sender, guard in rows.items():
            if not guard:
                self.sink.wait(to=sender)
        self.assert_alive_and_well()


if __name__ == "__main__":
    unittest.main()
