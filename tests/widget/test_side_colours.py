"""The colours of the sides: readable as text, apart for those they are made for, and the same everywhere."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING

import matplotlib.image
import numpy as np
import pytest
import traitlets

from liqwidget import LiqHeatmap
from liqwidget.look import LOOK
from liqwidget.raster.palette import GROUNDS, oklab
from liqwidget.raster.side_colours import DEFAULT_SIDE_COLOURS, SIDE_COLOURS
from liqwidget.widget.assets import STATIC
from tests.raster.eyes import EYES, contrast, seen_by
from tests.widget.test_export import state_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from liqwidget.raster.palette import Theme

AA = 4.5
TINT = LOOK.amount_tint

pairs = pytest.mark.parametrize("name", SIDE_COLOURS)
themes = pytest.mark.parametrize("theme", ["dark", "light"])


def channels(colour: str) -> np.ndarray:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255


@pairs
@themes
def test_they_are_readable_as_text_and_under_text(name: str, theme: Theme) -> None:
    for colour in SIDE_COLOURS[name].of(theme).values():
        assert min(contrast(colour, GROUNDS[theme]), contrast(colour, LOOK.themes[theme].raised)) >= AA
        mixed = TINT * channels(colour) + (1 - TINT) * channels(GROUNDS[theme])
        under = "#" + "".join(f"{round(255 * part):02x}" for part in mixed)
        assert contrast(LOOK.themes[theme].text, under) >= AA


@themes
def test_the_alternative_is_apart_for_every_eye_and_the_convention_for_full_sight(theme: Theme) -> None:
    def apart(name: str, eye: str) -> float:
        long, short = (oklab(seen_by(eye, channels(colour))) for colour in SIDE_COLOURS[name].of(theme).values())
        return float(np.linalg.norm(long - short))

    assert min(apart("blue-orange", eye) for eye in EYES) > 0.2
    assert apart(DEFAULT_SIDE_COLOURS, "full") > 0.25
    long, short = (oklab(channels(colour)) for colour in SIDE_COLOURS[DEFAULT_SIDE_COLOURS].of(theme).values())
    assert long[1] > 0.1 > -0.1 > short[1]


@themes
def test_the_stylesheet_has_the_colours_of_the_theme(theme: Theme) -> None:
    """What the numbers above are about is what the page draws with."""
    blocks = re.findall(r"\.liq-root(\[data-theme=dark\])?\{([^}]*)\}", (STATIC / "widget.css").read_text("utf-8"))
    styles = [block for dark, block in blocks if bool(dark) == (theme == "dark") and "--liq-ground:" in block]
    set_once = dict(re.findall(r"--liq-([a-z-]+): *([^;]+)", styles[0]))
    colours = {name.replace("_", "-"): colour for name, colour in asdict(LOOK.themes[theme]).items() if name != "grid"}
    assert len(styles) == 1
    assert colours.items() <= set_once.items()


@pytest.fixture
def picture(heatmap: LiqHeatmap, tmp_path: Path) -> Callable[[str], np.ndarray]:
    """Return a function that draws a theme's picture as uint8 RGB."""

    def draw(theme: str) -> np.ndarray:
        pixels = matplotlib.image.imread(heatmap.to_png(tmp_path / "map.png", width=600, height=360, theme=theme))
        return np.asarray(pixels[..., :3] * 255).round().astype(np.uint8)

    return draw


@pytest.mark.slow
@pairs
@themes
def test_the_picture_file_has_them(
    heatmap: LiqHeatmap, picture: Callable[[str], np.ndarray], name: str, theme: Theme
) -> None:
    heatmap.side_colours = name
    heatmap.palette = "mono"
    pixels = picture(theme)
    for pair, colours in SIDE_COLOURS.items():
        for colour in colours.of(theme).values():
            near = np.abs(pixels.astype(int) - np.rint(255 * channels(colour)).astype(int)).max(axis=-1) < 24
            assert (near.sum() > 60) == (pair == name), (pair, colour)


@pytest.mark.slow
@pytest.mark.usefixtures("small_pictures")
def test_they_are_a_trait_in_the_page_and_in_the_file(heatmap: LiqHeatmap, tmp_path: Path) -> None:
    assert heatmap.side_colours == "red-green"
    heatmap.side_colours = "blue-orange"
    assert heatmap.get_state()["side_colours"] == "blue-orange"
    state = state_of(heatmap.to_html(tmp_path / "map.html").read_text(encoding="utf-8"))
    assert state["side_colours"] == "blue-orange"
    assert [pair["name"] for pair in state["_sides"]] == list(SIDE_COLOURS)
    with pytest.raises(traitlets.TraitError, match="side_colours"):
        heatmap.side_colours = "rainbow"
    assert LiqHeatmap("BTC", source=heatmap.markets, side_colours="blue-orange").side_colours == "blue-orange"
