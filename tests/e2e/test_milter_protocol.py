"""redressd as an MTA meets it, step by step of the milter protocol."""

import os
import pathlib
import signal
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import milter_client as mta  # noqa: E402
from milter_client import MilterClient  # noqa: E402
from servers import MAILBOX, Workplace, wait_for  # noqa: E402

ANN = "<ann@customer.example>"
OURS = f"<{MAILBOX}>"
BODY = b"The kettle came in pieces.\r\n"


def headers(subject="Broken", **more):
    """A complaint's header, each time with another Message-ID."""
    headers.count += 1
    result = [("From", " Ann <ann@customer.example>"), ("To", f" {MAILBOX}"),
              ("Date", " Sat, 21 Nov 2026 20:15:19 +0000"),
              ("Message-ID", f" <{headers.count}@customer.example>")]
    if subject is not None:
        result.append(("Subject", f" {subject}"))
    return result + [(name.replace("_", "-"), f" {value}")
                     for name, value in more.items()]


headers.count = 0


class MilterProtocol(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Workplace()
        cls.addClassCleanup(cls.place.close)
        cls.sink = cls.place.sink()
        cls.redressd = cls.place.redressd(
            submission=cls.sink,
            changes={"limits": {"message_bytes": 300000,
                                "memory_bytes": 1048576}})

    def connect(self, **offer):
        client = MilterClient(self.redressd.milter_socket)
        self.addCleanup(client.__exit__)
        client.negotiate(**offer)
        return client

    # -- negotiation

    def test_no_more_is_asked_for_than_is_needed(self):
        client = self.connect()
        self.assertEqual(
            client.actions,
            mta.ADD_HEADERS | mta.CHANGE_HEADERS | mta.SET_SYMBOLS
            | mta.CHANGE_BODY | mta.DELETE_RCPT | mta.CHANGE_FROM)
        self.assertEqual(
            client.steps,
            mta.NO_CONNECT | mta.NO_HELO | mta.NO_UNKNOWN | mta.SKIP
            | mta.SILENT_MAIL | mta.SILENT_RCPT | mta.SILENT_HEADERS
            | mta.LEADING_SPACE)
        self.assertEqual(set(client.symbols.values()),
                         {"i {auth_authen} {client_addr}", "{rcpt_addr}", "i"})

    def test_nothing_is_asked_for_that_was_not_offered(self):
        client = self.connect(version=2, actions=mta.ADD_HEADERS,
                              steps=mta.OLD_STEPS)
        self.assertEqual(client.actions, mta.ADD_HEADERS)
        self.assertEqual(client.steps & ~mta.OLD_STEPS, 0)

    def test_an_mta_of_protocol_2_is_served(self):
        client = self.connect(version=2, actions=0x3F, steps=mta.OLD_STEPS)
        client.steps |= mta.NO_DATA
        plain = [(name, value.lstrip()) for name, value in headers()]
        verdict = client.mail(ANN, [OURS], plain, BODY)
        self.assertEqual((verdict.code, verdict.at), (mta.CONTINUE, "eom"))
        self.assertEqual(len(verdict.tickets), 1)
        self.assertEqual(verdict.changed,
                         [("Subject", 1, f"[#{verdict.tickets[0]}] Broken")])
        verdict = client.mail(ANN, ["<bob@other.example>"], plain, BODY)
        self.assertEqual((verdict.code, verdict.at), (mta.ACCEPT, "eoh"))

    # -- whose mail

    def test_mail_for_others_is_let_go_at_data(self):
        verdict = self.connect().mail(
            ANN, ["<bob@other.example>"], headers(), BODY)
        self.assertEqual((verdict.code, verdict.at), (mta.ACCEPT, "data"))

    def test_a_mailbox_is_known_however_it_is_written(self):
        client = self.connect()
        for recipient in ("<Complaints@EXAMPLE.com>",
                          "<complaints+any@example.com>", MAILBOX,
                          '<"complaints"@example.com>',
                          "<@relay.example:complaints@example.com>",
                          "<complaints@example.com.>"):
            with self.subTest(recipient):
                verdict = client.mail(ANN, [recipient], headers(), BODY)
                self.assertEqual(len(verdict.tickets), 1)

    def test_a_recipient_without_domain_is_the_one_the_mta_makes_of_it(self):
        verdict = self.connect().mail(
            ANN, ["<complaints>"], headers(), BODY, resolved=MAILBOX)
        self.assertEqual(len(verdict.tickets), 1)
        verdict = self.connect().mail(
            ANN, ["<complaints>"], headers(), BODY,
            resolved="complaints@other.example")
        self.assertEqual(verdict.at, "data")

    def test_two_recipients_of_one_mailbox_make_one_ticket(self):
        verdict = self.connect().mail(
            ANN, [OURS, "<bob@other.example>", "<complaints+x@example.com>"],
            headers(), BODY)
        self.assertEqual(len(verdict.tickets), 1)

    def test_a_bounce_to_others_is_let_go_after_its_header(self):
        verdict = self.connect().mail(
            "<>", ["<bob@other.example>"], headers(), BODY)
        self.assertEqual((verdict.code, verdict.at), (mta.ACCEPT, "eoh"))
        self.assertEqual((verdict.added, verdict.changed), ([], []))

    def test_our_own_mail_is_recognised_and_left_as_it_is(self):
        client = self.connect()
        client.mail(ANN, [OURS], headers(), BODY)
        ours = self.sink.wait(to="ann@customer.example").message
        header = [("Message-ID", f" {ours['Message-ID']}"),
                  ("Subject", " x"), ("X-Redress-Ticket", " x")]
        client.envelope("<>", [ANN])
        self.assertEqual(client.data().code, mta.CONTINUE)
        for field in header:
            client.header(*field)
        self.assertEqual(client.end_of_headers().code, mta.CONTINUE)
        self.assertEqual(client.body(BODY).code, mta.SKIPPED)
        verdict = client.end("HANDOVER1")
        self.assertEqual(verdict.code, mta.CONTINUE)
        self.assertEqual((verdict.added, verdict.changed), ([], []))
        self.redressd.wait_log("HANDOVER1")

    # -- edits

    def test_forged_headers_are_removed_from_the_last_to_the_first(self):
        forged = [("X-Redress-Ticket", " a"), ("x-redress-TICKET", " b"),
                  ("X-Redress-Other ", " c"), ("X-Redressed", " kept")]
        verdict = self.connect().mail(ANN, [OURS], forged + headers(), BODY)
        self.assertEqual(
            [(name.lower(), index, value)
             for name, index, value in verdict.changed[:-1]],
            [("x-redress-ticket", 2, ""), ("x-redress-ticket", 1, ""),
             ("x-redress-other", 1, "")])
        self.assertEqual(len(verdict.tickets), 1)

    def test_a_folded_subject_keeps_its_lines_behind_the_tag(self):
        verdict = self.connect().mail(
            ANN, [OURS], headers("one\n\ttwo õ \udcff"), BODY)
        self.assertEqual(
            verdict.changed,
            [("Subject", 1,
              f" [#{verdict.tickets[0]}] one\n\ttwo õ \udcff")])

    def test_a_mail_without_subject_gets_one(self):
        verdict = self.connect().mail(ANN, [OURS], headers(None), BODY)
        self.assertIn(("Subject", f" [#{verdict.tickets[0]}]"), verdict.added)

    def test_a_subject_that_bears_the_tag_is_not_tagged_again(self):
        client = self.connect()
        first = headers()
        ticket = client.mail(ANN, [OURS], first, BODY).tickets[0]
        plain = f"Re: [#{ticket}] Broken"
        hidden = f"=?utf-8?Q?Re:_[=23{ticket}]_Broken?="
        for subject in plain, hidden:
            with self.subTest(subject):
                verdict = client.mail(
                    ANN, [OURS],
                    headers(subject, In_Reply_To=first[3][1].strip()), BODY)
                self.assertEqual(verdict.tickets, [ticket])
                self.assertEqual(verdict.changed, [])

    def test_the_same_mail_again_names_the_same_ticket(self):
        client, same = self.connect(), headers()
        first = client.mail(ANN, [OURS], same, BODY)
        second = client.mail(ANN, [OURS], same, BODY)
        self.assertEqual(first.tickets, second.tickets)

    # -- one connection, many mails

    def test_two_mails_on_one_connection_never_mix(self):
        client = self.connect()
        client.envelope(ANN, [OURS])
        client.data()
        client.header("X-Redress-Ticket", " forged")
        client.header("Subject", " of the first")
        client.abort()
        verdict = client.mail(ANN, ["<bob@other.example>"], headers(), BODY)
        self.assertEqual((verdict.code, verdict.at), (mta.ACCEPT, "data"))
        verdict = client.mail(ANN, [OURS], headers("second"), BODY)
        self.assertEqual(
            verdict.changed,
            [("Subject", 1, f" [#{verdict.tickets[0]}] second")])
        other = client.mail(ANN, [OURS], headers("third"), BODY)
        self.assertNotEqual(other.tickets, verdict.tickets)

    def test_mail_again_without_abort_starts_anew(self):
        client = self.connect()
        client.envelope(ANN, [OURS])
        client.data()
        client.header("Subject", " of the first")
        verdict = client.mail(ANN, ["<bob@other.example>"], headers(), BODY)
        self.assertEqual((verdict.code, verdict.at), (mta.ACCEPT, "data"))

    def test_another_smtp_client_on_the_same_connection_is_served(self):
        client = self.connect()
        client.mail(ANN, [OURS], headers(), BODY)
        client.quit_and_go_on()
        verdict = client.mail(ANN, [OURS], headers("after"), BODY)
        self.assertEqual(
            verdict.changed,
            [("Subject", 1, f" [#{verdict.tickets[0]}] after")])

    def test_a_sender_that_drops_leaves_nothing(self):
        with MilterClient(self.redressd.milter_socket) as client:
            client.negotiate()
            client.envelope(ANN, [OURS])
            client.data()
            for field in headers("dropped in data"):
                client.header(*field)
            client.end_of_headers()
            client.body(BODY)
        verdict = self.connect().mail(ANN, [OURS], headers("next"), BODY)
        self.assertEqual(len(verdict.tickets), 1)

    # -- bounds

    def test_a_mail_beyond_the_bound_is_rejected(self):
        client = self.connect()
        verdict = client.mail(ANN, [OURS], headers(), b"x" * 400000)
        self.assertEqual((verdict.code, verdict.at), (mta.REPLY, "body"))
        self.assertTrue(verdict.text.startswith("552 5.3.4 "), verdict.text)
        verdict = client.mail(ANN, [OURS], headers(), b"x" * 200000)
        self.assertEqual(len(verdict.tickets), 1)

    def test_a_header_beyond_the_bound_is_rejected(self):
        verdict = self.connect().mail(
            ANN, [OURS], [("X-Long", " " + "x" * 60000)] * 6, BODY)
        self.assertEqual((verdict.code, verdict.at), (mta.REPLY, "eoh"))
        self.assertTrue(verdict.text.startswith("552 5.3.4 "), verdict.text)

    def test_too_many_forged_headers_are_rejected(self):
        verdict = self.connect().mail(
            ANN, [OURS], [("X-Redress-Ticket", " x")] * 300, BODY)
        self.assertTrue(verdict.text.startswith("554 5.6.0 "), verdict.text)

    def test_more_mail_in_hand_than_memory_is_put_off_and_comes_later(self):
        clients, verdict = [], None
        for _ in range(8):
            clients.append(self.connect())
            clients[-1].envelope(ANN, [OURS])
            clients[-1].data()
            clients[-1].end_of_headers()
            for _ in range(3):
                verdict = clients[-1].body(b"x" * 65000)
            if verdict.code != mta.CONTINUE:
                break
        self.assertEqual(verdict.code, mta.REPLY)
        self.assertTrue(verdict.text.startswith("451 4.3.1 "), verdict.text)
        for client in clients:
            client.abort()
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            verdict = clients[-1].mail(ANN, [OURS], headers(), b"x" * 200000)
            if verdict.code == mta.CONTINUE:
                break
        self.assertEqual(len(verdict.tickets), 1)

    def test_hostile_mail_still_becomes_a_ticket(self):
        hostile = [("To", " g:" * 5000), ("Subject", " \x01\udcff\x7f"),
                   ("From", " (((((((((((")]
        for sender in ANN, "<\udcff@x>", "<", "":
            with self.subTest(sender):
                verdict = self.connect().mail(
                    sender, [OURS], hostile + headers(None), b"\0\xff\r\r\n")
                self.assertEqual(verdict.code, mta.CONTINUE)


def children_of(pid):
    """Ids of a process's children: the parser processes."""
    tasks = pathlib.Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks
            for child in (task / "children").read_text().split()]


