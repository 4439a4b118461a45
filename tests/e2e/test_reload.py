"""A reload under traffic, a clean stop, and what systemd is told."""

import contextlib
import itertools
import os
import pathlib
import select
import signal
import socket
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from servers import (  # noqa: E402
    MAILBOX, PATIENCE_S, Courier, ServerError, Site, Workplace, complaint,
    program, wait_for)


class WithSite(unittest.TestCase):
    def setUp(self):
        self.place = Workplace()
        self.addCleanup(self.place.close)
        self.site = Site(self.place,
                         changes={"limits": {"automatic_per_minute": 0}})
        self.sink, self.redressd = self.site.sink, self.site.redressd

    @contextlib.contextmanager
    def traffic(self):
        """Couriers at work; in the end each of their mails has one ticket
        and one acknowledgement."""
        numbers = itertools.count(1)
        self.couriers = [Courier(self.site, numbers) for _ in range(3)]
        for courier in self.couriers:
            courier.start()
        try:
            yield
        finally:
            for courier in self.couriers:
                courier.finish()
        senders = [sender for courier in self.couriers
                   for sender, _ in courier.accepted.values()]
        rows = self.redressd.store("SELECT envelope_from FROM message "
                                   "WHERE envelope_from LIKE 'courier%'")
        self.assertEqual(sorted(row[0] for row in rows), sorted(senders))
        for sender in senders:
            self.sink.wait(to=sender)
        self.site.idle()
        self.assertEqual(
            [sender for sender in senders
             if len(self.sink.mails(to=sender)) != 1], [])

    def delivered(self):
        return sum(len(courier.accepted) for courier in self.couriers)

    def wait_delivered(self, count):
        until = self.delivered() + count
        wait_for(lambda: self.delivered() >= until, 60, "mails to get through",
                 self.redressd.log)


class Reload(WithSite):
    NEW = ("mailbox", "sales@example.com")

    def reload(self, words="configuration reloaded"):
        before = self.redressd.log().count(words)
        self.redressd.reload()
        wait_for(lambda: self.redressd.log().count(words) > before, 20,
                 words, self.redressd.log)

    def test_mail_goes_on_while_the_configuration_is_read_anew(self):
        with self.traffic():
            for number in range(10):
                self.redressd.write_config({("mailbox", MAILBOX): {
                    "name": f"Care number {number}"}})
                self.reload()
                self.wait_delivered(3)
        self.assertEqual(
            [attempts for attempts in
             (courier.attempts - len(courier.accepted)
              for courier in self.couriers) if attempts], [],
            "somebody heard 451")
        ticket = self.site.complain()
        ack = self.sink.wait(to=ticket["customer"]).message
        self.assertEqual(ack["From"].addresses[0].display_name,
                         "Care number 9")

    def test_a_new_mailbox_is_answered_and_a_removed_one_let_through(self):
        message = complaint(sender=self.site.customer(), to=self.NEW[1])
        self.site.send(message, to=self.NEW[1])
        self.assertIsNone(self.site.copy_of(message).header[
            "X-Redress-Ticket"])
        self.redressd.write_config({self.NEW: {
            "name": "Sales", "calendar": "always", "team": "care"}})
        self.reload()
        message = complaint(sender=self.site.customer(), to=self.NEW[1])
        self.site.send(message, to=self.NEW[1])
        ack = self.sink.wait(to=message["From"].addresses[0].addr_spec)
        self.assertEqual(ack.message["From"].addresses[0].addr_spec,
                         self.NEW[1])
        self.redressd.write_config({self.NEW: None})
        self.reload()
        message = complaint(sender=self.site.customer(), to=self.NEW[1])
        self.site.send(message, to=self.NEW[1])
        self.assertIsNone(self.site.copy_of(message).header[
            "X-Redress-Ticket"])

    def test_a_mistake_in_the_file_changes_nothing_and_is_told(self):
        good = self.redressd.config_file.read_text()
        self.redressd.config_file.write_text(
            good.replace("answer_within", "answer_wihtin"))
        self.reload("configuration not reloaded")
        line = [line for line in self.redressd.log().splitlines()
                if "not reloaded" in line][-1]
        for word in ("redress.conf:", "answer_wihtin", "answer_within"):
            self.assertIn(word, line)
        customer = self.site.customer()
        self.site.send(complaint(sender=customer))
        self.sink.wait(to=customer)
        self.redressd.config_file.write_text(good)
        self.reload()

    def test_what_needs_a_restart_is_said(self):
        self.redressd.write_config({"store": {
            "path": self.redressd.folder / "other.db"}})
        self.reload()
        self.redressd.wait_log("needs a restart.*store.path")
        customer = self.site.customer()
        self.site.send(complaint(sender=customer))
        self.sink.wait(to=customer)
        self.assertFalse((self.redressd.folder / "other.db").exists())


