"""Law 1: the compiled kernels and the NumPy oracle are the same functions."""

from __future__ import annotations

import inspect
import sys
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings

from liqwidget.domain import passages
from liqwidget.domain.viewport import Viewport
from liqwidget.estimate.estimator import advance, estimate
from liqwidget.field import engine, kernels, oracle
from liqwidget.field.parts import by_group
from liqwidget.raster.grid import rasterise
from liqwidget.study.clusters import find_clusters
from liqwidget.study.levels import levels
from liqwidget.trust.uncertainty import uncertainty
from tests.ledgers import numpy_engine
from tests.markets import frames, two_venues, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from liqwidget.domain.frames import MarketData
    from liqwidget.domain.ledger import Ledger

NAMES = ("forward", "settle", "passages", "evaluate", "rows", "spread", "lives")


def alike(first: Any, second: Any) -> None:
    """State that two arrays or numbers agree to 1e-9, amounts that are sums of larger ones to 1e-12 of the largest."""
    largest = np.max(np.abs(first), initial=0.0)
    np.testing.assert_allclose(second, first, rtol=1e-9, atol=1e-12 * (largest if np.isfinite(largest) else 1.0))


def settled(given: tuple[Any, ...]) -> list[Any]:
    """Return what `forward` was given and wrote, with all that waits landed: how long it waits is not the same."""
    copies = [np.array(part) if isinstance(part, np.ndarray) else part for part in given]
    named = dict(zip(inspect.signature(oracle.forward).parameters, copies, strict=True)) | {"cells": given[11].shape[2]}
    own: list[Any] = [named[name] for name in inspect.signature(oracle.settle).parameters]
    kernels.settle(*own)
    return copies


@pytest.fixture
def both() -> Iterator[Counter[str]]:
    """Let every call of a kernel go to both, compare what they return and what they wrote, and count the calls."""
    calls: Counter[str] = Counter()

    def compared(name: str) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            calls[name] += 1
            copies = [np.array(part) if isinstance(part, np.ndarray) else part for part in given]
            ours, theirs = getattr(kernels, name)(*given), getattr(oracle, name)(*copies)
            if ours is not None:
                for one, other in zip(
                    *(part if isinstance(part, tuple) else (part,) for part in (ours, theirs)), strict=True
                ):
                    assert np.shape(one) == np.shape(other)
                    alike(one, other)
            written = (settled(given), settled(tuple(copies))) if name == "forward" else (given, copies)
            for one, other in zip(*written, strict=True):
                if isinstance(one, np.ndarray) and one.dtype == np.float64:
                    alike(one, other)
            return ours

        return call

    functions = SimpleNamespace(**{name: compared(name) for name in NAMES})
    modules = ("estimate.books", "field.evaluate", "study.levels")
    patches = [mock.patch(f"liqwidget.{module}.engine", return_value=functions) for module in modules]
    for patch in patches:
        patch.start()
    yield calls
    for patch in patches:
        patch.stop()


