"""A complaint's way through Postfix: the ticket, the acknowledgement, the copy
that the team gets, and all the shapes in which mail comes."""

import base64
import datetime
import email.message
import email.policy
import html.parser
import os
import pathlib
import re
import smtplib
import socket
import subprocess
import sys
import unittest
import zoneinfo

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from servers import (  # noqa: E402
    AUTHENTICATED, LOOPBACK, MAILBOX, SOURCE, Site, Workplace, complaint,
    program, reply, send, wait_for)

ESTONIAN = "kaebused@näide.example"
REFERENCE = r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}"

COMPLAINTS = {   # as people write them
    "en": ("My parcel arrived broken", "Hello,\n\nthe kettle I bought came in "
           "pieces. I want my money back.\n"),
    "et": ("Pakk jõudis katkiselt kohale", "Tere!\n\nOstsin teilt veekeetja, "
           "aga see jõudis kohale katkisena. Palun raha tagasi, ma ei ole "
           "sellega rahul.\n"),
    "vi": ("Hàng giao bị vỡ", "Xin chào,\n\ntôi mua một ấm đun nước nhưng khi "
           "nhận hàng thì nó đã bị vỡ. Tôi muốn được hoàn lại tiền.\n"),
    "fi": ("Paketti saapui rikki", "Hei,\n\nostamani vedenkeitin saapui "
           "rikkinäisenä. Haluan rahani takaisin, en ole tyytyväinen.\n"),
    "zh": ("收到的水壶是坏的", "你好，\n\n我买的水壶送到的时候已经碎了，"
           "我要求退款，请尽快处理。\n"),
    "el": ("Το δέμα έφτασε σπασμένο", "Καλησπέρα,\n\nο βραστήρας που αγόρασα "
           "έφτασε σπασμένος. Θέλω τα χρήματά μου πίσω.\n"),
}


def raw(sender, subject="Broken", body=b"It broke.\r\n", head=b""):
    """A mail as bytes, for what EmailMessage would not write.  Returns it
    with its Message-ID."""
    raw.count += 1
    message_id = f"<raw{raw.count}@customer.example>"
    return (f"From: <{sender}>\r\nTo: <{MAILBOX}>\r\nSubject: {subject}\r\n"
            f"Message-ID: {message_id}\r\n"
            "Date: Sat, 21 Nov 2026 20:15:19 +0000\r\n").encode() \
        + head + b"\r\n" + body, message_id


raw.count = 0


def body_of(data):
    return data.partition(b"\r\n\r\n")[2]


