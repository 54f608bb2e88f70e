"""The law of touching: the chance that price gets to a distance within a horizon, as a table that kernels read.

``2 T(-c x)`` with T the distribution function of Student's t with 3.3 degrees of freedom, ``c = 1.25 (days)^-0.045``
and x the distance in ln(price) over volatility x sqrt(days) (docs/method.md, section 5): the touch of a Brownian
motion, ``2 Phi(-x)``, averaged over a variance that is not known.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

FREEDOM = 3.3
"""Degrees of freedom of Student's t."""

SCALE, SCALE_POWER = 1.25, -0.045
"""c = SCALE x days ^ SCALE_POWER."""

PER_ROOT, FARTHEST = 512, 96.0
"""Entries of the table per unit of sqrt(c x), and the largest c x in it; behind it the chance falls as a power."""


def argument_scale(days: float) -> float:
    """Return c for a horizon in days."""
    return float(SCALE * days**SCALE_POWER)


@lru_cache(maxsize=1)
def touch_chances() -> npt.NDArray[np.float64]:
    """Return 2 T(-u) at sqrt(u) = 0, 1/512, 2/512 ... up to u of 96; shape (C + 1,)."""
    from scipy.special import stdtr

    roots = np.arange(int(np.sqrt(FARTHEST) * PER_ROOT) + 1) / PER_ROOT
    table: npt.NDArray[np.float64] = 2 * stdtr(FREEDOM, -(roots**2))
    table.flags.writeable = False
    return table


def touch_chance_at(arguments: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return 2 T(-u) from the table, shape as given; what the compiled kernel reads too."""
    table = touch_chances()
    place = np.sqrt(np.asarray(arguments, dtype=np.float64)) * PER_ROOT
    last = len(table) - 1
    inside = np.interp(np.minimum(place, last), np.arange(last + 1), table)
    return np.asarray(inside * np.minimum(last / np.maximum(place, 1.0), 1.0) ** (2 * FREEDOM))
