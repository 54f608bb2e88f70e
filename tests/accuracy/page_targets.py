"""The tables of the accuracy page that hold figures against what the specification asks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tests.accuracy import chance, hourly
from tests.accuracy.page_markdown import markdown
from tests.accuracy.scorer import scores
from tests.accuracy.targets import DAYS, HOURS, RELIABILITY, SAME_MAP, THREE_MARKETS
from tests.accuracy.test_timeframes import RECORDINGS, agreement

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Bounds = tuple[float, float]

HEADS = ["figure", "must", "good", "is", ""]
SHORT = tuple(dict.fromkeys(one.name for one in DAYS if one.name != THREE_MARKETS))
"""Tests of the scorer that take seconds."""
NAMES = {
    "E1": "measured positions",
    "E2": "Hyperliquid, by the day",
    "E2b": "the same days from Binance's candles",
    THREE_MARKETS: "three markets simulated by the scorer",
    "rho@20%": "rank correlation, 20 %",
    "emd@all": "distance error, all",
    "rank_corr": "rank correlation",
    "partial_rank|move": "partial rank correlation",
    "delta_R2|move": "delta R2",
    "tv_dist@20%": "total variation, 20 %",
    "max_mass/OI": "most that a side held, over open interest",
}


def hours_targets() -> str:
    """Return what is asked of hourly figures, and what they are."""
    rows = []
    for target in HOURS:
        found = hourly.hourly(target.name).of("map", target.metric)
        rows.append(_row(f"{target.name}, {target.metric}", target.must, target.good, found.value, str(found)))
    return markdown(HEADS, rows)


def other_targets(tests: Sequence[str] = (*SHORT, THREE_MARKETS)) -> str:
    """Return what is asked of days, positions, simulated markets, the chance and other candles, and what it is."""
    rows = []
    for target in DAYS:
        if target.name in tests:
            value = scores(target.name)[target.metric]
            name = f"{NAMES[target.name]}: {NAMES[target.metric]}"
            rows.append(_row(name, target.must, target.good, value, f"{value:.3f}"))
    for horizon, (must, good) in RELIABILITY.items():
        error = chance.pooled(horizon).error
        rows.append(_row(f"chance within {horizon}: mean error", (0.0, must), (0.0, good), error, f"{error:.3f}"))
    both = [agreement("binance-5m", coin, ("5m", "1h")) for coin in RECORDINGS["binance-5m"].coins]
    (least, most), (good_least, good_most) = SAME_MAP
    name = "map of 5m and of 1h candles, the worst of three coins"
    ranks, apart = float(min(one.mean() for one, _ in both)), float(max(one.mean() for _, one in both))
    above = (least, math.inf), (good_least, math.inf)
    rows.append(_row(f"{name}: Spearman's correlation", *above, ranks, f"{ranks:.4f}"))
    rows.append(_row(f"{name}: total variation", (0.0, most), (0.0, good_most), apart, f"{apart:.4f}"))
    return markdown(HEADS, rows)


def _row(name: str, must: Bounds, good: Bounds, value: float, text: str) -> list[str]:
    kept = [low <= value <= high for low, high in (must, good)]
    return [name, _bounds(must), _bounds(good), text, "missed" if not kept[0] else "good" if kept[1] else "met"]


def _bounds(bounds: Bounds) -> str:
    low, high = bounds
    if math.isinf(high):
        return f"{low:.2f}" if round(low, 2) == low else f"{low:g}"
    return f"{low:g} to {high:g}" if low else f"at most {high:g}"


TABLES: dict[str, Callable[[], str]] = {"hours_targets": hours_targets, "other_targets": other_targets}
