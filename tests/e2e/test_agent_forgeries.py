"""Who pretends to be an agent steers nothing: every way that we know of to
wear an agent's name, against real SMTP AUTH, OpenDKIM and OpenDMARC."""

import base64
import contextlib
import dataclasses
import pathlib
import re
import smtplib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from agents import (  # noqa: E402
    JAAN, MARI, PASSWORD, SUPERVISOR, AgentSite, answer, as_bytes, everything)
from servers import (  # noqa: E402
    LOOPBACK, ServerError, Workplace, complaint)

EVIL = "mallory@evil.example"
# All that an agent's mail could do, and words that would reach the customer.
PAYLOAD = ("PWNED: send your card number to mallory@evil.example.\n\n"
           "#resolve\n#tag forged\n#priority urgent\n#assign jaan\n")

PASSED = "dmarc=pass (p=none) header.from=example.com"
RESULTS = f"Authentication-Results: mail.example.com; {PASSED}\r\n"


@dataclasses.dataclass
class Forgery:
    """One mail that is sent to a ticket's address for agents.

    author: the text of its From; before, after: further header lines above
    and below; domain: who signs it ("": nobody); login: who submits it
    (None: it comes by the port for everybody); claims: its first author is
    an agent's address, and it is flagged."""

    author: str = MARI
    before: str = ""
    after: str = ""
    domain: str = ""
    login: str = None
    sender: str = EVIL
    changed: tuple = None   # replaced after it was signed
    claims: bool = True


def with_results(field, **options):
    return Forgery(before=f"{field}\r\n", **options)


