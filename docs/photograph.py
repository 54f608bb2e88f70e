"""Photograph the widget's controls in a Chromium, as docs/controls.md shows them: cut from one picture of it."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from PIL import Image
from playwright.sync_api import sync_playwright

from tests import chromium
from tests.browser import contexts
from tests.browser.page.own_kernel import OwnKernel, OwnPage, unmounted
from tests.waiting import eventually, settled

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

WIDTH, NARROW, HEIGHT, SCALE, MARGIN = 1300, 950, 1500, 1.5, 2
_FIELDS = (
    "Horizon", "Sensitivity", "Palette", "Map ground", "Theme", "Time zone", "Candle colours", "Side colours", "Scale",
    "Price style", "Profile",
)  # fmt: skip
_LABELLED = (
    "Coin", "Window", "Timeframe", "Side", "View", "Model", "Full screen", "Leverage", "Venues", "Lower panels",
    "Measure", "Drag mode", "Replay", "Legend",
)  # fmt: skip
_CHECKS = ("Smooth cells", "Liquidation circles", "Whiskers")

CONTROLS = {
    **{name: f'[aria-label="{name}"]' for name in _LABELLED},
    **{name: f'label:has([aria-label="{name}"])' for name in _FIELDS},
    **{name: f'label:has-text("{name}")' for name in _CHECKS},
    "Threshold": "label.liq-threshold",
    "Follow": 'button:has-text("Follow")',
    "Reset": 'button:has-text("Reset")',
    "Options": ".liq-options",
    "Share": ".liq-drawer-group >> nth=0",
    "Clusters": ".liq-list",
    "Read-out": ".liq-readout",
}
"""By name, where each control is in the widget."""


_SHOW = """async ([script, told]) => {
  const { default: widget } = await import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })))
  const still = Object.fromEntries(["set", "on", "off", "save_changes", "send"].map((name) => [name, () => undefined]))
  const model = { get: (name) => told[name], ...still }
  widget.render({ model, el: document.body, signal: new AbortController().signal })
}"""
"""Shows a widget in an empty page, where nothing changes any more."""


def take(folder: Path) -> None:
    """Write one picture per control, of the whole widget, the help, a ladder and a watchlist, into a folder."""
    found = chromium.find()
    if found is None:
        sys.exit(chromium.MISSING)
    from liqwidget import LiqHeatmap, estimate, sample_market

    with sync_playwright() as playwright, TemporaryDirectory() as made:
        browser = playwright.chromium.launch(executable_path=found, args=list(chromium.FLAGS))
        heatmap = LiqHeatmap("BTC", source="sample")
        # The page's scripts are taken from an exported file; of which market it is does not matter.
        short = LiqHeatmap.from_ledger(estimate(sample_market(days=2).markets()))
        file = Path(made) / "widget.html"
        file.write_text(unmounted(short.to_html(Path(made) / "btc.html")), encoding="utf-8")
        size = {"width": WIDTH, "height": HEIGHT}
        look = {"viewport": size, "device_scale_factor": SCALE, "color_scheme": "light", "reduced_motion": "reduce"}
        with contexts.opened(browser, offline=True, locale="en-US", timezone_id="UTC", **look) as context:
            page = context.new_page()
            kernel = OwnKernel(heatmap)
            shown = OwnPage(page, file).mounted(kernel)
            eventually(lambda: _heard(kernel, page.get_by_text(re.compile(r"^Low \S high$"))))
            _cut(page, ".liq-root", _shot(page), folder / "widget.png")
            shown.options(shown=True)
            image = _shot(page)
            for name, place in CONTROLS.items():
                _cut(page, place, image, folder / f"control-{file_name(name)}.png")
            _cut(page, ".liq-drawer", image, folder / "options.png")
            shown.options(shown=False)
            page.mouse.move(*shown.drawn().at(0.85, 0.65))
            eventually(lambda: _heard(kernel, page.locator('.liq-readout[data-state="exact"]')))
            _cut(page, CONTROLS["Read-out"], _shot(page), folder / "control-read-out.png")
            page.get_by_label("Help", exact=True).first.click()
            _cut(page, ".liq-help", _shot(page), folder / "help.png")
            page.keyboard.press("Escape")
            page.get_by_label("Model", exact=True).select_option("ladder")
            _cut(page, ".liq-rungs", _shot(page), folder / "ladder.png")
            page = context.new_page()
            page.set_viewport_size({"width": NARROW, "height": HEIGHT})
            _watchlist(page, folder / "watchlist.png")
        heatmap.close()
        browser.close()


def _heard(kernel: OwnKernel, place: Locator) -> bool:
    """Tell whether something stands on the page, once kernel and page have told each other what is new."""
    kernel.hear()
    return place.count() > 0


def _watchlist(page: Page, path: Path) -> None:
    """Take the table of a watchlist: its script in an empty page, which is told what the kernel would tell it."""
    from liqwidget import Watchlist
    from liqwidget.widget.assets import STATIC

    watchlist = Watchlist(source="sample")
    table = watchlist.children[0]
    eventually(lambda: {row["state"] for row in table.rows}, lambda states: states == {"simulated"})
    told = {"rows": table.rows, "opened": "", "note": "", "theme": "light"}
    page.add_style_tag(path=STATIC / "watchlist.css")
    page.evaluate(_SHOW, [(STATIC / "watchlist.js").read_text(encoding="utf-8"), told])
    _cut(page, ".liq-watchlist", _shot(page), path)
    watchlist.close()


def file_name(control: str) -> str:
    """Return the name of a control as its picture's file has it."""
    return control.lower().replace(" ", "-")


def _shot(page: Page) -> Image.Image:
    shot = settled(lambda: page.screenshot(animations="disabled", caret="hide"), times=2)
    return Image.open(io.BytesIO(shot)).convert("RGB")


def _cut(page: Page, place: str, image: Image.Image, path: Path) -> None:
    """Write the part of a picture of the page in which something lies, and a margin around it."""
    box = page.locator(place).first.bounding_box()
    if box is None:
        message = f"Expected {place!r} in the widget, was none that shows"
        raise ValueError(message)
    left, top = max(box["x"] - MARGIN, 0), max(box["y"] - MARGIN, 0)
    right, bottom = min(box["x"] + box["width"] + MARGIN, WIDTH), min(box["y"] + box["height"] + MARGIN, HEIGHT)
    part = image.crop((round(left * SCALE), round(top * SCALE), round(right * SCALE), round(bottom * SCALE)))
    part.quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)
