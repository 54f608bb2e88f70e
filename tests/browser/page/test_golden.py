"""The whole widget looks as it did: in both themes, as heatmap and as map, wide and narrow. See `make golden`."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageChops

from tests.browser.golden import FOLDER, SHOTS, Shot, shots, taken
from tests.browser.likeness import Likeness, likeness

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.browser.heatmap import Heatmap

WHOLE, DRAWN = (1.2, 12.0), (1.6, 7.0)
"""Largest differences, mean and worst, of the whole widget and of what is drawn in it, as measured: a shift by a pixel
or two gives (1.3, 4.9), another font for all words (0.9, 8.8) and (0.5, 6.3); the breakages below 10 to 48."""

BARE = """async (root, visible) => {
  const [bokeh] = await Promise.all(globalThis.__liqwidget_bokeh__.values())
  for (const document of bokeh.documents) {
    for (const name of ["liq-heat-ahead-image", "liq-bracket-lines", "liq-bracket-halo", "liq-cluster-text"]) {
      document.get_model_by_name(name).visible = visible
    }
  }
}"""
"""Takes away, or brings back, all that stands right of now."""
BROKEN = {
    "palette": ("Palette", "viridis", "ember"),
    "no candles": ("Price style", "off", "candles"),
    "no profile": ("Profile", "off", "leverage"),
}


@pytest.fixture(scope="module")
def pictures(browser: Browser, exported: Path) -> dict[str, Shot]:
    """Return the widget as it looks now, and as it looks in the light theme when something in it is broken."""
    found: dict[str, Shot] = {}
    for name, heatmap in shots(browser, exported):
        found[name] = taken(heatmap)
        if name == "heatmap-light":
            found |= broken(heatmap)
    return found


def broken(heatmap: Heatmap) -> dict[str, Shot]:
    """Break the widget in one way after another, and make it whole again."""
    found = {}
    heatmap.options(shown=True)
    for name, (label, wrong, right) in BROKEN.items():
        field = heatmap.root.get_by_label(label, exact=True)
        field.select_option(wrong)
        heatmap.options(shown=False)
        found[name] = taken(heatmap)
        heatmap.options(shown=True)
        field.select_option(right)
    heatmap.options(shown=False)
    heatmap.evaluate(BARE, False)  # noqa: FBT003 - what JavaScript is given
    found["no strip"] = taken(heatmap)
    heatmap.evaluate(BARE, True)  # noqa: FBT003
    return found


def compared(golden: Image.Image, shot: Shot) -> tuple[bool, Likeness]:
    """Tell whether a picture is like a golden one, and how far it is."""
    whole = likeness(golden, shot.image)
    drawn = likeness(golden.crop(shot.drawn), shot.image.crop(shot.drawn))
    within = [one.mean <= most[0] and one.worst <= most[1] for one, most in ((whole, WHOLE), (drawn, DRAWN))]
    return all(within), whole if within[1] else drawn


@functools.cache
def golden(name: str) -> Image.Image:
    return Image.open(FOLDER / f"{name}.png").convert("RGB")


@pytest.mark.parametrize("name", SHOTS)
def test_the_widget_looks_as_it_did(pictures: dict[str, Shot], name: str, artefacts: Path) -> None:
    shot, expected = pictures[name], golden(name)
    shot.image.save(artefacts / f"golden-{name}-actual.png")
    alike, how = compared(expected, shot)
    said = f"{expected.size} and {shot.image.size} pixels; mean {how.mean:.2f}, worst {how.worst:.2f}"
    if not alike:
        expected.save(artefacts / f"golden-{name}-expected.png")
        ImageChops.difference(expected, shot.image.crop((0, 0, *expected.size))).save(
            artefacts / f"golden-{name}-difference.png"
        )
        pytest.fail(
            f"{name} does not look as it did ({said}). Look at golden-{name}-*.png in artefacts/browser; if the change "
            "is wanted, `make golden` takes the pictures anew.",
            pytrace=False,
        )


@pytest.mark.parametrize("name", [*BROKEN, "no strip"])
def test_the_comparison_sees_what_is_broken(pictures: dict[str, Shot], name: str) -> None:
    whole = pictures["heatmap-light"]
    alike, how = compared(whole.image, pictures[name])
    assert not alike, (how.mean, how.worst)


def test_the_comparison_lets_a_pixel_or_two_pass(pictures: dict[str, Shot]) -> None:
    whole = pictures["heatmap-dark"]
    moved = Image.new("RGB", whole.image.size, whole.image.getpixel((3, 3)))
    moved.paste(whole.image, (2, 1))
    alike, how = compared(golden("heatmap-dark"), Shot(moved, whole.drawn))
    assert alike, (how.mean, how.worst)


def test_golden_pictures_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in FOLDER.glob("*.png")}
    assert set(sizes) == {f"{name}.png" for name in SHOTS}
    assert max(sizes.values()) <= 60_000
    assert sum(sizes.values()) <= 300_000
