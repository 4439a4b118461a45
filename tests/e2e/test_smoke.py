"""Each of the test servers works, and so do the lines in conf/."""

import os
import pathlib
import pwd
import smtplib
import socketserver
import struct
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import servers  # noqa: E402
from servers import LOOPBACK, Workplace, complaint, send  # noqa: E402

# libmilter's protocol as libmilter/mfdef.h names it: what is left out of a
# session (SMFIP_NO…) and the one thing that is done (SMFIF_ADDHDRS).
NO_HEADERS_AND_BODY = 0x20 | 0x40 | 0x10
ADD_HEADERS = 0x01


class StampMilter:
    """A milter that adds "X-Stamp: NAME LISTENER" to each mail, LISTENER being
    the macro {daemon_name}; it shows that a server asks its milter."""

    def __init__(self, path, name):
        self.path, self.name = path, name

    def __str__(self):
        return f"milter at {self.path}"

    def start(self):
        name = self.name

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                macros = {}
                while True:
                    packet = self.receive()
                    if not packet or packet[:1] == b"Q":
                        return
                    self.answer(packet[:1], packet[1:], macros)

            def receive(self):
                size = self.exactly(4)
                return self.exactly(struct.unpack("!I", size)[0]) \
                    if size else b""

            def exactly(self, count):
                got = b""
                while len(got) < count:
                    more = self.request.recv(count - len(got))
                    if not more:
                        return b""
                    got += more
                return got

            def send(self, packet):
                self.request.sendall(struct.pack("!I", len(packet)) + packet)

            def answer(self, command, data, macros):
                if command == b"O":
                    self.send(b"O" + struct.pack(
                        "!III", 6, ADD_HEADERS, NO_HEADERS_AND_BODY))
                elif command == b"D":
                    words = data[1:].split(b"\0")
                    macros.update(zip(words[::2], words[1::2]))
                elif command == b"E":
                    stamp = name.encode() + b" " + macros[b"{daemon_name}"]
                    self.send(b"hX-Stamp\0" + stamp + b"\0")
                    self.send(b"c")
                elif command != b"A":
                    self.send(b"c")

        class Server(socketserver.ThreadingUnixStreamServer):
            daemon_threads = True

        self.path.unlink(missing_ok=True)
        self.server = Server(str(self.path), Handler)
        threading.Thread(target=self.server.serve_forever,
                         kwargs={"poll_interval": 0.05}, daemon=True).start()
        # Postfix's smtpd is no longer root when it connects.
        os.chmod(self.path, 0o666)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.path.unlink()


class WithWorkplace(unittest.TestCase):
    def setUp(self):
        self.place = Workplace()
        self.addCleanup(self.place.close)


