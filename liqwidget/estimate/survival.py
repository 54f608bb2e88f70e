"""What survives a candle: the volume clock, falling open interest, and the rules for missing or broken open interest.

Every rule is a fold over rows: a row depends on the rows before it through `SurvivalState` only, so any chunking of the
same data gives the same numbers to the byte.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from liqwidget.domain.ledger import CHURN, RowInputs, RowKind
from liqwidget.domain.time import DAY
from liqwidget.domain.whole_candles import candle_ends, whole_candles
from liqwidget.estimate.parts import shared_out
from liqwidget.field.engine import compiled, sealed

CLOCK_FLOOR = 0.05
"""The slowest the volume clock runs, as a share of its mean."""

NEAR_CHURN = 3.0
"""Share of the book at the cap that is closed per day of normal volume, as an exponential rate."""

VOLUME_WINDOW = 7 * DAY
HOLD_LIMIT = DAY
LOW_OUTLIER, HIGH_OUTLIER = 0.5, 3.0
"""Open interest under or over so much of the last accepted value is an outlier until it has lasted."""
OUTLIER_VALUES = 3
"""Values in a row that are held back, all too low or all too high; the next one counts: it has lasted."""

_RESUM = 1024
"""The running volume sum is added up afresh every so many rows, so that rounding does not build up."""

_CANDLE, _PROVISIONAL = int(RowKind.CANDLE), int(RowKind.PROVISIONAL)


def _no_times() -> npt.NDArray[np.int64]:
    return np.empty(0, np.int64)


def _no_volumes() -> npt.NDArray[np.float64]:
    return np.empty(0, np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalState:
    """What the next row needs to know of the rows before it.

    Parameters
    ----------
    rows : int
        Rows so far.
    time : int
        Close time of the last row [ns].
    interest : float
        Last accepted open interest [base]; 0 before the first.
    outliers : int
        Values of open interest in a row that were held back: below 0 too low ones, above 0 too high ones.
    stamp : int
        Time of the last of them [ns]; a value counts once, however many candles it stands for.
    volume_since : int
        Close time of the last candle with volume [ns].
    moved : int
        Close time of the last candle whose high was above its low [ns].
    volume_sum : float
        Running sum of the window's volumes [base].
    volume_times, volumes : ndarray of int64 / float64, shape (m,)
        Close times [ns] and volumes [base] of the candles in the seven-day window.
    """

    rows: int = 0
    time: int = 0
    interest: float = 0.0
    outliers: int = 0
    stamp: int = 0
    volume_since: int = 0
    moved: int = 0
    volume_sum: float = 0.0
    volume_times: npt.NDArray[np.int64] = field(default_factory=_no_times)
    volumes: npt.NDArray[np.float64] = field(default_factory=_no_volumes)


class Survival(NamedTuple):
    """Per row the share that survives, accepted open interest and flags; then the state after.

    `share`, shape (2, n), is that of the groups' books and of the one at the cap; `interest` [base] and flags have
    shape (n,). `outlier` rows are held too.
    """

    share: npt.NDArray[np.float64]
    interest: npt.NDArray[np.float64]
    held: npt.NDArray[np.bool_]
    outlier: npt.NDArray[np.bool_]
    frozen: npt.NDArray[np.bool_]
    state: SurvivalState


def _survive(
    times: Any, kinds: Any, volumes: Any, still: Any, values: Any, stamps: Any, timeframe: int, rows: int, time: int,
    interest: float, outliers: int, stamp: int, volume_since: int, moved: int, volume_sum: float, window_times: Any,
    window: Any, first: int, churn: float, near_churn: float, share: Any, accepted: Any, held: Any, outlier: Any,
    frozen: Any,
) -> tuple[int, float, int, int, int, int, float, int]:  # fmt: skip
    """Fold the rows; `window` is the volume window before them followed by their own volumes from index `first`.

    A market without a trade for a day (and `still`: high is low), whose open interest has stopped as long, is settled.
    """
    start, count = 0, first
    for row in range(times.shape[0]):
        elapsed = times[row] - time
        clock = elapsed / DAY
        time, rows = times[row], rows + 1
        volume = volumes[row]
        counted = kinds[row] == _CANDLE or kinds[row] == _PROVISIONAL
        moved = moved if still[row] else time
        if counted and volume == volume:
            if kinds[row] == _PROVISIONAL:
                volume *= timeframe / elapsed
            if volume > 0.0:
                volume_since = time
            volume_sum += volume
            window[first], window_times[first] = volume, time
            first, count = first + 1, count + 1
        while start < first and window_times[start] <= time - VOLUME_WINDOW:
            volume_sum -= window[start]
            start += 1
            count -= 1
        if rows % _RESUM == 0:
            volume_sum = 0.0
            for index in range(start, first):
                volume_sum += window[index]
        if counted and volume == volume and volume_sum > 0.0 and time - volume_since < DAY:
            clock *= max(volume / (volume_sum / count), CLOCK_FLOOR)
        before, value = interest, values[row]
        if not 0.0 <= value < math.inf or time - stamps[row] > HOLD_LIMIT:
            settled = counted and volume == 0.0 and volume_sum > 0.0 and time - max(volume_since, moved) >= DAY
            interest = 0.0 if settled else interest
            frozen[row] = not settled
        else:
            side = 0
            if before > 0.0:
                side = int(value > HIGH_OUTLIER * before) - int(value < LOW_OUTLIER * before)
            if side * outliers <= 0:
                outliers = 0
            if side != 0 and stamps[row] != stamp:
                outliers += side
                stamp = stamps[row]
            if side != 0 and abs(outliers) <= OUTLIER_VALUES:
                held[row] = True
                outlier[row] = value > 0.0
            else:
                interest = value
                outliers = 0
        accepted[row] = interest
        for book in range(2):
            decay = math.exp(-(churn, near_churn)[book] * clock)
            share[book, row] = 1.0 if frozen[row] else decay if before == 0.0 else min(decay, interest / before)
        if stamps[row] <= time - timeframe:
            held[row] = True
    return first, interest, outliers, stamp, volume_since, moved, volume_sum, start


def survive(rows: RowInputs, timeframe: int, state: SurvivalState, churn: float = CHURN) -> Survival:
    """Return what survives each row, and the state after the last.

    Parameters
    ----------
    rows : RowInputs
        The new rows. Parts of candles share what their candle's clock and open interest say, by traded amount.
    timeframe : int
        Length of a candle [ns].
    state : SurvivalState
        The state after the row before.
    churn : float
        Share of the groups' books closed per day of normal volume, as an exponential rate.
    """
    candles = whole_candles(rows)
    if candles is not rows:
        done = survive(candles, timeframe, state, churn)
        shared = shared_out(done.share, done.interest, state.interest, rows)
        candle = np.searchsorted(candle_ends(rows.kind), np.arange(len(rows.time)))
        flags = (done.held[candle], done.outlier[candle], done.frozen[candle])
        return Survival(shared.share, shared.interest, *flags, done.state)
    count, first = len(rows.time), len(state.volumes)
    window = np.concatenate([state.volumes, np.zeros(count)])
    window_times = np.concatenate([state.volume_times, np.zeros(count, np.int64)])
    share, accepted = np.ones((2, count)), np.zeros(count)
    held, outlier, frozen = np.zeros((3, count), bool)
    end, interest, outliers, stamp, volume_since, moved, volume_sum, start = compiled(_survive)(
        sealed(rows.time), sealed(rows.kind), sealed(rows.volume), sealed(rows.low == rows.high), sealed(rows.interest),
        sealed(rows.interest_time), timeframe, state.rows, state.time,
        state.interest, state.outliers, state.stamp, state.volume_since, state.moved, state.volume_sum, window_times,
        window, first,
        churn, NEAR_CHURN, share, accepted, held, outlier, frozen,
    )  # fmt: skip
    after = SurvivalState(
        rows=state.rows + count,
        time=int(rows.time[-1]) if count else state.time,
        interest=interest,
        outliers=outliers,
        stamp=stamp,
        volume_since=volume_since,
        moved=moved,
        volume_sum=volume_sum,
        volume_times=window_times[start:end].copy(),
        volumes=window[start:end].copy(),
    )
    return Survival(share, accepted, held, outlier, frozen, after)