def looked_at(
    ledger: Ledger, *, width: int = 40, height: int = 30, shares: tuple[float, float] = (0.7, 1.4)
) -> Viewport:
    span, price = ledger.end - ledger.start, ledger.last_price()
    time = (ledger.start - span // 7, ledger.end + span // 9)
    return Viewport(time=time, price=(price * shares[0], price * shares[1]), width=width, height=height)


@pytest.mark.slow
def test_kernels_equal_the_oracle_on_random_markets(both: Counter[str]) -> None:
    """Law 1, compiled = oracle: each kernel on the arguments that the product gives it."""

    def look(market: MarketData) -> None:
        with mock.patch.object(passages, "PASSAGE_ROWS", 5):
            ledger = estimate(market)
        for measure in ("size", "expected"):
            for shares in ((0.7, 1.4), (0.999, 1.0015)):
                rasterise(ledger, looked_at(ledger, shares=shares), measure=measure, leverage=["10-25x", "<3x"])
        levels(ledger)
        by_group(ledger, ledger.end, ledger.last_price() * np.geomspace(0.7, 1.4, 9), (0, 2, 4, 5))

    @settings(max_examples=8, deadline=None)
    @given(frames(most=25))
    def holds(drawn: Any) -> None:
        look(drawn.market())

    holds()
    look(walk(7, 20, volatility=0.05).market())
    assert all(both[name] > 0 for name in NAMES)


@pytest.mark.slow
def test_kernels_equal_the_oracle_where_the_cells_must_grow(both: Counter[str]) -> None:
    ledger = estimate(walk(7, 60, volatility=0.05).market())
    assert both["forward"] > 1
    assert both["spread"] > 1
    rasterise(ledger, looked_at(ledger))


def test_kernels_equal_the_oracle_when_a_fold_goes_on(both: Counter[str]) -> None:
    market = walk(3, 80, gaps=True).market()
    cut = int(market.close_time[30])
    ledger = advance(estimate(market.until(cut)), market.since(cut))
    rasterise(ledger, looked_at(ledger, width=1))
    assert both["evaluate"] == 2


@pytest.mark.slow
def test_kernels_equal_the_oracle_after_years_of_decay(both: Counter[str]) -> None:
    """Survival underflows after 1,700 days, ten times as soon at such a churn: its logarithm's differences count."""
    ledger = estimate(walk(5, 90, "1d", volatility=0.03, volume="bursts").market(), churn=4.0)
    assert ledger.venues[0].log_survival[-1] < -300
    rasterise(ledger, looked_at(ledger, width=7))
    rasterise(ledger, looked_at(ledger, width=1))
    assert both["evaluate"] == 4


def test_kernels_are_compiled_for_one_kind_of_arrays() -> None:
    """Whether an array may be written is no reason to compile for seconds: a ledger under other assumptions is new."""
    ledger = estimate(two_venues(4, 60))
    rasterise(ledger, looked_at(ledger))
    compiled = {name: len(getattr(kernels, name).signatures) for name in ("forward", "evaluate", "spread")}
    written = [replace(part, log_survival=part.log_survival.copy(), opened=part.opened.copy()) for part in ledger]
    rasterise(replace(ledger, venues=tuple(written)), looked_at(ledger))
    list(uncertainty(ledger).alternatives)
    assert {name: len(getattr(kernels, name).signatures) for name in compiled} == compiled


def everything(market: list[MarketData]) -> list[Any]:
    ledger = estimate(market)
    grids = [
        rasterise(ledger, looked_at(ledger, shares=shares), measure=measure)
        for measure in ("size", "expected")
        for shares in ((0.7, 1.4), (0.999, 1.0015))
    ]
    found = levels(ledger)
    numbers = [[cluster.size, cluster.expected_size] for cluster in find_clusters(ledger)]
    parts = [
        value for part in ledger for value in (part.open_interest, part.log_survival, part.opened, part.books.mass)
    ]
    return [*parts, *(grid.total for grid in grids), found.size, found.open_time.astype(float), np.array(numbers)]


@pytest.mark.slow
def test_the_whole_pipeline_is_the_same_under_both_engines() -> None:
    markets = two_venues(11, 50)
    compiled = everything(markets)
    with numpy_engine():
        plain = everything(markets)
    for one, other in zip(compiled, plain, strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-6 if one.dtype == np.float32 else 1e-9, atol=1e-9)


def test_the_oracle_is_chosen_where_numba_cannot_be_imported() -> None:
    caches = (engine.numba, engine.engine, engine.compiled)
    try:
        for cached in caches:
            cached.cache_clear()
        with mock.patch.dict(sys.modules, {"numba": None}):
            assert engine.engine() is oracle
            assert engine.compiled(alike) is alike
    finally:
        for cached in caches:
            cached.cache_clear()
    assert engine.engine() is kernels
