"""What strangers try, against real servers: nobody else pays for it."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import servers  # noqa: E402
from servers import CUSTOMER, MAILBOX, complaint, send, wait_for  # noqa: E402


class AttackTest(unittest.TestCase):
    """redressd behind Postfix; its own mail goes straight to a sink, where
    tests make recipients fail."""

    changes = {}

    def setUp(self):
        place = self.enterContext(servers.Workplace())
        self.sink = place.sink()
        self.redressd = place.redressd(
            submission=self.sink, changes=self.changes)
        self.postfix = place.postfix(
            relay=place.sink(), redressd=self.redressd)

    def complain(self, sender=CUSTOMER, envelope=None, to=MAILBOX, **options):
        send(self.postfix.port, complaint(sender=sender, **options),
             sender=sender if envelope is None else envelope, to=[to])

    def outbox(self, to):
        return [row for row in self.redressd.redress_json("outbox", "--all")
                if row["to"] == to]

    def wait_settled(self, to, state):
        def settled():
            return [row for row in self.outbox(to) if row["state"] == state]
        return wait_for(settled, what=f"a mail to {to} to be {state}")[0]

    def ticket_of(self, customer):
        found = [ticket for ticket in self.redressd.tickets()
                 if ticket["customer"] == customer]
        self.assertEqual(len(found), 1, found)
        return self.redressd.ticket(found[0]["ref"])


class OutboxTest(AttackTest):

    def test_a_recipient_that_is_refused_fails_and_holds_up_nobody(self):
        self.sink.rule("rcpt", "550 5.1.1 No such user", "gone@")
        self.complain("gone@customer.example")
        self.complain("ann@customer.example")
        self.sink.wait(to="ann@customer.example", timeout_s=5)
        row = self.wait_settled("gone@customer.example", "failed")
        self.assertEqual((row["code"], row["status"]), (550, "5.1.1"))

    def test_a_recipient_that_is_put_off_waits_and_holds_up_nobody(self):
        self.sink.rule("rcpt", "450 4.2.1 Busy", "busy@")
        self.complain("busy@customer.example")
        self.complain("ann@customer.example")
        self.sink.wait(to="ann@customer.example", timeout_s=5)
        wait_for(lambda: self.outbox("busy@customer.example")[0]["attempts"],
                 what="an attempt to be counted")
        row = self.outbox("busy@customer.example")[0]
        self.assertEqual((row["state"], row["code"]), ("queued", 450))

    def test_a_sender_that_is_refused_fails_and_holds_up_nobody(self):
        self.sink.rule("mail", "550 5.7.1 Not you", times=1)
        self.complain("first@customer.example")
        self.wait_settled("first@customer.example", "failed")
        self.complain("ann@customer.example")
        self.sink.wait(to="ann@customer.example", timeout_s=5)

    def test_a_recipient_that_ends_the_session_holds_up_nobody(self):
        self.sink.rule("rcpt", "421 4.7.0 Go away", "poison@")
        self.complain("poison@customer.example")
        wait_for(lambda: any("poison@" in line for line in self.sink.commands),
                 what="the poisoned recipient to be tried")
        for number in range(3):
            customer = f"ann{number}@customer.example"
            self.complain(customer)
            self.sink.wait(to=customer, timeout_s=5)


if __name__ == "__main__":
    unittest.main()
