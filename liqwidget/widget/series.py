"""What is drawn beside the heat: volume, open interest, funding and realised liquidations, candle by candle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from liqwidget.domain.time import MILLISECOND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from liqwidget.domain.frames import MarketData

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

SERIES = ("volume", "taker_buy_volume", "open_interest", "funding_rate", "liquidated_long", "liquidated_short")
MOST_EVENTS = 120
"""Realised liquidations that are drawn as circles, the largest of a view."""


def series(markets: Sequence[MarketData], funded: MarketData, begin: Integers, step: int, known: int) -> Floats:
    """Return the rows of `SERIES` for candles that begin at `begin` and last `step`, shape (6, n).

    Parameters
    ----------
    markets : sequence of MarketData
        Venues that count; volumes and open interest [base] and liquidations [quote] add.
    funded : MarketData
        The venue whose funding rate is shown, per its own period.
    begin : ndarray of int64, shape (n,)
        ns UTC, increasing.
    step : int
        Length of a candle [ns].
    known : int
        Nothing later counts [ns].

    Returns
    -------
    ndarray of float64
        NaN where nothing is known.
    """
    out = np.full((len(SERIES), len(begin)), np.nan)
    if not len(begin):
        return out
    ends = np.minimum(begin + step, known)
    later = begin >= known
    for market in markets:
        length = market.timeframe
        rows = slice(*np.searchsorted(market.time, (begin[0] - length, known - length), side="right"))
        for row, name in enumerate(("volume", "taker_buy_volume")):
            _add(out[row], _sums(market.time[rows], getattr(market, name)[rows], begin, step))
        if not market.relative:
            _add(out[2], _last(market.interest_time, market.interest_coins, ends + market.tolerance))
        events = market.liquidations
        if len(events.time):
            part = slice(*np.searchsorted(events.time, (begin[0], known + 1)))
            for row, side in ((4, 1), (5, -1)):
                size = np.where(events.side[part] == side, events.size[part], 0.0)
                covered = (ends > events.time[0]) & (begin <= events.time[-1])
                _add(out[row], np.where(covered, _sums(events.time[part], size, begin, step, empty=0.0), np.nan))
    out[3] = _last(funded.funding_time, funded.funding_rate, ends)
    out[:, later] = np.nan
    return out


def events(markets: Sequence[MarketData], time: tuple[int, int], price: tuple[float, float]) -> Floats:
    """Return the largest realised liquidations of a range of time [ns] and price: time [ms UTC], price, size, side.

    Shape (4, m), m at most `MOST_EVENTS`, the smallest first; side is +1 for longs, -1 for shorts; size [quote].
    """
    parts = []
    for market in markets:
        known = market.liquidations
        rows = slice(*np.searchsorted(known.time, time))
        inside = (known.price[rows] >= price[0]) & (known.price[rows] <= price[1]) & (known.size[rows] > 0)
        columns = (known.time / MILLISECOND, known.price, known.size, known.side)
        parts.append(np.stack([column[rows][inside] for column in columns]).astype(np.float64))
    found = np.concatenate(parts, axis=1) if parts else np.empty((4, 0))
    return found[:, np.argsort(found[2], kind="stable")[-MOST_EVENTS:]]


def _add(total: Floats, part: Floats) -> None:
    """Add what is known to what is known so far, in place."""
    total[:] = np.where(np.isnan(total), part, total + np.nan_to_num(part))


def _sums(times: Integers, values: Floats, begin: Integers, step: int, empty: float = np.nan) -> Floats:
    """Return sums of values by candle; `empty` where a candle has none."""
    # Both ascend: candles are found among the rows, of which there are many more.
    first = np.searchsorted(times, begin)
    index = np.repeat(np.arange(-1, len(begin)), np.diff(first, prepend=0, append=len(times)))
    inside = (index >= 0) & np.isfinite(values)
    inside[inside] = times[inside] < begin[index[inside]] + step
    count = len(begin)
    sums = np.bincount(index[inside], values[inside], minlength=count)
    return np.where(np.bincount(index[inside], minlength=count) > 0, sums, empty)


def _last(stamps: Integers, values: Floats, times: Integers) -> Floats:
    """Return the last value stamped at or before each time; NaN before the first."""
    index = np.searchsorted(stamps, times, side="right") - 1
    return np.where(index >= 0, values[np.maximum(index, 0)], np.nan) if len(values) else np.full(len(times), np.nan)
