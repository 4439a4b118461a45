"""Where the corpora are, and what we make of their mail."""

import json
import os
import pathlib
import subprocess
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = pathlib.Path(
    os.environ.get("REDRESS_PROGRAMS", SOURCE / "build/release"))


def folder(name):
    """The folder of a corpus; without it the test is skipped, and says so."""
    root = os.environ.get("REDRESS_CORPORA")
    if not root:
        raise unittest.SkipTest(
            f"{name}: REDRESS_CORPORA does not say where the mail is")
    path = (SOURCE / root / name).resolve()
    if not path.is_dir():
        raise unittest.SkipTest(f"{name}: there is no folder {path}")
    return path


def rows(path):
    """The lines of expected.jsonl."""
    with open(path / "expected.jsonl", encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def analyze(files, *options):
    """One analysis for each file, in their order."""
    program = PROGRAMS / "tests/score/analyze_file"
    lines = subprocess.run(
        [program, *options, "--", *files], check=True,
        stdout=subprocess.PIPE).stdout.splitlines()
    found = [json.loads(line) for line in lines]
    assert len(found) == len(files)
    return found
