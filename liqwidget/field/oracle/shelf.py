"""Books of one unit, which go through rows together: what waits, lands, is swept and is entered."""

# ruff: noqa: PLR0917 - arrays come by position, as in the compiled functions

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from liqwidget.field.oracle.placing import (
    SIGNS,
    Flags,
    Floats,
    Integers,
    add_spread,
    entered_units,
    entries_of_rows,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_FAR = 1 << 40
"""A cell beyond all others."""


class Rows(NamedTuple):
    """Rows that are gone through, n of them."""

    low: Floats
    high: Floats
    close: Floats
    wide: int
    survival: Floats
    """Shape (n, 2)."""
    frozen: Flags
    wanted: Floats
    """What each book should hold, shape (n, B) [base]."""
    least: Floats
    """More than this must be missing for an opening, shape (n, B) [base]."""
    opened: Floats
    """Written: shape (n, 2, B)."""
    scales: Floats
    """Written: by what openings are divided, shape (n, 2)."""


def shelves_of(
    accumulated: Floats,
    swept: Floats,
    entered: Floats,
    waiting: Floats,
    between: Integers,
    base: int,
    table: Floats,
    span: Integers,
    weights: Floats,
    units: Integers,
    speeds: Integers,
) -> Iterator[Shelf]:
    """Yield the books by their unit."""
    offsets = np.where(span[..., 1] > span[..., 0], span[..., 0], _FAR)
    first = begin = 0
    for (unit, speed), same in itertools.groupby(zip(units.tolist(), speeds.tolist(), strict=True)):
        books = slice(first, first := first + len(list(same)))
        line = slice(begin, begin := begin + (books.stop - books.start) * (swept.shape[2] // unit))
        waits = between[books][between[books, 0] <= between[books, 1]]
        yield Shelf(
            unit, books, speed, base // unit, table[:, books], span[:, books],
            np.where(weights[books] > 0, weights[books], 1.0), offsets[:, books].min(axis=1).tolist(),
            accumulated[:, line], entered[:, line], waiting[:, line], swept[:, books],
            int(waits[:, 0].min()) if len(waits) else 0, int(waits[:, 1].max()) if len(waits) else -1,
        )  # fmt: skip


@dataclass(slots=True, eq=False)
class Shelf:
    """Neighbouring books of one unit, k of them, which go through rows together; of U units and V cells."""

    unit: int
    books: slice
    speed: int
    first: int
    """The unit of index 0."""
    table: Floats
    """Shape (2, k, K)."""
    span: Integers
    """Shape (2, k, 2)."""
    weights: Floats
    """Shape (k,); 1 where a book is not used."""
    nearest: list[int]
    """Offset from which any of the densities hold anything, by side."""
    accumulated: Floats
    entered: Floats
    waiting: Floats
    """Shape (2, k x U): those of `forward`."""
    swept: Floats
    """Shape (2, k, V)."""
    lowest: int
    highest: int
    """First and last unit of what waits."""
    fronts: list[int] = field(default_factory=lambda: [_FAR, -_FAR])
    """The highest cell in which longs may stand, and the lowest of shorts."""
    rows: Rows = field(init=False)
    done: int = field(init=False)
    """Rows that are entered."""
    entries: Integers = field(init=False)
    shares: Floats = field(init=False)
    """By which of its units each row enters, shape (n, E)."""
    ends: list[list[int]] = field(init=False)
    """Lowest and highest of them, and the close's unit, by row."""
    far: Flags = field(init=False)
    """Rows of which some may land between entry and close, shape (n,)."""

    def begin(self, rows: Rows) -> None:
        """Take rows to go through."""
        self.rows, self.done = rows, 0
        self.entries, self.shares = entries_of_rows(rows.low, rows.high, rows.wide, self.unit)
        closed = np.floor(rows.close / self.unit).astype(int)
        lowest, highest = self.entries.min(axis=1), self.entries.max(axis=1)
        self.far = (highest - closed >= self.nearest[0]) | (closed - lowest >= self.nearest[1])
        self.ends = np.column_stack([lowest, highest, closed, self.far]).tolist()

    def waits_near(self, bottom: int, top: int) -> bool:
        """Say whether what waits may have landed where a row touches."""
        return self.lowest <= self.highest and (
            bottom // self.unit <= self.highest - self.nearest[0] or top // self.unit >= self.lowest + self.nearest[1]
        )

    def stands(self, bottom: int, middle: int, top: int) -> Iterator[tuple[int, int, int]]:
        """Yield the sides of which something may stand where a row touches, and the cells of that, both included.

        Beyond the last close nothing stands.
        """
        if bottom <= self.fronts[0]:
            yield 0, bottom, middle
        if top >= self.fronts[1]:
            yield 1, middle, top

    def sweep(self, side: int, begin: int, end: int) -> Floats:
        """Return what stood in the cells [begin, end], over the scale, and take it; shape (k,)."""
        origin = self.first * self.unit
        cells, first = slice(begin - origin, end + 1 - origin), begin // self.unit
        held = self.accumulated[side].reshape(len(self.weights), -1)
        held = held[:, first - self.first : end // self.unit + 1 - self.first]
        if self.unit > 1:
            cut = begin - first * self.unit
            held = np.repeat(held, self.unit, axis=1)[:, cut : cut + end + 1 - begin]
        gone = (held - self.swept[side, :, cells]).sum(axis=1) / self.unit
        self.swept[side, :, cells] = held
        self.fronts[side] = min(self.fronts[0], begin - 1) if side == 0 else max(self.fronts[1], end + 1)
        return np.asarray(gone)

    def open(self, index: int) -> None:
        """Let a row's openings wait, or land if some may stand between entry and close."""
        lowest, highest, closed, far = self.ends[index]
        if not far:
            nothing = self.lowest > self.highest
            self.lowest = lowest if nothing else min(self.lowest, lowest)
            self.highest = highest if nothing else max(self.highest, highest)
            return
        low, high = float(self.rows.low[index]), float(self.rows.high[index])
        places, shares = entered_units(low, high, self.rows.wide, self.unit)
        amounts = self._amounts(slice(index, index + 1))[0]
        held = self.accumulated.reshape(*amounts.shape, -1)
        _land(held, self.first, amounts, places, shares, closed, self.table)
        self.fronts[0] = max(self.fronts[0], closed * self.unit - 1)
        self.fronts[1] = min(self.fronts[1], (closed + 1) * self.unit)

    def _amounts(self, rows: slice) -> Floats:
        """Return what some rows opened over weight and scale, shape (m, 2, k)."""
        scales = self.rows.scales[rows, self.speed, np.newaxis, np.newaxis]
        return np.asarray(self.rows.opened[rows, :, self.books] / self.weights / scales)

    def enter(self, stop: int) -> None:
        """Enter what opened in rows before `stop`."""
        rows, self.done = slice(self.done, stop), stop
        amounts = self._amounts(rows)
        if not amounts.any():
            return
        lines = np.arange(len(self.weights)) * (self.entered.shape[1] // len(self.weights)) - self.first
        index = (self.entries[rows, np.newaxis] + lines[:, np.newaxis]).ravel()
        for side in range(2):
            # One addition after the other, so that it does not matter how rows are taken together.
            parts = amounts[:, side, :, np.newaxis] * self.shares[rows, np.newaxis]
            np.add.at(self.entered[side], index, parts.ravel())
            np.add.at(self.waiting[side], index, (parts * ~self.far[rows, np.newaxis, np.newaxis]).ravel())

    def land(self) -> None:
        """Put what waits where it landed."""
        begin = self.lowest - self.first
        for side, book in np.ndindex(2, len(self.weights)):
            held, waiting = (
                one.reshape(2, len(self.weights), -1)[side, book] for one in (self.accumulated, self.waiting)
            )
            waits = waiting[begin : self.highest + 1 - self.first]
            add_spread(held, waits, begin, SIGNS[side], self.table[side, book], self.span[side, book])
            waits[:] = 0.0
        self.fronts[0] = max(self.fronts[0], (self.highest - self.nearest[0] + 1) * self.unit - 1)
        self.fronts[1] = min(self.fronts[1], (self.lowest + self.nearest[1]) * self.unit)
        self.lowest, self.highest = 0, -1

    def forget(self, factor: float) -> None:
        """Multiply what the books hold."""
        for array in (self.accumulated, self.entered, self.waiting, self.swept):
            np.multiply(array, factor, out=array)


def _land(
    target: Floats, first: int, amounts: Floats, entries: Integers, shares: Floats, closed: int, density: Floats
) -> None:
    """Add what a row opened, by side and book, to the units it lands on; `target`: shape (2, B, U), from `first` on.

    The part of an entry that lies beyond the close starts from the close's unit.
    """
    for side, sign in enumerate(SIGNS):
        if not amounts[side].any():
            continue
        for entry, share in zip(entries.tolist(), shares.tolist(), strict=True):
            beyond = sign * (closed - entry)
            for begin, offsets in ((entry, slice(max(beyond + 1, 0), None)), (closed, slice(0, max(beyond + 1, 0)))):
                _spread(target[side], begin - first, sign, offsets, density[side], share * amounts[side])


def _spread(target: Floats, begin: int, sign: int, offsets: slice, density: Floats, amounts: Floats) -> None:
    """Add amounts, shape (B,), by a density's offsets to the units that are there, each from unit `begin` on."""
    room = target.shape[1] - 1 - begin if sign > 0 else begin
    start = max(offsets.start, -begin if sign > 0 else begin - target.shape[1] + 1)
    stop = min(density.shape[1] if offsets.stop is None else offsets.stop, density.shape[1], room + 1)
    if start < stop:
        ends = (begin + sign * start, begin + sign * (stop - 1))
        units = target[:, min(ends) : max(ends) + 1]
        units[:, ::sign] += amounts[:, np.newaxis] * density[:, start:stop]
