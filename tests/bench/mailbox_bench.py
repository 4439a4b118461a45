#!/usr/bin/env python3
"""How fast redressd takes in the mail that waits in a mailbox at a provider,
against mbsync(1), which only copies it to a Maildir.  Both fetch the same mails
from the same private Dovecot, one after the other.

    mailbox_bench.py --mails 10000

Columns: seconds, mails a second, the most memory held (for redressd with its
parser processes).  The ratio is redressd's time over mbsync's: redressd parses,
judges and records each mail durably and marks it at the server.  Needs
`./setup install-deps`."""

import argparse
import email.policy
import imaplib
import os
import pathlib
import shutil
import subprocess
import sys
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/e2e"))
import servers  # noqa: E402
from dovecot import Dovecot  # noqa: E402
from servers import (  # noqa: E402
    LOOPBACK, MAIL_OWNER, MAILBOX, Workplace, complaint, wait_for)

sys.path.insert(0, str(SOURCE / "tests/bench"))
from bench import children, peak_mib  # noqa: E402

USER, PASSWORD = "complaints", "secret"
MAIL_BYTES = 2000
AGE_S = 1000000

MBSYNC_RC = """\
IMAPStore far
Host {host}
Port {port}
User {user}
Pass {password}
SSLType None
AuthMechs LOGIN

MaildirStore near
Path {folder}/mail/
Inbox {folder}/mail/INBOX

Channel all
Far :far:
Near :near:
Patterns INBOX
Create Near
Sync Pull
"""


def fill(dovecot, count):
    """Mails as a delivery agent leaves them, older than today."""
    folder = dovecot.home(USER) / "Maildir"
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True)
    for number in range(count):
        message = complaint(f"Broken {number}", "It broke.\n" * (
            MAIL_BYTES // 10), f"c{number}@customer.example")
        path = folder / "new" / f"{number:06}.M1P1.bench"
        path.write_bytes(message.as_bytes(policy=email.policy.default))
        then = time.time() - AGE_S
        os.utime(path, (then, then))
    for path in (dovecot.home(USER), *dovecot.home(USER).rglob("*")):
        shutil.chown(path, MAIL_OWNER, MAIL_OWNER)


def look(dovecot):
    with imaplib.IMAP4(LOOPBACK, dovecot.port, timeout=600) as client:
        client.login(USER, PASSWORD)
        client.select(readonly=True)
        client.fetch("1:*", "(UID RFC822.SIZE)")


def run_mbsync(place, dovecot, count):
    folder = place.subfolder("mbsync")
    (folder / "mail").mkdir()
    settings = folder / "mbsyncrc"
    settings.write_text(MBSYNC_RC.format(
        host=LOOPBACK, port=dovecot.port, user=USER, password=PASSWORD,
        folder=folder))
    before = time.monotonic()
    process = subprocess.Popen(
        [servers.mta_root("isync") / "usr/bin/mbsync", "-q", "-c", settings,
         "all"], stderr=subprocess.DEVNULL, env={**os.environ, "HOME": str(folder)})
    _, status, usage = os.wait4(process.pid, 0)
    taken = time.monotonic() - before
    assert status == 0, status
    copies = len(list((folder / "mail/INBOX").glob("[cn][ue][rw]/*")))
    assert copies == count, copies
    return taken, usage.ru_maxrss / 1024


def run_redressd(place, dovecot, count):
    secret = place.subfolder("secrets") / "password"
    secret.write_text(PASSWORD + "\n")
    secret.chmod(0o600)
    redressd = place.redressd(
        submission=place.sink(), start=False, changes={
            "milter": {"socket": ""},
            ("mailbox", MAILBOX): {"imap": {
                "host": LOOPBACK, "port": dovecot.port, "tls": "none",
                "user": USER, "password_file": secret,
                "start_from": "everything"}}})
    before = time.monotonic()
    redressd.start()
    # Its last step, after the marks.
    wait_for(lambda: "mailbox is followed" in redressd.log(), 1800,
             "the mailbox to be followed", lambda: redressd.log()[-3000:])
    taken = time.monotonic() - before
    made = redressd.store("SELECT count(*) FROM message")[0][0]
    assert made == count, made
    peak = peak_mib(redressd.pid) + sum(map(peak_mib, children(redressd.pid)))
    redressd.stop()
    return taken, peak


def measure(count):
    """{"mailbox_ratio": …}, for bench.py; prints the table."""
    print(f"\n{count} mails of {MAIL_BYTES} bytes that wait in a mailbox, by "
          "IMAP from one Dovecot")
    print(f"{'':>12} {'seconds':>10} {'mails/s':>10} {'peak MiB':>10}")
    found = {}
    with Workplace() as place:
        dovecot = Dovecot(place.subfolder("dovecot"), {USER: PASSWORD},
                          imap=True)
        fill(dovecot, count)
        place.started(dovecot)
        # So that neither pays for the server's first look at them.
        look(dovecot)
        for name, run in (("mbsync", run_mbsync), ("redressd", run_redressd)):
            found[name] = run(place, dovecot, count)
            seconds, peak = found[name]
            print(f"{name:>12} {seconds:>10.2f} {count / seconds:>10.0f} "
                  f"{peak:>10.0f}", flush=True)
    ratio = found["redressd"][0] / found["mbsync"][0]
    print(f"{'ratio':>12} {ratio:>10.2f}", flush=True)
    return {"mailbox_ratio": ratio,
            "mailbox_peak_mib": found["redressd"][1]}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--programs", default=servers.PROGRAMS,
                        type=lambda path: pathlib.Path(path).resolve(),
                        help="build tree")
    parser.add_argument("--mails", type=int, default=500)
    options = parser.parse_args()
    servers.PROGRAMS = options.programs
    print("Load average {:.2f} {:.2f} {:.2f} on {} processors".format(
        *os.getloadavg(), os.cpu_count()), flush=True)
    measure(options.mails)


if __name__ == "__main__":
    main()
