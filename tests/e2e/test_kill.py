"""redressd is killed -9 again and again, while mails come in and go out:
nothing that was accepted is lost, and nothing is sent twice.

REDRESS_KILLS says how often; more take longer."""

import collections
import itertools
import os
import pathlib
import random
import re
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from servers import (  # noqa: E402
    MAILBOX, Courier, Site, Workplace, wait_for)

KILLS = int(os.environ.get("REDRESS_KILLS", "60"))
COURIERS = 3


class Killed(unittest.TestCase):
    def setUp(self):
        place = Workplace()
        self.addCleanup(place.close)
        self.site = Site(place, changes={
            "limits": {"automatic_per_minute": 0},
            # Of one dead process none is left to wait for.
            "parser": {"processes": 1},
        }, main="smtpd_client_connection_rate_limit = 0\n")
        self.sink, self.redressd = self.site.sink, self.site.redressd

    def kill_often(self):
        """Each time after the traffic has gone on for a moment; some moments
        are random, others right at a line of the log, such as the commit or
        the final dot."""
        chance = random.Random(20261121)
        marks = [None, "opened ", "acknowledged ", "handed-over ", "sent "]
        for number in range(KILLS):
            size = self.redressd.log_file.stat().st_size
            mark = marks[number % len(marks)]
            until = time.monotonic() + chance.uniform(0.0, 0.15)
            if mark:
                wait_for(lambda s=size, m=mark: m in self.log_from(s), 60,
                         f"{mark}in the log", self.redressd.log)
            else:
                wait_for(lambda u=until: time.monotonic() >= u)
            self.redressd.kill()
            self.redressd.start()

    def log_from(self, offset):
        with open(self.redressd.log_file, "rb") as log:
            log.seek(offset)
            return log.read().decode(errors="replace")

    def test_nothing_is_lost_and_nothing_is_sent_twice(self):
        numbers = itertools.count(1)
        couriers = [Courier(self.site, numbers) for _ in range(COURIERS)]
        for courier in couriers:
            courier.start()
        try:
            self.kill_often()
        finally:
            for courier in couriers:
                courier.finish()
        accepted = {}
        for courier in couriers:
            accepted.update(courier.accepted)
        attempts = sum(courier.attempts for courier in couriers)
        print(f"# {KILLS} kills, {len(accepted)} mails accepted in "
              f"{attempts} attempts", file=sys.stderr)
        self.assertGreater(len(accepted), KILLS / 2)
        self.finish()
        self.check_tickets(accepted)
        self.check_mails(accepted)

    def finish(self):
        """What waits is sent; what Postfix has is delivered."""
        self.wait_sent()
        # Killed around their final dot twice in a row: an operator decides.
        # Not one of them has been delivered, or it would be known.
        twice = self.redressd.store(
            "SELECT id FROM outbox WHERE state = 'unknown'")
        print(f"# {len(twice)} were killed twice around the dot",
              file=sys.stderr)
        if twice:
            self.redressd.redress("retry", *[str(row[0]) for row in twice])
            self.wait_sent()
        wait_for(lambda: not self.site.mta.queue(), 60, "an empty queue")

    def wait_sent(self):
        self.redressd.redress("retry", "--all")
        wait_for(lambda: not self.redressd.store(
            "SELECT 1 FROM outbox WHERE state IN "
            "('queued', 'leased', 'uncertain')"), 120, "an empty outbox",
            lambda: str(self.redressd.redress_json("outbox"))[:5000])

    def check_tickets(self, accepted):
        """One ticket and one message each, with the very bytes."""
        rows = self.redressd.store(
            "SELECT message_id, ticket_id, id FROM message")
        found = collections.Counter(row[0] for row in rows)
        self.assertEqual(
            [name for name in accepted if found[name] != 1], [])
        self.assertEqual(set(found) - set(accepted), set())
        self.assertEqual(len({row[1] for row in rows}), len(rows))
        for name, _, row in random.Random(1).sample(rows, 10):
            self.assertEqual(
                self.redressd.redress("show", "--raw", str(row)).encode(),
                accepted[name][1])

    def check_mails(self, accepted):
        """One acknowledgement for each ticket, in the customer's mailbox."""
        rows = self.redressd.store(
            "SELECT state, recipient, message_id FROM outbox")
        self.assertEqual({row[0] for row in rows}, {"sent"})
        self.assertEqual(
            collections.Counter(row[1] for row in rows),
            collections.Counter(sender for sender, _ in accepted.values()))
        arrived = collections.Counter()
        tickets = collections.Counter()
        for mail in self.sink.mails():
            if MAILBOX in mail.recipients:
                continue
            message = mail.message
            arrived[message["Message-ID"].strip("<>")] += 1
            tickets[message["X-Redress-Ticket"]] += 1
        self.assertEqual(
            [name for name, count in arrived.items() if count != 1], [])
        self.assertEqual(
            [name for name, count in tickets.items() if count != 1], [])
        self.check_missing([row[2] for row in rows if row[2] not in arrived])
        self.assertLessEqual(set(arrived), {row[2] for row in rows})
        log = self.redressd.log()
        known = len(re.findall('sent .*detail="handed over"', log))
        again = len(re.findall(" uncertain ticket=", log))
        print(f"# {len(arrived)} acknowledgements, each once; of those in the "
              f"air when it was killed {known} were known to be handed over, "
              f"{again} were sent once more", file=sys.stderr)

    def check_missing(self, missing):
        """Between the note of the answer and libmilter's write of it lie some
        microseconds in which a death leaves a record of what Postfix then
        refused.  Nothing else may be missing, and that hardly ever."""
        refused = re.findall(
            r"milter-reject: END-OF-MESSAGE from .* to=<(.*?)>",
            self.site.mta.log())
        for name in missing:
            recipient, = self.redressd.store(
                "SELECT recipient FROM outbox WHERE message_id = ?", name)[0]
            self.assertIn(recipient, refused)
        print(f"# {len(missing)} were recorded as handed over in the moment "
              "before Postfix refused them", file=sys.stderr)
        self.assertLessEqual(len(missing), 1 + KILLS // 1000)


if __name__ == "__main__":
    unittest.main()
