"""How the time that things take grows with the history behind them: one to sixty months of 1m candles."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from liqwidget import Viewport, find_clusters, rasterise
from liqwidget.domain.time import MINUTE
from liqwidget.estimate.estimator import Rules, estimated
from liqwidget.study.levels import levels
from liqwidget.study.profile import profile
from tests.benchmarks.test_budgets import OWN, view, walk

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.benchmark

MONTHS = (1, 3, 12, 36, 60)
DAYS_IN_MONTH = 30.4


def milliseconds(call: Callable[[], object], rounds: int = 5) -> float:
    """Return the median processor time of a call once it is warm [ms]."""
    call()
    taken = []
    for _ in range(rounds):
        start = time.process_time()
        call()
        taken.append(time.process_time() - start)
    return float(np.median(taken)) * 1e3


def measured(months: int) -> dict[str, float]:
    """Return what one size takes [ms]."""
    market = walk.__wrapped__(1, round(months * DAYS_IN_MONTH))
    start = time.process_time()
    ledger = estimated(market, OWN, Rules())
    forward = (time.process_time() - start) * 1e3
    with_heat = replace(ledger, heat=ledger)
    week, whole = view(ledger, 7), view(ledger, round(months * DAYS_IN_MONTH))
    newest = Viewport((ledger.end - MINUTE, ledger.end), week.price, 1, 600)
    edges = ledger.last_price() * np.exp(np.linspace(-0.3, 0.3, 400))
    return {
        "forward pass": forward,
        "last week, 1200x600": milliseconds(lambda: rasterise(ledger, week)),
        "clusters": milliseconds(lambda: find_clusters(with_heat)),
        "profile": milliseconds(lambda: profile(ledger, edges)),
        "newest column": milliseconds(lambda: rasterise(ledger, newest)),
        "levels": milliseconds(lambda: levels(ledger), 1),
        "whole, 1200x600": milliseconds(lambda: rasterise(ledger, whole), 3),
    }


def test_growth(capsys: pytest.CaptureFixture[str], record_property: Callable[[str, object], None]) -> None:
    """Budget for the whole of sixty months 150 ms, for clusters 10 ms at any size; exponents: time over months."""
    measured(MONTHS[0])
    sizes = [measured(months) for months in MONTHS]
    lines = ["", f"{'months of 1m candles [ms]':26}" + "".join(f"{months:>9}" for months in MONTHS) + " exponent"]
    for name in sizes[0]:
        taken = [size[name] for size in sizes]
        exponent = np.polyfit(np.log(MONTHS), np.log(taken), 1)[0]
        record_property(name, {"months": list(MONTHS), "ms": taken, "exponent": float(exponent)})
        lines.append(f"{name:26}" + "".join(f"{value:9.1f}" for value in taken) + f"{exponent:9.2f}")
    with capsys.disabled():
        sys.stdout.write("\n".join(lines) + "\n")
    assert all(value > 0 for size in sizes for value in size.values())
