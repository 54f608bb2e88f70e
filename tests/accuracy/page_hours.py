"""The tables that lead the accuracy page: hour by hour, on the sets of `recorded_hours`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from liqwidget.trust.score import BY_MOVE, LOG, MEDIAN_OF_LARGE, PARTIAL, RANK, TOTAL
from tests.accuracy import hourly
from tests.accuracy.page_markdown import markdown, of_scores
from tests.accuracy.ranges import held

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from liqwidget.trust.score_table import Score, Scores

METRICS = (RANK, PARTIAL, LOG, MEDIAN_OF_LARGE, TOTAL)
CURVE = "distance only"
WHAT = {
    "B": "BTC, liquidations of Binance, Bybit and OKX together, the map of Binance alone",
    "K": "BTC, ETH and SOL, liquidations and maps of Binance alone",
}


def hours_b() -> str:
    """Return the scores of set B."""
    return of_scores(hourly.hourly("B"), METRICS)


def hours_k() -> str:
    """Return the scores of set K."""
    return of_scores(hourly.hourly("K"), METRICS)


def _others(scores: Scores, metric: str) -> list[Score]:
    return [one for one in scores.scores if one.metric == metric and one.method != "map" and not math.isnan(one.value)]


def _verdict(ours: Score, theirs: Score) -> str:
    """Return which of two scores, of which more is better, is ahead."""
    if ours.low > theirs.high:
        return "the map is ahead, intervals apart"
    if theirs.low > ours.high:
        return f"**{theirs.method} is ahead**, intervals apart"
    if theirs.value > ours.value:
        return f"**{theirs.method} is ahead**, if within chance"
    return "the map is ahead, if within chance"


def hours_in_words() -> str:
    """Return what the hourly tables say."""
    said = []
    for name in hourly.SETS:
        scores = hourly.hourly(name)
        ours, best = scores.of("map", PARTIAL), max(_others(scores, PARTIAL), key=lambda one: one.value)
        said.append(
            f"{name} ({WHAT[name]}): beyond the size of the move the map ranks hours and sides with {ours}, the best "
            f"other method ({best.method}) with {best}: {_verdict(ours, best)}."
        )
        ours = scores.of("map", LOG)
        best, curve = max(_others(scores, LOG), key=lambda one: one.value), scores.of(CURVE, LOG)
        beside = "" if best.method == CURVE else f"; {best.method} has {best}: {_verdict(ours, best)}"
        said.append(
            f"{name}: the logarithms of what was liquidated go with the map's by {ours}, with those of *{CURVE}*, a "
            f"curve of open interest over distance and nothing else, by {curve}: {_verdict(ours, curve)}{beside}."
        )
    near, far = (
        [f"{hourly.hourly(name).of('map', metric)} ({name})" for name in hourly.SETS]
        for metric in (BY_MOVE[0], BY_MOVE[-1])
    )
    said.append(
        f"Amounts: after an hour that moved 0.2-0.4 % the map had said {' and '.join(near)} times what was liquidated, "
        f"after one over 2 % {' and '.join(far)} times. They are orders of magnitude, not amounts."
    )
    return "\n".join(f"- {text}" for text in said)


def hours_by_move() -> str:
    """Return all that was predicted over all that was liquidated, by how far price went against the side."""
    tables = []
    for name in hourly.SETS:
        scores = hourly.hourly(name)
        methods = dict.fromkeys(one.method for one in scores.scores if one.metric == TOTAL)
        rows = [
            [f"**{method}**" if method == "map" else method, *(str(scores.of(method, metric)) for metric in BY_MOVE)]
            for method in methods
        ]
        rows.append(["hours and sides", *(f"{scores.of('map', metric).n:,}" for metric in BY_MOVE)])
        heads = ["predicted / actual", *(metric.removeprefix("size ratio, ") for metric in BY_MOVE)]
        tables.append(f"**{name}: {WHAT[name]}**\n\n{markdown(heads, rows)}")
    return "\n\n".join(tables)


def foreign_caps() -> str:
    """Return what maps score that are made with another nearest distance than the venue's."""
    tables = []
    for name in hourly.SETS:
        scores, distances = hourly.other_caps(name)
        rows = []
        for cap, values in distances.items():
            title = "**Binance's, as in the tables above**" if cap == "map" else cap
            figures = [str(scores.of(cap, metric)) for metric in (PARTIAL, LOG, MEDIAN_OF_LARGE)]
            rows.append([title, ", ".join(f"{100 * value:.2f} %" for value in values), *figures])
        heads = ["rules of", "nearest distance", PARTIAL, LOG, MEDIAN_OF_LARGE]
        tables.append(f"**{name}: {WHAT[name]}**\n\n{markdown(heads, rows)}")
    return "\n\n".join(tables)


RANGES = (("B", "1h"), ("B", "5m"), ("K", "1h"))


def hours_ranges(which: Sequence[tuple[str, str]] = RANGES) -> str:
    """Return how often the range over the stated alternatives held what was liquidated in an hour."""
    rows = []
    for name, every in which:
        found = held(name, every)
        rows.append([f"{name}, map made anew every {every}", *map(str, found), f"{found.inside.n:,}"])
    heads = ["over 10,000 USD", "held, one change each", "held", "under", "over", "width in orders", "hours and sides"]
    return markdown(heads, rows)


TABLES: dict[str, Callable[[], str]] = {
    "hours_in_words": hours_in_words,
    "hours_b": hours_b,
    "hours_k": hours_k,
    "hours_by_move": hours_by_move,
    "foreign_caps": foreign_caps,
    "hours_ranges": hours_ranges,
}
