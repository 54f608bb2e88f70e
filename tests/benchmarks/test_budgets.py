"""The budgets of speed that concern Python, measured by `make bench`: medians on this machine, not pass or fail."""

from __future__ import annotations

import subprocess
import sys
import time
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from liqwidget import LiqHeatmap, MarketData, Viewport, advance, estimate, find_clusters, rasterise
from liqwidget.domain.time import DAY, MINUTE
from liqwidget.estimate.estimator import Rules, estimated
from liqwidget.field.density import Prior
from liqwidget.raster.quantise import quantise
from liqwidget.study.levels import levels
from liqwidget.study.profile import profile
from tests.benchmarks.copies import LEVEL, MADE_ROW, READ_ROW, beside_copy, seen_bytes, standing_bytes
from tests.benchmarks.peak import peak_megabytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_benchmark.fixture import BenchmarkFixture

    from liqwidget import Ledger

pytestmark = pytest.mark.benchmark

OWN = Prior.parse("effective")


@cache
def walk(minutes: int, days: int) -> MarketData:
    """Return a fat-tailed random walk with the volatility of BTC and wandering open interest."""
    count = days * 1440 // minutes
    random = np.random.default_rng(0)
    close = 60_000 * np.exp(np.cumsum(random.standard_t(4, count) * 0.0004 * np.sqrt(minutes)))
    opens = np.append(60_000, close[:-1])
    wick = 1 + np.abs(random.normal(0, 0.0003 * np.sqrt(minutes), (2, count)))
    times = pd.date_range("2025-01-01", periods=count + 1, freq=f"{minutes}min", tz="UTC")
    candles = pd.DataFrame(
        {
            "open": opens,
            "high": np.maximum(opens, close) * wick[0],
            "low": np.minimum(opens, close) / wick[1],
            "close": close,
            "volume": random.gamma(2, 50, count),
        },
        index=times[:-1],
    )
    interest = 80_000 * np.exp(np.cumsum(random.normal(0, 0.0005, count + 1)))
    return MarketData.from_frames(candles, pd.DataFrame({"open_interest": interest}, index=times))


@cache
def ledger(minutes: int, days: int) -> Ledger:
    return estimate(walk(minutes, days))


def view(of: Ledger, days: int) -> Viewport:
    """Return the last days in 1200 x 600 pixels, with room above and below price."""
    part, end = of.venues[0], of.end
    inside = part.time > end - days * DAY
    return Viewport(
        (end - days * DAY, end), (part.inputs.low[inside].min() * 0.95, part.inputs.high[inside].max() * 1.05)
    )


def processor_seconds(call: Callable[[], object]) -> float:
    """Return the processor time of a call [s]."""
    start = time.process_time()
    call()
    return time.process_time() - start


def test_import(benchmark: BenchmarkFixture) -> None:
    """Budget 0.6 s."""
    benchmark.pedantic(
        subprocess.run, ([sys.executable, "-c", "import liqwidget"],), {"check": True}, rounds=5, warmup_rounds=1
    )


def test_estimate_30_days_of_5m(benchmark: BenchmarkFixture) -> None:
    """The budget is 60 ms for one prior; this is two, amounts and heat."""
    market = walk(5, 30)
    estimate(market)
    benchmark(estimate, market)
    beside_copy(benchmark, 2 * len(market.time) * MADE_ROW)


def test_one_forward_pass_of_30_days_of_5m(benchmark: BenchmarkFixture) -> None:
    """Budget 60 ms."""
    market = walk(5, 30)
    estimated(market, OWN, Rules())
    benchmark(estimated, market, OWN, Rules())
    beside_copy(benchmark, len(market.time) * MADE_ROW)


def test_one_forward_pass_of_a_year_of_1m(benchmark: BenchmarkFixture) -> None:
    """Budget 3 s and 500 MB at peak, the market's own arrays not counted."""
    market = walk(1, 365)
    benchmark.extra_info["peak_mb"] = peak_megabytes(lambda: estimated(market, OWN, Rules()))
    benchmark.pedantic(estimated, (market, OWN, Rules()), rounds=3)
    beside_copy(benchmark, len(market.time) * MADE_ROW)


