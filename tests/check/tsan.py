"""ThreadSanitizer sees GLib's locks, and still sees every true race."""

import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

import sources

sys.path.insert(0, str(sources.ROOT / "tests"))
import run  # noqa: E402

FOLDER = sources.ROOT / "tests/tsan"

# How two threads meet in probe.c, and what must be said of it.
WAYS = {
    "guarded_by_nothing": "data race",
    "guarded_by_two_mutexes": "data race",
    "written_under_a_reader_lock": "data race",
    "written_after_the_turn": "data race",
    "written_after_the_hand_over": "data race",
    "written_while_a_pool_works": "data race",
    "locked_in_two_orders": "lock-order-inversion",
    "guarded_by_a_mutex": None,
    "guarded_by_a_lock_that_was_tried": None,
    "guarded_by_a_recursive_mutex": None,
    "guarded_by_a_writer_lock": None,
    "handed_over_by_a_condition": None,
    "handed_over_by_a_timed_wait": None,
    "handed_over_by_a_queue": None,
    "worked_on_by_a_pool": None,
    "made_once": None,
    "made_once_the_classic_way": None,
    "freed_by_who_is_last": None,
    "array_freed_by_who_is_last": None,
    "shared_inside_glib": None,
}


def build(program):
    packages = subprocess.run(
        ["pkg-config", "--cflags", "--libs", "glib-2.0"], check=True,
        stdout=subprocess.PIPE, text=True).stdout
    subprocess.run(
        [os.environ.get("CC", "cc"), "-std=gnu11", "-D_GNU_SOURCE", "-O1",
         "-g", "-fsanitize=thread", FOLDER / "probe.c",
         FOLDER / "glib_locks.c", "-o", program, *shlex.split(packages)],
        check=True)


class TsanTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.probe = pathlib.Path(folder.name, "probe")
        build(cls.probe)

    def meet(self, way):
        """Exit status and what was reported, with the runner's options."""
        done = subprocess.run(
            [*run.fixed_addresses(), self.probe, way], text=True, timeout=60,
            env={**os.environ, **run.SANITIZERS}, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        found = re.findall(r"^WARNING: ThreadSanitizer: ([\w -]+?) \(",
                           done.stdout, re.M)
        return done.returncode, found, done.stdout

    def check(self, ways):
        for way, expected in ways:
            with self.subTest(way):
                status, found, output = self.meet(way)
                self.assertEqual(set(found), {expected} - {None}, output)
                self.assertEqual(status, 97 if expected else 0, output)

    def test_every_true_race_is_reported(self):
        self.check((way, word) for way, word in WAYS.items() if word)

    def test_nothing_that_glib_orders_is_reported(self):
        self.check((way, word) for way, word in WAYS.items() if not word)

    def test_every_way_of_the_probe_is_looked_at(self):
        text = sources.read("tests/tsan/probe.c")
        self.assertEqual(set(re.findall(r"WAY\((\w+)\),", text)), set(WAYS))


if __name__ == "__main__":
    unittest.main()
