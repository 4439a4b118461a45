"""The tool `redress`: what it prints, what it changes, how it exits."""

import email
import email.policy
import json
import os
import pathlib
import pty
import re
import select
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from servers import (  # noqa: E402
    CUSTOMER, LOOPBACK, MAILBOX, SOURCE, Workplace, complaint, program)

CONTRACT_LIST = {
    "ref", "state", "subject", "customer", "language", "opened_at",
    "promised_by", "next_update_at", "messages", "mails_sent", "tags",
    "priority", "assignee"}
CONTRACT_ANALYZE = {
    "file", "kind", "guard", "would_ack", "subject", "from", "message_id",
    "references", "language", "language_confidence", "text", "reply_text",
    "signature", "bounce", "commands", "complainer", "attachments"}
REFERENCE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class CliTest(unittest.TestCase):
    def setUp(self):
        self.place = Workplace()
        self.addCleanup(self.place.close)
        self.redressd = self.place.redressd(start=False)
        self.folder = self.place.subfolder("mail")

    def run_tool(self, *arguments, stdin=b"", status=0, config=True,
                 **options):
        """Runs the tool; returns (standard output, standard error)."""
        named = ["--config", self.redressd.config_file] if config else []
        done = subprocess.run(
            [program("redress"), *arguments, *named], input=stdin,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
            timeout=120, **options)
        out, err = done.stdout.decode(), done.stderr.decode()
        self.assertEqual(done.returncode, status, f"{arguments}\n{out}{err}")
        return out, err

    def json(self, *arguments, **options):
        return json.loads(self.run_tool(*arguments, "--json", **options)[0])

    def file(self, message, name="a.eml"):
        path = self.folder / name
        path.write_bytes(message if isinstance(message, bytes)
                         else message.as_bytes())
        return path

    def ingest(self, message=None, *arguments):
        """Takes in one mail and returns its ticket's reference."""
        path = self.file(message or complaint())
        return self.json("ingest", path, *arguments)["refs"][0]

    # -- ingest, list, show

    def test_what_was_ingested_is_listed_with_the_contracts_fields(self):
        reference = self.ingest()
        listed = self.json("list")
        self.assertEqual([ticket["ref"] for ticket in listed], [reference])
        ticket = listed[0]
        self.assertLessEqual(CONTRACT_LIST, ticket.keys())
        self.assertRegex(reference, REFERENCE)
        self.assertEqual(ticket["state"], "open")
        self.assertEqual(ticket["customer"], CUSTOMER)
        self.assertEqual(ticket["messages"], 1)
        self.assertEqual(ticket["tags"], [])
        self.assertIsNone(ticket["assignee"])
        for field in "opened_at", "promised_by", "next_update_at":
            self.assertRegex(ticket[field], RFC_3339)

    def test_the_same_mail_again_is_known_already(self):
        message = complaint()
        reference = self.ingest(message)
        again = self.json("ingest", self.file(message, "again.eml"))
        self.assertEqual(again["result"], "duplicate")
        self.assertEqual(again["refs"], [reference])
        self.assertEqual(len(self.json("list")), 1)

    def test_show_tells_messages_events_promises_and_our_mails(self):
        reference = self.ingest()
        ticket = self.json("show", reference)
        self.assertEqual(ticket["ref"], reference)
        self.assertEqual(len(ticket["messages"]), 1)
        self.assertIn("kettle", ticket["messages"][0]["text"])
        self.assertIn("opened", [e["what"] for e in ticket["events"]])
        self.assertEqual(ticket["promises"][0]["due_at"],
                         ticket["promised_by"])
        self.assertEqual([m["kind"] for m in ticket["outbox"]], ["ack"])

    def test_show_takes_a_reference_as_people_type_it(self):
        reference = self.ingest()
        for typed in (reference.lower(), reference.replace("-", ""),
                      f"[#{reference}]"):
            self.assertEqual(self.json("show", typed)["ref"], reference)

    def test_several_references_give_an_object_a_line(self):
        references = [self.ingest(), self.ingest()]
        out, _ = self.run_tool("show", "--json", *references)
        self.assertEqual([json.loads(line)["ref"]
                          for line in out.splitlines()], references)

    def test_raw_and_sent_mail_come_out_byte_for_byte(self):
        message = complaint().as_bytes()
        ticket = self.json("show", self.ingest(message))
        raw, _ = self.run_tool(
            "show", "--raw", str(ticket["messages"][0]["id"]))
        self.assertEqual(raw.encode(), message)
        sent, _ = self.run_tool(
            "show", "--mail", str(ticket["outbox"][0]["id"]))
        self.assertIn(f"X-Redress-Ticket: {ticket['ref']}", sent)

    def test_a_mail_for_nobody_of_ours_is_refused_by_name(self):
        path = self.file(complaint(to="ann@elsewhere.example"))
        _, err = self.run_tool("ingest", path, status=1)
        self.assertIn(str(path), err)
        self.assertIn("--to", err)
        self.run_tool("ingest", "--to", MAILBOX, path)

    def test_old_mail_is_recorded_without_an_acknowledgement(self):
        ticket = self.json("show", self.ingest(None, "--no-acknowledge"))
        self.assertEqual(ticket["outbox"], [])

    def test_a_pipe_hears_0_when_recorded_and_75_when_it_cannot_be(self):
        data = complaint().as_bytes()
        self.run_tool("ingest", "--from", CUSTOMER, "--to", MAILBOX, "-",
                      stdin=data)
        self.redressd.config_file.write_text("hostname = \n")
        self.run_tool("ingest", "--to", MAILBOX, "-", stdin=data, status=75)

    def test_a_list_can_be_narrowed(self):
        first, second = self.ingest(), self.ingest(
            complaint(sender="bob@customer.example"))
        self.run_tool("resolve", first, "--silent")
        for arguments, expected in (
                ((), [second]),
                (("--all",), [second, first]),
                (("--state", "resolved"), [first]),
                (("--all", "--customer", "ANN@customer.example"), [first]),
                (("--all", "--limit", "1"), [second]),
                (("--all", "--unanswered", "--limit", "1"), [second]),
                (("--all", "--unanswered"), [second, first]),
                (("--all", "--tag", "late"), []),
                (("--all", "--assignee", "mari@example.com"), []),
                (("--all", "--mailbox", "other@example.com"), [])):
            self.assertEqual([ticket["ref"] for ticket in
                              self.json("list", *arguments)], expected,
                             arguments)

    # -- changes

    def test_resolve_note_and_reopen_leave_their_mark(self):
        reference = self.ingest()
        self.run_tool("note", reference, "The", "courier", "looks.")
        self.run_tool("resolve", reference, "--text", "-",
                      stdin="A new kettle is on its way.\n".encode())
        ticket = self.json("show", reference)
        self.assertEqual(ticket["state"], "resolved")
        events = {e["what"]: e for e in ticket["events"]}
        self.assertEqual(events["note"]["detail"], "The courier looks.")
        self.assertRegex(events["note"]["actor"], "^operator:.")
        mail = [m for m in ticket["outbox"] if m["kind"] == "resolved"]
        self.assertEqual(len(mail), 1)
        sent, _ = self.run_tool("show", "--mail", str(mail[0]["id"]))
        self.assertIn("A new kettle is on its way.", sent)
        self.run_tool("reopen", reference)
        self.assertEqual(self.json("show", reference)["state"], "open")

    def test_a_silent_resolution_tells_the_customer_nothing(self):
        reference = self.ingest()
        self.run_tool("resolve", reference, "--silent")
        self.assertEqual([m["kind"] for m in
                          self.json("show", reference)["outbox"]], ["ack"])

    def test_the_outbox_shows_what_waits_and_retry_makes_it_due(self):
        reference = self.ingest()
        rows = self.json("outbox")
        self.assertEqual([(row["ref"], row["kind"], row["to"], row["state"])
                          for row in rows],
                         [(reference, "ack", CUSTOMER, "queued")])
        for what in (str(rows[0]["id"]), reference, "--all"):
            self.assertEqual(self.json("retry", what)["count"], 1)

    def test_what_is_said_of_a_ticket_is_shown_and_listed(self):
        reference, other = self.ingest(), self.ingest()
        for verb, *words in (
                ("assign", "mari"), ("tag", "Parcel", "late"),
                ("tag", "--remove", "late"), ("priority", "high"),
                ("type", "delivery"), ("cause", "carrier"),
                ("address", "ann.smith@customer.example")):
            said = self.json(verb, reference, *words)
            self.assertEqual(said["ref"], reference, verb)
            self.assertTrue(said["done"], verb)
        ticket = self.json("show", reference)
        self.assertEqual(
            {name: ticket[name] for name in (
                "assignee", "tags", "priority", "type", "cause", "customer")},
            {"assignee": "mari@example.com", "tags": ["parcel"],
             "priority": 2, "type": "delivery", "cause": "carrier",
             "customer": "ann.smith@customer.example"})
        self.assertTrue(all(re.match("operator:.", e["actor"])
                            for e in ticket["events"] if e["what"] in (
                                "assigned", "tagged", "address-corrected")))
        for arguments in (("--tag", "PARCEL"),
                          ("--assignee", "Mari@example.com")):
            self.assertEqual([t["ref"] for t in self.json(
                "list", *arguments)], [reference], arguments)
        self.assertEqual(self.json("show", other)["tags"], [])

    def test_a_promise_is_kept_in_the_ticket_and_mailed(self):
        reference = self.ingest()
        before = self.json("show", reference)
        self.run_tool("promise", reference, "3", "business", "days")
        after = self.json("show", reference)
        self.assertGreater(after["promised_by"], before["promised_by"])
        promise = [p for p in after["promises"] if p["kind"] == "answer"][-1]
        self.assertEqual(promise["due_at"], after["promised_by"])
        self.assertEqual(promise["outcome"], "open")
        self.assertGreater(len(after["outbox"]), len(before["outbox"]))

    # -- promises

    def promises(self, *arguments):
        return self.json("promises", *arguments)

    def test_promises_are_told_with_the_words_of_their_mail(self):
        reference, other = self.ingest(), self.ingest()
        rows = self.promises(reference)
        self.assertEqual({row["ref"] for row in rows}, {reference})
        self.assertEqual({row["kind"] for row in rows}, {"answer", "update"})
        for row in rows:
            self.assertEqual((row["outcome"], row["mailbox"]),
                             ("open", MAILBOX))
            self.assertRegex(row["margin"], r"\Adue in \d")
            self.assertIsNone(row["late_s"])
            sent, _ = self.run_tool("show", "--mail", str(row["outbox"]))
            mail = email.message_from_string(
                sent, policy=email.policy.default)
            self.assertIn(row["words"], mail.get_body(("plain",))
                          .get_content().splitlines())
        self.assertEqual({row["ref"] for row in self.promises()},
                         {reference, other})
        self.assertEqual({row["ref"] for row in self.promises(
            reference, other)}, {reference, other})
        shown = self.json("show", reference)["promises"]
        self.assertEqual(
            {(row["kind"], row["words"], row["due_at"]) for row in shown},
            {(row["kind"], row["words"], row["due_at"]) for row in rows})

    def move(self, reference, **columns):
        """As if what was promised for an answer had been at other times."""
        names = ", ".join(f"{name} = ?" for name in columns)
        self.redressd.store(
            f"UPDATE promise SET {names} WHERE kind = 'answer' AND ticket_id"
            " = (SELECT id FROM ticket WHERE reference = ?)",
            *columns.values(), reference)

    def test_it_is_told_by_how_much_a_promise_was_kept_or_missed(self):
        now = int(time.time())
        kept, late, given_up, overdue = (
            self.ingest(complaint(sender=f"{name}@customer.example"))
            for name in ("ann", "bob", "cid", "dan"))
        self.move(kept, due_at=now + 7200, settled_at=now, kept_at=now,
                  outcome="kept")
        self.move(late, due_at=now - 9000, settled_at=now, kept_at=now,
                  outcome="broken")
        self.move(given_up, due_at=now - 2 * 86400 - 100,
                  settled_at=now - 3 * 86400, outcome="broken")
        self.move(overdue, due_at=now - 3 * 3600 - 60)
        for reference, outcome, margin, late_s in (
                (kept, "kept", r"2 h to spare", -7200),
                (late, "broken", r"2 h 30 min late", 9000),
                (given_up, "broken", r"2 d late so far", None),
                (overdue, "overdue", r"3 h \d+ min overdue", None)):
            row, = self.promises(reference, "--kind", "answer")
            self.assertEqual((row["outcome"], row["late_s"]),
                             (outcome, late_s))
            self.assertRegex(row["margin"], rf"\A{margin}\Z")
            self.assertEqual([found["ref"] for found in self.promises(
                "--outcome", outcome, "--kind", "answer")
                if found["ref"] == reference], [reference])
        counted, = (row for row in self.promises("--count")
                    if row["kind"] == "answer" and not row["mailbox"])
        self.assertEqual(
            {key: counted[key] for key in (
                "made", "kept", "broken", "replaced", "open", "overdue",
                "told_before", "outstanding", "median_late_s",
                "most_late_s")},
            {"made": 4, "kept": 1, "broken": 2, "replaced": 0, "open": 0,
             "overdue": 1, "told_before": 0, "outstanding": 1,
             "median_late_s": 9000, "most_late_s": 9000})
        self.assertAlmostEqual(counted["kept_percent"], 100 / 3, 2)

    def test_promises_can_be_narrowed_by_when_they_are_due(self):
        now = int(time.time())
        old, young = self.ingest(), self.ingest()
        self.move(old, due_at=now - 5 * 86400)
        self.move(young, due_at=now - 86400)
        day = time.strftime("%Y-%m-%d", time.localtime(now - 3 * 86400))
        for arguments, found in (
                (("--since", "2d"), [young]), (("--until", "2d"), [old]),
                (("--since", day), [young]), (("--until", day), [old]),
                (("--until", f"{day} 12:00"), [old]),
                (("--since", f"{day}T12:00:00Z"), [young]),
                (("--since", "9d"), [young, old]),
                (("--mailbox", MAILBOX.upper()), [young, old]),
                (("--mailbox", "other@example.com"), []),
                (("--limit", "1"), [young])):
            self.assertEqual([row["ref"] for row in self.promises(
                "--outcome", "overdue", *arguments)], found, arguments)
        counts = self.promises("--count", old)
        self.assertEqual({row["ref"] for row in counts}, {old})
        text, _ = self.run_tool("promises", "--count")
        self.assertIn("KEPT %", text)

    def test_compensation_shows_what_similar_cases_got(self):
        first, second = self.ingest(), self.ingest()
        self.run_tool("compensate", first, "30", "EUR")
        result = self.json("compensate", second, "25.50 EUR")["result"]
        self.assertIn("30.00 EUR", result)
        self.assertIn(first, result)
        given = self.json("show", second)["compensations"]
        self.assertEqual([(c["amount"], c["currency"]) for c in given],
                         [("25.50", "EUR")])

    def test_a_merged_ticket_names_the_one_that_goes_on(self):
        one, two = self.ingest(), self.ingest()
        self.run_tool("merge", one, two)
        self.assertEqual(self.json("show", one)["merged_into"], two)
        self.assertIsNone(self.json("show", two)["merged_into"])
        self.assertEqual([t["ref"] for t in self.json("list")], [two])

    def test_an_escalation_reaches_the_supervisor_in_words(self):
        reference = self.ingest()
        self.run_tool("escalate", reference, "--text", "-",
                      stdin=b"They ask for a lawyer.\n")
        mail = [m for m in self.json("show", reference)["outbox"]
                if m["kind"] == "escalation"]
        self.assertEqual([m["to"] for m in mail], ["lead@example.com"])
        sent, _ = self.run_tool("show", "--mail", str(mail[0]["id"]))
        self.assertIn("They ask for a lawyer.", sent)

    def test_a_canned_answer_is_listed_previewed_and_sent(self):
        reference = self.ingest()
        names = [row["name"] for row in self.json("canned")]
        self.assertIn("delay", names)
        before = self.json("show", reference)
        text = self.json("canned", reference, "delay", "--preview")["text"]
        self.assertTrue(text.strip())
        self.assertEqual(self.json("show", reference), before)
        sent = self.json("canned", reference, "delay", "--text", "Dear Ann,")
        self.assertTrue(sent["result"].startswith("Dear Ann,"))
        # But for the minute, which may be another one by now.
        self.assertIn(text.strip().split(".")[0], sent["result"])
        after = self.json("show", reference)
        self.assertEqual([m["kind"] for m in after["outbox"]],
                         ["ack", "reply"])
        self.assertRegex(after["answered_at"], RFC_3339)
        self.run_tool("canned", reference, "nosuch", "--preview", status=1)

    def test_vips_are_kept_beside_the_configurations(self):
        self.run_tool("list", status=1)
        self.ingest()
        self.assertEqual(self.json("vip"), [])
        out, _ = self.run_tool("vip", "--add", "Ann@Customer.example",
                               "--add", "@press.example", "--json")
        self.assertEqual([json.loads(line)["done"]
                          for line in out.splitlines()], ["added"] * 2)
        self.assertEqual(
            [(row["entry"], row["kept_in"]) for row in self.json("vip")],
            [("@press.example", "store"), (CUSTOMER, "store")])
        ticket = self.json("show", self.ingest())
        self.assertEqual(ticket["priority"], 1)
        self.run_tool("vip", "--remove", CUSTOMER)
        ticket = self.json("show", self.ingest())
        self.assertEqual(ticket["priority"], 0)
        for status, arguments in (
                (1, ("--remove", CUSTOMER)), (2, ("--add", "banana")),
                (2, ("--add", "@")), (2, ("ann@customer.example",))):
            out, _ = self.run_tool("vip", *arguments, status=status)
            self.assertEqual(out, "", arguments)

    # -- exit codes

    def test_what_does_not_exist_is_1_and_a_mistake_is_2(self):
        reference = self.ingest()
        for status, arguments in (
                (1, ("show", "0000-000M")),
                (1, ("resolve", "0000-000M")),
                (1, ("note", "0000-000M", "text")),
                (1, ("retry", "999")),
                (1, ("tag", "0000-000M", "late")),
                (1, ("escalate", "0000-000M")),
                (2, ("assign", reference, "nobody@elsewhere.example")),
                (2, ("promise", reference, "yesterday", "or", "so")),
                (2, ("priority", reference, "furious")),
                (2, ("compensate", reference, "much", "EUR")),
                (2, ("address", reference, "banana")),
                (2, ("merge", reference, reference)),
                (2, ("tag", reference, "late\n#resolve")),
                (2, ("type", reference, "a\n#resolve")),
                (2, ("canned", reference, "nosuch")),
                (1, ("show", "--raw", "999")),
                (1, ("show", "--mail", "999")),
                (1, ("render", "ack", "--lang", "xx")),
                (2, ("show", "banana")),
                (2, ("show",)),
                (2, ("note", "0000-000M")),
                (1, ("promises", "0000-000M")),
                (1, ("promises", reference, "0000-000M", "--json")),
                (2, ("promises", "banana")),
                (2, ("promises", "--kind", "sweet")),
                (2, ("promises", "--outcome", "good")),
                (2, ("promises", "--since", "soon")),
                (2, ("promises", "--until", "3 business days")),
                (2, ("promises", "--limit", "-1")),
                (2, ("list", "--state", "furious")),
                (2, ("list", "--nonsense")),
                (2, ("lsit",)),
                (2, ("render", "nothing")),
                (1, ("render", "canned/nothing"))):
            out, err = self.run_tool(*arguments, status=status)
            self.assertEqual(out, "", arguments)
            self.assertRegex(err, r"\Aredress\b.*: .+\n\Z", arguments)

    def test_an_unknown_command_is_told_the_nearest(self):
        self.assertIn("list", self.run_tool("lsit", status=2)[1])

    def test_a_missing_configuration_says_what_to_do(self):
        self.redressd.config_file.unlink()
        _, err = self.run_tool("list", status=2)
        self.assertIn(str(self.redressd.config_file), err)
        self.assertIn("--config", err)

    def test_a_store_that_is_not_there_yet_is_named(self):
        _, err = self.run_tool("list", status=1)
        self.assertIn(str(self.redressd.store_file), err)
        self.assertIn("redressd", err)

    def test_a_store_without_permission_says_who_may(self):
        if os.geteuid() != 0:
            self.skipTest("only root can become somebody else")
        self.ingest()
        for path in (self.place.folder, self.redressd.folder):
            path.chmod(0o755)
        self.redressd.config_file.chmod(0o644)
        # The tool's own folder may be closed to others, its open file is not.
        tool = os.open(program("redress"), os.O_RDONLY)
        self.addCleanup(os.close, tool)
        _, err = self.run_tool(
            "list", status=1, user="nobody", group="nogroup",
            extra_groups=[], executable=f"/proc/self/fd/{tool}",
            pass_fds=[tool])
        self.assertIn("permission", err)
        self.assertIn("root", err)

    # -- analyze

    def analyze(self, *arguments, status=0, **options):
        out, err = self.run_tool("analyze", "--json", *arguments,
                                 status=status, config=False, **options)
        return [json.loads(line) for line in out.splitlines()], err

    def test_analyze_needs_nothing_and_gives_the_contracts_fields(self):
        path = self.file(complaint())
        (found,), _ = self.analyze(path)
        self.assertLessEqual(CONTRACT_ANALYZE, found.keys())
        self.assertEqual(found["file"], str(path))
        self.assertEqual(found["kind"], "complaint")
        self.assertIs(found["would_ack"], True)
        self.assertIsNone(found["guard"])
        self.assertIsNone(found["bounce"])
        self.assertEqual(found["references"], [])
        self.assertEqual(found["from"], CUSTOMER)

    def test_analyze_keeps_the_order_of_many_files(self):
        paths = [self.file(complaint(f"Number {i}"), f"{i}.eml")
                 for i in range(100)]
        found, _ = self.analyze(*paths)
        self.assertEqual([line["subject"] for line in found],
                         [f"Number {i}" for i in range(100)])

    def test_an_unreadable_file_stops_nobody_else(self):
        paths = [self.file(complaint(f"Number {i}"), f"{i}.eml")
                 for i in range(2)]
        found, err = self.analyze(paths[0], self.folder / "no.eml",
                                  self.folder, paths[1], status=1)
        self.assertEqual([line["subject"] for line in found],
                         ["Number 0", "Number 1"])
        self.assertIn("no.eml", err)

    def test_a_dash_is_standard_input(self):
        (found,), _ = self.analyze(
            "-", stdin=complaint("By pipe").as_bytes())
        self.assertEqual((found["file"], found["subject"]), ("-", "By pipe"))

    def test_the_envelope_and_the_configuration_count(self):
        path = self.file(complaint(sender="mari@example.com"))
        (found,), _ = self.analyze("--from", "", path)
        self.assertIs(found["would_ack"], False)
        self.assertIsNotNone(found["guard"])
        (found,), _ = self.analyze(path)
        self.assertIs(found["would_ack"], True)
        (found,), err = self.analyze(
            "--config", self.redressd.config_file, "--to", MAILBOX, path)
        self.assertEqual(found["guard"], "staff")
        self.assertIs(found["would_ack"], False)

    # -- check

    def test_check_fails_with_the_cure_and_passes_when_mended(self):
        out, _ = self.run_tool("check", status=1)
        failed = [line for line in out.splitlines()
                  if line.startswith("FAIL")]
        self.assertEqual(len(failed), 1, out)
        self.assertIn("submission.port", failed[0])
        sink = self.place.sink()
        self.redressd.write_config(
            {"submission": {"host": LOOPBACK, "port": sink.port}})
        out, _ = self.run_tool("check")
        self.assertNotIn("FAIL", out)
        self.assertFalse(self.redressd.store_file.exists())
        self.assertFalse(sink.mails())

    def test_check_warns_of_words_and_passes(self):
        own = self.place.folder / "own"
        (own / "en").mkdir(parents=True)
        (own / "en/late.txt").write_text(
            "Subject: Late\n\nYou should have known. {{reference}}\n")
        sink = self.place.sink()
        self.redressd.write_config(
            {"submission": {"host": LOOPBACK, "port": sink.port},
             "templates": [SOURCE / "templates", own]})
        lines = [json.loads(line) for line in self.run_tool(
            "check", "--json")[0].splitlines()]
        warned = [line["detail"] for line in lines
                  if line["verdict"] == "WARN"
                  and str(own / "en/late.txt") in line["detail"]]
        self.assertTrue(all(line["ok"] for line in lines), lines)
        self.assertTrue(any("change both" in line for line in warned), warned)
        self.assertTrue(any("blames the customer" in line
                            for line in warned), warned)
        used = [line for line in lines
                if "is used in place of" in line["detail"]]
        self.assertEqual([line["verdict"] for line in used], ["OK"], lines)

    def test_check_names_file_line_and_key_of_a_mistake(self):
        with open(self.redressd.config_file, "a", encoding="utf-8") as file:
            file.write("hostnam = \"x\"\n")
        out, _ = self.run_tool("check", status=2)
        self.assertIn(str(self.redressd.config_file), out)
        self.assertIn("hostnam", out)

    def test_check_tells_what_each_policy_would_promise_now(self):
        for name in ("asic-rg271", "fca-disp-1.6"):
            with self.subTest(name):
                self.redressd.write_config(
                    {("mailbox", MAILBOX): {"policies": [name]}})
                with open(self.redressd.config_file, "a",
                          encoding="utf-8") as file:
                    file.write(f'include("{SOURCE}/conf/policies/'
                               f'{name}.conf")\n')
                lines = [json.loads(line) for line in self.run_tool(
                    "check", "--json", status=1)[0].splitlines()]
                told = [line["detail"] for line in lines
                        if line["name"] == "mailbox"]
                self.assertEqual(len(told), 2, told)
                self.assertRegex(
                    told[0], f'policy "{name}": a complaint now would be '
                    r"answered by \d{4}-\d\d-\d\d \d\d:\d\d, settled by "
                    r"\d{4}-.*, and next heard of by \d{4}-")
                self.assertNotIn("settled by", told[1])
                letters = [line["detail"] for line in lines
                           if line["name"] == "letters"]
                self.assertEqual(len(letters), name == "fca-disp-1.6")
                self.assertTrue(all(
                    "still to be filled in" in said for said in letters))

    def test_check_warns_of_follow_ups_that_a_limit_withholds(self):
        for every, most, needed in (("24h", 2, 0), ("24h", 1, 2),
                                    ("12h", 2, 3), ("12h", 3, 0),
                                    ("1s", 1000, 86401), ("7d", 1, 0)):
            with self.subTest((every, most)):
                self.redressd.write_config(
                    {("mailbox", MAILBOX): {"follow_up_every": every},
                     "limits": {"automatic_per_thread_per_day": most}})
                lines = [json.loads(line) for line in self.run_tool(
                    "check", "--json", status=1)[0].splitlines()]
                warned = [line["detail"] for line in lines
                          if line["verdict"] == "WARN"
                          and line["name"] == "mailbox"]
                self.assertEqual(len(warned), needed > 0, lines)
                if warned:
                    self.assertIn(f"raise that to {needed} or", warned[0])

    def test_check_says_why_the_mail_server_cannot_reach_the_socket(self):
        self.redressd.milter_folder.chmod(0o700)
        lines = [json.loads(line) for line in self.run_tool(
            "check", "--json", status=1)[0].splitlines()]
        bad = [line for line in lines
               if not line["ok"] and line["name"] == "milter socket"]
        self.assertEqual(len(bad), 1, lines)
        self.assertIn("chmod", bad[0]["detail"])

    # -- render and help

    def test_render_shows_every_template_in_every_language(self):
        shipped = (SOURCE / "templates").glob("??/ack.txt")
        for language in sorted(path.parent.name for path in shipped):
            for name in ("ack", "followup", "late", "resolved", "status",
                         "reply", "survey", "aftercare", "need-info"):
                out, _ = self.run_tool("render", name, "--language",
                                     language)
                self.assertTrue(out.startswith("Subject: "), (language, name))
                self.assertIn("7K3F-92QX", out)
            out, _ = self.run_tool("render", "canned/need-details", "-l",
                                   language)
            self.assertFalse(out.startswith("Subject: "))
            self.assertIn("7K3F-92QX", out)
        for name in ("escalation", "briefing", "nudge", "command-result",
                     "unreachable"):
            out, _ = self.run_tool("render", name)
            self.assertIn("\n\n##- Write your answer above", out)
        html = self.json("render", "ack", "--lang", "fi", "--html")
        self.assertIn("<html", html["text"])
        self.assertEqual(html["language"], "fi")

    def test_every_command_has_help_with_examples(self):
        out, _ = self.run_tool("--help")
        verbs = re.findall(r"^  (\w+) +\w", out, re.MULTILINE)
        self.assertEqual(len(verbs), 27)
        for verb in verbs:
            out, err = self.run_tool(verb, "--help")
            self.assertIn(f"  redress {verb} ", out + " ")
            self.assertIn("Example", out)
            self.assertEqual(err, "")

    def test_global_options_stand_before_or_after_the_command(self):
        self.ingest()
        config = ["--config", self.redressd.config_file]
        for arguments in (["--json", *config, "list"],
                          ["list", "--json", *config]):
            out, _ = self.run_tool(*arguments, config=False)
            self.assertEqual(len(json.loads(out)), 1)

    # -- a terminal

    def on_terminal(self, *arguments, columns=60, **environment):
        """What the tool writes to a terminal of so many columns."""
        leader, follower = pty.openpty()
        env = {**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8",
               "COLUMNS": str(columns), **environment}
        if "NO_COLOR" not in environment:
            env.pop("NO_COLOR", None)
        process = subprocess.Popen(
            [program("redress"), *arguments, "--config",
             self.redressd.config_file], stdin=subprocess.DEVNULL,
            stdout=follower, stderr=follower, env=env)
        os.close(follower)
        got = b""
        while select.select([leader], [], [], 60)[0]:
            try:
                got += os.read(leader, 65536)
            except OSError:
                break
        os.close(leader)
        self.assertEqual(process.wait(60), 0)
        return got.decode()

    def test_a_hostile_subject_cannot_command_the_terminal(self):
        reference = self.ingest(
            b"From: ann@customer.example\r\nTo: complaints@example.com\r\n"
            b"Subject: =?utf-8?B?G1szMW0bXTA7b3duZWQHwps=?= x\r\n"
            b"Message-ID: <h1@customer.example>\r\n\r\n"
            b"My kettle \x1b]0;owned\x07 is broken \xe2\x80\xae backwards\r\n")
        ours = re.compile(r"\x1b\[[0-9;]*m")
        for verb in (("list",), ("show", reference), ("show", "--raw", "1")):
            text = ours.sub("", self.on_terminal(*verb))
            bad = [c for c in text if c not in "\r\n" and (
                ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or c == "\u202e")]
            self.assertEqual(bad, [], (verb, text))

    def test_tables_fit_the_terminal(self):
        self.ingest(complaint("敬爱的客户服务" * 20))
        for columns in (40, 60, 100):
            text = re.sub(r"\x1b\[[0-9;]*m", "",
                          self.on_terminal("list", columns=columns))
            for line in text.splitlines():
                width = sum(2 if ord(c) > 0x2E80 else 1 for c in line)
                self.assertLessEqual(width, columns, line)

    def test_colour_only_on_a_terminal_and_not_when_unwanted(self):
        self.ingest()
        self.assertIn("\x1b[", self.on_terminal("list"))
        self.assertNotIn("\x1b[", self.on_terminal("list", NO_COLOR="1"))
        self.assertNotIn("\x1b[", self.on_terminal("list", "--color=never"))
        self.assertNotIn("\x1b[", self.run_tool("list")[0])
        self.assertIn("\x1b[", self.run_tool("list", "--color=always")[0])

    def test_bash_completion_is_sound_and_knows_every_command(self):
        path = SOURCE / "src/cli/completion/redress"
        subprocess.run(["bash", "-n", path], check=True)
        text = path.read_text()
        out, _ = self.run_tool("--help")
        for verb in re.findall(r"^  (\w+) +\w", out, re.MULTILINE):
            self.assertRegex(text, rf"\b{verb}\b")


if __name__ == "__main__":
    unittest.main()
