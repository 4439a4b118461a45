"""What `redress render --all` writes, for the tests that look at it."""

import datetime
import email
import email.policy
import html.parser
import pathlib
import re
import subprocess
import unittest
import zoneinfo

from servers import program

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden"

REFERENCE = "7K3F-92QX"
# Minutes and seconds that stand in no other place.
NOW = datetime.datetime(2026, 11, 23, 9, 17, tzinfo=datetime.timezone.utc)
PROMISED = NOW + datetime.timedelta(hours=8)

# Where the samples of each language are.
ZONES = {
    "de": "Europe/Berlin", "el": "Europe/Athens", "en": "Europe/London",
    "es": "Europe/Madrid", "et": "Europe/Tallinn", "fi": "Europe/Helsinki",
    "fr": "Europe/Paris", "lv": "Europe/Riga", "pl": "Europe/Warsaw",
    "ru": "Europe/Riga", "sv": "Europe/Stockholm",
    "vi": "Asia/Ho_Chi_Minh", "zh": "Asia/Shanghai",
}

STAFF = ("briefing", "nudge", "escalation", "command-result", "unreachable")
# Those that name the time of the promise.
PROMISING = ("ack", "late")
NO_PROMISE = ("late-no-time", "late-settlement")
QUESTIONS = 3

SYSTEM_CONFIGURATION = "/etc/redress/redress.conf"

ELEMENTS_WITHOUT_END = {"area", "base", "br", "col", "embed", "hr", "img",
                        "input", "link", "meta", "source", "track", "wbr"}


def render(folder):
    """Every template in every language, written into a folder."""
    if pathlib.Path(SYSTEM_CONFIGURATION).exists():
        raise unittest.SkipTest(f"{SYSTEM_CONFIGURATION} would be used")
    done = subprocess.run(
        [program("redress"), "render", "--all", "--mime", "--html-out",
         folder, "--now", NOW.strftime("%Y-%m-%dT%H:%M:%SZ")],
        stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.decode())
    return [Shown(path) for path in sorted(folder.glob("*/*.html"))]


def promised_in(language):
    """When the answer is promised, on the clocks of those who read it."""
    return PROMISED.astimezone(zoneinfo.ZoneInfo(ZONES[language]))


def clock_in(language):
    """The hour and minute of the promise, as a regular expression: 18:17,
    18.17, 18 h 17."""
    told = promised_in(language)
    return rf"\b0?{told.hour}(?:[:.]|\sh\s){told.minute:02}\b"


class Shown:
    """One sample in one language, as its files say."""

    def __init__(self, path):
        self.language, self.name = path.parent.name, path.stem
        self.html = path.read_text(encoding="utf-8")
        whole = path.with_suffix(".txt").read_text(encoding="utf-8")
        lead, self.text = whole.split("\n\n", 1)
        self.subject = lead.removeprefix("Subject: ")
        self.mime = path.with_suffix(".eml").read_bytes()

    def __str__(self):
        return f"{self.language}/{self.name}"

    @property
    def to_staff(self):
        return self.name.startswith(STAFF)

    @property
    def promises(self):
        return self.name.startswith(PROMISING) and self.name not in NO_PROMISE

    def message(self):
        return email.message_from_bytes(self.mime,
                                        policy=email.policy.default)


class Document(html.parser.HTMLParser):
    """What a page of HTML says, and what of it is not in order."""

    def __init__(self, page):
        super().__init__()
        self.words, self.links, self.loads, self.wrong = [], [], [], []
        self.language = None
        self.items = 0
        self._open = []
        self.feed(page)
        self.close()
        if self._open:
            self.wrong.append(f"never closed: {self._open}")

    @property
    def text(self):
        return " ".join("".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag not in ELEMENTS_WITHOUT_END:
            self._open.append(tag)
        if tag == "html":
            self.language = values.get("lang")
        if tag == "a":
            self.links.append((values.get("href", ""), len(self.words)))
        if tag == "li":
            self.items += 1
        # A link is followed by who reads; everything else by the program.
        for name, value in attrs:
            if tag != "a" and name in ("src", "srcset", "href", "poster",
                                       "background", "data", "action"):
                self.loads.append(value)
            self._look_for_styles(value if name == "style" else "")
        if tag in ("script", "object", "embed", "form", "base", "iframe"):
            self.wrong.append(f"<{tag}>")

    def _look_for_styles(self, css):
        if re.search(r"url\(|@import|expression\(", css, re.I):
            self.loads.append(css)

    def handle_endtag(self, tag):
        if not self._open or self._open[-1] != tag:
            self.wrong.append(f"</{tag}> inside {self._open}")
        else:
            self._open.pop()
        if tag == "a" and self.links:
            href, start = self.links[-1]
            self.links[-1] = (href, "".join(self.words[start:]).strip())

    def handle_data(self, data):
        if self._open and self._open[-1] == "style":
            self._look_for_styles(data)
        elif not self._open or self._open[-1] != "title":
            self.words.append(data)


def numbers(text):
    """Every number in it: what must be the same in both parts of a mail."""
    return set(re.findall(r"\d+", text))
