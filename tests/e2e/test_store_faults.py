"""When the store cannot be written the sender hears 451 and keeps the mail;
when it can again, nothing was lost, nothing is half there, and nobody had to
restart anything."""

import contextlib
import os
import pathlib
import smtplib
import sqlite3
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from servers import (  # noqa: E402
    ServerError, Site, Workplace, complaint)


def mount(*arguments):
    return subprocess.run(
        ["mount", *map(str, arguments)], check=False, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)


class StoreCase(unittest.TestCase):
    def setUp(self):
        self.place = Workplace()
        self.addCleanup(self.place.close)

    def small_disk(self, size):
        """A file system of its own, or the test is skipped."""
        folder = self.place.subfolder("disk")
        done = mount("-t", "tmpfs", "-o", f"size={size}", "redress-test",
                     folder)
        if done.returncode:
            self.skipTest(f"cannot mount a file system: {done.stdout}")
        # Before the folder is removed, and after redressd has stopped.
        place = self.place

        class Disk:
            def stop(self):
                subprocess.run(["umount", "-l", folder], check=False)

        place._open.insert(0, Disk())
        return folder

    def begin(self, folder=None):
        changes = {"store": {"path": folder / "redress.db"}} if folder else {}
        self.site = Site(self.place, changes=changes)
        self.sink, self.redressd = self.site.sink, self.site.redressd
        if folder:
            self.redressd.store_file = folder / "redress.db"

    def assert_put_off(self, message):
        with self.assertRaises(smtplib.SMTPResponseException) as refused:
            self.site.send(message)
        self.assertEqual(refused.exception.smtp_code, 451)

    def assert_whole(self, *mails):
        """Each of the mails has its ticket, its bytes and its one mail; there
        is nothing else."""
        count = len(mails)
        for table in ("ticket", "message", "raw", "outbox"):
            self.assertEqual(
                self.redressd.store(f"SELECT count(*) FROM {table}"),
                [(count,)], table)
        self.assertEqual(self.redressd.store("PRAGMA integrity_check"),
                         [("ok",)])
        self.assertEqual(self.redressd.store("PRAGMA foreign_key_check"), [])
        for message in mails:
            self.sink.wait(to=message["From"].addresses[0].addr_spec)
        self.site.redressd.wait_log("sent ")


class Full(StoreCase):
    def fill(self, folder):
        """Leaves not a byte."""
        with open(folder / "filler", "ab", buffering=0) as filler:
            for size in (65536, 4096, 1):
                with contextlib.suppress(OSError):
                    while True:
                        filler.write(b"x" * size)

    def test_a_full_disk_is_451_and_no_restart_is_needed(self):
        folder = self.small_disk("4m")
        self.begin(folder)
        before = complaint("Before", sender=self.site.customer())
        after = complaint("After", sender=self.site.customer())
        self.site.send(before)
        self.sink.wait(to=before["From"].addresses[0].addr_spec)
        self.redressd.wait_log("sent ")
        self.fill(folder)
        for _ in range(3):
            self.assert_put_off(after)
        self.redressd.wait_log("mail not recorded")
        self.assertEqual(self.sink.mails(
            message_id=after["Message-ID"]), [])
        self.assertTrue(self.redressd.running())
        pid = self.redressd.pid
        (folder / "filler").unlink()
        self.site.send(after)
        self.assertEqual(self.redressd.pid, pid)
        self.assert_whole(before, after)

    def test_a_mail_for_which_there_is_no_room_spoils_no_other(self):
        folder = self.small_disk("4m")
        self.begin(folder)
        large = complaint("Large", sender=self.site.customer())
        large.add_attachment(os.urandom(6 << 20), maintype="image",
                             subtype="jpeg")
        small = complaint("Small", sender=self.site.customer())
        self.assert_put_off(large)
        self.site.send(small)
        self.assert_whole(small)


