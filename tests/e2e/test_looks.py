#!/usr/bin/env python3
"""Each HTML mail as Chromium shows it, light and dark: it fits, it is legible,
and it looks as it did when somebody last looked.

    tests/e2e/test_looks.py --update     makes tests/golden/looks/ anew

after a change of the templates; then look at the pictures.  Each is the sheet
of one language: the mails of SHEET from left to right, at half their size."""

import base64
import copy
import functools
import html
import json
import os
import pathlib
import shutil
import struct
import sys
import tempfile
import unittest
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
os.environ.setdefault("REDRESS_PROGRAMS", str(ROOT / "build/release"))
import browser  # noqa: E402
import samples  # noqa: E402

LOOKS = samples.GOLDEN / "looks"
SHEET = ("ack", "ack-action-first", "ack-stranger", "followup", "late",
         "need-info", "need-info-reminder", "reply", "resolved",
         "resolved-unanswered", "status", "survey", "aftercare")
STAFF_SHEET = ("briefing", "nudge", "escalation", "command-result",
               "unreachable")

NARROW, WIDE = 320, 600   # CSS pixels: a telephone, what mails are made for
GAP = 8
SCALE = 0.5
CELL = 16                 # of the sheet, in pixels: a line of text and a half

MOST_BYTES = 20_000
LEAST_CONTRAST = 4.5      # WCAG 2.1, 1.4.3
# Fonts and browsers differ a little from machine to machine.
SIZE_TOLERANCE = 0.12
MOST_DIFFERENCE = 0.25    # the same: 0.03; broken: see Judgement

SCRIPTS = {name: (pathlib.Path(__file__).parent / f"looks_{name}.js")
           .read_text(encoding="utf-8") for name in ("measure", "compare")}

PALETTE = [(level,) * 3 for level in
           (0, 18, 48, 80, 112, 144, 176, 204, 230, 255)] + [
    (46, 139, 115), (150, 200, 187), (0, 0, 238), (140, 140, 246),
    (158, 158, 255), (90, 90, 140)]


