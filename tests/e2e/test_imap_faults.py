"""A proxy between redressd and Dovecot does what networks and servers do: it
cuts, trickles, stalls, lies and renumbers.  Afterwards each mail has exactly
one ticket and one acknowledgement, and redressd has neither spun nor grown.

REDRESS_CUTS says at how many byte positions connections are cut."""

import collections
import concurrent.futures
import email.policy
import imaplib
import os
import pathlib
import re
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from dovecot import Dovecot  # noqa: E402
from imap_proxy import (  # noqa: E402
    Bye, CutAt, EndInLiteral, Fault, Garbage, ImapProxy, Meanwhile, Renumber,
    Stall, Trickle)
from servers import (  # noqa: E402
    LOOPBACK, PROGRAMS, Workplace, complaint, wait_for)

CUTS = int(os.environ.get("REDRESS_CUTS", "2000"))
PASSWORD = "secret"
# Many logins: a process for each would take most of the time.
SHARED = """\
service imap-login {
  service_count = 0
}
service imap {
  service_count = 1000
}
"""
SANITIZED = "address" in (PROGRAMS / "CMakeCache.txt").read_text() \
    .partition("REDRESS_SANITIZE:")[2].partition("\n")[0]


class Box:
    """A mailbox behind a proxy, and the customers who write to it."""

    def __init__(self, place, dovecot, name):
        self.name, self.address = name, f"{name}@example.com"
        self.proxy = place.started(ImapProxy(dovecot.port))
        self.put_ids = {}   # Message-ID: sender
        self._client = imaplib.IMAP4(LOOPBACK, dovecot.port, timeout=60)
        self._client.login(name, PASSWORD)

    def put(self, count=1):
        for _ in range(count):
            sender = f"{self.name}-{len(self.put_ids)}@customer.example"
            message = complaint(
                f"Broken {len(self.put_ids)}", "It broke.\n", sender,
                self.address)
            # Before: redressd may be faster than the answer.
            self.put_ids[message["Message-ID"].strip("<>")] = sender
            kind, said = self._client.append(
                "INBOX", None, imaplib.Time2Internaldate(time.time()),
                message.as_bytes(policy=email.policy.SMTP))
            if kind != "OK":
                raise AssertionError(said)

    def close(self):
        self._client.logout()


