"""Ranks, correlations given other things, and bootstrap intervals, of predictions held against what happened.

Correlations and explained shares are functions of second moments. Moments add over blocks of time, so a bootstrap that
draws whole blocks is a weighted sum of the blocks' moments: every draw of every metric is a small matrix, exactly what
the statistic of the drawn rows would be.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from liqwidget.domain.time import DAY
from liqwidget.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

CONFIDENCE = 0.95
"""Share of draws inside an interval."""

FEWEST = 8
"""Fewest periods, or times, that are scored; and fewest blocks that an interval is drawn from."""

_NOTHING_LEFT = 1e-9
"""Share of a variance below which nothing is left of it."""
_ROWS_AT_ONCE = 4_000_000


class Interval(NamedTuple):
    """A value and the bounds of its 95 % bootstrap interval; NaN where it cannot be said."""

    value: float
    low: float
    high: float


def ranks(values: npt.ArrayLike, groups: npt.ArrayLike | None = None) -> Floats:
    """Return the ranks of values inside their groups, as shares centred on 0; ties share their mean rank.

    Parameters
    ----------
    values : array_like of float64, shape (n,)
        Finite.
    groups : array_like of int64, shape (n,), optional
        Numbers of groups from 0; one group by default.

    Returns
    -------
    ndarray of float64, shape (n,)
        rank / (size of the group) - (size + 1) / (2 size), so that each group's mean is 0.
    """
    numbers = np.asarray(values, dtype=np.float64)
    group = np.zeros(len(numbers), np.int64) if groups is None else np.asarray(groups, dtype=np.int64)
    if not len(numbers):
        return numbers
    order = np.lexsort((numbers, group))
    ordered, of = numbers[order], group[order]
    begins = np.append(True, of[1:] != of[:-1])
    first = np.flatnonzero(begins)
    size = np.diff(np.append(first, len(of)))
    place = np.cumsum(begins) - 1
    runs = np.flatnonzero(begins | np.append(True, ordered[1:] != ordered[:-1]))
    length = np.diff(np.append(runs, len(of)))
    # The mean rank of a run of ties is that of its middle, from 1 within its group.
    middle = np.repeat(runs + (length - 1) / 2, length) - first[place] + 1
    out = np.empty(len(numbers))
    out[order] = (middle - (size[place] + 1) / 2) / size[place]
    return out


def centred(values: npt.ArrayLike, groups: npt.ArrayLike) -> Floats:
    """Return values less the mean of their group (numbers from 0), shape (n,)."""
    numbers, group = np.asarray(values, dtype=np.float64), np.asarray(groups, dtype=np.int64)
    count = np.bincount(group)
    return numbers - (np.bincount(group, numbers) / np.maximum(count, 1))[group]


def rank_correlation(first: npt.ArrayLike, second: npt.ArrayLike) -> float:
    """Return Spearman's rank correlation; 0 where either is constant."""
    return partial_correlation(ranks(first), ranks(second), ())


def partial_correlation(first: npt.ArrayLike, second: npt.ArrayLike, controls: Sequence[npt.ArrayLike]) -> float:
    """Return the correlation of what controls (and a constant) leave of two series by least squares.

    With ranks as series and controls it is the partial rank correlation. 0 where nothing is left of either.

    Parameters
    ----------
    first, second : array_like of float64, shape (n,)
    controls : sequence of array_like, each of shape (n,)
    """
    held = np.column_stack([np.ones(len(np.asarray(first))), *controls])
    pair = np.column_stack([np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)])
    left = pair - held @ np.linalg.lstsq(held, pair, rcond=None)[0]
    squares = (left**2).sum(axis=0)
    whole = ((pair - pair.mean(axis=0)) ** 2).sum(axis=0)
    if (squares <= _NOTHING_LEFT * whole).any():
        return 0.0
    return float((left[:, 0] * left[:, 1]).sum() / np.sqrt(squares.prod()))


