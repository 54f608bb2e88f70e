"""What stands at one time, cell by cell: the profile beside the picture and the liquidation map are drawn from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from liqwidget.domain.lattice import PRICE_CELL
from liqwidget.domain.leverage import LEVERAGE_GROUPS

if TYPE_CHECKING:
    from liqwidget.study.standing import Around

Floats = npt.NDArray[np.float64]


def standing_state(looked_at: Around | None) -> dict[str, Any] | None:
    """Return what stands around the last price as the front end reads it; None before the first close.

    Returns
    -------
    dict
        `base`, the price cell of the first column, `cell`, its width in ln(price), and both sides together as
        float32 bytes, shape (names, cells) [quote]: `leverage` by `leverage_names`, `venue` by `venue_names`.
    """
    if looked_at is None:
        return None
    parts = looked_at.parts.sum(axis=2)
    return {
        "base": int(looked_at.cells[0]),
        "cell": PRICE_CELL,
        "leverage": _bytes(parts.sum(axis=0)),
        "leverage_names": [LEVERAGE_GROUPS[group] for group in looked_at.groups],
        "venue": _bytes(parts.sum(axis=1)),
        "venue_names": list(looked_at.ledger.names),
    }


def _bytes(rows: Floats) -> bytes:
    return np.ascontiguousarray(rows, dtype="<f4").tobytes()
