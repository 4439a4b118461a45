#!/usr/bin/env python3
"""Benchmarks of redressd, as ratios measured side by side in one run.

    tests/bench/bench.py [--mails N] [--programs BUILD_TREE] [--json FILE]

Needs a release build, `ninja -C build/release bench_programs`, and the private
Postfix of ./setup.  Three tables:

  throughput  mails a second through Postfix with redressd as its milter, over
              the same with an accept-all milter, at 1, 10 and 50 connections
  latency     from the 250 of a complaint to its acknowledgement at the
              customer's server, at 100 mails a second, over a bare SMTP send
  fsync       mails per fsync of redressd at 10 and 50 connections when an
              fsync takes a millisecond

Absolute figures drift from run to run; the ratios are what to compare."""

import argparse
import json
import os
import pathlib
import smtplib
import socket
import statistics
import struct
import subprocess
import sys
import threading
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/e2e"))
import servers  # noqa: E402
from servers import (  # noqa: E402
    LOOPBACK, MAILBOX, Workplace, complaint, free_port, port_listens, send,
    stop_process, wait_for)

CUSTOMER = "bench@customer.example"
MAIL_BYTES = 2000
OPEN_LIMITS = {"limits": {
    "acks_per_sender_per_day": 1000000,
    "automatic_per_thread_per_day": 1000,
    "automatic_per_minute": 0,
}}


class FastSink:
    """Postfix's own smtp-sink: as fast as a mailbox can be."""

    def __init__(self, root):
        self.root, self.port = root, free_port()
        self.host = LOOPBACK

    def __str__(self):
        return f"smtp-sink at port {self.port}"

    def start(self):
        self.process = subprocess.Popen(
            [self.root / "usr/sbin/smtp-sink", "-u", "nobody",
             f"{LOOPBACK}:{self.port}", "1000"],
            env={"LD_LIBRARY_PATH": str(self.root / "usr/lib/postfix")},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: port_listens(self.port), what="smtp-sink to listen")

    def stop(self):
        stop_process(self.process)


class AcceptAll:
    """The yardstick milter, in the folder where Postfix expects ours."""

    def __init__(self, program, socket_path):
        self.program, self.socket = program, socket_path

    def __str__(self):
        return "accept-all milter"

    def start(self):
        self.process = subprocess.Popen(
            [self.program, f"unix:{self.socket}"])
        wait_for(self.socket.exists, what="the accept-all milter to listen")

    def stop(self):
        stop_process(self.process)


def rate(root, port, connections, mails):
    """Mails a second that smtp-source gets accepted."""
    before = time.monotonic()
    subprocess.run(
        [root / "usr/sbin/smtp-source", "-s", str(connections),
         "-m", str(mails), "-l", str(MAIL_BYTES), "-c", "-f", CUSTOMER,
         "-t", MAILBOX, f"{LOOPBACK}:{port}"],
        env={"LD_LIBRARY_PATH": str(root / "usr/lib/postfix")},
        stdout=subprocess.DEVNULL, check=True, timeout=600)
    return mails / (time.monotonic() - before)


def tickets(redressd):
    return len(redressd.redress_json("list", "--all"))


