"""A headless Chromium, asked over a pipe (the Chrome DevTools Protocol)."""

import base64
import contextlib
import itertools
import json
import os
import pathlib
import select
import shutil
import signal
import subprocess
import time

PROGRAMS = ("chromium-headless-shell", "chromium")

# One font for each script, the same on each machine and no others: `setup`
# installs them.
FONTS = pathlib.Path("/usr/share/fonts/truetype")
FONT_FILES = ("dejavu/DejaVuSans.ttf", "dejavu/DejaVuSans-Bold.ttf",
              "wqy/wqy-microhei.ttc")

FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>%s</dir><cachedir>%s</cachedir></fontconfig>
"""

# Nothing of it leaves the machine, and nothing of the machine shows in it.
SWITCHES = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
    "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-extensions",
    "--disable-default-apps", "--disable-dev-shm-usage", "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--hide-scrollbars",
    "--disable-lcd-text", "--font-render-hinting=none",
    "--force-color-profile=srgb", "--lang=en-US",
    "--remote-debugging-pipe",
)


class BrowserError(Exception):
    pass


def program():
    """Its path, or None."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def missing():
    """Why there can be no browser, or None."""
    if not program():
        return "Chromium is not installed"
    lost = [name for name in FONT_FILES if not (FONTS / name).exists()]
    return f"fonts are not installed: {', '.join(lost)}" if lost else None


class Browser:
    """One process, to be closed; each Page is a tab of its own."""

    def __init__(self, folder, timeout_s=60):
        self.timeout_s = timeout_s
        self._numbers = itertools.count(1)
        self._answers, self._events, self._rest = {}, [], b""
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        fonts = folder / "fonts.conf"
        (folder / "fonts").mkdir()
        for name in FONT_FILES:
            link = folder / "fonts" / pathlib.Path(name).name
            link.symlink_to(FONTS / name)
        fonts.write_text(FONTS_CONF % (folder / "fonts",
                                       folder / "font-cache"))
        self.log_file = folder / "browser.log"
        self._start(folder, {**os.environ, "HOME": str(folder),
                             "FONTCONFIG_FILE": str(fonts),
                             "LC_ALL": "C.UTF-8", "TZ": "UTC"})

    def _start(self, folder, environment):
        """It reads commands at its descriptor 3 and writes to its 4."""
        commands, self._out = os.pipe()
        self._in, answers = os.pipe()
        # In a shell's hands, because both may be 3 or 4 here already.
        with open(self.log_file, "wb") as log:
            self.process = subprocess.Popen(
                ["sh", "-c", 'a=$1 b=$2; shift 2; exec "$@" '
                 '3<"/proc/self/fd/$a" 4>"/proc/self/fd/$b"',
                 "sh", str(commands), str(answers), program(), *SWITCHES,
                 f"--user-data-dir={folder / 'profile'}", "about:blank"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=environment, pass_fds=(commands, answers),
                start_new_session=True)
        os.close(commands)
        os.close(answers)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self._in)
        os.close(self._out)

    # ---- the protocol -------------------------------------------------------

    def _read(self, until):
        """Takes in what there is to read; until: monotonic seconds."""
        left = until - time.monotonic()
        if left <= 0 or not select.select([self._in], [], [], left)[0]:
            raise BrowserError(f"no answer in time; {self.log()}")
        data = os.read(self._in, 1 << 20)
        if not data:
            raise BrowserError(f"the browser has ended; {self.log()}")
        *whole, self._rest = (self._rest + data).split(b"\0")
        for message in map(json.loads, whole):
            if "id" in message:
                self._answers[message["id"]] = message
            else:
                self._events.append(message)

    def log(self):
        return self.log_file.read_text(errors="replace")[-2000:]

    def call(self, method, session=None, **parameters):
        number = next(self._numbers)
        command = {"id": number, "method": method, "params": parameters}
        if session:
            command["sessionId"] = session
        data = json.dumps(command).encode() + b"\0"
        while data:
            data = data[os.write(self._out, data):]
        until = time.monotonic() + self.timeout_s
        while number not in self._answers:
            self._read(until)
        answer = self._answers.pop(number)
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def take_events(self, session, method):
        """Those of one kind that came since this was last asked."""
        def wanted(event):
            return (event.get("sessionId"), event["method"]) \
                == (session, method)
        taken = [event["params"] for event in self._events if wanted(event)]
        self._events = [event for event in self._events if not wanted(event)]
        return taken

    def page(self, **options):
        return Page(self, **options)


class Page:
    """A tab of so many CSS pixels, light or dark."""

    def __init__(self, browser, width=800, height=600, dark=False, scale=1):
        self.browser = browser
        target = browser.call("Target.createTarget", url="about:blank")
        self.target = target["targetId"]
        self.session = browser.call("Target.attachToTarget", flatten=True,
                                    targetId=self.target)["sessionId"]
        self.call("Page.enable")
        self.call("Network.enable")
        self.size(width, height, scale)
        self.dark(dark)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.browser.call("Target.closeTarget", targetId=self.target)

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def size(self, width, height, scale=1):
        self.call("Emulation.setDeviceMetricsOverride", width=width,
                  height=height, deviceScaleFactor=scale, mobile=False)

    def dark(self, dark):
        """As somebody's system prefers it: prefers-color-scheme."""
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme",
             "value": "dark" if dark else "light"}])

    def show(self, html):
        frame = self.call("Page.getFrameTree")["frameTree"]["frame"]["id"]
        self.call("Page.setDocumentContent", frameId=frame, html=html)

    def run(self, script):
        """The value of an expression; promises are waited for."""
        answer = self.call("Runtime.evaluate", expression=script,
                           returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise BrowserError(json.dumps(answer["exceptionDetails"])[:2000])
        return answer["result"].get("value")

    def requests(self):
        """What it asked of the network since this was last asked."""
        return [event["request"]["url"] for event in self.browser.take_events(
            self.session, "Network.requestWillBeSent")]

    def picture(self, width, height):
        """PNG of the upper left corner, at the scale of the page."""
        data = self.call(
            "Page.captureScreenshot", format="png",
            captureBeyondViewport=True,
            clip={"x": 0, "y": 0, "width": width, "height": height,
                  "scale": 1})["data"]
        return base64.b64decode(data)
