"""Shares and differences with intervals from calendar blocks, and what many questions at once leave of a p value.

Hourly questions overlap: what is asked now and an hour later is nearly the same. Sums are therefore kept by blocks of
five calendar days, the same for all coins and venues, and a block counts as one observation (notebooks/evidence.md).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from liqwidget.domain.time import DAY

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

BLOCK_DAYS = 5
"""Calendar days of a block."""

FEWEST_BLOCKS = 6
"""Blocks from which an interval is given."""

POWER = 2.8
"""Standard errors of an effect that shows in four of five tries (1.96 + 0.84)."""

LEVEL = 0.05
"""Share of intervals that may miss where there is nothing."""


class Estimate(NamedTuple):
    """An effect with its 95 % interval, p value, the standard error, and the blocks it rests on; NaN where unknown."""

    effect: float
    low: float
    high: float
    p: float
    error: float
    blocks: int


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Sums by block from which an effect follows: of one group, or of one less another.

    Parameters
    ----------
    blocks : ndarray of int64, shape (B,)
        Numbers of blocks since 1970, rising.
    sums : ndarray of float64, shape (B, G, 2)
        Per block and group (one or two) the sum of what is measured, and of what it is divided by.
    base : tuple of (float, int)
        Sum of what controls measure, and of how many events.
    events : int
        How many events there are.
    """

    blocks: Integers
    sums: Floats
    base: tuple[float, int]
    events: int

    @classmethod
    def none(cls, groups: int = 1) -> Tally:
        """Return a tally of nothing."""
        return cls(np.empty(0, np.int64), np.zeros((0, groups, 2)), (0.0, 0), 0)

    @classmethod
    def of(cls, time: Integers, measured: Floats, over: Floats | None = None, *, base: float = 0.0) -> Tally:
        """Return the tally of one group; `time` [ns], `measured` and `over` (1 by default) by event, shape (n,)."""
        blocks, index = np.unique(block_of(time), return_inverse=True)
        divisor = np.ones(len(time)) if over is None else over
        sums = [np.bincount(index, values, len(blocks)) for values in (measured, divisor)]
        summed: Floats = np.stack(sums, axis=-1)[:, None].astype(np.float64)
        return cls(blocks, summed, (base, len(time)), len(time))

    def plus(self, other: Tally) -> Tally:
        """Return both together, block by block; the same groups."""
        blocks = np.union1d(self.blocks, other.blocks)
        sums = np.zeros((len(blocks), *self.sums.shape[1:]))
        for one in (self, other):
            sums[np.searchsorted(blocks, one.blocks)] += one.sums
        base = self.base[0] + other.base[0], self.base[1] + other.base[1]
        return Tally(blocks, sums, base, self.events + other.events)

    def moved(self, time: Integers, measured: Floats) -> Tally:
        """Return a tally with more measured in some blocks [ns], of no further events: what controls take off."""
        return replace(self.plus(Tally.of(time, measured, np.zeros(len(time)))), base=self.base, events=self.events)

    def less(self, other: Tally) -> Tally:
        """Return the difference of two tallies of one group each."""
        blocks = np.union1d(self.blocks, other.blocks)
        sums = np.zeros((len(blocks), 2, 2))
        for group, one in enumerate((self, other)):
            sums[np.searchsorted(blocks, one.blocks), group] = one.sums[:, 0]
        return Tally(blocks, sums, self.base, self.events + other.events)

    @property
    def usual(self) -> float:
        """What controls measure, on average; NaN without events."""
        return self.base[0] / self.base[1] if self.base[1] else math.nan

    def estimate(self) -> Estimate:
        """Return the effect: the ratio of sums, or the difference of two, linearised by block.

        The interval is Student's with one degree of freedom less than there are blocks.
        """
        totals = self.sums.sum(axis=0)
        count = int((self.sums[:, :, 1] != 0).any(axis=1).sum())
        if not len(totals) or (totals[:, 1] <= 0).any():
            return Estimate(math.nan, math.nan, math.nan, math.nan, math.nan, count)
        ratio = totals[:, 0] / totals[:, 1]
        signs = np.array([1.0, -1.0])[: len(ratio)]
        effect = float(signs @ ratio)
        if count < FEWEST_BLOCKS:
            return Estimate(effect, math.nan, math.nan, math.nan, math.nan, count)
        pulls = ((self.sums[:, :, 0] - ratio * self.sums[:, :, 1]) / totals[:, 1]) @ signs
        error = math.sqrt(count / (count - 1) * float(pulls @ pulls))
        return interval_of(effect, error, count)


def interval_of(effect: float, error: float, blocks: int) -> Estimate:
    """Return an estimate from its standard error and its blocks."""
    from scipy.special import stdtr, stdtrit

    reach = float(stdtrit(blocks - 1, 1 - LEVEL / 2)) * error
    p = 2 * float(stdtr(blocks - 1, -abs(effect) / error)) if error > 0 else float(effect == 0)
    return Estimate(effect, effect - reach, effect + reach, p, error, blocks)


def block_of(time: Integers) -> Integers:
    """Return the number of the calendar block of times [ns]."""
    return np.asarray(time // (BLOCK_DAYS * DAY), dtype=np.int64)


def holm(p: npt.ArrayLike) -> Floats:
    """Return p values adjusted for all that are asked (Holm 1979); NaN stays, and counts as one that is asked.

    Parameters
    ----------
    p : array_like of float64, shape (n,)
    """
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    adjusted = np.full(len(values), np.nan)
    known = order[: int(np.isfinite(values).sum())]
    steps = values[known] * (len(values) - np.arange(len(known)))
    adjusted[known] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted
