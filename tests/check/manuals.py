"""The manuals say all there is, and are sound: every setting with its default,
every verb and option, every template variable, every event and guard.  The
map of src/ names what exists."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import sources

MANUALS = sources.ROOT / "src/manuals"
PAGES = ("redress.1", "redress.conf.5", "redress-templates.5",
         "redress-signals.7", "redressd.8")

# Where -DCMAKE_INSTALL_PREFIX=/usr puts things.
FOLDERS = {"REDRESS_DATA_DIR": "/usr/share/redress",
           "REDRESS_LIBEXEC_DIR": "/usr/libexec/redress"}

WORD = r'"((?:[^"\\]|\\.)*)"'


def manual(name):
    return (MANUALS / name).read_text(encoding="utf-8")


def plain(text):
    """A piece of mdoc as its reader sees it, more or less."""
    text = text.replace(r"\(dq", '"').replace(r"\-", "-").replace(r"\&", "")
    text = re.sub(r"^\.Fl Fl |\bFl Fl ", "--", text, flags=re.M)
    text = re.sub(r"^\.Fl |\bFl ", "-", text, flags=re.M)
    text = re.sub(r"^\.[A-Z]\w (.*?)( [.,;:)])?$",
                  lambda line: line[1] + (line[2] or "").strip(), text,
                  flags=re.M)
    return re.sub(r"\b(No|Ns|Cm|Ar|Op|Li|Va|Pa|Ql) ", "", text)


# ---- deadlines --------------------------------------------------------------

CLOCKS = ("answer", "follow-up", "settlement", "letter", "reminder", "survey",
          "aftercare", "close")


def clocks(text):
    """What the table of clocks says, as the manual says it."""
    rows = re.findall(
        rf"\[CLOCK_\w+\] = \{{{WORD},\s*\{{([A-Z_,\s]+)\}}\}}", text)
    acts = {name: [act.strip().lower().replace("_", " ")
                   for act in row.split(",")] for name, row in rows}
    return {name: ", ".join(f"{clock} {act}"
                            for clock, act in zip(CLOCKS, row, strict=True)
                            if act != "keeps") or "nothing moves"
            for name, row in acts.items()}


# ---- settings ---------------------------------------------------------------

def settings(text):
    """(section, name, default or None) of each row of the settings table."""
    for macro, literal in FOLDERS.items():
        text = text.replace(f'\\"" {macro} "', '\\"' + literal)
        text = re.sub(rf'\b{macro}\s+"', f'"{literal}', text)
    rows = re.findall(
        r"\{(?:TEXT|LIST|BOOLEAN|CHOICE|NUMBER|DURATION|SIZE)"
        rf"\({WORD},\s*{WORD},\s*(NULL|{WORD}),", text)
    return [(section, name, None if default == "NULL"
             else unquoted.replace('\\"', '"'))
            for section, name, default, unquoted in rows]


def documented(text):
    """(section, name) to its description, from redress.conf(5)."""
    found, section = {}, None
    for piece in re.split(r"^(?=\.Ss |\.Sh |\.It |\.El)", text, flags=re.M):
        head = piece.split("\n", maxsplit=1)[0].split()
        if head[:1] in ([".Ss"], [".Sh"]):
            section = "" if head[1:] == ["Top", "level"] else head[1]
        elif head[:2] == [".It", "Cm"] and "=" in head:
            found[section, head[2]] = plain(piece)
    return found


def wrong_settings(table, page):
    told, wrong = documented(page), []
    for section, name, default in table:
        words = told.pop((section, name), None)
        label = f"{section}.{name}"
        if words is None:
            wrong.append(f"{label} is not in redress.conf(5)")
        elif default is not None and f"Default:\n{default}." not in words:
            wrong.append(f"{label}: its default {default} is not told")
        elif default is None and not re.search("default|Required", words,
                                               re.IGNORECASE):
            wrong.append(f"{label}: what it is without a value is not told")
    return wrong + [f"{'.'.join(key)} is no setting" for key in told]


class SettingsTest(unittest.TestCase):
    def test_every_setting_is_in_the_manual_with_its_default(self):
        text = sources.read("src/config/settings.c")
        table = settings(text)
        self.assertEqual(len(table), len(re.findall(
            r"^\t\{(?!\")[A-Z]+\(", text, re.M)))
        self.assertEqual(
            wrong_settings(table, manual("redress.conf.5")), [])

    def test_sees_what_is_missing_wrong_or_too_much(self):
        page = (".Ss store\n.It Cm driver No = Ar text\nA.\nDefault:\n"
                ".Cm sqlite .\n.It Cm gone No = Ar text\nDefault: none.\n")
        good = [("store", "driver", "sqlite"), ("store", "gone", None)]
        self.assertEqual(wrong_settings(good, page), [])
        for table in (good[:1], good + [("store", "path", None)],
                      [("store", "driver", "other"), good[1]]):
            self.assertEqual(len(wrong_settings(table, page)), 1, table)


# ---- templates, events, guards ----------------------------------------------

def table_words(text, name):
    """The first words of a table's rows: {"word", ...}."""
    body = re.search(rf"\b{name}\[\w*\] = \{{(.*?)\n\}};", text, re.S)[1]
    return re.findall(rf"\{{{WORD},", body)


