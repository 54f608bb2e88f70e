"""Candles on a grid: how long they are, which opens their stamps stand for, and what cannot be one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.domain.time import DAY, HOUR, MINUTE, duration_text, timestamp
from liqwidget.errors import DataError

Times = npt.NDArray[np.int64]

_TICKS = (1, 1000, 1_000_000, 1_000_000_000)
"""How long before the next open venues stamp a close [ns]."""
_FEWEST = 4
"""Distances between rows from which their length is told."""
_UNEVEN = 0.1, MINUTE // 2
"""A stamp that is off by no more than so much of a candle, and so long [ns], is an uneven one."""
_LONGEST_SHIFT = 2 * HOUR
"""What a change of the clock moves a day by at most."""


def spacing(times: Times, timeframe: int | None, what: str) -> int:
    """Return the length of a candle [ns]: the one given, or the commonest distance between rows.

    Raises
    ------
    DataError
        If it cannot be inferred, or rows stand closer than a candle.
    """
    steps = np.diff(times)
    if timeframe is None:
        if not len(steps):
            message = f"Expected at least two rows in {what} or timeframe='5m', was one row"
            raise DataError(message)
        timeframe = commonest(steps)
    bad = steps % timeframe != 0
    if not bad.any():
        if len(steps) >= _FEWEST and steps.min() > timeframe:
            message = (
                f"Expected {what} of timeframe={duration_text(timeframe)!r}, was {duration_text(commonest(steps))} "
                f"between most rows and never less than {duration_text(int(steps.min()))}"
            )
            raise DataError(message)
        return timeframe
    row = int(np.argmax(bad)) + 1
    message = (
        f"Expected {what} spaced by whole candles of {pd.Timedelta(timeframe)}, "
        f"was {pd.Timedelta(int(steps[row - 1]))} before row {row} ({timestamp(times[row])}). {_remedy(steps)}"
    )
    raise DataError(message)


def commonest(steps: Times) -> int:
    """Return the commonest distance [ns]."""
    distances, counts = np.unique(steps, return_counts=True)
    return int(distances[np.argmax(counts)])


def _remedy(steps: Times) -> str:
    days = steps / DAY
    if len(steps) and (days >= 27.5).all() and (days <= 366.5).all():  # noqa: PLR2004 - the shortest month, a year
        return "Months and years have no fixed length: give candles of a day or a week, or shorter."
    shift = np.abs(days - np.round(days)) * DAY
    if (shift <= _LONGEST_SHIFT).all() and shift.any() and (days > 0.5).all():  # noqa: PLR2004
        return "Are these days of another time zone? Give the index in it, with .tz_convert(zone)."
    usual = max(round(commonest(steps) / MINUTE), 1) * MINUTE
    whole = np.round(steps / usual)
    if (
        (steps % usual).any()
        and (whole >= 1).all()
        and (np.abs(steps - whole * usual) < min(_UNEVEN[0] * usual, _UNEVEN[1])).all()
    ):
        return f"Are they stamped unevenly? Take the open of each: .floor('{usual // MINUTE}min')."
    step = int(np.gcd.reduce(steps))
    if (steps == step).any():
        return f"Give timeframe={duration_text(step)!r} if candles are that long."
    return "Candles have one length, and stand at whole multiples of it from the first."


def on_a_grid(times: Times, offsets: Times, clock: str, timeframe: int | None) -> tuple[Times, list[str]]:
    """Return times that are whole candles apart, where those given are days (or hours) by a clock that is changed.

    A candle is stamped by the clock's latest offset, so that none is known before it had closed.

    Parameters
    ----------
    times, offsets : ndarray of int64, shape (n,)
        Opens, ascending, and how far the clock that each was written by is ahead of UTC [ns].
    clock : str
        Name of that clock.
    timeframe : int or None
        Length of a candle that was asked for [ns].
    """
    steps, apart = np.diff(times), np.diff(times + offsets)
    if not len(steps):
        return times, []
    length = timeframe if timeframe is not None else commonest(apart)
    if length <= HOUR or (offsets == offsets[0]).all() or (steps % length == 0).all():
        return times, []
    if (apart > 0).all() and (apart % length == 0).all():
        stamped = times + offsets - int(offsets.min())
    elif length % DAY == 0:
        # Where the clock is changed at midnight, a day opens an hour later by it; no time zone moves a day by more.
        count = np.round((times - times[0]) / length).astype(np.int64)
        off = times - times[0] - count * length
        if (np.diff(count) <= 0).any() or np.ptp(off) > _LONGEST_SHIFT:
            return times, []
        stamped = times - off + int(off.max())
    else:
        return times, []
    moved = stamped - times
    note = (
        f"candles: {duration_text(length)} by the clock{clock}, which is changed: {int((moved > 0).sum())} candles of "
        f"its other time are stamped {duration_text(int(moved.max()))} later than they open"
    )
    return stamped, [note]


def candle_opens(times: Times, offsets: Times, clock: str, timeframe: int | None) -> tuple[Times, int, list[str]]:
    """Return the opens of candles on a grid [ns], their length [ns], and what was mended.

    Stamps just before a close (23:59:59.999) are those of candles that end then.

    Parameters
    ----------
    times, offsets : ndarray of int64, shape (n,)
        Stamps, ascending, and how far the clock that each was written by is ahead of UTC [ns].
    clock : str
        Name of that clock.
    timeframe : int or None
        Length of a candle, if given [ns].

    Raises
    ------
    DataError
        If they are not whole candles apart.
    """
    tick = next((tick for tick in _TICKS if len(times) and ((times + tick) % MINUTE == 0).all()), 0)
    stamped, notes = on_a_grid(times + tick, offsets, clock, timeframe)
    step = spacing(stamped, timeframe, "candles")
    if not tick:
        return stamped, step, notes
    text = f"candles: stamped {pd.Timedelta(tick)} before they end; their opens were taken instead"
    return stamped - step, step, [text, *notes]