class Faults(unittest.TestCase):
    def follow(self, count, **imap):
        """redressd on so many mailboxes."""
        self.place = Workplace()
        self.addCleanup(self.place.close)
        self.sink = self.place.sink()
        names = [f"box{number}" for number in range(count)]
        self.dovecot = self.place.started(Dovecot(
            self.place.subfolder("dovecot"), dict.fromkeys(names, PASSWORD),
            imap=True, extra=SHARED))
        self.boxes = [Box(self.place, self.dovecot, name) for name in names]
        for box in self.boxes:
            self.addCleanup(box.close)
        secret = self.place.subfolder("secrets") / "password"
        secret.write_text(PASSWORD + "\n")
        secret.chmod(0o600)
        self.redressd = self.place.redressd(
            submission=self.sink, start=False, changes={
                "milter": {"socket": ""},
                "limits": {"automatic_per_minute": 0},
                **{("mailbox", box.address): {
                    "language": "en", "answer_within": "8h",
                    "follow_up_every": "24h", "calendar": "always",
                    "team": "care",
                    "imap": {
                        "host": LOOPBACK, "port": box.proxy.port,
                        "tls": "none", "user": box.name,
                        "password_file": secret, **imap}}
                   for box in self.boxes}})
        self.redressd.start()
        for box in self.boxes:
            box.proxy.wait_idling()
        self.descriptors = self.count_descriptors()
        self.started = time.monotonic()

    def count_descriptors(self):
        return len(os.listdir(f"/proc/{self.redressd.pid}/fd"))

    def cpu_s(self):
        words = pathlib.Path(f"/proc/{self.redressd.pid}/stat").read_text() \
            .rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mib(self):
        """Its own memory; what is mapped of the store's file is not."""
        status = pathlib.Path(f"/proc/{self.redressd.pid}/status").read_text()
        return int(re.search(r"RssAnon:\s+(\d+)", status)[1]) / 1024

    def in_each(self, work):
        """work(number, box) for all at the same time."""
        with concurrent.futures.ThreadPoolExecutor(len(self.boxes)) as pool:
            list(pool.map(lambda pair: work(*pair), enumerate(self.boxes)))

    def check(self):
        """Each mail exactly once; all connections are up again."""
        expected = {key: sender for box in self.boxes
                    for key, sender in box.put_ids.items()}
        wait_for(lambda: self.redressd.store(
            "SELECT count(*) FROM message")[0][0] >= len(expected), 60,
            "the tickets", self.redressd.log)
        wait_for(lambda: not self.redressd.store(
            "SELECT 1 FROM outbox WHERE state IN "
            "('queued', 'leased', 'uncertain')"), 60, "an empty outbox")
        for box in self.boxes:
            box.proxy.wait_idling()
        rows = self.redressd.store("SELECT message_id, ticket_id FROM message")
        self.assertEqual(sorted(row[0] for row in rows), sorted(expected))
        self.assertEqual(len({row[1] for row in rows}), len(rows))
        arrived = collections.Counter(
            to for mail in self.sink.mails() for to in mail.recipients
            if to.endswith("@customer.example"))
        self.assertEqual(arrived, collections.Counter(expected.values()))
        wait_for(lambda: self.count_descriptors() <= self.descriptors + 5,
                 what="the descriptors to be closed",
                 details=lambda: f"{self.descriptors} before, "
                                 f"{self.count_descriptors()} now")
        print(f"# {len(expected)} mails, "
              f"{sum(box.proxy.count for box in self.boxes)} connections, "
              f"{time.monotonic() - self.started:.0f} s, {self.cpu_s():.1f} s "
              f"of processor time, {self.memory_mib():.0f} MiB",
              file=sys.stderr)