def items(page, macro):
    """All that a page names with a macro: ".Va a , b" gives a and b."""
    found = set()
    for line in re.findall(rf"^\.(?:It )?{macro} (.*)$", page, re.M):
        found.update(word for word in line.replace(",", " ").split()
                     if word[0].islower())
    return found


class LanguagesTest(unittest.TestCase):
    def test_the_manual_names_the_languages_that_are_shipped(self):
        shipped = {path.name for path in (sources.ROOT / "templates").iterdir()
                   if re.fullmatch("[a-z]{2,3}", path.name)}
        named = re.search(r"are shipped:\n\.Pa ([a-z ]+) \.",
                          manual("redress-templates.5"))[1]
        self.assertEqual(set(named.split()), shipped)


class ClocksTest(unittest.TestCase):
    def test_the_manual_shows_the_table_of_clocks(self):
        table = clocks(sources.ROOT.joinpath("src/engine/clocks.c").read_text(
            encoding="utf-8"))
        section = manual("redress.conf.5").split(".Sh DEADLINES")[1]
        section = section.split(".Sh ")[0]
        shown = dict(re.findall(r"^\.It (.+)\n(.+)\.$", section, re.M))
        self.assertGreater(len(table), 15)
        self.assertEqual({name: shown.get(name) for name in table}, table)


