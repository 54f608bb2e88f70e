"""One heatmap on a page: its controls, its picture, and what BokehJS drew."""

from __future__ import annotations

import base64
import io
import itertools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image
from playwright.sync_api import FloatRect

from liqwidget.look import LOOK
from liqwidget.raster.palette import look_up_table
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import CDPSession, Locator, Page

    from tests.browser.lab.server import Kernel
    from tests.browser.page.own_kernel import OwnKernel

Pixels = npt.NDArray[np.uint8]
Levels = npt.NDArray[np.uint8]
Theme = Literal["light", "dark"]
Interval = tuple[float, float]

PROBE = Path(__file__).with_name("probe.js").read_text(encoding="utf-8")
COPYING, COPY = (Path(__file__).with_name(f"{name}.js").read_text(encoding="utf-8") for name in ("copying", "copy"))
COPY = f"(root, asked) => ({COPY}\n)(globalThis.__liqwidget_copies__ ??= ({COPYING}\n)(), root, asked)"
VISIBLE_JS = Path(__file__).with_name("visible.js").read_text(encoding="utf-8")
WATCHED = """
from liqwidget import LiqHeatmap
h = LiqHeatmap("BTC", source="sample", measure="expected")
asked, boxes, seen, ticks = [], [], [], []
h.on_msg(lambda widget, content, buffers: asked.append(content))
h.on_select(lambda selection: boxes.append(selection is not None))
h.observe(lambda change: seen.append(change["new"] is not None), "selection")
h.observe(lambda change: ticks.append([cluster.id for cluster in change["new"]]), "selected_clusters")
h
"""
"""A cell: a heatmap h and what happened to it."""
FORGET = "for kept in (asked, boxes, seen, ticks): kept.clear()"
GROUND = {theme: tuple(bytes.fromhex(colours.ground[1:])) for theme, colours in LOOK.themes.items()}
CHOICES = """root => Object.fromEntries([...root.querySelectorAll("[role=radiogroup]")].map((row) => {
  const taken = row.querySelectorAll(":checked")
  return [row.getAttribute("aria-label"), taken.length === 1 ? taken[0].dataset.value : null]
}))"""
KEEP = "(root, number) => void (globalThis.__liqwidget_roots__ ??= new Map()).set(number, new WeakRef(root))"
WITHIN = """async ([number, asked]) => {
  const root = globalThis.__liqwidget_roots__?.get(number)?.deref()
  return root?.isConnected ? [await (%s\n)(root, asked)] : null
}"""
"""Runs a function of a root that the page was told to keep, by its number; null where it stands there no more."""
UNCOVERED = """root => {
  const panels = [...root.querySelectorAll(".liq-panel")]
  return panels.length === 1 && panels[0].getClientRects().length === 0
}"""
EXPANDED = """(root, name) => [...root.querySelectorAll("button[aria-expanded]")]
  .some((one) => one.textContent.trim() === name && one.getAttribute("aria-expanded") === "true")"""
WORDS = "() => document.body?.innerText ?? ''"
NEXT_PICTURE = "() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))"
"""Moves of the mouse that a busy page hears of at one time are one move to it."""
VISIBLE = 12
DOUBLE_CLICK_MS = 500
"""Bokeh takes two clicks within 300 ms for a double click."""


_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Heat:
    """The raster drawn: what it covers, its columns and rows."""

    time: Interval
    price: Interval
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is on the picture; times in ms, the frame in CSS pixels of the page."""

    time: Interval
    price: Interval
    frame: dict[str, float]
    heat: Heat | None
    digest: int
    column: list[float] | None
    candles: tuple[float, ...]
    candle_top: tuple[float, ...]
    candle_bottom: tuple[float, ...]
    selection: dict[str, list[float]] | None
    whiskers: int
    opened: list[list[float]]
    opened_text: str
    notice: str
    hatched: bool
    last_price: float | None
    label_colour: str

    def point(self, time: float, price: float) -> tuple[float, float]:
        """Return where on the page a time and price are."""
        across = (time - self.time[0]) / (self.time[1] - self.time[0])
        down = (self.price[1] - price) / (self.price[1] - self.price[0])
        return self.frame["x"] + across * self.frame["width"], self.frame["y"] + down * self.frame["height"]

    def at(self, across: float, down: float) -> tuple[float, float]:
        """Return where on the page a share of the frame's width and height is."""
        return self.frame["x"] + across * self.frame["width"], self.frame["y"] + down * self.frame["height"]

    @property
    def pixel(self) -> tuple[float, float]:
        """Milliseconds and price of one pixel."""
        time, price = self.time[1] - self.time[0], self.price[1] - self.price[0]
        return time / self.frame["width"], price / self.frame["height"]


