#!/usr/bin/env python3
"""Runs every test and counts the single cases.

    tests/run.py --build-dir build/dev --build-dir build/tsan \\
                 --programs build/release

A suite is a cmocka program of a build tree (as ctest lists them), or a Python
unittest module: tests/check/*.py, tests/e2e/test_*.py, tests/score/test_*.py.
Each is a process of its own that prints TAP, with a time limit and a private
folder; what it leaves running is ended and what it leaves lying is removed.

The last line is "N passed, N failed", with ", N skipped" if any were.  The
exit status is 0 if nothing failed and something passed."""

import argparse
import concurrent.futures
import contextlib
import dataclasses
import fnmatch
import importlib
import io
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import unittest

TESTS = pathlib.Path(__file__).resolve().parent
ROOT = TESTS.parent
sys.path.insert(0, str(TESTS / "e2e"))

PYTHON_SUITES = ("check/*.py", "e2e/test_*.py", "score/test_*.py")
NOT_SUITES = {"check/sources.py"}

TIME_LIMIT_S = 600

# A report of a sanitizer is a failure, whoever makes it: exit statuses that
# no test would choose, and no report that is only printed.
SANITIZERS = {
    # Not strict_string_checks: it walks the whole string at each strchr(), so
    # that a linear pass over a hostile mail takes its square.
    "ASAN_OPTIONS": "abort_on_error=0:exitcode=97:detect_leaks=1:"
                    "detect_stack_use_after_return=1:"
                    "check_initialization_order=1:allocator_may_return_null=1",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1:exitcode=97",
    "TSAN_OPTIONS": "halt_on_error=0:exitcode=97:second_deadlock_stack=1:"
                    "history_size=4:"
                    f"suppressions='{TESTS}/tsan/suppressions'",
    "LSAN_OPTIONS": "exitcode=97:print_suppressions=0",
    # GLib 2.74 keeps freed slices for itself, where no sanitizer looks.
    "G_SLICE": "always-malloc",
}
REPORT = re.compile(r"^.*(ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|"
                    r"runtime error: ).*$", re.MULTILINE)


@dataclasses.dataclass
class Suite:
    name: str                # "unit/base [dev]"
    command: list
    folder: pathlib.Path = ROOT
    environment: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Outcome:
    suite: Suite
    passed: int = 0
    failures: list = dataclasses.field(default_factory=list)
    skips: list = dataclasses.field(default_factory=list)
    seconds: float = 0
    output: str = ""


# ---- which suites there are -----------------------------------------------

def fixed_addresses():
    """What stands before a program with ThreadSanitizer.  GCC 12's refuses to
    start where a newer kernel randomises addresses more widely."""
    with open("/proc/sys/vm/mmap_rnd_bits", encoding="ascii") as bits:
        wide = int(bits.read()) > 28
    return ["setarch", "--addr-no-randomize"] if wide else []


def launcher(build):
    """What stands before a command of a build tree."""
    cache = (build / "CMakeCache.txt").read_text()
    threads = re.search(r"^REDRESS_SANITIZE:\w+=.*thread", cache, re.M)
    return fixed_addresses() if threads else []


def cmocka_suites(build):
    """The programs that ctest knows in a build tree."""
    before = launcher(build)
    listed = subprocess.run(
        ["ctest", "--show-only=json-v1"], cwd=build, check=True,
        stdout=subprocess.PIPE, stdin=subprocess.DEVNULL).stdout
    for test in json.loads(listed)["tests"]:
        properties = {item["name"]: item["value"]
                      for item in test.get("properties", [])}
        variables = dict(item.split("=", 1) for item
                         in properties.get("ENVIRONMENT", []))
        variables["CMOCKA_MESSAGE_OUTPUT"] = "TAP"
        # A program that was not built has no command.
        command = before + (test.get("command") or ["false"])
        yield Suite(f"unit/{test['name']} [{build.name}]", command,
                    pathlib.Path(properties.get("WORKING_DIRECTORY", build)),
                    variables)


def python_suites(programs):
    for pattern in PYTHON_SUITES:
        for path in sorted(TESTS.glob(pattern)):
            name = str(path.relative_to(TESTS))
            if name in NOT_SUITES or path.name == "__init__.py":
                continue
            folder = name.split("/", maxsplit=1)[0]
            trees = [None] if folder == "check" else programs
            for tree in trees:
                label = f" [{tree.name}]" if tree else ""
                yield Suite(
                    name[:-len(".py")] + label,
                    [sys.executable, __file__, "--python-suite", str(path)],
                    environment={"REDRESS_PROGRAMS": str(tree)}
                    if tree else {})


def matches(suite, patterns):
    return not patterns or any(
        pattern in suite.name or fnmatch.fnmatch(suite.name, pattern)
        for pattern in patterns)


# ---- one suite ------------------------------------------------------------

