"""Scores of the map against real positions and liquidations: at least what a right implementation must reach.

The scorer and its data lie beside the checkout (see `tests.recorded`); it prints the whole table with
``python evaluate_map.py --shared DATA --provider tests/accuracy/provider.py:liqwidget``.
"""

from __future__ import annotations

import warnings
from functools import cache, partial
from types import ModuleType
from typing import Any
from unittest import mock

import pytest

from tests.accuracy.provider import liqwidget
from tests.recorded import FOLDER, needs_recordings

pytestmark = needs_recordings

SCORER = FOLDER / "evaluation" / "evaluate_map.py"
DRAWS = ("n=400", "n=300", "range(200)")
"""How often the scorer draws anew for the interval around each of its metrics: most of its time."""


@cache
def scorer() -> ModuleType:
    """Return the scorer, whose intervals no test reads: two draws make one."""
    text = SCORER.read_text(encoding="utf-8")
    for draws in DRAWS:
        assert text.count(draws) == 1
        text = text.replace(draws, draws.translate({ord("3"): "2", ord("4"): "2", ord("0"): None}))
    module = ModuleType("evaluate_map")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(text, SCORER, "exec"), module.__dict__)  # noqa: S102 - the scorer's own code
    return module


@cache
def data() -> Any:
    return scorer().Data(str(FOLDER / "data" / "real"))


@cache
def scores(test: str) -> dict[str, float]:
    """Return the metrics of one test of the scorer by name.

    E4 simulates a market a seed, in 0.4 s a day of it. Of one alone of 40 days rho is 0.43 to 0.48; of all three seeds
    it is near enough to what it is for other ones.
    """
    tools = scorer()
    runs: dict[str, Any] = {
        "E1": lambda: tools.e1(data(), liqwidget, "dev"),
        "E2": lambda: tools.e2(data(), liqwidget, "dev"),
        "E2b": lambda: tools.e2(data(), liqwidget, "dev", market="bn5m"),
        "E3b": lambda: tools.e3bars(data(), liqwidget, "dev"),
        "E4": lambda: tools.e4(liqwidget, seeds=(0,)),
        "E4 of three markets": lambda: tools.e4(liqwidget),
    }
    days = 14 if test == "E4" else 40
    short = mock.patch.object(tools, "synthetic", partial(tools.synthetic, days=days))
    with warnings.catch_warnings(), short:
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
        ("E3b", "bar_partial|move,range,volume", 0.42),
        ("E4", "rho@20%", 0.48),
    ],
)
def test_the_map_scores_what_it_must(test: str, metric: str, least: float) -> None:
    assert scores(test)[metric] >= least


def test_distances_are_spread_as_they_must() -> None:
    assert scores("E1")["emd@all"] <= 0.155


def test_the_map_is_near_the_true_one_of_a_simulated_market() -> None:
    assert scores("E4")["tv_dist@20%"] <= 0.25


@pytest.mark.soak
def test_the_map_scores_what_it_must_on_three_simulated_markets() -> None:
    found = scores("E4 of three markets")
    assert found["rho@20%"] >= 0.43
    assert found["tv_dist@20%"] <= 0.25
    assert found["max_mass/OI"] <= 1


def test_no_side_ever_holds_more_than_the_open_interest() -> None:
    assert scores("E4")["max_mass/OI"] <= 1


def test_amounts_are_of_the_right_order() -> None:
    assert 0.2 <= scores("E2")["median_pred/actual"] <= 5
