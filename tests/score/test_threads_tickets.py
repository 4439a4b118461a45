"""Which mails get into one ticket, taken in as old mail, one after the other as
they were written.  New mail is held to more: who takes no part in a ticket
does not get into it by an id that others made, but gets one of their own, and
an acknowledgement."""

import json
import pathlib
import subprocess
import sys
import unittest

import corpora
import test_threads

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from servers import MAILBOX, Workplace, program  # noqa: E402


class Tickets(unittest.TestCase):
    def ingest(self, files):
        """The ticket's reference of each file."""
        place = Workplace()
        self.addCleanup(place.close)
        redressd = place.redressd(start=False)
        done = subprocess.run(
            [program("redress"), "ingest", "--json", "--no-acknowledge",
             "--to", MAILBOX, "--config", redressd.config_file, *files],
            stdout=subprocess.PIPE, check=True, timeout=120, text=True)
        told = [json.loads(line) for line in done.stdout.splitlines()]
        return [one["refs"][0] if one["refs"] else None for one in told]

    def test_a_conversation_is_one_ticket(self):
        folder = corpora.folder("threads")
        for name in test_threads.TSVS:
            rows = sorted(test_threads.table(folder / name), key=lambda row:
                          test_threads.date_of(folder / row[2]))
            tickets = self.ingest([folder / file for _, _, file in rows])
            wanted, found = (test_threads.pairs(threads) for threads in (
                {row[1]: row[0] for row in rows},
                {row[1]: ticket or row[1]
                 for row, ticket in zip(rows, tickets)}))
            score = test_threads.f1(wanted, found)
            print(f"tickets: {name} pairwise F1 {score:.3f}",
                  *sorted(wanted ^ found), sep="\n# ")
            with self.subTest(name):
                self.assertEqual(score, 1.0)


if __name__ == "__main__":
    unittest.main()
