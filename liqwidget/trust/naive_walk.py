"""The walk of a naive map over candles: levels fade, go dark where price touches them, and are seeded candle by candle.

It has cells of its own, `GRID` wide, as such maps draw them: they do not follow the lattice of the estimate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from liqwidget.domain.lattice import CELL
from liqwidget.domain.time import DAY
from liqwidget.field.engine import compiled

if TYPE_CHECKING:
    from liqwidget.domain.ledger import VenueLedger

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

GRID = 0.001
"""Width of a naive map's cells in ln(price)."""

_SMALLEST_SCALE = 1e-200


class Ladder(NamedTuple):
    """Where a seed is put: leverages' shares, distances from entry, half-lives [days]; entries' shares.

    ``blurred`` gives a quarter of each level to either neighbouring cell. A distance of 1 has no level below.
    """

    shares: tuple[float, ...]
    distances: tuple[float, ...]
    half_lives: tuple[float, ...]
    entries: tuple[float, ...]
    blurred: bool


class Seeds(NamedTuple):
    """What is seeded after each row: ``amounts``, shape (n, 2) [quote], and ``entries``, shape (n, A), in `GRID`."""

    amounts: Floats
    entries: Floats


class Walk(NamedTuple):
    """What a naive map holds after rows: swept in the step that follows, in all, and by cell from ``base`` on."""

    swept: Floats
    total: Floats
    cells: Floats
    base: int


def places(coordinates: Floats) -> Floats:
    """Return lattice coordinates as coordinates of `GRID`."""
    return coordinates * (CELL / GRID)


def _walk(  # noqa: PLR0912, PLR0917, C901 - one compiled loop over rows takes its arrays by position
    extremes: Integers,
    keep: Floats,
    amounts: Floats,
    entries: Floats,
    parts: Floats,
    offsets: Floats,
    fading: Integers,
    blur: float,
    rows: Integers,
    reach: Integers,
    books: Floats,
    swept: Floats,
    total: Floats,
    cells: Floats,
) -> None:
    """Decay, clear what each row touched, seed, and look at the chosen rows; the last of them ends it.

    Shapes: extremes (n, 2); keep (n, G); amounts (n, 2); entries (n, A), from the first cell; parts (A, K); offsets
    (2, K), infinite where there is no level; fading (K,): the book of each; rows (T,) not decreasing; reach (T, 3): the
    lowest, starting and highest cell of the step; books (2, G, B); swept, total (2, T); cells (2, T or 0, B).
    """
    groups = books.shape[1]
    scale = np.ones(groups)
    look = 0
    while look < rows.shape[0] and rows[look] < 0:
        look += 1
    for row in range(extremes.shape[0]):
        for group in range(groups):
            scale[group] *= keep[row, group]
            if scale[group] < _SMALLEST_SCALE:
                both = books[:, group]
                both *= scale[group]
                scale[group] = 1.0
        books[:, :, extremes[row, 0] : extremes[row, 1] + 1] = 0.0
        for side in range(2):
            if amounts[row, side] <= 0.0:
                continue
            for anchor in range(entries.shape[1]):
                for rung in range(offsets.shape[1]):
                    group = fading[rung]
                    seed = amounts[row, side] * parts[anchor, rung] / scale[group]
                    if seed > 0.0 and np.isfinite(offsets[side, rung]):
                        cell = int(np.floor(entries[row, anchor] + offsets[side, rung]))
                        books[side, group, cell] += seed * (1.0 - 2.0 * blur)
                        books[side, group, cell - 1] += seed * blur
                        books[side, group, cell + 1] += seed * blur
        while look < rows.shape[0] and rows[look] == row:
            low, start, high = reach[look]
            for group in range(groups):
                swept[0, look] += books[0, group, low : start + 1].sum() * scale[group]
                swept[1, look] += books[1, group, start : high + 1].sum() * scale[group]
                for side in range(2):
                    total[side, look] += books[side, group].sum() * scale[group]
                    if cells.shape[1] > 0:
                        line = cells[side, look]
                        line += books[side, group] * scale[group]
            look += 1
        if look == rows.shape[0]:
            break


def walked(venue: VenueLedger, seeds: Seeds, ladder: Ladder, looks: tuple[Integers, Integers], *, cells: bool) -> Walk:
    """Run a naive map over a venue's rows.

    Parameters
    ----------
    venue : VenueLedger
        Prices.
    seeds : Seeds
        What opens per row, and at which prices.
    ladder : Ladder
        Where it is put.
    looks : (rows, reach)
        Rows after which to look, shape (T,), and the lowest, starting and highest cell of the step that follows.
    cells : bool
        Whether the cells are wanted.
    """
    low, high, _ = places(venue.coordinates)
    distance = np.array(ladder.distances)
    with np.errstate(divide="ignore"):
        offsets = np.stack([np.log1p(-distance), np.log1p(distance)]) / GRID
    reached = offsets[np.isfinite(offsets)]
    lowest, highest = min(low.min(), seeds.entries.min()), max(high.max(), seeds.entries.max())
    base = int(np.floor(lowest + min(reached.min(), 0.0))) - 2
    width = int(np.floor(highest + max(reached.max(), 0.0))) - base + 3
    lives, fading = np.unique(ladder.half_lives, return_inverse=True)
    days = np.diff(venue.time, prepend=venue.time[0]) / DAY
    rows, reach = looks
    walk = Walk(
        np.zeros((2, len(rows))), np.zeros((2, len(rows))), np.zeros((2, len(rows) if cells else 0, width)), base
    )
    compiled(_walk)(
        np.floor(np.stack([low, high], axis=1)).astype(np.int64) - base,
        2.0 ** (-days[:, None] / lives),
        np.ascontiguousarray(seeds.amounts, dtype=np.float64),
        np.ascontiguousarray(seeds.entries - base),
        np.array(ladder.entries)[:, None] * np.array(ladder.shares),
        offsets,
        fading.astype(np.int64),
        0.25 if ladder.blurred else 0.0,
        rows,
        reach - base,
        np.zeros((2, len(lives), width)),
        walk.swept,
        walk.total,
        walk.cells,
    )
    return walk
