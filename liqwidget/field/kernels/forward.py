"""The forward pass over candles: survive, sweep, open."""

from __future__ import annotations

import math

import numba as nb
import numpy as np

from liqwidget.field.kernels.placing import ALL_CLOSED, MAXIMUM_NODES, Flags, Floats, Integers, entries, place


@nb.njit(cache=True, nogil=True)
def forward(
    row: int,
    stop: int,
    low: Floats,
    high: Floats,
    close: Floats,
    survival: Floats,
    interest: Floats,
    frozen: Flags,
    previous: Floats,
    mass: Floats,
    standing: Floats,
    entered: Floats,
    scale: float,
    base: int,
    table: Floats,
    span: Integers,
    weights: Floats,
    log_survival: Floats,
    opened: Floats,
) -> tuple[int, float]:
    """Run the books over rows [row, stop): survive, sweep, open.

    Parameters
    ----------
    low, high, close : float64, shape (n,)
        Lattice coordinates of what was traded in each row.
    survival, interest : float64, shape (n,)
        Share that survives the row; accepted open interest [base].
    frozen : bool, shape (n,)
        Rows that sweep but neither unwind nor open.
    previous : float64, shape (2,)
        Lattice coordinate of the last close, ln of the last survival; updated.
    mass : float64, shape (2, G)
        Coins of each book; updated.
    standing, entered : float64, shape (2, G, B)
        Standing by cell and openings by entry cell over `scale`; updated.

    Returns
    -------
    row, scale : int, float
        The row reached (before `stop` when the cells must grow first) and the new scale.
    """
    groups = weights.shape[0]
    top_cell = base + standing.shape[2] - 1
    cells = np.empty(2 * MAXIMUM_NODES, np.int64)
    shares = np.empty(2 * MAXIMUM_NODES)
    while row < stop:
        closed = int(math.floor(close[row]))
        lowest, highest = int(math.floor(low[row])) - 1, int(math.floor(high[row])) + 1
        if min(lowest, 2 * closed - highest) < base or max(highest, 2 * closed - lowest) > top_cell:
            return row, scale
        before = int(math.floor(previous[0]))
        kept = survival[row]
        scale *= kept
        if kept > 0.0:
            previous[1] += math.log(kept)
        else:
            previous[1] += ALL_CLOSED
            standing[:] = 0.0
            entered[:] = 0.0
            scale = 1.0
        log_survival[row] = previous[1]
        bottom = int(math.floor(min(low[row], previous[0])))
        top = int(math.floor(max(high[row], previous[0])))
        for group in range(groups):
            for side in range(2):
                gone = 0.0
                for cell in range(bottom if side == 0 else before, (before if side == 0 else top) + 1):
                    gone += standing[side, group, cell - base]
                    standing[side, group, cell - base] = 0.0
                mass[side, group] = max(0.0, mass[side, group] * kept - gone * scale)
        previous[0] = close[row]
        if not frozen[row]:
            used = entries(low[row], high[row], cells, shares)
            for side in range(2):
                for group in range(groups):
                    amount = weights[group] * interest[row] - mass[side, group]
                    if amount <= 0.0 or weights[group] == 0.0:
                        continue
                    opened[row, side, group] = amount
                    mass[side, group] = weights[group] * interest[row]
                    for index in range(used):
                        part = amount / weights[group] * shares[index] / scale
                        entered[side, group, cells[index] - base] += part
                        place(
                            standing[side, group],
                            base,
                            part,
                            table[side, group],
                            span[side, group, 0],
                            span[side, group, 1],
                            side,
                            cells[index],
                            closed,
                            base,
                            top_cell,
                        )
        if scale < 1e-60:
            standing *= scale
            entered *= scale
            scale = 1.0
        row += 1
    return row, scale
