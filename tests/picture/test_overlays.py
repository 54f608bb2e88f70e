"""What is laid over a picture file: as on the page, whose own code wrote the cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib.image
import numpy as np
import pandas as pd
import pytest

from liqwidget.domain.overlay import Line, PriceBand, TimeMark
from liqwidget.look import LOOK
from liqwidget.picture.clusters import Sight
from liqwidget.picture.overlay_labels import Area, coverage, place_texts
from liqwidget.picture.overlays import life_parts, overlay_parts
from liqwidget.picture.panels import value_text
from liqwidget.raster.side_colours import SIDE_COLOURS
from tests.recorded_look import cases, unknown_as_nan

if TYPE_CHECKING:
    from pathlib import Path

    from liqwidget import LiqHeatmap
    from liqwidget.domain.overlay import Overlay

SIDES = SIDE_COLOURS["red-green"]


def ns(time: float | None) -> Any:
    return None if time is None else round(time * 1_000_000)


def value(given: dict[str, Any]) -> Overlay:
    if "low" in given:
        start, end = ns(given["start"]), ns(given["end"])
        return PriceBand(given["low"], given["high"], given["label"], start, end, given["kind"])
    if "time" in given:
        return TimeMark(ns(given["time"]), given["label"], given["kind"])
    steps = np.broadcast_to(given["steps"], len(given["value"]) - 1)
    times = given["start"] + np.append(0, np.cumsum(steps))
    return Line(
        given["label"], (times * 1e6).astype(np.int64), np.array(unknown_as_nan(given["value"])), given["unit"],
        given["on_price"],
    )  # fmt: skip


@pytest.mark.parametrize(("given", "wanted"), cases("overlays", "overlays"))
def test_overlays_are_those_of_the_page(given: dict[str, Any], wanted: dict[str, Any]) -> None:
    candles = np.array(given["candles"], dtype=float).reshape(-1, 4).T
    width, height = given["width"], given["height"]
    sight = Sight(tuple(given["time"]), tuple(given["price"]), width, height, given["time"][1], candles)
    bands, strokes, wishes = overlay_parts(map(value, given["values"]), sight, given["theme"], 1)
    lived, edges = life_parts(given["lives"], SIDES.of(given["theme"]))
    areas = [Area(**one) for one in given["areas"]]
    placed = place_texts(wishes, areas, coverage(sight), width, height)
    for name in ("left", "right", "bottom", "top", "color", "alpha"):
        assert [getattr(band, name) for band in (*bands, *lived)] == wanted["bands"][name]
    for name in ("xs", "ys"):
        for one, row in zip((*strokes, *edges), wanted["lines"][name], strict=True):
            assert list(getattr(one, name)) == pytest.approx(unknown_as_nan(row), nan_ok=True)
    for name in ("color", "dash"):
        assert [getattr(one, name) for one in (*strokes, *edges)] == wanted["lines"][name]
    assert [one.text for one in placed] == wanted["labels"]["text"]
    assert [one.color for one in placed] == wanted["labels"]["color"]
    (start, end), (low, high) = given["time"], given["price"]
    assert [start + one.x / width * (end - start) for one in placed] == pytest.approx(wanted["labels"]["x"])
    assert [high - one.y / height * (high - low) for one in placed] == pytest.approx(wanted["labels"]["y"])


@pytest.mark.parametrize(("given", "wanted"), cases("overlays", "values"))
def test_values_of_series(given: list[Any], wanted: str) -> None:
    assert value_text(*given) == wanted


@pytest.mark.parametrize("theme", LOOK.themes)
def test_colours_of_overlays_can_be_read_on_their_ground(theme: str) -> None:
    def light(colour: str) -> float:
        parts = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
        return float(
            np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]
        )

    ground = light(LOOK.themes[theme].ground)
    for colour in (*LOOK.overlays[theme].values(), *LOOK.overlay_lines[theme]):
        dark, bright = sorted([ground, light(colour)])
        assert (bright + 0.05) / (dark + 0.05) >= 4.5, colour


@pytest.mark.slow
def test_a_picture_file_shows_what_is_laid_over_it(heatmap: LiqHeatmap, tmp_path: Path) -> None:
    def picture() -> np.ndarray:
        heatmap.to_png(tmp_path / "map.png", width=600, height=640)
        return np.asarray(matplotlib.image.imread(tmp_path / "map.png")[..., :3])

    def painted(image: np.ndarray, colour: str) -> int:
        wanted = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
        return int((np.abs(image - wanted).max(axis=2) < 0.3).sum())

    own, stop = (LOOK.overlays["dark"][kind] for kind in ("own", "stop"))
    plain = picture()
    last = heatmap.ledger.last_price()
    heatmap.add_levels({"mine": last * 1.01})
    levelled = picture()
    assert painted(levelled, own) > painted(plain, own) + 300
    heatmap.add_levels([last * 0.99], "stops", kind="stop")
    assert painted(picture(), stop) > painted(plain, stop) + 100
    heatmap.clear_overlays()
    assert (picture() == plain).all()
    days = pd.date_range(heatmap.time_range[0] if heatmap.time_range else "2026-01-01", periods=9, freq="D", tz="UTC")
    heatmap.add_series(pd.Series(range(9), index=days, name="flow"))
    # A panel takes some of the height: the banner stays, what lies under the map moves up.
    moved = (picture() != plain).any(axis=(1, 2))
    assert moved[300:].any()
    heatmap.as_of = days[2]
    heatmap.clear_overlays()
    before = picture()
    heatmap.add_series(pd.Series([last] * 2, index=days[5:7], name="later"), on_price=True)
    assert (picture() == before).all(), "a series of later times is not known yet"
