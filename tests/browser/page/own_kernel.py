"""A heatmap in a plain page, without JupyterLab: the process of the test is its kernel."""

from __future__ import annotations

import base64
import json
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from liqwidget.widget.names import shared_names
from liqwidget.widget.view import HeatmapWidget
from tests.browser.heatmap import Heatmap
from tests.waiting import eventually

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from liqwidget import LiqHeatmap

Value = TypeVar("Value")

MOUNT = 'await mount(document.getElementById("liqwidget"), state, frontEnd)\n'
ALONE = """(other) => {
  globalThis.__before?.abort()
  document.getElementById("liqwidget").replaceChildren()
  globalThis.__before = { abort: globalThis.__mount(other) }
}"""
MOUNT_LATER = MOUNT.replace("await mount", "globalThis.__mount = (other) => mount").replace(
    "state", "{...state, ...other}"
)
OWN_KERNEL = Path(__file__).with_name("own_kernel.js").read_text(encoding="utf-8")


def _said(value: Any) -> str:
    """Return JSON in which bytes stand as they are: pictures are packed, and the rest is read once, in this machine."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False, default=_binary)


def _binary(value: object) -> dict[str, str]:
    return {"b64": base64.b64encode(value).decode("ascii")}  # type: ignore[arg-type]


class OwnKernel:
    """Runs what the kernel of a notebook would, here; `h` is the heatmap.

    What crosses are the messages of ipywidgets, handed to the heatmap as its comm would hand them.
    """

    def __init__(self, heatmap: LiqHeatmap, names: dict[str, Any] | None = None) -> None:
        self.heatmap, self.names = heatmap, {"h": heatmap} if names is None else names
        self.page: Page | None = None
        self._changed: deque[str] = deque()
        self._said: deque[dict[str, Any]] = deque()
        heatmap.send_state, heatmap.send = self._note, self._say

    def value(self, expression: str) -> Any:
        """Return a JSON-like value of an expression."""
        self.hear()
        return json.loads(json.dumps(eval(expression, self.names)))  # noqa: S307 - a cell

    def run(self, code: str) -> None:
        """Run statements, and tell the page what they have changed."""
        exec(code, self.names)  # noqa: S102 - a cell
        self.hear()

    def hear(self) -> None:
        """Let the page say what it has to say: nothing of it is heard while the test does something else."""
        if self.page is not None:
            self.page.evaluate("told => globalThis.__exchange?.(told)", self._has_news())

    def tell(self) -> None:
        """Let the page hear what there is to say, where there is anything."""
        if self._has_news():
            self.hear()

    def _has_news(self) -> bool:
        return bool(self._changed or self._said)

    def state(self) -> str:
        """Return what a view that is mounted now reads."""
        return self._state(*shared_names(HeatmapWidget), "_frames")

    def exchange(self, said: str) -> str:
        """Hear what the page has said, and return what was said and changed since the last time."""
        for one in json.loads(said):
            data = {"method": "custom", **one} if "content" in one else {"method": "update", "buffer_paths": [], **one}
            self.heatmap._handle_msg({"content": {"data": data}, "buffers": []})
        changed, told = set(_taken(self._changed)), _taken(self._said)
        parts = [f'{{"state":{self._state(*changed)}}}'] if changed else []
        return f"[{','.join([*parts, *map(_said, told)])}]"

    def _state(self, *names: str) -> str:
        return _said(self.heatmap.get_state(list(names)))

    def _note(self, key: Any = None) -> None:
        names = [key] if isinstance(key, str) else key or ()
        self._changed.extend(name for name in names if name in self.heatmap.traits())

    def _say(self, content: Any, buffers: Any = ()) -> None:
        self._said.append({"content": content, "buffers": list(buffers or ())})


class OwnHeatmap(Heatmap):
    """A heatmap whose kernel is the process of the test: before the page is asked, it is told what there is to say."""

    def __init__(self, page: Page, kernel: OwnKernel | None) -> None:
        super().__init__(page, page.locator(".liq-root"), kernel)
        self._own = kernel

    def evaluate(self, script: str, asked: Any = None) -> Any:
        """Return what a function of JavaScript makes of the root."""
        if self._own is not None:
            self._own.tell()
        return super().evaluate(script, asked)


def unmounted(exported: Path) -> str:
    """Return the text of an exported file whose last line shows the widget when `__mount` is called."""
    text = exported.read_text(encoding="utf-8")
    assert text.count(MOUNT) == 1
    return text.replace(MOUNT, MOUNT_LATER)


def _taken(queue: deque[Value]) -> list[Value]:
    """Take all that lies in a queue, to which other threads may add."""
    return [queue.popleft() for _ in range(len(queue))]


class OwnPage:
    """An unmounted file in a page, where one heatmap after another is shown.

    `requests` are the addresses that the page has asked for.
    """

    def __init__(self, page: Page, file: Path) -> None:
        self.page = page
        self.requests: list[str] = []
        self._kernel: OwnKernel | None = None
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(file.as_uri())
        page.expose_function("exchange", lambda said: self._kernel.exchange(said) if self._kernel else "[]")

    def mounted(self, kernel: OwnKernel) -> Heatmap:
        """Show the heatmap of a kernel as it is now, in place of what was shown."""
        self._kernel, kernel.page = kernel, self.page
        self.page.evaluate(OWN_KERNEL, kernel.state())
        return self._painted(kernel)

    def alone(self, **other: Any) -> Heatmap:
        """Show what the file holds, or some other values of it, without a kernel, in place of what was shown."""
        self._kernel = None
        self.page.wait_for_function("globalThis.__mount")
        self.page.evaluate(ALONE, other)
        return self._painted(None)

    def _painted(self, kernel: OwnKernel | None) -> Heatmap:
        heatmap = OwnHeatmap(self.page, kernel).alone_in_chromium()
        eventually(heatmap.shown)
        return heatmap