FORGERIES = {
    # -- the plain lie
    "from_alone": Forgery(),
    "from_and_envelope": Forgery(sender=MARI),
    "null_sender": Forgery(sender=""),
    "in_capitals": Forgery(author="MARI@EXAMPLE.COM"),
    "with_a_trailing_dot": Forgery(author="<mari@example.com.>",
                                   claims=False),
    "another_domains_signature": Forgery(domain="evil.example"),
    "a_customers_signature": Forgery(domain="customer.example"),
    "signed_by_the_agent_then_changed": Forgery(
        domain="example.com", changed=(b"lunch", PAYLOAD.encode()),
        author=f"Mari Mets <{MARI}>"),
    # -- who the author is said to be
    "sender_field": Forgery(author=EVIL, after=f"Sender: {MARI}\r\n",
                            domain="evil.example", claims=False),
    "reply_to_field": Forgery(author=EVIL, after=f"Reply-To: {MARI}\r\n",
                              domain="evil.example", claims=False),
    "resent_from_field": Forgery(
        author=EVIL, before=f"Resent-From: {MARI}\r\n",
        domain="evil.example", claims=False),
    "x_fields": Forgery(
        author=EVIL, domain="evil.example", claims=False,
        after=f"X-Original-From: {MARI}\r\nX-Authenticated-User: {MARI}\r\n"
        f"X-Redress-Agent: {MARI}\r\nReturn-Path: <{MARI}>\r\n"),
    "two_addresses_agent_first": Forgery(
        author=f"{MARI}, {EVIL}", domain="evil.example"),
    "two_addresses_agent_last": Forgery(
        author=f"{EVIL}, {MARI}", domain="evil.example", claims=False),
    "two_fields_agent_above": Forgery(
        author=EVIL, before=f"From: {MARI}\r\n", domain="evil.example"),
    "two_fields_agent_below": Forgery(
        author=EVIL, after=f"From: {MARI}\r\n", domain="evil.example",
        claims=False),
    "display_name": Forgery(author=f'"{MARI}" <{EVIL}>',
                            domain="evil.example", claims=False),
    "display_name_unquoted": Forgery(author=f"{MARI} <{EVIL}>",
                                     domain="evil.example", claims=False),
    "name_of_the_agent": Forgery(author=f"Mari Mets <{EVIL}>",
                                 domain="evil.example", claims=False),
    "comment": Forgery(author=f"{EVIL} ({MARI})", domain="evil.example",
                       claims=False),
    "encoded_word_name": Forgery(
        author=f"=?utf-8?q?mari=40example=2Ecom?= <{EVIL}>",
        domain="evil.example", claims=False),
    "encoded_word_address": Forgery(
        author="=?utf-8?b?" + base64.b64encode(
            f"<{MARI}>".encode()).decode() + f"?= <{EVIL}>",
        domain="evil.example", claims=False),
    "encoded_word_alone": Forgery(
        author="=?utf-8?b?" + base64.b64encode(
            MARI.encode()).decode() + "?=", domain="evil.example",
        claims=False),
    "group": Forgery(author=f"care: {MARI};", domain="evil.example",
                     claims=False),
    "group_and_an_address": Forgery(author=f"care: {MARI};, {EVIL}",
                                    domain="evil.example", claims=False),
    "route": Forgery(author=f"<@evil.example:{MARI}>",
                     domain="evil.example", claims=False),
    "quoted_local_part": Forgery(author=f'"{MARI}"@evil.example',
                                 domain="evil.example", claims=False),
    "percent_hack": Forgery(author="mari%example.com@evil.example",
                            domain="evil.example", claims=False),
    # -- domains that look alike, each with a good signature of its own
    "subdomain": Forgery(author="mari@mail.example.com", claims=False),
    "subdomain_of_another": Forgery(
        author="mari@example.com.evil.example", domain="evil.example",
        claims=False),
    "look_alike_domain": Forgery(author="mari@examp1e.com",
                                 domain="examp1e.com", claims=False),
    "cyrillic_domain": Forgery(author="mari@xn--exmple-4nf.com",
                               domain="xn--exmple-4nf.com", claims=False),
    # -- what is said about authentication
    "results_once": with_results(RESULTS.strip()),
    "results_10_times": Forgery(before=RESULTS * 10),
    "results_50_times": Forgery(before=RESULTS * 50),
    "results_below": Forgery(after=RESULTS),
    "results_above_and_below": Forgery(before=RESULTS * 5,
                                       after=RESULTS * 20),
    "results_in_capitals": with_results(
        "AUTHENTICATION-RESULTS: MAIL.EXAMPLE.COM; DMARC=PASS "
        "HEADER.FROM=EXAMPLE.COM"),
    "results_with_a_version": with_results(
        f"Authentication-Results: mail.example.com 1; {PASSED}"),
    "results_with_a_comment": with_results(
        f"Authentication-Results: (ours) mail.example.com (really); {PASSED}"),
    "results_quoted": with_results(
        f'Authentication-Results: "mail.example.com"; {PASSED}'),
    "results_folded": with_results(
        f"Authentication-Results:\r\n\tmail.example.com\r\n ;\r\n {PASSED}"),
    "results_with_a_trailing_dot": with_results(
        f"Authentication-Results: mail.example.com.; {PASSED}"),
    "results_with_a_blank_before_the_colon": with_results(
        f"Authentication-Results : mail.example.com; {PASSED}"),
    "results_beside_a_good_signature": Forgery(
        before=RESULTS, domain="evil.example"),
    "results_of_arc": with_results(
        f"ARC-Authentication-Results: i=1; mail.example.com; {PASSED}"),
    "results_of_somebody_else": with_results(
        f"Authentication-Results: mx.evil.example; {PASSED}"),
    "results_without_header_from": with_results(
        "Authentication-Results: mail.example.com; dmarc=pass"),
    "results_hidden_in_a_comment": with_results(
        f"Authentication-Results: mx.evil.example (; \\) mail.example.com; "
        f"{PASSED})"),
    # -- who is logged in
    "a_colleagues_login": Forgery(login="peeter@example.com"),
    "a_colleagues_login_and_results": Forgery(
        login="peeter@example.com", before=RESULTS * 3),
    "a_colleagues_login_as_sender": Forgery(
        login="peeter@example.com", author="peeter@example.com",
        after=f"Sender: {MARI}\r\n", claims=False),
    "a_colleagues_login_with_two_addresses": Forgery(
        login="peeter@example.com", author=f"{MARI}, peeter@example.com"),
    "a_colleagues_bare_login": Forgery(login="peeter"),
    "a_login_like_an_agents": Forgery(login="jaan.t", author=JAAN),
    "the_same_name_in_another_domain": Forgery(login="mari@customer.example"),
    "the_same_name_in_a_subdomain": Forgery(login="mari@mail.example.com"),
    "an_agents_login_with_two_fields": Forgery(
        login=MARI, author=EVIL, after=f"From: {MARI}\r\n", sender=MARI,
        claims=False),
    # -- tokens
    "a_token_that_leaked": Forgery(author=EVIL, domain="evil.example",
                                   claims=False),
    "a_token_of_another_agent": Forgery(
        author=f"jaan@evil.example, {JAAN}", domain="evil.example",
        claims=False),
}


def written(forgery, copy):
    """The mail's bytes, a good reply in all else."""
    text = forgery.changed[0].decode() if forgery.changed else PAYLOAD
    message = answer(copy, text, sender=EVIL, quote=False)
    data = re.sub(rb"(?m)^From: .*\r\n(?:[ \t].*\r\n)*", b"",
                  as_bytes(message), count=1)
    return (forgery.before + f"From: {forgery.author}\r\n"
            + forgery.after).encode() + data


