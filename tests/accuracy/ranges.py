"""What the range over the stated alternatives holds: hour by hour, of all that the hour's candles sweep."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from liqwidget.domain.leverage import NEAR_SHARE
from liqwidget.domain.time import DAY, HOUR, duration_ns
from liqwidget.field.crossed import crossed
from liqwidget.trust.alternatives import Alternative, default_alternatives
from liqwidget.trust.score import LARGE
from liqwidget.trust.score_table import Score
from liqwidget.trust.statistics import block_numbers, draw_blocks, interval, means, quantiles
from tests.accuracy import hourly, recorded_hours
from tests.ledgers import unheated

if TYPE_CHECKING:
    import pandas as pd

    from liqwidget.domain.frames import MarketData

Floats = npt.NDArray[np.float64]

LEAST = 100.0
"""Amounts under this count as this in the width of a range [USD]: of nothing to something there is no factor."""
DRAWS = 400
ALL = (Alternative("base"), *default_alternatives())
FEWEST_HELD, WIDEST = 0.60, 2.0
"""What the specification asks: the share of hours that the range holds, and its width in orders of magnitude."""


class Held(NamedTuple):
    """Of the hours and sides in which more than `LARGE` was liquidated: shares, and the median width in log10.

    `alone` is the share that is held by the alternatives that change one thing each.
    """

    alone: Score
    inside: Score
    below: Score
    above: Score
    width: Score


class Hours(NamedTuple):
    """Hours and sides: start [ns], shape (n,), what was liquidated, and what each alternative says [USD].

    Shapes (n,) and (alternatives, n).
    """

    time: npt.NDArray[np.int64]
    actual: Floats
    said: Floats


def _said(market: MarketData, one: Alternative, times: npt.NDArray[np.int64]) -> Floats:
    """Return what an hour's candles sweep under an alternative, shape (2, hours)."""
    capped = recorded_hours.with_nearest(market, market.minimum_distance * one.cap)
    near = NEAR_SHARE if one.near is None else one.near
    swept = crossed(unheated(capped, one.prior or "effective", churn=one.churn, near=near), times)
    each = HOUR // int(times[1] - times[0])
    return np.asarray(swept.reshape(2, -1, each).sum(axis=2), dtype=np.float64)


def _hours(market: MarketData, facts: pd.DataFrame, every: str) -> Hours:
    stamps = facts.index.to_numpy(dtype="datetime64[ns]").astype(np.int64)
    warm = int(market.time[0]) + duration_ns(hourly.WARM_UP)
    start = max(-(-warm // HOUR), int(stamps.min()) // HOUR) * HOUR
    end = min(int(market.close_time[-1]) // HOUR, int(stamps.max()) // HOUR + 1) * HOUR
    count = (end - start) // HOUR
    actual = np.zeros((2, count))
    for row, side in enumerate(("long", "short")):
        here = (facts["side"] == side).to_numpy() & (stamps >= start) & (stamps < end)
        np.add.at(actual[row], (stamps[here] - start) // HOUR, facts["size"].to_numpy()[here])
    times = np.arange(start, end + 1, duration_ns(every))
    said = np.stack([_said(market, one, times).ravel() for one in ALL])
    return Hours(np.tile(start + np.arange(count) * HOUR, 2), actual.ravel(), said)


@cache
def held(name: str, every: str = "1h") -> Held:
    """Return how often the range held what was liquidated in an hour of a set.

    Parameters
    ----------
    name : str
        'B' or 'K'.
    every : str
        How often the map is made anew: with the hour, or with each candle of it.
    """
    found = [_hours(market, facts, every) for market, facts in recorded_hours.hours(name)]
    time, actual, said = (np.concatenate(parts, axis=-1) for parts in zip(*found, strict=True))
    much = actual > LARGE
    time, actual, said = time[much], actual[much], said[:, much]
    low, high = said.min(axis=0), said.max(axis=0)
    alone = said[[one.cap == 1 or one.near is None for one in ALL]]
    blocks = block_numbers(time, DAY)
    count = int(blocks.max()) + 1
    weights = draw_blocks(count, DRAWS, 1)

    def share(true: npt.NDArray[np.bool_]) -> Score:
        return Score("range", "share", *interval(means(true.astype(np.float64), blocks, weights), count), len(true))

    orders = np.log10(np.maximum(high, LEAST) / np.maximum(low, LEAST))
    (width,) = quantiles(orders, blocks, weights, (0.5,))
    return Held(
        share((alone.min(axis=0) <= actual) & (actual <= alone.max(axis=0))),
        share((low <= actual) & (actual <= high)),
        share(actual < low),
        share(actual > high),
        Score("range", "width", *interval(width, count), len(orders)),
    )