class Bench:
    def __init__(self, options):
        self.options = options
        self.root = servers.mta_root("postfix")
        self.programs = options.programs / "tests/bench"
        self.results = {}

    def place_with_redressd(self, place, environment=None):
        sink = place.started(FastSink(self.root))
        redressd = place.redressd(
            start=False, changes=OPEN_LIMITS, submission=sink)
        redressd.start(environment=environment)
        postfix = place.postfix(relay=sink, redressd=redressd)
        return redressd, postfix

    def place_with_accept_all(self, place):
        sink = place.started(FastSink(self.root))
        postfix = place.postfix(relay=sink)
        place.started(AcceptAll(self.programs / "accept_all",
                                postfix.milter_socket))
        return postfix

    # ---- throughput ------------------------------------------------------

    def throughput(self):
        print("\nMails a second through Postfix "
              f"({MAIL_BYTES} bytes, {self.options.mails} mails)")
        print(f"{'connections':>12} {'accept-all':>12} {'redressd':>12} "
              f"{'ratio':>8}")
        for connections in (1, 10, 50):
            yard, ours = [], []
            # In turns, so that a slow moment of the machine meets both.
            for _ in range(self.options.rounds):
                with Workplace() as place:
                    postfix = self.place_with_accept_all(place)
                    yard.append(rate(self.root, postfix.port, connections,
                                     self.options.mails))
                with Workplace() as place:
                    redressd, postfix = self.place_with_redressd(place)
                    ours.append(rate(self.root, postfix.port, connections,
                                     self.options.mails))
                    made = tickets(redressd)
                    assert made == self.options.mails, made
                    redressd.stop()
            ratio = statistics.median(ours) / statistics.median(yard)
            self.results[f"throughput_{connections}"] = ratio
            print(f"{connections:>12} {statistics.median(yard):>12.0f} "
                  f"{statistics.median(ours):>12.0f} {ratio:>8.2f}",
                  flush=True)

    # ---- latency ---------------------------------------------------------

    def paced(self, count, per_second, send_one):
        """Calls send_one(i) at a steady pace from a few threads."""
        start = time.monotonic() + 0.2
        turn = iter(range(count))
        lock = threading.Lock()

        def work():
            while True:
                with lock:
                    number = next(turn, None)
                if number is None:
                    return
                time.sleep(max(0, start + number / per_second
                               - time.monotonic()))
                send_one(number)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    @staticmethod
    def quantiles(seconds):
        ordered = sorted(seconds)
        return (1000 * statistics.median(ordered),
                1000 * ordered[min(len(ordered) - 1,
                                   int(len(ordered) * 0.99))])

    def bare_send(self, count):
        """A complete SMTP session of Python's own, to the same kind of
        mailbox in which the acknowledgements arrive."""
        taken = []
        with Workplace() as place:
            sink = place.sink()

            def one(number):
                message = complaint(subject=f"bare {number}")
                before = time.monotonic()
                with smtplib.SMTP(LOOPBACK, sink.port) as client:
                    client.send_message(message, CUSTOMER, [MAILBOX])
                    taken.append(time.monotonic() - before)

            self.paced(count, 100, one)
        return self.quantiles(taken)

    def acknowledgements(self, count):
        accepted, taken = {}, []
        with Workplace() as place:
            sink = place.sink()
            redressd = place.redressd(changes=OPEN_LIMITS, submission=sink)
            postfix = place.postfix(relay=sink, redressd=redressd)

            def one(number):
                address = f"c{number}@customer.example"
                message = complaint(subject=f"late {number}")
                del message["From"]
                message["From"] = address
                accepted[address] = send(
                    postfix.port, message, sender=address)

            self.paced(count, 100, one)
            wait_for(lambda: sum(1 for mail in sink.mails()
                                 if mail.recipients[0] in accepted) == count,
                     30, "all acknowledgements")
            for mail in sink.mails():
                if mail.recipients[0] in accepted:
                    taken.append(mail.arrived - accepted[mail.recipients[0]])
            redressd.stop()
        return self.quantiles(taken)

    def latency(self):
        count = self.options.latency_mails
        bare = self.bare_send(count)
        ours = self.acknowledgements(count)
        print(f"\nMilliseconds at 100 mails a second ({count} mails)")
        print(f"{'':>18} {'median':>8} {'99th':>8}")
        print(f"{'bare SMTP send':>18} {bare[0]:>8.2f} {bare[1]:>8.2f}")
        print(f"{'acknowledgement':>18} {ours[0]:>8.2f} {ours[1]:>8.2f}")
        ratios = (ours[0] / bare[0], ours[1] / bare[1])
        print(f"{'ratio':>18} {ratios[0]:>8.2f} {ratios[1]:>8.2f}",
              flush=True)
        self.results["latency_median"], self.results["latency_99"] = ratios

    # ---- fsync -----------------------------------------------------------

    def fsync(self):
        print("\nMails per fsync of redressd, an fsync taking 1 ms more")
        print(f"{'connections':>12} {'mails/s':>8} {'mails/fsync':>12}")
        for connections in (10, 50):
            with Workplace() as place:
                counter = place.subfolder("fsync") / "count"
                counter.write_bytes(bytes(8))
                redressd, postfix = self.place_with_redressd(place, {
                    "LD_PRELOAD": str(self.programs / "libslow_fsync.so"),
                    "SLOW_FSYNC_US": "1000",
                    "SLOW_FSYNC_FILE": str(counter)})
                before = self.count(counter)
                speed = rate(self.root, postfix.port, connections,
                             self.options.mails)
                each = self.options.mails / (self.count(counter) - before)
                redressd.stop()
            self.results[f"mails_per_fsync_{connections}"] = each
            print(f"{connections:>12} {speed:>8.0f} {each:>12.1f}",
                  flush=True)

    @staticmethod
    def count(path):
        return struct.unpack("=Q", path.read_bytes())[0]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--programs", type=pathlib.Path,
                        default=servers.PROGRAMS, help="build tree")
    parser.add_argument("--mails", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--latency-mails", type=int, default=1000)
    parser.add_argument("--only", choices=("throughput", "latency", "fsync"))
    parser.add_argument("--json", type=pathlib.Path,
                        help="write the ratios there")
    options = parser.parse_args()
    servers.PROGRAMS = options.programs
    bench = Bench(options)
    for name in ("throughput", "latency", "fsync"):
        if options.only in (None, name):
            getattr(bench, name)()
    if options.json:
        options.json.write_text(json.dumps(bench.results, indent=1) + "\n")


if __name__ == "__main__":
    main()
