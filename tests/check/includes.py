"""Includes point one way, each library stays in its module, and SQL is
store's: the rules of src/README.md."""

import re
import unittest

import sources

# Who may use whom.  A module may use what the modules that it names may use.
ARROWS = {
    "base": [],
    "message": ["base"],
    "db": ["base"],
    "promise": ["base"],
    "config": ["base", "promise"],
    "analysis": ["message"],
    "parser": ["analysis"],
    "reply": ["message", "promise"],
    "store": ["db", "message"],
    "engine": ["parser", "analysis", "promise", "reply", "store"],
    "intake": ["engine"],
    "schedule": ["engine"],
    "outbox": ["engine"],
    # From the configuration to the modules' options, for the two programs.
    "assembly": ["config", "engine", "intake", "outbox"],
    # Of intake what `redress ingest` needs.
    "cli": ["assembly", "intake"],
    "daemon": ["assembly", "intake", "schedule"],
}

# A library's headers and the modules that may include them.  GLib is
# everybody's.
LIBRARIES = {
    r"sqlite3\.h": {"db"},
    r"libmilter/.*": {"intake"},
    r"libetpan/.*|gnutls/.*": {"intake"},
    r"gmime/.*": {"message", "reply"},
    r"curl/.*": {"outbox"},
    r"confuse\.h": {"config"},
    r"seccomp\.h": {"parser"},
    r"libxml/.*": {"message"},
    r"libical/.*|ical\.h": {"promise"},
    r"unicode/.*": {"reply", "analysis", "message", "promise", "cli", "base"},
    r"systemd/.*": {"base", "daemon"},
    r"jansson\.h": {"base", "cli"},
    r"sodium\.h|sodium/.*": {"base"},
    r"zstd\.h": {"store", "parser", "cli"},
}

# The C library, Linux and GLib: everybody's.  A header that is neither here
# nor in LIBRARIES has no owner yet: give it one.
EVERYBODYS = re.compile(
    r"(sys|linux|netinet|arpa|asm|bits|glib|gio)/.*|glib\.h|glib-object\.h|"
    r"assert\.h|ctype\.h|dirent\.h|endian\.h|errno\.h|fcntl\.h|float\.h|"
    r"getopt\.h|grp\.h|inttypes\.h|langinfo\.h|libintl\.h|limits\.h|locale\.h|"
    r"malloc\.h|math\.h|netdb\.h|poll\.h|pthread\.h|pwd\.h|sched\.h|"
    r"signal\.h|spawn\.h|stdalign\.h|stdarg\.h|stdatomic\.h|stdbool\.h|"
    r"stddef\.h|stdint\.h|stdio\.h|stdlib\.h|stdnoreturn\.h|string\.h|"
    r"strings\.h|syslog\.h|termios\.h|time\.h|ucontext\.h|unistd\.h|"
    r"wchar\.h|wctype\.h")

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
# A statement at the start of a string; prose does not start so.
SQL = re.compile(
    r'"\s*(SELECT\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|'
    r'DELETE\s+FROM\s|REPLACE\s+INTO\s|WITH\s+\w+.*\sAS\s*\(|'
    r'CREATE\s+(UNIQUE\s+)?(TABLE|INDEX|TRIGGER|VIEW)\s|'
    r'ALTER\s+TABLE\s|DROP\s+(TABLE|INDEX|TRIGGER|VIEW)\s)')
# A driver may ask the database about itself.
CATALOGUE = re.compile(r'"SELECT [^"]*\bsqlite_(schema|master)\b')


def allowed(module):
    """All the modules that a module may use, itself among them."""
    reached, waiting = set(), [module]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += ARROWS[name]
    return reached


def module_of(path):
    """src/db/sqlite.c and include/redress/db.h belong to "db"."""
    if path.parts[0] == "src" and len(path.parts) > 2:
        return path.parts[1]
    if path.parts[:2] == ("include", "redress"):
        return path.stem
    return None


