"""Between redressd and an IMAP server: whatever can go wrong with a connection.

    proxy = place.started(ImapProxy(dovecot.port))
    proxy.meet(CutAt(1000))     # the next connection; the ones after are good
    connection = proxy.wait_idling()
    connection.cut_after(20)    # bytes to the client, from now on
"""

import collections
import contextlib
import random
import re
import socket
import struct
import threading
import time

from servers import LOOPBACK, ServerError, free_port

PATIENCE_S = 60
IDLING = b"+ idling"


class Cut(Exception):
    """The connection ends here; the bytes are still passed on."""


class Fault:
    """What a connection meets: nothing."""

    def down(self, connection, data):
        """What the client gets to see of what the server said."""
        connection.send(data)

    def up(self, data):
        return data


class CutAt(Fault):
    """Ends after so many bytes to the client, or when it would idle."""

    def __init__(self, position):
        self.left = position

    def down(self, connection, data):
        part = data[:self.left]
        self.left -= len(part)
        if connection.send(part) or not self.left:
            raise Cut


class Trickle(Fault):
    """A byte at a time."""

    def down(self, connection, data):
        for at in range(len(data)):
            connection.send(data[at:at + 1])
            time.sleep(0.0003)


class Stall(Fault):
    """Says nothing after so many bytes, and stays."""

    def __init__(self, position):
        self.left = position

    def down(self, connection, data):
        part = data[:self.left]
        self.left -= len(part)
        connection.send(part)


class Garbage(Fault):
    """Random bytes instead of what follows after so many; then it ends."""

    def __init__(self, position, seed):
        self.left = position
        self.garbage = random.Random(seed).randbytes(3000) + b"\r\n"

    def down(self, connection, data):
        part = data[:self.left]
        self.left -= len(part)
        connection.send(part)
        if not self.left:
            connection.send(self.garbage)
            raise Cut


class EndInLiteral(Fault):
    """Ends in the middle of the literal that a mail is."""

    met = False

    def down(self, connection, data):
        found = re.search(rb"BODY\[[A-Z]*\] \{\d+\}\r\n.{100}", data, re.S)
        if found:
            self.met = True
            connection.send(data[:found.end()])
            raise Cut
        connection.send(data)


class Bye(Fault):
    """Says BYE before the line that a pattern finds."""

    def __init__(self, pattern):
        self.pattern, self.met = pattern, False

    def down(self, connection, data):
        found = re.search(self.pattern, data, re.M)
        if found:
            self.met = True
            connection.send(data[:found.start()]
                            + b"* BYE Server is going down\r\n")
            raise Cut
        connection.send(data)


class Meanwhile(Fault):
    """Something happens while the first mail is on its way."""

    def __init__(self, happens):
        self.happens = happens

    def down(self, connection, data):
        if self.happens and b"BODY[" in data:
            happens, self.happens = self.happens, None
            happens()
        connection.send(data)


class Renumber(Fault):
    """Another UIDVALIDITY at each SELECT."""

    def __init__(self, first):
        self.next, self.times = first, 0

    def down(self, connection, data):
        connection.send(re.sub(rb"UIDVALIDITY \d+", self._another, data))

    def _another(self, _):
        self.next, self.times = self.next + 1, self.times + 1
        return b"UIDVALIDITY %d" % self.next


class Connection:
    """One connection through the proxy; down counts the bytes that the client
    got."""

    def __init__(self, client, server, fault):
        self.client, self.server, self.fault = client, server, fault
        self.down = 0
        self.idling, self.closed = threading.Event(), threading.Event()
        self._lock, self._left, self._tail = threading.Lock(), None, b""
        for sock in (client, server):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def cut_after(self, count):
        """Ends after so many bytes more to the client, or when it idles
        again."""
        with self._lock:
            self.idling.clear()
            self._left = count
        if not count:
            self.close()

    def wait_closed(self):
        if not self.closed.wait(PATIENCE_S):
            raise ServerError("the connection did not end")

    def send(self, data):
        """To the client; true if it idles from now on."""
        with self._lock:
            if self._left is not None:
                data = data[:self._left]
                self._left -= len(data)
            self.down += len(data)
            self._tail += data
            idles = IDLING in self._tail
            self._tail = b"" if idles else self._tail[-len(IDLING):]
        self.client.sendall(data)
        if self._left is not None and (idles or not self._left):
            raise Cut
        if idles:
            self.idling.set()
        return idles

    def pump_down(self):
        with contextlib.suppress(OSError, Cut):
            while data := self.server.recv(65536):
                self.fault.down(self, data)
        self.close()

    def pump_up(self):
        with contextlib.suppress(OSError):
            while data := self.client.recv(65536):
                self.server.sendall(self.fault.up(data))
        self.close()

    def close(self):
        # Every other one is reset.
        how = socket.SHUT_RDWR
        if self.down % 2:
            how = socket.SHUT_RD
            with contextlib.suppress(OSError):
                self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                       struct.pack("ii", 1, 0))
        for sock, direction in ((self.client, how),
                                (self.server, socket.SHUT_RDWR)):
            # Wakes who reads from it: only then it is closed.
            with contextlib.suppress(OSError):
                sock.shutdown(direction)
            sock.close()
        self.closed.set()


class ImapProxy:
    def __init__(self, port):
        self.to, self.port, self.host = port, free_port(), LOOPBACK
        self.count = 0          # of connections so far
        self.always = None      # makes the fault of connections without one
        self._faults = collections.deque()
        self._current = None
        self._changed = threading.Condition()
        self._may = threading.Event()
        self._may.set()

    def __str__(self):
        return f"proxy at port {self.port}"

    def start(self):
        self._listener = socket.create_server((LOOPBACK, self.port))
        threading.Thread(target=self._serve, daemon=True).start()

    def stop(self):
        self._may.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        if self._current:
            self._current.close()

    def meet(self, *faults):
        """What the next connections meet, one after the other."""
        with self._changed:
            self._faults.extend(faults)
        return faults[-1]

    def hold(self):
        """Lets nobody through until release()."""
        self._may.clear()

    def release(self):
        self._may.set()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._may.wait()
                self._take(client)

    def _take(self, client):
        try:
            server = socket.create_connection((LOOPBACK, self.to))
        except OSError:
            client.close()
            return
        with self._changed:
            fault = self._faults.popleft() if self._faults else \
                self.always() if self.always else Fault()
            self._current = Connection(client, server, fault)
            self.count += 1
            for pump in (self._current.pump_down, self._current.pump_up):
                threading.Thread(target=pump, daemon=True).start()
            self._changed.notify_all()

    def wait_connection(self, number):
        """The connection with that number, from 1, or a later one."""
        with self._changed:
            if not self._changed.wait_for(
                    lambda: self.count >= number, PATIENCE_S):
                raise ServerError(f"{self}: nobody connected")
            return self._current

    def wait_idling(self):
        """The connection that waits for news."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            connection = self.wait_connection(1)
            if connection.idling.wait(0.05) \
                    and not connection.closed.is_set():
                return connection
        raise ServerError(f"{self}: nobody idles")