def block_numbers(times: Integers, longest: int = DAY) -> Integers:
    """Return the number of the block of time that each row is drawn with, shape (n,), from 0.

    Rows of one time are never parted, and neighbouring times go together, for they are not independent: a block is
    `longest` [ns], or an eighth of the span where that is shorter.

    Parameters
    ----------
    times : ndarray of int64, shape (n,)
        [ns]
    longest : int
        [ns]
    """
    distinct = np.unique(times)
    if len(distinct) <= FEWEST:
        return np.searchsorted(distinct, times).astype(np.int64)
    step = int(np.diff(distinct).min())
    length = max(min(longest, (int(distinct[-1] - distinct[0]) + step) // FEWEST), 1)
    return np.unique((times - distinct[0]) // length, return_inverse=True)[1].astype(np.int64)


def draw_blocks(blocks: int, draws: int, seed: int) -> Floats:
    """Return how often each of `blocks` blocks is drawn, with replacement: shape (draws + 1, blocks).

    The first row is the data themselves: every block once.

    Raises
    ------
    DataError
        If draws is no whole number of at least 1, or seed none of at least 0.
    """
    options: tuple[tuple[str, Any, int], ...] = (("draws", draws, 1), ("seed", seed, 0))
    for name, number, least in options:
        if not isinstance(number, int) or isinstance(number, bool) or number < least:
            message = f"Expected {name} as a whole number of at least {least}, was {number!r:.60}"
            raise DataError(message)
    counts = np.random.default_rng(seed).multinomial(blocks, np.full(blocks, 1 / blocks), size=draws)
    return np.concatenate([np.ones((1, blocks)), counts.astype(np.float64)])


def tail(blocks: int) -> float:
    """Return the share of draws that lies below a 95 % interval of `blocks` blocks, and above it.

    Plain percentiles are too narrow with few blocks: the expanded percentile interval takes the normal probability
    beyond sqrt(B / (B - 1)) times Student's quantile (Hesterberg, What Teachers Should Know About the Bootstrap, The
    American Statistician 69, 2015).
    """
    from scipy.special import ndtr, stdtrit

    freedom = max(blocks - 1, 1)
    student = stdtrit(freedom, (1 + CONFIDENCE) / 2)
    return float(ndtr(-student * math.sqrt((freedom + 1) / freedom)))


def interval(drawn: Floats, blocks: int) -> Interval:
    """Return the first of the drawn values, with the percentiles of the others that bound 95 %.

    The interval is widened where it would leave out the value itself: a statistic can be biased under drawing.

    Parameters
    ----------
    drawn : ndarray of float64, shape (D,)
        The statistic of the data, then of each draw.
    blocks : int
        Number of blocks that were drawn from.
    """
    value, others = float(drawn[0]), drawn[1:][np.isfinite(drawn[1:])]
    if not np.isfinite(value) or not len(others):
        return Interval(value, float("nan"), float("nan"))
    share = tail(blocks)
    low, high = np.quantile(others, (share, 1 - share))
    return Interval(value, float(min(low, value)), float(max(high, value)))


class Moments(NamedTuple):
    """Second moments of series [1, controls.., prediction, truth] per draw, shape (D, 3 + c, 3 + c)."""

    sums: Floats

    @classmethod
    def of(
        cls, prediction: Floats, truth: Floats, controls: Sequence[Floats], blocks: Integers, weights: Floats
    ) -> Moments:
        """Return the moments of the rows that each draw holds.

        Parameters
        ----------
        prediction, truth : ndarray of float64, shape (n,)
        controls : sequence of ndarray of float64, each of shape (n,)
        blocks : ndarray of int64, shape (n,)
            As of `block_numbers`.
        weights : ndarray of float64, shape (D, blocks)
            As of `draw_blocks`.
        """
        series = np.column_stack([np.ones(len(truth)), *controls, prediction, truth])
        per_block = np.zeros((weights.shape[1], series.shape[1], series.shape[1]))
        np.add.at(per_block, blocks, series[:, :, None] * series[:, None, :])
        return cls(np.tensordot(weights, per_block, axes=1))

    def _left(self, known: int) -> Floats:
        """Return the moments of prediction and truth that the first `known` series leave, shape (D, 2, 2)."""
        inner = np.linalg.pinv(self.sums[:, :known, :known], rcond=1e-10, hermitian=True)
        cross = self.sums[:, :known, -2:]
        return self.sums[:, -2:, -2:] - cross.transpose(0, 2, 1) @ inner @ cross

    def correlation(self, *, given_controls: bool = False) -> Floats:
        """Return the correlation of prediction and truth, of what the controls leave if asked, shape (D,).

        0 where nothing is left of the prediction or of the truth.
        """
        known = self.sums.shape[1] - 2 if given_controls else 1
        left, whole = self._left(known), self._left(1)
        square, total = np.diagonal(left, axis1=1, axis2=2), np.diagonal(whole, axis1=1, axis2=2)
        some = (square > _NOTHING_LEFT * np.maximum(total, 1e-300)).all(axis=1) & (total > 0).all(axis=1)
        scale = np.sqrt(np.where(some, square.prod(axis=1), 1.0))
        return np.where(some, left[:, 0, 1] / scale, 0.0)

    def added(self) -> Floats:
        """Return the share of the truth's variance that the prediction explains beyond the controls, shape (D,)."""
        total = self._left(1)[:, 1, 1]
        left, whole = self._left(self.sums.shape[1] - 2), self._left(1)
        square = left[:, 0, 0]
        some = (square > _NOTHING_LEFT * np.maximum(whole[:, 0, 0], 1e-300)) & (total > 0)
        gain = left[:, 0, 1] ** 2 / np.where(some, square, 1.0)
        return np.where(some, gain / np.where(total > 0, total, 1.0), 0.0)


def quantiles(values: Floats, blocks: Integers, weights: Floats, shares: Sequence[float]) -> Floats:
    """Return quantiles of the rows that each draw holds, shape (S, D): the mean of the two middle values where it ties.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Finite.
    blocks, weights : ndarray
        As in `Moments.of`.
    shares : sequence of float, length S
        0.5 for the median.
    """
    out = np.full((len(shares), len(weights)), np.nan)
    if not len(values):
        return out
    order = np.argsort(values)
    ordered, block = values[order], blocks[order]
    chunk = max(_ROWS_AT_ONCE // len(values), 1)
    for first in range(0, len(weights), chunk):
        total = np.cumsum(weights[first : first + chunk][:, block], axis=1)
        for row, share in enumerate(shares):
            goal = share * total[:, -1:]
            low = np.argmax(total >= goal - _NOTHING_LEFT, axis=1)
            high = np.argmax(total > goal + _NOTHING_LEFT, axis=1)
            high = np.where(total[:, -1] > goal[:, 0] + _NOTHING_LEFT, high, low)
            middle = (ordered[low] + ordered[high]) / 2
            out[row, first : first + chunk] = np.where(total[:, -1] > 0, middle, np.nan)
    return out


def means(values: Floats, blocks: Integers, weights: Floats) -> Floats:
    """Return the mean of the rows that each draw holds, shape (D,); arguments as in `quantiles`."""
    sums = weights @ np.bincount(blocks, values, weights.shape[1])
    counts = weights @ np.bincount(blocks, minlength=weights.shape[1])
    out = np.full(len(weights), np.nan)
    np.divide(sums, counts, out=out, where=counts > 0)
    return out
