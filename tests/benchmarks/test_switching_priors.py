"""What it takes to see the map under another leverage prior: estimated anew, drawn anew, clusters found anew."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from liqwidget import LiqHeatmap
from tests.benchmarks.test_budgets import walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_benchmark.fixture import BenchmarkFixture

pytestmark = pytest.mark.benchmark

PRIORS = ("nominal", "isolated", (4.0, 0.8), {10: 0.3, 25: 0.3, 50: 0.2}, "effective")


def switching(minutes: int, days: int) -> Callable[[], None]:
    """Return what sets the next of the priors on a heatmap of a random walk, each once done already."""
    heatmap = LiqHeatmap("BTC", source=walk(minutes, days))
    priors = itertools.cycle(PRIORS)

    def switch() -> None:
        heatmap.prior = next(priors)

    for _ in PRIORS:
        switch()
    return switch


def test_switching_the_prior_of_30_days_of_5m(benchmark: BenchmarkFixture) -> None:
    """Of it the estimate has a budget of 100 ms, the raster one of 15 ms."""
    benchmark.pedantic(switching(5, 30), rounds=20)


def test_switching_the_prior_of_a_year_of_1m(benchmark: BenchmarkFixture) -> None:
    """Of it the estimate has a budget of 3 s, the raster one of 30 ms."""
    benchmark.pedantic(switching(1, 365), rounds=5)
