"""Rows of a ledger candle by candle: those that were made of trades have several rows each."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from liqwidget.domain.ledger import RowInputs, RowKind


def candle_of(kind: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """Return the last row of each row's candle, by the kinds of rows."""
    if not np.equal(kind, np.uint8(RowKind.PART)).any():
        return np.arange(len(kind))
    ends = candle_ends(kind)
    return ends[np.searchsorted(ends, np.arange(len(kind)))]


def candle_ends(kind: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """Return the last row of each candle, gap and start, by the kinds of rows."""
    return np.flatnonzero(kind != RowKind.PART)


def whole_candles(rows: RowInputs) -> RowInputs:
    """Return one row per candle, gap and start: the same rows, where none is a part of a candle."""
    if not rows.are(RowKind.PART).any():
        return rows
    ends = candle_ends(rows.kind)
    starts = np.append(0, ends[:-1] + 1)
    last = rows.cut(slice(0, int(ends.max(initial=-1)) + 1))
    return RowInputs(
        time=last.time[ends],
        kind=last.kind[ends],
        low=np.minimum.reduceat(last.low, starts),
        high=np.maximum.reduceat(last.high, starts),
        close=last.close[ends],
        volume=np.add.reduceat(last.volume, starts),
        interest=last.interest[ends],
        interest_time=last.interest_time[ends],
    )
