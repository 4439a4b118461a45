"""Agents answer and steer from their own mail client: on a real Postfix with
real SMTP AUTH, OpenDKIM and OpenDMARC."""

import base64
import email.message
import email.mime.image
import email.mime.multipart
import email.mime.text
import email.policy
import pathlib
import quopri
import random
import re
import sys
import time
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from agents import (  # noqa: E402
    INTERNAL, JAAN, MARI, SUPERVISOR, AgentSite, answer, everything,
    files_of, quoted, write_with_mutt)
from servers import (  # noqa: E402
    MAILBOX, Workplace, complaint, wait_for)

WORDS = "A new kettle leaves our warehouse tomorrow."
COMPLAINT = "the kettle I bought came in pieces"
SIGNATURE = "-- \nMari Mets\nExample customer care, Tartu\n"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYPhfDwACgQF/"
    "qz0eNgAAAABJRU5ErkJggg==")
# Every byte, and lines that begin with a dot or with "#resolve".
BINARY = bytes(range(256)) + b"\r\n.\r\n#resolve\r\n" + random.Random(
    7).randbytes(5000)


class WithSite(unittest.TestCase):
    changes, mailbox = {}, {"nudge_before": "4h", "collision_window": "0s"}

    @classmethod
    def setUpClass(cls):
        place = Workplace()
        cls.addClassCleanup(place.close)
        cls.site = AgentSite(place, cls.changes, cls.mailbox)
        cls.sink, cls.redressd = cls.site.sink, cls.site.redressd

    def assert_nothing_internal(self, mail):
        """No agent's address, no command, no token of agents: neither in the
        bytes nor in anything that a client would decode."""
        for text in (everything(mail), mail.data.decode("latin-1")):
            for word in INTERNAL:
                self.assertNotIn(word, text.casefold())
        self.assertNotRegex(everything(mail), r"(?m)^\s*#[a-z]")

    def assert_answer(self, ticket, mail, words=WORDS, says=True):
        """What every answer of an agent is to the customer."""
        message = mail.message
        self.assertEqual(mail.recipients, (ticket["customer"],))
        self.assertEqual(message["From"].addresses[0].addr_spec, MAILBOX)
        self.assertEqual(message["From"].addresses[0].display_name,
                         "Example customer care")
        self.assertRegex(message["Reply-To"].addresses[0].addr_spec,
                         r"^complaints\+t-[a-z0-9]+@example\.com$")
        self.assertEqual(message["X-Redress-Ticket"], ticket["ref"])
        complained = ticket["messages"][0]["message_id"].strip("<>")
        self.assertIn(complained, message["References"])
        self.assertIn(f"{ticket['ref']}.ticket@", message["References"])
        self.assertIn(message["In-Reply-To"].strip("<>"), [
            row["message_id"].strip("<>") for row
            in self.site.state(ticket)["messages"]])
        self.assertEqual(self.site.dns.verify(mail.data), ["example.com"])
        self.assert_nothing_internal(mail)
        if says:
            self.assertIn(words, mail.text())
            self.assertIn(words, " ".join(everything(mail).split()))
            self.assertNotIn(COMPLAINT, everything(mail))

    def assert_no_more_to_customer(self, ticket, count=1):
        """Nothing left, and nothing is going to leave, beyond this many."""
        self.site.idle()
        self.assertEqual(
            len(self.sink.mails(to=ticket["customer"])), count,
            [mail.text() for mail in self.sink.mails(to=ticket["customer"])])


def outlook(copy, words):
    """HTML alone, as Outlook writes it: no plain text, the quote below a
    border, the signature in a table, styles and conditional comments."""
    message = answer(copy, "", quote=False)
    del message["Content-Type"], message["Content-Transfer-Encoding"]
    message.set_content(f"""\
<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<meta name=Generator content="Microsoft Word 15 (filtered medium)">
<!--[if !mso]><style>v\\:* {{behavior:url(#default#VML);}}</style><![endif]-->
<style><!-- p.MsoNormal {{margin:0cm;font-family:"Calibri",sans-serif;}}
--></style></head><body lang=EN-GB><div class=WordSection1>
<p class=MsoNormal>Dear Ann,<o:p></o:p></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoNormal>{words}<o:p></o:p></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoNormal>#tag outlook<o:p></o:p></p>
<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm'>
<p class=MsoNormal><b>From:</b> Ann Customer &lt;ann@customer.example&gt;<br>
<b>Sent:</b> Monday, 2 November 2026 10:00<br><b>To:</b> complaints@example.com
<br><b>Subject:</b> My parcel arrived broken<o:p></o:p></p></div>
<p class=MsoNormal>Hello,<br>{COMPLAINT}.<o:p></o:p></p>
</div></body></html>
""", subtype="html", charset="utf-8", cte="quoted-printable")
    return message


