"""What stands at one time, cell by cell: the profile beside the picture and the liquidation map are drawn from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from liqwidget.domain.lattice import CELL, cell_edge, cell_of
from liqwidget.domain.leverage import LEVERAGE_GROUPS
from liqwidget.field.parts import by_group
from liqwidget.study.clusters import REACH_DOWN, REACH_UP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from liqwidget.domain.ledger import Ledger

Floats = npt.NDArray[np.float64]


def book_state(ledger: Ledger, time: int, groups: Sequence[int]) -> dict[str, Any] | None:
    """Return what stands at a time [ns] as the front end reads it; None before the first close.

    Parameters
    ----------
    ledger : Ledger
        Of the venues that count.
    time : int
        ns UTC.
    groups : sequence of int
        Leverage groups that count, by index.

    Returns
    -------
    dict
        `base`, the lattice cell of the first column, `cell`, its width in ln(price), and both sides together as
        float32 bytes, shape (names, cells) [quote]: `leverage` by `leverage_names`, `venue` by `venue_names`.
    """
    price = ledger.last_price(time)
    if not price > 0 or not groups:
        return None
    middle = int(cell_of(price))
    cells = np.arange(middle - REACH_DOWN, middle + REACH_UP + 1)
    edges = cell_edge(np.append(cells, cells[-1] + 1))
    parts = by_group(ledger, time, edges, groups).sum(axis=2)
    return {
        "base": int(cells[0]),
        "cell": CELL,
        "leverage": _bytes(parts.sum(axis=0)),
        "leverage_names": [LEVERAGE_GROUPS[group] for group in groups],
        "venue": _bytes(parts.sum(axis=1)),
        "venue_names": list(ledger.names),
    }


def _bytes(rows: Floats) -> bytes:
    return np.ascontiguousarray(rows, dtype="<f4").tobytes()
