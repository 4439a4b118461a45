"""`redress render`: files to look at, and previews by mail."""

import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import samples  # noqa: E402
from servers import (  # noqa: E402
    LOOPBACK, MAILBOX, Site, Workplace, free_port, program)

READER = "reader@elsewhere.example"
LATER = "2026-11-23T09:17:00Z"


class WithTool(unittest.TestCase):
    def setUp(self):
        self.place = Workplace()
        self.addCleanup(self.place.close)
        self.folder = self.place.subfolder("shown") / "deep" / "er"

    def render(self, *arguments, status=0, config=None):
        named = ["--config", config] if config else []
        done = subprocess.run(
            [program("redress"), "render", *arguments, *named],
            stdin=subprocess.DEVNULL, capture_output=True, check=False,
            timeout=120)
        out, err = done.stdout.decode(), done.stderr.decode()
        self.assertEqual(done.returncode, status, f"{arguments}\n{out}{err}")
        if status:
            self.assertRegex(err, r"\Aredress render: .+\n\Z")
        return err if status else out


class Files(WithTool):
    def setUp(self):
        super().setUp()
        self.config = self.place.redressd(start=False).config_file

    def write(self, *arguments, **options):
        return self.render(*arguments, "--html-out", self.folder,
                           config=self.config, **options)

    def page(self):
        text = (self.folder / "index.html").read_text(encoding="utf-8")
        document = samples.Document(text)
        # The frames are the page's own business.
        self.assertEqual(set(document.wrong) - {"<iframe>"}, set())
        return text, document

    def test_every_kind_in_every_language_is_on_one_page(self):
        told = json.loads(self.write("--all", "--json"))
        self.assertEqual(told["page"], str(self.folder / "index.html"))
        self.assertGreaterEqual(set(told["languages"]),
                                {"el", "en", "et", "fi", "vi", "zh"})
        files = {str(path.relative_to(self.folder))
                 for path in self.folder.rglob("*") if path.is_file()}
        self.assertEqual(len(files), told["files"])
        text, document = self.page()
        for language in told["languages"]:
            for kind in ("ack", "followup", "late", "need-info", "resolved",
                         "status", "reply", "survey", "aftercare"):
                for suffix in ("txt", "html"):
                    name = f"{language}/{kind}.{suffix}"
                    self.assertIn(name, files)
                    self.assertIn(f'<a href="{name}">', text)
                self.assertIn(f'src="{language}/{kind}.html"', text)
        for kind in samples.STAFF:
            self.assertIn(f"en/{kind}.html", files)
        # Nothing is shown that is not there, and nothing from elsewhere.
        self.assertEqual({href for href, _ in document.links} - files, set())
        self.assertEqual(set(document.loads) - files, set())
        self.assertTrue(all(words for _, words in document.links))

    def test_what_is_shown_cannot_act(self):
        self.write("--all")
        text, _ = self.page()
        self.assertNotIn("<script", text)
        frames = re.findall(r"<iframe [^>]*>", text)
        self.assertGreater(len(frames), 60)
        for frame in frames:
            self.assertIn('sandbox=""', frame)
            self.assertRegex(frame, r'title="[^"]+"')

    def test_an_admins_word_is_no_html_of_the_page(self):
        own = self.place.subfolder("templates") / "en"
        own.mkdir()
        (own / "ack.txt").write_text(
            "Subject: </pre><script>1</script> & {{reference}}\n\n"
            "\"</pre><script>alert(1)</script>\n")
        redressd = self.place.redressd(start=False)
        redressd.write_config({"templates": [
            *redressd.settings["templates"], own.parent]})
        self.config = redressd.config_file
        self.write("ack", "-l", "en")
        text, document = self.page()
        self.assertNotIn("<script", text)
        self.assertIn("</pre><script>alert(1)</script>", document.text)

    def test_where_words_come_from_is_told(self):
        own = self.place.subfolder("templates")
        redressd = self.place.redressd(start=False)
        shipped = pathlib.Path(redressd.settings["templates"][0])
        redressd.write_config({"templates": [shipped, own]})
        self.config = redressd.config_file
        self.write("ack", "late")
        self.assertNotIn("Your own", self.page()[0])
        (own / "fi").mkdir()
        (own / "is").mkdir()
        (own / "is/ack.txt").write_text("Subject: Takk\n\n{{reference}}\n")
        for name in ("fi/ack.txt", "fi/_footer.txt"):
            (own / name).write_text((shipped / name).read_text())
        self.write("ack", "late")
        text, document = self.page()
        for name in ("fi/ack.txt", "fi/_footer.txt"):
            self.assertEqual(document.text.count(
                f"Your own: {own / name} in place of {shipped / name}"), 1)
        self.assertIn("Missing: ack.html", document.text)
        self.assertEqual(text.count("Not in this language"), 2)

    def test_files_that_are_there_already_stay(self):
        self.folder.mkdir(parents=True)
        foreign = self.folder / "mine.txt"
        foreign.write_text("mine")
        self.write("ack")
        self.write("late", "-l", "fi")
        self.assertEqual(foreign.read_text(), "mine")
        self.assertTrue((self.folder / "en/ack.html").exists())
        self.assertTrue((self.folder / "fi/late.html").exists())

    def test_somebody_elses_page_is_not_written_over(self):
        self.folder.mkdir(parents=True)
        page = self.folder / "index.html"
        page.write_text("<p>mine")
        err = self.write("ack", status=1)
        self.assertIn(str(page), err)
        self.assertEqual(page.read_text(), "<p>mine")
        self.assertEqual(list(self.folder.iterdir()), [page])

    def test_somebody_elses_words_are_not_written_over(self):
        """No index.html says that the files are of an earlier call."""
        (self.folder / "en").mkdir(parents=True)
        mine = self.folder / "en/ack.txt"
        mine.write_text("mine")
        err = self.write("ack", status=1)
        self.assertIn(f"{mine} is there already", err)
        self.assertEqual(mine.read_text(), "mine")
        self.assertEqual(list(self.folder.rglob("*.html")), [])

    def test_a_folder_of_templates_is_no_place_for_samples(self):
        """Not even if there is a page of ours in it."""
        own = self.place.subfolder("templates")
        (own / "en").mkdir()
        words = "Subject: {{reference}}\n\nMy own words\n"
        (own / "en/ack.txt").write_text(words)
        redressd = self.place.redressd(start=False)
        redressd.write_config({"templates": [
            *redressd.settings["templates"], own]})
        self.config = redressd.config_file
        self.write("late")
        (self.folder / "index.html").rename(own / "index.html")
        link = self.place.folder / "link"
        link.symlink_to(own)
        for self.folder in (own, own / "en/..", link):
            err = self.write("--all", status=1)
            self.assertIn("is a folder of templates", err)
        self.assertEqual((own / "en/ack.txt").read_text(), words)
        self.assertFalse((own / "en/late.txt").exists())

    def test_no_link_leads_out_of_the_folder(self):
        other = self.place.subfolder("other")
        victim = other / "victim"
        victim.write_text("mine")
        self.folder.mkdir(parents=True)
        (self.folder / "en").symlink_to(other)
        self.assertIn(f"{self.folder}/en is there already and is no folder",
                      self.write("ack", status=1))
        (self.folder / "en").unlink()
        page = self.folder / "index.html"
        for target in (victim, other / "nowhere"):
            page.symlink_to(target)
            self.assertIn(f"{page} is there already",
                          self.write("ack", status=1))
            page.unlink()
        # Nobody writes into it: it would be read for ever.
        os.mkfifo(page)
        self.assertIn(f"{page} is there already", self.write("ack", status=1))
        page.unlink()
        self.write("ack")
        (self.folder / "en/late.txt").symlink_to(victim)
        self.write("late")
        self.assertFalse((self.folder / "en/late.txt").is_symlink())
        self.assertEqual(victim.read_text(), "mine")
        self.assertEqual(list(other.iterdir()), [victim])

    def test_a_folder_that_cannot_be_made_is_named(self):
        self.folder.parent.parent.mkdir(exist_ok=True)
        self.folder.parent.write_text("a file")
        err = self.write("ack", status=1)
        self.assertIn(str(self.folder), err)

    def test_a_language_without_templates_shows_what_is_sent_instead(self):
        self.write("ack", "-l", "is", "-l", "fi")
        text, _ = self.page()
        self.assertEqual(text.count("Not in this language"), 1)
        self.assertIn("<html lang=\"en\"",
                      (self.folder / "is/ack.html").read_text())

    def test_the_same_time_gives_the_same_bytes(self):
        first, second = (self.render("ack", "--mime", "--now", LATER,
                                     config=self.config) for _ in range(2))
        self.assertEqual(first, second)
        self.assertIn("\r\nAuto-Submitted: auto-replied\r\n", first)

    def test_mistakes_say_what_to_do(self):
        for arguments in (
                ["--all"], ["ack", "late"], [], ["ack", "--all"],
                ["ack", "--html", "--mime"],
                ["ack", "-l", "fi", "-l", "et"],
                ["ack", "--now", "soon"],
                ["ack", "--html-out", "x", "--mail-to", READER],
                ["nothing", "--html-out", self.folder],
                ["ack", "--mail-to", "banana"],
                ["ack", "--mail-to", MAILBOX],
                ["ack", "--mail-to", MAILBOX.upper()]):
            self.render(*arguments, config=self.config, status=2)
        for language in ("xx", "../../etc", "EN"):
            self.render("ack", "-l", language, config=self.config, status=1)
        self.write("ack", "-l", "../x", status=1)
        self.assertFalse(self.folder.exists())
        self.assertFalse(pathlib.Path("x").exists())