def related(copy, words):
    """Text and HTML with an image inside it, and its file beside."""
    outer = email.mime.multipart.MIMEMultipart("related")
    both = email.mime.multipart.MIMEMultipart("alternative")
    text = f"Dear Ann,\n\n{words}\n\n#tag related\n{quoted(copy)}"
    both.attach(email.mime.text.MIMEText(text, "plain", "utf-8"))
    both.attach(email.mime.text.MIMEText(
        f"<html><body><div>Dear Ann,</div><div><br></div><div>{words}</div>"
        '<div><br></div><div>#tag related</div><div><img src="cid:lid@x">'
        '</div><br><div class="gmail_quote"><div dir="ltr" '
        'class="gmail_attr">On Mon, Ann Customer wrote:<br></div>'
        f'<blockquote class="gmail_quote">{COMPLAINT}</blockquote></div>'
        "</body></html>", "html", "utf-8"))
    outer.attach(both)
    image = email.mime.image.MIMEImage(PNG, "png")
    image["Content-ID"] = "<lid@x>"
    image["Content-Disposition"] = 'inline; filename="lid.png"'
    outer.attach(image)
    head = answer(copy, "")
    for name in ("From", "To", "Subject", "Message-ID", "Date",
                 "In-Reply-To", "References"):
        outer[name] = head[name]
    return outer


def encoded(copy, text, encoding, charset="utf-8"):
    """Plain text in a transfer encoding of the test's choosing."""
    message = answer(copy, "", quote=False)
    data = (text + quoted(copy)).encode(charset)
    body = {"base64": base64.encodebytes, "8bit": bytes,
            "quoted-printable": quopri.encodestring}[encoding](data)
    del message["Content-Type"], message["Content-Transfer-Encoding"]
    message["Content-Type"] = f'text/plain; charset="{charset}"'
    message["Content-Transfer-Encoding"] = encoding
    head = message.as_bytes(policy=email.policy.SMTP).partition(
        b"\r\n\r\n")[0]
    return head + b"\r\n\r\n" + body.replace(b"\n", b"\r\n")


