"""Which neighbouring price cells belong together: where much stands close together, and where little does.

Pure rules on the heat of one side, cell by cell (EVIDENCE.md, section 4). Cells start clusters by falling heat; a
cluster is narrow enough to be traded, and clusters need not touch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from liqwidget.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator

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
        message = f"Expected sensitivity from 0 (few clusters) to 1 (many), was {sensitivity!r}"
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
    highest = float(heat.max(initial=0.0))
    if not highest > 0:
        return []
    padded = np.concatenate([[0.0], heat, [0.0]])
    taken = np.zeros(len(heat) + 2, np.bool_)
    taken[[0, -1]] = True
    found = []
    for cell in (np.argsort(-heat, kind="stable") + 1).tolist():
        if padded[cell] < rule.least * highest:
            break
        if taken[cell] or padded[cell] < max(padded[cell - 1], padded[cell + 1]):
            continue
        first = last = cell
        taken[cell] = True
        while last - first + 1 < most:
            grown = max(_neighbours(padded, taken, first, last, rule.grows * padded[cell]), default=None)
            if grown is None:
                break
            taken[grown[1]] = True
            first, last = min(first, grown[1]), max(last, grown[1])
        found.append((first - 1, last - 1))
    return found


def _neighbours(
    heat: Floats, taken: npt.NDArray[np.bool_], first: int, last: int, least: float
) -> Iterator[tuple[float, int]]:
    """Return the heat and index of the cells beside a cluster that it may grow over."""
    for inner, outer in ((first, first - 1), (last, last + 1)):
        near = abs(heat[outer] - heat[inner]) < STEP * heat[inner]
        if not taken[outer] and near and heat[outer] > least:
            yield float(heat[outer]), outer


def gaps(heat: Floats) -> list[tuple[int, int]]:
    """Return the first and last cell of each stretch of a side in which little stands, the nearest index first."""
    cold = heat < GAP_SHARE * float(heat.max(initial=0.0))
    ends = np.flatnonzero(np.diff(np.concatenate([[False], cold, [False]]).astype(np.int8)))
    spans = zip(ends[::2].tolist(), ends[1::2].tolist(), strict=True)
    return [(start, stop - 1) for start, stop in spans if stop - start >= GAP_CELLS]