class ReadOnly(StoreCase):
    def test_a_read_only_disk_is_451(self):
        folder = self.small_disk("16m")
        self.begin(folder)
        done = mount("-o", "remount,ro", folder)
        if done.returncode:
            self.skipTest("this kernel makes no disk in use read-only: "
                          + done.stdout.strip())
        message = complaint(sender=self.site.customer())
        self.assert_put_off(message)
        self.assertEqual(mount("-o", "remount,rw", folder).returncode, 0)
        self.site.send(message)
        self.assert_whole(message)

    def test_on_a_read_only_disk_it_does_not_start_and_says_why(self):
        folder = self.small_disk("16m")
        self.begin(folder)
        message = complaint(sender=self.site.customer())
        self.site.send(message)
        self.sink.wait(to=message["From"].addresses[0].addr_spec)
        self.redressd.stop()
        self.assertEqual(mount("-o", "remount,ro", folder).returncode, 0)
        with self.assertRaisesRegex(ServerError, "ended with 75"):
            self.redressd.start()
        self.assertIn("Read-only file system", self.redressd.log())
        self.assert_put_off(message)
        self.assertEqual(mount("-o", "remount,rw", folder).returncode, 0)
        self.redressd.start()
        self.assertEqual(len(self.redressd.tickets()), 1)


class Mishaps(StoreCase):
    def test_a_store_that_somebody_moved_away_takes_nothing(self):
        self.begin()
        first = complaint(sender=self.site.customer())
        second = complaint("Second", sender=self.site.customer())
        self.site.send(first)
        self.sink.wait(to=first["From"].addresses[0].addr_spec)
        self.redressd.wait_log("sent ")
        away = self.redressd.store_file.with_suffix(".away")
        self.redressd.store_file.rename(away)
        self.assert_put_off(second)
        self.assertFalse(self.redressd.store_file.exists())
        away.rename(self.redressd.store_file)
        self.site.send(second)
        self.assert_whole(first, second)

    def refused(self, words):
        """It does not start, and says so; the tool says the same."""
        with self.assertRaises(ServerError):
            self.redressd.start()
        self.assertRegex(self.redressd.log(), words)
        self.assertIn(str(self.redressd.store_file), self.redressd.log())
        with self.assertRaisesRegex(ServerError, words):
            self.redressd.redress("list")

    def test_a_store_of_a_newer_version_is_refused(self):
        self.begin()
        ticket = self.site.complain()
        self.redressd.stop()
        version, = self.redressd.store("PRAGMA user_version")[0]
        self.redressd.store("PRAGMA user_version = 999")
        self.refused("newer")
        with self.assertRaises(smtplib.SMTPResponseException) as refused:
            self.site.send(complaint())
        self.assertEqual(refused.exception.smtp_code, 451)
        self.redressd.store(f"PRAGMA user_version = {version}")
        self.redressd.start()
        self.assertEqual([each["ref"] for each in self.redressd.tickets()],
                         [ticket["ref"]])

    def test_a_file_that_is_no_store_is_refused_and_left_alone(self):
        self.begin()
        self.redressd.stop()
        for path in self.redressd.folder.glob("redress.db*"):
            path.unlink()
        self.redressd.store_file.write_bytes(b"somebody's diary\n" * 100)
        with self.assertRaises(ServerError):
            self.redressd.start()
        self.assertIn("redress.db", self.redressd.log())
        self.assertEqual(self.redressd.store_file.read_bytes(),
                         b"somebody's diary\n" * 100)

    def test_somebody_elses_database_is_refused_and_left_alone(self):
        self.begin()
        self.redressd.stop()
        for path in self.redressd.folder.glob("redress.db*"):
            path.unlink()
        with contextlib.closing(sqlite3.connect(
                self.redressd.store_file)) as theirs:
            theirs.execute("CREATE TABLE diary (page TEXT)")
            theirs.commit()
        with self.assertRaises(ServerError):
            self.redressd.start()
        self.assertEqual(self.redressd.store(
            "SELECT name FROM sqlite_schema"), [("diary",)])

    def test_a_writer_that_holds_the_store_delays_and_loses_nothing(self):
        self.begin()
        message = complaint(sender=self.site.customer())
        with contextlib.closing(sqlite3.connect(
                self.redressd.store_file, isolation_level=None)) as guest:
            guest.execute("PRAGMA wal_autocheckpoint = 0")
            guest.execute("BEGIN IMMEDIATE")
            self.assert_put_off(message)
            guest.execute("ROLLBACK")
        self.site.send(message)
        self.assert_whole(message)

    def test_two_daemons_on_one_store_are_refused(self):
        self.begin()
        second = self.place.redressd(
            start=False, submission=self.sink,
            changes={"store": {"path": self.redressd.store_file}})
        with self.assertRaisesRegex(ServerError, "another redressd"):
            second.start()
        self.site.complain()


if __name__ == "__main__":
    unittest.main()