class Relay(WithSite):
    def setUp(self):
        self.ticket, self.copy = self.site.begun()

    def answered(self, count=2):
        return self.site.to_customer(self.ticket, count)

    def assert_tagged(self, tag):
        self.assertIn(tag, self.site.state(self.ticket)["tags"])

    # -- how it arrives

    def test_the_copy_invites_an_answer_to_an_address_of_its_own(self):
        to = self.copy.message["Reply-To"].addresses[0].addr_spec
        self.assertRegex(to, r"^complaints\+a-[a-z0-9]+@example\.com$")
        self.assertEqual(self.copy.message["From"].addresses[0].addr_spec,
                         self.ticket["customer"])
        self.assertEqual(self.copy.message["Subject"],
                         f"[#{self.ticket['ref']}] My parcel arrived broken")

    def test_two_tickets_have_two_such_addresses(self):
        _, other = self.site.begun()
        self.assertNotEqual(str(self.copy.message["Reply-To"]),
                            str(other.message["Reply-To"]))

    # -- how agents write

    def test_a_plain_answer_reaches_the_customer_from_our_address(self):
        self.site.tell(self.copy, f"Dear Ann,\n\n{WORDS}\n\n{SIGNATURE}")
        mail = self.answered()
        self.assert_answer(self.ticket, mail)
        self.assertIn("Dear Ann,", mail.text())
        self.assertIn("Mari Mets\nExample customer care, Tartu", mail.text())
        after = self.site.state(self.ticket)
        self.assertEqual(self.site.promise(self.ticket)["outcome"], "kept")
        self.assertEqual([row["kind"] for row in after["outbox"]
                          if row["to"] == self.ticket["customer"]],
                         ["ack", "reply"])

    def test_an_answer_that_worked_makes_no_noise(self):
        self.site.tell(self.copy, f"{WORDS}\n\n#tag quiet\n")
        self.answered()
        self.site.idle()
        self.assertEqual(self.sink.mails(to=MARI), [])

    def test_who_did_what_by_what_proof_is_recorded(self):
        self.site.tell(self.copy, f"{WORDS}\n")
        event = self.site.wait_event(self.ticket, "answered")
        self.assertEqual(event["actor"], f"agent:{MARI}")
        self.assertIn(MARI, event["detail"])

    def test_the_customer_answers_and_the_same_ticket_goes_on(self):
        self.site.tell(self.copy, f"{WORDS}\n")
        mail = self.answered()
        message = self.site.from_customer(
            self.ticket, mail, "When will it come?\n")
        copy = self.site.copy_of(message)
        self.assertEqual(copy.header["X-Redress-Ticket"], self.ticket["ref"])
        self.site.tell(copy, "On Tuesday.\n")
        self.assert_answer(
            self.ticket, wait_for(lambda: [
                mail for mail in self.sink.mails(to=self.ticket["customer"])
                if "On Tuesday." in mail.text()], 30, "the second answer")[0],
            "On Tuesday.")

    def test_from_mutt(self):
        write_with_mutt(self.site, self.copy,
                        f"Dear Ann,\n\n{WORDS}\n\n#tag mutt\n\n{SIGNATURE}")
        mail = self.answered()
        self.assert_answer(self.ticket, mail)
        self.assertIn("Example customer care, Tartu", mail.text())
        self.assert_tagged("mutt")

    def test_from_mutt_flowed_with_a_file(self):
        path = self.site.place.subfolder("files") / "invoice.bin"
        path.write_bytes(BINARY)
        write_with_mutt(
            self.site, self.copy, f"{WORDS} \nIt is the blue one you wanted. "
            "\nYou need do nothing.\n\n#tag flowed\n",
            extra="set text_flowed = yes", attach=[path])
        mail = self.answered()
        self.assert_answer(self.ticket, mail)
        self.assertIn("blue one you wanted", mail.text())
        self.assertEqual(files_of(mail), {"invoice.bin": BINARY})
        self.assert_tagged("flowed")

    def test_from_outlook_in_html_alone(self):
        self.site.submit(outlook(self.copy, WORDS))
        mail = self.answered()
        self.assert_answer(self.ticket, mail)
        self.assertIn("Dear Ann,", mail.text())
        self.assert_tagged("outlook")

    def test_text_and_html_with_an_image_inside(self):
        self.site.submit(related(self.copy, WORDS))
        mail = self.answered()
        self.assert_answer(self.ticket, mail)
        self.assertIn(PNG, [part.get_payload(decode=True)
                            for part in mail.message.walk()])
        self.assert_tagged("related")

    def test_every_transfer_encoding(self):
        text = f"Tere, Õie!\n\n{WORDS}\n\n#tag {{}}\n"
        for count, (encoding, charset) in enumerate((
                ("quoted-printable", "utf-8"), ("base64", "utf-8"),
                ("8bit", "utf-8"), ("quoted-printable", "iso-8859-15"),
                ("base64", "windows-1257"), ("base64", "utf-16")), 2):
            with self.subTest(encoding, charset=charset):
                tag = f"{encoding}-{charset}"
                self.site.submit(
                    encoded(self.copy, text.format(tag), encoding, charset),
                    options=["BODY=8BITMIME"])
                mail = self.answered(count)
                self.assert_answer(self.ticket, mail)
                self.assertIn("Tere, Õie!", mail.text())
                self.assert_tagged(tag)

    def test_files_arrive_byte_for_byte(self):
        message = answer(self.copy, f"{WORDS}\n")
        message.add_attachment(BINARY, maintype="application",
                               subtype="octet-stream", filename="data.bin")
        message.add_attachment(PNG, maintype="image", subtype="png",
                               filename="Õun “lid”.png")
        message.add_attachment("#resolve\r\nno command\r\n".encode(),
                               maintype="text", subtype="csv",
                               filename="list.csv")
        self.site.submit(message)
        mail = self.answered()
        self.assert_answer(self.ticket, mail, says=False)
        self.assertIn(WORDS, mail.text())
        self.assertEqual(files_of(mail), {
            "data.bin": BINARY, "Õun “lid”.png": PNG,
            "list.csv": b"#resolve\r\nno command\r\n"})
        self.assertNotEqual(self.site.state(self.ticket)["state"], "resolved")

    def test_an_agents_address_in_their_words_becomes_ours(self):
        self.site.tell(self.copy, f"{WORDS} Write to {MARI}, or ask\n"
                       f"{JAAN.upper()}.\n\n-- \nMari <{MARI}>\n")
        mail = self.answered()
        self.assert_answer(self.ticket, mail)
        self.assertIn(MAILBOX, mail.text())

    def test_answering_all_writes_to_the_customer_once(self):
        message = answer(self.copy, f"{WORDS}\n\n#tag all\n",
                         Cc=self.ticket["customer"])
        self.site.submit(message)
        self.assert_answer(self.ticket, self.answered())
        self.assert_tagged("all")
        self.assert_no_more_to_customer(self.ticket, 2)

    # -- by whom

    def test_by_a_login_that_the_team_maps_to_an_address(self):
        self.site.tell(self.copy, f"{WORDS}\n\n#tag mapped\n", login="mari",
                       sender=MARI)
        self.assert_answer(self.ticket, self.answered())
        self.assert_tagged("mapped")

    def test_from_outside_by_an_aligned_signature(self):
        self.site.from_outside(answer(
            self.copy, f"{WORDS}\n\n#tag outside\n", sender=JAAN))
        self.assert_answer(self.ticket, self.answered())
        self.assert_tagged("outside")
        self.assertIn("dmarc", self.site.wait_event(
            self.ticket, "answered")["detail"].casefold())

    def test_from_outside_unsigned_it_is_a_strangers(self):
        self.site.from_outside(answer(
            self.copy, f"{WORDS}\n\n#tag nobody\n", sender=JAAN), domain="")
        self.sink.wait(to=SUPERVISOR)
        self.assert_no_more_to_customer(self.ticket)
        self.assertFalse(self.site.state(self.ticket)["tags"])

    def test_a_customers_commands_are_words(self):
        ack = self.sink.wait(to=self.ticket["customer"])
        self.site.copy_of(self.site.from_customer(
            self.ticket, ack, "#resolve\n\n#tag mine\n\nIt is broken.\n"))
        after = self.site.state(self.ticket)
        self.assertEqual((after["state"], after["tags"]),
                         (self.ticket["state"], self.ticket["tags"]))