def sheet_page(mails):
    """All of them side by side, each in a frame that is as long as it."""
    frames = "\n".join(
        f'<iframe srcdoc="{html.escape(mail.html)}"></iframe>'
        for mail in mails)
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8">
<meta name="color-scheme" content="light dark"><style>
body{{margin:0;display:flex;gap:{GAP}px;align-items:flex-start}}
iframe{{border:0;width:{NARROW}px;height:100px;flex:none}}
</style></head><body>{frames}</body></html>"""


# ---- pictures -------------------------------------------------------------

def png(width, height, indices):
    """Of PALETTE, two pixels a byte."""
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body \
            + struct.pack(">I", zlib.crc32(body))
    stride = (width + 1) // 2
    rows = b"".join(b"\0" + indices[row * stride:(row + 1) * stride]
                    for row in range(height))
    return b"\x89PNG\r\n\x1a\n" + b"".join((
        chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 4, 3, 0, 0, 0)),
        chunk(b"PLTE", bytes(level for colour in PALETTE
                             for level in colour)),
        chunk(b"IDAT", zlib.compress(rows, 9)), chunk(b"IEND", b"")))


# ---- looking --------------------------------------------------------------

class Look:
    """The mails of one language, in one mode, as they were seen."""

    def __init__(self, page, mails, dark):
        self.mails, self.dark = mails, dark
        page.size(WIDE, 800, SCALE)
        page.dark(dark)
        page.requests()
        page.show(sheet_page(mails))
        page.run(SCRIPTS["measure"])
        self.wide = page.run(f"measure({WIDE})")
        self.narrow = page.run(f"measure({NARROW})")
        self.requests = [url for url in page.requests()
                         if not url.startswith(("about:", "data:"))]
        self.shown = self._hide_others(page)
        self.width = len(self.shown) * (NARROW + GAP)
        self.height = max(self.narrow[at]["height"] for at in self.shown)
        page.size(self.width, self.height, SCALE)
        self.picture = page.picture(self.width, self.height)

    def _hide_others(self, page):
        """Which mails are on the sheet, by their places."""
        order = STAFF_SHEET if self.mails[0].to_staff else SHEET
        names = [mail.name for mail in self.mails]
        shown = [names.index(name) for name in order if name in names] \
            or [0]
        page.run(f"""document.querySelectorAll("iframe").forEach(
            (frame, at) => {{
                frame.style.order = {json.dumps(shown)}.indexOf(at);
                if (frame.style.order < 0)
                    frame.style.display = "none"; }})""")
        return shown

    @property
    def columns(self):
        """Where each mail of the sheet is, in pixels of the picture."""
        return [{"left": round(place * (NARROW + GAP) * SCALE),
                 "wide": round(NARROW * SCALE),
                 "tall": round(self.narrow[at]["height"] * SCALE)}
                for place, at in enumerate(self.shown)]

    @property
    def sizes(self):
        return {self.mails[at].name: self.narrow[at]["height"]
                for at in self.shown}

    def differences(self, page, kept):
        """By how much each mail of the sheet differs from a kept picture."""
        pictures = ", ".join(json.dumps(base64.b64encode(data).decode())
                             for data in (kept, self.picture))
        found = page.run(f"differences({pictures}, "
                         f"{json.dumps(self.columns)}, {CELL})")
        return dict(zip(self.sizes, found))


def comparer(viewer):
    page = viewer.page()
    page.run(SCRIPTS["compare"])
    return page


def sheets(mails):
    """(name, mails) of each picture."""
    for language in sorted({mail.language for mail in mails}):
        for to_staff in (False, True):
            chosen = [mail for mail in mails if mail.language == language
                      and mail.to_staff == to_staff]
            if chosen:
                yield language + ("-staff" if to_staff else ""), chosen


def looks_of(viewer, mails):
    """{"en-dark": Look, ...}"""
    with viewer.page() as page:
        return {f"{name}-{'dark' if dark else 'light'}":
                Look(page, chosen, dark)
                for name, chosen in sheets(mails) for dark in (False, True)}


@functools.cache
def folder():
    path = tempfile.mkdtemp()
    unittest.addModuleCleanup(shutil.rmtree, path, ignore_errors=True)
    return pathlib.Path(path)


@functools.cache
def all_mails():
    return samples.render(folder() / "out")


@functools.cache
def one_viewer():
    viewer = browser.Browser(folder() / "browser")
    unittest.addModuleCleanup(viewer.close)
    return viewer


class WithBrowser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        why = browser.missing()
        if why:
            raise unittest.SkipTest(why)
        cls.mails = all_mails()
        cls.viewer = one_viewer()


class Looks(WithBrowser):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.looks = looks_of(cls.viewer, cls.mails)

    def each(self, width="narrow"):
        """(label, mail, what was measured) of everything that was seen."""
        for name, look in self.looks.items():
            for mail, seen in zip(look.mails, getattr(look, width)):
                yield f"{mail} {name}", mail, seen

    def test_every_language_is_seen_light_and_dark(self):
        self.assertEqual({mail.language for mail in self.mails},
                         {name.split("-")[0] for name in self.looks})
        for name, look in self.looks.items():
            for seen in look.narrow:
                self.assertEqual(seen["dark"], name.endswith("dark"), name)
                self.assertGreater(seen["texts"], 3, name)

    def test_nothing_is_wider_than_the_screen(self):
        for width, most in (("narrow", NARROW), ("wide", WIDE)):
            wider = [(label, seen["width"]) for label, _, seen
                     in self.each(width) if seen["width"] > most]
            self.assertEqual(wider, [])

    def test_every_word_stands_out_from_its_ground(self):
        faint = [(label, round(seen["contrast"], 2), seen["worst"])
                 for label, _, seen in self.each()
                 if seen["contrast"] < LEAST_CONTRAST]
        self.assertEqual(faint, [])

    def test_a_reference_stands_in_one_line(self):
        self.assertEqual([label for label, _, seen in self.each()
                          if seen["torn"]], [])

    def test_nothing_is_fetched_and_there_are_no_pictures(self):
        self.assertEqual([look.requests for look in self.looks.values()
                          if look.requests], [])
        self.assertEqual([label for label, _, seen in self.each()
                          if seen["images"]], [])

    def test_they_look_as_when_somebody_looked_last(self):
        sizes = json.loads((LOOKS / "sizes.json").read_text())
        self.assertEqual(sorted(sizes), sorted(self.looks),
                         "tests/e2e/test_looks.py --update, and look")
        wrong = []
        with comparer(self.viewer) as page:
            for name, look in self.looks.items():
                wrong += judge(page, name, look, sizes[name])
        self.assertEqual(wrong, [])


def judge(page, name, look, sizes):
    """What of a sheet is not as it was kept."""
    wrong = [f"{name} {mail}: {sizes.get(mail)} pixels long, now {height}"
             for mail, height in look.sizes.items()
             if abs(height - sizes.get(mail, 0)) > SIZE_TOLERANCE * height]
    kept = (LOOKS / f"{name}.png").read_bytes()
    return wrong + [
        f"{name} {mail}: differs by {part:.2f}"
        for mail, part in look.differences(page, kept).items()
        if part > MOST_DIFFERENCE]


class Judgement(WithBrowser):
    """What looks at the mails notices what a reader would."""

    BROKEN = {
        "larger letters": "font-size:16px|font-size:26px",
        "no margins": "margin:0 0 16px|margin:0",
        "pushed to the side": "padding:24px 16px|padding:24px 16px 24px 120px",
        "centred": "<body |<body align=center ",
        "styles lost": "style=|data-style=",
    }

    def test_what_must_not_be_is_measured(self):
        mail = copy.copy(next(mail for mail in self.mails
                              if str(mail) == "en/ack"))
        mail.html = mail.html.replace(
            "</body>", '<img src="http://tracker.example/1.gif">'
            '<p style="color:#888">faint</p>'
            '<div style="width:700px">wide</div></body>')
        for dark in (False, True):
            with self.viewer.page() as page:
                look = Look(page, [mail], dark)
            self.assertEqual(look.requests, ["http://tracker.example/1.gif"])
            self.assertEqual(look.narrow[0]["images"], 1)
            self.assertGreater(look.wide[0]["width"], WIDE)
            if not dark:
                self.assertLess(look.narrow[0]["contrast"], LEAST_CONTRAST)
                self.assertEqual(look.narrow[0]["worst"], "faint")

    def test_a_broken_layout_is_noticed_and_the_same_one_is_not(self):
        mails = [mail for mail in self.mails if mail.language == "en"
                 and mail.name in SHEET]
        with comparer(self.viewer) as page, self.viewer.page() as shown:
            good = Look(shown, mails, False)
            same = good.differences(page, keep(page, good))
            self.assertLess(max(same.values()), MOST_DIFFERENCE / 5)
            for what, change in self.BROKEN.items():
                for mail in mails:
                    mail.original = mail.html
                    mail.html = mail.html.replace(*change.split("|"))
                    self.assertNotEqual(mail.html, mail.original, what)
                bad = Look(shown, mails, False)
                for mail in mails:
                    mail.html = mail.original
                found = bad.differences(page, good.picture)
                noticed = [
                    name for name, part in found.items()
                    if part > MOST_DIFFERENCE or SIZE_TOLERANCE <
                    abs(bad.sizes[name] / good.sizes[name] - 1)]
                # Not each of them has what was broken.
                self.assertGreater(len(noticed), 0.8 * len(found),
                                   (what, found))


class Sources(unittest.TestCase):
    """What can be told without a browser."""

    @classmethod
    def setUpClass(cls):
        cls.pages = [(mail, samples.Document(mail.html))
                     for mail in all_mails()]

    def test_each_is_well_formed_and_in_its_language(self):
        for mail, page in self.pages:
            with self.subTest(str(mail)):
                self.assertEqual(page.wrong, [])
                # "zh-Hans" says more than "zh".
                self.assertEqual(page.language.split("-")[0], mail.language)

    def test_each_is_small_and_loads_nothing(self):
        for mail, page in self.pages:
            with self.subTest(str(mail)):
                self.assertLess(len(mail.html.encode()), MOST_BYTES)
                self.assertEqual(page.loads, [])

    def test_each_link_leads_somewhere_and_says_where(self):
        for mail, page in self.pages:
            for href, words in page.links:
                with self.subTest(str(mail), href=href):
                    self.assertRegex(href, "^(mailto|https?):")
                    self.assertTrue(words)

    def test_each_names_its_reference(self):
        for mail, page in self.pages:
            with self.subTest(str(mail)):
                self.assertIn(samples.REFERENCE, page.text)

    def test_the_promise_is_told_on_the_clock_of_the_language(self):
        promising = [(mail, page) for mail, page in self.pages
                     if mail.promises]
        self.assertGreater(len(promising), 2 * len(samples.ZONES) // 2)
        for mail, page in promising:
            with self.subTest(str(mail)):
                told = samples.promised_in(mail.language)
                self.assertRegex(page.text, samples.clock_in(mail.language))
                self.assertIn(str(told.year), page.text)
                self.assertRegex(page.text, rf"(?<!\d)0?{told.day}(?!\d)")


# ---- keeping --------------------------------------------------------------

def keep(page, look):
    """The picture of a sheet as a small file."""
    reduced = page.run(
        f"reduce({json.dumps(base64.b64encode(look.picture).decode())}, "
        f"{json.dumps(PALETTE)})")
    return png(reduced["width"], reduced["height"],
               base64.b64decode(reduced["indices"]))


def update():
    LOOKS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name, \
            browser.Browser(pathlib.Path(name) / "browser") as viewer:
        looks = looks_of(viewer, samples.render(pathlib.Path(name) / "out"))
        with comparer(viewer) as page:
            pictures = {f"{label}.png": keep(page, look)
                        for label, look in looks.items()}
    for old in LOOKS.glob("*.png"):
        old.unlink()
    for label, data in pictures.items():
        (LOOKS / label).write_bytes(data)
    (LOOKS / "sizes.json").write_text(json.dumps(
        {label: look.sizes for label, look in looks.items()}, indent=1,
        sort_keys=True) + "\n")
    print(f"{len(pictures)} pictures, "
          f"{sum(map(len, pictures.values())) // 1000} kB in {LOOKS}")


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        update()
    else:
        unittest.main()
