"""A real Chromium over its debugging pipe: opens addresses, types, presses keys, clicks, takes pictures.

No library beside Python's own. Used by tests/browser, by the bench and by tools/screenshots.py.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
DESK: Final = (1280, 900)
PHONE: Final = (360, 740)
# The browser's own calls home are off, and no name but an address of this machine leads anywhere.
_OPTIONS: Final = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars"),
    *("--disable-extensions", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
)
# Chromium reads commands from descriptor 3 and writes answers to 4.
_START: Final = (
    "import os, sys, fcntl; "
    "r, w = (fcntl.fcntl(int(n), fcntl.F_DUPFD, 20) for n in sys.argv[1:3]); "
    "os.dup2(r, 3); os.dup2(w, 4); os.execv(sys.argv[3], sys.argv[3:])"
)
# Key: its virtual code, and the text that it types.
_KEYS: Final = {
    "Tab": (9, ""),
    "Enter": (13, "\r"),
    "Escape": (27, ""),
    "Space": (32, " "),
    "End": (35, ""),
    "Home": (36, ""),
    "ArrowLeft": (37, ""),
    "ArrowUp": (38, ""),
    "ArrowRight": (39, ""),
    "ArrowDown": (40, ""),
}
_SHIFT: Final = 8


def program() -> str | None:
    """Return the path of Chromium, or None where there is none."""
    return os.environ.get("CODEGRAPH_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


class Gone(Exception):
    """The browser refused a command: mostly since the page that it was meant for is left."""


class Chromium:
    """One page of a headless Chromium.

    `problems` are errors, refused loads, breaches of the content policy and dialogs, `requests` all addresses that
    were asked for, both since the last `open`.
    """

    def __init__(self, folder: Path) -> None:
        theirs_in, self._commands = os.pipe()
        self._answers, theirs_out = os.pipe()
        arguments = [str(theirs_in), str(theirs_out), str(program()), *_OPTIONS, f"--user-data-dir={folder}"]
        self.process = subprocess.Popen(
            [sys.executable, "-c", _START, *arguments, "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(theirs_in, theirs_out),
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._session: str | None = None
        self._number = 0
        self._rest = b""
        self._loaded = False
        self.problems: list[str] = []
        self.requests: list[str] = []
        targets = self._send("Target.getTargets")["targetInfos"]
        page = next(t for t in targets if t["type"] == "page")
        attached = self._send("Target.attachToTarget", targetId=page["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._send(f"{domain}.enable")

    def _send(self, method: str, **params: Any) -> dict[str, Any]:  # noqa: ANN401
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        left = json.dumps(message).encode() + b"\0"
        while left:
            left = left[os.write(self._commands, left) :]
        while True:
            answer = self._receive()
            if answer.get("id") == number:
                if "error" in answer:
                    raise Gone(answer["error"]["message"])
                return answer["result"]
            self._noted(answer)

    def _receive(self) -> dict[str, Any]:
        pieces = [self._rest]
        while b"\0" not in pieces[-1]:
            piece = os.read(self._answers, 1 << 18)
            assert piece, "Chromium ended"
            pieces.append(piece)
        text, _, self._rest = b"".join(pieces).partition(b"\0")
        return json.loads(text)

    def _noted(self, event: dict[str, Any]) -> None:
        method, params = event.get("method"), event.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.problems.append(str(params["exceptionDetails"].get("text")))
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.problems.append(params["entry"]["text"])
        elif method == "Page.javascriptDialogOpening":
            self.problems.append(f"dialog: {params['message']}")
        elif method == "Page.loadEventFired":
            self._loaded = True
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])

    def look(
        self,
        size: tuple[int, int] = DESK,
        *,
        dark: bool = False,
        phone: bool = False,
        printed: bool = False,
        scripts: bool = True,
        scale: float = 1,
    ) -> None:
        """Set how pages are shown from now on: size, colours, a phone's screen, paper, with or without scripts."""
        width, height = PHONE if phone and size == DESK else size
        metrics = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": phone}
        self._send("Emulation.setDeviceMetricsOverride", **metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        media = "print" if printed else ""
        self._send("Emulation.setEmulatedMedia", media=media, features=[scheme])
        self._send("Emulation.setScriptExecutionDisabled", value=not scripts)

    def open(self, address: str, size: tuple[int, int] = DESK, **look: Any) -> None:  # noqa: ANN401
        """Open an address, shown as `look` says, and wait until it is loaded."""
        self.look(size, **look)
        self._send("Page.navigate", url="about:blank")
        self.until("location.href === 'about:blank'")
        self.problems.clear()
        self.requests.clear()
        self._send("Page.navigate", url=address)
        self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    def interactive(self, address: str) -> float:
        """Return the milliseconds from asking for an address, no file of it kept, until it has handled a key."""
        self._send("Network.setCacheDisabled", cacheDisabled=True)
        self.open("about:blank#", DESK)
        time.sleep(0.1)
        self.run("0")  # with this came what the page before still had to tell
        self._loaded = False
        began = time.perf_counter()
        self._send("Page.navigate", url=address)
        while not self._loaded:
            self._noted(self._receive())
        self.press("Tab")
        took = (time.perf_counter() - began) * 1e3
        self._send("Network.setCacheDisabled", cacheDisabled=False)
        return took

    def run(self, expression: str) -> Any:  # noqa: ANN401
        """Return the value of an expression (of a promise, what it brings)."""
        answer = self._send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def until(self, expression: str, seconds: float = 15) -> None:
        """Wait until an expression is true, also on the page that comes next."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with suppress(Gone):
                if self.run(expression) is True:
                    return
            time.sleep(0.015)
        raise AssertionError(f"waited {seconds} s for {expression}; {self.problems}")

    def type(self, text: str) -> None:
        """Type a text into what has the focus."""
        for letter in text:
            self._send("Input.dispatchKeyEvent", type="char", text=letter)

    def press(self, key: str, times: int = 1, *, shift: bool = False) -> None:
        """Press a key (`Tab`, `Enter`, `ArrowDown`), with Shift if asked."""
        code, text = _KEYS[key]
        named = {"key": " " if key == "Space" else key, "code": key, "windowsVirtualKeyCode": code}
        for _ in range(times):
            down = named | ({"text": text} if text else {}) | {"modifiers": _SHIFT if shift else 0}
            self._send("Input.dispatchKeyEvent", type="keyDown", **down)
            self._send("Input.dispatchKeyEvent", type="keyUp", **named)

    def click(self, selector: str) -> None:
        """Click with the mouse on the middle of the first element that a selector finds."""
        place = self.run(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            "e.scrollIntoView({block: 'center', behavior: 'instant'});"
            "const r = e.getClientRects()[0]; return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        at = {"x": place[0], "y": place[1], "button": "left", "clickCount": 1}
        for kind in ("mousePressed", "mouseReleased"):
            self._send("Input.dispatchMouseEvent", type=kind, **at)

    def picture(self, path: Path, *, whole: bool = False) -> None:
        """Write what is seen (or the whole page) as a PNG."""
        found = self._send("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(found["data"]))

    def pdf(self) -> bytes:
        """Return the page as it is printed, as PDF."""
        return base64.b64decode(self._send("Page.printToPDF", printBackground=False)["data"])

    def close(self) -> None:
        """End the browser."""
        self.process.terminate()
        self.process.wait(10)
        os.close(self._commands)
        os.close(self._answers)