class Commands(WithSite):
    def setUp(self):
        self.ticket, self.copy = self.site.begun()

    def tell(self, text, **options):
        return self.site.tell(self.copy, text, **options)

    def after(self, what):
        """The ticket once this has happened."""
        self.site.wait_event(self.ticket, what)
        return self.site.state(self.ticket)

    # -- what they do

    def test_resolve_sends_the_text_as_the_resolution(self):
        self.tell(f"Dear Ann,\n\n{WORDS}\n\n#resolve\n")
        mail = self.site.to_customer(self.ticket, 2)
        self.assert_answer(self.ticket, mail)
        self.assertRegex(" ".join(mail.text().split()), "(?i)reply")
        after = self.after("resolved")
        self.assertEqual(after["state"], "resolved")
        self.assertEqual(after["outbox"][-1]["kind"], "resolved")
        self.assertIsNone(after["next_update_at"])

    def test_note_is_for_the_team_alone(self):
        self.tell("#note\n\nShe is right, our fault: SECRETWORD.\n")
        self.after("note")
        self.assert_no_more_to_customer(self.ticket)
        self.assertIn("SECRETWORD", str(self.site.state(self.ticket)))
        # Nor does it show in what the customer reads later.
        self.site.from_customer(
            self.ticket, self.sink.wait(to=self.ticket["customer"]),
            "STATUS\n", Subject="STATUS", quote=False)
        status = self.site.to_customer(self.ticket, 2)
        self.redressd.make_due(self.ticket["ref"], "follow-up")
        word = self.site.to_customer(self.ticket, 3)
        for mail in (status, word):
            self.assertNotIn("SECRETWORD", everything(mail))
            self.assert_nothing_internal(mail)

    def test_update_is_the_next_follow_up(self):
        self.tell(f"{WORDS}\n\n#update\n")
        self.after("update-kept")
        self.assert_no_more_to_customer(self.ticket)
        self.redressd.make_due(self.ticket["ref"], "follow-up")
        mail = self.site.to_customer(self.ticket, 2)
        self.assertIn(WORDS, mail.text())
        self.assertEqual(mail.message["Auto-Submitted"], "auto-generated")
        self.assert_nothing_internal(mail)
        # Once: the one after it is the stock one again.
        self.redressd.make_due(self.ticket["ref"], "follow-up")
        self.assertNotIn(WORDS, self.site.to_customer(self.ticket, 3).text())

    def test_promise_gives_a_new_time(self):
        self.tell(f"{WORDS}\n\n#promise 3 business days\n")
        mail = self.site.to_customer(self.ticket, 2)
        self.assertIn(WORDS, mail.text())
        self.assert_nothing_internal(mail)
        after = self.after("promised")
        self.assertGreater(after["promised_by"], self.ticket["promised_by"])
        self.assertEqual(self.site.promise(self.ticket)["outcome"], "open")

    def test_promise_alone_tells_the_customer_the_time(self):
        self.tell("#promise tomorrow 16:00\n")
        mail = self.site.to_customer(self.ticket, 2)
        self.assertRegex(mail.text(), "16:00|4:00")
        self.assertRegex(self.site.state(self.ticket)["promised_by"],
                         r"T1[34]:00:00Z$")

    def test_assign_tag_priority_type_and_cause(self):
        self.tell(f"#assign jaan\n#tag Late parcel\n#priority urgent\n"
                  "#type delivery\n#cause carrier\n")
        self.after("assigned")
        after = self.site.state(self.ticket)
        self.assertEqual(after["assignee"], JAAN)
        self.assertEqual(sorted(re.split(r"[,\s]+", after["tags"])
                                if isinstance(after["tags"], str)
                                else after["tags"]), ["late", "parcel"])
        self.assertEqual(after["priority"], 3)
        for value in ("delivery", "carrier"):
            self.assertIn(value, str(after))
        self.assert_no_more_to_customer(self.ticket)

    def test_who_has_it_is_not_named_by_address_to_the_customer(self):
        self.tell("#assign me\n")
        self.after("assigned")
        self.redressd.make_due(self.ticket["ref"], "follow-up")
        self.assert_nothing_internal(self.site.to_customer(self.ticket, 2))

    def test_escalate_tells_the_supervisor(self):
        self.tell("#escalate\n\nShe has waited for a month.\n")
        mail = self.sink.wait(to=SUPERVISOR, ticket=self.ticket["ref"])
        self.assertIn("waited for a month", mail.text())

    def test_compensate_is_recorded_and_shows_what_others_got(self):
        self.tell("#cause scratches\n#compensate 25 EUR\n")
        self.after("compensated")
        other, copy = self.site.begun("Scratched lid")
        self.site.tell(copy, "#cause scratches\n#compensate 30.50 eur\n",
                       login=JAAN)
        event = self.site.wait_event(other, "compensated")
        self.assertRegex(event["detail"], r"30[.,]50 EUR")
        shown = self.site.result(JAAN, other)
        self.assertRegex(shown.text(), r"25([.,]00)? EUR")

    def test_merge_makes_one_ticket_of_two(self):
        other, copy = self.site.begun("The same kettle", sender=self.ticket[
            "customer"])
        self.site.tell(copy, f"#merge {self.ticket['ref']}\n")
        self.site.wait_event(other, "merged")
        self.after("merged-in")
        self.assertEqual(self.site.state(other)["state"], "closed")
        message = self.site.from_customer(self.ticket, self.sink.wait(
            to=self.ticket["customer"], ticket=other["ref"]), "And?\n")
        self.assertEqual(self.site.copy_of(message).header[
            "X-Redress-Ticket"], self.ticket["ref"])

    def test_reopen(self):
        self.redressd.redress("resolve", self.ticket["ref"])
        self.tell(f"{WORDS}\n\n#reopen\n")
        after = self.after("reopened")
        self.assertIn(after["state"], ("open", "waiting"))
        self.assertIsNotNone(after["next_update_at"])

    def test_not_a_complaint_ends_the_words(self):
        self.tell("#not-a-complaint\n")
        after = self.after("not-a-complaint")
        self.assertEqual(after["state"], "closed")
        self.assertIsNone(after["next_update_at"])
        self.assert_no_more_to_customer(self.ticket)

    def test_canned_sends_a_ready_answer_and_shows_it_to_the_agent(self):
        self.tell(f"{WORDS}\n\n#canned refund\n")
        mail = self.site.to_customer(self.ticket, 2)
        self.assert_answer(self.ticket, mail)
        self.assertIn("pay your money back in full", mail.text())
        shown = self.site.result(MARI, self.ticket, "pay your money back")
        self.assertIn("#canned refund", shown.text())

    def test_a_canned_answer_that_is_not_there_names_those_that_are(self):
        self.tell("#canned nothing\n")
        self.assertIn("refund", self.site.result(
            MARI, self.ticket, "#canned nothing").text())
        self.assert_no_more_to_customer(self.ticket)

    def test_vip_makes_the_next_complaint_urgent(self):
        self.tell("#vip\n")
        self.after("vip-changed")
        other, _ = self.site.begun("Another one",
                                   sender=self.ticket["customer"])
        self.assertGreater(other["priority"], self.ticket["priority"])
        self.assert_nothing_internal(self.sink.wait(
            to=other["customer"], ticket=other["ref"]))

    def test_address_corrects_where_answers_go(self):
        right = self.site.customer()
        self.tell(f"#address {right}\n")
        self.after("address-corrected")
        first = self.sink.wait(to=right)
        self.assertIn(self.ticket["ref"], first.text())
        self.assertIn("Thank you for writing", first.text())
        self.tell(f"{WORDS}\n")
        mail = self.sink.wait(2, to=right)[-1]
        self.assertIn(WORDS, mail.text())
        self.assert_nothing_internal(mail)
        self.assert_no_more_to_customer(self.ticket)

    def test_help_lists_the_commands(self):
        self.tell("#help\n")
        text = self.site.result(MARI, self.ticket, "#resolve").text()
        for name in ("#note", "#promise", "#merge", "#on-behalf",
                     "#compensate"):
            self.assertIn(name, text)
        self.assert_no_more_to_customer(self.ticket)

    # -- what is no command

    def test_what_is_not_understood_reaches_nobody_but_the_agent(self):
        for line, pattern in (
                ("#resolv", "#resolve"), ("#priorty high", "#priority"),
                ("#promise soonish", "soonish"), ("#tag", "(?i)tag"),
                ("#compensate lots", "(?i)currency"),
                ("#merge 0000-0000", "0000-0000"),
                ("#assign stranger@evil.example", "evil"),
                ("#resolve now", "#resolve"), ("#priority huge", "urgent")):
            with self.subTest(line):
                before = len(self.sink.mails(to=MARI))
                self.tell(f"{WORDS}\n\n{line}\n")
                shown = wait_for(
                    lambda: self.sink.mails(to=MARI)[before:], 30,
                    f"the result of {line}", self.redressd.log)[0]
                self.assertRegex(shown.text(), pattern)
                self.assertIn(line, shown.text())
        self.assert_no_more_to_customer(self.ticket)
        after = self.site.state(self.ticket)
        self.assertEqual((after["state"], after["tags"], after["priority"]),
                         (self.ticket["state"], self.ticket["tags"],
                          self.ticket["priority"]))

    def test_one_wrong_line_stops_all_of_a_mail(self):
        self.tell(f"{WORDS}\n\n#tag good\n#resolv\n")
        self.assertIn("#resolve", self.site.result(
            MARI, self.ticket, "resolv").text())
        self.assertFalse(self.site.state(self.ticket)["tags"])
        self.assert_no_more_to_customer(self.ticket)

    def test_a_quoted_command_is_text(self):
        self.tell(f"{WORDS}\n\n> #resolve\n> #tag quoted\n")
        self.site.to_customer(self.ticket, 2)
        after = self.site.state(self.ticket)
        self.assertNotEqual(after["state"], "resolved")
        self.assertFalse(after["tags"])

    def test_answering_a_result_works_like_answering_the_copy(self):
        self.tell(f"{WORDS}\n\n#resolv\n")
        shown = self.site.result(MARI, self.ticket, "#resolve")
        self.site.tell(shown, f"{WORDS}\n\n#resolve\n")
        self.assert_answer(self.ticket, self.site.to_customer(self.ticket, 2))
        self.assertEqual(self.after("resolved")["state"], "resolved")


