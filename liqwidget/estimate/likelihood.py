"""Choosing among candidate predictions of liquidated amounts by likelihood, and judging the choice on held-out days.

The model: ln(reported) = ln(predicted) + error, errors of Student's t with four degrees of freedom and one spread.
Amounts are positive and range over several powers of ten, so errors are factors; on recorded days the factors are
heavier-tailed than log-normal (kurtosis of ln 3 to 10), where the mean of logarithms would follow single quiet days.
Four degrees of freedom is the customary robust choice (Lange, Little and Taylor, 1989, Robust statistical modeling
using the t distribution). Errors of one stretch of days belong together: intervals come from a bootstrap of stretches
of neighbouring days, never from single sums.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

DEGREES = 4.0
"""Degrees of freedom of the errors."""
FOLDS = 4
"""Stretches of days that are held out one after the other."""
EARLIER = 2 / 3
"""Share of the days that the earlier part of the split in time has."""
RESAMPLES = 1000
LEVEL = 0.95

_SPREADS = np.geomspace(0.02, 6.0, 400)
_ROUNDS = 8
_CONSTANT = math.lgamma((DEGREES + 1) / 2) - math.lgamma(DEGREES / 2) - 0.5 * math.log(DEGREES * math.pi)


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Reported sums against candidate predictions of them, N sums and G candidates.

    Parameters
    ----------
    errors : ndarray of float64, shape (G, N)
        ln(reported / predicted) by candidate.
    plain : ndarray of float64, shape (N,)
        The same without calibration.
    day : ndarray of int64, shape (N,)
        Which stretch that is drawn as one (a day, or a longer period) each sum belongs to: 0, 1, .. in time order.
    """

    errors: Floats
    plain: Floats
    day: Integers

    @property
    def days(self) -> int:
        """Number of days with sums."""
        return int(self.day[-1]) + 1


class Choice(NamedTuple):
    """Row of the likeliest candidate, the spread of its errors [ln], and its log-likelihood."""

    row: int
    spread: float
    likelihood: float


class Fold(NamedTuple):
    """A stretch held out: its sums (bool, shape (N,)), what the others chose, and the gain on it, shape (sums in it,).

    The gain of a sum is its log-likelihood under the choice minus that without calibration, each with the spread of
    the sums that were not held out.
    """

    held: npt.NDArray[np.bool_]
    choice: Choice
    gain: Floats


def log_likelihood(errors: Floats, spread: float | Floats) -> Floats:
    """Return the log density of errors [ln] under Student's t, four degrees of freedom, times `spread`; broadcasts."""
    kernel = np.log1p(np.square(errors / spread) / DEGREES)
    return np.asarray(_CONSTANT - np.log(spread) - (DEGREES + 1) / 2 * kernel)


def choose(errors: Floats) -> Choice:
    """Return the candidate of the highest likelihood, its spread fitted too; errors have shape (G, N)."""
    row = int(np.argmin(np.abs(errors).sum(axis=1)))
    best = Choice(row, *_spread(errors[row]))
    for _ in range(_ROUNDS):
        row = int(np.argmax(log_likelihood(errors, best.spread).sum(axis=1)))
        if row == best.row:
            break
        best = Choice(row, *_spread(errors[row]))
    return best


def _spread(errors: Floats) -> tuple[float, float]:
    """Return the likeliest spread of errors, shape (N,), and their log-likelihood."""
    total = log_likelihood(errors, _SPREADS[:, None]).sum(axis=1)
    best = int(np.argmax(total))
    return float(_SPREADS[best]), float(total[best])


def folds(sums: Sums) -> tuple[Fold, ...]:
    """Return each of `FOLDS` stretches of neighbouring days, judged by what the other days chose."""
    part = sums.day * FOLDS // sums.days
    return tuple(_fold(sums, part == number) for number in range(FOLDS))


def later(sums: Sums) -> Fold:
    """Return the later days, judged by what the earlier `EARLIER` of the days chose."""
    return _fold(sums, sums.day >= round(sums.days * EARLIER))


def _fold(sums: Sums, held: npt.NDArray[np.bool_]) -> Fold:
    choice = choose(sums.errors[:, ~held])
    before, _ = _spread(sums.plain[~held])
    gain = log_likelihood(sums.errors[choice.row, held], choice.spread) - log_likelihood(sums.plain[held], before)
    return Fold(held, choice, gain)


def draws(days: int) -> Floats:
    """Return how often each day is drawn, shape (RESAMPLES, days): circular stretches of days^(1/3) neighbours.

    The same numbers at every call (Politis and Romano, 1992, A circular block-resampling procedure).
    """
    length = max(1, round(days ** (1 / 3)))
    count = -(-days // length)
    starts = np.random.default_rng(days).integers(0, days, (RESAMPLES, count))
    picked = (starts[:, :, None] + np.arange(length)).reshape(RESAMPLES, -1)[:, :days] % days
    rows = np.arange(RESAMPLES)[:, None] * days
    return np.bincount((picked + rows).ravel(), minlength=RESAMPLES * days).reshape(RESAMPLES, days).astype(np.float64)


def drawn_choices(sums: Sums, spread: float) -> Integers:
    """Return the likeliest candidate of each draw of days at a given spread, shape (RESAMPLES,)."""
    by_day = _by_day(log_likelihood(sums.errors, spread), sums)
    chosen: Integers = np.argmax(draws(sums.days) @ by_day.T, axis=1)
    return chosen


def mean_interval(values: Floats, day: Integers) -> tuple[float, float]:
    """Return the interval of the mean of values, shape (N,), over draws of their days."""
    _, numbers = np.unique(day, return_inverse=True)
    count = int(numbers[-1]) + 1
    drawn = draws(count)
    means = (drawn @ np.bincount(numbers, values)) / (drawn @ np.bincount(numbers))
    return interval(means)


def interval(values: Floats) -> tuple[float, float]:
    """Return the middle `LEVEL` of values, shape (n,)."""
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _by_day(values: Floats, sums: Sums) -> Floats:
    """Sum values, shape (G, N), over the sums of each day; shape (G, days)."""
    starts = np.flatnonzero(np.append(True, np.diff(sums.day) > 0))
    return np.asarray(np.add.reduceat(values, starts, axis=1))