# Not from the start of a line: what a case printed may stand before it.
# cmocka writes "not ok 3 # SKIP name" for a skipped case, and gives no reason.
RESULT = re.compile(
    r"(?P<not>not )?ok (?P<number>\d+)"
    r"(?: - (?P<name>.*?))?(?:\s*# SKIP\b\s*(?P<why>.*))?\s*$")
PLAN = re.compile(r"^\s*1\.\.(\d+)(?:\s*# SKIP\s*(.*))?\s*$", re.IGNORECASE)


def read_tap(text, outcome):
    """Counts the cases of a TAP text.  Every group of cases brings its plan;
    a case that was planned and did not report has failed."""
    planned = seen = 0
    for line in text.splitlines():
        plan = PLAN.match(line)
        if plan:
            planned += int(plan[1])
            continue
        result = None if line.startswith("#") else RESULT.search(line)
        if not result:
            continue
        seen += 1
        name, why = result["name"] or "", result["why"]
        if why is not None:
            outcome.skips.append(
                (name, why) if name else (why, "no reason given"))
        elif result["not"]:
            outcome.failures.append(name)
        else:
            outcome.passed += 1
    if planned > seen:
        outcome.failures += ["(planned, never reported)"] * (planned - seen)
    if not planned and not seen:
        outcome.failures.append("(ran no test)")


def judge(outcome, status, timed_out):
    """Adds what the output does not say: a crash, a report, the time."""
    read_tap(outcome.output, outcome)
    if timed_out:
        outcome.failures.append(f"(took more than {timed_out} s)")
    elif REPORT.search(outcome.output):
        outcome.failures.append(
            "(sanitizer: " + REPORT.search(outcome.output)[0].strip() + ")")
    elif status and not outcome.failures:
        outcome.failures.append(
            f"(killed by {signal.Signals(-status).name})" if status < 0
            else f"(exit status {status})")


_running = set()   # processes, to be ended when we are


def run_suite(suite, limit_s):
    import servers
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rt", dir="/tmp"))
    folder.chmod(0o711)
    environment = {
        **os.environ, **SANITIZERS, "REDRESS_SOURCE_DIR": str(ROOT),
        "REDRESS_TEST_FOLDER": str(folder), "TMPDIR": str(folder),
        "G_DEBUG": "gc-friendly", "PYTHONDONTWRITEBYTECODE": "1",
        **suite.environment}
    outcome, timed_out = Outcome(suite), None
    begun = time.monotonic()
    with open(folder / ".output", "w+b") as output:
        try:
            process = subprocess.Popen(
                suite.command, cwd=suite.folder, env=environment,
                stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, start_new_session=True)
            _running.add(process)
            try:
                status = process.wait(limit_s)
            except subprocess.TimeoutExpired:
                timed_out = limit_s
                status = end(process)
            _running.discard(process)
        except OSError as error:
            status = 127
            output.write(str(error).encode())
        output.seek(0)
        outcome.output = output.read().decode("utf-8", "replace")
    outcome.seconds = time.monotonic() - begun
    judge(outcome, status, timed_out)
    servers.kill_processes_of(folder)
    shutil.rmtree(folder, ignore_errors=True)
    return outcome