def check_include(module, kind, name):
    """What is wrong with one include of a module's file, or None."""
    if kind == "<" and name.startswith("redress/"):
        used = name[len("redress/"):-len(".h")]
        if used not in ARROWS:
            return f"<{name}> is no module's header"
        if used not in allowed(module):
            return f"{module} may not use {used}"
        return None
    if kind == '"':
        return f'"{name}" reaches into another folder' \
            if ".." in name.split("/") else None
    for pattern, owners in LIBRARIES.items():
        if re.fullmatch(pattern, name):
            return None if module in owners \
                else f"<{name}> belongs to {', '.join(sorted(owners))}"
    return None if EVERYBODYS.fullmatch(name) \
        else f"<{name}> belongs to nobody yet"


def check_text(path, text):
    """All that is wrong with one file, as "path: words"."""
    module = module_of(path)
    if module not in ARROWS:
        return [f"{path}: {module} is no module that ARROWS knows"]
    code = COMMENT.sub("", text)
    found = [check_include(module, kind, name)
             for kind, name in INCLUDE.findall(code)]
    if module != "store":
        found += [f"SQL is store's: {match[0]}"
                  for match in SQL.finditer(code)
                  if module != "db"
                  or not CATALOGUE.match(code, match.start())]
    return [f"{path}: {words}" for words in found if words]


class IncludesTest(unittest.TestCase):
    def test_every_include_follows_the_arrows(self):
        paths = [path for path in sources.tracked(
            "src/*.c", "src/*.h", "include/*.h") if module_of(path)]
        self.assertGreater(len(paths), 10)
        wrong = []
        for path in paths:
            wrong += check_text(path, sources.read(path))
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))

    def test_no_two_modules_use_each_other(self):
        for module in ARROWS:
            for used in allowed(module) - {module}:
                self.assertNotIn(module, allowed(used))


class SelfTest(unittest.TestCase):
    """The check sees what it is there to see."""

    def wrong(self, path, text):
        return check_text(sources.pathlib.PurePosixPath(path), text)

    def test_sees_an_include_against_the_arrow(self):
        for path, header in (("src/store/ticket.c", "engine"),
                             ("include/redress/base.h", "message"),
                             ("src/outbox/send.c", "schedule"),
                             ("src/intake/milter.c", "outbox"),
                             ("src/engine/apply.c", "config"),
                             ("src/cli/list.c", "daemon")):
            text = f"#include <redress/{header}.h>\n"
            self.assertEqual(len(self.wrong(path, text)), 1, path)

    def test_sees_a_library_outside_its_module(self):
        for path, header in (("src/store/ticket.c", "sqlite3.h"),
                             ("src/daemon/main.c", "libmilter/mfapi.h"),
                             ("src/analysis/text.c", "gmime/gmime.h"),
                             ("include/redress/message.h", "jansson.h"),
                             ("src/engine/send.c", "curl/curl.h")):
            text = f"#  include <{header}>\n"
            self.assertEqual(len(self.wrong(path, text)), 1, path)

    def test_sees_sql_outside_store_and_reaching_into_folders(self):
        self.assertTrue(self.wrong(
            "src/db/sqlite.c", 'x = "SELECT value FROM meta";'))
        self.assertTrue(self.wrong(
            "src/engine/apply.c", '#include "../store/internal.h"'))

    def test_lets_pass_what_is_right(self):
        self.assertEqual(self.wrong(
            "src/engine/apply.c",
            "/* #include <sqlite3.h> \"SELECT 1\" */\n"
            '#include "internal.h"\n#include <redress/store.h>\n'
            'log("Update the ticket, delete from the list");\n'), [])
        self.assertEqual(self.wrong(
            "src/db/sqlite.c",
            '#include <sqlite3.h>\nrun("PRAGMA user_version");'
            'run("SELECT count(*) FROM sqlite_schema");'), [])


if __name__ == "__main__":
    unittest.main()
