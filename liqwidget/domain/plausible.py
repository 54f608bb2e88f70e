"""Whether open interest is in one unit, which of its values are some, and which prices can be.

Pure, for the user's frames and for venues alike. Single wrong values are no matter of these: `estimate` holds them.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from liqwidget.domain.time import DAY

Times = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

PRICE_BOUNDS = 1e-15, 1e15
"""Between these lie all prices of markets, in any quote currency; beyond them sums of doubles lose meaning."""
MOST_SWING = 1000.0
"""A candle whose high is more than so many times its low is a fault, as of a price told without its decimals."""

UNIT_BREAK = 20.0
"""What jumps by less may be a market, but for a factor of ten in what was steady."""
DOUBTFUL_RATIO = 2.0
"""A value so much above or below those around it is asked for again."""

_LASTS = 4
"""Values that a change of unit lasts for at least; fewer are held back as outliers."""
_BEFORE = 8
_FAR_ABOVE = 3.0
_NEAR = 1.1
_LEAST_POWER, _SMALL_BREAK = 2, 8.0
_ALTERNATE = 0.4
"""More leaps than this share of all steps are values of two units that alternate."""
_MOST_OPENED = 10.0
"""What is opened is traded; volumes of frames are those of one of several venues at the least."""
_SETTLED = 24
"""Values that stood at one level are those of no new listing."""


class Change(NamedTuple):
    """A change of unit: before and after it [as told], and when the second begins [ns]."""

    before: float
    after: float
    time: int


def unit_change(
    times: Times, values: Floats, opens: Times, closes: Floats, volumes: Floats | None = None, *, inverse: bool = False
) -> Change | None:
    """Return where open interest changes its unit for good, None if it does not.

    A new listing may grow as suddenly: within a day of the first value, and where it was not steady before, only a
    factor that units have (a power of ten from 100 on, or the price) counts as a change. Ten is one of what was steady.
    None is where volume grows with it. What was traded bounds what a market can open: a rise by a multiple of that is
    a change by any factor from eight on. Values of two units that alternate are one too.

    Parameters
    ----------
    times, values : ndarray of int64 / float64, shape (m,)
        Stamps [ns], ascending, and open interest in any unit.
    opens, closes, volumes : ndarray of int64 / float64, shape (n,)
        Of the candles [ns; quote/base; base]; without volumes they are not looked at.
    inverse : bool
        Whether values are quote currency.
    """
    there = values > 0
    times, values = times[there], values[there]
    if len(values) <= _LASTS:
        return None
    steps = np.log(values[1:] / values[:-1])
    leaps = np.abs(steps) > math.log(_SMALL_BREAK)
    if leaps.sum() > max(_ALTERNATE * len(steps), _BEFORE):
        row = int(np.argmax(leaps))
        return Change(float(values[row]), float(values[row + 1]), int(times[row + 1]))
    last = float(np.median(values[-_LASTS:]))
    for index in (np.flatnonzero(np.abs(steps) > math.log(_SMALL_BREAK)) + 1).tolist():
        if index < _LASTS:  # Wrong first rows are outliers too.
            continue
        before = float(np.median(values[max(index - _BEFORE, 0) : index]))
        after = values[index : index + _LASTS]
        level = float(np.median(after))
        ratio = level / before
        steady = len(after) == _LASTS and _steady(after, level)
        settled = index >= _SETTLED and _steady(values[index - _SETTLED : index], before)
        row = max(int(np.searchsorted(opens, times[index], side="right")) - 1, 0)
        opened = (level - before) / (closes[row] if inverse else 1.0)
        untraded = ratio > 1 and _exceeds_volume(opened, times[index - 1 : index + 1], opens, volumes)
        least = _SMALL_BREAK if settled or untraded else UNIT_BREAK
        lasts = abs(math.log(last / before)) > 0.5 * abs(math.log(ratio)) > 0.5 * math.log(least)
        if not steady or not lasts or (last > before) != (ratio > 1):
            continue
        factor = ratio if ratio > 1 else 1 / ratio
        grown = ratio > UNIT_BREAK and (settled or times[index] - times[0] >= DAY)
        unit = grown or untraded or _of_a_unit(factor, float(closes[row]), settled=settled)
        if unit and not _grew(volumes, row, ratio):
            return Change(float(values[index - 1]), float(values[index]), int(times[index]))
    return None


def odd_start(values: Floats) -> int:
    """Return how many of the first values, fewer than four, stand far above those that follow steadily.

    No market begins like that: they are wrong, and there is nothing before them that could be held instead.
    """
    for count in range(1, _LASTS):
        after = values[count : count + 2 * _LASTS]
        if len(after) < _LASTS or not (after > 0).all():
            break
        level = float(np.median(after))
        if _steady(after, level) and (values[:count] > _FAR_ABOVE * level).all():
            return count
    return 0


def _steady(values: Floats, level: float) -> bool:
    """Return whether no value is far from a level."""
    return bool(values.max() < DOUBTFUL_RATIO * level and values.min() * DOUBTFUL_RATIO > level)


def _of_a_unit(factor: float, price: float, *, settled: bool) -> bool:
    """Return whether a factor is what units differ by: a power of ten, or the price."""
    power = round(math.log10(factor))
    near = 1 / _NEAR < factor / 10.0**power < _NEAR
    return (power >= (1 if settled else _LEAST_POWER) and near) or 1 / _NEAR < factor / price < _NEAR


def _exceeds_volume(opened: float, span: Times, opens: Times, volumes: Floats | None) -> bool:
    """Return whether more was opened between two stamps [base] than a multiple of what was traded in their candles."""
    if volumes is None or len(opens) < _BEFORE:
        return False
    step = int(np.min(np.diff(opens)))
    first, end = np.searchsorted(opens, [span[0] - 2 * step, span[1] + step])
    traded = volumes[first:end]
    whole = len(traded) >= (span[1] - span[0]) // step and bool(np.isfinite(traded).all())
    return whole and 0.0 < _MOST_OPENED * float(traded.sum()) < opened


def _grew(volumes: Floats | None, row: int, ratio: float) -> bool:
    """Return whether volume changed with open interest from a candle on."""
    if volumes is None:
        return False
    before, after = volumes[max(row - 10 * _BEFORE, 0) : row], volumes[row : row + 10 * _BEFORE]
    before, after = before[np.isfinite(before)], after[np.isfinite(after)]
    if not len(before) or not len(after) or not before.mean() > 0:
        return False
    change = after.mean() / before.mean()
    return bool(change > math.sqrt(ratio) if ratio > 1 else change < math.sqrt(ratio))


def known_values(values: Floats) -> npt.NDArray[np.bool_]:
    """Return which values of open interest are some: those above 0, and a 0 that lasts, as after a settlement.

    Sources write 0 for what is missing too: up to three in a row that end are left out.
    """
    some = (values > 0) & np.isfinite(values)
    zero = np.flatnonzero(values == 0)
    for run in np.split(zero, np.flatnonzero(np.diff(zero) > 1) + 1):
        if len(run) and (len(run) >= _LASTS or run[-1] == len(values) - 1):
            some[run] = True
    return np.asarray(some, np.bool_)


def doubtful_rows(times: Times, values: Floats) -> npt.NDArray[np.bool_]:
    """Return which values are far from those before them, until they come back within a day, or end.

    What stays for longer is the market's.
    """
    doubtful = np.zeros(len(values), np.bool_)
    good, since = 0.0, -1
    for row, value in enumerate(values.tolist()):
        if since < 0 and good > 0 and not 1 / DOUBTFUL_RATIO <= value / good <= DOUBTFUL_RATIO:
            since = row
        if since < 0:
            good = value
        elif 1 / DOUBTFUL_RATIO <= value / good <= DOUBTFUL_RATIO:
            doubtful[since:row] = True
            good, since = value, -1
        elif times[row] - times[since] > DAY:
            good, since = value, -1
    if since >= 0:
        doubtful[since:] = True
    return doubtful


_COMPARED = 500
_SURELY_APART = math.log(10.0)


def prices_apart(times: Times, closes: Floats, other_times: Times, other_closes: Floats) -> float:
    """Return how far the closes of two markets are apart, as the median of ln; less surely where no time is common.

    Parameters
    ----------
    times, closes : ndarray of int64 / float64, shape (n,)
        Close times of candles [ns], ascending, and closes [quote/base].
    other_times, other_closes : ndarray of int64 / float64, shape (m,)
        Those of the other market.
    """
    _, ours, theirs = np.intersect1d(times, other_times, assume_unique=True, return_indices=True)
    if len(ours):
        return abs(float(np.median(np.log(closes[ours[-_COMPARED:]] / other_closes[theirs[-_COMPARED:]]))))
    late, early = (closes[0], other_closes[-1]) if times[0] > other_times[0] else (other_closes[0], closes[-1])
    apart = abs(math.log(late / early))
    return apart if apart > _SURELY_APART else 0.0
