"""Measured positions beside the estimate: measured levels on the map's lattice."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.domain.lattice import (
    cells_in_price_cell,
    price_cell_centre,
    price_cell_coordinate,
    price_cell_edge,
    price_cell_of,
)
from liqwidget.domain.levels import STANDING
from liqwidget.domain.time import time_index, time_ns
from liqwidget.study.profile import Profile, checked_edges

if TYPE_CHECKING:
    from liqwidget.domain.ledger import Ledger, VenueLedger
    from liqwidget.domain.positions import Positions
    from liqwidget.domain.viewport import Box, Viewport

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_BORDER = 1e-6
"""Cells by which a price may miss a cell's border and still mean it, as in `liqwidget.field.evaluate`."""


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredLevels:
    """Measured positions by price cell: made by `measured_levels`.

    A level stands from its snapshot until the next snapshot of its venue, which states all positions anew, or until
    price touches its cell where candles were given. Nothing is interpolated and nothing later is used: at a time
    between two snapshots the earlier one counts.

    Parameters
    ----------
    cell : ndarray of int64, shape (n,)
        Price cell of 10 basis points that holds the liquidation price.
    side : ndarray of int8, shape (n,)
        +1 long, -1 short.
    open_time, close_time : ndarray of int64, shape (n,)
        Half-open life [ns UTC]; `STANDING` from the last snapshot on.
    coins : ndarray of float64, shape (n,)
        [base]
    positions : ndarray of int64, shape (n,)
        How many positions it is made of.
    swept : ndarray of bool, shape (n,)
        Whether it ended because price touched it.
    venue : ndarray of int16, shape (n,)
        Index into `venues`.
    venues : tuple of str
        Names.

    Examples
    --------
    >>> import liqwidget
    >>> import pandas as pd
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> end = pd.Timestamp("2026-01-31", tz="UTC")
    >>> held = {"time": end, "side": ["long", "short"], "size": [2.0, 1.5], "liquidation_price": [80_000.0, 95_000.0]}
    >>> positions = liqwidget.Positions.from_frame(pd.DataFrame(held), symbol="BTC")
    >>> measured = liqwidget.measured_levels(positions)
    >>> measured.coins.tolist(), measured.venues
    ([2.0, 1.5], ('',))
    """

    cell: Integers = field(repr=False)
    side: npt.NDArray[np.int8] = field(repr=False)
    open_time: Integers = field(repr=False)
    close_time: Integers = field(repr=False)
    coins: Floats = field(repr=False)
    positions: Integers = field(repr=False)
    swept: npt.NDArray[np.bool_] = field(repr=False)
    venue: npt.NDArray[np.int16] = field(repr=False)
    venues: tuple[str, ...] = ("",)

    def __len__(self) -> int:
        """Return the number of levels, over all snapshots."""
        return len(self.cell)

    @property
    def size(self) -> Floats:
        """Quote currency at the liquidation price (the cell's centre), shape (n,)."""
        return self.coins * price_cell_centre(self.cell)

    @property
    def price_low(self) -> Floats:
        """Lower price edge [quote/base], shape (n,)."""
        return price_cell_edge(self.cell)

    @property
    def price_high(self) -> Floats:
        """Upper price edge [quote/base], shape (n,)."""
        return price_cell_edge(self.cell + 1)

    def where(self, mask: npt.NDArray[np.bool_]) -> MeasuredLevels:
        """Return the levels at which `mask`, shape (n,), is true."""
        arrays: dict[str, Any] = {
            part.name: getattr(self, part.name)[mask] for part in fields(self) if part.name != "venues"
        }
        return replace(self, **arrays)

    def inside(self, box: Box) -> MeasuredLevels:
        """Return the levels whose price cell and life overlap a box."""
        overlap = (self.price_high > box.price[0]) & (self.price_low < box.price[1])
        return self.where(overlap & (self.open_time < box.time[1]) & (self.close_time > box.time[0]))

    def profile(self, at: Any, edges: npt.ArrayLike) -> Profile:
        """Return what was measured between price edges at a time.

        Parameters
        ----------
        at : time
            The last snapshot at or before it counts; before the first there is nothing.
        edges : array_like, shape (K + 1,)
            Ascending prices [quote/base].

        Returns
        -------
        Profile
            long, short [quote at the liquidation price]. A part of a cell holds its share of the cell's width in
            ln(price), as in the estimate, so finer edges add up to coarser ones.

        Raises
        ------
        DataError
            If edges do not ascend or the time cannot be read.
        """
        prices = checked_edges(edges)
        long, short = self.standing(np.array([time_ns(at, "at")], dtype=np.int64), prices)[:, :, 0]
        return Profile(long, short, prices)

    def standing(self, times: Integers, edges: Floats) -> Floats:
        """Return what was measured between price edges at given times [ns], shape (2, H, W), long then short [quote].

        First row the lowest price; the shape and meaning are those of `liqwidget.field.evaluate.standing`.
        """
        level, row, share = cell_parts(self.cell, edges)
        value = self.size[level] * share
        place = np.where(self.side[level] > 0, 0, 1) * (len(edges) - 1) + row
        opens, closes = self.open_time[level], self.close_time[level]
        columns = [np.zeros(0)] * len(times)
        for column, time in enumerate(times.tolist()):
            here = (opens <= time) & (closes > time)
            sums = np.bincount(place[here], weights=value[here], minlength=2 * (len(edges) - 1))
            columns[column] = sums.astype(np.float64)
        return np.stack(columns, axis=1).reshape(2, len(edges) - 1, len(times))

    def rasterise(self, viewport: Viewport) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Return long and short [quote] on a viewport's rows and columns at the columns' ends, each shape (H, W).

        The rows and columns are those of `liqwidget.rasterise`; row 0 is the lowest price.
        """
        long, short = self.standing(viewport.time_edges[1:], viewport.price_edges).astype(np.float32)
        return long, short

    def to_frame(self) -> pd.DataFrame:
        """Return one row per level, with the columns of `LevelSet.to_frame` where they mean something.

        Returns
        -------
        DataFrame
            price_low, price_high [quote/base], open_time, close_time (UTC; NaT while standing), size [quote at the
            liquidation price], size_base [base], positions, side ('long' / 'short'), venue, ended_by ('swept' /
            'restated' / 'standing').
        """
        stands = self.close_time == STANDING
        closes = pd.Series(time_index(np.where(stands, 0, self.close_time))).mask(stands)
        return pd.DataFrame(
            {
                "price_low": self.price_low,
                "price_high": self.price_high,
                "open_time": pd.Series(time_index(self.open_time)),
                "close_time": closes,
                "size": self.size,
                "size_base": self.coins,
                "positions": self.positions,
                "side": np.where(self.side > 0, "long", "short"),
                "venue": np.asarray(self.venues, dtype=object)[self.venue],
                "ended_by": np.where(stands, "standing", np.where(self.swept, "swept", "restated")),
            }
        )

    def __repr__(self) -> str:
        """Return how many levels of how many snapshots."""
        return f"MeasuredLevels({len(self)} levels, {len(np.unique(self.open_time))} snapshots)"


def cell_parts(cell: Integers, edges: Floats) -> tuple[Integers, Integers, Floats]:
    """Return how price cells lie between price edges.

    Parameters
    ----------
    cell : ndarray of int64, shape (n,)
        Price cells.
    edges : ndarray of float64, shape (K + 1,)
        Ascending prices [quote/base].

    Returns
    -------
    index, row, share : ndarrays of shape (m,)
        For each overlap the index into `cell`, the row between two edges, and the share of the cell's width in
        ln(price) that lies there. Parts outside the edges are left out.
    """
    coordinate = price_cell_coordinate(edges)
    whole = np.round(coordinate)
    coordinate = np.where(np.abs(coordinate - whole) < _BORDER, whole, coordinate)
    first = np.maximum(np.searchsorted(coordinate, cell, side="right") - 1, 0)
    last = np.minimum(np.searchsorted(coordinate, cell + 1, side="left"), len(edges) - 1)
    count = np.maximum(last - first, 0)
    index = np.repeat(np.arange(len(cell)), count)
    row = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + first[index]
    share = np.minimum(coordinate[row + 1], cell[index] + 1) - np.maximum(coordinate[row], cell[index])
    kept = share > 0
    return index[kept], row[kept], share[kept]


def measured_levels(positions: Positions, ledger: Ledger | None = None) -> MeasuredLevels:
    """Return measured positions as levels on the map's lattice, oldest first within a venue.

    Parameters
    ----------
    positions : Positions
        Those without a liquidation price have no level.
    ledger : Ledger, optional
        Its candles end a level when one that opens at or after the snapshot touches the level's cell. Without it a
        level stands until the next snapshot, whatever price does.

    Examples
    --------
    >>> import liqwidget
    >>> import pandas as pd
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> end = pd.Timestamp("2026-01-31", tz="UTC")
    >>> held = {"time": end, "side": ["long", "short"], "size": [2.0, 1.5], "liquidation_price": [80_000.0, 95_000.0]}
    >>> positions = liqwidget.Positions.from_frame(pd.DataFrame(held), symbol="BTC")
    >>> liqwidget.measured_levels(positions, ledger).to_frame()["side"].tolist()
    ['long', 'short']
    """
    held = positions.where(positions.has_level)
    keys = np.stack([held.venue, held.time, np.where(held.side > 0, 0, 1), price_cell_of(held.liquidation_price)])
    unique, inverse, counts = np.unique(keys, axis=1, return_inverse=True, return_counts=True)
    venue, opens, row, cell = unique
    closes = np.full(len(cell), STANDING)
    for code in range(len(positions.venues)):
        stated = np.unique(positions.time[positions.venue == code])
        own = venue == code
        closes[own] = np.append(stated, STANDING)[np.searchsorted(stated, opens[own], side="right")]
    levels = MeasuredLevels(
        cell=cell,
        side=np.where(row == 0, 1, -1).astype(np.int8),
        open_time=opens,
        close_time=closes,
        coins=np.bincount(inverse.ravel(), weights=held.size, minlength=len(cell)).astype(np.float64),
        positions=counts.astype(np.int64),
        swept=np.zeros(len(cell), dtype=np.bool_),
        venue=venue.astype(np.int16),
        venues=positions.venues,
    )
    return levels if ledger is None else _swept(levels, ledger)


def venue_of(ledger: Ledger, name: str) -> VenueLedger:
    """Return the ledger's venue of that name; else the one that leads at the end."""
    if name in ledger.names:
        return ledger.venue(name)
    return ledger.leading() or ledger.venues[0]


