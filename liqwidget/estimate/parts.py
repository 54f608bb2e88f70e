"""Candles that were made of trades: the rows of their parts, and what survives each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from liqwidget.domain.ledger import RowInputs, RowKind
from liqwidget.domain.whole_candles import candle_ends
from liqwidget.field.engine import compiled, sealed

if TYPE_CHECKING:
    from liqwidget.domain.trades import PricePath

Floats = npt.NDArray[np.float64]


class Shared(NamedTuple):
    """By row: the share that survives it, shape (2, n), and open interest after it [base], shape (n,)."""

    share: Floats
    interest: Floats


def in_parts(rows: RowInputs, timeframe: int, path: PricePath | None) -> RowInputs:
    """Return rows with each complete candle that has a way of its own as its parts, the last of them the candle's row.

    All parts are known at the candle's close, and carry its open interest.
    """
    if path is None:
        return rows
    first, end = np.searchsorted(path.time, [rows.time - timeframe, rows.time])
    counts = np.where(rows.kind == RowKind.CANDLE, end - first, 0)
    index = np.repeat(np.arange(len(counts)), np.maximum(counts, 1))
    ends = np.cumsum(np.maximum(counts, 1)) - 1
    within = np.arange(len(index)) - np.append(0, ends[:-1] + 1)[index]
    made = counts[index] > 0
    part = (first[index] + within)[made]
    columns = {name: getattr(rows, name)[index] for name in RowInputs._fields}
    for name in ("low", "high", "close", "volume"):
        columns[name][made] = getattr(path, name)[part]
    inner = np.ones(len(index), np.bool_)
    inner[ends] = False
    columns["kind"][inner] = RowKind.PART
    return RowInputs(**columns)


def shared_out(share: Floats, interest: Floats, before: float, rows: RowInputs) -> Shared:
    """Share what survives a candle out over its parts, by traded amount.

    Parameters
    ----------
    share, interest : ndarray of float64, shape (2, c), (c,)
        Of each candle: what survives it, and accepted open interest [base].
    before : float
        Open interest before the first [base].
    rows : RowInputs
        Their n rows, which end with a candle's last.

    Returns
    -------
    Shared
        Of a part with u of the candle's volume: ``share ** u``, and open interest that goes from the value before to
        the candle's by the same power: what falls by a share over the candle falls by it over its parts.
    """
    made = Shared(np.ones((2, len(rows.time))), np.empty(len(rows.time)))
    ends = candle_ends(rows.kind)
    compiled(_shared_out)(sealed(ends), sealed(rows.volume), sealed(share), sealed(interest), before, *made)
    return made


def _shared_out(  # noqa: PLR0917 - arrays come by position to compiled functions
    ends: Any, volume: Any, share: Any, interest: Any, before: float, parts: Any, held: Any
) -> None:
    row = 0
    for candle in range(ends.shape[0]):
        last, whole, now = ends[candle], 0.0, interest[candle]
        for part in range(row, last + 1):
            whole += volume[part]
        done = 0.0
        while row < last:
            some = volume[row] / whole
            done += some
            for book in range(2):
                kept = share[book, candle]
                parts[book, row] = kept**some if kept > 0.0 else 0.0
            held[row] = before * (now / before) ** done if before > 0.0 and now > 0.0 else now
            row += 1
        for book in range(2):
            kept = share[book, candle]
            parts[book, row] = kept if done == 0.0 else kept ** (volume[row] / whole) if kept > 0.0 else 0.0
        held[row] = before = now
        row += 1