class Previews(WithTool):
    def setUp(self):
        super().setUp()
        self.site = Site(self.place)

    def mail(self, *arguments, **options):
        return self.render(*arguments, "--mail-to", READER,
                           config=self.site.redressd.config_file, **options)

    def test_a_preview_arrives_as_a_complete_mail_of_no_ticket(self):
        out = json.loads(self.mail("ack", "-l", "fi", "--json"))
        mail = self.site.sink.wait(to=READER)
        self.assertEqual(mail.sender, "")
        message = mail.message
        self.assertTrue(message["Subject"].startswith(
            f"Preview: Re: [#{samples.REFERENCE}] Lamppu"), message["Subject"])
        self.assertEqual(message["Auto-Submitted"], "auto-generated")
        self.assertEqual(message["X-Redress-Preview"], "yes")
        self.assertEqual(message["To"].addresses[0].addr_spec, READER)
        self.assertEqual(message["Reply-To"].addresses[0].addr_spec, MAILBOX)
        self.assertEqual(message["Content-Language"], "fi")
        self.assertEqual(message["Message-ID"],
                         f"<{out[0]['message_id']}>")
        self.assertIsNone(message["In-Reply-To"])
        self.assertIn(samples.REFERENCE, mail.text())
        self.assertIn(samples.REFERENCE, mail.text("html"))
        self.assertEqual(self.site.redressd.redress_json("list", "--all"), [])
        self.assertEqual(
            self.site.redressd.redress_json("outbox", "--all"), [])

    def test_all_of_a_language_arrive_once_each(self):
        out = json.loads(self.mail("--all", "-l", "zh", "--json"))
        self.assertEqual({row["language"] for row in out}, {"zh"})
        self.assertGreater(len(out), 9)
        mails = self.site.sink.wait(len(out), to=READER, timeout_s=60)
        self.assertEqual(
            sorted(mail.header["Message-ID"] for mail in mails),
            sorted(f"<{row['message_id']}>" for row in out))

    def test_a_server_that_is_away_is_tried_again_later(self):
        port = free_port()
        self.site.redressd.write_config({"submission": {"port": port}})
        err = self.mail("ack", status=75)
        self.assertIn(f"{LOOPBACK} port {port}", err)

    def test_what_the_server_says_of_a_mail_is_told(self):
        sink = self.place.sink()
        self.site.redressd.write_config({"submission": {"port": sink.port}})
        sink.rule("rcpt", "550 5.1.1 No such reader")
        self.assertIn("No such reader", self.mail("ack", status=1))
        sink.forget_rules()
        sink.rule("rcpt", "451 4.7.1 Come back")
        self.assertIn("Come back", self.mail("ack", status=75))

    def test_a_mailbox_with_a_server_of_its_own_previews_by_it(self):
        own = self.place.sink()
        self.site.redressd.write_config({("mailbox", MAILBOX): {
            "submission": {"host": LOOPBACK, "port": own.port,
                           "tls": "none"}}})
        self.mail("late")
        own.wait(to=READER)

    def test_without_a_configuration_nothing_can_be_mailed(self):
        missing = self.place.folder / "missing.conf"
        err = self.render("ack", "--mail-to", READER, config=missing,
                          status=2)
        self.assertIn(str(missing), err)


if __name__ == "__main__":
    os.environ.setdefault("REDRESS_PROGRAMS", "build/release")
    unittest.main()