class SinkTest(WithWorkplace):
    def test_keeps_a_mail_byte_for_byte_and_decodes_it(self):
        sink = self.place.sink()
        body = "Tere, õnnetus!\n.\n..\nlõpp\n"
        send(sink.port, complaint(text=body), options=["BODY=8BITMIME"])
        mail = sink.wait(to=servers.MAILBOX)
        self.assertEqual(mail.text(), body)
        self.assertEqual(mail.sender, servers.CUSTOMER)
        self.assertIn("BODY=8BITMIME", mail.parameters)

    def test_refuses_a_recipient_by_pattern_as_often_as_told(self):
        sink = self.place.sink()
        sink.rule("rcpt", "450 4.2.0 Later", "^ann@", times=1)
        with self.assertRaises(smtplib.SMTPRecipientsRefused) as refused:
            send(sink.port, complaint(), to="ann@customer.example")
        self.assertEqual(
            refused.exception.recipients["ann@customer.example"],
            (450, b"4.2.0 Later"))
        send(sink.port, complaint(), to="ann@customer.example")
        self.assertEqual(len(sink.mails()), 1)

    def test_drops_the_connection_after_the_final_dot(self):
        sink = self.place.sink()
        sink.rule("dot", "drop")
        with self.assertRaises(smtplib.SMTPServerDisconnected):
            send(sink.port, complaint())
        self.assertEqual(len(sink.mails()), 0)
        self.assertEqual(len(sink.mails(accepted=False)), 1)

    def test_takes_a_mail_after_starttls_and_auth_only(self):
        ca = self.place.ca()
        sink = self.place.sink(tls="starttls", users={"redress": "secret"},
                               context=ca.server_context())
        with smtplib.SMTP(LOOPBACK, sink.port) as client:
            self.assertEqual(client.docmd("MAIL FROM:<>")[0], 530)
            client.starttls(context=ca.client_context())
            with self.assertRaises(smtplib.SMTPAuthenticationError):
                client.login("redress", "wrong")
            client.login("redress", "secret")
            client.sendmail("", ["ann@customer.example"], b"Subject: x\r\n")
        mail = sink.wait()
        self.assertTrue(mail.tls)
        self.assertEqual(mail.user, "redress")

    def test_speaks_implicit_tls_under_the_name_of_its_certificate(self):
        ca = self.place.ca()
        sink = self.place.sink(tls="implicit",
                               context=ca.server_context("other.example", ""))
        with self.assertRaises(servers.ssl.SSLCertVerificationError):
            smtplib.SMTP_SSL(LOOPBACK, sink.port,
                             context=ca.client_context())
        right = self.place.sink(tls="implicit", context=ca.server_context())
        with smtplib.SMTP_SSL(LOOPBACK, right.port,
                              context=ca.client_context()) as client:
            client.sendmail("", ["ann@customer.example"], b"Subject: x\r\n")
        self.assertTrue(right.wait().tls)


class PostfixTest(WithWorkplace):
    def postfix(self, **options):
        sink = self.place.sink()
        return sink, self.place.postfix(relay=sink, **options)

    def with_milter(self, postfix):
        milter = StampMilter(postfix.milter_socket, "in-the-chroot")
        self.place.started(milter)

    def test_relays_a_mail_without_any_milter(self):
        sink, postfix = self.postfix(snippets=False)
        send(postfix.port, complaint("Bare"))
        self.assertEqual(len(sink.wait(subject="Bare").recipients), 1)

    def test_snippets_are_read_without_a_warning(self):
        _, postfix = self.postfix()
        words = postfix.command("postconf", "-n") \
            + postfix.command("postconf", "-M") \
            + postfix.command("postconf", "-P")
        self.assertNotIn("warning", words)

    def test_snippets_bring_what_comes_in_to_the_milter(self):
        sink, postfix = self.postfix()
        self.with_milter(postfix)
        send(postfix.port, complaint())
        mail = sink.wait(to=servers.MAILBOX)
        self.assertEqual(mail.message["X-Stamp"],
                         "in-the-chroot mail.example.com")

    def test_snippets_bring_what_goes_out_to_the_milter(self):
        sink, postfix = self.postfix()
        self.with_milter(postfix)
        send(postfix.submission_port, complaint(), sender="",
             to=servers.CUSTOMER)
        mail = sink.wait(to=servers.CUSTOMER)
        self.assertEqual(mail.message["X-Stamp"],
                         "in-the-chroot redress-outgoing")

    def test_snippets_take_smtputf8_and_plus_addresses(self):
        sink, postfix = self.postfix()
        self.with_milter(postfix)
        to = "kaebused+märk@näide.example"
        send(postfix.port, complaint(), to=to,
             sender="õie@customer.example", options=["SMTPUTF8"])
        mail = sink.wait(to=to)
        self.assertIn("SMTPUTF8", mail.parameters)

    def test_snippets_answer_451_while_the_milter_is_away(self):
        sink, postfix = self.postfix()
        for port in (postfix.port, postfix.submission_port):
            with self.assertRaises(smtplib.SMTPResponseException) as refused:
                send(port, complaint())
            self.assertEqual(refused.exception.smtp_code, 451)
        self.assertEqual(sink.mails(), [])
        self.with_milter(postfix)
        send(postfix.port, complaint())
        self.assertEqual(len(sink.wait(count=1).recipients), 1)

    def test_keeps_what_the_sink_refuses_for_now_in_its_queue(self):
        sink, postfix = self.postfix(snippets=False)
        sink.rule("rcpt", "450 4.2.0 Later")
        send(postfix.port, complaint())
        waiting = servers.wait_for(
            lambda: [entry for entry in postfix.queue()
                     if entry["queue_name"] == "deferred"],
            what="a deferred mail", details=postfix.log)
        self.assertEqual(waiting[0]["sender"], servers.CUSTOMER)
        sink.forget_rules()
        postfix.flush()
        sink.wait()
        servers.wait_for(lambda: not postfix.queue(), what="an empty queue")

    def test_starts_again_after_a_kill(self):
        sink, postfix = self.postfix(snippets=False)
        postfix.kill()
        self.assertFalse(servers.port_listens(postfix.port))
        postfix.start()
        send(postfix.port, complaint())
        sink.wait()


