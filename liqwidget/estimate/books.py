"""The forward pass: books per side and leverage group that price sweeps and open interest refills."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from liqwidget.domain.ledger import BookState
from liqwidget.field.engine import engine, sealed

if TYPE_CHECKING:
    from liqwidget.field.density import Density

CHECKPOINT_ROWS = 1024
"""A state is kept after every so many rows, counted from the first."""

_MARGIN = 64
"""Lattice cells by which the traded range grows at a time, so that it grows seldom."""


class Pass(NamedTuple):
    """Per row, ln survival shape (n,) and openings [base] shape (n, 2, G); checkpoints passed; the state after."""

    log_survival: npt.NDArray[np.float64]
    opened: npt.NDArray[np.float64]
    checkpoints: tuple[BookState, ...]
    state: BookState


def empty_books(coordinate: float, groups: int) -> BookState:
    """Return the books before the first row, around a price given as a lattice coordinate."""
    shape = (2, groups, 2 * _MARGIN)
    base = int(np.floor(coordinate)) - _MARGIN
    return BookState(-1, np.zeros((2, groups)), base, np.zeros(shape), np.zeros(shape), 1.0, 0.0)


def grown(state: BookState, low: int, high: int, density: Density) -> BookState:
    """Return the state with the cells [low, high] in its range; cells never touched hold what was spread on them."""
    first = min(state.base, low - _MARGIN) if low < state.base else state.base
    end = state.base + state.standing.shape[2]
    last = max(end, high + 1 + _MARGIN) if high >= end else end
    parts = {"standing": state.standing, "entered": state.entered}
    for start, stop, before in ((first, state.base, True), (end, last, False)):
        if stop > start:
            table, span = sealed(density.table), sealed(density.span)
            spread = engine().spread(state.entered, state.base, table, span, density.weights > 0, start, stop)
            for name, new in (("standing", spread), ("entered", np.zeros_like(spread))):
                parts[name] = np.concatenate([new, parts[name]] if before else [parts[name], new], axis=2)
    return BookState(state.row, state.mass, first, parts["standing"], parts["entered"], state.scale, state.log_survival)


def run_books(
    state: BookState,
    last_close: float,
    coordinates: npt.NDArray[np.float64],
    share: npt.NDArray[np.float64],
    interest: npt.NDArray[np.float64],
    frozen: npt.NDArray[np.bool_],
    density: Density,
) -> Pass:
    """Fold new rows into the books.

    Parameters
    ----------
    state : BookState
        After the row before the new ones.
    last_close : float
        Its close as a lattice coordinate.
    coordinates : ndarray of float64, shape (3, n)
        Low, high and close of the new rows as lattice coordinates.
    share, interest, frozen : ndarray of float64 / float64 / bool, shape (n,)
        What survives each row, accepted open interest [base], rows that neither unwind nor open.
    density : Density
        The venue's prior.

    Returns
    -------
    Pass
        ``opened[i, s, g]`` is w_g x open interest minus what the book still held: after each row every book holds its
        share of open interest.
    """
    low, high, close = map(sealed, coordinates)
    table, span, weights = sealed(density.table), sealed(density.span), sealed(density.weights)
    count, first_row = len(close), state.row + 1
    log_survival, opened = np.zeros(count), np.zeros((count, 2, len(density.weights)))
    mass, standing, entered = state.mass.copy(), state.standing.copy(), state.entered.copy()
    scale, base, previous = state.scale, state.base, np.array([last_close, state.log_survival])
    checkpoints: list[BookState] = []
    row = 0
    while row < count:
        stop = min(count, (first_row + row) // CHECKPOINT_ROWS * CHECKPOINT_ROWS + CHECKPOINT_ROWS - first_row)
        reached, scale = engine().forward(
            row, stop, low, high, close, share, interest, frozen, previous, mass, standing, entered, scale, base,
            table, span, weights, log_survival, opened,
        )  # fmt: skip
        now = BookState(first_row + reached - 1, mass, base, standing, entered, scale, float(previous[1]))
        if reached < stop:
            closed = int(np.floor(close[reached]))
            lowest, highest = int(np.floor(low[reached])) - 1, int(np.floor(high[reached])) + 1
            wide = grown(now, min(lowest, 2 * closed - highest), max(highest, 2 * closed - lowest), density)
            base, standing, entered = wide.base, wide.standing.copy(), wide.entered.copy()
        elif (first_row + reached) % CHECKPOINT_ROWS == 0:
            checkpoints.append(
                BookState(now.row, mass.copy(), base, standing.copy(), entered.copy(), scale, now.log_survival)
            )
        row = reached
    after = BookState(first_row + count - 1, mass, base, standing, entered, scale, float(previous[1]))
    return Pass(log_survival, opened, tuple(checkpoints), after)
