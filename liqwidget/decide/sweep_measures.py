"""What a sweep was like: when price crossed, how fast, with which volume, what was liquidated, what followed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypedDict

import numpy as np
import numpy.typing as npt

from liqwidget.decide.candles import held_at
from liqwidget.decide.lives import PART, share_crossed
from liqwidget.domain.side import Side
from liqwidget.domain.time import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from liqwidget.decide.looks import Look, Seen
    from liqwidget.domain.frames import MarketData
    from liqwidget.domain.ledger import Ledger

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_BASIS_POINTS = 1e4

_FEWEST = 12
"""Candles that a norm of volume is made of, at least."""

_LATE = 2
"""Candles: one that closed earlier before a sweep tells nothing of it."""


class Followed(TypedDict):
    """What price did after a sweep."""

    followed_until: int
    net_reversal_bps: float
    reversal_bps: float
    continuation_bps: float


class Measures(Followed):
    """What a sweep was like, and what price did after it: attributes of `liqwidget.decide.sweeps.Sweep`."""

    speed: float
    wick: float
    volume_spike: float
    close: float


def crossing(ledger: Ledger, before: Look, until: int, seen: Seen) -> tuple[int, int]:
    """Return when price began to cross a cluster after a look, and when it had crossed a tenth of what stood [ns].

    Both are known at closes of candles: the open of the first that reached its range, the close of the other. A tenth
    is crossed by `until` [ns].
    """
    venues = [ledger.venue(name) for name in before.names]
    spans = [np.searchsorted(part.known, [before.time, until], side="right").tolist() for part in venues]
    times = np.unique(np.concatenate([part.known[slice(*span)] for part, span in zip(venues, spans, strict=True)]))
    long = seen.side is Side.LONG
    reached = np.full((len(venues), len(times)), np.nan)
    for number, (part, span) in enumerate(zip(venues, spans, strict=True)):
        rows = slice(*span)
        if span[0] < span[1]:
            path = (
                np.minimum.accumulate(part.inputs.low[rows]) if long else np.maximum.accumulate(part.inputs.high[rows])
            )
            last = np.searchsorted(part.known[rows], times, side="right") - 1
            reached[number] = np.where(last >= 0, path[np.maximum(last, 0)], np.nan)
    edge = seen.price_high if long else seen.price_low
    touched = (reached < edge if long else reached > edge).any(axis=0)
    crossed = share_crossed(before, seen, reached) >= PART
    return int(times[touched.argmax()]) - ledger.timeframe, int(times[crossed.argmax()])


def measures(market: MarketData | None, span: tuple[int, int], side: Side, n: int) -> Measures:
    """Return how price came in the candles of a market in a span [ns], and what the n candles after it did.

    NaN what is not known; all where there is no market, or no candle of it closed lately.
    """
    first, stop = (0, 0) if market is None else np.searchsorted(market.close_time, span, side="right").tolist()
    row, first = stop - 1, min(first, stop - 1)
    if market is None or row < 0 or span[1] - int(market.close_time[row]) >= _LATE * market.timeframe:
        return Measures(**_nothing(0), speed=math.nan, wick=math.nan, volume_spike=math.nan, close=math.nan)
    opened, close = float(market.open[row]), float(market.close[row])
    low, high = float(market.low[row]), float(market.high[row])
    wick = min(opened, close) - low if side is Side.LONG else high - max(opened, close)
    way = slice(first, stop)
    end = float(market.low[way].min() if side is Side.LONG else market.high[way].max())
    begin = float(market.close[first - 1] if first else market.open[0])
    minutes = (stop - first) * market.timeframe / MINUTE
    return Measures(
        **_followed(market, row, side, n),
        speed=int(side) * math.log(begin / end) * _BASIS_POINTS / minutes,
        wick=wick / (high - low) if high > low else math.nan,
        volume_spike=_volume_spike(market, first, stop),
        close=close,
    )


def realised(markets: Iterable[MarketData], spans: Integers, sides: Sequence[Side]) -> Floats:
    """Return what venues told of liquidations of each side in spans [quote], shape (K,); NaN where none can be known.

    A venue's record counts where it began before the span, and held something within a day before its end: a record
    that has stopped says nothing.
    """
    total = np.full(len(spans), np.nan)
    for market in markets:
        events = market.liquidations
        if not len(events.time) or not len(spans):
            continue
        first, last = np.searchsorted(events.time, spans.T, side="right")
        recorded = (first > 0) & (last > np.searchsorted(events.time, spans[:, 1] - DAY, side="right"))
        for side in Side:
            sums = np.append(0.0, np.cumsum(np.where(events.side == int(side), events.size, 0.0)))
            mine = recorded & np.array([one is side for one in sides])
            total[mine] = np.nan_to_num(total[mine]) + (sums[last] - sums[first])[mine]
    return total


def interest_drops(markets: Iterable[MarketData], spans: Integers) -> Floats:
    """Return by which share open interest [base] fell in spans, of the venues that tell it at both ends; shape (K,)."""
    sums = np.zeros((2, len(spans)))
    for market in markets:
        oldest = 2 * max(market.timeframe, HOUR)
        ends = np.stack([held_at(market, times, oldest) for times in spans.T]) if len(spans) else sums
        sums += np.where(np.isfinite(ends).all(axis=0), ends, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(sums[0] > 0, 1 - sums[1] / sums[0], np.nan)


def _volume_spike(market: MarketData, first: int, stop: int) -> float:
    """Return the mean volume of some candles over the median of the 24 hours before."""
    begin = int(np.searchsorted(market.time, market.time[first] - DAY))
    before = market.volume[begin:first]
    before, now = before[np.isfinite(before)], market.volume[first:stop]
    norm = float(np.median(before)) if len(before) >= _FEWEST else math.nan
    return float(now.mean()) / norm if norm > 0 else math.nan


def _followed(market: MarketData, row: int, side: Side, n: int) -> Followed:
    """Return what price did in the n candles after one; NaN while the last of them has not closed."""
    close, until = float(market.close[row]), int(market.close_time[row]) + n * market.timeframe
    stop = int(np.searchsorted(market.close_time, until, side="right"))
    if market.close_time[-1] < until or stop <= row + 1:
        return _nothing(until)
    after = slice(row + 1, stop)
    up, down = math.log(float(market.high[after].max()) / close), math.log(close / float(market.low[after].min()))
    back, on = (up, down) if side is Side.LONG else (down, up)
    return Followed(
        followed_until=until,
        net_reversal_bps=int(side) * math.log(float(market.close[stop - 1]) / close) * _BASIS_POINTS,
        reversal_bps=max(back, 0.0) * _BASIS_POINTS,
        continuation_bps=max(on, 0.0) * _BASIS_POINTS,
    )


def _nothing(until: int) -> Followed:
    return Followed(followed_until=until, net_reversal_bps=math.nan, reversal_bps=math.nan, continuation_bps=math.nan)
