"""A private OpenDKIM and OpenDMARC, and the DNS that they see.

    dns = TestDns(folder)
    key = dns.publish("example.com")
    dkim = place.started(OpenDkim(folder, dns, socket, signs=[key]))
    dmarc = place.started(OpenDmarc(folder, dns, socket))
    dns.sign("example.com", message)      # as another mail server would
    dns.verify(mail.data)                 # "example.com", or None

No query leaves the machine: both read TXT records from a file."""

import base64
import re
import subprocess

from servers import (
    PATIENCE_S, ServerError, kill_group, mta_root, wait_for)

SELECTOR = "s1"

# An address that nobody comes from: what runs on loopback is to be judged as
# if it came from outside, and both trust 127.0.0.1 unless told otherwise.
NOWHERE = "192.0.2.255\n"

OPENDKIM_BASE = """\
Background no
Syslog no
RequireSafeKeys no
Canonicalization relaxed/relaxed
TestDNSData file:{dns}
AuthservID mail.example.com
"""

# conf/postfix's own way: one OpenDKIM that verifies what comes in and signs
# what Redress sends (by the listener's name) and what users submit (by their
# having logged in).
OPENDKIM_MILTER = OPENDKIM_BASE + """\
Mode sv
Socket local:{socket}
UMask 0
InternalHosts file:{nowhere}
KeyTable file:{folder}/keys
SigningTable refile:{folder}/signers
MTA redress-outgoing
OversignHeaders From
AlwaysAddARHeader yes
RemoveARAll yes
RemoveARFrom mail.example.com
"""

OPENDKIM_SIGNER = OPENDKIM_BASE + """\
Mode s
KeyTable file:{folder}/{domain}.keys
SigningTable refile:{folder}/{domain}.signers
"""

OPENDMARC_CONF = """\
Background false
Syslog false
RejectFailures false
AuthservID mail.example.com
TrustedAuthservIDs mail.example.com
TestDNSData {dns}
PublicSuffixList {folder}/suffixes
IgnoreHosts {folder}/nowhere
Socket local:{socket}
UMask 0
"""

SUFFIXES = "com\nexample\ntest\n"


class TestDns:
    """TXT records in a file, and the keys whose public halves they are."""

    __test__ = False

    def __init__(self, folder):
        self.folder = folder
        self.file = folder / "records"
        self.file.touch()
        self._signers = {}
        self._verifier = folder / "verifier.conf"
        self._verifier.write_text(OPENDKIM_BASE.format(dns=self.file)
                                  + "Mode v\n")

    def publish(self, domain, policy="v=DMARC1; p=none; adkim=r; aspf=r"):
        """A new key of a domain, and its DMARC policy; the key's file."""
        key = self.folder / f"{domain}.pem"
        run_openssl("genrsa", "-out", key, "2048")
        public = run_openssl("rsa", "-in", key, "-pubout", "-outform", "DER")
        with open(self.file, "a", encoding="ascii") as records:
            records.write(
                f"{SELECTOR}._domainkey.{domain} v=DKIM1; k=rsa; p="
                + base64.b64encode(public).decode() + "\n")
            if policy:
                records.write(f"_dmarc.{domain} {policy}\n")
        self._signers[domain] = self.folder / f"{domain}.conf"
        self._signers[domain].write_text(OPENDKIM_SIGNER.format(
            dns=self.file, domain=domain, folder=self.folder))
        # Whoever has a key can sign what it likes, in whosever name.
        (self.folder / f"{domain}.keys").write_text(
            f"key {domain}:{SELECTOR}:{key}\n")
        (self.folder / f"{domain}.signers").write_text("* key\n")
        return domain, key

    def sign(self, domain, data):
        """A mail's bytes with a signature of the domain before them."""
        printed = run_opendkim(self._signers[domain], data, "-v", "-v")
        found = re.search(
            r"hname='DKIM-Signature' hvalue='(.*?)'$", printed, re.S | re.M)
        if not found:
            raise ServerError(f"opendkim did not sign:\n{printed}")
        value = re.sub(r"\r?\n", "\r\n", found[1])
        return f"DKIM-Signature: {value}\r\n".encode() + data

    def verify(self, data):
        """The domains whose signatures of a mail are good, as somebody else's
        OpenDKIM finds them."""
        printed = run_opendkim(self._verifier, data)
        if "failed" in printed:
            return []
        return re.findall(r"verification \(s=\S+,? d=([^,]+), .*\) succeeded",
                          printed)


def run_openssl(*arguments):
    done = subprocess.run(
        ["openssl", *map(str, arguments)], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        raise ServerError(f"openssl {arguments[0]}: {done.stderr.decode()}")
    return done.stdout


def run_opendkim(config, data, *arguments):
    """What opendkim says of a mail, without any server."""
    done = subprocess.run(
        [mta_root("opendkim") / "usr/sbin/opendkim", "-x", config, *arguments,
         "-t", "-"], input=data, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, check=False, timeout=PATIENCE_S)
    return done.stdout.decode("utf-8", "replace")


class Milter:
    """A milter of somebody else's: a process that makes a socket."""

    def __init__(self, folder, socket):
        self.folder, self.socket = folder, socket
        socket.parent.mkdir(exist_ok=True)
        self._process = None

    def __str__(self):
        return f"{type(self).__name__} in {self.folder}"

    def command(self):
        raise NotImplementedError

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self._process = subprocess.Popen(
                self.command(), cwd=self.folder, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
                env={"PATH": "/usr/bin:/bin", "LANG": "C",
                     "REDRESS_TEST_FOLDER": str(self.folder)})
        wait_for(lambda: self._process.poll() is not None
                 or self.socket.exists(), PATIENCE_S, f"{self} to listen",
                 self.log)
        if self._process.poll() is not None:
            raise ServerError(f"{self} ended at once\n{self.log()}")

    def stop(self):
        """libmilter waits up to five seconds for its listener; nothing of
        these two is worth that."""
        if self._process:
            process, self._process = self._process, None
            kill_group(process)
            self.socket.unlink(missing_ok=True)

    def log(self):
        return (self.folder / "log").read_text(errors="replace")


class OpenDkim(Milter):
    """signs: (domain, key file) of those for whom it signs."""

    def __init__(self, folder, dns, socket, signs=()):
        super().__init__(folder, socket)
        (folder / "nowhere").write_text(NOWHERE)
        (folder / "keys").write_text("".join(
            f"{domain} {domain}:{SELECTOR}:{key}\n" for domain, key in signs))
        (folder / "signers").write_text("".join(
            f"*@{domain} {domain}\n" for domain, _ in signs))
        (folder / "opendkim.conf").write_text(OPENDKIM_MILTER.format(
            folder=folder, dns=dns.file, socket=socket,
            nowhere=folder / "nowhere"))

    def command(self):
        return [mta_root("opendkim") / "usr/sbin/opendkim", "-f",
                "-x", self.folder / "opendkim.conf"]


class OpenDmarc(Milter):
    def __init__(self, folder, dns, socket):
        super().__init__(folder, socket)
        (folder / "nowhere").write_text(NOWHERE)
        (folder / "suffixes").write_text(SUFFIXES)
        (folder / "opendmarc.conf").write_text(OPENDMARC_CONF.format(
            folder=folder, dns=dns.file, socket=socket))

    def command(self):
        return [mta_root("opendmarc") / "usr/sbin/opendmarc", "-f",
                "-c", self.folder / "opendmarc.conf"]
