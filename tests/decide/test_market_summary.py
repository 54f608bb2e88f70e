"""One market in one line says what clusters and profile say, and depends on nothing later."""

from __future__ import annotations

import functools
import math

import pandas as pd
import pytest

from liqwidget import (
    Ledger,
    MarketData,
    MarketSummary,
    NearCluster,
    Side,
    estimate,
    find_clusters,
    market_summary,
    profile,
)
from liqwidget.domain.time import DAY, timestamp
from tests.markets import walk

NEAR = NearCluster("long-1", 90.0, 91.0, 91.0, 5e6, 1e6, 50.0)
SUMMARY = MarketSummary("BTC", "USD", "USD", 0, 100.0, 80.0, NEAR, None, ("binance",))


def test_distances_are_to_the_near_edge_and_none_inside() -> None:
    assert NEAR.distance_pct(100.0) == pytest.approx(-9.0)
    assert NEAR.distance_pct(90.5) == 0.0
    assert NEAR.distance_pct(89.0) == pytest.approx(100 * (90 / 89 - 1))


def test_a_newer_price_moves_distances_and_says_when_a_cluster_is_reached() -> None:
    assert SUMMARY.change_24h_pct == pytest.approx(25.0)
    assert not SUMMARY.crossed()
    nearer = SUMMARY.at_price(91.0, 5)
    assert nearer.crossed()
    assert (nearer.price, nearer.time, nearer.below) == (91.0, 5, NEAR)
    assert SUMMARY.at_price(99.0, -5).time == 0


def test_a_row_says_what_is_not_known_as_nan() -> None:
    row = SUMMARY.row()
    assert row["below_size"] == 5e6
    assert row["below_size_change_24h"] == 1e6
    assert all(math.isnan(row[f"above_{name}"]) for name in ("price", "distance_pct", "size", "size_change_24h"))
    assert row["last_time"] == pd.Timestamp(0, tz="UTC")


@functools.cache
def made(rows: int = 500) -> Ledger:
    """Return the ledger of the first rows of a market of 5-minute candles."""
    known = walk(4, 500)
    assert known.open_interest is not None
    candles, interest = known.candles.iloc[:rows], known.open_interest.iloc[: rows + 1]
    return estimate(MarketData.from_frames(candles, interest, symbol="BTC", venue="okx"))


def test_it_says_what_clusters_and_profile_say() -> None:
    ledger = made()
    found, summary = find_clusters(ledger), market_summary(ledger)
    below = max((one for one in found if one.side is Side.LONG), key=lambda one: one.near_edge)
    assert summary.below is not None
    assert (summary.below.id, summary.below.size) == (below.id, below.size)
    stood = profile(ledger, [below.price_low, below.price_high], timestamp(ledger.end - DAY)).long[0]
    assert summary.below.size_change == pytest.approx(below.size - stood)
    assert summary.price == ledger.last_price()
    assert summary.day_before == ledger.last_price(ledger.end - DAY)
    assert market_summary(ledger, clusters=found) == summary


def test_what_comes_later_changes_nothing() -> None:
    early = made(400)
    assert market_summary(made(), timestamp(early.end)) == market_summary(early)


def test_within_the_first_day_nothing_is_said_of_a_day_before() -> None:
    summary = market_summary(made(200))
    assert summary.below is not None
    assert math.isnan(summary.day_before)
    assert math.isnan(summary.below.size_change)
    assert math.isnan(summary.row()["change_24h_pct"])