class Tags(html.parser.HTMLParser):
    """The sequence of tags and attribute names of an HTML text."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, tuple(name for name, _ in attrs)))

    def handle_comment(self, data):
        self.found.append(data)


class WithPostfix(unittest.TestCase):
    """One Postfix for all tests of a class: each test has its customers."""

    changes = {}
    main = ""    # further lines of main.cf

    @classmethod
    def setUpClass(cls):
        place = Workplace()
        cls.addClassCleanup(place.close)
        cls.site = Site(place, changes=cls.changes, main=cls.main)
        cls.sink, cls.redressd = cls.site.sink, cls.site.redressd
        cls.port = cls.site.mta.port

    def acknowledgement(self, *arguments, **headers):
        """Of a complaint: (ticket, mail)."""
        ticket = self.site.complain(*arguments, **headers)
        return ticket, self.sink.wait(to=ticket["customer"])

    def send_raw(self, data, message_id, sender, to=(MAILBOX,), options=()):
        """Sends bytes; the ticket of what arrived."""
        send(self.port, data, sender=sender, to=to, options=options)
        copy = self.sink.wait(message_id=message_id)
        return self.redressd.ticket(str(copy.message["X-Redress-Ticket"]))


class Acknowledgement(WithPostfix):
    def test_the_ticket_is_there_when_the_sender_hears_250(self):
        customer = self.site.customer()
        with smtplib.SMTP(LOOPBACK, self.port) as client:
            client.sendmail(customer, [MAILBOX],
                            complaint(sender=customer).as_bytes(
                                policy=email.policy.SMTP))
            tickets = self.site.tickets_from(customer)
        self.assertEqual([ticket["state"] for ticket in tickets], ["open"])

    def test_it_arrives_within_a_second_of_the_250(self):
        # Of three, the fastest: the machine may be busy.
        late_s = []
        for _ in range(3):
            customer = self.site.customer()
            accepted = self.site.send(complaint(sender=customer))
            late_s.append(self.sink.wait(to=customer).arrived - accepted)
        self.assertLess(min(late_s), 1)

    def test_it_has_text_and_html_in_utf8(self):
        ticket, mail = self.acknowledgement()
        self.assertEqual(mail.message.get_content_type(),
                         "multipart/alternative")
        parts = list(mail.message.iter_parts())
        self.assertEqual([part.get_content_type() for part in parts],
                         ["text/plain", "text/html"])
        for part in parts:
            self.assertEqual(part.get_content_charset(), "utf-8")
            self.assertIn(ticket["ref"], part.get_content())
        self.assertEqual(mail.message.defects, [])

    def test_its_headers_stop_other_machines(self):
        _, mail = self.acknowledgement()
        self.assertEqual(mail.message["Auto-Submitted"], "auto-replied")
        self.assertEqual(mail.message["X-Auto-Response-Suppress"], "All")

    def test_its_headers_keep_the_conversation_together(self):
        ticket, mail = self.acknowledgement()
        asked = f"<{ticket['messages'][0]['message_id']}>"
        self.assertEqual(mail.message["In-Reply-To"], asked)
        self.assertIn(asked, mail.message["References"].split())
        self.assertEqual(mail.message["X-Redress-Ticket"], ticket["ref"])
        self.assertRegex(ticket["ref"], f"^{REFERENCE}$")
        self.assertIn(f"[#{ticket['ref']}]", mail.message["Subject"])

    def test_replies_and_bounces_come_back_with_a_token(self):
        _, mail = self.acknowledgement()
        self.assertRegex(mail.message["Reply-To"].addresses[0].addr_spec,
                         r"^complaints\+t-[a-z2-7]{20,}@example\.com$")
        self.assertRegex(mail.sender,
                         r"^complaints\+b-[a-z2-7]{20,}@example\.com$")

    def test_it_goes_to_the_customer_alone(self):
        ticket, mail = self.acknowledgement()
        self.assertEqual(mail.recipients, (ticket["customer"],))
        self.assertEqual([address.addr_spec for address
                          in mail.message["To"].addresses],
                         [ticket["customer"]])
        self.assertEqual(mail.message["From"].addresses[0].addr_spec, MAILBOX)
        self.assertIsNone(mail.message["Cc"])

    def test_it_names_a_time_with_its_zone_and_the_ticket_keeps_it(self):
        ticket, mail = self.acknowledgement()
        promised = datetime.datetime.fromisoformat(
            ticket["promised_by"].replace("Z", "+00:00"))
        local = promised.astimezone(zoneinfo.ZoneInfo("Europe/Tallinn"))
        told = f"{local:%A} {local.day} {local:%B %Y} at {local:%H:%M} " \
            "(Tallinn time)"
        self.assertIn(told, mail.text())
        self.assertIn(told, mail.text("html"))
        self.assertEqual([promise["due_at"] for promise in ticket["promises"]
                          if promise["kind"] == "answer"],
                         [ticket["promised_by"]])

    def test_it_speaks_the_language_of_the_complaint(self):
        for language, (subject, text) in COMPLAINTS.items():
            with self.subTest(language):
                ticket, mail = self.acknowledgement(subject, text)
                template = SOURCE / f"templates/{language}/ack.txt"
                title = template.read_text().partition("\n")[0]
                self.assertEqual(ticket["language"], language)
                self.assertEqual(mail.message["Content-Language"], language)
                self.assertEqual(
                    mail.message["Subject"],
                    title.replace("Subject:", f"[#{ticket['ref']}]"))

    def test_the_mailbox_language_counts_where_the_mail_tells_none(self):
        customer = self.site.customer()
        data, message_id = raw(customer, "12345", b"98765\r\n")
        self.assertEqual(
            self.send_raw(data, message_id, customer)["language"], "en")


class TeamCopy(WithPostfix):
    def test_it_has_the_ticket_in_a_header_and_in_its_subject(self):
        message = complaint("Broken lid", sender=self.site.customer())
        self.site.send(message)
        copy = self.site.copy_of(message).message
        reference = copy["X-Redress-Ticket"]
        self.assertRegex(reference, f"^{REFERENCE}$")
        self.assertEqual(copy["Subject"], f"[#{reference}] Broken lid")

    def test_its_body_is_what_was_sent(self):
        customer = self.site.customer()
        body = "Tere  \r\n\r\n.\r\n..\r\n\tõnnetus \r\n".encode()
        data, message_id = raw(customer, body=body)
        self.send_raw(data.replace(b"\r\n.", b"\r\n."), message_id, customer,
                      options=["BODY=8BITMIME"])
        self.assertEqual(
            body_of(self.sink.wait(message_id=message_id).data), body)

    def test_no_forged_header_of_ours_is_left(self):
        customer = self.site.customer()
        head = (b"X-Redress-Ticket: AAAA-AAAA\r\nX-REDRESS-ticket: BBBB\r\n"
                b"x-redress-anything: yes\r\nX-Redress-Ticket:\r\n CCCC\r\n")
        data, message_id = raw(customer, head=head)
        ticket = self.send_raw(data, message_id, customer)
        copy = self.sink.wait(message_id=message_id).message
        self.assertEqual(
            [(name, value) for name, value in copy.items()
             if name.lower().startswith("x-redress")],
            [("X-Redress-Ticket", ticket["ref"])])

    def test_the_ticket_keeps_every_byte_of_the_mail(self):
        customer = self.site.customer()
        data, message_id = raw(
            customer, "=?utf-8?q?na=C3=AFve?=\r\n folded",
            b"a\tb \r\n\xe4\r\n",
            b"X-Odd:no space\r\nX-Empty:\r\n")
        ticket = self.send_raw(data, message_id, customer)
        row = str(ticket["messages"][0]["id"])
        path = self.redressd.folder / "raw"
        with open(path, "wb") as file:
            subprocess.run([program("redress"), "--config",
                            self.redressd.config_file, "show", "--raw", row],
                           stdout=file, check=True)
        self.assertEqual(path.read_bytes(), data)


class Shapes(WithPostfix):
    """A mail of each kind that people's clients write."""

    changes = {("mailbox", ESTONIAN): {"language": "et", "calendar": "always",
                                       "team": "care", "name": "Kaebused"}}

    def text_of(self, ticket):
        return ticket["messages"][0]["text"]

    def test_html_alone_is_read(self):
        customer = self.site.customer()
        message = complaint(sender=customer)
        message.set_content("<p>The <b>kettle</b> came<br>in pieces &amp; I "
                            "want my money back.</p><script>no()</script>",
                            subtype="html")
        self.site.send(message)
        text = self.text_of(self.site.ticket_of(message))
        self.assertIn("The kettle came\nin pieces & I want my money back.",
                      text)
        self.assertNotIn("no()", text)
        self.sink.wait(to=customer)

    def test_a_multipart_with_five_megabytes_is_taken_whole(self):
        customer = self.site.customer()
        message = complaint(sender=customer)
        message.add_attachment(os.urandom(5 << 20), maintype="image",
                               subtype="jpeg", filename="kettle.jpg")
        data = message.as_bytes(policy=email.policy.SMTP)
        send(self.port, data, sender=customer)
        ticket = self.site.ticket_of(message)
        self.assertIn("came in pieces", self.text_of(ticket))
        self.assertEqual(ticket["messages"][0]["size"], len(data))
        self.assertEqual(body_of(self.site.copy_of(message).data),
                         body_of(data))
        self.sink.wait(to=customer)

    def test_eight_bits_without_a_charset_become_readable_text(self):
        for body in ("Der Käse ist völlig zerlaufen.".encode("cp1252"),
                     "Der Käse ist völlig zerlaufen.".encode()):
            customer = self.site.customer()
            data, message_id = raw(customer, body=body + b"\r\n")
            ticket = self.send_raw(data, message_id, customer)
            self.assertIn("Der Käse ist völlig zerlaufen.",
                          self.text_of(ticket))
            self.sink.wait(to=customer)

    def test_an_address_outside_ascii_is_answered(self):
        sender = "õie@käbi.example"
        message = complaint(
            "Kaebus: õnnetu ost", "Tere, see läks katki. Palun raha tagasi, "
            "ma ei ole rahul.\n", sender)
        data = message.as_bytes(policy=email.policy.SMTPUTF8)
        self.assertIn("Kaebus: õnnetu ost".encode(), data)
        send(self.port, data, sender=sender, to=ESTONIAN,
             options=["SMTPUTF8", "BODY=8BITMIME"])
        mail = self.sink.wait(to=sender)
        self.assertIn("SMTPUTF8", mail.parameters)
        self.assertEqual(mail.message["Content-Language"], "et")
        self.assertIn("kaebused+t-", mail.message["Reply-To"])
        ticket = self.redressd.ticket(mail.message["X-Redress-Ticket"])
        self.assertEqual(ticket["subject"], "Kaebus: õnnetu ost")
        self.assertEqual(ticket["customer"], sender)

    def test_a_mail_for_us_and_for_others_reaches_both(self):
        message = complaint(sender=self.site.customer())
        self.site.send(message, to=[MAILBOX, "bob@other.example"])
        copy = self.site.copy_of(message)
        self.assertEqual(set(copy.recipients), {MAILBOX, "bob@other.example"})
        recorded = self.site.ticket_of(message)["messages"][0]
        self.assertEqual(recorded["mailbox"], MAILBOX)

    def test_a_mail_for_two_mailboxes_is_one_ticket(self):
        customer = self.site.customer()
        message = complaint(sender=customer)
        self.site.send(message, to=[ESTONIAN, MAILBOX], options=["SMTPUTF8"])
        ticket = self.site.ticket_of(message)
        self.assertEqual(len(self.site.tickets_from(customer)), 1)
        self.assertEqual(len(ticket["messages"]), 1)
        self.assertEqual(
            [mail["kind"] for mail in ticket["outbox"]], ["ack"])

    def test_a_mailbox_is_known_in_any_case_and_with_a_detail(self):
        for to in ("COMPLAINTS@Example.COM", "Complaints+A+B@example.com",
                   "complaints+order48213@example.com"):
            with self.subTest(to):
                customer = self.site.customer()
                message = complaint(sender=customer, to=to)
                self.site.send(message, to=to)
                self.assertEqual(self.site.copy_of(message).recipients, (to,))
                self.assertEqual(self.site.ticket_of(message)["customer"],
                                 customer)

    def test_an_address_that_only_looks_like_ours_is_let_through(self):
        for to in ("complaint@example.com", "xcomplaints@example.com",
                   "complaints@sub.example.com", "complaints-x@example.com"):
            with self.subTest(to):
                message = complaint(sender=self.site.customer(), to=to)
                self.site.send(message, to=to)
                self.assertIsNone(
                    self.site.copy_of(message).message["X-Redress-Ticket"])