class CutAnywhere(Faults):
    BOXES = 50

    def two_cuts(self, box, at_start, at_news):
        """One while a mail comes, one while the next connection comes up;
        the one after is good, so that it is at once tried again."""
        connection, count = box.proxy.wait_idling(), box.proxy.count
        box.proxy.hold()
        box.proxy.meet(CutAt(at_start))
        connection.cut_after(at_news)
        box.put()
        connection.wait_closed()
        box.put()
        box.proxy.release()
        box.proxy.wait_connection(count + 1).wait_closed()

    def measure(self, box):
        """Bytes of a whole connection with a mail, and of news of a mail."""
        connection = box.proxy.wait_idling()
        before, count = connection.down, box.proxy.count
        connection.idling.clear()
        box.put()
        connection.idling.wait(60)
        news = connection.down - before
        box.proxy.hold()
        connection.close()
        box.put()
        box.proxy.release()
        again = box.proxy.wait_connection(count + 1)
        again.idling.wait(60)
        return again.down, news

    def test_cut_anywhere_loses_and_doubles_nothing(self):
        self.follow(self.BOXES)
        whole, news = self.measure(self.boxes[0])
        pairs = max(CUTS // 2, 1)
        memory = []

        def work(number, box):
            for at in range(number, pairs, len(self.boxes)):
                self.two_cuts(box, 1 + at * (whole - 1) // pairs,
                              at * news // pairs)
                if number == 0:
                    memory.append(self.memory_mib())

        self.in_each(work)
        print(f"# {2 * pairs} cuts in the first {whole} bytes of connections "
              f"and in the {news} bytes after news", file=sys.stderr)
        self.check()
        # A tenth of a second for each connection and its mails would be much.
        self.assertLess(self.cpu_s(), 10 + 0.1 * sum(
            box.proxy.count for box in self.boxes))
        print("# MiB: " + " ".join(f"{mib:.0f}" for mib in memory),
              file=sys.stderr)
        # The store's page cache fills; nothing else may grow.
        if not SANITIZED:
            self.assertLess(self.memory_mib(),
                            memory[len(memory) // 4] + 30)


class Weather(Faults):
    """Each case: what the next connections meet, with mails that wait."""

    def with_mails_waiting(self, box, *faults, count=3):
        connection, number = box.proxy.wait_idling(), box.proxy.count
        box.proxy.hold()
        connection.close()
        box.put(count)
        box.proxy.meet(*faults)
        box.proxy.release()
        return number + len(faults)

    def meets(self, *faults, **options):
        """All in mailboxes of their own, each list one after the other."""
        self.follow(len(faults), **options)

        def work(number, box):
            last = self.with_mails_waiting(box, *faults[number])
            box.proxy.wait_connection(last)
            box.proxy.wait_idling()

        self.in_each(work)

    def test_a_byte_at_a_time_is_enough(self):
        self.meets([Trickle()], [Trickle()])
        self.check()
        self.assertLess(self.cpu_s(), 20)

    def test_silence_is_waited_out_and_told(self):
        places = (0, 30, 400, 900, 1500, 2500)
        self.meets(*([Stall(place)] for place in places), timeout="1s")
        self.check()
        self.redressd.wait_log("mailbox in trouble")
        self.assertLess(self.cpu_s(), 10)

    def test_garbage_ends_a_connection_and_nothing_else(self):
        places = (0, 30, 400, 900, 1500, 2500)
        self.meets(*([Garbage(place, 1), Garbage(place + 7, 2)]
                     for place in places), timeout="2s")
        self.check()
        self.assertLess(self.cpu_s(), 10)

    def test_end_inside_a_literal_is_no_mail(self):
        faults = [EndInLiteral(), EndInLiteral()]
        self.meets(faults)
        self.assertEqual([fault.met for fault in faults], [True, True])
        self.check()
        self.assertLess(self.cpu_s(), 10)

    def test_bye_is_told_and_overcome(self):
        faults = [Bye(rb"^\* OK"), Bye(rb"^\* FLAGS"),
                  Bye(rb"^\* \d+ FETCH"), Bye(rb"^\* \d+ FETCH \(.*BODY"),
                  Bye(rb"^\S+ OK Store"), Bye(rb"^\+ idling")]
        self.meets(*([fault] for fault in faults))
        self.assertEqual([fault.met for fault in faults], [True] * 6)
        self.check()
        self.assertRegex(self.redressd.log(), "going down")

    def test_renumbered_50_times_and_answered_once(self):
        self.follow(1)
        box, = self.boxes
        renumber = Renumber(1000)
        self.with_mails_waiting(box, renumber)
        while renumber.times < 50:
            connection = box.proxy.wait_idling()
            connection.idling.clear()
            box.put()
            wait_for(connection.idling.is_set, 30, "the next look",
                     self.redressd.log)
        self.check()
        self.assertIn("anew", self.redressd.log())

    def test_mail_told_of_while_another_is_fetched_is_taken_at_once(self):
        self.follow(1)
        box, = self.boxes
        self.with_mails_waiting(box, Meanwhile(box.put))
        wait_for(lambda: len(box.put_ids) == 4, what="the fetch")
        self.check()

    def test_refused_at_once_is_no_reason_to_spin(self):
        self.follow(1)
        box, = self.boxes

        class Refuse(Fault):
            def down(self, connection, data):
                connection.close()

        before = self.cpu_s()
        box.proxy.always = Refuse
        count = box.proxy.count
        box.proxy.wait_idling().close()
        box.proxy.wait_connection(count + 3)
        self.assertLess(self.cpu_s() - before, 1)
        box.proxy.always = None
        box.put()
        self.check()


if __name__ == "__main__":
    unittest.main()
