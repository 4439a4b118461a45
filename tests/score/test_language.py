"""The language of short sentences."""

import collections
import email.message
import email.policy
import pathlib
import tempfile
import unittest

import corpora

AIM = 0.95
AIM_WORST = 0.85
# What is said with this confidence must be right this often.
SURE = 0.5
AIM_SURE = 0.99


def write_mail(path, sentence):
    mail = email.message.EmailMessage(policy=email.policy.SMTP)
    mail["From"] = "customer@example.com"
    mail.set_content(sentence, cte="base64")
    path.write_bytes(mail.as_bytes())
    return path


class Language(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        path = corpora.folder("language") / "sentences.tsv"
        with open(path, encoding="utf-8") as file:
            cls.rows = [line.rstrip("\n").split("\t", 1) for line in file]
        with tempfile.TemporaryDirectory() as scratch:
            found = corpora.analyze([
                write_mail(pathlib.Path(scratch) / f"{number}.eml", sentence)
                for number, (_, sentence) in enumerate(cls.rows)])
        cls.found = [(language, sentence, f["language"],
                      f["language_confidence"])
                     for (language, sentence), f in zip(cls.rows, found)]

    def test_nearly_all_are_told_and_none_is_told_badly(self):
        total, right = collections.Counter(), collections.Counter()
        for language, sentence, said, sure in self.found:
            total[language] += 1
            right[language] += said == language
            if said != language:
                print(f"# {language}, said {said} ({sure:.2f}): "
                      f"{sentence[:60]}")
        shares = {name: right[name] / total[name] for name in sorted(total)}
        share = right.total() / total.total()
        print(f"language: {right.total()} of {total.total()}, {share:.1%};",
              ", ".join(f"{name} {value:.1%}"
                        for name, value in shares.items()))
        self.assertGreaterEqual(share, AIM)
        self.assertGreaterEqual(min(shares.values()), AIM_WORST)

    def test_confidence_is_honest(self):
        sure = [language == said for language, _, said, confidence
                in self.found if confidence >= SURE]
        unsure = [language == said for language, _, said, confidence
                  in self.found if confidence < SURE]
        print(f"language: sure {sum(sure)} of {len(sure)}, "
              f"unsure {sum(unsure)} of {len(unsure)}")
        self.assertGreaterEqual(sum(sure), AIM_SURE * len(sure))
        self.assertLess(sum(unsure) * len(sure), sum(sure) * len(unsure))


if __name__ == "__main__":
    unittest.main()
