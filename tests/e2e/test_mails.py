#!/usr/bin/env python3
"""Each mail to customers, in every language, as another program reads it: what
Python's email package takes from its bytes is what was meant, word for word.

    tests/e2e/test_mails.py --update     makes tests/golden/mails/ anew

after a change of the templates; then read what changed."""

import os
import pathlib
import re
import shutil
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
os.environ.setdefault("REDRESS_PROGRAMS", str(ROOT / "build/release"))
import samples  # noqa: E402

MAILS = samples.GOLDEN / "mails"

# What people see of a header, and what programs go by.
HEADERS = ("From", "To", "Reply-To", "Subject", "Auto-Submitted",
           "Content-Language")

LINE_MOST = 998           # RFC 5322, 2.1.1
ANSWERS = ("ack", "status")
# A person's words are sent in these, but not in those.
WRITTEN = ("reply", "resolved", "need-info")
UNWRITTEN = ("resolved-by-customer", "resolved-unanswered",
             "need-info-reminder")


def golden_path(mail):
    return MAILS / mail.language / f"{mail.name}.txt"


def golden(mail, message):
    """A mail as a person may read it in a file."""
    lines = [f"{name}: {message[name]}" for name in HEADERS]
    return "\n".join(lines) + "\n\n" + content(message, "plain")


def content(message, kind):
    return message.get_body(preferencelist=(kind,)) \
        .get_content().replace("\r\n", "\n")


def defects(message):
    """What the parser complains of, in any part and any header."""
    found = []
    for part in message.walk():
        found += part.defects
        for value in part.values():
            found += getattr(value, "defects", ())
    return found


class Mails(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.mails = [(mail, mail.message()) for mail
                     in samples.render(pathlib.Path(folder.name))
                     if not mail.to_staff]

    def test_every_word_is_as_somebody_read_it_last(self):
        kept = {str(path.relative_to(MAILS).with_suffix(""))
                for path in MAILS.rglob("*.txt")}
        self.assertEqual(kept, {str(mail) for mail, _ in self.mails},
                         "tests/e2e/test_mails.py --update, and read")
        for mail, message in self.mails:
            with self.subTest(str(mail)):
                self.assertEqual(
                    golden(mail, message),
                    golden_path(mail).read_text(encoding="utf-8"))

    def test_every_language_has_every_kind(self):
        names = {}
        for mail, _ in self.mails:
            names.setdefault(mail.language, set()).add(mail.name)
        for language, its in names.items():
            self.assertEqual(its, names["en"], language)
        self.assertGreaterEqual(len(names["en"]), 18)

    def test_the_parser_finds_nothing_wrong(self):
        for mail, message in self.mails:
            with self.subTest(str(mail)):
                self.assertEqual(defects(message), [])

    def test_text_and_html_are_alternatives_in_utf_8(self):
        for mail, message in self.mails:
            with self.subTest(str(mail)):
                self.assertEqual(message.get_content_type(),
                                 "multipart/alternative")
                parts = [(part.get_content_type(), part.get_content_charset())
                         for part in message.iter_parts()]
                self.assertEqual(parts, [("text/plain", "utf-8"),
                                         ("text/html", "utf-8")])

    def test_lines_are_short_end_in_crlf_and_headers_are_ascii(self):
        for mail, _ in self.mails:
            with self.subTest(str(mail)):
                self.assertNotRegex(mail.mime, rb"[^\r]\n|\r[^\n]")
                self.assertLessEqual(
                    max(map(len, mail.mime.split(b"\r\n"))), LINE_MOST)
                self.assertTrue(mail.mime.isascii())

    def test_what_was_written_is_what_is_read(self):
        for mail, message in self.mails:
            with self.subTest(str(mail)):
                self.assertEqual(content(message, "plain"), mail.text)
                self.assertEqual(content(message, "html"), mail.html)

    def test_both_parts_tell_the_same_facts(self):
        for mail, message in self.mails:
            with self.subTest(str(mail)):
                page = samples.Document(content(message, "html"))
                self.assertEqual(page.wrong, [])
                self.assertIn(samples.REFERENCE, page.text)
                self.assertIn(samples.REFERENCE, mail.text)
                # Of times, hours and questions; addresses of links are a
                # browser's business.
                self.assertEqual(
                    samples.numbers(self.without_links(mail.text)),
                    samples.numbers(self.without_links(page.text)))

    @staticmethod
    def without_links(text):
        return re.sub(r"(https?|mailto):\S+", "", text)

    def test_the_questions_are_put_in_both_parts(self):
        asking = [(mail, message) for mail, message in self.mails
                  if mail.name.startswith("need-info")]
        self.assertTrue(asking)
        for mail, message in asking:
            page = samples.Document(content(message, "html"))
            questions = re.findall(r"^\s*[1-9][.)]\s+(.+)$", mail.text, re.M)
            self.assertEqual(len(questions), samples.QUESTIONS, str(mail))
            for question in questions:
                self.assertIn(" ".join(question.split()), page.text)

    def test_a_promise_is_told_on_the_clock_of_the_language(self):
        for mail, _ in self.mails:
            with self.subTest(str(mail)):
                if not mail.promises:
                    continue
                told = samples.promised_in(mail.language)
                self.assertRegex(mail.text, samples.clock_in(mail.language))
                self.assertIn(str(told.year), mail.text)

    def test_machines_can_tell_that_a_machine_wrote(self):
        for mail, message in self.mails:
            with self.subTest(str(mail)):
                kind = "auto-replied" if mail.name.startswith(ANSWERS) \
                    else "no" if mail.name.startswith(WRITTEN) \
                    and mail.name not in UNWRITTEN else "auto-generated"
                self.assertEqual(message["Auto-Submitted"], kind)
                self.assertEqual(message["X-Redress-Ticket"],
                                 samples.REFERENCE)
                self.assertEqual(message["Content-Language"], mail.language)


def update():
    with tempfile.TemporaryDirectory() as folder:
        mails = [mail for mail in samples.render(pathlib.Path(folder))
                 if not mail.to_staff]
        shutil.rmtree(MAILS, ignore_errors=True)
        for mail in mails:
            path = golden_path(mail)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(golden(mail, mail.message()), encoding="utf-8")
    print(f"{len(mails)} mails in {MAILS}")


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        update()
    else:
        unittest.main()
