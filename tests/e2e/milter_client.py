"""The MTA's side of the milter protocol, so that the tests can speak it step
by step, also as MTAs speak it that nobody runs any more.

    with MilterClient(redressd.milter_socket) as mta:
        mta.negotiate()
        verdict = mta.mail("<ann@x>", ["<complaints@example.com>"],
                           [("Subject", " Broken")], b"Hello\\r\\n")
        verdict.code    # "c": continue, "a": accept, "y": a reply's text …
"""

import dataclasses
import socket
import struct

# What libmilter/mfdef.h calls SMFIF_… and SMFIP_…
ADD_HEADERS, CHANGE_HEADERS, SET_SYMBOLS = 0x01, 0x10, 0x100
CHANGE_BODY, DELETE_RCPT, CHANGE_FROM = 0x02, 0x08, 0x40
ALL_ACTIONS = 0x1FF
NO_CONNECT, NO_HELO, NO_MAIL, NO_RCPT = 0x01, 0x02, 0x04, 0x08
NO_BODY, NO_HEADERS, NO_EOH, SILENT_HEADERS = 0x10, 0x20, 0x40, 0x80
NO_UNKNOWN, NO_DATA, SKIP = 0x100, 0x200, 0x400
REJECTED_RCPT, SILENT_MAIL, SILENT_RCPT = 0x800, 0x4000, 0x8000
LEADING_SPACE = 0x100000
ALL_STEPS = 0x1FFFFF
OLD_STEPS = 0x7F  # of milter protocol 2

CONTINUE, ACCEPT, REJECT, TEMPFAIL = "c", "a", "r", "t"
REPLY, SKIPPED, NONE = "y", "s", ""


@dataclasses.dataclass
class Verdict:
    """The answer to a step, and what it changed (at the end of a mail)."""

    code: str
    text: str = ""
    added: list = dataclasses.field(default_factory=list)
    changed: list = dataclasses.field(default_factory=list)
    deleted: list = dataclasses.field(default_factory=list)  # recipients
    sender: str = None  # the envelope's, if it was changed
    body: bytes = None  # likewise
    at: str = ""  # the step that ended the mail

    @property
    def edits(self):
        """All that was changed."""
        return (self.added, self.changed, self.deleted, self.sender,
                self.body)

    def applied(self, headers):
        """The header as it is after the changes, as an MTA makes it."""
        result = list(headers)
        for name, index, value in self.changed:
            places = [at for at, field in enumerate(result)
                      if field[0].strip().lower() == name.lower()]
            if index > len(places):
                result.append((name, value))
            elif value:
                result[places[index - 1]] = (result[places[index - 1]][0],
                                             value)
            else:
                del result[places[index - 1]]
        return result + self.added

    @property
    def tickets(self):
        return [value.strip() for name, value in self.added
                if name == "X-Redress-Ticket"]


class MilterClient:
    """One connection of an MTA."""

    def __init__(self, path, timeout_s=30):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(timeout_s)
        self._socket.connect(str(path))
        self.actions = self.steps = 0
        self.symbols = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    # -- packets

    def send(self, command, data=b""):
        self._socket.sendall(
            struct.pack("!I", len(data) + 1) + command.encode() + data)

    def _exactly(self, count):
        got = b""
        while len(got) < count:
            more = self._socket.recv(count - len(got))
            if not more:
                raise ConnectionError("the milter closed the connection")
            got += more
        return got

    def receive(self):
        packet = self._exactly(struct.unpack("!I", self._exactly(4))[0])
        return chr(packet[0]), packet[1:]

    def verdict(self):
        """Reads up to the answer that ends a step."""
        result = Verdict(NONE)
        while True:
            code, data = self.receive()
            parts = data.split(b"\0")
            if code == "h":
                result.added.append(tuple(map(decode, parts[:2])))
            elif code == "m":
                index = struct.unpack("!I", data[:4])[0]
                name, value = data[4:].split(b"\0")[:2]
                result.changed.append((decode(name), index, decode(value)))
            elif code == "-":
                result.deleted.append(decode(parts[0]))
            elif code == "e":
                result.sender = decode(parts[0])
            elif code == "b":
                result.body = (result.body or b"") + data
            elif code != "p":
                result.code, result.text = code, decode(parts[0])
                return result

    # -- steps

    def negotiate(self, version=6, actions=ALL_ACTIONS, steps=ALL_STEPS):
        self.send("O", struct.pack("!III", version, actions, steps))
        code, data = self.receive()
        assert code == "O", code
        _, self.actions, self.steps = struct.unpack("!III", data[:12])
        rest = data[12:]
        while rest:
            place = struct.unpack("!I", rest[:4])[0]
            names, _, rest = rest[4:].partition(b"\0")
            self.symbols[place] = decode(names)

    def macros(self, command, **values):
        data = command.encode()
        for name, value in values.items():
            name = name if len(name) == 1 else "{" + name + "}"
            data += encode(name) + b"\0" + encode(value) + b"\0"
        self.send("D", data)

    def _step(self, command, data, silent, left_out=0):
        """Sends a step unless the milter left it out; its verdict."""
        if self.steps & left_out:
            return Verdict(CONTINUE)
        self.send(command, data)
        return Verdict(CONTINUE) if self.steps & silent else self.verdict()

    def envelope(self, sender, recipients, resolved=None, **macros):
        self.macros("M", **macros)
        self._step("M", encode(sender) + b"\0", SILENT_MAIL)
        for recipient in recipients:
            if resolved:
                self.macros("R", rcpt_addr=resolved)
            self._step("R", encode(recipient) + b"\0", SILENT_RCPT)

    def data(self):
        return self._step("T", b"", 0, NO_DATA)

    def header(self, name, value):
        return self._step("L", encode(name) + b"\0" + encode(value) + b"\0",
                          SILENT_HEADERS)

    def end_of_headers(self):
        return self._step("N", b"", 0)

    def body(self, data):
        return self._step("B", data, 0)

    def end(self, queue_id="Q1"):
        self.macros("E", i=queue_id)
        return self._step("E", b"", 0)

    def abort(self):
        self.send("A")

    def quit(self):
        self.send("Q")

    def quit_and_go_on(self):
        """SMFIC_QUIT_NC: another SMTP client, the same milter connection."""
        self.send("K")

    def mail(self, sender, recipients, headers, body, queue_id="Q1",
             **envelope):
        """A whole mail; ends early where the milter ends it.  The verdict's
        .at says where."""
        self.envelope(sender, recipients, **envelope)
        steps = [("data", self.data)] if not self.steps & NO_DATA else []
        steps += [("header", lambda h=h: self.header(*h)) for h in headers]
        steps += [("eoh", self.end_of_headers)]
        chunks = [body[at:at + 65535] for at in range(0, len(body), 65535)]
        steps += [("body", lambda c=c: self.body(c)) for c in chunks]
        skip = False
        for name, step in steps:
            if name == "body" and skip:
                continue
            verdict = step()
            verdict.at = name
            if verdict.code == SKIPPED:
                skip = True
            elif verdict.code != CONTINUE:
                return verdict
        verdict = self.end(queue_id)
        verdict.at = "eom"
        return verdict


def encode(text):
    return text.encode("utf-8", "surrogateescape")


def decode(data):
    return data.decode("utf-8", "surrogateescape")