def test_estimate_a_year_of_1m(benchmark: BenchmarkFixture) -> None:
    """Both ledgers: at most twice the time and memory of one pass, taken in turns."""
    market = walk(1, 365)
    one = partial(estimated, market, OWN, Rules())
    turns = [(processor_seconds(one), processor_seconds(partial(estimate, market))) for _ in range(3)]
    benchmark.extra_info["times_one_pass"] = round(float(np.median([both / alone for alone, both in turns])), 2)
    peaks = peak_megabytes(one), peak_megabytes(lambda: estimate(market))
    benchmark.extra_info |= {"peak_mb": peaks[1], "times_its_memory": round(peaks[1] / peaks[0], 2)}
    benchmark.pedantic(estimate, (market,), rounds=1)


@pytest.mark.parametrize(
    ("minutes", "history", "days"),
    [(5, 60, 7), (1, 365, 7), (1, 365, 365)],
    ids=["week-of-5m", "week-of-year-of-1m", "year-of-1m"],
)
@pytest.mark.parametrize("measure", ["size", "expected", "heat"])
def test_raster(benchmark: BenchmarkFixture, minutes: int, history: int, days: int, measure: str) -> None:
    """Budget 15 ms for a week of 5m candles, 20 ms with a year of 1m candles behind it."""
    source = ledger(minutes, history)
    viewport = view(source, days)
    rasterise(source, viewport, measure)
    benchmark(rasterise, source, viewport, measure)
    beside_copy(benchmark, seen_bytes(source.venues[0], viewport))


def test_quantise(benchmark: BenchmarkFixture) -> None:
    """Part of each repaint."""
    source = ledger(5, 60)
    grid = rasterise(source, view(source, 7))
    benchmark(quantise, grid)
    beside_copy(benchmark, grid.long.nbytes + grid.short.nbytes + grid.long.size)


@pytest.mark.parametrize(("minutes", "history"), [(5, 30), (1, 365)], ids=["month-of-5m", "year-of-1m"])
def test_clusters(benchmark: BenchmarkFixture, minutes: int, history: int) -> None:
    """Budget 10 ms, the same whatever the history."""
    source = ledger(minutes, history)
    find_clusters(source)
    benchmark(find_clusters, source)
    beside_copy(benchmark, standing_bytes(source.venues[0]))


@pytest.mark.parametrize(("minutes", "history"), [(5, 30), (1, 365)], ids=["month-of-5m", "year-of-1m"])
def test_profile(benchmark: BenchmarkFixture, minutes: int, history: int) -> None:
    """The same whatever the history."""
    source = ledger(minutes, history)
    edges = np.geomspace(*view(source, 7).price, 400)
    profile(source, edges)
    benchmark(profile, source, edges)
    beside_copy(benchmark, standing_bytes(source.venues[0]))


@pytest.mark.parametrize(("minutes", "history"), [(5, 30), (1, 365)], ids=["month-of-5m", "year-of-1m"])
def test_levels(benchmark: BenchmarkFixture, minutes: int, history: int) -> None:
    """Budget 1.5 s for a year of 1m candles."""
    source = ledger(minutes, history)
    levels(source)
    benchmark.pedantic(levels, (source,), rounds=3)
    beside_copy(benchmark, len(source.venues[0].time) * READ_ROW + len(levels(source)) * LEVEL)


@pytest.mark.parametrize(("minutes", "history"), [(5, 30), (1, 365)], ids=["month-of-5m", "year-of-1m"])
def test_a_live_candle(benchmark: BenchmarkFixture, minutes: int, history: int) -> None:
    """Budget 3 ms: the ledger advanced and the picture's new column ready."""
    market = walk(minutes, history)
    before, newest = market.time[-1], market.since(market.time[-1])
    known = estimate(market.until(before))
    end, prices = int(market.close_time[-1]), view(ledger(minutes, history), 7).price

    def live() -> None:
        rasterise(advance(known, newest), Viewport((end - minutes * MINUTE, end), prices, 1, 600))

    live()
    benchmark(live)
    beside_copy(benchmark, MADE_ROW + standing_bytes(known.venues[0]) + 2 * 4 * 600)


def test_a_heatmap_of_the_sample(benchmark: BenchmarkFixture) -> None:
    """Part of the 3 s to a painted figure."""
    LiqHeatmap("BTC", source="sample")
    benchmark.pedantic(LiqHeatmap, ("BTC", "sample"), rounds=5)