class NamesTest(unittest.TestCase):
    def missing(self, names, page, macro):
        self.assertGreater(len(names), 5)
        return sorted(set(names) - items(page, macro))

    def test_every_variable_is_in_the_manual(self):
        words = table_words(sources.read("src/reply/check.c"), "words")
        self.assertEqual(self.missing(
            words, manual("redress-templates.5"), "Va"), [])

    def test_every_template_is_in_the_manual(self):
        kinds = re.findall(r"\[REPLY_\w+\] = \{" + WORD,
                           sources.read("src/reply/kinds.c"))
        self.assertEqual(self.missing(
            kinds, manual("redress-templates.5"), "Cm"), [])

    def test_every_slot_is_in_the_manual_and_used_in_english(self):
        slots = table_words(sources.read("src/reply/slots.c"), "slots")
        self.assertEqual(self.missing(
            slots, manual("redress-templates.5"), "Cm"), [])
        used = set()
        for path in sorted((sources.ROOT / "templates/en").iterdir()):
            used.update(re.findall(r"\{\{! slot: ([a-z-]+) \}\}",
                                   path.read_text(encoding="utf-8")))
        self.assertEqual(set(slots), used)

    def test_every_guard_of_a_mail_is_in_the_manual(self):
        guards = re.findall(r"\bROW\(" + WORD,
                            sources.read("src/analysis/signals.c"))
        self.assertEqual(self.missing(
            guards, manual("redressd.8"), "Cm"), [])

    def test_every_guard_of_a_ticket_is_in_the_manual(self):
        text = sources.read("src/engine/decide.c") \
            + sources.read("src/engine/receive.c")
        guards = re.findall(
            rf"(?:guard|quiet) = {WORD};|\? {WORD}\s*:|return {WORD};|"
            rf"\bstop\(analysis, {WORD}", text)
        self.assertEqual(self.missing(
            [word for words in guards for word in words if word],
            manual("redressd.8"), "Cm"), [])

    def test_every_event_is_in_the_manual(self):
        events = []
        for path in sources.tracked("src/engine/*.c"):
            text = sources.read(path)
            events += re.findall(
                rf"log_event\((?:[^;\"]*?,)\s*{WORD}", text)
            for groups in re.findall(
                    rf"add_event\((?:[^;\"]*?,)\s*{WORD}|\.what = {WORD},|"
                    rf"->what = {WORD};|\.what = {WORD};|"
                    rf"start\(facts, {WORD}\)|"
                    rf"start\(facts, \w+ \? {WORD} : {WORD}\)", text):
                events += [word for word in groups if word]
            if path.name == "apply.c":
                events += re.findall(rf"return {WORD};", text)
        self.assertGreater(len(set(events)), 20)
        self.assertEqual(self.missing(
            events, manual("redressd.8"), "Cm"), [])

    def test_no_event_or_guard_is_in_the_manual_that_nobody_says(self):
        code = "".join(map(sources.read, sources.tracked("src/*.c")))
        page = manual("redressd.8")
        told = items(page[page.index(".Sh LOG"):page.index(".Sh EXIT")],
                     "Cm")
        self.assertGreater(len(told), 90)
        self.assertEqual([name for name in sorted(told) if "." not in name
                          and f'"{name}"' not in code], [])

    def test_every_state_of_a_mail_is_in_the_manual(self):
        table = re.search(r"outbox_states\[\] = \{(.*?)\n\};",
                          sources.read("src/store/names.c"), re.S)[1]
        self.assertEqual(self.missing(
            re.findall(WORD, table), manual("redress.1"), "Cm"), [])

    def test_sees_a_name_that_is_missing(self):
        page = ".It Va a , b\n.Va c No = Cm .\n"
        self.assertEqual(items(page, "Va"), {"a", "b", "c"})
        self.assertEqual(table_words(
            'static const Word words[] = {\n\t{"a", 1},\n\t{"b", 2},\n};\n',
            "words"), ["a", "b"])


# ---- signals ----------------------------------------------------------------

COSTS = {"NOTHING": "nothing is withheld", "ACK": "no acknowledgement",
         "AUTOMATIC": "no automatic mail"}


def signals(text):
    """(name, "source: kind, cost.") of each row of the table of signals."""
    return [(name, f"{source}: {kind.lower().replace('_', '-')}, "
             f"{COSTS[cost]}.")
            for name, source, kind, cost in re.findall(
                rf"\bROW\({WORD},\s*{WORD},\s*(\w+),\s*(\w+),", text)]


def told_signals(page):
    """(name, the last line) of each item of redress-signals(7)."""
    return [(item[0].split()[2], item[-1]) for item in (
        piece.splitlines() for piece in re.split(
            r"^(?=\.It Cm |\.El|\.Ss )", page, flags=re.M))
        if item and item[0].startswith(".It Cm ")]


class SignalsTest(unittest.TestCase):
    def test_every_signal_is_in_the_manual_in_its_order(self):
        table = signals(sources.read("src/analysis/signals.c"))
        self.assertGreater(len(table), 70)
        self.assertEqual(told_signals(manual("redress-signals.7")), table)

    def test_sees_a_signal_that_is_told_wrongly(self):
        table = signals('ROW("a", "RFC 1", AUTO_REPLY, ACK, m, NULL),')
        self.assertEqual(table, [
            ("a", "RFC 1: auto-reply, no acknowledgement.")])
        for page in (".It Cm a\nX.\n.br\nRFC 1: list, no acknowledgement.\n",
                     ".It Cm b\nX.\n.br\nRFC 1: auto-reply, "
                     "no acknowledgement.\n.El\n"):
            self.assertNotEqual(told_signals(page), table)


# ---- the tool ---------------------------------------------------------------

def tool():
    """The redress that was built last, or None."""
    trees = [os.environ.get("REDRESS_PROGRAMS", ""),
             *(sources.ROOT / "build").glob("*")]
    built = [path for path in (
        pathlib.Path(tree, "src/cli/redress") for tree in trees if tree)
        if os.access(path, os.X_OK)]
    return max(built, key=lambda path: path.stat().st_mtime, default=None)


