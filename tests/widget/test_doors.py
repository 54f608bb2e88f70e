"""What a user sets, writes and feeds on: taken, or refused in words, never without effect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import traitlets
from bokeh.embed import file_html
from bokeh.layouts import column, gridplot
from bokeh.models import TabPanel, Tabs
from bokeh.resources import INLINE

from liqwidget import LiqHeatmap, MarketData
from liqwidget.domain.time import HOUR, time_index
from liqwidget.errors import DataError, SourceError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def candles_of(market: MarketData) -> pd.DataFrame:
    return market.to_frame().drop(columns="taker_buy_volume")


def interest_of(market: MarketData) -> pd.DataFrame:
    return pd.DataFrame({"open_interest": market.interest}, index=time_index(market.interest_time))


def same(one: LiqHeatmap, other: LiqHeatmap) -> bool:
    """Tell whether two heatmaps stand on the same ledger and show the same."""
    pairs = zip(one.ledger.venues, other.ledger.venues, strict=True)
    return one._frames[0]["pixels"] == other._frames[0]["pixels"] and all(
        np.array_equal(getattr(ours, name), getattr(theirs, name), equal_nan=True)
        for ours, theirs in pairs
        for name in ("opened", "open_interest", "log_survival")
    )


# ---------------------------------------------------------------------- traits


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("leverage", 10, r"leverage: Expected names \('>50x'.* was 10"),
        ("venues", 3, "venues: Expected names"),
        ("panels", 3, "panels: Expected names"),
        ("horizon", 24, "a number needs its unit, such as '24m' or '24h'"),
        ("timeframe", 5, "a number needs its unit, such as '5m'"),
        ("threshold", float("nan"), "threshold: Expected a number of at least 0, was nan"),
        ("threshold", float("inf"), "threshold: Expected a number of at least 0, was inf"),
        ("sensitivity", float("nan"), "sensitivity: Expected a number from 0 to 1, was nan"),
        ("as_of", "2020-01-01", "as_of: Expected a time of the data .2026-01-01 00:00:00"),
        ("as_of", "2026-02-01", "as_of: Expected a time of the data"),
        ("as_of", 1_767_500_000_000, "as milliseconds it is plausible"),
        ("as_of", "01/03/2026", "ISO 8601"),
        ("time_range", ("2020-01-01", "2020-02-01"), "time_range: Expected a range that holds some of the data"),
        ("price_range", (1, 2), "price_range: Expected a range near the prices of the data"),
    ],
)
def test_what_would_show_nothing_is_refused_in_words(heatmap: LiqHeatmap, name: str, value: Any, words: str) -> None:
    before = getattr(heatmap, name)
    with pytest.raises(traitlets.TraitError, match=words):
        setattr(heatmap, name, value)
    assert getattr(heatmap, name) == before


def test_the_page_may_scroll_anywhere(heatmap: LiqHeatmap) -> None:
    heatmap.set_state({"time_range": [0.0, 86_400_000.0], "price_range": [1.0, 2.0]})
    assert heatmap.price_range == (1.0, 2.0)
    with pytest.raises(traitlets.TraitError):
        heatmap.price_range = (1.0, 2.1)


@pytest.mark.usefixtures("small_pictures")
def test_before_the_first_close_the_first_close_is_shown(heatmap: LiqHeatmap) -> None:
    heatmap.as_of = heatmap.ledger.start
    assert heatmap._market["last_price"] == heatmap.ledger.last_price(int(heatmap.markets[0].close_time[0]))
    assert "heatmap" in heatmap.to_html()


@pytest.mark.parametrize(("value", "text"), [(pd.Timedelta("4h"), "4h"), (np.timedelta64(4, "h"), "4h"), ("1H", "1H")])
def test_durations_of_any_kind(heatmap: LiqHeatmap, value: Any, text: str) -> None:
    heatmap.horizon = value
    assert heatmap.horizon == text


def test_a_source_is_given_once(heatmap: LiqHeatmap, markets: tuple[MarketData, ...]) -> None:
    with pytest.raises(UnknownNameError, match=r"h.update\(market\)"):
        heatmap.source = markets[0]
    with pytest.raises(AttributeError):
        heatmap.offer(markets[0])


# ---------------------------------------------------------------------- making one


def test_frames_and_markets_in_the_wrong_place(markets: tuple[MarketData, ...]) -> None:
    frame = candles_of(markets[0])
    for given in ((frame,), ("BTC", frame)):
        with pytest.raises(DataError, match=r"use LiqHeatmap.from_frames\(candles"):
            LiqHeatmap(*given)
    with pytest.raises(DataError, match=r"use LiqHeatmap\('BTC', source=market\)"):
        LiqHeatmap(markets[0])  # type: ignore[arg-type]
    for several in (list(markets), tuple(markets)):
        with pytest.raises(DataError, match=r"use LiqHeatmap\('BTC', source=markets\)"):
            LiqHeatmap(several)  # type: ignore[arg-type]
    with pytest.raises(DataError, match=r"Expected one symbol .* make a heatmap for each"):
        LiqHeatmap(["BTC", "ETH"])  # type: ignore[arg-type]
    with pytest.raises(DataError, match=r"Expected a source of ETH, was MarketData\('BTC'"):
        LiqHeatmap("ETH", source=markets)
    ether = MarketData.from_frames(frame[:3], symbol="ETH")
    with pytest.raises(DataError, match="Expected a source of BTC"):
        LiqHeatmap("BTC", source=ether)
    assert LiqHeatmap(source=ether).symbol == "ETH"


def test_complete_until_in_both_constructors(markets: tuple[MarketData, ...]) -> None:
    until = markets[0].close_time[2] - 1
    heatmap = LiqHeatmap.from_frames(candles_of(markets[0])[:4], complete_until=until)
    assert heatmap.markets[0].complete_until == until


# ---------------------------------------------------------------------- files


@pytest.mark.slow
@pytest.mark.usefixtures("small_pictures")
def test_a_picture_goes_where_it_can(heatmap: LiqHeatmap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert heatmap.to_png("~/map.png", width=300, height=250) == tmp_path / "map.png"
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")
    assert heatmap.to_html("~/map.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    text = heatmap.to_html()
    assert text.startswith("<!doctype html>")
    with pytest.raises(DataError, match=r"folder that is there, was '.*missing'"):
        heatmap.to_html(tmp_path / "missing" / "map.html")
    for wrong in ("map.jpg", "map", "map.html"):
        with pytest.raises(DataError, match=r"ends in \.png, was"):
            heatmap.to_png(tmp_path / wrong)
    with pytest.raises(DataError, match=r"ends in .html or .htm, was"):
        heatmap.to_html(tmp_path / "map.png")


# ---------------------------------------------------------------------- own data that go on


@pytest.mark.slow
def test_own_data_go_on_as_if_they_had_been_there_from_the_start(markets: tuple[MarketData, ...]) -> None:
    market = markets[0]
    part, whole = market.until(market.close_time[600]), LiqHeatmap("BTC", source=market)
    heatmap = LiqHeatmap("BTC", source=part)
    heatmap.update(market)
    assert same(heatmap, whole)
    heatmap = LiqHeatmap("BTC", source=part)
    for first in (601, 700):
        stop = 700 if first == 601 else None
        heatmap.update(candles_of(market)[first:stop], interest_of(market)[first + 1 : stop and stop + 1])
    assert same(heatmap, whole)
    heatmap = LiqHeatmap("BTC", source=part, timeframe="1h")
    heatmap.update(market)
    assert same(heatmap, LiqHeatmap("BTC", source=market, timeframe="1h"))


def test_rows_that_were_revised_take_the_place_of_those_before(markets: tuple[MarketData, ...]) -> None:
    candles, interest = candles_of(markets[0]), interest_of(markets[0])
    wrong = candles.assign(volume=candles["volume"] * np.where(np.arange(len(candles)) == 300, 3, 1))
    heatmap = LiqHeatmap.from_frames(wrong, interest)
    heatmap.update(candles.iloc[300:301])
    assert same(heatmap, LiqHeatmap.from_frames(candles, interest))


def test_an_update_that_cannot_be_is_refused_and_nothing_changes(markets: tuple[MarketData, ...]) -> None:
    heatmap, frame = LiqHeatmap("BTC", source=markets), candles_of(markets[0])[-3:]
    before = heatmap.ledger
    later = frame.set_axis(frame.index + pd.Timedelta("4min"))
    cases: list[tuple[Any, str | None, str]] = [
        (frame, None, "Expected venue= as one of binance, bybit"),
        (5, "bybit", "candles as a pandas DataFrame, was int"),
        (later, "bybit", "candles whole 15m after"),
        (MarketData.from_frames(frame, symbol="ETH"), None, "candles of BTC in 15m on binance"),
    ]
    for given, venue, words in cases:
        with pytest.raises(DataError, match=words):
            heatmap.update(given, venue=venue)
    assert heatmap.ledger is before
    with pytest.raises(SourceError, match="was one that is simulated"):
        LiqHeatmap("BTC", source="sample").update(frame)


@pytest.mark.parametrize(
    "size", [{"width": "800"}, {"height": float("nan")}, {"width": 1e9}, {"height": None}, {"width": True}]
)
def test_a_picture_of_no_size_is_refused(heatmap: LiqHeatmap, tmp_path: Path, size: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="width and height in pixels from 200 to 10,000"):
        heatmap.to_png(tmp_path / "x.png", **size)


@pytest.mark.parametrize("prior", [5, {1e9: 1}, "usual", {10: -1}, (0, 1)])
def test_a_prior_that_is_refused_does_not_stay(heatmap: LiqHeatmap, prior: Any) -> None:
    with pytest.raises(DataError):
        heatmap.prior = prior
    assert heatmap.prior == "effective"
    heatmap.timeframe = "1h"
    assert heatmap.ledger.timeframe == HOUR


@pytest.mark.parametrize(
    ("source", "words"),
    [(5, "venue names or MarketData, was 5"), (object(), "venue names or MarketData, was <object"),
     ("markets and a venue", "both cannot be mixed"), ("a heatmap", "use source=h.markets")],
)  # fmt: skip
def test_a_source_of_another_kind_is_refused(heatmap: LiqHeatmap, source: Any, words: str) -> None:
    others: dict[Any, Any] = {"markets and a venue": [*heatmap.markets, "okx"], "a heatmap": heatmap}
    with pytest.raises(DataError, match=words):
        LiqHeatmap("BTC", source=others.get(source, source))


@pytest.mark.slow
@pytest.mark.parametrize("saved", [False, True])
@pytest.mark.parametrize(
    "layout", [column, lambda figure: gridplot([[figure]]), lambda figure: Tabs(tabs=[TabPanel(child=figure)])]
)
def test_a_layout_of_the_figure_says_why_it_is_none(
    heatmap: LiqHeatmap, layout: Callable[[Any], Any], *, saved: bool
) -> None:
    figure = heatmap.figure
    if saved:
        assert "<script" in file_html(figure, INLINE)
    with pytest.raises(DataError, match=r"Expected h.figure by itself, was a layout of it: .*to_html"):
        file_html(layout(figure), INLINE)
    assert figure.line([1, 2], [3, 4]) is not None
    assert "<script" in file_html(figure, INLINE)


@pytest.mark.parametrize("given", [5, "x", [5], [("a", 1)]])
def test_alternatives_of_another_kind_are_refused(heatmap: LiqHeatmap, given: Any) -> None:
    with pytest.raises(DataError, match="alternatives as Alternative"):
        heatmap.uncertainty(given)


def test_heat_takes_no_other_scale(heatmap: LiqHeatmap) -> None:
    with pytest.raises(traitlets.TraitError, match=r"scale: Expected 'linear' with measure='heat'.* was 'rank'"):
        heatmap.scale = "rank"
    with heatmap.hold_trait_notifications():
        heatmap.measure, heatmap.scale = "size", "rank"
    assert (heatmap.measure, heatmap.scale) == ("size", "rank")
    heatmap.measure = "heat"
    assert LiqHeatmap("BTC", source=heatmap.markets, measure="expected", scale="rank").scale == "rank"
