#!/usr/bin/env python3
"""Shows a complaint answered: `./setup demo [--once]`.

A private Postfix on loopback with redressd as its milter, and a mailbox in
which everything arrives.  Nothing of the machine's own mail is touched."""

import argparse
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from servers import (  # noqa: E402
    CUSTOMER, LOOPBACK, MAILBOX, ServerError, Workplace, complaint,
    port_listens, program, send)

FOLLOW_UP_S = 20
PORT = 2525

SETTINGS = {
    # A day's worth of follow-ups in some minutes, for the show.
    "limits": {"automatic_per_thread_per_day": 1000},
    ("mailbox", MAILBOX): {"follow_up_every": f"{FOLLOW_UP_S}s"},
}

COMPLAINT = """\
Hello,

I ordered a kettle from you two weeks ago (order 48213). It came today with a
cracked lid, and the box was open. This is the second time.

I would like my money back, please.

Ann Customer
"""


class Paint:
    """Headings and frames, in colour on a terminal only."""

    def __init__(self):
        self.colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self.width = min(shutil.get_terminal_size((80, 24)).columns, 100)

    def _coloured(self, code, text):
        return f"\033[{code}m{text}\033[0m" if self.colour else text

    def heading(self, text):
        print("\n" + self._coloured("1;36", f"== {text} "
                                    + "=" * (self.width - len(text) - 4)))

    def note(self, text):
        print(self._coloured("2", textwrap.fill(text, self.width)))

    def good(self, text):
        print(self._coloured("1;32", text))

    def bad(self, text):
        print(self._coloured("1;31", text), file=sys.stderr)

    def mail(self, message, *headers):
        """A mail as its reader sees it, with the headers that matter."""
        bar = self._coloured("34", "│ ")
        for name in headers:
            if message[name]:
                print(bar + self._coloured("1", f"{name}: ")
                      + " ".join(str(message[name]).split()))
        print(bar)
        body = message.get_body(preferencelist=("plain", "html"))
        for line in body.get_content().splitlines():
            print(bar + line)


class Demo:
    def __init__(self, place):
        self.place, self.paint = place, Paint()
        self.reference = None

    def start(self):
        self.paint.heading("Starting")
        self.sink = self.place.sink()
        self.redressd = self.place.redressd(changes=SETTINGS)
        print(f"redressd is ready (process {self.redressd.pid})")
        self.postfix = self.place.postfix(
            relay=self.sink, redressd=self.redressd,
            port=None if port_listens(PORT) else PORT)
        print(f"Postfix listens at {LOOPBACK}:{self.postfix.port}, its own "
              "way out for Redress at "
              f"{LOOPBACK}:{self.postfix.submission_port}")
        print(f"all of it is in {self.place.folder}")

    def redress(self, *arguments):
        """Runs the tool for everybody to see."""
        print(f"$ redress {' '.join(arguments)}", flush=True)
        subprocess.run(
            [program("redress"), "--config", self.redressd.config_file,
             *arguments], check=True, stdin=subprocess.DEVNULL, timeout=60)

    def complain(self):
        message = complaint("Kettle arrived broken", COMPLAINT)
        self.paint.heading("A customer complains, by SMTP")
        self.paint.mail(message, "From", "To", "Subject")
        self.accepted = send(self.postfix.port, message)
        self.paint.good("250 OK: the ticket is on disk")

    def acknowledgement(self):
        ack = self.sink.wait(to=CUSTOMER)
        after_ms = (ack.arrived - self.accepted) * 1000
        self.paint.heading("The acknowledgement, in the customer's mailbox")
        self.paint.mail(ack.message, "From", "To", "Subject", "Date",
                        "Reply-To", "Auto-Submitted", "X-Redress-Ticket")
        self.paint.good(
            f"arrived {after_ms:.0f} ms after the 250 OK" if after_ms > 0
            else f"arrived {-after_ms:.0f} ms before the 250 OK was read")
        self.reference = str(ack.message["X-Redress-Ticket"] or "").strip()
        if not re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}", self.reference):
            raise ServerError("the acknowledgement names no ticket")
        copy = self.sink.wait(to=MAILBOX)
        self.paint.note(f"The team's copy is “{copy.message['Subject']}”.")

    def ticket(self):
        self.paint.heading("The ticket")
        self.redress("list")
        print()
        self.redress("show", self.reference)

    def follow_up(self):
        self.paint.heading("The follow-up")
        self.paint.note(
            f"Real mailboxes follow up every 24 hours; this demo's interval "
            f"is {FOLLOW_UP_S} seconds. Waiting for it …")
        sys.stdout.flush()
        self.sink.wait(count=2, to=CUSTOMER, timeout_s=FOLLOW_UP_S + 20)
        mail = self.sink.mails(to=CUSTOMER)[1]
        if mail.message["X-Redress-Ticket"] != self.reference:
            raise ServerError("the second mail is for another ticket")
        self.paint.mail(mail.message, "Subject", "Auto-Submitted",
                        "In-Reply-To")
        self.paint.good("arrived "
                        f"{mail.arrived - self.accepted:.1f} s after the "
                        "complaint")

    def invite(self):
        tool = f"{program('redress')} --config {self.redressd.config_file}"
        self.paint.heading("It stays up")
        print(f"""\
Send mail to {MAILBOX} at {LOOPBACK}, port {self.postfix.port}: with any mail
client, or

  printf 'From: you@customer.example\\nSubject: Mine too\\n\\nIt broke.\\n' |
    curl smtp://{LOOPBACK}:{self.postfix.port} -T - \\
      --mail-from you@customer.example --mail-rcpt {MAILBOX}

Look:
  {tool} list
  {tool} show {self.reference}
End the follow-ups:
  {tool} resolve {self.reference}
Logs:
  {self.redressd.log_file}
  {self.postfix.log_file}

What arrives in the mailboxes is shown here. Ctrl-C stops everything.""",
              flush=True)

    def stay(self):
        """Shows each mail that arrives, until somebody says stop."""
        shown = len(self.sink.mails())
        while self.redressd.running():
            for mail in self.sink.mails()[shown:]:
                shown += 1
                self.paint.heading("A mail for "
                                   + ", ".join(mail.recipients))
                self.paint.mail(mail.message, "From", "Subject",
                                "Auto-Submitted", "X-Redress-Ticket")
                sys.stdout.flush()
            time.sleep(0.1)
        raise ServerError(f"redressd has ended\n{self.redressd.log()}")


def stop(*_):
    # Once is enough: the clean-up is not to be interrupted.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def main():
    parser = argparse.ArgumentParser(prog="./setup demo")
    parser.add_argument("--once", action="store_true",
                        help="end after the show, with 0 if all of it "
                        "happened")
    once = parser.parse_args().once
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    paint = Paint()
    try:
        with Workplace() as place:
            demo = Demo(place)
            demo.start()
            demo.complain()
            demo.acknowledgement()
            demo.ticket()
            demo.follow_up()
            if not once:
                demo.invite()
                demo.stay()
            paint.heading("Stopping")
        paint.good("All of it happened.")
        return 0
    except KeyboardInterrupt:
        print("\nStopped; nothing is left behind.")
        return 130 if once else 0
    except (ServerError, OSError, subprocess.SubprocessError) as error:
        paint.bad(f"demo: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
