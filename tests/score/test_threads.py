"""Which mails belong together, by their ids alone: as the engine does it, which
knows a ticket by the ids of its mails and by those that they refer to."""

import collections
import email
import email.utils
import itertools
import random
import unittest

import corpora

TSVS = ("threads-default.tsv", "threads-threading-ghost-root.tsv",
        "threads-threading-parent-priority.tsv")


def table(path):
    """(thread, Message-ID, file) of each line."""
    with open(path, encoding="utf-8") as file:
        return [line.rstrip("\n").split("\t") for line in file
                if line.strip()]


def date_of(path):
    with open(path, "rb") as file:
        mail = email.message_from_binary_file(file)
    return email.utils.parsedate_to_datetime(mail["Date"]).timestamp()


class Tickets:
    """Sets of ids that belong together.  A mail joins the tickets of all ids
    that it names, seen or not, and names them for those who come later."""

    def __init__(self):
        self._ticket = {}

    def _find(self, identifier):
        while self._ticket.setdefault(identifier, identifier) != identifier:
            identifier = self._ticket[identifier]
        return identifier

    def join(self, identifiers):
        first, *others = identifiers
        for other in others:
            self._ticket[self._find(other)] = self._find(first)

    def of(self, identifier):
        return self._find(identifier)


def pairs(threads):
    """All pairs of mails that are in one thread."""
    groups = collections.defaultdict(list)
    for mail, thread in threads.items():
        groups[thread].append(mail)
    return {pair for group in groups.values()
            for pair in itertools.combinations(sorted(group), 2)}


def f1(wanted, found):
    right = len(wanted & found)
    return 2 * right / (len(wanted) + len(found)) if wanted or found else 1.0


class Threads(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = corpora.folder("threads")
        cls.rows = {name: table(folder / name) for name in TSVS}
        cls.found, cls.dates = {}, {}
        for rows in cls.rows.values():
            files = [folder / file for _, _, file in rows]
            for path, mail in zip(files, corpora.analyze(files)):
                name = str(path.relative_to(folder))
                cls.found[name] = mail
                cls.dates[name] = date_of(path)

    def test_every_message_id_is_read(self):
        wrong = [(file, identifier, self.found[file]["message_id"])
                 for rows in self.rows.values()
                 for _, identifier, file in rows
                 if self.found[file]["message_id"] != identifier]
        self.assertEqual(wrong, [])

    def threads(self, rows):
        tickets = Tickets()
        for _, _, file in rows:
            mail = self.found[file]
            tickets.join([mail["message_id"], *mail["references"]])
        return {identifier: tickets.of(identifier)
                for _, identifier, _ in rows}

    def test_references_join_what_belongs_together(self):
        for name, rows in self.rows.items():
            wanted = pairs({identifier: thread
                            for thread, identifier, _ in rows})
            found = pairs(self.threads(rows))
            print(f"threads: {name} pairwise F1 {f1(wanted, found):.3f}",
                  *sorted(wanted ^ found), sep="\n# ")
            with self.subTest(name):
                self.assertEqual(f1(wanted, found), 1.0)

    def test_no_ticket_need_be_merged_in_the_order_of_writing(self):
        """Each mail goes to the first ticket that knows one of its ids, as the
        engine's do, and no two tickets become one later."""
        for name, rows in self.rows.items():
            known, ticket_of = {}, {}
            for number, (_, identifier, _, mail) in enumerate(sorted(
                    ((*row, self.found[row[2]]) for row in rows),
                    key=lambda row: self.dates[row[2]])):
                names = [identifier, *mail["references"]]
                ticket = next((known[name] for name in names
                               if name in known), number)
                ticket_of[identifier] = ticket
                for one in names:
                    known.setdefault(one, ticket)
            wanted = pairs({identifier: thread
                            for thread, identifier, _ in rows})
            with self.subTest(name):
                self.assertEqual(f1(wanted, pairs(ticket_of)), 1.0)

    def test_the_order_of_arrival_does_not_count(self):
        for name, rows in self.rows.items():
            wanted = pairs(self.threads(rows))
            for seed in range(20):
                shuffled = random.Random(seed).sample(rows, len(rows))
                with self.subTest(name, seed=seed):
                    self.assertEqual(pairs(self.threads(shuffled)), wanted)


if __name__ == "__main__":
    unittest.main()
