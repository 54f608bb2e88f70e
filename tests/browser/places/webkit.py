"""WebKitGTK by its own driver (WebDriver), on a screen that nobody sees, and one heatmap on its page.

Playwright speaks with its own build of WebKit only; this is what a user of GNOME Web has.
"""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from tests.browser.heatmap import PROBE, VISIBLE_JS
from tests.browser.lab.server import free_port
from tests.waiting import LONGEST_S, eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.heatmap import Pixels

CONTROL = "\ue009"
SIZE = {"x": 0, "y": 0, "width": 1500, "height": 1500}
ROOT = "document.querySelector('.liq-root')"


def lacks() -> list[str]:
    """Return what is missing on this machine."""
    missing = [name for name in ("WebKitWebDriver", "Xvfb") if shutil.which(name) is None]
    return missing if browser() else [*missing, "MiniBrowser of webkit2gtk"]


def browser() -> Path | None:
    """Return WebKitGTK's small browser."""
    return next(iter(sorted(Path("/usr").glob("lib*/**/webkit2gtk-4.1/MiniBrowser"))), None)


@dataclass
class WebKit:
    """A page, with a heatmap on it."""

    port: int
    session: str = ""
    turned: int = field(default=0)
    """How far the wheel was turned in all: the driver turns it by the difference to what it was told last."""

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask the driver."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=LONGEST_S)
        try:
            connection.request(method, path, json.dumps(body or {}) if method == "POST" else None)
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        assert response.status == 200, f"{method} {path}: {response.status} {text!r}"
        return json.loads(text)["value"]

    def tell(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Tell the driver something of this page."""
        return self.ask("POST", f"/session/{self.session}{path}", body)

    def value(self, expression: str) -> Any:
        """Return what an expression of JavaScript becomes."""
        script = (
            "const done = arguments[arguments.length - 1]; Promise.resolve().then(() => (%s))"
            ".then((value) => done({ value }), (error) => done({ error: `${error} ${error.stack}` }))"
        )
        answer = self.tell("/execute/async", {"script": script % expression, "args": []})
        assert "error" not in answer, answer["error"]
        return answer.get("value")

    def perform(self, *sources: dict[str, Any]) -> None:
        """Let devices act, side by side."""
        self.tell("/actions", {"actions": list(sources)})

    def click(self, selector: str) -> None:
        """Click in the middle of the first element that CSS selects."""
        place = f"document.querySelector({json.dumps(selector)})"
        self.value(f"void {place}.scrollIntoView({{ block: 'nearest' }})")
        middle = "(({ left, top, width, height }) => [left + width / 2, top + height / 2])"
        x, y = self.value(f"{middle}({place}.getBoundingClientRect())")
        self.drag((x, y), (x, y))

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Press the button at one point of the page, let it go at another."""
        points = [[start[axis] + (end[axis] - start[axis]) * step / 6 for axis in (0, 1)] for step in range(7)]
        moves = [{"type": "pointerMove", "x": round(x), "y": round(y), "duration": 30} for x, y in points]
        actions = [moves[0], {"type": "pointerDown", "button": 0}, *moves[1:], {"type": "pointerUp", "button": 0}]
        self.perform({"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": actions})

    def keys(self, *keys: str) -> None:
        """Press keys together."""
        downs = [{"type": "keyDown", "value": key} for key in keys]
        ups = [{"type": "keyUp", "value": key} for key in reversed(keys)]
        self.perform({"type": "key", "id": "keys", "actions": [*downs, *ups]})

    def wheel(self, across: float, down: float, turn: int) -> None:
        """Turn the wheel over a place of the picture, after a click on it: the driver's wheel knows of no Ctrl."""
        frame = self.drawn()["frame"]
        x, y = frame["x"] + across * frame["width"], frame["y"] + down * frame["height"]
        self.drag((x, y), (x, y))
        self.turned += turn
        scroll = {"type": "scroll", "x": round(x), "y": round(y), "deltaX": 0, "deltaY": self.turned, "duration": 0}
        self.perform({"type": "wheel", "id": "wheel", "actions": [scroll]})

    def drawn(self) -> Any:
        """Return what is on the picture."""
        return json.loads(self.value(f"({PROBE[PROBE.index('async (') :]})({ROOT})"))

    def painted(self) -> bool:
        """Tell whether a picture stands instead of a sentence."""
        panel = "document.querySelector('.liq-root .liq-panel')"
        return bool(self.value(f"{panel}?.getClientRects().length === 0") and self.drawn()["heat"])

    def picture(self) -> Pixels:
        """Return the pixels of the plot's frame."""
        taken = Image.open(io.BytesIO(base64.b64decode(self.ask("GET", f"/session/{self.session}/screenshot"))))
        frame = {name: round(value) for name, value in self.drawn()["frame"].items()}
        left, top = frame["x"], frame["y"]
        return np.asarray(taken.convert("RGB").crop((left, top, left + frame["width"], top + frame["height"])))

    def steady_picture(self) -> Pixels:
        """Return the picture once two in a row are the same."""
        return eventually(lambda: (self.picture(), self.picture()), lambda two: np.array_equal(*two))[1]

    def without(self, part: str) -> Pixels:
        """Return the picture while a model of the figure is hidden."""
        visible = VISIBLE_JS[VISIBLE_JS.index("async (") :]
        self.value(f"({visible})({ROOT}, [['{part}'], false])")
        picture = self.steady_picture()
        self.value(f"({visible})({ROOT}, [['{part}'], true])")
        return picture


@contextmanager
def running(folder: Path) -> Iterator[WebKit]:
    """Start a screen, the driver and a browser, with what they keep in `folder`; end them in the end."""
    known = browser()
    assert known is not None
    with (folder / "webkit.log").open("wb") as log:
        reader, writer = os.pipe()
        screen = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1600x1700x24", "-nolisten", "tcp"],
            pass_fds=[writer], stdout=log, stderr=log,
        )  # fmt: skip
        os.close(writer)
        with os.fdopen(reader) as told:
            display = told.readline().strip()
        variables = {
            **os.environ,
            "DISPLAY": f":{display}", "GDK_BACKEND": "x11", "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder),
            "LIBGL_ALWAYS_SOFTWARE": "1", "DBUS_SESSION_BUS_ADDRESS": "",
            # Its sandbox wants rights that a container has not.
            "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
        }  # fmt: skip
        page = WebKit(free_port())
        driver = subprocess.Popen(["WebKitWebDriver", f"--port={page.port}"], env=variables, stdout=log, stderr=log)
        try:
            eventually(lambda: up(page))
            options = {"binary": str(known), "args": ["--automation"]}
            asked = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
            page.session = page.ask("POST", "/session", asked)["sessionId"]
            page.tell("/timeouts", {"script": 60_000, "pageLoad": 120_000})
            page.tell("/window/rect", SIZE)
            yield page
            page.ask("DELETE", f"/session/{page.session}")
        finally:
            for process in (driver, screen):
                process.terminate()
                process.wait()


def up(page: WebKit) -> bool:
    """Tell whether the driver listens."""
    try:
        page.ask("GET", "/status")
    except OSError:
        return False
    return True
