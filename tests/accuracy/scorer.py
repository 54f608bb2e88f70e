"""The scorer beside the data (folder `shared`), run in this process: what it says of the map.

It prints the whole table, with intervals, by
``python evaluate_map.py --shared DATA --provider tests/accuracy/provider.py:liqwidget``.
"""

from __future__ import annotations

import warnings
from functools import cache, partial
from types import ModuleType
from typing import Any
from unittest import mock

from tests.accuracy.provider import liqwidget
from tests.accuracy.targets import THREE_MARKETS
from tests.recorded import FOLDER

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
        "E4": lambda: tools.e4(liqwidget, seeds=(0,)),
        THREE_MARKETS: lambda: tools.e4(liqwidget),
    }
    days = 14 if test == "E4" else 40
    short = mock.patch.object(tools, "synthetic", partial(tools.synthetic, days=days))
    with warnings.catch_warnings(), short:
        warnings.simplefilter("ignore")
        rows = runs[test]()[0]
    return {name.split(":")[-1]: value for name, value, *_ in rows}
