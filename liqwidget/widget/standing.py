"""What stands at one time, cell by cell: the profile beside the picture and the liquidation map are drawn from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from liqwidget.domain.lattice import PRICE_CELL, price_cell_of
from liqwidget.domain.leverage import LEVERAGE_GROUPS

if TYPE_CHECKING:
    from liqwidget.study.standing import Around

Floats = npt.NDArray[np.float64]


def standing_state(
    looked_at: Around | None, price: tuple[float, float] | None = None, stack: str | None = None
) -> dict[str, Any] | None:
    """Return what stands around the last price as the front end reads it; None before the first close.

    Parameters
    ----------
    looked_at : Around, optional
        What stands.
    price : (float, float), optional
        From the cell of the lower to that of the higher one, and to that of the last price; by default all of it.
    stack : {'leverage', 'venue', 'off'}, optional
        Which of the two has bytes; by default both.

    Returns
    -------
    dict
        `base`, the price cell of the first column, `cell`, its width in ln(price), `columns`, how many there are, and
        both sides together, `leverage` by `leverage_names`, `venue` by `venue_names`: float32 bytes [quote], of each
        row from its first to its last column in which anything stands, which `leverage_cells` and `venue_cells` tell
        as [first, how many]. Most groups of leverage stand near the price alone.
    """
    if looked_at is None:
        return None
    seen = slice(None) if price is None else _cells(looked_at, price)
    parts = looked_at.parts[..., seen].sum(axis=2)
    state = {
        "base": int(looked_at.cells[seen][0]),
        "cell": PRICE_CELL,
        "columns": parts.shape[-1],
        "leverage_names": [LEVERAGE_GROUPS[group] for group in looked_at.groups],
        "venue_names": list(looked_at.ledger.names),
    }
    for name, axis in (("leverage", 0), ("venue", 1)):
        rows = [_stood(row) for row in parts.sum(axis=axis)] if stack in (None, name) else []
        state[name] = b"".join(content for _, content in rows)
        state[f"{name}_cells"] = [place for place, _ in rows]
    return state


def _cells(looked_at: Around, price: tuple[float, float]) -> slice:
    low, high = (int(price_cell_of(end(*price, looked_at.price))) - int(looked_at.cells[0]) for end in (min, max))
    last = len(looked_at.cells) - 1
    return slice(min(max(low, 0), last), min(max(high, 0), last) + 1)


def _stood(row: Floats) -> tuple[list[int], bytes]:
    """Return where anything stands in a row, (first column, how many), and what."""
    values = row.astype("<f4")
    stands = np.flatnonzero(values)
    if not stands.size:
        return [0, 0], b""
    first, last = int(stands[0]), int(stands[-1])
    return [first, last + 1 - first], values[first : last + 1].tobytes()
