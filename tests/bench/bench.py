#!/usr/bin/env python3
"""Benchmarks of redressd, as ratios measured side by side in one run.

    ./setup bench [OPTION...]

or, where build/release and the private Postfix of ./setup are there already,

    tests/bench/bench.py [--programs BUILD_TREE] [--mails N] [--json FILE]

which builds what it lacks, needs root, and ends in under five minutes.  It
prints

  throughput  mails a second through Postfix with redressd as its milter, over
              the same with an accept-all milter, at 1, 10 and 50 connections;
              aim 0.9
  memory      what redressd and its parser processes held at most
  straight    mails a second by the milter protocol, without Postfix
  fsync       mails per fsync of redressd at 10 and 50 connections when an
              fsync takes a millisecond more, without Postfix; aim 5 and 20
  latency     from the 250 of a complaint to its acknowledgement at the
              customer's server, at 100 mails a second, over a bare SMTP send;
              aim 2.  Below zero: the acknowledgement left with the commit
              and overtook the 250 on its way through Postfix
  promise     when a promise of business hours falls due, and the open time
              between two instants: how many times as fast as the plain way,
              which walks from day to day with GDateTime
  mailbox     mails that wait in a mailbox at a provider, against mbsync,
              which copies them: see mailbox_bench.py

Absolute figures drift from run to run and fall when the machine has other
work, which the load average at the head tells; the ratios are what to
compare."""

import argparse
import json
import os
import pathlib
import re
import smtplib
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
WARM_UP_MAILS = 100
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


def load(programs, socket_path, connections, mails, first=0):
    """Mails a second by the milter protocol, straight to the socket."""
    done = subprocess.run(
        [programs / "milter_load", socket_path, MAILBOX, str(connections),
         str(mails), str(first)],
        stdout=subprocess.PIPE, check=True, timeout=600)
    return float(done.stdout)


def tickets(redressd):
    return len(redressd.redress_json("list", "--all"))


