"""The forward pass: books per side and leverage group that price sweeps and open interest refills."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from liqwidget.domain.book_state import BookState, Checkpoint, starts
from liqwidget.domain.growth import unwritten
from liqwidget.domain.lattice import cell_coordinate, cells_in_price_cell
from liqwidget.field.engine import engine, numba, sealed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from liqwidget.domain.ledger import RowInputs
    from liqwidget.domain.passages import Passages
    from liqwidget.field.density import Density

CHECKPOINT_ROWS = 32_768
"""What stands is kept after every so many rows, counted from the first."""

_MARGIN, _SHARE = 64, 4
"""Price cells by which the traded range grows at a time, and of what share of it at least, so that it grows seldom."""


class Pass(NamedTuple):
    """What new rows made: ln survival of the groups' books and of the one at the cap, and openings [base], by row.

    Shapes (2, n) and (n, 2, B). Then the checkpoints passed, and the state after.
    """

    log_survival: npt.NDArray[np.float64]
    opened: npt.NDArray[np.float64]
    checkpoints: tuple[Checkpoint, ...]
    state: BookState


def empty_books(coordinate: float, density: Density) -> BookState:
    """Return the books before the first row, around a price given as a lattice coordinate."""
    wide, books = cells_in_price_cell(), len(density.weights)
    cells = 2 * _MARGIN * wide
    line = np.zeros((2, starts(density.units, cells)[-1]))
    base = (int(np.floor(coordinate / wide)) - _MARGIN) * wide
    return BookState(
        row=-1,
        mass=np.zeros((2, books)),
        base=base,
        cells=cells,
        accumulated=line,
        entered=line.copy(),
        swept=np.zeros((2, books, cells)),
        waiting=line.copy(),
        between=np.tile([0, -1], (books, 1)),
        scale=np.ones(2),
        log_survival=np.zeros(2),
    )


def grown(state: BookState, low: int, high: int, density: Density) -> BookState:
    """Return the state with the cells [low, high] in its range; cells never touched hold what was spread on them.

    Nothing may wait.
    """
    wide = cells_in_price_cell()
    margin = max(_MARGIN, state.cells // (_SHARE * wide))
    first = (low // wide - margin) * wide if low < state.base else state.base
    end = state.base + state.cells
    last = (high // wide + 1 + margin) * wide if high >= end else end
    accumulated, entered = [], []
    begins = starts(density.units, state.cells)
    for book, unit in enumerate(density.units):
        part = slice(begins[book], begins[book + 1])
        table, span = sealed(density.table[:, book]), sealed(density.span[:, book])
        entries = sealed(state.entered[:, part])
        before, after = (
            engine().spread(entries, int(state.base // unit), table, span, int(start // unit), int(stop // unit))
            for start, stop in ((first, state.base), (end, last))
        )
        accumulated += [before, state.accumulated[:, part], after]
        entered += [np.zeros_like(before), state.entered[:, part], np.zeros_like(after)]
    swept = np.zeros((*state.swept.shape[:2], last - first))
    swept[:, :, state.base - first : end - first] = state.swept
    return replace(
        state,
        base=first,
        cells=last - first,
        accumulated=np.concatenate(accumulated, axis=1),
        entered=(line := np.concatenate(entered, axis=1)),
        waiting=np.zeros_like(line),
        swept=swept,
    )


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
    share : ndarray of float64, shape (2, n)
        What survives each row, in the groups' books and in the one at the cap.
    interest, frozen : ndarray of float64 / bool, shape (n,)
        Accepted open interest [base], rows that neither unwind nor open.
    density : Density
        The venue's prior.

    Returns
    -------
    Pass
        ``opened[i, s, b]`` is the book's weight x open interest minus what it still held: after each row every book
        holds its share of open interest.
    """
    low, high, close = map(sealed, coordinates)
    given = sealed(share), sealed(interest), sealed(frozen)
    spread = tuple(map(sealed, (density.table, density.span, density.weights, density.units)))
    count, first_row = len(close), state.row + 1
    log_survival, opened = np.zeros((2, count)), unwritten(count, 2, len(density.weights))
    previous = np.array([last_close, *state.log_survival])
    now = _copied(state)
    checkpoints: list[Checkpoint] = []
    row = 0
    while row < count:
        stop = min(count, (first_row + row) // CHECKPOINT_ROWS * CHECKPOINT_ROWS + CHECKPOINT_ROWS - first_row)
        reached = engine().forward(
            row, stop, low, high, close, *given, previous, now.mass, now.accumulated, now.swept, now.entered,
            now.waiting, now.between, now.scale, now.base, cells_in_price_cell(), *spread, log_survival, opened,
        )  # fmt: skip
        now = replace(now, row=first_row + reached - 1, log_survival=previous[1:].copy())
        at_checkpoint = reached == stop and (first_row + reached) % CHECKPOINT_ROWS == 0
        if reached < stop or at_checkpoint:
            now = landed(now, density)
        if reached < stop:
            wide, closed = 2 * cells_in_price_cell(), int(np.floor(close[reached]))
            lowest, highest = int(np.floor(low[reached])) - wide, int(np.floor(high[reached])) + wide
            now = grown(now, min(lowest, 2 * closed - highest), max(highest, 2 * closed - lowest), density)
        elif at_checkpoint:
            checkpoints.append(now.checkpoint(density.units))
        row = reached
    return Pass(log_survival, opened, tuple(checkpoints), now)


def passed(
    before: Passages,
    inputs: RowInputs,
    log_survival: Sequence[npt.NDArray[np.float64]],
    opened: npt.NDArray[np.float64],
    density: Density,
) -> Passages:
    """Return the passages of a venue's rows, of which those `before` are known; compiled kernels alone read them.

    Parameters
    ----------
    inputs, opened :
        All rows.
    log_survival : two ndarrays of float64, shape (n,)
        Of the groups' books and of the one at the cap.
    """
    count = (len(inputs.time) - before.rows) // before.length * before.length
    if count == 0 or numba() is None:
        return before
    first = max(before.rows - 1, 0)
    rows, row = slice(first, before.rows + count), before.rows - first
    coordinates = cell_coordinate(np.stack([inputs.low[rows], inputs.high[rows], inputs.close[rows]]))
    nothing = before.none()
    made = engine().passages(
        row, row + count, before.length, *map(sealed, coordinates),
        sealed(np.stack([one[rows] for one in log_survival])), sealed(opened[rows]),
        sealed(density.per_weight), sealed(density.table), sealed(density.span), sealed(density.units),
        cells_in_price_cell(), sealed(np.arange(len(density.units))), sealed(nothing.passed),
        sealed(nothing.kept),
    )  # fmt: skip
    return before.followed_by(*made)


def landed(state: BookState, density: Density) -> BookState:
    """Return the books with nothing waiting."""
    now = _copied(state)
    spread = map(sealed, (density.table, density.span, density.units))
    engine().settle(now.accumulated, now.waiting, now.between, now.base, now.cells, *spread)
    return now


def _copied(state: BookState) -> BookState:
    """Return a state that the kernel may write to."""
    return replace(
        state,
        mass=state.mass.copy(),
        accumulated=state.accumulated.copy(),
        entered=state.entered.copy(),
        swept=state.swept.copy(),
        waiting=state.waiting.copy(),
        between=state.between.copy(),
        scale=state.scale.copy(),
    )