class Stop(unittest.TestCase):
    def setUp(self):
        place = Workplace()
        self.addCleanup(place.close)
        self.sink = place.sink()
        self.redressd = place.redressd(submission=self.sink)

    def connect(self):
        client = MilterClient(self.redressd.milter_socket)
        self.addCleanup(client.__exit__)
        client.negotiate()
        return client

    def up_to_the_end(self, subject):
        client = self.connect()
        client.envelope(ANN, [OURS])
        client.data()
        for field in headers(subject):
            client.header(*field)
        client.end_of_headers()
        client.body(BODY)
        return client

    def test_a_mail_in_hand_is_finished_and_the_others_hear_451(self):
        in_hand, late = map(self.up_to_the_end, ("in hand", "late"))
        parsers = children_of(self.redressd.pid)
        for pid in parsers:
            os.kill(pid, signal.SIGSTOP)
        in_hand.macros("E", i="Q1")
        in_hand.send("E")
        # Round trips behind it: by then it is in hand.
        for _ in range(5):
            self.assertEqual(
                self.connect().mail(ANN, ["<bob@other.example>"], [],
                                    b"").code, mta.ACCEPT)
        os.kill(self.redressd.pid, signal.SIGTERM)
        wait_for(lambda: not self.redressd.milter_socket.exists(), 10,
                 "the socket to go")
        verdict = late.end()
        self.assertEqual(verdict.code, mta.REPLY)
        self.assertTrue(verdict.text.startswith("451 4.3.2 "), verdict.text)
        for pid in parsers:
            os.kill(pid, signal.SIGCONT)
        self.assertEqual(len(in_hand.verdict().tickets), 1)
        self.redressd.wait_log("redressd has stopped")
        self.redressd.restart()
        self.assertEqual(
            len(self.connect().mail(ANN, [OURS], headers(), BODY).tickets), 1)


if __name__ == "__main__":
    unittest.main()