class SendmailTest(WithWorkplace):
    def sendmail(self):
        sink = self.place.sink()
        folder = self.place.subfolder("milter")
        folder.chmod(0o755)
        # Not root's, as the one of user redress will not be.
        os.chown(folder, pwd.getpwnam(servers.MAIL_OWNER).pw_uid, -1)
        path = folder / "milter.sock"
        sendmail = self.place.sendmail(relay=sink, socket_path=path)
        return sink, sendmail, StampMilter(path, "by-m4")

    def test_relays_a_mail_without_any_milter(self):
        sink = self.place.sink()
        sendmail = self.place.sendmail(relay=sink)
        send(sendmail.port, complaint("Bare"))
        sink.wait(subject="Bare")

    def test_snippet_brings_both_listeners_to_the_milter(self):
        sink, sendmail, milter = self.sendmail()
        self.place.started(milter)
        send(sendmail.port, complaint())
        mail = sink.wait(to=servers.MAILBOX)
        self.assertEqual(mail.message["X-Stamp"], "by-m4 MTA")
        send(sendmail.submission_port, complaint(), sender="",
             to=servers.CUSTOMER)
        mail = sink.wait(to=servers.CUSTOMER)
        self.assertEqual(mail.message["X-Stamp"], "by-m4 redress-outgoing")

    def test_snippet_answers_451_while_the_milter_is_away(self):
        sink, sendmail, milter = self.sendmail()
        with self.assertRaises(smtplib.SMTPResponseException) as refused:
            send(sendmail.port, complaint())
        self.assertEqual(refused.exception.smtp_code, 451)
        self.place.started(milter)
        send(sendmail.port, complaint())
        self.assertEqual(len(sink.wait().recipients), 1)


class RedressdTest(WithWorkplace):
    def test_is_ready_and_stops_cleanly(self):
        sink = self.place.sink()
        redressd = self.place.redressd(submission=sink)
        self.assertTrue(redressd.running())
        self.assertEqual(redressd.tickets(), [])
        redressd.stop()


class WorkplaceTest(unittest.TestCase):
    def test_leaves_neither_process_nor_folder_behind(self):
        place = Workplace()
        place.postfix(relay=place.sink(), snippets=False)
        self.assertTrue(servers.processes_of(place.folder))
        place.close()
        self.assertFalse(place.folder.exists())
        self.assertEqual(servers.processes_of(place.folder), [])

    def test_tells_after_the_clean_up_of_a_server_that_ended_badly(self):
        class Bad(servers.SmtpSink):
            def stop(self):
                super().stop()
                raise servers.ServerError("exit status 97")

        place = Workplace()
        place.started(Bad())
        with self.assertRaisesRegex(servers.ServerError, "97"):
            place.close()
        self.assertFalse(place.folder.exists())

    def test_writes_the_configuration_as_the_design_has_it(self):
        text = servers.conf_text({
            "hostname": "a\"b", "store": {"path": "/x", "driver": None},
            ("mailbox", "c@d"): {"tag_subject": False, "aliases": ["e", "f"]},
        })
        self.assertEqual(text, 'hostname = "a\\"b"\n'
                         'store {\n\tpath = "/x"\n}\n'
                         'mailbox "c@d" {\n\ttag_subject = false\n'
                         '\taliases = { "e", "f" }\n}')


if __name__ == "__main__":
    unittest.main()
