"""References: each kind worked by hand, and laws on random markets."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget import DataError, MarketData, ReferenceRules, estimate, reference_levels
from liqwidget.decide.candle_patterns import candle_patterns
from liqwidget.decide.price_levels import round_numbers, swings
from liqwidget.decide.reference import KINDS
from liqwidget.decide.reference_levels import references_of
from liqwidget.decide.volume_at_price import VolumeAtPrice
from liqwidget.domain.amount import plain_price
from liqwidget.domain.side import Side
from liqwidget.domain.time import HOUR, time_ns
from tests.ledgers import content
from tests.markets import START, candles_of, frames, interest_of, walk
from tests.stories import Story, stories

if TYPE_CHECKING:
    from liqwidget import ReferenceLevel, ReferenceLevels
    from tests.markets import Frames

laws = settings(max_examples=10, deadline=None)

Candle = tuple[float, float, float, float]


def market_of(
    prices: list[Candle], timeframe: str = "1h", volume: float | list[float] = 10.0, **frames: Any
) -> MarketData:
    candles = candles_of(prices, timeframe, volume)
    return MarketData.from_frames(candles, minimum_distance=0.004, timeframe=timeframe, **frames)


def flat(count: int, price: float = 100.0) -> list[Candle]:
    return [(price, price, price, price)] * count


def named(levels: Any, kind: str) -> dict[str, float]:
    return {one.name: one.price for one in levels if one.kind == kind}


def kinds_of(found: ReferenceLevels) -> set[str]:
    return {one.kind for one in found.levels} | {one.kind for one in found.states}


# ------------------------------------------------------------------ by hand


def test_the_day_and_week_before_begin_at_midnight_utc_and_on_monday() -> None:
    # START is a Thursday. Hour h opens at 1000 + h and closes one higher, with wicks of a half.
    prices = [(1000.0 + h, 1001.5 + h, 999.5 + h, 1001.0 + h) for h in range(24 * 12)]
    market = market_of(prices)
    midnight = time_ns("2026-01-12")  # a Monday

    def day(first: int, last: int, unit: str) -> dict[str, float]:
        ends = {"open": 1000 + first, "high": 1001.5 + last, "low": 999.5 + first, "close": 1001 + last}
        return {f"previous {unit} {name}": price for name, price in ends.items()}

    found = reference_levels(market, at=midnight + 3 * HOUR).levels
    assert named(found, "previous day") == day(240, 263, "day")
    assert named(found, "previous week") == day(96, 263, "week")
    assert named(found, "open") == {"day open": 1264, "week open": 1264}
    at_midnight = reference_levels(market, at=midnight).levels
    assert named(at_midnight, "previous day") == day(240, 263, "day")
    assert named(at_midnight, "previous week") == day(96, 263, "week")
    assert named(at_midnight, "open") == {}
    just_before = reference_levels(market, at=midnight - 1).levels
    assert named(just_before, "previous day") == day(216, 239, "day")
    assert named(just_before, "open") == {"day open": 1240, "week open": 1096}
    # The data do not hold all of that week.
    assert named(just_before, "previous week") == {}
    assert named(reference_levels(market, at=START + pd.Timedelta("20h")).levels, "previous day") == {}


def test_a_candle_that_runs_tells_nothing_and_begins_no_day() -> None:
    prices = [*flat(47), (100.0, 200.0, 50.0, 150.0)]
    midnight = START + pd.Timedelta("48h")
    running = market_of(prices, complete_until=midnight - pd.Timedelta("20min"))
    found = reference_levels(running)
    assert found.price == 100
    assert found.time == running.complete_until
    assert content(found.levels) == content(reference_levels(running, at=running.complete_until).levels)
    assert {one.price for one in found.levels if one.kind == "previous day"} == {100.0}
    assert named(found.levels, "open") == {"day open": 100.0}
    assert reference_levels(market_of(prices)).price == 150


@pytest.mark.parametrize(
    ("price", "some", "major"),
    [
        (95_000.0, [75_000, 80_000, 85_000, 90_000, 95_000, 100_000, 105_000, 110_000, 115_000], 10_000),
        (12_000.0, [9_000, 10_000, 11_000, 12_000, 13_000, 14_000, 15_000], 5_000),
        (0.000012, [0.000009, 0.00001, 0.000011, 0.000012, 0.000013, 0.000014, 0.000015], 0.000005),
        (1e-10, [8e-11, 9e-11, 1e-10, 1.1e-10, 1.2e-10], 5e-11),
    ],
)
def test_round_numbers_go_with_the_price(price: float, some: list[float], major: float) -> None:
    found = list(round_numbers(price))
    assert [one.price for one in found][-len(some) :] == some
    majors = [one.price for one in found if one.kind == "major round number"]
    assert majors == [one for one in (level.price for level in found) if round(one / major, 6).is_integer()]
    assert majors


def test_a_swing_is_known_when_its_neighbours_have_closed_and_broken_when_price_has_gone_beyond() -> None:
    highs = [10, 11, 15, 12, 11, 13, 12, 14, 16, 12, 11]
    market = market_of([(h - 1.0, float(h), h - 2.0, h - 1.0) for h in highs])
    found = {one.price: one for one in swings(market, 0, ReferenceRules(swing=2)) if "high" in one.name}
    assert set(found) == {15.0, 16.0}
    assert (found[15.0].kind, found[15.0].name) == ("broken swing", "resistance (broken swing high)")
    assert found[16.0].kind == "swing"
    assert found[15.0].time == int(market.close_time[4])
    before = references_of(market.until(market.close_time[7]), int(market.close_time[7]), rules=ReferenceRules(swing=2))
    assert named(before.levels, "swing")["resistance (swing high)"] == 15.0
    young = references_of(market.until(market.close_time[3]), int(market.close_time[3]), rules=ReferenceRules(swing=2))
    assert named(young.levels, "swing") == {}
    plateau = market_of([(9.0, float(h), 8.0, 9.0) for h in (9, 10, 12, 12, 10, 9, 9)])
    tops = [one for one in swings(plateau, 0, ReferenceRules(swing=2)) if "high" in one.name]
    assert [one.time for one in tops] == [int(plateau.close_time[4])]


def test_mean_prices_weigh_by_volume_from_their_anchor_on() -> None:
    prices = [*flat(24, 100.0), (110.0, 130.0, 100.0, 130.0), (130.0, 140.0, 130.0, 135.0)]
    market = market_of(prices, volume=[1.0] * 24 + [2.0, 3.0])
    at = START + pd.Timedelta("26h")
    found = reference_levels(market, at=at, anchors=[START + pd.Timedelta("25h")]).levels
    both = (120 * 2 + 135 * 3) / 5
    assert named(found, "vwap") == {"VWAP of the day": pytest.approx(both)}
    anchored = named(found, "anchored vwap")
    assert anchored["VWAP from 2026-01-02 01:00"] == pytest.approx(135.0)
    assert anchored["VWAP from the highest high"] == pytest.approx(135.0)
    assert anchored["VWAP from the lowest low"] == pytest.approx((2400 + 5 * both) / 29)
    silent = market_of(prices, volume=0.0)
    kinds = {one.kind for one in reference_levels(silent).levels}
    assert not kinds & {"vwap", "anchored vwap", "volume at price", "breakout"}


def test_moving_averages_are_those_of_closes() -> None:
    market = market_of([(c, c, c, c) for c in (1.0, 2.0, 3.0, 4.0)])
    rules = ReferenceRules(simple=(2, 4, 5), exponential=(3,))
    found = named(references_of(market, int(market.close_time[-1]), rules=rules).levels, "moving average")
    assert found == {"SMA 2": 3.5, "SMA 4": 2.5, "EMA 3": pytest.approx(3.125)}


def test_volume_at_price_is_spread_over_the_range_of_its_candle() -> None:
    low, width = 100.0, 0.001
    high = low * math.exp(2 * width)
    found = VolumeAtPrice.of(market_of([(low, high, low, high), (low, low, low, low)], volume=[8.0, 3.0]))
    assert found.volume[:2] == pytest.approx([7.0, 4.0])
    assert found.edges[:3] == pytest.approx([100.0, 100.0 * math.exp(width), high])
    steps = [low * math.exp(width * (k + 0.5 * (k > 0))) for k in range(6)]
    peaked = VolumeAtPrice.of(market_of([(p, p, p, p) for p in steps], volume=[1.0, 2.0, 9.0, 4.0, 3.0, 1.0]))
    assert peaked.point_of_control == 2
    assert peaked.value_area(0.7) == (2, 4)
    assert peaked.value_area(0.99) == (0, 5)
    assert peaked.to_frame()["volume"].tolist() == peaked.volume.tolist()


def test_funding_names_its_extremes_and_who_pays() -> None:
    prices = [(p, p, p, p) for p in np.linspace(100, 119, 20).tolist()]

    def found(rates: list[float]) -> Any:
        funding = pd.DataFrame({"funding_rate": rates}, index=candles_of(prices, "8h").index)
        market = market_of(prices, "8h", funding=funding)
        return references_of(market.until(market.time[-1]), int(market.time[-1]))

    rates = [0.0001] * 20
    rates[5], rates[12], rates[-1] = 0.0005, -0.0002, 0.0009
    seen = found(rates)
    # A rate at the open of candle n stands beside the close of the one before.
    assert named(seen.levels, "funding") == {
        "price at the highest funding (+0.0900%)": 118.0,
        "price at the lowest funding (-0.0200%)": 111.0,
    }
    state = next(one for one in seen.states if one.kind == "funding")
    assert (state.extreme, state.side, state.value) == (True, Side.LONG, pytest.approx(0.09))
    rates[-1] = -0.001
    state = next(one for one in found(rates).states if one.kind == "funding")
    assert (state.extreme, state.side) == (True, Side.SHORT)
    rates[-1] = 0.0001
    assert not next(one for one in found(rates).states if one.kind == "funding").extreme
    constant = found([0.0001] * 20)
    assert not named(constant.levels, "funding")
    assert [one for one in constant.states if one.kind == "funding"] == []


def test_open_interest_names_where_it_rose_and_fell_most() -> None:
    prices = [(p, p, p, p) for p in np.linspace(100, 179, 80).tolist()]
    values = [1000.0] * 81
    values[31:] = [1300.0] * 50
    values[51:] = [1100.0] * 30
    values[80] = 1900.0
    market = market_of(prices, open_interest=interest_of(values, "1h"))
    found = references_of(market, int(market.close_time[-1]))
    assert named(found.levels, "open interest") == {
        "largest rise of open interest in 1h (+72.7%)": 179.0,
        "largest fall of open interest in 1h (-15.4%)": 150.0,
    }
    state = next(one for one in found.states if one.kind == "open interest")
    assert state.value == pytest.approx(100 * (1900 / 1100 - 1))
    assert state.extreme
    unknown = references_of(market_of(prices), int(market.close_time[-1]))
    assert "open interest" not in kinds_of(unknown)


def patterns(prices: list[Candle], volume: list[float] | float = 10.0) -> list[tuple[str, float, Side | None]]:
    market = market_of(prices, volume=volume)
    found: list[ReferenceLevel] = list(candle_patterns(market, 0, ReferenceRules(before=4)))
    return [(one.name, one.price, one.side) for one in found]


QUIET: list[Candle] = [(100.0, 100.4, 99.6, 100.0)] * 5


def test_patterns_by_hand_and_turned_round() -> None:
    hammer = (100.0, 100.3, 96.0, 99.9)
    assert patterns([*QUIET, hammer]) == [("bullish rejection", 96.0, Side.LONG)]
    star = (100.0, 104.0, 99.7, 100.1)
    assert patterns([*QUIET, star]) == [("bearish rejection", 104.0, Side.SHORT)]
    # A body of half the wick or more, or a candle as short as those before, is none.
    assert patterns([*QUIET, (100.0, 100.3, 96.0, 98.0)]) == []
    assert patterns([*QUIET, (100.0, 100.05, 99.5, 100.0)]) == []
    engulfing: list[Candle] = [(100.0, 100.1, 98.9, 99.0), (99.0, 101.2, 98.5, 101.0)]
    assert patterns([*QUIET, *engulfing]) == [("bullish engulfing", 98.5, Side.LONG)]
    turned = [(200 - o, 200 - low, 200 - high, 200 - c) for o, high, low, c in [*QUIET, *engulfing]]
    assert patterns(turned) == [("bearish engulfing", 101.5, Side.SHORT)]
    breakout = [*QUIET, (100.0, 102.0, 99.9, 101.9)]
    assert patterns(breakout, [10.0] * 5 + [20.0]) == [("bullish breakout", 100.4, Side.LONG)]
    assert patterns(breakout, [10.0] * 5 + [19.0]) == []
    fall = [*QUIET, (100.0, 100.1, 98.0, 98.1)]
    assert patterns(fall, [10.0] * 5 + [30.0]) == [("bearish breakout", 99.6, Side.SHORT)]


# ------------------------------------------------------------------ laws


@laws
@given(frames(most=60))
def test_volume_at_price_sums_to_volume(made: Frames) -> None:
    market = made.market()
    found = VolumeAtPrice.of(market)
    assert found.volume.sum() == pytest.approx(float(np.nan_to_num(market.volume).sum()))
    assert (found.volume >= 0).all()
    assert found.edges[0] == pytest.approx(market.low.min())
    assert found.edges[-1] >= market.high.max() * (1 - 1e-12)


@laws
@given(stories())
def test_what_comes_later_changes_no_reference(story: Story) -> None:
    names = story.seen().names
    ledger = estimate(story.known())
    if ledger.only(names).leading(story.at) is None:
        return
    for venue in (None, names[0]):
        before = refused(ledger, story.known(), story.at, venue)
        for futures in (story.markets, story.otherwise()):
            again = refused(
                estimate(futures).only(names), [one for one in futures if one.venue in names], story.at, venue
            )
            assert again == before


def refused(ledger: Any, markets: Any, at: int, venue: str | None) -> Any:
    try:
        found = reference_levels(ledger, markets, at, venue=venue)
    except DataError as error:
        return str(error)
    return content((found.levels, found.states, found.venue))


@laws
@given(st.integers(0, 1000), st.sampled_from((1e-9, 1000.0)))
def test_prices_of_another_scale_give_the_same_references(seed: int, factor: float) -> None:
    made = walk(seed, 400, "15m")
    one, other = made.market(), made.scaled(factor, 1.0).market()
    first, second = reference_levels(one), reference_levels(other)
    # Levels of one price to rounding may change places.
    mine, theirs = (sorted(found.levels, key=lambda level: (level.kind, level.price)) for found in (first, second))
    assert [level.kind for level in mine] == [level.kind for level in theirs]
    assert [level.price * factor for level in mine] == pytest.approx([level.price for level in theirs])
    assert [(state.name, state.extreme) for state in first.states] == [
        (state.name, state.extreme) for state in second.states
    ]
    assert {"volume at price", "previous day", "vwap", "moving average", "momentum"} <= kinds_of(first)


@pytest.mark.parametrize("timeframe", ["1m", "7m", "4h", "1d", "1w"])
def test_any_length_of_candles_serves(timeframe: str) -> None:
    market = walk(3, 90, timeframe).market()
    found = reference_levels(market)
    assert {one.kind for one in found.levels} <= set(KINDS)
    frame = found.to_frame()
    assert len(frame) == len(found.levels)
    assert frame["price"].is_monotonic_increasing
    assert (frame["formula"].str.len() > 0).all()
    nearest = frame["price"].iloc[int(frame["distance_pct"].abs().argmin())]
    assert (frame["time"].dropna() <= pd.Timestamp(market.close_time[-1], tz="UTC")).all()
    assert len(found.overlays()) == len(found.levels)
    page = found._repr_html_()
    assert "ReferenceLevels(" in page
    assert f"<td>{plain_price(nearest)}</td>" in page


# ------------------------------------------------------------------ doors


def test_the_venue_that_leads_speaks_unless_one_is_named() -> None:
    small = walk(1, 60).market(venue="okx")
    large = replace(walk(1, 60, price=101.0).market(), interest=small.interest * 9)
    assert reference_levels([small, large]).venue == "binance"
    ledger = estimate([small, large])
    assert reference_levels(ledger, [small, large], venue="okx").venue == "okx"
    assert reference_levels(ledger, small).venue == "okx"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"at": "2025-01-01"}, "Expected a"),
        ({"venue": "nowhere"}, "venue as one of binance"),
        ({"anchors": ["soon"]}, "as a time"),
        ({"rules": {"rsi": 14}}, "ReferenceRules"),
    ],
)
def test_what_cannot_be_used_is_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(DataError, match=said):
        reference_levels(walk(1, 30).market(), **options)


@pytest.mark.parametrize(
    "rules",
    [{"days": 0}, {"days": float("nan")}, {"swing": 1.5}, {"rsi": True}, {"simple": [50]}, {"simple": (1,)},
     {"candle": "soon"}, {"candle": None}, {"value_area": 1}, {"oversold": 50, "overbought": 50}, {"days": "30"}],
)  # fmt: skip
def test_rules_that_nothing_can_be_reckoned_by_are_refused(rules: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="Expected"):
        ReferenceRules(**rules)


def test_a_ledger_alone_holds_no_volume() -> None:
    market = walk(1, 30).market()
    with pytest.raises(DataError, match="Expected the markets beside the ledger"):
        reference_levels(estimate(market))
    for given_markets in (3, [3], []):
        with pytest.raises(DataError, match="one MarketData per venue"):
            reference_levels(given_markets)  # type: ignore[arg-type]
    with pytest.raises(DataError, match="Expected markets of BTC"):
        reference_levels(estimate(market), walk(1, 30).market(symbol="ETH"))
    with pytest.raises(DataError, match="Expected a Ledger before the markets"):
        reference_levels(market, market)