class Heatmap:
    """The widget at `root`, whose model is the variable `name` in the kernel (None in a page without one)."""

    def __init__(self, page: Page, root: Locator, kernel: Kernel | OwnKernel | None = None, name: str = "h") -> None:
        self.page, self.root, self.name = page, root, name
        self._kernel = kernel
        self._alone, self._number = False, next(_numbers)
        self._known: tuple[str, list[tuple[float, ...]]] = "", []
        self._screen: CDPSession | None = None
        self.figure = root.locator(".liq-figure")

    def alone_in_chromium(self) -> Heatmap:
        """Return it, known to be on a plain page in Chromium."""
        self._alone = True
        return self

    def evaluate(self, script: str, asked: Any = None) -> Any:
        """Return what a function of JavaScript makes of the root.

        The page keeps the root that was found before, as long as it stands there: a locator looks for it at each
        question, which takes ten times as long as most answers.
        """
        code, given = WITHIN % script, [self._number, asked]
        while (found := self.page.evaluate(code, given)) is None:
            self.root.evaluate(KEEP, self._number)
        return found[0]

    # ------------------------------------------------------------------ the kernel's side

    @property
    def kernel(self) -> Kernel | OwnKernel:
        assert self._kernel is not None
        return self._kernel

    def trait(self, name: str) -> Any:
        """Return a trait of the model, in its JSON form."""
        form = f"({self.name}.trait_metadata({name!r}, 'to_json') or (lambda value, _: value))"
        return self.kernel.value(f"{form}({self.name}.{name}, {self.name})")

    def becomes(self, name: str, value: Any) -> None:
        """Wait until a trait has a value in the kernel."""
        eventually(lambda: self.trait(name), lambda found: found == value)

    def set(self, **traits: Any) -> None:
        """Set traits in Python."""
        settings = "; ".join(f"{self.name}.{trait} = {value!r}" for trait, value in traits.items())
        self.kernel.run(settings)

    # ------------------------------------------------------------------ controls

    def button(self, group: str, value: str) -> Locator:
        """Return one choice of a row of them."""
        return self.root.locator(f'[role=radiogroup][aria-label="{group}"] [data-value="{value}"]')

    def pressed(self, group: str) -> str | None:
        """Return the value of the choice that a row shows as taken."""
        return self.choices().get(group)

    def choices(self) -> dict[str, str | None]:
        """Return the value of the choice that each row shows as taken, by the name of the row."""
        return self.evaluate(CHOICES)  # type: ignore[no-any-return]

    def presses(self, group: str, value: str) -> None:
        """Wait until a row shows a choice as taken."""
        eventually(lambda: self.pressed(group), lambda found: found == value)

    def named(self, name: str) -> Locator:
        """Return a single button by its text."""
        return self.root.get_by_role("button", name=name, exact=True)

    def field(self, name: str) -> Locator:
        """Return a drop-down list or slider."""
        return self.root.locator(f'[name="{name}"]')

    def options(self, *, shown: bool) -> None:
        """Open or close the row of options."""
        if self.evaluate(EXPANDED, "Options") != shown:
            self.named("Options").click()
            eventually(lambda: self.evaluate(EXPANDED, "Options") == shown)

    def cluster_boxes(self) -> Locator:
        """Return the tick boxes of the cluster list."""
        return self.root.locator(".liq-row input")

    def ticked(self) -> list[str]:
        """Return the ids of the ticked clusters."""
        return self.listed(".liq-selected")

    def listed(self, which: str = "") -> list[str]:
        """Return the ids of the rows of the list, read at one moment: rows come and go."""
        rows = self.root.locator(f".liq-row{which}")
        return rows.evaluate_all("rows => rows.map(row => row.dataset.id)")  # type: ignore[no-any-return]

    # ------------------------------------------------------------------ the picture

    def shown(self) -> bool:
        """Tell whether a picture stands instead of a sentence."""
        return self.root.count() == 1 and self.evaluate(UNCOVERED) and self.drawn().heat is not None

    def under_way(self) -> tuple[bool, str]:
        """Tell whether a picture stands, and what the page says meanwhile."""
        shown = self.shown()
        return shown, "" if shown else self.page.evaluate(WORDS)

    def drawn(self) -> Drawn:
        """Return what is on the picture now."""
        return self._told(self._probed())

    def steady(self, times: int = 3) -> Drawn:
        """Return what is on the picture once it was the same several times in a row."""
        return self._told(eventually(lambda: self._probed(times=times)))

    def _told(self, told: str) -> Drawn:
        found = json.loads(told)
        heat = found.pop("heat")
        known, candles = found.pop("known"), found.pop("candles")
        if candles is not None:
            self._known = known, [tuple(one) for one in candles]
        middle, top, bottom = self._known[1]
        pairs: dict[str, Any] = {name: tuple(found.pop(name)) for name in ("time", "price")}
        heat = None if heat is None else Heat(**{**heat, "time": tuple(heat["time"]), "price": tuple(heat["price"])})
        return Drawn(heat=heat, candles=middle, candle_top=top, candle_bottom=bottom, **pairs, **found)

    def _probed(self, *, frame_alone: bool = False, times: int = 1) -> str:
        asked = {"frameAlone": frame_alone, "known": self._known[0], "times": times}
        found: str | None = self.evaluate(PROBE, asked)
        assert found is not None, "Expected a Bokeh document inside the widget, was none"
        return found

    def sharp(self, *, last: float | None = None) -> Drawn:
        """Wait until the raster drawn is one cell a pixel of exactly what is looked at, and all is at rest.

        It ends at `last` [ms], as live data do before a candle is over; by default where the data end.
        """
        self.page.mouse.move(3, 3)
        first, end = self.kernel.value(f"{self.name}._market['time']")
        newest = end if last is None else last

        def is_sharp(drawn: Drawn) -> bool:
            heat = drawn.heat
            if heat is None or heat.price != drawn.price:
                return False
            time = max(drawn.time[0], first), min(drawn.time[1], newest)
            share = (time[1] - time[0]) / (drawn.time[1] - drawn.time[0])
            size = round(drawn.frame["width"] * share), round(drawn.frame["height"])
            # Columns of a replay begin where those of the step before did.
            slip = max(abs(heat.time[0] - time[0]), abs(heat.time[1] - time[1]))
            return slip < drawn.pixel[0] and abs(heat.width - size[0]) <= 1 and heat.height == size[1]

        return eventually(self.steady, is_sharp)

    def picture(self) -> Pixels:
        """Return the pixels of the plot's frame, shape (height, width, 3), row 0 at the top; brought into sight."""
        frame, below, *scrolled = json.loads(self._probed(frame_alone=True))
        if frame["y"] < 0 or frame["y"] + frame["height"] > below:
            self.figure.evaluate("node => void node.scrollIntoView({ block: 'nearest' })")
            frame, _, *scrolled = json.loads(self._probed(frame_alone=True))
        place = {name: float(round(frame[name])) for name in ("x", "y", "width", "height")}
        if not self._alone:
            return _pixels(self.page.screenshot(clip=FloatRect(**place)))  # type: ignore[typeddict-item]
        return self.screen({**place, "x": place["x"] + scrolled[0], "y": place["y"] + scrolled[1]})

    def screen(self, place: dict[str, float] | FloatRect) -> Pixels:
        """Return the pixels of a place of the document, as Chromium has them on the screen."""
        if self._screen is None:
            self._screen = self.page.context.new_cdp_session(self.page)
        # Twice as quick as Playwright's own way; in JupyterLab the wheel is lost after it.
        asked = {"format": "png", "optimizeForSpeed": True, "clip": {**place, "scale": 1}}
        return _pixels(base64.b64decode(self._screen.send("Page.captureScreenshot", asked)["data"]))

    def changes(self, act: Callable[[], object], *, least: float = 0.005) -> None:
        """Do something and wait until at least a share of the pixels look different that canvases have in the frame."""
        self.rests()
        act()
        self.page.mouse.move(3, 3)
        eventually(lambda: self.evaluate(COPY, ["share", VISIBLE, least]), lambda share: share >= least)

    def rests(self) -> None:
        """Wait until the pixels that canvases have in the frame do not change."""
        self.page.mouse.move(3, 3)
        eventually(lambda: self.evaluate(COPY, ["keep"]))

    def copied(self) -> Pixels:
        """Return what the canvases of the figure hold for the frame, whatever else of the page stands over them."""
        return _pixels(base64.b64decode(self.evaluate(COPY, ["png"]).partition(",")[2]))

    def without(self, *parts: str) -> Pixels:
        """Return the picture while some models of the figure are hidden by name; '*' is all but the heat."""
        self.page.mouse.move(3, 3)
        self.evaluate(VISIBLE_JS, [list(parts), False])
        try:
            return self.steady_picture()
        finally:
            self.evaluate(VISIBLE_JS, [list(parts), True])

    def steady_picture(self) -> Pixels:
        """Return the picture once what canvases have in it rests."""
        self.rests()
        return self.picture()

    def bytes(self, expression: str) -> npt.NDArray[np.uint8]:
        """Return bytes of the kernel."""
        text = self.kernel.value(f"__import__('base64').b64encode({expression}).decode()")
        return np.frombuffer(base64.b64decode(text), np.uint8)

    def levels(self, drawn: Drawn) -> Levels:
        """Return the palette entries of what the kernel computes for the view, shape (rows, columns), top first."""
        heat = drawn.heat
        assert heat is not None
        asked = f"{self.name}._settings(), {heat.time}, {heat.price}, {heat.width}, {heat.height}"
        self.kernel.run(f"asked_for = {self.name}._display.session.frame({asked})")
        pixels = self.bytes("asked_for.pixels").reshape(heat.height, heat.width)[::-1]
        raised = self.kernel.value("asked_for.raised")
        return np.where(pixels & 127, (pixels & 128) | np.minimum((pixels & 127) + raised, 127), pixels)

    def coloured(self, levels: Levels, theme: Theme = "dark") -> Pixels:
        """Return the colours of pixel bytes over the ground of a theme, both sides shown, scale 'log'."""
        table = look_up_table(self.trait("palette"), theme)
        opaque = table[:, 3:].astype(float) / 255
        mixed = table[:, :3] * opaque + np.array(GROUND[theme]) * (1 - opaque)
        return np.rint(mixed).astype(np.uint8)[levels]

    # ------------------------------------------------------------------ gestures

    def wheel(self, across: float, down: float, turn: float, times: int = 1) -> None:
        """Turn the wheel over a place of the picture with Ctrl, as without it the page scrolls; negative zooms in."""
        self.page.mouse.move(*self.drawn().at(across, down))
        self.page.keyboard.down("Control")
        for _ in range(times):
            self.page.mouse.wheel(0, turn)
        self.page.keyboard.up("Control")

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Drag from one point of the page to another, as a hand does: over several pictures of the screen."""
        mouse = self.page.mouse
        mouse.move(*start)
        self.page.evaluate(NEXT_PICTURE)
        mouse.down()
        mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=3)
        self.page.evaluate(NEXT_PICTURE)
        mouse.move(*end, steps=3)
        self.page.evaluate(NEXT_PICTURE)
        mouse.up()


def _pixels(picture: bytes) -> Pixels:
    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"))


def changed_share(before: Pixels, after: Pixels) -> float:
    """Return the share of pixels that look different; 1 if the sizes differ."""
    if before.shape != after.shape:
        return 1.0
    return float((distance(before, after) > VISIBLE).mean())


def distance(one: Pixels, other: Pixels) -> npt.NDArray[np.int16]:
    """Return the largest difference of a channel, pixel by pixel."""
    apart: npt.NDArray[np.int16] = np.abs(one.astype(np.int16) - other.astype(np.int16))
    return np.asarray(apart.max(axis=-1))
