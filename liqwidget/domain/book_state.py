"""The books of one venue after a row of its ledger: all of it, to go on from, and what a picture begins with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


def starts(units: npt.NDArray[np.int64], cells: int) -> npt.NDArray[np.int64]:
    """Return where each book's units begin in one line of all of them, and the end; shape (B + 1,)."""
    return np.concatenate([[0], np.cumsum(cells // units)])


@dataclass(frozen=True, slots=True, eq=False)
class BookState:
    """The books after a row: what the next row sweeps and refills, on the traded range of the lattice.

    A book's openings add up on its units (see `liqwidget.field.density`). A lattice cell holds its even share of what
    its unit got since price last touched the cell.

    Parameters
    ----------
    row : int
        The row it stands after.
    mass : ndarray of float64, shape (2, B)
        Coins of each side's book [base]; weight x open interest unless frozen.
    base, cells : int
        First lattice cell, and how many; both whole price cells.
    accumulated, entered : ndarray of float64, shape (2, L)
        What landed on each unit, and what was opened by entry unit over the book's weight, over `scale`; book after
        book (`starts`). What cells never touched hold follows from `entered`.
    swept : ndarray of float64, shape (2, B, V)
        What `accumulated` was when price last touched each cell.
    waiting : ndarray of float64, shape (2, L)
        What `accumulated` lacks as yet, by entry unit as `entered`.
    between : ndarray of int64, shape (B, 2)
        First and last unit of what waits in each book.
    scale : ndarray of float64, shape (2,)
        Factor that brings all of these to coins of this row: groups, book at the cap.
    log_survival : ndarray of float64, shape (2,)
        ln of the survival since the first row: groups, book at the cap.
    """

    row: int
    mass: npt.NDArray[np.float64]
    base: int
    cells: int
    accumulated: npt.NDArray[np.float64]
    entered: npt.NDArray[np.float64]
    swept: npt.NDArray[np.float64]
    waiting: npt.NDArray[np.float64]
    between: npt.NDArray[np.int64]
    scale: npt.NDArray[np.float64]
    log_survival: npt.NDArray[np.float64]

    def checkpoint(self, units: npt.NDArray[np.int64]) -> Checkpoint:
        """Return what stands in coins; nothing may wait."""
        begins = starts(units, self.cells)
        scales = np.where(np.arange(len(units)) == len(units) - 1, self.scale[1], self.scale[0])
        standing = np.empty_like(self.swept)
        entered = self.entered.copy()
        for book, unit in enumerate(units):
            part = slice(begins[book], begins[book + 1])
            spread = np.repeat(self.accumulated[:, part], unit, axis=1)
            standing[:, book] = (spread - self.swept[:, book]) / unit * scales[book]
            entered[:, part] *= scales[book]
        return Checkpoint(self.row, self.base, self.cells, standing, entered)


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """What stands after a row, in coins of that row.

    Parameters
    ----------
    row : int
        The row it stands after.
    base, cells : int
        First lattice cell, and how many.
    standing : ndarray of float64, shape (2, B, V)
        Coins by side, book and lattice cell.
    entered : ndarray of float64, shape (2, L)
        Coins by entry unit over the book's weight, book after book (`starts`).
    """

    row: int
    base: int
    cells: int
    standing: npt.NDArray[np.float64]
    entered: npt.NDArray[np.float64]