def _swept(levels: MeasuredLevels, ledger: Ledger) -> MeasuredLevels:
    """Return the levels, ended by the first candle that opens after their snapshot and touches their cell."""
    closes, swept = levels.close_time.copy(), levels.swept.copy()
    for code, name in enumerate(levels.venues):
        part = venue_of(ledger, name)
        low, high, close = part.coordinates
        before = np.append(close[:1], close[:-1])
        low = np.minimum(low, before) // cells_in_price_cell()
        high = np.maximum(high, before) // cells_in_price_cell()
        for opened in np.unique(levels.open_time[levels.venue == code]).tolist():
            own = np.flatnonzero((levels.venue == code) & (levels.open_time == opened))
            until = int(levels.close_time[own[0]])
            first, last = int(np.searchsorted(part.time, opened)) + 1, int(np.searchsorted(part.time, until))
            for side, reached in (
                (1, -np.minimum.accumulate(low[first:last])),
                (-1, np.maximum.accumulate(high[first:last])),
            ):
                these = own[levels.side[own] == side]
                hit = first + np.searchsorted(reached, -side * levels.cell[these])
                touched = hit < last
                closes[these[touched]] = part.time[hit[touched]]
                swept[these[touched]] = True
    return replace(levels, close_time=closes, swept=swept)