class OnBehalf(WithSite):
    """What comes by telephone, by letter, or into an agent's own mailbox."""

    def assert_ticket_of(self, customer, agent=MARI):
        ack = self.sink.wait(to=customer)
        self.assert_nothing_internal(ack)
        self.assertNotIn(agent, everything(ack))
        tickets = self.site.tickets_from(customer)
        self.assertEqual(len(tickets), 1)
        return self.redressd.ticket(tickets[0]["ref"])

    def test_of_an_address(self):
        message = complaint(
            "Call of this morning", "#on-behalf paul@customer.example\n\nHe "
            "called: the lid does not close.\n", sender=MARI)
        self.site.submit(message)
        ticket = self.assert_ticket_of("paul@customer.example")
        self.assertIn("the lid does not close", str(ticket["messages"]))
        self.assertEqual(ticket["customer"], "paul@customer.example")

    FORWARDED = ("---------- Forwarded message ---------\n"
                 "From: Rita Rebane <{}>\nDate: Mon, 2 Nov 2026 at 10:00\n"
                 f"Subject: Broken handle\nTo: <{MARI}>\n\n\n"
                 "The handle came off on the first day.\n\nRita\n")

    def test_of_a_mail_forwarded_inline(self):
        message = complaint(
            "Fwd: Broken handle", "#on-behalf\n\n"
            + self.FORWARDED.format("rita@customer.example"), sender=MARI)
        self.site.submit(message)
        ticket = self.assert_ticket_of("rita@customer.example")
        self.assertIn("The handle came off", str(ticket["messages"]))
        self.assertIn("Broken handle", ticket["subject"])

    def test_of_a_mail_forwarded_as_a_file(self):
        original = complaint("Broken spout", "The spout leaks.\n",
                             sender="olaf@customer.example", to=MARI)
        message = complaint("Fwd: Broken spout", "#on-behalf\n", sender=MARI)
        message.add_attachment(original)
        self.site.submit(message)
        ticket = self.assert_ticket_of("olaf@customer.example")
        self.assertIn("Broken spout", ticket["subject"])

    def test_a_strangers_word_is_his_own_complaint(self):
        stranger = self.site.customer()
        self.site.from_outside(complaint(
            "Call", "#on-behalf victim@customer.example\n\nIt broke.\n",
            sender=stranger))
        self.sink.wait(to=stranger)
        self.site.idle()
        self.assertEqual(self.sink.mails(to="victim@customer.example"), [])
        self.assertEqual(self.site.tickets_from("victim@customer.example"),
                         [])