class Sessions(WithPostfix):
    """What one SMTP session may hold."""

    def session(self):
        client = smtplib.SMTP(LOOPBACK, self.port, timeout=60)
        self.addCleanup(client.close)
        client.ehlo("client.example")
        return client

    def test_two_mails_in_one_session_do_not_mix(self):
        client = self.session()
        mails = []
        for subject in ("The first one", "The second one"):
            customer = self.site.customer()
            message = complaint(subject, f"{subject} broke.\n", customer)
            client.sendmail(customer, [MAILBOX],
                            message.as_bytes(policy=email.policy.SMTP))
            mails.append((customer, subject, message))
        tickets = [self.site.ticket_of(message) for _, _, message in mails]
        self.assertNotEqual(tickets[0]["ref"], tickets[1]["ref"])
        for ticket, (customer, subject, message) in zip(tickets, mails):
            self.assertEqual(ticket["customer"], customer)
            self.assertEqual(ticket["subject"], subject)
            self.assertEqual(ticket["messages"][0]["text"],
                             f"{subject} broke.")
            self.assertEqual(
                self.site.copy_of(message).message.get_all(
                    "X-Redress-Ticket"), [ticket["ref"]])
            self.assertEqual(self.sink.wait(to=customer).message[
                "X-Redress-Ticket"], ticket["ref"])

    def test_nothing_of_what_was_reset_is_left(self):
        client = self.session()
        first, second = self.site.customer(), self.site.customer()
        client.mail(first)
        client.rcpt(MAILBOX)
        client.rset()
        # Not ours any more.
        message = complaint(sender=second, to="bob@other.example")
        client.sendmail(second, ["bob@other.example"],
                        message.as_bytes(policy=email.policy.SMTP))
        self.assertIsNone(
            self.site.copy_of(message).message["X-Redress-Ticket"])
        client.mail(second)
        client.rcpt("bob@other.example")
        client.rset()
        message = complaint(sender=first)
        client.sendmail(first, [MAILBOX],
                        message.as_bytes(policy=email.policy.SMTP))
        ticket = self.site.ticket_of(message)
        self.assertEqual(ticket["messages"][0]["envelope_from"], first)
        self.assertEqual(self.site.tickets_from(second), [])

    def test_a_sender_that_drops_within_its_mail_leaves_nothing(self):
        customer = self.site.customer()
        with socket.create_connection((LOOPBACK, self.port)) as client, \
                client.makefile("rwb", buffering=0) as stream:
            stream.readline()
            for line in ("HELO client.example", f"MAIL FROM:<{customer}>",
                         f"RCPT TO:<{MAILBOX}>", "DATA"):
                stream.write(line.encode() + b"\r\n")
                self.assertIn(stream.readline()[:1], b"23")
            data, _ = raw(customer)
            stream.write(data + b"the rest of")
        wait_for(lambda: re.search(r"lost connection after DATA",
                                   self.site.mta.log()),
                 30, "Postfix to notice", self.site.mta.log)
        self.site.complain()
        self.assertEqual(self.site.tickets_from(customer), [])
        self.assertEqual(self.sink.mails(to=customer), [])

    def test_a_refused_recipient_of_ours_gets_no_ticket(self):
        client = self.session()
        customer = self.site.customer()
        client.mail(customer)
        self.assertEqual(client.rcpt("complaints@")[0] // 100, 5)
        self.assertEqual(client.rcpt("bob@other.example")[0], 250)
        message = complaint(sender=customer)
        self.assertEqual(client.data(
            message.as_bytes(policy=email.policy.SMTP))[0], 250)
        self.assertIsNone(
            self.site.copy_of(message).message["X-Redress-Ticket"])


class ForOthers(WithPostfix):
    def test_their_mail_is_not_touched(self):
        customer = self.site.customer()
        body = (b"A line \r\n\tand \xff\xfe bytes\r\n.\r\n\r\n"
                + b"x" * 900 + b"\r\n\r\n")
        data, message_id = raw(
            customer, "[#7K3F-92QX]  spaces  kept ", body,
            b"X-Redress-Ticket: theirs\r\nX-Odd:no space\r\n")
        before = len(self.redressd.tickets())
        send(self.port, data, sender=customer, to="bob@other.example",
             options=["BODY=8BITMIME"])
        got = self.sink.wait(message_id=message_id).data
        received, _, rest = got.partition(b"\r\nFrom: ")
        self.assertTrue(received.startswith(b"Received: "))
        self.assertNotIn(b"\r\nX-", received)
        self.assertEqual(b"From: " + rest, data)
        self.assertEqual(len(self.redressd.tickets()), before)

    def test_their_bounces_are_not_touched(self):
        data, message_id = raw("mailer-daemon@other.example", "Undelivered")
        send(self.port, data, sender="", to="bob@other.example")
        got = self.sink.wait(message_id=message_id).data
        self.assertEqual(got.partition(b"\r\nFrom: ")[2],
                         data.partition(b"From: ")[2])


class Conversation(WithPostfix):
    """Which mails belong together."""

    def messages_of(self, reference):
        return self.redressd.ticket(reference)["messages"]

    def test_a_reply_to_any_mail_of_ours_joins(self):
        ticket, mail = self.acknowledgement()
        message = reply(mail, "One more thing: the lid is missing.\n",
                        ticket["customer"])
        # By In-Reply-To alone: to the plain address, with another subject.
        message.replace_header("To", MAILBOX)
        message.replace_header("Subject", "The lid")
        del message["References"]
        self.site.send(message)
        joined = self.site.ticket_of(message)
        self.assertEqual(joined["ref"], ticket["ref"])
        self.assertEqual(len(joined["messages"]), 2)
        self.assertEqual(joined["messages"][1]["guard"],
                         "already-acknowledged")

    def test_a_mail_that_follows_the_customers_own_joins(self):
        ticket = self.site.complain()
        message = complaint(
            "The lid", sender=ticket["customer"],
            References=f"<{ticket['messages'][0]['message_id']}>")
        self.site.send(message)
        self.assertEqual(self.site.ticket_of(message)["ref"], ticket["ref"])

    def test_the_token_joins_whatever_else_the_mail_says(self):
        ticket, mail = self.acknowledgement()
        to = mail.message["Reply-To"].addresses[0].addr_spec
        message = complaint("A new subject", sender=ticket["customer"], to=to)
        self.site.send(message, to=to)
        self.assertEqual(self.site.ticket_of(message)["ref"], ticket["ref"])

    def test_a_token_survives_another_case(self):
        ticket, mail = self.acknowledgement()
        to = mail.message["Reply-To"].addresses[0].addr_spec.upper()
        message = complaint("Shouting", sender=ticket["customer"], to=to)
        self.site.send(message, to=to)
        self.assertEqual(self.site.ticket_of(message)["ref"], ticket["ref"])

    def test_a_token_that_was_made_up_joins_nothing(self):
        ticket, mail = self.acknowledgement()
        to = mail.message["Reply-To"].addresses[0].addr_spec
        name, _, domain = to.partition("@")
        to = name[:-1] + ("a" if name[-1] != "a" else "b") + "@" + domain
        message = complaint("Forged", sender=self.site.customer(), to=to)
        self.site.send(message, to=to)
        self.assertNotEqual(self.site.ticket_of(message)["ref"], ticket["ref"])

    def test_a_reference_in_the_subject_joins_from_a_participant_only(self):
        ticket = self.site.complain()
        subject = f"About [#{ticket['ref']}]"
        own = complaint(subject, sender=ticket["customer"])
        strange = complaint(subject, sender=self.site.customer())
        self.site.send(own)
        self.site.send(strange)
        self.assertEqual(self.site.ticket_of(own)["ref"], ticket["ref"])
        self.assertNotEqual(self.site.ticket_of(strange)["ref"],
                            ticket["ref"])
        self.assertEqual(len(self.messages_of(ticket["ref"])), 2)

    def test_the_same_mail_twice_is_one_ticket_and_one_acknowledgement(self):
        customer = self.site.customer()
        message = complaint(sender=customer)
        self.site.send(message)
        self.site.send(message)
        copies = self.sink.wait(count=2, message_id=message["Message-ID"])
        self.assertEqual(
            len({copy.message["X-Redress-Ticket"] for copy in copies}), 1)
        ticket = self.site.ticket_of(message)
        self.assertEqual(len(self.site.tickets_from(customer)), 1)
        self.assertEqual(len(ticket["messages"]), 1)
        self.site.idle()
        self.assertEqual(len(self.sink.mails(to=customer)), 1)

    def test_two_mails_that_differ_are_two(self):
        customer = self.site.customer()
        first = complaint("Broken", "The kettle broke.\n", customer)
        second = complaint("Broken", "The toaster broke.\n", customer)
        self.site.send(first)
        self.site.send(second)
        self.assertNotEqual(self.site.ticket_of(first)["ref"],
                            self.site.ticket_of(second)["ref"])

    def test_a_reply_to_a_resolved_ticket_opens_it_again(self):
        ticket, mail = self.acknowledgement()
        self.redressd.redress("resolve", "--silent", ticket["ref"])
        message = reply(mail, "It is not settled: the lid is missing.\n",
                        ticket["customer"])
        self.site.send(message)
        again = self.site.ticket_of(message)
        self.assertEqual((again["ref"], again["state"]),
                         (ticket["ref"], "open"))
        self.assertIsNotNone(again["promised_by"])
        self.assertIsNotNone(again["next_update_at"])
        word = self.sink.wait(count=2, to=ticket["customer"])[1]
        self.assertIn("opened it again", " ".join(word.text().split()))

    def test_who_asks_for_the_status_is_told_it(self):
        ticket, mail = self.acknowledgement()
        message = reply(mail, "STATUS\n", ticket["customer"])
        self.site.send(message)
        word = self.sink.wait(count=2, to=ticket["customer"])[1]
        self.assertEqual(word.message["X-Redress-Ticket"], ticket["ref"])
        self.assertEqual(word.message["In-Reply-To"], message["Message-ID"])
        self.assertEqual(word.message["Auto-Submitted"], "auto-replied")
        self.assertIn("open, and in our hands", word.text())

    def test_a_stranger_who_asks_for_the_status_is_told_nothing(self):
        ticket, mail = self.acknowledgement()
        stranger = self.site.customer()
        message = reply(mail, "STATUS\n", stranger)
        self.site.send(message)
        self.site.copy_of(message)
        self.assertEqual(
            [row["kind"] for row in
             self.redressd.ticket(ticket["ref"])["outbox"]], ["ack"])
        self.site.idle()
        self.assertEqual(self.sink.mails(to=stranger), [])


class Hostile(WithPostfix):
    """Words of customers in our own mail."""

    # As for clients from elsewhere: Postfix completes no address of theirs.
    main = "local_header_rewrite_clients =\n"

    def echoed(self, head):
        """The acknowledgement of a proven sender's mail with a head."""
        customer = self.site.customer()
        message_id = f"<{customer}>"
        data = (head.replace("CUSTOMER", customer)
                + f"\r\nTo: {MAILBOX}\r\nMessage-ID: {message_id}\r\n\r\n"
                "The kettle came in pieces. I want my money back.\r\n")
        send(self.port, AUTHENTICATED + data.encode(), sender=customer,
             options=["BODY=8BITMIME"])
        return customer, self.sink.wait(to=customer)

    def benign(self):
        return self.echoed("From: Ann <CUSTOMER>\r\nSubject: Broken")[1]

    def test_words_of_an_unproven_sender_are_not_echoed(self):
        message = complaint("Buy our pills at pills.example",
                            "Hello, cheap pills at pills.example.\n",
                            self.site.customer())
        customer = message["From"].addresses[0].addr_spec
        message.replace_header("From", f"Visit pills.example <{customer}>")
        self.site.send(message)
        mail = self.sink.wait(to=customer)
        whole = str(mail.message["Subject"]) + str(mail.message["To"]) \
            + mail.text() + mail.text("html")
        self.assertNotIn("pills", whole)

    def test_a_proven_senders_words_are_echoed_as_they_are(self):
        customer, mail = self.echoed(
            "From: =?utf-8?q?=C3=95ie_Maasikas?= <CUSTOMER>\r\n"
            "Subject: =?utf-8?q?Katki_l=C3=A4inud_?= =?utf-8?q?kann?=")
        reference = mail.message["X-Redress-Ticket"]
        self.assertEqual(mail.message["Subject"],
                         f"Re: [#{reference}] Katki läinud kann")
        to = mail.message["To"].addresses[0]
        self.assertEqual((to.display_name, to.addr_spec),
                         ("Õie Maasikas", customer))

    SUBJECTS = [
        "{{customer_address}} {{{subject}}} {{> footer}} {{=<% %>=}}",
        "{{#events}}{{time}}{{/events}} %s %n %d ${hostname} `id` $(id)",
        "<script>alert(1)</script><img src=x onerror=y> &lt;b&gt; \"'",
        "--> ]]> </title></body></html>",
        "'; DROP TABLE ticket; --",
    ]

    def test_a_subject_stays_what_was_written(self):
        tags = Tags(self.benign().text("html")).found
        for subject in self.SUBJECTS:
            with self.subTest(subject):
                customer, mail = self.echoed(
                    f"From: Ann <CUSTOMER>\r\nSubject: {subject}")
                reference = mail.message["X-Redress-Ticket"]
                self.assertEqual(mail.message["Subject"],
                                 f"Re: [#{reference}] {subject}")
                self.assertIn(f"“{subject}”", mail.text())
                self.assertEqual(Tags(mail.text("html")).found, tags)
                self.assertEqual(
                    self.redressd.ticket(reference)["subject"], subject)

    BREAKS = [
        "=?utf-8?q?Broken=0D=0ABcc:_victim@other.example?=",
        "=?utf-8?b?" + base64.b64encode(
            b"Broken\r\nBcc: victim@other.example\r\n\r\nBody").decode()
        + "?=",
        "Broken\r\n Bcc: victim@other.example",
        "Broken\r\n\tBcc: victim@other.example",
        "=?utf-8?q?Broken=0ABcc:_victim@other.example=00?=",
        "=?utf-8?q?Broken=E2=80=A8Bcc:_victim@other.example?=",
        "=?utf-8?q?=E2=80=AEBroken=1B[2J=07?=",
        "=?utf-8?q?" + "=C3=B5" * 300 + "?=",
        "=?utf-8?q?=FF=FE=80?= =?no-such?q?x?= =?utf-8?z?x?=",
        "=?utf-16?b?" + base64.b64encode(
            "\r\nBcc: victim@other.example".encode("utf-16")).decode()
        + "?=",
    ]

    def assert_harmless(self, mail, customer, usual):
        names = [name for name in mail.message.keys() if name != "Received"]
        self.assertEqual(
            names, [name for name in usual.message.keys()
                    if name != "Received"])
        self.assertEqual(mail.recipients, (customer,))
        self.assertEqual([address.addr_spec for address
                          in mail.message["To"].addresses], [customer])
        self.assertEqual(
            [part.get_content_type() for part in mail.message.walk()],
            ["multipart/alternative", "text/plain", "text/html"])
        self.assertEqual(Tags(mail.text("html")).found,
                         Tags(usual.text("html")).found)
        # The same lines at their heads: nothing was slipped in between.
        self.assertEqual(len(mail.text().splitlines()),
                         len(usual.text().splitlines()))
        for line in mail.data.splitlines():
            self.assertLessEqual(len(line), 998)
        self.assertNotRegex(mail.text() + str(mail.message["Subject"]),
                            "[\x00-\x08\x0b-\x1f\x7f\u202e\u2028]")

    def test_a_subject_adds_no_header_and_no_line(self):
        usual = self.benign()
        for subject in self.BREAKS:
            with self.subTest(subject):
                customer, mail = self.echoed(
                    f"From: Ann <CUSTOMER>\r\nSubject: {subject}")
                self.assert_harmless(mail, customer, usual)

    def test_a_from_without_a_domain_is_answered_at_the_envelope(self):
        for name in ("root", "root, daemon", "<root>"):
            with self.subTest(name):
                customer = self.site.customer()
                message = complaint(sender=customer)
                message.replace_header("From", "x@y")
                data = message.as_bytes(policy=email.policy.SMTP).replace(
                    b"x@y", name.encode())
                ticket = self.send_raw(
                    data, message["Message-ID"], customer)
                self.assertEqual(
                    [row["to"] for row in ticket["outbox"]], [customer])

    def test_a_name_adds_no_header_and_no_line(self):
        usual = self.benign()
        # Unquoted, some would be a syntax of addresses of their own.
        quoted = [name if name.startswith("=?") else f'"{name}"'
                  for name in self.BREAKS]
        for name in quoted + [
                '"Ann\\" <victim@other.example>, \\""',
                "=?utf-8?q?Ann=22_=3Cvictim=40other.example=3E=2C_=22?=",
                '"<victim@other.example>"', '"{{> footer}}<b>"']:
            with self.subTest(name):
                customer, mail = self.echoed(
                    f"From: {name} <CUSTOMER>\r\nSubject: Broken")
                self.assert_harmless(mail, customer, usual)


if __name__ == "__main__":
    unittest.main()
