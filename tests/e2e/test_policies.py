"""What a policy promises is told, kept as rows, and told anew before it is
broken, so often and not once more; its letters arrive."""

import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from servers import (  # noqa: E402
    MAILBOX, SOURCE, Site, Workplace, wait_for)

SUPERVISOR = "lead@example.com"
VIP = "queen@palace.example"


def times(mail):
    """What the text of a mail says after its labels."""
    return dict(re.findall(r"^([^\n:]+): (\w+ \d+ \w+ \d{4} at .+)$",
                           mail.text(), re.M))


class WithPolicies(unittest.TestCase):
    policies = ("royal", "slow")

    @classmethod
    def setUpClass(cls):
        place = Workplace()
        cls.addClassCleanup(place.close)
        words = place.subfolder("words")
        letters = words / "canned" / "en"
        letters.mkdir(parents=True)
        (letters / "slow-letter.txt").write_text(
            "We have not finished by today. You may ask the ombudsman about "
            "{{reference}}.\n")
        cls.site = Site(place, changes={
            "templates": [SOURCE / "templates", words],
            "limits": {"automatic_per_thread_per_day": 1000},
            ("policy", "royal"): {
                "applies_to": ["vip", "urgent"],
                "answer_within": "1h",
                "late_most": 0,
            },
            ("policy", "slow"): {
                "applies_to": ["type:slow"],
                "letters": ["1s slow-letter"],
            },
            ("mailbox", MAILBOX): {
                "policies": list(cls.policies),
                "vip": [VIP],
                "resolve_within": "5d",
                "late_most": 1,
            },
        })
        cls.redressd, cls.sink = cls.site.redressd, cls.site.sink

    def begun(self, **headers):
        ticket = self.site.complain(**headers)
        return ticket, self.sink.wait(to=ticket["customer"])

    def promises(self, ticket, kind=None):
        rows = self.redressd.store(
            "SELECT kind, due_at, words, outcome FROM promise WHERE ticket_id "
            "= (SELECT id FROM ticket WHERE reference = ?) ORDER BY id",
            ticket["ref"])
        names = ("kind", "due_at", "words", "outcome")
        return [dict(zip(names, row, strict=True)) for row in rows
                if kind in (None, row[0])]


class Policies(WithPolicies):
    def test_what_is_told_is_a_row_in_the_same_words(self):
        ticket, ack = self.begun()
        told = times(ack)
        rows = self.promises(ticket)
        self.assertEqual(sorted(row["kind"] for row in rows),
                         ["answer", "settlement", "update"])
        for row in rows:
            label, _, words = row["words"].partition(": ")
            self.assertEqual(told[label], words)
            self.assertIsNone(row["outcome"])

    def test_a_vip_is_promised_more(self):
        plain, plain_ack = self.begun()
        royal, royal_ack = self.begun(sender=VIP)
        label = "You will have our answer by"
        self.assertNotEqual(times(plain_ack)[label], times(royal_ack)[label])
        self.assertLess(royal["promised_by"], plain["promised_by"])

    def test_a_new_time_is_named_once_and_then_a_person_must(self):
        ticket, _ = self.begun()
        self.redressd.make_due(ticket["ref"], "promise")
        first = self.sink.wait(to=ticket["customer"], subject="A new time")
        self.assertIn("You will have our answer by", times(first))
        self.redressd.make_due(ticket["ref"], "promise")
        second = self.sink.wait(to=ticket["customer"],
                                subject="takes longer")
        self.assertNotIn("You will have our answer by", times(second))
        self.assertIn("not naming a new time", second.text())
        self.assertIsNone(self.redressd.ticket(ticket["ref"])["promised_by"])
        self.assertEqual(
            [row["outcome"] for row in self.promises(ticket, "answer")],
            ["broken", "broken"])
        self.sink.wait(count=2, to=SUPERVISOR, subject="a promise")

    def test_a_matter_that_takes_longer_is_told_too(self):
        ticket, ack = self.begun()
        label = "The whole matter is to be settled by"
        self.redressd.make_due(ticket["ref"], "settle")
        word = self.sink.wait(to=ticket["customer"], subject="A new time")
        self.assertEqual(times(word)["We had promised to settle it by"],
                         times(ack)[label])
        self.assertIn(label, times(word))
        self.assertEqual(
            [row["outcome"] for row in self.promises(ticket, "settlement")],
            ["broken", None])
        # The answer is promised as it was.
        before, now = self.promises(ticket, "answer")
        self.assertEqual(before["due_at"], now["due_at"])
        self.assertEqual((before["outcome"], now["outcome"]),
                         ("replaced", None))

    def test_an_agents_reason_is_told_with_the_new_time(self):
        ticket, _ = self.begun()
        self.redressd.store(
            "UPDATE ticket SET update_words = ? WHERE reference = ?",
            "The courier looks for it.", ticket["ref"])
        self.redressd.make_due(ticket["ref"], "promise")
        word = self.sink.wait(to=ticket["customer"], subject="A new time")
        self.assertIn("The courier looks for it.", word.text())
        self.assertNotIn("we have not been able to finish", word.text())

    def test_a_letter_comes_once_when_its_policy_applies(self):
        other, _ = self.begun()
        ticket, _ = self.begun()
        self.redressd.redress("type", ticket["ref"], "slow")
        letter = wait_for(
            lambda: [mail for mail in self.sink.mails(to=ticket["customer"])
                     if "ombudsman" in mail.text()], what="the letter")[0]
        self.assertIn(f"about {ticket['ref']}.", letter.text())
        self.assertIn("ombudsman", letter.text("html"))
        events = [event for event
                  in self.redressd.ticket(ticket["ref"])["events"]
                  if event["what"] == "letter-due"]
        self.assertEqual(len(events), 1)
        self.assertFalse(any("ombudsman" in mail.text() for mail
                             in self.sink.mails(to=other["customer"])))

    def test_a_resolution_keeps_what_was_promised(self):
        ticket, _ = self.begun()
        self.redressd.redress("resolve", "--text", "Sent.", ticket["ref"])
        self.sink.wait(to=ticket["customer"], subject="settled")
        rows = self.promises(ticket)
        self.assertEqual({row["outcome"] for row in rows}, {"kept"})


if __name__ == "__main__":
    unittest.main()
