"""The read-out: exact sizes of one price cell, what lies before it, and what makes it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget.errors import DataError
from liqwidget.estimate.estimator import estimate
from liqwidget.study.profile import profile
from liqwidget.study.reading import SideReading, read_out
from tests.markets import two_venues

laws = settings(max_examples=15, deadline=None)
offsets = st.floats(-0.3, 0.3)
moments = st.floats(0, 1)
groups = st.sampled_from([None, ["10-25x"], [">50x", "<3x"]])
chosen_venues = st.sampled_from([None, ["bybit"], ["bybit", "binance"]])
LEDGER = estimate(two_venues(9, 200))


@laws
@given(offsets, moments, groups, chosen_venues, st.sampled_from(["4h", "24h"]))
def test_sizes_are_the_profile_of_the_cell(
    offset: float, part: float, leverage: list[str] | None, venues: list[str] | None, horizon: str
) -> None:
    at = int(LEDGER.start + part * (LEDGER.end - LEDGER.start))
    price = 100 * np.exp(offset)
    found = read_out(LEDGER, price, at, horizon=horizon, leverage=leverage, venues=venues)
    edges = [found.price_low, found.price_high]
    assert found.price_low <= price < found.price_high
    shown: dict[str, Any] = {"leverage": leverage, "venues": venues}
    size = profile(LEDGER, edges, at, **shown)
    expected = profile(LEDGER, edges, at, measure="expected", horizon=horizon, **shown)
    last = LEDGER.only(venues).last_price(at)
    for name in ("long", "short"):
        side = getattr(found, name)
        assert side.size == pytest.approx(getattr(size, name)[0], rel=1e-9)
        assert side.expected == pytest.approx(getattr(expected, name)[0], rel=1e-9, abs=1e-9)
        if last > 0:
            between = [0.0] if price == last else getattr(profile(LEDGER, sorted((price, last)), at, **shown), name)
            assert side.cumulative == pytest.approx(between[0], rel=1e-9)
            assert found.distance_pct == pytest.approx((price / last - 1) * 100)
        else:
            assert side == SideReading()
    assert 0 <= found.chance <= 1
    heat = profile(LEDGER, edges, at, measure="heat", **shown)
    assert not last > 0 or found.heat == pytest.approx(max(heat.long[0], heat.short[0]), rel=1e-9)


@laws
@given(offsets, moments, chosen_venues)
def test_swept_is_the_last_candle_that_reached_the_cell_on_any_venue(
    offset: float, part: float, venues: list[str] | None
) -> None:
    at = int(LEDGER.start + part * (LEDGER.end - LEDGER.start))
    found = read_out(LEDGER, 100 * np.exp(offset), at, venues=venues)
    if not found.last_price > 0:
        assert found.swept is None
        return
    above = found.price >= found.last_price
    reached = []
    for market in two_venues(9, 200):
        known = (market.close_time <= at) & (venues is None or market.venue in venues)
        touches = market.high >= found.price_low if above else market.low < found.price_high
        reached += market.close_time[known & touches].tolist()
    assert found.swept == (max(reached) if reached else None)


@laws
@given(offsets, groups, chosen_venues)
def test_mixes_are_shares_of_the_cell(offset: float, leverage: list[str] | None, venues: list[str] | None) -> None:
    price = 100 * np.exp(offset)
    found = read_out(LEDGER, price, leverage=leverage, venues=venues)
    total = found.long.size + found.short.size
    assert sum(found.venue_mix.values()) == pytest.approx(1 if total > 0 else 0)
    assert sum(found.leverage_mix.values()) == pytest.approx(1 if total > 0 else 0)
    for name, share in found.venue_mix.items():
        alone = read_out(LEDGER, price, leverage=leverage, venues=[name])
        assert share * total == pytest.approx(alone.long.size + alone.short.size, rel=1e-9, abs=1e-9 * total)
    for name, share in found.leverage_mix.items():
        alone = read_out(LEDGER, price, leverage=[name], venues=venues)
        assert share * total == pytest.approx(alone.long.size + alone.short.size, rel=1e-9, abs=1e-9 * total)


def test_the_chance_falls_with_distance_and_is_one_at_the_price() -> None:
    last = LEDGER.last_price()
    chances = [read_out(LEDGER, last * part).chance for part in (1.0, 0.99, 0.97, 0.9)]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] > 0.95
    assert chances[-1] < chances[0]


def test_expected_is_size_times_chance_on_one_venue() -> None:
    alone = LEDGER.only(["binance"])
    found = read_out(alone, alone.last_price() * 0.98)
    assert found.long.size > 0
    assert found.long.expected == pytest.approx(found.long.size * found.chance, rel=2e-3)
    edges = [found.price_low, found.price_high]
    assert found.long.expected == pytest.approx(profile(alone, edges, measure="expected").long[0], rel=1e-12)


def test_before_the_first_close_nothing_stands() -> None:
    found = read_out(LEDGER, 99.0, "2020-01-01")
    assert (found.long, found.short, found.chance, found.distance_pct) == (SideReading(), SideReading(), 0.0, 0.0)
    assert found.venue_mix == {"binance": 0.0, "bybit": 0.0}
    assert len(found.leverage_mix) == 6
    assert np.isnan(found.last_price)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"price": 0.0}, "above 0"),
        ({"price": float("nan")}, "above 0"),
        ({"price": "dear"}, "above 0"),
        ({"horizon": "soon"}, "duration"),
        ({"at": "soon"}, "a time such as"),
        ({"leverage": ["1000x"]}, ">50x"),
        ({"venues": ["mtgox"]}, "binance, bybit"),
    ],
)
def test_wrong_options_are_named(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(DataError, match=words):
        read_out(LEDGER, **({"price": 99.0} | wrong))
