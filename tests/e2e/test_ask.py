"""Agents ask the customer for facts: on a real Postfix with real SMTP AUTH,
the ticket waits, reminds, and goes on with the answer."""

import datetime
import pathlib
import re
import sys
import textwrap
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from agents import (  # noqa: E402
    INTERNAL, MARI, AgentSite, answer, everything, files_of, write_with_mutt)
from servers import MAILBOX, Workplace, wait_for  # noqa: E402

COLOUR = "Which colour did you order?"
LABEL = "What does the label on the parcel say, <b>word</b> & word?"
WORDS = "Dear Ann,\n\nI am looking into it and need two things."

# A type of complaint whose customers are not waited for long.
HASTY = {"applies_to": ["type:hasty"], "remind_after": "2s", "reminders": 1,
         "end_waiting_after": "2s"}


def interleaved(mail, answers):
    """What a customer writes who answers below each question: the mail is
    quoted, the answers stand below the lines that begin with their keys."""
    lines = [f"On {mail.message['Date']}, {mail.message['From']} wrote:"]
    for line in mail.text().strip().splitlines():
        lines.append(f"> {line}")
        for number, words in answers.items():
            if line.startswith(f"{number}. "):
                lines += ["", words, ""]
    return "\n".join(lines) + "\n"


class Asking(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        place = Workplace()
        cls.addClassCleanup(place.close)
        cls.site = AgentSite(
            place, {("policy", "hasty"): HASTY},
            {"collision_window": "0s", "policies": ["hasty"]})
        cls.sink, cls.redressd = cls.site.sink, cls.site.redressd

    def setUp(self):
        self.ticket, self.copy = self.site.begun()

    def state(self):
        return self.site.state(self.ticket)

    def ask(self, text=f"{WORDS}\n\n#ask {COLOUR}\n#ask {LABEL}\n"):
        """Mail number two of the customer's."""
        self.site.tell(self.copy, text)
        return self.site.to_customer(self.ticket, 2)

    def wait_mail(self, pattern, count=1):
        """The newest mail to the customer whose text a pattern finds."""
        return wait_for(
            lambda: [mail for mail in
                     self.sink.mails(to=self.ticket["customer"])
                     if re.search(pattern, mail.text())][count - 1:], 30,
            f"“{pattern}” to the customer", self.redressd.log)[-1]

    def assert_nothing_internal(self, mail):
        for text in (everything(mail), mail.data.decode("latin-1")):
            for word in INTERNAL:
                self.assertNotIn(word, text.casefold())
        self.assertNotRegex(everything(mail), r"(?mi)#\s*(ask|type)\b")

    # -- asking

    def test_the_customer_gets_numbered_questions_below_the_words(self):
        mail = self.ask()
        self.assertEqual(mail.recipients, (self.ticket["customer"],))
        self.assertEqual(mail.message["From"].addresses[0].addr_spec, MAILBOX)
        self.assertEqual(mail.message["Auto-Submitted"], "no")
        self.assertEqual(self.site.dns.verify(mail.data), ["example.com"])
        self.assertRegex(
            mail.text(), re.escape(WORDS) + r"\n+1\. "
            + re.escape(COLOUR) + r"\n+2\. " + re.escape(LABEL) + "\n")
        self.assertIn(f"2. {LABEL}", " ".join(everything(mail).split()))
        self.assertIn("&lt;b&gt;word&lt;/b&gt; &amp; word", mail.text("html"))
        self.assert_nothing_internal(mail)

    def test_the_ticket_waits_and_says_for_what(self):
        self.ask()
        after = self.state()
        self.assertEqual(after["state"], "waiting")
        self.assertEqual(after["questions"], [COLOUR, LABEL])
        self.assertEqual(after["reminders"], 0)
        asked = datetime.datetime.fromisoformat(after["asked_at"])
        self.assertLess(abs(datetime.datetime.now(
            datetime.timezone.utc) - asked).total_seconds(), 60)
        self.assertIsNone(after["promised_by"])
        self.assertIsNone(after["next_update_at"])
        self.assertEqual(self.site.promise(self.ticket)["outcome"], "kept")
        self.assertIn(self.ticket["ref"], [
            row["ref"] for row in self.redressd.redress_json(
                "list", "--state", "waiting")])
        shown = self.redressd.redress("show", self.ticket["ref"])
        self.assertRegex(shown, r"(?m)^Questions\n\s+Which colour.*\n\s+What")
        self.site.idle()
        self.assertEqual(self.sink.mails(to=MARI, ticket=self.ticket["ref"]),
                         [])

    def test_a_file_goes_along(self):
        path = self.site.place.subfolder("files") / "form.bin"
        path.write_bytes(bytes(range(256)) + b"\r\n#ask me\r\n")
        write_with_mutt(self.site, self.copy, f"#ask {COLOUR}\n",
                        attach=[path])
        mail = self.site.to_customer(self.ticket, 2)
        self.assertIn(f"1. {COLOUR}", mail.text())
        self.assertEqual(files_of(mail), {"form.bin": path.read_bytes()})

    def test_a_question_that_the_client_broke_is_whole_again(self):
        question = ("Do you remember the colour of the box and also of the "
                    "lamp that was in it, or the name of the shop?")
        broken = textwrap.fill(f"#ask {question}", 72)
        self.assertIn("\n", broken)
        mail = self.ask(f"{WORDS}\n\n{broken}\n#ask {COLOUR}\n")
        self.assertIn(f"1. {question}", " ".join(mail.text().split()))
        self.assertEqual(self.state()["questions"], [question, COLOUR])
        self.assert_nothing_internal(mail)

    def test_no_question_is_no_mail_and_the_agent_hears_why(self):
        self.site.tell(self.copy, f"{WORDS}\n\n#ask\n")
        mail = self.site.result(MARI, self.ticket, "#ask")
        self.assertIn("Write the question behind it", mail.text())
        self.site.idle()
        self.assertEqual(len(self.sink.mails(to=self.ticket["customer"])), 1)
        self.assertEqual(self.state()["state"], "open")

    def test_an_operator_asks_from_the_command_line(self):
        self.redressd.redress("ask", self.ticket["ref"], COLOUR, LABEL,
                              "--text", WORDS)
        mail = self.site.to_customer(self.ticket, 2)
        self.assertIn(WORDS, mail.text())
        self.assertIn(f"2. {LABEL}", mail.text())
        self.assertEqual(self.state()["questions"], [COLOUR, LABEL])
        self.redressd.redress("ask", self.ticket["ref"], exit_status=2)
        self.redressd.redress("ask", self.ticket["ref"], "two\nlines?",
                              exit_status=2)

    # -- going on

    def test_answers_below_the_questions_make_it_go_on(self):
        mail = self.ask()
        message = answer(mail, interleaved(
            mail, {1: "A red one, I believe.", 2: "FRAGILE, in capitals."}),
            sender=self.ticket["customer"], quote=False)
        self.site.from_outside(message)
        copy = self.site.copy_of(message)
        self.assertEqual(copy.header["X-Redress-Ticket"], self.ticket["ref"])
        for words in ("A red one, I believe.", "FRAGILE, in capitals."):
            self.assertIn(words, copy.text())
        self.site.wait_event(self.ticket, "resumed")
        status = self.wait_mail("Thank you for your answer to our")
        self.assertIn("answers you by the time given here", status.text())
        after = self.state()
        self.assertEqual(after["state"], "open")
        self.assertEqual(after["questions"], [])
        self.assertIsNone(after["asked_at"])
        self.assertIsNotNone(after["promised_by"])
        self.assertEqual(self.site.promise(self.ticket)["outcome"], "open")
        for words in ("A red one, I believe.", "FRAGILE, in capitals."):
            self.assertIn(words, after["messages"][-1]["text"])
        # The team answers that copy as any other.
        self.site.tell(copy, "Dear Ann,\n\nA red one is on its way.\n")
        self.assert_nothing_internal(self.wait_mail("is on its way"))

    def test_who_is_away_or_asks_how_it_stands_is_still_asked(self):
        mail = self.ask()
        self.site.from_customer(
            self.ticket, mail, "I am away until Monday.\n",
            Auto_Submitted="auto-replied", Subject="Out of office")
        self.site.from_customer(self.ticket, mail, "STATUS\n")
        status = self.wait_mail("look forward to your reply")
        self.assertEqual(status.message["Auto-Submitted"], "auto-replied")
        after = self.state()
        self.assertEqual(after["state"], "waiting")
        self.assertEqual(after["questions"], [COLOUR, LABEL])
        self.assertNotIn("resumed", self.site.events(self.ticket))

    # -- the end

    def test_it_reminds_then_rests_and_a_late_answer_opens_it(self):
        mail = self.ask(f"#type hasty\n\n{WORDS}\n\n#ask {COLOUR}\n")
        reminder = self.wait_mail("once more")
        self.assertIn(f"1. {COLOUR}", reminder.text())
        self.assertNotIn(WORDS, reminder.text())
        self.assertEqual(reminder.message["Auto-Submitted"], "auto-generated")
        self.assertGreaterEqual(reminder.arrived - mail.arrived, 1.5)
        self.assert_nothing_internal(reminder)
        self.site.wait_event(self.ticket, "unanswered")
        self.assertEqual(self.state()["state"], "resolved")
        last = self.site.to_customer(self.ticket, 4)
        self.assertEqual([row["kind"] for row in self.state()["outbox"]
                          if row["to"] == self.ticket["customer"]],
                         ["ack", "need-info", "need-info", "resolved"])
        self.assert_nothing_internal(last)
        message = self.site.from_customer(
            self.ticket, reminder, "Sorry, I was away. A red one.\n")
        self.assertIn("A red one.", self.site.copy_of(message).text())
        self.site.wait_event(self.ticket, "reopened")
        self.wait_mail("Thank you for your answer to our")
        after = self.state()
        self.assertEqual(after["state"], "open")
        self.assertEqual(after["questions"], [])
        self.assertIsNotNone(after["promised_by"])


if __name__ == "__main__":
    unittest.main()
