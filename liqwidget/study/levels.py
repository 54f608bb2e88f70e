"""Levels: lives of price cells between two touches, derived from the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from liqwidget.domain.lattice import CELL, PRICE_CELL, cells_in_price_cell
from liqwidget.domain.ledger import RowKind
from liqwidget.domain.levels import STANDING, LevelSet
from liqwidget.domain.leverage import NEAR_BOOK
from liqwidget.domain.time import HOUR
from liqwidget.errors import DataError
from liqwidget.field.density import Prior, venue_density
from liqwidget.field.engine import engine, sealed
from liqwidget.field.oracle.placing import ALL_CLOSED

if TYPE_CHECKING:
    from liqwidget.domain.ledger import Ledger, VenueLedger


_LOOKED_AT = 4 * HOUR
"""How often the most that a level held is looked at [ns]; after every candle where these are longer."""


def levels(ledger: Ledger, *, width: float = PRICE_CELL) -> LevelSet:
    """Return every level of a ledger, oldest first within a venue.

    A level is the life of a price cell of the chosen width: it ends when price touches any of its lattice cells (2
    basis points), and what stands on in the others is the next level. Standing levels sum to the profile.

    Parameters
    ----------
    ledger : Ledger
        See `liqwidget.estimate`.
    width : float
        Of a level in ln(price): 0.0002, one lattice cell, or a multiple of 0.001.

    Raises
    ------
    DataError
        If the width is neither.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> liqwidget.levels(ledger).to_frame()["ended_by"].unique().tolist()
    ['swept', 'standing']
    """
    cells = _cells(width)
    tables = [lives(part, ledger.prior, cells) for part in ledger]
    sizes = [len(table) for table in tables]
    table = np.concatenate(tables)
    times = [np.append(part.known, STANDING if part.ended is None else part.ended) for part in ledger]
    opens, closes = (
        np.concatenate([time[rows[:, column].astype(np.int64)] for time, rows in zip(times, tables, strict=True)])
        for column in (3, 4)
    )
    if any(part.inputs.are(RowKind.PART).any() for part in ledger):
        # What opened and ended within one candle of trades is seen by nobody.
        seen = opens < closes
        tables = [rows[seen[end - len(rows) : end]] for rows, end in zip(tables, np.cumsum(sizes), strict=True)]
        sizes, table, opens, closes = [len(rows) for rows in tables], table[seen], opens[seen], closes[seen]
    return LevelSet(
        cell=table[:, 2].astype(np.int64),
        side=np.where(table[:, 0] == 0, 1, -1).astype(np.int8),
        group=table[:, 1].astype(np.int8),
        open_time=opens,
        close_time=closes,
        size=table[:, 5],
        peak_size=table[:, 6],
        venue=np.repeat(np.arange(len(sizes), dtype=np.int16), sizes),
        venues=ledger.names,
        lapsed=(table[:, 4] < 0) & (closes < STANDING),
        settled=np.concatenate(
            [_settled(part)[rows[:, 4].astype(np.int64)] for part, rows in zip(ledger, tables, strict=True)]
        ),
        width=cells * CELL,
    )


def _settled(ledger: VenueLedger) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return by row whether all positions closed in it at once; the last entry stands for no row."""
    return np.append(np.diff(ledger.log_survival, prepend=0.0) < 0.5 * ALL_CLOSED, False)


def _cells(width: object) -> int:
    """Return the lattice cells in a level's width."""
    wide = cells_in_price_cell()
    if isinstance(width, int | float) and 0 < width < 1:
        cells = round(width / CELL)
        if abs(cells * CELL - width) < CELL / 1000 and (cells == 1 or (cells > 0 and cells % wide == 0)):
            return cells
    message = f"Expected width of {CELL:g}, or a multiple of {PRICE_CELL:g} under 1, in ln(price), was {width!r:.60}"
    raise DataError(message)


def lives(ledger: VenueLedger, prior: Prior, width: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return the lives of every level of `width` lattice cells that an entry of this ledger can reach, oldest first.

    Shape (N, 7): side (0 long, 1 short), leverage group, level (cell // width), the row that opened it, the row that
    ended it (-1 if none has), what it held at its end, the most it held [quote].
    """
    spread, wide = venue_density(ledger, prior), cells_in_price_cell()
    far = (spread.span[:, :, 1] * spread.units).max(axis=1) + 2 * wide
    step = max(wide, width)
    base = int(np.floor((ledger.traded[0] - far[0]) / step)) * step
    end = (int(np.floor((ledger.traded[1] + far[1]) / step)) + 1) * step
    table: np.ndarray[tuple[int, int], np.dtype[np.float64]] = engine().lives(
        *map(sealed, ledger.coordinates),
        ledger.survivals,
        sealed(ledger.opened),
        sealed(spread.per_weight),
        np.append(np.arange(NEAR_BOOK), spread.nearest),
        sealed(spread.table),
        sealed(spread.span),
        sealed(spread.units),
        wide,
        base,
        width,
        ledger.worth(np.arange(base, end)),
        max(1, _LOOKED_AT // ledger.timeframe),
    )
    return table
