"""Real bounces, abuse reports and vacation mails, and mail of people."""

import collections
import functools
import unittest

import corpora

# All of the kinds, and this share of the DSN classes.
AIM_CLASS = 540 / 563

KINDS = {
    "bounce": "bounce",
    "delivered": "bounce",  # it worked, but it is a delivery report
    "feedback": "feedback-report",
    "vacation": "auto-reply",
}

# Where the corpus is judged wrong: it calls "not yet" a failure of class 5, or
# takes another line of the transcript than the one that the report is about.
DISPUTED_CLASS = {
    "mail/lhost-gmail-08.eml": "a delay, retried for two days more",
    "mail/lhost-opensmtpd-04.eml": "a delay",
    "mail/lhost-opensmtpd-06.eml": "a delay",
    "mail/lhost-opensmtpd-12.eml": "a delay, Status: 4.0.0",
    "mail/lhost-opensmtpd-15.eml": "a delay",
    "mail/lhost-opensmtpd-16.eml": "a delay",
    "mail/lhost-sendmail-56.eml": "Status: 5.5.0 and 554 in the report",
}

# Mail of people, none of which may be called a bounce.  parse/ holds a few
# real delivery reports besides.
PEOPLE = ("threads", "reply-text", "parse")
REPORTS = ("multipart_report_emails", "mimepart_without_content_type")


def classes(codes):
    return {code[:1] for code in codes if code}


def mail_of_people():
    for name in PEOPLE:
        for path in sorted(corpora.folder(name).rglob("*")):
            if path.is_file() and path.suffix not in (
                    ".tsv", ".jsonl", ".md") and not any(
                        report in str(path) for report in REPORTS):
                yield path


@functools.cache
def bounces():
    """What is expected of each mail, and what we make of it."""
    path = corpora.folder("bounces")
    rows = corpora.rows(path)
    return rows, corpora.analyze([path / row["file"] for row in rows])


class Bounces(unittest.TestCase):
    def setUp(self):
        self.rows, self.found = bounces()

    def test_every_kind_is_right(self):
        wrong = [(row["file"], row["kind"], found["kind"], found["guard"])
                 for row, found in zip(self.rows, self.found)
                 if found["kind"] != KINDS[row["kind"]]]
        print(f"bounces: kind {len(self.rows) - len(wrong)} of "
              f"{len(self.rows)}", *wrong, sep="\n# ")
        self.assertEqual(wrong, [])

    def test_dsn_classes_are_right(self):
        total, wrong = 0, []
        for row, found in zip(self.rows, self.found):
            if row["kind"] != "bounce":
                continue
            total += 1
            recipients = (found["bounce"] or {"recipients": []})["recipients"]
            if classes(r["status"] for r in recipients) != classes(
                    r["dsn"] for r in row["results"]):
                wrong.append((row["file"], [
                    (r["dsn"], r["reason"]) for r in row["results"]], [
                    (r["address"], r["status"], r["reason"])
                    for r in recipients], DISPUTED_CLASS.get(row["file"])))
        print(f"bounces: DSN class {total - len(wrong)} of {total}", *wrong,
              sep="\n# ")
        self.assertGreaterEqual(total - len(wrong), AIM_CLASS * total)

    def test_numbers_of_recipients_are_right(self):
        off = [row["file"] for row, found in zip(self.rows, self.found)
               if row["kind"] == "bounce" and found["bounce"] and
               len(found["bounce"]["recipients"]) != len(row["results"])]
        print(f"bounces: other numbers of recipients in {len(off)}", *off,
              sep="\n# ")
        self.assertLess(len(off), len(self.rows) * 0.03)

    def test_no_kind_of_success_or_delay_is_permanent(self):
        wrong = [found["file"] for found in self.found
                 if found["bounce"] and found["bounce"]["permanent"] and
                 not any(r["action"] == "failed" and
                         r["status"].startswith("5")
                         for r in found["bounce"]["recipients"])]
        self.assertEqual(wrong, [])


class People(unittest.TestCase):
    def test_no_mail_of_people_is_called_a_bounce(self):
        files = list(mail_of_people())
        found = corpora.analyze(files)
        kinds = collections.Counter(f["kind"] for f in found)
        print("people:", dict(kinds))
        self.assertEqual(
            [f["file"] for f in found if f["kind"] == "bounce"], [])


if __name__ == "__main__":
    unittest.main()
