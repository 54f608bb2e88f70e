"""The read-out: what stands in one price cell at a time, how far it is, and what makes it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from liqwidget.domain.lattice import CELL, PRICE_CELL, price_cell_centre, price_cell_edge, price_cell_of
from liqwidget.domain.leverage import LEVERAGE_GROUPS, group_indices
from liqwidget.errors import DataError
from liqwidget.field.evaluate import Measured, standing
from liqwidget.field.measure import parse_measure, touch_chance
from liqwidget.field.parts import by_group, shares

if TYPE_CHECKING:
    from collections.abc import Iterable

    from liqwidget.domain.ledger import Ledger


@dataclass(frozen=True, slots=True)
class SideReading:
    """One side of a price cell.

    Parameters
    ----------
    size, expected : float
        What stands in the cell, and that times the chance that price gets there within the horizon [quote].
    cumulative : float
        What stands between the last price and the price asked for [quote]: `liqwidget.profile` between the two.
    """

    size: float = 0.0
    expected: float = 0.0
    cumulative: float = 0.0


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands in one price cell at a time.

    Parameters
    ----------
    time : int
        [ns UTC].
    price : float
        As asked [quote/base].
    price_low, price_high : float
        Edges of its price cell [quote/base].
    last_price : float
        Last close of the venue that leads (`Ledger.leading`) [quote/base]; NaN before the first.
    distance_pct : float
        From the last price to `price` [%], below it negative; 0 before the first close.
    chance : float
        Of price reaching the cell within the horizon, on the venue that leads.
    long, short : SideReading
        Sizes by side.
    heat : float
        Of the cell, the larger side's, in the unit of ``profile(..., measure='heat')``; NaN of a ledger without.
    swept : int or None
        When a candle last went through the cell, or beyond it, and so emptied it [ns UTC]; None: never so far.
    venue_mix, leverage_mix : dict
        Share of the cell's size, both sides, by venue and by leverage group; each sums to 1, or all 0 where nothing
        stands.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> reading = liqwidget.read_out(ledger, ledger.last_price() * 0.98)
    >>> reading.short.size, reading.long.size >= 0, round(reading.distance_pct)
    (0.0, True, -2)
    """

    time: int
    price: float
    price_low: float
    price_high: float
    last_price: float
    distance_pct: float = 0.0
    chance: float = 0.0
    long: SideReading = SideReading()
    short: SideReading = SideReading()
    heat: float = math.nan
    swept: int | None = None
    venue_mix: dict[str, float] = field(default_factory=dict, repr=False)
    leverage_mix: dict[str, float] = field(default_factory=dict, repr=False)


def read_out(
    ledger: Ledger,
    price: float,
    at: Any = None,
    *,
    horizon: str = "24h",
    leverage: Iterable[str] | None = None,
    venues: Iterable[str] | None = None,
) -> Reading:
    """Return exact sizes in the price cell of a price at a time.

    Parameters
    ----------
    ledger : Ledger
        See `liqwidget.estimate`.
    price : float
        [quote/base].
    at : time, optional
        None means the last close.
    horizon : str
        Of the chance and of expected sizes.
    leverage, venues : iterable of str, optional
        Leverage groups and venues that count.

    Raises
    ------
    DataError
        If the price is not above 0, or a time, horizon, group or venue cannot be used.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> reading = liqwidget.read_out(ledger, 85_000, "2026-01-30 12:00")
    >>> reading.price_low <= 85_000 < reading.price_high
    True
    """
    wanted = _positive(price)
    chosen, groups, time = ledger.only(venues), group_indices(leverage), ledger.instant(at)
    days = parse_measure("expected", horizon)
    last, cell = chosen.last_price(time), int(price_cell_of(wanted))
    low, high = (float(edge) for edge in price_cell_edge([cell, cell + 1]))
    names = [LEVERAGE_GROUPS[group] for group in groups]
    if not last > 0:
        nothing = dict.fromkeys(chosen.names, 0.0), dict.fromkeys(names, 0.0)
        return Reading(time, wanted, low, high, last, venue_mix=nothing[0], leverage_mix=nothing[1])
    parts = by_group(chosen, time, price_cell_edge([cell, cell + 1]), groups)[..., 0]
    leading = chosen.leading(time)
    chance = 0.0 if leading is None else float(touch_chance(leading, time, price_cell_centre(cell), days))
    sizes = parts.sum(axis=(0, 1))
    times, edges = np.array([time]), price_cell_edge([cell, cell + 1])
    expected = standing(chosen, times, edges, Measured(days, groups))[:, 0, 0]
    reach = np.array(sorted((last, wanted)))
    between = standing(chosen, times, reach, Measured(0.0, groups))[:, 0, 0] if wanted != last else np.zeros(2)
    heat = math.nan if chosen.heat is None else standing(chosen.heat, times, edges, Measured(0.0, groups)).max()
    sides = [SideReading(*map(float, values)) for values in zip(sizes, expected, between, strict=True)]
    return Reading(
        time=time,
        price=wanted,
        price_low=low,
        price_high=high,
        last_price=last,
        distance_pct=float((wanted / last - 1) * 100),
        chance=chance,
        long=sides[0],
        short=sides[1],
        heat=float(heat),
        swept=_swept(chosen, cell, time, above=wanted >= last),
        venue_mix=shares(chosen.names, parts.sum(axis=(1, 2))),
        leverage_mix=shares(names, parts.sum(axis=(0, 2))),
    )


def _swept(ledger: Ledger, cell: int, time: int, *, above: bool) -> int | None:
    """Return when price last went through a cell, or to its far side [ns], on the venue where that is latest."""
    times = []
    lower, upper = cell * (PRICE_CELL / CELL), (cell + 1) * (PRICE_CELL / CELL)
    for part in ledger:
        low, high, _ = part.coordinates[:, 1 : int(part.row_at(time)) + 1]
        touched = np.flatnonzero(high >= lower if above else low < upper)
        times += [int(part.time[touched[-1] + 1])] if len(touched) else []
    return max(times, default=None)


def _positive(price: object) -> float:
    if isinstance(price, int | float | np.number) and 0 < price < np.inf:
        return float(price)
    message = f"Expected price as a number above 0, was {price!r:.60}"
    raise DataError(message)
