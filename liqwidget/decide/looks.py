"""Looks: what stood around the price at fixed hours, as it could be known then; clusters in time are read off them.

A look is at a whole multiple of its step since 1970, so that the same hours are looked at whenever one asks, and only
once every venue has closed the candle of that hour, or is late by more than is waited for. Looks are made a block at a
time. A block begins at a fixed hour, and what it says of an hour does not depend on later ones, to the byte.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from liqwidget.domain.lattice import price_cell_centre, price_cell_coordinate, price_cell_edge, price_cell_of
from liqwidget.domain.ledger import BEHIND, Ledger, RowKind
from liqwidget.domain.leverage import group_indices
from liqwidget.domain.side import Side
from liqwidget.domain.time import duration_ns, duration_text
from liqwidget.errors import DataError
from liqwidget.field.evaluate import Measured
from liqwidget.field.measure import HEAT, measured_in
from liqwidget.field.parts import by_venue_over
from liqwidget.study.clustering import Rule, runs
from liqwidget.study.clusters import REACH, WIDEST, agreeing_venues, cells_of
from liqwidget.study.standing import cells_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from liqwidget.domain.ledger import VenueLedger

Floats = npt.NDArray[np.float64]

BLOCK = 24
"""Looks that are made in one go."""

_ROOM = 100
"""Price cells that price may move within a block; beyond, another one begins."""

LAST_WORDS = 15_000_000_000
"""How long after its end a candle may still be told by socket [ns]."""

_PATIENCE = 2
"""Candles, and `BEHIND`, for which a venue that is late is waited for."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A cluster as it stood at one look, as `liqwidget.find_clusters` finds it.

    Parameters
    ----------
    side : Side
        Of the positions that would be liquidated.
    low, stop, peak : int
        First price cell, one past the last, and that of the peak.
    size : float
        What stands [quote].
    heat : float
        Of the peak, 0 to 100.
    """

    side: Side
    low: int
    stop: int
    peak: int
    size: float
    heat: float

    @property
    def id(self) -> str:
        """Side and peak cell, as that of `liqwidget.Cluster`."""
        return f"{self.side.label}-{self.peak}"

    @property
    def price_low(self) -> float:
        """[quote/base]."""
        return float(price_cell_edge(self.low))

    @property
    def price_high(self) -> float:
        """[quote/base]."""
        return float(price_cell_edge(self.stop))

    @property
    def peak_price(self) -> float:
        """Centre of the peak's cell [quote/base]."""
        return float(price_cell_centre(self.peak))

    def near_edge(self, price: float) -> float:
        """Return the price of the range that is nearest to a price [quote/base]."""
        return min(max(price, self.price_low), self.price_high)


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What stood around the price at one hour.

    Parameters
    ----------
    time : int
        The hour [ns].
    price : float
        The last close then [quote/base].
    seen : tuple of Seen
        The clusters, the hottest first.
    names : tuple of str
        The venues.
    closes : tuple of int
        The last close of each venue that is known, 0 for none [ns].
    cells : ndarray of int64, shape (V,)
        Price cells within 20 % of the price.
    size, heat : ndarray of float64, shape (N, 2, V)
        What stands by venue and side [quote], and how hot it is.
    low, high : ndarray of float64, shape (N,)
        Lowest and highest price of each venue since the look before [quote/base]; NaN without a candle.
    """

    time: int
    price: float
    seen: tuple[Seen, ...]
    names: tuple[str, ...]
    closes: tuple[int, ...]
    cells: npt.NDArray[np.int64] = field(repr=False)
    size: Floats = field(repr=False)
    heat: Floats = field(repr=False)
    low: Floats = field(repr=False)
    high: Floats = field(repr=False)
    rule: Rule = field(repr=False)
    most: int = field(repr=False)

    def amounts(self, side: Side, low: int, stop: int) -> Floats | None:
        """Return what stands in some price cells by venue, shape (N, cells) [quote]; None where none was looked at."""
        first, last = low - int(self.cells[0]), stop - int(self.cells[0])
        if last <= 0 or first >= len(self.cells):
            return None
        inside = np.zeros((len(self.names), stop - low))
        found = self.size[:, side.row, max(first, 0) : last]
        inside[:, max(-first, 0) : max(-first, 0) + found.shape[1]] = found
        return inside

    def heat_at(self, price: float) -> float:
        """Return how hot a price is, of the hottest of both sides and of a cell beside it, 0 to 100."""
        whole = self.heat.sum(axis=0)
        cell = int(price_cell_of(price)) - int(self.cells[0])
        near = whole[:, max(cell - 1, 0) : max(cell + 2, 0)]
        return 100 * float(near.max(initial=0.0) / whole.max()) if whole.max(initial=0.0) > 0 else 0.0

    def amount_to(self, price: float) -> float:
        """Return what stands between the last price and another one, as far as is looked at [quote]."""
        side = Side.LONG if price < self.price else Side.SHORT
        here, there = (float(price_cell_coordinate(one)) for one in (self.price, price))
        low, high = min(here, there), max(here, there)
        share = np.clip(np.minimum(self.cells + 1, high) - np.maximum(self.cells, low), 0, 1)
        return float((self.size[:, side.row].sum(axis=0) * share).sum())

    def agreeing(self) -> tuple[tuple[str, ...], ...]:
        """Return the venues that agree on each cluster, as `Cluster.agreeing_venues`."""
        first = int(self.cells[0])
        ranges = [(one.side, one.low - first, one.stop - first, one.size) for one in self.seen]
        found = agreeing_venues(self.heat, ranges, self.rule, self.most)
        return tuple(tuple(self.names[venue] for venue in venues) for venues in found)


def looks(
    ledger: Ledger,
    step: int,
    *,
    after: int | None = None,
    until: int | None = None,
    leverage: Iterable[str] | None = None,
    sensitivity: float = 0.5,
    width: float = WIDEST,
) -> Iterator[Look]:
    """Yield the looks at a ledger that fall after a time and by another [ns], the earliest first.

    Parameters
    ----------
    ledger : Ledger
        With heat; its venues count.
    step : int
        Time from look to look [ns].
    after, until : int, optional
        None: since the first close; to the last that `closed_until` names.
    leverage, sensitivity, width
        As in `liqwidget.find_clusters`.
    """
    groups, rule, most = group_indices(leverage), Rule.of(sensitivity), cells_of(width)
    if not ledger.venues or not groups:
        return
    measured, heat = Measured(0.0, groups), measured_in(ledger, HEAT)
    end = closed_until(ledger) if until is None else min(until, closed_until(ledger))
    first = -(-min(int(part.known[min(1, len(part.known) - 1)]) for part in ledger) // step)
    wanted = first if after is None else max(after // step + 1, first)
    number = max(wanted // BLOCK * BLOCK, first)
    while number <= end // step:
        stop = min((number // BLOCK + 1) * BLOCK, end // step + 1)
        times = np.arange(number, stop) * step
        prices = [ledger.last_price(int(time)) for time in times]
        middle = int(price_cell_of(prices[0])) if prices[0] > 0 else None
        if middle is None:
            number += 1
            continue
        near = [price > 0 and abs(int(price_cell_of(price)) - middle) <= _ROOM for price in prices]
        count = near.index(False) if False in near else len(near)
        if number + count > wanted:
            down, up = cells_to(REACH)
            cells = np.arange(middle - down - _ROOM, middle + up + _ROOM + 1)
            edges = price_cell_edge(np.append(cells, cells[-1] + 1))
            size, hot = (by_venue_over(one, times[:count], edges, measured) for one in (ledger, heat))
            for column in range(max(wanted - number, 0), count):
                own = int(price_cell_of(prices[column]))
                inside = slice(own - down - int(cells[0]), own + up + 1 - int(cells[0]))
                parts = cells[inside], size[..., inside, column], hot[..., inside, column]
                yield _look(ledger, (int(times[column]), step, prices[column]), parts, (rule, most))
        number += count


def closed_until(ledger: Ledger) -> int:
    """Return up to when nothing that is still to come is waited for [ns].

    A venue whose next candle is due is waited for, two of its candles and five minutes at most.
    """
    closes = [int(part.known[part.settled - 1]) for part in ledger]
    newest = max(closes)
    waits = [close + part.timeframe - 1 for part, close in zip(ledger, closes, strict=True)]
    waits += [int(part.known[-1]) - 1 for part in ledger if part.inputs.kind[-1] == RowKind.PROVISIONAL]
    patience = BEHIND + _PATIENCE * max(part.timeframe for part in ledger)
    return min(max(min(waits), newest - patience), newest)


def confirmed(ledger: Ledger, now: int) -> int:
    """Return up to when no candle may still be told in full [ns].

    The last words of a candle come by socket after its end: it is taken for closed once the next one is heard of, or
    some seconds later.
    """
    waits = [
        int(part.known[-1]) - 1
        for part in ledger
        if part.settled == len(part.time) and now - int(part.known[-1]) < LAST_WORDS
    ]
    return min(waits, default=ledger.end)


def parsed_step(step: object, usual: int, ledger: Ledger) -> int:
    """Return the time from look to look [ns]; None is the usual one, or a candle where that is longer.

    Raises
    ------
    DataError
        If it is no duration, or shorter than a candle.
    """
    if step is None:
        return max(usual, ledger.timeframe)
    length = duration_ns(step)
    if length < ledger.timeframe:
        candle = duration_text(ledger.timeframe)
        message = f"Expected step of at least a candle ({candle}), was {step!r:.60}: nothing changes in between"
        raise DataError(message)
    return length


def _look(
    ledger: Ledger,
    when: tuple[int, int, float],
    parts: tuple[npt.NDArray[np.int64], Floats, Floats],
    found_by: tuple[Rule, int],
) -> Look:
    (time, step, price), (cells, size, heat) = when, parts
    both, amounts = heat.sum(axis=0), size.sum(axis=0)
    hottest = float(both.max(initial=0.0))
    seen = []
    for side in Side:
        for low, high in runs(both[side.row], *found_by):
            amount = float(amounts[side.row, low : high + 1].sum())
            peak = low + int(np.argmax(both[side.row, low : high + 1]))
            if amount > 0:
                ends = int(cells[low]), int(cells[high]) + 1, int(cells[peak])
                seen.append(Seen(side, *ends, amount, 100 * float(both[side.row, peak]) / hottest))
    path = np.array([_extremes(part, time - step, time) for part in ledger])
    rows = [int(part.row_at(time)) for part in ledger]
    closes = tuple(int(part.known[row]) if row > 0 else 0 for part, row in zip(ledger, rows, strict=True))
    ordered = tuple(sorted(seen, key=lambda one: (-one.heat, one.side.row, one.low)))
    return Look(time, price, ordered, ledger.names, closes, cells, size, heat, path[:, 0], path[:, 1], *found_by)


def _extremes(part: VenueLedger, start: int, end: int) -> tuple[float, float]:
    """Return the lowest and highest price of the rows that became known after a time and by another [ns]."""
    first, stop = np.searchsorted(part.known, [start, end], side="right").tolist()
    first = max(first, 1)
    if first >= stop:
        return np.nan, np.nan
    return float(part.inputs.low[first:stop].min()), float(part.inputs.high[first:stop].max())
