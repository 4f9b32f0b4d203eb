"""A real Chromium over its debugging pipe: opens addresses, runs expressions, types, presses keys; no other library."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome")

# Chromium reads commands from descriptor 3 and writes answers to 4.
_START = (
    "import os, sys, fcntl; "
    "r, w = (fcntl.fcntl(int(n), fcntl.F_DUPFD, 20) for n in sys.argv[1:3]); "
    "os.dup2(r, 3); os.dup2(w, 4); os.execv(sys.argv[3], sys.argv[3:])"
)


def program() -> str | None:
    """Return the path of Chromium, or None where there is none."""
    return os.environ.get("CODEGRAPH_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


class Gone(Exception):
    """The browser refused a command: mostly since the page that it was meant for is left."""


class Chromium:
    """One page of a headless Chromium; `problems` are errors, refused loads and dialogs since the last address."""

    def __init__(self, folder: Path) -> None:
        theirs_in, self._commands = os.pipe()
        self._answers, theirs_out = os.pipe()
        options = ("--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe")
        arguments = [str(theirs_in), str(theirs_out), str(program()), *options, f"--user-data-dir={folder}"]
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
        self.problems: list[str] = []
        targets = self._send("Target.getTargets")["targetInfos"]
        page = next(t for t in targets if t["type"] == "page")
        attached = self._send("Target.attachToTarget", targetId=page["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self._send(f"{domain}.enable")

    def _send(self, method: str, **params: Any) -> dict[str, Any]:
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == number:
                if "error" in answer:
                    raise Gone(answer["error"]["message"])
                return answer["result"]
            self._noted(answer)

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            piece = os.read(self._answers, 1 << 16)
            assert piece, "Chromium ended"
            self._rest += piece
        text, _, self._rest = self._rest.partition(b"\0")
        return json.loads(text)

    def _noted(self, event: dict[str, Any]) -> None:
        method, params = event.get("method"), event.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.problems.append(str(params["exceptionDetails"].get("text")))
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.problems.append(params["entry"]["text"])
        elif method == "Page.javascriptDialogOpening":
            self.problems.append(f"dialog: {params['message']}")

    def open(self, address: str, *, width: int = 1280, height: int = 900, dark: bool = False) -> None:
        """Open an address and wait until it is loaded."""
        self.problems.clear()
        self._send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._send("Emulation.setEmulatedMedia", features=[scheme])
        self._send("Page.navigate", url=address)
        self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    def run(self, expression: str) -> Any:
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

    def press(self, key: str) -> None:
        """Press a key (`Tab`, `Enter`)."""
        codes = {"Tab": (9, ""), "Enter": (13, "\r")}
        code, text = codes[key]
        for kind in ("keyDown", "keyUp"):
            named = {"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code}
            self._send(
                "Input.dispatchKeyEvent", **(named | ({"text": text} if text and kind == "keyDown" else {}))
            )

    def close(self) -> None:
        """End the browser."""
        self.process.terminate()
        self.process.wait(10)
        os.close(self._commands)
        os.close(self._answers)
