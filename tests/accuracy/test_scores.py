"""Scores of the map against real positions and liquidations: at least what a right implementation must reach.

Hourly scores are in `test_hours`; E3b is no target any more (`targets` says why). The scorer and its data lie beside
the checkout (see `tests.recorded`); it prints the whole table with
``python evaluate_map.py --shared DATA --provider tests/accuracy/provider.py:liqwidget``.
"""

from __future__ import annotations

import importlib.util
import warnings
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from tests.accuracy.provider import liqwidget
from tests.recorded import FOLDER, needs_recordings

if TYPE_CHECKING:
    from types import ModuleType

pytestmark = needs_recordings


@cache
def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("evaluate_map", FOLDER / "evaluation" / "evaluate_map.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        spec.loader.exec_module(module)
    return module


@cache
def scores(test: str) -> dict[str, float]:
    """Return the metrics of one test of the scorer by name.

    E4 takes all three seeds of the scorer's simulated market, half a minute: of one alone rho is 0.43 to 0.48, too
    near what it must be.
    """
    tools = scorer()
    data = tools.Data(str(FOLDER / "data" / "real"))
    runs: dict[str, Any] = {
        "E1": lambda: tools.e1(data, liqwidget, "dev"),
        "E2": lambda: tools.e2(data, liqwidget, "dev"),
        "E2b": lambda: tools.e2(data, liqwidget, "dev", market="bn5m"),
        "E4": lambda: tools.e4(liqwidget),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = runs[test]()[0]
    return {name.split(":")[-1]: value for name, value, *_ in rows}


@pytest.mark.parametrize(
    ("test", "metric", "least"),
    [
        ("E1", "rho@20%", 0.27),
        ("E2", "rank_corr", 0.85),
        ("E2", "partial_rank|move", 0.53),
        ("E2", "delta_R2|move", 0.10),
        ("E2b", "partial_rank|move", 0.51),
        ("E4", "rho@20%", 0.43),
    ],
)
def test_the_map_scores_what_it_must(test: str, metric: str, least: float) -> None:
    assert scores(test)[metric] >= least


def test_distances_are_spread_as_they_must() -> None:
    assert scores("E1")["emd@all"] <= 0.155


def test_the_map_is_near_the_true_one_of_a_simulated_market() -> None:
    assert scores("E4")["tv_dist@20%"] <= 0.25


def test_no_side_ever_holds_more_than_the_open_interest() -> None:
    assert scores("E4")["max_mass/OI"] <= 1


def test_amounts_are_of_the_right_order() -> None:
    assert 0.2 <= scores("E2")["median_pred/actual"] <= 5
