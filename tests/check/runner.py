"""The runner counts what happened: nothing that goes wrong looks right."""

import os
import pathlib
import signal
import sys
import tempfile
import unittest

import sources

sys.path.insert(0, str(sources.ROOT / "tests"))
sys.path.insert(0, str(sources.ROOT / "tests/e2e"))
import run  # noqa: E402
import servers  # noqa: E402


def outcome(script, limit_s=30):
    return run.run_suite(run.Suite("x", ["sh", "-c", script]), limit_s)


class RunnerTest(unittest.TestCase):
    def test_counts_single_cases_of_several_groups(self):
        got = outcome("printf 'a word ok 1 - a\nok 2 - b # SKIP no disk\n1..2"
                      "\n1..2\nok 1 - c\nnot ok 2 # SKIP as cmocka has it\n'")
        self.assertEqual((got.passed, got.failures), (2, []))
        self.assertEqual(got.skips, [("b", "no disk"), (
            "as cmocka has it", "no reason given")])

    def test_a_failed_case_fails_even_if_the_program_ends_well(self):
        got = outcome("printf '1..2\nok 1 - a\nnot ok 2 - b\n'")
        self.assertEqual((got.passed, got.failures), (1, ["b"]))

    def test_a_case_that_never_reports_has_failed(self):
        got = outcome("printf '1..3\nok 1 - a\n'; kill -SEGV $$")
        self.assertEqual((got.passed, len(got.failures)), (1, 2))

    def test_a_suite_that_runs_no_test_has_failed(self):
        self.assertEqual(len(outcome("true").failures), 1)
        self.assertEqual(len(outcome("echo 1..0").failures), 1)

    def test_a_bad_end_after_good_cases_is_a_failure(self):
        self.assertEqual(
            outcome("printf '1..1\nok 1 - a\n'; exit 97").failures,
            ["(exit status 97)"])
        self.assertEqual(
            outcome("printf '1..1\nok 1 - a\n'; kill -ABRT $$").failures,
            [f"(killed by {signal.SIGABRT.name})"])

    def test_a_sanitizers_report_is_a_failure_whatever_the_status(self):
        got = outcome("printf '1..1\nok 1 - a\nWARNING: %sSanitizer: data "
                      "race\n' Thread")
        self.assertEqual(len(got.failures), 1)

    def test_a_suite_that_hangs_is_ended_with_its_children(self):
        with tempfile.TemporaryDirectory() as folder:
            note = pathlib.Path(folder, "pid")
            got = outcome("printf '1..1\nok 1 - a\n'; "
                          f"setsid sleep 1000 & echo $! > {note}; wait", 1)
            self.assertEqual(got.failures, ["(took more than 1 s)"])
            child = int(note.read_text())
        servers.wait_for(lambda: not alive(child), what="the child's end")

    def test_a_python_case_fails_by_its_subtest_and_a_class_by_its_set_up(
            self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "sample_suite.py")
            path.write_text(
                "import unittest\n"
                "class A(unittest.TestCase):\n"
                "    def test_a(self):\n"
                "        with self.subTest('x'):\n"
                "            self.fail('no')\n"
                "    def test_b(self): pass\n"
                "    @unittest.skip('not today')\n"
                "    def test_c(self): pass\n"
                "class B(unittest.TestCase):\n"
                "    @classmethod\n"
                "    def setUpClass(cls): raise OSError('gone')\n"
                "    def test_d(self): pass\n"
                "class C(unittest.TestCase):\n"
                "    @classmethod\n"
                "    def setUpClass(cls): raise unittest.SkipTest('no mail')\n"
                "    def test_e(self): pass\n"
                "    def test_f(self): pass\n")
            got = outcome(f"{sys.executable} {sources.ROOT}/tests/run.py "
                          f"--python-suite {path}")
        self.assertEqual(got.passed, 1)
        self.assertEqual(got.failures[0], "A.test_a")
        self.assertEqual(len(got.failures), 2)
        self.assertEqual(got.skips, [
            ("A.test_c", "not today"), ("C.test_e", "no mail"),
            ("C.test_f", "no mail")])


def alive(pid):
    """False for a zombie, too, which nobody has collected yet."""
    try:
        state = pathlib.Path("/proc", str(pid), "stat").read_text()
    except FileNotFoundError:
        return False
    return state.rsplit(")", 1)[1].split()[0] != "Z" and os.getpgid(pid) > 0


if __name__ == "__main__":
    unittest.main()
