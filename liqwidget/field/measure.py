"""The two measures: `size`, what stands, and `expected`, size times the chance that price gets there in time."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from liqwidget.domain.lattice import CELL
from liqwidget.domain.time import DAY, duration_ns
from liqwidget.errors import DataError
from liqwidget.field.engine import compiled

if TYPE_CHECKING:
    from liqwidget.domain.ledger import VenueLedger

MEASURES = ("expected", "size")
HALF_LIFE = 2.0
"""Half-life of the volatility estimate [days]."""

_STEPS = 256
_LIMIT = 8
_SMALLEST = 1e-4
"""Volatility per square root of a day below which a market counts as still."""


def parse_measure(measure: str, horizon: object) -> float:
    """Return the horizon in days for 'expected', 0 for 'size'.

    Raises
    ------
    DataError
        If the measure is neither, or the horizon is no duration.
    """
    if measure not in MEASURES:
        message = f"Expected measure 'expected' or 'size', was {measure!r}"
        raise DataError(message)
    days = duration_ns(horizon) / DAY
    return days if measure == "expected" else 0.0


def _volatility(time: npt.NDArray[np.int64], close: npt.NDArray[np.float64], out: npt.NDArray[np.float64]) -> None:
    moves, days = 0.0, 0.0
    for row in range(1, time.shape[0]):
        step = (time[row] - time[row - 1]) / DAY
        move = (close[row] - close[row - 1]) * CELL
        if time[row] - time[0] > DAY:
            keep = math.exp(-math.log(2.0) / HALF_LIFE * step)
            moves *= keep
            days *= keep
        moves += move * move
        days += step
        out[row] = math.sqrt(moves / days) if days > 0.0 else 0.0


_volatilities: WeakKeyDictionary[VenueLedger, npt.NDArray[np.float64]] = WeakKeyDictionary()


def volatility(ledger: VenueLedger) -> npt.NDArray[np.float64]:
    """Return the volatility known at each row, per square root of a day; shape (n,).

    Exponentially weighted squares of close-to-close moves of ln(price), half-life two days; a plain mean on the first
    day.
    """
    known = _volatilities.get(ledger)
    if known is None:
        out = np.zeros(len(ledger.time))
        compiled(_volatility)(ledger.time, np.ascontiguousarray(ledger.coordinates[2]), out)
        known = _volatilities[ledger] = np.maximum(out, _SMALLEST)
    return known


@lru_cache(maxsize=1)
def touch_chances() -> npt.NDArray[np.float64]:
    """Return 2 Phi(-x) for x = 0, 1/256 .. 8, with 0 at the end; shape (2049,).

    Reflection principle of Brownian motion.
    """
    table = np.array([math.erfc(step / _STEPS / math.sqrt(2)) for step in range(_LIMIT * _STEPS + 1)])
    table[-1] = 0.0
    table.flags.writeable = False
    return table


def chance(distance: npt.ArrayLike, volatility_day: npt.ArrayLike, days: float) -> npt.NDArray[np.float64]:
    """Return the chance that price moves by `distance` (in ln price) within `days`; arrays broadcast."""
    argument = np.abs(np.asarray(distance)) / (np.asarray(volatility_day) * math.sqrt(days)) * _STEPS
    steps = np.arange(_LIMIT * _STEPS + 1)
    chances: npt.NDArray[np.float64] = np.interp(argument, steps, touch_chances(), right=0.0)
    return chances


def touch_chance(ledger: VenueLedger, time: int, cells: npt.NDArray[np.int64], days: float) -> npt.NDArray[np.float64]:
    """Return the chance that a venue's price gets to lattice cells within `days` of a time [ns].

    Shape (V,), 0 before the first close.
    """
    row = int(ledger.row_at(time))
    if row < 0:
        return np.zeros(len(cells))
    distance = (cells + 0.5 - ledger.coordinates[2, row]) * CELL
    return chance(distance, volatility(ledger)[row], days)
