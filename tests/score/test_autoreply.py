"""Which mails must be acknowledged, and which must not."""

import pathlib
import tempfile
import unittest

import corpora

OUR_HOST = "mail.redress.example"

CHECKS = {
    "reply": lambda found: found["would_ack"],
    "no-reply": lambda found: not found["would_ack"],
    "ooo": lambda found: found["kind"] == "auto-reply"
    and not found["would_ack"],
    "not-ooo": lambda found: found["kind"] != "auto-reply",
    "ticket": lambda found: found["kind"] == "complaint",
}


class AutoReply(unittest.TestCase):
    def test_all_are_answered_as_they_must_be(self):
        path = corpora.folder("autoreply")
        rows = corpora.rows(path)
        with tempfile.TemporaryDirectory() as scratch:
            files = [self.write(path, pathlib.Path(scratch), number, row)
                     for number, row in enumerate(rows)]
            found = corpora.analyze(files, "--hostname", OUR_HOST)
        wrong = [(row["id"], row["expect"], f["kind"], f["guard"])
                 for row, f in zip(rows, found)
                 if not CHECKS[row["expect"]](f)]
        print(f"autoreply: {len(rows) - len(wrong)} of {len(rows)}")
        self.assertEqual(wrong, [])

    @staticmethod
    def write(path, scratch, number, row):
        if "file" in row:
            return path / row["file"]
        file = scratch / f"{number}.eml"
        file.write_text(row["message"].replace("{OUR_FQDN}", OUR_HOST),
                        encoding="utf-8")
        return file


if __name__ == "__main__":
    unittest.main()
