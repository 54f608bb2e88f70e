"""Which neighbouring price cells belong together: where much stands close together, and where little does.

Pure rules on the heat of one side, cell by cell. Cells start clusters by falling heat; a
cluster is narrow enough to be traded, and clusters need not touch.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from liqwidget.errors import DataError
from liqwidget.field.engine import compiled

Floats = npt.NDArray[np.float64]

STEP = 0.25
"""A cluster does not grow over a change of heat from cell to cell of this share of the nearer one, or more."""

GAP_SHARE, GAP_CELLS = 0.1, 5
"""A gap is at least so many cells under so much of the side's peak."""


class Rule(NamedTuple):
    """What starts a cluster, as a share of the side's peak, and what it grows over, as a share of its start."""

    least: float
    grows: float

    @classmethod
    def of(cls, sensitivity: object) -> Rule:
        """Return the rule of a sensitivity: 0 few and narrow, 0.5 a tenth and the half, 1 many and wide.

        Raises
        ------
        DataError
            If it is no number from 0 to 1.
        """
        if isinstance(sensitivity, int | float | np.floating) and 0 <= sensitivity <= 1:
            return cls(float(0.1 * 10.0 ** (1 - 2 * sensitivity)), float(0.5 ** (0.5 + sensitivity)))
        message = f"Expected sensitivity from 0 (few clusters) to 1 (many), was {sensitivity!r:.60}"
        raise DataError(message)


def runs(heat: Floats, rule: Rule, most: int) -> list[tuple[int, int]]:
    """Return the first and last cell of each cluster of one side, the hottest start first.

    Parameters
    ----------
    heat : ndarray of float64, shape (V,)
        One side's, at least 0.
    rule : Rule
        What starts and what grows.
    most : int
        Cells of a cluster at most.
    """
    return [(first, last) for _, first, last in runs_of_many(heat[None], rule, most).tolist()]


def runs_of_many(heat: Floats, rule: Rule, most: int) -> npt.NDArray[np.int64]:
    """Return the clusters of many sides or times, each as `runs` finds them, shape (N, 3): row, first and last cell.

    `heat`: shape (M, V), at least 0.
    """
    rows, cells = heat.shape
    if not cells:
        return np.empty((0, 3), np.int64)
    padded = np.zeros((rows, cells + 2))
    padded[:, 1:-1] = heat
    order = np.argsort(-padded[:, 1:-1], axis=1, kind="stable")
    found = np.zeros((rows * cells, 3), np.int64)
    return found[: compiled(_grown)(padded, order, rule.least, rule.grows, most, found)]


def _grown(  # noqa: PLR0917 - arrays come by position to compiled functions
    heat: Floats, order: npt.NDArray[np.int64], least: float, grows: float, most: int, out: npt.NDArray[np.int64]
) -> int:
    """Grow clusters row by row; `heat` has a cell of nothing at both ends, `order` leaves them out."""
    count = 0
    taken = np.zeros(heat.shape[1], np.bool_)
    for row in range(heat.shape[0]):
        here = heat[row]
        taken[:] = False
        taken[0] = taken[-1] = True
        highest = here[order[row, 0] + 1]
        for place in range(order.shape[1]):
            cell = order[row, place] + 1
            if not highest > 0.0 or here[cell] < least * highest:
                break
            if taken[cell] or here[cell] < here[cell - 1] or here[cell] < here[cell + 1]:
                continue
            first = last = cell
            taken[cell] = True
            while last - first + 1 < most:
                best, grown = grows * here[cell], -1
                for inner, outer in ((first, first - 1), (last, last + 1)):
                    near = abs(here[outer] - here[inner]) < STEP * here[inner]
                    if not taken[outer] and near and here[outer] > grows * here[cell] and here[outer] >= best:
                        best, grown = here[outer], outer
                if grown < 0:
                    break
                taken[grown] = True
                first, last = min(first, grown), max(last, grown)
            out[count, 0], out[count, 1], out[count, 2] = row, first - 1, last - 1
            count += 1
    return count


def gaps(heat: Floats) -> list[tuple[int, int]]:
    """Return the first and last cell of each stretch of a side in which little stands, the nearest index first."""
    cold = heat < GAP_SHARE * float(heat.max(initial=0.0))
    ends = np.flatnonzero(np.diff(np.concatenate([[False], cold, [False]]).astype(np.int8)))
    spans = zip(ends[::2].tolist(), ends[1::2].tolist(), strict=True)
    return [(start, stop - 1) for start, stop in spans if stop - start >= GAP_CELLS]
