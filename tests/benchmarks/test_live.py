"""What one message of a live feed costs: from the candles to the newest column, and how many are taken a second."""

from __future__ import annotations

import itertools
import sys
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from liqwidget import LiqHeatmap
from liqwidget.domain.time import MILLISECOND, MINUTE
from tests.benchmarks.test_budgets import walk
from tests.fake_feed import FakeFeed, asked

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_benchmark.fixture import BenchmarkFixture

pytestmark = pytest.mark.benchmark

RUN_SECONDS = 5.0


def feed_of(venues: int, days: int = 30) -> FakeFeed:
    """Return a feed of so many venues with 5m candles, an hour before its end."""
    market = walk(5, days)
    markets = [replace(market, venue=name) for name in ("binance", "bybit", "okx")[:venues]]
    return FakeFeed(markets, int(market.time[-13]))


def test_a_live_candle_of_one_venue_to_its_column(benchmark: BenchmarkFixture) -> None:
    """The ledger advanced and the picture's new column ready: budget 3 ms."""
    feed = feed_of(1)
    heatmap = LiqHeatmap("BTC", source=feed.markets, window="24h")
    settings = heatmap._settings()
    price = heatmap._display.session.fitted(settings, heatmap._display.session.window(settings))
    times = (feed.ledger.end + second * 100 * MILLISECOND for second in itertools.count(1))

    def candle() -> None:
        heatmap._take(feed.at(next(times)))
        session = heatmap._display.session
        column = session.closed / MILLISECOND, session.ledger.end / MILLISECOND
        session.frame(settings, column, price, 4, 600)

    benchmark.pedantic(candle, rounds=200, warmup_rounds=5)
    heatmap.close()


def test_updates_a_second_of_three_venues(
    capsys: pytest.CaptureFixture[str], record_property: Callable[[str, object], None]
) -> None:
    """A front end that takes each at once: budget 10 a second."""
    feed = feed_of(3)
    heatmap = LiqHeatmap("BTC", source=feed.markets, window="24h")
    start = feed.ledger.end
    shown: list[tuple[float, float]] = []

    def take(change: Any) -> None:
        shown.append((time.perf_counter(), change["new"]["time"][1]))
        heatmap._updates.delivery.taken("view", int(change["new"]["number"]))

    heatmap.observe(take, "_live")
    begun = time.perf_counter()
    lag: list[float] = []
    while (now := time.perf_counter() - begun) < RUN_SECONDS:
        heatmap._updates.offer(asked(feed.at(start + int(now * MINUTE))))
        if shown:
            lag.append(now - (shown[-1][1] * MILLISECOND - start) / MINUTE)
        threading.Event().wait(0.02)
    heatmap.close()
    sentence = f"{len(shown) / RUN_SECONDS:.1f} updates a second (budget 10), at most {max(lag):.2f} s behind"
    record_property("per_second", len(shown) / RUN_SECONDS)
    with capsys.disabled():
        sys.stdout.write(f"\nlive, 3 venues: {sentence}\n")
    assert shown
