"""No file tells where the software was made or whence it fetches: no host of
a package registry, no download address, nothing of a machine's own paths."""

import re
import unittest

import sources

# Written so that this file does not find itself.
FORBIDDEN = [re.compile(pattern, re.IGNORECASE) for pattern in (
    r"deb\.debian\.o[r]g", r"snapshot\.debian\.o[r]g",
    r"security\.debian\.o[r]g", r"ftp\.[a-z.]*debian\.o[r]g",
    r"archive\.ubuntu\.c[o]m", r"registry\.npmjs\.o[r]g", r"npmjs\.c[o]m",
    r"pypi\.o[r]g", r"pythonhosted\.o[r]g", r"crates\.i[o]\b",
    r"proxy\.golang\.o[r]g", r"repo\.maven\.apache\.o[r]g",
    r"rubygems\.o[r]g", r"deb\.nodesource\.c[o]m",
    r"raw\.githubusercontent\.c[o]m",
    r"\bhttps?_prox[y]\s*=", r"(?<![\w./-])/work/(main|shared|\.libr)",
    r"\.\./\.library\b", r"\bLLM\b", r"\bchatgp[t]\b", r"\bclaud[e]\b",
    r"\banthropi[c]\b", r"\bopena[i]\b", r"\bcopilo[t]\b",
    r"\bsub-?agen[t]s?\b", r"\bAI agen[t]", r"\bCEO'?s? machine\b",
)]

# .ci/run may know of a folder beside the clone, and nobody else.
CORPORA = re.compile(r"\.\./share[d]\b")


def forbidden(path, text):
    found = [match for pattern in FORBIDDEN
             for match in pattern.finditer(text)]
    if str(path) != ".ci/run":
        found += CORPORA.finditer(text)
    return [f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {match[0]}"
            for match in found]


class WordsTest(unittest.TestCase):
    def test_no_file_names_a_registry_or_a_workplace(self):
        paths = sources.tracked()
        self.assertGreater(len(paths), 20)
        wrong = [words for path in paths
                 for words in forbidden(path, sources.read(path))]
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))

    def test_sees_what_is_forbidden(self):
        for text in ("https://deb.debian" + ".org/debian", "pypi" + ".org",
                     "cd /work" + "/main", "see .." + "/shared/x"):
            self.assertEqual(len(forbidden("README.md", f"a\n{text}")), 1)
        self.assertEqual(forbidden(
            "README.md", "apt-get install, homework/mains, Debian 12"), [])


if __name__ == "__main__":
    unittest.main()