class Collision(WithSite):
    mailbox = {"collision_window": "10m"}

    def test_a_second_agents_answer_is_held_and_both_are_shown(self):
        ticket, copy = self.site.begun()
        self.site.tell(copy, "FIRSTANSWER: we send a new one.\n")
        self.site.to_customer(ticket, 2)
        self.site.tell(copy, "SECONDANSWER: we do not.\n", login=JAAN)
        shown = self.site.result(JAAN, ticket, "FIRSTANSWER")
        self.assertIn("SECONDANSWER", shown.text())
        self.assert_no_more_to_customer(ticket, 2)
        # Who has seen both decides.
        self.site.tell(shown, "SECONDANSWER: only the lid.\n", login=JAAN)
        self.assertIn("only the lid", self.site.to_customer(ticket, 3).text())

    def test_the_same_agent_may_always_go_on(self):
        ticket, copy = self.site.begun()
        self.site.tell(copy, "FIRSTANSWER: we send a new one.\n")
        self.site.to_customer(ticket, 2)
        self.site.tell(copy, "THIRDANSWER: it left today.\n")
        self.assertIn("THIRDANSWER", self.site.to_customer(ticket, 3).text())


class Reminders(WithSite):
    """Deadlines are made due behind redressd's back, as days would."""

    changes = {("team", "care"): {"briefing": "all",
                                  "logins": [f"mari={MARI}"]}}
    mailbox = {"collision_window": "0s", "survey_after": "24h"}

    def to_agent(self, ticket, agent=MARI, but=()):
        def found():
            return [mail for mail in self.sink.mails(
                        to=agent, ticket=ticket["ref"]) if mail not in but]
        return wait_for(found, 30, f"a mail to {agent}",
                        self.redressd.log)[-1]

    def test_a_briefing_tells_the_team_and_can_be_answered(self):
        ticket, copy = self.site.begun()
        brief = self.to_agent(ticket)
        self.to_agent(ticket, JAAN)
        self.assertIn(COMPLAINT, brief.text())
        self.assertIn(ticket["customer"], brief.text())
        self.assertIn("#resolve", brief.text())
        self.assertIn(copy.message["Message-ID"].strip("<>"),
                      f"{brief.message['References']} "
                      f"{brief.message['In-Reply-To']}")
        self.site.tell(brief, f"{WORDS}\n\n#tag briefed\n")
        self.assert_answer(ticket, self.site.to_customer(ticket, 2))
        self.assertIn("briefed", self.site.state(ticket)["tags"])

    def test_the_team_is_reminded_before_a_word_is_due(self):
        ticket, _ = self.site.begun()
        brief = self.to_agent(ticket)
        # Hours later the promise is near.
        self.redressd.store("UPDATE ticket SET promised_by = ? WHERE "
                            "reference = ?", int(time.time()) + 3 * 3600,
                            ticket["ref"])
        self.redressd.make_due(ticket["ref"], "nudge")
        nudge = self.to_agent(ticket, but=(brief,))
        self.assertNotEqual(nudge.message["Message-ID"],
                            brief.message["Message-ID"])
        self.assert_no_more_to_customer(ticket)
        # What is answered to it is the update.
        self.site.tell(nudge, f"{WORDS}\n")
        self.assert_answer(ticket, self.site.to_customer(ticket, 2))
        self.assertEqual(
            self.site.promise(ticket)["outcome"], "kept")

    def resolved(self):
        """(ticket, the mail that says so), its survey sent."""
        ticket, copy = self.site.begun()
        self.site.tell(copy, f"{WORDS}\n\n#resolve\n")
        word = self.site.to_customer(ticket, 2)
        self.redressd.make_due(ticket["ref"], "survey")
        return ticket, word, self.site.to_customer(ticket, 3)

    def test_after_a_resolution_one_click_is_a_rating(self):
        ticket, _, survey = self.resolved()
        self.assert_nothing_internal(survey)
        links = re.findall(r"mailto:[^\"'>\s]+", everything(survey))
        rated = [link for link in links if re.search(
            r"(?i)(body|subject)=4(\D|$)", urllib.parse.unquote(link))]
        self.assertTrue(rated, links)
        url = urllib.parse.urlsplit(rated[0].replace("&amp;", "&"))
        fields = urllib.parse.parse_qs(url.query)
        self.site.from_outside(complaint(
            fields.get("subject", ["4"])[0], fields.get("body", [""])[0]
            + "\n", sender=ticket["customer"],
            to=urllib.parse.unquote(url.path)))
        self.site.wait_event(ticket, "rated")
        after = self.site.state(ticket)
        self.assertEqual(after["state"], "resolved")
        self.assertEqual(self.redressd.store(
            "SELECT score FROM rating JOIN ticket ON ticket.id = ticket_id "
            "WHERE reference = ?", ticket["ref"]), [(4,)])

    def test_a_figure_and_words_are_a_rating_with_a_comment(self):
        ticket, _, survey = self.resolved()
        self.site.from_customer(ticket, survey,
                                "5\n\nQuick and friendly.\n")
        self.site.wait_event(ticket, "rated")
        self.assertEqual(self.redressd.store(
            "SELECT score, comment FROM rating JOIN ticket ON "
            "ticket.id = ticket_id WHERE reference = ?", ticket["ref"]),
            [(5, "Quick and friendly.")])

    def test_a_thank_you_does_not_reopen_and_a_reply_does(self):
        ticket, word, _ = self.resolved()
        self.site.copy_of(self.site.from_customer(
            ticket, word, "Thank you very much!\n\nAnn\n"))
        self.assertEqual(self.site.state(ticket)["state"], "resolved")
        self.site.copy_of(self.site.from_customer(
            ticket, word, "The new one is broken too.\n"))
        after = self.site.state(ticket)
        self.assertIn(after["state"], ("open", "waiting"))
        self.assertIn("reopened", self.site.events(ticket))

    def test_solved_thanks_resolves(self):
        ticket, _ = self.site.begun()
        ack = self.sink.wait(to=ticket["customer"])
        self.site.from_customer(ticket, ack, "It is solved, thanks!\n\nAnn\n")
        self.site.wait_event(ticket, "solved-by-customer")
        self.assertEqual(self.site.state(ticket)["state"], "resolved")

    def test_solved_in_a_proven_customers_name_alone_resolves_nothing(self):
        ticket, _ = self.site.begun()
        ack = self.sink.wait(to=ticket["customer"])
        message = answer(ack, "It is solved, thanks!\n", quote=False,
                         sender=ticket["customer"])
        self.site.from_outside(message, domain="")
        self.site.copy_of(message)
        self.assertEqual(self.site.state(ticket)["state"], ticket["state"])

    def test_later_it_is_asked_whether_it_stayed_settled(self):
        ticket, _, _ = self.resolved()
        self.redressd.make_due(ticket["ref"], "aftercare")
        mail = self.site.to_customer(ticket, 4)
        self.assert_nothing_internal(mail)
        self.assertEqual(self.site.state(ticket)["outbox"][-1]["kind"],
                         "aftercare")

    def test_what_is_reopened_twice_reaches_the_supervisor(self):
        ticket, copy = self.site.begun()
        for _ in range(2):
            self.assertEqual(
                self.sink.mails(to=SUPERVISOR, ticket=ticket["ref"]), [])
            before = len(self.sink.mails(to=ticket["customer"]))
            self.site.tell(copy, f"{WORDS}\n\n#resolve\n")
            word = self.sink.wait(count=before + 1, to=ticket["customer"])[-1]
            self.site.copy_of(self.site.from_customer(
                ticket, word, "It is broken again.\n"))
        self.sink.wait(to=SUPERVISOR, ticket=ticket["ref"])

    def test_a_threat_of_law_reaches_the_supervisor(self):
        ticket, _ = self.site.begun(
            "Last warning", "The kettle is broken. I will take you to court "
            "and my lawyer will write to you.\n")
        self.sink.wait(to=SUPERVISOR, ticket=ticket["ref"])