def end(process):
    """Asks a suite that takes too long to clean up, then kills it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            pass
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


# ---- a Python suite, in its own process -----------------------------------

def flattened(suite):
    """The single cases of a suite of suites."""
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from flattened(test)
        else:
            yield test


class TapResult(unittest.TestResult):
    """Prints each case as it ends; a failed subtest fails its case."""

    def __init__(self, cases):
        super().__init__()
        self._cases = cases
        self._words, self._why, self._number = [], None, 0

    def startTest(self, test):
        super().startTest(test)
        self._words, self._why = [], None

    def stopTest(self, test):
        super().stopTest(test)
        self._report(self._name(test))

    @staticmethod
    def _name(test):
        return ".".join(test.id().split(".")[-2:]) \
            if hasattr(test, "_testMethodName") else str(test)

    def _report(self, name):
        self._number += 1
        name = name.replace("#", "number ")
        for words in self._words:
            print("".join(f"# {line}\n" for line in words.splitlines()),
                  end="")
        if self._words:
            print(f"not ok {self._number} - {name}", flush=True)
        elif self._why is not None:
            print(f"ok {self._number} - {name} # SKIP {self._why}", flush=True)
        else:
            print(f"ok {self._number} - {name}", flush=True)

    def _fail(self, test, error):
        self._words.append("".join(traceback.format_exception(*error)))
        if not hasattr(test, "_testMethodName"):
            # setUpClass or setUpModule: no startTest comes.
            self._report(self._name(test))
            self._words = []

    def addError(self, test, err):
        super().addError(test, err)
        self._fail(test, err)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._fail(test, err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err:
            self._words.append(f"{subtest}\n" + "".join(
                traceback.format_exception(*err)))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._why = reason.replace("\n", " ")
        if not hasattr(test, "_testMethodName"):
            # setUpClass: "setUpClass (module.Class)" stands for all its cases.
            for case in self._cases_of(str(test)):
                self._report(self._name(case))

    def _cases_of(self, words):
        return [case for case in flattened(self._cases)
                if f"({unittest.util.strclass(type(case))})" in words]

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self._words.append("succeeded, and was expected to fail")


def run_python_suite(path):
    """Runs one module and prints TAP.  Its folder is where it imports from."""
    def interrupted(*_):
        raise SystemExit(1)  # so that atexit and finally clean up
    signal.signal(signal.SIGTERM, interrupted)
    sys.path.insert(0, str(path.parent))
    module = importlib.import_module(path.stem)
    cases = unittest.defaultTestLoader.loadTestsFromModule(module)
    print(f"1..{cases.countTestCases()}", flush=True)
    result = TapResult(cases)
    cases.run(result)
    sys.stdout.flush()
    return 0 if result.wasSuccessful() else 1


# ---- all of them ----------------------------------------------------------

class Paint:
    """Colour on a terminal, plain text elsewhere."""

    def __init__(self):
        self._on = sys.stdout.isatty() and "NO_COLOR" not in os.environ

    def __call__(self, code, text):
        return f"\033[{code}m{text}\033[0m" if self._on else text


def show(outcome, paint, at, total):
    failed, skipped = len(outcome.failures), len(outcome.skips)
    counts = f"{outcome.passed} passed"
    counts += f", {failed} failed" if failed else ""
    counts += f", {skipped} skipped" if skipped else ""
    word = paint("31", "FAIL") if failed else paint("32", "ok  ")
    text = io.StringIO()
    text.write(f"{word} {outcome.suite.name}: {counts} "
               f"({outcome.seconds:.1f} s) [{at}/{total}]\n")
    for name, why in outcome.skips:
        text.write(f"     skipped {name}: {why}\n")
    if failed:
        for name in outcome.failures:
            text.write(f"     {paint('31', 'failed')} {name}\n")
        lines = outcome.output.rstrip().splitlines()
        if len(lines) > 400:
            lines = lines[:200] + [f"… {len(lines) - 400} lines …"] \
                + lines[-200:]
        text.write("".join(f"     | {line}\n" for line in lines))
    sys.stdout.write(text.getvalue())
    sys.stdout.flush()


def run_all(suites, jobs, limit_s):
    paint, outcomes, lock = Paint(), [], threading.Lock()

    def one(suite):
        outcome = run_suite(suite, limit_s)
        with lock:
            outcomes.append(outcome)
            show(outcome, paint, len(outcomes), len(suites))

    pool = concurrent.futures.ThreadPoolExecutor(jobs)
    waiting = [pool.submit(one, suite) for suite in suites]
    try:
        for future in waiting:
            future.result()
    except KeyboardInterrupt:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in list(_running):
            end(process)
        raise
    return outcomes


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build-dir", action="append", default=[],
                        type=pathlib.Path, metavar="DIR",
                        help="a build tree whose cmocka programs are run")
    parser.add_argument("--programs", action="append", default=[],
                        type=pathlib.Path, metavar="DIR",
                        help="a build tree whose redressd and redress the "
                        "end-to-end tests use (default: the first "
                        "--build-dir, else build/release)")
    parser.add_argument("--only", action="append", default=[],
                        metavar="PATTERN", help="suites whose name has this "
                        "in it, or matches it as a shell pattern")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(),
                        help="suites at once (default: one a processor)")
    parser.add_argument("--time-limit", type=int, default=TIME_LIMIT_S,
                        metavar="S", help="for one suite")
    parser.add_argument("--list", action="store_true",
                        help="only name the suites")
    parser.add_argument("--python-suite", type=pathlib.Path,
                        help=argparse.SUPPRESS)
    return parser.parse_args()


def main():
    options = arguments()
    if options.python_suite:
        return run_python_suite(options.python_suite)
    builds = [path.resolve() for path in options.build_dir]
    programs = [path.resolve() for path in options.programs] \
        or builds[:1] or [ROOT / "build/release"]
    suites = [suite for build in builds for suite in cmocka_suites(build)]
    suites += python_suites(programs)
    suites = [suite for suite in suites if matches(suite, options.only)]
    if options.list:
        print("\n".join(suite.name for suite in suites))
        return 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        outcomes = run_all(suites, max(1, options.jobs), options.time_limit)
    except KeyboardInterrupt:
        print("interrupted")
        return 130
    passed = sum(outcome.passed for outcome in outcomes)
    failed = sum(len(outcome.failures) for outcome in outcomes)
    skipped = sum(len(outcome.skips) for outcome in outcomes)
    print(f"{passed} passed, {failed} failed"
          + (f", {skipped} skipped" if skipped else ""))
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
