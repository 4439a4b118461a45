"""Others are in the mailbox at the same time, and redressd dies at any moment:
what is there to be taken is taken once.

REDRESS_IMAP_KILLS says how often it is killed; more take longer."""

import collections
import os
import pathlib
import random
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from imap_proxy import Fault, ImapProxy  # noqa: E402
from servers import CUSTOMER, complaint, wait_for  # noqa: E402
from test_imap import FOLDERS, Case, Provider  # noqa: E402

KILLS = int(os.environ.get("REDRESS_IMAP_KILLS", "30"))
MDBOX = FOLDERS + "mail_location = mdbox:~/mdbox\n"


class BeforeFetch(Fault):
    """Something happens after the mails are listed, before they are read."""

    def __init__(self, happens):
        self.happens = happens

    def up(self, data):
        if self.happens and b"BODY.PEEK" in data:
            happens, self.happens = self.happens, None
            happens()
        return data


class Races(Case):
    def between(self, happens, count=6, **settings):
        """Mails that wait, of which something becomes between the list and
        the fetch.  Returns the provider."""
        provider = Provider(self.place)
        proxy = self.place.started(ImapProxy(provider.dovecot.port))
        self.follow(provider, port=proxy.port, **settings)
        connection = proxy.wait_idling()
        proxy.hold()
        connection.close()
        provider.put(*(complaint(f"No {n}", sender=f"c{n}@customer.example")
                       for n in range(count)))
        fault = proxy.meet(BeforeFetch(lambda: happens(provider)))
        proxy.release()
        wait_for(lambda: fault.happens is None, 20, "the fetch")
        provider.put(complaint("Last"))
        self.ack()
        return provider

    def subjects(self):
        return sorted(ticket["subject"] for ticket in self.redressd.tickets())

    def some(self, provider, command, *arguments):
        with provider.client() as client:
            client.uid(command, "2,4:5", *arguments)
            client.expunge()

    def test_mails_expunged_before_they_are_read_hold_nothing_up(self):
        self.between(lambda provider: self.some(
            provider, "STORE", "+FLAGS", r"(\Deleted)"))
        self.assertEqual(self.subjects(), ["Last", "No 0", "No 2", "No 5"])

    def test_mails_moved_away_before_they_are_read_hold_nothing_up(self):
        self.between(lambda provider: self.some(
            provider, "MOVE", "Gesendet"))
        self.assertEqual(self.subjects(), ["Last", "No 0", "No 2", "No 5"])

    def test_all_expunged_before_they_are_read(self):
        self.between(lambda provider: provider.expunge())
        self.assertEqual(self.subjects(), ["Last"])

    def test_what_others_deleted_meanwhile_is_still_moved(self):
        provider = self.between(lambda provider: self.some(
            provider, "STORE", "+FLAGS", r"(\Deleted)"),
            move_to="Erledigt/2026")
        wait_for(lambda: len(provider.flags("Erledigt/2026")) == 4,
                 what="the moves", details=self.redressd.log)
        self.assertEqual(provider.flags(), {})

    def test_a_mail_moved_away_and_back_is_one_ticket(self):
        provider = Provider(self.place)
        self.follow(provider)
        self.followed()
        provider.put(complaint())
        self.ack()
        wait_for(lambda: b"$Redress" in b"".join(provider.flags().values()),
                 what="the mark")
        for here, there in (("INBOX", "Gesendet"), ("Gesendet", "INBOX")):
            with provider.client(here) as client:
                client.uid("MOVE", "1:*", there)
        self.redressd.wait_log("duplicate")
        provider.put(complaint("Last", sender="ben@customer.example"))
        self.ack("ben@customer.example")
        self.assertEqual(len(self.sink.mails(to=CUSTOMER)), 1)
        self.assertEqual(len(self.redressd.tickets()), 2)

    def test_read_mail_stays_read_and_unread_mail_unread(self):
        provider = Provider(self.place)
        self.follow(provider, message_bytes="64K")
        self.followed()
        provider.put(complaint("Seen", sender="seen@customer.example"))
        self.ack("seen@customer.example")
        with provider.client() as client:
            client.uid("STORE", "1", "+FLAGS", r"(\Seen)")
        provider.put(complaint("Huge", "x" * 70 + "\n" + "y\n" * 60000))
        self.ack()
        wait_for(lambda: b"".join(provider.flags().values())
                 .count(b"$Redress") == 2, what="the marks")
        self.assertIn(b"\\Seen", provider.flags()[1])
        self.assertNotIn(b"\\Seen", provider.flags()[2])


