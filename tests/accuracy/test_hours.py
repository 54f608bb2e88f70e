"""Hour by hour: the map against what was liquidated, beside the other maps, on the two sets with most hours.

Each set is scored once a process, in four seconds.
"""

from __future__ import annotations

import importlib.util
import sys
import warnings
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from liqwidget.trust.naive import METHODS
from liqwidget.trust.score import score
from tests.accuracy import hourly, recorded_hours
from tests.accuracy.provider import liqwidget
from tests.accuracy.scorer import scorer
from tests.accuracy.targets import HOURS, LOG, PARTIAL, Target
from tests.recorded import FOLDER, needs_recordings

if TYPE_CHECKING:
    from types import ModuleType

pytestmark = needs_recordings

NAIVE = [method.name for method in METHODS if method.name.startswith(("open interest", "turnover", "market leader"))]


@pytest.mark.slow
@pytest.mark.parametrize("target", HOURS, ids=lambda target: f"{target.name}-{target.metric}")
def test_the_map_scores_what_it_must_hour_by_hour(target: Target) -> None:
    low, high = target.must
    assert low <= hourly.hourly(target.name).of("map", target.metric).value <= high


@pytest.mark.slow
@pytest.mark.parametrize("name", hourly.SETS)
@pytest.mark.parametrize("method", NAIVE)
def test_every_other_map_is_beaten_beyond_the_move(name: str, method: str) -> None:
    found = hourly.hourly(name)
    assert found.of("map", PARTIAL).low > found.of(method, PARTIAL).high


def test_the_sets_are_whole() -> None:
    assert hourly.hourly("B").of("map", PARTIAL).n == pytest.approx(3264, abs=4)
    assert hourly.hourly("K").of("map", PARTIAL).n == pytest.approx(4910, abs=8)


@cache
def scorer_of_hours() -> ModuleType:
    scorer()
    path = FOLDER / "evaluation" / "evaluate_hours.py"
    spec = importlib.util.spec_from_file_location("evaluate_hours", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    kept = list(sys.path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        spec.loader.exec_module(module)
    sys.path[:] = kept
    return module


@pytest.mark.slow
def test_hourly_scores_are_those_of_the_scorer() -> None:
    """On Binance's SOL: the scorer asks the map for rows of 2 bps, the product sweeps the cells of its lattice."""
    tools = scorer_of_hours()
    (market, labels), ours = (
        tools.set_k([str(FOLDER / "data" / "real")])[2],
        score(hourly.ledgers("K")[2], recorded_hours.hours("K")[2][1], period="1h", warm_up=hourly.WARM_UP, draws=5),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = tools.hours(market, labels, liqwidget, 0, 10**15)
        theirs = tools.figures(rows, np.ones(len(rows)))
    assert ours.of("map", PARTIAL).n == pytest.approx(len(rows), abs=4)
    assert ours.of("map", PARTIAL).value == pytest.approx(theirs["partial"], abs=0.03)
    assert ours.of("map", "rank correlation").value == pytest.approx(theirs["rank"], abs=0.03)
    assert ours.of("map", LOG).value == pytest.approx(theirs["log"], abs=0.03)
    assert ours.of("map", "size ratio, total").value == pytest.approx(theirs["ratio"], rel=0.15)


@pytest.mark.slow
@pytest.mark.parametrize("name", hourly.SETS)
def test_a_foreign_nearest_distance_costs(name: str) -> None:
    found, distances = hourly.other_caps(name)
    assert distances["hyperliquid"][0] > 2 * distances["map"][0]
    assert found.of("hyperliquid", PARTIAL).high < found.of("map", PARTIAL).low
    day = found.of(hourly.OF_THE_DAY, PARTIAL)
    assert day.value == pytest.approx(found.of("map", PARTIAL).value, abs=0.03)
