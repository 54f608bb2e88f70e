"""Nulls and naive maps: their laws, one by hand, and the scorer's own beside the recorded markets."""

from __future__ import annotations

import itertools
import warnings
from functools import cache
from typing import TYPE_CHECKING
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget.domain.lattice import cell_edge
from liqwidget.domain.time import HOUR
from liqwidget.errors import DataError
from liqwidget.trust.naive import LEADER, METHODS, MOVE, THE_MAP, Method, _leader, mean_moves, steps, value
from liqwidget.trust.naive_walk import GRID, places
from tests.accuracy.recorded_truth import hyperliquid_hourly
from tests.accuracy.scorer import data as recordings
from tests.accuracy.scorer import scorer
from tests.ledgers import edges_of, traded_cells, unheated
from tests.markets import Frames, candles_of, interest_of, two_venues, walk
from tests.recorded import needs_recordings

if TYPE_CHECKING:
    from liqwidget.domain.ledger import Ledger

SEEDS = st.integers(0, 10_000)
MAPS = [method for method in METHODS if method.standing is not None]
WALKED = [method for method in METHODS if method.name.startswith(("open interest", "turnover", "market leader"))]


def named(method: Method) -> str:
    return method.name


@cache
def recorded_ledger() -> Ledger:
    return unheated(hyperliquid_hourly("ETH"))


def hours(ledger: Ledger, before: int = 2) -> np.ndarray:
    return np.arange(ledger.start - before * HOUR, ledger.end + HOUR, HOUR)


@settings(deadline=None)
@given(seed=SEEDS, gaps=st.booleans())
def test_steps_are_what_the_candles_did(seed: int, *, gaps: bool) -> None:
    ledger = unheated(walk(seed, 150, gaps=gaps).market())
    part = ledger.venues[0]
    times = hours(ledger)
    done = steps(part, times)
    low, high, close = part.coordinates
    for step, (start, end) in enumerate(itertools.pairwise(times)):
        rows = np.flatnonzero((part.known > start) & (part.known <= end))
        before = np.flatnonzero(part.known <= start)
        if len(before) < 2:
            assert done.row[step] == -1
            assert not done.moves[:, step].any()
            continue
        assert done.row[step] == before[-1]
        assert done.start[step] == close[before[-1]]
        assert done.low[step] == min([close[before[-1]], *low[rows]])
        assert done.high[step] == max([close[before[-1]], *high[rows]])
        assert done.volume[step] == pytest.approx(np.nansum(part.inputs.volume[rows]))


@pytest.mark.parametrize("method", MAPS, ids=named)
@settings(deadline=None, max_examples=8)
@given(seed=SEEDS, gaps=st.booleans())
def test_what_is_swept_is_what_stood_in_reach(method: Method, seed: int, *, gaps: bool) -> None:
    ledger = unheated(walk(seed, 150, gaps=gaps).market())
    times = hours(ledger)
    done = steps(ledger.venues[0], times)
    swept = method.swept(ledger, times)
    assert method.standing is not None
    for step in range(0, len(times) - 1, 3):
        reach = np.array([done.low[step], done.start[step], done.high[step]])
        low, below, above, high = reach[[0, 1, 1, 2]]
        edges = [cell_edge(np.array(pair)) for pair in ([low, below], [above, high])]
        if method in WALKED:
            low, below, above, high = places(np.array([low, below, above, high]))
            whole = np.floor([low, below + 1, above, high + 1])
            edges = [np.exp(pair * GRID) for pair in (whole[:2], whole[2:])]
        for side, pair in enumerate(edges):
            stood = method.standing(ledger, times[step : step + 1], pair * [1, 1 + 1e-12])
            assert swept[side, step] == pytest.approx(stood[side, 0, 0], rel=1e-6, abs=1e-3)


