"""Levels: lives of price cells between two touches, derived from the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from liqwidget.domain.levels import STANDING, LevelSet
from liqwidget.field.density import Prior, venue_density
from liqwidget.field.engine import engine
from liqwidget.field.oracle import ALL_CLOSED

if TYPE_CHECKING:
    from liqwidget.domain.ledger import Ledger, VenueLedger


def levels(ledger: Ledger) -> LevelSet:
    """Return every level of a ledger, oldest first within a venue.

    Opened = standing + no level + swept + unwound: a level's coins at its end are what was swept, and what it lost
    before was unwound. A gap is known with the candle after it: what it opened and that candle swept has no length.

    Parameters
    ----------
    ledger : Ledger
        See `liqwidget.estimate`.
    """
    tables = [lives(part, ledger.prior) for part in ledger]
    sizes = [len(table) for table in tables]
    table = np.concatenate(tables)
    each = list(zip(ledger, tables, strict=True))
    cell = table[:, 2].astype(np.int64)
    worth = np.concatenate([part.worth(rows[:, 2].astype(np.int64)) for part, rows in zip(ledger, tables, strict=True)])
    times = [np.append(part.known, STANDING if part.ended is None else part.ended) for part in ledger]
    opens, closes = (
        np.concatenate([time[rows[:, column].astype(np.int64)] for time, rows in zip(times, tables, strict=True)])
        for column in (3, 4)
    )
    return LevelSet(
        cell=cell,
        side=np.where(table[:, 0] == 0, 1, -1).astype(np.int8),
        group=table[:, 1].astype(np.int8),
        open_time=opens,
        close_time=closes,
        size=table[:, 5] * worth,
        peak_size=table[:, 6] * worth,
        venue=np.repeat(np.arange(len(sizes), dtype=np.int16), sizes),
        venues=ledger.names,
        lapsed=(table[:, 4] < 0) & (closes < STANDING),
        settled=np.concatenate([_settled(part)[rows[:, 4].astype(np.int64)] for part, rows in each]),
    )


def _settled(ledger: VenueLedger) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return by row whether all positions closed in it at once; the last entry stands for no row."""
    return np.append(np.diff(ledger.log_survival, prepend=0.0) < 0.5 * ALL_CLOSED, False)


def lives(ledger: VenueLedger, prior: Prior) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return the lives of every cell that an entry of this ledger can reach, oldest first.

    Shape (N, 7): side (0 long, 1 short), leverage group, lattice cell, the row that opened it, the row that ended it
    (-1 if none has), what it held at its end, the most it held [base; of an inverse contract quote].
    """
    spread = venue_density(ledger, prior)
    low, high, close = ledger.coordinates
    base = int(np.floor(low.min())) - int(spread.span[0, :, 1].max(initial=1)) - 8
    last = int(np.floor(high.max())) + int(spread.span[1, :, 1].max(initial=1)) + 8
    table: np.ndarray[tuple[int, int], np.dtype[np.float64]] = engine().lives(
        low,
        high,
        close,
        ledger.log_survival,
        ledger.opened,
        spread.per_weight,
        spread.table,
        spread.span,
        base,
        last - base + 1,
    )
    return table