def peak_mib(pid):
    """What a process held in memory at most."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024


def children(pid):
    return [int(child) for path in
            pathlib.Path(f"/proc/{pid}/task").glob("*/children")
            for child in path.read_text().split()]


class Bench:
    def __init__(self, options):
        self.options = options
        self.root = servers.mta_root("postfix")
        self.programs = options.programs / "tests/bench"
        self.results = {}
        self.memory = (0, 0, 0)

    def place_with_redressd(self, place):
        sink = place.started(FastSink(self.root))
        redressd = place.redressd(changes=OPEN_LIMITS, submission=sink)
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
        print(f"\nMails a second through Postfix ({MAIL_BYTES} bytes, "
              f"{self.options.mails} mails, a quarter at 1 connection; "
              f"median of {self.options.rounds})")
        print(f"{'connections':>12} {'accept-all':>12} {'redressd':>12} "
              f"{'ratio':>8}")
        for connections in (1, 10, 50):
            mails = self.options.mails // (4 if connections == 1 else 1)
            yard, ours = [], []
            # In turns, so that a slow moment of the machine meets both.
            for _ in range(self.options.rounds):
                yard.append(self.rate_with_accept_all(connections, mails))
                ours.append(self.rate_with_redressd(connections, mails))
            ratio = statistics.median(ours) / statistics.median(yard)
            self.results[f"throughput_{connections}"] = ratio
            print(f"{connections:>12} {statistics.median(yard):>12.0f} "
                  f"{statistics.median(ours):>12.0f} {ratio:>8.2f}",
                  flush=True)
        print("Peak memory of redressd: {:.0f} MiB, and {:.0f} MiB in {} "
              "parser processes".format(*self.memory), flush=True)

    def rate_with_accept_all(self, connections, mails):
        with Workplace() as place:
            postfix = self.place_with_accept_all(place)
            return rate(self.root, postfix.port, connections, mails)

    def rate_with_redressd(self, connections, mails):
        with Workplace() as place:
            redressd, postfix = self.place_with_redressd(place)
            taken = rate(self.root, postfix.port, connections, mails)
            made = tickets(redressd)
            assert made == mails, made
            self.note_memory(redressd)
            redressd.stop()
        return taken

    def note_memory(self, redressd):
        parsers = [peak_mib(pid) for pid in children(redressd.pid)]
        found = (peak_mib(redressd.pid), sum(parsers), len(parsers))
        self.memory = max(self.memory, found)
        self.results["peak_mib"] = self.memory[0]
        self.results["peak_parsers_mib"] = self.memory[1]

    # ---- straight to the socket ------------------------------------------

    def straight(self):
        print(f"\nMails a second straight to the milter's socket "
              f"({MAIL_BYTES} bytes, {self.options.mails} mails)")
        print(f"{'connections':>12} {'accept-all':>12} {'redressd':>12}")
        for connections in (10, 50):
            with Workplace() as place:
                yard = place.started(AcceptAll(
                    self.programs / "accept_all",
                    place.subfolder("yard") / "socket"))
                fastest = load(self.programs, yard.socket, connections,
                               self.options.mails)
            with Workplace() as place:
                redressd = self.redressd_alone(place)
                ours = load(self.programs, redressd.milter_socket,
                            connections, self.options.mails)
                redressd.stop()
            self.results[f"straight_{connections}"] = ours
            print(f"{connections:>12} {fastest:>12.0f} {ours:>12.0f}",
                  flush=True)

    def redressd_alone(self, place, environment=None):
        sink = place.started(FastSink(self.root))
        redressd = place.redressd(
            start=False, changes=OPEN_LIMITS, submission=sink)
        redressd.start(environment=environment)
        return redressd

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
                    after = time.monotonic()
                if number >= WARM_UP_MAILS:
                    taken.append(after - before)

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
                accepted[address] = (number, send(
                    postfix.port, message, sender=address))

            self.paced(count, 100, one)
            wait_for(lambda: sum(1 for mail in sink.mails()
                                 if mail.recipients[0] in accepted) == count,
                     30, "all acknowledgements")
            for mail in sink.mails():
                number, at = accepted.get(mail.recipients[0], (0, 0))
                if number >= WARM_UP_MAILS:
                    taken.append(mail.arrived - at)
            redressd.stop()
        early = sum(1 for seconds in taken if seconds < 0)
        return *self.quantiles(taken), early / len(taken)

    def latency(self):
        count = self.options.latency_mails + WARM_UP_MAILS
        bare = self.bare_send(count)
        ours = self.acknowledgements(count)
        print(f"\nMilliseconds at 100 mails a second ({count} mails, the "
              f"first {WARM_UP_MAILS} to warm up and not counted)")
        print(f"{'':>18} {'median':>8} {'99th':>8}")
        print(f"{'bare SMTP send':>18} {bare[0]:>8.2f} {bare[1]:>8.2f}")
        print(f"{'acknowledgement':>18} {ours[0]:>8.2f} {ours[1]:>8.2f}  "
              f"({100 * ours[2]:.0f} % before the sender heard 250)")
        ratios = (ours[0] / bare[0], ours[1] / bare[1])
        print(f"{'ratio':>18} {ratios[0]:>8.2f} {ratios[1]:>8.2f}",
              flush=True)
        self.results["latency_median"], self.results["latency_99"] = ratios

    # ---- fsync -----------------------------------------------------------

    def fsync(self):
        print("\nMails per fsync of redressd, an fsync taking 1 ms more, "
              "straight to the socket")
        print(f"{'connections':>12} {'mails/s':>8} {'mails/fsync':>12}")
        for connections in (10, 50):
            with Workplace() as place:
                counter = place.subfolder("fsync") / "count"
                counter.write_bytes(bytes(8))
                redressd = self.redressd_alone(place, {
                    "LD_PRELOAD": str(self.programs / "libslow_fsync.so"),
                    "SLOW_FSYNC_US": "1000",
                    "SLOW_FSYNC_FILE": str(counter)})
                load(self.programs, redressd.milter_socket, connections,
                     WARM_UP_MAILS)
                before = self.count(counter)
                speed = load(self.programs, redressd.milter_socket,
                             connections, self.options.mails, WARM_UP_MAILS)
                each = self.options.mails / (self.count(counter) - before)
                redressd.stop()
            self.results[f"mails_per_fsync_{connections}"] = each
            print(f"{connections:>12} {speed:>8.0f} {each:>12.1f}",
                  flush=True)

    @staticmethod
    def count(path):
        return struct.unpack("=Q", path.read_bytes())[0]

    # ---- promises --------------------------------------------------------

    def promise(self):
        """A million of each of ours."""
        print("\nNanoseconds for one answer, Mon-Fri 09:00-17:00 with 24 "
              "holidays in two years")
        print(f"{'':>22} {'plain':>10} {'ours':>10} {'ratio':>8}")
        with Workplace() as place:
            done = subprocess.run(
                [self.programs / "promise_pace", place.subfolder("pace")],
                stdout=subprocess.PIPE, check=True, timeout=600)
        for line in done.stdout.decode().splitlines():
            name, ours, plain = line.split()
            ratio = self.results[name] = float(plain) / float(ours)
            print(f"{name:>22} {float(plain):>10.0f} {float(ours):>10.0f} "
                  f"{ratio:>8.1f}", flush=True)

    # ---- a mailbox at a provider -----------------------------------------

    def mailbox(self):
        import mailbox_bench
        self.results.update(
            mailbox_bench.measure(self.options.mailbox_mails))


TABLES = (
    "throughput", "straight", "fsync", "latency", "promise", "mailbox")


def build(programs):
    """Whatever of it is missing or older than its source."""
    subprocess.run(
        ["cmake", "--build", programs, "--target", "bench_programs"],
        check=True, stdout=subprocess.DEVNULL)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--programs", default=servers.PROGRAMS,
                        type=lambda path: pathlib.Path(path).resolve(),
                        help="build tree")
    parser.add_argument("--mails", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--latency-mails", type=int, default=1000)
    parser.add_argument("--mailbox-mails", type=int, default=10000)
    parser.add_argument("--only", choices=TABLES)
    parser.add_argument("--json", type=pathlib.Path,
                        help="write the ratios there")
    options = parser.parse_args()
    servers.PROGRAMS = options.programs
    build(options.programs)
    bench = Bench(options)
    print("Load average {:.2f} {:.2f} {:.2f} on {} processors".format(
        *os.getloadavg(), os.cpu_count()), flush=True)
    for name in TABLES:
        if options.only in (None, name):
            getattr(bench, name)()
    if options.json:
        options.json.write_text(json.dumps(bench.results, indent=1) + "\n")


if __name__ == "__main__":
    main()
