"""A mailbox that takes complaints only: the rest passes as it is; who
complains is told, and corrected."""

import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from servers import (  # noqa: E402
    MAILBOX, Site, Workplace, complaint, program)

QUESTION = ("Hello, could you tell me your opening hours on Saturday, and "
            "how much does the blue kettle cost? Thank you.\n")


def question():
    return complaint("Opening hours", QUESTION)


class Accept(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        place = Workplace()
        cls.addClassCleanup(place.close)
        cls.site = Site(place, changes={
            ("mailbox", MAILBOX): {"accept": "complaints"}})
        cls.redressd = cls.site.redressd

    def tool(self, *arguments):
        done = subprocess.run(
            [program("redress"), *arguments, "--json", "--config",
             self.redressd.config_file], stdout=subprocess.PIPE, check=True,
            timeout=60, text=True)
        return json.loads(done.stdout)

    def test_what_is_no_complaint_is_delivered_untouched(self):
        message = question()
        self.site.send(message)
        copy = self.site.copy_of(message)
        self.assertEqual(copy.message["Subject"], "Opening hours")
        self.assertNotIn("X-Redress-Ticket", copy.message)
        self.assertEqual(self.redressd.store(
            "SELECT id FROM message WHERE message_id = ?",
            message["Message-ID"].strip("<>")), [])
        self.redressd.wait_log("mail passed")

    def test_a_complaint_is_taken(self):
        message = complaint()
        self.site.send(message)
        self.assertIn("X-Redress-Ticket", self.site.copy_of(message).message)

    def test_ingest_says_what_passed_and_why(self):
        path = self.redressd.folder / "question.eml"
        path.write_bytes(question().as_bytes())
        told = self.tool("ingest", path, "--to", MAILBOX)
        self.assertEqual(told["result"], "passed")
        self.assertEqual(told["refs"], [])
        self.assertIn("question: 'opening hours'", told["passed"])
        analysis = self.tool("analyze", path)
        self.assertLess(analysis["complaint_score"], 0.4)
        self.assertIn("question: 'opening hours'",
                      analysis["complaint_reasons"])

    def test_a_judgement_is_shown_and_corrected(self):
        reference = self.site.complain(
            "Kettle", "THE KETTLE LEAKS!!!!! You are thieves. My lawyer will "
                      "write to you.\n")["ref"]
        ticket = self.tool("show", reference)
        self.assertEqual(ticket["complainer"], "aggressive")
        self.assertIn("'lawyer'", ticket["complainer_reason"])
        self.tool("correct", reference, "--complainer", "none",
                  "--urgency", "1")
        ticket = self.tool("show", reference)
        self.assertIsNone(ticket["complainer"])
        self.assertEqual(ticket["urgency"], 1)
        self.assertEqual(
            [(row["what"], row["judged"], row["corrected"])
             for row in ticket["corrections"]],
            [("complainer", "aggressive", "none"), ("urgency", "2", "1")])


if __name__ == "__main__":
    unittest.main()