class Stop(WithSite):
    def test_a_stop_under_traffic_loses_nothing_and_is_clean(self):
        with self.traffic():
            for _ in range(3):
                self.wait_delivered(5)
                begun = time.monotonic()
                self.redressd.stop()   # anything but status 0 is an error
                self.assertLess(time.monotonic() - begun, 10)
                self.redressd.start()
            self.wait_delivered(5)

    def test_mail_that_waits_is_sent_after_the_next_start(self):
        port = self.site.mta.submission_port
        self.redressd.stop()
        self.redressd.write_config({"submission": {"port": port + 1}})
        self.redressd.start()
        ticket = self.site.complain()
        self.redressd.stop()
        self.redressd.write_config({"submission": {"port": port}})
        self.redressd.start()
        self.sink.wait(to=ticket["customer"])


class Systemd(unittest.TestCase):
    """NOTIFY_SOCKET as systemd gives it."""

    def setUp(self):
        place = Workplace()
        self.addCleanup(place.close)
        self.redressd = place.redressd(start=False, submission=place.sink())
        path = place.folder / "notify"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.socket.close)
        self.socket.bind(str(path))
        self.environment = {**os.environ, "NOTIFY_SOCKET": str(path),
                            "WATCHDOG_USEC": "1500000"}
        self.told = []

    def start(self):
        with open(self.redressd.log_file, "ab") as log:
            process = subprocess.Popen(
                [program("redressd"), "--config", self.redressd.config_file],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=self.environment)

        def end():
            process.kill()
            process.wait()
        self.addCleanup(end)
        return process

    def heard(self, words):
        while select.select([self.socket], [], [], 0)[0]:
            self.told += self.socket.recv(4096).decode().splitlines()
        return [word for word in self.told if word.startswith(words)]

    def wait_heard(self, words, count=1):
        wait_for(lambda: len(self.heard(words)) >= count, PATIENCE_S, words,
                 self.redressd.log)

    def test_it_is_told_ready_reloading_alive_and_stopping(self):
        process = self.start()
        self.wait_heard("READY=1")
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(self.redressd.milter_socket))
        self.wait_heard("WATCHDOG=1", 2)
        self.told.clear()
        os.kill(process.pid, signal.SIGUSR1)
        self.wait_heard("READY=1")
        self.assertLess(self.told.index("RELOADING=1"),
                        self.told.index("READY=1"))
        self.assertTrue(self.heard("MONOTONIC_USEC="))
        os.kill(process.pid, signal.SIGTERM)
        self.wait_heard("STOPPING=1")
        self.assertEqual(process.wait(PATIENCE_S), 0)

    def test_what_cannot_start_is_never_ready_and_says_why(self):
        self.redressd.write_config({"store": {"path": "/proc/redress.db"}})
        process = self.start()
        self.assertEqual(process.wait(PATIENCE_S), 75)
        self.assertEqual(self.heard("READY=1"), [])
        self.assertTrue(self.heard("STATUS=/proc/redress.db"))
        self.assertIn("/proc/redress.db", self.redressd.log())

    def test_a_mistake_in_the_configuration_is_status_2(self):
        self.redressd.write_config({"hostname": ""})
        with self.assertRaisesRegex(ServerError, "ended with 2 "):
            self.redressd.start()


if __name__ == "__main__":
    unittest.main()