class Mdbox(Case):
    def test_mail_in_an_mdbox_is_answered_marked_and_moved(self):
        provider = Provider(self.place, extra=MDBOX)
        self.follow(provider, move_to="Erledigt/2026")
        self.followed()
        provider.put(*(complaint(sender=f"c{n}@customer.example")
                       for n in range(5)))
        for number in range(5):
            self.ack(f"c{number}@customer.example")
        wait_for(lambda: len(provider.flags("Erledigt/2026")) == 5,
                 what="the move", details=self.redressd.log)
        self.assertTrue((provider.dovecot.home("complaints") / "mdbox")
                        .exists())

    def test_mail_in_an_mdbox_without_idle_is_polled_and_marked(self):
        provider = Provider(self.place, extra=MDBOX + (
            "protocol imap {\n  imap_capability = IMAP4rev1 UIDPLUS\n}\n"))
        self.follow(provider, poll_every="1s")
        self.followed()
        provider.put(complaint())
        self.ack()
        wait_for(lambda: b"$Redress" in b"".join(provider.flags().values()),
                 what="the mark")


class Killed(Case):
    def put_all_the_time(self, provider, stop):
        number = 0
        while not stop.is_set():
            senders = [f"k{number + n}@customer.example" for n in range(5)]
            provider.put(*(complaint(f"No {sender}", sender=sender)
                           for sender in senders))
            self.senders += senders
            number += 5

    def test_killed_at_any_moment_it_takes_each_mail_once(self):
        provider = Provider(self.place)
        self.follow(provider)
        self.followed()
        self.senders, stop = [], threading.Event()
        putter = threading.Thread(
            target=self.put_all_the_time, args=(provider, stop))
        putter.start()
        chance = random.Random(20261122)
        marks = [None, "opened ", "acknowledged ", "sent ", "followed"]
        try:
            for number in range(KILLS):
                size = len(self.redressd.log())
                until = time.monotonic() + chance.uniform(0, 0.3)
                mark = marks[number % len(marks)]
                wait_for(lambda s=size, m=mark, u=until:
                         m in self.redressd.log()[s:] if m
                         else time.monotonic() >= u, 30, f"“{mark}”")
                self.redressd.kill()
                self.redressd.start()
        finally:
            stop.set()
            putter.join()
        self.check()

    def check(self):
        wait_for(lambda: self.redressd.store(
            "SELECT count(*) FROM message")[0][0] >= len(self.senders), 60,
            "the tickets", self.redressd.log)
        self.redressd.redress("retry", "--all")
        wait_for(lambda: not self.redressd.store(
            "SELECT 1 FROM outbox WHERE state IN "
            "('queued', 'leased', 'uncertain')"), 60, "an empty outbox")
        rows = self.redressd.store("SELECT message_id, ticket_id FROM message")
        self.assertEqual(len({row[0] for row in rows}), len(self.senders))
        self.assertEqual(len(rows), len(self.senders))
        self.assertEqual(len({row[1] for row in rows}), len(rows))
        owed = collections.Counter(row[0] for row in self.redressd.store(
            "SELECT recipient FROM outbox")
            if row[0].endswith("@customer.example"))
        self.assertEqual(owed, collections.Counter(self.senders))
        # One whose answer to the dot was lost goes out once more, as the
        # same mail.
        arrived = collections.defaultdict(set)
        for mail in self.sink.mails():
            arrived[mail.recipients[0]].add(mail.header["Message-ID"])
        for sender in self.senders:
            self.assertLessEqual(len(arrived[sender]), 1)
        missing = [s for s in self.senders if not arrived[s]]
        unknown = self.redressd.store(
            "SELECT count(*) FROM outbox WHERE state = 'unknown'")[0][0]
        self.assertLessEqual(len(missing), unknown)
        print(f"# {KILLS} kills, {len(self.senders)} mails, {unknown} "
              "acknowledgements left to the operator", file=sys.stderr)


if __name__ == "__main__":
    unittest.main()