@pytest.mark.parametrize("method", METHODS, ids=named)
@settings(deadline=None, max_examples=8)
@given(seed=SEEDS)
def test_what_comes_later_changes_nothing_before(method: Method, seed: int) -> None:
    market = walk(seed, 200).market()
    short, long = unheated(market.until(market.close_time[120])), unheated(market)
    times = np.arange(short.start, short.end + 1, HOUR // 4)
    np.testing.assert_allclose(method.swept(short, times), method.swept(long, times), rtol=1e-9, atol=1e-6)
    if method.standing is not None:
        edges = edges_of(traded_cells(long)[::7])
        early, late = (method.standing(ledger, times, edges) for ledger in (short, long))
        np.testing.assert_allclose(early, late, rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("method", MAPS, ids=named)
def test_venues_add(method: Method) -> None:
    markets = two_venues(4, 200)
    both = unheated(markets)
    times = hours(both)
    edges = edges_of(traded_cells(both)[::5])
    assert method.swept(both, times) == pytest.approx(sum(method.swept(unheated(part), times) for part in markets))
    assert method.standing is not None
    parts = [method.standing(unheated(part), times, edges) for part in markets]
    whole = method.standing(both, times, edges)
    np.testing.assert_allclose(whole, parts[0] + parts[1], rtol=1e-9, equal_nan=False)


@pytest.mark.parametrize("method", WALKED, ids=named)
@settings(deadline=None, max_examples=3)
@given(seed=SEEDS)
def test_interpreted_is_compiled(method: Method, seed: int) -> None:
    ledger = unheated(walk(seed, 60).market())
    times = hours(ledger)
    fast = method.swept(ledger, times)
    with mock.patch("liqwidget.trust.naive_walk.compiled", lambda function: function):
        assert method.swept(ledger, times) == pytest.approx(fast)


@pytest.mark.parametrize("method", [method for method in WALKED if "turnover" in method.name], ids=named)
def test_turnover_is_scaled_to_open_interest(method: Method) -> None:
    ledger = unheated(walk(8, 300).market())
    times = hours(ledger)[6:]
    assert method.standing is not None
    stood = method.standing(ledger, times, 100 * np.exp(np.linspace(-1.5, 1.5, 300)))
    part = ledger.venues[0]
    assert stood.sum(axis=1) == pytest.approx(np.tile(value(part, part.row_at(times)), (2, 1)))


def test_moves_of_venues_are_weighted_by_what_they_hold() -> None:
    markets = two_venues(5, 200)
    both = unheated(markets)
    times = hours(both)
    apart = [steps(part, times) for part in both]
    weights = np.array([value(part, done.row) for part, done in zip(both, apart, strict=True)])
    wanted = sum(weight * done.moves for weight, done in zip(weights, apart, strict=True))
    assert mean_moves(both, times) * weights.sum(axis=0) == pytest.approx(wanted)


def test_a_rise_of_open_interest_is_seeded_on_the_side_of_its_candle() -> None:
    """One candle up from 100 to 110 with 50 more contracts, then quiet."""
    candles = candles_of([(100, 100, 100, 100), (100, 110, 100, 110), (110, 110, 110, 110)])
    ledger = unheated(Frames(candles, interest_of([100, 100, 150, 150]), "5m").market())
    method = next(one for one in METHODS if one.name == "open interest increase")
    assert method.standing is not None
    edges = np.sort([110 * (1 - 1 / leverage + 0.004 + shift) for leverage in (5, 10, 25, 50, 100)
                     for shift in (-0.002, 0.002)])  # fmt: skip
    stood = method.standing(ledger, np.array([ledger.end]), edges)
    assert stood[0, ::2, 0] == pytest.approx(50 * 110 * np.array([0.15, 0.30, 0.25, 0.20, 0.10]))
    assert not stood[0, 1::2].any()
    assert not stood[1].any()


def test_price_sweeps_the_levels_that_it_reaches() -> None:
    """Up to 110 with 50 more contracts, then a wick to 98: of the levels at 5 to 100x only that of 5x is left."""
    candles = candles_of([(100, 100, 100, 100), (100, 110, 100, 110), (110, 110, 98, 110)])
    ledger = unheated(Frames(candles, interest_of([100, 100, 150, 150]), "5m").market())
    method = next(one for one in METHODS if one.name == "open interest increase")
    assert method.standing is not None
    stood = method.standing(ledger, np.array([ledger.end]), np.array([50.0, 98.0, 200.0]))
    assert stood[:, :, 0] == pytest.approx(np.array([[50 * 110 * 0.15, 0], [0, 0]]))
    swept = method.swept(ledger, ledger.venues[0].time[-2:])
    assert swept[:, 0] == pytest.approx([50 * 110 * 0.85, 0])


def leaders(opened: list[float], minutes: int = 5) -> Ledger:
    """Return a market at 100, then a candle from 100 over 104 and 98 to 102, with open interest by close."""
    prices = [(100.0, 100.0, 100.0, 100.0)] * (len(opened) - 2) + [(100.0, 104.0, 98.0, 102.0)]
    step = f"{minutes}m"
    return unheated(Frames(candles_of(prices, step), interest_of(opened, step), step).market())


def test_the_market_leader_deposits_the_largest_rise_in_ten_at_the_mean_of_a_candle() -> None:
    """Twenty candles without a rise, then one of 50 at (100 + 104 + 98 + 102) / 4 = 101; 25x is 6.4 times 26x."""
    ledger = leaders([1000.0] * 21 + [1050.0])
    assert LEADER.standing is not None

    def stood(side: int, leverage: int) -> float:
        price = 101 * (1 + (2 * side - 1) / leverage)
        edges = price * np.array([1 - 0.003, 1 + 0.003])
        assert LEADER.standing is not None
        return float(LEADER.standing(ledger, np.array([ledger.end]), edges)[side, 0, 0])

    weights = [leverage if leverage <= 25 else 1.2 * np.log(leverage) for leverage in range(1, 126)]
    for side in range(2):
        assert stood(side, 10) == pytest.approx(50 * 101 * 10 / sum(weights))
        assert stood(side, 10) / stood(side, 5) == pytest.approx(2)
    assert 25 / (1.2 * np.log(26)) == pytest.approx(6.4, abs=0.01)
    whole = LEADER.standing(ledger, np.array([ledger.end]), np.array([1.0, 1000.0]))[:, 0, 0]
    # A long of 1x has no level.
    assert whole == pytest.approx(50 * 101 * np.array([1 - 1 / sum(weights), 1]))


def test_about_a_tenth_of_the_candles_deposit_for_the_market_leader() -> None:
    part = unheated(walk(3, 900).market()).venues[0]
    found = _leader(part).amounts[:, 0]
    rise = np.diff(part.open_interest, prepend=part.open_interest[0])
    assert 0.07 < (found > 0).mean() < 0.13
    assert rise[found > 0].min() > np.quantile(rise, 0.7)


def test_the_market_leader_starts_empty_and_nothing_fades() -> None:
    early = leaders([1000.0] * 12)
    assert LEADER.standing is not None
    assert not LEADER.standing(early, np.array([early.end]), np.array([1.0, 1000.0])).any()
    candles = [(100.0, 100.0, 100.0, 100.0)] * 300
    opened = [1000.0] * 10 + [1010.0] * 291
    ledger = unheated(Frames(candles_of(candles), interest_of(opened), "5m").market())
    times = ledger.venues[0].time[[9, 10, 300]]
    before, then, later = LEADER.standing(ledger, times, np.array([1.0, 1000.0]))[1, 0]
    assert before == 0
    assert then == later == pytest.approx(10 * 100)


def test_price_darkens_the_market_leaders_rows() -> None:
    """After a deposit at 100, a fall to 91 sweeps every long of 12x and more (100 x 11/12 = 91.7) and no short."""
    prices = [(100.0, 100.0, 100.0, 100.0)] * 12 + [(100.0, 100.0, 91.0, 91.0)]
    opened = [1000.0] * 12 + [1010.0] * 2
    ledger = unheated(Frames(candles_of(prices), interest_of(opened), "5m").market())
    times = ledger.venues[0].time[-2:]
    assert LEADER.standing is not None
    edges = np.array([1.0, 91.0 * 0.9995, 99.9, 1000.0])
    stood, left = LEADER.standing(ledger, times, edges)[0].T
    weights = [leverage if leverage <= 25 else 1.2 * np.log(leverage) for leverage in range(1, 126)]
    assert left[0] == stood[0] == pytest.approx(1000 * sum(weights[1:11]) / sum(weights))
    assert left[1] == 0
    assert LEADER.swept(ledger, times)[:, 0] == pytest.approx([stood[1] + stood[2], 0])


def test_five_candles_of_a_minute_are_one_of_the_market_leaders() -> None:
    market = walk(11, 600, timeframe="1m").market()
    fine, coarse = unheated(market), unheated(market.coarser("5m"))
    times = coarse.venues[0].time[1:] + 0
    assert LEADER.standing is not None
    edges = edges_of(traded_cells(coarse)[::5])
    one, five = (LEADER.standing(ledger, times[-5:], edges) for ledger in (fine, coarse))
    assert one.sum() == pytest.approx(five.sum(), rel=0.05)


def test_turnover_fades_with_its_half_lives() -> None:
    """Five days after the only trades, 10x has lost a half and 100x all but one part in 1,024."""
    candles = candles_of([(100, 100, 100, 100)] * 6, "1d", [10.0, 0, 0, 0, 0, 0])
    ledger = unheated(Frames(candles, interest_of([100.0] * 7, "1d"), "1d").market())
    method = next(one for one in METHODS if one.name == "turnover, 10-100x")
    assert method.standing is not None
    near, far = (
        method.standing(ledger, np.array([ledger.end]), np.array([price - 0.3, price + 0.3]))[0, 0, 0]
        for price in (99.0, 90.0)
    )
    assert near / far == pytest.approx((0.7 / 1024) / (0.03 / 2))


def test_nulls_spread_open_interest_around_the_last_close() -> None:
    ledger = unheated(Frames(candles_of([(100, 100, 100, 100)] * 3), interest_of([7.0] * 4), "5m").market())
    uniform, distance = METHODS[:2]
    at = np.array([ledger.end])
    assert uniform.standing is not None
    assert distance.standing is not None
    assert uniform.standing(ledger, at, 100 * np.exp([-2, -1, -0.1, 0, 0.2]))[:, :, 0] == pytest.approx(
        700 * np.array([[0, 0.9, 0.1, 0], [0, 0, 0, 0.2]])
    )
    half = 1 / 2.2
    stood = distance.standing(ledger, at, 100 * np.array([1e-9, 1 - half, 1, 1 + half, 1e9]))
    assert stood[:, :, 0] == pytest.approx(700 * np.array([[0.5 - 0.215, 0.5, 0, 0], [0, 0, 0.5, 0.5]]), rel=1e-3)


def test_times_must_increase() -> None:
    with pytest.raises(DataError, match="increasing times"):
        mean_moves(unheated(walk(3, 50).market()), np.array([5]))


def test_the_move_has_no_map() -> None:
    assert MOVE.standing is None
    assert not MOVE.sized
    assert THE_MAP.sized


@pytest.mark.slow
@needs_recordings
@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("uniform", "null_uniform"),
        ("distance only", "null_distance_wide"),
        ("open interest increase", "naive_doi"),
        ("turnover, 10-100x", "liqmap_style"),
        ("turnover, 3-25x", "liqmap_swing"),
    ],
)
def test_definitions_are_those_of_the_scorer(name: str, theirs: str) -> None:
    tools = scorer()
    data = recordings().hl1h("ETH")
    times = np.array([pd.Timestamp("2025-12-20", tz="UTC").value])
    edges = tools.grid_edges(data, times // 1_000_000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wanted = np.stack(getattr(tools, theirs)(data, times // 1_000_000, edges))[:, 0]
    method = next(one for one in METHODS if one.name == name)
    assert method.standing is not None
    found = method.standing(recorded_ledger(), times, edges)[:, :, 0]
    assert found.sum(axis=1) == pytest.approx(wanted.sum(axis=1), rel=1e-3)
    assert np.abs(found - wanted).sum() / wanted.sum() < 1e-3