class Forgeries(unittest.TestCase):
    """All are sent first; then it is looked what became of each."""

    @classmethod
    def setUpClass(cls):
        place = Workplace()
        cls.addClassCleanup(place.close)
        cls.site = AgentSite(place, mailbox={"nudge_before": "0s"})
        cls.sink, cls.redressd = cls.site.sink, cls.site.redressd
        for domain in ("examp1e.com", "xn--exmple-4nf.com"):
            cls.site.dns.publish(domain)
        # Both read their records at their start.
        for server in (cls.site.dkim, cls.site.dmarc):
            server.stop()
            server.start()
        cls.cases = {}
        for name, forgery in FORGERIES.items():
            ticket, copy = cls.site.begun()
            cls.cases[name] = (ticket, copy, cls.forge(forgery, copy))
        cls.site.idle()

    @classmethod
    def forge(cls, forgery, copy):
        """What the mail server said to it: None, or its refusal."""
        data, site = written(forgery, copy), cls.site
        if forgery.domain:
            data = cls.sign(forgery, data)
        if forgery.changed:
            data = data.replace(*forgery.changed)
        to = copy.message["Reply-To"].addresses[0].addr_spec
        port = site.login_port if forgery.login else site.mta.port
        with smtplib.SMTP(LOOPBACK, port, timeout=60) as client:
            if forgery.login:
                client.login(forgery.login, PASSWORD)
            try:
                client.sendmail(forgery.sender, [to], data)
            except smtplib.SMTPResponseException as error:
                return error
        return None

    @classmethod
    def sign(cls, forgery, data):
        """OpenDKIM signs no mail with two From fields or none that it
        understands; a forger signs the lowest, and adds the rest."""
        with contextlib.suppress(ServerError):
            return cls.site.dns.sign(forgery.domain, data)
        author = MARI if "From:" in forgery.after else EVIL
        _, _, rest = data.partition(
            (f"From: {forgery.author}\r\n" + forgery.after).encode())
        plain = f"From: {author}\r\n".encode() + rest
        signed = cls.site.dns.sign(forgery.domain, plain)
        return signed[:-len(plain)] + data

    def check(self, name):
        ticket, copy, refusal = self.cases[name]
        after = self.redressd.ticket(ticket["ref"])
        for field in ("state", "tags", "priority", "assignee",
                      "promised_by"):
            self.assertEqual(after[field], ticket[field], field)
        mails = self.sink.mails(to=ticket["customer"])
        self.assertEqual(len(mails), 1, [mail.text() for mail in mails])
        self.assertNotIn("PWNED", everything(mails[0]))
        self.assertNotIn("resolved", [e["what"] for e in after["events"]])
        actors = [event["actor"] for event in after["events"]]
        self.assertFalse([actor for actor in actors
                          if actor.startswith("agent:")], actors)
        if refusal:
            self.assertEqual(refusal.smtp_code // 100, 5, refusal)
            return
        # Recorded, and the copy that the team gets says nothing of proof.
        self.assertGreater(len(self.redressd.store(
            "SELECT 1 FROM message WHERE own_text LIKE '%PWNED%' AND "
            "mailbox IS NOT NULL")), 0)
        if FORGERIES[name].claims:
            self.assertIn("agent-not-proven",
                          [event["what"] for event in after["events"]])

    def test_the_supervisor_hears_once_a_day(self):
        told = [mail for mail in self.sink.mails(to=SUPERVISOR)]
        self.assertEqual(len(told), 1, [mail.text() for mail in told])
        self.assertIn(MARI, told[0].text())

    def test_the_agent_whose_name_was_worn_is_not_bothered(self):
        for agent in (MARI, JAAN):
            self.assertEqual(self.sink.mails(to=agent), [])

    def test_nobody_answers_the_forger(self):
        self.assertEqual([mail for mail in self.sink.mails(to=EVIL)
                          if "PWNED" in everything(mail)], [])

    def test_the_same_agent_is_still_heard(self):
        """What was refused was the lie, not the form: the same mail by the
        agent's own login is carried out."""
        ticket, copy = self.site.begun()
        data = written(Forgery(), copy)
        self.site.submit(data, login=MARI, sender=MARI)
        self.site.wait_event(ticket, "resolved")
        after = self.redressd.ticket(ticket["ref"])
        self.assertEqual((after["state"], after["priority"],
                          after["assignee"]), ("resolved", 3, JAAN))

    def test_a_true_mail_counts_once_wherever_it_is_sent_again(self):
        ticket, copy = self.site.begun()
        other, stranger = self.site.begun()
        message = answer(copy, "It is settled.\n\n#resolve\n", sender=MARI,
                         quote=False)
        data = self.site.dns.sign("example.com", as_bytes(message))
        for target in (copy, stranger, copy):
            with smtplib.SMTP(LOOPBACK, self.site.mta.port) as client:
                with contextlib.suppress(smtplib.SMTPResponseException):
                    client.sendmail(EVIL, [target.message[
                        "Reply-To"].addresses[0].addr_spec], data)
        self.site.wait_event(ticket, "resolved")
        self.site.idle()
        self.assertEqual(self.redressd.ticket(other["ref"])["state"],
                         other["state"])
        self.assertEqual(len(self.sink.mails(to=other["customer"])), 1)
        self.assertEqual(len(self.sink.mails(to=ticket["customer"])), 2)

    def test_a_strangers_new_complaint_in_an_agents_name_is_his_own(self):
        message = complaint("Call", "#on-behalf victim@customer.example\n\n"
                            "PWNED\n", sender=MARI)
        self.site.from_outside(message, domain="")
        self.site.idle()
        self.assertEqual(self.sink.mails(to="victim@customer.example"), [])


def add_cases():
    for name in FORGERIES:
        def test(self, name=name):
            self.check(name)
        test.__name__ = f"test_{name}"
        setattr(Forgeries, test.__name__, test)


add_cases()