def help_of(program, *verb):
    return subprocess.run(
        [program, *verb, "--help"], check=True, text=True, timeout=60,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE).stdout


def verbs(text):
    """The first words of indented lines: "  check       says what is ..."."""
    return re.findall(r"^ {1,4}([a-z][a-z-]+)\b(?:  |\s*$| [A-Z\[<])", text,
                      re.M)


def options(text):
    return set(re.findall(r"(?<![\w-])--([a-z][a-z-]+)", text))


class ToolTest(unittest.TestCase):
    def test_every_verb_and_option_is_in_the_manual(self):
        program = tool()
        if not program:
            self.skipTest("redress has not been built")
        page = plain(manual("redress.1"))
        general = help_of(program)
        known = verbs(general)
        self.assertGreater(len(known), 8, general)
        wrong = [f"redress {verb}" for verb in known
                 if not re.search(rf"^{verb}\b", page, re.M)]
        for words, said in [((), general)] + [
                ((verb,), help_of(program, verb)) for verb in known]:
            wrong += [" ".join(("redress", *words, "--" + option))
                      for option in sorted(options(said))
                      if not option.startswith("help")
                      and f"--{option}" not in page]
        self.assertEqual(wrong, [])


# ---- the map ----------------------------------------------------------------

# How names are made, not names.
PATTERNS = {"module_verb_noun", "foo_free"}


def unknown_names(text, code, files):
    """Functions, files and rooms that a map names and nobody has."""
    wrong = [name for name in re.findall(
        r"(?<![\w./])[a-z]\w*_\w+(?![\w/]|\.\w)", text)
        if name not in PATTERNS and not re.search(rf"\b{name}\b", code)]
    wrong += [name for name in re.findall(
        r"(?<![\w./])(?:[\w-]+/)*\w+\.[ch]\b", text)
        if not any(path == name or path.endswith("/" + name)
                   for path in files)]
    return sorted(set(wrong))


class MapTest(unittest.TestCase):
    def test_the_map_names_what_exists(self):
        paths = sources.tracked("*.c", "*.h", "tests/*", "conf/*")
        self.assertEqual(unknown_names(
            sources.read("src/README.md"),
            "\n".join(map(sources.read, paths)), list(map(str, paths))), [])

    def test_every_room_is_on_the_map(self):
        text = sources.read("src/README.md")
        rooms = {path.parts[1] for path in sources.tracked("src/*.c")}
        self.assertGreater(len(rooms), 10)
        for room in rooms:
            self.assertIn(f"| `{room}/` |", text)

    def test_sees_a_name_that_nobody_has(self):
        self.assertEqual(unknown_names(
            "`do_this`, `gone_now`, `a/b.c`, x/no.c", "void do_this(void);",
            ["src/a/b.c"]), ["gone_now", "x/no.c"])


# ---- form -------------------------------------------------------------------

def complaints(path):
    """What the formatter says of a page."""
    commands = [["groff", "-ww", "-mdoc", "-Tutf8", "-Kutf8", "-z", path]]
    if shutil.which("man"):
        commands.append(["man", "--warnings", "-l", path])
    said = ""
    for command in commands:
        done = subprocess.run(
            command, check=False, text=True, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C.UTF-8", "MANPAGER": "cat"})
        said += done.stderr
    return said


class FormTest(unittest.TestCase):
    def setUp(self):
        if not shutil.which("groff"):
            self.skipTest("there is no groff")

    def test_the_formatter_has_nothing_to_say(self):
        for name in PAGES:
            with self.subTest(name):
                self.assertEqual(complaints(MANUALS / name), "")

    def test_every_page_is_installed(self):
        listed = sources.read("src/manuals/CMakeLists.txt")
        for path in sources.tracked("src/manuals/*.[0-9]"):
            self.assertIn(path.name, listed)
            self.assertIn(path.name, PAGES)

    def test_sees_a_page_that_is_not_sound(self):
        with tempfile.TemporaryDirectory() as folder:
            page = pathlib.Path(folder, "x.1")
            page.write_text(".Dd May 1, 2026\n.Dt X 1\n.Os\n.Sh NAME\n"
                            ".Nm x\n.Nd y\n.Qq \\*[nosuch]\n")
            self.assertNotEqual(complaints(page), "")


if __name__ == "__main__":
    unittest.main()
