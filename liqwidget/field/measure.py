"""The measures: `heat`, `size`, what stands, and `expected`, size times the chance that price gets there in time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from liqwidget.domain.lattice import CELL
from liqwidget.domain.ledger import RowKind
from liqwidget.domain.time import DAY, duration_ns
from liqwidget.domain.whole_candles import candle_ends
from liqwidget.errors import DataError
from liqwidget.field.engine import compiled
from liqwidget.field.touching import argument_scale, touch_chance_at

if TYPE_CHECKING:
    from liqwidget.domain.ledger import Ledger, VenueLedger

AMOUNTS = ("expected", "size")
"""Measures in quote currency."""

HEAT = "heat"
"""Relative and without a unit: what stands under the prior of `Ledger.heat`."""

MEASURES = (HEAT, *AMOUNTS)
"""What a picture can show."""

HALF_LIFE = 2.0
"""Half-life of the volatility estimate [days]."""

_SMALLEST = 1e-4
"""Volatility per square root of a day below which a market counts as still."""


def parse_measure(measure: str, horizon: object, *, heat: bool = False) -> float:
    """Return the horizon in days for 'expected', 0 for 'size' and, where the ledger's heat is asked, for 'heat'.

    Raises
    ------
    DataError
        If the measure is neither, or the horizon is no duration.
    """
    known = MEASURES if heat else AMOUNTS
    if measure not in known:
        message = f"Expected measure as {' or '.join(map(repr, known))}, was {measure!r:.60}"
        raise DataError(message)
    days = duration_ns(horizon) / DAY
    return days if measure == "expected" else 0.0


def _volatility(
    time: npt.NDArray[np.int64], close: npt.NDArray[np.float64], cell: float, out: npt.NDArray[np.float64]
) -> None:
    moves, days = 0.0, 0.0
    for row in range(1, time.shape[0]):
        step = (time[row] - time[row - 1]) / DAY
        move = (close[row] - close[row - 1]) * cell
        if time[row] - time[0] > DAY:
            keep = math.exp(-math.log(2.0) / HALF_LIFE * step)
            moves *= keep
            days *= keep
        moves += move * move
        days += step
        out[row] = math.sqrt(moves / days) if days > 0.0 else 0.0


def measured_in(ledger: Ledger, measure: str) -> Ledger:
    """Return the ledger that a measure reads: its heat for 'heat'.

    Raises
    ------
    DataError
        If heat is asked of a ledger that was made without.
    """
    if measure != HEAT:
        return ledger
    if ledger.heat is None:
        message = "Expected a ledger with heat, as `liqwidget.estimate` makes it, was one of amounts alone"
        raise DataError(message)
    return ledger.heat


_volatilities: WeakKeyDictionary[VenueLedger, npt.NDArray[np.float64]] = WeakKeyDictionary()


def volatility(ledger: VenueLedger) -> npt.NDArray[np.float64]:
    """Return the volatility known at each row, per square root of a day; shape (n,).

    Exponentially weighted squares of close-to-close moves of ln(price), half-life two days; a plain mean on the first
    day.
    """
    known = _volatilities.get(ledger)
    if known is None:
        ends = candle_ends(ledger.inputs.kind) if ledger.inputs.are(RowKind.PART).any() else slice(None)
        close = np.ascontiguousarray(ledger.coordinates[2][ends])
        out = np.zeros(len(close))
        compiled(_volatility)(ledger.time[ends], close, CELL, out)
        if not isinstance(ends, slice):
            out = out[np.searchsorted(ends, np.arange(len(ledger.time)))]
        known = _volatilities[ledger] = np.maximum(out, _SMALLEST)
    return known


def chance(distance: npt.ArrayLike, volatility_day: npt.ArrayLike, days: float) -> npt.NDArray[np.float64]:
    """Return the chance that price moves by `distance` (in ln price) within `days`; arrays broadcast."""
    scale = argument_scale(days) / (np.asarray(volatility_day) * math.sqrt(days))
    return touch_chance_at(np.abs(np.asarray(distance)) * scale)


def touch_chance(ledger: VenueLedger, time: int, prices: npt.ArrayLike, days: float) -> npt.NDArray[np.float64]:
    """Return the chance that a venue's price gets to prices [quote/base] within `days` of a time [ns].

    Shape as `prices`, 0 before the first close.
    """
    row, wanted = int(ledger.row_at(time)), np.asarray(prices, dtype=np.float64)
    if row < 0:
        return np.zeros(wanted.shape)
    return chance(np.log(wanted / ledger.close[row]), volatility(ledger)[row], days)
