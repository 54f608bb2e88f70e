"""The golden pictures of the whole widget: how they are taken, kept and compared. ``make golden`` takes them anew.

They show the simulated market in an exported file, so no kernel and no network has a part in them.
"""

from __future__ import annotations

import base64
import functools
import json
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
from PIL import Image
from playwright.sync_api import FloatRect

from liqwidget import LiqHeatmap
from tests.browser import contexts
from tests.browser.heatmap import Heatmap
from tests.waiting import eventually, settled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Locator

    from tests.browser.heatmap import Theme

FOLDER = Path(__file__).resolve().parents[1] / "golden"
WIDE, NARROW, HEIGHT = 1300, 800, 1400
THEMES: tuple[Theme, ...] = ("dark", "light")
SHOTS = ("heatmap-dark", "map-dark", "heatmap-light", "map-light", "narrow-light")

_SCALE = 0.625
_COLOURS = 128
_FONTS = {400: "DejaVuSans.ttf", 700: "DejaVuSans-Bold.ttf"}
"""By weight: what Matplotlib brings, so that words have the same measures on every machine."""
_STYLE = ".liq-root, .liq-root * { font-family: liq-brought !important; }"


@contextmanager
def opened(browser: Browser, file: Path) -> Iterator[Heatmap]:
    """Open an exported file with everything fixed that can differ between machines, and wait until it is drawn."""
    with contexts.opened(
        browser,
        viewport={"width": WIDE, "height": HEIGHT},
        device_scale_factor=1,
        color_scheme=THEMES[0],
        reduced_motion="reduce",
        locale="en-US",
        timezone_id="UTC",
        offline=True,
    ) as context:
        page = context.new_page()
        page.add_init_script(_brought_font())
        page.goto(file.as_uri())
        page.add_style_tag(content=_STYLE)
        heatmap = Heatmap(page, page.locator(".liq-root")).alone_in_chromium()
        eventually(heatmap.shown)
        yield heatmap


@functools.cache
def _brought_font() -> str:
    folder = Path(mpl.get_data_path(), "fonts", "ttf")
    fonts = {weight: base64.b64encode((folder / name).read_bytes()).decode() for weight, name in _FONTS.items()}
    code = Path(__file__).with_name("brought_font.js").read_text(encoding="utf-8")
    return f"({code.strip()})({json.dumps(fonts)})"


def exported(folder: Path) -> Path:
    """Write the file that the pictures are taken of."""
    return LiqHeatmap("BTC", source="sample").to_html(folder / "golden.html")


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture of the widget, and where in it everything is that is drawn."""

    image: Image.Image
    drawn: tuple[int, int, int, int]
    """Left, top, right and bottom: the heat or the map, the profile, the panels."""


def taken(heatmap: Heatmap) -> Shot:
    """Return the widget as it looks once it is at rest, at the scale of golden pictures."""
    heatmap.page.mouse.move(3, 3)
    image = Image.fromarray(settled(lambda: heatmap.screen(_box(heatmap.root)), times=2))
    small = image.resize((round(image.width * _SCALE), round(image.height * _SCALE)), Image.Resampling.BOX)
    whole, main = _box(heatmap.root), _box(heatmap.root.locator(".liq-main"))
    left, top = main["x"] - whole["x"], main["y"] - whole["y"]
    corners = left, top, left + main["width"], top + main["height"]
    return Shot(small, tuple(round(corner * _SCALE) for corner in corners))  # type: ignore[arg-type]


def _box(part: Locator) -> FloatRect:
    """Return where a part is on the page, in whole pixels."""
    box = part.bounding_box()
    assert box is not None
    x, y, width, height = (float(round(box[name])) for name in ("x", "y", "width", "height"))
    return FloatRect(x=x, y=y, width=width, height=height)


def shots(browser: Browser, file: Path) -> Iterator[tuple[str, Heatmap]]:
    """Yield the name of each of `SHOTS` and the widget while it shows that."""
    with opened(browser, file) as heatmap:
        heatmap.options(shown=True)
        for panel in ("Funding", "Liquidations"):
            heatmap.root.get_by_label(panel, exact=True).check()
        heatmap.options(shown=False)
        for theme in THEMES:
            heatmap.page.emulate_media(color_scheme=theme)
            eventually(lambda theme=theme: heatmap.root.get_attribute("data-theme") == theme)  # type: ignore[misc]
            yield f"heatmap-{theme}", heatmap
            heatmap.button("View", "map").click()
            yield f"map-{theme}", heatmap
            heatmap.button("View", "heatmap").click()
        heatmap.page.set_viewport_size({"width": NARROW, "height": HEIGHT})
        yield "narrow-light", heatmap


def keep(image: Image.Image, path: Path) -> None:
    """Keep a golden picture in few bytes."""
    path.parent.mkdir(exist_ok=True)
    few = image.quantize(_COLOURS, method=Image.Quantize.MEDIANCUT, kmeans=2, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
