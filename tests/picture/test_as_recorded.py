"""The picture file follows the rules of the page: the same cases, which the front end's own code wrote."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
import pytest

from liqwidget.domain.amount import half_up, money, price_decimals, price_text
from liqwidget.domain.leverage import LEVERAGE_GROUPS
from liqwidget.domain.side import Side
from liqwidget.look import LOOK
from liqwidget.picture.axes import axis_decimals, ticks, time_axis
from liqwidget.picture.clusters import Sight, bracketed, labels, shown, strength
from liqwidget.picture.heatmap import circle_sizes, window_range
from liqwidget.picture.ink import ink_of
from liqwidget.picture.legend import curve_words, heat_words, stack_words
from liqwidget.picture.listed_clusters import listed_clusters
from liqwidget.picture.panels import panel_series
from liqwidget.picture.profile import shade, venue_colour
from liqwidget.raster.quantise import level_value
from liqwidget.raster.scale import Ladder, palette_entries
from liqwidget.raster.smooth import reach
from liqwidget.study.clusters import Cluster
from liqwidget.widget.fitting import fitted_price
from tests.recorded_look import cases, unknown_as_nan

ROWS = ("volume", "takerBuy", "interest", "funding", "liquidatedLong", "liquidatedShort")
INKS = {"fall": "falling", "accent": "accent", "long": "long", "short": "short"}
NAMES = {"background": "ground", "faint": "muted", "rising": "rise", "falling": "fall"}


@pytest.mark.parametrize(("given", "wanted"), cases("numbers", "money"))
def test_amounts(given: list[Any], wanted: str) -> None:
    assert money(*unknown_as_nan(given)) == wanted


@pytest.mark.parametrize(("given", "wanted"), cases("numbers", "price"))
def test_prices(given: list[Any], wanted: str) -> None:
    assert price_text(*unknown_as_nan(given)) == wanted


@pytest.mark.parametrize(("given", "wanted"), cases("axes", "decimals"))
def test_decimals_of_an_axis(given: list[float], wanted: int) -> None:
    assert axis_decimals((given[0], given[1])) == wanted


@pytest.mark.parametrize(("given", "wanted"), cases("axes", "times"))
def test_times_of_an_axis(given: list[Any], wanted: dict[str, Any]) -> None:
    start, end, width, timezone = given
    found = time_axis((start, end), width, timezone)
    assert (list(found.at), list(found.text), found.clocks) == (wanted["at"], wanted["text"], wanted["clocks"])


@pytest.mark.parametrize(
    ("given", "wanted"), [case for case in cases("axes", "times") if case[0][3] == "UTC" and case[0][1] > case[0][0]]
)
def test_a_label_every_80_to_140_pixels(given: list[Any], wanted: dict[str, Any]) -> None:
    start, end, width, _ = given
    apart = np.diff(wanted["at"]) * width / (end - start)
    assert len(apart) >= 2
    assert LOOK.time_axis.nearest <= apart.mean() <= LOOK.time_axis.most
    assert any(re.search(r"(19|20)\d\d", text) for text in (*wanted["text"], wanted["clocks"]))


@pytest.mark.parametrize(("given", "wanted"), cases("axes", "ticks"))
def test_ticks(given: list[Any], wanted: list[float]) -> None:
    assert ticks(*given) == pytest.approx(wanted)


@pytest.mark.parametrize(("given", "wanted"), cases("colours", "themes"))
def test_colours_of_a_theme(given: list[str], wanted: dict[str, Any]) -> None:
    ink = ink_of(given[0])
    found = {NAMES.get(name, name): getattr(ink, name) for name in type(ink).__dataclass_fields__}
    assert found | {"halo": ink.background} == wanted


@pytest.mark.parametrize(("given", "wanted"), cases("colours", "venues"))
def test_colours_of_venues(given: list[Any], wanted: str) -> None:
    assert venue_colour(given[1], given[0]) == wanted


@pytest.mark.parametrize(("given", "wanted"), cases("colours", "shades"))
def test_shades_of_leverage_groups(given: list[int], wanted: int) -> None:
    assert shade("#ffffff", *given) == pytest.approx((1.0, 1.0, 1.0, wanted / 100))


def test_leverage_groups() -> None:
    assert [wanted for _, wanted in cases("colours", "leverage_groups")] == [list(LEVERAGE_GROUPS)]


@pytest.mark.parametrize(("given", "wanted"), cases("colours", "tables"))
def test_the_colour_of_every_byte(given: dict[str, Any], wanted: list[int]) -> None:
    pixels = np.array([int(byte) for byte in given["pixels"].split()], dtype=np.uint8)
    how = {name: given[name] for name in ("side", "scale", "threshold")}
    found = palette_entries(pixels, Ladder(**given["ladder"]), **how)
    assert found.tolist() == wanted


@pytest.mark.parametrize(("given", "wanted"), cases("colours", "level_values"))
def test_values_of_levels(given: list[Any], wanted: float) -> None:
    assert float(level_value(*given)) == pytest.approx(wanted)


@pytest.mark.parametrize(("given", "wanted"), cases("colours", "circles"))
def test_sizes_of_circles(given: list[list[float]], wanted: list[float]) -> None:
    assert circle_sizes(np.array(given[0])).tolist() == pytest.approx(wanted)


@pytest.mark.parametrize(("given", "wanted"), cases("colours", "smoothing"))
def test_how_far_is_smoothed(given: list[float], wanted: int) -> None:
    assert reach(given[0]) == wanted


@pytest.mark.parametrize(("given", "wanted"), cases("colours", "candles"))
def test_colours_of_candles(given: list[str], wanted: dict[str, Any]) -> None:
    ink = ink_of(given[0])
    rising, falling, *_ = wanted["fill"]
    assert (ink.rising, ink.falling) == (rising, falling)
    assert wanted["fill"][3] == f"{falling}{half_up(255 * LOOK.candle.faded):02x}"


def cluster(given: dict[str, Any]) -> Cluster:
    side = Side.LONG if given["side"] == "long" else Side.SHORT
    rest: dict[str, Any] = {"distance_pct": 0.0, "age": pd.Timedelta(0), "leverage_mix": {}, "venue_mix": {}}
    return Cluster(**(rest | given | {"side": side}))


# No ticks are drawn in a picture file.
@pytest.mark.parametrize(("given", "wanted"), [case for case in cases("labels", "labels") if not case[0]["selected"]])
def test_brackets_and_labels_of_clusters(given: dict[str, Any], wanted: dict[str, Any]) -> None:
    found = shown([cluster(one) for one in given["clusters"]], given["side"], given["measure"])
    candles = np.array(given["candles"], dtype=float).reshape(-1, 4).T
    size = given["width"], given["height"]
    sight = Sight(tuple(given["time"]), tuple(given["price"]), *size, given["last_time"], candles)
    assert sight.strip == (None if wanted["strip"] is None else pytest.approx(wanted["strip"]))
    assert [one.id for one in found] == wanted["bands"]["id"]
    placed = labels(found, sight, measure=given["measure"], quote=given["quote"], decimals=1)
    marked = bracketed(found, placed, sight)
    start, end = sight.bracket
    assert [pytest.approx([end, start, start, end])] * len(marked) == wanted["brackets"]["xs"]
    edges = [[one.price_low, one.price_low, one.price_high, one.price_high] for one in marked]
    assert edges == wanted["brackets"]["ys"]
    assert [label.text for label in placed] == wanted["labels"]["text"]
    assert [label.price for label in placed] == pytest.approx(wanted["labels"]["y"])
    assert [label.cluster.side.label for label in placed] == wanted["labels"]["color"]


@pytest.mark.parametrize(("given", "wanted"), cases("labels", "lists"))
def test_clusters_in_words_under_the_picture(given: dict[str, Any], wanted: dict[str, Any]) -> None:
    found: list[Cluster] = []
    ranges: dict[str, tuple[float, float]] = {}
    for number, (side, peak, distance, size, expected, range_of) in enumerate(given["clusters"]):
        own = {"id": str(number), "side": side, "peak_price": peak, "size": size, "expected_size": expected}
        edges = {"price_low": peak, "price_high": peak, "heat": 1.0, "distance_pct": distance}
        found.append(cluster(own | edges))
        if range_of:
            ranges[str(number)] = (range_of[0], range_of[1])
    how = {name: given[name] for name in ("measure", "horizon", "quote", "decimals")}
    listed = listed_clusters(found, ranges, **how)
    assert listed.heading(len(listed.clusters)) == wanted["heading"]
    assert [asdict(one) for one in listed.clusters] == wanted["clusters"]


@pytest.mark.parametrize(("given", "wanted"), cases("labels", "strengths"))
def test_what_the_picture_hardly_shows_is_marked_faintly(given: list[Any], wanted: float) -> None:
    heat, measure = given
    assert strength({"heat": heat, "size": 1.0, "expected": 1.0}, measure) == wanted


@pytest.mark.parametrize(("given", "wanted"), cases("numbers", "price_decimals"))
def test_decimals_of_a_price(given: list[Any], wanted: int) -> None:
    assert price_decimals(*given) == wanted


@pytest.mark.parametrize(("given", "wanted"), cases("panels", "panels"))
def test_panels(given: dict[str, Any], wanted: dict[str, Any]) -> None:
    length = len(next(iter(given["known"].values())))
    rows = np.array([unknown_as_nan(given["known"].get(row, [None] * length)) for row in ROWS])
    start = 10.0 * np.arange(length, dtype=np.float64)
    found = panel_series(given["name"], rows, given["symbol"], given["quote"], start=start, timezone="UTC")
    assert (found.title, found.text) == (wanted["title"], wanted["text"])
    assert found.range == pytest.approx(unknown_as_nan(wanted["range"]), nan_ok=True)
    assert len(found.bars) == len(wanted["bars"])
    for (values, ink), recorded in zip(found.bars, wanted["bars"], strict=True):
        assert ink == INKS[recorded["ink"]]
        assert values.tolist() == pytest.approx(unknown_as_nan(recorded["values"]), nan_ok=True)
    if wanted["line"] is None:
        assert found.line is None
    else:
        assert found.line is not None
        assert found.line.tolist() == pytest.approx(unknown_as_nan(wanted["line"]["values"]), nan_ok=True)


@pytest.mark.parametrize(("given", "wanted"), cases("legends", "legends"))
def test_words_of_the_legend(given: dict[str, Any], wanted: dict[str, Any]) -> None:
    on_map, quote = given["view"] == "map", given["quote"]
    how = {name: given[name] for name in ("measure", "horizon", "threshold", "quote")}
    ladder = Ladder(given["top"], 0 if given["measure"] == "heat" else 4)
    assert ("" if on_map else heat_words(ladder, **how)) == wanted["heat"]
    stack = "leverage" if on_map and given["profile"] == "off" else given["profile"]
    assert (stack_words(stack) if stack != "off" else "") == wanted["stack"]
    assert ([] if stack == "off" else [curve_words(given["sum"], quote, on_map=on_map)]) == wanted["keys"][-1:]


@pytest.mark.parametrize(("given", "wanted"), [case for case in cases("views", "windows") if not case[0][-1]])
def test_room_for_labels(given: list[Any], wanted: list[float]) -> None:
    name, first, last, width, followed, _ = given
    length = {"24h": 1, "7d": 7, "all": 10_000}[name] * 86_400_000
    assert window_range((max(first, last - length), last), width, followed=followed) == pytest.approx(wanted)


@pytest.mark.parametrize(("given", "wanted"), cases("views", "fits"))
def test_room_around_candles(given: list[float], wanted: list[float]) -> None:
    assert fitted_price(*given) == pytest.approx(wanted)
