"""WebKitGTK by its own driver, on a screen that nobody sees, with those of Playwright's methods that tests ask for.

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
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from tests.browser.heatmap import Heatmap
from tests.browser.lab.server import free_port
from tests.waiting import LONGEST_S, eventually

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import FloatRect

    from tests.browser.lab.server import Kernel

SIZE = 1300, 1300
ASYNC = """
const [argument, done] = arguments
Promise.resolve().then(() => %s).then((value) => done({ value }), (error) => done({ error: `${error} ${error.stack}` }))
"""
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
"""How WebDriver names what stands for an element."""


class Driver:
    """WebDriver's commands, for the one page."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.session = ""

    def begin(self, capabilities: dict[str, Any]) -> None:
        """Open a browser."""
        told = self.ask("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
        self.session = f"/session/{told['sessionId']}"

    def listens(self) -> bool:
        """Tell whether the driver does."""
        try:
            self.ask("GET", "/status")
        except OSError:
            return False
        return True

    def tell(self, path: str, **body: Any) -> Any:
        """Tell the page's driver something; return its answer."""
        return self.ask("POST", self.session + path, body)

    def get(self, path: str) -> Any:
        """Ask the page's driver for something."""
        return self.ask("GET", self.session + path)

    def run(self, expression: str, argument: Any = None) -> Any:
        """Return what an expression of JavaScript becomes; it may name the argument."""
        answer = self.tell("/execute/async", script=ASYNC % expression, args=[argument])
        assert "error" not in answer, answer["error"]
        return answer.get("value")

    def perform(self, source: str, actions: Sequence[dict[str, Any]], **kind: Any) -> None:
        """Let a device act."""
        self.tell("/actions", actions=[{"type": source, "id": source, "actions": [*actions], **kind}])

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask the driver."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=LONGEST_S)
        try:
            connection.request(method, path, None if body is None else json.dumps(body))
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        assert response.status == 200, f"{method} {path}: {response.status} {text!r}"
        return json.loads(text)["value"]


class Locator:
    """What an expression of JavaScript finds on a page, a list, whenever it is asked."""

    def __init__(self, driver: Driver, found: str) -> None:
        self._driver, self._found = driver, found

    def locator(self, css: str) -> Locator:
        return self._of(f"flatMap(one => [...one.querySelectorAll({json.dumps(css)})])")

    def get_by_role(self, role: str, *, name: str, exact: bool = True) -> Locator:
        assert exact
        named = f"filter(one => (one.ariaLabel ?? one.textContent.trim()) === {json.dumps(name)})"
        return self.locator(f"{role}, [role={role}]")._of(named)

    def nth(self, index: int) -> Locator:
        return self._of(f"slice({index}, {index + 1})")

    def _of(self, call: str) -> Locator:
        return Locator(self._driver, f"{self._found}.{call}")

    def count(self) -> int:
        return int(self.evaluate_all("all => all.length"))

    def evaluate_all(self, script: str) -> Any:
        return self._driver.run(f"({script}\n)({self._found})")

    def evaluate(self, script: str, argument: Any = None) -> Any:
        return self._driver.run(f"({script}\n)({self._found}[0], argument)", argument)

    def get_attribute(self, name: str) -> Any:
        return self.evaluate("(one, name) => one.getAttribute(name)", name)

    def inner_text(self) -> str:
        return str(self.evaluate("one => one.innerText"))

    def input_value(self) -> str:
        return str(self.evaluate("one => one.value"))

    def is_hidden(self) -> bool:
        return bool(self.evaluate("one => one.getClientRects().length === 0"))

    def is_disabled(self) -> bool:
        return bool(self.evaluate("one => one.disabled"))

    def bounding_box(self) -> Any:
        return self.evaluate("one => one.getBoundingClientRect().toJSON()")

    def select_option(self, value: str) -> None:
        self.locator(f'option[value="{value}"]').click()

    def click(self) -> None:
        eventually(self.count)
        self._driver.tell(f"/element/{self.evaluate('one => one')[ELEMENT]}/click")


class Mouse:
    """The mouse; buttons and places are kept by the browser from one command to the next."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._at = 0.0, 0.0
        self._turned = 0.0

    def move(self, x: float, y: float, *, steps: int = 1) -> None:
        (left, top), self._at = self._at, (x, y)
        parts = [step / steps for step in range(1, steps + 1)]
        self._act([pointer_move(left + part * (x - left), top + part * (y - top)) for part in parts])

    def down(self) -> None:
        self._act([{"type": "pointerDown", "button": 0}])

    def up(self) -> None:
        self._act([{"type": "pointerUp", "button": 0}])

    def wheel(self, across: float, down: float) -> None:
        """Turn the wheel: the driver does it by the difference to where it was told to be last."""
        assert across == 0
        self._turned += down
        x, y = map(round, self._at)
        scroll = {"type": "scroll", "x": x, "y": y, "deltaX": 0, "deltaY": round(self._turned), "duration": 0}
        self._driver.perform("wheel", [scroll])

    def _act(self, actions: Sequence[dict[str, Any]]) -> None:
        self._driver.perform("pointer", actions, parameters={"pointerType": "mouse"})


class Keyboard:
    """The keyboard."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def press(self, *keys: str) -> None:
        """Press keys together."""
        downs = [{"type": "keyDown", "value": key} for key in keys]
        ups = [{"type": "keyUp", "value": key} for key in reversed(keys)]
        self._driver.perform("key", [*downs, *ups])


class Page:
    """The one page."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self.mouse, self.keyboard = Mouse(driver), Keyboard(driver)

    def goto(self, address: str) -> None:
        self._driver.tell("/url", url=address)

    def locator(self, css: str) -> Locator:
        return Locator(self._driver, "[document]").locator(css)

    def evaluate(self, script: str) -> Any:
        return self._driver.run(f"({script}\n)()")

    def screenshot(self, *, clip: FloatRect) -> bytes:
        left, top, width, height = (round(clip[side]) for side in ("x", "y", "width", "height"))
        taken = Image.open(io.BytesIO(base64.b64decode(self._driver.get("/screenshot"))))
        kept = io.BytesIO()
        taken.crop((left, top, left + width, top + height)).save(kept, "PNG")
        return kept.getvalue()


class InWebKit(Heatmap):
    """The heatmap on a page."""

    def __init__(self, page: Any, kernel: Kernel | None = None) -> None:
        super().__init__(page, page.locator(".liq-root"), kernel)

    def evaluate(self, script: str, asked: Any = None) -> Any:
        return self.root.evaluate(script, asked)

    def wheel(self, across: float, down: float, turn: float, times: int = 1) -> None:
        """Turn the wheel over a place of the picture after a click there: the driver's wheel knows of no Ctrl."""
        place = self.drawn().at(across, down)
        self.drag(place, place)
        for _ in range(times):
            self.page.mouse.wheel(0, turn)


def pointer_move(x: float, y: float) -> dict[str, Any]:
    return {"type": "pointerMove", "x": round(x), "y": round(y), "duration": 20}


def browser() -> Path | None:
    """Return WebKitGTK's small browser."""
    return next(iter(sorted(Path("/usr").glob("lib*/**/webkit2gtk-4.1/MiniBrowser"))), None)


def lacks() -> list[str]:
    """Return what is missing on this machine."""
    missing = [name for name in ("WebKitWebDriver", "Xvfb") if shutil.which(name) is None]
    return missing if browser() else [*missing, "MiniBrowser of webkit2gtk"]


@contextmanager
def running(folder: Path) -> Iterator[Page]:
    """Start a screen and a browser, which keeps in `folder` what it saves; end them in the end."""
    with (folder / "webkit.log").open("wb") as log, screen(log) as display:
        variables = {
            **os.environ,
            "DISPLAY": f":{display}", "GDK_BACKEND": "x11", "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder),
            "LIBGL_ALWAYS_SOFTWARE": "1", "DBUS_SESSION_BUS_ADDRESS": "",
            # Its sandbox wants rights that a container has not.
            "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
        }  # fmt: skip
        port = free_port()
        driver = Driver(port)
        process = subprocess.Popen(["WebKitWebDriver", f"--port={port}"], env=variables, stdout=log, stderr=log)
        try:
            eventually(driver.listens)
            driver.begin({"webkitgtk:browserOptions": {"binary": str(browser()), "args": ["--automation"]}})
            driver.tell("/timeouts", script=1000 * LONGEST_S, pageLoad=1000 * LONGEST_S)
            driver.tell("/window/rect", x=0, y=0, width=SIZE[0], height=SIZE[1])
            yield Page(driver)
            driver.ask("DELETE", driver.session)
        finally:
            process.terminate()
            process.wait()


@contextmanager
def screen(log: Any) -> Iterator[str]:
    """Start a screen that nobody sees; return its number."""
    reader, writer = os.pipe()
    size = "{}x{}x24".format(*SIZE)
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", size, "-nolisten", "tcp"]
    process = subprocess.Popen(command, pass_fds=[writer], stdout=log, stderr=log)
    os.close(writer)
    try:
        with os.fdopen(reader) as told:
            yield told.readline().strip()
    finally:
        process.terminate()
        process.wait()
